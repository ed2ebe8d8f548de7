"""How severe is each problem, for every enterprise: 100 less what was earned of what could be earned, by problem and measure.

Three measures stand side by side and are never added: the index's indicators that name the problem, the questionnaire's answers on facts, and how far the enterprise says it holds up work.
Five problems stay five.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.platform_use import landscape_behind
from hmsurvey.arithmetic import tidy
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.landscape import Landscape
from hmsurvey.points import earn
from hmsurvey.provenance import Provenance, combine
from hmsurvey.severities import MEASURES
from hmsurvey.study import Analysis, SurveyResult

INDEX = "index"
MEASURE_WORDS = {
    INDEX: Text("指标失分", "points lost in the index"),
    "state": Text("问卷事实", "answers on facts"),
    "effect": Text("自述影响", "effect as stated"),
}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Severities:
    """Severity of every enterprise: by measure a frame enterprise x problem (0 none, 100 nothing of it is there; NaN: too little answered).

    `items` counts what a measure rests on, by measure and problem.
    """

    result: SurveyResult
    values: dict[str, pd.DataFrame]
    items: dict[tuple[str, str], int]
    problems: dict[str, Text]
    provenance: Provenance


def measures_problems(result: SurveyResult, landscape: Landscape) -> bool:
    """Tell whether a survey has something that speaks to the problems: indicators that name one, or the questions of the severities."""
    codes = {problem.code for problem in landscape.agenda.problems}
    if result.scores is not None and any(i.fact("problem") in codes for i in result.scores.system.indicators):
        return True
    book = result.survey.codebook
    known = {question.code for question in book.all_questions}
    asked = [i.indicator.question for i in landscape.severities.items if "*" not in i.indicator.question]
    return book.id == landscape.severities.codebook and set(asked) <= known


def severities_of(source: Analysis | SurveyResult, survey: str = "") -> Severities:
    """Measure the severity of every problem for every enterprise of a survey.

    Parameters
    ----------
    source
        A study carried out, or one survey of it.
    survey
        Which survey of the study.

    Returns
    -------
    Severities
        From an index survey the measure "index", from the questionnaire "state" and "effect".

    Raises
    ------
    UsageError
        Nothing in the survey speaks to the problems.
    DefinitionError
        The severities do not fit the survey's codebook.

    Notes
    -----
    severity = 100 (1 - sum w s / sum w) over the items of a problem, with s the share of an item's most that was earned, and w its most times its weight for indicators (as in an area of the
    index), its weight for items of the questionnaire. Items that do not apply leave the sums; with less than `min_available` of the weight that applies answered there is none (A180-A182).
    """
    result = source if isinstance(source, SurveyResult) else source[survey or next(iter(source.results))]
    landscape = landscape_behind(source)
    scale, codes = landscape.severities, [p.code for p in landscape.agenda.problems]
    if not measures_problems(result, landscape):
        raise UsageError(
            Problem(
                Text("这项调查没有说明这些问题的指标或题目。", "Nothing in this survey speaks to the problems."),
                found=result.plan.code,
                expected=Text(f"带 problem 的指标，或问卷 {scale.codebook}", f"indicators with a `problem`, or the questionnaire {scale.codebook}"),
            )
        )  # fmt: skip
    index = pd.Index(result.survey.answers.units, name="unit", dtype=object)
    values: dict[str, pd.DataFrame] = {}
    items: dict[tuple[str, str], int] = {}
    if result.survey.codebook.id == scale.codebook:
        for measure in MEASURES:
            parts = _answered(result, landscape, measure)
            values[measure] = pd.DataFrame({c: _severity(parts[c], scale.min_available) for c in codes}, index=index)
            items |= {(measure, code): len(parts[code]) for code in codes}
    if result.scores is not None:
        lost = {code: _lost(result, code) for code in codes}
        if any(lost.values()):
            values[INDEX] = pd.DataFrame({c: _severity(lost[c], scale.min_available) for c in codes}, index=index)
            items |= {(INDEX, code): len(lost[code]) for code in codes}
    made = Provenance(definitions=(f"{scale.id} {scale.version}", f"{landscape.agenda.id} {landscape.agenda.version}"))
    base = result.scores.provenance if result.scores is not None else result.survey.provenance
    return Severities(result, values, items, {p.code: p.label for p in landscape.agenda.problems}, combine(base, made))


Part = tuple[Floats, NDArray[np.bool_], float]  # share of the most (NaN: gap), out (does not apply), weight


def _answered(result: SurveyResult, landscape: Landscape, measure: str) -> dict[str, list[Part]]:
    """Return the items of the questionnaire by problem; an item of several questions is the mean over those that were answered."""
    scale, answers = landscape.severities, result.survey.answers
    found: dict[str, list[Part]] = {p.code: [] for p in landscape.agenda.problems}
    for item, indicators in scale.expanded(result.survey.codebook):
        if item.measure != measure:
            continue
        earned = [earn(indicator, answers) for indicator in indicators]
        shares = np.array([one.points / one.most for one in earned])
        out = np.array([one.out for one in earned])
        there = ~np.isnan(shares) & ~out
        applies = (~out).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(there, shares, 0.0).sum(axis=0) / there.sum(axis=0)
            enough = there.sum(axis=0) >= scale.min_available * applies
        found[item.problem].append((np.where(enough, mean, np.nan), applies == 0, item.indicator.weight))
    return found


def _lost(result: SurveyResult, problem: str) -> list[Part]:
    """Return the indicators that name a problem, with their most as weight: as in an area of the index."""
    scores = result.scores
    if scores is None:
        return []
    parts: list[Part] = []
    for indicator in scores.system.indicators:
        most = float(scores.most[indicator.code])
        if indicator.fact("problem") != problem or not indicator.scored or indicator.bonus or not most > 0:
            continue
        out = scores.not_applicable[indicator.code].to_numpy(dtype=bool)
        points = scores.points[indicator.code].to_numpy(dtype=float)
        parts.append((points / most, out, most * indicator.weight))
    return parts


def _severity(parts: Sequence[Part], least: float) -> Floats:
    """Return 100 less the weighted share earned; NaN where too little of the weight that applies was answered."""
    if not parts:
        return np.array([])
    shares = np.array([share for share, _, _ in parts])
    out = np.array([gone for _, gone, _ in parts])
    weights = np.array([[weight] for _, _, weight in parts])
    there = ~np.isnan(shares) & ~out
    applies, answered = (weights * ~out).sum(axis=0), (weights * there).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        earned = (weights * np.where(there, shares, 0.0)).sum(axis=0) / answered
    enough = (answered > 0) & (answered >= least * applies - 1e-12)
    return tidy(np.where(enough, 100.0 * (1.0 - earned), np.nan))


__all__ = ["INDEX", "MEASURE_WORDS", "Severities", "measures_problems", "severities_of"]
