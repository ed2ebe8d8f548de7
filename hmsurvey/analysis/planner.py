"""Plans for a batch of units together, so that the engine is asked once for all: probed, solved, then scored and staged by the engine before anything is believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hmsurvey.analysis.hindrances import held_back, short_of
from hmsurvey.analysis.plan_model import (
    EntangledError,
    Probes,
    check_apart,
    closed_rungs,
    dependences,
    probe,
    programme,
    unrounded,
)
from hmsurvey.analysis.raising import Field, Ladder, field_of, ladders_of, raised
from hmsurvey.effort import Efforts
from hmsurvey.errors import Text
from hmsurvey.rules import UNSTAGED, describe
from hmsurvey.scoring import score_answers
from hmsurvey.staging import scored_of, stage
from hmsurvey.statistics.ladders import Ladders, Requirement, Rungs, cheapest, not_above, not_exactly
from hmsurvey.study import SurveyResult
from hmsurvey.survey import Survey

PLANNED, TOP, BLOCKED, CANNOT = "planned", "top", "blocked", "cannot"
_TRIES = 200  # ways that the engine may refuse before a unit is given up


@dataclass(frozen=True, slots=True)
class Raise:
    """One answer raised: from and to which place, what is written there, and the effort."""

    question: str
    now: float
    place: float
    write: float
    effort: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Answers to raise, the effort of all, and what the engine says of the unit once they are: stage and total."""

    raises: tuple[Raise, ...]
    effort: float
    stage: str
    total: float


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next step of one unit.

    Attributes
    ----------
    unit, stage, target
        The unit, its stage, and the next one up (empty where there is none).
    state
        "planned", "top" (nothing above), "blocked" (no plan exists) or "cannot" (cannot be planned: unstaged, or answers that do not add up).
    plans
        The best first; none contains another.
    why
        Where there is no plan, what is in the way.
    beyond
        Where no plan exists, the codes of the target's needs that stay unmet with everything raised that can be.
    """

    unit: str
    stage: str
    target: str
    state: str
    plans: tuple[Plan, ...] = ()
    why: tuple[Text, ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class _Case:
    row: int
    step: NextStep
    ladders: tuple[Ladder, ...] = ()
    climb: Ladders | None = None
    shut: Mapping[int, str] = field(default_factory=dict)
    cuts: list[Requirement] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    tries: int = 0
    open: bool = True


class Planner:
    """Plans a batch of units together, so that the engine is asked once for all."""

    def __init__(self, result: SurveyResult, efforts: Efforts, shut: frozenset[str], n_plans: int) -> None:
        if result.scores is None or result.stages is None:  # check_plannable has refused this already
            raise TypeError("scores and stages are needed")
        self.result, self.efforts, self.shut, self.n_plans = result, efforts, shut, n_plans
        self.system, self.rule, self.stages = result.scores.system, result.stages.rule, result.stages
        self.field: Field = field_of(result.survey.answers, self.system, efforts)
        self.decimals = {node.code: node.decimals for node in self.system.nodes}

    def plan(self, rows: Sequence[int]) -> list[NextStep]:
        """Return the next steps of some rows."""
        cases = [self._case(row) for row in rows]
        self._model([case for case in cases if case.open])
        while active := [case for case in cases if case.open]:
            ways = [(case, cheapest(case.climb, cuts=case.cuts)) for case in active if case.climb is not None]
            for case, way in ways:
                case.open = way is not None
            self._verify([(case, way) for case, way in ways if way is not None])
        stuck = [case for case in cases if case.climb is not None and not case.plans and case.step.state == PLANNED]
        self._explain(stuck)
        return [_finished(case) for case in cases]

    def _case(self, row: int) -> _Case:
        unit, code = self.result.survey.answers.units[row], str(self.stages.stage.iloc[row])
        if code == UNSTAGED:
            words = describe(
                next(n for n in self.rule.needs if n.code == self.stages.frame["need"].iloc[row]), self.system
            )
            why = Text(f"资料缺失，阶段未定：{words.zh}", f"it has no stage, data are missing: {words.en}")
            return _Case(row, NextStep(unit, code, "", CANNOT, why=(why,)), open=False)
        place = self.rule.codes.index(code)
        if place == 0:
            return _Case(row, NextStep(unit, code, "", TOP), open=False)
        ladders = ladders_of(self.field, row, shut=self.shut)
        return _Case(row, NextStep(unit, code, self.rule.codes[place - 1], PLANNED), ladders)

    def _model(self, cases: Sequence[_Case]) -> None:
        """Ask the engine about every answer raised alone, and set up each unit's programme."""
        if not cases:
            return
        rows: list[int] = []
        changes: list[Sequence[tuple[Ladder, int]]] = []
        bases: list[int] = []
        for case in cases:
            bases.append(len(rows))
            for change in ((), *(((ladder, r + 1),) for ladder in case.ladders for r in range(len(ladder.places)))):
                rows.append(case.row)
                changes.append(change)
        survey = self._survey(rows, changes)
        scores = score_answers(survey.answers, unrounded(self.system), survey.provenance)
        scored = scored_of(scores)
        if scored is None:
            return
        probes = probe(survey, scored, self.rule)
        hangs = dependences(self.system, self.rule, survey.codebook)
        for case, base in zip(cases, bases, strict=True):
            try:
                self._set_up(case, base, probes, hangs)
            except EntangledError as tangle:
                case.step = NextStep(case.step.unit, case.step.stage, case.step.target, CANNOT, why=(tangle.why,))
                case.open = False

    def _set_up(
        self, case: _Case, base: int, probes: Probes, hangs: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    ) -> None:
        counted = {code: d.count.questions for code, d in self.field.derived.items() if d.count is not None}
        raisable = {
            ladder.question: frozenset({ladder.question, *counted.get(ladder.question, ())}) for ladder in case.ladders
        }
        check_apart(hangs, self.system, self.result.survey, case.row, raisable)
        rungs, at, row = [], {}, base + 1
        for ladder in case.ladders:
            rungs.append(tuple(range(row, row + len(ladder.places))))
            at[ladder.question] = (row - base - 1, ladder.places)
            row += len(ladder.places)
        target = self.rule.codes.index(case.step.target)
        requirements, switches = programme(probes, base=base, rungs=tuple(rungs), target=target, decimals=self.decimals)
        places = {code: float(place[case.row]) for code, place in self.field.places.items()}
        links, closed, case.shut = closed_rungs(self.efforts, at, places)
        costs = tuple(ladder.steps for ladder in case.ladders)
        case.climb = Ladders(costs, (*requirements, *links), switches, closed)

    def _survey(self, rows: Sequence[int], changes: Sequence[Sequence[tuple[Ladder, int]]]) -> Survey:
        answers = raised(self.field, np.array(rows, dtype=np.int64), changes)
        return Survey(answers, self.result.survey.provenance)

    def _verify(self, ways: Sequence[tuple[_Case, Rungs]]) -> None:
        """Score and stage each unit under its way; what the engine does not grant is shut out, and the next one is looked for."""
        if not ways:
            return
        changes = [[(ladder, r) for ladder, r in zip(case.ladders, way, strict=True) if r] for case, way in ways]
        survey = self._survey([case.row for case, _ in ways], changes)
        scores = score_answers(survey.answers, self.system, survey.provenance)
        staged = stage(survey, self.rule, scores=scores).stage
        codes = list(self.rule.codes)
        for k, (case, way) in enumerate(ways):
            if case.climb is None:
                continue
            reached = str(staged.iloc[k])
            if reached != UNSTAGED and codes.index(reached) <= codes.index(case.step.target):
                case.plans.append(_plan(case, way, reached, float(scores.total.iloc[k])))
                case.cuts.append(not_above(case.climb, way))
                case.open = len(case.plans) < self.n_plans
            else:
                case.cuts.append(not_exactly(case.climb, way))
                case.tries += 1
                case.open = case.tries < _TRIES

    def _explain(self, cases: Sequence[_Case]) -> None:
        """Say what is in the way where there is no plan: the needs that are not met with everything raised that can be, and why."""
        if not cases:
            return
        changes = []
        for case in cases:
            column, tops = 0, []
            for ladder in case.ladders:
                reach = sum(column + r not in case.shut for r in range(len(ladder.places)))
                column += len(ladder.places)
                tops += [(ladder, reach)] if reach else []
            changes.append(tops)
        survey = self._survey([case.row for case in cases], changes)
        scores = score_answers(survey.answers, self.system, survey.provenance)
        staged = stage(survey, self.rule, scores=scores)
        for k, case in enumerate(cases):
            needs = self.rule.stages[self.rule.codes.index(case.step.target)].needs
            unmet = [n for n in needs if pd.isna(met := staged.met[n.code].iloc[k]) or not met]
            why = [short_of(need, self.system, float(staged.found[need.code].iloc[k])) for need in unmet]
            if case.tries >= _TRIES:
                why.append(
                    Text(
                        "试过的办法都未被采纳，没有继续找。", "no way that was tried held, and the search was given up"
                    )
                )
            why += held_back(self.field, self.system, case.row, unmet, fixed=self.shut, shut=case.shut.values())
            beyond = tuple(need.code for need in unmet)
            case.step = replace(case.step, state=BLOCKED, why=tuple(why), beyond=beyond)


def _plan(case: _Case, way: Rungs, reached: str, total: float) -> Plan:
    raises = tuple(
        Raise(ladder.question, ladder.now, ladder.places[r - 1], ladder.writes[r - 1], float(sum(ladder.steps[:r])))
        for ladder, r in zip(case.ladders, way, strict=True)
        if r
    )
    return Plan(raises, float(sum(one.effort for one in raises)), reached, total)


def _finished(case: _Case) -> NextStep:
    step = case.step
    if not case.plans:
        return step
    return NextStep(step.unit, step.stage, step.target, PLANNED, tuple(case.plans))
