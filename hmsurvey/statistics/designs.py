"""How a sample was drawn: survey weights, strata, clusters, and how many there are to draw from.

A `Design` says it once; every design-based estimate then gets its standard error from the same place, `covariance`, by Taylor linearisation: each unit's influence
on the estimate, times its survey weight, is summed by cluster and compared with the other clusters of its stratum. Calibrated survey weights (calibration.py) carry
what they were calibrated to, because only what that does not explain varies. "Weight" alone means an index weight in this project; these are survey weights.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import Floats, chosen, numbers, refuse

Codes = NDArray[np.int64]
Single = Literal["fail", "certainty", "adjust", "average"]
SINGLE: tuple[Single, ...] = ("fail", "certainty", "adjust", "average")


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """One step by which survey weights were fitted to the population: what they were fitted on (rows x columns), and the weights before and after."""

    on: Floats
    before: Floats
    after: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of drawing: the cluster of every row, the group it was drawn from, and a row's share of the population's clusters drawn so far.

    `drawn` and `there` are by group: clusters in the sample and in the population (infinity: not known). `above` is the product of the sampling fractions of the stages before.
    """

    cluster: Codes
    group: Codes
    group_of_cluster: Codes
    drawn: Floats
    there: Floats
    above: Floats
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """How a sample was drawn.

    `weights` are the survey weights of the rows, all positive. `stages` holds one `Stage` for every stage that adds to the variance. `single` says what is done about a
    stratum with one cluster: "fail", "certainty" (adds nothing), "adjust" (compared with the mean of all) or "average" (adds what the others add on average).
    """

    weights: Floats
    stages: tuple[Stage, ...]
    single: Single
    calibrations: tuple[Calibration, ...] = ()

    def __repr__(self) -> str:
        first = self.stages[0]
        sizes = f"{len(self.weights)} rows, {len(first.group_of_cluster)} clusters in {len(first.drawn)} strata"
        known = "" if np.isinf(first.there).all() else f" of {first.there.sum():g}"
        return f"Design: {sizes}{known}, weights add up to {self.weights.sum():g}"


def coded(labels: Iterable[Any], name: str, *, n: int | None = None) -> tuple[Codes, tuple[Hashable, ...]]:
    """Return labels as whole numbers from 0 in the order of first appearance, and the labels.

    Raises
    ------
    DataError
        A label is missing, there are none, or there are not n of them.
    """
    seen: dict[Hashable, int] = {}
    codes, gaps = [], []
    for row, label in enumerate(labels):
        if label is None or label != label or label == "":
            gaps.append(row + 1)
        codes.append(seen.setdefault(label, len(seen)))
    if gaps:
        refuse(
            Text("分组标签有缺失。", "Some rows have no label."),
            where=name,
            found=", ".join(map(str, gaps[:5])) + (" ..." if len(gaps) > 5 else ""),
            expected=Text("每行一个标签", "a label in every row"),
            fix=Text("先剔除这些行，或给它们一个标签。", "leave these rows out first, or give them a label."),
        )
    _same_length(len(codes), n, name)
    return np.array(codes, dtype=np.int64), tuple(seen)


def _same_length(found: int, n: int | None, name: str) -> None:
    if found == 0 or (n is not None and found != n):
        refuse(
            Text("行数对不上。", "The number of rows does not fit."),
            where=name,
            found=found,
            expected=Text(f"{n} 行" if n else "至少 1 行", f"{n} rows" if n else "at least 1 row"),
        )


def survey_design(
    weights: ArrayLike | None = None,
    *,
    strata: Iterable[Any] | None = None,
    clusters: Sequence[Iterable[Any]] = (),
    population: Sequence[ArrayLike] = (),
    single: Single = "fail",
) -> Design:
    """Say how a sample was drawn.

    Parameters
    ----------
    weights
        How many units of the population each row stands for. None: the population over the sample, stage by stage, or 1 where the population is not given.
    strata
        A label a row; None is one stratum. Clusters belong to their stratum, so that the same label in two strata means two clusters.
    clusters
        One list of labels for each stage; none: the rows themselves were drawn.
    population
        For each stage the number of clusters (or units) there are in the row's stratum, then in its cluster, a number a row: the finite population correction is 1 - n/N. None:
        drawn with replacement, and then only the first stage adds to the variance.
    single
        What is done about a stratum with one cluster out of several; see `Design`.

    Returns
    -------
    Design

    Raises
    ------
    DataError
        Weights are not positive, lengths differ, a label is missing, the population is smaller than the sample or differs within a stratum, or a stratum has one cluster and `single` is "fail".

    References
    ----------
    W. G. Cochran, Sampling Techniques, 3rd ed. (1977), ch. 5, 9-11. T. Lumley, Complex Surveys (2010), ch. 2-3.

    >>> survey_design(strata=["a", "a", "b", "b"], population=[[4, 4, 6, 6]])
    Design: 4 rows, 4 clusters in 2 strata of 10, weights add up to 10
    """
    chosen(single, SINGLE, "single")
    given = None if weights is None else numbers(weights, "weights")
    sizes = [numbers(size, f"population[{at}]") for at, size in enumerate(population)]
    labels = [list(stage) for stage in clusters]
    stratum = None if strata is None else list(strata)
    known = [len(part) for part in (given, stratum, *labels, *sizes) if part is not None]
    if not known:
        refuse(Text("没有任何一行。", "There is not a single row."), where="survey_design")
    n = known[0]
    for part, name in ((given, "weights"), (stratum, "strata")):
        if part is not None:
            _same_length(len(part), n, name)
    if sizes and len(sizes) != max(1, len(labels)):
        refuse(
            Text("总体规模的列数与抽样阶段数不一致。", "There is not one population size for each stage."),
            where="population",
            found=len(sizes),
            expected=Text(f"{max(1, len(labels))}", f"{max(1, len(labels))}"),
        )
    stages = _stages(n, stratum, labels, sizes)
    if given is None:
        given = np.ones(n)
        for stage in stages if sizes else ():
            given *= (stage.there / stage.drawn)[stage.group]
    if (given <= 0).any():
        refuse(
            Text("调查权重应为正数。", "Survey weights must be positive."),
            where="weights",
            found=f"{int((given <= 0).sum())}: {given.min():g}",
            fix=Text("不参加估计的行用 within 排除。", "leave rows out of an estimate by `within`."),
        )
    design = Design(given, stages, single)
    for number, stage in enumerate(stages, start=1):
        if single == "fail" and (alone := _alone(stage)).any():
            names = [name for name, is_alone in zip(stage.names, alone, strict=True) if is_alone]
            refuse(
                Text("有的层只抽到一个单位，估计不出层内差异。", "A stratum has a single cluster: nothing tells how its clusters vary."),
                where=f"stage {number}: " + ", ".join(names[:5]) + (" ..." if len(names) > 5 else ""),
                found=1,
                expected=Text("至少 2 个，或全部抽到", "at least 2, or all there are"),
                fix=Text("指定 single：certainty、adjust 或 average，或与相近的层合并。", "name `single`: certainty, adjust or average, or join the stratum with a like one."),
            )  # fmt: skip
    return design


def _stages(n: int, strata: list[Any] | None, clusters: list[list[Any]], sizes: list[Floats]) -> tuple[Stage, ...]:
    group, labels = coded(strata if strata is not None else ["all"] * n, "strata", n=n)
    names = tuple(map(str, labels))
    above = np.ones(n)
    stages = []
    drawn_by = clusters or [list(range(n))]
    for at, stage in enumerate(drawn_by if sizes else drawn_by[:1]):
        inner, inner_labels = coded(stage, f"clusters[{at}]", n=n)
        cluster, pairs = coded(zip(group.tolist(), inner.tolist(), strict=True), f"clusters[{at}]")
        owner = np.array([pair[0] for pair in pairs], dtype=np.int64)  # type: ignore[index]
        drawn = np.bincount(owner, minlength=len(names)).astype(float)
        there = _sizes(sizes[at], group, drawn, names) if sizes else np.full(len(names), np.inf)
        stages.append(Stage(cluster, group, owner, drawn, there, above, names))
        above = above * (drawn / there)[group]
        above_names = names
        names = tuple(f"{above_names[pair[0]]}/{inner_labels[pair[1]]}" for pair in pairs)  # type: ignore[index]
        group = cluster
    return tuple(stages)


def _sizes(size: Floats, group: Codes, drawn: Floats, names: tuple[str, ...]) -> Floats:
    """Return the population of every group after checking that it is one number and not under the sample."""
    _same_length(len(size), len(group), "population")
    there = np.zeros(len(names))
    there[group] = size
    for bad, what in (
        (np.unique(group[there[group] != size]), Text("同一层的总体规模应相同。", "The population differs within a stratum.")),
        (np.flatnonzero(there < drawn), Text("样本多于总体。", "There are more in the sample than in the population.")),
    ):  # fmt: skip
        if len(bad):
            first = int(bad[0])
            refuse(what, where=names[first], found=f"n = {drawn[first]:g}, N = {there[first]:g}")
    return there


def _alone(stage: Stage) -> NDArray[np.bool_]:
    return (stage.drawn == 1) & (stage.there > 1)


def degrees_of_freedom(design: Design, *, within: ArrayLike | None = None) -> int:
    """Return the clusters less the strata, counted over the rows within a domain."""
    first = design.stages[0]
    rows = np.ones(len(design.weights), dtype=bool) if within is None else np.asarray(within, dtype=bool)
    _same_length(len(rows), len(design.weights), "within")
    return len(np.unique(first.cluster[rows])) - len(np.unique(first.group[rows]))


def covariance(design: Design, influence: ArrayLike) -> Floats:
    """Return the covariance matrix of weighted totals of influences, the linearised variance of whatever they are the influences on.

    Parameters
    ----------
    design
        How the sample was drawn.
    influence
        Rows x estimates: how much a unit of the population moves each estimate (for a mean, its distance from the mean over the size of the population); 0 for rows outside a domain.

    Raises
    ------
    DataError
        Not a row of influences for every row of the sample, or gaps.

    References
    ----------
    T. Lumley, Analysis of complex survey samples, Journal of Statistical Software 9(8) (2004). For calibrated weights the influences are replaced by their residuals:
    J.-C. Deville, C.-E. Särndal, Calibration estimators in survey sampling, Journal of the American Statistical Association 87 (1992) 376-382.
    """
    each = np.asarray(influence, dtype=float)
    each = numbers(each[:, None] if each.ndim == 1 else each, "influence", dims=2)
    _same_length(len(each), len(design.weights), "influence")
    each = each * design.weights[:, None]
    for step in design.calibrations:
        root = np.sqrt(step.before)[:, None]
        values = each / step.after[:, None]
        slope = np.linalg.lstsq(step.on * root, values * root, rcond=None)[0]
        each = (values - step.on @ slope) * step.after[:, None]
    found = np.zeros((each.shape[1], each.shape[1]))
    for stage in design.stages:
        found += _between(stage, each, design.single)
    return found


def _between(stage: Stage, each: Floats, single: Single) -> Floats:
    """Return what the differences between the clusters of the same group add to the variance."""
    sums = np.zeros((len(stage.group_of_cluster), each.shape[1]))
    np.add.at(sums, stage.cluster, each)
    means = np.zeros((len(stage.drawn), each.shape[1]))
    np.add.at(means, stage.group_of_cluster, sums)
    means /= stage.drawn[:, None]
    alone = _alone(stage)
    if single == "adjust":
        means[alone] = sums.mean(axis=0)  # 0 for a mean, but not for a total, whose influences do not add up to nothing
    left = 1.0 - stage.drawn / stage.there
    scale = left * np.where(stage.drawn > 1, stage.drawn / np.maximum(stage.drawn - 1, 1), 1.0)
    above = np.ones(len(stage.drawn))
    above[stage.group] = stage.above
    apart = sums - means[stage.group_of_cluster]
    apart *= np.sqrt(scale * above)[stage.group_of_cluster][:, None]
    found = apart.T @ apart
    if single == "average" and alone.any():
        if alone.all():
            refuse(
                Text("所有层都只有一个单位，无从取平均。", "Every stratum has a single cluster: there is nothing to average."),
                where=", ".join(stage.names[:5]),
                fix=Text("合并相近的层。", "join strata that are alike."),
            )  # fmt: skip
        found = found * len(alone) / int((~alone).sum())
    return np.asarray(found, dtype=np.float64)


__all__ = [
    "SINGLE",
    "Calibration",
    "Design",
    "Single",
    "Stage",
    "coded",
    "covariance",
    "degrees_of_freedom",
    "survey_design",
]
