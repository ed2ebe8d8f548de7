"""The words that several tables share: cities, stages, and who belongs where."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hmsurvey.errors import Lang, Text
from hmsurvey.questions import Codebook
from hmsurvey.rules import UNSTAGED, UNSTAGED_LABEL, Rule
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.survey import Survey

ALL = "all"
UNKNOWN = "unknown"
ALL_LABEL = Text("合计", "All")
UNKNOWN_LABEL = Text("未注明", "Not stated")
UNIT_LABEL = Text("企业编号", "Enterprise id")


def group_label(book: Codebook) -> Text:
    """Return what the groups are called: the name of the group question."""
    return book.question(book.group_question).name if book.group_question else Text("组", "Group")


def groups_of(survey: Survey) -> pd.Series:
    """Return the group (city) code of every unit, `unknown` where it is missing, `all` where there is no group question."""
    book, answers = survey.codebook, survey.answers
    index = pd.Index(answers.units, name="unit", dtype=object)
    if not book.group_question:
        return pd.Series(ALL, index=index, dtype=object, name="group")
    question = book.question(book.group_question)
    if question.kind == "one":
        codes = np.array([o.code for o in question.options] + [UNKNOWN], dtype=object)[answers.values[question.code]]
    else:
        codes = np.array([_group_text(value) for value in answers.values[question.code]], dtype=object)
    return pd.Series(codes, index=index, dtype=object, name="group")


def _group_text(value: object) -> str:
    """Return a group that was written freely; a text that is one of our own codes gets a mark, so that the two stay apart."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if not text or text == "nan":
        return UNKNOWN
    return f"{text}*" if text in (ALL, UNKNOWN) else text


def group_labels(book: Codebook) -> dict[str, Text]:
    """Return the labels of all groups, the total and "not stated" included."""
    question = book.question(book.group_question) if book.group_question else None
    labels = {o.code: o.label for o in question.options} if question else {}
    return labels | {ALL: ALL_LABEL, UNKNOWN: UNKNOWN_LABEL}


def group_order(survey: Survey) -> list[str]:
    """Return the groups that have units, in the codebook's order, "not stated" last."""
    present = set(groups_of(survey))
    order = [code for code in group_labels(survey.codebook) if code in present]
    return order + sorted(present - set(order))


def stage_labels(rule: Rule) -> dict[str, Text]:
    """Return the labels of all stages from the highest down, `unstaged` last."""
    return {code: rule.label_of(code) for code in rule.codes} | {UNSTAGED: UNSTAGED_LABEL}


def names_of(result: SurveyResult) -> Mapping[str, str]:
    """Return the readable name of every unit, or its id."""
    book, answers = result.survey.codebook, result.survey.answers
    if not book.name_question or book.question(book.name_question).kind != "text":
        return {unit: unit for unit in answers.units}
    names = answers.values[book.name_question]
    return {unit: name or unit for unit, name in zip(answers.units, names, strict=True)}


def reproduction_lines(analysis: Analysis, lang: Lang) -> list[str]:
    """Return the comparison with published results as lines of text, one a study and one a result."""
    if analysis.reproduction is None:
        return []
    lines = [analysis.study.label.of(lang)]
    for row in analysis.reproduction.frame.to_dict("records"):
        what, n = row["what"], row["n_published"]
        if row["given"]:
            words = Text(f"按公布值采用（{n}）", f"taken as published ({n})")
        else:
            gap = row["largest_difference"]
            far = Text("", "") if pd.isna(gap) else Text(f"，最大差 {gap:.1e}", f", largest difference {gap:.1e}")
            words = Text(f"{row['n_equal']}/{n}{far.zh}", f"{row['n_equal']}/{n}{far.en}")
        lines.append(f"  {what:<24} {words.of(lang)}")
    return lines
