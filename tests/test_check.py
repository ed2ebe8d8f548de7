"""`hmsurvey check`: what it says of a workbook that is wrong in every way, and the marked copy that it gives back."""

import datetime as dt
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from hmsurvey.cli import main
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import DataError, Text
from hmsurvey.findings import Finding
from hmsurvey.marking import COLOURS, is_marked_copy, mark_workbook
from hmsurvey.survey import check_answers
from hmsurvey.template import write_template
from hmsurvey.workbook import FINDINGS_SHEET, read_cells

HEADERS = ["visit", "unit", "date", "visitors", "survey", "finding", "stage_found", "evidence"]
VISITS = read_codebook(locate_definition("visits", "codebooks"))


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    """A record of visits as no one should return it."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "visits"
    for row in (
        [],
        ["走访记录 2024"],
        [*HEADERS, "memo"],
        ["V001", "E01", dt.date(2024, 5, 1), "=A1", "questionnaire", "confirmed", None, "paper;files", None],
        ["V001", "E02", 45413, "a", "index", "ＣＯＮＴＥＳＴＥＤ", " low ", "paper，files", "x"],
        ["V003", "E03", "2024年5月1日", "NA", "None", "confirmed", "low", "none", None],
        [],
        ["V004", "", "2024-13-01", "x", "1", "dk", None, "none;paper", None],
        ["V005", "E05", "2024-05-01", "x", "questionnaire", "contested", None, "interview", None],
    ):
        sheet.append(row)
    sheet["D8"] = "#REF!"
    sheet["J6"] = "beside the table"
    sheet.merge_cells("A10:B10")
    sheet["A10"] = "V006"
    sheet["A5"].comment = Comment("the user's own words", "a user")
    choice = DataValidation(type="list", formula1='"a,b"')
    sheet.add_data_validation(choice)
    choice.add("D4:D9")
    sheet.conditional_formatting.add("C4:C9", CellIsRule("equal", ["1"], fill=PatternFill(bgColor="FF00FF00")))
    sheet.protection.sheet = True
    path = tmp_path / "nasty.xlsx"
    workbook.save(path)
    return path


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


# What is said
def test_everything_is_said_at_once(nasty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", nasty, "--codebook", "visits", "--lang", "en") == 1
    lines = lines_of(capsys)
    said = {line.split(" | ")[0] for line in lines}
    assert said >= {
        "error visits: A column is missing: note",
        "error visits!A5: This id stands twice.",
        "error visits!C5: This is not a date.",
        "error visits!D4: A formula without a result; there is no answer.",
        "error visits!D8: A formula failed; there is no answer.",
        "error visits!E6: The answer is not one of the options.",
        "error visits!E8: The answer is not one of the options.",
        "error visits!B8: A required answer is missing.",
        "error visits!C8: This is not a date.",
        "error visits!H5: The answer is not one of the options.",
        "error visits!H8: None, don't know or n/a cannot stand beside other options.",
        "error visits!A10:B10: Merged cells: only the first of them holds anything.",
        "error visits!G9: The stage is contested, so the stage found must be given.",
        "warning visits!3: The header is in row 3, not the first.",
        "warning visits!7: A blank row among the data; it was skipped.",
        "warning visits!F5: Full-width characters or edge spaces; read as 'contested'.",
        "warning visits!G6: By the routing this was not asked; the answer is put aside.",
        "warning visits!J3: A column without a header; it is not read.",
        "note visits!I3: An extra column; it is not read.",
    }
    levels = [line.split(" ")[0] for line in lines if line.startswith(("error", "warning", "note"))]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    counts = {level: levels.count(level) for level in ("error", "warning", "note")}
    summary = f"{counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes."
    assert lines[-2] == f"nasty.xlsx: 6 units read by visits 1.0; {summary}"
    assert lines[-1].endswith("nasty.checked.xlsx")


def test_the_same_in_chinese(nasty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", nasty, "--codebook", "visits", "--lang", "zh") == 1
    lines = lines_of(capsys)
    whole = "\n".join(lines)
    for words in (
        "错误 visits: 缺少一列：note | 处理: 补上这一列；没有答案就留空。",
        "错误 visits!A5: 编号重复。 | 实际: 'V001' | 处理: 与 visits!A4 比较，只留一行。",
        "如是 2024-05-01，请照此填写。",
        "错误 visits!D8: 公式出错，没有答案。 | 实际: '#REF!'",
        "填选项代码，多个之间用“;”隔开。",
        "警告 visits!G6: 按跳转规则不必回答，此答案不计。 | 实际: 'low' | 允许: 仅当“走访结论”答“不一致”时回答。",
    ):
        assert words in whole
    assert re.search(r"nasty.xlsx：按 visits 1.0 读取 6 个单位；错误 \d+、警告 \d+、提示 \d+。", whole)


def test_numbers_of_a_register(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "registry"
    headers = ["city", "n_in_production", "n_closed", "n_sent_questionnaire", "n_returned_questionnaire"]
    workbook.active.append([*headers, "n_sent_index", "n_returned_index", "as_of", "source_note"])
    workbook.active.append(["沈阳", 2.0, "１２", "1,200", "12家", "-3", 0, dt.datetime(2024, 1, 1), "x"])
    workbook.active.append(["北京", 2.5, "NA", "None", 1, 1, 0, "2024/1/1", "x"])
    workbook.active.append(["沈阳市", 1, 1, 1, 1, 1, 1, None, "x"])
    workbook.save(tmp_path / "r.xlsx")
    assert run("check", tmp_path / "r.xlsx", "--codebook", "registry", "--lang", "en") == 1
    said = [line.split(" | ")[:2] for line in lines_of(capsys) if line.startswith(("error", "warning"))]
    number = "This is not an allowed number."
    assert said == [
        ["error registry!E2: " + number, "found: '12家'"],
        ["error registry!F2: " + number, "found: '-3'"],
        ["error registry!A3: The answer is not one of the options.", "found: '北京'"],
        ["error registry!B3: " + number, "found: '2.5'"],
        ["error registry!C3: " + number, "found: 'NA'"],
        ["error registry!D3: " + number, "found: 'None'"],
        ["error registry!A4: This id stands twice.", "found: '沈阳市'"],
        ["warning registry!C2: Full-width characters or edge spaces; read as '12'.", "found: '１２'"],
    ]


def test_a_rate_above_one_and_formulas_with_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = read_codebook(locate_definition("informatisation", "codebooks"))
    row = {"unit": "E1", "city": "沈阳", "staff_full": "5", "staff_trained num": "7", "staff_trained den": "5"}
    path = write_template(tmp_path / "a.xlsx", book, rows=[row])
    names = zipfile.ZipFile(path).namelist()
    contents = {name: zipfile.ZipFile(path).read(name) for name in names}
    contents["xl/worksheets/sheet1.xml"] = re.sub(
        rb'(<c r="[A-Z]+4" s="\d+")><v>7</v>', rb"\1><f>3+4</f><v>7</v>", contents["xl/worksheets/sheet1.xml"]
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    assert run("check", path, "--lang", "en") == 1
    lines = lines_of(capsys)
    assert any("The numerator exceeds the denominator. | found: '7' | allowed: at most 5" in line for line in lines)
    assert any("1 formula here; its result is read." in line for line in lines)


@pytest.mark.parametrize(
    ("content", "zh", "en"),
    [
        (b"", "工作簿无法打开：文件是空的。", "The workbook cannot be opened: the file is empty."),
        (b"\0" * 9, "内容全为零", "nothing in it but zeros"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "实为旧格式 .xls", "it is in the old .xls format"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "加了密码", "it has a password"),
        (b"<html>", "实为网页或 XML", "it is a web page or XML"),
        (b"PK\x03\x04cut", "不是工作簿，或文件不完整", "it is no workbook, or incomplete"),
    ],
)
def test_files_that_are_no_workbooks(
    content: bytes, zh: str, en: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    for lang, words in (("zh", zh), ("en", en)):
        assert run("check", path, "--codebook", "visits", "--lang", lang) == 1
        message = capsys.readouterr().err
        assert words in message
        assert str(path) in message
        assert ".xlsx" in message
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(DataError, match="it is a zip file, but no"):
        read_cells(tmp_path / "a.xlsx")


def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["a"])
    workbook.save(tmp_path / "a.xlsx")
    assert run("check", tmp_path / "a.xlsx", "--lang", "zh") == 2
    assert "不知道这份文件对应哪份问卷。" in capsys.readouterr().err
    assert run("check", tmp_path / "none.xlsx", "--lang", "en") == 2
    assert "There is no such file." in capsys.readouterr().err
    assert run("check", tmp_path / "a.xlsx", "--codebook", "visits", "--lang", "en") == 1
    assert "The sheet to be read is not in the workbook." in capsys.readouterr().err
    (tmp_path / "a.csv").write_text("visit\n", encoding="utf-8")
    assert run("check", tmp_path / "a.csv", "--lang", "en") == 2
    assert "name it: --codebook" in capsys.readouterr().err


def test_a_workbook_without_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is wrong, so there is no copy; the codebook is known from the hidden sheet."""
    row = dict(zip(HEADERS, ("V1", "E1", "2024-05-01", "a", "index", "confirmed", "", "paper"), strict=True))
    path = write_template(tmp_path / "a.xlsx", VISITS, rows=[row])
    assert run("check", path, "--lang", "en") == 0
    assert lines_of(capsys) == [
        "6 of 7 questions answered (those rightly skipped left out).",
        "a.xlsx: 1 unit read by visits 1.0; 0 errors, 0 warnings, 0 notes.",
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


def test_how_much_was_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Told for all units, and for the one that answered least; what the routing skips was not asked."""
    full = dict(zip(HEADERS, ("V1", "E1", "2024-05-01", "a", "index", "contested", "low", "paper"), strict=True))
    bare = {"visit": "V2", "unit": "E2", "survey": "index", "finding": "confirmed"}
    path = write_template(tmp_path / "a.xlsx", VISITS, rows=[full, bare])
    for lang, words in (
        ("en", "10 of 15 questions answered (those rightly skipped left out); fewest by V2: 3 of 7."),
        ("zh", "应答 15 题次（跳过的不计），已答 10；最少的是 V2，3 / 7。"),
    ):
        assert run("check", path, "--lang", lang) == 1
        assert words in lines_of(capsys)


def test_what_is_written_oddly_is_said_once_a_column_after_real_doubts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The many cells with edge spaces do not drown the few that matter; all of them are marked in the copy."""
    row = dict(zip(HEADERS, ("", "", "2024-05-01", "a", " index", "confirmed", "", "paper"), strict=True))
    rows = [row | {"visit": f"V{n}", "unit": f"E{n}"} for n in range(1, 6)]
    rows[4] |= {"stage_found": "low"}  # not asked: a doubt about the answers
    path = write_template(tmp_path / "a.xlsx", VISITS, rows=rows)
    for lang, words in (
        (
            "en",
            "warning visits!E4: 5 cells of this column have full-width characters or edge spaces; they are read plainly "
            "(E4 as 'index', E5 as 'index', E6 as 'index' ...). | found: ' index'",
        ),
        (
            "zh",
            "警告 visits!E4: 本列有 5 格含全角字符或首尾空格，已按半角读取：E4 作“index”、E5 作“index”、E6 作“index”等。",
        ),
    ):
        assert run("check", path, "--lang", lang) == 0
        doubt, odd, *_ = lines_of(capsys)
        assert "visits!G8" in doubt
        assert odd.startswith(words)
    sheet = openpyxl.load_workbook(tmp_path / "a.checked.xlsx")["visits"]
    areas = {cell for area in sheet.conditional_formatting for cell in str(area.sqref).split()}
    assert {"E4", "E5", "E6", "E7", "E8", "G8"} <= areas
    assert all("edge" in sheet[cell].comment.text or "空格" in sheet[cell].comment.text for cell in ("E4", "E8"))


def test_what_is_missing_names_the_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_template(tmp_path / "a.xlsx", VISITS, rows=[{"visit": "V1", "unit": "E1", "survey": "index"}])
    assert run("check", path, "--lang", "en") == 1
    (line,) = [line for line in lines_of(capsys) if "visits!F4: A required answer is missing." in line]
    assert "allowed: confirmed" in line
    assert "contested" in line


def test_warnings_alone_are_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = dict(zip(HEADERS, (" V1", "E1", "2024-05-01", "a", "index", " dk", "", "paper"), strict=True))
    assert run("check", write_template(tmp_path / "a.xlsx", VISITS, rows=[row]), "--lang", "zh") == 0
    assert "错误 0、警告 1、提示 0。" in capsys.readouterr().out
    assert (tmp_path / "a.checked.xlsx").exists()


# The marked copy
def marked(nasty: Path, lang: str = "en") -> Path:
    run("check", nasty, "--codebook", "visits", "--lang", lang)
    return nasty.with_name("nasty.checked.xlsx")


def test_cells_are_coloured_and_commented(nasty: Path) -> None:
    before = nasty.read_bytes()
    workbook = openpyxl.load_workbook(marked(nasty))
    assert nasty.read_bytes() == before
    sheet = workbook["visits"]
    colours = {}
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            if rule.formula == ['"hmsurvey"="hmsurvey"']:
                for place in str(area.sqref).split():
                    colours[place] = rule.dxf.fill.bgColor.rgb
    assert colours["C5"] == COLOURS["error"]
    assert colours["F5"] == COLOURS["warning"]
    assert colours["I3"] == COLOURS["note"]
    assert "C4" not in colours
    assert sheet["C5"].comment.text == (
        "error: This is not a date.\nFound: 45413\nAllowed: such as 2024-05-31\n"
        "Fix: it looks like a date cell shown as a number; if 2024-05-01 is meant, write that."
    )
    own, ours = sheet["A5"].comment.text.split("\n── hmsurvey ──\n")
    assert own == "the user's own words"
    assert ours.startswith("error: This id stands twice.\nFound: V001")


def test_the_list_of_findings_links_to_the_cells(nasty: Path) -> None:
    sheet = openpyxl.load_workbook(marked(nasty, "zh"))[FINDINGS_SHEET]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("级别", "位置", "单位", "题目", "问题", "实际", "允许", "处理")
    _, findings = check_answers(read_cells(nasty, "visits"), VISITS)
    assert len(rows) == len(findings) + 1
    place = next(row for row in sheet.iter_rows(min_row=2) if row[4].value == "不是日期。")[1]
    assert (place.value, place.hyperlink.location) == ("visits!C5", "'visits'!C5")


def test_nothing_of_the_users_is_lost(nasty: Path) -> None:
    sheet = openpyxl.load_workbook(marked(nasty))["visits"]
    original = openpyxl.load_workbook(nasty)["visits"]
    assert [[c.value for c in row] for row in sheet.iter_rows()] == [
        [c.value for c in row] for row in original.iter_rows()
    ]
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.formula1, str(rule.sqref)) == ('"a,b"', "D4:D9")
    assert sheet.protection.sheet
    assert sheet.merged_cells.ranges == original.merged_cells.ranges
    kept = [rule for area in sheet.conditional_formatting for rule in area.rules if rule.type == "cellIs"]
    assert [(rule.priority, rule.dxf.fill.bgColor.rgb) for rule in kept] == [(4, "FF00FF00")]


def test_parts_that_are_not_understood_stay_as_they_are(nasty: Path) -> None:
    """Macros, drop-downs in Excel's extension and drawn shapes are carried over byte for byte."""
    extension = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/office/'
        b'spreadsheetml/2009/9/main"><x14:dataValidations count="0"/></ext></extLst></worksheet>'
    )
    macro = nasty.with_name("nasty.xlsm")
    with zipfile.ZipFile(nasty) as old, zipfile.ZipFile(macro, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</worksheet>", extension)
            new.writestr(name, content)
        new.writestr("xl/vbaProject.bin", b"\x00macro\xff")
        new.writestr("xl/drawings/drawing9.xml", b"<shape/>")
    assert run("check", macro, "--codebook", "visits") == 1
    with zipfile.ZipFile(macro.with_name("nasty.checked.xlsm")) as archive:
        assert archive.read("xl/vbaProject.bin") == b"\x00macro\xff"
        assert archive.read("xl/drawings/drawing9.xml") == b"<shape/>"
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert extension.decode() in sheet
    assert sheet.index("<conditionalFormatting") < sheet.index("<dataValidations") < sheet.index("<legacyDrawing")
    assert sheet.index("<legacyDrawing") < sheet.index("<extLst")


def test_every_part_is_well_formed(nasty: Path) -> None:
    """A drawing written with other prefixes than usual gets our boxes with the same."""
    with zipfile.ZipFile(marked(nasty)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".vml", ".rels")):
                ElementTree.fromstring(archive.read(name))
        drawing = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".vml"))
        comments = next(archive.read(name).decode() for name in archive.namelist() if "/comments" in name)
    boxes = re.findall(r"Row>(\d+)</\w+:Row><\w+:Column>(\d+)<", drawing)
    assert len(boxes) == len(set(boxes)) == len(re.findall(r"<(?:\w+:)?comment\s", comments))


def test_marking_again_leaves_no_old_marks(nasty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy that was corrected is checked again: old colours and comments go, the user's stay."""
    first = marked(nasty)
    workbook = openpyxl.load_workbook(first)
    workbook["visits"]["C5"] = dt.date(2024, 5, 1)
    workbook["visits"]["A5"] = "V002"
    workbook.save(first)
    capsys.readouterr()
    assert run("check", first, "--codebook", "visits", "--lang", "en") == 1
    assert lines_of(capsys)[-1].endswith("nasty.checked-2.xlsx")
    second = openpyxl.load_workbook(nasty.with_name("nasty.checked-2.xlsx"))
    sheet = second["visits"]
    assert sheet["C5"].comment is None
    assert sheet["A5"].comment.text.strip() == "the user's own words"
    places = {
        p
        for area in sheet.conditional_formatting
        if "hmsurvey" in str(area.rules[0].formula)
        for p in str(area.sqref).split()
    }
    assert not {"C5", "A5"} & places
    assert second.sheetnames == ["visits", FINDINGS_SHEET]
    assert "This id stands twice." not in {row[4].value for row in second[FINDINGS_SHEET].iter_rows()}


def test_the_same_copy_each_time(nasty: Path) -> None:
    _, findings = check_answers(read_cells(nasty, "visits"), VISITS)
    first = mark_workbook(nasty, findings, nasty.with_name("a.xlsx"), lang="en")
    second = mark_workbook(first, findings, nasty.with_name("b.xlsx"), lang="en")
    with zipfile.ZipFile(first) as a, zipfile.ZipFile(second) as b:
        assert {name: a.read(name) for name in a.namelist()} == {name: b.read(name) for name in b.namelist()}


def test_a_copy_someone_worked_in_is_not_overwritten(nasty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = marked(nasty)
    assert is_marked_copy(copy)
    assert run("check", nasty, "--codebook", "visits") == 1  # nobody touched the copy
    workbook = openpyxl.load_workbook(copy)
    workbook.save(copy)
    assert not is_marked_copy(copy)
    capsys.readouterr()
    assert run("check", nasty, "--codebook", "visits", "--lang", "zh") == 2
    assert "文件已经存在，没有写入。" in capsys.readouterr().err
    assert run("check", nasty, "--codebook", "visits", "--force") == 1
    assert run("check", nasty, "--codebook", "visits", "--out", nasty, "--force", "--lang", "en") == 2
    assert "The marked copy cannot take the place of the workbook." in capsys.readouterr().err


def test_template_with_its_own_notes_is_marked(tmp_path: Path) -> None:
    """Our own template keeps its lists, limits and notes beside the marks."""
    book = read_codebook(locate_definition("informatisation", "codebooks"))
    path = write_template(tmp_path / "a.xlsx", book, rows=[{"unit": "E1", "city": "北京"}])
    assert run("check", path, "--lang", "zh") == 1
    sheet = openpyxl.load_workbook(tmp_path / "a.checked.xlsx")["informatisation"]
    assert sheet["C4"].comment.text.startswith("错误：答案不在选项之列。\n实际：北京\n允许：210100 沈阳；")
    assert "单选：从下拉列表中选择。" in sheet["C2"].comment.text
    assert len(sheet.data_validations.dataValidation) == 88
    assert sheet.protection.sheet


def test_list_of_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("visit,unit,date,survey,finding\nV1,E1,2024-05-01,index,=cmd()\n", encoding="utf-8")
    assert run("check", path, "--codebook", "visits") == 1
    workbook = openpyxl.load_workbook(tmp_path / "a.checked.xlsx")
    assert workbook.sheetnames == [FINDINGS_SHEET]
    found = {(row[1].value, row[5].value, row[5].data_type) for row in workbook.active.iter_rows(min_row=2)}
    assert ("E2", "=cmd()", "s") in found


def test_texts_a_workbook_cannot_hold(tmp_path: Path) -> None:
    """Control characters, markup and what looks like a formula or an escape stay texts."""
    path = write_template(tmp_path / "a.xlsx", VISITS, rows=[{"visit": "V1"}])
    text = "=1+1 <b>&\"' \x0b _x000D_ " + "长" * 2000
    finding = Finding("error", "x", Text("问题", "what"), "visits!A4", (3, 0), "visit", "V1", text)
    out = mark_workbook(path, [finding], tmp_path / "b.xlsx", lang="en")
    workbook = openpyxl.load_workbook(out)
    cell = workbook[FINDINGS_SHEET]["F2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("=1+1 <b>&\"' \ufffd _x")
    assert len(cell.value) < 1100
    assert "<b>&" in workbook["visits"]["A4"].comment.text


def test_sheet_names_with_marks(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "it's & <this>!"
    workbook.save(tmp_path / "a.xlsx")
    finding = Finding("note", "x", Text("问题", "what"), "it's & <this>!!B2", (1, 1))
    out = openpyxl.load_workbook(mark_workbook(tmp_path / "a.xlsx", [finding], tmp_path / "b.xlsx"))
    assert out[FINDINGS_SHEET]["B2"].hyperlink.location == "'it''s & <this>!'!B2"
    assert out.worksheets[0]["B2"].comment.text == "提示：问题"
