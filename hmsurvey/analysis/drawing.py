"""From uniform numbers to settings: which weights, cut-offs and choices a draw of a variation stands for.

Every factor takes a block of columns of numbers between 0 and 1, so that plain draws and the designs of a sensitivity analysis are made alike. Blocks of
draws have seeds of their own: the same draws come out whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from hmsurvey.arithmetic import snap
from hmsurvey.rules import Need
from hmsurvey.systems import IndicatorSystem, weights_of
from hmsurvey.variation import STRUCTURAL, Factor, Variation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BLOCK = 2048  # draws that share a seed; part of what a seed means


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """A batch of draws.

    `scaled` holds, by code, what a weight is multiplied by or, where `given`, what it is; `shifts` what is added to a need's bounds; `choices` the place of the choice of each
    structural factor; `donors` uniform numbers, a column a unit with gaps.
    """

    n: int
    scaled: Mapping[str, Floats] = field(default_factory=dict)
    given: Mapping[str, Floats] = field(default_factory=dict)
    shifts: Mapping[str, Floats] = field(default_factory=dict)
    choices: Mapping[str, Ints] = field(default_factory=dict)
    donors: Floats | None = None

    def of(self, rows: Ints) -> Settings:
        """Return some of the draws."""
        return Settings(
            len(rows),
            {code: values[rows] for code, values in self.scaled.items()},
            {code: values[rows] for code, values in self.given.items()},
            {code: values[rows] for code, values in self.shifts.items()},
            {code: values[rows] for code, values in self.choices.items()},
            None if self.donors is None else self.donors[rows],
        )


def columns_of(factor: Factor, n_gaps: int) -> int:
    """Return how many columns of uniform numbers a factor takes."""
    if factor.kind in ("noise", "dirichlet"):
        return len(factor.of)
    if factor.kind == "cut":
        return 1 if factor.together else len(factor.of)
    return 1 + (n_gaps if factor.kind == "missing" and "donor" in factor.choices else 0)


def uniform_block(variation: Variation, *, seed: int, block: int, n_gaps: int, n: int = BLOCK) -> list[Floats]:
    """Return the uniform numbers of one block of draws, an array a factor.

    Each factor has a stream of its own, so that varying fewer factors leaves the draws of the others as they are.
    """
    return [
        np.random.default_rng([seed, block, *factor.code.encode()]).random((n, columns_of(factor, n_gaps)))
        for factor in variation.factors
    ]


def settings_of(
    variation: Variation, uniforms: list[Floats], *, system: IndicatorSystem | None, first: int = 0
) -> Settings:
    """Turn uniform numbers into settings; `first` is the number of the first draw, for vectors that are taken in turn."""
    n = len(uniforms[0]) if uniforms else 0
    scaled: dict[str, Floats] = {}
    given: dict[str, Floats] = {}
    shifts: dict[str, Floats] = {}
    choices: dict[str, Ints] = {}
    donors = None
    for factor, u in zip(variation.factors, uniforms, strict=True):
        if factor.kind == "noise":
            for k, code in enumerate(factor.of):
                scaled[code] = scaled.get(code, 1.0) * (1.0 + factor.amount * (2.0 * u[:, k] - 1.0))
        elif factor.kind == "dirichlet" and system is not None:
            for code, values in _around(factor, u, system).items():
                given[code] = values
        elif factor.kind == "vectors":
            rows = np.array(factor.choices)
            picked = (first + np.arange(n)) % len(rows) if factor.together else _pick(u[:, 0], len(rows))
            for k, code in enumerate(factor.of):
                given[code] = rows[picked, k]
        elif factor.kind == "cut":
            for k, code in enumerate(factor.of):
                shift = factor.amount * (2.0 * u[:, 0 if factor.together else k] - 1.0)
                shifts[code] = shifts.get(code, 0.0) + shift
        if factor.kind in STRUCTURAL:
            choices[factor.code] = _pick(u[:, 0], len(factor.choices))
            if factor.kind == "missing" and u.shape[1] > 1:
                donors = u[:, 1:]
    return Settings(n, scaled, given, shifts, choices, donors)


def _pick(u: Floats, n: int) -> Ints:
    return np.minimum((u * n).astype(np.int64), n - 1)


def _around(factor: Factor, u: Floats, system: IndicatorSystem) -> dict[str, Floats]:
    """Draw weights from a Dirichlet distribution around the given ones, by the inverse of the gamma distribution."""
    weights = np.array([weights_of(system)[code] for code in factor.of])
    shape = factor.amount * weights / weights.sum()
    gamma = gammaincinv(shape[None, :], np.clip(u, 1e-12, 1 - 1e-12))
    drawn = np.maximum(weights.sum() * gamma / gamma.sum(axis=1, keepdims=True), 1e-300)
    return {code: drawn[:, k] for k, code in enumerate(factor.of)}


def bounds_under(need: Need, shift: Floats | None) -> tuple[tuple[str, float | Floats], ...]:
    """Return a need's bounds with a shift added, a column of draws."""
    if shift is None:
        return need.bounds
    return tuple((key, snap(bound + shift)[:, None]) for key, bound in need.bounds)
