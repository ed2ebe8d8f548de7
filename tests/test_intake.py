"""What is found in returned workbooks: every kind of finding, the five silences, and what is read in spite of odd writing."""

from pathlib import Path

import openpyxl
import pytest
from making import Row, book_of, book_text, question, read, survey_of, written

from hmsurvey.answers import Answers, answers_frame, states_frame
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.errors import DataError, UsageError
from hmsurvey.findings import Finding
from hmsurvey.questions import Codebook
from hmsurvey.survey import Survey, check_answers, read_survey
from hmsurvey.workbook import Cells, read_cells

BOOK = book_of(
    question("q", "one"),
    question("m", "many"),
    question("n", "number", "range = [0, 10]"),
    question("r", "rate"),
    question("y", "year", "range = [1990, 2030]"),
    question("d", "date"),
    question("t", "text", "range = [2, 5]"),
)
HEADERS = ["unit", "q", "m", "n", "r num", "r den", "y", "d", "t"]


def only(findings: tuple[Finding, ...]) -> Finding:
    (finding,) = findings
    return finding


def found(row: Row, book: Codebook = BOOK) -> Finding:
    return only(read(book, [row])[1])


def state(row: Row, code: str, book: Codebook = BOOK) -> str:
    return str(states_frame(read(book, [row])[0].answers).at["u1", code])


def value(row: Row, column: str) -> object:
    return answers_frame(survey_of(BOOK, row).answers).at["u1", column]


def cells(*rows: list[str], merged: tuple[tuple[int, int, int, int], ...] = (), sheet: str = "Answers") -> Cells:
    return Cells(Path("a.xlsx"), sheet, tuple(tuple(row) for row in rows), merged)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [f.code for f in findings]


# Silences
def test_five_silences_are_kept_apart() -> None:
    book = book_of(question("gate", "one"), question("many", "many", 'ask_if = "gate >= 1"'))
    survey = survey_of(
        book,
        {"gate": "1", "many": ""},
        {"gate": "1", "many": "na"},
        {"gate": "1", "many": "dk"},
        {"gate": "0", "many": ""},
        {"gate": "1", "many": "none"},
        {"gate": "1", "many": "a;c"},
    )
    assert states_frame(survey.answers)["many"].tolist() == ["missing", "na", "dk", "skipped", "none", "answered"]
    assert answers_frame(survey.answers)["many"].fillna("?").tolist() == ["?", "?", "?", "?", "none", "a|c"]


@pytest.mark.parametrize("text", ["NA", "None", "null", "nan", "N/A", "#N/A", "NULL", "-"])
def test_words_that_look_empty_to_a_program_are_answers(text: str) -> None:
    """Texts are read as they stand: "None" is a text, and on a question without such an option it is no blank."""
    assert value({"t": text[:5].ljust(2, "x")}, "t") == text[:5].ljust(2, "x")
    book = book_of(question("q", "one", f'options = [{{ code = "x", en = "{text}" }}, {{ code = "y" }}]'))
    assert answers_frame(survey_of(book, {"q": text}).answers)["q"].tolist() == ["x"]
    assert found({"q": text}, book_of(question("q", "one", 'options = [{ code = "y" }]'))).code == "option"


def test_na_text_of_a_csv_and_of_a_workbook(tmp_path: Path) -> None:
    book = book_of(question("t", "text"), question("q", "one", 'options = [{ code = "NA", en = "North America" }]'))
    (tmp_path / "a.csv").write_text("unit,t,q\nu1,NA,NA\nNone,nan,NA\n", encoding="utf-8")
    sheet = (workbook := openpyxl.Workbook()).active
    for row in (["unit", "t", "q"], ["u1", "NA", "NA"], ["None", "nan", "NA"]):
        sheet.append(row)
    workbook.save(tmp_path / "a.xlsx")
    for name in ("a.csv", "a.xlsx"):
        survey = read_survey(tmp_path / name, book)
        assert survey.findings == ()
        assert survey.answers.units == ("u1", "None")
        assert answers_frame(survey.answers)["t"].tolist() == ["NA", "nan"]
        assert states_frame(survey.answers)["q"].tolist() == ["answered"] * 2


# Findings on a cell
def test_an_answer_that_is_no_option() -> None:
    finding = found({"q": "3"})
    assert (finding.level, finding.code, finding.question, finding.unit, finding.found) == (
        "error",
        "option",
        "q",
        "u1",
        "3",
    )
    assert (finding.place, finding.at) == ("B2", (1, 1))
    assert finding.allowed.of("en") == "0 None; 1 Partial; 2 Full; na N/A; dk Don't know"
    assert finding.can_be_missing
    line = finding.line("en")
    assert line.startswith("error B2: The answer is not one of the options. | found: '3' | allowed: 0 None")
    assert finding.line("zh").startswith("错误 B2: 答案不在选项之列。 | 实际: '3' | 允许: 0 无")


def test_one_wrong_tick_spoils_the_answer() -> None:
    finding = found({"m": "a;x"})
    assert (finding.code, finding.found) == ("option", "a;x")
    assert state({"m": "a;x"}, "m") == "missing"


@pytest.mark.parametrize("text", ["a;b", "a；b", "a; b", " a ;b;", "A;B", "b;a", "a;a;b"])
def test_ticks_joined_in_one_cell(text: str) -> None:
    assert value({"m": text}, "m") == "a|b"


@pytest.mark.parametrize(
    ("separator", "text"), [(",", "a，b"), ("、", "a、b"), ("|", "a｜b"), ("/", "a/b"), (" and ", "a and b")]
)
def test_other_separators(separator: str, text: str) -> None:
    book = book_of(question("m", "many", f'separator = "{separator}"'))
    assert answers_frame(survey_of(book, {"m": text}).answers)["m"].tolist() == ["a|b"]


@pytest.mark.parametrize("text", ["a、b", "a，b", "a, b", "a；b、", "b,a;a"])
def test_commas_join_ticks_too(text: str) -> None:
    assert value({"m": text}, "m") == "a|b"
    other = book_of(question("m", "many", 'separator = "/"'))
    assert answers_frame(survey_of(other, {"m": text + "/a"}).answers)["m"].tolist() == ["a|b"]


def test_a_comma_of_an_options_text_does_not_join() -> None:
    book = book_of(question("m", "many", 'options = [{ code = "a", en = "x, y" }, { code = "x" }, { code = "y" }]'))
    frame = answers_frame(survey_of(book, {"m": "x, y"}, {"m": "x;y"}, {"m": "x、y"}, {"m": "x, y; x"}).answers)
    assert frame["m"].tolist() == ["a", "x|y", "x|y", "a|x"]
    for text in ("a,x", "a，x"):
        assert found({"m": text}, book).code == "option"
    every = book_of(
        question("m", "many", 'separator = "|"\noptions = [{ code = "a", en = "x, y; z、" }, { code = "b" }]')
    )
    assert answers_frame(survey_of(every, {"m": "a｜b"}).answers)["m"].tolist() == ["a|b"]


def test_an_option_whose_label_holds_the_separator() -> None:
    book = book_of(question("m", "many", 'options = [{ code = "a", en = "x; y" }, { code = "b" }]'))
    assert answers_frame(survey_of(book, {"m": "x; y"}, {"m": "b;a"}).answers)["m"].tolist() == ["a", "a|b"]


@pytest.mark.parametrize("text", ["a;none", "none;dk", "na;a"])
def test_none_of_these_beside_another(text: str) -> None:
    finding = found({"m": text})
    assert (finding.level, finding.code) == ("error", "contradiction")
    assert "cannot stand beside other options" in finding.what.en
    assert state({"m": text}, "m") == "missing"


def test_an_only_separator_is_not_an_answer() -> None:
    assert found({"m": ";"}).code == "option"


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3.0), ("3.5", 3.5), (".5", 0.5), ("1e1", 10.0), ("0", 0.0), ("10", 10.0), ("+2", 2.0), ("1.", 1.0)],
)
def test_numbers(text: str, number: float) -> None:
    assert value({"n": text}, "n") == number


@pytest.mark.parametrize(
    "text", ["three", "1 2", "-1", "11", "10.01", "1,5", "5%", "0x1", "inf", "nan", "1e999", "--1"]
)
def test_what_is_no_allowed_number(text: str) -> None:
    finding = found({"n": text})
    assert (finding.level, finding.code, finding.found) == ("error", "number", text)
    assert finding.allowed.of("en") == "a number from 0 to 10; na na; dk dk"
    assert state({"n": text}, "n") == "missing"


def test_thousands_percent_and_whole_numbers() -> None:
    book = book_of(
        question("n", "number"), question("p", "number", 'unit_of = "percent"'), question("w", "number", "whole = true")
    )
    frame = answers_frame(
        survey_of(book, {"n": "1,234.5", "p": "45%", "w": "3.0"}, {"n": "-12,000", "p": "45 %"}).answers
    )
    assert frame["n"].tolist() == [1234.5, -12000]
    assert frame["p"].tolist() == [45, 45]
    assert frame["w"].tolist()[0] == 3
    finding = found({"w": "3.5"}, book)
    assert finding.allowed.of("en") == "a whole number; na na; dk dk"
    assert codes(read(book, [{"n": "12,34"}])[1]) == ["number"]


def test_one_sided_ranges_and_years() -> None:
    book = book_of(question("y", "year"), question("r", "rate"))
    assert found({"y": "2001.5"}, book).allowed.of("en").startswith("a whole number")
    finding = found({"r num": "-1", "r den": "5"}, book)  # one finding: the denominator is not to blame
    assert (finding.code, finding.place, finding.allowed.of("en")) == (
        "number",
        "C2",
        "a whole number, at least 0; na na; dk dk",
    )
    assert states_frame(read(book, [{"r num": "x", "r den": "y"}])[0].answers)["r"].tolist() == ["missing"]
    assert found({"y": "1989"}).allowed.of("zh") == "整数，1990 至 2030；na na；dk dk"
    assert value({"y": "1990"}, "y") == 1990
    assert value({"y": "2030"}, "y") == 2030


@pytest.mark.parametrize(
    ("numerator", "denominator", "code", "place"),
    [
        ("3", "2", "rate", "E2"),
        ("3", "", "half_rate", "F2"),
        ("", "3", "half_rate", "E2"),
        ("na", "3", "half_rate", "E2"),
        ("na", "dk", "half_rate", "E2"),
    ],
)
def test_rates_that_cannot_be(numerator: str, denominator: str, code: str, place: str) -> None:
    row: Row = {"r num": numerator, "r den": denominator}
    finding = found(row)
    assert (finding.level, finding.code) == ("error", code)
    if code == "rate" or "" in (numerator, denominator):
        assert finding.place == place
    assert state(row, "r") == "missing"
    assert answers_frame(read(BOOK, [row])[0].answers)[["r num", "r den"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        ("2", "2", "answered"),
        ("0", "0", "answered"),
        ("na", "na", "na"),
        ("dk", "dk", "dk"),
        ("na", "", "na"),
        ("", "dk", "dk"),
        ("", "", "missing"),
    ],
)
def test_rates_that_can(numerator: str, denominator: str, expected: str) -> None:
    row: Row = {"r num": numerator, "r den": denominator}
    assert read(BOOK, [row])[1] == ()
    assert state(row, "r") == expected


@pytest.mark.parametrize("text", ["2024-05-31", "2024/5/31", "2024.05.31", "2024-5-31 00:00:00", "２０２４-05-31"])
def test_dates(text: str) -> None:
    assert value({"d": text}, "d") == "2024-05-31"


@pytest.mark.parametrize("text", ["31.05.2024", "2024-13-01", "2023-02-29", "May 2024", "2024"])
def test_what_is_no_date(text: str) -> None:
    finding = found({"d": text})
    assert (finding.code, finding.allowed.of("en")) == ("date", "such as 2024-05-31")
    assert state({"d": text}, "d") == "missing"


@pytest.mark.parametrize(
    ("text", "fits"), [("a", False), ("ab", True), ("abcde", True), ("abcdef", False), ("重金属", True)]
)
def test_lengths_of_texts(text: str, fits: bool) -> None:
    findings = read(BOOK, [{"t": text}])[1]
    assert codes(findings) == ([] if fits else ["length"])
    if not fits:
        assert findings[0].allowed.of("en") == "2 to 5 characters"


# Odd writing
@pytest.mark.parametrize(
    ("column", "text", "read_as"),
    [
        ("q", "１", "1"),
        ("q", " 1", "1"),
        ("q", "1\u3000", "1"),
        ("n", "３", "3"),
        ("n", " 3 ", "3"),
        ("n", "３．５", "3.5"),
    ],
)
def test_full_width_and_edge_spaces_are_read_with_a_warning(column: str, text: str, read_as: str) -> None:
    finding = found({column: text})
    assert (finding.level, finding.code, finding.found) == ("warning", "normalised", text)
    assert f"read as '{read_as}'" in finding.what.en
    assert f"“{read_as}”" in finding.what.zh
    assert state({column: text}, column) == "answered"


def test_odd_writing_is_said_once_a_column() -> None:
    findings = read(BOOK, [{"q": " 1", "n": "３"}, {"q": "2"}, {"q": "１"}, {"q": "1 "}, {"q": " 2"}])[1]
    assert [(f.code, f.question, f.at, f.also_at) for f in findings] == [
        ("normalised", "q", (1, 1), ((3, 1), (4, 1), (5, 1))),
        ("normalised", "n", findings[1].at, ()),
    ]
    assert findings[0].what.en == (
        "4 cells of this column have full-width characters or edge spaces; they are read plainly "
        "(B2 as '1', B4 as '1', B5 as '1' ...)."
    )
    assert (findings[0].unit, findings[1].unit) == ("", "u1")


def test_capitals_are_no_reason_for_a_warning() -> None:
    assert read(BOOK, [{"q": "PARTIAL"}])[1] == ()


# Columns an option
TICKED = book_of(question("m", "many", 'layout = "columns"\ncolumns = { a = "is a" }'))


def ticks(**cells_: str) -> tuple[str, str, list[str]]:
    survey, findings = read(TICKED, [{"is a" if k == "a" else f"m {k}": v for k, v in cells_.items()}])
    frame = answers_frame(survey.answers)["m"].fillna("?")
    return str(frame.iat[0]), str(states_frame(survey.answers)["m"].iat[0]), codes(findings)


@pytest.mark.parametrize("mark", ["1", "yes", "是", "√", "✓", "x", "X", "true", "TRUE", "a", "ｘ"])
def test_marks_that_tick(mark: str) -> None:
    assert ticks(a=mark) == ("a", "answered", [])


def test_columns_layout() -> None:
    assert TICKED.question("m").columns == ("is a", "m b", "m c", "m none", "m na", "m dk")
    assert ticks(a="1", b="0") == ("a", "answered", [])
    assert ticks(a="1", c="1") == ("a|c", "answered", [])
    assert ticks() == ("?", "missing", [])  # nothing filled: not answered
    assert ticks(a="0", b="no", c="否") == ("", "none", [])  # all said no: none of these
    assert ticks(a="1", b="false", c="FALSE") == ("a", "answered", [])
    assert ticks(a="0") == ("", "none", [])  # a blank beside a filled cell is not ticked
    assert ticks(none="1") == ("none", "none", [])
    assert ticks(na="1") == ("?", "na", [])
    assert ticks(dk="x", a="0") == ("?", "dk", [])
    assert ticks(none="1", a="1") == ("?", "missing", ["contradiction"])
    assert ticks(a="maybe", b="1") == ("?", "missing", ["tick"])
    assert ticks(a="maybe") == ("?", "missing", ["tick"])


def test_own_marks() -> None:
    book = book_of(question("m", "many", 'layout = "columns"\nticked = ["T"]\nunticked = ["F"]'))
    survey = survey_of(book, {"m a": "t", "m b": "F"})
    assert answers_frame(survey.answers)["m"].tolist() == ["a"]
    finding = found({"m a": "1"}, book)
    assert (finding.code, finding.allowed.of("en"), finding.place) == ("tick", "T, F", "B2")


# Routing
def test_a_chain_of_routing() -> None:
    book = book_of(
        question("a", "one"),
        question("b", "one", 'ask_if = "a >= 1"'),
        question("c", "one", 'ask_if = "b >= 1"'),
        question("e", "one", 'ask_if = "c != 2"'),
    )
    survey, findings = read(book, [{"a": "0"}, {"a": "1"}, {"a": "1", "b": "0"}, {"a": "1", "b": "2", "c": "2"}])
    assert findings == ()
    assert states_frame(survey.answers)[["a", "b", "c", "e"]].to_numpy().tolist() == [
        ["answered", "skipped", "skipped", "missing"],  # c was not asked, so it is not 2
        ["answered", "missing", "missing", "missing"],  # b not answered: what follows counts as asked
        ["answered", "answered", "skipped", "missing"],
        ["answered", "answered", "answered", "skipped"],
    ]


def test_a_chain_written_backwards() -> None:
    """Routing is resolved in the order it needs, not in the order of the columns."""
    book = book_of(
        question("c", "one", 'ask_if = "b = 1"'), question("b", "one", 'ask_if = "a = 1"'), question("a", "one")
    )
    survey, findings = read(book, [{"a": "0", "b": "1", "c": "1"}, {"a": "1", "b": "1", "c": "1"}])
    assert states_frame(survey.answers)[["c", "b"]].to_numpy().tolist() == [["skipped"] * 2, ["answered"] * 2]
    assert sorted((f.code, f.question, f.unit) for f in findings) == [
        ("not_asked", "b", "u1"),
        ("not_asked", "c", "u1"),
    ]


def test_an_answer_that_was_not_asked_for_is_put_aside() -> None:
    book = book_of(
        question("a", "one"),
        question("q", "one", 'ask_if = "a = 1"'),
        question("n", "number", 'ask_if = "a = 1"'),
        question("r", "rate", 'ask_if = "a = 1"'),
        question("m", "many", 'ask_if = "a = 1"'),
        question("t", "text", 'ask_if = "a = 1"'),
    )
    survey, findings = read(book, [{"a": "0", "q": "2", "n": "5", "r num": "1", "r den": "2", "m": "a", "t": "x"}])
    assert [(f.level, f.code, f.place) for f in findings] == [
        ("warning", "not_asked", place) for place in ("C2", "D2", "E2", "G2", "H2")
    ]
    assert findings[0].found == "2"
    assert findings[0].allowed.of("en") == 'Only if "a" is "Partial".'
    frame = answers_frame(survey.answers)
    assert frame.drop(columns=["unit", "a"]).replace("", None).isna().all(axis=None)
    assert set(states_frame(survey.answers).loc["u1", ["q", "n", "r", "m", "t"]]) == {"skipped"}


# Required and checks
def test_required_answers() -> None:
    book = book_of(question("a", "one", "required = true"), question("b", "one", 'required = true\nask_if = "a = 1"'))
    _, findings = read(book, [{"a": ""}, {"a": "0"}, {"a": "1"}, {"a": "9"}, {"a": "dk"}])
    assert [(f.code, f.unit, f.question) for f in findings] == [
        ("required", "u1", "a"),
        ("required", "u1", "b"),
        ("required", "u3", "b"),
        ("option", "u4", "a"),  # said once, not again as missing
        ("required", "u4", "b"),
    ]
    assert all(f.can_be_missing for f in findings)


CHECKED = book_of(
    question("a", "one"),
    question("b", "number"),
    '[[check]]\ncode = "K1"\nif = "a = 0 and b >= 1"\nlevel = "warning"\nquestions = ["b", "a"]\nzh = "矛盾"\nen = "Odd."\n',
    '[[check]]\ncode = "K2"\nif = "b >= 100"\nlevel = "error"\nquestions = ["b"]\nen = "Too many."\n',
    '[[check]]\ncode = "K3"\nif = "a is dk"\nlevel = "note"\nen = "Ask again."\n',
)


def test_checks_across_questions() -> None:
    survey, findings = read(
        CHECKED,
        [
            {"a": "0", "b": "1"},
            {"a": "0", "b": ""},
            {"a": "1", "b": "100"},
            {"a": "dk", "b": "99"},
            {"a": "", "b": "1"},
        ],
    )
    assert [(f.level, f.code, f.unit, f.place) for f in findings] == [
        ("error", "K2", "u3", "C4"),
        ("warning", "K1", "u1", "C2"),
        ("note", "K3", "u4", "A5"),  # a check without questions points at the id
    ]
    assert findings[1].what == ("矛盾", "Odd.")
    assert findings[1].fix.of("en") == "compare: b, a"
    assert findings[1].found == "1"
    # what a check calls an error is missing in the result
    assert states_frame(survey.answers)["b"].tolist() == ["answered", "missing", "missing", "answered", "answered"]
    assert answers_frame(survey.answers)["b"].isna().tolist() == [False, True, True, False, False]


# The sheet
def test_the_header_is_looked_for() -> None:
    book = book_of(question("q", "one"))
    answers, findings = check_answers(cells(["Survey 2024", ""], [], ["unit", "q"], ["u1", "1"]), book)
    assert answers.units == ("u1",)
    finding = only(findings)
    assert (finding.level, finding.code, finding.place) == ("warning", "head_row", "Answers!3")
    assert "The header is in row 3" in finding.what.en


def test_the_row_with_the_most_headers_is_the_header() -> None:
    """A title that happens to be called like a question does not win."""
    book = book_of(question("q", "one"))
    answers, _ = check_answers(cells(["q", ""], ["unit", "q"], ["u1", "1"]), book)
    assert states_frame(answers)["q"].tolist() == ["answered"]


def test_a_header_too_far_down_is_not_found() -> None:
    book = book_of(question("q", "one"))
    rows = [["title"]] * 24
    assert check_answers(cells(*rows, ["unit", "q"], ["u1", "1"]), book)[0].units == ("u1",)
    with pytest.raises(DataError, match="None of the questions' headers is in the sheet"):
        check_answers(cells(*rows, ["title"], ["unit", "q"], ["u1", "1"]), book)


def test_a_sheet_of_something_else() -> None:
    with pytest.raises(DataError) as caught:
        check_answers(cells(["Name", "Age"], ["x", "1"]), book_of(question("q", "one")))
    message = str(caught.value)
    assert "found:    Name, Age" in message
    assert "expected: unit, q ..." in message
    assert "a.xlsx, Answers" in message


def test_headers_are_compared_without_width_and_edge_spaces() -> None:
    book = book_of(question("q", "one", 'column = "问题 1"'))
    answers, findings = check_answers(cells([" unit", "问题 １ "], ["u1", "1"]), book)
    assert findings == ()
    assert states_frame(answers)["q"].tolist() == ["answered"]


def test_blank_rows_and_columns_without_header() -> None:
    book = book_of(question("q", "one"))
    answers, findings = check_answers(
        cells(
            ["unit", "q", "", "", "note"],
            ["u1", "1", "", "odd", "x"],
            ["", " ", "", "", ""],
            ["u2", "2", "", "", ""],
            ["", "", "", "", ""],
        ),
        book,
    )
    assert answers.units == ("u1", "u2")
    assert [(f.level, f.code, f.place) for f in findings] == [
        ("warning", "no_header", "Answers!D1"),
        ("warning", "blank_row", "Answers!3"),
        ("note", "extra_column", "Answers!E1"),
    ]


def test_missing_extra_and_doubled_columns() -> None:
    book = book_of(question("q", "one"), question("p", "one"))
    _, findings = check_answers(cells(["unit", "q", "q", "z"], ["u1", "1", "2", ""]), book)
    assert [(f.level, f.code, f.found or f.what.of("en")) for f in findings] == [
        ("error", "missing_column", "A column is missing: p"),
        ("error", "twice", "q"),
        ("note", "extra_column", "z"),
    ]
    assert [f.can_be_missing for f in findings] == [True, False, True]


def test_ids() -> None:
    book = book_of(question("q", "one"))
    _answers, findings = check_answers(cells(["unit", "q"], ["u1", "1"], ["", "1"], [" u1 ", "2"], ["u1", "0"]), book)
    assert [(f.code, f.place, f.can_be_missing) for f in findings] == [
        ("no_id", "Answers!A3", False),
        ("duplicate_id", "Answers!A4", False),
        ("duplicate_id", "Answers!A5", False),
    ]
    assert "compare with Answers!A2" in findings[1].fix.en
    assert "compare with Answers!A2" in findings[2].fix.en
    with pytest.raises(DataError, match="The column with the unit's id is missing"):
        check_answers(cells(["q"], ["1"]), book)


def test_merged_cells() -> None:
    book = book_of(question("q", "one"))
    rows = (["title", ""], ["unit", "q"], ["u1", "1"], ["u2", ""])
    _, findings = check_answers(cells(*rows, merged=((0, 0, 0, 1), (2, 1, 3, 1), (2, 5, 3, 5))), book)
    assert [(f.code, f.place) for f in findings] == [("merged", "Answers!B3:B4"), ("head_row", "Answers!2")]


def test_no_data() -> None:
    _, findings = check_answers(cells(["unit", "q"]), book_of(question("q", "one")))
    assert codes(findings) == ["empty"]
    assert not findings[0].can_be_missing


def test_short_and_long_rows() -> None:
    answers, findings = check_answers(
        cells(["unit", "q", "q2"], ["u1"], ["u2", "1", "1", "beyond"]),
        book_of(question("q", "one"), question("q2", "one")),
    )
    assert states_frame(answers)["q2"].tolist() == ["missing", "answered"]
    assert [(f.level, f.code, f.place) for f in findings] == [("warning", "no_header", "Answers!D1")]


def test_worst_findings_come_first() -> None:
    _, findings = read(BOOK, [{"q": " 1", "extra": "x"}, {"n": "99"}, {"q": "9"}])
    assert [f.level for f in findings] == ["error", "error", "warning", "note"]
    assert [f.place for f in findings[:2]] == ["D3", "B4"]


# From a file
def csv_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_errors_refuse_a_file_with_all_of_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "unit,q\nu1,7\nu2,1\nu3,8\n")
    with pytest.raises(DataError) as caught:
        read_survey(path, book_of(question("q", "one")))
    assert len(caught.value.problems) == 2
    assert "answers.csv, B2 (u1, q)" in str(caught.value)
    assert "answers.csv, B4 (u3, q)" in str(caught.value)
    assert caught.value.exit_code == 1


def test_bad_cells_can_be_set_missing_and_are_recorded(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "unit,q\nu1,7\nu2,1\n")
    survey = read_survey(path, book_of(question("q", "one")), bad="missing")
    assert isinstance(survey, Survey) and isinstance(survey.answers, Answers)
    assert states_frame(survey.answers)["q"].tolist() == ["missing", "answered"]
    (note,) = survey.provenance.notes
    assert note.en == "1 bad cells of answers.csv set missing: B2"
    assert note.zh == "answers.csv 中有 1 个不合规的单元格按缺失处理：B2"
    assert survey.provenance.kind == "undeclared"
    assert survey.provenance.definitions == ("codebook book 1.0",)


def test_some_errors_cannot_be_set_missing(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "unit,q\nu1,7\nu1,1\n")
    with pytest.raises(DataError) as caught:
        read_survey(path, book_of(question("q", "one")), bad="missing")
    assert [p.what.en for p in caught.value.problems] == ["This id stands twice."]


def test_files_that_are_not_there_or_not_read(tmp_path: Path) -> None:
    book = book_of(question("q", "one"))
    with pytest.raises(UsageError, match="There is no such file"):
        read_survey(tmp_path / "none.xlsx", book)
    (tmp_path / "a.ods").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="This kind of file cannot be read"):
        read_survey(tmp_path / "a.ods", book)
    (tmp_path / "a.xlsx").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match="The workbook cannot be opened"):
        read_survey(tmp_path / "a.xlsx", book)


def test_the_right_sheet(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Notes"
    for title in ("book", "Other"):
        sheet = workbook.create_sheet(title)
        sheet.append(["unit", "q"])
        sheet.append([title, "1"])
    workbook.save(tmp_path / "a.xlsx")
    assert read_survey(tmp_path / "a.xlsx", book_of(question("q", "one"))).answers.units == ("book",)
    named = book_of(question("q", "one"), head='[sheet]\nname = "Other"\n')
    assert read_survey(tmp_path / "a.xlsx", named).answers.units == ("Other",)
    with pytest.raises(DataError, match="The sheet to be read is not in the workbook") as caught:
        read_survey(tmp_path / "a.xlsx", book_of(question("q", "one"), head='[sheet]\nname = "Gone"\n'))
    assert "found:    Notes, book, Other" in str(caught.value)


def test_numbers_dates_and_truths_of_a_workbook(tmp_path: Path) -> None:
    """What a person sees is what is read: 2.0 is the option 2, a date cell a date, TRUE a tick."""
    import datetime as dt

    workbook = openpyxl.Workbook()
    workbook.active.append(["unit", "q", "n", "d", "m a"])
    workbook.active.append([1, 2.0, 0.1, dt.datetime(2024, 5, 31), True])
    workbook.save(tmp_path / "a.xlsx")
    book = book_of(
        question("q", "one"),
        question("n", "number"),
        question("d", "date"),
        question("m", "many", 'layout = "columns"\noptions = [{ code = "a" }]'),
    )
    frame = answers_frame(read_survey(tmp_path / "a.xlsx", book).answers)
    assert frame[["q", "n", "d", "m"]].to_numpy().tolist() == [["2", 0.1, "2024-05-31", "a"]]
    assert frame.index.tolist() == ["1"]


def test_csv_of_a_chinese_windows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("unit;q\n沈阳一厂;部分\n".encode("gb18030"))
    survey = read_survey(path, book_of(question("q", "one")))
    assert survey.answers.units == ("沈阳一厂",)
    assert states_frame(survey.answers)["q"].tolist() == ["answered"]
    path.write_bytes(b"unit,q\n\x81\xff\xff,1\n")
    with pytest.raises(DataError, match="text encoding is not known"):
        read_cells(path)


def test_row_order_changes_nothing_but_the_order() -> None:
    rows: list[Row] = [{"unit": f"u{i}", "q": i % 3, "m": "a;b" if i % 2 else "none", "n": i} for i in range(9)]
    forward, backward = survey_of(BOOK, *rows), survey_of(BOOK, *rows[::-1])
    assert answers_frame(forward.answers).equals(answers_frame(backward.answers).loc[list(forward.answers.units)])


def test_a_question_without_a_column_is_missing_everywhere() -> None:
    book = read_codebook(written("book.toml", book_text(question("q", "one"), question("p", "one", "required = true"))))
    _, findings = read(book, [{"q": "1"}], headers=["unit", "q"])
    assert [(f.code, f.place) for f in findings] == [("missing_column", "answers.csv")]


def test_a_workbook_of_another_survey_is_one_problem_not_thousands() -> None:
    root = Path(__file__).resolve().parents[1]
    book = read_codebook(definitions_folder() / "codebooks" / "digital_archives.toml")
    with pytest.raises(
        DataError, match="Most columns are missing: this looks like the workbook of another survey"
    ) as caught:
        read_survey(root / "data" / "raw" / "questionnaire.xlsx", book)
    (problem,) = caught.value.problems
    assert problem.where == "questionnaire.xlsx" and "digital_archives" in problem.expected.zh


def test_columns_may_be_missing_where_cells_may(tmp_path: Path) -> None:
    """A short sheet is read as it is where a study sets missing what is not there; only what stops a file can say that it is another's."""
    path = tmp_path / "short.csv"
    path.write_text("unit,q\nu1,1\n", encoding="utf-8")
    assert answers_frame(read_survey(path, BOOK, bad="missing").answers)["q"].tolist() == ["1"]
    with pytest.raises(DataError, match="Most columns are missing"):
        read_survey(path, BOOK)
