"""The same workbook back, with every finding where it belongs: coloured cells, comments, a list with links.

Colours are a conditional format and comments are added to those that are there, so nothing of the user's is changed; marking a workbook
again takes the old marks off first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from hmsurvey.errors import Lang, Text
from hmsurvey.findings import LEVEL_WORDS, LEVELS, Finding
from hmsurvey.formulas import column_number
from hmsurvey.notes import note_cells, remove_notes
from hmsurvey.package import (
    Package,
    insert_before,
    read_package,
    sheet_parts,
    write_package,
    xml_text,
)
from hmsurvey.workbook import FINDINGS_SHEET, column_letters, write_whole

COLOURS = {"error": "FFF4B6AE", "warning": "FFFCE29A", "note": "FFCFE3F1"}
FINDINGS_PART = (
    "xl/worksheets/hmsurvey_findings.xml"  # other programs rename it when they save; so we know our own copies
)
_TRUE = '"hmsurvey"="hmsurvey"'  # the conditional format by which marks are known again
_OURS = re.compile(
    r"<((?:\w+:)?)cfRule\b[^>]*>\s*<\1formula>" + _TRUE.replace('"', '(?:"|&quot;)') + r"</\1formula>\s*</\1cfRule>"
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_AFTER_FORMATS = [
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "/worksheet",
]
_HEADS = (
    (Text("级别", "Level"), 9),
    (Text("位置", "Cell"), 22),
    (Text("单位", "Unit"), 16),
    (Text("题目", "Question"), 16),
    (Text("问题", "What is wrong"), 48),
    (Text("实际", "Found"), 28),
    (Text("允许", "Allowed"), 48),
    (Text("处理", "What to do"), 44),
)
_LONGEST = 1000
_LARGE = 10_000  # rows of a merged range; larger ones are whole columns
_STYLE = re.compile(r"<(?:\w+:)?dxf[\s/>]")
_N_STYLES = len(LEVELS) + 1
_STYLES = "".join(
    f'<dxf xmlns="{_MAIN}">{font}<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor rgb="{colour}"/>'
    "</patternFill></fill></dxf>"
    for font, colour in (*(("", COLOURS[level]) for level in LEVELS), ("<font><b/></font>", "FFE3EEF5"))
)
_PLAIN = (
    '<fonts count="1"><font><sz val="10"/><name val="Microsoft YaHei"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    "<border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
)
_EMPTY = {  # a workbook without sheets, for the list of a CSV file
    "[Content_Types].xml": (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        b'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        b'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<workbook xmlns="{_MAIN}"><sheets></sheets></workbook>'.encode()
    ),
}


def mark_workbook(path: str | Path, findings: Sequence[Finding], out: str | Path, *, lang: Lang = "zh") -> Path:
    """Write a copy of a workbook with its findings marked; of a CSV file, an .xlsx with the list of them.

    Parameters
    ----------
    path
        The workbook that was checked; it is not changed.
    findings
        What `check_answers` found in it.
    out
        The copy to write.
    lang
        The language of comments and list.

    Raises
    ------
    UsageError
        The copy cannot be written.
    """
    path, out = Path(path), Path(out)
    package = Package(dict(_EMPTY)) if path.suffix.lower() == ".csv" else read_package(path)
    book, sheets = sheet_parts(package)
    style = _add_styles(package, book)
    by_sheet: dict[str, dict[tuple[int, int], list[Finding]]] = {}
    for finding in findings:
        sheet = _sheet_of(finding)
        for at in (finding.at, *finding.also_at):
            if sheet in sheets and min(at) >= 0:
                by_sheet.setdefault(sheet, {}).setdefault(at, []).append(finding)
    for name, part in sheets.items():
        if name == FINDINGS_SHEET or part not in package.parts:
            continue
        _unmark(package, part)
        if name in by_sheet:
            _mark(package, part, by_sheet[name], style, lang)
    _add_list(package, book, sheets, _list_xml(findings, style, lang))
    return write_whole(out, lambda part: write_package(package, part))


def is_marked_copy(path: Path) -> bool:
    """Tell whether a file is a marked copy that nobody has saved since it was written here."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return FINDINGS_PART in archive.namelist()


def _sheet_of(finding: Finding) -> str:
    return finding.place.rsplit("!", 1)[0] if "!" in finding.place else ""


def _cell(at: tuple[int, int]) -> str:
    return f"{column_letters(at[1])}{at[0] + 1}"


def _unmark(package: Package, part: str) -> None:
    xml = package.text(part)
    if _TRUE in xml or xml_text(_TRUE) in xml:
        xml = _OURS.sub("", xml)
        xml = re.sub(r"<((?:\w+:)?conditionalFormatting)\b[^>]*>\s*</\1>", "", xml)
        package.put(part, _shifted(xml, -len(LEVELS)))
    remove_notes(package, part)


def _shifted(xml: str, by: int) -> str:
    """Make the conditional formats that are there give way to ours, or take their place again."""
    return re.sub(
        r'(<(?:\w+:)?cfRule\b[^>]*?\bpriority=")(\d+)', lambda match: f"{match[1]}{max(int(match[2]) + by, 1)}", xml
    )


def _mark(package: Package, part: str, cells: dict[tuple[int, int], list[Finding]], style: int, lang: Lang) -> None:
    xml = package.text(part)
    cells = _by_shown_cell(cells, xml)
    worst: dict[str, list[str]] = {level: [] for level in LEVELS}
    for at, found in cells.items():
        worst[min((f.level for f in found), key=LEVELS.index)].append(_cell(at))
    xml = _shifted(xml, len(LEVELS))
    rules = "".join(
        _rule(" ".join(worst[level]), _TRUE, style + place, place + 1)
        for place, level in enumerate(LEVELS)
        if worst[level]
    )
    start = max(
        xml.rfind(end) for end in ("</sheetData>", "</customSheetViews>", "</conditionalFormatting>", "sheetData/>")
    )
    package.put(part, insert_before(xml, _AFTER_FORMATS, rules, start=max(start, 0)))
    note_cells(package, part, {at: "\n\n".join(_note(f, lang) for f in found) for at, found in cells.items()})


def _by_shown_cell(cells: dict[tuple[int, int], list[Finding]], xml: str) -> dict[tuple[int, int], list[Finding]]:
    """Move what concerns a cell hidden in merged ones to the first of them."""
    first: dict[tuple[int, int], tuple[int, int]] = {}
    for letters, top, end, bottom in re.findall(r'mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"', xml):
        corner = (int(top) - 1, column_number(letters))
        if int(bottom) - int(top) < _LARGE:
            area = ((r, c) for r in range(corner[0], int(bottom)) for c in range(corner[1], column_number(end) + 1))
            first.update(dict.fromkeys(area, corner))
    moved: dict[tuple[int, int], list[Finding]] = {}
    for at, found in cells.items():
        moved.setdefault(first.get(at, at), []).extend(found)
    return moved


def _rule(where: str, formula: str, style: int, priority: int) -> str:
    """Return a conditional format: this style where the formula holds."""
    rule = f'<cfRule type="expression" dxfId="{style}" priority="{priority}"><formula>{xml_text(formula)}</formula></cfRule>'
    return f'<conditionalFormatting xmlns="{_MAIN}" sqref="{where}">{rule}</conditionalFormatting>'


def _add_styles(package: Package, book: str) -> int:
    """Add a conditional style a level, and one for the list's head, to the workbook; return the number of the first."""
    part = next((r.target for r in package.relations(book) if r.kind == "styles"), "")
    if part not in package.parts:
        part = "xl/styles.xml"
        package.put(part, f'<?xml version="1.0" encoding="UTF-8"?>\n<styleSheet xmlns="{_MAIN}">{_PLAIN}</styleSheet>')
        package.relate(book, "styles", part)
        package.declare(part, _STYLES_TYPE)
    xml = re.sub(r"<((?:\w+:)?dxfs)\b([^>]*)/>", r"<\1\2></\1>", package.text(part))
    found = re.search(r"<((?:\w+:)?dxfs)\b[^>]*>(.*?)</\1>", xml, flags=re.S)
    if found is None:
        start = max(0, *(xml.rfind(end) for end in ("</cellStyles>", "</cellXfs>")))
        new = f'<dxfs xmlns="{_MAIN}" count="{_N_STYLES}">{_STYLES}</dxfs>'
        package.put(part, insert_before(xml, ("tableStyles", "colors", "extLst", "/styleSheet"), new, start=start))
        return 0
    there = found.group(2)
    if _STYLES in there:  # of an earlier marking
        return len(_STYLE.findall(there[: there.index(_STYLES)]))
    n = len(_STYLE.findall(there))
    block = re.sub(r'\bcount="\d+"', f'count="{n + _N_STYLES}"', found.group(0), count=1)
    end = block.rindex("</")
    package.put(part, xml[: found.start()] + block[:end] + _STYLES + block[end:] + xml[found.end() :])
    return n


def _note(finding: Finding, lang: Lang) -> str:
    heads = {"zh": ("实际", "允许", "处理"), "en": ("Found", "Allowed", "Fix")}[lang]
    mark = "：" if lang == "zh" else ": "
    lines = [f"{LEVEL_WORDS[finding.level].of(lang)}{mark}{finding.what.of(lang)}"]
    for head, value in zip(heads, (finding.found, finding.allowed.of(lang), finding.fix.of(lang)), strict=True):
        lines += [f"{head}{mark}{value[:_LONGEST]}"] if value else []
    return "\n".join(lines)


def _row_of(finding: Finding, lang: Lang) -> tuple[str, ...]:
    level = LEVEL_WORDS[finding.level].of(lang)
    words = (finding.what.of(lang), finding.found, finding.allowed.of(lang), finding.fix.of(lang))
    return (level, finding.place, finding.unit, finding.question, *(word[:_LONGEST] for word in words))


def _link(finding: Finding) -> str:
    """Return where in the workbook a finding is, as a link takes it."""
    sheet = _sheet_of(finding)
    if not sheet:
        return ""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{_cell((max(finding.at[0], 0), max(finding.at[1], 0)))}"


def _add_list(package: Package, book: str, sheets: dict[str, str], content: str) -> None:
    part = sheets.get(FINDINGS_SHEET, FINDINGS_PART)
    package.put(part, content)
    if FINDINGS_SHEET in sheets:
        return
    link = package.relate(book, "worksheet", part)
    package.declare(part, _SHEET_TYPE)
    xml = package.text(book)
    number = 1 + max(map(int, re.findall(r'\bsheetId="(\d+)"', xml)), default=0)
    entry = f'<sheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}" name="{FINDINGS_SHEET}" sheetId="{number}" r:id="{link}"/>'
    package.put(book, insert_before(xml, ("/sheets",), entry))


def _list_xml(findings: Sequence[Finding], style: int, lang: Lang) -> str:
    def cell(row: int, column: int, text: str) -> str:
        shown = f'<is><t xml:space="preserve">{xml_text(text)}</t></is>'
        return f'<c r="{column_letters(column)}{row}" t="inlineStr">{shown}</c>' if text else ""

    table = [tuple(head.of(lang) for head, _ in _HEADS), *(_row_of(finding, lang) for finding in findings)]
    rows = "".join(
        f'<row r="{r}">' + "".join(cell(r, c, text) for c, text in enumerate(row)) + "</row>"
        for r, row in enumerate(table, start=1)
    )
    widths = "".join(
        f'<col min="{c}" max="{c}" width="{width}" customWidth="1"/>' for c, (_, width) in enumerate(_HEADS, start=1)
    )
    last = column_letters(len(_HEADS) - 1)
    rules = _rule(f"A1:{last}1", "TRUE", style + len(LEVELS), 1) + "".join(
        _rule(f"A2:A{len(table)}", f'A2="{LEVEL_WORDS[level].of(lang)}"', style + place, place + 2)
        for place, level in enumerate(LEVELS)
    )
    links = "".join(
        f'<hyperlink ref="B{r}" location="{xml_text(link)}" display="{xml_text(finding.place)}"/>'
        for r, finding in enumerate(findings, start=2)
        if (link := _link(finding))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}">'
        '<sheetPr><tabColor rgb="FFB03A2E"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{rows}</sheetData>"
        f'<autoFilter ref="A1:{last}{len(table)}"/>{rules}'
        + (f"<hyperlinks>{links}</hyperlinks>" if links else "")
        + "</worksheet>"
    )
