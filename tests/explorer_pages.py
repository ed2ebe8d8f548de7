"""Indices of every kind that an explorer carries, and the library's own stages under any settings of its sliders: what a page is held to."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from making import Row, book_of, question, rule_of, survey_of, system_of
from small_study import small_study

from hmsurvey.output.explorer_model import carry_model
from hmsurvey.rules import Need
from hmsurvey.scoring import Scores, score
from hmsurvey.staging import Stages, stage
from hmsurvey.study import Analysis, SurveyResult

Settings = dict[str, list[float]]
Data = dict[str, Any]

LEAVES = "".join(
    f'\n[[indicator]]\ncode = "{code}"\nin = "{node}"\nline = [[0, 0], [100, {most}]]\nweight = {weight}\n{more}\n'
    for code, node, most, weight, more in (
        ("q1", "A", 10, 1, ""),
        ("q2", "A", 20, 3, ""),
        ("q3", "B", 7, 1, ""),
        ("q4", "B", 5, 2, ""),
        ("q5", "total", 10, 0.3, ""),
        ("q6", "total", 4, 0.5, "bonus = true"),
    )
)
AREAS = """
[[node]]
code = "A"
in = "total"
level = "area"
weight = 0.7
aggregate = "ratio"
scale = 10
min_available = 0.5

[[node]]
code = "B"
in = "total"
level = "area"
weight = 1.1
aggregate = "arithmetic"
children_as = "share_of_max"
min_available = 0.3
"""
RULE = """
[[stage]]
code = "high"
needs = [
  { code = "t", zh = "总分不低于 {min}", en = "total at least {min}", score = "total", min = TOP },
  { code = "floor", every = "area", min = 0.2, na = "met" },
  { code = "either", any = [{ code = "a", score = "A", above = 4 }, { code = "both", all = [{ code = "weak", min_over = "area", min = 0.4, na = "unstaged" }, { points = "q1", min = 3 }] }] },
]

[[stage]]
code = "middle"
needs = [
  { code = "m", score = "total", above = LOW },
  { code = "cap", score = "B", max = 0.95, na = "met" },
  { code = "gate", condition = "q4 >= 5" },
]

[[stage]]
code = "low"
needs = []
"""
# name -> the total's own lines
TOTALS = {
    "arithmetic": 'aggregate = "arithmetic"\nmin_available = 0.4\ndecimals = 2',
    "arithmetic, whole numbers": 'aggregate = "arithmetic"\nscale = 1\nmin_available = 0.8\ndecimals = 0',
    "arithmetic of shares": 'aggregate = "arithmetic"\nchildren_as = "share_of_max"\nmin_available = 0.4\ndecimals = 3',
    "sum": 'aggregate = "sum"\nmin_available = 0.6',
    "ratio": 'aggregate = "ratio"\nscale = 100\nmin_available = 0.5\ndecimals = 1',
    "ratio of shares": 'aggregate = "ratio"\nchildren_as = "share_of_max"\nscale = 100\nmin_available = 0.7',
    "min": 'aggregate = "min"\nmin_available = 0.5',
    "max": 'aggregate = "max"\nmin_available = 0.5\ndecimals = 1',
    "geometric": 'aggregate = "geometric"\nmin_available = 0.5\ndecimals = 4',
    "geometric above a floor": 'aggregate = "geometric"\nzero = "floor"\nfloor = 1.5\nmin_available = 0.5\ndecimals = 2',
    "harmonic": 'aggregate = "harmonic"\nchildren_as = "share_of_max"\nmin_available = 0.5\ndecimals = 3',
}


def rows_of(n: int, seed: int = 7) -> list[Row]:
    """Answers with gaps, with "does not apply", with zeros and with hundreds."""
    chance = random.Random(seed)
    silent: list[object] = ["", "na", 0, 100]
    return [
        {f"q{k}": chance.choice(silent) if chance.random() < 0.35 else chance.randint(0, 100) for k in range(1, 7)}
        for _ in range(n)
    ]


def study_with(folder: Path, system: str, rule: str, rows: Sequence[Row]) -> Analysis:
    """A study of one survey with this index and this rule."""
    book = book_of(*(question(f"q{k}", "number") for k in range(1, 7)))
    survey, index, staging = survey_of(book, *rows), system_of(system, book), rule_of(rule)
    scores = score(survey, index)
    stages = stage(survey, staging, scores=scores)
    analysis = small_study(folder)
    plan = replace(analysis["small"].plan, system=index, rule=staging)
    return replace(analysis, results={"small": SurveyResult(plan, survey, scores, stages)})


def study_of_total(folder: Path, name: str, rows: Sequence[Row]) -> Analysis:
    """A study whose total is put together in one of the ways of `TOTALS`."""
    total = f'total = "total"\n\n[[node]]\ncode = "total"\n{TOTALS[name]}\n'
    top, low = ("0.6", "0.3") if "shares" in name or name == "harmonic" else ("5", "2.5")
    return study_with(folder, total + AREAS + LEAVES, RULE.replace("TOP", top).replace("LOW", low), rows)


def library_says(result: SurveyResult, model: Data, settings: Settings) -> tuple[Scores, Stages]:
    """Score and stage a survey by the library under the settings of the sliders: other weights in the index, other bounds in the rule."""
    assert result.scores is not None and result.plan.rule is not None
    weights = dict(zip((child["code"] for child in model["children"]), settings["weights"], strict=True))
    bounds = {(bound["need"], bound["key"]): x for bound, x in zip(model["bounds"], settings["bounds"], strict=True)}

    def moved(need: Need) -> Need:
        own = tuple((key, bounds.get((need.code, key), x)) for key, x in need.bounds)
        return replace(need, bounds=own, parts=tuple(moved(part) for part in need.parts))

    system, rule = result.scores.system, result.plan.rule
    system = replace(
        system,
        indicators=tuple(replace(i, weight=weights.get(i.code, i.weight)) for i in system.indicators),
        nodes=tuple(replace(n, weight=weights.get(n.code, n.weight)) for n in system.nodes),
    )
    rule = replace(rule, stages=tuple(replace(s, needs=tuple(moved(n) for n in s.needs)) for s in rule.stages))
    scores = score(result.survey, system)
    return scores, stage(result.survey, rule, scores=scores)


def model_of(result: SurveyResult) -> Data:
    """The model of a survey that can be carried."""
    model = carry_model(result)
    assert isinstance(model, dict), model
    return model


def random_settings(result: SurveyResult, n: int, seed: int = 1) -> list[Settings]:
    """Weights and bounds at random: none, one, with two decimals, with all of them; bounds also exactly where a unit stands."""
    chance, model = random.Random(seed), model_of(result)
    assert result.scores is not None
    seen = {code: [x for x in result.scores.values[code] if x == x] for code in result.scores.values}
    wanted = []
    for _ in range(n):
        weights = [chance.choice([0.0, 1.0, round(3 * chance.random(), 2), chance.random()]) for _ in model["children"]]
        bounds = []
        for bound in model["bounds"]:
            at = chance.choice([x for values in seen.values() for x in values]) if chance.random() < 0.5 else None
            bounds.append(round(chance.uniform(bound["low"], bound["high"]), 2) if at is None else round(at, 9))
        wanted.append({"weights": weights, "bounds": bounds})
    return wanted


def data_of(page: str) -> Data:
    """The data inside a page."""
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, flags=re.S)
    data: Data = json.loads(found)
    return data
