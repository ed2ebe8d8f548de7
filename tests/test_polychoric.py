"""Polychoric correlations: closed forms, what made the data, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from hmsurvey.errors import DataError
from hmsurvey.statistics.polychoric import both_below, from_table, ordinal_alpha, polychoric, polychoric_matrix


@pytest.mark.parametrize("rho", [-0.97, -0.5, 0.0, 0.3, 0.8, 0.99])
def test_the_quarter_plane_is_sheppards(rho: float) -> None:
    # Sheppard (1899): both below their medians with chance 1/4 + arcsin(rho) / (2 pi)
    found = both_below(np.array([0.0]), np.array([0.0]), rho)[0]
    assert found == pytest.approx(0.25 + np.arcsin(rho) / (2 * np.pi), abs=1e-12)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.25, 0.4])
def test_items_split_at_their_medians_by_hand(share: float) -> None:
    counts = 1000 * np.array([[share, 0.5 - share], [0.5 - share, share]])
    assert from_table(counts).rho == pytest.approx(np.sin(2 * np.pi * (share - 0.25)), abs=1e-6)


def test_what_made_the_answers_comes_back_whatever_the_limits() -> None:
    rng = np.random.default_rng(8)
    quality = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=20_000)
    found = polychoric(np.digitize(quality[:, 0], [-1, 0.5, 2]), np.digitize(quality[:, 1], [0.3, 1.5]))
    assert found.rho == pytest.approx(0.6, abs=4 * found.standard_error) and found.standard_error < 0.01
    turned = polychoric(-np.digitize(quality[:, 0], [-1, 0.5, 2]), np.digitize(quality[:, 1], [0.3, 1.5]))
    assert turned.rho == pytest.approx(-found.rho, abs=1e-6)


def test_alpha_of_the_qualities_is_above_that_of_coarse_answers() -> None:
    rng = np.random.default_rng(9)
    general = rng.standard_normal((4000, 1))
    items = np.digitize(0.7 * general + np.sqrt(0.51) * rng.standard_normal((4000, 5)), [0.8])
    matrix = polychoric_matrix(items).matrix
    assert matrix[np.triu_indices(5, 1)] == pytest.approx([0.49] * 10, abs=0.08)
    assert ordinal_alpha(items) == pytest.approx(5 * 0.49 / (1 + 4 * 0.49), abs=0.03)


def test_complete_agreement_and_no_variation_are_said() -> None:
    assert polychoric([0, 1, 2, 0, 1, 2], [0, 1, 2, 0, 1, 2]).note.en
    with pytest.raises(DataError, match="does not vary"):
        polychoric([1, 1, 1], [0, 1, 2])
