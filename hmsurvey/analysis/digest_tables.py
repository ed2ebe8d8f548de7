"""Tables about groups that only a digest needs: every city of registry and survey in its row, needs and carriers by city, all questions with many answers in one list.

Nothing in them is about a single unit, but small cells there are; whether they may be seen is not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hmsurvey.analysis.coverage import tabulate_coverage
from hmsurvey.analysis.multianswer import KINDS, OF_THOSE_WHO_ANSWERED, OPTION, many_questions, ticks_of
from hmsurvey.analysis.shares import tabulate_means
from hmsurvey.analysis.tabulation import need_scores, need_stages, tabulate_indicators, tabulate_needs
from hmsurvey.analysis.words import ALL, UNKNOWN, group_label, group_labels, groups_of, stage_labels
from hmsurvey.answers import NA
from hmsurvey.errors import Text
from hmsurvey.provenance import combine
from hmsurvey.questions import Question, matching_codes
from hmsurvey.rules import describe
from hmsurvey.staging import stage_answers
from hmsurvey.statistics.intervals import share_interval
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table


def with_every_group(table: Table, order: Sequence[str]) -> Table:
    """Give a table by city a row for every city, those without answers included: counts of zero, and nothing else."""
    codes = [*(code for code in order if code != ALL), ALL]
    frame = table.frame.set_index("group").reindex(codes)
    for column in table.columns:
        if column.unit == "count":
            frame[column.code] = frame[column.code].fillna(0).astype(int)
    return replace(table, frame=frame.reset_index()[[column.code for column in table.columns]])


def with_every_listed(table: Table) -> Table:
    """Give a table by city rows for the cities that only the codebook lists: counts of zero, and nothing else.

    Without a registry, a city that is left out would be one without answers.
    """
    listed = [code for code in table.column("group").labels if code not in (ALL, UNKNOWN)]
    present = set(table.frame["group"])
    if not set(listed) - present:
        return table
    model = table.frame[table.frame["group"] == ALL]
    keys = {c.code for c in table.columns if c.unit == "code"} - {"method", "note"}
    empty: dict[str, Any] = {
        c.code: "" if c.unit == "code" else 0 if c.unit == "count" and c.code != "n_in_production" else np.nan
        for c in table.columns
        if c.code not in keys
    }
    rows = [
        table.frame[table.frame["group"] == code] if code in present else model.assign(**empty).assign(group=code)
        for code in listed
    ]
    rest = table.frame[~table.frame["group"].isin(listed)]
    frame = pd.concat([*rows, rest], ignore_index=True).astype(
        {c.code: table.frame[c.code].dtype for c in table.columns if c.unit == "count"}
    )
    return replace(table, frame=frame)


def without(table: Table, codes: Sequence[str]) -> Table:
    """Leave out columns."""
    columns = tuple(column for column in table.columns if column.code not in codes)
    return replace(table, frame=table.frame[[column.code for column in columns]], columns=columns)


def of_all(table: Table, title: Text) -> Table:
    """Return the rows of a table by city that are about all of them."""
    frame = table.frame[table.frame["group"] == ALL].reset_index(drop=True)
    return without(replace(table, frame=frame, title=title), ("group",))


def tabulate_reach(analysis: Analysis) -> Table:
    """Count, by city, the enterprises in production and the usable answers of each survey; what only the registry knows of is left out."""
    # Its note would tell that some city has no answers.
    return replace(without(tabulate_coverage(analysis), ("n_closed",)), notes=())


def tabulate_needs_by_group(result: SurveyResult, order: Sequence[str]) -> Table:
    """Count in every city which needs are not met by those below their stage.

    Returns
    -------
    Table
        One row a city and need: `n_below` (their stage is lower than the need's), `n_unmet` (of them, how many do not meet it), `unmet_pct`.
    """
    stages, groups = need_stages(result), groups_of(result.survey)
    rule, system = stages.rule, stages.scores.system if stages.scores else None
    place = stages.stage.astype(object).map({code: at for at, code in enumerate(rule.codes)}).fillna(-1).to_numpy()
    rows = []
    for group in (*(code for code in order if code != ALL), ALL):
        mine = np.ones(len(place), dtype=bool) if group == ALL else (groups == group).to_numpy()
        for k, one in enumerate(rule.stages):
            below = mine & (place > k)
            for need in one.needs:
                unmet = below & stages.met[need.code].eq(False).fillna(False).to_numpy(dtype=bool)
                n, m = int(below.sum()), int(unmet.sum())
                rows.append([group, one.code, need.code, n, m, 100.0 * m / n if n else np.nan])
    book = result.survey.codebook
    needs = tabulate_needs(result)
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("stage", Text("阶段", "Stage"), "code", labels=stage_labels(rule)),
        Column("need", Text("要求", "Need"), "code", labels={n.code: describe(n, system) for n in rule.needs}),
        needs.column("n_below"),
        needs.column("n_unmet"),
        Column("unmet_pct", Text("未满足的占比（%）", "Not met (%)"), "percent"),
    )
    plan = result.plan
    title = Text(f"各城市企业差在哪里：{plan.label.zh}", f"Needs not met, by city: {plan.label.en}")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, stages.provenance, f"needs_by_city_{plan.code}", title, columns)


def tabulate_carriers_by_group(result: SurveyResult, order: Sequence[str]) -> Table:
    """Count in every city and archive type the carrier levels of those who know.

    Returns
    -------
    Table
        One row a city and archive type: `n_answered`, `n_LEVEL`, `share_LEVEL_pct` of those who answered. Rows of the city "all" are those of `tabulate_carriers` without the silent.
    """
    rule, survey = need_stages(result).rule, result.survey
    book, pattern = survey.codebook, rule.per_answer[0] if rule.per_answer else ""
    questions = [book.question(code) for code in matching_codes(pattern, [q.code for q in book.all_questions])]
    levels = list(dict.fromkeys(level for question in questions for level in question.levels))
    each = stage_answers(survey, rule).merge(groups_of(survey), left_on="unit", right_index=True)
    each = each[each["level"].isin(levels)]
    both = each if book.group_question == "" else pd.concat([each, each.assign(group=ALL)])
    known = Counter(zip(both["group"], both["question"], both["level"], strict=True))
    rows = []
    for group in (*(code for code in order if code != ALL), ALL):
        for question in questions:
            mine = [known[group, question.code, level] for level in levels]
            n = sum(mine)
            rows.append([group, question.code, n, *mine, *(100.0 * m / n if n else np.nan for m in mine)])
    words = {o.code: o.label for question in questions for o in question.options}
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("question", Text("档案类型", "Archive type"), "code", labels={q.code: q.name for q in questions}),
        Column("n_answered", Text("有答案的企业", "Answered"), "count"),
        *(Column(f"n_{level}", words[level], "count") for level in levels),
        *(
            Column(f"share_{level}_pct", Text(f"{words[level].zh}（%）", f"{words[level].en} (%)"), "percent")
            for level in levels
        ),
    )
    plan = result.plan
    title = Text("各城市各类环保档案的载体", "Carriers by city and archive type")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, need_stages(result).provenance, f"carriers_by_city_{plan.code}", title, columns)


def tabulate_indicators_by_group(result: SurveyResult, order: Sequence[str]) -> Table:
    """Average every indicator in every city, as a share of its maximum, over those to which it applies and that answered.

    Returns
    -------
    Table
        One row a city and indicator: `n_scored`, `mean_share_pct`.
    """
    scores, groups = need_scores(result), groups_of(result.survey).to_numpy()
    share = (100.0 * scores.points / scores.most.where(scores.most > 0)).to_numpy(dtype=float)
    rows = []
    for group in (*(code for code in order if code != ALL), ALL):
        mine = share if group == ALL else share[groups == group]
        there = np.isfinite(mine)
        sums, n = np.where(there, mine, 0.0).sum(axis=0), there.sum(axis=0)
        rows += [
            [group, indicator.code, int(m), total / m if m else np.nan]
            for indicator, m, total in zip(scores.system.indicators, n, sums, strict=True)
        ]
    book, whole = result.survey.codebook, tabulate_indicators(result)
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        whole.column("indicator"),
        whole.column("n_scored"),
        whole.column("mean_share_pct"),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text(f"各城市各指标得分率：{scores.system.label.zh}", f"Indicators by city: {scores.system.label.en}")
    return Table(frame, scores.provenance, f"indicators_by_city_{result.plan.code}", title, columns)


def tabulate_mean_ranges(analysis: Analysis, survey: str, nodes: Sequence[str]) -> Table:
    """Give the 95% intervals of the mean scores of every city, node by node (`analysis.shares.tabulate_means`).

    Returns
    -------
    Table
        One row a node and city: `mean`, `ci_low`, `ci_high`; NaN where fewer than two have the score.
    """
    result = analysis[survey]
    scores, tables = need_scores(result), [(node, tabulate_means(analysis, survey, node=node)) for node in nodes]
    names = ("group", "n_scored", "mean", "ci_low", "ci_high")
    frame = pd.concat([table.frame[[*names]].assign(node=node) for node, table in tables], ignore_index=True)
    labels = {node: scores.system.node(node).label for node in nodes}
    first = tables[0][1]
    columns = (Column("node", Text("得分", "Score"), "code", labels=labels), *(first.column(name) for name in names))
    title = Text(
        f"各城市平均分及其区间：{scores.system.label.zh}",
        f"Mean scores by city with intervals: {scores.system.label.en}",
    )
    return Table(frame[["node", *names]], first.provenance, f"means_by_city_{survey}", title, columns, first.notes[:1])


def asked_of_all(result: SurveyResult) -> tuple[Question, ...]:
    """Return the questions with many answers that every unit was to answer."""
    states = result.survey.answers.states
    return tuple(q for q in many_questions(result) if q.ask_if is None and not (states[q.code] == NA).any())


def tabulate_many_options(result: SurveyResult) -> Table:
    """List the options of every question with many answers that all were asked: how many tick each, of those who answered and of all usable answers.

    Returns
    -------
    Table
        One row an option: `question`, `option`, `kind`, `n` (ticked), `n_answered` (the question), `share_pct` of those with its interval (Wilson), `share_of_all_pct` of all usable answers.
    """
    rows, names, labels = [], {}, {}
    total = len(result.survey.answers)
    for question in asked_of_all(result):
        ticks = ticks_of(result, question.code)
        kinds = {option.code: option.kind for option in question.options}
        names[question.code] = question.label
        for code, n in zip(ticks.codes, ticks.ticked.sum(axis=0), strict=True):
            one = share_interval(int(n), ticks.n)
            key = f"{question.code}/{code}"
            labels[key] = question.options[question.place_of_option(code)].label
            ends = (100 * one.share, 100 * one.low, 100 * one.high)
            rows.append([question.code, key, kinds[code], int(n), ticks.n, *ends, 100.0 * n / total if total else np.nan])  # fmt: skip
    columns = (
        Column("question", Text("题目", "Question"), "code", labels=names),
        Column("option", OPTION, "code", labels=labels),
        Column("kind", Text("类别", "Kind"), "code", labels=KINDS),
        Column("n", Text("企业数", "n"), "count"),
        Column("n_answered", Text("答了本题", "Answered"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
        Column("ci_low_pct", Text("95% 区间下限（%）", "95% interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
        Column("share_of_all_pct", Text("占全部有效答卷（%）", "Share of all usable answers (%)"), "percent"),
    )
    plan = result.plan
    title = Text(f"多选题各选项：{plan.label.zh}", f"Questions with many answers, option by option: {plan.label.en}")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    provenance = combine(result.survey.provenance)
    return Table(frame, provenance, f"options_{plan.code}", title, columns, (OF_THOSE_WHO_ANSWERED,))
