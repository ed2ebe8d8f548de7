"""The exact interval of a share when the population is counted: which totals could have given this sample?

Nothing is approximated. The tails of the hypergeometric are summed by their ratios, and where a tail lies on the edge of what is allowed it is settled in whole
numbers, so that the answer never hangs on the last digit of a float.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import Floats, probability, refuse

_EDGE = 1e-9  # a tail this close to the limit (relative) is computed again in whole numbers


def finite_share(
    part: int, n: int, population: int, *, confidence: float = 0.95, jointly: int = 1
) -> tuple[float, float]:
    """Return the exact equal-tailed interval (both ends 0 to 1) of a share in a counted population.

    Every total K with P(X >= part | K) > alpha/2 and P(X <= part | K) > alpha/2 belongs to it, where X is hypergeometric; the ends are the smallest and the largest
    of them over the population. It covers at least `confidence` of the time whatever the truth, if the sample is like a simple random one.

    Parameters
    ----------
    part
        Those with the property, in the sample.
    n
        Size of the sample. Of nobody asked the interval is 0 to 1.
    population
        Size of the population.
    confidence
        Such as 0.95.
    jointly
        How many shares are to be covered together; each then gets alpha over that many (Bonferroni).

    Raises
    ------
    DataError
        A count is negative or not whole, part is over n, or n over the population.
    UsageError
        The confidence is not between 0 and 1.

    References
    ----------
    J. P. Buonaccorsi, A note on confidence intervals for proportions in finite populations, The American Statistician 41 (1987) 215-218.

    >>> [finite_share(0, 20, 25), finite_share(8, 8, 10), finite_share(1, 1, 1), finite_share(4, 20, 25)]
    [(0.0, 0.08), (0.9, 1.0), (1.0, 1.0), (0.16, 0.28)]
    """
    x, n, population = counts_of(part, n, population)
    tail = (1 - Fraction(repr(probability(confidence, "confidence")))) / (2 * counted(jointly, "jointly", least=1))
    if n == 0:
        return 0.0, 1.0
    return (
        lowest_total(x, n, population, tail) / population,
        (population - lowest_total(n - x, n, population, tail)) / population,
    )


def lowest_total(x: int, n: int, population: int, tail: Fraction) -> int:
    """Return the smallest K with P(X >= x | K) > tail, found by halving: the tail grows with K."""
    low, high = x, population - (n - x)
    while low < high:
        middle = (low + high) // 2
        if _exceeds(x, n, population, middle, tail):
            high = middle
        else:
            low = middle + 1
    return low


def _exceeds(x: int, n: int, population: int, total: int, tail: Fraction) -> bool:
    """Tell whether P(X >= x | total) is over the tail."""
    likely, first = _weights(n, population, total)
    chance, limit = float(likely[max(x - first, 0) :].sum() / likely.sum()), float(tail)
    if abs(chance - limit) > _EDGE * limit:
        return chance > limit
    cases = sum(comb(total, k) * comb(population - total, n - k) for k in range(x, min(n, total) + 1))
    return Fraction(cases, comb(population, n)) > tail


def _weights(n: int, population: int, total: int) -> tuple[Floats, int]:
    """Return the hypergeometric chances up to a factor, and the count that the first belongs to.

    From the most likely count outwards each follows from its neighbour by a ratio; no logarithm of a factorial loses digits, and what underflows is nothing.
    """
    first, last = max(0, n - (population - total)), min(n, total)
    mode = min(max((n + 1) * (total + 1) // (population + 2), first), last)
    up = np.arange(mode, last, dtype=np.float64)
    down = np.arange(mode, first, -1, dtype=np.float64)
    rest = population - total - n
    upward = np.cumprod((total - up) * (n - up) / ((up + 1) * (rest + up + 1)))
    downward = np.cumprod(down * (rest + down) / ((total - down + 1) * (n - down + 1)))
    return np.concatenate([downward[::-1], [1.0], upward]), first


def counts_of(part: object, n: object, population: object = None) -> tuple[int, int, int]:
    """Return part, n and population as whole numbers after checking that each lies within the next (population 0 when there is none).

    Raises
    ------
    DataError
        One is negative, not whole, or larger than what it is part of.
    """
    x, whole = counted(part, "part"), counted(n, "n")
    if x > whole:
        refuse(
            Text("部分大于总数。", "The part is larger than the whole."),
            where="part, n",
            found=f"{x} > {whole}",
            expected=Text("part 不大于 n", "part at most n"),
        )
    size = counted(population, "population") if population is not None else 0
    if population is not None and whole > size:
        refuse(
            Text("样本比总体还大。", "The sample is larger than the population."),
            where="n, population",
            found=f"{whole} > {size}",
            expected=Text("n 不大于 population", "n at most the population"),
            fix=Text("核对名录，或不给总体数。", "check the register, or give no population."),
        )
    return x, whole, size


def counted(value: object, name: str, *, least: int = 0) -> int:
    """Return a count as a whole number.

    Raises
    ------
    DataError
        It is not whole, or too small.
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = float("nan")
    if not (number >= least and number.is_integer()) or isinstance(value, (str, bool)):
        refuse(
            Text("应为非负的整数。", "A count is needed."),
            where=name,
            found=repr(value),
            expected=Text(f"不小于 {least} 的整数", f"a whole number, {least} or more"),
        )
    return int(number)
