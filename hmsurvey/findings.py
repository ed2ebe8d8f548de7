"""What is wrong in a workbook, cell by cell: findings that a person can act on.

A finding names the cell, what stands there, what is allowed and one thing to do, in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hmsurvey.errors import NOTHING, Lang, Problem, Text

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
LEVEL_WORDS = {"error": Text("错误", "error"), "warning": Text("警告", "warning"), "note": Text("提示", "note")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a workbook.

    `at` is the cell (row and column from 0; -1 where a finding concerns no single cell); `can_be_missing` says whether
    setting the cell missing would cure it; `also_at` are further cells of the same column that it is about.
    """

    level: Level
    code: str
    what: Text
    place: str
    at: tuple[int, int] = (-1, -1)
    question: str = ""
    unit: str = ""
    found: str = ""
    allowed: Text = NOTHING
    fix: Text = NOTHING
    can_be_missing: bool = True
    also_at: tuple[tuple[int, int], ...] = ()

    def problem(self, path: Path) -> Problem:
        """Return the finding in the shape of an error."""
        where = f"{path.name}, {self.place}" + (f" ({self.unit}, {self.question})" if self.unit else "")
        return Problem(self.what, where=where, found=self.found, expected=self.allowed, fix=self.fix)

    def line(self, lang: Lang) -> str:
        """Return the finding on one line."""
        whose = f" ({self.unit})" if self.unit and self.at == (-1, -1) else ""
        parts = [f"{LEVEL_WORDS[self.level].of(lang)} {self.place}{whose}: {self.what.of(lang)}"]
        words = {"zh": ("实际", "允许", "处理"), "en": ("found", "allowed", "fix")}[lang]
        values = (repr(self.found) if self.found else "", self.allowed.of(lang), self.fix.of(lang))
        parts += [f"{word}: {value}" for word, value in zip(words, values, strict=True) if value]
        return " | ".join(parts)
