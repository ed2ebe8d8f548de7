"""Do visits bear the answers out? Misclassification by hand, and shares put right: Rogan and Gladen's formula, and what must hold of any table."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmsurvey.analysis.self_reports import (
    evidence_of,
    tabulate_adjusted_by_city,
    tabulate_adjusted_shares,
    tabulate_misclassification,
    tabulate_visit_agreement,
)
from hmsurvey.analysis.visits import tabulate_visits
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import DataError, UsageError
from hmsurvey.statistics.misclassification import correct_by_matrix, double_sample, rogan_gladen
from hmsurvey.study import Analysis, analyse, read_study

STUDY = Path(__file__).resolve().parents[1] / "study.toml"


@cache
def study() -> Analysis:
    return analyse(read_study(STUDY))


# ---- Numbers


def test_rogan_and_gladen_by_hand() -> None:
    # 40 % named positive, sensitivity 80 %, specificity 90 %: (0.40 + 0.90 - 1) / (0.80 + 0.90 - 1) = 3/7
    assert rogan_gladen(0.40, 0.80, 0.90) == pytest.approx(3 / 7)
    matrix = correct_by_matrix([0.40, 0.60], [[0.80, 0.20], [0.10, 0.90]])
    assert matrix.shares[0] == pytest.approx(3 / 7) and sum(matrix.shares) == pytest.approx(1)
    assert rogan_gladen(0.05, 0.80, 0.90) < 0


@given(st.floats(0.1, 0.9), st.floats(0.55, 0.99), st.floats(0.55, 0.99))
def test_the_matrix_of_two_classes_is_rogan_and_gladens(true: float, sensitivity: float, specificity: float) -> None:
    named = true * sensitivity + (1 - true) * (1 - specificity)
    assert rogan_gladen(named, sensitivity, specificity) == pytest.approx(true, abs=1e-9)
    rates = [[sensitivity, 1 - sensitivity], [1 - specificity, specificity]]
    if np.linalg.cond(rates) < 20:
        assert correct_by_matrix([named, 1 - named], rates).shares[0] == pytest.approx(true, abs=1e-9)


def test_a_matrix_that_tells_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="singular, or nearly so"):
        correct_by_matrix([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(DataError, match="singular, or nearly so"):
        correct_by_matrix([0.5, 0.5], [[0.52, 0.48], [0.48, 0.52]])
    with pytest.raises(DataError, match="no rates of error"):
        correct_by_matrix([0.5, 0.5], [[0.9, 0.1], [0.0, 0.0]])
    with pytest.raises(DataError, match="square matrix"):
        correct_by_matrix([0.5, 0.5], [[1, 0, 0], [0, 1, 0]])
    with pytest.raises(DataError, match="no better than chance"):
        rogan_gladen(0.4, 0.5, 0.5)
    with pytest.raises(DataError, match="from 0 to 1"):
        rogan_gladen(1.4, 0.9, 0.9)


def test_a_negative_share_is_said() -> None:
    found = correct_by_matrix([0.05, 0.95], [[0.8, 0.2], [0.1, 0.9]])
    assert found.solved[0] < 0 and found.shares == (0.0, 1.0) and "came out negative" in found.note.en


def test_double_sampling_by_hand() -> None:
    # 60 and 40 named; 9 of 10 and 8 of 10 borne out: 0.6 * 0.9 + 0.4 * 0.2 = 0.62
    found = double_sample([60, 40], [[9, 1], [2, 8]], seed=1)
    assert found.true == pytest.approx([0.62, 0.38]) and found.named == pytest.approx([0.6, 0.4])
    assert (found.low < found.true).all() and (found.true < found.high).all()
    assert np.allclose(found.draws.sum(axis=1), 1) and (found.draws >= 0).all()
    assert np.array_equal(found.draws, double_sample([60, 40], [[9, 1], [2, 8]], seed=1).draws)


def test_double_sampling_of_two_classes_against_the_delta_method() -> None:
    """Tenenbein (1970): var = sum over named classes of p^2 q(1-q)/v, and of the named shares, in large samples."""
    counts, seen = np.array([6000.0, 4000.0]), np.array([[900.0, 100.0], [200.0, 800.0]])
    found = double_sample(counts, seen, seed=3, draws=20000)
    p, q = counts / counts.sum(), np.array([0.9, 0.2])
    error = np.sqrt((p**2 * q * (1 - q) / 1000).sum() + p[0] * p[1] * (q[0] - q[1]) ** 2 / 10000)
    assert found.draws[:, 0].std() == pytest.approx(error, rel=0.03)
    assert found.high[0] - found.low[0] == pytest.approx(2 * 1.96 * error, rel=0.04)


def test_the_matrix_weighted_by_chances_of_a_visit_gives_double_sampling() -> None:
    """Rates by true class, each visit weighing as many as it stands for, inverted: the same shares."""
    counts, seen = np.array([30.0, 50.0, 220.0]), np.array([[3.0, 1, 0], [1, 4, 1], [0, 1, 9]])
    weighted = seen * (counts / seen.sum(axis=1))[:, None]
    assert correct_by_matrix(counts, weighted.T).shares == pytest.approx(double_sample(counts, seen, seed=1).true)


def test_intervals_cover_where_visits_were_chosen_by_the_answers() -> None:
    """Shares of 300 answers named with error, 8 visits to each class however large: the interval holds the true share about as often as it says, the plain share seldom does."""
    rng = np.random.default_rng(5)
    given_named = np.array([[0.6, 0.35, 0.05], [0.1, 0.7, 0.2], [0.0, 0.15, 0.85]])
    p = np.array([0.15, 0.3, 0.55])
    truth = p @ given_named
    held, plain = np.zeros(3), np.zeros(3)
    times = 200
    for k in range(times):
        counts = rng.multinomial(300, p).astype(float)
        seen = np.stack([rng.multinomial(8, row) for row in given_named]).astype(float)
        found = double_sample(counts, seen, seed=k, draws=500)
        held += (found.low <= truth) & (truth <= found.high)
        plain += (found.named_low <= truth) & (truth <= found.named_high)
    assert (held / times > 0.90).all() and plain.min() / times < 0.6


def test_more_visits_than_answers_are_refused() -> None:
    with pytest.raises(DataError, match="More units were looked at"):
        double_sample([1, 40], [[9, 1], [2, 8]], seed=1)
    assert double_sample([1, 40], [[9, 1], [2, 8]], seed=1, elsewhere=True).true.sum() == pytest.approx(1)


# ---- Tables


@pytest.mark.parametrize("survey", ["questionnaire", "index"])
def test_every_visit_has_its_place(survey: str) -> None:
    crossed = tabulate_misclassification(study(), survey).frame
    visited = tabulate_visits(study(), survey).frame
    told = visited["finding"].isin(["confirmed", "contested"]) & (visited["stage_before"] != "unstaged")
    found = [c for c in crossed if c.startswith("n_found_")]
    assert (crossed[found].sum(axis=1) == crossed["n_told"]).all()
    assert crossed["n_told"].iloc[-1] == told.sum() == crossed["n_told"].iloc[:-1].sum()
    whole = crossed.iloc[-1]
    same = int(((visited["stage_before"] == visited["stage_after"]) & told).sum())
    assert whole["n_told"] - whole["n_higher"] - whole["n_lower"] == same
    agreement = tabulate_visit_agreement(study(), survey).frame.iloc[0]
    assert agreement["n_same"] == same and agreement["n_higher"] == whole["n_higher"]
    rank = {"low": 0, "intermediate": 1, "advanced": 2}
    before, after = (visited.loc[told, side].map(rank) for side in ("stage_before", "stage_after"))
    assert whole["n_higher"] == (after > before).sum() and whole["n_lower"] == (after < before).sum()


@pytest.mark.parametrize("survey", ["questionnaire", "index"])
def test_shares_put_right_add_up_and_lie_in_their_intervals(survey: str) -> None:
    table = tabulate_adjusted_shares(study(), survey).frame
    for column in ("said_pct", "adjusted_pct"):
        assert table[column].sum() == pytest.approx(100)
        stem = column.removesuffix("_pct")
        assert ((table[f"{stem}_low_pct"] <= table[column]) & (table[column] <= table[f"{stem}_high_pct"])).all()
    assert (
        table["adjusted_high_pct"] - table["adjusted_low_pct"] > table["said_high_pct"] - table["said_low_pct"]
    ).all()
    cities = tabulate_adjusted_by_city(study(), survey).frame
    whole = cities[cities["group"] == ALL].reset_index(drop=True)
    assert np.allclose(whole["adjusted_pct"], table["adjusted_pct"])
    parts = cities[cities["group"] != ALL]
    weighted = (parts["adjusted_pct"] * parts["n"]).groupby(parts["stage"]).sum() / parts["n"].groupby(
        parts["stage"]
    ).sum()
    assert np.allclose(weighted[list(table["stage"])], table["adjusted_pct"])


def test_few_visits_put_nothing_right() -> None:
    analysis = study()
    assert analysis.visits is not None
    answers = analysis.visits.answers
    ids = np.array(answers.values["unit"], dtype=object)
    ids[:24] = "nobody"
    few = replace(
        analysis, visits=replace(analysis.visits, answers=replace(answers, values={**answers.values, "unit": ids}))
    )
    assert 0 < evidence_of(few, "index").n < 10
    with pytest.raises(UsageError, match="fewer than 10"):
        tabulate_adjusted_shares(few, "index")
    assert tabulate_misclassification(few, "index").frame["n_told"].iloc[-1] == evidence_of(few, "index").n
