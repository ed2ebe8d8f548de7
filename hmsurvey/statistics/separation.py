"""Does some combination of explanations sort the outcomes without exception: then a model's coefficients have no finite value.

Found by a linear programme before anything is fitted, since an iteration that runs away looks like an estimate with a large error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from hmsurvey.statistics.inputs import Floats


def separating_direction(outcome: NDArray[np.int_], explanations: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return a direction in which the likelihood of a cumulative-link model never falls, and the units it would predict with certainty.

    Parameters
    ----------
    outcome
        Categories 0, 1, ... of every unit, each present.
    explanations
        Units down, columns across.

    Returns
    -------
    tuple of arrays
        The direction (one number a column, all 0 where nothing separates) and, unit by unit, whether the limit is certain of it. As many units as possible are.

    References: A. Albert, J. A. Anderson, Biometrika 71 (1984) 1-10; K. Konis, Linear programming algorithms for detecting separated data (thesis, Oxford, 2007).
    """
    p, cuts = explanations.shape[1], int(outcome.max())
    rows, owner = [], []
    for i, (y, x) in enumerate(zip(outcome, explanations, strict=True)):
        for k, sign in ((y, 1.0), (y - 1, -1.0)):
            if 0 <= k < cuts:
                row = np.zeros(cuts + p)
                row[k], row[cuts:] = sign, -sign * x
                rows.append(row)
                owner.append(i)
    matrix = np.array(rows)
    m = len(matrix)
    # a slack of at most 1 for every side of every unit; the more of them can be above 0, the more is separated
    goal = np.concatenate([np.zeros(cuts + p), -np.ones(m)])
    left = np.hstack([-matrix, np.eye(m)])
    limits = [(-1e3, 1e3)] * (cuts + p) + [(0.0, 1.0)] * m
    solved = linprog(goal, A_ub=left, b_ub=np.zeros(m), bounds=limits, method="highs")
    slack = solved.x[cuts + p :]
    if slack.max() < 1e-6:
        return np.zeros(p), np.zeros(len(outcome), dtype=bool)
    sure = np.ones(len(outcome), dtype=bool)
    np.logical_and.at(sure, owner, slack > 1e-6)
    return np.asarray(solved.x[cuts : cuts + p]), sure
