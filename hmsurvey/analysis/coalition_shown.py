"""What a digest holds of the coordination mode: by how much coalitions lift the province, coarse enough to be passed on; and where they take each city, for readers in the house.

A gain is floored to steps that hold k enterprises or more, from what is there now: whoever knows the present stages learns of no smaller group who moved.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hmsurvey.analysis.coalition_tables import AS_IT_IS, PROVES_NOTHING, coalition_labels, reading_words, rule_of
from hmsurvey.analysis.coalitions import Coalitions
from hmsurvey.analysis.words import ALL, group_label, group_labels, groups_of
from hmsurvey.errors import Text
from hmsurvey.tables import Column, Table

_STEPS = (1, 2, 5, 10, 20)


def step_of(n: int, k: int) -> int | None:
    """Return the smallest step in points that holds k units or more, or nothing.

    >>> step_of(221, 5), step_of(40, 5), step_of(20, 5)
    (5, 20, None)
    """
    return next((step for step in _STEPS if step * n // 100 >= k), None)


def tabulate_gains(found: Coalitions, k: int) -> Table | None:
    """Give by how many points each coalition lifts the share above the lowest stage at least and at most: `coalition`, `gain_pct`, `below_pct`; None where there are too few enterprises."""
    rule, staged = rule_of(found), found.staged
    n, above = int(staged.sum()), len(rule.codes) - 2
    step = step_of(n, k)
    if step is None:
        return None
    now = int((found.now[staged] <= above).sum())
    rows = []
    for name, place in zip(found.names, found.place, strict=True):
        gain = int((place[staged] <= above).sum()) - now
        low = step * (100 * gain // (step * n))
        rows.append([name, float(low), float(low + step)])
    stage = rule.label_of(rule.codes[above])
    labels = {code: label for code, label in coalition_labels(found).items() if code in found.names}
    columns = (
        Column("coalition", Text("参加方", "Coalition"), "code", labels=labels),
        Column("gain_pct", Text(f"达到{stage.zh}及以上的占比提高，不低于（百分点）", f"Share at {stage.en} or above rises by at least (points)"), "percent", decimals=0),
        Column("below_pct", Text("低于（百分点）", "and by less than"), "percent", decimals=0),
    )  # fmt: skip
    note = Text(
        f"按 {step} 个百分点分档，每档至少相当于 {k} 家企业。",
        f"In steps of {step} points, each of {k} enterprises or more.",
    )
    title = Text("按假定的矩阵推算，各参加方能带动多少", "How much each coalition could lift, by the assumed matrices")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"coordination_{found.result.plan.code}", title, columns, (PROVES_NOTHING, reading_words(found), note))  # fmt: skip


def tabulate_coalitions_by_group(found: Coalitions, order: Sequence[str]) -> Table:
    """Count in every city who is above the lowest stage, as it is and with each coalition: `group`, `coalition`, `n_staged`, `n_reached`, `reached_pct`."""
    rule, groups = rule_of(found), groups_of(found.result.survey).to_numpy()
    above = len(rule.codes) - 2
    rows = []
    for group in (*(code for code in order if code != ALL), ALL):
        mine = found.staged & (np.ones(len(groups), dtype=bool) if group == ALL else groups == group)
        n = int(mine.sum())
        for name, place in zip((AS_IT_IS, *found.names), (found.now, *found.place), strict=True):
            reached = int((place[mine] <= above).sum())
            rows.append([group, name, n, reached, 100.0 * reached / n if n else np.nan])
    book, stage = found.result.survey.codebook, rule.label_of(rule.codes[above])
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("coalition", Text("参加方", "Coalition"), "code", labels=coalition_labels(found)),
        Column("n_staged", Text("已定阶段", "Staged"), "count"),
        Column("n_reached", Text(f"{stage.zh}及以上", f"{stage.en} or above"), "count"),
        Column("reached_pct", Text(f"{stage.zh}及以上（%）", f"{stage.en} or above (%)"), "percent"),
    )
    title = Text("按假定的矩阵推算，各城市能到哪里", "How far each city could get, by the assumed matrices")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    code = f"coordination_by_city_{found.result.plan.code}"
    return Table(frame, found.provenance, code, title, columns, (PROVES_NOTHING, reading_words(found)))
