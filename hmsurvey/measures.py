"""Measures: what could be done for enterprises, and what it would raise, as files say that whoever knows the work edits.

A measure raises given answers, to a place or by some steps, for the enterprises it is meant for; some take it up, and with those it may or may not work. How many, and how sure
that is, are stated as ranges (assumed). This room reads such files and holds them to an index, its questionnaire, its efforts and its stages; what follows is for `analysis.whatif`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hmsurvey.conditions import Condition
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
from hmsurvey.effort import Efforts, take_about
from hmsurvey.errors import NOTHING, Text
from hmsurvey.grounds import rests_on
from hmsurvey.problems import Agenda, built_in_agenda
from hmsurvey.questions import Codebook
from hmsurvey.routing import check_condition, read_condition
from hmsurvey.systems import IndicatorSystem

MOST = 10  # measures at once; every combination of them is staged
_RANGE = Text(
    "0 到 1 的数，或 [低, 高]、[低, 最可能, 高]", "a number from 0 to 1, or [low, high], or [low, likeliest, high]"
)


@dataclass(frozen=True, slots=True)
class Share:
    """A share between 0 and 1 that is not known exactly: one number, evenly between two, or a triangle of three.

    >>> Share(0.2, 0.5, 0.8).mean, float(Share(0.2, None, 0.8).at(np.array([0.5]))[0])
    (0.5, 0.5)
    """

    low: float
    likely: float | None
    high: float

    @property
    def mean(self) -> float:
        """The mean of its distribution."""
        parts = (self.low, self.high) if self.likely is None else (self.low, self.likely, self.high)
        return sum(parts) / len(parts)

    def at(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the shares at these places (0-1) of the distribution; a higher place never gives a lower share."""
        width = self.high - self.low
        if width == 0 or self.likely is None:
            return self.low + width * u
        peak = (self.likely - self.low) / width
        left = self.low + np.sqrt(u * width * (self.likely - self.low))
        right = self.high - np.sqrt((1.0 - u) * width * (self.high - self.likely))
        return np.where(u < peak, left, right)


@dataclass(frozen=True, slots=True)
class Lift:
    """One answer that a measure raises: to a place, or by some steps of its efforts (one of the two is 0)."""

    question: str
    to: float = 0.0
    by: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """What could be done.

    Attributes
    ----------
    lifts
        The answers it raises.
    only, stages
        For whom it is: a condition on the answers (none: all) and the stages that enterprises stand in (none: all).
    uptake
        The share of those it is for who take part.
    effect
        With how many of those who take part it does what it should; with the others nothing is raised.
    shared
        How much of the chance of both is common to the enterprises of a city: 0 each by itself, 1 all alike. The shares stay what they are.
    effort
        Of each enterprise that takes part, besides the effort of the answers raised.
    solution, by
        The solution it carries out and the parties (codes) that act.
    """

    code: str
    label: Text
    lifts: tuple[Lift, ...]
    uptake: Share
    effect: Share
    only: Condition | None = None
    stages: tuple[str, ...] = ()
    effort: float = 0.0
    solution: str = ""
    by: tuple[str, ...] = ()
    said: Text = NOTHING
    status: str = "assumed"
    assumption: str = ""
    shared: float = 0.0


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one file (or several, put together)."""

    id: str
    version: str
    label: Text
    measures: tuple[Measure, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Their codes, in order."""
        return tuple(one.code for one in self.measures)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a file of measures is held to: an index (none where a rule looks at answers themselves), its questionnaire, its efforts, the stages of its rule (highest first)."""

    system: IndicatorSystem | None
    codebook: Codebook
    efforts: Efforts
    stages: tuple[str, ...]


def basis_of(definitions: Sequence[str]) -> Text:
    """Say where the contents, uptakes and effects of measures are set down: the assumptions of those that ship, else the file they came in.

    >>> basis_of(("rule carrier 1.2", "measures mine 2.0")).en
    'as the file measures mine 2.0 has it'
    """
    return rests_on(definitions, "measures", Text("A190 至 A192", "A190 to A192"))


def find_measures(about: IndicatorSystem | Codebook) -> Path | None:
    """Return the built-in measures of a built-in index, or of a questionnaire without one, if there are any; they have its name."""
    path = definitions_folder() / "measures" / f"{about.id}.toml"
    return path if path.is_file() else None


def read_measures(path: str | Path, grounds: Grounds) -> Measures:
    """Read a file of measures.

    Raises
    ------
    DefinitionError
        With every problem of the file: a question that is not there or that no effort is given for, an answer raised past its scale, to a place that is no step, or lowered; an
        uptake or effect outside 0 to 1; an effort of zero or below; stages, solutions or parties that are not there, ...
    """
    path = Path(path)
    top = open_definition(path, "measures")
    agenda = built_in_agenda()
    take_about(top, Text("措施文件", "measures"), grounds.system or grounds.codebook)
    status = top.status("assumed")
    measures = tuple(_measure(entry, grounds, agenda, status) for entry in top.entries("measure"))
    found = Measures(top.code("id"), version_of(top, path, "measures"), named(top), measures)
    for key in ("source", "assumption"):
        top.text(key)
    top.label("note")
    if not measures and isinstance(top.values.get("measure", []), list):
        top.complain(Text("没有措施。", "There are no measures."), expected=Text("[[measure]]", "[[measure]]"))
    if len(measures) > MOST:
        top.complain(
            Text("措施太多，不能逐一组合。", "There are too many measures to combine."),
            found=len(measures),
            expected=Text(f"至多 {MOST} 条", f"at most {MOST}"),
        )
    find_duplicates(top, list(found.codes), Text("措施", "Measure"))
    finish(top)
    return found


def _measure(entry: Entry, grounds: Grounds, agenda: Agenda, status: str) -> Measure:
    code, label, said = entry.code(), entry.label(), entry.label("said")
    only = read_condition(entry, entry.text("for"), "for")
    check_condition(entry, only, grounds.codebook, "for")
    solution = entry.text("solution")
    by = entry.texts("by")
    _known(entry, "solution", (solution,) if solution else (), [one.code for one in agenda.solutions])
    _known(entry, "by", by, [one.code for one in agenda.parties])
    stages = entry.texts("stages")
    _known(entry, "stages", stages, list(grounds.stages))
    _lasting(entry, stages, grounds.stages)
    own = next((one for one in agenda.solutions if one.code == solution), None)
    effort = entry.number("effort")
    if effort is not None and effort <= 0:
        entry.complain(
            Text("工作量应大于 0。", "An effort must be above 0."),
            found=f"{effort:g}",
            expected=Text("大于 0 的数；没有就不写", "a number above 0; leave it out where there is none"),
        )
    lifts = tuple(lift for one in entry.entries("raise", name_by="question") if (lift := _lift(one, grounds)))
    if not entry.values.get("raise"):
        entry.complain(
            Text("没有说明提高哪些答案。", "It is not said which answers it raises."),
            expected=Text('raise = [{ question = "...", to = 2 }]', 'raise = [{ question = "...", to = 2 }]'),
        )
    find_duplicates(entry, [lift.question for lift in lifts], Text("题目", "Question"))
    measure = Measure(
        code=code,
        label=label if any(label) else (own.label if own else Text(code, code)),
        lifts=lifts,
        uptake=_share(entry, "uptake"),
        effect=_share(entry, "effect"),
        only=only,
        stages=stages,
        effort=effort or 0.0,
        solution=solution,
        by=by or (own.by if own else ()),
        said=said,
        status=entry.status(status),
        assumption=entry.assumption(),
        shared=_shared(entry),
    )
    entry.close()
    return measure


def _shared(entry: Entry) -> float:
    """Take how much of the chance is common to a city."""
    shared = entry.real("shared", 0.0)
    if 0 <= shared <= 1:
        return shared
    entry.complain(
        Text("shared 应在 0 到 1 之间。", "`shared` must lie between 0 and 1."),
        found=f"{shared:g}",
        expected=Text(
            "0（各企业互不影响）到 1（同市企业同进退）", "0 (each enterprise by itself) to 1 (all of a city alike)"
        ),
    )
    return 0.0


def _lasting(entry: Entry, stages: tuple[str, ...], all_stages: tuple[str, ...]) -> None:
    """Complain of a stage named twice, and of a measure for nobody but those who stand highest already."""
    find_duplicates(entry, list(stages), Text("stages 中阶段", "`stages`:"))
    if stages and set(stages) <= set(all_stages[:1]):
        entry.complain(
            Text("只为最高阶段的企业而设，没有谁还能上升。", "It is for the highest stage alone, from which nobody can rise."),
            found=f"stages = {', '.join(stages)}",
            expected=Text("、".join(all_stages[1:]), ", ".join(all_stages[1:])),
        )  # fmt: skip


def _known(entry: Entry, key: str, found: tuple[str, ...], allowed: list[str]) -> None:
    if unknown := [code for code in found if code not in allowed]:
        entry.complain(
            Text(f"{key} 里有不认识的代码。", f"`{key}` names what is not there."),
            found=", ".join(unknown),
            expected=Text("、".join(allowed), ", ".join(allowed)),
        )


def _share(entry: Entry, key: str) -> Share:
    """Take a share: a number, two or three of them in rising order; left out it is 1."""
    raw = entry.take(key, (int, float, list), 1.0, _RANGE)
    parts = raw if isinstance(raw, list) else [raw]
    if not 1 <= len(parts) <= 3 or not all(is_number(part) for part in parts):
        entry.complain(Text(f"{key} 的写法不对。", f"`{key}` is not well formed."), found=raw, expected=_RANGE)
        return Share(1.0, None, 1.0)
    numbers = [float(part) for part in parts]
    if any(not 0 <= part <= 1 for part in numbers):
        entry.complain(
            Text(f"{key} 应在 0 到 1 之间。", f"`{key}` must lie between 0 and 1."),
            found=", ".join(f"{part:g}" for part in numbers),
            expected=_RANGE,
        )
        return Share(1.0, None, 1.0)
    if numbers != sorted(numbers):
        entry.complain(
            Text(f"{key} 应由低到高。", f"`{key}` must rise."),
            found=", ".join(f"{part:g}" for part in numbers),
            expected=_RANGE,
        )
        return Share(1.0, None, 1.0)
    return Share(numbers[0], numbers[1] if len(numbers) == 3 else None, numbers[-1])


def _lift(entry: Entry, grounds: Grounds) -> Lift | None:
    code = entry.text("question", required=True)
    before = len(entry.problems)
    to, by = entry.number("to"), entry.number("by")
    no_number = len(entry.problems) > before  # complained of already
    entry.assumption()
    entry.close()
    efforts = grounds.efforts
    code = next((i.question for i in (grounds.system.indicators if grounds.system else ()) if i.code == code), code)
    if code in efforts.fixed:
        why = efforts.fixed[code]
        entry.complain(
            Text(f"这项答案不能改变。{why.zh}", f"This answer stays as it is. {why.en}"),
            found=code,
            expected=Text("去掉，或在工作量文件里放开", "leave it out, or free it in the file of efforts"),
        )
        return None
    effort = efforts.effort(code)
    if effort is None:
        if code:
            _strange(entry, grounds, code)
        return None
    places = [place for place, _ in effort.steps]
    steps = ", ".join(f"{place:g}" for place in places)
    allowed = Text(f"to 取 {steps} 之一，或 by 取 1 至 {len(places)}", f"`to` one of {steps}, or `by` from 1 to {len(places)}")  # fmt: skip
    if no_number:
        return None
    if (to is None) == (by is None):
        entry.complain(
            Text("to 和 by 应写且只写一个。", "Give one of `to` and `by`."),
            found=f"to = {to}, by = {by}",
            expected=allowed,
        )
        return None
    wanted = to if to is not None else by
    if wanted is None or wanted <= 0:
        what = Text("措施只能提高答案，不能降低。", "A measure raises answers and never lowers them.")
    elif (to is not None and to > places[-1]) or (by is not None and by > len(places)):
        what = Text("提高到了这道题的最高档以上。", "It raises the answer past its scale.")
    elif (to is not None and to not in places) or (by is not None and by != int(by)):
        what = Text("这一档不是工作量文件里的一步。", "This place is no step of the efforts.")
    else:
        return Lift(code, to or 0.0, int(by or 0))
    entry.complain(what, found=f"{code}: {'to' if to is not None else 'by'} = {wanted:g}", expected=allowed)
    return None


def _strange(entry: Entry, grounds: Grounds, code: str) -> None:
    """Complain of a question that is not there, or that no effort is given for."""
    there = code in [q.code for q in grounds.codebook.all_questions]
    known = [one.question for one in grounds.efforts.efforts]
    near = [other for other in known if other[:1] == code[:1]] or known
    what = (
        Text("这道题没有工作量，不能提高。", "No effort is given for this question, so it cannot be raised.")
        if there
        else Text("没有这个指标或题目。", "There is no such indicator or question.")
    )
    entry.complain(what, found=code, expected=Text("、".join(near), ", ".join(near)))


def put_together(files: tuple[Measures, ...], codes: tuple[str, ...] = ()) -> Measures:
    """Put the measures of several files together; only those named where `codes` are given.

    >>> put_together((Measures("a", "1", Text("甲", "A"), ()),)).id
    'a'
    """
    every = [one for file in files for one in file.measures]
    kept = tuple(one for one in every if not codes or one.code in codes)
    first = files[0]
    if len(files) == 1:
        return Measures(first.id, first.version, first.label, kept)
    return Measures(
        "+".join(file.id for file in files),
        "+".join(file.version for file in files),
        Text("、".join(file.label.zh for file in files), ", ".join(file.label.en for file in files)),
        kept,
    )
