"""The workbook of tables: both languages, the mark on every sheet, texts as texts, single enterprises only inside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from printing import edition
from small_study import HOSTILE, small_study

from hmsurvey.output.book import INTERNAL_NAME, PUBLIC_NAME, write_book, write_books
from hmsurvey.output.sections import all_tables, sections_of
from hmsurvey.provenance import SYNTHETIC_MARK
from hmsurvey.study import Analysis, analyse, read_study
from hmsurvey.workbook import META_SHEET

ROOT = Path(__file__).resolve().parents[1]
HEADER = 6  # the row of column heads, counted from 1


@pytest.fixture(scope="module")
def study() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def books(study: Analysis, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    paths = write_books(edition(study, cases=None), tmp_path_factory.mktemp("books"))
    return {path.name: openpyxl.load_workbook(path) for path in paths}


def sheets(book: Any) -> list[Any]:
    return [sheet for sheet in book.worksheets if sheet.title != META_SHEET]


def sheet_of(book: Any, title: str) -> Any:
    (sheet,) = [sheet for sheet in sheets(book)[1:] if sheet["A2"].value == title]
    return sheet


def test_there_are_two_books(books: dict[str, Any]) -> None:
    assert list(books) == [PUBLIC_NAME, INTERNAL_NAME]


def test_every_table_is_in_one_book(study: Analysis, books: dict[str, Any]) -> None:
    tables = [t for t in all_tables(sections_of(study)) if not t.code.endswith("_most")]
    for name, personal in ((PUBLIC_NAME, False), (INTERNAL_NAME, True)):
        titles = [sheet["A2"].value for sheet in sheets(books[name])[1:]]
        assert titles == [table.title.zh for table in tables if table.personal == personal]


def test_single_enterprises_stay_inside(study: Analysis, books: dict[str, Any]) -> None:
    def texts(book: Any) -> set[str]:
        return {str(cell) for sheet in sheets(book) for row in sheet.iter_rows(values_only=True) for cell in row}

    units = {unit for result in study.results.values() for unit in result.survey.answers.units}
    assert not units & texts(books[PUBLIC_NAME])
    assert units <= texts(books[INTERNAL_NAME])


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


def test_the_first_sheet_lists_and_explains_the_others(books: dict[str, Any]) -> None:
    for book in books.values():
        front, *others = sheets(book)
        listed = {str(cell.value) for cell in front["A"]}
        assert {sheet.title for sheet in others} <= listed
        links = {cell.hyperlink.location for row in front.rows for cell in row if cell.hyperlink}
        assert links == {f"'{sheet.title}'!A1" for sheet in others}
        explained = [(row[0].value, row[3].value) for row in front.iter_rows() if row[3].data_type == "s"]
        assert len(explained) > len(others)


def test_sheets_are_frozen_filtered_and_headed_in_both_languages(books: dict[str, Any]) -> None:
    for book in books.values():
        for sheet in sheets(book)[1:]:
            assert sheet.freeze_panes in (f"A{HEADER + 1}", f"B{HEADER + 1}")
            assert sheet.print_title_rows == f"${HEADER}:${HEADER}"
            for cell in sheet[HEADER]:
                if cell.value:
                    assert re.search("[\u4e00-\u9fff]|^n$|^n\n", str(cell.value)), cell.value
                    assert re.search("[A-Za-z]", str(cell.value)), cell.value
            if sheet.max_row > HEADER + 2:
                assert sheet.auto_filter.ref is not None


def test_numbers_are_numbers_with_the_format_of_their_unit(study: Analysis, books: dict[str, Any]) -> None:
    stages = study["index"].stages
    assert stages is not None
    sheet = sheet_of(books[PUBLIC_NAME], "各城市企业的阶段：数字档案馆（室）建设现状调查")
    total = next(row for row in sheet.iter_rows(min_row=HEADER + 1) if row[0].value == "合计 / All")
    counts = stages.stage.value_counts()
    assert [cell.value for cell in total[1:6]] == [
        len(stages.frame),
        *(counts[c] for c in (*stages.rule.codes, "unstaged")),
    ]
    assert total[1].number_format == "#,##0"
    assert total[6].number_format == "#,##0.0"
    assert sheet.auto_filter.ref.endswith(str(total[0].row - 1)), "the total is not sorted among the cities"


def test_stages_have_their_colours(books: dict[str, Any]) -> None:
    sheet = sheet_of(books[PUBLIC_NAME], "各城市企业的阶段：数字档案馆（室）建设现状调查")
    fills = [cell.fill.fgColor.rgb for cell in sheet[HEADER][2:6]]
    assert fills == ["FF1B4F72", "FF6FA8C9", "FFE8C170", "FFBDBDBD"]
    inside = sheet_of(books[INTERNAL_NAME], "各企业的得分与阶段：数字档案馆（室）建设现状调查")
    cells = [cell for row in inside.iter_rows(min_row=HEADER + 1) for cell in row if cell.value == "低级阶段 / Low"]
    assert cells
    assert {cell.fill.fgColor.rgb for cell in cells} == {"FFE8C170"}


def test_hostile_names_are_texts(tmp_path: Path) -> None:
    analysis = small_study(tmp_path, names=HOSTILE, cities=HOSTILE)
    found = set()
    for path in write_books(edition(analysis), tmp_path / "out"):
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", cell.value
                    found |= {cell.value} if cell.data_type == "s" else set()
    assert set(HOSTILE) <= found


@pytest.mark.parametrize("units", ["public", "enterprises"])
def test_who_the_units_are_decides_where_single_ones_stand(tmp_path: Path, units: str) -> None:
    analysis = small_study(tmp_path, units=units)
    paths = write_books(edition(analysis), tmp_path / "out")
    assert [path.name for path in paths] == [PUBLIC_NAME, *([INTERNAL_NAME] if units == "enterprises" else [])]
    public = openpyxl.load_workbook(paths[0])
    cells = {cell for sheet in public.worksheets for row in sheet.iter_rows(values_only=True) for cell in row}
    assert ("u1" in cells) == (units == "public")


def test_the_card_alone_turns_every_mark(tmp_path: Path) -> None:
    for kind, word in (
        ("real", "真实数据 · 内部资料  real data · Internal"),
        ("synthetic", "模拟数据 · 内部资料  SYNTHETIC · Internal"),
    ):
        path = write_books(edition(small_study(tmp_path / kind, kind=kind)), tmp_path / f"{kind}_out")[0]
        book = openpyxl.load_workbook(path)
        assert {sheet["A1"].value for sheet in sheets(book)} == {word}
        cells = " ".join(str(c) for s in book.worksheets for row in s.iter_rows(values_only=True) for c in row)
        assert ("模拟" in cells) == ("SYNTHETIC" in cells) == (kind == "synthetic")


@pytest.mark.parametrize("parts", [(), ("system",), ("system", "rule")])
def test_a_study_without_some_kinds_has_a_workbook(tmp_path: Path, parts: tuple[str, ...]) -> None:
    path = write_book(edition(small_study(tmp_path, parts=parts)), tmp_path / PUBLIC_NAME)
    assert len(openpyxl.load_workbook(path).sheetnames) > 3


def test_the_same_study_gives_the_same_bytes(study: Analysis, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_books(edition(study), tmp_path / "a")]
    second = [path.read_bytes() for path in write_books(edition(study), tmp_path / "b")]
    assert first == second
