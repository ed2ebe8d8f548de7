"""The first and the last sheet of a workbook: what the data are and which tables there are; what every column means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hmsurvey import __version__
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.book_places import Place
from hmsurvey.output.book_sheets import CONTENTS, SOFT, Desk, both, heads_of, lines_of, write_across, write_head
from hmsurvey.output.views import provenance_line
from hmsurvey.provenance import NATURE_WORDS, Provenance, definition_words
from hmsurvey.tables import HIDDEN_NOTE, Column, Table

DEFINITIONS = "指标解释 Definitions"
DEFINITIONS_TITLE = Text("各列的含义", "What the columns mean")
_WIDTHS = (34, 46, 54, 30, 10, 24)
_MEANING_WIDTHS = (30, 34, 40, 24, 22, 40, 46)
_UNIT_WORDS = {
    "code": Text("类别", "category"),
    "text": Text("文字", "text"),
    "count": Text("个数", "count"),
    "percent": Text("百分比（0—100）", "percent (0-100)"),
    "score": Text("分", "score"),
    "number": Text("数", "number"),
}
_MADE_WITH, _USED, _SEED = Text("程序", "Program"), Text("所用定义", "Definitions"), Text("随机种子", "Seed")


def write_contents(
    desk: Desk,
    label: Text,
    provenance: Provenance,
    said: Sequence[Text],
    listed: Sequence[tuple[str, Text, Table | None]],
    *,
    places: Mapping[str, Place] = MappingProxyType({}),
    seed: int | None = None,
) -> None:
    """Write the first sheet.

    Parameters
    ----------
    desk
        The workbook.
    label, provenance
        The study's name, and where its numbers come from.
    said
        What has to be said first of the data and of who may see them.
    listed
        Every sheet: name, title, and the table on it where there is one.
    places
        Where the tables stand in the documents, by their codes.
    seed
        What the study's random numbers start from.
    """
    sheet = desk.book.add_worksheet(CONTENTS)
    line = Text(provenance_line(provenance, "zh"), provenance_line(provenance, "en"))
    write_head(desk, sheet, label, line, _WIDTHS)
    plain, wrapped, beside = desk.format(), desk.format(text_wrap=True), desk.format(indent=1)
    row = 5
    for text in said:
        for side in dict.fromkeys(text):
            sheet.write_string(row, 0, side, plain)
            row += 1
    row += 1
    head = desk.format(bold=True, bottom=1, top=2, text_wrap=True, valign="vcenter", bg_color="#E9EEF1")
    for place, words in enumerate(("工作表\nSheet", "表名", "Title", "见于\nStands in", "行数\nRows", "数据\nData")):
        sheet.write_string(row, place, words, head)
    sheet.set_row(row, 32)
    sheet.repeat_rows(row)
    link, part = desk.format(font_color="#1B4F72", underline=1), desk.format(bold=True, font_color="#1B4F72", bottom=1)
    chapter = NOTHING
    for name, title, table in listed:
        where = places.get(table.code, Place()) if table is not None else Place()
        if where.section != chapter:
            chapter, row = where.section, row + 1
            write_across(sheet, row, len(_WIDTHS) - 1, both(chapter), part)
            sheet.set_row(row, 24)
        row += 1
        texts = (name, title.of("zh"), title.of("en"), both(where.stands, "\n"))
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, string=name)
        for place, words in enumerate(texts[1:], start=1):
            sheet.write_string(row, place, words, wrapped)
        sheet.set_row(row, _height(texts, _WIDTHS))
        if table is not None:
            sheet.write_number(row, 4, len(table.frame), plain)
            sheet.write_string(row, 5, both(NATURE_WORDS[table.provenance.nature], " "), beside)
    for text in _made(provenance, seed):
        row += 2 if text.zh.startswith(_MADE_WITH.zh) else 1
        sheet.write_string(row, 0, both(text), desk.format(font_size=9, font_color=SOFT))
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.print_area(0, 0, row, len(_WIDTHS) - 1)
    sheet.freeze_panes(1, 0)


def _made(provenance: Provenance, seed: int | None) -> list[Text]:
    zh = "、".join(definition_words(one, "zh") for one in provenance.definitions)
    en = ", ".join(definition_words(one, "en") for one in provenance.definitions)
    made = [Text(f"{_MADE_WITH.zh}：hmsurvey {__version__}", f"{_MADE_WITH.en}: hmsurvey {__version__}")]
    made += [Text(f"{_USED.zh}：{zh}", f"{_USED.en}: {en}")] if zh else []
    return made + ([Text(f"{_SEED.zh}：{seed}", f"{_SEED.en}: {seed}")] if seed is not None else [])


def write_definitions(desk: Desk, provenance: Provenance, tables: Sequence[Table], names: Sequence[str]) -> None:
    """Write what every column of every table means, as a native table with filters."""
    sheet = desk.book.add_worksheet(DEFINITIONS)
    line = Text(provenance_line(provenance, "zh"), provenance_line(provenance, "en"))
    write_head(desk, sheet, DEFINITIONS_TITLE, line, _MEANING_WIDTHS)
    wrapped = desk.format(text_wrap=True)
    heads = ("工作表\nSheet", "列名", "Column", "代码\nCode", "单位\nUnit", "含义", "Meaning")
    rows = [
        (name, *_sides(column, head), column.code, both(_UNIT_WORDS[column.unit], " "), *column.meaning)
        for table, name in zip(tables, names, strict=True)
        for column, head in zip(table.columns, heads_of(table.columns), strict=True)
    ]
    for text in (
        Text(
            "百分比以 0—100 表示，得分按指标体系自己的分值；空格为无数据。",
            "Percentages run from 0 to 100, scores on the scale of the index; an empty cell has no value.",
        ),
        *([HIDDEN_NOTE] if any(table.hidden for table in tables) else []),
    ):
        sheet.write_string(4, 0, both(text), desk.format(font_size=9, font_color=SOFT))
    top = 6
    look = desk.format(bold=True, bottom=1, top=2, text_wrap=True, valign="vcenter", bg_color="#E9EEF1")
    for r, texts in enumerate(rows):
        sheet.set_row(top + 1 + r, _height(texts, _MEANING_WIDTHS))
        for place, words in enumerate(texts):
            sheet.write_string(top + 1 + r, place, words, wrapped)
    if rows:
        columns = [{"header": head, "header_format": look} for head in heads]
        options = {"name": desk.table_name("definitions"), "style": None, "columns": columns}
        sheet.add_table(top, 0, top + len(rows), len(heads) - 1, options)
    sheet.set_row(top, 32)
    for place, width in enumerate(_MEANING_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)


def _sides(column: Column, head: str) -> tuple[str, str]:
    return (column.label.of("zh") or head, column.label.of("en") or head)


def _height(texts: Sequence[str], widths: Sequence[float]) -> float:
    return 4 + 14.5 * max(lines_of(text, width - 1) for text, width in zip(texts, widths, strict=False))
