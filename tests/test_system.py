"""From answers to scores: every way of scoring, every policy, every aggregate, with numbers worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from making import Row, book_of, complaint, question, scored, survey_of, system_of

from hmsurvey.arithmetic import round_half_away, snap, tidy
from hmsurvey.errors import DataError, Text, UsageError
from hmsurvey.indicators import check_fit, reweight
from hmsurvey.scoring import contributions, score, scores_frame
from hmsurvey.scorings import Band, Bands, ByOption, Each, Given, Goalposts
from hmsurvey.systems import Indicator, IndicatorSystem, Node, Over, Weighting

NAN = float("nan")

BOOK = book_of(
    question("one", "one"),
    question("many", "many"),
    question("n", "number"),
    question("k", "number"),
    question("r", "rate"),
    question("y", "year"),
    question("size", "one", 'options = [{ code = "small" }, { code = "medium" }, { code = "large" }]'),
    question("gate", "one"),
    question("after", "one", 'ask_if = "gate = 1"'),
)


def points(indicator: str, *rows: Row) -> list[float]:
    """Points of one indicator, unit by unit; NaN is missing or out."""
    return scored(BOOK, one_indicator(indicator), *rows).points["i"].tolist()


def one_indicator(indicator: str) -> str:
    aggregate = 'aggregate = "sum"\nmin_available = 0.01' if "in =" not in indicator else ""
    return f'[[indicator]]\ncode = "i"\nin = "total"\n{indicator}\n[[node]]\ncode = "total"\n{aggregate}\n'


def system(nodes: str, *, count: int = 0, indicators: str = "") -> str:
    """`count` given numbers a, b, c ... as indicators, and the nodes."""
    leaves = "".join(f'[[indicator]]\ncode = "{c}"\ngiven = true\nmax = 100\n' for c in "abcdef"[:count])
    return leaves + indicators + nodes


NUMBERS = book_of(*(question(c, "number") for c in "abcdef"))


def values(nodes: str, *rows: Row, count: int = 2, indicators: str = "", weighting: str = "") -> pd.DataFrame:
    return scored(
        NUMBERS, system(nodes, count=0 if indicators else count, indicators=indicators), *rows, weighting=weighting
    ).values


def total(nodes: str, *rows: Row, count: int = 2) -> list[float]:
    return values(nodes, *rows, count=count)["total"].tolist()


def same(found: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


# Ways of scoring
def test_points_by_option() -> None:
    text = 'question = "one"\npoints = { 0 = -1, 1 = 2.5 }\notherwise = 7'
    same(points(text, {"one": "0"}, {"one": "1"}, {"one": "2"}), [-1, 2.5, 7])


def test_points_for_silent_options_need_no_policy() -> None:
    """Named, n/a and don't know earn their points; not named, they follow the policy and not `otherwise`."""
    text = 'question = "one"\npoints = { 0 = 0, 1 = 1, 2 = 2, na = 2, dk = 0.5 }\nmissing = 9'
    same(points(text, {"one": "na"}, {"one": "dk"}, {"one": ""}), [2, 0.5, 9])
    text = 'question = "one"\npoints = { 0 = 0 }\notherwise = 5\nna = "zero"\ndk = 1.5'
    same(points(text, {"one": "na"}, {"one": "dk"}, {"one": "2"}), [0, 1.5, 5])


def test_other_is_an_item_like_any() -> None:
    book = book_of(
        question(
            "many",
            "many",
            'options = [{ code = "a" }, { code = "z" }, { code = "rest", kind = "other" }, { code = "no", kind = "none" }]',
        )
    )
    for scoring, expected, most in (
        ("points_each = 1", [2, 0], 3),
        ("count_bands = [[1, 1], [2, 5]]", [5, 0], 5),
        ("deduct = { from = 3, each = 1 }", [2, 0], 3),
        ('all_or_itemise = { full_if = "z", full = 9, each = 1 }', [9, 0], 9),
    ):
        scores = scored(book, one_indicator(f'question = "many"\n{scoring}'), {"many": "a;rest"}, {"many": "no"})
        same(scores.points["i"].tolist(), expected)
        same([float(scores.most["i"])], [most])


def test_points_each() -> None:
    rows: list[Row] = [{"many": "a"}, {"many": "a;b"}, {"many": "a;b;c"}, {"many": "none"}]
    same(points('question = "many"\npoints_each = 0.5', *rows), [0.5, 1, 1.5, 0])
    same(points('question = "many"\npoints_each = 2\ncap = 3', *rows), [2, 3, 3, 0])
    same(points('question = "many"\npoints_each = { a = 1, b = -3 }', *rows), [1, -2, -2, 0])
    same(points('question = "many"\npoints_each = { a = 1, none = 4 }', *rows), [1, 1, 1, 4])


def test_all_or_itemise() -> None:
    text = 'question = "many"\nall_or_itemise = { full_if = "a", full = 3, each = 0.6 }'
    # a is the whole; b and c together are all the others
    rows: list[Row] = [{"many": "a"}, {"many": "b"}, {"many": "b;c"}, {"many": "a;b"}, {"many": "none"}]
    same(points(text, *rows), [3, 0.6, 3, 3, 0])


def test_deduct() -> None:
    text = 'question = "many"\ndeduct = { from = 3, each = 1.25, floor = 1 }'
    rows: list[Row] = [{"many": "a;b;c"}, {"many": "a;b"}, {"many": "a"}, {"many": "none"}]
    same(points(text, *rows), [3, 1.75, 1, 1])  # 3 - 2.5 = 0.5 and 3 - 3.75 stop at 1
    same(points(text.replace(", floor = 1", ""), *rows), [3, 1.75, 0.5, 0])


def test_count_bands() -> None:
    text = 'question = "many"\ncount_bands = [[0, 0], [1, 1], [3, 5]]'
    same(points(text, {"many": "none"}, {"many": "b"}, {"many": "a;c"}, {"many": "a;b;c"}), [0, 1, 1, 5])


@pytest.mark.parametrize(
    ("number", "expected"), [(-1, 0), (0, 0), (0.0001, 1), (69.999, 1), (70, 2), (89.999999, 2), (90, 3), (500, 3)]
)
def test_bands_are_closed_on_the_left(number: float, expected: float) -> None:
    same(points('question = "n"\nbands = [[0, 0], [">0", 1], [70, 2], [90, 3]]', {"n": number}), [expected])


def test_bands_that_begin_with_an_open_bound() -> None:
    text = 'question = "n"\nbands = [[">0", 1], [70, 2], [">90", 3]]'
    same(points(text, {"n": 0}, {"n": 5}, {"n": 70}, {"n": 90}, {"n": 91}), [0, 1, 2, 2, 3])


def test_below_the_lowest_bound_nothing_is_reached() -> None:
    same(
        points('question = "n"\nbands = [[70, 2], [90, 3]]', {"n": 30}, {"n": 69.99}, {"n": 70}, {"n": -5}),
        [0, 0, 2, 0],
    )
    same(points('question = "many"\ncount_bands = [[2, 4]]', {"many": "a"}, {"many": "a;b"}), [0, 4])


def test_a_band_meets_nine_decimals() -> None:
    """0.1 + 0.2 + 0.3 is 0.6000000000000001 to a computer, 0.7 x 100 is 70 all the same."""
    text = 'question = "n"\nbands = [[0, 0], [0.6, 1], [">0.7", 2]]'
    same(points(text, {"n": "0.60000000000000009"}, {"n": "0.59999999999999"}, {"n": "0.70000000000000007"}), [1, 1, 1])
    same(points(text, {"n": "0.59999999"}, {"n": "0.70000001"}), [0, 2])
    same(points(text, {"n": "0.5999999999"}, {"n": "0.599999999"}), [1, 0])


@pytest.mark.parametrize(
    ("number", "expected"),
    [(-5, 0), (0, 0), (35, 1), (70, 2), (80, 2.5), (90, 3), (100, 3), (28, 0.8), (27.4645, 0.7847)],
)
def test_lines(number: float, expected: float) -> None:
    # up to 70: number / 35; from 70 to 90: 2 + (number - 70) / 20; flat beyond
    same(points('question = "n"\nline = [[0, 0], [70, 2], [90, 3]]', {"n": number}), [expected])


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        ("none", [-0.5, 0, 0.25, 1, 1.5]),
        ("min", [0, 0, 0.25, 1, 1.5]),
        ("max", [-0.5, 0, 0.25, 1, 1]),
        ("both", [0, 0, 0.25, 1, 1]),
    ],
)
def test_goalposts(cap: str, expected: list[float]) -> None:
    rows: list[Row] = [{"n": n} for n in (0, 10, 15, 30, 40)]
    text = f'question = "n"\ngoalposts = {{ min = 10, max = 30, cap = "{cap}" }}'
    same(points(text, *rows), expected)
    same(points(text + "\nmax = 8", *rows), [8 * x for x in expected])
    same(points(text + '\ndirection = "negative"', *rows), [1 - x for x in expected])


def test_goalposts_in_logarithms() -> None:
    text = 'question = "n"\ngoalposts = { min = 100, max = 10000, scale = "log", cap = "both" }'
    # halfway between 100 and 10,000 in logarithms is 1,000; ln 0 is nothing, so 0 counts as the lower post under "both"
    same(points(text, {"n": 1000}, {"n": 100}, {"n": 50}, {"n": 20000}, {"n": 0}), [0.5, 0, 0, 1, 0])
    small = 'question = "n"\ngoalposts = { min = 0.1, max = 10, scale = "log" }'
    same(points(small, {"n": 1}, {"n": 0.1}, {"n": 0.001}), [0.5, 0, -1])
    free = 'question = "n"\ngoalposts = { min = 100, max = 10000, scale = "log" }'
    found = points(free, {"n": 10}, {"n": 100000}, {"n": 0}, {"n": -5})
    same(found[:2], [-0.5, 1.5])
    assert np.isnan(found[2:]).all()  # no logarithm


def test_rates_and_years_are_numbers() -> None:
    same(
        points('question = "r"\nbands = [[0, 0], [50, 1]]', {"r num": 1, "r den": 2}, {"r num": 49, "r den": 99}),
        [1, 0],
    )
    same(
        points('question = "y"\nbands = [[0, -4], [2011, -2], [2021, 0]]', {"y": 2010}, {"y": 2011}, {"y": 2021}),
        [-4, -2, 0],
    )


def test_given() -> None:
    same(points('question = "n"\ngiven = true', {"n": "0.123456789012"}, {"n": -7}), [0.123456789012, -7])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ('method = "minmax"', [0, 25, 25, 100, NAN]),  # (x - 2) / 8 x 100
        ('method = "minmax", to = [1, 5]', [1, 2, 2, 5, NAN]),
        (
            'method = "zscore"',
            [-3 / 12**0.5, -1 / 12**0.5, -1 / 12**0.5, 5 / 12**0.5, NAN],
        ),  # mean 5, squares 9 + 1 + 1 + 25 = 36 over 3
        ('method = "rank"', [1, 2, 2, 4, NAN]),
        ('method = "percentile"', [0, 1 / 3, 1 / 3, 1, NAN]),
        ('method = "percentile", to = [0, 90]', [0, 30, 30, 90, NAN]),
        ('method = "percentile", to = [10, 40]', [10, 20, 20, 40, NAN]),
        ('method = "zscore", to = [50, 12]', [50 - 36 / 12**0.5, 50 - 12**0.5, 50 - 12**0.5, 50 + 60 / 12**0.5, NAN]),
    ],
)
def test_normalise(method: str, expected: list[float]) -> None:
    rows: list[Row] = [{"n": 2}, {"n": 4}, {"n": 4}, {"n": 10}, {"n": ""}]
    same(points(f'question = "n"\nnormalise = {{ {method} }}', *rows), expected)


def test_ranks_are_not_rounded_first() -> None:
    rows: list[Row] = [{"n": "0.12345678902"}, {"n": "0.12345678901"}, {"n": "1e-15"}, {"n": "0"}]
    same(points('question = "n"\nnormalise = { method = "rank" }', *rows), [4, 3, 2, 1])


def test_normalise_turned_round() -> None:
    rows: list[Row] = [{"n": 2}, {"n": 4}, {"n": 10}]
    same(points('question = "n"\nnormalise = { method = "minmax" }\ndirection = "negative"', *rows), [100, 75, 0])
    same(points('question = "n"\nnormalise = { method = "rank" }\ndirection = "negative"', *rows), [3, 2, 1])


def test_a_constant_column_has_no_place_to_give() -> None:
    rows: list[Row] = [{"n": 3}, {"n": 3}]
    for method in ("minmax", "zscore"):
        assert np.isnan(points(f'question = "n"\nnormalise = {{ method = "{method}" }}', *rows)).all()
    same(points('question = "n"\nnormalise = { method = "rank" }', *rows), [1, 1])
    same(points('question = "n"\nnormalise = { method = "percentile" }', *rows), [0, 0])
    assert np.isnan(points('question = "n"\nnormalise = { method = "rank" }', {"n": ""})).all()


# Around a scoring
def test_factor() -> None:
    same(points('question = "n"\ngoalposts = { min = 0, max = 10 }\nfactor = 12', {"n": 5}), [6])
    same(points('question = "many"\npoints_each = 1\nfactor = 0.5', {"many": "a;b;c"}), [1.5])


def test_when_the_first_condition_that_holds_replaces() -> None:
    text = (
        'question = "many"\npoints_each = 1\ncap = 2\n'
        'when = [{ if = "size = small", points_each = 3 }, { if = "size in small, medium", cap = 1 }, '
        '{ if = "size = large and one = 1", count_bands = [[0, 9]] }]'
    )
    two: Row = {"many": "a;b"}
    rows: list[Row] = [
        two | {"size": "small"},
        two | {"size": "medium"},
        two | {"size": "large"},
        two,
        two | {"size": "large", "one": "1"},
    ]
    # small: 3 each, the cap of 2 stays; medium: 1 each, cap 1; large: 2; size not answered: no `when` holds; large with one = 1: the band
    same(points(text, *rows), [2, 1, 2, 2, 9])


def test_when_changes_the_way_of_scoring_whole() -> None:
    text = 'question = "one"\npoints = { 0 = 0 }\notherwise = 1\nwhen = [{ if = "size = small", points = { 0 = 5, 1 = 6, 2 = 7 } }]'
    same(points(text, {"one": "2", "size": "small"}, {"one": "2", "size": "large"}), [7, 1])


def test_when_keeps_what_it_does_not_replace() -> None:
    text = 'question = "one"\npoints = { 0 = 0 }\notherwise = 1\nwhen = [{ if = "size = small", points = { 0 = 5 } }, { if = "size = large", otherwise = 4 }]'
    rows: list[Row] = [{"one": one, "size": size} for size in ("small", "large", "medium") for one in ("0", "2")]
    same(points(text, *rows), [5, 1, 0, 4, 0, 1])


def test_na_is_accepted_only_under_its_condition() -> None:
    text = 'question = "one"\npoints = { 0 = 0, 1 = 1, 2 = 2 }\nna_if = "n >= 3"'
    scores = scored(
        BOOK, one_indicator(text), {"one": "na", "n": 3}, {"one": "na", "n": 2}, {"one": "na"}, {"one": "na", "n": "dk"}
    )
    same(scores.points["i"].tolist(), [NAN, 0, 0, 0])  # unknown: not allowed
    assert scores.not_applicable["i"].tolist() == [True, False, False, False]


def test_na_with_points_of_its_own_is_held_to_its_condition_too() -> None:
    text = 'question = "one"\npoints = { 0 = 0, 1 = 1, 2 = 2, na = 2 }\nna_if = "n >= 3"'
    same(points(text, {"one": "na", "n": 3}, {"one": "na", "n": 2}), [2, 0])


def test_over_divides_first() -> None:
    text = 'question = "n"\nline = [[0, 0], [100, 10]]\nover = { value = 5, when = [{ if = "one = 1", value = 10 }, { if = "one >= 1", value = 20 }], at_most = "k" }'
    rows: list[Row] = [
        {"n": 4},  # 4 / 5 = 80 %
        {"n": 4, "one": "1"},  # 4 / 10
        {"n": 4, "one": "2"},  # 4 / 20
        {"n": 4, "one": "0"},
        {"n": 1, "k": 2},  # at most 2: 1 / 2
        {"n": 4, "k": 8, "one": "1"},  # at most 8: 4 / 8
        {"n": 9, "k": 8},  # 9 / 5, beyond the line
        {"n": "", "k": 2},
    ]
    same(points(text, *rows), [8, 4, 2, 8, 5, 5, 10, NAN])


def test_over_a_year() -> None:
    same(points('question = "y"\nline = [[0, 0], [100, 10]]\nover = { value = 4000 }', {"y": 2000}), [5])


def test_over_one_value() -> None:
    same(points('question = "n"\nline = [[0, 0], [100, 10]]\nover = { value = 5 }', {"n": 4}), [8])


def test_a_divisor_of_zero_follows_zero_denominator() -> None:
    text = 'question = "n"\nline = [[0, 0], [100, 10]]\nover = { value = 5, at_most = "k" }\nzero_denominator = '
    for policy, expected in (("missing", NAN), ("zero", 0), ("credit", 10), ("drop", NAN)):
        same(points(text + f'"{policy}"', {"n": 4, "k": 0}), [expected])


@pytest.mark.parametrize(
    ("policy", "expected", "out"),
    [("missing", NAN, False), ("zero", 0, False), ("credit", 4, False), ("drop", NAN, True)],
)
def test_a_rate_of_nothing(policy: str, expected: float, out: bool) -> None:
    text = f'question = "r"\nline = [[0, 0], [100, 4]]\nzero_denominator = "{policy}"\nna = 3'
    scores = scored(
        BOOK, one_indicator(text), {"r num": 0, "r den": 0}, {"r num": "na", "r den": "na"}, {"r num": 1, "r den": 4}
    )
    same(scores.points["i"].tolist(), [expected, 3, 1])
    assert scores.not_applicable["i"].tolist() == [out, False, False]


def test_a_rate_of_one_is_no_rate_of_nothing() -> None:
    text = 'question = "r"\nline = [[0, 0], [100, 4]]\nzero_denominator = "zero"'
    same(points(text, {"r num": 1, "r den": 1}, {"r num": 0, "r den": 1}, {"r num": 0, "r den": 0}), [4, 0, 0])
    text = 'question = "n"\nline = [[0, 0], [100, 4]]\nover = { value = 5, at_most = "k" }\nzero_denominator = "zero"'
    same(points(text, {"n": 1, "k": 1}, {"n": 0, "k": 1}, {"n": 1, "k": 0}), [4, 0, 0])


def test_a_rate_of_nothing_that_is_missing_follows_the_policy_for_missing() -> None:
    same(points('question = "r"\nline = [[0, 0], [100, 4]]\nmissing = "zero"', {"r num": 0, "r den": 0}), [0])


# Policies
@pytest.mark.parametrize("state", ["missing", "na", "dk", "skipped"])
@pytest.mark.parametrize(
    ("policy", "expected", "out"),
    [
        ('"propagate"', NAN, False),
        ('"drop"', NAN, True),
        ('"zero"', 0, False),
        ('"credit"', 2, False),
        ("1.5", 1.5, False),
    ],
)
def test_policies(state: str, policy: str, expected: float, out: bool) -> None:
    row: Row = {
        "missing": {"gate": "1"},
        "na": {"gate": "1", "after": "na"},
        "dk": {"gate": "1", "after": "dk"},
        "skipped": {"gate": "0"},
    }[state]
    text = 'question = "after"\npoints = { 0 = 0, 1 = 1, 2 = 2 }\n'
    for where in (one_indicator(text + f"{state} = {policy}"), f"[policy]\n{state} = {policy}\n" + one_indicator(text)):
        scores = scored(BOOK, where, row)
        same(scores.points["i"].tolist(), [expected])
        assert scores.not_applicable["i"].tolist() == [out]


@pytest.mark.parametrize(
    ("question_", "scoring"),
    [
        ("many", "points_each = 1"),
        ("many", 'all_or_itemise = { full_if = "a", full = 3, each = 1 }'),
        ("many", "deduct = { from = 3, each = 0.5 }"),
        ("many", "count_bands = [[0, 1], [1, 3]]"),
        ("n", "bands = [[0, 1], [5, 3]]"),
        ("n", "line = [[0, 1], [5, 3]]"),
        ("n", "goalposts = { min = 0, max = 5 }\nmax = 3"),
        ("n", 'normalise = { method = "minmax", to = [1, 3] }'),
        ("y", "bands = [[0, 1], [5, 3]]"),
    ],
)
def test_policies_hold_for_every_way_of_scoring(question_: str, scoring: str) -> None:
    """Nothing ticked because nothing applies, or nobody knows, is not "nothing ticked"."""
    rows: list[Row] = [{question_: ""}, {question_: "na"}, {question_: "dk"}]
    text = f'question = "{question_}"\n{scoring}\n'
    assert np.isnan(points(text, *rows)).all()
    same(points(text + 'missing = "zero"\nna = 0.25\ndk = "credit"', *rows), [0, 0.25, 3])
    scores = scored(BOOK, one_indicator(text), *rows)
    assert scores.not_applicable["i"].tolist() == [False, True, False]


def test_default_policies() -> None:
    text = one_indicator('question = "after"\npoints = { 0 = 0, 1 = 1, 2 = 2 }')
    rows: list[Row] = [{"gate": "1"}, {"gate": "1", "after": "na"}, {"gate": "1", "after": "dk"}, {"gate": "0"}]
    assert scored(BOOK, text, *rows).not_applicable["i"].tolist() == [False, True, False, True]
    assert scored(BOOK, text, *rows).points["i"].isna().all()


def test_an_indicator_has_the_last_word_on_policy() -> None:
    text = '[policy]\nmissing = "zero"\n' + one_indicator('question = "n"\ngiven = true\nmissing = 4')
    same(scored(BOOK, text, {}).points["i"].tolist(), [4])


# Aggregates. Weights 1 and 3.
W = 'weights = [{ code = "a", weight = 1 }, { code = "b", weight = 3 }]'
WEIGHTED = f'[[weighting]]\nid = "w"\n{W}\n'


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("arithmetic", (2 + 3 * 10) / 4),
        ("geometric", (2 * 10**3) ** 0.25),
        ("harmonic", 4 / (1 / 2 + 3 / 10)),
        ("sum", 2 + 30),
        ("min", 2),
        ("max", 10),
        ("ratio", (2 + 30) / (100 + 300)),  # both have a maximum of 100
    ],
)
def test_aggregates(aggregate: str, expected: float) -> None:
    node = f'[[node]]\ncode = "total"\nof = ["a", "b"]\naggregate = "{aggregate}"\n' + WEIGHTED
    found = values(node, {"a": 2, "b": 10}, {"a": 2}, {"b": 10}, {}, weighting="w")["total"].tolist()
    same(found, [expected, NAN, NAN, NAN])


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("arithmetic", [10, 2]),
        ("geometric", [10, 2]),
        ("harmonic", [10, 2]),
        ("sum", [30, 2]),
        ("min", [10, 2]),
        ("max", [10, 2]),
        ("ratio", [0.1, 0.02]),
    ],
)
def test_one_gap_spreads_over_nothing_else(aggregate: str, expected: list[float]) -> None:
    """What is missing adds nothing and weighs nothing (0 x NaN is NaN to a computer)."""
    node = f'[[node]]\ncode = "total"\nof = ["a", "b"]\naggregate = "{aggregate}"\nmin_available = 0.25\n' + WEIGHTED
    same(values(node, {"b": 10}, {"a": 2}, weighting="w")["total"].tolist(), expected)


def test_not_applicable_leaves_the_denominator() -> None:
    node = '[[node]]\ncode = "total"\nof = ["a", "b"]\naggregate = "ratio"\nscale = 100\n[[node]]\ncode = "mean"\nof = ["a", "b"]\n'
    rows: list[Row] = [{"a": 40, "b": "na"}, {"a": "na", "b": "na"}, {"a": 40, "b": 60}]
    scores = scored(NUMBERS, 'total = "total"\n' + system(node, count=2), *rows)
    same(scores.values["total"].tolist(), [40, NAN, 50])
    same(scores.values["mean"].tolist(), [40, NAN, 50])
    assert scores.not_applicable["total"].tolist() == [False, True, False]
    same(scores.available_share["total"].tolist(), [1, NAN, 1])


# A node is scored from min_available upward
@pytest.mark.parametrize(("answered", "expected"), [(5, 10), (4, 10), (3, NAN), (0, NAN)])
def test_min_available_is_closed(answered: int, expected: float) -> None:
    """4 of 5 are exactly 0.8 of the weight, though 0.8 is no binary number."""
    row: Row = {c: 10 for c in "abcde"[:answered]}
    node = '[[node]]\ncode = "total"\nof = ["a", "b", "c", "d", "e"]\nmin_available = 0.8\n'
    same(total(node, row, count=5), [expected])
    same(total(node + 'aggregate = "ratio"\nscale = 100\n', row, count=5), [expected])


def test_the_share_available_counts_weight_not_heads() -> None:
    node = '[[node]]\ncode = "total"\nof = ["a", "b"]\nmin_available = 0.75\n' + WEIGHTED
    scores = scored(
        NUMBERS, system(node, count=2), {"a": 1}, {"b": 1}, {"a": "na", "b": ""}, {"a": "", "b": "na"}, weighting="w"
    )
    same(scores.values["total"].tolist(), [NAN, 1, NAN, NAN])
    same(scores.available_share["total"].tolist(), [0.25, 0.75, 0, 0])


def test_of_a_ratio_the_share_counts_maxima() -> None:
    leaves = '[[indicator]]\ncode = "a"\ngiven = true\nmax = 9\n[[indicator]]\ncode = "b"\ngiven = true\nmax = 1\n'
    node = '[[node]]\ncode = "total"\nof = ["a", "b"]\naggregate = "ratio"\nmin_available = 0.9\n'
    scores = scored(NUMBERS, system(node, indicators=leaves), {"a": 3}, {"b": 1}, {"a": 9, "b": 1})
    same(scores.values["total"].tolist(), [1 / 3, NAN, 1])
    same(scores.available_share["total"].tolist(), [0.9, 0.1, 1])


# Two ways to stack nodes
TWO_LEVELS = """
[[node]]
code = "A"
of = ["a"]
aggregate = "ratio"
scale = 100

[[node]]
code = "B"
of = ["b", "c", "d"]
aggregate = "ratio"
scale = 100
min_available = 0.5

[[node]]
code = "total"
of = ["A", "B"]
aggregate = "ratio"
scale = 100
min_available = 0.5

[[node]]
code = "each"
of = ["A", "B"]
aggregate = "ratio"
children_as = "share_of_max"
scale = 100
min_available = 0.5
"""


def test_points_or_shares_of_the_maximum() -> None:
    """a of 100; b, c, d of 100 each. As points every indicator counts alike; as shares A counts as much as B."""
    scores = scored(
        NUMBERS,
        'total = "total"\n' + system(TWO_LEVELS, count=4),
        {"a": 80, "b": 40, "c": 20, "d": 0},
        {"a": 80, "b": 40},
    )
    # points: (80 + 60) / 400; shares: (0.8 + 0.2) / 2
    same(scores.values.loc["u1"].tolist(), [80, 20, 35, 50])
    # c and d missing: B 1/3 answered, no score; the points of a and b still count as 120 / 200, 2 of 4 answered; of shares half are there
    same(scores.values.loc["u2"].tolist(), [80, NAN, 60, 80])
    same(scores.available_share.loc["u2"].tolist(), [1, 1 / 3, 0.5, 0.5])


def test_two_tops_from_the_same_nodes() -> None:
    nodes = '[[node]]\ncode = "A"\nof = ["a", "b"]\naggregate = "sum"\n[[node]]\ncode = "points"\nof = ["A", "c"]\naggregate = "sum"\n[[node]]\ncode = "percent"\nof = ["A", "c"]\nscale = 100\naggregate = "ratio"\n'
    assert "The headline node is not clear." in complaint(system_of, system(nodes, count=3))
    scores = scored(NUMBERS, 'total = "percent"\n' + system(nodes, count=3), {"a": 10, "b": 20, "c": 30})
    same(scores.values.loc["u1"].tolist(), [30, 60, 20])  # 60 of 300
    same(scores.total.tolist(), [20])


@pytest.mark.parametrize(
    ("aggregate", "most"),
    [
        ("sum", 4 + 9),
        ("arithmetic", 6.5),
        ("geometric", 6),  # the root of 4 x 9
        ("harmonic", 2 / (1 / 4 + 1 / 9)),
        ("min", 4),
        ("max", 9),
        ("ratio", 1),
    ],
)
def test_full_marks_are_a_share_of_one(aggregate: str, most: float) -> None:
    """Whatever the aggregate, a unit with the most of everything has all of what the node can give."""
    leaves = '[[indicator]]\ncode = "a"\ngiven = true\nmax = 4\n[[indicator]]\ncode = "b"\ngiven = true\nmax = 9\n'
    nodes = f'[[node]]\ncode = "A"\nof = ["a", "b"]\naggregate = "{aggregate}"\n[[node]]\ncode = "total"\nof = ["A"]\nchildren_as = "share_of_max"\n'
    found = values(nodes, {"a": 4, "b": 9}, indicators=leaves)
    same(found.loc["u1"].tolist(), [most, 1])


def test_a_maximum_shrinks_with_what_does_not_apply() -> None:
    leaves = '[[indicator]]\ncode = "a"\ngiven = true\nmax = 4\n[[indicator]]\ncode = "b"\ngiven = true\nmax = 9\n'
    nodes = '[[node]]\ncode = "A"\nof = ["a", "b"]\naggregate = "sum"\n[[node]]\ncode = "total"\nof = ["A"]\naggregate = "ratio"\n'
    same(values(nodes, {"a": 2, "b": "na"}, {"a": 2, "b": 4.5}, indicators=leaves)["total"].tolist(), [0.5, 0.5])


@pytest.mark.parametrize(
    ("aggregate", "most"),
    [("sum", 4), ("arithmetic", 4), ("geometric", 4), ("harmonic", 4), ("min", 4), ("max", 4), ("ratio", 1)],
)
def test_of_what_does_not_apply_nothing_is_left(aggregate: str, most: float) -> None:
    """b is not applicable: full marks on a are full marks, and one half is one half."""
    leaves = '[[indicator]]\ncode = "a"\ngiven = true\nmax = 4\n[[indicator]]\ncode = "b"\ngiven = true\nmax = 9\n'
    nodes = f'[[node]]\ncode = "A"\nof = ["a", "b"]\naggregate = "{aggregate}"\n[[node]]\ncode = "total"\nof = ["A"]\nchildren_as = "share_of_max"\n'
    found = values(nodes, {"a": 4, "b": "na"}, {"a": 2, "b": "na"}, {"a": "na", "b": "na"}, indicators=leaves)
    same(found["A"].tolist(), [most, most / 2, NAN])
    same(found["total"].tolist(), [1, 0.5, NAN])


@pytest.mark.parametrize(
    "code", ["unit", "provenance", "group", "name", "stage", "n", "n_scored", "because_zh", "because_en"]
)
def test_codes_that_tables_use_themselves(code: str) -> None:
    node = f'[[indicator]]\ncode = "a"\ngiven = true\n[[node]]\ncode = "{code}"\nof = ["a"]\n'
    message = complaint(system_of, node)
    assert "These codes are the tables' own." in message and f"found:    {code}\n" in message


def test_a_node_that_does_not_apply_is_not_missed() -> None:
    nodes = '[[node]]\ncode = "A"\nof = ["a"]\n[[node]]\ncode = "B"\nof = ["b"]\n[[node]]\ncode = "total"\nof = ["A", "B"]\naggregate = "{}"\n'
    for aggregate, expected in (("ratio", 0.5), ("arithmetic", 50), ("sum", 50), ("min", 50)):
        same(total(nodes.format(aggregate), {"a": "na", "b": 50}, {"a": "", "b": 50}), [expected, NAN])


def test_share_of_max_in_a_mean() -> None:
    leaves = '[[indicator]]\ncode = "a"\ngiven = true\nmax = 4\n[[indicator]]\ncode = "b"\ngiven = true\nmax = 9\n'
    node = '[[node]]\ncode = "total"\nof = ["a", "b"]\nchildren_as = "share_of_max"\n'
    same(values(node, {"a": 2, "b": 9}, indicators=leaves)["total"].tolist(), [0.75])


# Bonus, unscored
def test_a_bonus_counts_in_points_not_in_maxima() -> None:
    leaves = (
        '[[indicator]]\ncode = "a"\ngiven = true\nmax = 10\n[[indicator]]\ncode = "b"\ngiven = true\nmax = 10\nbonus = true\n'
        '[[indicator]]\ncode = "c"\ngiven = true\nscored = false\nin = "sum"\n'
    )
    nodes = '[[node]]\ncode = "sum"\nof = ["a", "b"]\naggregate = "sum"\n[[node]]\ncode = "total"\nof = ["a", "b"]\naggregate = "ratio"\nscale = 100\n'
    scores = scored(
        NUMBERS,
        'total = "total"\n' + system(nodes, indicators=leaves),
        {"a": 8, "b": 5, "c": 99},
        {"a": 8},
        {"b": 5},
        {"a": 10, "b": 10},
    )
    same(scores.values["sum"].tolist(), [13, 8, NAN, 20])
    same(
        scores.values["total"].tolist(), [130, 80, NAN, 200]
    )  # without its bonus a unit is not poorer; a bonus alone is no score
    alone = scored(NUMBERS, 'total = "total"\n' + system(nodes, indicators=leaves), {"a": "na", "b": 5})
    same(alone.values.loc["u1"].tolist(), [NAN, NAN])  # a bonus to nothing
    same(alone.available_share.loc["u1"].tolist(), [0, 0])
    same(scores.points["c"].tolist(), [99, NAN, NAN, NAN])  # shown, in no node
    assert scores.system.node("sum").children == ("a", "b")


# Zeros in means that have none
ZERO = '[[node]]\ncode = "total"\nof = ["a", "b"]\naggregate = "{}"\n{}\n'


@pytest.mark.parametrize("aggregate", ["geometric", "harmonic"])
def test_zeros(aggregate: str) -> None:
    row: Row = {"a": 0, "b": 9}
    same(total(ZERO.format(aggregate, ""), row, {"a": 0}, {"a": 4, "b": 4}), [0, NAN, 4])
    same(total(ZERO.format(aggregate, "floor = 0.01"), row), [0])  # a floor counts only where it is asked for
    floored = {"geometric": (0.01 * 9) ** 0.5, "harmonic": 2 / (1 / 0.01 + 1 / 9)}[aggregate]
    same(total(ZERO.format(aggregate, 'zero = "floor"\nfloor = 0.01'), row, {"a": 0.001, "b": 9}), [floored, floored])
    half = 'zero = "floor"\nfloor = 5\nmin_available = 0.5'
    same(
        total(ZERO.format(aggregate, half), {"b": 9}, {"a": 2, "b": 5}), [9, 5]
    )  # what is missing is not raised to the floor
    with pytest.raises(DataError) as caught:
        total(ZERO.format(aggregate, 'zero = "error"'), {"a": 1, "b": 1}, row)
    assert f"A {aggregate} mean meets a score of zero or below." in str(caught.value)
    assert "found:    u2" in str(caught.value)
    assert "node total" in str(caught.value)
    with pytest.raises(DataError, match=f"A {aggregate} mean meets"):
        total(ZERO.format(aggregate, ""), {"a": -1, "b": 9})
    with pytest.raises(DataError, match=f"A {aggregate} mean meets"):
        total(ZERO.format(aggregate, 'zero = "floor"\nfloor = 0.01'), {"a": -1, "b": 9})


# Transforms of a node
def test_bands_lines_and_goalposts_of_a_node() -> None:
    nodes = """
[[node]]
code = "banded"
of = ["a", "b"]
bands = [[0, 1], [50, 2]]

[[node]]
code = "lined"
of = ["a", "b"]
line = [[0, 0], [100, 4]]

[[node]]
code = "posts"
of = ["a", "b"]
goalposts = { min = 20, max = 60, cap = "both" }

[[node]]
code = "total"
of = ["banded", "lined", "posts"]
aggregate = "ratio"
"""
    found = values(nodes, {"a": 40, "b": 60}, {"a": 0, "b": 10}, {"a": 100, "b": 100}, {"a": 1})
    same(found["banded"].tolist(), [2, 1, 2, NAN])
    same(found["lined"].tolist(), [2, 0.2, 4, NAN])
    same(found["posts"].tolist(), [0.75, 0, 1, NAN])
    same(found["total"].tolist(), [(2 + 2 + 0.75) / 7, 1.2 / 7, 1, NAN])  # of 2 + 4 + 1


# Arithmetic as on paper
@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        ("2.675", 2, 2.68),
        ("1.005", 2, 1.01),
        ("-2.5", 0, -3.0),
        ("2.5", 0, 3.0),
        ("-1.005", 2, -1.01),
        ("0.5", 0, 1.0),
        ("1.4999999999", 0, 2.0),  # brought to nine decimals first: 1.500000000
        ("1.499999999", 0, 1.0),
        ("79.995", 2, 80.0),
        ("79.994999999", 2, 79.99),
        ("-0.4", 0, 0.0),
        ("1234567.8949", 3, 1234567.895),
        ("0.123456789", 9, 0.123456789),
        ("12345678901234.5", 0, 12345678901235.0),
        ("-12345678901234.5", 0, -12345678901235.0),
        ("12345678901.25", 1, 12345678901.3),
        ("900000000", 1, 900000000.0),
    ],
)
def test_rounding_half_away_from_zero(number: str, decimals: int, expected: float) -> None:
    node = f'[[node]]\ncode = "total"\nof = ["a"]\naggregate = "sum"\ndecimals = {decimals}\n'
    assert total(node, {"a": number}, count=1) == [expected]


def test_rounding_keeps_gaps_and_knows_no_negative_zero() -> None:
    found = round_half_away(np.array([np.nan, -0.001, np.inf]), 2)
    assert np.isnan(found[0]) and not np.signbit(found[1]) and np.isinf(found[2])
    assert round_half_away(np.array([0.1234567894]), 9).tolist() == [0.123456789]


def test_sums_of_decimals() -> None:
    node = '[[node]]\ncode = "total"\nof = ["a", "b", "c"]\naggregate = "sum"\n'
    assert total(node, {"a": 0.1, "b": 0.2, "c": 0.3}, {"a": 0.7, "b": 0.1, "c": 0.1}, count=3) == [0.6, 0.9]
    assert 0.1 + 0.2 + 0.3 != 0.6  # as a computer has it


def test_dust_is_swept_and_thirds_are_kept() -> None:
    assert tidy(np.array([0.1 + 0.2, 1 / 3, 0.30000001, 79.99500000000001, 2e-13])).tolist() == [
        0.3,
        1 / 3,
        0.30000001,
        79.995,
        0.0,
    ]
    assert snap(np.array([1 / 3, 0.1 + 0.2])).tolist() == [0.333333333, 0.3]
    assert 1100.1 + 2200.2 != 3300.3
    assert tidy(np.array([1100.1 + 2200.2])).tolist() == [3300.3]  # dust grows with the number
    big = 123456789.12345678  # beyond nine decimals nothing is certain there: relative dust goes, real digits stay
    assert tidy(np.array([big]))[0] == pytest.approx(big, abs=1e-6)


def test_rounding_happens_at_the_node_that_says_so_and_is_passed_on() -> None:
    nodes = '[[node]]\ncode = "A"\nof = ["a", "b"]\ndecimals = 0\n[[node]]\ncode = "total"\nof = ["A", "c"]\n'
    # (1 + 2) / 2 = 1.5, shown as 2; the total is (2 + 3) / 2
    same(values(nodes, {"a": 1, "b": 2, "c": 3}, count=3).loc["u1"].tolist(), [2, 2.5])


# Weightings
def test_weightings() -> None:
    nodes = """
[[node]]
code = "A"
of = ["a", "b"]
aggregate = "ratio"
scale = 100
min_available = 1

[[node]]
code = "total"
of = ["A", "c"]

[[weighting]]
id = "other"
zh = "其他"
weights = [{ code = "A", weight = 3 }, { code = "b", weight = 4 }]
nodes = [{ code = "A", aggregate = "arithmetic", min_available = 0.8, children_as = "points" }, { code = "total", children_as = "share_of_max" }]
"""
    row: Row = {"a": 10, "b": 60, "c": 20}
    same(values(nodes, row, {"b": 60, "c": 20}, count=3)["total"].tolist(), [27.5, NAN])  # (35 + 20) / 2
    found = values(nodes, row, {"b": 60, "c": 20}, {"a": 10, "c": 20}, count=3, weighting="other")
    # A = (10 + 4 x 60) / 5 = 50; b alone is 4 of 5; total (3 x 50 / 100 + 20 / 100) / 4
    same(found["A"].tolist(), [50, 60, NAN])
    same(found["total"].tolist(), [1.7 / 4, 2 / 4, NAN])
    index = system_of(system(nodes, count=3))
    assert (index.weighting, reweight(index, "other").weighting) == ("", "other")
    assert reweight(index, "other").indicator("b").weight == 4
    with pytest.raises(UsageError) as caught:
        reweight(index, "none")
    assert "There is no such weighting." in str(caught.value) and "expected: other" in str(caught.value)


def test_a_child_may_serve_several_nodes_and_weigh_nothing() -> None:
    nodes = '[[node]]\ncode = "x"\nof = ["a", "b"]\n[[node]]\ncode = "total"\nof = ["x", "a"]\n'
    same(values(nodes, {"a": 2, "b": 4})["total"].tolist(), [2.5])
    node = '[[node]]\ncode = "total"\nof = ["a", "b"]\naggregate = "{}"\n[[weighting]]\nid = "w"\nweights = [{{ code = "a", weight = 0 }}]\n'
    for aggregate in ("arithmetic", "geometric", "harmonic", "sum", "min", "max"):
        # what weighs nothing neither helps nor hinders, nor is it missed
        same(values(node.format(aggregate), {"a": 0, "b": 4}, {"b": 4}, weighting="w")["total"].tolist(), [4, 4])


# The system as a noun
def test_the_system_as_read() -> None:
    index = system_of(
        """
zh = "指数"
[[indicator]]
code = "i1"
in = "A"
question = "n"
en = "First"
weight = 2
problem = "P1"
note_en = "See there."
given = true
status = "published"

[[node]]
code = "A"
in = "total"
level = "area"
weight = 3

[[node]]
code = "total"
"""
    )
    assert isinstance(index, IndicatorSystem)
    assert (index.id, index.version, index.label.of("en"), index.total, index.status) == (
        "index",
        "1.0",
        "指数",
        "total",
        "assumed",
    )
    leaf = index.indicator("i1")
    assert (leaf.question, leaf.weight, leaf.fact("problem"), leaf.fact("source"), leaf.status) == (
        "n",
        2,
        "P1",
        "",
        "published",
    )
    assert [n.code for n in index.level("area")] == ["A"]
    assert [n.code for n in index.nodes] == ["A", "total"]  # children before parents
    apart = system_of(
        'total = "t"\n[[indicator]]\ncode = "i"\ngiven = true\n'
        + "".join(
            f'[[node]]\ncode = "{c}"\nof = ["{o}"]\nlevel = "x"\n'
            for c, o in (("z", "i"), ("b", "i"), ("a", "i"), ("t", "a"))
        )
        + '[[node]]\ncode = "s"\nof = ["b"]\n'
    )
    assert [n.code for n in apart.level("x")] == ["t", "a", "z", "b"]  # below the headline first
    assert repr(index).splitlines()[1:] == [
        "  total    total  (arithmetic, weight 1)",
        "    A        A  (arithmetic, weight 3)",
        "      i1       First  (weight 2)",
    ]
    with pytest.raises(KeyError):
        index.node("B")
    with pytest.raises(KeyError):
        index.indicator("A")


def test_frames_of_scores() -> None:
    scores = scored(
        NUMBERS, system('[[node]]\ncode = "total"\nof = ["a", "b"]\n' + WEIGHTED, count=2), {"a": 1, "b": 3}
    )
    assert scores_frame(scores).columns.tolist() == ["a", "b", "total"]
    assert scores_frame(scores).index.name == "unit"
    assert scores.most.to_dict() == {"a": 100, "b": 100}
    assert contributions(scores, "total") == {"a": 0.5, "b": 0.5}
    assert "Scores index 1.0, n = 1" in repr(scores)
    assert scores.provenance.definitions == ("system index 1.0",)
    weighted = scored(
        NUMBERS,
        system('[[node]]\ncode = "total"\nof = ["a", "b"]\n' + WEIGHTED, count=2),
        {"a": 1, "b": 3},
        weighting="w",
    )
    assert weighted.provenance.definitions == ("system index 1.0 (w)",)
    assert contributions(weighted, "total") == {"a": 0.25, "b": 0.75}


@pytest.mark.parametrize(
    ("indicator", "most"),
    [
        ('question = "one"\npoints = { 0 = -5, 1 = 2 }\notherwise = 3', 3),
        ('question = "one"\npoints = { 0 = -5, 1 = 4 }\notherwise = 3\nfactor = 2', 8),
        ('question = "many"\npoints_each = 2', 6),  # three items; "none" is no item
        ('question = "many"\npoints_each = { a = 2, b = -1 }', 2),
        ('question = "many"\npoints_each = 2\ncap = 5', 5),
        ('question = "many"\nall_or_itemise = { full_if = "a", full = 3, each = 1 }', 3),
        ('question = "many"\ndeduct = { from = 4, each = 1 }', 4),
        ('question = "many"\ncount_bands = [[0, 0], [1, 7], [2, 3]]', 7),
        ('question = "n"\nbands = [[0, 9], [5, 3]]', 9),
        ('question = "n"\nline = [[0, 0], [5, 3], [9, 1]]', 3),
        ('question = "n"\ngoalposts = { min = 0, max = 9 }', 1),
        ('question = "n"\ngoalposts = { min = 0, max = 9 }\nmax = 6', 6),
        ('question = "n"\nnormalise = { method = "minmax" }', 100),
        ('question = "n"\nnormalise = { method = "minmax", to = [1, 5] }', 5),
        ('question = "n"\nnormalise = { method = "percentile" }\nfactor = 3', 3),
        ('question = "n"\nnormalise = { method = "zscore" }', NAN),
        ('question = "n"\nnormalise = { method = "rank" }', NAN),
        ('question = "n"\ngiven = true', NAN),
        ('question = "n"\ngiven = true\nmax = 6', 6),
        ('question = "n"\nbands = [[0, 1]]\nwhen = [{ if = "one = 1", bands = [[0, 5]] }]', 5),
        ('question = "n"\nbands = [[0, 1]]\nmax = 6\nwhen = [{ if = "one = 1", bands = [[0, 5]] }]', 6),
    ],
)
def test_the_most_an_indicator_can_give(indicator: str, most: float) -> None:
    same([float(scored(BOOK, one_indicator(indicator), {}).most["i"])], [most])


# Does a system fit a codebook?
@pytest.mark.parametrize(
    ("indicator", "texts"),
    [
        ('question = "zz"\ngiven = true', ["The question is not in the codebook.", "zz"]),
        (
            'question = "n"\npoints = { a = 1 }',
            ["The scoring does not suit the kind of question.", "ByOption, n: number"],
        ),
        ('question = "one"\npoints_each = 1', ["Each, one: one"]),
        ('question = "many"\nbands = [[0, 1]]', ["Bands, many: many"]),
        ('question = "r"\ngiven = true', ["Given, r: rate"]),
        (
            'question = "one"\npoints = { 0 = 1, 9 = 2 }\notherwise = 0',
            ["The scoring names options the question does not have.", "found:    9"],
        ),
        (
            'question = "many"\nall_or_itemise = { full_if = "z", full = 1, each = 1 }',
            ["names options the question does not have", "z"],
        ),
        ('question = "one"\npoints = { 0 = 1 }', ["There are options without points.", "found:    1, 2"]),
        ('question = "n"\ngiven = true\nna_if = "zz = 1"', ["na_if: zz"]),
        (
            'question = "n"\nbands = [[0, 1]]\nmax = 2\nwhen = [{ if = "one = 1", bands = [[0, 5]] }]',
            ["The scoring gives more than `max`.", "5 > 2"],
        ),
        ('question = "n"\nbands = [[0, 1]]\nmax = 2\nfactor = 3', ["The scoring gives more than `max`.", "3 > 2"]),
        ('question = "n"\ngiven = true\nwhen = [{ if = "one = 8", given = true }]', ["when: one = 8"]),
        (
            'question = "n"\nbands = [[0, 1]]\nover = { value = 1, at_most = "one" }',
            ["`at_most` must be a question with a number.", "one"],
        ),
        ('question = "n"\nbands = [[0, 1]]\nover = { value = 1, when = [{ if = "zz = 1", value = 2 }] }', ["over: zz"]),
        (
            'question = "r"\nbands = [[0, 1]]\nover = { value = 1 }',
            ["`over` goes only with a question of kind number or year.", "r: rate"],
        ),
    ],
)
def test_fit(indicator: str, texts: list[str]) -> None:
    message = complaint(system_of, one_indicator(indicator), BOOK)
    for text in texts:
        assert text in message


@pytest.mark.parametrize("node", ['aggregate = "ratio"', 'children_as = "share_of_max"'])
def test_a_share_of_the_maximum_needs_one(node: str) -> None:
    text = f'[[indicator]]\ncode = "n"\ngiven = true\n[[node]]\ncode = "A"\nof = ["n"]\n[[node]]\ncode = "total"\nof = ["A"]\n{node}\n'
    assert "An indicator taken as a share of its maximum needs one." in complaint(system_of, text, BOOK)
    assert system_of(text.replace("given = true", "given = true\nmax = 5"), BOOK).total == "total"
    assert "needs one" in complaint(system_of, text.replace("given = true", "bands = [[0, -2], [5, 0]]"), BOOK)


def test_an_unknown_question_below_a_ratio_is_a_problem_not_a_crash() -> None:
    text = '[[indicator]]\ncode = "zz"\ngiven = true\nmax = 1\n[[node]]\ncode = "total"\nof = ["zz"]\naggregate = "ratio"\n'
    assert "The question is not in the codebook." in complaint(system_of, text, BOOK)


def test_nouns_have_the_defaults_of_the_files() -> None:
    """An indicator, a node, a weighting made by hand with nothing but what they need are those read from a file that says no more."""
    index = system_of(
        '[[indicator]]\ncode = "i"\ngiven = true\n[[node]]\ncode = "t"\nof = ["i"]\n[[weighting]]\nid = "w"\n'
    )
    assert system_of(one_indicator("goalposts = { min = 1, max = 2 }")).indicator("i").scoring == Goalposts(1, 2)
    assert system_of(one_indicator('question = "i"\nover = { value = 3 }\nbands = [[0, 1]]')).indicator(
        "i"
    ).over == Over(3)
    for text, scoring in (
        ("points = { a = 1 }", ByOption((("a", 1),))),
        ("points_each = { a = 1 }", Each((("a", 1),))),
        ("points_each = 2", Each((), 2)),
        ("bands = [[0, 1]]", Bands((Band(0, 1),))),
    ):
        assert system_of(one_indicator(text)).indicator("i").scoring == scoring
    assert index.indicator("i") == Indicator("i", Text("i", "i"), "i", Given())
    assert index.node("t") == Node("t", Text("t", "t"), ("i",))
    assert index.weightings == (Weighting("w", Text("", ""), ()),)
    whole = IndicatorSystem(
        "index", "1.0", Text("index", "index"), "", "t", index.indicators, index.nodes, index.weightings
    )
    assert index == whole


def test_a_weighting_changes_only_what_it_names() -> None:
    node = '[[node]]\ncode = "total"\nof = ["a", "b"]\naggregate = "ratio"\nchildren_as = "share_of_max"\nmin_available = 0.5\n'
    for changes in ({}, {"aggregate": "max"}, {"children_as": "points"}, {"min_available": 0.7}):
        inside = "".join(f", {key} = {value!r}" for key, value in changes.items())
        index = system_of(system(node + f'[[weighting]]\nid = "w"\nnodes = [{{ code = "total"{inside} }}]\n', count=2))
        assert reweight(index, "w").node("total") == replace(index.node("total"), **changes)


def test_bands_of_a_node_bound_what_is_below_them() -> None:
    text = '[[indicator]]\ncode = "n"\ngiven = true\n[[node]]\ncode = "A"\nof = ["n"]\nbands = [[0, 1], [50, 4]]\n[[node]]\ncode = "total"\nof = ["A"]\naggregate = "ratio"\n'
    same(scored(BOOK, text, {"n": 10}, {"n": 1e6}).total.tolist(), [0.25, 1])


def test_another_codebook_is_refused() -> None:
    index = system_of('codebook = "other"\n' + one_indicator('question = "n"\ngiven = true'))
    message = complaint(check_fit, index, BOOK)
    assert "The system belongs to another codebook." in message
    assert "found:    book" in message and "expected: other" in message
    assert "belongs to another codebook" in complaint(score, survey_of(BOOK, {}), index)
