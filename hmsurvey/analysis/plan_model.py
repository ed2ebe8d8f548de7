"""The next stage as an integer programme: what each answer, raised alone, adds to every score and need, and the requirements that follow.

Nothing is worked out anew here: every number is the engine's, from the unit's answers with one answer raised. That adds up only where scores are linear in points,
denominators stay as they are and no indicator hangs on two answers that can be raised; what does not is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from hmsurvey.answers import NA
from hmsurvey.conditions import TRUE, Compare, Condition, comparisons_of
from hmsurvey.effort import Efforts
from hmsurvey.errors import Text
from hmsurvey.needs import Judge, Scored, meets, nodes_of, shares_of
from hmsurvey.questions import Codebook
from hmsurvey.rules import Need, Rule, each_need
from hmsurvey.scorings import Normalise
from hmsurvey.statistics.ladders import Requirement
from hmsurvey.survey import Survey
from hmsurvey.systems import IndicatorSystem

Floats = NDArray[np.float64]
LINEAR = ("arithmetic", "ratio", "sum")
_ROWS = ("score", "every", "min_over", "share_of", "count_of")
_SLACK = 1e-7  # the solver's side of a bound; the engine has the last word
_OPEN = 2e-6  # a score this little above an open bound is not looked for


def unplannable(system: IndicatorSystem, rule: Rule) -> Text | None:
    """Tell what in an index or a rule keeps its next step from being planned; None where nothing does."""
    for indicator in system.indicators:
        if any(isinstance(s, Normalise) for s in (indicator.scoring, *(s for _, s in indicator.when))):
            return Text(
                f"指标 {indicator.code} 的得分取决于其他单位（normalise）。",
                f"Indicator {indicator.code} is scored by its place among all units (normalise).",
            )
    for need in each_need(rule.needs):
        if need.subject in _ROWS and any(key not in ("min", "above") for key, _ in need.bounds):
            return Text(f"要求 {need.code} 设有上限。", f"Need {need.code} has an upper bound.")
        for code in nodes_of(need, system) if need.subject in _ROWS[:3] else ():
            for below in _subtree(system, code):
                node = system.node(below)
                if node.aggregate not in LINEAR or node.transform is not None:
                    why = (
                        Text("还要换算", "is transformed")
                        if node.transform is not None
                        else Text(f"按 {node.aggregate} 合成", f"is a {node.aggregate} aggregate")
                    )
                    return Text(
                        f"节点 {below} {why.zh}，不是各项分数的线性组合。",
                        f"Node {below} {why.en}, not linear in its parts.",
                    )
                if below != code and node.decimals is not None:
                    return Text(
                        f"节点 {below} 先取整，再合成 {code}。",
                        f"Node {below} is rounded before it becomes part of {code}.",
                    )
    return None


def _subtree(system: IndicatorSystem, code: str) -> Iterator[str]:
    nodes = {node.code for node in system.nodes}
    yield code
    for child in system.node(code).children:
        if child in nodes:
            yield from _subtree(system, child)


def unrounded(system: IndicatorSystem) -> IndicatorSystem:
    """Return the system with no score rounded, so that what single answers add can be summed."""
    return replace(system, nodes=tuple(replace(node, decimals=None) for node in system.nodes))


def least_unrounded(key: str, bound: float, decimals: int | None) -> float:
    """Return the least unrounded score that meets a bound once it is rounded half away from zero.

    >>> least_unrounded("min", 80.0, 2), least_unrounded("above", 80.0, 2)
    (79.995, 80.005)
    """
    whole = round(bound * 1e9)
    if decimals is None or decimals >= 9:
        return bound if key == "min" else bound + _OPEN
    step = 10 ** (9 - decimals)
    place = ceil(whole / step) if key == "min" else floor(whole / step) + 1
    return (place * step - step // 2) / 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """What the engine says of many rows: truths of needs about answers and points, values of scores and shares, who is out."""

    truths: Mapping[str, NDArray[np.int8]]
    values: Mapping[str, Floats]
    out_of: Mapping[str, NDArray[np.bool_]]
    out: NDArray[np.bool_]
    system: IndicatorSystem
    rule: Rule


def probe(survey: Survey, scored: Scored, rule: Rule) -> Probes:
    """Judge every need of every row, scores apart."""
    judge = Judge(survey, scored)
    truths: dict[str, NDArray[np.int8]] = {}
    values: dict[str, Floats] = {}
    for need in each_need(rule.needs):
        if need.subject in ("any", "all"):
            continue
        truths[need.code] = meets(need, judge).truth
        if need.subject in ("share_of", "count_of"):
            low, _, applies = shares_of(need, survey)
            values[need.code] = np.where(applies, low, np.nan)
        elif need.subject in _ROWS:
            values |= {code: scored.values[code] for code in nodes_of(need, scored.system)}
    out = np.stack(list(scored.out.values()), axis=1)
    return Probes(truths, values, scored.out, out, scored.system, rule)


class EntangledError(Exception):
    """Raising answers of this unit does not add up."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


@dataclass(slots=True, eq=False)
class _Model:
    probes: Probes
    base: int
    rungs: tuple[tuple[int, ...], ...]  # by ladder, the probe's row of each rung
    columns: int
    decimals: Mapping[str, int | None]
    requirements: list[Requirement] = field(default_factory=list)
    switches: int = 0

    def switch(self) -> int:
        self.switches += 1
        return self.columns + self.switches - 1

    def terms(self, values: Floats) -> tuple[float, tuple[tuple[int, float], ...]]:
        """Return what there is and what each rung adds."""
        found, column = [], 0
        for rows in self.rungs:
            before = values[self.base]
            for row in rows:
                if values[row] != before:
                    found.append((column, float(values[row] - before)))
                before = values[row]
                column += 1
        return float(values[self.base]), tuple(found)

    def need(self, need: Need, switch: int | None) -> None:
        """Require a need: always, or where a switch is on."""
        if need.subject == "all":
            for part in need.parts:
                self.need(part, switch)
        elif need.subject == "any":
            self.any(tuple((part,) for part in need.parts), switch)
        elif need.subject in _ROWS:
            self.rows(need, switch)
        else:
            truth = (self.probes.truths[need.code] == TRUE).astype(np.float64)
            start, terms = self.terms(truth)
            if len({self._ladder(column) for column, _ in terms}) > 1:
                raise EntangledError(
                    Text(
                        f"要求 {need.code} 取决于几项都可提高的答案。",
                        f"Need {need.code} hangs on several answers that can be raised.",
                    )
                )
            self.least(start, terms, 1.0, 0.0, switch)

    def any(self, ways: tuple[tuple[Need, ...], ...], switch: int | None) -> None:
        """Require one of several ways."""
        own = [self.switch() for _ in ways]
        off = () if switch is None else ((switch, -1.0),)
        self.requirements.append(Requirement((*((s, 1.0) for s in own), *off), 1.0 if switch is None else 0.0))
        for one, way in zip(own, ways, strict=True):
            for need in way:
                self.need(need, one)

    def rows(self, need: Need, switch: int | None) -> None:
        """Require scores, shares or counts to reach a bound."""
        shares = need.subject in ("share_of", "count_of")
        for code in [need.code] if shares else nodes_of(need, self.probes.system):
            values = self.probes.values[code]
            if np.isnan(values[self.base]):  # missing, or out of it: raising changes neither
                held = need.na == "met" and (shares or bool(self.probes.out_of[code][self.base]))
                if not held:
                    self.least(0.0, (), 1.0, 0.0, switch)
                continue
            start, terms = self.terms(values)
            lowest = start + sum(min(0.0, v) for _, v in terms)
            for key, bound in need.bounds:
                low = least_unrounded(key, bound, None if shares else self.decimals[code])
                self.least(start, terms, low, lowest, switch)

    def _ladder(self, column: int) -> int:
        ends = np.cumsum([len(rows) for rows in self.rungs])
        return int(np.searchsorted(ends, column, side="right"))

    def least(
        self, start: float, terms: tuple[tuple[int, float], ...], low: float, lowest: float, switch: int | None
    ) -> None:
        if switch is None:
            self.requirements.append(Requirement(terms, low - start - _SLACK))
        else:
            self.requirements.append(Requirement((*terms, (switch, lowest - low)), lowest - start - _SLACK))


def programme(
    probes: Probes,
    *,
    base: int,
    rungs: tuple[tuple[int, ...], ...],
    target: int,
    decimals: Mapping[str, int | None],
) -> tuple[list[Requirement], int]:
    """Return what the stage at a place of the rule (or one above it) requires of the rungs of one unit, and how many switches that takes.

    Raises
    ------
    EntangledError
        What single answers add cannot be summed for this unit.
    """
    every = [row for rows in rungs for row in rows]
    moved = np.flatnonzero((probes.out[every] != probes.out[base]).any(axis=0)) if every else np.array([])
    if moved.size:
        raise EntangledError(
            Text("提高答案会改变计分的分母。", "Raising an answer would change what stands in a denominator.")
        )
    model = _Model(probes, base, rungs, len(every), decimals)
    stages = probes.rule.stages
    above = [s for s in stages[:target] if not _covers(s.needs, stages[target].needs)]
    if above:
        model.any(tuple(s.needs for s in (stages[target], *above)), None)
    else:
        for need in stages[target].needs:
            model.need(need, None)
    return model.requirements, model.switches


def _covers(high: tuple[Need, ...], low: tuple[Need, ...]) -> bool:
    """Tell whether needs of one stage plainly contain those of another: the same subjects with bounds as high."""
    return all(any(_contains(h, need) for h in high) for need in low)


def _contains(high: Need, low: Need) -> bool:
    def rest(need: Need) -> Need:
        return replace(need, code="", label=Text("", ""), status="", assumption="", bounds=(), parts=())

    if rest(high) != rest(low) or high.parts != low.parts or len(high.bounds) != 1 or len(low.bounds) != 1:
        return high == replace(low, code=high.code)
    (key, bound), (asked, least) = high.bounds[0], low.bounds[0]
    if key not in ("min", "above") or asked not in ("min", "above"):
        return high.bounds == low.bounds
    return bound > least or (bound == least and (key == asked or asked == "min"))


def dependences(
    system: IndicatorSystem, rule: Rule, codebook: Codebook
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return, by indicator or need, the questions its points or truth hang on: always, and where its answer is "not applicable"."""
    counted = {d.question.code: d.count.questions for d in codebook.derived if d.count is not None}

    def whole(codes: set[str]) -> frozenset[str]:
        return frozenset(codes | {part for code in codes for part in counted.get(code, ())})

    found = {}
    for i in system.indicators:
        asked = codebook.question(i.question).ask_if
        always = {i.question, *_moved_by(asked)}
        for condition, _ in (*i.when, *(i.over.when if i.over else ())):
            always |= _moved_by(condition)
        if i.over and i.over.at_most:
            always.add(i.over.at_most)
        found[i.code] = whole(always), whole(_moved_by(i.na_if))
    for need in each_need(rule.needs):
        if need.subject == "condition":
            found[need.code] = whole(_moved_by(need.condition)), frozenset()
    return found


def _moved_by(condition: Condition | None) -> set[str]:
    """Return the questions whose raising can change a condition: not those of which it only asks whether they are not applicable, missing or not asked."""
    if condition is None:
        return set()
    still = ("na", "missing", "skipped")

    def moves(part: Compare) -> bool:
        return not (part.operator == "is" and part.values[0] in still)

    return {part.question for part in comparisons_of(condition) if moves(part)}


def check_apart(
    hangs: Mapping[str, tuple[frozenset[str], frozenset[str]]],
    system: IndicatorSystem,
    survey: Survey,
    row: int,
    raisable: Mapping[str, frozenset[str]],
) -> None:
    """Hold that nothing hangs on two answers of a unit that can be raised.

    `raisable` names, by ladder, the questions that raising it changes.

    Raises
    ------
    EntangledError
        Something does; it is named.
    """
    questions = {i.code: i.question for i in system.indicators}
    for code, (always, where_na) in hangs.items():
        na = code in questions and survey.answers.states[questions[code]][row] == NA
        on = [name for name, touched in raisable.items() if touched & (always | where_na if na else always)]
        if len(on) > 1:
            names = ", ".join(on)
            raise EntangledError(
                Text(
                    f"{code} 同时取决于 {names}，不能逐项相加。",
                    f"{code} hangs on {names} together, which do not add up.",
                )
            )


def closed_rungs(
    orders: Efforts, ladders: Mapping[str, tuple[int, tuple[float, ...]]], places: Mapping[str, float]
) -> tuple[list[Requirement], frozenset[int], dict[int, str]]:
    """Return what the orders require: links between rungs, rungs that stay out of reach, and by which order.

    `ladders` gives, by question, the column of the first rung and the places of the rungs; `places` where each question stands (NaN: cannot be told, so not there).
    """
    links: list[Requirement] = []
    shut: dict[int, str] = {}
    for order in orders.orders:
        if order.question not in ladders:
            continue
        start, rungs = ladders[order.question]
        at = next((k for k, place in enumerate(rungs) if place >= order.reach - 1e-9), None)
        if at is None or any(places[first] >= order.least - 1e-9 for first in order.first):
            continue
        ways = []
        for first in order.first:
            column, steps = ladders.get(first, (0, ()))
            ways += [(column + k, 1.0) for k, place in enumerate(steps) if place >= order.least - 1e-9][:1]
        if ways:
            links.append(Requirement((*ways, (start + at, -1.0)), 0.0))
        else:
            shut |= {column: order.code for column in range(start + at, start + len(rungs))}
    return links, frozenset(shut), shut
