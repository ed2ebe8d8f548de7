"""The cells of one question, and what is noted about them while they are read.

Knows places and texts; what a text may mean is the business of `parsing`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from hmsurvey.errors import NOTHING, Text
from hmsurvey.findings import Finding, Level
from hmsurvey.questions import Codebook, Question, is_blank


@dataclass(slots=True)
class Column:
    """One column of a question: its texts, and how to name their cells and units."""

    texts: tuple[str, ...]
    place: Callable[[int], str]
    at: Callable[[int], tuple[int, int]]


@dataclass(slots=True)
class Reader:
    """Reads one question; gathers findings on the way."""

    book: Codebook
    question: Question
    columns: tuple[Column, ...]
    units: tuple[str, ...]
    findings: list[Finding] = field(default_factory=list)

    def note(
        self, level: Level, code: str, what: Text, i: int, j: int = 0, *, allowed: Text = NOTHING, fix: Text = NOTHING
    ) -> None:
        """Note a finding on the cell of unit i in column j."""
        column = self.columns[j]
        self.findings.append(
            Finding(
                level,
                code,
                what,
                column.place(i),
                column.at(i),
                self.question.code,
                self.units[i],
                column.texts[i],
                allowed,
                fix,
            )
        )

    def blank(self, text: str) -> bool:
        """Tell whether a text means "not answered"."""
        return is_blank(text, self.book.blank)


def normal(text: str) -> str:
    """Return a text as NFKC without edge spaces."""
    return unicodedata.normalize("NFKC", text).strip()


def note_normalised(reader: Reader, i: int, j: int, read_as: str) -> None:
    """Note that a text was read as another, more plainly written one."""
    reader.note(
        "warning",
        "normalised",
        Text(
            f"含全角字符或首尾空格，按“{read_as}”读取。", f"Full-width characters or edge spaces; read as {read_as!r}."
        ),
        i,
        j,
        fix=Text("无须处理；下次请用半角填写。", "nothing to do; use plain characters next time."),
    )
