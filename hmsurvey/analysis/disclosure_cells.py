"""Every count of a digest as one cell, wherever it stands, and what adds up to what: the system of equations that a reader of all tables has before him.

A count that stands in several tables is one cell. Complements that no table shows (those who did not answer, those not at a stage) are cells too, for they can be worked out. Nothing is hidden here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.disclosure_ledger import CHEAP, PLAIN, ROW, Key, Ledger, groups_of_table, over_groups
from hmsurvey.analysis.disclosure_moves import enter_moves
from hmsurvey.analysis.disclosure_scores import enter_scores
from hmsurvey.analysis.words import ALL
from hmsurvey.rules import UNSTAGED, Need, Stage
from hmsurvey.systems import IndicatorSystem, ceiling_of, weights_of
from hmsurvey.tables import Table

_PROVINCE, _REGISTRY = 6.0, 20.0  # how much is lost with a cell


def cells_of(digest: Digest, *, means: bool = True) -> Ledger:
    """Enter every count of a digest, and what its means say of them; without `means`, those that would say anything are noted as telling."""
    ledger = Ledger(digest.k)
    _enter_coverage(ledger, digest)
    for topic in digest.topics:
        ledger.kept.add(("n", topic.code, ALL))
        if f"stages_{topic.code}" in digest:
            _enter_stages(ledger, digest[f"stages_{topic.code}"], topic)
            _enter_shares(ledger, digest, topic)
            if f"moves_{topic.code}" in digest:
                enter_moves(ledger, digest[f"moves_{topic.code}"], digest[f"stages_{topic.code}"], survey=topic.code)
        if f"needs_{topic.code}" in digest:
            _enter_needs(ledger, digest, topic)
        if f"areas_{topic.code}" in digest:
            enter_scores(ledger, digest, topic, means=means)
        if f"carriers_{topic.code}" in digest:
            _enter_carriers(ledger, digest[f"carriers_{topic.code}"], topic.code)
        if f"options_{topic.code}" in digest:
            _enter_options(ledger, digest[f"options_{topic.code}"], topic.code)
    return ledger


def _enter_coverage(ledger: Ledger, digest: Digest) -> None:
    table = digest["coverage"]
    surveys = [topic.code for topic in digest.topics]
    known = "n_in_production" in table.frame
    for row, values in table.frame.iterrows():
        at, group = int(str(row)), str(values["group"])
        if known:
            dear = _REGISTRY if group == ALL else 8.0
            ledger.put(("in", group), values["n_in_production"], place=("coverage", at, "n_in_production"), price=dear)
        for code in surveys:
            ledger.put(
                ("n", code, group), values[f"n_usable_{code}"], place=("coverage", at, f"n_usable_{code}"), price=ROW
            )
            if known:
                ledger.split(("in", group), ("n", code, group), ("silent", code, group))
                ledger.follows["coverage", at, f"coverage_{code}_pct"] = (("in", group), ("n", code, group))
    over_groups(ledger, groups_of_table(table), [(("in",), ()), *((("n", code), ()) for code in surveys)])


def _enter_stages(ledger: Ledger, table: Table, topic: Topic) -> None:
    survey, codes = topic.code, [*(topic.rule.codes if topic.rule else ()), UNSTAGED]
    lowest = codes[-2]
    for row, values in table.frame.iterrows():
        at, group = int(str(row)), str(values["group"])
        n, staged = ("n", survey, group), ("staged", survey, group)
        ledger.put(n, values["n"], place=(table.code, at, "n"), price=ROW)
        for code in codes:
            key = ("stage", survey, group, code)
            dear = 1.2 if code in (lowest, UNSTAGED) else _PROVINCE
            ledger.put(
                key, values[f"n_{code}"], place=(table.code, at, f"n_{code}"), price=dear if group == ALL else PLAIN
            )
            ledger.follows[table.code, at, f"share_{code}_pct"] = (n, key)
        ledger.put(staged, values["n"] - values[f"n_{UNSTAGED}"])
        ledger.add_up(n, [("stage", survey, group, code) for code in codes])
        ledger.add_up(n, (staged, ("stage", survey, group, UNSTAGED)))
        for code in codes[:-1]:
            key = ("stage", survey, group, code)
            ledger.split(n, key, ("other", survey, group, code))
            ledger.split(staged, key, ("short", survey, group, code))
    kinds: list[tuple[Key, Key]] = [(("stage", survey), (code,)) for code in codes]
    over_groups(ledger, groups_of_table(table), kinds)


def _enter_shares(ledger: Ledger, digest: Digest, topic: Topic) -> None:
    survey, codes = topic.code, topic.rule.codes if topic.rule else ()
    for kind in ("shares", "reached"):
        if f"{kind}_{survey}" not in digest:
            continue
        table = digest[f"{kind}_{survey}"]
        for row, values in table.frame.iterrows():
            at, group = int(str(row)), str(values["group"])
            n, staged, size = ("n", survey, group), ("staged", survey, group), ("in", group)
            part: Key = (
                ("stage", survey, group, str(values["stage"]))
                if kind == "shares"
                else ("short", survey, group, codes[-1])
            )
            population = ledger.values.get(size, math.nan) == float(values["n_in_production"])
            if population:
                ledger.put(size, values["n_in_production"], place=(table.code, at, "n_in_production"))
            ledger.put(n, values["n"], place=(table.code, at, "n"))
            ledger.put(staged, values["n_staged"], place=(table.code, at, "n_staged"), price=CHEAP)
            ledger.put(part, values["n_reached"], place=(table.code, at, "n_reached"), price=0.5)
            ledger.follows[table.code, at, "share_pct"] = (staged, part)
            for column in ("ci_low_pct", "ci_high_pct", "method", "note"):
                ledger.follows[table.code, at, column] = (n, staged, part, *((size,) if population else ()))
            if kind == "reached":
                ledger.add_up(part, [("stage", survey, group, code) for code in codes[:-1]])


def nested(low: Need, high: Need) -> bool:
    """Tell whether who does not meet the lower need cannot meet the higher one: the same minimum, asked higher."""
    if (low.subject, low.target, low.among, low.at_least) != (high.subject, high.target, high.among, high.at_least):
        return False
    if low.subject in ("any", "all", "condition") or len(low.bounds) != 1 or len(high.bounds) != 1:
        return False
    (one, least), (other, more) = low.bounds[0], high.bounds[0]
    return one in ("min", "above") and other in ("min", "above") and more >= least


def entails(system: IndicatorSystem | None, high: Need, low: Need) -> bool:
    """Tell whether who meets a minimum of a total also meets that of its areas, so that who lacks the second lacks the first: with two areas alike, 80 in all takes 60 in each."""
    if system is None or high.subject != "score" or low.subject not in ("every", "score"):
        return False
    whole = next((node for node in system.nodes if node.code == high.target), None)
    if whole is None or whole.aggregate != "arithmetic" or whole.transform is not None:
        return False
    asked = [low.target] if low.subject == "score" else [node.code for node in system.level(low.target)]
    weights = {child: weights_of(system)[child] for child in whole.children}
    bounds = [dict(need.bounds).get("min", dict(need.bounds).get("above")) for need in (high, low)]
    if not asked or not set(asked) <= set(weights) or len(high.bounds) != 1 or len(low.bounds) != 1 or None in bounds:
        return False
    total, most = float(sum(weights.values())), ceiling_of(system, whole.code)
    if most is None or not total > 0:
        return False
    least, floor = (float(bound or 0.0) for bound in bounds)
    return all(least * total - most * (total - weights[code]) >= floor * weights[code] for code in asked)


def _decides(topic: Topic, stage: Stage, need: Need, by_city: Table) -> bool:
    """Tell whether everybody below a stage lacks this need: the only one, or one that entails all others."""
    if len(stage.needs) == 1:
        return True
    mine = by_city.frame[by_city.frame["need"] == need.code]
    if not (mine["n_below"] == mine["n_unmet"]).all():  # a total that is not known
        return False
    return all(entails(topic.system, need, other) for other in stage.needs if other != need)


def _enter_needs(ledger: Ledger, digest: Digest, topic: Topic) -> None:
    survey, rule = topic.code, topic.rule
    if rule is None:
        return
    by_city, whole = digest[f"needs_by_city_{survey}"], digest[f"needs_{survey}"]
    alone = {need.code for one in rule.stages for need in one.needs if _decides(topic, one, need, by_city)}
    rows = [(by_city.code, row, values, str(values["group"])) for row, values in by_city.frame.iterrows()]
    rows += [(whole.code, row, values, ALL) for row, values in whole.frame.iterrows()]
    for name, row, values, group in rows:
        at, stage, need = int(str(row)), str(values["stage"]), str(values["need"])
        lower = rule.codes[rule.codes.index(stage) + 1 :]
        below, unmet = ("below", survey, group, stage), ("unmet", survey, group, need)
        if len(lower) == 1:
            ledger.same[below] = ("stage", survey, group, lower[0])
        if need in alone:
            ledger.same[unmet] = ledger.named(below)
        dear = 1.2 if group == ALL else 0.6
        ledger.put(below, values["n_below"], place=(name, at, "n_below"), price=dear)
        ledger.put(unmet, values["n_unmet"], place=(name, at, "n_unmet"), price=dear)
        ledger.follows[name, at, "unmet_pct"] = (below, unmet)
        if name == whole.code:
            continue
        ledger.add_up(below, [("stage", survey, group, code) for code in lower])
        ledger.split(below, unmet, ("met", survey, group, need))
    groups, needs = groups_of_table(by_city), [need.code for need in rule.needs]
    over_groups(
        ledger,
        groups,
        [
            *((("below", survey), (one.code,)) for one in rule.stages if one.needs),
            *((("unmet", survey), (code,)) for code in needs),
        ],
    )
    for group in (*groups, ALL):
        _enter_inequalities(ledger, topic, group)


def _enter_inequalities(ledger: Ledger, topic: Topic, group: str) -> None:
    """Enter what the rule itself says of counts: everybody below a stage lacks a need of it; who lacks a lower minimum lacks the higher one."""
    rule, survey = topic.rule, topic.code
    if rule is None:
        return
    for place, one in enumerate(rule.stages):
        keys = [ledger.named(("unmet", survey, group, need.code)) for need in one.needs]
        below = ledger.named(("below", survey, group, one.code))
        if len(keys) > 1 and below in ledger.values:
            lacking: Key = ("lacking", survey, group, one.code)
            ledger.put(lacking, sum(ledger.values[key] for key in keys))
            ledger.free.add(lacking)
            ledger.add_up(lacking, keys)
            ledger.split(lacking, below, ("twice", survey, group, one.code), free=True)
        for need in one.needs:
            for other in (other for other in one.needs if other != need and entails(topic.system, need, other)):
                high, low = ("unmet", survey, group, need.code), ("unmet", survey, group, other.code)
                ledger.split(high, low, ("beside", survey, group, need.code, other.code), free=True)
            for other in (other for later in rule.stages[place + 1 :] for other in later.needs if nested(other, need)):
                high, low = ("unmet", survey, group, need.code), ("unmet", survey, group, other.code)
                ledger.split(high, low, ("between", survey, group, need.code, other.code), free=True)


def _enter_carriers(ledger: Ledger, table: Table, survey: str) -> None:
    levels = [c.code.removeprefix("n_") for c in table.columns if c.unit == "count" and c.code != "n_answered"]
    for row, values in table.frame.iterrows():
        at, question = int(str(row)), str(values["question"])
        whole = ("kept", survey, question)
        ledger.put(whole, values["n_answered"], place=(table.code, at, "n_answered"), price=ROW)
        ledger.split(("n", survey, ALL), whole, ("unkept", survey, question))
        for level in levels:
            key = ("carrier", survey, question, level)
            ledger.put(key, values[f"n_{level}"], place=(table.code, at, f"n_{level}"))
            ledger.split(whole, key, ("elsewhere", survey, question, level))
            ledger.follows[table.code, at, f"share_{level}_pct"] = (whole, key)
        ledger.add_up(whole, [("carrier", survey, question, level) for level in levels])


def _enter_options(ledger: Ledger, table: Table, survey: str) -> None:
    n = ("n", survey, ALL)
    for question, part in table.frame.groupby("question", sort=False):
        answered, some = ("answered", survey, str(question)), ("ticked", survey, str(question))
        keys: list[Key] = []
        for row, values in part.iterrows():
            at, key = int(str(row)), ("option", survey, str(values["option"]))
            ledger.put(answered, values["n_answered"], place=(table.code, at, "n_answered"), price=CHEAP)
            ledger.put(key, values["n"], place=(table.code, at, "n"))
            ledger.split(answered, key, ("unticked", survey, str(values["option"])))
            ledger.split(n, key, ("without", survey, str(values["option"])))
            for column in ("share_pct", "ci_low_pct", "ci_high_pct"):
                ledger.follows[table.code, at, column] = (answered, key)
            ledger.follows[table.code, at, "share_of_all_pct"] = (key,)
            if values["kind"] != "none":
                keys.append(key)
        ledger.split(n, answered, ("unanswered", survey, str(question)))
        none = [("option", survey, str(code)) for code in part.loc[part["kind"] == "none", "option"]]
        there = float(part["n_answered"].iloc[0] - part.loc[part["kind"] == "none", "n"].sum())
        if none:
            ledger.put(some, there)
            ledger.add_up(answered, (some, *none))
        else:
            ledger.same[some] = answered
        _enter_ticks(ledger, keys, some)


def _enter_ticks(ledger: Ledger, keys: Sequence[Key], some: Key) -> None:
    """Enter that nobody ticks an option without being among those who tick something, and that each of these ticks at least one."""
    ticks: Key = ("ticks", *some[1:])
    if not keys or ledger.named(some) not in ledger.values:
        return
    ledger.put(ticks, float(np.sum([ledger.values[key] for key in keys])))
    ledger.free.add(ticks)
    ledger.add_up(ticks, keys)
    ledger.split(ticks, some, ("more", *some[1:]), free=True)
    for key in keys:
        ledger.split(some, key, ("others", *key[1:]), free=True)


__all__ = ["cells_of", "entails", "nested"]
