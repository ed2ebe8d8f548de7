"""The ledger of a digest's counts: which cells there are, where each stands, what adds up to what, and what follows from which.

It knows keys and numbers, not what they count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hmsurvey.analysis.words import ALL
from hmsurvey.tables import Table

Key = tuple[str, ...]
Place = tuple[str, int, str]  # table, row, column
CHEAP, PLAIN, ROW = 0.3, 1.0, 3.0  # how much is lost with a cell


@dataclass(slots=True)
class Ledger:
    """The cells of a digest under construction.

    `places` says where a cell stands, `follows` which cells give a derived number away, `kept` which cells must stay shown, `free` which are no counts of a group of their own (slacks of
    inequalities), `price` how dear a cell is, `telling` which means say too much about a small count.
    """

    k: int
    values: dict[Key, float] = field(default_factory=dict)
    places: dict[Key, list[Place]] = field(default_factory=dict)
    relations: list[tuple[Key, tuple[Key, ...]]] = field(default_factory=list)
    follows: dict[Place, tuple[Key, ...]] = field(default_factory=dict)
    same: dict[Key, Key] = field(default_factory=dict)
    kept: set[Key] = field(default_factory=set)
    free: set[Key] = field(default_factory=set)
    price: dict[Key, float] = field(default_factory=dict)
    telling: set[Place] = field(default_factory=set)

    def named(self, key: Key) -> Key:
        """Return the cell that a key stands for."""
        return self.same.get(key, key)

    def put(self, key: Key, value: object, *, place: Place | None = None, price: float = PLAIN) -> None:
        """Enter a cell, and where it stands; a value that is missing is no cell."""
        number = float(str(value))
        key = self.named(key)
        if math.isnan(number):
            return
        if self.values.setdefault(key, number) != number:
            raise ValueError(f"cell {key} is {self.values[key]:g} and {number:g}")
        if place is not None:
            self.places.setdefault(key, []).append(place)
            self.price.setdefault(key, price)

    def add_up(self, total: Key, parts: Iterable[Key]) -> None:
        """Enter that parts add up to a total; left out where one of them is not known."""
        total, named = self.named(total), tuple(dict.fromkeys(map(self.named, parts)))
        if named and (total,) != named and all(key in self.values for key in (total, *named)):
            self.relations.append((total, named))

    def split(self, whole: Key, part: Key, rest: Key, *, free: bool = False) -> None:
        """Enter what is left of a whole without a part as a cell that no table shows."""
        whole, part, rest = map(self.named, (whole, part, rest))
        if whole == part or whole not in self.values or part not in self.values:
            return
        left = self.values[whole] - self.values[part]
        if left < 0:
            return
        self.put(rest, left)
        if free:
            self.free.add(rest)
        self.add_up(whole, (part, rest))


def groups_of_table(table: Table) -> list[str]:
    """Return the groups of a table by group, in its order."""
    return [str(group) for group in dict.fromkeys(table.frame["group"]) if group != ALL]


def over_groups(ledger: Ledger, groups: Sequence[str], kinds: Iterable[tuple[Key, Key]]) -> None:
    """Enter that the groups' cells (kind, survey, group, rest) add up to that of all."""
    for head, tail in kinds:
        keys = [ledger.named((*head, group, *tail)) for group in groups]
        ledger.add_up((*head, ALL, *tail), [key for key in keys if key in ledger.values])
