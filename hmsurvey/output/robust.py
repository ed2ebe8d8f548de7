"""Would another choice change the stage? The section of the report: who keeps the stage, how shares move, which choice matters most."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

from hmsurvey.analysis.chances import firm, tabulate_city_chances, tabulate_share_ranges, tabulate_stage_chances
from hmsurvey.analysis.robustness import Variations, vary
from hmsurvey.analysis.sensitivity import Sensitivity, tabulate_influence, tabulate_unit_influence, trace_choices
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.charts_robustness import plot_influence, plot_share_ranges, plot_stage_chances
from hmsurvey.output.content import Block, Content, Drawing, Job, Section, blocks_of, rows_of
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import number, percent
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table

REPORT_DRAWS = 4096  # enough for a report: an error of at most 1.5 points; the verb takes as many as are asked for
REPORT_RUNS = 512


@lru_cache(maxsize=8)
def varied(result: SurveyResult, seed: int) -> Variations:
    """Return a survey's variations as the report has them; section and figures share one computation."""
    if result.plan.variation is None:
        raise TypeError("a survey without a variation")
    return vary(result, result.plan.variation, draws=REPORT_DRAWS, seed=seed)


@lru_cache(maxsize=8)
def traced(variations: Variations) -> Sensitivity:
    """Return which choice matters most, as the report has it."""
    return trace_choices(variations, runs=REPORT_RUNS)


def robustness_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of the section: name, how to tabulate, how to plot."""
    if result.stages is None or result.plan.variation is None or not len(result.survey.answers):
        return
    code, seed = result.plan.code, analysis.study.seed
    yield (
        f"stage_chances_{code}",
        lambda: tabulate_stage_chances(varied(result, seed)),
        partial(plot_stage_chances, noun=noun),
    )
    yield (
        f"share_ranges_{code}",
        lambda: tabulate_share_ranges(varied(result, seed)),
        partial(plot_share_ranges, noun=noun),
    )
    if len(result.plan.variation.factors) > 1:
        yield f"influence_{code}", lambda: tabulate_influence(traced(varied(result, seed))), plot_influence


def tell_robustness(content: Content) -> Section | None:
    """Build the section on robustness: who keeps the stage, how shares move, which choice matters most."""
    results = [
        r for r in content.results if r.stages is not None and r.plan.variation is not None and len(r.survey.answers)
    ]
    blocks: list[Block] = []
    annex: list[Table] = []
    for result in results:
        if result.plan.variation is None:
            continue
        variations = varied(result, content.analysis.study.seed)
        chances, ranges = tabulate_stage_chances(variations), tabulate_share_ranges(variations)
        blocks += content.heading(result) if len(results) > 1 else ()
        blocks += [_varied_sentence(variations), _kept_sentence(content, variations), Drawing(chances.code), ranges]
        annex += [chances, tabulate_city_chances(variations)]
        if len(variations.variation.factors) > 1:
            sensitivity = traced(variations)
            influence = tabulate_influence(sensitivity)
            blocks += [_influence_sentence(influence), influence] if len(influence.frame) else []
            annex.append(tabulate_unit_influence(sensitivity))
    if not blocks:
        return None
    blocks.append(
        Text(
            "分数是斜坡，阶段是悬崖：权重或分数线略有变动，总分只移动一点，而紧挨分数线的企业会整级升降。所以紧挨分数线的企业，阶段要连同概率一起读。",
            "A score is a slope, a stage a cliff: a small change of weights or cut-offs moves a score a little, and moves those next to a line by a whole stage. For them, read the stage together with its chance.",
        )
    )
    return Section(
        "robustness",
        Text("换用其他取法，阶段是否稳定", "Would another choice change the stage?"),
        blocks_of(*blocks),
        tuple(annex),
        part="technical",
    )


def _varied_sentence(variations: Variations) -> Text:
    zh, en = "；".join(t.zh for t in variations.varied), "; ".join(t.en for t in variations.varied)
    n = number(variations.draws)
    return Text(
        f"共抽取 {n} 次，变动的是：{zh}。答卷不变。", f"{n} draws. What was varied: {en}. The answers stay as they are."
    )


def _kept_sentence(content: Content, variations: Variations) -> Text:
    n, kept = len(variations.nominal), int(firm(variations).sum())
    counter, noun = content.units.counter, content.units.noun
    share = percent(100.0 * kept / n)
    return Text(
        f"{number(n)} {counter}{noun}中，有 {number(kept)} {counter}（{share}）在九成以上的抽取中阶段不变，其余 {number(n - kept)} {counter}处在边缘。",
        f"Of {content.units.count(n).en}, {number(kept)} ({share}) keep their stage in at least nine draws of ten; the other {number(n - kept)} are on the edge.",
    )


def _influence_sentence(table: Table) -> Text:
    frame = table.frame
    if not len(frame):
        return NOTHING
    tops = rows_of(frame.loc[frame.groupby("stage", sort=False)["total"].idxmax()])
    names, stages = table.column("factor").labels, table.column("stage").labels
    zh = "；".join(
        f"{stages[r['stage']].zh}的占比最受“{names[r['factor']].zh}”影响（总指数 {r['total']:.2f}，90% 区间 {r['total_low']:.2f} 至 {r['total_high']:.2f}）"
        for r in tops
    )
    en = "; ".join(
        f"the share of {stages[r['stage']].en} is moved most by “{names[r['factor']].en}” (total index {r['total']:.2f}, 90% interval {r['total_low']:.2f} to {r['total_high']:.2f})"
        for r in tops
    )
    return Text(f"{zh}。", f"{en[0].upper()}{en[1:]}.")
