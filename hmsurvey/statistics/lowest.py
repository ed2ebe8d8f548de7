"""Which groups are among the lowest? Not read off a list of shares, but as a chance: with few answers a group stands at the foot of the list by luck.

Numbers in, numbers out; knows no survey.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
_GRID = 1000  # steps of a share where the size of the whole is not known


def chance_of_lowest(
    part: NDArray[np.int64], n: NDArray[np.int64], size: Floats | None = None, *, places: int = 2
) -> Floats:
    """Return for every group the chance that its true share is among the lowest.

    Parameters
    ----------
    part
        How many of those seen have the mark, one number a group.
    n
        How many were seen; a group of which none was seen may be anywhere.
    size
        How many there are in each group, NaN where that is not known (then the group is taken to be large).
    places
        How many groups count as lowest.

    Returns
    -------
    ndarray
        Chances; they add up to `places` (or to the number of groups, if smaller).

    Raises
    ------
    ValueError
        More have the mark than were seen, or more were seen than there are.

    Notes
    -----
    What is not seen is drawn like what is seen: given `part` of `n` and Jeffreys' prior, the number with the mark among the unseen is beta-binomial. Groups are independent. The chance is summed exactly
    over all values of all groups, ties being broken evenly; nothing is drawn at random.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta, Interval estimation for a binomial proportion, Statistical Science 16 (2001), section 3.1.3 (the prior).

    Examples
    --------
    >>> chance_of_lowest(np.array([0, 5, 9]), np.array([10, 10, 10]), places=1).round(2)
    array([1., 0., 0.])
    """
    part, n = np.asarray(part, dtype=np.int64), np.asarray(n, dtype=np.int64)
    sizes = np.full(len(n), np.nan) if size is None else np.asarray(size, dtype=float)
    if ((part < 0) | (part > n) | (sizes < n)).any():
        raise ValueError("counts must be 0 <= part <= n <= size")
    if len(n) <= places:
        return np.ones(len(n))
    each = [_distribution(int(m), int(seen), whole) for m, seen, whole in zip(part, n, sizes, strict=True)]
    return np.array([_chance(each, k, places) for k in range(len(each))])


def _distribution(part: int, n: int, size: float) -> tuple[Floats, Floats]:
    """Return the possible shares of a group, rising, and their chances."""
    a, b = part + 0.5, n - part + 0.5
    if np.isnan(size):
        edges = np.linspace(0.0, 1.0, _GRID + 1)
        return (edges[:-1] + edges[1:]) / 2, np.diff(stats.beta.cdf(edges, a, b))
    rest = round(size) - n
    if rest == 0:
        share = part / n if n else 0.0
        return np.array([share]), np.array([1.0])
    more = np.arange(rest + 1)
    return (part + more) / (n + rest), np.asarray(stats.betabinom.pmf(more, rest, a, b), dtype=float)


def _chance(each: list[tuple[Floats, Floats]], own: int, places: int) -> float:
    """Return the chance that one group is among the lowest, over all its values."""
    values, chances = each[own]
    # at[b, e]: the chance, a value of the group apart, that b others lie below it and e lie at it; from `places` below on the group is out.
    at = np.zeros((places, len(each), len(values)))
    at[0, 0] = 1.0
    for other, (points, weights) in enumerate(each):
        if other == own:
            continue
        summed = np.concatenate([[0.0], np.cumsum(weights)])
        below = summed[np.searchsorted(points, values - 1e-9)]
        equal = summed[np.searchsorted(points, values + 1e-9)] - below
        after = at * np.clip(1.0 - below - equal, 0.0, 1.0)
        after[1:] += at[:-1] * below
        after[:, 1:] += at[:, :-1] * equal
        at = after
    left = places - np.arange(places)[:, None, None]
    fits = np.minimum(1.0, left / (np.arange(len(each))[None, :, None] + 1.0))
    return float(((at * fits).sum(axis=(0, 1)) * chances).sum())
