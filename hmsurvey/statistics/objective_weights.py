"""Weights that the data give: by entropy, by spread, by CRITIC, by principal components.

They say what tells the units apart in this sample, not what matters. Every convention over which programs differ (zeros, shifts, scales, costs) is a
named argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata
from statsmodels.multivariate.factor_rotation import rotate_factors

from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.statistics.inputs import LARGEST, Floats, chosen, numbers, refuse

Zeros = Literal["as_limit", "refuse"] | float
SPREADS = ("sd", "variance", "cv", "gini")


def _columns(values: ArrayLike, names: Sequence[str], *, least: int = 2, constant: str = "refuse") -> Floats:
    """Return a table of units x criteria without gaps and constant columns, or say which column is at fault."""
    table = numbers(values, "values", dims=2, gaps="keep", least=least)
    words = _names(names, table.shape[1])
    if not words:
        refuse(Text("没有列。", "There are no columns."), where="values", found=table.shape)
    gaps = np.isnan(table).sum(axis=0)
    if gaps.any():
        refuse(
            Text("有空缺，不能算权重。", "There are blanks, and no weights can be drawn."),
            where="values",
            found="; ".join(f"{words[k]}: {gaps[k]}" for k in np.flatnonzero(gaps)),
            expected=Text("每格都有数", "a number in every cell"),
            fix=Text(
                "先去掉不完整的行或填补，并说明怎样处理的。",
                "leave incomplete rows out or fill them first, and say how.",
            ),
        )
    flat = [words[k] for k in np.flatnonzero(_is_constant(table))]
    if flat and constant == "refuse":
        refuse(
            Text(
                "有的列各行相同，分不出单位，没有权重。",
                "Some columns are the same in every row: they tell no units apart.",
            ),
            where="values",
            found=", ".join(flat),
            expected=Text("至少两个不同的值", "at least two different values"),
            fix=Text("去掉这些列。", "leave these columns out."),
        )
    return table


def _is_constant(table: Floats) -> np.ndarray:
    return np.asarray(np.ptp(table, axis=0) <= 1e-12 * np.maximum(np.abs(table).max(axis=0), 1e-300))


def _names(names: Sequence[str], n: int) -> list[str]:
    words = list(names) or [str(k + 1) for k in range(n)]
    if len(words) != n:
        refuse(
            Text("名称个数与列数不符。", "There are not as many names as columns."),
            where="names",
            found=len(words),
            expected=Text(str(n), str(n)),
        )
    return words


def _scaled(raw: Floats) -> Floats:
    return np.asarray(raw / raw.sum())


def entropy_weights(values: ArrayLike, *, zeros: Zeros = "as_limit", names: Sequence[str] = ()) -> Floats:
    """Return Shannon entropy weights: the more unevenly a column is spread over the units, the more it weighs.

    Parameters
    ----------
    values
        Units x criteria, none negative.
    zeros
        "as_limit": 0 log 0 is 0. "refuse": a zero is an error. A number: it is added to every cell first. The choices give different weights, because
        entropy depends on where zero lies.
    names
        What the columns are called, for messages.

    Raises
    ------
    DataError
        Blanks, negative numbers, constant columns; zeros that are refused.

    References
    ----------
    C. E. Shannon, Bell System Technical Journal 27 (1948) 379-423. M. Zeleny, Multiple Criteria Decision Making (1982), chapter 7.

    >>> entropy_weights([[1, 5], [3, 5.5]]).round(4).tolist()
    [0.9914, 0.0086]
    """
    table = _columns(values, names)
    words = _names(names, table.shape[1])
    if not isinstance(zeros, str):
        if isinstance(zeros, bool) or not abs(zeros) <= LARGEST:
            raise UsageError(
                Problem(
                    Text("平移量应为有限的数。", "A shift is a finite number."),
                    where="zeros",
                    found=repr(zeros),
                    expected=Text('"as_limit"、"refuse" 或一个数', '"as_limit", "refuse" or a number'),
                )
            )
        table = table + float(zeros)
    elif chosen(zeros, ("as_limit", "refuse"), "zeros") == "refuse" and (table == 0).any():
        refuse(
            Text("有 0，按约定拒绝。", "There are zeros, and zeros are refused."),
            where="values",
            found=", ".join(words[k] for k in np.flatnonzero((table == 0).any(axis=0))),
            expected=Text("大于 0", "above 0"),
            fix=Text('用 zeros="as_limit"，或给出平移量。', 'say zeros="as_limit", or give a shift.'),
        )
    if (table < 0).any():
        refuse(
            Text("熵权法不接受负数。", "Entropy weights take no negative numbers."),
            where="values",
            found=", ".join(words[k] for k in np.flatnonzero((table < 0).any(axis=0))),
            expected=Text("0 以上", "0 or more"),
            fix=Text("先归一化，或用 zeros 平移。", "normalise first, or shift by `zeros`."),
        )
    shares = table / table.sum(axis=0)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    entropy = -(shares * logs).sum(axis=0) / np.log(len(table))
    return _scaled(1 - entropy)


def spread_weights(values: ArrayLike, *, spread: str = "sd", names: Sequence[str] = ()) -> Floats:
    """Return weights in proportion to the spread of each column.

    Parameters
    ----------
    values
        Units x criteria, in units that can be compared.
    spread
        "sd", "variance", "cv" (sd over the mean), "gini" (none negative). n or n - 1 makes no difference.
    names
        What the columns are called.

    Raises
    ------
    DataError
        Blanks, constant columns; for "cv" and "gini" negative numbers.
    """
    chosen(spread, SPREADS, "spread")
    table = _columns(values, names)
    if spread in ("cv", "gini") and (table < 0).any():
        refuse(
            Text(
                "变异系数和基尼系数不接受负数。",
                "Coefficients of variation and Gini coefficients take no negative numbers.",
            ),
            where="values",
            found=f"min {table.min():g}",
        )
    if spread == "gini":
        ranks = 2 * np.arange(1, len(table) + 1) - len(table) - 1
        return _scaled(ranks @ np.sort(table, axis=0) / (len(table) * table.sum(axis=0)))
    found = table.var(axis=0) if spread == "variance" else table.std(axis=0)
    return _scaled(found / table.mean(axis=0) if spread == "cv" else found)


def critic_weights(
    values: ArrayLike,
    *,
    correlation: Literal["pearson", "spearman"] = "pearson",
    scale: Literal["minmax", "none"] = "minmax",
    costs: Sequence[int] = (),
    names: Sequence[str] = (),
) -> Floats:
    """Return CRITIC weights: a column weighs more the more it varies and the less it repeats the others.

    Parameters
    ----------
    values
        Units x criteria.
    correlation
        "pearson" or "spearman" (ranks, ties shared).
    scale
        "minmax": every column is brought to 0-1 first, so that units do not matter. "none": the raw standard deviations count.
    costs
        Places (from 0) of columns of which less is better: they are turned round before correlating. Left out, no column is turned, as some programs do.
    names
        What the columns are called.

    Raises
    ------
    DataError
        Blanks, constant columns, fewer than three units, columns that all say the same.
    UsageError
        A place that is no column.

    References
    ----------
    D. Diakoulaki, G. Mavrotas and L. Papayannakis, Computers & Operations Research 22 (1995) 763-770.
    """
    chosen(correlation, ("pearson", "spearman"), "correlation")
    chosen(scale, ("minmax", "none"), "scale")
    table = _columns(values, names, least=3)
    n = table.shape[1]
    if n < 2:
        refuse(Text("至少要有两列。", "At least two columns are needed."), where="values", found=n)
    sign = np.ones(n)
    for place in costs:
        if place not in range(n):
            raise UsageError(
                Problem(
                    Text("没有这一列。", "There is no such column."),
                    where="costs",
                    found=repr(place),
                    expected=Text(f"0 至 {n - 1}", f"0 to {n - 1}"),
                )
            )
        sign[int(place)] = -1.0
    turned = table * sign
    scaled = (turned - turned.min(axis=0)) / np.ptp(turned, axis=0) if scale == "minmax" else turned
    ranked = rankdata(scaled, axis=0) if correlation == "spearman" else scaled
    related = np.corrcoef(ranked, rowvar=False)
    information = scaled.std(axis=0, ddof=1) * (1 - related).sum(axis=0)
    if information.sum() <= 1e-12 * scaled.std(axis=0).sum():
        refuse(
            Text("各列说的完全一样，CRITIC 分不出权重。", "All columns say the same; CRITIC cannot weigh them."),
            where="values",
            fix=Text("去掉重复的列。", "leave out the repeated columns."),
        )
    return _scaled(np.maximum(information, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Principal components of standardised columns.

    Attributes
    ----------
    explained
        Share (0-1) of the variance, one a component, highest first.
    vectors
        Columns x components, unit length, each turned so that its entries add up to a positive number: the sign means nothing.
    loadings
        `vectors` times the root of the eigenvalue: correlations of columns with components.
    """

    explained: Floats
    vectors: Floats
    loadings: Floats


def principal_components(values: ArrayLike, *, names: Sequence[str] = ()) -> Components:
    """Return the principal components of the correlation matrix.

    Raises
    ------
    DataError
        Blanks, constant columns, fewer than three units.
    """
    table = _columns(values, names, least=3)
    eigenvalues, vectors = np.linalg.eigh(np.atleast_2d(np.corrcoef(table, rowvar=False)))
    eigenvalues, vectors = np.maximum(eigenvalues[::-1], 0.0), vectors[:, ::-1]
    sums = vectors.sum(axis=0)
    # A component whose entries cancel is turned by its largest entry.
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
    vectors = vectors * np.where(np.where(np.abs(sums) > 1e-9, sums, largest) < 0, -1.0, 1.0)
    return Components(_scaled(eigenvalues), vectors, vectors * np.sqrt(eigenvalues))


def pca_weights(
    values: ArrayLike, *, convention: Literal["first", "rotated"] = "first", names: Sequence[str] = ()
) -> Floats:
    """Return weights from principal components of the standardised columns.

    Parameters
    ----------
    values
        Units x criteria.
    convention
        "first": the squared entries of the first component, which add up to 1; signs play no part. "rotated": the OECD/JRC handbook's way: components with an
        eigenvalue of 1 or more, varimax rotation, every column weighs its largest squared loading as a share of its factor, times the factor's share of the variance.
    names
        What the columns are called.

    Raises
    ------
    DataError
        Blanks, constant columns, fewer than three units; for "first", two components that explain the same.

    References
    ----------
    OECD and JRC, Handbook on Constructing Composite Indicators (2008), section 6.1, after G. Nicoletti, S. Scarpetta and O. Boylaud, OECD Economics Department Working
    Paper 226 (2000).
    """
    chosen(convention, ("first", "rotated"), "convention")
    found = principal_components(values, names=names)
    if convention == "first":
        if len(found.explained) > 1 and found.explained[0] - found.explained[1] < 1e-9:
            refuse(
                Text(
                    "前两个主成分解释的方差一样多，第一主成分不确定，没有权重。",
                    "The first two components explain the same, so that there is no first one to weigh by.",
                ),
                where="values",
                found=", ".join(f"{share:.1%}" for share in found.explained[:2]),
                fix=Text('换一种方法，或用 convention="rotated"。', 'use another method, or convention="rotated".'),
            )
        return _scaled(found.vectors[:, 0] ** 2)
    kept = max(1, int((found.explained * len(found.explained) >= 1 - 1e-9).sum()))
    loadings = found.loadings[:, :kept]
    if kept > 1:
        with np.errstate(divide="ignore"):  # it takes the logarithm of a gradient that may be 0
            loadings, _ = rotate_factors(loadings, "varimax", tol=1e-7)
    squared = np.asarray(loadings) ** 2
    explained = squared.sum(axis=0)
    factor = squared.argmax(axis=1)
    largest = squared[np.arange(len(squared)), factor]
    return _scaled(largest / explained[factor] * (explained[factor] / explained.sum()))
