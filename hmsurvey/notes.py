"""Comments on cells of a workbook that is there already: added to what the user wrote, and taken off again.

A comment is two things in the file, its text and a drawn box; both are kept in step here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count

from hmsurvey.package import Package, insert_before, xml_text
from hmsurvey.workbook import column_letters

_AUTHOR = "hmsurvey check"
_RULE = "── hmsurvey ──"  # stands between the user's own words and ours
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_AFTER_DRAWING = [
    "legacyDrawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "/worksheet",
]
_COMMENT = re.compile(r"<((?:\w+:)?comment)\b[^>]*>.*?</\1>", re.S)
_SHAPE = re.compile(r"<((?:\w+:)?shape)\s.*?</\1>", re.S)
_SPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_BOX_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_EMPTY_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    f"</o:shapelayout>{_BOX_TYPE}</xml>"
)
_LAST_COLUMN = 16383


def note_cells(package: Package, sheet: str, notes: Mapping[tuple[int, int], str]) -> None:
    """Put a comment on each cell (row, column from 0); a comment that is there keeps its words and gets ours below."""
    part = _comments_part(package, sheet) or _new_comments(package, sheet)
    xml = package.text(part)
    author, xml = _author(xml)
    ours = {f"{column_letters(column)}{row + 1}": text for (row, column), text in notes.items()}
    seen: set[str] = set()

    def joined(match: re.Match[str]) -> str:
        place = _place(match.group(0))
        if place not in ours:
            return match.group(0)
        seen.add(place)
        whole = re.sub(
            r"<((?:\w+:)?)text>\s*(<(?:\w+:)?t\b[^>]*>[^<]*</(?:\w+:)?t>)", r"<\1text><\1r>\2</\1r>", match.group(0)
        )
        return insert_before(whole, ("/text",), _run(f"\n{_RULE}\n{ours[place]}"))

    xml = _COMMENT.sub(joined, xml)
    new = {place: text for place, text in ours.items() if place not in seen}
    pieces = "".join(
        f'<comment xmlns="{_MAIN}" ref="{place}" authorId="{author}"><text>{_run(text)}</text></comment>'
        for place, text in new.items()
    )
    package.put(part, insert_before(xml, ("/commentList",), pieces))
    _draw(package, sheet, {at: text for at, text in notes.items() if f"{column_letters(at[1])}{at[0] + 1}" in new})


def remove_notes(package: Package, sheet: str) -> None:
    """Take off the comments that an earlier marking put on a sheet; the user's own words stay."""
    part = _comments_part(package, sheet)
    if not part or _AUTHOR not in package.text(part):
        return
    xml = package.text(part)
    author, _ = _author(xml)
    gone: set[str] = set()

    def cleaned(match: re.Match[str]) -> str:
        whole = match.group(0)
        if re.search(rf'\bauthorId="{author}"', whole.split(">", 1)[0]):
            gone.add(_place(whole))
            return ""
        whole = re.sub(rf"\n?{_RULE}[^<]*", "", whole)
        return re.sub(r"<((?:\w+:)?r)\b(?:(?!</\1>).)*<((?:\w+:)?t)\b[^>]*></\2></\1>", "", whole, flags=re.S)

    package.put(part, _COMMENT.sub(cleaned, xml))
    drawing = _related(package, sheet, "vmlDrawing")
    if drawing:

        def kept(match: re.Match[str]) -> str:
            row, column = (re.search(rf"<(?:\w+:)?{w}>\s*(\d+)", match.group(0)) for w in ("Row", "Column"))
            place = f"{column_letters(int(column[1]))}{int(row[1]) + 1}" if row and column else ""
            return "" if place in gone and 'ObjectType="Note"' in match.group(0) else match.group(0)

        package.put(drawing, _SHAPE.sub(kept, package.text(drawing)))


def _related(package: Package, sheet: str, kind: str) -> str:
    return next((r.target for r in package.relations(sheet) if r.kind == kind and r.target in package.parts), "")


def _comments_part(package: Package, sheet: str) -> str:
    return _related(package, sheet, "comments")


def _free_name(package: Package, pattern: str) -> str:
    return next(name for n in count(1) if (name := pattern.format(n)) not in package.parts)


def _new_comments(package: Package, sheet: str) -> str:
    part = _free_name(package, "xl/hmsurvey_comments{}.xml")
    empty = f'<comments xmlns="{_MAIN}"><authors></authors><commentList></commentList></comments>'
    package.put(part, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{empty}')
    package.relate(sheet, "comments", part)
    package.declare(part, _COMMENTS_TYPE)
    return part


def _place(comment: str) -> str:
    found = re.search(r'\bref="([^"]*)"', comment)
    return found.group(1) if found else ""


def _author(xml: str) -> tuple[int, str]:
    """Return our number among the authors, and the comments with us as one of them."""
    xml = re.sub(r"<((?:\w+:)?(?:authors|commentList))\s*/>", r"<\1></\1>", xml)
    names = re.findall(r"<(?:\w+:)?author(?:\s[^>]*)?(?:/>|>([^<]*)</)", xml)
    if _AUTHOR in names:
        return names.index(_AUTHOR), xml
    return len(names), insert_before(xml, ("/authors",), f'<author xmlns="{_MAIN}">{_AUTHOR}</author>')


def _run(text: str) -> str:
    look = '<rPr><sz val="9"/><rFont val="Microsoft YaHei"/><family val="2"/></rPr>'
    return f'<r xmlns="{_MAIN}">{look}<t xml:space="preserve">{xml_text(text)}</t></r>'


def _draw(package: Package, sheet: str, notes: Mapping[tuple[int, int], str]) -> None:
    drawing = _related(package, sheet, "vmlDrawing")
    if not drawing or "legacyDrawing " not in package.text(sheet):
        drawing = _free_name(package, "xl/drawings/hmsurvey_notes{}.vml")
        package.put(drawing, _EMPTY_DRAWING)
        package.declare(drawing, _DRAWING_TYPE, extension="vml")
        link = package.relate(sheet, "vmlDrawing", drawing)
        xml = package.text(sheet)
        start = max(
            xml.rfind(end) for end in ("</sheetData>", "sheetData/>", "</customSheetViews>", "</conditionalFormatting>")
        )
        piece = f'<legacyDrawing xmlns="{_MAIN}" xmlns:r="{_OFFICE}" r:id="{link}"/>'
        package.put(sheet, insert_before(xml, _AFTER_DRAWING, piece, start=max(start, 0)))
    xml = package.text(drawing)
    kind = "" if "_x0000_t202" in xml else _BOX_TYPE
    first = 1 + max(map(int, re.findall(r'id="_x0000_s(\d+)"', xml)), default=1025)
    boxes = "".join(_box(number, at, text) for number, (at, text) in enumerate(notes.items(), start=first))
    package.put(drawing, insert_before(xml, ("/xml",), _as_written(kind + boxes, xml)))


def _as_written(boxes: str, xml: str) -> str:
    """Return drawn boxes with the prefixes that a drawing's first element declares; what it does not declare, each box does.

    A prefix that only an element further in declares holds nowhere else.
    """
    first = re.search(r"<(?![?!])[^>]*>", xml)
    said = {uri: prefix for prefix, uri in re.findall(r'xmlns:(\w+)="([^"]*)"', first[0] if first else "")}
    missing = "".join(f' xmlns:{short}="{uri}"' for short, uri in _SPACES.items() if uri not in said)
    if missing:
        boxes = re.sub(r"<v:(shape|shapetype)(?=\s)", rf"<v:\1{missing}", boxes)
    for short, uri in _SPACES.items():
        if said.get(uri, short) != short:
            boxes = re.sub(rf"(</?|\s){short}:(?=\w)", rf"\1{said[uri]}:", boxes)
    return boxes


def _box(number: int, at: tuple[int, int], text: str) -> str:
    row, column = at
    lines = sum(1 + len(line) // 40 for line in text.split("\n"))
    left = min(column + 1, _LAST_COLUMN - 4)
    top = max(row - 1, 0)
    anchor = f"{left}, 12, {top}, 4, {left + 3}, 40, {top + max(3, lines)}, 4"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;width:300px;height:{20 * lines}px;'
        'z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )
