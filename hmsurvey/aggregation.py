"""Children to a parent: the arithmetic of one node, for a batch of units, under one set of weights or under many.

A part's arrays are (units,), or (draws, units) where something below varies; a weight is a number, or (draws, 1). Nothing else tells one scoring from
ten thousand: `scoring` calls this with numbers, `analysis.restaging` with draws, and each draw is what `scoring` would say under its weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hmsurvey.arithmetic import round_half_away, tidy
from hmsurvey.errors import DataError, Problem, Text
from hmsurvey.points import Earned, on_number
from hmsurvey.scorings import Goalposts
from hmsurvey.systems import Indicator, Node

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Weight = float | Floats


@dataclass(slots=True, eq=False)
class Part:
    """A child as its parents see it: value and maximum, and the sums it brings to a ratio."""

    value: Floats
    out: Mask
    most: Floats
    earned: Floats
    possible: Floats
    applicable: Floats
    weight: Weight
    bonus: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks of a node: its value, and the most it can give. What nobody asks for is not computed under draws."""

    value: bool = True
    most: bool = True


def leaf_part(indicator: Indicator, earned: Earned) -> Part:
    """Return an indicator as a part."""
    answered = ~np.isnan(earned.points)
    most = np.full(earned.points.shape, earned.most)
    bound = 0.0 if np.isnan(earned.most) else earned.most
    zero = np.zeros_like(most)
    return Part(
        value=earned.points,
        out=earned.out,
        most=most,
        earned=np.where(answered, earned.points, 0.0),
        possible=zero if indicator.bonus else np.where(answered, bound, 0.0),
        applicable=zero if indicator.bonus else np.where(earned.out, 0.0, bound),
        weight=indicator.weight,
        bonus=indicator.bonus,
    )


def aggregate(
    node: Node, children: Sequence[Part], units: Sequence[str], *, wanted: Wanted = Wanted()
) -> tuple[Part, Floats]:
    """Return a node as a part for its own parents, and the share of its applicable weight that was answered.

    Raises
    ------
    DataError
        A geometric or harmonic mean meets a zero that the node calls an error, or a negative score.
    """
    out = np.logical_and.reduce([child.out for child in children])
    combine = _ratio if node.aggregate == "ratio" else _mean
    with np.errstate(divide="ignore", invalid="ignore"):
        part, share = combine(node, children, units, wanted)
        part.out = out
        if not wanted.value:
            return part, share
        value = np.where(share >= node.min_available - 1e-12, part.value, np.nan)
    if out.any():
        value = np.where(out, np.nan, value)
    if node.transform is not None:
        value = on_number(node.transform, value)
    if node.decimals is not None:
        value = round_half_away(value, node.decimals)
    part.value = tidy(value)
    if node.aggregate != "ratio" or node.transform is not None:
        there = ~np.isnan(part.value)
        part.earned = np.where(there, part.value, 0.0)
        part.possible = np.where(there, part.most, 0.0)
        part.applicable = np.where(out, 0.0, part.most)
    return part, np.where(out, np.nan, share)


def weighted_sum(weights: Sequence[Weight], arrays: Sequence[Floats], *, under: bool = False) -> Floats:
    """Return the sum of weight times array (`under`: weight over array), child by child.

    Children whose weights vary while their arrays do not are summed in one matrix product: (draws, children) x (children, units).
    """
    together = [k for k, w in enumerate(weights) if isinstance(w, np.ndarray) and arrays[k].ndim == 1]
    total = np.zeros(arrays[0].shape)
    if together:
        stacked = np.stack([1.0 / arrays[k] if under else arrays[k] for k in together])
        total = np.hstack([np.atleast_2d(weights[k]) for k in together]) @ stacked
    for k, (weight, array) in enumerate(zip(weights, arrays, strict=True)):
        if k not in together:
            total = total + (weight / array if under else weight * array)
    return total


def _ratio(node: Node, children: Sequence[Part], units: Sequence[str], wanted: Wanted) -> tuple[Part, Floats]:
    earned, possible, applicable = [], [], []
    for child in children:
        if node.children_as == "points":
            earned.append(child.earned)
            possible.append(child.possible)
            applicable.append(child.applicable)
        else:
            there = ~np.isnan(child.value)
            earned.append(np.where(there, child.value / child.most, 0.0))
            possible.append(np.where(there & (not child.bonus), 1.0, 0.0))
            applicable.append(np.where(child.out | child.bonus, 0.0, 1.0))
    weights = [child.weight for child in children]
    whole, of, asked = (weighted_sum(weights, arrays) for arrays in (earned, possible, applicable))
    value = share = np.zeros(children[0].out.shape)
    if wanted.value:
        value = np.where(of > 0, node.scale * whole / of, np.nan)
        share = np.where(asked > 0, of / asked, 0.0)
    most = np.full(children[0].out.shape, _ceiling(node))
    return Part(value, children[0].out, most, whole, of, asked, node.weight, False), share


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


def _mean(node: Node, children: Sequence[Part], units: Sequence[str], wanted: Wanted) -> tuple[Part, Floats]:
    """Aggregate children's values: arithmetic, geometric, harmonic, sum, min, max."""
    as_share = node.children_as == "share_of_max"
    values = [c.value / c.most if as_share else c.value for c in children]
    weights = [c.weight for c in children]
    there = [~np.isnan(value) for value in values]
    inside = [np.where(c.out | c.bonus, 0.0, 1.0) for c in children]
    applicable = weighted_sum(weights, inside)
    answered = weighted_sum(weights, [np.where(t, i, 0.0) for t, i in zip(there, inside, strict=True)])
    share = answered / np.where(applicable > 0, applicable, np.nan)
    value = _combined(node, values, weights, answered, units)
    zero = np.zeros_like(value)
    most = zero
    if wanted.most:
        each = [np.ones_like(c.most) if as_share else c.most for c in children]
        most = _most(node, each, [w * i for w, i in zip(weights, inside, strict=True)], applicable)
    return Part(value, children[0].out, most, zero, zero, zero, node.weight, False), np.nan_to_num(share)


def _most(node: Node, each: list[Floats], applicable: list[Floats], total: Floats) -> Floats:
    """Return the most a node can give: its own aggregate of what its applicable children can give."""
    if node.transform is not None:
        return np.full(each[0].shape, _ceiling(node))
    safe = np.where(total > 0, total, np.nan)
    if node.aggregate in ("min", "max"):
        edge, pick = (np.inf, np.minimum) if node.aggregate == "min" else (-np.inf, np.maximum)
        found = np.full(each[0].shape, edge)
        for one, weight in zip(each, applicable, strict=True):
            found = pick(found, np.where(weight > 0, one, edge))
        return found
    result = np.zeros(each[0].shape)
    for one, weight in zip(each, applicable, strict=True):
        if node.aggregate == "geometric":
            result = result + weight * np.log(np.where(weight > 0, one, 1.0))
        elif node.aggregate == "harmonic":
            result = result + weight / np.where(weight > 0, one, 1.0)
        else:
            result = result + weight * np.where(weight > 0, one, 0.0)
    if node.aggregate == "geometric":
        return np.asarray(np.exp(result / safe))
    if node.aggregate == "harmonic":
        return np.asarray(safe / result)
    return np.asarray(result if node.aggregate == "sum" else result / safe)


def _combined(node: Node, values: list[Floats], weights: list[Weight], total: Floats, units: Sequence[str]) -> Floats:
    """Combine values; `total` is the weight that was answered, without a bonus."""
    if node.aggregate in ("min", "max"):
        edge, pick = (np.inf, np.minimum) if node.aggregate == "min" else (-np.inf, np.maximum)
        found = np.full(values[0].shape, edge)
        for value, weight in zip(values, weights, strict=True):
            found = pick(found, np.where(~np.isnan(value) & _carries(weight), value, edge))
        return np.where(np.isfinite(found), found, np.nan)
    if node.aggregate in ("sum", "arithmetic"):
        whole = weighted_sum(weights, [np.nan_to_num(value) for value in values])
        if node.aggregate == "sum":
            return np.where(total > 0, whole, np.nan)
        return np.asarray(whole / np.where(total > 0, total, np.nan))
    inside, zero = [], np.zeros(values[0].shape, dtype=bool)
    for value, weight in zip(values, weights, strict=True):
        counts = ~np.isnan(value) & _carries(weight)
        fixed = value if counts.ndim > value.ndim else np.where(counts, value, 1.0)
        fixed = _above_zero(node, np.where(np.isnan(fixed), 1.0, fixed), counts, units)
        fixed = np.where(np.isnan(value), 1.0, fixed)  # a floor above 1 is no answer in place of one that is missing
        nought = fixed == 0
        if nought.any():
            zero = zero | (nought & counts)
        inside.append(np.where(nought, 1.0, fixed))
    safe = np.where(total > 0, total, np.nan)
    if node.aggregate == "geometric":
        mean = np.exp(weighted_sum(weights, [np.log(value) for value in inside]) / safe)
    else:
        spread = [np.where(~np.isnan(value), 1.0, np.inf) for value in values]  # what is missing adds nothing
        mean = safe / weighted_sum(weights, [v * s for v, s in zip(inside, spread, strict=True)], under=True)
    return np.where(zero & (total > 0), 0.0, mean)


def _carries(weight: Weight) -> Mask:
    """Tell where a weight is above zero; one answer where it is so in every draw."""
    above = np.asarray(weight) > 0
    return np.asarray(True) if above.all() else above


def _above_zero(node: Node, values: Floats, counts: Mask, units: Sequence[str]) -> Floats:
    """Treat zeros as the node says; refuse what has no geometric or harmonic mean."""
    if node.zero == "floor":
        values = np.where(values >= 0, np.maximum(values, node.floor), values)
    bad = ((values < 0) if node.zero != "error" else (values <= 0)) & counts
    if bad.any():
        names = [units[int(i)] for i in np.flatnonzero(bad.reshape(-1, bad.shape[-1]).any(axis=0))]
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
