"""How firm the argument for the coordination mode is: conclusions when matrices and lines are shaken, entries that overturn one, other readings, and what enterprises have themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.coalition_tables import (
    AS_READ,
    OTHERWISE,
    PROVES_NOTHING,
    coalition_labels,
    reading_words,
    rule_of,
)
from hmsurvey.analysis.coalition_trials import Entry, Trials, short_party
from hmsurvey.analysis.coalitions import Coalitions, asked_by_both, build_coalitions, own_by_index
from hmsurvey.coordination import SWITCHES, read_otherwise
from hmsurvey.errors import Text
from hmsurvey.statistics.intervals import share_interval
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table


def tabulate_conclusions(trials: Trials) -> Table:
    """Say of every conclusion whether it holds and in what share of the draws the verdict stays the same.

    Returns
    -------
    Table
        `conclusion`, `holds` ("yes", "no"), `survives_pct` (draws with the same verdict when matrices and lines are shaken) with its 95% interval for the number of draws, `matrices_pct` and
        `lines_pct` (the same with one of the two shaken alone), `n_entries` (entries and lines that overturn it when changed alone).
    """
    rows = []
    for one in trials.conclusions:
        held = trials.holds(one)
        same, by_matrices, by_lines = (one.test(s) == held for s in (trials.drawn, trials.matrices, trials.lines))
        share = share_interval(int(same.sum()), len(same))
        over = int((one.test(trials.single) != held).sum())
        rows.append(
            [
                one.code,
                "yes" if held else "no",
                100 * share.share,
                100 * share.low,
                100 * share.high,
                100 * by_matrices.mean(),
                100 * by_lines.mean(),
                over,
            ]
        )
    columns = (
        Column("conclusion", Text("结论", "Conclusion"), "code", labels={c.code: c.label for c in trials.conclusions}),
        Column("holds", Text("按现有假定", "As assumed"), "code", labels={"yes": Text("成立", "holds"), "no": Text("不成立", "does not hold")}),
        Column("survives_pct", Text("扰动后判断不变（%）", "Same verdict when shaken (%)"), "percent"),
        Column("ci_low_pct", Text("95% 区间下限（%）", "95% interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
        Column("matrices_pct", Text("只动矩阵（%）", "Matrices alone (%)"), "percent"),
        Column("lines_pct", Text("只动界线（%）", "Lines alone (%)"), "percent"),
        Column("n_entries", Text("单独改动即可推翻的项数", "Single entries that overturn it"), "count"),
    )  # fmt: skip
    read, lines = trials.coalitions.coordination, sum(e.matrix == "own" for e in trials.entries)
    note = Text(
        f"每次抽样把矩阵的每一项以 {100 * read.flip:g}% 的概率改为相反（A204），并把企业每种条件“怎样算有”的界线以 {100 * read.shift:g}% 的概率放宽或收紧一档（A220）；共 {len(trials.drawn.reached)} 次，答卷不变。单独改动共试 {len(trials.entries)} 项，其中界线 {lines} 项。",
        f"In each draw every entry of the matrices is turned round with a probability of {100 * read.flip:g}% (A204), and the line for having each means oneself is drawn one level looser or stricter with one of {100 * read.shift:g}% (A220); {len(trials.drawn.reached)} draws, the same answers. {len(trials.entries)} entries were changed alone, {lines} of them lines.",
    )
    found = trials.coalitions
    rule = rule_of(found)
    above = rule.label_of(rule.codes[-2])
    lifts = Text(f"带动：使企业达到{above.zh}及以上。", f"Lifts: takes enterprises to {above.en} or above.")
    title = Text("哪些结论经得起改动假定", "Which conclusions survive when what is assumed is shaken")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"conclusions_{found.result.plan.code}", title, columns, (PROVES_NOTHING, reading_words(found), lifts, note))  # fmt: skip


def tabulate_overturning(trials: Trials) -> Table:
    """List the single entries that overturn a conclusion when turned round alone: `conclusion`, `entry`."""
    found, rows, words = trials.coalitions, [], {}
    for one in trials.conclusions:
        for k in np.flatnonzero(one.test(trials.single) != trials.holds(one)):
            entry = trials.entries[int(k)]
            key = "/".join((entry.matrix, entry.indicator, entry.party, entry.means, str(entry.level)))
            words[key] = entry_words(found, entry)
            rows.append([one.code, key])
    columns = (
        Column("conclusion", Text("结论", "Conclusion"), "code", labels={c.code: c.label for c in trials.conclusions}),
        Column("entry", Text("改动哪一项", "Entry turned round"), "code", labels=words),
    )
    title = Text("单独改动即可推翻结论的矩阵项和界线", "Single entries and lines that overturn a conclusion")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"overturning_{found.result.plan.code}", title, columns, (PROVES_NOTHING,))


def entry_words(found: Coalitions, entry: Entry) -> Text:
    """Say what it means to turn an entry round."""
    landscape, base = found.coordination.landscape, found.matrices
    if entry.matrix == "own":
        line = next(own for own in found.coordination.own if own.code == entry.means)
        name = next(m.label for m in landscape.agenda.means if m.code == entry.means)
        said = line.moved_labels[entry.level]
        return Text(
            f"企业自己怎样算有{name.zh}：{said.zh}", f"What counts as having {name.en.lower()} oneself: {said.en}"
        )
    row = base.indicators.index(entry.indicator)
    party = {p.code: short_party(p.label) for p in landscape.agenda.parties}
    means = {m.code: m.label for m in landscape.agenda.means}
    what = dict(landscape.indicators)[entry.indicator]
    head = Text(f"{entry.indicator} {what.zh}：", f"{entry.indicator} {what.en}: ")
    if entry.matrix == "decides":
        was = base.decides[row] >> base.parties.index(entry.party) & 1
        who = party[entry.party]
        said = Text(
            f"{who.zh}{'不再' if was else '也'}有决定权", f"{who.en} {'no longer decide' if was else 'decide too'}"
        )
    elif entry.matrix == "needs":
        was = base.needs[row] >> base.means.index(entry.means) & 1
        one = means[entry.means]
        said = Text(
            f"{'不' if was else '也'}需要{one.zh}",
            f"{'does not take' if was else 'takes'} {one.en.lower()}{'' if was else ' too'}",
        )
    else:
        was = base.brings[row, base.parties.index(entry.party)] >> base.means.index(entry.means) & 1
        who, one = party[entry.party], means[entry.means]
        said = Text(
            f"{who.zh}{'不' if was else '也能'}提供{one.zh}",
            f"{who.en} {'do not bring' if was else 'bring'} {one.en.lower()}{'' if was else ' too'}",
        )
    return Text(head.zh + said.zh, head.en + said.en)


def tabulate_readings(analysis: Analysis, found: Coalitions) -> Table:
    """Give what each coalition reaches under the other readings, one switch thrown at a time: a row a reading and coalition."""
    rule = rule_of(found)
    above = len(rule.codes) - 2
    labels: dict[str, Text] = {"": Text("基本读法", "As read here")}
    rows = []
    for key, values in (("", ("",)), *SWITCHES.items()):
        other = found
        if key:
            value = next(v for v in values if v != getattr(found.coordination, key))
            other = build_coalitions(
                analysis, found.result.plan.code, coordination=read_otherwise(found.coordination, **{key: value})
            )
            labels[key] = (OTHERWISE if value != values[0] else AS_READ)[key]
        for k, name in enumerate(other.names):
            place = other.place[k][other.staged]
            rows.append(
                [
                    key,
                    name,
                    len(place),
                    *(100.0 * float((place <= s).mean()) if len(place) else np.nan for s in (above, 0)),
                ]
            )
    stages = [rule.label_of(rule.codes[s]) for s in (above, 0)]
    columns = (
        Column("reading", Text("读法", "Reading"), "code", labels=labels),
        Column("coalition", Text("参加方", "Coalition"), "code", labels=coalition_labels(found)),
        Column("n_staged", Text("已定阶段", "Staged"), "count"),
        Column("reached_pct", Text(f"{stages[0].zh}及以上（%）", f"{stages[0].en} or above (%)"), "percent"),
        Column("highest_pct", Text(f"{stages[1].zh}（%）", f"{stages[1].en} (%)"), "percent"),
    )
    title = Text("换一种读法，各参加方能带到哪里", "How far each coalition goes under other readings")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"readings_{found.result.plan.code}", title, columns, (PROVES_NOTHING, reading_words(found)))  # fmt: skip


def tabulate_own_means(analysis: Analysis, found: Coalitions) -> Table:
    """Count which means the enterprises have themselves, by their answers to the index, and how far the questionnaire says the same where both were answered.

    Returns
    -------
    Table
        A row a means: `means`, `when` (which answer counts), `n`, `n_have`, `share_pct`, `n_both` (answered both surveys), `agree_pct`.
    """
    own = own_by_index(found.result, found.coordination)
    other, both = asked_by_both(analysis, found.result, found.coordination)
    means = {m.code: m.label for m in found.coordination.landscape.agenda.means}
    n, n_both = len(own), int(both.sum())
    rows = []
    for k, one in enumerate(found.coordination.own):
        same = float((own[both, k] == other[both, k]).mean()) if n_both else np.nan
        rows.append(
            [
                one.code,
                one.code,
                n,
                int(own[:, k].sum()),
                100.0 * float(own[:, k].mean()) if n else np.nan,
                n_both,
                100.0 * same,
            ]
        )
    columns = (
        Column("means", Text("条件", "Means"), "code", labels=means),
        Column("when", Text("怎样算有", "What counts as having it"), "code", labels={o.code: o.label for o in found.coordination.own}),
        Column("n", Text("企业数", "Enterprises"), "count"),
        Column("n_have", Text("其中有", "Of them have it"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
        Column("n_both", Text("两项调查都答", "Answered both surveys"), "count"),
        Column("agree_pct", Text("两项调查说法一致（%）", "Both surveys agree (%)"), "percent"),
    )  # fmt: skip
    note = Text(
        "没有作答或答“不清楚”的按没有算（A201）。",
        "An answer that is missing or not known counts as not having it (A201).",
    )
    title = Text("企业自己有哪些条件", "Which means the enterprises have themselves")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"own_means_{found.result.plan.code}", title, columns, (note,))
