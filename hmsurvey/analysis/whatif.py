"""What if measures were taken: who would stand in a higher stage, against doing nothing, and how sure that is.

Each draw takes an uptake and an effect of every measure from their ranges, lets chance say which enterprises take part and with which of them it works, and looks up their stages.
Draws are common: who takes part at some uptake does so at any higher one, and a measure's draws do not depend on what else is tried. Part of the chance may be common to a city (A221):
each enterprise's part is as likely as before, but a city's rise or stay together more often. It shows what follows from the answers, the
rule and what is assumed (A190 to A193, A221); it does not know what would happen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hmsurvey.analysis.populations import Populations
from hmsurvey.analysis.ways import Floats, Ways
from hmsurvey.analysis.words import ALL, group_order
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.measures import Measure

_BLOCK = 200_000  # numbers drawn at once
DRAWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """What a package of measures leads to, draw by draw.

    Attributes
    ----------
    offered
        Codes of the measures that are offered.
    groups
        Cities in the order of the columns; the last one is everybody ("all").
    counts
        Draw x group x stage (lowest first): units that then stand there.
    before
        Group x stage: units that stand there now. Units without a stage are in neither.
    lifted
        Draw x group: units that then stand higher than now.
    effort
        Draw x group.
    """

    ways: Ways
    offered: tuple[str, ...]
    groups: tuple[str, ...]
    counts: NDArray[np.int64]
    before: NDArray[np.int64]
    lifted: NDArray[np.int64]
    effort: Floats

    @property
    def n_draws(self) -> int:
        """How many draws."""
        return len(self.lifted)


def what_if(
    ways: Ways,
    *,
    offered: Sequence[str] | Mapping[str, Sequence[str]] = (),
    groups: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 1,
) -> WhatIf:
    """Draw what a package of measures leads to.

    Parameters
    ----------
    ways
        Every combination of the measures, tried.
    offered
        Codes of the measures that are offered, all where none is named; or by city, where cities differ: nothing is offered in a city that is not named.
    groups
        Cities where they are offered; everywhere where none is named.
    draws, seed
        How many draws, and where they begin. The same seed gives the same draws.

    Raises
    ------
    UsageError
        No such measure, no such city, no draws, a seed below 0.
    """
    order = group_codes(ways)
    named = [*groups, *(offered if isinstance(offered, Mapping) else ())]
    if strange := [code for code in named if code not in order]:
        raise UsageError(
            Problem(
                Text("没有这个市。", "There is no such city."),
                found=", ".join(strange),
                expected=Text("、".join(order), ", ".join(order)),
            )
        )
    if not (isinstance(draws, int | np.integer) and draws >= 1):
        raise UsageError(
            Problem(
                Text("至少抽取一次。", "There must be a draw at least."),
                found=str(draws),
                expected=Text("1 或以上的整数", "a whole number of 1 or more"),
            )
        )
    if not (isinstance(seed, int | np.integer) and seed >= 0):
        raise UsageError(
            Problem(
                Text("种子不能为负。", "A seed is not below 0."),
                found=str(seed),
                expected=Text("0 或以上的整数", "a whole number of 0 or above"),
            )
        )
    n, n_stages = len(ways.rank), len(ways.result.stages.rule.codes) if ways.result.stages is not None else 0
    where = np.array([order.index(group) for group in ways.groups])
    allowed = _allowed(ways, offered, groups)
    package = int(np.bitwise_or.reduce(allowed)) if n else 0
    counts = np.zeros((draws, len(order) + 1, n_stages), dtype=np.int64)
    lifted = np.zeros((draws, len(order) + 1), dtype=np.int64)
    effort = np.zeros((draws, len(order) + 1))
    member = np.eye(len(order))[where] if n else np.zeros((0, len(order)))
    staged = member * ways.staged[:, None]
    up, rows = ways.lifted, np.arange(n)
    size = max(1, _BLOCK // max(n, 1))
    chances = [_Chances(one, seed) if package >> bit & 1 else None for bit, one in enumerate(ways.measures.measures)]
    for begin in range(0, draws, size):
        m = min(size, draws - begin)
        took = np.zeros((m, n), dtype=np.int64)
        worked = np.zeros((m, n), dtype=np.int64)
        for bit, chance in enumerate(chances):
            if chance is not None:
                part, does = chance.draw(m, where, len(order))
                took |= part.astype(np.int64) << bit
                worked |= (part & does).astype(np.int64) << bit
        took, worked = took & allowed, worked & allowed
        here = slice(begin, begin + m)
        rank = ways.rank[rows, worked]
        for stage in range(n_stages):
            counts[here, :-1, stage] = (rank == stage) @ staged
        lifted[here, :-1] = up[rows, worked] @ staged
        effort[here, :-1] = ways.effort[rows, took] @ member
    for total in (counts, lifted, effort):
        total[:, -1] = total[:, :-1].sum(axis=1)
    before = np.stack([((ways.rank[:, 0] == stage) @ staged) for stage in range(n_stages)], axis=1).astype(np.int64)
    before = np.concatenate([before, before.sum(axis=0, keepdims=True)])
    codes = tuple(code for bit, code in enumerate(ways.measures.codes) if package >> bit & 1)
    return WhatIf(ways, codes, (*order, ALL), counts, before, lifted, effort)


def _allowed(
    ways: Ways, offered: Sequence[str] | Mapping[str, Sequence[str]], groups: Sequence[str]
) -> NDArray[np.int64]:
    """Return, by unit, the combination of all measures that it is offered."""
    if isinstance(offered, Mapping):
        packages = {group: ways.mask(codes) if codes else 0 for group, codes in offered.items()}
        found = np.array([packages.get(group, 0) for group in ways.groups], dtype=np.int64)
    else:
        found = np.full(len(ways.rank), ways.mask(offered), dtype=np.int64)
    return np.where(np.isin(ways.groups, list(groups)), found, 0) if groups else found


class _Chances:
    """The chances of one measure: streams of its own, so that what else is tried leaves them as they are."""

    def __init__(self, measure: Measure, seed: int) -> None:
        self.measure = measure
        streams = (np.random.default_rng([seed, k, *measure.code.encode()]) for k in range(5))
        self.shares, self.part, self.does, self.city_part, self.city_does = streams

    def draw(self, m: int, where: NDArray[np.int64], cities: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return, for m draws and every unit (of the city `where`), who takes part and with whom it would work."""
        u = self.shares.random((m, 2))
        uptake, effect = self.measure.uptake.at(u[:, 0]), self.measure.effect.at(u[:, 1])
        own, common = (self.part, self.does), (self.city_part, self.city_does)
        part, does = (
            _happens(
                one.random((m, len(where))), city.standard_normal((m, cities))[:, where], share, self.measure.shared
            )
            for one, city, share in zip(own, common, (uptake, effect), strict=True)
        )
        return part, does


def _happens(own: Floats, common: Floats, share: Floats, shared: float) -> NDArray[np.bool_]:
    """Return where something with a chance of `share` happens: draw x unit, from uniform numbers of the units' own and normal ones of their cities.

    A normal variable of which `shared` of the variance is the city's falls short of the place that has the chance `share`: the one-factor model. References: O. Vasicek, Risk, December 2002.
    """
    if shared == 0:
        return own < share[:, None]
    latent = np.sqrt(shared) * common + (np.sqrt(1.0 - shared) * ndtri(own) if shared < 1 else 0.0)
    return np.asarray(latent < ndtri(share)[:, None])


def group_codes(ways: Ways) -> list[str]:
    """Return the cities that have units, in the codebook's order."""
    return group_order(ways.result.survey)


def chances_of(shares: Sequence[float]) -> Floats:
    """Return the chance of each combination of events that happen by themselves with these chances.

    >>> chances_of([0.5, 0.2]).tolist()
    [0.4, 0.4, 0.1, 0.1]
    """
    found = np.ones(1)
    for share in shares:
        found = np.concatenate([found * (1.0 - share), found * share])
    return found


def expected_lifts(ways: Ways, offered: Sequence[str] | int = ()) -> tuple[Floats, Floats]:
    """Return the chance of each unit to be lifted, and its expected effort, exactly: over uptake, effect and chance.

    Uptakes and effects of different measures are independent, so only their means matter to a mean; what a city shares moves no mean.
    """
    package = offered if isinstance(offered, int) else ways.mask(offered)
    on = [bool(package >> bit & 1) for bit in range(len(ways.measures.codes))]
    part = [m.uptake.mean if there else 0.0 for m, there in zip(ways.measures.measures, on, strict=True)]
    works = [p * m.effect.mean for m, p in zip(ways.measures.measures, part, strict=True)]
    return ways.lifted @ chances_of(works), ways.effort @ chances_of(part)


def risen_in_production(run: WhatIf, populations: Populations, *, seed: int = 1) -> tuple[Floats, Floats]:
    """Return, draw x group, how many of all enterprises in production would rise, and how many there are (by group; NaN where not known).

    To each draw comes one of those who did not answer: how many of them would rise, by a beta-binomial distribution from those who did (Jeffreys' prior), city by city. The last
    column adds up the cities. So the spread holds uncertain uptake and effect and sampling both, where those who answered are like a random sample of their city (A100, A194).

    References: Gelman and others, Bayesian Data Analysis, 3rd ed., chapter 8 (finite populations).
    """
    n = run.before.sum(axis=1)
    sizes = np.full(len(run.groups), np.nan)
    found = np.full(run.lifted.shape, np.nan)
    rng = np.random.default_rng([seed, *b"production"])
    for g, group in enumerate(run.groups[:-1]):
        size = populations.population(group, int(n[g]))[0] if n[g] else None
        if size is not None:
            sizes[g] = size
            share = rng.beta(run.lifted[:, g] + 0.5, n[g] - run.lifted[:, g] + 0.5)
            found[:, g] = run.lifted[:, g] + rng.binomial(size - int(n[g]), share)
    empty = n[:-1] == 0
    sizes[-1] = sizes[:-1][~empty].sum()
    found[:, -1] = found[:, :-1][:, ~empty].sum(axis=1)
    return found, sizes
