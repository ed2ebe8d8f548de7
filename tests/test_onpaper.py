"""One enterprise on paper: its sums are its scores, and silence costs what the policy says."""

import math

import numpy as np
import pytest
from results import result, rule

from hmsurvey.analysis.alternatives import restage
from hmsurvey.analysis.onpaper import areas_of, find_example, silenced, tabulate_points, tabulate_silence_cost
from hmsurvey.errors import UsageError


def test_indicators_belong_to_the_area_above_them() -> None:
    system = result().scores.system  # type: ignore[union-attr]
    assert areas_of(system, "area") == {"a1": "A", "a2": "A", "b1": "B"}
    assert areas_of(system, "item") == {"a1": "A1", "a2": "A1", "b1": "B1"}


def test_the_sums_over_an_area_make_its_score() -> None:
    first = result()
    for unit in ("u1", "u2", "u3"):
        sums = tabulate_points(first, unit).frame.groupby("area")[["points", "most"]].sum()
        by_hand = 100 * sums["points"] / sums["most"]
        assert by_hand.to_dict() == first.scores.values.loc[unit, ["A", "B"]].to_dict()  # type: ignore[union-attr]


def test_what_is_not_counted_is_on_neither_side() -> None:
    frame = tabulate_points(result(), "u2").frame.set_index("indicator")
    assert frame["counted"].to_dict() == {"a1": "yes", "a2": "left_out", "b1": "yes"}
    assert frame["points"].fillna(-1).to_dict() == {"a1": 1.0, "a2": -1.0, "b1": 1.0}
    assert frame["most"].fillna(-1).to_dict() == {"a1": 2.0, "a2": -1.0, "b1": 2.0}
    gap = tabulate_points(result(), "u4")
    assert gap.frame["counted"].tolist() == ["yes", "gap", "gap"] and gap.personal
    doubt = tabulate_points(result(), "u3")
    assert doubt.frame.loc[0, ["counted", "points", "most"]].tolist() == ["yes", 0.0, 2.0]
    assert doubt.column("answer").labels["don't know"].zh == "不清楚"


def test_an_example_is_rich_in_silence_and_has_a_total() -> None:
    # u2 (n/a) and u3 (don't know) have one kind each; the median total is u3's. u4 has a gap and no total.
    assert find_example(result()) == "u3"


def test_nobody_with_a_total_is_no_example() -> None:
    first = result()
    first.scores.values["total"] = np.nan  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="No enterprise has a total"):
        find_example(first)


def test_silence_costs_what_the_policy_says() -> None:
    rows = tabulate_silence_cost(result(), "u1", area="A").frame.to_dict("records")
    assert [row["which"] for row in rows] == ["", "a1", "a1, a2"]
    assert [row["answered_pct"] for row in rows] == [100.0, 50.0, 0.0]
    assert [row["area_missing"] for row in rows[:2]] == [100.0, 100.0] and math.isnan(rows[2]["area_missing"])
    assert [row["area_dk"] for row in rows] == [100.0, 50.0, 0.0]
    assert [row["total_dk"] for row in rows] == [75.0, 50.0, 25.0]
    assert [row["stage_missing"] for row in rows] == ["high", "high", "unstaged"]
    assert [row["stage_dk"] for row in rows] == ["high", "low", "low"]


def test_what_earned_points_is_taken_away_first_and_gaps_are_not_taken_twice() -> None:
    rows = tabulate_silence_cost(result(), "u3", area="A").frame.to_dict("records")
    assert [row["which"] for row in rows] == ["", "a2", "a2, a1"]
    assert len(tabulate_silence_cost(result(), "u4", area="A").frame) == 2
    assert len(tabulate_silence_cost(result(), "u1", area="A", most=1).frame) == 2


def test_the_answers_themselves_stay_as_they_are() -> None:
    first = result()
    before = first.survey.answers.states["a1"].copy()
    changed = silenced(first.survey, "u1", questions=("a1", "t", "n"), state="missing")
    assert (first.survey.answers.states["a1"] == before).all()
    assert changed.answers.states["a1"][0] == 1 and changed.answers.values["a1"][0] == -1
    assert not changed.answers.values["t"][0].any() and math.isnan(changed.answers.values["n"][0])
    assert changed.provenance.notes[-1].en == "trial: a1, t, n of u1 set to missing"
    assert silenced(first.survey, "u1", questions=(), state="dk").provenance == first.survey.provenance


def test_unknown_units_and_areas_are_named() -> None:
    with pytest.raises(UsageError, match=r"(?s)no such enterprise.*u9.*such as u1, u2"):
        tabulate_points(result(), "u9")
    with pytest.raises(UsageError, match=r"(?s)no such enterprise.*u9"):
        tabulate_silence_cost(result(), "u9", area="A")
    with pytest.raises(UsageError, match=r"(?s)no such area.*Z.*A"):
        tabulate_silence_cost(result(), "u1", area="Z")


def test_the_rule_in_force_decides_the_stage() -> None:
    mild = restage(result(), rule=rule(10, "Ten"))
    assert tabulate_silence_cost(mild, "u1", area="A").frame["stage_dk"].tolist() == ["high", "high", "high"]
