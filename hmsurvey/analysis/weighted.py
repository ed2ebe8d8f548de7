"""What do the answers say of the province, when cities were reached unequally? Plain and survey-weighted readings side by side.

Each reading says whom it speaks of. A city nobody answered from cannot be represented by any weight: how much of the registry is covered stands beside every estimate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.populations import NO_ANSWERS, NO_REGISTRY, NONE_STAGED, NOT_REGISTERED, populations_of
from hmsurvey.analysis.readings import (
    CENSUS,
    MORE_THAN_REGISTERED,
    READINGS,
    SAMPLED,
    Margins,
    Reading,
    coverage_note,
    readings_of,
    registered,
)
from hmsurvey.analysis.shares import OF_THE_STAGED, note_column
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import ALL, group_label, group_labels, stage_labels
from hmsurvey.errors import Text
from hmsurvey.provenance import combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.designs import Design
from hmsurvey.statistics.estimates import Estimate, estimate_mean
from hmsurvey.statistics.survey_shares import estimate_share
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table, Unit

REPRESENTED = Text("由本市答卷企业代表。", "Represented by those of the city who answered.")
_READING = Column("reading", Text("读法", "Reading"), "code", labels=READINGS)


def tabulate_province(
    source: Analysis | SurveyResult, survey: str = "", *, margins: Margins | None = None, confidence: float = 0.95
) -> Table:
    """Estimate the province's share of each stage: plain, unweighted, post-stratified, stratified and raked, side by side.

    Parameters
    ----------
    source
        A study carried out, whose registry says how many enterprises there are; without a registry only the first two readings exist.
    survey
        Which survey of the study.
    margins
        Other ways in which enterprises in production divide, for raking: question code to option code to number (or share) of enterprises, such as `{"size": {"large": 30, ...}}`.
    confidence
        Such as 0.95.

    Returns
    -------
    Table
        One row a reading and stage: `n_population` (enterprises it speaks of), `n`, `share_pct`, `se_pct`, `ci_low_pct`, `ci_high_pct`, `design_effect` (against a simple random sample of as many, drawn
        without replacement), `note`.

    Raises
    ------
    UsageError, DataError
        No such survey, no stages, or a margin's question or options do not fit the answers.
    """
    seen = populations_of(source, survey)
    stages = need_stages(seen.result)
    labels = stage_labels(stages.rule)
    mine = stages.stage.astype(object).to_numpy()
    readings, notes = readings_of(seen, mine != UNSTAGED, margins or {})
    rows, said = [], []
    for reading in readings:
        for code in stages.rule.codes:
            flags = (mine == code)[reading.used].astype(float)
            found, note = _estimate(reading, flags, lambda design, y: estimate_share(design, y, confidence=confidence))
            said.append(note)
            rows.append([reading.code, code, *_cells(reading, found, 100.0), note.en])
    frame = pd.DataFrame(rows, columns=["reading", "stage", *_named("share_pct", "_pct"), "note"])
    columns = (
        _READING,
        Column("stage", Text("阶段", "Stage"), "code", labels=labels),
        *_columns("share_pct", "_pct", "percent", Text("占比（%）", "Share (%)"), confidence),
        note_column(frame, tuple(said)),
    )
    label = seen.result.plan.label
    title = Text(
        f"全省各阶段的占比，几种读法：{label.zh}",
        f"Shares of the stages in the province, read several ways: {label.en}",
    )
    provenance = combine(stages.provenance, seen.provenance)
    notes = (OF_THE_STAGED, *notes)
    return Table(frame, provenance, f"province_{seen.result.plan.code}", title, columns, notes)


def tabulate_province_means(
    source: Analysis | SurveyResult, survey: str = "", *, margins: Margins | None = None, confidence: float = 0.95
) -> Table:
    """Estimate the province's mean total and mean of each area, read in the ways of `tabulate_province`.

    Returns
    -------
    Table
        One row a reading and score: `n_population`, `n`, `mean`, `se`, `ci_low`, `ci_high`, `design_effect`, `note`. Each score rests on the enterprises that have it.

    Raises
    ------
    UsageError, DataError
        No such survey, no scores, or a margin's question or options do not fit the answers.
    """
    seen = populations_of(source, survey)
    scores = need_scores(seen.result)
    system = scores.system
    nodes = [system.total, *(node.code for node in system.level("area"))]
    rows, said, notes = [], [], dict[Text, None]()
    for node in nodes:
        values = scores.values[node].to_numpy(dtype=float)
        readings, heard = readings_of(seen, ~np.isnan(values), margins or {})
        notes |= dict.fromkeys(heard)
        for reading in readings:
            found, note = _estimate(
                reading, values[reading.used], lambda design, y: estimate_mean(design, y, confidence=confidence)
            )
            said.append(note)
            rows.append([reading.code, node, *_cells(reading, found, 1.0), note.en])
    frame = pd.DataFrame(rows, columns=["reading", "node", *_named("mean", ""), "note"])
    columns = (
        _READING,
        Column("node", Text("得分", "Score"), "code", labels={node: system.node(node).label for node in nodes}),
        *_columns("mean", "", "score", Text("平均分", "Mean"), confidence),
        note_column(frame, tuple(said)),
    )
    label = seen.result.plan.label
    title = Text(f"全省平均分，几种读法：{label.zh}", f"Mean scores of the province, read several ways: {label.en}")
    provenance = combine(scores.provenance, seen.provenance)
    return Table(frame, provenance, f"province_means_{seen.result.plan.code}", title, columns, tuple(notes))


def tabulate_survey_weights(source: Analysis | SurveyResult, survey: str = "") -> Table:
    """Show how many enterprises in production each staged enterprise stands for, city by city, and which cities nobody stands for.

    Returns
    -------
    Table
        One row a city of the registry or the survey, and one for all: `n_in_production`, `n`, `n_staged`, `weight` (enterprises in production over staged; missing where there are none), `frame_pct` (its part
        of the registry) and `note`.

    Raises
    ------
    UsageError
        No such survey, or no stages.
    """
    seen = populations_of(source, survey)
    staged = (need_stages(seen.result).stage.astype(object) != UNSTAGED).to_numpy()
    rows, said, covered = [], [], 0.0
    total = registered(seen)
    for group in seen.order:
        mine = (seen.groups == group).to_numpy()
        n, used, size = int(mine.sum()), int((mine & staged).sum()), seen.sizes.get(group, np.nan)
        note = REPRESENTED
        if not n or not used:
            note = NONE_STAGED if n else NO_ANSWERS
        elif np.isnan(size):
            note = NOT_REGISTERED
        elif used > size:
            note = MORE_THAN_REGISTERED
        said.append(note)
        weight = max(size, used) / used if used else np.nan
        covered += max(size, used) if note in (REPRESENTED, MORE_THAN_REGISTERED) else 0.0
        rows.append([group, size, n, used, weight, 100.0 * size / total if total else np.nan, note.en])
    n_all, used_all = len(seen.groups), int(staged.sum())
    rows.append([ALL, total if total else np.nan, n_all, used_all, np.nan, 100.0 if total else np.nan, ""])
    names = ["group", "n_in_production", "n", "n_staged", "weight", "frame_pct", "note"]
    frame = pd.DataFrame(rows, columns=names)
    book, label = seen.result.survey.codebook, seen.result.plan.label
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("n_in_production", Text("在产企业", "In production"), "count"),
        Column("n", Text("答卷企业", "Answered"), "count"),
        Column("n_staged", Text("已定阶段", "Staged"), "count"),
        Column("weight", Text("调查权数", "Survey weight"), "number", decimals=2),
        Column("frame_pct", Text("占名录（%）", "Part of the registry (%)"), "percent"),
        note_column(frame, tuple(said)),
    )
    notes = (coverage_note(covered, total), SAMPLED) if seen.registered else (NO_REGISTRY,)
    title = Text(f"各市的调查权数：{label.zh}", f"Survey weights by city: {label.en}")
    return Table(frame, seen.provenance, f"survey_weights_{seen.result.plan.code}", title, columns, notes)


def _estimate(
    reading: Reading, values: NDArray[Any], how: Callable[[Design, NDArray[Any]], Estimate]
) -> tuple[Estimate, Text]:
    if reading.design is None:
        value = float(values.mean()) if len(values) else np.nan
        return Estimate(value, np.nan, np.nan, np.nan, 0, len(values), note=CENSUS), CENSUS if len(
            values
        ) else NO_ANSWERS
    found = how(reading.design, values)
    return found, found.note


def _cells(reading: Reading, found: Estimate, scale: float) -> list[object]:
    effect = np.nan if found.design_effect is None else found.design_effect
    ends = [scale * x for x in (found.value, found.standard_error, found.low, found.high)]
    return [reading.population, found.n, *ends, effect]


def _named(value: str, unit: str) -> list[str]:
    return ["n_population", "n", value, f"se{unit}", f"ci_low{unit}", f"ci_high{unit}", "design_effect"]


def _columns(value: str, suffix: str, unit: Unit, label: Text, confidence: float) -> tuple[Column, ...]:
    level, pct = f"{100 * confidence:g}", "（%）" if suffix else ""
    english = " (%)" if suffix else ""
    names = _named(value, suffix)
    effect = Text(
        "与同样企业数、不放回的简单随机抽样相比，方差之比",
        "Variance over that of a simple random sample of as many enterprises, drawn without replacement",
    )
    return (
        Column(names[0], Text("所指企业数", "Speaks of"), "count"),
        Column(names[1], Text("所用企业数", "Rests on"), "count"),
        Column(names[2], label, unit),
        Column(names[3], Text(f"标准误{pct}", f"Standard error{english}"), unit),
        Column(names[4], Text(f"{level}% 区间下限{pct}", f"{level}% interval from{english}"), unit),
        Column(names[5], Text(f"上限{pct}", f"to{english}"), unit),
        Column(names[6], Text("设计效应", "Design effect"), "number", effect, decimals=2),
    )
