"""Definition files: TOML read strictly, with every complaint of a file gathered before any is raised.

An `Entry` is one table of a file. Taking a key checks its type; `close` complains of the keys nobody took, and lists the ones that
exist. What the keys mean is the business of the rooms above.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from hmsurvey.errors import DefinitionError, Problem, Text, UsageError

CODE = re.compile(r"[A-Za-z][\w.\-]*")
LARGEST = 1e12
STATUSES = ("published", "guideline", "assumed")


@dataclass(slots=True)
class Entry:
    """One table of a definition file: its keys, its place, and the file's list of problems."""

    values: Mapping[str, Any]
    where: str
    problems: list[Problem]
    taken: dict[str, None] = field(default_factory=dict)

    def complain(
        self, what: Text, *, found: object = "", expected: Text | None = None, fix: Text | None = None, at: str = ""
    ) -> None:
        """Note a problem at this entry."""
        self.problems.append(
            Problem(
                what,
                where=self.where + (f", {at}" if at else ""),
                found=str(found),
                expected=expected or Text("", ""),
                fix=fix or Text("改正该处。", "mend this entry."),
            )
        )

    def take(self, key: str, types: type | tuple[type, ...], default: Any, name: Text) -> Any:
        """Take a key of the given type; a wrong type is a problem and gives the default."""
        self.taken[key] = None
        if key not in self.values:
            return default
        value = self.values[key]
        wrong_bool = isinstance(value, bool) and bool not in (types if isinstance(types, tuple) else (types,))
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if isinstance(value, types) and numeric and not is_number(value):
            self.complain(
                Text(f"{key} 不是能用来计算的数。", f"`{key}` is no number that can be reckoned with."),
                found=repr(value),
                expected=Text("绝对值不超过 10¹² 的数", "a number of at most 10¹², above or below 0"),
            )
            return default
        if wrong_bool or not isinstance(value, types):
            self.complain(
                Text(f"{key} 的类型不对。", f"`{key}` is of the wrong kind."), found=repr(value), expected=name
            )
            return default
        return value

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Take a text."""
        value: str = self.take(key, str, default, Text("带引号的文字", "a text in quotes"))
        if required and not value and isinstance(self.values.get(key, ""), str):  # of the wrong kind has been said
            self.complain(
                Text(f"缺少 {key}。", f"`{key}` is missing."),
                expected=Text(f'{key} = "..."', f'{key} = "..."'),
                fix=Text(f"补上 {key}。", f"add `{key}`."),
            )
        return value

    def code(self, key: str = "code") -> str:
        """Take a code: letters, digits, `.`, `_`, `-`, beginning with a letter."""
        value = self.text(key, required=True)
        if value and not CODE.fullmatch(value):
            self.complain(
                Text("代码不合规定。", "The code is not well formed."),
                found=value,
                expected=Text(
                    "以字母开头，由字母、数字、. _ - 组成", "letters, digits, . _ -, beginning with a letter"
                ),
            )
        return value

    def label(self, stem: str = "") -> Text:
        """Take a pair of texts: `zh` and `en`, or `STEM_zh` and `STEM_en`; one alone serves for both."""
        prefix = f"{stem}_" if stem else ""
        zh, en = self.text(f"{prefix}zh"), self.text(f"{prefix}en")
        return Text(zh or en, en or zh)

    def number(self, key: str, default: float | None = None) -> float | None:
        """Take a number."""
        value = self.take(key, (int, float), default, Text("数", "a number"))
        return None if value is None else float(value)

    def real(self, key: str, default: float) -> float:
        """Take a number that has a default."""
        value = self.number(key, default)
        return default if value is None else value

    def flag(self, key: str, default: bool = False) -> bool:
        """Take true or false."""
        return bool(self.take(key, bool, default, Text("true 或 false", "true or false")))

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        """Take one of a few words."""
        value = self.text(key, default)
        if value not in allowed:
            self.complain(
                Text(f"{key} 的取值不在允许之列。", f"`{key}` has a value that is not known."),
                found=value,
                expected=Text("、".join(allowed), ", ".join(allowed)),
            )
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts."""
        values = self.take(key, list, [], Text("文字的列表", "a list of texts"))
        if not all(isinstance(value, str) for value in values):
            self.complain(
                Text(f"{key} 只能含文字。", f"`{key}` holds more than texts."),
                found=values,
                expected=Text('["a", "b"]', '["a", "b"]'),
            )
            return ()
        return tuple(values)

    def numbers(self, key: str, *, length: int | None = None) -> tuple[float, ...] | None:
        """Take a list of numbers, of one length if it is given."""
        values = self.take(key, list, None, Text("数的列表", "a list of numbers"))
        if values is None:
            return None
        if not all(is_number(v) for v in values) or (length is not None and len(values) != length):
            self.complain(
                Text(f"{key} 应为数的列表。", f"`{key}` must be a list of numbers."),
                found=values,
                expected=Text(f"{length or ''} 个数", f"{length or 'some'} numbers"),
            )
            return None
        return tuple(float(v) for v in values)

    def table(self, key: str) -> Entry | None:
        """Take a sub-table, or None."""
        values = self.take(key, dict, None, Text("表 { ... }", "a table { ... }"))
        return None if values is None else Entry(values, f"{self.where}, {key}", self.problems)

    def entries(self, key: str, *, name_by: str = "code") -> tuple[Entry, ...]:
        """Take a list of tables; each is known by its `name_by`."""
        values = self.take(key, list, [], Text(f"[[{key}]]", f"[[{key}]]"))
        found = []
        for place, value in enumerate(values):
            if not isinstance(value, dict):
                self.complain(
                    Text(f"{key} 应由表组成。", f"`{key}` must hold tables."),
                    found=repr(value),
                    expected=Text(f"[[{key}]]", f"[[{key}]]"),
                )
                continue
            name = value.get(name_by, f"#{place + 1}")
            found.append(Entry(value, f"{self.where}, {key} {name}", self.problems))
        return tuple(found)

    def status(self, default: str) -> str:
        """Take a status: published, guideline or assumed."""
        return self.choice("status", STATUSES, default)

    def assumption(self) -> str:
        """Take `assumption`: the number of one that is listed, or nothing. A number that leads nowhere would look like a reason."""
        number = self.text("assumption")
        if number and number not in assumption_numbers():
            numbers = sorted(assumption_numbers(), key=lambda code: int(code[1:]))
            self.complain(
                Text("没有这个编号的假定。", "There is no assumption of this number."),
                found=number,
                expected=Text(f"{numbers[0]} 至 {numbers[-1]} 之一", f"one of {numbers[0]} to {numbers[-1]}"),
                fix=Text(
                    "改正编号；自己的假定写进 note。", "mend the number; put an assumption of your own into a note."
                ),
            )
            return ""
        return number

    def close(self) -> None:
        """Complain of keys that nobody took."""
        unknown = [key for key in self.values if key not in self.taken]
        if unknown:
            known = [key for key in self.taken]
            self.complain(
                Text("有不认识的键。", "There are keys that are not known here."),
                found=", ".join(unknown),
                expected=Text("可用：" + "、".join(known), "known here: " + ", ".join(known)),
                fix=Text("检查拼写。", "check the spelling."),
            )


def is_number(value: object) -> bool:
    """Tell whether a TOML value is a number that can be reckoned with: no true or false, no nan, inf or beyond 1e12."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, or say where it breaks."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UsageError(
            Problem(
                Text("找不到定义文件。", "There is no such definition file."),
                where=str(path),
                fix=Text("检查路径和文件名。", "check the path and the name."),
            )
        ) from None
    except IsADirectoryError:
        raise UsageError(
            Problem(
                Text("这是文件夹，不是定义文件。", "This is a folder, not a definition file."),
                where=str(path),
                expected=Text("一个 .toml 文件", "a .toml file"),
                fix=Text("给出其中的文件。", "name a file in it."),
            )
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DefinitionError(
            Problem(
                Text("定义文件无法读取。", "The definition file cannot be read."),
                where=str(path),
                found=str(error),
                expected=Text("UTF-8 编码的 TOML", "TOML in UTF-8"),
                fix=Text("改正所指的那一行。", "mend the line it names."),
            )
        ) from None


def open_definition(path: Path, kind: str) -> Entry:
    """Open a definition file of one kind and return its top entry."""
    values = read_toml(path)
    entry = Entry(values, path.name, [])
    found = entry.text("kind", required=True)
    if found and found != kind:
        entry.complain(
            Text("文件的种类不对。", "This is another kind of file."),
            found=found,
            expected=Text(f'kind = "{kind}"', f'kind = "{kind}"'),
            fix=Text("换一个文件。", "give another file."),
        )
        raise DefinitionError(entry.problems)
    return entry


def version_of(entry: Entry, path: Path, folder: str) -> str:
    """Take the version; a changed copy of a built-in definition that kept its id and version gets a mark of its content.

    `1.0` of a file that is not the built-in 1.0 becomes `1.0+3f2a91bc`, so that results of the two can be told apart.
    """
    version = entry.text("version", required=True)
    built_in = definitions_folder() / folder / f"{entry.values.get('id', '')}.toml"
    if not built_in.is_file() or built_in.samefile(path):
        return version
    original = read_toml(built_in)
    if original.get("version") != version or original == entry.values:
        return version
    content = json.dumps(entry.values, sort_keys=True, ensure_ascii=False, default=str)
    return f"{version}+{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def named(entry: Entry) -> Text:
    """Take the label of a whole file; without one it is called by its id."""
    label = entry.label()
    name = str(entry.values.get("id", ""))
    return label if any(label) else Text(name, name)


def labelled(entry: Entry) -> Text:
    """Take an entry's name, which it must have."""
    label = entry.label()
    if not any(label):
        entry.complain(Text("缺少名称。", "The name is missing."), expected=Text("写出 zh、en", "zh, en"))
    return label


def finish(entry: Entry) -> None:
    """Close the top entry and raise whatever the file's problems are."""
    entry.close()
    if entry.problems:
        raise DefinitionError(entry.problems)


def find_duplicates(entry: Entry, codes: Sequence[str], what: Text) -> None:
    """Complain of codes that stand twice."""
    twice = sorted({code for code in codes if code and codes.count(code) > 1})
    if twice:
        entry.complain(
            Text(f"{what.zh}的代码重复。", f"{what.en} codes stand twice."),
            found=", ".join(twice),
            expected=Text("每个代码只出现一次", "each code once"),
        )


def definitions_folder() -> Path:
    """Return the folder of the definitions that ship with the package."""
    return Path(str(resources.files("hmsurvey"))) / "definitions"


@lru_cache(maxsize=1)
def assumption_numbers() -> frozenset[str]:
    """Return the numbers of all assumptions that are listed under `definitions/assumptions/`."""
    files = (read_toml(path) for path in (definitions_folder() / "assumptions").glob("*.toml"))
    return frozenset(str(one["code"]) for file in files for one in file["assumption"])


def locate_definition(name: str, folder: str, base: Path | None = None) -> Path:
    """Find a definition: a file (relative to `base`), or the name of a built-in one.

    Raises
    ------
    UsageError
        Neither; the built-in names are listed.
    """
    path = Path(name) if base is None else base / name
    if path.is_file():
        return path
    built_in = definitions_folder() / folder / f"{name}.toml"
    if CODE.fullmatch(name) and built_in.is_file():
        return built_in
    names = sorted(p.stem for p in (definitions_folder() / folder).glob("*.toml"))
    raise UsageError(
        Problem(
            Text("找不到定义文件。", "There is no such definition."),
            where=name,
            expected=Text(
                f"一个 .toml 文件，或内置的：{'、'.join(names)}", f"a .toml file, or a built-in one: {', '.join(names)}"
            ),
            fix=Text("检查路径和文件名。", "check the path and the name."),
        )
    )
