"""Which ranks are possible at all? From intervals that hold together, the highest and the lowest rank of each.

If all intervals hold at once, so do all the ranges of ranks: the confidence of the ranking is that of the intervals. Bare ranks, and ranks drawn again and again from the
same small samples, promise more than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hmsurvey.errors import Text
from hmsurvey.statistics.finite import counted
from hmsurvey.statistics.inputs import chosen, numbers, probability, refuse
from hmsurvey.statistics.intervals import mean_interval

LEVELS = ("bonferroni", "sidak")


@dataclass(frozen=True, slots=True)
class RankRanges:
    """The ranks each may have (1 is the largest value), and who is surely above whom.

    `first` and `last` are the best and the worst possible rank; `above[i, j]` says that i lies above j.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    above: NDArray[np.bool_]

    @property
    def n_told_apart(self) -> int:
        """How many pairs can be told apart."""
        return int(self.above.sum())


def each_confidence(confidence: float, several: int, *, level: str = "bonferroni") -> float:
    """Return the confidence each of several intervals needs, for all of them to hold together.

    Parameters
    ----------
    confidence
        Of all together.
    several
        How many intervals.
    level
        "bonferroni": 1 - alpha/k, whatever hangs together; "sidak": (1 - alpha)^(1/k), for independent samples.

    >>> each_confidence(0.95, 5), round(each_confidence(0.95, 5, level="sidak"), 6)
    (0.99, 0.989794)
    """
    probability(confidence, "confidence")
    counted(several, "several", least=1)
    if chosen(level, LEVELS, "level") == "sidak":
        return float(confidence ** (1 / several))
    return float(1 - (1 - Fraction(repr(float(confidence)))) / several)


def rank_ranges(low: ArrayLike, high: ArrayLike) -> RankRanges:
    """Return the range of ranks that intervals leave to each.

    Parameters
    ----------
    low, high
        Ends of intervals that hold together; infinite where nothing is known. Of two whose intervals touch or overlap neither is surely above.

    Raises
    ------
    DataError
        Fewer than two, different lengths, a gap, or a low end over its high end.

    References
    ----------
    M. Klein, T. Wright, J. Wieczorek, A joint confidence region for an overall ranking of populations, Journal of the Royal Statistical Society C 69 (2020) 589-606.

    >>> ranges = rank_ranges([0.5, 0.3, 0.0], [0.9, 0.6, 0.2])
    >>> ranges.first.tolist(), ranges.last.tolist(), ranges.n_told_apart
    ([1, 1, 3], [2, 2, 3], 2)
    """
    lows, highs = _ends(low, "low"), _ends(high, "high")
    if len(lows) != len(highs):
        refuse(
            Text("上下限的个数不同。", "There are not as many low ends as high ones."),
            where="low, high",
            found=f"{len(lows)}, {len(highs)}",
        )
    if (lows > highs).any():
        place = int(np.argmax(lows > highs))
        refuse(
            Text("下限大于上限。", "A low end lies over its high end."),
            where=f"low, high: {place + 1}",
            found=f"{lows[place]:g} > {highs[place]:g}",
        )
    above = lows[:, None] > highs[None, :]
    return RankRanges(1 + above.sum(axis=0), len(lows) - above.sum(axis=1), above)


def paired_rank_ranges(values: ArrayLike, *, population: int | None = None, confidence: float = 0.95) -> RankRanges:
    """Return the range of ranks of several means over the same units, from the intervals of all their paired differences together.

    Parameters
    ----------
    values
        Units down, what is compared across; no gaps.
    population
        How many units there are in all, where it is known.
    confidence
        Of all differences together (Bonferroni).

    Raises
    ------
    DataError
        Gaps, fewer than two columns, or more units than the population has.

    Notes
    -----
    Column i lies surely above column j where the t interval of their mean difference, at the joint level, lies above 0. One unit tells nothing apart. Pairing uses that the same units
    answered both, which intervals of single means do not.

    References
    ----------
    M. Klein, T. Wright, J. Wieczorek, A joint confidence region for an overall ranking of populations, Journal of the Royal Statistical Society C 69 (2020) 589-606; D. Mohamad, J. Goeman,
    E. van Zwet, Simultaneous confidence intervals for ranks, Biometrical Journal 64 (2022) 1339-1360.

    >>> ranges = paired_rank_ranges([[9, 5, 4], [8, 3, 4], [9, 4, 3], [8, 4, 5]])
    >>> ranges.first.tolist(), ranges.last.tolist()
    ([1, 2, 2], [1, 3, 3])
    """
    x = numbers(values, "values", dims=2, least=1)
    k = x.shape[1]
    if k < 2:
        refuse(Text("至少要有两列。", "At least two columns are needed."), where="values", found=k)
    level = each_confidence(confidence, k * (k - 1) // 2)
    above = np.zeros((k, k), dtype=bool)
    for i, j in combinations(range(k), 2):
        gap = mean_interval(x[:, i] - x[:, j], population=population, confidence=level)
        above[i, j], above[j, i] = gap.low > 0, gap.high < 0
    return RankRanges(1 + above.sum(axis=0), k - above.sum(axis=1), above)


def _ends(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return ends after checking; infinite ones stand for "nothing is known"."""
    array = np.asarray(values, dtype=np.float64)
    numbers(np.nan_to_num(array, nan=np.nan, posinf=0.0, neginf=0.0), name, least=2)
    return array
