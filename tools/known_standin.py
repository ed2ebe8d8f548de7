"""Write the fingerprints of the committed stand-in to hmsurvey/definitions/synthetic_hashes.txt; run it after `hmsurvey synthesise --out data --force`."""

from pathlib import Path

from hmsurvey.standin import fingerprints
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
HEAD = """\
# Fingerprints of the rows of the committed stand-in (data/raw, data/truth): 16 hex digits of a SHA-256 over the texts of a row.
# Written by tools/known_standin.py; read by hmsurvey/standin.py. 模拟数据各行的指纹，用于识别去掉标记的模拟数据。
"""


def known_fingerprints() -> list[str]:
    """Return the fingerprints of all rows of the stand-in, sorted."""
    files = [(ROOT / "data" / "raw" / f"{name}.xlsx", sheet) for name, sheet in SHEETS.items()]
    files += [
        (ROOT / "data" / "truth" / f"{name}_complete.csv", "") for name in ("index", "questionnaire", "index_2025")
    ]
    found: set[str] = set()
    for path, sheet in files:
        rows = read_cells(path, prefer=sheet).rows
        head = 3 if path.suffix == ".xlsx" else 1
        found.update(mark for row in rows[head:] for mark in fingerprints(row))
    return sorted(found)


if __name__ == "__main__":
    marks = known_fingerprints()
    TARGET.write_text(HEAD + "\n".join(marks) + "\n", encoding="utf-8")
    print(f"{len(marks)} fingerprints -> {TARGET.relative_to(ROOT)}")
