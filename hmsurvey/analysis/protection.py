"""Make a digest that may be read outside: small cells hidden, with everything from which they could be worked out, over all its tables at once.

Whoever receives it may know the program, the rule and every number that is shown; no hidden count can be narrowed down to fewer than k values. What it costs is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hmsurvey.analysis.digest import Digest
from hmsurvey.analysis.disclosure_cells import cells_of
from hmsurvey.analysis.disclosure_ledger import Key, Ledger, Place
from hmsurvey.analysis.disclosure_scores import is_fine
from hmsurvey.analysis.means_shown import hide_means
from hmsurvey.analysis.shares_shown import without_population
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import DataError, Text
from hmsurvey.provenance import Provenance
from hmsurvey.statistics.complementary import Linked, hide_linked
from hmsurvey.tables import Column, Table

# Tables of a whole digest that are mostly small cells, or say more of single scores than a mean does.
_INSIDE = (
    "carriers_by_city_",
    "indicators_by_city_",
    "means_by_city_",
    "what_if_by_city_",
    "coordination_by_city_",
    "moves_by_city_",
    "severities_by_city_",
    "platform_use_by_city_",
)
_NUMBERS = ("count", "percent", "score", "number")


@dataclass(frozen=True, slots=True)
class Loss:
    """What protection costs, by table: how many numbers there are, and how many are hidden for their own sake, to protect others, or because they are computed from hidden ones.

    `withheld` names the tables that are left out as a whole.
    """

    rows: tuple[tuple[str, Text, int, int, int, int], ...]
    withheld: tuple[Text, ...]
    k: int
    provenance: Provenance

    @property
    def cells(self) -> int:
        """How many numbers the tables have."""
        return sum(row[2] for row in self.rows)

    @property
    def hidden(self) -> int:
        """How many of them are hidden, for whatever reason."""
        return sum(sum(row[3:]) for row in self.rows)


def protect_digest(digest: Digest) -> tuple[Digest, Loss]:
    """Hide the small cells of a digest, and what gives them away.

    Parameters
    ----------
    digest
        A whole digest. Where its units are public nothing is hidden.

    Returns
    -------
    Digest, Loss
        The digest to be read outside, and what was lost.

    Notes
    -----
    A count below k is hidden, zero included, and the complement of a count where it is "m of n". Shares, limits and means are hidden with the counts they are computed from; means are over k units or
    more, none of which stands out (p % rule). A cell is safe when its feasible range, in fractions and in whole numbers, is at least k wide (`statistics.suppression`). The number of usable
    answers of each survey stays shown.
    """
    if digest.units == "public":
        return _bare(digest, digest.tables), Loss((), (), digest.k, digest.provenance)
    seen, withheld = _without_small_surveys(digest)
    ledger = cells_of(seen)
    try:
        hidden, primary = solve(ledger)
    except DataError:  # a mean says too much of some small count: without means
        ledger = cells_of(seen, means=False)
        hidden, primary = solve(ledger)
    reasons: dict[Place, str] = {}
    for key, places in ledger.places.items():
        if key in hidden:
            reasons |= {place: "own" if key in primary else "helper" for place in places}
    _follow(seen, ledger, hidden, reasons)
    for code, table in seen.tables.items():
        if code.startswith(
            ("shares_", "reached_")
        ):  # a population that is not that of all cities tells which have answers
            empty = table.frame.index[(table.frame["group"] == ALL) & table.frame["n_in_production"].isna()]
            reasons |= {(code, row, "n_in_production"): "derived" for row in empty} if seen.registered else {}
    hide_means(seen, ledger, hidden, reasons=reasons)
    tables = {}
    for code, table in seen.tables.items():
        mine = {(row, column) for name, row, column in reasons if name == code}
        blanks = code.startswith(("areas_", "indicators_"))  # their notes say that somewhere nobody has a score
        tables[code] = _masked(replace(table, notes=()) if blanks else table, mine)
    rows = tuple(_cost(table, reasons) for table in seen.tables.values())
    return _bare(seen, tables), Loss(rows, tuple(withheld), digest.k, nameless(digest.provenance))


def _bare(digest: Digest, tables: Mapping[str, Table]) -> Digest:
    """Return a digest with other tables, and without what was only needed to protect them."""
    if digest.units == "enterprises":
        tables = {code: replace(table, provenance=nameless(table.provenance)) for code, table in tables.items()}
    return replace(
        digest,
        tables=MappingProxyType(dict(tables)),
        provenance=nameless(digest.provenance) if digest.units == "enterprises" else digest.provenance,
        protected=True,
        bases={},
        dominated=frozenset(),
    )


def nameless(provenance: Provenance) -> Provenance:
    """Leave out of a provenance what may name an enterprise or confirm a guess: names and checksums of workbooks, remarks on their cards, notes on single cells. Title, producer, date and licence stay.

    Whoever knows all of a small workbook but one cell could write it out with every value of that cell, until the checksum fits.
    """
    sources = tuple(replace(source, file="", note="", address="", sha256="") for source in provenance.sources)
    return replace(provenance, sources=sources, notes=())


def _without_small_surveys(digest: Digest) -> tuple[Digest, list[Text]]:
    """Leave out what cannot be protected at all: surveys with fewer than k usable answers, a registry of fewer than k, and tables that are nearly all small cells."""
    coverage, withheld, topics = digest["coverage"], [], []
    whole = coverage.frame[coverage.frame["group"] == ALL].iloc[0]
    columns = {"coverage"}
    for topic in digest.topics:
        if whole[f"n_usable_{topic.code}"] >= digest.k:
            topics.append(topic)
            columns |= {f"n_usable_{topic.code}", f"coverage_{topic.code}_pct"}
        else:
            withheld.append(topic.label)
    registered = "n_in_production" in coverage.frame and whole["n_in_production"] >= digest.k
    columns |= {"group"} | ({"n_in_production"} if registered else set())
    kept = tuple(
        c for c in coverage.columns if c.code in columns and (registered or not c.code.startswith("coverage_"))
    )
    tables = {"coverage": replace(coverage, frame=coverage.frame[[c.code for c in kept]], columns=kept)}
    endings = tuple(f"_{topic.code}" for topic in topics)
    for code, table in digest.tables.items():
        if code == "coverage" or not code.endswith(endings):
            continue
        if code.startswith(_INSIDE):
            withheld.append(table.title)
        else:
            tables[code] = table
    for code, table in tables.items():
        if code.startswith(("shares_", "reached_")):
            tables[code] = without_population(table)
    return replace(digest, topics=tuple(topics), tables=tables), withheld


def solve(ledger: Ledger) -> tuple[set[Key], set[Key]]:
    """Decide which cells are hidden, piece by piece of what hangs together.

    The registry's counts are looked at first: those that may be shown tie nothing together any more, and every survey can be looked at by itself.

    Returns
    -------
    set, set
        The hidden cells, those that no table shows included, and those hidden for their own sake.
    """
    keys = list(ledger.values)
    registry = {key for key in keys if key[0] == "in"}
    alone = [(total, parts) for total, parts in ledger.relations if {total, *parts} <= registry]
    gone = _solve(ledger, registry, alone, kept=set())
    narrow = {
        total
        for total, parts in ledger.relations
        if total in registry and all(key in ledger.kept or 0 <= ledger.values[key] < ledger.k for key in parts)
    }
    kept = ledger.kept | (registry - gone - narrow if not gone else set())
    hidden = _solve(ledger, set(keys), ledger.relations, kept=kept)
    return hidden, {key for key in keys if _is_small(ledger, key, kept)}


def _is_small(ledger: Ledger, key: Key, kept: set[Key]) -> bool:
    return ledger.values[key] < ledger.k and key not in ledger.free and key not in kept


def _solve(
    ledger: Ledger, cells: set[Key], relations: Sequence[tuple[Key, tuple[Key, ...]]], *, kept: set[Key]
) -> set[Key]:
    keys = [key for key in ledger.values if key in cells]
    place = {key: at for at, key in enumerate(keys)}
    values = np.array([ledger.values[key] for key in keys])
    stays = np.array([key in kept for key in keys], dtype=bool)
    unseen = np.array([key not in ledger.places for key in keys], dtype=bool)
    first = np.array([_is_small(ledger, key, kept) for key in keys], dtype=bool)
    price = np.array([ledger.price.get(key, 1.0) for key in keys]) * np.log2(2.0 + values)
    hidden = {key for key, gone in zip(keys, unseen, strict=True) if gone}
    placed = [(place[total], tuple(place[part] for part in parts)) for total, parts in relations]
    for mine, theirs in _parts(placed, stays):
        if not first[mine].any():
            continue
        whole = list(dict.fromkeys([*mine, *(cell for total, parts in theirs for cell in (total, *parts))]))
        at = {cell: j for j, cell in enumerate(whole)}
        linked = Linked(
            values[whole],
            [(at[total], tuple(at[part] for part in parts)) for total, parts in theirs],
            first[whole],
            unseen=unseen[whole],
            kept=stays[whole],
            price=price[whole],
        )
        found = hide_linked(linked, width=ledger.k)
        hidden |= {keys[cell] for cell, j in at.items() if found[j]}
    return hidden


Sums = list[tuple[int, tuple[int, ...]]]


def _parts(relations: Sums, kept: NDArray[np.bool_]) -> Iterable[tuple[list[int], Sums]]:
    """Split the cells into those that relations tie together; a cell that is always shown ties nothing."""
    pairs = []
    loose = [[cell for cell in (total, *parts) if not kept[cell]] for total, parts in relations]
    for cells in loose:
        pairs += [(cells[0], cell) for cell in cells[1:]]
    ends = np.array(pairs, dtype=int).reshape(-1, 2)
    joined = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(kept), len(kept)))
    _, label = connected_components(joined, directed=False)
    by_label: dict[int, tuple[list[int], Sums]] = {}
    for cell in np.flatnonzero(~kept):
        by_label.setdefault(int(label[cell]), ([], []))[0].append(int(cell))
    for relation, cells in zip(relations, loose, strict=True):
        if cells:
            by_label[int(label[cells[0]])][1].append(relation)
    return by_label.values()


def _follow(digest: Digest, ledger: Ledger, hidden: set[Key], reasons: dict[Place, str]) -> None:
    """Hide the numbers that are computed from hidden counts."""
    for place, keys in ledger.follows.items():
        if any(ledger.named(key) in hidden for key in keys):
            reasons.setdefault(place, "derived")
    for topic in digest.topics:
        name = f"indicators_{topic.code}"
        if name not in digest:
            continue
        for row, values in digest[name].frame.iterrows():
            at, scored = int(str(row)), ledger.named(("points", topic.code, str(values["indicator"])))
            if scored in hidden:  # with the mean, the number at zero would give the other away
                reasons.setdefault((name, at, "n_zero"), "derived")


def _masked(table: Table, hidden: set[tuple[int, str]]) -> Table:
    """Empty and mark the hidden cells, and round the others to what is shown: more digits would say more."""
    frame, marked, columns = table.frame.copy(), set(), []
    for column in table.columns:
        code = column.code
        if column.unit in _NUMBERS and column.unit != "count":
            numbers = pd.to_numeric(frame[code]).astype(float)
            column = _coarse(column, numbers) if "group" in frame else column
            frame[code] = numbers.round(max(1, column.decimals) if column.unit != "score" else _places(column, numbers))
        columns.append(column)
        rows = [row for row, name in hidden if name == code]
        if not rows:
            continue
        if column.unit in _NUMBERS:
            frame[code] = pd.to_numeric(frame[code]).astype(float)
            frame.loc[rows, code] = np.nan
            marked |= {(row, code) for row in rows}
        else:
            frame[code] = frame[code].astype(object)
            frame.loc[rows, code] = ""
            kept = {word: label for word, label in column.labels.items() if word in set(frame[code])}
            columns[-1] = replace(column, labels=kept)  # no words for what only hidden rows have
    return replace(table, frame=frame, columns=tuple(columns), hidden=frozenset(marked))


def _coarse(column: Column, numbers: pd.Series) -> Column:
    """Show the mean score of groups in whole points, of all in the same column too; an index from 0 to 1 keeps its hundredths."""
    return replace(column, decimals=0) if column.unit == "score" and not is_fine(numbers) else column


def _places(column: Column, numbers: pd.Series) -> int:
    return 2 if column.decimals == 1 and is_fine(numbers) else column.decimals


def _cost(table: Table, reasons: Mapping[Place, str]) -> tuple[str, Text, int, int, int, int]:
    numbers = [column.code for column in table.columns if column.unit in _NUMBERS]
    counts = {"own": 0, "helper": 0, "derived": 0}
    for (code, _, column), reason in reasons.items():
        if code == table.code and column in numbers:
            counts[reason] += 1
    cells = len(table.frame) * len(numbers)
    return table.code, table.title, cells, counts["own"], counts["helper"], counts["derived"]


def tabulate_loss(loss: Loss) -> Table:
    """List, by table, how many numbers are not shown.

    Why each is hidden is not told, not even as a count: were all hidden numbers of a table said to be primary, each would be known to be below k.
    """
    names = {code: title for code, title, *_ in loss.rows}
    counts = [(code, cells, sum(gone)) for code, _, cells, *gone in loss.rows]
    counts.append(("all", loss.cells, loss.hidden))
    rows = [[code, cells, gone, 100.0 * gone / cells if cells else np.nan] for code, cells, gone in counts]
    columns = (
        Column("table", Text("表", "Table"), "code", labels=names | {"all": Text("合计", "All")}),
        Column("n_cells", Text("数字个数", "Numbers"), "count"),
        Column("n_hidden", Text("隐去个数", "Hidden"), "count"),
        Column("hidden_pct", Text("隐去比例（%）", "Hidden (%)"), "percent"),
    )  # fmt: skip
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text("为保护个别企业而未公布的数", "Numbers not shown, to protect single enterprises")
    return Table(frame, loss.provenance, "loss", title, columns)


__all__ = ["Loss", "protect_digest", "solve", "tabulate_loss"]
