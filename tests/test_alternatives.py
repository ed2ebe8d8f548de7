"""The same answers under other rules and weights: every row adds up, and moving is counted against the first."""

from pathlib import Path

import pytest
from making import written
from results import RULE, result, rule

from hmsurvey.analysis.alternatives import (
    read_built_in_rule,
    read_precedents,
    restage,
    tabulate_alternatives,
    tabulate_movers,
    tabulate_moves,
    tabulate_precedents,
)
from hmsurvey.analysis.cutoffs import cut_offs
from hmsurvey.errors import Text, UsageError
from hmsurvey.rules import read_rule
from hmsurvey.study import SurveyResult, analyse, read_study


def rows(table: object) -> list[dict[str, object]]:
    return table.frame.to_dict("records")  # type: ignore[attr-defined]


def test_another_rule_moves_whom_it_should() -> None:
    first = result()
    assert list(first.stages.stage) == ["high", "low", "high", "unstaged"]  # type: ignore[union-attr]
    strict, mild = restage(first, rule=rule(70, "Seventy")), restage(first, rule=rule(50, "Fifty"))
    table = tabulate_alternatives(first, strict, mild)
    assert rows(table) == [
        {"alternative": "0", "n_high": 2, "n_low": 1, "n_unstaged": 1, "n_up": 0, "n_down": 0, "n_changed_state": 0},
        {"alternative": "1", "n_high": 1, "n_low": 2, "n_unstaged": 1, "n_up": 0, "n_down": 1, "n_changed_state": 0},
        {"alternative": "2", "n_high": 3, "n_low": 0, "n_unstaged": 1, "n_up": 1, "n_down": 0, "n_changed_state": 0},
    ]
    assert [label.en for label in table.column("alternative").labels.values()] == ["Sixty", "Seventy", "Fifty"]
    assert strict.plan.rule is not None and strict.plan.rule.id == "seventy" and strict.scores is first.scores


def test_other_weights_move_the_total_and_are_called_by_their_name() -> None:
    first = result()
    table = tabulate_alternatives(restage(first, weighting="alike"), restage(first, weighting="mostly_a"))
    before, after = rows(table)
    assert before["mean_total"] == pytest.approx((75 + 50 + 62.5) / 3)
    assert after["mean_total"] == pytest.approx((87.5 + 50 + 43.75) / 3)
    assert (after["n_up"], after["n_down"], after["n_high"]) == (0, 1, 1)
    assert [label.en for label in table.column("alternative").labels.values()] == ["Alike", "Mostly alpha"]


def test_rule_and_weights_together_are_called_by_both() -> None:
    first = restage(result(), weighting="alike")
    both = restage(first, rule=rule(70, "Seventy"), weighting="mostly_a")
    assert tabulate_alternatives(first, both).column("alternative").labels["1"] == Text(
        "规则；重甲", "Seventy; Mostly alpha"
    )
    assert rows(tabulate_alternatives(first))[0]["n_up"] == 0


def test_one_who_is_staged_in_one_only_is_neither_up_nor_down() -> None:
    first = result()
    text = RULE % ("a_only", "A only", 40)
    other = restage(first, rule=read_rule(written("a.toml", text.replace('score = "total"', 'score = "A"'))))
    assert rows(tabulate_alternatives(first, other))[1] | {"n_high": 0, "n_low": 0} == {
        "alternative": "1", "n_high": 0, "n_low": 0, "n_unstaged": 0, "n_up": 1, "n_down": 1, "n_changed_state": 1,
    }  # fmt: skip


def test_moves_add_up_and_movers_are_listed_with_the_reason() -> None:
    first = result()
    strict = restage(first, rule=rule(70, "Seventy"))
    moves = tabulate_moves(first, strict)
    assert rows(moves) == [
        {"before": "high", "n": 2, "n_after_high": 1, "n_after_low": 1, "n_after_unstaged": 0},
        {"before": "low", "n": 1, "n_after_high": 0, "n_after_low": 1, "n_after_unstaged": 0},
        {"before": "unstaged", "n": 1, "n_after_high": 0, "n_after_low": 0, "n_after_unstaged": 1},
    ]
    assert moves.title.en == "Who moves: Sixty → Seventy"
    movers = tabulate_movers(first, strict)
    (row,) = rows(movers)
    assert (row["unit"], row["before"], row["after"], row["total"]) == ("u3", "high", "low", 62.5)
    assert "short of High" in str(row["because"]) and movers.personal
    assert "未达高" in movers.column("because").labels[str(row["because"])].zh
    assert len(tabulate_movers(first, first).frame) == 0


def test_rules_with_other_stages_are_not_compared() -> None:
    first = result()
    other = read_rule(written("other.toml", (RULE % ("names", "Names", 50)).replace('code = "high"', 'code = "top"')))
    with pytest.raises(UsageError, match=r"(?s)different stages.*top, low.*high, low"):
        tabulate_alternatives(first, restage(first, rule=other))
    with pytest.raises(UsageError, match="different stages"):
        tabulate_moves(first, restage(first, rule=other))
    with pytest.raises(UsageError, match="different stages"):
        tabulate_movers(first, restage(first, rule=other))


def test_cut_offs_are_the_totals_a_rule_asks_for() -> None:
    assert cut_offs(result()) == ((Text("高", "High"), 60.0),)
    none = (RULE % ("none", "None", 40)).replace('score = "total"', 'score = "A"')
    assert cut_offs(restage(result(), rule=read_rule(written("none.toml", none)))) == ()


def test_built_in_rules_are_found_by_name() -> None:
    assert read_built_in_rule("quarters").id == "quarters"
    with pytest.raises(UsageError, match="quarters"):
        read_built_in_rule("thirds")


@pytest.fixture(scope="module")
def index() -> SurveyResult:
    return analyse(read_study(Path(__file__).resolve().parents[1] / "study.toml"))["index"]


def test_every_precedent_counts_the_same_enterprises(index: SurveyResult) -> None:
    names = [precedent.id for precedent in read_precedents(index)]
    assert "digital_archives" not in names and {"quarters", "weakest_area", "guangdong_80_70"} <= set(names)
    frame = tabulate_precedents(index).frame
    assert len(frame) == 1 + len(names)
    assert set(frame.filter(regex="^n_(advanced|intermediate|low|unstaged)$").sum(axis=1)) == {
        len(index.survey.answers)
    }
