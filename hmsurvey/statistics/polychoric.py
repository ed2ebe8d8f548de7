"""Correlations of the continuous qualities that ordered answers are taken to come from, and the alpha of such a matrix.

Two steps: the limits between levels follow from each item alone, the correlation is then the one under which the answers to both are likeliest. It supposes a normal quality behind every item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, numbers, refuse
from hmsurvey.statistics.reliability import read_items

_NODES, _SHARES = np.polynomial.legendre.leggauss(40)
_MOST = 0.9999


def both_below(h: Floats, k: Floats, rho: float | Floats) -> Floats:
    """Return the chance that two standard normal qualities with correlation rho lie below h and k.

    References: R. L. Plackett, Biometrika 41 (1954) 351-360: the derivative by the correlation, integrated over its arc sine.
    """
    whole = np.arcsin(rho)
    angle = np.asarray(whole)[..., None] * (_NODES + 1) / 2
    h, k = np.clip(h, -12, 12), np.clip(k, -12, 12)
    inner = (h**2 + k**2)[..., None] - 2 * (h * k)[..., None] * np.sin(angle)
    density = np.exp(-inner / (2 * np.cos(angle) ** 2)) @ _SHARES * whole / 2
    return np.asarray(ndtr(h) * ndtr(k) + density / (2 * np.pi))


@dataclass(frozen=True, slots=True)
class Polychoric:
    """One correlation: rho, its standard error by curvature (limits taken as known; NaN only where `note` says why), and the number of units with both answers."""

    rho: float
    standard_error: float
    n: int
    note: Text = NOTHING


def polychoric(first: ArrayLike, second: ArrayLike) -> Polychoric:
    """Return the polychoric correlation of two ordered answers, by two-step maximum likelihood.

    Parameters
    ----------
    first, second
        Levels as numbers, in their order; units with a gap in either are left out.

    Raises
    ------
    DataError
        Other lengths, or one of them does not vary among the units with both.

    References: U. Olsson, Psychometrika 44 (1979) 443-460.
    """
    x, y = numbers(first, "first", gaps="keep"), numbers(second, "second", gaps="keep")
    if len(x) != len(y):
        refuse(Text("两题的单位数不同。", "The two items have other numbers of units."), found=f"{len(x)}, {len(y)}")
    there = ~(np.isnan(x) | np.isnan(y))
    levels = [np.unique(v[there], return_inverse=True) for v in (x, y)]
    counts = np.zeros([len(values) for values, _ in levels])
    np.add.at(counts, (levels[0][1], levels[1][1]), 1.0)
    _vary(counts, int(there.sum()))
    return from_table(counts)


def _vary(counts: Floats, found: object) -> None:
    """Refuse a table in which an item has one answer among the units that have both."""
    if min((counts.sum(axis=axis) > 0).sum() for axis in (0, 1)) < 2:
        refuse(Text("至少有一题答案全同。", "At least one of the items does not vary."), found=found)


def from_table(counts: Floats) -> Polychoric:
    """Return the polychoric correlation of a table of counts without empty rows or columns."""
    n = counts.sum()
    h, k = _limits(counts[None])
    rho = float(_likeliest(counts[None], h, k)[0])

    def lost(at: float) -> float:
        return -float((counts * np.log(_cells(h, k, np.array([at]))[0])).sum())

    step = 1e-4 * (1 - rho**2) + 1e-6
    curve = (lost(rho + step) - 2 * lost(rho) + lost(rho - step)) / step**2 if abs(rho) < 0.999 else 0.0
    note = NOTHING
    if abs(rho) > 0.999:
        note = Text(
            "两题几乎完全同步，相关达到边界，没有标准误。",
            "The two items move together almost completely: the correlation is at its limit and has no standard error.",
        )
    elif curve <= 0:
        note = Text(
            "似然在极大值处是平的，没有标准误。", "The likelihood is flat at its top: there is no standard error."
        )
    return Polychoric(rho, float(1 / np.sqrt(curve)) if curve > 0 else float("nan"), int(n), note)


def _limits(counts: Floats) -> tuple[Floats, Floats]:
    """Return the limits between levels, for tables x rows x columns of counts, at every corner of their cells."""
    found = []
    for axis in (2, 1):
        sums = counts.sum(axis=axis)
        below = np.cumsum(sums, axis=1) / sums.sum(axis=1, keepdims=True)
        inner = ndtri(np.clip(below[:, :-1], 0.0, 1.0))
        ends = np.full((len(counts), 1), np.inf)
        found.append(np.clip(np.hstack([-ends, inner, ends]), -12, 12))
    h, k = found
    return h[:, :, None] + np.zeros_like(k)[:, None, :], k[:, None, :] + np.zeros_like(h)[:, :, None]


def _between(corners: Floats) -> Floats:
    """Return what lies in every cell from what lies below its corners."""
    return np.asarray(corners[:, 1:, 1:] - corners[:, :-1, 1:] - corners[:, 1:, :-1] + corners[:, :-1, :-1])


def _cells(h: Floats, k: Floats, rho: Floats) -> Floats:
    return np.maximum(_between(both_below(h, k, rho[:, None, None])), 1e-14)


def _likeliest(counts: Floats, h: Floats, k: Floats) -> Floats:
    """Return the likeliest correlation of every table: Fisher's scoring, kept between the ends that the sign of the slope leaves."""
    n = counts.sum(axis=(1, 2))
    low, high = np.full(len(counts), -_MOST), np.full(len(counts), _MOST)
    rho, open_ = np.zeros(len(counts)), np.arange(len(counts))
    for _ in range(100):
        hh, kk, at = h[open_], k[open_], rho[open_]
        cells = _cells(hh, kk, at)
        free = 1 - at[:, None, None] ** 2
        density = np.exp(-(hh**2 + kk**2 - 2 * at[:, None, None] * hh * kk) / (2 * free)) / (2 * np.pi * np.sqrt(free))
        slopes = _between(density)
        slope = (counts[open_] * slopes / cells).sum(axis=(1, 2))
        known = n[open_] * (slopes**2 / cells).sum(axis=(1, 2))
        low[open_], high[open_] = np.where(slope > 0, at, low[open_]), np.where(slope > 0, high[open_], at)
        step = at + slope / np.maximum(known, 1e-12)
        inside = (step > low[open_]) & (step < high[open_])
        rho[open_] = np.where(inside, step, (low[open_] + high[open_]) / 2)
        open_ = open_[np.abs(rho[open_] - at) > 1e-10]
        if not len(open_):
            break
    return rho


@dataclass(frozen=True, slots=True, eq=False)
class PolychoricMatrix:
    """Correlations of several items (each pair over the units with both), and whether they fit together as one matrix."""

    matrix: Floats
    n: Floats
    positive_definite: bool
    names: tuple[str, ...]


def polychoric_matrix(items: ArrayLike, *, names: Sequence[str] = ()) -> PolychoricMatrix:
    """Return the polychoric correlations of every two items.

    Raises
    ------
    DataError
        As `reliability.read_items` and `polychoric`.
    """
    x, words = read_items(items, names)
    k = x.shape[1]
    matrix, n = np.eye(k), np.zeros((k, k))
    there = ~np.isnan(x)
    n[:] = there.astype(float).T @ there
    levels = [np.unique(column[mine], return_inverse=True) for column, mine in zip(x.T, there.T, strict=True)]
    chosen = [np.zeros((len(x), len(values))) for values, _ in levels]
    for flags, (_, place), mine in zip(chosen, levels, there.T, strict=True):
        flags[np.flatnonzero(mine), place] = 1.0
    shapes: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for i, j in combinations(range(k), 2):
        shapes.setdefault((chosen[i].shape[1], chosen[j].shape[1]), []).append((i, j))
    for pairs in shapes.values():  # tables of one shape are solved together
        counts = np.array([chosen[i].T @ chosen[j] for i, j in pairs])
        for (i, j), table in zip(pairs, counts, strict=True):
            _vary(table, f"{words[i]}, {words[j]}")
        found = _likeliest(counts, *_limits(counts))
        for (i, j), rho in zip(pairs, found, strict=True):
            matrix[i, j] = matrix[j, i] = rho
    return PolychoricMatrix(matrix, n, bool(np.linalg.eigvalsh(matrix)[0] > 1e-10), words)


def ordinal_alpha(items: ArrayLike, *, names: Sequence[str] = ()) -> float:
    """Return alpha of the polychoric correlations: of the qualities behind the answers, and so higher than that of the answers themselves.

    References: B. D. Zumbo, A. M. Gadermann, C. Zeisser, Journal of Modern Applied Statistical Methods 6 (2007) 21-29.
    """
    matrix = polychoric_matrix(items, names=names).matrix
    k = len(matrix)
    return float(k / (k - 1) * (1 - k / matrix.sum()))
