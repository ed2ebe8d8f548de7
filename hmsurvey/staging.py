"""Scores and answers to a stage, with the reason.

The first stage, from the highest down, whose needs are all met is the unit's stage. A missing score that the rule asks for gives
"unstaged", never the lowest stage; so does a missing answer, unless another need already decides. Where the cut-offs come from is the rule's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.answers import NA, SKIPPED
from hmsurvey.conditions import FALSE, TRUE, UNKNOWN, Truth
from hmsurvey.errors import Lang, Text
from hmsurvey.needs import Judge, Judged, Scored, answer_places, meets, nodes_of, shares_of, within
from hmsurvey.provenance import Provenance, combine
from hmsurvey.questions import matching_codes
from hmsurvey.rulefitting import check_rule
from hmsurvey.rules import UNSTAGED, Need, Rule, describe, read_rule
from hmsurvey.scoring import Scores
from hmsurvey.survey import Survey

__all__ = ["Stages", "because", "read_rule", "stage", "stage_answers"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """The stage of every unit and why.

    Attributes
    ----------
    frame
        Index unit; `stage` (ordered category, lowest first, every stage present, then `unstaged`), `need` (code of the
        need that decided: the first one of the next higher stage that is not met; empty for the highest stage),
        `found` (what the unit has there), `detail` (the node, when the need is about several).
    met
        Unit x need: True, False, or missing where it cannot be told.
    found
        Unit x need: what each unit has; NaN where there is nothing.
    """

    rule: Rule
    frame: pd.DataFrame
    met: pd.DataFrame
    found: pd.DataFrame
    provenance: Provenance
    scores: Scores | None = None

    @property
    def stage(self) -> pd.Series:
        """The stage of every unit."""
        return self.frame["stage"]

    def __repr__(self) -> str:
        counts = self.stage.value_counts(sort=False)
        return f"Stages by {self.rule.id} {self.rule.version}, n = {len(self.frame)}\n{counts.to_string()}"


@dataclass(slots=True, eq=False)
class _Result:
    truth: Truth
    found: Floats
    detail: NDArray[Any]
    score_missing: NDArray[np.bool_]


def stage(survey: Survey, rule: Rule, *, scores: Scores | None = None) -> Stages:
    """Stage every unit of a survey.

    Parameters
    ----------
    survey
        Valid answers.
    rule
        Stages and needs; held to the survey's codebook and the scores' system first.
    scores
        The units' scores; needed when the rule asks for any.

    Raises
    ------
    DefinitionError
        The rule names scores, questions or levels that are not there.
    """
    check_rule(rule, survey.codebook, system=scores.system if scores else None)
    n = len(survey.answers)
    index = pd.Index(survey.answers.units, name="unit", dtype=object)
    judge = Judge(survey, scored_of(scores))
    judged = {need.code: meets(need, judge) for need in rule.needs}
    results = {
        need.code: _Result(judged[need.code].truth, *_found(need, survey, scores), judged[need.code].score_missing)
        for need in rule.needs
    }
    place = places_of_stages(rule, judged, (n,))
    need, found, detail = _reasons(rule, place, results, n)
    codes = np.array([*rule.codes, UNSTAGED], dtype=object)[place]
    frame = pd.DataFrame(
        {
            "stage": pd.Categorical(codes, categories=[*reversed(rule.codes), UNSTAGED], ordered=True),
            "need": need,
            "found": found,
            "detail": detail,
        },
        index=index,
    )
    met = {code: pd.arrays.BooleanArray(r.truth == TRUE, r.truth == UNKNOWN) for code, r in results.items()}
    parts = (survey.provenance, scores.provenance) if scores else (survey.provenance,)
    return Stages(
        rule=rule,
        frame=frame,
        met=pd.DataFrame(met, index=index),
        found=pd.DataFrame({code: r.found for code, r in results.items()}, index=index),
        provenance=combine(*parts).with_definition(f"rule {rule.id} {rule.version}"),
        scores=scores,
    )


def _reasons(
    rule: Rule, place: NDArray[np.int8], results: dict[str, _Result], n: int
) -> tuple[NDArray[Any], Floats, NDArray[Any]]:
    """Name, for every unit, the need that decided."""
    need, detail = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    found = np.full(n, np.nan)
    decided = np.zeros(n, dtype=bool)

    def settle(code: str, where: NDArray[np.bool_]) -> None:
        result = results[code]
        where = where & ~decided
        need[where], found[where], detail[where] = code, result.found[where], result.detail[where]
        decided[where] = True

    for code, result in results.items():  # unstaged: a score is missing, or an answer leaves it open
        settle(code, (place < 0) & result.score_missing)
    for stage_ in rule.stages:
        for one in stage_.needs:
            result = results[one.code]
            settle(one.code, (place < 0) & (result.truth == UNKNOWN) & ~_ruled_out(stage_.needs, results))
    for k, stage_ in enumerate(rule.stages[:-1]):
        for one in stage_.needs:
            settle(one.code, (place == k + 1) & (results[one.code].truth == FALSE))
    return need, found, detail


def _ruled_out(needs: tuple[Need, ...], results: dict[str, _Result]) -> NDArray[np.bool_]:
    return np.logical_or.reduce([results[need.code].truth == FALSE for need in needs])


def _found(need: Need, survey: Survey, scores: Scores | None) -> tuple[Floats, NDArray[Any]]:
    """Return what every unit has where a need looks, and the node where there are several."""
    n = len(survey.answers)
    detail = np.full(n, "", dtype=object)
    if need.subject in ("share_of", "count_of"):
        low, _, applies = shares_of(need, survey)
        return np.where(applies, low, np.nan), detail
    if need.subject == "answer":
        return answer_places(need, survey), detail
    if scores is None or need.subject in ("any", "all", "condition"):
        return np.full(n, np.nan), detail
    if need.subject == "points":
        return scores.points[need.target].to_numpy(), detail
    nodes = nodes_of(need, scores.system)
    values = scores.values[nodes].to_numpy()
    worst = np.argmin(np.where(np.isnan(values), np.inf, values), axis=1)
    if all(key in ("max", "below") for key, _ in need.bounds):
        worst = np.argmax(np.where(np.isnan(values), -np.inf, values), axis=1)
    found = values[np.arange(len(values)), worst]
    return found, np.array(nodes, dtype=object)[worst] if need.subject != "score" else detail


def scored_of(scores: Scores | None) -> Scored | None:
    """Return what needs ask of scores, as arrays."""
    if scores is None:
        return None
    return Scored(
        scores.system,
        {str(code): scores.values[code].to_numpy() for code in scores.values},
        {str(code): scores.points[code].to_numpy() for code in scores.points},
        {str(code): scores.not_applicable[code].to_numpy() for code in scores.not_applicable},
    )


def places_of_stages(rule: Rule, judged: Mapping[str, Judged], shape: tuple[int, ...]) -> NDArray[np.int8]:
    """Return the place of each unit's stage in the rule, highest 0, unstaged -1; a row a draw where needs vary."""
    place = np.full(shape, -1, dtype=np.int8)
    open_ = np.ones(shape, dtype=bool)
    for one in judged.values():
        open_ &= ~one.score_missing
    for k, stage_ in enumerate(rule.stages):
        truth: Truth = np.full(shape[-1:], TRUE, dtype=np.int8)
        for need in stage_.needs:
            truth = np.minimum(truth, judged[need.code].truth)
        place[open_ & (truth == TRUE)] = k
        open_ &= truth == FALSE
    return place


def stage_answers(survey: Survey, rule: Rule) -> pd.DataFrame:
    """Stage every single answer of the rule's `per_answer` questions.

    Returns
    -------
    DataFrame
        Columns unit, question, level (option code, empty when silent), stage (ordered category; missing where the
        question does not apply to the unit).
    """
    if rule.per_answer is None:
        return pd.DataFrame(columns=["unit", "question", "level", "stage"])
    pattern, pairs = rule.per_answer
    frames = []
    for code in matching_codes(pattern, [q.code for q in survey.codebook.all_questions]):
        question, states = survey.codebook.question(code), survey.answers.states[code]
        levels = np.array([o.code for o in question.options] + [""], dtype=object)[survey.answers.values[code]]
        stages = np.array([dict(pairs).get(level, UNSTAGED) for level in levels], dtype=object)
        stages[(states == NA) | (states == SKIPPED)] = None
        frames.append(pd.DataFrame({"unit": survey.answers.units, "question": code, "level": levels, "stage": stages}))
    frame = pd.concat(frames, ignore_index=True)
    frame["stage"] = pd.Categorical(frame["stage"], categories=[*reversed(rule.codes), UNSTAGED], ordered=True)
    return frame


def because(stages: Stages, lang: Lang) -> pd.Series:
    """Return, for every unit, one sentence that says why it has its stage."""
    system = stages.scores.system if stages.scores else None
    words = {need.code: describe(need, system).of(lang) for need in stages.rule.needs}
    bounds = {need.code: need.bounds for need in stages.rule.needs}
    rows = zip(stages.frame["stage"], stages.frame["need"], stages.frame["found"], stages.frame["detail"], strict=True)
    sentences = []
    for code, need, found, detail in rows:
        if detail and system is not None:
            detail = system.node(detail).label.of(lang)
        has = " ".join(part for part in (detail, shown(found, bounds.get(need, ()))) if part)
        sentences.append(_sentence(stages.rule, str(code), words.get(need, ""), has, lang))
    return pd.Series(sentences, index=stages.frame.index, name="because", dtype=object)


def shown(found: float, bounds: tuple[tuple[str, float], ...] = ()) -> str:
    """Return a number in four digits, or in as many as it takes not to look like a cut-off that it misses."""
    if np.isnan(found):
        return ""
    texts = (f"{found:.0f}" if "e+" in f"{found:.{n}g}" else f"{found:.{n}g}" for n in range(4, 16))
    missed = within(np.array([found]), bounds)[0]
    return next((text for text in texts if within(np.array([float(text)]), bounds)[0] == missed), repr(found))


def _sentence(rule: Rule, code: str, need: str, has: str, lang: Lang) -> str:
    if code == UNSTAGED:
        return Text(f"资料缺失，不能判定：{need}", f"cannot be told, data missing: {need}").of(lang)
    if code == rule.codes[0]:
        label = rule.stages[0].label
        return Text(f"{label.of('zh')}的各项要求均已满足", f"meets every need of {label.of('en')}").of(lang)
    above = rule.stages[rule.codes.index(code) - 1].label
    tail = Text(f"（实际 {has}）" if has else "", f" (has {has})" if has else "")
    zh = f"未达{above.of('zh')}：{need}{tail.zh}"
    en = f"short of {above.of('en')}: {need}{tail.en}"
    return Text(zh, en).of(lang)
