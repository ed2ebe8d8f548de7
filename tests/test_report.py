"""The report's page says what the tables say, in both languages, names the kind of its data, loads nothing and runs nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from printing import edition
from small_study import HOSTILE, small_study

from hmsurvey.errors import LANGS, Lang
from hmsurvey.landscape import TO_COME, built_in_landscape
from hmsurvey.output.content import PART_OF_PAGE
from hmsurvey.output.landscape_doc import SECTIONS
from hmsurvey.output.manifest import write_manifest
from hmsurvey.output.report import render_report, write_report
from hmsurvey.output.sections import Section, all_tables, sections_of
from hmsurvey.output.theme import luminance
from hmsurvey.output.volumes import TECHNICAL
from hmsurvey.provenance import sha256_of
from hmsurvey.rules import UNSTAGED
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


class Page(HTMLParser):
    """What stands on a page: tags with their attributes, texts, and the cells of every table by its anchor."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._table = ""
        self._style = False
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        self.tags.append((tag, found))
        self._style = tag == "style"
        if tag == "div" and found.get("class", "").startswith("table"):
            self._table = found["id"]
            self.tables[self._table] = []
        elif tag == "tr":
            self.tables[self._table].append([])
        elif tag in ("th", "td"):
            self.tables[self._table][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._style = False
        if tag == "table":
            self._table = ""

    def handle_data(self, data: str) -> None:
        if self._style:
            return
        self.words.append(data)
        if self._table and self.tables[self._table] and self.tables[self._table][-1]:
            self.tables[self._table][-1][-1] += data.strip()


def page_of(analysis: Analysis, lang: Lang, sections: tuple[Section, ...] | None = None) -> tuple[str, Page]:
    html = render_report(edition(analysis, sections=sections), lang=lang)
    return html, Page(html)


@pytest.fixture(scope="module")
def study() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def content(study: Analysis) -> tuple[Section, ...]:
    return sections_of(study)


@pytest.fixture(scope="module")
def pages(study: Analysis, content: tuple[Section, ...]) -> dict[Lang, tuple[str, Page]]:
    return {lang: page_of(study, lang, content) for lang in LANGS}


def test_the_landscape_page_names_document_and_section_as_they_are(content: tuple[Section, ...]) -> None:
    stands = {section.code: (section.part, section.title) for section in content}
    named = {code: ("technical" if words[0] == TECHNICAL else "bulletin", words[1]) for code, words in SECTIONS.items()}
    assert named == {code: stands[code] for code in named}
    assert {one.report for one in built_in_landscape().named} <= set(named)


def test_no_figure_stands_in_both_documents(content: tuple[Section, ...]) -> None:
    places: dict[str, set[str]] = {}
    for section in content:
        for code in (code for code in section.figures if not code.endswith(PART_OF_PAGE)):  # a part has no figure
            places.setdefault(code, set()).add(section.part)
    assert "carriers_questionnaire" in places
    assert [code for code, parts in places.items() if len(parts) > 1] == []


def test_the_sections_stand_in_order(content: tuple[Section, ...]) -> None:
    assert [section.code for section in content] == [
        "summary",
        "stages",
        "scores",
        "needs",
        "landscape",
        "whatif",
        "coordination",
        "carriers",
        "platforms",
        "problem_severity",
        "multianswer",
        "waves",
        "visits",
        "respondents",
        "limits",
        "data",
        "method",
        "shares",
        "differences",
        "weights",
        "robustness",
        "rivals",
        "self_reports",
        "coherence",
        "further",
        "details",
        "norms",
        "foundations",
        "cases",
    ]
    parts = [section.part for section in content]
    first = parts.index("technical")
    assert content[first].code == "shares" and set(parts[first:]) == {"technical"}


@pytest.mark.parametrize("lang", LANGS)
def test_a_bulletin_and_a_technical_report_lead_to_each_other_and_share_nothing(
    study: Analysis, content: tuple[Section, ...], tmp_path: Path, lang: Lang
) -> None:
    whole = edition(study, sections=content)
    paths = write_report(whole, tmp_path, lang=lang)
    assert [path.name for path in paths] == [f"report.{lang}.html", f"technical.{lang}.html"]
    found = [Page(path.read_text(encoding="utf-8")) for path in paths]
    for page, own, other in zip(found, paths, reversed(paths), strict=True):
        beside = {attrs["href"] for tag, attrs in page.tags if tag == "a" and not attrs["href"].startswith("#")}
        assert beside == {other.name, own.with_suffix(".pdf").name}
        assert other.name in page.text, "one line of the summary names the other document"
        assert {"zh": "模拟数据", "en": "SYNTHETIC"}[lang] in page.text
    shown = [set(page.tables) for page in found]
    assert not shown[0] & shown[1]
    assert shown[0] | shown[1] == set(page_of(study, lang, content)[1].tables)
    assert "assumptions" in shown[1] and "stages_by_city_index" in shown[0]


def test_a_little_that_is_technical_stays_in_the_one_report(tmp_path: Path) -> None:
    analysis = small_study(tmp_path / "study", parts=())
    whole = edition(analysis)
    assert 0 < sum(section.part == "technical" for section in whole.sections) < 3
    (path,) = write_report(whole, tmp_path, lang="en")
    page = Page(path.read_text(encoding="utf-8"))
    assert "technical.en" not in page.text
    assert {section.code for section in whole.sections} <= {attrs["id"] for _, attrs in page.tags if "id" in attrs}


def test_every_system_that_the_abstract_names_has_its_section(content: tuple[Section, ...]) -> None:
    codes = {section.code for section in content}
    assert {one.report for one in built_in_landscape().named} - {TO_COME} <= codes


@pytest.mark.parametrize("lang", LANGS)
def test_general_knowledge_is_marked_on_the_page(pages: dict[Lang, tuple[str, Page]], lang: Lang) -> None:
    """The page's table of norms: as many rows as norms, and the two that were read nowhere say so."""
    rows = pages[lang][1].tables["landscape_norms_most"][1:]
    mark = "常识，未核实" if lang == "zh" else "general knowledge, unverified"
    assert len(rows) == len(built_in_landscape().norms)
    assert [row[0] for row in rows if mark in row[-1]] == [
        norm.label.of(lang) for norm in built_in_landscape().norms if norm.ground.evidence == "unverified"
    ]
    assert "不是原研究的名单" in pages["zh"][1].text and "not that study's list" in pages["en"][1].text


def test_every_text_is_there_in_both_languages(content: tuple[Section, ...]) -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    for section in content:
        for text in (section.title, *section.paragraphs):
            assert chinese.search(text.zh), text
            assert text.en, text
            assert not chinese.search(text.en), text
            assert "{" not in text.zh + text.en
            assert "nan" not in re.findall(r"[a-z]+", text.en.lower()), text
            assert "inf" not in re.findall(r"[a-z]+", text.en.lower()), text


def test_chinese_punctuation_in_chinese_only(content: tuple[Section, ...]) -> None:
    for section in content:
        for text in section.paragraphs:
            assert not re.search("[，。；：（）]", text.en), text
            assert not re.search("[\u4e00-\u9fff][,;]", text.zh), text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("survey", ["questionnaire", "index"])
def test_the_page_shows_the_numbers_of_the_stages(
    study: Analysis, pages: dict[Lang, tuple[str, Page]], lang: Lang, survey: str
) -> None:
    stages = study[survey].stages
    assert stages is not None
    counts = stages.stage.value_counts()
    codes = [*stages.rule.codes, UNSTAGED]
    n = len(stages.frame)
    expected = [str(n), *(str(counts[c]) for c in codes), *(f"{100 * counts[c] / n:.1f}" for c in codes)]
    assert pages[lang][1].tables[f"stages_by_city_{survey}"][-1][1:] == expected
    text = pages[lang][1].text.replace("\u202f", " ")
    for code in codes:
        if counts[code]:
            share = f"{100 * counts[code] / n:.1f}%"
            said = f"{counts[code]} 家（{share}）" if lang == "zh" else f"{counts[code]} ({share})"
            assert said in text


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_in_the_summary_stands_in_a_table_or_follows_from_it(
    study: Analysis, content: tuple[Section, ...], lang: Lang
) -> None:
    """Percentages and counts of the summary are found among the tables' cells, intervals apart."""
    known = set()
    for table in all_tables(content):
        for column in table.columns:
            if column.unit in ("count", "percent", "score"):
                values = table.frame[column.code].dropna().astype(float)
                known |= {f"{v:.0f}" if column.unit == "count" else f"{v:.1f}" for v in values}
    sentences = [text.of(lang) for text in content[0].paragraphs if "95%" not in text.of(lang)]
    stages = [s for s in sentences if "家企业中，高级阶段" in s or "are Advanced" in s]
    assert len(stages) == 2
    for sentence in stages:
        for found in re.findall(r"\d+(?:\.\d+)?", sentence):
            assert found in known, (found, sentence)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_says_that_the_data_are_synthetic_and_internal(
    pages: dict[Lang, tuple[str, Page]], lang: Lang
) -> None:
    html, page = pages[lang]
    banner = [i for i, (tag, attrs) in enumerate(page.tags) if attrs.get("class") == "banner"]
    assert len(banner) == 1
    assert [tag for tag, _ in page.tags[banner[0] :]].index("h1") > 0, "the banner comes before everything else"
    words = {"zh": ("模拟数据", "内部资料", "辽宁"), "en": ("SYNTHETIC", "Internal", "Nothing here is about Liaoning")}
    for word in words[lang]:
        assert word in page.text
    assert f'content: "{words[lang][0]}' in html, "the printed margin"


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_lists_no_enterprise(study: Analysis, pages: dict[Lang, tuple[str, Page]], lang: Lang) -> None:
    html = pages[lang][0]
    for result in study.results.values():
        names = result.survey.answers.values[result.survey.codebook.name_question]
        assert not [name for name in names if name and name in html]
        assert not [unit for unit in result.survey.answers.units if re.search(rf">{re.escape(unit)}<", html)]
    assert "enterprises_index" not in pages[lang][1].tables


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_loads_and_runs_nothing(pages: dict[Lang, tuple[str, Page]], lang: Lang) -> None:
    html, page = pages[lang]
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    for tag, attrs in page.tags:
        assert not [key for key in attrs if key.startswith("on")], tag
        for key in ("src", "href", "srcset", "action", "poster", "data"):
            assert attrs.get(key, "#").startswith(("#", "data:image/", "report.")), attrs
    styles = re.search("<style>(.*?)</style>", html, re.S)
    assert styles is not None
    assert "url(" not in styles[1]
    assert "@import" not in styles[1]
    assert "default-src 'none'" in html


def test_words_stand_out_from_their_ground_seven_to_one(pages: dict[Lang, tuple[str, Page]]) -> None:
    html = pages["zh"][0]

    def contrast(one: str, other: str) -> float:
        dark, light = sorted((luminance(one), luminance(other)))
        return (light + 0.05) / (dark + 0.05)

    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", html.split("</style>")[0]))
    for words in ("ink", "soft", "accent"):
        for ground in ("paper", "box"):
            assert contrast(colours[words], colours[ground]) >= 7, (words, ground)
    for bar in (colours["bar"], *re.findall(r"--bar: (#[0-9a-f]{6});", html)):
        assert contrast(bar, colours["bar-ink"]) >= 7, bar


@pytest.mark.parametrize("lang", LANGS)
def test_headings_have_anchors_and_the_contents_lead_to_them(pages: dict[Lang, tuple[str, Page]], lang: Lang) -> None:
    page = pages[lang][1]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = [attrs["href"][1:] for tag, attrs in page.tags if tag == "a" and attrs.get("href", "").startswith("#")]
    assert set(targets) <= set(ids)
    assert {attrs["id"] for tag, attrs in page.tags if tag == "h3"} <= set(targets)


def kinds(tmp_path: Path, lang: Lang) -> dict[str, str]:
    return {kind: page_of(small_study(tmp_path / kind, kind=kind), lang)[0] for kind in ("synthetic", "real")}


@pytest.mark.parametrize("lang", LANGS)
def test_the_card_alone_turns_every_mark(tmp_path: Path, lang: Lang) -> None:
    found = kinds(tmp_path, lang)
    marks = {"zh": "模拟数据", "en": "SYNTHETIC"}[lang]
    assert found["synthetic"].count(marks) > 5
    assert "模拟" not in found["real"]
    assert "ynthetic" not in re.sub(r'\[data-kind="synthetic"\]', "", found["real"])
    assert {"zh": "真实数据", "en": "real data"}[lang] in found["real"]
    cells = {kind: Page(html).tables["stages_by_city_small"] for kind, html in found.items()}
    assert cells["synthetic"] == cells["real"]


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_names_come_out_as_plain_text(tmp_path: Path, lang: Lang) -> None:
    analysis = small_study(tmp_path, units="public", cities=HOSTILE, names=HOSTILE)
    html, page = page_of(analysis, lang)
    assert "<script" not in html
    assert "<b>" not in html
    cells = [row[0] for row in page.tables["stages_by_city_small"][1:-1]]
    assert sorted(cells) == sorted(HOSTILE)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("parts", [(), ("system",), ("system", "rule")])
def test_a_study_without_some_kinds_has_a_report(tmp_path: Path, lang: Lang, parts: tuple[str, ...]) -> None:
    analysis = small_study(tmp_path, parts=parts)
    codes = [section.code for section in sections_of(analysis)]
    assert ("scores" in codes) == ("system" in parts)
    assert ("stages" in codes) == ("rule" in parts)
    assert not {"visits", "cases", "carriers"} & set(codes)
    assert page_of(analysis, lang)[1].tables["sample_flow"]


@pytest.mark.parametrize("case", ["govtech_maturity", "nara_format_risk"])
@pytest.mark.parametrize("lang", LANGS)
def test_a_public_case_is_not_called_internal(case: str, lang: Lang) -> None:
    analysis = analyse(read_study(ROOT / "cases" / case / "study.toml"))
    _, page = page_of(analysis, lang)
    assert not re.search("内部资料|Internal ", page.text)
    assert not re.search("辽宁|Liaoning|293 ?家", page.text)
    heads = [cell for rows in page.tables.values() for cell in rows[0]]
    assert not [head for head in heads if "企业" in head or "nterprise" in head]
    table = page.tables[f"case_{case}"]
    assert (
        sum(int(row[1]) for row in table[1:] if row[2] != "–")
        == {"govtech_maturity": 990, "nara_format_risk": 7090}[case]
    )


def test_the_same_study_gives_the_same_bytes_with_figures(tmp_path: Path) -> None:
    analysis = small_study(tmp_path / "study")
    first = write_report(edition(analysis, drawn=["zh"]), tmp_path / "a", lang="zh")[0].read_bytes()
    second = write_report(edition(analysis, drawn=["zh"]), tmp_path / "b", lang="zh")[0].read_bytes()
    assert first == second


def test_figures_stand_in_the_page_with_their_finding(study: Analysis, tmp_path: Path) -> None:
    paths = write_report(edition(study, drawn=["en"], cases=None), tmp_path, lang="en")
    for path, fewest in zip(paths, (10, 15), strict=True):
        check_figures(path, fewest)


def check_figures(path: Path, fewest: int) -> None:
    page = Page(path.read_text(encoding="utf-8"))
    pictures = [attrs for tag, attrs in page.tags if tag == "svg" and attrs.get("role") == "img"]
    assert len(pictures) > fewest
    for picture in pictures:
        of_definitions = "archive types are filed" in picture["aria-label"]  # it says nothing of the answers
        assert of_definitions or picture["aria-label"].startswith("In the synthetic data, ")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    found = [attrs["href"] for tag, attrs in page.tags if tag in ("use", "a")]
    targets = [href[1:] for href in found if href.startswith("#")]
    targets += re.findall(r"url\(#([^)]+)\)", path.read_text(encoding="utf-8"))
    assert set(targets) <= set(ids), "nothing points nowhere"
    assert path.stat().st_size < (3_200_000 if path.name.startswith("technical") else 2_800_000)


def test_the_manifest_names_every_file_by_its_content(tmp_path: Path) -> None:
    import json

    analysis = small_study(tmp_path / "study")
    files = [tmp_path / "out" / "a.txt", tmp_path / "out" / "deep" / "b.txt"]
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name, encoding="utf-8")
    text = write_manifest(tmp_path / "out", analysis, visibility="internal").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert [(f["file"], f["sha256"]) for f in manifest["files"]] == [
        ("a.txt", sha256_of(files[0])),
        ("deep/b.txt", sha256_of(files[1])),
    ]
    assert manifest["kind"] == "synthetic"
    assert manifest["visibility"] == "internal"
    assert manifest["surveys"][0]["index"] == "small_index 1.2"
    assert manifest["surveys"][0]["rule"] == "small_rule 1.1"
    assert manifest["seed"] == analysis.study.seed
    assert str(tmp_path) not in text
