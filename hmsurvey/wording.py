"""What to say beside a question, to the person who answers it: options, anchors, routing, numbers, in both languages.

The blank workbooks and the findings speak with these words. Nothing here is read back by the program.
"""

from __future__ import annotations

from hmsurvey.conditions import Compare, Condition, Join
from hmsurvey.errors import NOTHING, Text
from hmsurvey.questions import Codebook, Option, Question

_STATES = {
    "answered": Text("已作答", "is answered"),
    "missing": Text("未作答", "is not answered"),
    "na": Text("答“不适用”", "is answered n/a"),
    "dk": Text("答“不清楚”", "is answered don't know"),
    "none": Text("答“都没有”", "is answered none of these"),
    "skipped": Text("不必回答", "was not asked"),
}
_NOT_STATES = {
    "answered": _STATES["missing"],
    "missing": _STATES["answered"],
    "na": Text("不是“不适用”", "is not n/a"),
    "dk": Text("不是“不清楚”", "is not don't know"),
    "none": Text("不是“都没有”", "is not none of these"),
    "skipped": Text("须回答", "was asked"),
}


def both(text: Text, *, between: str = "\n") -> str:
    """Return the words in Chinese, then in English; once where the two are the same.

    >>> both(Text("市", "City"), between=" / ")
    '市 / City'
    """
    return between.join(dict.fromkeys(side for side in text if side))


def option_words(option: Option) -> str:
    """Return an option as the drop-downs write it; reading accepts it (`questions.option_texts`).

    >>> option_words(Option("2", Text("有系统", "A system")))
    '2 有系统 / A system'
    """
    label = both(option.label, between=" / ")
    return option.code if label == option.code else f"{option.code} {label}"


def tick_words(question: Question) -> str:
    """Return the text by which a form's option is ticked."""
    return "√" if "√" in question.ticked else question.ticked[0]


def anchors_of(question: Question) -> str:
    """Return every option on a line of its own, what it means below it."""
    lines = []
    for option in question.options:
        lines.append(f"• {option_words(option)}")
        lines += [f"    {side}" for side in dict.fromkeys(option.anchor) if side]
    return "\n".join(lines)


def how_to_answer(question: Question, *, form: bool = False) -> Text:
    """Return in a few words what a cell of the question takes."""
    special = "、".join(f"{o.code}（{o.label.of('zh')}）" for o in question.options)
    special_en = ", ".join(f"{o.code} ({o.label.of('en')})" for o in question.options)
    if question.kind == "one":
        return Text("单选：从下拉列表中选择。", "Choose one from the list.")
    if question.kind == "many" and form:
        mark = tick_words(question)
        return Text(f"可多选：在右侧选“{mark}”，不选的留空。", f"Tick all that apply: {mark}; leave the others blank.")
    if question.kind == "many" and question.layout == "columns":
        mark = tick_words(question)
        return Text(f"选中的填“{mark}”，不选的留空。", f"{mark} if it applies; else leave it blank.")
    if question.kind == "many":
        mark = question.separator
        return Text(f"可多选：填代码，用“{mark}”隔开。", f"Several: their codes, joined by {mark!r}.")
    if question.kind in ("number", "rate", "year"):
        limits = number_words(question)
        return Text(
            f"填{limits.zh}" + (f"；或填 {special}" if special else "") + "。",
            limits.en[:1].upper() + limits.en[1:] + (f"; or {special_en}" if special_en else "") + ".",
        )
    if question.kind == "date":
        return Text("填日期，如 2024-05-31。", "A date, such as 2024-05-31.")
    if question.range and question.range[0] > 1:
        low, high = question.range
        return Text(f"填文字，{low:g} 至 {high:g} 个字。", f"A text of {low:g} to {high:g} characters.")
    if question.range:
        return Text(
            f"填文字，不超过 {question.range[1]:g} 个字。", f"A text of at most {question.range[1]:g} characters."
        )
    return Text("填文字。", "A text.")


def number_words(question: Question) -> Text:
    """Return which numbers are allowed."""
    whole = question.whole or question.kind == "year"
    kind = Text("整数", "a whole number") if whole else Text("数", "a number")
    if question.kind == "year":
        kind = Text("四位年份", "a year")
    low, high = question.range or ((0.0, float("inf")) if question.kind == "rate" else (-float("inf"), float("inf")))
    unit = Text(f"，单位：{question.unit_of}", f" ({question.unit_of})") if question.unit_of else NOTHING
    limits = NOTHING
    if low > -float("inf") and high < float("inf"):
        limits = Text(f"，{low:g} 至 {high:g}", f" from {low:g} to {high:g}")
    elif low > -float("inf"):
        limits = Text(f"，不小于 {low:g}", f", at least {low:g}")
    return Text(kind.zh + limits.zh + unit.zh, kind.en + limits.en + unit.en)


def routing_words(question: Question, book: Codebook) -> Text:
    """Return when the question is to be answered, or nothing when always."""
    if question.ask_if is None:
        return NOTHING
    when = condition_words(question.ask_if, book)
    return Text(f"仅当{when.zh}时回答。", f"Only if {when.en}.")


def condition_words(condition: Condition, book: Codebook) -> Text:
    """Return a condition in words, naming each question by its code and label."""
    if isinstance(condition, Compare):
        return _compared(condition, book)
    parts = [condition_words(part, book) for part in condition.parts]
    if condition.word == "not":
        part = condition.parts[0]
        if isinstance(part, Compare) and part.operator == "is":
            name, state = _name(book.question(part.question)), _NOT_STATES[part.values[0]]
            return Text(name.zh + state.zh, f"{name.en} {state.en}")
        return Text(f"并非（{parts[0].zh}）", f"not ({parts[0].en})")
    parts = [
        Text(f"（{text.zh}）", f"({text.en})") if isinstance(part, Join) and part.word != "not" else text
        for part, text in zip(condition.parts, parts, strict=True)
    ]
    zh, en = {"and": ("，且", " and "), "or": ("，或", " or ")}[condition.word]
    return Text(zh.join(p.zh for p in parts), en.join(p.en for p in parts))


def _name(question: Question) -> Text:
    return Text(f"“{_short(question.label.of('zh'))}”", f'"{_short(question.label.of("en"))}"')


def _short(label: str, most: int = 60) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def _compared(part: Compare, book: Codebook) -> Text:
    question = book.question(part.question)
    name = _name(question)
    if part.operator == "is":
        state = _STATES[part.values[0]]
        return Text(name.zh + state.zh, f"{name.en} {state.en}")
    labels = {option.code: option.label for option in question.options}
    values = [labels.get(value, Text(value, value)) for value in part.values]
    zh = "、".join(f"“{v.of('zh')}”" if v.zh != v.en else v.zh for v in values)
    en = " or ".join(f'"{v.of("en")}"' if v.zh != v.en else v.en for v in values)
    if question.kind in ("number", "year", "rate"):
        sign = {"=": "等于", "!=": "不等于", ">=": "不少于", "<=": "不超过", ">": "大于", "<": "小于"}
        words = {"=": "is", "!=": "is not", ">=": "is at least", "<=": "is at most", ">": "is above", "<": "is below"}
        percent = "%" if question.kind == "rate" else ""
        word = part.operator
        return Text(
            f"{name.zh}{sign.get(word, '为')} {zh}{percent} ", f"{name.en} {words.get(word, 'is')} {en}{percent}"
        )
    verbs = {
        "=": Text(f"答{zh}", f"is {en}"),
        "!=": Text(f"未答{zh}", f"is not {en}"),
        "in": Text(f"答{zh}之一", f"is {en}"),
        "includes": Text(f"选了{zh}", f"includes {en}"),
        ">=": Text(f"答{zh}或更高", f"is {en} or higher"),
        "<=": Text(f"答{zh}或更低", f"is {en} or lower"),
        ">": Text(f"高于{zh}", f"is higher than {en}"),
        "<": Text(f"低于{zh}", f"is lower than {en}"),
    }
    verb = verbs[part.operator]
    return Text(name.zh + verb.zh, f"{name.en} {verb.en}")
