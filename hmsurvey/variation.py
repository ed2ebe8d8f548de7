"""What another analyst might have chosen otherwise: a list of factors, each with what it varies and by how much.

Whoever asks "would the stage still stand?" edits a variation file (docs/definitions.md). This room reads such files and holds them to an index and a rule; how a factor is
drawn is the business of `analysis`. A setting that could not change anything is an error, not a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hmsurvey.definitionfile import (
    Entry,
    definitions_folder,
    find_duplicates,
    finish,
    is_number,
    named,
    open_definition,
    version_of,
)
from hmsurvey.errors import DefinitionError, Problem, Text
from hmsurvey.rules import Need, Rule, each_need
from hmsurvey.scorings import DEFAULT_TO, Normalise
from hmsurvey.systems import AGGREGATES, IndicatorSystem, weights_of

KINDS = ("noise", "dirichlet", "weighting", "vectors", "cut", "aggregate", "normalise", "missing")
STRUCTURAL = ("weighting", "aggregate", "normalise", "missing")  # each choice is another index, scored anew
MISSING_CHOICES = ("propagate", "zero", "credit", "drop", "worst", "best", "donor")
FOLLOWS = ("none", "shares", "mean_sd", "range")
RESCALING = ("aggregate", "normalise")  # a choice of these changes the scale that cut-offs stand in
_KEYS = {  # what each kind may say; anything else would have no effect, and is an error
    "noise": ("of", "level", "amount"),
    "dirichlet": ("of", "level", "amount"),
    "weighting": ("among",),
    "vectors": ("of", "level", "rows", "in_turn"),
    "cut": ("of", "amount", "together"),
    "aggregate": ("of", "level", "among", "follow", "zero", "floor"),
    "normalise": ("among", "follow"),
    "missing": ("among",),
}
BOUNDED = ("score", "every", "min_over", "points", "share_of", "count_of")


@dataclass(frozen=True, slots=True)
class Factor:
    """One choice that is varied.

    Attributes
    ----------
    kind
        What varies: `noise` (each weight times 1 + U(-amount, amount), not brought back to a sum), `dirichlet` (weights around the given ones with the same sum; `amount` is
        the concentration), `weighting` (one of the index's), `vectors` (one of the weight vectors handed in), `cut` (bounds of needs, plus U(-amount, amount)), `aggregate`,
        `normalise`, `missing` (one of `choices`).
    of
        Codes of indicators, nodes or needs; after `fit_variation` a level's name is spelled out.
    together
        `cut`: all the needs move by the same draw. `vectors`: every vector in turn instead of at random.
    follow
        What cut-offs do when the scale changes: "none" (stay), "shares" (keep the shares of units that meet them), "mean_sd" or "range" (restated in the new scale, so that mean and
        standard deviation, or lowest and highest score, fall on each other).
    """

    code: str
    label: Text
    kind: str
    of: tuple[str, ...] = ()
    level: str = ""
    amount: float = 0.0
    choices: tuple[Any, ...] = ()
    together: bool = False
    follow: str = "none"
    zero: str = "zero"
    floor: float = 0.0
    status: str = "assumed"
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Variation:
    """The factors that are varied, for one index and one rule."""

    id: str
    version: str
    label: Text
    factors: tuple[Factor, ...]
    system: str = ""
    rule: str = ""
    status: str = "assumed"


def read_variation(path: str | Path) -> Variation:
    """Read a variation from a TOML file.

    Raises
    ------
    DefinitionError
        With every problem of the file.
    """
    top = open_definition(Path(path), "variation")
    status = top.status("assumed")
    factors = tuple(_factor(entry, status) for entry in top.entries("factor"))
    variation = Variation(
        id=top.code("id"),
        version=version_of(top, Path(path), "variations"),
        label=named(top),
        factors=factors,
        system=top.text("system"),
        rule=top.text("rule"),
        status=status,
    )
    for key in ("source", "assumption"):
        top.text(key)
    top.label("note")
    if not factors:
        top.complain(Text("没有因素。", "There are no factors."), expected=Text("[[factor]]", "[[factor]]"))
    find_duplicates(top, [factor.code for factor in factors], Text("因素", "Factor"))
    if len(follows := _follows(factors)) > 1:
        top.complain(Text("各因素的 follow 应一致。", "The factors must follow alike."), found=", ".join(follows))
    finish(top)
    return variation


def _follows(factors: Sequence[Factor]) -> list[str]:
    """Return what cut-offs do under the factors that change the scale: one thing, since it is done once for all of them."""
    return sorted({f.follow for f in factors if f.kind in RESCALING})


def find_variation(system: IndicatorSystem | None, rule: Rule) -> Path | None:
    """Return the built-in variation of a built-in rule and its index, if there is one; it has the name of the rule."""
    path = definitions_folder() / "variations" / f"{rule.id}.toml"
    return path if path.is_file() and (not rule.system or (system is not None and system.id == rule.system)) else None


def _factor(entry: Entry, status: str) -> Factor:
    code, label = entry.code(), entry.label()
    present = [kind for kind in KINDS if kind in entry.values]
    for kind in KINDS:
        entry.taken[kind] = None
    own_status, assumption = entry.status(status), entry.assumption()
    entry.text("source")
    entry.label("note")
    entry.close()
    factor = Factor(code, label if any(label) else Text(code, code), "", status=own_status, assumption=assumption)
    if len(present) != 1:
        entry.complain(
            Text("一个因素只变一样东西。", "A factor varies exactly one thing."),
            found=", ".join(present) or "-",
            expected=Text("、".join(KINDS), ", ".join(KINDS)),
        )
        return factor
    part = entry.table(present[0])
    if part is None:
        return factor
    kind = present[0]
    elsewhere = {key for keys in _KEYS.values() for key in keys} - set(_KEYS[kind])
    for key in sorted(elsewhere & set(part.values)):
        part.taken[key] = None
        part.complain(
            Text(f"{key} 在 {kind} 里不起作用。", f"`{key}` has no effect in `{kind}`."),
            found=f"{key} = {part.values[key]}",
            expected=Text("、".join(_KEYS[kind]), ", ".join(_KEYS[kind])),
        )
    says = {key for key in _KEYS[kind] if key in part.values}
    factor = replace(
        factor,
        kind=kind,
        of=part.texts("of") if "of" in says else (),
        level=part.text("level") if "level" in says else "",
        amount=part.real("amount", 0.0) if "amount" in says else 0.0,
        choices=_choices(part, kind),
        together=("together" in says and part.flag("together")) or ("in_turn" in says and part.flag("in_turn")),
        follow=part.choice("follow", FOLLOWS, "none") if "follow" in says else "none",
        zero=part.choice("zero", ("zero", "floor", "error"), "zero") if "zero" in says else "zero",
        floor=part.real("floor", 0.0) if "floor" in says else 0.0,
    )
    _check_zero(part, factor, says)
    part.close()
    _check_factor(part, factor)
    return factor


def _choices(part: Entry, kind: str) -> tuple[Any, ...]:
    if kind in ("weighting", "aggregate", "missing"):
        return part.texts("among")
    if kind == "vectors":
        rows = part.take("rows", list, [], Text("[[数, ...], ...]", "[[number, ...], ...]"))
        if not all(isinstance(row, list) and row and all(is_number(v) and v >= 0 for v in row) for row in rows):
            part.complain(Text("每行应为不小于 0 的数。", "Every row is numbers from 0 up."), found=rows)
            return ()
        return tuple(tuple(float(value) for value in row) for row in rows)
    found = []
    for item in part.entries("among") if kind == "normalise" else ():
        method = item.choice("method", tuple(DEFAULT_TO), "minmax")
        low, high = item.numbers("to", length=2) or DEFAULT_TO[method]
        found.append(Normalise(method, (low, high)))
        item.close()
    return tuple(found)


def _check_zero(part: Entry, factor: Factor, says: set[str]) -> None:
    """Hold what is said about zeros to whether it can have an effect."""
    if "zero" in says and not {"geometric", "harmonic"} & set(factor.choices):
        part.complain(Text("没有几何平均或调和平均，zero 不起作用。", "`zero` has no effect without a geometric or harmonic mean."), found=", ".join(map(str, factor.choices)))  # fmt: skip
    if "floor" in says and factor.zero != "floor":
        part.complain(Text('没有 zero = "floor"，floor 不起作用。', '`floor` has no effect without zero = "floor".'), found=f"floor = {factor.floor:g}")  # fmt: skip
    if factor.zero == "floor" and not factor.floor > 0:
        part.complain(Text('zero = "floor" 时 floor 应大于 0。', 'with zero = "floor", `floor` must be above 0.'), found=f"floor = {factor.floor:g}")  # fmt: skip
    if factor.kind == "cut" and factor.together and len(factor.of) < 2:
        part.complain(Text("只有一项要求，together 不起作用。", "`together` has no effect with one need."), found=", ".join(factor.of) or "-")  # fmt: skip
    twice = sorted({code for code in factor.of if factor.of.count(code) > 1})
    if twice:
        part.complain(Text("同一个代码写了两次。", "A code stands twice."), found=", ".join(twice))


def _check_factor(part: Entry, factor: Factor) -> None:
    if factor.kind in ("noise", "dirichlet", "cut") and not factor.amount > 0:
        part.complain(
            Text("amount 为 0，什么也不会变。", "With an amount of 0 nothing would vary."),
            found=f"amount = {factor.amount:g}",
            expected=Text("大于 0 的数", "a number above 0"),
        )
    if factor.kind == "noise" and factor.amount > 1:
        part.complain(
            Text("amount 大于 1 会出现负的权重。", "An amount above 1 makes weights negative."), found=factor.amount
        )
    if factor.kind in ("noise", "dirichlet", "vectors", "cut", "aggregate") and not (factor.of or factor.level):
        part.complain(Text("缺少 of。", "`of` is missing."), expected=Text('of = ["..."]', 'of = ["..."]'))
    allowed = {"aggregate": AGGREGATES, "missing": MISSING_CHOICES}.get(factor.kind)
    unknown = [c for c in factor.choices if allowed and c not in allowed]
    if allowed and unknown:
        part.complain(Text("没有这种选择。", "There is no such choice."), found=", ".join(unknown), expected=Text("、".join(allowed), ", ".join(allowed)))  # fmt: skip
    if factor.kind in (*STRUCTURAL, "vectors") and len(set(factor.choices)) < 2:
        part.complain(
            Text("不足两种选择，什么也不会变。", "With fewer than two choices nothing would vary."),
            found=", ".join(str(c) for c in factor.choices) or "-",
        )


def fit_variation(variation: Variation, system: IndicatorSystem | None, rule: Rule) -> Variation:
    """Hold a variation to an index and a rule, and spell out its levels.

    Raises
    ------
    DefinitionError
        With every factor that names what is not there, or that could change nothing: a weight of zero, an only child, a need that is not in the rule.
    """
    problems: list[Problem] = []
    for name, wanted, found in (
        ("system", variation.system, system.id if system else ""),
        ("rule", variation.rule, rule.id),
    ):
        if wanted and found and wanted != found:
            Entry({}, f"{variation.id}, {name}", problems).complain(
                Text("变动方案属于另一套定义。", "The variation belongs to other definitions."), found=found, expected=Text(wanted, wanted)
            )  # fmt: skip
    if len(follows := _follows(variation.factors)) > 1:
        Entry({}, variation.id, problems).complain(
            Text("各因素的 follow 应一致。", "The factors must follow alike."), found=", ".join(follows)
        )
    fitted = []
    for factor in variation.factors:
        entry = Entry({}, f"{variation.id}, factor {factor.code}", problems)
        if factor.kind == "cut":
            _fit_cut(entry, factor, rule)
        elif system is None and factor.kind == "missing" and not {"zero", "credit", "drop"} & set(factor.choices):
            pass  # blanks are filled or decided without an index too
        elif system is None:
            entry.complain(Text("这项调查没有指标体系。", "This survey has no index system."), found=factor.kind)
        else:
            factor = _spelled_out(factor, system)
            _fit_index(entry, factor, system)
        fitted.append(factor)
    if problems:
        raise DefinitionError(problems)
    return replace(variation, factors=tuple(fitted))


def _spelled_out(factor: Factor, system: IndicatorSystem) -> Factor:
    if not factor.level or factor.of:
        return factor
    if factor.level == "indicators":
        return replace(factor, of=tuple(i.code for i in system.indicators))
    return replace(factor, of=tuple(node.code for node in system.level(factor.level)))


def _fit_cut(entry: Entry, factor: Factor, rule: Rule) -> None:
    needs = {need.code: need for need in each_need(rule.needs)}
    known = [code for code, need in needs.items() if _is_bounded(need)]
    for code in factor.of:
        if code not in known:
            entry.complain(
                Text("规则里没有这项带分数线的要求。", "The rule has no such need with a cut-off."),
                found=code,
                expected=Text("、".join(known), ", ".join(known)),
            )


def _is_bounded(need: Need) -> bool:
    return need.subject in BOUNDED and bool(need.bounds)


def _fit_index(entry: Entry, factor: Factor, system: IndicatorSystem) -> None:
    weights, parents = weights_of(system), parents_of(system)
    below = set(codes_below(system))
    if factor.kind in ("noise", "dirichlet", "vectors"):
        if not factor.of:
            entry.complain(Text("没有这个层级。", "There is no such level."), found=factor.level)
        for code in factor.of:
            siblings = system.node(parents[code]).children if code in parents else ()
            if code not in weights:
                entry.complain(Text("指标体系里没有这个代码。", "The system does not have this code."), found=code)
            elif code not in below or len(siblings) < 2:
                entry.complain(Text("它的权重不影响总分。", "Its weight changes nothing."), found=f"{code}: {'only child' if siblings else 'not below the total'}")  # fmt: skip
            elif weights[code] == 0 and factor.kind != "vectors":
                entry.complain(Text("权重为 0，变不了。", "A weight of 0 stays 0."), found=code)
        if factor.kind == "vectors" and any(len(row) != len(factor.of) for row in factor.choices):
            entry.complain(Text("每行的数应与 of 一样多。", "Every row has as many numbers as `of`."), expected=Text(str(len(factor.of)), str(len(factor.of))))  # fmt: skip
        return
    if factor.kind == "weighting":
        known = [w.id for w in system.weightings]
        if unknown := [c for c in factor.choices if c not in known]:
            entry.complain(Text("没有这个权重方案。", "There is no such weighting."), found=", ".join(unknown), expected=Text("、".join(known), ", ".join(known)))  # fmt: skip
    elif factor.kind == "aggregate":
        nodes = {n.code for n in system.nodes}
        for code in factor.of:
            if code not in nodes or code not in {*below, system.total}:
                entry.complain(Text("总分之下没有这个节点。", "There is no such node below the total."), found=code)
            elif len(system.node(code).children) < 2:
                entry.complain(
                    Text("只有一个下级，怎样汇总都一样。", "With one child every aggregate is the same."), found=code
                )
    elif factor.kind == "missing" and "donor" in factor.choices and (placed := _placed(system)):
        entry.complain(
            Text(
                "指标的得分取决于全部单位的位置，借一家的答案会改动所有单位，不能逐家借答。",
                "A score that is a place among all units moves with every blank that is filled: `donor` cannot be drawn unit by unit.",
            ),
            found=", ".join(placed),
            expected=Text("propagate、drop、zero、credit、worst、best", "propagate, drop, zero, credit, worst, best"),
        )
    elif factor.kind == "normalise" and not _placed(system):
        entry.complain(Text("这个指标体系没有标准化。", "This system normalises nothing."), found=system.id)


def _placed(system: IndicatorSystem) -> list[str]:
    return [i.code for i in system.indicators if isinstance(i.scoring, Normalise)]


def parents_of(system: IndicatorSystem) -> dict[str, str]:
    """Return the parent of every code below a node; that of the headline node's tree where there are several."""
    below = {system.total, *codes_below(system)}
    found: dict[str, str] = {}
    for node in system.nodes:
        for child in node.children:
            if child not in found or node.code in below:
                found[child] = node.code
    return found


def codes_below(system: IndicatorSystem, top: Sequence[str] = ()) -> list[str]:
    """Return every code below the headline node (or below others), children before theirs."""
    nodes = {node.code: node for node in system.nodes}
    waiting = list(top) or [system.total]
    found: list[str] = []
    while waiting:
        code = waiting.pop(0)
        if code in nodes:
            found += nodes[code].children
            waiting += nodes[code].children
    return list(dict.fromkeys(found))
