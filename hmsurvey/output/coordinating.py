"""The section on the coordination mode: how far each party, each pair and all of them could take the enterprises, by the matrices and the answers.

It says what the assumptions imply, which conclusions survive when they are shaken, and that it proves nothing about the province.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from hmsurvey.analysis.coalition_firmness import (
    tabulate_conclusions,
    tabulate_overturning,
    tabulate_own_means,
    tabulate_readings,
)
from hmsurvey.analysis.coalition_tables import (
    coalition_labels,
    rule_of,
    tabulate_coalitions,
    tabulate_smallest,
    tabulate_smallest_by,
    tabulate_ties,
    targets_of,
)
from hmsurvey.analysis.coalition_trials import Trials, try_coalitions
from hmsurvey.analysis.coalitions import Coalitions, build_coalitions, has_coordination
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.charts_coalitions import plot_coalitions, plot_smallest
from hmsurvey.output.content import Block, Content, Drawing, Job, Section, blocks_of, rows_of
from hmsurvey.output.phrases import join, number, percent, sentences
from hmsurvey.partymatrix import OWNER
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table

TITLE = Text("三方协同意味着什么", "What the coordination mode implies")
PREMISE = Text(
    "本节按两个矩阵（谁有权决定 A160、各方能提供什么 A161，都是假定）和企业自己的答卷推算：主管部门、企业、行业协会单独或协同，最多能把企业带到哪个阶段。"
    "它说明这些假定和答卷合在一起意味着什么，不证明辽宁的实际情况。",
    "This section works out how far authorities, enterprises and industry associations could take the enterprises at most, alone or together, by two matrices (who may decide, A160; "
    "who can bring what, A161: both assumed) and the enterprises' own answers. It shows what these imply together and proves nothing about the province.",
)
FIRM = 95.0  # share of draws from which a verdict is called firm


def tell_coordination(content: Content) -> Section | None:
    """Build the section; None for a study without the index that the matrices speak of."""
    analysis = content.analysis
    if not has_coordination(analysis):
        return None
    found = build_coalitions(analysis)
    if not found.staged.any():
        return None
    trials = try_coalitions(analysis, found)
    coalitions, conclusions = tabulate_coalitions(analysis, found, trials), tabulate_conclusions(trials)
    readings = tabulate_readings(analysis, found)
    smallest = tabulate_smallest(found)
    blocks: list[Block] = [
        PREMISE,
        sentences(say_reach(coalitions), _money(found)),
        Drawing(coalitions.code),
        _otherwise(found, readings),
        _problems(found),
        _firm(trials, conclusions),
    ]
    beyond = (
        Drawing(smallest.code),
        _cut(conclusions, "conclusion", "holds", "survives_pct", "matrices_pct", "lines_pct", "n_entries"),
    )
    annex = (
        coalitions,
        smallest,
        tabulate_ties(found),
        *(tabulate_smallest_by(found, by) for by in ("city", "size") if _asks(found, by)),
        conclusions,
        tabulate_overturning(trials),
        readings,
        tabulate_own_means(analysis, found),
    )
    return Section("coordination", TITLE, blocks_of(*blocks), annex, beyond=beyond)


def coordination_jobs(analysis: Analysis) -> Iterator[Job]:
    """Yield the two figures of the section."""
    if not has_coordination(analysis):
        return
    found = build_coalitions(analysis)
    if found.staged.any():
        code = found.result.plan.code
        yield f"coalitions_{code}", partial(_coalitions, analysis), plot_coalitions
        yield f"smallest_{code}", partial(tabulate_smallest, found), plot_smallest


def _coalitions(analysis: Analysis) -> Table:
    found = build_coalitions(analysis)
    return tabulate_coalitions(analysis, found, try_coalitions(analysis, found))


def _asks(found: Coalitions, by: str) -> bool:
    book = found.result.survey.codebook
    return bool(book.group_question) if by == "city" else by in {q.code for q in book.questions}


def _cut(table: Table, *codes: str) -> Table:
    """Return the columns that a page has room for; the workbook has all of them."""
    columns = tuple(table.column(code) for code in codes)
    return replace(
        table, frame=table.frame[list(codes)], columns=columns, code=f"{table.code}_most", notes=table.notes[2:]
    )


def say_reach(table: Table) -> Text:
    """Say how far single parties, pairs and all of them get, from a table of coalitions."""
    rows = rows_of(table.frame)
    now, rest, labels = rows[0], rows[1:], table.column("coalition").labels
    ones, twos = ([r for r in rest if r["coalition"].count("+") == k] for k in (0, 1))
    whole = rest[-1]
    name = _name_of(table)
    one, two = (max(part, key=lambda r: float(r["reached_pct"])) for part in (ones, twos))
    low = whole["n_staged"] - round(whole["reached_pct"] * whole["n_staged"] / 100.0)
    a, b, c, d = (percent(r["reached_pct"]) for r in (now, one, two, whole))
    span = f"{percent(whole['ci_low_pct'])}", f"{percent(whole['ci_high_pct'])}"
    return Text(
        f"已定阶段的 {number(now['n_staged'])} 家企业中，现在达到{name.zh}的占 {a}。单独一方最多提到 {b}（{labels[one['coalition']].zh}），"
        f"两方最多 {c}（{labels[two['coalition']].zh}），三方协同 {d}（95% 区间 {span[0]} 至 {span[1]}）；仍有 {number(low)} 家三方协同也提不上来。",
        f"Of {number(now['n_staged'])} enterprises with a stage, {a} are at {name.en} now. A single party could bring that to {b} at most ({_low(labels[one['coalition']])}), "
        f"a pair to {c} ({_low(labels[two['coalition']])}), all three to {d} (95% interval {span[0]} to {span[1]}); {number(low)} do not get there even with all three.",
    )


def reach_in_short(content: Content, result: SurveyResult) -> Text:
    """Say for a summary how far one party and all of them could take the survey that the matrices speak of; nothing for another."""
    analysis = content.analysis
    if not has_coordination(analysis, result.plan.code) or not build_coalitions(analysis).staged.any():
        return NOTHING
    table = _coalitions(analysis)
    rows, labels, name = rows_of(table.frame), table.column("coalition").labels, _name_of(table)
    one = max((r for r in rows[1:] if "+" not in r["coalition"]), key=lambda r: float(r["reached_pct"]))
    now, alone, together = (percent(row["reached_pct"]) for row in (rows[0], one, rows[-1]))
    return Text(
        f"按假定的两个矩阵（A160、A161）推算，主管部门、企业、行业协会协同，{name.zh}的占比最多由 {now} 提到 {together}；单独一方最多提到 {alone}（{labels[one['coalition']].zh}）。这是上限，不是调查结论。",
        f"By two assumed matrices (A160, A161), all parties together could at best take the share at {name.en} from {now} to {together}, one alone ({_low(labels[one['coalition']])}) to {alone}.",
    )


def _name_of(table: Table) -> Text:
    stage = table.column("reached_pct").label
    return Text(stage.zh.replace("（%）", ""), stage.en.replace(" (%)", ""))


def _low(label: Text) -> str:
    return f"{label.en[:1].lower()}{label.en[1:]}"


def _money(found: Coalitions) -> Text:
    """Say of how many indicators nobody but the enterprise can bring the money: what the matrices say of why even all three fall short."""
    base = found.matrices
    bit = 1 << base.means.index("money") if "money" in base.means else 0
    takes = base.needs & bit > 0
    others = np.bitwise_or.reduce(base.brings, axis=1) & bit > 0
    n, m = int(takes.sum()), int((takes & ~others).sum())
    if not m or OWNER not in base.parties:
        return NOTHING
    without = int((~found.own[found.staged, base.means.index("money")]).sum())
    return Text(
        f"原因之一：要用钱的 {number(n)} 项指标中，有 {number(m)} 项的钱按矩阵只能由企业自己出，而有 {number(without)} 家没有列这类预算。",
        f"One reason: of {number(n)} indicators that take money, {number(m)} get it, by the matrix, from nobody but the enterprise, and {number(without)} enterprises have none in their budget.",
    )


def _problems(found: Coalitions) -> Text:
    """Say which problem a single party can solve most often, and which is left most often."""
    staged, names = found.staged, found.names
    ones = np.array([name.count("+") == 0 for name in names])
    alone, left, has = {}, {}, {}
    for code, _, does, already in targets_of(found):
        if code in found.problems:
            open_ = staged & ~already
            has[code] = int(open_.sum())
            alone[code] = int((does[ones].any(axis=0) & open_).sum())
            left[code] = int((~does[-1] & open_).sum())
    if not any(has.values()):
        return NOTHING
    share = {code: 100.0 * alone[code] / n for code, n in has.items() if n}
    rest = {code: 100.0 * left[code] / n for code, n in has.items() if n}
    easy, hard, stuck = (
        max(share, key=share.__getitem__),
        min(share, key=share.__getitem__),
        max(rest, key=rest.__getitem__),
    )
    labels = {p.code: Text(f"“{p.code} {p.label.zh}”", f"{p.code} ({_low(p.label)})") for p in found.coordination.landscape.agenda.problems}  # fmt: skip
    a, b, c = labels[easy], labels[hard], labels[stuck]
    return Text(
        f"五个问题难易不同：有{a.zh}问题的企业，{percent(share[easy])} 靠某一方单独就能解决；{b.zh}只有 {percent(share[hard])}。三方协同仍解决不了最多的是{c.zh}，占有此问题企业的 {percent(rest[stuck])}。",
        f"The problems differ. Of the enterprises that have {a.en}, some single party could solve it at {percent(share[easy])}; of those with {b.en} at {percent(share[hard])}. What is left most often even with all three is {c.en}: at {percent(rest[stuck])} of those that have it.",
    )


def _firm(trials: Trials, table: Table) -> Text:
    """Say how many verdicts survive nearly always, and which is the weakest."""
    rows = rows_of(table.frame)
    firm = sum(row["survives_pct"] >= FIRM for row in rows)
    weak = sorted((row for row in rows if row["survives_pct"] < FIRM), key=lambda row: float(row["survives_pct"]))
    reading = trials.coalitions.coordination
    head = Text(
        f"矩阵是假定，企业自己“怎样算有”某种条件也是假定，所以一起打乱再算：矩阵每一项以 {100 * reading.flip:g}% 的概率改为相反，每种条件的界线以 {100 * reading.shift:g}% 的概率放宽或收紧一档，抽 {number(len(trials.drawn.reached))} 次。所列 {number(len(rows))} 条结论中，{number(firm)} 条在至少 {FIRM:g}% 的抽样中判断不变。",
        f"The matrices are assumed, and so is what counts as having a means oneself; both were shaken: every entry turned round with a probability of {100 * reading.flip:g}%, every line drawn a level looser or stricter with one of {100 * reading.shift:g}%, {number(len(trials.drawn.reached))} times. Of {number(len(rows))} conclusions {number(firm)} keep their verdict in at least {FIRM:g}% of the draws.",
    )
    if not weak:
        return head
    labels = table.column("conclusion").labels
    said = join([Text(f"“{labels[r['conclusion']].zh}”（{percent(r['survives_pct'])}）", f"“{labels[r['conclusion']].en}” ({percent(r['survives_pct'])})") for r in weak[:2]])  # fmt: skip
    return sentences(head, Text(f"最不牢靠的是{said.zh}，不宜引用。", f"The weakest are {said.en}; they should not be quoted."))  # fmt: skip


def _otherwise(found: Coalitions, readings: Table) -> Text:
    """Say what all three reach, and what parties outside the enterprise reach, when the matrices are read otherwise."""
    frame = readings.frame
    whole, labels = found.names[-1], coalition_labels(found)
    stage = rule_of(found).label_of(rule_of(found).codes[-2])
    outside = [name for name in found.names if OWNER not in name.split("+")]
    grown = frame[(frame["reading"] == "means") & (frame["coalition"] == whole)]["reached_pct"]
    member = frame[(frame["reading"] == "carries_out") & frame["coalition"].isin(outside)]["reached_pct"]
    if not len(grown) or not len(member):
        return NOTHING
    base = frame[(frame["reading"] == "") & (frame["coalition"] == whole)]["reached_pct"].iloc[0]
    names = join([Text(labels[n].zh, _low(labels[n])) for n in outside])
    return Text(
        f"换一种读法，结果不同。如果一步步来，提高了的即算企业自有条件（A202），{labels[whole].zh}能使 {percent(grown.iloc[0])} 的企业达到{stage.zh}及以上，而不是 {percent(base)}；"
        f"如果认定企业不参加就什么也提高不了（A200），{names.zh}都止于现状的 {percent(member.max())}。",
        f"Read otherwise, the result differs. Step by step, with what is raised counting as the enterprise's own means from then on (A202), all three take {percent(grown.iloc[0])} to {stage.en.lower()} or above instead of {percent(base)}; "
        f"if nothing rises without the enterprise (A200), {names.en} stay at the {percent(member.max())} of today.",
    )


__all__ = ["PREMISE", "coordination_jobs", "say_reach", "tell_coordination"]
