"""Conditions in definition files: read, and held to the questions and options they speak of.

Routing, checks, "n/a allowed if", points by size and stage needs all use them. What a condition means is said in `conditions`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hmsurvey.conditions import Condition, ConditionError, comparisons_of, parse_condition, questions_of
from hmsurvey.definitionfile import Entry
from hmsurvey.errors import Text
from hmsurvey.questions import Codebook, Question, routing_order


def read_condition(entry: Entry, text: str, key: str) -> Condition | None:
    """Parse the condition under a key of an entry; a bad one is a problem of the file."""
    if not text:
        return None
    try:
        return parse_condition(text)
    except ConditionError as error:
        entry.complain(
            Text(f"条件无法读懂：{error.reason.zh}。", f"The condition cannot be read: {error.reason.en}."),
            found=f"{key} = {text!r}",
            expected=Text("例如 B1.1 >= 1 and size in micro, small", "such as B1.1 >= 1 and size in micro, small"),
        )
        return None


def check_condition(entry: Entry, condition: Condition | None, book: Codebook, key: str) -> None:
    """Complain of questions and options in a condition that the codebook does not have."""
    if condition is None:
        return
    codes = {q.code: q for q in book.all_questions}
    for part in comparisons_of(condition):
        question = codes.get(part.question)
        if question is None:
            entry.complain(
                Text("条件里的题目不存在。", "The condition names a question that is not there."),
                found=f"{key}: {part.question}",
                expected=Text("、".join(list(codes)[:20]), ", ".join(list(codes)[:20])),
            )
        elif part.operator != "is":
            _check_literals(entry, question, part.operator, part.values, key)


def _check_literals(entry: Entry, question: Question, operator: str, values: tuple[str, ...], key: str) -> None:
    by_place = operator in (">=", "<=", ">", "<")
    if by_place and question.kind in ("many", "text", "date"):
        entry.complain(
            Text("这种题目没有高低之分。", "A question of this kind has no order."),
            found=f"{key}: {question.code}: {question.kind}",
        )
    elif question.kind in ("one", "many"):
        allowed = question.levels if by_place else tuple(o.code for o in question.options)
        unknown = [value for value in values if value not in allowed]
        if unknown:
            entry.complain(
                Text("条件里的选项不存在。", "The condition names an option that is not there."),
                found=f"{key}: {question.code} {operator} {', '.join(unknown)}",
                expected=_named(allowed, question),
            )
    elif question.kind in ("number", "rate", "year"):
        codes = () if by_place else tuple(o.code for o in question.options)
        for value in values:
            if not _reads_as_number(value) and value not in codes:
                entry.complain(
                    Text("条件里应为数。", "The condition needs a number."),
                    found=f"{key}: {question.code} {operator} {value}",
                )


def _reads_as_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def check_routing(top: Entry, book: Codebook) -> None:
    """Complain of routing that rests on derived questions, or goes round in a circle."""
    derived = {d.question.code for d in book.derived}
    for question in book.questions:
        counted = [code for code in questions_of(question.ask_if) if code in derived] if question.ask_if else []
        if counted:
            top.complain(
                Text("跳转条件不能用导出题。", "Routing cannot rest on a derived question."),
                at=f"question {question.code}",
                found=", ".join(counted),
            )
    ordered = {question.code for question in routing_order(book.questions)}
    circle = [question.code for question in book.questions if question.code not in ordered]
    if circle:
        top.complain(Text("跳转条件互相依赖。", "The routing goes round in a circle."), found=", ".join(circle))


def _named(codes: Sequence[str], question: Question) -> Text:
    """Return codes with the names of their options, since few know a city by its number."""
    labels = {option.code: option.label for option in question.options}
    pairs = [(code, labels.get(code, Text(code, code))) for code in codes]
    return Text(
        "、".join(code if label.zh in ("", code) else f"{code} {label.zh}" for code, label in pairs),
        ", ".join(code if label.en in ("", code) else f"{code} {label.en}" for code, label in pairs),
    )
