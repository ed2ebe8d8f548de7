"""Weights from published matrices of judgements against R's eigen().

Reference: R 4.2.2 (Debian 12), `eigen(matrix)`; weights by the other methods, CI, CR by three tables of random indices, GCI and Koczkodaj's index computed in R from
their definitions. Matrices: Saaty's school (1980) and drinks (2008), and four small ones.
"""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from recording import compare

from hmsurvey.statistics.ahp import ahp, composite
from hmsurvey.statistics.judgements import RANDOM_INDEX

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles")) / "09_ahp"
R = "R 4.2.2"

pytestmark = pytest.mark.skipif(
    not ORACLES.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)

NAMES = sorted(path.stem.removeprefix("matrix_") for path in ORACLES.glob("matrix_*.csv"))
TABLES = {"CR_saaty1980": "saaty_1980", "CR_saaty_ri_0.52": "saaty_2001", "CR_alonso_lamata": "alonso_lamata_2006"}
METHODS = {
    "weights_eigen": "eigenvector",
    "weights_geometric_mean": "geometric_mean",
    "weights_column_normalised_mean": "column_mean",
    "weights_harmonic": "harmonic",
    "weights_row_sum": "row_sum",
}
TOLERANCE = 1e-10


def matrix(name: str) -> list[list[float]]:
    with (ORACLES / f"matrix_{name}.csv").open(encoding="utf-8", newline="") as file:
        return [[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]]


def expected(name: str) -> dict[str, object]:
    return json.loads((ORACLES / "expected.json").read_text(encoding="utf-8"))[name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", METHODS)
def test_weights(name: str, key: str) -> None:
    theirs = list(expected(name)[key].values())
    ours = ahp(matrix(name), method=METHODS[key]).weights
    compare(f"statistics.ahp.ahp(method={METHODS[key]!r})", R, "eigen()" if key == "weights_eigen" else "definition", ours=ours, theirs=theirs, tolerance=TOLERANCE)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_consistency(name: str) -> None:
    want = expected(name)
    for key, table in TABLES.items():
        if want[key] is not None:
            found = ahp(matrix(name), random_index=table)
            compare(
                f"statistics.ahp.ahp(random_index={table!r}).cr",
                R,
                "eigen()",
                ours=found.cr,
                theirs=want[key],
                tolerance=TOLERANCE,
            )
    found = ahp(matrix(name))
    compare(
        "statistics.ahp.ahp().lambda_max",
        R,
        "eigen()",
        ours=found.lambda_max,
        theirs=want["lambda_max"],
        tolerance=TOLERANCE,
    )
    compare("statistics.ahp.ahp().ci", R, "eigen()", ours=found.ci, theirs=want["CI"], tolerance=TOLERANCE)
    compare("statistics.ahp.ahp().gci", R, "definition", ours=found.gci, theirs=want["GCI"], tolerance=TOLERANCE)
    compare(
        "statistics.ahp.ahp().koczkodaj",
        R,
        "definition",
        ours=found.koczkodaj,
        theirs=want["koczkodaj"],
        tolerance=TOLERANCE,
    )
    by_rows, by_columns = ahp(matrix(name), method="geometric_mean"), ahp(matrix(name), method="column_mean")
    compare("statistics.ahp.ahp(method='geometric_mean').lambda_max", R, "definition", ours=by_rows.lambda_max, theirs=want["lambda_from_gm"], tolerance=TOLERANCE)  # fmt: skip
    compare("statistics.ahp.ahp(method='column_mean').lambda_max", R, "definition", ours=by_columns.lambda_max, theirs=want["lambda_from_colnorm"], tolerance=TOLERANCE)  # fmt: skip
    compare("statistics.ahp.ahp(method='column_mean').cr", R, "definition", ours=by_columns.cr, theirs=want["CR_from_colnorm_saaty1980"], tolerance=TOLERANCE)  # fmt: skip


def test_overall_priorities_of_the_school() -> None:
    criteria = ahp(matrix("school_criteria")).weights
    below = ["learning", "friends", "life", "voc", "college", "music"]
    table = np.column_stack([ahp(matrix(f"school_{name}")).weights for name in below])
    for mode, theirs in expected("school_overall").items():
        found = composite(criteria, table, mode=mode)
        compare(f"statistics.ahp.composite(mode={mode!r})", R, "eigen(), weighted sum", ours=found, theirs=list(theirs.values()), tolerance=TOLERANCE)  # fmt: skip


def test_tables_of_random_indices() -> None:
    columns = {"RI_saaty1980": "saaty_1980", "RI_alonso_lamata2006": "alonso_lamata_2006", "RI_saaty2001": "saaty_2001"}
    with (ORACLES / "random_index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for column, table in columns.items():
        theirs = [float(row[column]) for row in rows if row[column]]
        compare(f"statistics.judgements.RANDOM_INDEX[{table!r}]", "published table", column, ours=RANDOM_INDEX[table], theirs=theirs, tolerance=1e-12)  # fmt: skip
