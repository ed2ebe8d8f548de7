"""From scores and answers to stages: cut-offs, three-valued needs, what stays open, and the reason given."""

import math

import pandas as pd
import pytest
from making import Row, book_of, complaint, question, rule_of, staged, survey_of, system_of

from hmsurvey.scoring import score
from hmsurvey.staging import because, shown, stage, stage_answers

BOOK = book_of(
    question("a", "number"),
    question("b", "number"),
    question("q", "one"),
    question("gate", "one"),
    question("after", "one", 'ask_if = "gate = 1"'),
    question("m", "many"),
    question("r", "rate"),
    question("t", "text"),
    question("d", "date"),
)
INDEX = """
[[indicator]]
code = "a"
given = true
max = 100
in = "A"

[[indicator]]
code = "b"
given = true
max = 100
in = "B"

[[node]]
code = "A"
zh = "甲面"
en = "Area A"
level = "area"

[[node]]
code = "B"
zh = "乙面"
en = "Area B"
level = "area"

[[node]]
code = "total"
zh = "总分"
en = "Total"
of = ["A", "B"]
"""


def rule(*needs: str, low: str = "") -> str:
    """A stage of each text of needs, from the highest down: top, second, third ..., then low."""
    names = ("top", "second", "third")
    stages = [
        f'[[stage]]\ncode = "{name}"\nzh = "{name}阶段"\nen = "{name.title()} stage"\nneeds = [ {text} ]\n'
        for name, text in zip(names, needs, strict=False)
    ]
    return "\n".join(stages) + f'\n[[stage]]\ncode = "low"\nzh = "低级"\nen = "Low"\nneeds = []\n{low}'


def stages_of(text: str, *rows: Row, system: str = INDEX) -> list[str]:
    return [str(s) for s in staged(BOOK, text, *rows, system=system).stage]


def because_of(text: str, *rows: Row, lang: str = "en") -> list[str]:
    return because(staged(BOOK, text, *rows, system=INDEX), lang).tolist()  # type: ignore[arg-type]


TOTAL = '{ score = "total", min = 80 }'


# Cut-offs
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (80, 80, "top"),
        (79.99, 80, "low"),
        (79.9999999998, 80, "top"),
        (79.999999, 80, "low"),
        (100, 60, "top"),
        (60, 99.99, "low"),
    ],
)
def test_a_minimum_is_closed_on_the_left(a: float, b: float, expected: str) -> None:
    assert stages_of(rule(TOTAL), {"a": a, "b": b}) == [expected]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ("min = 50", ["low", "top", "top"]),
        ("above = 50", ["low", "low", "top"]),
        ("max = 50", ["top", "top", "low"]),
        ("below = 50", ["top", "low", "low"]),
        ("min = 50, max = 50", ["low", "top", "low"]),
        ("above = 40, below = 50", ["top", "low", "low"]),
    ],
)
def test_bounds(bounds: str, expected: list[str]) -> None:
    rows: list[Row] = [{"a": 49, "b": 49}, {"a": 50, "b": 50}, {"a": 51, "b": 51}]
    assert stages_of(rule(f'{{ score = "total", {bounds} }}'), *rows) == expected


def test_decimals_meet_a_cut_off_as_on_paper() -> None:
    """0.1 + 0.2 + 0.3 is 0.6, and meets 0.6; it does not exceed it."""
    book = book_of(*(question(c, "number") for c in "abc"))
    index = (
        "".join(f'[[indicator]]\ncode = "{c}"\ngiven = true\nin = "total"\n' for c in "abc")
        + '[[node]]\ncode = "total"\naggregate = "sum"\n'
    )
    row: Row = {"a": 0.1, "b": 0.2, "c": 0.3}
    for bound, expected in (("min = 0.6", "top"), ("above = 0.6", "low"), ("max = 0.6", "top"), ("below = 0.6", "low")):
        text = rule(f'{{ score = "total", {bound} }}')
        assert [str(s) for s in staged(book, text, row, system=index).stage] == [expected]


def test_a_score_is_rounded_before_it_meets_a_cut_off() -> None:
    rounded = INDEX.replace('of = ["A", "B"]', 'of = ["A", "B"]\ndecimals = 2')
    rows: list[Row] = [{"a": 79.99, "b": 80}, {"a": 79.98, "b": 80}, {"a": 79.98, "b": 80.008}]  # 79.995, 79.99, 79.994
    assert stages_of(rule(TOTAL), *rows, system=rounded) == ["top", "low", "low"]
    assert stages_of(rule(TOTAL), *rows) == ["low", "low", "low"]


# Which stage
def test_the_first_stage_whose_needs_are_all_met_wins() -> None:
    text = rule(
        TOTAL + ', { every = "area", min = 40 }', '{ score = "total", min = 60 }', '{ score = "total", min = 20 }'
    )
    rows: list[Row] = [
        {"a": 90, "b": 90},
        {"a": 100, "b": 39},
        {"a": 100, "b": 61},
        {"a": 20, "b": 20},
        {"a": 0, "b": 0},
    ]
    # 90; 69.5; 80.5 with both areas over 40; 20; 0
    assert stages_of(text, *rows) == ["top", "second", "top", "third", "low"]


def test_every_stage_is_present_even_when_empty() -> None:
    """crosstab and groupby drop what nobody reached: here the category keeps it, in order, unstaged last."""
    stages = staged(
        BOOK, rule(TOTAL, '{ score = "total", min = 60 }'), {"a": 90, "b": 90}, {"a": 1, "b": 1}, {"a": 1}, system=INDEX
    )
    assert stages.stage.cat.categories.tolist() == ["low", "second", "top", "unstaged"]
    assert stages.stage.cat.ordered
    assert stages.stage.value_counts(sort=False).to_dict() == {"low": 1, "second": 0, "top": 1, "unstaged": 1}
    assert stages.stage.value_counts().sum() == 3
    assert "Stages by rule 1.0, n = 3" in repr(stages)


# What is missing
def test_a_missing_score_is_unstaged_never_low() -> None:
    rows: list[Row] = [{"a": 10}, {"b": 100}, {}]
    assert stages_of(rule(TOTAL), *rows) == ["unstaged"] * 3
    assert stages_of(rule('{ every = "area", min = 40 }'), *rows) == ["unstaged"] * 3
    assert stages_of(rule('{ min_over = "area", min = 40 }'), *rows) == ["unstaged"] * 3
    # also where another need already fails, and where a lower stage asks for it
    assert stages_of(rule('{ answer = "q", min = 2 }, ' + TOTAL), {"q": "0", "a": 90}) == ["unstaged"]
    assert stages_of(rule('{ answer = "q", min = 2 }', TOTAL), {"q": "2"}) == ["unstaged"]
    assert stages_of(rule('{ any = [{ answer = "q", min = 2 }, ' + TOTAL + "] }"), {"q": "2"}) == ["unstaged"]


def test_a_score_that_no_need_asks_for_may_be_missing() -> None:
    assert stages_of(rule('{ score = "A", min = 40 }'), {"a": 50}) == ["top"]


@pytest.mark.parametrize(
    ("q", "a", "expected"),
    [("", 10, "low"), ("", 90, "unstaged"), ("2", 90, "top"), ("0", 90, "low"), ("dk", 90, "low"), ("na", 90, "low")],
)
def test_a_missing_answer_leaves_it_open_only_if_it_decides(q: str, a: float, expected: str) -> None:
    assert stages_of(rule('{ answer = "q", min = 2 }, { score = "A", min = 80 }'), {"q": q, "a": a}) == [expected]


def test_missing_points_are_like_a_missing_answer() -> None:
    text = rule('{ points = "b", min = 50 }, { answer = "q", min = 1 }')
    assert stages_of(text, {"b": "", "q": "2"}, {"b": "", "q": "0"}, {"b": 50, "q": "1"}, {"b": 49.9, "q": "1"}) == [
        "unstaged",
        "low",
        "top",
        "low",
    ]


@pytest.mark.parametrize(("na", "expected"), [("met", "top"), ("not_met", "low"), ("unstaged", "unstaged")])
def test_what_not_applicable_means_is_said_by_the_need(na: str, expected: str) -> None:
    row: Row = {"q": "na", "gate": "0", "a": "na", "b": 90}
    for subject in (
        'answer = "q", min = 1',
        'answer = "after", min = 1',
        'points = "a", min = 1',
        'score = "A", min = 1',
        'every = "area", min = 1',
        'share_of = "q", at_least = "1", min = 0.5',
    ):
        assert stages_of(rule(f'{{ {subject}, na = "{na}" }}'), row) == [expected], subject
    assert stages_of(rule('{ answer = "q", min = 1 }'), row) == ["low"]  # not met, unless said otherwise


# Answers
def test_answers_by_place_number_and_percentage() -> None:
    assert stages_of(rule('{ answer = "q", min = 1 }'), *({"q": x} for x in ("0", "1", "2"))) == ["low", "top", "top"]
    assert stages_of(rule('{ answer = "q", above = 1 }'), *({"q": x} for x in ("1", "2"))) == ["low", "top"]
    assert stages_of(rule('{ answer = "a", min = 2.5 }'), {"a": 2.5}, {"a": 2.4}) == ["top", "low"]
    assert stages_of(rule('{ answer = "r", min = 70 }'), {"r num": 7, "r den": 10}, {"r num": 69, "r den": 100}) == [
        "top",
        "low",
    ]


def test_answers_by_option() -> None:
    assert stages_of(rule('{ answer = "q", in = ["0", "2"] }'), *({"q": x} for x in ("0", "1", "2", ""))) == [
        "top",
        "low",
        "top",
        "unstaged",
    ]
    assert stages_of(rule('{ answer = "m", in = ["a", "c"] }'), *({"m": x} for x in ("a;b", "b", "none", ""))) == [
        "top",
        "low",
        "low",
        "unstaged",
    ]
    assert stages_of(rule('{ answer = "a", in = ["2", "5"] }'), {"a": 5}, {"a": 4}, {"a": "-1"}) == [
        "top",
        "low",
        "low",
    ]
    assert stages_of(rule('{ answer = "t", in = ["yes", "ja"] }'), {"t": "ja"}, {"t": "si"}, {}) == [
        "top",
        "low",
        "unstaged",
    ]


def test_a_silent_answer_counts_where_it_is_named() -> None:
    assert stages_of(rule('{ answer = "q", in = ["2", "na"] }'), *({"q": x} for x in ("na", "dk", "2"))) == [
        "top",
        "low",
        "top",
    ]
    assert stages_of(rule('{ answer = "m", in = ["dk"] }'), {"m": "dk"}, {"m": "a"}, {"m": "none"}) == [
        "top",
        "low",
        "low",
    ]
    assert stages_of(rule('{ answer = "a", in = ["dk", "3"] }'), {"a": "dk"}, {"a": 3}, {"a": "na"}) == [
        "top",
        "top",
        "low",
    ]


def test_levels_with_names() -> None:
    """A bound names the level with that code, else its place, lowest 0."""
    book = book_of(question("q", "one", 'options = [{ code = "no" }, { code = "partly" }, { code = "yes" }]'))
    found = staged(book, rule('{ answer = "q", min = 1 }'), {"q": "no"}, {"q": "partly"}, {"q": "yes"})
    assert [str(s) for s in found.stage] == ["low", "top", "top"]
    book = book_of(question("q", "one", 'options = [{ code = "1" }, { code = "2" }, { code = "3" }]'))
    found = staged(book, rule('{ answer = "q", min = 2 }'), {"q": "1"}, {"q": "2"}, {"q": "3"})
    assert [str(s) for s in found.stage] == ["low", "top", "top"]


def test_conditions() -> None:
    text = rule('{ condition = "q = 1 or a >= 50" }')
    rows: list[Row] = [{"q": "1"}, {"q": "0", "a": 50}, {"q": "0", "a": 49}, {"q": "0"}, {"a": 60}]
    assert stages_of(text, *rows) == ["top", "top", "low", "unstaged", "top"]


# Any and all: Kleene
VALUES = {"yes": "2", "no": "0", "open": ""}


@pytest.mark.parametrize("first", VALUES)
@pytest.mark.parametrize("second", VALUES)
def test_any_and_all(first: str, second: str) -> None:
    row: Row = {"q": VALUES[first], "gate": VALUES[second]}
    pair = {first, second}
    parts = '{ answer = "q", min = 1 }, { answer = "gate", min = 1 }'
    words = {"yes": "top", "no": "low", "open": "unstaged"}
    either = "yes" if "yes" in pair else "open" if "open" in pair else "no"
    both = "no" if "no" in pair else "open" if "open" in pair else "yes"
    assert stages_of(rule(f"{{ any = [{parts}] }}"), row) == [words[either]]
    assert stages_of(rule(f"{{ all = [{parts}] }}"), row) == [words[both]]
    assert stages_of(rule(parts), row) == [words[both]]
    assert stages_of(
        rule(f'{{ any = [{{ all = [{parts}] }}, {{ answer = "t", in = ["x"] }}] }}'), row | {"t": "x"}
    ) == ["top"]


# Shares and counts of questions
KEPT = book_of(
    *(question(f"due.{k}", "one") for k in "1234"),
    *(question(f"kept.{k}", "one", f'ask_if = "due.{k} = 1"') for k in "1234"),
)


def kept(text: str, *answers: str) -> list[str]:
    """Each text is four answers; "." is not asked, "_" is missing, "?" don't know, "-" n/a."""
    rows: list[Row] = []
    for four in answers:
        row: Row = {f"due.{k}": "0" if x == "." else "1" for k, x in zip("1234", four, strict=True)}
        row |= {
            f"kept.{k}": {".": "", "_": "", "?": "dk", "-": "na"}.get(x, x) for k, x in zip("1234", four, strict=True)
        }
        rows.append(row)
    return [str(s) for s in staged(KEPT, text, *rows).stage]


HALF = '{ share_of = "kept.*", at_least = "2", min = 0.5, among = "applicable" }'


@pytest.mark.parametrize(
    ("four", "expected"),
    [
        ("2211", "top"),  # 2 of 4: exactly half is enough
        ("2111", "low"),
        ("2..1", "top"),  # 1 of 2: what does not apply is left out
        ("2--1", "top"),  # n/a as well
        ("2??1", "low"),  # don't know stays in the denominator, not reached: 1 of 4
        ("22__", "top"),  # 2 to 4 of 4
        ("2__1", "unstaged"),  # 1 to 3 of 4
        ("_111", "low"),  # at most 1 of 4
        ("21_.", "unstaged"),  # 1 to 2 of 3
        ("____", "unstaged"),
        ("....", "low"),  # nothing applies: not met, unless said otherwise
    ],
)
def test_a_share_among_what_applies(four: str, expected: str) -> None:
    assert kept(rule(HALF), four) == [expected]


@pytest.mark.parametrize(
    ("four", "expected"), [("2__1", "top"), ("_111", "low"), ("2?__", "top"), ("1?__", "low"), ("____", "low")]
)
def test_a_share_among_what_is_answered(four: str, expected: str) -> None:
    assert kept(rule(HALF.replace("applicable", "answered")), four) == [expected]


@pytest.mark.parametrize(
    ("four", "expected"),
    [("2211", "top"), ("2111", "low"), ("21_1", "unstaged"), ("2.._", "unstaged"), ("1..1", "low")],
)
def test_a_count(four: str, expected: str) -> None:
    assert kept(rule('{ count_of = "kept.*", at_least = "2", min = 2 }'), four) == [expected]


@pytest.mark.parametrize(
    ("four", "expected"),
    [
        ("2111", "top"),  # 0.25
        ("2211", "top"),  # 0.5
        ("2221", "low"),
        ("1111", "low"),
        ("___1", "unstaged"),  # 0 to 0.75: in between it would do
        ("222_", "low"),  # 0.75 to 1: never
        ("2_11", "top"),  # 0.25 or 0.5
    ],
)
def test_a_share_between_two_bounds(four: str, expected: str) -> None:
    assert kept(rule('{ share_of = "kept.*", at_least = "2", min = 0.25, max = 0.5 }'), four) == [expected]


def test_stages_and_reasons_without_scores() -> None:
    stages = staged(KEPT, rule(HALF), {f"due.{k}": "1" for k in "1234"} | {f"kept.{k}": "0" for k in "1234"})
    assert because(stages, "en").tolist() == ["short of Top stage: share of kept.* at 2 ≥ 0.5 (has 0)"]
    assert because(stages, "zh").tolist() == ["未达top阶段：kept.* 达到 2 的占比 ≥ 0.5（实际 0）"]
    assert (stages.frame.index.name, because(stages, "en").name) == ("unit", "because")


def test_shares_by_option_and_of_ticks_and_numbers() -> None:
    assert kept(rule('{ share_of = "kept.*", in = ["0", "dk"], min = 0.5 }'), "0?12", "0112", "?___") == [
        "top",
        "low",
        "unstaged",
    ]
    book = book_of(question("m1", "many"), question("m2", "many"), question("n1", "number"), question("n2", "rate"))
    found = staged(
        book, rule('{ count_of = "m*", in = ["a", "b"], min = 2 }'), {"m1": "a", "m2": "b;c"}, {"m1": "a;b", "m2": "c"}
    )
    assert [str(s) for s in found.stage] == ["top", "low"]
    found = staged(
        book,
        rule('{ count_of = "n*", at_least = "50", min = 1 }'),
        {"n1": 49, "n2 num": 1, "n2 den": 2},
        {"n1": 49, "n2 num": 0, "n2 den": 1},
    )
    assert [str(s) for s in found.stage] == ["top", "low"]


def test_shares_of_levels_with_names() -> None:
    options = 'options = [{ code = "no" }, { code = "partly" }, { code = "yes" }]'
    book = book_of(question("k1", "one", options), question("k2", "one", options))
    found = staged(
        book,
        rule('{ share_of = "k*", at_least = "partly", min = 1 }'),
        {"k1": "yes", "k2": "partly"},
        {"k1": "yes", "k2": "no"},
    )
    assert [str(s) for s in found.stage] == ["top", "low"]


# The weakest area
def test_the_weakest_area_decides() -> None:
    text = rule('{ min_over = "area", min = 3 }', '{ min_over = "area", min = 2 }')
    rows: list[Row] = [{"a": 3, "b": 4}, {"a": 2.9, "b": 4}, {"a": 4, "b": 1.99}]
    assert stages_of(text, *rows) == ["top", "second", "low"]
    assert because_of(text, *rows)[1:] == [
        "short of Top stage: every area ≥ 3 (has Area A 2.9)",
        "short of Second stage: every area ≥ 2 (has Area B 1.99)",
    ]


# Reasons
def test_reasons_name_the_first_need_of_the_next_stage_up_that_is_not_met() -> None:
    text = rule(
        '{ code = "N1", score = "total", min = 80 }, { code = "N2", every = "area", min = 40 }',
        '{ code = "N3", score = "total", min = 60 }',
    )
    rows: list[Row] = [{"a": 90, "b": 90}, {"a": 70, "b": 70}, {"a": 161, "b": 30}, {"a": 10, "b": 20.5}, {"a": 10}]
    stages = staged(BOOK, text, *rows, system=INDEX)
    assert stages.frame["need"].tolist() == ["", "N1", "N2", "N3", "N1"]
    assert stages.frame["detail"].tolist() == ["", "", "B", "", ""]
    assert stages.frame["found"].fillna(-1).tolist() == [-1, 70, 30, 15.25, -1]
    assert because(stages, "en").tolist() == [
        "meets every need of Top stage",
        "short of Top stage: Total ≥ 80 (has 70)",
        "short of Top stage: every area ≥ 40 (has Area B 30)",
        "short of Second stage: Total ≥ 60 (has 15.25)",
        "cannot be told, data missing: Total ≥ 80",
    ]
    assert because(stages, "zh").tolist() == [
        "top阶段的各项要求均已满足",
        "未达top阶段：总分 ≥ 80（实际 70）",
        "未达top阶段：各area得分 ≥ 40（实际 乙面 30）",
        "未达second阶段：总分 ≥ 60（实际 15.25）",
        "资料缺失，不能判定：总分 ≥ 80",
    ]
    assert because(stages, "en").index.tolist() == ["u1", "u2", "u3", "u4", "u5"]


def test_reasons_in_the_words_of_the_rule() -> None:
    text = rule('{ zh = "总分够", en = "enough points", score = "total", min = 80 }')
    assert because_of(text, {"a": 0, "b": 0}) == ["short of Top stage: enough points (has 0)"]
    assert because_of(text, {"a": 0, "b": 0}, lang="zh") == ["未达top阶段：总分够（实际 0）"]


def test_a_reason_names_the_number_of_its_need() -> None:
    text = rule(
        '{ zh = "不低于 {min} 分", en = "at least {min}, below {below}", score = "total", min = 82.5, below = 90 }'
    )
    assert because_of(text, {"a": 0, "b": 0}) == ["short of Top stage: at least 82.5, below 90 (has 0)"]
    assert because_of(text, {"a": 0, "b": 0}, lang="zh") == ["未达top阶段：不低于 82.5 分（实际 0）"]
    text = rule('{ en = "at least {min_pct} % of the levels", share_of = "q", at_least = "1", min = 0.5 }')
    assert because_of(text, {"a": 0, "b": 0, "q": "0"}) == ["short of Top stage: at least 50 % of the levels (has 0)"]


def test_signs_of_bounds() -> None:
    for bound, sign in (("min = 101", "≥ 101"), ("above = 101", "> 101"), ("max = -1", "≤ -1"), ("below = -1", "< -1")):
        text = rule(f'{{ score = "A", {bound} }}')
        assert because_of(text, {"a": 7, "b": 7}) == [f"short of Top stage: A Area A {sign} (has 7)"]
        assert because_of(text, {"a": 7, "b": 7}, lang="zh") == [f"未达top阶段：A 甲面 {sign}（实际 7）"]


def test_reasons_for_other_needs() -> None:
    text = rule(
        '{ any = [{ points = "a", min = 50 }, { answer = "q", in = ["1", "2"] }] }',
        '{ condition = "q = 2" }',
        '{ share_of = "q", at_least = "1", min = 1 }',
    )
    assert because_of(text, {"a": 1, "b": 1, "q": "0"}) == ["short of Third stage: share of q at 1 ≥ 1 (has 0)"]
    text = rule('{ any = [{ points = "a", min = 50 }, { answer = "q", in = ["1", "2"] }] }')
    assert because_of(text, {"a": 1, "b": 1, "q": "0"}) == ["short of Top stage: a a ≥ 50 or q ∈ {1, 2}"]
    assert because_of(text, {"a": 1, "b": 1, "q": "0"}, lang="zh") == ["未达top阶段：a a ≥ 50 或 q ∈ {1, 2}"]
    text = rule('{ all = [{ count_of = "q", in = ["1"], min = 1 }, { condition = "q = 2" }] }')
    assert because_of(text, {"a": 1, "b": 1, "q": "0"}) == [
        "short of Top stage: count of q at 1 ≥ 1 and the extra condition holds"
    ]


def test_the_reason_of_what_is_open_is_the_answer_that_is_missing() -> None:
    text = rule(
        '{ code = "N1", answer = "q", min = 1 }, { code = "N2", answer = "gate", min = 1 }',
        '{ code = "N3", answer = "gate", min = 1 }',
    )
    stages = staged(BOOK, text, {"gate": "1"}, {"q": "1"}, {"q": "0"}, system=INDEX)
    assert stages.frame["need"].tolist() == ["N1", "N2", "N3"]  # the last: the top is ruled out, the second is open
    assert [str(s) for s in stages.stage] == ["unstaged"] * 3


def test_the_area_that_is_too_high_is_named_when_that_is_the_need() -> None:
    text = rule('{ every = "area", max = 60 }')
    assert because_of(text, {"a": 10, "b": 90}) == ["short of Top stage: every area ≤ 60 (has Area B 90)"]
    text = rule('{ every = "area", below = 60 }')
    assert because_of(text, {"a": 10, "b": 60}) == ["short of Top stage: every area < 60 (has Area B 60)"]


@pytest.mark.parametrize(
    ("found", "bounds", "text"),
    [
        (79.996, (("min", 80.0),), "79.996"),  # in four digits it would look met
        (79.994, (("min", 80.0),), "79.99"),
        (39.9999999, (("min", 40.0),), "39.9999999"),
        (60.00001, (("max", 60.0),), "60.00001"),
        (80.0, (("min", 80.0),), "80"),
        (2 / 3, (), "0.6667"),
        (12345.678, (), "12346"),
        (9999.96, (), "10000"),
        (64849.0, (), "64849"),
        (-2.5, (), "-2.5"),
        (float("nan"), (), ""),
    ],
)
def test_what_a_unit_has_does_not_look_like_what_it_lacks(
    found: float, bounds: tuple[tuple[str, float], ...], text: str
) -> None:
    assert shown(found, bounds) == text


def test_met_and_found_of_every_need() -> None:
    text = rule('{ code = "N1", score = "total", min = 80 }, { code = "N2", answer = "q", min = 1 }')
    stages = staged(BOOK, text, {"a": 80, "b": 80, "q": "0"}, {"a": 10, "b": 10}, system=INDEX)
    assert stages.met["N1"].tolist() == [True, False]
    assert stages.met["N2"].tolist() == [False, pd.NA]
    assert stages.found["N1"].tolist() == [80, 10]
    assert stages.found["N2"].tolist()[0] == 0 and math.isnan(stages.found["N2"].tolist()[1])
    assert stages.provenance.definitions == ("system index 1.0", "rule rule 1.0")


# Answer by answer
PER_ANSWER = '\n[per_answer]\nquestions = "kept.*"\nstages = { "2" = "top", "1" = "second", "0" = "low" }\n'


def test_every_single_answer_has_a_stage() -> None:
    book = book_of(question("gate", "one"), question("kept.1", "one"), question("kept.2", "one", 'ask_if = "gate = 1"'))
    text = rule('{ answer = "kept.1", min = 2 }', '{ answer = "kept.1", min = 1 }') + PER_ANSWER
    survey = survey_of(
        book,
        {"gate": "1", "kept.1": "2", "kept.2": "0"},
        {"gate": "0", "kept.1": "dk"},
        {"gate": "1", "kept.1": "na", "kept.2": ""},
    )
    frame = stage_answers(survey, rule_of(text))
    assert frame["question"].tolist() == ["kept.1"] * 3 + ["kept.2"] * 3
    assert frame["unit"].tolist() == ["u1", "u2", "u3"] * 2
    assert frame["level"].tolist() == ["2", "dk", "na", "0", "", ""]
    assert frame["stage"].astype(object).where(frame["stage"].notna(), "-").tolist() == [
        "top",
        "unstaged",
        "-",
        "low",
        "-",
        "unstaged",
    ]
    assert frame["stage"].cat.categories.tolist() == ["low", "second", "top", "unstaged"]
    assert frame["stage"].cat.ordered
    nothing = stage_answers(survey, rule_of(rule('{ answer = "kept.1", min = 2 }')))
    assert nothing.empty and nothing.columns.tolist() == frame.columns.tolist()


# Properties on a grid
def test_more_points_never_lower_a_stage() -> None:
    text = rule(
        TOTAL + ', { every = "area", min = 40 }',
        '{ score = "total", min = 60 }, { points = "a", above = 10 }',
        '{ min_over = "area", min = 5 }',
    )
    grid = [0, 5, 10, 20, 39.5, 40, 60, 79, 80, 100]
    rows: list[Row] = [{"a": a, "b": b} for a in grid for b in grid]
    place = dict(
        zip([(r["a"], r["b"]) for r in rows], staged(BOOK, text, *rows, system=INDEX).stage.cat.codes, strict=True)
    )
    for (a, b), stage_ in place.items():
        for a2, b2 in ((a, max(grid)), (max(grid), b)):
            assert place[(a2, b2)] >= stage_
    assert set(place.values()) == {0, 1, 2, 3}


# Rules as read, and held to their codebook and system
def test_the_rule_as_read() -> None:
    found = rule_of(
        'zh = "规则"\nsystem = "index"\nstatus = "published"\nsource = "here"\n'
        + rule(TOTAL, '{ any = [{ condition = "q = 1" }, ' + TOTAL + "] }")
    )
    assert (found.id, found.version, found.label.zh, found.system, found.status, found.source) == (
        "rule",
        "1.0",
        "规则",
        "index",
        "published",
        "here",
    )
    assert found.codes == ("top", "second", "low")
    assert [need.code for need in found.needs] == ["top.1", "second.1"]
    assert [part.code for part in found.needs[1].parts] == ["second.1.1", "second.1.2"]
    assert found.needs[0].status == "published"
    assert found.label_of("low").en == "Low" and found.label_of("unstaged").zh == "未定"
    assert repr(found).splitlines()[:3] == [
        "Rule rule 1.0",
        "  top            Top stage",
        "      top.1            total ≥ 80",
    ]


@pytest.mark.parametrize(
    ("needs", "texts"),
    [
        (
            '{ score = "totl", min = 1 }',
            ["The system does not have this code.", "score = totl", "expected: A, B, total"],
        ),
        ('{ points = "A", min = 1 }', ["The system does not have this code.", "points = A", "expected: a, b"]),
        ('{ every = "areas", min = 1 }', ["every = areas", "expected: area"]),
        ('{ min_over = "items", min = 1 }', ["min_over = items"]),
        ('{ answer = "zz", min = 1 }', ["There is no such question.", "found:    zz"]),
        ('{ answer = "q*", min = 1 }', ["There is no such question.", "found:    q*"]),  # one question, no pattern
        ('{ answer = "q", min = 3 }', ["The question has no such level or option.", "q: 3", "0, 1, 2, na, dk"]),
        ('{ answer = "q", min = 1.5 }', ["q: 1.5"]),
        ('{ answer = "q", in = ["1", "7"] }', ["q: 7"]),
        ('{ answer = "a", in = ["many"] }', ["a: many"]),
        ('{ answer = "m", min = 1 }', ["A question of this kind has no order.", "m: many"]),
        ('{ answer = "t", min = 1 }', ["A question of this kind has no order.", "t: text"]),
        ('{ answer = "d", min = 1 }', ["A question of this kind has no order.", "d: date"]),
        ('{ share_of = "zz*", at_least = "1", min = 1 }', ["There is no such question.", "zz*"]),
        ('{ share_of = "q", at_least = "7", min = 1 }', ["q: 7"]),
        ('{ share_of = "q", at_least = "na", min = 1 }', ["q: na"]),
        ('{ count_of = "a", at_least = "x", min = 1 }', ["a: x"]),
        ('{ count_of = "m", at_least = "a", min = 1 }', ["A question of this kind has no order.", "m: many"]),
        ('{ condition = "zz = 1" }', ["condition: zz"]),
        ('{ any = [{ score = "totl", min = 1 }] }', ["score = totl"]),
    ],
)
def test_a_rule_that_does_not_fit(needs: str, texts: list[str]) -> None:
    message = complaint(stages_of, rule(needs), {"a": 1, "b": 1})
    for text in texts:
        assert text in message


@pytest.mark.parametrize(
    ("needs", "fix"),
    [
        ('{ score = "a", min = 1 }', 'this is an indicator: write points = "a".'),
        ('{ points = "A", min = 1 }', 'this is a node: write score = "A".'),
        ('{ score = "zz", min = 1 }', "mend this entry."),
    ],
)
def test_a_code_of_the_other_sort(needs: str, fix: str) -> None:
    assert f"fix:      {fix}" in complaint(stages_of, rule(needs), {"a": 1, "b": 1})


def test_rollup_and_per_answer_must_be_there() -> None:
    text = rule('{ answer = "q", min = 1 }')
    for code in ("q", "t", "a", "d"):  # one answer a unit
        assert stages_of(text + f'[rollup]\nby = "{code}"\nweight = "a"\n', {"q": "1", "a": "1", "b": "1"}) == ["top"]
    assert "by = zz" in complaint(stages_of, text + '[rollup]\nby = "zz"\n', {})
    assert "weight = ww" in complaint(stages_of, text + '[rollup]\nby = "q"\nweight = "ww"\n', {})
    assert "`questions` matches no question." in complaint(
        stages_of, text + '[per_answer]\nquestions = "zz*"\nstages = { "1" = "low" }\n', {}
    )
    assert "Only questions of kind one" in complaint(
        stages_of, text + '[per_answer]\nquestions = "m"\nstages = { "a" = "low" }\n', {}
    )
    assert "q: 9" in complaint(stages_of, text + '[per_answer]\nquestions = "q"\nstages = { "9" = "low" }\n', {})


def test_scores_are_needed_where_they_are_asked_for() -> None:
    message = complaint(staged, BOOK, rule(TOTAL), {"a": 1})
    assert "The rule asks for scores, but no system was given." in message
    assert "give --system" in message


def test_a_rule_of_another_index_is_refused() -> None:
    survey = survey_of(BOOK, {"a": 1, "b": 1})
    scores = score(survey, system_of(INDEX, BOOK))
    for key, found in (("system", "index"), ("codebook", "book")):
        with pytest.raises(Exception, match="The rule belongs to other definitions") as caught:
            stage(survey, rule_of(f'{key} = "other"\n' + rule(TOTAL)), scores=scores)
        assert f"where:    rule, {key}" in str(caught.value)
        assert f"found:    {found}" in str(caught.value)
    assert [str(s) for s in stage(survey, rule_of('system = "index"\n' + rule(TOTAL)), scores=scores).stage] == ["low"]
