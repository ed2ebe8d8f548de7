"""Quantiles of a designed sample, with Woodruff's interval: the interval of the share below, carried back to the scale of the variable."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.designs import Design
from hmsurvey.statistics.estimates import Estimate, all_drawn, domain, estimate_mean, nobody, t_point, values_of
from hmsurvey.statistics.inputs import Floats, chosen, probability

Rule = Literal["math", "school", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"]
RULES: tuple[Rule, ...] = ("math", "school", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9")
NO_END = Text(
    "样本太小，分位数的区间在一端或两端没有界。",
    "The sample is too small: the interval of this quantile has no end on one side or both.",
)


def estimate_quantile(
    design: Design,
    values: ArrayLike,
    p: float,
    *,
    within: ArrayLike | None = None,
    rule: Rule = "math",
) -> Estimate:
    """Estimate a quantile of the population, with a 95% interval.

    Parameters
    ----------
    design
        How the sample was drawn.
    values
        A number a row.
    p
        0.5 is the median.
    within
        True for the rows of a domain; None: all.
    rule
        "math": the smallest value at which the weighted share at or below reaches p. "school": the mean of two values where it is met exactly. "hf4" to "hf9": the interpolations of
        Hyndman and Fan with weights in place of counts.

    Returns
    -------
    Estimate
        The standard error is the interval's width over twice the t point; an end that does not exist is NaN, with a note.

    Raises
    ------
    DataError
        Lengths differ or values are missing.

    References
    ----------
    R. S. Woodruff, Confidence intervals for medians and other position measures, Journal of the American Statistical Association 47 (1952) 635-646. R. J. Hyndman, Y. Fan, Sample quantiles in
    statistical packages, American Statistician 50 (1996) 361-365.
    """
    chosen(rule, RULES, "rule")
    mask = domain(design, within)
    y = values_of(design, values, "values", mask)
    p = probability(p, "p")
    if not mask.any():
        return nobody()
    at = _read(y[mask], design.weights[mask], p, rule)
    below = estimate_mean(design, (y <= at).astype(float), within=mask)
    if below.value > 1 - 1e-12 and not all_drawn(design, mask):
        # nobody above: the share's standard error of 0 would make an interval without width
        return Estimate(at, math.nan, _read(y[mask], design.weights[mask], 0.025 ** (1 / below.n), rule), math.nan, below.freedom, below.n, note=NO_END)  # fmt: skip
    low = _read(y[mask], design.weights[mask], below.low, rule) if below.low >= 0 else math.nan
    high = _read(y[mask], design.weights[mask], below.high, rule) if below.high <= 1 else math.nan
    error = (high - low) / (2 * t_point(below.freedom, 0.95)) if below.freedom > 0 else math.nan
    note = NO_END if math.isnan(error) else NOTHING
    return Estimate(at, error, low, high, below.freedom, below.n, note=note)


def _read(values: Floats, weights: Floats, p: float, rule: Rule) -> float:
    order = np.argsort(values, kind="stable")
    x, w = values[order], weights[order]
    # summed exactly, so that a share met to the last digit falls the same way on every machine
    total = np.array([float(part) for part in accumulate(map(Fraction, w.tolist()))])
    if rule in ("math", "school"):
        reach = p * total[-1]
        at = min(int(np.searchsorted(total, reach)), len(x) - 1)
        if rule == "math":
            return float(x[at])
        met = np.flatnonzero(np.isclose(total, reach, rtol=1e-12, atol=0))
        return float(x[met[0] : met[0] + 2].mean()) if len(met) else float(x[at])
    before, last = total - w, float(w[-1])
    if len(x) == 1:
        return float(x[0])
    places = {
        "hf4": total / total[-1],
        "hf5": (total - w / 2) / total[-1],
        "hf6": total / (total[-1] + last),
        "hf7": before / (total[-1] - last),
        "hf8": (before / 3 + total * 2 / 3) / (total[-1] + last / 3),
        "hf9": (before * 3 / 8 + total * 5 / 8) / (total[-1] + last / 4),
    }[rule]
    return float(np.interp(p, places, x))
