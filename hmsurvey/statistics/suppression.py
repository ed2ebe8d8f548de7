"""Which cells of linked tables must be hidden so that the small ones cannot be worked out, and what could still be inferred.

Tables that share margins are one system of equations: every relation says that some cells add up to another. A hidden cell is safe when the tables that fit everything shown
leave it a range at least as wide as asked. This room knows cells and relations, not what they count; what must be hidden for its own sake is decided by whoever calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import numbers, refuse

Floats = NDArray[np.float64]
Places = NDArray[np.int_]
Mask = NDArray[np.bool_]
Relation = tuple[int, tuple[int, ...]]
_SMALL = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """Which cells are hidden, and what can still be said about each.

    Attributes
    ----------
    hidden
        True where a cell must not be shown.
    primary
        True where it is hidden for its own sake; the others are hidden to protect those.
    low, high
        The range that everything shown leaves for each cell; its value where it is shown, infinite where nothing bounds it.
    """

    hidden: Mask
    primary: Mask
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """The relations as a matrix: matrix @ values = 0."""

    values: Floats
    matrix: csr_array
    whole: bool


def _read(values: ArrayLike, relations: Sequence[Relation], marked: ArrayLike, whole: bool) -> tuple[_System, Mask]:
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
    return _System(cells, matrix, whole), marks


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
    system, mask = _read(values, relations, hidden, whole)
    low, high = system.values.copy(), system.values.copy()
    for piece in _pieces(system, mask):
        for j, cell in enumerate(piece.cells):
            low[cell], high[cell] = piece.lowest(j), piece.highest(j)
    return low, high


class _Piece:
    """Hidden cells that relations tie together: the tables that fit, and the values of each cell met so far."""

    def __init__(self, system: _System, cells: Places, rows: Places, known: Floats) -> None:
        self.cells, self.known, self.whole = cells, known, system.whole
        self.matrix = csr_array(system.matrix[rows][:, cells])
        self.seen_low, self.seen_high = system.values[cells].copy(), system.values[cells].copy()

    def lowest(self, j: int) -> float:
        return self._edge(j, 1.0)

    def highest(self, j: int) -> float:
        return self._edge(j, -1.0)

    def is_wide(self, j: int, width: float) -> bool:
        """Tell whether a cell's range is at least as wide as asked; what other cells' tables showed may settle it."""
        enough = width - _SMALL
        return (
            self.seen_high[j] - self.seen_low[j] >= enough
            or self.highest(j) - self.seen_low[j] >= enough
            or self.seen_high[j] - self.lowest(j) >= enough
        )

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


def _pieces(system: _System, hidden: Mask) -> Iterator[_Piece]:
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
        yield _Piece(system, places[mine], rows, known[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Cells of linked tables, and what may become of each.

    `primary` marks what is hidden for its own sake; `unseen` what no table shows in any case (a complement, the slack of an inequality); `kept` what must stay shown; `price` what hiding costs
    (larger counts cost more by default). Cells that are `primary` and `unseen` are protected too.
    """

    values: ArrayLike
    relations: Sequence[Relation]
    primary: ArrayLike
    unseen: ArrayLike | None = None
    kept: ArrayLike | None = None
    price: ArrayLike | None = None


def protect(
    values: ArrayLike,
    relations: Sequence[Relation],
    primary: ArrayLike,
    *,
    width: float,
    whole: bool = True,
) -> Suppression:
    """Hide further cells until none that must be hidden can be narrowed down, as few and as small ones as a heuristic finds.

    A cell that can be narrowed down gets help from the cheapest set of shown cells whose hiding lets it move by `width` (a linear programme); in the end every helper that turned
    out not to be needed is shown again, the dearest first.

    Parameters
    ----------
    values, relations
        As in `feasible_ranges`.
    primary
        True where a cell is to be hidden for its own sake.
    width
        The narrowest range that a primary cell may be left with.
    whole
        The cells are counts.

    Raises
    ------
    DataError
        As `feasible_ranges`; or a cell stays narrow even when everything is hidden.

    References: J. P. Kelly, B. L. Golden, A. A. Assad, Networks 22 (1992) 397-417: one linear programme a cell; M. Fischetti, J. J. Salazar (2001): the test that ends it.

    >>> protect([2, 30, 40, 72], [(3, (0, 1, 2))], [True, False, False, False], width=5).hidden.tolist()
    [True, True, False, False]
    """
    return protect_linked(Linked(values, relations, primary), width=width, whole=whole)


def protect_linked(linked: Linked, *, width: float, whole: bool = True) -> Suppression:
    """Protect linked tables as `protect` does, where some cells are never shown and others always are.

    Parameters
    ----------
    linked
        The cells.
    width, whole
        As in `protect`.

    Returns
    -------
    Suppression
        `hidden` includes the cells that are never shown.

    Raises
    ------
    DataError
        As `protect`; "even when everything is hidden" leaves out what must stay shown.

    >>> kept = Linked([2, 1, 40, 43], [(3, (0, 1, 2))], [True, True, False, False], kept=[False] * 3 + [True])
    >>> protect_linked(kept, width=5).hidden.tolist()
    [True, True, True, False]
    """
    system, first = _read(linked.values, linked.relations, linked.primary, whole)
    size = len(system.values)
    unseen, kept = (
        np.zeros(size, dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
        for mask in (linked.unseen, linked.kept)
    )
    price = np.log2(2.0 + system.values) if linked.price is None else numbers(linked.price, "price")
    watch = _Watch(system, first, float(width))
    hidden = first | unseen
    while (weak := watch.weak(hidden)) is not None:
        more = _helpers(system, hidden, weak, width=width, price=np.where(kept, np.inf, price))
        if not (more & ~hidden).any():
            more = _neighbours(system, hidden, weak) & ~kept
        if not (more & ~hidden).any():
            refuse(
                Text("有的单元格怎样隐去别的也保护不了。", "A cell cannot be protected, whatever else is hidden."),
                where=f"cell {weak}",
                found=f"{system.values[weak]:g}",
                expected=Text(f"可行范围宽至少 {width:g}", f"a range at least {width:g} wide"),
            )
        hidden |= more
    helpers = np.flatnonzero(hidden & ~first & ~unseen)
    for cell in helpers[np.argsort(-price[helpers], kind="stable")]:
        hidden[cell] = False
        hidden[cell] = watch.weak(hidden) is not None
    low, high = system.values.copy(), system.values.copy()
    for piece in _pieces(system, hidden):
        for j, cell in enumerate(piece.cells):
            low[cell], high[cell] = piece.lowest(j), piece.highest(j)
    return Suppression(hidden, first, low, high)


class _Watch:
    """Finds a primary cell that can be narrowed down; pieces that were found safe are not tried again."""

    def __init__(self, system: _System, first: Mask, width: float) -> None:
        self.system, self.first, self.width = system, first, width
        self.known: dict[bytes, int | None] = {}

    def weak(self, hidden: Mask) -> int | None:
        for piece in _pieces(self.system, hidden):
            key = piece.cells.tobytes()
            if key not in self.known:
                narrow = (
                    int(cell)
                    for j, cell in enumerate(piece.cells)
                    if self.first[cell] and not piece.is_wide(j, self.width)
                )
                self.known[key] = next(narrow, None)
            if self.known[key] is not None:
                return self.known[key]
        return None


def _helpers(system: _System, hidden: Mask, cell: int, *, width: float, price: Floats) -> Mask:
    """Return the cells that move in the cheapest pair of tables, one above and one below, between which `cell` moves by `width`; a cell of infinite price stays."""
    n, rows = len(system.values), system.matrix.shape[0]
    stays = np.isinf(price) & ~hidden
    cost = np.where(hidden, 1e-6, np.where(stays, 0.0, price))
    move, rest = hstack([system.matrix, -system.matrix]), csr_array((rows, 2 * n))
    gap = coo_array(([-1.0, 1.0, 1.0, -1.0], ([0] * 4, [cell, n + cell, 2 * n + cell, 3 * n + cell])), shape=(1, 4 * n))
    free, down = np.where(stays, 0.0, np.inf), np.where(stays, 0.0, system.values)
    found = linprog(
        np.tile(cost, 4),
        A_ub=csr_array(gap),
        b_ub=[-width],
        A_eq=vstack([hstack([move, rest]), hstack([rest, move])], format="csr"),
        b_eq=np.zeros(2 * rows),
        bounds=np.stack([np.zeros(4 * n), np.concatenate([free, down, free, down])], axis=1),
        method="highs",
    )
    if found.x is None:
        return hidden
    moved: Mask = found.x.reshape(4, n).max(axis=0) > 1e-6
    return hidden | moved


def _neighbours(system: _System, hidden: Mask, cell: int) -> Mask:
    """Return every cell that shares a relation with the hidden ones around `cell`: the last resort, where whole numbers leave less room than fractions."""
    reached = np.zeros(len(hidden), dtype=bool)
    for piece in _pieces(system, hidden):
        if cell in piece.cells:
            rows = np.flatnonzero(np.asarray(abs(system.matrix[:, piece.cells]).sum(axis=1)).ravel() > 0)
            reached |= np.asarray(abs(system.matrix[rows]).sum(axis=0)).ravel() > 0
    return hidden | reached
