"""`hmsurvey card`: what a workbook is, written beside it; made-up answers are never called real."""

from pathlib import Path

import pytest

from hmsurvey.cli import main
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import ProvenanceError
from hmsurvey.provenance import SYNTHETIC_MARK, read_source, sha256_of
from hmsurvey.template import write_template

VISITS = read_codebook(locate_definition("visits", "codebooks"))
WORDS = ["--title", '走访 "2024"', "--producer", "某局", "--date", "2024-05", "--licence", "内部资料", "--note", "a\nb"]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return write_template(tmp_path / "visits.xlsx", VISITS, rows=[{"visit": "V1"}])


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    return write_template(tmp_path / "made_up.xlsx", VISITS, rows=[{"visit": "V1"}], mark=SYNTHETIC_MARK)


def failing(*words: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def write(file: Path, kind: str = "real", *more: str) -> None:
    main(["card", str(file), "--kind", kind, *WORDS, *more])


def test_a_card_is_what_reading_asks_for(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workbook)
    assert capsys.readouterr().out == f"{workbook.with_name('visits.source.toml')}\n"
    source = read_source(workbook)
    assert (source.kind, source.title, source.producer, source.date) == ("real", '走访 "2024"', "某局", "2024-05")
    assert (source.licence, source.note, source.sha256) == ("内部资料", "a\nb", sha256_of(workbook))


def test_what_is_missing_is_said(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing("card", workbook, "--title", "x", "--lang", "en") == 2
    message = capsys.readouterr().err
    assert "The card is not complete." in message
    assert "--kind --producer --date --licence" in message
    assert failing("card", workbook, "--lang", "zh") == 2
    assert "来源卡片还缺几项。" in capsys.readouterr().err
    assert failing("card", workbook.with_name("none.xlsx"), "--lang", "en") == 2
    assert "There is no such file." in capsys.readouterr().err


@pytest.mark.parametrize("date", ["yesterday", "2024-13", "2024-02-32", "24", "2024/05/01"])
def test_dates(date: str, workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing("card", workbook, "--kind", "real", *WORDS, "--date", date, "--lang", "zh") == 2
    assert "日期写法不对。" in capsys.readouterr().err
    assert not workbook.with_name("visits.source.toml").exists()


def test_made_up_answers_are_never_called_real(made_up: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, words in (
        ("zh", "这份工作簿是模拟数据，不能称为真实数据。"),
        ("en", "This workbook is synthetic; a card cannot call it real."),
    ):
        assert failing("card", made_up, "--kind", "real", *WORDS, "--lang", lang) == 2
        assert words in capsys.readouterr().err
    assert not made_up.with_name("made_up.source.toml").exists()
    write(made_up, "synthetic")
    assert read_source(made_up, marked_synthetic=True).kind == "synthetic"
    assert failing("card", made_up, "--renew", "--kind", "real") == 2
    assert read_source(made_up, marked_synthetic=True).kind == "synthetic"


def test_the_mark_counts_on_any_sheet(made_up: Path, workbook: Path) -> None:
    """Answers copied into another workbook keep the mark in their title."""
    import openpyxl

    book = openpyxl.load_workbook(workbook)
    other = book.create_sheet("x")
    for row in openpyxl.load_workbook(made_up)["visits"].iter_rows(values_only=True):
        other.append(row)
    book.save(workbook)
    assert failing("card", workbook, "--kind", "real", *WORDS) == 2


def test_a_card_is_not_overwritten(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workbook)
    assert failing("card", workbook, "--kind", "synthetic", *WORDS, "--lang", "en") == 2
    assert "The file is already there; nothing was written." in capsys.readouterr().err
    assert read_source(workbook).kind == "real"
    write(workbook, "synthetic", "--force")
    assert read_source(workbook).kind == "synthetic"


def test_renewing_keeps_the_words(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workbook)
    write_template(workbook, VISITS, rows=[{"visit": "V2"}])
    with pytest.raises(ProvenanceError, match="The workbook is not the one its card describes"):
        read_source(workbook)
    main(["card", str(workbook), "--renew", "--note", "one visit corrected"])
    source = read_source(workbook)
    assert (source.title, source.note, source.sha256) == ('走访 "2024"', "one visit corrected", sha256_of(workbook))
    capsys.readouterr()
    workbook.with_name("visits.source.toml").unlink()
    assert failing("card", workbook, "--renew", "--lang", "en") == 2
    assert "no provenance card" in capsys.readouterr().err


def test_a_person_is_asked(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = iter(["real", "走访", "2023", "公开", "", ""])

    def prompt(question: str, **_: object) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", prompt)
    main(["card", str(workbook), "--producer", "某局", "--lang", "zh"])
    assert asked[:2] == ["数据性质", "名称"]
    source = read_source(workbook)
    assert (source.kind, source.title, source.producer, source.date, source.note) == (
        "real",
        "走访",
        "某局",
        "2023",
        "",
    )


def test_a_csv_has_a_card_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("visit\nV1\n", encoding="utf-8")
    write(tmp_path / "a.csv")
    assert read_source(tmp_path / "a.csv").kind == "real"
