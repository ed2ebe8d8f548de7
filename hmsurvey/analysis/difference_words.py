"""What a test of groups says, in a sentence put together from its numbers; it never says more than they do.

Effects are given as shares that a reader can picture, not by a scale of "small" and "large".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hmsurvey.errors import NOTHING, Text

LEVEL = 0.05
TESTS = {
    "kruskal": Text("Kruskal–Wallis 检验", "Kruskal-Wallis"),
    "fisher": Text("Fisher 检验（蒙特卡罗）", "Fisher (Monte Carlo)"),
    "jonckheere": Text("Jonckheere–Terpstra 趋势检验，z", "Jonckheere-Terpstra trend, z"),
    "mantel": Text("线性趋势检验（Mantel），z", "Linear by linear (Mantel), z"),
}
NOT_TESTED = Text("不能检验", "Cannot be tested")
MEANINGS = {
    "epsilon": Text("ε²（名次差异中随组而异的份额）", "Epsilon squared (share of the spread of ranks that goes with the group)"),
    "v": Text("Cramér V（偏差校正）", "Cramer's V, bias-corrected"),
    "tau": Text("Kendall τ-b", "Kendall's tau-b"),
    "r": Text("相关系数 r", "Correlation r"),
}  # fmt: skip


def p_words(p: float) -> str:
    """Return a p value as a sentence has it.

    >>> p_words(0.0312), p_words(0.00002), p_words(1.0)
    ('= 0.031', '< 0.001', '= 1.000')
    """
    if p < 0.001:
        return "< 0.001"
    return f"= {p:.4f}" if abs(p - LEVEL) < 0.0005 else f"= {p:.3f}"  # 0.0498 must not read as 0.050


def percent_words(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100 * share:.0f}%"


def _asked(group: Text) -> Text:
    """Return what a question asks about, as a sentence names it: a short name, or the question itself in quotation marks."""
    if group.en.endswith("?"):
        return Text(f"“{group.zh}”的回答", f"the answer to “{group.en}”")
    return Text(f"“{group.zh}”", group.en[:1].lower() + group.en[1:])


def subject_of(group: Text) -> Text:
    """Return what the groups are called in a sentence: "各市", "cities"; else by the question that makes them."""
    if re.search(r"\bcity\b", group.en.lower()):
        return Text("各市", "cities")
    asked = _asked(group)
    return Text(f"按{asked.zh}分的各组", f"groups by {asked.en}")


def decimal_words(value: float) -> str:
    """Return a number with two decimals and a real minus sign.

    >>> decimal_words(-0.001), decimal_words(-0.126)
    ('0.00', '−0.13')
    """
    text = f"{value:.2f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def _untested(row: Mapping[Any, Any], outcome: Text) -> Text:
    why = row.get("why")
    reason = why if isinstance(why, Text) else NOTHING
    return Text(f"“{outcome.of('zh')}”不能检验：{reason.zh}", f"“{outcome.of('en')}” cannot be tested: {reason.en}")


def sentence_of(row: Mapping[Any, Any], group: Text, outcome: Text) -> Text:
    """Say whether groups differ in an outcome, and by how much."""
    if pd.isna(row["p"]):
        return _untested(row, outcome)
    who = subject_of(group)
    p = p_words(float(row["p_holm"]))
    if row["effect"] == "epsilon":
        value, low, high = (percent_words(float(row[c])) for c in ("value", "ci_low", "ci_high"))
        size = Text(
            f"名次的差异有 {value} 随组而异（95% 区间 {low} 至 {high}）",
            f"{value} of the spread of ranks goes with the group (95% interval {low} to {high})",
        )
    else:
        value, low, high = (decimal_words(float(row[c])) for c in ("value", "ci_low", "ci_high"))
        size = Text(f"V = {value}（95% 区间 {low} 至 {high}）", f"V = {value} (95% interval {low} to {high})")
    if float(row["p_holm"]) < LEVEL:
        return Text(
            f"{who.zh}的“{outcome.of('zh')}”有差别（校正 p {p}）：{size.zh}。",
            f"The {who.en} differ in “{outcome.of('en')}” (adjusted p {p}): {size.en}.",
        )
    return Text(
        f"这些答卷看不出{who.zh}的“{outcome.of('zh')}”有差别（校正 p {p}），这不等于证明没有差别：{size.zh}。",
        f"These answers do not show that the {who.en} differ in “{outcome.of('en')}” (adjusted p {p}); that is no proof that they are alike: {size.en}.",
    )


def trend_sentence(row: Mapping[Any, Any], group: Text, outcome: Text) -> Text:
    """Say whether an outcome rises or falls with the steps of a question."""
    if pd.isna(row["p"]):
        return _untested(row, outcome)
    p = p_words(float(row["p_holm"]))
    name = "τ-b" if row["effect"] == "tau" else "r"
    plain = "tau-b" if row["effect"] == "tau" else "r"
    value, low, high = (decimal_words(float(row[c])) for c in ("value", "ci_low", "ci_high"))
    steps = _asked(group)
    size = Text(f"{name} = {value}（95% 区间 {low} 至 {high}）", f"{plain} = {value} (95% interval {low} to {high})")
    if float(row["p_holm"]) < LEVEL:
        up = float(row["value"]) > 0
        return Text(
            f"{steps.zh}的档次越高，“{outcome.of('zh')}”越{'高' if up else '低'}（校正 p {p}）：{size.zh}。",
            f"“{outcome.of('en')}” {'rises' if up else 'falls'} with {steps.en} (adjusted p {p}): {size.en}.",
        )
    return Text(
        f"这些答卷看不出“{outcome.of('zh')}”随{steps.zh}升降（校正 p {p}），这不等于证明两者无关：{size.zh}。",
        f"These answers do not show that “{outcome.of('en')}” rises or falls with {steps.en} (adjusted p {p}); that is no proof that it does not: {size.en}.",
    )


def pair_words(
    first: Text,
    second: Text,
    delta: float,
    *,
    p: float,
    ends: tuple[float, float] = (math.nan, math.nan),
    note: Text = NOTHING,
) -> Text:
    """Say how often one of the first group would lie above one of the second, ties counted half to each, with the interval of that.

    `ends` are those of delta.

    >>> pair_words(Text("甲", "A"), Text("乙", "B"), 0.5, p=0.01, ends=(0.1, 0.8)).en
    'An enterprise of A would lie above one of B in 75% of cases (95% interval 55% to 90%; adjusted p = 0.010): the two are told apart.'
    """
    told = p < LEVEL
    low, high = ends if delta >= 0 else (-ends[1], -ends[0])
    known = not math.isnan(low) and not math.isnan(high)
    at, to = (percent_words((1 + end) / 2) if known else "" for end in (low, high))
    within = Text(f"95% 区间 {at} 至 {to}；", f"95% interval {at} to {to}; ") if known else NOTHING
    numbers = Text(f"（{within.zh}校正 p {p_words(p)}）", f" ({within.en}adjusted p {p_words(p)})")
    if delta == 0:
        zh, en = f"{first.of('zh')}和{second.of('zh')}的企业各取一家比较，哪一家较高的机会相等", f"Of two, one from {first.of('en')} and one from {second.of('en')}, either is as often the higher"  # fmt: skip
    else:
        more, less = (first, second) if delta > 0 else (second, first)
        share = percent_words((1 + abs(delta)) / 2)
        zh = f"{more.of('zh')}和{less.of('zh')}的企业各取一家比较，{more.of('zh')}那家较高的机会为 {share}"
        en = f"An enterprise of {more.of('en')} would lie above one of {less.of('en')} in {share} of cases"
    zh, en = zh + numbers.zh, en + numbers.en
    zh, en = (f"{zh}：两者分得出高低。", f"{en}: the two are told apart.") if told else (f"{zh}：还分不出高低。", f"{en}, which does not tell the two apart.")  # fmt: skip
    return Text(zh + note.zh, en + (" " + note.en if any(note) else ""))
