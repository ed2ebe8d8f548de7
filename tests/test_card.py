"""`hmsurvey card`: what a workbook is, written beside it; made-up answers are never called real."""

import shlex
from pathlib import Path

import pytest

from hmsurvey.cli import main
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import ProvenanceError
from hmsurvey.provenance import SYNTHETIC_MARK, card_path, read_source, sha256_of
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


# The stand-in's place taken by real answers
@pytest.fixture
def replaced(made_up: Path, workbook: Path) -> Path:
    """Real answers where the stand-in lay; its card is still there."""
    words = ["--title", "走访（模拟） / Visits (synthetic)", "--producer", "hmsurvey synthesise --seed 1"]
    main(["card", str(made_up), "--kind", "synthetic", *words, "--date", "2026", "--licence", "CC0-1.0"])
    made_up.write_bytes(workbook.read_bytes())
    return made_up


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", "原有卡片“走访（模拟） / Visits (synthetic)”说的是另一份文件，已由新卡片代替。"),
        (
            "en",
            'The card that lay there, "走访（模拟） / Visits (synthetic)", describes another file; the new card has',
        ),
    ],
)
def test_the_card_of_a_file_that_is_gone_gives_way(
    lang: str, words: str, replaced: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    write(replaced, "real", "--lang", lang)
    said, written = capsys.readouterr().out.splitlines()
    assert said.startswith(words)
    assert written == str(card_path(replaced))
    source = read_source(replaced)
    assert (source.kind, source.title, source.producer, source.licence) == ("real", '走访 "2024"', "某局", "内部资料")
    assert failing("card", replaced, "--kind", "real", *WORDS) == 2  # now it is this file's card


def test_what_to_type_is_said_in_full(replaced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = card_path(replaced).read_bytes()
    for lang, example in (
        (
            "en",
            f'for example: hmsurvey card {replaced} --kind real --title "Survey of digital archives 2024" --producer X '
            '--date 2024-05-31 --licence "internal, not to be published"',
        ),
        (
            "zh",
            f'例如：hmsurvey card {replaced} --kind real --title "2024 年数字档案馆（室）调查" --producer X '
            '--date 2024-05-31 --licence "内部资料，不得公开"',
        ),
    ):
        assert failing("card", replaced, "--kind", "real", "--producer", "X", "--lang", lang) == 2
        message = capsys.readouterr().err
        assert "--title --date --licence" in message
        assert example in message
    assert card_path(replaced).read_bytes() == before


def test_the_example_can_be_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_template(tmp_path / "my visits.xlsx", VISITS, rows=[{"visit": "V1"}])
    assert failing("card", file, "--lang", "en") == 2
    example = capsys.readouterr().err.split("for example: hmsurvey ")[1]
    main(shlex.split(example))
    assert read_source(file).title == "Survey of digital archives 2024"


def test_renewing_does_not_change_the_kind(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workbook)
    main(["card", str(workbook), "--renew", "--kind", "real"])
    for lang, what in (("zh", "不能改变数据性质"), ("en", "it cannot change the kind of data")):
        assert failing("card", workbook, "--renew", "--kind", "synthetic", "--lang", lang) == 2
        message = capsys.readouterr().err
        assert what in message
        assert f"hmsurvey card {workbook} --kind synthetic" in message
    assert read_source(workbook).kind == "real"


def test_the_stand_ins_words_are_not_carried_over(replaced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, what in (("zh", "像是已换成另一份"), ("en", "it seems to be another one")):
        assert failing("card", replaced, "--renew", "--lang", lang) == 2
        message = capsys.readouterr().err
        assert what in message
        assert f"hmsurvey card {replaced} --kind real" in message
    assert failing("card", replaced, "--renew", "--kind", "real") == 2
    capsys.readouterr()
    for words in (["--title", "Visits (synthetic)"], ["--producer", "hmsurvey synthesise --seed 1"]):
        for lang, what in (("zh", "却沿用模拟数据的说明"), ("en", "in the stand-in's words")):
            assert failing("card", replaced, "--kind", "real", *WORDS, *words, "--lang", lang) == 2
            assert what in capsys.readouterr().err
    main(["card", str(replaced), "--renew", "--kind", "synthetic"])  # said on purpose: made up, without the mark
    assert read_source(replaced).kind == "synthetic"
    card = card_path(replaced)
    card.write_text(card.read_text("utf-8").replace('kind = "synthetic"', 'kind = "real"'), encoding="utf-8")
    with pytest.raises(ProvenanceError, match="in the stand-in's words"):
        read_source(replaced)


def test_a_person_is_asked_when_the_card_is_another_files(replaced: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["走访", "某局", "2023", "公开", "", ""])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    main(["card", str(replaced), "--kind", "real"])
    assert (read_source(replaced).kind, read_source(replaced).title) == ("real", "走访")


def test_a_card_that_cannot_be_read_is_not_taken_for_another_files(workbook: Path) -> None:
    card_path(workbook).write_text("title = ", encoding="utf-8")
    assert failing("card", workbook, "--kind", "real", *WORDS) == 2
    write(workbook, "real", "--force")
    assert read_source(workbook).kind == "real"


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
