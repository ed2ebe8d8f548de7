"""How wide the columns of a printed table are, so that nothing is cut: smaller type, then a page on its side, then the table in parts.

Widths are counted from the fonts' own letters, before anything is set; the template only obeys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from hmsurvey.output import theme
from hmsurvey.output.press import LONGEST_WORD
from hmsurvey.output.typesetting import _pieces, width
from hmsurvey.output.views import Cell, TableView

PORTRAIT, LANDSCAPE = 160 * theme.MM, 247 * theme.MM
SIZES = (8.4, 8.0, 7.6, 7.2, 6.8)
_PADDING = 6.0  # points beside a cell
_MARK = 1.1  # ems of the mark of a stage
_EASY, _WIDE = 9.0, 24.0  # ems of a column of words that reads easily, and that is wide enough for any
_HEAD = 4.6  # ems that a head may take before it breaks
_NARROW = 6.5  # ems of a column of words where room is short
_LINES, _MORE_LINES = 4, 7  # so many lines a cell is easily read; so many where room is short
_FEW = 3  # so few rows may be turned
_LONG = 40  # rows from which a table is one to look things up in, and set small


@dataclass(frozen=True, slots=True)
class Fit:
    """How a table is set: widths of columns in points, type size, whether the page lies on its side, which columns stand together."""

    widths: tuple[float, ...]
    size: float
    landscape: bool
    parts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Needs:
    """What each column needs in ems: at least, to read easily, to be read with more lines a cell, and at most."""

    least: tuple[float, ...]
    easy: tuple[float, ...]
    close: tuple[float, ...]
    most: tuple[float, ...]

    def at(self, size: float, ems: Sequence[float]) -> list[float]:
        return [size * em + _PADDING for em in ems]


def fit_table(view: TableView) -> Fit:
    """Return how a table is set on A4: upright in the largest type in which it reads easily, else as it can be; a long one always small."""
    needs = _needs_of(view)
    long = len(view.rows) >= _LONG
    everything = (tuple(range(len(view.header))),)
    for wanted, room, sizes in (
        (needs.easy, PORTRAIT, SIZES),
        (needs.close, PORTRAIT, SIZES[1:]),
        (needs.easy, LANDSCAPE, SIZES),
        (needs.least, PORTRAIT, SIZES),
        (needs.least, LANDSCAPE, SIZES),
    ):
        for size in sizes[-1:] if long else sizes:
            if sum(needs.at(size, wanted)) <= room:
                widths = _spread(needs.at(size, wanted), needs.at(size, needs.most), room)
                return Fit(tuple(widths), size, room == LANDSCAPE, everything)
    return _in_parts(needs, SIZES[1])


def laid_out(view: TableView) -> TableView:
    """Return a table as it is printed: one of a few long rows that would not fit is turned, so that its columns become rows."""
    needs = _needs_of(view)
    if len(view.rows) > _FEW or sum(needs.at(SIZES[-1], needs.easy)) <= PORTRAIT:
        return view
    turned = [tuple(column) for column in zip(view.header, *view.rows, strict=True)]
    plain = [tuple(Cell(cell.text, False, cell.colour) for cell in row) for row in turned]
    return replace(view, header=plain[0], rows=tuple(plain[1:]), totals=frozenset())


def _in_parts(needs: _Needs, size: float) -> Fit:
    """Set a table in parts below each other, the first column before each."""
    widths = [min(w, PORTRAIT / 2) for w in needs.at(size, needs.least)]
    parts: list[list[int]] = []
    for column in range(1, len(widths)):
        if not parts or sum(widths[c] for c in parts[-1]) + widths[column] > PORTRAIT:
            parts.append([0])
        parts[-1].append(column)
    return Fit(tuple(widths), size, False, tuple(tuple(part) for part in parts))


def _spread(widths: list[float], most: list[float], room: float) -> list[float]:
    """Give away what is left of the room: first to columns whose words break, evenly, then air to all."""
    widths = list(widths)
    left = room - sum(widths)
    while left > 0.5 and (short := [k for k, w in enumerate(widths) if w < most[k] - 0.1]):
        share = left / len(short)
        for k in short:
            more = min(share, most[k] - widths[k])
            widths[k] += more
            left -= more
    air = max(0.0, left) / (len(widths) + 1)  # the first column holds the words: it takes two shares
    return [round(w + air * (2 if k == 0 else 1), 2) for k, w in enumerate(widths)]


def _needs_of(view: TableView) -> _Needs:
    least, easy, close, most = [], [], [], []
    for k, head in enumerate(view.header):
        cells = [row[k] for row in view.rows]
        longest = max((_ems(cell) for cell in cells), default=0.0)
        word = max([_word(head, bold=True), *(_word(cell) for cell in cells)])
        full = _ems(head, bold=True)
        title = max(_word(head, bold=True), min(full, max(_HEAD, min(full / 3 + 1.0, _EASY))))
        least.append(word)
        prose = max(_EASY, min(_WIDE, longest / _LINES))
        easy.append(max(word, title, longest if head.numeric else min(longest, prose)))
        close.append(
            max(word, min(full, _HEAD), longest if head.numeric else min(longest, max(_NARROW, longest / _MORE_LINES)))
        )
        most.append(max(word, title, longest))
    return _Needs(tuple(least), tuple(easy), tuple(close), tuple(most))


def _ems(cell: Cell, *, bold: bool = True) -> float:
    return _text_ems(cell.text, bold) + (_MARK if cell.colour else 0.0)


def _word(cell: Cell, *, bold: bool = True) -> float:
    """Return the widest piece of a cell that cannot break, in ems."""
    return _longest_piece(cell.text, bold) + (_MARK if cell.colour else 0.0)


@lru_cache(maxsize=20_000)
def _text_ems(text: str, bold: bool) -> float:
    return width(text, 1.0, bold=bold)


@lru_cache(maxsize=20_000)
def _longest_piece(text: str, bold: bool) -> float:
    pieces = (piece.strip() for piece in _pieces(text))
    return max((width(piece[:LONGEST_WORD], 1.0, bold=bold) for piece in pieces), default=0.0)
