"""Intervals of shares against R: binom 1.1-1.1, MultinomialCI 1.2, stats; formulas with a finite population of 293.

Reference: R 4.2.2, `binom::binom.confint(x, n, conf, methods)`, `prop.test`, `binom.test`, `qbeta`; `multinomialCI(counts, alpha)` and the named formulas. Not offered, and so not
compared: binom's "bayes" (highest density), "cloglog", "logit", "probit", "profile" and "lrt".
"""

import csv
import os
from pathlib import Path

import pytest
from recording import compare

from hmsurvey.statistics.intervals import share_interval
from hmsurvey.statistics.several_shares import share_intervals

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles")) / "11_proportions"

pytestmark = pytest.mark.skipif(
    not ORACLES.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)

ONE = {
    ("binom", "agresti-coull"): "agresti_coull",
    ("binom", "asymptotic"): "wald",
    ("binom", "exact"): "exact",
    ("binom", "prop.test"): "wilson_corrected",
    ("binom", "wilson"): "wilson",
    ("stats", "prop.test_correctFALSE(wilson)"): "wilson",
    ("stats", "prop.test_correctTRUE(wilson_cc)"): "wilson_corrected",
    ("stats", "binom.test(clopper_pearson)"): "exact",
    ("formula", "jeffreys_equal_tailed_raw"): "jeffreys",
    ("formula", "jeffreys_BrownCaiDasGupta_endpoints"): "jeffreys_ends",
    ("formula", "agresti_coull_unclipped"): "agresti_coull",
    ("formula_N293", "hypergeometric_exact_testinversion"): "hypergeometric",
    ("formula_N293", "wilson_neff=n(N-1)/(N-n)"): "wilson_finite",
    ("formula_N293", "wilson_neff=n/(1-n/N)"): "wilson_fraction",
}
SEVERAL = {
    "goodman_bonferroni_chi2(1,1-alpha/k)": "goodman",
    "quesenberry_hurst_chi2(k-1)": "quesenberry_hurst",
    "bonferroni_wald": "bonferroni_wald",
    "gold_wald_chi2(k-1)": "gold",
    "fitzpatrick_scott": "fitzpatrick_scott",
    "sison_glaz_MultinomialCI": "sison_glaz",
}


def rows(name: str) -> list[dict[str, str]]:
    with (ORACLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("source", "theirs"), list(ONE))
def test_one_share(source: str, theirs: str) -> None:
    part = [row for row in rows("binomial_ci.csv") if (row["source"], row["method"]) == (source, theirs)]
    assert len(part) in (9, 18)
    ours = []
    for row in part:
        population = 293 if source == "formula_N293" else None
        x, n = int(row["x"]), int(row["n"])
        found = share_interval(
            x, n, population=population, method=ONE[source, theirs], confidence=float(row["conf"])
        )  # fmt: skip
        ours.append([found.low, found.high])
    expected = [[float(row["lower"]), float(row["upper"])] for row in part]
    compare(
        f"statistics.intervals.share_interval ({ONE[source, theirs]})", f"R {source}", theirs,
        ours=ours, theirs=expected, tolerance=1e-10,
    )  # fmt: skip


@pytest.mark.parametrize("theirs", list(SEVERAL))
def test_several_shares(theirs: str) -> None:
    part = [row for row in rows("multinomial_ci.csv") if row["method"] == theirs]
    ours = []
    for row in part:
        counts = [int(count) for count in row["counts"].split("-")]
        found = share_intervals(counts, method=SEVERAL[theirs], confidence=float(row["conf"]))[int(row["category"]) - 1]
        ours.append([found.low, found.high])
    expected = [[float(row["lower"]), float(row["upper"])] for row in part]
    compare(
        f"statistics.several_shares.share_intervals ({SEVERAL[theirs]})", "R MultinomialCI 1.2 / formula", theirs,
        ours=ours, theirs=expected, tolerance=1e-10,
    )  # fmt: skip
