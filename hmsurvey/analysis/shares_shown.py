"""The interval of all cities together where the population it rests on would tell which cities have no answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hmsurvey.analysis.populations import ROW_OF_ALL
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Text
from hmsurvey.statistics.intervals import METHOD_LABELS, share_interval
from hmsurvey.statistics.several_shares import share_intervals
from hmsurvey.tables import Table

WITHOUT_POPULATION = Text(
    "合计行的区间不用总体企业数计算（否则可以反推出哪些市没有答卷），所以方法与内部版不同，区间也比内部版宽。",
    "The interval of the last row does without the size of its population, from which it could be worked out which cities have no answers; it is made by another method than in the internal edition, and wider.",
)
WIDER = Text(
    "这个区间不用在产企业数计算，以免反推出隐去的数，因此比内部版的宽。",
    "This interval does without the number in production, which would give hidden numbers away, and is wider than in the internal edition.",
)
_LABELS = {"goodman": Text("Goodman 联合区间", "Goodman")}
WIDERS = Text(
    "这些区间不用在产企业数计算，以免反推出隐去的数，因此比内部版的宽。",
    "These intervals do without the number in production, which would give hidden numbers away, and are wider than in the internal edition.",
)


def without_population(table: Table) -> Table:
    """Return a table of shares whose row of all has intervals that rest on the answers alone.

    Its population is that of the cities with answers: whether it is that of all cities would tell which cities have none, or that no hidden number is zero.

    Parameters
    ----------
    table
        From `tabulate_shares`.
    """
    frame = table.frame.copy()
    rows = list(frame.index[frame["group"] == ALL])
    if not rows or frame.loc[rows, "n_in_production"].isna().all():
        return table
    counts, n = [int(count) for count in frame.loc[rows, "n_reached"]], int(frame.loc[rows[0], "n_staged"])
    found = (
        share_intervals(counts, population=None)
        if "stage" in frame
        else (share_interval(counts[0], n, population=None),)
    )
    frame["n_in_production"] = frame["n_in_production"].astype(float)
    for row, one in zip(rows, found, strict=True):
        frame.loc[row, ["n_in_production", "ci_low_pct", "ci_high_pct"]] = [np.nan, 100.0 * one.low, 100.0 * one.high]
        frame.loc[row, "method"], frame.loc[row, "note"] = one.method, ""
    used = set(frame["method"])
    labels = {
        code: label
        for code, label in ({**METHOD_LABELS, **_LABELS} | dict(table.column("method").labels)).items()
        if code in used
    }
    columns = tuple(replace(column, labels=labels) if column.code == "method" else column for column in table.columns)
    return replace(
        table, frame=frame, columns=columns, notes=(*(n for n in table.notes if n != ROW_OF_ALL), WITHOUT_POPULATION)
    )


def is_without_population(table: Table) -> bool:
    """Tell whether the interval of the row of all does without its population, so that it differs from the internal one."""
    return WITHOUT_POPULATION in table.notes


__all__ = ["WIDER", "WIDERS", "WITHOUT_POPULATION", "is_without_population", "without_population"]
