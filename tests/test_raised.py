"""Everyone restaged with answers raised: by hand, beside the plans' own way of raising, in order, never lower; wrong input by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from making import book_of, question, rule_of, survey_of
from test_plans import EFFORTS, efforts_for, random_rows, result_of

from hmsurvey.analysis.plans import efforts_of
from hmsurvey.analysis.raised import raise_answers, restage_raised
from hmsurvey.analysis.raising import field_of, ladders_of, raised
from hmsurvey.answers import places_of
from hmsurvey.errors import Text, UsageError
from hmsurvey.staging import stage
from hmsurvey.study import SurveyPlan, SurveyResult, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def index() -> SurveyResult:
    return analyse(read_study(ROOT / "study.toml"))["index"]


def test_one_unit_by_hand() -> None:
    # Half of d is 1 of 3 -> the first whole numerator at 50 % is 2, so 66.7 %. a goes to 1 (1 point), c to two ticks, e stays: it is above already.
    result = result_of({"a": "0", "b": "dk", "c": "b", "d num": 0, "d den": 3, "e": 4, "f": "na"})
    done = restage_raised(result, {"a": 1, "b": 2, "c": 2, "d": 50, "e": 2, "f": 2})
    values = done.survey.answers.values
    assert values["d"][0].tolist() == [2.0, 3.0]
    assert values["c"][0, :3].tolist() == [True, True, False]
    assert {code: places.tolist() for code, places in done.raised.after.items() if code not in "df"} == {
        "a": [1.0],
        "b": [2.0],
        "c": [2.0],
        "e": [4.0],
    }
    assert np.isnan(done.raised.after["f"][0])  # not applicable stays
    # X: a 1, b 3, c two ticks 1 -> 5 of 9; Y: d 2/3 of 3 = 2, e 1 -> 3 of 6: (55.6 + 50) / 2
    assert done.scores is not None
    assert float(done.scores.total.iloc[0]) == 52.8
    assert np.isnan(done.raised.effort[0])


def test_orders_and_efforts_by_hand() -> None:
    # d at 60 and above waits for a at 1; e waits for b or f at 2.
    rows = [{"a": "0", "b": "0", "c": "none", "d num": 0, "d den": 10, "e": 0, "f": "0"}]
    result = result_of(*rows)
    efforts = efforts_for(result)
    alone = restage_raised(result, {"d": 100, "e": 5}, efforts=efforts).raised
    assert (alone.after["d"][0], alone.after["e"][0]) == (50.0, 0.0)
    assert alone.effort[0] == 2.0
    both = restage_raised(result, {"d": 100, "e": 5, "a": 1, "f": 2}, efforts=efforts).raised
    assert (both.after["d"][0], both.after["e"][0]) == (100.0, 5.0)
    assert both.effort[0] == 5.0 + 4.0 + 1.0 + 3.0


@pytest.mark.parametrize(("reach", "held"), [(1, 0.0), (2, 1.0)])
def test_what_waits_stops_one_level_short(reach: int, held: float) -> None:
    # f waits for b at 2, from level `reach` on.
    order = f'[[order]]\ncode = "o"\nquestion = "f"\nreach = {reach}\nfirst = "b"\nleast = 2\n'
    result = result_of({"a": "0", "b": "1", "c": "none", "d num": 0, "d den": 10, "e": 0, "f": "0"})
    efforts = efforts_for(result, EFFORTS[: EFFORTS.index("[[order]]")] + order)
    assert restage_raised(result, {"f": 2}, efforts=efforts).raised.after["f"][0] == held
    assert restage_raised(result, {"f": 2, "b": 2}, efforts=efforts).raised.after["f"][0] == 2.0


def test_it_raises_as_the_plans_do(index: SurveyResult) -> None:
    assert index.scores is not None
    efforts = replace(efforts_of(index), orders=())
    answers, system = index.survey.answers, index.scores.system
    field = field_of(answers, system, efforts)
    rows = np.arange(len(answers))
    ladders = [{ladder.question: ladder for ladder in ladders_of(field, row)} for row in range(len(answers))]
    for share in (0.0, 0.5, 1.0):
        steps = {e.question: e.steps[int(share * (len(e.steps) - 1))][0] for e in efforts.efforts}
        changes = []
        for mine in ladders:
            own = []
            for code, ladder in mine.items():
                rungs = [r for r, place in enumerate(ladder.places) if place >= steps[code] - 1e-9]
                if steps[code] > ladder.now + 1e-9:
                    own.append((ladder, rungs[0] + 1 if rungs else len(ladder.places)))
            changes.append(own)
        one = raised(field, rows, changes)
        other = raise_answers(answers, system, steps, efforts=efforts)
        for asked in answers.codebook.all_questions:
            np.testing.assert_array_equal(one.values[asked.code], other.answers.values[asked.code], err_msg=asked.code)
            np.testing.assert_array_equal(one.states[asked.code], other.answers.states[asked.code], err_msg=asked.code)
        effort = [sum(sum(ladder.steps[:r]) for ladder, r in own) for own in changes]
        np.testing.assert_allclose(other.effort, effort)


def test_more_is_never_less_and_nothing_is_lowered(index: SurveyResult) -> None:
    assert index.stages is not None
    efforts = efforts_of(index)
    before = index.stages.stage.cat.codes.to_numpy()
    unstaged = before == len(index.stages.stage.cat.categories) - 1
    rng = np.random.default_rng(5)
    n = len(before)
    for _ in range(3):
        some = {e.question: e.steps for e in efforts.efforts if rng.random() < 0.4 and e.question != "oa"}
        low = {c: rng.choice([p for p, _ in steps], n) for c, steps in some.items()}
        high = {c: np.fmax(places, rng.choice([p for p, _ in some[c]], n)) for c, places in low.items()}
        less, more = (restage_raised(index, t, efforts=efforts) for t in (low, high))
        for code in some:
            old = np.nan_to_num(less.raised.before[code])
            assert (np.nan_to_num(less.raised.after[code]) >= old).all()
            assert (np.nan_to_num(more.raised.after[code]) >= np.nan_to_num(less.raised.after[code])).all()
        ranks = [r.stages.stage.cat.codes.to_numpy()[~unstaged] for r in (less, more)]
        assert (ranks[0] >= before[~unstaged]).all() and (ranks[1] >= ranks[0]).all()
        assert (more.raised.effort >= less.raised.effort).all()


def test_the_engine_has_the_word_even_where_more_is_less(index: SurveyResult) -> None:
    # A small plant without an office system archives core systems and all platforms instead (GT2s); with an office system that it does not archive, this way is shut.
    assert index.stages is not None
    with_oa = restage_raised(index, {"oa": 1}, efforts=efforts_of(index)).stages.frame
    fallen = index.stages.stage.cat.codes > with_oa["stage"].cat.codes
    assert fallen.any()
    assert set(with_oa["need"][fallen]) == {"GT2"}


def test_nothing_raised_is_as_it_was(index: SurveyResult) -> None:
    assert index.stages is not None
    none = restage_raised(index, {e.question: np.nan for e in efforts_of(index).efforts}, efforts=efforts_of(index))
    assert (none.stages.stage == index.stages.stage).all()
    assert (none.raised.effort == 0).all()


def test_units_do_not_touch_each_other() -> None:
    result = result_of(*random_rows(30, 4))
    targets = {"a": np.arange(30) % 3, "d": np.linspace(0, 100, 30)}
    whole = restage_raised(result, targets, efforts=efforts_for(result))
    for row in (0, 7, 29):
        alone = result_of(random_rows(30, 4)[row])
        one = restage_raised(alone, {c: float(v[row]) for c, v in targets.items()}, efforts=efforts_for(alone))
        assert str(one.stages.stage.iloc[0]) == str(whole.stages.stage.iloc[row])
        for code in "abcdef":
            asked = result.survey.codebook.question(code)
            mine = places_of(asked, one.survey.answers.values[code])[0]
            np.testing.assert_equal(mine, places_of(asked, whole.survey.answers.values[code])[row])


def test_a_survey_without_an_index_is_restaged_too() -> None:
    book = book_of(question("a", "one"))
    rule = rule_of(
        '[[stage]]\ncode = "high"\nneeds = [{ code = "n", answer = "a", min = 1 }]\n[[stage]]\ncode = "low"\nneeds = []\n'
    )
    survey = survey_of(book, {"a": "0"}, {"a": "2"})

    plan = SurveyPlan("s", Text("s", "s"), Path(), Path(), None, rule)
    result = SurveyResult(plan, survey, None, stage(survey, rule))
    assert list(restage_raised(result, {"a": [1, np.nan]}).stages.stage) == ["high", "high"]  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ({"zz": 1}, "no such question whose answers can be raised"),
        ({"a": 3}, "off the scale of the question(?s:.*)0 to 2"),
        ({"a": 0.5}, "off the scale"),
        ({"a": -1}, "off the scale"),
        ({"d": 101}, "0 to 100"),
        ({"a": np.array([1.0, 2.0])}, "not as many places as units"),
    ],
)
def test_wrong_targets_are_refused(targets: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        restage_raised(result_of(*random_rows(5, 7)), targets)


def test_a_question_without_effort_and_a_survey_without_a_rule_are_refused() -> None:
    result = result_of(*random_rows(5, 7))
    little = EFFORTS.replace(
        '[[effort]]\nquestion = "e"', '[[fixed]]\nquestion = "e"\nwhy_zh = "定"\nwhy_en = "x"'
    ).replace("steps = [[2, 1], [4, 2], [5, 1]]\n", "")
    efforts = efforts_for(result, little)
    fixed = restage_raised(result, {"e": 9}, efforts=efforts).raised
    np.testing.assert_array_equal(fixed.after["e"], fixed.before["e"])
    with pytest.raises(UsageError, match="no staging rule"):
        restage_raised(replace(result, stages=None), {"a": 1})
