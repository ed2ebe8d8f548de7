"""Charts of the problems: how severe by each measure with its interval and possible ranks, and what weighs much and is scored low."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.analysis.importance import QUADRANTS
from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, label, lead, within
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits, steps
from hmsurvey.output.rows import Row, draw_names, empty, lay_rows
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, own, width
from hmsurvey.tables import Table

_SMALL = 8.5


@themed()
def plot_problems(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the severity of every problem, a panel a measure, a dot with its interval, and the ranks that it may have.

    Parameters
    ----------
    table
        From `tabulate_problem_overview`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame
    what = Text(
        f"{noun.zh}的平均严重度（0 无缺失，100 全缺）与 95% 区间；右侧数字为可能的名次，1 最重",
        f"Mean severity over {noun.en} (0: nothing lacks, 100: nothing is there) with 95% interval; at the right the ranks it may have, 1 the severest",
    )
    head = Head(headline_problems(table, lang), what.of(lang))
    measures = list(dict.fromkeys(frame["measure"]))
    if not len(frame) or not frame["n_scored"].sum():
        return finish(empty(head, lang), table, lang)
    problems = list(dict.fromkeys(frame["problem"]))
    grid = lay_rows([Row(label(table, "problem", code, lang)) for code in problems], pitch=25.0, room=112.0)
    top, gap, ranks = 32.0, 14.0, 26.0
    ends = frame[["mean", "ci_low", "ci_high"]].to_numpy(dtype=float)
    low = max(0.0, 10.0 * np.floor((np.nanmin(ends) - 1) / 10))
    high = min(100.0, max(low + 20, 10.0 * np.ceil((np.nanmax(ends) + 1) / 10)))
    wide = (theme.TEXT_WIDTH - grid.left - gap * (len(measures) - 1)) / len(measures)
    page = Page(head, height=top + grid.height + 20)
    draw_names(page, grid, top=top)
    for place, measure in enumerate(measures):
        left = grid.left + place * (wide + gap)
        mine = frame[frame["measure"] == measure].set_index("problem")
        n = mine["n_scored"].dropna()
        heading = label(table, "measure", measure, lang)
        words = f"n = {n.min():.0f}" if n.min() == n.max() else f"n = {n.min():.0f}–{n.max():.0f}"
        page.text(left, 6, heading[:1].upper() + heading[1:], weight="bold", size=theme.NOTE, gid="measure")
        page.text(left, 19, words, size=_SMALL, color=theme.SOFT, gid="n")
        page.text(
            left + wide, 19, Text("名次", "Rank").of(lang), size=_SMALL, color=theme.SOFT, ha="right", gid="column"
        )
        axes = page.axes(left, top, wide - ranks, grid.height)
        axes.set(xlim=(low, high), ylim=(grid.height, 0))
        stride = 10.0 if high - low <= 30 else 20.0
        marks = np.arange(stride * np.ceil(low / stride), high + 1, stride)
        axes.set_xticks(marks, [own(number(v, 0)) for v in marks])
        if marks[0] == low:
            axes.get_xticklabels()[0].set_horizontalalignment("left")
        for y, code in zip(grid.centres, problems, strict=True):
            if code not in mine.index or pd.isna(mine.loc[code, "mean"]):
                continue
            row = mine.loc[code]
            sure = row["rank_last"] == 1
            colour = theme.ACCENT if sure else theme.MAIN
            if pd.notna(row["ci_low"]):
                axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=colour, linewidth=2.2, alpha=0.75, solid_capstyle="butt", zorder=theme.MARKS, gid="interval")  # fmt: skip
            axes.plot([row["mean"]], [y], marker="o", markersize=4.6, color=colour, markeredgecolor=theme.PAPER, markeredgewidth=0.6, linestyle="none", zorder=theme.MARKS + 0.1, gid="mean")  # fmt: skip
            axes.text(row["mean"], y - 8.5, number(float(row["mean"]), 0), size=7.5, ha="center", va="center_baseline", zorder=theme.WORDS, gid="value")  # fmt: skip
            if pd.notna(row["rank_first"]):
                first, last = int(row["rank_first"]), int(row["rank_last"])
                page.text(left + wide, top + y, f"{first}" if first == last else f"{first}–{last}", size=_SMALL, ha="right", color=colour if sure else theme.INK, weight="bold" if sure else "normal", gid="ranks")  # fmt: skip
    return finish(page, table, lang, notes=tuple(note.of(lang) for note in table.notes))


def headline_problems(table: Table, lang: Lang) -> str:
    """Say which problem surely comes first by each measure; where several may, that they cannot be told apart."""
    frame = table.frame.dropna(subset=["rank_first"])
    by_first: dict[tuple[str, ...], list[str]] = {}
    for measure in dict.fromkeys(frame["measure"]):
        mine = frame[frame["measure"] == measure]
        first = tuple(str(code) for code in mine.loc[mine["rank_first"] == 1, "problem"])
        by_first.setdefault(first, []).append(str(measure))
    said_zh, said_en = [], []
    for first, measures in by_first.items():
        zh, en = ([label(table, "measure", measure, side) for measure in measures] for side in ("zh", "en"))
        alone = len(first) == 1
        which = label(table, "problem", first[0], "zh") + "最重" if alone else f"{'、'.join(first)} 难分先后"
        said_zh.append(f"按{'和'.join(zh)}，{which}")
        code, _, name = label(table, "problem", first[0], "en").partition(" ")
        said_en.append(f"{f'{code} {within(name)}' if alone else ' or '.join(first)} by {' and '.join(en)}")
    if not said_zh:
        return lead(Text("没有可用的答卷", "there are no usable answers").of(lang), table.provenance.nature, lang)
    words = Text("；".join(said_zh), "the severest problem is " + ", ".join(said_en))
    return lead(words.of(lang), table.provenance.nature, lang)


@themed()
def plot_importance(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw every indicator by its weight in the total and the mean share of its maximum, in four named quadrants, areas in colours.

    Parameters
    ----------
    table
        From `tabulate_importance`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame.dropna(subset=["mean_share_pct", "weight_pct"]).reset_index(drop=True)
    areas = list(dict.fromkeys(frame["area"]))
    colours = {area: theme.KINDS[place % len(theme.KINDS)] for place, area in enumerate(areas)}
    named = bool((frame["named"] == "yes").any())
    key = tuple(KeyItem(f"{a} {label(table, 'area', a, lang)}", colours[a], marker="o") for a in areas)
    key += (KeyItem(Text("规则点名的指标", "Named by the rule").of(lang), theme.PAPER, edge=theme.INK, marker="D"),) if named else ()  # fmt: skip
    what = Text(
        f"横轴：在总分中的权重；纵轴：{noun.zh}平均得分率（占满分的百分比）",
        f"Across: weight in the total; up: mean share of the maximum over {noun.en}",
    )
    head = Head(headline_importance(table, lang), what.of(lang), key)
    if not len(frame):
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    x, y = frame["weight_pct"].to_numpy(dtype=float), frame["mean_share_pct"].to_numpy(dtype=float)
    left, high = 30.0, 290.0
    page = Page(head, height=high + 30)
    axes = page.axes(left, 0, page.width - left, high)
    low_y, high_y, step = nice_limits(float(max(0.0, y.min() - 6)), float(min(100.0, y.max() + 6)))
    spread = max(float(np.ptp(x)), 0.5)
    low_x, high_x = max(0.0, x.min() - 0.14 * spread), x.max() + 0.14 * spread
    axes.set(xlim=(low_x, high_x), ylim=(low_y, high_y))
    axes.set_yticks([])
    for tick in steps(low_y, high_y, step):
        place = high * (1 - (tick - low_y) / (high_y - low_y))
        page.text(left - 5, place, own(f"{number(tick, 0)}%"), size=_SMALL, ha="right", color=theme.SOFT, gid="tick")
    ticks = sorted({round(float(v), 1) for v in x})
    ticks = ticks if len(ticks) <= 8 else list(np.linspace(min(ticks), max(ticks), 5).round(1))
    axes.set_xticks(ticks, [own(f"{number(v, 1)}%") for v in ticks])
    heavy = frame["quadrant"].str.startswith("heavy").to_numpy()
    mx = float((x[heavy].min() + x[~heavy].max()) / 2) if heavy.any() and not heavy.all() else float(x.mean())
    my = float(y.mean())
    axes.add_patch(Rectangle((mx, low_y), high_x - mx, my - low_y, facecolor="#F8E9E4", edgecolor="none", zorder=theme.FILLS - 0.5, gid="first"))  # fmt: skip
    axes.axvline(mx, color=theme.SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=theme.MARKS - 0.2, gid="mean")
    axes.axhline(my, color=theme.SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=theme.MARKS - 0.2, gid="mean")
    corners = {"light_high": (low_x, high_y, "left", "top"), "heavy_high": (high_x, high_y, "right", "top"), "light_low": (low_x, low_y, "left", "bottom"), "heavy_low": (high_x, low_y, "right", "bottom")}  # fmt: skip
    across, up = (page.width - left) / (high_x - low_x), high / (high_y - low_y)
    taken: list[tuple[float, float, float, float]] = []
    for code, (cx, cy, ha, va) in corners.items():
        words = QUADRANTS[code].of(lang)
        dx, dy = (4 if ha == "left" else -4), (-4 if va == "top" else 4)
        axes.annotate(own(words), (cx, cy), xytext=(dx, dy), textcoords="offset points", ha=ha, va=va, size=_SMALL, weight="bold" if code == "heavy_low" else "normal", color=theme.ACCENT if code == "heavy_low" else theme.SOFT, zorder=theme.WORDS, gid="quadrant")  # fmt: skip
        long = width(words, _SMALL, bold=code == "heavy_low") + 6
        start = 0.0 if ha == "left" else (page.width - left) - long
        taken.append((start, 0.0 if va == "bottom" else high - 15, start + long, 15.0 if va == "bottom" else high))
    shift = _beside(x, [str(area) for area in frame["area"]])
    points = np.column_stack([(x - low_x) * across + shift, (y - low_y) * up])
    places = _place_labels(points, [str(code) for code in frame["indicator"]], taken)
    for (px, py), area, gate, (lx, ly), code in zip(points, frame["area"], frame["named"], places, frame["indicator"], strict=True):  # fmt: skip
        colour = colours[area]
        marker = "D" if gate == "yes" else "o"
        axes.plot([px / across + low_x], [py / up + low_y], marker=marker, markersize=5.2, color=colour, markeredgecolor=theme.INK if gate == "yes" else theme.PAPER, markeredgewidth=0.9 if gate == "yes" else 0.5, linestyle="none", zorder=theme.MARKS + 0.1, gid="indicator")  # fmt: skip
        if abs(ly - py) > 2.5 or abs(lx - px) > 22:
            axes.plot([px / across + low_x, (lx if lx > px else lx + width(str(code), 7.5)) / across + low_x], [py / up + low_y, ly / up + low_y], color=colour, linewidth=0.5, alpha=0.7, zorder=theme.MARKS, gid="leader")  # fmt: skip
        axes.text(lx / across + low_x, ly / up + low_y, own(str(code)), size=7.5, color=colour, ha="left", va="center_baseline", zorder=theme.WORDS, gid="label")  # fmt: skip
    aside = Text("权重相同的方面左右错开。", "Areas of the same weight stand side by side.")
    return finish(page, table, lang, notes=(*(note.of(lang) for note in table.notes), aside.of(lang)))


def _beside(x: np.ndarray, areas: Sequence[str]) -> np.ndarray:
    """Return by how many points each dot is moved sideways, so that areas of the same weight do not lie on each other."""
    shift = np.zeros(len(x))
    for weight in np.unique(x.round(6)):
        same = [int(at) for at in np.flatnonzero(x.round(6) == weight)]
        here = list(dict.fromkeys(areas[k] for k in same))
        for k in same:
            shift[k] = 30.0 * (here.index(areas[k]) - (len(here) - 1) / 2)
    return shift


def _place_labels(
    points: np.ndarray, words: Sequence[str], taken: list[tuple[float, float, float, float]]
) -> list[tuple[float, float]]:
    """Return the left end and middle of every label, in points: beside its dot, or as near as no other label or dot is in the way."""
    boxes = [*taken, *((px - 3.5, py - 3.5, px + 3.5, py + 3.5) for px, py in points)]
    found: list[tuple[float, float]] = [(0.0, 0.0)] * len(words)
    for k in (int(at) for at in np.lexsort((points[:, 1], points[:, 0]))):
        px, py = (float(v) for v in points[k])
        wide = width(words[k], 7.5)
        best = (px + 6, py)
        for up in sorted(np.arange(-60.0, 61.0, 3.0), key=abs):
            away = 6.0 + (abs(up) > 3) * 8.0
            tries = [(px + away, py + up), (px - away - wide, py + up)]
            free = [place for place in tries if not _hits(place, wide, boxes)]
            if free:
                best = free[0]
                break
        found[k] = best
        boxes.append((best[0] - 1, best[1] - 4.4, best[0] + wide + 1, best[1] + 4.4))
    return found


def _hits(place: tuple[float, float], wide: float, boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    left, low, right, high = place[0] - 1, place[1] - 4.4, place[0] + wide + 1, place[1] + 4.4
    return any(left < b[2] and right > b[0] and low < b[3] and high > b[1] for b in boxes)


def headline_importance(table: Table, lang: Lang) -> str:
    """Say how many indicators weigh much and are scored low, and in which areas most of them lie."""
    frame = table.frame[table.frame["quadrant"] == "heavy_low"]
    of = int(table.frame["mean_share_pct"].notna().sum())
    if not of:
        return lead(Text("没有可用的指标", "there is no indicator to show").of(lang), table.provenance.nature, lang)
    counts = frame["area"].value_counts()
    if not len(frame):
        words = Text(
            f"{of} 个指标中没有一个权重大而得分低", f"not one of {of} indicators weighs much and is scored low"
        )
        return lead(words.of(lang), table.provenance.nature, lang)
    most = str(counts.index[0])
    zh, en = label(table, "area", most, "zh"), label(table, "area", most, "en")
    words = Text(
        f"{of} 个指标中有 {len(frame)} 个权重大而得分低，“{zh}”占 {counts.iloc[0]} 个",
        f"{len(frame)} of {of} indicators weigh much and are scored low, {counts.iloc[0]} of them in {en[:1].lower() + en[1:]}",
    )
    return lead(words.of(lang), table.provenance.nature, lang)


__all__ = ["headline_importance", "headline_problems", "plot_importance", "plot_problems"]
