"""Weights from pairwise judgements: the analytic hierarchy process, its consistency, its incomplete matrices, its hierarchies.

The principal eigenvector is the method; the row geometric mean and three older approximations exist by name, to compare. A consistency ratio
over 0.10 is said, never refused: what to do about it is asked in `mending`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, chosen, numbers, refuse
from hmsurvey.statistics.judgements import pairs_of, random_index, read_judgements, refuse_unconnected

Method = Literal["eigenvector", "geometric_mean", "column_mean", "harmonic", "row_sum"]
Blanks = Literal["least_lambda", "harker", "refuse"]
METHODS = ("eigenvector", "geometric_mean", "column_mean", "harmonic", "row_sum")
BLANKS = ("least_lambda", "harker", "refuse")
CR_LIMIT = 0.10


@dataclass(frozen=True, slots=True, eq=False)
class Priorities:
    """Weights of one matrix and how consistent its judgements are.

    Attributes
    ----------
    weights
        One a criterion, adding up to 1.
    lambda_max, ci, cr
        Of the weights by `method`: the mean of (A w)_i / w_i, which for the eigenvector is the principal eigenvalue; CI = (lambda_max - n) / (n - 1);
        CR = CI / RI. CR is 0 for two criteria or fewer.
    gci, koczkodaj
        Geometric consistency index (Crawford and Williams; Aguaron and Moreno-Jimenez) and the worst triad (Koczkodaj), of the completed matrix.
    random_index
        The name of the table that CR rests on.
    n_blank
        Pairs without a judgement.
    completed
        The matrix with the blanks filled as `blanks` says.
    consistent
        Whether CR is at most 0.10.
    note
        What must be said beside the numbers; empty where nothing.
    """

    weights: Floats
    lambda_max: float
    ci: float
    cr: float
    gci: float
    koczkodaj: float
    method: str
    random_index: str
    blanks: str
    n_blank: int
    completed: Floats
    consistent: bool
    note: Text = NOTHING


def ahp(
    matrix: ArrayLike,
    *,
    method: Method = "eigenvector",
    random_index: str = "saaty_1980",
    blanks: Blanks = "least_lambda",
    names: Sequence[str] = (),
) -> Priorities:
    """Draw weights from pairwise judgements and say how consistent they are.

    Parameters
    ----------
    matrix
        Row i, column j: how many times as important i is as j. One half is enough; a pair that is blank in both halves has no judgement.
    method
        "eigenvector" (Saaty). To compare only: "geometric_mean" of the rows (with blanks: logarithmic least squares), "column_mean" (mean of the
        normalised columns), "harmonic" (one over the column sums), "row_sum".
    random_index
        The table for CR: "saaty_1980", "saaty_2001" or "alonso_lamata_2006".
    blanks
        How the eigenvector deals with pairs without a judgement: "least_lambda" (the completion with the smallest principal eigenvalue), "harker" (each blank
        is the ratio of the weights), "refuse".
    names
        What the criteria are called, for messages.

    Raises
    ------
    DataError
        As `read_judgements`; judgements that do not connect all criteria; blanks that are refused.
    UsageError
        No such method or table; more criteria than the table goes.

    References
    ----------
    T. L. Saaty, Journal of Mathematical Psychology 15 (1977) 234-281. P. T. Harker, Mathematical Modelling 9 (1987) 353-360. S. Shiraishi, T. Obata and
    M. Daigo, Journal of the Operations Research Society of Japan 41 (1998) 404-414 (least lambda). S. Bozoki, J. Fulop and L. Ronyai, Mathematical and
    Computer Modelling 52 (2010) 318-333 (it is unique; logarithmic least squares). J. Aguaron and J. M. Moreno-Jimenez, European Journal of Operational
    Research 147 (2003) 137-145. W. W. Koczkodaj, Mathematical and Computer Modelling 18 (1993) 79-84.

    >>> found = ahp([[1, 3, 5], [None, 1, 3], [None, None, 1]])
    >>> [round(float(w), 4) for w in found.weights], round(found.cr, 4)
    ([0.637, 0.2583, 0.1047], 0.0332)
    """
    chosen(method, METHODS, "method")
    chosen(blanks, BLANKS, "blanks")
    judged = read_judgements(matrix, names=names)
    n, blank = len(judged), pairs_of(judged, blank=True)
    reference = _reference(n, random_index, len(blank))
    if blank:
        if blanks == "refuse" or method in ("column_mean", "harmonic", "row_sum"):
            words = list(names) or [str(k + 1) for k in range(n)]
            refuse(
                Text("有的比较没有判断。", "Some pairs have no judgement."),
                where="matrix",
                found=", ".join(f"{words[r]} : {words[c]}" for r, c in blank[:10]),
                expected=Text("每对都有判断", "a judgement of every pair"),
                fix=Text(
                    '补上判断，或用 method="eigenvector"、blanks="least_lambda"。',
                    'add them, or use method="eigenvector" with blanks="least_lambda".',
                ),
            )
        refuse_unconnected(judged, names=names)
    full = complete(judged, blanks=blanks if method == "eigenvector" else "log_least_squares")
    weights = _WEIGHTS[method](full)
    lambda_max = float(np.mean(full @ weights / weights))
    ci = max(0.0, (lambda_max - n) / (n - 1)) if n > 1 else 0.0
    ci = 0.0 if ci < 1e-14 * n else ci
    cr = ci / reference if reference > 0 else 0.0
    return Priorities(
        weights=weights,
        lambda_max=lambda_max,
        ci=ci,
        cr=cr,
        gci=_gci(full),
        koczkodaj=koczkodaj(full),
        method=method,
        random_index=random_index,
        blanks=blanks,
        n_blank=len(blank),
        completed=full,
        consistent=cr <= CR_LIMIT,
        note=_note(n, len(blank), reference),
    )


def _reference(n: int, table: str, n_blank: int) -> float:
    return random_index(n, table=table, blanks=n_blank)


def _note(n: int, n_blank: int, reference: float) -> Text:
    if n <= 2:
        return Text(
            "两个以下的准则不可能自相矛盾，CR 记为 0。", "Two criteria or fewer cannot contradict each other; CR is 0."
        )
    if n_blank and reference == 0:
        return Text(
            "判断只够连成一体，没有一个可以与其他判断相互印证，CR 记为 0，不说明一致。",
            "There are just enough judgements to connect the criteria and none that checks another; CR is 0 and says nothing about consistency.",
        )
    if n_blank:
        return Text(
            f"{n_blank} 对没有判断；CR 用按空缺数缩小的随机指标计算。",
            f"{n_blank} {'pair has' if n_blank == 1 else 'pairs have'} no judgement; CR rests on a random index made smaller for that.",
        )
    return NOTHING


def perron(matrix: Floats) -> tuple[float, Floats]:
    """Return the principal eigenvalue of a positive matrix and its eigenvector, positive and adding up to 1 (blanks are refused)."""
    matrix = numbers(matrix, "matrix", dims=2)
    values, vectors = np.linalg.eig(matrix)
    place = int(np.argmax(values.real))
    vector = np.abs(vectors[:, place].real)
    return float(values[place].real), vector / vector.sum()


def _scaled(raw: Floats) -> Floats:
    return np.asarray(raw / raw.sum())


def _by_eigenvector(full: Floats) -> Floats:
    return perron(full)[1]


def _by_geometric_mean(full: Floats) -> Floats:
    return _scaled(np.exp(np.log(full).mean(axis=1)))


def _by_column_mean(full: Floats) -> Floats:
    return _scaled((full / full.sum(axis=0)).mean(axis=1))


def _by_harmonic(full: Floats) -> Floats:
    return _scaled(1 / full.sum(axis=0))


def _by_row_sum(full: Floats) -> Floats:
    return _scaled(full.sum(axis=1))


_WEIGHTS = {
    "eigenvector": _by_eigenvector,
    "geometric_mean": _by_geometric_mean,
    "column_mean": _by_column_mean,
    "harmonic": _by_harmonic,
    "row_sum": _by_row_sum,
}


def _gci(full: Floats) -> float:
    """Return the geometric consistency index: the mean squared logarithm of what judgements and row geometric means differ by."""
    n = len(full)
    if n <= 2:
        return 0.0
    weights = _by_geometric_mean(full)
    off = np.log(full * weights[None, :] / weights[:, None])
    return float(2 * (np.triu(off, 1) ** 2).sum() / ((n - 1) * (n - 2)))


def koczkodaj(full: Floats) -> float:
    """Return the inconsistency of the worst triad of a matrix without blanks: 0 none, up to 1; 0 where there is no triad."""
    full, worst = numbers(full, "matrix", dims=2), 0.0
    for i, j, k in combinations(range(len(full)), 3):
        ratio = full[i, k] / (full[i, j] * full[j, k])
        worst = max(worst, min(abs(1 - ratio), abs(1 - 1 / ratio)))
    return float(worst)


def complete(judged: Floats, *, blanks: str = "least_lambda") -> Floats:
    """Return the matrix with its blanks filled: "least_lambda", "harker" or "log_least_squares" (ratios of those weights)."""
    empty = pairs_of(judged, blank=True)
    if not empty:
        return judged
    if blanks == "harker":
        known = ~np.isnan(judged)
        matrix = np.where(known, judged, 0.0) + np.diag((~known).sum(axis=1))
        weights = perron(matrix)[1]
    else:
        weights = _least_squares(judged)
    full = np.where(np.isnan(judged), weights[:, None] / weights[None, :], judged)
    return _least_lambda(full, empty) if blanks == "least_lambda" else full


def _least_squares(judged: Floats) -> Floats:
    """Return the weights whose logarithms fit those of the known judgements best."""
    known = ~np.isnan(judged)
    logs = np.where(known, np.log(judged), 0.0)
    laplacian = np.diag(known.sum(axis=1)) - known
    solved, *_ = np.linalg.lstsq(laplacian.astype(np.float64), logs.sum(axis=1), rcond=None)
    return _scaled(np.exp(solved))


def _least_lambda(start: Floats, empty: list[tuple[int, int]]) -> Floats:
    """Return the completion with the smallest principal eigenvalue; it is convex in the logarithms, so the way down ends there."""
    rows, columns = (np.array(part) for part in zip(*empty, strict=True))

    def filled(logs: Floats) -> Floats:
        matrix = start.copy()
        matrix[rows, columns], matrix[columns, rows] = np.exp(logs), np.exp(-logs)
        return matrix

    def height(logs: Floats) -> tuple[float, Floats]:
        matrix = filled(logs)
        (value, right), (_, left) = perron(matrix), perron(matrix.T)
        slope = (
            left[rows] * matrix[rows, columns] * right[columns] - left[columns] * matrix[columns, rows] * right[rows]
        )
        return float(np.log(value)), slope / ((left @ right) * value)

    best = minimize(height, np.log(start[rows, columns]), jac=True, method="BFGS", options={"gtol": 1e-11})
    return filled(np.asarray(best.x))


def composite(
    criteria: ArrayLike, alternatives: ArrayLike, *, mode: Literal["distributive", "ideal"] = "distributive"
) -> Floats:
    """Return the overall priorities of a hierarchy.

    Parameters
    ----------
    criteria
        Weights of the criteria (they are brought to add up to 1).
    alternatives
        A row an alternative, a column a criterion: its priority under that criterion, which a judgement of alternatives gives.
    mode
        "distributive": priorities of each criterion add up to 1. "ideal": the best of each criterion is 1; the two may rank differently.

    Raises
    ------
    DataError
        Shapes that do not fit, negative numbers, or a criterion with nothing but zeros.

    References
    ----------
    T. L. Saaty, European Journal of Operational Research 74 (1994) 426-447.

    >>> [round(float(x), 3) for x in composite([0.6, 0.4], [[0.5, 0.2], [0.5, 0.8]])]
    [0.38, 0.62]
    """
    chosen(mode, ("distributive", "ideal"), "mode")
    weights, table = numbers(criteria, "criteria"), numbers(alternatives, "alternatives", dims=2)
    if table.shape[1] != len(weights):
        refuse(
            Text("每个准则应有一列。", "There is a column for every criterion."),
            where="alternatives",
            found=table.shape[1],
            expected=Text(str(len(weights)), str(len(weights))),
        )
    if (weights < 0).any() or weights.sum() <= 0 or (table < 0).any() or (table.max(axis=0) <= 0).any():
        refuse(
            Text(
                "权重和优先级不能为负，也不能全为 0。",
                "Weights and priorities are not negative, and not all of them are 0.",
            ),
            where="criteria, alternatives",
        )
    scaled = table / (table.sum(axis=0) if mode == "distributive" else table.max(axis=0))
    return _scaled(scaled @ _scaled(weights))
