"""Office files (.xlsx, .docx) as what they are, packages of parts: their custom properties, and a hash over all parts but those.

Such a file may come from a stranger. A broken archive, one that unpacks to more than it should, an encrypted part, two parts of one name: each is refused as no
package, none is unpacked to disk.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Mapping
from html import escape, unescape
from io import BytesIO
from typing import Any

_PROPERTIES, _TYPES, _LINKS = "docProps/custom.xml", "[Content_Types].xml", "_rels/.rels"
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_KIND_OF_PROPERTY = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_PROPERTY = re.compile(
    r'<property [^>]*?name="([^"<>]{1,200})"[^>]*>\s*<vt:(lpwstr|i4)>([^<]*)</vt:\2>\s*</property>', re.DOTALL
)
_MOST_PARTS, _MOST_BYTES = 5_000, 400_000_000
_LONGEST_PROPERTIES = 200_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, OverflowError, MemoryError)
_LONGEST_VALUE = 250  # Excel shows 255 characters of a property


class PackageError(Exception):
    """Not an office file, or not a whole one."""


def _parts(content: bytes) -> dict[str, bytes]:
    """Return all parts by name."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
                raise PackageError("unpacks to too much")
            if len(names) != len(entries) or _TYPES not in names:
                raise PackageError("parts are missing or stand twice")
            return {entry.filename: archive.read(entry) for entry in entries}
    except _BROKEN as error:
        raise PackageError(str(error)) from None


def package_hash(content: bytes, mark: str) -> str:
    """Return the SHA-256 over names and contents of all parts, in the order of their names; the hash that a seal of `mark` itself holds counts as zeros.

    How the parts are packed does not matter, only what they are.

    Raises
    ------
    PackageError
        Not an office file.
    """
    said = read_properties(content, mark).get("sha256")
    whole = hashlib.sha256()
    for name, part in sorted(_parts(content).items()):
        if name == _PROPERTIES and isinstance(said, str) and said:
            part = part.replace(said.encode(), b"0" * 64)
        whole.update(f"{len(name.encode())}:{name}:{len(part)}:".encode() + part)
    return whole.hexdigest()


def read_properties(content: bytes, mark: str) -> dict[str, Any]:
    """Return the custom properties called `MARK key`; those called `MARK key 1`, `MARK key 2` are a list.

    Raises
    ------
    PackageError
        Not an office file.
    """
    text = _parts(content).get(_PROPERTIES, b"")[:_LONGEST_PROPERTIES].decode("utf-8", errors="replace")
    found: dict[str, Any] = {}
    for name, kind, value in _PROPERTY.findall(text):
        name, value = unescape(name), unescape(value)
        if not name.startswith(f"{mark} "):
            continue
        key, _, place = name.removeprefix(f"{mark} ").partition(" ")
        if place:
            held = found.setdefault(key, [])
            found[key] = [*held, value] if isinstance(held, list) else [value]
        else:
            found[key] = int(value) if kind == "i4" and re.fullmatch(r"-?\d{1,10}", value) else value
    return found


def write_properties(content: bytes, mark: str, record: Mapping[str, object]) -> bytes:
    """Return an office file with custom properties; others that it had are replaced. The same parts give the same bytes.

    Raises
    ------
    PackageError
        Not an office file.
    """
    parts = _parts(content)
    lines: list[str] = []
    for key, value in record.items():
        values = [(f"{key} {n}", one) for n, one in enumerate(value, 1)] if isinstance(value, list | tuple) else []
        for name, one in values or (
            [(key, value)] if value is not None and not isinstance(value, list | tuple) else []
        ):
            whole = isinstance(one, int) and abs(one) < 2**31
            typed = f"<vt:i4>{one}</vt:i4>" if whole else f"<vt:lpwstr>{escape(str(one)[:_LONGEST_VALUE])}</vt:lpwstr>"
            lines.append(
                f'<property fmtid="{_KIND_OF_PROPERTY}" pid="{len(lines) + 2}" name="{escape(f"{mark} {name}")}">{typed}</property>'
            )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts[_PROPERTIES] = (
        f'{head}<Properties xmlns="{_SPACE}" xmlns:vt="{_VALUES}">{"".join(lines)}</Properties>'.encode()
    )
    if _TYPE.encode() not in parts[_TYPES]:
        parts[_TYPES] = _inside(parts[_TYPES], "Types", f'<Override PartName="/{_PROPERTIES}" ContentType="{_TYPE}"/>')
    links = parts.get(_LINKS, b"")
    if _LINK.encode() not in links:
        parts[_LINKS] = _inside(
            links, "Relationships", f'<Relationship Id="rIdSeal" Type="{_LINK}" Target="{_PROPERTIES}"/>'
        )
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, part)
    return packed.getvalue()


def _inside(xml: bytes, root: str, line: str) -> bytes:
    head, mark, tail = xml.rpartition(f"</{root}>".encode())
    if not mark:
        raise PackageError(f"a part without </{root}>")
    return head + line.encode() + mark + tail
