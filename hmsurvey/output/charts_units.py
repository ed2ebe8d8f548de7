"""Charts of single units: where each enterprise's total lies, and how far each is from the next stage.

Every unit is a mark or is counted, those without a total too. Names of units are not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.charts import group_names
from hmsurvey.output.headlines import (
    ENTERPRISES,
    Noun,
    by_group,
    headline_distance,
    headline_units,
    label,
    score_columns,
    subtitle,
)
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits, spread, steps
from hmsurvey.output.rows import Row, draw_names, empty, lay_rows, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import given, number, width
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Table

Cuts = Sequence[tuple[Text, float]]
_DOT = 4.4  # diameter in points
_LANE = 4.0  # from lane to lane
_MOST_LANES = 10  # to either side of a row's middle
_BOX_FROM = 5  # units from which a box says something


def _present_stages(table: Table, column: str) -> list[str]:
    return [code for code in table.column(column).labels if code != UNSTAGED]


@themed()
def plot_units(table: Table, *, lang: Lang, cuts: Cuts = (), noun: Noun = ENTERPRISES) -> Figure:
    """Draw every unit's total by city over a light box, with the rule's cut-offs as lines.

    Parameters
    ----------
    table
        From `tabulate_units`.
    lang
        "zh" or "en".
    cuts
        Stage and the total it asks for, highest first.
    noun
        What the units are called.
    """
    total = (score_columns(table) or [""])[0]
    stages = _present_stages(table, "stage")
    colours = theme.stage_colours(stages)
    frame = table.frame.assign(value=table.frame[total].astype(float) if total else np.nan)
    unstaged = frame["stage"] == UNSTAGED
    markers = {code: theme.MARKERS[place % len(theme.MARKERS)] for place, code in enumerate(stages)}
    key = [
        KeyItem(label(table, "stage", code, lang), colours[code], edge="#444444", marker=markers[code])
        for code in stages
    ]
    if unstaged.any():
        key.append(KeyItem(label(table, "stage", UNSTAGED, lang), theme.PAPER, edge="#777777", marker="o"))
    by, scored = by_group(table), int(frame["value"].notna().sum())
    shown = Text(
        f"每点一{noun.counter}{noun.zh}的总分，{by.zh}；浅框为中间一半，虚线为界限",
        f"total score of each {noun.en_one}, {by.en}; the light box holds the middle half, dashed lines are cut-offs",
    )
    head = Head(headline_units(table, lang, noun=noun), subtitle(table, lang, shown, f"n = {scored}"), tuple(key))
    if not scored:
        return finish(empty(head, lang), table, lang)
    order = frame.groupby("group")["value"].median().sort_values(ascending=False, kind="stable", na_position="last")
    names, counts = group_names(table, lang), frame["group"].value_counts()
    rows = [Row(names[group], f"n = {counts[group]}") for group in order.index]
    low, high, step = nice_limits(float(min(frame["value"].min(), *(cut for _, cut in cuts), 0)), float(max(frame["value"].max(), *(cut for _, cut in cuts), 0)))  # fmt: skip
    aside = bool(frame["value"].isna().any())
    gutter = 34.0 if aside else 8.0
    scale = (theme.TEXT_WIDTH - gutter - lay_rows(rows).left) / (high - low)
    frame["lane"] = _lanes(frame, scale)
    tallest = frame["lane"].abs().groupby(frame["group"]).max().fillna(0)
    grid = lay_rows(rows, pitch=[max(20.0, (2 * tallest[group] + 1) * _LANE + 4) for group in order.index])
    levels = _cut_levels(cuts, grid.left, theme.TEXT_WIDTH - gutter, (low, high), lang)
    top = 13.0 * (max(levels, default=-1) + 1) + (4 if cuts else 0)
    page = Page(head, height=top + grid.height + 16)
    draw_names(page, grid, top=top)
    axes = row_axes(page, grid, left=grid.left, right=page.width - gutter, limits=(low, high), top=top)
    axes.set_xticks(ticks := steps(low, high, step), [number(t, 0 if step >= 1 else 1) for t in ticks])
    axes.grid(axis="x", zorder=0.5)
    _boxes(axes, frame, list(order.index), grid.centres, grid.bar)
    looks = {code: (colours[code], markers[code]) for code in stages} | {UNSTAGED: (theme.PAPER, "o")}
    frame["height"] = frame["group"].map(dict(zip(order.index, grid.centres, strict=True))) + frame["lane"] * _LANE
    _points(axes, frame.dropna(subset="value"), looks)
    for (name, cut), level in zip(cuts, levels, strict=True):
        axes.axvline(cut, color="#444444", linewidth=0.8, linestyle=(0, (3, 2)), zorder=theme.MARKS, gid="cut")
        half = width(_cut_words(name, cut, lang), 8.5) / 2
        x = min(grid.left + (cut - low) * scale, page.width - half)
        page.text(x, top - 9 - 13.0 * level, _cut_words(name, cut, lang), size=8.5, ha="center", gid="cut")
    notes: tuple[str, ...] = ()
    if aside:
        for group, y in zip(order.index, grid.centres, strict=True):
            n = int(frame.loc[frame["group"] == group, "value"].isna().sum())
            if n:
                page.text(page.width, y + top, f"+{n}", size=8.5, ha="right", color=theme.SOFT, gid="aside")
        notes = (Text(f"右侧 +n：没有总分的{noun.zh}数。", f"+n at the right: {noun.en} without a total.").of(lang),)
    return finish(page, table, lang, notes=notes)


def _cut_words(name: Text, cut: float, lang: Lang) -> str:
    return f"{given(name.of(lang), lang)} {number(cut, 0 if float(cut).is_integer() else 2)}"


def _cut_levels(cuts: Cuts, left: float, right: float, limits: tuple[float, float], lang: Lang) -> list[int]:
    """Return on which line over the plot every cut-off's words stand, so that none overlap."""
    low, high = limits
    places = [(left + (cut - low) / (high - low) * (right - left), width(_cut_words(name, cut, lang), 8.5)) for name, cut in cuts]  # fmt: skip
    order = sorted(range(len(places)), key=lambda k: places[k][0])
    found = spread([places[k] for k in order])
    levels = [0] * len(places)
    for k, level in zip(order, found, strict=True):
        levels[k] = level
    return levels


def _boxes(axes: Axes, frame: pd.DataFrame, order: list[str], centres: Sequence[float], high: float) -> None:
    """Draw a light box and whiskers (5% and 95%) for every group of five or more."""
    counts = frame.groupby("group")["value"].count()
    wanted = [group for group in order if counts[group] >= _BOX_FROM]
    if not wanted:
        return
    part = frame[frame["group"].isin(wanted)].dropna(subset="value")
    limits = axes.get_xlim(), axes.get_ylim()
    place = part["group"].map(dict(zip(order, centres, strict=True))).astype(float)
    sns.boxplot(
        x=part["value"].to_numpy(), y=place.to_numpy(), ax=axes, orient="h", native_scale=True, width=1.0, showfliers=False,
        showcaps=False, whis=(5, 95), color=theme.BOX, saturation=1, linecolor="#B5C2CA", linewidth=0.8, zorder=theme.FILLS,
        boxprops={"edgecolor": "none"}, medianprops={"color": "#8FA2AE", "linewidth": 1.6},
    )  # fmt: skip
    for (
        patch
    ) in axes.patches:  # seaborn sizes boxes by the smallest gap between rows; here they have the height of a bar
        corners = np.asarray(patch.get_path().vertices)
        middle = (corners[:, 1].min() + corners[:, 1].max()) / 2
        corners[:, 1] = np.where(corners[:, 1] < middle, middle - high / 2, middle + high / 2)
    for line in axes.lines:
        ends = np.asarray(line.get_ydata(), dtype=float)
        if np.ptp(ends) > 0:
            line.set_ydata(ends.mean() + np.array([-high / 2, high / 2]))
    axes.set(xlabel="", ylabel="", xlim=limits[0], ylim=limits[1])


def _lanes(frame: pd.DataFrame, scale: float) -> pd.Series:
    """Return for every unit its lane off the middle of its row (0, 1, -1, ...), so that none covers another of its group.

    Beyond `_MOST_LANES` to a side points overlap; `scale` is points of paper per point of score.
    """
    order = [0] + [side * k for k in range(1, _MOST_LANES + 1) for side in (1, -1)]
    found: dict[object, int] = {}
    for _, part in frame.dropna(subset="value").sort_values(["value", "unit"], kind="stable").groupby("group"):
        last = dict.fromkeys(order, -np.inf)
        for place, (index, value) in enumerate((part["value"] * scale).items()):
            lane = next((k for k in order if value - last[k] >= _DOT), order[place % len(order)])
            last[lane] = value
            found[index] = lane
    return frame.index.to_series().map(found).astype(float)


def _points(axes: Axes, frame: pd.DataFrame, looks: dict[str, tuple[str, str]]) -> None:
    for stage, points in frame.groupby("stage", sort=False):
        colour, marker = looks[str(stage)]
        open_ = stage == UNSTAGED
        axes.scatter(
            points["value"], points["height"], s=_DOT**2, c=colour, marker=marker, edgecolors="#777777" if open_ else "#33333399",
            linewidths=0.9 if open_ else 0.4, zorder=theme.MARKS + 0.1, gid=str(stage), clip_on=False,
        )  # fmt: skip


@themed()
def plot_distance(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw, for every stage with one above it, how many points of the total are lacking and how many needs.

    Parameters
    ----------
    table
        From `tabulate_distance`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame[(table.frame["next_stage"] != "") & (table.frame["stage"] != UNSTAGED)]
    shown = Text(
        f"{noun.zh}数，按总分尚差和未满足的要求",
        f"number of {noun.en} by points of the total lacking, and by needs not met",
    )
    head = Head(headline_distance(table, lang, noun=noun), subtitle(table, lang, shown, f"n = {len(frame)}"))
    if not len(frame):
        return finish(empty(head, lang), table, lang)
    stages = [code for code in _present_stages(table, "stage") if code in set(frame["stage"])]
    colours = theme.stage_colours(_present_stages(table, "stage"))
    lacking = frame["points_lacking"].astype(float)
    _, far, step = nice_limits(0.0, float(lacking.max()) if lacking.notna().any() else 1.0)
    most = max(1, int(frame["n_needs_lacking"].max()))
    high, gap = 66.0, 42.0
    page = Page(head, height=len(stages) * (high + gap) + 8)
    both = most > 1  # where every next stage has one need, the right half would say nothing
    wide = (page.width - 30) * 0.58 if both else page.width
    bins = steps(0.0, far, step)
    parts = [frame[frame["stage"] == stage] for stage in stages]
    drawn = [(_points_bars(part["points_lacking"].astype(float), bins), part["n_needs_lacking"].value_counts()) for part in parts]  # fmt: skip
    tallest = max(max(*points, int(needs.max()) if both else 0) for points, needs in drawn)
    for place, (stage, part, (points, needs)) in enumerate(zip(stages, parts, drawn, strict=True)):
        top = place * (high + gap) + 20
        target = label(table, "next_stage", str(part["next_stage"].iloc[0]), lang)
        words = f"{label(table, 'stage', stage, lang)} → {target}   n = {len(part)}"
        page.text(0, top - 11, words, weight="bold", gid="head")
        left = page.axes(0, top, wide, high)
        marks = list(range(len(bins)))
        _columns(left, marks, points, colour=colours[stage], tallest=tallest, gid=f"points/{stage}")
        left.set_xlim(-0.6, len(bins) - 0.4)
        left.set_xticks(marks, _bin_words(bins, wide / len(bins)))
        if both:
            right = page.axes(wide + 30, top, page.width - wide - 30, high)
            counts = [int(needs.get(k, 0)) for k in range(most + 1)]
            _columns(right, list(range(most + 1)), counts, colour=colours[stage], tallest=tallest, gid=f"needs/{stage}")
            right.set_xlim(-0.6, most + 0.6)
            right.set_xticks(range(most + 1), [str(k) for k in range(most + 1)])
    foot = len(stages) * (high + gap)
    page.text(
        wide / 2, foot, Text("总分尚差（分）", "Points of the total lacking").of(lang), ha="center", color=theme.SOFT
    )
    if both:
        words = Text("未满足的要求（项）", "Needs not met").of(lang)
        page.text(wide + 30 + (page.width - wide - 30) / 2, foot, words, ha="center", color=theme.SOFT)
    unknown = int(lacking.isna().sum())
    note = Text(
        f"左图“0”：总分已够，另有要求未满足；有 {unknown} {noun.counter}没有可比的总分。" if unknown else "左图“0”：总分已够，另有要求未满足。",
        '"0" at the left: the total is enough, another need is not met.' + (f" {unknown} have no total to compare." if unknown else ""),
    )  # fmt: skip
    return finish(page, table, lang, notes=(note.of(lang),))


def _points_bars(lacking: pd.Series, bins: Sequence[float]) -> list[int]:
    """Count who lacks nothing, then who lacks up to the end of each bin (open on the left, closed on the right)."""
    values = lacking.dropna().round(9)
    inside = [int(((values > low) & (values <= high)).sum()) for low, high in pairwise(bins)]
    return [int((values <= 0).sum()), *inside]


def _bin_words(bins: Sequence[float], room: float) -> list[str]:
    """Return the words under the bins: "0", "0–10", ...; every other one where they are too wide."""
    digits = 0 if bins[1] - bins[0] >= 1 else 2
    words = ["0", *(f"{number(low, digits)}–{number(high, digits)}" for low, high in pairwise(bins))]
    if max(width(text, theme.NOTE) for text in words) > room - 3:
        return [
            text if place % 2 == 0 or room > 30 else ""
            for place, text in enumerate(["0", *(f"≤{number(high, digits)}" for high in bins[1:])])
        ]
    return words


def _columns(axes: Axes, marks: Sequence[float], counts: Sequence[int], *, colour: str, tallest: int, gid: str) -> None:
    axes.bar(list(marks), list(counts), width=0.84, color=colour, zorder=theme.FILLS, gid=gid)
    axes.set(ylim=(0, tallest * 1.2), yticks=[])
    axes.spines["bottom"].set_visible(True)
    for x, n in zip(marks, counts, strict=True):
        if n:
            axes.text(
                x, n + tallest * 0.03, str(n), ha="center", va="bottom", size=8.5, zorder=theme.WORDS, gid="count"
            )


__all__ = ["Cuts", "plot_distance", "plot_units"]
