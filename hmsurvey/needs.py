"""Is a need met? True, not, or cannot be told, for a batch of units, at one cut-off or at many.

Scores are (units,), or (draws, units) where something below them varies; a bound is a number, or (draws, 1). What a need is stands in `rules`; `staging` puts the
answers together to stages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hmsurvey.answers import DK, MISSING, NA, SKIPPED, Answers, AnswerView, is_usable, places_of
from hmsurvey.arithmetic import snap
from hmsurvey.conditions import FALSE, TRUE, UNKNOWN, Truth, evaluate
from hmsurvey.questions import matching_codes
from hmsurvey.rulefitting import place_in_scale
from hmsurvey.rules import Need
from hmsurvey.survey import Survey
from hmsurvey.systems import IndicatorSystem

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Bounds = Sequence[tuple[str, float | Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What needs ask of scores: nodes' values, indicators' points, and who is out of them."""

    system: IndicatorSystem
    values: Mapping[str, Floats]
    points: Mapping[str, Floats]
    out: Mapping[str, Mask]


@dataclass(slots=True, eq=False)
class Judged:
    """Whether a need is met (TRUE, FALSE, UNKNOWN), and where a score that it asks for is missing."""

    truth: Truth
    score_missing: Mask


@dataclass(slots=True, eq=False)
class Judge:
    """Tells whether needs are met.

    `limits` holds, by a need's code, other bounds than its own; `known` what was judged before and need not be judged again; `rows` (draws x units) which row of the survey each draw
    takes for each unit, where that varies.
    """

    survey: Survey
    scored: Scored | None = None
    limits: Mapping[str, Bounds] = field(default_factory=dict)
    known: Mapping[str, Judged] = field(default_factory=dict)
    rows: NDArray[np.int64] | None = None


def meets(need: Need, by: Judge) -> Judged:
    """Tell whether a need is met."""
    if need.code in by.known:
        return by.known[need.code]
    n = len(by.survey.answers) if by.rows is None else by.rows.shape[-1]
    none = np.zeros(n, dtype=bool)
    if need.subject in ("any", "all"):
        parts = [meets(part, by) for part in need.parts]
        join = np.maximum if need.subject == "any" else np.minimum
        truth, missing = parts[0].truth, parts[0].score_missing
        for part in parts[1:]:
            truth, missing = join(truth, part.truth), missing | part.score_missing
        return Judged(truth, missing)
    if need.subject == "condition" and need.condition is not None:
        return Judged(evaluate(need.condition, AnswerView(by.survey.answers)), none)
    bounds = by.limits.get(need.code, need.bounds)
    if need.subject in ("share_of", "count_of"):
        return Judged(_share(need, bounds, by), none)
    if need.subject == "answer":
        return Judged(_answer(need, by.survey), none)
    if by.scored is None:  # check_rule has refused this already
        raise TypeError("scores are needed")
    if need.subject == "points":
        found, na = by.scored.points[need.target], by.scored.out[need.target]
        return Judged(_truth(within(found, bounds), np.isnan(found) & ~na, na, need), none)
    return _score(need, bounds, by.scored)


def within(values: Floats, bounds: Bounds) -> Mask:
    """Tell where values lie within bounds, after bringing both to nine decimals."""
    values, inside = snap(values), np.asarray(True)
    with np.errstate(invalid="ignore"):
        for key, bound in bounds:
            limit = snap(bound) if isinstance(bound, np.ndarray) else round(bound, 9)
            met = {"min": np.greater_equal, "above": np.greater, "max": np.less_equal, "below": np.less}[key]
            inside = inside & met(values, limit)
    return inside if inside.ndim else np.full(values.shape, bool(inside))


def _truth(met: Mask, unknown: Mask, na: Mask, need: Need) -> Truth:
    truth = met.astype(np.int8)
    truth *= TRUE
    if unknown.any():
        truth = np.where(unknown, np.int8(UNKNOWN), truth)
    if na.any():
        truth = np.where(na, np.int8({"met": TRUE, "not_met": FALSE, "unstaged": UNKNOWN}[need.na]), truth)
    return truth


def nodes_of(need: Need, system: IndicatorSystem) -> list[str]:
    """Return the nodes whose scores a need asks for."""
    return [need.target] if need.subject == "score" else [node.code for node in system.level(need.target)]


def _score(need: Need, bounds: Bounds, scored: Scored) -> Judged:
    truth: Truth | None = None
    missing: Mask | None = None
    for code in nodes_of(need, scored.system):
        value, na = scored.values[code], scored.out[code]
        gap = np.isnan(value) & ~na
        one = _truth(within(value, bounds), gap, na, need)
        truth = one if truth is None else np.minimum(truth, one)
        missing = gap if missing is None else missing | gap
    if truth is None or missing is None:  # check_rule has refused an empty level already
        raise TypeError("a need without nodes")
    return Judged(truth, missing)


def _answer(need: Need, survey: Survey) -> Truth:
    question = survey.codebook.question(need.target)
    states = survey.answers.states[need.target]
    if need.options:
        met = _is_one_of(need.target, need.options, survey.answers)
    else:
        bounds = need.bounds
        if question.kind == "one":
            bounds = tuple((key, place_in_scale(question, value)) for key, value in bounds)
        met = within(answer_places(need, survey), bounds)
    na = ((states == NA) | (states == SKIPPED)) & ~met
    return _truth(met, states == MISSING, na, need)


def answer_places(need: Need, survey: Survey) -> Floats:
    """Return what each unit has where a need is about an answer: its place, number or percentage."""
    question, states = survey.codebook.question(need.target), survey.answers.states[need.target]
    return np.where(is_usable(states), places_of(question, survey.answers.values[need.target]), np.nan)


def _is_one_of(question: str, options: tuple[str, ...], answers: Answers) -> Mask:
    """Tell where an answer is one of these; "n/a" and "don't know" count where they are named."""
    view = AnswerView(answers)
    return np.logical_or.reduce([view.is_option(question, option)[1].astype(bool) for option in options])


def shares_of(need: Need, survey: Survey) -> tuple[Floats, Floats, Mask]:
    """Return lowest and highest possible share (or count) of a need over several questions, and to whom it applies."""
    answers = survey.answers
    codes = matching_codes(need.target, [q.code for q in survey.codebook.all_questions])
    n = len(answers)
    met, missing, applicable = np.zeros(n), np.zeros(n), np.zeros(n)
    for code in codes:
        question, states = survey.codebook.question(code), answers.states[code]
        if need.options:
            hit = _is_one_of(code, need.options, answers)
        else:
            least = question.levels.index(need.at_least) if question.kind == "one" else float(need.at_least)
            hit = is_usable(states) & within(places_of(question, answers.values[code]), (("min", float(least)),))
        met += hit
        missing += (states == MISSING) & (need.among == "applicable")
        applicable += hit | is_usable(states) | (states == DK) | ((states == MISSING) & (need.among == "applicable"))
    base = applicable if need.subject == "share_of" else np.ones(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return met / base, (met + missing) / base, applicable > 0


def _share(need: Need, bounds: Bounds, by: Judge) -> Truth:
    """Judge a share or count of questions; what is missing could go either way."""
    low, high, applies = shares_of(need, by.survey)
    if by.rows is not None:
        low, high, applies = low[by.rows], high[by.rows], applies[by.rows]
    sure = within(low, bounds) & within(high, bounds)
    never = np.zeros(sure.shape, dtype=bool)
    for bound in bounds:
        never = never | (~within(low, (bound,)) & ~within(high, (bound,)))
    return _truth(sure, ~sure & ~never, ~applies, need)
