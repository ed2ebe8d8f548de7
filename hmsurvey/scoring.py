"""Answers to points to scores: one code for every index.

`score` works on a batch of units, and no unit needs another (normalisation over the sample is the one named exception, in `points`).
A missing answer propagates as far as the node's `min_available` lets it; nothing is filled in passing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.answers import Answers
from hmsurvey.arithmetic import round_half_away, tidy
from hmsurvey.errors import DataError, Problem, Text
from hmsurvey.indicators import check_fit
from hmsurvey.points import Earned, earn, on_number
from hmsurvey.provenance import Provenance
from hmsurvey.scorings import Goalposts
from hmsurvey.survey import Survey
from hmsurvey.systems import Indicator, IndicatorSystem, Node, weights_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Points and scores of every unit.

    Attributes
    ----------
    points
        Unit x indicator, in points; NaN where missing or not applicable.
    values
        Unit x node, in the node's own unit (0-100 in the built-in index); NaN where missing.
    not_applicable
        Unit x (indicator or node): what left the denominator.
    available_share
        Unit x node: share (0-1) of the applicable weight that was answered.
    most
        Indicator -> most points it can give (NaN: no bound).
    """

    system: IndicatorSystem
    points: pd.DataFrame
    values: pd.DataFrame
    not_applicable: pd.DataFrame
    available_share: pd.DataFrame
    most: pd.Series
    provenance: Provenance

    @property
    def total(self) -> pd.Series:
        """The headline score of every unit."""
        return self.values[self.system.total]

    def __repr__(self) -> str:
        return f"Scores {self.system.id} {self.system.version}, n = {len(self.values)}\n{self.values!r}"


@dataclass(slots=True, eq=False)
class _Part:
    """A child as its parents see it: value and maximum, and the sums it brings to a ratio."""

    value: Floats
    out: Mask
    most: Floats
    earned: Floats
    possible: Floats
    applicable: Floats
    weight: float
    bonus: bool


def score(survey: Survey, system: IndicatorSystem) -> Scores:
    """Score every unit of a survey.

    Parameters
    ----------
    survey
        Valid answers.
    system
        The index; it must fit the survey's codebook.

    Raises
    ------
    DefinitionError
        The system names questions or options that the codebook does not have.
    DataError
        A geometric or harmonic mean meets a zero that the system calls an error, or a negative score.
    """
    check_fit(system, survey.codebook)
    provenance = survey.provenance.with_definition(
        f"system {system.id} {system.version}" + (f" ({system.weighting})" if system.weighting else "")
    )
    return score_answers(survey.answers, system, provenance)


def score_answers(answers: Answers, system: IndicatorSystem, provenance: Provenance) -> Scores:
    """Score a batch of answers to a system that is known to fit."""
    earned = {indicator.code: earn(indicator, answers) for indicator in system.indicators}
    most = {code: part.most for code, part in earned.items()}
    parts = {i.code: _leaf(i, earned[i.code]) for i in system.indicators}
    shares: dict[str, Floats] = {}
    for node in system.nodes:
        parts[node.code], shares[node.code] = _aggregate(node, [parts[c] for c in node.children], answers.units)
    index = pd.Index(answers.units, name="unit", dtype=object)
    leaves, nodes = [i.code for i in system.indicators], [n.code for n in system.nodes]
    return Scores(
        system=system,
        points=pd.DataFrame({code: earned[code].points for code in leaves}, index=index),
        values=pd.DataFrame({code: parts[code].value for code in nodes}, index=index),
        not_applicable=pd.DataFrame({code: parts[code].out for code in (*leaves, *nodes)}, index=index),
        available_share=pd.DataFrame({code: shares[code] for code in nodes}, index=index),
        most=pd.Series(most, dtype=float),
        provenance=provenance,
    )


def _leaf(indicator: Indicator, earned: Earned) -> _Part:
    answered = ~np.isnan(earned.points)
    most = np.full(len(earned.points), earned.most)
    bound = 0.0 if np.isnan(earned.most) else earned.most
    zero = np.zeros_like(most)
    return _Part(
        value=earned.points,
        out=earned.out,
        most=most,
        earned=np.where(answered, earned.points, 0.0),
        possible=zero if indicator.bonus else np.where(answered, bound, 0.0),
        applicable=zero if indicator.bonus else np.where(earned.out, 0.0, bound),
        weight=indicator.weight,
        bonus=indicator.bonus,
    )


def _aggregate(node: Node, children: list[_Part], units: tuple[str, ...]) -> tuple[_Part, Floats]:
    """Return a node as a part for its own parents, and the share of its applicable weight that was answered."""
    out = np.logical_and.reduce([child.out for child in children])
    combine = _ratio if node.aggregate == "ratio" else _mean
    with np.errstate(divide="ignore", invalid="ignore"):
        part, share = combine(node, children, units)
        value = np.where(share >= node.min_available - 1e-12, part.value, np.nan)
    value = _transformed(node, np.where(out, np.nan, value))
    if node.decimals is not None:
        value = round_half_away(value, node.decimals)
    part.value, part.out = tidy(value), out
    if node.aggregate != "ratio" or node.transform is not None:
        there = ~np.isnan(part.value)
        part.earned = np.where(there, part.value, 0.0)
        part.possible = np.where(there, part.most, 0.0)
        part.applicable = np.where(out, 0.0, part.most)
    return part, np.where(out, np.nan, share)


def _transformed(node: Node, value: Floats) -> Floats:
    return value if node.transform is None else on_number(node.transform, value)


def _ratio(node: Node, children: list[_Part], units: tuple[str, ...]) -> tuple[_Part, Floats]:
    earned, possible, applicable = (np.zeros_like(children[0].value) for _ in range(3))
    for child in children:
        if node.children_as == "points":
            e, p, a = child.earned, child.possible, child.applicable
        else:
            there = ~np.isnan(child.value)
            e = np.where(there, child.value / child.most, 0.0)
            p = np.where(there & (not child.bonus), 1.0, 0.0)
            a = np.where(child.out | child.bonus, 0.0, 1.0)
        earned, possible, applicable = (
            earned + child.weight * e,
            possible + child.weight * p,
            applicable + child.weight * a,
        )
    value = np.where(possible > 0, node.scale * earned / possible, np.nan)
    share = np.where(applicable > 0, possible / applicable, 0.0)
    most = np.full_like(value, _ceiling(node))
    return _Part(value, children[0].out, most, earned, possible, applicable, node.weight, False), share


def _ceiling(node: Node) -> float:
    if node.transform is None:
        return node.scale
    if isinstance(node.transform, Goalposts):
        return 1.0
    return _highest(node)


def _highest(node: Node) -> float:
    points = [pair.points for pair in getattr(node.transform, "bands", ())] + [
        y for _, y in getattr(node.transform, "knots", ())
    ]
    return max(points)


def _mean(node: Node, children: list[_Part], units: tuple[str, ...]) -> tuple[_Part, Floats]:
    """Aggregate children's values: arithmetic, geometric, harmonic, sum, min, max."""
    as_share = node.children_as == "share_of_max"
    values = np.stack([c.value / c.most if as_share else c.value for c in children])
    weights = np.array([c.weight for c in children])[:, None] * np.ones_like(values)
    bonus = np.array([c.bonus for c in children])[:, None] & np.ones_like(values, dtype=bool)
    applicable = np.where(np.stack([c.out for c in children]) | bonus, 0.0, weights)
    answered = np.where(np.isnan(values), 0.0, applicable)
    share = answered.sum(axis=0) / np.where((total := applicable.sum(axis=0)) > 0, total, np.nan)
    most_each = np.stack([np.ones_like(c.most) if as_share else c.most for c in children])
    value = _combined(node, values, np.where(np.isnan(values), 0.0, weights), answered, units)
    most = _most(node, most_each, applicable)
    zero = np.zeros_like(value)
    return _Part(value, children[0].out, most, zero, zero, zero, node.weight, False), np.nan_to_num(share)


def _most(node: Node, most_each: Floats, applicable: Floats) -> Floats:
    """Return the most a node can give: its own aggregate of what its applicable children can give."""
    if node.transform is not None:
        return np.full(most_each.shape[1], _ceiling(node))
    inside, total = applicable > 0, applicable.sum(axis=0)
    safe = np.where(total > 0, total, np.nan)
    if node.aggregate == "min":
        return np.where(inside, most_each, np.inf).min(axis=0)
    if node.aggregate == "max":
        return np.where(inside, most_each, -np.inf).max(axis=0)
    if node.aggregate == "geometric":
        return np.asarray(np.exp((applicable * np.log(np.where(inside, most_each, 1.0))).sum(axis=0) / safe))
    if node.aggregate == "harmonic":
        return np.asarray(safe / (applicable / np.where(inside, most_each, 1.0)).sum(axis=0))
    weighted = (applicable * np.where(inside, most_each, 0.0)).sum(axis=0)
    return np.asarray(weighted if node.aggregate == "sum" else weighted / safe)


def _combined(node: Node, values: Floats, weights: Floats, counted: Floats, units: tuple[str, ...]) -> Floats:
    """Combine values; `weights` are 0 where a value is missing, `counted` also where it is a bonus."""
    there = np.nan_to_num(values)
    total = counted.sum(axis=0)
    safe = np.where(total > 0, total, np.nan)
    if node.aggregate == "sum":
        return np.where(total > 0, (weights * there).sum(axis=0), np.nan)
    if node.aggregate == "arithmetic":
        return np.asarray((weights * there).sum(axis=0) / safe)
    if node.aggregate in ("min", "max"):
        edge = np.inf if node.aggregate == "min" else -np.inf
        inside = np.where(weights > 0, there, edge)
        found = inside.min(axis=0) if node.aggregate == "min" else inside.max(axis=0)
        return np.where(np.isfinite(found), found, np.nan)
    inside = _above_zero(node, np.where(weights > 0, there, 1.0), units)
    zero = (inside == 0).any(axis=0)
    inside = np.where(inside == 0, 1.0, inside)
    if node.aggregate == "geometric":
        mean = np.exp((weights * np.log(inside)).sum(axis=0) / safe)
    else:
        mean = safe / (weights / inside).sum(axis=0)
    return np.where(zero & (total > 0), 0.0, mean)


def _above_zero(node: Node, values: Floats, units: tuple[str, ...]) -> Floats:
    """Treat zeros as the node says; refuse what has no geometric or harmonic mean."""
    if node.zero == "floor":
        values = np.where(values >= 0, np.maximum(values, node.floor), values)
    bad = (values < 0) if node.zero != "error" else (values <= 0)
    if bad.any():
        names = [units[i] for i in np.flatnonzero(bad.any(axis=0))]
        kind = {"geometric": Text("几何", "geometric"), "harmonic": Text("调和", "harmonic")}[node.aggregate]
        raise DataError(
            Problem(
                Text(f"{kind.zh}平均遇到零或负分。", f"A {kind.en} mean meets a score of zero or below."),
                where=f"node {node.code} ({node.label.zh} / {node.label.en})",
                found=", ".join(names[:10]) + (" ..." if len(names) > 10 else ""),
                expected=Text("大于 0 的分数", "scores above 0"),
                fix=Text(
                    '在节点上写 zero = "zero"，或 zero = "floor" 并给出 floor。',
                    'say zero = "zero", or zero = "floor" with a `floor`, on the node.',
                ),
            )
        )
    return values


def scores_frame(scores: Scores) -> pd.DataFrame:
    """Return indicators' points and nodes' values side by side, index = unit, a column a code."""
    return pd.concat([scores.points, scores.values], axis=1)


def contributions(scores: Scores, node: str) -> Mapping[str, float]:
    """Return the share of a node's weight that each of its children carries (0-1), by the weights as written."""
    parent = scores.system.node(node)
    weights = weights_of(scores.system)
    total = sum(weights[c] for c in parent.children)
    return {c: weights[c] / total for c in parent.children}
