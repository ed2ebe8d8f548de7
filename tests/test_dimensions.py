"""How many dimensions, matrices made fit, groups matched with factors, and where half reach something: closed forms, brute force, what made the data."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmsurvey.errors import DataError
from hmsurvey.statistics.dimensions import count_dimensions, match_groups, smoothed
from hmsurvey.statistics.factors import correlation_of
from hmsurvey.statistics.placing import half_met, half_points
from hmsurvey.statistics.polychoric import polychoric_matrix


def ordinal(n: int, loadings: np.ndarray, *, seed: int) -> np.ndarray:
    """Items in four levels, of factors that are independent."""
    rng = np.random.default_rng(seed)
    unique = np.sqrt(1 - (loadings**2).sum(axis=1))
    quality = rng.standard_normal((n, loadings.shape[1])) @ loadings.T + unique * rng.standard_normal((n, len(loadings)))  # fmt: skip
    return np.digitize(quality, [-0.7, 0.3, 1.1]).astype(float)


TWO = np.array([[0.8, 0.0]] * 5 + [[0.0, 0.7]] * 4)


def test_as_many_dimensions_as_made_the_answers_with_gaps_too() -> None:
    x = ordinal(600, TWO, seed=3)
    x[np.random.default_rng(4).random(x.shape) < 0.1] = np.nan
    found = count_dimensions(x)
    assert found.n_above == 2 and found.n_raised == 0
    assert found.eigenvalues.sum() == pytest.approx(9) and (np.diff(found.chance) < 0).all()
    # two blocks: the first eigenvalue of each is 1 + (k - 1) times the square of its loading
    assert found.eigenvalues[:2] == pytest.approx([1 + 4 * 0.64, 1 + 3 * 0.49], abs=0.2)


def test_independent_items_have_no_dimension_and_row_order_is_nothing() -> None:
    samples = [ordinal(500, np.zeros((8, 1)), seed=100 + k) for k in range(20)]
    above = [count_dimensions(x, replicates=100).n_above > 0 for x in samples]
    assert sum(above) <= 4  # one in twenty by design; five or more would come by luck in 3 of 1000 tries
    x = samples[0]
    again = count_dimensions(x[::-1], seed=2)
    assert again.eigenvalues == pytest.approx(count_dimensions(x, seed=2).eigenvalues)


def test_chance_is_that_of_polychoric_correlations_dealt_out_anew() -> None:
    x, rng = ordinal(300, TWO, seed=6), np.random.default_rng(7)
    whole = [np.linalg.eigvalsh(polychoric_matrix(rng.permuted(x, axis=0)).matrix)[::-1] for _ in range(40)]
    limit = count_dimensions(x, share=0.5).chance
    assert limit == pytest.approx(np.median(whole, axis=0), abs=0.03)


def test_what_no_dimensions_can_be_counted_of_is_refused() -> None:
    with pytest.raises(DataError, match="More units than items"):
        count_dimensions(ordinal(6, np.zeros((6, 1)), seed=1))
    with pytest.raises(DataError, match="same answer from everybody"):
        count_dimensions(np.column_stack([ordinal(50, TWO, seed=1), np.ones(50)]))
    with pytest.raises(DataError, match="too few items"):
        count_dimensions(ordinal(50, TWO, seed=1)[:, :2])


def test_a_matrix_that_does_not_fit_together_is_raised_and_one_that_does_is_left() -> None:
    bad = np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]])
    with pytest.raises(DataError, match="not positive definite"):
        correlation_of(bad)
    mended, raised = smoothed(bad)
    assert raised == 1 and np.diag(mended) == pytest.approx([1, 1, 1])
    # eigenvalues 1.9, 1.9, -0.8 (by hand); the first two stay, the last becomes 0.01, and all are scaled by the same diagonal (1.9 * 2 + 0.01) / 3
    assert np.linalg.eigvalsh(mended) == pytest.approx(np.array([0.01, 1.9, 1.9]) / (3.81 / 3))
    assert correlation_of(mended) is not None
    good = np.array([[1, 0.3], [0.3, 1]])
    assert smoothed(good)[1] == 0 and (smoothed(good)[0] == good).all()


def test_the_match_is_the_best_of_all_pairings() -> None:
    rng = np.random.default_rng(11)
    load, groups = rng.normal(size=(20, 3)), rng.integers(0, 3, 20)
    top = np.abs(load).argmax(axis=1)
    best = max(sum(int(order[g] == t) for g, t in zip(groups, top, strict=True)) for order in permutations(range(3)))
    found = match_groups(load, groups)
    assert found.home == best == sum(int(found.factor[g] == t) for g, t in zip(groups, top, strict=True))
    assert 20 / 3 < found.by_chance < 20
    sure = match_groups(np.eye(3)[groups], groups)
    assert sure.home == 20 and sure.factor == (0, 1, 2)
    with pytest.raises(DataError, match="Every item needs a group"):
        match_groups(load, groups[:-1])


def test_fewer_factors_than_groups_leave_a_group_without_one() -> None:
    found = match_groups([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0]], [0, 0, 1, 1, 2])
    assert found.factor == (0, 1, -1) and found.home == 4


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=6))
def test_half_reach_a_step_at_its_place_and_places_are_in_order(steps: list[float]) -> None:
    (places,) = half_points([steps])
    weights = np.concatenate([[0.0], np.cumsum(steps)])
    for k, place in enumerate(places, start=1):
        chance = np.exp(place * np.arange(len(weights)) - weights)
        assert chance[k:].sum() / chance.sum() == pytest.approx(0.5, abs=1e-9)
    assert (np.diff(places) > 0).all()


def test_one_step_lies_at_its_threshold_and_two_equal_ones_by_hand() -> None:
    golden = np.log((np.sqrt(5) - 1) / 2)  # exp(t) + exp(2 t) = 1
    assert half_points([[0.7], [0.0, 0.0]])[0] == pytest.approx([0.7])
    assert half_points([[0.0, 0.0]])[0] == pytest.approx([golden, -golden])


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=9))
def test_half_meet_it_where_the_best_rising_share_passes_one_half(units: list[tuple[int, bool]]) -> None:
    x, y = np.array([u[0] for u in units], dtype=float), np.array([u[1] for u in units], dtype=float)
    values = np.unique(x)
    sums, counts = (np.array([w[x == v].sum() for v in values]) for w in (y, np.ones(len(x))))
    k = range(len(values))
    fitted = [max(min(sums[a : b + 1].sum() / counts[a : b + 1].sum() for b in k if b >= i) for a in k if a <= i) for i in k]  # fmt: skip
    first = next((i for i in k if fitted[i] >= 0.5 - 1e-9), None)
    found = half_met(x, y)
    if first in (None, 0):
        assert np.isnan(found)
    else:
        assert found == pytest.approx((values[first - 1] + values[first]) / 2)


def test_half_met_refuses_other_than_yes_and_no() -> None:
    with pytest.raises(DataError, match="0 or 1"):
        half_met([0, 1], [0, 2])
    with pytest.raises(DataError, match="0 or 1"):
        half_met([0, 1, 2], [0, 1])
