"""Formulas among the answers: their errors, their missing results, and that they are formulas at all.

A reader of values shows an error such as #REF! as an empty cell. Here it is found, so that it is never taken for "not answered".
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Literal

from hmsurvey.package import read_package, sheet_parts

_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*?)(?<!/)>(.*?)</(?:\w+:)?c>", re.S)
_PLACE = re.compile(r'\br="([A-Z]+)(\d+)"')
_ROW = re.compile(r'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_COLUMN = re.compile(r'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)\d+"')
_VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>([^<]*)<")
_FORMULA = re.compile(r"<(?:\w+:)?f\b")

Fault = Literal["error", "no_result", "formula"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell (row, column from 0) that holds a formula or an error: what is the matter, and what it shows."""

    row: int
    column: int
    fault: Fault
    shows: str


def sheet_extent(path: Path, sheet: str) -> tuple[int, int]:
    """Return how many rows and columns a sheet reaches to, by its farthest cells; (0, 0) for an odd file."""
    try:
        package = read_package(path)
        xml = package.text(sheet_parts(package)[1].get(sheet, ""))
    except (KeyError, StopIteration, SyntaxError, UnicodeDecodeError, zipfile.BadZipFile):
        return 0, 0
    rows = max((int(number) for number in _ROW.findall(xml)), default=0)
    columns = max((column_number(letters) + 1 for letters in set(_COLUMN.findall(xml))), default=0)
    return rows, columns


def read_formulas(path: Path, sheet: str) -> tuple[Formula, ...]:
    """Return the formulas and error values of one sheet, in the order of the file."""
    try:
        package = read_package(path)
        part = sheet_parts(package)[1].get(sheet, "")
        xml = package.text(part)
    except (KeyError, StopIteration, SyntaxError, UnicodeDecodeError, zipfile.BadZipFile):
        return ()  # an odd file; its cells were read by other means
    if _FORMULA.search(xml) is None and 't="e"' not in xml:
        return ()
    found = []
    for match in _CELL.finditer(xml):
        attributes, content = match.groups()
        failed = 't="e"' in attributes
        formula = _FORMULA.search(content) is not None
        place = _PLACE.search(attributes)
        if place is None or not (failed or formula):
            continue
        value = _VALUE.search(content)
        shows = unescape(value.group(1)) if value else ""
        fault: Fault = "error" if failed else "formula" if shows else "no_result"
        found.append(Formula(int(place.group(2)) - 1, column_number(place.group(1)), fault, shows))
    return tuple(found)


def column_number(letters: str) -> int:
    """Return a column's number, from 0.

    >>> column_number("A"), column_number("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
