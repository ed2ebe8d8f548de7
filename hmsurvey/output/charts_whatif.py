"""Charts of measures: every city before and after, and enterprises lifted against effort.

What is assumed cannot be seen in a mark; so every head says that it is a trial, and the notes say what the interval holds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hmsurvey.analysis.whatif_tables import MEANS_NOTE
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.charts import group_names
from hmsurvey.output.headlines import ENTERPRISES, Noun, lead, subtitle
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits, steps
from hmsurvey.output.rows import Row, columns_right, draw_names, empty, lay_rows, ranked, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, own, percent
from hmsurvey.tables import Table

_HIGH = 150.0  # of the plot of the curve, in points
_LEFT = 46.0


@themed()
def plot_what_if(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw every city's share above the lowest stage now and after measures, with the interval of the draws.

    Parameters
    ----------
    table
        From `tabulate_what_if`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    up = _stage_words(table, lang)
    shown = Text(
        f"{up}的{noun.zh}占比：现在与措施后（平均），线为 95% 的抽取所在范围；名后为已分段{noun.zh}数",
        f"share of {noun.en} at {up}, now and after the measures (mean); the line holds 95% of the draws; beside the names: {noun.en} with a stage",
    )
    key = (
        KeyItem(Text("现在", "Now").of(lang), theme.PAPER, edge=theme.SOFT, marker="o"),
        KeyItem(Text("措施后", "After").of(lang), theme.MAIN, marker="o"),
    )
    head = Head(headline_what_if(table, lang, noun), subtitle(table, lang, shown), key)
    frame = table.frame[table.frame["n_staged"] > 0]
    if not len(frame):
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    frame = ranked(frame, ["above_after_pct"])
    names, before = group_names(table, lang), frame["group"].shift()
    rows = [
        Row(names[code], f"{n}", apart=last == ALL, bold=code == ALL)
        for code, n, last in zip(frame["group"], frame["n_staged"], before, strict=True)
    ]
    grid = lay_rows(rows)
    page = Page(head, height=grid.height + 30)
    draw_names(page, grid, top=12)
    rises = [f"{number(x, 1)} ({number(a, 0)}–{number(b, 0)})" for x, a, b in _columns(frame, "lifted")]
    right = columns_right(page, grid, [(Text("上升\n企业数", "Rise").of(lang), rises)], top=12)
    _, high, step = nice_limits(0.0, float(frame[["above_after_pct_high", "above_before_pct"]].max().max()))
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(0.0, min(high, 100.0)), top=12)
    axes.set_xticks(ticks := [t for t in steps(0, high, step) if t <= 100], [own(f"{number(t, 0)}%") for t in ticks])
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    for y, now, (after, low, top), group in zip(
        grid.centres, frame["above_before_pct"], _columns(frame, "above_after_pct"), frame["group"], strict=True
    ):
        colour = theme.INK if group == ALL else theme.MAIN
        axes.plot([low, top], [y, y], color=colour, linewidth=2.2, alpha=0.6, solid_capstyle="butt", zorder=theme.MARKS, gid="interval")  # fmt: skip
        for x, face, gid in ((now, theme.PAPER, "before"), (after, colour, "after")):
            axes.plot([x], [y], marker="o", markersize=6, color=face, markeredgecolor=theme.SOFT if gid == "before" else theme.PAPER, markeredgewidth=1.0, linestyle="none", clip_on=False, zorder=theme.MARKS + 0.1, gid=gid)  # fmt: skip
    return finish(
        page,
        table,
        lang,
        notes=tuple(note.of(lang) for note in (*table.notes[:2], *(n for n in table.notes if n == MEANS_NOTE))),
    )


def _columns(frame: pd.DataFrame, code: str) -> list[tuple[float, float, float]]:
    return list(zip(frame[code], frame[f"{code}_low"], frame[f"{code}_high"], strict=True))


def _stage_words(table: Table, lang: Lang) -> str:
    """Return which stages are meant: "intermediate or above"."""
    words = table.column("above_before_pct").label.of(lang)
    return words.rpartition("占比")[0] if lang == "zh" else words.rpartition(":")[0].lower()


def headline_what_if(table: Table, lang: Lang, noun: Noun = ENTERPRISES) -> str:
    """Say how many would rise in all, within which range, of how many."""
    row = table.frame[table.frame["group"] == ALL]
    if not len(row) or not row["n_staged"].iloc[0]:
        return lead(
            Text("没有可以试算的企业", "there is nobody to try measures on").of(lang), table.provenance.nature, lang
        )
    one = row.iloc[0]
    low, high = number(one["lifted_low"], 0), number(one["lifted_high"], 0)
    words = Text(
        f"所设措施全部推行，{one['n_staged']} {noun.counter}{noun.zh}中约有 {number(one['lifted'], 0)} {noun.counter}可进入更高阶段（{low} 至 {high}）",
        f"with the measures assumed, about {number(one['lifted'], 0)} of {one['n_staged']} {noun.en} would rise ({low} to {high})",
    )
    return lead(words.of(lang), table.provenance.nature, lang)


@themed()
def plot_effort_curve(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw how many enterprises are expected to rise against effort: the best mix of measures, and the bound from least plans.

    Parameters
    ----------
    table
        From `tabulate_effort_curve`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    shown = Text(
        f"期望上升的{noun.zh}数与工作量（相对数）：措施的最优安排，以及逐户做最省方案时的上限",
        f"{noun.en} expected to rise against effort (a relative number): the best mix of measures, and the bound if each did just its least plan",
    )
    key = (
        KeyItem(Text("措施的最优安排", "Best mix of measures").of(lang), theme.MAIN),
        KeyItem(Text("逐户最省方案（上限）", "Least plans, one by one (bound)").of(lang), "#8FA3AF"),
    )
    frame = table.frame
    head = Head(headline_effort_curve(table, lang, noun), subtitle(table, lang, shown), key)
    if len(frame) < 2:
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    bound = frame["bound"].notna().all()
    page = Page(head, height=_HIGH + 34)
    axes = page.axes(_LEFT, 6, page.width - _LEFT - 44, _HIGH)
    _, top, step = nice_limits(0.0, float(frame[["lifted", "bound"]].max().max()))
    _, wide, stride = nice_limits(0.0, float(frame["budget"].max()))
    axes.set(xlim=(0, wide), ylim=(0, top))
    axes.set_xticks(ticks := steps(0, wide, stride), [own(number(t, 0)) for t in ticks])
    axes.tick_params(labelleft=True)
    axes.set_yticks(marks := steps(0, top, step), [own(number(t, 0)) for t in marks])
    axes.grid(axis="y")
    x = frame["budget"].to_numpy(dtype=float)
    if bound:
        axes.plot(x, frame["bound"], color="#8FA3AF", linewidth=1.6, zorder=theme.MARKS, gid="bound")
        _end(axes, x, frame["bound"].to_numpy(dtype=float), "#5E7480")
    axes.plot(x, frame["lifted"], color=theme.MAIN, linewidth=2.2, zorder=theme.MARKS, gid="lifted")
    _end(axes, x, frame["lifted"].to_numpy(dtype=float), theme.MAIN)
    page.text(_LEFT + (page.width - _LEFT - 44) / 2, _HIGH + 30, Text("工作量", "Effort").of(lang), ha="center", size=theme.NOTE, color=theme.SOFT)  # fmt: skip
    return finish(page, table, lang, notes=tuple(note.of(lang) for note in table.notes))


def _end(axes: Axes, x: object, y: NDArray[np.float64], colour: str) -> None:
    """Write the last value beside its line."""
    right = np.asarray(x, dtype=float)[-1]
    axes.annotate(own(number(float(y[-1]), 0)), (right, float(y[-1])), xytext=(5, 0), textcoords="offset points", color=colour, va="center", size=theme.LABEL, annotation_clip=False, gid="end", zorder=theme.WORDS)  # fmt: skip


def headline_effort_curve(table: Table, lang: Lang, noun: Noun = ENTERPRISES) -> str:
    """Say what half of the effort reaches."""
    frame = table.frame
    most = float(frame["lifted"].max()) if len(frame) else 0.0
    if most <= 0:
        return lead(
            Text("所设措施不能使企业上升", "the measures assumed lift nobody").of(lang), table.provenance.nature, lang
        )
    whole = float(frame["budget"].max())
    half = float(np.interp(whole / 2, frame["budget"], frame["lifted"]))
    share = percent(100.0 * half / most, lang)
    words = Text(
        f"用对地方，一半工作量可达到全部推行效果的 {share}",
        f"well placed, half the effort would lift {share} of those that all of it lifts",
    )
    return lead(words.of(lang), table.provenance.nature, lang)
