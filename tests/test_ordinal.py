"""Ordinal regression where it is hard: separation of every kind, units of measurement, what is left to estimate.

Where a model separates, its likelihood rises to a limit. That limit is worked out by hand for small tables, and found again by a general optimiser that knows nothing of separation.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from hmsurvey.errors import DataError
from hmsurvey.statistics.ordinal import check_proportional_odds, fit_ordinal, predict_ordinal

INF = np.inf


def test_a_threshold_goes_with_the_coefficient() -> None:
    # x = 0: two at the bottom, one in the middle; x = 1: one in the middle, two at the top. Each half is a binomial: 2/3 and 1/3.
    found = fit_ordinal([0, 0, 1, 1, 2, 2], [[0], [0], [0], [1], [1], [1]], names=["g"])
    assert found.separated == ("g",) and found.coefficients[0] == INF and found.odds_ratios[0] == INF
    assert found.thresholds == pytest.approx([np.log(2), INF])
    assert found.threshold_errors[0] == pytest.approx(np.sqrt(1 / 2 + 1 / 1)) and np.isnan(found.threshold_errors[1])
    assert found.log_likelihood == pytest.approx(2 * (2 * np.log(2 / 3) + np.log(1 / 3)))


def test_outcomes_that_are_all_settled() -> None:
    found = fit_ordinal([0, 0, 1, 1], [[0], [0], [1], [1]], names=["g"])
    assert found.log_likelihood == 0 and found.separated == ("g",) and "g has no finite coefficient" in found.note.en
    with pytest.raises(DataError, match="no prediction"):
        predict_ordinal(found, [[1]])


def test_what_only_settled_units_could_tell_has_no_coefficient_and_is_named() -> None:
    # everybody in group a is at the bottom; b varies inside a alone
    outcome = [0, 0, 0, 0, 1, 0, 1]
    found = fit_ordinal(outcome, [[1, 0], [1, 1], [1, 0], [1, 1], [0, 0], [0, 0], [0, 0]], names=["a", "b"])
    assert found.separated == ("a",) and np.isnan(found.coefficients[1])
    assert "The coefficient of b is not determined" in found.note.en and "b 的系数无法确定" in found.note.zh
    assert found.log_likelihood == pytest.approx(2 * np.log(2 / 3) + np.log(1 / 3))


def test_two_explanations_each_of_which_would_do() -> None:
    # either column sorts the outcomes, so that neither coefficient has a direction of its own
    found = fit_ordinal([0, 0, 1, 1], [[0, 0], [0, 0.1], [1, 1], [1, 1.2]], names=["a", "b"])
    assert found.log_likelihood == 0 and np.isnan(found.coefficients).all() and found.separated == ()
    assert "The data separate: the coefficient of a, b is not determined" in found.note.en


@pytest.mark.parametrize(("scale", "shift"), [(1e-12, 0), (1e12, 0), (1, 1e6), (1e-6, 1e3), (1, 2024)])
def test_the_unit_of_measurement_changes_nothing_but_the_unit(scale: float, shift: float) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(60, 1))
    outcome = (x[:, 0] + rng.logistic(size=(60,)) > 0).astype(int) + (x[:, 0] + rng.logistic(size=60) > 1)
    plain, other = fit_ordinal(outcome, x), fit_ordinal(outcome, x * scale + shift)
    assert other.coefficients * scale == pytest.approx(plain.coefficients, rel=1e-5)
    assert other.errors * scale == pytest.approx(plain.errors, rel=1e-5)
    assert other.log_likelihood == pytest.approx(plain.log_likelihood)
    chances = predict_ordinal(plain, x[:5])
    assert predict_ordinal(other, x[:5] * scale + shift) == pytest.approx(chances, rel=1e-4)
    apart = fit_ordinal([0, 0, 1, 1], np.array([[0], [0], [1], [1]]) * scale + shift)
    assert apart.separated == ("x1",) and apart.coefficients[0] == INF


def steepest(outcome: np.ndarray, x: np.ndarray) -> float:
    """Return the highest likelihood that a general optimiser reaches."""
    cuts = int(outcome.max())

    def height(at: np.ndarray) -> float:
        edges = np.concatenate([[-INF], np.cumsum(np.concatenate([at[:1], np.exp(at[1:cuts])])), [INF]])
        shift = x @ at[cuts:]
        return -float(np.log(np.maximum(expit(edges[outcome + 1] - shift) - expit(edges[outcome] - shift), 1e-300)).sum())  # fmt: skip

    rng = np.random.default_rng(1)
    starts = [np.concatenate([np.zeros(cuts), c * rng.normal(size=x.shape[1])]) for c in (0.0, 1.0, 3.0)]
    return -min(float(minimize(height, s, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000}).fun) for s in starts)


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_the_limit_of_the_likelihood_is_found_whatever_separates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(5, 14)), int(rng.integers(1, 4))
    x = rng.integers(0, 3, size=(n, p)).astype(float)
    outcome = np.unique(rng.integers(0, 3, size=n), return_inverse=True)[1]
    try:
        found = fit_ordinal(outcome, x)
    except DataError as error:
        assert any(words in str(error) for words in ("constant", "combination", "same outcome"))
        return
    assert found.log_likelihood == pytest.approx(steepest(outcome, x), abs=2e-3)
    assert found.log_likelihood >= found.null_log_likelihood - 1e-9
    gone = [n for n, c in zip(found.names, found.coefficients, strict=True) if np.isinf(c)]
    assert tuple(gone) == found.separated
    if not np.isfinite(found.coefficients).all():
        assert any(found.note)


@given(st.permutations(range(9)))
@settings(max_examples=10, deadline=None)
def test_order_does_not_matter_and_a_mirrored_scale_turns_the_sign(order: list[int]) -> None:
    outcome, x = np.array([0, 1, 2, 2, 1, 0, 2, 1, 0]), np.array([1.0, 2, 3, 2, 1, 3, 4, 2, 0])[:, None]
    plain = fit_ordinal(outcome, x)
    assert fit_ordinal(outcome[order], x[order]).coefficients == pytest.approx(plain.coefficients)
    assert fit_ordinal(2 - outcome, x).coefficients == pytest.approx(-plain.coefficients)
    assert fit_ordinal(2 - outcome, x, link="cloglog").coefficients == pytest.approx(-fit_ordinal(outcome, x, link="loglog").coefficients)  # fmt: skip


def test_wrong_input_is_refused_in_words() -> None:
    with pytest.raises(DataError, match="not as many names"):
        fit_ordinal([0, 1, 0, 1], [[0], [1], [1], [0]], names=["a", "b"])
    with pytest.raises(DataError, match="another number of columns"):
        predict_ordinal(fit_ordinal([0, 1, 0, 1], [[0], [1], [1], [0]]), [[1, 2]])
    with pytest.raises(DataError, match="numbers of rows differ"):
        fit_ordinal([0, 1], [[0], [1], [1]])


def test_brant_by_hand_where_the_odds_are_not_proportional() -> None:
    # one dummy: each cut is a 2 x 2 table, its log odds ratio known; the difference and its variance follow from the cells
    counts = {(0, 0): 20, (0, 1): 20, (0, 2): 20, (1, 0): 30, (1, 1): 5, (1, 2): 25}
    outcome, x, weights = zip(*((y, [g], w) for (g, y), w in counts.items()), strict=True)
    found = check_proportional_odds(outcome, x, weights=weights)
    first, second = np.log(30 / 30 * 20 / 40), np.log(25 / 35 * 40 / 20)
    # influence of each cell on each log odds ratio: indicator over its mean, group by group
    variance = 0.0
    for g in (0, 1):
        n, low, high = 60, counts[g, 0], counts[g, 2]
        p, q = (n - low) / n, high / n
        variance += (1 / (n * p * (1 - p))) + (1 / (n * q * (1 - q))) - 2 * (q - p * q) / (n * p * (1 - p) * q * (1 - q))  # fmt: skip
    assert found.statistic == pytest.approx((second - first) ** 2 / variance)
    assert found.df == 1
