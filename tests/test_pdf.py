"""The report as PDF says what the tables say, in both languages, on pages that name the kind of their data; nothing on them is cut and nothing of a user's is markup."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from printing import edition
from pypdf import PdfReader
from small_study import HOSTILE, small_study

from hmsurvey.errors import LANGS, Lang, Text
from hmsurvey.output.columns import LANDSCAPE, PORTRAIT, fit_table
from hmsurvey.output.content import Section
from hmsurvey.output.edition import Edition, whole_edition
from hmsurvey.output.figure_pdf import figure_pdf
from hmsurvey.output.figures import figures_of, write_figure
from hmsurvey.output.lettering import lettered
from hmsurvey.output.pdf import render_pdf, write_pdf
from hmsurvey.output.sections import sections_of
from hmsurvey.output.views import view_table
from hmsurvey.provenance import NATURE_WORDS
from hmsurvey.sealing import read_seal
from hmsurvey.study import Analysis, analyse, read_study
from hmsurvey.tables import Column, Table

ROOT = Path(__file__).resolve().parents[1]


def squeezed(text: str) -> str:
    """Text without any white space or place to break: what a reader sees, wherever lines end."""
    return re.sub(r"[\s\u200b\u00ad]+", "", text)


def text_of(reader: PdfReader) -> str:
    """The text of all pages in reading order, without what stands on each."""
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    head = pages[0][: next((k for k, chars in enumerate(zip(*pages, strict=False)) if len(set(chars)) > 1), 0)]
    foot = re.compile(r"hmsurvey\d+\.\d+\.\d+\d*/?\d+/\d+$")
    return "".join(foot.sub("", page.removeprefix(head)) for page in pages)


def fonts_of(reader: PdfReader) -> dict[str, bool]:
    """Name of every font of the pages (without its subset's mark) -> whether it stands in the file."""
    found = {}
    for page in reader.pages:
        fonts = page["/Resources"].get_object().get("/Font", {})
        for font in fonts.get_object().values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            about = inner["/FontDescriptor"].get_object()
            name = str(about["/FontName"]).lstrip("/").split("+")[-1]
            found[name] = any(key in about for key in ("/FontFile2", "/FontFile3", "/FontFile"))
    return found


@pytest.fixture(scope="module")
def study() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def report(study: Analysis) -> Edition:
    return whole_edition(study, sections_of(study, cases=()))


@pytest.fixture(scope="module")
def readers(report: Edition) -> dict[Lang, PdfReader]:
    return {lang: PdfReader(BytesIO(render_pdf(report, lang=lang))) for lang in LANGS}


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_of_the_sections_is_in_the_text(
    report: Edition, readers: dict[Lang, PdfReader], lang: Lang
) -> None:
    text = text_of(readers[lang])
    straight = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "…": "..."}) if lang == "en" else {}
    for section in report.sections:
        for paragraph in (section.title, *section.paragraphs):
            # A page may end within a paragraph; each sentence's beginning is still there.
            for sentence in re.split(r"(?<=[。；])|(?<=\. )", paragraph.of(lang).translate(straight)):
                assert squeezed(sentence)[:25] in text, (section.code, sentence)


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_names_the_kind_of_its_data_and_who_may_see_it(readers: dict[Lang, PdfReader], lang: Lang) -> None:
    pages = readers[lang].pages
    kind, inside = NATURE_WORDS["synthetic"].of(lang), Text("内部资料", "Internal").of(lang)
    for number, page in enumerate(pages, start=1):
        text = squeezed(page.extract_text())
        assert squeezed(f"{kind}·{inside}") in text
        assert f"{number}/{len(pages)}" in text


@pytest.mark.parametrize("lang", LANGS)
def test_fonts_are_in_the_file_and_no_letter_is_lost(readers: dict[Lang, PdfReader], lang: Lang) -> None:
    fonts = fonts_of(readers[lang])
    assert fonts and all(fonts.values())
    assert all(name.startswith(("NotoSansSC", "DejaVuSans")) for name in fonts)
    assert "〓" not in text_of(readers[lang])


@pytest.mark.parametrize("lang", LANGS)
def test_the_file_says_what_it_is(report: Edition, readers: dict[Lang, PdfReader], lang: Lang) -> None:
    reader = readers[lang]
    assert reader.metadata is not None
    assert reader.metadata.title == report.study.label.of(lang)
    assert NATURE_WORDS["synthetic"].of(lang) in str(reader.metadata.subject)
    assert "/CreationDate" not in reader.metadata
    assert str(reader.trailer["/Root"].get_object()["/Lang"]).startswith(lang)
    titles = [squeezed(str(entry["/Title"])) for entry in reader.outline if not isinstance(entry, list)]
    wanted = [squeezed(s.title.of(lang)) for s in report.sections] + [squeezed(Text("宽表", "Wide tables").of(lang))]
    assert [re.sub(r"^\d+", "", title) for title in titles] == wanted


@pytest.mark.parametrize("lang", LANGS)
def test_pages_on_their_side_are_the_last(readers: dict[Lang, PdfReader], lang: Lang) -> None:
    """Within the text they would leave the pages before them half empty; where a wide table belongs, its page is named."""
    pages = readers[lang].pages
    lying = [page.mediabox.width > page.mediabox.height for page in pages]
    first = lying.index(True)
    assert all(lying[first:]) and first > 10
    named = Text(r"见第(\d+)页", r"standsonpage(\d+)").of(lang)
    found = [int(n) for page in pages[:first] for n in re.findall(named, squeezed(page.extract_text()))]
    assert found and found == sorted(found) and all(first < n <= len(pages) for n in found)


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_stands_outside_the_margins(readers: dict[Lang, PdfReader], lang: Lang) -> None:
    for page in readers[lang].pages:
        width = float(page.mediabox.width)
        seen: list[float] = []

        def visit(text: str, outer: list[float], own: list[float], *_: object, seen: list[float] = seen) -> None:
            if text.strip():
                seen.append(own[4] * outer[0] + own[5] * outer[2] + outer[4])

        page.extract_text(visitor_text=visit)
        assert seen and min(seen) > 40 and max(seen) < width - 40


@pytest.mark.parametrize("lang", LANGS)
def test_columns_hold_their_longest_word_and_fit_the_page(report: Edition, lang: Lang) -> None:
    for section in report.sections:
        for table in section.tables:
            fit = fit_table(view_table(table, lang, report.colours))
            room = LANDSCAPE if fit.landscape else PORTRAIT
            assert all(sum(fit.widths[c] for c in part) <= room + 0.1 for part in fit.parts), table.code
            assert {c for part in fit.parts for c in part} == set(range(len(table.columns))), table.code


def wide_table(n: int, study: Analysis) -> Table:
    columns = tuple(Column(f"c{k}", Text(f"第{k}列", f"Column{k}"), "number") for k in range(n))
    frame = pd.DataFrame({c.code: [1234.5 + k, 9876.5] for k, c in enumerate(columns)})
    return Table(frame, study.provenance, "wide", Text("宽表", "A wide table"), columns)


@pytest.mark.parametrize("n", [3, 16, 30, 60])
def test_a_wide_table_is_never_cut(study: Analysis, n: int) -> None:
    section = Section("wide", Text("宽", "Wide"), (wide_table(n, study),))
    pdf = render_pdf(whole_edition(study, (Section("summary", Text("摘要", "Summary")), section)), lang="en")
    text = text_of(PdfReader(BytesIO(pdf)))
    for k in range(n):
        assert f"{1234.5 + k:.1f}" in text


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    analysis = small_study(tmp_path / "study")
    first = write_pdf(edition(analysis, drawn=["zh"]), tmp_path / "a", lang="zh")[0].read_bytes()
    second = write_pdf(edition(analysis, drawn=["zh"]), tmp_path / "b", lang="zh")[0].read_bytes()
    assert first == second and first.startswith(b"%PDF-")


@pytest.mark.parametrize("lang", LANGS)
def test_the_bulletin_is_short_and_names_the_technical_report(report: Edition, tmp_path: Path, lang: Lang) -> None:
    paths = write_pdf(report, tmp_path, lang=lang)
    assert [path.name for path in paths] == [f"report.{lang}.pdf", f"technical.{lang}.pdf"]
    bulletin, technical = (PdfReader(path) for path in paths)
    assert len(bulletin.pages) <= 14  # figures aside: with them some twenty-five
    assert all(page.mediabox.height > page.mediabox.width for page in bulletin.pages), (
        "no table needs a page on its side"
    )
    first = squeezed(bulletin.pages[0].extract_text())
    assert f"technical.{lang}.pdf" in first and squeezed(Text("公报", "Bulletin").of(lang)) in first
    assert f"report.{lang}.pdf" in squeezed(technical.pages[0].extract_text())
    notes = [note.get_object() for page in bulletin.pages[:2] for note in page.get("/Annots", [])]
    targets = {str(note["/A"]["/URI"]) for note in notes if "/A" in note}
    assert targets == {f"technical.{lang}.pdf"}


def test_what_the_bulletin_has_no_room_for_stands_in_the_technical_report(report: Edition) -> None:
    more = next(section for section in report.sections if section.code == "further")
    assert more.part == "technical" and not any(section.beyond for section in report.sections)
    moved = {
        "effort_curve_index",
        "smallest_index",
        "importance_index",
        "platform_overlap_questionnaire",
        "sample_flow",
    }
    assert moved < set(more.figures)
    assert not moved & {code for s in report.sections if s.part == "bulletin" for code in s.figures}


MARKUP = ('#panic("x")', "$ 1/0 $", "*b* _i_ `c` \\ <label> @ref", "= Heading", "//comment")


def test_what_a_user_wrote_is_plain_text(tmp_path: Path) -> None:
    analysis = small_study(tmp_path / "study", cities=(MARKUP[0], MARKUP[1], MARKUP[2], MARKUP[3], MARKUP[4]))
    text = text_of(PdfReader(BytesIO(render_pdf(edition(analysis), lang="zh"))))
    for words in MARKUP:
        assert squeezed(words) in text
    loud = small_study(tmp_path / "loud", cities=HOSTILE)
    text = text_of(PdfReader(BytesIO(render_pdf(edition(loud), lang="en"))))
    assert "<script>alert(1)</script>" in text
    assert "长" * 200 in text
    assert "〓" in text and "U+1F3ED" in text and "U+202E" in text  # shown as missing, and named


def test_single_enterprises_are_not_on_the_pages(tmp_path: Path) -> None:
    analysis = small_study(tmp_path, names=tuple(f"秘密厂{k}" for k in range(5)))
    assert "秘密厂" not in text_of(PdfReader(BytesIO(render_pdf(edition(analysis), lang="zh"))))


def test_figures_are_drawn_with_words_that_can_be_searched(tmp_path: Path) -> None:
    analysis = small_study(tmp_path)
    whole = edition(analysis, drawn=["zh"])
    reader = PdfReader(BytesIO(render_pdf(whole, lang="zh")))
    text = text_of(reader)
    placed = {code for section in whole.sections for code in section.figures}
    shown = [picture for picture in whole.pictures["zh"] if picture.table.code in placed]
    assert len(shown) > 3
    for picture in shown:
        assert squeezed(picture.headline) in text
        assert squeezed(picture.table.title.zh) in text
    assert all("/XObject" not in page["/Resources"].get_object() or not images(page) for page in reader.pages)


def images(page: object) -> list[object]:
    return list(page.images)  # type: ignore[attr-defined]


def test_letters_take_the_place_of_outlines(tmp_path: Path) -> None:
    for _, _, provenance, table in figures_of(small_study(tmp_path), "zh"):
        assert provenance.kind == "synthetic" and table.code
    pictures = edition(small_study(tmp_path / "again"), drawn=["en"]).pictures["en"]
    for picture in pictures:
        svg = picture.svg.decode("utf-8")
        words = re.findall(r"<!-- (.*?) -->", svg)
        new = lettered(svg)
        told = "".join(re.findall(r"<text [^>]*>(.*?)</text>", new))
        assert words and squeezed("".join(words)).replace("--", "-") == squeezed(told).replace("--", "-")
        assert len(new) < len(svg)
    unknown = '<svg width="1pt" height="1pt"><!-- ab -->\n<g style="" transform="translate(1 2) scale(0.1 -0.1)"><use xlink:href="#Other-1"/></g></svg>'
    assert lettered(unknown) == unknown


def test_a_figure_leaves_as_pdf_on_request(tmp_path: Path) -> None:
    name, figure, provenance, _ = next(figures_of(small_study(tmp_path / "study"), "zh"))
    paths = write_figure(figure, tmp_path / name, provenance, "zh", pdf=True)
    assert [path.suffix for path in paths] == [".png", ".svg", ".pdf"]
    content = paths[2].read_bytes()
    seal = read_seal(content, ".pdf")
    assert seal is not None and seal.intact and seal.record["nature"] == "synthetic"
    reader = PdfReader(BytesIO(content))
    assert len(reader.pages) == 1 and all(fonts_of(reader).values())
    assert float(reader.pages[0].mediabox.width) == pytest.approx(figure.get_figwidth() * 72, abs=0.6)
    assert "模拟数据" in text_of(reader)
    assert write_figure(figure, tmp_path / "two" / name, provenance, "zh", pdf=True)[2].read_bytes() == content
    with pytest.raises(TypeError, match="seal"):
        figure_pdf(b'<svg width="1pt" height="1pt"></svg>', "zh")


def test_public_units_are_not_called_internal(tmp_path: Path) -> None:
    analysis = small_study(tmp_path, units="public", kind="real")
    reader = PdfReader(BytesIO(render_pdf(edition(analysis), lang="zh")))
    assert "内部资料" not in text_of(reader)
    assert all("真实数据" in squeezed(page.extract_text()) for page in reader.pages)
