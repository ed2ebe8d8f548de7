"""How many dimensions stand above chance, for correlations of ordered answers; and a matrix put together from pairs made fit for factors.

Correlations of pairs need not fit together as one matrix; then its smallest eigenvalues are raised, and the caller says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment
from scipy.special import ndtri

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import Floats, numbers, probability, refuse
from hmsurvey.statistics.polychoric import polychoric_matrix
from hmsurvey.statistics.reliability import read_items

_FLOOR = 0.01  # the smallest eigenvalue left, of a mean of 1


@dataclass(frozen=True, slots=True, eq=False)
class Dimensions:
    """Polychoric correlations, their eigenvalues from the largest, those of chance, and how many of the first are above."""

    matrix: Floats
    n: Floats
    eigenvalues: Floats
    chance: Floats
    n_above: int
    n_raised: int


def count_dimensions(items: ArrayLike, *, replicates: int = 200, share: float = 0.95, seed: int = 1) -> Dimensions:
    """Return the polychoric correlations of items and how many of their components stand above chance (parallel analysis).

    Chance deals the answers of each item out anew among those who gave one, so that levels and gaps stay. Its correlations are the first step of the polychoric estimate from 0, which is
    where chance is; an eigenvalue counts when it is above that share of the dealt ones, until the first that is not.

    Parameters
    ----------
    items
        Units down, items across, ordered levels as numbers; NaN is a gap, each pair is taken over the units with both.
    replicates, share, seed
        How many times chance deals, which quantile is the limit, and where it starts.

    Returns
    -------
    Dimensions
        `matrix` is smoothed where it had to be: `n_raised` says how many eigenvalues were below 0.01 and raised to it. `eigenvalues` are those before that.

    Raises
    ------
    DataError
        As `reliability.read_items` and `polychoric.polychoric`; not more units than items.

    References: J. L. Horn, Psychometrika 30 (1965) 179-185; L. E. Garrido, F. J. Abad, V. Ponsoda, Psychological Methods 18 (2013) 454-474 (polychoric).
    """
    x, _ = read_items(items, least=3)
    probability(share, "share")
    there = ~np.isnan(x)
    n_any = int(there.any(axis=1).sum())
    if n_any <= x.shape[1]:
        refuse(
            Text("单位数应多于题目数。", "More units than items are needed."),
            found=n_any,
            expected=Text(f"大于 {x.shape[1]}", f"above {x.shape[1]}"),
        )
    found = polychoric_matrix(x)
    scores, inflation = _normal_scores(x)
    rng = np.random.default_rng(seed)
    both = there.T.astype(float) @ there
    drawn = []
    for _ in range(replicates):
        dealt = scores.copy()
        for j, mine in enumerate(there.T):
            dealt[mine, j] = rng.permutation(scores[mine, j])
        chance = dealt.T @ dealt / both * np.outer(inflation, inflation)
        np.fill_diagonal(chance, 1.0)
        drawn.append(np.linalg.eigvalsh(chance)[::-1])
    limit = np.quantile(drawn, share, axis=0)
    own = np.asarray(np.linalg.eigvalsh(found.matrix)[::-1], dtype=np.float64)
    above = own > limit
    matrix, raised = smoothed(found.matrix)
    return Dimensions(
        matrix,
        found.n,
        own,
        np.asarray(limit, dtype=np.float64),
        len(own) if above.all() else int(np.argmin(above)),
        raised,
    )


def _normal_scores(x: Floats) -> tuple[Floats, Floats]:
    """Return the mean normal quality of every answered level (0 where there is a gap), scaled to variance 1, and what a correlation of such scores is divided by."""
    scores, inflation = np.zeros(x.shape), np.ones(x.shape[1])
    for j, column in enumerate(x.T):
        mine = ~np.isnan(column)
        _, place, counts = np.unique(column[mine], return_inverse=True, return_counts=True)
        shares = counts / counts.sum()
        cuts = ndtri(np.cumsum(shares)[:-1])
        density = np.concatenate([[0.0], np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi), [0.0]])
        means = -np.diff(density) / shares
        spread = float(np.sqrt((shares * means**2).sum()))
        scores[mine, j], inflation[j] = means[place] / spread, 1 / spread
    return scores, inflation


def smoothed(matrix: ArrayLike, *, least: float = _FLOOR) -> tuple[Floats, int]:
    """Return a correlation matrix with no eigenvalue far below `least`, and how many were raised; unchanged where none was.

    References: D. L. Knol, J. M. F. ten Berge, Psychometrika 54 (1989) 53-61, on smoothing.
    """
    r = numbers(matrix, "correlations", dims=2, least=2)
    values, vectors = np.linalg.eigh(r)
    low = int((values < least).sum())
    if not low:
        return r, 0
    whole = (vectors * np.maximum(values, least)) @ vectors.T
    scale = np.sqrt(np.diag(whole))
    whole = whole / np.outer(scale, scale)
    np.fill_diagonal(whole, 1.0)
    return np.asarray((whole + whole.T) / 2), low


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Which factor belongs to which group of items: the pairing with the most items at home, that number, and what random grouping gives on average."""

    factor: tuple[int, ...]  # of every group; -1 where there are fewer factors than groups
    home: int
    by_chance: float


def match_groups(loadings: ArrayLike, groups: ArrayLike, *, replicates: int = 500, seed: int = 1) -> Matching:
    """Pair groups of items with factors so that as many items as can be have their largest loading (in size) on the factor of their own group.

    Parameters
    ----------
    loadings
        Items x factors.
    groups
        The group of every item, whole numbers from 0.
    replicates, seed
        How many times the groups are dealt out at random for comparison; sizes stay.

    Raises
    ------
    DataError
        Other lengths, or gaps.

    >>> found = match_groups([[0.9, 0.1], [0.8, 0.0], [0.1, 0.7], [0.6, 0.5]], [1, 1, 0, 0])
    >>> found.factor, found.home
    ((1, 0), 3)
    """
    load, group = numbers(loadings, "loadings", dims=2), numbers(groups, "groups").astype(int)
    if len(load) != len(group):
        refuse(
            Text("每个题目应有一个组。", "Every item needs a group."),
            found=f"{len(load)}, {len(group)}",
        )
    top = np.abs(load).argmax(axis=1)

    def pair(of: np.ndarray) -> tuple[tuple[int, ...], int]:
        counts = np.zeros((group.max() + 1, load.shape[1]))
        np.add.at(counts, (of, top), 1.0)
        rows, columns = linear_sum_assignment(-counts)
        where = dict(zip(rows.tolist(), columns.tolist(), strict=True))
        return tuple(where.get(g, -1) for g in range(len(counts))), int(counts[rows, columns].sum())

    rng = np.random.default_rng(seed)
    factor, home = pair(group)
    return Matching(factor, home, float(np.mean([pair(rng.permutation(group))[1] for _ in range(replicates)])))
