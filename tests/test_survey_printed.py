"""Designs against what R's survey package prints in its own examples and tests: strata with a correction, two stages, strata with one cluster.

Program: survey 4.5, the example of `svydesign` on its data `fpc` and `mu284` (Särndal, Swensson and Wretman 1992, appendix B: Swedish municipalities), and its test of lonely clusters.
Nothing but the printed digits is compared.
"""

import math

import numpy as np
import pytest

from hmsurvey.errors import DataError
from hmsurvey.statistics.calibration import calibrate
from hmsurvey.statistics.designs import survey_design
from hmsurvey.statistics.estimates import estimate_mean, estimate_total

X = [2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2]
STRATA = [1] * 5 + [2] * 3
WEIGHTS = [3] * 5 + [4] * 3
THERE = [15] * 5 + [12] * 3


@pytest.mark.parametrize(
    ("weights", "population", "error"), [(WEIGHTS, (), 0.7413), (WEIGHTS, (THERE,), 0.616), (None, (THERE,), 0.616)]
)
def test_strata_with_and_without_correction(weights: list[int] | None, population: tuple, error: float) -> None:
    found = estimate_mean(survey_design(weights, strata=STRATA, population=population), X)
    assert (round(found.value, 4), round(found.standard_error, 4)) == (5.4481, error)


def test_two_stages_of_municipalities() -> None:
    """5 of 50 clusters, 3 municipalities of each; the total and its variance as printed by `vcov(svytotal(~y1))`."""
    clusters = [19, 45, 47, 50, 31] * 3
    inside = [5, 8, 5, 9, 7] * 3
    y = [41, 49, 31, 39, 49, 49, 49, 31, 41, 51, 49, 45, 35, 61, 33]
    units = [1] * 5 + [2] * 5 + [3] * 5
    found = estimate_total(survey_design(clusters=[clusters, units], population=[[50] * 15, inside]), y)
    assert round(found.value) == 15080 and round(found.standard_error**2) == 5172234 and found.freedom == 4
    # with replacement only the first stage counts, and its error is the larger
    weights = 50 / 5 * np.array(inside) / 3
    assert estimate_total(survey_design(weights, clusters=[clusters]), y).standard_error > found.standard_error


@pytest.mark.parametrize(("single", "variance"), [("certainty", 126625.0), ("adjust", 127579.8)])
def test_a_stratum_with_one_cluster(single: str, variance: float) -> None:
    design = survey_design([10.5, 10.5, 20, 20, 15], strata=[1, 1, 2, 2, 3], clusters=[[1, 2, 3, 4, 5]], single=single)
    found = estimate_total(design, [30.5, 40.5, 35, 52, 44])
    assert math.isclose(found.standard_error**2, variance, rel_tol=1e-6)


def test_a_stratum_with_one_cluster_on_average() -> None:
    """Two of three strata have a variance: the third adds their mean, so that the sum grows by half."""
    arguments = dict(strata=[1, 1, 2, 2, 3], clusters=[[1, 2, 3, 4, 5]])
    weights, ages = [10.5, 10.5, 20, 20, 15], [30.5, 40.5, 35, 52, 44]
    plain, average = (
        estimate_total(survey_design(weights, single=s, **arguments), ages) for s in ("certainty", "average")
    )
    assert math.isclose(average.standard_error**2, 1.5 * plain.standard_error**2)
    with pytest.raises(DataError, match="A stratum has a single cluster"):
        survey_design(weights, **arguments)


@pytest.mark.parametrize("method", ["linear", "raking"])
def test_weights_fitted_to_a_total_of_nothing(method: str) -> None:
    """By hand, linear: 1 + c x with x = -1, 0, 2 and weights 1 has total 1 + 5 c, so that c = -1/5."""
    on = np.array([[-1.0], [0.0], [2.0]])
    found = calibrate(survey_design([1, 1, 1]), on, [0.0], method=method)
    assert abs(float(found.weights @ on[:, 0])) < 1e-9
    if method == "linear":
        assert found.weights == pytest.approx([1.2, 1.0, 0.6])
