"""From a grid to answers: headers, unit ids, every question in turn, routing, checks across questions.

This is where a returned workbook is judged as a whole. All findings are gathered; none stops the reading of the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hmsurvey.answers import MISSING, SKIPPED, Answers, AnswerView, States, derive
from hmsurvey.conditions import FALSE, TRUE, evaluate
from hmsurvey.errors import NOTHING, DataError, Problem, Text
from hmsurvey.findings import LEVELS, Finding
from hmsurvey.formulas import Formula
from hmsurvey.grid import Grid, plain
from hmsurvey.parsing import options_words, read_question
from hmsurvey.questions import Codebook, Question, fold, option_texts, routing_order
from hmsurvey.reading import Column, Reader, normal
from hmsurvey.wording import how_to_answer, routing_words

_FAULTS = {
    "error": (
        Text("公式出错，没有答案。", "A formula failed; there is no answer."),
        Text("改正公式，或直接填写答案。", "mend the formula, or write the answer."),
    ),
    "no_result": (
        Text("公式没有算出结果，没有答案。", "A formula without a result; there is no answer."),
        Text(
            "在 Excel 或 WPS 中打开并保存，或直接填写答案。", "open and save it in Excel or WPS, or write the answer."
        ),
    ),
}


def take_in(grid: Grid, book: Codebook) -> tuple[Answers, tuple[Finding, ...]]:
    """Read all answers of a grid; return them with every finding, worst and topmost first."""
    findings = [*_sheet_findings(grid, book), *_header_findings(grid, book)]
    units = _units(grid, book, findings)
    values: dict[str, NDArray[Any]] = {}
    states: dict[str, States] = {}
    for question in book.questions:
        reader = Reader(book, question, _columns(grid, question), units)
        values[question.code], states[question.code] = read_question(reader)
        findings += reader.findings
    answers = Answers(book, units, values, states)
    answers = _route(grid, answers, findings)
    _require(grid, answers, findings)
    answers = _cross_check(grid, derive(answers), findings)
    return answers, tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[object, ...]:
    """Sort the worst first, then from the top; how a text was written comes after what it says."""
    return (LEVELS.index(finding.level), finding.code == "normalised", *finding.at, finding.code)


def _sheet_findings(grid: Grid, book: Codebook) -> list[Finding]:
    cells, found = grid.cells, []
    name = cells.sheet or cells.path.name
    fix_head = Text(
        "删去标题上方的行；已按第一个列名行读取。", "delete the rows above the header; it was read all the same."
    )
    own = bool(cells.meta)  # workbooks of our own template carry a title above the header
    if grid.head_row > 0 and not own:
        what = Text(
            f"列名在第 {grid.head_row + 1} 行，上面还有别的行。",
            f"The header is in row {grid.head_row + 1}, not the first.",
        )
        found.append(
            Finding("warning", "head_row", what, f"{name}!{grid.head_row + 1}", (grid.head_row, 0), fix=fix_head)
        )
    for row in grid.blank_rows:
        what = Text("数据中间有空行，已跳过。", "A blank row among the data; it was skipped.")
        found.append(
            Finding(
                "warning", "blank_row", what, f"{name}!{row + 1}", (row, 0), fix=Text("删去空行。", "delete the row.")
            )
        )
    for r1, c1, r2, c2 in cells.merged:
        touches = r2 >= grid.head_row and not grid.form and c1 < len(grid.headers)
        if touches and not (own and r2 < grid.head_row):
            what = Text("有合并单元格：只有左上角一格有内容。", "Merged cells: only the first of them holds anything.")
            fix = Text("取消合并，逐格填写。", "unmerge them and fill in every cell.")
            found.append(
                Finding(
                    "error",
                    "merged",
                    what,
                    f"{cells.place(r1, c1)}:{cells.place(r2, c2).split('!')[-1]}",
                    (r1, c1),
                    fix=fix,
                    can_be_missing=False,
                )
            )
    found += _formula_findings(grid, book)
    if not grid.texts:
        what = Text("没有数据行。", "There are no rows of data.")
        found.append(
            Finding(
                "error",
                "empty",
                what,
                name,
                fix=Text("在列名下方逐行填写。", "fill in rows below the header."),
                can_be_missing=False,
            )
        )
    return found


def _formula_findings(grid: Grid, book: Codebook) -> list[Finding]:
    """Say of each error value, and once a column of formulas, that they are there."""
    if not grid.cells.formulas:
        return []
    asked = {plain(column): question.code for question in book.questions for column in question.columns}
    cells = {grid.at(i, j): (i, header) for j, header in enumerate(grid.headers) if header in asked for i in _all(grid)}
    id_column = plain(book.question(book.id_question).columns[0])
    found: list[Finding] = []
    formulas: dict[str, list[Formula]] = {}
    for formula in grid.cells.formulas:
        at = (formula.row, formula.column)
        if at not in cells:
            continue
        i, header = cells[at]
        if formula.fault == "formula":
            formulas.setdefault(header, []).append(formula)
            continue
        unit = normal(grid.texts[i][grid.headers.index(id_column)]) if id_column in grid.headers else ""
        what, fix = _FAULTS[formula.fault]
        place = grid.cells.place(*at)
        found.append(Finding("error", "formula", what, place, at, asked[header], unit, formula.shows, NOTHING, fix))
    for header, some in formulas.items():
        at = (some[0].row, some[0].column)
        n = len(some)
        counted = "1 formula here; its result is read." if n == 1 else f"{n} formulas here; their results are read."
        what = Text(f"有 {n} 格是公式，按结果读取。", counted)
        fix = Text("把公式粘贴为数值更稳妥。", "pasting them as values is safer.")
        found.append(Finding("note", "formula", what, grid.cells.place(*at), at, asked[header], fix=fix))
    return found


def _all(grid: Grid) -> range:
    return range(len(grid.texts))


def _header_findings(grid: Grid, book: Codebook) -> list[Finding]:
    found = []
    name = grid.cells.sheet or grid.cells.path.name
    known = {plain(column): question.code for question in book.questions for column in question.columns}
    for column, code in known.items():
        if column not in grid.headers:
            what = Text(f"缺少一列：{column}", f"A column is missing: {column}")
            fix = Text("补上这一列；没有答案就留空。", "add the column; leave it blank if there are no answers.")
            found.append(
                Finding(
                    "error",
                    "missing_column",
                    what,
                    name,
                    (grid.head_row, -1),
                    code,
                    fix=fix,
                )
            )
    seen: set[str] = set()
    for j, header in enumerate(grid.headers):
        at = (grid.head_row, j) if not grid.form else (grid.rows[j], 0)
        if header and header not in known:
            what = Text("多出一列，不读取。", "An extra column; it is not read.")
            fix = Text(
                "如是某一题的答案，请核对列名；不是就不用管。",
                "if these are answers to a question, mend the header; else leave it.",
            )
            found.append(Finding("note", "extra_column", what, grid.cells.place(*at), at, found=header, fix=fix))
        elif header and header in seen:
            what = Text("同一列名出现两次。", "One header stands twice.")
            fix = Text("删去或改名其中一列。", "delete or rename one of the columns.")
            found.append(
                Finding("error", "twice", what, grid.cells.place(*at), at, found=header, fix=fix, can_be_missing=False)
            )
        elif not header and any(row[j].strip() for row in grid.texts):
            what = Text("有一列没有列名，不读取。", "A column without a header; it is not read.")
            found.append(
                Finding(
                    "warning", "no_header", what, grid.cells.place(*at), at, fix=Text("补上列名。", "give it a header.")
                )
            )
        seen.add(header)
    return found


def _columns(grid: Grid, question: Question) -> tuple[Column, ...]:
    columns = []
    for header in question.columns:
        wanted = plain(header)
        j = grid.headers.index(wanted) if wanted in grid.headers else -1
        texts = tuple(row[j] for row in grid.texts) if j >= 0 else ("",) * len(grid.texts)
        columns.append(
            Column(
                texts,
                place=lambda i, j=j: grid.place(i, j) if j >= 0 else grid.cells.sheet,  # type: ignore[misc]
                at=lambda i, j=j: grid.at(i, j) if j >= 0 else (-1, -1),  # type: ignore[misc]
            )
        )
    return tuple(columns)


def _units(grid: Grid, book: Codebook, findings: list[Finding]) -> tuple[str, ...]:
    question = book.question(book.id_question)
    meaning = {fold(text): option.code for option in question.options for text in option_texts(option)}
    header = plain(question.columns[0])
    if header not in grid.headers:
        raise DataError(
            Problem(
                Text("缺少编号列，无法知道每行是谁。", "The column with the unit's id is missing."),
                where=str(grid.cells.path) + (f", {grid.cells.sheet}" if grid.cells.sheet else ""),
                found=", ".join(grid.headers[:10]),
                expected=Text(header, header),
                fix=Text("补上编号列。", "add that column."),
            )
        )
    j = grid.headers.index(header)
    units = [normal(row[j]) for row in grid.texts]
    first: dict[str, int] = {}
    for i, unit in enumerate(units):
        place, at = grid.place(i, j), grid.at(i, j)
        if not unit:
            what = Text("这一行没有编号。", "This row has no id.")
            fix = Text("补上编号；多余的行请删去。", "add the id, or delete the row.")
            if grid.form:
                what, fix = Text("没有填写编号。", "The id is not filled in."), Text("补上编号。", "fill it in.")
            findings.append(Finding("error", "no_id", what, place, at, book.id_question, fix=fix, can_be_missing=False))
            units[i] = f"(row {at[0] + 1})"
        elif (same := meaning.get(fold(unit), unit)) in first:
            what = Text("编号重复。", "This id stands twice.")
            also = grid.place(first[same], j)
            fix = Text(f"与 {also} 比较，只留一行。", f"compare with {also} and keep one row.")
            findings.append(
                Finding(
                    "error",
                    "duplicate_id",
                    what,
                    place,
                    at,
                    book.id_question,
                    unit,
                    unit,
                    fix=fix,
                    can_be_missing=False,
                )
            )
        first.setdefault(meaning.get(fold(unit), unit), i)
    return tuple(units)


def _question_cell(grid: Grid, question: Question, i: int) -> tuple[str, tuple[int, int], str]:
    headers = [plain(c) for c in question.columns if plain(c) in grid.headers]
    if not headers:
        return grid.cells.sheet, (-1, -1), ""
    j = next(
        (grid.headers.index(h) for h in headers if grid.texts[i][grid.headers.index(h)].strip()),
        grid.headers.index(headers[0]),
    )
    return grid.place(i, j), grid.at(i, j), grid.texts[i][j]


def _route(grid: Grid, answers: Answers, findings: list[Finding]) -> Answers:
    """Tell rightly skipped from missing; an answer to a question that was not asked is put aside, with a warning."""
    values, states = dict(answers.values), dict(answers.states)
    for question in routing_order(answers.codebook.questions):
        if question.ask_if is None:
            continue
        view = AnswerView(Answers(answers.codebook, answers.units, values, states))
        not_asked = evaluate(question.ask_if, view) == FALSE
        old = states[question.code]
        for i in np.flatnonzero(not_asked & (old != MISSING)):
            place, at, found = _question_cell(grid, question, int(i))
            what = Text(
                "按跳转规则不必回答，此答案不计。", "By the routing this was not asked; the answer is put aside."
            )
            fix = Text("核对前面的题，或清空这一格。", "check the earlier question, or clear this cell.")
            allowed = routing_words(question, answers.codebook)
            findings.append(
                Finding("warning", "not_asked", what, place, at, question.code, answers.units[i], found, allowed, fix)
            )
        values[question.code] = _silenced(question, values[question.code], not_asked)
        states[question.code] = np.where(not_asked, SKIPPED, old).astype(np.int8)
    return Answers(answers.codebook, answers.units, values, states)


def _silenced(question: Question, values: NDArray[Any], where: NDArray[np.bool_]) -> NDArray[Any]:
    values = values.copy()
    empty: dict[str, Any] = {"one": -1, "many": False, "text": "", "date": ""}
    values[where] = empty.get(question.kind, np.nan)
    return values


def _require(grid: Grid, answers: Answers, findings: list[Finding]) -> None:
    complained = {(f.unit, f.question) for f in findings if f.level == "error"}
    for question in answers.codebook.questions:
        if not question.required or question.code == answers.codebook.id_question:
            continue
        for i in np.flatnonzero(answers.states[question.code] == MISSING):
            if (answers.units[i], question.code) in complained or ("", question.code) in complained:
                continue  # the cell, or the whole column, has a finding already
            place, at, found = _question_cell(grid, question, int(i))
            what = Text("必答题未答。", "A required answer is missing.")
            fix = Text("补上答案。", "fill it in.")
            chosen = question.kind in ("one", "many")
            allowed = options_words(question.options) if chosen else how_to_answer(question, form=grid.form)
            findings.append(
                Finding("error", "required", what, place, at, question.code, answers.units[i], found, allowed, fix)
            )


def _cross_check(grid: Grid, answers: Answers, findings: list[Finding]) -> Answers:
    """Hold answers against each other; what an error-level check touches is missing in the result."""
    view = AnswerView(answers)
    values, states = dict(answers.values), dict(answers.states)
    for check in answers.codebook.checks:
        hits = evaluate(check.condition, view) == TRUE
        asked = [q for code in check.questions if (q := answers.codebook.question(code)).columns]
        target = asked[0] if asked else answers.codebook.question(answers.codebook.id_question)
        for i in np.flatnonzero(hits):
            place, at, found = _question_cell(grid, target, int(i))
            if at == (-1, -1) and check.level != "error":
                continue  # the column is missing, and that has been said
            fix = Text(f"核对：{'、'.join(check.questions)}", f"compare: {', '.join(check.questions)}")
            unit = answers.units[i]
            findings.append(
                Finding(
                    check.level, check.code, check.label, place, at, target.code, unit, found, NOTHING, fix, bool(asked)
                )
            )
        if check.level == "error" and hits.any():
            for question in asked:
                values[question.code] = _silenced(question, values[question.code], hits)
                states[question.code] = np.where(hits, MISSING, states[question.code]).astype(np.int8)
    return derive(Answers(answers.codebook, answers.units, values, states))
