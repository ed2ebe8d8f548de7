"""Dots for tables in which numbers may be hidden: nothing in the drawing, neither a bar's length nor what is left of a stack, gives a hidden number away.

A row whose number is not shown says so in words, and is sorted by the file's order, never by its value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Lang, Text
from hmsurvey.output.charts_shares import draw_intervals, line_of_all, no_answers
from hmsurvey.output.headlines import label, lead
from hmsurvey.output.page import Head, Page, nice_limits, steps
from hmsurvey.output.phrases import decimal
from hmsurvey.output.rows import Row, columns_right, draw_names, empty, lay_rows, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, own, percent
from hmsurvey.tables import HIDDEN_NOTE, HIDDEN_SIGN, Table

_NOT_SHOWN = Text("隐去", "not shown")
_NOT_KNOWN = Text("没有数", "no number")


@dataclass(frozen=True, slots=True)
class Dots:
    """What a chart of dots shows: the columns of names and of the share, those of its interval and n where there are some, and in words what the share is."""

    name: str
    value: str
    what: Text
    ends: tuple[str, str] = ("", "")
    n: str = ""


@themed()
def plot_dots(table: Table, *, lang: Lang, dots: Dots) -> Figure:
    """Draw one share a row as a dot, the largest first, the row of all on top; hidden ones are said in words.

    Parameters
    ----------
    table
        Any table of shares; hidden cells are marked in it.
    lang
        "zh" or "en".
    dots
        Which columns.
    """
    frame = _sorted(table, dots)
    shown = frame[frame["value"].notna()]
    head = Head(_headline(table, shown, frame, dots, lang), dots.what.of(lang))
    if not len(shown):
        return finish(empty(head, lang), table, lang)
    rows = [
        Row(
            label(table, dots.name, str(code), lang),
            "" if not dots.n else own(f"n = {number(n, 0)}") if n == n else own(f"n = {HIDDEN_SIGN.of(lang)}"),
            apart=last == ALL,
            bold=code == ALL,
        )
        for code, n, last in zip(frame["group"], frame["n"], frame["group"].shift(), strict=True)
    ]
    grid = lay_rows(rows, room=190.0)
    page = Page(head, height=grid.height + 18)
    draw_names(page, grid)
    words = [
        percent(float(v), lang, decimals=1) if v == v else "" if gone else "–"
        for v, gone in zip(frame["value"], frame["gone"], strict=True)
    ]
    right = columns_right(page, grid, [("", words)])
    bottom, top, step = nice_limits(0, float(np.nanmax(frame[["value", "high"]].to_numpy(dtype=float))))
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(bottom, min(100.0, top)))
    ticks = [tick for tick in steps(bottom, top, step) if tick <= 100]
    axes.set_xticks(ticks, [own(f"{number(tick, 0)}%") for tick in ticks])
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    axes.grid(axis="x")
    line_of_all(axes, frame, "value")
    draw_intervals(axes, grid, frame, ("value", "low", "high"))
    no_answers(axes, grid, list(frame["gone"]), _NOT_SHOWN.of(lang))
    no_answers(axes, grid, list(frame["value"].isna() & ~frame["gone"]), _NOT_KNOWN.of(lang))
    return finish(page, table, lang, notes=(HIDDEN_NOTE.of(lang),) if frame["gone"].any() or table.hidden else ())


def _sorted(table: Table, dots: Dots) -> pd.DataFrame:
    """Return the rows as they are drawn: that of all, those shown by value, those not shown in the table's order."""
    numbers = table.frame[dots.value].astype(float)
    low, high = (table.frame[column].astype(float) if column else np.nan for column in dots.ends)
    frame = pd.DataFrame(
        {
            "group": table.frame[dots.name],
            "value": numbers,
            "low": low,
            "high": high,
            "n": table.frame[dots.n].astype(float) if dots.n else np.nan,
            "gone": [(row, dots.value) in table.hidden for row in table.frame.index],
        }
    )
    whole = frame[frame["group"] == ALL]
    rest = frame[frame["group"] != ALL]
    there = rest[rest["value"].notna()].sort_values("value", ascending=False, kind="stable")
    return pd.concat([whole, there, rest[rest["value"].isna()]]).reset_index(drop=True)


def _headline(table: Table, shown: pd.DataFrame, frame: pd.DataFrame, dots: Dots, lang: Lang) -> str:
    """Say which row has the largest and which the smallest share of those shown."""
    rows = shown[shown["group"] != ALL]
    nature = table.provenance.nature
    if not len(rows):
        return lead(Text("各行的数均不公布", "no row's number is shown").of(lang), nature, lang)
    first, last = rows.iloc[0], rows.iloc[-1]
    named = [
        Text(label(table, dots.name, str(row["group"]), "zh"), label(table, dots.name, str(row["group"]), "en"))
        for row in (first, last)
    ]
    ends = [f"{decimal(float(row['value']))}%" for row in (first, last)]
    if len(rows) == 1 or first["value"] == last["value"]:
        return lead(Text(f"{named[0].zh}为 {ends[0]}", f"{named[0].en}: {ends[0]}").of(lang), nature, lang)
    many = len(frame[(frame["group"] != ALL) & frame["value"].isna()])
    among = Text("在已公布的比例里，", "of those shown, ") if many else Text("", "")
    return lead(
        Text(
            f"{among.zh}{named[0].zh}最高（{ends[0]}），{named[1].zh}最低（{ends[1]}）",
            f"{among.en}{named[0].en} has the largest share ({ends[0]}) and {named[1].en} the smallest ({ends[1]})",
        ).of(lang),
        nature,
        lang,
    )


__all__ = ["Dots", "plot_dots"]
