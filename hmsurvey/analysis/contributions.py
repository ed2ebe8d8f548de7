"""What every indicator brings to the total of every unit: a score taken apart into parts that add up to it.

For an index made of weighted sums, means and ratios, where the total is a sum of points times what a point counts for. What a point counts for differs between units where indicators do
not apply or are not answered, since the others then weigh more. Rounding is left out. Other indices are refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hmsurvey.aggregation import Part, aggregate, leaf_part
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.points import earn
from hmsurvey.scoring import Scores
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem, Node

Floats = NDArray[np.float64]
_SUMS = ("ratio", "arithmetic", "sum")


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """Points and what a point counts for in the total, unit x indicator; NaN points where not answered, 0 worth where it does not count.

    The total before rounding is the sum over indicators of points times worth; NaN where the unit has no total.
    """

    units: tuple[str, ...]
    indicators: tuple[str, ...]
    points: Floats
    worth: Floats
    total: Floats


def cannot_add_up(system: IndicatorSystem) -> Text | None:
    """Tell what keeps the total of an index from being a sum over its indicators; None where nothing does."""
    for code in _below(system, system.total):
        node = system.node(code)
        if node.aggregate not in _SUMS:
            return Text(f"节点 {code} 按 {node.aggregate} 汇总", f"node {code} is aggregated as {node.aggregate}")
        if node.transform is not None:
            return Text(f"节点 {code} 的得分又经过换算", f"the score of node {code} is transformed")
        if node.decimals is not None and code != system.total:
            return Text(f"节点 {code} 先取整再汇总", f"node {code} is rounded before it is summed")
        bonus = [c for c in node.children if any(i.code == c and i.bonus for i in system.indicators)]
        if bonus:
            return Text(f"{bonus[0]} 是加分项", f"{bonus[0]} is a bonus")
    return None


def _below(system: IndicatorSystem, code: str) -> list[str]:
    nodes = {node.code: node for node in system.nodes}
    found = [code]
    for child in nodes[code].children:
        if child in nodes:
            found += _below(system, child)
    return found


@dataclass(slots=True, eq=False)
class _Share:
    """A part and how its value, and the sum it brings to a ratio, hang on the indicators' points: unit x indicator."""

    part: Part
    value: Floats
    earned: Floats


def contributions_of(result: SurveyResult) -> Contributions:
    """Take the totals of a survey apart.

    Raises
    ------
    UsageError
        The survey has no scores, or its index is no sum over its indicators; what in it is not stands in the message.
    """
    scores = _need(result)
    system, answers = scores.system, result.survey.answers
    why = cannot_add_up(system)
    if why is not None:
        raise UsageError(
            Problem(
                Text(
                    f"总分不能拆成各指标之和：{why.zh}。",
                    f"The total is no sum over the indicators: {why.en}.",
                ),
                where=f"{system.id} {system.version}",
                expected=Text("、".join(_SUMS), ", ".join(_SUMS)),
            )
        )
    n, codes = len(answers), tuple(indicator.code for indicator in system.indicators)
    found: dict[str, _Share] = {}
    for j, indicator in enumerate(system.indicators):
        part = leaf_part(indicator, earn(indicator, answers))
        slope = np.zeros((n, len(codes)))
        slope[:, j] = ~np.isnan(part.value)
        found[indicator.code] = _Share(part, slope, slope)
    plain = {node.code: replace(node, decimals=None) for node in system.nodes}
    for node in system.nodes:
        children = [found[code] for code in node.children]
        part, _ = aggregate(plain[node.code], [child.part for child in children], answers.units)
        value, earned = _ratio(node, children) if node.aggregate == "ratio" else _mean(node, children)
        found[node.code] = _Share(part, value, earned)
    top = found[system.total]
    points = np.stack([found[code].part.value for code in codes], axis=1)
    worth = np.where(np.isnan(top.part.value)[:, None], np.nan, top.value)
    return Contributions(tuple(answers.units), codes, points, worth, top.part.value)


def _need(result: SurveyResult) -> Scores:
    if result.scores is None:
        raise UsageError(
            Problem(Text("这项调查没有指标体系。", "This survey has no index system."), found=result.plan.code)
        )
    return result.scores


def _ratio(node: Node, children: list[_Share]) -> tuple[Floats, Floats]:
    whole, of = np.zeros_like(children[0].value), np.zeros(len(children[0].value))
    for child in children:
        part, weight = child.part, float(np.asarray(child.part.weight))
        if node.children_as == "points":
            whole, of = whole + weight * child.earned, of + weight * part.possible
        else:
            there = ~np.isnan(part.value)
            whole = whole + weight * np.where(there[:, None], child.value / _safe(part.most)[:, None], 0.0)
            of = of + weight * there
    return node.scale * whole / _safe(of)[:, None], whole


def _mean(node: Node, children: list[_Share]) -> tuple[Floats, Floats]:
    whole, of = np.zeros_like(children[0].value), np.zeros(len(children[0].value))
    for child in children:
        part, weight = child.part, float(np.asarray(child.part.weight))
        there = ~np.isnan(part.value)
        each = child.value / _safe(part.most)[:, None] if node.children_as == "share_of_max" else child.value
        whole, of = whole + weight * np.where(there[:, None], each, 0.0), of + weight * there
    value = whole if node.aggregate == "sum" else whole / _safe(of)[:, None]
    return value, value


def _safe(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)
