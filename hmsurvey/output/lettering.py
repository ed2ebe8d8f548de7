"""Letters in place of outlines: a drawn figure as a PDF takes it, with words that can be searched and a font that stands in the file once.

Matplotlib draws every letter as an outline and leaves the words beside it as a comment. Here the outlines of a line of words are replaced by the words themselves, in the same font, size and place; a line
that cannot be told letter by letter keeps its outlines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, unescape

_FACES = {
    "NotoSansSC-Regular": ("Noto Sans SC", False),
    "NotoSansSC-Bold": ("Noto Sans SC", True),
    "DejaVuSans": ("DejaVu Sans", False),
    "DejaVuSans-Bold": ("DejaVu Sans", True),
}
_LINE = re.compile(
    r'<!-- (?P<words>[^\n]*) -->\s*<g style="(?P<style>[^"]*)" transform="(?P<place>[^"]*?) *scale\((?P<scale>[\d.]+) -[\d.]+\)">'
    r"\s*(?:<defs>(?P<outlines>.*?)</defs>)?\s*(?P<letters>(?:<use [^>]*/>\s*)+)</g>",
    re.DOTALL,
)
_LETTER = re.compile(
    r'<use xlink:href="#([A-Za-z-]+)-[0-9a-f]+"(?: transform="translate\((-?[\d.]+) (-?[\d.]+)\)")?\s*/>'
)
_OUTLINE = re.compile(r'<path id="([^"]+)".*?/>', re.DOTALL)


def size_of(svg: str) -> tuple[float, float]:
    """Return width and height of a drawing by matplotlib in points.

    >>> size_of('<svg height="20pt" viewBox="0 0 10 20" width="10pt">')
    (10.0, 20.0)
    """
    head = svg[svg.index("<svg") :]
    wide, high = (
        float(found[1])
        for found in (re.search(rf'\b{side}="([\d.]+)pt"', head) for side in ("width", "height"))
        if found
    )
    return wide, high


def lettered(svg: str) -> str:
    """Return a drawing by matplotlib with words in place of the outlines of letters."""
    outlines = {match[1]: match[0] for match in _OUTLINE.finditer(svg)}
    done = _LINE.sub(_written, svg)
    # A line that keeps its outlines may lean on one that stood in a line now written out.
    leaning = set(re.findall(r'href="#([^"]+)"', done))
    there = {match[1] for match in _OUTLINE.finditer(done)}
    lost = "".join(outlines[name] for name in sorted(leaning - there) if name in outlines)
    return done.replace("</svg>", f"<defs>{lost}</defs></svg>") if lost else done


def _written(line: re.Match[str]) -> str:
    letters = _LETTER.findall(line["letters"])
    words = _words(line["words"], len(letters))
    known = all(face in _FACES and (not y or float(y) == 0) for face, _, y in letters)
    if not words or not known or len(letters) != line["letters"].count("<use"):
        return line[0]
    scale = float(line["scale"])
    runs = [
        f'<text transform="{line["place"]}" style="{line["style"]}" font-size="{100 * scale:g}" xml:space="preserve" {attributes}>{escape(text)}</text>'
        for attributes, text in _runs(words, letters, scale)
    ]
    return "".join(runs)


def _words(comment: str, n: int) -> str:
    """Return the words of a line of `n` letters as they were before matplotlib made a comment of them, or nothing."""
    words = unescape(comment)
    return next((text for text in (words, re.sub("- (?=-)", "-", words)) if len(text) == n), "")


def _runs(words: str, letters: list[tuple[str, str, str]], scale: float) -> Iterator[tuple[str, str]]:
    """Yield the parts of a line that stand in one font: where and how, and the letters."""
    placed = zip(words, letters, strict=True)
    for face, run in groupby(placed, key=lambda pair: pair[1][0]):
        part = list(run)
        family, bold = _FACES[face]
        x = float(part[0][1][1] or 0) * scale
        attributes = f'x="{x:.2f}" font-family="{family}"' + (' font-weight="bold"' if bold else "")
        yield attributes, "".join(char for char, _ in part)
