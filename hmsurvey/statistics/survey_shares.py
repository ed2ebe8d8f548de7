"""Shares in a designed sample, with intervals that stay between 0 and 1 and say something when nobody, or everybody, has the property.

At 0 and at 1 the linearised standard error is 0, which would make an interval without width; there the exact binomial interval on the degrees of freedom left stands instead,
and a note says so.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from hmsurvey.errors import Text
from hmsurvey.statistics.designs import Design, coded
from hmsurvey.statistics.estimates import (
    Estimate,
    Mask,
    all_drawn,
    domain,
    estimate_mean,
    nobody,
    rows_of,
    t_point,
    values_of,
)
from hmsurvey.statistics.inputs import chosen, probability, refuse

Method = Literal["logit", "likelihood", "asin", "beta", "wilson", "mean"]
METHODS: tuple[Method, ...] = ("logit", "likelihood", "asin", "beta", "wilson", "mean")

AT_THE_END = Text(
    "样本中没有差异，标准误为 0；区间改用二项精确区间。",
    "No variation in the sample, so the standard error is 0; the interval is the exact binomial one.",
)
FIXED = Text(
    "占比由设计或校准固定，没有抽样误差。", "Design or calibration fixes this share: it has no sampling error."
)


def estimate_share(
    design: Design,
    flags: ArrayLike,
    *,
    within: ArrayLike | None = None,
    method: Method = "logit",
    confidence: float = 0.95,
) -> Estimate:
    """Estimate the share of the population that has a property.

    Parameters
    ----------
    design
        How the sample was drawn.
    flags
        1 or True for rows that have it, 0 or False for those that have not.
    within
        True for the rows of a domain; None: all.
    method
        "logit" (t interval of the log odds), "likelihood" (Rao-Scott scaled likelihood ratio, solved exactly; R's `svyciprop` reads it off a few points of a profile and differs by up to 3e-5),
        "asin" (t interval of the arcsine root), "beta" (Korn-Graubard: exact binomial on the effective sample size), "wilson" (score interval on the effective sample size with the t point), "mean"
        (plain t interval, which may leave 0 to 1).
    confidence
        Such as 0.95.

    Raises
    ------
    DataError
        A flag is missing or is neither 0 nor 1, or there is not one for every row.

    References
    ----------
    E. L. Korn, B. I. Graubard, Survey Methodology 24 (1998) 193-201. J. N. K. Rao, A. J. Scott, Annals of Statistics 12 (1984) 46-60.
    """
    chosen(method, METHODS, "method")
    mask = domain(design, within)
    values = values_of(design, flags, "flags", mask)
    if not np.isin(values[mask], (0.0, 1.0)).all():
        refuse(
            Text("占比要用 0 和 1。", "A share needs 0 and 1."),
            where="flags",
            found=", ".join(f"{v:g}" for v in np.unique(values[mask])[:5]),
            fix=Text("缺失的行用 within 排除。", "leave missing rows out by `within`."),
        )
    found = estimate_mean(design, values, within=mask, confidence=confidence)
    if found.n == 0:
        return found
    share = found.value
    if share < 1e-12 or share > 1 - 1e-12:
        return _at_the_end(design, found, mask, confidence)
    if found.standard_error < 1e-9 * share:
        return replace(found, low=share, high=share, note=FIXED)
    if found.freedom < 1 or found.n < 2:
        return found
    low, high = _INTERVALS[method](found, confidence)
    return replace(found, low=low, high=high)


def estimate_shares(
    design: Design,
    categories: Iterable[Any],
    *,
    known: Iterable[Hashable] = (),
    within: ArrayLike | None = None,
    method: Method = "logit",
) -> Mapping[Hashable, Estimate]:
    """Estimate the share of each category, 95% intervals one at a time; a category of `known` that nobody is in has its share of 0.

    Raises
    ------
    DataError
        A row inside the domain has no category.
    """
    mask = domain(design, within)
    labels = np.fromiter(categories, dtype=object)
    if len(labels) != len(mask):
        refuse(Text("行数与样本不符。", "There is not one for every row of the sample."), where="categories", found=len(labels), expected=Text(str(len(mask)), str(len(mask))))  # fmt: skip
    coded(labels[mask].tolist(), "categories") if mask.any() else None
    order = list(dict.fromkeys([*known, *labels[mask].tolist()]))
    if not mask.any():
        return {label: nobody() for label in order}
    return {label: estimate_share(design, rows_of(labels, label), within=mask, method=method) for label in order}


def _at_the_end(design: Design, found: Estimate, mask: Mask, confidence: float) -> Estimate:  # fmt: skip
    """Give none or all an interval: no width where all there are were drawn, else the exact binomial one of the rows."""
    tail = (1 - probability(confidence, "confidence")) / 2
    share = round(found.value)
    if all_drawn(design, mask):
        return replace(found, value=float(share), low=float(share), high=float(share), note=FIXED)
    low = 0.0 if share == 0 else tail ** (1 / found.n)
    high = 1.0 if share == 1 else 1 - tail ** (1 / found.n)
    return replace(found, value=float(share), low=low, high=high, note=AT_THE_END)


def _logit(found: Estimate, confidence: float) -> tuple[float, float]:
    p = found.value
    half = t_point(found.freedom, confidence) * found.standard_error / (p * (1 - p))
    middle = math.log(p / (1 - p))
    return 1 / (1 + math.exp(half - middle)), 1 / (1 + math.exp(-half - middle))


def _asin(found: Estimate, confidence: float) -> tuple[float, float]:
    p = found.value
    half = t_point(found.freedom, confidence) * found.standard_error / (2 * math.sqrt(p * (1 - p)))
    middle = math.asin(math.sqrt(p))
    return math.sin(max(0.0, middle - half)) ** 2, math.sin(min(math.pi / 2, middle + half)) ** 2


def _mean(found: Estimate, confidence: float) -> tuple[float, float]:
    half = t_point(found.freedom, confidence) * found.standard_error
    return found.value - half, found.value + half


def _beta(found: Estimate, confidence: float) -> tuple[float, float]:
    p, tail = found.value, (1 - probability(confidence, "confidence")) / 2
    effective = p * (1 - p) / found.standard_error**2
    effective *= (float(stats.t.isf(tail, found.n - 1)) / t_point(found.freedom, confidence)) ** 2
    part = effective * p
    return float(stats.beta.ppf(tail, part, effective - part + 1)), float(stats.beta.isf(tail, part + 1, effective - part))  # fmt: skip


def _likelihood(found: Estimate, confidence: float) -> tuple[float, float]:
    p = found.value
    # n / (n - 1): the dispersion of the binomial fit that the design effect is measured against
    limit = (
        (t_point(found.freedom, confidence) * found.standard_error) ** 2 / (2 * p * (1 - p)) * found.n / (found.n - 1)
    )

    def fall(x: float) -> float:
        return p * math.log(p / x) + (1 - p) * math.log((1 - p) / (1 - x)) - limit

    # an error so large that even a share of nothing (or all) is not ruled out leaves that end open
    low = float(optimize.brentq(fall, 1e-300, p, xtol=1e-15)) if fall(1e-300) > 0 else 0.0
    high = float(optimize.brentq(fall, p, 1 - 1e-16, xtol=1e-15)) if fall(1 - 1e-16) > 0 else 1.0
    return low, high


def _wilson(found: Estimate, confidence: float) -> tuple[float, float]:
    p, point = found.value, t_point(found.freedom, confidence)
    part = point**2 / (p * (1 - p) / found.standard_error**2)
    half = math.sqrt(part * (p * (1 - p) + part / 4))
    return (p + part / 2 - half) / (1 + part), (p + part / 2 + half) / (1 + part)


_INTERVALS = {
    "logit": _logit,
    "likelihood": _likelihood,
    "asin": _asin,
    "beta": _beta,
    "wilson": _wilson,
    "mean": _mean,
}
