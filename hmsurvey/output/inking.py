"""A figure inked twice, as pixels and as a drawing of lines; its words are set once for both, and what was set for one figure is remembered for the next.

Matplotlib by itself sets every line of words four times (measured and drawn, in either form), letter by letter. Here a line is set at one size and kept: its letters with their places, its outline, its measures.
Pixels and drawing then take it at the size and place they need, so that both show the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import StringIO
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

_POINTS = 72.0
_REMEMBERED = 8_000  # lines of words; those of one study are some 3,000


class _Face(NamedTuple):
    """Everything that tells one font from another, without the size."""

    family: tuple[str, ...]
    style: str
    variant: str
    weight: str | int
    stretch: str | int
    file: str

    @classmethod
    def of(cls, prop: FontProperties) -> _Face:
        kept = prop.get_file()
        return cls(
            tuple(prop.get_family()),
            prop.get_style(),
            prop.get_variant(),
            prop.get_weight(),
            prop.get_stretch(),
            str(kept) if kept else "",
        )

    def properties(self) -> FontProperties:
        how: dict[str, Any] = self._asdict()
        return FontProperties(fname=how.pop("file") or None, **how | {"family": list(self.family)})


class _Line(NamedTuple):
    """A line of words set at the size `TextToPath.FONT_SCALE`: letters with their places, outlines by letter, the outline of all, width, height and descent."""

    letters: list[Any]
    outlines: Mapping[str, Any]
    outline: Path
    measures: tuple[float, float, float]


_OURS = ("Noto Sans SC",)
_SIGNS = frozenset("0123456789.%+−–/() ")  # of numbers; no two of them move closer together or apart in our fonts
_PLAIN = TextToPath()
_SIZE = float(_PLAIN.FONT_SCALE)


@lru_cache(maxsize=_REMEMBERED)
def _line(words: str, face: _Face) -> _Line:
    if len(words) > 1 and face.family[:1] == _OURS and _SIGNS.issuperset(words):
        return _joined([_line(char, face) for char in words])
    prop = face.properties()
    prop.set_size(_SIZE)
    measures = _PLAIN.get_text_width_height_descent(words, prop, False)
    letters, outlines, _ = _PLAIN.get_glyphs_with_font(_PLAIN._get_font(prop), words)  # type: ignore[attr-defined]
    return _Line(letters, outlines, _outline(letters, outlines), measures)


def _joined(signs: Sequence[_Line]) -> _Line:
    """Set a number from its signs side by side: ten times as fast as to have it set, and the same."""
    letters, x = [], 0.0
    for sign in signs:
        letters += [(name, x + dx, y, scale) for name, dx, y, scale in sign.letters]
        x += sign.measures[0]
    outlines = {name: outline for sign in signs for name, outline in sign.outlines.items()}
    below = max(down for _, _, down in (sign.measures for sign in signs))
    above = max(high - down for _, high, down in (sign.measures for sign in signs))
    return _Line(letters, outlines, _outline(letters, outlines), (x, above + below, below))


def _outline(letters: Sequence[Any], outlines: Mapping[str, Any]) -> Path:
    drawn = [(outlines[name], x, y) for name, x, y, _ in letters if len(outlines[name][0])]
    if not drawn:
        return Path(np.empty((0, 2)))
    return Path(
        np.concatenate([np.add(corners, [x, y]) for (corners, _), x, y in drawn]),
        np.concatenate([kinds for (_, kinds), _, _ in drawn]),
    )


class _Setter(TextToPath):
    """Gives lines of words as they were set before; formulas are left to matplotlib."""

    def _get_font(self, prop: FontProperties) -> Any:
        return _Face.of(prop)

    def get_glyphs_with_font(
        self, font: Any, s: str, glyph_map: Any = None, return_new_glyphs_only: bool = False, **_: Any
    ) -> Any:
        line = _line(s, font)
        known = {} if glyph_map is None else glyph_map
        new = {name: outline for name, outline in line.outlines.items() if name not in known}
        return line.letters, new if return_new_glyphs_only else {**known, **new}, []

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        scale = prop.get_size_in_points() / _SIZE
        wide, high, below = _line(s, _Face.of(prop)).measures
        return wide * scale, high * scale, below * scale


_SETTER = _Setter()


@lru_cache(maxsize=64)
def _reach(face: _Face) -> tuple[float | None, float, float]:
    """Return how far a font reaches above and below the line and its gap between lines, in ems; None where its tables do not say."""
    font: Any = _PLAIN._get_font(face.properties())  # type: ignore[attr-defined]
    head = font.get_sfnt_table("head")
    for name, gap, above, below in (
        ("OS/2", "sTypoLineGap", "sTypoAscender", "sTypoDescender"),
        ("hhea", "lineGap", "ascent", "descent"),
    ):
        table = font.get_sfnt_table(name)
        if table is not None and head is not None:
            return tuple(sign * table[key] / head["unitsPerEm"] for sign, key in ((1, above), (-1, below), (1, gap)))
    return None, 0.0, 0.0


def _font_height(prop: FontProperties, per_point: float) -> tuple[float | None, float | None, float | None]:
    above, below, gap = _reach(_Face.of(prop))
    if above is None:
        return None, None, None
    size = prop.get_size_in_points() * per_point
    return above * size, below * size, gap * size


class _Pixels(RendererAgg):
    def __init__(self, wide: float, high: float, dpi: float) -> None:
        super().__init__(wide, high, dpi)  # type: ignore[no-untyped-call]

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-untyped-call]
        scale = self.dpi / _POINTS
        wide, high, below = _SETTER.get_text_width_height_descent(s, prop, False)
        return wide * scale, high * scale, below * scale

    def _get_font_height_metrics(self, prop: FontProperties) -> Any:
        # Asked for by matplotlib from 3.11 on; without it fonts are looked up and their tables read for every line of words.
        return _font_height(prop, self.dpi / _POINTS)

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        if ismath:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]
            return
        scale = prop.get_size_in_points() / _SIZE * self.dpi / _POINTS
        place = Affine2D().scale(scale).rotate_deg(angle).translate(x, self.height - y)
        red, green, blue, alpha = gc.get_rgb()
        pen = self.new_gc()
        pen.copy_properties(gc)
        pen.set_linewidth(0)
        pen.set_snap(False)  # else letters of straight strokes, as many Chinese ones are, would move to whole pixels
        self.draw_path(pen, _line(s, _Face.of(prop)).outline, place, (red, green, blue, alpha))  # type: ignore[no-untyped-call]
        pen.restore()


class _Drawing(RendererSVG):
    def __init__(self, *what: Any, **how: Any) -> None:
        super().__init__(*what, **how)  # type: ignore[no-untyped-call]
        self._text2path = _SETTER

    def _get_font_height_metrics(self, prop: FontProperties) -> Any:
        return _font_height(prop, 1.0)


def ink_pixels(figure: Figure, dpi: float) -> NDArray[np.uint8]:
    """Return a figure as pixels: row x column x red, green, blue, opacity.

    Parameters
    ----------
    figure
        Any figure; it is left as it is.
    dpi
        Pixels an inch.
    """
    before = figure.get_dpi()
    figure.set_dpi(dpi)
    try:
        page: Any = _Pixels(figure.bbox.width, figure.bbox.height, dpi)
        figure.draw(page)
        return np.array(page.buffer_rgba(), dtype=np.uint8)
    finally:
        figure.set_dpi(before)


def ink_drawing(figure: Figure, about: Mapping[str, Any]) -> bytes:
    """Return a figure as SVG.

    Parameters
    ----------
    figure
        Any figure; it is left as it is.
    about
        What is said of it, by the keywords of `matplotlib`'s `savefig`.
    """
    before = figure.get_dpi()
    figure.set_dpi(_POINTS)
    try:
        out = StringIO()
        page: Any = _Drawing(figure.bbox.width, figure.bbox.height, out, image_dpi=before, metadata=dict(about))
        figure.draw(page)
        page.finalize()
        return out.getvalue().encode("utf-8")
    finally:
        figure.set_dpi(before)


__all__ = ["ink_drawing", "ink_pixels"]
