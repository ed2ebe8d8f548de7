"""The table on the page that leads to the cities: how many are in production, how many answered, how large the share at the lowest stage is, and how sure that is.

Put together from a digest, like the pages themselves; what is hidden there is hidden here.
"""

from __future__ import annotations

from dataclasses import dataclass

from hmsurvey.analysis.attention import Standing, attention_of
from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.errors import Text
from hmsurvey.output.digest_words import known, number_at, row_at, staged_topics, units_of_digest
from hmsurvey.output.panels import CityPage
from hmsurvey.output.phrases import decimal, number
from hmsurvey.tables import HIDDEN_SIGN

NONE_SIGN = Text("–", "–")


@dataclass(frozen=True, slots=True)
class CityRow:
    """A row: whose page it leads to, and its cells."""

    page: CityPage
    cells: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the table: its text, and how many columns and rows of heads it spans."""

    text: Text
    columns: int = 1
    rows: int = 1


def index_heads(digest: Digest) -> tuple[tuple[Head, ...], ...]:
    """Return the heads of the columns in two rows: above, each survey over its two columns; below, what these are. One row where no survey has stages."""
    units, topics = units_of_digest(digest), _topics(digest)
    deep = 2 if topics else 1
    first = [Head(Text("城市", "City"), rows=deep)]
    if digest.registered:
        first.append(Head(Text(f"在产{units.noun}", "In production"), rows=deep))
    second = []
    for topic in topics:
        lowest = topic.rule.label_of(topic.rule.codes[-1]) if topic.rule else NONE_SIGN
        first.append(Head(topic.label, columns=2))
        second += [
            Head(Text("有效答卷", "Answers")),
            Head(
                Text(
                    f"{lowest.zh}占能定阶段的（%，括号内为 95% 区间）",
                    f"{lowest.en}, % of those with a stage (95% interval)",
                )
            ),
        ]
    return (tuple(first), tuple(second)) if topics else (tuple(first),)


def index_rows(digest: Digest, pages: tuple[CityPage, ...]) -> tuple[CityRow, ...]:
    """Return a row for every city, in the order of the pages."""
    rows = []
    standings = {topic.code: _standings(digest, topic) for topic in _topics(digest)}
    for page in pages:
        cells: list[Text] = []
        if digest.registered:
            size = number_at(row_at(digest["coverage"], page.group), "n_in_production")
            cells.append(_count(size))
        for topic in _topics(digest):
            row = row_at(digest[f"stages_{topic.code}"], page.group)
            n = number_at(row, "n") if row else 0.0
            cells += [_count(n), _share(digest, n, standings[topic.code].get(page.group))]
        rows.append(CityRow(page, tuple(cells)))
    return tuple(rows)


def _topics(digest: Digest) -> list[Topic]:
    return [topic for topic in staged_topics(digest) if topic.grouped]


def _standings(digest: Digest, topic: Topic) -> dict[str, Standing]:
    found = attention_of(digest, topic)
    return {one.group: one for one in found.ranked} if found is not None else {}


def _count(n: float) -> Text:
    return Text(number(n), number(n)) if known(n) else HIDDEN_SIGN


def _share(digest: Digest, n: float, standing: Standing | None) -> Text:
    """Return the share at the lowest stage with its interval, as brief and pages have it; why there is none where there is none."""
    if n == 0:
        return NONE_SIGN
    if known(n) and n < digest.k:
        return Text("答卷太少", "too few")
    if standing is None:
        return HIDDEN_SIGN
    share, low, high = (decimal(value) for value in (standing.share, standing.low, standing.high))
    return Text(f"{share}（{low}—{high}）", f"{share} ({low}–{high})")
