"""`hmsurvey collect`: forms that came back one by one become one table, and nothing of them is lost or chosen silently."""

import csv
import shlex
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from hmsurvey.answers import answers_frame, states_frame
from hmsurvey.cli import main
from hmsurvey.codebook import read_codebook
from hmsurvey.collecting import collect_forms, returned_files, said_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import UsageError
from hmsurvey.provenance import SYNTHETIC_MARK
from hmsurvey.survey import check_answers
from hmsurvey.template import write_template
from hmsurvey.workbook import read_cells

BOOK = read_codebook(locate_definition("informatisation", "codebooks"))
VISITS = read_codebook(locate_definition("visits", "codebooks"))
E1 = {
    "unit": "E1",
    "city": "沈阳",
    "metals": "Pb;Cd",
    "staff_trained num": "1",
    "staff_trained den": "3",
    "staff_full": "5",
}
E2 = {"unit": "E2", "city": "210200 大连 / Dalian", "metals": "none", "start_year": "1998"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_template(tmp_path / "in" / "a.xlsx", BOOK, layout="form", rows=[E1])
    write_template(tmp_path / "in" / "north" / "b.xlsx", BOOK, layout="form", rows=[E2])
    return tmp_path / "in"


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def table(path: Path) -> list[dict[str, str]]:
    rows = read_cells(path, prefer=BOOK.id).rows
    return [{h: text for h, text in zip(rows[2], row, strict=True) if text} for row in rows[3:]]


def test_forms_become_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder.parent / "all.xlsx"
    assert run("collect", folder, "--out", out, "--lang", "en") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["informatisation 1.0: 2 units from 2 of 2 files.", str(out), str(out.with_name("all.files.csv"))]
    assert table(out) == [E1, E2]
    answers, findings = check_answers(read_cells(out, BOOK.sheet), BOOK)
    assert [f.level for f in findings if f.level == "error"] == []
    for file in (folder / "a.xlsx", folder / "north" / "b.xlsx"):
        form, _ = check_answers(read_cells(file, BOOK.sheet), BOOK)
        (unit,) = form.units
        assert states_frame(form).loc[unit].equals(states_frame(answers).loc[unit])
        one, all_ = (answers_frame(a).astype(object).fillna("").loc[unit].tolist() for a in (form, answers))
        assert one == all_


def test_where_each_row_came_from(folder: Path) -> None:
    assert run("collect", folder, "--out", folder.parent / "all.xlsx") == 0
    with (folder.parent / "all.files.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["row"], r["unit"], r["file"], r["cell"]) for r in rows] == [
        ("1", "E1", "a.xlsx", "informatisation!D5"),
        ("2", "E2", "north/b.xlsx", "informatisation!D5"),
    ]
    assert all(len(r["sha256"]) == 64 for r in rows)


def test_everything_wrong_is_said_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"unit": "E1", "city": "沈阳"}, {"unit": "E3", "city": "北京"}, E2 | {"memo": "=1+1"}]
    write_template(folder / "c.xlsx", BOOK, rows=rows)
    write_template(folder / "d.xlsx", replace(BOOK, version="0.9"), layout="form", rows=[{"unit": "E9"}])
    write_template(folder / "e.xlsx", VISITS)
    (folder / "f.xlsx").write_bytes(b"damaged")
    (folder / "g.xls").write_bytes(b"old")
    (folder / "~$a.xlsx").write_bytes(b"a lock file of Excel")
    (folder / "notes.txt").write_text("not a workbook")
    out = folder.parent / "all.xlsx"
    assert run("collect", folder, "--out", out, "--codebook", "informatisation", "--lang", "zh") == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in said[:-3]] == [
        "错误 c.xlsx: 内容有 1 处错误、0 处警告；已原样汇总。",
        "错误 c.xlsx, informatisation!A4: E1 交回了两份不同的答卷，都已保留。",
        "错误 d.xlsx: 问卷版本不同，没有汇总。",
        "错误 e.xlsx: 属于另一份问卷，没有汇总。",
        "错误 f.xlsx: 工作簿无法打开：不是工作簿，或文件不完整。",
        "错误 g.xls: 不能读取这种文件。",
        "错误 north/b.xlsx, informatisation!D5: E2 交回了两份不同的答卷，都已保留。",
    ]
    assert said[-3] == "informatisation 1.0：从 7 个文件中的 3 个汇总了 5 个单位。"
    assert table(out) == [E1, *rows, E2]
    assert run("check", out, "--lang", "zh") == 1
    said = capsys.readouterr().out.splitlines()
    assert sum("编号重复。" in line for line in said) == 2
    assert any("北京" in line for line in said)


def test_the_same_answers_twice_are_kept_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_template(folder / "a copy.xlsx", BOOK, layout="form", rows=[E1])
    assert run("collect", folder, "--out", folder.parent / "all.xlsx", "--lang", "en") == 0
    assert "E1 is the same in two places; it is kept once." in capsys.readouterr().out
    assert len(table(folder.parent / "all.xlsx")) == 2


def test_marked_copies_beside_their_originals_are_left_out(folder: Path) -> None:
    write_template(folder / "c.xlsx", BOOK, rows=[{"unit": "E3", "city": "北京"}])
    run("check", folder / "c.xlsx")
    assert [p.name for p in returned_files(folder)] == ["a.xlsx", "c.xlsx", "b.xlsx"]
    workbook = openpyxl.load_workbook(folder / "c.checked.xlsx")
    workbook["informatisation"]["C4"] = "沈阳"
    workbook.save(folder / "c.checked.xlsx")
    assert "c.checked.xlsx" in [p.name for p in returned_files(folder)]
    codes = [f.code for f in collect_forms(returned_files(folder), BOOK).findings]
    assert "double" in codes  # a corrected copy and its original: a person decides


@pytest.mark.parametrize(("lang", "words"), [("zh", "逐条查看"), ("en", "to see each")])
def test_the_advice_can_be_typed(lang: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file with its folder, and quotation marks where the path has spaces."""
    file = write_template(tmp_path / "came back" / "a b.xlsx", BOOK, rows=[{"unit": "E1", "city": "北京"}])
    assert run("collect", file.parent, "--out", tmp_path / "all.xlsx", "--lang", lang) == 1
    line = capsys.readouterr().out.splitlines()[0]
    assert words in line
    command = shlex.split(line.split("hmsurvey ")[1])
    assert command == ["check", str(file)]
    assert run(*command) == 1


def test_ticks_that_cannot_be_read_stay_legible(tmp_path: Path) -> None:
    form = {"unit": "E1", "city": "沈阳", "metals Pb": "√", "metals Cd": "maybe", "metals Hg": "否"}
    write_template(tmp_path / "a.xlsx", BOOK, layout="form", rows=[form])
    (row,) = collect_forms([tmp_path / "a.xlsx"], BOOK).returned
    assert dict(row.texts)["metals"] == "Pb;Cd=maybe"


def test_everything_denied(tmp_path: Path) -> None:
    """No to every option is the answer "none of these", or, where the question has none, said to be lost."""
    denied = {f"{code} {o.code}": "否" for code in ("metals", "evidence") for o in BOOK.question(code).options}
    write_template(tmp_path / "a.xlsx", BOOK, layout="form", rows=[{"unit": "E1", "city": "沈阳"} | denied])
    collection = collect_forms([tmp_path / "a.xlsx"], BOOK)
    texts = dict(collection.returned[0].texts)
    assert texts["metals"] == "none"
    assert "evidence" not in texts
    assert any("1 warning" in f.what.en for f in collection.findings)


def test_synthetic_forms_make_a_synthetic_table(folder: Path) -> None:
    write_template(folder / "c.xlsx", BOOK, rows=[{"unit": "E3", "city": "沈阳"}], mark=SYNTHETIC_MARK)
    out = folder.parent / "all.xlsx"
    assert run("collect", folder, "--out", out) == 0
    assert read_cells(out, BOOK.sheet).marked_synthetic


def test_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_template(folder / "e.xlsx", VISITS)
    out = folder.parent / "all.xlsx"
    assert run("collect", folder, "--out", out, "--lang", "en") == 2
    message = capsys.readouterr().err
    assert "The files in the folder belong to several codebooks." in message
    assert "informatisation (2), visits (1)" in message
    assert run("collect", folder / "none", "--out", out, "--lang", "zh") == 2
    assert "找不到文件夹。" in capsys.readouterr().err
    (folder.parent / "empty").mkdir()
    assert run("collect", folder.parent / "empty", "--out", out, "--lang", "en") == 2
    assert "There is no workbook to read in the folder." in capsys.readouterr().err
    out.write_bytes(b"mine")
    assert run("collect", folder, "--out", out, "--codebook", "informatisation", "--lang", "en") == 2
    assert "The file is already there; nothing was written." in capsys.readouterr().err
    assert out.read_bytes() == b"mine"


def test_nothing_readable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"damaged")
    out = tmp_path / "all.xlsx"
    assert run("collect", tmp_path, "--out", out, "--codebook", "visits", "--lang", "en") == 1
    assert "0 units from 0 of 1 file." in capsys.readouterr().out
    assert not out.exists()


def test_collecting_again_leaves_the_result_out(folder: Path) -> None:
    """The table may lie in the folder itself; it is not collected into itself."""
    out = folder / "all.xlsx"
    assert run("collect", folder, "--out", out) == 0
    first = out.read_bytes()
    assert run("collect", folder, "--out", out, "--force") == 0
    assert out.read_bytes() == first


def test_a_table_in_csv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("unit,city\nE1,沈阳\n", encoding="utf-8")
    with pytest.raises(UsageError, match="It is not known which codebook"):
        said_codebook(returned_files(tmp_path))
    (row,) = collect_forms(returned_files(tmp_path), BOOK).returned
    assert dict(row.texts) == {"unit": "E1", "city": "沈阳"}
