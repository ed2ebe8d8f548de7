"""How severe is a problem: which answers speak to it, what each is worth, and how much must have been answered.

Archivists edit it (`definitions/landscape/severities.toml`). It knows no answer. What is there and how far it holds up work are two measures, and five problems
stay five: nothing here adds them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hmsurvey.codebook import Codebook
from hmsurvey.definitionfile import Entry, definitions_folder, find_duplicates, is_number
from hmsurvey.errors import DefinitionError, Problem, Text
from hmsurvey.fitting import check_fit
from hmsurvey.grounds import Ground, take_ground
from hmsurvey.indicators import read_indicator
from hmsurvey.questions import matching_codes
from hmsurvey.systems import DEFAULT_POLICY, POLICIES, SILENCES, Indicator, IndicatorSystem, most_of

MEASURES = ("state", "effect")


@dataclass(frozen=True, slots=True)
class SeverityItem:
    """One item: its problem and measure, and how its answers earn points (what is not earned is severity); the question may be a pattern."""

    problem: str
    measure: str
    indicator: Indicator


@dataclass(frozen=True, slots=True)
class SeverityScale:
    """The items of all problems.

    `main` is the question on the problem that matters most, `refile` the one on repeated filing ("": not asked). With less than the share `min_available` (0-1) of the weight that
    applies answered there is no severity.
    """

    id: str
    version: str
    label: Text
    codebook: str
    main: str
    refile: str
    min_available: float
    items: tuple[SeverityItem, ...]
    ground: Ground

    def expanded(self, book: Codebook) -> tuple[tuple[SeverityItem, tuple[Indicator, ...]], ...]:
        """Return every item with an indicator for each question its pattern stands for.

        Raises
        ------
        DefinitionError
            A question or option that the codebook does not have, or a scoring that does not suit its question.
        """
        known = [question.code for question in book.all_questions]
        found = []
        for item in self.items:
            codes = matching_codes(item.indicator.question, known) or [item.indicator.question]
            several = len(codes) > 1
            found.append(
                (item, tuple(replace(item.indicator, code=f"{item.indicator.code}, {code}" if several else item.indicator.code, question=code) for code in codes))
            )  # fmt: skip
        everything = tuple(indicator for _, indicators in found for indicator in indicators)
        check_fit(IndicatorSystem(f"{self.id}.toml", self.version, self.label, self.codebook, "", everything, ()), book)
        return tuple(found)


def check_severities(scale: SeverityScale, books: Sequence[Codebook]) -> None:
    """Hold severities of a study's own to its questionnaires: where they fit none of them, nothing would be measured and nobody told why.

    Raises
    ------
    DefinitionError
        The questionnaire is neither of the study nor built in; a question of an item, `main` or `refile` that it does not have; whatever does not suit a question; an item of which nobody can earn a point.
    """
    book = next((book for book in books if book.id == scale.codebook), None)
    if book is None:
        if not (definitions_folder() / "codebooks" / f"{scale.codebook}.toml").is_file():
            ids = dict.fromkeys(book.id for book in books)
            raise DefinitionError(
                _slip("codebook", scale.codebook, ids, Text("没有这份问卷。", "There is no such questionnaire."))
            )
        return  # of a study that shares the folder
    known = [question.code for question in book.all_questions]
    asked = {f"item {item.indicator.code}": item.indicator.question for item in scale.items}
    asked |= {key: code for key, code in (("main", scale.main), ("refile", scale.refile)) if code}
    what = Text("问卷没有这道题。", "The questionnaire has no such question.")
    problems = [
        _slip(at, code, [other for other in known if other[:1] == code[:1]] or known, what)
        for at, code in asked.items()
        if not matching_codes(code, known)
    ]
    if problems:
        raise DefinitionError(problems)
    try:
        expanded = scale.expanded(book)
    except DefinitionError as error:  # a slip in a pattern is one slip, not one for each of its questions
        first = {(tuple(p.where.split(", ")[:2]), p.what, p.found): p for p in reversed(error.problems)}
        raise DefinitionError(reversed(first.values())) from None
    worthless = [
        item.indicator.code
        for item, indicators in expanded
        if any(not (most_of(one, book.question(one.question)) or 0) > 0 for one in indicators)
    ]
    if worthless:
        raise DefinitionError(
            Problem(
                Text("这一项最多得 0 分，算不出严重度。", "At most 0 points can be earned, so there is no severity."),
                where=f"severities.toml, item {code}",
                expected=Text("至少一个选项的分值大于 0", "a value above 0 for some answer"),
                fix=Text("改正该处。", "mend this entry."),
            )
            for code in worthless
        )


def _slip(at: str, found: str, allowed: Iterable[str], what: Text) -> Problem:
    codes = list(allowed)
    return Problem(
        what,
        where=f"severities.toml, {at}",
        found=found,
        expected=Text("、".join(codes), ", ".join(codes)),
        fix=Text("改正该处。", "mend this entry."),
    )


def take_severities(top: Entry, problems: Sequence[str]) -> SeverityScale:
    """Take the severities of a file.

    Notes
    -----
    Complaints: a problem or measure that is not known, a problem without an item of some measure, a code that stands twice, a share that is none, and whatever is wrong with an indicator.
    """
    ground = take_ground(top)
    policy: dict[str, str | float] = dict(DEFAULT_POLICY)
    part = top.table("policy")
    if part is not None:
        policy |= {key: part.choice(key, POLICIES, str(policy[key])) for key in SILENCES}
        part.close()
    least = top.values.get("min_available", 0.5)
    top.taken["min_available"] = None
    if not is_number(least) or not 0 < float(least) <= 1:
        top.complain(Text("min_available 应大于 0、不超过 1。", "`min_available` lies above 0 and is at most 1."), found=least, expected=Text("例如 0.5", "such as 0.5"))  # fmt: skip
        least = 0.5
    items = []
    for entry in top.entries("item"):
        measure = entry.choice("measure", MEASURES, MEASURES[0])
        problem = entry.text("problem", required=True)
        if problems and problem not in problems:
            entry.complain(
                Text("没有这个问题。", "There is no such problem."),
                found=problem,
                expected=Text("、".join(problems), ", ".join(problems)),
            )
        items.append(SeverityItem(problem, measure, read_indicator(entry, policy, "assumed", [])))
    find_duplicates(top, [item.indicator.code for item in items], Text("题目", "Item"))
    for problem in problems:
        lacking = [m for m in MEASURES if not any((i.problem, i.measure) == (problem, m) for i in items)]
        if lacking:
            top.complain(
                Text("有的问题没有可用的题目。", "A problem has no item to measure it by."),
                found=f"{problem}: {', '.join(lacking)}",
                expected=Text(f'[[item]] problem = "{problem}"', f'[[item]] problem = "{problem}"'),
            )
    return SeverityScale(
        top.code("id"),
        top.text("version"),
        top.label(),
        top.text("codebook", required=True),
        top.text("main"),
        top.text("refile"),
        float(least),
        tuple(items),
        ground,
    )
