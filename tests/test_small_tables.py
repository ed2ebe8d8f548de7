"""Tables for reading: answers to one question, silences, shares with an interval, narrowed tables, published beside ours."""

import math
from pathlib import Path

import pandas as pd
import pytest
from results import result

from hmsurvey.analysis.answering import tabulate_answers, tabulate_silences
from hmsurvey.analysis.coverage import tabulate_nonresponse
from hmsurvey.analysis.narrowing import narrow
from hmsurvey.analysis.reproductions import tabulate_agreement, tabulate_reproduction
from hmsurvey.analysis.shares import tabulate_shares
from hmsurvey.analysis.tabulation import tabulate_stages
from hmsurvey.errors import UsageError
from hmsurvey.statistics.intervals import wilson
from hmsurvey.study import Analysis, analyse, read_study

CASES = Path(__file__).resolve().parents[1] / "cases"


def test_one_of_several_answers_with_what_is_missing() -> None:
    frame = tabulate_answers(result(), "a2").frame
    assert frame.set_index("answer")["n"].to_dict() == {"0": 0, "1": 1, "2": 1, "na": 1, "dk": 0, "(missing)": 1}
    assert frame["n"].sum() == 4 and frame["share_pct"].sum() == 100.0


def test_several_answers_may_be_ticked() -> None:
    table = tabulate_answers(result(), "t")
    counts = table.frame.set_index("answer")["n"].to_dict()
    assert counts == {"a": 1, "b": 1, "c": 0, "none": 1, "na": 0, "dk": 1, "(missing)": 1}
    assert table.notes and not tabulate_answers(result(), "a1").notes


def test_shares_are_of_those_asked() -> None:
    frame = tabulate_answers(result(), "a3").frame.set_index("answer")
    assert (frame.loc["1", "n"], frame.loc["1", "share_pct"]) == (1, 100.0)


def test_only_choices_are_tabulated() -> None:
    with pytest.raises(UsageError, match=r"(?s)not answered by choosing.*n \(number\)"):
        tabulate_answers(result(), "n")
    with pytest.raises(UsageError, match=r"(?s)no such question.*zz.*city, a1"):
        tabulate_answers(result(), "zz")


def test_the_silences_add_up() -> None:
    frame = tabulate_silences(result()).frame
    whole = frame.iloc[-1]
    assert whole["section"] == "all" and whole["n_questions"] == 8 and whole["n_cells"] == 32
    shares = frame.filter(regex="^share_").iloc[-1]
    assert shares.sum() == pytest.approx(100.0)
    each = tabulate_nonresponse(result()).frame
    assert whole["share_missing_pct"] == pytest.approx(100 * each["n_missing"].sum() / 32)
    assert whole["share_skipped_pct"] == pytest.approx(100 * each["n_skipped"].sum() / 32)
    assert whole["share_none_pct"] == pytest.approx(100 / 32)


@pytest.mark.parametrize(("part", "whole"), [(0, 7), (2, 15), (6, 30), (41, 221), (9, 9)])
def test_wilson_agrees_with_statsmodels(part: int, whole: int) -> None:
    """Reference: statsmodels.stats.proportion.proportion_confint(part, whole, method="wilson"), alpha 0.05."""
    from statsmodels.stats.proportion import proportion_confint

    assert wilson(part, whole) == pytest.approx(proportion_confint(part, whole, method="wilson"), abs=1e-12)


def test_the_interval_stands_beside_the_share_of_the_staged() -> None:
    frame = tabulate_shares(result(), stages=("high",)).frame.set_index("group")
    assert frame[["n_staged", "n_reached"]].to_numpy().tolist() == [[2, 1], [1, 1], [3, 2]]
    assert frame.loc["x", "share_pct"] == 50.0
    assert frame.loc["y", "ci_high_pct"] == pytest.approx(100.0)
    both = tabulate_shares(result(), stages=("high", "low")).frame
    assert both["share_pct"].tolist() == [100.0, 100.0, 100.0]
    assert all(math.isnan(bound) for bound in wilson(0, 0))
    with pytest.raises(UsageError, match=r"(?s)no such stage.*middle.*high, low"):
        tabulate_shares(result(), stages=("middle",))


def test_a_table_is_cut_down_and_says_so() -> None:
    table = tabulate_stages(result())
    small = narrow(table, columns=["n", "group"], where="group != 'all'", by="-n", n=1)
    assert small.frame.to_dict("records") == [{"n": 2, "group": "x"}]
    assert [column.code for column in small.columns] == ["n", "group"]
    assert small.notes[-1].en == "1 of the table's 3 rows" and small.provenance == table.provenance
    whole = narrow(table, by="n")
    assert whole.frame["group"].tolist() == ["x", "y", "all"] and whole.notes == table.notes
    with pytest.raises(UsageError, match=r"(?s)no such column.*colour, -size.*group, n"):
        narrow(table, columns=["colour"], by="--size")


@pytest.mark.parametrize("where", ["nobody > 1", "__import__('os')", "n +", "n", "group == "])
def test_what_is_no_condition_is_said(where: str) -> None:
    with pytest.raises(UsageError, match=r"(?s)no condition on the columns.*stages_by_city.*a condition on group, n"):
        narrow(tabulate_stages(result()), where=where)


@pytest.fixture(scope="module")
def nara() -> Analysis:
    return analyse(read_study(CASES / "nara_format_risk" / "study.toml"))


def test_published_results_as_a_table(nara: Analysis) -> None:
    frame = tabulate_reproduction(nara).frame
    assert (frame["n_equal"] == frame["n_published"]).all() and len(frame) == 10
    govtech = tabulate_reproduction(analyse(read_study(CASES / "govtech_maturity" / "study.toml"))).frame
    taken = govtech.set_index("what").loc["CGSI"]
    assert (taken["way"], taken["n_equal"], taken["largest_difference"]) == ("given", None, "")


def test_two_scores_side_by_side(nara: Analysis) -> None:
    """The counts are those of the case's README: 111 of 709 stay the same."""
    (row,) = tabulate_agreement(nara["formats"], "rating", other="rating_documented").frame.to_dict("records")
    assert (row["n"], row["n_equal"], row["n_higher"], row["n_lower"]) == (709, 111, 0, 598)
    gap = nara["formats"].scores.values  # type: ignore[union-attr]
    assert row["mean_gap"] == pytest.approx((gap["rating_documented"] - gap["rating"]).mean())
    with pytest.raises(UsageError, match=r"(?s)no such node.*guess.*rating"):
        tabulate_agreement(nara["formats"], "rating", other="guess")


def test_a_study_without_published_results_has_nothing_to_compare() -> None:
    first = result()
    study = read_study(CASES / "nara_format_risk" / "study.toml")
    with pytest.raises(UsageError, match="names no published results"):
        tabulate_reproduction(Analysis(study, {"small": first}))
    assert isinstance(tabulate_agreement(first, "A", other="B").frame, pd.DataFrame)
