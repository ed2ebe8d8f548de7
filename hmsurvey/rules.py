"""Staging rules as data: stages from the highest down, each with its needs.

Whoever sets cut-offs edits a rule file (docs/definitions.md). A need is a minimum, closed on the left: exactly 80 meets 80. This room only
reads rules; `rulefitting` holds them to a system and a codebook, `staging` applies them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hmsurvey.codebook import read_condition
from hmsurvey.conditions import Condition
from hmsurvey.definitionfile import Entry, find_duplicates, finish, is_number, named, open_definition, version_of
from hmsurvey.errors import NOTHING, Text
from hmsurvey.systems import IndicatorSystem

UNSTAGED = "unstaged"
UNSTAGED_LABEL = Text("未定", "Unstaged")
_SUBJECTS = ("score", "every", "min_over", "points", "answer", "share_of", "count_of", "condition", "any", "all")
_BOUNDS = ("min", "above", "max", "below")


@dataclass(frozen=True, slots=True)
class Need:
    """One need: of what (`subject`, `target`), within which bounds.

    `bounds` are pairs such as ("min", 80.0); `parts` are the needs of an `any` or `all`.
    """

    code: str
    subject: str
    target: str = ""
    bounds: tuple[tuple[str, float], ...] = ()
    options: tuple[str, ...] = ()
    at_least: str = ""
    among: str = "applicable"
    condition: Condition | None = None
    parts: tuple[Need, ...] = ()
    na: str = "not_met"
    label: Text = NOTHING
    status: str = "assumed"
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage and its needs; a stage without needs takes everyone left."""

    code: str
    label: Text
    needs: tuple[Need, ...]
    note: Text = NOTHING


@dataclass(frozen=True, slots=True, repr=False)
class Rule:
    """Stages from the highest down."""

    id: str
    version: str
    label: Text
    system: str
    codebook: str
    stages: tuple[Stage, ...]
    per_answer: tuple[str, tuple[tuple[str, str], ...]] | None = None
    rollup_by: str = ""
    rollup_weight: str = ""
    status: str = "assumed"
    source: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Stage codes from the highest down."""
        return tuple(stage.code for stage in self.stages)

    @property
    def needs(self) -> tuple[Need, ...]:
        """All needs of all stages, in order."""
        return tuple(need for stage in self.stages for need in stage.needs)

    def label_of(self, code: str) -> Text:
        """Return the label of a stage, or of "unstaged"."""
        return next((s.label for s in self.stages if s.code == code), UNSTAGED_LABEL)

    def __repr__(self) -> str:
        lines = [f"Rule {self.id} {self.version}"]
        for stage in self.stages:
            lines.append(f"  {stage.code:<14} {stage.label.of('en')}")
            lines += [f"      {need.code:<16} {describe(need, None).en}" for need in stage.needs]
        return "\n".join(lines)


def each_need(needs: tuple[Need, ...]) -> Iterator[Need]:
    """Yield needs and the needs inside them."""
    for need in needs:
        yield need
        yield from each_need(need.parts)


def read_rule(path: str | Path) -> Rule:
    """Read a staging rule from a TOML file.

    Raises
    ------
    DefinitionError
        With every problem of the file.
    """
    top = open_definition(Path(path), "rule")
    status = top.status("assumed")
    stages = []
    for entry in top.entries("stage"):
        code = entry.code()
        needs = tuple(_need(e, f"{code}.{i + 1}", status) for i, e in enumerate(entry.entries("needs")))
        label = entry.label()
        if "needs" not in entry.values:
            entry.complain(
                Text("缺少 needs。", "`needs` is missing."),
                expected=Text("needs = [ ... ]，最低阶段为 []", "needs = [ ... ], [] for the lowest"),
            )
        stages.append(Stage(code, label if any(label) else Text(code, code), needs, entry.label("note")))
        entry.text("source")
        entry.assumption()
        entry.status(status)
        entry.close()
    rule = Rule(
        id=top.code("id"),
        version=version_of(top, Path(path), "rules"),
        label=named(top),
        system=top.text("system"),
        codebook=top.text("codebook"),
        stages=tuple(stages),
        per_answer=_per_answer(top, [s.code for s in stages]),
        rollup_by=(rollup := top.table("rollup") or Entry({}, "", top.problems)).text("by"),
        rollup_weight=rollup.text("weight"),
        status=status,
        source=top.text("source"),
    )
    rollup.close()
    top.assumption()
    top.label("note")
    _check_whole(top, rule)
    finish(top)
    return rule


def _check_whole(top: Entry, rule: Rule) -> None:
    find_duplicates(top, list(rule.codes), Text("阶段", "Stage"))
    find_duplicates(top, [need.code for need in each_need(rule.needs)], Text("要求", "Need"))
    if UNSTAGED in rule.codes:
        top.complain(Text("unstaged 是保留的代码。", "`unstaged` is a reserved code."))
    if not rule.stages:
        top.complain(Text("没有阶段。", "There are no stages."), expected=Text("[[stage]]", "[[stage]]"))
        return
    early = [stage.code for stage in rule.stages[:-1] if not stage.needs]
    if early:
        top.complain(
            Text("只有最低阶段可以没有要求。", "Only the lowest stage may be without needs."),
            found=", ".join(early),
            expected=Text("阶段从高到低排列", "stages from the highest down"),
        )
    if rule.stages[-1].needs:
        top.complain(
            Text(
                "最低阶段应没有要求，否则有的单位无处可归。",
                "The lowest stage must have no needs, or some units have no stage.",
            ),
            found=rule.stages[-1].code,
            expected=Text("needs = []", "needs = []"),
        )


def _per_answer(top: Entry, codes: list[str]) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    part = top.table("per_answer")
    if part is None:
        return None
    pattern = part.text("questions", required=True)
    stages = part.take("stages", dict, {}, Text("{ 选项 = 阶段 }", "{ option = stage }"))
    unknown = [str(stage) for stage in stages.values() if stage not in codes]
    if unknown:
        part.complain(
            Text("没有这个阶段。", "There is no such stage."),
            found=", ".join(unknown),
            expected=Text("、".join(codes), ", ".join(codes)),
        )
    part.text("source")
    part.assumption()
    part.status("assumed")
    part.close()
    return pattern, tuple((str(option), str(stage)) for option, stage in stages.items())


def _need(entry: Entry, code: str, status: str) -> Need:
    present = [key for key in _SUBJECTS if key in entry.values]
    for key in (*_SUBJECTS, *_BOUNDS, "in", "at_least", "among"):
        entry.taken[key] = None
    if len(present) != 1:
        entry.complain(
            Text("一项要求要有且只有一个对象。", "A need is about exactly one thing."),
            found=", ".join(present) or "-",
            expected=Text("、".join(_SUBJECTS), ", ".join(_SUBJECTS)),
        )
        return Need(code, "all")
    subject = present[0]
    code = entry.text("code", code)
    bounds = _bounds(entry, subject)
    condition, target = None, ""
    parts: tuple[Need, ...] = ()
    if subject in ("any", "all"):
        parts = tuple(_need(e, f"{code}.{i + 1}", status) for i, e in enumerate(entry.entries(subject)))
        if not parts:
            entry.complain(Text("any 和 all 不能为空。", "`any` and `all` cannot be empty."))
    elif subject == "condition":
        condition = read_condition(entry, entry.text("condition", required=True), "condition")
    else:
        target = entry.text(subject, required=True)
    at_least = entry.take("at_least", (str, int), "", Text('档次代码，如 "3"', 'a level code such as "3"'))
    need = Need(
        code=code,
        subject=subject,
        target=target,
        bounds=bounds,
        options=entry.texts("in"),
        at_least=str(at_least),
        among=entry.choice("among", ("applicable", "answered"), "applicable"),
        condition=condition,
        parts=parts,
        na=entry.choice("na", ("met", "not_met", "unstaged"), "not_met"),
        label=entry.label(),
        status=entry.status(status),
        assumption=entry.assumption(),
    )
    for key in ("source", "note_zh", "note_en"):
        entry.text(key)
    _check_need(entry, need)
    entry.close()
    return need


def _bounds(entry: Entry, subject: str) -> tuple[tuple[str, float], ...]:
    found = []
    for key in _BOUNDS:
        value = entry.values.get(key)
        if value is None:
            continue
        if not is_number(value):
            entry.complain(Text(f"{key} 应为数。", f"`{key}` must be a number."), found=repr(value))
            continue
        found.append((key, float(value)))
    return tuple(found)


def _check_need(entry: Entry, need: Need) -> None:
    named = {float(n) for text in need.label for n in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", text)}
    if (
        named
        and need.bounds
        and not named & {value for _, value in need.bounds}
        and need.subject in ("score", "every", "min_over")
    ):
        entry.complain(
            Text("要求的名称写着另一个数。", "The need's label names another number."),
            found=need.label.en or need.label.zh,
            expected=Text("{min} 代替数字，或与界限相同的数", "{min} in place of the number, or the bound itself"),
        )
    bounded = need.subject in ("score", "every", "min_over", "points", "share_of", "count_of")
    if bounded and not need.bounds:
        entry.complain(Text("缺少界限。", "A bound is missing."), expected=Text("min = 数", "min = a number"))
    if need.subject == "answer" and bool(need.bounds) == bool(need.options):
        entry.complain(Text("answer 要有界限或 in，二者取一。", "`answer` takes bounds or `in`, one of them."))
    if need.subject in ("condition", "any", "all") and (need.bounds or need.options):
        entry.complain(Text("这种要求没有界限。", "This need takes no bounds."), found=need.subject)
    if need.subject in ("share_of", "count_of") and not need.at_least and not need.options:
        entry.complain(
            Text("缺少 at_least 或 in。", "`at_least` or `in` is missing."),
            expected=Text('at_least = "3"', 'at_least = "3"'),
        )


_SIGNS = {"min": "≥", "above": ">", "max": "≤", "below": "<"}


def describe(need: Need, system: IndicatorSystem | None) -> Text:
    """Return a need in words, by its own label or by what it asks."""
    if any(need.label):
        return Text(*(_filled(text, need) for text in need.label))
    if need.subject in ("any", "all"):
        parts = [describe(part, system) for part in need.parts]
        zh, en = ("或", " or ") if need.subject == "any" else ("且", " and ")
        return Text(f" {zh} ".join(p.zh for p in parts), en.join(p.en for p in parts))
    if need.subject == "condition":
        return Text("满足附加条件", "the extra condition holds")
    name = _target_name(need, system)
    bounds = " ".join(f"{_SIGNS[key]} {value:g}" for key, value in need.bounds)
    if need.options and need.subject == "answer":
        bounds = f"∈ {{{', '.join(need.options)}}}"
    return Text(f"{name.zh} {bounds}", f"{name.en} {bounds}")


def _filled(text: str, need: Need) -> str:
    """Put the need's numbers in the place of `{min}`, `{min_pct}` and the like."""
    for key, value in need.bounds:
        text = text.replace(f"{{{key}}}", f"{value:g}").replace(f"{{{key}_pct}}", f"{100 * value:g}")
    return text


def _target_name(need: Need, system: IndicatorSystem | None) -> Text:
    if system is not None and need.subject in ("score", "points"):
        item = system.node(need.target) if need.subject == "score" else system.indicator(need.target)
        if need.target == system.total:
            return item.label
        return Text(f"{item.code} {item.label.of('zh')}", f"{item.code} {item.label.of('en')}")
    if need.subject in ("every", "min_over"):
        return Text(f"各{need.target}得分", f"every {need.target}")
    if need.subject in ("share_of", "count_of"):
        word = Text("占比", "share") if need.subject == "share_of" else Text("个数", "count")
        at = need.at_least or "/".join(need.options)
        return Text(f"{need.target} 达到 {at} 的{word.zh}", f"{word.en} of {need.target} at {at}")
    return Text(need.target, need.target)
