"""How much of each item no factor explains: the uniquenesses under which a number of factors fits a correlation matrix best.

Least squares, maximum likelihood or principal axes; where they are not determined, the ones that another program's steps lead to.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.optimize import minimize

from hmsurvey.statistics.inputs import Floats

Method = Literal["minres", "ml", "pa"]
_LEAST = 0.005  # smallest uniqueness tried; a value there is a Heywood case
_ROUNDS, _SETTLED = 50, 1e-3  # of principal axes: psych's max.iter and min.err


def degrees(k: int, m: int) -> int:
    """Return the correlations of k items less the free parameters of m factors."""
    return ((k - m) ** 2 - (k + m)) // 2


def solve_uniquenesses(r: Floats, m: int, method: Method) -> tuple[Floats, float]:
    """Return the uniquenesses of every item and what was minimised (0 for principal axes)."""
    start = 1 / np.diag(np.linalg.inv(r))
    if method == "pa":
        return _principal_axes(r, m, start), 0.0
    if method == "minres" and degrees(len(r), m) < 0:
        return minres_as_psych(r, m)
    solved = minimize(
        _minres if method == "minres" else _ml,
        start,
        args=(r, m),
        jac=True,
        method="L-BFGS-B",
        bounds=[(_LEAST, 1.0)] * len(r),
        options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-9},
    )
    return np.asarray(solved.x), float(solved.fun)


def minres_as_psych(r: Floats, m: int) -> tuple[Floats, float]:
    """Return uniquenesses where they are not determined, by the steps of psych's `fa`: in hundredths, squares off the diagonal, stopped at a gain of 2e-9."""

    start = 1 / np.diag(np.linalg.inv(r))

    def lost(at: Floats) -> float:
        reduced = r.copy()
        np.fill_diagonal(reduced, 1 - at / 100)
        values, vectors = np.linalg.eigh(reduced)
        kept = np.maximum(values[-m:], 1e-14)
        return float((np.tril(reduced - (vectors[:, -m:] * kept) @ vectors[:, -m:].T, -1) ** 2).sum())

    solved = minimize(
        lost,
        100 * start,
        jac=lambda at: _minres(at / 100, r, m)[1] / 100,
        method="L-BFGS-B",
        bounds=[(100 * _LEAST, 100.0)] * len(r),
        options={"maxcor": 5, "maxiter": 100, "ftol": 1e7 * np.finfo(float).eps, "gtol": 0.0},
    )
    return np.asarray(solved.x) / 100, float(solved.fun)


def _principal_axes(r: Floats, m: int, start: Floats) -> Floats:
    unique = start
    for _ in range(_ROUNDS):
        past = unique
        unique = 1 - (loadings_of(past, r, m, "pa") ** 2).sum(axis=1)
        if abs(float((past - unique).sum())) <= _SETTLED:
            return past  # psych reads its loadings off the communalities before the last renewal
    return past


def _minres(unique: Floats, r: Floats, m: int) -> tuple[float, Floats]:
    values, vectors = np.linalg.eigh(r - np.diag(unique))
    kept = np.maximum(values[-m:], 0.0)
    gap = r - (vectors[:, -m:] * kept) @ vectors[:, -m:].T
    np.fill_diagonal(gap, 0.0)
    own = np.diag(r) - unique - ((vectors[:, -m:] * kept) * vectors[:, -m:]).sum(axis=1)
    full = gap + np.diag(own)
    return float((full**2).sum() / 2), -own


def _ml(unique: Floats, r: Floats, m: int) -> tuple[float, Floats]:
    scale = 1 / np.sqrt(unique)
    values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
    small = values[:-m]
    value = float((small - np.log(small) - 1).sum())
    load = vectors[:, -m:] * np.sqrt(np.maximum(values[-m:] - 1, 0.0)) / scale[:, None]
    gap = load @ load.T + np.diag(unique) - r
    return value, np.diag(gap) / unique**2


def loadings_of(unique: Floats, r: Floats, m: int, method: str) -> Floats:
    """Return unrotated loadings (items x factors) that belong to uniquenesses."""
    if method != "ml":
        values, vectors = np.linalg.eigh(r - np.diag(unique))
        return np.asarray(vectors[:, -m:] * np.sqrt(np.maximum(values[-m:], 0.0)))[:, ::-1]
    scale = 1 / np.sqrt(unique)
    values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
    return np.asarray(vectors[:, -m:] * np.sqrt(np.maximum(values[-m:] - 1, 0.0)) / scale[:, None])[:, ::-1]
