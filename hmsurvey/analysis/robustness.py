"""Would another choice change the stage? The same answers under thousands of other weights, cut-offs and methods.

`vary` keeps counts only, so that memory does not grow with the number of draws: how often each unit stood at each stage and at each rank, and how many of each city did. Each
draw is exactly what scoring and staging would say with its settings; what was varied travels with the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hmsurvey.analysis.drawing import BLOCK, Settings, settings_of, uniform_block
from hmsurvey.analysis.restaging import Outcome
from hmsurvey.analysis.scenarios import Scenario, build_scenario, evaluate, find_gaps, relevant_questions
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.varied import describe_factor
from hmsurvey.analysis.words import group_order, groups_of
from hmsurvey.arithmetic import snap
from hmsurvey.errors import DefinitionError, Problem, Text, UsageError
from hmsurvey.provenance import Provenance, combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.study import SurveyResult
from hmsurvey.variation import STRUCTURAL, Variation, fit_variation

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
_CHUNK = 256  # draws x units that fit the cache; changes no result
_PROBE = 512


@dataclass(frozen=True, slots=True, eq=False)
class Variations:
    """What became of every unit under the draws.

    Attributes
    ----------
    stage_counts
        Units x (stages from the highest down, unstaged): in how many draws.
    rank_counts
        Units x ranks (1 first): in how many draws; ranks are those of the total, rounded to nine decimals, ties take the best place. Empty where there is no index.
    share_counts
        (Groups, all last) x stages x number of units: in how many draws so many of the group stood there.
    score_mean, score_sd, score_low, score_high, n_scored
        Of every unit's total over the draws in which it has one.
    nominal, nominal_rank
        Stage (place in `stages`) and rank (0: none) as the study has them.
    varied
        The factors in words.
    """

    result: SurveyResult
    variation: Variation
    draws: int
    seed: int
    stages: tuple[str, ...]
    groups: tuple[str, ...]
    nominal: Counts
    nominal_rank: Counts
    stage_counts: Counts
    rank_counts: Counts
    share_counts: Counts
    score_mean: Floats
    score_sd: Floats
    score_low: Floats
    score_high: Floats
    n_scored: Counts
    varied: tuple[Text, ...]
    provenance: Provenance

    @property
    def chances(self) -> Floats:
        """Units x stages: share of draws (0-1)."""
        return self.stage_counts / self.draws

    def __repr__(self) -> str:
        kept = self.chances[np.arange(len(self.nominal)), self.nominal]
        lines = [
            f"Variations of {self.result.plan.code} by {self.variation.id} {self.variation.version}: {self.draws} draws, seed {self.seed}"
        ]
        lines += [f"  {text.en}" for text in self.varied]
        lines.append(f"  {int((kept >= 0.9).sum())} of {len(kept)} keep their stage in at least 90% of the draws")
        return "\n".join(lines)


@dataclass(slots=True, eq=False)
class Tally:
    """Counts that blocks of draws add up to."""

    draws: int
    stages: Counts
    ranks: Counts
    shares: Counts
    sums: Floats  # rows: n, sum and sum of squares of total - centre, lowest, highest

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.draws += other.draws
        self.stages += other.stages
        self.ranks += other.ranks
        self.shares += other.shares
        self.sums[:3] += other.sums[:3]
        self.sums[3] = np.fmin(self.sums[3], other.sums[3])
        self.sums[4] = np.fmax(self.sums[4], other.sums[4])


class Drawing:
    """A variation made ready for one survey: draws blocks of settings and counts what they lead to."""

    def __init__(self, result: SurveyResult, variation: Variation, *, seed: int) -> None:
        stages = need_stages(result)
        self.result, self.rule, self.seed = result, stages.rule, seed
        self.system = result.scores.system if result.scores is not None else None
        self.variation = fit_variation(variation, self.system, self.rule)
        self.structural = [f for f in self.variation.factors if f.kind in STRUCTURAL]
        self.codes = (*self.rule.codes, UNSTAGED)
        self.nominal = np.array([self.codes.index(code) for code in stages.stage.astype(object)])
        groups = groups_of(result.survey)
        self.groups = tuple(group_order(result.survey))
        self.member = np.stack(
            [(groups == g).to_numpy() for g in self.groups] + [np.ones(len(groups), dtype=bool)], axis=1
        )
        questions = relevant_questions(self.system, self.rule, result.survey)
        self.n_gaps = len(find_gaps(result.survey, questions))
        self.n = len(result.survey.answers)
        centre = result.scores.total.to_numpy() if result.scores is not None else np.zeros(self.n)
        self.centre = np.nan_to_num(centre)
        self._scenarios = {
            choices: build_scenario(result.survey, self.system, self.rule, variation=self.variation, choices=choices)
            for choices in product(*(range(len(f.choices)) for f in self.structural))
        }

    def settings(self, block: int, n: int = BLOCK) -> Settings:
        """Return the settings of a block of draws."""
        uniforms = uniform_block(self.variation, seed=self.seed, block=block, n_gaps=self.n_gaps)
        return settings_of(self.variation, uniforms, system=self.system, first=block * BLOCK).of(np.arange(n))

    def outcomes(self, settings: Settings) -> Iterator[tuple[NDArray[np.int64], Outcome]]:
        """Yield rows of the draws and what they lead to, in batches that fit the cache."""
        for rows, scenario in self._batches(settings):
            yield rows, evaluate(scenario, settings.of(rows), self.rule)

    def _batches(self, settings: Settings) -> Iterator[tuple[NDArray[np.int64], Scenario]]:
        size = max(16, _CHUNK * 256 // max(self.n, 256))
        key = np.zeros(settings.n, dtype=np.int64)
        for factor in self.structural:
            key = key * len(factor.choices) + settings.choices[factor.code]
        for place, scenario in enumerate(self._scenarios.values()):
            rows = np.flatnonzero(key == place)
            for start in range(0, len(rows), size):
                yield rows[start : start + size], scenario

    def empty(self) -> Tally:
        """Return a tally of no draws."""
        n, k = self.n, len(self.codes)
        ranks = np.zeros((n, n if self.system else 0), dtype=np.int64)
        sums = np.zeros((5, n))
        sums[3:] = np.nan
        return Tally(
            0, np.zeros((n, k), dtype=np.int64), ranks, np.zeros((self.member.shape[1], k, n + 1), dtype=np.int64), sums
        )

    def tally(self, block: int, n: int = BLOCK) -> Tally:
        """Count what a block of draws leads to."""
        found = self.empty()
        found.draws = n
        member = self.member.astype(np.float32)
        for rows, outcome in self.outcomes(self.settings(block, n)):
            total, place = outcome.total, outcome.place
            times = len(rows) if place.ndim == 1 else 1
            place = np.atleast_2d(place)
            for k in range(len(self.codes)):
                here = place == (k if k < len(self.codes) - 1 else -1)
                found.stages[:, k] += times * here.sum(axis=0)
                for g, counts in enumerate((here.astype(np.float32) @ member).astype(np.int64).T):
                    found.shares[g, k] += times * np.bincount(counts, minlength=self.n + 1)
            if total is not None:
                times = len(rows) if total.ndim == 1 else 1
                self._count_totals(found, np.atleast_2d(total), times)
        return found

    def _count_totals(self, found: Tally, total: Floats, times: int) -> None:
        there = ~np.isnan(total)
        away = total - self.centre
        if not there.all():
            away = np.where(there, away, 0.0)
        found.sums[0] += times * there.sum(axis=0)
        found.sums[1] += times * away.sum(axis=0)
        found.sums[2] += times * np.einsum("ij,ij->j", away, away)
        found.sums[3] = np.fmin(found.sums[3], np.fmin.reduce(total, axis=0))
        found.sums[4] = np.fmax(found.sums[4], np.fmax.reduce(total, axis=0))
        order, first, known = ranked(total)
        flat = (order * self.n + first)[known]
        target = found.ranks.reshape(-1)
        if 2 * target.size > flat.size * 8:
            np.add.at(target, flat, times)
        else:
            target += times * np.bincount(flat, minlength=target.size)


def ranked(total: Floats) -> tuple[Counts, Counts, NDArray[np.bool_]]:
    """Return units in the order of their totals, highest first, the rank of each (from 0; ties take the best place), and where there is one."""
    key = -snap(total)
    order = np.argsort(key, axis=1)
    ordered = np.take_along_axis(key, order, axis=1)
    first = np.zeros(order.shape, dtype=np.int64)
    first[:, 1:] = np.where(ordered[:, 1:] != ordered[:, :-1], np.arange(1, order.shape[1]), 0)
    return order, np.maximum.accumulate(first, axis=1), ~np.isnan(ordered)


def vary(
    result: SurveyResult,
    variation: Variation,
    *,
    draws: int = 10_000,
    seed: int = 1,
    threads: int = 2,
) -> Variations:
    """Score and stage a survey under many draws of a variation.

    Parameters
    ----------
    result
        A survey, staged.
    variation
        What is varied and by how much.
    draws
        How many draws.
    seed
        The same seed gives the same draws, whatever the number of threads.
    threads
        How many blocks of draws are computed at a time.

    Raises
    ------
    DefinitionError
        A factor names what is not there, or changes nothing.
    UsageError
        The survey has no staging rule; there is no variation; draws, seed or threads are no whole numbers from 1 (seed: 0) up.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), J. R. Statist. Soc. A 168, 307-323. OECD/JRC Handbook on Constructing Composite Indicators (2008), step 7.
    """
    if not isinstance(variation, Variation):
        raise UsageError(
            Problem(
                Text("没有变动方案。", "There is no variation."),
                where=result.plan.code,
                found="-" if variation is None else str(variation),
                fix=Text("用 read_variation 读一个，或在 study.toml 里写 variation。", "read one with `read_variation`, or name a `variation` in study.toml."),
            )
        )  # fmt: skip
    _need_whole(draws, "draws", 1, Text("至少抽一次。", "At least one draw is needed."))
    _need_whole(seed, "seed", 0, Text("种子是不小于 0 的整数。", "A seed is a whole number from 0 up."))
    _need_whole(threads, "threads", 1, Text("至少要有一个线程。", "At least one thread is needed."))
    drawing = Drawing(result, variation, seed=seed)
    check_effect(drawing)
    tally = drawing.empty()
    for part in tallies(drawing, 0, draws, threads=threads):
        tally.add(part)
    return finish(drawing, tally)


def _need_whole(value: object, name: str, least: int, what: Text) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        expected = Text(f"不小于 {least} 的整数", f"a whole number from {least} up")
        raise UsageError(Problem(what, where=name, found=str(value), expected=expected))


def tallies(
    drawing: Drawing, first: int, draws: int, *, threads: int = 2, done: Callable[[int], None] | None = None
) -> Iterator[Tally]:
    """Yield the tally of each block of draws in order, from block `first` on; `draws` counts from the very first."""
    blocks = [(block, min(BLOCK, draws - block * BLOCK)) for block in range(first, -(-draws // BLOCK))]
    if threads <= 1 or len(blocks) < 2:
        for block, n in blocks:
            yield drawing.tally(block, n)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting = []
        for block, n in blocks:
            waiting.append(pool.submit(drawing.tally, block, n))
            if len(waiting) > 2 * threads:
                yield waiting.pop(0).result()
        for one in waiting:
            yield one.result()


def check_effect(drawing: Drawing) -> None:
    """Try every factor alone, and refuse one that moves no total and no stage.

    Raises
    ------
    DefinitionError
        Naming every such factor.
    """
    problems = []
    variation = drawing.variation
    for factor in variation.factors:
        alone = (
            drawing
            if len(variation.factors) == 1
            else Drawing(drawing.result, replace(variation, factors=(factor,)), seed=drawing.seed)
        )
        if not _moves(alone):
            problems.append(
                Problem(
                    Text("这个因素什么也没有改变。", "This factor changes nothing."),
                    where=f"{variation.id}, factor {factor.code}",
                    found=describe_factor(factor, drawing.system).en,
                    expected=Text("至少改变一个得分、阶段或要求的判定", "at least one score, stage or need changed"),
                    fix=Text("换一个幅度或对象，或删去它。", "choose another amount or target, or leave it out."),
                )
            )
    if problems:
        raise DefinitionError(problems)


def _moves(drawing: Drawing) -> bool:
    """Tell whether any total, stage or need differs between two of the first draws."""
    first: dict[str, NDArray[Any]] = {}
    for _, outcome in drawing.outcomes(drawing.settings(0, _PROBE)):
        seen: dict[str, NDArray[Any]] = {code: one.truth for code, one in outcome.judged.items()}
        seen["stage"] = outcome.place
        if outcome.total is not None:
            seen["total"] = np.nan_to_num(snap(outcome.total), nan=-np.inf)
        for code, values in seen.items():
            before = first.setdefault(code, np.atleast_2d(values)[:1])
            if (values != before).any():
                return True
    return False


def finish(drawing: Drawing, tally: Tally) -> Variations:
    """Return the result of a tally."""
    n, total, squares, low, high = tally.sums
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, total / n, np.nan)
        spread = np.sqrt(np.maximum(squares - n * mean**2, 0.0) / (n - 1))
    rank = np.zeros(drawing.n, dtype=np.int64)
    if drawing.result.scores is not None:
        order, first, known = ranked(drawing.result.scores.total.to_numpy()[None, :])
        rank[order[known]] = first[known] + 1
    varied = tuple(describe_factor(factor, drawing.system) for factor in drawing.variation.factors)
    stages = need_stages(drawing.result)
    tried = {str(c) for f in drawing.variation.factors if f.kind == "weighting" for c in f.choices}
    weightings = drawing.system.weightings if drawing.system is not None else ()
    behind = [
        Provenance(w.sources) for w in weightings if w.id in tried and w.sources
    ]  # made-up experts make it made up
    provenance = replace(
        combine(stages.provenance, *behind).with_definition(
            f"variation {drawing.variation.id} {drawing.variation.version}"
        ),
        seed=drawing.seed,
    )
    return Variations(
        drawing.result, drawing.variation, tally.draws, drawing.seed, drawing.codes, drawing.groups, drawing.nominal, rank,
        tally.stages, tally.ranks, tally.shares, mean + drawing.centre, np.where(n > 1, spread, np.nan), low, high, n.astype(np.int64),
        varied, provenance,
    )  # fmt: skip
