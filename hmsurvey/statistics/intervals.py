"""Intervals of one share, of a difference of two, and of a mean; each by a named method, and honest at nothing, at everything and at one.

With the population counted the exact interval of `finite` is the default, without it Wilson's. Where no interval can exist, the result says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.finite import counted, counts_of, finite_share
from hmsurvey.statistics.inputs import chosen, numbers, probability, refuse

Z95 = 1.959963984540054  # the 97.5% point of the normal distribution

OF_NOBODY = Text(
    "没有人作答，占比可以是 0 到 1 之间的任何数。", "Nobody answered: the share can be anything from 0 to 1."
)
OF_EVERYBODY = Text("全部都作了答，占比没有抽样误差。", "Everybody answered: the share has no sampling error.")
ONE_VALUE = Text(
    "只有一个数，无法估计离散程度，因此没有区间。",
    "There is only one value: nothing tells how far values spread, so there is no interval.",
)
ALL_VALUES = Text("全部都有数，平均数没有抽样误差。", "Everybody has a value: the mean has no sampling error.")
NO_WIDTH = Text(
    "Wald 法在全无或全有时区间没有宽度，这并不说明没有误差。",
    "At none or all Wald's interval has no width, which does not mean that there is no error.",
)
NO_VALUE = Text("没有数，因此没有平均数。", "There is no value, so there is no mean.")


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """A share with its interval.

    `share`, `low` and `high` run from 0 to 1 (Wald, Agresti-Coull and the like may go beyond). `population` is 0 when it is not known. `note` says what is
    special; `share` is NaN only of nobody, and then there is a note.
    """

    share: float
    low: float
    high: float
    part: int
    n: int
    population: int
    method: str
    confidence: float
    note: Text = NOTHING


@dataclass(frozen=True, slots=True)
class MeanInterval:
    """A mean with its interval; `low` and `high` are NaN where there can be none, and `note` says why."""

    mean: float
    low: float
    high: float
    deviation: float
    n: int
    population: int
    confidence: float
    note: Text = NOTHING


def wilson(part: float, whole: float, *, z: float = Z95) -> tuple[float, float]:
    """Return the interval of a share (both ends 0 to 1) after Wilson; (nan, nan) of nothing.

    References: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209-212.

    Raises
    ------
    DataError
        The part is negative, or over the whole.

    >>> [round(x, 4) for x in wilson(2, 15)]
    [0.0374, 0.3788]
    """
    if not (0 <= part <= whole and math.isfinite(whole)):
        refuse(
            Text("部分应在 0 与总数之间。", "The part lies between 0 and the whole."),
            where="part, whole",
            found=f"{part}, {whole}",
            expected=Text("0 ≤ part ≤ whole", "0 ≤ part ≤ whole"),
        )
    if whole <= 0:
        return math.nan, math.nan
    share, z2 = part / whole, z * z
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return max(0.0, middle - half), min(1.0, middle + half)


def _wilson(x: int, n: int, alpha: float) -> tuple[float, float]:
    low, high = wilson(x, n, z=float(stats.norm.isf(alpha / 2)))
    return (0.0 if x == 0 else low), (1.0 if x == n else high)  # exact at the ends, where rounding leaves dust


def _wilson_corrected(x: int, n: int, alpha: float) -> tuple[float, float]:
    """Solve Wilson's equation with Yates' correction of half a count."""
    z = float(stats.norm.isf(alpha / 2))
    yates = min(0.5, abs(x - 0.5 * n))

    def end(count: float, sign: float) -> float:
        middle = count / n + z * z / (2 * n)
        return (
            middle + sign * z * math.sqrt(count / n * (1 - count / n) / n + z * z / (4 * n * n))
        ) / (1 + z * z / n)  # fmt: skip

    return (0.0 if x == 0 else max(0.0, end(x - yates, -1))), (1.0 if x == n else min(1.0, end(x + yates, 1)))


def _exact(x: int, n: int, alpha: float) -> tuple[float, float]:
    low, high = proportion_confint(x, n, alpha=alpha, method="beta")
    return float(low), float(high)


def _jeffreys(x: int, n: int, alpha: float) -> tuple[float, float]:
    low, high = proportion_confint(x, n, alpha=alpha, method="jeffreys")
    return float(low), float(high)


def _jeffreys_ends(x: int, n: int, alpha: float) -> tuple[float, float]:
    low, high = _jeffreys(x, n, alpha)
    return (0.0 if x == 0 else low), (1.0 if x == n else high)


def _wald(x: int, n: int, alpha: float) -> tuple[float, float]:
    share = x / n
    half = float(stats.norm.isf(alpha / 2)) * math.sqrt(share * (1 - share) / n)
    return share - half, share + half


def _agresti_coull(x: int, n: int, alpha: float) -> tuple[float, float]:
    z = float(stats.norm.isf(alpha / 2))
    size = n + z * z
    middle = (x + z * z / 2) / size
    half = z * math.sqrt(middle * (1 - middle) / size)
    return middle - half, middle + half


_UNKNOWN_POPULATION: dict[str, Callable[[int, int, float], tuple[float, float]]] = {
    "wilson": _wilson,
    "wilson_corrected": _wilson_corrected,
    "exact": _exact,
    "jeffreys": _jeffreys,
    "jeffreys_ends": _jeffreys_ends,
    "agresti_coull": _agresti_coull,
    "wald": _wald,
}
_KNOWN_POPULATION = ("hypergeometric", "wilson_finite", "wilson_fraction")
METHODS = (*_UNKNOWN_POPULATION, *_KNOWN_POPULATION)
METHOD_LABELS = {
    "hypergeometric": Text("超几何精确区间", "exact (hypergeometric)"),
    "wilson": Text("Wilson 区间", "Wilson"),
    "wilson_corrected": Text("Wilson 区间（连续性校正）", "Wilson, continuity-corrected"),
    "exact": Text("Clopper–Pearson 精确区间", "exact (Clopper-Pearson)"),
    "jeffreys": Text("Jeffreys 区间", "Jeffreys"),
    "jeffreys_ends": Text("Jeffreys 区间（端点修正）", "Jeffreys, ends set"),
    "agresti_coull": Text("Agresti–Coull 区间", "Agresti-Coull"),
    "wald": Text("Wald 区间", "Wald"),
    "wilson_finite": Text("Wilson 区间（有限总体校正）", "Wilson, finite population"),
    "wilson_fraction": Text("Wilson 区间（按抽样比校正）", "Wilson, sampling fraction"),
}


def share_interval(
    part: int, whole: int, *, population: int | None = None, method: str | None = None, confidence: float = 0.95
) -> ShareInterval:
    """Give a share its interval by a named method.

    Parameters
    ----------
    part
        Those with the property.
    whole
        Those asked.
    population
        How many there are in all, when it is known.
    method
        With a population "hypergeometric" (default, exact), "wilson_finite" (effective n of n(N-1)/(N-n)) or "wilson_fraction" (n/(1-n/N)). Without one "wilson" (default),
        "wilson_corrected" (Yates), "exact" (Clopper-Pearson), "jeffreys" (equal tails), "jeffreys_ends" (the same, with 0 and 1 at none and all), "agresti_coull"
        and "wald" (neither cut off at 0 and 1). One of these given by name beside a population leaves the population out of account.
    confidence
        Such as 0.95.

    Returns
    -------
    ShareInterval
        Of nobody the interval is 0 to 1, and a note says so.

    Raises
    ------
    DataError
        A count is negative or not whole, the part is over the whole, or the whole over the population.
    UsageError
        There is no such method, it needs a population that is not given, or the confidence is not between 0 and 1.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta, Interval estimation for a binomial proportion, Statistical Science 16 (2001) 101-133. R. G. Newcombe, Two-sided confidence intervals for
    the single proportion, Statistics in Medicine 17 (1998) 857-872.

    >>> found = share_interval(4, 20, population=25)
    >>> found.low, found.high, found.method
    (0.16, 0.28, 'hypergeometric')
    """
    x, n, size = counts_of(part, whole, population)
    alpha = 1 - probability(confidence, "confidence")
    name = method or ("wilson" if population is None else "hypergeometric")
    chosen(name, METHODS if population is not None else tuple(_UNKNOWN_POPULATION), "method")
    known = name in _KNOWN_POPULATION
    note = OF_EVERYBODY if known and n == size else NOTHING
    if n == 0:
        return ShareInterval(math.nan, 0.0, 1.0, x, n, size, name, confidence, OF_NOBODY)
    if name == "hypergeometric":
        low, high = finite_share(x, n, size, confidence=confidence)
    elif known and n == size:
        low = high = x / n
    elif known:
        larger = n * (size - 1) / (size - n) if name == "wilson_finite" else n / (1 - n / size)
        low, high = wilson(larger * x / n, larger, z=float(stats.norm.isf(alpha / 2)))
        low, high = (0.0 if x == 0 else low), (1.0 if x == n else high)
    else:
        low, high = _UNKNOWN_POPULATION[name](x, n, alpha)
        note = NO_WIDTH if name == "wald" and x in (0, n) else NOTHING
    return ShareInterval(x / n, low, high, x, n, size, name, confidence, note)


def difference_interval(
    part: int, whole: int, other_part: int, other_whole: int, *, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return the difference of two independent shares and its interval by Newcombe's method of the two Wilson intervals.

    Raises
    ------
    DataError
        A count is negative or not whole, a part is over its whole, or a whole is 0.

    References
    ----------
    R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven methods, Statistics in Medicine 17 (1998) 873-890, method 10.

    >>> [round(x, 4) for x in difference_interval(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    x, n, _ = counts_of(part, counted(whole, "whole", least=1))
    y, m, _ = counts_of(other_part, counted(other_whole, "other_whole", least=1))
    alpha = 1 - probability(confidence, "confidence")
    low, high = confint_proportions_2indep(x, n, y, m, method="newcomb", compare="diff", alpha=alpha)
    return x / n - y / m, float(low), float(high)


def mean_interval(values: ArrayLike, *, population: int | None = None, confidence: float = 0.95) -> MeanInterval:
    """Give a mean its t interval, narrowed by the finite population correction 1 - n/N where the population is known.

    Parameters
    ----------
    values
        Numbers without gaps; there may be none.
    population
        How many there are in all, when it is known.
    confidence
        Such as 0.95.

    Raises
    ------
    DataError
        A value is missing or infinite, or there are more of them than the population has.

    References
    ----------
    W. G. Cochran, Sampling Techniques, 3rd ed. (1977), formulas 2.15 and 2.24.

    >>> found = mean_interval([1, 2, 3, 4, 5], population=10)
    >>> round(found.low, 4), round(found.high, 4)
    (1.6118, 4.3882)
    """
    alpha = 1 - probability(confidence, "confidence")
    array = numbers(values, "values", least=0)
    _, n, size = counts_of(0, len(array), population)
    if n == 0:
        return MeanInterval(math.nan, math.nan, math.nan, math.nan, 0, size, confidence, NO_VALUE)
    mean, deviation = float(array.mean()), float(array.std(ddof=1)) if n > 1 else math.nan
    if population is not None and n == size:
        return MeanInterval(mean, mean, mean, deviation, n, size, confidence, ALL_VALUES)
    if n == 1:
        return MeanInterval(mean, math.nan, math.nan, deviation, n, size, confidence, ONE_VALUE)
    left = 1 - n / size if population is not None else 1.0
    half = float(stats.t.isf(alpha / 2, n - 1)) * deviation * math.sqrt(left / n)
    same = Text("各数相同，区间缩成一点，只因样本中没有差别。", "All values are equal: the interval is a point only because the sample shows no spread.")  # fmt: skip
    note = same if np.ptp(array) == 0 else NOTHING
    return MeanInterval(mean, mean - half, mean + half, deviation, n, size, confidence, note)


__all__ = [
    "METHODS",
    "METHOD_LABELS",
    "Z95",
    "MeanInterval",
    "ShareInterval",
    "difference_interval",
    "finite_share",
    "mean_interval",
    "share_interval",
    "wilson",
]
