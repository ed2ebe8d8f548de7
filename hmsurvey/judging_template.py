"""The blank workbook for experts: a sheet each, the upper half of a matrix to fill in, instructions in both languages.

Cells are texts with a drop-down, because a spreadsheet makes a date of 1/3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from hmsurvey import __version__
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.judging import CORNER, INSTRUCTIONS, WEIGHT
from hmsurvey.stationery import Stationery
from hmsurvey.statistics.judgements import SAATY_SCALE, scale_words
from hmsurvey.systems import IndicatorSystem, Node
from hmsurvey.workbook import META_SHEET, column_letters, write_whole

_TITLE, _MARK, _ASK, _WHO, _HEAD = 0, 1, 2, 4, 6  # rows of a sheet
_DATE = dt.datetime(2000, 1, 1)
_STEPS = (
    ("1", Text("同样重要", "as important")),
    ("3", Text("稍微重要", "somewhat more important")),
    ("5", Text("明显重要", "clearly more important")),
    ("7", Text("强烈重要", "very much more important")),
    ("9", Text("极端重要", "extremely more important")),
    ("2, 4, 6, 8", Text("介于相邻两档之间", "between two of these")),
    ("1/2 … 1/9", Text("行不如列重要：取倒数", "the row is less important than the column: the reciprocal")),
)
_HOW = (
    Text(
        "每张表一位专家，互不商量。逐对比较：行的准则比列的准则重要多少？只填右上半的浅黄格，从下拉列表中选。",
        "A sheet for each expert, filled in alone. Compare in pairs: how much more important is the row than the column? Fill in only the pale yellow cells of the upper half, from the list.",
    ),
    Text(
        "没有把握的可以留空；但每个准则至少要与另一个比过，并且全部连成一体。",
        "Leave blank what you cannot judge; but compare every criterion with some other, so that all are connected.",
    ),
    Text(
        "填完后运行 hmsurvey weigh 文件名：它逐格检查，并指出前后最不一致的判断。判断由专家改，程序不改。",
        "Then run hmsurvey weigh FILE: it checks every cell and names the judgement most at odds with the others. Experts change judgements, the program never does.",
    ),
    Text(
        "表名就是专家的名称，可写“专家 1”，不必写真名；“专家权重”默认都是 1。",
        "The sheet's name is the expert's; “Expert 1” will do, no real name is needed. Expert weights are 1 unless you change them.",
    ),
)


def write_expert_template(
    path: str | Path,
    system: IndicatorSystem,
    *,
    node: str = "",
    experts: int | Mapping[str, Sequence[Sequence[str]]] = 3,
    mark: str = "",
) -> Path:
    """Write a workbook for experts to compare the children of a node in; return its path.

    Parameters
    ----------
    path
        The .xlsx to write; what is there is replaced.
    system
        The index.
    node
        Whose children are compared; the total if not given.
    experts
        How many sheets; or sheet name -> texts of the matrix, row by row, for judgements already known.
    mark
        What the workbook says of itself, on every sheet and on the hidden one (`provenance.SYNTHETIC_MARK` for made-up experts).

    Raises
    ------
    UsageError
        No such node, fewer than two children, no expert, or a file that cannot be written.
    """
    parent = _parent(system, node)
    filled = {f"专家 {k} Expert {k}": () for k in range(1, experts + 1)} if isinstance(experts, int) else dict(experts)
    if not filled:
        raise UsageError(Problem(Text("至少要有一位专家。", "There must be an expert at least."), found="0"))

    def write(part: Path) -> None:
        with xlsxwriter.Workbook(str(part), {"strings_to_urls": False, "strings_to_numbers": False}) as book:
            book.set_properties({"title": f"{system.label.zh} / {system.label.en}", "author": "hmsurvey", "created": _DATE, "comments": mark})  # fmt: skip
            desk = Stationery(book)
            _write_instructions(desk, mark)
            for name, matrix in filled.items():
                _write_sheet(desk, name, system, parent, matrix, mark)
            desk.write_lists()
            _write_meta(book, system, parent, mark)

    return write_whole(Path(path), write)


def _parent(system: IndicatorSystem, node: str) -> Node:
    codes = [n.code for n in system.nodes if len(n.children) > 1]
    if (node or system.total) not in codes:
        raise UsageError(
            Problem(
                Text("没有这个节点，或它的下级不足两个。", "There is no such node, or it has fewer than two children."),
                where=f"{system.id} {system.version}",
                found=node or system.total,
                expected=Text("、".join(codes), ", ".join(codes)),
            )
        )
    return system.node(node or system.total)


def _write_instructions(desk: Stationery, mark: str) -> None:
    sheet = desk.book.add_worksheet(INSTRUCTIONS)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.merge_range(0, 0, 0, 1, "逐对比较，得出权重  Weights from comparisons in pairs", desk.look("title"))
    if mark:
        sheet.merge_range(1, 0, 1, 1, mark, desk.look("mark"))
    row = 3
    for k, text in enumerate(_HOW, start=1):
        sheet.write_string(row, 0, str(k), desk.look("intro"))
        sheet.write_string(row, 1, f"{text.zh}\n{text.en}", desk.look("intro"))
        sheet.set_row(row, 64)
        row += 1
    row += 1
    for step, words in _STEPS:
        sheet.write_string(row, 0, step, desk.look("label"))
        sheet.write_string(row, 1, f"{words.zh}  {words.en}", desk.look("intro"))
        row += 1


def _write_sheet(
    desk: Stationery, name: str, system: IndicatorSystem, parent: Node, matrix: Sequence[Sequence[str]], mark: str
) -> None:
    sheet = desk.book.add_worksheet(name[:31])
    children = parent.children
    last = len(children)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, last, 15)
    title = f"{system.label.of('zh')} · {parent.label.of('zh')}：下列准则两两相比，哪个更重要？\n{system.label.of('en')} · {parent.label.of('en')}: which of each two matters more?"
    sheet.merge_range(_TITLE, 0, _TITLE, last, title, desk.look("title"))
    sheet.set_row(_TITLE, 36)
    if mark:
        sheet.merge_range(_MARK, 0, _MARK, last, mark, desk.look("mark"))
    ask = "行比列重要多少？只填浅黄格。行更重要填 2—9，列更重要填 1/2—1/9，同样重要填 1。\nHow many times as important is the row as the column? Pale yellow cells only: 2-9 if the row matters more, 1/2-1/9 if the column does, 1 if neither."
    sheet.merge_range(_ASK, 0, _ASK, last, ask, desk.look("intro"))
    sheet.set_row(_ASK, 34)
    sheet.write_string(_WHO, 0, WEIGHT, desk.look("label"))
    sheet.write_number(_WHO, 1, 1, desk.look("answer_number"))
    sheet.write_string(_HEAD, 0, CORNER, desk.look("band"))
    sheet.set_row(_HEAD, 66)
    answer, grey = desk.look("answer_text"), desk.look("label")
    for k, code in enumerate(children, start=1):
        words = _words(system, code)
        sheet.write_string(_HEAD, k, words, desk.look("label"))
        sheet.write_string(_HEAD + k, 0, words, desk.look("label"))
        sheet.set_row(_HEAD + k, 50)
        for j in range(1, last + 1):
            given = matrix[k - 1][j - 1] if matrix else ""
            if j == k:
                sheet.write_string(_HEAD + k, j, "1", grey)
            elif j < k:
                sheet.write_blank(_HEAD + k, j, None, grey)
            elif given:
                sheet.write_string(_HEAD + k, j, given, answer)
            else:
                sheet.write_blank(_HEAD + k, j, None, answer)
    steps = tuple(scale_words(step) for step in reversed(SAATY_SCALE))
    rule = {
        "validate": "list",
        "source": "=" + desk.list_of(steps),
        "error_type": "warning",
        "error_title": "hmsurvey",
        "error_message": "请从下拉列表中选择。 Please choose from the list.",
        "input_title": "行比列重要多少？",
        "input_message": "1 同样重要，9 极端重要；列更重要取倒数。\n1 as important, 9 extremely more; the reciprocal if the column matters more.",
    }
    for k in range(1, last):
        sheet.data_validation(f"{column_letters(k + 1)}{_HEAD + k + 1}:{column_letters(last)}{_HEAD + k + 1}", rule)
    sheet.freeze_panes(_HEAD + 1, 1)


def _words(system: IndicatorSystem, code: str) -> str:
    labels = {n.code: n.label for n in system.nodes} | {i.code: i.label for i in system.indicators}
    label = labels[code]
    return "\n".join([code, *dict.fromkeys(side for side in label if side)])


def _write_meta(book: Any, system: IndicatorSystem, parent: Node, mark: str) -> None:
    sheet = book.add_worksheet(META_SHEET)
    sheet.hide()
    entries = {
        "kind": "experts",
        "system": system.id,
        "version": system.version,
        "node": parent.code,
        "program": f"hmsurvey {__version__}",
        "mark": mark,
    }
    for row, (key, value) in enumerate(entries.items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
