"""The rules of the arithmetic, in one place: decimals come out as on paper, cut-offs meet nine decimals, rounding happens once.

Scores are floats of full precision. Floating-point dust is swept (`tidy`), so that 0.1 + 0.2 + 0.3 is 0.6; before a score meets
a cut-off it is brought to nine decimals (`snap`); where a definition says `decimals`, it is rounded half away from zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DECIMALS = 9


def snap(x: Floats) -> Floats:
    """Bring scores to nine decimals, as they meet a cut-off."""
    return np.round(x, DECIMALS)


def tidy(x: Floats) -> Floats:
    """Sweep floating-point dust: a value within 1e-12 (relative) of a nine-decimal number becomes that number.

    >>> float(tidy(np.array([0.1 + 0.2 + 0.3]))[0])
    0.6
    """
    near = np.round(x, DECIMALS)
    with np.errstate(invalid="ignore"):
        dust = np.abs(x - near) <= 1e-12 * np.maximum(1.0, np.abs(near))
    return np.where(dust, near, x)


def round_half_away(x: Floats, decimals: int) -> Floats:
    """Round half away from zero, on the nine-decimal value: 2.5 -> 3, -2.5 -> -3, 1.005 -> 1.01 (two decimals).

    >>> round_half_away(np.array([1.005, -1.005, 2.675]), 2)
    array([ 1.01, -1.01,  2.68])
    """
    if decimals >= DECIMALS:
        return snap(x)
    result = np.array(x, dtype=np.float64)
    exact = np.isfinite(result) & (np.abs(result) < 9e8)
    billionths = np.rint(np.abs(result[exact]) * 10.0**DECIMALS).astype(np.int64)
    step = 10 ** (DECIMALS - decimals)
    result[exact] = np.sign(result[exact]) * ((billionths + step // 2) // step) / 10.0**decimals
    large = np.isfinite(result) & ~exact
    result[large] = np.sign(result[large]) * np.floor(np.abs(result[large]) * 10.0**decimals + 0.5) / 10.0**decimals
    return result + 0.0  # no negative zero
