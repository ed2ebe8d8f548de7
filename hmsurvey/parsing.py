"""From the texts of one question's cells to values: options, counts, numbers, years, dates.

Texts are read as they stand; full-width characters and edge spaces are folded (NFKC) and said so. A cell that is not allowed
becomes missing and a finding, never something similar.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hmsurvey.answers import ANSWERED, DK, MISSING, NA, NONE, States
from hmsurvey.errors import NOTHING, Text
from hmsurvey.questions import Option, Question, fold, option_texts
from hmsurvey.reading import Reader, normal, note_normalised, say_normalised

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?")
_STATE_OF = {"na": NA, "dk": DK, "none": NONE}
_SHOWN = 20


def read_question(reader: Reader) -> tuple[NDArray[Any], States]:
    """Return values and states of one question (the shapes of `Answers`)."""
    values, states = _read(reader)
    say_normalised(reader)
    return values, states


def _read(reader: Reader) -> tuple[NDArray[Any], States]:
    kind = reader.question.kind
    if kind == "one":
        return _read_one(reader)
    if kind == "many":
        return _read_columns(reader) if reader.question.layout == "columns" else _read_joined(reader)
    if kind == "rate":
        return _read_rate(reader)
    if kind in ("number", "year"):
        return _read_numbers(reader, 0)
    return _read_texts(reader)


def options_words(options: tuple[Option, ...]) -> Text:
    """Return the options of a question, codes and labels, as a finding names them."""

    def words(side: int) -> str:
        shown = [f"{o.code} {o.label[side] or o.label[1 - side]}".strip() for o in options[:_SHOWN]]
        shown = [word.split(" ", 1)[0] if len(set(word.split(" ", 1))) == 1 else word for word in shown]
        return ("；", "; ")[side].join(shown) + ((" ……", " ...")[side] if len(options) > _SHOWN else "")

    return Text(words(0), words(1))


@dataclass(slots=True)
class _Matcher:
    """Finds the option a text means; remembers what it saw."""

    question: Question
    exact: bool
    raw: dict[str, int] = field(default_factory=dict)
    folded: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, option in enumerate(self.question.options):
            for text in option_texts(option):
                self.raw.setdefault(text, place)
                self.folded.setdefault(text if self.exact else fold(text), place)

    def find(self, text: str) -> tuple[int, bool]:
        """Return the option's place (-1: none) and whether the text had to be normalised beyond case."""
        place = self.raw.get(text)
        if place is not None:
            return place, False
        clean = normal(text)
        place = self.folded.get(clean if self.exact else fold(text), -1)
        if place < 0 and _NUMBER.fullmatch(clean):  # a spreadsheet may show option 2 as 2.0
            value = float(clean)
            place = self.folded.get(str(int(value)), -1) if value.is_integer() else -1
            return place, False
        return place, clean != text


def _read_one(reader: Reader) -> tuple[NDArray[Any], States]:
    question, column = reader.question, reader.columns[0]
    matcher = _Matcher(question, reader.book.match == "exact")
    values = np.full(len(column.texts), -1, dtype=np.int16)
    states = np.full(len(column.texts), MISSING, dtype=np.int8)
    known: dict[str, tuple[int, bool]] = {}
    for i, text in enumerate(column.texts):
        if reader.blank(text):
            continue
        if text not in known:
            known[text] = matcher.find(text)
        place, changed = known[text]
        if place < 0:
            _unknown_option(reader, i, 0)
            continue
        values[i] = place
        states[i] = _STATE_OF.get(question.options[place].kind, ANSWERED)
        if states[i] == NONE:
            states[i] = ANSWERED
        if changed:
            note_normalised(reader, i, 0, question.options[place].code)
    return values, states


def _unknown_option(reader: Reader, i: int, j: int) -> None:
    fix = Text("改为其中一个选项，不确定就留空。", "choose one of them; leave it blank if unsure.")
    if reader.question.kind == "many":
        mark = reader.question.separator
        fix = Text(f"填选项代码，多个之间用“{mark}”隔开。", f"write their codes, with {mark!r} between them.")
    reader.note(
        "error",
        "option",
        Text("答案不在选项之列。", "The answer is not one of the options."),
        i,
        j,
        allowed=options_words(reader.question.options),
        fix=fix,
    )


def _settle_many(reader: Reader, ticks: NDArray[np.bool_], i: int) -> int:
    """Return the state of one unit's ticks; silent options may not stand beside others."""
    kinds = {o.kind for o, hit in zip(reader.question.options, ticks[i], strict=True) if hit}
    alone = kinds & set(_STATE_OF)
    if alone and ticks[i].sum() > 1:
        reader.note(
            "error",
            "contradiction",
            Text(
                "“以上都没有”“不清楚”“不适用”不能与其他选项同选。",
                "None, don't know or n/a cannot stand beside other options.",
            ),
            i,
            allowed=options_words(reader.question.options),
            fix=Text("只保留其一。", "keep one or the other."),
        )
        ticks[i] = False
        return MISSING
    if alone:
        state = _STATE_OF[alone.pop()]
        if state != NONE:
            ticks[i] = False
        return state
    return ANSWERED if ticks[i].any() else MISSING


def _read_joined(reader: Reader) -> tuple[NDArray[Any], States]:
    question, column = reader.question, reader.columns[0]
    matcher = _Matcher(question, reader.book.match == "exact")
    ticks = np.zeros((len(column.texts), len(question.options)), dtype=bool)
    states = np.full(len(column.texts), MISSING, dtype=np.int8)
    separators = _separators(question)
    for i, text in enumerate(column.texts):
        if reader.blank(text):
            continue
        whole, changed = matcher.find(text)
        parts = [text] if whole >= 0 else [p for p in separators.split(text) if p.strip()]
        places = [matcher.find(part.strip())[0] for part in parts]
        if not places or min(places) < 0:
            _unknown_option(reader, i, 0)
            continue
        ticks[i, places] = True
        if whole >= 0 and changed:
            note_normalised(reader, i, 0, question.options[whole].code)
        states[i] = _settle_many(reader, ticks, i)
    return ticks, states


def _separators(question: Question) -> re.Pattern[str]:
    """Return what may stand between joined answers: the question's own separator, and commas that no option's text holds."""
    own = normal(question.separator) or question.separator
    texts = "".join(text for option in question.options for text in option_texts(option))
    alike = [chars for chars in (";；", ",，", "、") if own in chars or not any(char in texts for char in chars)]
    alike += ["|｜"] if own == "|" else []
    return re.compile("|".join([re.escape(own), *(f"[{chars}]" for chars in alike)]))


def _read_columns(reader: Reader) -> tuple[NDArray[Any], States]:
    question = reader.question
    ticked, unticked = {fold(t) for t in question.ticked}, {fold(t) for t in question.unticked}
    n = len(reader.units)
    ticks = np.zeros((n, len(question.options)), dtype=bool)
    filled, bad = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for j, (column, option) in enumerate(zip(reader.columns, question.options, strict=True)):
        own = {fold(text) for text in option_texts(option)}
        for i, text in enumerate(column.texts):
            if reader.blank(text):
                continue
            folded = fold(text)
            filled[i] = True
            if folded in ticked or (folded in own and folded not in unticked):
                ticks[i, j] = True
            elif folded not in unticked:
                bad[i] = True
                reader.note(
                    "error",
                    "tick",
                    Text("这一格只能勾选或不勾选。", "This cell is either ticked or not."),
                    i,
                    j,
                    allowed=Text(
                        "、".join((*question.ticked, *question.unticked)),
                        ", ".join((*question.ticked, *question.unticked)),
                    ),
                    fix=Text("改为其中之一，或留空。", "use one of these, or leave it blank."),
                )
    states = np.full(n, MISSING, dtype=np.int8)
    for i in map(int, np.flatnonzero(filled)):
        state = _settle_many(reader, ticks, i)
        states[i] = NONE if state == MISSING and not any(f.unit == reader.units[i] for f in reader.findings) else state
    ticks[bad] = False
    states[bad] = MISSING
    return ticks, states


def _special(reader: Reader) -> dict[str, int]:
    return {fold(text): _STATE_OF[o.kind] for o in reader.question.options for text in option_texts(o)}


def _read_numbers(reader: Reader, j: int) -> tuple[NDArray[np.float64], States]:
    question, column = reader.question, reader.columns[j]
    special = _special(reader)
    values = np.full(len(column.texts), np.nan)
    states = np.full(len(column.texts), MISSING, dtype=np.int8)
    for i, text in enumerate(column.texts):
        if reader.blank(text):
            continue
        if fold(text) in special:
            states[i] = special[fold(text)]
            continue
        value = _number(text, percent=question.unit_of == "percent")
        low, high = question.range or (-np.inf, np.inf)
        if question.kind == "rate":
            low = max(low, 0.0)
        whole = question.whole or question.kind == "year"
        if value is None or not low <= value <= high or (whole and not float(value).is_integer()):
            reader.note(
                "error",
                "number",
                Text("不是允许的数。", "This is not an allowed number."),
                i,
                j,
                allowed=_allowed_numbers(question, low, high, whole),
                fix=Text("改为允许的数，不确定就留空。", "give an allowed number; leave it blank if unsure."),
            )
            continue
        values[i], states[i] = value, ANSWERED
        if normal(text) != text:
            note_normalised(reader, i, j, normal(text))
    return values, states


def _number(text: str, *, percent: bool) -> float | None:
    clean = normal(text)
    if percent and clean.endswith("%"):
        clean = clean[:-1].strip()
    if _GROUPED.fullmatch(clean):
        clean = clean.replace(",", "")
    if not _NUMBER.fullmatch(clean):
        return None
    value = float(clean)
    return value if abs(value) <= 1e15 else None


def _allowed_numbers(question: Question, low: float, high: float, whole: bool) -> Text:
    def bound(value: float) -> str:
        return f"{value:g}"

    kind = Text("整数", "a whole number") if whole else Text("数", "a number")
    if np.isfinite(low) and np.isfinite(high):
        limits = Text(f"，{bound(low)} 至 {bound(high)}", f" from {bound(low)} to {bound(high)}")
    elif np.isfinite(low):
        limits = Text(f"，不小于 {bound(low)}", f", at least {bound(low)}")
    else:
        limits = NOTHING
    words = "".join(f"; {o.code} {o.label.en}" for o in question.options)
    words_zh = "".join(f"；{o.code} {o.label.zh}" for o in question.options)
    return Text(kind.zh + limits.zh + words_zh, kind.en + limits.en + words)


def _read_rate(reader: Reader) -> tuple[NDArray[Any], States]:
    numerators, upper = _read_numbers(reader, 0)
    denominators, lower = _read_numbers(reader, 1)
    states = np.full(len(upper), MISSING, dtype=np.int8)
    for i in range(len(states)):
        pair = {int(upper[i]), int(lower[i])}
        told = pair & {NA, DK}
        if pair == {ANSWERED}:
            if numerators[i] > denominators[i]:
                reader.note(
                    "error",
                    "rate",
                    Text("分子大于分母。", "The numerator exceeds the denominator."),
                    i,
                    0,
                    allowed=Text(f"不大于 {denominators[i]:g}", f"at most {denominators[i]:g}"),
                    fix=Text("核对两个数。", "check both numbers."),
                )
            else:
                states[i] = ANSWERED
        elif len(told) == 1 and ANSWERED not in pair:
            states[i] = told.pop()
        elif pair != {MISSING} and not _is_bad(reader, i, upper[i], lower[i]):
            j = 0 if upper[i] == MISSING else 1
            reader.note(
                "error",
                "half_rate",
                Text("两个数要么都填，要么都不填。", "Both counts are needed, or neither."),
                i,
                j,
                allowed=Text("分子和分母", "numerator and denominator"),
                fix=Text("补上另一个数。", "add the other count."),
            )
    values = np.stack([numerators, denominators], axis=1)
    values[states != ANSWERED] = np.nan
    return values, states


def _is_bad(reader: Reader, i: int, *states: int) -> bool:
    """Tell whether a count was given but refused; then the finding is made already."""
    given = (not reader.blank(column.texts[i]) for column in reader.columns)
    return any(state == MISSING and filled for state, filled in zip(states, given, strict=True))


def _read_texts(reader: Reader) -> tuple[NDArray[Any], States]:
    question, column = reader.question, reader.columns[0]
    values = np.full(len(column.texts), "", dtype=object)
    states = np.full(len(column.texts), MISSING, dtype=np.int8)
    for i, text in enumerate(column.texts):
        if reader.blank(text):
            continue
        value: str | None = text.strip()
        if question.kind == "date":
            value = _date(text)
            if value is None:
                reader.note(
                    "error",
                    "date",
                    Text("不是日期。", "This is not a date."),
                    i,
                    allowed=Text("例如 2024-05-31", "such as 2024-05-31"),
                    fix=_date_fix(normal(text)),
                )
                continue
        elif question.range and not question.range[0] <= len(value or "") <= question.range[1]:
            low, high = question.range
            reader.note(
                "error",
                "length",
                Text("文字过长或过短。", "The text is too long or too short."),
                i,
                allowed=Text(f"{low:g} 至 {high:g} 个字", f"{low:g} to {high:g} characters"),
                fix=Text("改短或补全。", "shorten or complete it."),
            )
            continue
        values[i], states[i] = value, ANSWERED
    return values, states


def _date(text: str) -> str | None:
    match = _DATE.fullmatch(normal(text).split(" ")[0])
    if match is None:
        return None
    try:
        return dt.date(*map(int, match.groups())).isoformat()
    except ValueError:
        return None


def _date_fix(text: str) -> Text:
    """Return what to do about a text that is no date; a count of days, as spreadsheets keep dates, is told apart."""
    if text.isascii() and text.isdigit() and 20000 <= int(text) <= 80000:
        day = (dt.date(1899, 12, 30) + dt.timedelta(days=int(text))).isoformat()
        return Text(
            f"像是没有设成日期格式的日期；如是 {day}，请照此填写。",
            f"it looks like a date cell shown as a number; if {day} is meant, write that.",
        )
    return Text("按“年-月-日”填写。", "write year-month-day.")
