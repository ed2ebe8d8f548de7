"""How the coordination argument is read: who has to be there, what an enterprise has of each means, when a problem counts as solved.

An expert edits it (`definitions/landscape/coordination.toml`) beside the two matrices. It holds no result: who can take whom how far is for `analysis.coalitions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from hmsurvey.codebook import read_codebook
from hmsurvey.conditions import Condition, Join, questions_of
from hmsurvey.definitionfile import Entry, definitions_folder, find_duplicates, finish, open_definition, version_of
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.grounds import Ground, take_ground
from hmsurvey.landscape import SYSTEM, Landscape, read_landscape
from hmsurvey.questions import Codebook
from hmsurvey.routing import check_condition, read_condition

CARRIES_OUT = ("anyway", "member")
MEANS = ("as_answered", "grown")
OWN_FROM = ("index", "questionnaire")
SWITCHES = {"carries_out": CARRIES_OUT, "means": MEANS, "own_from": OWN_FROM}
MOVED = {"looser": -1, "stricter": 1}
BOOKS = {"index": "digital_archives", "questionnaire": "informatisation"}


@dataclass(frozen=True, slots=True)
class OwnMeans:
    """When an enterprise has a means: a condition on its answers, by the survey they come from ("index", "questionnaire").

    `moved` holds the line drawn one level looser (-1) and one level stricter (1), where the file says how; `moved_labels` says them in words.
    """

    code: str
    label: Text
    when: dict[str, Condition]
    ground: Ground
    moved: dict[int, dict[str, Condition]]
    moved_labels: dict[int, Text]


@dataclass(frozen=True, slots=True, eq=False)
class Coordination:
    """A landscape with the reading of its matrices.

    Attributes
    ----------
    carries_out
        "anyway" (the enterprise agrees and does the work also outside the coalition) or "member" (nothing rises without it).
    means
        "as_answered", or "grown": what is raised counts as means from then on.
    own_from
        "index", or "questionnaire": the questionnaire's answers where there are some, else the index's.
    solved_at
        Share of points, in per cent, from which a problem is solved.
    flip, draws
        Probability that an entry of the matrices is turned round in a draw, and how many draws.
    shift
        Probability that the line for a means is drawn one level looser or stricter in a draw, each as likely as the other.
    """

    landscape: Landscape
    id: str
    version: str
    label: Text
    carries_out: str
    means: str
    own_from: str
    solved_at: float
    flip: float
    draws: int
    shift: float
    own: tuple[OwnMeans, ...]
    ground: Ground

    @property
    def versions(self) -> tuple[str, ...]:
        """Name and version of every file it rests on."""
        beside = {"norms", "platforms", "archive_types", "ladder", "named"}
        return (*(v for v in self.landscape.versions if v.rsplit(" ", 1)[0] not in beside), f"{self.id} {self.version}")


@lru_cache(maxsize=1)
def built_in_coordination() -> Coordination:
    """Return the reading that ships with the package."""
    return read_coordination()


def read_coordination(folder: str | Path | None = None, *, landscape: Landscape | None = None) -> Coordination:
    """Read the matrices and how they are read from a folder laid out like the package's definitions.

    Parameters
    ----------
    folder
        With `landscape/decides.toml`, `landscape/brings.toml`, `landscape/coordination.toml`; what is not there is the built-in one.
    landscape
        Read before; otherwise it is read from the folder.

    Raises
    ------
    DefinitionError
        With every problem of a file: a matrix with a hole, a switch or a number that is not allowed, a means without a condition, a condition on a question that
        is not there or that `problems.toml` does not count among those that tell of this means.
    """
    landscape = landscape or read_landscape(folder)
    own = Path(folder) / "landscape" / "coordination.toml" if folder is not None else None
    path = own if own is not None and own.is_file() else definitions_folder() / "landscape" / "coordination.toml"
    top = open_definition(path, "coordination")
    top.choice("system", (SYSTEM,), SYSTEM)
    version, label, ground = version_of(top, path, "landscape"), top.label(), take_ground(top)
    switches = {key: top.choice(key, allowed, allowed[0]) for key, allowed in SWITCHES.items()}
    solved_at = _between(top, "solved_at", 0.0, 100.0, 60.0)
    flip, draws = _between(top, "flip", 0.0, 1.0, 0.05), _between(top, "draws", 1.0, 100_000.0, 200.0)
    shift = _between(top, "shift", 0.0, 1.0, 0.5)
    found = tuple(_own(entry, landscape, ground) for entry in top.entries("own"))
    find_duplicates(top, [one.code for one in found], Text("条件", "Means"))
    codes = tuple(one.code for one in landscape.agenda.means)
    if holes := [code for code in codes if code not in {one.code for one in found}]:
        top.complain(
            Text("有的条件没有写企业怎样算具备。", "Nothing says when an enterprise has some of the means."),
            found=", ".join(holes),
            expected=Text(f"{'、'.join(codes)} 各一条 [[own]]", f"an [[own]] for each of {', '.join(codes)}"),
        )
    code = top.code("id")
    finish(top)
    return Coordination(
        landscape, code, version, label, switches["carries_out"], switches["means"], switches["own_from"], solved_at, flip, int(draws), shift,
        tuple(sorted(found, key=lambda one: codes.index(one.code))), ground,
    )  # fmt: skip


def at_levels(coordination: Coordination, levels: Sequence[int]) -> Coordination:
    """Return the reading with the line for each means drawn looser (-1), as it is (0) or stricter (1).

    Whoever has a means as the line is drawn has it under a looser line too, and nobody has it under a stricter one who has it not: so it holds whatever a file says.
    """
    moved = []
    for one, level in zip(coordination.own, levels, strict=True):
        other = one.moved.get(level, {})
        word: Literal["and", "or"] = "or" if level < 0 else "and"
        when = {book: Join(word, (rule, other[book])) if book in other else rule for book, rule in one.when.items()}
        moved.append(replace(one, when=when))
    return replace(coordination, own=tuple(moved))


def read_otherwise(coordination: Coordination, **switches: str) -> Coordination:
    """Return another reading of the same matrices.

    Parameters
    ----------
    coordination
        The one to start from.
    switches
        `carries_out`, `means`, `own_from` with one of their values.

    Raises
    ------
    UsageError
        There is no such switch or value.
    """
    for key, value in switches.items():
        if value not in SWITCHES.get(key, ()):
            allowed = "; ".join(f"{name} = {' | '.join(values)}" for name, values in SWITCHES.items())
            raise UsageError(
                Problem(
                    Text("没有这种读法。", "There is no such reading."),
                    where=f"{coordination.id} {coordination.version}",
                    found=f"{key} = {value}",
                    expected=Text(allowed, allowed),
                )
            )
    return replace(coordination, **switches)  # type: ignore[arg-type]


@lru_cache(maxsize=2)
def _book(name: str) -> Codebook:
    return read_codebook(definitions_folder() / "codebooks" / f"{name}.toml")


def _between(top: Entry, key: str, low: float, high: float, default: float) -> float:
    value = top.real(key, default)
    if not low <= value <= high or (key == "draws" and value != int(value)):
        top.complain(
            Text("这个数不在允许的范围。", "This number is out of bounds."),
            found=f"{key} = {value:g}",
            expected=Text(f"{low:g} 至 {high:g}", f"{low:g} to {high:g}") if key != "draws" else Text(f"{low:g} 至 {high:g} 的整数", f"a whole number from {low:g} to {high:g}"),
        )  # fmt: skip
        return default
    return value


def _own(entry: Entry, landscape: Landscape, base: Ground) -> OwnMeans:
    means = {one.code: one for one in landscape.agenda.means}
    code, label, ground = entry.code(), entry.label(), take_ground(entry, base)
    if code not in means:
        entry.complain(
            Text("没有这种条件。", "There is no such means."),
            found=code,
            expected=Text("、".join(means), ", ".join(means)),
        )
    tells = means[code].own if code in means else ()
    when = _conditions(entry, "", tells)
    moved = {level: _conditions(entry, f"_{key}", tells) for key, level in MOVED.items()}
    labels = {level: entry.label(key) for key, level in MOVED.items()}
    if silent := [key for key, level in MOVED.items() if moved[level] and not any(labels[level])]:
        entry.complain(
            Text("没有用文字说明放宽或收紧后怎样算有。", "What the looser or stricter line means is not said in words."),
            found=", ".join(silent),
            expected=Text("、".join(f"{key}_zh、{key}_en" for key in silent), ", ".join(f"{key}_zh, {key}_en" for key in silent)),
        )  # fmt: skip
    if idle := [key for key, level in MOVED.items() if any(labels[level]) and not moved[level]]:
        wanted = [f"{book}_{key}" for key in idle for book in BOOKS.values()]
        entry.complain(
            Text("只有放宽或收紧的文字，没有条件，不会起作用。", "A looser or stricter line is said in words only; without a condition nothing moves."),
            found=", ".join(idle),
            expected=Text("、".join(wanted), ", ".join(wanted)),
        )  # fmt: skip
    entry.close()
    return OwnMeans(code, label, when, ground, {k: v for k, v in moved.items() if v}, labels)


def _conditions(entry: Entry, tail: str, tells: Sequence[str]) -> dict[str, Condition]:
    """Take a condition on the answers to each survey; those with a tail may be left out."""
    when = {}
    for source, book in BOOKS.items():
        key = f"{book}{tail}"
        condition = read_condition(entry, entry.text(key, required=not tail), key)
        if condition is None:
            continue
        check_condition(entry, condition, _book(book), key)
        if source == "questionnaire" and tells and (strange := sorted(set(questions_of(condition)) - set(tells))):
            entry.complain(
                Text(
                    "条件问到了 problems.toml 没有列为能说明它的题。",
                    "The condition asks about questions that problems.toml does not count as telling of this means.",
                ),
                found=f"{key}: {', '.join(strange)}",
                expected=Text("、".join(tells), ", ".join(tells)),
            )
        when[source] = condition
    return when
