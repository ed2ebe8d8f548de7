"""Write docs/recovery.md and its figures: is the true stage found again, and do 90% intervals cover what they should?

Run from anywhere: `python tools/recovery.py`. The truth is the stand-in's: the rule applied to complete, error-free answers. Coverage of shares is summed over every possible sample, not
simulated; what cannot be summed is drawn from fixed seeds, so that a second run writes the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import hypergeom, multivariate_hypergeom

from hmsurvey.analysis.alternatives import read_built_in_rule, restage
from hmsurvey.analysis.populations import populations_of
from hmsurvey.analysis.rivals import find_rivals
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import group_labels, groups_of, stage_labels
from hmsurvey.provenance import Provenance, Source
from hmsurvey.rules import UNSTAGED
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.statistics.finite import finite_share
from hmsurvey.statistics.intervals import mean_interval, wilson
from hmsurvey.statistics.several_shares import share_intervals
from hmsurvey.study import Analysis, SurveyResult, analyse, read_study
from hmsurvey.survey import Survey, check_answers, read_survey
from hmsurvey.synthetic.reporting import cells_of
from hmsurvey.synthetic.synthesis import SEED, synthesise

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
CONFIDENCE, Z90 = 0.90, 1.6448536269514722
TIMES = 10  # the frame is cut from a stand-in so many times as large
DRAWS = 2000
ODDS = (1.0, 1.5, 2.0, 3.0)
SURVEYS = ("questionnaire", "index")
OTHER_RULES = {"questionnaire": ("carrier_electronic", "carrier_strict", "carrier_all"), "index": ()}
Ints = NDArray[np.int64]
METHODS = ("exact", "wilson", "exact, three together", "goodman, three together")


# --- the truth and what was reported -------------------------------------------------------------------------------------------------


def true_result(result: SurveyResult, survey: Survey) -> SurveyResult:
    """Return a result over other answers to the same questions."""
    plan = result.plan
    assert plan.rule is not None
    scores = score(survey, plan.system) if plan.system else None
    return replace(result, survey=survey, scores=scores, stages=stage(survey, plan.rule, scores=scores))


def shipped(analysis: Analysis, code: str) -> tuple[SurveyResult, SurveyResult]:
    """Return one survey of the shipped stand-in as reported and as it is true, in the same order of units."""
    result = analysis[code]
    path = ROOT / "data" / "truth" / f"{code}_complete.csv"
    return result, true_result(result, read_survey(path, result.survey.codebook))


def regenerated(analysis: Analysis, times: int) -> dict[str, tuple[SurveyResult, SurveyResult, NDArray[np.float64]]]:
    """Return a larger stand-in of the same seed: by survey as reported, as it is true, and the general trait of every enterprise."""
    stand_in = synthesise(SEED, n_questionnaire=293 * times, n_index=235 * times)
    trait = dict(zip(stand_in.truth["traits"]["unit"], map(float, stand_in.truth["traits"]["general"]), strict=True))
    found = {}
    for code in SURVEYS:
        result = analysis[code]
        book = result.survey.codebook
        pair = []
        for table in (stand_in.workbooks[code], stand_in.truth[f"{code}_complete"]):
            answers, _ = check_answers(cells_of(dict(table), book), book)
            pair.append(true_result(result, Survey(answers, result.survey.provenance)))
        general = np.array([trait[unit] for unit in pair[1].survey.answers.units])
        found[code] = (pair[0], pair[1], general)
    return found


def confusion(reported: SurveyResult, true: SurveyResult) -> pd.DataFrame:
    """Count true stage (down) by reported stage (across, unstaged last)."""
    codes = need_stages(true).rule.codes
    return cross(need_stages(true).stage.astype(object), need_stages(reported).stage.astype(object), codes)


def cross(true: pd.Series, reported: pd.Series, codes: Sequence[str]) -> pd.DataFrame:
    """Count one staging by another; units are matched by name."""
    both = pd.DataFrame({"true": true, "reported": reported})
    counts = pd.crosstab(both["true"], both["reported"])
    return counts.reindex(index=[*codes, UNSTAGED], columns=[*codes, UNSTAGED], fill_value=0)


def recovered(counts: pd.DataFrame) -> dict[str, float]:
    """Return shares (0-100) of all that have a true stage: found again, put elsewhere, left unstaged; and of those staged, found again."""
    mine = counts.drop(index=UNSTAGED)
    n = int(mine.to_numpy().sum())
    same = int(sum(mine.at[code, code] for code in mine.index))
    none = int(mine[UNSTAGED].sum())
    far = sum(int(mine.iloc[a, b]) for a in range(len(mine)) for b in range(len(mine)) if abs(a - b) > 1)
    up = sum(int(mine.iloc[a, b]) for a in range(len(mine)) for b in range(a))
    return {
        "n": n,
        "found": 100 * same / n,
        "higher": 100 * up / n,
        "lower": 100 * (n - same - none - up) / n,
        "unstaged": 100 * none / n,
        "far": far,
        "of_staged": 100 * same / (n - none),
    }


def by_method(reported: SurveyResult, true: SurveyResult) -> list[tuple[str, dict[str, float]]]:
    """Return for every way of staging how often its own true stage is found again."""
    rule = need_stages(true).rule
    rows = [(rule.label.en, recovered(confusion(reported, true)))]
    for name in OTHER_RULES[true.plan.code]:
        other = read_built_in_rule(name)
        rows.append((other.label.en, recovered(confusion(restage(reported, rule=other), restage(true, rule=other)))))
    if true.scores is not None:
        ours, theirs = (find_rivals(result, seed=SEED) for result in (reported, true))
        for mine in ours.others:
            same = next(other for other in theirs.others if other.code == mine.code)
            rows.append((mine.label.en, recovered(cross(same.stage, mine.stage, rule.codes))))
    return rows


# --- intervals ------------------------------------------------------------------------------------------------------------------------


@cache
def interval(method: str, x: int, n: int, population: int) -> tuple[float, float]:
    """Return the 90% interval of one share, or of one of three together."""
    if method == "exact":
        return finite_share(x, n, population, confidence=CONFIDENCE)
    if method == "wilson":
        return wilson(x, n, z=Z90) if n else (0.0, 1.0)
    if method == "exact, three together":
        return finite_share(x, n, population, confidence=CONFIDENCE, jointly=3)
    others = (n - x) // 2
    found = share_intervals([x, others, n - x - others], method="goodman", confidence=CONFIDENCE)
    return found[0].low, found[0].high


def covers(method: str, x: int, n: int, population: int, k: int) -> bool:
    """Tell whether the interval from x of n holds k of the population."""
    low, high = interval(method, x, n, population)
    return low - 1e-12 <= k / population <= high + 1e-12


def share_coverage(method: str, n: int, population: int, k: int) -> tuple[float, float]:
    """Return coverage and mean width (0-1) of the interval of one share, summed over every possible count."""
    counts = np.arange(max(0, n - (population - k)), min(n, k) + 1)
    chance = hypergeom.pmf(counts, population, k, n)
    hit = np.array([covers(method, int(x), n, population, k) for x in counts])
    ends = np.array([interval(method, int(x), n, population) for x in counts])
    return float(chance[hit].sum()), float(chance @ (ends[:, 1] - ends[:, 0]))


def joint_coverage(method: str, n: int, totals: Sequence[int]) -> tuple[float, float]:
    """Return how often the intervals of three shares all cover, and their mean width, summed over every possible sample."""
    population = sum(totals)
    a, b = (part.ravel() for part in np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij"))
    samples = np.stack([a, b, n - a - b], axis=1)
    samples = samples[(samples >= 0).all(axis=1) & (samples <= np.array(totals)).all(axis=1)]
    chance = multivariate_hypergeom.pmf(samples, m=list(totals), n=n)
    hit = [all(covers(method, int(x), n, population, k) for x, k in zip(row, totals, strict=True)) for row in samples]
    wide = [np.mean([np.subtract(*interval(method, int(x), n, population)[::-1]) for x in row]) for row in samples]
    return float(chance[np.array(hit)].sum()), float(chance @ np.array(wide))


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """One city's frame: how many the sample has, and of every enterprise the true stage (place from the highest), the reported one (-1 unstaged), total and trait."""

    name: str
    n: int
    true: Ints
    reported: Ints
    total: NDArray[np.float64]
    trait: NDArray[np.float64]

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(int((self.true == place).sum()) for place in range(3))


def frame_of(
    analysis: Analysis, code: str, large: tuple[SurveyResult, SurveyResult, NDArray[np.float64]]
) -> list[City]:
    """Cut as many enterprises as the registry has in production out of the larger stand-in, city by city."""
    reported, true, trait = large
    seen = populations_of(analysis, code)
    answered = groups_of(analysis[code].survey).value_counts()
    rank = {stage_: place for place, stage_ in enumerate(need_stages(true).rule.codes)}
    places = [
        need_stages(r).stage.astype(object).map(lambda s: rank.get(s, -1)).to_numpy(dtype=np.int64)
        for r in (true, reported)
    ]
    where = groups_of(true.survey).to_numpy()
    total = need_scores(true).total.to_numpy() if true.scores is not None else np.full(len(where), np.nan)
    labels = group_labels(true.survey.codebook)
    cities = []
    for group in seen.order:
        n, size = int(answered.get(group, 0)), seen.sizes.get(group, 0.0)
        mine = np.flatnonzero(where == group)[: int(size)]
        if n and n <= len(mine) == size:
            cities.append(City(labels[group].en, n, places[0][mine], places[1][mine], total[mine], trait[mine]))
    return cities


def mean_coverage(city: City, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return coverage and mean width of the interval of a city's mean score over simple random samples; NaN where there are no scores or one answer."""
    if np.isnan(city.total).any() or city.n < 2:
        return float("nan"), float("nan")
    truth, hits, wide = city.total.mean(), 0, 0.0
    for _ in range(draws):
        values = rng.choice(city.total, city.n, replace=False)
        found = mean_interval(values, population=len(city.total), confidence=CONFIDENCE)
        hits += found.low - 1e-9 <= truth <= found.high + 1e-9
        wide += found.high - found.low
    return hits / draws, wide / draws


def selective_coverage(
    city: City, scenario: str, odds: float, draws: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return mean coverage over the stages, and bias of the share of the lowest stage (points), under one way of answering.

    `scenario`: "true" (complete answers), "gaps" (true stages, without those whose answers leave them unstaged), "reported" (stages as reported). `odds`: chances of
    answering multiply by so much a standard deviation of the general trait.
    """
    size = len(city.true)
    z = (city.trait - city.trait.mean()) / (city.trait.std() or 1.0)
    keys = rng.gumbel(size=(draws, size)) + np.log(odds) * z
    chosen = np.argsort(-keys, axis=1)[:, : city.n]
    seen = (
        city.reported if scenario == "reported" else np.where((city.reported < 0) & (scenario == "gaps"), -1, city.true)
    )
    picked = seen[chosen]
    staged = (picked >= 0).sum(axis=1)
    hits: dict[str, list[float]] = {"exact": [], "wilson": []}
    for place, k in enumerate(city.totals):
        parts = (picked == place).sum(axis=1)
        for method, found in hits.items():
            found.append(
                float(np.mean([covers(method, int(x), int(m), size, k) for x, m in zip(parts, staged, strict=True)]))
            )
    low = (picked == len(city.totals) - 1).sum(axis=1) / np.maximum(staged, 1)
    bias = 100 * float(low.mean() - city.totals[-1] / size)
    return {method: float(np.mean(found)) for method, found in hits.items()} | {"bias": bias}


SCENARIOS = (
    ("complete answers, by lot", "true", 1.0),
    ("gaps as in the stand-in", "gaps", 1.0),
    ("reported answers: errors and gaps", "reported", 1.0),
    *((f"answering goes with the trait, chances x {odds:g} a standard deviation", "true", odds) for odds in ODDS[1:]),
)


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Everything the document says."""

    shipped: Mapping[str, pd.DataFrame]
    methods: Mapping[str, Sequence[tuple[str, dict[str, float]]]]
    large: Mapping[str, pd.DataFrame]
    cities: Mapping[str, Sequence[City]]
    means: Mapping[str, Sequence[tuple[float, float]]]
    selective: Mapping[str, Mapping[str, dict[str, float]]]
    labels: Mapping[str, str]


def carry_out(*, times: int = TIMES, draws: int = DRAWS) -> Study:
    """Do the study."""
    analysis = analyse(read_study(ROOT / "study.toml"))
    pairs = {code: shipped(analysis, code) for code in SURVEYS}
    large = regenerated(analysis, times)
    cities = {code: frame_of(analysis, code, large[code]) for code in SURVEYS}
    rngs = {code: np.random.default_rng([SEED, place]) for place, code in enumerate(SURVEYS)}
    means = {code: [mean_coverage(city, draws, rngs[code]) for city in cities[code]] for code in SURVEYS}
    selective = {
        code: {
            name: {key: float(np.mean([found[key] for found in per_city])) for key in ("exact", "wilson", "bias")}
            for name, scenario, odds in SCENARIOS
            if (per_city := [selective_coverage(city, scenario, odds, draws, rngs[code]) for city in cities[code]])
        }
        for code in SURVEYS
    }
    rule = need_stages(pairs["index"][0]).rule
    return Study(
        shipped={code: confusion(*pair) for code, pair in pairs.items()},
        methods={code: by_method(*pair) for code, pair in pairs.items()},
        large={code: confusion(*pair[:2]) for code, pair in large.items()},
        cities=cities,
        means=means,
        selective=selective,
        labels={code: text.en for code, text in stage_labels(rule).items()},
    )


def main() -> None:
    """Write the document and its figures."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from recovery_page import document, write_figures  # beside this script

    study = carry_out()
    source = Source(
        title="Stand-in, its truth and a larger one of the same seed",
        kind="synthetic",
        producer="tools/recovery.py",
        date="2026-11-22",
    )
    figures = write_figures(study, DOCS / "figures", Provenance((source,)))
    (DOCS / "recovery.md").write_text(document(study), encoding="utf-8", newline="\n")
    print("docs/recovery.md", *(path.name for path in figures))


if __name__ == "__main__":
    main()
