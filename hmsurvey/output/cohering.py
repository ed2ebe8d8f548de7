"""The section on consistency: do the indicators of an area rise and fall together, how many dimensions are behind them, and are they ordered as the stages suppose?

No coefficient stands bare: where indicators depend on each other by construction the sentence beside it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

from hmsurvey.analysis.coherence import tabulate_items, tabulate_reliability
from hmsurvey.analysis.difficulty import tabulate_difficulty, tabulate_stage_measures
from hmsurvey.analysis.factoring import (
    CAUTION,
    Structure,
    factors_of,
    tabulate_dimensions,
    tabulate_loadings,
    tabulate_recovery,
)
from hmsurvey.analysis.ladder import (
    supposed_pairs,
    tabulate_ladder,
    tabulate_person_item_map,
    tabulate_separation,
)
from hmsurvey.errors import NOTHING, DataError, Text, UsageError
from hmsurvey.output.charts_scale import plot_loadings, plot_person_item_map
from hmsurvey.output.content import (
    Block,
    Content,
    Drawing,
    Heading,
    Job,
    Section,
    area_level,
    blocks_of,
    ready,
    rows_of,
)
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import counted, decimal, join, number, percent
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table

_FACTORS = Text("指标背后有几个维度", "How many dimensions are behind the indicators?")
_SCALE = Text("指标的先后是否合乎各阶段的设想", "Are the indicators ordered as the stages suppose?")


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """What stands on one scale: the map, the needs and the borders; `why_not` where there is none."""

    tables: tuple[Table, ...] = ()  # map, ladder, separation, stage measures, difficulty
    why_not: Text = NOTHING


def tell_coherence(content: Content) -> Section | None:
    """Build the section on consistency; None where no survey has an index with areas."""
    blocks: list[Block] = []
    annex: list[Table] = []
    for result in content.results:
        level = area_level(result.scores.system) if result.scores is not None else ""
        if not level:
            continue
        table = tabulate_reliability(result, level=level)
        if table.frame["alpha"].notna().any():
            blocks += [*content.heading(result), _sentence(table), table]
            annex.append(tabulate_items(result, level=level))
            if content.analysis.study.units == "enterprises":
                for more, hidden in (_factors(content, result, level), _on_one_scale(content, result)):
                    blocks += more
                    annex += hidden
    if not blocks:
        return None
    title = Text("各方面的指标是否一致", "Do the indicators hang together?")
    return Section("coherence", title, blocks_of(*blocks), tuple(annex), part="technical")


def coherence_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of the section: loadings, and the Wright map."""
    level = area_level(result.scores.system) if result.scores is not None else ""
    if analysis.study.units != "enterprises" or not level:
        return
    if not tabulate_reliability(result, level=level).frame["alpha"].notna().any():
        return
    found = _structure(analysis, result, level)
    if isinstance(found, Structure):
        loadings = tabulate_loadings(found)
        yield loadings.code, ready(loadings), plot_loadings
    scale = _scale(analysis, result)
    if scale.tables:
        yield scale.tables[0].code, ready(scale.tables[0]), partial(plot_person_item_map, noun=noun)


@lru_cache(maxsize=8)
def _structure(analysis: Analysis, result: SurveyResult, level: str) -> Structure | Text:
    """Return the factors of a survey, or why there are none; section and figures share them."""
    try:
        return factors_of(analysis, result.plan.code, level=level)
    except (UsageError, DataError) as error:
        return error.problems[0].what


@lru_cache(maxsize=8)
def _scale(analysis: Analysis, result: SurveyResult) -> _Scale:
    if result.stages is None or not result.stages.rule.needs:
        return _Scale()
    least = analysis.study.k
    try:
        return _Scale(
            (
                tabulate_person_item_map(result, least=least),
                tabulate_ladder(result),
                tabulate_separation(result, least=least),
                tabulate_stage_measures(result),
                tabulate_difficulty(result),
            )
        )
    except (UsageError, DataError) as error:
        return _Scale(why_not=error.problems[0].what)


def _sentence(table: Table) -> Text:
    """Say between which values alpha lies among the areas whose indicators are free of each other, and of how many it means little; no coefficient of the latter is given here."""
    rows = sorted(rows_of(table.frame[table.frame["alpha"].notna()]), key=lambda row: float(row["alpha"]))
    labels = table.column("node").labels
    free, tied = [row for row in rows if not row["n_dependent"]], [row for row in rows if row["n_dependent"]]
    zh = en = ""
    if tied:
        many = len(tied)
        zh = f"{len(rows)} 个方面中，有 {many} 个方面的指标在逻辑上相连（没有系统，就谈不上系统功能），那里的系数部分是题目设计造成的，不能当作一致性的证据。"
        en = f"In {many} of {len(rows)} areas some indicators are tied to others by logic (no system, so no function of it): there the coefficient is partly made by the design and is no evidence of consistency. "
    if not free:
        return Text(zh, en.strip())
    of = Text("其余方面中，", "Of the others, ") if tied else NOTHING
    said = [
        Text(f"“{labels[row['node']].zh}”（{_alpha(row, '至')}）", f"“{labels[row['node']].en}” ({_alpha(row, 'to')})")
        for row in (free[0], free[-1])
    ]
    if len(free) == 1:
        one = Text("只有", "Only ") if tied else NOTHING
        tail = Text("的指标互不相连。", " has indicators that are free of each other.") if tied else Text("可以计算。", " can be computed.")  # fmt: skip
        return Text(f"{zh}{one.zh}{said[0].zh}{tail.zh}", f"{en}{one.en}{said[0].en}{tail.en}")
    return Text(
        f"{zh}{of.zh}α 系数最低的是{said[0].zh}，最高的是{said[1].zh}。",
        f"{en}{of.en}{'a' if tied else 'A'}lpha is lowest for {said[0].en} and highest for {said[1].en}.",
    )


def _alpha(row: dict[str, Any], to: str) -> str:
    """Return alpha with its interval where it has one."""
    value, low, high = (decimal(row[c], 2) for c in ("alpha", "alpha_low", "alpha_high"))
    level = "，95% 区间" if to == "至" else ", 95% interval"
    return f"α = {value}" + (f"{level} {low} {to} {high}" if row["alpha_low"] == row["alpha_low"] else "")


def _factors(content: Content, result: SurveyResult, level: str) -> tuple[list[Block], list[Table]]:
    found = _structure(content.analysis, result, level)
    if not isinstance(found, Structure):
        return [Heading(_FACTORS), Text(f"没有做因子分析：{found.zh}", f"No factor analysis: {found.en}")], []
    dimensions, loadings, recovery = tabulate_dimensions(found), tabulate_loadings(found), tabulate_recovery(found)
    said = [_dimensions_sentence(dimensions, found), _recovery_sentence(loadings, found)]
    said.append(CAUTION if found.pairs else NOTHING)
    return [Heading(_FACTORS), *said, recovery, Drawing(loadings.code)], [dimensions, loadings]


def _dimensions_sentence(table: Table, found: Structure) -> Text:
    n, first, of = found.dimensions.n_above, rows_of(table.frame)[0], len(found.codes)
    areas = len(set(found.area))
    zh = f"{of} 个指标中，高于偶然的维度有 {n} 个（平行分析），第一个占总方差的 {percent(first['share_pct'])}。"
    en = f"Behind {of} indicators, {counted(n, 'dimension')} {'stands' if n == 1 else 'stand'} above chance (parallel analysis); the first takes {percent(first['share_pct'])} of the variance."
    if n < areas:
        zh += f"这比方面数（{areas}）少：总的水平高低压过了各方面的差别，这支持合成一个总分，各方面的分差则要小心读。"
        en += f" That is fewer than the {areas} areas: how far an enterprise is on the whole outweighs how its areas differ; this speaks for a total, while differences between areas are to be read with care."
    return Text(zh, en)


def _recovery_sentence(table: Table, found: Structure) -> Text:
    rows = rows_of(table.frame)
    away = [row for row in rows if row["home"] == "no"]
    labels, of, m = table.column("indicator").labels, len(rows), len(found.matched)
    zh = f"按方面数取 {m} 个因子，{of} 个指标中有 {of - len(away)} 个的最大载荷在本方面的因子上（随机分组平均 {number(found.matching.by_chance)} 个）。"
    en = f"With {m} factors, as many as there are areas, {of - len(away)} of {of} indicators load highest on the factor of their own area (random groups: {number(found.matching.by_chance)} on average)."
    if away and len(away) <= 6:
        listed = join([labels[row["indicator"]] for row in away])
        zh += f"落在别处的是{listed.zh}。"
        en += f" Elsewhere: {listed.en}."
    return Text(zh, en)


def _on_one_scale(content: Content, result: SurveyResult) -> tuple[list[Block], list[Table]]:
    scale = _scale(content.analysis, result)
    if not scale.tables:
        if scale.why_not == NOTHING:
            return [], []
        return [Heading(_SCALE), Text(f"没有放到一把尺子上：{scale.why_not.zh}", f"Not placed on one scale: {scale.why_not.en}")], []  # fmt: skip
    map_, ladder, separation, measures, difficulty = scale.tables
    said = [_ladder_sentence(ladder, result), _separation_sentence(separation)]
    return [Heading(_SCALE), *said, Drawing(map_.code), ladder, separation], [measures, difficulty, map_]


def _ladder_sentence(table: Table, result: SurveyResult) -> Text:
    """Say how many pairs of needs are in order, and name those that are not."""
    places, stages = table.frame.set_index("need")["place"], table.frame.set_index("need")["stage"]
    words, names = table.column("need").labels, table.column("stage").labels
    pairs = [(a, b) for a, b in supposed_pairs(result) if places[[a, b]].notna().all()]
    if not pairs:
        return Text("没有可以比较先后的两项要求。", "There are no two needs whose order could be compared.")
    wrong = [(a, b) for a, b in pairs if not places[b] < places[a]]
    zh = f"规则设想：下一级的要求先做到，上一级的后做到。在所谈事项不同的 {len(pairs)} 对要求中，{len(pairs) - len(wrong)} 对的先后与此相符"
    en = f"The rule supposes that what it asks for a stage comes before what it asks for the next. Of {counted(len(pairs), 'pair')} of needs on different matters, {len(pairs) - len(wrong)} {'is' if len(pairs) - len(wrong) == 1 else 'are'} in that order"
    if not wrong:
        return Text(zh + "。", en + ": the order holds.")
    shown = [
        Text(
            f"“{words[a].zh}”（{names[stages[a]].zh}，位置 {decimal(places[a])}）不比“{words[b].zh}”（{names[stages[b]].zh}，{decimal(places[b])}）难",
            f"“{words[a].en}” ({names[stages[a]].en.lower()}, at {decimal(places[a])} logits) is no harder than “{words[b].en}” ({names[stages[b]].en.lower()}, at {decimal(places[b])})",
        )
        for a, b in wrong[:3]
    ]
    more = len(wrong) - len(shown)
    zh += "；不相符的是：" + "，".join(text.zh for text in shown) + (f"，另有 {more} 对" if more else "") + "。"
    en += "; it does not hold where " + ", ".join(text.en for text in shown) + (f", and in {more} more" if more else "") + "."  # fmt: skip
    return Text(zh, en)


def _separation_sentence(table: Table) -> Text:
    """Say whether the indicators that part lower stages are the easier ones."""
    rows, labels = rows_of(table.frame), table.column("lower").labels
    parts = []
    for below, above in pairwise(rows):
        if above["in_order_pct"] != above["in_order_pct"]:
            continue
        names = [labels[code] for code in (below["lower"], below["upper"], above["upper"])]
        share = float(above["in_order_pct"])
        zh = f"主要分开{names[1].zh}与{names[2].zh}的 {above['n_indicators']} 个指标（难度中位数 {decimal(above['middle'], 2)}），比主要分开{names[0].zh}与{names[1].zh}的 {below['n_indicators']} 个（{decimal(below['middle'], 2)}）更难的机会为 {percent(share)}"
        en = f"The {counted(above['n_indicators'], 'indicator')} that part {names[1].en.lower()} from {names[2].en.lower()} most (median difficulty {decimal(above['middle'], 2)}) are harder than the {number(below['n_indicators'])} that part {names[0].en.lower()} from {names[1].en.lower()} (median {decimal(below['middle'], 2)}) in {percent(share)} of comparisons"
        verdict = Text("，大体合乎设想", ", mostly as the stages suppose") if share >= 75 else Text("，看不出设想的先后", ", which shows no such order")  # fmt: skip
        if share < 25:
            verdict = Text("，与设想相反", ", the reverse of what the stages suppose")
        few = min(int(above["n_upper"]), int(above["n_lower"]))
        weak = Text(f"；但其中一个阶段只有 {few} 家，依据单薄", f"; one of these stages has only {few} enterprises, so this rests on little") if few < 30 else NOTHING  # fmt: skip
        parts.append(Text(zh + verdict.zh + weak.zh + "。", en + verdict.en + weak.en + "."))
    return Text("".join(p.zh for p in parts), " ".join(p.en for p in parts)) if parts else NOTHING
