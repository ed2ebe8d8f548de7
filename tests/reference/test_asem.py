"""The whole ASEM framework against COINr: 51 countries, 49 indicators, 8 pillars, 2 sub-indices, 1 index; 63 cells missing.

Reference: R package COINr 1.1.14 (MIT, (c) 2022 William Becker), R 4.2.2:
`new_coin(ASEM_iData, ASEM_iMeta)`, `Normalise(dset = "Raw", ...)`, `Aggregate(dset = "Normalised", f_ag = ...)`, equal weights. Data: Joint
Research Centre, European Commission. The codebook and the system are written here from `iMeta.csv`. A part of it that needs no
other folder is tests/indices/asem.
"""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hmsurvey.codebook import read_codebook
from hmsurvey.indicators import read_system
from hmsurvey.scoring import Scores, score
from hmsurvey.survey import read_survey

ROOT = Path(__file__).resolve().parents[2]
ORACLES = Path(os.environ.get("HMSURVEY_ORACLES", ROOT.parent / "shared" / "oracles")) / "01_asem"

pytestmark = pytest.mark.skipif(
    not ORACLES.is_dir(), reason="no reference results: set HMSURVEY_ORACLES to their folder"
)

MINMAX = '{ method = "minmax", to = [0, 100] }'
MINMAX_FROM_1 = '{ method = "minmax", to = [1, 100] }'
ZSCORE = '{ method = "zscore", to = [0, 1] }'
ZSCORE_100 = '{ method = "zscore", to = [100, 10] }'
RANK = '{ method = "rank" }'
PERCENTILE = '{ method = "percentile" }'

PIPELINES = {
    "minmax0100_amean": (MINMAX, "arithmetic"),
    "minmax1100_gmean": (MINMAX_FROM_1, "geometric"),
    "minmax1100_hmean": (MINMAX_FROM_1, "harmonic"),
    "zscore01_amean": (ZSCORE, "arithmetic"),
    "zscore100_10_gmean": (ZSCORE_100, "geometric"),
    "rank_amean": (RANK, "arithmetic"),
    "prank_amean": (PERCENTILE, "arithmetic"),
}


def rows(name: str) -> list[dict[str, str]]:
    with (ORACLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(name: str) -> pd.DataFrame:
    return pd.DataFrame(rows(name)).set_index("uCode").replace("", np.nan).astype(float)


def score_asem(folder: Path, method: str, aggregate: str) -> Scores:
    """Write the framework as definition files and score the raw data with them."""
    meta = [row for row in rows("iMeta.csv") if row["Type"] in ("Indicator", "Aggregate")]
    leaves = [row for row in meta if row["Type"] == "Indicator"]
    quoted = json.dumps
    book = ['kind = "codebook"', 'id = "asem"', 'version = "1"', 'en = "ASEM"', "question = ["]
    book += ['  { code = "uCode", kind = "text" },']
    book += [f'  {{ code = "{row["iCode"]}", kind = "number", en = {quoted(row["iName"])} }},' for row in leaves]
    book += ["]", "[roles]", 'id = "uCode"']
    system = ['kind = "system"', 'id = "asem"', 'version = "1"', 'en = "ASEM"', "indicator = ["]
    for row in leaves:
        direction = "negative" if row["Direction"] == "-1" else "positive"
        system.append(
            f'  {{ code = "{row["iCode"]}", in = "{row["Parent"]}", weight = {row["Weight"]}, direction = "{direction}", normalise = {method} }},'
        )
    system += ["]", "node = ["]
    for row in meta:
        if row["Type"] == "Aggregate":
            parent = f'in = "{row["Parent"]}", ' if row["Parent"] else ""
            system.append(
                f'  {{ code = "{row["iCode"]}", {parent}weight = {row["Weight"]}, aggregate = "{aggregate}" }},'
            )
    system += ["]", "[policy]", 'missing = "drop"']
    (folder / "codebook.toml").write_text("\n".join(book), encoding="utf-8")
    (folder / "system.toml").write_text("\n".join(system), encoding="utf-8")
    with (folder / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        columns = ["uCode", *(row["iCode"] for row in leaves)]
        writer.writerow(columns)
        writer.writerows([row[column] for column in columns] for row in rows("iData.csv"))
    codebook = read_codebook(folder / "codebook.toml")
    return score(read_survey(folder / "answers.csv", codebook), read_system(folder / "system.toml", codebook))


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_scores_of_every_aggregate(tmp_path: Path, pipeline: str) -> None:
    expected = table(f"scores_raw_{pipeline}_eq.csv")
    found = score_asem(tmp_path, *PIPELINES[pipeline]).values.loc[expected.index, expected.columns]
    assert expected.shape == (51, 11)
    np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), rtol=0, atol=1e-9)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_ranks_of_every_aggregate(tmp_path: Path, pipeline: str) -> None:
    expected = table(f"ranksTol9_raw_{pipeline}_eq.csv")
    found = score_asem(tmp_path, *PIPELINES[pipeline]).values.loc[expected.index, expected.columns]
    ranks = found.round(9).rank(ascending=False, method="min")
    np.testing.assert_array_equal(ranks.to_numpy(), expected.to_numpy())


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("minmax0100", MINMAX),
        ("minmax1100", MINMAX_FROM_1),
        ("zscore01", ZSCORE),
        ("zscore100_10", ZSCORE_100),
        ("rank", RANK),
        ("prank", PERCENTILE),
    ],
)
def test_normalised_indicators(tmp_path: Path, name: str, method: str) -> None:
    expected = table(f"normalised_raw_{name}.csv")
    found = score_asem(tmp_path, method, "arithmetic").points.loc[expected.index, expected.columns]
    assert int(expected.isna().sum().sum()) == 63
    np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), rtol=0, atol=1e-9)
