"""Where on a scale do half reach it: the steps of an item by its model, and any yes or no by the order of those measured.

A threshold of a partial-credit model says where two neighbouring levels are equally likely, and thresholds of one item need not be in order. The place where half reach a step or more always is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import Floats, numbers, refuse


def half_points(thresholds: Sequence[ArrayLike]) -> tuple[Floats, ...]:
    """Return, for every item and step, the measure at which half reach the step or a higher one (Thurstone's thresholds).

    Parameters
    ----------
    thresholds
        Of every item in logits, as `rasch.fit_partial_credit` gives them.

    References: R. J. Adams, M. L. Wu, eds., Multivariate and Mixture Distribution Rasch Models (2007) 61-62; for one step it is the threshold itself.

    >>> [round(float(p), 3) for p in half_points([[0.0, 0.0]])[0]]
    [-0.481, 0.481]
    """
    return tuple(_of_item(numbers(steps, "thresholds")) for steps in thresholds)


def _of_item(steps: Floats) -> Floats:
    levels, weights = np.arange(len(steps) + 1), -np.concatenate([[0.0], np.cumsum(steps)])
    low, high = np.full(len(steps), steps.min() - 10.0), np.full(len(steps), steps.max() + 10.0)
    for _ in range(60):  # P(x >= k) rises with the measure: halving cannot fail
        middle = (low + high) / 2
        logit = middle[:, None] * levels + weights
        chance = np.exp(logit - np.logaddexp.reduce(logit, axis=1, keepdims=True))
        above = np.cumsum(chance[:, ::-1], axis=1)[:, ::-1]
        over = above[np.arange(len(steps)), np.arange(1, len(steps) + 1)] > 0.5
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return (low + high) / 2


def half_met(measures: ArrayLike, met: ArrayLike) -> float:
    """Return the measure from which at least half meet something, if meeting it may only become likelier along the scale.

    The share is fitted by isotonic regression, which supposes no curve; the place lies half-way between the two measures where it comes to one half.

    Returns
    -------
    float
        NaN where the share is one half or more from the bottom, or nowhere.

    Raises
    ------
    DataError
        Other lengths, nobody, or something else than 0 and 1.

    References: R. E. Barlow, D. J. Bartholomew, J. M. Bremner, H. D. Brunk, Statistical Inference under Order Restrictions (1972).

    >>> half_met([-2, -1, 0, 1, 2], [0, 0, 1, 0, 1])
    -0.5
    """
    x, y = numbers(measures, "measures"), numbers(met, "met")
    if len(x) != len(y) or not np.isin(y, (0, 1)).all():
        refuse(
            Text("每个测量值应配一个 0 或 1。", "Every measure needs a 0 or 1 beside it."), found=f"{len(x)}, {len(y)}"
        )
    values, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    shares = np.bincount(place, weights=y) / counts
    fitted = isotonic_regression(shares, weights=counts).x
    reached = np.flatnonzero(fitted >= 0.5 - 1e-12)
    if not len(reached) or reached[0] == 0:
        return float("nan")
    return float((values[reached[0] - 1] + values[reached[0]]) / 2)
