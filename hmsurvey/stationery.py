"""Paper and ink of the blank workbooks: formats, hidden lists, what a cell accepts, what is said beside it.

Table and form share it. It decides how a workbook looks and guides; what is asked stands in the codebook.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hmsurvey.errors import Text
from hmsurvey.questions import Codebook, Option, Question, option_texts
from hmsurvey.wording import anchors_of, both, how_to_answer, option_words, routing_words, tick_words
from hmsurvey.workbook import column_letters

LIST_SHEET = "_lists"
_MOST_PROMPT, _MOST_PROMPT_TITLE = 255, 32
_FONT = "Microsoft YaHei"
_BLUE, _PALE, _INK, _GREY, _LINE = "#1B4F72", "#E3EEF5", "#222222", "#777777", "#C8D3DA"
_ANSWER, _RED = "#FFFBE6", "#B03A2E"
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 12, "font_color": _BLUE, "text_wrap": True, "valign": "vcenter"},
    "mark": {"bold": True, "font_size": 10, "font_color": _RED, "text_wrap": True, "valign": "vcenter"},
    "intro": {"font_color": _INK, "text_wrap": True, "valign": "top"},
    "band": {"bold": True, "bg_color": _BLUE, "font_color": "#FFFFFF", "valign": "vcenter", "font_size": 11},
    "label": {"text_wrap": True, "valign": "top", "bg_color": _PALE, "border": 1, "border_color": _LINE},
    "label_required": {
        "text_wrap": True,
        "valign": "top",
        "bg_color": _PALE,
        "border": 1,
        "border_color": _LINE,
        "bold": True,
    },
    "head": {"font_size": 8, "font_color": _GREY, "bg_color": "#F4F7F9", "border": 1, "border_color": _LINE},
    "head_form": {"bold": True, "bg_color": "#F4F7F9", "border": 1, "border_color": _LINE, "valign": "vcenter"},
    "text": {"locked": False, "num_format": "@", "valign": "top"},
    "number": {"locked": False, "num_format": "General", "valign": "top"},
    "date": {"locked": False, "num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    "code": {"font_size": 7, "font_color": "#9AA5AC", "valign": "top", "border": 1, "border_color": _LINE},
    "question": {"text_wrap": True, "valign": "top", "border": 1, "border_color": _LINE},
    "option": {"text_wrap": True, "valign": "top", "indent": 2, "border": 1, "border_color": _LINE},
    "how": {"text_wrap": True, "valign": "top", "font_size": 9, "border": 1, "border_color": _LINE},
    "closed": {"bg_color": "#F4F7F9", "border": 1, "border_color": _LINE},
    "strong": {"bold": True},
    "plain": {},
    "aside": {"font_color": _GREY},
    "small": {"font_size": 9},
    "small_strong": {"font_size": 9, "bold": True},
    "small_aside": {"font_size": 9, "font_color": _GREY},
    "routing": {"font_color": _RED, "font_size": 9},
}
for _kind, _align in (("text", "left"), ("number", "left"), ("date", "left")):
    _LOOKS[f"answer_{_kind}"] = {
        **_LOOKS[_kind],
        "text_wrap": True,
        "align": _align,
        "valign": "vcenter",
        "bg_color": _ANSWER,
        "border": 1,
        "border_color": "#B8A24A",
    }


@dataclass(slots=True)
class Stationery:
    """An open workbook of xlsxwriter with its formats and its hidden lists."""

    book: Any
    formats: dict[str, Any] = field(default_factory=dict)
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)

    def look(self, name: str) -> Any:
        """Return a format by its name."""
        if name not in self.formats:
            base = {"font_name": _FONT, "font_size": 10}
            self.formats[name] = self.book.add_format({**base, **_LOOKS[name]})
        return self.formats[name]

    def list_of(self, texts: tuple[str, ...]) -> str:
        """Return the defined name of a hidden list; it is written when the workbook is finished."""
        return self.lists.setdefault(texts, f"hm_list_{len(self.lists) + 1}")

    def write_lists(self) -> None:
        """Write the hidden lists, a column each."""
        sheet = self.book.add_worksheet(LIST_SHEET)
        sheet.hide()
        for column, (texts, name) in enumerate(self.lists.items()):
            letters = column_letters(column)
            for row, text in enumerate(texts):
                sheet.write_string(row, column, text)
            self.book.define_name(name, f"={LIST_SHEET}!${letters}$1:${letters}${len(texts)}")


def cell_kind(question: Question) -> str:
    """Return how the question's cells are formatted: "number", "date" or "text"."""
    if question.kind in ("number", "rate", "year"):
        return "number"
    return "date" if question.kind == "date" else "text"


def put(sheet: Any, at: tuple[int, int], text: str, question: Question | None, look: Any) -> None:
    """Write one answer: numbers and dates as such where the question asks for them, everything else as text.

    A text that looks like a formula stays a text.
    """
    row, column = at
    kind = "text" if question is None else cell_kind(question)
    if not text:
        sheet.write_blank(row, column, None, look)
    elif kind == "number" and (number := _number(text)) is not None:
        sheet.write_number(row, column, number, look)
    elif kind == "date" and (date := _date(text)) is not None:
        sheet.write_datetime(row, column, date, look)
    else:
        sheet.write_string(row, column, text, look)


def _number(text: str) -> float | None:
    shape = text.removeprefix("-").replace(".", "", 1)
    return float(text) if shape.isascii() and shape.isdigit() and len(shape) <= 15 else None


def _date(text: str) -> dt.date | None:
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return date if date.year >= 1900 else None


def rule_of(desk: Stationery, question: Question, column: str, first: str) -> dict[str, Any]:
    """Return what the cells of one of a question's columns accept, as xlsxwriter takes it.

    `first` is the name of the first cell that the rule is for, such as "C4".
    """
    if question.kind == "one":
        rule: dict[str, Any] = {
            "validate": "list",
            "source": "=" + desk.list_of(tuple(map(option_words, question.options))),
        }
        wrong = Text("请从下拉列表中选择。", "Please choose from the list.")
        return rule | _alarm(wrong, "warning")
    if question.kind == "many":
        if question.layout == "joined":
            return {"validate": "any"}
        return {"validate": "list", "source": [tick_words(question)], "show_error": False}
    if question.kind in ("number", "rate", "year"):
        return {"validate": "custom", "value": _number_formula(desk, question, column, first)} | _alarm(
            how_to_answer(question), "stop"
        )
    if question.kind == "date":
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(1900, 1, 1),
            "maximum": dt.date(2199, 12, 31),
        }
        return rule | _alarm(how_to_answer(question), "stop")
    if question.range:
        low, high = (int(bound) for bound in question.range)
        rule = {"validate": "length", "criteria": "between", "minimum": low, "maximum": high}
        return rule | _alarm(how_to_answer(question), "stop")
    return {"validate": "any"}


def _alarm(words: Text, level: str) -> dict[str, Any]:
    return {"error_type": level, "error_title": "hmsurvey", "error_message": both(words)[:_MOST_PROMPT]}


def _number_formula(desk: Stationery, question: Question, column: str, first: str) -> str:
    tests = []
    low, high = question.range or (None, None)
    if question.kind == "rate":
        low = max(low or 0.0, 0.0)
    tests += [f"{first}>={low:.15g}"] if low is not None else []
    tests += [f"{first}<={high:.15g}"] if high is not None else []
    tests += [f"{first}=INT({first})"] if question.whole or question.kind == "year" else []
    # IF, not AND alone: INT of a text is an error, and an error refuses the cell whatever stands beside it
    number = f"IF(ISNUMBER({first}),AND({','.join(tests)}),FALSE)" if tests else f"ISNUMBER({first})"
    if question.options:
        texts = tuple(text for option in question.options for text in option_texts(option))
        number = f"OR({number},COUNTIF({desk.list_of(texts)},{first})>0)"
    return "=" + number


def prompt_of(question: Question, book: Codebook, *, form: bool = False) -> dict[str, str]:
    """Return the hint that shows when a cell of the question is entered."""
    lines = [both(how_to_answer(question, form=form))]
    lines += [both(routing)] if any(routing := routing_words(question, book)) else []
    if question.kind == "many" and question.layout == "joined":
        lines.append("\n".join(_short_option(option) for option in question.options))
    message = "\n".join(lines)
    if len(message) > _MOST_PROMPT:
        message = message[: _MOST_PROMPT - 1] + "…"
    title = question.label.of("zh")
    return {
        "input_title": title[: _MOST_PROMPT_TITLE - 1] + "…" if len(title) > _MOST_PROMPT_TITLE else title,
        "input_message": message,
    }


def _short_option(option: Option) -> str:
    return f"{option.code} {option.label.of('zh')}"


def note_of(question: Question, book: Codebook) -> str:
    """Return the note on a question's heading: help, what a cell takes, options with anchors, routing."""
    parts = [both(question.help), both(how_to_answer(question)), both(routing_words(question, book))]
    if question.options and question.kind in ("one", "many"):
        parts.append(anchors_of(question))
    return "\n".join(part for part in parts if part)


def note_size(text: str) -> dict[str, Any]:
    """Return a size for a note that shows all of its text."""
    width = 52
    lines = sum(1 + display_width(line) // width for line in text.split("\n"))
    return {"width": 380, "height": min(20 + 15 * lines, 900), "font_size": 9, "author": "hmsurvey", "color": "#FFFFF0"}


def display_width(text: str) -> int:
    """Return how wide a text is in Latin letters; a Chinese character is two.

    >>> display_width("市 City")
    7
    """
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def height_of(texts: Iterable[tuple[str, float]], *, line: float = 16.0, at_least: float = 20.0) -> float:
    """Return the height of a row, in points, that shows each text in a column of so many Latin letters.

    >>> height_of([("市\nCity", 20.0)])
    36.0
    """
    lines = [sum(1 + int(display_width(row) / (width - 1)) for row in text.split("\n")) for text, width in texts]
    return min(max(at_least, 4 + line * max(lines, default=1)), 409.0)
