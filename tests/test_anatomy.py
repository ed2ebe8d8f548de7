"""What an index is made of: shares add up to 100, evidence is counted by its first letter, levels show what they earn."""

import math
from pathlib import Path

import pytest
from results import book, system

from hmsurvey.analysis.anatomy import (
    tabulate_evidence,
    tabulate_facts,
    tabulate_levels,
    tabulate_system,
    tabulate_weightings,
)
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import UsageError
from hmsurvey.indicators import read_system
from hmsurvey.weightings import reweight


def test_areas_with_their_items_indicators_and_weights() -> None:
    rows = tabulate_system(system()).frame.to_dict("records")
    assert [(row["area"], row["n_items"], row["n_indicators"], row["share_pct"]) for row in rows] == [
        ("A", 1, 2, 50.0),
        ("B", 1, 1, 50.0),
        ("all", 2, 3, 100.0),
    ]
    assert [row["each_pct"] for row in rows[:2]] == [25.0, 50.0] and math.isnan(rows[2]["each_pct"])
    reweighted = tabulate_system(reweight(system(), "mostly_a"))
    assert reweighted.frame["share_pct"].tolist() == [75.0, 25.0, 100.0]
    assert reweighted.provenance.definitions == ("system index 1.0 (mostly_a)",) and not reweighted.provenance.sources


def test_evidence_goes_by_the_first_letter() -> None:
    table = tabulate_evidence(system())
    assert table.frame.to_dict("records") == [
        {"area": "A", "n": 2, "n_G": 1, "n_N": 1, "n_none": 0, "n_X": 0},
        {"area": "B", "n": 1, "n_G": 0, "n_N": 0, "n_none": 0, "n_X": 1},
        {"area": "all", "n": 3, "n_G": 1, "n_N": 1, "n_none": 0, "n_X": 1},
    ]
    assert table.column("n_X").label.en == "X"


def test_weightings_with_status_and_assumption() -> None:
    assert tabulate_weightings(system()).frame.to_dict("records") == [
        {"weighting": "alike", "status": "assumed", "assumption": "", "A": 50.0, "B": 50.0},
        {"weighting": "mostly_a", "status": "published", "assumption": "A25", "A": 75.0, "B": 25.0},
    ]


def test_levels_with_their_points() -> None:
    frame = tabulate_levels(system(), book(), indicator="a1").frame
    assert frame["option"].tolist() == ["0", "1", "2", "na", "dk"]
    assert frame["points"].fillna(-1).tolist() == [0.0, 1.0, 2.0, -1.0, 0.0]


def test_facts_side_by_side() -> None:
    table = tabulate_facts(system(), book(), indicators=["a1", "a2"])
    one, two = table.frame.to_dict("records")
    assert (one["most"], one["evidence"], one["status"], one["problem"]) == (2.0, "G/N", "guideline", "P1")
    assert table.column("note").labels[one["note"]].en == "A note"
    assert (two["assumption"], two["source"], two["note"]) == ("A20", "", "")


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"(?s)no such indicator.*zz.*a1, a2, b1, loose"):
        tabulate_levels(system(), book(), indicator="zz")
    with pytest.raises(UsageError, match=r"(?s)no such indicator.*zz"):
        tabulate_facts(system(), book(), indicators=["zz"])
    for table in (tabulate_system, tabulate_evidence, tabulate_weightings):
        with pytest.raises(UsageError, match=r"(?s)no such level.*region.*area, item"):
            table(system(), level="region")


def test_the_built_in_index_is_what_its_notebook_says() -> None:
    """Notebook 02 says so in words: six areas, 17 items, 54 indicators, 8 of them mainly from the Guidelines."""
    codebook = read_codebook(locate_definition("digital_archives", "codebooks"))
    index = read_system(locate_definition("digital_archives", "systems"), codebook)
    whole = tabulate_system(index).frame.iloc[-1]
    assert (len(index.level("area")), whole["n_items"], whole["n_indicators"]) == (6, 17, 54)
    assert tabulate_evidence(index).frame.iloc[-1]["n_G"] == 8
    assert set(tabulate_weightings(index).frame["status"]) == {"assumed"}
    prose = (Path(__file__).resolve().parents[1] / "notebooks" / "02_index_system.py").read_text(encoding="utf-8")
    assert "six areas, 17 items, 54 indicators" in prose and "8 of 54" in prose
