"""Are the indicators ordered as the stages suppose? Enterprises, steps of indicators and the needs of the rule on one scale.

A rule supposes a ladder: what it asks for a lower stage comes before what it asks for a higher one. Each need is placed where half of the enterprises meet it; a pair is in order when
the lower stage's need lies lower. Nothing here is about a single enterprise: distributions are bands with at least k, and a small group has its mean only.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from hmsurvey.analysis.difficulty import FEWEST, fit_indicators, indicator_steps
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import stage_labels
from hmsurvey.errors import NOTHING, Text
from hmsurvey.rules import UNSTAGED, Need, describe, each_need
from hmsurvey.statistics.placing import half_met, half_points
from hmsurvey.statistics.rasch import PartialCredit
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

_WIDTH = 0.5  # logits a band
_SIDE = 5  # enterprises that must meet a need, and must not, for it to have a place


def _measures(result: SurveyResult, fit: PartialCredit) -> pd.Series:
    return pd.Series(fit.person_measures, index=need_scores(result).points.index)


def tabulate_person_item_map(result: SurveyResult, *, least: int = 5) -> Table:
    """Put enterprises by stage and the steps of all indicators on one logit scale (the Wright map).

    Parameters
    ----------
    result
        A survey, scored and staged.
    least
        Fewest enterprises a band may hold: bands of half a logit are put together until they have so many. A stage with fewer than ten enterprises has its mean only.

    Returns
    -------
    Table
        `part`: "band" (`stage`, from `low` to `high`, `n`), "mean" of a stage (at `low`), "step" (`indicator`, `step` counted from 1, at `low`, reached by `n`; `stage` where a need of that stage asks for just this
        step). A step stands where half of the enterprises there would reach it or a higher one.

    Raises
    ------
    UsageError
        No scores, no stages, or fewer than three indicators that vary.
    """
    stages, scores = need_stages(result), need_scores(result)
    fit = fit_indicators(result)
    measures = _measures(result, fit)
    labels = stage_labels(stages.rule)
    rows: list[dict[str, object]] = []
    for code in labels:
        mine = measures[(stages.stage == code).to_numpy()].dropna()
        rows += [{"part": "band", "stage": code, "low": low, "high": high, "n": n} for low, high, n in _bands(mine, least)]  # fmt: skip
        if len(mine) and code != UNSTAGED:
            rows.append({"part": "mean", "stage": code, "low": float(mine.mean()), "n": len(mine)})
    steps, _ = indicator_steps(result)
    asked = _asked(result, steps)
    for name, places in zip(fit.names, half_points(fit.thresholds), strict=True):
        for k, place in enumerate(places, start=1):
            rows.append(
                {
                    "part": "step",
                    "stage": asked.get((name, k), ""),
                    "indicator": name,
                    "step": k,
                    "low": place,
                    "n": int((steps[name] >= k).sum()),
                }
            )
    frame = pd.DataFrame(rows, columns=["part", "stage", "indicator", "step", "low", "high", "n"])
    frame = frame.fillna({"indicator": "", "stage": ""}).astype({"n": int})
    parts = {"band": Text("企业分布", "Enterprises"), "mean": Text("阶段均值", "Mean of a stage"), "step": Text("指标的档", "Step of an indicator")}  # fmt: skip
    items = {i.code: Text(f"{i.code} {i.label.of('zh')}", f"{i.code} {i.label.of('en')}") for i in scores.system.indicators}  # fmt: skip
    columns = (
        Column("part", Text("内容", "What"), "code", labels=parts),
        Column("stage", Text("阶段", "Stage"), "code", labels=labels | {"": NOTHING}),
        Column("indicator", Text("指标", "Indicator"), "code", labels=items | {"": NOTHING}),
        Column("step", Text("档", "Step"), "count"),
        Column("low", Text("位置（logit）", "Place or from (logits)"), "number", decimals=2),
        Column("high", Text("至", "To"), "number", decimals=2),
        Column("n", Text("企业数", "n"), "count"),
    )
    title = Text(f"企业与指标在同一把尺子上：{scores.system.label.zh}", f"Enterprises and indicators on one scale: {scores.system.label.en}")  # fmt: skip
    note = Text(
        f"分部计分模型。档的位置：处在那里的企业有一半达到该档或更高；每段企业不少于 {least} 家，不足 {FEWEST} 家的阶段只给均值。",
        f"Partial-credit model. A step stands where half of the enterprises there reach it or a higher one; every band holds at least {least} enterprises, and a stage with fewer than {FEWEST} has its mean only.",
    )
    return Table(frame, stages.provenance, f"wright_{result.plan.code}", title, columns, (note,))


def _bands(values: pd.Series, least: int) -> list[tuple[float, float, int]]:
    """Return bands of half a logit from the lowest up, put together from both ends until each has at least `least`; nothing for a small group."""
    if len(values) < max(FEWEST, 2 * least):
        return []
    first, last = int(np.floor(values.min() / _WIDTH)), int(np.floor(values.max() / _WIDTH))
    counts = np.bincount((np.floor(values / _WIDTH) - first).astype(int), minlength=last - first + 1)
    bands = [(first + k, first + k + 1, int(n)) for k, n in enumerate(counts)]
    while len(bands) > 1 and min(n for _, _, n in bands) < least:
        small = min(range(len(bands)), key=lambda k: (bands[k][2], k))
        beside = [k for k in (small - 1, small + 1) if 0 <= k < len(bands)]
        other = min(beside, key=lambda k: (bands[k][2], k))
        a, b = min(small, other), max(small, other)
        bands[a : b + 1] = [(bands[a][0], bands[b][1], bands[a][2] + bands[b][2])]
    return [(low * _WIDTH, high * _WIDTH, n) for low, high, n in bands]


def _asked(result: SurveyResult, steps: pd.DataFrame) -> dict[tuple[str, int], str]:
    """Return which steps a need asks for: those that exactly the enterprises with the points asked for have reached."""
    scores, rule = need_scores(result), need_stages(result).rule
    found: dict[tuple[str, int], str] = {}
    for stage in rule.stages:
        for need in each_need(stage.needs):
            least = dict(need.bounds).get("min")
            if need.subject != "points" or least is None or need.target not in steps.columns:
                continue
            enough = scores.points[need.target] >= least
            column = steps[need.target]
            for k in range(1, int(np.nan_to_num(column.max())) + 1):
                if enough[column.notna()].equals((column >= k)[column.notna()]):
                    found[need.target, k] = stage.code
    return found


def _subjects(need: Need) -> set[str]:
    """Return what a need is about, for telling apart pairs that cannot fail."""
    return {f"{part.subject} {part.target}" for part in each_need((need,)) if part.subject not in ("any", "all")}


def tabulate_ladder(result: SurveyResult) -> Table:
    """Place every need of the rule on the scale of the indicators.

    Returns
    -------
    Table
        A row a need, the highest stage first: `n_known`, `n_met`, `place` (from there on half meet it, by isotonic regression on the measure, to a tenth of a logit; nothing where fewer than five meet it or
        fewer than five do not), `n_pairs` with needs of the next stage (down and up) on other matters, `n_in_order` of them. The note says how many pairs of the whole rule are in order.
    """
    stages, scores = need_stages(result), need_scores(result)
    rule, measures = stages.rule, _measures(result, fit_indicators(result))
    rows = []
    for stage in rule.stages:
        for need in stage.needs:
            known = (stages.met[need.code].notna() & measures.notna()).to_numpy()
            met = stages.met.loc[known, need.code].astype(float).to_numpy()
            n, yes = len(met), int(met.sum())
            place = half_met(measures[known], met) if min(yes, n - yes) >= _SIDE else np.nan
            rows.append({"stage": stage.code, "need": need.code, "n_known": n, "n_met": yes, "place": round(place, 1)})
    frame = pd.DataFrame(rows, columns=["stage", "need", "n_known", "n_met", "place"])
    frame["n_pairs"], frame["n_in_order"] = 0, 0
    for upper, lower in supposed_pairs(result):
        places = frame.set_index("need")["place"]
        if places[[upper, lower]].isna().any():
            continue
        mine = frame["need"].isin([upper, lower])
        frame.loc[mine, "n_pairs"] += 1
        frame.loc[mine, "n_in_order"] += int(places[lower] < places[upper])
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels=stage_labels(rule)),
        Column("need", Text("要求", "Need"), "code", labels={n.code: describe(n, scores.system) for n in rule.needs}),
        Column("n_known", Text("可判断企业数", "Can be told"), "count"),
        Column("n_met", Text("满足", "Met"), "count"),
        Column("place", Text("位置（logit）", "Place (logits)"), "number"),
        Column("n_pairs", Text("可比的对数", "Pairs"), "count"),
        Column("n_in_order", Text("次序相符", "In order"), "count"),
    )
    note = Text(
        f"位置：从这里起有一半企业满足该要求（对能力值作保序回归，取到 0.1 logit；满足或不满足不足 {_SIDE} 家的不给）。一对：上一级的一项要求与下一级的一项，谈的不是同一件事（同一件事的门槛必然有先后，不算证据）；下一级的位置更低，即为相符。",
        f"Place: from here on half of the enterprises meet the need (isotonic regression on the measure, to a tenth of a logit; nothing where fewer than {_SIDE} meet it or do not). A pair: a need of a stage and one of the next stage down on "
        "another matter (bounds on the same matter cannot but be in order, and are no evidence); in order where the lower stage's lies lower.",
    )
    title = Text(f"各阶段的要求在尺子上的位置：{result.plan.label.zh}", f"Where the needs of the stages lie: {result.plan.label.en}")  # fmt: skip
    return Table(frame, stages.provenance, f"ladder_{result.plan.code}", title, columns, (note,))


def supposed_pairs(result: SurveyResult) -> tuple[tuple[str, str], ...]:
    """Return the pairs (need of a stage, need of the next stage down) that the rule supposes to be in order and that are not about the same matter."""
    pairs = []
    for upper, lower in pairwise(need_stages(result).rule.stages):
        pairs += [(a.code, b.code) for a in upper.needs for b in lower.needs if not _subjects(a) & _subjects(b)]
    return tuple(pairs)


def tabulate_separation(result: SurveyResult, *, least: int = 5) -> Table:
    """Ask which indicators part which stages, and whether those that part lower stages lie lower on the scale.

    Every indicator belongs to the border between two neighbouring stages at which its mean share of points rises most; stages with fewer than `least` enterprises take no part.

    Returns
    -------
    Table
        A row a border from the lowest up: `lower`, `upper` (stages), `n_lower`, `n_upper`, `n_indicators` that belong to it, `first_quarter`, `middle`, `last_quarter` of their difficulties (logits), `in_order_pct`: of two indicators, one of this
        border and one of the border below, how often this one's is the harder (50: no order, 100: always).
    """
    stages, scores = need_stages(result), need_scores(result)
    fit = fit_indicators(result)
    names = list(fit.names)
    share = (scores.points[names] / scores.most[names]).groupby(stages.stage.astype(object).to_numpy())
    means, counts = share.mean(), stages.stage.value_counts()
    present = [code for code in reversed(stages.rule.codes) if counts[code] >= least]
    borders = list(pairwise(present))
    rises = np.array([(means.loc[b] - means.loc[a]).to_numpy() for a, b in borders]).reshape(len(borders), len(names))
    belongs = rises.argmax(axis=0) if borders else np.empty(0)
    rows: list[dict[str, object]] = []
    before = np.empty(0)
    for k, (a, b) in enumerate(borders):
        mine = fit.item_locations[belongs == k]
        ends = np.quantile(mine, [0.25, 0.5, 0.75]) if len(mine) else np.full(3, np.nan)
        apart = mine[:, None] - before[None, :]
        order = 100 * float(((apart > 0) + 0.5 * (apart == 0)).mean()) if apart.size else np.nan
        rows.append(
            {"lower": a, "upper": b, "n_lower": int(counts[a]), "n_upper": int(counts[b]), "n_indicators": len(mine)}
            | dict(zip(("first_quarter", "middle", "last_quarter"), ends, strict=True))
            | {"in_order_pct": order}
        )
        before = mine
    labels = stage_labels(stages.rule)
    columns = (
        Column("lower", Text("下面的阶段", "Lower stage"), "code", labels=labels),
        Column("upper", Text("上面的阶段", "Upper stage"), "code", labels=labels),
        Column("n_lower", Text("企业数（下）", "n, lower"), "count"),
        Column("n_upper", Text("企业数（上）", "n, upper"), "count"),
        Column("n_indicators", Text("主要在此拉开的指标", "Indicators that part them most"), "count"),
        Column("first_quarter", Text("难度：下四分位", "Difficulty: lower quarter"), "number", decimals=2),
        Column("middle", Text("中位数", "Median"), "number", decimals=2),
        Column("last_quarter", Text("上四分位", "Upper quarter"), "number", decimals=2),
        Column("in_order_pct", Text("比下一条界上的更难（%）", "Harder than those of the border below (%)"), "percent"),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    note = Text(
        f"每个指标归入平均得分率上升最多的那条界；不足 {least} 家的阶段不参与。最后一列：两条相邻的界各任取一个指标，上面那条的更难的机会；50 即无先后，100 即全部在上。",
        f"An indicator belongs to the border at which its mean share of points rises most; stages with fewer than {least} enterprises take no part. Last column: of two indicators, one of each of two neighbouring borders, how often the upper border's is the harder; "
        "50 is no order, 100 always.",
    )
    title = Text(f"哪些指标分开哪些阶段：{result.plan.label.zh}", f"Which indicators part which stages: {result.plan.label.en}")  # fmt: skip
    return Table(frame, stages.provenance, f"separation_{result.plan.code}", title, columns, (note,))
