"""A folder with a landscape of one's own, being read: which files it may hold, and what each of them is found to lack.

A file that is not there is the built-in one. So a folder that is not there, or a name with a slip in it, would pass for a landscape that says nothing new; both are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hmsurvey.definitionfile import Entry, definitions_folder, open_definition
from hmsurvey.errors import DefinitionError, Problem, Text, UsageError
from hmsurvey.problems import Agenda, read_agenda

_ABOVE = ("platforms", "archive_types", "problems")
_BELOW = ("norms", "ladder", "severities", "decides", "brings", "named", "coordination")
LANDSCAPE_FILES = (*_ABOVE, *(f"landscape/{name}" for name in _BELOW))
_T = TypeVar("_T")


def find_strangers(folder: Path) -> list[Problem]:
    """Return a problem for each file that would not be read: in the wrong one of the two folders, or, under `landscape`, of no known name.

    Raises
    ------
    UsageError
        There is no such folder, or none of `LANDSCAPE_FILES` is in it.
    """
    above = [path.name for path in sorted(folder.glob("*.toml")) if path.stem in _BELOW]
    below = [
        f"landscape/{path.name}" for path in sorted((folder / "landscape").glob("*.toml")) if path.stem not in _BELOW
    ]
    strange = [*above, *below]
    files = [f"{name}.toml" for name in LANDSCAPE_FILES]
    expected = Text("、".join(files), ", ".join(files))
    if not strange and not any((folder / name).is_file() for name in files):
        raise UsageError(
            Problem(
                Text("没有这个文件夹，或其中没有一个可用的定义文件。", "There is no such folder, or it holds none of the definition files."),
                where=str(folder),
                expected=expected,
                fix=Text("检查路径和文件名。", "check the path and the names."),
            )
        )  # fmt: skip
    return [
        Problem(
            Text("这个文件放在这里不会被读取。", "This file would not be read where it is."),
            where=f"{folder.name}/{name}",
            found=name,
            expected=expected,
            fix=Text("改正文件名或所在的文件夹，或把它移走。", "mend its name or folder, or take it away."),
        )
        for name in strange
    ]


class Reading:
    """A folder being read: its problems and versions, gathered over all files."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.problems: list[Problem] = [] if folder is None else find_strangers(folder)
        self.versions: list[str] = []
        self.own: list[Path] = []

    def path(self, name: str) -> Path:
        """Return where a file is: in the folder, else the built-in one."""
        own = None if self.folder is None else self.folder / f"{name}.toml"
        if own is None or not own.is_file():
            return definitions_folder() / f"{name}.toml"
        self.own.append(own)
        return own

    def take(self, name: str, kind: str, reader: Callable[[Entry], _T]) -> _T:
        """Read one file, its problems among those of all."""
        top = open_definition(self.path(name), kind)
        top.problems = self.problems
        self.versions.append(f"{top.values.get('id', name)} {top.values.get('version', '')}")
        found = reader(top)
        if "version" not in top.taken:
            top.text("version", required=True)
        for key in ("id", "zh", "en", "status", "kind"):
            top.taken[key] = None
        top.close()
        return found

    def agenda(self) -> Agenda | None:
        """Read problems, parties and solutions; nothing where they cannot be used."""
        try:
            agenda = read_agenda(self.path("problems"))
        except DefinitionError as error:
            self.problems += error.problems
            return None
        self.versions.append(f"{agenda.id} {agenda.version}")
        return agenda

    def finish(self) -> None:
        """Raise whatever problems there are.

        Raises
        ------
        DefinitionError
            There are some.
        """
        if self.problems:
            raise DefinitionError(self.problems)
