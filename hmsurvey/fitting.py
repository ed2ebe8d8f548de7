"""Does a system fit a codebook? Questions, options, kinds and maxima held against each other, all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hmsurvey.codebook import check_condition
from hmsurvey.definitionfile import Entry
from hmsurvey.errors import DefinitionError, Problem, Text
from hmsurvey.questions import Codebook, Question
from hmsurvey.scorings import ByOption, Goalposts, Normalise, Scoring, most_points, options_named, suits
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
        _check_most(entry, indicator, scoring, question)
        if not suits(scoring, question):
            entry.complain(
                Text("计分方式与题型不合。", "The scoring does not suit the kind of question."),
                found=f"{type(scoring).__name__}, {question.code}: {question.kind}",
            )
        if isinstance(scoring, ByOption) and scoring.otherwise is None:
            named = options_named(scoring)
            poor = [o.code for o in question.options if o.kind not in ("na", "dk") and o.code not in named]
            if poor:
                entry.complain(
                    Text("有的选项没有分值。", "There are options without points."),
                    found=", ".join(poor),
                    expected=Text("points 写全，或 otherwise = 0", "all of them in `points`, or otherwise = 0"),
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
    if indicator.over and question.kind not in ("number", "year"):
        entry.complain(
            Text("over 只用于数值题。", "`over` goes only with a question of kind number or year."),
            found=f"{question.code}: {question.kind}",
        )
    if indicator.over:
        for condition, _ in indicator.over.when:
            check_condition(entry, condition, book, "over")
        limit = indicator.over.at_most
        if limit and (limit not in known or known[limit].kind not in ("number", "year")):
            entry.complain(Text("at_most 应是一道数值题。", "`at_most` must be a question with a number."), found=limit)


def _check_most(entry: Entry, indicator: Indicator, scoring: Scoring, question: Question) -> None:
    if indicator.most is None or isinstance(scoring, Goalposts | Normalise) or not suits(scoring, question):
        return
    gives = most_points(scoring, question, indicator.factor)
    if gives is not None and gives > indicator.most + 1e-9:
        entry.complain(
            Text("计分给的分数超过 max。", "The scoring gives more than `max`."),
            found=f"{gives:g} > {indicator.most:g}",
            expected=Text(f"max ≥ {gives:g}，或较低的分值", f"max of at least {gives:g}, or fewer points"),
        )


def _check_maxima(system: IndicatorSystem, known: Mapping[str, Any], problems: list[Problem]) -> None:
    """Complain of indicators without a maximum below a node that takes shares of the maximum."""
    nodes = {node.code: node for node in system.nodes}
    indicators = {indicator.code: indicator for indicator in system.indicators}
    waiting = [n.code for n in system.nodes if n.aggregate == "ratio" or n.children_as == "share_of_max"]
    needed: dict[str, None] = {}
    while waiting:
        for child in nodes[waiting.pop()].children:
            if child in indicators:
                needed[child] = None
            elif child in nodes and nodes[child].transform is None and nodes[child].aggregate != "ratio":
                waiting.append(child)
    for code in needed:
        indicator = indicators[code]
        if indicator.question not in known:
            continue
        most = most_of(indicator, known[indicator.question])
        if most is None or most <= 0:
            Entry({}, f"{system.id}, indicator {code}", problems).complain(
                Text("按满分折算的指标要有满分。", "An indicator taken as a share of its maximum needs one."),
                found=str(most),
                expected=Text("max = 数", "max = a number"),
            )
