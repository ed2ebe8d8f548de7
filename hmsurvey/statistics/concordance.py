"""How far two orders agree: Kendall's tau-b and Spearman's rho with intervals, ties on both sides allowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import numbers, probability, refuse

_BLOCK = 500  # rows of the table of pairs that are held at one time
NO_INTERVAL = Text(
    "去掉某一个单位后有一列全都相同，没有区间。",
    "Without one of the units a side would be constant: there is no interval.",
)


def tau_b(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return Kendall's tau-b and its interval by the jackknife, made on Fisher's z scale; at -1 or 1 there is no spread, and the interval is the point.

    Both ends are NaN where leaving out one unit would leave a side constant (`NO_INTERVAL` says so in words).

    Raises
    ------
    DataError
        Lengths differ, gaps, or one of the two is constant.

    References: M. G. Kendall, Rank Correlation Methods (1970); B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982), ch. 3.

    >>> tau_b([1, 2, 3, 4], [1, 2, 3, 4])
    (1.0, 1.0, 1.0)
    """
    x, y = numbers(first, "first", least=2), numbers(second, "second", least=2)
    probability(confidence, "confidence")
    if len(x) != len(y):
        refuse(Text("两列长度不同。", "The two are not of one length."), found=f"{len(x)}, {len(y)}")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        refuse(Text("有一列全都相同。", "One of the two is constant."), found=f"{np.ptp(x):g}, {np.ptp(y):g}")
    parts = []
    for start in range(0, len(x), _BLOCK):  # in blocks, so that many units do not need a table of all pairs
        rows = slice(start, start + _BLOCK)
        over, across = np.sign(np.subtract.outer(x[rows], x)), np.sign(np.subtract.outer(y[rows], y))
        parts.append([(a * b).sum(axis=1) for a, b in ((over, across), (over, over), (across, across))])
    same, wide, high = (np.concatenate(part) for part in zip(*parts, strict=True))
    value = float(same.sum() / np.sqrt(wide.sum() * high.sum()))
    if abs(value) > 1 - 1e-12:
        return float(round(value)), float(round(value)), float(round(value))
    room = (wide.sum() - 2 * wide) * (high.sum() - 2 * high)
    if (room <= 0).any():
        return value, float("nan"), float("nan")
    left_out = np.arctanh(np.clip((same.sum() - 2 * same) / np.sqrt(room), -1 + 1e-12, 1 - 1e-12))
    n = len(x)
    spread = np.sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))
    half = float(stats.t.ppf(0.5 + confidence / 2, n - 1) * spread)
    return value, float(np.tanh(np.arctanh(value) - half)), float(np.tanh(np.arctanh(value) + half))


def spearman(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return Spearman's rank correlation (ties share ranks) and its interval on Fisher's z scale with the variance (1 + r^2 / 2) / (n - 3).

    Both ends are NaN with fewer than four pairs; at -1 or 1 the interval is the point.

    Raises
    ------
    DataError
        Lengths differ, gaps, or one of the two is constant.

    References: D. G. Bonett, T. A. Wright, Sample size requirements for estimating Pearson, Kendall and Spearman correlations, Psychometrika 65 (2000) 23-28.

    >>> [round(v, 4) for v in spearman([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5])]
    [0.8286, -0.1272, 0.9865]
    """
    x, y = numbers(first, "first", least=2), numbers(second, "second", least=2)
    probability(confidence, "confidence")
    if len(x) != len(y):
        refuse(Text("两列长度不同。", "The two are not of one length."), found=f"{len(x)}, {len(y)}")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        refuse(Text("有一列全都相同。", "One of the two is constant."), found=f"{np.ptp(x):g}, {np.ptp(y):g}")
    value = float(stats.spearmanr(x, y).statistic)
    if abs(value) > 1 - 1e-12:
        return float(round(value)), float(round(value)), float(round(value))
    if len(x) < 4:
        return value, float("nan"), float("nan")
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * float(np.sqrt((1 + value**2 / 2) / (len(x) - 3)))
    return value, float(np.tanh(np.arctanh(value) - half)), float(np.tanh(np.arctanh(value) + half))
