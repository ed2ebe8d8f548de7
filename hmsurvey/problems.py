"""What holds units back, what is proposed, and who could act: the nouns of `definitions/problems.toml`, which an archivist edits.

It proposes; it proves nothing. Whether a problem is there, and how much, is for the answers to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hmsurvey.definitionfile import Entry, definitions_folder, find_duplicates, finish, named, open_definition
from hmsurvey.errors import Text


@dataclass(frozen=True, slots=True)
class Difficulty:
    """A problem: its code and name, what it means, the questions that speak to it."""

    code: str
    label: Text
    means: Text
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """A solution: the problems it is meant for, what could be done first, and by which parties (codes)."""

    code: str
    label: Text
    answers: tuple[str, ...]
    proposal: Text
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """Problems, solutions and parties of one definition file."""

    id: str
    version: str
    label: Text
    problems: tuple[Difficulty, ...]
    solutions: tuple[Solution, ...]
    parties: tuple[tuple[str, Text], ...]

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
    top.label("note")
    problems = tuple(_problem(entry) for entry in top.entries("problem"))
    parties = tuple(_named_entry(entry, ("means", "asked")) for entry in top.entries("party"))
    for entry in top.entries("means"):
        _named_entry(entry, ("own",))
    known = {problem.code for problem in problems}, {code for code, _ in parties}
    solutions = tuple(_solution(entry, *known) for entry in top.entries("solution"))
    find_duplicates(top, [problem.code for problem in problems], Text("问题", "Problem"))
    find_duplicates(top, [solution.code for solution in solutions], Text("对策", "Solution"))
    agenda = Agenda(top.code("id"), version, label, problems, solutions, parties)
    finish(top)
    return agenda


def _problem(entry: Entry) -> Difficulty:
    found = Difficulty(entry.code(), entry.label(), entry.label("means"), entry.texts("asked"))
    entry.text("assumption")
    entry.close()
    return found


def _named_entry(entry: Entry, more: tuple[str, ...]) -> tuple[str, Text]:
    found = entry.code(), entry.label()
    if "means" in more:
        entry.label("means")
    if "asked" in more:
        entry.text("asked")
    if "own" in more:
        entry.texts("own")
    entry.text("assumption")
    entry.close()
    return found


def _solution(entry: Entry, problems: set[str], parties: set[str]) -> Solution:
    found = Solution(entry.code(), entry.label(), entry.texts("answers"), entry.label("proposal"), entry.texts("by"))
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
    entry.text("assumption")
    entry.close()
    return found
