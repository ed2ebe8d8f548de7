"""What a digest holds of problems and platforms: for the province coarse enough to be passed on, by city for readers in the house only.

A mean severity or a share of use is given as the interval of points in which it lies, in steps that hold k enterprises or more: what stands in other tables cannot be worked out from it to
within fewer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.coalition_shown import step_of
from hmsurvey.analysis.platform_use import asks_filing, tabulate_platform_use
from hmsurvey.analysis.severity import measures_problems
from hmsurvey.analysis.severity_tables import HOW, NOT_ONE_RULER, tabulate_problem_ranks, tabulate_severities
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Text
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table


def tabulate_problems_shown(analysis: Analysis, survey: str) -> dict[str, Table]:
    """Return the tables of a digest on problems and platforms in use, by code; none for a survey that says nothing of them, or whose units are public.

    Returns
    -------
    dict
        `severities_SURVEY`: measure, problem, `from_pct`, `below_pct`, `rank_first`, `rank_last` (measures with too few enterprises are left out). `platform_use_SURVEY`: platform, `from_pct`, `below_pct`.
        `severities_by_city_SURVEY`, `platform_use_by_city_SURVEY`: in full, for a whole digest only.
    """
    study, result = analysis.study, analysis[survey]
    if study.units != "enterprises" or not len(result.survey.answers):
        return {}
    found: dict[str, Table] = {}
    if measures_problems(result, study.landscape):
        found[f"severities_by_city_{survey}"] = tabulate_severities(analysis, survey, by="city")
        if (coarse := _coarse_severities(analysis, survey)) is not None:
            found[f"severities_{survey}"] = coarse
    if asks_filing(result):
        use = tabulate_platform_use(analysis, survey, by="city")
        found[f"platform_use_by_city_{survey}"] = use
        if (coarse := _coarse_use(use, study.k)) is not None:
            found[f"platform_use_{survey}"] = coarse
    return found


def _coarse_severities(analysis: Analysis, survey: str) -> Table | None:
    means, ranks = tabulate_severities(analysis, survey), tabulate_problem_ranks(analysis, survey)
    placed = ranks.frame.set_index(["measure", "problem"])
    rows, said = [], []
    for measure in dict.fromkeys(means.frame["measure"]):
        mine = means.frame[means.frame["measure"] == measure]
        step = step_of(int(mine["n_scored"].min()), analysis.study.k)
        if step is None:
            continue
        said.append(step)
        for problem, mean in zip(mine["problem"], mine["mean"], strict=True):
            low, high = _steps(float(mean), step)
            key = (measure, problem)
            first, last = (int(placed.loc[key, c]) for c in ("rank_first", "rank_last")) if key in placed.index else (1, len(mine))  # fmt: skip
            rows.append([measure, problem, low, high, first, last])
    if not rows:
        return None
    columns = (
        means.column("measure"),
        means.column("problem"),
        Column("from_pct", Text("平均严重度不低于", "Mean severity at least"), "number", decimals=0),
        Column("below_pct", Text("低于", "and less than"), "number", decimals=0),
        ranks.column("rank_first"),
        ranks.column("rank_last"),
    )
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    note = _stepped(max(said), analysis.study.k)
    return Table(frame, means.provenance, f"severities_{survey}", means.title, columns, (HOW, NOT_ONE_RULER, note))


def _coarse_use(use: Table, k: int) -> Table | None:
    frame = use.frame[use.frame["group"] == ALL]
    step = step_of(int(frame["n_answered"].max()), k)
    if step is None:
        return None
    rows = [[code, *_steps(float(share), step)] for code, share in zip(frame["platform"], frame["share_pct"], strict=True)]  # fmt: skip
    columns = (
        use.column("platform"),
        Column("from_pct", Text("使用企业占比不低于（%）", "Share that uses it at least (%)"), "percent", decimals=0),
        Column("below_pct", Text("低于（%）", "and less than (%)"), "percent", decimals=0),
    )
    title = Text("各平台的使用", "Use of the platforms")
    return Table(pd.DataFrame(rows, columns=[c.code for c in columns]), use.provenance, use.code.replace("_by_city", ""), title, columns, (use.notes[0], _stepped(step, k)))  # fmt: skip


def _steps(value: float, step: int) -> tuple[float, float]:
    """Return the interval of a step in which a value lies; the last one is closed at 100."""
    low = float(min(step * np.floor(value / step + 1e-9), 100 - step))
    return low, low + step


def _stepped(step: int, k: int) -> Text:
    return Text(f"按 {step} 分档，每档至少相当于 {k} 家企业。", f"In steps of {step}, each of {k} enterprises or more.")


__all__ = ["tabulate_problems_shown"]
