"""Knows the project's own stand-in by its content, so that it cannot pass for real answers once its mark is gone.

Fingerprints of the committed stand-in lie in `definitions/synthetic_hashes.txt`: of whole rows, and of blocks of consecutive answers. They are taken from the
texts of the cells, not from a file's bytes, so that sorting rows, saving again, new numbers, names and years, a changed answer here and there or a column less
change little. Blocks are known only where they say enough (`tools/known_standin.py`). Other seeds are not known here; they carry the mark.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from hmsurvey.errors import Text

MANY = 5  # so many known rows are no accident
FEWEST_TEXTS = 6  # a row with fewer says too little to be recognised by
BLOCK = 16  # consecutive answers that make a block
FEWEST_BLOCKS = 2  # a row is alike from so many known blocks on
FEWEST_ALIKE, SHARE_ALIKE = 3, 0.2  # so many rows, and such a share of all, have to be alike
_LONGEST = 24  # a longer word is free text
_YEAR = re.compile(r"(18|19|20)\d\d")
_NAMED = 5  # rows named in a message


class Likeness(NamedTuple):
    """How much of a sheet is the stand-in's.

    Attributes
    ----------
    n
        Rows that say enough to be recognised by, headings among them.
    same
        Rows that are the stand-in's as a whole, but for number and name.
    alike
        Where the rows stand (counted from 0) that are the same or share blocks of answers with a row of the stand-in.
    """

    n: int
    same: int
    alike: tuple[int, ...]

    @property
    def is_standin(self) -> bool:
        """Five rows or more than half of them are the same, or a fifth and at least three are alike."""
        same = self.same >= MANY or 2 * self.same > max(self.n, 1)
        return same or len(self.alike) >= max(FEWEST_ALIKE, SHARE_ALIKE * self.n)

    @property
    def words(self) -> Text:
        """Say how many rows are the stand-in's, and the first of them as they are numbered in the sheet."""
        many = len(self.alike) > _NAMED
        rows = [str(i + 1) for i in self.alike[:_NAMED]]
        return Text(
            f"{self.n} 行中有 {len(self.alike)} 行的答案就是随附模拟数据里的（第 {'、'.join(rows)} 行{'等' if many else ''}）",
            f"the answers in {len(self.alike)} of {self.n} rows are those of the stand-in that comes with the program (rows {', '.join(rows)}{' ...' if many else ''})",
        )


def fingerprints(row: Sequence[str]) -> tuple[str, ...]:
    """Return the fingerprints of a row: of all its texts, and of all but the first two (number and name).

    Blank cells and the order of the columns do not matter. A row with fewer than six texts has none.

    >>> fingerprints(["S1", "a", "", "b", "c", "d", "e"]) == fingerprints(["S1", "a", "e ", "d", "c", "b"])
    True
    >>> fingerprints(["S1", "", "a"])
    ()
    """
    texts = [clean for text in row if (clean := _clean(text))]
    if len(texts) < FEWEST_TEXTS:
        return ()
    return tuple(_digest(sorted(part), 16) for part in (texts, texts[2:]))


def answers_in(row: Sequence[str]) -> list[tuple[int, str]]:
    """Return the answers of a row with their columns: their first words, codes without labels; number, name, years, long texts and blanks left out.

    >>> answers_in(["S1", "A plant", "2011", "", "3 Pushed by itself", "a;b"])
    [(4, '3'), (5, 'a;b')]
    """
    texts = [(column, clean.split()[0]) for column, text in enumerate(row) if (clean := _clean(text))]
    return [(column, text) for column, text in texts[2:] if len(text) <= _LONGEST and not _YEAR.fullmatch(text)]


def blocks_of(answers: Sequence[str]) -> list[str]:
    """Return the fingerprints of all blocks of sixteen consecutive answers; they overlap."""
    return [_digest(answers[i : i + BLOCK], 10) for i in range(len(answers) - BLOCK + 1)]


def _clean(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _digest(texts: Iterable[str], digits: int) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:digits]


def likeness(rows: Iterable[Sequence[str]]) -> Likeness:
    """Compare a sheet with the committed stand-in.

    Parameters
    ----------
    rows
        The texts of all cells, row by row; rows of headings count as rows that are not known.
    """
    known = _known()
    n, same, alike = 0, 0, []
    for i, row in enumerate(rows):
        marks = fingerprints(row)
        n += bool(marks)
        whole = not known.isdisjoint(marks)
        same += whole
        if whole or sum(mark in known for mark in blocks_of([text for _, text in answers_in(row)])) >= FEWEST_BLOCKS:
            alike.append(i)
    return Likeness(n, same, tuple(alike))


def is_known_standin(rows: Iterable[Sequence[str]]) -> bool:
    """Tell whether a sheet holds rows of the committed stand-in, see `Likeness.is_standin`."""
    return likeness(rows).is_standin


@cache
def _known() -> frozenset[str]:
    text = (resources.files("hmsurvey") / "definitions" / "synthetic_hashes.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
