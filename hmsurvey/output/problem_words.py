"""Platforms and problems in sentences, from a digest: for the brief and the public edition in steps or in full, as the digest has them; for a city on its page; and what the landscape is."""

from __future__ import annotations

from typing import Any

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import rows_of
from hmsurvey.output.digest_words import known
from hmsurvey.output.phrases import decimal, join, number, percent, sentences
from hmsurvey.tables import Table

_NOWHERE = "none"


def say_landscape(digest: Digest) -> Text:
    """Say in one paragraph which norms and platforms the study is set among, and that the list is not the study's own; nothing where no survey asks for platforms."""
    if not any(f"platform_use_{t.code}" in digest or f"platform_use_by_city_{t.code}" in digest for t in digest.topics):
        return NOTHING
    landscape = digest.landscape
    six = join([p.short for p in landscape.platforms if not p.alternate])
    seen = [norm for norm in landscape.norms if norm.ground.evidence == "seen"]
    n = sum(not p.alternate for p in landscape.platforms)
    return Text(
        f"本项目梳理了 {number(len(landscape.norms))} 项规范和法律，其中 {number(len(seen))} 项有来源可查；所取的 {number(n)} 个报送平台为{six.zh}。原研究的摘要只说有六个平台，没有列名；这份名单由本项目按公开资料选定（A71）。",
        f"{number(len(landscape.norms))} norms and laws were gone through, {number(len(seen))} of them read in a source; the {number(n)} platforms taken are those for {_small(six.en)}. The abstract of the original study speaks of six platforms without naming them: this list was chosen from public sources (A71).",
    )


def _small(words: str) -> str:
    """Begin each name of a list in small letters, abbreviations left as they are."""
    parts = words.replace(" and ", ", ").split(", ")
    small = [part if part[:2].isupper() else part[:1].lower() + part[1:] for part in parts]
    return ", ".join(small[:-1]) + " and " + small[-1] if len(small) > 1 else words


def say_severest(digest: Digest, topic: Topic) -> Text:
    """Say by each measure of a survey which problems may be the severest, and how severe; nothing where the digest does not know."""
    coarse = digest.tables.get(f"severities_{topic.code}")
    if coarse is None:
        return NOTHING
    exact = _exact(digest, topic)
    parts = []
    measures, problems = coarse.column("measure").labels, coarse.column("problem").labels
    for measure in dict.fromkeys(coarse.frame["measure"]):
        rows = rows_of(coarse.frame[coarse.frame["measure"] == measure])
        top = [row for row in rows if row["rank_first"] == 1]
        shown = [_with_number(row, problems[row["problem"]], exact) for row in top]
        listed, word = join(shown), measures[measure]
        if len(top) == 1:
            parts.append(Text(f"按{word.zh}，最重的是{listed.zh}。", f"By {word.en}, the severest is {listed.en}."))  # fmt: skip
        else:
            parts.append(Text(f"按{word.zh}，{listed.zh}都可能最重，分不出先后。", f"By {word.en}, {listed.en} may each be the severest; they cannot be put in order."))  # fmt: skip
    return sentences(*parts)


def _exact(digest: Digest, topic: Topic) -> dict[tuple[str, str], dict[str, Any]]:
    code = f"severities_by_city_{topic.code}"
    if code not in digest:
        return {}
    frame = digest[code].frame
    return {(row["measure"], row["problem"]): row for row in rows_of(frame[frame["group"].astype(str) == ALL])}


def _with_number(row: dict[str, Any], label: Text, exact: dict[tuple[str, str], dict[str, Any]]) -> Text:
    code, _, words = label.en.partition(" ")
    zh, en = f"“{label.zh.partition(' ')[2]}”", f"{code} {words[:1].lower() + words[1:]}"
    whole = exact.get((row["measure"], row["problem"]))
    if whole is not None and known(whole["ci_low"]):
        ends = (decimal(whole["mean"]), decimal(whole["ci_low"]), decimal(whole["ci_high"]))
        return Text(f"{zh}（{ends[0]}，95% 区间 {ends[1]}—{ends[2]}）", f"{en} ({ends[0]}; 95% interval {ends[1]} to {ends[2]})")  # fmt: skip
    low, high = number(row["from_pct"]), number(row["below_pct"])
    return Text(f"{zh}（{low}—{high}）", f"{en} ({low} to {high})")


def say_use(digest: Digest, topic: Topic) -> Text:
    """Say which platforms are used most and least; nothing where the digest does not know."""
    code, full = f"platform_use_{topic.code}", f"platform_use_by_city_{topic.code}"
    if code not in digest:
        return NOTHING
    table = digest[code]
    names = table.column("platform").labels
    listed = {p.code for p in digest.landscape.platforms}
    rows = [row for row in rows_of(table.frame) if row["platform"] in listed]
    if len(rows) < 2:
        return NOTHING
    if full in digest:
        frame = digest[full].frame
        shares = {r["platform"]: float(r["share_pct"]) for r in rows_of(frame[frame["group"].astype(str) == ALL])}
        ordered = sorted(rows, key=lambda row: -shares[row["platform"]])
        most, least = ordered[0]["platform"], ordered[-1]["platform"]
        a, b = (Text(f"{names[p].zh}（{percent(shares[p])}）", f"{names[p].en} ({percent(shares[p])})") for p in (most, least))  # fmt: skip
    else:
        ordered = sorted(rows, key=lambda row: -row["from_pct"])
        a, b = (Text(f"{names[r['platform']].zh}（{number(r['from_pct'])}%—{number(r['below_pct'])}%）", f"{names[r['platform']].en} ({number(r['from_pct'])} to {number(r['below_pct'])}%)") for r in (ordered[0], ordered[-1]))  # fmt: skip
    return Text(
        f"连备选平台在内，用得最多的是{a.zh}，最少的是{b.zh}。报送是义务，用了平台不等于档案已经信息化。",
        f"Of the platforms, alternates included, {a.en} is used most and {b.en} least. Filing is a duty; it does not make an archive informatised.",
    )


def use_in_city(digest: Digest, topic: Topic, group: str) -> Text:
    """Say how many platforms an enterprise of a city uses, and where its use differs most from that of all; nothing in a protected digest."""
    code = f"platform_use_by_city_{topic.code}"
    if code not in digest:
        return NOTHING
    table: Table = digest[code]
    mine, every = (_shares(table, one) for one in (group, ALL))
    if not mine or not every:
        return NOTHING
    names = table.column("platform").labels
    far = max(mine, key=lambda p: abs(mine[p] - every.get(p, mine[p])))
    number_mine, number_all = sum(mine.values()) / 100, sum(every.values()) / 100
    zh = f"平台：平均每家用 {decimal(number_mine)} 个（全部 {decimal(number_all)} 个）；与全部相差最大的是{names[far].zh}，{percent(mine[far])} 对 {percent(every[far])}。"
    en = f"Platforms: {decimal(number_mine)} an enterprise on average (all: {decimal(number_all)}); furthest from all is {names[far].en}, {percent(mine[far])} against {percent(every[far])}."
    return Text(zh, en)


def _shares(table: Table, group: str) -> dict[str, float]:
    rows = rows_of(table.frame[table.frame["group"].astype(str) == group])
    return {str(r["platform"]): float(r["share_pct"]) for r in rows if r["platform"] != _NOWHERE and known(r["share_pct"])}  # fmt: skip


__all__ = ["say_landscape", "say_severest", "say_use", "use_in_city"]
