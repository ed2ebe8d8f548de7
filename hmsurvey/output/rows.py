"""The form most charts share: a row a city, need or question, with its name and n at the left and something drawn to scale beside it.

Here stands how rows are spaced, named and set apart, and how stacked shares are drawn; what the rows mean is the charts' business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.typesetting import own, percent, width, wrap

NAME_ROOM = 150.0
SMALL = 10  # below this many, a share is written as a count: 3/7
_PITCH, _PITCH_TALL, _LINE, _APART, _HEAD = 17.0, 25.0, 10.5, 9.0, 21.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name, the n beside it, and whether it is set apart from those before it."""

    name: str
    n: str = ""
    apart: bool = False
    head: str = ""  # a line over the row, where a group of rows begins
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Where rows stand: centres and pitch in points from the top, the width of names and n, the names broken into lines."""

    centres: tuple[float, ...]
    pitches: tuple[float, ...]
    height: float
    left: float
    n_left: float
    names: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]

    @property
    def pitch(self) -> float:
        """The height of the lowest row in points."""
        return min(self.pitches, default=_PITCH)

    @property
    def bar(self) -> float:
        """The height of a bar in points."""
        return min(self.pitch * 0.62, 13.0)


def lay_rows(
    rows: Sequence[Row],
    *,
    pitch: float | Sequence[float] = _PITCH,
    room: float = NAME_ROOM,
    size: float = theme.NOTE,
    lines: int = 2,
    least: float = 34.0,
    even: bool = False,
) -> Grid:
    """Work out where rows stand; names longer than `room` points take more `lines`, then end in an ellipsis."""
    names = tuple(tuple(wrap(row.name, size, room, bold=row.bold, lines=lines)) for row in rows)
    wanted = [pitch] * len(rows) if isinstance(pitch, (int, float)) else list(pitch)
    steps = [
        max(step, _PITCH_TALL + (len(name) - 2) * _LINE) if len(name) > 1 else step
        for step, name in zip(wanted, names, strict=True)
    ]
    if even:
        steps = [max(steps, default=_PITCH)] * len(rows)
    centres, y = [], 0.0
    for row, step in zip(rows, steps, strict=True):
        y += (_APART if row.apart else 0.0) + (_HEAD if row.head else 0.0)
        centres.append(y + step / 2)
        y += step
    name_wide = max(
        (width(line, size, bold=row.bold) for row, lines in zip(rows, names, strict=True) for line in lines),
        default=0.0,
    )
    n_wide = max((width(row.n, size) for row in rows), default=0.0)
    left = name_wide + (n_wide + 8 if n_wide else 0) + 7
    return Grid(tuple(centres), tuple(steps), max(y, least), left, name_wide + 8, names, tuple(rows))


def draw_names(page: Page, grid: Grid, *, size: float = theme.NOTE, top: float = 0.0) -> None:
    """Write names and n at the left of the rows."""
    for row, lines, centre, pitch in zip(grid.rows, grid.names, grid.centres, grid.pitches, strict=True):
        y = centre + top
        page.text(0, y, "\n".join(lines), size=size, weight="bold" if row.bold else "normal", gid="name")
        if row.n:
            page.text(grid.left - 7, y, row.n, size=size, color=theme.SOFT, ha="right", gid="n")
        if row.apart:
            page.rule(y - pitch / 2 - (_HEAD if row.head else 0) - _APART / 2)
        if row.head:
            page.text(0, y - pitch / 2 - 9, row.head, weight="bold", gid="head")


def row_axes(
    page: Page, grid: Grid, *, left: float, right: float, limits: tuple[float, float], top: float = 0.0
) -> Axes:
    """Add axes beside the rows: y in points from the top, x in the unit of `limits`."""
    axes = page.axes(left, top, right - left, grid.height)
    axes.set(xlim=limits, ylim=(grid.height, 0))
    return axes


class Cell(NamedTuple):
    """A filled box: left, top, width and height in the units of its axes, its colour and that of its edge."""

    x: float
    y: float
    wide: float
    high: float
    colour: str
    edge: str = "none"


def draw_cells(axes: Axes, cells: Sequence[Cell], *, gid: str) -> None:
    """Draw the boxes of a heat map all at once: hundreds of single ones take longer than all the rest of a figure."""
    corners = [[(c.x, c.y), (c.x + c.wide, c.y), (c.x + c.wide, c.y + c.high), (c.x, c.y + c.high)] for c in cells]
    fill, edge = [c.colour for c in cells], [c.edge for c in cells]
    drawn = PolyCollection(corners, facecolors=fill, edgecolors=edge, linewidths=0.5, zorder=theme.FILLS, gid=gid)
    axes.add_collection(drawn, autolim=False)


def percent_ticks(axes: Axes) -> None:
    """Label a share axis from 0 to 100%."""
    ticks = [0, 25, 50, 75, 100]
    axes.set_xticks(ticks, [own(f"{tick}%") for tick in ticks])
    labels = axes.get_xticklabels()
    labels[0].set_horizontalalignment("left")
    labels[-1].set_horizontalalignment("right")


def empty(head: Head, lang: Lang) -> Page:
    """Return a page that says that there is nothing to draw, with axes for the watermark."""
    page = Page(head, height=70)
    axes = page.axes(0, 0, page.width, 70)
    axes.set(xticks=[], yticks=[])
    words = own(Text("没有可画的数据。", "There is nothing to draw.").of(lang))
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=theme.SOFT, zorder=theme.WORDS)
    return page


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar: the frame's column of counts, its words, colour and hatch."""

    column: str
    label: str
    colour: str
    hatch: str = ""


def stack(axes: Axes, frame: pd.DataFrame, parts: Sequence[Part], *, base: str, grid: Grid) -> None:
    """Draw stacked shares of `base`, one bar a row, with the share inside where it fits.

    Below ten units the share is written as a count ("3/7"): a percentage would promise more than is there.
    """
    room = axes.get_position(original=True).width * theme.FULL_WIDTH
    whole = frame[base].to_numpy(dtype=float)
    start = np.zeros(len(frame))
    for part in parts:
        counts = frame[part.column].to_numpy(dtype=float)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(whole > 0, 100.0 * counts / whole, 0.0)
        axes.barh(
            grid.centres,
            share,
            left=start,
            height=grid.bar,
            color=part.colour,
            hatch=part.hatch or None,
            edgecolor=theme.PAPER if not part.hatch else "#8A8A8A",
            linewidth=0.5,
            zorder=theme.FILLS,
            label=part.label,
            gid=part.column,
        )
        for y, x, wide, n, of in zip(grid.centres, start, share, counts, whole, strict=True):
            words = percent(wide, "en") if of >= SMALL else f"{n:.0f}/{of:.0f}"
            if wide > 0 and wide / 100 * room > width(words, 8.5) + 5:
                box = {"facecolor": part.colour, "edgecolor": "none", "pad": 1.0} if part.hatch else None
                axes.text(
                    x + wide / 2, y, words, size=8.5, ha="center", va="center_baseline", color=theme.ink_on(part.colour),
                    zorder=theme.WORDS, gid="share", bbox=box,
                )  # fmt: skip
        start = start + share


def part_key(parts: Sequence[Part], frame: pd.DataFrame, lang: Lang) -> tuple[KeyItem, ...]:
    """Return the key of stacked parts; a part that nobody is in says so."""
    none = Text("（无）", " (none)").of(lang)
    return tuple(
        KeyItem(part.label + ("" if frame[part.column].sum() > 0 else none), part.colour, part.hatch) for part in parts
    )


def columns_right(page: Page, grid: Grid, columns: Sequence[tuple[str, Sequence[str]]], *, top: float = 0.0) -> float:
    """Write columns of numbers at the right of the rows, headed over them; return where the room for bars ends."""
    right = page.width
    for words, cells in reversed(columns):
        lines = words.split("\n")
        wide = max(width(text, 8.5) for text in (*lines, *cells))
        page.text(right, top - 4, words, size=8.5, ha="right", va="bottom", color=theme.SOFT, gid="column")
        for cell, y in zip(cells, grid.centres, strict=True):
            page.text(right, y + top, cell, size=8.5, ha="right", gid="cell")
        right -= wide + 12
    return right


def ranked(frame: pd.DataFrame, by: Sequence[str], *, key: str = "group") -> pd.DataFrame:
    """Return the rows sorted by columns, highest first, ties in the file's order; the total first, "not stated" last.

    With a single group the total would say the same twice, and is left out.
    """
    groups = frame[~frame[key].isin([ALL, UNKNOWN])]
    groups = groups.sort_values(list(by), ascending=False, kind="stable", na_position="last")
    unknown, total = frame[frame[key] == UNKNOWN], frame[frame[key] == ALL].head(1)
    rest = pd.concat([groups, unknown])
    return (rest if len(rest) == 1 else pd.concat([total, rest])).reset_index(drop=True)


def named_rows(
    frame: pd.DataFrame, names: Mapping[str, str], *, n: str, key: str = "group", unknown: str = "–"
) -> list[Row]:
    """Return the rows of a frame by group: the total bold, what follows it set apart, `unknown` for an n that is not there."""
    rows = []
    for place, (code, count) in enumerate(zip(frame[key], frame[n], strict=True)):
        after_total = place > 0 and frame[key].iloc[place - 1] == ALL
        count_words = f"n = {count:.0f}" if pd.notna(count) else f"n = {unknown}"
        rows.append(Row(names[code], count_words, apart=after_total, bold=code == ALL))
    return rows
