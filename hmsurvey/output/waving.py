"""What has changed since the wave before? The section of the report on surveys held more than once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from hmsurvey.analysis.contributions import cannot_add_up
from hmsurvey.analysis.digest_tables import without
from hmsurvey.analysis.wave_changes import (
    REST,
    first_drivers,
    tabulate_drivers,
    tabulate_drivers_by_city,
    tabulate_return,
)
from hmsurvey.analysis.waves import (
    Step,
    sign_test,
    steps_of,
    tabulate_like_for_like,
    tabulate_restaged,
    tabulate_transitions,
    tabulate_wave_moves,
)
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.charts_waves import plot_flows
from hmsurvey.output.content import Block, Content, Drawing, Heading, Job, Section, area_level, blocks_of, rows_of
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import Units, decimal, join, number, percent, sentences
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table

_ON_PAGE_LEFT_OUT = ("n_before", "n_after", "both_before", "both_after")


def tell_waves(content: Content) -> Section | None:
    """Build the section on what changed between waves; None where every survey was held once. The last step is shown in full, earlier ones in words and in the workbook."""
    blocks: list[Block] = []
    annex: list[Table] = []
    beyond: list[Block] = []
    for result in content.results:
        if not can_be_compared(content.analysis, result):
            continue
        steps = steps_of(content.analysis, result.plan.code)
        blocks += content.heading(result)
        for step in steps:
            last = step is steps[-1]
            blocks += [Heading(step.label)] if len(steps) > 1 else []
            told, more = _step(content, step, shown=last)
            blocks += told
            annex += more
        if drivers := next((table for table in annex if table.code == f"drivers_{steps[-1].code}"), None):
            beyond += [*content.heading(result), first_drivers(drivers)]
    if not blocks:
        return None
    blocks.append(
        Text(
            "未再参加的企业现状如何，答卷里没有；两期之间的变化也不说明是什么引起的。",
            "How those who left are doing the answers do not say, nor what brought a change about.",
        )
    )
    title = Text("两期之间的变化", "What has changed between waves")
    return Section("waves", title, blocks_of(*blocks), tuple(annex), beyond=tuple(beyond))


def can_be_compared(analysis: Analysis, result: SurveyResult) -> bool:
    """Tell whether a survey was held more than once and has stages."""
    return result.stages is not None and len(analysis.waves.get(result.plan.code, ())) > 1


def wave_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figure of the flow between stages, of the last step."""
    if can_be_compared(analysis, result):
        step = steps_of(analysis, result.plan.code)[-1]
        yield f"transitions_{step.code}", partial(tabulate_transitions, step), partial(plot_flows, noun=noun)


def _step(content: Content, step: Step, *, shown: bool) -> tuple[list[Block], list[Table]]:
    transitions, alike = tabulate_transitions(step), tabulate_like_for_like(step)
    blocks: list[Block] = [
        say_who_took_part(content.units, step),
        say_moves(content.units, transitions),
    ]
    annex = [transitions, tabulate_wave_moves(step), alike]
    if shown:
        short = without(alike, _ON_PAGE_LEFT_OUT)
        blocks += [Drawing(transitions.code), _alike_sentence(content, alike), _coded(short, f"short_{alike.code}")]
    else:
        blocks.append(_alike_sentence(content, alike))
    system = step.after.result.plan.system
    why = cannot_add_up(system) if system is not None else None
    if why is not None:
        blocks.append(
            Text(
                f"总分的变化不能按指标拆分：{why.zh}。",
                f"The change of the total cannot be split by indicator: {why.en}.",
            )
        )
    elif system is not None and step.frame[["total_before", "total_after"]].notna().all(axis=1).sum() > 1:
        drivers, again = tabulate_drivers(step), tabulate_return(step)
        annex += [drivers, again]
        level = area_level(system)
        if level and system.level(level):
            annex.append(tabulate_drivers_by_city(step, level=level))
        blocks.append(sentences(_driver_sentence(drivers), _return_sentence(again)))
    for wave in (step.before, step.after):
        if wave.then is not None and wave.then.stages is not None:
            annex.append(tabulate_restaged(step, wave))
    return blocks, annex


def _coded(table: Table, code: str) -> Table:
    return replace(table, code=code)


def say_who_took_part(units: Units, step: Step) -> Text:
    """Say how many took part in each wave, in both, for the first time, and no more."""
    row = rows_of(tabulate_wave_moves(step).frame)[-1]
    a, b = step.before.label, step.after.label
    both, came, left = (number(row[code]) for code in ("n_both", "n_entered", "n_left"))
    return Text(
        f"{a.zh}有 {number(row['n_before'])} {units.counter}{units.noun}答卷，{b.zh}有 {number(row['n_after'])} {units.counter}；两期都参加的 {both} {units.counter}，新参加的 {came} {units.counter}，未再参加的 {left} {units.counter}。",
        f"{units.count(row['n_before']).en} answered in {a.en} and {number(row['n_after'])} in {b.en}: {both} took part in both, {came} for the first time, and {left} no more.",
    )


def say_moves(units: Units, table: Table) -> Text:
    """Say how many rose and fell, with intervals, and how uneven that is."""
    row = rows_of(table.frame)[-1]
    up, down, n = int(row["n_up"]), int(row["n_down"]), int(row["n_staged"])
    if not n:
        return Text(f"没有两期都定了阶段的{units.noun}。", f"No {units.one} has a stage in both waves.")
    if not up + down:
        return Text(
            f"两期都定了阶段的 {number(n)} {units.counter}都没有变动。",
            f"None of the {number(n)} with a stage in both waves moved.",
        )
    said = [
        f"{percent(row[f'{code}_pct'])}，95% 区间 {percent(row[f'{code}_low_pct'])} 至 {percent(row[f'{code}_high_pct'])}"
        for code in ("up", "down")
    ]
    said_en = [
        f"{percent(row[f'{code}_pct'])}, 95% interval {percent(row[f'{code}_low_pct'])} to {percent(row[f'{code}_high_pct'])}"
        for code in ("up", "down")
    ]
    first = Text(
        f"两期都定了阶段的 {number(n)} {units.counter}中，上升的 {number(up)} {units.counter}（{said[0]}），下降的 {number(down)} {units.counter}（{said[1]}），其余未变。",
        f"Of the {number(n)} with a stage in both, {number(up)} rose ({said_en[0]}), {number(down)} fell ({said_en[1]}) and the others stayed.",
    )
    if sign_test(up, down) >= 0.05:
        second = Text("升降之差仍可能只是偶然。", "The difference between the two may still be chance.")
    else:
        way = (
            Text("上升的明显多于下降的", "more rising than falling")
            if up > down
            else Text("下降的明显多于上升的", "more falling than rising")
        )
        second = Text(f"{way.zh}，难以只用偶然来解释。", f"So much {way.en} is unlikely to be chance alone.")
    return sentences(first, second)


def _alike_sentence(content: Content, table: Table) -> Text:
    rows = {str(row["what"]): row for row in rows_of(table.frame)}
    last = rows_of(table.frame)[-1] if "total" in rows else None
    stages = [row for code, row in rows.items() if code != "total"]
    low = stages[-1]
    label = table.column("what").labels[str(low["what"])]
    parts = [
        Text(
            f"{label.of('zh')}占能定阶段{content.units.noun}的比例{_way(low['change']).zh}个百分点，其中同一批{content.units.noun}的变化为 {_signed(low['same'])}（95% 区间 {_range(low).zh}），其余是参加的{content.units.noun}换了的缘故。",
            f"The share at the {label.of('en').lower()} stage, of those with a stage, {_way(low['change']).en} points; of that, {_signed(low['same'])} (95% interval {_range(low).en}) is change of the same {content.units.many}, the rest comes of "
            "others taking part.",
        )
    ]
    if last is not None and last["change"] == last["change"]:
        parts.append(
            Text(
                f"平均总分{_way(last['change']).zh}分，其中同一批{content.units.noun}的变化为 {_signed(last['same'])} 分（{_range(last).zh}）。",
                f"The mean total {_way(last['change']).en}, of it {_signed(last['same'])} ({_range(last).en}) for the same {content.units.many}.",
            )
        )
    return sentences(*parts) if low["change"] == low["change"] else NOTHING


def _way(value: float) -> Text:
    """Return "rose by 5.1", "fell by 5.3", "stayed within 0.0"."""
    size = decimal(abs(float(value)))
    if float(size) == 0:
        return Text("变化不到 0.1 ", "changed by less than 0.1")
    return Text(f"上升 {size} ", f"rose by {size}") if value > 0 else Text(f"下降 {size} ", f"fell by {size}")


def _signed(value: float) -> str:
    text = decimal(float(value))
    return text if text.startswith("\N{MINUS SIGN}") or float(text) == 0 else f"+{text}"


def _range(row: dict[str, Any]) -> Text:
    if row["same_low"] != row["same_low"]:
        return Text("–", "–")
    low, high = _signed(row["same_low"]), _signed(row["same_high"])
    return Text(f"{low} 至 {high}", f"{low} to {high}")


def _driver_sentence(table: Table) -> Text:
    rows = [row for row in rows_of(table.frame) if row["indicator"] not in (REST, ALL)]
    names = table.column("indicator").labels
    sure = [row for row in rows if row["adds_low"] > 0]
    fell = [row for row in reversed(rows) if row["adds_high"] < 0]
    if not sure and not fell:
        return Text(
            "没有一项指标的变化超出偶然的范围。", "No single indicator changed by more than chance might bring."
        )

    def listed(found: list[dict[str, Any]]) -> Text:
        said = [
            Text(
                f"{names[row['indicator']].of('zh')}（{_two(row['adds'])}）",
                f"{names[row['indicator']].of('en')} ({_two(row['adds'])})",
            )
            for row in found[:3]
        ]
        return join(said)

    parts = []
    if sure:
        words = listed(sure)
        parts.append(
            Text(
                f"按指标看，带来总分上升最多的是{words.zh}；区间在零以上的共 {len(sure)} 项。",
                f"By indicator, most was added by {words.en}; {len(sure)} have an interval above zero.",
            )
        )
    if fell:
        words = listed(fell)
        parts.append(Text(f"拉低总分的有{words.zh}。", f"The total was lowered by {words.en}."))
    return sentences(*parts)


def _two(value: float) -> str:
    text = decimal(float(value), 2)
    return text if text.startswith("\N{MINUS SIGN}") else f"+{text}"


def _return_sentence(table: Table) -> Text:
    low, high = rows_of(table.frame)[0], rows_of(table.frame)[-1]
    if any(row[code] != row[code] for row in (low, high) for code in ("change_earlier", "change_mean")):
        return NOTHING
    if low["change_earlier"] <= low["change_mean"]:
        return NOTHING
    return Text(
        f"前一期得分最低的四分之一平均变化 {_signed(low['change_earlier'])} 分，改按两期平均分组则为 {_signed(low['change_mean'])} 分；前一期偶然偏低的企业后一期自然会回升（趋均数回归），两者之差由此即可造成，不宜说成追赶。",
        f"The quarter that was lowest at first changed by {_signed(low['change_earlier'])} on average, the quarter lowest by the mean of both waves by {_signed(low['change_mean'])}; the difference can come of a low start by chance "
        "alone and is no catching up.",
    )
