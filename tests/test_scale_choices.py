"""Choices that change the scale of a score, draw for draw: normalisations, weightings, means; where the cut-offs go with them, and what a zero does.

Each draw is held to scoring and staging of an index changed by hand, under a rule whose cut-offs are restated here, by formulas of the test's own.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Row, book_of, question, rule_of, survey_of, system_of
from test_properties import quick

from hmsurvey.analysis.robustness import Drawing, vary
from hmsurvey.analysis.varied import describe_factor
from hmsurvey.errors import DataError, DefinitionError, Text
from hmsurvey.indicators import reweight
from hmsurvey.rules import Need, Rule
from hmsurvey.scoring import score
from hmsurvey.scorings import Normalise
from hmsurvey.staging import stage
from hmsurvey.study import SurveyPlan, SurveyResult
from hmsurvey.systems import IndicatorSystem
from hmsurvey.variation import Factor, Variation

NO = Text("", "")
BOOK = book_of(*(question(code, "number", "range = [0, 100]") for code in ("n1", "n2", "n3")))
INDEX = """
[[node]]
code = "total"
aggregate = "arithmetic"

[[node]]
code = "A"
in = "total"
level = "area"
aggregate = "arithmetic"

[[node]]
code = "B"
in = "total"
level = "area"
aggregate = "arithmetic"

[[indicator]]
code = "n1"
in = "A"
normalise = { method = "minmax", to = [0, 100] }
missing = "drop"

[[indicator]]
code = "n2"
in = "A"
normalise = { method = "minmax", to = [0, 100] }
missing = "drop"

[[indicator]]
code = "n3"
in = "B"
normalise = { method = "minmax", to = [0, 100] }
missing = "drop"

[[weighting]]
id = "one"
weights = [{ code = "A", weight = 3 }, { code = "B", weight = 1 }]

[[weighting]]
id = "two"
weights = [{ code = "A", weight = 1 }, { code = "B", weight = 4 }, { code = "n1", weight = 2 }]
nodes = [{ code = "A", aggregate = "min" }]
"""
RULE = """
[[stage]]
code = "top"
needs = [{ code = "t60", score = "total", min = 60 }, { code = "floor", every = "area", min = 20 }]

[[stage]]
code = "middle"
needs = [{ code = "t30", score = "total", above = 30 }]

[[stage]]
code = "low"
needs = []
"""
MINMAX, SMALL = Normalise("minmax", (0.0, 100.0)), Normalise("minmax", (0.0, 10.0))
ZSCORE, RANK, PERCENTILE = (
    Normalise("zscore", (50.0, 20.0)),
    Normalise("rank", (0.0, 1.0)),
    Normalise("percentile", (0.0, 100.0)),
)


def factor(kind: str, **more: object) -> Factor:
    return Factor(kind, Text("试", "Trial"), kind, **more)  # type: ignore[arg-type]


def variation(*factors: Factor) -> Variation:
    return Variation("test", "1", Text("试", "test"), factors)


def result_of(numbers: list[tuple[object, object, object]], index: str = INDEX) -> SurveyResult:
    batch: list[Row] = [dict(zip(("n1", "n2", "n3"), row, strict=True)) for row in numbers]
    system, rule = system_of(index, BOOK), rule_of(RULE)
    survey = survey_of(BOOK, *batch)
    scores = score(survey, system)
    plan = SurveyPlan("small", NO, Path("a.csv"), Path("b.toml"), system, rule)
    return SurveyResult(plan, survey, scores, stage(survey, rule, scores=scores))


FIXED = [(0, 5, 90), (100, 80, 70), (50, 60, 10), (20, 90, 40), (70, 10, 100), (35, 45, 55), (90, 95, 85)]


def by_hand(system: IndicatorSystem, one: Factor, choice: object) -> IndicatorSystem:
    if one.kind == "weighting":
        return reweight(system, str(choice))
    if one.kind == "normalise":
        return replace(system, indicators=tuple(replace(i, scoring=choice) for i in system.indicators))
    nodes = (
        replace(n, aggregate=choice, zero=one.zero, floor=one.floor) if n.code in one.of else n for n in system.nodes
    )
    return replace(system, nodes=tuple(nodes))


def restated(rule: Rule, before: IndicatorSystem, after: IndicatorSystem, result: SurveyResult, how: str) -> Rule:
    """Return the rule with every cut-off in the new scale: of the total's scores, or of all areas' together."""
    old, new = (score(result.survey, system).values for system in (before, after))

    def other(need: Need) -> Need:
        nodes = ["A", "B"] if need.code == "floor" else ["total"]
        one, two = (frame[nodes].to_numpy().T.ravel() for frame in (old, new))
        there = ~np.isnan(one) & ~np.isnan(two)
        one, two = one[there], two[there]
        if np.array_equal(one, two):
            return need
        ((key, bound),) = need.bounds
        if how == "mean_sd":
            moved = np.mean(two) + np.std(two) / np.std(one) * (bound - np.mean(one))
        else:
            moved = min(two) + (max(two) - min(two)) / (max(one) - min(one)) * (bound - min(one))
        return replace(need, bounds=((key, float(moved)),))

    return replace(rule, stages=tuple(replace(s, needs=tuple(other(n) for n in s.needs)) for s in rule.stages))


def hold(result: SurveyResult, *factors: Factor, draws: int = 24) -> None:
    """Hold each draw to a scoring and staging of its own; draws that lie on a cut-off to within rounding are left out."""
    drawing = Drawing(result, variation(*factors), seed=3)
    settings = drawing.settings(0, draws)
    system, rule = result.plan.system, result.plan.rule
    assert system is not None and rule is not None
    how = next((f.follow for f in factors if f.follow != "none"), "none")
    seen = set()
    for rows, outcome in drawing.outcomes(settings):
        place = np.broadcast_to(outcome.place, (len(rows), drawing.n))
        total = np.broadcast_to(outcome.total, (len(rows), drawing.n))  # type: ignore[arg-type]
        for at, row in enumerate(rows):
            index = plain = system
            for one in sorted(drawing.structural, key=lambda f: f.kind != "weighting"):
                choice = one.choices[settings.choices[one.code][row]]
                index = by_hand(index, one, choice)
                plain = by_hand(plain, one, choice) if one.kind == "weighting" else plain
                seen.add((one.code, str(choice)))
            cuts = restated(rule, plain, index, result, how) if how != "none" else rule
            scale = {code: float(values[row]) for code, values in settings.scaled.items()}
            index = replace(
                index, nodes=tuple(replace(n, weight=n.weight * scale.get(n.code, 1.0)) for n in index.nodes)
            )
            scores = score(result.survey, index)
            np.testing.assert_allclose(total[at], scores.total.to_numpy(), rtol=0, atol=2e-9)
            staged = stage(result.survey, cuts, scores=scores).stage.astype(object)
            assert [drawing.codes[k] for k in place[at]] == list(staged)
    assert len(seen) == sum(len(f.choices) for f in drawing.structural)


@pytest.mark.parametrize("follow", ["none", "mean_sd", "range"])
def test_every_normalisation_draw_for_draw(follow: str) -> None:
    hold(result_of(FIXED), factor("normalise", choices=(MINMAX, ZSCORE, RANK, PERCENTILE, SMALL), follow=follow))


@pytest.mark.parametrize("follow", ["none", "mean_sd", "range"])
def test_normalisation_with_weightings_means_and_noise(follow: str) -> None:
    gaps = [*FIXED, ("", 30, 60), (10, "", 20)]
    hold(
        result_of(gaps),
        factor("normalise", choices=(MINMAX, PERCENTILE), follow=follow),
        factor("weighting", choices=("one", "two")),
        factor("aggregate", of=("total",), choices=("arithmetic", "geometric"), follow=follow, zero="floor", floor=1.0),
        factor("noise", of=("A", "B"), amount=0.3),
        draws=60,
    )


def test_weightings_draw_for_draw() -> None:
    # "two" also turns area A into the minimum of its parts
    hold(result_of(FIXED), factor("weighting", choices=("one", "two")))


def test_a_weighting_that_changes_a_mean_says_that_cut_offs_stay() -> None:
    result = result_of(FIXED)
    found = vary(result, variation(factor("weighting", choices=("one", "two"))), draws=50).varied[0]
    assert "one or two; they also put A together in different ways" in found.en and "cut-offs stay" in found.en
    assert "A 的汇总方式也不相同" in found.zh and "分数线却不随之移动" in found.zh
    # the minimum of A's parts is never above their mean: with cut-offs that stay nobody can rise by it
    system = result.plan.system
    assert system is not None
    means, least = (score(result.survey, reweight(system, w)).values["A"] for w in ("one", "two"))
    assert (least <= means).all() and (least < means).any()
    plain = INDEX.replace('\nnodes = [{ code = "A", aggregate = "min" }]', "")
    assert plain != INDEX
    same = vary(result_of(FIXED, plain), variation(factor("weighting", choices=("one", "two"))), draws=50)
    assert "cut-offs" not in same.varied[0].en and "汇总" not in same.varied[0].zh


numbers = st.tuples(*[st.integers(0, 100)] * 3)


@quick
@given(st.lists(numbers, min_size=4, max_size=8, unique_by=(lambda r: r[0], lambda r: r[1], lambda r: r[2])))
def test_any_answers_draw_for_draw(rows: list[tuple[int, int, int]]) -> None:
    hold(
        result_of(rows),  # type: ignore[arg-type]
        factor("normalise", choices=(MINMAX, RANK, SMALL)),
        factor("weighting", choices=("one", "two")),
        draws=12,
    )


def test_a_change_of_unit_alone_changes_no_stage_where_cut_offs_follow() -> None:
    result = result_of(FIXED)
    for follow in ("shares", "mean_sd", "range"):
        found = vary(result, variation(factor("normalise", choices=(MINMAX, SMALL), follow=follow)), draws=100)
        assert (found.chances[np.arange(len(FIXED)), found.nominal] == 1).all(), follow
    stays = vary(result, variation(factor("normalise", choices=(MINMAX, SMALL))), draws=100)
    assert (
        stays.chances[np.arange(len(FIXED)), found.nominal] < 1
    ).any()  # with cut-offs of 60 nobody of 0 to 10 is high


def test_kept_shares_are_kept_under_every_normalisation() -> None:
    result = result_of(FIXED)
    drawing = Drawing(result, variation(factor("normalise", choices=(MINMAX, ZSCORE, PERCENTILE), follow="shares")), seed=1)  # fmt: skip
    met = [
        tuple(int((outcome.judged[code].truth == 2).sum()) for code in ("t60", "t30"))
        for _, outcome in drawing.outcomes(drawing.settings(0, 60))
    ]
    total = result.scores.total  # type: ignore[union-attr]
    assert len(met) == 3 and set(met) == {(int((total >= 60).sum()), int((total > 30).sum()))}


@pytest.mark.parametrize(
    ("zero", "floor", "total", "words"),
    [
        ("zero", 0.0, 0.0, "one zero makes the result zero"),
        ("floor", 4.0, np.sqrt(4 * 25), "scores below 4 count as 4"),
    ],
)
def test_what_a_zero_does_is_done_and_said(zero: str, floor: float, total: float, words: str) -> None:
    # A of the first unit is 0; its B is 25: min-max of 25 between 0 and 100
    result = result_of([(0, 0, 25), (100, 100, 100), (50, 50, 0)])
    means = factor("aggregate", of=("total",), choices=("geometric", "arithmetic"), zero=zero, floor=floor)
    drawing = Drawing(result, variation(means), seed=1)
    totals = sorted({float(np.atleast_2d(o.total)[0, 0]) for _, o in drawing.outcomes(drawing.settings(0, 50))})  # type: ignore[arg-type]
    assert totals == pytest.approx(sorted([total, 12.5]))
    assert words in vary(result, variation(means), draws=50).varied[0].en
    assert "cut-offs stay" in describe_factor(means).en and "分数线不动" in describe_factor(means).zh


def test_a_zero_that_is_an_error_names_the_units() -> None:
    result = result_of([(0, 0, 25), (100, 100, 100), (50, 50, 0)])
    means = factor("aggregate", of=("total",), choices=("geometric", "arithmetic"), zero="error")
    with pytest.raises(DataError, match=r"(?s)zero.*u1"):
        vary(result, variation(means), draws=10)


def test_a_negative_score_has_no_geometric_mean() -> None:
    means = factor("aggregate", of=("total",), choices=("geometric", "arithmetic"))
    places = factor("normalise", choices=(MINMAX, Normalise("zscore", (0.0, 1.0))))
    with pytest.raises(DataError, match=r"(?s)geometric mean meets a score of zero or below.*u1, u5, u6"):
        vary(result_of(FIXED), variation(means, places), draws=10)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (factor("normalise", choices=(MINMAX, MINMAX)), "changes nothing"),
        (factor("weighting", choices=("same", "again")), "changes nothing"),
        (factor("missing", choices=("drop", "zero")), "changes nothing"),  # nobody left a gap
        (factor("missing", choices=("drop", "donor")), r"place among all units.*n1, n2, n3"),
        (factor("aggregate", of=("B",), choices=("arithmetic", "min")), "With one child"),
        (factor("vectors", of=("A", "B"), choices=((1.0, 1.0), (2.0, 2.0))), "changes nothing"),
        (factor("noise", of=("n3",), amount=0.5), "changes nothing"),  # an only child
        (factor("dirichlet", of=("n3",), amount=9.0), "changes nothing"),
        (factor("cut", of=("t60",), amount=1e-9), "changes nothing"),
    ],
)
def test_each_kind_without_effect_is_an_error(one: Factor, words: str) -> None:
    same = "".join(f'\n[[weighting]]\nid = "{i}"\nweights = [{{ code = "A", weight = {w} }}, {{ code = "B", weight = {w} }}]\n' for i, w in (("same", 1), ("again", 2)))  # fmt: skip
    with pytest.raises(DefinitionError, match="(?s)" + words):
        vary(result_of(FIXED, INDEX + same), variation(one), draws=10)


def test_one_that_stays_and_one_that_follows_do_not_go_together() -> None:
    wanted = variation(
        factor("normalise", choices=(MINMAX, RANK), follow="shares"),
        factor("aggregate", of=("total",), choices=("arithmetic", "min")),
    )
    with pytest.raises(DefinitionError, match=r"(?s)follow alike.*none, shares"):
        vary(result_of(FIXED), wanted, draws=10)
