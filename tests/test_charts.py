"""Charts by content: what is drawn equals the table, what must be said is said, what leaves is stamped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from chart_tables import (
    CITIES,
    THREE,
    adjusted_table,
    area_table,
    carrier_table,
    coverage_table,
    distance_table,
    flow_of_stages,
    flow_table,
    indicator_table,
    need_table,
    nonresponse_table,
    provenance,
    stage_table,
    unit_table,
    visit_table,
)
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

import hmsurvey as hm
from hmsurvey.errors import DefinitionError, Lang, ProvenanceError, Text, UsageError
from hmsurvey.output import theme
from hmsurvey.output.charts import plot_areas, plot_carriers, plot_stages
from hmsurvey.output.charts_fieldwork import plot_coverage, plot_sample_flow, plot_visits
from hmsurvey.output.charts_reasons import plot_indicators, plot_needs, plot_nonresponse
from hmsurvey.output.charts_units import plot_distance, plot_units
from hmsurvey.output.charts_waves import plot_adjusted, plot_flows
from hmsurvey.output.figures import figures_of, write_figure
from hmsurvey.output.headlines_fieldwork import headline_sample_flow
from hmsurvey.output.map import plot_map, read_tiles
from hmsurvey.output.page import HouseFigure, nice_limits, plot_axes
from hmsurvey.output.stamping import WATERMARK, stamp
from hmsurvey.output.typesetting import given, number, own, percent, width, wrap
from hmsurvey.tables import Table

ROOT = Path(__file__).resolve().parent.parent
LANGS: tuple[Lang, ...] = ("zh", "en")
AREAS = {"A": Text("基础设施建设", "Infrastructure"), "B": Text("安全保密体系建设", "Security and secrecy")}
LONG = Text(
    "某某市某某县有色金属冶炼及压延加工股份有限责任公司第一分公司",
    "A very long name of a county with an industrial zone and two branches",
)
COUNTS = {"210100": (2, 5, 23, 0), "210200": (6, 4, 9, 1), "210300": (0, 1, 3, 0)}
CUTS = ((THREE["advanced"], 80.0), (THREE["intermediate"], 60.0))


def units(n: int = 40, cities: int = 2) -> Table:
    """Return units whose totals run evenly from 10 to 95; the last has none."""
    codes = [*CITIES, *(f"city{k}" for k in range(cities))][:cities]
    totals = np.linspace(10, 95, n)
    stages = ["advanced" if t >= 80 else "intermediate" if t >= 60 else "low" for t in totals]
    rows = [(f"企业{k}", codes[k % cities], t, s) for k, (t, s) in enumerate(zip(totals, stages, strict=True))]
    return unit_table([*rows, ("没有总分", "210100", np.nan, "unstaged")])


MOVES = [[3, 1, 0, 0, 2], [1, 27, 3, 3, 2], [0, 12, 128, 13, 27], [0, 2, 8, 2, 2], [1, 2, 14, 2, 0]]
TABLES: dict[str, tuple[Callable[..., Figure], Callable[[], Table], Callable[[], Table]]] = {
    "stages": (plot_stages, lambda: stage_table(COUNTS), lambda: stage_table({})),
    "areas": (
        plot_areas,
        lambda: area_table({"210100": (20, 18, 40.5, 30.0, 51.0), "210200": (9, 9, 52.0, np.nan, 44.0), "all": (29, 27, 44.3, 30.0, 48.7)}, areas=AREAS),
        lambda: area_table({}, areas=AREAS),
    ),
    "carriers": (plot_carriers, lambda: carrier_table([("T01", 10, 5, 1, 0), ("T02", 3, 1, 0, 0)]), lambda: carrier_table([])),
    "units": (plot_units, units, lambda: unit_table([])),
    "distance": (
        plot_distance,
        lambda: distance_table([("low", "intermediate", 50, 10, 2), ("low", "intermediate", 59, 1, 1), ("intermediate", "advanced", 81, 0, 1)]),
        lambda: distance_table([]),
    ),
    "needs": (
        plot_needs,
        lambda: need_table([("advanced", "a", 20, 12, 0, 1, 3), ("advanced", "b", 20, 15, 0, 0, 2), ("intermediate", "c", 9, 9, 0, 9, 9)]),
        lambda: need_table([]),
    ),
    "indicators": (plot_indicators, lambda: indicator_table([("A1", 40, 20, 3), ("A2", 15, 19, 9)]), lambda: indicator_table([])),
    "nonresponse": (plot_nonresponse, lambda: nonresponse_table([("q1", 20, 5, 1), ("q2", 20, 0, 0), ("q3", 0, 0, 0)]), lambda: nonresponse_table([])),
    "coverage": (plot_coverage, lambda: coverage_table([("210100", 40, 9, 20), ("210200", 10, 0, 0), ("all", 50, 9, 20)]), lambda: coverage_table([])),
    "flow": (plot_sample_flow, lambda: flow_table([("a", 60, np.nan, np.nan, 30, 28)]), lambda: flow_table([])),
    "visits": (plot_visits, lambda: visit_table([[1, 1, 0, 0], [0, 3, 0, 0], [0, 0, 4, 0], [0, 0, 0, 0]]), lambda: visit_table([[0] * 4] * 4)),
    "flows": (plot_flows, lambda: flow_of_stages(MOVES), lambda: flow_of_stages([[0] * 5] * 5)),
    "adjusted": (plot_adjusted, lambda: adjusted_table([("advanced", 5, 2.3, 1.1), ("intermediate", 36, 16.3, 20.9), ("low", 180, 81.4, 78.0)]), lambda: adjusted_table([])),
    "map": (plot_map, lambda: stage_table(COUNTS), lambda: stage_table({})),
}  # fmt: skip


def words(figure: Figure, gid: str = "") -> list[str]:
    """Return the texts of a figure, of one role or all, the watermark left out."""
    texts = [text for axes in figure.axes for text in axes.texts] + list(figure.texts)
    return [t.get_text() for t in texts if t.get_gid() != WATERMARK and (not gid or t.get_gid() == gid)]


def watermarks(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts if text.get_gid() == WATERMARK]


def bars(figure: Figure, gid: str) -> list[Rectangle]:
    return [p for axes in plot_axes(figure) for p in axes.patches if isinstance(p, Rectangle) and p.get_gid() == gid]


# ---- what is drawn equals the table


def test_bars_of_stages_are_the_shares_sorted_by_the_highest_stage() -> None:
    table = stage_table(COUNTS)
    figure = plot_stages(table, lang="zh")
    assert words(figure, "name") == ["合计", "大连", "沈阳", "鞍山"]
    assert words(figure, "n") == ["n = 54", "n = 20", "n = 30", "n = 4"]
    frame = table.frame.set_index("group").loc[["all", "210200", "210100", "210300"]]
    for code in (*THREE, "unstaged"):
        assert [bar.get_width() for bar in bars(figure, f"n_{code}")] == pytest.approx(list(frame[f"share_{code}_pct"]))
    ends = sum(np.array([bar.get_width() for bar in bars(figure, f"n_{code}")]) for code in (*THREE, "unstaged"))
    assert ends == pytest.approx(np.full(4, 100.0))


def test_a_share_of_few_is_written_as_a_count() -> None:
    figure = plot_stages(stage_table(COUNTS), lang="zh")
    assert {"1/4", "3/4"} <= set(words(figure, "share"))
    assert "n 小于 10 的行写家数，不写百分比。" in words(figure, "note")


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("lang", LANGS)
def test_any_number_of_stages_has_its_place_in_the_key(n: int, lang: Lang) -> None:
    stages = {f"s{k}": Text(f"第{k}级", f"Level {k}") for k in range(n, 0, -1)}
    counts = {"210100": [0, *[5] * (n - 1), 0], "210200": [0, *[9] * (n - 1), 2]}
    figure = plot_stages(stage_table(counts, stages=stages), lang=lang)
    none = {"zh": "（无）", "en": " (none)"}[lang]
    labels = [label.of(lang) for label in stages.values()]
    assert words(figure, "key") == [labels[0] + none, *labels[1:], {"zh": "未定", "en": "Unstaged"}[lang]]
    fills = [bars(figure, f"n_{code}")[0].get_facecolor() for code in stages]
    assert len(set(fills)) == n


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 8])
def test_colours_of_stages_grow_lighter_and_stay_apart(n: int) -> None:
    codes = [f"s{k}" for k in range(n)]
    colours = theme.stage_colours(codes)
    light = [theme.luminance(colours[code]) for code in codes]
    assert light == sorted(light)
    if n <= 6:
        assert min(b - a for a, b in pairwise(light)) > 0.02
    assert all(colours[a] != colours[b] for a, b in combinations([*codes, "unstaged"], 2))


def test_heat_map_shows_every_number_and_marks_what_is_not_there() -> None:
    figure = plot_areas(TABLES["areas"][1](), lang="en")
    assert words(figure, "name") == ["All", "Dalian", "Shenyang"]
    assert sorted(words(figure, "value")) == sorted(
        ["44.3", "30.0", "48.7", "52.0", "–", "44.0", "40.5", "30.0", "51.0"]
    )
    cells = {str(p.get_gid()): p for axes in plot_axes(figure) for p in axes.patches}
    assert cells["210200/A"].get_hatch()
    assert not cells["210200/B"].get_hatch()
    assert words(figure, "key")[-1] == "No data"
    dark, light = (theme.luminance(cells[gid].get_facecolor()) for gid in ("210200/total", "210100/A"))
    assert dark < light


def test_every_unit_is_a_point_or_is_counted_aside() -> None:
    table = units()
    figure = plot_units(table, lang="zh", cuts=CUTS)
    points = [c for axes in plot_axes(figure) for c in axes.collections if c.get_gid() in (*THREE, "unstaged")]
    drawn = sorted(float(x) for c in points for x in np.ma.getdata(c.get_offsets())[:, 0])
    assert drawn == pytest.approx(sorted(table.frame["total"].dropna()))
    assert words(figure, "aside") == ["+1"]
    assert set(words(figure, "cut")) == {"高级阶段 80", "中级阶段 60"}
    lines = [float(line.get_xdata()[0]) for axes in plot_axes(figure) for line in axes.lines if line.get_gid() == "cut"]
    assert sorted(lines) == [60, 80]


def test_points_in_a_row_do_not_cover_each_other() -> None:
    figure = plot_units(units(24), lang="en")
    (axes,) = plot_axes(figure)
    scale = axes.get_position().width * figure.get_figwidth() * 72 / np.ptp(axes.get_xlim())
    spots = np.array([p for c in axes.collections if c.get_gid() in THREE for p in np.ma.getdata(c.get_offsets())])
    apart = [np.hypot((a[0] - b[0]) * scale, a[1] - b[1]) for a, b in combinations(spots, 2)]
    assert min(apart) > 3.5


def test_rows_of_units_stand_beside_their_names() -> None:
    figure = plot_units(units(200), lang="en")
    (axes,) = plot_axes(figure)
    page = figure.axes[0]
    names = sorted(page.transData.transform(t.get_position())[1] for t in page.texts if t.get_gid() == "name")
    ends = [axes.transData.transform(p.get_path().vertices)[:, 1] for p in axes.patches]
    boxes = sorted((end.min() + end.max()) / 2 for end in ends)
    assert names == pytest.approx(boxes, abs=4)


def test_units_with_one_total_are_all_seen() -> None:
    figure = plot_units(unit_table([("x", "210100", 55.0, "low")] * 15), lang="en")
    (axes,) = plot_axes(figure)
    spots = {tuple(p) for c in axes.collections if c.get_gid() == "low" for p in np.ma.getdata(c.get_offsets())}
    assert len(spots) == 15
    assert "half of the enterprises or more score 55 (only 15 answers)" in " ".join(words(figure, "title"))


def test_needs_are_sorted_within_their_stage() -> None:
    figure = plot_needs(TABLES["needs"][1](), lang="en")
    assert words(figure, "name") == ["Need b", "Need a", "Need c"]
    assert [bar.get_width() for bar in bars(figure, "n_unmet")] == [15, 12, 9]
    assert [bar.get_width() for bar in bars(figure, "n_decisive")] == [2, 3, 9]
    assert words(figure, "head") == ["Advanced: 20 enterprises below it", "Intermediate: 9 enterprises below it"]
    assert 'for the intermediate stage that most enterprises below it do not meet is "need c": 9 of 9' in " ".join(
        words(figure, "title")
    )


def test_a_flow_of_two_surveys_says_which_is_which() -> None:
    rows = [("a", 60.0, 50.0, 40.0, 30.0, 28.0), ("b", 60.0, 20.0, 15.0, 10.0, 5.0)]
    table = flow_table(rows)
    names = {code: table.column("survey").labels.get(code, Text(code, code)) for code in ("a", "b")}
    en, zh = (" ".join(headline_sample_flow(table, lang).split()) for lang in ("en", "zh"))
    assert f'28 of 50 sent can be staged in the "{names["a"].en}" (56%)' in en
    assert f'5 of 20 sent can be staged in the "{names["b"].en}" (25%)' in en
    assert f"“{names['b'].zh}”发出 20 份" in zh
    assert "of 50 sent, 28 can be staged" in headline_sample_flow(flow_table(rows[:1]), "en")


@pytest.mark.parametrize("title", ["Infrastructure", "Electronic records management system"])
@pytest.mark.parametrize("areas", [4, 5, 6, 7, 9, 12])
def test_no_word_of_a_heading_is_broken(title: str, areas: int) -> None:
    values = {"210100": (20, 15, *[50.0] * (areas + 1)), "all": (20, 15, *[50.0] * (areas + 1))}
    table = area_table(values, areas={f"A{k}": Text("方面", title) for k in range(areas)})
    heads = words(plot_areas(table, lang="en"), "column")
    assert len(heads) == areas + 1
    for head in heads[1:]:
        assert "…" in head or " ".join(head.split()) == title, head


@pytest.mark.parametrize("room", [40.0, 62.0, 70.0, 90.0])
def test_even_lines_break_at_spaces(room: float) -> None:
    text = "Infrastructure and support"
    longest = width("Infrastructure", 8.5)
    assert " ".join(wrap(text, 8.5, max(room, longest), even=True)) == text


def test_distance_counts_everyone_with_a_stage_above() -> None:
    figure = plot_distance(TABLES["distance"][1](), lang="en")
    for stage, n in (("low", 2), ("intermediate", 1)):
        for side in ("points", "needs"):
            assert sum(bar.get_height() for bar in bars(figure, f"{side}/{stage}")) == n
    assert bars(figure, "points/intermediate")[0].get_height() == 1  # nothing lacking in the total


def test_carriers_add_up_with_dont_know_and_missing_hatched() -> None:
    figure = plot_carriers(TABLES["carriers"][1](), lang="en")
    assert words(figure, "key") == ["Captured", "Paper", "Don't know", "Missing (none)"]
    assert words(figure, "name") == ["Type T01", "Type T02"]
    parts = ["n_1", "n_0", "n_dk", "n_missing"]
    assert [round(bars(figure, part)[0].get_width(), 4) for part in parts] == [31.25, 62.5, 6.25, 0.0]
    assert all(bars(figure, part)[0].get_hatch() for part in parts[2:])


def test_labels_that_do_not_tell_types_apart_give_way_to_codes() -> None:
    table = carrier_table([("kept.T01", 1, 1, 0, 0), ("kept.T02", 1, 1, 0, 0)])
    column = replace(table.column("question"), labels=dict.fromkeys(["kept.T01", "kept.T02"], Text("同", "same")))
    figure = plot_carriers(replace(table, columns=(column, *table.columns[1:])), lang="en")
    assert sorted(words(figure, "name")) == ["T01", "T02"]


def test_map_has_all_fourteen_cities_at_their_places() -> None:
    tiles = read_tiles()
    figure = plot_map(stage_table(COUNTS), lang="zh")
    assert len(tiles) == 14
    assert words(figure, "city") == [tile.label.zh for tile in tiles]
    assert words(figure, "value") == ["7%", "30%", "0/4", *["无答卷"] * 11]
    corners = {p.get_gid(): p.get_xy() for axes in plot_axes(figure) for p in axes.patches}
    other = plot_map(stage_table({"210200": (1, 1, 1, 0)}), lang="en")
    assert corners == {p.get_gid(): p.get_xy() for axes in plot_axes(other) for p in axes.patches}
    hatched = {p.get_gid() for axes in plot_axes(figure) for p in axes.patches if p.get_hatch()}
    assert len(hatched) == 11


def test_map_counts_who_is_not_on_it() -> None:
    table = stage_table({**COUNTS, "unknown": (0, 1, 1, 0)}, names={**CITIES, "unknown": Text("未注明", "Not stated")})
    assert "2 more without a city on the map." in words(plot_map(table, lang="en"), "note")


def test_map_of_another_country_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="no tiles of this geography"):
        plot_map(stage_table(COUNTS), lang="en", geography="atlantis")
    with pytest.raises(UsageError, match="no percentage to map"):
        plot_map(indicator_table([]), lang="en")


def test_coverage_says_no_answers_and_flow_says_not_recorded() -> None:
    figure = plot_coverage(TABLES["coverage"][1](), lang="en")
    assert "no answers" in words(figure, "coverage")
    assert "50%  n = 20" in words(figure, "coverage")
    assert words(figure, "stock") == ["50 + 9", "40 + 9", "10 + 0"]
    flow = plot_sample_flow(TABLES["flow"][1](), lang="en")
    assert words(flow, "flow") == ["60", "not recorded", "not recorded", "30", "28 (93%)"]


def test_visits_and_nonresponse_and_indicators_show_their_numbers() -> None:
    visits = plot_visits(TABLES["visits"][1](), lang="en")
    assert [w for w in words(visits, "count") if w != "–"] == ["1", "1", "3", "4"]
    open_ = plot_nonresponse(TABLES["nonresponse"][1](), lang="en")
    assert words(open_, "name") == ["q1 question"]
    assert bars(open_, "missing_pct")[0].get_width() == 25
    weakest = plot_indicators(TABLES["indicators"][1](), lang="en")
    assert words(weakest, "name") == ["A2 indicator", "A1 indicator"]
    assert [bar.get_width() for bar in bars(weakest, "mean_share_pct")] == [15, 40]


# ---- what every figure owes


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("lang", LANGS)
def test_every_figure_is_stamped_and_complete(name: str, lang: Lang, tmp_path: Path) -> None:
    plot, make, make_empty = TABLES[name]
    for table in (make(), make_empty()):
        figure = plot(table, lang=lang)
        assert figure.get_figwidth() == pytest.approx(160 / 25.4)
        assert set(watermarks(figure)) == {{"zh": "模拟数据", "en": "SYNTHETIC"}[lang]}
        foot = " ".join(text.get_text() for text in figure.texts)
        for part in (
            Text("测试答卷", "Test answers").of(lang),
            "a maker",
            Text("2026年1月31日", "31 January 2026").of(lang),
            "3.2",
            f"hmsurvey {hm.__version__}",
        ):
            assert part in foot
        assert Text("模拟数据", "SYNTHETIC").of(lang) in foot
        title = "".join(words(figure, "title"))
        assert Text("模拟数据中", "In the synthetic data").of(lang) in title
        assert Text("辽宁", "Liaoning").of(lang) not in title
        if lang == "en":
            assert not any("\u3000" <= char <= "\uffef" for text in words(figure) for char in text)
        assert all("-" not in text for text in words(figure, "value"))
        _fits(figure)


def _fits(figure: Figure) -> None:
    """Hold every text to the page, and names to their column: nothing is cut off at the edge."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    for text in [text for axes in figure.axes for text in axes.texts] + list(figure.texts):
        if text.get_gid() == WATERMARK or not text.get_text():
            continue
        box = text.get_window_extent(renderer)
        assert box.x0 >= -1 and box.x1 <= figure.bbox.width + 1, text.get_text()
        assert box.y0 >= -1 and box.y1 <= figure.bbox.height + 1, text.get_text()


def test_real_data_bear_no_watermark_and_undeclared_their_own() -> None:
    real = plot_stages(stage_table(COUNTS, kind="real"), lang="en")
    assert watermarks(real) == []
    assert "".join(words(real, "title")).startswith("More than half of enterprises")
    assert "real data" in " ".join(text.get_text() for text in real.texts)
    undeclared = plot_stages(stage_table(COUNTS, kind="undeclared"), lang="en")
    assert set(watermarks(undeclared)) == {"UNDECLARED"}
    assert "undeclared origin" in "".join(words(undeclared, "title"))


@pytest.mark.parametrize("name", ["stages", "areas", "units", "needs", "coverage", "map", "distance"])
@pytest.mark.parametrize("lang", LANGS)
def test_a_crop_of_a_quarter_keeps_a_whole_watermark(name: str, lang: Lang) -> None:
    figure = TABLES[name][0](_large(name), lang=lang)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [
        t.get_window_extent(renderer) for axes in plot_axes(figure) for t in axes.texts if t.get_gid() == WATERMARK
    ]
    wide, high = figure.bbox.width, figure.bbox.height
    for x in np.linspace(0, wide / 2, 9):
        for y in np.linspace(0, high / 2, 7):
            inside = [b for b in boxes if b.x0 >= x and b.x1 <= x + wide / 2 and b.y0 >= y and b.y1 <= y + high / 2]
            assert inside, f"nothing from {x:.0f}, {y:.0f}"


def _large(name: str) -> Table:
    """Return tables of the size that the study has."""
    names = {f"c{k:02d}": Text(f"城市{k}", f"City number {k}") for k in range(14)}
    if name in ("stages", "map"):
        if name == "map":
            return stage_table({tile.code: (2, 8, 20, 0) for tile in read_tiles()})
        return stage_table({code: (3, 5, 22, 1) for code in names}, names=names)
    if name == "areas":
        return area_table({code: (30, 30, 40.0, 30.0, 50.0) for code in [*names, "all"]}, areas=AREAS)
    if name == "needs":
        return need_table(
            [("advanced" if k < 5 else "intermediate", f"n{k}", 200, 180 - k, 0, 1, 5) for k in range(10)]
        )
    if name == "coverage":
        return coverage_table([(code, 40, 9, 40) for code in [*names, "all"]])
    if name == "distance":
        rows = [("low", "intermediate", 50.0, float(k % 50), 1 + k % 3) for k in range(90)]
        return distance_table([*rows, ("intermediate", "advanced", 70, 10, 1)])
    return units(200, cities=9)


def test_watermark_is_quiet() -> None:
    figure = plot_units(units(), lang="zh")
    texts = [text for axes in plot_axes(figure) for text in axes.texts if text.get_gid() == WATERMARK]
    grey = 1 - float(texts[0].get_alpha() or 1) * (1 - mpl.colors.to_rgb(texts[0].get_color())[0])
    assert 0.90 <= grey <= 0.93
    assert all(text.get_zorder() < theme.MARKS for text in texts)


@pytest.mark.parametrize("name", TABLES)
def test_no_chart_says_that_a_character_is_missing(name: str, recwarn: pytest.WarningsRecorder, tmp_path: Path) -> None:
    plot, make, _ = TABLES[name]
    for lang in LANGS:
        table = make()
        write_figure(plot(table, lang=lang), tmp_path / name, table.provenance, lang)
    assert [w for w in recwarn if "missing from font" in str(w.message)] == []


def test_bands_are_as_wide_as_they_have_enterprises() -> None:
    figure = plot_flows(flow_of_stages(MOVES), lang="en")
    bands = {
        str(p.get_gid()): p.get_path().vertices
        for axes in plot_axes(figure)
        for p in axes.patches
        if str(p.get_gid()).startswith("flow")
    }
    assert len(bands) == sum(n > 0 for row in MOVES for n in row)
    high = {name: corners[-2][1] - corners[0][1] for name, corners in bands.items()}
    each = high["flow low/low"] / 128
    assert high["flow low/left"] == pytest.approx(27 * each) and high["flow entered/low"] == pytest.approx(14 * each)
    nodes = {
        str(p.get_gid()): p.get_height()
        for axes in plot_axes(figure)
        for p in axes.patches
        if str(p.get_gid()).startswith("node")
    }
    assert nodes["node left"] == pytest.approx(33 * each) and nodes["node entered"] == pytest.approx(19 * each)
    assert "of 175 enterprises with a stage in both waves 13 rose, 4 fell and 158 stayed" in " ".join(
        words(figure, "title")
    )
    assert {"Low  180", "Low  153", "Left  33", "Entered  19"} <= set(words(figure, "name"))


def test_a_users_missing_character_shows_and_is_named() -> None:
    names = {**CITIES, "210100": Text("𠮷林", "𠮷 town")}
    figure = plot_stages(stage_table(COUNTS, names=names), lang="zh")
    assert "〓林" in words(figure, "name")
    assert "〓：字体中没有的字（U+20BB7）。" in words(figure, "note")


def test_our_own_missing_character_is_an_error() -> None:
    with pytest.raises(DefinitionError, match=r"U\+20BB7"):
        own("本图𠮷")


def test_long_names_take_two_lines_and_end_in_an_ellipsis() -> None:
    figure = plot_stages(stage_table(COUNTS, names={**CITIES, "210200": LONG}), lang="zh")
    name = next(text for text in words(figure, "name") if "\n" in text)
    assert name.endswith("…") or name.replace("\n", "") == LONG.zh
    assert len(name.split("\n")) == 2
    _fits(figure)


def test_a_dollar_in_a_name_is_no_formula() -> None:
    names = {**CITIES, "210100": Text("甲$x^2$", "A $x^2$ B_1")}
    assert "A $x^2$ B_1" in words(plot_stages(stage_table(COUNTS, names=names), lang="en"), "name")


def test_one_city_is_drawn_once() -> None:
    figure = plot_stages(stage_table({"210100": (0, 1, 0, 0)}), lang="en")
    assert words(figure, "name") == ["Shenyang"]
    title = " ".join(words(figure, "title"))
    assert title == "In the synthetic data, 1 of 1 enterprise is at the intermediate stage (only 1 answer)"


def test_nobody_staged_and_nobody_at_the_top_are_said() -> None:
    none = plot_stages(stage_table({"210100": (0, 0, 0, 40)}), lang="zh")
    assert "没有企业可以定阶段" in "".join(words(none, "title"))
    top = plot_stages(stage_table({"210100": (0, 10, 40, 0)}), lang="zh")
    assert "没有一家处于高级阶段" in "".join(words(top, "title"))
    assert "高级阶段（无）" in words(top, "key")


def test_drawing_leaves_the_callers_settings_alone() -> None:
    before = dict(mpl.rcParams)
    plot_units(units(), lang="zh", cuts=CUTS)
    assert dict(mpl.rcParams) == before
    import matplotlib.pyplot as plt

    assert plt.get_fignums() == []


# ---- what leaves


def test_files_carry_their_provenance_and_are_the_same_twice(tmp_path: Path) -> None:
    table = stage_table(COUNTS)
    contents = []
    for place in ("a", "b"):
        figure = plot_stages(table, lang="zh")
        png, svg = write_figure(figure, tmp_path / place / "stages.png", table.provenance, "zh")
        assert (png.name, svg.name) == ("stages.png", "stages.svg")
        contents.append((png.read_bytes(), svg.read_bytes()))
        write_figure(figure, tmp_path / place / "again", table.provenance, "zh")
        assert (tmp_path / place / "again.png").read_bytes() == contents[-1][0]
    assert contents[0] == contents[1]
    with Image.open(tmp_path / "a" / "stages.png") as image:
        assert image.width == pytest.approx(160 / 25.4 * 300, abs=1)
        about = image.text  # type: ignore[attr-defined]
    assert about["Title"].startswith("模拟数据中")
    record = json.loads(about["hmsurvey"])
    assert record["kind"] == "synthetic"
    assert record["definitions"] == ["book 1.0", "system 2.1", "rule 3.2"]
    svg_text = contents[0][1].decode()
    assert "<text" not in svg_text
    assert "dc:date" not in svg_text
    assert not list(tmp_path.rglob("*.part"))


def test_a_foreign_figure_is_stamped_when_it_leaves(tmp_path: Path) -> None:
    figure = Figure(figsize=(4, 3))
    axes = figure.add_subplot()
    axes.plot([1, 2], [3, 4])
    write_figure(figure, tmp_path / "foreign", provenance("synthetic"), "en")
    assert set(watermarks(figure)) == {"SYNTHETIC"}
    high = figure.get_figheight()
    assert high > 3
    stamp(figure, provenance("synthetic"), "en")
    assert figure.get_figheight() == pytest.approx(high)
    assert len([t for t in figure.texts if "hmsurvey" in t.get_text()]) == 1


def test_a_stamp_is_never_bettered_and_nothing_leaves_without(tmp_path: Path) -> None:
    figure = plot_stages(stage_table(COUNTS), lang="en")
    with pytest.raises(ProvenanceError, match="cannot be replaced by a better one"):
        write_figure(figure, tmp_path / "x", provenance("real"), "en")
    with pytest.raises(TypeError, match="Provenance"):
        write_figure(figure, tmp_path / "x", "real", "en")  # type: ignore[arg-type]


def test_a_notebook_shows_a_figure_by_itself() -> None:
    figure = plot_stages(stage_table(COUNTS), lang="en")
    assert isinstance(figure, HouseFigure)
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert figure.headline.startswith("In the synthetic data")


@pytest.mark.parametrize("case", ["govtech_maturity", "nara_format_risk"])
def test_all_figures_of_a_real_case(case: str) -> None:
    analysis = hm.analyse(hm.read_study(ROOT / "cases" / case / "study.toml"))
    names = []
    for name, figure, source, table in figures_of(analysis, "en"):
        names.append(name.rsplit("_", 1)[0])
        assert watermarks(figure) == []
        assert source.kind == "real"
        assert table.provenance == source
        assert "enterprise" not in " ".join(words(figure, "title") + words(figure, "subtitle"))
        _fits(figure)
    assert names == ["stages", "areas", "units", "needs", "distance", "indicators", "nonresponse"]


# ---- words and numbers


def test_numbers_are_set_as_print_sets_them() -> None:
    assert number(-3.25, 1) == "−3.2"
    assert number(-0.01, 1) == "0.0"
    assert number(12345, 0) == "12\u2009345"
    assert [percent(v, "en") for v in (0, 0.2, 12.4, 99.7, 100)] == ["0%", "<1%", "12%", ">99%", "100%"]


def test_lines_break_where_they_may() -> None:
    lines = wrap("处于低级阶段的企业最多（58%），达到高级阶段的占 6%", 10, 120)
    assert all(width(line, 10) <= 120 for line in lines)
    assert not any(line[0] in "，）。" or line[-1] in "（" for line in lines)
    assert "".join(lines).replace(" ", "") == "处于低级阶段的企业最多（58%），达到高级阶段的占6%"
    assert wrap("", 10, 100) == [""]
    assert given("a “quoted” word’s end", "en") == 'a "quoted" word\'s end'


def test_axes_end_on_round_numbers() -> None:
    assert nice_limits(0, 0.7) == (0.0, 0.8, 0.2)
    assert nice_limits(-46, 37) == (-60.0, 40.0, 20.0)
    assert nice_limits(0, 0) == (0.0, 1.0, 0.2)
