"""Groups of like profiles: rows of numbers put together so that those of a group lie close to each other (k-means).

Groups have no names; they are put in order by the mean of their centre, so that they may stand for stages. The best of many starts is kept, and the starts do
not hang on the order of the rows. Even so k-means is not exact; along one dimension natural breaks are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.vq import ClusterError, kmeans2

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, generator, numbers, refuse

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Groups of rows, the one with the lowest centre first.

    Attributes
    ----------
    places
        The group of each row, lowest 0.
    centres
        Group x column: the mean profile.
    counts
        Rows in each group.
    distances
        Row x group: Euclidean distance to each centre.
    wss
        Sum of squares about the centres.
    n_best
        How many of the starts ended at (nearly) the same sum of squares; few mean that a better one may have been missed.
    starts
        How many starts there were.
    note
        What must be said beside it.
    """

    places: Ints
    centres: Floats
    counts: Ints
    distances: Floats
    wss: float
    n_best: int
    starts: int
    note: Text = NOTHING


def cluster_profiles(
    table: ArrayLike, k: int, *, seed: int, starts: int = 50, order: ArrayLike | None = None
) -> Clusters:
    """Put rows into k groups with the smallest sum of squares about the groups' means, as far as many starts find it.

    Parameters
    ----------
    table
        Row x column, without gaps; columns count by their own units (nothing is standardised).
    k
        How many groups.
    seed
        The same seed gives the same groups, whatever the order of the rows.
    starts
        How many starts; each draws its first centres apart from each other (k-means++).
    order
        Weights of the columns by which centres are put in order; equal by default.

    Raises
    ------
    DataError
        Gaps, or fewer distinct rows than groups.

    References
    ----------
    S. P. Lloyd, IEEE Transactions on Information Theory 28 (1982) 129-137. D. Arthur and S. Vassilvitskii, k-means++, Proceedings of SODA (2007) 1027-1035.

    >>> cluster_profiles([[9, 9], [1, 0], [0, 1], [8, 9]], 2, seed=1).places.tolist()
    [1, 0, 0, 1]
    """
    given = numbers(table, "table", dims=2)
    distinct = len(np.unique(given, axis=0))
    if k < 1 or k > distinct:
        refuse(
            Text("互不相同的行太少，分不出这么多组。", "There are too few distinct rows for so many groups."),
            where="k",
            found=f"k = {k}, {distinct} distinct rows",
            expected=Text(f"1 至 {distinct}", f"1 to {distinct}"),
        )
    rows = np.lexsort(given.T[::-1])
    sorted_rows = given[rows]
    rng = generator(seed)
    found = [best for _ in range(starts) if (best := _from_one_start(sorted_rows, k, rng)) is not None]
    if not found:
        refuse(
            Text("每次起步都有空组，没有得出结果。", "Every start ended with an empty group."),
            where="table",
            found=f"{starts} starts, k = {k}",
            fix=Text("减少组数，或增加起步次数。", "ask for fewer groups, or for more starts."),
        )
    wss, centres = min(found, key=lambda one: one[0])
    weights = np.ones(given.shape[1]) if order is None else numbers(order, "order")
    centres = centres[np.argsort(centres @ weights / weights.sum(), kind="stable")]
    distances = np.linalg.norm(given[:, None, :] - centres[None], axis=2)
    places = np.argmin(distances, axis=1).astype(np.int64)
    n_best = sum(one[0] <= wss * (1 + 1e-6) + 1e-12 for one in found)
    return Clusters(
        places, centres, np.bincount(places, minlength=k), distances, wss, n_best, starts, _note(n_best, starts)
    )


def _from_one_start(rows: Floats, k: int, rng: np.random.Generator) -> tuple[float, Floats] | None:
    """Return the sum of squares and the centres that one start leads to; None where a group ran empty."""
    try:
        _, places = kmeans2(rows, k, iter=10, minit="++", missing="raise", rng=rng)
        while True:
            means = np.stack([rows[places == place].mean(axis=0) for place in range(k)])
            nearer = np.argmin(((rows[:, None, :] - means[None]) ** 2).sum(axis=2), axis=1)
            if (nearer == places).all():
                return float(((rows - means[places]) ** 2).sum()), means
            if len(np.unique(nearer)) < k:
                return None
            places = nearer
    except ClusterError:
        return None


def _note(n_best: int, starts: int) -> Text:
    if n_best * 20 >= starts:
        return NOTHING
    return Text(
        f"{starts} 次起步中只有 {n_best} 次得到这个结果，可能还有更好的分法。",
        f"Only {n_best} of {starts} starts led here; a better grouping may have been missed.",
    )
