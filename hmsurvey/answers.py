"""A batch of valid answers: one row a unit, one entry a question, and for each cell why it is silent when it is.

Missing, not applicable, don't know, rightly skipped and "none of these" are five states and never one blank. This room holds
answers; it does not read files and does not know what an answer is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.conditions import Truth
from hmsurvey.questions import Codebook, Count, Derived, Question

ANSWERED, MISSING, NA, DK, NONE, SKIPPED = range(6)
STATE_WORDS = ("answered", "missing", "na", "dk", "none", "skipped")
States = NDArray[np.int8]

NUMERIC = ("number", "year")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Answers of n units.

    `values` holds, by question code: for `one` the position of the option (int16, -1 when silent); for `many` a boolean array
    n x options; for `number` and `year` floats (NaN when silent); for `rate` floats n x 2 (numerator, denominator);
    for `text` and `date` texts. `states` holds the state of each answer (int8: answered, missing, na, dk, none, skipped).
    """

    codebook: Codebook
    units: tuple[str, ...]
    values: Mapping[str, NDArray[Any]]
    states: Mapping[str, States]

    def __len__(self) -> int:
        return len(self.units)

    def __repr__(self) -> str:
        return repr(answers_frame(self))


def answers_frame(answers: Answers) -> pd.DataFrame:
    """Return the answers as a frame of codes, index = unit: a joined text for `many`, two columns for a rate.

    Silent answers are NaN, except "none of these", which is the option's own code.
    """
    columns: dict[str, Any] = {}
    for question in answers.codebook.all_questions:
        values, silent = answers.values[question.code], ~is_usable(answers.states[question.code])
        if question.kind == "one":
            codes = np.array([option.code for option in question.options] + [None], dtype=object)
            columns[question.code] = codes[values]
        elif question.kind == "many":
            names = [option.code for option in question.options]
            columns[question.code] = [
                None if quiet else "|".join(name for name, hit in zip(names, row, strict=True) if hit)
                for row, quiet in zip(values, silent, strict=True)
            ]
        elif question.kind == "rate":
            columns[f"{question.code} num"], columns[f"{question.code} den"] = values[:, 0], values[:, 1]
        else:
            columns[question.code] = values
    return pd.DataFrame(columns, index=pd.Index(answers.units, name="unit", dtype=object))


def states_frame(answers: Answers) -> pd.DataFrame:
    """Return the state of every answer in words, index = unit, one column a question."""
    words = np.array(STATE_WORDS, dtype=object)
    columns = {question.code: words[answers.states[question.code]] for question in answers.codebook.all_questions}
    return pd.DataFrame(columns, index=pd.Index(answers.units, name="unit", dtype=object))


def is_usable(states: States) -> NDArray[np.bool_]:
    """Tell where an answer says something: answered, or none of these."""
    return (states == ANSWERED) | (states == NONE)


def percentages(rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numerator / denominator x 100; NaN where the denominator is 0 or silent."""
    numerator, denominator = rate[:, 0], rate[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator == 0, np.nan, 100.0 * numerator / denominator)


def places_of(question: Question, values: NDArray[Any]) -> NDArray[np.float64]:
    """Return one number a unit: the place in the scale (lowest 0), the number, or the percentage of a rate."""
    if question.kind == "one":
        levels = question.levels
        table = [float(levels.index(o.code)) if o.code in levels else np.nan for o in question.options]
        return np.array([*table, np.nan])[values]
    if question.kind == "rate":
        return percentages(values)
    if question.kind in NUMERIC:
        return np.asarray(values, dtype=np.float64)
    return np.full(len(values), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class AnswerView:
    """What conditions ask of answers (`conditions.AnswerView`)."""

    answers: Answers

    def is_option(self, question: str, option: str) -> tuple[Truth, Truth]:
        """Return where the answer is known, and where it is this option (or this number, or this text)."""
        asked = self.answers.codebook.question(question)
        values, states = self.answers.values[question], self.answers.states[question]
        known = (states != MISSING).astype(np.int8)
        kind = next((o.kind for o in asked.options if o.code == option), "")
        if asked.kind == "one":
            chosen = values == asked.place_of_option(option)
        elif kind in ("na", "dk"):
            chosen = states == {"na": NA, "dk": DK}[kind]
        elif asked.kind == "many":
            chosen = values[:, asked.place_of_option(option)]
        elif asked.kind in ("text", "date"):
            chosen = values == option
        else:
            known = (is_usable(states) | (states == SKIPPED)).astype(np.int8)
            chosen = places_of(asked, values) == float(option)
        return known, np.asarray(chosen & (states != SKIPPED)).astype(np.int8)

    def places(self, question: str) -> NDArray[np.float64]:
        """Return places, numbers or percentages; NaN where there is none."""
        asked = self.answers.codebook.question(question)
        return places_of(asked, self.answers.values[question])

    def place_of(self, question: str, literal: str) -> float:
        """Return the place of an option code, or the number."""
        asked = self.answers.codebook.question(question)
        return float(asked.levels.index(literal)) if asked.kind == "one" else float(literal)

    def in_state(self, question: str, word: str) -> NDArray[np.bool_]:
        """Return where the answer is in the state of that name; "answered" includes none of these."""
        states = self.answers.states[question]
        return is_usable(states) if word == "answered" else states == STATE_WORDS.index(word)


def derive(answers: Answers) -> Answers:
    """Add the derived questions of the codebook: pooled rates, rates of counts, counts."""
    values, states = dict(answers.values), dict(answers.states)
    for derived in answers.codebook.derived:
        code = derived.question.code
        if derived.pool:
            values[code], states[code] = _pool(derived, values, states)
        else:
            values[code], states[code] = _counted(derived, answers.codebook, values, states)
    return Answers(answers.codebook, answers.units, values, states)


def _pool(
    derived: Derived, values: Mapping[str, NDArray[Any]], states: Mapping[str, States]
) -> tuple[NDArray[Any], States]:
    parts = np.stack([values[code] for code in derived.pool])
    usable = np.stack([is_usable(states[code]) for code in derived.pool])
    silent = np.stack([(states[code] == MISSING) | (states[code] == DK) for code in derived.pool]).any(axis=0)
    pooled = np.where(usable[:, :, None], np.nan_to_num(parts), 0.0).sum(axis=0)
    state = np.where(silent, MISSING, np.where(usable.any(axis=0), ANSWERED, NA)).astype(np.int8)
    pooled[state != ANSWERED] = np.nan
    return pooled, state


def _counted(
    derived: Derived, book: Codebook, values: Mapping[str, NDArray[Any]], states: Mapping[str, States]
) -> tuple[NDArray[Any], States]:
    counts = [count for count in (derived.count, derived.among) if count is not None]
    silent = np.zeros(len(next(iter(states.values()))), dtype=bool)
    totals = []
    for count in counts:
        total, missing = _count(count, book, values, states)
        totals.append(np.maximum(total, count.at_least))
        silent |= missing
    state = np.where(silent, MISSING, ANSWERED).astype(np.int8)
    result = totals[0] if len(totals) == 1 else np.stack(totals, axis=1)
    result = result.astype(np.float64)
    result[silent] = np.nan
    return result, state


def _count(
    count: Count, book: Codebook, values: Mapping[str, NDArray[Any]], states: Mapping[str, States]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    n = len(next(iter(states.values())))
    total, missing = np.zeros(n), np.zeros(n, dtype=bool)
    for code in count.questions:
        question = book.question(code)
        wanted = [place for place, option in enumerate(question.options) if option.code in count.answers]
        hit = values[code][:, wanted].any(axis=1) if question.kind == "many" else np.isin(values[code], wanted)
        total += hit & is_usable(states[code])
        missing |= states[code] == MISSING
    return total, missing
