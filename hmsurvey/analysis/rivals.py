"""Would another method draw other lines? Rival stagings beside the rule: how many at each stage, who moves and why, on whom all agree.

Agreement is weighted kappa with its interval, over the units that both staged. A rival that agrees proves nothing right, and one that does not proves nothing wrong:
it shows which stages hang on the method.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.rival_methods import Rival, Rivals, find_rivals
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import UNIT_LABEL, group_label, group_labels, groups_of, stage_labels
from hmsurvey.errors import NOTHING, DataError, Text
from hmsurvey.statistics.agreement import Kappa, weighted_kappa
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table

__all__ = [
    "Rival",
    "Rivals",
    "find_rivals",
    "rivals_of",
    "tabulate_rival_agreement",
    "tabulate_rival_consensus",
    "tabulate_rival_movers",
    "tabulate_rival_moves",
    "tabulate_rivals",
]

WEIGHTED_KAPPA = Text(
    "一致程度用线性加权 kappa：差一级算错一部分，差两级算全错；只算两种方法都定了阶段的企业（假定 A128）。",
    "Agreement is kappa with linear weights: one stage apart counts as partly wrong, two as wholly; over those that both methods staged (assumption A128).",
)
NO_JUDGE = Text(
    "方法之间不分对错：一致不证明阶段对，不一致指出哪些企业的阶段取决于方法。",
    "No method is the judge of another: agreement proves no stage right, disagreement shows whose stage hangs on the method.",
)
AS_MANY = Text(
    "每种方法分出的段数与规则相同，按平均得分从低到高对应各阶段（假定 A127）。",
    "Every method makes as many stages as the rule, put in order by mean score (assumption A127).",
)
_METHOD = Text("方法", "Method")


def rivals_of(analysis: Analysis, survey: str) -> Rivals:
    """Stage one survey of a study by every rival method, with the study's own seed.

    Raises
    ------
    UsageError
        There is no such survey, or it has no scores or no stages.
    """
    return find_rivals(analysis[survey], seed=analysis.study.seed)


def places_of(stage: pd.Series, codes: tuple[str, ...]) -> pd.Series:
    """Return the place of every stage, lowest 0; NaN where unstaged. `codes` are from the highest down."""
    rank = {code: float(place) for place, code in enumerate(reversed(codes))}
    return stage.astype(object).map(lambda code: rank.get(code, np.nan)).astype(float)


def kappa_of(first: pd.Series, second: pd.Series, n_stages: int) -> tuple[int, Kappa | None]:
    """Return how many have both places, and their weighted kappa; None where nobody has."""
    both = (first.notna() & second.notna()).to_numpy()
    counts = np.zeros((n_stages, n_stages))
    np.add.at(counts, (first[both].astype(int).to_numpy(), second[both].astype(int).to_numpy()), 1)
    try:
        return int(both.sum()), weighted_kappa(counts, weights="linear")
    except DataError:
        return int(both.sum()), None


def tabulate_rivals(rivals: Rivals) -> Table:
    """Put the stagings side by side: how many at each stage, how many move against the rule, and how far they agree.

    Returns
    -------
    Table
        The rule first, a row a method: `n_STAGE` and unstaged (adding up to n), `n_compared` (staged by both), `n_moved`, `moved_pct`, `n_up`, `n_down`, `n_far` (two stages or more),
        `kappa` with `ci_low` and `ci_high`. How each makes its stages stands in the notes.
    """
    rule = need_stages(rivals.result).rule
    labels = stage_labels(rule)
    before = places_of(rivals.rule.stage, rule.codes)
    rows = []
    notes = [WEIGHTED_KAPPA, AS_MANY, NO_JUDGE]
    for rival in (rivals.rule, *rivals.others):
        counts = rival.stage.value_counts()
        row: dict[str, object] = {"method": rival.code} | {f"n_{code}": int(counts.get(code, 0)) for code in labels}
        if rival is not rivals.rule:
            after = places_of(rival.stage, rule.codes)
            step = (after - before).dropna()
            n, kappa = kappa_of(before, after, len(rule.codes))
            row |= {
                "n_compared": n,
                "n_moved": int((step != 0).sum()),
                "moved_pct": 100.0 * float((step != 0).mean()) if n else np.nan,
                "n_up": int((step > 0).sum()),
                "n_down": int((step < 0).sum()),
                "n_far": int((step.abs() > 1).sum()),
                "kappa": kappa.value if kappa else np.nan,
                "ci_low": kappa.low if kappa else np.nan,
                "ci_high": kappa.high if kappa else np.nan,
            }
            own = kappa.note if kappa else Text("没有两种方法都定了阶段的企业。", "Nobody was staged by both.")
            said = [text for text in (rival.how, rival.note, own) if text != NOTHING]
            if said:
                notes.append(_note_of(rival, said))
        rows.append(row)
    columns = (
        Column("method", _METHOD, "code", labels=method_labels(rivals)),
        *(Column(f"n_{code}", words, "count") for code, words in labels.items()),
        Column("n_compared", Text("可比企业数", "Compared"), "count"),
        Column("n_moved", Text("阶段不同", "Other stage"), "count"),
        Column("moved_pct", Text("不同的占比（%）", "Other stage (%)"), "percent"),
        Column("n_up", Text("更高", "Higher"), "count"),
        Column("n_down", Text("更低", "Lower"), "count"),
        Column("n_far", Text("差两级及以上", "Two or more apart"), "count"),
        Column("kappa", Text("加权 kappa", "Weighted kappa"), "number", decimals=2),
        Column("ci_low", Text("95% 区间下限", "95% interval from"), "number", decimals=2),
        Column("ci_high", Text("上限", "to"), "number", decimals=2),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    plan = rivals.result.plan
    title = Text(f"不同方法划出的阶段：{plan.label.zh}", f"Stages by rival methods: {plan.label.en}")
    return Table(frame, rivals.provenance, f"rivals_{plan.code}", title, columns, (*notes, *rivals.left_out))


def _note_of(rival: Rival, said: list[Text]) -> Text:
    return Text(
        f"{rival.label.zh}：{'；'.join(t.zh.rstrip('。') for t in said)}。",
        f"{rival.label.en}: {'; '.join(t.en.rstrip('.') for t in said)}.",
    )


def method_labels(rivals: Rivals) -> dict[str, Text]:
    """Return the names of the methods, the rule's first."""
    own = Text(f"本规则：{rivals.rule.label.zh}", f"The rule: {rivals.rule.label.en}")
    return {"rule": own} | {rival.code: rival.label for rival in rivals.others}


def tabulate_rival_moves(rivals: Rivals) -> Table:
    """Cross the stages by the rule with those by every rival.

    Returns
    -------
    Table
        A row a method and stage by the rule: `n` and `n_to_STAGE`, unstaged included, so that the rows of a method add up to all units.
    """
    rule = need_stages(rivals.result).rule
    labels = stage_labels(rule)
    rows = []
    for rival in rivals.others:
        for code in labels:
            mine = rival.stage[(rivals.rule.stage == code).to_numpy()]
            to = {f"n_to_{other}": int((mine == other).sum()) for other in labels}
            rows.append({"method": rival.code, "stage": code, "n": len(mine)} | to)
    columns = (
        Column("method", _METHOD, "code", labels=method_labels(rivals)),
        Column("stage", Text("按本规则", "By the rule"), "code", labels=labels),
        Column("n", Text("企业数", "n"), "count"),
        *(
            Column(f"n_to_{code}", Text(f"按该方法：{words.zh}", f"By the method: {words.en}"), "count")
            for code, words in labels.items()
        ),
    )
    plan = rivals.result.plan
    title = Text(f"本规则与其他方法对照：{plan.label.zh}", f"The rule against rival methods: {plan.label.en}")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, rivals.provenance, f"rival_moves_{plan.code}", title, columns, (NO_JUDGE,))


def tabulate_rival_movers(rivals: Rivals) -> Table:
    """List who has another stage by a rival than by the rule, and why by either. Internal: rows are single enterprises.

    Returns
    -------
    Table
        A row a unit and method; those staged by one of the two only are there as well, `apart` is missing then.
    """
    result = rivals.result
    stages, scores = need_stages(result), need_scores(result)
    before, groups = places_of(rivals.rule.stage, stages.rule.codes), groups_of(result.survey)
    frames = []
    for rival in rivals.others:
        moved = (rival.stage != rivals.rule.stage).to_numpy()
        apart = (places_of(rival.stage, stages.rule.codes) - before)[moved]
        frames.append(
            pd.DataFrame(
                {
                    "unit": rival.stage.index[moved],
                    "group": groups[moved].to_numpy(),
                    "method": rival.code,
                    "total": scores.total[moved].to_numpy(),
                    "by_rule": rivals.rule.stage[moved].to_numpy(),
                    "by_rival": rival.stage[moved].to_numpy(),
                    "apart": apart.to_numpy(),
                    "why_rule": rivals.rule.because["en"][moved].to_numpy(),
                    "why_rival": rival.because["en"][moved].to_numpy(),
                }
            )
        )
    labels, book = stage_labels(stages.rule), result.survey.codebook
    words = {
        en: Text(zh, en)
        for rival in (rivals.rule, *rivals.others)
        for zh, en in zip(rival.because["zh"], rival.because["en"], strict=True)
    }
    columns = (
        Column("unit", UNIT_LABEL),
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("method", _METHOD, "code", labels=method_labels(rivals)),
        Column("total", Text("总分", "Total"), "score"),
        Column("by_rule", Text("按本规则", "By the rule"), "code", labels=labels),
        Column("by_rival", Text("按该方法", "By the method"), "code", labels=labels),
        Column("apart", Text("高几级", "Stages higher"), "number", decimals=0),
        Column("why_rule", Text("本规则的理由", "Because, by the rule"), "code", labels=words),
        Column("why_rival", Text("该方法的理由", "Because, by the method"), "code", labels=words),
    )
    plan = result.plan
    title = Text(
        f"换一种方法阶段就不同的企业：{plan.label.zh}", f"Enterprises whose stage differs by method: {plan.label.en}"
    )
    names = [column.code for column in columns]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=names)
    return Table(frame, rivals.provenance, f"rival_movers_{plan.code}", title, columns, (NO_JUDGE,), personal=True)


def _agreement(rivals: Rivals) -> pd.DataFrame:
    """Return for every unit staged by the rule: by how many methods it was staged, how many say the same, the lowest and the highest place."""
    codes = need_stages(rivals.result).rule.codes
    before = places_of(rivals.rule.stage, codes)
    others = pd.DataFrame({rival.code: places_of(rival.stage, codes) for rival in rivals.others}, index=before.index)
    everything = others.assign(rule=before)
    return pd.DataFrame(
        {
            "stage": rivals.rule.stage,
            "n_methods": others.notna().sum(axis=1),
            "n_same": others.eq(before, axis=0).sum(axis=1),
            "lowest": everything.min(axis=1),
            "highest": everything.max(axis=1),
        }
    )[before.notna()]


def tabulate_rival_consensus(rivals: Rivals) -> Table:
    """Count by stage on how many enterprises all methods agree.

    Returns
    -------
    Table
        A row a stage by the rule and one for all: `n`, `n_agreed` (every method that staged it says the same, and there is one), `agreed_pct`, `n_one_off` (one method differs), `n_far`
        (some method is two stages or more away).
    """
    rule = need_stages(rivals.result).rule
    found, labels = _agreement(rivals), stage_labels(rule)
    differ = found["n_methods"] - found["n_same"]
    place = places_of(found["stage"], rule.codes)
    far = (found["highest"] - place).combine(place - found["lowest"], max) > 1
    kinds = {
        "n_agreed": (differ == 0) & (found["n_methods"] > 0),
        "n_one_off": differ == 1,
        "n_more_off": differ > 1,
        "n_far": far,
    }
    rows = []
    for code in (*rule.codes, "all"):
        mine = pd.Series(True, index=found.index) if code == "all" else found["stage"] == code
        n = int(mine.sum())
        counts = {name: int((mine & kind).sum()) for name, kind in kinds.items()}
        share = 100.0 * counts["n_agreed"] / n if n else np.nan
        rows.append({"stage": code, "n": n, "agreed_pct": share} | counts)
    columns = (
        Column("stage", Text("按本规则", "By the rule"), "code", labels=labels | {"all": Text("合计", "All")}),
        Column("n", Text("已定阶段的企业数", "Staged"), "count"),
        Column("n_agreed", Text("各方法一致", "All methods agree"), "count"),
        Column("agreed_pct", Text("一致的占比（%）", "All agree (%)"), "percent"),
        Column("n_one_off", Text("一种方法不同", "One differs"), "count"),
        Column("n_more_off", Text("两种以上不同", "More differ"), "count"),
        Column("n_far", Text("其中有方法差两级", "Of all, some two apart"), "count"),
    )
    plan = rivals.result.plan
    title = Text(f"各种方法都一致的企业：{plan.label.zh}", f"On whom all methods agree: {plan.label.en}")
    n = len(rivals.others)
    note = Text(
        f"对照 {n} 种方法，各方法未定的不计。",
        f"Against {n} methods; a method that leaves one unstaged is not counted for it.",
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, rivals.provenance, f"rival_consensus_{plan.code}", title, columns, (note,))


def tabulate_rival_agreement(rivals: Rivals) -> Table:
    """List for every staged enterprise how many methods agree with the rule. Internal: rows are single enterprises."""
    rule = need_stages(rivals.result).rule
    found = _agreement(rivals)
    names = tuple(reversed(rule.codes))
    labels, book = stage_labels(rule), rivals.result.survey.codebook
    frame = pd.DataFrame(
        {
            "unit": found.index,
            "group": groups_of(rivals.result.survey)[found.index].to_numpy(),
            "stage": found["stage"].to_numpy(),
            "n_methods": found["n_methods"].to_numpy(),
            "n_same": found["n_same"].to_numpy(),
            "lowest": [names[int(place)] for place in found["lowest"]],
            "highest": [names[int(place)] for place in found["highest"]],
        }
    )
    columns = (
        Column("unit", UNIT_LABEL),
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("stage", Text("按本规则", "By the rule"), "code", labels=labels),
        Column("n_methods", Text("定了阶段的其他方法", "Other methods that stage it"), "count"),
        Column("n_same", Text("其中与本规则一致", "Of them, like the rule"), "count"),
        Column("lowest", Text("各方法中最低", "Lowest by any"), "code", labels=labels),
        Column("highest", Text("各方法中最高", "Highest by any"), "code", labels=labels),
    )
    plan = rivals.result.plan
    title = Text(f"各企业有几种方法一致：{plan.label.zh}", f"How many methods agree, by enterprise: {plan.label.en}")
    return Table(frame, rivals.provenance, f"rival_agreement_{plan.code}", title, columns, (NO_JUDGE,), personal=True)
