"""Workbook and brief open in another program than the one they are meant for, and say the same there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from converting import needs_chinese_font, needs_office, pages_of
from printing import edition
from small_study import HOSTILE, small_study

from hmsurvey.analysis.digest import digest_of
from hmsurvey.errors import Lang
from hmsurvey.output.book import write_books
from hmsurvey.output.brief import write_brief


@needs_office
@needs_chinese_font
def test_libreoffice_shows_the_workbook_as_it_is_written(tmp_path: Path) -> None:
    whole = edition(small_study(tmp_path, names=HOSTILE))
    tables, single = write_books(whole, tmp_path)
    pages = pages_of(tables, tmp_path / "office")
    text = "\n".join(pages)
    assert "模拟数据" in pages[0] and "SYNTHETIC" in pages[0]
    assert "东市" in text and "85.0" in text and "53.8" in text  # mean totals of a city and of all
    assert not re.search(r"#(REF|NAME|VALUE|DIV|N/A)|Err:\d", text)
    inside = "".join("".join(pages_of(single, tmp_path / "office")).split())
    for name in HOSTILE[:2]:  # neither run nor swallowed
        assert "".join(name.split()) in inside


@needs_office
@needs_chinese_font
@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("模拟数据", "主要结论", "总分不低于 80")), ("en", ("SYNTHETIC", "Main findings", "total at least 80"))],
)
def test_libreoffice_sets_the_brief(tmp_path: Path, lang: Lang, words: tuple[str, ...]) -> None:
    analysis = small_study(tmp_path)
    brief = write_brief(edition(analysis, sections=()), tmp_path, digest=digest_of(analysis), lang=lang)
    pages = pages_of(brief, tmp_path / "office")
    text = "".join("".join(pages).split())
    assert words[0] in pages[0]
    for said in words:
        assert "".join(said.split()) in text
    assert "Error!" not in text and len(pages) <= 6
