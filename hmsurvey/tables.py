"""A table that may leave: a traced frame of codes, with what its columns mean in both languages.

Frames hold codes; people get labels at the exits. A `Table` carries title, columns, units and labels, so that a CSV, a sheet, a chart and a page
say the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from hmsurvey.errors import NOTHING, Lang, Text
from hmsurvey.provenance import Traced

Unit = Literal["code", "text", "count", "percent", "score", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its code in the frame, label, unit, what it means, and labels of the codes in it.

    `unit`: "code" (a code with labels), "text", "count", "percent" (0-100), "score" (the index's own scale), "number".
    """

    code: str
    label: Text
    unit: Unit = "text"
    meaning: Text = NOTHING
    labels: Mapping[str, Text] = field(default_factory=dict)
    decimals: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Table(Traced):
    """A traced frame with its words: one `Column` for every column of the frame, in order."""

    code: str = ""
    title: Text = NOTHING
    columns: tuple[Column, ...] = ()
    notes: tuple[Text, ...] = ()
    personal: bool = False  # rows are about single units: such a table stays inside the house

    def __post_init__(self) -> None:
        names = [column.code for column in self.columns]
        if list(self.frame.columns) != names:
            raise ValueError(f"table {self.code}: columns {list(self.frame.columns)} are described as {names}")

    def column(self, code: str) -> Column:
        """Return a column's description; KeyError when there is none."""
        for column in self.columns:
            if column.code == code:
                return column
        raise KeyError(code)

    def __repr__(self) -> str:
        return f"{self.title.en}\n{labelled(self, 'en').to_string(index=False)}\n[{self.provenance.kind}]"


def labelled(table: Table, lang: Lang) -> pd.DataFrame:
    """Return the frame with labels in place of codes and headers, numbers as they are."""
    frame = table.frame.copy()
    for column in table.columns:
        if column.labels:
            words = {code: label.of(lang) for code, label in column.labels.items()}
            frame[column.code] = frame[column.code].astype(object).map(lambda code, w=words: w.get(code, code))
    frame.columns = pd.Index([column.label.of(lang) for column in table.columns])
    return frame
