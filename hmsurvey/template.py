"""Blank workbooks to send out: a table with a row a unit, or a form for one unit.

They guide whoever fills them in (lists, hints, limits, notes with the anchors) and carry on a hidden sheet which codebook they belong to, so that
they are recognised when they come back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from hmsurvey import __version__
from hmsurvey.form import write_form
from hmsurvey.questions import Codebook, Question
from hmsurvey.stationery import (
    Stationery,
    cell_kind,
    display_width,
    height_of,
    note_of,
    note_size,
    prompt_of,
    put,
    rule_of,
)
from hmsurvey.wording import both
from hmsurvey.workbook import META_SHEET, column_letters, write_whole

Layout = Literal["table", "form"]
_BANDS, _LABELS, _HEADS, _DATA = 0, 1, 2, 3  # rows of a table
_SPARE_ROWS = 1000  # rows with lists and limits below the last filled one
_BAND_EVERY = 8  # a section's name stands again after so many columns
_DATE = dt.datetime(2000, 1, 1)  # of every workbook, so that the same content gives the same bytes
_PROTECTION = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
}


def write_template(
    path: str | Path,
    codebook: Codebook,
    *,
    layout: Layout = "table",
    rows: Iterable[Mapping[str, str]] = (),
    mark: str = "",
) -> Path:
    """Write a workbook to be filled in, blank or with some answers in place; return its path.

    Parameters
    ----------
    path
        The .xlsx to write; what is there is replaced.
    codebook
        What is asked.
    layout
        "table": a row a unit, headers in row 3. "form": one unit, a row a question.
    rows
        Answers already known, header -> text. Headers that the codebook does not have become columns at the end of a table.
        A form takes one row.
    mark
        What the workbook says of itself on the hidden sheet, in its properties and in its title
        (`provenance.SYNTHETIC_MARK` for made-up answers).

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    filled = [dict(row) for row in rows]
    if layout == "form" and len(filled) > 1:
        raise ValueError("a form holds one unit")

    def write(part: Path) -> None:
        with xlsxwriter.Workbook(str(part), {"strings_to_urls": False}) as book:
            properties = {"title": both(codebook.label, between=" / "), "author": "hmsurvey", "created": _DATE}
            book.set_properties({**properties, "comments": mark, "keywords": f"{codebook.id} {codebook.version}"})
            desk = Stationery(book)
            sheet = book.add_worksheet(codebook.sheet or codebook.id)
            if layout == "form":
                write_form(desk, sheet, codebook, answers=filled[0] if filled else {}, mark=mark)
            else:
                _write_table(desk, sheet, codebook, filled, mark)
            sheet.protect("", _PROTECTION)
            desk.write_lists()
            _write_meta(book, codebook, layout, mark)

    return write_whole(Path(path), write)


def _write_meta(book: Any, codebook: Codebook, layout: Layout, mark: str) -> None:
    sheet = book.add_worksheet(META_SHEET)
    sheet.hide()
    entries = {
        "codebook": codebook.id,
        "version": codebook.version,
        "layout": layout,
        "unit": codebook.unit,
        "program": f"hmsurvey {__version__}",
        "mark": mark,
    }
    if layout == "table":
        entries["header_row"] = str(_HEADS + 1)
    for row, entry in enumerate(entries.items()):
        sheet.write_row(row, 0, entry)


def _write_table(
    desk: Stationery, sheet: Any, codebook: Codebook, rows: Sequence[Mapping[str, str]], mark: str
) -> None:
    asked = [(question, header) for question in codebook.questions for header in question.columns]
    headers = [header for _, header in asked]
    extra = list(dict.fromkeys(header for row in rows for header in row if header not in set(headers)))
    last = _DATA + len(rows) + _SPARE_ROWS
    sticky = 2 if len(asked) > 1 and asked[1][0].code == codebook.name_question else 1
    _write_bands(desk, sheet, codebook, asked, sticky, mark)
    for column, (question, header) in enumerate(asked):
        label = _label(question, header)
        sheet.set_column(column, column, _width(label, column < sticky), desk.look(cell_kind(question)))
        sheet.write_string(_LABELS, column, label, desk.look("label_required" if question.required else "label"))
        sheet.write_string(_HEADS, column, header, desk.look("head"))
        if header == question.columns[0]:
            note = note_of(question, codebook)
            sheet.write_comment(_LABELS, column, note, note_size(note))
        rule = rule_of(desk, question, header, f"{column_letters(column)}{_DATA + 1}")
        sheet.data_validation(_DATA, column, last, column, {**rule, **prompt_of(question, codebook)})
    labels = [_label(question, header) for question, header in asked]
    texts = [(label, _width(label, column < sticky)) for column, label in enumerate(labels)]
    sheet.set_row(_LABELS, height_of(texts))
    for column, header in enumerate(extra, start=len(asked)):
        sheet.set_column(column, column, 18, desk.look("text"))
        sheet.write_string(_LABELS, column, "", desk.look("label"))
        sheet.write_string(_HEADS, column, header, desk.look("head"))
    looks = [desk.look(cell_kind(question)) for question, _ in asked] + [desk.look("text")] * len(extra)
    questions = [question for question, _ in asked] + [None] * len(extra)
    for i, row in enumerate(rows):
        for column, header in enumerate([*headers, *extra]):
            if text := row.get(header, ""):
                put(sheet, (_DATA + i, column), text, questions[column], looks[column])
    if rows:
        sheet.ignore_errors({"number_stored_as_text": f"A{_DATA + 1}:{column_letters(len(looks) - 1)}{last + 1}"})
        sheet.autofilter(_HEADS, 0, _DATA + len(rows) - 1, len(looks) - 1)
    sheet.freeze_panes(_DATA, sticky)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(_BANDS, _HEADS)


def _write_bands(
    desk: Stationery,
    sheet: Any,
    codebook: Codebook,
    asked: Sequence[tuple[Question, str]],
    sticky: int,
    mark: str,
) -> None:
    title = both(codebook.label)
    look = desk.look("mark" if mark else "title")
    if mark:
        title = f"{mark}\n{title}"
    if sticky > 1:
        sheet.merge_range(_BANDS, 0, _BANDS, sticky - 1, title, look)
    else:
        sheet.write_string(_BANDS, 0, title, look)
    sheet.set_row(_BANDS, height_of([(title, 19.0 * sticky)], at_least=24.0))
    names = dict(codebook.sections)
    before, since = "", 0
    for column, (question, _) in enumerate(asked):
        if column < sticky:
            before = question.section if column == 0 else before
            continue
        since = 0 if question.section != before or column == sticky else since + 1
        before = question.section
        name = both(names[before], between="  ") if since % _BAND_EVERY == 0 and before in names else ""
        sheet.write_string(_BANDS, column, name, desk.look("band")) if name else sheet.write_blank(
            _BANDS, column, None, desk.look("band")
        )


def _label(question: Question, header: str) -> str:
    label = both(question.label)
    place = question.columns.index(header)
    if question.kind == "rate":
        label += ("\n【第一格 first cell】", "\n【第二格 second cell】")[place]
    elif len(question.columns) > 1:
        label += f"\n【{both(question.options[place].label, between=' / ')}】"
    return ("* " if question.required else "") + label


def _width(label: str, sticky: bool) -> float:
    return 22.0 if sticky else min(46.0, max(16.0, display_width(label) / 7))
