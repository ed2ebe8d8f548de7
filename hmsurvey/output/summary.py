"""The summary: what came out, in a handful of sentences, each put together from results and hedged where it must be.

The sentences serve the sections below as well, so that the box and the text under it agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hmsurvey.analysis.coverage import tabulate_sample_flow
from hmsurvey.analysis.tabulation import (
    need_scores,
    tabulate_areas,
    tabulate_indicators,
    tabulate_needs,
    tabulate_stages,
)
from hmsurvey.analysis.visits import tabulate_visit_changes
from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import Block, Content, Section, area_level, blocks_of, row_of, rows_of
from hmsurvey.output.phrases import decimal, join, number, percent, places_of_column, sentences
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.intervals import wilson
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Table

_WEAKEST = 3  # indicators named in the summary
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
    for result in content.results:
        blocks += content.heading(result)
        if result.stages is not None:
            blocks.append(sentences(stage_sentence(content, result), majority(result)))
            blocks.append(compare_groups(content, result))
        if result.scores is not None:
            blocks += [area_sentence(content, result), weakest_sentence(result)]
        if result.stages is not None and len(result.stages.rule.codes) > 1:
            blocks.append(need_sentence(content, result, result.stages.rule.codes[-2]))
        blocks.append(visit_sentence(content, result))
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
    if result.stages is None:
        return NOTHING
    row, rule = row_of(tabulate_stages(result), ALL), result.stages.rule
    if not row["n"]:
        return Text("没有有效答卷。", "There are no usable answers.")
    named = [(rule.label_of(code), row[f"n_{code}"], row[f"share_{code}_pct"]) for code in rule.codes]
    counter = content.units.counter
    zh = "，".join(f"{label.of('zh')} {number(n)} {counter}（{percent(p)}）" for label, n, p in named)
    head, *rest = named
    first = f"{number(head[1])} ({percent(head[2])}) {'is' if head[1] == 1 else 'are'} {head[0].of('en')}"
    en = join([Text("", first), *(Text("", f"{number(n)} ({percent(p)}) {label.of('en')}") for label, n, p in rest)]).en
    whole = content.units.count(row["n"])
    out = NOTHING
    if row[f"n_{UNSTAGED}"]:
        n_out, p_out = number(row[f"n_{UNSTAGED}"]), percent(row[f"share_{UNSTAGED}_pct"])
        out = Text(
            f"；另有 {n_out} {counter}（{p_out}）因答案缺失不能定阶段，不算作最低阶段",
            f"; {n_out} ({p_out}) cannot be staged because answers are missing, and do not count as the lowest stage",
        )
    return Text(f"{whole.zh}中，{zh}{out.zh}。", f"Of {whole.en}, {en}{out.en}.")


def majority(result: SurveyResult) -> Text:
    """Say which stage holds the majority, or that none does."""
    if result.stages is None:
        return NOTHING
    row, rule = row_of(tabulate_stages(result), ALL), result.stages.rule
    code = max(rule.codes, key=lambda c: float(row[f"n_{c}"]))
    share, label = float(row[f"share_{code}_pct"]), rule.label_of(code)
    if not row["n"]:
        return NOTHING
    if share >= 75:
        return Text(f"四分之三以上处在{label.of('zh')}。", f"Three in four or more are {label.of('en')}.")
    if share > 50:
        return Text(f"过半数处在{label.of('zh')}。", f"More than half are {label.of('en')}.")
    return Text(
        f"没有一个阶段过半，最多的是{label.of('zh')}。", f"No stage holds a majority; the largest is {label.of('en')}."
    )


def compare_groups(content: Content, result: SurveyResult) -> Text:
    """Compare the groups with the largest and the smallest share of the lowest stage, with intervals and what they allow."""
    if result.stages is None:
        return NOTHING
    rule, group = result.stages.rule, content.units.group
    code = rule.codes[-1]
    table = tabulate_stages(result)
    rows = [r for r in rows_of(table.frame) if r["group"] not in (ALL, UNKNOWN) and r["n"] >= content.analysis.study.k]
    if len(rows) < 2:
        return NOTHING
    most = max(rows, key=lambda r: float(r[f"share_{code}_pct"]))
    least = min(rows, key=lambda r: float(r[f"share_{code}_pct"]))
    if most[f"share_{code}_pct"] - least[f"share_{code}_pct"] < 1e-9:
        return NOTHING
    label = rule.label_of(code)
    said = [_group_share(content, table, row, code) for row in (most, least)]
    overlap = wilson(most[f"n_{code}"], most["n"])[0] <= wilson(least[f"n_{code}"], least["n"])[1]
    many, n = content.units.groups_en, number(len(rows))
    hedge = (
        Text(
            f"两个区间有重叠，单凭这些答卷不能断定两{group.zh}不同。",
            f"The intervals overlap: these answers alone do not show that the two {many} differ.",
        )
        if overlap
        else Text(
            f"两个区间不重叠；不过这是从 {n} 个{group.zh}中挑出的两端，差距容易显得偏大。",
            f"The intervals do not overlap; but these are the two ends of {n} {many}, and picking the ends makes a gap look larger.",
        )
    )
    first = Text(
        f"{label.of('zh')}所占比例最高的{group.zh}是{said[0].zh}，最低的是{said[1].zh}。",
        f"The share of {label.of('en')} is largest in {said[0].en} and smallest in {said[1].en}.",
    )
    return sentences(first, hedge)


def _group_share(content: Content, table: Table, row: dict[str, Any], code: str) -> Text:
    name = table.column("group").labels.get(row["group"], Text(row["group"], row["group"]))
    part, share, counter = number(row[f"n_{code}"]), percent(row[f"share_{code}_pct"]), content.units.counter
    low, high = (decimal(100 * bound) for bound in wilson(row[f"n_{code}"], row["n"]))
    return Text(
        f"{name.of('zh')}（{number(row['n'])} {counter}中 {part} {counter}，{share}，95% 区间 {low}—{high}）",
        f"{name.of('en')} ({part} of {number(row['n'])}, {share}, 95% interval {low} to {high})",
    )


def area_sentence(content: Content, result: SurveyResult) -> Text:
    """Say the mean total, and the areas with the highest and the lowest mean."""
    if result.scores is None:
        return NOTHING
    system = result.scores.system
    table = tabulate_areas(result, level=area_level(system))
    row = row_of(table, ALL)
    if not row["n_scored"]:
        return Text("没有一份答卷答得够全，算不出总分。", "No return is complete enough for a total.")
    areas = [node for node in system.level(area_level(system)) if row[node.code] == row[node.code]]
    said = {
        code: decimal(row[code], places_of_column(table, table.column(code)))
        for code in (system.total, *(area.code for area in areas))
    }
    counted = content.units.count(row["n_scored"])
    zh = f"总分平均 {said[system.total]} 分（有总分的 {counted.zh}）"
    en = f"The mean total is {said[system.total]} ({counted.en} with a total)"
    if len(areas) > 1:
        high, low = max(areas, key=lambda a: float(row[a.code])), min(areas, key=lambda a: float(row[a.code]))
        n = number(len(areas))
        zh += f"；{n} 个方面中，{high.label.of('zh')}最高（{said[high.code]} 分），{low.label.of('zh')}最低（{said[low.code]} 分）"
        en += f"; of {n} areas, {high.label.of('en')} is highest ({said[high.code]}) and {low.label.of('en')} lowest ({said[low.code]})"
    return Text(zh + "。", en + ".")


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


def has_shares(table: Table) -> bool:
    """Tell whether every indicator's points can be read as a share of its maximum."""
    shares = table.frame["mean_share_pct"].dropna()
    return bool(len(shares) and np.isfinite(shares).all() and shares.min() >= 0)


def weakest_sentence(result: SurveyResult) -> Text:
    """Name the indicators on which the least is earned; nothing where there are only a few."""
    table = known_indicators(result)
    known = table.frame.dropna(subset=["mean_share_pct"]).sort_values("mean_share_pct", kind="stable")
    if not has_shares(table) or len(known) < 2 * _WEAKEST:
        return NOTHING
    labels = table.column("indicator").labels
    named = [
        (labels[code], percent(share))
        for code, share in zip(known["indicator"].head(_WEAKEST), known["mean_share_pct"], strict=False)
    ]
    listed = join([Text(f"“{name.of('zh')}”（{share}）", f"“{name.of('en')}” ({share})") for name, share in named])
    return Text(
        f"平均得分占满分比例最低的指标是{listed.zh}。",
        f"The indicators with the lowest share of their points on average are {listed.en}.",
    )


def need_sentence(content: Content, result: SurveyResult, stage: str) -> Text:
    """Say which need of a stage most of those below it do not meet; nothing where a stage has only one need."""
    if result.stages is None:
        return NOTHING
    table = tabulate_needs(result)
    rows = [row for row in rows_of(table.frame) if row["stage"] == stage]
    if len(rows) < 2 or not rows[0]["n_below"]:
        return NOTHING
    top = max(rows, key=lambda row: int(row["n_unmet"]))
    need, label = table.column("need").labels[top["need"]], result.stages.rule.label_of(stage)
    below, unmet, only = top["n_below"], top["n_unmet"], sum(int(row["n_only"]) for row in rows)
    share, counter = percent(100.0 * unmet / below), content.units.counter
    return Text(
        f"没有达到{label.of('zh')}的 {number(below)} {counter}中，不满足“{need.of('zh')}”的最多，有 {number(unmet)} {counter}（{share}）；只差一项要求的有 {number(only)} {counter}。",
        f"Of the {content.units.count(below).en} short of {label.of('en')}, {number(unmet)} ({share}) do not meet “{need.of('en')}”, more than any other need; "
        f"{number(only)} {'lacks' if only == 1 else 'lack'} one need only.",
    )


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
