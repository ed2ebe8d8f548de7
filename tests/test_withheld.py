"""A public page says in a sentence what a table of hidden numbers would say at length; which tables these are follows from what is hidden and from nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from hmsurvey.errors import Text
from hmsurvey.output.content import Drawing, Section, all_tables
from hmsurvey.output.phrases import units_called
from hmsurvey.output.withheld import count_numbers, say_what_is_withheld
from hmsurvey.provenance import Provenance
from hmsurvey.tables import Column, Table

UNITS = units_called("enterprise", enterprises=True)
COLUMNS = (
    Column("city", Text("城市", "City")),
    Column("n", Text("企业数", "n"), "count"),
    Column("low", Text("低", "Low"), "count"),
    Column("share", Text("占比（%）", "Share (%)"), "percent"),
)


def table(hidden: int, *, base: float = 7.0) -> Table:
    """Three rows of three numbers, the first ones hidden."""
    frame = pd.DataFrame({"city": ["a", "b", "c"], **{c: [base, base + 1, base + 2] for c in ("n", "low", "share")}})
    gone = [(row, code) for row in range(3) for code in ("n", "low", "share")][:hidden]
    for row, code in gone:
        frame.loc[row, code] = float("nan")
    return Table(frame, Provenance(), "t", Text("各市", "By city"), COLUMNS, hidden=frozenset(gone))


def section(one: Table) -> Section:
    return Section("s", Text("节", "Section"), (Text("前", "before"), one, Text("后", "after")))


@pytest.mark.parametrize("hidden", range(10))
def test_a_table_stays_up_to_two_thirds_hidden(hidden: int) -> None:
    one = table(hidden)
    assert count_numbers(one) == (9, hidden)
    said = say_what_is_withheld(section(one), UNITS, k=5)
    if hidden <= 6:
        assert said.tables[0] is one and said.annex == ()
        return
    assert said.tables == () and said.figures == ("t",) and isinstance(said.blocks[2], Drawing)
    assert [block.code for block in all_tables([said])] == ["t"]  # the workbook keeps it
    (words,) = said.paragraphs[1:-1]
    much = "all of its 9 numbers" if hidden == 9 else f"{hidden} of its 9 numbers"
    assert f"for {much} are hidden" in words.en and "fewer than 5 enterprises" in words.en
    assert (
        f"共有 9 个数，{'全部' if hidden == 9 else f'其中 {hidden} 个'}隐去" in words.zh and "不足 5 家企业" in words.zh
    )
    assert (
        ("workbook" in words.en) == ("工作簿" in words.zh) == (hidden < 9)
    )  # where nothing is left, nothing is said of it


def test_an_empty_cell_is_no_number() -> None:
    one = table(4)
    one.frame.loc[2, ["n", "low", "share"]] = float("nan")
    assert count_numbers(one) == (6, 4)
    one.frame.loc[1, "share"] = float("nan")
    assert count_numbers(one) == (5, 4)
    assert say_what_is_withheld(section(one), UNITS, k=5).tables == ()


def test_what_is_said_does_not_depend_on_a_number() -> None:
    one, other = (say_what_is_withheld(section(table(7, base=base)), UNITS, k=5) for base in (7.0, 70.0))
    assert one.paragraphs == other.paragraphs
