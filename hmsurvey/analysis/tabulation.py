"""Stages and scores by city: the tables the study is about.

Every table adds up to n: stages nobody reached, unstaged enterprises and enterprises whose city is not stated all have their place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hmsurvey.analysis.words import (
    ALL,
    UNIT_LABEL,
    group_label,
    group_labels,
    group_order,
    groups_of,
    names_of,
    stage_labels,
)
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.rules import UNSTAGED, describe
from hmsurvey.scoring import Scores
from hmsurvey.staging import Stages, because
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

N = Text("企业数", "n")


def need_stages(result: SurveyResult) -> Stages:
    """Return the stages of a survey, or say that it has none."""
    if result.stages is None:
        raise UsageError(
            Problem(
                Text("这项调查没有分段规则。", "This survey has no staging rule."),
                found=result.plan.code,
                fix=Text("在 study.toml 写 rule。", "name a `rule` in study.toml."),
            )
        )
    return result.stages


def need_scores(result: SurveyResult) -> Scores:
    """Return the scores of a survey, or say that it has none."""
    if result.scores is None:
        raise UsageError(
            Problem(
                Text("这项调查没有指标体系。", "This survey has no index system."),
                found=result.plan.code,
                fix=Text("在 study.toml 写 system。", "name a `system` in study.toml."),
            )
        )
    return result.scores


def _with_all(groups: pd.Series) -> pd.DataFrame:
    """Return every unit twice: under its group and under "all"."""
    frame = groups.rename("group").to_frame()
    return frame if (groups == ALL).all() else pd.concat([frame, frame.assign(group=ALL)])


def _ordered(groups: list[str]) -> list[str]:
    return [group for group in groups if group != ALL] + [ALL]


def notes_on_blanks(frame: pd.DataFrame, columns: Sequence[str], words: Text) -> tuple[Text, ...]:
    """Return what a blank in these columns means, where there is one."""
    return (words,) if frame[list(columns)].isna().any(axis=None) else ()


def tabulate_stages(result: SurveyResult) -> Table:
    """Count enterprises by city and stage.

    Returns
    -------
    Table
        One row a city and one for all: n, `n_STAGE` and `share_STAGE_pct` for each stage and unstaged. Shares are of all
        enterprises of the city, so that they add up to 100.
    """
    stages = need_stages(result)
    order = group_order(result.survey)
    both = _with_all(groups_of(result.survey)).join(stages.stage)
    codes = [*stages.rule.codes, UNSTAGED]
    counts = pd.crosstab(both["group"], both["stage"].astype(object)).reindex(
        index=_ordered(order), columns=codes, fill_value=0
    )
    n = counts.sum(axis=1)
    frame = pd.DataFrame({"group": counts.index, "n": n.to_numpy()})
    labels = stage_labels(stages.rule)
    columns = [
        Column("group", group_label(result.survey.codebook), "code", labels=group_labels(result.survey.codebook)),
        Column("n", N, "count"),
    ]
    for code in codes:
        frame[f"n_{code}"] = counts[code].to_numpy()
        columns.append(Column(f"n_{code}", labels[code], "count"))
    for code in codes:
        frame[f"share_{code}_pct"] = (100.0 * counts[code] / n.where(n > 0)).to_numpy()
        columns.append(
            Column(f"share_{code}_pct", Text(f"{labels[code].zh}占比（%）", f"{labels[code].en} (%)"), "percent")
        )
    title = Text(f"各城市企业的阶段：{result.plan.label.zh}", f"Stages by city: {result.plan.label.en}")
    return Table(frame, stages.provenance, f"stages_by_city_{result.plan.code}", title, tuple(columns))


def tabulate_areas(result: SurveyResult, *, level: str = "area") -> Table:
    """Average the areas' scores by city.

    Returns
    -------
    Table
        One row a city and one for all: n, `n_scored` (enterprises with a total), the mean total and the mean of each area over the
        enterprises that have one.
    """
    scores = need_scores(result)
    system = scores.system
    nodes = [system.total, *(node.code for node in system.level(level))]
    both = _with_all(groups_of(result.survey)).join(scores.values[nodes])
    grouped = both.groupby("group", sort=False)
    order = _ordered(group_order(result.survey))
    means = grouped[nodes].mean().reindex(order)
    frame = pd.DataFrame({"group": order, "n": grouped.size().reindex(order).to_numpy()})
    frame["n_scored"] = grouped[system.total].count().reindex(order).to_numpy()
    for node in nodes:
        frame[node] = means[node].to_numpy()
    columns = [
        Column("group", group_label(result.survey.codebook), "code", labels=group_labels(result.survey.codebook)),
        Column("n", N, "count"),
        Column("n_scored", Text("有总分的企业数", "n scored"), "count"),
        *(Column(node, system.node(node).label, "score") for node in nodes),
    ]
    title = Text(f"各城市的平均得分：{system.label.zh}", f"Mean scores by city: {system.label.en}")
    blank = Text("空格：该组没有一家算得出这项得分。", "A blank: nobody in the group has this score.")
    notes = notes_on_blanks(frame, nodes, blank)
    return Table(frame, scores.provenance, f"scores_by_city_{result.plan.code}", title, tuple(columns), notes)


def tabulate_units(result: SurveyResult, *, level: str = "area") -> Table:
    """List every enterprise: city, scores, stage and why. Internal: rows are single enterprises."""
    stages = need_stages(result)
    names = names_of(result)
    book = result.survey.codebook
    frame = pd.DataFrame({"unit": list(result.survey.answers.units)})
    frame["name"] = [names[unit] for unit in frame["unit"]]
    frame["group"] = groups_of(result.survey).to_numpy()
    columns = [
        Column("unit", UNIT_LABEL),
        Column("name", Text("名称", "Name")),
        Column("group", group_label(book), "code", labels=group_labels(book)),
    ]
    if result.scores is not None:
        system = result.scores.system
        for node in [system.total, *(n.code for n in system.level(level))]:
            frame[node] = result.scores.values[node].to_numpy()
            columns.append(Column(node, system.node(node).label, "score"))
    frame["stage"] = stages.stage.astype(object).to_numpy()
    columns.append(Column("stage", Text("阶段", "Stage"), "code", labels=stage_labels(stages.rule)))
    for lang, label in (
        ("zh", Text("理由（中文）", "Because (Chinese)")),
        ("en", Text("理由（英文）", "Because (English)")),
    ):
        frame[f"because_{lang}"] = because(stages, "zh" if lang == "zh" else "en").to_numpy()
        columns.append(Column(f"because_{lang}", label))
    title = Text(
        f"各企业的得分与阶段：{result.plan.label.zh}", f"Scores and stages of every enterprise: {result.plan.label.en}"
    )
    scored = [column.code for column in columns if column.unit == "score"]
    blank = Text(
        "得分空格：缺了计算它所需的答案；缺哪些，用 hmsurvey explain 查看。",
        "A blank score: answers that it needs are missing; `hmsurvey explain` shows which.",
    )
    notes = notes_on_blanks(frame, scored, blank)
    return Table(
        frame, stages.provenance, f"enterprises_{result.plan.code}", title, tuple(columns), notes, personal=True
    )


def tabulate_needs(result: SurveyResult) -> Table:
    """Count which needs stop whom.

    Returns
    -------
    Table
        One row a need of each stage above the lowest: `n_below` (enterprises whose stage is lower than the need's), `n_unmet` (of them, how many
        do not meet it), `n_unknown` (cannot be told), `n_only` (it is the one need they lack), `n_decisive` (it is the first unmet need of the next
        stage up, the one named in `because`).
    """
    stages = need_stages(result)
    rule, system = stages.rule, stages.scores.system if stages.scores else None
    rank = {code: place for place, code in enumerate(rule.codes)}
    place = stages.stage.astype(object).map(lambda code: rank.get(code, -1)).to_numpy()
    rows = []
    for k, one in enumerate(rule.stages):
        below = place > k
        unmet = {need.code: stages.met[need.code].eq(False).fillna(False).to_numpy(dtype=bool) for need in one.needs}
        lacking = np.sum([u for u in unmet.values()], axis=0) if unmet else np.zeros(len(place))
        for need in one.needs:
            mine = below & unmet[need.code]
            rows.append(
                {
                    "stage": one.code,
                    "need": need.code,
                    "n_below": int(below.sum()),
                    "n_unmet": int(mine.sum()),
                    "n_unknown": int((below & stages.met[need.code].isna().to_numpy()).sum()),
                    "n_only": int((mine & (lacking == 1)).sum()),
                    "n_decisive": int(((stages.frame["need"] == need.code).to_numpy() & (place == k + 1)).sum()),
                }
            )
    words = {need.code: describe(need, system) for need in rule.needs}
    frame = pd.DataFrame(rows, columns=["stage", "need", "n_below", "n_unmet", "n_unknown", "n_only", "n_decisive"])
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels=stage_labels(rule)),
        Column("need", Text("要求", "Need"), "code", labels=words),
        Column("n_below", Text("低于该阶段的企业数", "Enterprises below the stage"), "count"),
        Column("n_unmet", Text("其中未满足", "Of them not met"), "count"),
        Column("n_unknown", Text("无法判断", "Cannot be told"), "count"),
        Column("n_only", Text("仅差此项", "Only this lacking"), "count"),
        Column("n_decisive", Text("首先卡在此项", "First to stop them"), "count"),
    )
    title = Text(f"哪些要求拦住了企业：{result.plan.label.zh}", f"Which needs stop enterprises: {result.plan.label.en}")
    return Table(frame, stages.provenance, f"needs_{result.plan.code}", title, columns)


def tabulate_distance(result: SurveyResult) -> Table:
    """List how far every enterprise is from the next stage: points of the total still lacking, and needs not met. Internal."""
    stages, scores = need_stages(result), need_scores(result)
    rule, total = stages.rule, scores.system.total
    rank = {code: place for place, code in enumerate(rule.codes)}
    rows = []
    unmet = stages.met.eq(False).fillna(False).astype(bool)
    for unit, stage, value in zip(stages.frame.index, stages.stage.astype(object), scores.total, strict=True):
        k = rank.get(stage, 0)
        above = rule.stages[k - 1] if k > 0 else None
        needs = above.needs if above else ()
        cut = next(
            (
                bound
                for need in needs
                if need.subject == "score" and need.target == total
                for key, bound in need.bounds
                if key == "min"
            ),
            np.nan,
        )
        lacking = [need.code for need in needs if unmet.at[unit, need.code]]
        rows.append(
            {
                "unit": unit,
                "stage": stage,
                "next_stage": above.code if above else "",
                "total": value,
                "points_lacking": max(0.0, cut - value) if above and not np.isnan(cut) else np.nan,
                "n_needs_lacking": len(lacking),
                "needs_lacking": "; ".join(lacking),
            }
        )
    frame = pd.DataFrame(rows)
    labels = stage_labels(rule)
    columns = (
        Column("unit", UNIT_LABEL),
        Column("stage", Text("阶段", "Stage"), "code", labels=labels),
        Column("next_stage", Text("上一级阶段", "Next stage up"), "code", labels=labels),
        Column("total", Text("总分", "Total score"), "score"),
        Column("points_lacking", Text("总分尚差", "Points of the total lacking"), "score"),
        Column("n_needs_lacking", Text("未满足的要求数", "Needs not met"), "count"),
        Column("needs_lacking", Text("未满足的要求", "Which needs")),
    )
    title = Text(f"距上一级阶段还差多少：{result.plan.label.zh}", f"Distance to the next stage: {result.plan.label.en}")
    blank = Text(
        "空格：没有总分，或没有上一级阶段，或上一级不要求总分。",
        "A blank: there is no total, no next stage up, or the next stage asks for none.",
    )
    notes = notes_on_blanks(frame, ["total", "points_lacking"], blank)
    return Table(frame, stages.provenance, f"distance_{result.plan.code}", title, columns, notes, personal=True)


def tabulate_indicators(result: SurveyResult) -> Table:
    """Average every indicator as a share of its maximum, over the enterprises to which it applies and that answered."""
    scores = need_scores(result)
    system = scores.system
    share = 100.0 * scores.points / scores.most.where(scores.most > 0)
    frame = pd.DataFrame(
        {
            "indicator": [i.code for i in system.indicators],
            "mean_share_pct": share.mean().to_numpy(),
            "n_scored": scores.points.notna().sum().to_numpy(),
            "n_zero": (scores.points == 0).sum().to_numpy(),
            "n_not_applicable": scores.not_applicable[[i.code for i in system.indicators]].sum().to_numpy(),
            "problem": [i.fact("problem") for i in system.indicators],
            "evidence": [i.fact("evidence") for i in system.indicators],
        }
    )
    columns = (
        Column(
            "indicator",
            Text("指标", "Indicator"),
            "code",
            labels={i.code: Text(f"{i.code} {i.label.zh}", f"{i.code} {i.label.en}") for i in system.indicators},
        ),
        Column("mean_share_pct", Text("平均得分率（%）", "Mean share of maximum (%)"), "percent"),
        Column("n_scored", Text("得分企业数", "n scored"), "count"),
        Column("n_zero", Text("零分企业数", "n at zero"), "count"),
        Column("n_not_applicable", Text("不适用", "n not applicable"), "count"),
        Column("problem", Text("问题", "Problem")),
        Column("evidence", Text("依据", "Evidence")),
    )
    title = Text(f"各指标得分率：{system.label.zh}", f"Indicators: {system.label.en}")
    blank = Text("空格：没有一家在这项指标上得分或失分。", "A blank: nobody was scored on the indicator.")
    notes = notes_on_blanks(frame, ["mean_share_pct"], blank)
    return Table(frame, scores.provenance, f"indicators_{result.plan.code}", title, columns, notes)
