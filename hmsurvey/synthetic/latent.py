"""Enterprises before anyone asks them: where they are, what they are like, and the levels that their answers will follow.

City parameters are drawn for numbered places; names are dealt to the places afterwards, from a stream of their own, so that nothing can hang on
what a real city is like (A82). The trait is right-skewed: most enterprises lie close together and few are far ahead (A84).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

AREAS = ("A", "B", "C", "D", "E", "F")
TYPES = tuple(f"T{number:02d}" for number in range(1, 17))
SIZES = ("micro", "small", "medium", "large")
INDUSTRIES = ("mining", "smelting", "battery", "plating", "chemical", "leather", "other")
METALS = ("Pb", "Hg", "Cd", "Cr", "As", "Tl", "other")
OWNERSHIPS = ("state", "collective", "private", "foreign", "other")
REFERENCE_YEAR = 2023

OVERLAP = 0.9  # of the smaller of a city's two samples, those in both: A81
CITY_SD, SIZE_STEP = 0.30, 0.18  # A83
MEAN = 0.2
GENERAL, SPECIFIC = 0.85, 0.53  # loadings of an area's trait: A84
_SIZE_SHARES = (0.20, 0.42, 0.27, 0.11)
_INDUSTRY_SHARES = (0.14, 0.17, 0.08, 0.36, 0.15, 0.06, 0.04)
# Chance that an industry handles a metal, in the order of METALS.
_METAL_CHANCES = (
    (0.85, 0.15, 0.50, 0.15, 0.55, 0.10, 0.50),
    (0.80, 0.20, 0.60, 0.15, 0.60, 0.15, 0.50),
    (0.99, 0.02, 0.25, 0.02, 0.10, 0.01, 0.20),
    (0.15, 0.01, 0.10, 0.92, 0.03, 0.01, 0.70),
    (0.30, 0.30, 0.15, 0.50, 0.25, 0.03, 0.35),
    (0.02, 0.01, 0.02, 0.99, 0.02, 0.01, 0.05),
    (0.40, 0.10, 0.20, 0.40, 0.20, 0.03, 0.40),
)
# Chance that an archive type is due, T01 to T16: A88.
_DUE = (0.96, 0.94, 0.985, 0.985, 0.97, 0.42, 0.97, 0.86, 0.55, 0.90, 0.96, 0.92, 0.45, 0.62, 0.38, 0.92)


@dataclass(frozen=True, slots=True, eq=False)
class Cities:
    """Numbered places: how many enterprises each survey heard from, and how far the place lies from the rest.

    `n_questionnaire`, `n_index`, `n_both` count rows by place; `effect` shifts the trait of all who are there.
    """

    codes: tuple[str, ...]
    n_questionnaire: Ints
    n_index: Ints
    n_both: Ints
    effect: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Enterprises:
    """One entry an enterprise; `place` points into `Cities`, `due` is n x 16, `traits` n x 6 (areas A to F)."""

    units: tuple[str, ...]
    place: Ints
    in_questionnaire: Bools
    in_index: Bools
    size: Ints
    industry: Ints
    ownership: Ints
    metals: Bools
    start_year: Ints
    operator: Bools
    due: Bools
    general: Floats
    traits: Floats
    over_report: Floats

    def __len__(self) -> int:
        return len(self.units)

    def trait(self, area: str) -> Floats:
        """Return one area's trait."""
        return self.traits[:, AREAS.index(area)]


def sigmoid(x: Floats) -> Floats:
    """Return the logistic function."""
    return 1.0 / (1.0 + np.exp(-x))


def draw_cities(
    codes: Sequence[str],
    *,
    n_questionnaire: int,
    n_index: int,
    n_surveyed: int,
    rngs: tuple[np.random.Generator, np.random.Generator],
) -> Cities:
    """Draw places, then deal names to them.

    Parameters
    ----------
    codes
        Names to deal.
    n_questionnaire, n_index, n_surveyed
        Rows of the questionnaire over all places, rows of the index, and in how many places the index was held.
    rngs
        The stream of the places, and the stream that deals the names.
    """
    rng, naming = rngs
    n = len(codes)
    shares = rng.dirichlet(np.full(n, 4.0))
    effect = rng.normal(0.0, CITY_SD, n)
    effect -= effect.mean()
    held = np.sort(rng.permutation(n)[:n_surveyed])
    asked = _spread(n_questionnaire, shares, rng)
    index = np.zeros(n, dtype=np.int64)
    index[held] = _spread(n_index, shares[held] / shares[held].sum(), rng)
    both = np.floor(OVERLAP * np.minimum(asked, index)).astype(np.int64)
    return Cities(tuple(codes[i] for i in naming.permutation(n)), asked, index, both, effect)


def _spread(total: int, shares: Floats, rng: np.random.Generator) -> Ints:
    """Deal a total over places: two to each where there are enough, the rest by shares."""
    least = 2 if total >= 2 * len(shares) else 0
    return least + rng.multinomial(total - least * len(shares), shares).astype(np.int64)


def draw_enterprises(cities: Cities, rng: np.random.Generator) -> Enterprises:
    """Draw every enterprise that is in one of the surveys, numbered in an order that says nothing."""
    only_q = cities.n_questionnaire - cities.n_both
    only_i = cities.n_index - cities.n_both
    places = np.arange(len(cities.codes))
    place = np.concatenate([np.repeat(places, counts) for counts in (cities.n_both, only_q, only_i)])
    groups = np.repeat([0, 1, 2], [cities.n_both.sum(), only_q.sum(), only_i.sum()])
    order = rng.permutation(len(place))
    place, groups = place[order], groups[order]
    n = len(place)
    size = rng.choice(len(SIZES), n, p=_SIZE_SHARES)
    industry = rng.choice(len(INDUSTRIES), n, p=_INDUSTRY_SHARES)
    operator = rng.random(n) < np.where(np.isin(industry, (1, 2, 4)), 0.22, 0.04)
    general = _general(cities.effect[place] + SIZE_STEP * (size - 1.3), rng)
    specific = rng.normal(size=(n, len(AREAS)))
    return Enterprises(
        units=tuple(f"S{number:03d}" for number in range(1, n + 1)),
        place=place,
        in_questionnaire=groups != 2,
        in_index=groups != 1,
        size=size,
        industry=industry,
        ownership=_ownership(size, rng),
        metals=_metals(industry, rng),
        start_year=REFERENCE_YEAR - np.clip(rng.gamma(2.2, 8.0, n), 0, 70).astype(np.int64),
        operator=operator,
        due=_due(size, operator, groups != 1, rng),
        general=general,
        traits=GENERAL * general[:, None] + SPECIFIC * specific,
        over_report=np.where(rng.random(n) < 0.3, rng.beta(2.0, 6.0, n), 0.0),
    )


def _general(mean: Floats, rng: np.random.Generator) -> Floats:
    """Draw the general level: normal with a tail to the right."""
    n = len(mean)
    return MEAN + mean + rng.normal(0.0, 0.70, n) + rng.exponential(0.85, n) - 0.85


def _ownership(size: Ints, rng: np.random.Generator) -> Ints:
    chances = np.array([[0.03, 0.06, 0.86, 0.03, 0.02], [0.07, 0.05, 0.78, 0.08, 0.02],
                        [0.18, 0.03, 0.64, 0.14, 0.01], [0.45, 0.02, 0.36, 0.16, 0.01]])  # fmt: skip
    draw = rng.random(len(size))
    return (draw[:, None] > np.cumsum(chances, axis=1)[size]).sum(axis=1).clip(0, len(OWNERSHIPS) - 1)


def _metals(industry: Ints, rng: np.random.Generator) -> Bools:
    chances = np.array(_METAL_CHANCES)[industry]
    metals: Bools = rng.random(chances.shape) < chances
    empty = ~metals.any(axis=1)
    metals[empty, chances[empty].argmax(axis=1)] = True
    return metals


def _due(size: Ints, operator: Bools, in_index: Bools, rng: np.random.Generator) -> Bools:
    """Draw which archive types arise: larger plants have more of those that hang on size or listing, waste operators have T07.

    Whoever is without a permit is in the questionnaire alone.
    """
    shift = np.zeros(len(TYPES))
    shift[[5, 8, 12, 14]] = 0.55  # automatic monitoring, audit, disclosure, soil
    chances = np.array(_DUE)
    logit = np.log(chances / (1 - chances)) + shift * (size[:, None] - 1.3)
    due: Bools = rng.random(logit.shape) < sigmoid(logit)
    due[in_index, 2] = True
    due[operator, 6] = True
    due[:, 3] = due[:, 2]  # a permit brings a ledger
    few = due.sum(axis=1) < 8
    due[few] |= np.array(_DUE) > 0.9
    return due
