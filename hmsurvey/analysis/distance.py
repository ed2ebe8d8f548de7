"""How far the enterprises of a stage are from the next one: counts only, so that no single enterprise shows.

The list of single enterprises is `tabulation.tabulate_distance`; this room only counts it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.tabulation import need_scores, need_stages, tabulate_distance
from hmsurvey.analysis.words import stage_labels
from hmsurvey.errors import Text
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

_STEPS = (5.0, 10.0, 20.0)  # in hundredths of the scale


def tabulate_distance_bands(result: SurveyResult) -> Table:
    """Count, by stage, how many points of the total are lacking for the next stage up.

    Returns
    -------
    Table
        One row a stage that has one above it: n, `n_reached` (the total is enough, another need stops them), counts by points lacking,
        `n_unknown` (no total, or the next stage does not ask for one). The counts add up to n.
    """
    stages, scores = need_stages(result), need_scores(result)
    listed = tabulate_distance(result).frame
    scale = 1.0 if float(np.nanmax([1.0, *scores.total.abs()])) <= 1.0 else 100.0
    edges = [step * scale / 100.0 for step in _STEPS]
    rows = []
    for code in stages.rule.codes[1:]:
        lacking = listed.loc[listed["stage"] == code, "points_lacking"].astype(float).round(9)
        above = stages.rule.codes[stages.rule.codes.index(code) - 1]
        lower = [0.0, *edges]
        counts = [int(((lacking > low) & (lacking <= high)).sum()) for low, high in zip(lower[:-1], edges, strict=True)]
        rows.append(
            [
                code,
                above,
                len(lacking),
                int((lacking <= 0).sum()),
                *counts,
                int((lacking > edges[-1]).sum()),
                int(lacking.isna().sum()),
            ]
        )
    labels = stage_labels(stages.rule)
    bounds = [f"{edge:g}" for edge in edges]
    columns = (
        Column("stage", Text("现处阶段", "Stage"), "code", labels=labels),
        Column("next_stage", Text("上一级阶段", "Next stage up"), "code", labels=labels),
        Column("n", Text("合计", "All"), "count"),
        Column(
            "n_reached",
            Text("总分已够", "Total is enough"),
            "count",
            Text(
                "总分已到上一级的分数线，被其他要求拦住", "the total reaches the next cut-off, another need stops them"
            ),
        ),
        Column("n_within_1", Text(f"差 {bounds[0]} 分以内", f"Up to {bounds[0]} points short"), "count"),
        Column("n_within_2", Text(f"差 {bounds[0]}—{bounds[1]} 分", f"{bounds[0]} to {bounds[1]}"), "count"),
        Column("n_within_3", Text(f"差 {bounds[1]}—{bounds[2]} 分", f"{bounds[1]} to {bounds[2]}"), "count"),
        Column("n_more", Text(f"差 {bounds[2]} 分以上", f"More than {bounds[2]}"), "count"),
        Column("n_unknown", Text("无从计算", "Cannot be told"), "count"),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text(
        f"距上一级阶段的分数线还差多少：{result.plan.label.zh}",
        f"Points short of the next stage's cut-off: {result.plan.label.en}",
    )
    return Table(frame, stages.provenance, f"distance_bands_{result.plan.code}", title, columns)
