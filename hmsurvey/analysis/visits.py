"""Field visits beside the questionnaire: the stage before and after, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.words import UNIT_LABEL, stage_labels
from hmsurvey.answers import is_usable
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.provenance import combine
from hmsurvey.study import Analysis
from hmsurvey.survey import Survey
from hmsurvey.tables import Column, Table


def _option_codes(visits: Survey, question: str) -> list[str]:
    asked = visits.codebook.question(question)
    codes = np.array([o.code for o in asked.options] + [""], dtype=object)[visits.answers.values[question]]
    return list(np.where(is_usable(visits.answers.states[question]), codes, ""))


def _record(analysis: Analysis) -> tuple[Survey, pd.DataFrame]:
    """Return the visits and their answers, a row a visit."""
    visits = analysis.visits
    if visits is None:
        raise UsageError(
            Problem(
                Text("没有现场走访记录。", "There is no record of field visits."),
                fix=Text("在 study.toml 写 visits。", "name `visits` in study.toml."),
            )
        )
    answers = visits.answers
    rows = pd.DataFrame(
        {
            "unit": answers.values["unit"],
            "date": answers.values["date"],
            "survey": _option_codes(visits, "survey"),
            "finding": _option_codes(visits, "finding"),
            "stage_found": _option_codes(visits, "stage_found"),
        }
    )
    return visits, rows


def tabulate_unmatched_visits(analysis: Analysis) -> Table:
    """List the visits that no table can count: to an enterprise that is not among the answers of the survey the visit names. Internal."""
    visits, rows = _record(analysis)
    units = {code: set(result.survey.answers.units) for code, result in analysis.results.items()}
    known = [unit in units.get(survey, ()) for unit, survey in zip(rows["unit"], rows["survey"], strict=True)]
    frame = rows.loc[~np.array(known, dtype=bool), ["unit", "date", "survey"]].reset_index(drop=True)
    labels = {o.code: o.label for o in visits.codebook.question("survey").options}
    columns = (
        Column("unit", UNIT_LABEL),
        Column("date", Text("走访日期", "Date of visit")),
        Column("survey", Text("所核对的调查", "Survey checked"), "code", labels=labels),
    )
    title = Text("没有对应答卷的走访", "Visits without an answer to match")
    note = Text(
        "该调查的有效答卷中没有这个编号；请核对编号和调查名。",
        "No usable answer of that survey has this id; check the id and the survey.",
    )
    return Table(frame, visits.provenance, "visits_unmatched", title, columns, (note,), personal=True)


def count_idle_contests(visited: Table) -> int:
    """Count the visits that contest a stage and then find that very stage: they change nothing, and one of the two is a slip."""
    frame = visited.frame
    return int(((frame["finding"] == "contested") & (frame["stage_found"] == frame["stage_before"])).sum())


def tabulate_visits(analysis: Analysis, survey: str) -> Table:
    """List the visited enterprises of a survey: stage by the rule, what the visit found, stage after the visit. Internal.

    A visit that confirms, or that could not tell, leaves the stage; one that contests it puts the stage found in its place. Of several visits to one enterprise
    the latest counts.
    """
    visits, rows = _record(analysis)
    stages = need_stages(analysis[survey])
    rows = rows[(rows["survey"] == survey) & rows["unit"].isin(list(stages.frame.index))]
    rows = rows.sort_values(["unit", "date"], kind="stable").drop_duplicates("unit", keep="last")
    before = stages.stage.astype(object).reindex(rows["unit"]).to_numpy()
    contested = ((rows["finding"] == "contested") & (rows["stage_found"] != "")).to_numpy()
    after = np.where(contested, rows["stage_found"].to_numpy(), before)
    frame = pd.DataFrame(
        {
            "unit": rows["unit"].to_numpy(),
            "date": rows["date"].to_numpy(),
            "finding": rows["finding"].to_numpy(),
            "stage_before": before,
            "stage_found": rows["stage_found"].to_numpy(),
            "stage_after": after,
        }
    )
    findings = {o.code: o.label for o in visits.codebook.question("finding").options}
    labels = stage_labels(stages.rule)
    columns = (
        Column("unit", UNIT_LABEL),
        Column("date", Text("走访日期", "Date of visit")),
        Column("finding", Text("走访结论", "Finding"), "code", labels=findings),
        Column("stage_before", Text("走访前阶段", "Stage before"), "code", labels=labels),
        Column("stage_found", Text("走访认定的阶段", "Stage found"), "code", labels=labels),
        Column("stage_after", Text("走访后阶段", "Stage after"), "code", labels=labels),
    )
    title = Text(
        f"现场走访前后的阶段：{analysis[survey].plan.label.zh}",
        f"Stages before and after field visits: {analysis[survey].plan.label.en}",
    )
    provenance = combine(stages.provenance, visits.provenance)
    return Table(frame, provenance, f"visits_{survey}", title, columns, personal=True)


def tabulate_visit_changes(analysis: Analysis, survey: str) -> Table:
    """Cross the stage before with the stage after the visits, over the visited enterprises of a survey."""
    visited = tabulate_visits(analysis, survey)
    rule = need_stages(analysis[survey]).rule
    labels = stage_labels(rule)
    codes = list(labels)
    counts = pd.crosstab(visited.frame["stage_before"], visited.frame["stage_after"]).reindex(
        index=codes, columns=codes, fill_value=0
    )
    frame = pd.DataFrame({"stage_before": codes, "n": counts.sum(axis=1).to_numpy()})
    for code in codes:
        frame[f"n_after_{code}"] = counts[code].to_numpy()
    columns = (
        Column("stage_before", Text("走访前阶段", "Stage before"), "code", labels=labels),
        Column("n", Text("走访企业数", "n visited"), "count"),
        *(
            Column(f"n_after_{code}", Text(f"走访后：{labels[code].zh}", f"After: {labels[code].en}"), "count")
            for code in codes
        ),
    )
    title = Text(
        f"走访前后阶段对照：{analysis[survey].plan.label.zh}",
        f"Stages before and after: {analysis[survey].plan.label.en}",
    )
    return Table(
        frame, visited.provenance, f"visit_changes_{survey}", title, columns, _notes(analysis, survey, visited)
    )


def _notes(analysis: Analysis, survey: str, visited: Table) -> tuple[Text, ...]:
    unmatched = tabulate_unmatched_visits(analysis).frame
    n, idle = int((unmatched["survey"] == survey).sum()), count_idle_contests(visited)
    notes = []
    if n:
        ids = unmatched.loc[unmatched["survey"] == survey, "unit"].nunique()
        notes.append(
            Text(
                f"另有 {n} 次走访（{ids} 个编号）在这项调查的答卷中找不到对应的企业，未计入。",
                f"{n} more {'visit' if n == 1 else 'visits'} ({ids} {'id' if ids == 1 else 'ids'}) {'matches' if n == 1 else 'match'} no answer of this survey and {'is' if n == 1 else 'are'} not counted.",
            )
        )
    if idle:
        notes.append(
            Text(
                f"有 {idle} 次走访结论为“不一致”，认定的阶段却与按答卷定的相同，因此没有改变阶段；请核对记录。",
                f"{idle} {'visit contests' if idle == 1 else 'visits contest'} the stage and {'finds' if idle == 1 else 'find'} the very stage that the answers gave, so nothing changes; check the record.",
            )
        )
    return tuple(notes)
