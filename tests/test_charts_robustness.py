"""Charts of variations: every unit a strip without a name, shares within their range, a bar a factor; empty tables say so."""

from dataclasses import replace
from pathlib import Path

import matplotlib.figure
import numpy as np
import pytest

from hmsurvey.analysis.chances import tabulate_share_ranges, tabulate_stage_chances
from hmsurvey.analysis.robustness import vary
from hmsurvey.analysis.sensitivity import tabulate_influence, trace_choices
from hmsurvey.errors import LANGS, Lang
from hmsurvey.output.charts_robustness import plot_influence, plot_share_ranges, plot_stage_chances
from hmsurvey.output.page import plot_axes
from hmsurvey.study import analyse, read_study
from hmsurvey.tables import Table

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    index = analyse(read_study(ROOT / "study.toml"))["index"]
    assert index.plan.variation is not None
    found = vary(index, index.plan.variation, draws=400)
    influence = tabulate_influence(trace_choices(found, runs=64, replicates=20))
    return {"chances": tabulate_stage_chances(found), "ranges": tabulate_share_ranges(found), "influence": influence}


def words(figure: matplotlib.figure.Figure) -> str:
    return " ".join(t.get_text() for t in figure.findobj(matplotlib.text.Text))


@pytest.mark.parametrize("lang", LANGS)
def test_every_enterprise_is_a_strip_without_a_name(tables: dict[str, Table], lang: Lang) -> None:
    table = tables["chances"]
    figure = plot_stage_chances(table, lang=lang)
    (axes,) = plot_axes(figure)
    strips = {patch.get_gid(): patch.get_data() for patch in axes.patches}
    heights = {code: strip.values - strip.baseline for code, strip in strips.items()}
    assert np.allclose(sum(heights.values()), np.full(235, 100.0))
    assert all(np.array_equal(strip.edges, np.arange(236)) for strip in strips.values())
    assert not [unit for unit in table.frame["unit"] if unit in words(figure)]
    assert ("SYNTHETIC" if lang == "en" else "模拟数据") in words(figure)
    order = table.frame.sort_values("total", na_position="first", kind="stable")["chance_low_pct"].to_numpy()
    np.testing.assert_allclose(heights["low"], order)


@pytest.mark.parametrize("lang", LANGS)
def test_shares_and_factors(tables: dict[str, Table], lang: Lang) -> None:
    (axes,) = plot_axes(plot_share_ranges(tables["ranges"], lang=lang))
    drawn = [line.get_xdata()[0] for line in axes.lines if line.get_gid() == "share"]
    np.testing.assert_allclose(drawn, tables["ranges"].frame["share_pct"])
    influence = tables["influence"]
    figure = plot_influence(influence, lang=lang)
    (axes,) = plot_axes(figure)
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], influence.frame["total"])
    assert ("Cut-offs of the total" if lang == "en" else "总分分数线") in words(figure)


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_to_draw_is_said(tables: dict[str, Table], lang: Lang) -> None:
    for name, plot in (("chances", plot_stage_chances), ("ranges", plot_share_ranges), ("influence", plot_influence)):
        empty = replace(tables[name], frame=tables[name].frame.head(0))
        assert ("nothing to draw" if lang == "en" else "没有可画的数据") in words(plot(empty, lang=lang))
