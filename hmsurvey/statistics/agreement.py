"""How far judges agree beyond chance: kappa with its interval, marginal homogeneity, Krippendorff's alpha, Kendall's W, intraclass correlations.

Which weights and which form is always a name, since programs of one title compute different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, chosen, numbers, probability, refuse

Weights = Literal["none", "linear", "quadratic"]
Level = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement of two judges beyond chance.

    `standard_error`, `low` and `high` are those of an estimate (Fleiss, Cohen and Everitt); `null_error` and `p` test kappa = 0. NaN throughout, with a
    note, where chance alone would already make all judgements agree.
    """

    value: float
    standard_error: float
    low: float
    high: float
    null_error: float
    p: float
    n: float
    weights: str
    confidence: float
    note: Text = NOTHING


def _square(table: ArrayLike) -> Floats:
    counts = numbers(table, "table", dims=2)
    if counts.shape[0] != counts.shape[1] or len(counts) < 2:
        refuse(
            Text("应为方表，行列是同样的等级。", "A square table is needed: the same categories across and down."),
            found=f"{counts.shape[0]} x {counts.shape[1]}",
        )
    if (counts < 0).any() or counts.sum() <= 0:
        refuse(
            Text("表中应有非负的计数。", "The table must hold counts that are not negative, and not all zero."),
            found=f"{counts.min():g}, {counts.sum():g}",
        )
    return counts


def weighted_kappa(table: ArrayLike, *, weights: Weights = "linear", confidence: float = 0.95) -> Kappa:
    """Measure how far two judges agree beyond chance, near misses counting in part.

    Parameters
    ----------
    table
        Square counts: rows one judge, columns the other, categories in their order.
    weights
        "none" (only equal counts), "linear" (1 - distance), "quadratic" (1 - squared distance).
    confidence
        Of the interval, which rests on the non-null standard error and the normal distribution.

    Raises
    ------
    DataError
        Not square, negative, or empty.

    References
    ----------
    J. Cohen, Psychological Bulletin 70 (1968) 213-220; J. L. Fleiss, J. Cohen, B. S. Everitt, Psychological Bulletin 72 (1969) 323-327.

    >>> round(weighted_kappa([[20, 5], [10, 15]], weights="none").value, 4)
    0.4
    """
    counts = _square(table)
    chosen(weights, ("none", "linear", "quadratic"), "weights")
    probability(confidence, "confidence")
    k, n = len(counts), float(counts.sum())
    share = counts / n
    row, column = share.sum(axis=1), share.sum(axis=0)
    apart = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    credit = {"none": (apart == 0).astype(float), "linear": 1 - apart, "quadratic": 1 - apart**2}[weights]
    by_chance = np.outer(row, column)
    observed, expected = float((credit * share).sum()), float((credit * by_chance).sum())
    if expected >= 1 - 1e-12:
        nothing = float("nan")
        note = Text(
            "双方都只用了同一个等级，按机遇也必然全部一致，kappa 无定义。",
            "Both used one and the same category: chance alone makes them agree, and kappa has no value.",
        )
        return Kappa(nothing, nothing, nothing, nothing, nothing, nothing, n, weights, confidence, note)
    value = (observed - expected) / (1 - expected)
    centre = (credit @ column)[:, None] + (row @ credit)[None, :]
    spread = float((share * (credit - centre * (1 - value)) ** 2).sum()) - (value - expected * (1 - value)) ** 2
    null = float((by_chance * (credit - centre) ** 2).sum()) - expected**2
    error, null_error = (float(np.sqrt(max(v, 0.0) / n)) / (1 - expected) for v in (spread, null))
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    p = float(2 * stats.norm.sf(abs(value) / null_error)) if null_error > 0 else 1.0
    low, high = max(-1.0, value - z * error), min(1.0, value + z * error)
    note = NOTHING
    if error < 1e-12:
        note = Text("判断完全一致，区间退化为一点。", "Agreement is complete: the interval shrinks to a point.")
    return Kappa(value, error, low, high, null_error, p, n, weights, confidence, note)


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Whether two judges use the categories equally often: statistic, degrees of freedom, p."""

    statistic: float
    df: int
    p: float
    method: str


def marginal_homogeneity(
    table: ArrayLike, *, method: Literal["stuart_maxwell", "bhapkar"] = "stuart_maxwell"
) -> Homogeneity:
    """Test whether two judges use the categories equally often.

    Categories that nobody used are left out; they carry no information and would make the covariance singular.

    Raises
    ------
    DataError
        Not square, negative or empty; or the judges never differ.

    References: A. Stuart, Biometrika 42 (1955) 412-416; A. E. Maxwell, British Journal of Psychiatry 116 (1970) 651-655; V. P. Bhapkar, JASA 61 (1966) 228-235.
    """
    counts = _square(table)
    chosen(method, ("stuart_maxwell", "bhapkar"), "method")
    used = (counts.sum(axis=0) + counts.sum(axis=1)) > 0
    counts = counts[np.ix_(used, used)]
    gap = (counts.sum(axis=1) - counts.sum(axis=0))[:-1]
    covariance = (np.diag(counts.sum(axis=1) + counts.sum(axis=0)) - counts - counts.T)[:-1, :-1]
    if not len(gap) or np.linalg.matrix_rank(covariance) < len(gap):
        refuse(
            Text(
                "两方的判断没有差别，无从检验。", "The judges never differ in some category: there is nothing to test."
            ),
            found=counts.tolist(),
        )
    value = float(gap @ np.linalg.solve(covariance, gap))
    if method == "bhapkar":
        if value >= counts.sum() * (1 - 1e-12):
            refuse(
                Text("双方从不一致且总朝同一方向，Bhapkar 统计量无界。", "The judges always differ, and always the same way: Bhapkar's statistic has no bound."),
                found=counts.tolist(),
                fix=Text("用 stuart_maxwell。", 'use "stuart_maxwell".'),
            )  # fmt: skip
        value = value / (1 - value / counts.sum())
    return Homogeneity(value, len(gap), float(stats.chi2.sf(value, len(gap))), method)


@dataclass(frozen=True, slots=True)
class Intraclass:
    """One intraclass correlation with its F test and interval; `form` as in Shrout and Fleiss. Infinite, or NaN, only where `note` says why."""

    form: str
    value: float
    low: float
    high: float
    f: float
    df1: float
    df2: float
    p: float
    note: Text = NOTHING


def intraclass_correlations(ratings: ArrayLike, *, confidence: float = 0.95) -> tuple[Intraclass, ...]:
    """Return the six intraclass correlations: ICC1, ICC2, ICC3 of a single judge, ICC1k, ICC2k, ICC3k of the mean of all.

    Parameters
    ----------
    ratings
        Units down, judges across, no gaps.
    confidence
        Of the intervals.

    Raises
    ------
    DataError
        Gaps, fewer than two units or judges, or ratings that are all alike.

    References
    ----------
    P. E. Shrout, J. L. Fleiss, Psychological Bulletin 86 (1979) 420-428; K. O. McGraw, S. P. Wong, Psychological Methods 1 (1996) 30-46.
    """
    x = numbers(ratings, "ratings", dims=2, least=2)
    probability(confidence, "confidence")
    n, k = x.shape
    if k < 2 or np.ptp(x) == 0:
        refuse(
            Text(
                "至少要有两位评判者，且评分不能全部相同。",
                "At least two judges are needed, and ratings that are not all alike.",
            ),
            found=f"{n} x {k}",
        )
    mean, tail = x.mean(), (1 - confidence) / 2
    by_row, by_column = x.mean(axis=1), x.mean(axis=0)
    rows = k * ((by_row - mean) ** 2).sum() / (n - 1)
    columns = n * ((by_column - mean) ** 2).sum() / (k - 1)
    left = ((x - by_row[:, None] - by_column + mean) ** 2).sum()
    inside = ((x - by_row[:, None]) ** 2).sum()
    least = 1e-24 * ((x - mean) ** 2).sum() + 1e-30 * (x**2).sum()  # below this a sum of squares is rounding
    left, inside = (0.0 if part <= least else part for part in (left, inside))
    rows, columns = (0.0 if part <= least else part for part in (rows, columns))
    error, within = left / ((n - 1) * (k - 1)), inside / (n * (k - 1))
    found = []
    for form, noise, df2 in (("1", within, n * (k - 1)), ("3", error, (n - 1) * (k - 1))):
        f, p = _f_test(rows, noise, n - 1, df2)
        below, above = f / stats.f.ppf(1 - tail, n - 1, df2), f * stats.f.ppf(1 - tail, df2, n - 1)
        one = [(g - 1) / (g + k - 1) if np.isfinite(g) else 1.0 for g in (f, below, above)]
        of_all = [1 - 1 / g if g > 0 else -np.inf for g in (f, below, above)]
        for name, (value, low, high) in ((f"ICC{form}", one), (f"ICC{form}k", of_all)):
            found.append(
                Intraclass(name, float(value), float(low), float(high), float(f), n - 1, df2, p, _about(f, value))
            )
    found[2:2] = _two_way_random(rows, columns, error, (n, k), tail)
    return tuple(sorted(found, key=lambda icc: (icc.form.endswith("k"), icc.form)))


def _f_test(rows: float, noise: float, df1: int, df2: int) -> tuple[float, float]:
    f = rows / noise if noise > 0 else (np.inf if rows > 0 else 1.0)
    return f, float(stats.f.sf(f, df1, df2))


def _about(f: float, value: float) -> Text:
    if np.isinf(f):
        return Text("评判者之间没有误差，F 无穷大。", "The judges leave no error: F is infinite.")
    if np.isinf(value):
        return Text("各单位的平均分都相同，均值的组内相关没有下界。", "The units' means are all alike: the correlation of the mean has no lower end.")  # fmt: skip
    return NOTHING


def _two_way_random(rows: float, columns: float, error: float, shape: tuple[int, int], tail: float) -> list[Intraclass]:
    n, k = shape
    f, p = _f_test(rows, error, n - 1, (n - 1) * (k - 1))
    if error == 0 and columns == 0:  # the judges agree in everything
        return [Intraclass(name, 1.0, 1.0, 1.0, float(f), n - 1, (n - 1) * (k - 1), p, _about(f, 1.0)) for name in ("ICC2", "ICC2k")]  # fmt: skip
    whole = rows + (k - 1) * error + k * (columns - error) / n
    if whole <= 0:  # two units with the same mean and two judges with the same mean
        nothing = float("nan")
        note = Text("两个单位、两位评判者的平均分都相同，ICC2 没有值。", "Two units alike on average and two judges alike on average: ICC2 has no value.")  # fmt: skip
        return [Intraclass(name, nothing, nothing, nothing, float(f), n - 1, (n - 1) * (k - 1), p, note) for name in ("ICC2", "ICC2k")]  # fmt: skip
    value = (rows - error) / whole
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    between = (a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    df = (a * columns + b * error) ** 2 / between if between > 0 else float(k - 1)
    low = high = float("nan")
    note = Text("分母自由度为 0，ICC2 没有区间。", "No degrees of freedom below: ICC2 has no interval.")
    if df > 1e-6:
        note = NOTHING
        up, down = stats.f.ppf(1 - tail, n - 1, df), stats.f.ppf(1 - tail, df, n - 1)
        top = k * columns + (k * n - k - n) * error
        low = n * (rows / up - error) / (top + n * rows / up)
        high = n * (down * rows - error) / (top + n * down * rows)
    df2 = (n - 1) * (k - 1)
    bottom = rows + (columns - error) / n
    average = (rows - error) / bottom if bottom > 0 else -np.inf
    means = [share * k / (1 + share * (k - 1)) if not share <= -1 / (k - 1) else -np.inf for share in (low, high)]
    return [
        Intraclass("ICC2", float(value), float(low), float(high), float(f), n - 1, df2, p, note if note.en else _about(f, value)),
        Intraclass("ICC2k", float(average), float(means[0]), float(means[1]), float(f), n - 1, df2, p, note if note.en else _about(f, min(average, *means))),
    ]  # fmt: skip


def krippendorff_alpha(ratings: ArrayLike, *, level: Level = "ordinal") -> float:
    """Return Krippendorff's alpha: agreement of any number of judges, gaps allowed.

    Parameters
    ----------
    ratings
        Units down, judges across; NaN where a judge did not judge. Units with fewer than two judgements do not count.
    level
        What differences mean.

    Raises
    ------
    DataError
        No unit was judged twice, or all judgements are the same (alpha has no value then).

    References: K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011).
    """
    x = numbers(ratings, "ratings", dims=2, gaps="keep")
    chosen(level, ("nominal", "ordinal", "interval", "ratio"), "level")
    values = np.unique(x[~np.isnan(x)])
    pairable = (~np.isnan(x)).sum(axis=1)
    x, pairable = x[pairable > 1], pairable[pairable > 1]
    if len(x) == 0 or len(values) < 2:
        refuse(
            Text("没有可比的判断，或判断全都相同。", "No unit was judged twice, or all judgements are the same."),
            found=f"{len(x)}, {len(values)}",
            expected=Text("至少两种取值", "at least two values"),
        )
    counts = np.stack([(x == value).sum(axis=1) for value in values], axis=1).astype(float)
    together = (counts.T / (pairable - 1)) @ counts - np.diag((counts.T / (pairable - 1)).sum(axis=1))
    margin = together.sum(axis=1)
    far = _differences(values, margin, level)
    n = margin.sum()
    chance = float((np.outer(margin, margin) * far).sum()) / (n - 1)
    if chance == 0:
        refuse(Text("判断全都相同。", "All judgements are the same."), found=f"{values[0]:g}")
    return 1 - float((together * far).sum()) / chance


def _differences(values: Floats, margin: Floats, level: Level) -> Floats:
    k = len(values)
    if level == "nominal":
        return 1.0 - np.eye(k)
    if level == "ordinal":
        upto = np.cumsum(margin)
        between = np.abs(np.subtract.outer(upto - margin / 2, upto - margin / 2))
        return np.asarray(between**2)
    gap = np.subtract.outer(values, values)
    if level == "interval":
        return np.asarray(gap**2)
    both = np.add.outer(values, values)
    return np.asarray(np.where(both == 0, 0.0, gap / np.where(both == 0, 1.0, both)) ** 2)


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W with its chi-square test."""

    w: float
    chi2: float
    df: int
    p: float


def kendall_w(ratings: ArrayLike, *, ties: bool = True) -> Concordance:
    """Return how far judges put the units in the same order, 0 to 1.

    Parameters
    ----------
    ratings
        Units down, judges across.
    ties
        Whether the sum of squares is corrected for ties.

    Raises
    ------
    DataError
        Gaps, fewer than two units or judges, or judges who give every unit the same rating.

    References: M. G. Kendall, B. Babington Smith, Annals of Mathematical Statistics 10 (1939) 275-287.
    """
    x = numbers(ratings, "ratings", dims=2, least=2)
    n, m = x.shape
    if m < 2:
        refuse(Text("至少要有两位评判者。", "At least two judges are needed."), where="ratings", found=m)
    ranks = stats.rankdata(x, axis=0)
    tied = sum(float((c**3 - c).sum()) for c in (np.unique(col, return_counts=True)[1] for col in x.T)) if ties else 0.0
    room = m**2 * (n**3 - n) - m * tied
    if room <= 0:
        refuse(Text("每位评判者都给了同样的分。", "Every judge gave all units the same rating."), found=f"{n} x {m}")
    w = float(12 * ((ranks.sum(axis=1) - m * (n + 1) / 2) ** 2).sum() / room)
    chi2 = m * (n - 1) * w
    return Concordance(w, chi2, n - 1, float(stats.chi2.sf(chi2, n - 1)))
