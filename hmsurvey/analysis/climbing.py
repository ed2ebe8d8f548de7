"""Stages of all units under many sets of raised indicators at once: every answer is scored by the engine once at each of its rungs, then put together.

A set of raised indicators lifts each of their answers as far as its scale and the orders of the efforts allow. What is put together is what the engine
would say of the raised answers; a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hmsurvey.aggregation import Part, aggregate, leaf_part
from hmsurvey.analysis.plan_model import dependences
from hmsurvey.analysis.raised import raise_answers
from hmsurvey.analysis.raising import places_now
from hmsurvey.answers import NA, Answers, AnswerView
from hmsurvey.conditions import FALSE, UNKNOWN, Truth
from hmsurvey.effort import Efforts, Order, items_of
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.needs import Judge, Judged, Scored, meets
from hmsurvey.points import earn
from hmsurvey.questions import matching_codes
from hmsurvey.rules import Need, each_need
from hmsurvey.staging import places_of_stages
from hmsurvey.study import SurveyResult
from hmsurvey.survey import Survey
from hmsurvey.systems import IndicatorSystem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_DUST = 1e-9
_CHUNK = 4096  # rows that fit the cache; changes no result


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """An order: without one of the firsts at its rung (column, rung by unit), or where it is not met already, the answer stays at `cap` rungs."""

    column: int
    there: Mask
    cap: Ints
    firsts: tuple[tuple[int, Ints], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """A survey made ready.

    Attributes
    ----------
    indicators, questions
        Codes of the indicators whose answer can be raised, one a column of a set, and their questions.
    rungs
        Units x indicators: the layer at which the answer is as high as it can be (0: it stays).
    gates
        The orders of the efforts, each after those of the answers that it waits for.
    drives
        By indicator or need: for each unit, the column of the answer it hangs on (-1: none).
    parts, truths
        By indicator and by need about answers: layers x units, one after the other; layer r has every answer at the r-th step of its efforts or at the last.
    """

    result: SurveyResult
    indicators: tuple[str, ...]
    questions: tuple[str, ...]
    rungs: Ints
    gates: tuple[Gate, ...]
    drives: Mapping[str, Ints]
    parts: Mapping[str, Part]
    truths: Mapping[str, Truth]
    layered: Answers

    @property
    def n(self) -> int:
        """How many units there are."""
        return len(self.rungs)


def prepare_climb(result: SurveyResult, efforts: Efforts) -> Climb:
    """Score every answer at every rung.

    Raises
    ------
    UsageError
        Something in the index or rule hangs on two answers that can be raised; it is named.
    """
    if result.scores is None or result.stages is None:
        raise TypeError("scores and stages are needed")
    system, rule, answers = result.scores.system, result.stages.rule, result.survey.answers
    of_question = {i.question: i.code for i in system.indicators if i.scored}
    steps = {e.question: [place for place, _ in e.steps] for e in efforts.efforts if e.question in of_question}
    if not steps:
        raise UsageError(
            Problem(
                Text("工作量文件没有提到任何一项指标。", "The efforts speak of none of the indicators."),
                where=f"{efforts.id} {efforts.version}",
                expected=Text("、".join(list(of_question)[:10]), ", ".join(list(of_question)[:10])),
            )
        )
    freely = replace(efforts, orders=())  # the orders are for each set to meet
    layers = [answers]
    places: list[Floats] = []
    for r in range(max(len(places) for places in steps.values())):
        targets = {question: float(mine[min(r, len(mine) - 1)]) for question, mine in steps.items()}
        raised = raise_answers(answers, system, targets, efforts=freely)
        if not places:
            places.append(np.stack([raised.before[question] for question in steps], axis=1))
        places.append(np.stack([raised.after[question] for question in steps], axis=1))
        layers.append(raised.answers)
    layered = _stacked(layers)
    where = np.stack(places, axis=2)  # units x answers x layers
    with np.errstate(invalid="ignore"):
        rungs = np.where(where[:, :, -1:] > where[:, :, :1] + _DUST, where >= where[:, :, -1:] - _DUST, False).argmax(
            axis=2
        )
    column = {question: k for k, question in enumerate(steps)}
    survey = Survey(layered, result.survey.provenance)
    earned = {i.code: earn(i, layered) for i in system.indicators}
    parts = {i.code: leaf_part(i, earned[i.code]) for i in system.indicators}
    judge = Judge(survey)
    asks = {
        need.code: need
        for need in each_need(rule.needs)
        if need.subject in ("answer", "condition", "share_of", "count_of")
    }
    truths = {code: meets(need, judge).truth for code, need in asks.items()}
    drives = _drives(result, column, rungs, asks)
    found = tuple(of_question[question] for question in steps)
    gates = _orders(efforts.orders, answers, system, column, where)
    return Climb(result, found, tuple(steps), rungs, gates, drives, parts, truths, layered)


def _stacked(layers: Sequence[Answers]) -> Answers:
    """Return answers one batch after the other."""
    first = layers[0]
    names = tuple(f"{unit}#{r}" for r in range(len(layers)) for unit in first.units)
    values = {code: np.concatenate([one.values[code] for one in layers]) for code in first.values}
    states = {code: np.concatenate([one.states[code] for one in layers]) for code in first.states}
    return Answers(first.codebook, names, values, states)


def _drives(result: SurveyResult, column: Mapping[str, int], rungs: Ints, asks: Mapping[str, Need]) -> dict[str, Ints]:
    """Return, by indicator or need, the column of the answer that it hangs on in each unit (-1: none)."""
    if result.scores is None or result.stages is None:
        return {}
    system, answers = result.scores.system, result.survey.answers
    counted = {d.question.code: d.count.questions for d in answers.codebook.derived if d.count is not None}
    touches = {question: frozenset({question, *counted.get(question, ())}) for question in column}
    hangs = dependences(system, result.stages.rule, answers.codebook)
    for code, need in asks.items():
        if code not in hangs:
            targets = matching_codes(need.target, [q.code for q in answers.codebook.all_questions])
            hangs[code] = frozenset(q for one in targets for q in (one, *counted.get(one, ()))), frozenset()
    asked = {i.code: i.question for i in system.indicators}
    drives = {}
    for code in (*asked, *asks):
        always, where_na = hangs[code]
        na = answers.states[asked[code]] == NA if code in asked else np.zeros(len(rungs), dtype=bool)
        found, several = np.full(len(rungs), -1, dtype=np.int64), np.zeros(len(rungs), dtype=np.int64)
        for question, k in column.items():
            here = (rungs[:, k] > 0) & (bool(touches[question] & always) | (na & bool(touches[question] & where_na)))
            several += here
            found[here] = k
        if (several > 1).any():
            raise UsageError(
                Problem(
                    Text(f"{code} 同时取决于几项可提高的答案，不能合在一起算。", f"{code} hangs on several answers that can be raised, which do not add up."),
                    where=answers.units[int(np.argmax(several > 1))],
                    expected=Text("只取决于一项", "that it hangs on one"),
                )
            )  # fmt: skip
        drives[code] = found
    return drives


def _orders(
    orders: Sequence[Order], answers: Answers, system: IndicatorSystem, column: Mapping[str, int], places: Floats
) -> tuple[Gate, ...]:
    """Return the orders as gates, each after those of the answers that it waits for."""
    waiting = [order for order in orders if order.question in column]
    asked = {first: answers.codebook.question(first) for order in waiting for first in order.first}
    now = {f: places_now(answers, q, items_of(q, system) if q.kind == "many" else ()) for f, q in asked.items()}
    gates = []
    while waiting:
        later = {order.question for order in waiting}
        ready = [order for order in waiting if not later & set(order.first)]
        for order in ready:
            there = np.logical_or.reduce([now[first] >= order.least - _DUST for first in order.first])
            cap = (places[:, column[order.question], 1:] < order.reach - _DUST).sum(axis=1)
            firsts = tuple(
                (column[f], _first(places[:, column[f], 1:], order.least)) for f in order.first if f in column
            )
            gates.append(Gate(column[order.question], there, cap, firsts))
        waiting = [order for order in waiting if order not in ready]
    return tuple(gates)


def _first(places: Floats, least: float) -> Ints:
    """Return the first rung at or above a place; one beyond all rungs where there is none."""
    met = places >= least - _DUST
    return np.where(met.any(axis=1), 1 + met.argmax(axis=1), places.shape[1] + 1)


def climb_to(climb: Climb, units: Ints, sets: Mask) -> Ints:
    """Return how far each answer gets when a set of indicators is raised: rows x indicators, in rungs.

    Parameters
    ----------
    climb
        From `prepare_climb`.
    units
        For each row, which unit.
    sets
        Rows x indicators: which ones are raised.
    """
    level = np.where(sets, climb.rungs[units], 0)
    for gate in climb.gates:
        open_ = gate.there[units]
        for column, need in gate.firsts:
            open_ = open_ | (level[:, column] >= need[units])
        level[:, gate.column] = np.where(
            open_, level[:, gate.column], np.minimum(level[:, gate.column], gate.cap[units])
        )
    return level


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Where rows get: place of the stage (highest 0, unstaged -1; a need that cannot be told counts as not met), total, and share of the points of some groups of indicators (0-100; NaN: too little answered)."""

    place: NDArray[np.int8]
    total: Floats
    shares: Floats


def reach(
    climb: Climb, units: Ints, sets: Mask, groups: Sequence[Sequence[str]] = (), *, least: float = 0.5
) -> Reached:
    """Return where units get when sets of indicators are raised.

    Parameters
    ----------
    climb, units, sets
        As for `climb_to`.
    groups
        Groups of indicators whose share of points is wanted, such as those that speak to one problem.
    least
        With less than this part of the weight that applies answered a group has no share.
    """
    found = [
        _reach(climb, units[a : a + _CHUNK], sets[a : a + _CHUNK], groups, least) for a in range(0, len(units), _CHUNK)
    ]
    if not found:
        return Reached(np.zeros(0, dtype=np.int8), np.zeros(0), np.zeros((0, len(groups))))
    return Reached(*(np.concatenate([getattr(one, name) for one in found]) for name in ("place", "total", "shares")))


def _reach(climb: Climb, units: Ints, sets: Mask, groups: Sequence[Sequence[str]], least: float) -> Reached:
    if climb.result.scores is None or climb.result.stages is None:
        raise TypeError("scores and stages are needed")
    system, rule, survey = climb.result.scores.system, climb.result.stages.rule, climb.result.survey
    level = climb_to(climb, units, sets)
    wide = (
        np.column_stack([level, np.zeros(len(units), dtype=np.int64)]).ravel() * climb.n
    )  # an answer that hangs on none stays
    start = np.arange(len(units)) * (level.shape[1] + 1)
    rows = {code: units + wide[start + drive[units] % (level.shape[1] + 1)] for code, drive in climb.drives.items()}
    parts = {code: _taken(part, rows[code]) for code, part in climb.parts.items()}
    for node in system.nodes:
        parts[node.code], _ = aggregate(node, [parts[child] for child in node.children], survey.answers.units)
    values = {node.code: parts[node.code].value for node in system.nodes}
    points = {i.code: parts[i.code].value for i in system.indicators}
    out = {code: part.out for code, part in parts.items()}
    none = np.zeros(len(units), dtype=bool)
    known = {code: Judged(truth[rows[code]], none) for code, truth in climb.truths.items()}
    judge = Judge(survey, Scored(system, values, points, out), {}, known, units)
    judged = {need.code: meets(need, judge) for need in rule.needs}
    for need in judged.values():
        need.truth = np.where(
            need.truth == UNKNOWN, np.int8(FALSE), need.truth
        )  # what cannot be told counts as not met
    place = places_of_stages(rule, judged, (len(units),))
    return Reached(place, values[system.total], _shares(parts, groups, len(units), least))


def _shares(parts: Mapping[str, Part], groups: Sequence[Sequence[str]], n: int, least: float) -> Floats:
    """Return what each group earned of what it could earn, by most times weight as in an area of the index; NaN where too little of what applies was answered."""
    shares = np.full((n, len(groups)), np.nan)
    for k, codes in enumerate(groups):
        earned, answered, applies = np.zeros(n), np.zeros(n), np.zeros(n)
        for code in codes:
            part = parts[code]
            there = ~np.isnan(part.value) & ~part.out
            earned += np.where(there, part.weight * part.value, 0.0)
            answered += np.where(there, part.weight * part.most, 0.0)
            applies += np.where(part.out, 0.0, part.weight * part.most)
        enough = (answered > 0) & (answered >= least * applies - 1e-12)
        shares[:, k] = np.where(enough, 100.0 * earned / np.where(enough, answered, 1.0), np.nan)
    return shares


def _taken(part: Part, rows: Ints) -> Part:
    return replace(
        part, value=part.value[rows], out=part.out[rows], most=part.most[rows], earned=part.earned[rows],
        possible=part.possible[rows], applicable=part.applicable[rows],
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class LayeredView:
    """What conditions ask of answers raised to some levels (`conditions.AnswerView`)."""

    climb: Climb
    units: Ints
    level: Ints

    def _rows(self, question: str) -> Ints:
        column = self.climb.questions.index(question) if question in self.climb.questions else -1
        return np.asarray(self.units + (self.climb.n * self.level[:, column] if column >= 0 else 0))

    def is_option(self, question: str, option: str) -> tuple[Truth, Truth]:
        """Return where the answer is known, and where it is this option."""
        known, chosen = AnswerView(self.climb.layered).is_option(question, option)
        rows = self._rows(question)
        return known[rows], chosen[rows]

    def places(self, question: str) -> Floats:
        """Return places, numbers or percentages; NaN where there is none."""
        return np.asarray(AnswerView(self.climb.layered).places(question)[self._rows(question)])

    def place_of(self, question: str, literal: str) -> float:
        """Return the place of an option code, or the number."""
        return AnswerView(self.climb.layered).place_of(question, literal)

    def in_state(self, question: str, word: str) -> Mask:
        """Return where the answer is in the state of that name."""
        return np.asarray(AnswerView(self.climb.layered).in_state(question, word)[self._rows(question)])
