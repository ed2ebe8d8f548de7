"""Times trying measures: every combination restaged once, 1,000 uncertain draws, the best mix for one effort and for a curve; and cost against the number of enterprises, beside one plan each.

All in one run, several times in turn, with the spread and the load of the machine. `--write` puts the tables into docs/benchmarks_whatif.md and the curve into docs/figures/.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

import matplotlib
from plans import ROOT, larger

from hmsurvey.analysis.budget import choose_mix, tabulate_effort_curve, weigh_offers
from hmsurvey.analysis.plans import plan_next_steps
from hmsurvey.analysis.ways import measures_of, try_ways
from hmsurvey.analysis.whatif import what_if
from hmsurvey.study import SurveyResult, analyse, read_study

matplotlib.use("Agg")
RUNS, DRAWS = 5, 1000
SIZES = (235, 940, 2350, 5000, 10_000)
PLANNED = (235, 940, 10_000)  # plans take longer; one run of each


def timed(do: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    do()
    return time.perf_counter() - wall, time.process_time() - cpu


def parts(result: SurveyResult) -> dict[str, tuple[float, float]]:
    """Return the times of each step, and of restaging and drawing together."""
    measures = measures_of(result)
    found = {"every combination restaged (16)": timed(lambda: try_ways(result, measures))}
    ways = try_ways(result, measures)
    found[f"{DRAWS:,} draws"] = timed(lambda: what_if(ways, draws=DRAWS))
    found[f"both: {DRAWS:,} uncertain replications"] = timed(lambda: what_if(try_ways(result, measures), draws=DRAWS))
    offers = weigh_offers(ways)
    found["the best mix for one effort"] = timed(lambda: choose_mix(offers, 2000 * len(result.survey.answers) / 235))
    found["the curve of 25 efforts"] = timed(lambda: tabulate_effort_curve(offers))
    return found


def medians(runs: list[dict[str, tuple[float, float]]]) -> list[str]:
    """Return the lines of the table of steps."""
    lines = ["| step | wall s, median (range) | processor s |", "|---|---|---|"]
    for step in runs[0]:
        walls = [run[step][0] for run in runs]
        cpu = statistics.median(run[step][1] for run in runs)
        lines.append(f"| {step} | {statistics.median(walls):.3f} ({min(walls):.3f}–{max(walls):.3f}) | {cpu:.3f} |")
    return lines


def draw(sizes: list[int], tried: list[float], planned: dict[int, float]) -> None:
    """Draw processor seconds against enterprises, both axes logarithmic."""
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6.3, 3.4), dpi=150)
    axes.loglog(sizes, tried, marker="o", color="#1B4F72", label=f"{DRAWS:,} uncertain replications")
    axes.loglog(list(planned), list(planned.values()), marker="s", color="#B5482F", label="one least plan each")
    axes.set(xlabel="enterprises", ylabel="processor seconds")
    axes.set_xticks(sizes, [f"{n:,}" for n in sizes])
    axes.minorticks_off()
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(ROOT / "docs" / "figures" / "benchmarks_whatif.png", metadata={"Software": None})


def main() -> None:
    """Time, print, and write where asked."""
    before = os.getloadavg()[0]
    result = analyse(read_study(ROOT / "study.toml"))["index"]
    parts(result)  # imports and caches
    lines = medians([parts(result) for _ in range(RUNS)])
    lines += ["", f"| enterprises | {DRAWS:,} replications, wall s | processor s | one plan each, processor s |", "|---|---|---|---|"]  # fmt: skip
    tried, planned = [], {}
    for n in SIZES:
        many = result if n == len(result.survey.answers) else larger(result, n)
        measures = measures_of(many)
        wall, cpu = timed(lambda many=many, measures=measures: what_if(try_ways(many, measures), draws=DRAWS))
        tried.append(cpu)
        words = ""
        if n in PLANNED and "--plans" in sys.argv[1:]:
            planned[n] = timed(lambda many=many: plan_next_steps(many))[1]
            words = f"{planned[n]:.1f}"
        lines.append(f"| {n} | {wall:.2f} | {cpu:.2f} | {words} |")
    after = os.getloadavg()[0]
    head = [
        "# How long trying measures takes",
        "",
        f"`python benchmarks/whatif.py --plans --write`, {os.cpu_count()} processors, load of the machine {before:.1f} before and {after:.1f} after (others were at work on it);",
        f"medians of {RUNS} runs in turn. The study's {len(result.survey.answers)} enterprises and its four measures; larger surveys repeat them (one run). Target: {DRAWS:,} uncertain replications under 2 s.",
        "",
    ]
    curve = [
        "",
        "![Processor seconds against the number of enterprises, both logarithmic](figures/benchmarks_whatif.png)",
    ]
    text = "\n".join([*head, *lines, *(curve if planned else []), ""])
    print(text)
    if "--write" in sys.argv[1:]:
        (ROOT / "docs" / "benchmarks_whatif.md").write_text(text, encoding="utf-8")
        draw(list(SIZES), tried, planned)


if __name__ == "__main__":
    main()
