"""Consistency of an area's indicators: what is counted, what is refused, and that dependence by construction is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hmsurvey.analysis.coherence import dependent_pairs, indicators_below, tabulate_items, tabulate_reliability
from hmsurvey.errors import Text, UsageError
from hmsurvey.output.cohering import tell_coherence
from hmsurvey.output.content import content_of
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def study() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


def test_every_area_has_its_row_and_alpha_is_that_of_its_points(study: Analysis) -> None:
    result = study["index"]
    frame = tabulate_reliability(result).frame.set_index("node")
    assert list(frame.index) == ["A", "B", "C", "D", "E", "F"]
    assert result.scores is not None
    system = result.scores.system
    codes = [i.code for i in indicators_below(system, system.node("A"))]
    share = (result.scores.points[codes] / result.scores.most[codes]).dropna()
    covariance = np.cov(share.to_numpy(), rowvar=False)
    k = len(codes)
    assert frame.loc["A", "n_complete"] == len(share)
    assert frame.loc["A", "alpha"] == pytest.approx(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))
    assert (frame["alpha_low"] <= frame["alpha"]).all() and (frame["alpha"] <= frame["alpha_high"]).all()


def test_dependence_by_construction_is_found_and_said(study: Analysis) -> None:
    result = study["index"]
    assert result.scores is not None
    system = result.scores.system
    book = result.survey.codebook
    pairs = {node.code: dependent_pairs(indicators_below(system, node), book) for node in system.level("area")}
    assert ("B1.1", "B2.1") in pairs["B"], "no system, so no function of it"
    assert ("C1.1", "C1.5") in pairs["C"], "C1.5 is excused by the answers to C1.1 to C1.4"
    frame = tabulate_reliability(result).frame.set_index("node")
    for code, found in pairs.items():
        assert (frame.loc[code, "caution"] != "") == bool(found) or frame.loc[code, "caution"] in (
            "few",
            "items",
            "model",
        )
    assert (frame.loc[frame["n_dependent"] > 0, "caution"] != "").all()


def test_a_level_that_is_not_there_is_an_error_not_an_empty_table(study: Analysis) -> None:
    for verb in (tabulate_reliability, tabulate_items):
        with pytest.raises(UsageError, match=r"(?s)no such level.*zzz.*area"):
            verb(study["index"], level="zzz")


def test_the_headline_prints_no_coefficient_of_tied_indicators(study: Analysis) -> None:
    section = tell_coherence(content_of(study))
    assert section is not None
    said = next(block for block in section.blocks if isinstance(block, Text) and "tied to others by logic" in block.en)
    frame = tabulate_reliability(study["index"]).frame.set_index("node")
    (free,) = frame.index[frame["n_dependent"] == 0]
    row = frame.loc[free]
    assert (
        f"α = {row['alpha']:.2f}, 95% interval {row['alpha_low']:.2f} to {row['alpha_high']:.2f}" in said.en
        and said.en.count("α = ") == 1
    )
    assert said.en.startswith("In 5 of 6 areas") and "6 个方面中，有 5 个" in said.zh
