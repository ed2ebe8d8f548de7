"""What is in the way of a unit for which no plan exists: needs that cannot be met, and the answers that hold them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from hmsurvey.analysis.raising import Field
from hmsurvey.answers import DK, MISSING
from hmsurvey.conditions import questions_of
from hmsurvey.errors import Text
from hmsurvey.needs import nodes_of
from hmsurvey.questions import matching_codes
from hmsurvey.rules import Need, describe, each_need
from hmsurvey.staging import shown
from hmsurvey.systems import IndicatorSystem

_SPELT = 4  # so many questions are named in full


def short_of(need: Need, system: IndicatorSystem, top: float) -> Text:
    """Return a need that is not met although everything is raised that can be, with the most that can be reached."""
    words, most = describe(need, system), shown(top, need.bounds)
    zh = f"可提高的全部提高也不能满足：{words.zh}" + (f"（最多 {most}）" if most else "")
    en = f"out of reach even with everything raised that can be: {words.en}" + (f" (at most {most})" if most else "")
    return Text(zh, en)


def held_back(
    field: Field,
    system: IndicatorSystem,
    row: int,
    needs: Sequence[Need],
    *,
    fixed: Iterable[str] = (),
    shut: Iterable[str] = (),
) -> list[Text]:
    """Name the answers behind some needs that stay as they are: not answered, said to be fixed, capped by another answer, or waiting for one that is out of reach.

    `shut` holds the orders, by code, that cannot be met.
    """
    states, efforts = field.answers.states, field.efforts
    asked = _asked(field, system, needs)
    lines = []
    if missing := [code for code in asked if states[code][row] == MISSING]:
        names = _named(field, system, missing)
        lines.append(Text(f"没有作答、因而不能规划：{names.zh}", f"not answered, so not planned: {names.en}"))
    for code in asked:
        if code in efforts.fixed:
            why = efforts.fixed[code]
            lines.append(Text(f"{code} 不能改变：{why.zh}", f"{code} stays as it is: {why.en}"))
    if said := [code for code in asked if code in set(fixed)]:
        lines.append(Text("按要求保持不变：" + "、".join(said), "kept as asked: " + ", ".join(said)))
    for code in asked:
        effort = efforts.effort(code)
        if effort is None or not effort.at_most:
            continue
        limit, now = float(field.answers.values[effort.at_most][row]), float(field.places[code][row])
        if not np.isnan(now) and not now < limit:
            name = field.answers.codebook.question(effort.at_most).name
            number = "–" if np.isnan(limit) else f"{limit:g}"
            lines.append(
                Text(
                    f"{code} 不能超过 {effort.at_most}（{name.zh}）：{number}",
                    f"{code} cannot pass {effort.at_most} ({name.en}): {number}",
                )
            )
    if vague := [code for code in asked if _without_rate(field, code, row)]:
        names = _named(field, system, vague)
        lines.append(
            Text(
                f"答“不清楚”或分母为 0，没有比率可提高：{names.zh}",
                f"“don't know”, or out of nothing, so no rate to raise: {names.en}",
            )
        )
    orders = {order.code: order for order in efforts.orders}
    waiting = dict.fromkeys(orders[code].label for code in shut if orders[code].question in asked)
    if waiting:
        lines.append(
            Text(
                "先决条件达不到：" + "；".join(label.zh for label in waiting),
                "what has to be there first is out of reach: " + "; ".join(label.en for label in waiting),
            )
        )
    return lines


def _named(field: Field, system: IndicatorSystem, codes: Sequence[str]) -> Text:
    """Return questions by code and name; many of them by code alone."""
    if len(codes) > _SPELT:
        return Text("、".join(codes), ", ".join(codes))
    labels = {i.question: i.label for i in system.indicators}
    names = [labels.get(code) or field.answers.codebook.question(code).name for code in codes]
    return Text(
        "、".join(f"{code} {name.zh}" for code, name in zip(codes, names, strict=True)),
        ", ".join(f"{code} {name.en}" for code, name in zip(codes, names, strict=True)),
    )


def _without_rate(field: Field, code: str, row: int) -> bool:
    """Tell whether a rate has no denominator to reckon with, although it was answered."""
    if field.answers.codebook.question(code).kind != "rate" or field.efforts.effort(code) is None:
        return False
    return field.answers.states[code][row] == DK or field.answers.values[code][row, 1] == 0


def _asked(field: Field, system: IndicatorSystem, needs: Sequence[Need]) -> list[str]:
    """Return the questions behind needs, and those that they wait for."""
    asked = dict.fromkeys(code for need in each_need(tuple(needs)) for code in _behind(field, system, need))
    grown = True
    while grown:
        waiting = [o for o in field.efforts.orders if o.question in asked]
        firsts = [first for o in waiting for first in o.first if first not in asked]
        asked |= dict.fromkeys(firsts)
        grown = bool(firsts)
    return list(asked)


def _behind(field: Field, system: IndicatorSystem, need: Need) -> Iterator[str]:
    if need.subject == "points":
        yield system.indicator(need.target).question
    elif need.subject == "answer":
        yield need.target
    elif need.subject in ("share_of", "count_of"):
        yield from matching_codes(need.target, [q.code for q in field.answers.codebook.all_questions])
    elif need.subject == "condition" and need.condition is not None:
        yield from questions_of(need.condition)
    elif need.subject in ("score", "every", "min_over"):
        for code in nodes_of(need, system):
            yield from _leaves(system, code)


def _leaves(system: IndicatorSystem, code: str) -> Iterator[str]:
    nodes = {node.code for node in system.nodes}
    for child in system.node(code).children:
        if child in nodes:
            yield from _leaves(system, child)
        else:
            yield system.indicator(child).question
