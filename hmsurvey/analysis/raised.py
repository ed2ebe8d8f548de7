"""Everyone scored and staged anew with some answers raised, by the engine: what measures, coalitions and comparisons over time ask.

An answer is never lowered. What is missing, not applicable or not asked stays as it is, as in the plans; with efforts given, fixed answers stay too, limits hold
(`at_most`), and what has to be there first is looked for among all answers once they are raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hmsurvey.analysis.raising import places_now
from hmsurvey.answers import ANSWERED, DK, Answers, derive
from hmsurvey.effort import KINDS, Efforts, Order, highest_place, items_of
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.questions import Codebook, Derived, Question
from hmsurvey.scoring import Scores, score_answers
from hmsurvey.staging import Stages, stage
from hmsurvey.study import SurveyResult
from hmsurvey.survey import Survey
from hmsurvey.systems import IndicatorSystem

Floats = NDArray[np.float64]
Targets = Mapping[str, Floats | float]
_DUST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Raised:
    """Answers with some of them raised.

    Attributes
    ----------
    answers
        Those of everyone; derived questions are counted anew.
    before, after
        By question, the place of each unit; NaN where nothing can be said.
    effort
        Of all answers raised, by unit, each in halves begun as in the plans; NaN without efforts.
    """

    answers: Answers
    before: Mapping[str, Floats]
    after: Mapping[str, Floats]
    effort: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Restaged:
    """Scores and stages of everyone with some answers raised; `scores` is None where the survey has no index."""

    raised: Raised
    survey: Survey
    scores: Scores | None
    stages: Stages


def restage_raised(result: SurveyResult, targets: Targets, *, efforts: Efforts | None = None) -> Restaged:
    """Score and stage everyone anew with some answers raised.

    Parameters
    ----------
    result
        A survey, staged.
    targets
        By question the place it is raised to: one number for all, or one a unit in the survey's order (NaN: as it is). A place is a level (lowest 0), a number, a
        percentage of a rate, or how many items are ticked. Who stands higher stays there.
    efforts
        Where given, its fixed answers stay as they are, its limits and orders hold, and the effort is summed. Without it only the scale of the question bounds.

    Raises
    ------
    UsageError
        No rule; a question that is not there, has no scale or no effort; a place past its scale; a number of places that is not that of the units.

    Notes
    -----
    What comes out is the engine's word. It can be lower than before: where a rule has a way for those who lack something (the default rule has one for small plants
    without an office system, `oa`), where a raised answer makes an indicator apply, or where an index values low places. Who asks what helps takes the better of the two.
    """
    if result.stages is None:
        raise UsageError(
            Problem(Text("这项调查没有分段规则。", "This survey has no staging rule."), where=result.plan.code)
        )
    system = result.scores.system if result.scores is not None else None
    raised = raise_answers(result.survey.answers, system, targets, efforts=efforts)
    survey = replace(result.survey, answers=raised.answers)
    scores = score_answers(raised.answers, system, result.scores.provenance) if system and result.scores else None
    return Restaged(raised, survey, scores, stage(survey, result.stages.rule, scores=scores))


def raise_answers(
    answers: Answers, system: IndicatorSystem | None, targets: Targets, *, efforts: Efforts | None = None
) -> Raised:
    """Raise answers of a batch of units, as `restage_raised` does."""
    book = answers.codebook
    asked = {code: _raisable(book, code, efforts) for code in targets}
    items = {code: items_of(q, system) for code, q in asked.items() if q.kind == "many"}
    before = {code: places_now(answers, q, items.get(code, ())) for code, q in asked.items()}
    wanted, derived = {}, {d.question.code: d for d in book.derived}
    for code, question in asked.items():
        place = _wanted(question, targets[code], len(answers), highest_place(question, system))
        effort = efforts.effort(code) if efforts is not None else None
        if effort is not None and effort.at_most:
            place = np.minimum(place, answers.values[effort.at_most])
        if efforts is not None and code in efforts.fixed:
            place = np.full(len(answers), np.nan)
        place = np.minimum(place, _room(derived[code], answers)) if code in derived else place
        wanted[code] = _reachable(question, answers, before[code], place)
    if efforts is not None:
        wanted = _in_order(answers, system, efforts, before, wanted)
    return Raised(
        _written(answers, asked, items, before, wanted), before, wanted, _effort(efforts, before, wanted, len(answers))
    )


def _raisable(book: Codebook, code: str, efforts: Efforts | None) -> Question:
    """Return a question whose answers can be raised."""
    pooled = {d.question.code for d in book.derived if d.pool}
    known = [q.code for q in book.all_questions if q.kind in KINDS and q.code not in pooled]
    if efforts is not None:
        known = [c for c in known if efforts.effort(c) is not None or c in efforts.fixed]
    if code not in known:
        near = [other for other in known if other[:1] == code[:1]] or known
        raise UsageError(
            Problem(
                Text("没有这道可以提高的题。", "There is no such question whose answers can be raised."),
                found=code,
                expected=Text("、".join(near), ", ".join(near)),
            )
        )
    return book.question(code)


def _wanted(question: Question, target: Floats | float, n: int, top: float | None) -> Floats:
    place = np.asarray(target, dtype=np.float64)
    if place.shape not in ((), (n,)):
        raise UsageError(
            Problem(
                Text("档次的个数与单位数不符。", "There are not as many places as units."),
                where=question.code,
                found=str(place.size),
                expected=Text(f"一个数，或 {n} 个", f"one number, or {n}"),
            )
        )
    bad = place[~np.isnan(place)]
    bad = bad[(bad < 0) | (bad > (np.inf if top is None else top))]
    whole = place[~np.isnan(place)]
    if question.kind in ("one", "many") and (whole != np.floor(whole)).any():
        bad = whole[whole != np.floor(whole)]
    if bad.size:
        limit = "" if top is None else f"{top:g}"
        raise UsageError(
            Problem(
                Text("超出了这道题的档次。", "A place is off the scale of the question."),
                where=question.code,
                found=", ".join(f"{p:g}" for p in sorted(set(bad.tolist()))[:5]),
                expected=Text(f"0 至 {limit}" if limit else "不小于 0", f"0 to {limit}" if limit else "0 or above"),
            )
        )
    return np.broadcast_to(place, (n,)).copy()


def _room(derived: Derived, answers: Answers) -> Floats:
    """Return the highest place of a counted question: what is not asked, not applicable or missing cannot be made to count."""
    count = derived.count
    if count is None:
        return np.full(len(answers), np.nan)
    states = [answers.states[part] for part in count.questions]
    room = np.sum([(state == ANSWERED) | (state == DK) for state in states], axis=0).astype(np.float64)
    if derived.question.kind != "rate":
        return room
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.floor(np.minimum(room, bottom := answers.values[derived.question.code][:, 1])) * 100.0 / bottom


def _reachable(question: Question, answers: Answers, now: Floats, place: Floats) -> Floats:
    """Return the places reached: those wanted where they are higher; of a rate the first whole numerator at or above; NaN where nothing can be said."""
    if question.kind == "rate":
        bottom = answers.values[question.code][:, 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            top = np.ceil(place * bottom / 100.0 - _DUST)
            place = np.where((bottom > 0) & (top <= bottom), 100.0 * top / bottom, np.nan)
    with np.errstate(invalid="ignore"):
        return np.where(place > now + _DUST, place, now)


def _in_order(
    answers: Answers,
    system: IndicatorSystem | None,
    efforts: Efforts,
    before: Mapping[str, Floats],
    wanted: Mapping[str, Floats],
) -> dict[str, Floats]:
    """Hold back what waits for an answer that is not there once everything is raised; who is held back may hold back others."""
    after = dict(wanted)
    orders = [order for order in efforts.orders if order.question in after]
    still = {
        first: places_now(answers, question, items_of(question, system) if question.kind == "many" else ())
        for first in dict.fromkeys(f for order in orders for f in order.first)
        if first not in after
        for question in [answers.codebook.question(first)]
    }
    moved = True
    while moved:
        moved = False
        for order in orders:
            here, now = after[order.question], before[order.question]
            there = np.zeros(len(here), dtype=bool)
            with np.errstate(invalid="ignore"):
                for first in order.first:
                    there |= (after if first in after else still)[first] >= order.least - _DUST
                held = (here > now + _DUST) & (here >= order.reach - _DUST) & ~there
            if held.any():
                low = _below(order, efforts, answers.codebook.question(order.question))
                back = _reachable(answers.codebook.question(order.question), answers, now, np.full(len(here), low))
                over = held & (back >= order.reach - _DUST)  # the numerator of a small rate can jump past the order
                after[order.question] = np.where(over, now, np.where(held, np.fmin(back, here), here))
                moved = True
    return after


def _below(order: Order, efforts: Efforts, question: Question) -> float:
    """Return the highest place below an order: a level or item fewer, or the step of the efforts before it; NaN: none."""
    if question.kind in ("one", "many"):
        return float(np.ceil(order.reach) - 1) if order.reach >= 1 else np.nan
    effort = efforts.effort(order.question)
    steps = [place for place, _ in effort.steps if place < order.reach - _DUST] if effort else []
    return steps[-1] if steps else np.nan


def _effort(efforts: Efforts | None, before: Mapping[str, Floats], after: Mapping[str, Floats], n: int) -> Floats:
    if efforts is None:
        return np.full(n, np.nan)
    total = np.zeros(n)
    for code, places in after.items():
        one = efforts.effort(code)
        if one is None:
            continue
        risen = places > before[code] + _DUST
        climb = one.upto_many(places[risen]) - one.upto_many(before[code][risen])
        total[risen] += np.ceil(2.0 * climb - 1e-6) / 2.0
    return total


def _written(
    answers: Answers,
    asked: Mapping[str, Question],
    items: Mapping[str, tuple[int, ...]],
    before: Mapping[str, Floats],
    after: Mapping[str, Floats],
) -> Answers:
    """Return answers as they would be given."""
    values: dict[str, NDArray[Any]] = dict(answers.values)
    states = dict(answers.states)
    derived = {d.question.code: d for d in answers.codebook.derived}
    for code, question in asked.items():
        risen = np.flatnonzero(after[code] > before[code] + _DUST)
        if not risen.size:
            continue
        place = after[code][risen]
        if code in derived:
            if question.kind == "rate":
                place = np.round(place * answers.values[code][risen, 1] / 100.0)
            _count_up(derived[code], answers.codebook, values, states, risen, place)
            continue
        values[code], states[code] = values[code].copy(), states[code].copy()
        states[code][risen] = ANSWERED
        if question.kind == "one":
            table = np.array([question.place_of_option(level) for level in question.levels])
            values[code][risen] = table[place.astype(np.int64)]
        elif question.kind == "many":
            values[code][risen] = _ticked(question, items[code], values[code][risen], place)
        elif question.kind == "rate":
            values[code][risen, 0] = np.round(place * values[code][risen, 1] / 100.0)
        else:
            values[code][risen] = place
    changed = Answers(answers.codebook, answers.units, values, states)
    return derive(changed) if derived else changed


def _ticked(question: Question, items: tuple[int, ...], ticks: NDArray[Any], wanted: Floats) -> NDArray[Any]:
    """Tick the first open items, in the codebook's order, until there are as many as wanted."""
    ticks = ticks.copy()
    silent = [place for place, option in enumerate(question.options) if option.kind in ("none", "na", "dk")]
    ticks[:, silent] = False
    own = ticks[:, list(items)]
    lacking = wanted - own.sum(axis=1)
    ticks[:, list(items)] = own | (~own & (np.cumsum(~own, axis=1) <= lacking[:, None]))
    return ticks


def _count_up(
    derived: Derived,
    book: Codebook,
    values: dict[str, NDArray[Any]],
    states: dict[str, NDArray[np.int8]],
    rows: NDArray[np.int64],
    wanted: Floats,
) -> None:
    """Raise a counted question: answer as counted, one question after another, until enough are."""
    count = derived.count
    if count is None:
        return
    good = {
        part: [p for p, option in enumerate(book.question(part).options) if option.code in count.answers]
        for part in count.questions
    }
    hits = {part: np.isin(values[part][rows], good[part]) & (states[part][rows] == ANSWERED) for part in good}
    lacking = wanted - np.sum(list(hits.values()), axis=0)
    for part, hit in hits.items():
        was = states[part][rows]
        now = ~hit & ((was == ANSWERED) | (was == DK)) & (lacking > 0)
        values[part], states[part] = values[part].copy(), states[part].copy()
        values[part][rows[now]], states[part][rows[now]] = good[part][0], ANSWERED
        lacking = lacking - now
