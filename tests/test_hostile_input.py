"""Input that once was lost, mixed up or thrown back: each case a file that a person could have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from hmsurvey.analysis.tabulation import tabulate_areas, tabulate_stages
from hmsurvey.cli import main
from hmsurvey.codebook import read_codebook
from hmsurvey.errors import DataError, DefinitionError, UsageError
from hmsurvey.indicators import read_system
from hmsurvey.output.placing import folder_beside, put_in_place
from hmsurvey.study import analyse, read_study
from hmsurvey.survey import read_survey
from hmsurvey.verification import verify

CODEBOOK = """
kind = "codebook"
id = "small"
version = "1.0"
[roles]
id = "unit"
group = "city"
[[question]]
code = "unit"
[[question]]
code = "city"
{city}
[[question]]
code = "x"
kind = "number"
"""
SYSTEM = 'kind = "system"\nid = "flat"\nversion = "1.0"\n[[indicator]]\ncode = "x"\nin = "total"\ngiven = true\n[[node]]\ncode = "total"\n'
RULE = 'kind = "rule"\nid = "two"\nversion = "1.0"\n[[stage]]\ncode = "high"\nneeds = [{ score = "total", min = 5 }]\n[[stage]]\ncode = "low"\nneeds = []\n'
STUDY = 'kind = "study"\nid = "s"\nversion = "1.0"\nunits = "public"\n[[survey]]\ncode = "a"\nanswers = "a.csv"\ncodebook = "c.toml"\nsystem = "s.toml"\nrule = "r.toml"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "c.toml").write_text(CODEBOOK.format(city='kind = "text"'), encoding="utf-8")
    (tmp_path / "s.toml").write_text(SYSTEM, encoding="utf-8")
    (tmp_path / "r.toml").write_text(RULE, encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def answers(folder: Path, text: str) -> Path:
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_an_unpaired_quote_swallows_no_rows(folder: Path) -> None:
    path = answers(folder, 'unit,city,x\nP1,"hi,1\nP2,b,2\nP3,c,3\n')
    with pytest.raises(DataError, match=r"The CSV file cannot be parsed\."):
        read_survey(path, read_codebook(folder / "c.toml"))


@pytest.mark.parametrize("mark", ["\u2028", "\x0b", "\x85", "\x1c"])
def test_only_line_ends_part_rows(folder: Path, mark: str) -> None:
    survey = read_survey(answers(folder, f"unit,city,x\nP1,a{mark}b,1\n"), read_codebook(folder / "c.toml"))
    assert survey.answers.units == ("P1",)


def test_a_far_stray_cell_is_refused_before_it_fills_the_memory(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["unit", "city", "x"], ["P1", "a", 1]):
        sheet.append(row)
    sheet["XFD1048576"] = " "
    book.save(folder / "a.xlsx")
    with pytest.raises(DataError, match=r"(?s)far beyond the data.*A1:XFD1048576"):
        read_survey(folder / "a.xlsx", read_codebook(folder / "c.toml"))


def carded(folder: Path) -> None:
    main(
        [
            "card",
            str(folder / "a.csv"),
            "--kind",
            "real",
            "--title",
            "t",
            "--producer",
            "p",
            "--date",
            "2024-05-31",
            "--licence",
            "CC0-1.0",
        ]
    )


def test_a_group_called_all_is_not_the_total(folder: Path) -> None:
    answers(folder, "unit,city,x\n" + "".join(f"P{i},{'all' if i < 5 else 'Y'},{i}\n" for i in range(12)))
    carded(folder)
    table = tabulate_stages(analyse(read_study(folder / "study.toml"))["a"]).frame.set_index("group")
    assert table["n"].to_dict() == {"all*": 5, "Y": 7, "all": 12}


def test_a_coded_group_cannot_use_the_reserved_codes(folder: Path) -> None:
    city = 'kind = "one"\noptions = [{ code = "all", en = "All of it" }, { code = "b", en = "B" }]'
    (folder / "c.toml").write_text(CODEBOOK.format(city=city), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"(?s)codes that are reserved.*found:    all"):
        read_codebook(folder / "c.toml")


def test_a_system_without_levels_runs_to_its_report(folder: Path) -> None:
    answers(folder, "unit,city,x\nP1,a,1\nP2,b,9\n")
    carded(folder)
    table = tabulate_areas(analyse(read_study(folder / "study.toml"))["a"], level="")
    assert list(table.frame.columns) == ["group", "n", "n_scored", "total"]
    main(["run", str(folder / "study.toml"), "--out", str(folder / "out"), "--lang", "en"])
    assert (folder / "out" / "reports" / "public" / "report.en.html").stat().st_size > 10_000


@pytest.mark.parametrize("code", ["unit", "provenance", "stage"])
def test_codes_of_the_tables_own_columns_are_refused(folder: Path, code: str) -> None:
    (folder / "s.toml").write_text(SYSTEM.replace('"total"', f'"{code}"'), encoding="utf-8")
    with pytest.raises(DefinitionError, match=rf"(?s)These codes are the tables' own\..*found:    {code}"):
        read_system(folder / "s.toml")


def test_a_maximum_below_what_is_given_is_refused(folder: Path) -> None:
    (folder / "s.toml").write_text(
        SYSTEM.replace("given = true", "bands = [[0, 0], [5, 2]]\nmax = 1"), encoding="utf-8"
    )
    with pytest.raises(DefinitionError, match=r"(?s)gives more than `max`.*2 > 1"):
        read_system(folder / "s.toml", read_codebook(folder / "c.toml"))


@pytest.mark.parametrize(
    ("published", "text"),
    [
        ('scores = { nowhere = "S" }', "nowhere"),
        ('given = ["ghost"]', "ghost"),
        ("tolerance = -1", "cannot be negative"),
    ],
)
def test_published_results_that_name_nothing(folder: Path, published: str, text: str) -> None:
    answers(folder, "unit,city,x\nP1,a,1\n")
    carded(folder)
    (folder / "p.csv").write_text("unit,S\nP1,1\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        STUDY + f'[[published]]\nsurvey = "a"\nfile = "p.csv"\nid = "unit"\n{published}\n', encoding="utf-8"
    )
    with pytest.raises(DefinitionError, match=text):
        analyse(read_study(folder / "study.toml"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_folder_that_cannot_be_written_is_a_message(
    folder: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = answers(folder, "unit,city,x\nP1,a,1\n")
    (folder / "file").write_text("x", encoding="utf-8")
    names = [str(folder / name) for name in ("c.toml", "s.toml", "r.toml")]
    arguments = ["score", str(path), "--codebook", names[0], "--system", names[1], "--rule", names[2]]
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--out", str(folder / "file" / "sub"), "--lang", lang])
    assert stopped.value.code == 2
    assert {"zh": "不能", "en": "cannot be"}[lang] in capsys.readouterr().err


def test_one_language_serves_for_both(folder: Path) -> None:
    answers(folder, "unit,city,x\nP1,a,1\n")
    carded(folder)
    (folder / "r.toml").write_text(RULE.replace('code = "high"', 'code = "high"\nen = "High"'), encoding="utf-8")
    result = analyse(read_study(folder / "study.toml"))["a"]
    assert result.stages is not None
    assert result.stages.rule.label_of("high") == ("High", "High")
    assert result.stages.rule.label == ("two", "two")


def test_a_run_removes_what_an_earlier_run_left_and_nothing_else(folder: Path) -> None:
    answers(folder, "unit,city,x\nP1,a,1\nP2,b,9\n")
    carded(folder)
    out = folder / "out"
    main(["run", str(folder / "study.toml"), "--out", str(out)])
    reports = out / "reports" / "public"
    (reports / "mine.txt").write_text("mine", encoding="utf-8")
    chinese = reports / "report.zh.html"
    assert chinese.exists() and (out / "data" / "processed" / "manifest.json").exists()
    main(["run", str(folder / "study.toml"), "--out", str(out), "--lang", "en"])
    assert not chinese.exists() and (reports / "report.en.html").exists() and (reports / "mine.txt").exists()


def test_a_run_that_stops_halfway_leaves_the_earlier_report_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(folder, "unit,city,x\nP1,a,1\nP2,b,9\n")
    carded(folder)
    out = folder / "out"
    main(["run", str(folder / "study.toml"), "--out", str(out)])
    before = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    answers(folder, "unit,city,x\nP1,a,9\nP2,b,9\nP3,b,9\n")
    carded(folder)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hmsurvey.output.walk.write_books", stop)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        main(["run", str(folder / "study.toml"), "--out", str(out)])
    assert {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_run_killed_while_it_writes_leaves_the_earlier_report_whole(folder: Path) -> None:
    answers(folder, "unit,city,x\nP1,a,1\nP2,b,9\n")
    carded(folder)
    out = folder / "out"
    main(["run", str(folder / "study.toml"), "--out", str(out), "--lang", "en"])
    before = contents(out)
    answers(folder, "unit,city,x\nP1,a,9\nP2,b,9\nP3,b,9\n")
    carded(folder)
    command = [sys.executable, "-m", "hmsurvey", "run", str(folder / "study.toml"), "--out", str(out)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while not list(out.glob(".hmsurvey-*/*/figures/*/*.png")):
            assert running.poll() is None, "it was done before it could be killed"
            time.sleep(0.01)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    (left,) = out.glob(".hmsurvey-*")
    assert {path: content for path, content in contents(out).items() if left.name not in path.parts} == before
    assert all(verdict.intact for verdict in verify(out / "reports"))
    for path in (left, *left.rglob("*")):
        os.utime(path, (0, 0))
    with folder_beside(out):
        assert not left.exists(), "what a killed run left is cleared away"


def test_a_file_that_cannot_be_replaced_leaves_everything_as_it_was(tmp_path: Path) -> None:
    shelves = [(tmp_path / "new" / name, tmp_path / "place" / name) for name in ("data", "reports")]
    for new, place in shelves:
        for folder_, words in ((new, "new"), (place, "old")):
            folder_.mkdir(parents=True)
            for name in ("a.txt", "b.txt", "manifest.json"):
                (folder_ / name).write_text(words, encoding="utf-8")
        (new / "added.txt").write_text("new", encoding="utf-8")
    (tmp_path / "place" / "reports" / "b.txt").unlink()
    (tmp_path / "place" / "reports" / "b.txt" / "x").mkdir(parents=True)  # a folder lies where the file belongs
    before = contents(tmp_path / "place")
    with pytest.raises(UsageError, match=r"(?s)earlier results are as they were.*b\.txt"):
        put_in_place(shelves, tmp_path / "aside")
    assert contents(tmp_path / "place") == before
    (tmp_path / "place" / "reports" / "b.txt" / "x").rmdir()
    (tmp_path / "place" / "reports" / "b.txt").rmdir()
    for new, _ in shelves:
        for name in ("a.txt", "b.txt", "manifest.json", "added.txt"):
            (new / name).write_text("new", encoding="utf-8")
    assert put_in_place(shelves, tmp_path / "again") == [(4, 0), (4, 0)]
    assert set(contents(tmp_path / "place").values()) == {b"new"}
