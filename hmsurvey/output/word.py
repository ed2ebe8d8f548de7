"""A document as a Word file: heading styles, captions that Word counts, native three-line tables, figures with words for those who cannot see them.

The file holds no macro and points to nothing outside itself. What a user wrote enters as plain text, without characters that a document cannot hold or that would turn the text around them.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import docx as office
from docx.document import Document as Docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from hmsurvey import __version__
from hmsurvey.errors import Lang, Text
from hmsurvey.output.content import Drawing, Heading
from hmsurvey.output.document import Document, Minor, Notice, Point, Small, Top
from hmsurvey.output.edition import Picture
from hmsurvey.output.results import write_bytes
from hmsurvey.output.typesetting import width
from hmsurvey.output.views import BAR_COLOURS, TableView, set_text, view_table
from hmsurvey.output.word_styles import (
    CELL,
    HEAD_CELL,
    LOOKS,
    NOTE,
    NOTICE,
    PICTURE,
    POINT,
    TABLE_STYLE,
    TEXT_MM,
    dress,
    style_id,
)
from hmsurvey.provenance import NATURE_WORDS, definition_words
from hmsurvey.tables import Table

_DATE = dt.datetime(2024, 1, 1)
_ZIP_DATE = (2024, 1, 1, 0, 0, 0)
_COLUMN_POINTS = TEXT_MM * 72 / 25.4
_UNDIVIDED, _TOGETHER = (
    12,
    3,
)  # rows of a table that no page end divides; rows kept together at the ends of a longer one
_FIGURE_MM = 0.7 * TEXT_MM  # so that text and the head of a table find room below
_PADDING = 4.6  # of a cell, both sides, in points
_SLACKS = tuple(
    1.4 - 0.02 * k for k in range(16)
)  # office fonts, and what stands in for them, differ in width: as much air as the page has
_BROAD = 10  # columns from which an English table is set smaller
# Controls that XML cannot hold, and those that would turn the direction of all that follows.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_TABLE_WORD, _FIGURE_WORD = Text("表", "Table"), Text("图", "Figure")


def plain(text: str) -> str:
    """Return a text as it may enter a document.

    >>> plain("a\\x07b\\u202ec")
    'abc'
    """
    return _UNWANTED.sub("", text)


def write_word(document: Document, path: Path, *, lang: Lang, pictures: Sequence[Picture] = ()) -> Path:
    """Write a document as .docx, as a whole or not at all; the same document gives the same bytes.

    Parameters
    ----------
    document
        What it says.
    path
        Where to.
    lang
        The language.
    pictures
        The drawn figures; the document says by name which it wants, and goes without those that are not there.
    """
    return write_bytes(path, render_word(document, lang=lang, pictures=pictures))


def render_word(document: Document, *, lang: Lang, pictures: Sequence[Picture] = ()) -> bytes:
    """Return a document as the bytes of a .docx file."""
    docx = office.Document()
    for key, relation in list(docx.part.package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del docx.part.package.rels[key]  # the template's own
    dress(docx, lang)
    _Setter(docx, document, lang, pictures).set()
    written = BytesIO()
    docx.save(written)
    return _settled(written.getvalue())


def _settled(content: bytes) -> bytes:
    """Return a package whose parts bear no time of writing."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, old.read(name))
    return written.getvalue()


class _Setter:
    """Sets one document, piece by piece."""

    def __init__(self, docx: Docx, document: Document, lang: Lang, pictures: Sequence[Picture]) -> None:
        self.docx, self.document, self.lang = docx, document, lang
        self.pictures = {picture.name: picture for picture in pictures}
        self.n_tables = self.n_figures = 0

    def say(self, text: Text) -> str:
        """Return a text of ours in the document's language."""
        return plain(set_text(text, self.lang))

    def add(self, style: str, text: str = "") -> Paragraph:
        """Add a paragraph; its style is named by id, since looking it up by name takes most of the time."""
        paragraph = self.docx.add_paragraph(text)
        paragraph._p.style = style_id(style)
        return paragraph

    def set(self) -> None:
        """Set everything."""
        self._properties()
        self._running_lines()
        self.add("Title", self.say(self.document.title))
        if any(self.document.subtitle):
            self.add("Subtitle", self.say(self.document.subtitle))
        if any(self.document.imprint):
            self.add("Subtitle", self.say(self.document.imprint))
        styles = {Top: "Heading 1", Heading: "Heading 2", Minor: "Heading 3", Small: NOTE}
        for piece in self.document.pieces:
            if isinstance(piece, Top | Heading | Minor | Small):
                self.add(styles[type(piece)], self.say(piece.text))
            elif isinstance(piece, Point | Notice):
                self._lead(piece)
            elif isinstance(piece, Drawing):
                self._picture(piece.table)
            elif isinstance(piece, Table):
                self._table(piece)
            else:
                self.add("Normal", self.say(piece))

    def _properties(self) -> None:
        about, provenance, lang = self.docx.core_properties, self.document.provenance, self.lang
        about.title = (
            " ".join(self.say(self.document.title).split("\n"))
            if self.lang == "en"
            else self.say(self.document.title).replace("\n", "")
        )
        about.subject = self.say(self.document.subject)
        about.author = about.last_modified_by = f"hmsurvey {__version__}"
        about.comments, about.category = self.say(self.document.running), NATURE_WORDS[provenance.nature].of(lang)
        about.keywords = plain("; ".join(definition_words(d, lang) for d in provenance.definitions))[:255]
        about.created = about.modified = about.last_printed = _DATE
        about.revision = 1

    def _running_lines(self) -> None:
        section = self.docx.sections[0]
        colour = RGBColor.from_string(BAR_COLOURS[self.document.provenance.nature].removeprefix("#"))
        head = section.header.paragraphs[0]
        head.style = self.docx.styles["Header"]
        run = head.add_run(self.say(self.document.running))
        run.font.color.rgb, run.bold = colour, True
        line = f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="3" w:color="{colour}"/></w:pBdr>'
        properties = head._p.get_or_add_pPr()
        properties.insert(1, parse_xml(line))
        foot = section.footer.paragraphs[0]
        foot.style = self.docx.styles["Footer"]
        if self.lang == "zh":
            foot.add_run("— ")
            _field(foot, "PAGE", "1")
            foot.add_run(" —")
        else:
            foot.add_run("Page ")
            _field(foot, "PAGE", "1")
            foot.add_run(" of ")
            _field(foot, "NUMPAGES", "1")

    def _lead(self, piece: Point | Notice) -> None:
        paragraph = self.add(NOTICE if isinstance(piece, Notice) else POINT)
        gap = "" if self.lang == "zh" else " "
        paragraph.add_run(self.say(piece.lead) + (gap if any(piece.text) else "")).bold = True
        paragraph.add_run(self.say(piece.text))
        if isinstance(piece, Notice):
            colour = BAR_COLOURS[self.document.provenance.nature].removeprefix("#")
            sides = "".join(
                f'<w:{side} w:val="single" w:sz="8" w:space="5" w:color="{colour}"/>'
                for side in ("top", "left", "bottom", "right")
            )
            paragraph._p.get_or_add_pPr().insert(1, parse_xml(f"<w:pBdr {nsdecls('w')}>{sides}</w:pBdr>"))

    def _caption(self, word: Text, number: int, title: str, *, above: bool) -> None:
        """Set a caption that Word counts: 表 1, Table 1."""
        paragraph = self.add("Caption")
        paragraph.paragraph_format.keep_with_next = above
        paragraph.add_run(word.of(self.lang) + " ")
        _field(paragraph, f"SEQ {word.of(self.lang)} \\* ARABIC", str(number))
        paragraph.add_run(("\u3000" if self.lang == "zh" else "  ") + plain(title))

    def _picture(self, name: str) -> None:
        picture = self.pictures.get(name)
        if picture is None:
            return
        self.n_figures += 1
        paragraph = self.add(PICTURE)
        shape = paragraph.add_run().add_picture(BytesIO(picture.png), width=Mm(_FIGURE_MM))
        for side in ("distT", "distB", "distL", "distR"):
            shape._inline.set(side, "0")
        about, table = shape._inline.docPr, picture.table
        kind = NATURE_WORDS[table.provenance.nature].of(self.lang)
        about.set("name", f"{_FIGURE_WORD.en} {self.n_figures}")
        about.set("descr", plain(f"{picture.headline or table.title.of(self.lang)} ({kind})"))
        self._caption(_FIGURE_WORD, self.n_figures, set_text(table.title, self.lang), above=False)

    def _table(self, table: Table) -> None:
        self.n_tables += 1
        view = view_table(table, self.lang, {})
        self._caption(_TABLE_WORD, self.n_tables, view.title, above=True)
        grid = self.docx.add_table(rows=0, cols=len(view.header), style=TABLE_STYLE)
        grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        sizes = _sizes(view, self.lang)
        for rank, row in enumerate((view.header, *view.rows)):
            cells = grid.add_row().cells
            for cell, shown in zip(cells, row, strict=True):
                style = CELL if rank else HEAD_CELL
                size = sizes[0 if rank else 1]
                run = _fill(cell, plain(shown.text), style=style, numeric=shown.numeric, bold=rank - 1 in view.totals)
                run.font.size = None if size == LOOKS[self.lang][style].size else Pt(size)
        head = grid.rows[0]
        head._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        for cell in head.cells:
            line = f'<w:tcBorders {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="0" w:color="1F2529"/></w:tcBorders>'
            cell._tc.get_or_add_tcPr().append(parse_xml(line))
        for row_ in grid.rows:
            row_._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        wide = _column_widths(view, self.lang)
        for column, points in zip(grid.columns, wide, strict=True):
            column.width = Mm(points * 25.4 / 72)
            for cell in column.cells:
                cell.width = Mm(points * 25.4 / 72)
        rows = list(grid.rows)
        short = len(rows) <= _UNDIVIDED
        kind = NATURE_WORDS[table.provenance.nature].of(self.lang)
        about = Text(f"数据性质：{kind}。", f"Data: {kind}.").of(self.lang)
        notes = [*view.notes, *([about] if "kind" not in table.frame else [])]
        kept = rows if short else [*rows[:_TOGETHER], *rows[-_TOGETHER:]]
        for row_ in kept if notes else kept[:-1]:
            for cell in row_.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        if notes:
            self.add(NOTE, plain(("" if self.lang == "zh" else " ").join(notes)))


def _fill(cell: _Cell, text: str, *, style: str, numeric: bool, bold: bool) -> Run:
    paragraph = cell.paragraphs[0]
    paragraph._p.style = style_id(style)
    run = paragraph.add_run(text)
    run.bold = True if bold else None
    if numeric:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return run


def _field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field that Word works out, with what it shows until then."""
    for kind in ("begin", code, "separate", shown, "end"):
        run = paragraph.add_run(kind if kind == shown else "")
        if kind in ("begin", "separate", "end"):
            run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'))
        elif kind == code:
            run._r.append(parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve"> {code} </w:instrText>'))


def _column_widths(view: TableView, lang: Lang) -> list[float]:
    """Share the width of the text among the columns, in points: numbers get what they need, words share the rest."""
    for slack in _SLACKS:
        need, least = _column_needs(view, _sizes(view, lang), slack)
        if sum(least) <= _COLUMN_POINTS:
            break
    room = _COLUMN_POINTS - sum(least)
    if room <= 0:
        return [_COLUMN_POINTS * part / sum(least) for part in least]
    wanted = [more - less for more, less in zip(need, least, strict=True)]
    whole = sum(wanted)
    if whole <= room:
        spare = (room - whole) / len(need)
        return [part + spare for part in need]
    return [less + room * more / whole for less, more in zip(least, wanted, strict=True)]


def _sizes(view: TableView, lang: Lang) -> tuple[float, float]:
    """Return the sizes of type of a table's cells and heads."""
    cell, head = LOOKS[lang][CELL].size, LOOKS[lang][HEAD_CELL].size
    return (cell - 0.5, head - 0.5) if lang == "en" and len(view.header) >= _BROAD else (cell, head)


def _column_needs(view: TableView, sizes: tuple[float, float], slack: float) -> tuple[list[float], list[float]]:
    """Return what each column would like and what it needs at least, in points, letters taken `slack` times as wide as they are counted."""
    size, head_size = sizes
    need, least = [], []
    for place, head in enumerate(view.header):
        texts = [row[place].text for row in view.rows]
        longest = slack * max((width(text, size, bold=head.numeric) for text in texts), default=0.0) + _PADDING
        word = slack * max((width(part, head_size, bold=True) for part in _unbroken(head.text)), default=0.0) + _PADDING
        least.append(max(word, longest if head.numeric else min(longest, 60.0)))
        need.append(max(least[-1], min(longest, 260.0), min(width(head.text, head_size, bold=True) + _PADDING, 70.0)))
    return need, least


def _unbroken(text: str) -> list[str]:
    """Return the pieces of a heading that a line cannot be broken in: words, and four Chinese characters."""
    return [piece[:4] if not piece.isascii() else piece for piece in text.split()]


__all__ = ["plain", "render_word", "write_word"]
