"""Do groups differ, by ranks: Kruskal-Wallis, Dunn's pairs, Cliff's delta, Jonckheere's trend; each with its effect and interval.

A statistic never comes alone: effect size, interval and adjusted p stand in one result. Gaps are left out and counted; groups without a number are said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.adjustment import Adjustment, adjust
from hmsurvey.statistics.concordance import tau_b
from hmsurvey.statistics.inputs import Floats, chosen, generator, numbers, probability, refuse, times
from hmsurvey.statistics.noncentral import noncentrality_interval


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Numbers by group, gaps left out: groups in the order given, empty ones named in `empty`."""

    names: tuple[str, ...]
    samples: tuple[Floats, ...]
    empty: tuple[str, ...]
    n_missing: int


def group(values: ArrayLike, groups: Sequence[Any], *, order: Sequence[Any] | None = None) -> Grouped:
    """Split numbers by group, in the order given or of first appearance.

    Raises
    ------
    DataError
        Lengths differ, all numbers are missing, or fewer than two groups have any.
    """
    x = numbers(values, "values", gaps="keep")
    labels = np.asarray(groups, dtype=object)
    if labels.shape != x.shape:
        refuse(
            Text("数值与组别个数不同。", "There are not as many groups as values."),
            found=f"{len(labels)}, {len(x)}",
        )
    there = ~np.isnan(x)
    if not there.any():
        refuse(Text("数值全部缺失。", "All values are missing."), found=len(x))
    names = list(dict.fromkeys(labels)) if order is None else list(order)
    samples = [x[there & (labels == name)] for name in names]
    filled = [i for i, sample in enumerate(samples) if len(sample)]
    if len(filled) < 2:
        refuse(
            Text("只有一组有数值，无从比较。", "Only one group has values: there is nothing to compare."),
            found=", ".join(str(names[i]) for i in filled),
            expected=Text("至少两组", "at least two groups"),
        )
    return Grouped(
        tuple(str(names[i]) for i in filled),
        tuple(samples[i] for i in filled),
        tuple(str(name) for i, name in enumerate(names) if i not in filled),
        int((~there).sum()),
    )


@dataclass(frozen=True, slots=True)
class RankTest:
    """Kruskal-Wallis test with its effect sizes.

    `epsilon_squared` is H / (n - 1), 0 to 1, the share of the spread of ranks that goes with the group; `low` and `high` its interval. `eta_squared` is (H - k + 1) / (n - k), less
    what chance adds.
    """

    statistic: float
    df: int
    p: float
    epsilon_squared: float
    low: float
    high: float
    eta_squared: float
    n: int
    n_groups: int
    n_missing: int
    empty: tuple[str, ...]


def kruskal(
    values: ArrayLike, groups: Sequence[Any], *, confidence: float = 0.95, replicates: int = 0, seed: int = 1
) -> RankTest:
    """Test whether groups differ in level, by ranks.

    Parameters
    ----------
    values, groups
        A number (or a gap) and a group for every unit.
    confidence
        Of the interval of epsilon squared.
    replicates
        0: the interval inverts the noncentral chi-square, (noncentrality + df) / (n - 1). Otherwise so many bootstrap samples within the groups, percentile method; those lie too high
        where groups are many and small, since resampling adds spread.
    seed
        Of the bootstrap.

    Raises
    ------
    DataError
        As `group`; or all numbers are the same.

    References
    ----------
    W. H. Kruskal, W. A. Wallis, JASA 47 (1952) 583-621; effect sizes: M. Tomczak, E. Tomczak, Trends in Sport Sciences 21 (2014) 19-25; interval: M. Smithson, Confidence Intervals
    (2003), ch. 4.
    """
    found = group(values, groups)
    probability(confidence, "confidence")
    pooled = np.concatenate(found.samples)
    if np.ptp(pooled) == 0:
        refuse(
            Text("所有数值都相同，没有可比的差别。", "All values are the same: there is no difference to test."),
            found=f"{pooled[0]:g}",
        )
    statistic, p = stats.kruskal(*found.samples)
    n, k = len(pooled), len(found.samples)
    if replicates:
        low, high = _bootstrap_h(found.samples, confidence, times(replicates), seed) / (n - 1)
    else:
        nc_low, nc_high = noncentrality_interval(float(statistic), k - 1, confidence)
        low, high = (nc_low + k - 1 if nc_low > 0 else 0.0) / (n - 1), min(1.0, (nc_high + k - 1) / (n - 1))
    eta = (float(statistic) - k + 1) / (n - k) if n > k else float("nan")
    return RankTest(
        float(statistic),
        k - 1,
        float(p),
        float(statistic) / (n - 1),
        float(low),
        float(high),
        eta,
        n,
        k,
        found.n_missing,
        found.empty,
    )


def _bootstrap_h(samples: Sequence[Floats], confidence: float, replicates: int, seed: int) -> Floats:
    rng, sizes = generator(seed), np.array([len(s) for s in samples])
    drawn = [_h(np.concatenate([rng.choice(s, len(s)) for s in samples]), sizes) for _ in range(replicates)]
    return np.asarray(np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2]))


def _h(pooled: Floats, sizes: NDArray[np.int_]) -> float:
    n = len(pooled)
    ranks = stats.rankdata(pooled)
    counts = np.unique(pooled, return_counts=True)[1]
    correction = 1 - float((counts**3 - counts).sum()) / (n**3 - n)
    sums = np.add.reduceat(ranks, np.concatenate([[0], np.cumsum(sizes)[:-1]]))
    raw = 12 / (n * (n + 1)) * float((sums**2 / sizes).sum()) - 3 * (n + 1)
    return raw / correction if correction > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups compared: Dunn's z (first minus second, of mean ranks), p, adjusted p, and Cliff's delta with its interval."""

    first: str
    second: str
    z: float
    p: float
    p_adjusted: float
    delta: float
    low: float
    high: float
    n_first: int
    n_second: int
    note: Text = NOTHING


def dunn(
    values: ArrayLike, groups: Sequence[Any], *, adjustment: Adjustment = "holm", confidence: float = 0.95
) -> tuple[Pair, ...]:
    """Compare every two groups after Kruskal-Wallis, on the ranks of all; p two-sided, adjusted over all pairs.

    Parameters
    ----------
    values, groups
        As `kruskal`.
    adjustment
        Of p over the family of all pairs; "holm" is the true step-down with its running maximum.
    confidence
        Of the interval of Cliff's delta.

    Raises
    ------
    DataError
        As `kruskal`.

    References: O. J. Dunn, Technometrics 6 (1964) 241-252; S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    found = group(values, groups)
    pooled = np.concatenate(found.samples)
    if np.ptp(pooled) == 0:
        refuse(Text("所有数值都相同。", "All values are the same."), found=f"{pooled[0]:g}")
    n, ranks = len(pooled), stats.rankdata(pooled)
    counts = np.unique(pooled, return_counts=True)[1]
    ties = float((counts**3 - counts).sum()) / (12 * (n - 1))
    ends = np.cumsum([len(s) for s in found.samples])
    means = [float(r.mean()) for r in np.split(ranks, ends[:-1])]
    pairs = list(combinations(range(len(means)), 2))
    sizes = [len(s) for s in found.samples]
    z = [(means[i] - means[j]) / np.sqrt((n * (n + 1) / 12 - ties) * (1 / sizes[i] + 1 / sizes[j])) for i, j in pairs]
    p = 2 * stats.norm.sf(np.abs(z))
    adjusted = adjust(p, method=adjustment)
    result = []
    for place, (i, j) in enumerate(pairs):
        delta = cliff_delta(found.samples[i], found.samples[j], confidence=confidence)
        result.append(
            Pair(
                found.names[i],
                found.names[j],
                float(z[place]),
                float(p[place]),
                float(adjusted[place]),
                delta.value,
                delta.low,
                delta.high,
                sizes[i],
                sizes[j],
                delta.note,
            )
        )
    return tuple(result)


@dataclass(frozen=True, slots=True)
class Delta:
    """Cliff's delta: how much likelier a value of the first group is the larger than the smaller, -1 to 1, with its interval."""

    value: float
    variance: float
    low: float
    high: float
    note: Text = NOTHING


def cliff_delta(
    first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95, quantile: Literal["t", "normal"] = "t"
) -> Delta:
    """Measure how far one group lies above another, by the order of values alone.

    The interval is Cliff's asymmetric one with the consistent variance; with one value in a group there is no variance and no interval, and the note says so. Fully disjoint groups
    have no spread either: their interval is that of a delta one unit short of complete.

    Raises
    ------
    DataError
        An empty group or gaps.

    References: N. Cliff, Psychological Bulletin 114 (1993) 494-509; N. Cliff, Ordinal Methods for Behavioral Data Analysis (1996), ch. 5.
    """
    x, y = numbers(first, "first"), numbers(second, "second")
    probability(confidence, "confidence")
    chosen(quantile, ("t", "normal"), "quantile")
    n, m = len(x), len(y)
    above = np.sign(np.subtract.outer(x, y))
    value = float(above.mean())
    if n < 2 or m < 2:
        nothing = float("nan")
        note = Text("有一组只有一个数值，没有区间。", "One of the groups has a single value: there is no interval.")
        return Delta(value, nothing, nothing, nothing, note)
    tail = 0.5 + confidence / 2
    point = float(stats.t.ppf(tail, n + m - 2) if quantile == "t" else stats.norm.ppf(tail))
    rows, columns = above.mean(axis=1), above.mean(axis=0)
    by_row, by_column = ((rows - value) ** 2).sum(), ((columns - value) ** 2).sum()
    inner = ((above - value) ** 2).sum()
    variance = (m**2 * by_row + n**2 * by_column - inner) / (n * m * (n - 1) * (m - 1))
    note = NOTHING
    shown = value
    if abs(value) == 1:  # no overlap: take the value one unit short of it
        size = n + m
        shown = np.sign(value) * (size - 1) / size
        variance = (1 - shown**2) / (n * m - 1)
        note = Text("两组完全不重叠，区间为近似。", "The groups do not overlap at all: the interval is approximate.")
    root = point * np.sqrt(variance) * np.sqrt((1 - shown**2) ** 2 + point**2 * variance)
    bottom = 1 - shown**2 + point**2 * variance
    low, high = (shown - shown**3 - root) / bottom, (shown - shown**3 + root) / bottom
    if abs(value) == 1:
        low, high = (low, 1.0) if value > 0 else (-1.0, high)
    return Delta(value, float(variance), float(max(-1.0, low)), float(min(1.0, high)), note)


@dataclass(frozen=True, slots=True)
class Trend:
    """Jonckheere's test of a trend over ordered groups: J, its expectation and variance, z, p (two-sided), and Kendall's tau-b with its interval as effect."""

    j: float
    expected: float
    variance: float
    z: float
    p: float
    p_increasing: float
    tau: float
    low: float
    high: float
    n: int
    variance_method: str


def jonckheere(
    values: ArrayLike, groups: Sequence[Any], *, order: Sequence[Any], variance: Literal["ties", "no_ties"] = "ties"
) -> Trend:
    """Test whether values rise or fall from one ordered group to the next.

    Parameters
    ----------
    values, groups
        As `kruskal`.
    order
        The groups from the lowest to the highest.
    variance
        "ties" corrects for equal values (Hollander and Wolfe), "no_ties" is the textbook formula.

    Raises
    ------
    DataError
        As `group`; a group that is not in `order`; all values the same.

    References: A. R. Jonckheere, Biometrika 41 (1954) 133-145; M. Hollander, D. A. Wolfe, Nonparametric Statistical Methods (1999), section 6.2.
    """
    chosen(variance, ("ties", "no_ties"), "variance")
    unknown = sorted({str(g) for g in groups} - {str(g) for g in order})
    if unknown:
        refuse(Text("有的组不在次序中。", "Some groups are not in the order."), found=", ".join(unknown))
    found = group(values, groups, order=order)
    pooled = np.concatenate(found.samples)
    if np.ptp(pooled) == 0:
        refuse(Text("所有数值都相同。", "All values are the same."), found=f"{pooled[0]:g}")
    j = 0.0
    for low, high in combinations(found.samples, 2):
        gap = np.subtract.outer(high, low)
        j += float((gap > 0).sum() + 0.5 * (gap == 0).sum())
    n, sizes = len(pooled), np.array([len(s) for s in found.samples], dtype=float)
    expected = (n**2 - float((sizes**2).sum())) / 4
    spread = _jonckheere_variance(n, sizes, np.unique(pooled, return_counts=True)[1].astype(float), variance == "ties")
    z = (j - expected) / np.sqrt(spread)
    place = np.repeat(np.arange(len(sizes)), sizes.astype(int))
    tau, tau_low, tau_high = tau_b(place, pooled)
    p, rising = float(2 * stats.norm.sf(abs(z))), float(stats.norm.sf(z))
    return Trend(j, expected, spread, float(z), p, rising, tau, tau_low, tau_high, n, variance)


def _jonckheere_variance(n: int, sizes: Floats, tied: Floats, corrected: bool) -> float:
    if not corrected:
        return (n**2 * (2 * n + 3) - float((sizes**2 * (2 * sizes + 3)).sum())) / 72

    def cubic(t: Floats | float) -> float:
        return float(np.sum(np.asarray(t) * (np.asarray(t) - 1) * (2 * np.asarray(t) + 5)))

    def triple(t: Floats) -> float:
        return float((t * (t - 1) * (t - 2)).sum())

    def double(t: Floats) -> float:
        return float((t * (t - 1)).sum())

    first = (cubic(float(n)) - cubic(sizes) - cubic(tied)) / 72
    second = triple(sizes) * triple(tied) / (36 * n * (n - 1) * (n - 2)) if n > 2 else 0.0
    return first + second + double(sizes) * double(tied) / (8 * n * (n - 1))


__all__ = [
    "Delta",
    "Grouped",
    "Pair",
    "RankTest",
    "Trend",
    "adjust",
    "cliff_delta",
    "dunn",
    "group",
    "jonckheere",
    "kruskal",
]
