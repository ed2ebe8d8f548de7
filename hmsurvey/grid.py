"""From cells to a grid: one row a unit, one column a header, whichever way the sheet was laid out.

A workbook may be a table (a row a unit, the header anywhere in the first rows) or a form (a row a question, one unit a file). Either becomes a
`Grid` that still knows the place of every cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hmsurvey.errors import DataError, Problem, Text
from hmsurvey.questions import Codebook
from hmsurvey.workbook import Cells

SEARCH_ROWS = 25  # how far down the header is looked for
FORM_CODE, FORM_ANSWER = 0, 3  # columns of a form: code, question, what is asked, answer


@dataclass(frozen=True, slots=True)
class Grid:
    """Texts by unit and header; `place(i, j)` names the cell of unit i and header j."""

    cells: Cells
    headers: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    form: bool
    head_row: int
    blank_rows: tuple[int, ...] = ()

    def at(self, unit: int, header: int) -> tuple[int, int]:
        """Return row and column of a cell in the sheet, from 0."""
        return (self.rows[header], FORM_ANSWER) if self.form else (self.rows[unit], self.columns[header])

    def place(self, unit: int, header: int) -> str:
        """Return the name of a cell."""
        return self.cells.place(*self.at(unit, header))


def as_form(book: Codebook) -> Codebook:
    """Return the codebook as a form asks it: every option of a joined answer has a cell of its own.

    The answers are the same; only where they stand differs.
    """
    questions = tuple(
        replace(q, layout="columns", columns=tuple(f"{q.columns[0]} {option.code}" for option in q.options))
        if q.kind == "many" and q.layout == "joined"
        else q
        for q in book.questions
    )
    return replace(book, questions=questions)


def is_form(cells: Cells) -> bool:
    """Tell whether a sheet says of itself that it is a form."""
    return dict(cells.meta).get("layout") == "form"


def plain(text: str) -> str:
    """Return a header as it is compared: NFKC, no spaces at the edges."""
    return unicodedata.normalize("NFKC", text).strip()


def lay_out(cells: Cells, known: Iterable[str]) -> Grid:
    """Find header and rows of a sheet.

    Raises
    ------
    DataError
        No row holds any of the known headers.
    """
    wanted = {plain(header) for header in known}
    if is_form(cells):
        return _form(cells, wanted)
    hits = [len({plain(text) for text in row} & wanted) for row in cells.rows[:SEARCH_ROWS]]
    if not hits or max(hits) == 0:
        raise _no_header(cells, known)
    said = dict(cells.meta).get(
        "header_row", ""
    )  # a label may be worded like a header; our own template knows which is which
    own = int(said) - 1 if said.isascii() and said.isdigit() else -1
    head = own if 0 <= own < len(hits) and hits[own] == max(hits) else hits.index(max(hits))
    headers = tuple(plain(text) for text in cells.rows[head])
    body = [(r, row) for r, row in enumerate(cells.rows) if r > head]
    width = max(_width(row) for row in (headers, *(row for _, row in body)))
    headers += ("",) * (width - len(headers))
    while body and not any(text.strip() for text in body[-1][1]):
        body.pop()
    full = [(r, row) for r, row in body if any(text.strip() for text in row)]
    return Grid(
        cells=cells,
        headers=headers[:width],
        texts=tuple(tuple(row[:width]) + ("",) * (width - len(row)) for _, row in full),
        rows=tuple(r for r, _ in full),
        columns=tuple(range(width)),
        form=False,
        head_row=head,
        blank_rows=tuple(r for r, row in body if not any(text.strip() for text in row)),
    )


def _width(row: tuple[str, ...]) -> int:
    """Return how many cells of a row there are up to the last that holds a text."""
    return next((c + 1 for c in range(len(row) - 1, -1, -1) if row[c].strip()), 0)


def _form(cells: Cells, wanted: set[str]) -> Grid:
    rows = [r for r, row in enumerate(cells.rows) if row and plain(row[FORM_CODE]) in wanted]
    answers = tuple(cells.rows[r][FORM_ANSWER] if len(cells.rows[r]) > FORM_ANSWER else "" for r in rows)
    return Grid(
        cells=cells,
        headers=tuple(plain(cells.rows[r][FORM_CODE]) for r in rows),
        texts=(answers,) if rows else (),
        rows=tuple(rows),
        columns=(),
        form=True,
        head_row=0,
    )


def _no_header(cells: Cells, known: Iterable[str]) -> DataError:
    some = list(known)[:8]
    first = next((row for row in cells.rows if any(row)), ())
    return DataError(
        Problem(
            Text("工作表里找不到题目的列名。", "None of the questions' headers is in the sheet."),
            where=str(cells.path) + (f", {cells.sheet}" if cells.sheet else ""),
            found=", ".join(text for text in first[:8] if text) or "-",
            expected=Text("、".join(some) + " ……", ", ".join(some) + " ..."),
            fix=Text(
                "确认工作表和 codebook 是一对；列名写在数据上方的一行里。",
                "check that sheet and codebook belong together; headers stand in one row above the data.",
            ),
        )
    )
