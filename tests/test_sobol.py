"""Sobol indices: a function whose indices are known, a hand calculation, and what cannot be shared out."""

import numpy as np
import pytest

from hmsurvey.errors import DataError, UsageError
from hmsurvey.statistics.sobol import sobol_indices


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[..., 0]) + 7.0 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def runs(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(1)
    a, b = (generator.uniform(-np.pi, np.pi, (n, 3)) for _ in range(2))
    mixed = []
    for k in range(3):
        one = a.copy()
        one[:, k] = b[:, k]
        mixed.append(ishigami(one))
    return ishigami(a), ishigami(b), np.array(mixed)


def test_the_ishigami_function() -> None:
    """Analytic: V = 13.8446, S = 0.3139, 0.4424, 0; T = 0.5576, 0.4424, 0.2437 (Saltelli et al. 2008, section 4)."""
    a, b, mixed = runs(60_000)
    found = sobol_indices(a - 3.5, b - 3.5, mixed - 3.5, replicates=50)
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.02)
    assert found.variance == pytest.approx(13.8446, rel=0.02)
    assert (found.first_low < found.first).all() and (found.total < found.total_high).all()


def test_by_hand() -> None:
    """V of 0, 2, 4, 2 is 8/3; first: mean(4 x 1, 2 x (-1)) = 1 over 8/3; total: mean(1, 1) / (16/3)."""
    found = sobol_indices([0.0, 2.0], [4.0, 2.0], [[1.0, 1.0]])
    assert found.first[0] == pytest.approx(3 / 8) and found.total[0] == pytest.approx(3 / 16)
    assert np.isnan(found.first_low).all()


def test_totals_do_not_depend_on_origin_and_scale() -> None:
    a, b, mixed = runs(500)
    one, other = sobol_indices(a, b, mixed), sobol_indices(3 * a + 5, 3 * b + 5, 3 * mixed + 5)
    np.testing.assert_allclose(one.total, other.total)
    assert (one.total >= 0).all()


def test_where_nothing_varies_it_is_said() -> None:
    found = sobol_indices([0.1, 0.1], [0.1, 0.1], [[0.1, 0.1]], replicates=5)
    assert np.isnan(found.first).all() and found.variance == 0 and "no variance" in found.note.en


def test_wrong_runs_are_refused() -> None:
    with pytest.raises(DataError, match="differ in length"):
        sobol_indices([1.0, 2.0], [1.0, 2.0, 3.0], [[1.0, 2.0]])
    with pytest.raises(DataError, match="Some are missing"):
        sobol_indices([1.0, np.nan], [1.0, 2.0], [[1.0, 2.0]])
    with pytest.raises(DataError, match="too few"):
        sobol_indices([1.0], [1.0], [[1.0]])
    with pytest.raises(UsageError, match="fewer than no"):
        sobol_indices([1.0, 2.0], [2.0, 3.0], [[1.0, 2.0]], replicates=-1)
    with pytest.raises(UsageError, match="between 0 and 1"):
        sobol_indices([1.0, 2.0], [2.0, 3.0], [[1.0, 2.0]], replicates=2, confidence=95)
