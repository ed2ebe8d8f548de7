"""One enterprise at a glance: its stage and why, its scores beside those of its stage, what lacks, how firm the stage is, what was left open.

Only repeats and compares what the engine computed. About single units: it stays inside the house where units are enterprises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hmsurvey.analysis.explaining import answer_words
from hmsurvey.analysis.planner import NextStep
from hmsurvey.analysis.robustness import Variations
from hmsurvey.analysis.shortfalls import Shortfall, shortfalls
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.words import ALL, group_labels, groups_of, names_of
from hmsurvey.answers import DK, MISSING
from hmsurvey.errors import LANGS, NOTHING, Problem, Text, UsageError
from hmsurvey.needs import nodes_of
from hmsurvey.provenance import Provenance, combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.scoring import Scores
from hmsurvey.staging import Stages, because
from hmsurvey.study import SurveyResult
from hmsurvey.survey import Survey

N_INDICATORS = 5  # so many of the weakest and of the strongest


@dataclass(frozen=True, slots=True)
class Standing:
    """One score of a unit among those of its stage (of all units where it has no stage): median, quartiles, and the lines that the rule draws, as (stage, bound)."""

    node: str
    label: Text
    value: float
    median: float
    low: float
    high: float
    n: int
    lines: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One indicator of a unit: points as a share of the most it can give (0-1), and the answer in words."""

    code: str
    label: Text
    share: float
    answer: Text


@dataclass(frozen=True, slots=True)
class Portrait:
    """What there is to say of one unit in one survey.

    `needs` are those of all stages from the highest down; `weakest` and `strongest` are indicators it answered and that apply to it, none in both. `chances` are shares of draws (0-1) by stage, from the
    highest down, unstaged last; empty where nothing was varied. `open` and `unknown` are the questions left without an answer, or answered with "don't know".
    """

    unit: str
    name: str
    group: Text
    stage: str
    because: Text
    standings: tuple[Standing, ...]
    needs: tuple[Shortfall, ...]
    weakest: tuple[Leaf, ...]
    strongest: tuple[Leaf, ...]
    chances: tuple[tuple[str, float], ...]
    open: tuple[Text, ...]
    unknown: tuple[Text, ...]
    rank: int = 0
    n_ranked: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Portraits of the units of one survey, with what they share.

    `steps` are the next steps of units where they were planned; `steps_note` says why they were not, where that needs saying.
    """

    result: SurveyResult
    stages: Stages
    portraits: tuple[Portrait, ...]
    variations: Variations | None
    provenance: Provenance
    steps: Mapping[str, NextStep] = field(default_factory=dict)
    steps_note: Text = NOTHING


def portray(
    result: SurveyResult, *, level: str = "area", variations: Variations | None = None, units: Iterable[str] = ()
) -> Gallery:
    """Describe units of a survey one by one, in the survey's order.

    Parameters
    ----------
    result
        A survey with stages.
    level
        The level of the profile below the total; nothing where there is no index.
    variations
        The survey's stages under other choices, for chances.
    units
        Which; all where none is named.

    Raises
    ------
    UsageError
        The survey has no stages, or no such unit: all that are not there are named.
    """
    stages = need_stages(result)
    rows = _rows_of(result, tuple(units))
    survey, scores = result.survey, result.scores
    groups, labels, names = groups_of(survey), group_labels(survey.codebook), names_of(result)
    reasons = {lang: because(stages, lang) for lang in LANGS}
    standings = _standings(scores, stages, level, rows) if scores is not None else {}
    needs = shortfalls(survey, stages, rows)
    ranks = scores.total.rank(ascending=False, method="min") if scores is not None else None
    portraits = []
    for row in rows:
        unit, group = survey.answers.units[row], str(groups.iloc[row])
        weakest, strongest = _leaves(survey, scores, row) if scores is not None else ((), ())
        rank = 0 if ranks is None or pd.isna(ranks.iloc[row]) else int(ranks.iloc[row])
        portraits.append(
            Portrait(
                unit=unit,
                name=names[unit],
                group=NOTHING if group == ALL else labels.get(group, Text(group, group)),
                stage=str(stages.stage.iloc[row]),
                because=Text(str(reasons["zh"].iloc[row]), str(reasons["en"].iloc[row])),
                standings=standings.get(row, ()),
                needs=needs[row],
                weakest=weakest,
                strongest=strongest,
                chances=_chances(variations, row),
                open=_silent(survey, row, MISSING),
                unknown=_silent(survey, row, DK),
                rank=rank,
                n_ranked=0 if ranks is None else int(ranks.notna().sum()),
            )
        )
    provenance = combine(stages.provenance, variations.provenance) if variations is not None else stages.provenance
    return Gallery(result, stages, tuple(portraits), variations, provenance)


def _rows_of(result: SurveyResult, units: tuple[str, ...]) -> tuple[int, ...]:
    known = result.survey.answers.units
    if not units:
        return tuple(range(len(known)))
    missing = [unit for unit in dict.fromkeys(units) if unit not in known]
    if missing:
        parts = [part.casefold() for unit in missing for part in unit.split() if part]
        similar = [u for u in known if any(part in u.casefold() for part in parts)][:10] or list(known[:10])
        raise UsageError(
            Problem(
                Text("没有这些企业。", "There are no such enterprises."),
                where=result.plan.code,
                found=", ".join(missing),
                expected=Text("例如 " + "、".join(similar), "such as " + ", ".join(similar)),
            )
        )
    place = {unit: row for row, unit in enumerate(known)}
    return tuple(sorted({place[unit] for unit in units}))


def _standings(scores: Scores, stages: Stages, level: str, rows: tuple[int, ...]) -> dict[int, tuple[Standing, ...]]:
    """Return the total and each area of units, beside median and quartiles of their stage."""
    system = scores.system
    codes = [system.total, *(node.code for node in system.level(level))]
    stage = stages.stage.astype(object)
    peers = {code: scores.values.loc[(stage == code).to_numpy(), codes] for code in stages.rule.codes}
    peers[UNSTAGED] = scores.values[codes]
    spread = {code: frame.quantile([0.25, 0.5, 0.75]).to_numpy() for code, frame in peers.items()}
    counts = {code: frame.notna().sum().to_numpy() for code, frame in peers.items()}
    lines = {code: _lines(stages, code) for code in codes}
    found = {}
    for row in rows:
        mine = str(stage.iloc[row])
        values = scores.values[codes].iloc[row].to_numpy(dtype=float)
        found[row] = tuple(
            Standing(
                code, system.node(code).label, float(values[k]), float(spread[mine][1, k]), float(spread[mine][0, k]),
                float(spread[mine][2, k]), int(counts[mine][k]), lines[code],
            )
            for k, code in enumerate(codes)
        )  # fmt: skip
    return found


def _lines(stages: Stages, node: str) -> tuple[tuple[str, float], ...]:
    """Return the least scores that the rule asks of a node, by stage; needs that can be met another way do not count."""
    system = stages.scores.system if stages.scores else None
    return tuple(
        (stage.code, bound)
        for stage in stages.rule.stages
        for need in stage.needs
        if system is not None and need.subject in ("score", "every", "min_over") and node in nodes_of(need, system)
        for key, bound in need.bounds
        if key in ("min", "above")
    )


def _leaves(survey: Survey, scores: Scores, row: int) -> tuple[tuple[Leaf, ...], tuple[Leaf, ...]]:
    """Return the weakest and the strongest indicators of a unit; among equals, what weighs more comes first."""
    system = scores.system
    points, most = scores.points.iloc[row].to_dict(), scores.most.to_dict()
    out = scores.not_applicable.iloc[row].to_dict()
    found = []
    for place, one in enumerate(system.indicators):
        if out[one.code] or one.bonus or not most[one.code] > 0 or np.isnan(points[one.code]):
            continue
        share = float(points[one.code] / most[one.code])
        found.append((share, -one.weight * float(most[one.code]), place))
    n = min(N_INDICATORS, len(found) // 2)
    low = sorted(found, key=lambda f: (round(f[0], 9), *f[1:]))[:n]
    high = sorted((f for f in found if f not in low), key=lambda f: (-round(f[0], 9), *f[1:]))[:n]

    def leaf(share: float, place: int) -> Leaf:
        one = system.indicators[place]
        return Leaf(one.code, one.label, share, _answer(survey, one.question, row))

    return tuple(leaf(f[0], f[2]) for f in low), tuple(leaf(f[0], f[2]) for f in high)


def _answer(survey: Survey, code: str, row: int) -> Text:
    """Return one answer in words, without the option's code."""
    question, place = survey.codebook.question(code), survey.answers.values[code][row]
    if question.kind == "one" and place >= 0:
        return question.options[int(place)].label
    return answer_words(survey, question, row)


def _chances(variations: Variations | None, row: int) -> tuple[tuple[str, float], ...]:
    if variations is None:
        return ()
    return tuple((code, float(p)) for code, p in zip(variations.stages, variations.chances[row], strict=True))


def _silent(survey: Survey, row: int, state: int) -> tuple[Text, ...]:
    """Return the questions of a unit that have one kind of silence."""
    book = survey.codebook
    shown = [q for q in book.questions if q.code not in (book.id_question, book.name_question)]
    return tuple(q.name for q in shown if int(survey.answers.states[q.code][row]) == state)
