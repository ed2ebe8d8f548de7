"""Several waves of one survey: when each was held, by which codebook it was asked, and whether its answers can be scored by today's index.

Every wave is scored and staged by the study's own index and rule, so that what differs between waves is what enterprises do and not the yardstick. That takes the same
questions under the same codes; what is missing or was changed is listed and nothing is guessed. Knows definitions only, no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from hmsurvey.codebook import read_codebook
from hmsurvey.conditions import Condition, questions_of
from hmsurvey.definitionfile import Entry, locate_definition
from hmsurvey.errors import Problem, Text
from hmsurvey.indicators import read_system
from hmsurvey.questions import Codebook, Derived, Question, matching_codes
from hmsurvey.rules import Rule, each_need, read_rule
from hmsurvey.systems import IndicatorSystem


@dataclass(frozen=True, slots=True)
class WavePlan:
    """One more wave of a survey: the year it was held, its workbook and codebook; `system` and `rule` are those of its own time, where they were others; `entry` is where a study file names it."""

    survey: str
    year: int
    label: Text
    path: Path
    codebook_path: Path
    system: IndicatorSystem | None = None
    rule: Rule | None = None
    definition_paths: tuple[Path, ...] = ()
    entry: str = ""


_NAMED = 12  # questions that a complaint names; the others are counted


class Asked(Protocol):
    """What waves need to know of the survey they belong to."""

    @property
    def code(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def codebook_path(self) -> Path: ...
    @property
    def system(self) -> IndicatorSystem | None: ...
    @property
    def rule(self) -> Rule | None: ...


def questions_used(system: IndicatorSystem | None, rule: Rule | None, book: Codebook) -> tuple[str, ...]:
    """Return the questions of a codebook that an index and a rule look at, those behind derived ones and the group included, in the codebook's order."""
    used = set(_by_system(system)) | set(_by_rule(rule, book))
    used |= {book.id_question, book.group_question} - {""}
    for derived in book.derived:
        if derived.question.code in used:
            used |= set(_behind(derived))
    return tuple(question.code for question in book.all_questions if question.code in used)


def _by_system(system: IndicatorSystem | None) -> Iterator[str]:
    for indicator in system.indicators if system else ():
        yield indicator.question
        conditions: list[Condition | None] = [indicator.na_if, *(condition for condition, _ in indicator.when)]
        if indicator.over is not None:
            conditions += [condition for condition, _ in indicator.over.when]
            yield indicator.over.at_most
        for condition in conditions:
            yield from questions_of(condition) if condition is not None else ()


def _by_rule(rule: Rule | None, book: Codebook) -> Iterator[str]:
    codes = [question.code for question in book.all_questions]
    if rule is None:
        return
    if rule.per_answer is not None:
        yield from matching_codes(rule.per_answer[0], codes)
    for need in each_need(rule.needs):
        if need.subject in ("answer", "share_of", "count_of"):
            yield from matching_codes(need.target, codes)
        if need.condition is not None:
            yield from questions_of(need.condition)


def _behind(derived: Derived) -> Iterator[str]:
    yield from derived.pool
    for count in (derived.count, derived.among):
        yield from count.questions if count is not None else ()


def find_unlike(used: tuple[str, ...], now: Codebook, then: Codebook) -> tuple[Text, ...]:
    """Say which questions an older codebook lacks, or asked in another way, so that its answers cannot be scored by today's index.

    Words may differ; kind, options and their order, what is whole, and the routing may not. A range may.
    """
    known = {question.code: question for question in then.all_questions}
    found = []
    for code in used:
        mine, other = now.question(code), known.get(code)
        if other is None:
            found.append(Text(f"{code}：没有这道题", f"{code}: not asked"))
            continue
        changed = [words for words, of in _ASPECTS if of(mine) != of(other)]
        if changed:
            zh, en = "、".join(words.zh for words in changed), ", ".join(words.en for words in changed)
            found.append(Text(f"{code}：{zh}不同", f"{code}: other {en}"))
    pairs = {d.question.code: (d.pool, d.count, d.among) for d in then.derived}
    for derived in now.derived:
        code = derived.question.code
        if code in used and code in pairs and pairs[code] != (derived.pool, derived.count, derived.among):
            found.append(Text(f"{code}：推算方法不同", f"{code}: derived in another way"))
    return tuple(found)


def _options(question: Question) -> tuple[tuple[str, str], ...]:
    return tuple((option.code, option.kind) for option in question.options)


_ASPECTS = (
    (Text("题型", "kind"), lambda question: question.kind),
    (Text("选项", "options"), _options),
    (Text("取整", "whole numbers"), lambda question: (question.whole, question.unit_of)),
    (Text("跳答条件", "routing"), lambda question: question.ask_if),
)


def read_year(entry: Entry) -> int:
    """Take a year; 0 where there is none."""
    year = int(entry.take("year", int, 0, Text("年份，如 2023", "a year, such as 2023")))
    if year and not 1900 <= year <= 2200:
        entry.complain(Text("年份不在 1900 至 2200 之间。", "The year is not between 1900 and 2200."), found=year)
    return year


def read_wave(entry: Entry, base: Path, plans: Sequence[Asked]) -> WavePlan | None:
    """Read one more wave of a survey, and refuse it where its codebook does not let today's index score it."""
    code, year, label = entry.text("survey", required=True), read_year(entry), entry.label()
    answers = entry.text("answers", required=True)
    names = {key: entry.text(key) for key in ("codebook", "system", "rule")}
    entry.close()
    known = Text(*(", ".join(plan.code for plan in plans),) * 2)
    plan = next((plan for plan in plans if plan.code == code), None)
    if plan is None:
        if code:
            entry.complain(Text("没有这项调查。", "There is no such survey."), found=code, expected=known)
        return None
    if entry.values.get("year", 0) == 0:  # of the wrong kind has been said
        entry.complain(Text("这一期没有年份。", "The wave has no year."), expected=Text("year = 2025", "year = 2025"))
    if not plan.year:
        entry.complain(
            Text(f"调查 {code} 没有年份，各期无从排先后。", f"Survey {code} has no year, so its waves have no order."),
            expected=Text("在 [[survey]] 写 year = 2023", "year = 2023 in its [[survey]]"),
        )
    now = read_codebook(plan.codebook_path)
    codebook_path = locate_definition(names["codebook"], "codebooks", base) if names["codebook"] else plan.codebook_path
    book = read_codebook(codebook_path) if names["codebook"] else now
    paths = [codebook_path]
    if book.unit != now.unit:
        entry.complain(
            Text("两期调查的单位不同，不能逐个对应。", "The waves are about different units, which cannot be matched."),
            found=book.unit, expected=Text(now.unit, now.unit),
        )  # fmt: skip
    unlike = find_unlike(questions_used(plan.system, plan.rule, now), now, book)
    if unlike:
        some = Text(
            *(
                "; ".join(words) + (" ..." if len(unlike) > _NAMED else "")
                for words in zip(*unlike[:_NAMED], strict=True)
            )
        )
        entry.complain(
            Text(
                f"{book.id} {book.version} 的答卷不能按现行指标体系和规则重新计分：有 {len(unlike)} 道要用的题没有问过，或问法不同（{some.zh}）。",
                f"Answers to {book.id} {book.version} cannot be scored anew by today's index and rule: {len(unlike)} of the questions they use were not asked, or otherwise ({some.en}).",
            ),
            found=f"{book.id} {book.version}",
            expected=Text(f"与 {now.id} {now.version} 相同的题目", f"these questions as in {now.id} {now.version}"),
            fix=Text("换用问过这些题的指标体系和规则，或去掉这一期。", "use an index and a rule that ask only what both waves asked, or leave the wave out."),
        )  # fmt: skip
    system = rule = None
    if names["system"]:
        paths.append(locate_definition(names["system"], "systems", base))
        system = read_system(paths[-1], book)
    if names["rule"]:
        paths.append(locate_definition(names["rule"], "rules", base))
        rule = read_rule(paths[-1])
    shown = label if any(label) else Text(f"{year} 年", str(year))
    return WavePlan(code, year, shown, base / answers, codebook_path, system, rule, tuple(paths), entry.where)


def check_order(top: Entry, plans: Sequence[Asked], waves: Sequence[WavePlan]) -> None:
    """Refuse waves out of order, two of one year, and one of the year of the survey itself."""
    for plan in plans:
        years = [wave.year for wave in waves if wave.survey == plan.code and wave.year]
        if any(later <= earlier for earlier, later in pairwise(years)):
            top.complain(
                Text("各期没有按年份先后排列，或有两期同年。", "Waves are not in the order of their years, or two are of the same year."),
                at=f"wave {plan.code}", found=", ".join(map(str, years)), expected=Text("从早到晚", "earliest first"),
            )  # fmt: skip
        if plan.year and plan.year in years:
            top.complain(
                Text("有一期与调查本身同年。", "A wave is of the same year as the survey itself."),
                at=f"wave {plan.year}", found=str(plan.year), expected=Text("另一个年份", "another year"),
            )  # fmt: skip


def same_answers(wave: WavePlan, year: int) -> Problem:
    """Say that a wave has the very answers of an earlier one: a workbook named twice, or a copy of it."""
    return Problem(
        Text(f"这一期的答卷与 {year} 年完全相同，是同一份工作簿或它的副本。", f"Every answer of this wave is that of {year}: it is the same workbook, or a copy."),
        where=f"{wave.entry}: {wave.path.name}",
        found=wave.path.name,
        expected=Text("这一期自己的答卷", "the answers of this wave"),
        fix=Text("改正 answers，或从研究文件中去掉这段 [[wave]]。", "mend `answers`, or take this [[wave]] out of the study file."),
    )  # fmt: skip


def nobody_in_both(wave: WavePlan, own: str, other: str) -> Problem:
    """Say that a wave and its survey have no enterprise in common."""
    return Problem(
        Text("两期之间没有一个相同的编号，无从比较。", "No id is in both waves, so nothing can be compared."),
        where=f"{wave.entry}: {wave.path.name}",
        found=f"{other} ...; {wave.survey}: {own} ...",
        expected=Text("同一企业在各期用同一编号", "one id for an enterprise in all waves"),
        fix=Text(
            "统一编号；如果没有这一期调查，从研究文件中去掉这段 [[wave]]。",
            "give enterprises the same ids; or, if there was no such wave, take its [[wave]] out of the study file.",
        ),
    )


__all__ = [
    "Asked",
    "WavePlan",
    "check_order",
    "find_unlike",
    "nobody_in_both",
    "questions_used",
    "read_wave",
    "read_year",
    "same_answers",
]
