"""The small language of conditions: what it accepts, what it makes of each kind of silence, and what it refuses."""

import itertools

import pytest
from making import Row, book_of, question, read

from hmsurvey.answers import AnswerView
from hmsurvey.conditions import FALSE, TRUE, UNKNOWN, ConditionError, evaluate, parse_condition, questions_of

BOOK = book_of(
    question("gate", "one", 'options = [{ code = "yes" }, { code = "no" }]'),
    question("one", "one"),
    question("after", "one", 'ask_if = "gate = yes"'),
    question("many", "many"),
    question("number", "number"),
    question("rate", "rate"),
    question("year", "year"),
    question("text", "text"),
    question("city", "one", 'options = [{ code = "new york" }, { code = "a,b" }, { code = "or" }]'),
)
WORDS = {TRUE: "true", FALSE: "false", UNKNOWN: "unknown"}


def truth(text: str, **answers: object) -> str:
    """What a condition is for one unit."""
    return truths(text, {key.replace("_", " "): value for key, value in answers.items()})[0]


def truths(text: str, *rows: Row) -> list[str]:
    survey, _ = read(BOOK, list(rows))
    return [WORDS[int(t)] for t in evaluate(parse_condition(text), AnswerView(survey.answers))]


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("one = 1", "1", "true"),
        ("one = 1", "2", "false"),
        ("one != 1", "2", "true"),
        ("one != 1", "1", "false"),
        ("one in 0, 2", "2", "true"),
        ("one in 0, 2", "1", "false"),
        ("one in 0,2", "0", "true"),
        ("one >= 1", "1", "true"),
        ("one >= 1", "0", "false"),
        ("one > 1", "1", "false"),
        ("one > 1", "2", "true"),
        ("one <= 1", "1", "true"),
        ("one <= 1", "2", "false"),
        ("one < 1", "1", "false"),
        ("one < 1", "0", "true"),
    ],
)
def test_comparisons_of_one(text: str, answer: str, expected: str) -> None:
    assert truth(text, one=answer) == expected


def test_levels_are_compared_by_their_place_not_their_name() -> None:
    """Codes that sort otherwise as texts or numbers: the order of the scale counts."""
    book = book_of(question("q", "one", 'options = [{ code = "z" }, { code = "10" }, { code = "9" }]'))
    survey, _ = read(book, [{"q": "z"}, {"q": "10"}, {"q": "9"}])
    found = evaluate(parse_condition("q >= 10"), AnswerView(survey.answers))
    assert found.tolist() == [FALSE, TRUE, TRUE]


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("number >= 3", "3", "true"),
        ("number > 3", "3", "false"),
        ("number = 3", "3.0", "true"),
        ("number != 3", "4", "true"),
        ("number in 1, 3", "3", "true"),
        ("number < 2.5", "2.4", "true"),
        ("number >= -1", "0", "true"),
    ],
)
def test_comparisons_of_a_number(text: str, answer: str, expected: str) -> None:
    assert truth(text, number=answer) == expected


@pytest.mark.parametrize(
    ("done", "due", "expected"),
    [("7", "10", "true"), ("69", "100", "false"), ("0", "0", "unknown"), ("", "", "unknown")],
)
def test_a_rate_is_compared_as_a_percentage(done: str, due: str, expected: str) -> None:
    assert truths("rate >= 70", {"rate num": done, "rate den": due}) == [expected]


def test_years_texts_and_ticks() -> None:
    assert truth("year >= 2015", year="2015") == "true"
    assert truths("text = hello", {"text": "hello"}, {"text": "Hello"}) == ["true", "false"]
    assert truth("many includes b", many="a;b") == "true"
    assert truth("many includes c", many="a;b") == "false"
    assert truth("many includes a, c", many="b;c") == "true"
    assert truth("many includes a", many="none") == "false"


def test_quoted_values_and_words_that_look_like_grammar() -> None:
    assert truth('city = "new york"', city="new york") == "true"
    assert truth("city = 'new york'", city="new york") == "true"
    assert truth('city in "a,b", "new york"', city="a,b") == "true"
    assert truth('city = "or" or city = "a,b"', city="or") == "true"


# Silences. `(not answered)` is a blank cell.
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("answered", ["true", "false", "false", "false"]),
        ("missing", ["false", "true", "false", "false"]),
        ("na", ["false", "false", "true", "false"]),
        ("dk", ["false", "false", "false", "true"]),
    ],
)
@pytest.mark.parametrize("code", ["one", "number", "many"])
def test_states_are_told_apart(code: str, word: str, expected: list[str]) -> None:
    given = {"one": "1", "number": "1", "many": "a"}[code]
    rows: list[Row] = [{code: given}, {code: ""}, {code: "na"}, {code: "dk"}]
    assert truths(f"{code} is {word}", *rows) == expected


def test_none_of_these_is_an_answer() -> None:
    rows: list[Row] = [{"many": "none"}, {"many": "a"}, {"many": ""}]
    assert truths("many is none", *rows) == ["true", "false", "false"]
    assert truths("many is answered", *rows) == ["true", "true", "false"]


def test_skipped() -> None:
    rows: list[Row] = [{"gate": "no"}, {"gate": "yes"}, {"gate": "yes", "after": "1"}, {"gate": ""}]
    assert truths("after is skipped", *rows) == ["true", "false", "false", "false"]
    assert truths("after is missing", *rows) == ["false", "true", "false", "true"]


def test_an_answer_that_is_not_there_is_unknown() -> None:
    for text in ("one = 1", "one != 1", "one in 0, 1", "one >= 1", "one < 1"):
        assert truth(text) == "unknown", text
    for text in ("number = 1", "number >= 1", "rate > 5", "many includes a", "text = a"):
        assert truth(text) == "unknown", text


def test_dont_know_is_no_option_and_has_no_place() -> None:
    """Don't know is not 1, and is neither above nor below it."""
    assert truth("one = 1", one="dk") == "false"
    assert truth("one != 1", one="dk") == "true"
    assert truth("one = dk", one="dk") == "true"
    assert truth("one >= 1", one="dk") == "unknown"
    assert truth("one <= 1", one="na") == "unknown"
    assert truth("number >= 1", number="dk") == "unknown"
    assert truth("number = dk", number="dk") == "true"
    assert truth("number = na", number="dk") == "false"
    assert truth("number = na", number="3") == "false"


def test_a_skipped_question_is_neither_this_nor_above_nor_below() -> None:
    """What was rightly not asked meets no comparison, so that chains of routing end."""
    skipped = {"gate": "no"}
    for text in ("after = 1", "after in 0, 1, 2", "after >= 0", "after > 0", "after <= 2", "after < 2"):
        assert truths(text, skipped) == ["false"], text
    assert truths("after != 1", skipped) == ["true"]


# Kleene's logic: unknown and false is false, unknown or true is true; everything else with unknown is unknown.
VALUES = {"1": "true", "0": "false", "": "unknown"}


@pytest.mark.parametrize(("left", "right"), list(itertools.product(VALUES, VALUES)))
def test_three_valued_logic(left: str, right: str) -> None:
    row: Row = {"one": left, "number": right}
    pair = {VALUES[left], VALUES[right]}
    both = "false" if "false" in pair else "unknown" if "unknown" in pair else "true"
    either = "true" if "true" in pair else "unknown" if "unknown" in pair else "false"
    assert truths("one = 1 and number = 1", row) == [both]
    assert truths("one = 1 or number = 1", row) == [either]
    opposite = {"true": "false", "false": "true", "unknown": "unknown"}[VALUES[left]]
    assert truths("not one = 1", row) == [opposite]
    assert truths("not not one = 1", row) == [VALUES[left]]


def test_and_binds_closer_than_or_and_parentheses_decide() -> None:
    row: Row = {"one": "1", "number": "0"}
    # true or (true and false) is true; (true or true) and false is false
    assert truths("one = 1 or one = 1 and number = 1", row) == ["true"]
    assert truths("(one = 1 or one = 1) and number = 1", row) == ["false"]
    # not binds closest: (not true) or true
    assert truths("not one = 1 or number = 0", row) == ["true"]
    assert truths("not (one = 1 or number = 0)", row) == ["false"]
    assert truths("one = 1 and number = 0 and one >= 1", row) == ["true"]
    assert truths("number = 1 or number = 2 or one = 1", row) == ["true"]


def test_words_of_the_grammar_in_capitals() -> None:
    assert truths("one = 1 AND NOT number = 1", {"one": "1", "number": "0"}) == ["true"]
    assert truths("one IS Missing", {"one": ""}) == ["true"]


def test_spaces_do_not_matter() -> None:
    assert truths("  one>=1   and(number=0)  ", {"one": "1", "number": "0"}) == ["true"]


def test_questions_of_a_condition() -> None:
    condition = parse_condition("a = 1 and (not b in x, y or c is missing)")
    assert list(questions_of(condition)) == ["a", "b", "c"]
    assert condition.word == "and" and condition.parts[1].word == "or"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "a comparison needs a question, an operator and a value"),
        ("a =", "a comparison needs a question, an operator and a value"),
        ("", "a comparison needs a question, an operator and a value"),
        ("a = 1 b", "unexpected `b`"),
        ("a = 1)", "unexpected `)`"),
        ("(a = 1", "a parenthesis is not closed"),
        ("a like 1", "unknown operator `like`"),
        ("a is here", "after `is` comes one of answered, missing, na, dk, none, skipped, not `here`"),
        ("a in x,", "a value is missing after the comma"),
        ("a = 1 and", "a comparison needs a question, an operator and a value"),
        ('a = "open', 'cannot read `"open`'),
        ('a = 1 "and" b = 1', "unexpected `and`"),  # in quotes it is a value
        ('a in x "," y', "unexpected `,`"),
    ],
)
def test_what_is_not_a_condition(text: str, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert message in str(caught.value) == caught.value.reason.en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.reason.zh)


def test_a_whole_batch_at_once_is_unit_by_unit() -> None:
    rows: list[Row] = [{"one": a, "number": b} for a in ("", "0", "1", "2", "na", "dk") for b in ("", "0", "3", "dk")]
    text = "one >= 1 or number = 3 and not one is na"
    alone = [truths(text, row)[0] for row in rows]
    assert truths(text, *rows) == alone
    assert len(set(alone)) == 3
