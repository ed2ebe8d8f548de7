"""Ranges of ranks from joint intervals, and shares drawn together: hand calculations, published fits, what happens at the edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results import result
from scipy import stats

from hmsurvey.analysis.ranks import tabulate_ranks, tabulate_shrunken
from hmsurvey.errors import DataError, UsageError
from hmsurvey.output.charts_shares import plot_ranks
from hmsurvey.statistics.ranking import each_confidence, rank_ranges
from hmsurvey.statistics.shrinkage import shrink_shares
from hmsurvey.study import Analysis

# Boys among the first twelve children of 6115 families in Saxony (A. Geissler, 1889), as printed in J. K. Lindsey and P. M. E. Altham, Applied Statistics 47 (1998) 149-157.
FAMILIES = (3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7)


def test_ranks_by_hand() -> None:
    """Five intervals: the first is over the last two, the second over the last, the third over nobody."""
    found = rank_ranges([60, 50, 10, 40, 0], [80, 70, 65, 55, 30])
    assert found.first.tolist() == [1, 1, 1, 2, 4]
    assert found.last.tolist() == [3, 4, 5, 4, 5]
    assert found.n_told_apart == 4


def test_touching_is_not_told_apart() -> None:
    assert rank_ranges([0.5, 0.2], [0.8, 0.5]).n_told_apart == 0
    assert rank_ranges([-math.inf, 0.2], [math.inf, 0.5]).last.tolist() == [2, 2]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.4)), min_size=2, max_size=9), st.integers(0, 10**6))
def test_every_order_that_fits_the_intervals_is_in_the_ranges(pairs: list[tuple[float, float]], seed: int) -> None:
    low = np.array([a for a, _ in pairs])
    high = low + np.array([b for _, b in pairs])
    found = rank_ranges(low, high)
    truth = np.random.default_rng(seed).uniform(low, high)
    ranks = stats.rankdata(-truth, method="ordinal")
    assert (found.first <= ranks).all() and (ranks <= found.last).all()
    swapped = rank_ranges(-high, -low)
    assert (swapped.first == len(low) + 1 - found.last).all()


def test_levels() -> None:
    assert each_confidence(0.95, 5) == 0.99
    assert each_confidence(0.95, 5, level="sidak") == pytest.approx(0.95**0.2)
    assert each_confidence(0.9, 1) == 0.9
    with pytest.raises(UsageError, match=r"(?s)no such choice.*holm.*bonferroni, sidak"):
        each_confidence(0.95, 5, level="holm")


def test_wrong_ends_are_said() -> None:
    with pytest.raises(DataError, match=r"(?s)low end lies over its high end.*2.*0\.6 > 0\.5"):
        rank_ranges([0.1, 0.6], [0.2, 0.5])
    with pytest.raises(DataError, match=r"(?s)not as many low ends.*2, 3"):
        rank_ranges([0.1, 0.2], [0.2, 0.5, 0.6])
    with pytest.raises(DataError, match=r"(?s)too few.*at least 2"):
        rank_ranges([0.1], [0.2])
    with pytest.raises(DataError, match="Some are missing"):
        rank_ranges([0.1, math.nan], [0.2, 0.4])


def test_families_of_saxony() -> None:
    """The beta-binomial fit usually printed for these families is alpha 34.10, beta 31.57 (size 65.67)."""
    boys = np.repeat(range(13), FAMILIES).tolist()
    for method in ("likelihood", "moments"):
        found = shrink_shares(boys, [12] * len(boys), method=method)
        assert found.mean * found.size == pytest.approx(34.10, abs=0.02)
        assert (1 - found.mean) * found.size == pytest.approx(31.57, abs=0.02)
        assert found.weights[0] == pytest.approx(12 / (12 + found.size))


def test_moments_by_hand() -> None:
    """Two groups of 10 with 2 and 8: mean 1/2, S = 2 x 10 x 0.09 = 1.8; (1.8/0.25 - 1) / (20 x 1/2 - 1) = 6.2/9, so the size is 9/6.2 - 1."""
    found = shrink_shares([2, 8], [10, 10], method="moments")
    assert found.size == pytest.approx(9 / 6.2 - 1)
    a = 0.5 * found.size
    assert found.shares == pytest.approx([(a + 2) / (2 * a + 10), (a + 8) / (2 * a + 10)])
    assert found.low[0] == pytest.approx(stats.beta.ppf(0.025, a + 2, a + 8))


def test_nothing_likelier_is_near() -> None:
    parts, wholes = [1, 9, 4, 2, 0], [10, 12, 9, 20, 6]
    found = shrink_shares(parts, wholes)

    def fit(mean: float, size: float) -> float:
        return float(stats.betabinom.logpmf(parts, wholes, mean * size, (1 - mean) * size).sum())

    best = fit(found.mean, found.size)
    for factor in (0.99, 1.01):
        assert fit(found.mean * factor, found.size) < best and fit(found.mean, found.size * factor) < best
    assert ((found.shares - found.mean) * (np.array(parts) / wholes - found.mean) >= 0).all()


def test_groups_that_are_alike_and_groups_without_answers() -> None:
    alike = shrink_shares([2, 4, 0], [10, 20, 0])
    assert alike.shares.tolist() == [0.2, 0.2, 0.2] and math.isinf(alike.size) and alike.weights.tolist() == [0, 0, 0]
    assert np.isnan(alike.low).all() and "no more than chance" in alike.note.en and alike.notes[2].zh
    assert shrink_shares([0, 0], [5, 5]).shares.tolist() == [0, 0]
    assert shrink_shares([0, 5], [5, 5]).note.zh.startswith("各组几乎全有或全无")
    apart = shrink_shares([1, 9, 0], [10, 10, 0])
    assert apart.shares[2] == pytest.approx(apart.mean) and apart.weights[2] == 0 and apart.note.zh == ""


def test_wrong_groups_are_said() -> None:
    with pytest.raises(DataError, match=r"(?s)Too few groups answered.*1.*two or more"):
        shrink_shares([1, 0], [4, 0])
    with pytest.raises(DataError, match=r"(?s)part is larger"):
        shrink_shares([5, 1], [4, 2])
    with pytest.raises(DataError, match=r"(?s)differ in length.*1, 2"):
        shrink_shares([5], [4, 2])
    with pytest.raises(UsageError, match=r"(?s)no such choice.*bayes"):
        shrink_shares([1, 2], [4, 4], method="bayes")


def test_ranks_of_a_study(study: Analysis) -> None:
    """West has one staged of three, east both; of so few nothing can be told apart."""
    table = tabulate_ranks(study, stages=("high",))
    frame = table.frame.set_index("group")
    assert frame[["rank_first", "rank_last"]].to_numpy().tolist() == [[1, 2], [1, 2]]
    assert "not one can be told apart" in table.notes[0].en and any("A100" in note.en for note in table.notes)
    by_mean = tabulate_ranks(study, level="sidak")
    assert "Sidak" in by_mean.notes[1].en and "mean" in by_mean.frame
    for lang in ("zh", "en"):
        assert plot_ranks(table, lang=lang).headline
    shrunken = tabulate_shrunken(study, stages=("high",)).frame
    assert (shrunken["shrunken_pct"].between(0, 100)).all()


def test_one_city_has_no_rank() -> None:
    alone = result()
    only = alone.survey.answers.values["city"]
    only[:] = 0
    with pytest.raises(UsageError, match=r"(?s)Fewer than two cities.*1"):
        tabulate_ranks(alone, stages=("high",))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    from small_study import small_study

    return small_study(tmp_path_factory.mktemp("study"))
