"""Every draw is what scoring and staging would say with its settings; counts add up, seeds reproduce, and what changes nothing is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Row, rule_of, survey_of, system_of
from results import result as small_result
from test_properties import AVERAGES, BOOK, batches, quick, rules, systems

from hmsurvey.analysis.drawing import BLOCK
from hmsurvey.analysis.robustness import Drawing, Variations, finish, tallies, vary
from hmsurvey.analysis.scenarios import _filled, follow_bound
from hmsurvey.analysis.sensitivity import trace_choices
from hmsurvey.errors import DefinitionError, Text, UsageError
from hmsurvey.rules import Need, Rule
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.study import Analysis, SurveyPlan, SurveyResult, analyse, read_study
from hmsurvey.systems import IndicatorSystem
from hmsurvey.variation import Factor, Variation

ROOT = Path(__file__).resolve().parents[1]
NO = Text("", "")


def factor(kind: str, **more: object) -> Factor:
    return Factor(kind, Text(kind, kind), kind, **more)  # type: ignore[arg-type]


def variation(*factors: Factor) -> Variation:
    return Variation("test", "1", Text("试", "test"), factors)


def staged_result(system: IndicatorSystem, rule: Rule, batch: list[Row]) -> SurveyResult:
    survey = survey_of(BOOK, *batch)
    scores = score(survey, system)
    plan = SurveyPlan("small", NO, Path("a.csv"), Path("b.toml"), system, rule)
    return SurveyResult(plan, survey, scores, stage(survey, rule, scores=scores))


def reweighted(system: IndicatorSystem, weights: dict[str, float]) -> IndicatorSystem:
    return replace(
        system,
        indicators=tuple(replace(i, weight=weights.get(i.code, i.weight)) for i in system.indicators),
        nodes=tuple(replace(n, weight=weights.get(n.code, n.weight)) for n in system.nodes),
    )


def moved(rule: Rule, shifts: dict[str, float]) -> Rule:
    def other(need: Need) -> Need:
        parts = tuple(other(part) for part in need.parts)
        by = shifts.get(need.code, 0.0)
        return replace(need, parts=parts, bounds=tuple((key, bound + by) for key, bound in need.bounds))

    return replace(rule, stages=tuple(replace(s, needs=tuple(other(n) for n in s.needs)) for s in rule.stages))


def hold(result: SurveyResult, wanted: Variation, *, draws: int = 12) -> None:
    """Hold each of the first draws to a scoring and a staging of its own."""
    drawing = Drawing(result, wanted, seed=5)
    system, rule, survey = result.scores.system, result.stages.rule, result.survey  # type: ignore[union-attr]
    settings = drawing.settings(0, draws)
    structural = {f.code: f for f in drawing.structural}
    seen = 0
    for rows, outcome in drawing.outcomes(settings):
        place = np.broadcast_to(outcome.place, (len(rows), drawing.n))
        total = np.broadcast_to(outcome.total, (len(rows), drawing.n))  # type: ignore[arg-type]
        for at, row in enumerate(rows):
            index = system
            for code, one in structural.items():
                choice = one.choices[settings.choices[code][row]]
                if one.kind == "aggregate":
                    index = replace(
                        index, nodes=tuple(replace(n, aggregate=choice) if n.code in one.of else n for n in index.nodes)
                    )
                else:
                    policy = lambda p, c=choice: tuple((k, c if k == "missing" else v) for k, v in p)  # noqa: E731
                    index = replace(
                        index, indicators=tuple(replace(i, policy=policy(i.policy)) for i in index.indicators)
                    )
            base = {i.code: i.weight for i in index.indicators} | {n.code: n.weight for n in index.nodes}
            weights = {code: float(values[row]) for code, values in settings.given.items()}
            weights |= {c: weights.get(c, base[c]) * float(v[row]) for c, v in settings.scaled.items()}
            scores = score(survey, reweighted(index, weights))
            stages = stage(survey, moved(rule, {c: float(v[row]) for c, v in settings.shifts.items()}), scores=scores)
            codes = [drawing.codes[k] for k in place[at]]
            assert codes == [str(s) for s in stages.stage]
            np.testing.assert_allclose(total[at], scores.total.to_numpy(), rtol=0, atol=2e-9)
            seen += 1
    assert seen == draws


MIXED = ("o1", "o3", "m2", "n1", "A", "B")


@quick
@given(systems(), rules(), batches)
def test_every_draw_is_a_scoring_of_its_own(system: str, rule: str, batch: list[Row]) -> None:
    index, cuts = system_of(system, BOOK), rule_of(rule)
    needs = [n.code for n in cuts.needs if n.subject in ("score", "every", "count_of")]
    hold(
        staged_result(index, cuts, batch),
        variation(factor("noise", of=MIXED, amount=0.7), factor("cut", of=tuple(needs), amount=0.3)),
    )


@quick
@given(systems(AVERAGES), rules(), batches, st.sampled_from(["A", "total"]))
def test_so_is_every_choice(system: str, rule: str, batch: list[Row], node: str) -> None:
    hold(
        staged_result(system_of(system, BOOK), rule_of(rule), batch),
        variation(
            factor("aggregate", of=(node,), choices=("arithmetic", "geometric", "min", "ratio")),
            factor("missing", choices=("zero", "credit", "drop", "propagate")),
            factor("dirichlet", of=("o1", "o2"), amount=8.0),
        ),
    )


@quick
@given(systems(), batches)
def test_a_bonus_and_a_vector_of_noughts(system: str, batch: list[Row]) -> None:
    index = system_of(system, BOOK)
    index = replace(index, indicators=tuple(replace(i, bonus=i.code == "o2") for i in index.indicators))
    cuts = rule_of(
        '[[stage]]\ncode = "top"\nneeds = [{ score = "total", min = 0.5 }]\n[[stage]]\ncode = "low"\nneeds = []'
    )
    vectors = factor("vectors", of=("o1", "o2", "o3"), choices=((1.0, 1.0, 0.0), (0.0, 2.0, 1.0), (3.0, 1.0, 1.0)))
    hold(staged_result(index, cuts, batch), variation(vectors))


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


WEIGHTS = factor("noise", level="area", amount=0.25)
ITEMS = Factor("items", NO, "noise", level="indicators", amount=0.25)
CUTS = factor("cut", of=("total80", "total60"), amount=5.0, together=True)
FLOORS = Factor("floors", NO, "cut", of=("GT6", "GT6i", "GT2a.1"), amount=1.0)


def test_the_study_s_own_index_draw_for_draw(analysis: Analysis) -> None:
    hold(analysis["index"], variation(WEIGHTS, ITEMS, CUTS, FLOORS), draws=8)
    means = factor("aggregate", of=("total",), choices=("arithmetic", "geometric", "harmonic"))
    hold(analysis["index"], variation(means, WEIGHTS, factor("missing", choices=("propagate", "zero"))), draws=8)


def same(one: Variations, other: Variations) -> bool:
    names = ("stage_counts", "rank_counts", "share_counts", "score_mean", "score_sd", "score_low", "score_high")
    return all(np.array_equal(getattr(one, n), getattr(other, n), equal_nan=True) for n in names)


def test_counts_add_up_seeds_reproduce_and_threads_do_not_matter(analysis: Analysis) -> None:
    index, wanted = analysis["index"], variation(WEIGHTS, CUTS)
    draws = 2 * BLOCK + 100
    one, two = (vary(index, wanted, draws=draws, seed=7, threads=n) for n in (1, 2))
    assert same(one, two)
    assert not same(one, vary(index, wanted, draws=draws, seed=8))
    assert (one.stage_counts.sum(axis=1) == draws).all()
    assert (one.rank_counts.sum(axis=1) == one.n_scored).all()
    assert (one.share_counts.sum(axis=2) == draws).all()
    assert (one.share_counts[-1] @ np.arange(one.share_counts.shape[2])).sum() == draws * len(one.nominal)
    assert (one.stage_counts.sum(axis=0) == one.share_counts[-1] @ np.arange(one.share_counts.shape[2])).all()
    assert [text.zh for text in one.varied] and "±5" in one.varied[1].en


def test_a_run_cut_in_two_is_the_run(analysis: Analysis) -> None:
    index, wanted = analysis["index"], variation(WEIGHTS, CUTS)
    drawing = Drawing(index, wanted, seed=7)
    tally = drawing.empty()
    for part in tallies(drawing, 0, BLOCK):
        tally.add(part)
    for part in tallies(drawing, 1, 2 * BLOCK + 100):
        tally.add(part)
    assert same(finish(drawing, tally), vary(index, wanted, draws=2 * BLOCK + 100, seed=7))


def test_next_to_no_width_gives_the_study_s_own_stages_and_ranks(analysis: Analysis) -> None:
    found = vary(analysis["index"], variation(factor("noise", level="area", amount=1e-4)), draws=50)
    assert (found.chances[np.arange(235), found.nominal] == 1).all()
    scored = found.nominal_rank > 0
    assert (np.argmax(found.rank_counts, axis=1) + 1 == found.nominal_rank)[scored].mean() > 0.99
    assert found.rank_counts[~scored].sum() == 0


def test_higher_cut_offs_never_raise_a_stage(analysis: Analysis) -> None:
    drawing = Drawing(analysis["index"], variation(CUTS), seed=3)
    settings = drawing.settings(0, 200)
    order = np.argsort(settings.shifts["total80"])
    places = np.empty((200, drawing.n), dtype=int)
    for rows, outcome in drawing.outcomes(settings):
        places[rows] = outcome.place
    assert (np.diff(places[order], axis=0) >= 0).all()  # 0 is the highest


def test_shares_are_kept_where_cut_offs_follow(analysis: Analysis) -> None:
    means = factor("aggregate", of=("total",), choices=("arithmetic", "geometric"), follow="shares")
    drawing = Drawing(analysis["index"], variation(means), seed=1)
    truths = [outcome.judged["total60"].truth for _, outcome in drawing.outcomes(drawing.settings(0, 50))]
    assert len(truths) == 2 and len({int((t == 2).sum()) for t in truths}) == 1


@pytest.mark.parametrize(
    ("key", "bound", "expected"), [("min", 60, 4), ("min", 50, 2.5), ("above", 60, 4), ("min", 30, -1), ("min", 90, 11)]
)
def test_a_cut_off_in_a_new_scale(key: str, bound: float, expected: float) -> None:
    scores = np.array([40.0, 60, 80]), np.array([1.0, 4, 9])
    assert float(follow_bound(key, np.array(float(bound)), scores, "shares")) == pytest.approx(expected)
    line = float(follow_bound(key, np.array(float(bound)), scores, "range"))
    assert line == pytest.approx(1 + 0.2 * (bound - 40))


def test_blanks_between_worst_and_best_and_filled_from_others(analysis: Analysis) -> None:
    index = analysis["index"]
    edges = vary(index, variation(factor("missing", choices=("worst", "best"))), draws=400)
    unstaged = edges.stages.index("unstaged")
    assert edges.stage_counts[:, unstaged].sum() == 0
    filled = vary(index, variation(factor("missing", choices=("donor", "worst"))), draws=400, seed=2)
    assert filled.stage_counts[:, unstaged].sum() == 0
    whole = filled.nominal != unstaged
    assert (filled.chances[np.arange(235), filled.nominal][whole] > 0).all()


def test_a_donor_s_answer_stands_where_the_blank_was() -> None:
    survey = small_result().survey
    filled = _filled(survey, np.array([3, 3]), np.array([0, 1]))
    assert filled.answers.values["b1"].tolist() == [1, 1] and filled.answers.values["a2"].tolist()[0] == 2
    assert filled.answers.units == ("u4", "u4")


def test_a_survey_without_an_index_has_cut_offs_too(analysis: Analysis) -> None:
    questionnaire = analysis["questionnaire"]
    found = vary(questionnaire, variation(factor("cut", of=("captured", "in_system"), amount=0.15)), draws=300)
    filled = vary(questionnaire, questionnaire.plan.variation, draws=300)  # type: ignore[arg-type]
    assert filled.stage_counts[:, -1].max() < 300
    assert found.rank_counts.shape[1] == 0 and (found.stage_counts.sum(axis=1) == 300).all()
    with pytest.raises(DefinitionError, match="no index system"):
        vary(questionnaire, variation(WEIGHTS))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (factor("noise", of=("Z",), amount=0.2), "does not have this code"),
        (factor("noise", of=("total",), amount=0.2), "changes nothing"),
        (factor("noise", level="no", amount=0.2), "no such level"),
        (factor("cut", of=("nobody",), amount=5.0), "no such need"),
        (factor("cut", of=("total80",), amount=1e-12), "changes nothing"),
        (factor("weighting", choices=("equal_areas", "none")), "no such weighting"),
        (factor("aggregate", of=("A9",), choices=("arithmetic", "min")), "no such node"),
        (factor("normalise", choices=(1, 2)), "normalises nothing"),
        (factor("vectors", of=("A", "B"), choices=((1.0,), (2.0,))), "as many numbers"),
    ],
)
def test_a_setting_without_effect_is_an_error(analysis: Analysis, wrong: Factor, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        vary(analysis["index"], variation(wrong), draws=10)


def test_a_run_without_draws_is_refused(analysis: Analysis) -> None:
    with pytest.raises(UsageError, match="At least one draw"):
        vary(analysis["index"], variation(WEIGHTS), draws=0)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"draws": 10.5}, r"(?s)At least one draw.*draws.*10\.5.*whole number from 1"),
        ({"draws": True}, "At least one draw"),
        ({"draws": 5, "seed": -1}, r"(?s)A seed is.*-1.*from 0 up"),
        ({"draws": 5, "threads": 0}, "At least one thread"),
    ],
)
def test_odd_numbers_of_draws_are_said(analysis: Analysis, more: dict[str, int], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        vary(analysis["index"], variation(WEIGHTS), **more)


def test_a_survey_without_a_variation_is_told_where_to_get_one(analysis: Analysis) -> None:
    with pytest.raises(UsageError, match=r"(?s)There is no variation.*index.*read_variation"):
        vary(analysis["index"], None)  # type: ignore[arg-type]


@pytest.mark.parametrize("runs", [0, 1, 2.5])
def test_too_few_runs_for_an_index_are_said(analysis: Analysis, runs: float) -> None:
    found = vary(analysis["index"], analysis["index"].plan.variation, draws=1)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"(?s)too few runs.*runs.*from 2 up"):
        trace_choices(found, runs=runs)  # type: ignore[arg-type]
