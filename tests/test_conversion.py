"""The workbook opens in another program than the one it is meant for, and says the same there."""

from __future__ import annotations

import re
from pathlib import Path

from converting import needs_chinese_font, needs_office, pages_of
from printing import edition
from small_study import HOSTILE, small_study

from hmsurvey.output.book import write_books


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
