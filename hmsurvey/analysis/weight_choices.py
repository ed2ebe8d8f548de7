"""Weightings side by side: what each gives to the areas, how far they and the experts are apart, and how many change stage.

It counts; which weights are right is not a question that data answer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.alternatives import restage, tabulate_alternatives
from hmsurvey.analysis.tabulation import need_scores
from hmsurvey.analysis.weighting import DATA_METHODS, weigh_by_data, weigh_by_experts, weigh_equally, weigh_experts
from hmsurvey.errors import DataError, Text
from hmsurvey.judging import Judgements
from hmsurvey.provenance import Provenance, combine
from hmsurvey.statistics.mending import mend
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem, weights_of
from hmsurvey.tables import Column, Table

_DATA_NOTE = Text(
    "熵权、CRITIC、主成分、离散程度只看得分在本次答卷中怎样分布，与哪个方面重要无关（A107）。",
    "Entropy, CRITIC, principal components and spread see only how scores vary among these answers; they know nothing of what matters (A107).",
)
_GAPS_NOTE = Text(
    "有的方案还改变了缺答的处理，所以有的企业只在一方定级。",
    "Some weightings also change how gaps count, so that a few are staged in one of the two only.",
)


def weight_alternatives(
    result: SurveyResult, judgements: Judgements | None = None
) -> tuple[tuple[SurveyResult, ...], tuple[Text, ...]]:
    """Restage a survey under its own other weightings, equal weights, the experts' and those the data give.

    Parameters
    ----------
    result
        A survey, scored and staged.
    judgements
        Experts on the areas of its total, if there are any.

    Returns
    -------
    tuple
        The results, without those whose weights are the same as one's before; and why a method fell away, where one did.
    """
    system = need_scores(result).system
    systems, notes = [], list[Text]()
    others = [w.id for w in system.weightings if w.id != system.weighting]
    results = [restage(result, weighting=name) for name in others]
    systems.append(weigh_equally(system))
    if judgements is not None:
        systems += [weigh_by_experts(system, judgements, join=join) for join in ("aij", "aip")]
    for method in DATA_METHODS:
        try:
            systems.append(weigh_by_data(result, method=method))
        except DataError as error:
            label, why = DATA_METHODS[method][1], error.problems[0].what
            notes.append(Text(f"{label.zh}没有结果：{why.zh}", f"{label.en} gave none: {why.en}"))
    seen = [_signature(need_scores(r).system) for r in (result, *results)]
    for index in systems:
        if not any(
            np.allclose(_signature(index), one, atol=1e-9) for one in seen if len(one) == len(_signature(index))
        ):
            seen.append(_signature(index))
            results.append(restage(result, system=index))
    return tuple(results), tuple(notes)


def _signature(system: IndicatorSystem) -> np.ndarray:
    """Return a number a weight, the same for two systems that weigh alike: shares within each node, and how children count."""
    weights = weights_of(system)
    parts = []
    for node in system.nodes:
        own = np.array([weights[c] for c in node.children])
        parts += [*(own / own.sum() if own.sum() else own), float(node.children_as == "points")]
    return np.array(parts)


def _shares(system: IndicatorSystem, node: str) -> dict[str, float]:
    """Return the share of each child of a node in percent."""
    children, weights = system.node(node).children, weights_of(system)
    total = sum(weights[c] for c in children)
    return {c: 100 * weights[c] / total for c in children}


def tabulate_weight_choices(first: SurveyResult, *others: SurveyResult, notes: tuple[Text, ...] = ()) -> Table:
    """Set weightings side by side: the share of each area in the total, and how many units change stage against the first.

    Parameters
    ----------
    first, others
        The same survey under several weightings, from `restage` or `weight_alternatives`.
    notes
        What is to be said under the table besides.

    Returns
    -------
    Table
        One row a weighting: `share_AREA` in percent, adding up to 100; `n_up`, `n_down`, `n_changed_state` and their sum `n_moved`.
    """
    moves = tabulate_alternatives(first, *others)
    system = need_scores(first).system
    children = system.node(system.total).children
    frame = moves.frame[["alternative", "n_up", "n_down", "n_changed_state"]].reset_index(drop=True)
    frame["n"] = len(first.survey.answers)
    shares = pd.DataFrame([_shares(need_scores(r).system, system.total) for r in (first, *others)])
    frame = pd.concat([frame, shares.add_prefix("share_")], axis=1)
    frame["n_moved"] = frame[["n_up", "n_down", "n_changed_state"]].sum(axis=1)
    labels = {str(k): _label(result) for k, result in enumerate((first, *others))}
    columns = (
        Column("alternative", Text("权重方案", "Weighting"), "code", labels=labels),
        *(
            Column(f"share_{c}", Text(f"{_name(system, c).zh}（%）", f"{_name(system, c).en} (%)"), "percent")
            for c in children
        ),
        Column("n", Text("企业数", "n"), "count"),
        Column("n_up", Text("升级企业数", "Up"), "count"),
        Column("n_down", Text("降级企业数", "Down"), "count"),
        Column("n_changed_state", Text("只一方定级企业数", "Staged in one only"), "count"),
        Column("n_moved", Text("阶段有变企业数", "Change stage"), "count"),
    )
    title = Text("不同权重下各方面的份额与阶段变化", "Shares of the areas and changes of stage under each weighting")
    code = f"weight_choices_{first.plan.code}"
    base = Text("阶段变化均与第一行相比。", "Changes of stage are against the first row.")
    frame = frame[[column.code for column in columns]]
    gaps = (_GAPS_NOTE,) if frame["n_changed_state"].any() else ()
    from_data = (_DATA_NOTE,) if any(_is_from_data(result) for result in others) else ()
    return Table(frame, moves.provenance, code, title, columns, (base, *gaps, *from_data, *notes))


def _is_from_data(result: SurveyResult) -> bool:
    return need_scores(result).system.weighting.split("_")[0] in DATA_METHODS


def _label(result: SurveyResult) -> Text:
    system = need_scores(result).system
    found = [w.label for w in system.weightings if w.id == system.weighting]
    return found[0] if found else Text("指标体系所写的权重", "Weights as the index states them")


def _name(system: IndicatorSystem, code: str) -> Text:
    labels = {n.code: n.label for n in system.nodes} | {i.code: i.label for i in system.indicators}
    return Text(labels[code].of("zh") or code, labels[code].of("en") or code)


def tabulate_weight_spread(choices: Table, judgements: Judgements | None = None) -> Table:
    """Say for every area how far weightings are apart, and how far experts are.

    Parameters
    ----------
    choices
        From `tabulate_weight_choices`.
    judgements
        Experts on the same areas, if there are any: each expert's own weights are spread out too.

    Returns
    -------
    Table
        One row an area, in percent of the total: mean, lowest and highest over the weightings; over the experts lowest, quartiles, highest, standard
        deviation.
    """
    shares = [c for c in choices.columns if c.code.startswith("share_")]
    rows = []
    for column in shares:
        values = choices.frame[column.code].astype(float)
        rows.append(
            {
                "area": column.code.removeprefix("share_"),
                "mean_pct": values.mean(),
                "low_pct": values.min(),
                "high_pct": values.max(),
            }
        )
    frame = pd.DataFrame(rows, columns=["area", "mean_pct", "low_pct", "high_pct"])
    labels = {c.code.removeprefix("share_"): Text(c.label.zh.removesuffix("（%）"), c.label.en.removesuffix(" (%)")) for c in shares}  # fmt: skip
    columns = [
        Column("area", Text("方面", "Area"), "code", labels=labels),
        Column("mean_pct", Text("各方案平均（%）", "Mean of weightings (%)"), "percent"),
        Column("low_pct", Text("最低（%）", "Lowest (%)"), "percent"),
        Column("high_pct", Text("最高（%）", "Highest (%)"), "percent"),
    ]
    provenance = choices.provenance
    if judgements is not None:
        group = weigh_experts(judgements)
        order = [judgements.codes.index(code) for code in frame["area"]]
        words = (
            ("expert_low_pct", group.low, Text("专家最低（%）", "Experts: lowest (%)")),
            ("expert_q1_pct", group.quartile_low, Text("专家下四分位（%）", "Experts: lower quartile (%)")),
            ("expert_median_pct", group.median, Text("专家中位数（%）", "Experts: median (%)")),
            ("expert_q3_pct", group.quartile_high, Text("专家上四分位（%）", "Experts: upper quartile (%)")),
            ("expert_high_pct", group.high, Text("专家最高（%）", "Experts: highest (%)")),
            ("expert_sd_pct", group.sd, Text("专家标准差（百分点）", "Experts: standard deviation (points)")),
        )
        for code, numbers, label in words:
            frame[code] = 100 * numbers[order]
            columns.append(Column(code, label, "percent"))
        provenance = combine(provenance, judgements.provenance)
    title = Text("各方面的权重相差多少", "How far apart the weights of each area are")
    code = choices.code.replace("weight_choices", "weight_spread")
    return Table(frame, provenance, code, title, tuple(columns))


def tabulate_experts(judgements: Judgements, *, random_index: str = "saaty_1980") -> Table:
    """List every expert's weights, CR, and the judgement that would mend it; then the joined weights.

    Parameters
    ----------
    judgements
        From `read_experts`.
    random_index
        The table that CR rests on.

    Returns
    -------
    Table
        One row an expert, then `aij` (judgements joined) and `aip` (weights joined). `cr` over 0.10 has a hint; AIP has no matrix and so no CR.
    """
    group = weigh_experts(judgements, random_index=random_index)
    rows, hints = [], {}
    for k, expert in enumerate(judgements.experts):
        found = mend(expert.matrix, random_index=random_index, names=judgements.codes)
        key = f"hint {k}" if found.cr_before > 0.10 else ""
        if key:
            hints[key] = found.note
        rows.append(
            _expert_row(expert.name, judgements, group.experts[k], float(group.cr[k]), group.each[k].n_blank, key)
        )
    joined = group.joined
    rows.append(_expert_row("aij", judgements, group.aij, joined.cr, joined.n_blank, ""))
    rows.append(_expert_row("aip", judgements, group.aip, np.nan, 0, ""))
    labels = {name: Text(name, name) for name in judgements.names} | {
        "aij": Text("合并判断（AIJ）", "Judgements joined (AIJ)"),
        "aip": Text("合并权重（AIP，几何平均）", "Weights joined (AIP, geometric mean)"),
    }
    columns = (
        Column("expert", Text("专家", "Expert"), "code", labels=labels),
        Column("cr", Text("一致性比率 CR", "Consistency ratio CR"), "number", decimals=3),
        Column("n_blank", Text("未作判断的对数", "Pairs without a judgement"), "count"),
        *(
            Column(f"share_{c}", Text(f"{label.zh}（%）", f"{label.en} (%)"), "percent")
            for c, label in zip(judgements.codes, judgements.labels, strict=True)
        ),
        Column("hint", Text("怎样改善一致性", "What would mend it"), "code", labels=hints),
    )
    title = Text("专家的权重与一致性（层次分析法）", "Experts' weights and consistency (AHP)")
    note = Text(
        f"主特征向量法；CR 用随机指标表 {random_index}（A105），高于 0.10 只提示，不拒收。",
        f"Principal eigenvector; CR by the table of random indices {random_index} (A105). Over 0.10 is said, never refused.",
    )
    provenance: Provenance = judgements.provenance
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, provenance, "experts", title, columns, (note,))


def _expert_row(name: str, judgements: Judgements, weights: np.ndarray, cr: float, n_blank: int, hint: str) -> dict[str, object]:  # fmt: skip
    shares = {f"share_{c}": 100 * float(w) for c, w in zip(judgements.codes, weights, strict=True)}
    return {"expert": name, "cr": cr, "n_blank": n_blank, "hint": hint} | shares


__all__ = [
    "tabulate_experts",
    "tabulate_weight_choices",
    "tabulate_weight_spread",
    "weight_alternatives",
]
