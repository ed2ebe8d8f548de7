"""Alpha, omega, factorability and loadings against psych and lavaan on the bfi items.

Reference: R packages psych 2.2.9 (`alpha`, `KMO`, `cortest.bartlett`, `fa`, `omega`) and lavaan 0.6-14 (one-factor model), R 4.2.2; data: bfi of psychTools, read
from the folder of reference results and not kept here.
"""

import csv
import json
import os
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from recording import compare

from hmsurvey.statistics.factors import extract, factorability, omega_schmid_leiman
from hmsurvey.statistics.reliability import alpha, omega_composite, reverse

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles")) / "03_psychometrics"

pytestmark = pytest.mark.skipif(
    not ORACLES.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)

NAMES = [f"{scale}{i}" for scale in "ACENO" for i in range(1, 6)]
SCALES = {"A": slice(0, 5), "C": slice(5, 10), "N": slice(15, 20)}
PSYCH, LAVAAN = "R psych 2.2.9", "R lavaan 0.6-14"


@pytest.fixture(scope="module")
def expected() -> dict:
    return json.loads((ORACLES / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def raw() -> np.ndarray:
    with (ORACLES / "bfi.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return np.array([[float(row[n]) if row[n] not in ("", "NA") else np.nan for n in NAMES] for row in rows])


@pytest.fixture(scope="module")
def keyed(raw: np.ndarray) -> np.ndarray:
    turned = [NAMES.index(n) for n in ("A1", "C4", "C5", "E1", "E2", "O2", "O5")]
    return reverse(raw, turned, lowest=1, highest=6)


@pytest.mark.parametrize("scale", ["A", "C"])
@pytest.mark.parametrize("gaps", ["pairwise", "listwise"])
def test_alpha(expected: dict, keyed: np.ndarray, scale: str, gaps: str) -> None:
    ours, theirs = alpha(keyed[:, SCALES[scale]], gaps=gaps), expected[f"alpha_{gaps}"][scale]
    numbers = [ours.raw, ours.standardised, ours.low, ours.high, ours.average_r, *ours.if_dropped, *ours.item_rest]
    numbers += [*ours.means, *ours.deviations]
    total, feldt, items = theirs["total"], theirs["feldt"], theirs["item.stats"]
    other = [total["raw_alpha"], total["std.alpha"], feldt["lower.ci"], feldt["upper.ci"], total["average_r"]]
    other += [d["raw_alpha"] for d in theirs["alpha.drop"]]
    other += [item[key] for key in ("r.drop", "mean", "sd") for item in items]
    compare("statistics.reliability.alpha", PSYCH, f"alpha(), {gaps}, bfi {scale}", ours=numbers, theirs=other, tolerance=1e-10)  # fmt: skip


def test_an_item_keyed_the_wrong_way_is_found(expected: dict, raw: np.ndarray) -> None:
    ours = alpha(raw[:, SCALES["A"]], names=NAMES[:5], gaps="pairwise")
    theirs = expected["alpha_nokeys_A_raw_pairwise"]["total"]
    compare("statistics.reliability.alpha", PSYCH, "alpha(), items not turned round", ours=[ours.raw, ours.standardised], theirs=[theirs["raw_alpha"], theirs["std.alpha"]], tolerance=1e-10)  # fmt: skip
    assert ours.reversed_items == ("A1",)
    assert ours.raw < 0.44  # a scale with one item the wrong way round looks like no scale
    turned = alpha(reverse(raw[:, SCALES["A"]], [0], lowest=1, highest=6), names=NAMES[:5], gaps="pairwise")
    theirs = expected["alpha_checkkeys_A_raw"]["total"]
    compare("statistics.reliability.alpha", PSYCH, "alpha(check.keys = TRUE), ours after reverse()", ours=[turned.raw, turned.standardised, turned.average_r], theirs=[theirs["raw_alpha"], theirs["std.alpha"], theirs["average_r"]], tolerance=1e-10)  # fmt: skip
    assert turned.reversed_items == ()


@pytest.mark.parametrize("scale", ["A", "C"])
def test_composite_reliability(expected: dict, keyed: np.ndarray, scale: str) -> None:
    theirs = expected["cfa1"][scale]
    plain, standard = (omega_composite(keyed[:, SCALES[scale]], standardised=s) for s in (False, True))
    compare("statistics.reliability.omega_composite", LAVAAN, f"cfa, one factor, bfi {scale}", ours=[plain.value, standard.value], theirs=[theirs["omega_unstd"], theirs["omega_std"]], tolerance=1e-4)  # fmt: skip
    # lavaan divides by n, we by n - 1
    scaled = plain.loadings * np.sqrt((plain.n - 1) / plain.n)
    compare("statistics.reliability.omega_composite", LAVAAN, f"cfa, loadings, bfi {scale}", ours=scaled, theirs=list(theirs["loadings"].values()), tolerance=1e-4)  # fmt: skip
    compare("statistics.reliability.omega_composite", LAVAAN, f"cfa, standardised loadings, bfi {scale}", ours=standard.loadings, theirs=list(theirs["std_loadings"].values()), tolerance=1e-4)  # fmt: skip
    compare("statistics.reliability.omega_composite", LAVAAN, f"cfa, residual variances, bfi {scale}", ours=plain.residuals * (plain.n - 1) / plain.n, theirs=list(theirs["resid_var"].values()), tolerance=1e-4)  # fmt: skip
    assert plain.n == theirs["n"]


def test_factorability_of_pairwise_correlations(expected: dict, keyed: np.ndarray) -> None:
    ours = factorability(correlation_pairwise(keyed), n=len(keyed))
    kmo, bartlett = expected["kmo"]["bfi25_pairwise"], expected["bartlett"]["bfi25_pairwise_n2800"]
    compare("statistics.factors.factorability", PSYCH, "KMO(), pairwise correlations", ours=[ours.kmo, *ours.kmo_items], theirs=[kmo["MSA"], *kmo["MSAi"].values()], tolerance=1e-9)  # fmt: skip
    compare("statistics.factors.factorability", PSYCH, "cortest.bartlett(), pairwise correlations, n = 2800", ours=[ours.bartlett, ours.df], theirs=[bartlett["chisq"], bartlett["df"]], tolerance=1e-9, relative=True)  # fmt: skip


def correlation_pairwise(items: np.ndarray) -> np.ndarray:
    """Return what R calls cor(use = "pairwise"): means and spreads, too, over the units that have both."""
    k = items.shape[1]
    found = np.eye(k)
    for i in range(k):
        for j in range(i):
            both = ~np.isnan(items[:, [i, j]]).any(axis=1)
            found[i, j] = found[j, i] = np.corrcoef(items[both, i], items[both, j])[0, 1]
    return found


def complete(items: np.ndarray) -> np.ndarray:
    return items[~np.isnan(items).any(axis=1)]


@pytest.mark.parametrize("key", ["bfi25", "A", "N"])
def test_factorability(expected: dict, keyed: np.ndarray, key: str) -> None:
    items = complete(keyed[:, SCALES.get(key, slice(None))])
    ours, kmo, bartlett = factorability(np.corrcoef(items, rowvar=False), n=len(items)), expected["kmo"][key], expected["bartlett"][key]  # fmt: skip
    compare("statistics.factors.factorability", PSYCH, f"KMO(), bfi {key}", ours=[ours.kmo, *ours.kmo_items], theirs=[kmo["MSA"], *kmo["MSAi"].values()], tolerance=1e-9)  # fmt: skip
    compare("statistics.factors.factorability", PSYCH, f"cortest.bartlett(), bfi {key}", ours=[ours.bartlett, ours.df], theirs=[bartlett["chisq"], bartlett["df"]], tolerance=1e-9, relative=True)  # fmt: skip


@pytest.mark.parametrize("key", ["minres5_none", "minres5_varimax", "minres5_oblimin", "minres5_promax", "minres5_quartimax", "ml5_varimax", "pa5_varimax"])  # fmt: skip
def test_loadings(expected: dict, keyed: np.ndarray, key: str) -> None:
    method, rotation = key.split("5_")
    theirs = np.array([[float(v) for v in row.values()] for row in expected["fa"][f"bfi25_{key}"]["loadings"].values()])
    found, block = extract(np.corrcoef(complete(keyed), rowvar=False), 5, method=method, rotation=rotation), expected["fa"][f"bfi25_{key}"]  # fmt: skip
    # factors come in any order and with any sign
    orders = [(list(order), np.sign((found.loadings[:, order] * theirs).sum(axis=0))) for order in permutations(range(5))]  # fmt: skip
    order, sign = min(orders, key=lambda one: np.abs(found.loadings[:, one[0]] * one[1] - theirs).max())
    call = f"fa(nfactors = 5), {key.replace('5_', ', ')}, bfi"
    compare("statistics.factors.extract", PSYCH, call, ours=found.loadings[:, order] * sign, theirs=theirs, tolerance=1e-4)  # fmt: skip
    compare("statistics.factors.extract", PSYCH, f"{call}: uniquenesses", ours=found.uniquenesses, theirs=list(block["uniquenesses"].values()), tolerance=1e-4)  # fmt: skip
    compare("statistics.factors.extract", PSYCH, f"{call}: share of variance", ours=found.explained[order], theirs=list(block["Vaccounted"]["Proportion Var"].values()), tolerance=1e-4)  # fmt: skip
    assert found.freedom == block["dof"] and not found.note.en
    if block["Phi"]:
        phi = np.array([[float(v) for v in row.values()] for row in block["Phi"].values()] if isinstance(block["Phi"], dict) else block["Phi"])  # fmt: skip
        compare("statistics.factors.extract", PSYCH, f"{call}: correlations of factors", ours=found.phi[np.ix_(order, order)] * np.outer(sign, sign), theirs=phi, tolerance=1e-4)  # fmt: skip
    if method == "ml":
        compare("statistics.factors.extract", PSYCH, f"{call}: objective", ours=found.objective, theirs=block["objective"], tolerance=1e-8)  # fmt: skip


@pytest.mark.parametrize("scale", ["A", "C"])
def test_omega_of_three_factors_on_five_items_is_given_and_called_undetermined(expected: dict, keyed: np.ndarray, scale: str) -> None:  # fmt: skip
    theirs = expected["omega"][f"{scale}_nf3"]
    ours = omega_schmid_leiman(np.corrcoef(complete(keyed[:, SCALES[scale]]), rowvar=False), n_factors=3)
    compare("statistics.factors.omega_schmid_leiman", PSYCH, f"omega(nfactors = 3), bfi {scale}, 5 items (-2 degrees of freedom)", ours=[ours.total, ours.hierarchical], theirs=[theirs["omega.tot"], theirs["omega_h"]], tolerance=1e-3)  # fmt: skip
    assert ours.freedom == -2 and "many loadings fit as well" in ours.note.en


@pytest.mark.parametrize("scale", ["A", "C"])
def test_omega_of_one_factor(expected: dict, keyed: np.ndarray, scale: str) -> None:
    theirs = expected["omega"][f"{scale}_nf1"]
    ours = omega_schmid_leiman(np.corrcoef(complete(keyed[:, SCALES[scale]]), rowvar=False), n_factors=1)
    compare("statistics.factors.omega_schmid_leiman", PSYCH, f"omega(nfactors = 1), bfi {scale}", ours=[ours.total, ours.hierarchical], theirs=[theirs["omega.tot"], theirs["omega_h"]], tolerance=1e-3)  # fmt: skip
