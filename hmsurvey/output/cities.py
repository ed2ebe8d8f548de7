"""What the page of a city shows: coverage, stages, areas, needs, indicators, carriers, and how sure that is. The same blocks in the same order for every city, so that pages can be laid side by side.

Put together from a digest only. A city too small to describe says so in every block that it touches; what is hidden is drawn as hidden.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from hmsurvey.analysis.attention import Attention, Standing, attention_of
from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.coordination_words import say_city
from hmsurvey.output.digest_words import (
    about_percent_zh,
    known,
    number_at,
    row_at,
    staged_topics,
    units_of_digest,
    whole_percent,
)
from hmsurvey.output.panels import HIDDEN, CityPage, Fact, Panel, Part, Strip, Track
from hmsurvey.output.phrases import decimal, number, percent, places_of_column
from hmsurvey.output.problem_panel import problem_panel
from hmsurvey.output.theme import NOTHING_COLOUR, UNSTAGED_COLOUR, ink_on, ladder_colours, stage_colours
from hmsurvey.output.wave_words import say_city_moves
from hmsurvey.output.whatif_words import say_risen_here
from hmsurvey.rules import UNSTAGED, UNSTAGED_LABEL

WEAKEST = 5
HATCHED = f"repeating-linear-gradient(45deg,{UNSTAGED_COLOUR} 0 3px,#8e8e8e 3px 4px)"  # the unstaged, as in figures
NO_ANSWERS = Text("没有有效答卷，情况不明。", "No usable answers: nothing is known.")


def city_pages(digest: Digest) -> tuple[CityPage, ...]:
    """Return the pages of all cities that the digest knows, in the codebook's order; none where there are no cities."""
    topics = tuple(topic for topic in staged_topics(digest) if topic.grouped)
    groups: dict[str, Text] = {}
    for table in (digest[code] for code in ("coverage", *(f"stages_{t.code}" for t in topics)) if code in digest):
        labels = table.column("group").labels
        for group in table.frame["group"].astype(str):
            groups.setdefault(group, labels.get(group, Text(group, group)))
    cities = [(group, name) for group, name in groups.items() if group not in (ALL, UNKNOWN)]
    attention = {topic.code: attention_of(digest, topic) for topic in topics}
    files = _file_names(cities)
    return tuple(_page(digest, topics, attention, group, name, files[group]) for group, name in cities if topics)


def _file_names(cities: list[tuple[str, Text]]) -> dict[str, str]:
    """Name files by the English name where it is plain, else by the code, else by a number: a name never decides where a file goes."""
    names: dict[str, str] = {}
    taken = {"index"} | {f"city-{place:02d}" for place in range(1, len(cities) + 1)}
    for place, (group, name) in enumerate(cities, start=1):
        plain = [text.lower() for text in (name.en, group) if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", text)]
        free = [text for text in plain if text not in names.values() and text not in taken]
        names[group] = free[0] if free else f"city-{place:02d}"
    return names


def _page(
    digest: Digest, topics: tuple[Topic, ...], attention: dict[str, Attention | None], group: str, name: Text, file: str
) -> CityPage:
    panels: list[Panel] = []
    for topic in topics:
        panels.append(_stages(digest, topic, attention[topic.code], group, name))
    for topic in topics:
        panels += [p for p in (_areas(digest, topic, group), _needs(digest, topic, group)) if p is not None]
        panels += [p for p in (_indicators(digest, topic, group), _carriers(digest, topic, group)) if p is not None]
    whys = {topic.code: _why_not(digest, topic, group) for topic in topics}
    panels += [p for p in (problem_panel(digest, topics, group, whys),) if p is not None]
    order = ("stages", "areas", "indicators", "needs", "carriers", "problems")
    panels.sort(key=lambda panel: order.index(panel.code))
    panels.append(_certainty(digest, topics, attention, group))
    return CityPage(group, name, file, _facts(digest, topics, group), tuple(panels))


def _answers(digest: Digest, topic: Topic, group: str) -> float:
    """Return the usable answers of a city: 0 where it has no row, NaN where the number is hidden."""
    row = row_at(digest[f"stages_{topic.code}"], group)
    return number_at(row, "n") if row else 0.0


def _why_not(digest: Digest, topic: Topic, group: str) -> Text:
    """Say why a city cannot be described by a survey; nothing where it can."""
    n, units = _answers(digest, topic, group), units_of_digest(digest)
    if not known(n):
        return Text(
            f"答卷数隐去；只有少数{units.noun}作答的{units.group.zh}不作描述。",
            f"The number of answers is not shown; a {units.group.en} of few answers is not described.",
        )
    if not n:
        return NO_ANSWERS
    if n < digest.k and digest.units == "enterprises":
        return Text(
            f"只有 {number(n)} {units.counter}作答，不足 {number(digest.k)} {units.counter}，太少，不作描述。",
            f"Only {units.count(n).en} answered, fewer than {number(digest.k)}: too few to describe.",
        )
    return NOTHING


def _facts(digest: Digest, topics: tuple[Topic, ...], group: str) -> tuple[Fact, ...]:
    units, facts = units_of_digest(digest), []
    size = math.nan
    if digest.registered and "coverage" in digest:
        size = number_at(row_at(digest["coverage"], group), "n_in_production")
        shown = Text(number(size), number(size)) if known(size) else HIDDEN
        facts.append(Fact(Text(f"在产{units.noun}", f"{units.many.capitalize()} in production"), shown))
    for topic in topics:
        n = _answers(digest, topic, group)
        more = NOTHING
        if known(n) and known(size) and size:
            share = percent(100 * n / size)
            more = Text(f"占在产的 {share}", f"{share} of those in production")
        shown = Text(number(n), number(n)) if known(n) else HIDDEN
        facts.append(Fact(Text(f"答卷：{topic.label.zh}", f"Answered: {topic.label.en}"), shown, more))
    return tuple(facts)


def _strip(digest: Digest, topic: Topic, group: str, name: Text, *, main: bool) -> Strip:
    """Return the stages of a city as a strip; counts that are hidden are drawn together, as hidden."""
    rule, row = topic.rule, row_at(digest[f"stages_{topic.code}"], group)
    codes = [*(rule.codes if rule else ()), UNSTAGED]
    colours, n = stage_colours(codes), number_at(row, "n")
    parts, rest = [], n
    for code in codes:
        count = number_at(row, f"n_{code}")
        if known(count) and known(n) and n:
            label = rule.label_of(code) if rule and code != UNSTAGED else UNSTAGED_LABEL
            colour = HATCHED if code == UNSTAGED else colours[code]
            parts.append(Part(label, 100 * count / n, colour, ink_on(colours[code])))
            rest -= count
    if known(rest) and rest > 0 and n:
        parts.append(Part(HIDDEN, 100 * rest / n, NOTHING_COLOUR, "#222222", blank=True))
    value = Text(f"n = {number(n)}", f"n = {number(n)}") if known(n) else HIDDEN
    return Strip(name, tuple(part for part in parts if part.share > 0), value, main)


def _stages(digest: Digest, topic: Topic, found: Attention | None, group: str, name: Text) -> Panel:
    title = Text(f"阶段：{topic.label.zh}", f"Stages: {topic.label.en}")
    whole = _strip(digest, topic, ALL, Text("全部", "All"), main=False)
    rule = topic.rule
    codes = [*(rule.codes if rule else ()), UNSTAGED]
    colours = stage_colours(codes)
    key = tuple(
        Part(
            rule.label_of(c) if rule and c != UNSTAGED else UNSTAGED_LABEL,
            0.0,
            HATCHED if c == UNSTAGED else colours[c],
            ink_on(colours[c]),
        )
        for c in codes
    )
    why = _why_not(digest, topic, group)
    if why != NOTHING or rule is None:
        return Panel("stages", title, (whole,), key=key, texts=(why,))
    tracks: tuple[Track, ...] = ()
    one = next((o for o in found.ranked if o.group == group), None) if found else None
    if found and one:
        every = found.whole.share if found.whole else math.nan
        low, high = decimal(one.low), decimal(one.high)
        label = Text(
            f"{found.stage.zh}占能定阶段的（{low}—{high}）", f"{found.stage.en}, of those staged ({low}–{high})"
        )
        value = Text(percent(one.share), percent(one.share))
        tracks = (Track(label, one.share, every, one.low, one.high, value, _percent_or_hidden(every)),)
    strips = (_strip(digest, topic, group, name, main=True), whole)
    said = (
        say_city_moves(digest, topic, group),
        say_city(digest, topic, group),
        say_risen_here(digest, topic, group),
    )
    return Panel("stages", title, strips, tracks, key, tuple(text for text in said if text != NOTHING))


def _percent_or_hidden(value: float) -> Text:
    return Text(percent(value), percent(value)) if known(value) else HIDDEN


def _areas(digest: Digest, topic: Topic, group: str) -> Panel | None:
    """Return the areas of a city beside those of all, as rows of dots; None where the survey has no areas."""
    code = f"areas_{topic.code}"
    if code not in digest or topic.system is None:
        return None
    nodes = (
        *((topic.system.node(topic.system.total),) if topic.system.total else ()),
        *topic.system.level(topic.level),
    )
    mine, every = row_at(digest[code], group), row_at(digest[code], ALL)
    highest = max([number_at(every, node.code) for node in nodes] + [0.0])
    scale = 100.0 if highest <= 1.5 else 1.0  # a score from 0 to 1 is drawn on the same line
    title = Text("各方面平均得分", "Mean score by area")
    why = _why_not(digest, topic, group)
    if why != NOTHING:
        return Panel("areas", title, texts=(why,))
    tracks = []
    for node in nodes:
        own, whole = number_at(mine, node.code), number_at(every, node.code)
        places = places_of_column(digest[code], digest[code].column(node.code))
        said = [Text(decimal(v, places), decimal(v, places)) if known(v) else HIDDEN for v in (own, whole)]
        low, high = _ends(digest, topic, group, node.code)
        tracks.append(Track(node.label, own * scale, whole * scale, low * scale, high * scale, said[0], said[1]))
    return Panel("areas", title, tracks=tuple(tracks))


def _ends(digest: Digest, topic: Topic, group: str, node: str) -> tuple[float, float]:
    """Return the interval of a city's mean score; NaN where the digest has none."""
    code = f"means_by_city_{topic.code}"
    if code not in digest:
        return math.nan, math.nan
    frame = digest[code].frame
    one = frame[(frame["node"] == node) & (frame["group"] == group)]
    return (float(one["ci_low"].iloc[0]), float(one["ci_high"].iloc[0])) if len(one) else (math.nan, math.nan)


def _needs(digest: Digest, topic: Topic, group: str) -> Panel | None:
    """Return which needs of the stage above the lowest those below it do not meet, those that stop most first."""
    code, rule = f"needs_by_city_{topic.code}", topic.rule
    if code not in digest or rule is None or len(rule.codes) < 2:
        return None
    table, stage = digest[code], rule.codes[-2]
    labels = table.column("need").labels
    title = Text(
        f"没有达到{rule.label_of(stage).zh}的差在哪里：{topic.label.zh}",
        f"What those short of {rule.label_of(stage).en} lack: {topic.label.en}",
    )
    why = _why_not(digest, topic, group)
    if why != NOTHING:
        return Panel("needs", title, texts=(why,))
    frame = table.frame[table.frame["stage"] == stage]
    rows = {str(r["need"]): r for r in frame[frame["group"].astype(str) == group].to_dict("records")}
    whole = {str(r["need"]): r for r in frame[frame["group"].astype(str) == ALL].to_dict("records")}
    tracks = []
    for need, row in rows.items():
        below, unmet = _number(row, "n_below"), _number(row, "n_unmet")
        share = 100 * unmet / below if below else math.nan
        every = _number(whole[need], "unmet_pct") if need in whole else math.nan
        there = known(share)
        value = Text(f"{number(unmet)}/{number(below)}", f"{number(unmet)} of {number(below)}") if there else HIDDEN
        tracks.append(Track(labels[need], share, every, value=value, whole_value=_percent_or_hidden(every)))
    tracks.sort(key=lambda track: -track.city if known(track.city) else math.inf)
    if rows and all(_number(row, "n_below") == 0 for row in rows.values()):
        return Panel("needs", title, texts=(Text("没有一家低于这一阶段。", "Nobody is below that stage."),))
    return Panel("needs", title, tracks=tuple(tracks))


def _number(row: Mapping[Any, Any], column: str) -> float:
    value = row.get(column)
    return math.nan if value is None or not known(value) else float(value)


def _indicators(digest: Digest, topic: Topic, group: str) -> Panel | None:
    """Return the weakest indicators of a city; of all cities together where those of a city are not in the digest."""
    code = f"indicators_{topic.code}"
    if code not in digest:
        return None
    table, by_city = digest[code], f"indicators_by_city_{topic.code}"
    labels = table.column("indicator").labels
    whole = dict(zip(table.frame["indicator"].astype(str), table.frame["mean_share_pct"], strict=True))
    title = Text(f"得分率最低的 {WEAKEST} 个指标", f"The {WEAKEST} indicators on which least is earned")
    why = _why_not(digest, topic, group)
    if why != NOTHING:
        return Panel("indicators", title, texts=(why,))
    if by_city not in digest:
        worst = sorted((v, c) for c, v in whole.items() if known(v) and 0 <= v <= 100)[:WEAKEST]
        tracks = tuple(Track(labels[c], math.nan, v, value=HIDDEN, whole_value=_percent_or_hidden(v)) for v, c in worst)
        note = Text(
            "各市各指标的得分率不公布；所列为全部企业最低的。",
            "Indicators by city are not shown; these are the lowest of all enterprises.",
        )
        return Panel("indicators", title, tracks=tracks, texts=(note,))
    frame = digest[by_city].frame
    mine = frame[(frame["group"].astype(str) == group) & (frame["n_scored"] >= min(digest.k, frame["n_scored"].max()))]
    found = sorted(
        (float(v), str(c))
        for c, v in zip(mine["indicator"], mine["mean_share_pct"], strict=True)
        if known(v) and 0 <= v <= 100
    )[:WEAKEST]
    tracks = tuple(
        Track(
            labels[c], v, float(whole[c]), value=Text(percent(v), percent(v)), whole_value=_percent_or_hidden(whole[c])
        )
        for v, c in found
    )
    return Panel("indicators", title, tracks=tracks)


def _carriers(digest: Digest, topic: Topic, group: str) -> Panel | None:
    """Return the carriers of a city by archive type, as strips on the ladder's own steps."""
    code = f"carriers_{topic.code}"
    if code not in digest:
        return None
    title = Text("各类档案的载体", "Carriers by archive type")
    why = _why_not(digest, topic, group)
    if why != NOTHING:
        return Panel("carriers", title, texts=(why,))
    by_city = f"carriers_by_city_{topic.code}"
    source = digest[by_city] if by_city in digest else digest[code]
    levels = [c.code.removeprefix("share_").removesuffix("_pct") for c in source.columns if c.code.startswith("share_")]
    levels = levels[::-1]  # the highest step first
    colours = ladder_colours(levels)
    named = {level: source.column(f"n_{level}").label for level in levels}
    key = tuple(Part(named[level], 0.0, colours[level], ink_on(colours[level])) for level in levels)
    texts: tuple[Text, ...] = ()
    frame = source.frame
    if by_city in digest:
        frame = frame[frame["group"].astype(str) == group]
    else:
        texts = (
            Text(
                "各市的载体不公布；所列为全部企业的。",
                "Carriers by city are not shown; these are those of all enterprises.",
            ),
        )
    labels = source.column("question").labels
    strips = []
    for row in frame.to_dict("records"):
        counts = {level: _number(row, f"n_{level}") for level in levels}
        whole = sum(count for count in counts.values() if known(count))
        name = labels.get(str(row["question"]), Text(str(row["question"]), str(row["question"])))
        if (
            not whole
            or not all(known(count) for count in counts.values())
            or (whole < digest.k and digest.units == "enterprises")
        ):
            blank = Text("不足，不列", "too few") if all(known(count) for count in counts.values()) else HIDDEN
            strips.append(Strip(name, (Part(blank, 100.0, NOTHING_COLOUR, "#222222", blank=True),), NOTHING))
            continue
        parts = tuple(
            Part(named[v], 100 * counts[v] / whole, colours[v], ink_on(colours[v])) for v in levels if counts[v]
        )
        strips.append(Strip(name, parts, Text(f"n = {number(whole)}", f"n = {number(whole)}")))
    return Panel("carriers", title, tuple(strips), key=key, texts=texts)


def _certainty(digest: Digest, topics: tuple[Topic, ...], attention: dict[str, Attention | None], group: str) -> Panel:
    units = units_of_digest(digest)
    texts = []
    for topic in topics:
        found = attention[topic.code]
        one = next((o for o in found.ranked if o.group == group), None) if found else None
        if found and one:
            texts.append(_how_sure(found, one, topic))
        else:
            why = _why_not(digest, topic, group)
            if why == NOTHING and topic.rule:
                low = topic.rule.label_of(topic.rule.codes[-1])
                why = Text(
                    f"{low.zh}占能定阶段的比例不公布，不作比较。",
                    f"the share at {low.en} of those staged is not shown, and nothing is compared.",
                )
            texts.append(Text(f"{topic.label.zh}：{why.zh}", f"{topic.label.en}: {_small(why.en)}"))
    ranged = any(f"means_by_city_{topic.code}" in digest for topic in topics)
    staged = any(o.group == group for found in attention.values() if found for o in found.ranked)
    bands = Text(
        f"浅色带为 95% 区间，假定答卷{units.noun}相当于从本{units.group.zh}在产{units.noun}中随机抽取（A100）；未作答的{units.noun}如有系统差别，区间反映不出来。",
        f"Pale bands are 95% intervals. They take those who answered to be like a random sample of the {units.group.en} (A100); if the others differ, no interval knows it. ",
    )
    bare = Text("指标", "Indicators") if ranged else Text("均值和指标", "Means and indicators")
    without = Text(
        f"{bare.zh}没有区间，答卷越少越不可靠。",
        f"{bare.en} come without an interval: the fewer the answers, the less sure.",
    )
    texts.append(Text(bands.zh + without.zh, bands.en + without.en) if ranged or staged else without)
    return Panel("certainty", Text("有多大把握", "How sure we are"), texts=tuple(texts))


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _how_sure(found: Attention, one: Standing, topic: Topic) -> Text:
    whole = found.whole.share if found.whole else math.nan
    apart = one.low > whole or one.high < whole
    ends = f"{decimal(one.low)}%—{decimal(one.high)}%", f"{decimal(one.low)}% to {decimal(one.high)}%"
    told = (
        Text("，全部企业的水平在区间之外", ", and the level of all lies outside it")
        if apart
        else NOTHING
        if not known(whole)
        else Text(
            "，全部企业的水平也在区间之内，分不出高低", ", and the level of all lies within it: no difference shows"
        )
    )
    return Text(
        f"{topic.label.zh}：{found.stage.zh}占能定阶段的比例，95% 区间为 {ends[0]}{told.zh}；假如全部作答，仍居最高两位的机会{about_percent_zh(one.chance)}。",
        f"{topic.label.en}: of those staged, the 95% interval of the share at {found.stage.en} is {ends[1]}{told.en}; had everybody answered, the chance of being among the highest two is {whole_percent(one.chance)}.",
    )
