"""Pixels packed as a PNG: flat colours and thin lines need no filter, and packed plainly they are smaller and done in a third of the time.

Pillow tries five filters on every row of a picture in colour, which suits photographs. The pixels are the same either way.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

_HEAD = b"\x89PNG\r\n\x1a\n"
_LEVEL = 3  # zlib's: higher ones take longer for a twentieth fewer bytes
_COLOURS, _COLOURS_AND_ALPHA = 2, 6


def pack_png(pixels: NDArray[np.uint8], *, dpi: float, about: Mapping[str, str]) -> bytes:
    """Return a PNG.

    Parameters
    ----------
    pixels
        Row x column x red, green, blue, opacity; where all is opaque, the file holds colours only.
    dpi
        Pixels an inch, as it is printed.
    about
        What is said of it, by keyword (Latin letters).

    References
    ----------
    W3C, Portable Network Graphics (PNG) Specification, third edition.

    >>> pack_png(np.full((1, 1, 4), 255, dtype=np.uint8), dpi=300, about={})[12:29]
    b'IHDR\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x01\\x08\\x02\\x00\\x00\\x00'
    """
    high, wide, _ = pixels.shape
    opaque = bool((pixels[..., 3] == 255).all())
    depth = 3 if opaque else 4
    rows = np.zeros((high, 1 + depth * wide), dtype=np.uint8)  # each begins with the number of its filter: none
    cells = rows[:, 1:].reshape(high, wide, depth)
    for channel in range(depth):  # one after the other: three times as fast as all at once
        cells[..., channel] = pixels[..., channel]
    metre = round(dpi / 0.0254)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, _COLOURS if opaque else _COLOURS_AND_ALPHA, 0, 0, 0)),
        *_said(about),
        (b"pHYs", struct.pack(">IIB", metre, metre, 1)),
        (b"IDAT", zlib.compress(rows.data, _LEVEL)),
        (b"IEND", b""),
    ]
    return _HEAD + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _said(about: Mapping[str, str]) -> Iterator[tuple[bytes, bytes]]:
    """Yield texts as PNG holds them: short ones in Latin letters plainly, others as UTF-8."""
    for keyword, words in about.items():
        name = keyword.encode("latin-1")
        try:
            yield b"tEXt", name + b"\0" + words.encode("latin-1")
        except UnicodeEncodeError:
            yield b"iTXt", name + b"\0\0\0\0\0" + words.encode("utf-8")


__all__ = ["pack_png"]
