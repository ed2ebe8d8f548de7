"""What would another sample have said? Bootstrap and jackknife of any statistic, and of the shares of categories in many groups at once.

Intervals are named for what they are: normal, basic, percentile, BCa, studentised. Draws are made in batches, so that memory does not grow with their number, and every seed is given
by the caller. Where a correction cannot be computed (the jackknife of a median with ties does not vary), the result says what stands in its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, chosen, generator, numbers, probability, refuse, times

Statistic = Callable[[Floats], Any]
Method = Literal["normal", "basic", "percentile", "bca", "studentised"]
METHODS: tuple[Method, ...] = ("normal", "basic", "percentile", "bca", "studentised")
_CELLS = 1 << 20  # numbers held at a time

BY_REGRESSION = Text(
    "逐一剔除后统计量没有变化，刀切法算不出加速系数，改用回归法。",
    "The statistic does not change when one value is left out, so the jackknife gives no acceleration; regression's stands in its place.",
)
NO_ACCELERATION = Text(
    "加速系数算不出来，按 0 处理（即只作偏差校正的 BC 区间）。",
    "No acceleration can be computed; it is taken as 0 (bias-corrected interval, BC).",
)
NO_SPREAD = Text(
    "重抽样的结果全都相同，区间没有宽度，这并不说明没有误差。",
    "All replicates are the same: the interval has no width, which does not mean that there is no error.",
)
NEARLY_NO_SPREAD = Text(
    "重抽样的结果大多相同，区间没有宽度，这并不说明没有误差。",
    "Most replicates are the same: the interval has no width, which does not mean that there is no error.",
)
PERCENTILE_INSTEAD = Text(
    "原值落在所有重抽样结果之外，偏差校正无穷大，改用百分位区间。",
    "The estimate lies outside all replicates, so that the bias correction is infinite; the percentile interval stands in its place.",
)
BEYOND = Text(
    "重抽样结果多有重复，BCa 区间不含原值，改用百分位区间。",
    "With so many replicates alike BCa's interval would not hold the estimate; the percentile interval stands in its place.",
)
AT_EXTREME = Text("重抽样次数不够，区间端点取了极值。", "There are too few replicates: an end of the interval is an extreme of them.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Jackknife:
    """A statistic with each value left out in turn: `bias`, `standard_error` and `acceleration` (None where the statistic does not change)."""

    value: float
    bias: float
    standard_error: float
    acceleration: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """A statistic and its replicates.

    `variances` holds the variance of each replicate and `variance` that of the statistic, where the statistic gives it. The two accelerations are None where they cannot be computed.
    """

    value: float
    replicates: Floats
    standard_error: float
    bias: float
    variance: float | None
    variances: Floats | None
    jackknife_acceleration: float | None
    regression_acceleration: float | None


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """An interval by a named method; `note` says when another method had to stand in (then `method` is that one) or when the ends mean little."""

    low: float
    high: float
    method: str
    confidence: float
    note: Text = NOTHING


def jackknife(values: ArrayLike, statistic: Statistic) -> Jackknife:
    """Leave out each value in turn.

    Parameters
    ----------
    values
        Numbers, at least 3.
    statistic
        Takes samples as rows of a table and returns a number a row, such as `lambda x: x.mean(axis=-1)`.

    Raises
    ------
    DataError
        Fewer than 3 values, gaps, or a statistic that is not finite.

    References
    ----------
    B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap (1993), ch. 11.

    >>> found = jackknife([1, 2, 6], lambda x: x.mean(axis=-1))
    >>> found.bias, round(found.standard_error, 6)
    (0.0, 1.527525)
    """
    x = numbers(values, "values", least=3)
    value = float(_of(statistic, x[None, :])[0][0])
    left = _left_out(x, statistic)
    n, mean = len(x), float(left.mean())
    error = math.sqrt((n - 1) / n * float(((left - mean) ** 2).sum()))
    return Jackknife(value, (n - 1) * (mean - value), error, _jackknife_acceleration(value, left))


def bootstrap(
    values: ArrayLike,
    statistic: Statistic,
    *,
    seed: int | np.random.Generator,
    replicates: int = 9999,
    strata: Iterable[Any] | None = None,
) -> Bootstrap:
    """Draw samples with replacement and compute a statistic of each.

    Parameters
    ----------
    values
        Numbers, at least 3.
    statistic
        Takes samples as rows of a table and returns a number a row; or two columns, the number and its variance, for the studentised interval.
    seed
        A whole number, or a generator.
    replicates
        How many samples.
    strata
        A label a value: each sample keeps the size of every stratum. Then the statistic must not depend on the order of values.

    Raises
    ------
    DataError
        Fewer than 3 values, gaps, lengths that differ, or a statistic that is not finite.

    References
    ----------
    A. C. Davison, D. V. Hinkley, Bootstrap Methods and their Application (1997), ch. 2, 3 and 5.
    """
    x = numbers(values, "values", least=3)
    rng = generator(seed)
    draw = _drawer(len(x), strata)
    replicates = times(replicates)
    first, spread = _of(statistic, x[None, :])
    found, spreads = np.empty(replicates), np.empty(replicates)
    n = len(x)
    normal, cross = np.zeros((n, n)), np.zeros(n)
    for begin, end in _batches(replicates, n):
        rows = draw(rng, end - begin)
        found[begin:end], variances = _of(statistic, x[rows])
        if variances is not None:
            spreads[begin:end] = variances
        often = np.zeros((end - begin, n))
        np.add.at(often, (np.arange(end - begin)[:, None], rows), 1.0)
        often -= 1.0
        normal += often.T @ often
        cross += often.T @ (found[begin:end] - first[0])
    left = _left_out(x, statistic)
    regression = _regression_acceleration(normal, cross) if replicates > n else None
    return Bootstrap(
        float(first[0]),
        found,
        float(found.std(ddof=1)),
        float(found.mean() - first[0]),
        None if spread is None else float(spread[0]),
        None if spread is None else spreads,
        _jackknife_acceleration(float(first[0]), left),
        regression,
    )


def bootstrap_interval(
    draws: Bootstrap,
    *,
    method: Method = "bca",
    confidence: float = 0.95,
    acceleration: Literal["jackknife", "regression"] = "jackknife",
) -> BootstrapInterval:
    """Make an interval of the replicates of a statistic.

    Parameters
    ----------
    draws
        As returned by `bootstrap`.
    method
        "normal" (less the bias), "basic", "percentile", "bca" (bias-corrected and accelerated) or "studentised".
    confidence
        Such as 0.95.
    acceleration
        Where BCa's acceleration comes from; they agree for a mean and differ for other statistics.

    Returns
    -------
    BootstrapInterval
        Quantiles are read between replicates on the normal scale at rank (R + 1) p.

    Raises
    ------
    DataError
        "studentised" of a statistic that gave no variance, or gave one of 0.

    References
    ----------
    B. Efron, Better bootstrap confidence intervals, Journal of the American Statistical Association 82 (1987) 171-185. Davison and Hinkley (1997), ch. 5.
    """
    chosen(method, METHODS, "method")
    chosen(acceleration, ("jackknife", "regression"), "acceleration")
    tail = (1 - probability(confidence, "confidence")) / 2
    ordered = np.sort(draws.replicates)
    note = AT_EXTREME if (len(ordered) + 1) * tail < 1 else NOTHING
    if ordered[0] == ordered[-1]:
        note = NO_SPREAD
    value = draws.value
    if method == "normal":
        half = float(stats.norm.isf(tail)) * draws.standard_error
        low, high = value - draws.bias - half, value - draws.bias + half
    elif method == "studentised":
        low, high = _studentised(draws, tail)
    elif method == "basic":
        low, high = 2 * value - _at(ordered, 1 - tail), 2 * value - _at(ordered, tail)
    elif method == "percentile":
        low, high = _at(ordered, tail), _at(ordered, 1 - tail)
    else:
        return _with_width(_bca(draws, ordered, confidence, acceleration))
    return _with_width(BootstrapInterval(low, high, method, confidence, note))


def _with_width(found: BootstrapInterval) -> BootstrapInterval:
    """Return an interval that says so where it has no width."""
    flat = found.low == found.high and found.note not in (NO_SPREAD, NEARLY_NO_SPREAD)
    return replace(found, note=NEARLY_NO_SPREAD) if flat else found


def _bca(draws: Bootstrap, ordered: Floats, confidence: float, acceleration: str) -> BootstrapInterval:
    tail = (1 - confidence) / 2
    below = float((ordered < draws.value).mean())
    if not 0 < below < 1:
        note = NO_SPREAD if ordered[0] == ordered[-1] else PERCENTILE_INSTEAD
        return BootstrapInterval(_at(ordered, tail), _at(ordered, 1 - tail), "percentile", confidence, note)
    a, note = draws.jackknife_acceleration, NOTHING
    if acceleration == "regression":
        a = draws.regression_acceleration
    elif a is None and draws.regression_acceleration is not None:
        a, note = draws.regression_acceleration, BY_REGRESSION
    if a is None:
        a, note = 0.0, NO_ACCELERATION
    shift = float(stats.norm.ppf(below))
    ends = []
    for point in (tail, 1 - tail):
        z = shift + float(stats.norm.ppf(point))
        ends.append(float(stats.norm.cdf(shift + z / (1 - a * z))))
    low, high = _at(ordered, ends[0]), _at(ordered, ends[1])
    if not low <= draws.value <= high:  # many replicates equal to the estimate: the share below it says nothing of bias
        return BootstrapInterval(_at(ordered, tail), _at(ordered, 1 - tail), "percentile", confidence, BEYOND)
    if not any(note) and min(ends[0], 1 - ends[1]) * (len(ordered) + 1) < 1:
        note = AT_EXTREME
    return BootstrapInterval(low, high, "bca", confidence, note)


def _studentised(draws: Bootstrap, tail: float) -> tuple[float, float]:
    if draws.variances is None or draws.variance is None:
        refuse(
            Text("学生化区间需要每次重抽样的方差。", "A studentised interval needs the variance of every replicate."),
            where="method",
            found="studentised",
            fix=Text(
                "让 statistic 返回两列：值与方差。", "let `statistic` return two columns, the number and its variance."
            ),
        )
    flat = int((draws.variances <= 0).sum())
    if flat or draws.variance <= 0:
        refuse(
            Text(
                "有的重抽样方差为 0，不能学生化。", "Some replicates have a variance of 0: they cannot be studentised."
            ),
            where="variances",
            found=flat,
            fix=Text("改用 bca 或 percentile。", 'use "bca" or "percentile".'),
        )
    z = np.sort((draws.replicates - draws.value) / np.sqrt(draws.variances))
    root = math.sqrt(draws.variance)
    return draws.value - root * _at(z, 1 - tail), draws.value - root * _at(z, tail)


def _at(ordered: Floats, p: float) -> float:
    """Return the value at rank (R + 1) p, between two on the normal scale."""
    size = len(ordered)
    rank = (size + 1) * p
    k = math.floor(rank + 1e-9)
    if k < 1:
        return float(ordered[0])
    if k >= size:
        return float(ordered[-1])
    points = stats.norm.ppf([p, k / (size + 1), (k + 1) / (size + 1)])
    part = min(1.0, max(0.0, float((points[0] - points[1]) / (points[2] - points[1]))))
    return float(ordered[k - 1] + part * (ordered[k] - ordered[k - 1]))


def _of(statistic: Statistic, samples: Floats) -> tuple[Floats, Floats | None]:
    """Return the statistic of each row, and its variance where it gives one."""
    try:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = np.asarray(statistic(samples), dtype=float)
    except (ArithmeticError, TypeError, ValueError) as error:
        refuse(
            Text("statistic 在样本上算不出来。", "`statistic` fails on a table of samples."),
            where="statistic",
            found=f"{type(error).__name__}: {error}",
            fix=Text("例如 lambda x: x.mean(axis=-1)。", "such as lambda x: x.mean(axis=-1)."),
        )
    if found.shape == (len(samples), 2):
        found, variances = found[:, 0], found[:, 1]
    else:
        variances = None
    if found.shape != (len(samples),):
        refuse(
            Text("statistic 应对每一行返回一个数。", "`statistic` must return a number for every row."),
            where="statistic",
            found=found.shape,
            expected=Text(f"({len(samples)},)", f"({len(samples)},)"),
            fix=Text("例如 lambda x: x.mean(axis=-1)。", "such as lambda x: x.mean(axis=-1)."),
        )
    if not np.isfinite(found).all():
        refuse(
            Text("统计量在有的样本上不是有限的数。", "The statistic is not finite on some samples."),
            where="statistic",
            found=int((~np.isfinite(found)).sum()),
        )
    return found, variances


def _left_out(x: Floats, statistic: Statistic) -> Floats:
    n = len(x)
    found = np.empty(n)
    for begin, end in _batches(n, n):
        rows = np.arange(n - 1)[None, :] + (np.arange(n - 1)[None, :] >= np.arange(begin, end)[:, None])
        found[begin:end] = _of(statistic, x[rows])[0]
    return found


def _jackknife_acceleration(value: float, left: Floats) -> float | None:
    """Return the acceleration from the distances of the statistic from its values with one left out; None where these are all the same."""
    return None if np.ptp(left) <= 1e-12 * max(1.0, abs(value)) else _acceleration(value - left)


def _acceleration(influence: Floats) -> float | None:
    """Return a sixth of the skewness of influences."""
    squares = float((influence**2).sum())
    return float((influence**3).sum()) / (6 * squares**1.5) if squares > 0 else None


def _regression_acceleration(normal: Floats, cross: Floats) -> float | None:
    """Regress replicates on how often each value was drawn; the slopes are its influences."""
    slope = np.linalg.lstsq(normal, cross, rcond=None)[0]
    return _acceleration(slope - slope.mean())


def _drawer(n: int, strata: Iterable[Any] | None) -> Callable[[np.random.Generator, int], Any]:
    if strata is None:
        return lambda rng, size: rng.integers(0, n, size=(size, n))
    labels = list(strata)
    if len(labels) != n:
        refuse(Text("行数对不上。", "The number of rows does not fit."), where="strata", found=len(labels), expected=Text(str(n), str(n)))  # fmt: skip
    places: dict[Any, list[int]] = {}
    for row, label in enumerate(labels):
        places.setdefault(label, []).append(row)
    parts = [np.array(rows) for rows in places.values()]
    return lambda rng, size: np.hstack([part[rng.integers(0, len(part), size=(size, len(part)))] for part in parts])


def _batches(number: int, width: int) -> list[tuple[int, int]]:
    size = max(1, _CELLS // max(1, width))
    return [(begin, min(number, begin + size)) for begin in range(0, number, size)]
