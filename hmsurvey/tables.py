"""A table that may leave: a traced frame of codes, with what its columns mean in both languages.

Frames hold codes; people get labels at the exits. A `Table` carries title, columns, units and labels, so that a CSV, a sheet, a chart and a page
say the same words. It also says which cells are kept from its readers: what is not shown differs from what is not known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import pandas as pd

from hmsurvey.errors import NOTHING, Lang, Text
from hmsurvey.provenance import Traced

HIDDEN_SIGN = Text("隐去", "c")  # a cell that is not shown to protect somebody
HIDDEN_NOTE = Text(
    "“隐去”：为保护个别单位而不公布的数，不等于没有，也不等于零。",
    "c: confidential. Not shown to protect single units; neither missing nor zero.",
)
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
    """A traced frame with its words: one `Column` for every column of the frame, in order.

    `hidden` names the cells that are kept from the readers of this table, as (row label of the frame, column code); they are empty in the frame, and every form marks them.
    """

    code: str = ""
    title: Text = NOTHING
    columns: tuple[Column, ...] = ()
    notes: tuple[Text, ...] = ()
    personal: bool = False  # rows are about single units: such a table stays inside the house
    hidden: frozenset[tuple[int, str]] = frozenset()

    def __post_init__(self) -> None:
        names = [column.code for column in self.columns]
        if list(self.frame.columns) != names:
            raise ValueError(f"table {self.code}: columns {list(self.frame.columns)} are described as {names}")
        for row, code in self.hidden:
            if not _is_empty(self.frame.at[row, code]):
                raise ValueError(f"table {self.code}: the cell of row {row}, column {code}, is hidden and still there")

    def column(self, code: str) -> Column:
        """Return a column's description; KeyError when there is none."""
        for column in self.columns:
            if column.code == code:
                return column
        raise KeyError(code)

    def is_hidden(self, row: int, code: str) -> bool:
        """Tell whether the cell of a row label and a column is kept from the readers."""
        return (row, code) in self.hidden

    def __repr__(self) -> str:
        return f"{self.title.en}\n{labelled(self, 'en').to_string(index=False, na_rep='–')}\n[{self.provenance.nature}]"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return table_html(self)


def _is_empty(value: Any) -> bool:
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value))


def labelled(table: Table, lang: Lang) -> pd.DataFrame:
    """Return the frame with labels in place of codes and headers, numbers as they are, and the sign of what is hidden."""
    frame = table.frame.copy()
    for row, code in table.hidden:
        frame[code] = frame[code].astype(object)
        frame.at[row, code] = HIDDEN_SIGN.of(lang)
    for column in table.columns:
        if column.labels:
            words = {code: label.of(lang) for code, label in column.labels.items()}
            frame[column.code] = frame[column.code].astype(object).map(lambda code, w=words: w.get(code, code))
    frame.columns = pd.Index([column.label.of(lang) for column in table.columns])
    return frame


_LONGEST = 30  # rows of a page; the rest is counted, not shown
_NUMBERS = ("count", "percent", "score", "number")
_BANNERS = {
    "synthetic": Text(
        "模拟数据，不说明任何真实企业或城市", "SYNTHETIC DATA: says nothing about any real enterprise or city"
    ),
    "mixed": Text(
        "部分为模拟数据，部分涉及真实企业：请按保密资料对待，不要据此下结论",
        "PARTLY SYNTHETIC DATA, partly about real enterprises: treat as confidential, draw no conclusion",
    ),
    "undeclared": Text("来源未说明", "Data of undeclared origin"),
    "real": Text("真实数据", "Real data"),
}
_DEFINITIONS_ONLY = Text("只含定义，不含数据", "Definitions only, no data")
_PERSONAL = Text("每行一家企业，限内部使用", "Rows are single enterprises: for internal use")
_COLOURS = {"synthetic": "#B5482F", "mixed": "#B5482F", "undeclared": "#8A6D1B", "real": "#2F6B4F"}
_STYLE = (
    "<style>"
    ".hm-table{font-size:13px;line-height:1.35;margin:.4em 0 1em;overflow-x:auto;color:inherit}"
    ".hm-table .hm-title{font-weight:600;margin-bottom:.2em}"
    ".hm-table .hm-banner{display:inline-block;border-left:4px solid;padding:0 .5em;margin:.1em 0 .4em;font-size:12px}"
    ".hm-table table{border-collapse:collapse;border:none;margin:0;font-size:13px}"
    ".hm-table th,.hm-table td{padding:.25em .8em .25em .2em;border:none;vertical-align:top;text-align:left!important;"
    "max-width:32em;white-space:normal}"
    ".hm-table th{border-bottom:1.5px solid;vertical-align:bottom;font-weight:600;max-width:12em}"
    ".hm-table td{border-bottom:1px solid rgba(128,128,128,.25)}"
    ".hm-table th.hm-number,.hm-table td.hm-number{text-align:right!important;font-variant-numeric:tabular-nums}"
    ".hm-table .hm-other{opacity:.62;font-size:.88em;font-weight:400}"
    ".hm-table th .hm-other{display:block;word-break:keep-all}"
    ".hm-table .hm-note{font-size:12px;opacity:.75;margin-top:.3em}"
    "</style>"
)


def table_html(table: Table) -> str:
    """Return a table as a piece of HTML for a notebook: title, kind of data, labels in both languages, notes.

    Everything that comes from a workbook is escaped. Long tables show their first rows and count the others.
    """
    shown = table.frame.head(_LONGEST)
    banner = _banner(table)
    heads = "".join(f"<th{_number_class(c)}>{_both(c.label)}</th>" for c in table.columns)
    cells = [
        [_cell(column, value, (row, column.code) in table.hidden) for row, value in shown[column.code].items()]
        for column in table.columns
    ]
    rows = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    left_out = len(table.frame) - len(shown)
    notes = [*table.notes, *([HIDDEN_NOTE] if table.hidden else [])]
    if left_out:
        notes.append(
            Text(f"另有 {left_out} 行未显示", f"{left_out} more {'row' if left_out == 1 else 'rows'} not shown")
        )
    tail = "".join(f'<div class="hm-note">{_both(note)}</div>' for note in notes)
    title = f'<div class="hm-title">{_both(table.title)}</div>' if any(table.title) else ""
    head = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'{_STYLE}<div class="hm-table">{title}{banner}{head}{tail}</div>'


def _banner(table: Table) -> str:
    kind, colour = _DEFINITIONS_ONLY, "#777777"
    if table.provenance.sources:
        kind, colour = _BANNERS[table.provenance.nature], _COLOURS[table.provenance.nature]
    words = " · ".join(_both(text) for text in ((kind, _PERSONAL) if table.personal else (kind,)))
    return f'<div class="hm-banner" style="border-color:{colour}">{words}</div>'


def _both(text: Text) -> str:
    """Return the English words, the Chinese ones behind them in a quieter type; what both begin with stands once."""
    first, other = text.of("en"), text.of("zh")
    if first == other:
        return escape(first)
    code, _, rest = other.partition(" ")
    other = rest if rest and first.startswith(f"{code} ") else other
    return f'{escape(first)} <span class="hm-other" lang="zh">{escape(other)}</span>'


def _number_class(column: Column) -> str:
    return ' class="hm-number"' if column.unit in _NUMBERS else ""


def _cell(column: Column, value: Any, hidden: bool = False) -> str:
    """Return one cell: a label for a code, a number as its column's unit has it, a dash where there is nothing."""
    if hidden:
        words = _both(HIDDEN_SIGN)
    elif value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        words = "–"
    elif value in column.labels:
        words = _both(column.labels[value])
    elif column.unit in _NUMBERS and not isinstance(value, str):
        number = float(value)
        words = f"{number:,.{0 if column.unit == 'count' else column.decimals}f}".replace("-", "−")
    else:
        words = escape(str(value))
    return f"<td{_number_class(column)}>{words}</td>"
