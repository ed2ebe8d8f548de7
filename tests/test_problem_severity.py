"""How severe is each problem: by hand on six enterprises, ends that are reached, answers that never make it worse, ranks that do not promise too much, and a landscape of one's own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problem_study import ROWS, definitions, problem_study
from scipy import stats

from hmsurvey.analysis.importance import tabulate_importance, weights_in_total
from hmsurvey.analysis.severity import severities_of
from hmsurvey.analysis.severity_tables import (
    tabulate_main_problem,
    tabulate_problem_ranks,
    tabulate_severities,
    tabulate_severity_agreement,
    tabulate_unit_severities,
)
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.errors import DataError, DefinitionError, UsageError
from hmsurvey.landscape import built_in_landscape, read_landscape
from hmsurvey.output.manifest import write_manifest
from hmsurvey.statistics.concordance import spearman
from hmsurvey.statistics.ranking import paired_rank_ranges
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return problem_study(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def liaoning() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


def test_severity_by_hand(tiny: Analysis) -> None:
    """P1 is (kept + 2 rules) / 3. u1: all there, 0. u2: nothing, 100. u3: kept (0 + 1) / 2, rules 1/3: 100 (1 - (1/2 + 2/3) / 3) = 61.11.

    u4: rules are blank, so kept alone would answer 1 of 3 of the weight: too little. u5 said nothing. u6: kept (2/3 + 1/3) / 2 = 1/2, rules 2/3: 100 (1 - (1/2 + 4/3) / 3) = 38.89.
    """
    found = severities_of(tiny)
    assert found.values["state"]["P1"].tolist() == pytest.approx(
        [0, 100, 100 * (1 - (1 / 2 + 2 / 3) / 3), np.nan, np.nan, 100 * (1 - (1 / 2 + 4 / 3) / 3)], nan_ok=True
    )
    assert found.values["state"]["P2"].tolist() == pytest.approx(
        [0, 100, 200 / 3, np.nan, np.nan, 100 / 3], nan_ok=True
    )
    assert found.values["effect"]["P5"].tolist() == pytest.approx([0, 100, 100 / 3, 200 / 3, np.nan, 0], nan_ok=True)
    assert (found.items["state", "P1"], found.items["state", "P2"], found.items["effect", "P1"]) == (2, 1, 1)


def test_indicators_lose_points_as_an_area_of_the_index_does(liaoning: Analysis) -> None:
    """P3 rests on F2.1, F2.2 and F2.3, of three points each: 100 less the points of the three over nine, for who answered all."""
    scores = liaoning["index"].scores
    assert scores is not None
    points = scores.points[["F2.1", "F2.2", "F2.3"]].dropna()
    found = severities_of(liaoning, "index").values["index"]["P3"]
    assert found[points.index].to_numpy() == pytest.approx(100 * (1 - points.sum(axis=1).to_numpy() / 9))
    one_gap = scores.points[["F2.1", "F2.2", "F2.3"]].isna().sum(axis=1) == 1
    assert one_gap.any() and found[one_gap].notna().all()


def test_means_and_intervals_by_city_are_the_t_intervals_of_the_values(tiny: Analysis) -> None:
    table = tabulate_severities(tiny, by="city").frame.set_index(["group", "measure", "problem"])
    values = [0, 100, 200 / 3]
    row = table.loc[("东市", "state", "P2")]
    assert (row["n_scored"], row["mean"]) == (3, pytest.approx(np.mean(values)))
    half = stats.t.ppf(0.975, 2) * np.std(values, ddof=1) / np.sqrt(3)
    assert row["ci_low"] == pytest.approx(max(0.0, np.mean(values) - half)) and row["ci_high"] == pytest.approx(min(100.0, np.mean(values) + half))  # fmt: skip
    assert np.isnan(table.loc[("西市", "state", "P2"), "ci_low"])  # one enterprise tells no spread
    assert table.loc[("all", "state", "P2"), "n_scored"] == 4


LEVELS = st.lists(st.sampled_from("0123"), min_size=2, max_size=2)
TICKED = st.sets(st.sampled_from("abc"))


@settings(max_examples=30, deadline=None)
@given(LEVELS, TICKED, st.integers(0, 1), st.sampled_from("abc"))
def test_a_better_answer_never_makes_a_problem_worse(
    tmp_path_factory: pytest.TempPathFactory, kept: list[str], ticked: set[str], which: int, more: str
) -> None:
    def row(unit: str, levels: list[str], ticks: set[str]) -> tuple[str, ...]:
        return (unit, "东市", ";".join(sorted(ticks)) or "none", "1", "P1", *levels, "p1", "p1", "1")

    raised = [*kept]
    raised[which] = str(min(3, int(kept[which]) + 1))
    rows = (row("u1", kept, ticked), row("u2", raised, ticked), row("u3", kept, ticked | {more}))
    found = severities_of(problem_study(tmp_path_factory.mktemp("up"), rows)).values["state"]
    assert (found.loc["u2"] <= found.loc["u1"] + 1e-9).all() and (found.loc["u3"] <= found.loc["u1"] + 1e-9).all()
    assert ((found >= 0) & (found <= 100)).all(axis=None)


def test_the_built_in_severities_fit_the_questionnaire_and_reach_both_ends() -> None:
    scale = built_in_landscape().severities
    book = read_codebook(definitions_folder() / "codebooks" / "informatisation.toml")
    expanded = scale.expanded(book)
    assert {(i.problem, i.measure) for i, _ in expanded} == {
        (f"P{k}", m) for k in range(1, 6) for m in ("state", "effect")
    }
    assert [len(parts) for item, parts in expanded if item.indicator.code == "P1.kept"] == [16]
    values = severities_of(analyse(read_study(ROOT / "study.toml")), "questionnaire").values
    assert values["effect"].max().max() == 100 and values["effect"].min().min() == 0
    assert values["state"].max().max() == 100 and values["state"].min().min() == 0


def test_ranks_of_problems_hold_the_problem_that_is_severer_in_every_enterprise() -> None:
    """The first column is above the others by 5 in all rows, so its rank is 1 and nothing else; the other two change places and stay apart from nothing."""
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(40, 2))
    values = np.column_stack([noise.max(axis=1) + 5, noise])
    ranges = paired_rank_ranges(values)
    assert (ranges.first.tolist(), ranges.last.tolist()) == ([1, 2, 2], [1, 3, 3])
    with pytest.raises(DataError, match="At least two columns"):
        paired_rank_ranges(values[:, :1])
    assert paired_rank_ranges(values, population=40).n_told_apart == 3  # all were asked: nothing is left to chance


def test_joint_ranges_cover_the_true_order() -> None:
    """At 95 % joint confidence at most about one sample in twenty may deny a true order; here the true means are 3, 3, 2, 1, 1."""
    rng, denied = np.random.default_rng(7), 0
    for _ in range(200):
        sample = np.array([3, 3, 2, 1, 1]) + rng.normal(scale=2, size=(30, 5)) + rng.normal(size=(30, 1))
        above = paired_rank_ranges(sample).above
        truth = np.subtract.outer([3, 3, 2, 1, 1], [3, 3, 2, 1, 1]) > 0
        denied += bool((above & ~truth).any())
    assert denied <= 20


def test_spearman_is_scipys_with_bonett_and_wrights_interval() -> None:
    rng = np.random.default_rng(11)
    x = rng.normal(size=25)
    y = x + rng.normal(size=25)
    value, low, high = spearman(x, y)
    expected = stats.spearmanr(x, y).statistic
    half = stats.norm.ppf(0.975) * np.sqrt((1 + expected**2 / 2) / 22)
    assert (value, low, high) == pytest.approx((expected, np.tanh(np.arctanh(expected) - half), np.tanh(np.arctanh(expected) + half)))  # fmt: skip
    with pytest.raises(DataError, match="One of the two is constant"):
        spearman([1, 1, 1], [1, 2, 3])


def test_agreement_is_over_the_enterprises_that_both_surveys_know(liaoning: Analysis) -> None:
    table = tabulate_severity_agreement(liaoning).frame.set_index(["problem", "pair"])
    one = severities_of(liaoning, "index").values["index"]["P3"]
    other = severities_of(liaoning, "questionnaire").values["state"]["P3"]
    both = pd.concat([one, other], axis=1, join="inner").dropna()
    row = table.loc[("P3", "index+state")]
    assert row["n"] == len(both) and row["rho"] == pytest.approx(stats.spearmanr(*both.to_numpy().T).statistic)
    assert row["gap"] == pytest.approx((both.iloc[:, 0] - both.iloc[:, 1]).mean())
    assert np.isnan(table.loc[("P3", "index+effect"), "icc"])  # two rulers of different make


def test_the_main_problem_is_counted_as_it_was_said(tiny: Analysis) -> None:
    table = tabulate_main_problem(tiny, by="city").frame.set_index(["group", "problem"])
    assert table.loc["all", "n"].to_dict() == {"P1": 2, "P2": 1, "P3": 0, "P4": 0, "P5": 2, "none": 1}
    assert table.loc["all", "share_pct"].sum() == pytest.approx(100)
    assert table.loc[("西市", "P5"), "share_pct"] == pytest.approx(200 / 3)


def test_weights_in_the_total_are_those_on_paper_where_it_adds_up(liaoning: Analysis) -> None:
    """Equal areas: an indicator carries a sixth of the total over the indicators of its area (A has 6, C 17)."""
    system = liaoning["index"].scores.system  # type: ignore[union-attr]
    found = weights_in_total(replace(system, indicators=tuple(replace(i, most=3.0) for i in system.indicators)))
    assert sum(found.values()) == pytest.approx(100)
    assert (found["A1.1"], found["C1.1"]) == pytest.approx((100 / 36, 100 / 102))
    table = tabulate_importance(liaoning["index"]).frame.set_index("indicator")
    assert len(table) == 54 and set(table.index[table["named"] == "yes"]) >= {"C2.3", "B1.1"}
    low = table[table["quadrant"] == "heavy_low"]
    assert (low["weight_pct"] > table["weight_pct"].mean()).all() and (low["mean_share_pct"] < table["mean_share_pct"].mean()).all()  # fmt: skip


def test_rows_about_single_enterprises_stay_inside(tiny: Analysis) -> None:
    assert tabulate_unit_severities(tiny).personal


def test_a_study_with_a_landscape_of_its_own(tiny: Analysis, tmp_path: Path) -> None:
    assert "severities 9.0" in tiny.study.landscape.versions
    assert "severities 9.0" in tabulate_severities(tiny).provenance.definitions
    ranks = tabulate_problem_ranks(tiny).frame
    assert set(ranks["measure"]) == {"state", "effect"} and (ranks["rank_first"] <= ranks["rank_last"]).all()
    (tmp_path / "out").mkdir()
    text = write_manifest(tmp_path / "out", tiny, visibility="internal").read_text(encoding="utf-8")
    assert [file["file"] for file in json.loads(text)["landscape"]["own_files"]] == ["severities.toml"]


def test_a_landscape_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        DefinitionError, match=r"(?s)There is no such folder.*study.toml, landscape.*elsewhere.*platforms.toml"
    ):
        problem_study(tmp_path, landscape="elsewhere")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('problem = "P1"\nmeasure = "state"', 'problem = "P9"\nmeasure = "state"', "There is no such problem.*P9.*P1, P2, P3, P4, P5"),
        ('measure = "effect"', 'measure = "felt"', "felt.*state, effect"),
        ("min_available = 0.5", "min_available = 1.5", "`min_available` lies above 0.*1.5"),
        ('code = "P1.kept"', 'code = "P1.rules"', "P1.rules"),
        ("weight = 2", "weight = -2", "A weight cannot be negative"),
    ],
)  # fmt: skip
def test_a_fault_in_the_severities_is_named_with_file_and_entry(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "landscape").mkdir()
    (tmp_path / "landscape" / "severities.toml").write_text(definitions()[1].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        read_landscape(tmp_path)
    text = " ".join(str(error.value).split())
    assert "severities.toml" in text
    assert re.search(said, text), text


def test_a_problem_without_an_item_is_refused(tmp_path: Path) -> None:
    scale = definitions()[1]
    (tmp_path / "landscape").mkdir()
    cut = scale[: scale.rindex("[[item]]")]
    (tmp_path / "landscape" / "severities.toml").write_text(cut, encoding="utf-8")
    with pytest.raises(DefinitionError, match="A problem has no item to measure it by"):
        read_landscape(tmp_path)


def test_severities_that_do_not_fit_the_codebook_are_refused(tmp_path: Path) -> None:
    study = problem_study(tmp_path)
    path = tmp_path / "around" / "landscape" / "severities.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('question = "rules"', 'question = "regulations"', 1), encoding="utf-8")  # fmt: skip
    with pytest.raises(DefinitionError, match=r"no such question(?s:.*)severities\.toml, item (?s:.*)regulations"):
        analyse(read_study(tmp_path / "study.toml"))
    path.write_text(definitions()[1].replace("points = { 0 = 0, 1 = 1, 2 = 2, 3 = 3 }", "points = { 0 = 0, 1 = 1, 2 = 2, 7 = 3 }"), encoding="utf-8")  # fmt: skip
    with pytest.raises(DefinitionError, match="options the question does not have") as caught:
        analyse(read_study(tmp_path / "study.toml"))
    assert len(caught.value.problems) == 2  # 7 is there and 3 is not; said once, not for each question of the pattern
    good = definitions()[1]
    head = 'codebook = "tiny"'
    assert head in good
    for old, new, said in (
        (head, 'codebook = "nowhere"', r"no such questionnaire(?s:.*)nowhere(?s:.*)tiny"),
        (
            head,
            head + '\nmain = "zz"\nrefile = "yy"',
            r"severities\.toml, main(?s:.*)zz(?s:.*)severities\.toml, refile(?s:.*)yy",
        ),
        (
            "points = { 0 = 0, 1 = 1, 2 = 2, 3 = 3 }",
            "points = { 0 = 0, 1 = 0, 2 = 0, 3 = 0 }",
            "At most 0 points can be earned",
        ),
    ):
        text = good.replace(old, new, 1)
        if "zz" in new:
            text = "\n".join(
                line
                for line in text.splitlines()
                if not (line.startswith(("main =", "refile =")) and "zz" not in line and "yy" not in line)
            )
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DefinitionError, match=said):
            analyse(read_study(tmp_path / "study.toml"))
    assert len(study.results) == 1 and len(ROWS) == 6


def test_a_survey_that_says_nothing_of_problems_is_refused(liaoning: Analysis) -> None:
    nara = analyse(read_study(ROOT / "cases" / "nara_format_risk" / "study.toml"))
    with pytest.raises(UsageError, match="Nothing in this survey speaks to the problems"):
        severities_of(nara)
    with pytest.raises(UsageError, match="does not ask which problem matters most"):
        tabulate_main_problem(liaoning, "index")
