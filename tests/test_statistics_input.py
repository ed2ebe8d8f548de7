"""What a statistic says to input that it cannot use: a sentence that names what it was given, never a traceback, a warning or a silent NaN."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmsurvey.errors import HmsurveyError
from hmsurvey.statistics.ahp import ahp, composite, koczkodaj
from hmsurvey.statistics.classification import STYLES, classify, fit_of, places_in, round_limits
from hmsurvey.statistics.contingency import independence
from hmsurvey.statistics.experts import join_judgements
from hmsurvey.statistics.intervals import METHODS, mean_interval, share_interval, wilson
from hmsurvey.statistics.judgements import random_index
from hmsurvey.statistics.objective_weights import critic_weights, entropy_weights, pca_weights, spread_weights
from hmsurvey.statistics.resampling import bootstrap, bootstrap_interval, jackknife
from hmsurvey.statistics.several_shares import SEVERAL_METHODS, share_intervals
from hmsurvey.statistics.share_resampling import bootstrap_shares

NAN = np.nan


def mean(x: np.ndarray) -> np.ndarray:
    return x.mean(axis=-1)


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: wilson(5, 3), "part lies between 0 and the whole.*5, 3"),
    (lambda: wilson(-1, 3), "part lies between"),
    (lambda: share_interval(1, 5, confidence=None), "between 0 and 1.*None"),  # type: ignore[arg-type]
    (lambda: share_interval(1, 5, confidence="0.95"), "between 0 and 1.*'0.95'"),  # type: ignore[arg-type]
    (lambda: share_interval(1, 5, confidence=True), "between 0 and 1.*True"),
    (lambda: share_interval(np.array([1, 2]), 5), "A count is needed"),  # type: ignore[arg-type]
    (lambda: share_intervals(None), "list of counts.*None"),  # type: ignore[arg-type]
    (lambda: share_intervals("12"), "A count is needed"),  # type: ignore[arg-type]
    (lambda: share_intervals([235, 0, 0], method="sison_glaz"), r"All are in one class.*\[235, 0, 0\].*goodman"),
    (lambda: mean_interval([1e308, 1e308]), "so large.*1e\\+308.*another unit"),
    (lambda: classify([1, 2, 3], None), "so many classes.*k = None"),  # type: ignore[arg-type]
    (lambda: classify([1, 2, 3], NAN), "so many classes.*k = nan"),  # type: ignore[arg-type]
    (lambda: classify([1, 2, 3], "2"), "so many classes.*k = '2'"),  # type: ignore[arg-type]
    (lambda: places_in([1, 2], [3, 2, 1]), "limits rise"),
    (lambda: places_in([1, 2], [1, NAN, 3]), "limits rise"),
    (lambda: places_in([1, 2], [1]), "limits rise"),
    (lambda: fit_of([1, 2, 3], [0, 1]), "class for every value"),
    (lambda: fit_of([1, 2, 3], [0, 1, NAN]), "Some are missing"),
    (lambda: round_limits(1, 1, 3), "`low` is below `high`"),
    (lambda: round_limits(1, 5, 0), "k is 1 at least"),
    (lambda: ahp([[1, 1e200], [None, 1]]), "so large"),
    (lambda: koczkodaj(np.array([[1, NAN], [NAN, 1]])), "Some are missing"),
    (lambda: random_index(2.5), "whole number from 1.*2.5"),  # type: ignore[arg-type]
    (lambda: composite([0, 0], [[1, 2]]), "not all of them are 0"),
    (lambda: entropy_weights([[1, 2], [2, 3]], zeros=NAN), "shift is a finite number.*nan"),
    (lambda: entropy_weights([[1, 2], [2, 3]], zeros=np.inf), "shift is a finite number.*inf"),
    (lambda: entropy_weights([[1, 2], [2, 3]], zeros=True), "shift is a finite number.*True"),
    (lambda: critic_weights([[1, 2], [2, 1], [3, 3]], costs=["a"]), "no such column.*'a'.*0 to 1"),  # type: ignore[list-item]
    (lambda: critic_weights([[1, 2], [2, 1], [3, 3]], costs=[0.5]), "no such column.*0.5"),  # type: ignore[list-item]
    (lambda: critic_weights([[1, 2], [2, 1], [3, 3]], costs=[-1]), "no such column"),
    (lambda: pca_weights(np.zeros((3, 0))), "There are no columns"),
    (lambda: pca_weights([[1, 0], [-1, 0], [0, 1], [0, -1]]), "first two components explain the same.*50.0%, 50.0%"),
    (lambda: bootstrap([1, 2, 3], mean, seed="a"), "A seed is a whole number.*'a'"),  # type: ignore[arg-type]
    (lambda: bootstrap([1, 2, 3], mean, seed=-1), "A seed is a whole number.*-1"),
    (lambda: bootstrap([1, 2, 3], mean, seed=None), "A seed is a whole number.*None"),  # type: ignore[arg-type]
    (lambda: bootstrap([1, 2, 3], mean, seed=1, replicates="x"), "At least 2 replicates.*'x'"),  # type: ignore[arg-type]
    (lambda: bootstrap([1, 2, 3], mean, seed=1, replicates=NAN), "At least 2 replicates"),  # type: ignore[arg-type]
    (lambda: bootstrap([1, 2, 3], lambda x: 1 / 0, seed=1), "`statistic` fails.*ZeroDivisionError"),
    (lambda: bootstrap([1, 1, 2], lambda x: mean(x) / x.var(axis=-1), seed=1), "not finite on some samples"),
    (lambda: bootstrap_shares(np.zeros((2, 0)), seed=1), "There are no categories"),
    (lambda: bootstrap_shares([[3, 4]], seed=1, replicates=1), "At least 2 replicates"),
    (lambda: bootstrap_shares([[3, 4]], seed=1, population=[5]), "n = 7, N = 5"),
    (lambda: independence([[3, 4], [2, 1]], method="monte_carlo", replicates=0), "At least 2 replicates"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[words for _, words in WRONG])
def test_wrong_input_is_refused_in_words(call: Callable[[], object], words: str) -> None:
    with pytest.raises(HmsurveyError, match="(?s)" + words):
        call()


def test_a_wald_interval_without_width_says_so() -> None:
    assert "no width" in share_interval(0, 5, method="wald").note.en
    assert "no width" in share_interval(5, 5, method="wald").note.en
    assert not any(share_interval(1, 5, method="wald").note)
    some, none = share_intervals([5, 5, 0], method="bonferroni_wald")[1:]
    assert not any(some.note) and "no width" in none.note.en


def test_a_pair_that_no_expert_of_weight_judged_stays_blank() -> None:
    lacking = [[1, NAN, 2], [NAN, 1, 2], [NAN, NAN, 1]]
    assert np.isnan(join_judgements([lacking, np.ones((3, 3))], expert_weights=[1, 0])[0, 1])
    assert join_judgements([lacking, np.ones((3, 3))])[0, 1] == 1


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 10), st.sampled_from(METHODS), st.floats(0.5, 0.999))
@settings(max_examples=150, deadline=None)
def test_an_interval_of_a_share_holds_it_or_says_why_not(
    part: int, rest: int, others: int, method: str, confidence: float
) -> None:
    n = part + rest
    found = share_interval(part, n, population=n + others, method=method, confidence=confidence)
    assert found.low <= found.high and np.isfinite([found.low, found.high]).all()
    if n == 0:
        assert np.isnan(found.share) and "Nobody" in found.note.en
    elif method not in ("jeffreys", "agresti_coull"):  # these two are centred elsewhere
        assert found.low - 1e-12 <= found.share <= found.high + 1e-12
    mirrored = share_interval(rest, n, population=n + others, method=method, confidence=confidence)
    assert mirrored.low == pytest.approx(1 - found.high, abs=1e-9)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=5), st.sampled_from(SEVERAL_METHODS))
@settings(max_examples=100, deadline=None)
def test_intervals_of_several_shares_are_numbers(counts: list[int], method: str) -> None:
    n = sum(counts)
    population = n + 3 if method == "hypergeometric" else None
    if method == "sison_glaz" and n and max(counts) == n:
        return
    for one in share_intervals(counts, population=population, method=method):
        assert np.isfinite([one.low, one.high]).all() and one.low <= one.high
        assert np.isfinite(one.share) or any(one.note)


@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 2.5, 1e6, -3.0, 1e-9]), min_size=1, max_size=15),
    st.integers(1, 6),
    st.sampled_from(STYLES),
)
@settings(max_examples=150, deadline=None)
def test_classes_of_any_values_add_up(values: list[float], k: int, style: str) -> None:
    if k > len(set(values)) or (len(set(values)) < 2 and style != "fisher"):
        with pytest.raises(HmsurveyError):
            classify(values, k, style=style)
        return
    found = classify(values, k, style=style)
    assert found.counts.sum() == len(values) and len(found.counts) == len(found.breaks) - 1
    assert -1e-9 <= found.gvf <= 1 + 1e-9 and np.isfinite(found.wss) and np.isfinite(found.tai)
    assert (np.diff(found.breaks) >= 0).all()
    assert found.wss >= classify(values, min(len(found.counts), len(set(values)))).wss * (1 - 1e-9) - 1e-9


@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0, 9.5]), min_size=3, max_size=3), min_size=3, max_size=8))
@settings(max_examples=100, deadline=None)
def test_weights_from_any_data_add_up_or_are_refused(rows: list[list[float]]) -> None:
    table = np.array(rows)
    for weigh in (entropy_weights, spread_weights, critic_weights, pca_weights):
        try:
            found = weigh(table)
        except HmsurveyError as error:
            flat = (np.ptp(table, axis=0) == 0).any()
            assert flat or "All columns say the same" in str(error) or "components explain the same" in str(error)
            continue
        assert found.sum() == pytest.approx(1) and (found >= 0).all()
        assert weigh(table[::-1]) == pytest.approx(found)
        assert weigh(table[:, ::-1]) == pytest.approx(found[::-1], abs=1e-6)


@given(st.lists(st.sampled_from([1.0, 2.0, 2.0, 5.0]), min_size=3, max_size=9), st.sampled_from(["mean", "median"]))
@settings(max_examples=40, deadline=None)
def test_resampling_of_any_values_gives_numbers(values: list[float], name: str) -> None:
    statistic = mean if name == "mean" else lambda x: np.median(x, axis=-1)
    draws = bootstrap(values, statistic, seed=1, replicates=199)
    for method in ("normal", "basic", "percentile", "bca"):
        found = bootstrap_interval(draws, method=method)  # type: ignore[arg-type]
        assert np.isfinite([found.low, found.high]).all() and found.low <= found.high
        assert found.low < found.high or any(found.note)
    left = jackknife(values, statistic)
    assert np.isfinite([left.bias, left.standard_error]).all()
