"""Conditions on answers, as definition files write them: `size in micro, small and B1.1 >= 1`.

The same small language routes questions, allows "not applicable", changes points and gates stages. A condition is true,
false or unknown (an answer is not there); `and`, `or`, `not` follow Kleene's three-valued logic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from hmsurvey.errors import Text

FALSE, UNKNOWN, TRUE = 0, 1, 2  # `and` is the minimum, `or` the maximum, `not` is 2 - x
Truth = NDArray[np.int8]

STATE_WORDS = ("answered", "missing", "na", "dk", "none", "skipped")
_TOKEN = re.compile(r"""\s*(?:(>=|<=|!=|=|>|<|\(|\)|,)|"([^"]*)"|'([^']*)'|([^\s=<>!(),"']+))""")
_COMPARISONS = ("=", "!=", ">=", "<=", ">", "<")


class ConditionError(ValueError):
    """The text is not a condition; `reason` says why, without a full stop."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


class AnswerView(Protocol):
    """What a condition asks of the answers: one value a unit."""

    def is_option(self, question: str, option: str) -> tuple[Truth, Truth]:
        """Return (known, chosen) as 0/1 arrays."""
        ...

    def places(self, question: str) -> NDArray[np.float64]:
        """Return the place in the scale, the number or the percentage; NaN when there is none."""
        ...

    def place_of(self, question: str, literal: str) -> float:
        """Return the place that a literal stands for."""
        ...

    def in_state(self, question: str, word: str) -> NDArray[np.bool_]:
        """Return whether the answer is in a state."""
        ...


@dataclass(frozen=True, slots=True)
class Compare:
    """`question operator value`; several values only for `in`."""

    question: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """`and`, `or` over parts, or `not` of one part."""

    word: Literal["and", "or", "not"]
    parts: tuple[Condition, ...]


Condition = Compare | Join


def parse_condition(text: str) -> Condition:
    """Read a condition.

    Raises
    ------
    ConditionError
        The text is not a condition; the message says at which word.

    >>> parse_condition("a = 1 and not b in x, y").word
    'and'
    """
    tokens = list(_tokens(text))
    condition, rest = _either(tokens)
    if rest:
        raise ConditionError(f"多出了 `{rest[0][0]}`", f"unexpected `{rest[0][0]}`")
    return condition


def questions_of(condition: Condition) -> Iterator[str]:
    """Yield the questions a condition speaks of."""
    for part in comparisons_of(condition):
        yield part.question


def comparisons_of(condition: Condition) -> Iterator[Compare]:
    """Yield every comparison in a condition."""
    if isinstance(condition, Compare):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons_of(part)


def evaluate(condition: Condition, view: AnswerView) -> Truth:
    """Return, unit by unit, TRUE, FALSE or UNKNOWN."""
    if isinstance(condition, Join):
        parts = [evaluate(part, view) for part in condition.parts]
        if condition.word == "not":
            return (TRUE - parts[0]).astype(np.int8)
        joined = np.minimum.reduce(parts) if condition.word == "and" else np.maximum.reduce(parts)
        return joined.astype(np.int8)
    return _compare(condition, view)


def _compare(condition: Compare, view: AnswerView) -> Truth:
    question, operator, values = condition.question, condition.operator, condition.values
    if operator == "is":
        return np.where(view.in_state(question, values[0]), TRUE, FALSE).astype(np.int8)
    if operator in ("=", "!=", "in", "includes"):
        pairs = [view.is_option(question, value) for value in values]
        known = pairs[0][0].astype(bool)
        chosen = np.logical_or.reduce([pair[1].astype(bool) for pair in pairs])
        if operator == "!=":
            chosen = ~chosen
    else:
        found = view.places(question)
        bound = view.place_of(question, values[0])
        known = ~np.isnan(found) | view.in_state(question, "skipped")  # what was not asked meets no comparison
        with np.errstate(invalid="ignore"):
            chosen = {">=": found >= bound, "<=": found <= bound, ">": found > bound, "<": found < bound}[operator]
    return np.where(known, np.where(chosen, TRUE, FALSE), UNKNOWN).astype(np.int8)


Token = tuple[str, bool]  # text, and whether it stood in quotes


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ConditionError(f"`{text[place:].strip()}` 读不懂", f"cannot read `{text[place:].strip()}`")
        place = match.end()
        mark, double, single, word = match.groups()
        quoted = double if double is not None else single
        yield (quoted, True) if quoted is not None else (mark or word, False)


def _is(tokens: list[Token], *words: str) -> bool:
    return bool(tokens) and not tokens[0][1] and tokens[0][0].lower() in words


def _either(tokens: list[Token]) -> tuple[Condition, list[Token]]:
    part, tokens = _both(tokens)
    parts = [part]
    while _is(tokens, "or"):
        part, tokens = _both(tokens[1:])
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Join("or", tuple(parts))), tokens


def _both(tokens: list[Token]) -> tuple[Condition, list[Token]]:
    part, tokens = _single(tokens)
    parts = [part]
    while _is(tokens, "and"):
        part, tokens = _single(tokens[1:])
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Join("and", tuple(parts))), tokens


def _single(tokens: list[Token]) -> tuple[Condition, list[Token]]:
    if _is(tokens, "not"):
        part, tokens = _single(tokens[1:])
        return Join("not", (part,)), tokens
    if _is(tokens, "("):
        part, tokens = _either(tokens[1:])
        if not _is(tokens, ")"):
            raise ConditionError("括号没有配对", "a parenthesis is not closed")
        return part, tokens[1:]
    if len(tokens) < 3:
        raise ConditionError("比较要有题目、运算符和值", "a comparison needs a question, an operator and a value")
    question, operator = tokens[0][0], tokens[1][0].lower()
    tokens = tokens[2:]
    if operator in _COMPARISONS:
        return Compare(question, operator, (tokens[0][0],)), tokens[1:]
    if operator in ("in", "includes"):
        values = [tokens[0][0]]
        tokens = tokens[1:]
        while _is(tokens, ","):
            if len(tokens) < 2:
                raise ConditionError("逗号后缺少值", "a value is missing after the comma")
            values.append(tokens[1][0])
            tokens = tokens[2:]
        return Compare(question, operator, tuple(values)), tokens
    if operator == "is":
        word = tokens[0][0].lower()
        if word not in STATE_WORDS:
            raise ConditionError(
                f"is 后面只能是 {'、'.join(STATE_WORDS)} 之一，不能是 `{word}`",
                f"after `is` comes one of {', '.join(STATE_WORDS)}, not `{word}`",
            )
        return Compare(question, "is", (word,)), tokens[1:]
    raise ConditionError(f"不认识运算符 `{operator}`", f"unknown operator `{operator}`")
