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

_SHOWN = 3  # cells that are named when a finding is about many


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
    normalised: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

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
    """Note that a text was read as another, more plainly written one; what is said of a column is said once."""
    reader.normalised.setdefault(j, []).append((i, read_as))


def say_normalised(reader: Reader) -> None:
    """Make one finding a column of all texts that were read as more plainly written ones."""
    for j, cells in reader.normalised.items():
        column = reader.columns[j]
        (first, read_as), n = cells[0], len(cells)
        what = Text(
            f"含全角字符或首尾空格，按“{read_as}”读取。", f"Full-width characters or edge spaces; read as {read_as!r}."
        )
        if n > 1:
            shown = [(column.place(i).rsplit("!", 1)[-1], text) for i, text in cells[:_SHOWN]]
            more = ("等", " ...") if n > _SHOWN else ("", "")
            zh = "、".join(f"{cell} 作“{text}”" for cell, text in shown) + more[0]
            en = ", ".join(f"{cell} as {text!r}" for cell, text in shown) + more[1]
            what = Text(
                f"本列有 {n} 格含全角字符或首尾空格，已按半角读取：{zh}。",
                f"{n} cells of this column have full-width characters or edge spaces; they are read plainly ({en}).",
            )
        reader.findings.append(
            Finding(
                "warning",
                "normalised",
                what,
                column.place(first),
                column.at(first),
                reader.question.code,
                reader.units[first] if n == 1 else "",
                column.texts[first],
                fix=Text("无须处理；下次请用半角填写。", "nothing to do; use plain characters next time."),
                also_at=tuple(column.at(i) for i, _ in cells[1:]),
            )
        )
