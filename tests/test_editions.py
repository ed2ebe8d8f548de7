"""An edited copy of a built-in rule is told from the original, and its words follow its numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import DefinitionError
from hmsurvey.indicators import read_system
from hmsurvey.rules import describe, read_rule

RULE = locate_definition("digital_archives", "rules")


def copy_of(folder: Path, old: str = "", new: str = "") -> Path:
    text = RULE.read_text(encoding="utf-8")
    assert old in text
    path = folder / "copy.toml"
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return path


def test_a_faithful_copy_keeps_the_version(tmp_path: Path) -> None:
    assert read_rule(copy_of(tmp_path)).version == read_rule(RULE).version


def test_a_changed_copy_carries_a_mark_of_its_content(tmp_path: Path) -> None:
    plain = read_rule(RULE).version
    first = read_rule(copy_of(tmp_path, "min = 80", "min = 70")).version
    second = read_rule(copy_of(tmp_path, "min = 80", "min = 71")).version
    assert first.startswith(f"{plain}+") and len(first) == len(plain) + 9
    assert first != second


def test_a_raised_version_needs_no_mark(tmp_path: Path) -> None:
    path = copy_of(tmp_path, "min = 80", "min = 70")
    plain = read_rule(RULE).version
    path.write_text(
        path.read_text(encoding="utf-8").replace(f'version = "{plain}"', 'version = "9.9"', 1), encoding="utf-8"
    )
    assert read_rule(path).version == "9.9"


def test_codebooks_and_systems_too(tmp_path: Path) -> None:
    for folder, read in (("codebooks", read_codebook), ("systems", read_system)):
        original = locate_definition("digital_archives", folder)
        path = tmp_path / f"{folder}.toml"
        path.write_text(original.read_text(encoding="utf-8").replace("zh = ", 'zh = "改" #', 1), encoding="utf-8")
        assert "+" in read(path).version
        assert "+" not in read(original).version


def test_the_words_of_a_need_follow_its_number(tmp_path: Path) -> None:
    rule = read_rule(copy_of(tmp_path, "min = 80", "min = 72.5"))
    words = describe(rule.stages[0].needs[0], None)
    assert words == ("总分不低于 72.5 分", "total at least 72.5")
    carrier = read_rule(locate_definition("carrier", "rules"))
    assert describe(carrier.stages[0].needs[0], None).en == "at least 50% of archive types captured by a system"


def test_words_that_name_another_number_are_refused(tmp_path: Path) -> None:
    path = copy_of(
        tmp_path,
        'zh = "总分不低于 {min} 分", en = "total at least {min}", score = "total", min = 80',
        'en = "total at least 80", score = "total", min = 70',
    )
    with pytest.raises(DefinitionError, match=r"The need's label names another number\.\n.*total80"):
        read_rule(path)
