"""The two real cases come out as their publishers have them, and a few units come out by hand.

The witness tests go from the raw CSV to the score without the engine and without the definition files' arithmetic.
"""

import csv
import hashlib
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from hmsurvey.study import Analysis, analyse, read_study

CASES = Path(__file__).resolve().parents[1] / "cases"
NAMES = ("govtech_maturity", "nara_format_risk")
SECTIONS = tuple(f"section_{n}" for n in range(1, 9))


@pytest.fixture(scope="module")
def govtech() -> Analysis:
    return analyse(read_study(CASES / "govtech_maturity" / "study.toml"))


@pytest.fixture(scope="module")
def nara() -> Analysis:
    return analyse(read_study(CASES / "nara_format_risk" / "study.toml"))


def reproduced(analysis: Analysis) -> pd.DataFrame:
    assert analysis.reproduction is not None
    return analysis.reproduction.frame.set_index("what")


def read_rows(case: str, name: str, key: str) -> dict[str, dict[str, str]]:
    with (CASES / case / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("case", NAMES)
def test_a_case_is_data_only(case: str) -> None:
    files = sorted(path.relative_to(CASES / case).as_posix() for path in (CASES / case).rglob("*") if path.is_file())
    assert files == [
        "README.md",
        "codebook.toml",
        "data/answers.csv",
        "data/answers.source.toml",
        "data/published.csv",
        "data/published.source.toml",
        "rule.toml",
        "study.toml",
        "system.toml",
    ]


@pytest.mark.parametrize("case", NAMES)
@pytest.mark.parametrize("name", ["answers", "published"])
def test_cards_name_the_licence_and_fit_the_file(case: str, name: str) -> None:
    card = tomllib.loads((CASES / case / "data" / f"{name}.source.toml").read_text(encoding="utf-8"))
    assert card["kind"] == "real"
    assert card["licence"] == {"govtech_maturity": "CC BY 4.0", "nara_format_risk": "CC0 1.0"}[case]
    assert card["sha256"] == hashlib.sha256((CASES / case / "data" / f"{name}.csv").read_bytes()).hexdigest()


def test_readmes_carry_attribution_and_disclaimers() -> None:
    world_bank = (CASES / "govtech_maturity" / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in world_bank
    assert "Changes:" in world_bank
    assert "not an official World Bank translation" in " ".join(world_bank.split())
    national_archives = (CASES / "nara_format_risk" / "README.md").read_text(encoding="utf-8")
    assert "NARA does not endorse this project" in national_archives


@pytest.mark.parametrize("case", NAMES)
def test_answers_are_read_without_a_finding(case: str, request: pytest.FixtureRequest) -> None:
    analysis: Analysis = request.getfixturevalue({"govtech_maturity": "govtech", "nara_format_risk": "nara"}[case])
    (result,) = analysis.results.values()
    assert result.survey.findings == ()
    assert analysis.provenance.kind == "real"
    assert analysis.study.units == "public"


# GovTech


def test_govtech_is_reproduced(govtech: Analysis) -> None:
    table = reproduced(govtech)
    assert list(table.index) == ["PSDI", "DCEI", "GTEI", "total", "CGSI", "stage"]
    assert table["n_published"].tolist() == [198] * 6
    assert table["given"].tolist() == [False] * 4 + [True, False]
    assert table["n_equal"][~table["given"]].tolist() == [198] * 5
    assert table["n_equal"].isna()["CGSI"], "taken as published, so nothing to count"
    assert table["largest_difference"].drop("stage").max() <= 1e-9
    assert set(table["survey"]) == {"govtech"}


def test_govtech_groups(govtech: Analysis) -> None:
    counts = govtech["govtech"].stages.stage.value_counts()
    assert counts.to_dict() == {"A": 69, "B": 46, "C": 53, "D": 30, "unstaged": 0}


def test_govtech_takes_cgsi_as_published(govtech: Analysis) -> None:
    published = read_rows("govtech_maturity", "published", "unit")
    points = govtech["govtech"].scores.points["CGSI"]
    assert all(points[unit] == float(row["CGSI"]) for unit, row in published.items())


# Maxima: PSDI 103 points, DCEI 54.5, GTEI 201.5; an outside index weighs 12, 6, 12 and 12.
OUTSIDE = {"PSDI": {"I-18": 12}, "DCEI": {"I-27": 6}, "GTEI": {"I-43": 12, "I-44": 12}}
FULL = {"PSDI": 103, "DCEI": 54.5, "GTEI": 201.5}


def test_an_outside_index_that_is_missing_leaves_the_denominator(govtech: Analysis) -> None:
    """Palau: its answers in GTEI, one by one, over 201.5 less the 12 of the cybersecurity index it does not have."""
    row = read_rows("govtech_maturity", "answers", "unit")["PLW"]
    assert row["I-43"] == ""
    twelve = 12 * float(row["I-44"])
    per_level = {6: "I-33 I-34 I-36 I-45 I-46 I-47", 3: "I-37 I-38 I-39 I-35 I-42", 1: "I-40 I-41", 4.5: "I-48"}
    key = sum(points * int(row[code]) for points, codes in per_level.items() for code in codes.split())
    some = (
        "I-33.4 I-33.5 I-33.6 I-33.8 I-33.9 I-34.4 I-34.5 I-34.6 I-36.2 I-36.3 I-37.3 I-38.4 I-42.3 I-42.4 I-42.5 I-45.4 I-45.5 "
        "I-45.5.1 I-45.5.3 I-45.6 I-46.4 I-46.4.1 I-46.4.3 I-47.4 I-47.5 I-47.5.1 I-48.4 I-48.5 I-48.6"
    )
    sub = sum(int(row[code]) > 0 for code in some.split())
    two = sum(2 * int(row[code]) for code in ["I-33.10", "I-34.7", "I-36.4", "I-45.7", "I-46.5", "I-47.6"])
    one = sum(int(row[code]) for code in ["I-37.4", "I-38.5", "I-39.4", "I-42.6", "I-48.7"])
    by_hand = (twelve + key + sub + two + one) / (201.5 - 12)
    published = read_rows("govtech_maturity", "published", "unit")["PLW"]
    assert by_hand == pytest.approx(float(published["GTEI"]), abs=1e-12)
    assert govtech["govtech"].scores.values.at["PLW", "GTEI"] == pytest.approx(by_hand, abs=1e-12)


def test_the_denominators_of_economies_without_outside_indices(govtech: Analysis) -> None:
    """Points earned over the published score give the denominator that the publisher must have used."""
    answers = read_rows("govtech_maturity", "answers", "unit")
    published = read_rows("govtech_maturity", "published", "unit")
    scores = govtech["govtech"].scores
    without = {
        unit: [code for code in ("I-18", "I-27", "I-43", "I-44") if not row[code]] for unit, row in answers.items()
    }
    assert {unit: codes for unit, codes in without.items() if codes} == {
        "HKG": ["I-18", "I-27", "I-43", "I-44"],
        "KSV": ["I-18", "I-27", "I-43", "I-44"],
        "MAC": ["I-18", "I-27", "I-43", "I-44"],
        "TWN": ["I-18", "I-27", "I-43", "I-44"],
        "WBG": ["I-18", "I-27", "I-44"],
        "PLW": ["I-43"],
    }
    for unit in ("HKG", "KSV", "MAC", "TWN", "WBG", "PLW", "AFG"):
        for component, outside in OUTSIDE.items():
            children = scores.system.node(component).children
            earned = scores.points.loc[unit, list(children)].sum()
            expected = FULL[component] - sum(points for code, points in outside.items() if code in without[unit])
            assert earned / float(published[unit][component]) == pytest.approx(expected, abs=1e-9)


def test_the_index_is_the_mean_of_four_and_meets_the_cut_offs_unrounded(govtech: Analysis) -> None:
    published = read_rows("govtech_maturity", "published", "unit")
    totals, stages = govtech["govtech"].scores.total, govtech["govtech"].stages.stage
    for unit, row in published.items():
        mean = sum(float(row[code]) for code in ("CGSI", "PSDI", "DCEI", "GTEI")) / 4
        assert totals[unit] == pytest.approx(mean, abs=1e-9)
        assert stages[unit] == ("A" if mean >= 0.75 else "B" if mean >= 0.5 else "C" if mean >= 0.25 else "D")


# NARA


def test_nara_is_reproduced(nara: Analysis) -> None:
    table = reproduced(nara)
    assert list(table.index) == [*SECTIONS, "rating", "stage"]
    assert table["n_published"].tolist() == [709] * 10
    assert table["n_equal"].tolist() == [709] * 10
    assert table["largest_difference"].drop("stage").max() == 0


def test_formats_without_answers_are_unstaged(nara: Analysis) -> None:
    stages = nara["formats"].stages.stage
    unstaged = set(stages.index[stages == "unstaged"])
    answers = read_rows("nara_format_risk", "answers", "format_id")
    assert unstaged == {unit for unit, row in answers.items() if row["unspecified_version"] == "1"}
    assert len(unstaged) == 49
    assert nara["formats"].scores.values.loc[sorted(unstaged)].isna().all(axis=None)
    assert stages.cat.categories.tolist() == ["high_risk", "moderate_risk", "low_risk", "unstaged"]


def test_a_format_by_hand(nara: Analysis) -> None:
    """NF00380, 32-bit Portable Executable: every answer's points from NARA's weights file."""
    row = read_rows("nara_format_risk", "answers", "format_id")["NF00380"]
    assert [row[code] for code in ("q1_1", "q1_2", "q1_3", "q1_4")] == ["Yes", "Yes", "No", "2024"]
    scores = nara["formats"].scores
    by_hand = [
        -1 + 2 - 1,  # proprietary; open specification; not approved by a standards body; the year is not counted
        0 - 1 - 2,  # use unknown; not maintained; to be avoided
        -1 + 2 - 1 - 1 + 1 + 0,  # binary; signature; compression; lossy; no embedded data; n/a
        -2 - 1,  # metadata unknown, twice
        2 + 2,  # no special hardware, no playback device
        2 + 1 - 4 + 2 + 1,  # renderers; one open source; plug-ins; several systems; current software
        -2 - 2,  # patents unknown; no open licence
        2 + 0 + 2,  # no encryption; n/a; no protection measures
    ]
    assert by_hand == [0, -3, 0, -3, 4, 2, -4, 4]
    assert scores.values.loc["NF00380", list(SECTIONS)].tolist() == by_hand
    assert scores.total["NF00380"] == sum(by_hand) == 0
    assert nara["formats"].stages.stage["NF00380"] == "moderate_risk"


def test_the_year_is_valued_and_shown_but_not_counted(nara: Analysis) -> None:
    years = read_rows("nara_format_risk", "answers", "format_id")
    points = nara["formats"].scores.points["q1_4"]
    for unit, row in years.items():
        year = int(row["q1_4"] or 0)
        assert points[unit] == (0 if year >= 2021 else -2 if year >= 2011 else -4)
    assert {points["NF00380"], points["NF00882"]} == {0, -2}  # 2024, 2015


def test_what_the_documented_sums_would_change(nara: Analysis) -> None:
    """With 1.4 counted, as the weights file has it, 111 ratings and 653 levels of 709 stay the same."""
    values, stages = nara["formats"].scores.values, nara["formats"].stages.stage
    staged = stages.index[stages != "unstaged"]
    documented, published = values.loc[staged, "rating_documented"], values.loc[staged, "rating"]
    assert int((documented == published).sum()) == 111
    levels = documented.map(lambda r: "low_risk" if r >= 23 else "moderate_risk" if r >= -22 else "high_risk")
    moved = pd.crosstab(stages[staged].astype(str), levels)
    assert int((levels == stages[staged].astype(str)).sum()) == 653
    assert moved.at["low_risk", "moderate_risk"] == 38
    assert moved.at["moderate_risk", "high_risk"] == 18
