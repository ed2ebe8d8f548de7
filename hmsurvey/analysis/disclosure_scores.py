"""Counts and means of scores in a ledger: how many have a score, and what a low mean says of how many can have reached a high stage."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import pandas as pd

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.disclosure_ledger import CHEAP, Key, Ledger, groups_of_table, over_groups
from hmsurvey.analysis.words import ALL
from hmsurvey.rules import UNSTAGED
from hmsurvey.systems import ceiling_of

_ROOM = 1.2  # a mean that leaves a count less room than this many times k above the true value is not shown
COARSE = 0.5  # the mean of a group is shown in whole points (of an index from 0 to 1: hundredths), so that it may be this much higher or lower


def enter_scores(ledger: Ledger, digest: Digest, topic: Topic, *, means: bool) -> None:
    """Enter the counts of the tables of scores, and what the means bound."""
    survey, table = topic.code, digest[f"areas_{topic.code}"]
    gaps = table.frame["n"] - table.frame["n_scored"]
    unstaged = digest[f"stages_{survey}"].frame[f"n_{UNSTAGED}"] if f"stages_{survey}" in digest else None
    if unstaged is not None and (gaps.to_numpy() == unstaged.to_numpy()).all():
        for group in table.frame["group"]:
            ledger.same["scored", survey, group] = ("staged", survey, group)
    for row, values in table.frame.iterrows():
        at, group = int(str(row)), str(values["group"])
        n, scored = ("n", survey, group), ("scored", survey, group)
        ledger.put(n, values["n"], place=(table.code, at, "n"))
        ledger.put(scored, values["n_scored"], place=(table.code, at, "n_scored"), price=CHEAP)
        ledger.split(n, scored, ("unscored", survey, group))
    over_groups(ledger, groups_of_table(table), [(("scored", survey), ())])
    _enter_bounds(ledger, digest, topic, means=means)
    indicators, total = digest[f"indicators_{survey}"], ("n", survey, ALL)
    for row, values in indicators.frame.iterrows():
        at, code = int(str(row)), str(values["indicator"])
        scored, zero = ("points", survey, code), ("zero", survey, code)
        ledger.put(scored, values["n_scored"], place=(indicators.code, at, "n_scored"), price=CHEAP)
        ledger.put(zero, values["n_zero"], place=(indicators.code, at, "n_zero"))
        ledger.split(total, scored, ("pointless", survey, code))
        ledger.split(scored, zero, ("some", survey, code))


def _enter_bounds(ledger: Ledger, digest: Digest, topic: Topic, *, means: bool) -> None:
    """Enter, for every mean of a score that stages ask a minimum of, that those at these stages alone cannot have more points than all together.

    Where the bound leaves too little room for a small count, the mean itself is noted as telling; also where it is so high that only few can be below the minimum.
    """
    table = digest[f"areas_{topic.code}"]
    for node, minima in _minima(topic):
        if node not in table.frame:
            continue
        scale = 100.0 if is_fine(table.frame[node]) else 1.0
        least = {code: low for code, bound in minima.items() if (low := math.floor(scale * bound + 1e-9)) >= 1}
        top = ceiling_of(topic.system, node) if topic.system is not None else None
        for row, values in table.frame.iterrows():
            at, group = int(str(row)), str(values["group"])
            cells: dict[Key, int] = {
                ledger.named(("stage", topic.code, group, code)): low for code, low in least.items()
            }
            cells = {key: low for key, low in cells.items() if key in ledger.values}
            mean, n = scale * float(values[node]), float(values["n"])
            if not cells or math.isnan(mean):
                continue
            step = math.gcd(*cells.values())
            points = math.floor(n * (mean + COARSE) / step + 1e-9)
            used = sum(int(ledger.values[key]) * low // step for key, low in cells.items())
            few = top is not None and _most_below(n, mean, scale * top, least.values()) < _ROOM * ledger.k
            if not means or few or points - used < _ROOM * ledger.k * max(cells.values()) / step:
                ledger.telling.add((table.code, at, node))
                continue
            name: Key = ("points of", topic.code, group, node)
            ledger.put(name, points)
            ledger.kept.add(name)
            ledger.put((*name, "rest"), points - used)
            ledger.free.add((*name, "rest"))
            parts = [key for key, low in cells.items() for _ in range(low // step)]
            ledger.relations.append((name, (*parts, (*name, "rest"))))


def _most_below(n: float, mean: float, top: float, minima: Iterable[float]) -> float:
    """Return how many of n can be below a minimum at most, whichever is the most telling: each of them lacks points of the highest score, and the mean says how many are lacking in all."""
    lacking = n * (top - mean + COARSE)
    return min((lacking / (top - low) for low in minima if low < top), default=math.inf)


def is_fine(means: pd.Series) -> bool:
    """Tell whether means are so small that they are shown in hundredths: an index from 0 to 1."""
    return not means.abs().max() > 1.5


def _minima(topic: Topic) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the scores that stages ask a minimum of, with what each stage needs at least."""
    if topic.rule is None or topic.system is None:
        return
    found: dict[str, dict[str, float]] = {}
    areas = [node.code for node in topic.system.level(topic.level)]
    for stage in topic.rule.stages:
        for need in stage.needs:
            nodes = (
                [need.target]
                if need.subject == "score"
                else areas
                if need.subject == "every" and need.target == topic.level
                else []
            )
            low = max((bound for key, bound in need.bounds if key in ("min", "above")), default=math.nan)
            if low > 0:
                for node in nodes:
                    found.setdefault(node, {})[stage.code] = max(low, found.get(node, {}).get(stage.code, low))
    yield from found.items()


__all__ = ["COARSE", "enter_scores", "is_fine"]
