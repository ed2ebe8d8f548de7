"""Totals, means, ratios and differences of a designed sample, with linearised standard errors, for all or for a domain.

A domain is a mask over the rows of the whole design, never a smaller sample: how many of a domain were drawn is itself left to chance. Gaps are refused; `complete_rows`
makes the mask that leaves them out, so that it is the caller who says over which rows several variables are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.designs import Design, covariance, degrees_of_freedom
from hmsurvey.statistics.inputs import Floats, chosen, numbers, probability, refuse

Mask = NDArray[np.bool_]
Interval = Literal["t", "normal"]

NOBODY = Text("没有样本，无从估计。", "Nobody was sampled there: there is nothing to estimate from.")
NO_FREEDOM = Text(
    "单位数不多于层数，没有自由度，因此没有 t 区间。",
    "There are no more clusters than strata: no degrees of freedom, so no t interval.",
)
ONE_ROW = Text(
    "只有一个样本：标准误为 0 只表示估计不出，不表示没有误差。",
    "A single row: the standard error of 0 says that it cannot be told, not that there is none.",
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its standard error and interval.

    `design_effect` compares the variance with that of a simple random sample of as many rows drawn without replacement, `design_effect_replace` with replacement; None where that is not
    defined. `n` counts the rows it rests on. `value`, `standard_error`, `low` and `high` are NaN only where `note` says why.
    """

    value: float
    standard_error: float
    low: float
    high: float
    freedom: int
    n: int
    design_effect: float | None = None
    design_effect_replace: float | None = None
    note: Text = NOTHING


def complete_rows(*columns: ArrayLike) -> Mask:
    """Return the rows that have a value in every column.

    >>> complete_rows([1, 2, None], [None, 5, 6]).tolist()
    [False, True, False]
    """
    found = [~np.isnan(numbers(column, f"column {at}", gaps="keep")) for at, column in enumerate(columns, start=1)]
    lengths = {len(part) for part in found}
    if len(lengths) != 1:
        refuse(Text("各列行数不同。", "The columns differ in length."), where="complete_rows", found=sorted(lengths))
    return np.logical_and.reduce(found)


def domain(design: Design, within: ArrayLike | None) -> Mask:
    """Return a domain as a mask over the rows of the design."""
    n = len(design.weights)
    mask = np.ones(n, dtype=bool) if within is None else np.asarray(within)
    if mask.shape != (n,) or mask.dtype != bool:
        refuse(
            Text("within 应是与样本等长的真假列。", "`within` must be true or false for every row of the sample."),
            where="within",
            found=f"{mask.dtype} {mask.shape}",
            expected=Text(f"bool（{n} 行）", f"bool ({n} rows)"),
        )
    return mask


def values_of(design: Design, values: ArrayLike, name: str, mask: Mask) -> Floats:
    """Return values as floats, 0 outside the domain; gaps inside it are refused."""
    array = numbers(values, name, gaps="keep")
    if len(array) != len(mask):
        refuse(Text("行数与样本不符。", "There is not one for every row of the sample."), where=name, found=len(array), expected=Text(str(len(mask)), str(len(mask))))  # fmt: skip
    if np.isnan(array[mask]).any():
        refuse(
            Text("有缺失值。", "Some are missing."),
            where=name,
            found=int(np.isnan(array[mask]).sum()),
            fix=Text("用 within=complete_rows(...) 指明只用哪些行。", "say by `within=complete_rows(...)` which rows are used."),
        )  # fmt: skip
    return np.where(mask, array, 0.0)


def t_point(freedom: int, confidence: float) -> float:
    """Return the upper point of a two-sided t interval."""
    return float(stats.t.isf((1 - probability(confidence, "confidence")) / 2, freedom))


def bounds(value: float, error: float, freedom: int, interval: Interval, confidence: float) -> tuple[float, float]:
    """Return the ends of a normal or t interval; NaN without degrees of freedom."""
    chosen(interval, ("t", "normal"), "interval")
    tail = (1 - probability(confidence, "confidence")) / 2
    if interval == "t" and freedom < 1:
        return math.nan, math.nan
    half = error * float(stats.norm.isf(tail) if interval == "normal" else stats.t.isf(tail, freedom))
    return value - half, value + half


def estimate_total(
    design: Design, values: ArrayLike, *, within: ArrayLike | None = None, interval: Interval = "t", confidence: float = 0.95
) -> Estimate:  # fmt: skip
    """Estimate the population's total of a variable.

    Parameters
    ----------
    design
        How the sample was drawn.
    values
        A number a row, without gaps inside the domain. Ones estimate how many there are.
    within
        True for the rows of a domain; None: all.
    interval
        "t" on clusters less strata degrees of freedom, or "normal".
    confidence
        Such as 0.95.

    Raises
    ------
    DataError
        Lengths differ or values are missing.

    References
    ----------
    C.-E. Särndal, B. Swensson, J. Wretman, Model Assisted Survey Sampling (1992), ch. 2-4; domains: ch. 10.

    >>> from hmsurvey.statistics.designs import survey_design
    >>> estimate_total(survey_design(population=[[4, 4]]), [1, 3]).value
    8.0
    """
    mask = domain(design, within)
    y = values_of(design, values, "values", mask)
    plain = _plain_variance(design, y, mask)
    if plain is not None:
        total = design.weights[mask].sum()
        plain = (plain[0] * total**2, plain[1] * total**2)
    return _finished(design, float(design.weights @ y), y, mask, plain, (interval, confidence))


def estimate_mean(
    design: Design, values: ArrayLike, *, within: ArrayLike | None = None, interval: Interval = "t", confidence: float = 0.95
) -> Estimate:  # fmt: skip
    """Estimate the population's mean of a variable: weighted total over the sum of weights.

    Parameters are those of `estimate_total`; 0 and 1 as values estimate a share.

    Raises
    ------
    DataError
        Lengths differ or values are missing.

    >>> from hmsurvey.statistics.designs import survey_design
    >>> found = estimate_mean(survey_design(population=[[4, 4]]), [1, 3])
    >>> found.value, round(found.standard_error, 6)
    (2.0, 0.707107)
    """
    mask = domain(design, within)
    y = values_of(design, values, "values", mask)
    if not mask.any():
        return nobody()
    size = float(design.weights[mask].sum())
    mean = float(design.weights @ y) / size
    influence = np.where(mask, y - mean, 0.0) / size
    return _finished(design, mean, influence, mask, _plain_variance(design, y, mask), (interval, confidence))


def estimate_ratio(
    design: Design, above: ArrayLike, below: ArrayLike, *, within: ArrayLike | None = None, confidence: float = 0.95
) -> Estimate:
    """Estimate the ratio of two totals, with a t interval.

    Raises
    ------
    DataError
        Lengths differ, values are missing, or the total below is 0.
    """
    mask = domain(design, within)
    y, x = values_of(design, above, "above", mask), values_of(design, below, "below", mask)
    if not mask.any():
        return nobody()
    base = float(design.weights @ x)
    if base == 0:
        refuse(Text("分母的总量为 0。", "The total below is 0."), where="below", found=0)
    ratio = float(design.weights @ y) / base
    return _finished(design, ratio, (y - ratio * x) / base, mask, None, ("t", confidence))


def estimate_variance(
    design: Design, values: ArrayLike, *, within: ArrayLike | None = None, confidence: float = 0.95
) -> Estimate:
    """Estimate the population's variance of a variable, with n - 1 below (n rows), its standard error and a t interval.

    Raises
    ------
    DataError
        Lengths differ, values are missing, or there are fewer than 2 rows.
    """
    mask = domain(design, within)
    y = values_of(design, values, "values", mask)
    n = int(mask.sum())
    if n < 2:
        refuse(Text("方差至少要两个数。", "A variance needs at least two values."), where="values", found=n)
    weights = design.weights * mask
    squares = (y - float(weights @ y) / weights.sum()) ** 2 * n / (n - 1)
    return estimate_mean(design, squares, within=mask, confidence=confidence)


def estimate_difference(
    design: Design, values: ArrayLike, *, one: ArrayLike, other: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Estimate the mean of one domain less that of another, with the covariance of the two and a t interval on one degree of freedom less.

    Raises
    ------
    DataError
        Lengths differ, values are missing, or a domain is empty.
    """
    masks = [domain(design, one), domain(design, other)]
    if any(not mask.any() for mask in masks):
        refuse(Text("有一组没有样本。", "One of the two domains has nobody."), where="one, other", found=0)
    influences, means = [], []
    for mask in masks:
        y = values_of(design, values, "values", mask)
        size = design.weights[mask].sum()
        means.append(float(design.weights @ y) / float(size))
        influences.append(np.where(mask, y - means[-1], 0.0) / size)
    both = masks[0] | masks[1]
    freedom = degrees_of_freedom(design, within=both) - 1
    gap, influence = means[0] - means[1], influences[0] - influences[1]
    return _finished(design, gap, influence, both, None, ("t", confidence), freedom)


def estimate_by(
    groups: Iterable[Any], estimate: Callable[[Mask], Estimate], *, known: Iterable[Hashable] = ()
) -> Mapping[Hashable, Estimate]:
    """Estimate the same for every group.

    Parameters
    ----------
    groups
        A label a row.
    estimate
        What to estimate within a mask, such as `lambda rows: estimate_mean(design, y, within=rows)`.
    known
        Groups that there are, in the order wanted; one that nobody was sampled from has its place, with a note.

    Returns
    -------
    Mapping
        Label to estimate.
    """
    labels = np.fromiter(groups, dtype=object)  # an array made of pairs would have two dimensions
    order = list(dict.fromkeys([*known, *labels.tolist()]))
    return {label: estimate(mask) if (mask := rows_of(labels, label)).any() else nobody() for label in order}


def rows_of(labels: NDArray[np.object_], label: Hashable) -> Mask:
    """Return the rows that carry a label."""
    return np.fromiter((each == label for each in labels), dtype=bool, count=len(labels))


def all_drawn(design: Design, mask: Mask) -> bool:
    """Return whether a domain lies in strata of which every unit was drawn: then nothing was left to chance."""
    return all(bool((stage.drawn == stage.there)[stage.group[mask]].all()) for stage in design.stages)


def nobody() -> Estimate:
    """Return the estimate of a domain nobody was sampled from: NaN, with the reason."""
    return Estimate(math.nan, math.nan, math.nan, math.nan, 0, 0, note=NOBODY)


def _plain_variance(design: Design, y: Floats, mask: Mask) -> tuple[float, float] | None:
    """Return the variance of a mean of a simple random sample without and with replacement, or None where it has none."""
    n, weights = int(mask.sum()), design.weights * mask
    size = float(weights.sum())
    if n < 2:
        return None
    spread = float(weights @ np.where(mask, y - float(weights @ y) / size, 0.0) ** 2) / size * n / (n - 1)
    return spread * (size - n) / (size * n), spread / n


def _finished(
    design: Design,
    value: float,
    influence: Floats,
    mask: Mask,
    plain: tuple[float, float] | None,
    wanted: tuple[Interval, float],
    freedom: int | None = None,
) -> Estimate:
    n = int(mask.sum())
    variance = float(covariance(design, influence)[0, 0])
    error = math.sqrt(max(0.0, variance))
    free = degrees_of_freedom(design, within=mask) if freedom is None else freedom
    census = n > 0 and error == 0 and all_drawn(design, mask)
    low, high = (value, value) if census else bounds(value, error, free, *wanted)
    without, replaced = (float(variance / p) if p > 0 else None for p in plain or (0.0, 0.0))
    note = NOTHING
    if n == 0:
        note = NOBODY
    elif n == 1 and error == 0 and not census:
        note = ONE_ROW
    elif math.isnan(low):
        note = NO_FREEDOM
    return Estimate(value, error, low, high, free, n, without, replaced, note)
