"""Weights from experts' pairwise judgements (AHP): joined, or one expert's; they say whose they are and carry the workbook's card with them.

Whoever is weighed by them is scored as a result of that workbook too: judgements that are made up make every score made up.
"""

from __future__ import annotations

from dataclasses import replace

from hmsurvey.errors import DataError, Problem, Text, UsageError
from hmsurvey.judging import Judgements
from hmsurvey.statistics.ahp import ahp
from hmsurvey.statistics.experts import Group, group_ahp
from hmsurvey.systems import IndicatorSystem
from hmsurvey.weightings import Origin, weighed_node, with_weights

EXPERTS = ("experts", "experts_aip")  # what a study calls its experts' weightings: judgements joined, weights joined
_JOINED = {"aij": Text("合并判断", "judgements joined"), "aip": Text("合并权重", "weights joined")}


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
    children = weighed_node(system, node).children
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
    origin = Origin(
        "ahp", label, ", ".join(part for part in (file, said) if part), judgements.provenance.sources, "A105"
    )
    return with_weights(system, node, weights[order], origin)


def weigh_experts(judgements: Judgements, *, random_index: str = "saaty_1980") -> Group:
    """Return every expert's weights, the joined ones and the spread; `experts` is an array of experts x criteria to draw from."""
    return group_ahp(
        judgements.matrices,
        expert_weights=judgements.weights,
        random_index=random_index,
        names=judgements.codes,
    )


def add_experts(system: IndicatorSystem, judgements: Judgements) -> IndicatorSystem:
    """Return a system with two more weightings, neither in use: "experts" (judgements joined) and "experts_aip" (weights joined).

    Raises
    ------
    DataError, UsageError
        As `weigh_by_experts`; or the system has weightings of these names.
    """
    taken = [w.id for w in system.weightings if w.id in EXPERTS]
    if taken:
        raise UsageError(
            Problem(
                Text("指标体系里已有这个名称的权重方案。", "The index has a weighting of this name already."),
                where=f"{system.id} {system.version}",
                found=", ".join(taken),
                fix=Text("给它另起名称，或删去 study.toml 里的 experts。", "give it another id, or leave `experts` out of study.toml."),
            )
        )  # fmt: skip
    added = []
    for name, join in zip(EXPERTS, _JOINED, strict=True):
        weighed = weigh_by_experts(system, judgements, join=join)
        added.append(replace(next(w for w in weighed.weightings if w.id == weighed.weighting), id=name))
    return replace(system, weightings=(*system.weightings, *added))


__all__ = ["EXPERTS", "add_experts", "weigh_by_experts", "weigh_experts"]
