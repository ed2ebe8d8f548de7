"""Whose weights? The same index with weights from experts, from the data, alike, or given; each says where it comes from.

Every verb returns a new `IndicatorSystem`, whose provenance names the weights; `restage` then scores and stages with it. What a weighting changes is
asked in `weight_choices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hmsurvey.analysis.tabulation import need_scores
from hmsurvey.errors import DataError, Problem, Text
from hmsurvey.expert_weights import weigh_by_experts, weigh_experts
from hmsurvey.statistics.ahp import Priorities
from hmsurvey.statistics.inputs import Floats
from hmsurvey.statistics.objective_weights import critic_weights, entropy_weights, pca_weights, spread_weights
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem
from hmsurvey.weightings import Origin, unknown_choice, weighed_node, with_weights

DATA_METHODS: dict[str, tuple[Any, Text, tuple[str, ...]]] = {
    "entropy": (entropy_weights, Text("熵权法", "Entropy"), ("zeros",)),
    "critic": (critic_weights, Text("CRITIC 法", "CRITIC"), ("correlation", "scale")),
    "pca": (pca_weights, Text("主成分法", "Principal components"), ("convention",)),
    "spread": (spread_weights, Text("离散程度法", "Spread"), ("spread",)),
}


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What data weights are drawn from: the children of a node, for the units that have them all.

    `values` is units x children: scores of nodes, shares (0-1) of the maximum of indicators. `n_left_out` units lack one or more.
    """

    codes: tuple[str, ...]
    values: Floats
    n: int
    n_left_out: int


def weigh_equally(system: IndicatorSystem, *, node: str = "") -> IndicatorSystem:
    """Return the system with the children of a node (the total, if none is named) weighing alike.

    Raises
    ------
    UsageError
        No such node, or one in which weights have no effect.
    """
    children = weighed_node(system, node).children
    label = Text("等权", "Alike")
    return with_weights(system, node, np.full(len(children), 1 / len(children)), Origin("equal", label, "equal"))


def weigh_as_given(
    system: IndicatorSystem,
    weights: Mapping[str, float],
    *,
    node: str = "",
    adds_to: float | None = None,
    origin: str = "",
) -> IndicatorSystem:
    """Return the system with given weights for the children of a node.

    Parameters
    ----------
    system
        The index.
    weights
        Child -> weight: every child once, none negative.
    node
        The node; the total if not given.
    adds_to
        What they must add up to, such as 1 or 100; not checked if not given, unless the node itself says so.
    origin
        Where they come from, in a few words; it stands in the provenance.

    Raises
    ------
    DataError
        Codes missing or unknown, negative weights, all 0, or a sum other than it must be. All of it is said at once.
    UsageError
        No such node, or one in which weights have no effect.
    """
    parent = weighed_node(system, node)
    children = parent.children
    where = f"{system.id} {system.version}, node {parent.code}"
    problems = []
    wrong = [c for c in weights if c not in children] + [c for c in children if c not in weights]
    if wrong:
        problems.append(Problem(Text("权重的代码与下级不符。", "The weights are not those of the node's children."), where, ", ".join(wrong), Text("、".join(children), ", ".join(children))))  # fmt: skip
    bad = [f"{c} {w:g}" for c, w in weights.items() if not np.isfinite(w) or w < 0]
    if bad:
        problems.append(
            Problem(Text("权重应为 0 以上的数。", "Weights are numbers of 0 or more."), where, ", ".join(bad))
        )
    total = float(sum(weights.values()))
    must = adds_to if adds_to is not None else parent.must_sum
    if not bad and must is not None and abs(total - must) > 1e-9 * max(1.0, abs(must)):
        written = " + ".join(f"{c} {w:g}" for c, w in weights.items())
        problems.append(Problem(Text("权重之和不等于规定数。", "The weights do not add up."), where, f"{written} = {total:g}", Text(f"{must:g}", f"{must:g}")))  # fmt: skip
    if not bad and not wrong and total <= 0:
        problems.append(Problem(Text("权重全为 0。", "All weights are 0."), where))
    if problems:
        raise DataError(problems)
    label = Text("给定权重", "Given weights")
    values = np.array([float(weights[c]) for c in children])
    return with_weights(system, node, values / total, Origin("given", label, origin or "given"))


def weigh_by_data(
    result: SurveyResult, *, node: str = "", method: str = "entropy", **conventions: Any
) -> IndicatorSystem:
    """Return the system with weights that the answers themselves give to a node's children.

    Parameters
    ----------
    result
        A survey, scored. Units that lack one of the children are left out; how many is said.
    node
        Whose children; the total if not given.
    method
        "entropy", "critic", "pca" or "spread".
    conventions
        The method's own: `zeros` of entropy, `correlation` and `scale` of critic, `convention` of pca, `spread` of spread. They stand in the provenance.

    Raises
    ------
    UsageError
        No index, node or method of this name; a convention that the method does not have.
    DataError
        Constant columns, too few complete units.
    """
    system = need_scores(result).system
    if method not in DATA_METHODS:
        raise unknown_choice("method", method, tuple(DATA_METHODS))
    weigh, label, known = DATA_METHODS[method]
    for name in conventions:
        if name not in known:
            raise unknown_choice(f"method {method}", name, known)
    found = material(result, node=node)
    weights = weigh(found.values, names=found.codes, **conventions)
    said = [method, *(f"{name} {value}" for name, value in conventions.items()), f"n = {found.n}"]
    if found.n_left_out:
        said.append(f"{found.n_left_out} incomplete left out")
    extra = "，".join(str(value) for value in conventions.values())
    more = Text(f"{label.zh}（{extra}）" if extra else label.zh, f"{label.en} ({extra})" if extra else label.en)
    name = "_".join([method, *(str(v) for v in conventions.values() if isinstance(v, str))])
    return with_weights(
        system,
        node,
        weights,
        Origin(name, more, ", ".join(said[1:]), assumption="A108" if method == "pca" else "A107"),
    )


def material(result: SurveyResult, *, node: str = "") -> Material:
    """Return the numbers that data weights are drawn from."""
    scores = need_scores(result)
    children = weighed_node(scores.system, node).children
    columns = [scores.values[c] if c in scores.values else scores.points[c] / float(scores.most[c]) for c in children]
    table = np.column_stack([column.to_numpy(dtype=np.float64) for column in columns])
    whole = ~np.isnan(table).any(axis=1)
    return Material(children, table[whole], int(whole.sum()), int((~whole).sum()))


__all__ = [
    "DATA_METHODS",
    "Material",
    "Priorities",
    "material",
    "weigh_as_given",
    "weigh_by_data",
    "weigh_by_experts",
    "weigh_equally",
    "weigh_experts",
]
