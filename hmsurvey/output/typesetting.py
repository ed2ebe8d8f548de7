"""Words on paper: how wide they are, where they break, and whether the fonts have their characters.

Our own words must have every glyph. A user's words may not (rare characters in an enterprise's name): what is missing is shown as 〓, as printers
do, and named in a note.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib
from matplotlib.ft2font import FT2Font, LoadFlags

from hmsurvey.errors import DefinitionError, Lang, Problem, Text
from hmsurvey.output.theme import FONTS

GETA = "〓"
_FALLBACK = {
    False: Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf",
    True: Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf",
}
_NEVER_FIRST = set("，。、；：？！）》”’」』】〉…%‰,.;:?!)]}")
_NEVER_LAST = set("（《“‘「『【〈([{")


@lru_cache(maxsize=4)
def _font(path: Path) -> FT2Font:
    font = FT2Font(str(path))
    font.set_size(100, 72)
    return font


@lru_cache(maxsize=20_000)
def _advance(char: str, bold: bool) -> float:
    """Return a character's width in ems."""
    for path in (FONTS[bold], _FALLBACK[bold]):
        font = _font(path)
        if font.get_char_index(ord(char)):
            return font.load_char(ord(char), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 100
    return 1.0


@lru_cache(maxsize=20_000)
def has_glyph(char: str) -> bool:
    """Tell whether either font can draw a character (line ends and spaces count as drawn)."""
    return char in "\n " or any(
        _font(path).get_char_index(ord(char)) for path in (*FONTS.values(), *_FALLBACK.values())
    )


def missing_glyphs(text: str) -> list[str]:
    """Return the characters that neither font has, each once, in order."""
    return [char for char in dict.fromkeys(text) if not has_glyph(char)]


_LATIN_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "…": "..."})


def latin(text: str) -> str:
    """Return English words with straight quotes: the shipped font draws curly ones as wide as a Chinese character."""
    return text.translate(_LATIN_QUOTES)


def own(text: str) -> str:
    """Return our own words, or refuse them when a glyph is missing."""
    missing = missing_glyphs(text)
    if missing:
        codes = ", ".join(f"U+{ord(char):04X}" for char in missing)
        raise DefinitionError(
            Problem(
                Text("图中文字有字库没有的字。", "The words of a figure need characters that the fonts do not have."),
                where=text.replace("".join(missing), GETA)[:60],
                found=codes,
                expected=Text("随包字体中的字", "characters of the shipped fonts"),
                fix=Text("换一个字，或扩充字体子集。", "choose another character, or extend the font subset."),
            )
        )
    return text


def given(text: str, lang: Lang) -> str:
    """Return a user's words as they can be drawn: characters that the fonts lack become 〓."""
    for char in missing_glyphs(text):
        text = text.replace(char, GETA)
    return latin(text) if lang == "en" else text


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line of text in points."""
    return size * sum(_advance(char, bold) for char in text)


def wrap(text: str, size: float, room: float, *, bold: bool = False, lines: int = 0, even: bool = False) -> list[str]:
    """Break a text into lines of at most `room` points; beyond `lines` lines it ends in an ellipsis (0: no limit).

    With `even`, lines are filled evenly, and two lines break at a pause where there is a good one.

    >>> wrap("one two three", 10, 40)
    ['one two', 'three']
    """
    found = [line for part in text.split("\n") for line in _greedy(part, size, room, bold)]
    if lines and len(found) > lines:
        rest = found[lines - 1]
        for line in found[lines:]:
            rest += ("" if _is_han(rest[-1:]) else " ") + line
        return [*found[: lines - 1], _cut(rest, size, room, bold)]
    orphan = len(found) > 1 and width(found[-1], size, bold=bold) < 0.2 * room
    if len(found) < 2 or "\n" in text or not (even or orphan):
        return found
    if len(found) == 2 and (halves := _at_a_pause(text, size, room, bold)):
        return halves
    word = max(width(piece.rstrip(), size, bold=bold) for piece in _pieces(text))
    low, high = min(room, max(room / 2, word)), room  # evenly, but no word is broken for it
    while high - low > 2:
        middle = (low + high) / 2
        low, high = (low, middle) if len(_greedy(text, size, middle, bold)) <= len(found) else (middle, high)
    return _greedy(text, size, high, bold)


def _at_a_pause(text: str, size: float, room: float, bold: bool) -> list[str]:
    """Break a text in two after a comma or semicolon near its middle, or return nothing."""
    whole = width(text, size, bold=bold)
    found = []
    for place, char in enumerate(text[:-1], start=1):
        if char in "，；：" or (char in ",;:" and text[place] == " "):
            first, second = text[:place].rstrip(), text[place:].strip()
            widths = width(first, size, bold=bold), width(second, size, bold=bold)
            if max(widths) <= room and min(widths) >= 0.3 * whole:
                found.append((max(widths) - (0.1 * whole if char in "；;" else 0), [first, second]))
    return min(found)[1] if found else []


def _greedy(text: str, size: float, room: float, bold: bool) -> list[str]:
    done: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), size, bold=bold) > room:
            done.append(line.rstrip())
            line = ""
            piece = piece.lstrip()
        while width(piece.rstrip(), size, bold=bold) > room and len(piece) > 1:  # one word longer than the line
            k = max(1, next(k for k in range(len(piece), 0, -1) if k == 1 or width(piece[:k], size, bold=bold) <= room))
            done.append(piece[:k])
            piece = piece[k:]
        line += piece
    return [*done, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may end: after spaces and between Chinese characters, never before a closing mark."""
    pieces: list[str] = []
    for char in text:
        fresh = not pieces or _is_han(char) or _is_han(pieces[-1][-1]) or pieces[-1][-1] == " "
        if char == " " or char in _NEVER_FIRST or (pieces and pieces[-1][-1] in _NEVER_LAST):
            fresh = not pieces
        if fresh:
            pieces.append(char)
        else:
            pieces[-1] += char
    return pieces


def _is_han(char: str) -> bool:
    return bool(char) and ("\u2e80" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" or ord(char) > 0x20000)


def _cut(text: str, size: float, room: float, bold: bool) -> str:
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def percent(value: float, lang: Lang, *, decimals: int = 0) -> str:
    """Return a percentage; what is above zero never reads 0%, what is below a hundred never 100%."""
    if 0 < value < 0.5 and decimals == 0:
        return "<1%"
    if 99.5 <= value < 100 and decimals == 0:
        return ">99%"
    return number(value, decimals) + "%"


def number(value: float, decimals: int = 1) -> str:
    """Return a number with a real minus and thousands separated by thin spaces.

    >>> number(-3.25, 1)
    '−3.2'
    """
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace(",", "\u2009").replace("-", "−")
