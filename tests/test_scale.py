"""Factors of the index, enterprises and needs on one scale, their figures and their section: counts add up, nobody can be found, what cannot be done is said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import matplotlib.text
import numpy as np
import pytest
from matplotlib.colors import to_hex
from results import result

from hmsurvey.analysis.alternatives import restage
from hmsurvey.analysis.coherence import tabulate_items
from hmsurvey.analysis.difficulty import fit_indicators
from hmsurvey.analysis.factoring import (
    Structure,
    find_factors,
    tabulate_dimensions,
    tabulate_loadings,
    tabulate_recovery,
)
from hmsurvey.analysis.ladder import (
    supposed_pairs,
    tabulate_ladder,
    tabulate_person_item_map,
    tabulate_separation,
)
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.errors import LANGS, Lang, UsageError
from hmsurvey.output import theme
from hmsurvey.output.charts_scale import plot_loadings, plot_person_item_map
from hmsurvey.output.cohering import coherence_jobs, tell_coherence
from hmsurvey.output.content import content_of
from hmsurvey.output.headlines import ENTERPRISES
from hmsurvey.output.page import plot_axes
from hmsurvey.rules import read_rule
from hmsurvey.study import Analysis, SurveyResult, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]
RULE = """
kind = "rule"
id = "upside_down"
version = "1.0"
zh = "倒过来的规则"
en = "Upside down"
system = "digital_archives"
[[stage]]
code = "high"
zh = "高"
en = "High"
needs = [{ code = "easy", zh = "有系统", en = "some system", points = "B1.1", min = 1, status = "assumed", assumption = "A56" }]
[[stage]]
code = "middle"
zh = "中"
en = "Middle"
needs = [{ code = "hard", zh = "办公文件", en = "office files", points = "C2.1", min = 2, status = "assumed", assumption = "A55" }]
[[stage]]
code = "low"
zh = "低"
en = "Low"
needs = []
"""


@pytest.fixture(scope="module")
def study() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def structure(study: Analysis) -> Structure:
    return find_factors(study["index"], seed=study.study.seed)


def with_points(found: SurveyResult, **changes: float) -> SurveyResult:
    """The same survey with one value for everybody on some indicators (`A1_1` for A1.1)."""
    scores = need_scores(found)
    return replace(
        found,
        scores=replace(scores, points=scores.points.assign(**{k.replace("_", "."): v for k, v in changes.items()})),
    )


# --- factors ------------------------------------------------------------------------------------------------------------------------


def test_every_indicator_has_its_row_and_the_counts_of_home_add_up(structure: Structure) -> None:
    loadings, recovery = tabulate_loadings(structure).frame, tabulate_recovery(structure).frame
    assert len(loadings) == 54 and [c for c in loadings if c.startswith("f_")] == [f"f_{a}" for a in "ABCDEF"]
    home = [row["home"] == "yes" for row in loadings.to_dict("records")]
    biggest = loadings[[f"f_{a}" for a in "ABCDEF"]].abs().idxmax(axis=1)
    assert home == [name == f"f_{area}" for name, area in zip(biggest, loadings["area"], strict=True)]
    whole = recovery.set_index("node")
    assert whole.loc["all", "n_home"] == sum(home) == whole["n_home"].drop("all").sum()
    assert whole["n_items"].drop("all").sum() == 54
    # the stand-in draws a quality for every area: what made the data comes back, far above luck
    assert sum(home) > 2 * structure.matching.by_chance


def test_loadings_and_their_correlations_give_the_correlations_back(structure: Structure) -> None:
    f = structure.factors
    made = f.loadings @ f.phi @ f.loadings.T + np.diag(f.uniquenesses)
    gap = made - structure.dimensions.matrix
    assert np.abs(np.diag(gap)).max() < 1e-8 and np.sqrt((gap[np.triu_indices(54, 1)] ** 2).mean()) < 0.05


def test_no_loading_stands_bare_where_indicators_are_tied(structure: Structure) -> None:
    recovery, loadings = tabulate_recovery(structure), tabulate_loadings(structure)
    tied = recovery.frame["n_tied"] > 0
    assert tied.any() and (recovery.frame.loc[tied, "caution"] == "tied").all()
    assert (recovery.frame.loc[~tied, "caution"] == "").all()
    for table in (recovery, loadings, tabulate_dimensions(structure)):
        assert any("tied to others by logic" in note.en for note in table.notes)


def test_smoothing_and_what_was_left_out_are_said(study: Analysis) -> None:
    found = find_factors(with_points(study["index"], A1_1=2.0, D3_2=0.0), seed=1)
    assert found.left_out == ("A1.1", "D3.2") and len(found.codes) == 52
    notes = " ".join(note.en for note in tabulate_loadings(found).notes)
    assert "Left out, since they do not vary: A1.1, D3.2." in notes
    assert f"{found.dimensions.n_raised} eigenvalues below 0.01" in notes


def test_dimensions_stand_beside_chance_and_those_above_come_first(structure: Structure) -> None:
    frame = tabulate_dimensions(structure).frame
    above = (frame["above"] == "yes").to_numpy()
    assert above.sum() == structure.dimensions.n_above and above[: above.sum()].all()
    assert (frame["eigenvalue"] > frame["chance"])[above].all() and not (frame["eigenvalue"] > frame["chance"])[above.sum()]  # fmt: skip


def test_too_many_factors_and_too_few_enterprises_are_refused(study: Analysis) -> None:
    index = study["index"]
    with pytest.raises(UsageError, match=r"Too few indicators vary for so many factors.*\n.*\n.*54 / 28"):
        find_factors(index, seed=1, n_factors=28)
    with pytest.raises(UsageError, match="Too few indicators vary"):
        find_factors(result(), seed=1)
    scores = need_scores(index)
    points = scores.points.copy()
    points.loc[points.index[25:], "A1.1"] = np.nan
    few = replace(index, scores=replace(scores, points=points))
    with pytest.raises(UsageError, match="Too few enterprises have points on both"):
        find_factors(few, seed=1)


# --- single indicators --------------------------------------------------------------------------------------------------------------


def test_an_indicator_against_the_sum_of_the_others_by_hand(study: Analysis) -> None:
    frame = tabulate_items(study["index"]).frame.set_index("indicator")
    scores = need_scores(study["index"])
    codes = [code for code in frame.index if code.startswith("F")]
    share = (scores.points[codes] / scores.most[codes]).dropna()
    rest = share.drop(columns="F2.3").sum(axis=1)
    assert frame.loc["F2.3", "item_rest"] == pytest.approx(np.corrcoef(share["F2.3"], rest)[0, 1])
    assert frame.loc["F2.3", "n_complete"] == len(share)
    assert (frame["keyed"] == "").all()


def test_an_indicator_turned_round_is_found_and_turns_its_sign(study: Analysis) -> None:
    plain, turned = (tabulate_items(study["index"], turned=t).frame.set_index("indicator") for t in ((), ("F2.3",)))
    assert list(turned.index[turned["keyed"] == "against"]) == ["F2.3"]
    assert turned.loc["F2.3", "item_rest"] == pytest.approx(-plain.loc["F2.3", "item_rest"])
    assert turned.loc["F1.1", "item_rest"] < plain.loc["F1.1", "item_rest"]
    assert turned.loc["A1.1"].equals(plain.loc["A1.1"])
    with pytest.raises(UsageError, match=r"no such indicator(.|\n)*Z9"):
        tabulate_items(study["index"], turned=("Z9",))


# --- one scale ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("least", [1, 5, 20])
def test_bands_hold_enough_enterprises_and_all_of_them(study: Analysis, least: int) -> None:
    frame = tabulate_person_item_map(study["index"], least=least).frame
    bands = frame[frame["part"] == "band"]
    counts = need_stages(study["index"]).stage.value_counts()
    for stage, mine in bands.groupby("stage"):
        assert mine["n"].sum() == counts[stage] and (mine["n"] >= least).all()
        assert (mine["low"].to_numpy()[1:] >= mine["high"].to_numpy()[:-1]).all()
    assert (2 * bands[["low", "high"]] % 1 == 0).all(axis=None), "ends lie on the grid, never at an enterprise"
    assert set(bands["stage"]) == {code for code, n in counts.items() if n >= max(10, 2 * least)}
    assert "advanced" not in set(bands["stage"]), "five enterprises have their mean only"


def test_steps_lie_in_order_and_those_a_need_names_are_marked(study: Analysis) -> None:
    index = study["index"]
    frame = tabulate_person_item_map(index).frame
    steps = frame[frame["part"] == "step"]
    fit = fit_indicators(index)
    assert len(steps) == sum(len(t) for t in fit.thresholds)
    assert all((np.diff(mine["low"]) > 0).all() and (np.diff(mine["n"]) < 0).all() for _, mine in steps.groupby("indicator"))  # fmt: skip
    asked = steps[steps["stage"] != ""].set_index(["indicator", "step"])["stage"].to_dict()
    assert asked[("B1.1", 1)] == "intermediate" and asked[("B1.1", 2)] == "advanced"
    named = {"B1.1": (1, 2), "C2.1": (2,), "C2.3": (1, 2, 3)}
    points = need_scores(index).points
    for code, wanted in named.items():
        assert sorted(int(k) for name, k in asked if name == code) == list(wanted)
        for least in wanted:
            n = steps[(steps["indicator"] == code) & (steps["step"] == least)]["n"].iloc[0]
            assert n == (points[code] >= least).sum()
    assert {name for name, _ in asked} == set(named)


def test_pairs_on_one_matter_are_no_evidence(study: Analysis) -> None:
    pairs = set(supposed_pairs(study["index"]))
    for same in (("total80", "total60"), ("GT6", "GT6i"), ("GT1", "GT1i"), ("GT3", "GT3i")):
        assert same not in pairs
    assert ("GT3", "total60") in pairs and ("total80", "GT3i") in pairs


def test_needs_in_order_are_counted_from_their_places(study: Analysis) -> None:
    frame = tabulate_ladder(study["index"]).frame.set_index("need")
    pairs = [p for p in supposed_pairs(study["index"]) if frame.loc[list(p), "place"].notna().all()]
    right = [(a, b) for a, b in pairs if frame.loc[b, "place"] < frame.loc[a, "place"]]
    assert frame["n_pairs"].sum() == 2 * len(pairs) and frame["n_in_order"].sum() == 2 * len(right)
    met = need_stages(study["index"]).met
    assert all(frame.loc[need, "n_met"] == met[need].eq(True).sum() for need in frame.index)
    assert all(frame.loc[need, "n_known"] == met[need].notna().sum() for need in frame.index)


def test_a_rule_upside_down_is_not_in_order(study: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "rule.toml"
    path.write_text(RULE, encoding="utf-8")
    turned = restage(study["index"], rule=read_rule(path))
    frame = tabulate_ladder(turned).frame.set_index("need")
    assert frame.loc["easy", "place"] < frame.loc["hard", "place"]
    assert frame["n_pairs"].tolist() == [1, 1] and frame["n_in_order"].tolist() == [0, 0]
    section = tell_coherence(content_of(replace(study, results={"index": turned}), ()))
    assert section is not None
    said = " ".join(text.en for text in section.paragraphs)
    assert "Of 1 pair of needs on different matters, 0 are in that order; it does not hold where “some system” (high" in said  # fmt: skip


def test_borders_have_all_indicators_and_the_order_is_that_of_pairs(study: Analysis) -> None:
    index = study["index"]
    frame = tabulate_separation(index).frame
    assert frame["n_indicators"].sum() == 54 and list(frame["upper"]) == ["intermediate", "advanced"]
    scores, fit = need_scores(index), fit_indicators(index)
    means = (scores.points / scores.most).groupby(need_stages(index).stage.astype(object).to_numpy()).mean()
    first = (means.loc["intermediate"] - means.loc["low"]) >= (means.loc["advanced"] - means.loc["intermediate"])
    place = dict(zip(fit.names, fit.item_locations, strict=True))
    low, high = ([place[c] for c in fit.names if first[c] == want] for want in (True, False))
    assert frame["n_indicators"].tolist() == [len(low), len(high)]
    share = 100 * np.mean([a < b for a in low for b in high])
    assert frame["in_order_pct"].iloc[1] == pytest.approx(share)
    assert len(tabulate_separation(index, least=6).frame) == 1, "five advanced enterprises make no border"


# --- figures and section ------------------------------------------------------------------------------------------------------------


def words(figure: matplotlib.figure.Figure) -> str:
    return " ".join(t.get_text() for t in figure.findobj(matplotlib.text.Text))


@pytest.mark.parametrize("lang", LANGS)
def test_the_map_names_every_indicator_and_no_enterprise(study: Analysis, lang: Lang) -> None:
    table = tabulate_person_item_map(study["index"])
    figure = plot_person_item_map(table, lang=lang)
    *strips, items = plot_axes(figure)
    assert len(strips) == 4
    steps = table.frame[table.frame["part"] == "step"]
    dots = [x for line in items.lines if line.get_gid() in ("step", "asked") for x in line.get_xdata()]
    np.testing.assert_allclose(sorted(dots), sorted(steps["low"]))
    text = words(figure)
    assert all(re.search(rf"\b{re.escape(code)}\b", text) for code in set(steps["indicator"]))
    assert not [unit for unit in need_scores(study["index"]).points.index if str(unit) in text]
    assert ("SYNTHETIC" if lang == "en" else "模拟数据") in text
    areas = [sum(b.get_width() * b.get_height() for b in strip.patches) for strip in strips]
    counts = [int(t.get_text()) for t in strips[2].texts if t.get_gid() == "n"]
    assert areas[0] == 0 and sum(counts) == (need_stages(study["index"]).stage == "low").sum()
    bars = [b for b in strips[2].patches if b.get_gid() == "band"]
    ratio = [b.get_width() * b.get_height() / n for b, n in zip(bars, counts, strict=True)]
    assert np.ptp(ratio) < 1e-9, "areas go with numbers"


@pytest.mark.parametrize("lang", LANGS)
def test_loadings_are_cells_with_their_numbers(structure: Structure, lang: Lang) -> None:
    table = tabulate_loadings(structure)
    (axes,) = plot_axes(plot_loadings(table, lang=lang))
    (cells,) = [drawn for drawn in axes.collections if drawn.get_gid() == "loading"]
    numbers = [t.get_text().replace("−", "-") for t in axes.texts if t.get_gid() == "value"]
    grid = table.frame[[f"f_{a}" for a in "ABCDEF"]].to_numpy()
    values = grid.ravel()
    assert len(cells.get_paths()) == 54 * 6
    assert [to_hex(c) for c in cells.get_facecolors()] == [to_hex(theme.TWO_WAYS(0.5 + v / 2)) for v in values]
    # numbers of those that count, and of the largest of every row
    written = (np.abs(grid) >= 0.3) | (np.abs(grid) == np.abs(grid).max(axis=1, keepdims=True))
    np.testing.assert_allclose([float(n) for n in numbers], grid[written], atol=0.00501)
    assert len([p for p in axes.patches if p.get_gid() == "elsewhere"]) == (table.frame["home"] == "no").sum()
    assert len([p for p in axes.patches if p.get_gid() == "own"]) == 6


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_to_draw_is_said(study: Analysis, structure: Structure, lang: Lang) -> None:
    map_, loadings = tabulate_person_item_map(study["index"]), tabulate_loadings(structure)
    for table, plot in ((map_, plot_person_item_map), (loadings, plot_loadings)):
        figure = plot(replace(table, frame=table.frame.head(0)), lang=lang)
        assert ("nothing to draw" if lang == "en" else "没有可画的数据") in words(figure)


def test_the_section_has_its_figures_and_its_caution(study: Analysis) -> None:
    section = tell_coherence(content_of(study, ()))
    assert section is not None
    jobs = [name for name, _, _ in coherence_jobs(study, study["index"], noun=ENTERPRISES)]
    assert jobs == ["loadings_index", "wright_index"] and set(jobs) <= set(section.figures)
    said = " ".join(text.en for text in section.paragraphs)
    assert "tied to others by logic" in said and "rests on little" in said
    n = int(tabulate_ladder(study["index"]).frame["n_in_order"].sum() / 2)
    assert f"{n} are in that order" in said
    assert not [table for table in (*section.tables, *section.annex) if table.personal]


def test_the_section_says_why_there_are_no_factors(study: Analysis) -> None:
    scores = need_scores(study["index"])
    points = scores.points.copy()
    points.loc[points.index[25:], "A1.1"] = np.nan
    few = replace(study["index"], scores=replace(scores, points=points))
    section = tell_coherence(content_of(replace(study, results={"index": few}), ()))
    assert section is not None
    said = " ".join(text.en for text in section.paragraphs)
    assert "No factor analysis: Too few enterprises have points on both of two indicators." in said
    assert "loadings_index" not in section.figures and "wright_index" in section.figures
