"""Times variations beside a plain loop over scoring and staging: draws, units, memory, and the weights-only case of the ASEM index.

All in one run, each several times in turn, with the spread. `--write` puts the tables into docs/benchmarks_robustness.md.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from hmsurvey.analysis.drawing import Settings
from hmsurvey.analysis.restaging import answers_of
from hmsurvey.analysis.robustness import Drawing, vary
from hmsurvey.errors import Text
from hmsurvey.rules import Need, Rule
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.study import SurveyResult, analyse, read_study
from hmsurvey.systems import IndicatorSystem
from hmsurvey.variation import Factor, Variation

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
NAIVE = 20


def variation(*factors: Factor) -> Variation:
    """Return a variation of these factors."""
    return Variation("bench", "1", Text("计时", "benchmark"), factors)


def factor(code: str, kind: str, **more: object) -> Factor:
    """Return a factor."""
    return Factor(code, Text(code, code), kind, **more)  # type: ignore[arg-type]


AREAS = factor("areas", "noise", level="area", amount=0.25)
INDICATORS = factor("indicators", "noise", level="indicators", amount=0.25)
CUTS = factor("cuts", "cut", of=("total80", "total60"), amount=5.0, together=True)
FLOORS = factor("floors", "cut", of=("GT6", "GT6i"), amount=10.0)


def larger(result: SurveyResult, times: int) -> SurveyResult:
    """Return the survey with every unit so many times over."""
    n = len(result.survey.answers)
    rows = np.tile(np.arange(n), times)
    units = tuple(f"{result.survey.answers.units[int(i) % n]}-{k}" for k, i in enumerate(rows))
    survey = replace(result.survey, answers=answers_of(result.survey.answers, rows, units))
    assert result.scores is not None and result.stages is not None
    scores = score(survey, result.scores.system)
    return replace(result, survey=survey, scores=scores, stages=stage(survey, result.stages.rule, scores=scores))


def naive(result: SurveyResult, settings: Settings, draws: int) -> None:
    """Score and stage once a draw."""
    assert result.scores is not None and result.stages is not None
    for k in range(draws):
        factors = {code: float(values[k]) for code, values in settings.scaled.items()}
        scores = score(result.survey, _scaled(result.scores.system, factors))
        stage(
            result.survey,
            _moved(result.stages.rule, {c: float(v[k]) for c, v in settings.shifts.items()}),
            scores=scores,
        )


def _scaled(system: IndicatorSystem, by: dict[str, float]) -> IndicatorSystem:
    return replace(
        system,
        indicators=tuple(replace(i, weight=i.weight * by.get(i.code, 1.0)) for i in system.indicators),
        nodes=tuple(replace(n, weight=n.weight * by.get(n.code, 1.0)) for n in system.nodes),
    )


def _moved(rule: Rule, by: dict[str, float]) -> Rule:
    def other(need: Need) -> Need:
        return replace(need, bounds=tuple((key, bound + by.get(need.code, 0.0)) for key, bound in need.bounds))

    return replace(rule, stages=tuple(replace(s, needs=tuple(other(n) for n in s.needs)) for s in rule.stages))


def timed(jobs: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Run every job several times, in turn."""
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for work in jobs.values():
        work()
    for _ in range(RUNS):
        for name, work in jobs.items():
            begun = time.perf_counter()
            work()
            found[name].append(time.perf_counter() - begun)
    return found


def peak(work: Callable[[], object]) -> float:
    """Return the most memory a job takes, in MB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def asem_like() -> SurveyResult:
    """Return an index of ASEM's form: 51 units, 49 normalised indicators, 8 pillars, 2 sub-indices, 1 index; numbers drawn by lot."""
    import tempfile

    from hmsurvey.codebook import read_codebook
    from hmsurvey.indicators import read_system
    from hmsurvey.rules import read_rule
    from hmsurvey.survey import read_survey

    folder = Path(tempfile.mkdtemp())
    codes = [f"i{k}" for k in range(49)]
    book = ['kind = "codebook"', 'id = "b"', 'version = "1"', "question = [", '  { code = "unit", kind = "text" },']
    book += [f'  {{ code = "{c}", kind = "number" }},' for c in codes] + ["]", "[roles]", 'id = "unit"']
    index = ['kind = "system"', 'id = "s"', 'version = "1"', "indicator = ["]
    index += [
        f'  {{ code = "{c}", in = "p{k % 8}", normalise = {{ method = "minmax", to = [0, 100] }} }},'
        for k, c in enumerate(codes)
    ]
    index += ["]", "node = ["]
    index += [
        f'  {{ code = "p{k}", in = "{"ab"[k // 5]}", level = "pillar", aggregate = "arithmetic" }},' for k in range(8)
    ]
    index += [f'  {{ code = "{c}", in = "total", level = "sub", aggregate = "arithmetic" }},' for c in "ab"]
    index += ['  { code = "total", aggregate = "arithmetic" },', "]", "[policy]", 'missing = "drop"']
    rule = 'kind = "rule"\nid = "r"\nversion = "1"\n[[stage]]\ncode = "high"\nneeds = [{ code = "half", score = "total", min = 50 }]\n[[stage]]\ncode = "low"\nneeds = []\n'
    numbers = np.random.default_rng(1).normal(size=(51, 49))
    rows = [",".join(["unit", *codes])] + [
        ",".join([f"u{k}", *(f"{v:.6f}" for v in row)]) for k, row in enumerate(numbers)
    ]
    for name, text in (
        ("b.toml", "\n".join(book)),
        ("s.toml", "\n".join(index)),
        ("r.toml", rule),
        ("a.csv", "\n".join(rows)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    codebook = read_codebook(folder / "b.toml")
    survey, system = read_survey(folder / "a.csv", codebook), read_system(folder / "s.toml", codebook)
    scores = score(survey, system)
    from hmsurvey.study import SurveyPlan

    plan = SurveyPlan("asem", Text("", ""), folder, folder, system, read_rule(folder / "r.toml"))
    assert plan.rule is not None
    return SurveyResult(plan, survey, scores, stage(survey, plan.rule, scores=scores))


def measure() -> list[str]:
    """Return the tables as Markdown lines."""
    index = analyse(read_study(ROOT / "study.toml"))["index"]
    given, whole = variation(AREAS, CUTS, FLOORS), variation(INDICATORS, AREAS, CUTS, FLOORS)
    settings = Drawing(index, given, seed=1).settings(0, NAIVE)
    asem, levels = (
        asem_like(),
        variation(factor("p", "noise", level="pillar", amount=0.25), factor("s", "noise", level="sub", amount=0.25)),
    )
    jobs: dict[str, Callable[[], object]] = {
        f"a loop over `score` and `stage`, {NAIVE} draws": lambda: naive(index, settings, NAIVE),
        "10,000 draws: 6 area weights, cut-offs, floors": lambda: vary(index, given, draws=10_000),
        "10,000 draws: 54 indicator and 6 area weights, cut-offs, floors": lambda: vary(index, whole, draws=10_000),
        "10,000 draws: the built-in variation (with aggregates and blanks)": lambda: vary(
            index, index.plan.variation, draws=10_000
        ),  # type: ignore[arg-type]
        "1,000 weight draws, an index of ASEM's form (51 x 49, four levels)": lambda: vary(asem, levels, draws=1_000),
    }
    budgets = [None, 1.0, 1.0, None, 0.2]
    sizes = {
        f"{draws:,} draws": lambda d=draws: vary(index, given, draws=d)
        for draws in (1_000, 2_000, 5_000, 10_000, 20_000)
    }
    counts = {}
    for times in (1, 2, 5, 10):
        many = larger(index, times)
        counts[f"{235 * times:,} units"] = lambda m=many: vary(m, given, draws=4_096)
    lines = ["| what | min s | median s | max s | budget s |", "|---|---:|---:|---:|---:|"]
    found = timed(jobs)
    for (name, runs), budget in zip(found.items(), budgets, strict=True):
        lines.append(
            f"| {name} | {min(runs):.3f} | {statistics.median(runs):.3f} | {max(runs):.3f} | {'' if budget is None else f'{budget:g}'} |"
        )
    loop, ours = (statistics.median(runs) for runs in list(found.values())[:2])
    lines += [
        "",
        f"A draw of the loop takes {1000 * loop / NAIVE:.1f} ms, of `vary` {1000 * ours / 10_000:.3f} ms: {loop / NAIVE / (ours / 10_000):.0f} times.",
        "",
    ]
    for title, curve, each in (
        ("draws, 235 units", sizes, [1_000, 2_000, 5_000, 10_000, 20_000]),
        ("units, 4,096 draws", counts, [235, 470, 1_175, 2_350]),
    ):
        lines += [f"| {title} | median s | min to max | microseconds for each |", "|---|---:|---:|---:|"]
        for (name, runs), n in zip(timed(curve).items(), each, strict=True):
            middle = statistics.median(runs)
            lines.append(f"| {name} | {middle:.3f} | {min(runs):.3f} to {max(runs):.3f} | {1e6 * middle / n:.0f} |")
        lines.append("")
    few, many_draws = (peak(lambda d=d: vary(index, given, draws=d)) for d in (10_000, 100_000))
    lines.append(
        f"Peak memory of Python's own allocations: {few:.1f} MB at 10,000 draws, {many_draws:.1f} MB at 100,000."
    )
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; with `--write`, keep them."""
    lines = measure()
    print("\n".join(lines))
    if "--write" in (sys.argv[1:] if arguments is None else arguments):
        head = [
            "# Benchmarks of variations",
            "",
            f"`python benchmarks/robustness.py --write`; {RUNS} runs in turn, {os.cpu_count()} cores. Timings are no tests: machines differ and are shared; read the ratios.",
            "",
        ]
        (ROOT / "docs" / "benchmarks_robustness.md").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
