"""Platforms and problems in what leaves: charts that say what they show, digests that say it in steps, a block on every city's page, a paragraph in the brief."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.colors import to_hex
from problem_study import ROWS, problem_study
from scipy.stats import chi2_contingency

from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.analysis.importance import tabulate_importance
from hmsurvey.analysis.platform_use import NOWHERE, tabulate_platform_overlap, tabulate_platform_use
from hmsurvey.analysis.protection import protect_digest
from hmsurvey.analysis.severity_tables import tabulate_problem_overview, tabulate_severities
from hmsurvey.analysis.type_filing import tabulate_filing_load, tabulate_types_filed
from hmsurvey.output import theme
from hmsurvey.output.brief import compose_brief
from hmsurvey.output.charts_filing import (
    cities_of,
    headline_filing_load,
    plot_filing_load,
    plot_types_unfiled,
    told_apart,
)
from hmsurvey.output.charts_platforms import (
    headline_platform_overlap,
    headline_types_filed,
    plot_platform_overlap,
    plot_types_filed,
)
from hmsurvey.output.charts_problems import headline_problems, plot_importance, plot_problems
from hmsurvey.output.cities import city_pages
from hmsurvey.output.content import content_of
from hmsurvey.output.platform_findings import tell_platforms
from hmsurvey.output.problem_findings import tell_problems
from hmsurvey.output.problem_words import say_landscape, say_severest, say_use
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return problem_study(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def liaoning() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def digest(liaoning: Analysis) -> Digest:
    return digest_of(liaoning)


def test_steps_hold_k_enterprises_and_the_value(liaoning: Analysis, digest: Digest) -> None:
    for code in ("questionnaire", "index"):
        exact = tabulate_severities(liaoning, code).frame.set_index(["measure", "problem"])
        coarse = digest[f"severities_{code}"].frame.set_index(["measure", "problem"])
        assert len(coarse) == len(exact)
        for key, row in coarse.iterrows():
            assert row["from_pct"] <= exact.loc[key, "mean"] <= row["below_pct"]
            assert (row["below_pct"] - row["from_pct"]) / 100 * exact.loc[key, "n_scored"] >= digest.k
        assert "n_scored" not in coarse
    use = tabulate_platform_use(liaoning).frame.set_index("platform")
    shown = digest["platform_use_questionnaire"].frame.set_index("platform")
    assert ((shown["from_pct"] <= use["share_pct"]) & (use["share_pct"] <= shown["below_pct"])).all()


def test_too_few_enterprises_leave_nothing_in_the_digest(tiny: Analysis) -> None:
    """Six enterprises with k = 2: no step of 20 points holds two of five."""
    found = digest_of(tiny)
    assert "severities_tiny" not in found and "platform_use_tiny" not in found and "severities_by_city_tiny" in found


def test_what_is_protected_says_nothing_of_cities(digest: Digest) -> None:
    protected, loss = protect_digest(digest)
    assert not [code for code in protected.tables if code.startswith(("severities_by", "platform_use_by"))]
    assert any("Severity of the problems, by city" in title.en for title in loss.withheld)
    topic = next(t for t in protected.topics if t.code == "questionnaire")
    assert "95% interval" in say_severest(digest, topic).en
    assert "interval" not in say_severest(protected, topic).en and "severest" in say_severest(protected, topic).en
    assert say_use(protected, topic).zh and "没有列名" in say_landscape(protected).zh
    assert not any(panel.code == "problems" for page in city_pages(protected) for panel in page.panels)
    pieces = str(compose_brief(protected, visibility="public").pieces)
    assert "chosen from public sources (A71)" in pieces and "severest" in pieces


def test_a_citys_page_shows_its_severities_beside_those_of_all(liaoning: Analysis, digest: Digest) -> None:
    table = tabulate_severities(liaoning, "index", by="city").frame.set_index(["group", "problem"])
    pages = {page.group: page for page in city_pages(digest)}
    (panel,) = [p for p in pages["210300"].panels if p.code == "problems"]
    assert [track.city for track in panel.tracks] == pytest.approx(table.loc["210300", "mean"].tolist())
    assert [track.whole for track in panel.tracks] == pytest.approx(table.loc["all", "mean"].tolist())
    assert [track.low for track in panel.tracks] == pytest.approx(table.loc["210300", "ci_low"].tolist())
    assert any("an enterprise on average" in text.en for text in panel.texts)
    silent = [p for page in pages.values() for p in page.panels if p.code == "problems" and not p.tracks]
    assert silent and all(p.texts for p in silent)


def test_the_brief_names_platforms_as_not_the_studys_own_and_says_how_sure(digest: Digest) -> None:
    pieces = str(compose_brief(digest, visibility="internal").pieces)
    assert (
        "这份名单由本项目按公开资料选定（A71）" in pieces
        and "95% interval" in pieces
        and "P1 low digitisation" in pieces
    )


def test_the_sections_are_short_and_keep_rows_about_enterprises_for_the_workbook(liaoning: Analysis) -> None:
    content = content_of(liaoning, cases=())
    for section in (tell_platforms(content), tell_problems(content)):
        assert section is not None and section.part == "bulletin"
        assert len(section.tables) <= 2 and len(section.figures) - len(section.tables) <= 2
        assert not any(table.personal for table in section.tables)
    assert tell_platforms(content_of(analyse(read_study(ROOT / "cases" / "nara_format_risk" / "study.toml")), cases=())) is None  # fmt: skip


def test_headlines_say_what_the_tables_hold(tiny: Analysis) -> None:
    overlap = tabulate_platform_overlap(tiny)
    assert headline_platform_overlap(overlap, "en").endswith("60% of enterprises use 2 platforms or more, in 4 combinations in all")  # fmt: skip
    types = headline_types_filed(tabulate_types_filed(tiny), "en")
    assert types.startswith(
        "In the synthetic data, at least half of enterprises file each of 2 archive types on some platform"
    )
    assert "难分先后" in headline_problems(tabulate_problem_overview(tiny), "zh")
    for lang in ("zh", "en"):
        assert plot_platform_overlap(overlap, lang=lang).headline  # type: ignore[arg-type]
        assert plot_types_filed(tabulate_types_filed(tiny), lang=lang).headline  # type: ignore[arg-type]
        assert plot_problems(tabulate_problem_overview(tiny), lang=lang).headline  # type: ignore[arg-type]


def test_the_load_by_stage_and_city_says_whether_cities_differ(liaoning: Analysis) -> None:
    """As it is, chance would do; were the question answered "several" in some cities only, it would not."""
    table = tabulate_filing_load(liaoning, by="both")
    assert headline_filing_load(table, "en").endswith("65% say that one document goes to two platforms or more; cities cannot be told apart in it")  # fmt: skip
    cities, frame = cities_of(table), table.frame.copy()
    assert len(cities) == 14 and "all" not in cities and "advanced" not in cities
    assert told_apart(table) == pytest.approx(chi2_contingency(frame[frame["group"].isin(cities)][["n_repeated", "n_told"]].assign(n_told=lambda f: f["n_told"] - f["n_repeated"])).pvalue, abs=0.03)  # fmt: skip
    frame.loc[frame["group"].isin(cities[:7]), "n_repeated"] = 0
    assert headline_filing_load(replace(table, frame=frame), "zh").endswith(
        "的企业说同一份材料要报到两个以上平台，各市有差别"
    )


def test_the_charts_by_stage_and_city_show_what_the_tables_hold(liaoning: Analysis) -> None:
    load, types = tabulate_filing_load(liaoning, by="both"), tabulate_types_filed(liaoning, by="both")
    for lang in ("zh", "en"):
        figure = plot_filing_load(load, lang=lang)  # type: ignore[arg-type]
        marks = [line.get_xdata()[0] for axes in figure.axes for line in axes.lines if line.get_gid() == "share"]
        shown = load.frame[load.frame["n_answered"] > 0]
        assert sorted(marks) == sorted([*shown["mean_platforms"], *shown["repeated_pct"], *shown["pairs_none_pct"]])
        words = " ".join(text.get_text() for text in [*figure.texts, *(t for axes in figure.axes for t in axes.texts)])
        assert ("铁岭：答卷不足" if lang == "zh" else "Tieling: fewer than") in words
    figure = plot_types_unfiled(types, lang="en")
    (cells,) = [drawn for axes in figure.axes for drawn in axes.collections if drawn.get_gid() == "cell"]
    shown = types.frame[types.frame.groupby("group")["n_answered"].transform("max") > 0]
    shares = zip(shown[f"share_{NOWHERE}_pct"], shown["note"] == "", strict=True)
    colours = Counter(to_hex(theme.SEQUENTIAL(v / 100)) if enough else theme.PAPER.lower() for v, enough in shares)
    assert Counter(to_hex(colour) for colour in cells.get_facecolors()) == colours
    assert figure.headline.endswith("most enterprises file 5 types on no platform, T16 in every stage and city")


def test_charts_of_nothing_say_so(tmp_path: Path) -> None:
    """One enterprise that left everything blank."""
    nobody = problem_study(tmp_path, ((ROWS[4][0], ROWS[4][1], "", "", "", "", "", "", "", ""),))
    for table, plot in (
        (tabulate_types_filed(nobody), plot_types_filed),
        (tabulate_filing_load(nobody, by="both"), plot_filing_load),
        (tabulate_types_filed(nobody, by="both"), plot_types_unfiled),
        (tabulate_platform_overlap(nobody), plot_platform_overlap),
        (tabulate_problem_overview(nobody), plot_problems),
    ):
        assert plot(table, lang="en").headline.endswith("there are no usable answers")
    content = content_of(nobody, cases=())
    assert tell_platforms(content) is None and tell_problems(content) is None


def test_the_importance_chart_labels_every_indicator_once(liaoning: Analysis) -> None:
    figure = plot_importance(tabulate_importance(liaoning["index"]), lang="en")
    labels = [text.get_text() for axes in figure.axes for text in axes.texts if text.get_gid() == "label"]
    assert len(labels) == len(set(labels)) == 54
