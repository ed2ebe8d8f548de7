"""An attacker: reads the tables of a published workbook as anybody could, turns every number into an equation or a bound, and narrows down what is not shown.

He knows the program, the rule and how tables hang together; he has no code of the package and never sees an answer.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import openpyxl
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Name = tuple[str, ...]
Row = Mapping[str, object]
FAR = 10_000.0  # no count is larger


@dataclass
class Published:
    """One published table: its English title and headers, and rows; a number not shown is None."""

    title: str
    rows: list[dict[str, object]]


def read_published(path: Path) -> list[Published]:
    """Read every table of a workbook: titles in the second and third row, headers where a row of two languages begins."""
    tables = []
    for sheet in openpyxl.load_workbook(path).worksheets:
        lines = [list(row) for row in sheet.iter_rows(values_only=True)]
        if len(lines) < 7 or not isinstance(lines[2][0], str) or not isinstance(lines[5][0], str):
            continue
        heads = [str(cell).split("\n")[-1] if cell is not None else "" for cell in lines[5]]
        rows = []
        for line in lines[6:]:
            if line[0] is None:
                break
            rows.append({head: _value(cell) for head, cell in zip(heads, line, strict=True) if head})
        tables.append(Published(lines[2][0], rows))
    return tables


def _value(cell: object) -> object:
    if isinstance(cell, str):
        words = cell.split("\n")[-1].split(" / ")[-1].strip()
        return None if words == "隐去 c" else words
    return cell


@dataclass
class Knowledge:
    """What is known: names of counts with their values, equations and bounds between them, which counts are marked as hidden, and complements that nobody shows."""

    known: dict[Name, float] = field(default_factory=dict)
    hidden: set[Name] = field(default_factory=set)
    rest: set[Name] = field(default_factory=set)
    equal: list[tuple[dict[Name, float], float]] = field(default_factory=list)
    below: list[tuple[dict[Name, float], float]] = field(default_factory=list)

    def see(self, name: Name, value: object) -> None:
        """Take a published count; the same one may stand in many tables, shown in one and hidden in another."""
        if value is None:
            self.hidden.add(name)
        else:
            number = float(str(value))
            assert self.known.setdefault(name, number) == number, name

    def adds(self, total: Name, parts: Iterable[Name]) -> None:
        """Parts add up to a total."""
        self.equal.append(({total: -1.0} | {part: 1.0 for part in parts}, 0.0))

    def leaves(self, whole: Name, part: Name, rest: Name) -> None:
        """What a whole leaves beside its part is a count that nobody should learn either."""
        self.rest.add(rest)
        self.adds(whole, (part, rest))

    def at_most(self, coefficients: Mapping[Name, float], bound: float) -> None:
        """A sum is at most so much."""
        self.below.append((dict(coefficients), bound))

    def share(self, part: Name, whole: Name, percent: object) -> None:
        """A percentage rounded to one decimal bounds its part by its whole."""
        if percent is not None:
            value = float(str(percent))
            self.at_most({part: 100.0, whole: -(value + 0.0501)}, 0.0)
            self.at_most({part: -100.0, whole: value - 0.0501}, 0.0)


def narrowed(knowledge: Knowledge, k: float) -> dict[Name, tuple[float, float]]:
    """Return every hidden count whose whole-number range is narrower than k, with the range; of complements only those that may be below k."""
    unknown = sorted({name for row, _ in (*knowledge.equal, *knowledge.below) for name in row} - set(knowledge.known))
    place = {name: j for j, name in enumerate(unknown)}
    found: dict[Name, tuple[float, float]] = {}
    rows = []
    for kind, (row, bound) in [("=", one) for one in knowledge.equal] + [("<", one) for one in knowledge.below]:
        constant = bound - sum(c * knowledge.known[name] for name, c in row.items() if name in knowledge.known)
        open_ = {place[name]: c for name, c in row.items() if name in place}
        if open_:
            rows.append((kind, open_, constant))
        else:
            assert abs(constant) < 1e-6 if kind == "=" else constant > -1e-6, row
    pairs = [(first, other) for _, open_, _ in rows for first in [next(iter(open_))] for other in open_]
    ends = np.array(pairs).reshape(-1, 2)
    graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(unknown), len(unknown)))
    _, label = connected_components(graph, directed=False)
    by_label = defaultdict(list)
    for row in rows:
        by_label[label[next(iter(row[1]))]].append(row)
    for group, mine in by_label.items():
        cells = np.flatnonzero(label == group)
        wanted = [j for j, cell in enumerate(cells) if unknown[cell] in knowledge.hidden | knowledge.rest]
        for j, low, high in _narrow(cells, mine, wanted, k):
            if unknown[cells[j]] in knowledge.hidden or low < k:
                found[unknown[cells[j]]] = (low, high)
    return found


def _narrow(
    cells: np.ndarray, rows: Sequence[tuple[str, dict[int, float], float]], wanted: Sequence[int], k: float
) -> list[tuple[int, float, float]]:
    at = {int(cell): j for j, cell in enumerate(cells)}
    matrix = np.zeros((len(rows), len(cells)))
    upper, lower = np.zeros(len(rows)), np.full(len(rows), -np.inf)
    for r, (kind, open_, constant) in enumerate(rows):
        for cell, coefficient in open_.items():
            matrix[r, at[cell]] = coefficient
        upper[r] = constant + (1e-7 if kind == "<" else 0.0)
        lower[r] = constant if kind == "=" else -np.inf
    same = np.isfinite(lower)
    sparse = csr_array(matrix)
    known = {"A_eq": sparse[same], "b_eq": upper[same]} if same.any() else {}
    known |= {"A_ub": sparse[~same], "b_ub": upper[~same]} if (~same).any() else {}
    low, high = np.full(len(cells), np.inf), np.full(len(cells), -np.inf)
    weak = []
    for j in wanted:
        for sign in (1.0, -1.0):
            if high[j] - low[j] >= k - 1e-6:
                break
            goal = np.zeros(len(cells))
            goal[j] = sign
            result = linprog(goal, bounds=(0, FAR), method="highs", **known)
            assert result.x is not None, result.message
            table = result.x
            if np.abs(table - np.round(table)).max() > 1e-5:
                fit = LinearConstraint(sparse, lower, upper)
                result = milp(goal, constraints=fit, integrality=np.ones(len(goal)), bounds=Bounds(0, FAR))
                assert result.x is not None, result.message
                table = result.x
            table = np.round(table)
            np.minimum(low, table, out=low)
            np.maximum(high, table, out=high)
        if high[j] - low[j] < k - 1e-6:
            weak.append((j, float(low[j]), float(high[j])))
    return weak


@dataclass(frozen=True)
class Inside:
    """What an insider could add about a survey: which index is its, the minima of its stages by column of means, pairs of needs (of a stage and a lower one) of which who lacks the second lacks the first, such pairs of
    needs of one stage, the minima of its needs by column of means, and the weights with which the other columns make the first."""

    index: str = ""
    minima: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    nested: tuple[tuple[str, str], ...] = ()
    entailed: tuple[tuple[str, str], ...] = ()
    asked: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


def learn(tables: Sequence[Published], surveys: Mapping[str, Inside]) -> Knowledge:
    """Turn published tables into equations and bounds."""
    know = Knowledge()
    named = {inside.index: survey for survey, inside in surveys.items() if inside.index}
    for table in tables:
        head, _, tail = table.title.partition(": ")
        survey = tail if tail in surveys else named.get(tail, "")
        if head == "Registry and coverage by city":
            _coverage(know, table, surveys)
        elif head == "Stages by city":
            _stages(know, table, survey)
        elif head == "Shares of the stages, by city" or (head.startswith("Share at ") and head.endswith(", by city")):
            _shares(know, table, survey, reached=head.startswith("Share at "))
        elif head == "Indicators":
            _indicators(know, table, survey)
        elif head == "Questions with many answers, option by option":
            _options(know, table, survey)
        elif head == "Carriers by archive type":
            _carriers(know, table, next(s for s in surveys if surveys[s].index == "" or len(surveys) == 1))
    for table in tables:  # moves speak of stages too
        head, _, tail = table.title.partition(": ")
        if head.startswith("Moves between stages, "):
            _moves(know, table, tail)
    for table in tables:  # needs speak of stages, which are known by now
        head, _, tail = table.title.partition(": ")
        if head in ("Needs not met, by city", "Which needs stop enterprises"):
            _needs(know, table, tail, surveys[tail])
    for table in tables:  # means speak of stages and needs
        head, _, tail = table.title.partition(": ")
        survey = tail if tail in surveys else named.get(tail, "")
        if head == "Mean scores by city":
            _means(know, table, survey, surveys[survey])
    return know


def _cities(table: Published) -> str:
    return next(iter(table.rows[0]))


def _sums(know: Knowledge, cities: Iterable[object], *names: Name) -> None:
    """Cities add up to the row of all; "*" is the place of the city in a name."""
    each = [str(city) for city in dict.fromkeys(cities) if city != "All"]
    for name in names:
        if each:
            know.adds(
                tuple("All" if part == "*" else part for part in name),
                [tuple(city if part == "*" else part for part in name) for city in each],
            )


def _coverage(know: Knowledge, table: Published, surveys: Iterable[str]) -> None:
    group = _cities(table)
    for row in table.rows:
        city = str(row[group])
        if "In production" in row:
            know.see(("in", city), row["In production"])
        for survey in surveys:
            if f"Usable answers: {survey}" not in row:
                continue
            know.see(("n", survey, city), row[f"Usable answers: {survey}"])
            if "In production" in row:
                know.leaves(("in", city), ("n", survey, city), ("silent", survey, city))
                know.share(("n", survey, city), ("in", city), row[f"Coverage (%): {survey}"])
    cities = [row[group] for row in table.rows]
    _sums(
        know,
        cities,
        *([("in", "*")] if "In production" in table.rows[0] else []),
        *(("n", survey, "*") for survey in surveys if f"Usable answers: {survey}" in table.rows[0]),
    )


def stages_of(table: Published) -> list[str]:
    """Return the stages of a table by city, "Unstaged" among them, from its headers."""
    return [head.removesuffix(" (%)") for head in table.rows[0] if head.endswith(" (%)")]


def _stages(know: Knowledge, table: Published, survey: str) -> None:
    group, stages = _cities(table), stages_of(table)
    for row in table.rows:
        city = str(row[group])
        n, staged = ("n", survey, city), ("staged", survey, city)
        know.see(n, row["n"])
        for stage in stages:
            cell = ("stage", survey, city, stage)
            know.see(cell, row[stage])
            know.share(cell, n, row[f"{stage} (%)"])
            if stage != "Unstaged":
                know.leaves(n, cell, ("other", survey, city, stage))
                know.leaves(staged, cell, ("short", survey, city, stage))
        know.adds(n, [("stage", survey, city, stage) for stage in stages])
        know.adds(n, (staged, ("stage", survey, city, "Unstaged")))
    _sums(
        know,
        [row[group] for row in table.rows],
        ("n", survey, "*"),
        *(("stage", survey, "*", stage) for stage in stages),
    )


def _shares(know: Knowledge, table: Published, survey: str, *, reached: bool) -> None:
    group = _cities(table)
    for row in table.rows:
        city = str(row[group])
        part: Name = ("reached", survey, city) if reached else ("stage", survey, city, str(row["Stage"]))
        counted = row["Of them there" if reached else "Of them"]
        if city != "All":  # of all: only cities that were reached, which ones is not known
            know.see(("in", city), row["In production"])
        know.see(("n", survey, city), row["Answered"])
        know.see(("staged", survey, city), row["Staged"])
        know.see(part, counted)
        know.share(part, ("staged", survey, city), row["Share (%)"])
        if row["95% interval from (%)"] is not None:
            assert None not in (row["Answered"], row["Staged"], counted, row["Share (%)"])
        if reached:
            lowest = [name[3] for name in {*know.known, *know.hidden} if name[:3] == ("stage", survey, city)]
            assert lowest
            know.leaves(("staged", survey, city), part, ("not reached", survey, city))
            low = _lowest(know, survey)
            know.adds(("not reached", survey, city), [("stage", survey, city, low)])


def _lowest(know: Knowledge, survey: str) -> str:
    return stage_order(know, survey)[-1]


def stage_order(know: Knowledge, survey: str) -> list[str]:
    """Return the stages from the highest down, in the order of the equation that adds them up."""
    for row, _ in know.equal:
        names = [name for name in row if name[:2] == ("stage", survey) and row[name] > 0]
        if len(names) > 1 and names[-1][3] == "Unstaged":
            return [name[3] for name in names[:-1]]
    raise AssertionError(survey)


def _needs(know: Knowledge, table: Published, survey: str, inside: Inside) -> None:
    order = stage_order(know, survey)
    by_city = "Need" in table.rows[0] and len(table.rows[0]) == 6
    group = _cities(table) if by_city else ""
    needs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in table.rows:
        city, stage, need = str(row[group]) if group else "All", str(row["Stage"]), str(row["Need"])
        lower, below, unmet = (
            order[order.index(stage) + 1 :],
            ("below", survey, city, stage),
            ("unmet", survey, city, stage, need),
        )
        know.see(below, row["Enterprises below the stage"])
        know.see(unmet, row["Of them not met"])
        know.share(unmet, below, row["Not met (%)"])
        know.adds(below, [("stage", survey, city, one) for one in lower])
        needs[city, stage].append(need)
    for (city, stage), mine in needs.items():
        below = ("below", survey, city, stage)
        decides = [need for need in mine if all((need, other) in inside.entailed for other in mine if other != need)]
        if decides:
            know.adds(below, [("unmet", survey, city, stage, decides[0])])
        else:
            know.at_most({below: 1.0} | {("unmet", survey, city, stage, need): -1.0 for need in mine}, 0.0)
        for need in mine:
            if need not in decides:
                know.leaves(below, ("unmet", survey, city, stage, need), ("met", survey, city, stage, need))
        for high, low in inside.entailed:
            if high in mine and low in mine:
                know.at_most(
                    {("unmet", survey, city, stage, low): 1.0, ("unmet", survey, city, stage, high): -1.0}, 0.0
                )
        for high, low in inside.nested:
            for other_stage in order[order.index(stage) + 1 :]:
                if high in mine and low in needs.get((city, other_stage), ()):
                    know.at_most(
                        {("unmet", survey, city, other_stage, low): 1.0, ("unmet", survey, city, stage, high): -1.0},
                        0.0,
                    )
    if by_city:
        cities = [row[group] for row in table.rows]
        for (city, stage), mine in needs.items():
            if city == "All":
                _sums(
                    know, cities, ("below", survey, "*", stage), *(("unmet", survey, "*", stage, need) for need in mine)
                )


def _means(know: Knowledge, table: Published, survey: str, inside: Inside) -> None:
    group = _cities(table)
    heads = [head for head in table.rows[0] if head not in (group, "n", "n scored")]
    for row in table.rows:
        city = str(row[group])
        n, scored = ("n", survey, city), ("scored", survey, city)
        know.see(n, row["n"])
        know.see(scored, row["n scored"])
        know.leaves(n, scored, ("unscored", survey, city))
        off = 0.5001
        means = {head: float(str(row[head])) for head in heads if row[head] is not None}
        assert not means or row["n"] is not None, city
        reach = {head: (mean - off, mean + off) for head, mean in means.items()}
        parts = inside.weights
        if parts and heads[0] not in reach and set(parts) <= set(reach):  # the total from its areas
            reach[heads[0]] = (
                sum(w * reach[p][0] for p, w in parts.items()),
                sum(w * reach[p][1] for p, w in parts.items()),
            )
        for part, weight in parts.items():  # an area from the total and the other areas
            others = {p: w for p, w in parts.items() if p != part}
            if part not in reach and {heads[0], *others} <= set(reach):
                ends = [
                    (reach[heads[0]][e] - sum(w * reach[p][1 - e] for p, w in others.items())) / weight for e in (0, 1)
                ]
                reach[part] = (ends[0], ends[1])
        for head, (least, most) in reach.items():
            for_stage = inside.minima.get(head, {})
            know.at_most({("stage", survey, city, stage): low for stage, low in for_stage.items()} | {n: -most}, 0.0)
            for need, low in inside.asked.get(head, {}).items():  # each who lacks a minimum lacks points of the hundred
                stages = [name[3] for name in {*know.known, *know.hidden} if name[:3] == ("below", survey, city)]
                for stage in stages:
                    unmet = ("unmet", survey, city, stage, need)
                    if unmet in know.known or unmet in know.hidden:
                        know.at_most({unmet: 100.0 - low, n: least - 100.0}, 0.0)
    _sums(know, [row[group] for row in table.rows], ("scored", survey, "*"))
    total, whole = heads[0], next((row for row in table.rows if row[group] == "All"), None)
    if whole is None or whole[total] is None:
        return
    middle, scored_all = float(str(whole[total])), ("scored", survey, "All")
    high, low = {scored_all: middle - 0.5001}, {scored_all: -(middle + 0.5001)}
    for row in table.rows:  # the points of all cities are those of all
        if row[group] != "All":
            mean = row[total]
            name = ("scored", survey, str(row[group]))
            high[name] = -(100.0 if mean is None else float(str(mean)) + 0.5001)
            low[name] = 0.0 if mean is None else float(str(mean)) - 0.5001
    if len(high) > 1:
        know.at_most(high, 0.0)
        know.at_most(low, 0.0)


def _indicators(know: Knowledge, table: Published, survey: str) -> None:
    for row in table.rows:
        code = str(row["Indicator"])
        scored, zero = ("points", survey, code), ("zero", survey, code)
        know.see(scored, row["n scored"])
        know.see(zero, row["n at zero"])
        know.leaves(("n", survey, "All"), scored, ("pointless", survey, code))
        know.leaves(scored, zero, ("some", survey, code))
        mean = row["Mean share of maximum (%)"]
        if mean is not None:  # nobody has more than all points
            know.at_most({zero: 100.0, scored: float(str(mean)) - 0.0501 - 100.0}, 0.0)


def _carriers(know: Knowledge, table: Published, survey: str) -> None:
    levels = [head.removesuffix(" (%)") for head in table.rows[0] if head.endswith(" (%)")]
    for row in table.rows:
        kind = str(row["Archive type"])
        whole = ("kept", survey, kind)
        know.see(whole, row["Answered"])
        know.leaves(("n", survey, "All"), whole, ("unkept", survey, kind))
        know.adds(whole, [("carrier", survey, kind, level) for level in levels])
        for level in levels:
            cell = ("carrier", survey, kind, level)
            know.see(cell, row[level])
            know.leaves(whole, cell, ("elsewhere", survey, kind, level))
            know.share(cell, whole, row[f"{level} (%)"])


def _moves(know: Knowledge, table: Published, survey: str) -> None:
    """Moves between two waves: rows are the earlier stage, columns the later; nobody enters and leaves at once. The earlier wave is the one the other tables are about."""
    first, _, *columns = table.rows[0]
    rows = {str(row[first]): row for row in table.rows}
    after = {column: column.split(": ")[-1] for column in columns}
    whole: Name = ("ever", survey)
    know.see(whole, rows["All"]["n"])
    sides = {
        code: ("was", survey, code) if code == "Entered" else ("stage", survey, "All", code)
        for code in rows
        if code != "All"
    }
    for code, side in sides.items():
        know.see(side, rows[code]["n"])
        know.leaves(whole, side, ("others was", survey, code))
    for column, code in after.items():
        top = ("is", survey, code)
        know.see(top, rows["All"][column])
        know.leaves(whole, top, ("others is", survey, code))
        cells = [("move", survey, before, code) for before in sides if (before, code) != ("Entered", "Left")]
        know.adds(top, cells)
        for cell in cells:
            know.see(cell, rows[cell[2]][column])
            know.leaves(top, cell, ("elsewhere from", *cell[1:]))
            know.leaves(sides[cell[2]], cell, ("elsewhere to", *cell[1:]))
    for before, side in sides.items():
        cells = [("move", survey, before, code) for code in after.values() if (before, code) != ("Entered", "Left")]
        know.adds(side, cells)
    know.adds(whole, sides.values())
    know.adds(whole, [("is", survey, code) for code in after.values()])


def _options(know: Knowledge, table: Published, survey: str) -> None:
    n, by_question = ("n", survey, "All"), defaultdict(list)
    for row in table.rows:
        by_question[str(row["Question"])].append(row)
    for question, rows in by_question.items():
        answered, some = ("answered", survey, question), ("ticked", survey, question)
        know.leaves(n, answered, ("unanswered", survey, question))
        ticks, none = [], []
        for row in rows:
            cell = ("option", survey, question, str(row["Option"]))
            know.see(answered, row["Answered"])
            know.see(cell, row["n"])
            know.leaves(answered, cell, ("unticked", survey, question, str(row["Option"])))
            know.leaves(n, cell, ("without", survey, question, str(row["Option"])))
            know.share(cell, answered, row["Share (%)"])
            know.share(cell, n, row["Share of all usable answers (%)"])
            (none if row["Kind"] == "none of these" else ticks).append(cell)
        know.adds(answered, (some, *none))
        for cell in ticks:
            know.at_most({cell: 1.0, some: -1.0}, 0.0)
        know.at_most({some: 1.0} | {cell: -1.0 for cell in ticks}, 0.0)


def smallest_shown(know: Knowledge) -> float:
    """Return the smallest count that is shown."""
    return min(know.known.values(), default=math.inf)
