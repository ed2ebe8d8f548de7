"""What leaves the house, opened in a real browser with the network refused: nothing is asked for, nothing complains, and what the explorer computes is what the library computes.

Needs a Chromium on the PATH; without one the tests say so and are skipped.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from converting import needs_chinese_font
from explorer_pages import TOTALS, Settings, library_says, model_of, random_settings, rows_of, study_of_total
from printing import edition
from pypdf import PdfReader
from small_study import HOSTILE, small_study

from hmsurvey.analysis.digest import digest_of
from hmsurvey.analysis.protection import protect_digest
from hmsurvey.analysis.trials import tried
from hmsurvey.analysis.whatif import chances_of, expected_lifts, group_codes
from hmsurvey.errors import LANGS, Lang
from hmsurvey.measures import Share
from hmsurvey.output.city_writing import write_city_pages
from hmsurvey.output.drawing import Studio
from hmsurvey.output.edition import whole_edition
from hmsurvey.output.explorer import write_explorer, write_public_explorer
from hmsurvey.output.figures import figure_jobs
from hmsurvey.output.report import write_report
from hmsurvey.study import Analysis, SurveyResult, analyse, read_study

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
Page = Any

STAGED = "() => Object.fromEntries([...document.querySelectorAll('.units tbody tr:not(.why)')].map((row) => [row.querySelector('th').innerText, row.querySelector('.stage').firstChild.nextSibling.textContent]))"
WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    """A page that may open files and nothing else; whatever it asked for or complained of fails the test."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file://") else route.abort())
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(error.message))
    opened.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    yield opened
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith("file://")] == []


def link(path: Path, fragment: str = "") -> str:
    return path.resolve().as_uri() + (f"#{fragment}" if fragment else "")


@pytest.fixture(scope="module")
def liaoning() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def internal(liaoning: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_explorer(liaoning, tmp_path_factory.mktemp("internal"))[0]


@pytest.fixture(scope="module")
def public(liaoning: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_public_explorer(protect_digest(digest_of(liaoning))[0], tmp_path_factory.mktemp("public"))[0]


def until(page: Page, condition: str) -> None:
    """Wait for a condition, asked from outside: the page itself may not turn text into program."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never came true: {condition}")


# The bulletin
@needs_chinese_font
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_bulletin_opens_reads_and_prints(page: Page, tmp_path: Path, lang: Lang) -> None:
    pypdf = pytest.importorskip("pypdf")
    analysis = small_study(tmp_path, names=HOSTILE, cities=HOSTILE)
    with Studio(0) as studio:
        studio.order(islice(figure_jobs(analysis), 3), (lang,))
        drawn = studio.collect()
    path = write_report(replace(edition(analysis), pictures=drawn), tmp_path, lang=lang)[0]
    page.goto(link(path))
    kind = {"zh": "模拟数据", "en": "SYNTHETIC"}[lang]
    assert page.inner_text(".banner strong") == kind
    assert page.locator("figure svg").count() > 0
    assert page.evaluate(DEAD_LINKS) == []
    for anchor in page.locator("nav a").all():
        anchor.click()
        target = str(anchor.get_attribute("href")).removeprefix("#")
        assert page.locator(f"[id='{target}'] h2").bounding_box()["y"] < 900
        assert page.locator(".banner").bounding_box()["y"] == 0
    page.set_viewport_size({"width": 360, "height": 740})
    assert not page.evaluate(WIDE)
    page.pdf(path=str(tmp_path / "report.pdf"), format="A4", print_background=True)
    sheets = [unicodedata.normalize("NFKC", s.extract_text()) for s in pypdf.PdfReader(tmp_path / "report.pdf").pages]
    assert kind in sheets[0] and kind in sheets[-1]


DEAD_LINKS = "() => [...document.querySelectorAll('nav a')].filter((a) => !document.getElementById(a.getAttribute('href').slice(1))).map((a) => a.href)"


# What it computes
def differing(result: SurveyResult, page: Page, wanted: list[Settings], *, rounding: float = 0.0) -> int:
    """Count the units whose stage, deciding need or total differs between page and library, over all settings."""
    model, n = model_of(result), 0
    outcomes = page.evaluate("(wanted) => wanted.map((settings) => explorer.outcome(settings, 0))", wanted)
    for settings, outcome in zip(wanted, outcomes, strict=True):
        scores, stages = library_says(result, model, settings)
        assert outcome["id"] == list(stages.frame.index)
        total = np.array([np.nan if x is None else x for x in outcome["total"]])
        own = scores.total.to_numpy()
        alike = (total == own) | (np.isnan(total) & np.isnan(own)) | (np.abs(total - own) <= rounding * np.abs(own))
        alike &= np.array(outcome["stage"]) == stages.stage.astype(object).to_numpy()
        alike &= np.array(outcome["need"]) == stages.frame["need"].to_numpy()
        n += int((~alike).sum())
    return n


def test_the_study_restages_exactly_as_the_library_does(page: Page, internal: Path, liaoning: Analysis) -> None:
    page.goto(link(internal))
    wanted = [page.evaluate("explorer.settings()"), *random_settings(liaoning["index"], 60)]
    assert differing(liaoning["index"], page, wanted) == 0


@pytest.mark.parametrize("name", TOTALS)
def test_every_way_of_putting_a_total_together_restages_exactly(page: Page, tmp_path: Path, name: str) -> None:
    analysis = study_of_total(tmp_path, name, rows_of(40))
    result = analysis["small"]
    page.goto(link(write_explorer(analysis, tmp_path)[0]))
    wanted = [page.evaluate("explorer.settings()"), *random_settings(result, 40)]
    # exp and log may differ in the last bit between two mathematical libraries
    assert differing(result, page, wanted, rounding=1e-14 if "geometric" in name else 0.0) == 0
    seen = {code for settings in wanted for code in page.evaluate("(s) => explorer.outcome(s, 0).stage", settings)}
    assert seen == {"high", "middle", "low", "unstaged"}


def test_links_and_table_show_what_is_computed(page: Page, internal: Path, liaoning: Analysis) -> None:
    """The same stages when settings come in by a link and are read off the table, page by page."""
    result = liaoning["index"]
    model = model_of(result)
    for settings in random_settings(result, 3, seed=5):
        weights, cuts = (",".join(map(repr, settings[key])) for key in ("weights", "bounds"))
        page.goto("about:blank")
        page.goto(link(internal, f"lang=en&rule=digital_archives+1.1&weights={weights}&cuts={cuts}"))
        assert page.inner_text("#notice") == ""
        shown: dict[str, str] = {}
        while True:
            shown |= page.evaluate(STAGED)
            if page.get_attribute("[data-key='page forth']", "aria-disabled") == "true":
                break
            page.click("[data-key='page forth']")
        _, stages = library_says(result, model, settings)
        labels = {stage: stages.rule.label_of(stage).en for stage in stages.stage.cat.categories}
        names = result.survey.answers.values["name"]
        assert shown == {name: labels[stage] for name, stage in zip(names, stages.stage, strict=True)}


# How it is used
def chips(page: Page) -> list[int]:
    return [int(text) for text in page.locator(".chip b").all_inner_texts()]


def test_a_slider_restages_at_once_and_there_is_a_way_back(page: Page, internal: Path, liaoning: Analysis) -> None:
    page.goto(link(internal, "lang=en"))
    before = chips(page)
    assert "The rule stands as written" in page.inner_text("#moved")
    slider = page.locator("[data-key='cut 0 range']")
    slider.focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")  # half a point each
    settings = page.evaluate("explorer.settings()")
    assert settings["bounds"][0] == 60
    result = liaoning["index"]
    _, stages = library_says(result, model_of(result), settings)
    assert result.stages is not None
    moved = result.stages.stage.astype(object) != stages.stage.astype(object)
    assert page.inner_text(".strip .moved") == f"{moved.sum()} enterprises moved" and moved.sum() > 1
    assert f"{moved.sum()} enterprises of 235 changed stage: {moved.sum()} up, 0 down." in page.inner_text("#moved")
    page.click("[data-key='moved only']")
    assert page.locator(".units tbody tr").count() == min(30, moved.sum())
    assert set(page.evaluate(STAGED).values()) == {"Advanced"}
    assert "was: Intermediate" in page.inner_text(".units")
    page.focus("[data-key='reset']")
    page.keyboard.press("Enter")
    assert chips(page) == before and page.inner_text(".strip .moved") == ""
    assert page.locator("[data-key='cut 0 box']").input_value() == "80"
    assert page.evaluate("document.activeElement.dataset.key") == "reset"


def test_a_number_can_be_typed_and_taken_back(page: Page, internal: Path) -> None:
    page.goto(link(internal, "lang=en"))
    page.fill("[data-key='weight 0 box']", "2.5")
    until(page, "explorer.settings().weights[0] === 2.5")
    assert page.locator("[data-key='weighting']").input_value() == "own"
    page.fill("[data-key='weight 0 box']", "-3")  # no weight: stays as it was
    page.locator("[data-key='weight 0 box']").blur()
    assert page.locator("[data-key='weight 0 box']").input_value() == "2.5"
    page.click("[data-key='weight 0 back']")
    until(page, "explorer.settings().weights[0] === 1")
    page.select_option("[data-key='weighting']", label="Guangdong weights, facilities halved between A and E")
    until(page, "explorer.settings().weights[2] === 0.3")
    for k in range(6):
        page.fill(f"[data-key='weight {k} box']", "0")
    until(page, "explorer.settings().weights.every((w) => w === 0)")
    assert "At least one weight" in page.inner_text("#no-weight")
    assert chips(page) == [0, 0, 0, 235]


def test_selection_and_filters_link_all_panels(page: Page, internal: Path, liaoning: Analysis) -> None:
    page.goto(link(internal, "lang=zh"))
    page.click("[data-key='tile 210300']")
    assert page.get_attribute("[data-key='bar 210300']", "aria-pressed") == "true"
    assert page.locator("[data-key='filter group']").input_value() == "210300"
    assert "鞍山" in page.inner_text("#profile .key")
    stages = liaoning["index"].stages
    assert stages is not None
    groups = liaoning["index"].survey.answers.values["city"]
    book = liaoning["index"].survey.codebook.question("city")
    anshan = groups == book.place_of_option("210300")
    assert f"{anshan.sum()}" in page.inner_text("#units .measure")
    page.click("[data-key='chip advanced']")
    chosen = stages.frame.index[anshan & (stages.stage == "advanced").to_numpy()]
    assert page.locator(".units tbody tr").count() == len(chosen) > 0
    page.click(f"[data-key='unit {chosen[0]}']")
    assert "各项要求均已满足" in page.inner_text("#unit") and page.locator(".need_not").count() == 0
    page.click("[data-key='clear']")
    page.fill("[data-key='filter text']", str(chosen[0]).lower())
    assert page.locator(".units tbody tr:not(.why)").count() == 1
    assert page.evaluate("document.activeElement.dataset.key") == "filter text"
    assert page.inner_text(".strip .n") == "n = 1"
    page.fill("[data-key='filter text']", "no such name")
    assert "没有符合筛选条件的" in page.inner_text("#units") and page.inner_text(".strip .n") == "n = 0"


def test_the_table_sorts_and_nothing_comes_last(page: Page, internal: Path) -> None:
    page.goto(link(internal, "lang=en"))

    def totals() -> list[str]:
        return [row.split("\t")[4] for row in page.locator(".units tbody tr").all_inner_texts()]

    page.click("[data-key='sort total']")
    first = [float(x) for x in totals()]
    assert first == sorted(first, reverse=True)
    assert page.locator("th[aria-sort='descending']").count() == 1
    page.click("[data-key='sort total']")
    assert [float(x) for x in totals()] == sorted(float(x) for x in totals())
    for _ in range(7):
        page.click("[data-key='page forth']")
    assert totals()[-14:] == ["–"] * 14  # the fourteen without a total


def test_the_keyboard_reaches_and_works_everything(page: Page, internal: Path) -> None:
    page.goto(link(internal, "lang=en"))
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        key = page.evaluate("document.activeElement.dataset.key || document.activeElement.id || ''")
        if key == "page forth":
            break
        reached.append(key)
        outlined = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outlined == "solid", f"{key}: focus cannot be seen"
    kinds = {key.split(" ")[0] for key in reached}
    assert {"skip", "lang", "survey", "chip", "filter", "cut", "weight", "tile", "bar", "sort", "unit"} <= kinds
    assert sum(key.startswith("tile") for key in reached) == 1  # one stop; arrows walk inside
    page.focus("[data-key='tile 210100']")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.key") == "tile 211000"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.key") == "tile 210300"
    assert "group=210300" in wait_link(page, "group")
    page.focus("[data-key^='unit ']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert page.locator(".units tr.chosen").count() == 1
    page.focus("#skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def wait_link(page: Page, part: str) -> str:
    until(page, f"location.hash.includes('{part}')")
    return str(page.evaluate("location.hash"))


def test_the_language_switch_changes_every_word_and_keeps_the_settings(page: Page, internal: Path) -> None:
    page.goto(link(internal, "lang=zh&group=210300&rule=digital_archives+1.1&weights=1,1,1,1,1,2&cuts=70,30,60,0"))
    before = chips(page)
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.inner_text(".banner strong >> visible=true") == "模拟数据"
    page.click("[data-key='lang']")
    assert page.get_attribute("html", "lang") == "en" and chips(page) == before
    assert page.inner_text(".banner strong >> visible=true") == "SYNTHETIC"
    own = page.evaluate("""() => {
      for (const kept of document.querySelectorAll('bdi, [data-key=lang], script')) kept.remove();
      return document.body.innerText;
    }""")
    assert [line for line in own.splitlines() if any("\u3400" <= c <= "\u9fff" for c in line)] == []


def test_a_link_carries_settings_language_and_selection(page: Page, browser: Any, internal: Path) -> None:
    page.goto(link(internal, "lang=en"))
    page.fill("[data-key='cut 2 box']", "47.25")
    page.fill("[data-key='weight 3 box']", "0.1")
    page.click("[data-key='bar 210500']")
    page.click("[data-key='chip low']")
    page.click("[data-key='sort area2']")
    page.click("[data-key='sort area2']")
    page.fill("[data-key='filter text']", "模拟")
    page.locator("[data-key^='unit ']").first.click()
    unit = str(page.get_attribute("[data-key^='unit ']", "data-key")).removeprefix("unit ")
    fragment = wait_link(page, f"unit={unit}")
    words = page.inner_text("main")
    page.goto("about:blank")
    page.goto(link(internal) + fragment)
    assert page.inner_text("main") == words and page.inner_text("#notice") == ""
    assert page.evaluate("explorer.settings()") == {"weights": [1, 1, 1, 0.1, 1, 1], "bounds": [80, 40, 47.25, 0]}


@pytest.mark.parametrize(
    ("fragment", "left_out"),
    [
        ("lang=xx&group=nowhere&stage=best&unit=U999", "lang, group, stage, unit"),
        ("rule=other+1.0&weights=1,1,1,1,1,1&cuts=80,40,60,0", "rule, weights, cuts"),
        ("rule=digital_archives+1.1&weights=1,1,1,1,1&cuts=80,40,60,0", "weights"),
        ("rule=digital_archives+1.1&weights=1,1,1,1,1,-1&cuts=80,40,60,Infinity", "weights, cuts"),
        ("rule=digital_archives+1.1&weights=1,1,1,1,1,alert(1)&cuts=0x50,40,60,0", "weights, cuts"),
        ("<img src=x onerror=alert(1)>=1&javascript:alert(1)", "<img src, javascript:alert(1)"),
        ("%E0%A4%A&sort=constructor&moved=yes", "moved, sort, "),
        ("x" * 9000, "…"),
    ],
)
def test_a_bad_link_is_left_out_with_a_word(page: Page, internal: Path, fragment: str, left_out: str) -> None:
    page.goto(link(internal) + "#" + fragment)
    notice = page.inner_text("#notice")
    assert notice.startswith(f"链接中有几项不适用，已忽略：{left_out}")
    assert page.evaluate("explorer.settings()") == {"weights": [1] * 6, "bounds": [80, 40, 60, 0]}
    assert page.locator("img").count() == 0


def test_hostile_names_are_shown_as_they_are_written(page: Page, tmp_path: Path) -> None:
    page.goto(link(write_explorer(small_study(tmp_path, names=HOSTILE, cities=HOSTILE), tmp_path)[0], "lang=en"))
    assert page.locator(".units tbody th bdi").all_text_contents() == list(HOSTILE)
    for k in range(len(HOSTILE)):
        page.locator(".units [data-key^='unit ']").nth(k).click()
        assert page.locator("#unit .who bdi").text_content() == HOSTILE[k]
    page.set_viewport_size({"width": 360, "height": 740})
    assert not page.evaluate(WIDE)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone_shows_all_without_scrolling_sideways(page: Page, internal: Path, public: Path, lang: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    fragment = "&rule=digital_archives+1.1&weights=1,2,0.5,1,1,1&cuts=70,30,50,0&group=210100&unit=S005"
    for path, more in ((internal, fragment), (internal, "&survey=questionnaire&stage=low"), (public, "&group=210100")):
        page.goto("about:blank")
        page.goto(link(path, f"lang={lang}{more}"))
        assert not page.evaluate(WIDE)
        page.mouse.wheel(0, 3000)
        assert page.locator(".banner").bounding_box()["y"] == 0  # the banner stays in view


def test_contrast_is_seven_to_one(page: Page, internal: Path, public: Path) -> None:
    page.goto(
        link(
            internal,
            "lang=zh&rule=digital_archives+1.1&weights=1,2,0.5,1,1,1&cuts=70,30,50,0&group=210100&unit=S005&stage=low&moved=1",
        )
    )
    assert page.evaluate(FAINT) == []
    page.goto(link(public, "lang=en&group=210100&stage=low"))
    assert page.evaluate(FAINT) == []


FAINT = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.5) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('script, style, option')) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 7) faint.push(`${element.className} ${walker.currentNode.textContent} ${((a + 0.05) / (b + 0.05)).toFixed(1)}`);
  }
  return faint;
}"""


def test_the_public_explorer_has_neither_units_nor_sliders(page: Page, public: Path) -> None:
    page.goto(link(public, "lang=en&sort=-stage0"))
    assert page.locator("input").count() == 0 and page.locator("#sliders").count() == 0
    assert page.inner_text(".banner em >> visible=true") == "Public edition"
    assert page.locator("#moved, #unit").locator("visible=true").count() == 0
    page.click("[data-key='tile 210300']")
    assert page.locator(".units tr.chosen").inner_text().startswith("Anshan")
    assert page.inner_text("[data-key='tile 210200']") == "Dalian\nnot shown"
    assert page.locator(".units .kept").count() > 0 and "c: confidential" in page.inner_text("#units")
    assert "kept" in str(page.locator("[data-key='bar 210200'] .part").get_attribute("class"))
    page.click("[data-key='survey questionnaire']")
    assert page.locator(".tile").count() == 14 and not page.locator("#profile").is_visible()


def test_the_questionnaire_has_stages_and_reasons_without_sliders(page: Page, internal: Path) -> None:
    page.goto(link(internal, "lang=en&survey=questionnaire"))
    assert page.locator("#sliders").count() == 0
    assert "Stages follow from the answers without an index" in page.inner_text(".refusal")
    assert sum(chips(page)) == 293
    page.locator("[data-key^='unit ']").first.click()
    assert "short of" in page.inner_text("#unit")


@needs_chinese_font
def test_it_prints(page: Page, internal: Path, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    page.goto(link(internal, "lang=zh&group=210300"))
    page.pdf(path=str(tmp_path / "explorer.pdf"), format="A4", print_background=True)
    sheets = [sheet.extract_text() for sheet in pypdf.PdfReader(tmp_path / "explorer.pdf").pages]
    text = unicodedata.normalize("NFKC", "".join(sheets))
    assert "模拟数据" in text and "内部资料" in text and "鞍山" in text


@pytest.mark.parametrize("lang", LANGS)
def test_a_city_is_printed_on_one_sheet(page: Page, liaoning: Analysis, tmp_path: Path, lang: Lang) -> None:
    whole = whole_edition(liaoning, ())
    _, *written = write_city_pages(whole, tmp_path, digest=digest_of(liaoning), lang=lang)
    for path in sorted(written, key=lambda one: -one.stat().st_size)[:4]:  # the longest
        page.goto(link(path))
        page.pdf(path=str(tmp_path / "city.pdf"), format="A4", print_background=True)
        assert len(PdfReader(tmp_path / "city.pdf").pages) == 1, path.name


def test_a_browser_that_computes_otherwise_says_so(page: Page, internal: Path, tmp_path: Path) -> None:
    """One stage of the study's own is altered in the file: the page finds that it computes another one."""
    text = internal.read_text(encoding="utf-8")
    place = text.index('"place":[') + len('"place":[')
    altered = tmp_path / "altered.html"
    altered.write_text(text[:place] + str((int(text[place]) + 1) % 3) + text[place + 1 :], encoding="utf-8")
    page.goto(link(altered, "lang=en"))
    assert "the sliders are off" in page.inner_text(".refusal") and page.locator("#sliders").count() == 0


# Measures tried on the page
def trial_of(result: SurveyResult, on: list[bool], uptake: list[int]) -> list[dict[str, float]]:
    """What the library expects by city, and of all: with effects at their means."""
    ways = tried(result)
    shares = [(share if there else 0) / 100 for there, share in zip(on, uptake, strict=True)]
    measures = tuple(replace(m, uptake=Share(u, None, u)) for m, u in zip(ways.measures.measures, shares, strict=True))
    lifted, effort = expected_lifts(replace(ways, measures=replace(ways.measures, measures=measures)))
    above = (ways.rank > 0) @ chances_of([u * m.effect.mean for u, m in zip(shares, measures, strict=True)])
    rows = []
    for code in [*group_codes(ways), "all"]:
        mine = ways.staged & ((ways.groups == code) | (code == "all"))
        row = {"n": mine.sum(), "now": (ways.rank[mine, 0] > 0).sum(), "above": above[mine].sum()}
        rows.append(
            {k: float(v) for k, v in (row | {"lifted": lifted[mine].sum(), "effort": effort[mine].sum()}).items()}
        )
    return rows


def test_measures_on_the_page_lift_whom_the_library_lifts(page: Page, internal: Path, liaoning: Analysis) -> None:
    page.goto(link(internal, "lang=en"))
    rng = np.random.default_rng(3)
    for _ in range(8):
        on, uptake = [bool(x) for x in rng.random(4) < 0.7], [int(x) for x in rng.integers(0, 101, 4)]
        found = page.evaluate("(tried) => window.explorer.trial(tried)", {"on": on, "uptake": uptake})
        for mine, theirs in zip(trial_of(liaoning["index"], on, uptake), found, strict=True):
            assert {k: theirs[k] for k in mine} == pytest.approx(mine, abs=1e-9)


def test_measures_are_switched_and_dragged_and_the_link_keeps_them(
    page: Page, browser: Any, internal: Path, liaoning: Analysis
) -> None:
    page.goto(link(internal, "lang=en"))
    total = "() => [...document.querySelectorAll('.trial-table tr.total td.n')].map((cell) => cell.innerText)"

    def wanted(on: list[bool], uptake: list[int]) -> list[str]:
        row = trial_of(liaoning["index"], on, uptake)[-1]
        shares = [f"{100 * row[k] / row['n']:.1f}" for k in ("now", "above")]
        return [f"{row['n']:.0f}", *shares, f"{row['lifted']:.1f}", f"{row['effort']:.0f}"]

    assert page.evaluate(total) == wanted([True] * 4, [50, 60, 50, 40])
    page.locator('[data-key="measure S1"]').uncheck()
    page.locator('[data-key="uptake S4"]').fill("85")
    assert page.evaluate(total) == wanted([False, True, True, True], [50, 60, 50, 85])
    assert page.locator('[data-key="uptake S1"]').is_disabled()
    until(page, "() => location.hash.includes('measures=S2%3A60%2CS3%3A50%2CS4%3A85')")
    other = browser.new_page()
    other.goto(page.url)
    assert other.evaluate(total) == page.evaluate(total)
    assert not other.locator('[data-key="measure S1"]').is_checked()
    other.close()
    page.locator('[data-key="lang"]').click()
    assert page.locator("#whatif-title").inner_text() == "措施试算"
    assert page.evaluate(total) == wanted([False, True, True, True], [50, 60, 50, 85])
    page.locator('[data-key="trial back"]').click()
    assert page.evaluate(total) == wanted([True] * 4, [50, 60, 50, 40])


@pytest.mark.parametrize("bad", ["S9:50", "S1:101", "S1:50,S1:60", "S1", "S1:-5"])
def test_a_link_with_strange_measures_is_left_out_with_a_word(page: Page, internal: Path, bad: str) -> None:
    page.goto(link(internal, f"lang=en&measures={bad}"))
    assert "measures" in page.locator("#notice").inner_text()
    assert page.evaluate("() => window.explorer.trial().length") == 10
    page.goto(link(internal, "lang=en&measures=none"))
    assert page.evaluate("() => window.explorer.trial().at(-1).lifted") == 0


def test_measures_are_tried_inside_only(page: Page, public: Path) -> None:
    page.goto(link(public, "lang=en"))
    assert page.locator("#whatif").is_hidden()
    assert '"rank"' not in public.read_text(encoding="utf-8")
