"""What the coordination mode implies, as tables: how far each coalition takes the enterprises, the smallest one that does, and which conclusions survive.

Every table says that it shows what the matrices and the answers imply, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hmsurvey.analysis.climbing import Mask
from hmsurvey.analysis.coalition_trials import Trials, coalition_words
from hmsurvey.analysis.coalitions import NOBODY, NOT_NEEDED, Coalitions, smallest
from hmsurvey.analysis.populations import LIKE_A_SAMPLE, populations_of
from hmsurvey.analysis.words import ALL, ALL_LABEL, group_label, group_labels, group_order, groups_of
from hmsurvey.coordination import SWITCHES
from hmsurvey.errors import Text
from hmsurvey.rules import Rule
from hmsurvey.statistics.intervals import share_interval
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table

AS_IT_IS = "as_it_is"
PROVES_NOTHING = Text(
    "这里只说明两个矩阵（A160、A161）和企业的答卷合在一起意味着什么，不证明辽宁的实际情况；改动矩阵，结果随之改变。",
    "This shows what the two matrices (A160, A161) and the enterprises' answers imply together; it proves nothing about the province, and changes with the matrices.",
)
OTHERWISE = {
    "carries_out": Text("企业不参加，就什么也提高不了", "nothing rises at an enterprise outside the coalition"),
    "means": Text("提高后即算企业自有条件", "what is raised counts as the enterprise's means from then on"),
    "own_from": Text("企业条件改看问卷", "the enterprise's means read from the questionnaire"),
}
AS_READ = {
    "carries_out": Text("企业不论参加与否都同意并出力", "the enterprise agrees and lends its hands in any case"),
    "means": Text("只算现有条件", "only the means it has today"),
    "own_from": Text("企业条件看指标答卷", "its means read from its answers to the index"),
}


_HEADS = {"size": Text("规模", "Size")}


def coalition_labels(found: Coalitions) -> dict[str, Text]:
    """Return coalitions in words, ties and the two words for none included."""
    party = {p.code: p.label for p in found.coordination.landscape.agenda.parties}
    each = {name: coalition_words(name, party) for name in found.names}
    each["+".join(found.matrices.parties)] = Text("三方协同", "All three") if len(party) == 3 else ALL_LABEL
    return {
        AS_IT_IS: Text("现状", "As it is"),
        **each,
        NOBODY: Text("都做不到", "None does"),
        NOT_NEEDED: Text("已经做到", "There already"),
    }


def _tied(code: str, labels: dict[str, Text]) -> Text:
    parts = [labels[one] for one in code.split("|")]
    return Text("或".join(p.zh for p in parts), " or ".join(p.en for p in parts))


def rule_of(found: Coalitions) -> Rule:
    """Return the rule behind coalitions."""
    if found.result.stages is None:
        raise TypeError("stages are needed")
    return found.result.stages.rule


def tabulate_coalitions(analysis: Analysis, found: Coalitions, trials: Trials) -> Table:
    """Give the share of enterprises at each stage with each coalition.

    Returns
    -------
    Table
        A row a coalition, first as it is: `n_staged`, `n_STAGE`, `share_STAGE_pct`, `reached_pct` (above the lowest stage) with its 95% interval for the sample, and from which to
        which share 90% of the draws of the matrices go (`drawn_low_pct`, `drawn_high_pct`); `mean_raises` indicators raised a head.
    """
    rule, staged = rule_of(found), found.staged
    codes, n = rule.codes, int(staged.sum())
    population, _ = populations_of(analysis, found.result.plan.code).population(ALL, n)
    above = len(codes) - 2
    rows = []
    for k, name in enumerate((AS_IT_IS, *found.names)):
        place = (found.now if k == 0 else found.place[k - 1])[staged]
        counts = [int((place == s).sum()) for s in range(len(codes))]
        one = share_interval(sum(counts[: above + 1]), n, population=population)
        drawn = np.percentile(trials.drawn.reached[:, k - 1, above], [5, 95]) if k else (np.nan, np.nan)
        shares = [100.0 * c / n if n else np.nan for c in counts]
        raises = float(found.raises[k - 1][staged].mean()) if k and n else 0.0
        rows.append([name, n, *counts, *shares, 100 * one.share, 100 * one.low, 100 * one.high, *drawn, raises])
    labels = {code: rule.label_of(code) for code in codes}
    least = labels[codes[above]]
    columns = (
        Column("coalition", Text("参加方", "Coalition"), "code", labels=coalition_labels(found)),
        Column("n_staged", Text("已定阶段", "Staged"), "count"),
        *(Column(f"n_{code}", labels[code], "count") for code in codes),
        *(Column(f"share_{code}_pct", Text(f"{labels[code].zh}（%）", f"{labels[code].en} (%)"), "percent") for code in codes),
        Column("reached_pct", Text(f"{least.zh}及以上（%）", f"{least.en} or above (%)"), "percent"),
        Column("ci_low_pct", Text("95% 区间下限（%）", "95% interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
        Column("drawn_low_pct", Text("扰动后 5%（%）", "Shaken, 5th percentile (%)"), "percent"),
        Column("drawn_high_pct", Text("扰动后 95%（%）", "95th (%)"), "percent"),
        Column("mean_raises", Text("平均可提高的指标数", "Indicators raised, mean"), "number"),
    )  # fmt: skip
    notes = (
        PROVES_NOTHING,
        reading_words(found),
        Text(
            "95% 区间只反映答卷企业是一部分；后两列是矩阵各项和“怎样算有”的界线随机改动时九成抽样所在的范围（A204、A220）。两者不相加。",
            "The 95% interval reflects only that not all answered; the last range holds nine in ten of the draws in which entries of the matrices were turned round and lines for having a means moved (A204, A220). They do not add up.",
        ),
        LIKE_A_SAMPLE,
    )
    title = Text("各参加方所能带到的阶段", "How far each coalition takes the enterprises")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"coalitions_{found.result.plan.code}", title, columns, notes)


def reading_words(found: Coalitions) -> Text:
    """Return the reading in words."""
    read = found.coordination
    words = [(AS_READ if getattr(read, key) == values[0] else OTHERWISE)[key] for key, values in SWITCHES.items()]
    return Text(
        f"读法（A200 至 A203）：{'；'.join(w.zh for w in words)}；一个问题所对应的指标得分率达到 {read.solved_at:g}% 算解决。",
        f"Reading (A200 to A203): {'; '.join(w.en for w in words)}; a problem is solved when its indicators earn {read.solved_at:g}% of their points.",
    )


def targets_of(found: Coalitions) -> Iterator[tuple[str, Text, Mask, Mask]]:
    """Yield what can be reached: code, words, by coalition and unit whether it is, and for which units it is already so."""
    rule = rule_of(found)
    for s in range(len(rule.codes) - 2, -1, -1):
        label = rule.label_of(rule.codes[s])
        words = (
            Text(f"达到{label.zh}", f"Reach {label.en}")
            if s == 0
            else Text(f"达到{label.zh}及以上", f"Reach {label.en} or above")
        )
        yield rule.codes[s], words, (found.place <= s) & (found.place >= 0), (found.now <= s) & (found.now >= 0)
    named = {p.code: p.label for p in found.coordination.landscape.agenda.problems}
    for k, code in enumerate(found.problems):
        words = Text(f"解决 {code} {named[code].zh}", f"Solve {code} {named[code].en}")
        yield code, words, found.solved[:, :, k], found.solved_now[:, k]


def tabulate_smallest(found: Coalitions) -> Table:
    """Count for how many enterprises each coalition is a smallest one that does it.

    Returns
    -------
    Table
        A row a target (stages, then problems): `n` (staged), `n_not_needed`, one count a coalition (where several of one size do, each is counted), `n_tied`, `n_nobody`.
    """
    staged, rows, words = found.staged, [], {}
    for code, label, does, already in targets_of(found):
        least = smallest(found.names, does[:, staged], already[staged])
        words[code] = label
        counts = [sum(name in one.split("|") for one in least) for name in found.names]
        rows.append(
            [code, len(least), least.count(NOT_NEEDED), *counts, sum("|" in one for one in least), least.count(NOBODY)]
        )
    labels = coalition_labels(found)
    columns = (
        Column("target", Text("目标", "Aim"), "code", labels=words),
        Column("n", Text("已定阶段", "Staged"), "count"),
        Column("n_not_needed", Text("已经做到", "There already"), "count"),
        *(Column(f"n_{name}", labels[name], "count") for name in found.names),
        Column("n_tied", Text("其中并列", "Of them tied"), "count"),
        Column("n_nobody", labels[NOBODY], "count"),
    )
    note = Text(
        "最小参加方：能做到的各种组合中方数最少的。几种组合同样小时各计一次，所以一行之和可以超过企业数。",
        "The smallest coalition is the one with the fewest parties among those that do it. Where several are equally small each is counted, so a row can add up to more than the enterprises.",
    )
    title = Text("做到每一项所需的最小参加方", "The smallest coalition that does it")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"smallest_{found.result.plan.code}", title, columns, (PROVES_NOTHING, reading_words(found), note))  # fmt: skip


def tabulate_ties(found: Coalitions) -> Table:
    """List every set of equally small coalitions that occurs: `target`, `smallest`, `n`, `share_pct` of the staged."""
    staged, rows, words, names = found.staged, [], {}, {}
    labels = coalition_labels(found)
    for code, label, does, already in targets_of(found):
        least = pd.Series(smallest(found.names, does[:, staged], already[staged]), dtype=object).value_counts()
        words[code] = label
        order = sorted(
            least.index, key=lambda one: (one == NOBODY, one != NOT_NEEDED, one.count("+"), one.count("|"), one)
        )
        for one in order:
            names[one] = _tied(one, labels)
            rows.append([code, one, int(least[one]), 100.0 * int(least[one]) / max(int(staged.sum()), 1)])
    columns = (
        Column("target", Text("目标", "Aim"), "code", labels=words),
        Column("smallest", Text("最小参加方", "Smallest coalition"), "code", labels=names),
        Column("n", Text("企业数", "Enterprises"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
    )
    title = Text("最小参加方及其并列", "Smallest coalitions and ties")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"ties_{found.result.plan.code}", title, columns, (PROVES_NOTHING, reading_words(found)))  # fmt: skip


def tabulate_smallest_by(found: Coalitions, by: str = "city") -> Table:
    """Count by city or by size how many parties it takes.

    Parameters
    ----------
    found
        From `build_coalitions`.
    by
        "city", or "size".

    Returns
    -------
    Table
        A row a group and target: `n` (staged), `n_not_needed`, `n_one`, `n_two`, `n_all`, `n_nobody`, and `common`, what is most often the smallest (ties of coalitions as such).
    """
    book, answers = found.result.survey.codebook, found.result.survey.answers
    if by == "city":
        groups, label, names = groups_of(found.result.survey).to_numpy(), group_label(book), group_labels(book)
        order = [*group_order(found.result.survey), ALL]
    else:
        question = book.question(by)
        codes = np.array([*(o.code for o in question.options), ""], dtype=object)
        groups, label = codes[answers.values[by]], _HEADS.get(by, question.name)
        names = {o.code: o.label for o in question.options} | {ALL: ALL_LABEL}
        order = [*(o.code for o in question.options if o.code in set(groups)), ALL]
    labels, rows, words, common = coalition_labels(found), [], {}, {}
    for code, words_, does, already in targets_of(found):
        words[code] = words_
        least = np.array(smallest(found.names, does, already), dtype=object)
        for group in order:
            mine = least[found.staged & ((groups == group) if group != ALL else True)]
            sizes = [one if one in (NOBODY, NOT_NEEDED) else one.split("|")[0].count("+") + 1 for one in mine]
            most = pd.Series([one for one in mine if one not in (NOT_NEEDED, NOBODY)], dtype=object).value_counts()
            top = sorted(most.index[most == most.max()])[0] if len(most) else NOBODY
            common[top] = _tied(top, labels)
            counts = [sizes.count(key) for key in (NOT_NEEDED, 1, 2, 3, NOBODY)]
            rows.append([group, code, len(mine), *counts, top])
    columns = (
        Column("group", label, "code", labels=names),
        Column("target", Text("目标", "Aim"), "code", labels=words),
        Column("n", Text("已定阶段", "Staged"), "count"),
        Column("n_not_needed", Text("已经做到", "There already"), "count"),
        Column("n_one", Text("一方即可", "One party"), "count"),
        Column("n_two", Text("须两方", "Two"), "count"),
        Column("n_all", Text("须三方", "Three"), "count"),
        Column("n_nobody", labels[NOBODY], "count"),
        Column("common", Text("最常见的最小参加方", "Most often the smallest"), "code", labels=common),
    )
    what = Text("各城市", "by city") if by == "city" else Text(f"各{label.zh}", f"by {label.en.lower()}")
    title = Text(f"{what.zh}企业须几方参加", f"How many parties it takes, {what.en}")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, found.provenance, f"smallest_by_{by}_{found.result.plan.code}", title, columns, (PROVES_NOTHING, reading_words(found)))  # fmt: skip
