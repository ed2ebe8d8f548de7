"""A PNG packed here shows what was drawn, by another program's reading."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from hmsurvey.output.packing import pack_png


@pytest.mark.parametrize("opacity", [255, 254])
def test_another_program_reads_the_same_pixels_and_words(opacity: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (7, 5, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    pixels[2, 3, 3] = opacity
    content = pack_png(pixels, dpi=300, about={"Title": "两城市", "Software": "hmsurvey é"})
    read = Image.open(BytesIO(content))
    assert read.mode == ("RGB" if opacity == 255 else "RGBA")
    assert np.array_equal(np.asarray(read.convert("RGBA")), pixels)
    assert read.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    assert (read.info["Title"], read.info["Software"]) == ("两城市", "hmsurvey é")
