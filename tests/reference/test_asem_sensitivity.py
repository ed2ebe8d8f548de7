"""Sensitivity analysis of the ASEM framework against COINr, and its weights varied with every country followed draw by draw.

Reference: R package COINr 1.1.14 (MIT, (c) 2022 William Becker), `get_sensitivity(SA_type = "SA", N = 100, Nboot = 100)`; the 600 runs and their results are given, so that no random
generator has to be matched. Data: Joint Research Centre, European Commission. Of the weights-only analysis the files are not kept; it is held here to a scoring of its own per draw.
"""

import csv
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from recording import compare
from test_asem import ORACLES as ASEM
from test_asem import score_asem

from hmsurvey.analysis.robustness import vary
from hmsurvey.codebook import read_codebook
from hmsurvey.errors import Text
from hmsurvey.indicators import read_system
from hmsurvey.rules import read_rule
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.statistics.sobol import sobol_indices
from hmsurvey.study import SurveyPlan, SurveyResult
from hmsurvey.survey import read_survey
from hmsurvey.variation import Factor, Variation

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles")) / "01_asem_sensitivity"

pytestmark = pytest.mark.skipif(
    not (ORACLES.is_dir() and ASEM.is_dir()), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)
RULE = """
kind = "rule"
id = "halves"
version = "1"
[[stage]]
code = "high"
needs = [{ code = "fifty", score = "Index", min = 50 }]
[[stage]]
code = "low"
needs = []
"""


def rows(name: str) -> list[dict[str, str]]:
    with (ORACLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_sobol_indices_of_the_given_runs() -> None:
    y = np.array([float(row["y_mean_abs_rank_shift"]) for row in rows("C_SA4_design_and_y.csv")])
    expected = rows("C_SA4_sobol.csv")
    parts = y.reshape(6, 100)  # A, B, AB1 ... AB4
    found = sobol_indices(parts[0], parts[1], parts[2:], replicates=1000, confidence=0.9)
    call = "get_sensitivity(SA_type = 'SA', N = 100, Nboot = 100)"
    for ours, column in ((found.first, "Si"), (found.total, "STi")):
        theirs = [float(row[column]) for row in expected]
        compare(
            "statistics.sobol.sobol_indices",
            "COINr 1.1.14",
            f"{call}: {column}",
            ours=ours,
            theirs=theirs,
            tolerance=1e-12,
        )
    limits = {
        "Si_q5": found.first_low,
        "Si_q95": found.first_high,
        "STi_q5": found.total_low,
        "STi_q95": found.total_high,
    }
    for column, ours in limits.items():
        theirs = [float(row[column]) for row in expected]
        compare(
            "statistics.sobol.sobol_indices",
            "COINr 1.1.14",
            f"{call}: {column} (random there and here)",
            ours=ours,
            theirs=theirs,
            tolerance=0.1,
        )


def asem_result(folder: Path) -> SurveyResult:
    score_asem(folder, '{ method = "minmax", to = [0, 100] }', "arithmetic")
    codebook = read_codebook(folder / "codebook.toml")
    survey = read_survey(folder / "answers.csv", codebook)
    system = read_system(folder / "system.toml", codebook)
    (folder / "rule.toml").write_text(RULE, encoding="utf-8")
    rule, scores = read_rule(folder / "rule.toml"), score(survey, system)
    plan = SurveyPlan("asem", Text("", ""), folder, folder, system, rule)
    return SurveyResult(plan, survey, scores, stage(survey, rule, scores=scores))


def test_weights_varied_as_coinr_varies_them(tmp_path: Path) -> None:
    """Weight times 1 + U(-0.25, 0.25) at two levels, not brought back to a sum; rank statistics against a loop over plain means in pandas."""
    result = asem_result(tmp_path)
    system = result.scores.system  # type: ignore[union-attr]
    upper = [n.code for n in system.nodes if n.code != "Index"]
    draws = np.random.default_rng(20240501).uniform(0.75, 1.25, (60, len(upper)))
    vectors = Factor(
        "w", Text("w", "w"), "vectors", of=tuple(upper), choices=tuple(map(tuple, draws.tolist())), together=True
    )
    found = vary(result, Variation("a", "1", Text("a", "a"), (vectors,)), draws=60)
    points, totals = result.scores.points, []  # type: ignore[union-attr]
    for weights in draws:
        weight, level = dict(zip(upper, weights, strict=True)), points
        for depth in (upper[:-2], upper[-2:], ["Index"]):
            columns = {}
            for code in depth:
                children = list(system.node(code).children)
                w = pd.Series({c: weight.get(c, 1.0) for c in children})
                there = level[children].notna()
                columns[code] = (level[children] * w).sum(axis=1) / (there * w).sum(axis=1)
            level = pd.DataFrame(columns)
        totals.append(level["Index"])
    table = pd.DataFrame(totals)
    call = "a loop over weighted means, 60 draws of the weights of 8 pillars and 2 sub-indices"
    for name, ours, theirs, near in (
        ("mean score", found.score_mean, table.mean(), 1e-9),
        ("sd of scores", found.score_sd, table.std(), 1e-9),
        (
            "rank counts",
            found.rank_counts,
            [
                np.bincount(r.astype(int), minlength=52)[1:]
                for r in table.round(9).rank(axis=1, ascending=False, method="min").to_numpy().T
            ],
            0.0,
        ),
    ):
        compare(
            "analysis.robustness.vary",
            f"pandas {pd.__version__}",
            f"{call}: {name}",
            ours=ours,
            theirs=np.asarray(theirs),
            tolerance=near,
        )
