"""A form: one unit a file, a row a question, grouped by section, with everything one needs to know beside each answer.

A question with several answers has a row for each option, a rate a row for each count; so every answer has a cell of its own, with its own
list and limits. `grid` reads what is laid out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hmsurvey.errors import Text
from hmsurvey.grid import FORM_ANSWER, FORM_CODE, as_form
from hmsurvey.questions import Codebook, Option, Question, fold, option_texts
from hmsurvey.stationery import Stationery, cell_kind, height_of, prompt_of, put, rule_of
from hmsurvey.wording import both, how_to_answer, option_words, routing_words, tick_words
from hmsurvey.workbook import column_letters

_QUESTION, _HOW = 1, 2
_WIDTHS = (9, 54, 60, 34)
_FEW = 7  # more options than this stand in the list only
_INTRO = Text(
    "请在右侧黄色格中作答：有下拉箭头的从列表中选择；不确定的留空。带 * 的必须填写。其余单元格已锁定，请勿增删行列。",
    "Please answer in the yellow cells on the right. Where there is an arrow, choose from the list; leave blank what you are "
    "not sure of; * must be answered. All other cells are locked; please do not add or delete rows or columns.",
)
_HEADS = (Text("代码", "Code"), Text("问题", "Question"), Text("怎样回答", "How to answer"), Text("答案", "Answer"))
_AS_ABOVE = Text("各选项的含义同上。", "What the options mean: see above.")
_CELLS = (Text("第一格", "First cell"), Text("第二格", "Second cell"))


Words = tuple[str, list[tuple[str, str]]]  # a cell's look, and pieces of text each with its own


@dataclass(slots=True)
class _Form:
    desk: Stationery
    sheet: Any
    book: Codebook
    answers: Mapping[str, str]
    row: int = 0

    def line(self, question: Question, header: str, *, title: Words, how: Words) -> None:
        """Write one row that takes an answer."""
        look = self.desk.look
        kind = cell_kind(question)
        self.sheet.write_string(self.row, FORM_CODE, header, look("code"))
        _write(self, _QUESTION, title)
        _write(self, _HOW, how)
        put(self.sheet, (self.row, FORM_ANSWER), self.answers.get(header, ""), question, look(f"answer_{kind}"))
        cell = f"{column_letters(FORM_ANSWER)}{self.row + 1}"
        rule = rule_of(self.desk, question, header, cell)
        if question.kind == "one":
            rule |= {"error_type": "stop"}
        hint = prompt_of(question, self.book, form=True)
        self.sheet.data_validation(self.row, FORM_ANSWER, self.row, FORM_ANSWER, {**rule, **hint})
        self.fit(title, how)

    def fit(self, title: Words, how: Words) -> None:
        """Give the row the height its words need, and go to the next."""
        asked, shown = ("".join(text for _, text in words[1]) for words in (title, how))
        small = _WIDTHS[_HOW] * 1.1
        heights = (height_of([(asked, _WIDTHS[_QUESTION])]), height_of([(shown, small)], line=14.5))
        self.sheet.set_row(self.row, max(heights))
        self.row += 1


def write_form(desk: Stationery, sheet: Any, codebook: Codebook, *, answers: Mapping[str, str], mark: str) -> None:
    """Write a form on a sheet; `answers` are already known ones, by header (of the form or of the table)."""
    form = _Form(desk, sheet, codebook, _spread(codebook, answers))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    look = desk.look("mark" if mark else "title")
    title = (f"{mark}\n" if mark else "") + both(codebook.label)
    sheet.merge_range(0, 0, 0, FORM_ANSWER, title, look)
    sheet.set_row(0, 20 * (1 + title.count("\n")))
    sheet.merge_range(1, 0, 1, FORM_ANSWER, both(_INTRO), desk.look("intro"))
    sheet.set_row(1, 48)
    for column, words in enumerate(_HEADS):
        sheet.write_string(2, column, both(words, between=" "), desk.look("head_form"))
    form.row = 3
    _write_questions(form)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&C&P / &N")


def _write_questions(form: _Form) -> None:
    names = dict(form.book.sections)
    before, explained = "", set[tuple[Option, ...]]()
    for number, question in enumerate(as_form(form.book).questions, start=1):
        if question.section != before and question.section in names:
            for column in range(FORM_ANSWER + 1):
                form.sheet.write_blank(form.row, column, None, form.desk.look("band"))
            form.sheet.write_string(form.row, 0, both(names[question.section], between="  "), form.desk.look("band"))
            form.sheet.set_row(form.row, 22)
            form.row += 1
            explained.clear()
        before = question.section
        known = question.options in explained
        explained.add(question.options)
        _write_question(form, question, number, known)


def _write_question(form: _Form, question: Question, number: int, known: bool) -> None:
    star = "* " if question.required else ""
    zh, en = question.label
    title = [("strong", f"{number}. {star}{zh or en}")]
    title += [("aside", f"\n{en}")] if zh and en and zh != en else []
    title += [("small_aside", "\n" + both(question.help))] if any(question.help) else []
    how = [("small", both(how_to_answer(question, form=True), between=" "))]
    if question.kind == "one":
        how += _options(question, known)
    if any(routing := routing_words(question, form.book)):
        how += [("routing", "\n" + both(routing))]
    if len(question.columns) == 1 and question.kind != "many":
        form.line(question, question.columns[0], title=("question", title), how=("how", how))
        return
    _write(form, _QUESTION, ("question", title))
    _write(form, _HOW, ("how", how))
    for column in (FORM_CODE, FORM_ANSWER):
        form.sheet.write_blank(form.row, column, None, form.desk.look("closed"))
    form.fit(("question", title), ("how", how))
    for place, header in enumerate(question.columns):
        words, anchor = _part(question, place)
        form.line(question, header, title=("option", [("plain", words)]), how=("how", [("small_aside", anchor)]))


def _part(question: Question, place: int) -> tuple[str, str]:
    """Return what one row of a question with several cells is called, and what it means."""
    if question.kind == "rate":
        return both(_CELLS[place], between=" "), both(how_to_answer(question))
    option = question.options[place]
    return both(option.label, between=" / "), both(option.anchor)


def _options(question: Question, known: bool) -> list[tuple[str, str]]:
    """Return the options in words: with what each means the first time in a section, else on one line."""
    anchored = any(any(option.anchor) for option in question.options)
    if anchored and not known:
        pieces = []
        for option in question.options:
            pieces.append(("small_strong", f"\n{option_words(option)}"))
            pieces += [("small_aside", f"\n{both(option.anchor)}")] if any(option.anchor) else []
        return pieces
    line = "；".join(option_words(option) for option in question.options)
    above = [("small_aside", f"\n{both(_AS_ABOVE, between=' ')}")] if anchored else []
    return [("small", f"\n{line}"), *above] if len(question.options) <= _FEW else above


def _write(form: _Form, column: int, words: Words) -> None:
    look, pieces = words
    cell = form.desk.look(look)
    pieces = [(name, text) for name, text in pieces if text]
    if len(pieces) > 1:
        parts = [part for name, text in pieces for part in (form.desk.look(name), text)]
        form.sheet.write_rich_string(form.row, column, *parts, cell)
    else:
        form.sheet.write_string(form.row, column, pieces[0][1] if pieces else "", cell)


def _spread(codebook: Codebook, answers: Mapping[str, str]) -> dict[str, str]:
    """Give every option of a joined answer its own cell."""
    spread = dict(answers)
    for asked, formed in zip(codebook.questions, as_form(codebook).questions, strict=True):
        if asked.columns == formed.columns or not spread.get(asked.columns[0]):
            continue
        parts = {fold(part) for part in spread[asked.columns[0]].split(asked.separator)}
        for option, header in zip(formed.options, formed.columns, strict=True):
            if parts & {fold(text) for text in option_texts(option)}:
                spread[header] = tick_words(formed)
    return spread
