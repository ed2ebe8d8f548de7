"""What holds units back, what is proposed, and who could act: the nouns of `definitions/problems.toml`, which an archivist edits.

It proposes; it proves nothing. Whether a problem is there, and how much, is for the answers to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hmsurvey.definitionfile import Entry, definitions_folder, find_duplicates, finish, named, open_definition
from hmsurvey.errors import Text
from hmsurvey.grounds import Ground, take_ground


@dataclass(frozen=True, slots=True)
class Difficulty:
    """A problem: its code and name, what it means, the questions that speak to it."""

    code: str
    label: Text
    means: Text
    asked: tuple[str, ...]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Solution:
    """A solution: the problems it is meant for, what could be done first, and by which parties (codes)."""

    code: str
    label: Text
    answers: tuple[str, ...]
    proposal: Text
    by: tuple[str, ...]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Party:
    """A party of the coordination mode: its code and name, who is counted to it, the question on what it could contribute."""

    code: str
    label: Text
    means: Text
    asked: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class Means:
    """One kind of thing that a party can bring, and the questions that tell what an enterprise has of it."""

    code: str
    label: Text
    own: tuple[str, ...]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Agenda:
    """Problems, solutions, parties and means of one definition file; `note` says why there are five problems for the study's four."""

    id: str
    version: str
    label: Text
    problems: tuple[Difficulty, ...]
    solutions: tuple[Solution, ...]
    parties: tuple[Party, ...]
    means: tuple[Means, ...]
    note: Text

    def problem(self, code: str) -> Difficulty | None:
        """Return a problem by its code, or nothing."""
        return next((problem for problem in self.problems if problem.code == code), None)


@lru_cache(maxsize=1)
def built_in_agenda() -> Agenda:
    """Return the problems and solutions that ship with the package."""
    return read_agenda(definitions_folder() / "problems.toml")


def read_agenda(path: Path) -> Agenda:
    """Read a file of problems and solutions.

    Raises
    ------
    DefinitionError
        With every problem of the file: unknown keys, codes that stand twice, a solution for a problem or by a party that the file does not have.
    """
    top = open_definition(path, "problems")
    version, label = top.text("version", required=True), named(top)
    top.status("assumed")
    note, ground = top.label("note"), take_ground(top)
    problems = tuple(_problem(entry, ground) for entry in top.entries("problem"))
    parties = tuple(_party(entry, ground) for entry in top.entries("party"))
    means = tuple(_means(entry, ground) for entry in top.entries("means"))
    known = {problem.code for problem in problems}, {party.code for party in parties}
    solutions = tuple(_solution(entry, *known, ground) for entry in top.entries("solution"))
    for found, what in (
        (problems, Text("问题", "Problem")),
        (solutions, Text("对策", "Solution")),
        (parties, Text("参与方", "Party")),
        (means, Text("条件", "Means")),
    ):
        find_duplicates(top, [one.code for one in found], what)
    agenda = Agenda(top.code("id"), version, label, problems, solutions, parties, means, note)
    finish(top)
    return agenda


def _problem(entry: Entry, base: Ground) -> Difficulty:
    ground = take_ground(entry, base)
    found = Difficulty(entry.code(), entry.label(), entry.label("means"), entry.texts("asked"), ground)
    entry.close()
    return found


def _party(entry: Entry, base: Ground) -> Party:
    ground = take_ground(entry, base)
    found = Party(entry.code(), entry.label(), entry.label("means"), entry.text("asked"), ground)
    entry.close()
    return found


def _means(entry: Entry, base: Ground) -> Means:
    found = Means(entry.code(), entry.label(), entry.texts("own"), take_ground(entry, base))
    entry.close()
    return found


def _solution(entry: Entry, problems: set[str], parties: set[str], base: Ground) -> Solution:
    ground = take_ground(entry, base)
    answers, by = entry.texts("answers"), entry.texts("by")
    found = Solution(entry.code(), entry.label(), answers, entry.label("proposal"), by, ground)
    for named_codes, allowed in ((found.answers, problems), (found.by, parties)):
        if unknown := [code for code in named_codes if code not in allowed]:
            entry.complain(
                Text(
                    "对策提到了本文件没有的问题或参与方。",
                    "The solution names a problem or party that the file does not have.",
                ),
                found=", ".join(unknown),
                expected=Text("、".join(sorted(allowed)), ", ".join(sorted(allowed))),
            )
    entry.text("asked")
    entry.close()
    return found
