"""The body of the brief: cities, needs, certainty, method. Findings on top of it are in `brief`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hmsurvey import __version__
from hmsurvey.analysis.attention import FIRST, Attention
from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.shares_shown import WIDER, WIDERS, is_without_population
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.brief_tables import cities_in_order, needs_not_met, weakest_indicators
from hmsurvey.output.content import Drawing, Heading, rows_of
from hmsurvey.output.digest_words import (
    as_inside,
    first_cities,
    first_stop,
    known,
    number_at,
    row_at,
    units_of_digest,
    weakest_area,
)
from hmsurvey.output.document import Minor, Piece, Point, Small
from hmsurvey.output.phrases import counted, date_words, decimal, join, number, percent, sentences, two_sides
from hmsurvey.output.wave_words import no_cause_of
from hmsurvey.problems import Agenda
from hmsurvey.provenance import KIND_WORDS, definition_words
from hmsurvey.rules import UNSTAGED


def tell_cities(digest: Digest, topics: Sequence[Topic], attention: Sequence[Attention]) -> list[Piece]:
    """Tell who answered, then city by city and survey by survey who is where and which to look at first."""
    pieces: list[Piece] = [_coverage(digest, topics)]
    for found in attention:
        pieces += [Heading(found.topic.label)] if len(attention) > 1 else []
        pieces += [
            Minor(Text("应优先关注的市" if digest.units == "enterprises" else "应优先关注的组", "Where to look first")),
            sentences(first_cities(found, units_of_digest(digest)), _how_far_apart(digest, found)),
            *([Drawing(f"stages_{found.topic.code}")] if found is attention[-1] else []),
            Minor(Text("逐市情况" if digest.units == "enterprises" else "逐组情况", "One by one")),
            _left_out(digest, found),
            cities_in_order(digest, found),
        ]
    return pieces


def _coverage(digest: Digest, topics: Sequence[Topic]) -> Text:
    units = units_of_digest(digest)
    if "coverage" not in digest or not digest.registered:
        return NOTHING
    row = row_at(digest["coverage"], ALL)
    whole = number_at(row, "n_in_production")
    parts = []
    for topic in topics:
        n = number_at(row, f"n_usable_{topic.code}")
        if known(n) and known(whole) and whole:
            parts.append(
                Text(
                    f"“{topic.label.zh}”收到有效答卷 {number(n)} 份，相当于在产{units.noun}的 {percent(100 * n / whole)}",
                    f"{number(n)} ({percent(100 * n / whole)}) gave usable answers to the {as_inside(topic.label.en)}",
                )
            )
    if not parts:
        return NOTHING
    zh = f"登记在产的{units.noun}共 {number(whole)} {units.counter}；" + "；".join(part.zh for part in parts) + "。"
    return Text(zh, f"Of {units.count(whole).en} registered as in production, {join(parts).en}.")


def _how_far_apart(digest: Digest, found: Attention) -> Text:
    """Say how many cities lie clearly apart from the first, by intervals that do not overlap."""
    units = units_of_digest(digest)
    if not found.first:
        return NOTHING
    top = found.first[0]
    rest = found.ranked[FIRST:]
    above = [one for one in rest if one.high < top.low]
    if not above:
        return Text(
            f"不过，{top.label.zh}的区间与前 {number(FIRST)} 位以外的 {number(len(rest))} 个{units.group.zh}都有重叠：以上只是关注的先后，不是名次。",
            f"But the interval of {top.label.en} overlaps with those of all {number(len(rest))} {units.groups_en} after the first {number(FIRST)}: this is an order in which to look, not a ranking.",
        )
    return Text(
        f"前 {number(FIRST)} 位以外的 {number(len(rest))} 个{units.group.zh}中，区间完全低于{top.label.zh}的有 {number(len(above))} 个；其他各{units.group.zh}与它分不出高低。",
        f"Of the {number(len(rest))} {units.groups_en} after the first {number(FIRST)}, {number(len(above))} {'has an interval' if len(above) == 1 else 'have intervals'} wholly below that of {top.label.en}; the rest cannot be told apart from it.",
    )


def _left_out(digest: Digest, found: Attention) -> Text:
    """Name the cities that take no part in the comparison, and why."""
    parts = []
    units = units_of_digest(digest)
    if found.silent:
        names = join(list(found.silent))
        parts.append(
            Text(
                f"{names.zh}没有有效答卷，情况不明。",
                f"No usable answers came from {names.en}: nothing is known of them.",
            )
        )
    if found.few:
        names = join(list(found.few))
        parts.append(
            Text(
                f"{names.zh}的答卷不足 {number(digest.k)} {units.counter}，不参加比较（假定 A146）。",
                f"{names.en} {'has' if len(found.few) == 1 else 'have'} fewer than {number(digest.k)} answers and {'is' if len(found.few) == 1 else 'are'} not compared (assumption A146).",
            )
        )
    if found.hidden and not (found.ranked or found.silent or found.few):
        parts.append(
            Text(
                f"各{units.group.zh}都有数字为保护个别{units.noun}而隐去，不作比较。",
                f"All {units.groups_en} have numbers that are not shown, to protect single {units.many}; none is compared.",
            )
        )
    elif found.hidden:
        names = join(list(found.hidden))
        parts.append(
            Text(
                f"{names.zh}的数字为保护个别{units.noun}而隐去，不参加比较。",
                f"The numbers of {names.en} are not shown, to protect single {units.many}, and take no part in the comparison.",
            )
        )
    if found.ranked:
        parts.append(Text("下表按这一机会由高到低排列。", "The table has the highest chance on top."))
    return sentences(*parts)


def tell_needs(digest: Digest, topics: Sequence[Topic], agenda: Agenda) -> list[Piece]:
    """Tell which needs stop most, what is weak behind them, and on what carriers archives are kept."""
    pieces: list[Piece] = []
    for topic in topics:
        said = sentences(first_stop(digest, topic), weakest_area(digest, topic))
        if said != NOTHING:
            pieces += [Heading(topic.label)] if len(topics) > 1 else []
            pieces.append(sentences(said, _carriers(digest, topic)))
    table = needs_not_met(digest, topics)
    pieces += [table] if table is not None else []
    for topic in topics:
        weakest = weakest_indicators(digest, topic, agenda)
        if weakest is not None:
            pieces.append(weakest)
    return pieces


def _carriers(digest: Digest, topic: Topic) -> Text:
    """Say on what carriers the archives are, counted over all types."""
    code = f"carriers_{topic.code}"
    if code not in digest:
        return NOTHING
    table = digest[code]
    levels = [c.code.removeprefix("share_").removesuffix("_pct") for c in table.columns if c.code.startswith("share_")]
    counts = {level: [number_at(row, f"n_{level}") for row in rows_of(table.frame)] for level in levels}
    if not levels or not all(known(n) for level in levels for n in counts[level]):
        return NOTHING
    sums = {level: sum(counts[level]) for level in levels}
    whole = sum(sums.values())
    if not whole:
        return NOTHING
    named = [(table.column(f"n_{level}").label, percent(100 * sums[level] / whole)) for level in levels]
    zh, en = "，".join(f"“{n.zh}”{p}" for n, p in named), ", ".join(f"{n.en} {p}" for n, p in named)
    return Text(
        f"把各类档案逐项数，有答案的共 {number(whole)} 项：{zh}。",
        f"Counted over every archive type, {number(whole)} cases with an answer: {en}.",
    )


def tell_certainty(digest: Digest, topics: Sequence[Topic], attention: Sequence[Attention]) -> list[Piece]:
    """Tell how sure one may be: chance, cut-offs, gaps, self-report, what is hidden."""
    units = units_of_digest(digest)
    points: list[Piece] = []
    wholes = [(a, a.whole) for a in attention if a.whole is not None]
    if wholes:
        said = [
            Text(
                f"按“{found.topic.label.zh}”，能定阶段的{units.noun}中{found.stage.zh}占 {percent(one.share)}，95% 区间 {decimal(one.low)}%—{decimal(one.high)}%",
                f"by the {as_inside(found.topic.label.en)}, {percent(one.share)} of those with a stage are {found.stage.en}, 95% interval {decimal(one.low)}% to {decimal(one.high)}%",
            )
            for found, one in wholes
        ]
        bare = [digest.tables.get(f"shares_{found.topic.code}") for found, _ in wholes]
        wider = NOTHING
        if any(table is not None and is_without_population(table) for table in bare):
            wider = Text(WIDER.zh, f"{WIDER.en} ") if len(wholes) == 1 else Text(WIDERS.zh, f"{WIDERS.en} ")
        points.append(
            Point(
                Text("总体比各市可靠。", "The whole is surer than the cities."),
                Text(
                    "；".join(t.zh for t in said)
                    + f"。{wider.zh}单个{units.group.zh}答卷少，区间宽得多。区间假定答卷{units.noun}相当于随机抽取（A100）；未答卷的{units.noun}如有系统差别，区间反映不出来。",
                    f"{_capital('; '.join(t.en for t in said))}. {wider.en}Single cities have few answers and much wider intervals. Intervals take those who answered to be like a random sample (A100); if the "
                    "others differ, no interval knows it.",
                ),
            )
        )
    assumed = [(t, sum(n.status == "assumed" for n in t.rule.needs), len(t.rule.needs)) for t in topics if t.rule]
    if any(n for _, n, _ in assumed):
        listed = [_assumed_of(t, n, k) for t, n, k in assumed]
        joined = join(listed)
        points.append(
            Point(
                Text("分阶段的界线是假定的。", "The lines between stages are assumed."),
                Text(
                    f"{joined.zh}是假定，没有公开的来源规定；界线一动，各阶段的数目就会变，靠近界线的企业最先变。",
                    f"{_capital(joined.en)} {'rests' if len(listed) == 1 and assumed[0][1] == 1 else 'rest'} on an assumption; no published source sets them. With another line the counts change, first for those close to it.",
                ),
            )
        )  # fmt: skip
    gaps = [(t, number_at(row_at(digest[f"stages_{t.code}"], ALL), f"n_{UNSTAGED}")) for t in topics]
    shown = [(t, n) for t, n in gaps if known(n) and n]
    if shown:
        listed = [
            Text(f"“{t.label.zh}”{number(n)} {units.counter}", f"{number(n)} in the {as_inside(t.label.en)}")
            for t, n in shown
        ]
        joined = join(listed)
        points.append(
            Point(
                Text("少数不能定阶段。", "Some have no stage."),
                Text(f"{joined.zh}缺答过多，不作推测，也不算作最低阶段。", f"{_capital(joined.en)} left too much unanswered; nothing is guessed, and they do not count as the lowest stage."),
            )
        )  # fmt: skip
    no_cause = no_cause_of(digest)
    points.append(
        Point(
            Text("答案由企业自填。", "The answers are self-reported."),
            Text(
                f"自填结果往往偏高；{no_cause.zh}",
                f"Self-reports tend to flatter. {no_cause.en}",
            ),
        )
    )
    n_hidden = sum(len(table.hidden) for table in digest.tables.values())
    if n_hidden:
        points.append(
            Point(
                Text("部分数字不公布。", "Some numbers are not shown."),
                Text(
                    f"不足 {number(digest.k)} {units.counter}的数字，以及能推算出它们的数字，不予公布；公布的数字，有的取整或分档，此外没有改动。",
                    f"Numbers about fewer than {counted(digest.k, units.one, units.many)}, and those from which they could be worked out, are kept back. Numbers shown are rounded or in steps in places, and otherwise unaltered.",
                ),
            )
        )
    return points


def _assumed_of(topic: Topic, assumed: int, whole: int) -> Text:
    zh = f"全部 {whole} 项要求" if assumed == whole else f" {whole} 项要求中 {assumed} 项"
    en = (
        f"{assumed} of {counted(whole, 'need')}"
        if assumed < whole or whole < 2
        else "both needs"
        if whole == 2
        else f"all {whole} needs"
    )
    return Text(f"“{topic.label.zh}”的{zh}", f"{en} in the {as_inside(topic.label.en)}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_FOR_SPECIALISTS = Text(
    "供专业人员参考：登记数已知的，占比用超几何分布的精确区间，否则用 Wilson 区间；居最高两位的机会，未答的数目按贝塔-二项分布（Jeffreys 先验）推算，各市独立，逐一求和，不用随机数。",
    "For specialists: intervals of shares are exact (hypergeometric) where the registry knows the size of a city, else Wilson’s. The chance of the two highest places takes the number among those who did not answer as "
    "beta-binomial (Jeffreys’ prior), cities independent, summed exactly.",
)


def tell_method(digest: Digest, topics: Sequence[Topic]) -> list[Piece]:
    """Tell the method in a paragraph that can be pasted with its citation, and where the data come from."""
    zh, en = [], []
    for topic in topics:
        if topic.rule is None:
            continue
        index = f"按指标体系“{topic.system.label.zh}”计分，" if topic.system and topic.system.indicators else ""
        index_en = f"scored by “{topic.system.label.en}” and " if topic.system and topic.system.indicators else ""
        zh.append(f"“{topic.label.zh}”{index}按规则“{topic.rule.label.zh}”定阶段")
        en.append(f"the {as_inside(topic.label.en)} was {index_en}staged by the rule “{topic.rule.label.en}”")
    made = Text(
        "、".join(definition_words(d, "zh") for d in digest.provenance.definitions),
        ", ".join(definition_words(d, "en") for d in digest.provenance.definitions),
    )
    method = (
        Text(
            f"{'；'.join(zh)}。从最高阶段往下逐级判断，要求全部满足的第一个阶段即为所处阶段，正好达到即算达到。",
            f"{_capital('; '.join(en))}. Stages are tried from the highest down; the first whose needs are all met is the stage, and exactly the minimum is enough.",
        )
        if zh
        else NOTHING
    )
    cite = Text(
        f"引用格式：{digest.label.zh}（{digest.study} {digest.version}），hmsurvey {__version__} 生成，定义：{made.zh}。",
        f"To cite: {digest.label.en} ({digest.study} {digest.version}), made with hmsurvey {__version__}, definitions: {made.en}.",
    )  # fmt: skip
    special = _FOR_SPECIALISTS if zh and digest.units == "enterprises" else NOTHING
    return [
        method,
        *_files(digest),
        Small(cite),
        *([Small(special)] if any(special) else []),
    ]


def _files(digest: Digest) -> list[Piece]:
    """Say how many files there are of each kind, and beneath it which, those by one hand and of one day together."""
    sources = digest.provenance.sources
    if not sources:
        return []
    counts = Counter(source.kind for source in sources)
    kinds = [
        Text(f"{KIND_WORDS[kind].zh} {count} 份", f"{count} {KIND_WORDS[kind].en}") for kind, count in counts.items()
    ]
    listed = join(kinds)
    about = Text(f"所用资料共 {len(sources)} 份：{listed.zh}。", f"{len(sources)} files were used: {listed.en}.")
    if len(counts) == 1:
        only = KIND_WORDS[sources[0].kind]
        about = Text(
            f"所用 {len(sources)} 份资料都是{only.zh}。",
            f"{'The one file' if len(sources) == 1 else f'All {len(sources)} files'} used {'is' if len(sources) == 1 else 'are'} {only.en}.",
        )
    made: dict[tuple[str, str, str], list[Text]] = {}
    for source in sources:
        made.setdefault((source.kind, source.producer, source.date), []).append(two_sides(source.title or source.file))
    said = []
    for (kind, producer, date), titles in made.items():
        names, day = join(titles), date_words(date)
        of_kind = KIND_WORDS[kind]
        said.append(
            Text(
                f"{names.zh}（{of_kind.zh}，{producer}，{day.zh}）",
                f"{names.en} ({of_kind.en}; {producer}, {day.en})",
            )
        )
    return [
        about,
        Small(Text("资料：" + "；".join(t.zh for t in said) + "。", "Files: " + "; ".join(t.en for t in said) + ".")),
    ]
