"""What a chart says in one sentence, computed from its table.

A headline never says more than the table: synthetic values are called so in the sentence itself, few answers are called few, and nothing is said of
those who did not answer. Percentages and counts are those of the table.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Lang, Text
from hmsurvey.output.phrases import how_many, the_stage
from hmsurvey.output.typesetting import given, number, percent
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Table

SMALL_N = 10  # below this many units a headline counts instead of giving percentages
FEW = 30  # below this many units a headline says how few they are


class Noun(NamedTuple):
    """What the units are called; `counter` is the Chinese measure word."""

    zh: str
    en: str
    en_one: str
    counter: str

    def counted(self, n: int, lang: Lang) -> str:
        """Return a counted noun: "3 家企业", "1 enterprise"."""
        if lang == "zh":
            return f"{n} {self.counter}{self.zh}"
        return f"{number(n, 0)} {self.en_one if n == 1 else self.en}"


ENTERPRISES = Noun("企业", "enterprises", "enterprise", "家")
UNITS = Noun("单位", "units", "unit", "个")

_TIGHT = re.compile(r" *([，。、；：（）“”]) *")
_LEADS = {
    "synthetic": Text("模拟数据中，", "In the synthetic data, "),
    "mixed": Text("在部分为模拟的数据中，", "In the partly synthetic data, "),
    "undeclared": Text("在来源未说明的数据中，", "In data of undeclared origin, "),
    "real": Text("", ""),
}


def lead(sentence: str, kind: str, lang: Lang) -> str:
    """Put before a sentence what kind of data it speaks of.

    >>> lead("Most are low", "synthetic", "en")
    'In the synthetic data, most are low'
    """
    head = _LEADS[kind].of(lang)
    if lang == "zh":
        sentence = _TIGHT.sub(r"\1", sentence).strip()
    if not head:
        return sentence[:1].upper() + sentence[1:]
    first = sentence.split(" ", 1)[0]
    keep = lang == "zh" or (len(first) > 1 and first[1:] != first[1:].lower())  # an abbreviation keeps its capitals
    return head + (sentence if keep else sentence[:1].lower() + sentence[1:])


def _hedged(sentence: str, n: int, lang: Lang) -> str:
    if n >= FEW:
        return sentence
    return sentence + Text(f"（答卷仅 {n} 份）", f" (only {n} {'answer' if n == 1 else 'answers'})").of(lang)


def _nothing(table: Table, lang: Lang) -> str:
    return Text("没有可用的答卷", "there are no usable answers").of(lang)


def label(table: Table, column: str, code: str, lang: Lang) -> str:
    """Return the label of a code, with what the fonts lack shown as 〓."""
    words = table.column(column).labels.get(code)
    return given(words.of(lang) if words else str(code), lang)


def header(table: Table, column: str, lang: Lang) -> str:
    """Return the label of a column, with what the fonts lack shown as 〓."""
    return given(table.column(column).label.of(lang), lang)


def subtitle(table: Table, lang: Lang, shown: Text, n: str = "") -> str:
    """Return the line under a headline: the survey (what the table's title says after its colon), what is shown, n."""
    title = given(table.title.of(lang), lang)
    survey = title.split("：" if lang == "zh" else ": ", 1)[1:]
    colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    words = shown.of(lang) + (comma + n if n else "")
    return survey[0] + colon + words if survey else words[:1].upper() + words[1:]


def within(words: str) -> str:
    """Return an English label as it stands within a sentence: its capital gone, an abbreviation kept.

    >>> within("Digital archival resources"), within("EIA and approval")
    ('digital archival resources', 'EIA and approval')
    """
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def by_group(table: Table) -> Text:
    """Return what the rows of a table by group are: "按地区", "by region"; where the label is a question, "by city"."""
    words = table.column("group").label
    if words.en.endswith("?") or words.zh.endswith("？"):
        words = Text("城市", "City")
    return Text(f"按{words.of('zh')}", f"by {words.of('en').lower()}")


def stage_codes(table: Table) -> list[str]:
    """Return the stages a table by stage has, from the highest down, "unstaged" last."""
    return [c.code[6:-4] for c in table.columns if c.code.startswith("share_") and c.code.endswith("_pct")]


def total_row(table: Table) -> pd.Series:
    """Return the row of all units; without one, the last row."""
    frame = table.frame
    rows = frame[frame["group"] == ALL]
    return (rows if len(rows) else frame).iloc[-1]


def stage_words(words: str, lang: Lang) -> str:
    """Return a stage's label as it stands in a sentence: "the low stage", " A 组"."""
    if lang == "zh":
        return words if words.endswith("阶段") else f"“{words}”"
    return the_stage(words)


def _spaced(words: str, lang: Lang) -> str:
    """Return a label set into a Chinese sentence: with spaces where it begins or ends in Latin letters."""
    if lang == "en":
        return words
    return (" " if words[:1].isascii() else "") + words + (" " if words[-1:].isascii() else "")


def headline_stages(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say which stage is the most common, and how many reach the highest."""
    n = int(total_row(table)["n"]) if len(table.frame) else 0
    if n == 0:
        return lead(_nothing(table, lang), table.provenance.nature, lang)
    row, codes = total_row(table), stage_codes(table)
    stages = [code for code in codes if code != UNSTAGED]
    staged = sum(int(row[f"n_{code}"]) for code in stages)
    if staged == 0:
        sentence = Text(f"没有{noun.zh}可以定阶段", f"no {noun.en_one} can be staged").of(lang)
        return lead(_hedged(sentence, n, lang), table.provenance.nature, lang)
    names = {code: header(table, f"n_{code}", lang) for code in stages}
    counts = {code: int(row[f"n_{code}"]) for code in stages}
    most = max(stages, key=lambda code: counts[code])
    other = stages[-1] if most == stages[0] else stages[0]
    if n < SMALL_N:
        zh = f"{noun.counted(n, 'zh')}中有 {counts[most]} {noun.counter}{_at(names[most])}"
        en = f"{counts[most]} of {noun.counted(n, 'en')} {'is' if counts[most] == 1 else 'are'} at {stage_words(names[most], 'en')}"
        return lead(_hedged(Text(zh, en).of(lang), n, lang), table.provenance.nature, lang)
    share = {code: percent(float(row[f"share_{code}_pct"]), lang) for code in stages}
    if any(how := how_many(float(row[f"share_{most}_pct"]))):
        zh = f"{how.zh}的{noun.zh}（{share[most]}）{_at(names[most])}"
        en = f"{how.en} {noun.en} ({share[most]}) are at {stage_words(names[most], 'en')}"
    else:
        zh = f"{_those(names[most])}{noun.zh}最多，占 {share[most]}"
        en = f"{share[most]} of {noun.en} are at {stage_words(names[most], 'en')}, more than at any other stage"
    if other != most:
        verb_en = ("reaches", "reach") if other == stages[0] else ("is at", "are at")
        zh += (
            f"；没有一{noun.counter}{_at(names[other])}"
            if counts[other] == 0
            else f"；{_those(names[other])}占 {share[other]}"
        )
        en += f"; none {verb_en[0]} " if counts[other] == 0 else f"; {share[other]} {verb_en[1]} "
        en += stage_words(names[other], "en")
    return lead(_hedged(Text(zh, en).of(lang), n, lang), table.provenance.nature, lang)


def _at(stage: str) -> str:
    """Return the Chinese for being at a stage, whatever it is called: 处于低级阶段, 为“低风险”."""
    return f"处于{stage}" if stage.endswith("阶段") else f"为“{stage}”"


def _those(stage: str) -> str:
    """Return the Chinese for those at a stage: 处于低级阶段的, “低风险”的."""
    return f"处于{stage}的" if stage.endswith("阶段") else f"“{stage}”的"


def score_columns(table: Table) -> list[str]:
    """Return the score columns: the total first, then the areas in the order of the file."""
    return [column.code for column in table.columns if column.unit == "score"]


def headline_areas(table: Table, lang: Lang) -> str:
    """Say which area is the weakest and which the strongest over all units."""
    total, *areas = score_columns(table) or [""]
    whole = total_row(table)["n_scored"] if len(table.frame) and total else 0
    if whole == 0 or (whole != whole and pd.isna(total_row(table)[total])):
        return lead(_nothing(table, lang), table.provenance.nature, lang)
    row = total_row(table)
    n = int(row["n"] if whole != whole else whole)  # how many have a score may not be shown
    known = [area for area in areas if pd.notna(row[area])]
    value = {code: number(float(row[code]), decimals_of(table)) for code in [total, *known]}
    if len(known) < 2:
        sentence = Text(f"平均总分 {value[total]}", f"the mean total is {value[total]}").of(lang)
        return lead(_hedged(sentence, n, lang), table.provenance.nature, lang)
    low, high = min(known, key=lambda a: float(row[a])), max(known, key=lambda a: float(row[a]))
    zh = f"平均得分最低的是{header(table, low, lang)}（{value[low]}），最高的是{header(table, high, lang)}（{value[high]}）"
    en = f"the lowest mean score is for {within(header(table, low, lang))} ({value[low]}), the highest for {within(header(table, high, lang))} ({value[high]})"
    return lead(_hedged(Text(zh, en).of(lang), n, lang), table.provenance.nature, lang)


def decimals_of(table: Table) -> int:
    """Return how many decimals scores are shown with: none where the table gives whole points, two on a scale up to 1, else one."""
    if all(table.column(code).decimals == 0 for code in score_columns(table)):
        return 0
    values = table.frame[score_columns(table)].to_numpy(dtype=float)
    largest = np.nanmax(np.abs(values)) if values.size and not np.isnan(values).all() else 100.0
    return 2 if largest <= 1.5 else 1


def headline_units(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say between which totals the middle half lies."""
    total = (score_columns(table) or [""])[0]
    values = table.frame[total].dropna().astype(float) if total else pd.Series(dtype=float)
    n = len(values)
    if n == 0:
        return lead(_nothing(table, lang), table.provenance.nature, lang)
    places = decimals_of(table) if decimals_of(table) == 2 else 0
    low, middle, high = (number(float(values.quantile(q)), places) for q in (0.25, 0.5, 0.75))
    if n >= 4 and low == high:
        zh, en = f"半数以上{noun.zh}的总分为 {middle}", f"half of the {noun.en} or more score {middle}"
    elif n < 4:
        zh, en = (
            f"{noun.counted(n, lang)}的总分中位数为 {middle}",
            f"the median total of {noun.counted(n, lang)} is {middle}",
        )
    else:
        zh = f"半数{noun.zh}的总分在 {low} 至 {high} 之间，中位数 {middle}"
        en = f"half of the {noun.en} score between {low} and {high}; the median is {middle}"
    return lead(_hedged(Text(zh, en).of(lang), n, lang), table.provenance.nature, lang)


def headline_needs(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say which need of the stage above the lowest most of those below it do not meet: the numbers of its row and of the text."""
    frame = table.frame[table.frame["n_unmet"] > 0]
    if not len(frame):
        sentence = Text(f"没有{noun.zh}被要求拦住", f"no {noun.en_one} is stopped by a need").of(lang)
        return lead(sentence, table.provenance.nature, lang)
    part = frame[frame["stage"] == frame["stage"].iloc[-1]]
    row = part.iloc[int(part["n_unmet"].to_numpy().argmax())]
    need, stage = label(table, "need", row["need"], lang), label(table, "stage", row["stage"], lang)
    n, of, words = int(row["n_unmet"]), int(row["n_below"]), stage_words(stage, lang)
    zh = f"没有达到{words}的 {of} {noun.counter}{noun.zh}中，不满足“{need}”的最多，有 {n} {noun.counter}"
    en = f'the need for {words} that most {noun.en} below it do not meet is "{need}": {number(n, 0)} of {number(of, 0)}'
    return lead(Text(zh, en).of(lang), table.provenance.nature, lang)


def headline_distance(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say, for the stage most units are at, how far half of them are from the next."""
    frame = table.frame[(table.frame["next_stage"] != "") & (table.frame["stage"] != UNSTAGED)]
    if not len(frame):
        sentence = Text(f"没有{noun.zh}还有上一级阶段可升", f"no {noun.en_one} has a next stage to reach").of(lang)
        return lead(sentence, table.provenance.nature, lang)
    stage = frame["stage"].value_counts().sort_index().idxmax()
    part = frame[frame["stage"] == stage]
    target = stage_words(label(table, "next_stage", str(part["next_stage"].iloc[0]), lang), lang)
    name = stage_words(label(table, "stage", str(stage), lang), lang)
    lacking = part["points_lacking"].dropna().astype(float)
    many = int((part["n_needs_lacking"] >= 2).sum())
    if len(lacking) and float(lacking.median()) > 0:
        middle = number(float(lacking.median()), 2 if float(frame["total"].max()) <= 1.5 else 1)
        zh = f"处于{name}的{noun.zh}，半数距{target}差 {middle} 分以上"
        en = f"half of the {noun.en} at {name} lack {middle} points or more to reach {target}"
        if frame["n_needs_lacking"].max() > 1:
            zh += f"；{len(part)} {noun.counter}中 {many} {noun.counter}缺两项以上要求"
            en += f"; {many} of {len(part)} {'lacks' if many == 1 else 'lack'} two needs or more"
    else:
        zh = f"处于{name}的{noun.zh}要达到{target}，{len(part)} {noun.counter}中 {many} {noun.counter}缺两项以上要求"
        en = f"of the {noun.en} at {name}, {many} of {len(part)} {'lacks' if many == 1 else 'lack'} two needs or more to reach {target}"
    return lead(_hedged(Text(zh, en).of(lang), len(part), lang), table.provenance.nature, lang)


def headline_carriers(table: Table, lang: Lang) -> str:
    """Say, over all enterprise x archive type pairs, which carrier is the most common and how many are at the highest."""
    levels = [c.code[6:-4] for c in table.columns if c.code.startswith("share_")]
    counts = {level: int(table.frame[f"n_{level}"].sum()) for level in levels}
    n = int(table.frame["n_applicable"].sum())
    if n == 0 or not levels:
        return lead(_nothing(table, lang), table.provenance.nature, lang)
    most, top = max(levels, key=lambda level: counts[level]), levels[-1]
    share = {level: percent(100 * counts[level] / n, lang) for level in levels}
    names = {level: header(table, f"n_{level}", lang) for level in levels}
    zh = f"各类档案合计以{names[most]}为最多，占 {share[most]}"
    en = f'"{names[most]}" is the most common carrier over all types ({share[most]})'
    if top != most:
        zh += f"；{names[top]}占 {share[top]}"
        en += f'; {share[top]} are "{names[top]}"'
    return lead(Text(zh, en).of(lang), table.provenance.nature, lang)


def known_shares(table: Table) -> pd.DataFrame:
    """Return the indicators that have a mean share of their maximum, the weakest first (those without a maximum above zero have none)."""
    share = pd.to_numeric(table.frame["mean_share_pct"]).astype(float)
    return table.frame[np.isfinite(share)].sort_values("mean_share_pct", kind="stable")


def headline_indicators(table: Table, lang: Lang) -> str:
    """Name the three weakest indicators."""
    known = known_shares(table)
    if not len(known):
        return lead(_nothing(table, lang), table.provenance.nature, lang)
    names = [
        _spaced(_without_code(label(table, "indicator", code, lang), code), lang) for code in known["indicator"].head(2)
    ]
    first, one = percent(float(known["mean_share_pct"].iloc[0]), lang), len(names) == 1
    zh = f"得分率最低的是{'和'.join(names)}" + (f"（{first}）" if one else f"（最低 {first}）")
    en = f"the weakest indicator{' is' if one else 's are'} {' and '.join(within(name) for name in names)} ({first}{'' if one else ' at the lowest'})"
    return lead(Text(zh, en).of(lang), table.provenance.nature, lang)


def indicator_name(table: Table, code: str, lang: Lang) -> str:
    """Return the label of an indicator, which begins with its code; the code alone where it has no other label."""
    words = label(table, "indicator", code, lang)
    return code if words == f"{code} {code}" else words


def _without_code(words: str, code: str) -> str:
    return words.removeprefix(code).strip() or words


def headline_nonresponse(table: Table, lang: Lang) -> str:
    """Say how much was left unanswered over all questions, and where the most."""
    asked, missing = int(table.frame["n_asked"].sum()), int(table.frame["n_missing"].sum())
    if asked == 0:
        return lead(_nothing(table, lang), table.provenance.nature, lang)
    if missing == 0:
        return lead(Text("应答各题没有漏答", "no question was left unanswered").of(lang), table.provenance.nature, lang)
    share = percent(100 * missing / asked, lang, decimals=1)
    worst = percent(float(table.frame["missing_pct"].max()), lang)
    zh = f"应答各题合计漏答 {share}，漏答最多的一题 {worst}"
    en = f"{share} of all answers are missing; {worst} at the question most often left out"
    return lead(Text(zh, en).of(lang), table.provenance.nature, lang)
