"""The enterprises that were scored on paper come out the same: every point, area, total, need and stage of the sheets beside this file."""

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.indicators import read_system
from hmsurvey.questions import Codebook
from hmsurvey.rules import read_rule
from hmsurvey.scoring import Scores, score
from hmsurvey.staging import Stages, because, stage, stage_answers
from hmsurvey.survey import Survey, read_survey

FOLDER = Path(__file__).parent
SHEETS = (
    "exactly_80",
    "at_79_995",
    "at_79_994",
    "all_paper",
    "micro_without_oa",
    "hazardous_waste_operator",
    "too_many_gaps",
)
TYPES = [f"T{n:02d}" for n in range(1, 17)]


def tables(name: str) -> list[list[list[str]]]:
    """Every table of a sheet, as rows of cells without its header."""
    found: list[list[list[str]]] = []
    inside = False
    for line in (FOLDER / f"{name}.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        row = [cell.strip() for cell in line.strip("|").split("|")]
        if not inside:
            found.append([])
        elif not set(row[0]) <= {"-"} or not row[0]:
            found[-1].append(row)
        inside = True
    return found


def amount(text: str) -> float:
    """A number of a sheet; a fraction stays exact until the end."""
    return float("nan") if text in ("n/a", "missing") else float(Fraction(text))


@dataclass(frozen=True)
class Sheet:
    """What a sheet says."""

    answers: dict[str, str]
    points: dict[str, str]
    areas: dict[str, str]
    total: str
    needs: dict[str, str]
    stage: str
    why: str


def read_sheet(name: str) -> Sheet:
    profile, indicators, annex, areas, _, needs = tables(name)
    (total,) = [line.split("|")[2].strip() for line in text_of(name) if line.startswith("| total |")]
    answers = dict(profile)
    for code, answer, *_ in indicators:
        if " / " in answer:
            answers[f"{code} num"], answers[f"{code} den"] = answer.split(" / ")
        elif code in ("C1.1", "C1.2", "C1.3", "C1.4"):
            answers[f"{code} num"] = answers[f"{code} den"] = answer
        elif answer != "annex":
            answers[code] = answer
    for kind, *cells in annex:
        answers |= {
            f"{part}.{kind}": cell for part, cell in zip(("due", "level", "full", "ontime"), cells, strict=True)
        }
    return Sheet(
        answers=answers,
        points={code: points for code, _, _, points, _ in indicators},
        areas={code: score for code, *_, score in areas},
        total=total,
        needs={code: met for code, _, met in needs},
        stage=next(line for line in text_of(name) if line.startswith("Stage: ")).strip("*").removeprefix("Stage: **"),
        why=next(line for line in text_of(name) if line.startswith("Because: ")).removeprefix("Because: "),
    )


def text_of(name: str) -> list[str]:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8").splitlines()


def survey_from(book: Codebook, rows: dict[str, dict[str, str]], path: Path) -> Survey:
    """Write the answers as a workbook would hold them, and read them."""
    headers = [column for question in book.questions for column in question.columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        for unit, row in rows.items():
            assert set(row) <= set(headers), set(row) - set(headers)
            writer.writerow([{"unit": unit}.get(header, row.get(header, "")) for header in headers])
    return read_survey(path, book)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scores, Stages]:
    book = read_codebook(locate_definition("digital_archives", "codebooks"))
    system = read_system(locate_definition("digital_archives", "systems"), book)
    rows = {name: read_sheet(name).answers for name in SHEETS}
    survey = survey_from(book, rows, tmp_path_factory.mktemp("by_hand") / "answers.csv")
    scores = score(survey, system)
    return scores, stage(survey, read_rule(locate_definition("digital_archives", "rules")), scores=scores)


@pytest.mark.parametrize("name", SHEETS)
def test_points(name: str, index: tuple[Scores, Stages]) -> None:
    scores, sheet = index[0], read_sheet(name)
    assert len(sheet.points) == 54 == len(scores.system.indicators)
    expected = pd.Series({code: amount(text) for code, text in sheet.points.items()})
    found = scores.points.loc[name, list(sheet.points)]
    pd.testing.assert_series_equal(found, expected, check_names=False, rtol=0, atol=1e-12)
    out = scores.not_applicable.loc[name, list(sheet.points)]
    assert out.to_dict() == {code: text == "n/a" for code, text in sheet.points.items()}


@pytest.mark.parametrize("name", SHEETS)
def test_areas_and_total(name: str, index: tuple[Scores, Stages]) -> None:
    scores, sheet = index[0], read_sheet(name)
    expected = pd.Series({code: amount(text) for code, text in sheet.areas.items()})
    found = scores.values.loc[name, list(sheet.areas)]
    pd.testing.assert_series_equal(found, expected, check_names=False, rtol=0, atol=1e-9)
    assert [found for found in [scores.total[name]] if found == found] == [
        float(text) for text in [sheet.total] if text != "missing"
    ]


@pytest.mark.parametrize("name", SHEETS)
def test_the_sums_of_a_sheet_add_up(name: str) -> None:
    """The sheet itself is right: points, maxima and scores of each area, from the points as written."""
    _, indicators, _, areas, *_ = tables(name)
    for area, worked_out, most, answered, score_text in areas:
        own = [(points, of) for code, _, _, points, of in indicators if code.startswith(area)]
        counted = [Fraction(points) for points, of in own if of != "out"]
        applicable = [points for points, _ in own if points != "n/a"]
        assert all(of == "3" for points, of in own if points not in ("n/a", "missing"))
        assert float(worked_out.split(" = ")[1]) == pytest.approx(float(sum(counted)), abs=1e-9)
        assert int(most) == 3 * len(counted)
        assert answered == f"{len(counted)} of {len(applicable)}"
        if 10 * len(counted) < 8 * len(applicable):
            assert score_text == "missing"
        else:
            assert float(score_text) == pytest.approx(float(100 * sum(counted) / int(most)), abs=1e-8)


@pytest.mark.parametrize("name", SHEETS)
def test_needs_and_stage(name: str, index: tuple[Scores, Stages]) -> None:
    stages, sheet = index[1], read_sheet(name)
    words = {True: "yes", False: "no"}
    found = {code: words.get(met, "open") for code, met in stages.met.loc[name].items()}
    assert found == sheet.needs
    assert str(stages.stage[name]) == sheet.stage
    assert because(stages, "en")[name] == sheet.why


def test_between_them_the_sheets_show_every_stage_and_every_kind_of_answer() -> None:
    sheets = [read_sheet(name) for name in SHEETS]
    assert {sheet.stage for sheet in sheets} == {"advanced", "intermediate", "low", "unstaged"}
    given = {answer for sheet in sheets for answer in sheet.answers.values()}
    assert {"na", "dk", "none", ""} <= given
    assert {sheet.answers["size"] for sheet in sheets} == {"micro", "small", "medium", "large"}


# The carrier rule
@cache
def carriers() -> tuple[dict[str, str], dict[str, list[str]], dict[str, list[str]]]:
    whole, singly = tables("carriers")
    signs = {unit: text for unit, text, *_ in whole}
    return signs, {unit: rest for unit, _, *rest in whole}, {unit: counts for unit, *counts in singly}


@pytest.fixture(scope="module")
def questionnaire(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    book = read_codebook(locate_definition("informatisation", "codebooks"))
    rows = {}
    for unit, signs in carriers()[0].items():
        assert len(signs) == 16
        row = {"city": "210100"}
        for kind, sign in zip(TYPES, signs, strict=True):
            row[f"due.{kind}"] = {".": "no", "~": "dk"}.get(sign, "yes")
            row[f"kept.{kind}"] = {".": "", "~": "", "_": "", "?": "dk"}.get(sign, sign)
            if unit.endswith("filing"):
                row[f"filed.{kind}"] = "p1"
        rows[unit] = row
    return survey_from(book, rows, tmp_path_factory.mktemp("by_hand") / "informatisation.csv")


def test_stages_by_carrier(questionnaire: Survey) -> None:
    stages = stage(questionnaire, read_rule(locate_definition("carrier", "rules")))
    assert {unit: str(name) for unit, name in stages.stage.items()} == {
        unit: rest[2] for unit, rest in carriers()[1].items()
    }
    for unit, (captured, in_system, *_) in carriers()[1].items():
        for need, text in (("captured", captured), ("in_system", in_system)):
            least, among = text.split(" of ")
            assert stages.found.at[unit, need] == pytest.approx(int(least.split(" to ")[0]) / int(among))


def test_stages_answer_by_answer(questionnaire: Survey) -> None:
    frame = stage_answers(questionnaire, read_rule(locate_definition("carrier", "rules")))
    assert len(frame) == 16 * len(carriers()[0])
    counts = pd.crosstab(frame["unit"], frame["stage"].astype(object)).reindex(
        columns=["advanced", "intermediate", "low", "unstaged"], fill_value=0
    )
    for unit, row in carriers()[2].items():
        assert counts.loc[unit].tolist() == [int(text) for text in row]
