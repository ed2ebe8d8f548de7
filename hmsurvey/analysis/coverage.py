"""Who exists, who was asked, who answered, and what they left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.tabulation import notes_on_blanks
from hmsurvey.analysis.words import ALL, ALL_LABEL, group_label, group_labels, groups_of
from hmsurvey.answers import DK, MISSING, NA, SKIPPED, is_usable
from hmsurvey.errors import Text
from hmsurvey.provenance import combine
from hmsurvey.registry import registry_table
from hmsurvey.rules import UNSTAGED
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table


def _percent(part: pd.Series, whole: pd.Series) -> pd.Series:
    return 100.0 * part / whole.where(whole > 0)


def _registered(analysis: Analysis) -> pd.DataFrame:
    if analysis.registry is None:
        return pd.DataFrame()
    return registry_table(analysis.registry).frame


def tabulate_coverage(analysis: Analysis) -> Table:
    """Count enterprises in production and closed by city, and how many of them each survey reached.

    Returns
    -------
    Table
        One row a city of the registry (or with respondents) and one for all. `coverage_SURVEY_pct` is usable answers per enterprise in production.
        A city without respondents has its row.
    """
    registry = _registered(analysis)
    usable = {code: groups_of(result.survey).value_counts() for code, result in analysis.results.items()}
    book = next(iter(analysis.results.values())).survey.codebook
    labels = group_labels(book)
    order = [c for c in labels if c != ALL and (c in registry.index or any(c in u.index for u in usable.values()))]
    order += sorted({str(code) for counts in usable.values() for code in counts.index} - set(labels))  # written freely
    frame = pd.DataFrame({"group": order})
    columns = [Column("group", group_label(book), "code", labels=labels)]
    for code, label in (
        ("n_in_production", Text("在产企业", "In production")),
        ("n_closed", Text("关停企业", "Closed")),
    ):
        if code in registry:
            frame[code] = registry[code].reindex(order).to_numpy()
            columns.append(Column(code, label, "count"))
    for survey, counts in usable.items():
        frame[f"n_usable_{survey}"] = counts.reindex(order).fillna(0).to_numpy()
        name = analysis[survey].plan.label
        columns.append(
            Column(f"n_usable_{survey}", Text(f"有效答卷：{name.zh}", f"Usable answers: {name.en}"), "count")
        )
    total = frame.drop(columns="group").sum(min_count=1)
    for survey, counts in usable.items():
        total[f"n_usable_{survey}"] = counts.sum()
    frame = pd.concat([frame, pd.DataFrame([{"group": ALL, **total}])], ignore_index=True)
    if "n_in_production" in frame:
        for survey in usable:
            frame[f"coverage_{survey}_pct"] = _percent(frame[f"n_usable_{survey}"], frame["n_in_production"])
            name = analysis[survey].plan.label
            meaning = Text("有效答卷 ÷ 在产企业", "usable answers over enterprises in production")
            columns.append(
                Column(
                    f"coverage_{survey}_pct",
                    Text(f"覆盖率（%）：{name.zh}", f"Coverage (%): {name.en}"),
                    "percent",
                    meaning,
                )
            )
    title = Text("登记企业与调查覆盖", "Registry and coverage by city")
    notes: tuple[Text, ...] = ()
    if "n_in_production" in frame and any(len(counts) < len(order) for counts in usable.values()):
        note = "The last row divides by all cities of the registry, those without usable answers included."
        notes = (Text("合计行以登记的全部城市为分母，含没有有效答卷的城市。", note),)
    return Table(frame, analysis.provenance, "coverage", title, tuple(columns), notes)


def tabulate_sample_flow(analysis: Analysis) -> Table:
    """Follow each survey from the registry to the staged: in production, sent, returned, usable, staged.

    Steps that the registry does not record are missing, not zero.
    """
    registry = _registered(analysis)
    rows = []
    for code, result in analysis.results.items():
        staged = int((result.stages.stage != UNSTAGED).sum()) if result.stages is not None else np.nan
        row: dict[str, object] = {"survey": code}
        for step, column in (
            ("in_production", "n_in_production"),
            ("sent", f"n_sent_{code}"),
            ("returned", f"n_returned_{code}"),
        ):
            row[step] = registry[column].sum(min_count=1) if column in registry else np.nan
        rows.append(row | {"usable": len(result.survey.answers), "staged": staged})
    labels = {code: result.plan.label for code, result in analysis.results.items()}
    columns = (
        Column("survey", Text("调查", "Survey"), "code", labels=labels),
        Column("in_production", Text("在产企业", "In production"), "count"),
        Column("sent", Text("发放", "Sent"), "count"),
        Column("returned", Text("回收", "Returned"), "count"),
        Column("usable", Text("有效", "Usable"), "count"),
        Column("staged", Text("可定阶段", "Staged"), "count"),
    )
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    blank = Text(
        "空格：名录没有登记这一步，或该调查不定阶段。",
        "A blank: the registry does not record the step, or the survey has no stages.",
    )
    steps = ["in_production", "sent", "returned", "staged"]
    notes = notes_on_blanks(frame, steps, blank)
    return Table(frame, analysis.provenance, "sample_flow", Text("样本流程", "Sample flow"), columns, notes)


def tabulate_nonresponse(result: SurveyResult) -> Table:
    """Count, for every question, the five silences: missing, don't know, not applicable, rightly skipped, and usable answers."""
    survey = result.survey
    rows = []
    for question in survey.codebook.questions:
        states = survey.answers.states[question.code]
        asked = int((states != SKIPPED).sum())
        missing = int((states == MISSING).sum())
        rows.append(
            {
                "question": question.code,
                "n_asked": asked,
                "n_usable": int(is_usable(states).sum()),
                "n_missing": missing,
                "n_dk": int((states == DK).sum()),
                "n_na": int((states == NA).sum()),
                "n_skipped": int((states == SKIPPED).sum()),
                "missing_pct": 100.0 * missing / asked if asked else np.nan,
            }
        )
    labels = {q.code: Text(f"{q.code} {q.label.zh}", f"{q.code} {q.label.en}") for q in survey.codebook.questions}
    columns = (
        Column("question", Text("题目", "Question"), "code", labels=labels),
        Column("n_asked", Text("应答", "Asked"), "count"),
        Column("n_usable", Text("有答案", "Answered"), "count"),
        Column("n_missing", Text("未答", "Missing"), "count"),
        Column("n_dk", Text("不清楚", "Don't know"), "count"),
        Column("n_na", Text("不适用", "Not applicable"), "count"),
        Column("n_skipped", Text("按规则跳过", "Rightly skipped"), "count"),
        Column("missing_pct", Text("未答率（%）", "Missing (%)"), "percent"),
    )
    title = Text(f"各题未答情况：{result.plan.label.zh}", f"Item non-response: {result.plan.label.en}")
    provenance = combine(survey.provenance)
    return Table(pd.DataFrame(rows), provenance, f"nonresponse_{result.plan.code}", title, columns)


__all__ = ["ALL_LABEL", "tabulate_coverage", "tabulate_nonresponse", "tabulate_sample_flow"]
