"""How long each part of a run takes, beside its budget; score cards too where they are asked for.

    python benchmarks/run.py [--write] [--runs 3] [--cards]

Runs the shipped study without notebooks, each time into a fresh folder, and reads what the run prints of itself. Write only on a machine that does nothing else.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks_run.md"
STEP = re.compile(r"^  (?P<what>.+?) \.\.\. (?P<took>[\d.]+) s(?: \(budget (?P<budget>[\d.]+) s)?")


def parts_of_run() -> tuple[list[tuple[str, float, str]], float]:
    """Return every step of one run with its seconds and its budget, and the seconds of the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        command = [sys.executable, "-m", "hmsurvey", "run", "study.toml", "--no-notebooks", "--out", folder]
        said = subprocess.run(
            command, cwd=ROOT, check=True, capture_output=True, text=True, env=os.environ | {"LANG": "C.UTF-8"}
        ).stdout
        whole = time.perf_counter() - begun
    found = [match for line in said.splitlines() if (match := STEP.match(line))]
    return [(m["what"], float(m["took"]), m["budget"] or "") for m in found], whole


def seconds_of_cards() -> float:
    """Return the seconds of all score cards in one language."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        command = [sys.executable, "-m", "hmsurvey", "cards", "study.toml", "--lang", "en", "--out", folder]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - begun


def row(what: str, took: list[float], budget: str) -> str:
    """Return a line of the table: least, middle and most seconds, and the budget."""
    return f"| {what} | {min(took):.1f} | {statistics.median(took):.1f} | {max(took):.1f} | {budget} |"


def main() -> None:
    """Measure, print, and write the page where it is asked for."""
    runs = int(sys.argv[sys.argv.index("--runs") + 1]) if "--runs" in sys.argv else 3
    load = os.getloadavg()[0]
    measured = [parts_of_run() for _ in range(runs)]
    names = [(what, budget) for what, _, budget in measured[0][0]]
    lines = [
        row(what, [parts[place][1] for parts, _ in measured], budget) for place, (what, budget) in enumerate(names)
    ]
    lines.append(
        row("**the whole process, without notebooks and score cards**", [whole for _, whole in measured], "60")
    )
    if "--cards" in sys.argv:
        lines.append(
            row("235 score cards in one language, all in one PDF and each by itself", [seconds_of_cards()], "60")
        )
    page = [
        "# Benchmarks of a run",
        "",
        f"`python benchmarks/run.py --write --cards`; {runs} runs in turn, {os.cpu_count()} processors, load {load:.1f} at the start; score cards once. Two editions, two languages. A step twice in the list is "
        "the internal edition first, the public one after it. Timings are no tests: machines differ and are shared.",
        "",
        "| what | min s | median s | max s | budget s |",
        "|---|---:|---:|---:|---:|",
        *lines,
    ]
    print("\n".join(page))
    if "--write" in sys.argv:
        PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
