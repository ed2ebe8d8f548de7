"""Do items measure one thing: alpha with its interval, each item against the rest, items keyed the wrong way, omega by named definition.

Every coefficient says how gaps were treated and which definition it is. Whether it means anything, where items depend on each other by construction, is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.factors import extract
from hmsurvey.statistics.inputs import Floats, called, chosen, numbers, probability, refuse

Gaps = Literal["pairwise", "listwise"]
_NONE = 1e-12  # a variance this small beside the items' own is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Alpha:
    """Cronbach's alpha and what belongs beside it.

    `raw` rests on covariances, `standardised` on correlations; `low`, `high` are Feldt's interval of the raw one. `if_dropped` and `item_rest` (corrected item-total correlation) have one value an
    item; `reversed_items` are those with a negative first principal component, the sign of the majority being positive. `n` counts the units with any answer (pairwise) or with all (listwise).
    What has no value is NaN, and `note` says why.
    """

    raw: float
    standardised: float
    low: float
    high: float
    average_r: float
    if_dropped: Floats
    item_rest: Floats
    means: Floats
    deviations: Floats
    names: tuple[str, ...]
    reversed_items: tuple[str, ...]
    n: int
    gaps: str
    note: Text = NOTHING


def read_items(items: ArrayLike, names: Sequence[str] = (), *, least: int = 2) -> tuple[Floats, tuple[str, ...]]:
    """Return items as numbers, with their names, after refusing what no coefficient can be made of.

    Raises
    ------
    DataError
        Fewer than `least` items, fewer than three units, an item nobody answered or that everybody answered alike.
    """
    x = numbers(items, "items", dims=2, gaps="keep", least=3)
    words = called(names, x.shape[1])
    if x.shape[1] < least:
        refuse(
            Text("题目太少。", "There are too few items."),
            found=x.shape[1],
            expected=Text(f"至少 {least} 题", f"at least {least}"),
        )
    silent = [w for w, column in zip(words, x.T, strict=True) if np.isnan(column).all()]
    if silent:
        refuse(Text("有的题目无人作答。", "Some items were answered by nobody."), found=", ".join(silent))
    constant = [w for w, column in zip(words, x.T, strict=True) if np.nanmax(column) == np.nanmin(column)]
    if constant:
        refuse(
            Text("有的题目人人答案相同，没有变异。", "Some items have the same answer from everybody."),
            found=", ".join(constant),
            fix=Text("先去掉这些题目，并说明。", "leave them out first, and say so."),
        )
    return x, words


def covariances(x: Floats, *, gaps: Gaps) -> Floats:
    """Return covariances (n - 1) over the units that have both items, or all of them.

    Raises
    ------
    DataError
        Two items have fewer than two units in common.
    """
    if gaps == "listwise":
        whole = x[~np.isnan(x).any(axis=1)]
        if len(whole) < 3:
            refuse(
                Text("答全的单位太少。", "Too few units answered everything."),
                found=len(whole),
                expected=Text("至少 3 个", "at least 3"),
            )
        return np.atleast_2d(np.cov(whole, rowvar=False))
    there = (~np.isnan(x)).astype(float)
    n = there.T @ there
    if n.min() < 2:
        refuse(
            Text("有两题没有共同的作答者。", "Two items have hardly anybody in common."),
            found=int(n.min()),
            expected=Text("至少 2 个", "at least 2"),
        )
    filled = np.nan_to_num(x - np.nanmean(x, axis=0))  # the shift does not change a covariance; it keeps the sums small
    products, sums = filled.T @ filled, filled.T @ there
    return np.asarray((products - sums * sums.T / n) / (n - 1))


def alpha(items: ArrayLike, *, names: Sequence[str] = (), gaps: Gaps = "listwise", confidence: float = 0.95) -> Alpha:
    """Return Cronbach's alpha with Feldt's interval and what each item does to it.

    Parameters
    ----------
    items
        Units down, items across, all keyed the same way (see `reverse`).
    gaps
        "listwise": only units that answered everything. "pairwise": each covariance over the units that have both.
    confidence
        Of Feldt's interval.

    Raises
    ------
    DataError
        As `read_items` and `covariances`; or items that cancel out, so that their sum does not vary.

    References
    ----------
    L. J. Cronbach, Psychometrika 16 (1951) 297-334; L. S. Feldt, D. J. Woodruff, F. A. Salih, Applied Psychological Measurement 11 (1987) 93-103.

    >>> round(alpha([[1, 2], [2, 2], [3, 4], [4, 3]]).raw, 4)
    0.8205
    """
    x, words = read_items(items, names)
    chosen(gaps, ("pairwise", "listwise"), "gaps")
    probability(confidence, "confidence")
    absent = np.isnan(x)
    x = x[~(absent.any(axis=1) if gaps == "listwise" else absent.all(axis=1))]
    covariance, spread = _varying(x, words, gaps)
    correlation = covariance / np.outer(spread, spread)
    k, n = len(words), len(x)
    raw, tail = _alpha_of(covariance), (1 - confidence) / 2
    if np.isnan(raw):
        refuse(
            Text("各题相互抵消，总分没有变异，α 无定义。", "The items cancel out: their sum does not vary, and alpha has no value."),
            found=f"{covariance.sum():.2g}",
            fix=Text("有的题目可能要先反向计分（见 reverse）。", "some items may have to be turned round first (see `reverse`)."),
        )  # fmt: skip
    df1, df2 = n - 1, (n - 1) * (k - 1)
    low, high = (1 - (1 - raw) * float(stats.f.ppf(q, df1, df2)) for q in (1 - tail, tail))
    rest = covariance.sum(axis=0) - np.diag(covariance)
    spread_of_rest = covariance.sum() - 2 * covariance.sum(axis=0) + np.diag(covariance)
    dead = spread_of_rest <= _NONE * np.trace(covariance)
    item_rest = np.where(dead, np.nan, rest / (spread * np.sqrt(np.where(dead, 1.0, spread_of_rest))))
    first = np.linalg.eigh(correlation)[1][:, -1]
    first = first if (first > 0).sum() * 2 > k or ((first > 0).sum() * 2 == k and first[0] > 0) else -first
    others = [np.delete(np.delete(covariance, j, 0), j, 1) for j in range(k)]
    if_dropped = np.array([_alpha_of(other) for other in others])
    standardised = _alpha_of(correlation)
    return Alpha(
        raw,
        standardised,
        low,
        high,
        float((correlation.sum() - k) / (k * (k - 1))),
        if_dropped,
        item_rest,
        np.nanmean(x, axis=0),
        np.nanstd(x, axis=0, ddof=1),
        words,
        tuple(w for w, value in zip(words, first, strict=True) if value < 0),
        n,
        gaps,
        _gaps_in_alpha(k, [standardised, *if_dropped, *item_rest]),
    )


def _varying(x: Floats, words: Sequence[str], gaps: Gaps) -> tuple[Floats, Floats]:
    """Return covariances and standard deviations, none of them 0."""
    covariance = covariances(x, gaps=gaps)
    spread = np.sqrt(np.diag(covariance))
    if (spread == 0).any():
        refuse(
            Text("答全的单位在有的题目上答案全同。", "Among those who answered everything an item does not vary."),
            found=", ".join(w for w, s in zip(words, spread, strict=True) if s == 0),
        )
    return covariance, spread


def _gaps_in_alpha(k: int, values: Sequence[float]) -> Text:
    if not np.isnan(values).any():
        return NOTHING
    if k == 2:
        return Text("只有两题，去掉一题便没有 α。", "There are two items only: without one of them there is no alpha.")
    return Text(
        "有的题目相互抵消，去掉一题后其余各题之和没有变异，相应的系数没有值。",
        "Some items cancel out: what is left without one of them does not vary, and has no coefficient.",
    )


def _alpha_of(matrix: Floats) -> float:
    """Return alpha of covariances; NaN for a single item, or where the sum of all does not vary."""
    k, whole = len(matrix), float(matrix.sum())
    if k < 2 or whole <= _NONE * np.trace(matrix):
        return float("nan")
    return float(k / (k - 1) * (1 - np.trace(matrix) / whole))


def reverse(items: ArrayLike, columns: Sequence[int], *, lowest: float, highest: float) -> Floats:
    """Turn items round: lowest + highest - x, by the limits of the scale and not by the answers that happened.

    Raises
    ------
    DataError
        An answer outside the scale, a column that is not there, or a scale without length.

    >>> reverse([[1, 5], [2, 4]], [1], lowest=1, highest=5).tolist()
    [[1.0, 1.0], [2.0, 2.0]]
    """
    x = numbers(items, "items", dims=2, gaps="keep")
    missing = [c for c in columns if not -x.shape[1] <= c < x.shape[1]]
    if missing or not lowest < highest < np.inf or not lowest > -np.inf:
        refuse(
            Text("没有这一列，或量表上下限不对。", "There is no such column, or the limits of the scale are wrong."),
            where="columns, lowest, highest",
            found=f"{missing or list(columns)}, {lowest:g}, {highest:g}",
            expected=Text(f"列 0 至 {x.shape[1] - 1}，下限小于上限", f"columns 0 to {x.shape[1] - 1}, the lowest below the highest"),
        )  # fmt: skip
    picked = x[:, list(columns)]
    if (np.nanmin(picked, initial=lowest) < lowest) or (np.nanmax(picked, initial=highest) > highest):
        refuse(
            Text("有答案超出量表范围。", "Some answers lie outside the scale."),
            found=f"{np.nanmin(picked):g} .. {np.nanmax(picked):g}",
            expected=Text(f"{lowest:g} 至 {highest:g}", f"{lowest:g} to {highest:g}"),
        )
    result = x.copy()
    result[:, list(columns)] = lowest + highest - picked
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Omega:
    """A coefficient omega with the loadings it rests on; `definition` says which omega."""

    value: float
    loadings: Floats
    residuals: Floats
    definition: str
    n: int


def omega_composite(
    items: ArrayLike, *, names: Sequence[str] = (), standardised: bool = False, gaps: Gaps = "listwise"
) -> Omega:
    """Return composite reliability: omega of a one-factor model fitted by maximum likelihood.

    (sum of loadings) squared over itself plus the residual variances; unstandardised by default.

    Raises
    ------
    DataError
        As `alpha`; fewer than three items; a residual variance that runs to zero.

    References: R. P. McDonald, Test Theory (1999), ch. 6; K. G. Joreskog, Psychometrika 34 (1969) 183-202.
    """
    x, words = read_items(items, names, least=3)
    chosen(gaps, ("pairwise", "listwise"), "gaps")
    covariance, spread = _varying(x, words, gaps)
    n = int((~np.isnan(x).any(axis=1)).sum()) if gaps == "listwise" else len(x)
    loadings, residuals = one_factor(covariance / np.outer(spread, spread), words)
    if not standardised:
        loadings, residuals = loadings * spread, residuals * spread**2
    top = float(loadings.sum()) ** 2
    name = "one factor, maximum likelihood, " + ("standardised" if standardised else "unstandardised")
    return Omega(top / (top + float(residuals.sum())), loadings, residuals, name, n)


def one_factor(correlation: Floats, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Return loadings and residual variances of the one-factor model of a correlation matrix (maximum likelihood).

    Raises
    ------
    DataError
        The matrix is not positive definite, or the model has no proper solution (Heywood case).
    """
    found = extract(correlation, 1, method="ml")
    improper = [w for w, u in zip(names, found.uniquenesses, strict=True) if u < 0.006]
    if improper:
        refuse(
            Text(
                "单因子模型没有合理的解（Heywood 情形）。",
                "The one-factor model has no proper solution (Heywood case).",
            ),
            found=", ".join(improper),
        )
    loadings = found.loadings[:, 0]
    return (loadings if loadings.sum() >= 0 else -loadings), found.uniquenesses
