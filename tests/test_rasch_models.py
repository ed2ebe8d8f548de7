"""The partial-credit model: parameters that made the answers come back, two methods agree, ends of the scale are finite, bad items are refused."""

from __future__ import annotations

import numpy as np
import pytest

from hmsurvey.errors import DataError
from hmsurvey.statistics.rasch import collapse, fit_partial_credit, person_measures
from hmsurvey.statistics.rasch_marginal import marginal_curvature, marginal_goal, prepare

STEPS = [
    np.array([-1.0, 0.2, 1.0]),
    np.array([0.5, -0.4]),
    np.array([-0.7, 0.9]),
    np.array([0.0, 1.5, 0.3]),
    np.array([-1.2]),
]


def answers(n: int, *, seed: int, gaps: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    theta = rng.normal(0, 1.3, n)
    columns = []
    for steps in STEPS:
        logit = np.arange(len(steps) + 1) * theta[:, None] - np.concatenate([[0], np.cumsum(steps)])
        chance = np.exp(logit) / np.exp(logit).sum(axis=1, keepdims=True)
        columns.append((rng.random(n)[:, None] > chance.cumsum(axis=1)).sum(axis=1))
    x = np.array(columns, dtype=float).T
    x[rng.random(x.shape) < gaps] = np.nan
    return x


def test_what_made_the_answers_comes_back_with_gaps_too() -> None:
    found = fit_partial_credit(answers(3000, seed=4, gaps=0.1))
    for mine, true, error in zip(found.thresholds, STEPS, found.threshold_errors, strict=True):
        assert (np.abs(mine - true) < 4 * error).all() and (error < 0.2).all()
    assert found.spread == pytest.approx(1.3, abs=0.12) and 0 < found.reliability < 1


def test_both_methods_find_the_same_distances() -> None:
    x = answers(3000, seed=5)
    marginal, conditional = (np.concatenate(fit_partial_credit(x, method=m).thresholds) for m in ("mml", "cml"))
    assert marginal - marginal.mean() == pytest.approx(conditional, abs=0.06)
    assert conditional.mean() == pytest.approx(0, abs=1e-9)


def test_two_items_by_hand() -> None:
    # conditional on a sum of 1, item 2 was the one solved in 30 of 40: the difference in difficulty is log(30 / 10)
    x = [[0, 1]] * 30 + [[1, 0]] * 10 + [[0, 0]] * 5 + [[1, 1]] * 5
    found = fit_partial_credit(x, method="cml")
    assert found.item_locations[0] - found.item_locations[1] == pytest.approx(np.log(3), abs=1e-6)
    assert found.n_extreme == 10 and "10 units" in found.note.en


def test_persons_with_the_same_sum_have_the_same_measure_and_the_ends_are_finite() -> None:
    x = answers(400, seed=6)
    found = fit_partial_credit(x)
    sums = x.sum(axis=1)
    for total in np.unique(sums):
        assert np.ptp(found.person_measures[sums == total]) < 1e-9
    order = [found.person_measures[sums == total][0] for total in np.unique(sums)]
    assert (np.diff(order) > 0).all() and np.isfinite(order).all()
    measures, _ = person_measures([[np.nan] * 5], STEPS)
    assert np.isnan(measures).all()


def test_items_that_say_nothing_are_refused_by_name() -> None:
    with pytest.raises(DataError, match="b: 1"):
        fit_partial_credit([[0, 1], [1, 1], [0, 1]], names=["a", "b"])
    with pytest.raises(DataError, match="a: 0, 2"):
        fit_partial_credit([[0, 1], [2, 0], [0, 1]], names=["a", "b"])
    with pytest.raises(DataError, match="whole numbers"):
        fit_partial_credit([[0.5, 1], [1, 0], [0, 1]])
    with pytest.raises(DataError, match="All answers are missing"):
        fit_partial_credit([[np.nan, np.nan]] * 3)


def test_levels_that_few_chose_are_merged() -> None:
    x = np.array([[0.0]] * 10 + [[1.0]] * 2 + [[2.0]] * 10 + [[3.0]] * 3)
    merged, left = collapse(x, least=5)
    assert left.tolist() == [2] and merged[:, 0].tolist() == [0] * 12 + [1] * 13


def test_slope_and_curvature_are_those_of_the_likelihood() -> None:
    x = answers(60, seed=7, gaps=0.2)
    tops = [len(steps) for steps in STEPS]
    given = prepare(np.where(np.isnan(x), -1, x).astype(int), np.ones(len(x)), tops)
    at, goal = np.append(np.concatenate(STEPS), 0.3), marginal_goal(given)
    move = 1e-5 * np.eye(len(at))
    by_value = [(goal(at + m)[0] - goal(at - m)[0]) / 2e-5 for m in move]
    by_slope = np.array([(goal(at + m)[1] - goal(at - m)[1]) / 2e-5 for m in move])
    assert goal(at)[1] == pytest.approx(by_value, abs=1e-6)
    assert marginal_curvature(given, at) == pytest.approx(by_slope, abs=1e-6)
