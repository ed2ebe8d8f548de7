"""The one room that touches spreadsheet files: cells in, as the texts a person sees.

Reading gives `Cells`: every cell as text, with its place, so that a complaint can name `Answers!C17`. It does not know what a question is.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hmsurvey.errors import DataError, Problem, Text, UsageError
from hmsurvey.formulas import Formula, read_formulas, sheet_extent
from hmsurvey.provenance import SYNTHETIC_MARK

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MOST_CELLS = 20_000_000
META_SHEET = "_hmsurvey"  # hidden sheet of the workbooks this program writes: key, value
FINDINGS_SHEET = "检查结果 Findings"  # added to a marked copy; never answers


@dataclass(frozen=True, slots=True)
class Cells:
    """One sheet as texts: `rows[r][c]`, both counted from 0; `place(r, c)` is the name of the cell.

    `merged` are the merged ranges (first row, first column, last row, last column); `meta` is what the hidden sheet says;
    `formulas` are the cells that hold a formula or an error.
    """

    path: Path
    sheet: str
    rows: tuple[tuple[str, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    formulas: tuple[Formula, ...] = ()

    def place(self, row: int, column: int) -> str:
        """Return the cell's name as a spreadsheet writes it, with the sheet in front.

        >>> Cells(Path("a.xlsx"), "Answers", ()).place(16, 2)
        'Answers!C17'
        """
        name = f"{column_letters(column)}{row + 1}"
        return f"{self.sheet}!{name}" if self.sheet else name

    @property
    def marked_synthetic(self) -> bool:
        """Whether the workbook carries the mark of the synthetic stand-in, hidden or in its title rows."""
        titles = (text for row in self.rows[:3] for text in row)
        return any(SYNTHETIC_MARK in text for text in (*(value for _, value in self.meta), *titles))


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_text(value: object) -> str:
    """Return what a cell shows: 2.0 -> "2", a date -> "2024-05-31", true -> "TRUE".

    >>> cell_text(2.0), cell_text(0.1), cell_text(dt.date(2024, 5, 31)), cell_text(None)
    ('2', '0.1', '2024-05-31', '')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.hour == value.minute == value.second == value.microsecond == 0
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def refuse_existing(path: Path, *, force: bool = False) -> None:
    """Refuse to write over a file that is there, unless that is wanted.

    Raises
    ------
    UsageError
        The file is there.
    """
    if path.exists() and not force:
        raise UsageError(
            Problem(
                Text("文件已经存在，没有写入。", "The file is already there; nothing was written."),
                where=str(path),
                fix=Text("换一个文件名，或加 --force 覆盖。", "give another name, or --force to write over it."),
            )
        )


def write_whole(path: Path, write: Callable[[Path], None]) -> Path:
    """Write a file as a whole or not at all: into a file beside it first, which then takes its name.

    Raises
    ------
    UsageError
        The folder or the file cannot be written, for instance because a spreadsheet program has it open.
    """
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        os.replace(part, path)
    except OSError as error:
        raise UsageError(
            Problem(
                Text("文件无法写入。", "The file cannot be written."),
                where=str(path),
                found=error.strerror or str(error),
                fix=Text(
                    "若文件正在 Excel 或 WPS 中打开，请先关闭；或换一个位置。",
                    "close it if Excel or WPS has it open, or write to another place.",
                ),
            )
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return path


def read_cells(path: Path, sheet: str = "", *, prefer: str = "") -> Cells:
    """Read one sheet of an .xlsx workbook, or a .csv file, as texts.

    Parameters
    ----------
    path
        The file.
    sheet
        The sheet that must be there; empty: the only visible one, or the one called `prefer`.

    Raises
    ------
    UsageError
        No such file, or a kind of file that is not read.
    DataError
        A damaged or protected file, a sheet that is not there, or text that is not UTF-8.
    """
    if _kind_of(path) == ".csv":
        return Cells(path, "", _csv_rows(path))
    return _read_workbook(path, sheet, prefer)


def _kind_of(path: Path) -> str:
    """Return the file's suffix, if it is a kind of file that is read."""
    if not path.is_file():
        raise UsageError(
            Problem(
                Text("找不到文件。", "There is no such file."),
                where=str(path),
                expected=Text(".xlsx 或 .csv 文件", "an .xlsx or .csv file"),
                fix=Text("检查路径和文件名。", "check the path and the name."),
            )
        )
    suffix = path.suffix.lower()
    if suffix in (".csv", ".xlsx", ".xlsm"):
        return suffix
    raise UsageError(
        Problem(
            Text("不能读取这种文件。", "This kind of file cannot be read."),
            where=str(path),
            found=suffix or path.name,
            expected=Text(".xlsx 或 .csv", ".xlsx or .csv"),
            fix=Text("在 Excel 或 WPS 中另存为 .xlsx。", "save it as .xlsx in Excel or WPS."),
        )
    )


def _csv_rows(path: Path) -> tuple[tuple[str, ...], ...]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")  # what Excel and WPS write on a Chinese Windows
        except UnicodeDecodeError:
            raise DataError(
                Problem(
                    Text("文件的文字编码无法识别。", "The file's text encoding is not known."),
                    where=str(path),
                    expected=Text("UTF-8 或 GB18030", "UTF-8 or GB18030"),
                    fix=Text("另存为“CSV UTF-8”，或改用 .xlsx。", 'save as "CSV UTF-8", or use .xlsx.'),
                )
            ) from None
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        # Strict: an unpaired quote must not swallow the rows after it. Only line ends part rows, no other separator of Unicode.
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return tuple(tuple(row) for row in lines)
    except csv.Error as error:
        raise DataError(
            Problem(
                Text("CSV 文件无法解析。", "The CSV file cannot be parsed."),
                where=str(path),
                found=str(error),
                fix=Text("检查引号是否成对，或改用 .xlsx。", "check that quotes are paired, or use .xlsx."),
            )
        ) from None


def read_meta(path: Path) -> dict[str, str]:
    """Return what a workbook's hidden sheet says; nothing for a CSV file or another's workbook.

    Raises
    ------
    UsageError, DataError
        As `read_cells`.
    """
    if _kind_of(path) == ".csv":
        return {}
    with _opened(path) as book:
        return dict(_meta(book))


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the visible sheets of a workbook; of a CSV file, one without a name.

    Raises
    ------
    UsageError, DataError
        As `read_cells`.
    """
    if _kind_of(path) == ".csv":
        return ("",)
    with _opened(path) as book:
        return tuple(_visible(book))


def _visible(book: CalamineWorkbook) -> list[str]:
    import python_calamine as calamine

    return [
        meta.name
        for meta in book.sheets_metadata
        if meta.visible == calamine.SheetVisibleEnum.Visible
        and meta.typ == calamine.SheetTypeEnum.WorkSheet
        and meta.name != FINDINGS_SHEET
    ]


def _read_workbook(path: Path, sheet: str, prefer: str) -> Cells:
    with _opened(path) as book:
        name = _choose_sheet(path, _visible(book), sheet, prefer)
        _refuse_far_cells(path, name)
        content = book.get_sheet_by_name(name)
        rows = tuple(tuple(map(cell_text, row)) for row in content.to_python(skip_empty_area=False))
        merged = tuple((r1, c1, r2, c2) for (r1, c1), (r2, c2) in content.merged_cell_ranges or ())
        return Cells(path, name, rows, merged, _meta(book), read_formulas(path, name))


def _refuse_far_cells(path: Path, sheet: str) -> None:
    """Refuse a sheet whose farthest cell would make it too large to hold: one stray blank in the last row does that."""
    rows, columns = sheet_extent(path, sheet)
    if rows * columns <= MOST_CELLS:
        return
    far = f"{column_letters(columns - 1)}{rows}"
    raise DataError(
        Problem(
            Text(
                "工作表过大：数据之外很远处还有单元格。", "The sheet is too large: there is a cell far beyond the data."
            ),
            where=f"{path}, {sheet}",
            found=f"A1:{far}",
            expected=Text(f"不超过 {MOST_CELLS:,} 个单元格", f"at most {MOST_CELLS:,} cells"),
            fix=Text(
                "删除数据下方和右方的空行空列后保存。",
                "delete the empty rows and columns below and beside the data, and save.",
            ),
        )
    )


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    """Open a workbook; whatever is wrong with the file becomes a message."""
    import python_calamine as calamine

    found = _not_a_workbook(path)
    if found:
        raise _damaged(path, found)
    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            yield book
    except (calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise _damaged(path, Text(str(error), str(error))) from None


def _meta(book: CalamineWorkbook) -> tuple[tuple[str, str], ...]:
    if META_SHEET not in book.sheet_names:
        return ()
    rows = book.get_sheet_by_name(META_SHEET).to_python(skip_empty_area=False)
    return tuple((cell_text(row[0]), cell_text(row[1])) for row in rows if len(row) > 1)


def _not_a_workbook(path: Path) -> Text | None:
    """Return what a file is when it is no .xlsx workbook, by its first bytes."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\0"):
        return Text(
            "文件是空的" if not start else "内容全为零",
            "the file is empty" if not start else "there is nothing in it but zeros",
        )
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        content = path.read_bytes()
        if "EncryptedPackage".encode("utf-16-le") in content:
            return Text("加了密码", "it has a password")
        return Text("实为旧格式 .xls", "it is in the old .xls format")
    if start.lstrip()[:1] == b"<":
        return Text("实为网页或 XML", "it is a web page or XML")
    if not zipfile.is_zipfile(path):
        return Text("不是工作簿，或文件不完整", "it is no workbook, or incomplete")
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.xml" not in archive.namelist() and not any(n.startswith("xl/") for n in archive.namelist()):
            return Text("是压缩包，但不是 .xlsx 工作簿", "it is a zip file, but no .xlsx workbook")
    return None


def _damaged(path: Path, why: Text) -> DataError:
    return DataError(
        Problem(
            Text(f"工作簿无法打开：{why.zh}。", f"The workbook cannot be opened: {why.en}."),
            where=str(path),
            expected=Text("没有密码的 .xlsx 工作簿", "an .xlsx workbook without a password"),
            fix=Text(
                "在 Excel 或 WPS 中打开（去掉密码），另存为 .xlsx。",
                "open it in Excel or WPS, take off any password, and save it as .xlsx.",
            ),
        )
    )


def _choose_sheet(path: Path, visible: list[str], sheet: str, prefer: str) -> str:
    if sheet in visible:
        return sheet
    if not sheet and prefer in visible:
        return prefer
    if not sheet and len(visible) == 1:
        return visible[0]
    wanted = sheet or prefer
    raise DataError(
        Problem(
            Text("工作簿里没有要读的工作表。", "The sheet to be read is not in the workbook."),
            where=str(path),
            found=", ".join(visible),
            expected=Text(wanted or "只有一张工作表", wanted or "one sheet"),
            fix=Text(
                "改工作表的名字，或在 codebook 的 [sheet] 中写明。",
                "rename the sheet, or name it under [sheet] in the codebook.",
            ),
        )
    )
