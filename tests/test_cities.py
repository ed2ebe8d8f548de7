"""Every city has its page, laid out like the others; a city too small says so, what is hidden is drawn as hidden, and no page loads or runs anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.analysis.protection import protect_digest
from hmsurvey.analysis.shares import tabulate_means
from hmsurvey.errors import LANGS, Lang
from hmsurvey.output.cities import city_pages
from hmsurvey.output.city_writing import render_city_pages, write_city_pages
from hmsurvey.output.edition import whole_edition
from hmsurvey.output.panels import CityPage
from hmsurvey.study import Analysis, analyse, read_study
from tests.small_study import HOSTILE, small_study
from tests.test_brief import without

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def digest(analysis: Analysis) -> Digest:
    return digest_of(analysis)


@pytest.fixture(scope="module")
def pages(digest: Digest) -> dict[str, CityPage]:
    return {page.file: page for page in city_pages(digest)}


@pytest.fixture(scope="module")
def html(digest: Digest) -> dict[Lang, dict[str, str]]:
    return {lang: render_city_pages(digest, lang=lang, visibility="internal") for lang in LANGS}


def panel_of(page: CityPage, code: str, place: int = 0):  # type: ignore[no-untyped-def]
    return [panel for panel in page.panels if panel.code == code][place]


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.S)).split())


def test_every_city_has_a_page_with_the_same_panels(
    pages: dict[str, CityPage], html: dict[Lang, dict[str, str]]
) -> None:
    assert len(pages) == 14 and "yingkou" in pages
    assert len({tuple((p.code, p.title) for p in page.panels) for page in pages.values()}) == 1
    for lang in LANGS:
        assert set(html[lang]) == {f"{file}.{lang}.html" for file in (*pages, "index")}


def test_the_index_is_a_table_of_the_digests_numbers(digest: Digest, html: dict[Lang, dict[str, str]]) -> None:
    index = html["en"]["index.en.html"]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", index, re.S)]
    found = {re.sub("<[^>]+>", "", row[0]): row for row in rows}
    assert [len(row) for row in rows[:3]] == [4, 4, 6] and len(
        rows
    ) == 16  # two rows of heads: each survey over its two columns
    assert rows[0][2:] == [topic.label.en for topic in digest.topics] and index.count('colspan="2"') == 2
    assert found["Dandong"][1:3] == ["34", "14"] and found["Dandong"][3] == "92.3 (70.6–97.1)"
    assert 'href="dandong.en.html"' in found["Dandong"][0]
    assert found["Tieling"][2:] == ["4", "too few", "0", "–"]
    outside, _ = protect_digest(digest)
    public = render_city_pages(outside, lang="zh", visibility="public")["index.zh.html"]
    assert "隐去" in public and "92.3" not in public


def test_what_a_page_says_are_the_digests_numbers(digest: Digest, pages: dict[str, CityPage]) -> None:
    page = pages["dandong"]
    assert [fact.value.en for fact in page.facts] == ["34", "14", "24"]
    assert page.facts[1].more.en == "41.2% of those in production"
    stages = panel_of(page, "stages")
    assert [(p.label.en, round(p.share, 1)) for p in stages.strips[0].parts] == [
        ("Intermediate", 7.1),
        ("Low", 85.7),
        ("Unstaged", 7.1),
    ]
    assert sum(part.share for part in stages.strips[1].parts) == pytest.approx(100)
    (track,) = stages.tracks
    assert (round(track.city, 1), round(track.low, 1), round(track.high, 1)) == (92.3, 70.6, 97.1)
    areas = digest["areas_index"].frame.set_index("group")
    shown = panel_of(page, "areas").tracks
    assert [track.city for track in shown] == pytest.approx(list(areas.loc["210600", ["total", *"ABCDEF"]]))
    assert [track.whole for track in shown] == pytest.approx(list(areas.loc["all", ["total", *"ABCDEF"]]))


def test_needs_stand_by_how_many_they_stop(pages: dict[str, CityPage]) -> None:
    shares = [track.city for track in panel_of(pages["dandong"], "needs", 1).tracks]
    assert shares == sorted(shares, reverse=True) and len(shares) == 4


def test_the_weakest_indicators_are_the_citys_own(analysis: Analysis, pages: dict[str, CityPage]) -> None:
    result = analysis["index"]
    assert result.scores is not None
    city = result.survey.codebook.group_question
    question = result.survey.codebook.question(city)
    codes = [option.code for option in question.options]
    mine = [codes[value] == "210600" if value >= 0 else False for value in result.survey.answers.values[city]]
    share = (100 * result.scores.points[mine] / result.scores.most).mean()
    weakest = share.sort_values(kind="stable").head(5)
    assert [t.city for t in panel_of(pages["dandong"], "indicators").tracks] == pytest.approx(list(weakest))


def test_a_city_too_small_to_describe_says_so(pages: dict[str, CityPage], html: dict[Lang, dict[str, str]]) -> None:
    page = pages["tieling"]
    assert not panel_of(page, "needs").tracks and not panel_of(page, "carriers").strips
    assert "只有 4 家作答，不足 5 家，太少，不作描述。" in text_of(html["zh"]["tieling.zh.html"]).replace("\u202f", " ")
    assert "Only 4 enterprises answered, fewer than 5: too few to describe." in text_of(html["en"]["tieling.en.html"])


def test_a_city_without_answers_says_so(pages: dict[str, CityPage]) -> None:
    assert panel_of(pages["yingkou"], "areas").texts[0].en == "No usable answers: nothing is known."
    assert pages["yingkou"].facts[2].value.en == "0"


def test_small_cells_within_a_city_are_left_out(pages: dict[str, CityPage]) -> None:
    strips = panel_of(pages["dandong"], "carriers").strips
    blank = [strip for strip in strips if strip.parts[0].blank]
    assert blank and all(strip.parts[0].label.en == "too few" and not strip.value.en for strip in blank)


def test_hidden_numbers_are_drawn_as_hidden(digest: Digest) -> None:
    row = 5  # Dandong
    hidden = without(digest, "stages_questionnaire", [(row, "n_low"), (row, "n_unstaged")])
    page = next(page for page in city_pages(hidden) if page.file == "dandong")
    strip = panel_of(page, "stages").strips[0]
    assert strip.parts[-1].blank and strip.parts[-1].share == pytest.approx(100 * 13 / 14)
    assert not panel_of(page, "stages").tracks
    assert "not shown, and nothing is compared" in panel_of(page, "certainty").texts[0].en
    html = render_city_pages(hidden, lang="zh", visibility="public")["dandong.zh.html"]
    assert "隐去" in text_of(html) and "85.7" not in html


def test_without_tables_by_city_the_page_says_whose_numbers_these_are(digest: Digest) -> None:
    from dataclasses import replace
    from types import MappingProxyType

    kept = {
        code: table
        for code, table in digest.tables.items()
        if not code.startswith(("carriers_by_city", "indicators_by_city"))
    }
    page = next(p for p in city_pages(replace(digest, tables=MappingProxyType(kept))) if p.file == "dandong")
    assert "by city are not shown" in panel_of(page, "indicators").texts[0].en
    assert "by city are not shown" in panel_of(page, "carriers").texts[0].en


@pytest.mark.parametrize("lang", LANGS)
def test_a_page_is_one_file_that_runs_nothing(html: dict[Lang, dict[str, str]], lang: Lang) -> None:
    for name, page in html[lang].items():
        assert not re.search(r"<script|javascript:|\son\w+=|https?://|url\(", page), name
        assert "default-src 'none'" in page
        assert {"zh": "模拟数据", "en": "SYNTHETIC"}[lang] in page and {"zh": "内部资料", "en": "Internal"}[
            lang
        ] in page
        for link in re.findall(r'href="([^"#]+)"', page):
            assert link in html[lang], link


def test_hostile_names_stay_plain_text_and_name_no_file(tmp_path: Path) -> None:
    digest = digest_of(small_study(tmp_path / "study", cities=HOSTILE, names=HOSTILE))
    for lang in LANGS:
        found = render_city_pages(digest, lang=lang, visibility="internal")
        assert all(re.fullmatch(r"(city-\d\d|index)\.(zh|en)\.html", name) for name in found)
        assert not any("<script" in page or "<b>粗" in page for page in found.values())
        assert any("&lt;/script&gt;&lt;script&gt;alert(1)" in page for page in found.values())


def test_a_study_without_cities_writes_no_pages(tmp_path: Path) -> None:
    public = small_study(tmp_path / "public", units="public")
    assert write_city_pages(whole_edition(public, ()), tmp_path, digest=digest_of(public), lang="en") == []


def test_files_are_the_same_each_time(analysis: Analysis, digest: Digest, tmp_path: Path) -> None:
    edition = whole_edition(analysis, ())
    first = write_city_pages(edition, tmp_path / "a", digest=digest, lang="en")
    again = write_city_pages(edition, tmp_path / "b", digest=digest, lang="en")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again] and len(first) == 15


def test_mean_scores_carry_their_intervals_inside_and_not_outside(
    analysis: Analysis, digest: Digest, pages: dict[str, CityPage]
) -> None:
    total = panel_of(pages["dandong"], "areas").tracks[0]
    own = tabulate_means(analysis, "index").frame.set_index("group").loc["210600"]
    assert (total.low, total.high) == (own["ci_low"], own["ci_high"]) and total.low < total.city < total.high
    outside, _ = protect_digest(digest)
    assert "means_by_city_index" in digest and "means_by_city_index" not in outside
