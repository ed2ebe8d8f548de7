"""Figures as lines inside a page: every glyph stands in the page once, however many figures use it.

Matplotlib writes each letter's outline into each figure; for Chinese that is most of the file. Here the outlines are gathered, names inside a figure are made
its own, and nothing is kept that a page does not need. No text of a user survives but as outlines.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

_SVG, _HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_URL = re.compile(r"url\(#([^)]+)\)")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_GLYPH = re.compile(r"[A-Za-z][A-Za-z-]*-[0-9a-f]+")  # font and number, as matplotlib names outlines


class Glyphs:
    """The outlines that the figures of a page share, each under a short name: a page uses tens of thousands of letters."""

    def __init__(self) -> None:
        self.outlines: dict[str, tuple[str, str]] = {}
        self.names: dict[str, str] = {}

    def take(self, name: str, outline: str, transform: str) -> None:
        """Take up an outline, under the name that matplotlib gave it."""
        self.outlines[name] = (outline, transform)
        self.names.setdefault(name, f"g{len(self.names)}")

    def sheet(self) -> str:
        """Return the outlines as a hidden drawing for the top of the page."""
        if not self.outlines:
            return ""
        paths = [
            f'<path id="{self.names[name]}" d="{path}" transform="{transform}"/>'
            for name, (path, transform) in self.outlines.items()
        ]
        return (
            '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>'
            + "".join(paths)
            + "</defs></svg>"
        )


def inline_figure(svg: bytes, prefix: str, glyphs: Glyphs, *, label: str) -> str:
    """Return a figure as an `<svg>` element for a page.

    Parameters
    ----------
    svg
        A figure as matplotlib writes it, its letters drawn as outlines.
    prefix
        Put before every name in it, so that figures on one page do not meet.
    glyphs
        Takes up the outlines of letters.
    label
        The alternative text.
    """
    root = ElementTree.fromstring(svg)
    _drop_rest(root)
    _take_glyphs(root, glyphs)
    wanted = _referenced(root) - set(glyphs.outlines)
    for element in root.iter():
        _settle(element, prefix, wanted, glyphs)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-label", label)
    return ElementTree.tostring(root, encoding="unicode")


def _drop_rest(root: ElementTree.Element) -> None:
    """Drop what a page does not need: metadata, style sheets, empty definitions."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rsplit("}", 1)[-1] in ("metadata", "style"):
                parent.remove(child)


def _take_glyphs(root: ElementTree.Element, glyphs: Glyphs) -> None:
    blank = set()
    for defs in list(root.iter(f"{_SVG}defs")):
        for path in list(defs):
            name, outline = path.get("id", ""), path.get("d")
            if path.tag == f"{_SVG}path" and outline and _GLYPH.fullmatch(name) and "style" not in path.attrib:
                glyphs.take(name, " ".join(outline.split()), path.get("transform", ""))
                defs.remove(path)
            elif path.tag == f"{_SVG}path" and not outline and _GLYPH.fullmatch(name):
                blank.add(f"#{name}")  # a space
                defs.remove(path)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{_SVG}use" and child.attrib.get(_HREF, "") in blank:
                parent.remove(child)


def _referenced(root: ElementTree.Element) -> set[str]:
    found: set[str] = set()
    for element in root.iter():
        found |= {name for value in element.attrib.values() for name in _URL.findall(value)}
        found |= {element.attrib[key][1:] for key in (_HREF, "href") if element.attrib.get(key, "").startswith("#")}
    return found


def _settle(element: ElementTree.Element, prefix: str, wanted: set[str], glyphs: Glyphs) -> None:
    """Make an element's names the figure's own, and its numbers short."""
    element.tag = element.tag.removeprefix(_SVG)
    target = element.attrib.pop(_HREF, "")
    if target:
        known = glyphs.names.get(target[1:], target[1:])
        element.set("href", f"#{prefix}{target[1:]}" if target[1:] in wanted else f"#{known}")
    name = element.attrib.pop("id", "")
    if name in wanted:
        element.set("id", prefix + name)
    for key, value in element.attrib.items():
        value = _URL.sub(lambda match: f"url(#{prefix}{match[1]})", value)
        if key in ("d", "transform", "x", "y", "width", "height", "points", "viewBox"):
            value = " ".join(
                _LONG_NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value).split()
            )
        element.set(key, value)
    element.text = element.tail = None
