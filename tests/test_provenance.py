"""Where numbers come from: kinds combine to the worst, cards are held to their file, the stand-in cannot be called real."""

import itertools
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import book_of, question, scored, system_of

from hmsurvey.errors import ProvenanceError, Text
from hmsurvey.provenance import (
    KINDS,
    SYNTHETIC_MARK,
    Provenance,
    Source,
    Traced,
    card_path,
    combine,
    read_source,
    sha256_of,
    write_card,
)
from hmsurvey.scoring import score
from hmsurvey.survey import read_survey

BOOK = book_of(question("q", "one"))


def kinds(*of: str) -> Provenance:
    return Provenance(tuple(Source(f"s{i}", kind) for i, kind in enumerate(of)))  # type: ignore[arg-type]


# The algebra of kinds
WORST = {
    ("real", "real"): "real",
    ("real", "undeclared"): "undeclared",
    ("real", "synthetic"): "synthetic",
    ("undeclared", "undeclared"): "undeclared",
    ("undeclared", "synthetic"): "synthetic",
    ("synthetic", "synthetic"): "synthetic",
}


@pytest.mark.parametrize(("a", "b"), list(itertools.product(KINDS, KINDS)))
def test_the_kind_is_the_worst_of_the_parts(a: str, b: str) -> None:
    expected = WORST.get((a, b)) or WORST[(b, a)]
    assert combine(kinds(a), kinds(b)).kind == expected
    assert kinds(a, b).kind == expected


def test_nothing_behind_a_table_is_undeclared() -> None:
    assert Provenance().kind == "undeclared"
    assert combine().kind == "undeclared"
    assert combine(Provenance(), kinds("real")).kind == "real"


parts = st.builds(
    Provenance,
    sources=st.lists(st.builds(Source, st.sampled_from("abc"), st.sampled_from(KINDS)), max_size=3).map(tuple),
    definitions=st.lists(st.sampled_from(["x 1", "y 1", "z 2"]), max_size=3, unique=True).map(tuple),
    notes=st.lists(st.sampled_from([Text("甲", "a"), Text("乙", "b")]), max_size=2, unique=True).map(tuple),
    seed=st.none() | st.integers(0, 9),
)


@given(parts, parts, parts)
def test_combining_is_a_union_that_keeps_its_order(a: Provenance, b: Provenance, c: Provenance) -> None:
    assert combine(combine(a, b), c) == combine(a, combine(b, c)) == combine(a, b, c)
    once = combine(a)
    assert combine(once, once) == once
    both = combine(a, b)
    assert set(both.sources) == set(a.sources) | set(b.sources)
    assert len(set(both.sources)) == len(both.sources)
    assert both.definitions[: len(a.definitions)] == a.definitions
    assert both.notes[: len(a.notes)] == a.notes
    assert both.seed == (b.seed if a.seed is None else a.seed)


def test_definitions_and_notes_stand_once() -> None:
    provenance = kinds("real").with_definition("x 1").with_definition("y 1").with_definition("x 1")
    assert provenance.definitions == ("x 1", "y 1")
    noted = provenance.with_note(Text("甲", "a")).with_note(Text("甲", "a"))
    assert noted.notes == (Text("甲", "a"),)


def test_a_traced_table_shows_its_kind() -> None:
    assert repr(Traced(pd.DataFrame({"n": [1]}), kinds("synthetic"))).endswith("[SYNTHETIC]")
    assert repr(Traced(pd.DataFrame({"n": [1]}), kinds("real"))).endswith("[real data]")


# Cards
@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text("unit,q\nu1,1\n", encoding="utf-8")
    return path


CARD = {"title": "Answers", "kind": "real", "producer": "Bureau", "date": "2024-05-31", "licence": "none"}


def card(workbook: Path, **changes: str | None) -> Path:
    values = CARD | {"sha256": sha256_of(workbook)} | changes
    text = "".join(f'{key} = "{value}"\n' for key, value in values.items() if value is not None)
    card_path(workbook).write_text(text, encoding="utf-8")
    return card_path(workbook)


def refusal(workbook: Path, *, marked: bool = False) -> str:
    with pytest.raises(ProvenanceError) as caught:
        read_source(workbook, marked_synthetic=marked)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_card_is_read(workbook: Path) -> None:
    assert card(workbook, note="as received").name == "answers.source.toml"
    source = read_source(workbook)
    assert (source.title, source.kind, source.producer, source.note) == ("Answers", "real", "Bureau", "as received")
    assert (source.file, source.sha256) == ("answers.csv", sha256_of(workbook))
    survey = read_survey(workbook, BOOK, card="required")
    assert survey.provenance.kind == "real"


def test_without_a_card_a_file_is_undeclared_or_refused(workbook: Path) -> None:
    assert read_survey(workbook, BOOK).provenance.kind == "undeclared"
    with pytest.raises(ProvenanceError, match="This workbook has no provenance card and cannot be read") as caught:
        read_survey(workbook, BOOK, card="required")
    assert "run: hmsurvey card" in str(caught.value)


def test_a_card_that_is_there_counts_even_where_none_is_required(workbook: Path) -> None:
    card(workbook, kind="synthetic")
    assert read_survey(workbook, BOOK).provenance.kind == "synthetic"
    card(workbook, sha256="0" * 64)
    with pytest.raises(ProvenanceError, match="not the one its card describes"):
        read_survey(workbook, BOOK)


def test_another_file_than_the_card_describes(workbook: Path) -> None:
    card(workbook)
    before = sha256_of(workbook)
    workbook.write_text("unit,q\nu1,2\n", encoding="utf-8")
    message = refusal(workbook)
    assert "The workbook is not the one its card describes." in message
    assert f"found:    {sha256_of(workbook)}" in message and f"expected: {before}" in message
    assert (
        f"if the workbook was replaced: hmsurvey card {workbook} --kind real; "
        f"if it was only edited: hmsurvey card {workbook} --renew"
    ) in message
    with pytest.raises(ProvenanceError) as caught:
        read_source(workbook)
    said = caught.value.render("zh")
    assert f"如果换成了另一份工作簿：hmsurvey card {workbook} --kind real" in said
    assert f"如果只是改了几处内容：hmsurvey card {workbook} --renew" in said


def test_paths_are_given_as_they_are_typed(tmp_path: Path) -> None:
    path = tmp_path / "my answers.csv"
    path.write_text("unit,q\nu1,1\n", encoding="utf-8")
    assert f'run: hmsurvey card "{path}"' in refusal(path)


@pytest.mark.parametrize("key", ["title", "kind", "producer", "date", "sha256", "licence"])
def test_what_a_card_must_say(workbook: Path, key: str) -> None:
    for nothing in (None, ""):
        card(workbook, **{key: nothing})
        message = refusal(workbook)
        assert "The card is not complete." in message and f"missing: {key}" in message


def test_what_a_card_cannot_say(workbook: Path) -> None:
    card(workbook, boss="me")
    assert "unknown: boss" in refusal(workbook)
    card(workbook, kind="genuine")
    message = refusal(workbook)
    assert "The card's kind is not known." in message and '"real" or "synthetic"' in message
    card(workbook, kind="undeclared")
    assert "The card's kind is not known." in refusal(workbook)
    path = card(workbook, date=None)
    path.write_text(path.read_text(encoding="utf-8") + "date = 2024-05-31\n", encoding="utf-8")
    message = refusal(workbook)
    assert "not text: date" in message and "dates are quoted too" in message
    path.write_text("title = ", encoding="utf-8")
    assert "The card cannot be read." in refusal(workbook)


def test_all_problems_of_a_card_at_once(workbook: Path) -> None:
    card(workbook, kind="genuine", sha256="0")
    with pytest.raises(ProvenanceError) as caught:
        read_source(workbook)
    assert len(caught.value.problems) == 2


def test_a_card_is_written_and_read_back(workbook: Path) -> None:
    source = Source('A "quoted" \\ title\n第二行\x7f', "real", "甲", "2024", licence="-", note="tab\there")
    write_card(workbook, source)
    back = read_source(workbook)
    assert (back.title, back.note, back.producer) == (source.title, source.note, source.producer)
    assert back.sha256 == sha256_of(workbook)


# The stand-in
def marked_workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "book"
    book.active.append(["unit", "q"])
    book.active.append(["u1", "1"])
    sheet = book.create_sheet("_hmsurvey")
    sheet.append(["mark", SYNTHETIC_MARK])
    sheet.sheet_state = "hidden"
    book.save(tmp_path / "standin.xlsx")
    return tmp_path / "standin.xlsx"


def test_a_card_that_calls_the_stand_in_real_is_refused(tmp_path: Path) -> None:
    path = marked_workbook(tmp_path)
    card(path, kind="real")
    with pytest.raises(ProvenanceError, match="The card says real, the workbook is marked synthetic") as caught:
        read_survey(path, BOOK, card="required")
    assert 'expected: kind = "synthetic"' in str(caught.value)
    card(path, kind="synthetic")
    assert read_survey(path, BOOK, card="required").provenance.kind == "synthetic"


def test_the_mark_counts_without_a_card(tmp_path: Path) -> None:
    assert read_survey(marked_workbook(tmp_path), BOOK).provenance.kind == "synthetic"


# On the way
def test_scores_carry_the_sources_and_definitions_behind_them() -> None:
    text = '[[indicator]]\ncode = "q"\nin = "total"\npoints = { 0 = 0 }\notherwise = 1\n[[node]]\ncode = "total"\n'
    scores = scored(BOOK, text, {"q": "1"})
    assert scores.provenance.kind == "undeclared"
    assert scores.provenance.definitions == ("system index 1.0",)


def test_what_was_set_missing_is_still_known_in_the_scores(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("unit,q\nu1,9\n", encoding="utf-8")
    text = '[[indicator]]\ncode = "q"\nin = "total"\npoints = { 0 = 0 }\notherwise = 1\n[[node]]\ncode = "total"\n'
    scores = score(read_survey(path, BOOK, bad="missing"), system_of(text, BOOK))
    assert [note.en for note in scores.provenance.notes] == ["1 bad cells of a.csv set missing: B2"]
    assert scores.provenance.definitions == ("codebook book 1.0", "system index 1.0")
