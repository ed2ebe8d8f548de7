"""Who files where: by hand on six enterprises, shares that add up, and what a survey that does not ask is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from problem_study import problem_study

from hmsurvey.analysis.platform_use import (
    By,
    filing_of,
    tabulate_platform_overlap,
    tabulate_platform_pairs,
    tabulate_platform_use,
)
from hmsurvey.analysis.type_filing import tabulate_carriers_by_platform, tabulate_filing_load, tabulate_types_filed
from hmsurvey.errors import UsageError
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return problem_study(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def liaoning() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


def test_use_by_hand(tiny: Analysis) -> None:
    """u5 said nothing and is not counted. p1: u1, u2, u6. p2: u1, u2, u4. Another: u4. Nowhere: u3."""
    table = tabulate_platform_use(tiny).frame.set_index("platform")
    assert table["n_using"].to_dict() == {"p1": 3, "p2": 3, "other": 1, "none": 1}
    assert set(table["n_answered"]) == {5} and table.loc["p1", "share_pct"] == pytest.approx(60)
    assert table["place"].to_dict() == {"p1": "six", "p2": "six", "other": "other", "none": "none"}
    city = tabulate_platform_use(tiny, by="city").frame.set_index(["group", "platform"])
    assert city["n_using"]["西市"].to_dict() == {"p1": 1, "p2": 1, "other": 1, "none": 0}
    assert city["n_answered"]["西市"].tolist() == [2] * 4


def test_combinations_add_up_to_those_who_answered(tiny: Analysis) -> None:
    table = tabulate_platform_overlap(tiny).frame.set_index("combination")
    assert table["n"].to_dict() == {"p1+p2": 2, "none": 1, "p1": 1, "p2+other": 1}
    assert table["share_pct"].sum() == pytest.approx(100)
    pairs = tabulate_platform_pairs(tiny).frame.set_index(["first", "second"])
    assert pairs.loc[("p1", "p2"), ["n_first", "n_both"]].tolist() == [3, 2]
    assert pairs.loc[("p2", "other"), "share_pct"] == pytest.approx(100 / 3)


def test_types_by_hand(tiny: Analysis) -> None:
    """T01 belongs on p8 and T02 on p4, neither of which this questionnaire offers, so that nothing is "elsewhere". u3 keeps T01 on paper and files it nowhere; u2 keeps T02 so."""
    table = tabulate_types_filed(tiny).frame.set_index("type")
    assert table.loc["T01", ["n_answered", "n_several", "n_none", "n_elsewhere", "n_paper_only"]].tolist() == [
        5,
        2,
        1,
        0,
        1,
    ]
    assert table.loc["T02", ["n_answered", "n_several", "n_none", "n_paper_only"]].tolist() == [4, 0, 2, 1]
    assert table.loc["T01", ["share_p1_pct", "share_p2_pct", "share_other_pct", "share_none_pct"]].tolist() == pytest.approx([60, 40, 20, 20])  # fmt: skip
    cross = tabulate_carriers_by_platform(tiny).frame.set_index(["type", "level"])
    assert cross.loc[("T01", "0"), ["n", "n_p1", "n_p2", "n_none"]].tolist() == [2, 1, 1, 1]
    assert cross["n"].sum() == 5 + 4


def test_the_load_by_hand(tiny: Analysis) -> None:
    """Platforms: u1 2, u2 2, u3 0, u4 2, u6 1: 1.4 on average. On one document u1, u2, u3, u6 answered; u2, u3, u6 say two or more. Of nine answers on types three are on no platform."""
    row = tabulate_filing_load(tiny).frame.iloc[0]
    assert (row["n_answered"], row["mean_platforms"], row["several_pct"]) == (5, pytest.approx(1.4), pytest.approx(60))
    assert (row["n_told"], row["n_repeated"], row["repeated_pct"]) == (4, 3, pytest.approx(75))
    assert (row["n_pairs"], row["pairs_none_pct"]) == (9, pytest.approx(100 * 3 / 9))
    assert row["pairs_paper_pct"] == pytest.approx(100 * 2 / 9)


def test_cities_and_stages_add_up_to_all(liaoning: Analysis) -> None:
    for by in ("city", "stage"):
        frame = tabulate_platform_use(liaoning, by=by).frame  # type: ignore[arg-type]
        whole, parts = frame[frame["group"] == "all"], frame[frame["group"] != "all"]
        assert parts.groupby("platform")["n_using"].sum().to_dict() == whole.set_index("platform")["n_using"].to_dict()
        used = frame[frame["n_answered"] > 0]
        assert ((used["ci_low_pct"] <= used["share_pct"] + 1e-9) & (used["share_pct"] <= used["ci_high_pct"] + 1e-9)).all()  # fmt: skip


@pytest.mark.parametrize("by", ["city", "stage", "both"])
def test_types_and_carriers_of_the_groups_add_up_to_all(liaoning: Analysis, by: By) -> None:
    """Cities and stages each hold everybody once, and both together twice; the rows of all are those of the tables of all."""
    times = 2 if by == "both" else 1
    for make, keys in ((tabulate_types_filed, ["type"]), (tabulate_carriers_by_platform, ["type", "level"]), (tabulate_platform_overlap, ["combination"])):  # fmt: skip
        table = make(liaoning, by=by)
        counts = [c.code for c in table.columns if c.unit == "count" and c.code != "n_options"]
        frame, plain = table.frame, make(liaoning).frame.set_index(keys)
        parts = frame[frame["group"] != "all"].groupby(keys)[counts].sum()
        assert parts.loc[plain.index].equals(times * plain[counts])
        whole = frame[frame["group"] == "all"].set_index(keys)
        assert whole[list(plain.columns)].equals(plain)
        assert set(table.column("group").labels) >= set(frame["group"])


def test_types_of_a_city_by_hand(tiny: Analysis) -> None:
    """In the western city u4 (p2 and another, loose) and u6 (p1, two sets) told of T01; of T02 u6 alone (p1, loose): one answer, fewer than the k of 2."""
    table = tabulate_types_filed(tiny, by="city")
    west = table.frame[table.frame["group"] == "西市"].set_index("type")
    assert west.loc["T01", ["n_answered", "n_several", "n_none", "n_paper_only"]].tolist() == [2, 1, 0, 0]
    assert west.loc["T01", ["share_p1_pct", "share_p2_pct", "share_other_pct"]].tolist() == [50, 50, 50]
    assert west["note"].tolist() == ["", "Fewer than 2 answers: shares say little."]
    assert table.column("note").labels[west.loc["T02", "note"]].zh == "答卷不足 2 份，占比说明不了什么。"
    cross = tabulate_carriers_by_platform(tiny, by="city").frame.set_index(["group", "type", "level"]).sort_index()
    assert cross.loc[("西市", "T01"), "n"].tolist() == [0, 1, 1, 0]
    assert cross.loc[("西市", "T02", "1"), ["n", "n_p1", "note"]].tolist() == [1, 1, "Fewer than 2 answers: shares say little."]  # fmt: skip
    overlap = tabulate_platform_overlap(tiny, by="city").frame
    assert overlap[overlap["group"] == "西市"][["combination", "n"]].to_numpy().tolist() == [["p1", 1], ["p2+other", 1]]


def test_repeated_filing_of_cities_and_stages_by_hand(tiny: Analysis, liaoning: Analysis) -> None:
    """East: u1 one, u2 and u3 more; of its six types two are on no platform by u3 and one by u2. West: u6 alone answered on one document."""
    city = tabulate_filing_load(tiny, by="city").frame.set_index("group")
    assert city.loc["东市", ["n_told", "n_repeated", "n_pairs"]].tolist() == [3, 2, 6]
    assert city.loc["东市", "pairs_none_pct"] == pytest.approx(50)
    assert city.loc["西市", ["n_told", "n_repeated", "n_pairs", "pairs_none_pct"]].tolist() == [1, 1, 3, 0]
    both = tabulate_filing_load(liaoning, by="both").frame
    parts = both[both["group"] != "all"]
    assert parts[["n_told", "n_repeated"]].sum().tolist() == (2 * both.iloc[-1][["n_told", "n_repeated"]]).tolist()
    assert both.set_index("group").loc["211200", ["n_answered", "note"]].tolist() == [4, "Fewer than 5 answers: shares say little."]  # fmt: skip


def test_what_an_enterprise_uses_is_what_it_ticks_for_some_type(liaoning: Analysis) -> None:
    filing = filing_of(liaoning)
    answers = liaoning["questionnaire"].survey.answers
    asked = [code for code in answers.values if code.startswith("filed.")]
    place = answers.codebook.question(asked[0]).place_of_option("p5")
    anywhere = np.any([np.asarray(answers.values[code], dtype=bool)[:, place] for code in asked], axis=0)
    assert filing.used[:, filing.platforms.index("p5")].tolist() == anywhere.tolist()


def test_a_survey_that_does_not_ask_is_told_so(liaoning: Analysis) -> None:
    with pytest.raises(UsageError, match="does not ask on which platforms"):
        tabulate_platform_use(liaoning, "index")
