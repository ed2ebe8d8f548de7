"""A plan in words: what is raised, from where to where, with the questionnaire's own options and anchors; in both languages."""

from __future__ import annotations

import numpy as np

from hmsurvey.analysis.planner import Plan, Raise
from hmsurvey.answers import DK, percentages
from hmsurvey.effort import items_of
from hmsurvey.errors import LANGS, Text
from hmsurvey.questions import Question
from hmsurvey.study import SurveyResult

_UNKNOWN = Text("不清楚", "don't know")


def says(result: SurveyResult, unit: str, plan: Plan) -> tuple[Text, ...]:
    """Return a plan as one sentence for each answer that is raised."""
    row = result.survey.answers.units.index(unit)
    return tuple(raise_words(result, row, one) for one in plan.raises)


def raise_words(result: SurveyResult, row: int, one: Raise) -> Text:
    """Return in words how far one answer of the unit in a row is raised."""
    question = result.survey.codebook.question(one.question)
    title = title_of(result, question)
    change = _change(result, question, row, one)
    return Text(f"{title.zh}：{change.zh}", f"{title.en}: {change.en}")


def short_words(result: SurveyResult, row: int, one: Raise) -> Text:
    """Return the same in few words, without anchors: where space is short."""
    question = result.survey.codebook.question(one.question)
    title = title_of(result, question)
    n = round(one.place - one.now)
    if question.kind == "many":
        change = Text(f"再做到 {n} 项", f"{n} more {'item' if n == 1 else 'items'}")
    elif question.kind == "one":
        low, high = _level(result, question, row, one), question.options[int(one.write)].label
        change = Text(f"{low.zh} → {high.zh}", f"{low.en} → {high.en}")
    elif question.kind == "rate":
        top, bottom = result.survey.answers.values[question.code][row]
        change = Text(*(2 * [f"{top:g} → {one.write:g} / {bottom:g}"]))
    else:
        low = _level(result, question, row, one)
        change = Text(f"{low.zh} → {one.place:g}", f"{low.en} → {one.place:g}")
    return Text(f"{title.zh}：{change.zh}", f"{title.en}: {change.en}")


def _level(result: SurveyResult, question: Question, row: int, one: Raise) -> Text:
    """Return where an answer stands: its level, its number, or "don't know"."""
    if int(result.survey.answers.states[question.code][row]) == DK:
        return _UNKNOWN
    if question.kind == "one":
        return question.options[question.place_of_option(question.levels[int(one.now)])].label
    return Text(*(2 * [f"{one.now:g}"]))


def title_of(result: SurveyResult, question: Question) -> Text:
    """Return what an answer is called: its code and the name of its indicator, or of the question."""
    system = result.scores.system if result.scores is not None else None
    indicators = system.indicators if system is not None else ()
    label = next((i.label for i in indicators if i.question == question.code), question.name)
    return Text(
        *(question.code if label.of(lang) == question.code else f"{question.code} {label.of(lang)}" for lang in LANGS)
    )


def _change(result: SurveyResult, question: Question, row: int, one: Raise) -> Text:
    answers = result.survey.answers
    if question.kind == "one":
        low = _level(result, question, row, one)
        high = question.options[int(one.write)]
        zh, en = f"由“{low.zh}”提高到“{high.label.zh}”", f"from “{low.en}” to “{high.label.en}”"
        anchor = high.anchor
        return Text(zh + (f"：{anchor.zh}" if anchor.zh else ""), en + (f": {anchor.en}" if anchor.en else ""))
    if question.kind == "many":
        return _more(result, question, row, one)
    if question.kind == "rate":
        top, bottom = answers.values[question.code][row]
        before = float(percentages(np.array([[top, bottom]]))[0])
        zh = f"由 {_percent(before)} 提高到 {_percent(one.place)}（{bottom:g} 中由 {top:g} 到 {one.write:g}）"
        en = f"from {_percent(before)} to {_percent(one.place)} (from {top:g} to {one.write:g} of {bottom:g})"
        return Text(zh, en)
    low = _level(result, question, row, one)
    return Text(f"由 {low.zh} 提高到 {one.place:g}", f"from {low.en} to {one.place:g}")


def _more(result: SurveyResult, question: Question, row: int, one: Raise) -> Text:
    """Say how many more items are to be in place, and which are open."""
    system = result.scores.system if result.scores is not None else None
    ticks = result.survey.answers.values[question.code][row]
    unticked = [question.options[k].label for k in items_of(question, system) if not ticks[k]]
    n = round(one.place - one.now)
    zh, en = "、".join(label.zh for label in unticked), "; ".join(label.en for label in unticked)
    if n == len(unticked):
        return Text(
            f"补齐其余 {n} 项：{zh}", f"the {n} that are open: {en}" if n > 1 else f"the one that is open: {en}"
        )
    return Text(f"再做到 {n} 项（任选）：{zh}", f"{n} more, any of: {en}")


def _percent(value: float) -> str:
    return f"{value:.1f}%" if value != round(value) else f"{value:.0f}%"
