"""Survey designs by hand: six numbers, two strata, a cluster or two; what weights are fitted to; what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmsurvey.errors import DataError, UsageError
from hmsurvey.statistics.calibration import calibrate, collapse, margin, post_stratify, rake, trim_weights
from hmsurvey.statistics.designs import degrees_of_freedom, survey_design
from hmsurvey.statistics.estimates import (
    complete_rows,
    estimate_by,
    estimate_difference,
    estimate_mean,
    estimate_ratio,
    estimate_total,
    estimate_variance,
)
from hmsurvey.statistics.survey_quantiles import estimate_quantile
from hmsurvey.statistics.survey_shares import METHODS, estimate_share, estimate_shares
from hmsurvey.statistics.survey_tables import survey_independence

CITY = ["a", "a", "a", "b", "b", "b"]
VALUES = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0]


def by_city(**more: object):
    return survey_design(strata=CITY, population=[[12, 12, 12, 6, 6, 6]], **more)


def test_stratified_mean_of_six_numbers() -> None:
    # means 2 and 6, variances 1 and 4; V = (12/18)^2 (1 - 3/12) 1/3 + (6/18)^2 (1 - 3/6) 4/3 = 1/9 + 2/27
    found = estimate_mean(by_city(), VALUES)
    assert found.value == pytest.approx((12 * 2 + 6 * 6) / 18)
    assert found.standard_error == pytest.approx(math.sqrt(1 / 9 + 2 / 27))
    assert found.freedom == 4
    assert found.high - found.value == pytest.approx(2.7764451051977987 * found.standard_error)
    normal = estimate_mean(by_city(), VALUES, interval="normal")
    assert normal.high - normal.value == pytest.approx(1.959963984540054 * found.standard_error)


def test_total_domain_ratio_difference_and_variance_by_hand() -> None:
    design = by_city()
    assert estimate_total(design, VALUES).standard_error == pytest.approx(18 * math.sqrt(1 / 9 + 2 / 27))
    # a whole stratum as a domain: an ordinary sample of 3 out of 12
    rows = np.array(CITY) == "a"
    domain = estimate_mean(design, VALUES, within=rows)
    assert (domain.value, domain.standard_error) == pytest.approx((2, math.sqrt(0.75 / 3)))
    assert domain.design_effect == pytest.approx(1)
    assert estimate_ratio(design, np.multiply(VALUES, 3), VALUES).value == pytest.approx(3)
    assert estimate_ratio(design, np.multiply(VALUES, 3), VALUES).standard_error == pytest.approx(0, abs=1e-12)
    gap = estimate_difference(design, VALUES, one=~rows, other=rows)
    assert (gap.value, gap.standard_error) == pytest.approx((4, math.sqrt(0.25 + 2 / 3)))
    assert estimate_variance(survey_design(np.ones(3)), [1, 2, 3]).value == pytest.approx(1)


def test_simple_random_sample_and_its_design_effects() -> None:
    drawn = survey_design(population=[[10] * 5])
    found = estimate_mean(drawn, [1, 2, 3, 4, 5])
    assert found.standard_error == pytest.approx(math.sqrt(0.5 * 2.5 / 5))  # 1 - 5/10, not (N - n)/(N - 1)
    assert (found.design_effect, found.design_effect_replace) == pytest.approx((1, 0.5))
    replaced = estimate_mean(survey_design([2] * 5), [1, 2, 3, 4, 5])
    assert (replaced.design_effect, replaced.design_effect_replace) == pytest.approx((2, 1))


def test_one_and_two_stages_of_clusters_by_hand() -> None:
    # cluster totals, weighted: one stage of 2 out of 4 clusters; V(total) = 16 (1 - 1/2) s^2 / 2 of cluster totals 3, 7
    cluster, y = ["p", "p", "q", "q"], [1.0, 2.0, 3.0, 4.0]
    one = survey_design(clusters=[cluster], population=[[4] * 4])
    assert estimate_total(one, y).value == pytest.approx(20)
    assert estimate_total(one, y).standard_error == pytest.approx(math.sqrt(16 * 0.5 * 8 / 2))
    # second stage: 2 out of 6 within each: estimated totals 9 and 21, and (4/2) times the sum of 36 (1 - 1/3) 0.5 / 2
    two = survey_design(clusters=[cluster, range(4)], population=[[4] * 4, [6] * 4])
    assert estimate_total(two, y).value == pytest.approx(60)
    assert estimate_total(two, y).standard_error == pytest.approx(math.sqrt(16 * 0.5 * 72 / 2 + 2 * 2 * 36 * (2 / 3) * 0.5 / 2))  # fmt: skip
    # with replacement only the first stage counts
    replaced = survey_design([6] * 4, clusters=[cluster, range(4)])
    assert estimate_total(replaced, y).standard_error == pytest.approx(math.sqrt(2 * 2 * 6**2 * 2**2))
    assert degrees_of_freedom(two) == 1


def test_everybody_answered_means_no_error() -> None:
    census = survey_design(strata=CITY, population=[[3] * 6])
    found = estimate_mean(census, VALUES)
    assert (found.standard_error, found.low, found.high) == (0, 4, 4)
    part = survey_design(strata=CITY, population=[[12, 12, 12, 3, 3, 3]])  # city b taken whole
    assert estimate_mean(part, VALUES, within=np.array(CITY) == "b").standard_error == 0
    assert estimate_mean(part, VALUES).standard_error == pytest.approx(12 / 15 * 0.5)
    share = estimate_share(census, [1, 1, 1, 0, 0, 0], within=np.array(CITY) == "a")
    assert (share.value, share.low, share.high) == (1, 1, 1)


def test_a_stratum_with_one_unit_is_refused_or_treated_as_named() -> None:
    strata, sizes = ["a", "a", "a", "b"], [[9, 9, 9, 4]]
    with pytest.raises(DataError, match=r"single cluster(.|\n)*stage 1: b(.|\n)*name `single`"):
        survey_design(strata=strata, population=sizes)
    errors = {
        name: estimate_mean(survey_design(strata=strata, population=sizes, single=name), [1, 2, 3, 9]).standard_error
        for name in ("certainty", "average", "adjust")
    }
    known = (9 / 13) ** 2 * (1 - 3 / 9) / 3
    mean = (9 * 2 + 4 * 9) / 13
    assert errors["certainty"] == pytest.approx(math.sqrt(known))
    assert errors["average"] == pytest.approx(math.sqrt(2 * known))
    assert errors["adjust"] == pytest.approx(math.sqrt(known + (4 / 13 * (9 - mean)) ** 2 * 0.75))
    assert survey_design(strata=strata, population=[[9, 9, 9, 1]])  # the only one there is: no need to choose
    with pytest.raises(DataError, match="nothing to average"):
        estimate_mean(survey_design(strata=["a", "b"], population=[[3, 3]], single="average"), [1, 2])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"strata": CITY, "population": [[2] * 6]}, "more in the sample than in the population"),
        ({"strata": CITY, "population": [[9, 9, 8, 9, 9, 9]]}, "differs within a stratum"),
        ({"strata": ["a", None, "a"]}, "no label"),
        ({"weights": [1, 2, 0]}, "must be positive"),
        ({"weights": [1, 2], "strata": CITY}, "number of rows"),
        ({"clusters": [CITY, VALUES], "population": [[9] * 6]}, "not one population size for each stage"),
        ({}, "not a single row"),
    ],
)
def test_designs_that_cannot_be(arguments: dict, words: str) -> None:
    with pytest.raises(DataError, match=words):
        survey_design(**arguments)


def test_gaps_are_refused_and_left_out_by_name() -> None:
    values = [1.0, None, 3.0, 4.0, 6.0, 8.0]
    with pytest.raises(DataError, match=r"Some are missing(.|\n)*complete_rows"):
        estimate_mean(by_city(), values)
    kept = estimate_mean(by_city(), values, within=complete_rows(values, VALUES))
    assert kept.n == 5
    assert kept.value == pytest.approx((4 * (1 + 3) + 2 * 18) / 14)
    with pytest.raises(DataError, match="differ in length"):
        complete_rows([1], [1, 2])
    with pytest.raises(DataError, match="every row of the sample"):
        estimate_mean(by_city(), [1, 2])
    with pytest.raises(DataError, match="true or false"):
        estimate_mean(by_city(), VALUES, within=[0, 1, 2, 3, 4, 5])


def test_a_city_nobody_answered_from_is_in_the_result() -> None:
    found = estimate_by(CITY, lambda rows: estimate_mean(by_city(), VALUES, within=rows), known=("c", "b", "a"))
    assert list(found) == ["c", "b", "a"]
    assert math.isnan(found["c"].value)
    assert "Nobody was sampled" in found["c"].note.en
    one = estimate_mean(by_city(), VALUES, within=np.arange(6) == 2)
    assert (one.value, one.standard_error) == (3, 0)
    assert "single row" in one.note.en


@pytest.mark.parametrize("method", METHODS)
def test_none_and_all_have_intervals_with_width(method: str) -> None:
    drawn = survey_design(population=[[50] * 20])
    none = estimate_share(drawn, [0] * 20, method=method)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 20))
    every = estimate_share(drawn, [1] * 20, method=method)
    assert (every.low, every.high) == pytest.approx((1 - none.high, 1))
    some = estimate_share(drawn, [1] * 4 + [0] * 16, method=method)
    assert some.low < 0.2 < some.high
    shares = estimate_shares(drawn, ["x"] * 4 + ["y"] * 16, known=("x", "y", "z"), method=method)
    assert sum(one.value for one in shares.values()) == pytest.approx(1)
    assert shares["z"].value == 0


def test_a_share_needs_flags() -> None:
    with pytest.raises(DataError, match="0 and 1"):
        estimate_share(by_city(), VALUES)
    with pytest.raises(UsageError, match="no such choice"):
        estimate_share(by_city(), [0] * 6, method="wald")  # type: ignore[arg-type]


def test_quantiles_by_hand() -> None:
    plain = survey_design(np.ones(6))
    assert estimate_quantile(plain, VALUES, 0.5).value == 3
    assert estimate_quantile(plain, VALUES, 0.5, rule="school").value == 3.5
    assert estimate_quantile(plain, VALUES, 0.25, rule="hf7").value == np.quantile(VALUES, 0.25)
    heavy = survey_design([1, 1, 1, 1, 1, 10])
    found = estimate_quantile(heavy, VALUES, 0.5)
    assert found.value == 8
    assert "no end" in found.note.en


def test_independence_by_hand() -> None:
    # weights of 1, drawn with replacement: Pearson's 2 x 2 table 10 20 / 30 5
    rows = ["p"] * 30 + ["q"] * 35
    columns = ["u"] * 10 + ["v"] * 20 + ["u"] * 30 + ["v"] * 5
    plain = survey_design(np.ones(65))
    pearson = 65 * (10 * 5 - 20 * 30) ** 2 / (30 * 35 * 40 * 25)
    found = survey_independence(plain, rows, columns, statistic="Chisq")
    assert found.pearson == pytest.approx(pearson)
    # of a simple random sample the mean design effect is n / (n - 1)
    assert survey_independence(plain, rows, columns).statistic == pytest.approx(pearson * 64 / 65)
    with pytest.raises(DataError, match="single category"):
        survey_independence(plain, ["p"] * 65, columns)


def test_post_stratified_totals_are_exact_and_without_error() -> None:
    drawn = survey_design([2, 2, 2, 3, 3, 3])
    fitted = post_stratify(drawn, margin("city", CITY, {"a": 30, "b": 8}))
    flags = [c == "a" for c in CITY]
    assert estimate_total(fitted, flags).value == pytest.approx(30)
    assert estimate_total(fitted, flags).standard_error == pytest.approx(0, abs=1e-10)
    assert estimate_mean(fitted, VALUES).value == pytest.approx((30 * 2 + 8 * 6) / 38)


def test_own_weights_are_not_lost_in_fitting() -> None:
    # within a cell the ratios of the weights stay
    drawn = survey_design([1, 2, 3, 1, 1, 4])
    division = margin("city", CITY, {"a": 30, "b": 8})
    for fitted in (post_stratify(drawn, division), rake(drawn, [division])):
        assert fitted.weights == pytest.approx([5, 10, 15, 8 / 6, 8 / 6, 32 / 6])


def test_groups_that_cannot_be_fitted_are_named() -> None:
    drawn = survey_design(np.ones(6))
    with pytest.raises(DataError, match=r"Nobody was sampled(.|\n)*c \(4\)"):
        post_stratify(drawn, margin("city", CITY, {"a": 3, "b": 3, "c": 4}))
    left = post_stratify(drawn, margin("city", CITY, {"a": 3, "b": 3, "c": 4}), empty="leave_out")
    assert left.weights.sum() == pytest.approx(6)
    joined = post_stratify(drawn, collapse(margin("city", CITY, {"a": 3, "b": 3, "c": 4}), {"c": "b"}))
    assert joined.weights.sum() == pytest.approx(10)
    with pytest.raises(DataError, match=r"no population count(.|\n)*b"):
        post_stratify(drawn, margin("city", CITY, {"a": 3}))
    with pytest.raises(DataError, match="population count is 0"):
        post_stratify(drawn, margin("city", CITY, {"a": 3, "b": 0}))
    with pytest.raises(DataError, match="0 or more"):
        margin("city", CITY, {"a": -1, "b": 3})
    with pytest.raises(UsageError, match="no such group"):
        collapse(margin("city", CITY, {"a": 3, "b": 3}), {"x": "a"})


def test_a_rare_group_is_not_lumped() -> None:
    city = ["a"] * 99 + ["b"]
    fitted = rake(survey_design(np.ones(100)), [margin("city", city, {"a": 990, "b": 10})])
    assert fitted.weights[-1] == pytest.approx(10)


def test_raking_that_cannot_converge_names_the_margin() -> None:
    # all of city a are small, all of b large: 4 + 2 cannot be 3 + 3
    drawn = survey_design(np.ones(4))
    city = margin("city", ["a", "a", "b", "b"], {"a": 4, "b": 2})
    size = margin("size", ["s", "s", "l", "l"], {"s": 3, "l": 3})
    with pytest.raises(DataError, match=r"No convergence in 50 rounds(.|\n)*city: b"):
        rake(drawn, [city, size], iterations=50)
    with pytest.raises(DataError, match="totals differ"):
        rake(drawn, [city, margin("size", ["s", "l", "s", "l"], {"s": 3, "l": 4})])
    with pytest.raises(DataError, match="No margin"):
        rake(drawn, [])


def test_calibration_and_trimming() -> None:
    drawn = survey_design([2.0] * 6)
    on = np.column_stack([np.ones(6), VALUES])
    for method, limits in (("linear", None), ("raking", None), ("logit", (0.5, 2.0))):
        fitted = calibrate(drawn, on, [12, 50], method=method, limits=limits)  # type: ignore[arg-type]
        assert fitted.weights @ on == pytest.approx([12, 50])
        assert estimate_mean(fitted, VALUES).standard_error == pytest.approx(0, abs=1e-9)
    with pytest.raises(DataError, match="depend on each other"):
        calibrate(drawn, np.ones((6, 2)), [12, 12])
    with pytest.raises(DataError, match="no longer positive"):
        calibrate(drawn, on, [12, 10])
    with pytest.raises(DataError, match="does not converge"):
        calibrate(drawn, on, [12, 90], method="logit", limits=(0.9, 1.1))
    with pytest.raises(UsageError, match="limits around 1"):
        calibrate(drawn, on, [12, 50], method="logit")
    trimmed = trim_weights(survey_design([1, 2, 3, 10]), high=6)
    assert trimmed.weights == pytest.approx([1 + 4 / 3, 2 + 4 / 3, 3 + 4 / 3, 6])
    assert trim_weights(survey_design([1, 2, 5.5, 10]), high=6, strict=True).weights.max() <= 6 + 1e-9
    with pytest.raises(DataError, match="leave no room"):
        trim_weights(drawn, high=1)


cells = st.integers(1, 4)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(cells, cells, st.floats(0.5, 20), st.floats(-50, 50)), min_size=4, max_size=30),
    st.randoms(use_true_random=False),
)
def test_properties_of_fitted_weights(rows: list[tuple[int, int, float, float]], random) -> None:
    first, second, weights, values = (list(part) for part in zip(*rows, strict=True))
    # margins that some positive weights meet: those of other weights of the same rows
    other = np.array([random.uniform(0.5, 3) for _ in rows])
    margins = [
        margin(name, labels, {k: float(other[[x == k for x in labels]].sum()) for k in labels})
        for name, labels in (("first", first), ("second", second))
    ]
    drawn = survey_design(weights)
    fitted = rake(drawn, margins, tolerance=1e-9, iterations=20_000)
    assert (fitted.weights > 0).all()
    for division in margins:
        for label, count in division.counts.items():
            assert fitted.weights[[x == label for x in division.labels]].sum() == pytest.approx(count, rel=1e-8)
    # row order does not matter, nor does a row of weight w given as two of w / 2
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = [margin(m.name, [m.labels[i] for i in order], dict(m.counts)) for m in margins]
    again = rake(survey_design(np.array(weights)[order]), shuffled, tolerance=1e-9, iterations=20_000)
    mean = estimate_mean(fitted, values)
    same = estimate_mean(again, np.array(values)[order])
    assert same.value == pytest.approx(mean.value, abs=1e-6)
    assert same.standard_error == pytest.approx(mean.standard_error, abs=1e-5)
    halves = survey_design([weights[0] / 2, *weights[1:], weights[0] / 2])
    plain = estimate_mean(drawn, values).value
    assert estimate_mean(halves, [*values, values[0]]).value == pytest.approx(plain, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=3, max_size=12), st.integers(0, 40))
def test_the_error_shrinks_to_nothing_as_the_sample_nears_the_population(values: list[float], more: int) -> None:
    n = len(values)
    found = [estimate_mean(survey_design(population=[[n + k] * n]), values) for k in (0, more, more + 5)]
    assert found[0].standard_error == 0
    assert found[1].standard_error <= found[2].standard_error + 1e-12
    assert all(one.low <= one.value <= one.high for one in found)
