"""Weights, and other weightings of the same system: which numbers they give to indicators and nodes.

A weighting changes weights and, in a few named ways, nodes; it never changes what an answer is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from hmsurvey.definitionfile import Entry
from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.provenance import KIND_WORDS, KINDS, SYNTHETIC_MARK, Kind, Source
from hmsurvey.statistics.inputs import Floats
from hmsurvey.systems import AGGREGATES, IndicatorSystem, Node, Weighting, weights_of

FACTS = ("problem", "evidence", "source", "assumption")


def read_facts(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Take problem, evidence, source and assumption, as far as they are there."""
    said = {key: entry.assumption() if key == "assumption" else entry.text(key) for key in FACTS}
    return tuple((key, value) for key, value in said.items() if value)


def read_weight(entry: Entry) -> float:
    """Take a weight: 1 if there is none, never negative."""
    weight = entry.real("weight", 1.0)
    if weight < 0:
        entry.complain(Text("权重不能为负。", "A weight cannot be negative."), found=weight)
    return weight


def read_share(entry: Entry) -> float:
    """Take `min_available`: above 0, up to 1; 1 if there is none."""
    share = entry.real("min_available", 1.0)
    if not 0 < share <= 1:
        entry.complain(
            Text("min_available 应在 0 与 1 之间。", "`min_available` lies above 0 and up to 1."),
            found=share,
        )
    return share


def read_weighting(entry: Entry, status: str) -> Weighting:
    """Read one [[weighting]]: weights by code, and what it changes in nodes."""
    weights, nodes = [], []
    for item in entry.entries("weights"):
        weights.append((item.text("code", required=True), read_weight(item)))
        if "weight" not in item.values:
            item.complain(Text("缺少 weight。", "`weight` is missing."))
        item.close()
    for item in entry.entries("nodes"):
        changes: list[tuple[str, Any]] = []
        code = item.text("code", required=True)
        if "children_as" in item.values:
            changes.append(("children_as", item.choice("children_as", ("points", "share_of_max"), "points")))
        if "aggregate" in item.values:
            changes.append(("aggregate", item.choice("aggregate", AGGREGATES, "arithmetic")))
        if "min_available" in item.values:
            changes.append(("min_available", read_share(item)))
        item.taken |= {"children_as": None, "aggregate": None, "min_available": None}
        item.close()
        nodes.append((code, tuple(changes)))
    weighting = Weighting(
        id=entry.code("id"),
        label=entry.label(),
        weights=tuple(weights),
        nodes=tuple(nodes),
        status=entry.status(status),
        facts=read_facts(entry),
        note=entry.label("note"),
    )
    entry.close()
    source = dict(weighting.facts).get("source", "")
    origin, _, mark = source.removesuffix("]").rpartition(" [")
    kinds: dict[str, Kind] = {KIND_WORDS[kind].en: kind for kind in KINDS} | {SYNTHETIC_MARK: "synthetic"}
    if (
        source.endswith("]") and mark in kinds
    ):  # weights of made-up experts stay made up when they are pasted into a system
        weighting = replace(weighting, origin=origin, sources=(Source(title=origin, kind=kinds[mark]),))
    return weighting


def reweight(system: IndicatorSystem, weighting: str) -> IndicatorSystem:
    """Return the system under one of its weightings.

    Raises
    ------
    UsageError
        The system has no such weighting; the known ones are listed.
    """
    chosen = next((w for w in system.weightings if w.id == weighting), None)
    if chosen is None:
        names = [w.id for w in system.weightings]
        raise UsageError(
            Problem(
                Text("没有这个权重方案。", "There is no such weighting."),
                where=f"{system.id} {system.version}",
                found=weighting,
                expected=Text("、".join(names), ", ".join(names)),
            )
        )
    weights, changes = dict(chosen.weights), {code: dict(change) for code, change in chosen.nodes}
    return replace(
        system,
        indicators=tuple(replace(i, weight=weights.get(i.code, i.weight)) for i in system.indicators),
        nodes=tuple(replace(n, weight=weights.get(n.code, n.weight), **changes.get(n.code, {})) for n in system.nodes),
        weighting=weighting,
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where weights come from: the name of the weighting, its label, its origin in few words, the files behind it."""

    id: str
    label: Text
    said: str
    sources: tuple[Source, ...] = ()
    assumption: str = ""


def unknown_choice(where: str, found: str, known: Sequence[str]) -> UsageError:
    """Return the error that names what was asked for and what there is."""
    return UsageError(
        Problem(
            Text("没有这种选择。", "There is no such choice."), where, found, Text("、".join(known), ", ".join(known))
        )
    )


def weighed_node(system: IndicatorSystem, node: str) -> Node:
    """Return the node whose children are weighed, if weights have an effect there."""
    code = node or system.total
    if code not in [n.code for n in system.nodes]:
        raise unknown_choice(f"{system.id} {system.version}", code, [n.code for n in system.nodes])
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


def with_weights(system: IndicatorSystem, node: str, shares: Floats, origin: Origin) -> IndicatorSystem:
    """Return the system under new weights of a node's children, which then are one of its weightings, in use."""
    parent = weighed_node(system, node)
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
