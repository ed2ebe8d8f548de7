"""Times the next step: all enterprises of the study, one plan and the three best; the solver's share; and cost against the number of enterprises.

All in one run, several times in turn, with the spread and the load of the machine. `--write` puts the tables into docs/benchmarks_plans.md.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from hmsurvey.analysis import planner
from hmsurvey.analysis.plans import efforts_of, plan_next_steps
from hmsurvey.analysis.restaging import answers_of
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.study import SurveyResult, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
SIZES = (235, 940, 2350)


def larger(result: SurveyResult, n: int) -> SurveyResult:
    """Return the survey with its units repeated up to n."""
    rows = np.resize(np.arange(len(result.survey.answers)), n)
    units = tuple(f"{result.survey.answers.units[int(row)]}-{k}" for k, row in enumerate(rows))
    survey = replace(result.survey, answers=answers_of(result.survey.answers, rows, units))
    assert result.scores is not None and result.stages is not None
    scores = score(survey, result.scores.system)
    return replace(result, survey=survey, scores=scores, stages=stage(survey, result.stages.rule, scores=scores))


def timed(result: SurveyResult, n_plans: int) -> tuple[float, float, float]:
    """Return wall seconds, processor seconds, and the wall seconds spent in the solver."""
    spent, solve = [0.0], planner.cheapest

    def watched(*args: object, **named: object) -> object:
        begun = time.perf_counter()
        found = solve(*args, **named)  # type: ignore[arg-type]
        spent[0] += time.perf_counter() - begun
        return found

    planner.cheapest = watched  # type: ignore[assignment]
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        plan_next_steps(result, n_plans=n_plans)
        return time.perf_counter() - wall, time.process_time() - cpu, spent[0]
    finally:
        planner.cheapest = solve


def table(result: SurveyResult) -> list[str]:
    """Return the lines of both tables."""
    lines = [
        "| plans an enterprise | wall s, median (range) | processor s | of it in the solver, wall s |",
        "|---|---|---|---|",
    ]
    efforts_of(result)
    runs: dict[int, list[tuple[float, float, float]]] = {1: [], 3: []}
    for _ in range(RUNS):
        for n_plans, found in runs.items():
            found.append(timed(result, n_plans))
    for n_plans, found in runs.items():
        walls = [f[0] for f in found]
        cpu, solver = (statistics.median(f[k] for f in found) for k in (1, 2))
        lines.append(
            f"| {n_plans} | {statistics.median(walls):.1f} ({min(walls):.1f}–{max(walls):.1f}) | {cpu:.1f} | {solver:.1f} |"
        )
    lines += [
        "",
        "| enterprises, one plan each | wall s | processor s | ms of processor an enterprise |",
        "|---|---|---|---|",
    ]
    for n in SIZES:
        wall, cpu, _ = timed(result if n == len(result.survey.answers) else larger(result, n), 1)
        lines.append(f"| {n} | {wall:.1f} | {cpu:.1f} | {1000 * cpu / n:.1f} |")
    return lines


def main() -> None:
    """Time, print, and write where asked."""
    before = os.getloadavg()[0]
    result = analyse(read_study(ROOT / "study.toml"))["index"]
    lines = table(result)
    after = os.getloadavg()[0]
    head = [
        "# How long the next step takes",
        "",
        f"`python benchmarks/plans.py --write`, {os.cpu_count()} processors, load of the machine {before:.1f} before and {after:.1f} after (others were at work on it);",
        f"medians of {RUNS} runs in turn. The study's {len(result.survey.answers)} enterprises; larger surveys repeat them. Targets: 10 s for one plan each, 40 s for the three best, on two processors.",
        "",
    ]
    text = "\n".join([*head, *lines, ""])
    print(text)
    if "--write" in sys.argv[1:]:
        (ROOT / "docs" / "benchmarks_plans.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
