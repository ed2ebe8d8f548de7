"""Two studies that differ only in what protection hides: whatever they publish must be the same, byte for byte."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.analysis.protection import protect_digest
from hmsurvey.provenance import read_card, write_card
from hmsurvey.study import Analysis, analyse, read_study
from tests.random_study import ANSWERS, random_study

Numbers = dict[tuple[str, int, str], float]
_CITY = 2  # the column of the city in the answers of a random study


def twins(folder: Path, seed: int, *, kind: str) -> tuple[Analysis, Analysis] | None:
    """Draw a random study and its twin: one unit put into another city ("move") or two units of different cities exchanged ("swap").

    The truth behind some hidden number differs, the numbers that are shown and which are hidden do not. None where no such twin is found.
    """
    first = random_study(folder / "first", seed)
    truth, shown = numbers(digest_of(first)), numbers(protect_digest(digest_of(first))[0])
    card = read_card(folder / "first" / ANSWERS)
    for name in ("study.toml", "book.toml", "system.toml", "rule.toml"):
        (folder / "second").mkdir(exist_ok=True)
        (folder / "second" / name).write_bytes((folder / "first" / name).read_bytes())
    rows = list(csv.reader((folder / "first" / ANSWERS).read_text(encoding="utf-8").splitlines()))
    for other in _others(rows, np.random.default_rng(seed), kind):
        path = folder / "second" / ANSWERS
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(other)
        write_card(path, card)
        second = analyse(read_study(folder / "second" / "study.toml"))
        changed = numbers(digest_of(second))
        if changed.keys() == truth.keys() and all(_alike(changed[key], truth[key]) for key in shown if key in truth):
            continue  # nothing changed at all
        if any(not pd.isna(shown[key]) and not _alike(changed[key], truth[key]) for key in shown):
            continue  # a number that is shown would change
        if _all_alike(numbers(protect_digest(digest_of(second))[0]), shown):
            return first, second
    return None


def numbers(digest: Digest) -> Numbers:
    """Return the numbers of a digest by table, row and column; those that are not shown are NaN."""
    return {
        (code, int(str(row)), column.code): float(table.frame.at[row, column.code])
        for code, table in digest.tables.items()
        for column in table.columns
        if column.unit in ("count", "percent", "score", "number")
        for row in table.frame.index
    }


def _others(rows: list[list[str]], rng: np.random.Generator, kind: str) -> Iterator[list[list[str]]]:
    """Yield changed answers, those about the smallest cities first."""
    body = rows[1:]
    size = pd.Series([row[_CITY] for row in body]).value_counts().to_dict()
    places = sorted(range(len(body)), key=lambda j: (size[body[j][_CITY]], j))[:24]
    cities = sorted({f"c{j}" for j in range(6)}, key=lambda city: (size.get(city, 0), city))[:4]
    for j in places:
        if kind == "move":
            changes = [{j: city} for city in cities if city != body[j][_CITY]]
        else:
            changes = [
                {j: body[i][_CITY], i: body[j][_CITY]} for i in places if i > j and body[i][_CITY] != body[j][_CITY]
            ]
        rng.shuffle(changes)
        for change in changes[:6]:
            yield [
                rows[0],
                *([*row[:_CITY], change.get(at, row[_CITY]), *row[_CITY + 1 :]] for at, row in enumerate(body)),
            ]


def _alike(one: float, other: float) -> bool:
    return one == other or (pd.isna(one) and pd.isna(other))


def _all_alike(one: Numbers, other: Numbers) -> bool:
    return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
