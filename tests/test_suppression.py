"""Hidden cells stay hidden: held to plain enumeration of every table that fits, on tables by hand and at random."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hmsurvey.errors import DataError
from hmsurvey.statistics.complementary import protect
from hmsurvey.statistics.suppression import Relation, feasible_ranges


def with_margins(inner: np.ndarray) -> tuple[np.ndarray, list[Relation]]:
    """Return the cells of a table with its margins, row by row, and what adds up to what."""
    rows, columns = inner.shape
    full = np.zeros((rows + 1, columns + 1))
    full[:rows, :columns] = inner
    full[rows, :columns], full[:rows, columns], full[rows, columns] = inner.sum(axis=0), inner.sum(axis=1), inner.sum()
    place = np.arange(full.size).reshape(full.shape)
    across = [(int(place[i, -1]), tuple(int(p) for p in place[i, :-1])) for i in range(rows + 1)]
    down = [(int(place[-1, j]), tuple(int(p) for p in place[:-1, j])) for j in range(columns + 1)]
    return full.ravel(), across + down


def by_enumeration(values: np.ndarray, relations: list[Relation], hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Try every whole number in every hidden cell."""
    places, top = np.flatnonzero(hidden), int(values[:-1].max())
    low, high = values.copy(), values.copy()
    low[places], high[places] = np.inf, -np.inf
    for guess in itertools.product(range(top + 1), repeat=len(places)):
        table = values.copy()
        table[places] = guess
        if all(table[list(parts)].sum() == table[total] for total, parts in relations):
            low, high = np.minimum(low, table), np.maximum(high, table)
    return low, high


def test_a_single_hidden_cell_is_worked_out() -> None:
    values, relations = with_margins(np.array([[2.0, 9.0], [7.0, 8.0]]))
    low, high = feasible_ranges(values, relations, values == 2)
    assert (low == high).all() and low[0] == 2


def test_ranges_by_hand() -> None:
    # four inner cells of a table with rows 5 and 9, columns 6 and 8: the first lies between 0 and 5, the rest follow
    values, relations = with_margins(np.array([[2.0, 3.0], [4.0, 5.0]]))
    hidden = np.array([True, True, False, True, True, False, False, False, False])
    low, high = feasible_ranges(values, relations, hidden)
    assert low[[0, 1, 3, 4]].tolist() == [0, 0, 1, 3]
    assert high[[0, 1, 3, 4]].tolist() == [5, 5, 6, 8]


@pytest.mark.parametrize("seed", range(12))
def test_ranges_are_those_of_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, relations = with_margins(rng.integers(0, 3, size=(2, 3)).astype(float))
    hidden = np.zeros(values.size, dtype=bool)
    hidden[rng.choice([0, 1, 2, 4, 5, 6], size=5, replace=False)] = True  # inner cells; the margins bound them
    low, high = feasible_ranges(values, relations, hidden)
    expected = by_enumeration(values, relations, hidden)
    assert np.array_equal(low, expected[0]) and np.array_equal(high, expected[1])


@pytest.mark.parametrize("seed", range(25))
def test_no_small_cell_can_be_narrowed_down(seed: int) -> None:
    rng = np.random.default_rng(seed)
    inner = rng.poisson(rng.choice([1, 4, 9, 25], size=(rng.integers(2, 6), rng.integers(2, 5)))).astype(float)
    values, relations = with_margins(inner)
    small = values < 5
    if values[-1] < 10:
        pytest.skip("too few to hide anybody among")
    result = protect(values, relations, small, width=5)
    low, high = feasible_ranges(values, relations, result.hidden)
    assert result.hidden[small].all()
    assert (high - low)[small].min(initial=np.inf) >= 5
    assert np.array_equal(low, result.low) and np.array_equal(high, result.high)


def test_tables_that_share_a_margin_are_protected_together() -> None:
    # by stage alone nothing is small; the same stages by size and by city are, and each could give the other away
    by_city, first = with_margins(np.array([[1.0, 20.0], [9.0, 30.0]]))
    by_size, second = with_margins(np.array([[3.0, 25.0], [7.0, 25.0]]))
    shared = {6: 6, 7: 7, 8: 8}  # the stages' totals and the grand total are the same cells
    places = [shared.get(j, 9 + j) for j in range(9)]
    values = np.concatenate([by_city, by_size])
    relations = first + [(places[total], tuple(places[p] for p in parts)) for total, parts in second]
    small = np.array([v < 5 and j not in [9 + k for k in shared] for j, v in enumerate(values)])
    result = protect(values, relations, small, width=5)
    assert small.sum() == 2 and (result.high - result.low)[small].min() >= 5


def test_a_helper_that_is_not_needed_is_shown() -> None:
    values, relations = with_margins(np.array([[1.0, 9.0, 30.0], [8.0, 2.0, 40.0]]))
    result = protect(values, relations, values < 5, width=5)
    assert result.hidden.sum() == 4  # the two and one corner each
    for cell in np.flatnonzero(result.hidden & ~result.primary):
        without = result.hidden.copy()
        without[cell] = False
        low, high = feasible_ranges(values, relations, without)
        assert (high - low)[result.primary].min() < 5


def test_nothing_small_hides_nothing() -> None:
    values, relations = with_margins(np.array([[10.0, 20.0], [30.0, 40.0]]))
    assert not protect(values, relations, values < 5, width=5).hidden.any()


@pytest.mark.parametrize(
    ("values", "words"),
    [([1.0, 2.0, 4.0], "do not add up"), ([-1.0, 2.0, 1.0], "negative"), ([0.5, 0.5, 1.0], "whole numbers")],
)
def test_wrong_tables_are_refused(values: list[float], words: str) -> None:
    with pytest.raises(DataError, match=words):
        protect(values, [(2, (0, 1))], [True, False, False], width=5)
