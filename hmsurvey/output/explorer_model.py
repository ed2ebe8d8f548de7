"""A survey's rule and scores as plain data that a page can stage anew: the weights right below the total, the cut-offs, and what no slider changes.

What sliders move is carried as numbers of full precision; every other need is carried as judged. An index or a rule that a page cannot carry exactly is refused by
name: such a survey keeps its stages and has no sliders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hmsurvey.aggregation import Part
from hmsurvey.analysis.restaging import Stand, Varied, prepare
from hmsurvey.conditions import TRUE
from hmsurvey.errors import Text
from hmsurvey.needs import Judge, Judged, meets, nodes_of
from hmsurvey.rules import Need, Rule, describe, each_need
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem, weights_of

Floats = NDArray[np.float64]
Data = dict[str, Any]
_SCORED = ("score", "every", "min_over")
_SIGNS = {"min": "≥", "above": ">", "max": "≤", "below": "<"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a survey's stages cannot be moved by sliders."""

    why: Text


def carry_model(result: SurveyResult) -> Data | Refusal:
    """Return everything a page needs to stage the units of a survey under other weights and cut-offs.

    Parameters
    ----------
    result
        A survey with stages.

    Returns
    -------
    dict or Refusal
        Plain data (numbers, texts, lists), or why it cannot be carried.
    """
    stages = result.stages
    if stages is None:
        return Refusal(Text("这项调查没有分段规则。", "This survey has no staging rule."))
    if result.scores is None:
        return Refusal(
            Text(
                "阶段由答案直接判定，没有指标体系，因此没有权重和分数线可调。",
                "Stages follow from the answers without an index, so there are no weights or cut-offs to move.",
            )
        )
    system, rule = result.scores.system, stages.rule
    reason = _unable(system, rule)
    if reason is not None:
        return Refusal(reason)
    children = system.node(system.total).children
    moving = [need for need in each_need(rule.needs) if need.subject in _SCORED]
    stand = prepare(result.survey, system, rule, Varied(frozenset(children), frozenset(need.code for need in moving)))
    reason = _uneasy(system, stand)
    if reason is not None:
        return Refusal(reason)
    return {
        "total": _total(system),
        "children": _children(system, stand),
        "nodes": _nodes(rule, system, stand, result),
        "bounds": [bound for need in moving for bound in _bounds(need, rule, system, result)],
        "stages": [[_need(need, stand, result) for need in stage.needs] for stage in rule.stages],
        "weightings": _weightings(system),
        "rule": f"{rule.id} {rule.version}",
        "index": f"{system.id} {system.version}",
    }


def _unable(system: IndicatorSystem, rule: Rule) -> Text | None:
    """Tell what in the definitions keeps a page from staging anew."""
    node = system.node(system.total)
    if node.transform is not None:
        return Text("总分还要经过一次换算。", "The total is transformed after it is put together.")
    shared = [n.code for n in system.nodes if n.code != system.total and set(n.children) & {*node.children, node.code}]
    if shared:
        names = ", ".join(shared)
        return Text(
            f"总分或其组成部分还属于其他节点：{names}。", f"The total or a part of it belongs to other nodes: {names}."
        )
    if not any(need.subject in _SCORED for need in each_need(rule.needs)):
        return Text("规则不看得分，没有分数线可调。", "The rule asks for no score: there is no cut-off to move.")
    return None


def _uneasy(system: IndicatorSystem, stand: Stand) -> Text | None:
    """Tell what in the scores keeps a page from staging anew: means that some weights would make an error."""
    node = system.node(system.total)
    if node.aggregate not in ("geometric", "harmonic"):
        return None
    lowest = min(
        float(np.nanmin(v, initial=np.inf)) for v in (_value(node.children_as, stand.parts[c]) for c in node.children)
    )
    if lowest < 0 or (lowest == 0 and node.zero == "error"):
        return Text(
            "总分是几何或调和平均，而有的得分为零或负，换权重可能出错。",
            "The total is a geometric or harmonic mean and some scores are zero or below: other weights could have no mean.",
        )
    return None


def _value(children_as: str, part: Part) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return part.value / part.most if children_as == "share_of_max" else part.value


def _total(system: IndicatorSystem) -> Data:
    node = system.node(system.total)
    return {
        "code": node.code,
        "aggregate": node.aggregate,
        "scale": node.scale,
        "min_available": node.min_available,
        "decimals": node.decimals,
        "zero": node.zero,
        "floor": node.floor,
    }


def _children(system: IndicatorSystem, stand: Stand) -> list[Data]:
    """Return what each part of the total brings to it; its plain score stands with the areas."""
    node, weights = system.node(system.total), weights_of(system)
    found = []
    for code in node.children:
        part = stand.parts[code]
        value = _value(node.children_as, part)
        child: Data = {"code": code, "weight": weights[code], "out": _marks(part.out)}
        if node.aggregate == "ratio":
            points, there = node.children_as == "points", ~np.isnan(value)
            child["earned"] = numbers(part.earned if points else np.where(there, value, 0.0))
            child["possible"] = numbers(part.possible if points else np.where(there & (not part.bonus), 1.0, 0.0))
            asked = part.applicable if points else np.where(part.out | part.bonus, 0.0, 1.0)
            child["applicable"] = numbers(asked)
        else:
            child["bonus"] = part.bonus
            if node.children_as == "share_of_max":
                child["share"] = numbers(value)
        found.append(child)
    return found


def _nodes(rule: Rule, system: IndicatorSystem, stand: Stand, result: SurveyResult) -> Data:
    """Return the scores that needs look at and no weight below the total changes."""
    scores = result.scores
    codes: dict[str, None] = {}
    for need in each_need(rule.needs):
        if need.subject in _SCORED:
            codes |= dict.fromkeys(nodes_of(need, system))
    found: Data = {}
    for code in codes:
        if scores is None:
            continue
        out = _marks(scores.not_applicable[code].to_numpy())
        found[code] = {"label": text_pair(system.node(code).label), "out": out}
        here = code == system.total or code in system.node(system.total).children  # these stand with the areas
        if not here and stand.scored is not None:
            found[code]["value"] = numbers(stand.scored.values[code])
    return found


def _bounds(need: Need, rule: Rule, system: IndicatorSystem, result: SurveyResult) -> list[Data]:
    """Return the cut-offs and floors of a need, each with the range of its slider."""
    stage = next(s for s in rule.stages if any(n.code == need.code for n in each_need(s.needs)))
    scores = result.scores
    values = scores.values[nodes_of(need, system)].to_numpy() if scores is not None else np.zeros(1)
    seen = values[np.isfinite(values)]
    found = []
    for key, bound in need.bounds:
        high = max([bound, *([float(seen.max())] if seen.size else [])])
        high = 100.0 if 1.5 < high <= 100.0 else 1.0 if 0 < high <= 1.0 else nice(high)
        low = min([0.0, bound, *([float(seen.min())] if seen.size else [])])
        name = _looked_at(need, system)
        found.append(
            {
                "need": need.code,
                "key": key,
                "value": round(bound, 9),
                "stage": stage.code,
                "label": [f"{name.zh} {_SIGNS[key]}", f"{name.en} {_SIGNS[key]}"],
                "low": -nice(-low) if low < 0 else 0.0,
                "high": high,
                "step": nice((high - min(low, 0.0)) / 200),
            }
        )
    return found


def _looked_at(need: Need, system: IndicatorSystem) -> Text:
    if need.subject == "score":
        label = system.node(need.target).label
        return label if need.target == system.total else Text(f"{need.target} {label.zh}", f"{need.target} {label.en}")
    if need.target == "area":
        return Text("每个方面", "Every area")
    return Text(f"每个{need.target}", f"Every {need.target}")


def nice(x: float) -> float:
    """Return the next number up that people count in: 1, 2, 2.5, 5 times a power of ten.

    >>> nice(0.43), nice(71.0)
    (0.5, 100.0)
    """
    power = 10.0 ** np.floor(np.log10(x))
    return float(f"{next(m for m in (1, 2, 2.5, 5, 10) if m * power >= x * (1 - 1e-12)) * power:.6g}")


def _need(need: Need, stand: Stand, result: SurveyResult) -> Data:
    """Return one need: judged, or as a tree with what it asks of scores."""
    stages, system = result.stages, stand.system
    words = describe(need, system)
    data: Data = {"code": need.code, "label": text_pair(words)}
    if need.code in stand.known or need.subject not in (*_SCORED, "any", "all"):
        judged = stand.known.get(need.code) or meets(need, Judge(result.survey, stand.scored))
        data |= _judged(judged)
        if (
            stages is not None
            and need.code in stages.found
            and need.subject in ("points", "answer", "share_of", "count_of")
        ):
            data["found"] = numbers(stages.found[need.code].to_numpy(dtype=float))
            data["within"] = [[key, bound] for key, bound in need.bounds]
        return data
    if need.subject in ("any", "all"):
        return data | {"own": any(need.label), need.subject: [_need(part, stand, result) for part in need.parts]}
    data["nodes"] = nodes_of(need, system) if system is not None else []
    data["na"] = {"met": TRUE, "not_met": 0, "unstaged": 1}[need.na]
    if any(need.label):
        data["words"] = text_pair(need.label)
    return data


def _judged(judged: Judged) -> Data:
    data: Data = {"truth": "".join(str(int(t)) for t in judged.truth)}
    missing = _marks(judged.score_missing)
    return data | ({"missing": missing} if missing else {})


def _weightings(system: IndicatorSystem) -> list[Data]:
    """Return the index's other weightings, as far as they change nothing but the weights below the total."""
    children = system.node(system.total).children
    own = weights_of(system)
    found = []
    for one in system.weightings:
        weights: Mapping[str, float] = dict(one.weights)
        if one.nodes or any(code not in children and own.get(code) != w for code, w in weights.items()):
            continue
        label = one.label if any(one.label) else Text(one.id, one.id)
        found.append({"label": text_pair(label), "weights": [weights.get(c, own[c]) for c in children]})
    return found


def text_pair(text: Text) -> list[str]:
    """Return a text as a page carries it: Chinese, English."""
    return [text.of("zh"), text.of("en")]


def numbers(values: Iterable[float]) -> list[float | int | None]:
    """Return floats in full precision, nothing for a missing one, whole ones as short as they are."""
    plain = [float(v) for v in values]
    return [None if v != v else int(v) if v.is_integer() and abs(v) < 2**53 else v for v in plain]


def _marks(flags: NDArray[np.bool_]) -> str:
    """Return flags as digits; nothing where none is set."""
    return "".join("1" if flag else "0" for flag in flags) if flags.any() else ""
