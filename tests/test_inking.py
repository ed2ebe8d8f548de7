"""A figure as pixels and as a drawing: what matplotlib itself would draw, from words that are set once."""

from __future__ import annotations

import gc
from io import BytesIO
from itertools import product
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from small_study import small_study

from hmsurvey.errors import LANGS, Lang
from hmsurvey.output.figures import figure_jobs, figures_of, picture_of
from hmsurvey.output.inking import ink_drawing, ink_pixels
from hmsurvey.output.theme import themed

ABOUT = {"Date": None, "Creator": "a test", "Title": "words"}


@pytest.fixture(scope="module", params=LANGS)
def figures(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Figure]:
    lang: Lang = request.param
    return [figure for _, figure, *_ in figures_of(small_study(tmp_path_factory.mktemp("study")), lang)]


def by_matplotlib(figure: Figure, dpi: float) -> np.ndarray:
    before = figure.get_dpi()
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    figure.set_dpi(before)
    return np.asarray(canvas.buffer_rgba())


@themed()
def test_a_drawing_is_what_matplotlib_writes(figures: list[Figure]) -> None:
    for figure in figures:
        written = BytesIO()
        figure.savefig(written, format="svg", metadata=ABOUT)
        assert ink_drawing(figure, ABOUT) == written.getvalue()


@themed()
def test_pixels_are_those_of_matplotlib_but_for_the_edges_of_letters(figures: list[Figure]) -> None:
    for figure in figures:
        ours, theirs = ink_pixels(figure, 150), by_matplotlib(figure, 150)
        assert ours.shape == theirs.shape
        apart = np.abs(ours.astype(int) - theirs.astype(int)).max(axis=2)
        assert (apart > 60).mean() < 0.001 and np.abs(ours.astype(float).mean() - theirs.mean()) < 0.1


@themed()
def test_letters_stand_where_matplotlib_puts_them() -> None:
    figure = Figure(figsize=(6, 3))
    for place, angle in enumerate((0, 14, 90, -30)):
        for row, align in enumerate(("bottom", "center", "top", "center_baseline", "baseline")):
            figure.text(0.1 + 0.22 * place, 0.1 + 0.17 * row, "沈阳 n = 31", va=align, rotation=angle, weight="bold")
    figure.text(0.5, 0.5, "two\nlines", linespacing=1.15, color="#B5482F", alpha=0.5)
    ours, theirs = ink_pixels(figure, 200), by_matplotlib(figure, 200)
    dark, dark_there = (255 - pixels[..., :3].astype(int).min(axis=2) for pixels in (ours, theirs))
    assert dark.sum() == pytest.approx(dark_there.sum(), rel=0.01)
    for side in (0, 1):
        at, there = (np.average(np.arange(d.shape[side]), weights=d.sum(axis=1 - side)) for d in (dark, dark_there))
        assert at == pytest.approx(there, abs=0.15)


@themed()
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_numbers_set_from_their_signs_are_numbers_set_whole(weight: str) -> None:
    figure = Figure(figsize=(8, 8))
    pairs = ["".join(pair) for pair in product("0123456789.%+−–/() ", repeat=2)]
    for place, number in enumerate([*pairs, "(0.05)", "−3.2", "59 + 31", "17–20%", "1/6", "0.42 (0.1–0.9)"]):
        across, up = ("left", "center", "right")[place % 3], ("bottom", "center", "top")[place // 3 % 3]
        figure.text(place % 20 / 20, place // 20 / 20, number, size=7.5, weight=weight, ha=across, va=up)  # type: ignore[arg-type]
    written = BytesIO()
    figure.savefig(written, format="svg", metadata=ABOUT)
    assert ink_drawing(figure, ABOUT) == written.getvalue()


def test_formulas_and_other_fonts_are_left_to_matplotlib() -> None:
    figure = Figure(figsize=(3, 1))
    figure.text(0.1, 0.5, r"$\frac{1}{2}$ of all", family="DejaVu Serif")
    with mpl.rc_context({"svg.hashsalt": "x", "text.parse_math": True}):
        written = BytesIO()
        figure.savefig(written, format="svg", metadata=ABOUT)
        assert ink_drawing(figure, ABOUT) == written.getvalue()
        assert (ink_pixels(figure, 100) == by_matplotlib(figure, 100)).all()


def test_a_figure_is_left_as_it_was(figures: list[Figure]) -> None:
    figure = figures[0]
    canvas, dpi, size = figure.canvas, figure.get_dpi(), tuple(figure.get_size_inches())
    ink_pixels(figure, 300), ink_drawing(figure, ABOUT)
    assert (figure.canvas, figure.get_dpi(), tuple(figure.get_size_inches())) == (canvas, dpi, size)


def test_the_order_of_figures_leaves_no_trace(tmp_path: Path) -> None:
    jobs = [(name, tabulate(), plot) for name, tabulate, plot in figure_jobs(small_study(tmp_path))][:6]
    there = {job[0]: picture_of(*job, "en") for job in jobs}
    for job in reversed(jobs):
        again = picture_of(*job, "en")
        assert (again.svg, again.png) == (there[job[0]].svg, there[job[0]].png)


def test_garbage_is_searched_for_again_after_a_figure(tmp_path: Path) -> None:
    name, tabulate, plot = next(iter(figure_jobs(small_study(tmp_path))))
    table = tabulate()
    picture_of(name, table, plot, "en")
    assert gc.isenabled()
    with pytest.raises(TypeError):
        picture_of(name, table, len, "en")  # type: ignore[arg-type]
    assert gc.isenabled()
