"""Do two classifications depend on each other in a designed sample? Rao and Scott's corrections of chi-square, and Wald's test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hmsurvey.errors import Text
from hmsurvey.statistics.designs import Design, coded, covariance, degrees_of_freedom
from hmsurvey.statistics.estimates import domain
from hmsurvey.statistics.inputs import chosen, refuse

Statistic = Literal["F", "Chisq", "Wald", "adjWald"]


@dataclass(frozen=True, slots=True)
class Independence:
    """A test of independence. `statistic` is compared with F on the two degrees of freedom, or with chi-square where `denominator` is None.

    `pearson` is Pearson's chi-square of the weighted table scaled to the rows of the sample, before correction.
    """

    statistic: float
    numerator: float
    denominator: float | None
    p: float
    pearson: float
    n: int


def survey_independence(
    design: Design,
    rows: Iterable[Any],
    columns: Iterable[Any],
    *,
    within: ArrayLike | None = None,
    statistic: Statistic = "F",
) -> Independence:
    """Test whether two classifications are independent in the population.

    Parameters
    ----------
    design
        How the sample was drawn.
    rows, columns
        A label a row of the sample.
    within
        True for the rows of a domain; None: all.
    statistic
        "F": Rao and Scott's second-order correction, compared with F (Satterthwaite). "Chisq": Pearson's statistic, its p from the first-order correction (mean design effect). "Wald" and "adjWald": Wald's test
        of observed less expected counts, the second adjusted for few clusters.

    Raises
    ------
    DataError
        A label is missing, a classification has one category only, cells are empty or without sampling error, or there are too few clusters.

    References
    ----------
    J. N. K. Rao, A. J. Scott, On chi-squared tests for multiway contingency tables with cell proportions estimated from survey data, Annals of Statistics 12 (1984) 46-60. G. G. Koch, D. H. Freeman,
    J. L. Freeman, International Statistical Review 43 (1975) 59-78.
    """
    chosen(statistic, ("F", "Chisq", "Wald", "adjWald"), "statistic")
    mask = domain(design, within)
    n = int(mask.sum())
    first, down = _categories(rows, mask, "rows")
    second, across = _categories(columns, mask, "columns")
    cells = np.zeros((len(mask), down * across))
    cells[np.flatnonzero(mask), first * across + second] = 1.0
    size = float(design.weights[mask].sum())
    share = design.weights @ cells / size
    influence = np.where(mask[:, None], cells - share, 0.0) / size
    table = share.reshape(down, across)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = n * float(((table - expected) ** 2 / expected).sum())
    freedom, clusters = (down - 1) * (across - 1), degrees_of_freedom(design, within=mask)
    if statistic in ("Wald", "adjWald"):
        counts = design.weights @ cells
        return _wald(design, cells, counts.reshape(down, across), (n, pearson, clusters), adjusted=statistic == "adjWald")  # fmt: skip
    spread = covariance(design, influence)
    inverse = np.divide(1.0, share, out=np.zeros_like(share), where=share > 0)
    contrast = _interaction(down, across)
    under_independence = contrast.T @ (inverse[:, None] * contrast) / n
    if np.linalg.matrix_rank(under_independence) < freedom:
        refuse(Text("空格太多，分不出交互作用。", "Too many empty cells: the interaction cannot be told."), where="rows, columns", found=f"rank {np.linalg.matrix_rank(under_independence)}", expected=Text(str(freedom), str(freedom)), fix=Text("合并类别。", "join categories."))  # fmt: skip
    effects = np.linalg.solve(under_independence, contrast.T @ (inverse[:, None] * spread * inverse) @ contrast)
    mean_effect = float(np.trace(effects)) / freedom
    if mean_effect <= 1e-12:
        refuse(Text("各格没有抽样误差，无从检验。", "The cells have no sampling error: there is nothing to test."), where="design", found=f"{mean_effect:.2g}", fix=Text("全部抽到时直接比较即可。", "where everybody was drawn the table speaks for itself."))  # fmt: skip
    if clusters < 1:
        refuse(Text("单位数不多于层数，没有自由度。", "There are no more clusters than strata: no degrees of freedom."), where="design", found=clusters, expected=Text("至少 1", "at least 1"))  # fmt: skip
    if statistic == "Chisq":
        p = float(stats.chi2.sf(pearson / mean_effect, freedom))
        return Independence(pearson, float(freedom), None, p, pearson, n)
    numerator = float(np.trace(effects)) ** 2 / float(np.trace(effects @ effects))
    value = pearson / (mean_effect * freedom)
    p = float(stats.f.sf(value, numerator, numerator * clusters))
    return Independence(value, numerator, numerator * clusters, p, pearson, n)


def _categories(labels: Iterable[Any], mask: np.ndarray[Any, np.dtype[np.bool_]], name: str) -> tuple[Any, int]:
    listed = list(labels)
    if len(listed) != len(mask):
        refuse(Text("行数与样本不符。", "There is not one for every row of the sample."), where=name, found=len(listed), expected=Text(str(len(mask)), str(len(mask))))  # fmt: skip
    codes, known = coded([label for label, kept in zip(listed, mask, strict=True) if kept], name)
    if len(known) < 2:
        refuse(Text("只有一个类别，无从检验。", "There is a single category: nothing to test."), where=name, found=", ".join(map(str, known)), expected=Text("至少 2 类", "at least 2"))  # fmt: skip
    return codes, len(known)


def _interaction(down: int, across: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a basis of the interaction, at right angles to the main effects."""
    main = np.hstack([np.ones((down * across, 1)), np.kron(np.eye(down)[:, 1:], np.ones((across, 1))), np.kron(np.ones((down, 1)), np.eye(across)[:, 1:])])  # fmt: skip
    both = np.kron(np.eye(down)[:, 1:], np.eye(across)[:, 1:])
    return np.asarray(both - main @ np.linalg.lstsq(main, both, rcond=None)[0], dtype=np.float64)


def _wald(
    design: Design,
    cells: np.ndarray[Any, np.dtype[np.float64]],
    table: np.ndarray[Any, np.dtype[np.float64]],
    sizes: tuple[int, float, int],
    *,
    adjusted: bool,
) -> Independence:
    """Compare observed with expected population counts; how many there are in all is itself estimated."""
    n, pearson, clusters = sizes
    down, across = table.shape
    freedom = (down - 1) * (across - 1)
    if clusters < freedom:
        refuse(Text("单位太少，不能用 Wald 检验。", "There are too few clusters for Wald's test."), where="statistic", found=clusters, expected=Text(f"至少 {freedom}", f"at least {freedom}"), fix=Text("用 F。", "use \"F\"."))  # fmt: skip
    each = cells.reshape(-1, down, across)
    row, column, size = table.sum(axis=1), table.sum(axis=0), table.sum()
    moved = each - each.sum(axis=2)[:, :, None] * column / size - row[:, None] * each.sum(axis=1)[:, None, :] / size
    moved = moved + (each.sum(axis=(1, 2)) / size**2)[:, None, None] * np.outer(row, column)
    apart = (table - np.outer(row, column) / size)[1:, 1:].ravel()
    spread = covariance(design, moved[:, 1:, 1:].reshape(len(each), -1))
    if np.linalg.matrix_rank(spread) < freedom:
        refuse(Text("观测数与期望数之差没有足够的抽样变化，Wald 检验无法进行。", "Observed less expected counts vary too little for Wald's test."), where="statistic", found=f"rank {np.linalg.matrix_rank(spread)}", expected=Text(str(freedom), str(freedom)), fix=Text("用 F。", "use \"F\"."))  # fmt: skip
    value = float(apart @ np.linalg.solve(spread, apart)) / freedom
    denominator = float(clusters)
    if adjusted:
        value, denominator = value * (clusters - freedom + 1) / clusters, float(clusters - freedom + 1)
    return Independence(value, float(freedom), denominator, float(stats.f.sf(value, freedom, denominator)), pearson, n)
