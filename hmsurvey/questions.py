"""The nouns of a codebook: options, questions, derived questions, checks.

A `Codebook` that exists is valid as a whole. How it is written in a file is the business of `codebook`; how answer texts compare is
decided here, once.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hmsurvey.conditions import Condition, questions_of
from hmsurvey.errors import NOTHING, Text

KINDS = ("one", "many", "number", "rate", "year", "text", "date")
OPTION_KINDS = ("answer", "none", "na", "dk", "other")
TICKED = ("1", "yes", "是", "√", "✓", "x", "true")
Level = Literal["error", "warning", "note"]
UNTICKED = ("0", "no", "否", "false")


@dataclass(frozen=True, slots=True)
class Option:
    """One allowed answer. `kind` is answer, none (of these), na, dk or other."""

    code: str
    label: Text
    anchor: Text = NOTHING
    kind: str = "answer"
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question, asked in one or more columns. Options run from the lowest level up."""

    code: str
    kind: str
    label: Text
    columns: tuple[str, ...]
    options: tuple[Option, ...] = ()
    help: Text = NOTHING
    short: Text = NOTHING
    section: str = ""
    layout: str = "joined"
    separator: str = ";"
    ticked: tuple[str, ...] = TICKED
    unticked: tuple[str, ...] = UNTICKED
    ask_if: Condition | None = None
    ask_if_text: str = ""
    range: tuple[float, float] | None = None
    whole: bool = False
    unit_of: str = ""
    required: bool = False

    @property
    def name(self) -> Text:
        """What the question is called in tables: its short name, or its label."""
        return self.short if any(self.short) else self.label

    def place_of_option(self, code: str) -> int:
        """Return the position of an option, or -1."""
        return next((i for i, option in enumerate(self.options) if option.code == code), -1)

    @property
    def levels(self) -> tuple[str, ...]:
        """Codes of the options that are levels of the scale, lowest first."""
        return tuple(option.code for option in self.options if option.kind == "answer")


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some questions have one of some answers."""

    questions: tuple[str, ...]
    answers: tuple[str, ...]
    at_least: float = 0.0


@dataclass(frozen=True, slots=True)
class Derived:
    """A question that is counted from others: a pooled rate, a rate of counts, or a count."""

    question: Question
    pool: tuple[str, ...] = ()
    count: Count | None = None
    among: Count | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that should hold for no unit; `level` is error, warning or note."""

    code: str
    condition: Condition
    level: Level
    label: Text
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Codebook:
    """The questions of one survey, valid as a whole."""

    id: str
    version: str
    label: Text
    unit: str
    match: str
    blank: tuple[str, ...]
    sheet: str
    id_question: str
    name_question: str
    group_question: str
    sections: tuple[tuple[str, Text], ...]
    questions: tuple[Question, ...]
    derived: tuple[Derived, ...] = ()
    checks: tuple[Check, ...] = ()

    def question(self, code: str) -> Question:
        """Return a question, asked or derived; KeyError when there is none."""
        for question in self.all_questions:
            if question.code == code:
                return question
        raise KeyError(code)

    @property
    def all_questions(self) -> tuple[Question, ...]:
        """Asked questions, then derived ones."""
        return (*self.questions, *(d.question for d in self.derived))

    def __repr__(self) -> str:
        lines = [f"Codebook {self.id} {self.version}: {len(self.questions)} questions, {len(self.derived)} derived"]
        lines += [f"  {q.code:<12} {q.kind:<7} {q.label.of('en')}" for q in self.all_questions]
        return "\n".join(lines)


def fold(text: str) -> str:
    """Fold case, width and spaces, so that texts that look alike compare alike.

    >>> fold(" ＹＥＳ "), fold("Partly  done")
    ('yes', 'partly done')
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def is_blank(text: str, blank: Iterable[str]) -> bool:
    """Tell whether a text means "not answered"; a `*` in `blank` stands for anything."""
    stripped = text.strip()
    return any(stripped == b or ("*" in b and fnmatch.fnmatchcase(stripped, b)) for b in blank)


def matching_codes(pattern: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes that a pattern such as `kept.*` means, in their order."""
    return tuple(code for code in codes if fnmatch.fnmatchcase(code, pattern))


def routing_order(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return questions so that each comes after those its routing asks about; what goes round in a circle is left out."""
    waiting, placed = list(questions), list[Question]()
    open_codes = {question.code for question in waiting}
    while ready := [q for q in waiting if q.ask_if is None or not open_codes & set(questions_of(q.ask_if))]:
        placed += ready
        open_codes -= {question.code for question in ready}
        waiting = [question for question in waiting if question.code in open_codes]
    return tuple(placed)


def option_texts(option: Option) -> tuple[str, ...]:
    """Return every text that means an option: code, labels, `also`, and the code followed by a label."""
    labels = tuple(dict.fromkeys(label for label in option.label if label))
    coded = tuple(f"{option.code} {label}" for label in labels)
    both = (f"{option.code} {option.label.zh} / {option.label.en}",) if len(labels) == 2 else ()
    return tuple(dict.fromkeys((option.code, *labels, *coded, *both, *option.also)))
