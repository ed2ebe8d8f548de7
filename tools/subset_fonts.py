"""Cut the two Noto Sans SC weights down to what a report in Chinese or English needs.

    python tools/subset_fonts.py FOLDER

FOLDER holds the two full fonts (see hmsurvey/definitions/fonts/README.md for where they come from).
The result goes to hmsurvey/definitions/fonts. Needs fonttools, which the development environment has.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCES = {
    "NotoSansSC-Regular.ttf": "NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": "NotoSansSC_700Bold.ttf",
}
TARGET = Path(__file__).resolve().parents[1] / "hmsurvey" / "definitions" / "fonts"

# Blocks that are taken whole, as far as the font has them.
BLOCKS = [
    (0x0020, 0x017F),  # ASCII, Latin-1, Latin Extended-A
    (0x0370, 0x03FF),  # Greek
    (0x2000, 0x206F),  # punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20CF),  # currency
    (0x2100, 0x218F),  # letter-like symbols, fractions, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematics
    (0x2460, 0x24FF),  # numbers in circles and brackets
    (0x2500, 0x25FF),  # lines, bars and shapes
    (0x2600, 0x27BF),  # stars, ticks
    (0x3000, 0x303F),  # Chinese punctuation
    (0x3200, 0x33FF),  # enclosed characters, square units
    (0xFF00, 0xFFEF),  # full-width forms
]

# Characters of personal, company and place names that GB2312 lacks.
NAMES = (
    "喆堃犇昇赟冮玥珺琎璟瑄瑀翀翯镕垚骉玘玙玹珅珒琇瑢璠瑆祎祐禛旻昉晞烜燚燊濛淏浛湉澔沄沺汧洺浥堉峣嶒崟屾"
    "弢彧彣忞愔旸昳晅晙晢晸曈曌杺杬棽橒烔焜燏玓玚珮琤琭琯琲璘皛皦盷睆碏竑笎箖翙翛翾芃莀虓衎袆訚訢諝譞谞贇"
    "郕釗锜镠霂韡頔颋飏飗骕骙龑龢郤麹瞭囍锳硚栟洣浉瀍嵖埇垱"
)


def wanted() -> set[int]:
    """GB2312, the blocks above and the name characters, as code points."""
    codes = {ord(char) for char in NAMES}
    for first, last in BLOCKS:
        codes.update(range(first, last + 1))
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                codes.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return codes


def main(folder: Path) -> None:
    for target, source in SOURCES.items():
        options = subset.Options()
        options.hinting = False
        options.notdef_outline = True
        options.name_IDs = ["*"]  # keeps the copyright and the licence with the font
        options.layout_features = ["ccmp", "locl", "kern", "mark", "mkmk"]
        font = TTFont(next(folder.rglob(source)), recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=wanted())
        subsetter.subset(font)
        for vertical in ("vhea", "vmtx"):
            if vertical in font:
                del font[vertical]
        font.save(TARGET / target)
        size = (TARGET / target).stat().st_size
        print(f"{target}: {len(font.getBestCmap()):,} characters, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
