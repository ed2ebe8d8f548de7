"""Times 2,000 bootstrap replicates of all city shares: counts drawn at once, beside a plain pandas loop over replicates and cities; several runs in turn, with the spread."""

from __future__ import annotations

import os
import platform
import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd

from hmsurvey.statistics.share_resampling import bootstrap_shares

RUNS = 5
REPLICATES = 2000
BUDGET = 1.0  # seconds
CITIES, STAGES, ENTERPRISES = 9, 3, 235


def enterprises(times: int = 1) -> pd.DataFrame:
    """Return 235 enterprises (or that many times over) in nine cities with a stage each, about one in fifty advanced."""
    rng = np.random.default_rng(20240121)
    n = ENTERPRISES * times
    stage = rng.choice(["advanced", "intermediate", "low"], size=n, p=[0.02, 0.16, 0.82])
    return pd.DataFrame({"city": np.arange(n) % CITIES, "stage": pd.Categorical(stage, ["advanced", "intermediate", "low"])})  # fmt: skip


def by_counts(frame: pd.DataFrame, *, replicates: int = REPLICATES, finite: bool = False) -> None:
    """Draw counts, from the table of enterprises to standard errors and intervals."""
    counts = pd.crosstab(frame["city"], frame["stage"], dropna=False).to_numpy()
    sizes = np.ceil(counts.sum(axis=1) * 1.7) if finite else None
    bootstrap_shares(counts, seed=1, population=sizes, replicates=replicates)


def by_rows(frame: pd.DataFrame, *, replicates: int = REPLICATES) -> None:
    """Draw rows within cities with pandas, a replicate after the other."""
    shares = [
        frame.groupby("city")
        .sample(frac=1.0, replace=True, random_state=seed)
        .groupby("city")["stage"]
        .value_counts(normalize=True)
        .unstack()
        for seed in range(replicates)
    ]
    np.percentile(np.stack([part.to_numpy() for part in shares]), [2.5, 97.5], axis=0)


def seconds_of(what: Callable[[], None]) -> float:
    """Return the wall seconds of one run."""
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def peak_mb(what: Callable[[], None]) -> float:
    """Return the most memory that Python objects and arrays took in one run."""
    tracemalloc.start()
    what()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def main() -> list[str]:
    """Return the tables as Markdown lines."""
    frame, fewer = enterprises(), REPLICATES // 10
    cases: list[tuple[str, Callable[[], None], float | None]] = [
        (f"{REPLICATES:,} replicates, drawn with replacement", lambda: by_counts(frame), BUDGET),
        (f"{REPLICATES:,} replicates, finite population", lambda: by_counts(frame, finite=True), BUDGET),
        (f"pandas: {fewer:,} replicates (a tenth)", lambda: by_rows(frame, replicates=fewer), None),
    ]
    times: dict[str, list[float]] = {words: [] for words, _, _ in cases}
    cases[0][1]()
    for _ in range(RUNS):
        for words, what, _ in cases:
            times[words].append(seconds_of(what))
    lines = [
        f"Shares of {STAGES} stages in {CITIES} cities, {ENTERPRISES} enterprises; {RUNS} runs in turn, Python {platform.python_version()}, {os.cpu_count()} cores.",
        "",
        "| what | min s | median s | max s | budget s |",
        "|---|---:|---:|---:|---:|",
    ]
    for words, _, budget in cases:
        runs = times[words]
        limit = "" if budget is None else f"{budget:g}"
        lines.append(f"| {words} | {min(runs):.4f} | {statistics.median(runs):.4f} | {max(runs):.4f} | {limit} |")
    medians = [statistics.median(runs) for runs in times.values()]
    lines += ["", f"Per replicate the pandas loop takes {10 * medians[2] / medians[0]:,.0f} times as long.", ""]
    lines += ["| replicates | enterprises | median s | peak MB |", "|---:|---:|---:|---:|"]
    for replicates, size in ((2_000, 1), (20_000, 1), (200_000, 1), (2_000, 10), (2_000, 100)):
        larger = enterprises(size)

        def once(replicates: int = replicates, larger: pd.DataFrame = larger) -> None:
            by_counts(larger, replicates=replicates)

        median = statistics.median(seconds_of(once) for _ in range(3))
        lines.append(f"| {replicates:,} | {len(larger):,} | {median:.3f} | {peak_mb(once):.1f} |")
    return lines


if __name__ == "__main__":
    print("\n".join(main()))
