"""Does some combination of explanations sort the outcomes without exception: then a model's coefficients have no finite value.

Found by a linear programme before anything is fitted, since an iteration that runs away looks like an estimate with a large error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from hmsurvey.statistics.inputs import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """Where the likelihood of a cumulative-link model rises for ever, and what it leaves to estimate.

    Attributes
    ----------
    upper, lower
        Unit by unit, whether P(Y <= its category) is 1 in the limit, and whether P(Y < its category) is 0. As many as can be.
    free
        (Thresholds, then columns) x directions, orthonormal: along these the likelihood in the limit does not change. What has no part in them can be estimated.
    settled
        A row a side that is certain in the limit: what a step along each parameter adds to it.
    """

    upper: NDArray[np.bool_]
    lower: NDArray[np.bool_]
    free: Floats
    settled: Floats


def separate(outcome: NDArray[np.int_], explanations: Floats) -> Separation:
    """Find where the likelihood of a cumulative-link model never falls, if it does so anywhere.

    Parameters
    ----------
    outcome
        Categories 0, 1, ... of every unit, each present.
    explanations
        Units down, columns across, of mean 0 and standard deviation 1 or so: limits are absolute.

    References: A. Albert, J. A. Anderson, Biometrika 71 (1984) 1-10; K. Konis, Linear programming algorithms for detecting separated data (thesis, Oxford, 2007).
    """
    (n, p), cuts = explanations.shape, int(outcome.max())
    upper, lower = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    above, below = np.flatnonzero(outcome < cuts), np.flatnonzero(outcome > 0)
    sides = np.zeros((len(above) + len(below), cuts + p))
    rows, last = np.arange(len(sides)), len(above)
    sides[rows[:last], outcome[above]], sides[rows[last:], outcome[below] - 1] = 1.0, -1.0
    sides[:last, cuts:], sides[last:, cuts:] = -explanations[above], explanations[below]
    # a slack of at most 1 for every side of every unit; the more of them can be above 0, the more is separated
    m = len(sides)
    goal = np.concatenate([np.zeros(cuts + p), -np.ones(m)])
    left = np.hstack([-sides, np.eye(m)])
    limits = [(-1e3, 1e3)] * (cuts + p) + [(0.0, 1.0)] * m
    solved = linprog(goal, A_ub=left, b_ub=np.zeros(m), bounds=limits, method="highs")
    sure = solved.x[cuts + p :] > 1e-6
    if not sure.any():
        return Separation(upper, lower, np.zeros((cuts + p, 0)), sides[:0])
    upper[above], lower[below] = sure[:last], sure[last:]
    _, sizes, across = np.linalg.svd(sides[~sure], full_matrices=True)
    rank = int((sizes > 1e-9 * sizes.max(initial=0.0)).sum()) if len(sizes) else 0
    return Separation(upper, lower, across[rank:].T, sides[sure])


def way(apart: Separation, part: Floats) -> int:
    """Return where a combination of parameters goes as the likelihood rises to its limit: 1 up, -1 down, 0 nowhere in particular.

    It goes up if no way to the limit, however it treats the other parameters, takes it down.
    """
    along = part @ apart.free
    if np.abs(along).max(initial=0.0) < 1e-9 * np.abs(part).max():
        return 0
    along = along / np.abs(along).max()
    least = [_least(sign * along, apart) for sign in (1.0, -1.0)]
    return 1 if least[0] > -1e-9 else -1 if least[1] > -1e-9 else 0


def _least(goal: Floats, apart: Separation) -> float:
    """Return the least that a goal can be on a way that settles all that can be settled; minus infinity where there is none."""
    rows = apart.settled @ apart.free
    solved = linprog(goal, A_ub=-rows, b_ub=-np.ones(len(rows)), bounds=[(None, None)] * len(goal), method="highs")
    return float(solved.fun) if solved.success else -np.inf
