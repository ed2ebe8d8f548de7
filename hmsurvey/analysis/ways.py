"""Every combination of a few measures tried on every unit, once: the stage each would then have, by the engine, and the effort.

What draws and programmes ask later is looked up here. A unit is never led to do what would lower its stage (A193), so more measures never reach less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hmsurvey.analysis.plans import efforts_of
from hmsurvey.analysis.raised import raise_answers
from hmsurvey.analysis.raising import places_now
from hmsurvey.analysis.restaging import answers_of
from hmsurvey.analysis.words import groups_of
from hmsurvey.answers import AnswerView
from hmsurvey.conditions import TRUE, evaluate
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.effort import Efforts, items_of
from hmsurvey.errors import DefinitionError, Problem, Text, UsageError
from hmsurvey.measures import MOST, Grounds, Measure, Measures, find_measures, put_together, read_measures
from hmsurvey.needs import Judge, meets
from hmsurvey.provenance import Provenance
from hmsurvey.scoring import score_answers
from hmsurvey.staging import places_of_stages, scored_of
from hmsurvey.study import SurveyResult

Floats = NDArray[np.float64]
_ROWS = 20_000  # units x combinations that the engine takes at once
_DUST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """What every combination of measures leads to, for every unit.

    A combination is a number whose bit k says that measure k is carried out.

    Attributes
    ----------
    rank
        Unit x combination: the stage, lowest 0; -1 where a unit has no stage now, which no measure changes.
    effort
        Unit x combination: of the answers raised and of the measures that concern the unit; 0 for a unit without a stage.
    concerns
        Unit x measure: whether the measure is for this unit and would raise some answer of it.
    spared
        Whether some combination, carried out to the letter, would leave the unit lower or its stage open; it is then taken to do without.
    """

    result: SurveyResult
    measures: Measures
    efforts: Efforts
    rank: NDArray[np.int8]
    effort: Floats
    concerns: NDArray[np.bool_]
    spared: NDArray[np.bool_]
    groups: NDArray[np.object_]

    @property
    def staged(self) -> NDArray[np.bool_]:
        """Which units have a stage now."""
        return np.asarray(self.rank[:, 0] >= 0)

    @property
    def lifted(self) -> NDArray[np.bool_]:
        """Unit x combination: whether the unit then stands in a higher stage than now."""
        return np.asarray(self.rank > self.rank[:, :1])

    def mask(self, codes: Sequence[str]) -> int:
        """Return the combination of the measures of these codes (all where none is named).

        Raises
        ------
        UsageError
            There is no such measure.
        """
        if strange := [code for code in codes if code not in self.measures.codes]:
            known = self.measures.codes
            raise UsageError(
                Problem(
                    Text("没有这条措施。", "There is no such measure."),
                    found=", ".join(strange),
                    expected=Text("、".join(known), ", ".join(known)),
                )
            )
        return sum(1 << k for k, code in enumerate(self.measures.codes) if not codes or code in codes)


def measures_of(result: SurveyResult, paths: Sequence[str | Path] = ()) -> Measures:
    """Return the measures of a survey: of the files given, else of the study file, else the built-in ones of its index, or of its questionnaire where it has no index.

    Raises
    ------
    UsageError
        There are none, or two files have a measure of one code.
    DefinitionError
        With every problem of every file.
    """
    if result.stages is None:
        raise UsageError(
            Problem(Text("这项调查没有分段规则。", "This survey has no staging rule."), where=result.plan.code)
        )
    efforts = efforts_of(result)
    system = result.scores.system if result.scores is not None else None
    about = system or result.survey.codebook
    grounds = Grounds(system, result.survey.codebook, efforts, result.stages.rule.codes)
    built_in = find_measures(about)
    found = [Path(path) for path in paths] or list(result.plan.measures) or ([built_in] if built_in else [])
    files = [one for path in found for one in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    if not files:
        folder = definitions_folder() / "measures"
        raise UsageError(
            Problem(
                Text("没有措施文件。", "There are no measures for this survey."),
                where=", ".join(path.name for path in found) or about.id,
                expected=Text(f"一个 .toml 文件，写法见 {folder.name}", f"a .toml file like those of {folder.name}"),
                fix=Text(
                    "给出 --measure，或在研究文件中写 measures。",
                    "give --measure, or name `measures` in the study file.",
                ),
            )
        )
    whole = put_together(_read_all(files, grounds))
    twice = sorted({code for code in whole.codes if whole.codes.count(code) > 1})
    if twice or len(whole.codes) > MOST:
        raise UsageError(
            Problem(
                Text("几个文件里的措施代码重复。", "Measures of several files have the same code.")
                if twice
                else Text("措施太多，不能逐一组合。", "There are too many measures to combine."),
                where=", ".join(path.name for path in files),
                found=", ".join(twice) or str(len(whole.codes)),
                expected=Text("每个代码只出现一次", "each code once")
                if twice
                else Text(f"至多 {MOST} 条", f"at most {MOST}"),
            )
        )
    return whole


def _read_all(files: Sequence[Path], grounds: Grounds) -> tuple[Measures, ...]:
    """Read files of measures, and raise the problems of all of them at once."""
    read: list[Measures] = []
    problems: list[Problem] = []
    for path in files:
        try:
            read.append(read_measures(path, grounds))
        except DefinitionError as error:
            problems += error.problems
    if problems:
        raise DefinitionError(problems)
    return tuple(read)


def try_ways(result: SurveyResult, measures: Measures | None = None, *, efforts: Efforts | None = None) -> Ways:
    """Stage every unit under every combination of measures.

    Parameters
    ----------
    result
        A survey, scored and staged.
    measures
        At most ten; the survey's own where none are given.
    efforts
        The built-in ones of the index where none are given.

    Raises
    ------
    UsageError
        No rule, no efforts.
    """
    if result.stages is None:
        raise UsageError(
            Problem(Text("这项调查没有分段规则。", "This survey has no staging rule."), where=result.plan.code)
        )
    efforts = efforts or efforts_of(result)
    measures = measures if measures is not None else measures_of(result)
    rule = result.stages.rule
    top = len(rule.codes) - 1
    codes = result.stages.stage.cat.codes.to_numpy()
    now = np.where(codes > top, -1, codes).astype(np.int8)
    wanted = [_targets(result, efforts, one, now) for one in measures.measures]
    n, k = len(now), len(wanted)
    rank = np.repeat(now[:, None], 1 << k, axis=1)
    effort = np.zeros((n, 1 << k))
    questions = list(dict.fromkeys(code for one in wanted for code in one))
    jobs = [(mask, begin) for mask in range(1, 1 << k) for begin in range(0, n, _ROWS)]
    for batch in _batches(jobs, n):
        rows = np.concatenate([np.arange(begin, min(begin + _ROWS, n)) for _, begin in batch])
        masks = np.concatenate([np.full(min(begin + _ROWS, n) - begin, mask) for mask, begin in batch])
        targets = {}
        for code in questions:
            place = np.full(len(rows), np.nan)
            for bit, one in enumerate(wanted):
                if code in one:
                    on = (masks >> bit & 1).astype(bool)
                    place[on] = np.fmax(place[on], one[code][rows[on]])
            targets[code] = place
        rank[rows, masks], effort[rows, masks] = _staged(result, efforts, rows, targets)
    concerns = np.stack([effort[:, 1 << bit] > 0 for bit in range(k)], axis=1) if k else np.zeros((n, 0), bool)
    whole = (1 << k) - 1
    for bit in range(k):  # what a measure raises only beside others concerns the unit too
        concerns[:, bit] |= effort[:, whole] > effort[:, whole & ~(1 << bit)] + _DUST
    for bit, measure in enumerate(measures.measures):
        on = (np.arange(1 << k) >> bit & 1).astype(bool)
        effort[:, on] += measure.effort * concerns[:, bit : bit + 1]
    effort[now < 0], concerns[now < 0] = 0.0, False
    literal = np.where(now[:, None] < 0, np.int8(-1), rank)
    rank = literal.copy()
    for bit in range(k):
        on = np.flatnonzero(np.arange(1 << k) >> bit & 1)
        rank[:, on] = np.maximum(rank[:, on], rank[:, on & ~(1 << bit)])
    spared = np.asarray((literal < rank).any(axis=1))
    return Ways(result, measures, efforts, rank, effort, concerns, spared, groups_of(result.survey).to_numpy())


def _batches(jobs: list[tuple[int, int]], n: int) -> list[list[tuple[int, int]]]:
    size = max(1, _ROWS // max(n, 1))
    return [jobs[k : k + size] for k in range(0, len(jobs), size)]


def _staged(
    result: SurveyResult, efforts: Efforts, rows: NDArray[np.int64], targets: dict[str, Floats]
) -> tuple[NDArray[np.int8], Floats]:
    """Return ranks (-1: open) and efforts of these rows with answers raised."""
    if result.stages is None:
        raise TypeError("stages are needed")
    system, rule = result.scores.system if result.scores is not None else None, result.stages.rule
    names = tuple(f"{result.survey.answers.units[int(row)]}#{k}" for k, row in enumerate(rows))
    raised = raise_answers(answers_of(result.survey.answers, rows, names), system, targets, efforts=efforts)
    survey = replace(result.survey, answers=raised.answers)
    judge = Judge(survey, scored_of(score_answers(raised.answers, system, survey.provenance) if system else None))
    place = places_of_stages(rule, {need.code: meets(need, judge) for need in rule.needs}, (len(rows),))
    return np.where(place < 0, -1, len(rule.codes) - 1 - place).astype(np.int8), raised.effort


def _targets(result: SurveyResult, efforts: Efforts, measure: Measure, now: NDArray[np.int8]) -> dict[str, Floats]:
    """Return by question the place each unit is raised to; NaN where the measure is not for it."""
    answers = result.survey.answers
    system = result.scores.system if result.scores is not None else None
    meant = np.ones(len(answers), dtype=bool)
    if measure.only is not None:
        meant &= evaluate(measure.only, AnswerView(answers)) == TRUE
    if measure.stages and result.stages is not None:
        codes = [*reversed(result.stages.rule.codes)]
        meant &= np.isin(now, [codes.index(code) for code in measure.stages])
    found = {}
    for lift in measure.lifts:
        place = np.full(len(answers), lift.to)
        if lift.by:
            question = answers.codebook.question(lift.question)
            items = items_of(question, system) if question.kind == "many" else ()
            stands = places_now(answers, question, items)
            effort = efforts.effort(lift.question)
            steps = np.array([step for step, _ in effort.steps]) if effort else np.array([0.0])
            above = np.searchsorted(steps, np.nan_to_num(stands) + _DUST, side="right") + lift.by - 1
            place = np.where(np.isnan(stands), np.nan, steps[np.minimum(above, len(steps) - 1)])
        found[lift.question] = np.where(meant, place, np.nan)
    return found


def provenance_of(ways: Ways) -> Provenance:
    """Return where what follows from measures comes from."""
    stages = ways.result.stages or ways.result.survey
    found = stages.provenance.with_definition(f"efforts {ways.efforts.id} {ways.efforts.version}")
    return found.with_definition(f"measures {ways.measures.id} {ways.measures.version}")
