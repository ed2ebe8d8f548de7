"""How a Word document looks: fonts by name with their stand-ins, real heading styles, numbering, the page. Chinese in the manner of official documents (GB/T 9704).

Fonts are named, not shipped: an office computer in China has them; where one is missing, Word takes the names given beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from hmsurvey.errors import Lang

TEXT_MM = 160.0  # the width of text, tables and figures
TABLE_STYLE, CELL, HEAD_CELL, NOTE, NOTICE, POINT, PICTURE = (
    "Three-Line Table",
    "Table Text",
    "Table Head",
    "Table Note",
    "Notice",
    "Point",
    "Picture",
)
INK, SOFT, ACCENT = RGBColor(0x1F, 0x25, 0x29), RGBColor(0x47, 0x4F, 0x55), RGBColor(0x1B, 0x4F, 0x72)

# East Asian font, font of Latin letters and digits.
_SONG_TITLE, _HEI, _KAI, _FANG, _SONG = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"
STAND_INS = {
    _SONG_TITLE: "FZXiaoBiaoSong-B05S,方正小标宋_GBK,小标宋体,华文中宋,宋体,SimSun,Noto Serif CJK SC",
    _HEI: "SimHei,Heiti SC,Noto Sans CJK SC,Source Han Sans SC",
    _KAI: "楷体,KaiTi,KaiTi_GB2312,华文楷体,STKaiti,Kaiti SC,Noto Serif CJK SC",
    _FANG: "仿宋,FangSong,FangSong_GB2312,华文仿宋,STFangsong,Noto Serif CJK SC",
    _SONG: "SimSun,Songti SC,Noto Serif CJK SC",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One style: fonts, size and spacing in points; `indent` counts characters of the first line."""

    east: str
    latin: str
    size: float
    bold: bool = False
    colour: RGBColor = INK
    before: float = 0.0
    after: float = 0.0
    line: float = 0.0  # exact, in points; 0: single
    indent: int = 0
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT
    keep: bool = False


_CENTRE, _JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
_ROMAN, _ARIAL = "Times New Roman", "Arial"
LOOKS: dict[Lang, dict[str, Look]] = {
    "zh": {
        "Normal": Look(_FANG, _ROMAN, 12, line=18, indent=2, align=_JUSTIFY),
        "Title": Look(_SONG_TITLE, _ROMAN, 22, before=6, after=6, line=32, align=_CENTRE),
        "Subtitle": Look(_KAI, _ROMAN, 11, after=8, line=16, align=_CENTRE, colour=SOFT),
        "Heading 1": Look(_HEI, _ROMAN, 15, before=6, after=2, line=23, indent=2, keep=True),
        "Heading 2": Look(_KAI, _ROMAN, 13, before=4, after=1, line=21, indent=2, keep=True),
        "Heading 3": Look(_FANG, _ROMAN, 12, bold=True, before=2, line=20, indent=2, keep=True),
        "Caption": Look(_HEI, _ROMAN, 10.5, before=8, after=3, line=15, align=_CENTRE),
        POINT: Look(_FANG, _ROMAN, 12, line=18, indent=2, align=_JUSTIFY),
        NOTICE: Look(_KAI, _ROMAN, 12, before=2, after=6, line=19, align=_JUSTIFY),
        CELL: Look(_SONG, _ROMAN, 9.5, line=12),
        HEAD_CELL: Look(_HEI, _ROMAN, 9, bold=True, line=12),
        NOTE: Look(_SONG, _ROMAN, 8.5, line=11, after=2, colour=SOFT),
        PICTURE: Look(_SONG, _ROMAN, 10.5, before=6, align=_CENTRE, keep=True),
        "Header": Look(_HEI, _ROMAN, 9),
        "Footer": Look(_SONG, _ROMAN, 12, align=_CENTRE),
    },
    "en": {
        "Normal": Look(_SONG, _ARIAL, 10, after=4, line=13.5),
        "Title": Look(_HEI, _ARIAL, 20, bold=True, after=3, line=25, colour=ACCENT),
        "Subtitle": Look(_HEI, _ARIAL, 10.5, after=9, line=15, colour=SOFT),
        "Heading 1": Look(_HEI, _ARIAL, 15, bold=True, before=11, after=4, line=19, colour=ACCENT, keep=True),
        "Heading 2": Look(_HEI, _ARIAL, 12, bold=True, before=8, after=3, line=16, keep=True),
        "Heading 3": Look(_HEI, _ARIAL, 10.5, bold=True, before=5, after=2, line=15, keep=True),
        "Caption": Look(_HEI, _ARIAL, 9.5, bold=True, before=8, after=4, line=13),
        POINT: Look(_SONG, _ARIAL, 10, after=3, line=13.5),
        NOTICE: Look(_SONG, _ARIAL, 10, before=2, after=9, line=14.5),
        CELL: Look(_SONG, _ARIAL, 8.5, line=11.5),
        HEAD_CELL: Look(_HEI, _ARIAL, 7.5, bold=True, line=10),
        NOTE: Look(_SONG, _ARIAL, 7.5, line=9.5, after=2, colour=SOFT),
        PICTURE: Look(_SONG, _ARIAL, 10.5, before=6, keep=True),
        "Header": Look(_HEI, _ARIAL, 8.5),
        "Footer": Look(_SONG, _ARIAL, 9, align=WD_ALIGN_PARAGRAPH.RIGHT, colour=SOFT),
    },
}
_LEVELS = (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))


def dress(docx: Docx, lang: Lang) -> None:
    """Give an empty document its styles, fonts, numbering and page."""
    for name, look in LOOKS[lang].items():
        style = docx.styles[name] if name in docx.styles else docx.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if not isinstance(style, ParagraphStyle):
            raise TypeError(name)
        style.base_style = None if name == "Normal" else docx.styles["Normal"]
        style.quick_style, style.hidden = True, False
        _dress_style(style, look)
    docx.styles.element.append(parse_xml(_TABLE_XML.format(ns=nsdecls("w"), name=TABLE_STYLE)))
    _language(docx, lang)
    _stand_ins(docx, lang)
    if lang == "zh":
        _number_headings(docx)
    else:
        _bullets(docx)
    _set_page(docx, lang)


def _dress_style(style: ParagraphStyle, look: Look) -> None:
    element = style.element
    for tag in ("w:rPr", "w:pPr"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    font = style.font
    font.name, font.size, font.bold, font.color.rgb = look.latin, Pt(look.size), look.bold, look.colour
    set_east_asian(font.element, look.east, quotes=look.latin == _ROMAN)
    form = style.paragraph_format
    form.space_before, form.space_after, form.alignment = Pt(look.before), Pt(look.after), look.align
    if look.line:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    else:
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    form.keep_with_next, form.widow_control = look.keep, True
    if style.name and style.name.startswith("Heading"):
        level = int(style.name[-1]) - 1
        form.keep_together = True
        element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{level}"/>'))
    indent = f'<w:ind {nsdecls("w")} w:left="0" w:firstLineChars="{100 * look.indent}" w:firstLine="{round(20 * look.indent * look.size)}"/>'
    _place(element.get_or_add_pPr(), parse_xml(indent), before=("w:contextualSpacing", "w:jc", "w:outlineLvl"))


def _place(properties: Any, child: Any, *, before: tuple[str, ...]) -> None:
    """Put a property where the schema wants it: before the first of the properties that follow it."""
    for place, other in enumerate(properties):
        if other.tag in [qn(tag) for tag in before]:
            properties.insert(place, child)
            return
    properties.append(child)


def set_east_asian(run: Any, font: str, *, quotes: bool) -> None:
    """Name the font of Chinese characters of a style (python-docx names the Latin one only); with `quotes`, marks that both scripts have are set as Chinese ones."""
    fonts = run.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:cs"), fonts.get(qn("w:ascii"), font))
    if quotes:
        fonts.set(qn("w:hint"), "eastAsia")


def _language(docx: Docx, lang: Lang) -> None:
    for element in docx.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), "en-GB")
        element.set(qn("w:eastAsia"), "zh-CN")
    for element in docx.settings.element.iter(qn("w:themeFontLang")):
        element.set(qn("w:val"), "en-GB")
        element.set(qn("w:eastAsia"), "zh-CN")
    docx.core_properties.language = "zh-CN" if lang == "zh" else "en-GB"


def _stand_ins(docx: Docx, lang: Lang) -> None:
    """Name, for every font of the document, those that may stand in for it."""
    for relation in docx.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            used = dict.fromkeys(look.east for look in LOOKS[lang].values())
            fonts = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{STAND_INS[name]}"/><w:charset w:val="86"/>'
                f'<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
                for name in used
            )
            latin = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="00"/><w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
                for name, other, family in (
                    (_ROMAN, "Liberation Serif,Tinos", "roman"),
                    (_ARIAL, "Liberation Sans,Helvetica", "swiss"),
                )
            )
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            relation.target_part._blob = f"{head}<w:fonts {nsdecls('w')}>{fonts}{latin}</w:fonts>".encode()


def _number_headings(docx: Docx) -> None:
    """Number the headings 一、（一）1. by Word's own numbering, so that it stays right when somebody edits."""
    levels = "".join(
        f'<w:lvl w:ilvl="{k}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:pStyle w:val="Heading{k + 1}"/>'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{words}"/><w:lvlJc w:val="left"/></w:lvl>'
        for k, (kind, words) in enumerate(_LEVELS)
    )
    numbering = docx.part.numbering_part.element
    definition = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    first = numbering.find(qn("w:num"))
    first.addprevious(parse_xml(definition))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for k in range(len(_LEVELS)):
        properties = docx.styles[f"Heading {k + 1}"].element.get_or_add_pPr()
        number = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{k}"/><w:numId w:val="90"/></w:numPr>'
        _place(properties, parse_xml(number), before=("w:spacing", "w:ind", "w:jc", "w:outlineLvl"))


def _bullets(docx: Docx) -> None:
    """Set points off by a bullet."""
    numbering = docx.part.numbering_part.element
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="284" w:hanging="284"/></w:pPr></w:lvl>'
    )
    definition = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="91"><w:multiLevelType w:val="singleLevel"/>{level}</w:abstractNum>'
    numbering.find(qn("w:num")).addprevious(parse_xml(definition))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="91"/></w:num>'))
    properties = docx.styles[POINT].element.get_or_add_pPr()
    properties.remove(properties.find(qn("w:ind")))
    number = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="91"/></w:numPr>'
    _place(properties, parse_xml(number), before=("w:spacing", "w:ind", "w:jc"))


def _set_page(docx: Docx, lang: Lang) -> None:
    section = docx.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - TEXT_MM) / 2)
    top, bottom = (29, 23) if lang == "zh" else (26, 20)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.header_distance, section.footer_distance = Mm(14), Mm(12)


def style_id(name: str) -> str:
    """Return the id under which a style stands in the file: "Heading 1" -> "Heading1"."""
    return name.replace(" ", "")


_TABLE_XML = """
<w:style {ns} w:type="table" w:customStyle="1" w:styleId="ThreeLineTable">
  <w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>
  <w:tblPr><w:tblBorders>
    <w:top w:val="single" w:sz="12" w:space="0" w:color="1F2529"/><w:bottom w:val="single" w:sz="12" w:space="0" w:color="1F2529"/>
  </w:tblBorders><w:tblCellMar><w:top w:w="28" w:type="dxa"/><w:left w:w="42" w:type="dxa"/><w:bottom w:w="28" w:type="dxa"/><w:right w:w="42" w:type="dxa"/></w:tblCellMar></w:tblPr>
  <w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="1F2529"/></w:tcBorders></w:tcPr></w:tblStylePr>
</w:style>
"""
