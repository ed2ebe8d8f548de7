"""What drove a change between two waves: the change of the mean total, indicator by indicator, adding up exactly; and what a low start alone would do.

The total is a sum of points times what a point counts for (`contributions`). Of the difference between two such sums each indicator gets the change of its points at the mean of the two worths;
what comes of worths that changed (an indicator that no longer applies, an answer that is missing in one wave, rounding) is one part of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.contributions import contributions_of
from hmsurvey.analysis.onpaper import areas_of
from hmsurvey.analysis.waves import ONE_YARDSTICK, Step, groups_in
from hmsurvey.analysis.words import ALL, group_label, group_labels
from hmsurvey.errors import Text
from hmsurvey.statistics.intervals import mean_interval
from hmsurvey.tables import Column, Table

Floats = NDArray[np.float64]
REST = "rest"
REST_LABEL = Text("适用范围、缺答与取整", "What applies, gaps, rounding")
CHANGE_ADDS_UP = Text(
    "各行相加等于平均总分的变化。每项指标：得分的变化乘以一分在总分中的分量（两期的平均，假定 A214）；不适用、缺答使分量改变的部分和取整单列一行。",
    "The rows add up to the change of the mean total. Of each indicator: the change of its points times what a point counts for in the total (mean of the two waves, A214); what comes of changed weights, where "
    "indicators do not apply or answers are missing, and of rounding, is a row of its own.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """What each indicator adds to the change of every enterprise's total: unit x (indicators, rest); rows are those with a total in both waves and add up to `change`."""

    units: tuple[str, ...]
    parts: pd.DataFrame
    change: Floats


def drivers_of(step: Step) -> Drivers:
    """Take the change of every enterprise's total apart.

    Raises
    ------
    UsageError
        The survey has no scores, or its total is no sum over its indicators.
    """
    old, new = contributions_of(step.before.result), contributions_of(step.after.result)
    frame = step.frame
    both = frame.index[frame["total_before"].notna() & frame["total_after"].notna()]
    a, b = (pd.Index(side.units).get_indexer(both) for side in (old, new))
    before, after = old.points[a], new.points[b]
    worth = (old.worth[a] + new.worth[b]) / 2
    moved = np.where(np.isnan(before) | np.isnan(after), 0.0, worth * (after - before))
    change = (frame["total_after"] - frame["total_before"]).loc[both].to_numpy()
    parts = pd.DataFrame(moved, columns=list(new.indicators), index=both)
    parts[REST] = change - moved.sum(axis=1)
    return Drivers(tuple(both), parts, change)


def tabulate_drivers(step: Step) -> Table:
    """List how much each indicator adds to the change of the mean total of the enterprises in both waves, the largest first.

    Returns
    -------
    Table
        A row an indicator, one for the rest, one for all: `n_compared` (scored in both), `share_before_pct`, `share_after_pct` (mean share of the indicator's maximum, of those), `adds` (points of the total) with its t interval.
    """
    drivers = drivers_of(step)
    system = step.after.result.plan.system
    scores = [wave.result.scores for wave in (step.before, step.after)]
    if system is None or scores[0] is None or scores[1] is None:  # contributions_of has refused this already
        raise TypeError("scores are needed")
    both = list(drivers.units)
    shares = [100.0 * (s.points / s.most.where(s.most > 0)).loc[both] for s in scores if s is not None]
    compared = shares[0].notna() & shares[1].notna()
    rows = []
    for code in drivers.parts.columns:
        row: dict[str, object] = {"indicator": code, "n_compared": len(both)}
        if code != REST:
            mine = compared[code]
            row["n_compared"] = int(mine.sum())
            row |= {"share_before_pct": shares[0][code][mine].mean(), "share_after_pct": shares[1][code][mine].mean()}
        rows.append(row | _mean(drivers.parts[code].to_numpy()))
    frame = pd.DataFrame(rows)
    last = frame["indicator"] == REST
    frame = pd.concat([frame[~last].sort_values("adds", ascending=False, kind="stable"), frame[last]])
    whole = {"indicator": ALL, "n_compared": len(both)} | _mean(drivers.change)
    frame = pd.concat([frame, pd.DataFrame([whole])], ignore_index=True)
    labels = {i.code: Text(f"{i.code} {i.label.zh}", f"{i.code} {i.label.en}") for i in system.indicators}
    columns = (
        Column("indicator", Text("指标", "Indicator"), "code", labels=labels | {REST: REST_LABEL, ALL: Text("总分的变化", "Change of the total")}),
        Column("n_compared", Text("两期都有得分", "Scored in both"), "count"),
        Column("share_before_pct", Text(f"{step.before.label.zh}得分率（%）", f"Share of maximum (%), {step.before.label.en}"), "percent"),
        Column("share_after_pct", Text(f"{step.after.label.zh}得分率（%）", f"Share of maximum (%), {step.after.label.en}"), "percent"),
        Column("adds", Text("带来的总分变化", "Adds to the total"), "number", decimals=2),
        Column("adds_low", Text("区间下限", "from"), "number", decimals=2),
        Column("adds_high", Text("上限", "to"), "number", decimals=2),
    )  # fmt: skip
    frame = frame[[column.code for column in columns]]
    title = Text(
        f"哪些指标带来变化，{step.label.zh}：{step.name.zh}",
        f"Which indicators drove the change, {step.label.en}: {step.name.en}",
    )
    return Table(frame, step.provenance, f"drivers_{step.code}", title, columns, (ONE_YARDSTICK, CHANGE_ADDS_UP))


def first_drivers(table: Table, *, most: int = 6) -> Table:
    """Return the first rows of a table of drivers, the others as one row, and the last two, so that they still add up."""
    frame = table.frame
    named, ends = frame.iloc[:-2], frame.iloc[-2:]
    if len(named) <= most + 1:
        return table
    others = named.iloc[most:]
    row = {"indicator": "others", "n_compared": np.nan, "adds": others["adds"].sum()}
    short = pd.concat([named.head(most), pd.DataFrame([row]), ends], ignore_index=True)[list(frame.columns)]
    n = len(others)
    words = Text(f"其余 {n} 项指标", f"The other {n} indicators")
    columns = tuple(
        replace(c, labels=dict(c.labels) | {"others": words}) if c.code == "indicator" else c for c in table.columns
    )
    return replace(table, frame=short, columns=columns, code=f"first_{table.code}")


def _mean(values: Floats) -> dict[str, float]:
    found = mean_interval(values)
    return {"adds": found.mean, "adds_low": found.low, "adds_high": found.high}


def tabulate_drivers_by_city(step: Step, *, level: str = "area") -> Table:
    """List by city how much each area adds to the change of the mean total.

    Returns
    -------
    Table
        A row a city and one for all: `n_both`, `change` with its interval, and for each area and the rest what it adds; these add up to `change`.
    """
    drivers, system = drivers_of(step), step.after.result.plan.system
    if system is None:
        raise TypeError("an index is needed")
    areas = [node.code for node in system.level(level)]
    homes = areas_of(system, level)
    by_area = pd.DataFrame(
        {area: drivers.parts[[c for c, home in homes.items() if home == area]].sum(axis=1) for area in areas}
    )
    by_area[REST] = drivers.change - by_area.sum(axis=1)
    groups = step.frame["group"].loc[list(drivers.units)].to_numpy()
    rows = []
    for group in (*groups_in(step), ALL):
        mine = np.ones(len(groups), dtype=bool) if group == ALL else groups == group
        found = mean_interval(drivers.change[mine])
        row: dict[str, object] = {
            "group": group,
            "n_both": int(mine.sum()),
            "change": found.mean,
            "change_low": found.low,
        }
        rows.append(row | {"change_high": found.high} | by_area[mine].mean().to_dict())
    book = step.after.result.survey.codebook
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("n_both", Text("两期都有总分", "With a total in both"), "count"),
        Column("change", Text("平均总分的变化", "Change of the mean total"), "number", decimals=1),
        Column("change_low", Text("区间下限", "from"), "number", decimals=1),
        Column("change_high", Text("上限", "to"), "number", decimals=1),
        *(Column(area, system.node(area).label, "number", decimals=2) for area in areas),
        Column(REST, REST_LABEL, "number", decimals=2),
    )
    title = Text(
        f"各城市总分的变化来自哪些方面，{step.label.zh}：{step.name.zh}",
        f"Which areas drove the change, by city, {step.label.en}: {step.name.en}",
    )
    blank = Text(
        "空格：不足两家，没有区间，或没有可比的企业。",
        "A blank: fewer than two to compare, so no interval, or none at all.",
    )
    notes = (ONE_YARDSTICK, CHANGE_ADDS_UP, blank)
    return Table(pd.DataFrame(rows), step.provenance, f"drivers_by_city_{step.code}", title, columns, notes)


def tabulate_return(step: Step) -> Table:
    """Put the change of the lowest and highest quarters by the earlier total beside that of quarters by the mean of both waves.

    Who was low partly by chance is higher the next time without having done anything. Quarters by the mean of the two totals are free of that, as long as totals vary as much in both waves.

    Returns
    -------
    Table
        A row a quarter, lowest first: `n`, `change` and its interval by the earlier total; the same by the mean of both.

    References: F. Galton, Journal of the Anthropological Institute 15 (1886) 246-263; P. D. Oldham, Journal of Chronic Diseases 15 (1962) 969-977; A. G. Barnett, J. C. van der Pols, A. J. Dobson, International Journal of Epidemiology
    34 (2005) 215-220.
    """
    frame = step.frame.dropna(subset=["total_before", "total_after"])
    before, after = frame["total_before"].to_numpy(), frame["total_after"].to_numpy()
    ways = {"earlier": _quarters(before), "mean": _quarters((before + after) / 2)}
    rows = []
    for quarter in range(4):
        row: dict[str, object] = {"quarter": str(quarter + 1)}
        for way, places in ways.items():
            mine = places == quarter
            found = mean_interval((after - before)[mine])
            row |= {f"n_{way}": int(mine.sum()), f"change_{way}": found.mean, f"low_{way}": found.low, f"high_{way}": found.high}  # fmt: skip
        rows.append(row)
    names = {"1": Text("最低四分之一", "Lowest quarter"), "2": Text("第二", "Second"), "3": Text("第三", "Third"), "4": Text("最高四分之一", "Highest quarter")}  # fmt: skip
    columns = [Column("quarter", Text("四等分", "Quarter"), "code", labels=names)]
    for way, words in (("earlier", Text("按前一期总分", "by the earlier total")), ("mean", Text("按两期平均", "by the mean of both"))):  # fmt: skip
        columns += [
            Column(f"n_{way}", Text(f"{words.zh}：企业数", f"n, {words.en}"), "count"),
            Column(f"change_{way}", Text(f"{words.zh}：总分变化", f"Change, {words.en}"), "number", decimals=1),
            Column(f"low_{way}", Text("区间下限", "from"), "number", decimals=1),
            Column(f"high_{way}", Text("上限", "to"), "number", decimals=1),
        ]
    title = Text(f"低者回升、高者回落，有多少出于偶然，{step.label.zh}：{step.name.zh}", f"How much of catching up and falling back is chance, {step.label.en}: {step.name.en}")  # fmt: skip
    note = Text(
        "按前一期分组时，偶然偏低的下一次自然回升，偶然偏高的自然回落（向均值回归）；按两期平均分组则不受此影响（假定 A215）。两种分法不一致处，不宜说成追赶或退步。",
        "In groups by the earlier total, those low by chance rise by themselves and those high by chance fall (regression to the mean); groups by the mean of both are free of it (A215). Where the two differ, do not speak of catching up or "
        "falling back.",
    )
    return Table(
        pd.DataFrame(rows), step.provenance, f"return_{step.code}", title, tuple(columns), (ONE_YARDSTICK, note)
    )


def _quarters(values: Floats) -> NDArray[np.int64]:
    """Return the quarter of every value, 0 to 3; equal values share one."""
    edges = np.quantile(values, (0.25, 0.5, 0.75)) if len(values) else np.zeros(3)
    return np.searchsorted(edges, values, side="left").astype(np.int64)
