"""Tables on a terminal: columns stand below each other in Chinese and English, bounds share a column, nothing is lost."""

from __future__ import annotations

from unicodedata import east_asian_width

import pandas as pd
import pytest

from hmsurvey.cli.screen import table_lines
from hmsurvey.errors import LANGS, Lang, Text
from hmsurvey.provenance import Provenance
from hmsurvey.tables import Column, Table

NAMES = Text(
    "一个名称很长很长的城市，长得一行放不下，只好另起一行（再加一个括号）",
    "A city of a name so long that one line of a terminal cannot hold it",
)

NAMED = {"zh": ("一个名称很长很长的", "只好另起一行（再加一个括号）"), "en": ("ofanamesolong", "cannotholdit")}


def table() -> Table:
    frame = pd.DataFrame(
        {"g": ["a", "b"], "n": [3, 12], "share_pct": [25.04, float("nan")], "lift_low": [1.0, float("nan")], "lift_high": [8.0, float("nan")], "secret": [1.5, 2.5]}
    )  # fmt: skip
    columns = (
        Column("g", Text("城市", "City"), "code", labels={"a": NAMES, "b": Text("鞍山", "Anshan")}),
        Column("n", Text("企业数", "Enterprises"), "count"),
        Column("share_pct", Text("占比", "Share"), "percent"),
        Column("lift_low", Text("上升企业数：下限", "Enterprises that rise: lower bound"), "number"),
        Column("lift_high", Text("上升企业数：上限", "Enterprises that rise: upper bound"), "number"),
        Column("secret", Text("不列", "Left out"), "number"),
    )
    return Table(frame, Provenance(), "t", Text("表", "Table"), columns)


def wide(line: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.parametrize("lang", LANGS)
def test_a_table_on_a_terminal(lang: Lang) -> None:
    lines = table_lines(table(), lang, without=("secret",))
    assert len({wide(line) for line in lines}) == 1 and wide(lines[0]) < 100
    every = "".join("".join(lines).split())
    assert all(part in every for part in NAMED[lang])
    for words in ("25.0", "1–8", "12", {"zh": "鞍山", "en": "Anshan"}[lang]):
        assert words in every
    assert "Left" not in every and "不列" not in every and "2.5" not in every
    head = "".join(lines[: next(k for k, line in enumerate(lines) if line.startswith("--"))])
    assert {"zh": "区间", "en": "interval"}[lang] in head and {"zh": "下限", "en": "lower"}[lang] not in head
    last = lines[-1].split()
    assert last == [{"zh": "鞍山", "en": "Anshan"}[lang], "12", "–", "–"]


def test_both_ends_of_an_interval_have_the_same_decimals() -> None:
    frame = pd.DataFrame({"lift_low": [0.0, 6.0], "lift_high": [5.0, 18.5]})
    columns = (Column("lift_low", Text("低", "Low"), "number"), Column("lift_high", Text("高", "High"), "number"))
    lines = table_lines(Table(frame, Provenance(), "t", Text("表", "Table"), columns), "en")
    assert [line.strip() for line in lines[-2:]] == ["0.0–5.0", "6.0–18.5"]
