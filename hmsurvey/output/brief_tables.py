"""The tables of the brief: few columns, those to look at first on top. What is hidden in the digest is hidden here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from hmsurvey.analysis.attention import Attention
from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.shares_shown import WITHOUT_POPULATION, is_without_population
from hmsurvey.analysis.words import ALL, stage_labels
from hmsurvey.errors import Text
from hmsurvey.output.digest_words import known, number_at, row_at, stops, units_of_digest, weak_indicators
from hmsurvey.output.phrases import NOTHING_SIGN, decimal
from hmsurvey.problems import Agenda
from hmsurvey.provenance import combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Column, Table

WEAKEST = 5


def stages_side_by_side(digest: Digest, topics: Sequence[Topic]) -> Table | None:
    """Put the stages of all surveys that have the same ones in one table; None where they do not."""
    if not topics or len({topic.rule.codes for topic in topics if topic.rule}) != 1 or topics[0].rule is None:
        return None
    rule, units = topics[0].rule, units_of_digest(digest)
    codes = [*rule.codes, UNSTAGED]
    labels = stage_labels(rule)
    rows, hidden = [], set()
    for place, topic in enumerate(topics):
        source = digest[f"stages_{topic.code}"]
        row = row_at(source, ALL)
        at = int(source.frame.index[source.frame["group"] == ALL][0])
        values: list[Any] = [topic.code]
        for column in ("n", *(f"n_{code}" for code in codes)):
            values.append(number_at(row, column))
            if (at, column) in source.hidden:
                hidden.add((place, column))
        low = f"share_{rule.codes[-1]}_pct"
        values.append(number_at(row, low))
        hidden |= {(place, low)} if (at, low) in source.hidden else set()
        rows.append(values)
    lowest = labels[rule.codes[-1]]
    columns = (
        Column("survey", Text("调查", "Survey"), "code", labels={topic.code: topic.label for topic in topics}),
        Column("n", Text("答卷企业" if digest.units == "enterprises" else "答卷", "Answered"), "count"),
        *(Column(f"n_{code}", labels[code], "count") for code in codes),
        Column(f"share_{rule.codes[-1]}_pct", Text(f"{lowest.zh}占比（%）", f"{lowest.en} (%)"), "percent"),
    )
    title = Text(f"各阶段的{units.noun}数", f"{units.many.capitalize()} at each stage")
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    provenance = combine(*(digest[f"stages_{topic.code}"].provenance for topic in topics))
    return Table(frame, provenance, "brief_stages", title, columns, hidden=frozenset(hidden))


def cities_in_order(digest: Digest, found: Attention) -> Table:
    """List the cities of a survey, those to look at first on top: answers, stages, share at the lowest with its interval, chance to be among the two highest; cities without answers are left out."""
    topic, source = found.topic, digest[f"stages_{found.topic.code}"]
    codes = [*(topic.rule.codes if topic.rule else ()), UNSTAGED]
    labels = stage_labels(topic.rule) if topic.rule else {}
    share = "lowest_pct"
    standing = {one.group: one for one in found.ranked} | ({ALL: found.whole} if found.whole else {})
    places = {str(group): place for place, group in enumerate(source.frame["group"])}
    rest = [g for g in places if g not in standing and g != ALL and number_at(row_at(source, g), "n") != 0]
    sizes = row_sizes(digest, topic)
    rows, hidden = [], set()
    for place, group in enumerate([*(one.group for one in found.ranked), *rest, ALL]):
        row, one, at = row_at(source, group), standing.get(group), places[group]
        counts = ["n", *(f"n_{code}" for code in codes)]
        staged = number_at(row, "n") - number_at(row, f"n_{UNSTAGED}")
        part = 100.0 * number_at(row, f"n_{codes[-2]}") / staged if staged else math.nan
        chance = 100 * one.chance if one and group != ALL else math.nan
        gone = {c for c in counts if (source.frame.index[at], c) in source.hidden}
        veiled = not one and bool(gone & {"n", f"n_{codes[-2]}", f"n_{UNSTAGED}"})
        interval = "" if veiled else f"{decimal(one.low)}–{decimal(one.high)}" if one else NOTHING_SIGN
        rows.append([group, sizes.get(group, math.nan), *(number_at(row, c) for c in counts), part, interval, chance])
        hidden |= {(place, c) for c in gone} | ({(place, share), (place, "interval")} if veiled else set())
    spans = {span: Text(span.replace("–", "—"), span) for span in (str(row[-2]) for row in rows) if len(span) > 1}
    lowest = labels[codes[-2]]
    group_label = Text("城市", "City") if digest.units == "enterprises" else Text("组", "Group")
    columns = (
        Column("group", group_label, "code", labels=source.column("group").labels),
        Column("n_in_production", Text("在产企业", "In production"), "count"),
        Column("n", Text("答卷", "Answered"), "count"),
        *(Column(f"n_{code}", labels[code], "count") for code in codes),
        Column(share, Text(f"{lowest.zh}占能定阶段的（%）", f"{lowest.en}, of those staged (%)"), "percent"),
        Column("interval", Text("95% 区间（%）", "95% interval (%)"), "number", labels=spans),
        Column("chance_pct", Text("机会（%）", "Chance (%)"), "percent", decimals=0),
    )
    ranked = any(row[-1] == row[-1] for row in rows)  # without an order the chance to be on top says nothing
    left_out = {*([] if digest.registered else ["n_in_production"]), *([] if ranked else ["chance_pct"])}
    keep = [c for c in columns if c.code not in left_out]
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])[[c.code for c in keep]]
    where = (
        Text("各市企业的阶段", "Stages by city")
        if digest.units == "enterprises"
        else Text("各组的阶段", "Stages by group")
    )
    title = Text(f"{where.zh}：{topic.label.zh}", f"{where.en}: {topic.label.en}")
    shares = digest.tables.get(f"shares_{topic.code}")
    bare = shares is not None and is_without_population(shares) and found.whole is not None
    notes = (*((_chance_note(found.stage),) if ranked else ()), *((WITHOUT_POPULATION,) if bare else ()))
    return Table(
        frame, source.provenance, f"brief_cities_{topic.code}", title, tuple(keep), notes, hidden=frozenset(hidden)
    )


def row_sizes(digest: Digest, topic: Topic) -> dict[str, float]:
    """Return how many are in production in each city, and in all cities together."""
    if not digest.registered or "coverage" not in digest:
        return {}
    frame = digest["coverage"].frame
    return dict(zip(frame["group"].astype(str), frame["n_in_production"].astype(float), strict=True))


def _chance_note(stage: Text) -> Text:
    return Text(
        f"机会：假如全部作答，{stage.zh}所占比例仍居最高两位的机会。",
        f"Chance: that the share at stage “{stage.en}” would still be among the two highest, had everybody answered.",
    )


def needs_not_met(digest: Digest, topics: Sequence[Topic]) -> Table | None:
    """List the needs of every stage above the lowest, those that stop most first within their stage."""
    rows: list[list[Any]] = []
    hidden: set[tuple[int, str]] = set()
    needs, surveys, labels, parts = {}, {}, {}, []
    for topic in topics:
        if topic.rule is None or f"needs_{topic.code}" not in digest or len(topic.rule.needs) < len(topic.rule.codes):
            continue  # one need a stage: a sentence says it all
        parts.append(digest[f"needs_{topic.code}"].provenance)
        surveys[topic.code] = topic.label
        for stage in reversed(topic.rule.codes[:-1]):
            labels[f"{topic.code}/{stage}"] = topic.rule.label_of(stage)
            for stop in stops(digest, topic, stage):
                key = f"{topic.code}/{stop.code}"
                needs[key] = stop.label
                for column, value in (("n_below", stop.below), ("n_unmet", stop.unmet), ("unmet_pct", stop.share)):
                    if not known(value) and not (known(stop.below) and not stop.below):
                        hidden.add((len(rows), column))
                rows.append([topic.code, f"{topic.code}/{stage}", key, stop.below, stop.unmet, stop.share])
    if not rows:
        return None
    units = units_of_digest(digest)
    columns = (
        Column("survey", Text("调查", "Survey"), "code", labels=surveys),
        Column("stage", Text("要达到的阶段", "Stage to reach"), "code", labels=labels),
        Column("need", Text("要求", "Need"), "code", labels=needs),
        Column("n_below", Text(f"未达到{units.counter}数", f"{units.many.capitalize()} below"), "count"),
        Column("n_unmet", Text("不满足此项", "Do not meet it"), "count"),
        Column("unmet_pct", Text("占比（%）", "Share (%)"), "percent"),
    )
    shown = columns if len(surveys) > 1 else columns[1:]
    frame = pd.DataFrame(rows, columns=["survey", "stage", "need", "n_below", "n_unmet", "unmet_pct"])[
        [c.code for c in shown]
    ]
    only = next(iter(surveys.values())) if len(surveys) == 1 and len(topics) > 1 else Text("", "")
    title = Text(
        f"哪些要求拦住了{units.noun}" + (f"：{only.zh}" if only.zh else ""),
        f"Which needs stop {units.many}" + (f": {only.en}" if only.en else ""),
    )
    return Table(frame, combine(*parts), "brief_needs", title, tuple(shown), hidden=frozenset(hidden))


def weakest_indicators(digest: Digest, topic: Topic, agenda: Agenda) -> Table | None:
    """List the indicators on which the least is earned, with the problem each speaks to; None where there are only a few."""
    found = weak_indicators(digest, topic)
    if len(found) < 2 * WEAKEST:
        return None
    source = digest[f"indicators_{topic.code}"]
    known_problems = {p.code: p.label for p in agenda.problems}
    frame = pd.DataFrame(
        [[w.code, w.share, w.problem if w.problem in known_problems else ""] for w in found[:WEAKEST]],
        columns=["indicator", "mean_share_pct", "problem"],
    )
    columns = [
        Column("indicator", Text("指标", "Indicator"), "code", labels={w.code: w.label for w in found}),
        Column("mean_share_pct", Text("平均得分率（%）", "Mean share of maximum (%)"), "percent"),
        Column("problem", Text("对应的问题", "Problem"), "code", labels=known_problems | {"": Text("–", "–")}),
    ]
    if not frame["problem"].any():
        frame, columns = frame.drop(columns="problem"), columns[:-1]
    title = Text(f"得分率最低的 {WEAKEST} 个指标", f"The {WEAKEST} indicators on which least is earned")
    return Table(frame, source.provenance, f"brief_weakest_{topic.code}", title, tuple(columns))
