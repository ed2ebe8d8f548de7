"""Rank tests, pairs, trends, kappas and ordinal regression against R.

Reference: R 4.2.2 `kruskal.test`, `p.adjust`, Dunn by the formula, clinfun 1.1.5, effsize 0.8.1, vcd 1.4-11, irr 0.84.1, MASS 7.3-58. Data that come with packages under the GPL
are read from the folder of reference results and not kept here.
"""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from recording import compare

from hmsurvey.statistics.agreement import intraclass_correlations, marginal_homogeneity, weighted_kappa
from hmsurvey.statistics.nonparametric import adjust, cliff_delta, dunn, group, jonckheere, kruskal
from hmsurvey.statistics.ordinal import fit_ordinal, predict_ordinal

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles"))

pytestmark = pytest.mark.skipif(
    not ORACLES.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)

SETS = {
    "airquality_Ozone_Month": ("airquality.csv", "Ozone", "Month"),
    "InsectSprays": ("InsectSprays.csv", "count", "spray"),
    "PlantGrowth": ("PlantGrowth.csv", "weight", "group"),
    "ToothGrowth_len_dose": ("ToothGrowth.csv", "len", "dose"),
}


AGREEING = {
    "airquality_Ozone_Month": (4, 10),
    "InsectSprays": (8, 15),
    "PlantGrowth": (3, 3),
    "ToothGrowth_len_dose": (1, 3),
}


def rows(*parts: str) -> list[dict[str, str]]:
    with ORACLES.joinpath(*parts).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(folder: str) -> dict:
    return json.loads((ORACLES / folder / "expected.json").read_text(encoding="utf-8"))


def sample(key: str) -> tuple[list[float], list[str]]:
    name, value, by = SETS[key]
    read = rows("05_tests", name)
    return [float(r[value]) if r[value] not in ("", "NA") else np.nan for r in read], [r[by] for r in read]


@pytest.mark.parametrize("key", SETS)
def test_kruskal_wallis_and_dunn(key: str) -> None:
    values, groups = sample(key)
    theirs = expected("05_tests")[key]
    ours = kruskal(values, groups, replicates=0)
    compare("statistics.nonparametric.kruskal", "R 4.2.2, effectsize 0.8.3", f"kruskal.test, rank_epsilon_squared, rank_eta_squared: {key}", ours=[ours.statistic, ours.epsilon_squared, ours.eta_squared], theirs=[theirs["kruskal"]["statistic"]["Kruskal-Wallis chi-squared"], theirs["epsilon_squared_H_over_nminus1"], theirs["eta_squared_H"]], tolerance=1e-10, relative=True)  # fmt: skip
    compare("statistics.nonparametric.kruskal", "R 4.2.2", f"kruskal.test, p: {key}", ours=ours.p, theirs=theirs["kruskal"]["p.value"], tolerance=1e-9)  # fmt: skip
    by_pair = {(r["group1"], r["group2"]): r for r in theirs["dunn_by_hand"]}
    for method, column in (("holm", "holm"), ("bh", "BH"), ("bonferroni", "bonferroni")):
        pairs = dunn(values, groups, adjustment=method)
        assert len(pairs) == len(by_pair)
        other = [by_pair[p.first, p.second] for p in pairs]
        compare("statistics.nonparametric.dunn", "Dunn's formula in R 4.2.2, p.adjust", f"z, p, {column}: {key}", ours=[[p.z, p.p, p.p_adjusted] for p in pairs], theirs=[[r["Z"], r["p"], r[column]] for r in other], tolerance=1e-9)  # fmt: skip


@pytest.mark.parametrize("key", ["airquality_Ozone_Month", "ToothGrowth_len_dose"])
def test_jonckheere(key: str) -> None:
    values, groups = sample(key)
    theirs = expected("05_tests")[key]["jonckheere"]
    order = sorted(set(groups), key=float)
    for variance, tail in (("ties", "ties"), ("no_ties", "noties")):
        ours = jonckheere(values, groups, order=order, variance=variance)
        compare("statistics.nonparametric.jonckheere", "R clinfun 1.1.5, and by the formula with ties", f"jonckheere.test, {variance}: {key}", ours=[ours.j, ours.expected, ours.variance, ours.z, ours.p, ours.tau], theirs=[theirs["J"], theirs["E"], theirs[f"var_{tail}"], theirs[f"z_{tail}"], theirs[f"p_two_{tail}"], theirs["kendall_tau_b"]], tolerance=1e-9)  # fmt: skip


@pytest.mark.parametrize("key", SETS)
def test_cliffs_delta(key: str) -> None:
    values, groups = sample(key)
    theirs = expected("05_tests")[key]["cliff_delta"]
    samples = dict(zip(*(lambda g: (g.names, g.samples))(group(values, groups)), strict=True))
    deltas = [cliff_delta(samples[r["group1"]], samples[r["group2"]]) for r in theirs]
    compare("statistics.nonparametric.cliff_delta", "R effsize 0.8.1", f"cliff.delta: {key}", ours=[d.value for d in deltas], theirs=[r["delta"] for r in theirs], tolerance=1e-10)  # fmt: skip
    # For 11 of 31 pairs effsize's variance is none of the formulas of Cliff that were tried, why is not known; for 4 that do not overlap it takes another approximation. Ours is his unbiased one. Only where
    # the variances agree can the intervals be compared; which pairs those are is counted, so that none is lost from sight.
    same = [(d, r) for d, r in zip(deltas, theirs, strict=True) if abs(d.variance - r["var"]) < 1e-12]
    assert (len(same), len(theirs)) == AGREEING[key]
    compare("statistics.nonparametric.cliff_delta", "R effsize 0.8.1", f"cliff.delta, interval, {len(same)} of {len(theirs)} pairs (elsewhere its variance differs): {key}", ours=[[d.low, d.high] for d, _ in same], theirs=[[r["ci_lo"], r["ci_hi"]] for _, r in same], tolerance=1e-10)  # fmt: skip


def test_adjusted_p() -> None:
    theirs = expected("05_tests")["p_adjust"]
    for method, name in (("holm", "holm"), ("bh", "BH"), ("by", "BY"), ("bonferroni", "bonferroni"), ("hochberg", "hochberg"), ("hommel", "hommel")):  # fmt: skip
        compare("statistics.nonparametric.adjust", "R 4.2.2", f'p.adjust("{name}")', ours=adjust(theirs["p"], method=method), theirs=theirs[name], tolerance=1e-12)  # fmt: skip


def test_kappas() -> None:
    theirs, table = expected("06_agreement"), rows("06_agreement", "vision_table.csv")
    grades = list(dict.fromkeys(r["Var1"] for r in table))
    counts = np.zeros((len(grades), len(grades)))
    for r in table:
        counts[grades.index(r["Var1"]), grades.index(r["Var2"])] = float(r["Freq"])
    for weights, name in (("none", "unweighted"), ("linear", "equal"), ("quadratic", "squared")):
        ours, vcd, irr = weighted_kappa(counts, weights=weights), theirs["vcd_kappa_vision"], theirs["kappa2"]["vision"][name]  # fmt: skip
        compare("statistics.agreement.weighted_kappa", "R vcd 1.4-11", f"Kappa, {name}: value, ASE, interval", ours=[ours.value, ours.standard_error, ours.low, ours.high], theirs=[vcd[name]["value"], vcd[name]["ASE"], *vcd[f"ci_{name}"]], tolerance=1e-10)  # fmt: skip
        compare("statistics.agreement.weighted_kappa", "R irr 0.84.1", f"kappa2, {name}: z", ours=ours.value / ours.null_error, theirs=irr["statistic"], tolerance=1e-10)  # fmt: skip
    test = marginal_homogeneity(counts)
    other = theirs["stuart_maxwell_vision"]
    compare("statistics.agreement.marginal_homogeneity", "R irr 0.84.1", "stuart.maxwell.mh", ours=[test.statistic, test.p], theirs=[other["statistic"], other["p.value"]], tolerance=1e-10)  # fmt: skip


def test_intraclass_correlations() -> None:
    table = np.array([[float(v) for v in r.values()] for r in rows("06_agreement", "shrout_fleiss_1979.csv")])
    ours = [icc.value for icc in intraclass_correlations(table)]
    compare("statistics.agreement.intraclass_correlations", "Shrout and Fleiss (1979), as published", "six forms", ours=np.round(ours, 2), theirs=[0.17, 0.29, 0.71, 0.44, 0.62, 0.91], tolerance=1e-12)  # fmt: skip


def housing() -> tuple[list[int], list[list[float]], list[float]]:
    read = rows("07_ordinal", "housing.csv")
    columns = [("Infl", "Medium"), ("Infl", "High"), ("Type", "Apartment"), ("Type", "Atrium"), ("Type", "Terrace"), ("Cont", "High")]  # fmt: skip
    outcome = [["Low", "Medium", "High"].index(r["Sat"]) for r in read]
    return outcome, [[float(r[question] == answer) for question, answer in columns] for r in read], [float(r["Freq"]) for r in read]  # fmt: skip


@pytest.mark.parametrize(("link", "name"), [("logit", "logistic"), ("probit", "probit"), ("cloglog", "cloglog"), ("loglog", "loglog")])  # fmt: skip
def test_ordinal_regression(link: str, name: str) -> None:
    theirs = expected("07_ordinal")["polr_housing"][name]
    outcome, dummies, weights = housing()
    ours = fit_ordinal(outcome, dummies, weights=weights, link=link)
    both = [[*ours.coefficients, *ours.thresholds], [*ours.errors, *ours.threshold_errors]]
    other = [[c["Value"] for c in theirs["coef"]], [c["Std. Error"] for c in theirs["coef"]]]
    compare("statistics.ordinal.fit_ordinal", "R MASS 7.3-58", f'polr(method = "{name}"), housing: coefficients, errors', ours=both, theirs=other, tolerance=1e-5)  # fmt: skip
    compare("statistics.ordinal.fit_ordinal", "R MASS 7.3-58", f'polr(method = "{name}"), housing: logLik', ours=ours.log_likelihood, theirs=theirs["logLik"], tolerance=1e-6)  # fmt: skip
    assert ours.n == theirs["n"]
    k = len(ours.coefficients) + len(ours.thresholds)
    assert theirs["edf"] == k
    compare("statistics.ordinal.fit_ordinal", "R MASS 7.3-58", f'polr(method = "{name}"), housing: deviance, AIC', ours=[-2 * ours.log_likelihood, 2 * k - 2 * ours.log_likelihood], theirs=[theirs["deviance"], theirs["AIC"]], tolerance=2e-6)  # fmt: skip


def test_ordinal_regression_of_the_other_package() -> None:
    theirs = expected("07_ordinal")["clm_housing"]
    outcome, dummies, weights = housing()
    ours = fit_ordinal(outcome, dummies, weights=weights)
    values, errors = np.array([*ours.thresholds, *ours.coefficients]), np.array([*ours.threshold_errors, *ours.errors])
    other = np.array([[c["Estimate"], c["Std. Error"], c["z value"]] for c in theirs["coef"]]).T
    compare("statistics.ordinal.fit_ordinal", "R ordinal 2022.11.16", "clm, housing: estimates, errors, z", ours=[values, errors, values / errors], theirs=other, tolerance=1e-5)  # fmt: skip
    compare("statistics.ordinal.fit_ordinal", "R ordinal 2022.11.16", "clm, housing: p", ours=ours.p, theirs=[c["Pr(>|z|)"] for c in theirs["coef"]][2:], tolerance=1e-6)  # fmt: skip
    compare("statistics.ordinal.fit_ordinal", "R ordinal 2022.11.16", "clm, housing: logLik", ours=ours.log_likelihood, theirs=theirs["logLik"], tolerance=1e-6)  # fmt: skip


def test_predicted_chances() -> None:
    theirs = expected("07_ordinal")["polr_housing"]["predict_logistic"]
    outcome, dummies, weights = housing()
    wanted = [[float(r["Infl"] == "Medium"), float(r["Infl"] == "High"), float(r["Type"] == "Apartment"), float(r["Type"] == "Atrium"), float(r["Type"] == "Terrace"), float(r["Cont"] == "High")] for r in theirs]  # fmt: skip
    ours = predict_ordinal(fit_ordinal(outcome, dummies, weights=weights), wanted)
    compare("statistics.ordinal.predict_ordinal", "R MASS 7.3-58", 'predict(polr, type = "probs"), housing', ours=ours, theirs=[[r["Low"], r["Medium"], r["High"]] for r in theirs], tolerance=1e-5)  # fmt: skip
    assert ours.sum(axis=1) == pytest.approx(1)
