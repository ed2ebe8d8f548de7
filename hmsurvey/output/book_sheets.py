"""A sheet of a workbook: the bar with the mark of its data, a native Excel table under it, the notes below.

Texts are written as texts, so that no name ever runs as a formula; a number that is not shown stands as a word, so that no sum takes it for zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.phrases import is_number_column, places_of_column
from hmsurvey.output.theme import ink_on
from hmsurvey.output.views import STAGE_COLUMNS, provenance_line, stage_of_column
from hmsurvey.tables import HIDDEN_NOTE, HIDDEN_SIGN, Column, Table

SOFT, _HAIR = "#474F55", "#B8C2C8"
_BAR = {"synthetic": "#84260F", "undeclared": "#54430A", "real": "#14463A"}
_LONGEST_TEXT = 32_767  # characters of a cell
_TOP = 5  # the row of column heads, counted from 0
_NARROWEST, _STANDARD = (
    100.0,
    8.43,
)  # characters that texts above and below a table have room for; a column as Excel makes it
_BROAD = 12  # columns from which heads may take three lines a language
_WORDS, _PAPER = (
    (60.0, 48.0, 38.0, 30.0, 24.0),
    170.0,
)  # widest columns of words; characters that a sheet of paper takes
_A4, _A3, _A4_TAKES = (
    9,
    8,
    210.0,
)  # paper by Excel's numbers; characters across that can still be read on the smaller one
_ARROW = 13  # points below a head for the arrow of the filter, which would hide the last letters
CONTENTS = "目录 Contents"


@dataclass(slots=True)
class Desk:
    """A workbook under construction: its formats by what they look like, the colours of stages, and the bar that every sheet carries."""

    book: Any
    colours: dict[str, str]
    mark: Text
    kind: str
    formats: dict[str, Any] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)

    def format(self, **look: object) -> Any:
        """Return a format, made once."""
        key = repr(sorted(look.items()))
        if key not in self.formats:
            base: dict[str, object] = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
            self.formats[key] = self.book.add_format(base | look)
        return self.formats[key]

    def table_name(self, code: str) -> str:
        """Return a name for a native table: what Excel allows, each once in a workbook."""
        plain = "t_" + "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in code)[:200]
        name, n = plain, 1
        while name.lower() in self.tables:
            n += 1
            name = f"{plain}_{n}"
        self.tables.add(name.lower())
        return name


def both(text: Text, between: str = " / ") -> str:
    """Return a text in both languages, once where they are the same."""
    return between.join(dict.fromkeys(side for side in text if side))


def write_head(desk: Desk, sheet: Any, title: Text, line: Text, widths: Sequence[float]) -> int:
    """Write the bar with the mark of the data, the title in both languages, and the line below it; set up the page for print.

    `widths` are those of the columns in use, in characters; a narrow table borrows columns at its right, so that no text runs out of the page. Return the last column that the head spans.
    """
    last, room = spanned(widths)
    bar = desk.format(bold=True, font_color="#FFFFFF", bg_color=_BAR[desk.kind], font_size=11, valign="vcenter")
    for column in range(last + 1):
        sheet.write_blank(0, column, None, bar)
    sheet.write_string(0, 0, f"{desk.mark.zh}  {desk.mark.en}", bar)
    sheet.set_row(0, 20)
    write_across(sheet, 1, last, title.of("zh"), desk.format(bold=True, font_size=14, text_wrap=True))
    sheet.set_row(1, 21 * lines_of(title.of("zh"), room / 1.4))
    write_across(sheet, 2, last, title.of("en"), desk.format(bold=True, font_size=11, font_color=SOFT, text_wrap=True))
    sheet.set_row(2, 16 * lines_of(title.of("en"), room / 1.1, bold=True))
    under = both(line, "\n")
    write_across(sheet, 3, last, under, desk.format(font_size=8, font_color=SOFT, text_wrap=True))
    sheet.set_row(3, 2 + 11.5 * lines_of(under, 1.2 * room))
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A3 if room > _A4_TAKES else _A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(f"&L{_plain(desk.mark.zh)} {_plain(desk.mark.en)}&C&A&R&P / &N")
    return last


def spanned(widths: Sequence[float]) -> tuple[int, float]:
    """Return the last column that a text above or below a table spans, and its room in characters."""
    last, room = max(len(widths) - 1, 0), float(sum(widths))
    while room < _NARROWEST or last == 0:
        last, room = last + 1, room + _STANDARD
    return last, room


def write_across(sheet: Any, row: int, last: int, text: str, look: Any) -> None:
    """Write a text over the columns up to `last`, as a text whatever it begins with."""
    sheet.merge_range(row, 0, row, last, "", look)
    sheet.write_string(row, 0, text, look)


def _plain(words: str) -> str:
    return words.replace("&", "&&")


def write_table(desk: Desk, table: Table, name: str, *, stands: Text = NOTHING) -> None:
    """Write one table on a sheet of its own: head, way back to the contents and where the table `stands` in the documents, native table with filters, totals under it, notes."""
    sheet = desk.book.add_worksheet(name)
    rows = list(table.frame.itertuples(index=False, name=None))
    total = bool(rows) and bool(rows[-1]) and rows[-1][0] == ALL and len(rows) > 1
    body = _TOP + len(rows) - (1 if total else 0)
    heads = heads_of(table.columns)
    _add_table(desk, sheet, table, heads, body)
    texts = [_write_column(desk, sheet, table, place, rows) for place in range(len(table.columns))]
    widths = _widths(table.columns, heads, texts)
    lines = [1] * (len(rows) + 1)  # of the header, then of every row
    for place, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        sheet.set_column(place, place, width)
        lines[0] = max(lines[0], lines_of(heads[place], width - 1, bold=True))
        if not is_number_column(column):
            lines[1:] = [max(n, lines_of(text, width - 2)) for n, text in zip(lines[1:], texts[place], strict=True)]
    for row, n in enumerate(lines):
        sheet.set_row(_TOP + row, 6 + 14.5 * n + (_ARROW if row == 0 and body > _TOP + 1 else 0))
    line = Text(provenance_line(table.provenance, "zh"), provenance_line(table.provenance, "en"))
    last = write_head(desk, sheet, table.title, line, widths)
    look = desk.format(font_size=9, font_color="#1B4F72", underline=1)
    sheet.write_url(_TOP - 1, 0, f"internal:'{CONTENTS}'!A1", look, string="← 目录 Contents")
    sheet.write_string(_TOP - 1, 1, both(stands), desk.format(font_size=9, font_color=SOFT))
    sheet.freeze_panes(_TOP + 1, 1 if len(table.columns) > 3 else 0)
    sheet.repeat_rows(_TOP)
    end = _write_notes(desk, sheet, table, _TOP + len(rows) + 2, spanned(widths))
    sheet.print_area(0, 0, end, last)


def _add_table(desk: Desk, sheet: Any, table: Table, heads: Sequence[str], body: int) -> None:
    """Write the heads, as those of a native table where there is at least one row for it."""
    columns = [
        {"header": head, "header_format": _head_format(desk, table.columns, place)} for place, head in enumerate(heads)
    ]
    if body <= _TOP:
        for place, column in enumerate(columns):
            sheet.write_string(_TOP, place, column["header"], column["header_format"])
        return
    options = {"name": desk.table_name(table.code), "style": None, "columns": columns, "autofilter": body > _TOP + 1}
    sheet.add_table(_TOP, 0, body, len(columns) - 1, options)


def heads_of(columns: Sequence[Column]) -> list[str]:
    """Return what heads the columns: both languages, none empty, none twice, whatever a user calls them."""
    found: list[str] = []
    for column in columns:
        words = (both(column.label, "\n") or column.code)[:240].strip() or column.code
        head, n = words, 1
        while head.lower() in {one.lower() for one in found}:
            n += 1
            head = f"{words} ({n})"
        found.append(head)
    return found


def _head_format(desk: Desk, columns: Sequence[Column], place: int) -> Any:
    column = columns[place]
    colour = desk.colours.get(stage_of_column(column), "")
    look: dict[str, object] = {"bold": True, "text_wrap": True, "valign": "top", "top": 2, "bottom": 1}
    look |= {"bg_color": colour, "font_color": ink_on(colour)} if colour else {"bg_color": "#E9EEF1"}
    return desk.format(**look | ({"align": "right"} if is_number_column(column) else _set_off(place)))


def _set_off(place: int) -> dict[str, object]:
    """Set words off from what stands at their left."""
    return {"indent": 1} if place else {}


def _write_column(desk: Desk, sheet: Any, table: Table, place: int, rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Write the values of one column; return their texts, for its width."""
    column, texts = table.columns[place], []
    look = number_look(table, column)
    look |= {} if is_number_column(column) else _set_off(place)
    for r, (label, values) in enumerate(zip(table.frame.index, rows, strict=True)):
        frame: dict[str, object] = {"bold": True, "top": 1} if values[0] == ALL else {}
        frame |= {"bottom": 2} if r == len(rows) - 1 else {"bottom": 7, "bottom_color": _HAIR}
        cell = (_TOP + 1 + r, place)
        if (label, column.code) in table.hidden:
            texts.append(_write_sign(desk, sheet, cell, look | frame))
        else:
            texts.append(_write_cell(desk, sheet, cell, values[place], column, look | frame))
    return texts


def number_look(table: Table, column: Column) -> dict[str, object]:
    """Return how a column's values are formatted: numbers by their unit, texts with breaks."""
    if not is_number_column(column):
        return {"text_wrap": True}
    places = places_of_column(table, column)
    return {"num_format": "#,##0" if places == 0 else "#,##0." + "0" * places}


def _write_sign(desk: Desk, sheet: Any, cell: tuple[int, int], look: dict[str, object]) -> str:
    """Write the sign of a number that is not shown; it stands as a text, so that no sum takes it for zero."""
    text = both(HIDDEN_SIGN, " ")
    look = {key: value for key, value in look.items() if key != "num_format"}
    sheet.write_string(*cell, text, desk.format(**look | {"font_color": "#6B737A", "italic": True, "align": "right"}))
    return text


def _write_cell(
    desk: Desk, sheet: Any, cell: tuple[int, int], value: object, column: Column, look: dict[str, object]
) -> str:
    """Write one cell as what it is, and return its text for the width of the column."""
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        sheet.write_blank(*cell, None, desk.format(**look))
        return ""
    if isinstance(value, bool) or not is_number_column(column) or isinstance(value, str):
        text = str(value)
        label = column.labels.get(text)
        if label is not None:
            text = both(label, "\n" if max(map(len, label)) > 24 else " / ")
        colour = desk.colours.get(str(value), "") if column.code in STAGE_COLUMNS else ""
        if colour:
            look = look | {"bg_color": colour, "font_color": ink_on(colour)}
        sheet.write_string(*cell, text[:_LONGEST_TEXT], desk.format(**look))
        return text
    number = float(str(value))
    sheet.write_number(*cell, number, desk.format(**look))
    return f"{number:,.1f}"


def _write_notes(desk: Desk, sheet: Any, table: Table, row: int, across: tuple[int, float]) -> int:
    """Write the notes from a row on, each over the columns of `across`; return the last row of the sheet."""
    look = desk.format(font_size=9, font_color=SOFT, text_wrap=True)
    last, room = across
    meanings = [
        Text(f"{c.label.of('zh')}：{c.meaning.of('zh')}", f"{c.label.of('en')}: {c.meaning.of('en')}")
        for c in table.columns
        if any(c.meaning)
    ]
    for note in (*table.notes, *([HIDDEN_NOTE] if table.hidden else []), *meanings):
        for side in dict.fromkeys(note):
            if side:
                write_across(sheet, row, last, side[:_LONGEST_TEXT], look)
                sheet.set_row(row, 1.5 + 13 * lines_of(side, 1.05 * room))
                row += 1
    return row - 1


def wide(text: str) -> int:
    """Return the width of one line in characters, Chinese ones counted twice."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def lines_of(text: str, width: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a column."""
    room = max(1.0, width * (1.0 if bold else 1.12))
    return sum(max(1, math.ceil(wide(line) / room)) for line in text.split("\n")) if text else 1


def _widths(columns: Sequence[Column], heads: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    """Return the columns' widths in characters, between limits: room for the values, and for the heads in two lines a language, three in a broad table.

    Columns of words give way until the table can be read on a sheet of paper.
    """
    lines = 2 if len(columns) <= _BROAD else 3
    found: list[float] = []
    for column, head, shown in zip(columns, heads, texts, strict=True):
        sides = head.split("\n")
        word = max(wide(piece) if piece.isascii() else 4 for side in sides for piece in side.split() or [""])
        title = max(word + 2, max(wide(side) for side in sides) / lines + 5)
        values = max((wide(line) for text in shown for line in text.split("\n")), default=0)
        if is_number_column(column):
            found.append(float(min(max(9.5, title, values + 3), 28)))
        else:
            found.append(float(min(max(13, title, values + 4), _WORDS[0])))
    for most in _WORDS[1:]:
        if sum(found) <= _PAPER:
            break
        found = [
            width if is_number_column(column) else min(width, most)
            for width, column in zip(found, columns, strict=True)
        ]
    return found
