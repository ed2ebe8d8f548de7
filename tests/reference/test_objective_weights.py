"""Entropy, CRITIC and spread weights of the ASEM data against pymcdm, scikit-criteria and the formulas; principal components against COINr.

Reference: pymcdm 1.4.0 (MIT), scikit-criteria 0.10 (BSD-3), numpy 2.4; COINr 1.1.14 (MIT) `get_PCA` where its files are there. Not offered, and so not compared: MEREC, angle, CILOS and IDOCRIW weights. Data: Joint Research Centre, European Commission.
"""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from recording import compare

from hmsurvey.errors import DataError
from hmsurvey.statistics.objective_weights import critic_weights, entropy_weights, spread_weights

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles"))
FOLDER = ORACLES / "10_entropy_critic"
TOLERANCE = 1e-10

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)

NAMES = sorted(path.stem.removeprefix("matrix_") for path in FOLDER.glob("matrix_*.csv"))


def matrix(name: str) -> np.ndarray:
    with (FOLDER / f"matrix_{name}.csv").open(encoding="utf-8", newline="") as file:
        return np.array([[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]])


def expected(name: str) -> dict[str, object]:
    return json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))[name]


def costs(name: str) -> list[int]:
    return [place for place, kind in enumerate(expected(name)["types"]) if kind == -1]


def numeric(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, (int, float)) for value in values)


def function_of(key: str) -> str:
    return next((f"{kind}_weights" for kind in ("entropy", "critic") if kind in key), "spread_weights")


CALLS = {
    "pymcdm_entropy": ("pymcdm 1.4.0", lambda x, c: entropy_weights(x)),
    "skcriteria_entropy": ("scikit-criteria 0.10", lambda x, c: entropy_weights(x)),
    "pymcdm_std": ("pymcdm 1.4.0", lambda x, c: spread_weights(x)),
    "skcriteria_std": ("scikit-criteria 0.10", lambda x, c: spread_weights(x)),
    "pymcdm_gini": ("pymcdm 1.4.0", lambda x, c: spread_weights(x, spread="gini")),
    "skcriteria_GiniWeighter": ("scikit-criteria 0.10", lambda x, c: spread_weights(x, spread="gini")),
    "pymcdm_variance": (
        "pymcdm 1.4.0",
        lambda x, c: spread_weights((x - x.min(axis=0)) / np.ptp(x, axis=0), spread="variance"),
    ),
    "pymcdm_critic": ("pymcdm 1.4.0", lambda x, c: critic_weights(x)),
    "skcriteria_critic_scaleTrue_pearson": ("scikit-criteria 0.10", lambda x, c: critic_weights(x, costs=c)),
    "skcriteria_critic_scaleTrue_spearman": (
        "scikit-criteria 0.10",
        lambda x, c: critic_weights(x, costs=c, correlation="spearman"),
    ),
    "skcriteria_critic_scaleFalse_pearson": ("scikit-criteria 0.10", lambda x, c: critic_weights(x, scale="none")),
    "skcriteria_critic_scaleFalse_spearman": (
        "scikit-criteria 0.10",
        lambda x, c: critic_weights(x, scale="none", correlation="spearman"),
    ),
}
BY_HAND = {
    "entropy_hand_0log0=0": lambda x: entropy_weights(x),
    "critic_hand_ddof1_noscale": lambda x: critic_weights(x, scale="none"),
    "critic_hand_ddof1_minmax": lambda x: critic_weights(x),
    "critic_hand_ddof0_minmax": lambda x: critic_weights(x),
    "critic_hand_spearman_ddof1_minmax": lambda x: critic_weights(x, correlation="spearman"),
    "std_weights_ddof1_noscale": lambda x: spread_weights(x),
    "std_weights_minmax": lambda x: spread_weights((x - x.min(axis=0)) / np.ptp(x, axis=0)),
    "cv_weights": lambda x: spread_weights(x, spread="cv"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", CALLS)
def test_against_programs(name: str, key: str) -> None:
    theirs = expected(name)[key]
    if not numeric(theirs):
        pytest.skip(f"{key} refuses these data: {str(theirs)[:60]}")
    program, ours = CALLS[key]
    compare(
        f"statistics.objective_weights.{function_of(key)}",
        program,
        key,
        ours=ours(matrix(name), costs(name)),
        theirs=theirs,
        tolerance=TOLERANCE,
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", BY_HAND)
def test_against_formulas(name: str, key: str) -> None:
    theirs = expected(name)["hand"][key]
    compare(
        f"statistics.objective_weights.{function_of(key)}",
        "numpy 2.4 by formula",
        key,
        ours=BY_HAND[key](matrix(name)),
        theirs=theirs,
        tolerance=TOLERANCE,
    )


def test_costs_are_turned_only_when_named() -> None:
    """Trap: one program takes every column for a benefit, the other turns costs round; with all or none of them costs the two agree."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(30, 4)) @ rng.normal(size=(4, 4))
    plain, some, every = critic_weights(x), critic_weights(x, costs=[1, 3]), critic_weights(x, costs=range(4))
    turned = x * [1, -1, 1, -1]
    scaled = (turned - turned.min(axis=0)) / np.ptp(turned, axis=0)
    information = scaled.std(axis=0) * (1 - np.corrcoef(scaled, rowvar=False)).sum(axis=0)
    np.testing.assert_allclose(some, information / information.sum(), atol=1e-12)
    np.testing.assert_allclose(every, plain, atol=1e-12)
    assert np.abs(some - plain).max() > 0.01


@pytest.mark.parametrize("name", NAMES)
def test_zeros_are_refused_where_pymcdm_refuses_them(name: str) -> None:
    if numeric(expected(name)["pymcdm_entropy"]):
        entropy_weights(matrix(name), zeros="refuse")
    else:
        with pytest.raises(DataError, match="zeros are refused"):
            entropy_weights(matrix(name), zeros="refuse")


def test_a_shift_gives_another_answer() -> None:
    """Trap: [1, 100] instead of [0, 100] is a shift in disguise."""
    from_zero, from_one = entropy_weights(matrix("Physical_minmax0100")), entropy_weights(matrix("Physical_minmax1100"))
    assert 1e-4 < np.abs(from_zero - from_one).max() < 0.03
    np.testing.assert_allclose(entropy_weights(matrix("Physical_minmax0100"), zeros=100 / 99), from_one, atol=1e-12)
