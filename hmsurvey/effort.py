"""What it takes to raise an answer, as a file says: effort by step, answers that stay as they are, and what has to be there first.

Whoever knows the work edits `definitions/efforts/`. Efforts are relative numbers (assumed), no money and no days; this room only reads them and holds them to an
index. Which answers to raise is for `analysis.plans` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
from hmsurvey.questions import Codebook, Question
from hmsurvey.scorings import AllOrItemise
from hmsurvey.systems import IndicatorSystem

KINDS = ("one", "many", "number", "rate")


@dataclass(frozen=True, slots=True)
class Effort:
    """What it takes to raise one answer.

    Attributes
    ----------
    question
        Its code.
    steps
        (place, effort) from the lowest up: the effort of the step that ends at this place. A place is a level (lowest 0), a number, a percentage of a rate, or how many
        items are ticked.
    at_most
        A question whose number the answer cannot pass; empty: none.
    """

    question: str
    steps: tuple[tuple[float, float], ...]
    at_most: str = ""

    def upto_many(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the effort from nothing to each of many places, as `upto` does."""
        ends = [0.0, *(end for end, _ in self.steps)]
        return np.interp(places, ends, np.cumsum([0.0, *(effort for _, effort in self.steps)]))

    def upto(self, place: float) -> float:
        """Return the effort from nothing to a place; between two steps it is in proportion.

        >>> Effort("q", ((1.0, 2.0), (3.0, 1.0))).upto(2.0)
        2.5
        """
        below, done = 0.0, 0.0
        for end, effort in self.steps:
            if place >= end:
                below, done = end, done + effort
            else:
                return done + effort * max(place - below, 0.0) / (end - below)
        return done


@dataclass(frozen=True, slots=True)
class Order:
    """An answer can be raised to `reach` or above only where another one (any of `first`) is at `least` or above."""

    code: str
    question: str
    reach: float
    first: tuple[str, ...]
    least: float
    label: Text


@dataclass(frozen=True, slots=True)
class Efforts:
    """Efforts, fixed answers (with the reason) and orders of one definition file."""

    id: str
    version: str
    label: Text
    unit: Text
    system: str
    efforts: tuple[Effort, ...]
    fixed: Mapping[str, Text]
    orders: tuple[Order, ...] = ()
    status: str = "assumed"
    assumption: str = ""

    def effort(self, question: str) -> Effort | None:
        """Return what it takes to raise an answer, or nothing where it stays as it is."""
        return next((one for one in self.efforts if one.question == question), None)


def find_efforts(about: IndicatorSystem | Codebook) -> Path | None:
    """Return the built-in efforts of a built-in index, or of a questionnaire without one, if there are any; they have its name."""
    path = definitions_folder() / "efforts" / f"{about.id}.toml"
    return path if path.is_file() else None


def take_about(top: Entry, what: Text, about: IndicatorSystem | Codebook) -> str:
    """Take `system`, the index that a file is for (of a questionnaire without an index `codebook`), and complain of another."""
    key, unwanted = ("system", "codebook") if isinstance(about, IndicatorSystem) else ("codebook", "system")
    if unwanted in top.values and key not in top.values:
        raise DefinitionError(_of_another_survey(top, what, about, key, unwanted))
    wanted = top.text(key, required=True)
    if wanted and wanted != about.id:
        other = (
            Text("另一套指标体系", "another index") if key == "system" else Text("另一份问卷", "another questionnaire")
        )
        top.complain(
            Text(f"{what.zh}属于{other.zh}。", f"The {what.en} belong to {other.en}."),
            found=wanted,
            expected=Text(about.id, about.id),
        )
    return wanted


def _of_another_survey(
    top: Entry, what: Text, about: IndicatorSystem | Codebook, key: str, unwanted: str
) -> list[Problem]:
    """Say that a file is for an index and the survey has none, or the other way round; nothing else in it can be held to this survey."""
    why = (
        Text("写的是问卷（codebook），这项调查有指标体系。", "names a codebook, and this survey has an index.")
        if key == "system"
        else Text("写的是指标体系（system），这项调查没有指标体系。", "names an index (`system`), and this survey has none.")
    )  # fmt: skip
    top.problems.clear()
    top.complain(
        Text(f"{what.zh}{why.zh}", f"The file of {what.en} {why.en}"),
        found=f'{unwanted} = "{top.values[unwanted]}"',
        expected=Text(*(2 * [f'{key} = "{about.id}"'])),
        fix=Text("换一个文件，或选它所说的调查（--survey）。", "give another file, or choose the survey it is for (--survey)."),
    )  # fmt: skip
    return top.problems


def read_efforts(path: str | Path, system: IndicatorSystem | None, codebook: Codebook) -> Efforts:
    """Read a file of efforts and hold it to an index and its codebook, or to a codebook alone where a rule looks at answers themselves.

    Raises
    ------
    DefinitionError
        With every problem of the file: questions that are not there, an effort of zero or below, a step past the scale or out of order, an indicator of which nothing is said,
        an order that goes round in a circle, ...
    """
    path = Path(path)
    top = open_definition(path, "efforts")
    wanted = take_about(top, Text("工作量文件", "efforts"), system or codebook)
    unit = top.label("unit")
    status = top.status("assumed")
    efforts = tuple(found for e in top.entries("effort", name_by="question") if (found := _effort(e, codebook, system)))
    fixed = {code: why for e in top.entries("fixed", name_by="question") for code, why in _fixed(e, codebook)}
    orders = tuple(order for e in top.entries("order") if (order := _order(e, codebook)))
    result = Efforts(
        id=top.code("id"),
        version=version_of(top, path, "efforts"),
        label=named(top),
        unit=unit if any(unit) else Text("工作量", "effort"),
        system=wanted,
        efforts=efforts,
        fixed=fixed,
        orders=orders,
        status=status,
        assumption=top.assumption(),
    )
    top.text("source")
    top.label("note")
    _check_whole(top, result, system)
    finish(top)
    return result


def highest_place(question: Question, system: IndicatorSystem | None = None) -> float | None:
    """Return the highest place of a question's scale: top level, number of items, 100 for a rate; None where nothing bounds it."""
    if question.kind == "one":
        return float(len(question.levels) - 1)
    if question.kind == "many":
        return float(len(items_of(question, system)))
    if question.kind == "rate":
        return 100.0
    return question.range[1] if question.range else None


def items_of(question: Question, system: IndicatorSystem | None) -> tuple[int, ...]:
    """Return the positions of the items of a `many` question that can be ticked one by one, without "all of these"."""
    wholes = set()
    for indicator in system.indicators if system else ():
        if indicator.question == question.code:
            ways = (indicator.scoring, *(scoring for _, scoring in indicator.when))
            wholes |= {way.full_if for way in ways if isinstance(way, AllOrItemise)}
    return tuple(k for k, o in enumerate(question.options) if o.kind == "answer" and o.code not in wholes)


def _question(entry: Entry, codebook: Codebook) -> Question | None:
    return _known(entry, codebook, "question", entry.text("question", required=True))


def _known(entry: Entry, codebook: Codebook, key: str, code: str) -> Question | None:
    known = [q.code for q in codebook.all_questions if q.kind in KINDS]
    if not code:
        return None
    if code not in known:
        near = [other for other in known if other[:1] == code[:1]] or known
        entry.complain(
            Text("没有这道可以分档的题。", "There is no such question with a scale."),
            found=f"{key} = {code}",
            expected=Text("、".join(near), ", ".join(near)),
        )
        return None
    return codebook.question(code)


def _effort(entry: Entry, codebook: Codebook, system: IndicatorSystem | None) -> Effort | None:
    question = _question(entry, codebook)
    raw = entry.take("steps", list, None, Text("[[档次, 工作量], ...]", "[[place, effort], ...]"))
    at_most = entry.text("at_most")
    entry.assumption()
    entry.status("assumed")
    entry.label("note")
    entry.close()
    shape = Text(
        "[[1, 1], [2, 2]]：到达的档次和这一步的工作量", "[[1, 1], [2, 2]]: the place and the effort of the step to it"
    )
    pairs = [tuple(p) for p in raw or [] if isinstance(p, list) and len(p) == 2 and all(is_number(x) for x in p)]
    if raw is None and "steps" in entry.values:
        return None  # of the wrong kind, which has been said
    if not raw or len(pairs) != len(raw):
        entry.complain(
            Text("steps 的写法不对。", "`steps` is not well formed."), found="–" if raw is None else raw, expected=shape
        )
        return None
    steps = tuple((float(place), float(effort)) for place, effort in pairs)
    before = len(entry.problems)
    _check_steps(entry, steps, question, highest_place(question, system) if question is not None else None, shape)
    if question is None or len(entry.problems) > before:
        return None
    if at_most and _kind_of(codebook, at_most) != "number":
        entry.complain(
            Text("at_most 所指的题不存在或不是数值题。", "`at_most` names no question about a number."),
            found=at_most,
            expected=Text(*(2 * ["、".join(q.code for q in codebook.all_questions if q.kind == "number")])),
        )
        return None
    if at_most == question.code:
        entry.complain(
            Text("at_most 指的是这道题自己，它就不能提高了。", "`at_most` names the question itself, which then could not rise."),
            found=at_most,
            expected=Text("另一道数值题，或不写", "another question about a number, or leave it out"),
        )  # fmt: skip
        return None
    return Effort(question.code, steps, at_most)


def _check_steps(
    entry: Entry, steps: tuple[tuple[float, float], ...], question: Question | None, top: float | None, shape: Text
) -> None:
    """Complain of everything that is wrong with the steps of an effort."""
    places = [place for place, _ in steps]
    if bad := [f"{effort:g}" for _, effort in steps if effort <= 0]:
        entry.complain(
            Text("工作量应大于 0。", "An effort must be above 0."),
            found=", ".join(bad),
            expected=Text("大于 0 的数", "numbers above 0"),
        )
    if places[0] <= 0 or any(b <= a for a, b in pairwise(places)):
        entry.complain(
            Text("各步的档次应大于 0 并逐步升高。", "The places of the steps must rise, from above 0."),
            found=", ".join(f"{p:g}" for p in places),
            expected=shape,
        )
    if top is not None and max(places) > top:
        past = Text("超出了这道题的最高档。", "A step goes past the scale of the question.")
        entry.complain(past, found=f"{max(places):g}", expected=Text(f"至多 {top:g}", f"at most {top:g}"))
    if question is not None and question.kind in ("one", "many") and any(p != int(p) for p in places):
        whole = Text("档次或项数应为整数。", "Levels and numbers of items are whole.")
        entry.complain(whole, found=", ".join(f"{p:g}" for p in places))


def _kind_of(codebook: Codebook, code: str) -> str:
    """Return the kind of a question, or nothing where there is none."""
    return next((q.kind for q in codebook.all_questions if q.code == code), "")


def _fixed(entry: Entry, codebook: Codebook) -> list[tuple[str, Text]]:
    question, why = _question(entry, codebook), entry.label("why")
    if not any(why):
        entry.complain(
            Text("没有说明为什么不能改变。", "It is not said why the answer stays as it is."),
            expected=Text("写出 why_zh、why_en", "why_zh, why_en"),
        )
    entry.assumption()
    entry.close()
    return [] if question is None else [(question.code, why)]


def _order(entry: Entry, codebook: Codebook) -> Order | None:
    code, label = entry.code(), entry.label()
    question = _question(entry, codebook)
    firsts = [_known(entry, codebook, "first", one) for one in _firsts(entry)]
    reach, least = entry.real("reach", 0.0), entry.real("least", 1.0)
    entry.assumption()
    check = entry.text("check")
    if check and check not in (known := [one.code for one in codebook.checks]):
        entry.complain(
            Text("问卷没有这条核对。", "The questionnaire has no such check."),
            found=f"check = {check}",
            expected=Text("、".join(known) or "不写", ", ".join(known) or "leave it out"),
        )
    entry.close()
    first = [one for one in firsts if one is not None]
    if question is None or not first or len(first) < len(firsts):
        return None
    for key, place, asked in (("reach", reach, question), *(("least", least, one) for one in first)):
        top = highest_place(asked)
        if place < 0 or (top is not None and place > top):
            entry.complain(
                Text(f"{key} 超出了这道题的档次。", f"`{key}` is off the scale of the question."),
                found=f"{asked.code} {place:g}",
                expected=Text(f"0 至 {top:g}", f"0 to {top:g}") if top is not None else None,
            )
            return None
    named_as = label if any(label) else Text(code, code)
    return Order(code, question.code, reach, tuple(one.code for one in first), least, named_as)


def _firsts(entry: Entry) -> tuple[str, ...]:
    """Take `first`: a question, or a list of which any will do."""
    given = entry.values.get("first")
    if isinstance(given, list):
        if not given:  # an order that would hold nobody back
            entry.complain(
                Text("first 没有写题目。", "`first` names no question."),
                found="first = []",
                expected=Text('一道题，如 first = "C3.1"，或几道题', 'a question, such as first = "C3.1", or several'),
            )
        return entry.texts("first")
    one = entry.text("first", required=True)
    return (one,) if one else ()


def _check_whole(top: Entry, efforts: Efforts, system: IndicatorSystem | None) -> None:
    raised = [one.question for one in efforts.efforts]
    wrong = {
        entry.get("question") for entry in top.values.get("effort") or [] if isinstance(entry, dict)
    }  # complained of where they stand
    find_duplicates(top, [*raised, *efforts.fixed], Text("题目", "Question"))
    find_duplicates(top, [order.code for order in efforts.orders], Text("先后次序", "Order"))
    asked = list(dict.fromkeys(i.question for i in (system.indicators if system else ()) if i.scored))
    if silent := [code for code in asked if code not in raised and code not in efforts.fixed and code not in wrong]:
        top.complain(
            Text(
                "有指标既没有工作量，也没有列为不能改变。",
                "Of some indicators neither an effort is given nor that they stay as they are.",
            ),
            found=", ".join(silent),
            expected=Text("[[effort]] 或 [[fixed]]", "[[effort]] or [[fixed]]"),
        )
    if circle := _circle(efforts.orders):
        top.complain(
            Text("先后次序绕成了圈。", "The orders go round in a circle."),
            found=" -> ".join(circle),
            expected=Text("每条链都有起点", "a first step in every chain"),
            fix=Text("去掉其中一条。", "remove one of them."),
        )


def _circle(orders: tuple[Order, ...]) -> list[str]:
    """Return questions that wait for each other, or nothing."""
    firsts: dict[str, list[str]] = {}
    for order in orders:
        firsts.setdefault(order.question, []).extend(order.first)
    done: set[str] = set()

    def walk(code: str, path: list[str]) -> list[str]:
        if code in path:
            return [*path[path.index(code) :], code]
        if code in done:
            return []
        for first in firsts.get(code, []):
            if found := walk(first, [*path, code]):
                return found
        done.add(code)
        return []

    return next((found for code in firsts if (found := walk(code, []))), [])
