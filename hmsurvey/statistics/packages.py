"""One choice for each of several groups under one budget: the choices that gain most, proved best.

A multiple-choice knapsack, solved by HiGHS as an integer programme to proved optimality. More budget never gains less, since what fits a small budget fits a larger one.

References: Kellerer, Pferschy and Pisinger (2004), Knapsack Problems, chapter 11; `scipy.optimize.milp`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import refuse

Floats = NDArray[np.float64]
_SLACK = 1e-9


def best_choices(gains: Floats, costs: Floats, budget: float) -> NDArray[np.int64]:
    """Return for every group the choice (column) so that the gains of all are most and the costs within the budget.

    Parameters
    ----------
    gains, costs
        Group x choice; the first choice of every group costs nothing.
    budget
        What may be spent, 0 or more.

    Raises
    ------
    DataError
        Gains and costs of different shapes, not finite, costs below 0, a first choice that costs, a budget below 0; or the solver gives up.

    Notes
    -----
    Among choices that gain equally, those that cost least.

    Examples
    --------
    >>> best_choices(np.array([[0.0, 3.0], [0.0, 2.0]]), np.array([[0.0, 3.0], [0.0, 1.0]]), 3.5).tolist()
    [1, 0]
    """
    if gains.shape != costs.shape or gains.ndim != 2 or not (np.isfinite(gains).all() and np.isfinite(costs).all()):
        refuse(Text("收益和成本的形状不一致，或不是有限的数。", "Gains and costs differ in shape or are not finite."), found=f"{gains.shape}, {costs.shape}")  # fmt: skip
    if costs.size and (costs.min() < 0 or costs[:, 0].any()):
        refuse(Text("成本不能为负，第一项选择不花费。", "Costs are not below 0, and the first choice costs nothing."), found=f"{costs.min():g}")  # fmt: skip
    if not budget >= 0:
        refuse(Text("预算不能为负。", "A budget is not below 0."), found=f"{budget:g}")
    n, k = gains.shape
    if not n:
        return np.zeros(0, dtype=np.int64)
    first = _solved(gains.ravel(), _constraints(n, k, costs, budget))
    most = float(gains.ravel() @ first)
    bounds = _constraints(n, k, costs, budget)
    least = LinearConstraint(csr_array(gains.reshape(1, -1)), most - 1e-7 * max(1.0, most), np.inf)
    second = _solved(-costs.ravel(), [*bounds, least])
    return np.argmax(second.reshape(n, k), axis=1)


def _constraints(n: int, k: int, costs: Floats, budget: float) -> list[LinearConstraint]:
    one = csr_array((np.ones(n * k), (np.repeat(np.arange(n), k), np.arange(n * k))), shape=(n, n * k))
    spent = LinearConstraint(csr_array(costs.reshape(1, -1)), -np.inf, budget * (1 + 1e-12) + _SLACK)
    return [LinearConstraint(one, 1, 1), spent]


def _solved(gains: Floats, constraints: list[LinearConstraint]) -> Floats:
    answer = milp(
        -gains,
        constraints=constraints,
        integrality=np.ones(gains.size),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    if answer.x is None:
        refuse(Text("求解器没有给出结果。", "The solver gave no answer."), found=str(answer.message))
    return np.asarray(np.round(answer.x), dtype=np.float64)


def most_within(costs: Floats, budget: float) -> float:
    """Return how many of some things that cost this much can be had within a budget, the cheapest first and the last one in part.

    >>> most_within(np.array([1.0, 2.0, 4.0]), 5.0)
    2.5
    """
    ordered = np.sort(costs[np.isfinite(costs)])
    spent = np.concatenate([[0.0], np.cumsum(ordered)])
    return float(np.interp(budget, spent, np.arange(len(spent))))
