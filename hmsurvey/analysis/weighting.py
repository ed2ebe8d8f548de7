"""Whose weights? The same index with weights from experts, from the data, alike, or given; each says where it comes from.

Every verb returns a new `IndicatorSystem`, whose provenance names the weights; `restage` then scores and stages with it. What a weighting changes is
asked in `weight_choices`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from hmsurvey.analysis.tabulation import need_scores
from hmsurvey.errors import NOTHING, DataError, Problem, Text, UsageError
from hmsurvey.judging import Judgements
from hmsurvey.provenance import Source
from hmsurvey.statistics.ahp import Priorities, ahp
from hmsurvey.statistics.experts import Group, group_ahp
from hmsurvey.statistics.inputs import Floats
from hmsurvey.statistics.objective_weights import critic_weights, entropy_weights, pca_weights, spread_weights
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem, Node, Weighting, weights_of
from hmsurvey.weightings import reweight

DATA_METHODS: dict[str, tuple[Any, Text, tuple[str, ...]]] = {
    "entropy": (entropy_weights, Text("熵权法", "Entropy"), ("zeros",)),
    "critic": (critic_weights, Text("CRITIC 法", "CRITIC"), ("correlation", "scale")),
    "pca": (pca_weights, Text("主成分法", "Principal components"), ("convention",)),
    "spread": (spread_weights, Text("离散程度法", "Spread"), ("spread",)),
}
_JOINED = {"aij": Text("合并判断", "judgements joined"), "aip": Text("合并权重", "weights joined")}


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
    children = _parent(system, node).children
    label = Text("等权", "Alike")
    return _reweighted(system, node, np.full(len(children), 1 / len(children)), _Origin("equal", label, "equal"))


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
    parent = _parent(system, node)
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
    return _reweighted(system, node, values / total, _Origin("given", label, origin or "given"))


def weigh_by_experts(
    system: IndicatorSystem,
    judgements: Judgements,
    *,
    join: str = "aij",
    random_index: str = "saaty_1980",
) -> IndicatorSystem:
    """Return the system with weights from experts' pairwise judgements (AHP, principal eigenvector; A105, A106).

    Parameters
    ----------
    system
        The index.
    judgements
        From `read_experts`.
    join
        "aij" (judgements joined), "aip" (weights joined, geometric mean), or one expert's name.
    random_index
        The table that CR rests on.

    Raises
    ------
    DataError
        Criteria that are not the node's children; judgements that do not connect all of them.
    UsageError
        No such expert.
    """
    node = judgements.node
    children = _parent(system, node).children
    if set(children) != set(judgements.codes):
        raise DataError(
            Problem(
                Text(
                    "专家比较的准则不是该节点的下级。", "The experts compared other criteria than the node's children."
                ),
                where=f"{system.id} {system.version}, node {node or system.total}",
                found=", ".join(judgements.codes),
                expected=Text("、".join(children), ", ".join(children)),
            )
        )
    if join in judgements.names:
        expert = judgements.experts[judgements.names.index(join)]
        found = ahp(expert.matrix, random_index=random_index, names=judgements.codes)
        weights, said, words = found.weights, f"{join}, CR {found.cr:.2f}", Text(join, join)
    elif join in _JOINED:
        group = weigh_experts(judgements, random_index=random_index)
        weights = group.aij if join == "aij" else group.aip
        n = len(judgements.experts)
        worst = float(group.cr.max())
        said = f"{n} experts, {join.upper()}, " + (
            f"CR {group.joined.cr:.2f}" if join == "aij" else f"CR up to {worst:.2f}"
        )
        words = Text(f"{n} 位专家，{_JOINED[join].zh}", f"{n} experts, {_JOINED[join].en}")
    else:
        raise UsageError(
            Problem(
                Text("没有这位专家，也没有这种合并方法。", "There is no such expert or way of joining."),
                found=join,
                expected=Text("、".join((*_JOINED, *judgements.names)), ", ".join((*_JOINED, *judgements.names))),
            )
        )
    file = judgements.provenance.sources[0].file if judgements.provenance.sources else ""
    order = [judgements.codes.index(child) for child in children]
    label = Text(f"层次分析法（{words.zh}）", f"AHP ({words.en})")
    origin = _Origin(
        "ahp", label, ", ".join(part for part in (file, said) if part), judgements.provenance.sources, "A105"
    )
    return _reweighted(system, node, weights[order], origin)


def weigh_experts(judgements: Judgements, *, random_index: str = "saaty_1980") -> Group:
    """Return every expert's weights, the joined ones and the spread; `experts` is an array of experts x criteria to draw from."""
    return group_ahp(
        judgements.matrices,
        expert_weights=judgements.weights,
        random_index=random_index,
        names=judgements.codes,
    )


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
        raise _unknown("method", method, tuple(DATA_METHODS))
    weigh, label, known = DATA_METHODS[method]
    for name in conventions:
        if name not in known:
            raise _unknown(f"method {method}", name, known)
    found = material(result, node=node)
    weights = weigh(found.values, names=found.codes, **conventions)
    said = [method, *(f"{name} {value}" for name, value in conventions.items()), f"n = {found.n}"]
    if found.n_left_out:
        said.append(f"{found.n_left_out} incomplete left out")
    extra = "，".join(str(value) for value in conventions.values())
    more = Text(f"{label.zh}（{extra}）" if extra else label.zh, f"{label.en} ({extra})" if extra else label.en)
    name = "_".join([method, *(str(v) for v in conventions.values() if isinstance(v, str))])
    return _reweighted(
        system,
        node,
        weights,
        _Origin(name, more, ", ".join(said[1:]), assumption="A108" if method == "pca" else "A107"),
    )


def material(result: SurveyResult, *, node: str = "") -> Material:
    """Return the numbers that data weights are drawn from."""
    scores = need_scores(result)
    children = _parent(scores.system, node).children
    columns = [scores.values[c] if c in scores.values else scores.points[c] / float(scores.most[c]) for c in children]
    table = np.column_stack([column.to_numpy(dtype=np.float64) for column in columns])
    whole = ~np.isnan(table).any(axis=1)
    return Material(children, table[whole], int(whole.sum()), int((~whole).sum()))


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where weights come from: the name of the weighting, its label, its origin in few words, the files behind it."""

    id: str
    label: Text
    said: str
    sources: tuple[Source, ...] = ()
    assumption: str = ""


def _unknown(where: str, found: str, known: Sequence[str]) -> UsageError:
    return UsageError(
        Problem(
            Text("没有这种选择。", "There is no such choice."), where, found, Text("、".join(known), ", ".join(known))
        )
    )


def _parent(system: IndicatorSystem, node: str) -> Node:
    """Return the node whose children are weighed, if weights have an effect there."""
    code = node or system.total
    if code not in [n.code for n in system.nodes]:
        raise _unknown(f"{system.id} {system.version}", code, [n.code for n in system.nodes])
    found = system.node(code)
    nested = found.aggregate == "ratio" and found.children_as == "points" and set(found.children) & {n.code for n in system.nodes}  # fmt: skip
    if found.aggregate in ("min", "max") or nested or len(found.children) < 2:
        raise UsageError(
            Problem(
                Text("在这个节点上改权重不起作用，或说不清作用。", "Weights have no effect of their own at this node."),
                where=f"{system.id} {system.version}, node {code}",
                found=f"{found.aggregate}, {len(found.children)} children",
                expected=Text(
                    "取平均或求和、下级不止一个的节点", "a node with several children that takes a mean or a sum"
                ),
            )
        )
    return found


def _reweighted(system: IndicatorSystem, node: str, shares: Floats, origin: _Origin) -> IndicatorSystem:
    """Return the system under new weights of a node's children, which then are one of its weightings, in use."""
    parent = _parent(system, node)
    present = weights_of(system)
    before = sum(present[c] for c in parent.children)
    # A sum grows with its weights, and some nodes must add up: these keep their total. Elsewhere weights add up to 1.
    total = parent.must_sum if parent.must_sum is not None else before if parent.aggregate == "sum" else 1.0
    weights = tuple((c, float(w) * total) for c, w in zip(parent.children, shares, strict=True))
    facts = (("source", origin.said),) + ((("assumption", origin.assumption),) if origin.assumption else ())
    name = origin.id if parent.code == system.total else f"{origin.id}_{parent.code}"
    status: Literal["assumed"] = "assumed"
    weighting = Weighting(name, origin.label, weights, (), status, facts, NOTHING, origin.said, origin.sources)
    others = tuple(w for w in system.weightings if w.id != name)
    return reweight(replace(system, weightings=(*others, weighting)), name)


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
