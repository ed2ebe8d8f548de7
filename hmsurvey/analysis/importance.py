"""What weighs much and is scored low: every indicator's weight in the total beside the mean share of its maximum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hmsurvey.aggregation import aggregate, leaf_part
from hmsurvey.analysis.tabulation import need_scores
from hmsurvey.conditions import questions_of
from hmsurvey.errors import Text
from hmsurvey.points import Earned
from hmsurvey.questions import matching_codes
from hmsurvey.rules import each_need
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem
from hmsurvey.tables import Column, Table

QUADRANTS = {
    "heavy_low": Text("权重大、得分低：先做", "weighs much, scores low: first"),
    "heavy_high": Text("权重大、得分高：保持", "weighs much, scores high: keep"),
    "light_low": Text("权重小、得分低：其次", "weighs little, scores low: next"),
    "light_high": Text("权重小、得分高：够用", "weighs little, scores high: enough"),
}
LINES = Text(
    "权重高于平均的算大，得分率低于全部指标平均的算低（假定 A186）。权重是本项目选定的，不是成本，也不证明哪项重要。",
    "Much is a weight above the mean, low a share below the mean of all indicators (assumption A186). Weights are this project's choice: neither costs nor proof of importance.",
)
GATES = Text("菱形：分段规则点名要求的指标。", "Diamonds: indicators that a need of the staging rule asks for by name.")


def weights_in_total(system: IndicatorSystem) -> dict[str, float]:
    """Return the share (0-100) of every scored indicator in the total: what is lost when it alone stands at nothing and all others at their most, as a share of all such losses.

    For totals that add up this is the weight on paper.
    """
    scored = [i for i in system.indicators if i.scored and not i.bonus]
    n = len(scored) + 1
    units = [str(k) for k in range(n)]
    parts = {}
    for indicator in system.indicators:
        most = 1.0 if indicator.most is None else indicator.most
        points = np.full(n, most)
        if indicator in scored:
            points[1 + scored.index(indicator)] = 0.0
        parts[indicator.code] = leaf_part(indicator, Earned(points, np.zeros(n, dtype=bool), most))
    for node in system.nodes:
        parts[node.code], _ = aggregate(replace(node, decimals=None), [parts[c] for c in node.children], units)
    total = parts[system.total].value
    lost = total[0] - total[1:]
    whole = float(lost.sum())
    return {i.code: 100.0 * float(v) / whole if whole > 0 else np.nan for i, v in zip(scored, lost, strict=True)}


def tabulate_importance(result: SurveyResult) -> Table:
    """Place every scored indicator by its weight in the total and by the mean share of its maximum.

    Returns
    -------
    Table
        One row an indicator: `area`, `problem`, `weight_pct` (in the total), `mean_share_pct`, `n_scored`, `named` ("yes" where a need of the staging rule names it), `quadrant`.

    Raises
    ------
    UsageError
        The survey has no index.
    """
    scores = need_scores(result)
    system, most = scores.system, scores.most
    with_most = replace(system, indicators=tuple(replace(i, most=float(most[i.code])) if most[i.code] > 0 else i for i in system.indicators))  # fmt: skip
    weights, areas, gates = weights_in_total(with_most), _areas(system), _named(result)
    rows = []
    for indicator in system.indicators:
        if indicator.code not in weights or not most[indicator.code] > 0:
            continue
        points = scores.points[indicator.code].to_numpy(dtype=float)
        there = points[~np.isnan(points)]
        share = 100.0 * float(there.mean()) / float(most[indicator.code]) if len(there) else np.nan
        rows.append([indicator.code, areas.get(indicator.code, ""), indicator.fact("problem"), weights[indicator.code], share, len(there), "yes" if indicator.code in gates else ""])  # fmt: skip
    names = ["indicator", "area", "problem", "weight_pct", "mean_share_pct", "n_scored", "named"]
    frame = pd.DataFrame(rows, columns=names)
    heavy = frame["weight_pct"] > frame["weight_pct"].mean() + 1e-9
    high = frame["mean_share_pct"] >= frame["mean_share_pct"].mean()
    frame["quadrant"] = [f"{'heavy' if h else 'light'}_{'high' if good else 'low'}" for h, good in zip(heavy, high, strict=True)]  # fmt: skip
    frame.loc[frame["mean_share_pct"].isna(), "quadrant"] = ""
    columns = (
        Column("indicator", Text("指标", "Indicator"), "code", labels={i.code: Text(f"{i.code} {i.label.zh}", f"{i.code} {i.label.en}") for i in system.indicators}),
        Column("area", Text("方面", "Area"), "code", labels={n.code: n.label for n in system.nodes}),
        Column("problem", Text("问题", "Problem")),
        Column("weight_pct", Text("在总分中的权重（%）", "Weight in the total (%)"), "percent"),
        Column("mean_share_pct", Text("平均得分率（%）", "Mean share of maximum (%)"), "percent"),
        Column("n_scored", Text("有得分的企业", "Scored"), "count"),
        Column("named", Text("规则点名", "Named by the rule"), "code", labels={"yes": Text("是", "yes")}),
        Column("quadrant", Text("象限", "Quadrant"), "code", labels=QUADRANTS),
    )  # fmt: skip
    title = Text(f"权重与得分率：{system.label.zh}", f"Weight and share of maximum: {system.label.en}")
    notes = (LINES, *((GATES,) if gates else ()))
    return Table(frame, scores.provenance, f"importance_{result.plan.code}", title, columns, notes)


def _areas(system: IndicatorSystem) -> dict[str, str]:
    """Return the node right below the total that each indicator belongs to."""
    nodes = {node.code: node for node in system.nodes}

    def leaves(code: str) -> list[str]:
        return [leaf for child in nodes[code].children for leaf in leaves(child)] if code in nodes else [code]

    return {leaf: area for area in nodes[system.total].children for leaf in leaves(area)}


def _named(result: SurveyResult) -> frozenset[str]:
    """Return the indicators that a need of the rule asks for by name: their points, or the answers behind them."""
    if result.stages is None or result.scores is None:
        return frozenset()
    known = [question.code for question in result.survey.codebook.all_questions]
    codes, questions = set(), set()
    for need in each_need(result.stages.rule.needs):
        if need.subject == "points":
            codes.add(need.target)
        elif need.subject in ("answer", "share_of", "count_of"):
            questions |= set(matching_codes(need.target, known))
        elif need.condition is not None:
            questions |= set(questions_of(need.condition))
    return frozenset(i.code for i in result.scores.system.indicators if i.code in codes or i.question in questions)


__all__ = ["QUADRANTS", "tabulate_importance", "weights_in_total"]
