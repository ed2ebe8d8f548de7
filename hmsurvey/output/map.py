"""The tile map: one tile a city, always at the same place, no boundary.

Where tiles stand is a data file (definitions/geo). A city without answers is shown as such, never left out.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.errors import Lang, Problem, Text, UsageError
from hmsurvey.output import theme
from hmsurvey.output.headlines import subtitle
from hmsurvey.output.headlines_fieldwork import headline_map, value_words
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits, steps
from hmsurvey.output.rows import SMALL, empty
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import given, percent
from hmsurvey.tables import Table

_GEO = Path(__file__).resolve().parent.parent / "definitions" / "geo"
_HIGH, _GAP = 54.0, 4.0


class Tile(NamedTuple):
    """One tile: the city's code and name, and its place counted from the top left."""

    code: str
    label: Text
    column: int
    row: int


@lru_cache(maxsize=4)
def read_tiles(geography: str = "liaoning") -> tuple[Tile, ...]:
    """Read the tiles of a geography.

    Raises
    ------
    UsageError
        There are no tiles of that name.
    """
    path = _GEO / f"{geography}_tiles.csv"
    if not geography.isidentifier() or not path.exists():
        known = ", ".join(sorted(file.stem.removesuffix("_tiles") for file in _GEO.glob("*_tiles.csv")))
        raise UsageError(
            Problem(
                Text("没有这个地区的方格图。", "There are no tiles of this geography."),
                found=geography,
                expected=Text(known, known),
                fix=Text("改 study.toml 的 geography。", "mend `geography` in study.toml."),
            )
        )
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Tile(
                row["adcode"],
                Text(row["name_zh"].removesuffix("市"), row["name_en"]),
                int(row["tile_col"]),
                int(row["tile_row"]),
            )
            for row in csv.DictReader(file)
        )


def default_value(table: Table) -> str:
    """Return the column a map shows when none is named: the share of the highest stage, or the first coverage."""
    for column in table.columns:
        if column.unit == "percent" and column.code.startswith(("share_", "coverage_")):
            return column.code
    raise UsageError(
        Problem(
            Text("表中没有可画在图上的百分比。", "The table has no percentage to map."),
            found=table.code,
            expected=Text("share_*_pct 或 coverage_*_pct", "share_*_pct or coverage_*_pct"),
        )
    )


@themed()
def plot_map(table: Table, *, lang: Lang, value: str = "", geography: str = "liaoning") -> Figure:
    """Draw a percentage by city on the tile map, with n in every tile.

    Parameters
    ----------
    table
        From `tabulate_stages` or `tabulate_coverage`: a row a city.
    lang
        "zh" or "en".
    value
        A column of shares or of coverage; by default that of the highest stage.
    geography
        Which tiles.
    """
    value = value or default_value(table)
    n = "n" if value.startswith("share_") else "n_usable_" + value.removeprefix("coverage_").removesuffix("_pct")
    tiles = read_tiles(geography)
    frame = table.frame.drop_duplicates("group").set_index("group")
    there = frame.reindex([tile.code for tile in tiles])
    reached = there[n].fillna(0) > 0
    name = value_words(table, value, lang)
    shown = Text(
        f"{name}（%），每格一市，n 为有效答卷", f"{name.removeprefix('the ')}, %; one tile a city, n: usable answers"
    )
    _, high, step = nice_limits(0.0, float(there.loc[reached, value].max()) if reached.any() else 100.0)
    norm = Normalize(0.0, min(high, 100.0))
    key = [
        KeyItem(percent(tick, lang), to_hex(theme.SEQUENTIAL(norm(tick))), edge="#C8D2D8")
        for tick in steps(0.0, high, step)
    ]
    if not reached.all():
        key.append(KeyItem(Text("无答卷", "No answers").of(lang), theme.NOTHING_COLOUR, theme.NOTHING_HATCH))
    head = Head(headline_map(table, lang, value=value, n=n), subtitle(table, lang, shown), tuple(key))
    if not reached.any():
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    columns, rows = max(tile.column for tile in tiles) + 1, max(tile.row for tile in tiles) + 1
    wide = (theme.TEXT_WIDTH - (columns - 1) * _GAP) / columns
    height = rows * (_HIGH + _GAP) - _GAP
    page = Page(head, height=height)
    axes = page.axes(0, 0, page.width, height)
    axes.set(xlim=(-0.5, page.width + 0.5), ylim=(height + 0.5, -0.5), xticks=[], yticks=[])
    for tile in tiles:
        _tile(
            axes,
            tile,
            frame,
            value=value,
            n=n,
            corner=(tile.column * (wide + _GAP), tile.row * (_HIGH + _GAP), wide),
            norm=norm,
            lang=lang,
        )
    note = Text(
        "方格按大致方位排列，不表示边界和面积。",
        "Tiles stand roughly where the cities lie; they show no boundary and no size.",
    )
    extra = _not_on_the_map(frame, tiles, n)
    notes = [note.of(lang)]
    if extra:
        notes.append(
            Text(f"另有 {extra} 份答卷未注明城市或不在图中。", f"{extra} more without a city on the map.").of(lang)
        )
    small = value.startswith("share_") and ((there[n] > 0) & (there[n] < SMALL)).any()
    if small:
        notes.append(Text("n 小于 10 的写家数。", "Below n = 10, counts are written.").of(lang))
    return finish(page, table, lang, notes=tuple(notes))


def _not_on_the_map(frame: pd.DataFrame, tiles: tuple[Tile, ...], n: str) -> int:
    known = {tile.code for tile in tiles} | {"all"}
    return int(frame.loc[[code for code in frame.index if code not in known], n].fillna(0).sum())


def _tile(
    axes: Axes,
    tile: Tile,
    frame: pd.DataFrame,
    *,
    value: str,
    n: str,
    corner: tuple[float, float, float],
    norm: Normalize,
    lang: Lang,
) -> None:
    x, y, wide = corner
    count = float(frame[n].get(tile.code, 0) or 0)
    share = float(frame[value].get(tile.code, float("nan")))
    there = count > 0 and share == share
    colour = to_hex(theme.SEQUENTIAL(norm(share))) if there else theme.NOTHING_COLOUR
    axes.add_patch(
        Rectangle(
            (x, y), wide, _HIGH, facecolor=colour, hatch=None if there else theme.NOTHING_HATCH,
            edgecolor="#C8D2D8" if there else "#D4D4D4", hatchcolor="#D2D2D2", linewidth=0.6, zorder=theme.FILLS, gid=f"tile {tile.code}",
        )
    )  # fmt: skip
    ink = theme.ink_on(colour) if there else theme.SOFT
    middle = x + wide / 2
    style: dict[str, Any] = {"ha": "center", "va": "center_baseline", "color": ink, "zorder": theme.WORDS}
    axes.text(middle, y + 12, given(tile.label.of(lang), lang), size=theme.NOTE, gid="city", **style)
    if not there:
        axes.text(middle, y + 31, Text("无答卷", "no answers").of(lang), size=theme.NOTE, gid="value", **style)
        return
    words = (
        percent(share, lang)
        if count >= SMALL or not value.startswith("share_")
        else f"{share / 100 * count:.0f}/{count:.0f}"
    )
    axes.text(middle, y + 29, words, size=13, weight="bold", gid="value", **style)
    axes.text(middle, y + 45, f"n = {count:.0f}", size=8, gid="n", **style)
