"""How far three or more judges put units in the same unordered categories: Fleiss' and Conger's kappa, which differ in what they call chance.

Gaps and ordered categories are the business of Krippendorff's alpha, in `agreement`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import chosen, numbers, probability, refuse


@dataclass(frozen=True, slots=True)
class ManyKappa:
    """Agreement of three or more judges beyond chance.

    `null_error`, `z` and `p` test Fleiss' kappa = 0 (NaN for Conger's, which has no such formula); `low` and `high` come from leaving out one unit after the other. NaN
    only where `note` says why.
    """

    value: float
    low: float
    high: float
    null_error: float
    z: float
    p: float
    n: int
    n_judges: int
    method: str
    note: Text = NOTHING


def many_judges_kappa(
    ratings: ArrayLike, *, method: Literal["fleiss", "conger"] = "fleiss", confidence: float = 0.95
) -> ManyKappa:
    """Measure how far several judges put the same units in the same unordered categories.

    Parameters
    ----------
    ratings
        Units down, judges across, no gaps; the numbers only name categories, and mean the same with every judge.
    method
        "fleiss" takes chance from the categories all judges used together, "conger" from each judge's own use of them (irr calls it exact).
    confidence
        Of the jackknife interval.

    Raises
    ------
    DataError
        Gaps, fewer than two units or judges, or one category only.

    References
    ----------
    J. L. Fleiss, Psychological Bulletin 76 (1971) 378-382; J. L. Fleiss, J. C. M. Nee, J. R. Landis, Psychological Bulletin 86 (1979) 974-977; A. J. Conger, Psychological Bulletin 88
    (1980) 322-328.

    >>> round(many_judges_kappa([[1, 1, 1], [1, 1, 2], [2, 2, 2], [2, 2, 1]]).value, 4)
    0.3333
    """
    x = numbers(ratings, "ratings", dims=2, least=2)
    chosen(method, ("fleiss", "conger"), "method")
    probability(confidence, "confidence")
    n, m = x.shape
    values = np.unique(x)
    if m < 2 or len(values) < 2:
        refuse(
            Text("至少要有两位评判者、两种类别。", "At least two judges and two categories are needed."),
            found=f"{m}, {len(values)}",
        )
    said = (x[:, :, None] == values).astype(float)
    value = _many_kappa(said, method)
    left_out = np.array([_many_kappa(np.delete(said, unit, axis=0), method) for unit in range(n)])
    half = float("nan")
    if np.isfinite(left_out).all() and n > 2:
        spread = np.sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))
        half = float(stats.t.ppf(0.5 + confidence / 2, n - 1) * spread)
    error = z = p = float("nan")
    if method == "fleiss":
        share = said.mean(axis=(0, 1))
        both = float((share * (1 - share)).sum())
        twisted = float((share * (1 - share) * (1 - 2 * share)).sum())
        error = float(np.sqrt(2 * (both**2 - twisted) / (both**2 * n * m * (m - 1))))
        z = value / error if error > 0 else float("nan")
        p = float(2 * stats.norm.sf(abs(z)))
    note = NOTHING
    if np.isnan(half):
        note = Text("去掉某一个单位后只剩一种类别，没有区间。", "Without one of the units a single category is left: there is no interval.")  # fmt: skip
    elif method == "conger":
        note = Text("Conger 的 kappa 没有检验公式，只有区间。", "Conger's kappa has an interval, but no formula for a test.")  # fmt: skip
    low, high = (value - half, value + half) if np.isnan(half) else (max(-1.0, value - half), min(1.0, value + half))
    return ManyKappa(value, low, high, error, z, p, n, m, method, note)


def _many_kappa(said: NDArray[np.float64], method: str) -> float:
    """Return kappa of units x judges x categories; NaN where chance alone makes all agree."""
    n, m, _ = said.shape
    counts = said.sum(axis=1)
    observed = float((counts**2).sum() - n * m) / (n * m * (m - 1))
    own = said.mean(axis=0)
    chance = float((own.mean(axis=0) ** 2).sum())
    if method == "conger":
        chance -= float(own.var(axis=0, ddof=1).sum()) / m
    return (observed - chance) / (1 - chance) if chance < 1 else float("nan")
