"""The Rasch model against mirt (marginal) and eRm (conditional) on LSAT section 6.

Reference: R packages mirt 1.47 (`mirt(x, 1, itemtype = "Rasch")`, `fscores(method = "WLE")`) and eRm 1.0-2 (`RM`), R 4.2.2. The data come with a package under the GPL and are not
kept here.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from recording import compare

from hmsurvey.statistics.rasch import fit_partial_credit, person_measures

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles")) / "04_rasch"

pytestmark = pytest.mark.skipif(
    not ORACLES.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)
MIRT, ERM = "R mirt 1.47", "R eRm 1.0-2"


def test_marginal_and_conditional() -> None:
    answers = np.loadtxt(ORACLES / "LSAT.csv", delimiter=",", skiprows=1)
    expected = json.loads((ORACLES / "expected.json").read_text(encoding="utf-8"))
    mirt, erm = expected["mirt"]["LSAT_Rasch"], expected["eRm"]["LSAT_RM_CML"]
    ours = fit_partial_credit(answers)
    difficulty = [-item["d"] for item in mirt["slope_intercept"]]
    compare("statistics.rasch.fit_partial_credit (mml)", MIRT, 'itemtype = "Rasch", LSAT: difficulties, variance', ours=[*(t[0] for t in ours.thresholds), ours.spread**2], theirs=[*difficulty, mirt["theta_var"]], tolerance=1e-3)  # fmt: skip
    compare("statistics.rasch.fit_partial_credit (mml)", MIRT, "logLik, LSAT", ours=ours.log_likelihood, theirs=mirt["logLik"], tolerance=1e-3)  # fmt: skip
    compare("statistics.rasch.fit_partial_credit (mml)", MIRT, "standard errors, LSAT", ours=[e[0] for e in ours.threshold_errors], theirs=list(mirt["se"].values())[:5], tolerance=1e-3)  # fmt: skip
    patterns = [[row[f"Item {i}"] for i in range(1, 6)] for row in mirt["scores"]["WLE"]]
    measures, _ = person_measures(patterns, [[d] for d in difficulty])
    compare("statistics.rasch.person_measures", MIRT, 'fscores(method = "WLE"), every pattern of LSAT', ours=measures, theirs=[row["F1"] for row in mirt["scores"]["WLE"]], tolerance=2e-3)  # fmt: skip
    _, errors = person_measures(patterns, [[d] for d in difficulty], error="curvature")
    compare("statistics.rasch.person_measures", MIRT, 'fscores(method = "WLE"), standard errors ("curvature"), every pattern of LSAT', ours=errors, theirs=[row["SE_F1"] for row in mirt["scores"]["WLE"]], tolerance=2e-3)  # fmt: skip
    conditional = fit_partial_credit(answers, method="cml")
    compare("statistics.rasch.fit_partial_credit (cml)", ERM, "RM, LSAT: difficulties", ours=[t[0] for t in conditional.thresholds], theirs=list(erm["difficulty_sum0"].values()), tolerance=1e-5)  # fmt: skip
    compare("statistics.rasch.fit_partial_credit (cml)", ERM, "RM, LSAT: standard errors", ours=[e[0] for e in conditional.threshold_errors], theirs=list(erm["se"].values()), tolerance=1e-4)  # fmt: skip
    compare("statistics.rasch.fit_partial_credit (cml)", ERM, "RM, LSAT: conditional log-likelihood", ours=conditional.log_likelihood, theirs=erm["condLogLik"], tolerance=1e-3)  # fmt: skip
