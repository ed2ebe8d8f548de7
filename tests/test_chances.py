"""The tables of variations: quantiles as if every draw had been kept, chances that add up, and what matters most where it is known."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_robustness import CUTS, WEIGHTS, factor, variation

from hmsurvey.analysis.chances import (
    firm,
    quantiles_of_counts,
    tabulate_city_chances,
    tabulate_share_ranges,
    tabulate_stage_chances,
)
from hmsurvey.analysis.robustness import Variations, vary
from hmsurvey.analysis.sensitivity import tabulate_influence, tabulate_unit_influence, trace_choices
from hmsurvey.errors import UsageError
from hmsurvey.study import analyse, read_study
from hmsurvey.variation import Factor

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def variations() -> Variations:
    index = analyse(read_study(ROOT / "study.toml"))["index"]
    assert index.plan.variation is not None
    return vary(index, index.plan.variation, draws=1000, seed=4)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_quantiles_are_those_of_the_draws(values: list[int], probabilities: list[float]) -> None:
    counts = np.bincount(values, minlength=10)[None, :]
    found = quantiles_of_counts(counts, tuple(probabilities))
    np.testing.assert_allclose(found[0], np.quantile(values, probabilities), rtol=0, atol=1e-9)


def test_no_draws_no_quantile() -> None:
    assert np.isnan(quantiles_of_counts(np.zeros((1, 3), dtype=int), (0.5,))).all()


def test_chances_of_every_enterprise_add_up(variations: Variations) -> None:
    table = tabulate_stage_chances(variations)
    chances = table.frame[[c for c in table.frame if c.startswith("chance_")]]
    np.testing.assert_allclose(chances.sum(axis=1), 100)
    assert table.personal and (table.frame["on_edge"] == "no").sum() == firm(variations).sum()
    assert (table.frame["rank_low"] <= table.frame["rank_median"]).all()
    assert (table.frame["rank_median"] <= table.frame["rank_high"]).all()
    assert "What was varied" in table.notes[1].en and "变动的是" in table.notes[1].zh and "seed 4" in table.notes[0].en
    assert table.provenance.kind == "synthetic" and table.provenance.seed == 4
    assert "variation digital_archives 1.0" in table.provenance.definitions
    one = table.frame[table.frame["kept_pct"].between(1, 99)].iloc[0]
    share = one["kept_pct"] / 100
    assert one["kept_error_pct"] == pytest.approx(100 * (share * (1 - share) / 1000) ** 0.5)


def test_shares_by_city_add_up_to_the_province(variations: Variations) -> None:
    ranges, cities = tabulate_share_ranges(variations).frame, tabulate_city_chances(variations).frame
    assert ranges["mean_pct"].sum() == pytest.approx(100) and ranges["n"].sum() == 235
    assert (ranges["low_pct"] <= ranges["high_pct"]).all() and (ranges["n_firm"] <= ranges["n"]).all()
    rows = cities[cities["group"] != "all"]
    for k, code in enumerate(variations.stages):
        whole = (rows[f"mean_{code}_pct"] * rows["n"]).sum() / 235
        assert whole == pytest.approx(100 * variations.chances[:, k].mean())
        assert cities.iloc[-1][f"mean_{code}_pct"] == pytest.approx(whole)


def test_what_matters_most_where_it_is_known(variations: Variations) -> None:
    """Cut-offs that move by 30 points drown weights that move by a hundredth."""
    index = variations.result
    wide = factor("cut", of=("total80", "total60"), amount=30.0, together=True)
    tiny = Factor("tiny", WEIGHTS.label, "noise", level="area", amount=0.01)
    found = trace_choices(vary(index, variation(wide, tiny), draws=10), runs=256, replicates=20)
    low = found.shares["low"]
    assert low.total[0] > 0.95 and low.total[1] < 0.02 and low.first[0] > 0.8
    table = tabulate_influence(found)
    assert set(table.frame["factor"]) == {"cut", "tiny"}
    units = tabulate_unit_influence(found)
    assert units.personal and (units.frame["most"] == "cut").mean() > 0.9
    assert (
        trace_choices(vary(index, variation(wide, tiny), draws=10), runs=256, replicates=0).shares["low"].first[0]
        == low.first[0]
    )


def test_one_factor_has_nothing_to_be_compared_with(variations: Variations) -> None:
    with pytest.raises(UsageError, match="nothing to compare"):
        trace_choices(vary(variations.result, variation(CUTS), draws=10))
