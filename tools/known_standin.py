"""Write the fingerprints of the committed stand-in to hmsurvey/definitions/synthetic_hashes.txt; run it after `hmsurvey synthesise --out data --force`.

Of the blocks of consecutive answers only those are kept that can say whose they are: at least 30 bits by the frequencies of the answers in their columns (so a
blank or straight-lined stretch is not), found with one enterprise only, and one in three of these, since neighbours overlap. If the answers of a stranger were
independent, the chance that one of his rows shares any block is below 11,000 / 2^30 = 0.00001; answers hang together, so tests/test_synthetic.py counts it on other seeds.
"""

from collections import Counter, defaultdict
from math import log2
from pathlib import Path

from hmsurvey.standin import BLOCK, answers_in, blocks_of, fingerprints
from hmsurvey.workbook import read_cells

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "hmsurvey" / "definitions" / "synthetic_hashes.txt"
SHEETS = {
    "questionnaire": "informatisation",
    "index": "digital_archives",
    "registry": "registry",
    "visits": "visits",
    "index_2025": "digital_archives",
}
SURVEYS = ("questionnaire", "index", "index_2025")
FEWEST_BITS = 30
ONE_IN = 3
HEAD = """\
# Fingerprints of the committed stand-in (data/raw, data/truth): 16 hex digits of a SHA-256 for a row, 10 for a block of consecutive answers.
# Written by tools/known_standin.py; read by hmsurvey/standin.py. 模拟数据各行及连续若干题答案的指纹，用于识别去掉标记的模拟数据。
"""


def rows_of(name: str) -> list[tuple[str, ...]]:
    """Return the rows of a workbook of the stand-in below its three rows of headings."""
    return list(read_cells(ROOT / "data" / "raw" / f"{name}.xlsx", prefer=SHEETS[name]).rows[3:])


def known_rows() -> set[str]:
    """Return the fingerprints of all whole rows of the stand-in."""
    truth = [ROOT / "data" / "truth" / f"{name}_complete.csv" for name in SURVEYS]
    rows = [row for name in SHEETS for row in rows_of(name)]
    rows += [row for path in truth for row in read_cells(path).rows[1:]]
    return {mark for row in rows for mark in fingerprints(row)}


def known_blocks() -> set[str]:
    """Return the fingerprints of the blocks that say enough and belong to one enterprise."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    bits: dict[str, float] = {}
    for name in SURVEYS:
        rows = [(row[0], answers_in(row)) for row in rows_of(name)]
        counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for _, answers in rows:
            for column, text in answers:
                counts[column][text] += 1
        for unit, answers in rows:
            said = [log2(counts[column].total() / counts[column][text]) for column, text in answers]
            for i, mark in enumerate(blocks_of([text for _, text in answers])):
                owners[mark].add(unit)
                bits[mark] = min(bits.get(mark, float("inf")), sum(said[i : i + BLOCK]))
    return {
        mark
        for mark, units in owners.items()
        if len(units) == 1 and bits[mark] >= FEWEST_BITS and int(mark, 16) % ONE_IN == 0
    }


def known_fingerprints() -> list[str]:
    """Return all fingerprints of the stand-in, sorted."""
    return sorted(known_rows() | known_blocks())


if __name__ == "__main__":
    marks = known_fingerprints()
    TARGET.write_text(HEAD + "\n".join(marks) + "\n", encoding="utf-8")
    print(f"{len(marks)} fingerprints -> {TARGET.relative_to(ROOT)}")
