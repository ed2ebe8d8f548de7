"""The ways an answer earns points, as definition files write them: one small noun a way.

Adding a way means a noun here, its key in `read_scoring`, and its arithmetic in `points`. Nothing here sees an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hmsurvey.definitionfile import Entry, is_number
from hmsurvey.errors import Text
from hmsurvey.questions import Question


@dataclass(frozen=True, slots=True)
class Band:
    """Points from a bound upward; the bound itself belongs to the band unless `is_open`."""

    bound: float
    points: float
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class ByOption:
    """Points of each option of a `one` question; other allowed answers earn `otherwise`."""

    points: tuple[tuple[str, float], ...]
    otherwise: float | None = None


@dataclass(frozen=True, slots=True)
class Each:
    """Points for every option ticked, at most `cap`. `every` serves options not named."""

    points: tuple[tuple[str, float], ...]
    every: float | None = None
    cap: float | None = None


@dataclass(frozen=True, slots=True)
class AllOrItemise:
    """Full points when the whole is in place, else points for every item that is."""

    full_if: str
    full: float
    each: float


@dataclass(frozen=True, slots=True)
class Deduct:
    """Full points less something for every option that is not ticked, down to a floor."""

    start: float
    each: float
    floor: float


@dataclass(frozen=True, slots=True)
class CountBands:
    """Bands of the number of options ticked."""

    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Bands:
    """Bands of a number."""

    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Straight lines between (number, points), flat beyond the ends."""

    knots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Goalposts:
    """(x - low) / (high - low), linear or in logarithms; `cap` says which ends are cut off."""

    low: float
    high: float
    scale: str = "linear"
    cap: str = "none"


@dataclass(frozen=True, slots=True)
class Normalise:
    """A place among all units of the run: minmax, zscore, rank or percentile."""

    method: str
    to: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Given:
    """The number itself, taken as published."""


Scoring = ByOption | Each | AllOrItemise | Deduct | CountBands | Bands | Line | Goalposts | Normalise | Given

METHODS = (
    "points",
    "points_each",
    "all_or_itemise",
    "deduct",
    "count_bands",
    "bands",
    "line",
    "goalposts",
    "normalise",
    "given",
)
_EXTRAS = {"points": ("otherwise",), "points_each": ("cap",)}
SCORING_KEYS = (*METHODS, "otherwise", "cap")
_ONE = (0.0, 1.0)
DEFAULT_TO = {"minmax": (0.0, 100.0), "zscore": _ONE, "rank": _ONE, "percentile": _ONE}  # of zscore: mean, sd


def read_scoring(entry: Entry, methods: tuple[str, ...] = METHODS, *, required: bool = True) -> Scoring | None:
    """Read the one scoring of an entry; none, or two, is a problem of the file."""
    for key in SCORING_KEYS if methods == METHODS else methods:
        entry.taken[key] = None
    present = [key for key in methods if key in entry.values]
    if len(present) > 1 or (required and not present):
        entry.complain(
            Text("计分方式要有且只有一种。", "Exactly one way of scoring is needed."),
            found=", ".join(present) or "-",
            expected=Text("、".join(methods), ", ".join(methods)),
        )
        return None
    if not present:
        return None
    for extra, owner in (("otherwise", "points"), ("cap", "points_each")):
        if extra in entry.values and owner not in present:
            entry.complain(
                Text(f"{extra} 只与 {owner} 同用。", f"`{extra}` goes only with `{owner}`."), found=present[0]
            )
    scoring: Scoring = _READERS[present[0]](entry)
    return scoring


def replaced_keys(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scoring keys of `base` with those of `change` put in their place."""
    kept = {key: value for key, value in base.items() if key in SCORING_KEYS}
    method = next((key for key in METHODS if key in change), None)
    if method is not None:
        allowed = (method, *_EXTRAS.get(method, ()))
        kept = {key: value for key, value in kept.items() if key in allowed}
    return kept | {key: value for key, value in change.items() if key in SCORING_KEYS}


def _pairs(entry: Entry, key: str, values: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    bad = [code for code, points in values.items() if not is_number(points)]
    if bad:
        entry.complain(
            Text(f"{key} 里的分值应为数。", f"`{key}` must give numbers."),
            found=", ".join(bad),
            expected=Text("{ 选项 = 分值 }", "{ option = points }"),
        )
    return tuple((str(code), float(points)) for code, points in values.items() if code not in bad)


def _by_option(entry: Entry) -> ByOption:
    values = entry.take("points", dict, {}, Text("{ 选项 = 分值 }", "{ option = points }"))
    return ByOption(_pairs(entry, "points", values), entry.number("otherwise"))


def _each(entry: Entry) -> Each:
    values = entry.take(
        "points_each", (dict, int, float), {}, Text("{ 选项 = 分值 } 或一个数", "{ option = points } or a number")
    )
    cap = entry.number("cap")
    return (
        Each(_pairs(entry, "points_each", values), None, cap)
        if isinstance(values, dict)
        else Each((), float(values), cap)
    )


def _need_number(entry: Entry, key: str) -> float:
    value = entry.number(key)
    if value is None:
        entry.complain(Text(f"缺少 {key}。", f"`{key}` is missing."), expected=Text(f"{key} = 数", f"{key} = a number"))
    return 0.0 if value is None else value


def _sub(entry: Entry, key: str) -> Entry:
    return entry.table(key) or Entry({}, entry.where, entry.problems)


def _all_or_itemise(entry: Entry) -> AllOrItemise:
    part = _sub(entry, "all_or_itemise")
    scoring = AllOrItemise(part.text("full_if", required=True), _need_number(part, "full"), _need_number(part, "each"))
    part.close()
    return scoring


def _deduct(entry: Entry) -> Deduct:
    part = _sub(entry, "deduct")
    scoring = Deduct(_need_number(part, "from"), _need_number(part, "each"), part.real("floor", 0.0))
    part.close()
    return scoring


def read_bands(entry: Entry, key: str) -> tuple[Band, ...]:
    """Read bands: `[[0, 0], [">0", 1], [70, 2]]`, bounds ascending."""
    values = entry.take(key, list, [], Text("[[下限, 分值], ...]", "[[bound, points], ...]"))
    bands = []
    for value in values:
        pair = value if isinstance(value, list) and len(value) == 2 and is_number(value[1]) else None
        bound = _bound(pair[0]) if pair else None
        if pair is None or bound is None:
            entry.complain(
                Text(f"{key} 的写法不对。", f"`{key}` is not well formed."),
                found=value,
                expected=Text('[[0, 0], [">0", 1], [70, 2]]', '[[0, 0], [">0", 1], [70, 2]]'),
            )
            return ()
        bands.append(Band(bound[0], float(pair[1]), bound[1]))
    places = [(band.bound, band.is_open) for band in bands]
    if not bands or places != sorted(set(places)):
        entry.complain(
            Text(f"{key} 的下限要从小到大，不能重复。", f"The bounds of `{key}` must ascend."),
            found=[b.bound for b in bands],
        )
    return tuple(bands)


def _bound(value: object) -> tuple[float, bool] | None:
    if is_number(value):
        return float(value), False  # type: ignore[arg-type]
    if isinstance(value, str) and value.startswith(">"):
        try:
            return float(value[1:]), True
        except ValueError:
            return None
    return None


def _line(entry: Entry) -> Line:
    values = entry.take("line", list, [], Text("[[数, 分值], ...]", "[[number, points], ...]"))
    good = all(isinstance(v, list) and len(v) == 2 and all(map(is_number, v)) for v in values)
    knots = tuple((float(x), float(y)) for x, y in values) if good else ()
    if len(knots) < 2 or [x for x, _ in knots] != sorted({x for x, _ in knots}):
        entry.complain(
            Text("line 至少两点，横坐标从小到大。", "`line` needs two points or more, ascending."),
            found=values,
            expected=Text("[[0, 0], [70, 2], [90, 3]]", "[[0, 0], [70, 2], [90, 3]]"),
        )
        return Line(((0.0, 0.0), (1.0, 0.0)))
    return Line(knots)


def _goalposts(entry: Entry) -> Goalposts:
    part = _sub(entry, "goalposts")
    posts = Goalposts(
        _need_number(part, "min"),
        _need_number(part, "max"),
        part.choice("scale", ("linear", "log"), "linear"),
        part.choice("cap", ("none", "min", "max", "both"), "none"),
    )
    if posts.low >= posts.high or (posts.scale == "log" and posts.low <= 0):
        part.complain(
            Text("goalposts 的上下限不成立。", "The goalposts do not stand."),
            found=f"{posts.low:g} .. {posts.high:g} ({posts.scale})",
            expected=Text("min < max；取对数时 min > 0", "min < max; min > 0 for logarithms"),
        )
    part.close()
    return posts


def _normalise(entry: Entry) -> Normalise:
    part = _sub(entry, "normalise")
    method = part.choice("method", tuple(DEFAULT_TO), "minmax")
    to = part.numbers("to", length=2) or DEFAULT_TO[method]
    if method == "rank" and "to" in part.values:
        part.complain(Text("名次没有 to。", "A rank takes no `to`."), found=part.values["to"])
    part.close()
    return Normalise(method, (to[0], to[1]))


def _given(entry: Entry) -> Given:
    if not entry.flag("given"):
        entry.complain(Text("given 只能是 true。", "`given` can only be true."), found="false")
    return Given()


_READERS: dict[str, Callable[[Entry], Scoring]] = {
    "points": _by_option,
    "points_each": _each,
    "all_or_itemise": _all_or_itemise,
    "deduct": _deduct,
    "count_bands": lambda entry: CountBands(read_bands(entry, "count_bands")),
    "bands": lambda entry: Bands(read_bands(entry, "bands")),
    "line": _line,
    "goalposts": _goalposts,
    "normalise": _normalise,
    "given": _given,
}


def suits(scoring: Scoring, question: Question) -> bool:
    """Tell whether a scoring can be applied to a question of that kind."""
    if isinstance(scoring, ByOption):
        return question.kind == "one"
    if isinstance(scoring, Each | AllOrItemise | Deduct | CountBands):
        return question.kind == "many"
    if isinstance(scoring, Given):
        return question.kind == "number"
    return question.kind in ("number", "rate", "year")


def options_named(scoring: Scoring) -> tuple[str, ...]:
    """Return the options a scoring speaks of."""
    if isinstance(scoring, ByOption | Each):
        return tuple(code for code, _ in scoring.points)
    return (scoring.full_if,) if isinstance(scoring, AllOrItemise) else ()


def most_points(scoring: Scoring, question: Question, factor: float) -> float | None:
    """Return the most points a scoring can give; None when it has no bound of its own."""
    if isinstance(scoring, Given):
        return None
    if isinstance(scoring, Normalise):
        return scoring.to[1] * factor if scoring.method in ("minmax", "percentile") else None
    top = _most(scoring, question)
    return top * factor


def _most(scoring: Scoring, question: Question) -> float:
    items = [o.code for o in question.options if o.kind in ("answer", "other")]
    if isinstance(scoring, ByOption):
        others = [] if scoring.otherwise is None else [scoring.otherwise]
        return max([p for _, p in scoring.points] + others, default=0.0)
    if isinstance(scoring, Each):
        points = dict(scoring.points)
        total = sum(max(points.get(code, scoring.every or 0.0), 0.0) for code in items)
        return total if scoring.cap is None else min(total, scoring.cap)
    if isinstance(scoring, AllOrItemise):
        return scoring.full
    if isinstance(scoring, Deduct):
        return scoring.start
    if isinstance(scoring, CountBands | Bands):
        return max((band.points for band in scoring.bands), default=0.0)
    if isinstance(scoring, Line):
        return max(y for _, y in scoring.knots)
    return 1.0
