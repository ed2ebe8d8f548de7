"""How the program says no: one shape for every complaint, in both languages.

A `Problem` says what is wrong, where, what was found, what was expected and one thing to do. Errors carry all problems of a
file at once. This room knows nothing of surveys; it only knows how to speak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, Lang] = ("zh", "en")


class Text(NamedTuple):
    """The same words in Chinese and English; an empty side is filled by the other."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return the words in one language; every form asks here, so that no other language passes for English.

        Raises
        ------
        UsageError
            A language that is not spoken here.

        Examples
        --------
        >>> Text("高级", "Advanced").of("zh")
        '高级'
        """
        if lang not in ("zh", "en"):
            raise UsageError(
                Problem(
                    Text("没有这种语言。", "There is no such language."),
                    found=repr(lang),
                    expected=Text('"zh" 或 "en"', '"zh" or "en"'),
                    fix=Text("改为其中之一。", "name one of the two."),
                )
            )
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)


NOTHING = Text("", "")
_HEADS = {
    "zh": ("位置：", "实际：", "应为：", "处理："),
    "en": ("where:    ", "found:    ", "expected: ", "fix:      "),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, where, found, expected, fix."""

    what: Text
    where: str = ""
    found: str = ""
    expected: Text = NOTHING
    fix: Text = NOTHING

    def render(self, lang: Lang = "en") -> str:
        """Return the problem as a few lines of text."""
        values = (self.where, self.found, self.expected.of(lang), self.fix.of(lang))
        lines = [f"  {head}{value}" for head, value in zip(_HEADS[lang], values, strict=True) if value]
        return "\n".join([self.what.of(lang), *lines])


class HmsurveyError(Exception):
    """Base of every error a user can cause; `exit_code` is what the command line returns."""

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.render("en"))

    def render(self, lang: Lang = "en") -> str:
        """Return all problems, one below the other."""
        return "\n".join(problem.render(lang) for problem in self.problems)


class DefinitionError(HmsurveyError):
    """A codebook, system, rule or study file says something it cannot mean."""


class ProvenanceError(HmsurveyError):
    """A workbook whose origin is not declared, or is declared wrongly."""


class DataError(HmsurveyError):
    """Answers that cannot be used as they stand."""

    exit_code = 1


class UsageError(HmsurveyError):
    """A call that asks for something that is not there."""
