"""What measures would change: the section of the bulletin that tries the four solutions, with what is assumed said first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from hmsurvey.analysis.budget import Offers, tabulate_effort_curve, tabulate_mix, weigh_offers
from hmsurvey.analysis.planner import NextStep
from hmsurvey.analysis.plans import plan_where_linear, table_of_plans
from hmsurvey.analysis.populations import populations_of
from hmsurvey.analysis.trials import REPORT_DRAWS, can_be_tried, drawn, tried
from hmsurvey.analysis.ways import Ways, provenance_of
from hmsurvey.analysis.whatif import expected_lifts
from hmsurvey.analysis.whatif_tables import (
    ALONE,
    TAKEN,
    TOGETHER,
    WITHOUT,
    tabulate_measures,
    tabulate_risers,
    tabulate_what_if,
)
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.measures import basis_of
from hmsurvey.output.charts_whatif import plot_effort_curve, plot_what_if
from hmsurvey.output.content import Block, Content, Drawing, Job, Section, blocks_of, row_of, rows_of
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import decimal, number, percent
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table


@lru_cache(maxsize=8)
def offered(result: SurveyResult) -> Offers:
    """Return what every package is expected to lift, and to take, in every city."""
    return weigh_offers(tried(result))


@lru_cache(maxsize=8)
def steps_of(result: SurveyResult) -> tuple[NextStep, ...]:
    """Return the next step of every unit, once for section and curve; nothing where the index cannot be planned."""
    return plan_where_linear(result, efforts=tried(result).efforts)


@lru_cache(maxsize=8)
def curve_of(result: SurveyResult) -> Table:
    """Return the curve of lifts against effort, with the bound from least plans where the index can be planned."""
    return tabulate_effort_curve(offered(result), steps=steps_of(result))


def half_effort(result: SurveyResult) -> float:
    """Return half of what all measures everywhere are expected to take, in tens: the budget that the report speaks of."""
    return round(float(expected_lifts(tried(result))[1].sum()) / 2, -1)


def what_if_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of the section: every city before and after, and lifts against effort."""
    if not can_be_tried(result):
        return
    code, seed = result.plan.code, analysis.study.seed
    yield f"what_if_{code}", lambda: tabulate_what_if(drawn(result, seed)), partial(plot_what_if, noun=noun)
    yield f"effort_curve_{code}", lambda: curve_of(result), partial(plot_effort_curve, noun=noun)


def tell_whatif(content: Content) -> Section | None:
    """Build the section on measures: what is assumed, who would rise, what each measure does alone and together, what a given effort buys."""
    results = [result for result in content.results if can_be_tried(result)]
    blocks: list[Block] = []
    annex: list[Table] = []
    beyond: list[Block] = []
    seed = content.analysis.study.seed
    for result in results:
        ways = tried(result)
        populations = populations_of(content.analysis, result.plan.code)
        by_city = tabulate_what_if(drawn(result, seed), populations=populations, seed=seed)
        measures = tabulate_measures(ways, draws=REPORT_DRAWS, seed=seed)
        curve = curve_of(result)
        mix = tabulate_mix(offered(result), half_effort(result), draws=REPORT_DRAWS, seed=seed)
        blocks += content.heading(result) if len(results) > 1 else ()
        blocks += [
            _assumed_sentence(ways),
            _risen_sentence(content, by_city),
            _all_sentence(content, by_city),
            Drawing(by_city.code),
            _together_sentence(content, measures),
            _on_page(measures),
            _effort_sentence(content, half_effort(result), mix, curve),
        ]
        beyond.append(Drawing(curve.code))
        annex += [measures, by_city, curve, mix, tabulate_risers(ways)]
        if steps := steps_of(result):
            annex.append(table_of_plans(result, steps, efforts=ways.efforts))
    if not blocks:
        return None
    title = Text("采取措施会怎样", "What if measures were taken?")
    return Section("whatif", title, blocks_of(*blocks), tuple(annex), beyond=tuple(beyond))


def lift_in_short(content: Content, result: SurveyResult) -> Text:
    """Say for a summary how many all measures together would lift; nothing where none can be tried."""
    if not can_be_tried(result):
        return NOTHING
    table = tabulate_what_if(drawn(result, content.analysis.study.seed))
    row, basis, units = row_of(table, ALL), basis_of(table.provenance.definitions), content.units
    n, mean, low, high = (number(row[code]) for code in ("n_staged", "lifted", "lifted_low", "lifted_high"))
    return Text(
        f"按设定（{basis.zh}）推行全部措施，{n} {units.counter}{units.noun}中平均可有 {mean} {units.counter}进入更高阶段（95% 的模拟结果在 {low} 至 {high} {units.counter}之间）。这是设定下的推算，不是预测。",
        f"With all measures as assumed ({basis.en}), {mean} of {n} would rise on average ({low} to {high} in 95% of the draws); no forecast.",
    )


def _on_page(table: Table) -> Table:
    """Return the rows of measures alone and of all; what is lost without each stands in the workbook."""
    kept = table.frame[table.frame["kind"] != WITHOUT].reset_index(drop=True)
    return replace(table, frame=kept, code=f"{table.code}_most")


def _assumed_sentence(ways: Ways) -> Text:
    codes, labels = ways.measures.codes, [one.label for one in ways.measures.measures]
    zh = "；".join(f"{code} {label.zh}" for code, label in zip(codes, labels, strict=True))
    en = "; ".join(f"{code} {label.en[:1].lower()}{label.en[1:]}" for code, label in zip(codes, labels, strict=True))
    basis = basis_of(provenance_of(ways).definitions)
    return Text(
        f"这里试算的措施是：{zh}。每项措施提高哪些答案、多少企业参与、能否见效，都是设定的（{basis.zh}）；答卷和规则不变，每种组合都由程序重新计分、分段。结果说的是“如果这样，按规则会怎样”，不是预测。",
        f"The measures tried are: {en}. Which answers each would raise, how many enterprises take part and how often it works are assumed ({basis.en}); answers and rule stay, and the engine stages everyone anew under every combination. It says what would follow if this were so, and predicts nothing.",
    )


def _risen_sentence(content: Content, table: Table) -> Text:
    row = row_of(table, ALL)
    counter, noun = content.units.counter, content.units.noun
    n = number(row["n_staged"])
    low, high = number(row["lifted_low"]), number(row["lifted_high"])
    before, after = percent(row["above_before_pct"]), percent(row["above_after_pct"])
    words = table.column("above_before_pct").label
    zh, en = words.zh.partition("占比")[0], words.en.partition(":")[0]
    return Text(
        f"全部推行时，{n} {counter}{noun}中平均有 {number(row['lifted'])} {counter}上升（95% 的模拟结果在 {low} 至 {high} {counter}之间），{zh}的占比由 {before} 变为 {after}。这个区间只含参与和见效与否的不确定，不含抽样误差，也不含所设内容是否得当。",
        f"With all of them, {number(row['lifted'])} of {n} rise on average (95% of the draws: {low} to {high}), and the share at {en} goes from {before} to {after}. The interval holds uncertain uptake and effect only: no sampling error, and not whether the assumptions are right.",
    )


def _all_sentence(content: Content, table: Table) -> Text:
    """Say how many of all in production would rise, with sampling error; nothing without a registry."""
    row = row_of(table, ALL)
    size = row.get("n_in_production", np.nan)
    if not np.isfinite(size):
        return NOTHING
    counter, noun = content.units.counter, content.units.noun
    mean, low, high = (number(row[f"risen_all{end}"]) for end in ("", "_low", "_high"))
    return Text(
        f"推到有答卷各市的全部 {number(size)} {counter}在产{noun}，连抽样误差一并计入，约有 {mean} {counter}上升（{low} 至 {high} {counter}）；前提是未答卷的{noun}与答卷{noun}相仿（A100、A194）。",
        f"Of all {number(size)} in production in the cities with answers, sampling error included, about {mean} would rise ({low} to {high}), if those who did not answer are like those who did (A100, A194).",
    )


def _together_sentence(content: Content, table: Table) -> Text:
    rows = rows_of(table.frame)
    alone = sum(row["expected"] for row in rows if row["kind"] == ALONE)
    whole = next(row["expected"] for row in rows if row["kind"] == TOGETHER)
    every = next(row for row in rows if row["kind"] == TAKEN)
    without = [row for row in rows if row["kind"] == WITHOUT]
    counter = content.units.counter
    parts = [
        Text(
            f"按概率精确计算，各项措施单独推行的期望上升数加起来是 {decimal(alone)} {counter}，一起推行是 {decimal(whole)} {counter}",
            f"Worked out exactly, without draws, the measures would be expected to lift {decimal(alone)} if carried out one by one, and {decimal(whole)} together",
        )
    ]
    gain = Text("：阶段要求几个方面同时达到，缺一不可。", ": a stage asks for several things at once.")
    loss = Text("。", ".")
    parts.append(gain if whole > alone else loss)
    if without:
        missed = min(without, key=lambda row: row["expected"])
        parts.append(
            Text(
                f"最不可缺的是 {missed['measure']}：少了它只剩 {decimal(missed['expected'])} {counter}。",
                f" The one missed most is {missed['measure']}: without it {decimal(missed['expected'])} are left.",
            )
        )
    parts.append(
        Text(
            f"假如企业都参与、都见效，会有 {number(every['expected'])} {counter}上升。",
            f" If everyone took part and everything worked, {number(every['expected'])} would rise.",
        )
    )
    return Text("".join(p.zh for p in parts), "".join(p.en for p in parts))


def _effort_sentence(content: Content, mix_budget: float, mix: Table, curve: Table) -> Text:
    frame, best = curve.frame, row_of(mix, ALL)
    most = float(frame["lifted"].max())
    bound = frame["bound"]
    counter = content.units.counter
    which = mix.column("package").labels[best["package"]]
    said = (
        NOTHING
        if len(mix.frame) == 1
        else Text(
            f"各市推行的措施可以不同：{which.zh}；哪市推行哪几项见工作簿。",
            f" Measures may differ from city to city: {which.en}; the workbook says which are offered where.",
        )
    )
    half, low, high = decimal(best["lifted"]), number(best["lifted_low"]), number(best["lifted_high"])
    words = Text(
        f"工作量有限时，按市挑选措施更合算：用全部工作量的一半（{number(mix_budget)}，工作量是相对数，不是天数也不是钱），最优安排可望有 {half} {counter}上升（{low} 至 {high}），全部用上是 {decimal(most)} {counter}。{said.zh}",
        f"Where effort is scarce it pays to choose by city: half of all of it ({number(mix_budget)}; effort is a relative number, neither days nor money) is expected to lift {half} at best ({low} to {high}), all of it {decimal(most)}.{said.en}",
    )
    if bound.isna().any():
        return words
    reach = float(np.interp(mix_budget, frame["budget"], bound))
    zh = f"同样的工作量如果用在各家自己最省的几项上，并且都做成，上限是 {number(reach)} {counter}"
    en = f" Spent on each enterprise's own least plan, and carried out, the same effort could lift {number(reach)} at most"
    far = reach > 2 * float(best["lifted"])
    return Text(
        words.zh
        + zh
        + ("：逐户对症上限高得多，不过这里假定各家都做成，前一数则计入了不参与和不见效的。" if far else "。"),
        words.en
        + en
        + (
            ": to fit the measure to the enterprise has far more room than to offer it to all, though here everybody carries it through, while the other number counts those who do not take part and what does not work."
            if far
            else "."
        ),
    )
