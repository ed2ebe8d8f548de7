"""Charts of what may be said about a city: its share with an interval, and the ranks its answers leave open.

The interval is the message and the dot only its middle; a city without answers is drawn as unknown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Lang, Problem, Text, UsageError
from hmsurvey.output import theme
from hmsurvey.output.charts import group_names
from hmsurvey.output.headlines import ENTERPRISES, Noun, decimals_of, header, lead, subtitle
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits, steps
from hmsurvey.output.rows import Grid, Row, columns_right, draw_names, empty, lay_rows, ranked, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, own, percent
from hmsurvey.tables import Table

_NO_ANSWERS = Text("没有答卷", "no answers")
_LIKE_A_SAMPLE = Text(
    "区间假定答卷企业如同从本市在产企业中随机抽取（A100）；只看答卷企业时，点就是结果，没有误差。",
    "Intervals take those who answered to be like a random sample of their city (A100); of those who answered alone, the dot is the result, without error.",
)


def draw_intervals(axes: Axes, grid: Grid, frame: pd.DataFrame, columns: tuple[str, str, str]) -> None:
    """Draw a dot and the line of its interval in every row that has a value; the row of all is darker."""
    value, low, high = columns
    groups = frame["group"] if "group" in frame else pd.Series([""] * len(frame))
    for y, middle, start, end, group in zip(grid.centres, frame[value], frame[low], frame[high], groups, strict=True):
        if pd.isna(middle):
            continue
        colour = theme.INK if group == ALL else theme.MAIN
        if pd.notna(start):
            axes.plot([start, end], [y, y], color=colour, linewidth=2.2, alpha=0.75, solid_capstyle="butt", zorder=theme.MARKS, gid="interval")  # fmt: skip
        axes.plot([middle], [y], marker="o", markersize=5.5, color=colour, linestyle="none", markeredgecolor=theme.PAPER, markeredgewidth=0.6, clip_on=False, zorder=theme.MARKS + 0.1, gid="share")  # fmt: skip


def line_of_all(axes: Axes, frame: pd.DataFrame, value: str) -> None:
    """Draw the value of all through the rows, as what every city is compared with."""
    whole = frame.loc[frame["group"] == ALL, value]
    if len(whole) and pd.notna(whole.iloc[0]):
        axes.axvline(float(whole.iloc[0]), color=theme.SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=theme.MARKS - 0.1, gid="all")  # fmt: skip


def no_answers(axes: Axes, grid: Grid, missing: Sequence[bool], words: str) -> None:
    """Say in words where there is nothing to draw."""
    for y, gone in zip(grid.centres, missing, strict=True):
        if gone:
            axes.text(0.01, y, own(words), transform=axes.get_yaxis_transform(), size=8.5, color=theme.SOFT, va="center_baseline", zorder=theme.WORDS, gid="no answers")  # fmt: skip


def of_population(frame: pd.DataFrame, n: str) -> list[str]:
    """Return "18 / 40" a row: how many count of how many there are; "18" where the population is not known."""
    sizes = frame["n_in_production"] if "n_in_production" in frame else pd.Series(np.nan, index=frame.index)
    return [f"{m:.0f}" + (f" / {size:.0f}" if pd.notna(size) else "") for m, size in zip(frame[n], sizes, strict=True)]


def _rows(table: Table, frame: pd.DataFrame, n: str, lang: Lang) -> list[Row]:
    names = group_names(table, lang)
    before = frame["group"].shift()
    return [
        Row(names[code], words, apart=last == ALL, bold=code == ALL)
        for code, words, last in zip(frame["group"], of_population(frame, n), before, strict=True)
    ]


@themed()
def plot_shares(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw every city's share as a dot in its interval, cities sorted by share, with the line of all of them.

    Parameters
    ----------
    table
        From `tabulate_shares` with stages taken together, or from `tabulate_means`.
    lang
        "zh" or "en".
    noun
        What the units are called.

    Raises
    ------
    UsageError
        The table has a row a stage.
    """
    if "stage" in table.frame:
        raise UsageError(
            Problem(
                Text("每行一个阶段的表不能画成一张图。", "A table with a row a stage cannot be drawn as one chart."),
                found=table.code,
                fix=Text("用 stages= 指明哪几个阶段。", "name the stages taken together: stages=(...)."),
            )
        )
    shares = "share_pct" in table.frame
    columns = ("share_pct", "ci_low_pct", "ci_high_pct") if shares else ("mean", "ci_low", "ci_high")
    n = "n_staged" if shares else "n_scored"
    value, low, high = columns
    what = Text(
        f"{_what(table).zh}，点外为 95% 区间，虚线为合计；名后为{header(table, n, 'zh')} / 在产{noun.zh}数",
        f"{_what(table).en} (dot) with 95% interval, dashed: all; beside the names: {header(table, n, 'en').lower()} / {noun.en} in production",
    )
    head = Head(headline_shares(table, lang), subtitle(table, lang, what))
    if not len(table.frame) or not table.frame[n].sum():
        return finish(empty(head, lang), table, lang)
    frame = ranked(table.frame, [value])
    grid = lay_rows(_rows(table, frame, n, lang))
    page = Page(head, height=grid.height + 18)
    draw_names(page, grid)
    digits = decimals_of(table) if not shares else 0
    words = [_value_words(v, shares=shares, digits=digits, lang=lang) for v in frame[value]]
    right = columns_right(page, grid, [("", words)])
    drawn = frame[frame[n] > 0]
    least = 0.0 if shares else float(drawn[[low, value]].min().min())
    bottom, top, step = nice_limits(least, float(drawn[[high, value]].max().max()))
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(bottom, min(top, 100.0) if shares else top))
    ticks = [tick for tick in steps(bottom, top, step) if not shares or tick <= 100]
    axes.set_xticks(
        ticks, [own(f"{number(tick, 0)}%" if shares else number(tick, 1 if step < 1 else 0)) for tick in ticks]
    )
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    line_of_all(axes, frame, value)
    draw_intervals(axes, grid, frame, columns)
    no_answers(axes, grid, [m == 0 for m in frame[n]], _NO_ANSWERS.of(lang))
    methods = [table.column("method").labels[m].of(lang) for m in dict.fromkeys(drawn["method"]) if m in table.column("method").labels] if shares else []  # fmt: skip
    how = Text("区间：", "Intervals: ").of(lang) + (Text("、", ", ").of(lang)).join(methods) + Text("。", ".").of(lang)
    return finish(page, table, lang, notes=((how,) if methods else ()) + (_LIKE_A_SAMPLE.of(lang),))


def _what(table: Table) -> Text:
    """Return what a table shows: its title without the survey."""
    en = table.title.en.rpartition(": ")[0]
    return Text(table.title.zh.rpartition("：")[0], en[:1].lower() + en[1:])


def _value_words(value: float, *, shares: bool, digits: int, lang: Lang) -> str:
    if math.isnan(value):
        return "–"
    return percent(float(value), lang) if shares else number(float(value), digits)


def headline_shares(table: Table, lang: Lang) -> str:
    """Say of how many cities the interval holds the value of all."""
    shares = "share_pct" in table.frame
    value, low, high = ("share_pct", "ci_low_pct", "ci_high_pct") if shares else ("mean", "ci_low", "ci_high")
    n = "n_staged" if shares else "n_scored"
    frame = table.frame[(table.frame[n] > 0) & (table.frame["group"] != ALL)].dropna(subset=[low])
    whole = table.frame.loc[table.frame["group"] == ALL, value]
    if not len(frame) or not len(whole) or pd.isna(whole.iloc[0]):
        return lead(Text("没有可用的区间", "there is no interval to show").of(lang), table.provenance.nature, lang)
    middle = float(whole.iloc[0])
    inside = int(((frame[low] <= middle) & (frame[high] >= middle)).sum())
    shown = percent(middle, lang) if shares else number(middle, decimals_of(table))
    of = len(frame)
    narrow, wide = (float(x) for x in ((frame[high] - frame[low]).min(), (frame[high] - frame[low]).max()))
    words = Text(
        f"{of} 个市{'的区间都' if inside == of > 1 else f'中有 {inside} 个市的区间'}包含合计值（{shown}）；区间宽 {number(narrow, 0)} 至 {number(wide, 0)} {'个百分点' if shares else '分'}",
        f"the intervals of {f'all {of}' if inside == of > 1 else f'{inside} of {of}'} cities contain the overall {'share' if shares else 'mean'} ({shown}); they are {number(narrow, 0)} to {number(wide, 0)} {'percentage ' if shares else ''}points wide",
    )
    return lead(words.of(lang), table.provenance.nature, lang)


@themed()
def plot_ranks(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the range of ranks that every city's answers leave open, cities sorted by their value.

    Parameters
    ----------
    table
        From `tabulate_ranks`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    shares = "share_pct" in table.frame
    value, n = ("share_pct", "n_staged") if shares else ("mean", "n_scored")
    of = int(table.frame["rank_last"].notna().sum())
    what = Text(
        f"{_what(table).zh}，同时成立，1 为最高；名后为{header(table, n, 'zh')} / 在产{noun.zh}数",
        f"{_what(table).en}, holding together, 1 is the highest; beside the names: {header(table, n, 'en').lower()} / {noun.en} in production",
    )
    key = (
        KeyItem(Text("与别的市都分不出", "Told apart from none").of(lang), theme.QUIET),
        KeyItem(Text("能与某个市分出", "Told apart from some").of(lang), theme.MAIN),
    )
    head = Head(headline_ranks(table, lang), subtitle(table, lang, what), key)
    if of < 2:
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    frame = ranked(table.frame, [value])
    grid = lay_rows(_rows(table, frame, n, lang))
    page = Page(head, height=grid.height + 18)
    draw_names(page, grid)
    words = [_value_words(v, shares=shares, digits=1, lang=lang) for v in frame[value]]
    right = columns_right(page, grid, [("", words)])
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(0.5, of + 0.5))
    axes.set_xticks(range(1, of + 1), [own(str(rank)) for rank in range(1, of + 1)])
    for y, first, last, above, below in zip(
        grid.centres, frame["rank_first"], frame["rank_last"], frame["n_above"], frame["n_below"], strict=True
    ):
        if pd.isna(first):
            continue
        colour = theme.QUIET if above + below == 0 else theme.MAIN
        axes.barh([y], [last - first + 0.7], left=first - 0.35, height=grid.bar * 0.6, color=colour, zorder=theme.FILLS, gid="ranks")  # fmt: skip
    no_answers(
        axes, grid, list(frame["rank_first"].isna()), Text("没有答卷，不排名", "no answers, not ranked").of(lang)
    )
    how = Text(
        "名次区间由同时成立的区间推出（Klein、Wright 与 Wieczorek，2020），假定见 A100、A116。",
        "Ranges follow from intervals that hold together (Klein, Wright and Wieczorek 2020); assumptions A100, A116.",
    )
    return finish(page, table, lang, notes=(how.of(lang),))


def headline_ranks(table: Table, lang: Lang) -> str:
    """Say how many pairs of cities can be told apart."""
    frame = table.frame.dropna(subset=["rank_first"])
    of, told = len(frame) * (len(frame) - 1) // 2, int(frame["n_above"].sum())
    if told == 0:
        words = Text(f"{of} 对城市中没有一对分得出高低", f"of {of} pairs of cities not one can be told apart")
    else:
        words = Text(f"{of} 对城市中只有 {told} 对分得出高低", f"{told} of {of} pairs of cities can be told apart")
    return lead(words.of(lang), table.provenance.nature, lang)


__all__ = [
    "draw_intervals",
    "headline_ranks",
    "headline_shares",
    "line_of_all",
    "no_answers",
    "of_population",
    "plot_ranks",
    "plot_shares",
]
