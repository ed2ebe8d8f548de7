"""All questions with many answers of a survey, a line each: how much is ticked, what most of all, and whether cities differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.multianswer import compare_cities, many_questions, ticks_of
from hmsurvey.analysis.populations import populations_of
from hmsurvey.analysis.shares import note_column
from hmsurvey.errors import DataError, Text
from hmsurvey.questions import Question
from hmsurvey.statistics.adjustment import adjust
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

NOT_TESTED = Text("答卷太少或回答全同，未作检验。", "Too few answers, or all alike: not tested.")
_DRAWS = 999  # a screening of many questions; the test of one question takes more


def leading_question(result: SurveyResult) -> Question | None:
    """Return the question with the most ticks, the profile of the respondent (the first section) left aside."""
    first = next(iter(result.survey.codebook.sections), ("",))[0]
    asked = [question for question in many_questions(result) if question.section != first]
    return max(asked, key=lambda question: int(ticks_of(result, question.code).ticked.sum()), default=None)


def tabulate_many(source: Analysis | SurveyResult, survey: str = "", *, draws: int = _DRAWS) -> Table:
    """List the questions with many answers: who answered, how many options they tick, the most ticked one, and whether cities differ.

    Parameters
    ----------
    source
        A study carried out, or one survey alone.
    survey
        Which survey of the study.
    draws
        How often enterprises are dealt out anew among the cities, for each question.

    Returns
    -------
    Table
        `n_answered`, `n_none`, `mean_ticked`, `most`, `share_pct` (of the most ticked), `effect` (V), its interval, `p` and `p_holm` (over the questions of the table); `note` where
        cities could not be compared.

    Raises
    ------
    UsageError
        There is no such survey.
    """
    seen = populations_of(source, survey)
    rows, labels = [], {}
    for question in many_questions(seen.result):
        ticks = ticks_of(seen.result, question.code)
        kinds = {option.code: option.kind for option in question.options}
        there = np.array([kinds[code] != "none" for code in ticks.codes])
        counts = ticks.ticked.sum(axis=0)
        place = int(np.argmax(np.where(there, counts, -1)))
        most = f"{question.code}/{ticks.codes[place]}"
        labels[most] = question.options[question.place_of_option(ticks.codes[place])].label
        row = {
            "question": question.code,
            "n_answered": ticks.n,
            "n_none": int(counts[~there].sum()),
            "mean_ticked": float(ticks.ticked[:, there].sum(axis=1).mean()) if ticks.n else np.nan,
            "most": most if ticks.n else "",
            "share_pct": 100.0 * counts[place] / ticks.n if ticks.n else np.nan,
        }
        try:
            _, found = compare_cities(source, survey, question=question.code, draws=draws)
            row |= {"effect": found.effect, "effect_low": found.effect_low, "effect_high": found.effect_high, "p": found.p, "note": ""}  # fmt: skip
        except DataError:
            row |= {"effect": np.nan, "effect_low": np.nan, "effect_high": np.nan, "p": np.nan, "note": NOT_TESTED.en}
        rows.append(row)
    names = ["question", "n_answered", "n_none", "mean_ticked", "most", "share_pct", "effect", "effect_low", "effect_high", "p", "note"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names)
    frame.insert(len(frame.columns) - 1, "p_holm", adjust(frame["p"].to_numpy(dtype=float)))
    questions = {q.code: q.label for q in many_questions(seen.result)}
    columns = (
        Column("question", Text("题目", "Question"), "code", labels=questions),
        Column("n_answered", Text("答了本题", "Answered"), "count"),
        Column("n_none", Text("其中答“都没有”", "Of them none"), "count"),
        Column("mean_ticked", Text("平均勾选项数", "Mean options ticked"), "number"),
        Column("most", Text("勾选最多的选项", "Most ticked"), "code", labels=labels),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
        Column("effect", Text("各市差别 V", "Difference of cities V"), "number", decimals=2),
        Column("effect_low", Text("95% 区间下限", "95% interval from"), "number", decimals=2),
        Column("effect_high", Text("上限", "to"), "number", decimals=2),
        Column("p", Text("p 值", "p"), "number", decimals=4),
        Column("p_holm", Text("p（Holm 校正）", "p (Holm)"), "number", decimals=4),
        note_column(frame, (NOT_TESTED,)),
    )
    how = Text(
        f"检验把整家企业在各市之间重新分派 {draws} 次（A119），p 最小为 {1 / (draws + 1):.4f}；Holm 校正按本表的题数。",
        f"Tests deal whole enterprises out anew among the cities {draws} times (A119), so p is at least {1 / (draws + 1):.4f}; Holm's adjustment is over the questions of this table.",
    )
    plan = seen.result.plan
    title = Text(f"多选题一览：{plan.label.zh}", f"Questions with many answers: {plan.label.en}")
    return Table(frame, seen.provenance, f"many_{plan.code}", title, columns, (how,))
