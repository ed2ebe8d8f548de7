"""Which answers of a unit can be raised, to where and at what effort, and what the answers look like once they are.

An answer is never lowered. What is missing, not applicable or not asked stays as it is; a "don't know" that earns nothing stands where nothing is done (A173).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hmsurvey.answers import ANSWERED, DK, NONE, Answers, derive, places_of
from hmsurvey.effort import Effort, Efforts, items_of
from hmsurvey.questions import Derived, Question
from hmsurvey.systems import IndicatorSystem

_DUST = 1e-9


@dataclass(frozen=True, slots=True)
class Ladder:
    """One answer of one unit that can be raised.

    `now` is its place, `places` those it can be raised to, `steps` the effort of each step, `writes` what would then be answered (an option's position, a number of items,
    a number, a numerator, or a number of counted answers).
    """

    question: str
    now: float
    places: tuple[float, ...]
    steps: tuple[float, ...]
    writes: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Questions and items looked up once for all units."""

    answers: Answers
    efforts: Efforts
    questions: Mapping[str, Question]
    derived: Mapping[str, Derived]
    items: Mapping[str, tuple[int, ...]]
    places: Mapping[str, NDArray[np.float64]]


def field_of(answers: Answers, system: IndicatorSystem, efforts: Efforts) -> Field:
    """Look up every question that efforts and orders speak of."""
    book = answers.codebook
    codes = [e.question for e in efforts.efforts] + [first for o in efforts.orders for first in o.first]
    questions = {code: book.question(code) for code in dict.fromkeys(codes)}
    items = {code: items_of(q, system) for code, q in questions.items() if q.kind == "many"}
    places = {code: places_now(answers, q, items.get(code, ())) for code, q in questions.items()}
    return Field(answers, efforts, questions, {d.question.code: d for d in book.derived}, items, places)


def places_now(answers: Answers, question: Question, items: Sequence[int]) -> NDArray[np.float64]:
    """Return where every unit stands: level, number, percentage or how many items are ticked; "don't know" at 0, NaN where nothing can be said."""
    values, states = answers.values[question.code], answers.states[question.code]
    if question.kind == "many":
        wholes = [k for k, o in enumerate(question.options) if o.kind == "answer" and k not in items]
        found = values[:, list(items)].sum(axis=1).astype(np.float64)
        found = np.where(values[:, wholes].any(axis=1), float(len(items)), found)
    else:
        found = places_of(question, values)
    found = np.where((states == ANSWERED) | (states == NONE), found, np.nan)
    found[states == NONE] = 0.0
    return np.where(states == DK, 0.0, found)


def ladders_of(field: Field, row: int, *, shut: frozenset[str] = frozenset()) -> tuple[Ladder, ...]:
    """Return the answers of a unit that can be raised; those named in `shut` stay as they are."""
    found = []
    for effort in field.efforts.efforts:
        now = float(field.places[effort.question][row])
        if effort.question in shut or np.isnan(now):
            continue
        ladder = _ladder(field, effort, row, now)
        if ladder is not None:
            found.append(ladder)
    return tuple(found)


def _ladder(field: Field, effort: Effort, row: int, now: float) -> Ladder | None:
    question = field.questions[effort.question]
    wanted = [place for place, _ in effort.steps if place > now + _DUST]
    if effort.at_most:
        limit = float(field.answers.values[effort.at_most][row])
        wanted = (
            []
            if np.isnan(limit)
            else sorted({min(place, limit) for place in wanted if min(place, limit) > now + _DUST})
        )
    pairs: dict[float, float] = {}  # what is written -> the place it has
    for place in wanted:
        write, place = _write(field, question, row, place)
        if not np.isnan(write) and place > now + _DUST:
            pairs[write] = place
    climbs: dict[float, tuple[float, float]] = {}  # effort from here -> the highest place it reaches
    for write, place in pairs.items():
        effort_of = _begun(effort.upto(place) - effort.upto(now))
        if effort_of > 0:
            climbs[effort_of] = place, write
    if not climbs:
        return None
    steps = tuple(float(step) for step in np.diff([0.0, *climbs]))
    return Ladder(question.code, now, tuple(p for p, _ in climbs.values()), steps, tuple(w for _, w in climbs.values()))


def _begun(effort: float) -> float:
    """Return an effort in halves; a half that is begun counts whole.

    >>> _begun(0.02), _begun(1.5), _begun(2.51)
    (0.5, 1.5, 3.0)
    """
    return float(np.ceil(2.0 * effort - 1e-6) / 2.0)


def _write(field: Field, question: Question, row: int, place: float) -> tuple[float, float]:
    """Return what would be answered to stand at a place or just above it, and the place that is."""
    if question.kind == "one":
        return float(question.place_of_option(question.levels[int(place)])), place
    if question.kind != "rate":
        return place, place
    bottom = float(field.answers.values[question.code][row, 1])
    if np.isnan(bottom) or bottom <= 0:
        return np.nan, np.nan
    top = float(np.ceil(place * bottom / 100.0 - _DUST))
    return (top, 100.0 * top / bottom) if top <= bottom else (np.nan, np.nan)


def raised(field: Field, rows: NDArray[np.int64], changes: Sequence[Sequence[tuple[Ladder, int]]]) -> Answers:
    """Return answers with some of them raised: a row for each row named, with its changes as (ladder, rung from 1).

    Derived questions are counted anew. Of items that are alike the first ones open are taken, in the codebook's order.
    """
    base = field.answers
    values: dict[str, NDArray[Any]] = {code: value[rows] for code, value in base.values.items()}
    states = {code: state[rows] for code, state in base.states.items()}
    for k, row_changes in enumerate(changes):
        for ladder, rung in row_changes:
            _put(field, values, states, k, ladder, ladder.writes[rung - 1])
    names = tuple(f"{base.units[int(row)]}#{k}" for k, row in enumerate(rows))
    changed = Answers(base.codebook, names, values, states)
    return derive(changed) if field.derived else changed


def _put(field: Field, values: Any, states: Any, k: int, ladder: Ladder, write: float) -> None:
    code = ladder.question
    question = field.questions[code]
    if code in field.derived:
        _count_up(field, values, states, k, code, int(write))
        return
    states[code][k] = ANSWERED
    if question.kind == "one":
        values[code][k] = int(write)
    elif question.kind == "many":
        ticks = values[code][k]
        for place, option in enumerate(question.options):
            if option.kind in ("none", "na", "dk"):
                ticks[place] = False
        open_items = [place for place in field.items[code] if not ticks[place]]
        done = int(ticks[list(field.items[code])].sum())
        for place in open_items[: int(write) - done]:
            ticks[place] = True
    elif question.kind == "rate":
        values[code][k, 0] = write
    else:
        values[code][k] = write


def _count_up(field: Field, values: Any, states: Any, k: int, code: str, wanted: int) -> None:
    """Raise a counted question: answer as counted, one after another, until enough are."""
    derived = field.derived[code]
    count = derived.count
    if count is None:
        return
    book = field.answers.codebook
    hits, open_ones = 0, []
    for part in count.questions:
        question = book.question(part)
        good = [p for p, option in enumerate(question.options) if option.code in count.answers]
        if states[part][k] == ANSWERED and int(values[part][k]) in good:
            hits += 1
        elif states[part][k] in (ANSWERED, DK):
            open_ones.append((part, good[0]))
    for part, place in open_ones[: max(wanted - hits, 0)]:
        values[part][k], states[part][k] = place, ANSWERED
