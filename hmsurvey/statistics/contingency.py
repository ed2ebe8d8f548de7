"""Do groups answer alike: chi-square, exact and Monte-Carlo tests of a table, Cramer's V with its interval, trends over ordered groups.

A test of a table always brings its effect size. Rows and columns that nobody used are left out and named, since they hold no information.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import gammaln

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, chosen, generator, numbers, probability, refuse, times
from hmsurvey.statistics.noncentral import noncentrality_interval


def _counts(table: ArrayLike) -> tuple[Floats, Text]:
    """Return the rows and columns that somebody used, and a sentence about the others."""
    counts = numbers(table, "table", dims=2)
    if (counts < 0).any() or (counts != np.round(counts)).any():
        refuse(
            Text("表中应为非负整数。", "The table must hold whole numbers that are not negative."),
            found=f"{counts.min():g}",
        )
    rows, columns = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    kept = counts[np.ix_(rows, columns)]
    if min(kept.shape, default=0) < 2:
        refuse(
            Text("至少要有两组、两种回答。", "At least two groups and two answers are needed."),
            found=f"{int(rows.sum())} x {int(columns.sum())}",
        )
    out = int((~rows).sum()), int((~columns).sum())
    note = NOTHING
    if any(out):
        note = Text(
            f"有 {out[0]} 组、{out[1]} 种回答没有单位，未计入检验。",
            f"{out[0]} groups and {out[1]} answers without anybody are left out of the test.",
        )
    return kept, note


@dataclass(frozen=True, slots=True, eq=False)
class TableTest:
    """A test of independence in a table, with its effect.

    `v` is Cramer's V, `v_corrected` Bergsma's bias-corrected V; `low`, `high` the interval of V by inverting the noncentral chi-square, `corrected_low`,
    `corrected_high` that of the corrected V. `least_expected` is the smallest expected count;
    `monte_carlo_error` is the standard error of p, 0 where p is exact or by a formula.
    """

    statistic: float
    df: int
    p: float
    v: float
    v_corrected: float
    low: float
    high: float
    corrected_low: float
    corrected_high: float
    least_expected: float
    n: int
    method: str
    monte_carlo_error: float = 0.0
    note: Text = NOTHING


Method = Literal["chi2", "yates", "g2", "exact", "monte_carlo"]


def independence(
    table: ArrayLike, *, method: Method = "chi2", confidence: float = 0.95, replicates: int = 10_000, seed: int = 1
) -> TableTest:
    """Test whether the answers depend on the group.

    Parameters
    ----------
    table
        Counts: groups down, answers across.
    method
        "chi2" (Pearson), "yates" (2 x 2 only: with continuity correction), "g2" (likelihood ratio), "exact" (Fisher-Freeman-Halton; 2 x 2, or a table with few enough others of the
        same margins), "monte_carlo" (Fisher's p from random tables with the same margins).
    replicates, seed
        Random tables; p is (1 + as unlikely) / (1 + replicates).

    Raises
    ------
    DataError
        Not counts, or fewer than two groups or answers in use; too many tables for "exact".
    UsageError
        No replicates.

    References
    ----------
    K. Pearson (1900); F. Yates (1934); G. H. Freeman, J. H. Halton, Biometrika 38 (1951) 141-149; W. Bergsma, Journal of the Korean Statistical Society 42 (2013)
    323-328; interval: M. Smithson, Confidence Intervals (2003), ch. 4.

    >>> round(independence([[10, 20], [20, 10]]).statistic, 4)
    6.6667
    """
    counts, note = _counts(table)
    chosen(method, ("chi2", "yates", "g2", "exact", "monte_carlo"), "method")
    probability(confidence, "confidence")
    if method == "yates" and counts.shape != (2, 2):
        refuse(Text("连续性校正只用于四格表。", "The continuity correction is for 2 x 2 tables."), found=counts.shape)
    pearson = stats.chi2_contingency(counts, correction=False)
    n, df = int(counts.sum()), int(pearson.dof)
    statistic, p, error = float(pearson.statistic), float(pearson.pvalue), 0.0
    if method in ("yates", "g2"):
        other = stats.chi2_contingency(
            counts, correction=method == "yates", lambda_=None if method == "yates" else "log-likelihood"
        )
        statistic, p = float(other.statistic), float(other.pvalue)
    elif method == "exact":
        p = _exact(counts)
    elif method == "monte_carlo":
        replicates = times(replicates)
        p = _monte_carlo(counts, replicates, seed)
        error = float(np.sqrt(p * (1 - p) / replicates))
    v, fair, low, high, fair_low, fair_high = _effect(counts, confidence)
    least = float(pearson.expected_freq.min())
    return TableTest(statistic, df, p, v, fair, low, high, fair_low, fair_high, least, n, method, error, note)


def cramers_v(table: ArrayLike, *, confidence: float = 0.95) -> tuple[float, float, float, float]:
    """Return Cramer's V, its bias-corrected form, and the interval of V (0 to 1).

    References: as `independence`.
    """
    return _effect(_counts(table)[0], confidence)[:4]


def _effect(counts: Floats, confidence: float) -> tuple[float, float, float, float, float, float]:
    """Return V, corrected V, the interval of V and that of the corrected V.

    V holds what chance adds (its square is about df / n where nothing is there), the corrected V does not; neither does its interval.
    """
    r, c = counts.shape
    n, df, room = counts.sum(), (r - 1) * (c - 1), min(r, c) - 1
    chi2 = float(stats.chi2_contingency(counts, correction=False).statistic)
    fair_room = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    low, high = noncentrality_interval(chi2, df, probability(confidence, "confidence"))

    def root(square: float) -> float:
        return float(np.sqrt(min(1.0, max(0.0, square))))

    fair = [root(x / fair_room) if fair_room > 0 else 0.0 for x in (chi2 / n - df / (n - 1), low / n, high / n)]
    plain = [root(x / (n * room)) for x in (chi2, low + df if low > 0 else 0.0, high + df)]
    return plain[0], fair[0], plain[1], plain[2], min(fair[0], fair[1]), max(fair[0], fair[2])


def _log_chance(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm of a table's probability given its margins, up to a constant."""
    return -np.asarray(gammaln(tables + 1).sum(axis=(-2, -1)))


def _exact(counts: Floats) -> float:
    if counts.shape == (2, 2):
        return float(stats.fisher_exact(counts).pvalue)
    rows, columns = counts.sum(axis=1).astype(int), counts.sum(axis=0).astype(int)
    log_all = float(gammaln(rows + 1).sum() + gammaln(columns + 1).sum() - gammaln(rows.sum() + 1))
    found = _log_chance(counts[None])[0]
    most = 200_000
    level: dict[tuple[int, ...], list[tuple[float, float]]] = {tuple(columns): [(0.0, 1.0)]}
    for row in rows[:-1]:
        following: dict[tuple[int, ...], dict[float, float]] = {}
        for left, paths in level.items():
            for cells in _ways(int(row), left):
                cost = float(gammaln(np.array(cells) + 1).sum())
                rest = tuple(a - b for a, b in zip(left, cells, strict=True))
                bucket = following.setdefault(rest, {})
                for value, ways in paths:
                    key = round(value + cost, 10)
                    bucket[key] = bucket.get(key, 0.0) + ways
        level = {rest: list(bucket.items()) for rest, bucket in following.items()}
        if sum(len(paths) for paths in level.values()) > most:
            refuse(
                Text("表太大，不能逐一列举。", "The table is too large to enumerate."),
                found=counts.shape,
                fix=Text('用 method="monte_carlo"。', 'use method="monte_carlo".'),
            )
    p = 0.0
    for left, paths in level.items():
        last = float(gammaln(np.array(left) + 1).sum())
        for value, ways in paths:
            if -(value + last) <= found + 1e-7:
                p += ways * float(np.exp(log_all - value - last))
    return min(1.0, p)


def _ways(amount: int, room: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return every way to put an amount into cells that hold at most so much each."""
    if len(room) == 1:
        return [(amount,)] if amount <= room[0] else []
    found = []
    rest = sum(room[1:])
    for first in range(max(0, amount - rest), min(amount, room[0]) + 1):
        found += [(first, *more) for more in _ways(amount - first, room[1:])]
    return found


def _monte_carlo(counts: Floats, replicates: int, seed: int) -> float:
    rows, columns = counts.sum(axis=1).astype(int), counts.sum(axis=0).astype(int)
    source = stats.random_table(rows, columns, seed=generator(seed))
    found, as_unlikely, done = _log_chance(counts[None])[0], 0, 0
    while done < replicates:
        size = min(2000, replicates - done)
        as_unlikely += int((_log_chance(source.rvs(size)) <= found + 1e-7).sum())
        done += size
    return (1 + as_unlikely) / (1 + replicates)


@dataclass(frozen=True, slots=True)
class TableTrend:
    """A trend over ordered groups: statistic (chi-square, 1 df), z with its sign, p, correlation as effect with its interval (NaN only where `note` says why), n."""

    statistic: float
    z: float
    p: float
    r: float
    low: float
    high: float
    n: int
    method: str
    note: Text = NOTHING


def linear_by_linear(
    table: ArrayLike,
    *,
    row_scores: ArrayLike | None = None,
    column_scores: ArrayLike | None = None,
    method: Literal["mantel", "cochran_armitage"] = "mantel",
    confidence: float = 0.95,
) -> TableTrend:
    """Test whether ordered answers rise or fall over ordered groups.

    Parameters
    ----------
    table
        Counts, both ways in their order.
    row_scores, column_scores
        What the steps are worth; 1, 2, 3 ... by default.
    method
        "mantel": (n - 1) r squared, for any number of ordered answers. "cochran_armitage": n r squared, for two answers (R's prop.trend.test).

    Raises
    ------
    DataError
        As `independence`; scores of another length or all the same.

    References: N. Mantel, JASA 58 (1963) 690-700; P. Armitage, Biometrics 11 (1955) 375-386; A. Agresti, Categorical Data Analysis (2013), section 3.4.
    """
    counts = numbers(table, "table", dims=2)
    chosen(method, ("mantel", "cochran_armitage"), "method")
    probability(confidence, "confidence")
    across = [
        np.arange(1.0, size + 1) if given is None else numbers(given, name)
        for given, name, size in (
            (row_scores, "row_scores", counts.shape[0]),
            (column_scores, "column_scores", counts.shape[1]),
        )
    ]
    if (len(across[0]), len(across[1])) != counts.shape:
        refuse(Text("分值个数与表不符。", "There must be a score for every row and column."), found=counts.shape)
    if method == "cochran_armitage" and counts.shape[1] != 2:
        refuse(
            Text("Cochran-Armitage 检验只用于两种回答。", "Cochran-Armitage is for two answers."), found=counts.shape
        )
    _counts(counts)
    n = counts.sum()
    u = across[0] - (counts.sum(axis=1) @ across[0]) / n
    v = across[1] - (counts.sum(axis=0) @ across[1]) / n
    spread = (counts.sum(axis=1) @ u**2) * (counts.sum(axis=0) @ v**2)
    if spread <= 1e-24 * float(n**2 * max(1e-300, np.abs(across[0]).max() * np.abs(across[1]).max()) ** 2):
        refuse(
            Text("分值都相同，谈不上趋势。", "All scores are the same: there can be no trend."),
            found=across[0].tolist(),
        )
    r = float(u @ counts @ v / np.sqrt(spread))
    statistic = float((n - 1 if method == "mantel" else n) * r**2)
    low, high, note = r, r, NOTHING
    if abs(r) > 1 - 1e-12:
        low = high = r = float(np.sign(r))
        note = Text("点全在一条直线上，区间退化为一点。", "All lies on one line: the interval shrinks to a point.")
    elif n <= 3:
        low = high = float("nan")
        note = Text("不超过三个单位，相关没有区间。", "Three units or fewer: the correlation has no interval.")
    else:
        half = float(stats.norm.ppf(0.5 + confidence / 2)) / np.sqrt(n - 3)
        low, high = (float(np.tanh(np.arctanh(r) + side * half)) for side in (-1, 1))
    z = float(np.sign(r) * np.sqrt(statistic))
    return TableTrend(statistic, z, float(stats.chi2.sf(statistic, 1)), r, low, high, int(n), method, note)
