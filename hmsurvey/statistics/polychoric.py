"""Correlations of the continuous qualities that ordered answers are taken to come from, and the alpha of such a matrix.

Two steps: the limits between levels follow from each item alone, the correlation is then the one under which the answers to both are likeliest. It supposes a normal quality behind every item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.special import ndtr, ndtri

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, numbers, refuse
from hmsurvey.statistics.reliability import read_items

_NODES, _SHARES = np.polynomial.legendre.leggauss(40)
_MOST = 0.9999


def both_below(h: Floats, k: Floats, rho: float) -> Floats:
    """Return the chance that two standard normal qualities with correlation rho lie below h and k.

    References: R. L. Plackett, Biometrika 41 (1954) 351-360: the derivative by the correlation, integrated over its arc sine.
    """
    angle = np.arcsin(rho) * (_NODES + 1) / 2
    h, k = np.clip(h, -12, 12), np.clip(k, -12, 12)
    inner = (h**2 + k**2)[..., None] - 2 * (h * k)[..., None] * np.sin(angle)
    density = np.exp(-inner / (2 * np.cos(angle) ** 2)) @ _SHARES * np.arcsin(rho) / 2
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
    if min(len(values) for values, _ in levels) < 2:
        refuse(Text("至少有一题答案全同。", "At least one of the items does not vary."), found=int(there.sum()))
    counts = np.zeros([len(values) for values, _ in levels])
    np.add.at(counts, (levels[0][1], levels[1][1]), 1.0)
    return from_table(counts)


def from_table(counts: Floats) -> Polychoric:
    """Return the polychoric correlation of a table of counts without empty rows or columns."""
    n = counts.sum()
    rows, columns = (
        np.concatenate([[-np.inf], ndtri(np.cumsum(counts.sum(axis=axis))[:-1] / n), [np.inf]]) for axis in (1, 0)
    )
    h, k = np.meshgrid(rows, columns, indexing="ij")

    def lost(rho: float) -> float:
        below = both_below(h, k, rho)
        cells = below[1:, 1:] - below[:-1, 1:] - below[1:, :-1] + below[:-1, :-1]
        return -float((counts * np.log(np.maximum(cells, 1e-14))).sum())

    rho = float(minimize_scalar(lost, bounds=(-_MOST, _MOST), method="bounded", options={"xatol": 1e-9}).x)
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
    for i, j in combinations(range(k), 2):
        found = polychoric(x[:, i], x[:, j])
        matrix[i, j] = matrix[j, i] = found.rho
        n[i, j] = n[j, i] = found.n
    np.fill_diagonal(n, (~np.isnan(x)).sum(axis=0))
    return PolychoricMatrix(matrix, n, bool(np.linalg.eigvalsh(matrix)[0] > 1e-10), words)


def ordinal_alpha(items: ArrayLike, *, names: Sequence[str] = ()) -> float:
    """Return alpha of the polychoric correlations: of the qualities behind the answers, and so higher than that of the answers themselves.

    References: B. D. Zumbo, A. M. Gadermann, C. Zeisser, Journal of Modern Applied Statistical Methods 6 (2007) 21-29.
    """
    matrix = polychoric_matrix(items, names=names).matrix
    k = len(matrix)
    return float(k / (k - 1) * (1 - k / matrix.sum()))
