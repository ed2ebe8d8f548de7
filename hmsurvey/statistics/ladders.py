"""The cheapest way up ladders: which rungs to climb so that every requirement is met at the least cost, and the next cheapest ways.

A ladder has rungs from 1 up (0 is where one stands); a step onto a rung has a cost above 0. Requirements are linear in the rungs climbed. An integer programme, solved
by HiGHS to proved optimality.

References: Huangfu and Hall (2018), Parallelizing the dual revised simplex method, Mathematical Programming Computation 10; `scipy.optimize.milp`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import refuse

Rungs = tuple[int, ...]
_INFEASIBLE = 2


@dataclass(frozen=True, slots=True)
class Requirement:
    """The sum of coefficient times column is at least `low`; a column is on (1) or off (0)."""

    terms: tuple[tuple[int, float], ...]
    low: float


@dataclass(frozen=True, slots=True)
class Ladders:
    """Ladders, costs and requirements.

    Attributes
    ----------
    costs
        By ladder, the cost of the step onto each rung, above 0.
    requirements
        Over columns: first the rungs of all ladders in order (on: at or above this rung), then `switches` more, which cost nothing.
    closed
        Columns that stay off.
    """

    costs: tuple[tuple[float, ...], ...]
    requirements: tuple[Requirement, ...]
    switches: int = 0
    closed: frozenset[int] = frozenset()

    @property
    def starts(self) -> tuple[int, ...]:
        """The column of the first rung of every ladder."""
        return tuple(int(n) for n in np.cumsum([0, *(len(c) for c in self.costs)])[:-1])


def cheapest(ladders: Ladders, *, cuts: Sequence[Requirement] = ()) -> Rungs | None:
    """Return the rung to climb to on every ladder (0: none) at the least total cost; None where no way exists.

    Parameters
    ----------
    ladders
        What there is to climb and what is required.
    cuts
        More requirements, such as `not_above` and `not_exactly` of ways that were found before.

    Raises
    ------
    DataError
        A cost is not above 0, or the solver gives up.

    Examples
    --------
    >>> cheapest(Ladders(((2.0, 2.0), (3.0,)), (Requirement(((0, 1.0), (1, 1.0), (2, 2.0)), 2.0),)))
    (0, 1)
    """
    costs = np.array([c for ladder in ladders.costs for c in ladder])
    if costs.size and not (np.isfinite(costs).all() and costs.min() > 0):
        refuse(Text("每一步的代价应大于 0。", "Every step costs more than 0."), found=costs.min())
    n = len(costs) + ladders.switches
    if n == 0:
        return () if all(row.low <= 0 for row in (*ladders.requirements, *cuts)) else None
    rows = [*ladders.requirements, *cuts]
    for start, ladder in zip(ladders.starts, ladders.costs, strict=True):
        rows += [Requirement(((start + r, 1.0), (start + r + 1, -1.0)), 0.0) for r in range(len(ladder) - 1)]
    top = np.ones(n)
    top[list(ladders.closed)] = 0.0
    answer = milp(
        np.concatenate([costs, np.zeros(ladders.switches)]),
        integrality=np.ones(n),
        bounds=Bounds(np.zeros(n), top),
        constraints=_matrix(rows, n),
        options={"mip_rel_gap": 0.0},
    )
    if answer.status == _INFEASIBLE:
        return None
    if answer.x is None or answer.status != 0:
        refuse(Text("求解没有完成。", "The solver did not finish."), found=answer.message)
    on: NDArray[np.bool_] = answer.x[: len(costs)] > 0.5
    return tuple(
        int(on[start : start + len(ladder)].sum()) for start, ladder in zip(ladders.starts, ladders.costs, strict=True)
    )


def _matrix(rows: Sequence[Requirement], n: int) -> list[LinearConstraint]:
    if not rows:
        return []
    places = [(k, column, value) for k, row in enumerate(rows) for column, value in row.terms]
    at = np.array([p[:2] for p in places], dtype=np.int64).reshape(-1, 2)
    table = csr_array((np.array([p[2] for p in places]), (at[:, 0], at[:, 1])), shape=(len(rows), n))
    return [LinearConstraint(table, np.array([row.low for row in rows]), np.inf)]


def not_above(ladders: Ladders, rungs: Rungs) -> Requirement:
    """Return the cut that shuts out a way and every way that climbs all of it and more, so that the next one is another way."""
    climbed = [start + rung - 1 for start, rung in zip(ladders.starts, rungs, strict=True) if rung]
    return Requirement(tuple((column, -1.0) for column in climbed), 1.0 - len(climbed))


def not_exactly(ladders: Ladders, rungs: Rungs) -> Requirement:
    """Return the cut that shuts out one way and nothing else."""
    terms, on = [], 0
    for start, rung, ladder in zip(ladders.starts, rungs, ladders.costs, strict=True):
        for r in range(len(ladder)):
            terms.append((start + r, -1.0 if r < rung else 1.0))
            on += r < rung
    return Requirement(tuple(terms), 1.0 - on)
