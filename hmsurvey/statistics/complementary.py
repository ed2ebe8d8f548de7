"""Complementary suppression: which further cells of linked tables are hidden so that those that must be hidden cannot be worked out.

A proof that a cell is safe is a pair of tables between which it moves far enough and that fit everything shown. Such tables stay good while more is hidden, so they are kept and used again: most
cells never need a linear programme of their own. What must be hidden for its own sake is decided by whoever calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, eye_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import numbers, refuse
from hmsurvey.statistics.suppression import (
    SMALL,
    Floats,
    Mask,
    Places,
    Relation,
    System,
    feasible_ranges,
    pieces_of,
    read_system,
)

_MANY = 20  # wanted cells from which one programme for many pays
_PULL = 1e-3  # how much the other wanted cells count beside the one in question, by turns up and down


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


def protect(
    values: ArrayLike,
    relations: Sequence[Relation],
    primary: ArrayLike,
    *,
    width: float,
    whole: bool = True,
) -> Suppression:
    """Hide further cells until no hidden one can be narrowed down, as few and as small ones as a heuristic finds.

    A cell that can be narrowed down gets help from the cheapest set of shown cells whose hiding lets it move by `width` (a linear programme); in the end every helper that turned
    out not to be needed is shown again, the dearest first.

    Parameters
    ----------
    values, relations
        As in `feasible_ranges`.
    primary
        True where a cell is to be hidden for its own sake.
    width
        The narrowest range that a hidden cell may be left with.
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
    hidden = hide_linked(Linked(values, relations, primary), width=width, whole=whole)
    low, high = feasible_ranges(values, relations, hidden, whole=whole)
    return Suppression(hidden, np.asarray(primary, dtype=bool), low, high)


def hide_linked(linked: Linked, *, width: float, whole: bool = True) -> Mask:
    """Decide as `protect` does which cells are hidden, where some are never shown and others always are.

    Parameters
    ----------
    linked
        The cells.
    width, whole
        As in `protect`.

    Returns
    -------
    array
        True where a cell is not shown; those that no table shows in any case included.

    Raises
    ------
    DataError
        As `protect`; "even when everything is hidden" leaves out what must stay shown.

    >>> kept = Linked([2, 1, 40, 43], [(3, (0, 1, 2))], [True, True, False, False], kept=[False] * 3 + [True])
    >>> hide_linked(kept, width=5).tolist()
    [True, True, True, False]
    """
    system, first = read_system(linked.values, linked.relations, linked.primary, whole)
    unseen, kept = (_mask(mask, len(first)) for mask in (linked.unseen, linked.kept))
    price = np.log2(2.0 + system.values) if linked.price is None else numbers(linked.price, "price")
    proof = _Proof(system, first, unseen=unseen, width=float(width))
    hidden = first | unseen
    while (weak := proof.weak(hidden)) is not None:
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
        hidden = hidden | more
    helpers = np.flatnonzero(hidden & ~first & ~unseen)
    for cell in helpers[np.argsort(-price[helpers], kind="stable")]:
        hidden[cell] = False
        hidden[cell] = proof.weak(hidden, int(cell)) is not None
    return hidden


def _mask(mask: ArrayLike | None, size: int) -> Mask:
    return np.zeros(size, dtype=bool) if mask is None else np.asarray(mask, dtype=bool)


class _Proof:
    """Finds a hidden cell that can be narrowed down; tables that fit are kept, as moves away from the true one."""

    def __init__(self, system: System, first: Mask, *, unseen: Mask, width: float) -> None:
        self.system, self.primary, self.unseen, self.width = system, first, unseen, width
        self.first = first
        self.size = abs(system.matrix)
        self.most = (
            4.0 * float(system.values.max(initial=0.0)) + 100.0 * width
        )  # far enough for any cell to move by `width`
        self.moves: list[Floats] = []
        self.low, self.high = np.zeros(len(first)), np.zeros(len(first))  # of the tables that fit what is shown now

    def weak(self, hidden: Mask, near: int | None = None) -> int | None:
        """Return a cell whose range is narrower than asked, or None; `near` is tried first, with what shares a relation with it.

        Cells that were hidden to help are held to the same: a reader cannot tell them from the others, and a narrow one would help nobody.
        """
        self.first = self.primary | (hidden & ~self.unseen)
        given_away = self._given_away(hidden)
        if given_away is not None:
            return given_away
        self._recall(hidden)
        open_ = self._open(np.flatnonzero(self.first))
        if not len(open_):
            return None
        rows = self.size[:, [near]].nonzero()[0] if near is not None else np.zeros(0, dtype=int)
        beside = np.asarray(self.size[rows].sum(axis=0)).ravel() > 0 if len(rows) else np.zeros(len(hidden), dtype=bool)
        for cells, relations in self._pieces(hidden, open_):
            matrix = csr_array(self.system.matrix[relations][:, cells])
            found = self._weak_of(cells, matrix, beside)
            if found is not None:
                return found
        return None

    def _given_away(self, hidden: Mask) -> int | None:
        """Return a cell that follows from the shown ones by mere subtraction: cheap, and the most common leak."""
        left = hidden.copy()
        while True:
            alone = np.flatnonzero(self.size @ left.astype(float) == 1)
            if not len(alone):
                return None
            known = np.flatnonzero(np.asarray(self.size[alone].sum(axis=0)).ravel() * left)
            weak = known[self.first[known]]
            if len(weak):
                return int(weak[0])
            left[known] = False

    def _recall(self, hidden: Mask) -> None:
        """Take the range that the kept tables show, those that change a shown cell left out."""
        self.low, self.high = np.zeros(len(hidden)), np.zeros(len(hidden))
        if self.moves:
            moves = np.array(self.moves)
            fit = moves[~(moves[:, ~hidden] != 0).any(axis=1)]
            if len(fit):
                self.low, self.high = np.minimum(fit.min(axis=0), 0), np.maximum(fit.max(axis=0), 0)

    def _open(self, cells: Places) -> Places:
        """Return which of the cells no pair of tables shows to be safe."""
        return cells[self.high[cells] - self.low[cells] < self.width - SMALL]

    def _pieces(self, hidden: Mask, wanted: Places) -> list[tuple[Places, Places]]:
        """Return the groups of hidden cells without a relation in common that hold a wanted cell, and their relations."""
        places = np.flatnonzero(hidden)
        inner = csr_array(self.size[:, places])
        group = connected_components(inner.T @ inner, directed=False)[1]
        found = []
        for g in np.unique(group[np.searchsorted(places, wanted)]):
            mine = np.flatnonzero(group == g)
            found.append((places[mine], np.flatnonzero(np.asarray(inner[:, mine].sum(axis=1)).ravel() > 0)))
        return found

    def _weak_of(self, cells: Places, matrix: csr_array, beside: Mask) -> int | None:
        """Try the wanted cells of a piece: first those beside the cell in question, then many at a time, then the rest."""
        true = self.system.values[cells]
        mine = cells[self.first[cells]]
        for group in (mine[beside[mine]], None, mine):
            if group is None:
                for sign in (1.0, -1.0):
                    wanted = np.searchsorted(cells, self._open(mine))
                    if len(wanted) > _MANY:
                        self._keep(cells, true, self._move_many(matrix, true, wanted, sign))
                continue
            for cell in group:
                j = int(np.searchsorted(cells, cell))
                open_ = np.searchsorted(cells, self._open(mine))
                if (
                    group is mine and len(open_) > _MANY and j in open_
                ):  # in company, where that may spare the others a programme
                    company = np.zeros(len(true))
                    company[open_] = _PULL * (-1.0) ** np.arange(len(open_))
                    for sign in (1.0, -1.0):
                        self._keep(cells, true, self._move_one(matrix, true, j, sign, company))
                for sign in (1.0, -1.0):
                    if len(self._open(np.array([cell]))):
                        self._keep(cells, true, self._move_one(matrix, true, j, sign))
                if len(self._open(np.array([cell]))):
                    return int(cell)
        return None

    def _keep(self, cells: Places, true: Floats, table: Floats | None) -> None:
        if table is None:
            return
        move = np.zeros(len(self.system.values))
        far = table - true
        move[cells] = np.round(far) if self.system.whole else np.where(np.abs(far) < SMALL, 0.0, far)
        self.moves.append(move)
        np.minimum(self.low, move, out=self.low)
        np.maximum(self.high, move, out=self.high)

    def _move_many(self, matrix: csr_array, true: Floats, wanted: Places, sign: float) -> Floats | None:
        """Return a table in which as many wanted cells as can be are `width` above (or below) the true one."""
        n, m = len(true), len(wanted)
        pick = csr_array(coo_array((np.full(m, -sign), (np.arange(m), wanted)), shape=(m, n)))
        found = linprog(
            np.concatenate([np.zeros(n), -np.ones(m)]),
            A_ub=hstack([pick, eye_array(m)], format="csr"),
            b_ub=-sign * true[wanted],
            A_eq=hstack([matrix, csr_array((matrix.shape[0], m))], format="csr"),
            b_eq=matrix @ true,
            bounds=np.concatenate(
                [
                    np.stack([np.zeros(n), np.full(n, self.most)], axis=1),
                    np.stack([np.zeros(m), np.full(m, self.width)], axis=1),
                ]
            ),
            method="highs",
        )
        if found.x is None or (self.system.whole and np.abs(found.x[:n] - np.round(found.x[:n])).max() > 1e-6):
            return None
        return np.asarray(found.x[:n])

    def _move_one(
        self, matrix: csr_array, true: Floats, j: int, sign: float, company: Floats | None = None
    ) -> Floats | None:
        """Return the table in which one cell is highest (or lowest); with `company` others are moved along as far as that goes."""
        goal = np.zeros(len(true)) if company is None else -sign * company
        goal[j] = -sign
        if not matrix.shape[0]:
            return true - goal * self.most if sign > 0 else true * (goal == 0)
        found = linprog(goal, A_eq=matrix, b_eq=matrix @ true, bounds=(0, self.most), method="highs")
        table = found.x
        if table is not None and self.system.whole and np.abs(table - np.round(table)).max() > 1e-6:
            known = matrix @ true
            fit = LinearConstraint(matrix, known, known)
            table = milp(goal, constraints=fit, integrality=np.ones(len(goal)), bounds=Bounds(0, self.most)).x
        return None if table is None else np.asarray(table)


def _helpers(system: System, hidden: Mask, cell: int, *, width: float, price: Floats) -> Mask:
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


def _neighbours(system: System, hidden: Mask, cell: int) -> Mask:
    """Return every cell that shares a relation with the hidden ones around `cell`: the last resort, where whole numbers leave less room than fractions."""
    reached = np.zeros(len(hidden), dtype=bool)
    for piece in pieces_of(system, hidden):
        if cell in piece.cells:
            rows = np.flatnonzero(np.asarray(abs(system.matrix[:, piece.cells]).sum(axis=1)).ravel() > 0)
            reached |= np.asarray(abs(system.matrix[rows]).sum(axis=0)).ravel() > 0
    return hidden | reached
