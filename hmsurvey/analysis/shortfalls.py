"""How far a unit is from each need of a rule, in the need's own measure: what is asked, what there is, what lacks.

It repeats what staging found and computes distances from it; whether a need is met is staging's word alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.arithmetic import snap
from hmsurvey.conditions import FALSE, TRUE, Truth
from hmsurvey.errors import NOTHING, Text
from hmsurvey.needs import Judge, Scored, meets, nodes_of, within
from hmsurvey.rules import Need, describe, each_need
from hmsurvey.staging import Stages
from hmsurvey.survey import Survey


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One need and one unit.

    Attributes
    ----------
    need, words
        The need's code, and what it asks in words.
    stage
        The stage that asks for it.
    met
        Whether it is met; None where it cannot be told.
    asked, found
        The bound and what the unit has, in the need's measure; NaN where the need has none.
    lacking
        How far `found` is from the bound: above 0 what lacks, 0 or below how much there is to spare; NaN where that is no number.
    measure
        "score" (the index's scale), "points" (of an indicator), "share" (0-1), "count", "step" (places on a question's scale), or "" for needs that are met or not.
    where
        The node that is farthest from the bound, where the need is about several.
    depth
        0 for a need of the rule, 1 for one of the ways to meet it.
    """

    need: str
    words: Text
    stage: str
    met: bool | None
    asked: float = np.nan
    found: float = np.nan
    lacking: float = np.nan
    measure: str = ""
    where: Text = NOTHING
    depth: int = 0


_MEASURES = {
    "score": "score",
    "every": "score",
    "min_over": "score",
    "points": "points",
    "share_of": "share",
    "count_of": "count",
    "answer": "step",
}


def shortfalls(survey: Survey, stages: Stages, rows: tuple[int, ...]) -> dict[int, tuple[Shortfall, ...]]:
    """Return, for some units by their row, how far each is from every need, stage by stage from the highest down.

    A need that is met in one of several ways is followed by these ways. A need about every area is followed by each area that misses it, where more than one does.
    """
    ways = _judge_ways(survey, stages)
    met = {str(code): stages.met[code].to_numpy(dtype=object) for code in stages.met}
    found = {str(code): stages.found[code].to_numpy(dtype=float) for code in stages.found}
    system = stages.scores.system if stages.scores else None
    words = {need.code: describe(need, system) for need in each_need(stages.rule.needs)}
    seen = _Seen(stages, met, found, ways, words)
    return {row: tuple(_of_unit(seen, row)) for row in rows}


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What staging found, as arrays: units are many, and are asked one by one."""

    stages: Stages
    met: Mapping[str, NDArray[Any]]
    found: Mapping[str, NDArray[np.float64]]
    ways: Mapping[str, Truth]
    words: Mapping[str, Text]

    def truth(self, code: str, row: int) -> bool | None:
        """Whether a need is met; None where it cannot be told."""
        value = self.met[code][row]
        return None if value is pd.NA or value is None else bool(value)


def _judge_ways(survey: Survey, stages: Stages) -> Mapping[str, Truth]:
    """Judge the ways to meet the needs that can be met in several."""
    scores, judge = stages.scores, Judge(survey)
    if scores is not None:
        judge = Judge(
            survey,
            Scored(
                scores.system,
                {str(code): scores.values[code].to_numpy() for code in scores.values},
                {str(code): scores.points[code].to_numpy() for code in scores.points},
                {str(code): scores.not_applicable[code].to_numpy() for code in scores.not_applicable},
            ),
        )
    return {part.code: meets(part, judge).truth for need in stages.rule.needs for part in need.parts}


def _of_unit(seen: _Seen, row: int) -> Iterator[Shortfall]:
    for stage in seen.stages.rule.stages:
        for need in stage.needs:
            met, found = seen.truth(need.code, row), float(seen.found[need.code][row])
            asked, lacking = _distance(need, found)
            yield Shortfall(
                need=need.code,
                words=seen.words[need.code],
                stage=stage.code,
                met=met,
                asked=asked,
                found=found,
                lacking=lacking,
                measure=_MEASURES.get(need.subject, ""),
                where=_where(seen.stages, need, row, found),
            )
            if met is False:
                for part in need.parts:
                    truth = int(seen.ways[part.code][row])
                    told = None if truth not in (TRUE, FALSE) else truth == TRUE
                    yield Shortfall(part.code, seen.words[part.code], stage.code, told, depth=1)
                yield from _each_area(seen.stages, need, stage.code, row)


def _each_area(stages: Stages, need: Need, stage: str, row: int) -> Iterator[Shortfall]:
    """Yield the areas that miss a need about every area, where more than one does."""
    if need.subject not in ("every", "min_over") or stages.scores is None:
        return
    system, values = stages.scores.system, stages.scores.values
    missed = []
    for code in nodes_of(need, system):
        value = float(values[code].iloc[row])
        asked, lacking = _distance(need, value)
        if not np.isnan(value) and not within(np.array([value]), need.bounds)[0]:
            label = system.node(code).label
            missed.append(Shortfall(need.code, label, stage, False, asked, value, lacking, "score", depth=1))
    if len(missed) > 1:
        yield from sorted(missed, key=lambda one: -one.lacking)


def _distance(need: Need, found: float) -> tuple[float, float]:
    """Return the bound that is farthest from being met, and how far; a lower bound is the common case."""
    pairs = [(bound, bound - found if key in ("min", "above") else found - bound) for key, bound in need.bounds]
    if not pairs:
        return np.nan, np.nan
    asked, lacking = max(pairs, key=lambda pair: pair[1])
    return asked, float(snap(np.array([lacking]))[0])


def _where(stages: Stages, need: Need, row: int, found: float) -> Text:
    """Return the node that has what was found, where a need is about several."""
    if need.subject not in ("every", "min_over") or stages.scores is None or np.isnan(found):
        return NOTHING
    system, values = stages.scores.system, stages.scores.values
    return next(
        (system.node(code).label for code in nodes_of(need, system) if values[code].iloc[row] == found), NOTHING
    )
