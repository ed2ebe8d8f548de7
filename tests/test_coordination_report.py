"""The coordination mode where it is read: section, charts, digest, city pages and brief say the tables' numbers, and everywhere that they prove nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hmsurvey.analysis.coalition_shown import step_of, tabulate_gains
from hmsurvey.analysis.coalition_tables import tabulate_coalitions, tabulate_smallest
from hmsurvey.analysis.coalition_trials import try_coalitions
from hmsurvey.analysis.coalitions import Coalitions, build_coalitions
from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.analysis.protection import protect_digest
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import LANGS, NOTHING, Text
from hmsurvey.output.charts_coalitions import plot_coalitions, plot_smallest
from hmsurvey.output.cities import city_pages
from hmsurvey.output.content import Drawing, Section, content_of
from hmsurvey.output.coordinating import coordination_jobs, tell_coordination
from hmsurvey.output.coordination_words import say_city, say_gains
from hmsurvey.study import Analysis, analyse, read_study
from hmsurvey.tables import Table

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def found(analysis: Analysis) -> Coalitions:
    return build_coalitions(analysis)


@pytest.fixture(scope="module")
def section(analysis: Analysis) -> Section:
    told = tell_coordination(content_of(analysis, []))
    assert told is not None
    return told


@pytest.fixture(scope="module")
def digest(analysis: Analysis) -> Digest:
    return digest_of(analysis)


def test_the_section_is_short_and_its_figures_are_drawn(analysis: Analysis, section: Section) -> None:
    assert [block.table for block in section.blocks if isinstance(block, Drawing)] == ["coalitions_index"]
    drawings = [block.table for block in (*section.blocks, *section.beyond) if isinstance(block, Drawing)]
    assert drawings == ["coalitions_index", "smallest_index"] and not section.tables
    assert section.part == "bulletin"
    assert [table().code for _, table, _ in coordination_jobs(analysis)] == drawings
    assert len({table.code for table in section.annex}) == len(section.annex) == 9


def test_its_first_words_and_all_its_tables_say_that_it_proves_nothing(section: Section) -> None:
    assert "proves nothing about the province" in section.paragraphs[0].en and "不证明辽宁" in section.paragraphs[0].zh
    for table in section.annex:
        if not table.code.startswith("own_means"):
            assert "proves nothing" in table.notes[0].en and "不证明" in table.notes[0].zh, table.code


def test_its_sentences_say_the_tables_numbers(analysis: Analysis, found: Coalitions, section: Section) -> None:
    said = section.paragraphs[1]
    frame = tabulate_coalitions(analysis, found, try_coalitions(analysis, found)).frame.set_index("coalition")
    single = frame.loc[["authority", "enterprise", "association"], "reached_pct"].max()
    pair = frame.loc[[name for name in frame.index if name.count("+") == 1], "reached_pct"].max()
    for value in (frame.at["as_it_is", "reached_pct"], single, pair, frame["reached_pct"].iloc[-1]):
        assert f"{value:.1f}%" in said.en and f"{value:.1f}%" in said.zh
    assert f"{frame['n_low'].iloc[-1]} do not get there" in said.en
    firm = next(t for t in section.annex if t.code.startswith("conclusions")).frame["survives_pct"]
    assert f"Of {len(firm)} conclusions {(firm >= 95).sum()} keep their verdict" in "".join(
        p.en for p in section.paragraphs
    )


def test_a_study_without_the_index_has_no_such_section() -> None:
    case = analyse(read_study(ROOT / "cases" / "govtech_maturity" / "study.toml"))
    assert tell_coordination(content_of(case, [])) is None and list(coordination_jobs(case)) == []
    assert not any("coordination" in code for code in digest_of(case).tables)


@pytest.mark.parametrize("lang", LANGS)
def test_the_charts_show_every_row_and_share(analysis: Analysis, found: Coalitions, lang: str) -> None:
    table = tabulate_coalitions(analysis, found, try_coalitions(analysis, found))
    figure = plot_coalitions(table, lang=lang)  # type: ignore[arg-type]
    cells = [t.get_text() for axes in figure.axes for t in axes.texts if t.get_gid() == "cell"]
    ranges = [f"{a:.0f}–{b:.0f}" for a, b in table.frame[["drawn_low_pct", "drawn_high_pct"]].dropna().to_numpy()]
    assert len(ranges) == 7 and set(ranges) <= set(cells)
    assert {f"{x:.0f}%" for x in table.frame["reached_pct"]} <= set(cells)
    least = tabulate_smallest(found)
    heat = plot_smallest(least, lang=lang)  # type: ignore[arg-type]
    values = [t.get_text() for axes in heat.axes for t in axes.texts if t.get_gid() == "value"]
    assert len(values) == 7 * 9
    dots = [line for axes in heat.axes for line in axes.lines if line.get_gid() == "member"]
    assert sorted(len(line.get_xdata()) for line in dots) == [1, 1, 1, 2, 2, 2, 3]
    nothing = replace(least, frame=least.frame.iloc[:0])
    assert plot_smallest(nothing, lang=lang) is not None  # type: ignore[arg-type]


def test_gains_are_true_and_each_step_holds_k(analysis: Analysis, found: Coalitions) -> None:
    table = tabulate_gains(found, 5)
    assert table is not None
    staged, n = found.staged, int(found.staged.sum())
    now = (found.now[staged] <= 1).sum()
    gains = 100.0 * ((found.place[:, staged] <= 1).sum(axis=1) - now) / n
    low, high = table.frame["gain_pct"].to_numpy(), table.frame["below_pct"].to_numpy()
    assert ((low <= gains) & (gains < high)).all()
    assert set(high - low) == {5.0} and step_of(n, 5) == 5 and 5 * n // 100 >= 5
    assert tabulate_gains(found, 60) is None and step_of(19, 5) is None


def test_only_the_province_leaves_the_house(digest: Digest, found: Coalitions) -> None:
    released, loss = protect_digest(digest)
    assert "coordination_index" in released and "coordination_by_city_index" not in released
    assert not released["coordination_index"].hidden
    assert any("by the assumed matrices" in title.en for title in loss.withheld)
    topic = next(t for t in digest.topics if t.code == "index")
    assert say_city(released, topic, "210100") == NOTHING
    assert say_gains(released, topic) == say_gains(digest, topic) != NOTHING
    counts = [c.code for c in released["coordination_index"].columns if c.unit == "count"]
    assert counts == []


def test_cities_add_up_and_their_pages_say_their_numbers(digest: Digest, found: Coalitions) -> None:
    frame = digest["coordination_by_city_index"].frame
    rest, whole = frame[frame["group"] != ALL], frame[frame["group"] == ALL]
    summed = rest.groupby("coalition", sort=False)[["n_staged", "n_reached"]].sum().reset_index(drop=True)
    np.testing.assert_array_equal(summed.to_numpy(), whole[["n_staged", "n_reached"]].to_numpy())
    rows = frame[frame["group"] == "210300"].set_index("coalition")["n_reached"]
    topic = next(t for t in digest.topics if t.code == "index")
    said = say_city(digest, topic, "210300")
    assert f"{rows['as_it_is']} are at Intermediate" in said.en and f"all three to {rows.iloc[-1]}." in said.en
    assert f"三方协同 {rows.iloc[-1]} 家" in said.zh and "不是调查结果" in said.zh
    page = next(p for p in city_pages(digest) if p.group == "210300")
    assert any(said in panel.texts for panel in page.panels)
    alone = [Text(*t) for p in city_pages(protect_digest(digest)[0]) for panel in p.panels for t in panel.texts]
    assert not any("Coordination:" in text.en for text in alone)


def test_tables_are_whole(section: Section) -> None:
    for table in section.annex:
        assert isinstance(table, Table) and len(table.frame) and not table.personal
        for column in table.columns:
            if column.unit == "code":
                assert set(table.frame[column.code]) <= set(column.labels), (table.code, column.code)
