"""Which indicators are hard to earn points on, and do the stages follow the same ladder: indicators and enterprises on one scale.

A partial-credit model takes every indicator as a few ordered steps. It needs no weights, and so it is a second opinion on the total; it takes seconds, and is asked for by itself.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import stats

from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import stage_labels
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.statistics.rasch import PartialCredit, collapse, fit_partial_credit
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

FEWEST = 10  # enterprises a step needs; rarer steps are merged with the one below


def indicator_steps(result: SurveyResult) -> tuple[pd.DataFrame, pd.Series]:
    """Return the points of every scored indicator as whole steps from 0, rare ones merged with the one below, and how many steps each has left.

    Raises
    ------
    UsageError
        The survey has no index.
    """
    scores = need_scores(result)
    codes = [i.code for i in scores.system.indicators if i.scored]
    steps = np.full((len(scores.points), len(codes)), np.nan)
    for j, code in enumerate(codes):
        points = scores.points[code].to_numpy()
        there = ~np.isnan(points)
        if there.any():
            steps[there, j] = np.unique(points[there], return_inverse=True)[1]
    merged, left = collapse(steps, least=FEWEST)
    return pd.DataFrame(merged, columns=codes, index=scores.points.index), pd.Series(left.astype(int), index=codes)


@lru_cache(maxsize=4)  # tables and figures of a report ask for the same; the noun is frozen
def fit_indicators(result: SurveyResult) -> PartialCredit:
    """Fit the partial-credit model to the points of all indicators (marginal maximum likelihood).

    Steps are the different points that were earned, in their order; a step with fewer than ten enterprises is merged with the one below, and an indicator with one step left is out.

    Raises
    ------
    UsageError
        The survey has no index, or fewer than three indicators vary.
    """
    steps, left = indicator_steps(result)
    kept = list(left.index[left > 1])
    if len(kept) < 3:
        raise UsageError(
            Problem(
                Text("有变化的指标太少，无法放到一把尺子上。", "Too few indicators vary to be placed on one scale."),
                where=result.plan.code,
                found=str(len(kept)),
                expected=Text("至少 3 个", "at least 3"),
            )
        )
    return fit_partial_credit(steps[kept].to_numpy(), names=kept)


def tabulate_difficulty(result: SurveyResult, *, fit: PartialCredit | None = None) -> Table:
    """List the indicators from the easiest to the hardest, in logits, with their standard errors.

    Returns
    -------
    Table
        `indicator`, `area`, `n_steps`, `location` (mean threshold), `error`, `first` and `last` (its lowest and highest threshold).
    """
    scores = need_scores(result)
    system = scores.system
    found = fit_indicators(result) if fit is None else fit
    frame = pd.DataFrame(
        {
            "indicator": found.names,
            "n_steps": [len(t) for t in found.thresholds],
            "location": found.item_locations,
            "error": [float(np.sqrt((e**2).sum())) / len(e) for e in found.threshold_errors],
            "first": [float(t.min()) for t in found.thresholds],
            "last": [float(t.max()) for t in found.thresholds],
        }
    ).sort_values("location", kind="stable", ignore_index=True)
    labels = {i.code: Text(f"{i.code} {i.label.of('zh')}", f"{i.code} {i.label.of('en')}") for i in system.indicators}
    columns = (
        Column("indicator", Text("指标", "Indicator"), "code", labels=labels),
        Column("n_steps", Text("档数", "Steps"), "count"),
        Column("location", Text("难度（logit）", "Difficulty (logits)"), "number", decimals=2),
        Column("error", Text("标准误", "Standard error"), "number", decimals=2),
        Column("first", Text("最低一档", "Lowest step"), "number", decimals=2),
        Column("last", Text("最高一档", "Highest step"), "number", decimals=2),
    )
    reliability = f"{found.reliability:.2f}"
    note = Text(
        f"分部计分模型（边际极大似然），企业能力均值为 0、标准差 {found.spread:.2f}，测量信度 {reliability}；不足 {FEWEST} 家的档并入下一档。各指标若在逻辑上相连，信度偏高。",
        f"Partial-credit model (marginal maximum likelihood); enterprises have mean 0 and standard deviation {found.spread:.2f}, reliability {reliability}; steps with fewer than {FEWEST} enterprises are merged with the one below. Where "
        "indicators are tied to each other by logic the reliability is too high.",
    )
    title = Text(f"指标的难易：{system.label.zh}", f"Easy and hard indicators: {system.label.en}")
    return Table(frame, scores.provenance, f"difficulty_{result.plan.code}", title, columns, (note,))


def tabulate_stage_measures(result: SurveyResult, *, fit: PartialCredit | None = None) -> Table:
    """Place the stages on the scale of the indicators: are they ordered as they suppose, and is the total?

    Returns
    -------
    Table
        A row a stage, the highest first: `n`, mean, lowest and highest measure of its enterprises (of at least ten; else empty). The note gives the rank correlation of measure and total.
    """
    stages, scores = need_stages(result), need_scores(result)
    found = fit_indicators(result) if fit is None else fit
    measures = pd.Series(found.person_measures, index=scores.points.index)
    labels = stage_labels(stages.rule)
    rows = []
    for code in labels:
        mine = measures[(stages.stage == code).to_numpy()].dropna()
        ends = (mine.min(), mine.max()) if len(mine) >= FEWEST else (np.nan, np.nan)
        rows.append([code, len(mine), mine.mean() if len(mine) else np.nan, *ends])
    both = pd.DataFrame({"measure": measures, "total": scores.total}).dropna()
    agreed = float(stats.spearmanr(both["measure"], both["total"]).statistic) if len(both) > 2 else float("nan")
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels=labels),
        Column("n", Text("企业数", "n"), "count"),
        Column("mean", Text("平均能力（logit）", "Mean measure (logits)"), "number", decimals=2),
        Column("lowest", Text("最低", "Lowest"), "number", decimals=2),
        Column("highest", Text("最高", "Highest"), "number", decimals=2),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    note = Text(
        f"能力与总分的等级相关为 {agreed:.2f}（n = {len(both)}）。模型不用权重，相关高说明名次不靠权重；阶段还看各方面底线，所以区间可以重叠。",
        f"The rank correlation of measure and total is {agreed:.2f} (n = {len(both)}). The model uses no weights: where it is high, the order does not hang on them. Stages also ask for floors, so that their ranges may overlap.",
    )
    title = Text(f"各阶段在同一把尺子上：{result.plan.label.zh}", f"The stages on one scale: {result.plan.label.en}")
    return Table(frame, stages.provenance, f"stage_measures_{result.plan.code}", title, columns, (note,))
