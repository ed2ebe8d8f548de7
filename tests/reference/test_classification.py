"""Class breaks against R's classInt: natural breaks in both conventions, quantiles of all nine types and the other styles of maps.

Reference: R package classInt 0.4-9, R 4.2.2: `classIntervals(x, k, style = ...)`, `quantile(x, type = ...)`, `kmeans(x, k, nstart = 200)`. Data: spData (CC0)
and R's data sets. Breaks of natural classes are exact, counts too. `hclust` is left out: where distances tie, its classes hang on the order of the values.
"""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from recording import compare

from hmsurvey.statistics.classification import QUANTILE_TYPES, STYLES, classify
from hmsurvey.statistics.profiles import cluster_profiles

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles")) / "08_classification"

pytestmark = pytest.mark.skipif(
    not ORACLES.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)

R = "R 4.2.2 classInt 0.4-9"
TOLERANCE = 1e-9
NAMES = sorted(path.stem.removeprefix("vector_") for path in ORACLES.glob("vector_*.csv"))
CLASSES = ("k3", "k4", "k5", "k7")


def vector(name: str) -> np.ndarray:
    with (ORACLES / f"vector_{name}.csv").open(encoding="utf-8", newline="") as file:
        return np.array([float(row[0]) for row in list(csv.reader(file))[1:] if row[0]])


def expected(name: str, k: str) -> dict[str, object]:
    return json.loads((ORACLES / "expected.json").read_text(encoding="utf-8"))[name][k]


def finite(breaks: list[object]) -> list[float]:
    return [float(str(value).replace("Inf", "inf")) for value in breaks]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("k", CLASSES)
@pytest.mark.parametrize("style", STYLES)
def test_classes(name: str, k: str, style: str) -> None:
    want = expected(name, k)[style]
    found = classify(vector(name), int(k[1:]), style=style)
    function, call = f"statistics.classification.classify(style={style!r})", f"classIntervals(x, k, style = '{style}')"
    exact = 0.0 if style in ("fisher", "jenks") else TOLERANCE
    assert found.closed == want["closure"]
    compare(f"{function}.breaks", R, call, ours=found.breaks, theirs=finite(want["breaks"]), tolerance=exact)
    compare(f"{function}.counts", R, call, ours=found.counts, theirs=want["counts"], tolerance=0)
    compare(f"{function}.wss", R, call, ours=found.wss, theirs=want["wss"], tolerance=TOLERANCE, relative=True)
    compare(f"{function}.gvf", R, f"jenks.tests({call})", ours=found.gvf, theirs=want["gvf"], tolerance=TOLERANCE)
    compare(f"{function}.tai", R, f"jenks.tests({call})", ours=found.tai, theirs=want["tai"], tolerance=TOLERANCE)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("k", CLASSES)
@pytest.mark.parametrize("kind", QUANTILE_TYPES)
def test_quantiles_of_every_type(name: str, k: str, kind: int) -> None:
    found = classify(vector(name), int(k[1:]), style="quantile", quantile_type=kind)
    compare(
        f"statistics.classification.classify(style='quantile', quantile_type={kind})",
        "R 4.2.2",
        f"quantile(x, type = {kind})",
        ours=found.breaks,
        theirs=expected(name, k)[f"quantile_type{kind}"],
        tolerance=TOLERANCE,
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("k", CLASSES)
def test_clusters_are_never_better_than_natural_breaks(name: str, k: str) -> None:
    """Trap: k-means is not exact, even from 200 starts; natural breaks are the optimum."""
    best = classify(vector(name), int(k[1:])).wss
    theirs = expected(name, k)["kmeans_nstart200"]
    ours = cluster_profiles(vector(name)[:, None], int(k[1:]), seed=1)
    assert best <= theirs["tot.withinss"] * (1 + 1e-12)
    assert best <= ours.wss * (1 + 1e-12)
    assert ours.wss <= theirs["tot.withinss"] * 1.01
