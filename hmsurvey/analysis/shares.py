"""What share of a city's enterprises is at a stage, and how far off could that be, with so few who answered?

Where the registry says how many there are, the interval is exact for so small a population. Cities nobody answered from, and those with one answer, have their row.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.populations import (
    MORE_THAN_REGISTERED,
    NO_ANSWERS,
    NONE_STAGED,
    NOT_REGISTERED,
    Populations,
    populations_of,
)
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import ALL, group_label, group_labels, stage_labels
from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.provenance import combine
from hmsurvey.rules import UNSTAGED, Rule
from hmsurvey.statistics.intervals import METHOD_LABELS, OF_EVERYBODY, ShareInterval, mean_interval, share_interval
from hmsurvey.statistics.several_shares import share_intervals
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

IN_PRODUCTION = Column("n_in_production", Text("在产企业", "In production"), "count")
ANSWERED = Column("n", Text("答卷企业", "Answered"), "count")
OF_THE_STAGED = Text(
    "占比以定了阶段的企业为分母；未定的企业当作没有作答（假定 A114）。",
    "Shares are of the enterprises with a stage; the unstaged are treated like those who did not answer (assumption A114).",
)
_SEVERAL_LABELS = {
    "goodman": Text("Goodman 联合区间", "Goodman"),
    "sison_glaz": Text("Sison–Glaz 联合区间", "Sison-Glaz"),
}


def tabulate_shares(
    source: Analysis | SurveyResult,
    survey: str = "",
    *,
    stages: tuple[str, ...] = (),
    method: str | None = None,
    confidence: float = 0.95,
) -> Table:
    """Give the share of enterprises at some stages, or at every stage, in every city, with its interval.

    Parameters
    ----------
    source
        A study carried out, whose registry says how many enterprises there are; or one survey alone.
    survey
        Which survey of the study.
    stages
        Stages taken together, such as advanced and intermediate. Without any, one row a city and stage, and intervals that hold for all stages of a city together.
    method
        How intervals are made (`share_interval`, `share_intervals`); by default exact where the registry has the city, else Wilson, or Goodman for all stages together.
    confidence
        Such as 0.95.

    Returns
    -------
    Table
        `n_in_production` (registry), `n` (answered), `n_staged` (the denominator), `n_reached`, `share_pct`, `ci_low_pct`, `ci_high_pct`, `method` and, where something is
        special, `note`. Of a city without a staged enterprise the share is missing and the interval is 0 to 100.

    Raises
    ------
    UsageError
        The rule or the study has no such stage or survey, or the method does not exist.

    Notes
    -----
    Those who answered are taken to be like a simple random sample of their city (assumption A100); the table says so.
    """
    seen = populations_of(source, survey)
    rule = need_stages(seen.result).rule
    check_stages(rule, stages)
    rows = []
    found: tuple[ShareInterval, ...]
    for group in (*seen.order, ALL):
        counts, n = stage_counts(seen, group)
        staged = sum(counts.values())
        population, why = seen.population(group, staged)
        if stages:
            reached = sum(counts[code] for code in stages)
            found = (share_interval(reached, staged, population=population, method=method, confidence=confidence),)
        else:
            found = share_intervals(list(counts.values()), population=population, method=method, confidence=confidence)
        for code, one in zip(("",) if stages else rule.codes, found, strict=True):
            rows.append(
                {
                    "group": group,
                    "stage": code,
                    "n_in_production": seen.sizes.get(group, np.nan),
                    "n": n,
                    "n_staged": staged,
                    "n_reached": one.part,
                    **_ends(one),
                    "note": _said(one, why, n),
                }
            )
    return _table(seen, pd.DataFrame(rows), stages, rule=rule, confidence=confidence)


def check_stages(rule: Rule, stages: tuple[str, ...]) -> None:
    """Refuse stages that the rule does not have, a bare word in place of several, and a stage named twice, which would be counted twice."""
    if isinstance(stages, str):  # type: ignore[unreachable]
        raise UsageError(
            Problem(
                Text("stages 应是几个阶段代码。", "`stages` are several codes of stages."),
                found=repr(stages),
                expected=Text(f'("{stages}",)', f'("{stages}",)'),
            )
        )
    twice = sorted({code for code in stages if list(stages).count(code) > 1})
    if twice:
        raise UsageError(Problem(Text("同一个阶段写了两次。", "A stage stands twice."), found=", ".join(twice)))
    unknown = [code for code in stages if code not in rule.codes]
    if unknown:
        raise UsageError(
            Problem(
                Text("规则中没有这个阶段。", "The rule has no such stage."),
                found=", ".join(unknown),
                expected=Text("、".join(rule.codes), ", ".join(rule.codes)),
            )
        )


def stage_counts(seen: Populations, group: str) -> tuple[dict[str, int], int]:
    """Return how many of a city are at each stage, from the highest down, and how many answered."""
    stages = need_stages(seen.result)
    mine = stages.stage if group == ALL else stages.stage[(seen.groups == group).to_numpy()]
    counts = mine.astype(object).value_counts()
    return {code: int(counts.get(code, 0)) for code in stages.rule.codes if code != UNSTAGED}, len(mine)


def _ends(one: ShareInterval) -> dict[str, object]:
    return {
        "share_pct": 100.0 * one.share,
        "ci_low_pct": 100.0 * one.low,
        "ci_high_pct": 100.0 * one.high,
        "method": one.method,
    }


def _said(one: ShareInterval, why: Text, n: int) -> str:
    """Return the note of one row (its English words, which the column's labels translate)."""
    if one.n == 0:
        return (NONE_STAGED if n else NO_ANSWERS).en
    return (why if why != NOTHING else one.note).en


def note_column(frame: pd.DataFrame, known: tuple[Text, ...]) -> Column:
    """Return the column of notes with the labels of those that occur."""
    labels = {note.en: note for note in known if note.en in set(frame["note"])}
    return Column("note", Text("说明", "Note"), "code", labels=labels)


def _table(seen: Populations, frame: pd.DataFrame, stages: tuple[str, ...], *, rule: Rule, confidence: float) -> Table:
    book, labels = seen.result.survey.codebook, stage_labels(rule)
    level = f"{100 * confidence:g}"
    if stages:
        frame = frame.drop(columns="stage")
    names = METHOD_LABELS | _SEVERAL_LABELS
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        *(() if stages else (Column("stage", Text("阶段", "Stage"), "code", labels=labels),)),
        IN_PRODUCTION,
        ANSWERED,
        Column("n_staged", Text("已定阶段", "Staged"), "count"),
        Column("n_reached", Text("其中达到", "Of them there") if stages else Text("其中", "Of them"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
        Column("ci_low_pct", Text(f"{level}% 区间下限（%）", f"{level}% interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
        Column("method", Text("区间方法", "Method"), "code", labels={k: v for k, v in names.items() if k in set(frame["method"])}),
        note_column(frame, (NO_ANSWERS, NONE_STAGED, MORE_THAN_REGISTERED, NOT_REGISTERED, OF_EVERYBODY)),
    )  # fmt: skip
    name = stage_names(rule, stages)
    plan = seen.result.plan
    if stages:
        title = Text(f"各城市“{name.zh}”企业的占比：{plan.label.zh}", f"Share at {name.en}, by city: {plan.label.en}")
    else:
        title = Text(f"各城市各阶段的占比：{plan.label.zh}", f"Shares of the stages, by city: {plan.label.en}")
    together = Text(
        f"每个城市的各阶段区间同时成立的把握不低于 {level}%（各取 α 的几分之一，Bonferroni）。",
        f"The intervals of one city's stages hold together with at least {level}% confidence (Bonferroni, where exact).",
    )
    notes = (OF_THE_STAGED, *(() if stages else (together,)), *seen.notes())
    provenance = combine(need_stages(seen.result).provenance, seen.provenance)
    suffix = "_".join(stages) if stages else "all"
    return Table(
        frame, provenance, f"shares_{plan.code}_{suffix}", title, columns, tuple(n for n in notes if n != NOTHING)
    )


def stage_names(rule: Rule, stages: tuple[str, ...]) -> Text:
    """Return the names of stages taken together: "高级或中级", "Advanced or Intermediate"."""
    labels = [rule.label_of(code) for code in stages]
    return Text("或".join(label.of("zh") for label in labels), " or ".join(label.of("en") for label in labels))


def highest_stages(rule: Rule) -> tuple[str, ...]:
    """Return all stages above the lowest: what "at least the second lowest" means."""
    return tuple(code for code in rule.codes if code != UNSTAGED)[:-1]


def tabulate_means(
    source: Analysis | SurveyResult, survey: str = "", *, node: str = "", confidence: float = 0.95
) -> Table:
    """Give the mean score of every city with its t interval, narrowed where a good part of the city answered.

    Parameters
    ----------
    source
        A study carried out, whose registry says how many enterprises there are; or one survey alone.
    survey
        Which survey of the study.
    node
        Which score; the total without it.
    confidence
        Such as 0.95.

    Returns
    -------
    Table
        `n_in_production`, `n`, `n_scored`, `mean`, `deviation`, `ci_low`, `ci_high`, `note`. One score gives a mean without an interval.

    Raises
    ------
    UsageError
        There is no such survey or score.
    """
    seen = populations_of(source, survey)
    scores = need_scores(seen.result)
    code = node or scores.system.total
    if code not in scores.values:
        known = [str(c) for c in scores.values]
        raise UsageError(
            Problem(Text("没有这个得分。", "There is no such score."), found=code, expected=Text("、".join(known), ", ".join(known)))
        )  # fmt: skip
    rows, said = [], []
    for group in (*seen.order, ALL):
        mine = scores.values[code] if group == ALL else scores.values[code][(seen.groups == group).to_numpy()]
        values = mine.dropna().to_numpy(dtype=float)
        population, why = seen.population(group, len(values))
        one = mean_interval(values, population=population, confidence=confidence)
        note = NO_ANSWERS if not len(mine) else one.note if one.note != NOTHING else why
        said.append(note)
        rows.append([group, seen.sizes.get(group, np.nan), len(mine), one.n, one.mean, one.deviation, one.low, one.high, note.en])  # fmt: skip
    level = f"{100 * confidence:g}"
    label = scores.system.node(code).label
    book, plan = seen.result.survey.codebook, seen.result.plan
    names = ["group", "n_in_production", "n", "n_scored", "mean", "deviation", "ci_low", "ci_high", "note"]
    frame = pd.DataFrame(rows, columns=names)
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        IN_PRODUCTION,
        ANSWERED,
        Column("n_scored", Text("有得分", "Scored"), "count"),
        Column("mean", Text("平均分", "Mean"), "score"),
        Column("deviation", Text("标准差", "Standard deviation"), "score"),
        Column("ci_low", Text(f"{level}% 区间下限", f"{level}% interval from"), "score"),
        Column("ci_high", Text("上限", "to"), "score"),
        note_column(frame, tuple(said)),
    )
    title = Text(
        f"各城市“{label.of('zh')}”的平均分：{plan.label.zh}",
        f"Mean of {label.of('en').lower()}, by city: {plan.label.en}",
    )
    how = Text(
        "t 区间，乘有限总体校正 1 − n/N；得分偏斜而企业很少时只是近似（假定 A115）。",
        "t intervals with the finite population correction 1 − n/N; rough where scores are skewed and enterprises few (assumption A115).",
    )
    provenance = combine(scores.provenance, seen.provenance)
    return Table(frame, provenance, f"means_{plan.code}_{code}", title, columns, (how, *(n for n in seen.notes() if n != NOTHING)))  # fmt: skip


__all__ = [
    "check_stages",
    "highest_stages",
    "note_column",
    "stage_counts",
    "stage_names",
    "tabulate_means",
    "tabulate_shares",
]
