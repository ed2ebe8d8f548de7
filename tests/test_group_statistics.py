"""Rank tests, tables, agreement, ordinal regression, alpha and factors: by hand, by published tables, by what must hold, and what they refuse."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmsurvey.errors import DataError, UsageError
from hmsurvey.statistics.agreement import kendall_w, krippendorff_alpha, marginal_homogeneity, weighted_kappa
from hmsurvey.statistics.contingency import cramers_v, independence, linear_by_linear
from hmsurvey.statistics.factors import extract, factorability
from hmsurvey.statistics.nonparametric import adjust, cliff_delta, dunn, jonckheere, kruskal
from hmsurvey.statistics.ordinal import check_proportional_odds, fit_ordinal
from hmsurvey.statistics.reliability import alpha, omega_composite, reverse

NAN = float("nan")
# Weights of plants under a control and two treatments: R's PlantGrowth (Dobson 1983).
CONTROL = [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14]
FIRST = [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69]
SECOND = [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26]
PLANTS, TREATED = CONTROL + FIRST + SECOND, ["c"] * 10 + ["1"] * 10 + ["2"] * 10


def test_kruskal_wallis_as_r_gives_it() -> None:
    found = kruskal(PLANTS, TREATED)
    assert found.statistic == pytest.approx(7.988228749, abs=1e-9) and found.p == pytest.approx(0.0184237557, abs=1e-9)
    assert found.epsilon_squared == pytest.approx(7.988228749 / 29) and found.low < found.epsilon_squared < found.high


def test_blanks_do_not_count_in_n() -> None:
    with_gaps = kruskal([*PLANTS, NAN, NAN], [*TREATED, "c", "3"])
    assert (with_gaps.n, with_gaps.n_missing, with_gaps.empty) == (30, 2, ("3",))
    assert with_gaps.statistic == kruskal(PLANTS, TREATED).statistic


@given(st.permutations(["c", "1", "2"]))
@settings(max_examples=6, deadline=None)
def test_the_names_of_groups_do_not_matter(names: list[str]) -> None:
    turned = [dict(zip(["c", "1", "2"], names, strict=True))[t] for t in TREATED]
    assert kruskal(np.exp(PLANTS), turned, replicates=0).statistic == kruskal(PLANTS, TREATED, replicates=0).statistic


def test_dunn_and_holm_by_hand() -> None:
    pairs = {(p.first, p.second): p for p in dunn(PLANTS, TREATED)}
    assert pairs["c", "1"].z == pytest.approx(1.1177254544, abs=1e-9)
    raw = sorted(p.p for p in pairs.values())
    holm = sorted(p.p_adjusted for p in pairs.values())
    assert holm == pytest.approx([3 * raw[0], max(3 * raw[0], 2 * raw[1]), max(2 * raw[1], raw[2])])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_holm_is_monotone_and_bounded(p: list[float]) -> None:
    adjusted = adjust(p)
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= -1e-15).all() and (adjusted <= 1).all() and (adjusted >= np.array(p)).all()


def test_cliffs_delta_by_counting() -> None:
    found = cliff_delta([1, 2, 3], [2, 3, 4])
    wins = sum((a > b) - (a < b) for a, b in product([1, 2, 3], [2, 3, 4]))
    assert found.value == wins / 9 and found.low < found.value < found.high
    assert cliff_delta([5, 6], [1, 2]).note.en and cliff_delta([5], [1, 2]).note.en


def test_jonckheere_turns_with_the_order() -> None:
    up, down = (jonckheere(PLANTS, TREATED, order=order) for order in (["1", "c", "2"], ["2", "c", "1"]))
    assert up.z == pytest.approx(-down.z) and up.p == pytest.approx(down.p)
    with pytest.raises(DataError, match="not in the order"):
        jonckheere(PLANTS, TREATED, order=["1", "2"])


@pytest.mark.parametrize(
    ("values", "groups", "words"),
    [
        ([1, 1, 1, 1], list("aabb"), "All values are the same"),
        ([1, 2, 3], list("aaa"), "Only one group"),
        ([NAN, NAN], list("ab"), "All values are missing"),
        ([1, 2, 3], list("ab"), "not as many groups"),
    ],
)
def test_what_cannot_be_compared_is_said(values: list[float], groups: list[str], words: str) -> None:
    with pytest.raises(DataError, match=words):
        kruskal(values, groups)


def test_chi_square_and_v_by_hand() -> None:
    found = independence([[10, 20], [20, 10]])
    assert found.statistic == pytest.approx(60 * (10 * 10 - 20 * 20) ** 2 / 30**4)
    assert found.v == pytest.approx(1 / 3) and found.v_corrected < found.v and found.low < found.v < found.high


def test_fishers_tea() -> None:
    assert independence([[3, 1], [1, 3]], method="exact").p == pytest.approx(2 * (16 + 1) / comb(8, 4))


def test_a_larger_exact_table_by_enumeration() -> None:
    table = np.array([[3, 1, 2], [0, 4, 2], [1, 1, 5]])
    rows, columns = table.sum(axis=1), table.sum(axis=0)

    def chance(t: np.ndarray) -> float:
        left, value = columns.copy(), 1.0
        for row in t:
            value *= np.prod([comb(int(a), int(b)) for a, b in zip(left, row, strict=True)]) / comb(int(left.sum()), int(row.sum()))  # fmt: skip
            left = left - row
        return value

    p, found = 0.0, chance(table)
    for a, b, c, d in product(range(7), repeat=4):
        t = np.array([[a, b, rows[0] - a - b], [c, d, rows[1] - c - d]])
        t = np.vstack([t, columns - t.sum(axis=0)])
        if (t >= 0).all() and chance(t) <= found * (1 + 1e-9):
            p += chance(t)
    exact = independence(table, method="exact").p
    assert exact == pytest.approx(p, rel=1e-9)
    drawn = independence(table, method="monte_carlo", replicates=20_000)
    assert abs(drawn.p - exact) < 5 * drawn.monte_carlo_error


def test_an_answer_nobody_chose_is_left_out_and_said() -> None:
    found = independence([[10, 0, 20], [20, 0, 10]])
    assert found.df == 1 and "1 answers" in found.note.en
    with pytest.raises(DataError, match="two answers"):
        independence([[10, 0], [20, 0]])


def test_smoking_trend_as_r_prints_it() -> None:
    # Fleiss (1981): smokers among patients of four studies; R prop.trend.test: X-squared = 8.2249, p-value = 0.004132
    table = [[83, 3], [90, 3], [129, 7], [70, 12]]
    found = linear_by_linear(table, method="cochran_armitage")
    assert found.statistic == pytest.approx(8.2249, abs=5e-5) and found.p == pytest.approx(0.004132, abs=5e-7)
    assert linear_by_linear(table[::-1], method="cochran_armitage").z == pytest.approx(-found.z)


def test_krippendorffs_own_example() -> None:
    # Krippendorff (2011), section C: published .743 nominal, .815 ordinal, .849 interval, .797 ratio
    judges = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
    ratings = np.array(judges, dtype=float).T
    found = [round(krippendorff_alpha(ratings, level=level), 3) for level in ("nominal", "ordinal", "interval", "ratio")]  # fmt: skip
    assert found == [0.743, 0.815, 0.849, 0.797]


def test_kappa_without_disagreement_and_without_choice() -> None:
    whole = weighted_kappa([[10, 0], [0, 5]])
    assert whole.value == 1 and whole.note.en
    nothing = weighted_kappa([[10, 0], [0, 0]])
    assert np.isnan(nothing.value) and "no value" in nothing.note.en
    with pytest.raises(DataError, match="square"):
        weighted_kappa([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(DataError, match="never differ"):
        marginal_homogeneity([[10, 0], [0, 5]])
    assert kendall_w([[1, 1], [2, 2], [3, 3]]).w == 1


def test_separation_is_named_and_the_rest_is_fitted() -> None:
    # nobody in group a leaves the bottom; what is left is a model of b against the others
    outcome = [0, 0, 0, 0, 1, 2, 1, 0, 2]
    groups = [[1, 0]] * 3 + [[0, 1]] * 3 + [[0, 0]] * 3
    found = fit_ordinal(outcome, groups, names=["a", "b"])
    assert found.separated == ("a",) and found.coefficients[0] == -np.inf and "a" in found.note.en
    assert np.isnan(found.low[0]) and found.odds_ratios[0] == 0
    alone = fit_ordinal(outcome[3:], [[g[1]] for g in groups[3:]])
    assert found.coefficients[1] == pytest.approx(alone.coefficients[0], abs=1e-9)
    assert found.log_likelihood == pytest.approx(alone.log_likelihood)


def test_two_categories_are_a_logistic_regression_by_hand() -> None:
    # 8 of 20 against 15 of 20: log odds ratio log(15 x 12 / (5 x 8)), variance the sum of reciprocals
    outcome, group = [1, 0, 1, 0], [[0], [0], [1], [1]]
    found = fit_ordinal(outcome, group, weights=[8, 12, 15, 5])
    assert found.coefficients[0] == pytest.approx(np.log(15 * 12 / (5 * 8)))
    assert found.errors[0] == pytest.approx(np.sqrt(1 / 8 + 1 / 12 + 1 / 15 + 1 / 5))
    with pytest.raises(DataError, match="nothing to check"):
        check_proportional_odds(outcome, group, weights=[8, 12, 15, 5])


@pytest.mark.parametrize(
    ("outcome", "columns", "words"),
    [
        ([1, 1, 1], [[0], [1], [0]], "same outcome"),
        ([0, 1, 1], [[2], [2], [2]], "constant"),
        ([0, 1, 0, 1], [[1, 2], [2, 4], [3, 6], [5, 10]], "combination"),
    ],
)
def test_models_that_cannot_be_fitted_are_refused(outcome: list[int], columns: list[list[float]], words: str) -> None:
    with pytest.raises(DataError, match=words):
        fit_ordinal(outcome, columns)


ITEMS = np.array([[1, 2, 1], [2, 2, 3], [3, 4, 3], [4, 3, 4], [2, 3, 2], [5, 4, 5.0]])


def test_alpha_by_hand() -> None:
    covariance = np.cov(ITEMS, rowvar=False)
    found = alpha(ITEMS)
    assert found.raw == pytest.approx(1.5 * (1 - np.trace(covariance) / covariance.sum()))
    rest = [np.corrcoef(ITEMS[:, j], np.delete(ITEMS, j, 1).sum(axis=1))[0, 1] for j in range(3)]
    assert found.item_rest == pytest.approx(rest)
    assert alpha(ITEMS * [1, 1, -1] + [0, 0, 9], names=["a", "b", "c"]).reversed_items == ("c",)


@given(st.tuples(*[st.floats(-9, 9)] * 3), st.permutations([0, 1, 2]))
@settings(max_examples=30, deadline=None)
def test_alpha_does_not_mind_shifts_and_order(shift: tuple[float, ...], order: list[int]) -> None:
    assert alpha((ITEMS + shift)[:, order]).raw == pytest.approx(alpha(ITEMS).raw)
    assert alpha(ITEMS * [2, 5, 0.1]).standardised == pytest.approx(alpha(ITEMS).standardised)


def test_reversal_goes_by_the_scale() -> None:
    assert reverse([[2, 3], [3, 2]], [0], lowest=1, highest=5)[:, 0].tolist() == [4, 3]
    with pytest.raises(DataError, match="outside the scale"):
        reverse([[7, 1]], [0], lowest=1, highest=5)


def test_items_that_no_coefficient_can_be_made_of() -> None:
    with pytest.raises(DataError, match="same answer from everybody"):
        alpha([[1, 2], [1, 3], [1, 4]])
    with pytest.raises(DataError, match="answered by nobody"):
        alpha([[1, NAN], [2, NAN], [3, NAN]])
    with pytest.raises(DataError, match="too few items"):
        alpha([[1], [2], [3]])
    with pytest.raises(DataError, match="not positive definite"):
        extract(np.ones((3, 3)), 1)
    with pytest.raises(DataError, match="too few items for so many factors"):
        extract(np.eye(4), 3, method="ml")
    with pytest.raises(UsageError, match="no such choice"):
        extract(np.eye(4), 1, rotation="equamax")  # type: ignore[arg-type]


def test_one_factor_returns_the_loadings_that_made_the_matrix() -> None:
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    matrix = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    for method in ("minres", "ml"):
        assert extract(matrix, 1, method=method).loadings[:, 0] == pytest.approx(loadings, abs=1e-5)
    fit = factorability(matrix, n=100)
    assert 0 < fit.kmo < 1 and fit.df == 6
    rng = np.random.default_rng(3)
    items = rng.standard_normal((20_000, 1)) * loadings + rng.standard_normal((20_000, 4)) * np.sqrt(1 - loadings**2)
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert omega_composite(items).value == pytest.approx(expected, abs=0.01)


def test_v_lies_between_zero_and_one() -> None:
    v, corrected, low, high = cramers_v([[50, 0], [0, 50]])
    assert (v, high) == (1, 1) and corrected <= 1 and 0 < low < 1
