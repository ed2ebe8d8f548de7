"""How far off could a city's share be, with so few enterprises? An interval beside every share.

The interval answers for chance alone, as if those who answered were drawn at random. Who did not answer it cannot know.
"""

from __future__ import annotations

import pandas as pd

from hmsurvey.analysis.tabulation import need_stages, tabulate_stages
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.statistics.intervals import wilson
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table


def tabulate_precision(result: SurveyResult, *, stages: tuple[str, ...]) -> Table:
    """Give the share of some stages in every city with its 95 % interval (Wilson), over the staged enterprises.

    Returns
    -------
    Table
        One row a city and one for all: `n_staged`, `n_reached` (in one of the stages), `share_pct`, `ci_low_pct`, `ci_high_pct`.

    Raises
    ------
    UsageError
        The rule has no such stage.
    """
    rule = need_stages(result).rule
    unknown = [code for code in stages if code not in rule.codes]
    if unknown:
        raise UsageError(
            Problem(
                Text("规则中没有这个阶段。", "The rule has no such stage."),
                found=", ".join(unknown),
                expected=Text("、".join(rule.codes), ", ".join(rule.codes)),
            )
        )
    counted = tabulate_stages(result)
    n = counted.frame[[f"n_{code}" for code in rule.codes]].sum(axis=1)
    reached = counted.frame[[f"n_{code}" for code in stages]].sum(axis=1)
    bounds = [wilson(part, whole) for part, whole in zip(reached, n, strict=True)]
    frame = pd.DataFrame({"group": counted.frame["group"], "n_staged": n, "n_reached": reached})
    frame["share_pct"] = 100.0 * reached / n.where(n > 0)
    frame["ci_low_pct"] = [100.0 * low for low, _ in bounds]
    frame["ci_high_pct"] = [100.0 * high for _, high in bounds]
    names = Text(*("、".join(rule.label_of(c).zh for c in stages), " or ".join(rule.label_of(c).en for c in stages)))
    columns = (
        counted.column("group"),
        Column("n_staged", Text("已定阶段", "Staged"), "count"),
        Column("n_reached", Text("其中达到", "Of them there"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
        Column("ci_low_pct", Text("区间下限（%）", "Interval from (%)"), "percent"),
        Column("ci_high_pct", Text("区间上限（%）", "to (%)"), "percent"),
    )
    note = Text(
        "95%区间（Wilson），只反映偶然误差，假定答卷者如同随机抽取",
        "95 % interval (Wilson): chance alone, as if those who answered had been drawn at random",
    )
    title = Text(f"各城市“{names.zh}”企业的占比", f"Share of enterprises at {names.en}, by city")
    return Table(frame, counted.provenance, f"precision_{result.plan.code}", title, columns, (note,))
