"""The chance to be among the lowest: by hand, against many draws, and what must hold whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmsurvey.statistics.lowest import chance_of_lowest


def test_two_groups_by_hand() -> None:
    # A: 1 of 1 seen has the mark, 1 of 2 is unseen: it has the mark with chance 1.5 / 2 (Jeffreys), so A's share is 1 (0.75) or 1/2 (0.25).
    # B: all seen, its share is 1/2. A is the lowest only in the tie, half of the time: 0.125.
    found = chance_of_lowest(np.array([1, 1]), np.array([1, 2]), np.array([2.0, 2.0]), places=1)
    assert found == pytest.approx([0.125, 0.875], abs=1e-12)


def test_where_everything_is_seen_nothing_is_left_to_chance() -> None:
    found = chance_of_lowest(np.array([0, 2, 5, 9]), np.array([10, 10, 10, 10]), np.full(4, 10.0))
    assert found.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_a_tie_is_shared_evenly() -> None:
    found = chance_of_lowest(np.array([1, 1, 1, 9]), np.full(4, 10), np.full(4, 10.0))
    assert found == pytest.approx([2 / 3, 2 / 3, 2 / 3, 0])


def test_it_agrees_with_many_draws() -> None:
    part, n, size = np.array([4, 1, 10, 5, 3]), np.array([16, 6, 29, 21, 23]), np.array([40, 23, 46, 34, 58])
    rng, draws = np.random.default_rng(7), 60_000
    shares = rng.beta(part + 0.5, n - part + 0.5, (draws, 5))
    whole = (part + rng.binomial(size - n, shares)) / size
    lowest = np.argsort(whole + 1e-7 * rng.random(whole.shape), axis=1)[:, :2]
    drawn = np.bincount(lowest.ravel(), minlength=5) / draws
    assert chance_of_lowest(part, n, size.astype(float)) == pytest.approx(drawn, abs=0.01)
    # Groups of unknown size are large ones: the shares themselves are compared.
    drawn = np.bincount(np.argsort(shares, axis=1)[:, :2].ravel(), minlength=5) / draws
    assert chance_of_lowest(part, n) == pytest.approx(drawn, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 20)), min_size=3, max_size=7))
def test_chances_add_up_and_do_not_depend_on_the_order(groups: list[tuple[int, int, int]]) -> None:
    part = np.array([a for a, _, _ in groups])
    n = np.array([a + b for a, b, _ in groups])
    size = np.array([float(a + b + c) for a, b, c in groups])
    found = chance_of_lowest(part, n, size)
    assert found.sum() == pytest.approx(2.0)
    assert (found >= -1e-12).all() and (found <= 1 + 1e-12).all()
    assert chance_of_lowest(part[::-1], n[::-1], size[::-1])[::-1] == pytest.approx(found)


def test_with_as_many_places_as_groups_all_are_lowest() -> None:
    assert chance_of_lowest(np.array([1, 3]), np.array([4, 4])).tolist() == [1.0, 1.0]


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="0 <= part <= n <= size"):
        chance_of_lowest(np.array([3, 1, 1]), np.array([2, 2, 2]))
    with pytest.raises(ValueError, match="0 <= part <= n <= size"):
        chance_of_lowest(np.array([1, 1, 1]), np.array([2, 2, 2]), np.array([1.0, 9.0, 9.0]))
