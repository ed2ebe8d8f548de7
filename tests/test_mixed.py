"""Data of which a part is synthetic and a part is real: nothing may call them harmless, and nothing may call them a result."""

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from printing import edition
from small_study import small_study

from hmsurvey import about_data
from hmsurvey.errors import Lang
from hmsurvey.output.book import write_books
from hmsurvey.output.figures import figures_of
from hmsurvey.output.report import render_report
from hmsurvey.output.stamping import stamped_kind
from hmsurvey.provenance import Kind, Provenance, Source, combine
from hmsurvey.study import Analysis

LANGS: tuple[Lang, ...] = ("zh", "en")
FALSE = re.compile(
    "describe no real|Nothing here is about|says nothing about any real|no real enterprise|"
    "与辽宁省以及任何企业|不反映任何实际|都不是真的|不说明任何真实|全部由程序编造|^数字由程序编造"
)


def study_of(folder: Path, *kinds: Kind) -> Analysis:
    """A small study whose numbers rest on sources of these kinds."""
    analysis = small_study(folder)
    (result,) = analysis.results.values()
    sources = tuple(Source(f"来源{n}", kind, file=f"file{n}.csv") for n, kind in enumerate(kinds))
    changed = replace(analysis.provenance, sources=sources)
    assert result.scores is not None and result.stages is not None
    survey = replace(result.survey, provenance=replace(result.survey.provenance, sources=sources))
    scores = replace(result.scores, provenance=replace(result.scores.provenance, sources=sources))
    stages = replace(result.stages, provenance=replace(result.stages.provenance, sources=sources), scores=scores)
    result = replace(result, survey=survey, scores=scores, stages=stages)
    return replace(analysis, provenance=changed, results={result.plan.code: result})


def page_of(analysis: Analysis, lang: Lang) -> str:
    return render_report(edition(analysis, drawn=[lang], cases=None), lang=lang)


@pytest.mark.parametrize(
    ("kinds", "nature"),
    [
        ((), "undeclared"),
        (("real",), "real"),
        (("real", "undeclared"), "undeclared"),
        (("synthetic", "synthetic"), "synthetic"),
        (("synthetic", "real"), "mixed"),
        (("real", "undeclared", "synthetic"), "mixed"),
        (("undeclared", "synthetic"), "mixed"),
    ],
)
def test_mixed_is_synthetic_beside_anything_else(kinds: tuple[Kind, ...], nature: str) -> None:
    provenance = combine(*(Provenance((Source(f"{n}", kind),)) for n, kind in enumerate(kinds)))
    assert provenance.nature == nature
    assert provenance.kind == ("synthetic" if nature == "mixed" else nature)


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_of_mixed_data_is_confidential_and_claims_nothing(tmp_path: Path, lang: Lang) -> None:
    html = page_of(study_of(tmp_path, "synthetic", "real"), lang)
    text = re.sub(r"<[^>]*>", "\n", html)
    assert not [line for line in text.splitlines() if FALSE.search(line.strip())]
    banner = html.split('<div class="banner"')[1].split("</div>")[0]
    summary = html.split('id="summary"')[1].split("</section>")[0]
    confidential = {"zh": "保密", "en": "onfidential"}[lang]
    assert confidential in banner and confidential in summary
    assert {"zh": "部分为模拟数据", "en": "PARTLY SYNTHETIC"}[lang] in banner
    assert {"zh": "真实企业", "en": "about real enterprises"}[lang] in banner
    assert {"zh": "不要据合计下任何结论", "en": "conclude nothing from the totals"}[lang] in banner
    assert 'data-kind="mixed"' in html and 'name="hmsurvey-data" content="synthetic"' in html
    limits = html.split('<section id="limits"')[1]
    assert {"zh": "真实文件和模拟文件合在一起", "en": "real and made-up files together"}[lang] in limits


@pytest.mark.parametrize("lang", LANGS)
def test_the_wording_is_found_false_only_where_it_is(tmp_path: Path, lang: Lang) -> None:
    text = re.sub(r"<[^>]*>", "\n", page_of(study_of(tmp_path / "s", "synthetic"), lang))
    assert [line for line in text.splitlines() if FALSE.search(line.strip())]
    text = page_of(study_of(tmp_path / "r", "real"), lang)
    assert not FALSE.search(text) and "PARTLY" not in text and "部分为模拟" not in text


@pytest.mark.parametrize("lang", LANGS)
def test_figures_of_mixed_data_say_so_in_title_footer_and_axes(tmp_path: Path, lang: Lang) -> None:
    for name, figure, provenance, _ in figures_of(study_of(tmp_path, "synthetic", "real"), lang):
        assert provenance.nature == "mixed" and stamped_kind(figure) == "synthetic", name
        foot = "".join(text.get_text() for text in figure.texts)
        assert {"zh": "部分为模拟数据，部分真实，请保密", "en": "PARTLY SYNTHETIC, partly real: confidential"}[
            lang
        ] in foot
        assert {"zh": "在部分为模拟的数据中", "en": "In the partly synthetic data"}[lang] in figure.headline  # type: ignore[attr-defined]
        words = {t.get_text() for axes in figure.axes for t in axes.texts if t.get_gid() == "hmsurvey-watermark"}
        assert words <= {{"zh": "部分模拟数据", "en": "PARTLY SYNTHETIC"}[lang]}


def test_every_sheet_of_mixed_data_says_so(tmp_path: Path) -> None:
    path = write_books(edition(study_of(tmp_path, "synthetic", "real")), tmp_path)[0]
    book = openpyxl.load_workbook(path)
    front = "\n".join(str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value is not None)
    assert "请按保密资料对待" in front and "Treat everything as confidential" in front
    assert not [line for line in front.splitlines() if FALSE.search(line)]
    for sheet in book.worksheets[:-1]:
        assert "部分为模拟数据" in str(sheet["A1"].value) and "PARTLY SYNTHETIC" in str(sheet["A1"].value)
    assert "PARTLY SYNTHETIC" in (book.properties.subject or "") and "PARTLY" in (book.properties.description or "")


@pytest.mark.parametrize(
    ("kinds", "zh", "en"),
    [
        (("synthetic",), "这些数据是模拟的", "These data are synthetic"),
        (("real",), "这些数据是真实的", "These data are real"),
        (("real", "undeclared"), "来源未经说明", "not declared"),
        (
            ("synthetic", "real"),
            "真实：file1.csv。由程序生成：file0.csv。",
            "Real: file1.csv. Made up by a program: file0.csv.",
        ),
    ],
)
def test_a_notebook_is_told_what_its_data_are(tmp_path: Path, kinds: tuple[Kind, ...], zh: str, en: str) -> None:
    about = about_data(study_of(tmp_path, *kinds))
    shown = about._repr_html_()
    assert zh in shown and en in shown and en in repr(about)
    says_harmless = bool(FALSE.search(shown))
    assert says_harmless == (kinds == ("synthetic",))
    assert ("do not forward" in shown) == ("real" in kinds and "undeclared" not in kinds)


def test_what_a_notebook_shows_is_escaped(tmp_path: Path) -> None:
    analysis = study_of(tmp_path, "synthetic", "real")
    sources = (Source("t", "real", file="<b>.csv"), Source("u", "synthetic", file="x.csv"))
    shown = about_data(replace(analysis, provenance=Provenance(sources)))._repr_html_()
    assert "<b>.csv" not in shown and "&lt;b&gt;.csv" in shown
