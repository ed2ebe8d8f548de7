"""The block on problems of a city's page: their severity beside that of all, and the use of platforms in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import rows_of
from hmsurvey.output.digest_words import known
from hmsurvey.output.panels import HIDDEN, Panel, Track
from hmsurvey.output.phrases import decimal
from hmsurvey.output.problem_words import use_in_city


def problem_panel(digest: Digest, topics: Sequence[Topic], group: str, whys: Mapping[str, Text]) -> Panel | None:
    """Return the block, by the index where there is one; None in a protected digest, which has no such table.

    `whys` says by survey why a city cannot be described, and is empty where it can.
    """
    shown = [topic for topic in topics if f"severities_by_city_{topic.code}" in digest]
    if not shown:
        return None
    topic = next((t for t in shown if t.system is not None), shown[0])
    table = digest[f"severities_by_city_{topic.code}"]
    measure = str(table.frame["measure"].iloc[0])
    word = table.column("measure").labels[measure]
    title = Text(f"五个问题的严重度（{word.zh}，0—100）", f"Severity of the problems ({word.en}, 0 to 100)")
    told = [use_in_city(digest, t, group) for t in topics if whys[t.code] == NOTHING]
    texts = tuple(said for said in told if said != NOTHING)
    if whys[topic.code] != NOTHING:
        return Panel("problems", title, texts=(whys[topic.code], *texts))
    frame = table.frame[table.frame["measure"] == measure]
    mine, every = (
        {str(row["problem"]): row for row in rows_of(frame[frame["group"].astype(str) == one])} for one in (group, ALL)
    )
    labels = table.column("problem").labels
    tracks = tuple(_track(labels[code], mine.get(code, {}), row, digest.k) for code, row in every.items())
    return Panel("problems", title, tracks=tracks, texts=texts)


def _track(label: Text, mine: Mapping[str, Any], every: Mapping[str, Any], k: int) -> Track:
    """Return a row; a city in which fewer than k have a severity is left blank."""
    there = bool(mine) and int(mine["n_scored"]) >= k
    own, low, high = (float(mine[c]) if there else float("nan") for c in ("mean", "ci_low", "ci_high"))
    whole = float(every["mean"])
    said = [Text(decimal(v), decimal(v)) if known(v) else HIDDEN for v in (own, whole)]
    return Track(label, own, whole, low, high, said[0], said[1])


__all__ = ["problem_panel"]
