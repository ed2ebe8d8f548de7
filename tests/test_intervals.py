"""Intervals of shares and means: the exact cases, coverage computed over every truth, properties, published examples, wrong input."""

import math
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmsurvey.errors import DataError, UsageError
from hmsurvey.statistics.intervals import (
    METHODS,
    difference_interval,
    finite_share,
    mean_interval,
    share_interval,
)
from hmsurvey.statistics.several_shares import SEVERAL_METHODS, share_intervals


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(1, 80))
    n = draw(st.integers(1, size))
    return draw(st.integers(0, n)), n, size


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ((0, 20, 25), (0.0, 0.08)),
        ((8, 8, 10), (0.9, 1.0)),
        ((1, 1, 1), (1.0, 1.0)),
        ((4, 20, 25), (0.16, 0.28)),
        ((0, 0, 9), (0.0, 1.0)),
        ((0, 0, 0), (0.0, 1.0)),
    ],
)
def test_the_exact_cases(sample: tuple[int, int, int], expected: tuple[float, float]) -> None:
    """The first four are the study's own cases, computed by its definition; of nobody, anything is possible."""
    assert finite_share(*sample) == expected


def by_definition(x: int, n: int, size: int, tail: Fraction) -> tuple[float, float]:
    """Every total with both tails over the limit, in whole numbers."""
    fits = []
    for total in range(x, size - n + x + 1):
        ways = [comb(total, k) * comb(size - total, n - k) for k in range(n + 1)]
        if Fraction(sum(ways[x:]), comb(size, n)) > tail and Fraction(sum(ways[: x + 1]), comb(size, n)) > tail:
            fits.append(total)
    return fits[0] / size, fits[-1] / size


@settings(deadline=None, max_examples=150)
@given(samples(), st.sampled_from(["0.5", "0.9", "0.95", "0.99"]))
def test_it_is_the_definition(sample: tuple[int, int, int], confidence: str) -> None:
    expected = by_definition(*sample, (1 - Fraction(confidence)) / 2)
    assert finite_share(*sample, confidence=float(confidence)) == expected


def test_a_tail_on_the_very_edge_is_left_out() -> None:
    """One of one among 20 or 40: with one such enterprise the tail is exactly 1/20 or 1/40, which is not over it."""
    assert finite_share(1, 1, 40) == (2 / 40, 1.0)
    assert finite_share(1, 1, 20, confidence=0.9) == (2 / 20, 1.0)


def test_it_covers_every_truth() -> None:
    """Exactly computed for all 31 totals of a population of 30 and samples of 1, 7, 15 and 29; several shares together likewise."""
    size = 30
    for n in (1, 7, 15, 29):
        ends = [finite_share(x, n, size) for x in range(n + 1)]
        for total in range(size + 1):
            hit = sum(
                comb(total, x) * comb(size - total, n - x)
                for x, (low, high) in enumerate(ends)
                if low <= total / size <= high
            )
            assert hit / comb(size, n) >= 0.95


def test_three_shares_are_covered_together() -> None:
    """All ways to split 12 enterprises among three stages, samples of 5: the chance that all three intervals hold."""
    size, n = 12, 5
    ends = {x: finite_share(x, n, size, jointly=3) for x in range(n + 1)}
    for a in range(size + 1):
        for b in range(size - a + 1):
            truth = (a, b, size - a - b)
            hit = 0
            for x in range(n + 1):
                for y in range(n - x + 1):
                    seen = (x, y, n - x - y)
                    if all(ends[s][0] <= t / size <= ends[s][1] for s, t in zip(seen, truth, strict=True)):
                        hit += math.prod(comb(t, s) for s, t in zip(seen, truth, strict=True))
            assert hit / comb(size, n) >= 0.95


@settings(deadline=None, max_examples=200)
@given(samples())
def test_what_every_exact_interval_has(sample: tuple[int, int, int]) -> None:
    x, n, size = sample
    low, high = finite_share(x, n, size)
    assert 0 <= low <= high <= 1
    assert low * size - 1 < x / n * size < high * size + 1  # whole totals: the share itself may lie between two of them
    mirrored = finite_share(n - x, n, size)
    assert (low, high) == pytest.approx((1 - mirrored[1], 1 - mirrored[0]), abs=1e-12)
    if x < n:
        more = finite_share(x + 1, n, size)
        assert more[0] >= low and more[1] >= high
    if n == size:
        assert low == high == x / n
    wider = finite_share(x, n, size, confidence=0.99)
    assert wider[0] <= low and wider[1] >= high


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 4), st.integers(1, 8), st.integers(1, 6))
def test_more_answers_never_widen_it(part: int, n: int, times: int) -> None:
    """The same share of a sample twice as large, from the same population."""
    part = min(part, n)
    size = 2 * n * times
    first, second = finite_share(part, n, size), finite_share(2 * part, 2 * n, size)
    assert second[1] - second[0] <= first[1] - first[0] + 1e-12


def test_where_the_definition_leaves_the_share_out() -> None:
    """98 of 99 from 100: with 98 the one left out would have to be one of two (2/100, not over 0.025), so 99 is the only total that fits, a hair over 98/99."""
    assert finite_share(98, 99, 100) == (0.99, 0.99)


def test_a_large_population_is_no_trouble() -> None:
    """Against the definition by scipy's hypergeometric at the four totals around the ends."""
    from scipy.stats import hypergeom

    low, high = finite_share(300, 10_000, 40_000)
    bottom, top = round(low * 40_000), round(high * 40_000)
    assert hypergeom.sf(299, 40_000, bottom, 10_000) > 0.025 >= hypergeom.sf(299, 40_000, bottom - 1, 10_000)
    assert hypergeom.cdf(300, 40_000, top, 10_000) > 0.025 >= hypergeom.cdf(300, 40_000, top + 1, 10_000)


def test_newcombes_own_example() -> None:
    """56 of 70 and 48 of 80 (Newcombe 1998, table II, method 10): 0.2000, 0.0524 to 0.3339."""
    assert difference_interval(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    low, middle, high = difference_interval(3, 10, 3, 10)[1], *difference_interval(3, 10, 3, 10)[::2]
    assert low < middle == 0 < high


def test_several_methods_on_one_sample() -> None:
    """2 of 15, by hand from the formulas: Wilson 0.0374 to 0.3788; Wald unclipped; Clopper-Pearson as tables have it (0.0166, 0.4046)."""
    assert share_interval(2, 15).low == pytest.approx(0.0374, abs=5e-5)
    exact = share_interval(2, 15, method="exact")
    assert (exact.low, exact.high) == pytest.approx((0.0166, 0.4046), abs=5e-5)
    assert share_interval(1, 15, method="wald").low < 0
    whole = share_interval(5, 9, population=9, method="wilson_finite")
    assert (whole.low, whole.high) == (5 / 9, 5 / 9) and "no sampling error" in whole.note.en
    assert share_interval(5, 9, population=9, method="wilson").low < 5 / 9
    nobody = share_interval(0, 0, population=7)
    assert math.isnan(nobody.share) and (nobody.low, nobody.high) == (0, 1) and nobody.note.zh


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_symmetric_and_holds_the_share(method: str) -> None:
    population = 40 if method in ("hypergeometric", "wilson_finite", "wilson_fraction") else None
    for x in range(13):
        one = share_interval(x, 12, population=population, method=method)
        other = share_interval(12 - x, 12, population=population, method=method)
        assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-9)
        if method not in ("jeffreys", "agresti_coull", "hypergeometric"):
            assert one.low <= one.share <= one.high


def test_shares_that_add_up() -> None:
    """Goodman's own formula by hand for 5, 8, 3 of 16: chi-square at 0.05/3 is 5.731."""
    limit = 5.731
    by_hand = [
        (limit + 2 * x + sign * math.sqrt(limit * (limit + 4 * x * (16 - x) / 16))) / (2 * (16 + limit))
        for x in (5, 8, 3)
        for sign in (-1, 1)
    ]
    found = share_intervals([5, 8, 3])
    assert [end for one in found for end in (one.low, one.high)] == pytest.approx(by_hand, abs=2e-5)
    exact = share_intervals([5, 8, 3], population=20)
    assert all(one.low <= one.share <= one.high for one in exact) and exact[0].method == "hypergeometric"
    for method in SEVERAL_METHODS[1:]:
        one, two = share_intervals([5, 8, 3], method=method), share_intervals([3, 5, 8], method=method)
        assert (one[0].low, one[1].high) == pytest.approx((two[1].low, two[2].high))
    assert share_intervals([0, 0, 0])[1].note.en.startswith("Nobody answered")


def test_means() -> None:
    """1 to 5 of 10: 3 +- 2.776445 x 1.581139 x sqrt(0.5/5), by hand; edges of n."""
    one = mean_interval([1, 2, 3, 4, 5], population=10)
    assert (one.low, one.high) == pytest.approx((3 - 1.388222, 3 + 1.388222), abs=1e-5)
    alone = mean_interval([7.0], population=3)
    assert alone.mean == 7 and math.isnan(alone.low) and "only one value" in alone.note.en
    everybody = mean_interval([7.0], population=1)
    assert (everybody.low, everybody.high) == (7, 7) and everybody.note.zh
    assert math.isnan(mean_interval([]).mean) and mean_interval([]).note.zh
    same = mean_interval([4, 4, 4])
    assert (same.low, same.high) == (4, 4) and "equal" in same.note.en


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=20), st.floats(0.1, 9), st.floats(-9, 9))
def test_a_mean_moves_with_its_scale(values: list[float], times: float, plus: float) -> None:
    one = mean_interval(values, population=40)
    other = mean_interval([times * v + plus for v in values], population=40)
    assert (other.low, other.high) == pytest.approx((times * one.low + plus, times * one.high + plus), abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((3, 2, 9), r"(?s)part is larger than the whole.*3 > 2"),
        ((3, 12, 9), r"(?s)sample is larger than the population.*12 > 9"),
        ((-1, 2, 9), r"(?s)A count is needed.*part.*-1"),
        ((1.5, 2, 9), r"(?s)A count is needed.*1\.5"),
        ((1, math.nan, 9), r"(?s)A count is needed.*nan"),
        ((1, "2", 9), r"(?s)A count is needed.*'2'"),
        ((True, 2, 9), r"(?s)A count is needed.*True"),
    ],
)
def test_wrong_counts_are_said(arguments: tuple[int, int, int], words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        finite_share(*arguments)
    assert caught.value.problems[0].what.zh
    with pytest.raises(DataError, match=words):
        share_interval(*arguments[:2], population=arguments[2])


def test_other_wrong_input() -> None:
    with pytest.raises(UsageError, match=r"(?s)between 0 and 1.*confidence.*95"):
        finite_share(1, 2, 3, confidence=95)
    with pytest.raises(UsageError, match=r"(?s)no such choice.*method.*'clopper'.*wilson, .*exact"):
        share_interval(1, 2, method="clopper")
    with pytest.raises(UsageError, match=r"(?s)method.*'hypergeometric'"):
        share_interval(1, 2, method="hypergeometric")
    with pytest.raises(DataError, match=r"(?s)too few classes.*1.*two or more"):
        share_intervals([3])
    with pytest.raises(DataError, match=r"(?s)sample is larger.*5 > 4"):
        share_intervals([3, 2], population=4)
    with pytest.raises(DataError, match=r"(?s)whole.*0.*1 or more"):
        difference_interval(0, 0, 1, 2)
    with pytest.raises(DataError, match=r"(?s)Some are missing"):
        mean_interval([1, math.nan])
    with pytest.raises(DataError, match=r"(?s)sample is larger.*3 > 2"):
        mean_interval([1, 2, 3], population=2)
    assert finite_share(np.int64(4), 20.0, 25) == (0.16, 0.28)
