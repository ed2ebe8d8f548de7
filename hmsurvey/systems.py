"""The nouns of an index: indicators, nodes, weightings, and the system they form.

A system that exists is whole: every child has a parent, no node contains itself. How it is written in a file is the business of
`indicators`; how an answer earns points is in `scorings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from hmsurvey.conditions import Condition
from hmsurvey.errors import NOTHING, Text
from hmsurvey.provenance import Source
from hmsurvey.questions import Question
from hmsurvey.scorings import ByOption, Line, Scoring, most_points

POLICIES = ("propagate", "drop", "zero", "credit")
AGGREGATES = ("arithmetic", "geometric", "harmonic", "sum", "ratio", "min", "max")
SILENCES = ("missing", "na", "dk", "skipped")
DEFAULT_POLICY: dict[str, str | float] = {"missing": "propagate", "na": "drop", "dk": "propagate", "skipped": "drop"}

Policy = tuple[tuple[str, str | float], ...]


@dataclass(frozen=True, slots=True)
class Over:
    """What a number is divided by first: a value, another under a condition, at most another answer."""

    value: float
    when: tuple[tuple[Condition, float], ...] = ()
    at_most: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is valued: an answer, the way it earns points, and its weight."""

    code: str
    label: Text
    question: str
    scoring: Scoring
    weight: float = 1.0
    most: float | None = None
    factor: float = 1.0
    policy: Policy = tuple(DEFAULT_POLICY.items())
    direction: str = "positive"
    zero_denominator: str = "missing"
    when: tuple[tuple[Condition, Scoring], ...] = ()
    na_if: Condition | None = None
    over: Over | None = None
    scored: bool = True
    bonus: bool = False
    status: str = "assumed"
    facts: tuple[tuple[str, str], ...] = ()
    note: Text = NOTHING

    def fact(self, key: str) -> str:
        """Return what the file says under problem, evidence, source or assumption."""
        return dict(self.facts).get(key, "")


@dataclass(frozen=True, slots=True)
class Node:
    """A score made of others: children, their aggregate, and what is done when some are missing."""

    code: str
    label: Text
    children: tuple[str, ...]
    level: str = ""
    weight: float = 1.0
    aggregate: str = "arithmetic"
    children_as: str = "points"
    scale: float = 1.0
    min_available: float = 1.0
    zero: str = "zero"
    floor: float = 0.0
    decimals: int | None = None
    must_sum: float | None = None
    transform: Scoring | None = None
    status: str = "assumed"
    facts: tuple[tuple[str, str], ...] = ()
    note: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Weighting:
    """Other weights for the same system, and what else they change in its nodes.

    `origin` says in few words where the weights come from, and stands in the provenance; `sources` are the files they come from, such as experts' judgements.
    """

    id: str
    label: Text
    weights: tuple[tuple[str, float], ...]
    nodes: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
    status: str = "assumed"
    facts: tuple[tuple[str, str], ...] = ()
    note: Text = NOTHING
    origin: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class IndicatorSystem:
    """An index: indicators, nodes (children before parents), the headline node, alternative weightings."""

    id: str
    version: str
    label: Text
    codebook: str
    total: str
    indicators: tuple[Indicator, ...]
    nodes: tuple[Node, ...]
    weightings: tuple[Weighting, ...] = ()
    weighting: str = ""
    status: str = "assumed"

    def indicator(self, code: str) -> Indicator:
        """Return an indicator; KeyError when there is none."""
        return next_by_code(self.indicators, code)

    def node(self, code: str) -> Node:
        """Return a node; KeyError when there is none."""
        return next_by_code(self.nodes, code)

    def level(self, name: str) -> tuple[Node, ...]:
        """Return the nodes of a level, in the order in which they stand below the headline node."""
        if not name:
            return ()
        reading = list(dict.fromkeys(self._below(self.total)))
        found = [node for node in self.nodes if node.level == name]
        return tuple(sorted(found, key=lambda n: reading.index(n.code) if n.code in reading else len(reading)))

    def _below(self, code: str) -> Iterator[str]:
        yield code
        node = next((n for n in self.nodes if n.code == code), None)
        for child in node.children if node else ():
            yield from self._below(child)

    def __repr__(self) -> str:
        head = f"IndicatorSystem {self.id} {self.version}: {len(self.indicators)} indicators, {len(self.nodes)} nodes"
        return "\n".join(
            [head + (f", weighting {self.weighting}" if self.weighting else ""), *self._tree(self.total, "  ")]
        )

    def _tree(self, code: str, indent: str) -> list[str]:
        node = next((n for n in self.nodes if n.code == code), None)
        if node is None:
            leaf = self.indicator(code)
            return [f"{indent}{code:<8} {leaf.label.of('en')}  (weight {leaf.weight:g})"]
        lines = [f"{indent}{code:<8} {node.label.of('en')}  ({node.aggregate}, weight {node.weight:g})"]
        for child in node.children:
            lines += self._tree(child, indent + "  ")
        return lines


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_Item = TypeVar("_Item", bound=_Coded)


def next_by_code(items: tuple[_Item, ...], code: str) -> _Item:
    """Return the item with a code; KeyError when there is none."""
    for item in items:
        if item.code == code:
            return item
    raise KeyError(code)


def most_of(indicator: Indicator, question: Question) -> float | None:
    """Return the most points an indicator can give; None when nothing bounds it."""
    if indicator.most is not None:
        return indicator.most
    tops = [most_points(s, question, indicator.factor) for s in (indicator.scoring, *(s for _, s in indicator.when))]
    return None if any(top is None for top in tops) else max(top for top in tops if top is not None)


def weights_of(system: IndicatorSystem) -> dict[str, float]:
    """Return the weight of every indicator and node by code."""
    weights = {indicator.code: indicator.weight for indicator in system.indicators}
    return weights | {node.code: node.weight for node in system.nodes}


def ceiling_of(system: IndicatorSystem, code: str) -> float | None:
    """Return the highest score there can be of a node or indicator, where the index itself says it.

    Parameters
    ----------
    system
        The index.
    code
        A node or an indicator of it.
    """
    node = next((node for node in system.nodes if node.code == code), None)
    if node is None:
        return _top_of(system.indicator(code))
    if node.transform is not None or node.aggregate == "sum":
        return None
    if node.aggregate == "ratio":
        return node.scale
    if node.children_as == "share_of_max":
        return 1.0
    tops = [ceiling_of(system, child) for child in node.children]
    known = [top for top in tops if top is not None]
    return max(known) if len(known) == len(tops) else None


def _top_of(indicator: Indicator) -> float | None:
    """Return the most points an indicator can give, as far as its entry alone says it."""
    if indicator.most is not None:
        return indicator.most
    tops: list[float] = []
    for scoring in (indicator.scoring, *(scoring for _, scoring in indicator.when)):
        if isinstance(scoring, Line):
            tops.append(max(points for _, points in scoring.knots))
        elif isinstance(scoring, ByOption):
            tops.append(max(points for _, points in scoring.points))
        else:
            return None
    return indicator.factor * max(tops) if indicator.factor > 0 else None
