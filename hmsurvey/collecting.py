"""Forms that came back one by one, put together into one table; what does not fit is said of every file at once.

Texts are taken as they stand, wrong ones too: judging them is the business of `check`, afterwards and on the whole. Nothing is chosen between two
answers of one unit; both stay and are reported.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmsurvey.errors import HmsurveyError, Problem, Text, UsageError
from hmsurvey.findings import LEVELS, Finding
from hmsurvey.grid import Grid, as_form, is_form, lay_out, plain
from hmsurvey.intake import take_in
from hmsurvey.marking import is_marked_copy
from hmsurvey.provenance import SYNTHETIC_MARK, sha256_of, typed
from hmsurvey.questions import Codebook, Question, fold, is_blank, option_texts
from hmsurvey.standin import is_known_standin
from hmsurvey.workbook import Cells, read_cells, read_meta, write_whole

READ = (".xlsx", ".xlsm", ".csv")
_OTHER = (".xls", ".et", ".ods", ".doc", ".docx", ".wps", ".pdf", ".zip", ".rar", ".7z", ".html")  # reported, not read


@dataclass(frozen=True, slots=True)
class Returned:
    """One row of the table: who, from which file (`name` from the common folder) and cell, with the texts by header."""

    unit: str
    file: Path
    name: str
    place: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """What a folder held: the rows of one codebook, and what is to be said of the files."""

    codebook: Codebook
    returned: tuple[Returned, ...]
    findings: tuple[Finding, ...]
    n_files: int
    mark: str = ""


def returned_files(folder: Path, *, leave_out: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Return the files of a folder and the folders in it that may be returned workbooks, by name.

    Left out are files that a spreadsheet program keeps for itself, and marked copies beside their originals.

    Raises
    ------
    UsageError
        There is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise UsageError(Problem(Text("找不到文件夹。", "There is no such folder."), where=str(folder)))
    without = {path.resolve() for path in leave_out}
    files = tuple(
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix.lower() in READ + _OTHER
        and not path.name.startswith(("~$", "."))
        and path.resolve() not in without
        and not _is_copy(path)
    )
    if any(path.suffix.lower() in READ for path in files):
        return files
    raise UsageError(
        Problem(
            Text("文件夹里没有可以读取的工作簿。", "There is no workbook to read in the folder."),
            where=str(folder),
            found=", ".join(path.name for path in files[:10]),
            expected=Text(".xlsx 或 .csv 文件", ".xlsx or .csv files"),
            fix=Text("检查文件夹；.xls 等请另存为 .xlsx。", "check the folder; save .xls and the like as .xlsx."),
        )
    )


def _is_copy(path: Path) -> bool:
    original = path.with_name(path.name.replace(".checked", "", 1))
    return original != path and original.exists() and is_marked_copy(path)


def said_codebook(files: Iterable[Path]) -> str:
    """Return the id of the codebook that the workbooks say they belong to.

    Raises
    ------
    UsageError
        They say nothing, or not the same.
    """
    said = Counter(_meta(path).get("codebook", "") for path in files if path.suffix.lower() in READ)
    named = [code for code in said if code]
    if len(named) == 1:
        return named[0]
    what = Text("不知道这些文件对应哪份问卷。", "It is not known which codebook these files belong to.")
    if named:
        what = Text("文件夹里有几种问卷的文件。", "The files in the folder belong to several codebooks.")
    raise UsageError(
        Problem(
            what,
            found=", ".join(f"{code} ({said[code]})" for code in named),
            expected=Text("同一份问卷的文件", "files of one codebook"),
            fix=Text("用 --codebook 指明要汇总哪一份。", "say which one to collect: --codebook NAME."),
        )
    )


def _meta(path: Path) -> dict[str, str]:
    try:
        return read_meta(path)
    except HmsurveyError:
        return {}


def collect_forms(files: Sequence[Path], codebook: Codebook) -> Collection:
    """Read the forms and tables of one codebook and put their rows together.

    Every file that is not read has a finding, as has every unit that stands in two files; cells are counted only (`check` names them).
    Identical rows are kept once; different rows of one unit are all kept.
    """
    returned: list[Returned] = []
    findings: list[Finding] = []
    mark, n_files = "", 0
    base = Path(os.path.commonpath([path.parent.resolve() for path in files])) if files else Path()
    for path in files:
        name = path.resolve().relative_to(base).as_posix()
        try:
            cells = _cells(path, codebook)
            rows, found = _rows(cells, codebook, name)
        except HmsurveyError as error:
            findings += [_refused(name, problem) for problem in error.problems]
            continue
        n_files += 1
        returned += rows
        findings += _counted(path, name, found)
        if cells.marked_synthetic or is_known_standin(cells.rows):
            mark = SYNTHETIC_MARK
    kept, doubles = _settle(returned, codebook)
    findings = sorted([*findings, *doubles], key=lambda f: (LEVELS.index(f.level), f.place))
    return Collection(codebook, kept, tuple(findings), n_files, mark)


def _refused(name: str, problem: Problem) -> Finding:
    return Finding(
        "error", "not_read", problem.what, name, found=problem.found, allowed=problem.expected, fix=problem.fix
    )


def _cells(path: Path, codebook: Codebook) -> Cells:
    """Read a file that belongs to the codebook, or refuse it."""
    meta = read_meta(path)
    for key, own, what in (
        (
            "codebook",
            codebook.id,
            Text("属于另一份问卷，没有汇总。", "It belongs to another codebook and is left out."),
        ),
        (
            "version",
            codebook.version,
            Text("问卷版本不同，没有汇总。", "It is of another version of the codebook and is left out."),
        ),
    ):
        if meta.get(key, own) != own:
            fix = Text("用同一版问卷重新填报，或单独汇总。", "have it filled in anew, or collect it apart.")
            raise UsageError(Problem(what, where=str(path), found=meta[key], expected=Text(own, own), fix=fix))
    return read_cells(path, codebook.sheet, prefer=codebook.id)


def _rows(cells: Cells, codebook: Codebook, name: str) -> tuple[list[Returned], tuple[Finding, ...]]:
    form = is_form(cells)
    book = as_form(codebook) if form else codebook
    grid = lay_out(cells, [column for question in book.questions for column in question.columns])
    found = list(take_in(grid, book)[1])
    id_column = plain(codebook.question(codebook.id_question).columns[0])
    rows = []
    for i, texts in enumerate(grid.texts):
        by_header = dict(zip(grid.headers, texts, strict=True))
        by_header.pop("", None)
        if form:
            _join_ticks(by_header, codebook, book, grid, found)
        headers = {plain(column): column for question in codebook.questions for column in question.columns}
        kept = tuple((headers.get(header, header), text) for header, text in by_header.items() if text.strip())
        place = grid.place(i, grid.headers.index(id_column))
        rows.append(Returned(plain(by_header.get(id_column, "")), cells.path, name, place, kept))
    return rows, tuple(found)


def _join_ticks(texts: dict[str, str], codebook: Codebook, book: Codebook, grid: Grid, found: list[Finding]) -> None:
    """Put the cells of a form's options back into the one cell of the table; a tick that cannot be read stays legible."""
    for asked, formed in zip(codebook.questions, book.questions, strict=True):
        if asked.columns == formed.columns:
            continue
        ticks = {
            option.code: text
            for option, column in zip(formed.options, formed.columns, strict=True)
            if not is_blank(text := texts.pop(plain(column), ""), codebook.blank)
        }
        if ticks:
            texts[plain(asked.columns[0])] = _joined(formed, ticks) or _none_of(formed, grid, found)


def _joined(question: Question, ticks: dict[str, str]) -> str:
    parts = []
    for option in question.options:
        text = fold(ticks.get(option.code, ""))
        own = {fold(t) for t in option_texts(option)}
        if not text or text in {fold(t) for t in question.unticked}:
            continue
        ticked = text in own or text in {fold(t) for t in question.ticked}
        parts.append(option.code if ticked else f"{option.code}={ticks[option.code].strip()}")
    return question.separator.join(parts)


def _none_of(question: Question, grid: Grid, found: list[Finding]) -> str:
    """Return the option for "none of these", where every option was denied."""
    none = next((option.code for option in question.options if option.kind == "none"), "")
    if not none:
        what = Text(
            "每个选项都填了“否”，而这题没有“都没有”的选项；汇总表里留空。",
            'Every option was denied, and the question has no "none of these"; the table leaves it blank.',
        )
        place = grid.cells.place(*grid.at(0, grid.headers.index(plain(question.columns[0]))))
        found.append(Finding("warning", "all_denied", what, place, question=question.code))
    return none


def _counted(path: Path, name: str, found: Iterable[Finding]) -> list[Finding]:
    counts = Counter(finding.level for finding in found)
    if not counts["error"] and not counts["warning"]:
        return []
    what = Text(
        f"内容有 {counts['error']} 处错误、{counts['warning']} 处警告；已原样汇总。",
        f"Its answers have {_number(counts['error'], 'error')} and {_number(counts['warning'], 'warning')}; "
        "they are in the table as they stand.",
    )
    fix = Text(f"逐条查看：hmsurvey check {typed(path)}", f"to see each: hmsurvey check {typed(path)}")
    return [Finding("error" if counts["error"] else "warning", "cells", what, name, fix=fix)]


def _number(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def _settle(returned: Iterable[Returned], codebook: Codebook) -> tuple[tuple[Returned, ...], list[Finding]]:
    """Keep identical rows once; report units that stand in several files or rows."""
    options = codebook.question(codebook.id_question).options
    meaning = {fold(text): option.code for option in options for text in option_texts(option)}
    kept: list[Returned] = []
    first: dict[str, list[Returned]] = {}
    findings = []
    for row in returned:
        others = first.setdefault(meaning.get(fold(row.unit), row.unit), []) if row.unit else []
        same = next((other for other in others if dict(other.texts) == dict(row.texts)), None)
        if same is not None:
            what = Text(
                f"{row.unit} 与另一份完全相同，只保留一份。", f"{row.unit} is the same in two places; it is kept once."
            )
            fix = Text("无须处理。", "nothing to do.")
            findings.append(_double("warning", what, row, same, fix))
            continue
        if others:
            what = Text(
                f"{row.unit} 交回了两份不同的答卷，都已保留。",
                f"{row.unit} came back twice with different answers; both are kept.",
            )
            fix = Text("确认以哪一份为准，删去另一份。", "find out which one holds and delete the other.")
            findings.append(_double("error", what, row, others[0], fix))
        others.append(row)
        kept.append(row)
    return tuple(kept), findings


def _double(level: str, what: Text, row: Returned, other: Returned, fix: Text) -> Finding:
    place = f"{row.name}, {row.place}"
    found = f"{other.name}, {other.place}"
    return Finding("error" if level == "error" else "warning", "double", what, place, found=found, fix=fix)


def write_origins(path: Path, collection: Collection) -> Path:
    """Write which file each row came from, as CSV: row of the table (from 1), unit, file, cell, the file's hash."""
    hashes = {row.file: sha256_of(row.file) for row in collection.returned}

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(["row", "unit", "file", "cell", "sha256"])
            for n, row in enumerate(collection.returned, start=1):
                sheet.writerow([n, *map(_harmless, (row.unit, row.name, row.place)), hashes[row.file]])

    return write_whole(path, write)


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
