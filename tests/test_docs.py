"""The documents written from definition files are the committed ones, and say what the files say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from hmsurvey.output.assumptions import assumptions_in_use, read_assumptions
from hmsurvey.study import analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


def documents() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, str] = module.documents()
    return found


DOCUMENTS = documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_committed_document_is_the_generated_one(name: str) -> None:
    committed = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert committed == DOCUMENTS[name], "run: python tools/make_docs.py"


def test_the_index_document_has_every_indicator() -> None:
    codes = re.findall(r"^\*\*([A-F]\d\.\d) ", DOCUMENTS["INDEX_SYSTEM.md"], re.M)
    assert len(codes) == len(set(codes)) == 54


def test_the_guidelines_are_not_claimed_beyond_their_tag() -> None:
    text = DOCUMENTS["INDEX_SYSTEM.md"]
    assert "| G | 8 |" in text
    assert text.count("性质 Status: 出自《指南》") == 6


def test_assumptions_are_numbered_once() -> None:
    codes = [a.code for file in read_assumptions() for a in file.assumptions]
    assert len(codes) == len(set(codes))
    for file in read_assumptions():
        for one in file.assumptions:
            assert one.text.zh and one.text.en and one.why.zh and one.why.en, one.code


def test_a_study_names_the_assumptions_it_rests_on() -> None:
    analysis = analyse(read_study(ROOT / "study.toml"))
    used = {a.code for a in assumptions_in_use(analysis)}
    assert {"A01", "A05", "A06", "A25", "A52", "A62", "A63", "A78", "A79"} <= used
    assert not {"A57", "A58", "A68", "A70"} & used, "those of rules that were not used"
    case = analyse(read_study(ROOT / "cases" / "govtech_maturity" / "study.toml"))
    assert {a.file for a in assumptions_in_use(case)} <= {"engine"}
