"""The tables as workbooks: a sheet a table in both languages, with contents, definitions and the mark of their data on every sheet.

`tables.xlsx` holds what is about groups; tables about single units go to `tables_internal.xlsx` and nowhere else. Texts are written as texts, so that no name
ever runs as a formula; dates are fixed, so that the same inputs give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from hmsurvey import __version__
from hmsurvey.errors import Text
from hmsurvey.output.edition import Edition
from hmsurvey.output.phrases import is_number_column, places_of_column
from hmsurvey.output.results import write_bytes
from hmsurvey.output.sections import all_tables
from hmsurvey.output.sheet_names import sheet_names
from hmsurvey.output.theme import ink_on
from hmsurvey.output.views import (
    BANNERS,
    INTERNAL,
    INTERNAL_MORE,
    STAGE_COLUMNS,
    may_show,
    provenance_line,
    stage_of_column,
)
from hmsurvey.provenance import NATURE_WORDS, SYNTHETIC_MARK
from hmsurvey.tables import HIDDEN_NOTE, HIDDEN_SIGN, Column, Table
from hmsurvey.workbook import META_SHEET

PUBLIC_NAME, INTERNAL_NAME = "tables.xlsx", "tables_internal.xlsx"
_DATE = dt.datetime(2024, 1, 1)
_BAR = {"synthetic": "#84260F", "undeclared": "#54430A", "real": "#14463A"}
_FRONT_WIDTHS = (32, 36, 42, 20, 24, 34, 40)
_UNIT_WORDS = {
    "code": Text("类别", "category"),
    "text": Text("文字", "text"),
    "count": Text("个数", "count"),
    "percent": Text("百分比（0—100）", "percent (0-100)"),
    "score": Text("分", "score"),
    "number": Text("数", "number"),
}
_PART_OF_PAGE = "_most"  # cut for a page from a table that the workbook has whole


@dataclass(slots=True)
class _Writer:
    """A workbook under construction, its formats by what they look like, and the bar that every sheet carries."""

    book: Any
    formats: dict[str, Any]
    colours: Mapping[str, str]
    mark: Text
    kind: str

    def format(self, **look: object) -> Any:
        """Return a format, made once."""
        key = repr(sorted(look.items()))
        if key not in self.formats:
            base: dict[str, object] = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
            self.formats[key] = self.book.add_format(base | look)
        return self.formats[key]


def write_books(edition: Edition, folder: Path) -> list[Path]:
    """Write `tables.xlsx` and, where units are enterprises and single ones are listed, `tables_internal.xlsx`; return their paths."""
    paths = [write_book(edition, folder / PUBLIC_NAME)]
    if any(not may_show(table, edition.study) for table in all_tables(edition.sections)):
        paths.append(write_book(edition, folder / INTERNAL_NAME))
    return paths


def write_book(edition: Edition, path: Path) -> Path:
    """Write the tables of a study as a workbook.

    Parameters
    ----------
    edition
        What its readers may see.
    path
        Where to. Tables about single enterprises are written only to a file called `tables_internal.xlsx`, which holds nothing else.
    """
    single = path.name == INTERNAL_NAME
    tables = [t for t in all_tables(edition.sections) if not t.code.endswith(_PART_OF_PAGE)]
    tables = [t for t in tables if may_show(t, edition.study) != single]
    content = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    book = xlsxwriter.Workbook(content, options)
    provenance = edition.provenance
    kept_inside = edition.visibility == "internal"
    mark = Text(
        NATURE_WORDS[provenance.nature].zh + (f" · {INTERNAL.zh}" if kept_inside else ""),
        NATURE_WORDS[provenance.nature].en + (f" · {INTERNAL.en}" if kept_inside else ""),
    )
    book.set_properties(
        {
            "title": f"{edition.study.label.of('zh')} / {edition.study.label.of('en')}",
            "subject": f"{mark.zh} / {mark.en}",
            "comments": SYNTHETIC_MARK if provenance.nature == "synthetic" else NATURE_WORDS[provenance.nature].en,
            "author": f"hmsurvey {__version__}",
            "created": _DATE,
        }
    )
    writer = _Writer(book, {}, edition.colours, mark, provenance.kind)
    names = sheet_names(tables)
    _write_front(writer, edition, tables, names)
    for table, name in zip(tables, names, strict=True):
        _write_table(writer, table, name)
    meta = book.add_worksheet(META_SHEET)
    meta.hide()
    for r, (key, value) in enumerate(
        (("kind", provenance.kind), ("mark", SYNTHETIC_MARK if provenance.kind == "synthetic" else provenance.kind))
    ):
        meta.write_string(r, 0, key)
        meta.write_string(r, 1, value)
    book.close()
    return write_bytes(path, content.getvalue())


def _head(writer: _Writer, sheet: Any, title: Text, line: Text, last: int) -> None:
    """Write the bar with the mark of the data, the title in both languages, and the line below it."""
    bar = writer.format(bold=True, font_color="#FFFFFF", bg_color=_BAR[writer.kind], font_size=11)
    for column in range(last + 1):
        sheet.write_blank(0, column, None, bar)
    sheet.write_string(0, 0, f"{writer.mark.zh}  {writer.mark.en}", bar)
    sheet.write_string(1, 0, title.of("zh"), writer.format(bold=True, font_size=14))
    sheet.write_string(2, 0, title.of("en"), writer.format(bold=True, font_size=11, font_color="#474F55"))
    sheet.write_string(3, 0, "  |  ".join(dict.fromkeys(line)), writer.format(font_size=8, font_color="#474F55"))
    sheet.set_row(0, 18)
    sheet.set_row(1, 21)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(f"&L{writer.mark.zh} {writer.mark.en}&C&A&R&P / &N")


def _write_front(writer: _Writer, edition: Edition, tables: Sequence[Table], names: Sequence[str]) -> None:
    """Write the first sheet: what the data are, the list of tables, what every column means."""
    sheet = writer.book.add_worksheet("目录 Contents")
    line = Text(provenance_line(edition.provenance, "zh"), provenance_line(edition.provenance, "en"))
    _head(writer, sheet, edition.study.label, line, 6)
    plain, wrapped = writer.format(), writer.format(text_wrap=True)
    bold = writer.format(bold=True, bottom=1, text_wrap=True, valign="bottom")
    row = 5
    said = [BANNERS[edition.provenance.nature]]
    said += (
        [Text(INTERNAL.zh + "：" + INTERNAL_MORE.zh, INTERNAL.en + ": " + INTERNAL_MORE.en)]
        if INTERNAL.zh in writer.mark.zh
        else []
    )
    for text in said:
        sheet.write_string(row, 0, text.zh, plain)
        sheet.write_string(row + 1, 0, text.en, plain)
        row += 2
    row += 1
    for place, head in enumerate(("工作表\nSheet", "表名", "Title", "行数\nRows", "数据\nData")):
        sheet.write_string(row, place, head, bold)
    sheet.set_row(row, 30)
    link = writer.format(font_color="#1B4F72", underline=1)
    for table, name in zip(tables, names, strict=True):
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, string=name)
        sheet.write_string(row, 1, table.title.of("zh"), wrapped)
        sheet.write_string(row, 2, table.title.of("en"), wrapped)
        sheet.set_row(row, _front_height(("", table.title.of("zh"), table.title.of("en"))))
        sheet.write_number(row, 3, len(table.frame), plain)
        kind = NATURE_WORDS[table.provenance.nature]
        sheet.write_string(row, 4, f"{kind.zh} {kind.en}", plain)
    row += 2
    sheet.write_string(row, 0, "各列的含义  What the columns mean", writer.format(bold=True, font_size=12))
    row += 1
    for place, head in enumerate(("工作表\nSheet", "列名", "Column", "代码\nCode", "单位\nUnit", "含义", "Meaning")):
        sheet.write_string(row, place, head, bold)
    sheet.set_row(row, 30)
    first = row
    for table, name in zip(tables, names, strict=True):
        for column in table.columns:
            row += 1
            unit = _UNIT_WORDS[column.unit]
            texts = (
                name,
                column.label.of("zh"),
                column.label.of("en"),
                column.code,
                f"{unit.zh} {unit.en}",
                *column.meaning,
            )
            sheet.set_row(row, _front_height(texts))
            for place, words in enumerate(texts):
                sheet.write_string(row, place, words, wrapped)
    sheet.autofilter(first, 0, row, 6)
    for place, width in enumerate(_FRONT_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)


def _front_height(texts: Sequence[str]) -> float:
    return 3 + 14.5 * max(_lines(text, width - 1) for text, width in zip(texts, _FRONT_WIDTHS, strict=False))


def _write_table(writer: _Writer, table: Table, name: str) -> None:
    """Write one table: head, header row with filter, values, notes."""
    sheet = writer.book.add_worksheet(name)
    line = Text(provenance_line(table.provenance, "zh"), provenance_line(table.provenance, "en"))
    _head(writer, sheet, table.title, line, max(len(table.columns) - 1, 0))
    top = 5
    rows = list(table.frame.itertuples(index=False, name=None))
    hidden = [[(row, column.code) in table.hidden for row in table.frame.index] for column in table.columns]
    lines = [1] * (len(rows) + 1)  # of the header, then of every row
    for c, column in enumerate(table.columns):
        _write_header(writer, sheet, top, c, column)
        texts = []
        look = _number_look(table, column)
        for r, values in enumerate(rows):
            if hidden[c][r]:
                texts.append(_write_sign(writer, sheet, (top + 1 + r, c), look))
                continue
            total = bool(len(values)) and values[0] == "all"
            texts.append(
                _write_cell(
                    writer,
                    sheet,
                    (top + 1 + r, c),
                    values[c],
                    column,
                    look | ({"bold": True, "top": 1} if total else {}),
                )
            )
        width = _width(column, texts)
        sheet.set_column(c, c, width)
        lines[0] = max(
            lines[0], sum(_lines(side, width - 2, bold=True) for side in dict.fromkeys(column.label) if side)
        )
        if not is_number_column(column):
            lines[1:] = [max(n, _lines(text, width - 1)) for n, text in zip(lines[1:], texts, strict=True)]
    for r, n in enumerate(lines):
        sheet.set_row(top + r, 6 + 14.5 * n)
    last = top + len(rows)
    body = last - (1 if rows and len(rows[-1]) and rows[-1][0] == "all" else 0)
    if rows and body > top:
        sheet.autofilter(top, 0, body, len(table.columns) - 1)
    sheet.freeze_panes(top + 1, 1 if len(table.columns) > 3 else 0)
    sheet.repeat_rows(top)
    note_format = writer.format(font_size=9, font_color="#474F55")
    row = last + 2
    for note in (
        *table.notes,
        *([HIDDEN_NOTE] if table.hidden else []),
        *(_meaning(column) for column in table.columns if any(column.meaning)),
    ):
        for side in dict.fromkeys(note):
            if side:
                sheet.write_string(row, 0, side, note_format)
                row += 1


def _meaning(column: Column) -> Text:
    label, meaning = column.label, column.meaning
    return Text(f"{label.of('zh')}：{meaning.of('zh')}", f"{label.of('en')}: {meaning.of('en')}")


def _write_header(writer: _Writer, sheet: Any, row: int, place: int, column: Column) -> None:
    colour = writer.colours.get(stage_of_column(column), "")
    look: dict[str, object] = {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "bg_color": "#E9EEF1"}
    if colour:
        look |= {"bg_color": colour, "font_color": ink_on(colour)}
    if is_number_column(column):
        look["align"] = "right"
    sheet.write_string(
        row, place, "\n".join(dict.fromkeys(side for side in column.label if side)), writer.format(**look)
    )


def _number_look(table: Table, column: Column) -> dict[str, object]:
    if not is_number_column(column):
        return {"text_wrap": True}
    places = places_of_column(table, column)
    return {"num_format": "#,##0" if places == 0 else "#,##0." + "0" * places}


def _write_sign(writer: _Writer, sheet: Any, place: tuple[int, int], look: dict[str, object]) -> str:
    """Write the sign of a number that is not shown; it stands as a text, so that no sum takes it for zero."""
    text = " ".join(HIDDEN_SIGN)
    look = {key: value for key, value in look.items() if key != "num_format"}
    sheet.write_string(
        *place, text, writer.format(**(look | {"font_color": "#6B737A", "italic": True, "align": "right"}))
    )
    return text


def _write_cell(
    writer: _Writer, sheet: Any, place: tuple[int, int], value: object, column: Column, look: dict[str, object]
) -> str:
    """Write one cell as what it is, and return its text for the width of the column."""
    row, col = place
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        sheet.write_blank(row, col, None, writer.format(**look))
        return ""
    if isinstance(value, bool) or not is_number_column(column):
        text = str(value)
        label = column.labels.get(text)
        if label is not None:
            between = "\n" if max(map(len, label)) > 24 else " / "
            text = between.join(dict.fromkeys(side for side in label if side))
        colour = writer.colours.get(str(value), "") if column.code in STAGE_COLUMNS else ""
        if colour:
            look = look | {"bg_color": colour, "font_color": ink_on(colour)}
        sheet.write_string(row, col, text[:32767], writer.format(**look))
        return text
    number = float(str(value))
    sheet.write_number(row, col, number, writer.format(**look))
    return f"{number:.1f}"


def _wide(text: str) -> int:
    """Return the width of one line in characters, Chinese ones counted twice."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _lines(text: str, width: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a column."""
    room = max(1.0, width * (1.0 if bold else 1.12))
    return sum(max(1, math.ceil(_wide(line) / room)) for line in text.split("\n")) if text else 1


def _width(column: Column, texts: Sequence[str]) -> float:
    """Return a column's width in characters, between limits: room for its values, and for its header in two lines a language."""
    head = max(_wide(side) for side in column.label)
    values = max((_wide(line) for text in texts for line in text.split("\n")), default=0)
    if is_number_column(column):
        return float(min(max(10, head / 2 + 4, values + 2), 26))
    return float(min(max(12, head / 2 + 4, values + 3), 60))
