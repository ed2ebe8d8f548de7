"""On a page, columns of words that repeat themselves are said once below the table; numbers and hidden cells stay."""

from __future__ import annotations

import pandas as pd

from hmsurvey.errors import Text
from hmsurvey.output.folding import fold_columns
from hmsurvey.provenance import Provenance
from hmsurvey.tables import Column, Table

LABELS = {"x": Text("精确区间", "exact"), "no": Text("没有答卷。", "No answers.")}


def table(method: list[str | None], note: list[str | None], *, hidden: tuple[tuple[int, str], ...] = ()) -> Table:
    n = len(method)
    frame = pd.DataFrame(
        {"city": [f"c{k}" for k in range(n)], "same": [1.0] * n, "method": method, "note": note}, dtype=object
    )
    columns = (
        Column("city", Text("城市", "City")),
        Column("same", Text("数", "Number"), "number"),
        Column("method", Text("方法", "Method"), "code", labels=LABELS),
        Column("note", Text("说明", "Note"), "code", labels=LABELS),
    )
    return Table(
        frame, Provenance(), "t", Text("表", "Table"), columns, (Text("原注", "as before"),), hidden=frozenset(hidden)
    )


def test_what_every_row_says_is_said_once() -> None:
    folded = fold_columns(table(["x"] * 3, ["", None, "no"]))
    assert list(folded.frame) == [column.code for column in folded.columns] == ["city", "same"]
    assert folded.notes == (
        Text("方法：精确区间。", "Method: exact."),
        Text("没有答卷（c2）。", "No answers (c2)."),
        Text("原注", "as before"),
    )


def test_what_differs_stays() -> None:
    assert list(fold_columns(table(["x", "x", "no"], ["a", "b", "c"])).frame) == ["city", "same", "method"]
    assert list(fold_columns(table(["x", "x", None], [""] * 3)).frame) == ["city", "same", "method"]
    many = table(["x", "no"] * 4, ["1", "2", "3", "4"] * 2)
    assert fold_columns(many) is many  # too many different remarks for notes
    short = table(["x"] * 2, [""] * 2)
    assert fold_columns(short) is short


def test_rows_with_one_name_are_named_once() -> None:
    one = table(["x", "no", "x"], ["no", "no", ""])
    one.frame["city"] = ["c", "c", "d"]
    assert fold_columns(one).notes[0].en == "No answers (c)."


def test_a_column_with_a_hidden_cell_stays() -> None:
    one = table(["x", None, "x"], [None, "", ""], hidden=((1, "method"), (0, "note")))
    assert fold_columns(one) is one
