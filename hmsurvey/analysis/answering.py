"""How one question was answered, and how silent each part of a questionnaire is.

Counts answers as they stand; what an answer is worth is not known here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.answers import STATE_WORDS
from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.questions import Question
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

SILENCE_LABELS = {
    "answered": Text("有答案", "Answered"),
    "none": Text("都没有", "None of these"),
    "dk": Text("不清楚", "Don't know"),
    "na": Text("不适用", "Not applicable"),
    "skipped": Text("按规则跳过", "Rightly skipped"),
    "missing": Text("未答", "Missing"),
}
SHARE = Text("占被问者（%）", "Of those asked (%)")


def find_question(result: SurveyResult, code: str) -> Question:
    """Return a question of a survey, or say which there are."""
    book = result.survey.codebook
    if code not in {question.code for question in book.all_questions}:
        known = [question.code for question in book.all_questions]
        raise UsageError(
            Problem(
                Text("问卷中没有这道题。", "The codebook has no such question."),
                where=f"{book.id} {book.version}",
                found=code,
                expected=Text("、".join(known), ", ".join(known)),
            )
        )
    return book.question(code)


def tabulate_answers(result: SurveyResult, question: str) -> Table:
    """Count the answers to one question that is answered by choosing.

    Returns
    -------
    Table
        One row an option, then one for what is missing: n, `share_pct` of those who were asked. Where several may be ticked the
        shares add up to more than 100.

    Raises
    ------
    UsageError
        There is no such question, or it is not answered by choosing.
    """
    asked = find_question(result, question)
    if asked.kind not in ("one", "many"):
        raise UsageError(
            Problem(
                Text("这道题不是选择题。", "This question is not answered by choosing."),
                found=f"{asked.code} ({asked.kind})",
                expected=Text("one、many", "one, many"),
            )
        )
    values, states = result.survey.answers.values[question], result.survey.answers.states[question]
    n_asked = int((states != STATE_WORDS.index("skipped")).sum())
    rows: list[dict[str, object]] = []
    for place, option in enumerate(asked.options):
        chosen = values[:, place] if asked.kind == "many" else values == place
        if option.kind in ("na", "dk"):
            chosen = states == STATE_WORDS.index(option.kind)
        rows.append({"answer": option.code, "n": int(chosen.sum())})
    rows.append({"answer": "(missing)", "n": int((states == STATE_WORDS.index("missing")).sum())})
    frame = pd.DataFrame(rows)
    frame["share_pct"] = 100.0 * frame["n"] / n_asked if n_asked else np.nan
    labels = {option.code: option.label for option in asked.options} | {"(missing)": SILENCE_LABELS["missing"]}
    columns = (
        Column("answer", Text("回答", "Answer"), "code", labels=labels),
        Column("n", Text("企业数", "n"), "count"),
        Column("share_pct", SHARE, "percent"),
    )
    notes = (Text("可多选，合计可超过100%", "several may be ticked: more than 100% in all"),)
    title = asked.label
    provenance = result.survey.provenance
    return Table(frame, provenance, f"answers_{question}", title, columns, notes if asked.kind == "many" else ())


def tabulate_silences(result: SurveyResult) -> Table:
    """Count the answers of every section of a questionnaire by what they are: an answer, or one of the five silences.

    Returns
    -------
    Table
        One row a section and one for all: `n_questions`, `n_cells` (enterprises x questions), and the share of each state, which add up to 100.
    """
    book, answers = result.survey.codebook, result.survey.answers
    sections = dict(book.sections) or {"": NOTHING}
    rows = []
    for code in (*sections, "all"):
        questions = [q.code for q in book.questions if code in ("all", q.section)]
        states = np.concatenate([answers.states[q] for q in questions]) if questions else np.array([], dtype=np.int8)
        row: dict[str, object] = {"section": code, "n_questions": len(questions), "n_cells": len(states)}
        for word in SILENCE_LABELS:
            share = 100.0 * (states == STATE_WORDS.index(word)).mean() if len(states) else np.nan
            row[f"share_{word}_pct"] = share
        rows.append(row)
    columns = (
        Column("section", Text("部分", "Section"), "code", labels=sections | {"all": Text("合计", "All")}),
        Column("n_questions", Text("题数", "Questions"), "count"),
        Column("n_cells", Text("答案格数", "Cells"), "count", Text("企业数乘题数", "enterprises times questions")),
        *(
            Column(f"share_{word}_pct", Text(f"{label.zh}（%）", f"{label.en} (%)"), "percent")
            for word, label in SILENCE_LABELS.items()
        ),
    )
    title = Text(f"答案与五种空缺：{result.plan.label.zh}", f"Answers and the five silences: {result.plan.label.en}")
    provenance = result.survey.provenance
    return Table(pd.DataFrame(rows), provenance, f"silences_{result.plan.code}", title, columns)
