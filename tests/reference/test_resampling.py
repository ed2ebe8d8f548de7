"""Bootstrap intervals and the jackknife against R boot 1.3-28.1; one run of 9,999 replicates against the mean of twelve seeds of the other program.

An interval passes within five of its Monte-Carlo standard deviations and a hundredth of the bootstrap standard error. R's regression acceleration rests on replicates, so that only
that of a mean, where regression is exact, is the same to the last digits.
"""

import csv
import json
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from recording import compare
from scipy import stats

from hmsurvey.statistics.intervals import mean_interval
from hmsurvey.statistics.resampling import Bootstrap, bootstrap, bootstrap_interval, jackknife

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles")) / "12_resampling"
PROGRAM = "R boot 1.3-28.1"

pytestmark = pytest.mark.skipif(
    not ORACLES.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)


def mean_and_variance(x: np.ndarray) -> np.ndarray:
    return np.stack([x.mean(axis=-1), x.var(axis=-1, ddof=1) / x.shape[-1]], axis=-1)


STATISTICS = {
    "mean": mean_and_variance,
    "median": lambda x: np.median(x, axis=-1),
    "sd": lambda x: x.std(axis=-1, ddof=1),
    "trimmed10": lambda x: stats.trim_mean(x, 0.1, axis=-1),
}
CASES = [(data, name) for data in ("mtcars_mpg", "rivers") for name in STATISTICS]
METHODS = {"norm": "normal", "basic": "basic", "perc": "percentile", "bca": "bca", "stud": "studentised"}


@cache
def expected() -> dict:
    return json.loads((ORACLES / "expected.json").read_text(encoding="utf-8"))


@cache
def values(data: str) -> np.ndarray:
    with (ORACLES / f"vector_{data}.csv").open(encoding="utf-8", newline="") as file:
        return np.array([float(row["value"]) for row in csv.DictReader(file)])


@cache
def draws(data: str, name: str) -> Bootstrap:
    return bootstrap(values(data), STATISTICS[name], seed=20240121)


@pytest.mark.parametrize(("data", "name"), CASES)
def test_intervals(data: str, name: str) -> None:
    theirs = expected()["ci"][data][name]
    summary = {(row["conf"], row["quantity"]): (row["mean_over_seeds"], row["mc_sd"]) for row in theirs["summary"]}
    found = draws(data, name)
    assert found.value == pytest.approx(theirs["t0"], rel=1e-12)
    for confidence in (0.90, 0.95):
        error = summary[confidence, "boot_se"][0]
        held = {"boot_se": found.standard_error, "bias": found.bias}
        for code, method in METHODS.items():
            if summary[confidence, f"{code}_lo"][0] is None:
                continue
            interval = bootstrap_interval(found, method=method, confidence=confidence, acceleration="regression")
            assert interval.method == method
            held |= {f"{code}_lo": interval.low, f"{code}_hi": interval.high}
        for quantity, ours in held.items():
            mean, spread = summary[confidence, quantity]
            compare(
                "statistics.resampling.bootstrap_interval",
                PROGRAM,
                f"boot.ci(boot({data}, {name}, R = 9999)), 12 seeds, {quantity} {confidence:.0%}",
                ours=ours,
                theirs=mean,
                tolerance=5 * spread + 0.01 * error,
            )


@pytest.mark.parametrize(("data", "name"), CASES)
def test_jackknife(data: str, name: str) -> None:
    found = jackknife(values(data), lambda x: np.atleast_2d(STATISTICS[name](x).T)[0])
    theirs = expected()["jackknife"][data][name]
    compare("statistics.resampling.jackknife", PROGRAM, f"jackknife of {data}, {name}", ours=[found.bias, found.standard_error], theirs=[theirs["bias"], theirs["se"]], tolerance=1e-10)  # fmt: skip
    if name in expected()["acceleration_jackknife"][data]:
        theirs = expected()["acceleration_jackknife"][data][name]
        compare("statistics.resampling.jackknife", PROGRAM, f"acceleration by jackknife, {data}, {name}", ours=found.acceleration, theirs=theirs, tolerance=1e-10)  # fmt: skip


@pytest.mark.parametrize(("data", "name"), CASES)
def test_acceleration_by_regression(data: str, name: str) -> None:
    theirs = expected()["acceleration_regression"][data].get(name)
    if theirs is not None:
        tolerance = 1e-10 if name == "mean" else 0.02
        compare("statistics.resampling.bootstrap", PROGRAM, f"acceleration by regression, {data}, {name}", ours=draws(data, name).regression_acceleration, theirs=theirs, tolerance=tolerance)  # fmt: skip


@pytest.mark.parametrize("data", ["mtcars_mpg", "rivers"])
def test_t_interval(data: str) -> None:
    found = mean_interval(values(data))
    compare("statistics.intervals.mean_interval", "R 4.2.2", f"t.test({data})$conf.int", ours=[found.low, found.high], theirs=expected()["t_interval"][data], tolerance=1e-10)  # fmt: skip
