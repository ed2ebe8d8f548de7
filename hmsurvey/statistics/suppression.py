"""What can be inferred of hidden cells of linked tables from the cells that are shown: the attacker's problem.

Tables that share margins are one system of equations: every relation says that some cells add up to another. A hidden cell is safe when the tables that fit everything shown
leave it a range at least as wide as asked. This room knows cells and relations, not what they count. `statistics.complementary` decides what to hide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import numbers, refuse

Floats = NDArray[np.float64]
Places = NDArray[np.int_]
Mask = NDArray[np.bool_]
Relation = tuple[int, tuple[int, ...]]
SMALL = 1e-7  # closer than this, numbers count as equal


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """The relations as a matrix: matrix @ values = 0."""

    values: Floats
    matrix: csr_array
    whole: bool


def read_system(
    values: ArrayLike, relations: Sequence[Relation], marked: ArrayLike, whole: bool
) -> tuple[System, Mask]:
    """Return cells and relations as one system, with the marks on the cells; refuse what does not add up."""
    cells, marks = numbers(values, "values"), np.asarray(marked, dtype=bool)
    if marks.shape != cells.shape:
        refuse(
            Text("标记与单元格个数不同。", "There are not as many marks as cells."),
            found=marks.size,
            expected=Text(f"{cells.size} 个", str(cells.size)),
        )
    if (cells < 0).any():
        refuse(Text("单元格不能为负。", "A cell cannot be negative."), found=f"{cells.min():g}")
    if whole and (cells != np.round(cells)).any():
        refuse(Text("计数应为整数。", "Counts are whole numbers."), found=f"{cells[cells != np.round(cells)][0]:g}")
    rows, columns, signs = [], [], []
    for r, (total, parts) in enumerate(relations):
        added = float(cells[list(parts)].sum())
        if abs(added - cells[total]) > 1e-6 * max(1.0, abs(cells[total])):
            refuse(
                Text("各部分之和与合计不等。", "The parts do not add up to their total."),
                where=f"relation {r}",
                found=f"{added:g}",
                expected=Text(f"{cells[total]:g}", f"{cells[total]:g}"),
            )
        rows += [r] * (len(parts) + 1)
        columns += [total, *parts]
        signs += [-1.0, *([1.0] * len(parts))]
    matrix = csr_array(coo_array((signs, (rows, columns)), shape=(len(relations), len(cells))))
    return System(cells, matrix, whole), marks


def feasible_ranges(
    values: ArrayLike, relations: Sequence[Relation], hidden: ArrayLike, *, whole: bool = True
) -> tuple[Floats, Floats]:
    """Return the lowest and highest value that each cell can have, given every cell that is shown.

    Parameters
    ----------
    values
        The cells, none negative.
    relations
        (total, parts): places in `values`; the parts add up to the total.
    hidden
        True where a cell is not shown.
    whole
        The cells are counts: only whole numbers are possible.

    Returns
    -------
    tuple of arrays
        Both are the value itself where the cell is shown; the highest is infinite where nothing bounds it.

    Raises
    ------
    DataError
        Negative cells, parts that do not add up, or marks of another length.

    References: M. Fischetti, J. J. Salazar, Management Science 47 (2001) 1008-1027: the attacker's problem.

    >>> [limits.tolist() for limits in feasible_ranges([3, 4, 7], [(2, (0, 1))], [True, True, False])]
    [[0.0, 0.0, 7.0], [7.0, 7.0, 7.0]]
    """
    system, mask = read_system(values, relations, hidden, whole)
    low, high = system.values.copy(), system.values.copy()
    for piece in pieces_of(system, mask):
        for j, cell in enumerate(piece.cells):
            low[cell], high[cell] = piece.lowest(j), piece.highest(j)
    return low, high


class Piece:
    """Hidden cells that relations tie together: the tables that fit, and the values of each cell met so far."""

    def __init__(self, system: System, cells: Places, rows: Places, known: Floats) -> None:
        self.cells, self.known, self.whole = cells, known, system.whole
        self.matrix = csr_array(system.matrix[rows][:, cells])
        self.seen_low, self.seen_high = system.values[cells].copy(), system.values[cells].copy()

    def lowest(self, j: int) -> float:
        """Return the lowest value that a cell can have."""
        return self._edge(j, 1.0)

    def highest(self, j: int) -> float:
        """Return the highest value that a cell can have; infinite where nothing bounds it."""
        return self._edge(j, -1.0)

    def _edge(self, j: int, sign: float) -> float:
        goal = np.zeros(len(self.cells))
        goal[j] = sign
        if not self.matrix.shape[0]:
            return 0.0 if sign > 0 else np.inf
        found = linprog(goal, A_eq=self.matrix, b_eq=self.known, bounds=(0, None), method="highs")
        if found.x is None:  # the true table fits, so that nothing but an open range can have stopped it
            self.seen_high[j] = np.inf
            return float(np.inf)
        table = found.x
        if self.whole and np.abs(table - np.round(table)).max() > 1e-6:
            fit = LinearConstraint(self.matrix, self.known, self.known)
            table = milp(goal, constraints=fit, integrality=np.ones(len(goal)), bounds=Bounds(0, np.inf)).x
        table = np.round(table) if self.whole else table
        np.minimum(self.seen_low, table, out=self.seen_low)
        np.maximum(self.seen_high, table, out=self.seen_high)
        return float(table[j])


def pieces_of(system: System, hidden: Mask) -> Iterator[Piece]:
    """Split the hidden cells into groups that have no relation in common."""
    places = np.flatnonzero(hidden)
    if not len(places):
        return
    inner = csr_array(abs(system.matrix[:, places]))
    known = -(system.matrix @ np.where(hidden, 0.0, system.values))
    n_groups, group = connected_components(inner.T @ inner, directed=False)
    for g in range(n_groups):
        mine = np.flatnonzero(group == g)
        rows = np.flatnonzero(np.asarray(inner[:, mine].sum(axis=1)).ravel() > 0)
        yield Piece(system, places[mine], rows, known[rows])
