"""Why does this enterprise have this stage? The whole walk for one unit: answer, points, weight, area, total, need.

Only repeats what the engine computed; it computes nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hmsurvey.analysis.words import group_labels, groups_of, names_of, stage_labels
from hmsurvey.answers import MISSING, STATE_WORDS, is_usable, percentages
from hmsurvey.errors import LANGS, Lang, Problem, Text, UsageError
from hmsurvey.provenance import KIND_WORDS
from hmsurvey.questions import Question, matching_codes
from hmsurvey.rules import UNSTAGED, describe
from hmsurvey.scoring import Scores
from hmsurvey.staging import Stages, because
from hmsurvey.study import SurveyResult
from hmsurvey.survey import Survey
from hmsurvey.systems import weights_of

_STATES = {
    "missing": Text("未答", "no answer"),
    "na": Text("不适用", "not applicable"),
    "dk": Text("不清楚", "don't know"),
    "none": Text("以上都没有", "none of these"),
    "skipped": Text("按规则跳过", "rightly skipped"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the walk: how deep, and its words in both languages."""

    depth: int
    words: Text


def explain(result: SurveyResult, unit: str) -> tuple[Line, ...]:
    """Return the walk from a unit's answers to its stage, line by line.

    Raises
    ------
    UsageError
        The survey has no such unit; similar ids are listed.
    """
    units = result.survey.answers.units
    if unit not in units:
        similar = [u for u in units if unit.casefold() in u.casefold()][:10] or list(units[:10])
        raise UsageError(
            Problem(
                Text("没有这个企业。", "There is no such enterprise."),
                where=result.plan.code,
                found=unit,
                expected=Text("例如 " + "、".join(similar), "such as " + ", ".join(similar)),
            )
        )
    row = units.index(unit)
    return tuple(_walk(result, unit, row))


def _walk(result: SurveyResult, unit: str, row: int) -> Iterator[Line]:
    survey, scores, stages = result.survey, result.scores, result.stages
    group = group_labels(survey.codebook).get(groups_of(survey).iloc[row], Text("", ""))
    kind = KIND_WORDS[survey.provenance.kind]
    name = names_of(result)[unit]
    head = unit if name == unit else f"{unit} {name}"
    yield Line(0, Text(f"{head}　{group.zh}　[{kind.zh}]", f"{head}, {group.en} [{kind.en}]"))
    if scores is not None:
        yield Line(0, Text("得分（作答 → 得分/满分 × 权重）", "Scores (answer -> points/maximum x weight)"))
        yield from _score_lines(survey, scores, scores.system.total, row, 1)
    if stages is not None:
        if scores is None:
            yield from _answer_lines(survey, stages, row)
        yield from _need_lines(stages, unit, row)
        label = stage_labels(stages.rule)[str(stages.stage.iloc[row])]
        zh, en = (because(stages, lang).iloc[row] for lang in LANGS)
        yield Line(0, Text(f"阶段：{label.zh}。{zh}", f"Stage: {label.en}. {en}"))


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}".rstrip("0").rstrip(".")


def answer_words(survey: Survey, question: Question, row: int) -> Text:
    """Return one answer in words: option labels, a number, two counts, or why it is silent."""
    state = int(survey.answers.states[question.code][row])
    if not is_usable(np.array([state], dtype=np.int8))[0]:
        return _STATES[STATE_WORDS[state]]
    value = survey.answers.values[question.code][row]
    if question.kind == "one":
        option = question.options[int(value)]
        return Text(f"{option.code} {option.label.of('zh')}", f"{option.code} {option.label.of('en')}")
    if question.kind == "many":
        ticked = [option for option, hit in zip(question.options, value, strict=True) if hit]
        if not ticked:
            return _STATES["none"]
        return Text("、".join(o.label.of("zh") for o in ticked), ", ".join(o.label.of("en") for o in ticked))
    if question.kind == "rate":
        share = _number(float(percentages(value[None, :])[0]))
        words = f"{value[0]:g} / {value[1]:g} = {share}%"
        return Text(words, words)
    words = f"{value:g}" if question.kind in ("number", "year") else str(value)
    return Text(words, words)


def _score_lines(survey: Survey, scores: Scores, code: str, row: int, depth: int) -> Iterator[Line]:
    system = scores.system
    node, weights = system.node(code), weights_of(system)
    value = _number(scores.values[code].iloc[row])
    share = 100.0 * scores.available_share[code].iloc[row]
    note = Text("", "")
    if scores.not_applicable[code].iloc[row]:
        note = Text("（不适用）", " (not applicable)")
    elif share < 100 - 1e-9:
        least = f"{100 * node.min_available:g}"
        note = Text(f"（已答 {share:.0f}%，至少须 {least}%）", f" ({share:.0f}% answered, at least {least}% needed)")
    title = _titled(code, node.label)
    weight = "" if code == system.total else f" × {weights[code]:g}"
    yield Line(depth, Text(f"{title.zh}：{value}{weight}{note.zh}", f"{title.en}: {value}{weight}{note.en}"))
    nodes = {n.code for n in system.nodes}
    for child in node.children:
        if child in nodes:
            yield from _score_lines(survey, scores, child, row, depth + 1)
        else:
            yield _indicator_line(survey, scores, child, row, depth + 1)


def _indicator_line(survey: Survey, scores: Scores, code: str, row: int, depth: int) -> Line:
    indicator = scores.system.indicator(code)
    answer = answer_words(survey, survey.codebook.question(indicator.question), row)
    points = _number(scores.points[code].iloc[row])
    most = scores.most[code]
    shares = any(code in n.children and n.aggregate == "ratio" for n in scores.system.nodes)
    tail = (f"/{most:g}" if shares and not np.isnan(most) else "") + f" × {indicator.weight:g}"
    if scores.not_applicable[code].iloc[row]:
        earned = Text("不计入分母", "left out")
    elif points == "–":
        earned = Text("缺失", "missing")
    else:
        earned = Text(points + tail, points + tail)
    title = _titled(code, indicator.label)
    return Line(depth, Text(f"{title.zh}：{answer.zh} → {earned.zh}", f"{title.en}: {answer.en} -> {earned.en}"))


def _titled(code: str, label: Text) -> Text:
    return Text(*(code if label.of(lang) == code else f"{code} {label.of(lang)}" for lang in LANGS))


def _answer_lines(survey: Survey, stages: Stages, row: int) -> Iterator[Line]:
    if stages.rule.per_answer is None:
        return
    pattern, pairs = stages.rule.per_answer
    labels = stage_labels(stages.rule)
    yield Line(0, Text("逐项作答 → 阶段", "Each answer -> stage"))
    for code in matching_codes(pattern, [q.code for q in survey.codebook.all_questions]):
        question = survey.codebook.question(code)
        answer = answer_words(survey, question, row)
        place, state = int(survey.answers.values[code][row]), int(survey.answers.states[code][row])
        level = question.options[place].code if place >= 0 else ""
        unknown = state == MISSING or level
        stage = labels[dict(pairs).get(level, UNSTAGED)] if unknown else Text("不涉及", "does not apply")
        zh, en = question.label.of("zh"), question.label.of("en")
        yield Line(1, Text(f"{code} {zh}：{answer.zh} → {stage.zh}", f"{code} {en}: {answer.en} -> {stage.en}"))


def _need_lines(stages: Stages, unit: str, row: int) -> Iterator[Line]:
    system = stages.scores.system if stages.scores else None
    for stage in stages.rule.stages:
        if not stage.needs:
            continue
        yield Line(0, Text(f"{stage.label.zh}的要求", f"Needs of {stage.label.en}"))
        for need in stage.needs:
            met = stages.met[need.code].iloc[row]
            found = stages.found[need.code].iloc[row]
            if pd.isna(met):
                mark = Text("无法判断", "cannot be told")
            else:
                mark = Text("满足", "met") if met else Text("不满足", "not met")
            has = Text("", "") if np.isnan(found) else Text(f"，实际 {_number(found)}", f", has {_number(found)}")
            words = describe(need, system)
            yield Line(1, Text(f"{words.zh}：{mark.zh}{has.zh}", f"{words.en}: {mark.en}{has.en}"))


def render(lines: tuple[Line, ...], lang: Lang) -> str:
    """Return the walk as indented text."""
    return "\n".join("  " * line.depth + line.words.of(lang) for line in lines)
