"""How figures look: fonts, the house style, and which colour means what.

Whoever wants another look edits `definitions/hmsurvey.mplstyle` or the colours here; charts name none of their own. Stages are ordered and so
are their colours: the highest is the darkest, and lightness alone tells them apart in grey print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib.style
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.font_manager import fontManager

from hmsurvey.rules import UNSTAGED

_DEFINITIONS = Path(__file__).resolve().parent.parent / "definitions"
STYLE = _DEFINITIONS / "hmsurvey.mplstyle"
FONTS = {False: _DEFINITIONS / "fonts" / "NotoSansSC-Regular.ttf", True: _DEFINITIONS / "fonts" / "NotoSansSC-Bold.ttf"}

MM = 72 / 25.4
FULL_WIDTH = 160 * MM
MARGIN = 4.0
TEXT_WIDTH = FULL_WIDTH - 2 * MARGIN
TITLE, LABEL, NOTE, FOOTER = 13.0, 10.0, 9.0, 7.5

INK, SOFT, FAINT, PAPER = "#222222", "#555555", "#DDDDDD", "#FFFFFF"
ACCENT = "#B5482F"
MAIN = "#3C7CA6"  # bars of one kind
QUIET = "#C9D3DA"  # bars that are context, not the message
BOX = "#E9EEF1"
MARKERS = (
    "o",
    "s",
    "^",
    "D",
    "v",
    "P",
)  # points of stages, from the highest down: in grey print their form tells them apart
KINDS = ("#1B4F72", "#B5482F", "#458271", "#C08A2B", "#6FA8C9", "#7A5C8E")  # things without an order, such as areas
UNSTAGED_COLOUR, UNSTAGED_HATCH = "#BDBDBD", "/////"
NOTHING_COLOUR, NOTHING_HATCH = "#F4F4F4", "/////"

# Layers. Areas (bars, cells, tiles) lie below the watermark, or a crop of a full chart would lose it: it tints them by less than one step of
# any scale. Points, lines and words lie above it.
FILLS, WATERMARK, MARKS, WORDS = 1.0, 1.5, 2.0, 3.0

# From the highest stage down. Lightness rises by 10 or more from step to step (three stages: 32, 66, 80).
_STAGE_RAMPS = {
    1: ("#1B4F72",),
    2: ("#1B4F72", "#E8C170"),
    3: ("#1B4F72", "#6FA8C9", "#E8C170"),
    4: ("#175071", "#347EA8", "#72ADCD", "#F7CB7E"),
    5: ("#154868", "#23719C", "#509CC2", "#D9B865", "#F5DAA4"),
    6: ("#0E415F", "#176790", "#468EB6", "#7BB3CB", "#EDC068", "#F9E3B7"),
}
_LADDER = LinearSegmentedColormap.from_list("ladder", ("#1D4F43", "#458271", "#87B2A1", "#D3DDCE"))
TWO_WAYS = LinearSegmentedColormap.from_list("two ways", (ACCENT, "#E3B7A8", "#F7F5F2", "#B4CFE0", MAIN))
SEQUENTIAL = LinearSegmentedColormap.from_list("hmsurvey", ("#F1F6F9", "#C3D9E7", "#7FB0CF", "#3C7CA6", "#1B4F72"))


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make the shipped fonts known to matplotlib, before any of the same name that the machine has."""
    for path in FONTS.values():
        fontManager.addfont(path)
        fontManager.ttflist.insert(0, fontManager.ttflist.pop())


@contextmanager
def themed() -> Iterator[None]:
    """Draw in the house style, whatever the caller's own settings are; they are put back afterwards."""
    register_fonts()
    with matplotlib.style.context(_style(), after_reset=True):
        yield


@lru_cache(maxsize=1)
def _style() -> dict[str, Any]:
    """Return the house style, read once."""
    read: Any = matplotlib.rc_params_from_file(STYLE, use_default_template=False)
    return dict(read)


def stage_colours(codes: Sequence[str]) -> dict[str, str]:
    """Return the colour of every stage, by its place from the highest down, and of "unstaged".

    >>> stage_colours(["advanced", "intermediate", "low"])["low"]
    '#E8C170'
    """
    ordered = [code for code in codes if code != UNSTAGED]
    ramp = _STAGE_RAMPS.get(len(ordered)) or _sampled(_STAGE_RAMPS[6], len(ordered))
    return dict(zip(ordered, ramp, strict=True)) | {UNSTAGED: UNSTAGED_COLOUR}


def ladder_colours(levels: Sequence[str]) -> dict[str, str]:
    """Return the colour of every carrier level, the highest level first and darkest."""
    last = max(1, len(levels) - 1)
    return {level: to_hex(_LADDER(place / last)) for place, level in enumerate(levels)}


def _sampled(ramp: Sequence[str], n: int) -> tuple[str, ...]:
    colours = LinearSegmentedColormap.from_list("stages", ramp)
    return tuple(to_hex(colours(place / max(1, n - 1))) for place in range(n))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_on(colour: str) -> str:
    """Return the text colour that is read best on a fill."""
    light = luminance(colour)
    return PAPER if 1.05 / (light + 0.05) > (light + 0.05) / (luminance(INK) + 0.05) else INK


def accent_tints() -> LinearSegmentedColormap:
    """Return the accent from its lightest tint to full, for counts of what changed."""
    return LinearSegmentedColormap.from_list("accent", ("#F8E9E4", ACCENT))
