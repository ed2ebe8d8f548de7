"""Questions with many answers: who counts, what is ticked together, and a test that does not count an enterprise twice."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results import result
from scipy.stats import chi2_contingency

from hmsurvey.analysis.multianswer import (
    many_questions,
    tabulate_option_test,
    tabulate_options,
    tabulate_options_by_city,
    tabulate_overlap,
)
from hmsurvey.analysis.multiquestions import leading_question, tabulate_many
from hmsurvey.errors import DataError, UsageError
from hmsurvey.output.charts_multianswer import plot_options, plot_overlap
from hmsurvey.output.content import content_of
from hmsurvey.output.detailing import tell_details
from hmsurvey.output.shares import tell_multianswer
from hmsurvey.statistics.intervals import wilson
from hmsurvey.statistics.multiresponse import compare_ticks
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]
TICKS = np.array([[1, 0, 1], [1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1], [0, 1, 1], [1, 1, 0]], dtype=float)
GROUPS = ["a", "a", "a", "b", "b", "b", "b"]


@pytest.fixture(scope="module")
def liaoning() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


def test_each_option_has_pearsons_chi_square() -> None:
    """Reference: scipy.stats.chi2_contingency(table, correction=False) of every option; the statistic is their sum."""
    found = compare_ticks(TICKS, GROUPS, seed=1, draws=50)
    expected = []
    for option in TICKS.T:
        table = [[sum(option[i] == v and GROUPS[i] == g for i in range(7)) for v in (0, 1)] for g in ("a", "b")]
        expected.append(chi2_contingency(np.array(table), correction=False)[0])
    assert found.chi_squares == pytest.approx(expected)
    assert found.statistic == pytest.approx(sum(expected))


def test_p_is_that_of_all_ways_to_deal() -> None:
    """All 35 ways to choose the three enterprises of group a, counted by hand; the drawn p is near."""
    weight = 7 / (TICKS.mean(axis=0) * (1 - TICKS.mean(axis=0)))

    def total(first: tuple[int, ...]) -> float:
        rest = [i for i in range(7) if i not in first]
        parts = ((3, TICKS[list(first)].mean(axis=0)), (4, TICKS[rest].mean(axis=0)))
        return float(sum((n * (share - TICKS.mean(axis=0)) ** 2 * weight / 7).sum() for n, share in parts))

    seen = total((0, 1, 2))
    exact = np.mean([total(first) >= seen - 1e-9 for first in itertools.combinations(range(7), 3)])
    found = compare_ticks(TICKS, GROUPS, seed=3, draws=20_000)
    assert found.p == pytest.approx(exact, abs=0.015)
    assert compare_ticks(TICKS, GROUPS, seed=3, draws=500).p == compare_ticks(TICKS, GROUPS, seed=3, draws=500).p


def test_one_option_twice_is_one_option() -> None:
    """Rao-Scott: a copy of an option adds nothing, so p is that of the ordinary chi-square of one; options that have nothing in common add up with df 2."""
    random = np.random.default_rng(5)
    one, groups = random.integers(0, 2, 80).astype(float), random.integers(0, 3, 80)
    twice = compare_ticks(np.column_stack([one, one]), list(groups), seed=1, draws=20)
    table = np.array([[((groups == g) & (one == v)).sum() for v in (0, 1)] for g in range(3)])
    assert twice.p_rao_scott == pytest.approx(chi2_contingency(table, correction=False)[1])
    assert twice.df == pytest.approx(2)
    apart = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 6, dtype=float)
    assert compare_ticks(apart, list("aabb" * 6), seed=1, draws=20).df == pytest.approx(2)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6))
def test_neither_order_nor_names_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    ticks, groups = random.integers(0, 2, (30, 3)).astype(float), random.integers(0, 3, 30)
    ticks[:2] = [[0, 0, 0], [1, 1, 1]]
    groups[:2] = [0, 1]
    one = compare_ticks(ticks, list(groups), seed=1, draws=10)
    order = random.permutation(30)
    other = compare_ticks(ticks[order], [f"city {9 - g}" for g in groups[order]], seed=1, draws=10)
    assert (one.statistic, one.p_rao_scott, one.effect) == pytest.approx(
        (other.statistic, other.p_rao_scott, other.effect)
    )
    assert 0 <= one.effect_low <= one.effect_high <= 1 and one.effect <= one.effect_high + 1e-9
    assert (one.p_holm >= one.p_options - 1e-12).all() and (one.cramers_v <= 1).all()


def test_wrong_ticks_are_said() -> None:
    with pytest.raises(DataError, match="only one group"):
        compare_ticks(TICKS, ["a"] * 7, seed=1)
    with pytest.raises(DataError, match="Ticks are 0 or 1"):
        compare_ticks(TICKS * 2, GROUPS, seed=1)
    with pytest.raises(DataError, match="Everybody answered this alike"):
        compare_ticks(np.ones((7, 2)), GROUPS, seed=1)
    with pytest.raises(DataError, match=r"(?s)not as many groups.*6, 7"):
        compare_ticks(TICKS, GROUPS[:6], seed=1)
    with pytest.raises(DataError, match="Some are missing"):
        compare_ticks(np.where(TICKS == 0, np.nan, TICKS), GROUPS, seed=1)
    part = compare_ticks(np.column_stack([TICKS, np.ones(7)]), GROUPS, seed=1, draws=9)
    assert math.isnan(part.cramers_v[3]) and part.notes[3].zh and not part.notes[0].zh


def test_none_of_these_is_an_answer_and_a_blank_is_not() -> None:
    """u1 ticks a and b, u2 none of these, u3 does not know, u4 left it out: two answered."""
    table = tabulate_options(result(), question="t")
    frame = table.frame.set_index("option")
    assert set(frame["n_answered"]) == {2}
    assert frame.loc[["a", "b", "c", "none"], "n"].tolist() == [1, 1, 0, 1]
    assert frame.loc["none", "share_pct"] == 50 and frame.loc["none", "kind"] == "none"
    assert frame.loc[["(dk)", "(missing)"], "n"].tolist() == [1, 1] and frame["share_pct"].isna().sum() == 2
    low, high = wilson(1, 2)
    assert (frame.loc["a", "ci_low_pct"], frame.loc["a", "ci_high_pct"]) == pytest.approx((100 * low, 100 * high))
    assert any("A118" in note.en for note in table.notes)


def test_combinations_add_up() -> None:
    frame = tabulate_overlap(result(), question="t").frame
    assert dict(zip(frame["combination"], frame["n"], strict=True)) == {"none": 1, "a+b": 1}
    assert dict(zip(frame["combination"], frame["n_options"], strict=True)) == {"none": 0, "a+b": 2}


def test_only_questions_with_many_answers() -> None:
    assert [question.code for question in many_questions(result())] == ["t"]
    with pytest.raises(UsageError, match=r"(?s)does not allow several answers.*a1 \(one\).*t"):
        tabulate_options(result(), question="a1")
    with pytest.raises(UsageError, match="no such question"):
        tabulate_overlap(result(), question="zz")
    with pytest.raises(DataError, match="only one group"):
        tabulate_option_test(result(), question="t")
    assert tabulate_many(result()).frame["note"].tolist() == ["Too few answers, or all alike: not tested."]


def test_tables_of_a_study_agree_with_each_other(liaoning: Analysis) -> None:
    options = tabulate_options(liaoning, "questionnaire", question="places").frame
    overlap = tabulate_overlap(liaoning, "questionnaire", question="places").frame
    cities = tabulate_options_by_city(liaoning, "questionnaire", question="places").frame.set_index("group")
    n = int(options["n_answered"][0])
    assert overlap["n"].sum() == n == cities.loc["all", "n_answered"] == cities["n_answered"].drop("all").sum()
    assert overlap["share_pct"].sum() == pytest.approx(100) and overlap["n"].is_monotonic_decreasing
    for row in options[options["kind"] != "silent"].to_dict("records"):
        ticked = overlap["combination"].str.split("+").map(lambda codes, code=row["option"]: code in codes)
        assert overlap.loc[ticked, "n"].sum() == row["n"]
        assert cities.loc["all", f"share_{row['option']}_pct"] == pytest.approx(row["share_pct"])
    assert n + options.loc[options["kind"] == "silent", "n"].sum() == len(liaoning["questionnaire"].survey.answers)


def test_the_population_is_known_only_where_all_were_asked(liaoning: Analysis) -> None:
    asked = tabulate_options(liaoning, "questionnaire", question="places").frame
    routed = tabulate_options(liaoning, "questionnaire", question="received_from").frame
    assert asked["method"][0] == "hypergeometric" and routed["method"][0] == "wilson"


def test_charts_and_section(liaoning: Analysis) -> None:
    for lang in ("zh", "en"):
        options = plot_options(tabulate_options(liaoning, "index", question="B2.4"), lang=lang)
        overlap = plot_overlap(tabulate_overlap(liaoning, "index", question="B2.4"), lang=lang)
        assert sum(line.get_gid() == "share" for axes in options.axes for line in axes.lines) == 6
        assert sum(patch.get_gid() == "n" for axes in overlap.axes for patch in axes.patches) == 12
    content = content_of(liaoning, [])
    section, details = tell_multianswer(content), tell_details(content)
    question = leading_question(liaoning["index"])
    assert section is not None and question is not None
    assert f"options_index_{question.code.replace('.', '_')}" in section.figures
    assert details is not None and "many_index" in [table.code for table in details.tables]
    many = next(table for table in details.tables if table.code == "many_index")
    (told,) = many.frame.loc[many.frame["p_holm"] < 0.05, "question"]
    label = many.column("question").labels[str(told)]
    assert f"1 of 11 questions shows that cities differ: “{label.en}”." in " ".join(t.en for t in section.paragraphs)
    question = leading_question(liaoning["index"])
    assert question is not None and question.section != "P"
