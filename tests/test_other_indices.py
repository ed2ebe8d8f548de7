"""Other people's indices, each said in definition files alone: tests/indices/NAME holds codebook, system, rule and answers.

The expected values are published ones, or worked out by hand; the arithmetic stands beside them.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hmsurvey.codebook import read_codebook
from hmsurvey.indicators import read_system, reweight
from hmsurvey.scoring import Scores, score, scores_frame
from hmsurvey.staging import Stages, read_rule, stage
from hmsurvey.survey import Survey, read_survey

FOLDER = Path(__file__).parent / "indices"
NAN = float("nan")


@dataclass(frozen=True)
class Run:
    survey: Survey
    scores: Scores
    stages: Stages

    @property
    def frame(self) -> pd.DataFrame:
        return scores_frame(self.scores)

    def column(self, code: str) -> list[float]:
        return self.frame[code].tolist()

    @property
    def stage_of(self) -> dict[str, str]:
        return {unit: str(value) for unit, value in self.stages.stage.items()}


def run(name: str, weighting: str = "") -> Run:
    folder = FOLDER / name
    book = read_codebook(folder / "codebook.toml")
    system = read_system(folder / "system.toml", book)
    survey = read_survey(folder / "answers.csv", book)
    scores = score(survey, reweight(system, weighting) if weighting else system)
    return Run(survey, scores, stage(survey, read_rule(folder / "rule.toml"), scores=scores))


def same(found: list[float], expected: list[float], tolerance: float = 1e-9) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


def rollup_of(result: Run) -> dict[tuple[str, str], float]:
    """Weight of the units of each area at each stage, by the rule's [rollup]."""
    rule, answers = result.stages.rule, result.survey.answers
    areas = [
        result.survey.codebook.question(rule.rollup_by).options[place].code for place in answers.values[rule.rollup_by]
    ]
    weights = pd.Series(answers.values[rule.rollup_weight], index=result.stages.stage.index)
    return weights.groupby([areas, result.stages.stage.astype(str).to_numpy()]).sum().to_dict()


@pytest.mark.parametrize("name", sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))
def test_index_runs_without_a_finding(name: str) -> None:
    result = run(name)
    assert [f for f in result.survey.findings if f.level == "error"] == []
    assert len(result.stages.frame) == len(result.survey.answers)


# Human Development Index 2021, HDR 2021/22 (UNDP, CC BY 3.0 IGO): inputs and values as published; XA to XC are invented.
#   XA: life (53.23 - 20) / 65 = 0.511231, education and income 1: cube root 0.79959, rounded 0.800 *before* the cut-off, so very high
#   XB: no schooling at all: a zero makes the geometric mean zero
#   XC: expected years missing: no score, unstaged
HDI = {
    "CHE": (0.962, "very_high"),
    "NOR": (0.961, "very_high"),  # expected years 18.2 count as 18
    "HKG": (0.952, "very_high"),  # life expectancy 85.5 counts as 85; uncapped it would be 0.954
    "AUS": (0.951, "very_high"),  # expected years 21.1 count as 18; uncapped 0.979
    "LUX": (0.930, "very_high"),  # income 84,649 counts as 75,000
    "QAT": (0.855, "very_high"),
    "THA": (0.800, "very_high"),  # exactly the cut-off
    "CHN": (0.768, "high"),
    "PHL": (0.699, "medium"),
    "CIV": (0.550, "medium"),  # exactly the cut-off
    "TZA": (0.549, "low"),
    "SSD": (0.385, "low"),
    "XA": (0.800, "very_high"),
    "XB": (0.0, "low"),
    "XC": (NAN, "unstaged"),
}


def test_human_development_index() -> None:
    result = run("hdi")
    assert list(result.frame.index) == list(HDI)
    np.testing.assert_array_equal(result.frame["hdi"].to_numpy(), [value for value, _ in HDI.values()])
    assert result.stage_of == {unit: tier for unit, (_, tier) in HDI.items()}
    # China by hand: 14.2361149 / 18 = 0.790895, 7.600118446 / 15 = 0.506675: mean 0.648785
    assert result.frame.at["CHN", "education"] == pytest.approx(0.648785, abs=1e-6)
    # South Sudan: ln(767.787 / 100) / ln(750) = 2.038344 / 6.620073
    assert result.frame.at["SSD", "gni"] == pytest.approx(0.307904, abs=1e-6)


# UN E-Government Survey 2022: its method, with inputs in its manner. The arithmetic is what is tested: for Denmark (0.9797 + 0.9795 + 0.9559) / 3.
def test_e_government_development_index() -> None:
    result = run("egdi")
    same(result.column("EGDI"), [0.9717, 0.9533, 0.9529, 0.9410, 0.5883, 0.4525, 0.0852, 0.7500, 0.7500, NAN])
    # B: (0.75 + 0.75 + 0.7499) / 3 = 0.74997, shown and cut as 0.7500
    assert list(result.stage_of.values()) == ["very_high"] * 4 + [
        "high",
        "middle",
        "low",
        "very_high",
        "very_high",
        "unstaged",
    ]


def test_another_weighting_of_the_same_index() -> None:
    # Denmark: (2 x 0.9797 + 0.9795 + 0.9559) / 4 = 0.9737; India: (2 x 0.7934 + 0.3954 + 0.5761) / 4 = 0.639575
    found = run("egdi", "services_first").frame["EGDI"]
    assert (found["Denmark"], found["India"]) == (0.9737, 0.6396)


def test_assessment_with_two_tops() -> None:
    """Headers that are numbers, folded texts, partial credit, credit for n/a, a reversed item, points and percent."""
    result = run("assessment")
    # Alpha   A 10 + 10 + 5 + 5 = 30   B 10 (reversed: No) + 10 + 10 + 20 = 50
    # Beta    A 5 + 0 + 5 (n/a) + 5 (n/a) = 15   B 0 (reversed: Yes) + 4 + 0 + 3 = 7
    # Gamma   A 0 (not answered) + 10 + 5 + 0 (not answered) = 15   B 10 (n/a) + 10 + 10 + 0 = 30
    # Delta   nothing   Epsilon  as Alpha, with a register in part: 50 - 17 = 33
    same(result.column("A"), [30, 15, 15, 0, 30])
    same(result.column("B"), [50, 7, 30, 0, 33])
    same(result.column("points"), [80, 22, 45, 0, 63])
    same(result.column("percent"), [100, 27.5, 56.25, 0, 78.75])
    # each section as one: (15 / 30 + 7 / 50) / 2 = 0.32; (15 / 30 + 30 / 50) / 2 = 0.55; (1 + 33 / 50) / 2 = 0.83
    same(result.column("percent_by_section"), [100, 32, 55, 0, 83])
    # Epsilon has the percentage for gold, not the complete register
    assert result.stage_of == {
        "Alpha": "gold",
        "Beta": "bronze",
        "Gamma": "silver",
        "Delta": "none",
        "Epsilon": "silver",
    }


def test_households_staged_by_answers_and_rolled_up_to_districts() -> None:
    result = run("jmp_water")
    assert result.stage_of == {
        "h01": "safely_managed",
        "h02": "basic",  # contaminated
        "h03": "basic",  # exactly 30 minutes
        "h04": "limited",  # 31 minutes
        "h05": "unimproved",  # contamination is not asked there
        "h06": "surface_water",  # missing answers change nothing
        "h07": "unstaged",  # safely managed or basic: the water test is missing
        "h08": "basic",  # the test is missing here too, but without water when needed it decides nothing
        "h09": "unstaged",  # basic or limited: the minutes are missing
    }
    assert rollup_of(result) == {
        ("north", "safely_managed"): 4,
        ("north", "basic"): 6 + 2,
        ("north", "limited"): 8,
        ("south", "unimproved"): 5,
        ("south", "surface_water"): 5,
        ("south", "unstaged"): 3 + 10,
        ("south", "basic"): 7,
    }


def test_cumulative_levels_and_the_weakest_area() -> None:
    result = run("levels")
    # half: integrity yes, yes, partly: 2.5, which counts as level 2; content 3.5; control 3
    # gap: storage says yes to levels 3 and 4, but not to 2: 1
    # start: control only partly at level 1: 0.5, which counts as level 0, whatever is done above
    areas = result.frame[["storage", "integrity", "control", "metadata", "content"]]
    assert areas.loc["full"].tolist() == [4, 4, 4, 4, 4]
    assert areas.loc["half"].tolist() == [4, 2.5, 3, 4, 3.5]
    assert areas.loc["gap"].tolist() == [1, 4, 4, 4, 4]
    assert areas.loc["start"].tolist() == [3, 1, 0.5, 1, 2]
    same(result.column("weakest"), [4, 2.5, 1, 0.5])
    assert result.stage_of == {"full": "level_4", "half": "level_2", "gap": "level_1", "start": "level_0"}
    assert result.stages.frame["detail"].tolist()[1:] == ["integrity", "storage", "control"]


def test_deductions_from_full_marks_and_a_bonus() -> None:
    result = run("inspection")
    # Full marks    40 + 30 (audited) + 30 + 5 (three honours, 6 points, at most 5) = 105
    # Middling      40 - 7.5 = 32.5; paper, online: 12; staff 2: 20; one honour 2: 66.5
    # Empty handed  six protections missing: 40 - 45, not below 0; nothing else
    # Incident      40 + 30 (paper, index and online are all the parts) + 30 (staff 5) = 100, yet an incident
    # Silent        the storerooms are not answered, which is not "none of these": no score
    same(result.column("rooms"), [40, 32.5, 0, 40, NAN])
    same(result.column("catalogue"), [30, 12, 0, 30, 6])
    same(result.column("staff"), [30, 20, 0, 30, 10])
    same(result.column("honours"), [5, 2, 0, 0, 0])
    same(result.column("marks"), [105, 66.5, 0, 100, NAN])
    same(result.column("percent"), [105, 66.5, 0, 100, NAN])  # of 100: the bonus is not in the denominator
    same(result.column("capped"), [100, 66.5, 0, 100, NAN])
    assert list(result.stage_of.values()) == ["excellent", "passed", "failed", "failed", "unstaged"]


def test_weighted_deprivations_with_a_cut_off_at_a_third() -> None:
    result = run("poverty")
    # h2: (3 + 1) / 18; h3: (3 + 1 + 1 + 1) / 18 = 1/3; h4: 9 / 18; h5: 6 / 18; h6: child mortality missing
    same(result.column("score"), [0, 4 / 18, 1 / 3, 0.5, 1 / 3, NAN])
    assert list(result.stage_of.values()) == ["not_poor", "vulnerable", "poor", "severe", "poor", "unstaged"]
    assert rollup_of(result) == {
        ("east", "not_poor"): 5,
        ("east", "vulnerable"): 4,
        ("east", "poor"): 6,
        ("west", "severe"): 3,
        ("west", "poor"): 7,
        ("west", "unstaged"): 2,
    }


def test_piecewise_lines_and_the_worst_of_them() -> None:
    result = run("air_quality")
    # PM2.5 55: 50 + (55 - 35) / (75 - 35) x 50 = 75; 95: 100 + 20 / 40 x 50 = 125; 200: 200 + 50 / 100 x 100 = 250; 600: beyond, 500
    # O3 240: 150 + 25 / 50 x 50 = 175
    same(result.column("PM2.5"), [50, 75, 125, 56.25, 250, 500])
    same(result.column("O3"), [50, 45, NAN, 175, 25, 25])
    same(result.column("AQI"), [50, 75, 125, 175, 250, 500])
    assert list(result.stage_of.values()) == ["excellent", "good", "light", "moderate", "heavy", "severe"]


def test_normalisation_over_the_units() -> None:
    result = run("normalised")
    # x: 10, 20, 30, missing: mean 20, standard deviation (n - 1) 10.  y: 2, 4, 4, 10
    same(result.column("x_z"), [-1, 0, 1, NAN])
    same(result.column("x_z100"), [90, 100, 110, NAN])
    same(result.column("x_pct"), [0, 0.5, 1, NAN])
    same(result.column("y_z"), [1, 0.5, 0.5, -1])  # turned round: (10 - y) / 8 x 2 - 1
    same(result.column("y_mm"), [0, 25, 25, 100])
    same(result.column("y_mm1"), [100, 75.25, 75.25, 1])  # turned round: 1 + (10 - y) / 8 x 99
    same(result.column("y_rank"), [1, 2, 2, 4])  # ties take the lowest place
    same(result.column("y_rank_down"), [4, 2, 2, 1])
    same(result.column("y_pct"), [0, 1 / 3, 1 / 3, 1])
    same(result.column("mean"), [0, 0.25, 0.75, -1])  # (-1 + 1) / 2, (0 + 0.5) / 2, (1 + 0.5) / 2; the last has y alone
    assert list(result.stage_of.values()) == ["below", "above", "above", "below"]


def test_every_mean_of_the_same_children() -> None:
    result = run("means")
    # weights 1, 1, 2. plain 1, 4, 16; zero 0, 4, 16; gap 2, 8, missing; none
    same(result.column("arithmetic"), [(1 + 4 + 32) / 4, 36 / 4, NAN, NAN])
    same(result.column("geometric"), [(1 * 4 * 16**2) ** 0.25, 0, NAN, NAN])
    same(result.column("geometric_floor"), [1024**0.25, (0.01 * 4 * 256) ** 0.25, NAN, NAN])
    same(result.column("harmonic"), [4 / (1 + 1 / 4 + 2 / 16), 0, NAN, NAN])
    same(result.column("harmonic_floor"), [4 / 1.375, 4 / (100 + 0.25 + 0.125), NAN, NAN])
    same(result.column("sum"), [1 + 4 + 2 * 16, 36, NAN, NAN])
    same(result.column("min"), [1, 0, NAN, NAN])
    same(result.column("max"), [16, 16, NAN, NAN])
    # half of the weight (2 of 4) is answered: enough for 0.5, not for 0.6
    same(result.column("half"), [9.25, 9, 5, NAN])
    same(result.column("most"), [9.25, 9, NAN, NAN])
    same(result.column("sum_half"), [37, 36, 10, NAN])
    same(result.column("banded"), [3, 2, 2, NAN])  # 9.25 is enough for 3, 9 and 5 for 2
    same(result.column("scaled"), [8.25 / 9, 8 / 9, NAN, NAN])
    # half away from zero, as on paper: 1.005, -2.675, 0.125, 2.5
    assert result.column("rounded") == [1.01, -2.68, 0.13, 2.5]
    assert list(result.stage_of.values()) == ["high", "low", "unstaged", "unstaged"]


def test_rates() -> None:
    result = run("rates")
    # digitised 0 %, 10 %, 70 %, 90 %, and 0 of 0; paper 0/0, 9/10, 0/10, 1/10, 0/0
    same(result.column("banded"), [0, 1, 2, 3, NAN])
    same(result.column("lined"), [0, 20 / 70, 2, 3, NAN])
    # pooled: 0/10, (1 + 9) / 20 = 50 %, 7/20, (9 + 1) / 20 = 50 %, 0/0 counts as zero
    same(result.column("pooled"), [0, 1, 0, 1, 0])
    same(result.column("credited"), [0, 0, 1, 1, 1])
    same(result.column("silent"), [0, 0, 1, 1, NAN])
    # staff 1 / 5 = 20 %; 4 / 5 = 80 %; 5 / 5 = 100 %; big: 5 / 10 = 50 %; four years old: 4 / 4 = 100 %
    same(result.column("staffed"), [0, 1, 2, 1, 2])
    # n/a is accepted from three staff on: r0 earns nothing, r1 leaves the denominator
    same(result.column("planned"), [0, NAN, 2, 0, 0])
    # r0: 0 of 3 + 3 + 1 + 2 + 2.  r1: 1 + 2/7 + 1 + 1 of 9.  r7: 2 + 2 + 0 + 2 + 2 of 11.  r9: 3 + 3 + 1 + 1 + 0 of 11.
    # none: banded and lined are out: 0 + 2 + 0 of 5
    same(result.column("total"), [0, 100 * (3 + 2 / 7) / 9, 800 / 11, 800 / 11, 40])
    assert list(result.stage_of.values())[:4] == ["low", "low", "high", "high"]


def test_two_pillars_of_asem() -> None:
    """Min-max over 51 countries, directions and missing cells; expected values from COINr 1.1.14 (see indices/asem/codebook.toml)."""
    frame = run("asem").frame
    with (FOLDER / "asem" / "expected.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["uCode"]: row for row in csv.DictReader(file)}
    assert set(frame.index) == set(expected)
    for pillar in ("ConEcFin", "SusEcFin"):
        same([frame.at[unit, pillar] for unit in expected], [float(row[pillar]) for row in expected.values()])
