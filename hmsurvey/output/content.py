"""One content, several forms: the sections of a study's report, each with its text in both languages, its tables and the names of its figures.

Page, workbook and later forms take what they need from here and say the same numbers. Texts are put together from results; nothing found is written
down in advance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import pandas as pd

from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.phrases import Units, units_of
from hmsurvey.study import Analysis, SurveyResult, analyse, read_study
from hmsurvey.systems import IndicatorSystem
from hmsurvey.tables import Table


class Heading(NamedTuple):
    """A heading inside a section."""

    text: Text


class Passage(Text):
    """A paragraph that stands by itself and is meant to be copied."""


class Drawing(NamedTuple):
    """The place of a figure whose table does not stand on the page; `table` is the table's code."""

    table: str


Volume = Literal["bulletin", "technical"]  # findings for everybody; how firm they are and how they were made
PART_OF_PAGE = "_most"  # ends the code of a table that was cut for a page; the workbook has it whole
Block = Text | Heading | Drawing | Table
Job = tuple[str, Callable[[], Table], Callable[..., Any]]  # a figure: its name, how its table is made, how it is drawn


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the content: paragraphs, headings, tables and places of figures in reading order.

    `annex` holds tables too long for a page, or about single units, which only a workbook carries. A figure belongs right before the table it draws, or where a `Drawing` names that table. `points` says that
    the paragraphs are separate findings. `part` says in which of the two documents the
    section stands; a workbook carries both. `beyond` holds what a bulletin has no room for; it is gathered in the technical report.
    """

    code: str
    title: Text
    blocks: tuple[Block, ...] = ()
    annex: tuple[Table, ...] = ()
    points: bool = False
    part: Volume = "bulletin"
    beyond: tuple[Block, ...] = ()

    @property
    def paragraphs(self) -> tuple[Text, ...]:
        """The texts of the section."""
        return tuple(block for block in self.blocks if isinstance(block, Text))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that belong on the page."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def figures(self) -> tuple[str, ...]:
        """The codes of the tables whose figures belong here."""
        return tuple(
            b.table if isinstance(b, Drawing) else b.code for b in self.blocks if isinstance(b, Drawing | Table)
        )


@dataclass(frozen=True, slots=True)
class Content:
    """What the builders of sections share: the analysis, what its units are called, the cases it points to."""

    analysis: Analysis
    units: Units
    cases: tuple[Analysis, ...] = field(default=())

    @property
    def results(self) -> tuple[SurveyResult, ...]:
        """The surveys, in the study's order."""
        return tuple(self.analysis.results.values())

    def heading(self, result: SurveyResult) -> tuple[Block, ...]:
        """Return the survey's name as a heading; nothing where there is only one survey."""
        return (Heading(result.plan.label),) if len(self.results) > 1 else ()


def ready(table: Table) -> Callable[[], Table]:
    """Return how a table is made that is made already."""
    return lambda: table


def blocks_of(*parts: Block) -> tuple[Block, ...]:
    """Return the blocks that say something."""
    return tuple(part for part in parts if part != NOTHING)


def row_of(table: Table, group: str) -> dict[str, Any]:
    """Return the row of a group as plain values by column."""
    return rows_of(table.frame[table.frame["group"] == group])[0]


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values by column."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def content_of(analysis: Analysis, cases: Sequence[Analysis] | None = None) -> Content:
    """Return what the builders share; the study's cases are carried out here unless they are given."""
    if cases is None:
        paths = [path / "study.toml" if path.is_dir() else path for path in analysis.study.cases]
        cases = [analyse(read_study(path)) for path in paths]
    return Content(analysis, units_of(analysis), tuple(cases))


def area_level(system: IndicatorSystem) -> str:
    """Return the level that a reader is shown: "area" where there is one, else the level right below the total."""
    if system.level("area"):
        return "area"
    below = [node for node in system.nodes if node.code in system.node(system.total).children]
    levels = list(dict.fromkeys(node.level for node in below))
    return levels[0] if len(levels) == 1 and levels[0] else ""


def with_group(table: Table, content: Content) -> Table:
    """Head the column of cities with a short word instead of the question that asked for them."""
    if content.analysis.study.units != "enterprises":
        return table
    columns = tuple(
        replace(column, label=Text("城市", "City")) if column.code == "group" else column for column in table.columns
    )
    return replace(table, columns=columns)


_OF_ENTERPRISES = (("各城市企业", "各组"), ("各城市", "各组"), ("企业", "单位"))
_OF_ENTERPRISES_EN = (
    ("by city", "by group"),
    ("Enterprises", "Units"),
    ("enterprises", "units"),
    ("enterprise", "unit"),
)


def in_units(table: Table, content: Content) -> Table:
    """Speak of units and groups where a study is not about enterprises and cities: in the head of the title and over counts, never in a study's own labels."""
    if content.analysis.study.units == "enterprises":
        return table
    head_zh, colon_zh, rest_zh = table.title.zh.partition("：")
    head_en, colon_en, rest_en = table.title.en.partition(": ")
    own = Text(
        _swapped(head_zh, _OF_ENTERPRISES) + colon_zh + rest_zh,
        _swapped(head_en, _OF_ENTERPRISES_EN) + colon_en + rest_en,
    )
    columns = tuple(
        replace(c, label=Text(_swapped(c.label.zh, _OF_ENTERPRISES), _swapped(c.label.en, _OF_ENTERPRISES_EN)))
        if (c.unit == "count" and c.code.startswith("n")) or c.code == "unit"
        else c
        for c in table.columns
    )
    return replace(table, title=own, columns=columns)


def _swapped(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def with_note(table: Table, note: Text) -> Table:
    """Add a note under a table."""
    return replace(table, notes=(*table.notes, note))


def cut_for_page(table: Table, codes: Sequence[str], *, part: str = "") -> Table:
    """Return the columns of a table that a page has room for; the workbook takes the whole one from the annex.

    `part` tells two cuts of one table apart, so that no page has one code twice.
    """
    columns = tuple(table.column(code) for code in codes)
    return replace(table, frame=table.frame[list(codes)], columns=columns, code=f"{table.code}{part}{PART_OF_PAGE}")


def without_figure(table: Table) -> Table:
    """Return a table as it stands in one document while the other has its figure; the workbook takes it from the annex."""
    return replace(table, code=f"{table.code}{PART_OF_PAGE}")


def all_tables(sections: Sequence[Section]) -> tuple[Table, ...]:
    """Return every table of the sections once, in order, those of the annexes beside their section's."""
    found = {table.code: table for section in sections for table in (*section.tables, *section.annex)}
    return tuple(found.values())
