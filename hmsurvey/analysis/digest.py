"""A digest of an analysis: a fixed list of tables about groups, and what must be known to speak of them. Nothing in it is about a single unit, and none can be reached from it.

Whoever writes for readers outside (the public edition, the brief, the pages of cities) takes a digest. It is whole, or protected (`analysis.protection`); then small cells, and those
from which they could be worked out, are empty and marked in the table's `hidden`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.carriers import tabulate_carriers
from hmsurvey.analysis.coalition_shown import tabulate_coalitions_by_group, tabulate_gains
from hmsurvey.analysis.coalitions import build_coalitions, has_coordination
from hmsurvey.analysis.digest_tables import (
    of_all,
    tabulate_carriers_by_group,
    tabulate_indicators_by_group,
    tabulate_many_options,
    tabulate_mean_ranges,
    tabulate_needs_by_group,
    tabulate_reach,
    with_every_group,
    with_every_listed,
    without,
)
from hmsurvey.analysis.populations import populations_of
from hmsurvey.analysis.severity_shown import tabulate_problems_shown
from hmsurvey.analysis.shares import highest_stages, tabulate_shares
from hmsurvey.analysis.tabulation import tabulate_areas, tabulate_indicators, tabulate_needs, tabulate_stages
from hmsurvey.analysis.trials import can_be_tried, drawn, tabulate_risen
from hmsurvey.analysis.waves import count_transitions, steps_of, tabulate_wave_moves
from hmsurvey.analysis.whatif_tables import tabulate_what_if
from hmsurvey.analysis.words import ALL, groups_of
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.landscape import Landscape, built_in_landscape
from hmsurvey.provenance import Provenance, combine
from hmsurvey.rules import Rule
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.systems import IndicatorSystem
from hmsurvey.tables import Table

ALIKE = 10.0  # p of the p % rule: how closely, in per cent, the second largest contributor may guess the largest


@dataclass(frozen=True, slots=True)
class Topic:
    """What is known of a survey beside its numbers: code, name, rule, index, the level of its areas, and whether it knows cities."""

    code: str
    label: Text
    rule: Rule | None
    system: IndicatorSystem | None
    level: str
    grouped: bool
    codebook: str


@dataclass(frozen=True, slots=True, eq=False)
class Digest:
    """Tables about groups, by code, with the words of their study.

    Tables
    ------
    coverage
        By city: in production (with a registry), usable answers of each survey, coverage.
    stages_SURVEY, shares_SURVEY, reached_SURVEY
        By city: n and counts of every stage; the share of each stage with its interval for all enterprises counted; the share that is above the lowest stage with its interval.
    needs_SURVEY, needs_by_city_SURVEY
        Which needs of a stage are not met by those below it: stage, need, n_below, n_unmet, unmet_pct.
    areas_SURVEY, means_by_city_SURVEY
        By city: mean of the total and of every area, with n; their intervals only in a whole digest.
    indicators_SURVEY, indicators_by_city_SURVEY
        Mean share of the maximum of every indicator; by city only in a whole digest.
    carriers_SURVEY, carriers_by_city_SURVEY
        Carrier levels by archive type, of those who gave one (`n_answered`); by city only in a whole digest.
    what_if_SURVEY, what_if_by_city_SURVEY
        How many would rise with all measures of a survey, in steps of k; by city, with stages and effort, only in a whole digest.
    coordination_SURVEY, coordination_by_city_SURVEY
        By how many points each coalition of the parties lifts the province at least; where each takes each city, only in a whole digest. Worked out from assumed matrices.
    moves_SURVEY, moves_by_city_SURVEY
        With several waves: counts of stages in the last wave but one x stages in the last, entered and left; who rose and fell by city only in a whole digest.
    severities_SURVEY, platform_use_SURVEY
        How severe the problems are and which platforms are in use, for the province in coarse steps; severities_by_city_SURVEY and platform_use_by_city_SURVEY only in a whole digest.
    options_SURVEY
        Options of the questions with many answers that all were asked.

    `units` is "enterprises" or "public", `unit` what one is called in English, `k` the smallest group. `bases` (tables of numbers behind means, shaped as their table) and `dominated`
    (cells whose mean rests mainly on one unit) are for the protection and empty after it. `landscape` holds the definitions around the study, nothing about units.
    """

    study: str
    version: str
    label: Text
    units: str
    unit: str
    k: int
    seed: int
    geography: str
    registered: bool
    topics: tuple[Topic, ...]
    tables: Mapping[str, Table]
    provenance: Provenance
    protected: bool = False
    bases: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    dominated: frozenset[tuple[str, int, str]] = frozenset()
    landscape: Landscape = field(default_factory=built_in_landscape)

    def __getitem__(self, code: str) -> Table:
        if code not in self.tables:
            known = ", ".join(self.tables)
            raise UsageError(
                Problem(Text("摘要中没有这张表。", "The digest has no such table."), found=code, expected=Text(known, known))
            )  # fmt: skip
        return self.tables[code]

    def __contains__(self, code: str) -> bool:
        return code in self.tables


def digest_of(analysis: Analysis) -> Digest:
    """Tabulate a study once, for all who may not see its units.

    Parameters
    ----------
    analysis
        A study carried out.

    Returns
    -------
    Digest
        Whole: small cells are in it. `protect_digest` makes one that may be read outside.
    """
    study = analysis.study
    reach = tabulate_reach(analysis)
    listed = analysis.registry is None and study.units == "enterprises"
    tables: dict[str, Table] = {"coverage": with_every_listed(reach) if listed else reach}
    topics, bases, dominated = [], {}, set()
    for result in analysis.results.values():
        level = _level(result.scores.system) if result.scores is not None else ""
        found = _tables_of(analysis, result, level)
        tables |= {code: replace(table, code=code) for code, table in found.items()}
        plan, book = result.plan, result.survey.codebook
        topics.append(
            Topic(plan.code, _named(result, analysis.provenance), plan.rule, plan.system, level, bool(book.group_question), f"{book.id} {book.version}")
        )  # fmt: skip
        for code in (f"areas_{plan.code}", f"indicators_{plan.code}"):
            if code in found:
                bases[code], guessed = _behind(result, found[code])
                dominated |= {(code, row, column) for row, column in guessed}
    first = next(iter(analysis.results.values()))
    return Digest(
        study=study.id,
        version=study.version,
        label=study.label,
        units=study.units,
        unit=first.survey.codebook.unit,
        k=study.k,
        seed=study.seed,
        geography=study.geography,
        registered=analysis.registry is not None,
        topics=tuple(topics),
        tables=MappingProxyType(tables),
        provenance=combine(
            analysis.provenance,
            *(part.provenance for r in analysis.results.values() for part in (r.scores, r.stages) if part is not None),
        ),
        bases=MappingProxyType(bases),
        dominated=frozenset(dominated),
        landscape=study.landscape,
    )


def _named(result: SurveyResult, whole: Provenance) -> Text:
    """Return a survey's name; beside real ones, a survey of made-up answers is called so wherever it is named."""
    label = result.plan.label
    if whole.nature != "mixed" or result.survey.provenance.nature != "synthetic":
        return label
    return Text(f"{label.of('zh')}（模拟答卷）", f"{label.of('en')} (synthetic answers)")


def _level(system: IndicatorSystem) -> str:
    if system.level("area"):
        return "area"
    below = [node for node in system.nodes if node.code in system.node(system.total).children]
    levels = list(dict.fromkeys(node.level for node in below))
    return levels[0] if len(levels) == 1 and levels[0] else ""


def _tables_of(analysis: Analysis, result: SurveyResult, level: str) -> dict[str, Table]:
    code, order = result.plan.code, populations_of(analysis, result.plan.code).order
    tables: dict[str, Table] = {}
    if result.stages is not None and len(analysis.waves.get(code, ())) > 1:
        step = steps_of(analysis, code)[-1]
        tables[f"moves_{code}"] = count_transitions(step)
        tables[f"moves_by_city_{code}"] = tabulate_wave_moves(step)
    if result.stages is not None:
        rule = result.stages.rule
        tables[f"stages_{code}"] = with_every_group(tabulate_stages(result), order)
        tables[f"shares_{code}"] = tabulate_shares(analysis, code)
        if highest_stages(rule):
            tables[f"reached_{code}"] = tabulate_shares(analysis, code, stages=highest_stages(rule))
        if rule.needs:
            needs = tabulate_needs_by_group(result, order)
            tables[f"needs_{code}"] = of_all(needs, tabulate_needs(result).title)
            tables[f"needs_by_city_{code}"] = needs
        if rule.per_answer is not None:
            carriers = tabulate_carriers_by_group(result, order)
            tables[f"carriers_{code}"] = of_all(carriers, tabulate_carriers(result).title)
            tables[f"carriers_by_city_{code}"] = carriers
    if result.scores is not None:
        tables[f"areas_{code}"] = with_every_group(tabulate_areas(result, level=level), order)
        nodes = [c.code for c in tables[f"areas_{code}"].columns if c.unit == "score"]
        tables[f"means_by_city_{code}"] = tabulate_mean_ranges(analysis, code, nodes)
        tables[f"indicators_{code}"] = without(tabulate_indicators(result), ("n_not_applicable",))
        tables[f"indicators_by_city_{code}"] = tabulate_indicators_by_group(result, order)
    if can_be_tried(result):
        seed, k = analysis.study.seed, analysis.study.k if analysis.study.units == "enterprises" else 0
        risen = tabulate_risen(result, seed=seed, k=k)
        if risen is not None:
            tables[f"what_if_{code}"] = risen
        tables[f"what_if_by_city_{code}"] = tabulate_what_if(drawn(result, seed))
    if has_coordination(analysis, code):
        found = build_coalitions(analysis, code)
        if (gains := tabulate_gains(found, analysis.study.k)) is not None:
            tables[f"coordination_{code}"] = gains
            tables[f"coordination_by_city_{code}"] = tabulate_coalitions_by_group(found, order)
    tables |= tabulate_problems_shown(analysis, code)
    options = tabulate_many_options(result)
    if len(options.frame):
        tables[f"options_{code}"] = options
    if analysis.registry is None and analysis.study.units == "enterprises":
        tables = {name: with_every_listed(table) if "group" in table.frame else table for name, table in tables.items()}
    return tables


def _behind(result: SurveyResult, table: Table) -> tuple[pd.DataFrame, set[tuple[int, str]]]:
    """Return how many units are behind every mean, and the means from which the second largest could guess the largest."""
    scores = result.scores
    if scores is None:
        return pd.DataFrame(), set()
    counts, guessed = {}, set()
    if "group" in table.frame:
        groups = groups_of(result.survey).to_numpy()
        for column in (c.code for c in table.columns if c.unit == "score"):
            values = scores.values[column].to_numpy(dtype=float)
            parts = [values if group == ALL else values[groups == group] for group in table.frame["group"]]
            counts[column] = [int(np.isfinite(part).sum()) for part in parts]
            guessed |= {(row, column) for row, part in enumerate(parts) if is_dominated(part)}
    else:
        points = [scores.points[code].to_numpy(dtype=float) for code in table.frame["indicator"]]
        counts["mean_share_pct"] = [int(np.isfinite(part).sum()) for part in points]
        guessed = {(row, "mean_share_pct") for row, part in enumerate(points) if is_dominated(part)}
    return pd.DataFrame(counts, index=table.frame.index), guessed


def is_dominated(values: NDArray[np.float64], *, alike: float = ALIKE) -> bool:
    """Tell by the p % rule whether the second largest contributor could guess the largest to within p per cent of it.

    Parameters
    ----------
    values
        The contributions, NaN where there is none.
    alike
        p.

    References: A. Hundepool and others, Statistical Disclosure Control (2012), section 4.2.

    >>> is_dominated(np.array([90.0, 1.0, 1.0, 1.0])), is_dominated(np.array([40.0, 30.0, 30.0]))
    (True, False)
    """
    size = np.sort(np.abs(values[np.isfinite(values)]))[::-1]
    if not len(size) or size[0] == 0:
        return False
    return bool(size[2:].sum() < alike / 100.0 * size[0])


__all__ = ["Digest", "Topic", "digest_of", "is_dominated"]
