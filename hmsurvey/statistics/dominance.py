"""How far one group lies above another, by the order of values alone: Cliff's delta with its interval.

It counts pairs and asks nothing of the distance between values, so that it suits points, grades and stages alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, chosen, numbers, probability

Disjoint = Literal["rescaled", "floor"]

_SINGLE = Text("有一组只有一个数值，没有区间。", "One of the groups has a single value: there is no interval.")
_APART = Text("两组完全不重叠，区间为近似。", "The groups do not overlap at all: the interval is approximate.")
_ALL_TIED = Text(
    "两组的数值全部相同，方差取可能的最小值。",
    "All values of both groups are the same: the variance is the smallest there can be.",
)
_FLOOR = Text(
    "无偏方差不是正数，取可能的最小值。", "The unbiased variance is not positive: it is the smallest there can be."
)


@dataclass(frozen=True, slots=True)
class Delta:
    """Cliff's delta: how much likelier a value of the first group is the larger than the smaller, -1 to 1, with its interval; NaN only where `note` says why."""

    value: float
    variance: float
    low: float
    high: float
    note: Text = NOTHING


def cliff_delta(
    first: ArrayLike,
    second: ArrayLike,
    *,
    confidence: float = 0.95,
    quantile: Literal["t", "normal"] = "t",
    disjoint: Disjoint = "rescaled",
) -> Delta:
    """Measure how far one group lies above another: P(x > y) - P(x < y), first group first.

    Parameters
    ----------
    first, second
        Values of the two groups.
    confidence
        Of Cliff's asymmetric interval.
    quantile
        Its point: Student's t on n + m - 2 degrees of freedom, or the normal distribution.
    disjoint
        Where the groups do not overlap there is no spread to make an interval of. "rescaled" takes delta as (nm - 1)/(nm), as effsize does; in groups of more than a few that interval
        is narrow. "floor" takes it as (n + m - 1)/(n + m) with the smallest variance there can be, which claims less.

    Returns
    -------
    Delta
        The variance is Cliff's unbiased one, made of the spread of row means, of column means and of all pairs; where that is not positive the smallest there can be, (1 - d^2)/(nm - 1). With
        one value in a group there is neither variance nor interval.

    Notes
    -----
    effsize 0.8.1 takes another variance where some values of the second group lie above the largest of the first and others are tied with a smaller one: its search then gives the former a
    column mean of -1/n in place of -1. Its own explicit dominance matrix (return.dm = TRUE) does not, and agrees with this one.

    Raises
    ------
    DataError
        An empty group or gaps.

    References
    ----------
    N. Cliff, Psychological Bulletin 114 (1993) 494-509; N. Cliff, Ordinal Methods for Behavioral Data Analysis (1996), ch. 5; D. Feng, N. Cliff, Journal of Modern Applied Statistical Methods 3
    (2004) 322-332.

    >>> found = cliff_delta([3, 4, 5], [1, 2, 4])
    >>> round(found.value, 4), round(found.variance, 4)
    (0.6667, 0.1111)
    """
    x, y = numbers(first, "first"), numbers(second, "second")
    probability(confidence, "confidence")
    chosen(quantile, ("t", "normal"), "quantile")
    chosen(disjoint, ("rescaled", "floor"), "disjoint")
    n, m = len(x), len(y)
    wins = _dominance(x, y)
    rows, columns = wins / m, -_dominance(y, x) / n
    value = float(wins.sum() / (n * m))
    if n < 2 or m < 2:
        nothing = float("nan")
        return Delta(value, nothing, nothing, nothing, _SINGLE)
    note, centre = NOTHING, value
    apart = max(x) < min(y) or max(y) < min(x)
    if apart:
        centre = value * (n * m - 1) / (n * m) if disjoint == "rescaled" else value * (n + m - 1) / (n + m)
        note = _APART
    by_row, by_column = float(((rows - centre) ** 2).sum()), float(((columns - centre) ** 2).sum())
    strict = n * m - _ties(x, y)
    each = strict - 2 * centre * value * n * m + n * m * centre**2  # of the squares of all pairs about the centre
    least = (1 - centre**2) / (n * m - 1)
    variance = (m**2 * by_row + n**2 * by_column - each) / (n * m * (n - 1) * (m - 1))
    if apart and disjoint == "floor":
        variance = least
    elif variance <= 1e-12 * least:
        variance, note = least, (_ALL_TIED if strict == 0 else _FLOOR)
    tail = 0.5 + confidence / 2
    point = float(stats.t.ppf(tail, n + m - 2) if quantile == "t" else stats.norm.ppf(tail))
    root = point * np.sqrt(variance) * np.sqrt((1 - centre**2) ** 2 + point**2 * variance)
    bottom = 1 - centre**2 + point**2 * variance
    low, high = (centre - centre**3 - root) / bottom, (centre - centre**3 + root) / bottom
    if apart:
        low, high = (low, 1.0) if value > 0 else (-1.0, high)
    return Delta(value, float(variance), float(max(-1.0, low)), float(min(1.0, high)), note)


def _dominance(x: Floats, y: Floats) -> Floats:
    """Return for every x how many y lie below it less how many lie above; by search, so that large groups need no table of pairs."""
    ordered = np.sort(y)
    below, upto = np.searchsorted(ordered, x, side="left"), np.searchsorted(ordered, x, side="right")
    return np.asarray(below + upto - len(y), dtype=np.float64)


def _ties(x: Floats, y: Floats) -> int:
    ordered = np.sort(y)
    return int((np.searchsorted(ordered, x, side="right") - np.searchsorted(ordered, x, side="left")).sum())
