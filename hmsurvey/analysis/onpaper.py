"""One enterprise on paper: what each answer earned and could earn, and what its silence would cost.

For reading a score, and for computing it again by hand. The tables are about single enterprises and stay inside the house.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hmsurvey.analysis.explaining import answer_words
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import stage_labels
from hmsurvey.answers import DK, MISSING, NA, STATE_WORDS, Answers, derive
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.study import SurveyResult
from hmsurvey.survey import Survey
from hmsurvey.systems import IndicatorSystem
from hmsurvey.tables import Column, Table

COUNTED = {
    "yes": Text("计入", "counted"),
    "left_out": Text("不计入分母", "left out"),
    "gap": Text("空缺", "a gap"),
}


def find_example(result: SurveyResult) -> str:
    """Return an enterprise that is good to learn from.

    Among those with a total, the one whose indicators show most kinds of silence (missing, don't know, not applicable); of several the one nearest to the median
    total; then the first.

    Raises
    ------
    UsageError
        No enterprise has a total.
    """
    scores, states = need_scores(result), result.survey.answers.states
    asked = [indicator.question for indicator in scores.system.indicators]
    each = np.stack([states[code] for code in asked])
    kinds = np.sum([(each == state).any(axis=0) for state in (MISSING, DK, NA)], axis=0)
    total = scores.total.to_numpy()
    if np.isnan(total).all():
        raise UsageError(Problem(Text("没有企业有总分。", "No enterprise has a total."), where=result.plan.code))
    far = np.abs(total - np.nanmedian(total))
    order = np.lexsort((np.arange(len(total)), far, -kinds, np.isnan(total)))
    return str(scores.total.index[order[0]])


def areas_of(system: IndicatorSystem, level: str) -> dict[str, str]:
    """Return the node of a level to which each indicator belongs; indicators outside the level are left out."""
    homes: dict[str, str] = {}
    parents = {child: node for node in reversed(system.nodes) for child in node.children}
    for indicator in system.indicators:
        above = parents.get(indicator.code)
        while above is not None and above.level != level:
            above = parents.get(above.code)
        if above is not None:
            homes[indicator.code] = above.code
    return homes


def _row_of(result: SurveyResult, unit: str) -> int:
    units = result.survey.answers.units
    if unit not in units:
        some = units[:10]
        raise UsageError(
            Problem(
                Text("没有这个企业。", "There is no such enterprise."),
                where=result.plan.code,
                found=unit,
                expected=Text("例如 " + "、".join(some), "such as " + ", ".join(some)),
            )
        )
    return units.index(unit)


def tabulate_points(result: SurveyResult, unit: str, *, level: str = "area") -> Table:
    """List what every indicator brought one enterprise. Internal.

    Returns
    -------
    Table
        One row an indicator: its area, the answer in words, `points`, `most` (what could be earned) and `counted`. Points and most are missing where the indicator
        is not counted, so that the sums of the two columns over an area are what its score is made of.

    Raises
    ------
    UsageError
        The survey has no such enterprise, or no index.
    """
    scores, row = need_scores(result), _row_of(result, unit)
    system, areas = scores.system, areas_of(scores.system, level)
    words: dict[str, Text] = {}
    rows = []
    for indicator in system.indicators:
        if indicator.code not in areas:
            continue
        answer = answer_words(result.survey, result.survey.codebook.question(indicator.question), row)
        key = answer.en if words.get(answer.en, answer) == answer else f"{answer.en} ({indicator.code})"
        words[key] = answer
        points = scores.points[indicator.code].iloc[row]
        out = bool(scores.not_applicable[indicator.code].iloc[row])
        counted = "left_out" if out else "gap" if np.isnan(points) else "yes"
        rows.append(
            {
                "area": areas[indicator.code],
                "indicator": indicator.code,
                "answer": key,
                "counted": counted,
                "points": points,
                "most": scores.most[indicator.code] if counted == "yes" else np.nan,
            }
        )
    labels = {i.code: Text(f"{i.code} {i.label.zh}", f"{i.code} {i.label.en}") for i in system.indicators}
    columns = (
        Column(
            "area", Text("方面", "Area"), "code", labels={n.code: Text(n.code, n.code) for n in system.level(level)}
        ),
        Column("indicator", Text("指标", "Indicator"), "code", labels=labels),
        Column("answer", Text("回答", "Answer"), "code", labels=words),
        Column("counted", Text("是否计入", "Counted"), "code", labels=COUNTED),
        Column("points", Text("得分", "Points"), "number", decimals=2),
        Column("most", Text("满分", "Most"), "number", decimals=0),
    )
    title = Text(f"{unit}：各指标的得分", f"{unit}: the points of every indicator")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, scores.provenance, f"points_{result.plan.code}", title, columns, personal=True)


def silenced(survey: Survey, unit: str, *, questions: tuple[str, ...], state: str) -> Survey:
    """Return the survey as it would be, had one enterprise been silent on some questions.

    `state` is "missing" or "dk". The change is noted in the provenance; derived questions are counted anew.
    """
    answers = survey.answers
    row = answers.units.index(unit)
    values, states = dict(answers.values), dict(answers.states)
    for code in questions:
        kind = survey.codebook.question(code).kind
        values[code], states[code] = values[code].copy(), states[code].copy()
        values[code][row] = {"one": -1, "many": False, "text": "", "date": ""}.get(kind, np.nan)
        states[code][row] = STATE_WORDS.index(state)
    note = Text(
        f"试算：{unit} 的 {'、'.join(questions)} 改为“{state}”",
        f"trial: {', '.join(questions)} of {unit} set to {state}",
    )
    changed = derive(Answers(answers.codebook, answers.units, values, states))
    return replace(
        survey, answers=changed, provenance=survey.provenance.with_note(note) if questions else survey.provenance
    )


def tabulate_silence_cost(result: SurveyResult, unit: str, *, area: str, most: int = 3) -> Table:
    """Silence one enterprise's answers in an area, one after the other, and score and stage it again. Internal.

    Returns
    -------
    Table
        One row a number of answers taken away (from none to `most`, the area's first indicators that earned points first): once left blank, once answered
        "don't know". `answered_pct`: share of the area's applicable weight that is answered when they are left blank.

    Raises
    ------
    UsageError
        The survey has no such enterprise, or no index, or no such area.
    """
    scores, rule, row = need_scores(result), need_stages(result).rule, _row_of(result, unit)
    system = scores.system
    known = [node.code for node in system.nodes]
    if area not in known:
        raise UsageError(
            Problem(
                Text("没有这个方面。", "There is no such area."),
                found=area,
                expected=Text("、".join(known), ", ".join(known)),
            )
        )
    inside = [code for code, home in areas_of(system, system.node(area).level).items() if home == area]
    points = scores.points[inside].iloc[row]
    order = sorted(points.dropna().index, key=lambda code: bool(points[code] == 0))
    rows = []
    for k in range(min(most, len(order)) + 1):
        gone = tuple(system.indicator(code).question for code in order[:k])
        found: dict[str, object] = {"n_silent": k, "which": ", ".join(order[:k])}
        for state in ("missing", "dk"):
            survey = silenced(result.survey, unit, questions=gone, state=state)
            again = score(survey, system)
            found[f"area_{state}"] = again.values[area].iloc[row]
            found[f"total_{state}"] = again.total.iloc[row]
            found[f"stage_{state}"] = str(stage(survey, rule, scores=again).stage.iloc[row])
            if state == "missing":
                found["answered_pct"] = 100.0 * again.available_share[area].iloc[row]
        rows.append(found)
    label = system.node(area).label
    stages = stage_labels(rule)
    columns = (
        Column("n_silent", Text("取走几个答案", "Answers taken away"), "count"),
        Column("which", Text("哪几项", "Which")),
        Column("answered_pct", Text("留空：已答权重（%）", "Blank: weight answered (%)"), "percent", decimals=0),
        Column("area_missing", Text(f"留空：{area} 得分", f"Blank: score of {area}"), "score"),
        Column("total_missing", Text("留空：总分", "Blank: total"), "score"),
        Column("stage_missing", Text("留空：阶段", "Blank: stage"), "code", labels=stages),
        Column("area_dk", Text(f"答不清楚：{area} 得分", f"Don't know: score of {area}"), "score"),
        Column("total_dk", Text("答不清楚：总分", "Don't know: total"), "score"),
        Column("stage_dk", Text("答不清楚：阶段", "Don't know: stage"), "code", labels=stages),
    )
    title = Text(f"沉默的代价：{unit}，{area} {label.zh}", f"What silence costs: {unit}, {area} {label.en}")
    note = Text("试算，原答卷未改动", "a trial; the answers themselves are unchanged")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    provenance = scores.provenance
    return Table(frame, provenance, f"silence_cost_{result.plan.code}", title, columns, (note,), personal=True)
