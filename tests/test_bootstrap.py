"""Bootstrap and jackknife: hand calculations, what stands in where a correction fails, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmsurvey.errors import DataError, UsageError
from hmsurvey.statistics.resampling import METHODS, Bootstrap, bootstrap, bootstrap_interval, jackknife
from hmsurvey.statistics.share_resampling import bootstrap_shares

# Hours between failures of air-conditioning equipment, Proschan (1963), as printed by Davison and Hinkley (1997, p. 4).
HOURS = [3, 5, 7, 18, 43, 85, 91, 98, 100, 130, 230, 487]


def mean(x: np.ndarray) -> np.ndarray:
    return x.mean(axis=-1)


def median(x: np.ndarray) -> np.ndarray:
    return np.median(x, axis=-1)


def test_jackknife_of_a_mean_and_of_a_variance() -> None:
    found = jackknife(HOURS, mean)
    assert found.bias == pytest.approx(0, abs=1e-9)
    assert found.standard_error == pytest.approx(np.std(HOURS, ddof=1) / math.sqrt(12))
    assert found.acceleration == pytest.approx(0.0938, abs=5e-5)  # Davison and Hinkley (1997), p. 209
    # the jackknife takes the whole bias of a variance over n away
    biased = jackknife(HOURS, lambda x: x.var(axis=-1))
    assert biased.value - biased.bias == pytest.approx(np.var(HOURS, ddof=1))


def test_intervals_of_the_mean_time_between_failures() -> None:
    # Davison and Hinkley print BCa intervals of the mean; ends within what other seeds give
    found = bootstrap(HOURS, mean, seed=7, replicates=20_000)
    assert found.standard_error == pytest.approx(np.std(HOURS) / math.sqrt(12), rel=0.03)
    bca = bootstrap_interval(found)
    percentile = bootstrap_interval(found, method="percentile")
    basic = bootstrap_interval(found, method="basic")
    assert bca.low > percentile.low
    assert bca.high == pytest.approx(226, abs=10)
    assert (basic.low, basic.high) == pytest.approx((2 * found.value - percentile.high, 2 * found.value - percentile.low))  # fmt: skip
    assert found.regression_acceleration == pytest.approx(found.jackknife_acceleration, rel=1e-6)


def test_ends_are_read_at_rank_of_one_more() -> None:
    replicates = np.arange(99.0, 0, -1)  # with 99 replicates the 5 % point is the 5th
    draws = Bootstrap(50.0, replicates, 10.0, 0.0, None, None, 0.0, None)
    interval = bootstrap_interval(draws, method="percentile", confidence=0.9)
    assert (interval.low, interval.high) == pytest.approx((5, 95))
    between = bootstrap_interval(draws, method="percentile", confidence=0.95)
    assert 2 < between.low < 3  # rank 2.5, between two on the normal scale
    assert between.low == pytest.approx(100 - between.high)


def test_the_same_seed_gives_the_same_draws_and_batches_do_not_show() -> None:
    one, other = (bootstrap(HOURS, mean, seed=3, replicates=500) for _ in range(2))
    assert (one.replicates == other.replicates).all()
    generator = np.random.default_rng(3)
    assert (bootstrap(HOURS, mean, seed=generator, replicates=500).replicates == one.replicates).all()


def test_a_median_with_ties_has_an_interval_and_the_stand_in_is_named() -> None:
    tied = [70] * 4 + [75] * 3 + [76] * 4 + [78] * 3 + [82] * 4
    found = bootstrap(tied, median, seed=5, replicates=4_000)
    assert found.jackknife_acceleration is None
    interval = bootstrap_interval(found)
    assert interval.low < interval.high
    assert interval.low <= found.value <= interval.high
    assert interval.method == "bca"
    assert "regression" in interval.note.en
    few = bootstrap_interval(bootstrap(tied, median, seed=5, replicates=10))
    assert "acceleration" in few.note.en or "too few replicates" in few.note.en


def test_an_estimate_at_the_edge_of_its_replicates() -> None:
    top = bootstrap([1.0, 2, 3, 4, 9], lambda x: x.min(axis=-1), seed=1, replicates=400)
    interval = bootstrap_interval(top)
    assert interval.method == "percentile"
    assert "infinite" in interval.note.en
    flat = bootstrap_interval(bootstrap([2.0] * 5, mean, seed=1, replicates=50))
    assert (flat.low, flat.high) == (2, 2)
    assert "no width" in flat.note.en
    # nearly all replicates equal the estimate
    heavy = bootstrap_interval(bootstrap([70.0] * 10 + [76] * 20 + [80] * 12 + [60, 61, 90], median, seed=1, replicates=2_000))  # fmt: skip
    assert heavy.low <= 76 <= heavy.high


def test_studentised_needs_variances() -> None:
    with pytest.raises(DataError, match="variance of every replicate"):
        bootstrap_interval(bootstrap(HOURS, mean, seed=1, replicates=50), method="studentised")

    def both(x: np.ndarray) -> np.ndarray:
        return np.stack([x.mean(axis=-1), x.var(axis=-1, ddof=1) / x.shape[-1]], axis=-1)

    found = bootstrap_interval(bootstrap(HOURS, both, seed=1, replicates=4_000), method="studentised")
    assert found.high > bootstrap_interval(bootstrap(HOURS, mean, seed=1, replicates=4_000), method="percentile").high
    with pytest.raises(DataError, match="variance of 0"):
        bootstrap_interval(bootstrap([1.0, 1, 1, 2], both, seed=1, replicates=500), method="studentised")


def test_strata_keep_their_sizes() -> None:
    values, strata = [0.0] * 5 + [10.0] * 5, ["a"] * 5 + ["b"] * 5
    found = bootstrap(values, mean, seed=1, replicates=100, strata=strata)
    assert (found.replicates == 5).all()
    with pytest.raises(DataError, match="number of rows"):
        bootstrap(values, mean, seed=1, strata=["a"])


@pytest.mark.parametrize(
    ("values", "statistic", "words"),
    [
        ([1.0, 2.0], mean, "too few"),
        ([1.0, None, 3.0], mean, "missing"),
        (HOURS, lambda x: x, "number for every row"),
        (HOURS, lambda x: np.full(len(x), np.nan), "not finite"),
    ],
)
def test_what_cannot_be_resampled(values: list, statistic, words: str) -> None:
    with pytest.raises(DataError, match=words):
        bootstrap(values, statistic, seed=1, replicates=20)


def test_other_wrong_input() -> None:
    with pytest.raises(DataError, match="At least 2 replicates"):
        bootstrap(HOURS, mean, seed=1, replicates=1)
    with pytest.raises(UsageError, match="no such choice"):
        bootstrap_interval(bootstrap(HOURS, mean, seed=1, replicates=20), method="abc")  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=4, max_size=15), st.sampled_from([-3.0, 0.5, 7.0]), st.integers(-9, 9))
def test_intervals_follow_shift_and_scale(values: list[int], scale: float, shift: int) -> None:
    first = bootstrap(values, mean, seed=2, replicates=200)
    second = bootstrap(np.array(values) * scale + shift, mean, seed=2, replicates=200)
    for method in ("normal", "basic", "percentile"):
        one, other = (bootstrap_interval(found, method=method) for found in (first, second))  # type: ignore[arg-type]
        ends = sorted([one.low * scale + shift, one.high * scale + shift])
        assert [other.low, other.high] == pytest.approx(ends, abs=1e-6)
    assert set(METHODS) >= {"bca", "studentised"}


def test_shares_of_many_cities_at_once() -> None:
    counts = [[4, 16], [0, 8], [0, 0], [5, 5]]
    found = bootstrap_shares(counts, seed=1, replicates=20_000)
    assert found.standard_error[0, 0] == pytest.approx(math.sqrt(0.2 * 0.8 / 20), rel=0.02)
    assert found.share[0].tolist() == [0.2, 0.8]
    assert (found.low[0, 0], found.high[0, 0]) == pytest.approx((0.05, 0.4))  # binomial(20, 0.2) quantiles 1 and 8
    assert np.isnan(found.share[2]).all()
    assert (found.low[2, 0], found.high[2, 0]) == (0, 1)
    assert ["Nobody" in found.notes[2].en, "one category" in found.notes[1].en] == [True, True]


def test_a_finite_population_narrows_and_everybody_leaves_nothing() -> None:
    counts, sizes = [[4, 16], [6, 9], [5, 5]], [25, 23, 10]
    found = bootstrap_shares(counts, seed=1, population=sizes, replicates=20_000)
    for group, (n, size, p) in enumerate(((20, 25, 0.2), (15, 23, 0.4))):
        # drawn without replacement: p q (1 - n/N) / (n - 1), less the bootstrap's usual (n - 1)/n
        expected = math.sqrt(p * (1 - p) * (1 - n / size) / n)
        assert found.standard_error[group, 0] == pytest.approx(expected, rel=0.05)
    assert (found.standard_error[2] == 0).all()
    assert (found.low[2] == found.high[2]).all()
    assert "Everybody" in found.notes[2].en
    with pytest.raises(DataError, match=r"n = 20, N = 19"):
        bootstrap_shares(counts, seed=1, population=[19, 23, 10])
    with pytest.raises(DataError, match="Whole numbers"):
        bootstrap_shares([[1.5, 2]], seed=1)


def test_batches_make_no_difference_to_what_is_counted() -> None:
    few = bootstrap_shares([[4, 16]], seed=1, replicates=2_000)
    many = bootstrap_shares([[4, 16]], seed=1, replicates=6_001)
    assert many.replicates == 6_001
    assert many.standard_error == pytest.approx(few.standard_error, rel=0.1)
