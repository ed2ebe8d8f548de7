"""What variations leave to say: each enterprise's chance of each stage and range of ranks, and what becomes of shares by city.

A chance here is a share of draws: how the stage would come out had the analyst chosen otherwise. It says nothing about enterprises that did not answer, nor about answers that are wrong.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.robustness import Variations
from hmsurvey.analysis.words import ALL, UNIT_LABEL, group_label, group_labels, groups_of, stage_labels
from hmsurvey.errors import Text
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Column, Table

Floats = NDArray[np.float64]
SURE = 0.9  # from this chance on, a stage is called firm


def quantiles_of_counts(counts: NDArray[np.int64], probabilities: tuple[float, ...], *, first: int = 0) -> Floats:
    """Return quantiles of whole numbers from how often each occurred.

    Parameters
    ----------
    counts
        Rows x values: how often the value `first`, `first` + 1, ... occurred.
    probabilities
        Between 0 and 1.

    Returns
    -------
    ndarray
        Rows x probabilities, by R's type 7 (numpy's default), exactly as if every draw had been kept; NaN for a row without draws.

    Examples
    --------
    >>> quantiles_of_counts(np.array([[0, 2, 1, 1]]), (0.5,))
    array([[1.5]])
    """
    below = np.cumsum(counts, axis=1)
    n = below[:, -1] if counts.shape[1] else np.zeros(len(counts), dtype=np.int64)
    found = np.full((len(counts), len(probabilities)), np.nan)
    for row in np.flatnonzero(n > 0):
        for k, p in enumerate(probabilities):
            place = (n[row] - 1) * p
            low = int(np.floor(place + 4 * np.finfo(float).eps * n[row]))
            values = np.searchsorted(below[row], [low, min(low + 1, n[row] - 1)], side="right")
            found[row, k] = first + values[0] + max(place - low, 0.0) * (values[1] - values[0])
    return found


def firm(variations: Variations) -> NDArray[np.bool_]:
    """Tell which units keep the study's stage in at least nine draws of ten."""
    kept = variations.chances[np.arange(len(variations.nominal)), variations.nominal]
    return np.asarray(kept >= SURE - 1e-12)


def notes_of(variations: Variations) -> tuple[Text, ...]:
    """Return what every table of variations says: draws and seed, what was varied, what a chance is."""
    zh = "；".join(text.zh for text in variations.varied)
    en = "; ".join(text.en for text in variations.varied)
    pct = 100 * 1.96 * 0.5 / variations.draws**0.5
    return (
        Text(
            f"{variations.draws} 次抽取，随机种子 {variations.seed}；概率的抽样误差（95%）不超过 ±{pct:.1f} 个百分点。",
            f"{variations.draws} draws, seed {variations.seed}; Monte-Carlo error of a chance (95%) at most ±{pct:.1f} percentage points.",
        ),
        Text(f"变动的是：{zh}。其余不变。", f"What was varied: {en}. All else stays."),
        Text(
            "概率是各次抽取中所占的比例，说的是“换一种取法”时阶段会怎样，不包括答卷失实和未答卷的企业。",
            "A chance is a share of draws: what the stage would be had the analyst chosen otherwise. Wrong answers and those who did not answer are not in it.",
        ),
    )


def tabulate_stage_chances(variations: Variations) -> Table:
    """List every enterprise's chance of each stage, with Monte-Carlo error, and its range of ranks. Internal: rows are single enterprises.

    Returns
    -------
    Table
        One row a unit: group, the study's stage, `chance_STAGE_pct`, `kept_pct` (of the study's stage) and its error `kept_error_pct` (one standard error), `on_edge` (kept in fewer than nine draws of
        ten), the study's total and rank, `rank_low`, `rank_median`, `rank_high` (5, 50 and 95% of the draws).
    """
    result, draws = variations.result, variations.draws
    rule = variations.result.plan.rule
    labels = stage_labels(rule) if rule else {}
    book = result.survey.codebook
    kept = variations.chances[np.arange(len(variations.nominal)), variations.nominal]
    frame = pd.DataFrame({"unit": list(result.survey.answers.units), "group": groups_of(result.survey).to_numpy()})
    frame["stage"] = [variations.stages[k] for k in variations.nominal]
    columns = [
        Column("unit", UNIT_LABEL),
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("stage", Text("阶段", "Stage"), "code", labels=labels),
    ]
    for k, code in enumerate(variations.stages):
        frame[f"chance_{code}_pct"] = 100.0 * variations.chances[:, k]
        name = labels.get(code, Text(code, code))
        columns.append(
            Column(f"chance_{code}_pct", Text(f"{name.zh}的概率（%）", f"Chance of {name.en} (%)"), "percent")
        )
    frame["kept_pct"] = 100.0 * kept
    frame["kept_error_pct"] = 100.0 * np.sqrt(kept * (1 - kept) / draws)
    frame["on_edge"] = np.where(firm(variations), "no", "yes")
    columns += [
        Column("kept_pct", Text("阶段不变的概率（%）", "Chance of keeping the stage (%)"), "percent"),
        Column("kept_error_pct", Text("其标准误（百分点）", "Its standard error (points)"), "percent", decimals=2),
        Column(
            "on_edge",
            Text("处在边缘", "On the edge"),
            "code",
            labels={"yes": Text("是", "yes"), "no": Text("否", "no")},
        ),
    ]
    if result.scores is not None:
        ranks = quantiles_of_counts(variations.rank_counts, (0.05, 0.5, 0.95), first=1)
        frame["total"] = result.scores.total.to_numpy()
        frame["rank"] = pd.array([pd.NA if r == 0 else int(r) for r in variations.nominal_rank], dtype="Int64")
        frame["rank_low"], frame["rank_median"], frame["rank_high"] = ranks.T
        columns += [
            Column("total", Text("总分", "Total score"), "score"),
            Column("rank", Text("名次", "Rank"), "count"),
            Column("rank_low", Text("名次 5% 分位", "Rank, 5%"), "number"),
            Column("rank_median", Text("名次中位数", "Rank, median"), "number"),
            Column("rank_high", Text("名次 95% 分位", "Rank, 95%"), "number"),
        ]
    title = Text(
        f"换一种取法，各企业处于各阶段的概率：{result.plan.label.zh}",
        f"Chance of each stage under other choices: {result.plan.label.en}",
    )
    return Table(
        frame,
        variations.provenance,
        f"stage_chances_{result.plan.code}",
        title,
        tuple(columns),
        notes_of(variations),
        personal=True,
    )


def tabulate_share_ranges(variations: Variations) -> Table:
    """Say how the share of each stage among all enterprises moves under the draws.

    Returns
    -------
    Table
        One row a stage: the study's count and share, mean share and its 5, 50 and 95% quantiles over the draws, and how many of those the study puts there are firm.
    """
    result, n = variations.result, len(variations.nominal)
    rule = result.plan.rule
    quantiles = quantiles_of_counts(variations.share_counts[-1], (0.05, 0.5, 0.95))
    sure = firm(variations)
    rows = []
    for k, code in enumerate(variations.stages):
        mine = variations.nominal == k
        rows.append(
            {
                "stage": code,
                "n": int(mine.sum()),
                "share_pct": 100.0 * mine.sum() / n if n else np.nan,
                "mean_pct": 100.0 * variations.chances[:, k].mean() if n else np.nan,
                "low_pct": 100.0 * quantiles[k, 0] / n if n else np.nan,
                "median_pct": 100.0 * quantiles[k, 1] / n if n else np.nan,
                "high_pct": 100.0 * quantiles[k, 2] / n if n else np.nan,
                "n_firm": int((mine & sure).sum()),
            }
        )
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels=stage_labels(rule) if rule else {}),
        Column("n", Text("本研究的企业数", "n in the study"), "count"),
        Column("share_pct", Text("本研究的占比（%）", "Share in the study (%)"), "percent"),
        Column("mean_pct", Text("各次抽取的平均占比（%）", "Mean over the draws (%)"), "percent"),
        Column("low_pct", Text("5% 分位（%）", "5% of draws (%)"), "percent"),
        Column("median_pct", Text("中位数（%）", "Median (%)"), "percent"),
        Column("high_pct", Text("95% 分位（%）", "95% of draws (%)"), "percent"),
        Column("n_firm", Text("九成以上抽取中不变的企业数", "n that keep it in 90% of draws"), "count"),
    )
    title = Text(
        f"换一种取法，各阶段占比的变动范围：{result.plan.label.zh}",
        f"Shares of the stages under other choices: {result.plan.label.en}",
    )
    return Table(
        pd.DataFrame(rows),
        variations.provenance,
        f"share_ranges_{result.plan.code}",
        title,
        columns,
        notes_of(variations),
    )


def tabulate_city_chances(variations: Variations) -> Table:
    """Say how the share of each stage moves in every city under the draws.

    Returns
    -------
    Table
        One row a city and one for all: n, and for each stage the study's share, the mean over the draws and the 5 and 95% quantiles.
    """
    result = variations.result
    rule, book = result.plan.rule, result.survey.codebook
    labels = stage_labels(rule) if rule else {}
    groups = groups_of(result.survey).to_numpy()
    names = [*(g for g in variations.groups if g != ALL), ALL]
    members = [np.ones(len(groups), dtype=bool) if name == ALL else groups == name for name in names]
    frame = pd.DataFrame({"group": names, "n": [int(m.sum()) for m in members]})
    columns = [
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("n", Text("企业数", "n"), "count"),
    ]
    for k, code in enumerate(variations.stages):
        if code == UNSTAGED and not variations.stage_counts[:, k].any() and not (variations.nominal == k).any():
            continue
        counts = np.stack([variations.share_counts[-1 if g == ALL else variations.groups.index(g), k] for g in names])
        quantiles = quantiles_of_counts(counts, (0.05, 0.95))
        n = frame["n"].to_numpy(dtype=float)
        name = labels.get(code, Text(code, code))
        for part, values, word in (
            ("share", [float((variations.nominal[m] == k).sum()) for m in members], Text("本研究", "in the study")),
            ("mean", [float(variations.chances[m, k].sum()) for m in members], Text("平均", "mean of draws")),
            ("low", quantiles[:, 0], Text("5% 分位", "5%")),
            ("high", quantiles[:, 1], Text("95% 分位", "95%")),
        ):
            frame[f"{part}_{code}_pct"] = 100.0 * np.asarray(values) / n
            columns.append(
                Column(
                    f"{part}_{code}_pct", Text(f"{name.zh}占比，{word.zh}（%）", f"{name.en}, {word.en} (%)"), "percent"
                )
            )
    title = Text(
        f"换一种取法，各城市的阶段占比：{result.plan.label.zh}",
        f"Stages by city under other choices: {result.plan.label.en}",
    )
    return Table(
        frame, variations.provenance, f"city_chances_{result.plan.code}", title, tuple(columns), notes_of(variations)
    )
