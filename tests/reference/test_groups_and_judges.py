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
from hmsurvey.statistics.dominance import cliff_delta
from hmsurvey.statistics.nonparametric import adjust, dunn, group, jonckheere, kruskal
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


@pytest.mark.parametrize("key", SETS)
def test_jonckheere(key: str) -> None:
    values, groups = sample(key)
    theirs = expected("05_tests")[key]["jonckheere"]
    order = sorted(set(groups), key=lambda name: (len(name), name) if key.startswith("Ins") else name)
    for variance, tail in (("ties", "ties"), ("no_ties", "noties")):
        ours = jonckheere(values, groups, order=order, variance=variance)
        compare("statistics.nonparametric.jonckheere", "R clinfun 1.1.5, and by the formula with ties", f"jonckheere.test, {variance}: {key}", ours=[ours.j, ours.expected, ours.variance, ours.z, ours.p, ours.p_increasing, ours.tau], theirs=[theirs["J"], theirs["E"], theirs[f"var_{tail}"], theirs[f"z_{tail}"], theirs[f"p_two_{tail}"], theirs[f"p_increasing_{tail}"], theirs["kendall_tau_b"]], tolerance=1e-9)  # fmt: skip


def effsize_variance(first: np.ndarray, second: np.ndarray) -> float:
    """Return the variance as effsize 0.8.1 reckons it without its dominance matrix, one slip of its search included.

    Values of the second group above the largest of the first have the column mean -1, as all of the first lie below them. Where some others are tied with a value below that largest one, the
    search leaves these at -1/n.
    """
    pairs = np.sign(np.subtract.outer(first, second))
    n, m = pairs.shape
    centre = pairs.mean() * ((n * m - 1) / (n * m) if abs(pairs.mean()) == 1 else 1)
    columns = pairs.mean(axis=0)
    if np.isin(second, first[first < first.max()]).any():
        columns[second > first.max()] = -1 / n
    spread = m**2 * ((pairs.mean(axis=1) - centre) ** 2).sum() + n**2 * ((columns - centre) ** 2).sum()
    return float((spread - ((pairs - centre) ** 2).sum()) / (n * m * (n - 1) * (m - 1)))


SLIPS = {"airquality_Ozone_Month": 6, "InsectSprays": 3, "PlantGrowth": 0, "ToothGrowth_len_dose": 2}


@pytest.mark.parametrize("key", SETS)
def test_cliffs_delta(key: str) -> None:
    values, groups = sample(key)
    theirs = expected("05_tests")[key]["cliff_delta"]
    samples = dict(zip(*(lambda g: (g.names, g.samples))(group(values, groups)), strict=True))
    pairs = [(samples[r["group1"]], samples[r["group2"]]) for r in theirs]
    deltas = [cliff_delta(*pair) for pair in pairs]
    compare("statistics.dominance.cliff_delta", "R effsize 0.8.1", f"cliff.delta: {key}", ours=[d.value for d in deltas], theirs=[r["delta"] for r in theirs], tolerance=1e-10)  # fmt: skip
    # Why some variances differ: a slip in effsize's search (see `effsize_variance`), which its own return.dm = TRUE does not make. With the slip all 31 of its variances come out; ours is without.
    slipped = [effsize_variance(*pair) for pair in pairs]
    compare("statistics.dominance.cliff_delta", "R effsize 0.8.1", f"cliff.delta, variance, its slip made in the test: {key}", ours=slipped, theirs=[r["var"] for r in theirs], tolerance=1e-12)  # fmt: skip
    same = [i for i, d in enumerate(deltas) if abs(d.variance - slipped[i]) < 1e-12]
    assert len(theirs) - len(same) == SLIPS[key]
    for quantile, tail in (("t", ""), ("normal", "_normal")):
        ours = [cliff_delta(*pairs[i], quantile=quantile) for i in same]
        compare("statistics.dominance.cliff_delta", "R effsize 0.8.1", f"cliff.delta, interval ({quantile}), the {len(same)} of {len(theirs)} pairs without the slip: {key}", ours=[[d.low, d.high] for d in ours], theirs=[[theirs[i][f"ci_{end}{tail}"] for end in ("lo", "hi")] for i in same], tolerance=1e-10)  # fmt: skip


def test_adjusted_p() -> None:
    theirs = expected("05_tests")["p_adjust"]
    for method, name in (("holm", "holm"), ("bh", "BH"), ("by", "BY"), ("bonferroni", "bonferroni"), ("hochberg", "hochberg"), ("hommel", "hommel")):  # fmt: skip
        compare("statistics.nonparametric.adjust", "R 4.2.2", f'p.adjust("{name}")', ours=adjust(theirs["p"], method=method), theirs=theirs[name], tolerance=1e-12)  # fmt: skip


def test_adjusted_p_with_gaps() -> None:
    theirs = expected("05_tests")["p_adjust"]
    p = [0.001, 0.008, 0.039, 0.041, 0.042, None]
    for method, name in (("holm", "holm"), ("bh", "BH")):
        other = [np.nan if v is None else v for v in theirs[f"{name}_with_NA"]]
        compare("statistics.nonparametric.adjust", "R 4.2.2", f'p.adjust("{name}"), a gap among them', ours=adjust(p, method=method), theirs=other, tolerance=1e-12)  # fmt: skip


@pytest.mark.parametrize("key", SETS)
def test_dunn_against_rstatix_and_fsa(key: str) -> None:
    values, groups = sample(key)
    theirs = expected("05_tests")[key]
    pairs = {(p.first, p.second): p for p in dunn(values, groups)}
    for name in ("none", "holm", "BH"):
        rows_of = theirs["dunn_rstatix"][name]
        ours = [(pairs[r["group1"], r["group2"]], r) for r in rows_of]
        if name == "none":
            compare("statistics.nonparametric.dunn", "R rstatix 0.7.2", f"dunn_test, p, and z with its sign turned: {key}", ours=[[-p.z, p.p] for p, _ in ours], theirs=[[r["statistic"], r["p"]] for _, r in ours], tolerance=1e-9)  # fmt: skip
            continue
        adjusted = {(p.first, p.second): p.p_adjusted for p in dunn(values, groups, adjustment=name.lower())}
        compare("statistics.nonparametric.dunn", "R rstatix 0.7.2", f'dunn_test("{name}"): {key}', ours=[adjusted[r["group1"], r["group2"]] for r in rows_of], theirs=[r["p.adj"] for r in rows_of], tolerance=1e-9)  # fmt: skip
    fsa = [(pairs[tuple(r["Comparison"].split(" - "))], r) for r in theirs["dunn_FSA_twosided"]["none"]]
    compare("statistics.nonparametric.dunn", "R FSA 0.10.0", f"dunnTest, z and p before adjustment (its Holm and BH are not R's p.adjust): {key}", ours=[[p.z, p.p] for p, _ in fsa], theirs=[[r["Z"], r["P.unadj"]] for _, r in fsa], tolerance=1e-9)  # fmt: skip


def test_kappas() -> None:
    theirs, table = expected("06_agreement"), rows("06_agreement", "vision_table.csv")
    grades = list(dict.fromkeys(r["Var1"] for r in table))
    assert [g.lower() for g in grades] == [
        "1st grade",
        "2nd grade",
        "3rd grade",
        "4th grade",
    ]  # in their order, which the weights need
    counts = np.zeros((len(grades), len(grades)))
    for r in table:
        counts[grades.index(r["Var1"]), grades.index(r["Var2"])] = float(r["Freq"])
    for weights, name in (("none", "unweighted"), ("linear", "equal"), ("quadratic", "squared")):
        ours, vcd, irr = weighted_kappa(counts, weights=weights), theirs["vcd_kappa_vision"], theirs["kappa2"]["vision"][name]  # fmt: skip
        compare("statistics.agreement.weighted_kappa", "R vcd 1.4-11", f"Kappa, {name}: value, ASE, interval", ours=[ours.value, ours.standard_error, ours.low, ours.high], theirs=[vcd[name]["value"], vcd[name]["ASE"], *vcd[f"ci_{name}"]], tolerance=1e-10)  # fmt: skip
        compare("statistics.agreement.weighted_kappa", "R irr 0.84.1", f"kappa2, {name}: z", ours=ours.value / ours.null_error, theirs=irr["statistic"], tolerance=1e-10)  # fmt: skip
    psych, plain = theirs["psych_kappa_vision"], weighted_kappa(counts, weights="none")
    compare("statistics.agreement.weighted_kappa", "R psych 2.2.9", "cohen.kappa: value and variance unweighted, value weighted by squares (its variance of that one is another)", ours=[plain.value, plain.standard_error**2, weighted_kappa(counts, weights="quadratic").value], theirs=[psych["kappa"], psych["var.kappa"], psych["weighted_kappa_squared"]], tolerance=1e-10)  # fmt: skip
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
