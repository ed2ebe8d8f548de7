"""Charts of groups: stages, area scores and carriers, a row a city or an archive type.

Each takes one table and a language and returns a stamped figure of 160 mm width. Figures hold no state of pyplot.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import (
    ENTERPRISES,
    Noun,
    by_group,
    decimals_of,
    header,
    headline_areas,
    headline_carriers,
    headline_stages,
    label,
    score_columns,
    stage_codes,
    subtitle,
    total_row,
)
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import (
    Part,
    Row,
    draw_names,
    empty,
    lay_rows,
    named_rows,
    part_key,
    percent_ticks,
    ranked,
    row_axes,
    stack,
)
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import given, number, width, wrap
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import HIDDEN_NOTE, HIDDEN_SIGN, Table


def group_names(table: Table, lang: Lang) -> dict[str, str]:
    """Return the names of the groups in a table."""
    labels = table.column("group").labels
    return {code: given(labels[code].of(lang) if code in labels else str(code), lang) for code in table.frame["group"]}


def percent_n(table: Table, lang: Lang) -> str:
    """Return the n of a table by group in words: "n = 235"."""
    return f"n = {int(total_row(table)['n'])}" if len(table.frame) else "n = 0"


@themed()
def plot_stages(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the stages by city as stacked shares, cities sorted by the share of the highest stage.

    Parameters
    ----------
    table
        From `tabulate_stages`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    codes = stage_codes(table)
    stages = [code for code in codes if code != UNSTAGED]
    colours = theme.stage_colours(stages)
    parts = [Part(f"n_{code}", header(table, f"n_{code}", lang), colours[code]) for code in stages]
    if UNSTAGED in codes and table.frame[f"n_{UNSTAGED}"].sum():
        unstaged = header(table, f"n_{UNSTAGED}", lang)
        parts.append(Part(f"n_{UNSTAGED}", unstaged, theme.UNSTAGED_COLOUR, theme.UNSTAGED_HATCH))
    by = by_group(table)
    shown = Text(f"各阶段{noun.zh}所占百分比，{by.zh}", f"% of {noun.en} at each stage, {by.en}")
    head = Head(
        headline_stages(table, lang, noun=noun),
        subtitle(table, lang, shown, percent_n(table, lang)),
        part_key(parts, table.frame, lang),
    )
    if not len(table.frame) or not table.frame["n"].sum():
        return finish(empty(head, lang), table, lang)
    frame = ranked(table.frame, [f"share_{code}_pct" for code in stages])
    grid = lay_rows(named_rows(frame, group_names(table, lang), n="n"))
    page = Page(head, height=grid.height + 16)
    draw_names(page, grid)
    axes = row_axes(page, grid, left=grid.left, right=page.width, limits=(0, 100))
    stack(axes, frame, parts, base="n", grid=grid)
    percent_ticks(axes)
    return finish(page, table, lang, notes=_small_note(frame["n"], lang))


def _small_note(n: pd.Series, lang: Lang) -> tuple[str, ...]:
    if not ((n > 0) & (n < 10)).any():
        return ()
    return (Text("n 小于 10 的行写家数，不写百分比。", "Rows with n below 10 show counts, not percentages.").of(lang),)


@themed()
def plot_areas(table: Table, *, lang: Lang) -> Figure:
    """Draw mean scores as a heat map: cities down, sorted by total; the total and the areas across, in the order of the file.

    Parameters
    ----------
    table
        From `tabulate_areas`.
    lang
        "zh" or "en".
    """
    scores = score_columns(table)
    # Where it is not shown how many have a score, rows say how many answered.
    base = "n" if any(code == "n_scored" for _, code in table.hidden) else "n_scored"
    n = total_row(table)[base] if len(table.frame) else 0
    n = 0 if n != n else int(n)
    by = by_group(table)
    shown = Text(f"平均分，{by.zh}，总分高的在前", f"mean score {by.en}, highest total first")
    title, under = headline_areas(table, lang), subtitle(table, lang, shown, f"n = {n}")
    values = table.frame[scores].to_numpy(dtype=float)
    if not len(table.frame) or np.isnan(values).all():
        return finish(empty(Head(title, under), lang), table, lang)
    low, high = _round_out(float(np.nanmin(values)), float(np.nanmax(values)))
    norm = Normalize(low, high)
    digits = decimals_of(table)
    closed = {(str(table.frame.at[row, "group"]), code) for row, code in table.hidden}
    blank = bool(np.isnan(values).sum() > sum(code in scores for _, code in closed))
    key = tuple(
        KeyItem(number(float(v), 0 if high > 1.5 else 1), to_hex(theme.SEQUENTIAL(norm(v))))
        for v in _key_values(low, high)
    ) + ((KeyItem(Text("没有数据", "No data").of(lang), theme.NOTHING_COLOUR, theme.NOTHING_HATCH),) if blank else ())
    key += (KeyItem(Text("隐去", "not shown (c)").of(lang), theme.NOTHING_COLOUR),) if closed else ()
    frame = ranked(table.frame, scores[:1])
    grid = lay_rows(
        named_rows(frame, group_names(table, lang), n=base, unknown=HIDDEN_SIGN.of(lang) if closed else "–"),
        pitch=20.0,
        even=True,
    )
    wide = (theme.TEXT_WIDTH - grid.left - 6) / len(scores)
    names = [header(table, code, lang) for code in scores]
    words = [
        width(word, 8.5, bold=place == 0)
        for place, name in enumerate(names)
        for word in (name.split() if lang == "en" else [name[:2]])
    ]
    longest = 1.002 * max(words)  # a word that fills its column to the last point would be broken by rounding
    upright = 8.5 * (wide - 2) / longest < 6.5  # no word would fit: headings are turned
    size = 8.5 if upright else min(8.5, 8.5 * (wide - 2) / longest)
    room = 110.0 if upright else wide - 2
    heads = [
        wrap(name, size, room, bold=place == 0, even=True, lines=2 if upright else 0)
        for place, name in enumerate(names)
    ]
    top = 11.0 * max(len(lines) for lines in heads) + 6
    if upright:
        top = max(width(line, size, bold=True) for lines in heads for line in lines) + 10
    page = Page(Head(title, under, key), height=top + grid.height)
    draw_names(page, grid, top=top)
    axes = page.axes(grid.left, top, page.width - grid.left, grid.height)
    axes.set(xlim=(0, page.width - grid.left), ylim=(grid.height, 0), xticks=[], yticks=[])
    for place, (code, lines) in enumerate(zip(scores, heads, strict=True)):
        x = place * wide + (6 if place else 0)
        weight = "normal" if place else "bold"
        page.text(grid.left + x + wide / 2, top - 5, "\n".join(lines), size=size, weight=weight, ha="center", va="bottom", rotation=90 if upright else 0, gid="column")  # fmt: skip
        for y, value, group in zip(grid.centres, frame[code].to_numpy(dtype=float), frame["group"], strict=True):
            box = (x, y - grid.pitch / 2, wide, grid.pitch)
            hidden = HIDDEN_SIGN.of(lang) if (str(group), code) in closed else ""
            _cell(
                axes,
                box,
                value,
                norm=norm,
                digits=0 if closed and digits == 1 and group != ALL else digits,
                gid=f"{group}/{code}",
                instead=hidden,
            )
    unscored = 0 if closed else int(frame["n"].sum() - frame["n_scored"].sum())
    note = Text("n 为有总分的企业数；方面平均数用有该方面分数的全部答卷。", "n: those with a total; an area's mean rests on all that have a score in it.")  # fmt: skip
    notes = (HIDDEN_NOTE.of(lang),) if closed else ()
    return finish(page, table, lang, notes=(note.of(lang), *notes) if unscored else notes)


def _round_out(low: float, high: float) -> tuple[float, float]:
    step = 10.0 if high > 1.5 else 0.1
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    return bottom, top if top > bottom else bottom + step


def _key_values(low: float, high: float) -> list[float]:
    step = 10.0 if high > 1.5 else 0.1
    n = round((high - low) / step)
    stride = max(1, math.ceil(n / 6))
    return [round(low + k * step, 9) for k in range(0, n + 1, stride)]


def _cell(
    axes: Axes,
    box: tuple[float, float, float, float],
    value: float,
    *,
    norm: Normalize,
    digits: int,
    gid: str,
    instead: str = "",
) -> None:
    x, y, wide, high = box
    there = not math.isnan(value)
    colour = to_hex(theme.SEQUENTIAL(norm(value))) if there else theme.NOTHING_COLOUR
    axes.add_patch(
        Rectangle(
            (x + 0.6, y + 0.6), wide - 1.2, high - 1.2, facecolor=colour, edgecolor="#A8A8A8" if not there else "none",
            hatch=None if there or instead else theme.NOTHING_HATCH, linewidth=0.0, zorder=theme.FILLS, gid=gid,
        )
    )  # fmt: skip
    words = number(value, digits) if there else instead or "–"
    axes.text(x + wide / 2, y + high / 2, words, size=theme.NOTE, ha="center", va="center_baseline", color=theme.ink_on(colour), zorder=theme.WORDS, gid="value")  # fmt: skip


@themed()
def plot_carriers(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the carriers of every archive type as stacked shares on the ladder's own steps, the highest first.

    Parameters
    ----------
    table
        From `tabulate_carriers`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    levels = [c.code[6:-4] for c in table.columns if c.code.startswith("share_")][::-1]
    colours = theme.ladder_colours(levels)
    parts = [Part(f"n_{level}", header(table, f"n_{level}", lang), colours[level]) for level in levels]
    parts.append(Part("n_dk", header(table, "n_dk", lang), "#C9C9C9", "//////"))
    parts.append(Part("n_missing", header(table, "n_missing", lang), theme.PAPER, "......"))
    shown = Text(
        f"占该类档案应有{noun.zh}的百分比，n 为应有{noun.zh}数", f"% of the {noun.en} to which the type applies (n)"
    )
    head = Head(
        headline_carriers(table, lang), subtitle(table, lang, shown),
        part_key(parts, table.frame, lang),
    )  # fmt: skip
    if not len(table.frame) or not table.frame["n_applicable"].sum():
        return finish(empty(head, lang), table, lang)
    by = [f"share_{level}_pct" for level in levels]
    frame = table.frame.sort_values(by, ascending=False, kind="stable", na_position="last").reset_index(drop=True)
    frame[[f"n_{level}" for level in levels]] = frame[[f"n_{level}" for level in levels]].fillna(0)
    names = carrier_names(table, lang)
    rows = [Row(names[code], f"n = {n:.0f}") for code, n in zip(frame["question"], frame["n_applicable"], strict=True)]
    grid = lay_rows(rows)
    page = Page(head, height=grid.height + 16)
    draw_names(page, grid)
    axes = row_axes(page, grid, left=grid.left, right=page.width, limits=(0, 100))
    stack(axes, frame, parts, base="n_applicable", grid=grid)
    percent_ticks(axes)
    return finish(page, table, lang, notes=_small_note(frame["n_applicable"], lang))


def carrier_names(table: Table, lang: Lang) -> dict[str, str]:
    """Return the names of archive types; codes where the labels do not tell them apart."""
    names = {code: label(table, "question", code, lang) for code in table.frame["question"]}
    if len(set(names.values())) < len(names):
        return {code: code.rsplit(".", 1)[-1] for code in names}
    return names


__all__ = ["group_names", "plot_areas", "plot_carriers", "plot_stages"]
