"""The Word file, read back by python-docx and as a package: real styles, captions that count, native three-line tables, the kind of data on every page, plain text only."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import docx
import numpy as np
import pytest
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.errors import LANGS, Lang
from hmsurvey.output.brief import compose_brief, write_brief
from hmsurvey.output.drawing import Studio
from hmsurvey.output.edition import Edition, whole_edition
from hmsurvey.output.figures import figure_jobs
from hmsurvey.output.word import plain, render_word
from hmsurvey.study import analyse, read_study
from tests.small_study import HOSTILE, small_study
from tests.test_brief import without

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def whole() -> tuple[Digest, Edition]:
    analysis = analyse(read_study(ROOT / "study.toml"))
    with Studio(0) as studio:
        studio.order([job for job in figure_jobs(analysis) if job[0] == "stages_index"], LANGS)
        return digest_of(analysis), whole_edition(analysis, (), studio.collect())


@pytest.fixture(scope="module")
def files(whole: tuple[Digest, Edition], tmp_path_factory: pytest.TempPathFactory) -> dict[Lang, Path]:
    folder = tmp_path_factory.mktemp("brief")
    return {lang: write_brief(whole[1], folder, digest=whole[0], lang=lang) for lang in LANGS}


@pytest.fixture(scope="module")
def briefs(files: dict[Lang, Path]) -> dict[Lang, Docx]:
    return {lang: docx.Document(str(path)) for lang, path in files.items()}


def of_style(document: Docx, name: str) -> list[str]:
    return [p.text for p in document.paragraphs if p.style is not None and p.style.name == name]


def parts_of(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name).decode("utf-8", "replace") for name in package.namelist()}


@pytest.mark.parametrize(
    ("lang", "tops"),
    [
        (
            "zh",
            [
                "主要结论",
                "各市情况",
                "企业差在哪里",
                "与另一期相比",
                "平台与问题",
                "对策建议",
                "结论的把握程度",
                "方法与数据来源",
            ],
        ),
        (
            "en",
            [
                "Main findings",
                "The cities",
                "What stops them",
                "Compared with the other wave",
                "Platforms and problems",
                "What to do",
                "How sure we are",
                "Method and data",
            ],
        ),
    ],
)
def test_headings_are_real_ones(briefs: dict[Lang, Docx], lang: Lang, tops: list[str]) -> None:
    assert len(of_style(briefs[lang], "Title")) == 1
    assert of_style(briefs[lang], "Heading 1") == tops
    assert of_style(briefs[lang], "Heading 2") and of_style(briefs[lang], "Heading 3")
    levels = [
        int(p.style.name[-1])
        for p in briefs[lang].paragraphs
        if p.style is not None and str(p.style.name).startswith("Heading")
    ]
    assert all(after - before <= 1 for before, after in pairwise(levels))  # no level is skipped


@pytest.mark.parametrize(("lang", "table", "figure"), [("zh", "表", "图"), ("en", "Table", "Figure")])
def test_captions_are_counted_by_word(briefs: dict[Lang, Docx], lang: Lang, table: str, figure: str) -> None:
    captions = [p for p in briefs[lang].paragraphs if p.style is not None and p.style.name == "Caption"]
    codes = [code.text.strip() for p in captions for code in p._p.iter(qn("w:instrText"))]
    assert codes.count(f"SEQ {table} \\* ARABIC") == len(briefs[lang].tables)
    assert codes.count(f"SEQ {figure} \\* ARABIC") == 1
    numbers = [int(found[1]) for p in captions if (found := re.match(rf"{table} (\d+)", p.text))]
    assert numbers == list(range(1, len(briefs[lang].tables) + 1))


@pytest.mark.parametrize("lang", LANGS)
def test_a_tables_caption_stands_above_it_and_a_figures_below(briefs: dict[Lang, Docx], lang: Lang) -> None:
    body = list(briefs[lang].element.body)
    for place, element in enumerate(body):
        if element.tag == qn("w:tbl"):
            assert body[place - 1].find(f".//{qn('w:pStyle')}").get(qn("w:val")) == "Caption"
        if element.find(f".//{qn('w:drawing')}") is not None:
            assert body[place + 1].find(f".//{qn('w:pStyle')}").get(qn("w:val")) == "Caption"


@pytest.mark.parametrize("lang", LANGS)
def test_tables_are_native_three_line_tables(briefs: dict[Lang, Docx], lang: Lang) -> None:
    for table in briefs[lang].tables:
        assert table.style is not None and table.style.name == "Three-Line Table"
        head = table.rows[0]
        assert head._tr.find(f".//{qn('w:tblHeader')}") is not None
        assert head.cells[0]._tc.find(f".//{qn('w:tcBorders')}/{qn('w:bottom')}") is not None
        for side in ("left", "right", "insideV", "insideH"):
            assert table._tbl.find(f".//{qn(f'w:{side}')}[@{qn('w:val')}='single']") is None
    style = next(s for s in briefs[lang].styles if s.name == "Three-Line Table")
    borders = style.element.find(f".//{qn('w:tblBorders')}")
    assert [border.tag for border in borders] == [qn("w:top"), qn("w:bottom")]


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_are_set_to_the_right_and_words_to_the_left(briefs: dict[Lang, Docx], lang: Lang) -> None:
    table = briefs[lang].tables[1]
    first, second = table.rows[1].cells[0].paragraphs[0], table.rows[1].cells[1].paragraphs[0]
    assert first.alignment is None and second.alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert [cell.text for cell in table.rows[1].cells][:7] == [
        {"zh": "丹东", "en": "Dandong"}[lang],
        "34",
        "14",
        "0",
        "1",
        "12",
        "1",
    ]


@pytest.mark.parametrize(
    ("lang", "words", "page"), [("zh", "模拟数据 · 内部资料", "PAGE"), ("en", "SYNTHETIC · Internal", "NUMPAGES")]
)
def test_every_page_says_what_data_these_are(briefs: dict[Lang, Docx], lang: Lang, words: str, page: str) -> None:
    section = briefs[lang].sections[0]
    assert len(briefs[lang].sections) == 1 and not section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == words
    codes = [code.text.strip() for code in section.footer._element.iter(qn("w:instrText"))]
    assert page in codes


def test_the_chinese_brief_is_set_like_an_official_document(briefs: dict[Lang, Docx]) -> None:
    fonts = {}
    for name in ("Title", "Heading 1", "Heading 2", "Normal"):
        fonts[name] = briefs["zh"].styles[name].element.find(f".//{qn('w:rFonts')}").get(qn("w:eastAsia"))
    assert fonts == {
        "Title": "方正小标宋简体",
        "Heading 1": "黑体",
        "Heading 2": "楷体_GB2312",
        "Normal": "仿宋_GB2312",
    }
    numbering = briefs["zh"].part.numbering_part.element
    number = briefs["zh"].styles["Heading 1"].element.find(f".//{qn('w:numId')}").get(qn("w:val"))
    levels = numbering.findall(f"{qn('w:abstractNum')}[@{qn('w:abstractNumId')}='{number}']/{qn('w:lvl')}")
    assert [level.find(qn("w:lvlText")).get(qn("w:val")) for level in levels] == ["%1、", "（%2）", "%3."]


@pytest.mark.parametrize("lang", LANGS)
def test_pictures_have_their_size_and_their_words(briefs: dict[Lang, Docx], lang: Lang) -> None:
    (shape,) = briefs[lang].inline_shapes
    assert shape.width.mm == pytest.approx(0.7 * 160)
    words = shape._inline.docPr.get("descr")
    assert "77%" in words and {"zh": "模拟数据", "en": "SYNTHETIC"}[lang] in words


@pytest.mark.parametrize("lang", LANGS)
def test_properties_say_what_it_is(briefs: dict[Lang, Docx], lang: Lang) -> None:
    about = briefs[lang].core_properties
    assert about.category == {"zh": "模拟数据", "en": "SYNTHETIC"}[lang]
    assert about.title.startswith({"zh": "辽宁省重金属企业", "en": "Informatisation"}[lang]) and "\n" not in about.title
    assert about.language == {"zh": "zh-CN", "en": "en-GB"}[lang] and about.author.startswith("hmsurvey")


def test_the_same_brief_has_the_same_bytes(whole: tuple[Digest, Edition], files: dict[Lang, Path]) -> None:
    document = compose_brief(whole[0], visibility="internal")
    again = render_word(document, lang="zh", pictures=whole[1].pictures["zh"])
    assert again == files["zh"].read_bytes()


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_in_it_runs_or_points_outside(files: dict[Lang, Path], lang: Lang) -> None:
    parts = parts_of(files[lang].read_bytes())
    assert not [name for name in parts if "vba" in name.lower() or "embeddings" in name]
    assert not [name for name, text in parts.items() if name.endswith(".rels") and 'TargetMode="External"' in text]
    for name, text in parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(text.encode("utf-8"))  # well-formed


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_names_are_plain_text(tmp_path: Path, lang: Lang) -> None:
    digest = digest_of(small_study(tmp_path, cities=HOSTILE, names=HOSTILE))
    content = render_word(compose_brief(digest, visibility="internal"), lang=lang)
    text = "\n".join(
        cell.text for table in docx.Document(BytesIO(content)).tables for row in table.rows for cell in row.cells
    )
    for name in HOSTILE:
        assert plain(name) in text
    assert "\u202e" not in text
    assert "<script>" not in parts_of(content)["word/document.xml"]


def test_control_characters_are_dropped() -> None:
    assert plain("a\x00b\x1fc\u202ed\u2066e\ufffef") == "abcdef"
    assert plain("一行\n二行\t三") == "一行\n二行\t三"


@pytest.mark.parametrize(("lang", "sign"), [("zh", "隐去"), ("en", "c")])
def test_hidden_cells_show_their_sign(whole: tuple[Digest, Edition], lang: Lang, sign: str) -> None:
    hidden = without(whole[0], "stages_questionnaire", [(5, "n_low"), (5, "share_low_pct")])  # Dandong
    content = render_word(compose_brief(hidden, visibility="public"), lang=lang)
    table = docx.Document(BytesIO(content)).tables[1]
    row = next(row for row in table.rows if row.cells[0].text in ("丹东", "Dandong"))
    assert row.cells[5].text == sign
    assert np.isnan(hidden["stages_questionnaire"].frame.at[5, "n_low"])
