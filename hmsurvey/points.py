"""From answers to points: the arithmetic of each way of scoring, for a whole batch of units at once.

No row looks at another, except in `normalise`, a separate step over all units of the run. What an answer that is not there earns is
the system's declared policy, applied in one place (`_settle`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hmsurvey.answers import ANSWERED, DK, MISSING, NA, NUMERIC, SKIPPED, Answers, AnswerView, is_usable, percentages
from hmsurvey.arithmetic import tidy
from hmsurvey.conditions import TRUE, evaluate
from hmsurvey.questions import Question
from hmsurvey.scorings import (
    AllOrItemise,
    Band,
    Bands,
    ByOption,
    CountBands,
    Deduct,
    Each,
    Given,
    Goalposts,
    Line,
    Normalise,
    Scoring,
)
from hmsurvey.systems import Indicator, Over, most_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Earned:
    """Points of one indicator: NaN where missing or out; `out` where it left the denominator; `most` it could give."""

    points: Floats
    out: Mask
    most: float


def earn(indicator: Indicator, answers: Answers) -> Earned:
    """Return the points every unit earns on one indicator."""
    question = answers.codebook.question(indicator.question)
    states = answers.states[indicator.question].copy()
    view = AnswerView(answers)
    raw, no_denominator = _raw(indicator, question, answers, view)
    most = most_of(indicator, question)
    points = _by_scoring(indicator, question, raw, view) * indicator.factor
    refused = np.zeros(len(answers), dtype=bool)
    if indicator.na_if is not None:
        refused = (states == NA) & (evaluate(indicator.na_if, view) != TRUE)
    if question.kind == "one":  # a silent option that the scoring gives points of its own needs no policy
        states[np.isin(states, (NA, DK)) & ~np.isnan(points) & ~refused] = ANSWERED
    earned = _settle(indicator, points, states, no_denominator, np.nan if most is None else most)
    earned.points[refused], earned.out[refused] = 0.0, False
    return earned


def _raw(indicator: Indicator, question: Question, answers: Answers, view: AnswerView) -> tuple[Any, Mask]:
    """Return what the scoring works on (option places, ticks or numbers), and where a denominator is zero."""
    values, states = answers.values[question.code], answers.states[question.code]
    none = np.zeros(len(answers), dtype=bool)
    if question.kind not in (*NUMERIC, "rate"):
        return values, none
    zero = none
    if question.kind == "rate":
        numbers, zero = percentages(values), (values[:, 1] == 0) & (states == ANSWERED)
    else:
        numbers = np.where(states == ANSWERED, values, np.nan)
    if indicator.over:
        bottom = _bottom(indicator.over, answers, view)
        zero = zero | ((bottom == 0) & (states == ANSWERED))
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers = np.where(bottom == 0, np.nan, 100.0 * numbers / bottom)
    return numbers, zero


def _bottom(over: Over, answers: Answers, view: AnswerView) -> Floats:
    bottom = np.full(len(answers), over.value)
    for condition, value in reversed(over.when):
        bottom = np.where(evaluate(condition, view) == TRUE, value, bottom)
    if over.at_most:
        limit = answers.values[over.at_most]
        bottom = np.where(np.isnan(limit), bottom, np.minimum(bottom, limit))
    return bottom


def _by_scoring(indicator: Indicator, question: Question, raw: Any, view: AnswerView) -> Floats:
    negative = indicator.direction == "negative"
    points = _spread(indicator, indicator.scoring, apply_scoring(indicator.scoring, question, raw, negative=negative))
    for condition, scoring in reversed(indicator.when):
        other = _spread(indicator, scoring, apply_scoring(scoring, question, raw, negative=negative))
        points = np.where(evaluate(condition, view) == TRUE, other, points)
    return points


def _spread(indicator: Indicator, scoring: Scoring, points: Floats) -> Floats:
    """Stretch the 0 to 1 between goalposts over the indicator's `max`, if it has one."""
    return points * indicator.most if isinstance(scoring, Goalposts) and indicator.most is not None else points


def _settle(indicator: Indicator, points: Floats, states: NDArray[np.int8], no_bottom: Mask, most: float) -> Earned:
    """Apply the declared policy to every kind of silence."""
    points = np.where(is_usable(states), points, np.nan)
    out = np.zeros(len(points), dtype=bool)
    policy = dict(indicator.policy)
    for state, word in ((MISSING, "missing"), (NA, "na"), (DK, "dk"), (SKIPPED, "skipped")):
        _fill(points, out, states == state, policy[word], most)
    if no_bottom.any():
        own = indicator.zero_denominator
        _fill(points, out, no_bottom, policy["missing"] if own == "missing" else own, most)
    return Earned(tidy(points), out, most)


def _fill(points: Floats, out: Mask, where: Mask, policy: str | float, most: float) -> None:
    if policy == "propagate":
        points[where] = np.nan
    elif policy == "drop":
        points[where] = np.nan
        out |= where
    elif policy == "zero":
        points[where] = 0.0
    elif policy == "credit":
        points[where] = most
    else:
        points[where] = float(policy)


def apply_scoring(scoring: Scoring, question: Question, raw: Any, *, negative: bool = False) -> Floats:
    """Return points for option places (`one`), ticks (`many`) or numbers; NaN stays NaN.

    `raw` has the shape that `Answers` gives to the question's kind (a rate comes as percentages).
    """
    if isinstance(scoring, ByOption):
        points = dict(scoring.points)
        other = np.nan if scoring.otherwise is None else scoring.otherwise
        table = [points.get(o.code, np.nan if o.kind in ("na", "dk") else other) for o in question.options]
        return np.array([*table, np.nan])[raw]
    if isinstance(scoring, Each | AllOrItemise | Deduct | CountBands):
        return _many(scoring, question, raw)
    numbers = np.asarray(raw, dtype=np.float64)
    if isinstance(scoring, Given | Bands | Line):
        return on_number(scoring, numbers)
    if isinstance(scoring, Goalposts):
        shares = on_number(scoring, numbers)
        return 1.0 - shares if negative else shares
    return normalise(scoring, -numbers if negative else numbers)


def _many(scoring: Each | AllOrItemise | Deduct | CountBands, question: Question, ticks: Mask) -> Floats:
    items = np.array([o.kind in ("answer", "other") for o in question.options])
    codes = [o.code for o in question.options]
    if isinstance(scoring, Each):
        points = dict(scoring.points)
        table = np.array(
            [points.get(c, (scoring.every or 0.0) if item else 0.0) for c, item in zip(codes, items, strict=True)]
        )
        total = ticks @ table
        return total if scoring.cap is None else np.minimum(total, scoring.cap)
    if isinstance(scoring, AllOrItemise):
        whole = ticks[:, codes.index(scoring.full_if)]
        others = items & (np.array(codes) != scoring.full_if)
        count = ticks[:, others].sum(axis=1)
        return np.where(whole | (count == others.sum()), scoring.full, count * scoring.each)
    count = ticks[:, items].sum(axis=1)
    if isinstance(scoring, Deduct):
        return np.maximum(scoring.start - scoring.each * (items.sum() - count), scoring.floor)
    return _in_bands(scoring.bands, count.astype(np.float64))


def _in_bands(bands: tuple[Band, ...], numbers: Floats) -> Floats:
    points = np.where(np.isnan(numbers), np.nan, 0.0)  # below the lowest bound nothing is reached
    met = np.round(numbers, 9)
    with np.errstate(invalid="ignore"):
        for band in bands:
            reached = met > band.bound if band.is_open else met >= band.bound
            points[reached] = band.points
    return points


def on_number(scoring: Scoring, numbers: Floats) -> Floats:
    """Apply bands, a line, goalposts or "given" to numbers; the result of goalposts lies at 0 to 1 between the posts."""
    if isinstance(scoring, Bands):
        return _in_bands(scoring.bands, numbers)
    if isinstance(scoring, Line):
        knots = np.array(scoring.knots)
        return np.interp(numbers, knots[:, 0], knots[:, 1])
    if isinstance(scoring, Goalposts):
        low, high = scoring.low, scoring.high
        with np.errstate(invalid="ignore"):
            if scoring.cap in ("min", "both"):
                numbers = np.maximum(numbers, low)
            if scoring.cap in ("max", "both"):
                numbers = np.minimum(numbers, high)
            if scoring.scale == "log":
                safe = np.where(numbers > 0, numbers, np.nan)
                return (np.log(safe) - np.log(low)) / (np.log(high) - np.log(low))
        return (numbers - low) / (high - low)
    return numbers


def normalise(scoring: Normalise, numbers: Floats) -> Floats:
    """Place numbers among all of them.

    Missing numbers stay missing and are not counted. `minmax` maps lowest and highest to `to`; `zscore` gives mean and standard deviation `to` (sd with
    n - 1); `rank` counts from 1 for the lowest, ties take the lowest place; `percentile` is (rank - 1) / (n - 1).
    A constant column has no place to give: its result is missing.

    References: OECD/JRC Handbook on Constructing Composite Indicators (2008), step 5.
    """
    there = ~np.isnan(numbers)
    found = numbers[there]
    result = np.full(numbers.shape, np.nan)
    if found.size == 0 or (found.min() == found.max() and scoring.method in ("minmax", "zscore")):
        return result
    low, high = scoring.to
    if scoring.method == "minmax":
        result[there] = (found - found.min()) / (found.max() - found.min()) * (high - low) + low
    elif scoring.method == "zscore":
        result[there] = (found - found.mean()) / found.std(ddof=1) * high + low
    else:
        ranks = np.searchsorted(np.sort(found), found, side="left") + 1.0
        share = (ranks - 1) / max(found.size - 1, 1)
        result[there] = ranks if scoring.method == "rank" else share * (high - low) + low
    return result
