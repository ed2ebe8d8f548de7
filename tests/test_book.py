"""The workbook of tables: native tables and charts, both languages, the mark on every sheet, texts as texts, single enterprises only inside."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import range_boundaries
from printing import edition
from small_study import HOSTILE, small_study

from hmsurvey.errors import Text
from hmsurvey.output import report
from hmsurvey.output.book import SINGLE_NAME, TABLES_NAME, write_books
from hmsurvey.output.book_charts import CHARTS, charts_of
from hmsurvey.output.book_front import DEFINITIONS
from hmsurvey.output.book_sheets import CONTENTS, heads_of
from hmsurvey.output.content import Section
from hmsurvey.output.edition import Edition, Visibility
from hmsurvey.output.inlining import Glyphs
from hmsurvey.output.sections import all_tables, sections_of
from hmsurvey.output.sheet_names import sheet_names
from hmsurvey.output.volumes import documents_of
from hmsurvey.provenance import SYNTHETIC_MARK, Provenance, Source
from hmsurvey.study import Analysis, analyse, read_study
from hmsurvey.tables import Column, Table
from hmsurvey.workbook import META_SHEET

ROOT = Path(__file__).resolve().parents[1]
HEADER = 6  # the row of column heads, counted from 1


@pytest.fixture(scope="module")
def study() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def sections(study: Analysis) -> tuple[Section, ...]:
    return sections_of(study)


def edition_of(
    analysis: Analysis, *, visibility: Visibility = "internal", sections: tuple[Section, ...] = ()
) -> Edition:
    """All of an analysis for one circle of readers; no figures, which workbooks do not need."""
    return replace(edition(analysis, sections=sections or None), visibility=visibility)


@pytest.fixture(scope="module")
def paths(study: Analysis, sections: tuple[Section, ...], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_books(edition_of(study, sections=sections), tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="module")
def books(paths: list[Path]) -> dict[str, Any]:
    return {path.name: openpyxl.load_workbook(path) for path in paths}


def table_sheets(book: Any) -> list[Any]:
    """The sheets that hold one table each: all but contents, charts and definitions."""
    return [sheet for sheet in sheets(book)[1:] if sheet.title not in (CHARTS, DEFINITIONS)]


def sheets(book: Any) -> list[Any]:
    return [sheet for sheet in book.worksheets if sheet.title != META_SHEET]


def sheet_of(book: Any, title: str) -> Any:
    (sheet,) = [sheet for sheet in table_sheets(book) if sheet["A2"].value == title]
    return sheet


def test_there_are_two_books(books: dict[str, Any]) -> None:
    assert list(books) == [TABLES_NAME, SINGLE_NAME]


def test_every_table_is_in_one_book(sections: tuple[Section, ...], books: dict[str, Any]) -> None:
    tables = [t for t in all_tables(sections) if not t.code.endswith("_most")]
    for name, personal in ((TABLES_NAME, False), (SINGLE_NAME, True)):
        titles = [sheet["A2"].value for sheet in table_sheets(books[name])]
        assert titles == [table.title.zh for table in tables if table.personal == personal]


def test_single_enterprises_stay_inside(study: Analysis, books: dict[str, Any]) -> None:
    def texts(book: Any) -> set[str]:
        return {str(cell) for sheet in sheets(book) for row in sheet.iter_rows(values_only=True) for cell in row}

    units = {unit for result in study.results.values() for unit in result.survey.answers.units}
    assert not units & texts(books[TABLES_NAME])
    assert units <= texts(books[SINGLE_NAME])


def test_the_mark_stands_on_every_sheet(books: dict[str, Any]) -> None:
    for book in books.values():
        for sheet in sheets(book):
            assert sheet["A1"].value == "模拟数据 · 内部资料  SYNTHETIC · Internal"
            of_a_case = "案例" in sheet.title
            assert ("real data" if of_a_case else "SYNTHETIC") in str(sheet["A4"].value)
            assert "SYNTHETIC" in sheet.oddFooter.left.text
        assert book[META_SHEET].sheet_state == "hidden"
        assert SYNTHETIC_MARK in [row[1].value for row in book[META_SHEET].rows]


def test_names_of_sheets_speak_both_languages_and_fit(books: dict[str, Any]) -> None:
    for book in books.values():
        names = [sheet.title for sheet in sheets(book)]
        assert len(set(names)) == len(names)
        for name in names:
            assert len(name) <= 31
            assert re.search("[\u4e00-\u9fff]", name)
            assert re.search("[A-Za-z]{3}", name)


def test_every_table_of_the_pages_is_found_by_its_number(
    study: Analysis, sections: tuple[Section, ...], books: dict[str, Any]
) -> None:
    """The contents and every sheet say which table of the bulletin or the technical report it is, as those number them; tables that only the workbook has say whose annex."""
    whole = edition_of(study, sections=sections)
    listed = {row[0]: row[3] for row in sheets(books[TABLES_NAME])[0].iter_rows(values_only=True) if row[3]}
    for document in documents_of(whole):
        numbered = [
            part.table
            for chapter in chapters_of(whole, document)
            for part in chapter.parts
            if part.kind == "table" and part.table is not None
        ]
        assert numbered
        for n, view in enumerate(numbered, start=1):
            found = [
                name
                for name, stands in listed.items()
                if f"{document.kind.zh}表 {n}；" in f"{stands}；".replace("\n", "；")
            ]
            (name,) = found
            sheet = books[TABLES_NAME][name]
            assert (
                view.code.endswith("_most") or sheet["A3"].value == view.title
            )  # one cut for the page has a title of its own
            assert f"{document.kind.en}, Table {n}" in str(sheet["B5"].value)
    assert any("第 1 节附表" in str(stands) for stands in listed.values())


def chapters_of(whole: Edition, document: Any) -> list[Any]:
    return report._chapters(whole, document, "en", Glyphs())


def test_every_sheet_leads_back_to_the_contents(books: dict[str, Any]) -> None:
    for book in books.values():
        for sheet in table_sheets(book):
            assert sheet["A5"].hyperlink.location == f"'{CONTENTS}'!A1"


def test_texts_stay_within_the_printed_page(books: dict[str, Any]) -> None:
    """Titles, the line of provenance and notes span the columns of the printed area, and nothing stands outside it."""
    for book in books.values():
        for sheet in table_sheets(book):
            _, _, right, bottom = range_boundaries(sheet.print_area.rpartition("!")[2].replace("$", ""))
            assert sheet.max_column <= right and sheet.max_row <= bottom
            spans = {area.min_row: area.max_col for area in sheet.merged_cells.ranges}
            assert spans[2] == spans[3] == spans[4] == right
            assert sum(sheet.column_dimensions[c].width for c in sheet.column_dimensions) > 0


def test_all_sheets_of_the_study_have_a_short_name_of_their_own(sections: tuple[Section, ...]) -> None:
    tables = all_tables(sections)
    for table, name in zip(tables, sheet_names(tables), strict=True):
        assert not name.partition(" ")[2].startswith(table.title.zh[:12]) or len(table.title.zh) <= 6, name


def test_a_long_name_loses_the_survey_s_letters_before_it_loses_what_tells_it_apart() -> None:
    one = Table(
        pd.DataFrame({"n": [1]}), Provenance((), ()), "x", Text("题", "Title"), (Column("n", Text("数", "n"), "count"),)
    )
    codes = ["platform_use_questionnaire", "platform_use_questionnaire_by_city", "transitions_index_2023_2025"]
    assert sheet_names([replace(one, code=code) for code in codes]) == [
        "01 平台使用 Platform use ques.",
        "02 平台使用 Platform use ques. city",
        "03 阶段变动 Moves index 2023 2025",
    ]
    public = ["coordination_index", "loss", "reached_index", "needs_by_city_index", "moves_index"]
    assert sheet_names([replace(one, code=code) for code in public]) == [
        "01 协同推算 Coordination index",
        "02 隐去个数 Not shown",
        "03 达到占比 Reached index",
        "04 各市要求 Needs by city index",
        "05 阶段变动 Moves index",
    ]


def test_the_first_sheet_lists_and_explains_the_others(books: dict[str, Any]) -> None:
    for book in books.values():
        front, *others = sheets(book)
        listed = {str(cell.value) for cell in front["A"]}
        assert {sheet.title for sheet in others} <= listed
        links = {cell.hyperlink.location for row in front.rows for cell in row if cell.hyperlink}
        assert links == {f"'{sheet.title}'!A1" for sheet in others}
        explained = [row for row in book[DEFINITIONS].iter_rows(min_row=8, values_only=True) if row[3]]
        assert len(explained) > len(others)
        assert {row[0] for row in explained} == {sheet.title for sheet in table_sheets(book)}


def test_sheets_are_frozen_filtered_and_headed_in_both_languages(books: dict[str, Any]) -> None:
    for book in books.values():
        for sheet in table_sheets(book):
            assert sheet.freeze_panes in (f"A{HEADER + 1}", f"B{HEADER + 1}")
            assert sheet.print_title_rows == f"${HEADER}:${HEADER}"
            for cell in sheet[HEADER]:
                if cell.value:
                    assert re.search("[\u4e00-\u9fff]|^n$|^n\n", str(cell.value)), cell.value
                    assert re.search("[A-Za-z]", str(cell.value)), cell.value
            (table,) = sheet.tables.values() or (None,)
            rows = [row for row in sheet.iter_rows(min_row=HEADER + 1, max_col=1, values_only=True)]
            assert (table is None) == (not rows or not any(rows))


def test_numbers_are_numbers_with_the_format_of_their_unit(study: Analysis, books: dict[str, Any]) -> None:
    stages = study["index"].stages
    assert stages is not None
    sheet = sheet_of(books[TABLES_NAME], "各城市企业的阶段：数字档案馆（室）建设现状调查")
    total = next(row for row in sheet.iter_rows(min_row=HEADER + 1) if row[0].value == "合计 / All")
    counts = stages.stage.value_counts()
    assert [cell.value for cell in total[1:6]] == [
        len(stages.frame),
        *(counts[c] for c in (*stages.rule.codes, "unstaged")),
    ]
    assert total[1].number_format == "#,##0"
    assert total[6].number_format == "#,##0.0"
    (table,) = sheet.tables.values()
    assert table.ref.endswith(str(total[0].row - 1)), "the total is not sorted among the cities"
    assert table.autoFilter.ref == table.ref


def test_stages_have_their_colours(books: dict[str, Any]) -> None:
    sheet = sheet_of(books[TABLES_NAME], "各城市企业的阶段：数字档案馆（室）建设现状调查")
    fills = [cell.fill.fgColor.rgb for cell in sheet[HEADER][2:6]]
    assert fills == ["FF1B4F72", "FF6FA8C9", "FFE8C170", "FFBDBDBD"]
    inside = sheet_of(books[SINGLE_NAME], "各企业的得分与阶段：数字档案馆（室）建设现状调查")
    cells = [cell for row in inside.iter_rows(min_row=HEADER + 1) for cell in row if cell.value == "低级阶段 / Low"]
    assert cells
    assert {cell.fill.fgColor.rgb for cell in cells} == {"FFE8C170"}


def test_hostile_names_are_texts(tmp_path: Path) -> None:
    analysis = small_study(tmp_path, names=HOSTILE, cities=HOSTILE)
    found = set()
    for path in write_books(edition_of(analysis), tmp_path / "out"):
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", cell.value
                    found |= {cell.value} if cell.data_type == "s" else set()
    assert set(HOSTILE) <= found


@pytest.mark.parametrize("units", ["public", "enterprises"])
def test_who_the_units_are_decides_where_single_ones_stand(tmp_path: Path, units: str) -> None:
    analysis = small_study(tmp_path, units=units)
    visibility: Visibility = "public" if units == "public" else "internal"
    paths = write_books(edition_of(analysis, visibility=visibility), tmp_path / "out")
    assert [path.name for path in paths] == [TABLES_NAME, *([SINGLE_NAME] if units == "enterprises" else [])]
    public = openpyxl.load_workbook(paths[0])
    cells = {cell for sheet in public.worksheets for row in sheet.iter_rows(values_only=True) for cell in row}
    assert ("u1" in cells) == (units == "public")


def test_the_card_alone_turns_every_mark(tmp_path: Path) -> None:
    for kind, word in (
        ("real", "真实数据 · 内部资料  real data · Internal"),
        ("synthetic", "模拟数据 · 内部资料  SYNTHETIC · Internal"),
    ):
        path = write_books(edition_of(small_study(tmp_path / kind, kind=kind)), tmp_path / f"{kind}_out")[0]
        book = openpyxl.load_workbook(path)
        assert {sheet["A1"].value for sheet in sheets(book)} == {word}
        cells = " ".join(str(c) for s in book.worksheets for row in s.iter_rows(values_only=True) for c in row)
        assert ("模拟" in cells) == ("SYNTHETIC" in cells) == (kind == "synthetic")


@pytest.mark.parametrize("parts", [(), ("system",), ("system", "rule")])
def test_a_study_without_some_kinds_has_a_workbook(tmp_path: Path, parts: tuple[str, ...]) -> None:
    path = write_books(edition_of(small_study(tmp_path, parts=parts)), tmp_path)[0]
    assert len(openpyxl.load_workbook(path).sheetnames) > 3


def test_the_same_study_gives_the_same_bytes(study: Analysis, sections: tuple[Section, ...], tmp_path: Path) -> None:
    whole = edition_of(study, sections=sections)
    first = [path.read_bytes() for path in write_books(whole, tmp_path / "a")]
    second = [path.read_bytes() for path in write_books(whole, tmp_path / "b")]
    assert first == second


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_native_tables_are_as_excel_demands(paths: list[Path], books: dict[str, Any]) -> None:
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/tables/")]
        roots = [ElementTree.fromstring(part) for part in parts]
        names = [root.get("name", "") for root in roots]
        assert len({name.lower() for name in names}) == len(names) == len({root.get("id") for root in roots})
        for name in names:
            assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,254}", name), name
            assert not re.fullmatch(r"[A-Za-z]{1,3}\d+", name), f"{name} is also a cell"
        for sheet in books[path.name].worksheets:
            for table in sheet.tables.values():
                left, top, right, bottom = range_boundaries(table.ref)
                assert bottom > top, "a native table has at least one row"
                heads = [sheet.cell(top, column).value for column in range(left, right + 1)]
                columns = [column.name for column in table.tableColumns]
                assert columns == heads
                assert all(heads)
                assert len({head.lower() for head in heads}) == len(heads)


def test_heads_are_never_empty_or_twice_the_same() -> None:
    columns = [
        Column(code, label)
        for code, label in (("a", Text("", "")), ("b", Text("甲", "A")), ("c", Text("甲", "a")), ("d", Text(" ", "")))
    ]
    assert heads_of(columns) == ["a", "甲\nA", "甲\na (2)", "d"]


def chart_parts(path: Path) -> list[ElementTree.Element]:
    with zipfile.ZipFile(path) as archive:
        return [ElementTree.fromstring(archive.read(n)) for n in archive.namelist() if n.startswith("xl/charts/chart")]


C, A = (
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}",
    "{http://schemas.openxmlformats.org/drawingml/2006/main}",
)


def test_charts_are_drawn_from_cells_that_hold_numbers(paths: list[Path], books: dict[str, Any]) -> None:
    charts, sheet = chart_parts(paths[0]), books[TABLES_NAME][CHARTS]
    assert len(charts) == 8  # stages and shares of two surveys, areas, needs of two, carriers
    for chart in charts:
        title = str(next(chart.iter(f"{A}t")).text)
        assert title.endswith("\n模拟数据 · 内部资料 | SYNTHETIC · Internal")
        references = [f.text or "" for value in chart.iter(f"{C}numRef") for f in value.iter(f"{C}f")]
        assert references
        for reference in references:
            name, _, cells = reference.rpartition("!")
            assert name == f"'{CHARTS}'"
            for row in sheet[cells.replace("$", "")]:
                for cell in row:
                    assert cell.value is None or isinstance(cell.value, int | float)


def test_a_chart_shows_what_its_table_says(sections: tuple[Section, ...], books: dict[str, Any]) -> None:
    sheet = books[TABLES_NAME][CHARTS]
    rows = {str(row[12].value): [c.value for c in row[13:17]] for row in sheet.iter_rows() if len(row) > 16}
    frame = next(t for t in all_tables(sections) if t.code == "stages_by_city_index").frame
    want = frame[frame["group"] == "all"].filter(like="share_").iloc[0].tolist()
    assert rows["合计 All  n = 235"] == pytest.approx(want)


def shares_with(hidden: frozenset[tuple[int, str]]) -> Table:
    label = {"x": Text("甲市", "X"), "y": Text("乙市", "Y"), "all": Text("合计", "All")}
    columns = (
        Column("group", Text("城市", "City"), "code", labels=label),
        Column("n", Text("企业数", "n"), "count"),
        *(Column(f"n_{c}", Text(c, c), "count") for c in ("high", "low")),
        *(Column(f"share_{c}_pct", Text(f"{c}（%）", f"{c} (%)"), "percent") for c in ("high", "low")),
    )
    frame = pd.DataFrame(
        [["x", 10, 4, 6, 40.0, 60.0], ["y", 5, 1, 4, 20.0, 80.0], ["all", 15, 5, 10, 33.3, 66.7]],
        columns=[c.code for c in columns],
    ).astype({c.code: float for c in columns[1:]})
    for row, code in hidden:
        frame.at[row, code] = None
    provenance = Provenance((Source("a", "real"),))
    return Table(frame, provenance, "stages_by_city_s", Text("阶段", "Stages"), columns, hidden=hidden)


def test_what_is_not_shown_is_a_word_and_feeds_no_chart(tmp_path: Path) -> None:
    hidden = frozenset({(1, "n_high"), (1, "n_low"), (1, "share_high_pct"), (1, "share_low_pct")})
    table = shares_with(hidden)
    (chart,) = charts_of([table], {"high": "#1B4F72", "low": "#E8C170"})
    assert [row[0] for row in chart.rows] == ["甲市 X  n = 10"]
    assert "隐去" in chart.note.zh
    analysis = small_study(tmp_path / "study", kind="real")
    section = Section("s", Text("甲", "A"), (table,))
    public = replace(
        edition_of(analysis, visibility="public", sections=(section,)), colours={"high": "#1B4F72", "low": "#E8C170"}
    )
    (path,) = write_books(public, tmp_path / "out")
    book = openpyxl.load_workbook(path)
    assert {sheet["A1"].value for sheet in sheets(book)} == {"真实数据 · 公开版  real data · Public edition"}
    (sheet,) = table_sheets(book)
    row = next(row for row in sheet.iter_rows(min_row=HEADER + 1, values_only=True) if row[0] == "乙市 / Y")
    assert tuple(c for c in row if c) == ("乙市 / Y", 5, "隐去 c", "隐去 c", "隐去 c", "隐去 c")
    assert "乙市 Y" not in " ".join(str(c) for r in book[CHARTS].iter_rows(values_only=True) for c in r)


def test_the_public_workbook_lists_nobody(study: Analysis, sections: tuple[Section, ...], tmp_path: Path) -> None:
    paths = write_books(edition_of(study, visibility="public", sections=sections), tmp_path)
    assert [path.name for path in paths] == [TABLES_NAME]
    texts = {
        str(c) for s in openpyxl.load_workbook(paths[0]).worksheets for r in s.iter_rows(values_only=True) for c in r
    }
    assert not {unit for result in study.results.values() for unit in result.survey.answers.units} & texts
