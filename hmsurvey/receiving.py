"""What a stranger sent, touched with suspicion: names, links, JSON and folders that may have been made to do harm.

Nothing is followed out of the folder and nothing is run; what cannot be read is said in words.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from hmsurvey.errors import DataError, Problem, Text

MANIFEST = "manifest.json"
_OF_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini"}  # laid down by file browsers
_MOST_FILES, _DEEPEST = 100_000, 4
_LONGEST_JSON = 20_000_000


def shown(text: str) -> str:
    """Return a text that does nothing to a terminal: control characters and those that turn the direction of writing are written as codes.

    >>> shown("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return "".join(
        char if char.isprintable() and not 0xD800 <= ord(char) <= 0xDFFF else char.encode("unicode_escape").decode()
        for char in text
    )


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of a stranger, or say why not."""
    why: str
    try:
        if path.stat().st_size > _LONGEST_JSON:
            raise ValueError(f"{path.stat().st_size} bytes")
        record = json.loads(path.read_text(encoding="utf-8-sig"))
        if isinstance(record, dict):
            return record
        why = type(record).__name__
    except (ValueError, RecursionError, MemoryError) as error:
        why = shown(str(error))[:120]
    raise DataError(
        Problem(
            Text("清单或来源记录无法读取。", "A manifest or provenance record cannot be read."),
            where=shown(str(path)),
            found=why,
            expected=Text("hmsurvey 写出的 JSON 文件", "a JSON file as hmsurvey writes it"),
            fix=Text("请对方重新发送整个文件夹。", "ask for the whole folder again."),
        )
    )


def manifests_below(folder: Path) -> Iterator[Path]:
    """Yield the folders below one that have a manifest, at no great depth."""
    for place, folders, files in os.walk(folder):
        deep = len(Path(place).relative_to(folder).parts)
        if MANIFEST in files and _is_ours(Path(place) / MANIFEST, broken=True):
            folders.clear()
            yield Path(place)
        elif deep >= _DEEPEST:
            folders.clear()


def manifests_inside(folder: Path) -> Iterator[Path]:
    """Yield the folders inside one, not the folder itself, that have a manifest of their own."""
    for one in sorted(folder.iterdir()):
        if one.is_dir() and not one.is_symlink():
            yield from manifests_below(one)


def made_from(record: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what tells from a manifest whether two folders were made from the same: study, seed, program, definitions and workbooks with their hashes."""
    provenance = record.get("provenance")
    sources = provenance.get("sources") if isinstance(provenance, dict) else None
    files = [
        (s.get("file"), s.get("sha256")) for s in (sources if isinstance(sources, list) else []) if isinstance(s, dict)
    ]
    return (*(record.get(key) for key in ("study", "seed", "program", "surveys")), files)


def files_below(folder: Path, inside: str) -> Iterator[str]:
    """Yield the files and links of a folder, without those that another manifest vouches for, or a file browser left."""
    count = 0
    for place, folders, files in os.walk(folder):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(set(folders) - set(links))
        if here != folder and _is_ours(here / MANIFEST, broken=True):
            folders.clear()
            continue
        for name in sorted([*files, *links]):
            count += 1
            found = (here / name).relative_to(folder).as_posix()
            if name not in _OF_SYSTEMS and found.startswith(inside) and count <= _MOST_FILES:
                yield found


def manifest_above(folder: Path) -> Path | None:
    """Return the nearest folder, from this one upward, that has a manifest."""
    here = folder.resolve()
    return next((one for one in (here, *here.parents) if _is_ours(one / MANIFEST, broken=one == here)), None)


def _is_ours(path: Path, *, broken: bool) -> bool:
    """Tell whether a `manifest.json` is hmsurvey's, for others use that name too; `broken` is the answer for one that cannot be read."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        record = read_json(path)
    except DataError:
        return broken
    return str(record.get("program", "")).startswith("hmsurvey") and "files" in record


def stays_inside(name: str) -> bool:
    """Tell whether a name of a manifest is a plain path below it, on any system."""
    pure = PurePosixPath(name)
    return bool(
        name
        and "\0" not in name
        and "\\" not in name
        and ":" not in name
        and not pure.is_absolute()
        and ".." not in pure.parts
    )


def irregular(path: Path) -> Text | None:
    """Say why a path is no plain file that may be read; None when it is one."""
    try:
        about = path.lstat()
    except (OSError, ValueError):
        return Text("无法读取。", "it cannot be read.")
    if stat.S_ISLNK(about.st_mode):
        return Text("是链接，不跟随。", "it is a link, which is not followed.")
    if not stat.S_ISREG(about.st_mode):
        return Text("不是普通文件。", "it is no plain file.")
    return None


def through_link(folder: Path, name: str) -> Text | None:
    """Say that a name of a manifest leads through a link; None when it does not."""
    here = folder
    for part in PurePosixPath(name).parts[:-1]:
        here = here / part
        if here.is_symlink():
            return Text("经过链接，不跟随。", "a link leads to it, which is not followed.")
    return None


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
