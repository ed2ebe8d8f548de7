"""Charts of differences between groups: who would lie above whom, pair by pair, and odds ratios of a higher stage.

What is not told apart is drawn pale; a group without a finite odds ratio is written in words, never as a point far out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.analysis.odds import REFERENCE
from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, label, lead, subtitle
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import Grid, Row, columns_right, draw_names, empty, lay_rows, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import given, own, width
from hmsurvey.tables import Table

LEVEL = 0.05
_ROW = 22.0
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@themed()
def plot_pairs(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw how often one of the row's group would lie above one of the column's, groups sorted from high to low.

    Parameters
    ----------
    table
        From `tabulate_pairs`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame
    what = Text(
        f"任取行、列所在组各一{noun.counter}，行所在组的{noun.zh}得分较高的机会（%）；名后为{noun.zh}数；框出的为校正后分得出高低的",
        f"chance (%) that of two {noun.en}, one from the row's group and one from the column's, the row's is the higher; n beside the names; framed: told apart after adjustment",
    )
    key = (
        KeyItem(Text("行较高", "Row higher").of(lang), theme.MAIN),
        KeyItem(Text("列较高", "Column higher").of(lang), theme.ACCENT),
        KeyItem(Text("分得出高低（校正 p < 0.05）", "Told apart (adjusted p < 0.05)").of(lang), theme.PAPER, edge=theme.INK),
    )  # fmt: skip
    head = Head(headline_pairs(table, lang), subtitle(table, lang, what), key)
    if not len(frame):
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    delta, sure, n = _matrix(frame)
    order = sorted(n, key=lambda g: -float(np.nanmean(delta.loc[g].to_numpy(dtype=float))))
    values = delta.reindex(index=order, columns=order).to_numpy(dtype=float)
    framed = sure.reindex(index=order, columns=order).to_numpy(dtype=bool)
    names = {g: label(table, "first", g, lang) for g in order}
    grid = lay_rows([Row(names[g], str(n[g])) for g in order], pitch=_ROW)
    heads = _ROW * 0.9 if _fits(names, order, grid) else 12 + max(width(names[g], theme.NOTE) for g in order) * 0.72
    page = Page(head, height=grid.height + heads)
    draw_names(page, grid, top=heads)
    axes = row_axes(page, grid, left=grid.left, right=page.width, limits=(0.0, float(len(order))), top=heads)
    axes.set_xticks([])
    step = (page.width - grid.left) / len(order)
    for j, column in enumerate(order):
        x = grid.left + (j + 0.5) * step
        tilt = {"ha": "center"} if heads == _ROW * 0.9 else {"ha": "left", "rotation": 45, "rotation_mode": "anchor"}
        page.text(x - (4 if "rotation" in tilt else 0), heads - 8, names[column], gid="column", **tilt)
        for i in range(len(order)):
            if i != j:
                _cell(axes, (j, grid.centres[i], grid.pitch), float(values[i, j]), told=bool(framed[i, j]))  # fmt: skip
    how = Text(
        "Dunn 检验，p 值按 Holm 法在全部两两比较中校正（假定 A120）；50 即各半。",
        "Dunn's test; p adjusted by Holm's method over all pairs (assumption A120); 50 means either is as often the higher.",
    )
    return finish(page, table, lang, notes=(how.of(lang),))


def _fits(names: dict[str, str], order: Sequence[str], grid: Grid) -> bool:
    """Return whether the names stand side by side over the columns."""
    step = (theme.TEXT_WIDTH - grid.left) / len(order)
    return all(width(names[g], theme.NOTE) < step - 3 for g in order)


def _matrix(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """Return delta and "told apart" as squares, and n of every group."""
    n: dict[str, int] = {}
    for side in ("first", "second"):
        n |= {str(g): int(k) for g, k in zip(frame[side], frame[f"n_{side}"], strict=True)}
    delta = pd.DataFrame(np.nan, index=list(n), columns=list(n))
    sure = pd.DataFrame(False, index=list(n), columns=list(n))
    for first, second, value, p in zip(frame["first"], frame["second"], frame["delta"], frame["p_holm"], strict=True):
        delta.at[first, second], delta.at[second, first] = value, -value
        sure.at[first, second] = sure.at[second, first] = bool(p < LEVEL)
    return delta, sure, n


def _cell(axes: Axes, place: tuple[float, float, float], delta: float, *, told: bool) -> None:
    x, y, high = place
    colour = to_hex(theme.TWO_WAYS(0.5 + delta / 2))
    axes.add_patch(Rectangle((x + 0.03, y - high / 2 + 1), 0.94, high - 2, facecolor=colour, edgecolor="none", zorder=theme.FILLS, gid="pair"))  # fmt: skip
    if told:
        axes.add_patch(Rectangle((x + 0.05, y - high / 2 + 1.5), 0.90, high - 3, facecolor="none", edgecolor=theme.INK, linewidth=1.4, zorder=theme.MARKS, gid="told apart"))  # fmt: skip
    axes.text(
        x + 0.5, y, own(f"{50 + 50 * delta:.0f}"), size=8.5, ha="center", va="center_baseline", color=theme.ink_on(colour),
        weight="bold" if told else "normal", zorder=theme.WORDS, gid="chance",
    )  # fmt: skip


def headline_pairs(table: Table, lang: Lang) -> str:
    """Say how many pairs are told apart, of how many."""
    frame = table.frame
    if not len(frame):
        return lead(Text("没有可比的组", "there are no groups to compare").of(lang), table.provenance.nature, lang)
    title = table.title.of(lang)
    score = title.split("”", 1)[0].lstrip("“") if lang == "zh" else title.split(", pairs by ", 1)[0]
    of, told = len(frame), int((frame["p_holm"] < LEVEL).sum())
    n_groups = len(set(frame["first"]) | set(frame["second"]))
    if told == 0:
        words = Text(
            f"{n_groups} 个组两两比较“{score}”，{of} 对中没有一对分得出高低",
            f"of {of} pairs among {n_groups} groups not one is told apart by {score[:1].lower() + score[1:]}",
        )
    else:
        words = Text(
            f"{n_groups} 个组两两比较“{score}”，{of} 对中 {told} 对分得出高低",
            f"{told} of {of} pairs among {n_groups} groups {'is' if told == 1 else 'are'} told apart by {score[:1].lower() + score[1:]}",
        )
    return lead(words.of(lang), table.provenance.nature, lang)


@themed()
def plot_odds(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw odds ratios of a higher stage with their intervals on a logarithmic scale, a block of rows a question.

    Parameters
    ----------
    table
        From `tabulate_odds`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    what = Text(
        f"阶段较高的比值比（点）与 95% 区间，对数尺度，1 即与对照组相同；名后为{noun.zh}数",
        f"odds ratio of a higher stage (dot) with 95% interval, logarithmic, 1 is the same as the group compared with; beside the names: {noun.en}",
    )
    key = (
        KeyItem(Text("与对照组分得出（校正 p < 0.05）", "Told apart from it (adjusted p < 0.05)").of(lang), theme.MAIN),
        KeyItem(Text("分不出", "Not told apart").of(lang), theme.SOFT),
    )
    head = Head(headline_odds(table, lang), subtitle(table, lang, what), key)
    frame = table.frame
    if not len(frame):
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    many = frame["question"].nunique() > 1
    rows, last = [], None
    for question, group, n in zip(frame["question"], frame["group"], frame["n"], strict=True):
        first = question != last
        rows.append(Row(label(table, "group", group, lang), str(n), apart=first and last is not None, head=label(table, "question", question, lang) if many and first else ""))  # fmt: skip
        last = question
    grid = lay_rows(rows)
    page = Page(head, height=grid.height + 18)
    draw_names(page, grid)
    right = columns_right(page, grid, [("", [_ratio(v) for v in frame["odds_ratio"]])])
    low, high = _limits(frame)
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(low, high))
    axes.set_xscale("log")
    ticks = [t for t in _TICKS if low <= t <= high]
    axes.set_xticks(ticks, [own(f"{t:g}") for t in ticks])
    axes.set_xticks([], minor=True)
    axes.axvline(1.0, color=theme.SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=theme.MARKS - 0.1, gid="same")
    for y, row in zip(grid.centres, frame.to_dict("records"), strict=True):
        _draw_ratio(axes, y, row, words=_said(table, str(row["note"]), lang))
    notes = table.notes[
        frame["question"].nunique() :
    ]  # what is said of each question stands in the text beside the chart
    return finish(page, table, lang, notes=tuple(given(note.of(lang), lang) for note in notes))


def _said(table: Table, note: str, lang: Lang) -> str:
    words = table.column("note").labels.get(note)
    return own(words.of(lang)) if words and note else ""


def _draw_ratio(axes: Axes, y: float, row: dict[object, object], *, words: str) -> None:
    middle, low, high = (float(str(row[c])) for c in ("odds_ratio", "ci_low", "ci_high"))
    if words and row["note"] != REFERENCE.en:
        axes.text(0.01, y, words, transform=axes.get_yaxis_transform(), size=8.5, color=theme.SOFT, va="center_baseline", zorder=theme.WORDS, gid="no odds ratio", bbox={"facecolor": theme.PAPER, "edgecolor": "none", "pad": 1.0})  # fmt: skip
        return
    told = float(str(row["p_holm"])) < LEVEL
    colour = theme.MAIN if told else theme.SOFT
    if not math.isnan(low):
        axes.plot([low, high], [y, y], color=colour, linewidth=2.2, alpha=0.75, solid_capstyle="butt", zorder=theme.MARKS, gid="interval")  # fmt: skip
        axes.plot([middle], [y], marker="o", markersize=5.5, color=colour, linestyle="none", markeredgecolor=theme.PAPER, markeredgewidth=0.6, zorder=theme.MARKS + 0.1, gid="ratio")  # fmt: skip
    else:
        axes.plot([1.0], [y], marker="|", markersize=9, color=theme.SOFT, linestyle="none", zorder=theme.MARKS, gid="reference")  # fmt: skip
        axes.annotate(words, (1.0, y), (6, 0), textcoords="offset points", size=8.5, color=theme.SOFT, va="center", zorder=theme.WORDS, gid="reference words")  # fmt: skip


def _ratio(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    """Return limits at ticks that hold all intervals, cut at 1/100 and 100."""
    ends = frame[["ci_low", "ci_high"]].dropna()
    low = min([float(ends["ci_low"].min())] if len(ends) else [0.5])
    high = max([float(ends["ci_high"].max())] if len(ends) else [2.0])
    below, above = [t for t in _TICKS if t <= low], [t for t in _TICKS if t >= high]
    return (below[-1] if below else _TICKS[0]) * 0.95, (above[0] if above else _TICKS[-1]) * 1.05


def headline_odds(table: Table, lang: Lang) -> str:
    """Say how many groups are told apart from the one they are compared with, and how many have no finite odds ratio."""
    frame = table.frame
    compared = frame[frame["note"] != REFERENCE.en]
    told, gone = int((compared["p_holm"] < LEVEL).sum()), int(compared["odds_ratio"].isna().sum())
    of = len(compared)
    if told == 0:
        zh, en = f"{of} 个组的阶段与各自的对照组都分不出高低", f"not one of {of} groups is told apart by its stages from the one it is compared with"  # fmt: skip
    else:
        zh, en = f"{of} 个组中 {told} 个组的阶段与对照组分得出高低", f"{told} of {of} groups {'is' if told == 1 else 'are'} told apart by {'its' if told == 1 else 'their'} stages from the one compared with"  # fmt: skip
    if gone:
        zh += f"；{gone} 个组没有有限的比值比"
        en += f"; {gone} {'has' if gone == 1 else 'have'} no finite odds ratio"
    return lead(Text(zh, en).of(lang), table.provenance.nature, lang)


__all__ = ["headline_odds", "headline_pairs", "plot_odds", "plot_pairs"]
