"""The seal on a file that may travel alone: what it rests on, and a hash of its content, inside the file itself.

A page, a picture, a PDF or an office file is passed on without its folder. Its seal says what kind of data it shows and lets `hmsurvey verify` see whether its content is
still what was written. It finds accidents and careless edits, not forgers: whoever rewrites content and seal together is not found. CSV has no room for a seal; its sidecar
does that.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hmsurvey.officepackage import PackageError, package_hash, read_properties, write_properties

MARK = "hmsurvey-seal"
BLANK = "0" * 64
SEALED = (".html", ".svg", ".png", ".pdf", ".xlsx", ".docx")  # the forms that can carry a seal
_TEXT, _OFFICE = (".html", ".svg"), (".xlsx", ".docx")
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_LONGEST = 100_000  # characters of a seal; a longer one is none of ours
_IN_TEXT = re.compile(rb"<!--" + MARK.encode() + rb" (\{[^\r\n]*\})-->\s*\Z")
_IN_PDF = re.compile(rb"\n%" + MARK.encode() + rb" (\{[^\r\n]*\})\n(?=startxref\s)")
_IN_MANIFEST = re.compile(rb'"seal": "([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal says, and whether the file's content still is what was sealed."""

    record: Mapping[str, Any]
    intact: bool


def seal(content: bytes, suffix: str, record: Mapping[str, object]) -> bytes:
    """Return a file's content with a seal; one it carries already is replaced, a form without room for one is left as it is.

    Parameters
    ----------
    content
        The file.
    suffix
        What it is: one of `SEALED`, in small letters with its dot.
    record
        What the seal says: texts, whole numbers and lists of texts.

    Examples
    --------
    >>> sealed = seal(b"<svg></svg>", ".svg", {"kind": "synthetic"})
    >>> read_seal(sealed, ".svg").intact, read_seal(sealed.replace(b"<svg>", b"<svg >"), ".svg").intact
    (True, False)
    """
    bare = _unsealed(content, suffix)
    if suffix in _OFFICE:
        blank = write_properties(bare, MARK, {**record, "sha256": BLANK})
        return write_properties(bare, MARK, {**record, "sha256": package_hash(blank, MARK)})
    if suffix == ".png":
        found = _hash(bare + _line({**record, "sha256": BLANK}))
        return bare[:-12] + _chunk({**record, "sha256": found}) + bare[-12:]
    if suffix in _TEXT or suffix == ".pdf":
        blank = _with_line(bare, suffix, {**record, "sha256": BLANK})
        return _with_line(bare, suffix, {**record, "sha256": _hash(blank)})
    return content


def read_seal(content: bytes, suffix: str) -> Seal | None:
    """Return a file's seal; None where there is none, or none that can be read.

    Content may be anything a stranger sends: nothing is trusted, nothing is run.
    """
    try:
        if suffix in _OFFICE:
            record = read_properties(content, MARK)
            found = package_hash(content, MARK) if record else ""
        elif suffix == ".png":
            record = _record(next((body for _, _, body in _seal_chunks(content)), b""))
            found = _hash(_unsealed(content, suffix) + _line({**record, "sha256": BLANK})) if record else ""
        else:
            match = _last_line(content, suffix)
            record = _record(match[1]) if match else {}
            said = str(record.get("sha256", "")).encode() if record else b""
            blanked = content[: match.start(1)] + match[1].replace(said, BLANK.encode()) if match and said else b""
            found = _hash(blanked + content[match.end(1) :]) if match and blanked else ""
    except (PackageError, ValueError, RecursionError):
        return None
    said_hash = record.get("sha256") if record else None
    if not record or not isinstance(said_hash, str):
        return None
    return Seal({key: value for key, value in record.items() if key != "sha256"}, said_hash == found)


def seal_manifest(content: bytes) -> bytes:
    """Return a manifest, written with `"seal": BLANK`, with the hash of its own content in that place."""
    blank = b'"seal": "' + BLANK.encode() + b'"'
    head, mark, tail = content.rpartition(blank)
    return head + b'"seal": "' + _hash(content).encode() + b'"' + tail if mark else content


def manifest_intact(content: bytes) -> bool | None:
    """Tell whether a manifest is as it was written; None when it carries no seal (written by an earlier version)."""
    found = list(_IN_MANIFEST.finditer(content))
    if not found:
        return None
    start, end = found[-1].span(1)
    return found[-1][1].decode() == _hash(content[:start] + BLANK.encode() + content[end:])


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _line(record: Mapping[str, object]) -> bytes:
    """Return a record in characters that mean nothing to HTML, XML or PDF."""
    text = json.dumps(record, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    for char in "<>&-%":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode("ascii")


def _record(line: bytes) -> dict[str, Any]:
    if not line or len(line) > _LONGEST:
        return {}
    record = json.loads(line.decode("utf-8"))
    return record if isinstance(record, dict) else {}


def _last_line(content: bytes, suffix: str) -> re.Match[bytes] | None:
    """Find the seal of a text or a PDF at the end of the file, where only ours can stand."""
    if suffix in _TEXT:
        start = content.rfind(b"<!--" + MARK.encode())
        return _IN_TEXT.search(content, start) if start >= 0 else None
    if suffix == ".pdf":
        start = content.rfind(b"\n%" + MARK.encode())
        return _IN_PDF.search(content, start) if start >= 0 else None
    return None


def _with_line(content: bytes, suffix: str, record: Mapping[str, object]) -> bytes:
    if suffix in _TEXT:
        return content.rstrip() + b"\n<!--" + MARK.encode() + b" " + _line(record) + b"-->\n"
    head, mark, tail = content.rpartition(b"startxref")
    if not mark:
        return content
    # A comment may stand anywhere between objects, and before `startxref` it moves none of them.
    return head.rstrip(b"\r\n") + b"\n%" + MARK.encode() + b" " + _line(record) + b"\n" + mark + tail


def _unsealed(content: bytes, suffix: str) -> bytes:
    if suffix == ".png":
        for start, end, _ in reversed(list(_seal_chunks(content))):
            content = content[:start] + content[end:]
        return content
    match = _last_line(content, suffix)
    if match is None:
        return content
    return content[: match.start()] + (b"\n" if suffix == ".pdf" else b"") + content[match.end() :]


def _chunk(record: Mapping[str, object]) -> bytes:
    body = b"tEXt" + MARK.encode() + b"\0" + _line(record)
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _seal_chunks(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield start, end and text of every seal in a PNG; ValueError where it is not one, or ends in the middle of a chunk."""
    if not content.startswith(_PNG_HEAD):
        raise ValueError("no PNG")
    place, head = len(_PNG_HEAD), b"tEXt" + MARK.encode() + b"\0"
    while place < len(content):
        if place + 12 > len(content):
            raise ValueError("a PNG that ends in the middle of a chunk")
        end = place + 12 + struct.unpack_from(">I", content, place)[0]
        if end > len(content):
            raise ValueError("a PNG that ends in the middle of a chunk")
        body = content[place + 4 : end - 4]
        if body.startswith(head):
            yield place, end, body[len(head) :]
        place = end
