"""Intervals of shares."""

from __future__ import annotations

import math

from hmsurvey.statistics.finite import finite_share

__all__ = ["Z95", "finite_share", "wilson"]

Z95 = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson(part: float, whole: float, *, z: float = Z95) -> tuple[float, float]:
    """Return the interval of a share (both ends 0 to 1) after Wilson; (nan, nan) of nothing.

    References: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209-212.

    >>> [round(x, 4) for x in wilson(2, 15)]
    [0.0374, 0.3788]
    """
    if whole <= 0:
        return math.nan, math.nan
    share, z2 = part / whole, z * z
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return max(0.0, middle - half), min(1.0, middle + half)
