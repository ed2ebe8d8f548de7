"""The explorer as a file: what is in it, what is not, and which indices it refuses to move. How it behaves is tried in `test_browser`."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from explorer_pages import AREAS, LEAVES, RULE, data_of, rows_of, study_with
from small_study import HOSTILE, small_study

from hmsurvey.analysis.digest import digest_of
from hmsurvey.output.explorer import write_explorer, write_public_explorer
from hmsurvey.output.explorer_model import Refusal, carry_model
from hmsurvey.output.explorer_words import OF_UNITS, WORDS
from hmsurvey.study import analyse, read_study

ROOT = Path(__file__).resolve().parents[1]
DEFINITIONS = ROOT / "hmsurvey" / "definitions"
SCRIPTS = ("explorer_view.js", "explorer_panels.js", "explorer_whatif.js", "explorer.js")


def page_of(paths: list[Path]) -> str:
    (path,) = paths
    return path.read_text(encoding="utf-8")


def test_the_page_is_one_file_that_may_do_nothing_but_run_itself(tmp_path: Path) -> None:
    page = page_of(write_explorer(small_study(tmp_path), tmp_path))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(part.strip().split(" ", 1) for part in policy.replace("&#39;", "'").split(";"))
    (script,), (style,) = (
        re.findall(r"<script>(.*?)</script>", page, re.S),
        re.findall(r"<style>(.*?)</style>", page, re.S),
    )
    for name, text in (("script-src", script), ("style-src", style)):
        assert rules[name] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert rules["default-src"] == "'none'" and rules["require-trusted-types-for"] == "'script'"
    assert re.findall(r"(?:src|href)\s*=\s*\"([^\"]*)\"", page) == ["#main"]
    assert not re.search(r"https?://", page)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|fetch\(", script)


def test_hostile_names_stay_data(tmp_path: Path) -> None:
    page = page_of(write_explorer(small_study(tmp_path, names=HOSTILE, cities=HOSTILE), tmp_path))
    assert page.count("<script") == 2 and page.count("</script") == 2
    survey = data_of(page)["surveys"][0]
    assert survey["units"]["name"] == list(HOSTILE)
    assert sorted(group["label"][0] for group in survey["groups"]) == sorted(HOSTILE)


def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    analysis = small_study(tmp_path)
    assert page_of(write_explorer(analysis, tmp_path / "a")) == page_of(write_explorer(analysis, tmp_path / "b"))
    assert '<html lang="en"' in page_of(write_explorer(analysis, tmp_path / "c", lang="en"))


@pytest.mark.parametrize(
    ("kind", "units", "expected"),
    [
        ("synthetic", "enterprises", ("模拟数据", "SYNTHETIC", "内部资料", "Holds single enterprises")),
        ("real", "enterprises", ("真实数据", "Internal", "Holds single enterprises")),
        ("real", "public", ("真实数据", "公开版", "The units are public entities.")),
    ],
)
def test_the_banner_says_what_the_data_are_and_for_whom(
    tmp_path: Path, kind: str, units: str, expected: tuple[str, ...]
) -> None:
    page = page_of(write_explorer(small_study(tmp_path, kind=kind, units=units), tmp_path))
    (banner,) = re.findall(r'<div class="banner".*?</div></div>', page, re.S)
    for words in expected:
        assert words in banner
    assert (data_of(page)["mark"] is not None) == (kind == "synthetic")


def test_a_study_without_stages_has_no_explorer(tmp_path: Path) -> None:
    analysis = small_study(tmp_path, parts=("system",))
    assert write_explorer(analysis, tmp_path / "out") == []
    assert write_public_explorer(digest_of(analysis), tmp_path / "out") == []
    assert not (tmp_path / "out").exists()


def test_every_word_is_in_both_languages_and_used() -> None:
    script = "".join((DEFINITIONS / name).read_text(encoding="utf-8") for name in SCRIPTS)
    template = (DEFINITIONS / "explorer.html.j2").read_text(encoding="utf-8")
    for key, text in (WORDS | OF_UNITS).items():
        assert text.zh and text.en, key
        assert sorted(re.findall(r"\{\w+\}", text.zh)) == sorted(re.findall(r"\{\w+\}", text.en)), key
        assert f'"{key}"' in script or f"words.{key}" in script or f'"{key}"' in template, f"{key} is not used"
    asked = set(re.findall(r'say\("(\w+)"', script)) | set(re.findall(r"DATA\.words\.(\w+)", script))
    assert asked <= set(WORDS)
    assert set(OF_UNITS) <= set(WORDS)


def test_the_public_page_has_the_same_face_and_no_unit(tmp_path: Path) -> None:
    analysis = small_study(tmp_path)
    data = data_of(page_of(write_public_explorer(digest_of(analysis), tmp_path)))
    inside = data_of(page_of(write_explorer(analysis, tmp_path)))
    (public,), (internal,) = data["surveys"], inside["surveys"]
    assert not {"units", "written", "model", "refusal", "because", "shares"} & set(public)
    text = str(data)
    assert not any(name in text for name in ("甲厂", "乙厂", "u1", "u2"))
    assert {key: public[key] for key in ("code", "label", "rule", "stages", "groups")} == {
        key: internal[key] for key in ("code", "label", "rule", "stages", "groups")
    }
    assert public["rows"] == [
        {"code": "东市", "n": 2, "counts": [2, 0, 0], "means": [95, 75], "total": 85},
        {"code": "西市", "n": 3, "counts": [0, 2, 1], "means": [(50 + 0 + 60) / 3, 20], "total": 22.5},
        {"code": "all", "n": 5, "counts": [2, 2, 1], "means": [60, 47.5], "total": 53.75},
    ]


def test_what_a_digest_hides_is_marked_and_its_number_is_not_there(tmp_path: Path) -> None:
    digest = digest_of(small_study(tmp_path))
    table = digest["stages_small"]
    frame = table.frame.astype({"n_high": float})
    frame.loc[1, "n_high"] = np.nan
    tables = {**digest.tables, "stages_small": replace(table, frame=frame, hidden=frozenset({(1, "n_high")}))}
    page = page_of(write_public_explorer(replace(digest, tables=tables, protected=True), tmp_path))
    assert data_of(page)["surveys"][0]["rows"][1]["counts"] == ["hidden", 2, 1]
    assert "只含汇总表，已作披露控制。" in page


TOTAL = 'total = "total"\n\n[[node]]\ncode = "total"\naggregate = "arithmetic"\nmin_available = 0.5\n'
BY_NUMBERS = RULE.replace("TOP", "5").replace("LOW", "2")


@pytest.mark.parametrize(
    ("system", "rule", "why"),
    [
        (
            TOTAL + "bands = [[0, 1], [5, 2]]\n" + AREAS + LEAVES,
            BY_NUMBERS,
            "The total is transformed after it is put together.",
        ),
        (
            TOTAL + AREAS + LEAVES + '\n[[node]]\ncode = "beside"\nof = ["A", "q5"]\naggregate = "sum"\n',
            BY_NUMBERS,
            "The total or a part of it belongs to other nodes: beside.",
        ),
        (
            TOTAL + AREAS + LEAVES,
            '[[stage]]\ncode = "high"\nneeds = [{ points = "q1", min = 3 }]\n\n[[stage]]\ncode = "low"\nneeds = []\n',
            "The rule asks for no score: there is no cut-off to move.",
        ),
    ],
)
def test_what_a_page_cannot_stage_exactly_is_refused_by_name(tmp_path: Path, system: str, rule: str, why: str) -> None:
    analysis = study_with(tmp_path, system, rule, rows_of(12))
    model = carry_model(analysis["small"])
    assert isinstance(model, Refusal) and model.why.en == why and model.why.zh
    survey = data_of(page_of(write_explorer(analysis, tmp_path)))["surveys"][0]
    assert survey["model"] is None and survey["refusal"][1] == why
    stages = analysis["small"].stages
    assert stages is not None
    codes = [stage["code"] for stage in survey["stages"]]
    assert [codes[place] for place in survey["written"]["place"]] == list(stages.stage)


def test_a_mean_that_other_weights_may_not_have_is_refused(tmp_path: Path) -> None:
    total = TOTAL.replace("arithmetic", "geometric") + 'zero = "error"\n'
    rows = [{f"q{k}": 50 for k in range(1, 7)}, {f"q{k}": 40 for k in range(1, 7)} | {"q6": 0}]
    leaves = LEAVES.replace(
        'in = "total"\nline = [[0, 0], [100, 4]]\nweight = 0.5', 'in = "total"\nline = [[0, 0], [100, 4]]\nweight = 0'
    )
    assert leaves != LEAVES
    model = carry_model(study_with(tmp_path, total + AREAS + leaves, BY_NUMBERS, rows)["small"])
    assert isinstance(model, Refusal) and "other weights could have no mean" in model.why.en


def test_the_study_itself_is_carried_small_enough(tmp_path: Path) -> None:
    analysis = analyse(read_study(ROOT / "study.toml"))
    page = page_of(write_explorer(analysis, tmp_path))
    assert len(page.encode("utf-8")) < 600_000
    index, questionnaire = data_of(page)["surveys"]
    assert (index["code"], questionnaire["code"]) == ("index", "questionnaire")
    assert [bound["value"] for bound in index["model"]["bounds"]] == [80, 40, 60, 0]
    assert [child["code"] for child in index["model"]["children"]] == list("ABCDEF")
    assert questionnaire["model"] is None and "without an index" in questionnaire["refusal"][1]
    assert len(data_of(page)["tiles"]) == 14
    # Weightings that change more than the weights below the total are not offered as a set of slider positions.
    names = [one["label"][1] for one in index["model"]["weightings"]]
    assert "Seventeen items alike" not in names and len(names) == 4
