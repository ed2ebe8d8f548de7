"""Published results beside our own, as tables; and two scores of one index beside each other.

The comparison itself is made when a study is carried out (`reproduction`); here it is only put into words.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.tabulation import need_scores
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

_WAYS = {
    "given": Text("按公布值采用", "taken as published"),
    "computed": Text("由答案算出", "computed from the answers"),
}


def tabulate_reproduction(analysis: Analysis) -> Table:
    """List every published result and how many of our own are equal to it.

    Returns
    -------
    Table
        One row a published score, and one for the stage: `way` (computed, or taken as published), `n_published`, `n_equal`, `largest_difference`.

    Raises
    ------
    UsageError
        The study names no published results.
    """
    if analysis.reproduction is None:
        raise UsageError(
            Problem(
                Text("这项研究没有可对照的公布结果。", "The study names no published results to compare with."),
                where=analysis.study.id,
                fix=Text("在 study.toml 写 [[published]]。", "name a file under [[published]] in study.toml."),
            )
        )
    frame = analysis.reproduction.frame
    labels = {"stage": Text("阶段", "Stage")}
    for result in analysis.results.values():
        if result.scores is not None:
            labels |= {i.code: i.label for i in result.scores.system.indicators}
            labels |= {node.code: node.label for node in result.scores.system.nodes}
    rows = pd.DataFrame(
        {
            "what": frame["what"],
            "way": frame["given"].map(lambda given: "given" if given else "computed").to_numpy(),
            "n_published": frame["n_published"],
            "n_equal": frame["n_equal"].astype("Int64").astype(object).where(frame["n_equal"].notna(), None),
            "largest_difference": [
                f"{x:.1e}" if x == x and x > 0 else "0" if x == 0 else "" for x in frame["largest_difference"]
            ],
        }
    )
    columns = (
        Column("what", Text("公布的结果", "Published result"), "code", labels=labels),
        Column("way", Text("我们的数", "Ours"), "code", labels=_WAYS),
        Column("n_published", Text("公布数", "Published"), "count"),
        Column("n_equal", Text("其中相同", "Of them equal"), "count"),
        Column("largest_difference", Text("最大差", "Largest difference")),
    )
    title = Text(
        f"与公布结果对照：{analysis.study.label.zh}", f"Beside the published results: {analysis.study.label.en}"
    )
    return Table(rows, analysis.reproduction.provenance, f"reproduction_{analysis.study.id}", title, columns)


def tabulate_agreement(result: SurveyResult, one: str, *, other: str) -> Table:
    """Compare two scores of the same units: how many are equal, higher, lower, and by how much.

    Raises
    ------
    UsageError
        The index has no such node.
    """
    scores = need_scores(result)
    known = [node.code for node in scores.system.nodes]
    if missing := [code for code in (one, other) if code not in known]:
        raise UsageError(
            Problem(
                Text("没有这个节点。", "There is no such node."),
                found=", ".join(missing),
                expected=Text("、".join(known), ", ".join(known)),
            )
        )
    gap = (scores.values[other] - scores.values[one]).dropna().round(9)
    frame = pd.DataFrame(
        {
            "one": [one],
            "other": [other],
            "n": [len(gap)],
            "n_equal": [int((gap == 0).sum())],
            "n_higher": [int((gap > 0).sum())],
            "n_lower": [int((gap < 0).sum())],
            "mean_gap": [float(gap.mean()) if len(gap) else np.nan],
        }
    )
    labels = {node.code: node.label for node in scores.system.nodes}
    columns = (
        Column("one", Text("得分", "Score"), "code", labels=labels),
        Column("other", Text("另一种算法", "Beside"), "code", labels=labels),
        Column("n", Text("两者都有", "n"), "count"),
        Column("n_equal", Text("相同", "Equal"), "count"),
        Column("n_higher", Text("后者较高", "The other is higher"), "count"),
        Column("n_lower", Text("后者较低", "The other is lower"), "count"),
        Column("mean_gap", Text("平均差", "Mean gap"), "number", decimals=2),
    )
    title = Text("两种算法对照", "Two ways of counting, side by side")
    return Table(frame, scores.provenance, f"agreement_{result.plan.code}", title, columns)
