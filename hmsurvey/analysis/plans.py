"""The next step of one enterprise: which answers to raise, and how far, so that it reaches the next stage with the least effort; and the next best ways.

Every plan is proved least by an integer programme and then scored and staged by the engine. It rests on assumed efforts (A170) and on what the enterprise answered; it shows
what would do under the rule, and does not say that the work is done once a form says so. About single units: it stays inside the house where units are enterprises.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from hmsurvey.analysis.plan_model import unplannable
from hmsurvey.analysis.plan_words import says, title_of
from hmsurvey.analysis.planner import BLOCKED, CANNOT, PLANNED, TOP, NextStep, Plan, Planner, Raise
from hmsurvey.analysis.words import UNIT_LABEL, group_label, group_labels, groups_of, names_of, stage_labels
from hmsurvey.effort import Efforts, find_efforts, read_efforts
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.grounds import rests_on
from hmsurvey.provenance import Provenance
from hmsurvey.questions import Codebook
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem
from hmsurvey.tables import Column, Table

__all__ = [
    "BLOCKED",
    "CANNOT",
    "PLANNED",
    "TOP",
    "NextStep",
    "Plan",
    "Raise",
    "check_plannable",
    "efforts_of",
    "efforts_path",
    "plan_next_step",
    "plan_next_steps",
    "plan_where_linear",
    "says",
    "table_of_plans",
    "tabulate_plans",
    "tabulate_raises",
]

_BATCH = 250  # units probed at once
_STATES = {
    PLANNED: Text("有方案", "planned"),
    TOP: Text("已在最高阶段", "at the highest stage"),
    BLOCKED: Text("没有方案", "no plan exists"),
    CANNOT: Text("不能规划", "cannot be planned"),
}


def plan_notes(provenance: Provenance) -> tuple[Text, Text]:
    """Return what every list of plans must say: on what it rests, and what it does not mean."""
    basis = rests_on(provenance.definitions, "efforts", Text("A170 至 A173", "A170 to A173"))
    return (
        Text(
            f"方案在所设工作量和先后次序（{basis.zh}）下最省，并经程序重新计分、分段核实；工作量是相对数，既不是天数也不是钱。",
            f"Plans are least under the efforts and orders assumed ({basis.en}) and were scored and staged anew; effort is a relative number, neither days nor money.",
        ),
        Text(
            "方案说的是按规则怎样才够，不等于在表上填高就算做到；工作量相同的方案不止一个时，列出的是其中之一。",
            "A plan says what would do under the rule; a higher answer on the form is not the work. Where several plans take the same effort, one of them is shown.",
        ),
    )


def efforts_path(result: SurveyResult) -> Path | None:
    """Return the file of efforts of a survey: the study's own, else the built-in one of its index, or of its questionnaire where it has no index; nothing where there is neither."""
    about = result.scores.system if result.scores is not None else result.survey.codebook
    return result.plan.efforts or find_efforts(about)


def efforts_of(result: SurveyResult) -> Efforts:
    """Return the efforts of a survey: those its study names, else the built-in ones of its index, or of its questionnaire where it has no index.

    Raises
    ------
    UsageError
        There are none.
    """
    system = result.scores.system if result.scores is not None else None
    path = efforts_path(result)
    if path is None:
        raise UsageError(
            Problem(
                Text("这套指标体系没有工作量文件。", "There are no efforts for this index.")
                if system is not None
                else Text("这份问卷没有工作量文件。", "There are no efforts for this questionnaire."),
                where=system.id if system is not None else result.survey.codebook.id,
                expected=Text(
                    "definitions/efforts 下与指标体系（没有时与问卷）同名的文件，或自己的文件",
                    "a file of the index's name (without one: the questionnaire's) under definitions/efforts, or one of your own",
                ),
                fix=Text(
                    "在研究文件中写 efforts，或用 read_efforts 读入。",
                    "name `efforts` in the study file, or read one with read_efforts.",
                ),
            )
        )
    stat = path.stat()  # a file that was edited meanwhile is read anew
    return _read(path, (stat.st_mtime_ns, stat.st_size), system, result.survey.codebook)


@lru_cache(maxsize=8)
def _read(path: Path, stamp: tuple[int, int], system: IndicatorSystem | None, codebook: Codebook) -> Efforts:
    return read_efforts(path, system, codebook)


def plan_next_step(
    result: SurveyResult, unit: str, *, efforts: Efforts | None = None, n_plans: int = 1, fixed: Iterable[str] = ()
) -> NextStep:
    """Plan the next step of one unit.

    Parameters
    ----------
    result
        A survey, scored and staged.
    unit
        Its id.
    efforts
        What it takes; the built-in ones of the index where none are given.
    n_plans
        How many plans, the best first. Each is least among those that contain none of the earlier ones.
    fixed
        Questions that stay as they are, besides those of the efforts.

    Raises
    ------
    UsageError
        No such unit; no plan asked for; efforts of another index; no index or rule; an index or rule that cannot be planned, by name.

    Notes
    -----
    Among plans of equal effort the choice is the solver's. **Source**: efforts and orders are assumed (A170 to A173).
    """
    return plan_next_steps(result, efforts=efforts, n_plans=n_plans, units=(unit,), fixed=fixed)[0]


def plan_next_steps(
    result: SurveyResult,
    *,
    efforts: Efforts | None = None,
    n_plans: int = 1,
    units: Iterable[str] = (),
    fixed: Iterable[str] = (),
) -> tuple[NextStep, ...]:
    """Plan the next step of many units (all where none is named), as `plan_next_step` does of one."""
    check_plannable(result)
    efforts = efforts or efforts_of(result)
    known = {unit: row for row, unit in enumerate(result.survey.answers.units)}
    wanted = tuple(units) or tuple(known)
    if strange := [unit for unit in wanted if unit not in known]:
        raise UsageError(
            Problem(
                Text("没有这个单位。", "There is no such unit."),
                found=", ".join(str(unit) for unit in strange[:5]),
                expected=Text(*(2 * [", ".join(list(known)[:5]) + (" ..." if len(known) > 5 else "")])),
            )
        )
    if not (isinstance(n_plans, int | np.integer) and n_plans >= 1):
        raise UsageError(
            Problem(
                Text("方案至少要一个。", "There must be a plan at least."),
                found=f"n_plans = {n_plans}",
                expected=Text("1 或以上的整数", "a whole number of 1 or above"),
            )
        )
    if result.scores is not None and efforts.system != result.scores.system.id:
        raise UsageError(
            Problem(
                Text("工作量文件属于另一套指标体系。", "The efforts belong to another index."),
                found=f"{efforts.id}: {efforts.system}",
                expected=Text(*(2 * [result.scores.system.id])),
            )
        )
    shut = frozenset(fixed)
    book = {q.code for q in result.survey.codebook.all_questions}
    if unknown := sorted(shut - book):
        raise UsageError(
            Problem(
                Text("fixed 里有不存在的题。", "`fixed` names questions that are not there."),
                found=", ".join(unknown),
                expected=Text(
                    "、".join(e.question for e in efforts.efforts), ", ".join(e.question for e in efforts.efforts)
                ),
            )
        )
    rows = [known[unit] for unit in wanted]
    found: list[NextStep] = []
    for begin in range(0, len(rows), _BATCH):
        found += Planner(result, efforts, shut, n_plans).plan(rows[begin : begin + _BATCH])
    return tuple(found)


def check_plannable(result: SurveyResult) -> None:
    """Hold that the next step can be planned under an index and a rule.

    Raises
    ------
    UsageError
        It cannot, and why, by name.
    """
    if result.scores is None or result.stages is None:
        why: Text | None = Text("这项调查没有指标体系或分段规则。", "This survey has no index or no staging rule.")
    else:
        why = unplannable(result.scores.system, result.stages.rule)
    if why is not None:
        raise UsageError(
            Problem(
                Text(f"不能规划下一步。{why.zh}", f"The next step cannot be planned. {why.en}"),
                where=result.plan.code,
                expected=Text(
                    "由各项分数线性合成的得分和下限要求", "scores that are linear in points, and needs that are minima"
                ),
            )
        )


def tabulate_plans(
    result: SurveyResult, *, efforts: Efforts | None = None, n_plans: int = 1, units: Iterable[str] = ()
) -> Table:
    """Return the next step of every unit (those named): a row a plan, or one that says why there is none. About single units."""
    steps = plan_next_steps(result, efforts=efforts, n_plans=n_plans, units=units)
    return table_of_plans(result, steps, efforts=efforts)


def plan_where_linear(result: SurveyResult, *, efforts: Efforts | None = None) -> tuple[NextStep, ...]:
    """Plan the next step of every unit; nothing where the index or its rule is not linear in the answers, or there is none."""
    if result.scores is None or result.stages is None:
        return ()
    if unplannable(result.scores.system, result.stages.rule) is not None:
        return ()
    return plan_next_steps(result, efforts=efforts)


def table_of_plans(result: SurveyResult, steps: Iterable[NextStep], *, efforts: Efforts | None = None) -> Table:
    """Return next steps that were planned before as a table."""
    efforts = efforts or efforts_of(result)
    groups, names = groups_of(result.survey), names_of(result)
    rows, words = [], {}
    for step in steps:
        for k, plan in enumerate(step.plans or (None,)):
            what, key = _what(result, step, plan), f"{step.unit}.{k}"
            words[key] = what
            rows.append(
                {
                    "unit": step.unit,
                    "name": names[step.unit],
                    "group": groups[step.unit],
                    "stage": step.stage,
                    "target": step.target or None,
                    "state": step.state,
                    "plan": k + 1 if plan is not None else None,
                    "effort": plan.effort if plan is not None else None,
                    "n_raised": len(plan.raises) if plan is not None else None,
                    "total": plan.total if plan is not None else None,
                    "what": key,
                }
            )
    codes = ("unit", "name", "group", "stage", "target", "state", "plan", "effort", "n_raised", "total", "what")
    frame = pd.DataFrame(rows, columns=list(codes))
    stages = stage_labels(result.stages.rule) if result.stages is not None else {}
    book = result.survey.codebook
    columns = (
        Column("unit", UNIT_LABEL),
        Column("name", Text("名称", "Name")),
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("stage", Text("现处阶段", "Stage now"), "code", labels=stages),
        Column("target", Text("下一阶段", "Next stage"), "code", labels=stages),
        Column("state", Text("规划结果", "Outcome"), "code", labels=_STATES),
        Column("plan", Text("方案", "Plan"), "count"),
        Column(
            "effort",
            Text(efforts.unit.zh, efforts.unit.en.capitalize()),
            "number",
            Text("提高各项答案的工作量之和（相对数）", "Effort of all answers raised, a relative number"),
        ),
        Column("n_raised", Text("提高几项", "Answers raised"), "count"),
        Column("total", Text("届时总分", "Total then"), "score", decimals=2),
        Column(
            "what",
            Text("提高哪些、到哪里；或为什么没有方案", "What to raise, and how far; or why there is no plan"),
            "code",
            labels=words,
        ),
    )
    title = Text(
        f"每家企业的下一步：{result.plan.label.zh}", f"The next step of every enterprise: {result.plan.label.en}"
    )
    provenance = (result.stages or result.survey).provenance.with_definition(f"efforts {efforts.id} {efforts.version}")
    return Table(frame, provenance, f"plans_{result.plan.code}", title, columns, plan_notes(provenance), personal=True)


def _what(result: SurveyResult, step: NextStep, plan: Plan | None) -> Text:
    lines = says(result, step.unit, plan) if plan is not None else step.why
    return Text("；".join(line.zh for line in lines), "; ".join(line.en for line in lines))


def tabulate_raises(result: SurveyResult, steps: Iterable[NextStep], *, efforts: Efforts | None = None) -> Table:
    """Return how often each answer is raised in the best plans, by the stage that they reach for: a row an answer."""
    efforts = efforts or efforts_of(result)
    book, counts = result.survey.codebook, dict[str, list[float]]()
    steps = [step for step in steps if step.plans]
    for step in steps:
        for one in step.plans[0].raises:
            counts.setdefault(one.question, []).append(one.effort)
    rows = [
        {
            "question": code,
            "n_plans": len(found),
            "share_pct": 100.0 * len(found) / len(steps),
            "effort": sum(found) / len(found),
        }
        for code, found in sorted(counts.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    frame = pd.DataFrame(rows, columns=["question", "n_plans", "share_pct", "effort"])
    columns = (
        Column(
            "question",
            Text("题目", "Question"),
            "code",
            labels={c: title_of(result, book.question(c)) for c in counts},
        ),
        Column("n_plans", Text("最省方案中要提高它的企业数", "Enterprises whose best plan raises it"), "count"),
        Column("share_pct", Text("占有方案企业的比例", "Share of those with a plan"), "percent"),
        Column("effort", Text("平均工作量", "Mean effort"), "number", decimals=2),
    )
    title = Text(
        f"下一步最常提高的答案（有方案的企业 n = {len(steps)}）",
        f"What the best plans raise most often (n = {len(steps)} with a plan)",
    )
    provenance = (result.stages or result.survey).provenance.with_definition(f"efforts {efforts.id} {efforts.version}")
    return Table(frame, provenance, f"raises_{result.plan.code}", title, columns, plan_notes(provenance))
