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
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_AFTER_FORMATS = ["dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst", "/worksheet"]
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
    if path.suffix.lower() == ".csv":
        return write_whole(out, lambda part: _write_list(part, findings, lang))
    package = read_package(path)
    book, sheets = sheet_parts(package)
    by_sheet: dict[str, dict[tuple[int, int], list[Finding]]] = {}
    for finding in findings:
        sheet = _sheet_of(finding)
        if sheet in sheets and min(finding.at) >= 0:
            by_sheet.setdefault(sheet, {}).setdefault(finding.at, []).append(finding)
    for name, part in sheets.items():
        if name == FINDINGS_SHEET or part not in package.parts:
            continue
        _unmark(package, part)
        if name in by_sheet:
            _mark(package, book, part, by_sheet[name], lang)
    _add_list(package, book, sheets, findings, lang)
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
        xml = re.sub(
            r"<(?:\w+:)?cfRule\b(?:(?!</(?:\w+:)?cfRule>).)*?hmsurvey.*?</(?:\w+:)?cfRule>", "", xml, flags=re.S
        )
        xml = re.sub(r"<((?:\w+:)?conditionalFormatting)\b[^>]*>\s*</\1>", "", xml)
        package.put(part, xml)
    remove_notes(package, part)


def _mark(package: Package, book: str, part: str, cells: dict[tuple[int, int], list[Finding]], lang: Lang) -> None:
    worst: dict[str, list[str]] = {level: [] for level in LEVELS}
    for at, found in cells.items():
        worst[min((f.level for f in found), key=LEVELS.index)].append(_cell(at))
    first = _add_colours(package, book)
    xml = package.text(part)
    xml = re.sub(r'(<(?:\w+:)?cfRule\b[^>]*?\bpriority=")(\d+)', lambda m: f"{m[1]}{int(m[2]) + len(LEVELS)}", xml)
    rules = ""
    for place, level in enumerate(LEVELS):
        if worst[level]:
            rule = (
                f'<cfRule type="expression" dxfId="{first + place}" priority="{place + 1}">'
                f"<formula>{_TRUE}</formula></cfRule>"
            )
            rules += f'<conditionalFormatting xmlns="{_MAIN}" sqref="{" ".join(worst[level])}">{rule}</conditionalFormatting>'
    start = max(
        xml.rfind(end) for end in ("</sheetData>", "</customSheetViews>", "</conditionalFormatting>", "sheetData/>")
    )
    package.put(part, insert_before(xml, _AFTER_FORMATS, rules, start=max(start, 0)))
    note_cells(package, part, {at: "\n\n".join(_note(f, lang) for f in found) for at, found in cells.items()})


def _add_colours(package: Package, book: str) -> int:
    """Add a conditional style a level to the workbook; return the number of the first."""
    part = next(r.target for r in package.relations(book) if r.kind == "styles")
    xml = package.text(part)
    styles = "".join(
        f'<dxf xmlns="{_MAIN}"><fill><patternFill patternType="solid"><fgColor rgb="{COLOURS[level]}"/>'
        f'<bgColor rgb="{COLOURS[level]}"/></patternFill></fill></dxf>'
        for level in LEVELS
    )
    xml = re.sub(r"<((?:\w+:)?dxfs)\b([^>]*)/>", r"<\1\2></\1>", xml)
    found = re.search(r"<((?:\w+:)?dxfs)\b[^>]*>(.*?)</\1>", xml, flags=re.S)
    if found is None:
        after = ("tableStyles", "colors", "extLst", "/styleSheet")
        start = max(xml.rfind(end) for end in ("</cellStyles>", "</cellXfs>"))
        package.put(
            part, insert_before(xml, after, f'<dxfs xmlns="{_MAIN}" count="{len(LEVELS)}">{styles}</dxfs>', start=start)
        )
        return 0
    if styles in found.group(2):  # of an earlier marking
        return len(re.findall(r"<(?:\w+:)?dxf[\s/>]", found.group(2)[: found.group(2).index(styles)]))
    n = len(re.findall(r"<(?:\w+:)?dxf[\s/>]", found.group(2)))
    block = re.sub(r'\bcount="\d+"', f'count="{n + len(LEVELS)}"', found.group(0), count=1)
    end = block.rindex("</")
    package.put(part, xml[: found.start()] + block[:end] + styles + block[end:] + xml[found.end() :])
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


def _add_list(package: Package, book: str, sheets: dict[str, str], findings: Sequence[Finding], lang: Lang) -> None:
    part = FINDINGS_PART
    if FINDINGS_SHEET in sheets:
        part = sheets[FINDINGS_SHEET]
    else:
        link = package.relate(book, "worksheet", part)
        package.declare(part, _SHEET_TYPE)
        xml = package.text(book)
        number = 1 + max(map(int, re.findall(r'\bsheetId="(\d+)"', xml)), default=0)
        entry = f'<sheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}" name="{FINDINGS_SHEET}" sheetId="{number}" r:id="{link}"/>'
        package.put(book, insert_before(xml, ("/sheets",), entry))
    package.put(part, _list_xml(findings, lang))


def _list_xml(findings: Sequence[Finding], lang: Lang) -> str:
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
        f'<autoFilter ref="A1:{column_letters(len(_HEADS) - 1)}{len(table)}"/>'
        + (f"<hyperlinks>{links}</hyperlinks>" if links else "")
        + "</worksheet>"
    )


def _write_list(out: Path, findings: Sequence[Finding], lang: Lang) -> None:
    import datetime as dt

    import xlsxwriter

    with xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"author": "hmsurvey", "created": dt.datetime(2000, 1, 1)})
        sheet = book.add_worksheet(FINDINGS_SHEET)
        sheet.freeze_panes(1, 0)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        colours = {level: book.add_format({"bg_color": f"#{COLOURS[level][2:]}", "valign": "top"}) for level in LEVELS}
        for column, (head, width) in enumerate(_HEADS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head.of(lang), book.add_format({"bold": True}))
        for row, finding in enumerate(findings, start=1):
            for column, text in enumerate(_row_of(finding, lang)):
                sheet.write_string(row, column, text, wrapped if column else colours[finding.level])
        sheet.autofilter(0, 0, max(len(findings), 1), len(_HEADS) - 1)
