"""Does a staging rule fit a codebook and a system? Every score, question and level it names is held against them, all problems at once."""

from __future__ import annotations

import math

from hmsurvey.codebook import check_condition
from hmsurvey.definitionfile import Entry
from hmsurvey.errors import DefinitionError, Problem, Text
from hmsurvey.questions import Codebook, Question, matching_codes
from hmsurvey.rules import Need, Rule, each_need
from hmsurvey.systems import IndicatorSystem

_UNORDERED = ("many", "text", "date")


def check_rule(rule: Rule, codebook: Codebook, *, system: IndicatorSystem | None = None) -> None:
    """Hold a rule to the codebook and, if it asks for scores, to the system.

    Raises
    ------
    DefinitionError
        With every score, indicator, question or option that is not there.
    """
    problems: list[Problem] = []
    for name, wanted, found in (
        ("system", rule.system, system.id if system else ""),
        ("codebook", rule.codebook, codebook.id),
    ):
        if wanted and found and wanted != found:
            Entry({}, f"{rule.id}, {name}", problems).complain(
                Text("规则属于另一套定义。", "The rule belongs to other definitions."),
                found=found,
                expected=Text(wanted, wanted),
            )
    for need in each_need(rule.needs):
        entry = Entry({}, f"{rule.id}, need {need.code}", problems)
        if need.subject in ("score", "every", "min_over", "points"):
            _check_target(entry, need, system)
        elif need.subject == "condition":
            check_condition(entry, need.condition, codebook, "condition")
        elif need.subject in ("answer", "share_of", "count_of"):
            _check_answers(entry, need, codebook)
    questions = {q.code for q in codebook.all_questions}
    for key, code in (("by", rule.rollup_by), ("weight", rule.rollup_weight)):
        if code and code not in questions:
            Entry({}, f"{rule.id}, rollup", problems).complain(
                Text("题目不存在。", "There is no such question."), found=f"{key} = {code}"
            )
        elif code:
            kind = codebook.question(code).kind
            allowed = ("number",) if key == "weight" else ("one", "text", "number", "year", "date")
            if kind not in allowed:
                Entry({}, f"{rule.id}, rollup", problems).complain(
                    Text("题型不合。", "The kind of question does not suit."),
                    found=f"{key} = {code}: {kind}",
                    expected=Text("、".join(allowed), ", ".join(allowed)),
                )
    if rule.per_answer:
        _check_per_answer(Entry({}, f"{rule.id}, per_answer", problems), *rule.per_answer, codebook)
    if problems:
        raise DefinitionError(problems)


def _check_target(entry: Entry, need: Need, system: IndicatorSystem | None) -> None:
    if system is None:
        entry.complain(
            Text("规则要用分数，但没有给出指标体系。", "The rule asks for scores, but no system was given."),
            found=f"{need.subject} = {need.target}",
            fix=Text("给出 --system。", "give --system."),
        )
        return
    if need.subject == "score":
        known = [node.code for node in system.nodes]
    elif need.subject == "points":
        known = [i.code for i in system.indicators]
    else:
        known = sorted({node.level for node in system.nodes if node.level})
    if need.target not in known:
        entry.complain(
            Text("指标体系里没有这个代码。", "The system does not have this code."),
            found=f"{need.subject} = {need.target}",
            expected=Text("、".join(known[:30]), ", ".join(known[:30])),
            fix=_other_subject(need, system),
        )


def _other_subject(need: Need, system: IndicatorSystem) -> Text | None:
    """Say which word to use when the code exists, but as something else."""
    if need.target in {i.code for i in system.indicators}:
        return Text(
            f'这是指标，写 points = "{need.target}"。', f'this is an indicator: write points = "{need.target}".'
        )
    if need.target in {n.code for n in system.nodes}:
        return Text(f'这是节点，写 score = "{need.target}"。', f'this is a node: write score = "{need.target}".')
    return None


def _check_per_answer(entry: Entry, pattern: str, pairs: tuple[tuple[str, str], ...], codebook: Codebook) -> None:
    codes = matching_codes(pattern, [q.code for q in codebook.all_questions])
    if not codes:
        entry.complain(Text("questions 没有对应的题目。", "`questions` matches no question."), found=pattern)
    for code in codes:
        question = codebook.question(code)
        options = [o.code for o in question.options]
        if question.kind != "one":
            entry.complain(
                Text("逐题定阶段只用于单选题。", "Only questions of kind one are staged answer by answer."),
                found=f"{code}: {question.kind}",
            )
        elif unknown := [option for option, _ in pairs if option not in options]:
            _complain_of_options(entry, question, unknown)


def _check_answers(entry: Entry, need: Need, codebook: Codebook) -> None:
    codes = [q.code for q in codebook.all_questions]
    matched = [c for c in codes if c == need.target] if need.subject == "answer" else matching_codes(need.target, codes)
    if not matched:
        entry.complain(
            Text("题目不存在。", "There is no such question."),
            found=need.target,
            expected=Text("、".join(codes[:20]), ", ".join(codes[:20])),
        )
    for code in matched:
        question = codebook.question(code)
        ordered = bool(need.at_least) or (need.subject == "answer" and bool(need.bounds))
        if ordered and question.kind in _UNORDERED:
            entry.complain(
                Text("这种题目没有高低之分。", "A question of this kind has no order."),
                found=f"{code}: {question.kind}",
            )
        elif unknown := _unknown_answers(need, question):
            _complain_of_options(entry, question, unknown)
            return


def _complain_of_options(entry: Entry, question: Question, unknown: list[str]) -> None:
    options = [o.code for o in question.options] or ["0", "1.5", "..."]
    entry.complain(
        Text("题目没有这个档次或选项。", "The question has no such level or option."),
        found=f"{question.code}: {', '.join(unknown)}",
        expected=Text("、".join(options), ", ".join(options)),
    )


def _unknown_answers(need: Need, question: Question) -> list[str]:
    """Return what a need asks of a question that its answers cannot be."""
    options = [o.code for o in question.options]
    if question.kind in ("one", "many"):
        unknown = [o for o in need.options if o not in options]
        unknown += [need.at_least] if need.at_least and need.at_least not in question.levels else []
    elif question.kind in ("text", "date"):
        return []
    else:
        unknown = [o for o in (*need.options, need.at_least) if o and o not in options and not _reads_as_number(o)]
    if question.kind == "one" and need.subject == "answer":
        unknown += [f"{value:g}" for _, value in need.bounds if math.isnan(place_in_scale(question, value))]
    return unknown


def _reads_as_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def place_in_scale(question: Question, value: float) -> float:
    """Return the place a bound stands for: of the level with that code, else the place itself (lowest 0); NaN beyond the scale."""
    code = f"{value:g}"
    if code in question.levels:
        return float(question.levels.index(code))
    return value if value.is_integer() and 0 <= value < len(question.levels) else float("nan")
