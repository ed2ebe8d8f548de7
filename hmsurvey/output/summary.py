"""The summary: what came out, in a handful of sentences, each put together from results and hedged where it must be.

The sentences serve the sections below as well, so that the box and the text under it agree.
"""

from __future__ import annotations

from dataclasses import replace

from hmsurvey.analysis.coverage import tabulate_sample_flow
from hmsurvey.analysis.shares import tabulate_shares
from hmsurvey.analysis.tabulation import (
    need_scores,
    tabulate_areas,
    tabulate_indicators,
    tabulate_needs,
    tabulate_stages,
)
from hmsurvey.analysis.visits import tabulate_visit_changes
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import Block, Content, Section, area_level, blocks_of, rows_of
from hmsurvey.output.coordinating import reach_in_short
from hmsurvey.output.phrases import join, number, percent, sentences
from hmsurvey.output.saying import (
    say_areas,
    say_groups,
    say_majority,
    say_need,
    say_stages,
    say_weakest,
)
from hmsurvey.output.trying import lift_in_short
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Table

KIND_SENTENCES = {
    "synthetic": Text(
        "以下数字全部由程序编造的模拟答卷算出，只演示做法；与辽宁省以及任何企业、任何城市的实际情况无关。",
        "Every number below is computed from answers made up by a program, to show how the work is done. Nothing here is about Liaoning, or about any real "
        "enterprise or city.",
    ),
    "mixed": Text(
        "以下数字一部分由程序编造的模拟资料算出，一部分由真实企业的资料算出：请按保密资料对待，不要转发；两种资料合在一起算出的数没有实际意义，不能据以下结论。",
        "The numbers below rest partly on files made up by a program and partly on files about real enterprises. Treat them as confidential and do not forward them. Totals over "
        "both describe nothing: draw no conclusion from them.",
    ),
    "undeclared": Text(
        "这些答卷没有来源卡片，来源未经说明；引用以下数字之前请先核实来源。",
        "The answers came without a provenance card; find out where they come from before quoting any number below.",
    ),
    "real": NOTHING,
}


def summarise(content: Content) -> Section:
    """Build the summary."""
    blocks: list[Block] = [KIND_SENTENCES[content.analysis.provenance.nature], sample_sentence(content)]
    first = True  # what intervals take for granted is said with the first of them
    for result in content.results:
        blocks += content.heading(result)
        if result.stages is not None:
            blocks.append(sentences(stage_sentence(content, result), majority(result)))
            compared = compare_groups(content, result, sample=first)
            first = first and compared == NOTHING
            blocks.append(compared)
        if result.scores is not None:
            blocks += [area_sentence(content, result), weakest_sentence(result)]
        if result.stages is not None and len(result.stages.rule.codes) > 1:
            blocks.append(need_sentence(content, result, result.stages.rule.codes[-2]))
        blocks += [visit_sentence(content, result), lift_in_short(content, result), reach_in_short(content, result)]
    return Section("summary", Text("摘要", "Summary"), blocks_of(*blocks), points=True)


def sample_sentence(content: Content) -> Text:
    """Say how many answered, and of how many in production where the registry knows."""
    parts = []
    for row, result in zip(rows_of(tabulate_sample_flow(content.analysis).frame), content.results, strict=True):
        counted, name = content.units.count(row["usable"]), result.plan.label
        zh, en = counted.zh, counted.en
        if len(content.results) > 1:
            zh, en = f"“{name.of('zh')}”{zh}", f"{en} in the {_inside(name.of('en'))}"
        if row["in_production"] == row["in_production"]:
            share = percent(100.0 * row["usable"] / row["in_production"])
            zh += f"（相当于在产企业 {number(row['in_production'])} 家的 {share}）"
            en += f" ({share} of {number(row['in_production'])} in production)"
        parts.append(Text(zh, en))
    listed = join(parts)
    return Text(f"有效答卷来自：{listed.zh}。", f"Usable answers came from {listed.en}.")


def _inside(label: str) -> str:
    """Return a label as it stands inside a sentence: a plain first word loses its capital."""
    return label[:1].lower() + label[1:] if label.startswith(("Survey", "Questionnaire", "Index")) else label


def stage_sentence(content: Content, result: SurveyResult) -> Text:
    """Say how many units are in each stage, highest first, the unstaged last."""
    return say_stages(content.units, result.stages.rule, tabulate_stages(result)) if result.stages else NOTHING


def majority(result: SurveyResult) -> Text:
    """Say which stage holds the majority, or that none does."""
    return say_majority(result.stages.rule, tabulate_stages(result)) if result.stages else NOTHING


def compare_groups(content: Content, result: SurveyResult, *, sample: bool = True) -> Text:
    """Compare the groups with the largest and the smallest share of the lowest stage, with intervals, what they allow and (`sample`) what they take for granted."""
    if result.stages is None:
        return NOTHING
    rule, analysis, shares = result.stages.rule, content.analysis, None
    if analysis.study.units == "enterprises" and result.survey.codebook.group_question:
        shares = tabulate_shares(analysis, result.plan.code, stages=(rule.codes[-1],))
    return say_groups(content.units, rule, tabulate_stages(result), k=analysis.study.k, shares=shares, sample=sample)


def area_sentence(content: Content, result: SurveyResult) -> Text:
    """Say the mean total, and the areas with the highest and the lowest mean."""
    if result.scores is None:
        return NOTHING
    system = result.scores.system
    level = area_level(system)
    return say_areas(content.units, system, tabulate_areas(result, level=level), level=level)


def known_indicators(result: SurveyResult) -> Table:
    """Tabulate the indicators; one that has no label of its own is named by the question it rests on."""
    table = tabulate_indicators(result)
    system, book = need_scores(result).system, result.survey.codebook
    labels = dict(table.column("indicator").labels)
    for indicator in system.indicators:
        asked = book.question(indicator.question).label
        if indicator.label.of("en") == indicator.code and asked.of("en") != indicator.code:
            labels[indicator.code] = Text(f"{indicator.code} {asked.of('zh')}", f"{indicator.code} {asked.of('en')}")
        elif indicator.label.of("en") == indicator.code:
            labels[indicator.code] = Text(indicator.code, indicator.code)
    columns = tuple(replace(c, labels=labels) if c.code == "indicator" else c for c in table.columns)
    return replace(table, columns=columns)


def weakest_sentence(result: SurveyResult) -> Text:
    """Name the indicators on which the least is earned; nothing where there are only a few."""
    return say_weakest(known_indicators(result))


def need_sentence(content: Content, result: SurveyResult, stage: str) -> Text:
    """Say which need of a stage most of those below it do not meet; nothing where a stage has only one need."""
    return say_need(content.units, result.stages.rule, tabulate_needs(result), stage) if result.stages else NOTHING


def visit_sentence(content: Content, result: SurveyResult) -> Text:
    """Say how many of the visited had their stage changed by the visit."""
    if content.analysis.visits is None or result.stages is None:
        return NOTHING
    rows = rows_of(tabulate_visit_changes(content.analysis, result.plan.code).frame)
    visited = sum(int(row["n"]) for row in rows)
    kept = sum(int(row[f"n_after_{row['stage_before']}"]) for row in rows)
    if not visited:
        return NOTHING
    moved, counter = visited - kept, content.units.counter
    whole = content.units.count(visited)
    if visited == 1:
        stage = (
            Text("改变了阶段", "had its stage changed by what was seen")
            if moved
            else Text("维持原阶段", "kept its stage")
        )
        return Text(f"走访 1 {counter}，{stage.zh}。", f"The {whole.en.removeprefix('1 ')} visited {stage.en}.")
    if not moved:
        return Text(f"走访 {number(visited)} {counter}，都维持原阶段。", f"All {whole.en} visited kept their stage.")
    if not kept:
        return Text(
            f"走访 {number(visited)} {counter}，都因现场情况改变了阶段。",
            f"All {whole.en} visited had their stage changed by what was seen.",
        )
    return Text(
        f"走访 {number(visited)} {counter}，{number(moved)} {counter}因现场情况改变了阶段，{number(kept)} {counter}维持原阶段。",
        f"Of {whole.en} visited, {number(moved)} had {'its' if moved == 1 else 'their'} stage changed by what was seen and {number(kept)} kept {'it' if kept == 1 else 'theirs'}.",
    )
