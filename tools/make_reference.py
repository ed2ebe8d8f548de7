"""Write docs/reference.md: every function held to another program, with the call and the largest difference found.

Run with the reference results at hand: `HMSURVEY_ORACLES=FOLDER python tools/make_reference.py`. The tests of tests/reference make the comparisons; this script
runs them and writes down what they measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Held to other programs

Every line is a comparison that the tests make: our function, the other program and its version, the call there, how many numbers were compared, the largest difference and the
difference allowed (relative where it says so). The other programs ran once, on public data; their results are read from a folder named by `HMSURVEY_ORACLES`, and the
tests skip, with a reason, where it is absent. Written by `tools/make_reference.py`, never by hand.

Where two programs differ, the definition named in our function's docstring decides which one is asked for.

| function | other program | call there, on what | numbers | largest difference | allowed |
|---|---|---|---:|---:|---:|
"""


def record() -> list[dict[str, Any]]:
    """Run the reference tests and return what they measured, a comparison a dict.

    Raises
    ------
    SystemExit
        A test failed, or all were skipped.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.jsonl"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "tests/reference"],
            cwd=ROOT,
            env=os.environ | {"HMSURVEY_RECORD": str(path)},
            check=False,
        )
        if done.returncode or not path.exists():
            raise SystemExit("the reference tests did not pass, or found no reference results: nothing is written")
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def document(lines: list[dict[str, Any]]) -> str:
    """Return the table: one row for each function, program and call, the worst of its comparisons."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in lines:
        key = (line["function"], line["program"], line["call"])
        row = rows.setdefault(key, {**line, "n": 0, "largest": 0.0})
        row["n"] += line["n"]
        row["largest"] = max(row["largest"], line["largest"])
    shown = []
    for key, row in sorted(rows.items()):
        cells = [cell.replace("|", "\\|").replace("\n", " ") for cell in key]
        allowed = f"{row['tolerance']:.0e}" + (" relative" if row["relative"] else "")
        shown.append(f"| `{cells[0]}` | {cells[1]} | {cells[2]} | {row['n']} | {row['largest']:.1e} | {allowed} |")
    return HEAD + "\n".join(shown) + "\n"


def main() -> None:
    """Run the tests and write the table."""
    lines = record()
    text = document(lines)
    (ROOT / "docs" / "reference.md").write_text(text, encoding="utf-8", newline="\n")
    print(f"docs/reference.md: {sum(line['n'] for line in lines)} numbers in {len(lines)} comparisons")


if __name__ == "__main__":
    main()
