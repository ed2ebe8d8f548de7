"""What stands on a terminal: a table in narrow columns, bounds of an interval in one of them and Chinese letters counted as two; and how long a step took."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from unicodedata import east_asian_width

import pandas as pd

from hmsurvey.errors import Lang, Text
from hmsurvey.tables import Column, Table, labelled

_HEAD, _WORDS = 13, 36  # letters of a line of a head, and of a cell of words
_GAP = "  "
_ENDS = (Text("：下限", ": lower bound"), Text("：上限", ": upper bound"))
_NUMBERS = ("count", "percent", "score", "number")


def seconds_words(taken: float, budget: float = 0.0) -> Text:
    """Say how long something took, beside what it may take.

    >>> seconds_words(31.24, 60).en
    '31.2 s (budget 60 s)'
    """
    over = Text("，超出", ", over") if taken > budget else Text("", "")
    allowed = Text(f"（限 {budget:g} s{over.zh}）", f" (budget {budget:g} s{over.en})") if budget else Text("", "")
    return Text(f"{taken:.1f} s{allowed.zh}", f"{taken:.1f} s{allowed.en}")


def table_lines(table: Table, lang: Lang, *, without: Sequence[str] = ()) -> list[str]:
    """Return a table as lines for a terminal; columns whose code begins with one of `without` are left out.

    Two columns `x_low` and `x_high` become one, `low–high`, under the words they share.
    """
    words = labelled(table, lang)
    words.columns = pd.Index([column.code for column in table.columns])
    shown = [column for column in table.columns if not column.code.startswith(tuple(without) or ("\0",))]
    blocks = [
        _block(shown[k : k + 1 + _paired(shown, k)], words, lang)
        for k in range(len(shown))
        if not (k and _paired(shown, k - 1))
    ]
    rows = [[block[r] for block, _ in blocks] for r in range(len(table.frame) + 1)]
    widths = [max(_width(line) for cell in block for line in cell) for block, _ in blocks]
    numbers = [is_number for _, is_number in blocks]
    lines = [line for row in rows[:1] for line in _row(row, widths, numbers)]
    lines.append("-" * _width(lines[0]))
    return lines + [line for row in rows[1:] for line in _row(row, widths, numbers)]


def _paired(columns: Sequence[Column], k: int) -> bool:
    codes = [column.code for column in columns[k : k + 2]]
    return len(codes) == 2 and codes[0].endswith("_low") and codes[1] == codes[0].removesuffix("_low") + "_high"


def _block(columns: Sequence[Column], words: pd.DataFrame, lang: Lang) -> tuple[list[list[str]], bool]:
    """Return head and cells of one printed column, each as its lines, and whether it holds numbers."""
    first = columns[0]
    head = first.label.of(lang)
    if len(columns) == 2:
        head = head.removesuffix(_ENDS[0].of(lang)) + Text("：区间", ": interval").of(lang)
    if first.unit == "percent":
        head += Text("（%）", " (%)").of(lang)
    numeric = first.unit in _NUMBERS
    whole = all(_whole(words[column.code], column) for column in columns)  # both ends of an interval alike
    parts = [_cells(words[column.code], column, whole) for column in columns]
    cells = ["–".join(pair) if pair[0] != "–" else "–" for pair in zip(*parts, strict=True)]
    return [_broken(head, _HEAD), *(_broken(cell, _WORDS) for cell in cells)], numeric


def _whole(values: pd.Series, column: Column) -> bool:
    there = [value for value in values if isinstance(value, int | float) and not pd.isna(value)]
    return column.unit == "count" or all(float(value).is_integer() for value in there)


def _cells(values: pd.Series, column: Column, whole: bool) -> list[str]:
    """Return the values of a column as they are read; numbers without decimals where none has any."""
    if column.unit not in _NUMBERS:
        return ["–" if pd.isna(value) else str(value) for value in values]
    decimals = 0 if whole else column.decimals
    return [
        f"{value:.{decimals}f}" if isinstance(value, int | float) and not pd.isna(value) else "–" if pd.isna(value) else str(value)
        for value in values
    ]  # fmt: skip


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int], numbers: Sequence[bool]) -> list[str]:
    high = max(len(cell) for cell in cells)
    lines = []
    for at in range(high):
        pieces = []
        for cell, width, is_number in zip(cells, widths, numbers, strict=True):
            piece = cell[at] if at < len(cell) else ""
            gap = " " * (width - _width(piece))
            pieces.append(gap + piece if is_number else piece + gap)
        lines.append(_GAP.join(pieces))
    return lines


def _broken(words: str, width: int) -> list[str]:
    if _width(words) == len(words):
        return textwrap.wrap(words, width, break_on_hyphens=False) or [""]
    # Chinese: two places a letter and a break anywhere, but sooner before a bracket than within.
    lines = textwrap.wrap(words.replace("（", " （"), width // 2, break_on_hyphens=False)
    return [line.replace(" （", "（") for line in lines] or [""]


def _width(words: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in words)
