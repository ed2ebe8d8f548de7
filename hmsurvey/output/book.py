"""The tables as workbooks: contents, charts that Excel draws, a sheet a table in both languages, definitions; the mark of their data on every sheet.

`tables.xlsx` holds what is about groups; inside the house, tables about single enterprises go to `tables_single.xlsx` and nowhere else. Dates are fixed, so that the
same inputs give the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import xlsxwriter

from hmsurvey import __version__
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.book_charts import CHARTS, CHARTS_TITLE, charts_of, write_charts
from hmsurvey.output.book_front import DEFINITIONS, DEFINITIONS_TITLE, write_contents, write_definitions
from hmsurvey.output.book_places import places_of
from hmsurvey.output.book_sheets import Desk, write_table
from hmsurvey.output.content import PART_OF_PAGE
from hmsurvey.output.edition import Edition
from hmsurvey.output.results import write_bytes
from hmsurvey.output.sections import all_tables
from hmsurvey.output.sheet_names import sheet_names
from hmsurvey.output.views import BANNERS, INTERNAL, INTERNAL_MORE, VISIBILITY_WORDS, provenance_line
from hmsurvey.provenance import NATURE_WORDS, SYNTHETIC_MARK
from hmsurvey.tables import Table
from hmsurvey.workbook import META_SHEET

TABLES_NAME, SINGLE_NAME = "tables.xlsx", "tables_single.xlsx"
_DATE = dt.datetime(2024, 1, 1)
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def write_books(edition: Edition, folder: Path) -> list[Path]:
    """Write `tables.xlsx` and, inside the house where single enterprises are listed, `tables_single.xlsx`; return their paths."""
    tables = [t for t in all_tables(edition.sections) if not t.code.endswith(PART_OF_PAGE)]
    single = [t for t in tables if t.personal and edition.study.units == "enterprises"]
    groups = [t for t in tables if not (t.personal and edition.study.units == "enterprises")]
    paths = [write_book(edition, groups, folder / TABLES_NAME)]
    if single and edition.visibility == "internal":
        paths.append(write_book(edition, single, folder / SINGLE_NAME))
    return paths


def write_book(edition: Edition, tables: Sequence[Table], path: Path) -> Path:
    """Write tables of an edition as a workbook.

    Parameters
    ----------
    edition
        What one circle of readers may see.
    tables
        Which of its tables.
    path
        Where to.
    """
    content = BytesIO()
    book = xlsxwriter.Workbook(content, _OPTIONS)
    provenance, study = edition.provenance, edition.study
    kind = NATURE_WORDS[provenance.nature]
    seen_by = VISIBILITY_WORDS[edition.visibility]
    mark = Text(f"{kind.zh} · {seen_by.zh}", f"{kind.en} · {seen_by.en}")
    book.set_properties(
        {
            "title": f"{study.label.of('zh')} / {study.label.of('en')}",
            "subject": f"{mark.zh} / {mark.en}",
            "comments": SYNTHETIC_MARK if provenance.nature == "synthetic" else kind.en,
            "author": f"hmsurvey {__version__}",
            "created": _DATE,
        }
    )
    desk = Desk(book, dict(edition.colours), mark, provenance.kind)
    places = places_of(edition)
    names, charts = sheet_names(tables), charts_of(tables, desk.colours)
    listed: list[tuple[str, Text, Table | None]] = [(CHARTS, CHARTS_TITLE, None)] if charts else []
    listed += [(name, table.title, table) for name, table in zip(names, tables, strict=True)]
    listed.append((DEFINITIONS, DEFINITIONS_TITLE, None))
    write_contents(desk, study.label, provenance, _said(edition), listed, places=places, seed=study.seed)
    if charts:
        write_charts(desk, charts, Text(provenance_line(provenance, "zh"), provenance_line(provenance, "en")))
    for table, name in zip(tables, names, strict=True):
        write_table(desk, table, name, stands=places[table.code].stands if table.code in places else NOTHING)
    write_definitions(desk, provenance, tables, names)
    _write_mark(desk)
    book.close()
    return write_bytes(path, content.getvalue())


def _said(edition: Edition) -> list[Text]:
    """Return what the first sheet says of the data and of who may see them."""
    said = [BANNERS[edition.provenance.nature]]
    if edition.visibility == "internal":
        said.append(Text(f"{INTERNAL.zh}：{INTERNAL_MORE.zh}", f"{INTERNAL.en}: {INTERNAL_MORE.en}"))
    return said


def _write_mark(desk: Desk) -> None:
    """Write the hidden sheet by which a workbook of made-up data is known even when its first lines are cut off."""
    sheet = desk.book.add_worksheet(META_SHEET)
    sheet.hide()
    mark = SYNTHETIC_MARK if desk.kind == "synthetic" else desk.kind
    for row, (key, value) in enumerate((("kind", desk.kind), ("mark", mark))):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
