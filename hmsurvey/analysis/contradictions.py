"""Where an enterprise answered two surveys: do its two stages agree, and what does each side give as its reason?

The surveys are two yardsticks, so a difference is a question to ask and not an error. Two stages apart is the strong case. Enterprises are matched by their id, which both
workbooks carry; where the two name different cities for one id, that is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hmsurvey.analysis.rivals import kappa_of, places_of
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.words import UNIT_LABEL, group_label, group_labels, groups_of, names_of, stage_labels
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.provenance import Provenance, combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.staging import because
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

NOT_AN_ERROR = Text(
    "两项调查是两把尺子，阶段不同不等于谁答错了，而是值得去问的问题；差两级的最值得问（假定 A130）。",
    "The surveys are two yardsticks: a difference is a question to ask, not an error in either; two stages apart is the one to ask first (assumption A130).",
)
_STRONG = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Two surveys and the units that answered both, with their places from the lowest stage (NaN unstaged)."""

    first: SurveyResult
    second: SurveyResult
    units: pd.Index
    one: pd.Series
    two: pd.Series
    labels: dict[str, Text]
    codes: tuple[str, ...]
    n_other_city: int
    provenance: Provenance

    @property
    def name(self) -> str:
        return f"{self.first.plan.code}_{self.second.plan.code}"

    @property
    def title(self) -> Text:
        one, two = self.first.plan.label, self.second.plan.label
        return Text(f"{one.zh}与{two.zh}", f"{one.en}, and {two.en}")


def _pair(analysis: Analysis, first: str, second: str) -> _Pair:
    one, two = analysis[first], analysis[second]
    rules = need_stages(one).rule, need_stages(two).rule
    if first == second or rules[0].codes != rules[1].codes:
        raise UsageError(
            Problem(
                Text("要两项阶段相同的调查。", "Two surveys with the same stages are needed."),
                found=f"{first} ({', '.join(rules[0].codes)}); {second} ({', '.join(rules[1].codes)})",
            )
        )
    answered = set(two.survey.answers.units)
    units = pd.Index([unit for unit in one.survey.answers.units if unit in answered], name="unit", dtype=object)
    places = [places_of(need_stages(result).stage, rules[0].codes)[units] for result in (one, two)]
    cities = [groups_of(result.survey)[units].to_numpy() for result in (one, two)]
    return _Pair(
        one,
        two,
        units,
        places[0],
        places[1],
        stage_labels(rules[0]),
        rules[0].codes,
        int((cities[0] != cities[1]).sum()),
        combine(need_stages(one).provenance, need_stages(two).provenance),
    )


def _notes(pair: _Pair) -> tuple[Text, ...]:
    notes = [NOT_AN_ERROR]
    if not len(pair.units):
        notes.append(Text("没有企业同时答了两项调查。", "No enterprise answered both surveys."))
    if pair.n_other_city:
        n = pair.n_other_city
        notes.append(
            Text(
                f"有 {n} 家企业在两项调查中填的城市不同，先核对编号。",
                f"{n} of them name different cities in the two surveys: check the ids first.",
            )
        )
    return tuple(notes)


def tabulate_yardsticks(analysis: Analysis, first: str = "questionnaire", second: str = "index") -> Table:
    """Say how far the stages of two surveys agree for those who answered both.

    Returns
    -------
    Table
        One row: `n_both`, `n_staged` (by both), `n_same`, `same_pct`, `n_one_apart`, `n_far` (two stages or more), `n_first_higher`, `n_second_higher`, weighted `kappa` with `ci_low` and `ci_high`.

    Raises
    ------
    UsageError
        No such survey, one survey twice, or surveys with different stages.
    """
    pair = _pair(analysis, first, second)
    step = (pair.one - pair.two).dropna()
    n, kappa = kappa_of(pair.one, pair.two, len(pair.codes))
    row = {
        "n_both": len(pair.units),
        "n_staged": n,
        "n_same": int((step == 0).sum()),
        "same_pct": 100.0 * float((step == 0).mean()) if n else np.nan,
        "n_one_apart": int((step.abs() == 1).sum()),
        "n_far": int((step.abs() >= _STRONG).sum()),
        "n_first_higher": int((step > 0).sum()),
        "n_second_higher": int((step < 0).sum()),
        "kappa": kappa.value if kappa else np.nan,
        "ci_low": kappa.low if kappa else np.nan,
        "ci_high": kappa.high if kappa else np.nan,
    }
    one, two = pair.first.plan.label, pair.second.plan.label
    columns = (
        Column("n_both", Text("两项都答的企业", "Answered both"), "count"),
        Column("n_staged", Text("两项都定了阶段", "Staged by both"), "count"),
        Column("n_same", Text("阶段相同", "Same stage"), "count"),
        Column("same_pct", Text("相同的占比（%）", "Same stage (%)"), "percent"),
        Column("n_one_apart", Text("差一级", "One stage apart"), "count"),
        Column("n_far", Text("差两级", "Two stages apart"), "count"),
        Column("n_first_higher", Text("前者更高", "First survey higher"), "count", one),
        Column("n_second_higher", Text("后者更高", "Second survey higher"), "count", two),
        Column("kappa", Text("加权 kappa", "Weighted kappa"), "number", decimals=2),
        Column("ci_low", Text("95% 区间下限", "95% interval from"), "number", decimals=2),
        Column("ci_high", Text("上限", "to"), "number", decimals=2),
    )
    title = Text(f"两把尺子一致吗：{pair.title.zh}", f"Do the two yardsticks agree: {pair.title.en}")
    frame = pd.DataFrame([row], columns=[column.code for column in columns])
    notes = (*_notes(pair), kappa.note) if kappa and any(kappa.note) else _notes(pair)
    return Table(frame, pair.provenance, f"yardsticks_{pair.name}", title, columns, notes)


def tabulate_yardstick_moves(analysis: Analysis, first: str = "questionnaire", second: str = "index") -> Table:
    """Cross the stages of two surveys for those who answered both; rows are the first survey's, unstaged included.

    Raises
    ------
    UsageError
        As `tabulate_yardsticks`.
    """
    pair = _pair(analysis, first, second)
    one, two = (need_stages(result).stage.astype(object)[pair.units] for result in (pair.first, pair.second))
    rows = []
    for code in pair.labels:
        mine = two[(one == code).to_numpy()]
        to = {f"n_to_{other}": int((mine == other).sum()) for other in pair.labels}
        rows.append({"method": pair.second.plan.code, "stage": code, "n": len(mine)} | to)
    columns = (
        Column("method", Text("对照", "Against"), "code", labels={pair.second.plan.code: pair.second.plan.label}),
        Column("stage", pair.first.plan.label, "code", labels=pair.labels),
        Column("n", Text("企业数", "n"), "count"),
        *(
            Column(
                f"n_to_{code}",
                Text(f"{pair.second.plan.label.zh}：{words.zh}", f"{pair.second.plan.label.en}: {words.en}"),
                "count",
            )
            for code, words in pair.labels.items()
        ),
    )
    title = Text(f"两项调查的阶段对照：{pair.title.zh}", f"Stages by both surveys: {pair.title.en}")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, pair.provenance, f"yardstick_moves_{pair.name}", title, columns, _notes(pair))


def tabulate_contradictions(analysis: Analysis, first: str = "questionnaire", second: str = "index") -> Table:
    """List the enterprises whose two surveys say different stages, and why by either; two stages apart first. Internal: rows are single enterprises.

    Returns
    -------
    Table
        `unit`, name, city, `first` and `second` stage, `apart` (by how many stages the first is higher), `strong` (two or more), `why_first`, `why_second`. Only those staged by both.

    Raises
    ------
    UsageError
        As `tabulate_yardsticks`.
    """
    pair = _pair(analysis, first, second)
    step = pair.one - pair.two
    differ = step[step.notna() & (step != 0)]
    order = np.lexsort((np.arange(len(differ)), -differ.abs().to_numpy()))
    units = differ.index[order]
    names, book = names_of(pair.first), pair.first.survey.codebook
    sides = (("first", pair.first), ("second", pair.second))
    reasons = {
        side: (because(need_stages(result), "zh")[units], because(need_stages(result), "en")[units])
        for side, result in sides
    }
    frame = pd.DataFrame(
        {
            "unit": units,
            "name": [names[unit] for unit in units],
            "group": groups_of(pair.first.survey)[units].to_numpy(),
            **{side: need_stages(result).stage.astype(object)[units].to_numpy() for side, result in sides},
            "apart": differ[units].to_numpy(),
            "strong": np.where(differ[units].abs().to_numpy() >= _STRONG, "yes", "no"),
            **{f"why_{side}": reasons[side][1].to_numpy() for side, _ in sides},
        }
    )
    staged = {code: words for code, words in pair.labels.items() if code != UNSTAGED}
    columns = (
        Column("unit", UNIT_LABEL),
        Column("name", Text("名称", "Name")),
        Column("group", group_label(book), "code", labels=group_labels(book)),
        *(Column(side, result.plan.label, "code", labels=staged) for side, result in sides),
        Column("apart", Text("前者高几级", "Stages by which the first is higher"), "number", decimals=0),
        Column(
            "strong", Text("差两级", "Two apart"), "code", labels={"yes": Text("是", "Yes"), "no": Text("否", "No")}
        ),
        *(
            Column(
                f"why_{side}",
                Text(f"{result.plan.label.zh}的理由", f"Because, {result.plan.label.en}"),
                "code",
                labels={en: Text(zh, en) for zh, en in zip(*reasons[side], strict=True)},
            )
            for side, result in sides
        ),
    )
    title = Text(
        f"两项调查阶段不同的企业：{pair.title.zh}",
        f"Enterprises staged differently by the two surveys: {pair.title.en}",
    )
    return Table(frame, pair.provenance, f"contradictions_{pair.name}", title, columns, _notes(pair), personal=True)
