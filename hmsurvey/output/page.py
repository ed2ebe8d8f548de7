"""A figure's page: title, subtitle, key, plot area and notes, set from the top down in points at the printed width.

Charts say what stands where in the plot area; everything around it is the same in every figure. The page knows no table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.output import theme
from hmsurvey.output.typesetting import own, width, wrap

PAGE, PLOT = "page", "plot"
_LEADING = 1.32
_SWATCH = 9.0


class HouseFigure(Figure):
    """A figure that a notebook shows by itself, without pyplot; `headline` is its finding in words, for alternative texts."""

    headline: str = ""

    def _repr_png_(self) -> bytes:
        content = BytesIO()
        with theme.themed():
            self.savefig(content, format="png", dpi=144)
        return content.getvalue()


@dataclass(frozen=True, slots=True)
class KeyItem:
    """One entry of the key: words beside a swatch."""

    label: str
    colour: str
    hatch: str = ""
    edge: str = "none"
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the plot: the finding, what is shown, the key."""

    title: str
    subtitle: str = ""
    key: tuple[KeyItem, ...] = ()


class Page:
    """A page under construction; lengths are points, x from the left of the page, y down from the top of the plot area."""

    def __init__(self, head: Head, *, height: float, page_width: float = theme.FULL_WIDTH) -> None:
        theme.register_fonts()
        self.width, self.height, self._full = page_width - 2 * theme.MARGIN, height, page_width
        title = wrap(own(head.title), theme.TITLE, self.width, bold=True, even=True)
        subtitle = wrap(own(head.subtitle), theme.LABEL, self.width) if head.subtitle else []
        rows = _key_rows(head.key, self.width)
        title_high = len(title) * theme.TITLE * _LEADING
        subtitle_high = len(subtitle) * theme.LABEL * _LEADING
        key_high = len(rows) * 15.0
        self.top = 4 + title_high + 2 + subtitle_high + (7 + key_high if rows else 0) + 8
        self._total = self.top + height + 4
        self.figure = HouseFigure(figsize=(page_width / 72, self._total / 72))
        self.figure.headline = head.title
        self._page = self.figure.add_axes((0.0, 0.0, 1.0, 1.0), label=PAGE, zorder=-1)
        self._page.set(xlim=(-theme.MARGIN, page_width - theme.MARGIN), ylim=(self._total - self.top, -self.top))
        self._page.set_axis_off()
        y = 4 - self.top
        y = self._lines(title, y, theme.TITLE, weight="bold", gid="title") + 2
        y = self._lines(subtitle, y, theme.LABEL, color=theme.SOFT, gid="subtitle") + 7
        for row in rows:
            for x, item in row:
                self.swatch(x, y + 2.5, _SWATCH, _SWATCH, item)
                self.text(x + _SWATCH + 4, y + 7, item.label, va="center", gid="key")
            y += 15

    def _lines(self, lines: Sequence[str], y: float, size: float, **style: Any) -> float:
        for line in lines:
            self.text(0, y + size * _LEADING / 2, line, size=size, va="center", **style)
            y += size * _LEADING
        return y

    def text(self, x: float, y: float, words: str, **style: Any) -> None:
        """Write one or more lines of words on the page."""
        defaults: dict[str, Any] = {"size": theme.NOTE, "va": "center", "linespacing": 1.15, "zorder": theme.WORDS}
        style = defaults | style
        if style["va"] == "center":
            style["va"] = "center_baseline" if "\n" not in words else "center"
        self._page.text(x, y, words, **style)

    def swatch(self, x: float, y: float, wide: float, high: float, item: KeyItem) -> None:
        """Draw a filled box on the page, for the key."""
        if item.marker:
            style: dict[str, Any] = {"marker": item.marker, "markersize": 6.5, "linestyle": "none", "gid": "key"}
            edge: dict[str, Any] = {
                "markeredgecolor": item.edge,
                "markeredgewidth": 0.7,
                "markerfacecolor": item.colour,
            }
            self._page.plot([x + wide / 2], [y + high / 2], **style, **edge)
            return
        self._page.add_patch(
            Rectangle(
                (x, y),
                wide,
                high,
                facecolor=item.colour,
                hatch=item.hatch or None,
                edgecolor=item.edge if item.edge != "none" else "#6E6E6E" if item.hatch else "none",
                linewidth=0.6 if item.hatch or item.edge != "none" else 0,
                gid="key",
            )
        )

    def rule(self, y: float, *, left: float = 0.0, right: float | None = None) -> None:
        """Draw a hairline across the page."""
        self._page.plot(
            [left, self.width if right is None else right], [y, y], color=theme.FAINT, linewidth=0.6, zorder=1
        )

    def axes(self, left: float, top: float, wide: float, high: float) -> Axes:
        """Add axes at a place in the plot area."""
        bottom = self._total - self.top - top - high
        rect = ((left + theme.MARGIN) / self._full, bottom / self._total, wide / self._full, high / self._total)
        axes = self.figure.add_axes(rect, label=PLOT)
        axes.tick_params(left=False, labelleft=False)
        axes.set_yticks(
            []
        )  # names of rows are words of the page; ticks that nobody sees would be worked out all the same
        return axes


def _key_rows(items: Sequence[KeyItem], room: float) -> list[list[tuple[float, KeyItem]]]:
    rows: list[list[tuple[float, KeyItem]]] = []
    x = room + 1.0
    for item in items:
        wide = _SWATCH + 4 + width(item.label, theme.NOTE)
        if x + wide > room:
            rows.append([])
            x = 0.0
        rows[-1].append((x, item))
        x += wide + 14
    return rows


def plot_axes(figure: Figure) -> Iterator[Axes]:
    """Yield the axes that hold data, without the page around them."""
    for axes in figure.axes:
        if axes.get_label() != PAGE:
            yield axes


def add_below(figure: Figure, lines: Sequence[str], *, size: float, gid: str, colour: str = theme.SOFT) -> None:
    """Make a figure taller at its foot and write lines there; what was drawn keeps its size."""
    if not lines:
        return
    step = size * _LEADING
    extra = (len(lines) * step + 5) / 72
    resize(figure, extra)
    high = figure.get_figheight() * 72
    left = theme.MARGIN / (figure.get_figwidth() * 72)
    for place, line in enumerate(reversed(lines)):
        figure.text(left, (4 + (place + 0.25) * step) / high, line, size=size, color=colour, va="baseline", gid=gid)


def resize(figure: Figure, extra: float) -> None:
    """Add inches at the foot of a figure (or take them away)."""
    wide, high = figure.get_size_inches()
    ratio = high / (high + extra)
    for axes in figure.axes:
        box = axes.get_position(original=True)
        axes.set_position((box.x0, 1 - (1 - box.y0) * ratio, box.width, box.height * ratio))
    for text in figure.texts:
        x, y = text.get_position()
        text.set_position((x, 1 - (1 - y) * ratio))
    figure.set_size_inches(wide, high + extra)


def spread(labels: Sequence[tuple[float, float]], *, gap: float = 4.0) -> list[int]:
    """Return for every (centre, width), in order from the left, a level 0, 1, ... so that none overlaps on its level."""
    ends: list[float] = []
    levels = []
    for centre, wide in labels:
        level = next((k for k, end in enumerate(ends) if centre - wide / 2 >= end + gap), len(ends))
        ends[level : level + 1] = [centre + wide / 2]
        levels.append(level)
    return levels


def nice_limits(low: float, high: float) -> tuple[float, float, float]:
    """Return lower end, upper end and tick step of an axis that starts at zero unless values lie below.

    >>> nice_limits(12, 96)
    (0.0, 100.0, 20.0)
    """
    low, high = min(0.0, low), max(high, 0.0)
    high = high if high > low else low + 1.0
    span = high - low
    power = 10.0 ** math.floor(math.log10(span))
    step = next(s * power for s in (0.1, 0.2, 0.5, 1.0, 2.0) if span / (s * power) <= 6)
    bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return round(bottom, 9), round(max(top, bottom + step), 9), step


def steps(bottom: float, top: float, step: float) -> list[float]:
    """Return the ticks of an axis."""
    return [round(bottom + k * step, 9) for k in range(round((top - bottom) / step) + 1)]


__all__ = [
    "Head",
    "HouseFigure",
    "KeyItem",
    "Page",
    "add_below",
    "nice_limits",
    "plot_axes",
    "resize",
    "spread",
    "steps",
]
