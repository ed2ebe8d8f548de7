"""How long each part of a run takes, beside its budget, and each figure; score cards too where they are asked for.

    python benchmarks/run.py [--write] [--runs 3] [--cards] [--figures-only]

Runs the shipped study without notebooks, each time into a fresh folder, and reads what the run prints of itself. Write only on a machine that does nothing else; with --figures-only the rest of the page is kept.
"""

from __future__ import annotations

import json
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

FIGURES = "## Figures"
FIGURE_BUDGET = 0.5
DRAW = """
import json, time
from pathlib import Path
from hmsurvey.output.figures import figure_jobs, picture_of
from hmsurvey.study import analyse, read_study
took = {}
for name, tabulate, plot in figure_jobs(analyse(read_study(Path("study.toml")))):
    table = tabulate()
    begun = time.process_time()
    picture_of(name, table, plot, "en")
    took[name] = time.process_time() - begun
print(json.dumps(took))
"""


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


def seconds_of_figures() -> dict[str, float]:
    """Return the processor seconds of every figure, drawn one after the other in a fresh process."""
    command = [sys.executable, "-c", DRAW]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return json.loads(said.splitlines()[-1])


def figure_lines(runs: int) -> list[str]:
    """Return the part of the page on figures: how long they take, which are the slowest, how many exceed the budget."""
    load = os.getloadavg()[0]
    measured = [seconds_of_figures() for _ in range(runs)]
    middle = {name: statistics.median(took[name] for took in measured) for name in measured[0]}
    slowest = sorted(middle, key=lambda name: -middle[name])[:5]
    above = [sum(took > FIGURE_BUDGET for took in one.values()) for one in measured]
    least, quarter, half, most = (
        min(middle.values()),
        statistics.quantiles(middle.values(), n=4),
        statistics.median(middle.values()),
        max(middle.values()),
    )
    return [
        FIGURES,
        "",
        f"`python benchmarks/run.py --write --figures-only`; every figure of the study in English, each as SVG and PNG, one after the other in one process; {runs} processes in turn, load {load:.1f} at the start. "
        f"Seconds of processor time, of each figure the median of the processes. Budget {FIGURE_BUDGET:g} s a figure.",
        "",
        "| figures | min s | lower quarter s | median s | upper quarter s | max s | above the budget, by process |",
        "|---:|---:|---:|---:|---:|---:|---|",
        f"| {len(middle)} | {least:.2f} | {quarter[0]:.2f} | {half:.2f} | {quarter[2]:.2f} | {most:.2f} | {', '.join(map(str, above))} |",
        "",
        "The slowest: " + ", ".join(f"`{name}` {middle[name]:.2f}" for name in slowest) + ".",
    ]


def row(what: str, took: list[float], budget: str) -> str:
    """Return a line of the table: least, middle and most seconds, and the budget."""
    return f"| {what} | {min(took):.1f} | {statistics.median(took):.1f} | {max(took):.1f} | {budget} |"


def main() -> None:
    """Measure, print, and write the page where it is asked for."""
    runs = int(sys.argv[sys.argv.index("--runs") + 1]) if "--runs" in sys.argv else 3
    if "--figures-only" in sys.argv:
        kept = PAGE.read_text(encoding="utf-8").split(FIGURES)[0].rstrip()
        publish([kept, "", *figure_lines(runs)])
        return
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
        "",
        *figure_lines(runs),
    ]
    publish(page)


def publish(page: list[str]) -> None:
    """Print the page, and write it where it is asked for."""
    print("\n".join(page))
    if "--write" in sys.argv:
        PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
