"""Charts of variations: who keeps the stage, how far shares move, and which choice moves them.

Single enterprises are strips without names, ordered by their score: where colours mix, another choice would change the stage.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.charts_shares import draw_intervals
from hmsurvey.output.headlines import ENTERPRISES, Noun, header, label, lead, stage_words, subtitle
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits, steps
from hmsurvey.output.rows import Row, columns_right, draw_names, empty, lay_rows, percent_ticks, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, own
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Table

_STRIP = 170.0


@themed()
def plot_stage_chances(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw every unit as a narrow strip of its chances, units ordered by score (without an index: by chances).

    Parameters
    ----------
    table
        From `tabulate_stage_chances`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    codes = [c.code.removeprefix("chance_").removesuffix("_pct") for c in table.columns if c.code.startswith("chance_")]
    stages = [code for code in codes if code != UNSTAGED]
    colours = theme.stage_colours(stages) | {UNSTAGED: theme.UNSTAGED_COLOUR}
    frame = table.frame
    present = [code for code in codes if frame[f"chance_{code}_pct"].any()]
    by_score = "total" in frame
    shown = Text(
        f"每{noun.counter}{noun.zh}一竖条，{'按本研究的总分由低到高排，没有总分的在左' if by_score else '按概率排'}；颜色为各次抽取中处于各阶段的比例",
        f"a strip each, {'lowest score of the study at the left, those without one before it' if by_score else 'in order of their chances'}; colours: share of draws at each stage",
    )
    edge = int((frame["on_edge"] == "yes").sum())
    said = Text(
        f"{len(frame)} {noun.counter}{noun.zh}中 {len(frame) - edge} {noun.counter}阶段稳固，{edge} {noun.counter}换一种取法就可能改变",
        f"{len(frame) - edge} of {len(frame)} {noun.en} stand firm, {edge} might change stage under other choices",
    )
    key = tuple(
        KeyItem(label(table, "stage", c, lang), colours[c], theme.UNSTAGED_HATCH if c == UNSTAGED else "")
        for c in present
    )
    head = Head(
        lead(said.of(lang), table.provenance.nature, lang), subtitle(table, lang, shown, f"n = {len(frame)}"), key
    )
    if not len(frame):
        return finish(empty(head, lang), table, lang)
    by = ["total"] if by_score else [f"chance_{code}_pct" for code in stages]
    frame = frame.sort_values(by, ascending=by_score, kind="stable", na_position="first").reset_index(drop=True)
    frame = frame if by_score else frame.iloc[::-1]
    page = Page(head, height=_STRIP + 18)
    left = 34.0
    axes = page.axes(left, 0, page.width - left, _STRIP)
    axes.set(xlim=(0, len(frame)), ylim=(0, 100), xticks=[])
    axes.tick_params(labelleft=True)
    axes.set_yticks([0, 50, 100], [own(f"{tick}%") for tick in (0, 50, 100)])
    # One outline a stage, not one bar a unit: hundreds of bars take seconds to draw, and leave hairlines between them.
    bottom = np.zeros(len(frame))
    for code in reversed(present):
        top = bottom + frame[f"chance_{code}_pct"].to_numpy(dtype=float)
        unstaged = code == UNSTAGED
        axes.stairs(
            top,
            np.arange(len(frame) + 1, dtype=float),
            baseline=bottom,
            fill=True,
            facecolor=colours[code],
            edgecolor="#8A8A8A" if unstaged else "none",
            hatch=theme.UNSTAGED_HATCH if unstaged else None,
            linewidth=0,
            zorder=theme.FILLS,
            gid=code,
        )
        bottom = top
    if by_score:
        _score_ticks(page, frame["total"].to_numpy(dtype=float), left, page.width - left, lang)
    return finish(
        page,
        table,
        lang,
        notes=(
            Text("九成以上抽取中阶段不变，称为稳固。", "Firm: the stage is kept in at least nine draws of ten.").of(
                lang
            ),
        ),
    )


def _score_ticks(page: Page, totals: np.ndarray, left: float, wide: float, lang: Lang) -> None:
    there = totals[~np.isnan(totals)]
    if not len(there):
        return
    blank = len(totals) - len(there)
    low, high, step = nice_limits(float(there.min()), float(there.max()))
    for tick in steps(low, high, step):
        place = blank + int(np.searchsorted(there, tick))
        if there.min() <= tick <= there.max():
            x = left + wide * place / len(totals)
            page.text(x, _STRIP + 9, number(tick, 0 if step >= 1 else 1), size=8.5, ha="center", gid="tick")
    words = Text("总分", "score").of(lang)
    page.text(left - 4, _STRIP + 9, words, size=8.5, ha="right", color=theme.SOFT, gid="tick")


@themed()
def plot_share_ranges(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw for every stage the study's share as a dot in the range of nine draws of ten.

    Parameters
    ----------
    table
        From `tabulate_share_ranges`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame[(table.frame["n"] > 0) | (table.frame["high_pct"] > 0)].reset_index(drop=True)
    shown = Text(
        f"占全部{noun.zh}的百分比；点为本研究，线为各次抽取的 5% 至 95%",
        f"% of all {noun.en}; dot: the study, line: 5 to 95% of the draws",
    )
    widest = frame.assign(span=frame["high_pct"] - frame["low_pct"]).sort_values("span", kind="stable")
    if not len(frame):
        return finish(empty(Head(table.title.of(lang), subtitle(table, lang, shown)), lang), table, lang)
    row = widest.iloc[-1]
    name = stage_words(label(table, "stage", row["stage"], lang), lang)
    said = Text(
        f"换一种取法，{name}的占比在 {row['low_pct']:.0f}% 至 {row['high_pct']:.0f}% 之间",
        f"Under other choices the share of {name} lies between {row['low_pct']:.0f}% and {row['high_pct']:.0f}%",
    )
    head = Head(lead(said.of(lang), table.provenance.nature, lang), subtitle(table, lang, shown))
    grid = lay_rows(
        [
            Row(label(table, "stage", code, lang), f"n = {n}")
            for code, n in zip(frame["stage"], frame["n"], strict=True)
        ],
        pitch=22.0,
    )
    page = Page(head, height=grid.height + 18)
    draw_names(page, grid)
    words = [f"{low:.0f}–{high:.0f}%" for low, high in zip(frame["low_pct"], frame["high_pct"], strict=True)]
    right = columns_right(page, grid, [("", words)])
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(0, 100))
    draw_intervals(axes, grid, frame, ("share_pct", "low_pct", "high_pct"))
    percent_ticks(axes)
    return finish(page, table, lang)


@themed()
def plot_influence(table: Table, *, lang: Lang) -> Figure:
    """Draw which choice moves the share of each stage: bars of total indices with limits, a mark for the first order.

    Parameters
    ----------
    table
        From `tabulate_influence`.
    lang
        "zh" or "en".
    """
    frame = table.frame
    shown = Text(
        "总指数（条，细线为 90% 界限）和一阶指数（菱形）",
        "total index (bar, line: 90% limits) and first order (diamond)",
    )
    if not len(frame):
        return finish(empty(Head(table.title.of(lang), subtitle(table, lang, shown)), lang), table, lang)
    means = frame.groupby("factor", sort=False)["total"].mean()
    top = label(table, "factor", str(means.idxmax()), lang)
    said = Text(
        f"阶段占比的变动主要来自“{top}”", f"What moves the shares of the stages most: {top[:1].lower() + top[1:]}"
    )
    head = Head(lead(said.of(lang), table.provenance.nature, lang), subtitle(table, lang, shown))
    rows = []
    before = ""
    for stage, factor in zip(frame["stage"], frame["factor"], strict=True):
        title = label(table, "stage", stage, lang) if stage != before else ""
        rows.append(Row(label(table, "factor", factor, lang), apart=bool(before) and bool(title), head=title))
        before = stage
    grid = lay_rows(rows, room=190.0)
    page = Page(head, height=grid.height + 18)
    draw_names(page, grid)
    cells = [number(value, 2) for value in frame["total"]]
    right = columns_right(page, grid, [("", cells)])
    high = max(1.0, float(frame[["total", "total_high"]].max().max()))
    low = min(0.0, float(frame["first"].min()))
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(min(low * 1.05, -0.02), high * 1.02))
    axes.set_xticks(ticks := [0.0, 0.25, 0.5, 0.75, 1.0], [number(t, 2) for t in ticks])
    axes.barh(grid.centres, frame["total"], height=grid.bar * 0.8, color=theme.MAIN, zorder=theme.FILLS, gid="total")
    for y, start, end, first in zip(grid.centres, frame["total_low"], frame["total_high"], frame["first"], strict=True):
        if not np.isnan(start):
            axes.plot([start, end], [y, y], color=theme.INK, linewidth=1.0, zorder=theme.MARKS, gid="limits")
        axes.plot([first], [y], marker="D", markersize=4.5, color=theme.ACCENT, markeredgecolor=theme.PAPER, markeredgewidth=0.5, linestyle="none", zorder=theme.MARKS + 0.1, gid="first")  # fmt: skip
    axes.axvline(0, color=theme.SOFT, linewidth=0.6, zorder=theme.MARKS - 0.1)
    note = Text(
        f"{header(table, 'total', 'zh')}：该因素连同与其他因素的共同作用所占的方差份额。",
        "Total: share of the variance with all that the factor interacts with.",
    )
    return finish(page, table, lang, notes=(note.of(lang),))
