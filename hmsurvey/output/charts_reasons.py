"""Charts of reasons: which needs stop whom, which indicators are the weakest, which questions go unanswered.

Sorted bars, the longest first, with the numbers beside them.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import (
    ENTERPRISES,
    Noun,
    headline_indicators,
    headline_needs,
    headline_nonresponse,
    indicator_name,
    known_shares,
    label,
    subtitle,
)
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits, steps
from hmsurvey.output.rows import Grid, Row, columns_right, draw_names, empty, lay_rows, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, percent
from hmsurvey.tables import HIDDEN_NOTE, HIDDEN_SIGN, Table

MOST_ROWS = 25
_ROOM = 190.0
_QUESTION = 235.0  # a question is a sentence


def _bars(
    axes: Axes, grid: Grid, values: pd.Series, *, colour: str, gid: str, hatch: str = "", start: pd.Series | None = None
) -> None:
    axes.barh(
        grid.centres, values.to_numpy(dtype=float), left=0.0 if start is None else start.to_numpy(dtype=float), height=grid.bar,
        color=colour, hatch=hatch or None, edgecolor="#8A8A8A" if hatch else "none", linewidth=0.5 if hatch else 0, zorder=theme.FILLS, gid=gid,
    )  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


@themed()
def plot_needs(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw, for every stage, how many units below it do not meet each need, and whom it stops first.

    Parameters
    ----------
    table
        From `tabulate_needs`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    key = (
        KeyItem(Text("首先卡在此项", "First to stop them").of(lang), theme.ACCENT),
        KeyItem(Text("未满足", "Not met").of(lang), theme.QUIET),
    )
    shown = Text(
        f"低于该阶段的{noun.zh}中未满足各项要求的数目", f"number of {noun.en} below a stage that do not meet its needs"
    )
    head = Head(headline_needs(table, lang, noun=noun), subtitle(table, lang, shown), key)
    if not len(table.frame):
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    parts = [
        part.sort_values(["n_unmet", "n_decisive"], ascending=False, kind="stable")
        for _, part in table.frame.groupby("stage", sort=False)
    ]
    frame = pd.concat(parts).reset_index(drop=True)
    rows: list[Row] = []
    for stage, need, below, first in zip(
        frame["stage"], frame["need"], frame["n_below"], ~frame["stage"].duplicated(), strict=True
    ):
        name = label(table, "stage", stage, lang)
        below_words = noun.counted(int(below), lang)
        over = Text(f"{name}：低于此阶段的 {below_words}", f"{name}: {below_words} below it").of(lang) if first else ""
        rows.append(Row(_capital(label(table, "need", need, lang)), apart=bool(first and rows), head=over))
    grid = lay_rows(rows, room=_ROOM)
    page = Page(head, height=grid.height + 26)
    draw_names(page, grid, top=10)
    columns = [
        (Text("首先\n卡住", "First to\nstop").of(lang), [number(n, 0) for n in frame["n_decisive"]]),
        (Text("\n未满足", "\nNot met").of(lang), [number(n, 0) for n in frame["n_unmet"]]),
        (Text("仅差\n此项", "Only\nthis").of(lang), [number(n, 0) for n in frame["n_only"]]),
    ]
    right = columns_right(page, grid, columns, top=10)
    _, high, step = nice_limits(0, float(max(frame["n_below"].max(), 1)))
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(0, high), top=10)
    axes.set_xticks(ticks := steps(0, high, max(step, 1.0)), [number(tick, 0) for tick in ticks])
    axes.grid(axis="x")
    _bars(axes, grid, frame["n_unmet"], colour=theme.QUIET, gid="n_unmet")
    _bars(axes, grid, frame["n_decisive"], colour=theme.ACCENT, gid="n_decisive")
    notes = (
        Text("“首先卡住”：上一级阶段的要求依次看，第一项未满足的即是。", "First to stop: the first unmet need of the next stage up, in the rule's order."),
    ) if (frame["n_unmet"] > frame["n_decisive"]).any() else ()  # fmt: skip
    return finish(page, table, lang, notes=tuple(note.of(lang) for note in notes))


def _count_words(n: float, lang: Lang) -> str:
    """Return a count, or the sign of one that is not shown."""
    return number(n, 0) if n == n else HIDDEN_SIGN.of(lang)


@themed()
def plot_indicators(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the weakest indicators: mean points as a share of the most there are, and how many units are at zero.

    Parameters
    ----------
    table
        From `tabulate_indicators`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    known = known_shares(table)
    frame = known.sort_values("mean_share_pct", kind="stable").head(MOST_ROWS).reset_index(drop=True)
    all_, few = len(known), len(frame) < len(known)
    shown = Text(
        f"平均得分率（%），{f'最低的 {len(frame)} 项，共 {all_} 项' if few else f'{all_} 项'}指标",
        f"mean points as % of the most there are, {f'the lowest {len(frame)} of {all_}' if few else str(all_)} indicators",
    )
    head = Head(headline_indicators(table, lang), subtitle(table, lang, shown))
    if not len(frame):
        return finish(empty(head, lang), table, lang)
    rows = [Row(indicator_name(table, code, lang)) for code in frame["indicator"]]
    grid = lay_rows(rows, pitch=15.0, room=_ROOM)
    top = 14.0
    page = Page(head, height=top + grid.height + 16)
    draw_names(page, grid, top=top)
    columns = [
        (Text("得分率", "Share").of(lang), [percent(value, lang) for value in frame["mean_share_pct"]]),
        (Text("零分", "At zero").of(lang), [_count_words(n, lang) for n in frame["n_zero"]]),
        ("n", [_count_words(n, lang) for n in frame["n_scored"]]),
    ]
    right = columns_right(page, grid, columns, top=top)
    axes = row_axes(
        page, grid, left=grid.left, right=right, limits=(min(0.0, float(frame["mean_share_pct"].min())), 100), top=top
    )
    axes.set_xticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
    axes.grid(axis="x")
    _bars(axes, grid, frame["mean_share_pct"], colour=theme.MAIN, gid="mean_share_pct")
    mean = float(known["mean_share_pct"].mean())
    axes.axvline(mean, color=theme.INK, linewidth=0.8, linestyle=(0, (3, 2)), zorder=theme.MARKS + 0.1, gid="mean")
    note = Text(
        f"虚线：全部指标的平均得分率 {percent(mean, lang)}。",
        f"Dashed line: mean of all indicators, {percent(mean, lang)}.",
    )
    notes = (note.of(lang), *((HIDDEN_NOTE.of(lang),) if table.hidden else ()))
    return finish(page, table, lang, notes=notes)


@themed()
def plot_nonresponse(table: Table, *, lang: Lang) -> Figure:
    """Draw the questions most often left open: missing and "don't know" as shares of those asked, the 25 highest.

    Parameters
    ----------
    table
        From `tabulate_nonresponse`.
    lang
        "zh" or "en".
    """
    asked = table.frame[table.frame["n_asked"] > 0] if len(table.frame) else table.frame
    dk = (100.0 * asked["n_dk"] / asked["n_asked"]).astype(float) if len(asked) else pd.Series(dtype=float)
    frame = asked.assign(dk_pct=dk, both=asked["missing_pct"].astype(float) + dk) if len(asked) else asked
    frame = frame[frame["both"] > 0] if len(frame) else frame
    open_ = len(frame)
    if open_:
        frame = (
            frame.sort_values(["both", "missing_pct"], ascending=False, kind="stable")
            .head(MOST_ROWS)
            .reset_index(drop=True)
        )
    key = (
        KeyItem(Text("未答", "Missing").of(lang), theme.MAIN),
        KeyItem(Text("不清楚", "Don't know").of(lang), "#C9C9C9", "//////"),
    )
    shown = Text(
        f"占应答份数的百分比，{len(asked)} 题中最高的 {min(open_, MOST_ROWS)} 题",
        f"% of those asked, the {min(open_, MOST_ROWS)} highest of {len(asked)} question{'' if len(asked) == 1 else 's'}",
    )
    head = Head(headline_nonresponse(table, lang), subtitle(table, lang, shown), key if open_ else ())
    if not open_:
        return finish(empty(head, lang), table, lang)
    rows = [Row(label(table, "question", code, lang), f"n = {n:.0f}") for code, n in zip(frame["question"], frame["n_asked"], strict=True)]  # fmt: skip
    grid = lay_rows(rows, room=_QUESTION, lines=3)
    page = Page(head, height=grid.height + 16)
    draw_names(page, grid)
    words = [f"{number(m, 0)} + {number(d, 0)}" for m, d in zip(frame["n_missing"], frame["n_dk"], strict=True)]
    right = columns_right(page, grid, [("", words)])
    _, high, step = nice_limits(0, float(frame["both"].max()))
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(0, high))
    axes.set_xticks(ticks := steps(0, high, step), [number(tick, 0 if step >= 1 else 1) + "%" for tick in ticks])
    axes.grid(axis="x")
    _bars(axes, grid, frame["missing_pct"], colour=theme.MAIN, gid="missing_pct")
    _bars(axes, grid, frame["dk_pct"], colour="#C9C9C9", hatch="//////", gid="dk_pct", start=frame["missing_pct"])
    note = Text("右侧：未答份数 + 不清楚份数；n 为应答份数。", "At the right: missing + don't know; n: those asked.")
    return finish(page, table, lang, notes=(note.of(lang),))
