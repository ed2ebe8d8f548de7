"""The structural side of a variation: every combination of choices is an index of its own, made ready once.

Other weightings, aggregates, normalisations and ways with missing answers change more than weights. Where the scale of a score changes with them, the cut-offs follow as the variation
says; where a missing answer is filled from another enterprise, each pair of receiver and donor is scored once and draws only pick among pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hmsurvey.aggregation import Weight
from hmsurvey.analysis.drawing import Settings, bounds_under
from hmsurvey.analysis.restaging import Floats, Outcome, Rows, Stand, Varied, answers_of, prepare, restage
from hmsurvey.analysis.words import groups_of
from hmsurvey.answers import MISSING, derive
from hmsurvey.conditions import FALSE, TRUE
from hmsurvey.errors import DataError, Problem, Text
from hmsurvey.indicators import reweight
from hmsurvey.needs import Bounds, nodes_of
from hmsurvey.questions import matching_codes
from hmsurvey.rules import Need, Rule, each_need
from hmsurvey.scorings import Normalise
from hmsurvey.survey import Survey
from hmsurvey.systems import IndicatorSystem, weights_of
from hmsurvey.variation import STRUCTURAL, Factor, Variation

ENOUGH_DONORS = 5
Mapped = Mapping[
    str, tuple[Floats, Floats]
]  # need -> the scores it asks for in the old scale and in the new, each sorted


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """One combination of choices: the index made ready, how cut-offs follow, and the pairs for missing answers."""

    stand: Stand
    base_weights: Mapping[str, float]
    follow: Mapped
    how: str
    pairs: Stand | None = None
    gaps: Rows | None = None  # places of units with gaps
    pools: tuple[Rows, ...] = ()  # for each of them, the rows of `pairs`


def relevant_questions(system: IndicatorSystem | None, rule: Rule, survey: Survey) -> list[str]:
    """Return the questions that scores and needs rest on, derived ones by what they are derived from."""
    book = survey.codebook
    asked = [i.question for i in system.indicators] if system else []
    for need in each_need(rule.needs):
        if need.subject in ("answer", "share_of", "count_of"):
            asked += matching_codes(need.target, [q.code for q in book.all_questions])
    derived = {d.question.code: d for d in book.derived}
    plain: list[str] = []
    for code in asked:
        if code not in derived:
            plain.append(code)
            continue
        one = derived[code]
        plain += one.pool
        for count in (one.count, one.among):
            plain += count.questions if count is not None else ()
    return list(dict.fromkeys(plain))


def find_gaps(survey: Survey, questions: Sequence[str]) -> Rows:
    """Return the places of units that left any of these questions blank."""
    blank = np.zeros(len(survey.answers), dtype=bool)
    for code in questions:
        blank |= survey.answers.states[code] == MISSING
    return np.flatnonzero(blank)


def build_scenario(
    survey: Survey, system: IndicatorSystem | None, rule: Rule, *, variation: Variation, choices: Sequence[int]
) -> Scenario:
    """Make one combination of choices ready; `choices` are places in the structural factors' choices, in order."""
    structural = [f for f in variation.factors if f.kind in STRUCTURAL]
    chosen = dict(zip((f.code for f in structural), choices, strict=True))
    varied = Varied(
        frozenset(c for f in variation.factors if f.kind in ("noise", "dirichlet", "vectors") for c in f.of),
        frozenset(c for f in variation.factors if f.kind == "cut" for c in f.of),
    )
    plain = changed = system
    donor, edge, how = False, None, "none"
    for factor in sorted(structural, key=lambda f: STRUCTURAL.index(f.kind)):
        choice = factor.choices[chosen[factor.code]]
        if changed is not None and plain is not None:
            changed = _changed(changed, factor, choice)
            plain = _changed(plain, factor, choice) if factor.kind in ("weighting", "missing") else plain
        if factor.kind == "missing":
            donor, edge = choice == "donor", {"worst": FALSE, "best": TRUE}.get(choice)
        how = factor.follow if factor.follow != "none" else how
    follow: Mapped = {}
    if plain is not None and changed is not None and how != "none" and plain != changed:
        follow = _follow(survey, plain, changed, rule)
    varied = replace(varied, needs=varied.needs | set(follow))  # what follows is judged anew
    stand = replace(prepare(survey, changed, rule, varied), edge=edge)
    scenario = Scenario(stand, weights_of(changed) if changed else {}, follow, how)
    return _with_donors(scenario, survey, rule, varied) if donor else scenario


def _changed(system: IndicatorSystem, factor: Factor, choice: object) -> IndicatorSystem:
    if factor.kind == "weighting":
        return reweight(system, str(choice))
    if factor.kind == "aggregate":
        nodes = tuple(
            replace(node, aggregate=str(choice), zero=factor.zero, floor=factor.floor)
            if node.code in factor.of
            else node
            for node in system.nodes
        )
        return replace(system, nodes=nodes)
    if isinstance(choice, Normalise):
        return replace(
            system,
            indicators=tuple(
                replace(i, scoring=choice) if isinstance(i.scoring, Normalise) else i for i in system.indicators
            ),
        )
    policy = {"donor": "", "worst": "zero", "best": "credit"}.get(str(choice), str(choice))
    if not policy:
        return system
    return replace(
        system,
        indicators=tuple(
            replace(i, policy=tuple((k, policy if k == "missing" else v) for k, v in i.policy))
            for i in system.indicators
        ),
    )


def _score_needs(rule: Rule) -> list[Need]:
    return [n for n in each_need(rule.needs) if n.subject in ("score", "every", "min_over")]


def _follow(survey: Survey, plain: IndicatorSystem, changed: IndicatorSystem, rule: Rule) -> Mapped:
    """Return, for the nodes of the rule whose scale changes, all scores before and after."""
    nothing = Varied()
    before, after = (prepare(survey, system, rule, nothing).scored for system in (plain, changed))
    found: dict[str, tuple[Floats, Floats]] = {}
    if before is None or after is None:
        return found
    for need in _score_needs(rule):
        nodes = nodes_of(need, plain)
        old = np.concatenate([before.values[code] for code in nodes])
        new = np.concatenate([after.values[code] for code in nodes])
        there = ~np.isnan(old) & ~np.isnan(new)
        if there.sum() >= 2 and not np.array_equal(old[there], new[there]):
            found[need.code] = (np.sort(old[there]), np.sort(new[there]))
    return found


def follow_bound(key: str, bound: Floats, scores: tuple[Floats, Floats], how: str) -> Floats:
    """Restate a cut-off in a new scale.

    Parameters
    ----------
    key, bound
        The kind of bound ("min", "above" ...) and cut-offs in the old scale.
    scores
        Scores of the same units in the old scale and in the new, each sorted.
    how
        "shares": as many units meet the new cut-off as met the old (between scores in proportion, beyond them by the spread). "mean_sd" and "range": the straight line through mean and
        standard deviation, or through lowest and highest score.

    Examples
    --------
    >>> float(follow_bound("min", np.array([60.0]), (np.array([40.0, 60.0, 80.0]), np.array([1.0, 4.0, 9.0])), "shares")[0])
    4.0
    """
    old, new = scores
    if how == "mean_sd":
        slope = new.std() / old.std() if old.std() > 0 else 1.0
        return np.asarray(new.mean() + slope * (bound - old.mean()))
    span = old[-1] - old[0]
    slope = (new[-1] - new[0]) / span if span > 0 else 1.0
    if how == "range":
        return np.asarray(new[0] + slope * (bound - old[0]))
    place = np.searchsorted(old, bound, side="right" if key in ("above", "max") else "left")
    low, high = np.clip(place - 1, 0, len(old) - 1), np.clip(place, 0, len(old) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(old[high] > old[low], (bound - old[low]) / (old[high] - old[low]), 1.0)
    found = new[low] + part * (new[high] - new[low])
    found = np.where(place == 0, np.minimum(new[0], new[0] + slope * (bound - old[0])), found)
    beyond = np.maximum(new[-1] + slope * (bound - old[-1]), new[-1] + (1e-6 if key in ("min", "below") else 0.0))
    return np.where(place == len(old), beyond, found)


def evaluate(scenario: Scenario, settings: Settings, rule: Rule) -> Outcome:
    """Return what a batch of draws leads to for every unit."""
    weights: dict[str, Weight] = {code: values[:, None] for code, values in settings.given.items()}
    for code, values in settings.scaled.items():
        base = weights.get(code, scenario.base_weights[code])
        weights[code] = base * values[:, None]
    limits: dict[str, Bounds] = {}
    for need in each_need(rule.needs):
        bounds = bounds_under(need, settings.shifts.get(need.code))
        if need.code in scenario.follow:
            scores = scenario.follow[need.code]
            moved = [(key, follow_bound(key, np.asarray(b), scores, scenario.how)) for key, b in bounds]
            limits[need.code] = tuple((key, b if b.ndim else float(b)) for key, b in moved)
        elif need.code in settings.shifts:
            limits[need.code] = bounds
    outcome = restage(scenario.stand, weights, limits)
    if scenario.pairs is None or scenario.gaps is None or settings.donors is None:
        return outcome
    rows = np.stack(
        [
            pool[np.minimum((settings.donors[:, k] * len(pool)).astype(np.int64), len(pool) - 1)]
            for k, pool in enumerate(scenario.pools)
        ],
        axis=1,
    )
    filled = restage(scenario.pairs, weights, limits, rows=rows)
    shape = (settings.n, scenario.stand.n)
    outcome.place = np.array(np.broadcast_to(outcome.place, shape))
    outcome.place[:, scenario.gaps] = filled.place
    if outcome.total is not None and filled.total is not None:
        outcome.total = np.array(np.broadcast_to(outcome.total, shape))
        outcome.total[:, scenario.gaps] = filled.total
    return outcome


def _with_donors(scenario: Scenario, survey: Survey, rule: Rule, varied: Varied) -> Scenario:
    """Pair every unit with gaps with those who answered what it left blank, in its own group where there are enough."""
    questions = relevant_questions(scenario.stand.system, rule, survey)
    gaps = find_gaps(survey, questions)
    if not len(gaps):
        return scenario
    blank = np.stack([survey.answers.states[code] == MISSING for code in questions])
    groups = groups_of(survey).to_numpy()
    receivers, donors, pools, start = [], [], [], 0
    for unit in gaps:
        lacking = blank[:, unit]
        able = ~blank[lacking].any(axis=0)
        near = np.flatnonzero(able & (groups == groups[unit]))
        pool = near if len(near) >= ENOUGH_DONORS else np.flatnonzero(able)
        if not len(pool):
            raise DataError(
                Problem(
                    Text("没有单位能替它补上空白。", "Nobody answered what this one left blank."),
                    found=survey.answers.units[int(unit)],
                    expected=Text("至少一个答全这些题的单位", "at least one that answered all of these questions"),
                    fix=Text("改用 zero、drop 或 propagate。", 'use "zero", "drop" or "propagate" instead.'),
                )
            )
        receivers += [int(unit)] * len(pool)
        donors += pool.tolist()
        pools.append(np.arange(start, start + len(pool)))
        start += len(pool)
    filled = _filled(survey, np.array(receivers), np.array(donors))
    return replace(scenario, pairs=prepare(filled, scenario.stand.system, rule, varied), gaps=gaps, pools=tuple(pools))


def _filled(survey: Survey, receivers: Rows, donors: Rows) -> Survey:
    """Return the receivers' answers, each blank filled with the donor's answer."""
    names = tuple(survey.answers.units[int(r)] for r in receivers)
    own, other = (answers_of(survey.answers, rows, names) for rows in (receivers, donors))
    values, states = dict(own.values), dict(own.states)
    roles = {survey.codebook.id_question, survey.codebook.name_question, survey.codebook.group_question}
    for question in survey.codebook.questions:
        code = question.code
        blank = (states[code] == MISSING) & (code not in roles)
        if blank.any():
            wide = blank.reshape(-1, *[1] * (values[code].ndim - 1))
            values[code] = np.where(wide, other.values[code], values[code])
            states[code] = np.where(blank, other.states[code], states[code])
    return replace(survey, answers=derive(replace(own, values=values, states=states)))
