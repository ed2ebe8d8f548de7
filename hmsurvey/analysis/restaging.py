"""The same answers scored and staged under many settings at once, by the arithmetic of `aggregation` and `needs`.

A `Stand` is one index made ready: what no draw can change is computed once. Evaluating a batch of draws then touches only nodes above a varying weight and needs at a varying
cut-off. Each draw is what `score` and `stage` would say of an index with its weights and a rule with its cut-offs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hmsurvey.aggregation import Part, Wanted, Weight, aggregate, leaf_part
from hmsurvey.answers import Answers
from hmsurvey.conditions import UNKNOWN
from hmsurvey.needs import Bounds, Judge, Judged, Scored, meets, nodes_of
from hmsurvey.points import earn
from hmsurvey.rules import Need, Rule
from hmsurvey.staging import places_of_stages
from hmsurvey.survey import Survey
from hmsurvey.systems import IndicatorSystem, Node, weights_of

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Varied:
    """What the draws of a variation touch: codes whose weights vary, needs whose bounds vary."""

    weights: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Open:
    """A node above a varying weight; each child as the chain of codes that leads to it, so that sums nobody looks at are not made one by one."""

    node: Node
    wanted: Wanted
    chains: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """One index and rule made ready for a batch of units."""

    survey: Survey
    rule: Rule
    system: IndicatorSystem | None
    parts: Mapping[str, Part]
    open_nodes: tuple[Open, ...]
    scored: Scored | None
    known: Mapping[str, Judged]
    weights: Mapping[str, float] = field(default_factory=dict)
    edge: int | None = None  # what an answer that leaves a need open counts as: met, not met, or (None) open

    @property
    def n(self) -> int:
        """How many units there are."""
        return len(self.survey.answers)


@dataclass(slots=True, eq=False)
class Outcome:
    """What a batch of draws leads to: totals, places of stages (highest 0, unstaged -1), needs judged; a row a draw, or one where nothing varies."""

    total: Floats | None
    place: NDArray[np.int8]
    judged: Mapping[str, Judged]


def prepare(survey: Survey, system: IndicatorSystem | None, rule: Rule, varied: Varied) -> Stand:
    """Compute what no draw changes.

    Raises
    ------
    DataError
        A geometric or harmonic mean meets a zero that the system calls an error.
    """
    if system is None:
        stand = Stand(survey, rule, None, {}, (), None, {})
        return replace(stand, known=_known(stand, varied, frozenset()))
    answers = survey.answers
    earned = {i.code: earn(i, answers) for i in system.indicators}
    parts = {i.code: leaf_part(i, earned[i.code]) for i in system.indicators}
    touched = _touched(system, varied.weights)
    asked = _asked(system, rule)
    open_nodes: list[Open] = []
    for node in system.nodes:
        if node.code not in asked:
            continue
        if node.code not in touched:
            parts[node.code], _ = aggregate(node, [parts[c] for c in node.children], answers.units)
        elif asked[node.code].value:
            open_nodes.append(Open(node, asked[node.code], _chains(node, system, touched, asked)))
    out = _out(system, parts)
    points = {code: part.points for code, part in earned.items()}
    values = {node.code: parts[node.code].value for node in system.nodes if node.code in parts}
    stand = Stand(
        survey, rule, system, parts, tuple(open_nodes), Scored(system, values, points, out), {}, weights_of(system)
    )
    return replace(stand, known=_known(stand, varied, touched))


def _chains(
    node: Node, system: IndicatorSystem, touched: frozenset[str], asked: Mapping[str, Wanted]
) -> tuple[tuple[str, ...], ...]:
    """Return the children of a node; in place of a sum that varies and that nobody looks at, its own children."""
    found: list[tuple[str, ...]] = []
    for child in node.children:
        if child in touched and child in asked and not asked[child].value:
            found += [(child, *chain) for chain in _chains(system.node(child), system, touched, asked)]
        else:
            found.append((child,))
    return tuple(found)


def _out(system: IndicatorSystem, parts: Mapping[str, Part]) -> dict[str, NDArray[np.bool_]]:
    out = {i.code: parts[i.code].out for i in system.indicators}
    for node in system.nodes:
        out[node.code] = np.logical_and.reduce([out[child] for child in node.children])
    return out


def _touched(system: IndicatorSystem, weights: frozenset[str]) -> frozenset[str]:
    """Return the nodes above a varying weight."""
    found: set[str] = set()
    for node in system.nodes:
        if any(child in weights or child in found for child in node.children):
            found.add(node.code)
    return frozenset(found)


def _asked(system: IndicatorSystem, rule: Rule) -> dict[str, Wanted]:
    """Return the nodes that the total or a need rests on, and what is asked of each."""
    value, most = {system.total}, set[str]()
    for need in _needs_on_scores(rule.needs):
        value |= set(nodes_of(need, system))
    for node in reversed([*system.nodes]):
        if node.code not in value | most:
            continue
        for child in node.children:
            as_sums = node.aggregate == "ratio" and node.children_as == "points"
            if not as_sums:
                value.add(child)
            if as_sums or node.children_as == "share_of_max" or node.code in most:
                most.add(child)
    reached = value | most
    plain = {n.code for n in system.nodes if n.aggregate == "ratio" and n.transform is None}
    return {
        node.code: Wanted(value=node.code in value or node.code not in plain, most=node.code in most)
        for node in system.nodes
        if node.code in reached
    }


def _needs_on_scores(needs: tuple[Need, ...]) -> list[Need]:
    found = []
    for need in needs:
        found += _needs_on_scores(need.parts) if need.parts else []
        found += [need] if need.subject in ("score", "every", "min_over") else []
    return found


def _known(stand: Stand, varied: Varied, touched: frozenset[str]) -> dict[str, Judged]:
    """Judge the needs, and parts of needs, that no draw changes."""
    judge = Judge(stand.survey, stand.scored)
    known: dict[str, Judged] = {}

    def look(need: Need) -> bool:
        fixed = need.code not in varied.needs
        if need.subject in ("score", "every", "min_over") and stand.system is not None:
            fixed &= not touched & set(nodes_of(need, stand.system))
        for part in need.parts:
            fixed = look(part) and fixed
        if fixed:
            known[need.code] = meets(need, judge)
        return fixed

    for need in stand.rule.needs:
        look(need)
    return known


def restage(
    stand: Stand, weights: Mapping[str, Weight], limits: Mapping[str, Bounds], *, rows: Rows | None = None
) -> Outcome:
    """Return totals and places of stages, a row a draw, or one row where nothing varies.

    Parameters
    ----------
    stand
        The index made ready.
    weights
        By code, a column of draws.
    limits
        By a need's code, bounds with columns of draws.
    rows
        Draws x units: which row of the stand each draw takes for each unit; without it, all of them in order.
    """
    known = stand.known if rows is None else {code: _taken_judged(one, rows) for code, one in stand.known.items()}
    shape: tuple[int, ...] = (stand.n,) if rows is None else rows.shape
    scored = stand.scored
    if scored is not None and stand.system is not None:
        needed = {chain[-1] for one in stand.open_nodes for chain in one.chains} | {stand.system.total}
        parts = {c: p if rows is None else _taken(p, rows) for c, p in stand.parts.items() if c in needed}
        own = stand.weights
        for one in stand.open_nodes:
            children = []
            for chain in one.chains:
                weight: Weight = 1.0
                for code in chain:
                    weight = weight * weights.get(code, own[code])
                children.append(replace(parts[chain[-1]], weight=weight))
            parts[one.node.code], _ = aggregate(one.node, children, stand.survey.answers.units, wanted=one.wanted)
        values = dict(scored.values) if rows is None else {c: v[rows] for c, v in scored.values.items()}
        values |= {one.node.code: parts[one.node.code].value for one in stand.open_nodes}
        points, out = scored.points, scored.out
        if rows is not None:
            points = {c: v[rows] for c, v in points.items() if c in _targets(stand.rule)}
            out = {c: v[rows] for c, v in out.items()}
        scored = Scored(stand.system, values, points, out)
    judge = Judge(stand.survey, scored, limits, known, rows)
    judged = {need.code: meets(need, judge) for need in stand.rule.needs}
    if stand.edge is not None:
        judged = {code: _decided(one, stand.edge) for code, one in judged.items()}
    for need in judged.values():
        shape = np.broadcast_shapes(shape, need.truth.shape, need.score_missing.shape)
    total = scored.values[stand.system.total] if scored is not None and stand.system is not None else None
    return Outcome(total, places_of_stages(stand.rule, judged, shape), judged)


def _decided(one: Judged, edge: int) -> Judged:
    return Judged(np.where(one.truth == UNKNOWN, np.int8(edge), one.truth), one.score_missing)


def _targets(rule: Rule) -> set[str]:
    found: set[str] = set()
    waiting = list(rule.needs)
    while waiting:
        need = waiting.pop()
        waiting += need.parts
        found.add(need.target)
    return found


def _taken(part: Part, rows: Rows) -> Part:
    return replace(
        part,
        value=part.value[rows],
        out=part.out[rows],
        most=part.most[rows],
        earned=part.earned[rows],
        possible=part.possible[rows],
        applicable=part.applicable[rows],
    )


def _taken_judged(one: Judged, rows: Rows) -> Judged:
    return Judged(one.truth[rows], one.score_missing[rows])


def answers_of(answers: Answers, rows: Rows, units: tuple[str, ...]) -> Answers:
    """Return some rows of answers, under these names."""
    values = {code: value[rows] for code, value in answers.values.items()}
    states = {code: state[rows] for code, state in answers.states.items()}
    return Answers(answers.codebook, units, values, states)
