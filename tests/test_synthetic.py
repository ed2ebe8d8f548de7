"""The stand-in: drawn from its seed alone, of the published sizes, readable without a finding to mend, its truth kept, and never to pass for real."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from click.testing import CliRunner
from scipy.stats import spearmanr

from hmsurvey.cli.synthesise import command
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import ProvenanceError, UsageError
from hmsurvey.grid import lay_out
from hmsurvey.provenance import Source, card_path, read_source, write_card
from hmsurvey.questions import Codebook
from hmsurvey.standin import fingerprints, is_known_standin
from hmsurvey.survey import read_survey
from hmsurvey.synthetic import SEED, StandIn, synthesise, write_stand_in
from hmsurvey.synthetic.synthesis import CODEBOOKS
from hmsurvey.workbook import read_cells

ROOT = Path(__file__).resolve().parents[1]
RAW, TRUTH = ROOT / "data" / "raw", ROOT / "data" / "truth"
TYPES = [f"T{number:02d}" for number in range(1, 17)]
SURVEYS = ("questionnaire", "index")


@pytest.fixture(scope="module")
def drawn() -> StandIn:
    return synthesise()


def book_of(name: str) -> Codebook:
    return read_codebook(locate_definition(CODEBOOKS[name], "codebooks"))


def frame(stand_in: StandIn, name: str) -> pd.DataFrame:
    """A survey's cells as codes, index = unit."""
    table = stand_in.workbooks.get(name) or stand_in.truth[name]
    texts = pd.DataFrame(table, dtype=object)
    named = texts.columns.difference(["name", "source_note", "note"])
    texts[named] = texts[named].map(lambda text: text.split(" ")[0])
    return texts.set_index("unit") if "unit" in texts else texts


# ---- From the seed alone


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_stand_in(synthesise(7, n_questionnaire=40, n_index=20, n_cities=3), tmp_path / folder)
    write_stand_in(synthesise(8, n_questionnaire=40, n_index=20, n_cities=3), tmp_path / "other")
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 20
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
        assert (tmp_path / "one" / file).read_bytes() != (tmp_path / "other" / file).read_bytes(), file


@pytest.mark.parametrize("name", CODEBOOKS)
def test_the_committed_workbooks_are_what_the_seed_gives(drawn: StandIn, name: str) -> None:
    table = drawn.workbooks[name]
    grid = lay_out(read_cells(RAW / f"{name}.xlsx", prefer=CODEBOOKS[name]), table)
    assert grid.headers == tuple(table)
    assert grid.texts == tuple(zip(*table.values(), strict=True))


@pytest.mark.parametrize("name", ["index_complete", "questionnaire_complete", "traits", "index_2025_complete", "moves"])
def test_the_committed_truth_is_what_the_seed_gives(drawn: StandIn, name: str) -> None:
    with (TRUTH / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(drawn.truth[name])
    assert rows == [list(row) for row in zip(*drawn.truth[name].values(), strict=True)]


def test_sizes_are_the_published_ones(drawn: StandIn) -> None:
    questionnaire, index = frame(drawn, "questionnaire"), frame(drawn, "index")
    assert len(questionnaire) == 293 and len(index) == 235
    assert questionnaire.city.nunique() == 14 and index.city.nunique() == 9
    both = questionnaire.index.intersection(index.index)
    assert len(both) == 160
    for fact in ("name", "city", "industry", "size", "ownership"):
        assert (questionnaire.loc[both, fact] == index.loc[both, fact]).all()
    names = questionnaire.name.tolist() + index.name.tolist()
    assert all(re.fullmatch(r"模拟企业\d{3} Synthetic Enterprise \d{3}", name) for name in names)


@pytest.mark.parametrize(("n_questionnaire", "n_index", "n_cities"), [(14, 1, 1), (60, 300, 14), (30, 20, 5)])
def test_other_sizes_too(tmp_path: Path, n_questionnaire: int, n_index: int, n_cities: int) -> None:
    drawn = synthesise(3, n_questionnaire=n_questionnaire, n_index=n_index, n_cities=n_cities)
    write_stand_in(drawn, tmp_path)
    for name, n in (("questionnaire", n_questionnaire), ("index", n_index)):
        survey = read_survey(tmp_path / "raw" / f"{name}.xlsx", book_of(name), card="required")
        assert len(survey.answers) == n and survey.provenance.kind == "synthetic"
    assert frame(drawn, "index").city.nunique() <= n_cities


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(UsageError, match="cannot be spread over the cities"):
        synthesise(n_cities=15)
    with pytest.raises(UsageError, match="at least 14 questionnaires"):
        synthesise(n_questionnaire=13)


# ---- Cities are nameless until the end


def test_other_names_for_the_cities_change_nothing_else(drawn: StandIn) -> None:
    codes = [option.code for option in book_of("questionnaire").question("city").options]
    renamed = synthesise(city_codes=codes[::-1])
    new_name = dict(zip(codes, codes[::-1], strict=True))
    for name in SURVEYS:
        before, after = frame(drawn, name), frame(renamed, name)
        assert (before.city.map(new_name) == after.city).all()
        pd.testing.assert_frame_equal(before.drop(columns="city"), after.drop(columns="city"))
    before, after = frame(drawn, "registry").set_index("city"), frame(renamed, "registry").set_index("city")
    pd.testing.assert_frame_equal(before.rename(index=new_name).sort_index(), after.sort_index())


def test_the_nine_cities_come_from_the_seed() -> None:
    surveyed = {tuple(sorted(frame(synthesise(seed), "index").city.unique())) for seed in range(4)}
    assert len(surveyed) > 1


def test_the_registry_makes_sense(drawn: StandIn) -> None:
    registry = frame(drawn, "registry").set_index("city")
    counts = registry[[c for c in registry if c.startswith("n_")]].astype(int)
    for name in SURVEYS:
        rows = frame(drawn, name).city.value_counts().reindex(counts.index, fill_value=0)
        assert (counts[f"n_returned_{name}"] == rows).all()
        assert (counts[f"n_sent_{name}"] >= counts[f"n_returned_{name}"]).all()
        assert (counts.n_in_production >= counts[f"n_sent_{name}"]).all()
    reached = pd.concat([frame(drawn, name).city for name in SURVEYS])
    reached = reached[~reached.index.duplicated()].value_counts()
    assert (counts.n_in_production >= reached.reindex(counts.index)).all()


# ---- Reading it


@pytest.mark.parametrize("name", CODEBOOKS)
def test_it_reads_without_errors_or_warnings(name: str) -> None:
    survey = read_survey(RAW / f"{name}.xlsx", book_of(name), card="required")
    assert [finding.line("en") for finding in survey.findings if finding.level != "note"] == []
    assert survey.provenance.kind == "synthetic"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_read_without_errors_or_warnings(tmp_path: Path, seed: int) -> None:
    write_stand_in(synthesise(seed), tmp_path)
    for name in CODEBOOKS:
        survey = read_survey(tmp_path / "raw" / f"{name}.xlsx", book_of(name), card="required")
        assert [finding.line("en") for finding in survey.findings if finding.level != "note"] == []


@pytest.mark.parametrize("name", SURVEYS)
def test_the_truth_is_complete(name: str) -> None:
    survey = read_survey(TRUTH / f"{name}_complete.csv", book_of(name), card="required")
    assert [finding.line("en") for finding in survey.findings if finding.level != "note"] == []
    for question in survey.codebook.questions:
        assert not (survey.answers.states[question.code] == 1).any(), f"{question.code} has gaps"


def test_routing_is_respected(drawn: StandIn) -> None:
    index, questionnaire = frame(drawn, "index"), frame(drawn, "questionnaire")
    for code in TYPES:
        assert (index.loc[index[f"due.{code}"] == "no", f"level.{code}"] == "").all()
        not_yes = index[f"due.{code}"].isin(["no", "idle", "dk"])
        assert (index.loc[not_yes, [f"full.{code}", f"ontime.{code}"]] == "").all(axis=None)
        not_due = questionnaire[f"due.{code}"].isin(["no", "dk"])
        assert (questionnaire.loc[not_due, [f"kept.{code}", f"filed.{code}"]] == "").all(axis=None)
    assert (questionnaire.loc[questionnaire.funds == "0", "funds_amount"] == "").all()
    assert (questionnaire.loc[questionnaire.received.isin(["none", "dk", ""]), "received_from"] == "").all()


def test_without_a_system_there_are_none_of_its_functions(drawn: StandIn) -> None:
    for name in ("index", "index_complete"):
        bare = frame(drawn, name).query("`B1.1` == '0'")
        assert len(bare) > 20
        for code in ("B1.2", "B2.1", "B2.2", "B2.3", "B3.1", "B3.2", "E1.1"):
            assert bare[code].isin(["0", "dk", ""]).all(), code
        assert bare["B2.4"].isin(["none", "dk", ""]).all()
    for name in ("questionnaire", "questionnaire_complete"):
        bare = frame(drawn, name).query("system == 'no'")
        assert bare[[f"kept.{code}" for code in TYPES]].isin(["0", "1", "dk", ""]).all(axis=None)


def test_some_answered_too_little_and_gaps_are_few(drawn: StandIn) -> None:
    for name in SURVEYS:
        asked = frame(drawn, f"{name}_complete") != ""
        gap = (frame(drawn, name) == "") & asked
        gone = (gap.sum(axis=1) / asked.sum(axis=1)) > 0.35
        assert 3 <= gone.sum() <= 12
        assert 0.002 < gap[~gone].sum().sum() / asked[~gone].sum().sum() < 0.03
        assert (frame(drawn, name) == "dk").to_numpy().sum() > 50


def test_both_surveys_hold_one_truth(drawn: StandIn) -> None:
    index, questionnaire = frame(drawn, "index_complete"), frame(drawn, "questionnaire_complete")
    both = index.index.intersection(questionnaire.index)
    for code in TYPES:
        kept, level = questionnaire.loc[both, f"kept.{code}"], index.loc[both, f"level.{code}"]
        assert (kept == level).all()
    assert ((index.loc[both, "B1.1"].astype(int) >= 2) == (questionnaire.loc[both, "system"] != "no")).all()


def test_answers_are_the_truth_but_for_misreports(drawn: StandIn) -> None:
    over = pd.DataFrame(drawn.truth["traits"]).set_index("unit").over_report.astype(float)
    for name in SURVEYS:
        said, true = frame(drawn, name), frame(drawn, f"{name}_complete")
        answered = (said != "") & (said != "dk")
        same = (said == true) | ~answered
        share_wrong = (~same).sum(axis=1) / answered.sum(axis=1)
        honest = over.loc[said.index] == 0
        assert share_wrong[honest].mean() < 0.02
        assert share_wrong[~honest].mean() > 2 * share_wrong[honest].mean()
        raised = [c for c in said if c.startswith(("kept.", "level.")) or c in ("A1.2", "D1.2", "F3.1")]
        step = said[raised].apply(pd.to_numeric, errors="coerce") - true[raised].apply(pd.to_numeric, errors="coerce")
        assert step.abs().max(axis=None) <= 1
        assert (step[~honest].to_numpy() > 0).sum() > 5 * (step[~honest].to_numpy() < 0).sum()


# ---- What is in it


def test_no_column_is_constant(drawn: StandIn) -> None:
    for name in SURVEYS:
        table = frame(drawn, name)
        answered = table.where(~table.isin(["", "dk"]))
        constant = [column for column in table if answered[column].nunique() < 2]
        assert constant == []
        assert table.nunique().min() > 1


def test_most_archives_are_on_electronic_and_paper_carriers(drawn: StandIn) -> None:
    kept = frame(drawn, "questionnaire")[[f"kept.{code}" for code in TYPES]].stack()
    shares = kept[kept.isin(list("0123"))].value_counts(normalize=True)
    assert shares["1"] + shares["2"] > 0.5
    assert 0.03 < shares["3"] < 0.2
    assert shares["0"] > 0.1


def test_filing_does_not_hang_on_the_trait(drawn: StandIn) -> None:
    table = frame(drawn, "questionnaire")
    general = pd.DataFrame(drawn.truth["traits"]).set_index("unit").general.astype(float).loc[table.index]
    permits = table["filed.T03"]
    assert permits[permits != ""].str.contains("p1").mean() > 0.97
    filed = table[[f"filed.{code}" for code in TYPES]]
    share = (~filed.isin(["", "none", "dk"])).sum(axis=1) / (~filed.isin(["", "dk"])).sum(axis=1)
    answered = share.notna()
    assert abs(spearmanr(share[answered], general[answered]).statistic) < 0.2


def test_answers_follow_the_trait(drawn: StandIn) -> None:
    table = frame(drawn, "index")
    traits = pd.DataFrame(drawn.truth["traits"]).set_index("unit").loc[table.index]
    codes = [q.code for q in book_of("index").questions if q.kind == "one" and q.levels == ("0", "1", "2", "3")]
    mean = table[codes].apply(pd.to_numeric, errors="coerce").mean(axis=1)
    assert spearmanr(mean, traits.general.astype(float)).statistic > 0.7
    own = table[[c for c in codes if c.startswith("D")]].apply(pd.to_numeric, errors="coerce").mean(axis=1)
    usable = own.notna()
    assert spearmanr(own[usable], traits.trait_D.astype(float)[usable]).statistic > 0.7


def test_problems_fall_and_staff_rise_with_the_trait(drawn: StandIn) -> None:
    table = frame(drawn, "questionnaire_complete")
    general = pd.DataFrame(drawn.truth["traits"]).set_index("unit").general.astype(float).loc[table.index]
    for code, low, high in (
        ("prob.P1", -1.0, -0.3),
        ("prob.P3", -1.0, -0.3),
        ("funds", 0.3, 1.0),
        ("sol.S1", 0.3, 1.0),
    ):
        assert low < spearmanr(table[code].astype(int), general).statistic < high
    assert spearmanr(table.staff_full.astype(int), general).statistic > 0.1


def test_visits_are_to_enterprises_of_both_surveys(drawn: StandIn) -> None:
    visits = pd.DataFrame(drawn.workbooks["visits"])
    both = set(frame(drawn, "questionnaire").index) & set(frame(drawn, "index").index)
    assert len(visits) == 30 and visits.visit.is_unique and set(visits.unit) <= both
    contested = visits.finding.str.startswith("contested")
    assert 1 <= contested.sum() <= 12
    assert ((visits.stage_found != "") == contested).all()
    assert visits.date.is_monotonic_increasing


# ---- It cannot pass for real


def saved_again(name: str, folder: Path, *, rows: int | None = None, renumber: bool = False) -> Path:
    """The committed workbook as another program would save it: values alone, rows in another order, no mark."""
    cells = read_cells(RAW / f"{name}.xlsx", prefer=CODEBOOKS[name])
    head, body = cells.rows[2], list(cells.rows[3:])[::-1][:rows]
    if renumber:
        body = [(f"LN-{i}", f"某厂{i}", *row[2:]) for i, row in enumerate(body)]
    path = folder / f"{name}.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(cells.sheet)
        for r, row in enumerate([head, *body]):
            for c, text in enumerate(row):
                if re.fullmatch(r"\d+", text):
                    sheet.write_number(r, c, int(text))
                else:
                    sheet.write_string(r, c, text)
    write_card(path, Source("Real?", "real", producer="someone", date="2024-01-01", licence="CC0-1.0"))
    return path


@pytest.mark.parametrize("name", CODEBOOKS)
def test_a_card_that_calls_it_real_is_refused_without_the_mark(tmp_path: Path, name: str) -> None:
    path = saved_again(name, tmp_path)
    assert not read_cells(path).marked_synthetic
    with pytest.raises(ProvenanceError, match="says real"):
        read_survey(path, book_of(name), card="required")
    card_path(path).unlink()
    assert read_survey(path, book_of(name)).provenance.kind == "synthetic"


def test_renumbered_or_shortened_it_is_still_known(tmp_path: Path) -> None:
    path = saved_again("index", tmp_path, rows=20, renumber=True)
    with pytest.raises(ProvenanceError, match="says real"):
        read_survey(path, book_of("index"), card="required")


def test_the_truth_is_known_too(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes((TRUTH / "index_complete.csv").read_bytes())
    assert read_survey(path, book_of("index")).provenance.kind == "synthetic"


def test_other_answers_are_not_mistaken_for_it(tmp_path: Path) -> None:
    other = synthesise(5).workbooks["index"]
    strangers = list(zip(*other.values(), strict=True))
    known = read_cells(RAW / "index.xlsx", prefer="digital_archives").rows[3:]
    assert not is_known_standin(strangers)
    assert not is_known_standin([*strangers[:120], *known[:4]])
    assert is_known_standin([*strangers[:120], *known[:5]])  # the worst part of a mixture decides
    assert is_known_standin([*known, *([[""] * 5] * 6000)])  # blank rows below change nothing
    assert is_known_standin([*strangers[:100], *known[:101]])
    assert not is_known_standin([])
    assert not is_known_standin([["", "a", "b"]] * 5)
    assert not is_known_standin(read_cells(RAW / "index.xlsx", prefer="digital_archives").rows[:3])


def test_fingerprints_ignore_blanks_order_and_width() -> None:
    row = ["S001", "x", "2", "", "三", " a ", "b"]
    assert fingerprints(row)[0] == fingerprints(["S001", "x", "b", "三", "２", "a"])[0]
    assert fingerprints(row)[1] == fingerprints(["S999", "y", "2", "三", "a", "b"])[1]
    assert fingerprints(row)[0] != fingerprints(["S001", "x", "3", "三", "a", "b"])[0]


@pytest.mark.parametrize("path", sorted([*RAW.glob("*.xlsx"), *TRUTH.glob("*.csv")]), ids=lambda path: path.name)
def test_every_file_has_its_card(path: Path) -> None:
    source = read_source(path)
    assert source.kind == "synthetic" and source.licence == "CC0-1.0"
    assert source.producer == f"hmsurvey synthesise --seed {SEED}" and source.date == "2026-11-22"
    assert "模拟" in source.note and "Synthetic" in source.note


# ---- The verb


def test_the_verb_writes_and_does_not_overwrite(tmp_path: Path) -> None:
    arguments = [
        "--out",
        str(tmp_path / "new"),
        "--seed",
        "2",
        "--n-questionnaire",
        "30",
        "--n-index",
        "20",
        "--cities",
        "4",
    ]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0 and len(done.output.splitlines()) == 20
    with pytest.raises(UsageError, match="not overwritten"):
        CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert CliRunner().invoke(command, [*arguments, "--force"]).exit_code == 0


def test_other_seeds_carry_the_mark(tmp_path: Path) -> None:
    write_stand_in(synthesise(2, n_questionnaire=30, n_index=20, n_cities=4), tmp_path)
    for name, sheet in CODEBOOKS.items():
        cells = read_cells(tmp_path / "raw" / f"{name}.xlsx", prefer=sheet)
        assert cells.marked_synthetic
    assert np.isfinite(pd.read_csv(tmp_path / "truth" / "traits.csv").filter(like="trait").to_numpy()).all()
