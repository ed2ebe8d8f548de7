"""A figure as a PDF of its own: vector, with its words as words and its fonts inside.

It is made from the SVG that is written anyway, and says of its data what that says: title, sources, seal.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from hmsurvey import __version__
from hmsurvey.errors import Lang
from hmsurvey.output.lettering import lettered, size_of
from hmsurvey.output.press import press, set_plain
from hmsurvey.output.results import write_bytes
from hmsurvey.sealing import read_seal, seal


def figure_pdf(svg: bytes, lang: Lang) -> bytes:
    """Return a figure, as `write_figure` writes it in SVG, as a sealed PDF of the figure's own size.

    Raises
    ------
    TypeError
        A drawing without a seal: nothing leaves without saying where it comes from.
    """
    sealed = read_seal(svg, ".svg")
    if sealed is None:
        raise TypeError("a figure leaves with its seal: take the SVG that write_figure has written")
    text = svg.decode("utf-8")
    drawing = lettered(text)
    wide, high = size_of(drawing)
    about = {
        "lang": lang,
        "title": _said(text, "title"),
        "author": f"hmsurvey {__version__}",
        "keywords": [str(sealed.record.get("nature", "")), *map(str, sealed.record.get("definitions", ()))],
    }
    content = {**set_plain(about, lang), "description": _said(text, "description"), "width": wide, "height": high}
    record = {key: value for key, value in sealed.record.items() if key != "sha256"}
    return seal(press("figure.typ", content, {"figure.svg": drawing.encode("utf-8")}), ".pdf", record)


def _said(svg: str, what: str) -> str:
    found = re.search(rf"<dc:{what}>(.*?)</dc:{what}>", svg, re.DOTALL)
    return unescape(found[1]).strip() if found else ""


def write_figure_pdfs(folder: Path) -> list[Path]:
    """Write a PDF beside every figure of a run: `figures/LANG/NAME.svg` -> `NAME.pdf`."""
    written = []
    for lang in ("zh", "en"):
        for path in sorted((folder / lang).glob("*.svg")):
            written.append(
                write_bytes(path.with_suffix(".pdf"), figure_pdf(path.read_bytes(), "zh" if lang == "zh" else "en"))
            )
    return written
