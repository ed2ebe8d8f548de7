"""Charts of what the indicators measure together: enterprises and steps on one scale (the Wright map), and loadings on factors.

Both name every indicator and no enterprise: distributions come as bands that hold at least k, and a small stage as its mean.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, label, lead, stage_words, subtitle
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import Cell, draw_cells, empty
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, own, width, wrap
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Table

_STRONG = 0.30  # size from which a loading counts, by custom
_SMALL = 8.0
_PITCH, _STRIP, _HEAD = 11.5, 36.0, 16.0
_NAMES = 196.0


@themed()
def plot_person_item_map(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the Wright map: above, the enterprises of every stage along the scale; below, the steps of every indicator, the easiest on top.

    Parameters
    ----------
    table
        From `tabulate_person_item_map`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame
    steps, bands, means = (frame[frame["part"] == part] for part in ("step", "band", "mean"))
    shown = Text(
        f"上：各阶段的{noun.zh}（面积与数目成比例，菱形为均值）；下：各指标的档，处在那里的{noun.zh}有一半达到该档",
        f"above, {noun.en} of every stage (areas go with numbers, diamond: mean); below, the steps of every indicator, where half of the {noun.en} there reach them",
    )
    stages = [code for code in table.column("stage").labels if code in set(bands["stage"]) | set(means["stage"])]
    named = [code for code in stages if code in set(steps["stage"])]
    colours = theme.stage_colours([c for c in table.column("stage").labels if c])
    key = (
        KeyItem(Text("指标的一档", "Step of an indicator").of(lang), theme.SOFT, marker="o"),
        *(KeyItem(Text(f"{label(table, 'stage', c, 'zh')}的要求点到的档", f"Step named by a need: {label(table, 'stage', c, 'en').lower()}").of(lang), colours[c], edge=theme.INK, marker="o") for c in named),
    )  # fmt: skip
    head = Head(headline_person_item_map(table, lang), subtitle(table, lang, shown), key)
    if not len(steps):
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    order = steps.groupby("indicator", sort=False)["low"].mean().sort_values(kind="stable").index
    names = [wrap(label(table, "indicator", code, lang), _SMALL, _NAMES, lines=1)[0] for code in order]
    left = max(width(name, _SMALL) for name in names) + 8
    lows, highs = frame["low"].to_numpy(dtype=float), frame["high"].to_numpy(dtype=float)
    low, high = math.floor(2 * np.nanmin(lows)) / 2, math.ceil(2 * max(np.nanmax(lows), np.nanmax(highs, initial=-9.0))) / 2  # fmt: skip
    above = _STRIP * len(stages)
    page = Page(head, height=above + 8 + _PITCH * len(order) + 34)
    for place, code in enumerate(stages):
        axes = page.axes(left, place * _STRIP, page.width - left, _STRIP)
        axes.set(xlim=(low, high), ylim=(0, 1.35), xticks=[], yticks=[])
        _strip(axes, bands[bands["stage"] == code], means[means["stage"] == code], colours[code])
        n = int(bands.loc[bands["stage"] == code, "n"].sum()) or int(means.loc[means["stage"] == code, "n"].sum())
        page.text(left - 8, (place + 0.62) * _STRIP, f"{label(table, 'stage', code, lang)}   n = {n}", ha="right", gid="stage")  # fmt: skip
    axes = page.axes(left, above + 8, page.width - left, _PITCH * len(order))
    axes.set(xlim=(low, high), ylim=(len(order), 0))
    axes.set_xticks(ticks := np.arange(math.ceil(low), math.floor(high) + 1), [number(t, 0) for t in ticks])
    axes.grid(axis="x", zorder=0.5)
    for stage, mean in zip(means["stage"], means["low"], strict=True):
        axes.axvline(mean, color=colours[stage], linewidth=1.1, linestyle=(0, (4, 3)), zorder=theme.MARKS - 0.2, gid="mean")  # fmt: skip
    for place, name in enumerate(names):
        page.text(left - 8, above + 8 + (place + 0.5) * _PITCH, name, size=_SMALL, ha="right", gid="name")
    _steps(
        axes, steps.assign(y=steps["indicator"].map({code: place + 0.5 for place, code in enumerate(order)})), colours
    )
    foot = above + 8 + _PITCH * len(order) + 26
    words = Text("logit：左为容易、较弱，右为困难、较强", "Logits: left easier and weaker, right harder and stronger")  # fmt: skip
    page.text(page.width, foot, words.of(lang), size=_SMALL, ha="right", color=theme.SOFT)
    lines = Text("竖虚线：各阶段的均值。", "Dashed lines: means of the stages.")
    return finish(page, table, lang, notes=(lines.of(lang), *(note.of(lang) for note in table.notes)))


def _strip(axes: Axes, bands: pd.DataFrame, means: pd.DataFrame, colour: str) -> None:
    """Draw one stage: bars whose area goes with the number in a band, the tallest of the stage to the full height; the mean on the line."""
    low, wide = bands["low"].to_numpy(dtype=float), (bands["high"] - bands["low"]).to_numpy(dtype=float)
    counts = bands["n"].to_numpy(dtype=int)
    highs = counts / wide / (counts / wide).max() if len(counts) else np.empty(0)
    axes.bar(low, highs, width=wide, align="edge", color=colour, edgecolor=theme.PAPER, linewidth=0.7, zorder=theme.FILLS, gid="band")  # fmt: skip
    for x, high, n in zip(low + wide / 2, highs, counts, strict=True):
        axes.text(x, high + 0.03, number(n, 0), size=7, ha="center", va="bottom", color=theme.SOFT, zorder=theme.WORDS, gid="n")  # fmt: skip
    axes.spines["bottom"].set_visible(True)
    axes.plot(means["low"], [0.0] * len(means), marker="D", markersize=6, color=colour, markeredgecolor=theme.INK, markeredgewidth=0.8, linestyle="none", zorder=theme.MARKS, clip_on=False, gid="mean")  # fmt: skip


def _steps(axes: Axes, steps: pd.DataFrame, colours: dict[str, str]) -> None:
    """Draw every indicator at its `y`: a line over its steps, a dot each, those a stage asks for in the colour of that stage."""
    spans = steps.groupby("y")["low"].agg(["min", "max"])
    axes.hlines(spans.index, spans["min"], spans["max"], color="#B8BFC4", linewidth=0.9, zorder=theme.MARKS - 0.1, gid="range")  # fmt: skip
    for stage in steps["stage"].unique():
        mine = steps[steps["stage"] == stage]
        look: dict[str, Any] = {"markersize": 3.0, "color": theme.SOFT, "zorder": theme.MARKS, "gid": "step"}
        if stage:
            look |= {"markersize": 6.5, "color": colours[stage], "zorder": theme.MARKS + 0.1, "gid": "asked"}
            look |= {"markeredgecolor": theme.INK, "markeredgewidth": 0.8}
        axes.plot(mine["low"], mine["y"], marker="o", linestyle="none", **look)


def headline_person_item_map(table: Table, lang: Lang) -> str:
    """Say how many steps an enterprise at the mean of the lowest and of the highest stage would more likely reach than not."""
    frame = table.frame
    places = frame.loc[frame["part"] == "step", "low"]
    means = frame[(frame["part"] == "mean") & (frame["stage"] != UNSTAGED)]
    if not len(places) or not len(means):
        return lead(Text("没有可放到尺子上的指标", "there is nothing to place on a scale").of(lang), table.provenance.nature, lang)  # fmt: skip
    reached = [int((places <= mean).sum()) for mean in means["low"]]
    best, worst = (Text(*(label(table, "stage", means["stage"].iloc[k], side) for side in ("zh", "en"))) for k in (0, -1))  # fmt: skip
    of, all_ = len(places), reached[0] == len(places)
    if len(means) == 1:
        said = Text(f"{best.zh}的平均水平能达到 {of} 档中的 {reached[0]} 档", f"the mean of {stage_words(best.en, 'en')} is within reach of {reached[0]} of {of} steps")  # fmt: skip
    else:
        said = Text(
            f"{of} 档中，{worst.zh}的平均水平能达到 {reached[-1]} 档，{best.zh}能达到{'全部' if all_ else f' {reached[0]} 档'}",
            f"the mean of {stage_words(worst.en, 'en')} is within reach of {reached[-1]} of {of} steps, that of {stage_words(best.en, 'en')} of {'all' if all_ else reached[0]}",
        )
    return lead(said.of(lang), table.provenance.nature, lang)


@themed()
def plot_loadings(table: Table, *, lang: Lang) -> Figure:
    """Draw the loadings of all indicators as a heat map, areas framed on the factor they were matched to.

    Parameters
    ----------
    table
        From `tabulate_loadings`.
    lang
        "zh" or "en".
    """
    frame = table.frame
    factors = [column.code for column in table.columns if column.code.startswith("f_")]
    shown = Text(
        "因子载荷（斜交旋转）；黑框为方面与对应的因子，红框为最大载荷落在别处的指标",
        "loadings after oblique rotation; black frames: an area on the factor matched to it; red: largest loading elsewhere",
    )
    key = (
        KeyItem(Text("正", "Positive").of(lang), to_hex(theme.TWO_WAYS(0.95))),
        KeyItem(Text("负", "Negative").of(lang), to_hex(theme.TWO_WAYS(0.05))),
    )
    head = Head(headline_loadings(table, lang), subtitle(table, lang, shown), key)
    if not len(frame):
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    names = [wrap(label(table, "indicator", code, lang), _SMALL, _NAMES, lines=1)[0] for code in frame["indicator"]]
    left = max(width(name, _SMALL) for name in names) + 8
    tied = bool(frame["n_tied"].any())
    side = 30.0 if tied else 0.0
    wide = (page_room := theme.TEXT_WIDTH - left - side) / len(factors)
    areas = list(dict.fromkeys(frame["area"]))
    top = 16.0
    height = _PITCH * len(frame) + (_HEAD + 4) * len(areas)
    page = Page(head, height=top + height + 2)
    axes = page.axes(left, top, page_room, height)
    axes.set(xlim=(0, len(factors)), ylim=(height, 0), xticks=[], yticks=[])
    axes.spines["bottom"].set_visible(False)
    page.text(left - 8, 6, Text("因子（对应的方面）", "Factor (area matched to it)").of(lang), size=_SMALL, ha="right", color=theme.SOFT, gid="factors")  # fmt: skip
    for k, code in enumerate(factors):
        area = f" ({code[2:]})" if code[2:] in areas else ""
        page.text(left + (k + 0.5) * wide, 6, own(f"{k + 1}{area}"), size=_SMALL, ha="center", gid="factor")
    if tied:
        page.text(page.width, 6, Text("相连", "Tied").of(lang), size=_SMALL, ha="right", color=theme.SOFT, gid="tied")
    y = 0.0
    shown_rows: list[tuple[float, list[float], bool]] = []
    words = {code: names[k] for k, code in enumerate(frame["indicator"])}
    for area in areas:
        mine = frame[frame["area"] == area]
        y += _HEAD + 4
        page.text(0, top + y - 7, label(table, "area", area, lang), size=theme.NOTE, weight="bold", gid="area")
        for place, row in enumerate(mine.to_dict("records")):
            centre = y + (place + 0.5) * _PITCH
            page.text(left - 8, top + centre, words[row["indicator"]], size=_SMALL, ha="right", gid="name")
            shown_rows.append((centre, [float(row[code]) for code in factors], row["home"] == "yes"))
            if row["n_tied"]:
                page.text(page.width, top + centre, str(row["n_tied"]), size=_SMALL, ha="right", color=theme.SOFT, gid="tied")  # fmt: skip
        if f"f_{area}" in factors:
            k = factors.index(f"f_{area}")
            axes.add_patch(Rectangle((k + 0.02, y), 0.96, _PITCH * len(mine), facecolor="none", edgecolor=theme.INK, linewidth=1.3, zorder=theme.MARKS, gid="own"))  # fmt: skip
        y += _PITCH * len(mine)
    _cells(axes, shown_rows)
    notes = [note.of(lang) for note in table.notes]
    notes.append(Text(f"绝对值不足 {_STRONG:.2f} 的载荷只以颜色表示（每行最大者除外），数见数据文件。", f"Loadings below {_STRONG:.2f} in size, but for the largest of a row, are colour only; the data file has their numbers.").of(lang))  # fmt: skip
    if tied:
        notes.append(Text("“相连”：与该指标在逻辑上相连的指标数。", "Tied: how many indicators it depends on by construction.").of(lang))  # fmt: skip
    return finish(page, table, lang, notes=tuple(notes))


def _cells(axes: Axes, rows: list[tuple[float, list[float], bool]]) -> None:
    """Draw all loadings: centre of the row, values by factor, whether the largest is on the factor of its own area. Small ones are colour alone: their numbers drown the others."""
    cells = []
    for y, values, home in rows:
        top = int(np.argmax(np.abs(values)))
        for k, value in enumerate(values):
            colour = to_hex(theme.TWO_WAYS(0.5 + max(-1.0, min(1.0, value)) / 2))
            cells.append(Cell(k + 0.02, y - _PITCH / 2 + 0.4, 0.96, _PITCH - 0.8, colour))
            strong = abs(value) >= _STRONG
            if strong or k == top:
                axes.text(
                    k + 0.5, y, own(number(value, 2)), size=7.5, ha="center", va="center_baseline", zorder=theme.WORDS, gid="value",
                    color=theme.ink_on(colour) if strong else theme.SOFT, weight="bold" if strong else "normal",
                )  # fmt: skip
            if k == top and not home:
                axes.add_patch(Rectangle((k + 0.04, y - _PITCH / 2 + 0.6), 0.92, _PITCH - 1.2, facecolor="none", edgecolor=theme.ACCENT, linewidth=1.3, zorder=theme.MARKS + 0.1, gid="elsewhere"))  # fmt: skip
    draw_cells(axes, cells, gid="loading")


def headline_loadings(table: Table, lang: Lang) -> str:
    """Say how many indicators load highest on the factor of their own area."""
    frame = table.frame
    home, of = int((frame["home"] == "yes").sum()), len(frame)
    if not of:
        return lead(Text("没有可分析的指标", "there are no indicators to analyse").of(lang), table.provenance.nature, lang)  # fmt: skip
    said = Text(
        f"{of} 个指标中有 {home} 个的最大载荷在本方面的因子上",
        f"{home} of {of} indicators load highest on the factor of their own area",
    )
    return lead(said.of(lang), table.provenance.nature, lang)


__all__ = ["headline_loadings", "headline_person_item_map", "plot_loadings", "plot_person_item_map"]
