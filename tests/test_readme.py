"""README's links lead somewhere, and both languages show the same commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hmsurvey.cli import VERBS

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "README.zh.md", *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md")))]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    lost = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert lost == []


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_every_verb_is_shown(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [verb for verb in VERBS if f"hmsurvey {verb}" not in text] == []


def test_both_languages_give_the_same_steps() -> None:
    steps = [
        [
            line.split("#")[0].strip()
            for line in (ROOT / page).read_text(encoding="utf-8").splitlines()
            if line.startswith((".venv", "make ", "py "))
        ]
        for page in ("README.md", "README.zh.md")
    ]
    assert steps[0] == steps[1] and len(steps[0]) >= 9
