"""From what is true to what is written on the form: levels reported too high, slips, don't knows, gaps, forms broken off.

Some respondents report a level too high now and then (A92), everyone slips now and then (A93), and blanks and don't knows come a little more often where
the trait is low (A94, A95). What the routing leaves out is blank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hmsurvey.grid import lay_out
from hmsurvey.intake import take_in
from hmsurvey.questions import Codebook, Question
from hmsurvey.synthetic.items import Sheet, word_of
from hmsurvey.synthetic.latent import Bools, Enterprises, sigmoid
from hmsurvey.workbook import Cells

SLIP = 0.012
BLANK, BLANK_LOW = 0.006, 0.030  # at any trait, and more where it is low
BLANK_GRID = 0.15  # factor inside the grids of archive types, which are filled in one go
UNKNOWN, UNKNOWN_LOW = 0.004, 0.020
BROKEN_OFF = 0.026
# Silence that is the question's own: the amount of money is optional, and many have had no dealings with an association.
WITHHELD = {"funds_amount": 0.6}
NO_DEALINGS = {"help.association": 0.22}
GRIDS = ("due.", "level.", "full.", "ontime.", "kept.", "filed.")
KEPT_TOGETHER = ("C1.1", "C1.2", "C1.3", "C1.4", "C1.5")  # a blank among them would make "n/a" look wrong
Table = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Instrument:
    """What reporting needs to know of a survey: its codebook, which levels may be misreported, and what must agree."""

    book: Codebook
    levels: Sequence[str]
    rates: Sequence[str]
    agree: Callable[[Sheet], None]
    facts: Sequence[str]


def misreport(sheet: Sheet, firms: Enterprises, instrument: Instrument, rng: np.random.Generator) -> Sheet:
    """Return the answers as respondents would give them if they answered everything."""
    said = sheet.copy()
    for code in instrument.levels:
        values = said.values[code]
        top = sum(option.kind == "answer" for option in instrument.book.question(code).options) - 1
        raised = rng.random(len(firms)) < firms.over_report
        slipped = rng.random(len(firms)) < SLIP
        step = np.where(raised, 1.0, np.where(slipped, rng.choice((-1.0, 1.0), len(firms)), 0.0))
        said.values[code] = np.where(values < 0, values, np.clip(values + step, 0, top))
    for code in instrument.rates:
        part, whole = said.values[code].T
        room = np.where((part > 0) & (whole > part), whole - part, 0).astype(np.int64)
        part += rng.binomial(room, firms.over_report * 0.6)
    instrument.agree(said)
    return said


def leave_gaps(
    table: Mapping[str, list[str]], firms: Enterprises, instrument: Instrument, rng: np.random.Generator
) -> Table:
    """Return the cells with don't knows, blanks and forms broken off; required facts are always there."""
    book, gapped = instrument.book, {header: list(texts) for header, texts in table.items()}
    low = sigmoid(-1.3 * firms.general - 0.4)
    broken = rng.random(len(firms)) < BROKEN_OFF
    asked = [q for q in book.questions if not q.required and q.code not in instrument.facts]
    stop = np.where(broken, rng.integers(int(0.25 * len(asked)), int(0.6 * len(asked)), len(firms)), len(asked))
    for place, question in enumerate(asked):
        factor = BLANK_GRID if question.code.startswith(GRIDS) else 1.0
        blank = rng.random(len(firms)) < factor * (BLANK + BLANK_LOW * low)
        unknown = rng.random(len(firms)) < factor * (UNKNOWN + UNKNOWN_LOW * low)
        if question.code in KEPT_TOGETHER:
            blank &= ~_any_na(gapped)
            unknown &= ~_any_na(gapped)
        blank |= rng.random(len(firms)) < WITHHELD.get(question.code, 0.0)
        unknown |= rng.random(len(firms)) < NO_DEALINGS.get(question.code, 0.0)
        _fill(gapped, question, _dk(question), unknown)
        _fill(gapped, question, "", blank | (place >= stop))
    return route(gapped, book)


def _any_na(table: Table) -> Bools:
    headers = [f"{code} num" for code in KEPT_TOGETHER[:4] if f"{code} num" in table]
    return np.array([any(cell == "na" for cell in row) for row in zip(*(table[h] for h in headers), strict=True)])


def _dk(question: Question) -> str | None:
    words = [word_of(option) for option in question.options if option.kind == "dk"]
    codes = [option.code for option in question.options if option.kind == "dk"]
    return next(iter(words if question.kind == "one" else codes), None)


def _fill(table: Table, question: Question, text: str | None, where: Bools) -> None:
    """Write a text into a question's cells where something stands there."""
    if text is None:
        return
    for header in question.columns:
        table[header] = [text if hit and old else old for hit, old in zip(where, table[header], strict=True)]


def route(table: Table, book: Codebook) -> Table:
    """Blank what a respondent would not have been asked after the answers given; repeat until nothing changes."""
    routed = {header: list(texts) for header, texts in table.items()}
    place = {unit: i for i, unit in enumerate(routed[book.question(book.id_question).columns[0]])}
    while True:
        _, findings = take_in(lay_out(cells_of(routed, book), routed), book)
        unasked = [finding for finding in findings if finding.code == "not_asked"]
        for finding in unasked:
            for header in book.question(finding.question).columns:
                routed[header][place[finding.unit]] = ""
        if not unasked:
            return routed


def cells_of(table: Table, book: Codebook) -> Cells:
    """Return a table as the cells of a sheet."""
    rows = zip(*table.values(), strict=True)
    return Cells(Path(f"{book.id}.csv"), "", (tuple(table), *(tuple(row) for row in rows)))
