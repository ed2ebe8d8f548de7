"""Field visits: stages before and after, how far they bear the answers out, and what that would make of the shares. The section of the report."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hmsurvey.analysis.self_reports import (
    evidence_of,
    tabulate_adjusted_by_city,
    tabulate_adjusted_shares,
    tabulate_misclassification,
    tabulate_visit_agreement,
    too_few,
)
from hmsurvey.analysis.visits import tabulate_unmatched_visits, tabulate_visit_changes, tabulate_visits
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.charts_fieldwork import plot_visits
from hmsurvey.output.charts_waves import plot_adjusted
from hmsurvey.output.content import Block, Content, Drawing, Job, Section, blocks_of, ready, rows_of, with_note
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import Units, decimal, number, percent, sentences
from hmsurvey.output.summary import visit_sentence
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table


def tell_visits(content: Content) -> Section | None:
    """Build the section on the field visits, before and after."""
    if content.analysis.visits is None:
        return None
    analysis = content.analysis
    staged = [result for result in content.results if result.stages is not None]
    changes = {r.plan.code: tabulate_visit_changes(analysis, r.plan.code) for r in staged}
    shown = [result for result in staged if changes[result.plan.code].frame["n"].sum()]
    unmatched = tabulate_unmatched_visits(analysis)
    if not shown and not len(unmatched.frame):
        return None
    blocks: list[Block] = [_unmatched_sentence(content, unmatched)]
    annex: list[Table] = []
    for result in shown:
        table = with_note(
            changes[result.plan.code], Text("行为走访前，列为走访后。", "Rows: before the visit; columns: after.")
        )
        heading = content.heading(result) if len(shown) > 1 else ()
        blocks += [*heading, visit_sentence(content, result), Drawing(table.code)]
        annex.append(table)
        blocks.append(_borne_out(content, result))
    if shown:
        blocks.append(
            Text(
                "走访对象是选定的少数企业，不是随机抽取的；走访改变的比例不能直接推到其他企业，校正后的占比只示意自报可能有多大偏差，其他各表仍用走访前的阶段。",
                "Those visited were chosen, not drawn at random: the share that changed does not simply carry over to the others. Shares put right by visits only show how far self-reports may be off; all "
                "other tables keep the stages before visits.",
            )
        )
    annex += [tabulate_visits(analysis, result.plan.code) for result in shown]
    annex += [unmatched] if len(unmatched.frame) else []
    return Section("visits", Text("现场走访前后", "Before and after field visits"), blocks_of(*blocks), tuple(annex))


def _unmatched_sentence(content: Content, table: Table) -> Text:
    n, ids, counter = len(table.frame), table.frame["unit"].nunique(), content.units.counter
    if not n:
        return NOTHING
    return Text(
        f"走访记录中有 {number(n)} 次走访对不上答卷：所写的 {number(ids)} {counter}{content.units.noun}不在所核对的调查的有效答卷之中，未计入以下各表；编号见内部工作簿。",
        f"{number(n)} {'visit' if n == 1 else 'visits'} in the record {'matches' if n == 1 else 'match'} no answer: the {content.units.count(ids).en} named {'is' if ids == 1 else 'are'} not "
        "among the usable answers of the survey that was checked. No table counts such visits; the ids are in the internal workbook.",
    )


def _borne_out(content: Content, result: SurveyResult) -> Text:
    """Say how far visits bear the answers out, and what that would make of the shares."""
    analysis, survey = content.analysis, result.plan.code
    crossed = tabulate_misclassification(analysis, survey)
    said = say_borne_out(content.units, crossed, tabulate_visit_agreement(analysis, survey))
    # the first note is of intervals; a second one says how many visits are left out here and counted in the sentence before
    said = sentences(said, *crossed.notes[1:])
    why = too_few(evidence_of(analysis, survey))
    return sentences(said, say_adjusted(tabulate_adjusted_shares(analysis, survey)) if why is None else why)


def tell_self_reports(content: Content) -> Section | None:
    """Build the technical report's section on how far visits bear the answers out; None where nobody was visited."""
    analysis = content.analysis
    if analysis.visits is None:
        return None
    blocks: list[Block] = []
    annex: list[Table] = []
    for result in content.results:
        survey = result.plan.code
        if result.stages is None or not evidence_of(analysis, survey).n:
            continue
        blocks += [*content.heading(result), tabulate_misclassification(analysis, survey)]
        annex.append(tabulate_visit_agreement(analysis, survey))
        why = too_few(evidence_of(analysis, survey))
        if why is not None:
            blocks.append(why)
            continue
        adjusted = tabulate_adjusted_shares(analysis, survey)
        blocks += [say_adjusted(adjusted), adjusted]
        annex.append(tabulate_adjusted_by_city(analysis, survey))
    title = Text("走访能否印证答卷", "Do visits bear the answers out?")
    return Section("self_reports", title, blocks_of(*blocks), tuple(annex), part="technical") if blocks else None


def say_borne_out(units: Units, crossed: Table, agreement: Table) -> Text:
    """Say how many visits that could tell confirmed the stage, and in which direction the others went."""
    whole, row = rows_of(crossed.frame)[-1], rows_of(agreement.frame)[0]
    n, same, higher, lower = (int(row[code]) for code in ("n_told", "n_same", "n_higher", "n_lower"))
    if not n:
        return Text("没有一次走访得出结论。", "No visit could tell.")
    first = Text(
        f"得出结论的 {number(n)} 次走访中，{number(same)} 次与答卷一致（{percent(whole['confirmed_pct'])}，95% 区间 {percent(whole['low_pct'])} 至 {percent(whole['high_pct'])}），认定更高的 {number(higher)} 次，更低的 {number(lower)} 次。",
        f"Of {number(n)} visits that could tell, {number(same)} confirmed the stage of the answers ({percent(whole['confirmed_pct'])}, 95% interval {percent(whole['low_pct'])} to {percent(whole['high_pct'])}), {number(higher)} found a higher one and "
        f"{number(lower)} a lower one.",
    )
    if row["kappa"] != row["kappa"]:
        return first
    second = Text(
        f"加权 kappa 为 {decimal(row['kappa'], 2)}（{decimal(row['ci_low'], 2)} 至 {decimal(row['ci_high'], 2)}）。",
        f"Weighted kappa is {decimal(row['kappa'], 2)} ({decimal(row['ci_low'], 2)} to {decimal(row['ci_high'], 2)}).",
    )
    return sentences(first, second)


def say_adjusted(table: Table) -> Text:
    """Say what the share of the lowest stage would be, put right by the visits."""
    row = rows_of(table.frame)[-1]
    stage = table.column("stage").labels[str(row["stage"])]
    if percent(row["said_pct"]) == percent(row["adjusted_pct"]):
        return Text(
            f"若未走访的企业与同阶段走访过的一样，{stage.of('zh')}的占比仍为 {percent(row['said_pct'])}，但区间为 {percent(row['adjusted_low_pct'])} 至 {percent(row['adjusted_high_pct'])}；走访少，区间很宽。",
            f"Were those not visited like the visited of the same stage, the share at the {stage.of('en').lower()} stage would stay at {percent(row['said_pct'])}, yet with an interval from {percent(row['adjusted_low_pct'])} to "
            f"{percent(row['adjusted_high_pct'])}: wide, for there were few visits.",
        )
    return Text(
        f"若未走访的企业与同阶段走访过的一样，{stage.of('zh')}的占比由 {percent(row['said_pct'])} 变为 {percent(row['adjusted_pct'])}，区间为 {percent(row['adjusted_low_pct'])} 至 {percent(row['adjusted_high_pct'])}；走访少，区间很宽。",
        f"Were those not visited like the visited of the same stage, the share at the {stage.of('en').lower()} stage would be {percent(row['adjusted_pct'])} instead of {percent(row['said_pct'])}, with an interval from {percent(row['adjusted_low_pct'])} to "
        f"{percent(row['adjusted_high_pct'])}: wide, for there were few visits.",
    )


def visit_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of visits: before against after, and the shares put right."""
    code = result.plan.code
    if analysis.visits is None or result.stages is None:
        return
    changes = tabulate_visit_changes(analysis, code)
    if not changes.frame["n"].sum():
        return
    yield f"visits_{code}", ready(changes), partial(plot_visits, noun=noun)
    if too_few(evidence_of(analysis, code)) is None:
        yield f"adjusted_{code}", partial(tabulate_adjusted_shares, analysis, code), partial(plot_adjusted, noun=noun)
