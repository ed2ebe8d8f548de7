"""Shares of small groups, each drawn toward what all groups have in common: the less a group has to say, the more it listens to the others.

The shares of the groups are taken to come from one beta distribution, which is estimated from all of them. It is an estimate for ordering one's attention, not a substitute for
the share that was counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.finite import counts_of
from hmsurvey.statistics.inputs import chosen, probability, refuse

_HUGE, _TINY = 1e6, 1e-3  # prior sizes beyond which groups are all alike, or have nothing in common
ALIKE = Text(
    "各组占比的差别不超过偶然误差，组间方差估计为 0：各组都取总占比，不给区间。",
    "The shares differ by no more than chance would make them, and the variance between groups is estimated as 0: every group gets the overall share, and no interval.",
)
FAR_APART = Text(
    "各组几乎全有或全无，没有可借用的共同信息：各组保持自己的占比。",
    "The groups have nearly all or nothing, and nothing in common to borrow: every group keeps its own share.",
)
FROM_OTHERS = Text(
    "没有人作答：估计全部来自其他组。", "Nobody answered: the estimate comes from the other groups alone."
)


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Shares drawn together.

    `mean` and `size` are the beta distribution's mean and alpha + beta (infinite when the groups are alike). By group: `shares`, `low` and `high` (credible intervals, NaN where
    `note` says why), and `weights` (how much of the estimate is the group's own share: n / (n + size)).
    """

    mean: float
    size: float
    shares: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    weights: NDArray[np.float64]
    method: str
    confidence: float
    note: Text = NOTHING
    notes: tuple[Text, ...] = ()


def shrink_shares(
    parts: Sequence[int], wholes: Sequence[int], *, method: str = "likelihood", confidence: float = 0.95
) -> Shrunken:
    """Draw the shares of groups toward each other by a beta-binomial model (empirical Bayes).

    Parameters
    ----------
    parts
        Those with the property, by group.
    wholes
        Those asked, by group; 0 is allowed.
    method
        How the beta distribution is estimated: "likelihood" (largest marginal likelihood) or "moments" (Kleinman, weighted by n).
    confidence
        Of the credible intervals; they take the estimated distribution as known and are therefore rather narrow.

    Raises
    ------
    DataError
        A count is negative or not whole, a part is over its whole, or fewer than two groups answered.
    UsageError
        There is no such method.

    References
    ----------
    J. C. Kleinman, Proportions with extraneous variance, Journal of the American Statistical Association 68 (1973) 46-54. G. Casella, An introduction to empirical Bayes data analysis, The
    American Statistician 39 (1985) 83-87.

    >>> found = shrink_shares([0, 5, 18], [10, 20, 20])
    >>> found.shares.round(3).tolist(), found.weights.round(3).tolist()
    ([0.033, 0.255, 0.875], [0.911, 0.954, 0.954])
    """
    chosen(method, ("likelihood", "moments"), "method")
    tail = (1 - probability(confidence, "confidence")) / 2
    if len(parts) != len(wholes):
        refuse(
            Text("两列的长度不同。", "The two lists differ in length."),
            where="parts, wholes",
            found=f"{len(parts)}, {len(wholes)}",
        )
    pairs = [counts_of(part, whole)[:2] for part, whole in zip(parts, wholes, strict=True)]
    counts = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    x, n = counts[:, 0], counts[:, 1]
    if int((n > 0).sum()) < 2:
        refuse(
            Text("有答卷的组太少。", "Too few groups answered."),
            where="wholes",
            found=int((n > 0).sum()),
            expected=Text("至少两组", "two or more"),
        )
    some = n > 0
    estimate = _likelihood if method == "likelihood" else _moments
    mean, size = estimate(x[some], n[some])
    pooled = float(x.sum() / n.sum())
    nothing = np.full(len(n), math.nan)
    if not 0 < pooled < 1 or size > _HUGE:
        return Shrunken(pooled, math.inf, np.full(len(n), pooled), nothing, nothing.copy(), np.zeros(len(n)), method, confidence, ALIKE, _notes(n))  # fmt: skip
    if size < _TINY:
        own = np.divide(x, n, out=np.full(len(n), mean), where=some)
        return Shrunken(mean, 0.0, own, nothing, nothing.copy(), some.astype(float), method, confidence, FAR_APART, _notes(n))  # fmt: skip
    posterior = stats.beta(mean * size + x, (1 - mean) * size + n - x)
    return Shrunken(
        mean, size, posterior.mean(), posterior.ppf(tail), posterior.isf(tail), n / (n + size), method, confidence,
        NOTHING, _notes(n),
    )  # fmt: skip


def _notes(n: NDArray[np.float64]) -> tuple[Text, ...]:
    return tuple(NOTHING if size else FROM_OTHERS for size in n)


def _moments(x: NDArray[np.float64], n: NDArray[np.float64]) -> tuple[float, float]:
    """Return mean and size by Kleinman's moments with weights n; an infinite size when the groups spread no more than chance."""
    total = float(n.sum())
    mean = float(x.sum() / total)
    spread = float((n * (x / n - mean) ** 2).sum())
    by_chance = float((1 - n / total).sum())
    room = mean * (1 - mean)
    rest = float((n * (1 - n / total)).sum()) - by_chance
    if room == 0 or rest <= 0:
        return mean, math.inf
    alike = (spread / room - by_chance) / rest
    if alike <= 0:
        return mean, math.inf
    return mean, max(0.0, 1 / alike - 1)


def _likelihood(x: NDArray[np.float64], n: NDArray[np.float64]) -> tuple[float, float]:
    """Return mean and size of the largest marginal likelihood; an infinite size when it grows all the way."""
    pooled = float(x.sum() / n.sum())
    if not 0 < pooled < 1:
        return pooled, math.inf

    def minus(at: NDArray[np.float64]) -> float:
        mean, size = float(special.expit(at[0])), math.exp(at[1])
        a, b = mean * size, (1 - mean) * size
        return -float((special.betaln(a + x, b + n - x) - special.betaln(a, b)).sum())

    logit = float(special.logit(pooled))
    limits = [(logit - 20, logit + 20), (math.log(_TINY) - 1, math.log(_HUGE) + 1)]

    def slope(at: NDArray[np.float64]) -> NDArray[np.float64]:
        mean, size = float(special.expit(at[0])), math.exp(at[1])
        a, b = mean * size, (1 - mean) * size
        both = special.digamma(size) - special.digamma(size + n)
        by_a = float((special.digamma(a + x) - special.digamma(a) + both).sum())
        by_b = float((special.digamma(b + n - x) - special.digamma(b) + both).sum())
        return -np.array([a * (1 - mean) * (by_a - by_b), a * by_a + b * by_b])

    # Several starts, for the likelihood is flat where groups are alike; the root of its slope settles the last digits.
    runs = [
        optimize.minimize(minus, np.array([logit, math.log(size)]), jac=slope, method="L-BFGS-B", bounds=limits)
        for size in (0.5, 5.0, 50.0, 1000.0)
    ]
    run = min(runs, key=lambda one: float(one.fun))
    root = optimize.root(slope, run.x, tol=1e-12)
    inside = all(low < at < high for at, (low, high) in zip(root.x, limits, strict=True))
    best = root.x if root.success and inside and minus(root.x) <= run.fun + 1e-9 * abs(run.fun) else run.x
    alike = -float((x * math.log(pooled) + (n - x) * math.log1p(-pooled)).sum())
    if alike <= minus(best) + 1e-6:
        return pooled, math.inf
    return float(special.expit(best[0])), math.exp(best[1])
