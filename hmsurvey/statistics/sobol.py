"""Which of several uncertain choices matters most: Sobol indices from runs in which one factor at a time is exchanged.

The design needs two independent sets of settings, A and B, and for each factor a copy of A in which that factor is taken from B. A factor may be a whole block of columns (all
weights together). Indices are estimates: with few runs they may be negative or not add up, and the limits say so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.statistics.inputs import generator, numbers, probability, refuse

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sobol:
    """First-order and total indices, a row a factor.

    Attributes
    ----------
    first, total
        Share of the variance that a factor explains alone, and with everything it interacts with. NaN, with `note`, where nothing varies.
    first_low, first_high, total_low, total_high
        Bootstrap percentile limits over the rows; NaN without a bootstrap.
    variance
        Sample variance over the runs of A and B together.
    """

    first: Floats
    total: Floats
    first_low: Floats
    first_high: Floats
    total_low: Floats
    total_high: Floats
    variance: float
    note: Text = NOTHING


def sobol_indices(
    a: ArrayLike, b: ArrayLike, mixed: ArrayLike, *, replicates: int = 0, confidence: float = 0.9, seed: int = 1
) -> Sobol:
    """Estimate Sobol indices from the results of the runs.

    Parameters
    ----------
    a, b
        Results of the N runs with the settings of A, and of B.
    mixed
        Factors x N: results of A's settings with one factor taken from B.
    replicates
        Bootstrap replicates for the limits; 0: none.
    confidence
        Of the limits.
    seed
        Of the bootstrap.

    Returns
    -------
    Sobol
        `first` = mean(b (mixed - a)) / V, `total` = mean((a - mixed)^2) / (2 V), V the sample variance (2N - 1) of a and b together.

    Raises
    ------
    DataError
        Fewer than two runs, gaps, or other lengths.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181, 259-270 (first order). Jansen (1999), Computer Physics Communications 117, 35-43 (total).
    """
    ya, yb = numbers(a, "a", least=2), numbers(b, "b", least=2)
    ym = numbers(mixed, "mixed", dims=2)
    if len(ya) != len(yb) or ym.shape[1] != len(ya):
        refuse(
            Text("各组运行的次数不同。", "The sets of runs differ in length."),
            found=f"a {len(ya)}, b {len(yb)}, mixed {ym.shape}",
            expected=Text("a、b 各 N 个，mixed 为 因素数 × N", "N in a and b, factors x N in mixed"),
        )
    if replicates < 0:
        raise UsageError(
            Problem(Text("重抽次数不能为负。", "There cannot be fewer than no replicates."), found=str(replicates))
        )
    blank = np.full(len(ym), np.nan)
    variance = float(np.var(np.concatenate([ya, yb]), ddof=1))
    if variance <= 1e-24 * max(1.0, float(np.mean(ya**2))):
        note = Text(
            "结果在所有运行中都相同，没有可分解的变异。",
            "The result is the same in every run: there is no variance to share out.",
        )
        return Sobol(blank, blank, blank, blank, blank, blank, 0.0, note)
    first, total = _indices(ya, yb, ym)
    if not replicates:
        return Sobol(first, total, blank, blank, blank, blank, variance)
    tail = (1.0 - probability(confidence, "confidence")) / 2.0
    random = generator(seed)
    firsts, totals = [], []
    for _ in range(replicates):
        rows = random.integers(0, len(ya), len(ya))
        if np.ptp(np.concatenate([ya[rows], yb[rows]])) > 0:
            one, two = _indices(ya[rows], yb[rows], ym[:, rows])
            firsts.append(one)
            totals.append(two)
    limits = [
        np.quantile(np.array(found), [tail, 1 - tail], axis=0) if found else (blank, blank)
        for found in (firsts, totals)
    ]
    return Sobol(first, total, limits[0][0], limits[0][1], limits[1][0], limits[1][1], variance)


def _indices(a: Floats, b: Floats, mixed: Floats) -> tuple[Floats, Floats]:
    variance = np.var(np.concatenate([a, b]), ddof=1)
    first = (b * (mixed - a)).mean(axis=1) / variance
    total = ((a - mixed) ** 2).mean(axis=1) / (2.0 * variance)
    return first, total
