"""Measures tried: by hand, never lower, more is never less, common draws; the best mix beside brute force; wrong input by name in both languages."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from making import complaint, written
from scipy.stats import multivariate_normal, norm
from test_plans import efforts_for, random_rows, result_of

from hmsurvey.analysis.budget import budgets_of, choose_mix, tabulate_effort_curve, tabulate_mix, weigh_offers
from hmsurvey.analysis.plans import efforts_of, plan_next_steps
from hmsurvey.analysis.populations import Populations
from hmsurvey.analysis.raised import restage_raised
from hmsurvey.analysis.ways import Ways, measures_of, try_ways
from hmsurvey.analysis.whatif import expected_lifts, risen_in_production, what_if
from hmsurvey.analysis.whatif_tables import tabulate_measures, tabulate_risers, tabulate_what_if
from hmsurvey.analysis.words import groups_of
from hmsurvey.answers import ANSWERED, SKIPPED
from hmsurvey.cli import main
from hmsurvey.errors import DataError, DefinitionError, UsageError
from hmsurvey.measures import Grounds, Lift, Measure, Measures, Share, read_measures
from hmsurvey.statistics.packages import best_choices, most_within
from hmsurvey.study import SurveyResult, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]
HEAD = 'kind = "measures"\nid = "mine"\nversion = "1.0"\nsystem = "index"\n'
TWO = (
    HEAD
    + """
[[measure]]
code = "M1"
uptake = 0.5
raise = [{ question = "a", to = 2 }, { question = "d", to = 100 }]
[[measure]]
code = "M2"
for = "e >= 2"
uptake = [0.2, 0.4]
effect = [0.5, 0.6, 1]
effort = 2
raise = [{ question = "b", by = 2 }, { question = "f", by = 1 }]
"""
)


def read_for(result: SurveyResult, text: str) -> Measures:
    assert result.scores is not None and result.stages is not None
    efforts = efforts_for(result)
    return read_measures(
        written("measures.toml", text),
        Grounds(result.scores.system, result.survey.codebook, efforts, result.stages.rule.codes),
    )


def ways_of(result: SurveyResult, text: str = TWO) -> Ways:
    return try_ways(result, read_for(result, text), efforts=efforts_for(result))


@pytest.fixture(scope="module")
def index() -> SurveyResult:
    return analyse(read_study(ROOT / "study.toml"))["index"]


@pytest.fixture(scope="module")
def ways(index: SurveyResult) -> Ways:
    return try_ways(index)


def test_two_measures_by_hand() -> None:
    # a 0, b 0, c none; d 1 of 2, e 2, f 0: low. M1: a to 2 (5), d to 100 % (3, its order is met then): X 3 of 9, Y 3 + 1 = 4 of 9 -> 38.9, low; f is 0 as well.
    # M2: b to 2 (3), f to 1 (1), and 2 of its own: X 3 of 9, Y 1.5 + 1 + 1 = 3.5 of 9 -> 36.1, low.
    # Both: X 6, Y 5 of 9 each -> 61.1, above 40, f at 1: middle.
    rows = {"a": "0", "b": "0", "c": "none", "d num": 1, "d den": 2, "e": 2, "f": "0"}
    found = ways_of(result_of(rows, rows | {"e": 1}))
    assert found.rank[0].tolist() == [0, 0, 0, 1]
    assert found.effort[0].tolist() == [0.0, 8.0, 6.0, 14.0]
    assert found.rank[1].tolist() == [0, 0, 0, 0]  # M2 is not for it
    assert found.effort[1].tolist() == [0.0, 8.0, 0.0, 8.0]
    assert found.concerns.tolist() == [[True, True], [True, False]]
    lifted, effort = expected_lifts(found)
    assert lifted.tolist() == pytest.approx([0.5 * 0.3 * 0.7, 0.0])  # triangular 0.5, 0.6, 1 has the mean 0.7
    # who takes part spends it, whether it works or not: M1 alone 0.5 * 0.7, M2 alone 0.5 * 0.3, both 0.5 * 0.3
    assert effort[0] == pytest.approx(0.35 * 8 + 0.15 * 6 + 0.15 * 14)


def test_a_measure_that_works_only_beside_another_concerns_the_unit_too() -> None:
    # d at 60 and above waits for a at 1: the second measure raises nothing by itself, and d from half to whole beside the first.
    text = HEAD + (
        '[[measure]]\ncode = "M1"\nraise = [{ question = "a", to = 1 }]\n'
        '[[measure]]\ncode = "M2"\neffort = 7\nraise = [{ question = "d", to = 100 }]\n'
    )
    ways = ways_of(result_of({"a": "0", "b": "0", "c": "none", "d num": 5, "d den": 10, "e": 0, "f": "0"}), text)
    assert ways.concerns.tolist() == [[True, True]]
    assert ways.effort.tolist() == [[0.0, 1.0, 7.0, 1.0 + 3.0 + 7.0]]


def test_combinations_are_the_engines(index: SurveyResult, ways: Ways) -> None:
    order = list(index.stages.stage.cat.categories)  # type: ignore[union-attr]
    for mask in (1, 6, 15):
        targets: dict[str, float] = {}
        for bit, measure in enumerate(ways.measures.measures):
            if mask >> bit & 1:
                for lift in measure.lifts:
                    targets[lift.question] = max(lift.to, targets.get(lift.question, 0.0))
        done = restage_raised(index, targets, efforts=ways.efforts)
        ranks = np.array([order.index(code) for code in done.stages.stage])
        plain = ways.staged & ~ways.spared
        assert plain.sum() > 200
        np.testing.assert_array_equal(ways.rank[plain, mask], ranks[plain])
        np.testing.assert_allclose(ways.effort[ways.staged, mask], done.raised.effort[ways.staged])
        assert not ways.effort[~ways.staged].any()


def test_no_combination_lowers_a_stage_and_more_measures_never_reach_less(ways: Ways) -> None:
    for mask in range(16):
        assert (ways.rank[:, mask] >= ways.rank[:, 0]).all()
        for bit in range(4):
            assert (ways.rank[:, mask | 1 << bit] >= ways.rank[:, mask]).all()
            assert (ways.effort[:, mask | 1 << bit] >= ways.effort[:, mask] - 1e-9).all()
    assert (ways.rank[~ways.staged] == -1).all()


def test_what_would_lower_a_stage_is_not_done(index: SurveyResult) -> None:
    # An office system shuts the way of small plants without one (GT2s): to the letter they would fall.
    shutting = Measures("m", "1", index.plan.label, (Measure("OA", index.plan.label, (Lift("oa", 1.0),), Share(1, None, 1), Share(1, None, 1)),))  # fmt: skip
    found = try_ways(index, shutting)
    fallen = restage_raised(index, {"oa": 1}, efforts=efforts_of(index)).stages.stage.cat.codes
    low = np.flatnonzero((fallen < index.stages.stage.cat.codes).to_numpy())  # type: ignore[union-attr]
    assert low.size and found.spared[low].all()
    assert (found.rank[low, 1] == found.rank[low, 0]).all()


def test_more_uptake_and_more_effect_never_lift_fewer(ways: Ways) -> None:
    def with_shares(**shares: Share) -> Ways:
        measures = tuple(replace(one, **shares) for one in ways.measures.measures)
        return replace(ways, measures=replace(ways.measures, measures=measures))

    low, middle, high = Share(0.1, 0.2, 0.6), Share(0.2, None, 0.7), Share(0.9, None, 0.9)
    u = np.linspace(0, 1, 101)
    assert (middle.at(u) >= low.at(u)).all() and (high.at(u) >= middle.at(u)).all()
    for key in ("uptake", "effect"):
        runs = [what_if(with_shares(**{key: share}), draws=60, seed=3) for share in (low, middle, high)]
        for less, more in itertools.pairwise(runs):
            assert (more.lifted >= less.lifted).all()
            assert (more.effort >= less.effort).all() or key == "effect"
        assert runs[2].lifted[:, -1].sum() > runs[0].lifted[:, -1].sum()


def test_draws_are_common_and_a_measure_keeps_its_own(ways: Ways) -> None:
    every, some = what_if(ways, draws=80, seed=5), what_if(ways, offered=("S2", "S4"), draws=80, seed=5)
    assert (every.lifted >= some.lifted).all()
    alone = try_ways(ways.result, replace(ways.measures, measures=ways.measures.measures[2:3]))
    np.testing.assert_array_equal(
        what_if(alone, draws=80, seed=5).effort, what_if(ways, offered=("S3",), draws=80, seed=5).effort
    )
    again = what_if(ways, draws=80, seed=5)
    np.testing.assert_array_equal(every.counts, again.counts)
    assert (what_if(ways, draws=80, seed=6).lifted != every.lifted).any()
    np.testing.assert_array_equal(what_if(ways, draws=30, seed=5).lifted, every.lifted[:30])


def with_shared(ways: Ways, shared: float, **shares: Share) -> Ways:
    measures = tuple(replace(one, shared=shared, **shares) for one in ways.measures.measures)
    return replace(ways, measures=replace(ways.measures, measures=measures))


def test_what_a_city_shares_moves_no_mean_and_widens_the_spread(ways: Ways) -> None:
    """Nothing shared is what was drawn before there was such a key; means agree with the exact ones at every share; cities spread the more, the more they share."""
    np.testing.assert_array_equal(what_if(with_shared(ways, 0.0), draws=50).counts, what_if(ways, draws=50).counts)
    near = what_if(with_shared(ways, 1e-12), draws=50)
    np.testing.assert_array_equal(near.counts, what_if(ways, draws=50).counts)  # the same random numbers all the way
    runs = [what_if(with_shared(ways, shared), draws=3000, seed=11) for shared in (0.0, 0.3, 1.0)]
    lifted, effort = expected_lifts(with_shared(ways, 0.3))
    for run in runs:
        error = run.lifted[:, -1].std() / np.sqrt(run.n_draws)
        assert abs(run.lifted[:, -1].mean() - lifted[ways.staged].sum()) < 4 * error
        assert abs(run.effort[:, -1].mean() - effort.sum()) < 4 * run.effort[:, -1].std() / np.sqrt(run.n_draws)
    biggest = int(runs[0].before.sum(axis=1)[:-1].argmax())
    for place in (biggest, -1):
        spread = [run.lifted[:, place].std() for run in runs]
        assert spread[0] < spread[1] < spread[2]


def test_enterprises_of_a_city_take_part_together_as_often_as_the_normal_law_says(ways: Ways) -> None:
    """An effort of 1 each counts who takes part. With half of the variance shared and an uptake of 0.3, two of a city both do with the chance that two normal variables of correlation 0.5 lie below their 30 % point
    (scipy); of different cities with 0.09. All shared: all of a city or nobody."""
    one = with_shared(replace(ways, measures=replace(ways.measures, measures=ways.measures.measures[:1])), 0.5, uptake=Share(0.3, None, 0.3))  # fmt: skip
    one = replace(one, rank=one.rank[:, :2], effort=np.tile([0.0, 1.0], (len(one.rank), 1)))
    place = norm.ppf(0.3)
    both = multivariate_normal.cdf([place, place], cov=[[1, 0.5], [0.5, 1]])
    count = what_if(one, draws=20_000, seed=4).effort[:, :-1]
    n = np.array([(ways.groups == group).sum() for group in what_if(one, draws=1).groups[:-1]])
    pairs = (count * (count - 1)).mean(axis=0) / (n * (n - 1))
    np.testing.assert_allclose(pairs, both, atol=0.008)
    np.testing.assert_allclose(count.mean(axis=0) / n, 0.3, atol=0.01)
    assert (count[:, 0] * count[:, 1]).mean() / (n[0] * n[1]) == pytest.approx(0.09, abs=0.005)
    alike = what_if(with_shared(one, 1.0), draws=500).effort[:, :-1]
    assert ((alike == 0) | (alike == n)).all() and (alike == 0).any() and (alike == n).any()


@pytest.mark.parametrize("shared", [0.2, 0.9, 1.0])
def test_more_uptake_never_lifts_fewer_whatever_cities_share(ways: Ways, shared: float) -> None:
    for key in ("uptake", "effect"):
        runs = [what_if(with_shared(ways, shared, **{key: Share(x, None, x)}), draws=40, seed=3) for x in (0.0, 0.2, 0.6, 1.0)]  # fmt: skip
        for less, more in itertools.pairwise(runs):
            assert (more.lifted >= less.lifted).all()
        assert runs[3].lifted.sum() > runs[1].lifted.sum() and not runs[0].lifted.any()
    few = what_if(with_shared(ways, shared), draws=40, offered=("S2",))
    alone = try_ways(ways.result, replace(ways.measures, measures=ways.measures.measures[1:2]))
    np.testing.assert_array_equal(few.effort, what_if(with_shared(alone, shared), draws=40).effort)
    np.testing.assert_array_equal(what_if(with_shared(ways, shared), draws=7).counts, what_if(with_shared(ways, shared), draws=40).counts[:7])  # fmt: skip


def test_a_table_says_what_cities_share(ways: Ways) -> None:
    said = [note.en for note in tabulate_what_if(what_if(with_shared(ways, 0.25), offered=("S1",), draws=5)).notes]
    assert any(note.endswith("common to the enterprises of a city (A221): S1 25%.") for note in said)
    assert not any("A221" in note.en for note in tabulate_what_if(what_if(ways, draws=5)).notes)


def test_nobody_takes_part_is_doing_nothing_and_cities_apart_are_left_alone(ways: Ways) -> None:
    nobody = Share(0.0, None, 0.0)
    measures = tuple(replace(one, uptake=nobody) for one in ways.measures.measures)
    idle = what_if(replace(ways, measures=replace(ways.measures, measures=measures)), draws=5)
    assert (idle.counts == idle.before).all() and not idle.lifted.any() and not idle.effort.any()
    whole, one = what_if(ways, draws=40), what_if(ways, draws=40, groups=("211100",))
    place = one.groups.index("211100")
    np.testing.assert_array_equal(one.lifted[:, place], whole.lifted[:, place])
    np.testing.assert_array_equal(one.lifted[:, -1], one.lifted[:, place])
    assert (one.counts.sum(axis=2) == one.before.sum(axis=1)).all()


def test_draws_agree_with_what_is_expected(ways: Ways) -> None:
    run = what_if(ways, draws=4000, seed=11)
    lifted, effort = expected_lifts(ways)
    se = run.lifted[:, -1].std() / np.sqrt(run.n_draws)
    assert abs(run.lifted[:, -1].mean() - lifted[ways.staged].sum()) < 4 * se
    assert abs(run.effort[:, -1].mean() - effort.sum()) < 4 * run.effort[:, -1].std() / np.sqrt(run.n_draws)
    for g, group in enumerate(run.groups[:-1]):
        mine = lifted[(ways.groups == group) & ways.staged].sum()
        assert abs(run.lifted[:, g].mean() - mine) < 4 * run.lifted[:, g].std() / np.sqrt(run.n_draws)


def test_tables_add_up_and_say_what_is_assumed(ways: Ways) -> None:
    run = what_if(ways, draws=50, seed=2)
    table = tabulate_what_if(run)
    frame = table.frame.set_index("group")
    for kind in ("before", "after"):
        stages = [c for c in frame if c.startswith(f"{kind}_")]
        np.testing.assert_allclose(frame[stages].sum(axis=1), frame["n_staged"])
    np.testing.assert_allclose(frame.loc["all", "lifted"], frame["lifted"].drop("all").sum())
    assert (frame["lifted_low"] <= frame["lifted"]).all() and (frame["lifted"] <= frame["lifted_high"]).all()
    assert "A190" in table.notes[0].en and "no sampling error" in table.notes[1].en
    assert "measures digital_archives 1.0" in repr(table.provenance)
    rows = tabulate_measures(ways, draws=50).frame.set_index(["kind", "measure"])
    assert rows.loc[("taken", ""), "expected"] == ways.lifted[:, 15].sum()
    assert rows.loc[("together", ""), "expected"] >= rows.loc["without", "expected"].max()
    assert rows.loc["without", "expected"].min() >= 0


def test_of_all_in_production_holds_sampling_too_and_a_census_is_itself(ways: Ways) -> None:
    run = what_if(ways, draws=4000, seed=4)
    n = run.before.sum(axis=1)
    sizes = pd.Series(n[:-1] * 3, index=list(run.groups[:-1]))
    found, counted = risen_in_production(run, Populations(ways.result, groups_of(ways.result.survey), (), dict(sizes.astype(float)), ways.result.survey.provenance, True))  # fmt: skip
    assert counted.tolist() == [*(3.0 * n[:-1]), 3.0 * n[-1]]
    np.testing.assert_allclose(found[:, -1], found[:, :-1].sum(axis=1))
    assert (found >= run.lifted).all()
    for g in range(len(n) - 1):  # mean by hand: those seen, and two unseen for each of them at (x + 1/2) / (n + 1)
        wanted = run.lifted[:, g].mean() + 2 * n[g] * (run.lifted[:, g].mean() + 0.5) / (n[g] + 1)
        assert abs(found[:, g].mean() - wanted) < 4 * found[:, g].std() / np.sqrt(run.n_draws)
    width = np.subtract(*np.percentile(found[:, -1] / counted[-1], [97.5, 2.5]))
    assert width > np.subtract(*np.percentile(run.lifted[:, -1] / n[-1], [97.5, 2.5]))
    census = Populations(ways.result, groups_of(ways.result.survey), (), dict(zip(run.groups[:-1], n[:-1].astype(float), strict=True)), ways.result.survey.provenance, True)  # fmt: skip
    np.testing.assert_array_equal(risen_in_production(run, census)[0], run.lifted)
    nothing = replace(census, sizes={})
    assert np.isnan(risen_in_production(run, nothing)[0]).all()


def test_who_may_rise_is_told_unit_by_unit_and_stays_inside(ways: Ways) -> None:
    table = tabulate_risers(ways)
    assert table.personal and len(table.frame) == ways.staged.sum()
    assert table.frame["chance_pct"].is_monotonic_decreasing
    assert table.frame["chance_pct"].sum() / 100 == pytest.approx(expected_lifts(ways)[0].sum())
    risen = table.frame[table.frame["stage"] != table.frame["reached"]]
    assert len(risen) == ways.lifted[:, 15].sum()
    assert (table.frame.loc[table.frame["chance_pct"] > 0, "unit"].isin(risen["unit"])).all()


def test_a_survey_without_cities_has_one_row() -> None:
    rows = {"a": "0", "b": "0", "c": "none", "d num": 1, "d den": 2, "e": 2, "f": "0"}
    found = ways_of(result_of(rows, rows))
    table = tabulate_what_if(what_if(found, draws=20)).frame
    assert list(table["group"]) == ["all"] and table["n_staged"].iloc[0] == 2
    assert choose_mix(weigh_offers(found), 100).packages == (("all", ("M1", "M2")),)


@pytest.mark.parametrize("seed", range(6))
def test_the_best_mix_beside_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gains, costs = rng.integers(0, 9, (4, 4)).astype(float), rng.integers(1, 9, (4, 4)).astype(float)
    gains[:, 0] = costs[:, 0] = 0.0
    rows, last = np.arange(4), -1.0
    for budget in (0.0, 1.0, 3.5, 7.0, 12.0, 20.0, 99.0):
        ways = list(itertools.product(range(4), repeat=4))
        fits = [way for way in ways if costs[rows, way].sum() <= budget]
        most = max(gains[rows, way].sum() for way in fits)
        least = min(costs[rows, way].sum() for way in fits if gains[rows, way].sum() == most)
        found = best_choices(gains, costs, budget)
        assert (gains[rows, found].sum(), costs[rows, found].sum()) == (most, least)
        assert most >= last
        last = most


@pytest.mark.parametrize("places", [(0, 1, 2), (2, 5, 8), (3, 6, 7)])
def test_the_best_mix_of_three_cities_beside_all_4096_there_are(ways: Ways, places: tuple[int, ...]) -> None:
    """Every package in every one of three cities: measures and cities are both chosen, no other assignment lifts more within the effort, and cities end up with different measures."""
    offers = weigh_offers(ways)
    some = replace(offers, groups=tuple(offers.groups[p] for p in places), lifts=offers.lifts[list(places)], efforts=offers.efforts[list(places)])  # fmt: skip
    every = np.array(list(itertools.product(range(16), repeat=3)))
    gain, cost = (part[[0, 1, 2], every].sum(axis=1) for part in (some.lifts, some.efforts))
    whole, last, differ = float(cost.max()), 0.0, 0
    for share in (0.0, 0.05, 0.2, 0.4, 0.7, 1.0):
        mix = choose_mix(some, share * whole)
        assert mix.lifted == pytest.approx(gain[cost <= share * whole + 1e-9].max(), abs=1e-9)
        assert mix.effort <= share * whole + 1e-6 and mix.lifted >= last
        picked = [ways.mask(codes) if codes else 0 for _, codes in mix.packages]
        assert some.lifts[[0, 1, 2], picked].sum() == pytest.approx(mix.lifted)
        last, differ = mix.lifted, differ + (len({codes for _, codes in mix.packages if codes}) > 1)
    assert differ


def test_a_city_that_a_measure_does_not_concern_is_offered_nothing(index: SurveyResult) -> None:
    text = HEAD.replace('"index"', '"digital_archives"') + (
        '[[measure]]\ncode = "M1"\nfor = "city = 210400"\nraise = [{ question = "C2.2", to = 1 }, { question = "C2.1", to = 2 }]\n'
    )
    ways = try_ways(index, measures_of(index, (written("fushun.toml", text),)))
    mix = choose_mix(weigh_offers(ways), 1e6)
    assert {group for group, package in mix.packages if package} <= {"210400"}
    assert mix.effort == pytest.approx(expected_lifts(ways)[1].sum()) or mix.lifted == 0


def test_the_curve_rises_and_stays_below_the_bound(index: SurveyResult, ways: Ways) -> None:
    offers = weigh_offers(ways)
    lifted, effort = expected_lifts(ways)
    assert offers.lifts[:, 15].sum() == pytest.approx(lifted.sum())
    steps = plan_next_steps(index)
    frame = tabulate_effort_curve(offers, budgets=budgets_of(offers, 10), steps=steps).frame
    assert (np.diff(frame["lifted"]) >= -1e-9).all() and (frame["effort"] <= frame["budget"] + 1e-6).all()
    assert (frame["lifted"] <= frame["bound"] + 1e-9).all()
    assert frame["lifted"].iloc[0] == 0 and frame["lifted"].iloc[-1] == pytest.approx(lifted.sum(), abs=0.2)
    mix = choose_mix(offers, 2000)
    table = tabulate_mix(offers, 2000).frame.set_index("group")
    cities, whole = table.drop("all"), table.loc["all"]
    said = tabulate_mix(offers, 2000, draws=5).column("package").labels[whole["package"]].en
    assert all(f"{code} in {sum(code in package for _, package in mix.packages)}" in said for code in ("S1", "S2") if any(code in package for _, package in mix.packages))  # fmt: skip
    assert said.endswith(f"nothing in {sum(not package for _, package in mix.packages)} of {len(mix.packages)} cities")
    assert cities["lifted"].sum() == pytest.approx(mix.lifted) == whole["lifted"]
    assert cities["n_staged"].sum() == whole["n_staged"] == int(ways.staged.sum())
    assert cities["effort"].sum() == pytest.approx(whole["effort"]) and whole["effort"] <= 2000
    assert (table["lifted_low"] <= table["lifted"]).all() and (table["lifted"] <= table["lifted_high"]).all()
    run = what_if(ways, offered=dict(mix.packages), draws=4000)
    se = run.lifted[:, -1].std() / np.sqrt(run.n_draws)
    assert abs(run.lifted[:, -1].mean() - mix.lifted) < 4 * se
    idle = [run.groups.index(group) for group, package in mix.packages if not package]
    assert idle and not run.lifted[:, idle].any() and not run.effort[:, idle].any()
    assert effort.sum() > 2000


def test_a_raise_never_costs_less_than_the_least_plan(index: SurveyResult, ways: Ways) -> None:
    units = index.survey.answers.units
    for step in plan_next_steps(index):
        row = units.index(step.unit)
        if step.plans:
            cheapest = ways.effort[row, ways.lifted[row]]
            assert not cheapest.size or cheapest.min() >= step.plans[0].effort - 1e-9


def test_things_within_a_budget_and_wrong_numbers() -> None:
    assert most_within(np.array([3.0, 1.0]), 10) == 2
    for gains, costs, budget, said in (
        (np.zeros((1, 2)), np.zeros((2, 1)), 1.0, "differ in shape"),
        (np.zeros((1, 2)), np.array([[0.0, -1.0]]), 1.0, "not below 0"),
        (np.zeros((1, 2)), np.array([[1.0, 1.0]]), 1.0, "first choice costs nothing"),
        (np.zeros((1, 2)), np.zeros((1, 2)), -1.0, "budget is not below 0"),
    ):
        with pytest.raises(DataError, match=said):
            best_choices(gains, costs, budget)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('question = "a"', 'question = "zz"', "no such indicator or question"),
        ('question = "a", to = 2', 'question = "a", to = 3', "past its scale"),
        ('question = "b", by = 2', 'question = "b", by = 3', "past its scale"),
        ('question = "a", to = 2', 'question = "a", to = 0', "never lowers them"),
        ('question = "b", by = 2', 'question = "b", by = -1', "never lowers them"),
        ('question = "d", to = 100', 'question = "d", to = 60', "no step of the efforts"),
        ('question = "a", to = 2', 'question = "a"', "Give one of `to` and `by`"),
        ('question = "a", to = 2', 'question = "a", to = 2, by = 1', "Give one of `to` and `by`"),
        ("uptake = 0.5", "uptake = 1.2", "between 0 and 1"),
        ("uptake = 0.5", "uptake = [-0.1, 0.5]", "between 0 and 1"),
        ("effect = [0.5, 0.6, 1]", "effect = [0.5, 0.4, 1]", "must rise"),
        ("effect = [0.5, 0.6, 1]", 'effect = ["x"]', "not well formed"),
        ("uptake = 0.5", "uptake = [0.1, 0.2, 0.3, 0.4]", "not well formed"),
        ("effort = 2", "effort = 0", "An effort must be above 0"),
        ("effort = 2", "effort = -3", "An effort must be above 0"),
        ('for = "e >= 2"', 'for = "zz >= 2"', "names a question that is not there"),
        ('for = "e >= 2"', 'for = "e >="', "cannot be read"),
        ("effort = 2", 'stages = ["top"]', "names what is not there"),
        ("effort = 2", 'stages = ["top", "top"]', "`stages`: codes stand twice"),
        ("effort = 2", 'stages = ["high"]', "from which nobody can rise"),
        ("effort = 2", 'assumption = "A9999"', "no assumption of this number"),
        ("effort = 2", 'solution = "S9"', "`solution` names what is not there"),
        ("effort = 2", 'by = ["nobody"]', "`by` names what is not there"),
        ('code = "M2"', 'code = "M1"', "stand twice"),
        ('system = "index"', 'system = "other"', "belong to another index"),
        ("effort = 2", "shared = 1.5", "`shared` must lie between 0 and 1"),
        ("effort = 2", "shared = -0.1", "`shared` must lie between 0 and 1"),
        ("effort = 2", "efort = 2", "not known here"),
        ('raise = [{ question = "b", by = 2 }, { question = "f", by = 1 }]', "raise = []", "not said which answers"),
    ],
)
def test_wrong_measures_are_refused_by_name(old: str, new: str, said: str) -> None:
    assert old in TWO
    told = complaint(read_for, result_of(*random_rows(3, 7)), TWO.replace(old, new, 1))
    assert said in told and "measures.toml" in told


def test_all_mistakes_of_a_file_at_once_with_what_is_allowed_in_both_languages() -> None:
    text = (
        TWO.replace("uptake = 0.5", "uptake = 2")
        .replace('"a", to = 2', '"a", to = 7')
        .replace("effort = 2", "effort = 0")
    )
    with pytest.raises(DefinitionError) as caught:
        read_for(result_of(*random_rows(3, 7)), text)
    en, zh = caught.value.render("en"), caught.value.render("zh")
    assert len(caught.value.problems) == 3
    for part in ("measure M1", "raise a", "a: to = 7", "`to` one of 1, 2, or `by` from 1 to 2", "measure M2"):
        assert part in en
    assert "提高到了这道题的最高档以上" in zh and "to 取 1, 2 之一" in zh
    assert not re.search(r"[\u4e00-\u9fff]", en)


def test_a_number_that_is_none_is_one_complaint() -> None:
    with pytest.raises(DefinitionError) as caught:
        read_for(result_of(*random_rows(3, 7)), TWO.replace('"a", to = 2', '"a", to = nan'))
    (problem,) = caught.value.problems
    assert "`to` is no number that can be reckoned with" in problem.what.en and problem.found == "nan"


def test_mistakes_of_several_files_are_said_at_once(index: SurveyResult) -> None:
    head = HEAD.replace('"index"', '"digital_archives"')
    first = written("first.toml", head + '[[measure]]\ncode = "M1"\nuptake = 2\nraise = [{ question = "F2.1", to = 2 }]\n')  # fmt: skip
    second = written("second.toml", head + '[[measure]]\ncode = "M2"\nraise = [{ question = "F2.1", to = 99 }]\n')
    said = complaint(measures_of, index, (first, second))
    assert "first.toml, measure M1" in said and "second.toml, measure M2" in said


def test_a_fixed_answer_a_strange_measure_and_a_bad_budget_are_refused(index: SurveyResult, ways: Ways) -> None:
    assert index.scores is not None and index.stages is not None
    text = (
        HEAD.replace('"index"', '"digital_archives"')
        + '[[measure]]\ncode = "M"\nraise = [{ question = "F1.2", to = 1 }]\n'
    )
    path = written("m.toml", text)
    assert "What was spent in the past three years is done" in complaint(measures_of, index, (path,))
    with pytest.raises(UsageError, match=r"no such measure(?s:.*)S1, S2, S3, S4"):
        what_if(ways, offered=("S7",))
    with pytest.raises(UsageError, match="no such city"):
        what_if(ways, groups=("999",))
    with pytest.raises(UsageError, match="a draw at least"):
        what_if(ways, draws=0)
    with pytest.raises(UsageError, match="A budget is a number, and not below 0"):
        choose_mix(weigh_offers(ways), -1)
    for budget in (float("nan"), float("inf"), "10", None):
        with pytest.raises(UsageError, match="A budget is a number"):
            choose_mix(weigh_offers(ways), budget)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="a draw at least"):
        what_if(ways, draws=2.5)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="A seed is not below 0"):
        what_if(ways, seed=-1)


@pytest.fixture(scope="module")
def carrier() -> SurveyResult:
    return analyse(read_study(ROOT / "study.toml"))["questionnaire"]


def test_measures_on_a_questionnaire_without_an_index_are_the_engines(carrier: SurveyResult) -> None:
    """The carrier rule looks at answers themselves; every combination of the three measures is what the engine says, and none lowers a stage."""
    ways = try_ways(carrier)
    assert carrier.scores is None and ways.measures.codes == ("S1", "S2", "S4") and carrier.stages is not None
    systems = [o.code for o in carrier.survey.codebook.question("system").options]
    code = np.array([systems[v] if v >= 0 else "" for v in carrier.survey.answers.values["system"]])
    has, none = np.isin(code, ["own", "group", "park", "hosted"]), code == "no"
    order = list(carrier.stages.stage.cat.categories)
    for mask in range(8):
        targets: dict[str, np.ndarray] = {}
        for bit, measure in enumerate(ways.measures.measures):
            if mask >> bit & 1:
                for lift in measure.lifts:
                    place = np.where(none if measure.code == "S4" else has, lift.to, np.nan)
                    targets[lift.question] = np.fmax(place, targets.get(lift.question, np.full(len(place), np.nan)))
        done = restage_raised(carrier, targets, efforts=ways.efforts)
        ranks = np.array([order.index(one) for one in done.stages.stage])
        plain = ways.staged & ~ways.spared
        np.testing.assert_array_equal(ways.rank[plain, mask], ranks[plain])
        assert (ways.rank[:, mask] >= ways.rank[:, 0]).all()
        extra = 6.0 * (none & ways.concerns[:, 2]) if mask >> 2 & 1 else 0.0
        np.testing.assert_allclose(ways.effort[ways.staged, mask], (done.raised.effort + extra)[ways.staged])
    assert (ways.rank[:, 7] > ways.rank[:, 0]).sum() > 100


def test_a_lift_on_carriers_by_hand(carrier: SurveyResult) -> None:
    """Everybody with a system puts every type into it: whoever has one and was low is intermediate then, since all types that arise and are known are in a system. Effort by the file: from paper 2 + 2 (1 + 2 where born electronic), from loose files 2."""
    ways = try_ways(carrier)
    units, answers = carrier.survey.answers.units, carrier.survey.answers
    low = np.flatnonzero((ways.rank[:, 0] == 0) & ways.concerns[:, 0])
    known = [k for k in low if all(answers.states[f"kept.T{t:02d}"][k] in (ANSWERED, SKIPPED) for t in range(1, 17))]
    assert len(known) > 10 and (ways.rank[known, 1] >= 1).all(), units[known[0]]
    born = {"T03", "T04", "T05", "T06", "T07", "T08", "T12", "T13"}
    for k in known[:10]:
        cost = 0
        for t in (f"T{t:02d}" for t in range(1, 17)):
            level = int(answers.values[f"kept.{t}"][k]) if answers.states[f"kept.{t}"][k] == ANSWERED else 9
            cost += {0: 3 if t in born else 4, 1: 2}.get(level, 0)
        assert ways.effort[k, 1] == cost


def test_files_for_a_questionnaire_name_its_codebook(carrier: SurveyResult) -> None:
    head = 'kind = "measures"\nid = "mine"\nversion = "1.0"\n{}\n[[measure]]\ncode = "M"\nraise = [{{ question = "kept.T01", to = 2 }}]\n'
    assert measures_of(carrier, (written("m.toml", head.format('codebook = "informatisation"')),)).codes == ("M",)
    for line, said in (
        ('system = "digital_archives"', "names an index (`system`), and this survey has none"),
        ('codebook = "digital_archives"', "The measures belong to another questionnaire"),
    ):
        assert said in complaint(measures_of, carrier, (written("m.toml", head.format(line)),))
    assert "past its scale" in complaint(measures_of, carrier, (written("m.toml", head.format('codebook = "informatisation"').replace("to = 2", "to = 4")),))  # fmt: skip
    assert "No effort is given for this question" in complaint(measures_of, carrier, (written("m.toml", head.format('codebook = "informatisation"').replace("kept.T01", "funds")),))  # fmt: skip


def test_the_verb_tries_the_questionnaire_too(capsys: pytest.CaptureFixture[str]) -> None:
    main(["whatif", str(ROOT / "study.toml"), "--survey", "questionnaire", "--draws", "20", "--lang", "en"])
    said = capsys.readouterr().out
    assert "What if S1, S2, S4 were offered" in said and "SYNTHETIC" in said and "A223" in said


def test_measures_for_another_survey_are_one_complaint(index: SurveyResult, carrier: SurveyResult) -> None:
    for result, head, said in (
        (index, 'codebook = "informatisation"', "names a codebook, and this survey has an index"),
        (carrier, 'system = "digital_archives"', "names an index (`system`), and this survey has none"),
    ):
        text = (
            HEAD.replace('system = "index"', head) + '[[measure]]\ncode = "M"\nraise = [{ question = "zz", to = 3 }]\n'
        )
        with pytest.raises(DefinitionError) as caught:
            measures_of(result, (written("theirs.toml", text),))
        (problem,) = caught.value.problems
        assert said in problem.what.en and problem.found == head and "--survey" in problem.fix.zh  # fmt: skip


def test_the_mix_on_the_terminal_is_drawn_as_often_and_from_the_seed_that_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = []
    for seed in ("1", "2", "3"):
        main(["whatif", str(ROOT / "study.toml"), "--draws", "1", "--seed", seed, "--budget", "9000", "--lang", "en"])
        out = capsys.readouterr().out
        said.append(next(line for line in out[out.index("The best mix") :].splitlines() if line.startswith("All ")))
    ranges = [re.findall(r"(\d+)–(\d+)", line)[-1] for line in said]
    assert all(low == high for low, high in ranges)  # one draw has no width
    assert len(set(ranges)) > 1


def test_a_measure_for_nobody_is_named() -> None:
    found = ways_of(result_of(*random_rows(6, 2)), TWO.replace('for = "e >= 2"', 'for = "e > 8"'))
    (note,) = (note for note in tabulate_measures(found, draws=3).notes if "no enterprise is concerned" in note.en)
    assert note.en.startswith("M2:") and "M1" not in note.en and note.zh.startswith("M2 ")
    assert not [
        note
        for note in tabulate_measures(ways_of(result_of(*random_rows(30, 2))), draws=3).notes
        if "is concerned" in note.en
    ]
    assert "(1 draw)" in tabulate_what_if(what_if(found, draws=1)).title.en


def test_a_folder_is_no_definition_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="This is a folder, not a definition file"):
        read_study(tmp_path)


def test_a_survey_without_efforts_or_an_index_is_refused_by_name(carrier: SurveyResult) -> None:
    with pytest.raises(UsageError, match="This survey has no index or no staging rule"):
        plan_next_steps(carrier)
    answers = carrier.survey.answers
    strange = replace(carrier, survey=replace(carrier.survey, answers=replace(answers, codebook=replace(answers.codebook, id="strange"))))  # fmt: skip
    with pytest.raises(UsageError, match=r"There are no efforts for this questionnaire(?s:.*)strange"):
        try_ways(strange)
    with pytest.raises(UsageError, match="This survey has no staging rule"):
        try_ways(replace(carrier, stages=None))


def test_the_verb_tries_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = HEAD.replace('"index"', '"digital_archives"') + (
        '[[measure]]\ncode = "M9"\nzh = "试点"\nen = "Pilot"\nfor = "city = 211100"\nstages = ["low"]\nuptake = 0.5\n'
        'raise = [{ question = "F2.1", by = 2 }, { question = "B1.1", to = 2 }]\n'
    )
    path = written("pilot.toml", text)
    out = tmp_path / "out"
    main(["whatif", str(ROOT / "study.toml"), "--measure", str(path), "--budget", "30", "--draws", "20", "--out", str(out), "--lang", "en"])  # fmt: skip
    said = capsys.readouterr().out
    assert "is assumed (as the file measures mine 1.0 has it), not measured" in said and "A190" not in said
    assert "Least plans are a bound" not in said and (pd.read_csv(out / "effort_curve_index.csv")["bound"] > 0).any()
    assert "M9 Pilot" in said and "The best mix within an effort of 30" in said and "synthetic" in said.lower()
    tables = [line for line in said.splitlines() if re.match(r"(alone|Panjin|All) ", line)]
    assert len(tables) == 5 and max(map(len, tables)) < 140
    assert all(re.search(r" \d+–\d+ ", line) for line in tables)  # both ends of an interval in one column
    assert sorted(p.name for p in out.glob("*.csv")) == ["effort_curve_index.csv", "measures_index.csv", "mix_index_1.csv", "what_if_index.csv"]  # fmt: skip
    with pytest.raises(SystemExit) as left:
        main(["whatif", str(ROOT / "study.toml"), "--measure", str(written("bad.toml", text.replace("to = 2", "to = 9"))), "--lang", "zh"])  # fmt: skip
    assert left.value.code == 2
    assert "提高到了这道题的最高档以上" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        main(["whatif", str(ROOT / "study.toml"), "--seed", "-1"])
    assert left.value.code == 2 and "--seed" in capsys.readouterr().err


def test_a_study_names_its_measures(tmp_path: Path) -> None:
    text = (ROOT / "study.toml").read_text(encoding="utf-8").replace('"data/', f'"{ROOT.as_posix()}/data/')
    one = (
        HEAD.replace('"index"', '"digital_archives"')
        + '[[measure]]\ncode = "M1"\nraise = [{ question = "F2.1", to = 2 }]\n'
    )

    def named(measures: str) -> str:
        return text.replace('weighting = "equal_areas"', f'weighting = "equal_areas"\nmeasures = {measures}', 1)

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.toml").write_text(one, encoding="utf-8")
    (tmp_path / "mine" / "b.toml").write_text(one.replace('"M1"', '"M2"'), encoding="utf-8")
    (tmp_path / "study.toml").write_text(named('"mine"'), encoding="utf-8")
    result = analyse(read_study(tmp_path / "study.toml"))["index"]
    assert measures_of(result).codes == ("M1", "M2")
    (tmp_path / "mine" / "b.toml").write_text(one, encoding="utf-8")
    with pytest.raises(UsageError, match="same code"):
        measures_of(result)
    (tmp_path / "study.toml").write_text(named('["nowhere.toml"]'), encoding="utf-8")
    with pytest.raises(UsageError, match="no such definition"):
        read_study(tmp_path / "study.toml")


def test_a_run_says_wrong_measures_before_it_writes_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "study.toml").read_text(encoding="utf-8").replace('"data/', f'"{ROOT.as_posix()}/data/')
    (tmp_path / "m.toml").write_text(HEAD.replace('"index"', '"digital_archives"') + '[[measure]]\ncode = "M1"\nuptake = 7\nraise = [{ question = "F2.1", to = 99 }]\n', encoding="utf-8")  # fmt: skip
    text = text.replace('weighting = "equal_areas"', 'weighting = "equal_areas"\nmeasures = "m.toml"', 1)
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["run", str(tmp_path / "study.toml"), "--out", str(tmp_path / "out"), "--lang", "en"])
    said = capsys.readouterr().err
    assert (
        left.value.code == 2 and "m.toml, measure M1" in said and "past its scale" in said and "between 0 and 1" in said
    )
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
