"""Intervals of several shares that add up to one, which hold together: all of them at once, with the confidence asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable

from scipy import stats
from statsmodels.stats.proportion import multinomial_proportions_confint

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.finite import counted, counts_of, finite_share
from hmsurvey.statistics.inputs import chosen, probability, refuse
from hmsurvey.statistics.intervals import NO_WIDTH, OF_EVERYBODY, OF_NOBODY, ShareInterval

SEVERAL_METHODS = (
    "hypergeometric",
    "goodman",
    "quesenberry_hurst",
    "sison_glaz",
    "bonferroni_wald",
    "gold",
    "fitzpatrick_scott",
)


def share_intervals(
    counts: Iterable[int], *, population: int | None = None, method: str | None = None, confidence: float = 0.95
) -> tuple[ShareInterval, ...]:
    """Give shares that add up to one intervals that cover all of them together.

    Parameters
    ----------
    counts
        How many are in each class, two classes or more.
    population
        How many there are in all, when it is known.
    method
        With a population "hypergeometric" (default): exact intervals at alpha over the number of classes (Bonferroni). Without one "goodman" (default; chi-square
        at alpha/k), "quesenberry_hurst" (chi-square with k-1 degrees of freedom), "sison_glaz", "bonferroni_wald", "gold", "fitzpatrick_scott" (the last three not cut
        off at 0 and 1).
    confidence
        Of all of them together.

    Raises
    ------
    DataError
        Fewer than two classes, a count that is negative or not whole, or more than the population has; "sison_glaz" of a sample all in one class.
    UsageError
        There is no such method, or it needs a population.

    References
    ----------
    L. A. Goodman, Technometrics 7 (1965) 247-254. C. P. Quesenberry, D. C. Hurst, Technometrics 6 (1964) 191-195. C. P. Sison, J. Glaz, Journal of the American Statistical
    Association 90 (1995) 366-369. R. Z. Gold, Annals of Mathematical Statistics 34 (1963) 56-74. S. Fitzpatrick, A. Scott, Journal of the American Statistical Association 82 (1987) 875-878.

    >>> [(x.low, x.high) for x in share_intervals([4, 16], population=25)]
    [(0.16, 0.32), (0.68, 0.84)]
    """
    if not hasattr(counts, "__iter__"):
        refuse(Text("应为一列计数。", "A list of counts is needed."), where="counts", found=repr(counts))
    parts = [counted(count, "counts") for count in counts]
    if len(parts) < 2:
        refuse(
            Text("类别太少。", "There are too few classes."),
            where="counts",
            found=len(parts),
            expected=Text("至少两类", "two or more"),
        )
    _, n, size = counts_of(0, sum(parts), population)
    alpha = 1 - probability(confidence, "confidence")
    name = method or ("goodman" if population is None else "hypergeometric")
    chosen(name, SEVERAL_METHODS[1:] if population is None else SEVERAL_METHODS, "method")
    if n == 0:
        return tuple(ShareInterval(math.nan, 0.0, 1.0, 0, 0, size, name, confidence, OF_NOBODY) for _ in parts)
    if name == "hypergeometric":
        ends = [finite_share(x, n, size, confidence=confidence, jointly=len(parts)) for x in parts]
    elif name == "sison_glaz":
        if max(parts) == n:
            refuse(
                Text(
                    "全部在同一类中，Sison–Glaz 法给不出区间。",
                    "All are in one class, and the method of Sison and Glaz gives no interval.",
                ),
                where="counts",
                found=parts,
                expected=Text("至少两类有人", "two classes or more with somebody in them"),
                fix=Text("改用 goodman。", 'use "goodman".'),
            )
        found = multinomial_proportions_confint(parts, alpha=alpha, method="sison-glaz")
        ends = [(float(low), float(high)) for low, high in found]
    else:
        ends = [_ends(x, n, len(parts), name, alpha) for x in parts]
    note = OF_EVERYBODY if name == "hypergeometric" and n == size else NOTHING
    flat = name in ("bonferroni_wald", "gold")
    return tuple(
        ShareInterval(x / n, low, high, x, n, size, name, confidence, NO_WIDTH if flat and x in (0, n) else note)
        for x, (low, high) in zip(parts, ends, strict=True)
    )


def _ends(x: int, n: int, classes: int, name: str, alpha: float) -> tuple[float, float]:
    """Return the ends by a closed formula: score intervals, Wald intervals, or one half-width for all."""
    share, each = x / n, float(stats.chi2.isf(alpha / classes, 1))
    together = float(stats.chi2.isf(alpha, classes - 1))
    if name in ("goodman", "quesenberry_hurst"):
        limit = each if name == "goodman" else together
        half = math.sqrt(limit * (limit + 4 * x * (n - x) / n))
        low, high = (limit + 2 * x - half) / (2 * (n + limit)), (limit + 2 * x + half) / (2 * (n + limit))
        return (0.0 if x == 0 else low), (1.0 if x == n else high)
    if name == "fitzpatrick_scott":
        half = float(stats.norm.isf(alpha / 2)) / (2 * math.sqrt(n))
    else:
        half = math.sqrt((each if name == "bonferroni_wald" else together) * share * (1 - share) / n)
    return share - half, share + half
