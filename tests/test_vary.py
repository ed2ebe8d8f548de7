"""The long run: what is written where, that it goes on where it was stopped, and that it says what does not fit."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hmsurvey.analysis.drawing import BLOCK
from hmsurvey.analysis.robustness import vary
from hmsurvey.cli.vary import command
from hmsurvey.output.content import content_of
from hmsurvey.output.robust import tell_robustness
from hmsurvey.output.varying import VaryRun
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


def run(out: Path, *more: str) -> Result:
    return CliRunner().invoke(
        command, [str(ROOT / "study.toml"), "--survey", "index", "--out", str(out), "--lang", "en", *more]
    )


def test_the_verb_writes_tables_with_their_sidecars(tmp_path: Path) -> None:
    done = run(tmp_path, "--draws", "300", "--runs", "32")
    assert done.exit_code == 0, done.output
    written = sorted(p.name for p in (tmp_path / "index" / "internal").glob("*.csv"))
    assert written == [
        f"{name}_index.csv" for name in ("city_chances", "influence", "share_ranges", "stage_chances", "unit_influence")
    ]
    assert "300/300" in done.output
    first = (tmp_path / "index" / "internal" / "stage_chances_index.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(first) == 236 and first[1].endswith("synthetic")
    side = (tmp_path / "index" / "internal" / "stage_chances_index.csv.provenance.json").read_text(encoding="utf-8")
    assert "variation digital_archives 1.0" in side
    for words in ("300 draws, seed 20240121; what was varied:", "Weights of areas: each weight of A, B, C, D, E, F by up to ±25%", "cut-offs move so that"):  # fmt: skip
        assert words in done.output and words in side


def test_a_stopped_run_goes_on_and_ends_as_if_it_had_not_been_stopped(analysis: Analysis, tmp_path: Path) -> None:
    result = analysis["questionnaire"]
    assert result.plan.variation is not None
    draws = 2 * BLOCK + 50
    steps = VaryRun(result, result.plan.variation, tmp_path, seed=3).go_on(draws, threads=1)
    assert next(steps) == BLOCK
    steps.close()  # what Ctrl-C does
    second = VaryRun(result, result.plan.variation, tmp_path, seed=3)
    assert second.done == BLOCK and list(second.go_on(draws)) == [2 * BLOCK, draws]
    whole = vary(result, result.plan.variation, draws=draws, seed=3)
    second.tally.add(second.rest)
    assert (second.tally.stages == whole.stage_counts).all() and (second.tally.shares == whole.share_counts).all()
    assert VaryRun(result, result.plan.variation, tmp_path, seed=4).done == 0


def test_more_draws_than_were_asked_for_are_not_taken_apart(tmp_path: Path) -> None:
    assert run(tmp_path, "--draws", str(BLOCK), "--runs", "0").exit_code == 0
    again = run(tmp_path, "--draws", "100", "--runs", "0")
    assert "More draws are there" in str(again.exception)
    assert "draws are there already" in run(tmp_path, "--draws", str(BLOCK), "--runs", "0").output


def test_the_section_says_who_is_firm_and_what_matters(analysis: Analysis) -> None:
    section = tell_robustness(content_of(analysis, ()))
    assert section is not None
    english, chinese = (" ".join(p.of(lang) for p in section.paragraphs) for lang in ("en", "zh"))
    assert "keep their stage in at least nine draws of ten" in english and "is moved most by" in english
    assert "处在边缘" in chinese and "分数是斜坡" in chinese and "What was varied" in english
    assert [t.personal for t in section.tables] == [False] * len(section.tables)
    assert {t.code for t in section.annex if t.personal} >= {"stage_chances_index", "unit_influence_index"}
