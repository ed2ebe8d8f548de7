"""Blank workbooks: what they guide to, that they come back as they were filled in, and that they are the same each time."""

import math
import random
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import book_of, question

from hmsurvey.answers import Answers, answers_frame, states_frame
from hmsurvey.cli import main
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import UsageError
from hmsurvey.findings import Finding
from hmsurvey.provenance import SYNTHETIC_MARK
from hmsurvey.questions import Codebook, Option, Question, option_texts
from hmsurvey.survey import check_answers
from hmsurvey.template import Layout, write_template
from hmsurvey.wording import both, condition_words, how_to_answer, option_words, routing_words
from hmsurvey.workbook import META_SHEET, read_cells, read_meta

BUILT_IN = ("informatisation", "digital_archives", "registry", "visits")
LAYOUTS: tuple[Layout, ...] = ("table", "form")


@cache
def built_in(name: str) -> Codebook:
    return read_codebook(locate_definition(name, "codebooks"))


def read_back(path: Path, book: Codebook) -> tuple[Answers, list[Finding]]:
    """Answers and findings, without the codebook's own checks: random answers may well contradict each other."""
    answers, findings = check_answers(read_cells(path, book.sheet, prefer=book.id), book)
    own = {check.code for check in book.checks}
    return answers, [f for f in findings if f.code not in own]


def random_option(question: Question, chance: random.Random) -> Option:
    return chance.choice(question.options)


def random_text(question: Question, chance: random.Random, i: int) -> dict[str, str]:
    """One valid answer as a person might write it, or a blank where that is allowed."""
    first = question.columns[0]
    if chance.random() < 0.15 and not question.required:
        return {}
    if question.kind == "one":
        option = random_option(question, chance)
        return {first: chance.choice([option.code, option.label.of("zh"), option.label.of("en"), option_words(option)])}
    if question.kind == "many":
        plain = [option.code for option in question.options if option.kind in ("answer", "other")]
        silent = [option.code for option in question.options if option.kind not in ("answer", "other")]
        if silent and chance.random() < 0.3:
            return {first: chance.choice(silent)}
        return {first: question.separator.join(chance.sample(plain, chance.randint(1, len(plain))))}
    if question.kind in ("number", "rate", "year") and question.options and chance.random() < 0.2:
        code = random_option(question, chance).code
        return dict.fromkeys(question.columns, code)
    if question.kind == "rate":
        low, high = sorted((chance.randint(0, 50), chance.randint(0, 50)))
        return dict(zip(question.columns, (str(low), str(high)), strict=True))
    if question.kind in ("number", "year"):
        low, high = (int(bound) for bound in question.range or (0, 10))
        low = max(low, 1)  # a count of none may contradict another answer, and then neither is kept
        return {first: str(chance.randint(low, min(high, low + 1000)))}
    if question.kind == "date":
        return {first: f"{chance.randint(1950, 2049)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"}
    return {first: f"{chance.choice(['沈阳厂', 'NA', 'None', '=1+1', '007', '-'])} {i}"}


def random_rows(book: Codebook, seed: int, n: int) -> list[dict[str, str]]:
    """Valid answers; the id differs from row to row."""
    chance = random.Random(seed)
    key = book.question(book.id_question)
    rows = []
    for i in range(n):
        row: dict[str, str] = {}
        for q in book.questions:
            row |= random_text(q, chance, i)
        row[key.columns[0]] = key.options[i].code if key.options else f"U-{i:03}"
        rows.append(row)
    return rows


def without_unasked(book: Codebook, rows: list[dict[str, str]], path: Path) -> list[dict[str, str]]:
    """Take out the answers that the routing does not ask for, until none is left."""
    units = {row[book.question(book.id_question).columns[0]]: row for row in rows}
    for _ in range(5):
        write_template(path, book, rows=rows)
        unasked = [f for f in read_back(path, book)[1] if f.code == "not_asked"]
        if not unasked:
            return rows
        for finding in unasked:
            for column in book.question(finding.question).columns:
                units[finding.unit].pop(column, None)
    raise AssertionError("the routing does not settle")


@pytest.mark.parametrize("name", BUILT_IN)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_filled_in_workbooks_read_back_without_findings(name: str, seed: int, tmp_path: Path) -> None:
    """Both layouts, every kind of question, routing included: no finding, and the same answers by either way."""
    book = built_in(name)
    rows = without_unasked(book, random_rows(book, seed, 3), tmp_path / "table.xlsx")
    answers, findings = read_back(write_template(tmp_path / "table.xlsx", book, rows=rows), book)
    assert [f.line("en") for f in findings] == []
    values, states = answers_frame(answers), states_frame(answers)
    for row in rows:
        form, findings = read_back(write_template(tmp_path / "form.xlsx", book, layout="form", rows=[row]), book)
        assert [f.line("en") for f in findings] == []
        assert form.codebook == book
        (unit,) = form.units
        assert states_frame(form).loc[unit].equals(states.loc[unit])
        assert answers_frame(form).astype(object).fillna("").loc[unit].tolist() == (
            values.astype(object).fillna("").loc[unit].tolist()
        )
        assert_means(row, values.loc[unit].to_dict(), book)


def assert_means(row: Mapping[str, str], values: Mapping[str, object], book: Codebook) -> None:
    """What was written is what was read."""
    for q in book.questions:
        text = row.get(q.columns[0], "")
        silent = {told for o in q.options if o.kind in ("na", "dk") for told in option_texts(o)}
        if not text or text in silent:
            continue
        if q.kind == "one":
            assert text in option_texts(next(o for o in q.options if o.code == values[q.code]))
        elif q.kind == "many":
            assert set(str(values[q.code]).split("|")) == set(text.split(q.separator))
        elif q.kind == "text":
            assert values[q.code] == text
        elif q.kind == "rate":
            assert (values[f"{q.code} num"], values[f"{q.code} den"]) == tuple(float(row[c]) for c in q.columns)
        elif q.kind in ("number", "year"):
            assert values[q.code] == float(text)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", BUILT_IN)
def test_the_same_bytes_each_time(name: str, layout: Layout, tmp_path: Path) -> None:
    first = write_template(tmp_path / "a.xlsx", built_in(name), layout=layout).read_bytes()
    assert write_template(tmp_path / "b.xlsx", built_in(name), layout=layout).read_bytes() == first


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", BUILT_IN)
def test_blank_workbooks(name: str, layout: Layout, tmp_path: Path) -> None:
    """A hidden sheet says what it is; headings are locked, answers are not; a blank form only lacks what is required."""
    book = built_in(name)
    path = write_template(tmp_path / "a.xlsx", book, layout=layout)
    workbook = openpyxl.load_workbook(path)
    meta = {str(row[0].value): row[1].value for row in workbook[META_SHEET].iter_rows()}
    assert (meta["codebook"], meta["version"], meta["layout"], meta["unit"]) == (
        book.id,
        book.version,
        layout,
        book.unit,
    )
    assert read_meta(path)["codebook"] == book.id
    assert workbook[META_SHEET].sheet_state == workbook["_lists"].sheet_state == "hidden"
    sheet = workbook[book.sheet or book.id]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert sheet.freeze_panes is not None
    answers, findings = read_back(path, book)
    if layout == "table":
        assert [sheet.cell(3, c + 1).value for c in range(3)] == [c for q in book.questions for c in q.columns][:3]
        assert sheet["A3"].protection.locked
        assert not sheet.column_dimensions["A"].protection.locked
        assert [(f.code, f.what.en) for f in findings] == [("empty", "There are no rows of data.")]
        assert len(answers) == 0
    else:
        required = {q.code for q in book.questions if q.required} | {book.id_question}
        assert {f.question for f in findings} == required
        assert {f.what.zh for f in findings} <= {"没有填写编号。", "必答题未答。"}
        cells = [c for row in sheet.iter_rows(min_row=4) for c in row if not c.protection.locked]
        assert {c.column_letter for c in cells} == {"D"}


def test_lists_limits_and_notes_of_a_table(tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(write_template(tmp_path / "a.xlsx", built_in("informatisation")))
    sheet = workbook["informatisation"]
    column = {sheet.cell(3, c).value: c for c in range(1, sheet.max_column + 1)}
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    city = rules[sheet.cell(4, column["city"]).coordinate]
    assert city.type == "list"
    where = workbook.defined_names[city.formula1].attr_text
    listed = [row[0].value for row in workbook["_lists"][where.split("!")[1].replace("$", "")]]
    assert listed[:2] == ["210100 沈阳 / Shenyang", "210200 大连 / Dalian"]
    staff = rules[sheet.cell(4, column["staff_full"]).coordinate]
    assert staff.type == "custom"
    assert "<=200" in staff.formula1
    assert "COUNTIF(hm_list_" in staff.formula1
    assert "200" in staff.error
    metals = rules[sheet.cell(4, column["metals"]).coordinate]
    assert "填代码，用“;”隔开" in metals.prompt
    assert "Pb 铅" in metals.prompt
    kept = sheet.cell(2, column["kept.T01"])
    assert kept.value.startswith("T01 环评及批复：本单位怎样保存\nT01 EIA and approval")
    assert "只有纸质件" in kept.comment.text
    assert 'Only if "T01 EIA and approval: does this type arise at your enterpri…" is "Yes".' in kept.comment.text
    assert all(len(rule.prompt or "") <= 255 and len(rule.promptTitle or "") <= 32 for rule in rules.values())


# Limits, as a spreadsheet program reckons them
class Failed:
    """#VALUE!: what touches it fails too."""


FAILED = Failed()


class Cell:
    """A cell in a formula; as in Excel, a text is above every number."""

    def __init__(self, value: float | str) -> None:
        self.value = value

    def __ge__(self, other: float) -> bool:
        return isinstance(self.value, str) or self.value >= other

    def __le__(self, other: float) -> bool:
        return not isinstance(self.value, str) and self.value <= other

    def same(self, other: object) -> bool | Failed:
        return FAILED if isinstance(other, Failed) else self.value == other


def reckon(formula: str, value: float | str, lists: Mapping[str, list[str]]) -> object:
    """The result of a rule's formula for one value of its cell: the few functions that our rules use, errors included."""

    def joined(how: Callable[[Iterable[object]], bool], *parts: object) -> object:
        return FAILED if FAILED in parts else how(parts)

    cell = re.findall(r"\b[A-Z]+\d+\b", formula)[0]
    python = re.sub(rf"{cell}=(INT\({cell}\))", rf"{cell}.same(\1)", formula)
    names = {
        cell: Cell(value),
        "AND": lambda *parts: joined(all, *parts),
        "OR": lambda *parts: joined(any, *parts),
        "IF": lambda test, yes, no: FAILED if test is FAILED else yes if test else no,
        "ISNUMBER": lambda c: not isinstance(c.value, str),
        "INT": lambda c: FAILED if isinstance(c.value, str) else math.floor(c.value),
        "COUNTIF": lambda texts, c: sum(text.casefold() == str(c.value).casefold() for text in texts),
        "FALSE": False,
        **lists,
    }
    return eval(python, {"__builtins__": {}}, names)  # our own formula


def limits(path: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Formulas by header, and the hidden lists by name."""
    workbook = openpyxl.load_workbook(path)
    sheet, form = workbook.worksheets[0], read_meta(path)["layout"] == "form"
    lists = {
        name: [row[0].value for row in workbook["_lists"][entry.attr_text.split("!")[1].replace("$", "")]]
        for name, entry in workbook.defined_names.items()
        if name.startswith("hm_list_") and ":" in entry.attr_text
    }
    rules = {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "custom":
            first = sheet[str(rule.sqref).split(" ")[0].split(":")[0]]
            rules[str(sheet.cell(first.row, 1).value if form else sheet.cell(3, first.column).value)] = rule.formula1
    return rules, lists


@pytest.mark.parametrize("layout", LAYOUTS)
def test_limits_let_in_what_is_allowed_and_nothing_else(layout: Layout, tmp_path: Path) -> None:
    """A word for "don't know" is no number: asking it for its whole part is an error, and an error must not refuse it."""
    book = book_of(
        question("n", "number", "range = [0, 100]\nwhole = true"),
        question("y", "year", "range = [1900, 2030]"),
        question("r", "rate"),
        question("x", "number"),
    )
    rules, lists = limits(write_template(tmp_path / "a.xlsx", book, layout=layout))
    assert len(rules) == 5

    def allowed(header: str) -> list[float | str]:
        values: tuple[float | str, ...] = ("dk", "na", 5, 1998, 2.5, -1, "abc")
        results = {value: reckon(rules[header], value, lists) for value in values}
        assert set(results.values()) <= {True, False}
        return [value for value, result in results.items() if result]

    assert allowed("n") == ["dk", "na", 5]
    assert allowed("y") == ["dk", "na", 1998]
    assert allowed("r num") == allowed("r den") == ["dk", "na", 5, 1998]  # counts
    assert allowed("x") == ["dk", "na", 5, 1998, 2.5, -1]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_limit_lets_in_its_special_answers(name: str, layout: Layout, tmp_path: Path) -> None:
    rules, lists = limits(write_template(tmp_path / "a.xlsx", built_in(name), layout=layout))
    for asked in built_in(name).questions:
        for header in asked.columns if asked.kind in ("number", "rate", "year") else ():
            assert all(
                reckon(rules[header], text, lists) is True for option in asked.options for text in option_texts(option)
            )
            assert reckon(rules[header], "abc", lists) is False


def test_a_form_says_how_to_answer(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(
        write_template(tmp_path / "a.xlsx", built_in("informatisation"), layout="form")
    ).active
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=4)}
    assert "仅当“T01 环评及批复：本单位会形成吗”答“是”时回答。" in rows["kept.T01"][2].value
    assert "目录和电子件都在档案管理系统里" in rows["kept.T01"][2].value
    assert "各选项的含义同上。 What the options mean: see above." in rows["kept.T02"][2].value
    assert rows["metals Pb"][1].value == "铅 / Lead"
    assert "第一格" in rows["staff_trained num"][1].value
    assert rows["unit"][1].value.startswith("1. * 单位编号\nEnterprise number")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_mark_is_seen_and_found(layout: Layout, tmp_path: Path) -> None:
    book = built_in("visits")
    path = write_template(tmp_path / "a.xlsx", book, layout=layout, rows=[{"visit": "V1"}], mark=SYNTHETIC_MARK)
    workbook = openpyxl.load_workbook(path)
    assert SYNTHETIC_MARK in workbook["visits"]["A1"].value
    assert workbook.properties.description == SYNTHETIC_MARK
    assert read_cells(path, "visits").marked_synthetic
    del workbook[META_SHEET]
    workbook.save(path)
    assert read_cells(path, "visits").marked_synthetic
    assert not read_cells(write_template(path, book, layout=layout), "visits").marked_synthetic


def test_what_is_filled_in_stays_what_it_is(tmp_path: Path) -> None:
    """Ids keep their zeros, a text like a formula stays a text, numbers and dates are such, other columns are kept."""
    row = {"visit": "007", "visitors": "=1+1", "date": "2024-05-31", "remark": "@home"}
    sheet = openpyxl.load_workbook(write_template(tmp_path / "a.xlsx", built_in("visits"), rows=[row])).active
    values = {sheet.cell(3, c).value: sheet.cell(4, c) for c in range(1, sheet.max_column + 1)}
    assert values["visit"].value == "007"
    assert (values["visitors"].value, values["visitors"].data_type) == ("=1+1", "s")
    assert values["date"].is_date
    assert (values["remark"].value, values["remark"].data_type) == ("@home", "s")
    register = {"city": "沈阳", "n_closed": "12", "n_sent_index": "不详"}
    sheet = openpyxl.load_workbook(write_template(tmp_path / "b.xlsx", built_in("registry"), rows=[register])).active
    values = {sheet.cell(3, c).value: sheet.cell(4, c) for c in range(1, sheet.max_column + 1)}
    assert (values["n_closed"].value, values["n_sent_index"].value) == (12, "不详")


def test_labels_worded_like_headers(tmp_path: Path) -> None:
    """The row of labels may read like the row of headers; the workbook knows which is which."""
    book = book_of(question("a", "text", 'en = "How many"\ncolumn = "How many"'), question("b", "text", 'column = "b"'))
    answers, findings = read_back(
        write_template(tmp_path / "a.xlsx", book, rows=[{"unit": "u1", "How many": "x"}]), book
    )
    assert findings == []
    assert answers.units == ("u1",)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_ticks_in_columns_of_their_own(layout: Layout, tmp_path: Path) -> None:
    book = book_of(question("m", "many", 'layout = "columns"\nticked = ["Y"]\nunticked = ["N"]'))
    row = {"unit": "u1", "m a": "Y", "m b": "N", "m c": "Y"}
    answers, findings = read_back(write_template(tmp_path / "a.xlsx", book, layout=layout, rows=[row]), book)
    assert findings == []
    assert answers_frame(answers)["m"].tolist() == ["a|c"]
    rules = openpyxl.load_workbook(tmp_path / "a.xlsx").active.data_validations.dataValidation
    assert '"Y"' in {rule.formula1 for rule in rules}


def test_a_wrong_tick_of_a_form_is_found_in_its_own_cell(tmp_path: Path) -> None:
    book = book_of(question("m", "many"))
    path = write_template(tmp_path / "a.xlsx", book, layout="form", rows=[{"unit": "u1", "m a": "√", "m b": "maybe"}])
    _, (finding,) = read_back(path, book)
    sheet = openpyxl.load_workbook(path).active
    assert sheet[finding.place.split("!")[1]].value == finding.found == "maybe"
    assert finding.what.en == "This cell is either ticked or not."


def test_a_form_holds_one_unit(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a form holds one unit"):
        write_template(tmp_path / "a.xlsx", built_in("visits"), layout="form", rows=[{}, {}])


def test_words_of_conditions() -> None:
    book = book_of(
        question("q", "one", 'zh = "甲"\nen = "Q"'),
        question("m", "many", 'en = "M"'),
        question("n", "number", 'en = "N"'),
        question("r", "rate", 'en = "R"'),
        *(
            question(f"x{i}", "text", f"ask_if = {condition!r}")
            for i, condition in enumerate(
                (
                    "q = 1",
                    "q != 1",
                    "q in 1, 2",
                    "q >= 1 and (n > 3 or m includes a)",
                    "not m is none",
                    "not (q < 2)",
                    "r >= 70",
                    "q is answered",
                )
            )
        ),
    )
    said = [routing_words(q, book) for q in book.questions if q.ask_if]
    assert [text.en for text in said] == [
        'Only if "Q" is "Partial".',
        'Only if "Q" is not "Partial".',
        'Only if "Q" is "Partial" or "Full".',
        'Only if "Q" is "Partial" or higher and ("N" is above 3 or "M" includes a).',
        'Only if "M" is not none of these.',
        'Only if not ("Q" is lower than "Full").',
        'Only if "R" is at least 70%.',
        'Only if "Q" is answered.',
    ]
    assert said[0].zh == "仅当“甲”答“部分”时回答。"
    assert said[2].zh == "仅当“甲”答“部分”、“全部”之一时回答。"
    assert routing_words(book.questions[0], book) == ("", "")
    condition = book.questions[-1].ask_if
    assert condition is not None
    assert condition_words(condition, book).zh == "“甲”已作答"


def test_words_of_answers() -> None:
    book = book_of(
        question("n", "number", 'range = [0, 100]\nwhole = true\nunit_of = "percent"'),
        question("t", "text", "range = [2, 5]"),
        question("d", "date"),
        question("y", "year"),
    )
    said = {q.code: how_to_answer(q) for q in book.questions}
    assert said["n"].en == "A whole number from 0 to 100 (percent); or na (na), dk (dk)."
    assert said["n"].zh == "填整数，0 至 100，单位：percent；或填 na（na）、dk（dk）。"
    assert said["t"].zh == "填文字，2 至 5 个字。"
    assert said["d"].en == "A date, such as 2024-05-31."
    assert both(said["y"]).splitlines() == ["填四位年份；或填 na（na）、dk（dk）。", "A year; or na (na), dk (dk)."]


# The verb
def test_template_verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    main(["template", "registry"])
    assert capsys.readouterr().out == "registry_table.xlsx\n"
    main(["template", "visits", "--layout", "form", "--out", "new/form.xlsx"])
    assert read_meta(tmp_path / "new" / "form.xlsx")["layout"] == "form"
    before = (tmp_path / "registry_table.xlsx").read_bytes()
    for lang, message in (
        ("zh", "文件已经存在，没有写入。"),
        ("en", "The file is already there; nothing was written."),
    ):
        with pytest.raises(SystemExit) as stop:
            main(["template", "registry", "--lang", lang])
        assert stop.value.code == 2
        assert message in capsys.readouterr().err
    assert (tmp_path / "registry_table.xlsx").read_bytes() == before
    main(["template", "registry", "--force"])
    with pytest.raises(SystemExit) as stop:
        main(["template", "no_such", "--lang", "en"])
    assert stop.value.code == 2
    assert "There is no such definition." in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "registry_table.xlsx"]


def test_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(UsageError, match="The file cannot be written"):
        write_template(tmp_path / "folder.xlsx", built_in("visits"))
    assert [path.name for path in tmp_path.iterdir()] == ["folder.xlsx"]
