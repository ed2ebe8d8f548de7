"""How far from nothing a chi-square statistic may really be: the noncentral chi-square distribution turned round.

Effects made of a chi-square (Cramer's V, epsilon squared) take their intervals from here.
"""

from __future__ import annotations

from scipy import stats
from scipy.optimize import brentq


def noncentrality(statistic: float, df: float, share: float) -> float:
    """Return the noncentrality under which a share of all statistics lies below the one found; 0 where even none suffices.

    References: M. Smithson, Confidence Intervals (2003), ch. 4.

    >>> round(noncentrality(20.0, 4, 0.5), 2)
    16.97
    """
    if stats.chi2.cdf(statistic, df) <= share:
        return 0.0
    top = max(2 * statistic, 10.0)
    while stats.ncx2.cdf(statistic, df, top) > share:
        top *= 2
    return float(brentq(lambda nc: stats.ncx2.cdf(statistic, df, nc) - share, 1e-9, top))


def noncentrality_interval(statistic: float, df: float, confidence: float) -> tuple[float, float]:
    """Return the interval of the noncentrality; its lower end is 0 where the statistic is no larger than chance makes it."""
    tail = (1 - confidence) / 2
    return noncentrality(statistic, df, 1 - tail), noncentrality(statistic, df, tail)
