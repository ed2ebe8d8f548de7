"""Small definitions and answers for the tests, written as a person would write them: TOML and a table.

A test says only what it is about; the heads that every file needs are put in front here.
"""

from __future__ import annotations

import atexit
import itertools
import tempfile
from pathlib import Path

import pytest

from hmsurvey.codebook import read_codebook
from hmsurvey.errors import DefinitionError
from hmsurvey.findings import Finding
from hmsurvey.indicators import read_system, reweight
from hmsurvey.provenance import Provenance, Source
from hmsurvey.questions import Codebook
from hmsurvey.rules import Rule, read_rule
from hmsurvey.scoring import Scores, score
from hmsurvey.staging import Stages, stage
from hmsurvey.survey import Survey, check_answers
from hmsurvey.systems import IndicatorSystem
from hmsurvey.workbook import Cells

Row = dict[str, object]

BOOK_HEAD = """
kind = "codebook"
id = "book"
version = "1.0"
"""
BOOK_TAIL = """
[roles]
id = "unit"

[[question]]
code = "unit"
kind = "text"
"""
LEVELS = """
[scales.levels]
options = [
  { code = "0", zh = "无", en = "None" },
  { code = "1", zh = "部分", en = "Partial" },
  { code = "2", zh = "全部", en = "Full" },
  { code = "na", zh = "不适用", en = "N/A", kind = "na" },
  { code = "dk", zh = "不清楚", en = "Don't know", kind = "dk" },
]
"""
TICKS = """
[scales.ticks]
options = [
  { code = "a" }, { code = "b" }, { code = "c" },
  { code = "none", kind = "none" }, { code = "na", kind = "na" }, { code = "dk", kind = "dk" },
]
"""
SILENT = 'options = [{ code = "na", kind = "na" }, { code = "dk", kind = "dk" }]'


def question(code: str, kind: str, more: str = "") -> str:
    """One question as TOML."""
    scale = {"one": 'scale = "levels"', "many": 'scale = "ticks"'}.get(kind, "")
    scale = "" if "scale" in more or "options" in more else scale
    silent = SILENT if kind in ("number", "rate", "year") and "options" not in more else ""
    return f'\n[[question]]\ncode = "{code}"\nkind = "{kind}"\n{scale}\n{silent}\n{more}\n'


_FOLDER = tempfile.TemporaryDirectory(prefix="hmsurvey-test-")
_NUMBERS = itertools.count()
atexit.register(_FOLDER.cleanup)


def written(name: str, text: str) -> Path:
    """Write a file in a folder of its own, which is gone when the tests are done."""
    path = Path(_FOLDER.name) / str(next(_NUMBERS)) / name
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def book_text(*questions: str, head: str = "", scales: str = LEVELS + TICKS) -> str:
    return BOOK_HEAD + head + BOOK_TAIL + scales + "\n".join(questions)


def book_of(*questions: str, head: str = "", scales: str = LEVELS + TICKS) -> Codebook:
    """A codebook with the id question and those given."""
    return read_codebook(written("book.toml", book_text(*questions, head=head, scales=scales)))


def read(book: Codebook, rows: list[Row], *, headers: list[str] | None = None) -> tuple[Survey, tuple[Finding, ...]]:
    """Read rows (header -> text) as if they stood in a CSV file; a column that no row names is blank."""
    asked = [column for q in book.questions for column in q.columns]
    heads = headers or [*asked, *(h for h in dict.fromkeys(h for row in rows for h in row) if h not in asked)]
    rows = [{"unit": f"u{i + 1}"} | row for i, row in enumerate(rows)]
    body = [tuple(str(row.get(h, "")) for h in heads) for row in rows]
    answers, findings = check_answers(Cells(Path("answers.csv"), "", (tuple(heads), *body)), book)
    return Survey(answers, Provenance((Source("rows of a test", "undeclared"),)), findings), findings


def survey_of(book: Codebook, *rows: Row) -> Survey:
    """Answers without an error."""
    survey, findings = read(book, list(rows))
    assert [f.line("en") for f in findings if f.level == "error"] == []
    return survey


def system_of(text: str, book: Codebook | None = None) -> IndicatorSystem:
    head = 'kind = "system"\nid = "index"\nversion = "1.0"\n'
    return read_system(written("index.toml", head + text), book)


def rule_of(text: str) -> Rule:
    return read_rule(written("rule.toml", 'kind = "rule"\nid = "rule"\nversion = "1.0"\n' + text))


def scored(book: Codebook, system: str, *rows: Row, weighting: str = "") -> Scores:
    index = system_of(system, book)
    return score(survey_of(book, *rows), reweight(index, weighting) if weighting else index)


def staged(book: Codebook, rule: str, *rows: Row, system: str = "") -> Stages:
    survey = survey_of(book, *rows)
    scores = score(survey, system_of(system, book)) if system else None
    return stage(survey, rule_of(rule), scores=scores)


def complaint(action: object, *arguments: object) -> str:
    """The text of the DefinitionError that a call raises."""
    with pytest.raises(DefinitionError) as caught:
        action(*arguments)  # type: ignore[operator]
    return str(caught.value)
