"""What holds for every index: random small systems, random answers with every kind of silence, and rules of minima.

No expected numbers here; the same thing is computed in two ways that must agree, or a change is made whose direction is known.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import Row, book_of, question, rule_of, survey_of, system_of

from hmsurvey.questions import Codebook
from hmsurvey.rules import Rule
from hmsurvey.scoring import Scores, score, scores_frame
from hmsurvey.staging import Stages, because, stage
from hmsurvey.systems import IndicatorSystem

quick = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

ONES = ("o1", "o2", "o3")
TICKED = ("m1", "m2")
NUMBERS = ("n1", "n2")
CODES = (*ONES, *TICKED, *NUMBERS, "r1")
BOOK: Codebook = book_of(
    *(question(code, "one") for code in ONES),
    *(question(code, "many") for code in TICKED),
    *(question(code, "number", "range = [0, 100]") for code in NUMBERS),
    question("r1", "rate"),
)
AVERAGES = ("arithmetic", "geometric", "harmonic", "ratio", "min", "max")

# Answers
one = st.sampled_from(["", "0", "1", "2", "na", "dk"])
many = st.sampled_from(["", "none", "a", "a;b", "b;c", "a;b;c", "na", "dk"])
number = st.sampled_from(["", "na", "dk"]) | st.integers(0, 100).map(str) | st.decimals(0, 100, places=2).map(str)
rates = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: (min(pair), max(pair))) | st.sampled_from(
    [("", ""), ("na", "na"), ("dk", "dk")]
)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    row: Row = (
        {code: draw(one) for code in ONES}
        | {code: draw(many) for code in TICKED}
        | {code: draw(number) for code in NUMBERS}
    )
    row["r1 num"], row["r1 den"] = draw(rates)
    return row


batches = st.lists(rows(), min_size=1, max_size=8)


# Systems whose points never fall when an answer rises
@st.composite
def indicators(draw: st.DrawFn, code: str) -> str:
    rising = sorted(draw(st.lists(st.sampled_from([0, 0.1, 0.3, 0.7, 1, 1.5, 2, 3]), min_size=3, max_size=3)))
    rising[-1] = rising[-1] or 1
    if code in ONES:
        scoring = f"points = {{ 0 = {rising[0]}, 1 = {rising[1]}, 2 = {rising[2]} }}"
    elif code in TICKED:
        scoring = draw(
            st.sampled_from(
                [
                    f"points_each = {rising[2]}",
                    f"points_each = {rising[2]}\ncap = {rising[2] * 2}",
                    f"count_bands = [[0, {rising[0]}], [1, {rising[1]}], [3, {rising[2]}]]",
                    f"deduct = {{ from = {rising[2]}, each = 0.7 }}",
                ]
            )
        )
    else:
        scoring = draw(
            st.sampled_from(
                [
                    f'bands = [[0, {rising[0]}], [">0", {rising[1]}], [50, {rising[2]}]]',
                    f"line = [[0, {rising[0]}], [70, {rising[1]}], [90, {rising[2]}]]",
                    'goalposts = { min = 10, max = 90, cap = "both" }',
                ]
            )
        )
    policies = "\n".join(
        f'{word} = "{draw(st.sampled_from(["propagate", "drop", "zero", "credit"]))}"'
        for word in ("missing", "na", "dk")
    )
    weight = draw(st.sampled_from([0.1, 0.2, 0.5, 1, 2, 3]))
    zero = draw(st.sampled_from(["missing", "zero", "drop", "credit"]))
    return f'[[indicator]]\ncode = "{code}"\nweight = {weight}\n{scoring}\n{policies}\nzero_denominator = "{zero}"\n'


@st.composite
def systems(draw: st.DrawFn, aggregates: tuple[str, ...] = (*AVERAGES, "sum")) -> str:
    text = "".join(draw(indicators(code)) for code in CODES)
    cut = draw(st.integers(2, len(CODES) - 2))
    parts = {"A": CODES[:cut], "B": CODES[cut:], "total": ("A", "B")}
    for name, children in parts.items():
        aggregate = draw(st.sampled_from(aggregates))
        available = draw(st.sampled_from([0.25, 0.5, 0.8, 1]))
        children_as = draw(st.sampled_from(["points", "share_of_max"]))
        decimals = draw(st.sampled_from(["", "decimals = 2"])) if name == "total" else ""
        level = 'level = "area"' if name != "total" else ""
        text += f'[[node]]\ncode = "{name}"\nof = {list(children)}\naggregate = "{aggregate}"\nmin_available = {available}\nchildren_as = "{children_as}"\n{decimals}\n{level}\n'
    return text


cuts = st.sampled_from([0, 0.2, 0.5, 0.8, 1, 1.5])


@st.composite
def rules(draw: st.DrawFn) -> str:
    low, high = sorted([draw(cuts), draw(cuts)])
    return f"""
[[stage]]
code = "top"
needs = [ {{ score = "total", min = {high} }}, {{ every = "area", min = {draw(cuts)} }}, {{ any = [ {{ points = "o1", min = {draw(cuts)} }}, {{ answer = "o2", min = 1 }} ] }} ]
[[stage]]
code = "middle"
needs = [ {{ score = "total", above = {low} }}, {{ count_of = "o*", at_least = "1", min = 1 }} ]
[[stage]]
code = "low"
needs = []
"""


@dataclass(frozen=True)
class Result:
    scores: Scores
    stages: Stages

    def frame(self) -> pd.DataFrame:
        """Everything that is said of a unit, index = unit."""
        words = because(self.stages, "en")
        return pd.concat(
            [
                scores_frame(self.scores),
                self.scores.not_applicable.add_prefix("out "),
                self.scores.available_share.add_prefix("share "),
                self.stages.frame.astype({"stage": object}),
                words,
            ],
            axis=1,
        )


def run(system: IndicatorSystem, rule: Rule, batch: list[Row]) -> Result:
    named: list[Row] = [{"unit": row.get("unit", f"u{i}")} | row for i, row in enumerate(batch)]
    survey = survey_of(BOOK, *named)
    scores = score(survey, system)
    return Result(scores, stage(survey, rule, scores=scores))


def made(system: str, rule: str) -> tuple[IndicatorSystem, Rule]:
    return system_of(system, BOOK), rule_of(rule)


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, rtol=0, atol=1e-12, check_dtype=False, check_index_type=False)


@quick
@given(systems(), rules(), batches, st.randoms(use_true_random=False))
def test_row_order_never_matters(system: str, rule: str, batch: list[Row], random: object) -> None:
    definitions = made(system, rule)
    named: list[Row] = [{"unit": f"u{i}"} | row for i, row in enumerate(batch)]
    shuffled = list(named)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = run(*definitions, named).frame(), run(*definitions, shuffled).frame()
    same(first, second.loc[first.index])


@quick
@given(systems(), rules(), batches, st.integers(0, 8))
def test_a_batch_in_pieces_is_the_batch(system: str, rule: str, batch: list[Row], cut: int) -> None:
    definitions = made(system, rule)
    named: list[Row] = [{"unit": f"u{i}"} | row for i, row in enumerate(batch)]
    pieces = [run(*definitions, piece).frame() for piece in (named[:cut], named[cut:]) if piece]
    same(pd.concat(pieces), run(*definitions, named).frame())


@quick
@given(systems(), rules(), batches)
def test_a_unit_alone_is_the_same_as_in_company(system: str, rule: str, batch: list[Row]) -> None:
    definitions = made(system, rule)
    named: list[Row] = [{"unit": f"u{i}"} | row for i, row in enumerate(batch)]
    whole = run(*definitions, named).frame()
    for row in named:
        same(run(*definitions, [row]).frame(), whole.loc[[str(row["unit"])]])


def better(row: Row, code: str) -> Row | None:
    """The same answers with a higher one on one question; None where there is none higher or the answer is silent."""
    if code in ONES:
        higher = {"0": "1", "1": "2"}.get(str(row[code]))
        return None if higher is None else row | {code: higher}
    if code in TICKED:
        more = {"none": "a", "a": "a;b", "a;b": "a;b;c", "b;c": "a;b;c"}.get(str(row[code]))
        return None if more is None else row | {code: more}
    if code in NUMBERS:
        return row | {code: "100"} if str(row[code]) not in ("", "na", "dk", "100") else None
    if str(row["r1 den"]) in ("", "na", "dk", "0") or row["r1 num"] == row["r1 den"]:
        return None
    return row | {"r1 num": row["r1 den"]}


@quick
@given(systems(), rules(), rows())
def test_more_points_never_lower_a_score_or_a_stage(system: str, rule: str, row: Row) -> None:
    definitions = made(system, rule)
    variants = [row, *(new for code in CODES if (new := better(row, code)) is not None)]
    result = run(*definitions, [{**r, "unit": f"u{i}"} for i, r in enumerate(variants)])
    values, places = result.scores.values, result.stages.stage.cat.codes
    unstaged = result.stages.stage.astype(object) == "unstaged"
    assert (values.isna() == values.isna().iloc[0]).all(axis=None)  # missingness is unchanged
    gain = values - values.iloc[0]
    assert (gain.fillna(0) >= -1e-9).all(axis=None)
    assert (
        unstaged.nunique() == 1 or unstaged.iloc[0]
    )  # a better answer may decide what was open, never open what was decided
    if not unstaged.iloc[0]:
        assert (places >= places.iloc[0]).all()


@quick
@given(systems(), rules(), batches)
def test_every_count_adds_up_to_n(system: str, rule: str, batch: list[Row]) -> None:
    result = run(*made(system, rule), batch)
    counts = result.stages.stage.value_counts(sort=False)
    assert counts.index.tolist() == ["low", "middle", "top", "unstaged"]
    assert int(counts.sum()) == len(batch)
    assert int(pd.crosstab(result.stages.stage, np.zeros(len(batch)), dropna=False).to_numpy().sum()) == len(batch)
    assert (result.stages.frame.loc[result.stages.stage == "top", "need"] == "").all()
    assert (result.stages.frame.loc[result.stages.stage != "top", "need"] != "").all()


@quick
@given(systems(), rules(), batches)
def test_scores_lie_between_nothing_and_the_most(system: str, rule: str, batch: list[Row]) -> None:
    scores = run(*made(system, rule), batch).scores
    points = scores.points
    assert ((points >= 0) | points.isna()).all(axis=None)
    assert ((points <= scores.most + 1e-12) | points.isna()).all(axis=None)
    shares = scores.available_share
    assert ((shares >= 0) & (shares <= 1 + 1e-12) | shares.isna()).all(axis=None)
    for node in scores.system.nodes:
        found = scores.values[node.code]
        if node.aggregate == "ratio":
            assert found.dropna().between(0, 1 + 1e-9).all()
        if (
            node.aggregate in ("arithmetic", "min", "max", "geometric", "harmonic")
            and node.children_as == "share_of_max"
        ):
            assert found.dropna().between(-1e-9, 1 + 1e-9).all()
        assert (found.isna() | (shares[node.code] >= node.min_available - 1e-9)).all()
        assert (found.isna() | ~scores.not_applicable[node.code]).all()


@quick
@given(systems(AVERAGES), batches, st.sampled_from([0.1, 3, 7.5, 1000]))
def test_the_size_of_the_weights_does_not_matter(system: str, batch: list[Row], factor: float) -> None:
    index = system_of(system, BOOK)
    larger = replace(
        index,
        indicators=tuple(replace(i, weight=i.weight * factor) for i in index.indicators),
        nodes=tuple(replace(n, weight=n.weight * factor) for n in index.nodes),
    )
    survey = survey_of(BOOK, *batch)
    first, second = score(survey, index), score(survey, larger)
    pd.testing.assert_frame_equal(first.values, second.values, rtol=0, atol=1e-9)
    pd.testing.assert_frame_equal(first.available_share, second.available_share, rtol=0, atol=1e-12)


@quick
@given(systems(), rules())
def test_nothing_answered_is_never_the_lowest_stage(system: str, rule: str) -> None:
    """With nothing filled in for the blanks, a unit that answered nothing has no score and no stage."""
    kept = "\n".join(line for line in system.splitlines() if not line.startswith("missing ="))
    result = run(*made(kept, rule), [{}])
    assert result.scores.values.isna().all(axis=None)
    assert [str(s) for s in result.stages.stage] == ["unstaged"]


@quick
@given(systems(), batches)
def test_a_missing_answer_stays_missing(system: str, batch: list[Row]) -> None:
    """Filling in an answer changes no indicator but its own."""
    index = system_of(system, BOOK)
    row = batch[0]
    for code in ONES:
        before, after = (
            score(survey_of(BOOK, row | {code: answer}), index).points.drop(columns=code) for answer in ("", "2")
        )
        pd.testing.assert_frame_equal(before, after)
