"""Codebooks as written and as read: questions, options, columns, derived questions, and how answer texts compare."""

import pytest
from making import LEVELS, Row, book_of, book_text, question, read, survey_of, written

from hmsurvey.answers import answers_frame, states_frame
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import DefinitionError, Text
from hmsurvey.questions import Count, Derived, Option, Question, fold, is_blank, matching_codes

NAN = float("nan")


def test_what_is_written_is_read() -> None:
    book = book_of(
        """
[[question]]
code = "Q1"
column = "1"
kind = "one"
zh = "第一题"
en = "First"
help_zh = "说明"
section = "S"
required = true
options = [
  { code = "no", zh = "否", en = "No", anchor_zh = "没有", anchor_en = "There is none." },
  { code = "yes", zh = "是", en = "Yes", also = ["Y", "有"] },
  { code = "rest", kind = "other" },
  { code = "dk", kind = "dk" },
]
""",
        head='unit = "plant"\nzh = "甲"\nen = "A"\n[[section]]\ncode = "S"\nzh = "节"\n[sheet]\nname = "Answers"\n',
    )
    assert (book.id, book.version, book.unit, book.label) == ("book", "1.0", "plant", ("甲", "A"))
    assert (book.sheet, book.id_question, book.match, book.blank) == ("Answers", "unit", "fold", ("",))
    q = book.question("Q1")
    assert (q.code, q.kind, q.columns, q.section, q.required) == ("Q1", "one", ("1",), "S", True)
    assert (q.label.of("zh"), q.label.of("en"), q.help.of("en")) == ("第一题", "First", "说明")
    assert [q.place_of_option(code) for code in ("no", "dk", "gone")] == [0, 3, -1]
    assert q.levels == ("no", "yes")  # "other" and don't know are no levels
    assert [o.kind for o in q.options] == ["answer", "answer", "other", "dk"]
    assert q.options[0].anchor.of("en") == "There is none."
    assert q.options[2].label == ("rest", "rest")
    assert "Q1           one     First" in repr(book)
    with pytest.raises(KeyError):
        book.question("Q2")


def test_defaults() -> None:
    book = book_of('[[question]]\ncode = "r"\nkind = "rate"\n', question("m", "many", 'layout = "columns"'))
    rate = book.question("r")
    assert rate.columns == ("r num", "r den")
    assert rate.whole and not rate.required and rate.ask_if is None and rate.range is None
    assert rate.label.of("zh") == "r"
    assert book.question("m").columns == ("m a", "m b", "m c", "m none", "m na", "m dk")
    assert book.question("m").separator == ";"
    assert book_of(question("q", "number")).question("q").whole is False


def test_short_names() -> None:
    book = book_of(
        question("q", "one", 'zh = "长名"\nen = "Long"\nshort_zh = "短"\nshort_en = "S"')
        + question("p", "one", 'zh = "长名"')
    )
    assert (book.question("q").name, book.question("p").name.zh) == (("短", "S"), "长名")


def test_scale_and_own_options_together() -> None:
    book = book_of(question("q", "one", 'scale = "levels"\noptions = [{ code = "9", zh = "其他" }]'))
    assert [o.code for o in book.question("q").options] == ["0", "1", "2", "na", "dk", "9"]


# How a text finds its option
OPTIONS = """options = [
  { code = "no", zh = "没有开展", en = "Not begun" },
  { code = "yes", zh = "已开展", en = "Under way", also = ["进行中", "Y"] },
  { code = "2", zh = "完成", en = "Done" },
]"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("yes", "yes"),
        ("YES", "yes"),
        ("已开展", "yes"),
        ("under way", "yes"),
        ("Under  way", "yes"),
        (" yes ", "yes"),
        ("ｙｅｓ", "yes"),
        ("进行中", "yes"),
        ("y", "yes"),
        ("yes 已开展", "yes"),
        ("yes Under way", "yes"),
        ("yes 已开展 / Under way", "yes"),
        ("2", "2"),
        ("2.0", "2"),
        ("２", "2"),
        ("no", "no"),
    ],
)
def test_texts_that_mean_an_option(text: str, code: str) -> None:
    book = book_of(question("q", "one", OPTIONS))
    assert answers_frame(survey_of(book, {"q": text}).answers)["q"].tolist() == [code]


@pytest.mark.parametrize("text", ["maybe", "yes no", "2.5", "22", "ye", "3"])
def test_texts_that_mean_nothing_are_not_guessed(text: str) -> None:
    book = book_of(question("q", "one", OPTIONS))
    survey, findings = read(book, [{"q": text}])
    assert [f.code for f in findings] == ["option"]
    assert findings[0].allowed.of("en") == "no Not begun; yes Under way; 2 Done"
    assert findings[0].allowed.of("zh") == "no 没有开展；yes 已开展；2 完成"
    assert states_frame(survey.answers)["q"].tolist() == ["missing"]


def test_exact_matching() -> None:
    book = book_of(question("q", "one", OPTIONS), head='match = "exact"\n')
    survey, findings = read(book, [{"q": "yes"}, {"q": "YES"}, {"q": "under way"}, {"q": "Under way"}])
    assert states_frame(survey.answers)["q"].tolist() == ["answered", "missing", "missing", "answered"]
    assert [f.unit for f in findings] == ["u2", "u3"]


def test_options_that_differ_in_case_only_need_exact_matching() -> None:
    """Two options that one text could mean are refused; with exact matching "a" and "A" are two texts."""
    two = question("q", "one", 'options = [{ code = "a", en = "x" }, { code = "b", en = "X" }]')
    with pytest.raises(DefinitionError, match="One answer text could mean two options"):
        book_of(two)
    book = book_of(two, head='match = "exact"\n')
    assert answers_frame(survey_of(book, {"q": "x"}, {"q": "X"}).answers)["q"].tolist() == ["a", "b"]


def test_fold() -> None:
    assert fold("  ＡＢ\u3000c\td ") == "ab c d"
    assert fold("Straße") == "strasse"


def test_blank_texts() -> None:
    blank = ("", "-", "Select *")
    assert [is_blank(t, blank) for t in ("", "  ", "\u3000", "-", " - ", "Select one", "select one", "x", "--")] == [
        True,
        True,
        True,
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_an_empty_cell_is_blank_whatever_else_is() -> None:
    book = book_of(question("q", "one"), head='blank = ["-"]\n')
    survey, findings = read(book, [{"q": ""}, {"q": "-"}, {"q": "1"}])
    assert findings == ()
    assert states_frame(survey.answers)["q"].tolist() == ["missing", "missing", "answered"]


def test_patterns() -> None:
    codes = ("kept.T01", "kept.T02", "kept", "filed.T01", "xkept.T01")
    assert matching_codes("kept.*", codes) == ("kept.T01", "kept.T02")
    assert matching_codes("*.T01", codes) == ("kept.T01", "filed.T01", "xkept.T01")
    assert matching_codes("kept", codes) == ("kept",)
    assert matching_codes("none*", codes) == ()


# Derived questions
POOL = (
    question("a", "rate")
    + question("b", "rate")
    + question("c", "rate", 'ask_if = "gate = 1"')
    + question("gate", "one")
    + '[[derived]]\ncode = "all"\nkind = "rate"\npool = ["a", "b", "c"]\nzh = "合计"\n'
)


def pooled(*rows: Row) -> list[tuple[float, float, str]]:
    answers = survey_of(book_of(POOL), *rows).answers
    frame, states = answers_frame(answers), states_frame(answers)["all"]
    return [
        (num, den, state)
        for num, den, state in zip(frame["all num"].fillna(-1), frame["all den"].fillna(-1), states, strict=True)
    ]


def test_a_pooled_rate_adds_up_counts() -> None:
    """Numerators and denominators are added: 1/10 and 8/10 make 9/20, not the mean of the rates; 0/90 weighs by its size."""
    assert pooled(
        {"a num": 1, "a den": 10, "b num": 8, "b den": 10, "gate": "0"},
        {"a num": 1, "a den": 10, "b num": 0, "b den": 90, "c num": 5, "c den": 5, "gate": "1"},
    ) == [(9, 20, "answered"), (6, 105, "answered")]


def test_what_becomes_of_silent_parts_of_a_pool() -> None:
    full: Row = {"a num": 1, "a den": 2}
    assert pooled(
        full | {"b num": "na", "b den": "na", "gate": "0"},  # n/a and skipped stay out
        full | {"gate": "0"},  # a part is missing
        full | {"b num": "dk", "b den": "dk", "gate": "0"},  # nobody knows: the sum is not known
        {"a num": "na", "a den": "na", "b num": "na", "b den": "na", "gate": "0"},  # nothing applies
        full | {"b num": 1, "b den": 1, "gate": ""},  # whether c applies is not known: it counts as asked
    ) == [(1, 2, "answered"), (-1, -1, "missing"), (-1, -1, "missing"), (-1, -1, "na"), (-1, -1, "missing")]


COUNTED = (
    "".join(
        question(f"due.{k}", "one", 'options = [{ code = "yes" }, { code = "no" }, { code = "dk", kind = "dk" }]')
        for k in "ABC"
    )
    + "".join(
        question(
            f"full.{k}",
            "one",
            f'options = [{{ code = "yes" }}, {{ code = "no" }}, {{ code = "dk", kind = "dk" }}]\nask_if = "due.{k} = yes"',
        )
        for k in "ABC"
    )
    + """
[[derived]]
code = "share"
kind = "rate"
count = { of = "full.*", in = ["yes"] }
among = { of = "due.*", in = ["yes"], at_least = 1 }

[[derived]]
code = "n"
kind = "number"
count = { of = "due.*", in = ["yes", "no"] }
"""
)


@pytest.mark.parametrize(
    ("due", "full", "share", "n"),
    [
        (("yes", "yes", "yes"), ("yes", "no", "yes"), (2, 3), 3),
        (("yes", "no", "no"), ("yes", "", ""), (1, 1), 3),
        (("no", "no", "no"), ("", "", ""), (0, 1), 3),  # the denominator is never below at_least
        (("yes", "dk", "yes"), ("dk", "", "yes"), (1, 2), 2),  # don't know does not count
        (("yes", "yes", "no"), ("yes", "", ""), None, 3),  # one is missing
        (("yes", "", "no"), ("yes", "", ""), None, None),
    ],
)
def test_counts_among(
    due: tuple[str, ...], full: tuple[str, ...], share: tuple[int, int] | None, n: int | None
) -> None:
    row: Row = {f"due.{k}": v for k, v in zip("ABC", due, strict=True)}
    row |= {f"full.{k}": v for k, v in zip("ABC", full, strict=True)}
    answers = survey_of(book_of(COUNTED), row).answers
    frame, states = answers_frame(answers), states_frame(answers)
    found = frame.loc["u1", ["share num", "share den", "n"]].astype(object)
    assert states.loc["u1", ["share", "n"]].tolist() == [
        "missing" if share is None else "answered",
        "missing" if n is None else "answered",
    ]
    if share is not None:
        assert (found["share num"], found["share den"]) == share
    if n is not None:
        assert found["n"] == n


def test_ticks_are_counted_too() -> None:
    book = book_of(
        question("m1", "many"),
        question("m2", "many"),
        '[[derived]]\ncode = "n"\nkind = "number"\ncount = { of = "m*", in = ["a", "b"], at_least = 1 }\n',
    )
    survey = survey_of(book, {"m1": "a;b", "m2": "c"}, {"m1": "a", "m2": "b;c"}, {"m1": "none", "m2": "dk"})
    # the number of questions with one of the answers, not the number of ticks; never below 1
    assert answers_frame(survey.answers)["n"].tolist() == [1, 2, 1]


# Problems of a file
@pytest.mark.parametrize(
    ("more", "texts"),
    [
        (question("q", "one", 'scale = "nowhere"'), ["There is no such scale.", "nowhere", "levels, ticks"]),
        (question("q", "one", "options = []"), ["A question of kind one or many needs options."]),
        (question("q", "many", "options = []"), ["A question of kind one or many needs options."]),
        (
            question("q", "many", 'options = [{ code = "none", kind = "none" }]'),
            ["A question of kind one or many needs options."],
        ),
        (
            '[[question]]\ncode = "q"\nkind = "number"\noptions = [{ code = "a" }]\n',
            ["A question with numbers takes only options of kind na or dk.", "found:    a"],
        ),
        (
            '[[question]]\ncode = "q"\nkind = "text"\noptions = [{ code = "a" }]\n',
            ["A text or date question has no options."],
        ),
        (question("q", "rate", 'columns = ["x"]'), ["A rate is asked in two columns."]),
        (question("q", "number", "range = [5, 1]"), ["The range is upside down."]),
        (question("q", "number", "range = [5]"), ["`range` must be a list of numbers.", "2 numbers"]),
        (question("q", "number", 'range = ["a", "b"]'), ["`range` must be a list of numbers."]),
        (
            question("q", "colour"),
            ["`kind` has a value that is not known.", "one, many, number, rate, year, text, date"],
        ),
        (question("q", "one") * 2, ["Question codes stand twice.", "Column codes stand twice."]),
        (
            question("q", "one", 'column = "x"') + question("r", "one", 'column = "x"'),
            ["Column codes stand twice.", "x"],
        ),
        (question("1q", "one"), ["The code is not well formed.", "beginning with a letter"]),
        (question("q", "one", 'section = "Z"'), ["There is no such section.", "Z"]),
        (
            question("q", "one", "colour = 1"),
            ["There are keys that are not known here.", "colour", "known here: code, kind"],
        ),
        (question("q", "one", 'required = "yes"'), ["`required` is of the wrong kind.", "'yes'", "true or false"]),
        (question("q", "one", "help_zh = 1"), ["`help_zh` is of the wrong kind.", "a text in quotes"]),
        (question("q", "one", "options = [1]"), ["`options` must hold tables."]),
        (question("q", "one", 'options = [{ en = "x" }]'), ["`code` is missing."]),
        (
            question("q", "one", 'options = [{ code = "x", kind = "odd" }]'),
            ["`kind` has a value", "answer, none, na, dk, other"],
        ),
        (question("q", "one", 'options = [{ code = "x" }, { code = "x" }]'), ["Option codes stand twice."]),
        (question("q", "one", 'options = [{ code = "x", also = [1] }]'), ["`also` holds more than texts."]),
        (
            question("q", "many", 'layout = "columns"\ncolumns = { z = "x" }'),
            ["`columns` names options that are not there.", "z", "a, b, c"],
        ),
        (
            question("q", "one", 'ask_if = "q2 ="'),
            ["The condition cannot be read: ", "ask_if = 'q2 ='", "such as B1.1 >= 1"],
        ),
        (question("q", "one", 'ask_if = "q2 = 1"'), ["names a question that is not there.", "ask_if: q2", "unit, q"]),
        (
            question("p", "one") + question("q", "one", 'ask_if = "p = 7"'),
            ["names an option that is not there.", "p = 7", "0 None, 1 Partial, 2 Full, na N/A"],
        ),
        (
            question("p", "one") + question("q", "one", 'ask_if = "p >= dk"'),
            ["names an option that is not there.", "p >= dk", "expected: 0 None, 1 Partial, 2 Full\n"],
        ),
        (
            question("p", "many") + question("q", "one", 'ask_if = "p >= a"'),
            ["A question of this kind has no order.", "p: many"],
        ),
        (question("p", "date") + question("q", "one", 'ask_if = "p >= 5"'), ["A question of this kind has no order."]),
        (
            question("p", "text") + question("q", "one", 'ask_if = "p < 5"'),
            ["A question of this kind has no order.", "p: text"],
        ),
        (question("p", "year") + question("q", "one", 'ask_if = "p = red"'), ["The condition needs a number."]),
        (question("p", "rate") + question("q", "one", 'ask_if = "p > red"'), ["The condition needs a number."]),
        (question("p", "number") + question("q", "one", 'ask_if = "p > inf"'), ["The condition needs a number."]),
        (
            question("p", "number") + question("q", "one", 'ask_if = "p = red"'),
            ["The condition needs a number.", "p = red"],
        ),
        (
            question("p", "number") + question("q", "one", 'ask_if = "p >= na"'),
            ["The condition needs a number.", "p >= na"],
        ),
        (question("p", "one", 'ask_if = "p = 1"'), ["The routing goes round in a circle.", "found:    p"]),
        (
            question("p", "one", 'ask_if = "q = 1"') + question("q", "one", 'ask_if = "p = 1"'),
            ["The routing goes round in a circle.", "found:    p, q"],
        ),
        (
            COUNTED + question("q", "one", 'ask_if = "n >= 1"'),
            ["Routing cannot rest on a derived question.", "question q", "found:    n"],
        ),
        ('[[derived]]\ncode = "d"\nkind = "rate"\n', ["The derived question is not complete."]),
        (
            question("p", "one") + '[[derived]]\ncode = "d"\nkind = "rate"\ncount = { of = "p", in = ["1"] }\n',
            ["The derived question is not complete.", "a rate: pool, or count and among; a number: count"],
        ),
        (
            question("p", "rate") + '[[derived]]\ncode = "d"\nkind = "number"\npool = ["p"]\n',
            ["The derived question is not complete."],
        ),
        (
            '[[derived]]\ncode = "d"\nkind = "rate"\npool = ["x"]\n',
            ["`pool` names questions that are not there.", "found:    x\n"],
        ),
        (
            '[[derived]]\ncode = "d"\nkind = "number"\ncount = { of = "x*", in = ["1"] }\n',
            ["`of` matches no question.", "x*"],
        ),
        ('[[check]]\ncode = "K"\nif = "unit is odd"\n', ["The condition cannot be read: "]),
        (
            '[[check]]\ncode = "K"\nif = "unit is missing"\nlevel = "fatal"\n',
            ["`level` has a value", "error, warning, note"],
        ),
        (
            '[[check]]\ncode = "K"\nif = "unit is missing"\nquestions = ["z"]\n',
            ["`questions` names questions that are not there."],
        ),
        ('[[check]]\ncode = "K"\nif = "unit is missing"\n' * 2, ["Check codes stand twice."]),
        (
            question("p", "one")
            + '[[derived]]\ncode = "d"\nkind = "number"\ncount = { of = "p", in = ["1"], odd = 1 }\n',
            ["There are keys that are not known here.", "found:    odd", "known here: of, in, at_least"],
        ),
        (
            question("p", "one")
            + '[[derived]]\ncode = "d"\nkind = "number"\ncount = { of = "p", in = ["1"] }\nodd = 1\n',
            ["There are keys that are not known here.", "found:    odd"],
        ),
        (
            '[[check]]\ncode = "K"\nif = "unit is missing"\nodd = 1\n',
            ["There are keys that are not known here.", "odd"],
        ),
        ('[[check]]\ncode = "K"\n', ["`if` is missing."]),
        ('[[check]]\ncode = "K"\nif = "zz = 1"\n', ["names a question that is not there.", "check K", "if: zz"]),
        (
            '[[question]]\ncode = "q"\nkind = "rate"\noptions = [{ code = "a" }]\n',
            ["takes only options of kind na or dk."],
        ),
        (
            '[[question]]\ncode = "q"\nkind = "year"\noptions = [{ code = "a" }]\n',
            ["takes only options of kind na or dk."],
        ),
        (
            '[[question]]\ncode = "q"\nkind = "date"\noptions = [{ code = "a" }]\n',
            ["A text or date question has no options."],
        ),
        (question("p", "many") + question("q", "one", 'ask_if = "p includes z"'), ["names an option", "p includes z"]),
        (
            question(
                "n",
                "number",
                'options = [{ code = "na", kind = "na", en = "-" }, { code = "dk", kind = "dk", en = "-" }]',
            ),
            ["One answer text could mean two options.", "'-': na, dk"],
        ),
        (
            question("q", "one", 'options = [{ code = "x", odd = 1 }]'),
            ["There are keys that are not known here.", "options x", "odd"],
        ),
        ('[[section]]\ncode = "S"\nodd = 1\n', ["There are keys that are not known here.", "section S", "odd"]),
        ('[[section]]\ncode = "1"\n', ["The code is not well formed."]),
        ("[scales.odd]\noption = []\n", ["There are keys that are not known here.", "scales, odd", "option"]),
    ],
)
def test_problems_are_told(more: str, texts: list[str]) -> None:
    with pytest.raises(DefinitionError) as caught:
        book_of(more)
    for text in texts:
        assert text in str(caught.value)


def test_a_bad_condition_is_one_problem() -> None:
    with pytest.raises(DefinitionError) as caught:
        book_of('[[check]]\ncode = "K"\nif = "unit"\n')
    assert len(caught.value.problems) == 1


def test_all_problems_of_a_file_at_once() -> None:
    text = book_text(question("1", "one"), question("q", "colour"), question("r", "one", "odd = 1\nzz = 2"))
    text = text.replace('version = "1.0"', "version = 1.0").replace('id = "unit"', 'id = "nobody"\nboss = "x"')
    with pytest.raises(DefinitionError) as caught:
        read_codebook(written("book.toml", text))
    message = str(caught.value)
    for part in (
        "The code is not well formed.",
        "`kind` has a value that is not known.",
        "found:    odd, zz",
        "`version` is of the wrong kind.",
        "[roles] names a question that is not there.",
        "id = nobody",
        "found:    boss",
    ):
        assert part in message
    assert all(problem.where.startswith("book.toml") for problem in caught.value.problems)
    assert all(problem.what.zh and problem.what.en for problem in caught.value.problems)
    assert "book.toml, question r" in message


FACTS = 'status = "published"\nassumption = "A01"\nsource = "s"\nevidence = "e"\nnote_zh = "注"\nnote_en = "note"\n'


def test_any_entry_may_say_where_it_comes_from() -> None:
    """Status, source, evidence, assumption and notes may stand on every entry and change nothing."""
    bare = (
        question("q", "one")
        + '[[derived]]\ncode = "n"\nkind = "number"\ncount = { of = "q", in = ["1"] }\n{0}[[check]]\ncode = "K"\nif = "q = 1"\n{0}'
    )
    told = bare.replace("{0}", FACTS).replace('kind = "one"\n', 'kind = "one"\n' + FACTS)
    head = 'status = "published"\nsource = "s"\n'
    scales = LEVELS.replace("[scales.levels]\n", "[scales.levels]\nzh = '档次'\nen = 'Levels'\n" + FACTS)
    assert book_of(told, head=head, scales=scales) == book_of(bare.replace("{0}", ""), scales=LEVELS)


def test_a_question_of_no_kind_is_text() -> None:
    assert book_of('[[question]]\ncode = "q"\n').question("q").kind == "text"


def test_a_text_may_be_compared_with_any_text() -> None:
    book = book_of(
        question("t", "text"), question("d", "date"), question("q", "one", 'ask_if = "t = hello or d != 2024-05-31"')
    )
    assert book.question("q").ask_if_text == "t = hello or d != 2024-05-31"


@pytest.mark.parametrize("role", ["id", "name", "group"])
def test_roles_name_questions(role: str) -> None:
    text = (
        book_text()
        .replace('id = "unit"', 'id = "unit"\nx = 1')
        .replace("x = 1", f'{role} = "zz"' if role != "id" else "")
    )
    text = text if role != "id" else text.replace('id = "unit"', 'id = "zz"')
    with pytest.raises(DefinitionError, match="names a question that is not there") as caught:
        read_codebook(written("book.toml", text))
    assert f"found:    {role} = zz" in str(caught.value)


@pytest.mark.parametrize("kind", ["many", "rate"])
def test_a_group_is_one_answer(kind: str) -> None:
    text = book_text(question("g", kind)).replace('id = "unit"', 'id = "unit"\ngroup = "g"')
    with pytest.raises(DefinitionError, match="The group question must have one answer a unit") as caught:
        read_codebook(written("book.toml", text))
    assert f"found:    g: {kind}" in str(caught.value)
    fine = book_text(question("g", "one")).replace('id = "unit"', 'id = "unit"\ngroup = "g"')
    assert read_codebook(written("book.toml", fine)).group_question == "g"


def test_a_changed_copy_of_a_built_in_definition_is_told_apart() -> None:
    """Under its own id and version, another content gets a mark; a true copy, and another version, do not."""
    original = locate_definition("registry", "codebooks").read_text(encoding="utf-8")
    version = read_codebook(locate_definition("registry", "codebooks")).version
    assert read_codebook(written("copy.toml", original + "\n# a comment\n")).version == version
    changed = original.replace('unit = "', 'unit = "other_', 1)
    assert changed != original
    marked = read_codebook(written("copy.toml", changed)).version
    assert marked.startswith(f"{version}+") and len(marked) == len(version) + 9
    raised = changed.replace(f'version = "{version}"', 'version = "77"')
    assert read_codebook(written("copy.toml", raised)).version == "77"


def test_nouns_have_the_defaults_of_the_files() -> None:
    """A question made by hand with nothing but what it needs is the one read from a file that says no more."""
    book = book_of('[[question]]\ncode = "q"\nkind = "one"\noptions = [{ code = "a" }]\n')
    option = Option("a", Text("a", "a"))
    assert book.question("q") == Question("q", "one", Text("q", "q"), ("q",), (option,))
    derived = '[[derived]]\ncode = "n"\nkind = "number"\ncount = { of = "q", in = ["1"] }\n'
    (counted,) = book_of(question("q", "one") + derived).derived
    assert counted == Derived(Question("n", "number", Text("n", "n"), ()), count=Count(("q",), ("1",)))


def test_roles_are_needed() -> None:
    with pytest.raises(DefinitionError, match="`id` is missing"):
        read_codebook(written("b.toml", book_text().replace('id = "unit"', "")))
    with pytest.raises(DefinitionError, match=r"\[roles\] is missing"):
        read_codebook(written("b.toml", 'kind = "codebook"\nid = "b"\nversion = "1"\n' + LEVELS))
