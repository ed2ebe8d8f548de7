"""The sections of the public edition: what a protected digest shows, in words and tables.

Sentences are put together from shown numbers alone; those that need a hidden one say less, or fall away.
"""

from __future__ import annotations

from dataclasses import replace

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.protection import Loss, tabulate_loss
from hmsurvey.analysis.shares_shown import WIDER, is_without_population
from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.citing import facts_of_digest, tell_citation
from hmsurvey.output.content import Block, Drawing, Heading, Section, blocks_of, row_of
from hmsurvey.output.coordination_words import gains_of, say_gains
from hmsurvey.output.landscaping import landscape_for_all
from hmsurvey.output.methods import rule_texts, score_sentence, tabulate_rule, tabulate_weights
from hmsurvey.output.outcomes import FILING_IS_DUTY, TWO_YARDSTICKS
from hmsurvey.output.phrases import Units, counted, join, number, percent, sentences, units_called
from hmsurvey.output.problem_words import say_landscape, say_severest, say_use
from hmsurvey.output.respondents import DATA_SENTENCES, tabulate_sources
from hmsurvey.output.saying import say_areas, say_groups, say_majority, say_need, say_stages, say_weakest
from hmsurvey.output.shares import TWO_READINGS
from hmsurvey.output.summary import KIND_SENTENCES
from hmsurvey.output.wave_words import no_cause_of
from hmsurvey.output.whatif_words import say_risen
from hmsurvey.tables import Table


def public_sections(digest: Digest, loss: Loss) -> tuple[Section, ...]:
    """Return the sections of the public edition, in their order."""
    units = units_called(digest.unit, enterprises=digest.units == "enterprises")
    built = (
        _summary(digest, units),
        _stages(digest, units),
        _scores(digest, units),
        _needs(digest, units),
        _measures(digest),
        _carriers(digest),
        _landscape(digest),
        _platforms(digest),
        _problems(digest),
        _coordination(digest),
        _options(digest),
        _moves(digest, units),
        _respondents(digest, units),
        _shares(digest),
        _limits(digest),
        _hidden(digest, loss, units),
        _data(digest),
        _method(digest, units),
    )
    return tuple(section for section in built if section is not None)


def _heading(digest: Digest, topic: Topic) -> tuple[Block, ...]:
    return (Heading(topic.label),) if len(digest.topics) > 1 else ()


def _summary(digest: Digest, units: Units) -> Section:
    blocks: list[Block] = [KIND_SENTENCES[digest.provenance.nature], _sample(digest, units)]
    for topic in digest.topics:
        blocks += _heading(digest, topic)
        stages, rule = digest.tables.get(f"stages_{topic.code}"), topic.rule
        if stages is not None and rule is not None:
            blocks.append(sentences(say_stages(units, rule, stages), say_majority(rule, stages)))
            blocks.append(
                say_groups(units, rule, stages, k=digest.k, shares=_intervals_of(digest, topic))
                if topic.grouped
                else NOTHING
            )
        if f"areas_{topic.code}" in digest and topic.system is not None:
            blocks.append(say_areas(units, topic.system, digest[f"areas_{topic.code}"], level=topic.level))
            blocks.append(say_weakest(digest[f"indicators_{topic.code}"]))
        if f"needs_{topic.code}" in digest and rule is not None and len(rule.codes) > 1:
            blocks.append(say_need(units, rule, digest[f"needs_{topic.code}"], rule.codes[-2]))
    blocks.append(_what_is_hidden(digest, units))
    return Section("summary", Text("摘要", "Summary"), blocks_of(*blocks), points=True)


def _intervals_of(digest: Digest, topic: Topic) -> Table | None:
    """Return the shares with their intervals; None where the units are all there are."""
    code = f"shares_{topic.code}"
    return digest[code] if digest.units == "enterprises" and code in digest else None


def _what_is_hidden(digest: Digest, units: Units) -> Text:
    if digest.units == "public":
        return NOTHING
    return Text(
        f"本版可以对外提供：不足 {digest.k} {units.counter}{units.noun}的数，以及能据以推算出这些数的数，都已隐去，以“隐去”标明。",
        f"This edition may be passed on: numbers about fewer than {digest.k} {units.many}, and numbers from which these could be worked out, are not shown and marked “c”.",
    )


def _sample(digest: Digest, units: Units) -> Text:
    """Say how many answered each survey, and of how many in production where that is shown."""
    row, parts = row_of(digest["coverage"], ALL), []
    for topic in digest.topics:
        n, size = row[f"n_usable_{topic.code}"], row.get("n_in_production", float("nan"))
        zh, en = f"“{topic.label.of('zh')}”{units.count(n).zh}", f"{units.count(n).en} in “{topic.label.of('en')}”"
        if size == size:
            share = percent(100.0 * n / size)
            zh += f"（相当于在产企业 {number(size)} 家的 {share}）"
            en += f" ({share} of {number(size)} in production)"
        parts.append(Text(zh, en))
    listed = join(parts)
    return (
        Text(f"有效答卷来自：{listed.zh}。", f"Usable answers came from {listed.en}.")
        if parts
        else Text("没有可以公布的调查。", "There is no survey that may be shown.")
    )


def _data(digest: Digest) -> Section:
    sources = tabulate_sources(digest.provenance)
    kept = tuple(column for column in sources.columns if column.code not in ("file", "sha256"))
    table = replace(sources, frame=sources.frame[[column.code for column in kept]], columns=kept)
    blocks = blocks_of(DATA_SENTENCES[digest.provenance.nature], table)
    return Section("data", Text("数据来源", "What data these are"), blocks)


def _coordination(digest: Digest) -> Section | None:
    blocks: list[Block] = []
    for topic in digest.topics:
        table = gains_of(digest, topic)
        if table is not None:
            blocks += [say_gains(digest, topic), table]
    title = Text("三方协同意味着什么", "What the coordination mode implies")
    return Section("coordination", title, blocks_of(*blocks)) if blocks else None


def _landscape(digest: Digest) -> Section | None:
    asked = any(f"platform_use_{topic.code}" in digest for topic in digest.topics)
    return landscape_for_all(digest.landscape, digest.provenance) if asked else None


def _platforms(digest: Digest) -> Section | None:
    blocks: list[Block] = [say_landscape(digest)]
    for topic in digest.topics:
        if f"platform_use_{topic.code}" in digest:
            blocks += [say_use(digest, topic), digest[f"platform_use_{topic.code}"]]
    title = Text("谁在哪些平台报送", "Who files on which platform")
    return Section("platforms", title, blocks_of(*blocks)) if len(blocks_of(*blocks)) > 1 else None


def _problems(digest: Digest) -> Section | None:
    blocks: list[Block] = []
    for topic in digest.topics:
        if f"severities_{topic.code}" in digest:
            blocks += [*_heading(digest, topic), say_severest(digest, topic), digest[f"severities_{topic.code}"]]
    title = Text("五个问题有多重", "How severe the problems are")
    return Section("problem_severity", title, blocks_of(*blocks)) if blocks else None


def _respondents(digest: Digest, units: Units) -> Section:
    coverage = _by_city(digest["coverage"], digest)
    blocks: list[Block] = [_sample(digest, units)]
    gone = {row for row, code in coverage.hidden if code.startswith("n_usable_")}
    if gone:
        group = units.group
        blocks.append(
            Text(
                f"有 {len(gone)} 个{group.zh}至少一项调查的答卷数不公布：答卷太少，或者公布后别的{group.zh}的答卷数就能推算出来。",
                f"For {counted(len(gone), group.en, units.groups_en)} the number of answers to some survey is not shown: it is small, or would give that of another {group.en} away.",
            )
        )
    blocks += [Drawing("coverage"), coverage]
    return Section("respondents", Text("答卷情况", "Who answered"), blocks_of(*blocks))


def _by_city(table: Table, digest: Digest) -> Table:
    if digest.units != "enterprises":
        return table
    return replace(
        table, columns=tuple(replace(c, label=Text("城市", "City")) if c.code == "group" else c for c in table.columns)
    )


def _stages(digest: Digest, units: Units) -> Section | None:
    shown = [topic for topic in digest.topics if f"stages_{topic.code}" in digest and topic.rule is not None]
    if not shown:
        return None
    both = {topic.codebook.split()[0] for topic in shown} == {"informatisation", "digital_archives"}
    blocks: list[Block] = [TWO_YARDSTICKS] if both else []
    for topic in shown:
        table = digest[f"stages_{topic.code}"]
        if topic.rule is not None:
            blocks += [
                *_heading(digest, topic),
                sentences(say_stages(units, topic.rule, table), say_majority(topic.rule, table)),
            ]
            blocks.append(
                say_groups(units, topic.rule, table, k=digest.k, shares=_intervals_of(digest, topic))
                if topic.grouped
                else NOTHING
            )
        blocks.append(_by_city(table, digest))
    title = Text("阶段与城市", "Stages and cities") if digest.units == "enterprises" else Text("阶段", "Stages")
    return Section("stages", title, blocks_of(*blocks))


def _scores(digest: Digest, units: Units) -> Section | None:
    shown = [topic for topic in digest.topics if f"areas_{topic.code}" in digest]
    if not shown:
        return None
    blocks: list[Block] = []
    for topic in shown:
        areas, indicators = digest[f"areas_{topic.code}"], digest[f"indicators_{topic.code}"]
        blocks += _heading(digest, topic) if len(shown) > 1 else ()
        if topic.system is not None:
            blocks.append(say_areas(units, topic.system, areas, level=topic.level))
        blocks += [_by_city(areas, digest), say_weakest(indicators), Drawing(indicators.code)]
    blocks.append(
        Text(
            f"各{units.group.zh}的平均分取整数；答卷数不公布的{units.group.zh}，平均分也不公布。",
            f"Means of {units.groups_en} are shown in whole points, and not at all where the number of answers is not shown.",
        )
        if digest.units == "enterprises"
        else NOTHING
    )
    return Section(
        "scores",
        Text("各方面得分", "Scores by area"),
        blocks_of(*blocks),
        tuple(digest[f"indicators_{t.code}"] for t in shown),
    )


def _shares(digest: Digest) -> Section | None:
    shown = [topic for topic in digest.topics if f"reached_{topic.code}" in digest and topic.grouped]
    if not shown or digest.units != "enterprises":
        return None
    blocks: list[Block] = [TWO_READINGS]
    for topic in shown:
        table = _by_city(digest[f"reached_{topic.code}"], digest)
        blocks += [*_heading(digest, topic), _interval_sentence(table), table]
    annex = tuple(_by_city(digest[f"shares_{topic.code}"], digest) for topic in shown)
    return Section("shares", Text("占比能说到什么程度", "How much can be said of a share"), blocks_of(*blocks), annex)


def _interval_sentence(table: Table) -> Text:
    """Say the share of all with its interval, and for how many cities one is shown."""
    row = row_of(table, ALL)
    cities = table.frame[~table.frame["group"].isin([ALL, UNKNOWN])]
    there, name = (
        int(cities["share_pct"].notna().sum()),
        Text(*(title.rsplit(mark, 1)[0] for title, mark in zip(table.title, ("：", ": "), strict=True))),
    )
    of = Text(
        f"{len(cities)} 个市{f'中公布了 {there} 个市的占比' if there else '的占比都不公布'}。",
        f"The share is shown for {there or 'none'} of {counted(len(cities), 'city', 'cities')}.",
    )
    if row["share_pct"] != row["share_pct"]:
        return of
    share, low, high = (percent(float(row[c])) for c in ("share_pct", "ci_low_pct", "ci_high_pct"))
    return sentences(
        Text(
            f"{name.zh}：全部定了阶段的企业中占 {share}，95% 区间 {low} 至 {high}。",
            f"{name.en}: {share} of all enterprises with a stage, 95% interval {low} to {high}.",
        ),
        WIDER if is_without_population(table) else NOTHING,
        of,
    )


def _measures(digest: Digest) -> Section | None:
    """Say what measures would change for everybody; single cities stay inside."""
    blocks: list[Block] = []
    for topic in digest.topics:
        said = say_risen(digest, topic)
        blocks += [said, digest[f"what_if_{topic.code}"]] if said != NOTHING else []
    return Section("whatif", Text("采取措施会怎样", "What if measures were taken?"), tuple(blocks)) if blocks else None


def _needs(digest: Digest, units: Units) -> Section | None:
    shown = [topic for topic in digest.topics if f"needs_{topic.code}" in digest and topic.rule is not None]
    if not shown:
        return None
    blocks: list[Block] = []
    for topic in shown:
        table, rule = digest[f"needs_{topic.code}"], topic.rule
        if rule is None:
            continue
        blocks += [
            *(_heading(digest, topic) if len(shown) > 1 else ()),
            *(say_need(units, rule, table, code) for code in reversed(rule.codes[:-1])),
            table,
        ]
    annex = tuple(_by_city(digest[f"needs_by_city_{topic.code}"], digest) for topic in shown if topic.grouped)
    return Section("needs", Text("差在哪里", "Which needs stop them"), blocks_of(*blocks), annex)


def _carriers(digest: Digest) -> Section | None:
    tables = [digest[f"carriers_{topic.code}"] for topic in digest.topics if f"carriers_{topic.code}" in digest]
    if not tables:
        return None
    return Section("carriers", Text("各类档案的载体", "Carriers by archive type"), (*tables, FILING_IS_DUTY))


def _moves(digest: Digest, units: Units) -> Section | None:
    tables = [digest[f"moves_{topic.code}"] for topic in digest.topics if f"moves_{topic.code}" in digest]
    if not tables:
        return None
    words = Text(
        f"同一项调查先后两期，按同一套标准定阶段：行为前一期，列为后一期，各行相加为该行的{units.noun}数。",
        f"Two waves of one survey, staged by one standard: rows are the earlier wave, columns the later, and a row adds up to its number of {units.many}.",
    )
    return Section("waves", Text("两期之间的变化", "What has changed between waves"), (words, *tables))


def _options(digest: Digest) -> Section | None:
    tables = [digest[f"options_{topic.code}"] for topic in digest.topics if f"options_{topic.code}" in digest]
    if not tables or digest.units != "enterprises":
        return None
    words = Text(
        "只列所有企业都要回答的多选题。答了本题的企业数不公布时，看“占全部有效答卷”一列。表在工作簿中。",
        "Questions that every enterprise was to answer. Where it is not shown how many answered, the last column gives the share of all usable answers. The tables are in the workbook.",
    )
    return Section("options", Text("多选题", "Questions with many answers"), (words,), tuple(tables))


def _method(digest: Digest, units: Units) -> Section:
    blocks: list[Block] = []
    for topic in digest.topics:
        blocks += _heading(digest, topic) if topic.rule or topic.system else ()
        if topic.rule is not None:
            blocks += rule_texts(units, topic.rule, topic.system)
            blocks.append(tabulate_rule(topic.rule, topic.system, survey=topic.code, provenance=digest.provenance))
        if topic.system is not None:
            blocks.append(score_sentence(topic.system))
            weights = tabulate_weights(topic.system, survey=topic.code, provenance=digest.provenance)
            blocks += [weights] if len(weights.frame) else []
    blocks += tell_citation(facts_of_digest(digest), digest.provenance)
    return Section("method", Text("阶段的确定方法", "How stages are made"), blocks_of(*blocks))


def _hidden(digest: Digest, loss: Loss, units: Units) -> Section | None:
    if digest.units != "enterprises":
        return None
    k, counter, noun = digest.k, units.counter, units.noun
    how = Text(
        f"有关不足 {k} {counter}{noun}的数（零也算）一律隐去，总数减去它所剩不足 {k} {counter}的也隐去（主隐匿）；为使这些数不能由别的数加减推算出来，再隐去一些本来不小的数（次隐匿）。"
        f"各表作为一个整体处理：同一个数在几张表中出现，只算一个。隐去的数，按公布的全部数字推算，可能的取值范围不小于 {k}。由隐去的数算出的比例、区间和平均数随之隐去。合计的答卷数都是真实的，未作改动；没有一个数被四舍五入到别的数或加过噪声，只有各市平均分取整数。",
        f"A number about fewer than {k} {units.many} (none included) is not shown, nor one that leaves fewer than {k} of its total (primary suppression). So that these cannot be worked out by adding "
        f"and subtracting, some numbers that are not small are not shown either (complementary suppression). All tables are treated as one: a number that stands in several is one number. From everything that is shown, "
        f"a hidden number can still be any of a range at least {k} wide. Shares, intervals and means computed from hidden numbers are hidden with them. Totals are true; no number is altered, only means of cities are in whole points.",
    )
    rows = tabulate_loss(loss)
    share = percent(100.0 * loss.hidden / loss.cells) if loss.cells else percent(0.0)
    cost = Text(
        f"{number(loss.cells)} 个数中，隐去 {number(loss.hidden)} 个（{share}）。",
        f"Of {number(loss.cells)} numbers {number(loss.hidden)} ({share}) are not shown.",
    )
    blocks: list[Block] = [how, cost, rows]
    if loss.withheld:
        listed = join(loss.withheld)
        blocks.append(Text(f"整张不公布的：{listed.zh}。", f"Left out as a whole: {listed.en}."))
    blocks.append(
        Text(
            "各项统计检验、名次、因子分析、稳健性分析和现场走访只在内部版中：它们由全部答卷算出，说不清从中能推算出什么。",
            "Tests, ranks, factors, robustness and field visits are in the internal edition only: they are computed from all answers, and no one can say what could be worked out from them.",
        )
    )
    return Section("hidden", Text("隐去的内容及原因", "What is not shown, and why"), blocks_of(*blocks))


def _limits(digest: Digest) -> Section:
    made_up = digest.provenance.nature == "synthetic"
    points = (
        Text(
            "单个企业的情况。本版没有一个数是关于单个企业的。",
            "Anything about a single enterprise. No number here is about one.",
        )
        if digest.units == "enterprises"
        else NOTHING,
        Text(
            "隐去的数是大是小。隐去不等于少：有的数本身不小，隐去是为了保护别的数。",
            "Whether a hidden number is small. Some are not: they are hidden to protect others.",
        )
        if digest.units == "enterprises"
        else NOTHING,
        Text(
            "未答卷的企业。答卷的企业可能与未答的不同。",
            "Those who did not answer. They may differ from those who did.",
        ),
        Text(f"变化和原因。{no_cause_of(digest).zh}", f"Change and cause. {no_cause_of(digest).en}"),
        Text(
            "关于实际企业、城市或省份的任何事。数据是程序编造的。",
            "Anything about a real enterprise, city or province. The data are made up by a program.",
        )
        if made_up
        else NOTHING,
    )
    return Section(
        "limits", Text("这些结果不能说明什么", "What these results cannot say"), blocks_of(*points), points=True
    )
