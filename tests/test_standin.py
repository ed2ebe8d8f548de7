"""The committed stand-in is known with other numbers, names and years, a changed answer in every row or a column less; answers of others are not taken for it."""

from __future__ import annotations

import random
import runpy
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from hmsurvey.cli import main
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import ProvenanceError
from hmsurvey.provenance import Source, card_path, write_card
from hmsurvey.standin import BLOCK, answers_in, blocks_of, likeness
from hmsurvey.survey import read_survey
from hmsurvey.synthetic import synthesise
from hmsurvey.workbook import read_cells

ROOT = Path(__file__).resolve().parents[1]
SHEETS = {"questionnaire": "informatisation", "index": "digital_archives", "index_2025": "digital_archives"}
Rows = list[list[str]]


def heads_and_rows(name: str) -> tuple[list[str], Rows]:
    """The line of codes and the rows of answers of a committed workbook."""
    rows = read_cells(ROOT / "data" / "raw" / f"{name}.xlsx", prefer=SHEETS[name]).rows
    return list(rows[2]), [list(row) for row in rows[3:]]


def renamed(rows: Rows, heads: Sequence[str]) -> Rows:
    """Other numbers, names and years."""
    new = [list(row) for row in rows]
    for i, row in enumerate(new):
        row[0], row[1], row[heads.index("start_year")] = f"LN-{i}", f"某厂{i}", str(1960 + i % 60)
        if "years_open" in heads:
            row[heads.index("years_open")] = str(63 - i % 60)
    return new


def one_cell_changed(rows: Rows, heads: Sequence[str]) -> Rows:
    """In every row one answer, anywhere, given as it was not."""
    chance, new = random.Random(7), renamed(rows, heads)
    for row in new:
        column = chance.randrange(2, len(heads))
        row[column] = chance.choice([other[column] for other in rows if other[column] != row[column]] or ["x"])
    return new


def a_column_less(rows: Rows, heads: Sequence[str]) -> Rows:
    gone = len(heads) // 2
    return [row[:gone] + row[gone + 1 :] for row in renamed(rows, heads)]


def shuffled(rows: Rows, heads: Sequence[str]) -> Rows:
    return random.Random(3).sample(renamed(rows, heads), len(rows))


def without_labels(rows: Rows, heads: Sequence[str]) -> Rows:
    return [[text.split()[0] if text.strip() else "" for text in row] for row in renamed(rows, heads)]


def everything(rows: Rows, heads: Sequence[str]) -> Rows:
    return shuffled(a_column_less(one_cell_changed(rows, heads), heads), heads)


@pytest.mark.parametrize(
    "disguise",
    [renamed, one_cell_changed, a_column_less, shuffled, without_labels, everything],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("name", SHEETS)
def test_it_is_known_in_disguise(name: str, disguise: Callable[[Rows, Sequence[str]], Rows]) -> None:
    heads, rows = heads_and_rows(name)
    found = likeness([heads, *disguise(rows, heads)])
    assert found.is_standin
    assert len(found.alike) > 0.6 * len(rows)


def test_whole_rows_do_not_help_in_disguise() -> None:
    heads, rows = heads_and_rows("index")
    assert likeness(one_cell_changed(rows, heads)).same == 0


def strangers(name: str, seed: int) -> Rows:
    """Rows that nobody gave, with the frequencies of the stand-in in every column."""
    chance = random.Random(seed)
    columns = [chance.sample(column, len(column)) for column in zip(*heads_and_rows(name)[1], strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize("name", SHEETS)
def test_no_row_of_strangers_is_alike(name: str) -> None:
    rows = [row for seed in range(4) for row in strangers(name, seed)]
    assert likeness(rows).alike == ()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_few_rows_are_alike_where_the_same_program_drew_others(seed: int) -> None:
    """The hardest case: answers that hang together as the stand-in's do. A fifth would be needed."""
    workbooks = synthesise(seed).workbooks
    for name in SHEETS:
        rows = [[str(text) for text in row] for row in zip(*workbooks[name].values(), strict=True)]
        found = likeness(rows)
        assert len(found.alike) < 0.04 * len(rows) and not found.is_standin


def test_straight_lines_say_nothing() -> None:
    lines = [[f"S{i}", "a plant", *[str(i % 4)] * 60] for i in range(40)]
    assert likeness(lines).alike == ()


def test_a_fifth_of_the_rows_and_three_of_them() -> None:
    heads, rows = heads_and_rows("index")
    known, others = one_cell_changed(rows, heads), strangers("index", 9)
    assert not likeness([*others[:81], *known[:20]]).is_standin
    assert likeness([*others[:80], *known[:20]]).is_standin
    assert not likeness(known[:2]).is_standin
    assert likeness(known[:3]).is_standin


def saved(folder: Path, name: str) -> Path:
    heads, rows = heads_and_rows(name)
    path = folder / "answers.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("answers")
        for r, row in enumerate([heads, *one_cell_changed(rows, heads)[:50]]):
            sheet.write_row(r, 0, row)
    return path


def test_a_card_that_calls_it_real_is_refused_with_the_number_of_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path, "index_2025")
    words = ["--title", "T", "--producer", "P", "--date", "2024", "--licence", "L"]
    for lang, said in (
        (
            "en",
            (
                "the answers in 50 of 51 rows are those of the stand-in",
                "(rows 2, 3, 4, 5, 6 ...)",
                "take these rows out",
            ),
        ),
        ("zh", ("51 行中有 50 行的答案就是随附模拟数据里的（第 2、3、4、5、6 行等）", "换上真实答卷")),
    ):
        with pytest.raises(SystemExit):
            main(["card", str(path), "--kind", "real", *words, "--lang", lang])
        told = capsys.readouterr().err
        assert all(part in told for part in said)
    assert not card_path(path).exists()
    book = read_codebook(locate_definition("digital_archives", "codebooks"))
    write_card(path, Source("T", "real", producer="P", date="2024", licence="L"))
    with pytest.raises(ProvenanceError, match="says real, but the answers in 50 of 51 rows") as caught:
        read_survey(path, book, card="required", bad="missing")
    assert "--kind synthetic --force" in str(caught.value)
    card_path(path).unlink()
    assert read_survey(path, book, bad="missing").provenance.kind == "synthetic"


def test_blocks_overlap_and_leave_out_what_is_a_persons() -> None:
    row = ["S1", "A plant", "2011", "", *(f"{i % 5} label" for i in range(20)), "a long free text without end"]
    answers = [text for _, text in answers_in(row)]
    assert answers == [*(str(i % 5) for i in range(20)), "a"]
    assert len(blocks_of(answers)) == 21 - BLOCK + 1
    assert len(set(blocks_of(answers)) & set(blocks_of([*answers[:-1], "b"]))) == 21 - BLOCK


def test_the_file_is_that_of_the_committed_stand_in_and_small() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "known_standin.py"))
    file = ROOT / "hmsurvey" / "definitions" / "synthetic_hashes.txt"
    written = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in written if not line.startswith("#")] == tool["known_fingerprints"]()
    assert file.stat().st_size < 300_000
