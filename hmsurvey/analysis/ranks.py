"""Who could be first, who could be last? Ranks of cities as ranges that hold together, and shares drawn toward what all cities have in common.

A league table of small cities misleads, for its order is mostly chance. A range of ranks says what the answers leave open.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from hmsurvey.analysis.populations import NO_ANSWERS, NONE_STAGED, ROW_OF_ALL, populations_of
from hmsurvey.analysis.shares import (
    check_stages,
    note_column,
    stage_counts,
    stage_names,
    tabulate_means,
    tabulate_shares,
)
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.provenance import combine
from hmsurvey.statistics.intervals import NO_VALUE, ONE_VALUE
from hmsurvey.statistics.ranking import each_confidence, rank_ranges
from hmsurvey.statistics.shrinkage import FROM_OTHERS, shrink_shares
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table, Unit

NOT_RANKED = Text(
    "没有可用的答卷，不参加排名；它可能在任何位置。", "No usable answers, so not ranked: it could stand anywhere."
)
_NAMED = 4  # pairs named in the note; more are counted


def tabulate_ranks(
    source: Analysis | SurveyResult,
    survey: str = "",
    *,
    stages: tuple[str, ...] = (),
    level: str = "bonferroni",
    confidence: float = 0.95,
) -> Table:
    """Give every city the range of ranks that its answers leave open; all ranges hold together.

    Parameters
    ----------
    source
        A study carried out, or one survey alone.
    survey
        Which survey of the study.
    stages
        Rank by the share at these stages; without any, by the mean total.
    level
        "bonferroni", or "sidak" (cities answered independently of each other).
    confidence
        Of all ranges together.

    Returns
    -------
    Table
        `n`, `value_pct` or `value`, its interval at the joint level, `rank_first`, `rank_last` (1 is the largest value), `n_above` and `n_below` (cities surely above and below),
        `note`. Cities without usable answers have their row and no rank.

    Raises
    ------
    UsageError
        No such survey or stage, or fewer than two cities with usable answers.

    References
    ----------
    M. Klein, T. Wright, J. Wieczorek, A joint confidence region for an overall ranking of populations, Journal of the Royal Statistical Society C 69 (2020) 589-606.
    """
    first = _valued(source, survey, stages, confidence)
    used = _ranked_rows(first)
    if used.sum() < 2:
        raise UsageError(
            Problem(
                Text("有可用答卷的城市不足两个，无从排名。", "Fewer than two cities have usable answers: there is nothing to rank."),
                found=str(int(used.sum())),
            )
        )  # fmt: skip
    joint = _valued(source, survey, stages, each_confidence(confidence, int(used.sum()), level=level))
    value, low, high = ("share_pct", "ci_low_pct", "ci_high_pct") if stages else ("mean", "ci_low", "ci_high")
    frame = joint.frame[joint.frame["group"] != ALL].reset_index(drop=True)
    there = used[: len(frame)]
    lows = frame.loc[there, low].fillna(-np.inf).to_numpy(dtype=float)
    highs = frame.loc[there, high].fillna(np.inf).to_numpy(dtype=float)
    ranges = rank_ranges(lows, highs)
    counted = {"rank_first": ranges.first, "rank_last": ranges.last, "n_above": ranges.above.sum(axis=0), "n_below": ranges.above.sum(axis=1)}  # fmt: skip
    n = "n_staged" if stages else "n_scored"
    kept = frame[["group", "n_in_production", n, value, low, high]].copy()
    kept.loc[~there, [low, high]] = np.nan
    for code, values in counted.items():
        kept[code] = np.nan
        kept.loc[there, code] = values.astype(float)
    kept["note"] = [row if one else NOT_RANKED.en for row, one in zip(frame["note"], there, strict=True)]
    groups = [str(group) for group in kept.loc[there, "group"]]
    labels = joint.column("group").labels
    names = [labels.get(group, Text(group, group)) for group in groups]
    unit: Unit = "percent" if stages else "score"
    known = (NOT_RANKED, ONE_VALUE, *joint.column("note").labels.values())
    columns = (
        joint.column("group"),
        joint.column("n_in_production"),
        joint.column(n),
        joint.column(value),
        Column(low, Text("联合区间下限", "Joint interval from"), unit),
        Column(high, Text("上限", "to"), unit),
        Column("rank_first", Text("可能的最前名次", "Best possible rank"), "count"),
        Column("rank_last", Text("可能的最后名次", "Worst possible rank"), "count"),
        Column("n_above", Text("确实高于它的城市数", "Cities surely above"), "count"),
        Column("n_below", Text("确实低于它的城市数", "Cities surely below"), "count"),
        note_column(kept, known),
    )
    told = [(i, j) for i, j in combinations(range(len(groups)), 2) if ranges.above[i, j] or ranges.above[j, i]]
    pairs = [(i, j) if ranges.above[i, j] else (j, i) for i, j in told]
    sure = f"{100 * confidence:g}"
    how = Text(
        f"名次区间按 Klein、Wright 与 Wieczorek（2020）由 {len(groups)} 个联合区间推出（{level.capitalize()}），全部同时成立的把握不低于 {sure}%（假定 A116）。",
        f"Ranges of ranks follow from {len(groups)} joint intervals ({level.capitalize()}) after Klein, Wright and Wieczorek (2020); all hold together with at least {sure}% confidence (assumption A116).",
    )
    notes = (say_pairs(names, pairs), how, *(n for n in joint.notes if n != ROW_OF_ALL))
    title = Text(
        joint.title.zh.replace("的占比", "占比的名次区间").replace("的平均分", "平均分的名次区间"),
        "Ranges of ranks by " + joint.title.en[:1].lower() + joint.title.en[1:].replace(", by city: ", ": ", 1),
    )
    code = "ranks_" + joint.code.partition("_")[2]
    return Table(kept, joint.provenance, code, title, columns, notes)


def _valued(source: Analysis | SurveyResult, survey: str, stages: tuple[str, ...], confidence: float) -> Table:
    if stages:
        return tabulate_shares(source, survey, stages=stages, confidence=confidence)
    return tabulate_means(source, survey, confidence=confidence)


def _ranked_rows(table: Table) -> np.ndarray:
    """Tell which rows are cities with usable answers."""
    frame = table.frame
    n = frame["n_staged"] if "n_staged" in frame else frame["n_scored"]
    return ((n > 0) & ~frame["group"].isin([ALL, UNKNOWN])).to_numpy()


def say_pairs(names: list[Text], pairs: list[tuple[int, int]]) -> Text:
    """Say which cities can be told apart at all."""
    of = len(names) * (len(names) - 1) // 2
    if not pairs:
        return Text(
            f"{of} 对城市中没有一对分得出高低：名次不可当真。",
            f"Of {of} pairs of cities not one can be told apart: no order of them should be taken at its word.",
        )
    listed = pairs[:_NAMED] if len(pairs) <= _NAMED else []
    zh = "、".join(f"{names[i].of('zh')}高于{names[j].of('zh')}" for i, j in listed)
    en = ", ".join(f"{names[i].of('en')} above {names[j].of('en')}" for i, j in listed)
    tail = Text(f"：{zh}。", f": {en}.") if listed else Text("。", ".")
    return Text(
        f"{of} 对城市中只有 {len(pairs)} 对分得出高低" + tail.zh,
        f"Of {of} pairs of cities {len(pairs)} can be told apart" + tail.en,
    )


def tabulate_shrunken(
    source: Analysis | SurveyResult, survey: str = "", *, stages: tuple[str, ...], method: str = "likelihood"
) -> Table:
    """Draw the cities' shares toward what all have in common (empirical Bayes): the fewer the answers, the more.

    Parameters
    ----------
    source
        A study carried out, or one survey alone.
    survey
        Which survey of the study.
    stages
        Stages taken together.
    method
        How the distribution of shares among cities is estimated: "likelihood" or "moments".

    Returns
    -------
    Table
        `n_staged`, `n_reached`, `share_pct`, `shrunken_pct`, its 95% credible interval, `weight_pct` (of the city's own share), `note`.

    Raises
    ------
    UsageError
        No such survey or stage.
    DataError
        Fewer than two cities have usable answers.
    """
    seen = populations_of(source, survey)
    rule = need_stages(seen.result).rule
    check_stages(rule, stages)
    shares = tabulate_shares(source, survey, stages=stages)
    groups = [group for group in seen.order if group != UNKNOWN]
    counts = [stage_counts(seen, group)[0] for group in groups]
    wholes = [sum(count.values()) for count in counts]
    parts = [sum(count[code] for code in stages) for count in counts]
    found = shrink_shares(parts, wholes, method=method)
    frame = pd.DataFrame({"group": groups, "n_staged": wholes, "n_reached": parts})
    frame["share_pct"] = 100.0 * frame["n_reached"] / frame["n_staged"].where(frame["n_staged"] > 0)
    frame["shrunken_pct"] = 100.0 * found.shares
    frame["ci_low_pct"], frame["ci_high_pct"] = 100.0 * found.low, 100.0 * found.high
    frame["weight_pct"] = 100.0 * found.weights
    frame["note"] = [note.en for note in found.notes]
    columns = (
        shares.column("group"),
        shares.column("n_staged"),
        shares.column("n_reached"),
        shares.column("share_pct"),
        Column("shrunken_pct", Text("收缩估计（%）", "Shrunken share (%)"), "percent"),
        Column("ci_low_pct", Text("95% 可信区间下限（%）", "95% credible interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
        Column("weight_pct", Text("本市数据的权重（%）", "Weight of own answers (%)"), "percent"),
        note_column(frame, (FROM_OTHERS, NO_VALUE, NO_ANSWERS, NONE_STAGED)),
    )
    way = {"likelihood": Text("边际似然最大", "maximum marginal likelihood"), "moments": Text("Kleinman 矩法", "Kleinman's moments")}[method]  # fmt: skip
    how = Text(
        f"β-二项模型的经验贝叶斯估计（{way.zh}）：各市占比的分布均值 {100 * found.mean:.1f}%，先验相当于 {found.size:.0f} 家企业；可信区间不含这一分布本身的不确定，因而偏窄（假定 A117）。",
        f"Empirical Bayes, beta-binomial ({way.en}): the cities' shares have mean {100 * found.mean:.1f}%, and the prior counts like {found.size:.0f} enterprises; the credible intervals take that as known and are rather narrow (assumption A117).",
    )
    if found.note != NOTHING:
        how = Text(
            f"β-二项模型的经验贝叶斯估计（{way.zh}，假定 A117）。",
            f"Empirical Bayes, beta-binomial ({way.en}, assumption A117).",
        )
    name = stage_names(rule, stages)
    plan = seen.result.plan
    title = Text(
        f"各城市“{name.zh}”占比的收缩估计：{plan.label.zh}", f"Shrunken shares at {name.en}, by city: {plan.label.en}"
    )
    notes = (how,) if found.note == NOTHING else (found.note, how)
    provenance = combine(shares.provenance)
    return replace(
        shares, frame=frame, provenance=provenance, code=f"shrunken_{plan.code}_{'_'.join(stages)}", title=title, columns=columns, notes=notes,
    )  # fmt: skip
