"""Numbers that cannot be are said on the screen of a run, not only in a footnote: registry against answers, visits against answers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import hmsurvey.study
from hmsurvey.analysis.slips import slips_of
from hmsurvey.cli import main
from hmsurvey.output import walk
from hmsurvey.study import Analysis, analyse, read_study

STUDY = Path(__file__).resolve().parents[1] / "study.toml"


@cache
def study() -> Analysis:
    return analyse(read_study(STUDY))


def with_registry(changes: dict[str, float], *, row: int = 0) -> Analysis:
    """The study with other numbers in one row of its registry (the first is Shenyang)."""
    analysis = study()
    assert analysis.registry is not None
    survey = analysis.registry.survey
    values = dict(survey.answers.values)
    for code, value in changes.items():
        values[code] = values[code].astype(float).copy()
        values[code][row] = value
    return replace(
        analysis, registry=replace(analysis.registry, survey=replace(survey, answers=replace(survey.answers, values=values)))
    )  # fmt: skip


def with_visits_to_nobody(n: int) -> Analysis:
    analysis = study()
    assert analysis.visits is not None
    answers = analysis.visits.answers
    ids = np.array(answers.values["unit"], dtype=object)
    ids[:n] = [f"nobody{j}\x1b[2J" for j in range(n)]
    return replace(
        analysis, visits=replace(analysis.visits, answers=replace(answers, values={**answers.values, "unit": ids}))
    )


def test_the_study_as_shipped_contradicts_itself_nowhere() -> None:
    assert slips_of(study()) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_in_production": 19}, ["Shenyang, “Survey of the state of digital archives”: more usable answers than enterprises in production, 20 against 19"]),
        ({"n_returned_index": 19}, ["Shenyang, “Survey of the state of digital archives”: more usable answers than were returned, 20 against 19"]),
        ({"n_sent_index": 19}, ["Shenyang, “Survey of the state of digital archives”: more returned than sent, 20 against 19"]),
        ({"n_in_production": 20, "n_returned_index": np.nan, "n_sent_index": np.nan}, []),
    ],
)  # fmt: skip
def test_impossible_numbers_of_the_registry_are_warnings(changes: dict[str, float], words: list[str]) -> None:
    found = slips_of(with_registry(changes))
    assert [f.what.en for f in found] == words
    assert all(f.level == "warning" for f in found)


def screen(
    analysis: Analysis, lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], out: Path
) -> list[str]:
    """What a run prints, but for what it writes."""
    monkeypatch.setattr(hmsurvey.study, "analyse", lambda plan: analysis)
    monkeypatch.setattr(walk, "write_all", lambda *_, **__: {})
    main(["run", str(STUDY), "--out", str(out), "--lang", lang, "--no-notebooks"])
    return capsys.readouterr().out.splitlines()


def test_a_run_says_them_on_the_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = screen(with_registry({"n_in_production": 1, "n_returned_index": 19}), "en", monkeypatch, capsys, tmp_path)
    at = next(j for j, line in enumerate(said) if line.startswith("    registry: n = 14"))
    assert "3 warnings" in said[at] and all("Shenyang" in line for line in said[at + 1 : at + 4])
    assert said[at + 4].startswith("    visits: ") and "0 warnings" in said[at + 4]


def test_the_first_of_many_are_named_and_nothing_runs_in_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = screen(with_visits_to_nobody(5), "zh", monkeypatch, capsys, tmp_path)
    at = next(j for j, line in enumerate(said) if line.startswith("    走访记录："))
    assert "警告 5 条" in said[at]
    assert all("没有对应的有效答卷" in line and "\x1b" not in line for line in said[at + 1 : at + 4])
    assert said[at + 4] == "      另有 2 条"
