"""What is valued, and how much: indicators, the nodes above them, their weights.

Archivists edit index systems as TOML (docs/definitions.md). A system that exists is whole: every child has a parent, no node
contains itself, weights that must add up do. It does not know any answer, nor what score is good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hmsurvey.codebook import Codebook, read_condition
from hmsurvey.conditions import Condition
from hmsurvey.definitionfile import Entry, find_duplicates, finish, is_number, named, open_definition, version_of
from hmsurvey.errors import Text
from hmsurvey.fitting import check_fit
from hmsurvey.scorings import (
    METHODS,
    SCORING_KEYS,
    Goalposts,
    Normalise,
    Scoring,
    read_scoring,
    replaced_keys,
)
from hmsurvey.systems import (
    AGGREGATES,
    DEFAULT_POLICY,
    POLICIES,
    SILENCES,
    Indicator,
    IndicatorSystem,
    Node,
    Over,
    Weighting,
    weights_of,
)
from hmsurvey.weightings import FACTS, read_facts, read_share, read_weight, read_weighting, reweight

__all__ = [
    "Indicator",
    "IndicatorSystem",
    "Node",
    "Weighting",
    "check_fit",
    "read_indicator",
    "read_system",
    "reweight",
]


def read_system(path: str | Path, codebook: Codebook | None = None) -> IndicatorSystem:
    """Read an index system from a TOML file, and hold it to a codebook if one is given.

    Raises
    ------
    DefinitionError
        With every problem of the file: unknown keys, two scorings, children without parents, circles,
        weights that do not add up, questions and options the codebook does not have, ...
    """
    top = open_definition(Path(path), "system")
    status = top.status("assumed")
    policy_entry = top.table("policy")
    policy = _policy(policy_entry, DEFAULT_POLICY) if policy_entry else dict(DEFAULT_POLICY)
    if policy_entry:
        policy_entry.close()
    parents: list[tuple[str, str]] = []
    indicators = tuple(read_indicator(entry, policy, status, parents) for entry in top.entries("indicator"))
    raw_nodes = [_node(entry, status, parents) for entry in top.entries("node")]
    nodes = _with_children(top, raw_nodes, indicators, parents)
    weightings = tuple(read_weighting(entry, status) for entry in top.entries("weighting", name_by="id"))
    system = IndicatorSystem(
        id=top.code("id"),
        version=version_of(top, Path(path), "systems"),
        label=named(top),
        codebook=top.text("codebook"),
        total=top.text("total") or _only_top(top, nodes),
        indicators=indicators,
        nodes=nodes,
        weightings=weightings,
        status=status,
    )
    for key in FACTS:
        top.text(key)
    top.label("note")
    _check_whole(top, system)
    finish(top)
    if codebook is not None:
        check_fit(system, codebook)
    return system


def _policy(entry: Entry, base: Mapping[str, str | float]) -> dict[str, str | float]:
    policy = dict(base)
    for key in SILENCES:
        entry.taken[key] = None
        value = entry.values.get(key)
        if value is None:
            continue
        if value in POLICIES or is_number(value):
            policy[key] = value
        else:
            entry.complain(
                Text(f"{key} 的处理办法不明。", f"`{key}` has no such policy."),
                found=value,
                expected=Text("、".join(POLICIES) + "，或一个分值", ", ".join(POLICIES) + ", or a number of points"),
            )
    return policy


def _parent(entry: Entry, code: str, parents: list[tuple[str, str]]) -> None:
    parent = entry.text("in")
    if parent:
        parents.append((parent, code))


def read_indicator(
    entry: Entry, policy: Mapping[str, str | float], status: str, parents: list[tuple[str, str]]
) -> Indicator:
    """Read one indicator from its entry, which is closed; the node it belongs to is added to `parents`."""
    code = entry.code()
    scoring = read_scoring(entry)
    label = entry.label()
    _parent(entry, code, parents)
    na_if = read_condition(entry, entry.text("na_if"), "na_if")
    indicator = Indicator(
        code=code,
        label=label if any(label) else Text(code, code),
        question=entry.text("question", code),
        scoring=scoring or Goalposts(0.0, 1.0),
        weight=read_weight(entry),
        most=entry.number("max"),
        factor=entry.real("factor", 1.0),
        policy=tuple(_policy(entry, policy).items()),
        direction=entry.choice("direction", ("positive", "negative"), "positive"),
        zero_denominator=entry.choice("zero_denominator", ("missing", "zero", "drop", "credit"), "missing"),
        when=tuple(_when(entry)),
        na_if=na_if,
        over=_over(entry),
        scored=entry.flag("scored", True),
        bonus=entry.flag("bonus"),
        status=entry.status(status),
        facts=read_facts(entry),
        note=entry.label("note"),
    )
    turned = isinstance(indicator.scoring, Goalposts | Normalise)
    if indicator.direction == "negative" and scoring is not None and not turned:
        entry.complain(
            Text(
                "direction 只与 goalposts、normalise 同用。", "`direction` goes only with `goalposts` and `normalise`."
            ),
            found=type(indicator.scoring).__name__,
            fix=Text("把分值倒过来写。", "write the points the other way round."),
        )
    if indicator.most is not None and indicator.most <= 0:
        entry.complain(Text("max 应大于 0。", "`max` must be above 0."), found=indicator.most)
    entry.close()
    return indicator


def _when(entry: Entry) -> list[tuple[Condition, Scoring]]:
    found = []
    for item in entry.entries("when", name_by="if"):
        condition = read_condition(item, item.text("if", required=True), "if")
        unknown = [key for key in item.values if key != "if" and key not in SCORING_KEYS]
        if unknown:
            item.complain(
                Text("when 里有不认识的键。", "`when` holds keys that are not known."),
                found=", ".join(unknown),
                expected=Text("、".join(METHODS), ", ".join(METHODS)),
            )
        merged = Entry(replaced_keys(entry.values, item.values), item.where, item.problems)
        scoring = read_scoring(merged)
        if condition is not None and scoring is not None:
            found.append((condition, scoring))
    return found


def _over(entry: Entry) -> Over | None:
    part = entry.table("over")
    if part is None:
        return None
    value = part.real("value", 0.0)
    when = []
    for item in part.entries("when", name_by="if"):
        condition = read_condition(item, item.text("if", required=True), "if")
        other = item.real("value", 0.0)
        if condition is not None:
            when.append((condition, other))
        item.close()
    if min([value, *(v for _, v in when)]) <= 0:
        part.complain(Text("over 的 value 应大于 0。", "`value` under `over` must be above 0."), found=value)
    over = Over(value, tuple(when), part.text("at_most"))
    part.close()
    return over


def _node(entry: Entry, status: str, parents: list[tuple[str, str]]) -> Node:
    code = entry.code()
    label = entry.label()
    _parent(entry, code, parents)
    decimals = entry.take("decimals", int, None, Text("0 至 9 的整数", "a whole number from 0 to 9"))
    node = Node(
        code=code,
        label=label if any(label) else Text(code, code),
        children=entry.texts("of"),
        level=entry.text("level"),
        weight=read_weight(entry),
        aggregate=entry.choice("aggregate", AGGREGATES, "arithmetic"),
        children_as=entry.choice("children_as", ("points", "share_of_max"), "points"),
        scale=entry.real("scale", 1.0),
        min_available=read_share(entry),
        zero=entry.choice("zero", ("zero", "error", "floor"), "zero"),
        floor=entry.real("floor", 0.0),
        decimals=decimals,
        must_sum=entry.number("must_sum"),
        transform=read_scoring(entry, ("bands", "line", "goalposts"), required=False),
        status=entry.status(status),
        facts=read_facts(entry),
        note=entry.label("note"),
    )
    if node.scale <= 0:
        entry.complain(Text("scale 应大于 0。", "`scale` must be above 0."), found=node.scale)
    if decimals is not None and not 0 <= decimals <= 9:
        entry.complain(Text("decimals 应为 0 至 9。", "`decimals` goes from 0 to 9."), found=decimals)
    if node.zero == "floor" and node.floor <= 0:
        entry.complain(
            Text('zero = "floor" 时 floor 应大于 0。', 'with zero = "floor", `floor` must be above 0.'),
            found=node.floor,
        )
    entry.close()
    return node


def _with_children(
    top: Entry, nodes: list[Node], indicators: tuple[Indicator, ...], parents: list[tuple[str, str]]
) -> tuple[Node, ...]:
    """Give every node its children, and put children before parents."""
    codes = [i.code for i in indicators] + [n.code for n in nodes]
    find_duplicates(top, codes, Text("指标和节点", "Indicator and node"))
    known_nodes = {node.code for node in nodes}
    for parent, child in parents:
        if parent not in known_nodes:
            top.complain(
                Text("in 所指的节点不存在。", "`in` names a node that is not there."),
                at=child,
                found=parent,
                expected=Text("、".join(sorted(known_nodes)), ", ".join(sorted(known_nodes))),
            )
    full = []
    aside = {i.code for i in indicators if not i.scored}
    for node in nodes:
        own = tuple(child for parent, child in parents if parent == node.code)
        children = tuple(dict.fromkeys((*node.children, *own)))
        unknown = [child for child in children if child not in codes]
        if unknown or not children:
            top.complain(
                Text("节点的下级不存在或为空。", "The node's children are not there."),
                at=f"node {node.code}",
                found=", ".join(unknown) or "-",
                expected=Text("已定义的指标或节点", "indicators or nodes of this file"),
            )
        kept = tuple(c for c in children if c not in unknown and c not in aside)
        if not kept and children and not unknown:
            top.complain(
                Text("节点的下级都不计分。", "None of the node's children is scored."),
                at=f"node {node.code}",
                found=", ".join(children),
            )
        full.append(replace(node, children=kept))
    used = {child for node in full for child in node.children}
    loose = [i.code for i in indicators if i.scored and i.code not in used]
    if loose:
        top.complain(
            Text("有指标不属于任何节点。", "Indicators that belong to no node."),
            found=", ".join(loose),
            expected=Text('in = "..."，或 scored = false', 'in = "...", or scored = false'),
        )
    return _downward(top, full, {i.code for i in indicators})


def _downward(top: Entry, nodes: list[Node], done: set[str]) -> tuple[Node, ...]:
    ordered: list[Node] = []
    waiting = list(nodes)
    while waiting:
        ready = [node for node in waiting if all(child in done for child in node.children)]
        if not ready:
            top.complain(
                Text("节点互相包含。", "Nodes contain each other."), found=", ".join(node.code for node in waiting)
            )
            return tuple(nodes)
        ordered += ready
        done |= {node.code for node in ready}
        waiting = [node for node in waiting if node not in ready]
    return tuple(ordered)


def _only_top(top: Entry, nodes: tuple[Node, ...]) -> str:
    children = {child for node in nodes for child in node.children}
    tops = [node.code for node in nodes if node.code not in children]
    if len(tops) == 1:
        return tops[0]
    top.complain(
        Text("总分节点不明。", "The headline node is not clear."),
        found=", ".join(tops) or "-",
        expected=Text('文件开头写 total = "..."', 'total = "..." at the head of the file'),
    )
    return tops[0] if tops else ""


# What tables call their own columns.
RESERVED = ("unit", "provenance", "group", "name", "stage", "n", "n_scored", "because_zh", "because_en")


def _check_whole(top: Entry, system: IndicatorSystem) -> None:
    taken = [indicator.code for indicator in system.indicators if indicator.code in RESERVED[:2]]
    taken += [node.code for node in system.nodes if node.code in RESERVED]
    if taken:
        top.complain(
            Text("这些代码是表格自用的。", "These codes are the tables' own."),
            found=", ".join(taken),
            expected=Text("其他代码", "other codes than " + ", ".join(RESERVED)),
        )
    weights = weights_of(system)
    labels = {item.code: item.label for item in system.nodes}
    if system.total and system.total not in labels:
        top.complain(
            Text("total 不是节点。", "`total` is no node."),
            found=system.total,
            expected=Text("、".join(labels), ", ".join(labels)),
        )
    for node in system.nodes:
        parts = [weights[child] for child in node.children]
        if node.must_sum is not None and abs(sum(parts) - node.must_sum) > 1e-9:
            top.complain(
                Text("下级权重之和不等于规定数。", "The weights of the children do not add up."),
                at=f"node {node.code} ({node.label.zh} / {node.label.en})",
                found=" + ".join(f"{c} {w:g}" for c, w in zip(node.children, parts, strict=True))
                + f" = {sum(parts):g}",
                expected=Text(f"{node.must_sum:g}", f"{node.must_sum:g}"),
            )
        if parts and sum(parts) == 0:
            top.complain(Text("下级权重全为 0。", "All children weigh nothing."), at=f"node {node.code}")
    find_duplicates(top, [w.id for w in system.weightings], Text("权重方案", "Weighting"))
    for weighting in system.weightings:
        unknown = [c for c, _ in weighting.weights if c not in weights] + [
            c for c, _ in weighting.nodes if c not in labels
        ]
        if unknown:
            top.complain(
                Text("权重方案里有不存在的代码。", "A weighting names codes that are not there."),
                at=f"weighting {weighting.id}",
                found=", ".join(unknown),
            )
