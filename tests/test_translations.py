"""Every word of our own is there in both languages, in the script of its language, in characters that the shipped fonts have; numbers and dates follow the language."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hmsurvey.errors import Text, UsageError
from hmsurvey.output.phrases import date_words, percent
from hmsurvey.output.typesetting import missing_glyphs

PACKAGE = Path(__file__).resolve().parents[1] / "hmsurvey"
HAN = re.compile(r"[\u3400-\u9fff]")

# Pieces of a sentence that the other language builds without them.
ONE_SIDED = {("取", ""), ("", "\0 (\0) \0"), ("", "\0 (\0) \0 \0")}
# Codes, commands and names of methods, which Chinese writes in Latin letters too.
LATIN = {"one、many", "Kendall τ-b", "\0：hmsurvey \0", "propagate、drop、zero、credit、worst、best"}


def literal(node: ast.expr) -> str | None:
    """The text of a constant or an f-string, its fields as a mark; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = literal(node.left), literal(node.right)
        return None if left is None and right is None else (left or "\0") + (right or "\0")
    return None


@cache
def texts_in_code() -> tuple[tuple[str, str, str], ...]:
    """Every `Text(zh, en)` of the package whose sides are written out: place, Chinese, English."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Text", "Passage") and len(node.args) == 2:
                zh, en = (literal(arg) for arg in node.args)
                if zh is not None and en is not None:
                    found.append((f"{path.relative_to(PACKAGE)}:{node.lineno}", zh, en))
    return tuple(found)


def texts_in_definitions() -> Iterator[tuple[str, str, str]]:
    """Every pair of zh and en (and of zh_x with en_x, x_zh with x_en) in the definition files."""
    for path in sorted((PACKAGE / "definitions").rglob("*.toml")):
        yield from pairs(tomllib.loads(path.read_text(encoding="utf-8")), str(path.relative_to(PACKAGE)))


def pairs(entry: Any, where: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(entry, list):
        for item in entry:
            yield from pairs(item, where)
    if isinstance(entry, dict):
        for key, value in entry.items():
            yield from pairs(value, where)
            if isinstance(value, str) and (other := other_language(key)):
                zh, en = (value, entry.get(other, "")) if "zh" in key.split("_") else (entry.get(other, ""), value)
                yield f"{where}: {key} = {value[:40]!r}", str(zh), str(en)


def other_language(key: str) -> str:
    parts = key.split("_")
    swap = {"zh": "en", "en": "zh"}
    return "_".join(swap.get(part, part) for part in parts) if {"zh", "en"} & set(parts) else ""


def test_there_are_texts_to_look_at() -> None:
    assert len(texts_in_code()) > 1500
    assert len(list(texts_in_definitions())) > 1500


def test_no_half_is_missing() -> None:
    texts = [*texts_in_code(), *texts_in_definitions()]
    assert [text for text in texts if bool(text[1]) != bool(text[2]) and text[1:] not in ONE_SIDED] == []


def test_each_half_is_in_its_language() -> None:
    wrong = []
    for where, zh, en in (*texts_in_code(), *texts_in_definitions()):
        if HAN.search(zh) is None and zh != en and zh not in LATIN and re.search(r"[A-Za-z]{2}", zh):
            wrong.append((where, "no Chinese", zh))
        if HAN.search(re.sub(r"[《“][^》”]*[》”]", "", en)) and zh != en:
            wrong.append((where, "Chinese in English", en))
    assert wrong == []


def test_our_words_have_every_glyph() -> None:
    lacking = {
        (where, "".join(missing))
        for where, zh, en in (*texts_in_code(), *texts_in_definitions())
        if (missing := missing_glyphs((zh + en).replace("\0", "")))
    }
    assert lacking == set()


def test_the_check_sees_what_it_looks_for() -> None:
    node = ast.parse('Text("缺", "")').body[0]
    assert isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    assert [literal(arg) for arg in node.value.args] == ["缺", ""]
    assert missing_glyphs("\U0002ffff") == ["\U0002ffff"]
    assert list(pairs({"zh": "甲"}, "x")) == [("x: zh = '甲'", "甲", "")]


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2024-01-21", Text("2024年1月21日", "21 January 2024")),
        ("2024-12", Text("2024年12月", "December 2024")),
        ("2024", Text("2024年", "2024")),
        ("2024-13-01", Text("2024-13-01", "2024-13-01")),
        ("", Text("", "")),
    ],
)
def test_dates_follow_the_language(date: str, words: Text) -> None:
    assert date_words(date) == words


def test_percentages_have_one_sign_in_both_languages() -> None:
    assert percent(12.34) == "12.3%"
    full_width = [where for where, zh, en in (*texts_in_code(), *texts_in_definitions()) if "％" in zh + en]
    assert full_width == []


@pytest.mark.parametrize("lang", ["fr", "ZH", "", None])
def test_no_other_language_passes_for_english(lang: object) -> None:
    with pytest.raises(UsageError, match="There is no such language") as found:
        Text("高级", "Advanced").of(lang)  # type: ignore[arg-type]
    assert '"zh" or "en"' in str(found.value)
