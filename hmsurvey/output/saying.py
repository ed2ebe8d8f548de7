"""Sentences about groups, put together from tables alone: stages, majorities, cities, areas, indicators, needs.

They serve every edition: where a table does not show a number, the sentence does without it, says what is shown, or falls away.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import row_of, rows_of
from hmsurvey.output.phrases import Units, decimal, how_many, join, number, percent, places_of_column, sentences
from hmsurvey.rules import UNSTAGED, UNSTAGED_LABEL, Rule
from hmsurvey.systems import IndicatorSystem
from hmsurvey.tables import Table

_WEAKEST = 3  # indicators named in the summary


def say_stages(units: Units, rule: Rule, table: Table) -> Text:
    """Say how many units are in each stage, highest first, the unstaged last; those not shown together."""
    row = row_of(table, ALL)
    if not row["n"]:
        return Text("没有有效答卷。", "There are no usable answers.")
    closed = [code for code in (*rule.codes, UNSTAGED) if row[f"n_{code}"] != row[f"n_{code}"]]
    if closed:
        return _say_stages_in_part(units, rule, row, closed)
    named = [(rule.label_of(code), row[f"n_{code}"], row[f"share_{code}_pct"]) for code in rule.codes]
    counter = units.counter
    zh = "，".join(f"{label.of('zh')} {number(n)} {counter}（{percent(p)}）" for label, n, p in named)
    head, *rest = named
    first = f"{number(head[1])} ({percent(head[2])}) {'is' if head[1] == 1 else 'are'} {head[0].of('en')}"
    en = join([Text("", first), *(Text("", f"{number(n)} ({percent(p)}) {label.of('en')}") for label, n, p in rest)]).en
    whole = units.count(row["n"])
    out = NOTHING
    if row[f"n_{UNSTAGED}"]:
        n_out, p_out = number(row[f"n_{UNSTAGED}"]), percent(row[f"share_{UNSTAGED}_pct"])
        out = Text(
            f"；另有 {n_out} {counter}（{p_out}）因答案缺失不能定阶段，不算作最低阶段",
            f"; {n_out} ({p_out}) cannot be staged because answers are missing, and do not count as the lowest stage",
        )
    return Text(f"{whole.zh}中，{zh}{out.zh}。", f"Of {whole.en}, {en}{out.en}.")


def _named(label: Text) -> str:
    """Return a stage's name inside an English sentence: with its capital, while having no stage is no name."""
    return label.of("en").lower() if label == UNSTAGED_LABEL else label.of("en")


def _say_stages_in_part(units: Units, rule: Rule, row: dict[str, Any], closed: list[str]) -> Text:
    """Say the stages that are shown, and the others together."""
    counter, whole = units.counter, units.count(row["n"])
    shown = [code for code in rule.codes if code not in closed]
    labels = [UNSTAGED_LABEL if code == UNSTAGED else rule.label_of(code) for code in closed]
    zh_of, en_of = (
        "或".join(label.of("zh") for label in labels),
        " or ".join(_named(label) for label in labels),
    )
    parts = [(rule.label_of(code), row[f"n_{code}"]) for code in shown]
    parts += [(UNSTAGED_LABEL, row[f"n_{UNSTAGED}"])] if UNSTAGED not in closed else []
    if row["n"] != row["n"]:
        return NOTHING
    rest = row["n"] - sum(n for _, n in parts)
    zh = "，".join(f"{label.of('zh')} {number(n)} {counter}（{percent(100.0 * n / row['n'])}）" for label, n in parts)
    en = join(
        [
            Text(
                "",
                f"{number(n)} ({percent(100.0 * n / row['n'])}) {'is' if n == 1 else 'are'} {_named(label)}",
            )
            for label, n in parts
        ]
    ).en
    if not parts:
        return Text(f"{whole.zh}中各阶段的家数不公布。", f"How many of {whole.en} are at each stage is not shown.")
    share = percent(100.0 * rest / row["n"])
    return Text(
        f"{whole.zh}中，{zh}；其余 {number(rest)} {counter}（{share}）为{zh_of}，各是多少不公布。",
        f"Of {whole.en}, {en}; the other {number(rest)} ({share}) are {en_of}, and how many are which is not shown.",
    )


def say_majority(rule: Rule, table: Table) -> Text:
    """Say which stage holds the majority, or that none does; nothing where a stage is not shown."""
    row = row_of(table, ALL)
    if any(row[f"n_{code}"] != row[f"n_{code}"] for code in rule.codes):
        return NOTHING
    code = max(rule.codes, key=lambda c: float(row[f"n_{c}"]))
    share, label = float(row[f"share_{code}_pct"]), rule.label_of(code)
    if not row["n"]:
        return NOTHING
    if any(how := how_many(share)):
        en = how.en.removesuffix(" of").capitalize()
        return Text(f"{how.zh}处在{label.of('zh')}。", f"{en} are {label.of('en')}.")
    return Text(
        f"没有一个阶段过半，最多的是{label.of('zh')}。", f"No stage holds a majority; the largest is {label.of('en')}."
    )


def say_groups(
    units: Units, rule: Rule, table: Table, *, k: int, shares: Table | None = None, sample: bool = True
) -> Text:
    """Compare the groups with the largest and the smallest share of the lowest stage; those not shown, or of fewer than k, are left out.

    With a table of `shares` they are those of the enterprises with a stage, each with the interval that stands there, and the reading that it needs; without one the units are all there are, and shares need
    no interval. What the intervals take for granted can be left out where it was said just before (`sample`).
    """
    group, code = units.group, rule.codes[-1]
    rows = _ends_of(table, code, k) if shares is None else _ends_with_intervals(shares, code, k)
    whole = len(rows)
    rows = [r for r in rows if r["part"] == r["part"] and r["share"] == r["share"]]
    if len(rows) < 2:
        return NOTHING
    most, least = max(rows, key=lambda r: float(r["share"])), min(rows, key=lambda r: float(r["share"]))
    if most["share"] - least["share"] < 1e-9:
        return NOTHING
    label = rule.label_of(code)
    said = [_group_share(units, table, row) for row in (most, least)]
    many, n = units.groups_en, number(len(rows))
    among = (
        Text("", "")
        if len(rows) == whole
        else Text(f"在公布了这一比例的 {n} 个{group.zh}中，", f"Among the {n} {many} for which it is shown, ")
    )
    first = Text(
        f"{among.zh}{label.of('zh')}所占比例最高的{group.zh}是{said[0].zh}，最低的是{said[1].zh}。",
        f"{among.en}{'t' if among.en else 'T'}he share of {label.of('en')} is largest in {said[0].en} and smallest in {said[1].en}.",
    )
    return sentences(first, _hedge_of(units, most, least, len(rows), sample=sample) if shares is not None else NOTHING)


def _ends_of(table: Table, code: str, k: int) -> list[dict[str, Any]]:
    return [
        {"group": r["group"], "n": r["n"], "part": r[f"n_{code}"], "share": r[f"share_{code}_pct"]}
        for r in rows_of(table.frame)
        if r["group"] not in (ALL, UNKNOWN) and r["n"] >= k
    ]


def _ends_with_intervals(shares: Table, code: str, k: int) -> list[dict[str, Any]]:
    return [
        {"group": r["group"], "n": r["n_staged"], "part": r["n_reached"], "share": r["share_pct"], "low": r["ci_low_pct"], "high": r["ci_high_pct"]}
        for r in rows_of(shares.frame)
        if r["group"] not in (ALL, UNKNOWN) and r.get("stage", code) == code and not r["n_staged"] < k and r["n_staged"] != 0
    ]  # fmt: skip


def _hedge_of(units: Units, most: dict[str, Any], least: dict[str, Any], among: int, *, sample: bool) -> Text:
    group, many, n = units.group, units.groups_en, number(among)
    hedge = (
        Text(
            f"两个区间有重叠，而且这两个{group.zh}是从 {n} 个中挑出的两端：单凭这一点，不能说两{group.zh}有差别。",
            f"The intervals overlap, and the two are the ends of {n} {many}: from this alone no difference can be claimed.",
        )
        if most["low"] <= least["high"]
        else Text(
            f"两个区间不重叠；不过这是从 {n} 个{group.zh}中挑出的两端，差距容易显得偏大。",
            f"The intervals do not overlap; but these are the two ends of {n} {many}, and picking the ends makes a gap look larger.",
        )
    )
    taken = Text(
        f"区间把答卷企业看作从本{group.zh}在产企业中简单随机抽取的一部分（假定 A100）；若只就答卷企业而言，占比没有抽样误差。",
        f"The intervals take those who answered to be like a simple random sample of their {group.en} (assumption A100); taken for those who answered alone, the shares have no sampling error.",
    )
    return sentences(hedge, taken) if sample else hedge


def _group_share(units: Units, table: Table, row: dict[str, Any]) -> Text:
    name = table.column("group").labels.get(row["group"], Text(row["group"], row["group"]))
    part, share, counter = number(row["part"]), percent(row["share"]), units.counter
    if "low" not in row:
        return Text(
            f"{name.of('zh')}（{number(row['n'])} {counter}中 {part} {counter}，{share}）",
            f"{name.of('en')} ({part} of {number(row['n'])}, {share})",
        )
    low, high = decimal(row["low"]), decimal(row["high"])
    return Text(
        f"{name.of('zh')}（能定阶段的 {number(row['n'])} {counter}中 {part} {counter}，{share}，95% 区间 {low}—{high}）",
        f"{name.of('en')} ({part} of {number(row['n'])} with a stage, {share}, 95% interval {low} to {high})",
    )


def say_areas(units: Units, system: IndicatorSystem, table: Table, *, level: str) -> Text:
    """Say the mean total, and the areas with the highest and the lowest mean."""
    row = row_of(table, ALL)
    if row[system.total] != row[system.total] and table.hidden:
        return NOTHING
    if not row["n_scored"]:
        return Text("没有一份答卷答得够全，算不出总分。", "No return is complete enough for a total.")
    areas = [node for node in system.level(level) if row[node.code] == row[node.code]]
    said = {
        code: decimal(row[code], places_of_column(table, table.column(code)))
        for code in (system.total, *(area.code for area in areas))
    }
    known = row["n_scored"] == row["n_scored"]
    counted = units.count(row["n_scored"]) if known else NOTHING
    zh = f"总分平均 {said[system.total]} 分" + (f"（有总分的 {counted.zh}）" if known else "")
    en = f"The mean total is {said[system.total]}" + (f" ({counted.en} with a total)" if known else "")
    if len(areas) > 1:
        high, low = max(areas, key=lambda a: float(row[a.code])), min(areas, key=lambda a: float(row[a.code]))
        n = number(len(areas))
        zh += f"；{n} 个方面中，{high.label.of('zh')}最高（{said[high.code]} 分），{low.label.of('zh')}最低（{said[low.code]} 分）"
        en += f"; of {n} areas, {high.label.of('en')} is highest ({said[high.code]}) and {low.label.of('en')} lowest ({said[low.code]})"
    return Text(zh + "。", en + ".")


def has_shares(table: Table) -> bool:
    """Tell whether every indicator's points can be read as a share of its maximum."""
    shares = table.frame["mean_share_pct"].dropna()
    return bool(len(shares) and np.isfinite(shares).all() and shares.min() >= 0)


def say_weakest(table: Table) -> Text:
    """Name the indicators on which the least is earned; nothing where there are only a few."""
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
        f"得分率最低的指标是{listed.zh}。",
        f"The indicators with the lowest share of their points on average are {listed.en}.",
    )


def say_need(units: Units, rule: Rule, table: Table, stage: str) -> Text:
    """Say which need of a stage most of those below it do not meet; nothing where a stage has only one need, or how many are below is not shown."""
    rows = [row for row in rows_of(table.frame) if row["stage"] == stage]
    if len(rows) < 2 or not rows[0]["n_below"] > 0:
        return NOTHING
    shown = [row for row in rows if row["n_unmet"] == row["n_unmet"]]
    if len(shown) < len(rows):
        return _say_need_in_part(units, rule, table, shown)
    top = max(rows, key=lambda row: int(row["n_unmet"]))
    need, label = table.column("need").labels[top["need"]], rule.label_of(stage)
    below, unmet = top["n_below"], top["n_unmet"]
    only = sum(int(row["n_only"]) for row in rows) if "n_only" in top else -1
    share, counter = percent(100.0 * unmet / below), units.counter
    alone = NOTHING
    if only >= 0:
        alone = Text(
            f"；只差一项要求的有 {number(only)} {counter}",
            f"; {number(only)} {'lacks' if only == 1 else 'lack'} one need only",
        )
    return Text(
        f"没有达到{label.of('zh')}的 {number(below)} {counter}中，不满足“{need.of('zh')}”的最多，有 {number(unmet)} {counter}（{share}）{alone.zh}。",
        f"Of the {units.count(below).en} short of {label.of('en')}, {number(unmet)} ({share}) do not meet “{need.of('en')}”, more than any other need{alone.en}.",
    )


def _say_need_in_part(units: Units, rule: Rule, table: Table, shown: list[dict[str, Any]]) -> Text:
    """Say which of the needs that are shown most do not meet."""
    if not shown:
        return NOTHING
    top = max(shown, key=lambda row: float(row["n_unmet"]))
    need, label = table.column("need").labels[top["need"]], rule.label_of(top["stage"])
    below, unmet, counter = top["n_below"], top["n_unmet"], units.counter
    share = percent(100.0 * unmet / below)
    return Text(
        f"没有达到{label.of('zh')}的 {number(below)} {counter}中，有 {number(unmet)} {counter}（{share}）不满足“{need.of('zh')}”；还有要求未公布有多少家不满足。",
        f"Of the {units.count(below).en} short of {label.of('en')}, {number(unmet)} ({share}) do not meet “{need.of('en')}”; for some other need the number is not shown.",
    )
