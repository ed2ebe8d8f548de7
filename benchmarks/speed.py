"""Times the program as its users meet it: whole processes, several runs in turn, with the spread."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
BY_HAND = "## By hand"  # what stands below this in the page is kept
PYTHON = sys.executable
MARKED = Path(tempfile.mkdtemp()) / "checked.xlsx"

STUDY = """
import hmsurvey as hm
from hmsurvey.analysis.tabulation import tabulate_areas, tabulate_stages
analysis = hm.analyse(hm.read_study("study.toml"))
tabulate_stages(analysis["questionnaire"]); tabulate_stages(analysis["index"]); tabulate_areas(analysis["index"])
"""
READ = "import pandas as pd; pd.read_excel('data/raw/questionnaire.xlsx', sheet_name=0, engine='openpyxl', dtype=str)"

# What is timed: words, command, budget in seconds (None: only shown).
COMMANDS: list[tuple[str, list[str], float | None]] = [
    ("bare `python -c pass`", [PYTHON, "-c", "pass"], None),
    ("`import hmsurvey`", [PYTHON, "-c", "import hmsurvey"], 0.3),
    ("`hmsurvey --help`", [PYTHON, "-m", "hmsurvey", "--help"], 0.3),
    ("workbooks to stage tables, the whole study, imports included", [PYTHON, "-c", STUDY], 2.0),
    ("reading the questionnaire with pandas (openpyxl)", [PYTHON, "-c", READ], None),
    (
        "`hmsurvey check` of the questionnaire",
        [PYTHON, "-m", "hmsurvey", "check", "data/raw/questionnaire.xlsx", "--out", str(MARKED), "--force"],
        None,
    ),
]


def seconds_of(command: list[str]) -> float:
    """Run a command once and return its wall seconds; stop if it fails."""
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    took = time.perf_counter() - begun
    if done.returncode not in (0, 1):  # 1: findings in the data
        sys.exit(f"{command} failed:\n{done.stderr}")
    return took


def measure() -> list[str]:
    """Return the table as Markdown lines."""
    times: dict[str, list[float]] = {words: [] for words, _, _ in COMMANDS}
    for _, command, _ in COMMANDS:
        seconds_of(command)  # warm the disk
    for _ in range(RUNS):
        for words, command, _ in COMMANDS:
            times[words].append(seconds_of(command))
    lines = ["| what | min s | median s | max s | budget s |", "|---|---:|---:|---:|---:|"]
    for words, _, budget in COMMANDS:
        runs = times[words]
        limit = "" if budget is None else f"{budget:g}"
        lines.append(f"| {words} | {min(runs):.2f} | {statistics.median(runs):.2f} | {max(runs):.2f} | {limit} |")
    read, check = (times[words] for words, _, _ in COMMANDS[-2:])
    gaps = sorted(c - r for c, r in zip(check, read, strict=True))
    lines += [
        "",
        f"`check` less pandas' reading, run by run: {gaps[0]:+.2f} to {gaps[-1]:+.2f} s, median {statistics.median(gaps):+.2f} s (budget +0.5 s).",
    ]
    return lines


if __name__ == "__main__":
    table = measure()
    head = [
        "# Benchmarks",
        "",
        f"`python benchmarks/speed.py --write`; {RUNS} runs in turn, whole processes, Python {platform.python_version()}, {os.cpu_count()} cores.",
        "",
    ]
    print("\n".join(table))
    if "--write" in sys.argv:
        page = ROOT / "docs" / "benchmarks.md"
        old = page.read_text(encoding="utf-8") if page.exists() else ""
        kept = old[old.index(BY_HAND) :] if BY_HAND in old else ""
        page.write_text("\n".join([*head, *table, "", kept]).rstrip() + "\n", encoding="utf-8")
