"""A digest holds tables about groups that add up, and nothing through which a single unit could be reached."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hmsurvey.analysis.carriers import tabulate_carriers
from hmsurvey.analysis.digest import Digest, digest_of, is_dominated
from hmsurvey.analysis.tabulation import tabulate_needs
from hmsurvey.errors import UsageError
from hmsurvey.study import Analysis, analyse, read_study
from tests.small_study import HOSTILE, small_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def digest(analysis: Analysis) -> Digest:
    return digest_of(analysis)


def everything_in(thing: object, seen: set[int]) -> list[object]:
    """Walk every attribute, item and cell that can be reached."""
    if id(thing) in seen:
        return []
    seen.add(id(thing))
    inside: list[object] = []
    if isinstance(thing, pd.DataFrame):
        inside = [*thing.columns, *thing.index, *thing.to_numpy(dtype=object).ravel()]
    elif isinstance(thing, Mapping):
        inside = [*thing, *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset):
        inside = list(thing)
    elif dataclasses.is_dataclass(thing):
        inside = [getattr(thing, field.name) for field in dataclasses.fields(thing)]
    return [thing, *(one for part in inside for one in everything_in(part, seen))]


def test_no_unit_can_be_reached(tmp_path: Path) -> None:
    analysis = small_study(tmp_path, names=HOSTILE)
    reached = everything_in(digest_of(analysis), set())
    kinds = {type(thing).__name__ for thing in reached}
    assert not kinds & {
        "Analysis",
        "SurveyResult",
        "Survey",
        "Answers",
        "Scores",
        "Stages",
        "SurveyPlan",
        "Study",
        "PosixPath",
    }
    texts = {thing for thing in reached if isinstance(thing, str)}
    assert not texts & ({*HOSTILE} | {f"u{n}" for n in range(1, 6)})
    assert "东市" in texts  # the walk does reach cells


def test_every_city_has_its_row_in_every_table(digest: Digest) -> None:
    cities = list(digest["coverage"].frame["group"])
    for kind in ("stages", "shares", "reached", "needs_by_city"):
        assert list(dict.fromkeys(digest[f"{kind}_index"].frame["group"])) == cities
    silent = digest["stages_index"].frame.set_index("group").loc["210800"]
    assert silent["n"] == 0 and np.isnan(silent["share_low_pct"])


def test_the_tables_add_up(digest: Digest, analysis: Analysis) -> None:
    for topic in digest.topics:
        stages = digest[f"stages_{topic.code}"].frame.set_index("group")
        counts = stages.filter(regex="^n_")
        assert (counts.sum(axis=1) == stages["n"]).all()
        assert (counts.drop(index="all").sum() == counts.loc["all"]).all()
        assert (digest["coverage"].frame.set_index("group")[f"n_usable_{topic.code}"] == stages["n"]).all()
        needs = digest[f"needs_by_city_{topic.code}"].frame
        whole = needs[needs["group"] == "all"][["need", "n_below", "n_unmet"]].reset_index(drop=True)
        expected = tabulate_needs(analysis[topic.code]).frame[["need", "n_below", "n_unmet"]]
        pd.testing.assert_frame_equal(whole, expected)
        pd.testing.assert_frame_equal(whole, digest[f"needs_{topic.code}"].frame[["need", "n_below", "n_unmet"]])
        parts = needs[needs["group"] != "all"].groupby("need", sort=False)[["n_below", "n_unmet"]].sum().reset_index()
        pd.testing.assert_frame_equal(parts, whole)
    by_city = digest["carriers_by_city_questionnaire"].frame
    levels = ["n_0", "n_1", "n_2", "n_3"]
    assert (by_city[levels].sum(axis=1) == by_city["n_answered"]).all()
    province = tabulate_carriers(analysis["questionnaire"]).frame[levels]
    assert (digest["carriers_questionnaire"].frame[levels].to_numpy() == province.to_numpy()).all()
    assert (by_city[by_city["group"] == "all"][levels].to_numpy() == province.to_numpy()).all()
    assert (
        by_city[by_city["group"] != "all"].groupby("question")[levels].sum().to_numpy() == province.to_numpy()
    ).all()


def test_options_are_of_those_who_were_all_asked(digest: Digest) -> None:
    frame = digest["options_questionnaire"].frame
    assert "filed.T01" not in set(frame["question"]) and "training" in set(frame["question"])
    assert np.allclose(frame["share_pct"], 100 * frame["n"] / frame["n_answered"])
    assert np.allclose(frame["share_of_all_pct"], 100 * frame["n"] / 293)


def test_bases_behind_means(digest: Digest) -> None:
    bases = digest.bases["areas_index"]
    assert (bases["total"].to_numpy() == digest["areas_index"].frame["n_scored"].to_numpy()).all()


def test_a_table_that_is_not_there_is_refused_by_name(digest: Digest) -> None:
    with pytest.raises(UsageError, match="The digest has no such table"):
        _ = digest["enterprises_index"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], False), ([0, 0, 0], False), ([90, 0, 0], True), ([90, 80, 9], False), ([90, 80, 8.9], True), ([50, 50, np.nan], True)],
)  # fmt: skip
def test_one_unit_behind_a_mean(values: list[float], expected: bool) -> None:
    assert is_dominated(np.array(values, dtype=float)) is expected
