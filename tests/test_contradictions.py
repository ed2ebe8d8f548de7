"""Carrier stage against index stage: who answered both, how far the two agree, and the list with either side's reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hmsurvey.analysis.contradictions import (
    tabulate_contradictions,
    tabulate_yardstick_moves,
    tabulate_yardsticks,
)
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.errors import UsageError
from hmsurvey.output.charts_rivals import plot_yardsticks
from hmsurvey.output.stamping import stamped_kind
from hmsurvey.rules import UNSTAGED
from hmsurvey.staging import because
from hmsurvey.study import Analysis, SurveyResult, analyse, read_study

CODES = ["advanced", "intermediate", "low"]


@pytest.fixture(scope="module")
def study(pytestconfig: pytest.Config) -> Analysis:
    return analyse(read_study(pytestconfig.rootpath / "study.toml"))


def restaged(result: SurveyResult, stages: dict[str, str]) -> SurveyResult:
    """The same result with the stage of some units changed."""
    old = need_stages(result)
    codes = old.stage.astype(object)
    codes.loc[list(stages)] = list(stages.values())
    frame = old.frame.assign(stage=pd.Categorical(codes, categories=old.stage.cat.categories, ordered=True))
    return replace(result, stages=replace(old, frame=frame))


def test_units_are_matched_by_id(study: Analysis) -> None:
    one, two = (set(study[code].survey.answers.units) for code in ("questionnaire", "index"))
    table = tabulate_yardsticks(study)
    (row,) = table.frame.to_dict("records")
    assert row["n_both"] == len(one & two) == 160
    assert row["n_same"] + row["n_one_apart"] + row["n_far"] == row["n_staged"] <= row["n_both"]
    assert row["n_first_higher"] + row["n_second_higher"] == row["n_staged"] - row["n_same"]
    assert not table.personal and any("yardsticks" in note.en for note in table.notes)


def test_the_cross_table_adds_up_and_gives_the_kappa(study: Analysis) -> None:
    moves, (row,) = (
        tabulate_yardstick_moves(study).frame.set_index("stage"),
        tabulate_yardsticks(study).frame.to_dict("records"),
    )
    columns = [f"n_to_{code}" for code in (*CODES, UNSTAGED)]
    assert moves["n"].sum() == row["n_both"] and (moves[columns].sum(axis=1) == moves["n"]).all()
    square = moves.loc[CODES, columns[:3]].to_numpy()
    assert np.trace(square) == row["n_same"] and square.sum() == row["n_staged"]
    apart = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    by_chance = np.outer(square.sum(axis=1), square.sum(axis=0)) / square.sum()
    assert row["kappa"] == pytest.approx(1 - (apart * square).sum() / (apart * by_chance).sum())
    assert row["ci_low"] < row["kappa"] < row["ci_high"]


def test_the_list_holds_who_differs_and_both_reasons(study: Analysis) -> None:
    table, (row,) = tabulate_contradictions(study), tabulate_yardsticks(study).frame.to_dict("records")
    frame = table.frame
    assert table.personal and len(frame) == row["n_staged"] - row["n_same"]
    for side, code in (("first", "questionnaire"), ("second", "index")):
        stages = need_stages(study[code])
        assert frame[side].tolist() == stages.stage.astype(object)[frame["unit"]].tolist()
        assert frame[f"why_{side}"].tolist() == because(stages, "en")[frame["unit"]].tolist()
        zh = because(stages, "zh")[frame["unit"]].tolist()
        assert [table.column(f"why_{side}").labels[en].zh for en in frame[f"why_{side}"]] == zh
    assert (frame["first"] != frame["second"]).all() and UNSTAGED not in set(frame["first"]) | set(frame["second"])
    assert (frame["apart"] > 0).sum() == row["n_first_higher"]


def test_two_stages_apart_come_first_and_are_marked(study: Analysis) -> None:
    listed = tabulate_contradictions(study).frame["unit"].tolist()
    both = [
        unit for unit in study["questionnaire"].survey.answers.units if unit in set(study["index"].survey.answers.units)
    ]
    unit = next(unit for unit in both if unit not in listed and need_stages(study["index"]).stage[unit] == "low")
    changed = restaged(study["questionnaire"], {unit: "advanced"})
    other = replace(study, results={**study.results, "questionnaire": changed})
    frame = tabulate_contradictions(other).frame
    assert frame.iloc[0][["unit", "first", "second", "apart", "strong"]].tolist() == [unit, "advanced", "low", 2, "yes"]
    assert (frame["strong"].iloc[1:] == "no").all()
    assert tabulate_yardsticks(other).frame["n_far"].iloc[0] == 1
    assert "1 is two stages apart" in plot_yardsticks(tabulate_yardstick_moves(other), lang="en").headline
    swapped = tabulate_contradictions(other, "index", "questionnaire").frame
    assert swapped.iloc[0][["unit", "apart"]].tolist() == [unit, -2] and len(swapped) == len(frame)


def test_ids_with_two_cities_are_said(study: Analysis) -> None:
    survey = study["index"].survey
    cities = survey.answers.values["city"].copy()
    unit = next(
        place for place, name in enumerate(survey.answers.units) if name in study["questionnaire"].survey.answers.units
    )
    cities[unit] = (cities[unit] + 1) % 9
    answers = replace(survey.answers, values={**survey.answers.values, "city": cities})
    moved = replace(study["index"], survey=replace(survey, answers=answers))
    notes = tabulate_yardsticks(replace(study, results={**study.results, "index": moved})).notes
    assert any(note.en.startswith("1 of them name different cities") for note in notes)
    assert not any("cities" in note.en for note in tabulate_yardsticks(study).notes)


def test_complete_agreement_is_said_to_have_no_width(study: Analysis) -> None:
    both = [
        unit for unit in study["questionnaire"].survey.answers.units if unit in set(study["index"].survey.answers.units)
    ]
    index = need_stages(study["index"]).stage.astype(object)[both]
    twin = replace(study, results={**study.results, "questionnaire": restaged(study["questionnaire"], index.to_dict())})
    table = tabulate_yardsticks(twin)
    (row,) = table.frame.to_dict("records")
    assert (row["kappa"], row["n_same"]) == (1.0, row["n_staged"]) and len(tabulate_contradictions(twin).frame) == 0
    assert any("interval shrinks" in note.en for note in table.notes)
    assert "100%" in plot_yardsticks(tabulate_yardstick_moves(twin), lang="zh").headline


def test_one_survey_twice_is_refused(study: Analysis) -> None:
    with pytest.raises(UsageError, match="Two surveys with the same stages"):
        tabulate_yardsticks(study, "index", "index")
    with pytest.raises(UsageError, match="no such survey"):
        tabulate_yardsticks(study, "index", "visits")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figure_shows_every_count(study: Analysis, lang: str) -> None:
    table = tabulate_yardstick_moves(study)
    figure = plot_yardsticks(table, lang=lang)
    shown = [int(text.get_text()) for axes in figure.axes for text in axes.texts if text.get_gid() == "value"]
    frame = table.frame.set_index("stage")
    assert shown == frame.loc[CODES, [f"n_to_{code}" for code in CODES]].to_numpy().ravel().tolist()
    assert stamped_kind(figure) == "synthetic"
    notes = " ".join(text.get_text() for text in figure.texts)
    assert ("两把尺子" in notes) if lang == "zh" else ("two yardsticks" in notes)
