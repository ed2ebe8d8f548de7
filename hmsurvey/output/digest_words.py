"""Sentences put together from a digest, for whoever may not see more: how many, at which stage, which cities first, what stops most, what is weakest.

A number that is hidden is said to be hidden; a sentence that would rest on it is left out or says less. Nothing here reaches an answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from hmsurvey.analysis.attention import FIRST, Attention, Standing
from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import rows_of
from hmsurvey.output.phrases import Units, counted, decimal, join, number, percent, places_of_column
from hmsurvey.output.saying import say_stages
from hmsurvey.tables import Table

_CLOSE = 0.1  # chances nearer than this are not told apart


@dataclass(frozen=True, slots=True)
class Stop:
    """A need that stops units below a stage: how many are below, how many do not meet it (NaN where that is hidden)."""

    code: str
    label: Text
    stage: Text
    below: float
    unmet: float

    @property
    def share(self) -> float:
        """Per cent of those below."""
        return 100.0 * self.unmet / self.below if self.below else math.nan


@dataclass(frozen=True, slots=True)
class Weak:
    """An indicator: its mean share of the maximum (%), the problem it speaks to."""

    code: str
    label: Text
    share: float
    problem: str


def units_of_digest(digest: Digest) -> Units:
    """Return what the units and groups of a digest are called."""
    if digest.units == "enterprises":
        return Units("家", "企业", "enterprise", "enterprises", Text("市", "city"), "cities")
    many = digest.unit[:-1] + "ies" if digest.unit.endswith("y") else digest.unit + "s"
    return Units("个", "单位", digest.unit, many, Text("组", "group"), "groups")


def known(value: object) -> bool:
    """Tell whether a number is there: neither hidden nor missing."""
    return value is not None and not pd.isna(value)  # type: ignore[call-overload]


def row_at(table: Table, group: str) -> dict[str, object]:
    """Return the row of a group as plain values by column; nothing where there is none."""
    found = rows_of(table.frame[table.frame["group"] == group])
    return found[0] if found else {}


def number_at(row: dict[str, object], column: str) -> float:
    """Return a number of a row, NaN where it is hidden, missing or not a column."""
    value = row.get(column)
    return float(str(value)) if known(value) else math.nan


def staged_topics(digest: Digest) -> tuple[Topic, ...]:
    """Return the surveys that have stages."""
    return tuple(t for t in digest.topics if t.rule is not None and f"stages_{t.code}" in digest)


def usable(digest: Digest, topic: Topic, group: str = ALL) -> float:
    """Return how many usable answers a survey has."""
    return number_at(row_at(digest[f"stages_{topic.code}"], group), "n")


def counted_stages(digest: Digest, topic: Topic) -> Text:
    """Say how many units are in each stage, highest first, the unstaged last; hidden counts together."""
    if topic.rule is None:
        return NOTHING
    said = say_stages(units_of_digest(digest), topic.rule, digest[f"stages_{topic.code}"])
    return said if said != NOTHING else Text("各阶段的数目不公布。", "How many are at each stage is not shown.")


def commonest_stage(digest: Digest, topic: Topic, group: str = ALL) -> tuple[str, float]:
    """Return the stage that holds the most units and its share (%); an empty code where a count is hidden or there is no answer."""
    rule, row = topic.rule, row_at(digest[f"stages_{topic.code}"], group)
    counts = {code: number_at(row, f"n_{code}") for code in (rule.codes if rule else ())}
    n = number_at(row, "n")
    if not counts or not known(n) or not n or not all(known(c) for c in counts.values()):
        return "", math.nan
    top = max(counts, key=lambda code: counts[code])
    return top, 100.0 * counts[top] / n


def standing_words(one: Standing, units: Units) -> Text:
    """Say one city: name, counts, share, interval."""
    ends = f"{decimal(one.low)}—{decimal(one.high)}", f"{decimal(one.low)} to {decimal(one.high)}"
    return Text(
        f"{one.label.zh}（能定阶段的 {number(one.staged)} {units.counter}中 {number(one.lowest)} {units.counter}，{percent(one.share)}，95% 区间 {ends[0]}）",
        f"{one.label.en} ({number(one.lowest)} of {number(one.staged)} with a stage, {percent(one.share)}, 95% interval {ends[1]})",
    )


def certainty(chance: float) -> Text:
    """Return a chance in words.

    >>> certainty(0.55).en
    'with little certainty'
    """
    if chance >= 0.9:
        return Text("把握较大", "with fair certainty")
    if chance >= 0.7:
        return Text("有一定把握", "with some certainty")
    if chance >= 0.5:
        return Text("把握不大", "with little certainty")
    return Text("把握很小", "with very little certainty")


def whole_percent(chance: float) -> str:
    """Return a chance as a whole percentage that never claims certainty.

    >>> whole_percent(0.774), whole_percent(0.9999), whole_percent(0.0001)
    ('77%', 'over 99%', 'under 1%')
    """
    return "over 99%" if chance > 0.995 else "under 1%" if chance < 0.005 else f"{100 * chance:.0f}%"


def whole_percent_zh(chance: float) -> str:
    """Return a chance as a whole percentage in Chinese."""
    return whole_percent(chance).replace("over 99%", "99% 以上").replace("under 1%", "不到 1%")


def about_percent_zh(chance: float) -> str:
    """Return a chance as Chinese says it in a sentence: about so much, or above or below a limit.

    >>> about_percent_zh(0.774), about_percent_zh(0.0001)
    ('约 77%', '不到 1%')
    """
    plain = whole_percent_zh(chance)
    return f"约 {plain}" if 0.005 <= chance <= 0.995 else plain


def first_cities_in_short(found: Attention, units: Units) -> Text:
    """Say in one line which cities to look at first by one survey, and how sure that is."""
    if not found.first:
        return first_cities(found, units)
    zh = "和".join(f"{one.label.zh}（{percent(one.share)}）" for one in found.first)
    en = " and ".join(f"{one.label.en} ({percent(one.share)})" for one in found.first)
    sure = (
        "和".join(about_percent_zh(one.chance) for one in found.first),
        " and ".join(whole_percent(one.chance) for one in found.first),
    )
    return Text(
        f"按“{found.topic.label.zh}”，{_among(found, units).zh}{found.stage.zh}所占比例最高的是{zh}；假如全部{units.noun}都作答，仍居最高两位的机会为{sure[0]}。",
        f"By the {as_inside(found.topic.label.en)}, {_among(found, units).en}the share at stage “{found.stage.en}” is highest in {en}; had every {units.one} answered, the chance that they would still be among the highest two is {sure[1]}.",
    )


def first_cities(found: Attention, units: Units) -> Text:
    """Say which cities to look at first by one survey, and how sure that is; or why none can be named."""
    topic, groups = found.topic, units.groups_en
    if not found.first:
        m = len(found.ranked)
        why = (
            Text(f"各{units.group.zh}的比例相同", f"all {groups} have the same share")
            if m > FIRST
            else Text(
                f"能比较的{units.group.zh}只有 {m} 个"
                if m
                else f"各{units.group.zh}{found.stage.zh}占能定阶段{units.noun}的比例不公布；占全部答卷的比例把未定的也算在分母里，不能代替"
                if found.hidden
                else f"没有一个{units.group.zh}的数字可以比较",
                f"only {counted(m, units.group.en, groups)} can be compared"
                if m
                else f"the shares at stage “{found.stage.en}” among {units.many} with a stage are not shown, and shares of all answers, the unstaged counted in, cannot stand in for them"
                if found.hidden
                else f"none of the {groups} can be compared",
            )
        )
        return Text(
            f"按“{topic.label.zh}”分不出应优先关注哪两个{units.group.zh}：{why.zh}。",
            f"By the {as_inside(topic.label.en)}, no two {groups} can be singled out: {why.en}.",
        )
    said = join([standing_words(one, units) for one in found.first])
    pairs = [(one.label, one.chance) for one in found.first]
    luck, close = FIRST / len(found.ranked), _close_behind(found)
    chances = Text(
        "，".join(f"{name.zh}{about_percent_zh(chance)}" for name, chance in pairs),
        " and ".join(f"{whole_percent(chance)} for {name.en}" for name, chance in pairs),
    )
    return Text(
        f"按“{topic.label.zh}”，{_among(found, units).zh}应优先关注{said.zh}：{found.stage.zh}所占比例最高。假如全部在产{units.noun}都作答，仍居最高两位的机会，{chances.zh}；"
        f"从 {number(len(found.ranked))} 个{units.group.zh}中随意指两个，每个的机会是 {whole_percent_zh(luck)}。{close.zh}",
        f"By the {as_inside(topic.label.en)}, {_among(found, units).en}look first at {said.en}: the share at stage “{found.stage.en}” is highest there. If every {units.one} in production had answered, the chance that they would still be among "
        f"the highest two is {chances.en}; for any of the {number(len(found.ranked))} {groups} picked at random it is {whole_percent(luck)}."
        + close.en,
    )


def _close_behind(found: Attention) -> Text:
    """Name the next city where its chance is nearly that of the second: which of them is named hangs on a single answer."""
    second, third = found.ranked[FIRST - 1], found.ranked[FIRST]
    if second.chance - third.chance >= _CLOSE:
        return NOTHING
    chance = whole_percent(third.chance)
    return Text(
        f"{third.label.zh}（机会{about_percent_zh(third.chance)}）与{second.label.zh}相差无几。",
        f" {third.label.en} ({chance}) is hardly behind {second.label.en}.",
    )


def _among(found: Attention, units: Units) -> Text:
    """Say that only the cities whose numbers are shown are compared, where some are hidden."""
    if not found.hidden:
        return NOTHING
    n = number(len(found.ranked))
    return Text(
        f"在数字可比的 {n} 个{units.group.zh}中，", f"among the {n} {units.groups_en} whose numbers are shown, "
    )


def as_inside(label: str) -> str:
    """Return a label as it stands inside a sentence: a plain first word loses its capital."""
    return label[:1].lower() + label[1:] if label.startswith(("Survey", "Questionnaire", "Index")) else f"“{label}”"


def stops(digest: Digest, topic: Topic, stage: str) -> tuple[Stop, ...]:
    """Return the needs of a stage, those that stop most in front; those with a hidden count last."""
    code = f"needs_{topic.code}"
    if code not in digest or topic.rule is None:
        return ()
    table = digest[code]
    labels = table.column("need").labels
    found = [
        Stop(
            str(row["need"]),
            labels[str(row["need"])],
            topic.rule.label_of(stage),
            number_at(row, "n_below"),
            number_at(row, "n_unmet"),
        )
        for row in rows_of(table.frame)
        if row["stage"] == stage
    ]
    return tuple(sorted(found, key=lambda stop: -stop.unmet if known(stop.unmet) else math.inf))


def first_stop(digest: Digest, topic: Topic, *, short: bool = False) -> Text:
    """Say which need keeps most units at the lowest stage, and which comes next unless it is to be short."""
    if topic.rule is None or len(topic.rule.codes) < 2:
        return NOTHING
    units, found = units_of_digest(digest), stops(digest, topic, topic.rule.codes[-2])
    if not found or not found[0].below:
        return NOTHING
    top = found[0]
    if not known(top.unmet) or not known(top.below):
        return Text(
            f"各项要求分别拦住多少{units.noun}，不公布。", f"How many {units.many} each need stops is not shown."
        )
    below, share = units.count(top.below), percent(top.share)
    if len(found) == 1:
        return Text(
            f"没有达到{top.stage.zh}的 {number(top.below)} {units.counter}，都差在唯一的一项要求：{top.label.zh}。",
            f"The {below.en} short of {top.stage.en} lack the one thing it needs: {top.label.en}.",
        )
    part = not all(known(stop.unmet) for stop in found)
    if short or part:
        rest = (
            Text("；还有要求未公布有多少家不满足", "; for some other need the number is not shown") if part else NOTHING
        )
        return Text(
            f"没有达到{top.stage.zh}的 {number(top.below)} {units.counter}中，{number(top.unmet)} {units.counter}（{share}）不满足“{top.label.zh}”{rest.zh}。",
            f"Of the {below.en} short of {top.stage.en}, {number(top.unmet)} ({share}) do not meet “{top.label.en}”{rest.en}.",
        )
    second, unmet = found[1].label, f"{number(found[1].unmet)}"
    more = percent(found[1].share)
    return Text(
        f"没有达到{top.stage.zh}的 {number(top.below)} {units.counter}中，不满足“{top.label.zh}”的最多，有 {number(top.unmet)} {units.counter}（{share}）；其次是“{second.zh}”，{unmet} {units.counter}（{more}）。",
        f"Of the {below.en} short of {top.stage.en}, the need most often unmet is “{top.label.en}”: {number(top.unmet)} ({share}). Next is “{second.en}”, {unmet} ({more}).",
    )


def weak_indicators(digest: Digest, topic: Topic) -> tuple[Weak, ...]:
    """Return the indicators whose mean is shown, the weakest first; nothing where points cannot be read as shares.

    Shares are those that stand in the table, with one decimal, so that a reader can work out a mean of them and every edition says the same.
    """
    code = f"indicators_{topic.code}"
    if code not in digest:
        return ()
    table = digest[code]
    labels = table.column("indicator").labels
    found = [
        Weak(
            str(row["indicator"]),
            labels.get(str(row["indicator"]), Text(str(row["indicator"]), str(row["indicator"]))),
            round(number_at(row, "mean_share_pct"), 1),
            str(row.get("problem") or ""),
        )
        for row in rows_of(table.frame)
    ]
    shown = [weak for weak in found if math.isfinite(weak.share)]
    if any(weak.share < 0 for weak in shown) or any(math.isinf(weak.share) for weak in found):
        return ()
    return tuple(sorted(shown, key=lambda weak: (weak.share, weak.code)))


def area_means(digest: Digest, topic: Topic, group: str = ALL) -> tuple[tuple[str, Text, float], ...]:
    """Return code, name and mean of every area of a city that is shown, in the index's order."""
    code = f"areas_{topic.code}"
    if code not in digest or topic.system is None or not topic.level:
        return ()
    row = row_at(digest[code], group)
    found = [(node.code, node.label, number_at(row, node.code)) for node in topic.system.level(topic.level)]
    return tuple(area for area in found if known(area[2]))


def weakest_area(digest: Digest, topic: Topic) -> Text:
    """Say the weakest and the strongest area on average."""
    means = area_means(digest, topic)
    if len(means) < 2:
        return NOTHING
    low, high = min(means, key=lambda a: a[2]), max(means, key=lambda a: a[2])
    table = digest[f"areas_{topic.code}"]
    said = [decimal(area[2], places_of_column(table, table.column(area[0]))) for area in (low, high)]
    return Text(
        f"{number(len(means))} 个方面中，平均得分以{low[1].zh}最低（{said[0]} 分），{high[1].zh}最高（{said[1]} 分）。",
        f"Of {number(len(means))} areas, the mean is lowest in {low[1].en} ({said[0]}) and highest in {high[1].en} ({said[1]}).",
    )
