"""Archive types by carrier, and the stage of every enterprise x archive type.

Speaks only of how the enterprise keeps its archives. Where a type is filed on a platform is another question.
"""

from __future__ import annotations

import pandas as pd

from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.words import stage_labels
from hmsurvey.answers import DK, MISSING, NA, SKIPPED
from hmsurvey.errors import Text
from hmsurvey.questions import matching_codes
from hmsurvey.rules import UNSTAGED
from hmsurvey.staging import stage_answers
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table


def tabulate_carriers(result: SurveyResult) -> Table:
    """Count enterprises by archive type and carrier level, over the enterprises to which the type applies.

    Returns
    -------
    Table
        One row a question of the rule's `per_answer`: n_applicable, `n_LEVEL`, `share_LEVEL_pct`, n_dk, n_missing.
    """
    rule, survey = need_stages(result).rule, result.survey
    pattern = rule.per_answer[0] if rule.per_answer else ""
    codes = matching_codes(pattern, [q.code for q in survey.codebook.all_questions])
    questions = [survey.codebook.question(code) for code in codes]
    levels = list(dict.fromkeys(level for question in questions for level in question.levels))
    rows = []
    for question in questions:
        states, values = survey.answers.states[question.code], survey.answers.values[question.code]
        applicable = int(((states != NA) & (states != SKIPPED)).sum())
        row: dict[str, object] = {"question": question.code, "n_applicable": applicable}
        counts = {level: int((values == question.place_of_option(level)).sum()) for level in levels}
        row |= {f"n_{level}": n for level, n in counts.items()}
        row |= {"n_dk": int((states == DK).sum()), "n_missing": int((states == MISSING).sum())}
        row |= {f"share_{level}_pct": 100.0 * n / applicable if applicable else None for level, n in counts.items()}
        rows.append(row)
    words = {o.code: o.label for question in questions for o in question.options}
    columns = (
        Column("question", Text("档案类型", "Archive type"), "code", labels=type_labels(result)),
        Column("n_applicable", Text("应有企业数", "n applicable"), "count"),
        *(Column(f"n_{level}", words[level], "count") for level in levels),
        Column("n_dk", Text("不清楚", "Don't know"), "count"),
        Column("n_missing", Text("未答", "Missing"), "count"),
        *(
            Column(f"share_{level}_pct", Text(f"{words[level].zh}（%）", f"{words[level].en} (%)"), "percent")
            for level in levels
        ),
    )
    title = Text("各类环保档案的载体", "Carriers by archive type")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, need_stages(result).provenance, f"carriers_{result.plan.code}", title, columns)


def type_labels(result: SurveyResult) -> dict[str, Text]:
    """Return the names of the questions that are staged one by one."""
    rule = need_stages(result).rule
    pattern = rule.per_answer[0] if rule.per_answer else ""
    codes = matching_codes(pattern, [q.code for q in result.survey.codebook.all_questions])
    return {code: result.survey.codebook.question(code).name for code in codes}


def tabulate_type_stages(result: SurveyResult) -> Table:
    """Count the stages of enterprise x archive type, by archive type."""
    stages = need_stages(result)
    each = stage_answers(result.survey, stages.rule)
    codes = [*stages.rule.codes, UNSTAGED]
    types = type_labels(result)
    counts = pd.crosstab(each["question"], each["stage"].astype(object)).reindex(
        index=list(types), columns=codes, fill_value=0
    )
    frame = pd.DataFrame({"question": list(types), "n": counts.sum(axis=1).to_numpy()})
    for code in codes:
        frame[f"n_{code}"] = counts[code].to_numpy()
    labels = stage_labels(stages.rule)
    columns = (
        Column("question", Text("档案类型", "Archive type"), "code", labels=types),
        Column("n", Text("应有企业数", "n applicable"), "count"),
        *(Column(f"n_{code}", labels[code], "count") for code in codes),
    )
    title = Text("各类环保档案的阶段", "Stages by archive type")
    return Table(frame, stages.provenance, f"type_stages_{result.plan.code}", title, columns)
