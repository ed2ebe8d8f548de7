"""Figures out: PNG and SVG files whose bytes depend on nothing but their inputs."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from hmsurvey import __version__
from hmsurvey.errors import Lang
from hmsurvey.output.page import HouseFigure
from hmsurvey.output.results import provenance_record, write_bytes
from hmsurvey.output.stamping import stamp, stamped_kind
from hmsurvey.output.theme import themed
from hmsurvey.provenance import KIND_WORDS, Provenance

__all__ = ["stamp", "write_figure"]

DPI = 300


def write_figure(figure: Figure, path: Path, provenance: Provenance, lang: Lang) -> tuple[Path, Path]:
    """Write a figure as PNG and SVG, each as a whole or not at all.

    Parameters
    ----------
    figure
        Any figure; it is stamped first if it is not yet.
    path
        Where to, without or with a suffix; `.png` and `.svg` take its place.
    provenance
        Where its numbers come from.
    lang
        The language of the stamp.

    Returns
    -------
    tuple of Path
        The PNG and the SVG.

    Raises
    ------
    TypeError
        Something without provenance: nothing leaves without it.
    ProvenanceError
        The figure is stamped as worse than `provenance` says.
    """
    if not isinstance(provenance, Provenance):
        raise TypeError(f"a figure leaves with its Provenance, not with {type(provenance).__name__}")
    if stamped_kind(figure) != provenance.kind or not isinstance(figure, HouseFigure):
        stamp(figure, provenance, lang)
    png, svg = BytesIO(), BytesIO()
    title = figure.headline if isinstance(figure, HouseFigure) else ""
    record = json.dumps(provenance_record(provenance), ensure_ascii=False, sort_keys=True)
    with themed():
        FigureCanvasAgg(figure)
        about = {
            "Software": f"hmsurvey {__version__}",
            "Title": title,
            "Source": KIND_WORDS[provenance.kind].en,
            "hmsurvey": record,
        }
        figure.savefig(png, format="png", dpi=DPI, metadata=about)
        FigureCanvasSVG(figure)
        figure.savefig(
            svg,
            format="svg",
            metadata={"Date": None, "Creator": f"hmsurvey {__version__}", "Title": title, "Description": record},
        )
        FigureCanvasAgg(figure)
    base = path.with_suffix("") if path.suffix in (".png", ".svg") else path
    return (
        write_bytes(base.with_name(base.name + ".png"), png.getvalue()),
        write_bytes(base.with_name(base.name + ".svg"), svg.getvalue()),
    )
