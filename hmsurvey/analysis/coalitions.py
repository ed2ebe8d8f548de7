"""Who can take whom how far: what the coordination mode implies under the two matrices and the enterprises' own answers.

For every enterprise and every coalition of the parties: the indicators for which somebody brings each of the means, raised as far as their scale allows, scored and staged
anew. It shows what the matrices (assumed) and the answers imply; it proves nothing about the province.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hmsurvey.analysis.climbing import Climb, Ints, LayeredView, Mask, climb_to, prepare_climb, reach
from hmsurvey.analysis.plans import efforts_of
from hmsurvey.answers import AnswerView
from hmsurvey.conditions import TRUE, evaluate
from hmsurvey.coordination import BOOKS, Coordination, built_in_coordination, read_coordination
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.partymatrix import OWNER
from hmsurvey.provenance import Provenance, combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.study import Analysis, SurveyResult

NOBODY, NOT_NEEDED = "nobody", "not_needed"
Bits = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Matrices:
    """The two matrices as numbers, a row an indicator of a climb: who decides (a bit a party), what it takes and what each party brings (a bit a means)."""

    parties: tuple[str, ...]
    means: tuple[str, ...]
    indicators: tuple[str, ...]
    decides: Bits
    needs: Bits
    brings: Bits  # indicators x parties; nothing in the enterprise's column


@dataclass(frozen=True, slots=True, eq=False)
class Coalitions:
    """Where each enterprise gets with each coalition.

    Attributes
    ----------
    names
        Coalitions as parties joined by "+", the smallest first.
    problems
        Codes of the problems.
    own
        Units x means: what the enterprise has.
    now, place
        Place of the stage (highest 0, unstaged -1) as it is; coalitions x units with each coalition.
    solved_now, solved
        Units x problems whether the problem is none now; coalitions x units x problems with each coalition.
    raises
        Coalitions x units: how many indicators each can raise.
    """

    result: SurveyResult
    coordination: Coordination
    matrices: Matrices
    names: tuple[str, ...]
    problems: tuple[str, ...]
    own: Mask
    now: NDArray[np.int8]
    place: NDArray[np.int8]
    solved_now: Mask
    solved: Mask
    raises: Ints
    provenance: Provenance

    @property
    def staged(self) -> Mask:
        """Which units have a stage now: the denominator everywhere."""
        return np.asarray(self.now >= 0)

    def __repr__(self) -> str:
        codes, n = self.result.stages.rule.codes if self.result.stages else (), int(self.staged.sum())
        lines = [
            f"Coalitions of {self.result.plan.code} by {self.coordination.id} {self.coordination.version}: {n} staged"
        ]
        for name, place in zip(("(as it is)", *self.names), (self.now, *self.place), strict=True):
            counts = [int((place[self.staged] == k).sum()) for k in range(len(codes))]
            lines.append(f"  {name}: " + ", ".join(f"{code} {c}" for code, c in zip(codes, counts, strict=True)))
        return "\n".join(lines)


def coalitions_of(parties: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return every coalition, the smallest first.

    >>> coalitions_of(("a", "b"))
    (('a',), ('b',), ('a', 'b'))
    """
    return tuple(c for size in range(1, len(parties) + 1) for c in combinations(parties, size))


def has_coordination(analysis: Analysis, survey: str = "") -> bool:
    """Tell whether a study is about enterprises and has a survey (this one, where it is named) with the index that the matrices speak of."""
    found = _surveys(analysis, BOOKS["index"]) if analysis.study.units == "enterprises" else []
    return survey in found if survey else bool(found)


def build_coalitions(analysis: Analysis, survey: str = "", *, coordination: Coordination | None = None) -> Coalitions:
    """Work out where every enterprise gets with every coalition.

    Parameters
    ----------
    analysis
        A study carried out.
    survey
        Which survey; the one with the index of the matrices where none is named.
    coordination
        The matrices and how they are read; those of the study where none are given.

    Raises
    ------
    UsageError
        No survey with this index, or one without a staging rule or efforts.

    Notes
    -----
    **Source**: who decides (A160), what it takes and who brings it (A161), who has to be there (A200), what an enterprise has (A201), whether it grows (A202), when a
    problem is solved (A203): all assumed. How far an answer can be raised, and what has to be there first, is in the efforts (A170 to A173).
    """
    return _build(analysis, survey or _only(analysis), coordination or coordination_of(analysis))


@lru_cache(maxsize=4)
def coordination_of(analysis: Analysis) -> Coordination:
    """Return the study's own matrices and reading, or the built-in ones."""
    landscape = analysis.study.own_landscape
    return built_in_coordination() if landscape is None else read_coordination(landscape.folder, landscape=landscape)


@lru_cache(maxsize=8)  # section, tables and figures of a report ask for the same; the nouns are frozen
def _build(analysis: Analysis, survey: str, coordination: Coordination) -> Coalitions:
    climb = climb_of(analysis, survey)
    matrices = matrices_of(coordination, climb)
    own = own_means(analysis, climb.result, coordination)
    groups, problems = problem_groups(climb, coordination)
    names = coalitions_of(matrices.parties)
    n, k = climb.n, len(names)
    units = np.tile(np.arange(n), k)
    sets = sets_read(climb, matrices, own, coordination).reshape(k * n, -1)
    least = coordination.landscape.severities.min_available
    found = reach(climb, units, sets, groups, least=least)
    nothing = np.zeros((n, len(matrices.indicators)), dtype=bool)
    now = reach(climb, np.arange(n), nothing, groups, least=least)
    staged = (
        (climb.result.stages.stage.astype(object) != UNSTAGED).to_numpy() if climb.result.stages else now.place >= 0
    )
    raises = (climb_to(climb, units, sets) > 0).sum(axis=1).reshape(k, n)
    solved_now = is_solved(now.shares, coordination)
    place, solved = at_least_as_parts(names, found.place.reshape(k, n), is_solved(found.shares, coordination).reshape(k, n, -1), now.place, solved_now)  # fmt: skip
    provenance = combine(climb.result.survey.provenance)
    for source, book in BOOKS.items():
        if source == "questionnaire" and coordination.own_from == source:
            provenance = combine(provenance, *(analysis[code].survey.provenance for code in _surveys(analysis, book)))
    for version in coordination.versions:
        provenance = provenance.with_definition(version)
    return Coalitions(
        climb.result, coordination, matrices, tuple("+".join(c) for c in names), problems, own, np.where(staged, now.place, -1),
        place, solved_now, solved, raises, provenance,
    )  # fmt: skip


@lru_cache(maxsize=4)
def climb_of(analysis: Analysis, survey: str) -> Climb:
    """Return a survey made ready, once for all readings."""
    result = analysis[survey]
    if result.scores is None or result.stages is None or result.scores.system.id != BOOKS["index"]:
        raise UsageError(
            Problem(
                Text("两个矩阵说的不是这项调查的指标体系，或没有分段规则。", "The matrices speak of another index, or there is no staging rule."),
                where=survey,
                found=result.scores.system.id if result.scores is not None else "-",
                expected=Text(BOOKS["index"], BOOKS["index"]),
            )
        )  # fmt: skip
    return prepare_climb(result, efforts_of(result))


def _surveys(analysis: Analysis, book: str) -> list[str]:
    """Return the surveys with an index, a rule and this id of the index, or with this codebook."""
    found = []
    for code, result in analysis.results.items():
        staged = result.scores is not None and result.stages is not None
        if (book == BOOKS["index"] and staged and result.scores is not None and result.scores.system.id == book) or (
            book != BOOKS["index"] and result.survey.codebook.id == book
        ):
            found.append(code)
    return found


def _only(analysis: Analysis) -> str:
    found = _surveys(analysis, BOOKS["index"])
    if not found:
        raise UsageError(
            Problem(
                Text("研究中没有用这套指标体系的调查。", "The study has no survey with the index of the matrices."),
                where=analysis.study.id,
                found=", ".join(analysis.results),
                expected=Text(BOOKS["index"], BOOKS["index"]),
            )
        )
    return found[0]


def matrices_of(coordination: Coordination, climb: Climb) -> Matrices:
    """Return the matrices as bits, in the order of a climb's indicators.

    Raises
    ------
    UsageError
        The study's index has an indicator that the matrices do not know.
    """
    agenda = coordination.landscape.agenda
    parties, means = tuple(p.code for p in agenda.parties), tuple(m.code for m in agenda.means)
    decides, brings = coordination.landscape.decides, coordination.landscape.brings
    codes = climb.indicators
    if strange := [code for code in codes if code not in decides.parts]:
        raise UsageError(
            Problem(
                Text("指标体系中有矩阵没有的指标。", "The index has indicators without a row in the matrices."),
                where=f"decides {decides.version}, brings {brings.version}",
                found=", ".join(strange),
                expected=Text("、".join(decides.parts), ", ".join(decides.parts)),
            )
        )
    return Matrices(
        parties,
        means,
        codes,
        np.array([_bits(decides.deciders(code), parties) for code in codes], dtype=np.int64),
        np.array([_bits(brings.needs[code], means) for code in codes], dtype=np.int64),
        np.array([[_bits(brings.brings[code].get(p, ()), means) for p in parties] for code in codes], dtype=np.int64),
    )


def _bits(found: Sequence[str], names: Sequence[str]) -> int:
    return sum(1 << names.index(one) for one in found)


def own_means(analysis: Analysis, result: SurveyResult, coordination: Coordination) -> Mask:
    """Return units x means: what each enterprise has by its answers (A201); what is missing or not known counts as not there."""
    own = own_by_index(result, coordination)
    if coordination.own_from == "questionnaire":
        other, both = asked_by_both(analysis, result, coordination)
        own[both] = other[both]
    return own


def own_by_index(result: SurveyResult, coordination: Coordination) -> Mask:
    """Return units x means by the answers to the index."""
    view = AnswerView(result.survey.answers)
    return np.stack([evaluate(one.when["index"], view) == TRUE for one in coordination.own], axis=1)


def asked_by_both(analysis: Analysis, result: SurveyResult, coordination: Coordination) -> tuple[Mask, Mask]:
    """Return units x means by the answers to the questionnaire, and which units answered it too."""
    units = result.survey.answers.units
    found, both = np.zeros((len(units), len(coordination.own)), dtype=bool), np.zeros(len(units), dtype=bool)
    for code in _surveys(analysis, BOOKS["questionnaire"]):
        answers = analysis[code].survey.answers
        row = {unit: k for k, unit in enumerate(answers.units)}
        at = np.array([row.get(unit, -1) for unit in units])
        here = (at >= 0) & ~both
        other = [evaluate(one.when["questionnaire"], AnswerView(answers)) == TRUE for one in coordination.own]
        found[here], both = np.stack(other, axis=1)[at[here]], both | here
    return found, both


def sets_of(matrices: Matrices, own: Mask, coordination: Coordination, *, names: Sequence[Sequence[str]]) -> Mask:
    """Return which indicators each coalition can raise at each unit: coalitions x units x indicators.

    Each means that an indicator takes must be brought by a member, the enterprise's own counting only where it is one; and whoever decides must be a member, the
    enterprise only where the reading says "member".
    """
    parties = matrices.parties
    owner = 1 << parties.index(OWNER)
    has = (own * (1 << np.arange(own.shape[-1]))).sum(axis=-1)
    deciders = matrices.decides & ~owner if coordination.carries_out == "anyway" else matrices.decides
    found = np.zeros((len(names), len(own), len(matrices.indicators)), dtype=bool)
    for k, coalition in enumerate(names):
        members = _bits(coalition, parties)
        may = deciders & ~members == 0
        brought = np.bitwise_or.reduce(matrices.brings[:, [parties.index(p) for p in coalition]], axis=1)
        if coordination.carries_out == "member" and not members & owner:
            may = np.zeros_like(may)
        lacking = matrices.needs & ~brought
        mine = has if members & owner else np.zeros_like(has)
        found[k] = may & (lacking & ~mine[:, None] == 0)
    return found


def sets_read(climb: Climb, matrices: Matrices, own: Mask, coordination: Coordination) -> Mask:
    """Return the sets of every coalition under a reading: coalitions x units x indicators.

    Where means grow, what is raised counts as the enterprise's means from then on, until nothing more is won.
    """
    names = coalitions_of(matrices.parties)
    if coordination.means != "grown":
        return sets_of(matrices, own, coordination, names=names)
    found = []
    units = np.arange(climb.n)
    for coalition in names:
        has = own
        while True:
            sets = sets_of(matrices, has, coordination, names=(coalition,))[0]
            if OWNER not in coalition:
                break
            view = LayeredView(climb, units, climb_to(climb, units, sets))
            then = has | np.stack([evaluate(one.when["index"], view) == TRUE for one in coordination.own], axis=1)
            if (then == has).all():
                break
            has = then
        found.append(sets)
    return np.stack(found)


def problem_groups(climb: Climb, coordination: Coordination) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return, by problem, the indicators that speak to it, and the problems' codes; problems to which none speaks are left out."""
    system = climb.result.scores.system if climb.result.scores is not None else None
    indicators = system.indicators if system is not None else ()
    groups, codes = [], []
    for problem in coordination.landscape.agenda.problems:
        speak = tuple(i.code for i in indicators if i.scored and not i.bonus and i.fact("problem") == problem.code)
        if speak:
            groups.append(speak)
            codes.append(problem.code)
    return tuple(groups), tuple(codes)


def is_solved(shares: Floats, coordination: Coordination) -> Mask:
    """Tell where a share of points is that of a solved problem."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.round(shares, 9) >= coordination.solved_at)


def at_least_as_parts(
    names: Sequence[Sequence[str]], place: NDArray[np.int8], solved: Mask, now: NDArray[np.int8], solved_now: Mask
) -> tuple[NDArray[np.int8], Mask]:
    """Return places and problems solved when a coalition may leave undone what only some of its members would do.

    Raising an answer can cost something elsewhere under a rule with ways for those who lack it; who may do more may also do less. Coalitions stand in the second axis from behind.
    """
    worst = np.where(place < 0, np.int8(127), place)
    base = np.where(now < 0, np.int8(127), now)
    worst, solved = np.minimum(worst, base), solved | solved_now
    for k, coalition in enumerate(names):
        for j, part in enumerate(names[:k]):
            if set(part) < set(coalition):
                worst[..., k, :] = np.minimum(worst[..., k, :], worst[..., j, :])
                solved[..., k, :, :] |= solved[..., j, :, :]
    return np.where(worst == 127, np.int8(-1), worst), solved


def smallest(names: Sequence[str], does: Mask, already: Mask) -> list[str]:
    """Return, unit by unit, the smallest coalition that does it; several of the same size joined by "|"; "not_needed", "nobody".

    Parameters
    ----------
    names
        Coalitions, the smallest first.
    does
        Coalitions x units.
    already
        Units for which nothing has to be done.

    >>> smallest(("a", "b", "a+b"), np.array([[True, False], [True, False], [True, True]]), np.array([False, False]))
    ['a|b', 'a+b']
    """
    sizes = np.array([name.count("+") + 1 for name in names])
    least = np.where(does, sizes[:, None], len(names) + 1).min(axis=0, initial=len(names) + 1)
    found = []
    for unit in range(does.shape[1]):
        if already[unit]:
            found.append(NOT_NEEDED)
        elif least[unit] > len(names):
            found.append(NOBODY)
        else:
            found.append("|".join(name for k, name in enumerate(names) if does[k, unit] and sizes[k] == least[unit]))
    return found
