"""What a notebook shows of a table: labels in both languages, numbers by their unit, whose data they are, and nothing that runs."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from hmsurvey.errors import Text
from hmsurvey.provenance import Kind, Provenance, Source
from hmsurvey.tables import Column, Table, table_html


def make(kind: Kind = "real", *, personal: bool = False) -> Table:
    frame = pd.DataFrame(
        {
            "city": ["a", "b", None],
            "n": [1200.0, 3.0, math.nan],
            "share": [12.34, -0.5, math.nan],
            "remark": ["<script>x</script>", "A & B", ""],
        }
    )
    columns = (
        Column("city", Text("城市", "City"), "code", labels={"a": Text("甲", "Alpha"), "b": Text("B1 乙", "B1 Beta")}),
        Column("n", Text("企业数", "n"), "count"),
        Column("share", Text("占比（%）", "Share (%)"), "percent", decimals=2),
        Column("remark", Text("备注", "备注")),
    )
    source = Provenance((Source("答卷 <b>", kind),))
    return Table(frame, source, "t", Text("表", "A table"), columns, (Text("注", "A note"),), personal)


def cells(page: str) -> list[list[str]]:
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    return [[cell.split(">", 1)[1].split("</td>")[0] for cell in row.split("<td")[1:]] for row in rows]


def test_labels_stand_in_both_languages_and_a_common_code_once() -> None:
    page = make()._repr_html_()
    assert '<div class="hm-title">A table <span class="hm-other" lang="zh">表</span></div>' in page
    assert cells(page)[0][0] == 'Alpha <span class="hm-other" lang="zh">甲</span>'
    assert cells(page)[1][0] == 'B1 Beta <span class="hm-other" lang="zh">乙</span>'
    assert "<th>备注</th>" in page
    assert 'A note <span class="hm-other" lang="zh">注</span>' in page


def test_numbers_follow_their_unit_and_nothing_is_a_dash() -> None:
    rows = cells(make()._repr_html_())
    assert [row[1] for row in rows] == ["1,200", "3", "–"]
    assert [row[2] for row in rows] == ["12.34", "−0.50", "–"]
    assert rows[2][0] == "–" and rows[2][3] == ""


def test_what_comes_from_a_workbook_is_escaped() -> None:
    page = make()._repr_html_()
    assert "<script" not in page and "&lt;script&gt;" in page and "A &amp; B" in page


@pytest.mark.parametrize(
    ("kind", "words"),
    [("synthetic", "SYNTHETIC DATA"), ("undeclared", "Data of undeclared origin"), ("real", "Real data")],
)
def test_the_banner_says_whose_data_they_are(kind: Kind, words: str) -> None:
    page = make(kind)._repr_html_()
    (banner,) = [part.split("</div>")[0] for part in page.split('class="hm-banner"')[1:]]
    assert words in banner and "internal" not in banner


def test_rows_about_single_units_are_marked() -> None:
    assert "Rows are single enterprises: for internal use" in make("real", personal=True)._repr_html_()


def test_a_table_of_definitions_has_no_data_to_declare() -> None:
    page = replace(make(), provenance=Provenance().with_definition("index 1.0"))._repr_html_()
    assert "Definitions only, no data" in page and "undeclared" not in page


def test_a_long_table_counts_what_it_does_not_show() -> None:
    frame = pd.DataFrame({"n": range(31)})
    table = Table(frame, Provenance(), "t", columns=(Column("n", Text("数", "n"), "count"),))
    page = table_html(table)
    assert len(cells(page)) == 30 and "1 more row not shown" in page and 'hm-title">' not in page
    whole = table_html(replace(table, frame=frame.head(30)))
    assert len(cells(whole)) == 30 and "not shown" not in whole
