"""All figures of a study in a fixed order, and figures out as PNG and SVG whose bytes depend on nothing but their inputs.

Which figures apply follows from what a study has: scores, needs, single types, a registry, visits, tiles; those of a section of inference stand with that section. A figure is drawn
when it is asked for.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from hmsurvey import __version__
from hmsurvey.analysis.carriers import tabulate_carriers
from hmsurvey.analysis.coverage import tabulate_coverage, tabulate_nonresponse, tabulate_sample_flow
from hmsurvey.analysis.cutoffs import cut_offs
from hmsurvey.analysis.tabulation import (
    tabulate_areas,
    tabulate_distance,
    tabulate_indicators,
    tabulate_needs,
    tabulate_stages,
    tabulate_units,
)
from hmsurvey.errors import Lang
from hmsurvey.output.charts import plot_areas, plot_carriers, plot_stages
from hmsurvey.output.charts_fieldwork import plot_coverage, plot_sample_flow
from hmsurvey.output.charts_reasons import plot_indicators, plot_needs, plot_nonresponse
from hmsurvey.output.charts_units import plot_distance, plot_units
from hmsurvey.output.cohering import coherence_jobs
from hmsurvey.output.comparing import difference_jobs
from hmsurvey.output.content import Job, area_level
from hmsurvey.output.coordinating import coordination_jobs
from hmsurvey.output.edition import Picture
from hmsurvey.output.figure_pdf import figure_pdf
from hmsurvey.output.headlines import ENTERPRISES, UNITS, Noun
from hmsurvey.output.inking import ink_drawing, ink_pixels
from hmsurvey.output.landscaping import landscape_jobs
from hmsurvey.output.map import plot_map
from hmsurvey.output.packing import pack_png
from hmsurvey.output.page import HouseFigure
from hmsurvey.output.platform_findings import platform_jobs
from hmsurvey.output.problem_findings import problem_jobs
from hmsurvey.output.results import provenance_record, write_bytes
from hmsurvey.output.rivalling import rival_jobs, yardstick_jobs
from hmsurvey.output.robust import robustness_jobs
from hmsurvey.output.sealed import seal_record
from hmsurvey.output.shares import many_answer_jobs, share_jobs
from hmsurvey.output.stamping import stamp, stamped_kind
from hmsurvey.output.theme import themed
from hmsurvey.output.trying import what_if_jobs
from hmsurvey.output.visiting import visit_jobs
from hmsurvey.output.waving import wave_jobs
from hmsurvey.output.weighing import weight_jobs
from hmsurvey.provenance import NATURE_WORDS, Provenance
from hmsurvey.sealing import seal
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table

__all__ = ["figure_jobs", "figures_of", "picture_of", "stamp", "write_figure"]

DPI = 300


def figures_of(analysis: Analysis, lang: Lang) -> Iterator[tuple[str, Figure, Provenance, Table]]:
    """Draw all figures that apply to a study, one after the other.

    Yields
    ------
    tuple
        Name (of files, the same in every language), figure, provenance, and the table behind it. Tables whose `personal` is True list single
        units: the figure shows marks without names, the table must stay inside.
    """
    for name, tabulate, plot in figure_jobs(analysis):
        table = tabulate()
        yield name, plot(table, lang=lang), table.provenance, table


def picture_of(name: str, table: Table, plot: Callable[..., Figure], lang: Lang) -> Picture:
    """Draw a table and return the picture, as files hold it."""
    with _undisturbed():
        return _picture(name, table, plot, lang)


def _picture(name: str, table: Table, plot: Callable[..., Figure], lang: Lang) -> Picture:
    figure = plot(table, lang=lang)
    png, svg = _render(figure, table.provenance, lang)
    return Picture(name, table, getattr(figure, "headline", "") or table.title.of(lang), svg, png)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Search for garbage once a figure is done, and only among what it was made of: to search in between finds nothing and goes through the whole study each time."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if searching:
            gc.enable()


def figure_jobs(analysis: Analysis) -> Iterator[Job]:
    """Yield the figures that apply to a study: name, how the table is made, how it is drawn."""
    noun = ENTERPRISES if analysis.study.units == "enterprises" else UNITS
    geography = analysis.study.geography
    if analysis.registry is not None:
        coverage = partial(tabulate_coverage, analysis)
        yield "coverage", coverage, partial(plot_coverage, noun=noun)
        if geography:
            for code in analysis.results:
                value = f"coverage_{code}_pct"
                yield f"coverage_map_{code}", coverage, partial(plot_map, geography=geography, value=value)
        yield "sample_flow", partial(tabulate_sample_flow, analysis), partial(plot_sample_flow, noun=noun)
    for code, result in analysis.results.items():
        yield from _survey_jobs(code, result, noun=noun, geography=geography)
        for jobs in (
            share_jobs,
            difference_jobs,
            many_answer_jobs,
            weight_jobs,
            robustness_jobs,
            rival_jobs,
            coherence_jobs,
            wave_jobs,
            visit_jobs,
            what_if_jobs,
        ):
            yield from jobs(analysis, result, noun=noun)
    yield from yardstick_jobs(analysis, noun=noun)
    yield from landscape_jobs(analysis)
    yield from platform_jobs(analysis, noun=noun)
    yield from problem_jobs(analysis, noun=noun)
    yield from coordination_jobs(analysis)


def _survey_jobs(code: str, result: SurveyResult, *, noun: Noun, geography: str) -> Iterator[Job]:
    scores, stages = result.scores, result.stages
    grouped = bool(result.survey.codebook.group_question)
    if stages is not None:
        yield f"stages_{code}", partial(tabulate_stages, result), partial(plot_stages, noun=noun)
        if geography and grouped:
            yield f"stages_map_{code}", partial(tabulate_stages, result), partial(plot_map, geography=geography)
    if scores is not None:
        yield f"areas_{code}", partial(tabulate_areas, result, level=area_level(scores.system)), plot_areas
    if stages is not None and scores is not None:
        yield f"units_{code}", partial(tabulate_units, result), partial(plot_units, cuts=cut_offs(result), noun=noun)
    if stages is not None and any(stage.needs for stage in stages.rule.stages):
        yield f"needs_{code}", partial(tabulate_needs, result), partial(plot_needs, noun=noun)
        if scores is not None and cut_offs(result):
            yield f"distance_{code}", partial(tabulate_distance, result), partial(plot_distance, noun=noun)
    if scores is not None:
        yield f"indicators_{code}", partial(tabulate_indicators, result), partial(plot_indicators, noun=noun)
    if stages is not None and stages.rule.per_answer is not None:
        yield f"carriers_{code}", partial(tabulate_carriers, result), partial(plot_carriers, noun=noun)
    yield f"nonresponse_{code}", partial(tabulate_nonresponse, result), plot_nonresponse


def write_figure(
    figure: Figure, path: Path, provenance: Provenance, lang: Lang, *, pdf: bool = False
) -> tuple[Path, ...]:
    """Write a figure as PNG and SVG, and as PDF if asked, each as a whole or not at all.

    Parameters
    ----------
    figure
        Any figure; it is stamped first if it is not yet.
    path
        Where to, without or with a suffix; `.png`, `.svg` and `.pdf` take its place.
    provenance
        Where its numbers come from.
    lang
        The language of the stamp.
    pdf
        Whether a PDF is written too: vector, its words as words, its fonts inside.

    Returns
    -------
    tuple of Path
        The PNG, the SVG and, if asked for, the PDF.

    Raises
    ------
    TypeError
        Something without provenance: nothing leaves without it.
    ProvenanceError
        The figure is stamped as worse than `provenance` says.
    """
    png, svg = _render(figure, provenance, lang)
    base = path.with_suffix("") if path.suffix in (".png", ".svg", ".pdf") else path
    forms = {".png": png, ".svg": svg} | ({".pdf": figure_pdf(svg, lang)} if pdf else {})
    return tuple(write_bytes(base.with_name(base.name + suffix), content) for suffix, content in forms.items())


def _render(figure: Figure, provenance: Provenance, lang: Lang) -> tuple[bytes, bytes]:
    """Return a figure as PNG and SVG, stamped."""
    if not isinstance(provenance, Provenance):
        raise TypeError(f"a figure leaves with its Provenance, not with {type(provenance).__name__}")
    if stamped_kind(figure) != provenance.kind or not isinstance(figure, HouseFigure):
        stamp(figure, provenance, lang)
    title = figure.headline if isinstance(figure, HouseFigure) else ""
    record = json.dumps(provenance_record(provenance), ensure_ascii=False, sort_keys=True)
    maker = f"hmsurvey {__version__}"
    nature = NATURE_WORDS[provenance.nature].en
    with themed():
        about = {"Software": maker, "Title": title, "Source": nature, "hmsurvey": record}
        png = pack_png(ink_pixels(figure, DPI), dpi=DPI, about=about)
        svg = ink_drawing(figure, {"Date": None, "Creator": maker, "Title": title, "Description": record})
    said = seal_record(provenance)
    return seal(png, ".png", said), seal(svg, ".svg", said)
