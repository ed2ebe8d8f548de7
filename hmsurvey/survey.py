"""A survey: validated answers with where they come from. A `Survey` that exists is valid.

Reading gathers every finding of a workbook, each with its cell, what was found, what is allowed and what to do. Nothing is guessed: a
bad cell is refused, or set missing on request and recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from hmsurvey.answers import Answers
from hmsurvey.errors import NOTHING, DataError, Problem, Text
from hmsurvey.findings import Finding
from hmsurvey.grid import as_form, is_form, lay_out
from hmsurvey.intake import take_in
from hmsurvey.provenance import Provenance, Source, card_path, read_source, sha256_of
from hmsurvey.questions import Codebook
from hmsurvey.standin import likeness
from hmsurvey.workbook import Cells, read_cells, sheet_names


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Answers to one codebook, their provenance, and the findings that did not stop the reading."""

    answers: Answers
    provenance: Provenance
    findings: tuple[Finding, ...] = ()

    @property
    def codebook(self) -> Codebook:
        """The codebook the answers were read by."""
        return self.answers.codebook

    def __repr__(self) -> str:
        return f"Survey {self.codebook.id} {self.codebook.version}, n = {len(self.answers)}\n{self.answers!r}"


def check_answers(cells: Cells, codebook: Codebook) -> tuple[Answers, tuple[Finding, ...]]:
    """Read answers and say everything that is wrong with them; bad cells are missing in the result."""
    book = as_form(codebook) if is_form(cells) else codebook
    asked = [column for question in book.questions for column in question.columns]
    answers, findings = take_in(lay_out(cells, asked), book)
    return replace(answers, codebook=codebook), findings


def read_survey(
    path: str | Path,
    codebook: Codebook,
    *,
    bad: Literal["refuse", "missing"] = "refuse",
    card: Literal["required", "optional"] = "optional",
) -> Survey:
    """Read a workbook or CSV of answers.

    Parameters
    ----------
    path
        An .xlsx or .csv file, a row a unit (or a form, one unit).
    codebook
        What was asked.
    bad
        What to do about cells that are not allowed: refuse the file, or set them missing and record it.
    card
        Whether a provenance card must lie beside the file. Without one the answers are "undeclared".

    Raises
    ------
    DataError
        With every error of the file.
    ProvenanceError
        The card is missing though required, or does not fit.
    """
    path = Path(path)
    cells = read_cells(path, codebook.sheet, prefer=codebook.id)
    provenance = Provenance((source_of(path, cells, card=card),))
    answers, findings = check_answers(cells, codebook)
    errors = [f for f in findings if f.level == "error"]
    stopping = errors if bad == "refuse" else [f for f in errors if not f.can_be_missing]
    if stopping:
        raise DataError(_other_workbook(path, codebook, stopping) or [f.problem(path) for f in stopping])
    if errors:
        provenance = provenance.with_note(_bad_cells_note(path, errors))
    return Survey(answers, provenance.with_definition(f"codebook {codebook.id} {codebook.version}"), findings)


def _other_workbook(path: Path, codebook: Codebook, stopping: Sequence[Finding]) -> Problem | None:
    """Return what is wrong with a workbook that lacks most columns: it belongs to another survey, and thousands of findings cell by cell would only hide that."""
    columns = {column for question in codebook.questions for column in question.columns}
    missing = sum(finding.code == "missing_column" for finding in stopping)
    if 2 * missing <= len(columns):
        return None
    return Problem(
        Text(
            "缺少大部分列，这像是另一项调查的工作簿。",
            "Most columns are missing: this looks like the workbook of another survey.",
        ),
        where=path.name,
        found=f"{len(columns) - missing} / {len(columns)}",
        expected=Text(
            f"“{codebook.label.zh}”（{codebook.id}）的答卷", f"answers to {codebook.label.en} ({codebook.id})"
        ),
        fix=Text(
            "检查 study.toml 中的文件名；`hmsurvey check` 逐项列出问题。",
            "check the file's name in study.toml; `hmsurvey check` lists every finding.",
        ),
    )


def source_of(path: Path, cells: Cells, *, card: Literal["required", "optional"] = "optional") -> Source:
    """Return what a file is: its card, or "undeclared" when there is none; the stand-in is known by its mark or its content."""
    alike = _alike(cells)
    if card == "required" or card_path(path).exists():
        return read_source(path, marked_synthetic=cells.marked_synthetic, alike=alike)
    synthetic = cells.marked_synthetic or alike != NOTHING
    kind: Literal["synthetic", "undeclared"] = "synthetic" if synthetic else "undeclared"
    return Source(title=path.name, kind=kind, sha256=sha256_of(path), file=path.name)


def made_up(path: Path) -> tuple[bool, Text]:
    """Tell whether a file holds the stand-in, or other answers marked as synthetic, on any of its sheets; and in words how much of a sheet without a mark is the stand-in's.

    Raises
    ------
    UsageError, DataError
        The file cannot be read.
    """
    sheets = [read_cells(path, name) for name in sheet_names(path)]
    marked = any(cells.marked_synthetic for cells in sheets)
    alike = NOTHING if marked else next((words for cells in sheets if (words := _alike(cells)) != NOTHING), NOTHING)
    return marked or alike != NOTHING, alike


def _alike(cells: Cells) -> Text:
    """Say how many rows of a sheet are the committed stand-in's; nothing where they are not."""
    found = likeness(cells.rows)
    return found.words if found.is_standin else NOTHING


def _bad_cells_note(path: Path, errors: Sequence[Finding]) -> Text:
    places = ", ".join(f.place for f in errors[:20]) + (" ..." if len(errors) > 20 else "")
    n = len(errors)
    return Text(
        f"{path.name} 中有 {n} 个不合规的单元格按缺失处理：{places}",
        f"{n} bad cells of {path.name} set missing: {places}",
    )
