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
from hmsurvey.statistics.concordance import NO_INTERVAL, tau_b
from hmsurvey.statistics.dominance import Delta, cliff_delta
from hmsurvey.statistics.inputs import Floats, chosen, generator, numbers, probability, refuse, times
from hmsurvey.statistics.noncentral import noncentrality_interval

_ONE_EACH = Text("每组只有一个数值，η² 没有值。", "Every group has a single value: eta squared has no value.")


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
        Lengths differ, a group is missing or not in `order`, `order` names one twice, all numbers are missing, or fewer than two groups have any.
    """
    x = numbers(values, "values", gaps="keep")
    labels = np.asarray(groups, dtype=object)
    if labels.shape != x.shape:
        refuse(
            Text("数值与组别个数不同。", "There are not as many groups as values."),
            found=f"{len(labels)}, {len(x)}",
        )
    nameless = [row + 1 for row, label in enumerate(labels) if label is None or label != label]
    if nameless:
        refuse(
            Text("有的数值没有组别。", "Some values have no group."),
            where="groups",
            found=", ".join(map(str, nameless[:5])) + (" ..." if len(nameless) > 5 else ""),
            fix=Text("先剔除这些行，或给它们一个组名。", "leave these rows out first, or give them a group."),
        )
    there = ~np.isnan(x)
    if not there.any():
        refuse(Text("数值全部缺失。", "All values are missing."), found=len(x))
    names = list(dict.fromkeys(labels)) if order is None else list(order)
    if len(set(names)) < len(names):
        refuse(Text("次序中有重复的组。", "The order names a group twice."), where="order", found=names)
    if unknown := [str(label) for label in dict.fromkeys(labels) if label not in set(names)]:
        refuse(Text("有的组不在次序中。", "Some groups are not in the order."), where="order", found=", ".join(unknown))
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
    what chance adds; NaN, with a note, where every group has a single value.
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
    note: Text = NOTHING


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
        NOTHING if n > k else _ONE_EACH,
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
        Of the interval of Cliff's delta; for groups that do not overlap the wider one (`disjoint="floor"`).

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
        delta = cliff_delta(found.samples[i], found.samples[j], confidence=confidence, disjoint="floor")
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
class Trend:
    """Jonckheere's test of a trend over ordered groups: J (pairs that rise from an earlier group to a later one, ties by half), its expectation and variance, z, p (two-sided), and
    Kendall's tau-b with its interval as effect; the interval is NaN only where `note` says why.
    """

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
    note: Text = NOTHING


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
    found = group(values, groups, order=order)
    pooled = np.concatenate(found.samples)
    if np.ptp(pooled) == 0:
        refuse(Text("所有数值都相同。", "All values are the same."), found=f"{pooled[0]:g}")
    j = 0.0
    for low, high in combinations(found.samples, 2):
        ordered = np.sort(low)
        below, upto = (np.searchsorted(ordered, high, side=side) for side in ("left", "right"))
        j += float((below + upto).sum()) / 2
    n, sizes = len(pooled), np.array([len(s) for s in found.samples], dtype=float)
    expected = (n**2 - float((sizes**2).sum())) / 4
    spread = _jonckheere_variance(n, sizes, np.unique(pooled, return_counts=True)[1].astype(float), variance == "ties")
    if spread <= 0:
        refuse(Text("方差为 0，无从检验。", "The variance is 0: there is nothing to test."), found=n)
    z = (j - expected) / np.sqrt(spread)
    place = np.repeat(np.arange(len(sizes)), sizes.astype(int))
    tau, tau_low, tau_high = tau_b(place, pooled)
    note = NO_INTERVAL if np.isnan(tau_low) else NOTHING
    p, rising = float(2 * stats.norm.sf(abs(z))), float(stats.norm.sf(z))
    return Trend(j, expected, spread, float(z), p, rising, tau, tau_low, tau_high, n, variance, note)


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
