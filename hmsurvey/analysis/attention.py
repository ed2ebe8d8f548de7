"""Which cities should be looked at first, and how sure is that? From the counts that a digest shows, and from nothing else.

A list of shares always has a foot. What counts is the chance that a city would still stand there if every enterprise had answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import Text
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.intervals import share_interval
from hmsurvey.statistics.lowest import chance_of_lowest

FIRST = 2  # cities named


@dataclass(frozen=True, slots=True)
class Standing:
    """One city by one survey: enterprises in production (NaN where nobody knows), usable answers, how many of them have a stage and how many the lowest one, the share (%) of these in those with its interval,
    and the chance that this share is among the two highest."""

    group: str
    label: Text
    in_production: float
    n: int
    staged: int
    lowest: int
    share: float
    low: float
    high: float
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Attention:
    """The cities of one survey, those to look at first in front; and the cities left out, with why.

    `few`: fewer answers than may be spoken of; `hidden`: their counts are not shown; `silent`: nobody answered. `whole` is all cities together, None where that is hidden or empty.
    """

    topic: Topic
    stage: Text
    ranked: tuple[Standing, ...]
    few: tuple[Text, ...]
    hidden: tuple[Text, ...]
    silent: tuple[Text, ...]
    whole: Standing | None

    @property
    def first(self) -> tuple[Standing, ...]:
        """The cities to look at first; none where there are too few to choose from, or all stand alike."""
        shares = {round(one.share, 9) for one in self.ranked}
        return self.ranked[:FIRST] if len(self.ranked) > FIRST and len(shares) > 1 else ()


def attention_of(digest: Digest, topic: Topic) -> Attention | None:
    """Rank the cities of a survey by the chance that their share at the lowest stage is among the two highest.

    Parameters
    ----------
    digest
        Whole or protected; hidden counts are not guessed.
    topic
        One of its surveys.

    Returns
    -------
    Attention or None
        None where the survey has no stages or no cities.

    Notes
    -----
    Shares are of the enterprises that have a stage: one that cannot be staged says nothing of where it stands, least of all that it stands well. Cities with fewer than k of them are left out (assumption
    A146); enterprises that did not answer, or have no stage, are taken to be like those that have one (A100).
    """
    code = f"stages_{topic.code}"
    if code not in digest or topic.rule is None or not topic.grouped:
        return None
    table, bottom = digest[code], topic.rule.codes[-1]
    labels, sizes = table.column("group").labels, _sizes(digest, topic)
    ranked: list[Standing] = []
    few, hidden, silent = [], [], []
    whole = None
    for row in table.frame.to_dict("records"):
        group = str(row["group"])
        label = labels.get(group, Text(group, group))
        n, lowest = float(row["n"]), float(row[f"n_{bottom}"])
        staged = n - float(row[f"n_{UNSTAGED}"])
        if group == UNKNOWN:
            continue
        if n == 0:
            silent += [label] if group != ALL else []
        elif np.isnan(staged) or np.isnan(lowest):
            hidden += [label] if group != ALL else []
        elif not staged or (group != ALL and staged < digest.k and digest.units == "enterprises"):
            few += [label] if group != ALL else []
        else:
            one = _standing(group, label, sizes.get(group, np.nan), (int(n), int(staged), int(lowest)))
            if group == ALL:
                whole = one
            else:
                ranked.append(one)
    stage = topic.rule.label_of(bottom)
    return Attention(topic, stage, _ordered(ranked), tuple(few), tuple(hidden), tuple(silent), whole)


def _sizes(digest: Digest, topic: Topic) -> dict[str, float]:
    """Return how many enterprises each city has in production, where the registry knows."""
    code = f"reached_{topic.code}"
    if code not in digest:
        return {}
    frame = digest[code].frame
    return dict(zip(frame["group"].astype(str), frame["n_in_production"].astype(float), strict=True))


def _standing(group: str, label: Text, size: float, counts: tuple[int, int, int]) -> Standing:
    n, staged, lowest = counts
    known = not np.isnan(size) and size >= n  # more answered than are registered: the registry is no guide
    one = share_interval(lowest, staged, population=int(size) if known else None)
    ends = (100 * one.share, 100 * one.low, 100 * one.high)
    return Standing(group, label, size if known else np.nan, n, staged, lowest, *ends)


def _ordered(found: list[Standing]) -> tuple[Standing, ...]:
    if not found:
        return ()
    n = np.array([one.staged for one in found])
    others = n - np.array([one.lowest for one in found])  # the fewer are above the lowest stage, the more are at it
    chances = chance_of_lowest(others, n, np.array([one.in_production for one in found]), places=FIRST)
    ranked = [replace(one, chance=float(chance)) for one, chance in zip(found, chances, strict=True)]
    # In whole percent, as chances are shown: below that the share decides, or a reader sees no order.
    return tuple(sorted(ranked, key=lambda one: (-round(one.chance, 2), -one.share, one.group)))


__all__ = ["FIRST", "Attention", "Standing", "attention_of"]
