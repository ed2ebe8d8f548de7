"""Visits that fit no answer are said, not dropped; what a visit found is held against what the answers gave."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from printing import edition

from hmsurvey.analysis.visits import (
    count_idle_contests,
    tabulate_unmatched_visits,
    tabulate_visit_changes,
    tabulate_visits,
)
from hmsurvey.analysis.words import ALL, UNKNOWN, groups_of
from hmsurvey.errors import Text
from hmsurvey.output.book import write_books
from hmsurvey.output.content import Section
from hmsurvey.output.figures import figures_of
from hmsurvey.output.methods import FEW
from hmsurvey.output.sections import sections_of
from hmsurvey.study import Analysis, analyse, read_study

STUDY = Path(__file__).resolve().parents[1] / "study.toml"


@cache
def study() -> Analysis:
    return analyse(read_study(STUDY))


def visiting(*units: str) -> Analysis:
    """The study with other ids in the first visits of the record; "*" for all of them."""
    analysis = study()
    assert analysis.visits is not None
    answers = analysis.visits.answers
    ids = np.array(answers.values["unit"], dtype=object)
    for place, unit in enumerate(units):
        ids[place if unit != "*" else slice(None)] = unit if unit != "*" else "nobody"
    return replace(
        analysis, visits=replace(analysis.visits, answers=replace(answers, values={**answers.values, "unit": ids}))
    )


def contesting(survey: str) -> Analysis:
    """The study with one visit that contests a stage and finds the very same."""
    analysis = study()
    assert analysis.visits is not None
    visited = tabulate_visits(analysis, survey).frame
    row = visited[(visited["finding"] == "confirmed") & (visited["stage_before"] != "unstaged")].iloc[0]
    answers, book = analysis.visits.answers, analysis.visits.codebook
    place = int(np.flatnonzero(np.array(answers.values["unit"]) == row["unit"])[-1])
    values, states = dict(answers.values), dict(answers.states)
    for question, code in (("finding", "contested"), ("stage_found", row["stage_before"])):
        codes = [o.code for o in book.question(question).options]
        values[question], states[question] = values[question].copy(), states[question].copy()
        values[question][place] = codes.index(code)
        states[question][place] = states["survey"][place]
    return replace(analysis, visits=replace(analysis.visits, answers=replace(answers, values=values, states=states)))


def section(analysis: Analysis, code: str) -> Section | None:
    return next((s for s in sections_of(analysis, cases=[]) if s.code == code), None)


def said(analysis: Analysis, code: str) -> Text:
    found = section(analysis, code)
    assert found is not None
    return Text("".join(p.zh for p in found.paragraphs), " ".join(p.en for p in found.paragraphs))


def test_a_record_that_fits_says_nothing_of_misfits() -> None:
    assert tabulate_unmatched_visits(study()).frame.empty
    assert "match" not in said(study(), "visits").en
    for code in study().results:
        assert tabulate_visit_changes(study(), code).notes == ()


def test_visits_to_strangers_are_counted_in_words_and_listed_only_inside(tmp_path: Path) -> None:
    analysis = visiting("X1", "X1", "X2")
    frame = tabulate_unmatched_visits(analysis).frame
    assert list(frame["unit"]) == ["X1", "X1", "X2"]
    words = said(analysis, "visits")
    assert "3 visits in the record match no answer: the 2 enterprises named are not" in words.en
    assert "有 3 次走访对不上答卷：所写的 2 家企业不在" in words.zh
    assert "X1" not in words.en + words.zh
    notes = [note.en for code in analysis.results for note in tabulate_visit_changes(analysis, code).notes]
    assert sum(int(note.split()[0]) for note in notes) == 3
    public, internal = write_books(edition(analysis), tmp_path)
    texts = [
        {str(c.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for c in row}
        for path in (public, internal)
    ]
    assert "X1" not in texts[0] and {"X1", "X2"} <= texts[1]
    one = said(visiting("X1"), "visits").en
    assert "1 visit in the record matches no answer: the 1 enterprise named is not" in one


def test_when_no_visit_fits_there_is_a_sentence_and_no_figure() -> None:
    analysis = visiting("*")
    found = section(analysis, "visits")
    assert found is not None and found.tables == () and len(found.paragraphs) == 1
    assert [table.code for table in found.annex] == ["visits_unmatched"]
    assert not [name for name, *_ in figures_of(analysis, "en") if name.startswith("visits_")]
    assert [name for name, *_ in figures_of(study(), "en") if name.startswith("visits_")]


@pytest.mark.parametrize("survey", ["questionnaire", "index"])
def test_a_contest_that_finds_the_same_stage_is_remarked(survey: str) -> None:
    analysis = contesting(survey)
    assert count_idle_contests(tabulate_visits(analysis, survey)) == 1
    before, after = (tabulate_visit_changes(a, survey) for a in (study(), analysis))
    assert after.frame.equals(before.frame)
    (note,) = after.notes
    assert "1 visit contests the stage and finds the very stage that the answers gave" in note.en
    assert "1 次走访结论为“不一致”" in note.zh


def test_small_cities_are_counted_by_survey() -> None:
    words = said(study(), "limits")
    for result in study().results.values():
        sizes = groups_of(result.survey).value_counts().drop([ALL, UNKNOWN], errors="ignore")
        n = int((sizes < FEW).sum())
        assert f"{n} {'city' if n == 1 else 'cities'} in “{result.plan.label.en}”" in words.en
        assert f"“{result.plan.label.zh}”有 {n} 个" in words.zh
    assert "over all surveys" not in words.en
    assert "no published source sets them" in words.en and "本项目的假定" in words.zh
    assert "The study's" not in words.en


def test_the_summary_names_the_weakest_indicators() -> None:
    words = said(study(), "summary")
    assert "The indicators with the lowest share of their points on average are “" in words.en
    assert "得分率最低的指标是“" in words.zh


def test_findings_have_the_words_of_the_check() -> None:
    words = said(study(), "data")
    assert "错误" in words.zh and "警告" in words.zh and "疑点" not in words.zh
    assert "0 errors, 0 warnings" in words.en and "remarks" not in words.en


def test_visits_that_could_not_tell_are_counted_where_others_are() -> None:
    # 15 visits to the survey of digital archives, 13 of them to enterprises with a stage and with a finding
    words = said(study(), "visits").en
    assert (
        "Of 13 visits that could tell" in words
        and "2 more could not tell, or were to enterprises without a stage" in words
    )
    assert words.count("more could not tell") == 1
