"""A spreadsheet file taken apart into its parts, so that something can be added without touching the rest.

A library that reads a workbook and writes it anew loses what it does not know (drawn shapes, drop-downs in Excel's own extension, macros' buttons). Here
every part stays as it is, byte for byte, save those that are changed on purpose.
"""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "[Content_Types].xml"
_OLD = (1980, 1, 1, 0, 0, 0)
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from one part to another; `kind` is the last word of its type."""

    id: str
    kind: str
    target: str


@dataclass(slots=True)
class Package:
    """The parts of a file by name; texts are changed through `put`."""

    parts: dict[str, bytes]

    def text(self, name: str) -> str:
        """Return a part as text."""
        return self.parts[name].decode("utf-8-sig")

    def put(self, name: str, text: str) -> None:
        """Set the text of a part, new or not."""
        self.parts[name] = text.encode("utf-8")

    def relations(self, name: str) -> tuple[Relation, ...]:
        """Return the links of a part."""
        rels = _relations_name(name)
        if rels not in self.parts:
            return ()
        folder = posixpath.dirname(name)
        return tuple(
            Relation(
                entry.get("Id", ""),
                entry.get("Type", "").rsplit("/", 1)[-1],
                posixpath.normpath(posixpath.join("/", folder, entry.get("Target", ""))).lstrip("/"),
            )
            for entry in ET.fromstring(self.parts[rels])
            if entry.get("TargetMode") != "External"
        )

    def relate(self, name: str, kind: str, target: str) -> str:
        """Link a part to another and return the link's id."""
        rels = _relations_name(name)
        if rels not in self.parts:
            self.put(
                rels, f'<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="{_RELATIONS}"></Relationships>'
            )
        text = re.sub(r"<(\w+:)?Relationships([^>]*)/>", r"<\1Relationships\2></\1Relationships>", self.text(rels))
        taken = set(re.findall(r'\bId="([^"]*)"', text))
        new = next(f"rIdHm{n}" for n in range(1, len(taken) + 2) if f"rIdHm{n}" not in taken)
        link = f'<Relationship xmlns="{_RELATIONS}" Id="{new}" Type="{_OFFICE}/{kind}" Target="/{target}"/>'
        self.put(rels, insert_before(text, ("/Relationships",), link))
        return new

    def declare(self, name: str, content_type: str, *, extension: str = "") -> None:
        """Say of what type a part, or every part with an extension, is."""
        text = self.text(_TYPES)
        spoken = f'Extension="{extension}"' if extension else f'PartName="/{name}"'
        if spoken.lower() in text.lower():
            return
        tag = "Default" if extension else "Override"
        space = "http://schemas.openxmlformats.org/package/2006/content-types"
        entry = f'<{tag} xmlns="{space}" {spoken} ContentType="{content_type}"/>'
        self.put(_TYPES, insert_before(text, ("/Types",), entry))


def read_package(path: Path) -> Package:
    """Read all parts of a zip file."""
    with zipfile.ZipFile(path) as archive:
        return Package({name: archive.read(name) for name in archive.namelist() if not name.endswith("/")})


def write_package(package: Package, path: Path) -> None:
    """Write all parts to a zip file; the same parts give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in package.parts.items():
            info = zipfile.ZipInfo(name, date_time=_OLD)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


def sheet_parts(package: Package) -> tuple[str, dict[str, str]]:
    """Return the name of the workbook's part, and the part of each sheet by the sheet's name."""
    book = next(r.target for r in package.relations("") if r.kind == "officeDocument")
    targets = {relation.id: relation.target for relation in package.relations(book)}
    parts = {}
    for element in ET.fromstring(package.parts[book]).iter():
        if element.tag.rsplit("}", 1)[-1] == "sheet":
            link = next(value for key, value in element.items() if key.endswith("}id"))
            parts[element.get("name", "")] = targets.get(link, "")
    return book, parts


def insert_before(xml: str, names: Sequence[str], new: str, *, start: int = 0) -> str:
    """Insert a piece before the first of some tags after a place; a name with a slash is an end tag.

    >>> insert_before("<a><b/></a>", ("b", "/a"), "<n/>")
    '<a><n/><b/></a>'
    """
    words = "|".join(f"/(?:\\w+:)?{name[1:]}" if name.startswith("/") else f"(?:\\w+:)?{name}" for name in names)
    found = re.compile(rf"<(?:{words})(?=[\s/>])").search(xml, start)
    if found is None:
        raise ValueError(f"none of {', '.join(names)} found")
    return xml[: found.start()] + new + xml[found.start() :]


def xml_text(text: str) -> str:
    """Return a text as it may stand in a cell or a comment: escaped, without what XML forbids."""
    return escape(_FORBIDDEN.sub("\ufffd", _ESCAPED.sub("_x005F_", text)), {'"': "&quot;"})


def _relations_name(name: str) -> str:
    folder, file = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{file}.rels")
