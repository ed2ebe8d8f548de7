"""Times the explorer: written by the program, opened by a browser, restaged under a slider; for the study's 235 enterprises and for ten thousand.

A restaging is timed inside the page, from the settings to the page laid out anew. `--write` puts the table into docs/benchmarks_explorer.md.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from hmsurvey.analysis.restaging import answers_of
from hmsurvey.output.explorer import write_explorer
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.study import Analysis, SurveyResult, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
MOVES = 21
RESTAGE = """(moves) => {
  const times = [], settings = explorer.settings();
  for (let k = 0; k < moves; k++) {
    settings.weights[0] = 1 + (k % 7) / 4;
    settings.bounds[0] = 80 - (k % 5) * 6;
    const begun = performance.now();
    explorer.apply(settings);
    void document.body.offsetHeight;
    times.push(performance.now() - begun);
  }
  return times;
}"""


def larger(result: SurveyResult, n: int) -> SurveyResult:
    """Return the survey with its units over and over, up to so many."""
    rows = np.resize(np.arange(len(result.survey.answers)), n)
    units = tuple(f"{result.survey.answers.units[int(row)]}-{k}" for k, row in enumerate(rows))
    survey = replace(result.survey, answers=answers_of(result.survey.answers, rows, units))
    assert result.scores is not None and result.stages is not None
    scores = score(survey, result.scores.system)
    return replace(result, survey=survey, scores=scores, stages=stage(survey, result.stages.rule, scores=scores))


def spread(seconds: list[float]) -> str:
    """Return minimum, median and maximum as cells of a row."""
    return f"{min(seconds):.3f} | {statistics.median(seconds):.3f} | {max(seconds):.3f}"


def measure(analysis: Analysis, page: Page, words: str, budgets: tuple[str, str]) -> list[str]:
    """Return the rows of one size."""
    written, opened, moved = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(RUNS):
            begun = time.perf_counter()
            (path,) = write_explorer(analysis, Path(folder))
            written.append(time.perf_counter() - begun)
            page.goto("about:blank")
            begun = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_selector(".units tbody tr")
            opened.append(time.perf_counter() - begun)
            moved += [ms / 1000 for ms in page.evaluate(RESTAGE, MOVES)]
        size = path.stat().st_size / 1e6
    return [
        f"| {words}: written, {size:.2f} MB | {spread(written)} | {budgets[0]} |",
        f"| {words}: opened | {spread(opened)} |  |",
        f"| {words}: restaged and drawn | {spread(moved)} | {budgets[1]} |",
    ]


def main() -> None:
    """Measure, print, and write the page if asked."""
    analysis = analyse(read_study(ROOT / "study.toml"))
    large = replace(analysis, results={"index": larger(analysis["index"], 10_000)})
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page, version = browser.new_page(viewport={"width": 1280, "height": 900}), browser.version
        rows = measure(analysis, page, "235 enterprises", ("3", "0.1"))
        rows += measure(large, page, "10 000 enterprises", ("3", "1"))
        browser.close()
    lines = [
        "# Benchmarks: the explorer",
        "",
        f"`python benchmarks/explorer.py --write`; written and opened {RUNS} times, {MOVES * RUNS} restagings each; Chromium {version}, Python {platform.python_version()}, {os.cpu_count()} cores; other work on the machine while it ran: load {os.getloadavg()[0]:.0f}.",
        "",
        "| what | min s | median s | max s | budget s |",
        "|---|---:|---:|---:|---:|",
        *rows,
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if "--write" in sys.argv[1:]:
        (ROOT / "docs" / "benchmarks_explorer.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
