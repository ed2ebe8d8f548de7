"""What a run has written, put in place as a whole: until then it lies in a folder of its own beside, and the earlier results are untouched.

Putting in place is renaming, file by file, the manifest last. Where one file cannot be replaced (another program holds it open), all that were replaced are put
back. Only a machine that stops within those moments leaves a mixture; the manifest then no longer fits, and `hmsurvey verify` and the next run tell and mend it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.output.manifest import listed_files, remove_stale
from hmsurvey.receiving import MANIFEST

_PREFIX = ".hmsurvey-"
_LEFT = 3600.0  # seconds after which a folder of an earlier run is no longer being written to


@contextmanager
def folder_beside(root: Path) -> Iterator[Path]:
    """Give a folder to write into, in the same folder as the results, and remove it afterwards; those that a killed run left are removed first."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(_PREFIX + "*"):
        if left.is_dir() and not left.is_symlink() and time.time() - _touched(left) > _LEFT:
            shutil.rmtree(left, ignore_errors=True)
    beside = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _touched(folder: Path) -> float:
    times = [folder.lstat().st_mtime]
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            times.append(path.lstat().st_mtime)
    return max(times)


class Placed(NamedTuple):
    """How many files were put in a folder, and how many that an earlier run had left there were removed."""

    written: int
    removed: int


def put_in_place(shelves: Sequence[tuple[Path, Path]], aside: Path) -> list[Placed]:
    """Move all files of folders to where they belong, the manifests last; drop what an earlier run left there and this one did not write again.

    Parameters
    ----------
    shelves
        Pairs of the folder that was written and the place of its files, on the same disk.
    aside
        Where the earlier files are kept until all is done.

    Returns
    -------
    list of Placed
        How many files of each were written, and how many of an earlier run's removed.

    Raises
    ------
    UsageError
        A file cannot be replaced; then everything is as it was.
    """
    earlier = [listed_files(place) for _, place in shelves]
    names = [[path.relative_to(beside) for path in beside.rglob("*") if path.is_file()] for beside, _ in shelves]
    moves = [
        _Move(beside / name, place / name, aside / str(n) / name)
        for n, ((beside, place), written) in enumerate(zip(shelves, names, strict=True))
        for name in written
    ]
    moves.sort(key=lambda move: (move.target.name == MANIFEST, move.target))
    for done, move in enumerate(moves):
        try:
            _replace(move)
        except OSError as error:
            for back in reversed(moves[:done]):
                _undo(back)
            raise UsageError(
                Problem(
                    Text(
                        "结果文件不能替换，原有结果未动。",
                        "A file of results cannot be replaced; the earlier results are as they were.",
                    ),
                    where=str(move.target),
                    found=error.strerror or str(error),
                    fix=Text(
                        "如果文件在其他程序中打开着，请关闭后重新运行。",
                        "if it is open in another program, close it and run again.",
                    ),
                )
            ) from None
    return [
        Placed(len(written), len(remove_stale(place, before, [place / name for name in written])))
        for (_, place), before, written in zip(shelves, earlier, names, strict=True)
    ]


class _Move(NamedTuple):
    """One file: where it was written, where it belongs, where the earlier one is kept."""

    new: Path
    target: Path
    aside: Path


def _replace(move: _Move) -> None:
    """Put a file in place of the earlier one, of which a second name is kept; there is never a moment without the file."""
    move.target.parent.mkdir(parents=True, exist_ok=True)
    if move.target.is_file():
        move.aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(move.target, move.aside)
        except OSError:  # a disk without second names
            shutil.copy2(move.target, move.aside)
    move.new.replace(move.target)


def _undo(move: _Move) -> None:
    with contextlib.suppress(OSError):
        if move.aside.exists():
            move.aside.replace(move.target)
        else:
            move.target.unlink()
