"""Does a system fit a codebook? Questions, options, kinds and maxima held against each other, all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hmsurvey.codebook import check_condition
from hmsurvey.definitionfile import Entry
from hmsurvey.errors import DefinitionError, Problem, Text
from hmsurvey.questions import Codebook, Question
from hmsurvey.scorings import options_named, suits
from hmsurvey.systems import Indicator, IndicatorSystem, most_of


def check_fit(system: IndicatorSystem, book: Codebook) -> None:
    """Hold a system to a codebook.

    Raises
    ------
    DefinitionError
        With every question, option or kind that does not fit.
    """
    problems: list[Problem] = []
    head = Entry({}, f"{system.id} {system.version}", problems)
    if system.codebook and system.codebook != book.id:
        head.complain(
            Text("指标体系属于另一份 codebook。", "The system belongs to another codebook."),
            found=book.id,
            expected=Text(system.codebook, system.codebook),
        )
    known = {q.code: q for q in book.all_questions}
    for indicator in system.indicators:
        entry = Entry({}, f"{system.id}, indicator {indicator.code}", problems)
        question = known.get(indicator.question)
        if question is None:
            entry.complain(
                Text("题目不在 codebook 里。", "The question is not in the codebook."),
                found=indicator.question,
                expected=Text("、".join(list(known)[:20]), ", ".join(list(known)[:20])),
            )
            continue
        _check_indicator(entry, indicator, question, book, known)
    _check_maxima(system, known, problems)
    if problems:
        raise DefinitionError(problems)


def _check_indicator(
    entry: Entry, indicator: Indicator, question: Question, book: Codebook, known: Mapping[str, Any]
) -> None:
    allowed = [option.code for option in question.options]
    for scoring in (indicator.scoring, *(s for _, s in indicator.when)):
        if not suits(scoring, question):
            entry.complain(
                Text("计分方式与题型不合。", "The scoring does not suit the kind of question."),
                found=f"{type(scoring).__name__}, {question.code}: {question.kind}",
            )
        unknown = [code for code in options_named(scoring) if code not in allowed]
        if unknown:
            entry.complain(
                Text("计分用到的选项不在题目里。", "The scoring names options the question does not have."),
                found=", ".join(unknown),
                expected=Text("、".join(allowed), ", ".join(allowed)),
            )
    for condition, key in ((indicator.na_if, "na_if"), *((c, "when") for c, _ in indicator.when)):
        check_condition(entry, condition, book, key)
    if indicator.over:
        for condition, _ in indicator.over.when:
            check_condition(entry, condition, book, "over")
        limit = indicator.over.at_most
        if limit and (limit not in known or known[limit].kind not in ("number", "year")):
            entry.complain(Text("at_most 应是一道数值题。", "`at_most` must be a question with a number."), found=limit)


def _check_maxima(system: IndicatorSystem, known: Mapping[str, Any], problems: list[Problem]) -> None:
    for node in system.nodes:
        if node.aggregate != "ratio" and node.children_as != "share_of_max":
            continue
        for child in node.children:
            indicator = next((i for i in system.indicators if i.code == child), None)
            if indicator is None or indicator.question not in known:
                continue
            most = most_of(indicator, known[indicator.question])
            if most is None or most <= 0:
                entry = Entry({}, f"{system.id}, indicator {child}", problems)
                entry.complain(
                    Text("按满分折算的指标要有满分。", "An indicator taken as a share of its maximum needs one."),
                    found=str(most),
                    expected=Text("max = 数", "max = a number"),
                )
