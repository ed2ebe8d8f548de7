"""What must hold for every statistic on any data: order and scale do not matter, bounds are kept, edges are said in words, many units fit in memory."""

import re
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hmsurvey.errors import HmsurveyError
from hmsurvey.statistics.agreement import (
    intraclass_correlations,
    kendall_w,
    krippendorff_alpha,
    marginal_homogeneity,
    weighted_kappa,
)
from hmsurvey.statistics.calibration import margin, rake
from hmsurvey.statistics.contingency import independence, linear_by_linear
from hmsurvey.statistics.designs import covariance, degrees_of_freedom, survey_design
from hmsurvey.statistics.dominance import cliff_delta
from hmsurvey.statistics.estimates import estimate_mean, estimate_total
from hmsurvey.statistics.factors import extract, factorability, omega_schmid_leiman, parallel_analysis
from hmsurvey.statistics.many_judges import many_judges_kappa
from hmsurvey.statistics.nonparametric import dunn, group, jonckheere, kruskal
from hmsurvey.statistics.polychoric import polychoric
from hmsurvey.statistics.rasch import fit_partial_credit, person_measures
from hmsurvey.statistics.reliability import alpha, omega_composite, reverse
from hmsurvey.statistics.survey_shares import METHODS, estimate_share, estimate_shares
from hmsurvey.statistics.survey_tables import survey_independence

RNG = np.random.default_rng(7)
levels = st.integers(0, 6).map(float)


def pairs_of(first: list[float], second: list[float]) -> np.ndarray:
    return np.array([[(a > b) - (a < b) for b in second] for a in first], dtype=float)


@settings(deadline=None)
@given(st.lists(levels, min_size=2, max_size=9), st.lists(levels, min_size=2, max_size=9))
def test_cliffs_delta_is_that_of_the_table_of_pairs(first: list[float], second: list[float]) -> None:
    found, table = cliff_delta(first, second), pairs_of(first, second)
    n, m = table.shape
    assert found.value == pytest.approx(table.mean())
    assert -1 <= found.low <= found.value <= found.high <= 1 and found.variance > 0
    other = cliff_delta(second, first)
    assert (other.value, other.low, other.high) == pytest.approx((-found.value, -found.high, -found.low))
    lifted = cliff_delta(np.exp(first), np.exp(second))  # only the order counts
    assert (lifted.value, lifted.low) == pytest.approx((found.value, found.low))
    if not found.note.en:
        rows, columns = table.mean(axis=1) - table.mean(), table.mean(axis=0) - table.mean()
        squares = m**2 * (rows**2).sum() + n**2 * (columns**2).sum() - ((table - table.mean()) ** 2).sum()
        assert found.variance == pytest.approx(squares / (n * m * (n - 1) * (m - 1)))


def test_groups_that_do_not_overlap() -> None:
    """By hand, 3 and 4 values: delta 1; rescaled 11/12, so that rows and columns are 1/12 off: (16 * 3 + 9 * 4 - 12) / 144 / (12 * 6) = 1/144; the other 6/7, (1 - 36/49) / 11."""
    first, second = [7, 8, 9], [1, 2, 3, 4]
    assert cliff_delta(first, second).variance == pytest.approx(1 / 144)
    assert cliff_delta(first, second, disjoint="floor").variance == pytest.approx((1 - 36 / 49) / 11)
    wide, narrow = cliff_delta(first, second, disjoint="floor"), cliff_delta(first, second)
    assert wide.low < narrow.low and wide.high == narrow.high == 1.0
    assert cliff_delta(second, first).low == -1.0
    assert dunn(first + second, list("aaabbbb"))[0].low == wide.low  # tables take the wider
    tied = cliff_delta([2, 2], [2, 2])
    assert tied.value == 0 and tied.variance == pytest.approx(1 / 3) and "smallest" in tied.note.en


def test_many_units_need_no_table_of_pairs() -> None:
    x, y = RNG.normal(size=200_000), RNG.normal(size=200_000) + 0.3
    found = cliff_delta(x, y)
    assert found.value == pytest.approx(2 * stats.norm.cdf(-0.3 / np.sqrt(2)) - 1, abs=0.01)
    assert found.high - found.low < 0.01
    values, groups = np.concatenate([x[:3000], y[:3000]]), ["a"] * 3000 + ["b"] * 3000
    trend = jonckheere(values, groups, order=["a", "b"])
    assert trend.j == stats.mannwhitneyu(y[:3000], x[:3000]).statistic
    assert trend.tau == pytest.approx(stats.kendalltau([0] * 3000 + [1] * 3000, values).statistic)


@settings(deadline=None)
@given(st.lists(st.tuples(levels, st.sampled_from("abc")), min_size=4, max_size=20), st.randoms())
def test_rank_tests_do_not_mind_order_and_scale(rows: list[tuple[float, str]], random) -> None:
    values, groups = [v for v, _ in rows], [g for _, g in rows]
    if len(set(groups)) < 2 or len(set(values)) < 2:
        return
    mixed = list(rows)
    random.shuffle(mixed)
    one, other = kruskal(values, groups), kruskal([3 * v - 7 for v, _ in mixed], [g for _, g in mixed])
    assert other.statistic == pytest.approx(one.statistic) and other.p == pytest.approx(one.p)
    assert 0 <= one.low <= one.epsilon_squared + 1e-12 <= 1 + 1e-9 and one.low <= one.high <= 1
    p = stats.kruskal(*[[v for v, g in rows if g == name] for name in sorted(set(groups))]).pvalue
    assert one.p == pytest.approx(p)


def jonckheere_exact(samples: list[list[float]]) -> tuple[float, float]:
    """Return mean and variance of J over all ways to deal the values to the groups."""
    pool = [v for s in samples for v in s]
    sizes, found = [len(s) for s in samples], []
    for labels in set(product(range(len(sizes)), repeat=len(pool))):
        if [labels.count(i) for i in range(len(sizes))] == sizes:
            groups = [[v for v, g in zip(pool, labels, strict=True) if g == i] for i in range(len(sizes))]
            found.append(sum((a < b) + (a == b) / 2 for i in range(len(sizes)) for k in range(i + 1, len(sizes)) for a in groups[i] for b in groups[k]))  # fmt: skip
    return float(np.mean(found)), float(np.var(found))


@pytest.mark.parametrize("samples", [[[1, 2], [2, 2, 5], [3, 5]], [[1, 1], [1, 2], [2]], [[1, 4], [2, 3], [5, 6]]])
def test_the_tie_corrected_variance_is_that_of_all_permutations(samples: list[list[float]]) -> None:
    mean, variance = jonckheere_exact(samples)
    values, groups = [v for s in samples for v in s], [i for i, s in enumerate(samples) for _ in s]
    found = jonckheere(values, groups, order=range(len(samples)))
    assert found.expected == pytest.approx(mean) and found.variance == pytest.approx(variance)
    textbook = jonckheere(values, groups, order=range(len(samples)), variance="no_ties")
    tied = len(set(values)) < len(values)
    assert (textbook.variance > found.variance) if tied else textbook.variance == pytest.approx(found.variance)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=3, max_size=8))
def test_agreement_keeps_its_bounds(rows: list[list[int]]) -> None:
    ratings = np.array(rows, dtype=float)
    if np.ptp(ratings) == 0:
        return
    forms = {icc.form: icc for icc in intraclass_correlations(ratings)}
    for icc in forms.values():
        ends = [icc.value, icc.low, icc.high]
        if icc.note.en:
            continue
        assert not np.isnan(ends).any() and icc.low <= icc.value + 1e-9 and max(ends) <= 1 + 1e-12
        assert np.isfinite(ends).all()
    shifted = {icc.form: icc for icc in intraclass_correlations(ratings * 2 + 5)}
    assert shifted["ICC3"].value == pytest.approx(forms["ICC3"].value)
    apart = intraclass_correlations(ratings + np.array([0, 3, 9]))
    assert next(i for i in apart if i.form == "ICC3").value == pytest.approx(
        forms["ICC3"].value, abs=1e-9
    )  # consistency
    assert krippendorff_alpha(ratings, level="nominal") <= 1 + 1e-12
    if (np.ptp(ratings, axis=0) > 0).any():
        assert -1e-12 <= kendall_w(ratings).w <= 1 + 1e-12


def test_intraclass_correlations_at_the_ends() -> None:
    same = intraclass_correlations([[1, 1], [2, 2], [4, 4]])
    assert all((i.value, i.low, i.high) == (1, 1, 1) for i in same) and all("no error" in i.note.en for i in same)
    apart = {i.form: i for i in intraclass_correlations([[1, 2], [2, 3], [4, 5]])}  # a constant distance
    assert apart["ICC3"].value == 1 and apart["ICC2"].value < 1 and np.isinf(apart["ICC2"].f)
    flat = {i.form: i for i in intraclass_correlations([[1, 3], [3, 1]])}  # units' means alike
    assert np.isnan(flat["ICC2"].value) and "no value" in flat["ICC2"].note.en
    assert flat["ICC1"].value == -1 and flat["ICC1k"].value == -np.inf and "no lower end" in flat["ICC1k"].note.en


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)])  # fmt: skip
def test_krippendorffs_own_example_at_every_level(level: str, value: float) -> None:
    """Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units, gaps."""
    gap = np.nan
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
        [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
    ]
    assert round(krippendorff_alpha(np.array(observers).T, level=level), 3) == value


def test_nominal_alpha_of_complete_data_is_fleiss_kappa_for_a_small_sample() -> None:
    """alpha = 1 - (1 - kappa) (nm - 1)/(nm), which a program that counts pairable values wrongly misses."""
    ratings = RNG.integers(0, 4, (15, 3)).astype(float)
    kappa = many_judges_kappa(ratings).value
    assert krippendorff_alpha(ratings, level="nominal") == pytest.approx(1 - (1 - kappa) * (45 - 1) / 45)


@settings(deadline=None)
@given(st.integers(2, 4).flatmap(lambda k: st.lists(st.lists(st.integers(0, 9), min_size=k, max_size=k), min_size=k, max_size=k)))  # fmt: skip
def test_kappa_keeps_its_bounds_and_turns_with_the_table(table: list[list[int]]) -> None:
    counts = np.array(table, dtype=float)
    if counts.sum() == 0:
        return
    for weights in ("none", "linear", "quadratic"):
        one, turned = weighted_kappa(counts, weights=weights), weighted_kappa(counts.T, weights=weights)
        back, more = weighted_kappa(counts[::-1, ::-1], weights=weights), weighted_kappa(counts * 3, weights=weights)
        if one.note.en:
            continue
        assert one.low <= one.value + 1e-12 <= one.high + 1e-9 and one.value <= 1 + 1e-12
        assert turned.value == pytest.approx(one.value) == pytest.approx(back.value) == pytest.approx(more.value)
        assert more.standard_error * np.sqrt(3) == pytest.approx(one.standard_error)


def test_bhapkar_and_stuart_maxwell_by_hand() -> None:
    """Two categories, 10 and 4 changes: Stuart-Maxwell is McNemar's 36/14; Bhapkar's is that over 1 - (36/14)/n."""
    table = [[20, 10], [4, 16]]
    plain = marginal_homogeneity(table)
    assert plain.statistic == pytest.approx(36 / 14) and plain.df == 1
    assert marginal_homogeneity(table, method="bhapkar").statistic == pytest.approx((36 / 14) / (1 - (36 / 14) / 50))


def test_a_trend_over_two_answers_by_hand() -> None:
    """Shares 1/10, 5/10, 9/10 over steps 1, 2, 3: n r squared = 30 * (8/30)^2 / ((20/30) (1/4)) = 12.8."""
    table = [[9, 1], [5, 5], [1, 9]]
    found = linear_by_linear(table, method="cochran_armitage")
    assert found.statistic == pytest.approx(12.8) and found.z > 0
    assert linear_by_linear(table).statistic == pytest.approx(12.8 * 29 / 30)
    assert linear_by_linear(table[::-1]).z == pytest.approx(-linear_by_linear(table).z)
    straight = linear_by_linear([[3, 0], [0, 3]])
    assert (straight.low, straight.r, straight.high) == (1, 1, 1) and straight.note.en


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 8), min_size=2, max_size=3), min_size=2, max_size=3))
def test_tests_of_tables_do_not_mind_the_order_of_rows(table: list[list[int]]) -> None:
    width = min(map(len, table))
    counts = np.array([row[:width] for row in table])
    if (counts.sum(axis=0) > 0).sum() < 2 or (counts.sum(axis=1) > 0).sum() < 2:
        return
    for method in ("chi2", "g2", "exact"):
        one, other = independence(counts, method=method), independence(counts[::-1].T, method=method)
        assert other.p == pytest.approx(one.p, abs=1e-9) and 0 < one.p <= 1
        assert 0 <= one.v <= 1 and 0 <= one.v_corrected <= 1 and one.low <= one.v + 1e-9 <= one.high + 2e-9
        assert one.corrected_low <= one.v_corrected <= one.corrected_high


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_intervals_of_designed_shares_hold_their_share(method: str, data) -> None:
    n = data.draw(st.integers(4, 15))
    flags = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    weights = data.draw(st.lists(st.floats(1, 9), min_size=n, max_size=n))
    found = estimate_share(survey_design(weights), flags, method=method)
    mirror = estimate_share(survey_design(weights), [not f for f in flags], method=method)
    assert found.low <= found.value + 1e-12 and found.value <= found.high + 1e-12
    assert (mirror.low, mirror.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)
    if method != "mean":
        assert found.low >= -1e-12 and found.high <= 1 + 1e-12
    scaled = estimate_share(survey_design(np.array(weights) * 7), flags, method=method)
    assert (scaled.low, scaled.high) == pytest.approx((found.low, found.high), abs=1e-9)


def test_wilson_of_equal_weights_without_correction_by_hand() -> None:
    """6 of 10: the effective sample size is 9 (n - 1 below), so the score interval of 0.6 on 9 with the t point of 9 degrees of freedom."""
    found = estimate_share(survey_design([1] * 10), [1] * 6 + [0] * 4, method="wilson")
    t, n, p = float(stats.t.isf(0.025, 9)), 9.0, 0.6
    middle, half = (p + t**2 / (2 * n)) / (1 + t**2 / n), t / (1 + t**2 / n) * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2))  # fmt: skip
    assert (found.low, found.high) == pytest.approx((middle - half, middle + half))


def test_means_of_two_units_and_of_a_census() -> None:
    two = estimate_mean(survey_design([1, 1]), [1.0, 3.0])
    assert two.standard_error == pytest.approx(1.0) and two.freedom == 1  # s = sqrt 2 over sqrt 2
    census = estimate_total(survey_design(population=[[2, 2]]), [1.0, 3.0])
    assert (census.value, census.standard_error, census.low, census.high) == (4, 0, 4, 4)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=5, max_size=30))
def test_alpha_is_the_mean_of_all_split_halves_bound_and_free_of_scale(rows: list[list[int]]) -> None:
    items = np.array(rows, dtype=float)
    try:
        found = alpha(items)
    except HmsurveyError:
        return
    assert found.raw <= 1 + 1e-12 and found.low <= found.raw <= found.high
    k, cov = 3, np.cov(items, rowvar=False)
    assert found.raw == pytest.approx(k / (k - 1) * (1 - np.trace(cov) / cov.sum()))
    moved = alpha(items * np.array([2.0, 3.0, 5.0]) + 1)
    assert moved.standardised == pytest.approx(found.standardised, nan_ok=True)  # correlations have no scale
    assert not np.isnan([*found.if_dropped, *found.item_rest, found.standardised]).any() or found.note.en


def test_principal_axes_return_what_made_the_matrix() -> None:
    loadings = np.array([0.8, 0.7, 0.6, 0.5, 0.4])
    r = np.outer(loadings, loadings)
    np.fill_diagonal(r, 1.0)
    for method, near in (("minres", 1e-5), ("ml", 1e-5), ("pa", 5e-3)):
        found = extract(r, 1, method=method)
        assert np.abs(found.loadings[:, 0] - loadings).max() < near and found.freedom == 5 and not found.note.en
    omega = omega_schmid_leiman(r, n_factors=1)
    assert omega.total == pytest.approx(9 / (9 + 5 - float((loadings**2).sum())), abs=1e-6)  # 3.0 squared


def test_factors_that_are_not_determined_are_called_so() -> None:
    items = RNG.normal(size=(300, 1)) + RNG.normal(size=(300, 5))
    r = np.corrcoef(items, rowvar=False)
    found = extract(r, 3)
    assert found.freedom == -2 and "-2 degrees of freedom" in found.note.en and "自由度为 -2" in found.note.zh
    model = found.loadings @ found.loadings.T
    np.fill_diagonal(model, 1.0)
    assert np.abs(model - r).max() < 1e-4  # they fit all the same
    assert omega_schmid_leiman(r, n_factors=3).note == found.note


def test_errors_of_warms_measures() -> None:
    """One answer right of two items at 0: the measure is 0, the information 1/2; the weighted likelihood is sharper, 1/2 - (-1/4)/(1/2)/2 = 3/4."""
    plain, sharp = (person_measures([[1, 0]], [[0.0], [0.0]], error=e) for e in ("information", "curvature"))
    assert plain[0][0] == sharp[0][0] == pytest.approx(0.0, abs=1e-9)
    assert plain[1][0] == pytest.approx(np.sqrt(2)) and sharp[1][0] == pytest.approx(np.sqrt(4 / 3))
    x = person_measures([[2, np.nan, 1], [np.nan, np.nan, np.nan]], [[-1.0, 0.5], [0.0], [1.0]])
    assert np.isfinite(x[0][0]) and np.isnan(x[0][1]) and np.isnan(x[1][1])


ITEMS = RNG.integers(1, 5, (20, 4)).astype(float)
PLAIN = survey_design([1.0] * 4)
REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: alpha([[1, 2], [2, 1], [3, 0]]), "The items cancel out"),
    (lambda: alpha(ITEMS, names=["a"]), "not one name for every item"),
    (lambda: alpha(ITEMS * 1e200), "so large that their squares"),
    (lambda: alpha(np.where(ITEMS > 3, np.inf, ITEMS)), "Some numbers are infinite"),
    (lambda: alpha(ITEMS[0]), "another shape"),
    (lambda: reverse(ITEMS, [4], lowest=1, highest=5), "no such column"),
    (lambda: reverse(ITEMS, [0], lowest=5, highest=1), "limits of the scale are wrong"),
    (
        lambda: omega_composite([[1, 2, np.nan], [1, 3, 4], [1, 4, 2], [1, 1, 3], [2, 2, np.nan]]),
        "an item does not vary",
    ),
    (lambda: extract(np.eye(3), 2, rotation="oblimin"), "A factor has no loadings"),
    (lambda: extract(np.corrcoef(ITEMS, rowvar=False), 2, method="ml"), "too few items for so many factors"),
    (lambda: extract(np.corrcoef(ITEMS, rowvar=False), 4), "too few items for so many factors"),
    (lambda: factorability(np.ones((3, 3)), n=9), "not positive definite"),
    (lambda: factorability([[1, 0.5], [0.4, 1]], n=9), "A symmetric matrix"),
    (lambda: parallel_analysis(ITEMS[:, :1]), "too few units, or an item does not vary"),
    (lambda: parallel_analysis(ITEMS, replicates=0), "replicates are needed"),
    (lambda: group([1, 2, 3], ["a", None, "b"]), "Some values have no group"),
    (lambda: group([1, 2, 3], ["a", "b", "c"], order=["a", "b"]), "not in the order"),
    (lambda: jonckheere([1, 2, 3], ["a", "b", "a"], order=["a", "b", "a"]), "names a group twice"),
    (lambda: cliff_delta([], [1, 2]), "too few"),
    (lambda: kendall_w([[1], [2], [3]]), "two judges are needed"),
    (lambda: marginal_homogeneity([[0, 5], [0, 0]], method="bhapkar"), "Bhapkar's statistic has no bound"),
    (lambda: independence([[1, 2], [3, 4]], method="monte_carlo", replicates=0), "replicates are needed"),
    (lambda: person_measures([[0, 1]], [[0.0]]), "not as many items as sets of thresholds"),
    (lambda: person_measures([[2.0]], [[0.0]]), "no level of its item"),
    (lambda: fit_partial_credit(ITEMS - 1, names=["a"]), "not one name for every item"),
    (lambda: rake(PLAIN, [margin("m", "aabb", {"a": 2, "b": 2})], iterations=0), "one round is needed"),
    (lambda: estimate_share(PLAIN, [1, 0, 1]), "not one for every row"),
    (lambda: estimate_share(PLAIN, ["y", "n", "y", "n"]), "Numbers are needed"),
    (lambda: estimate_shares(PLAIN, ["a", "b"]), "not one for every row"),
    (lambda: covariance(PLAIN, [1.0, 2.0]), "number of rows does not fit"),
    (lambda: degrees_of_freedom(PLAIN, within=[True]), "number of rows does not fit"),
    (lambda: survey_independence(survey_design(population=[[4] * 4]), "aabb", "xyxy"), "no sampling error"),
    (
        lambda: survey_independence(survey_design([1, 1], strata="ab", single="certainty"), "ab", "xy"),
        "no sampling error|no degrees of freedom|no more clusters",
    ),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_cannot_be_is_said_in_both_languages(number: int) -> None:
    call, words = REFUSED[number]
    with pytest.raises(HmsurveyError, match=words) as caught:
        call()
    assert re.search("[一-鿿]", caught.value.render("zh"))


def test_what_has_no_value_says_why() -> None:
    two = alpha(ITEMS[:, :2])
    assert np.isnan(two.if_dropped).all() and "two items only" in two.note.en
    dead = alpha([[1, 2, 4], [2, 1, 3], [4, 4, 2], [3, 5, 3]])  # the first and the third always add up to 5 or 6
    assert not np.isnan(dead.raw)
    alone = factorability([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]], n=20)
    assert np.isnan(alone.kmo_items[2]) and alone.kmo == pytest.approx(0.5) and "Item 3" in alone.note.en
    few = kruskal([1, 2, 3], ["a", "b", "c"])
    assert np.isnan(few.eta_squared) and "single value" in few.note.en
    conger = many_judges_kappa([[1, 1, 2], [2, 2, 1], [1, 2, 2], [1, 1, 1]], method="conger")
    assert np.isnan(conger.z) and np.isfinite([conger.low, conger.high]).all() and "no formula" in conger.note.en
    lone = many_judges_kappa([[1, 1], [1, 1], [1, 2]])
    assert np.isnan([lone.low, lone.high]).all() and "single category" in lone.note.en
    small = linear_by_linear([[1, 1], [0, 1]])
    assert np.isnan(small.low) and "Three units" in small.note.en
    trend = jonckheere([1, 1, 1, 2], ["a", "a", "a", "b"], order=["a", "b"])
    assert trend.tau == 1.0 and trend.low == 1.0
    assert polychoric([1, 1, 2, 2], [1, 1, 2, 2]).note.en
