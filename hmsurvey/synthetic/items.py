"""How a trait becomes an answer: levels by graded response, ticks by thresholds, counts by binomials.

Difficulties and discriminations are drawn from the seed, item by item; a top level is harder than the step before it (A85). A `Sheet` holds answers
as numbers: a level or place for `one`, ticks for `many`, two counts for `rate`. `NA` and `SKIP` stand where a level or count would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hmsurvey.questions import Codebook, Option, Question
from hmsurvey.synthetic.latent import Bools, Floats, Ints, sigmoid

NA, SKIP = -1, -2
STEPS = {2: (0.0,), 4: (-1.15, 0.35, 1.85), 5: (-1.3, -0.3, 0.8, 2.0), 6: (-1.6, -0.7, 0.4, 1.3, 2.2)}
Values = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Items:
    """Draws answers; every item gets its own difficulty and discrimination on first sight."""

    rng: np.random.Generator
    spread: float = 0.45

    def level(self, trait: Floats, n_levels: int = 4, *, shift: float = 0.0) -> Ints:
        """Draw a level 0 to n_levels - 1; a positive shift makes the item harder."""
        difficulty = shift + self.rng.normal(0.0, self.spread)
        steps = difficulty + np.array(STEPS[n_levels]) + self.rng.normal(0.0, 0.12, n_levels - 1)
        slope = self.rng.uniform(1.4, 2.3)
        lean = slope * trait + self.rng.logistic(size=len(trait))
        return (lean[:, None] > slope * np.sort(steps)).sum(axis=1)

    def ticks(self, trait: Floats, difficulties: Sequence[float], *, slope: float = 1.5) -> Bools:
        """Draw ticks n x options, each with a difficulty near the given one."""
        hard = np.array(difficulties) + self.rng.normal(0.0, 0.25, len(difficulties))
        ticked: Bools = self.rng.random((len(trait), len(hard))) < sigmoid(slope * (trait[:, None] - hard))
        return ticked

    def chance(self, n: int, chances: Sequence[float]) -> Bools:
        """Draw ticks that have nothing to do with the trait."""
        ticked: Bools = self.rng.random((n, len(chances))) < np.array(chances)
        return ticked

    def share(self, trait: Floats, *, shift: float = 0.0, slope: float = 1.4) -> Floats:
        """Draw a share between 0 and 1 that rises with the trait, spread about its mean."""
        mean = np.clip(sigmoid(slope * (trait - shift - self.rng.normal(0.0, self.spread / 2))), 0.01, 0.99)
        return self.rng.beta(6.0 * mean, 6.0 * (1.0 - mean))

    def count(self, whole: Ints, share: Floats) -> Ints:
        """Draw how many of a whole."""
        return self.rng.binomial(np.maximum(whole, 0), share)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Answers of n enterprises to one codebook, complete: by question code, floats (n, n x options or n x 2), or texts."""

    values: Values = field(default_factory=dict)
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def copy(self) -> Sheet:
        """Return a sheet whose values can be changed without changing this one."""
        return Sheet({code: values.copy() for code, values in self.values.items()}, dict(self.texts))


def cap(sheet: Sheet, code: str, where: Bools, most: float) -> None:
    """Lower the answers to a question to at most `most` where told."""
    values = sheet.values[code]
    values[where] = np.minimum(values[where], most)


def lift(sheet: Sheet, code: str, where: Bools, least: float) -> None:
    """Raise the answers to a question to at least `least` where told; what is n/a or skipped stays."""
    values = sheet.values[code]
    values[where & (values >= 0)] = np.maximum(values[where & (values >= 0)], least)


def word_of(option: Option) -> str:
    """Return an option as the drop-downs of a workbook write it."""
    labels = tuple(dict.fromkeys(label for label in option.label if label))
    return f"{option.code} {' / '.join(labels)}" if labels else option.code


def column_texts(question: Question, sheet: Sheet, *, words: bool) -> dict[str, list[str]]:
    """Return the cells of one question by header; `words` writes options as drop-downs do, else as codes."""
    if question.code in sheet.texts:
        return {question.columns[0]: list(sheet.texts[question.code])}
    values = sheet.values[question.code]
    if question.kind == "many":
        return {question.columns[0]: [_ticked(question, row) for row in values]}
    if question.kind == "rate":
        return {header: [_number(question, v) for v in values[:, j]] for j, header in enumerate(question.columns)}
    if question.kind == "one":
        shown = [word_of(o) if words else o.code for o in question.options]
        na = next((shown[i] for i, o in enumerate(question.options) if o.kind == "na"), "")
        return {question.columns[0]: [na if v == NA else "" if v == SKIP else shown[int(v)] for v in values]}
    return {question.columns[0]: [_number(question, v) for v in values]}


def _ticked(question: Question, row: Floats) -> str:
    if row[0] == SKIP:
        return ""
    options = [o for o in question.options if o.kind in ("answer", "other")]
    chosen = [o.code for o, hit in zip(options, row, strict=True) if hit > 0]
    none = next((o.code for o in question.options if o.kind == "none"), "")
    return ";".join(chosen) or none


def _number(question: Question, value: float) -> str:
    if value == NA and any(o.kind == "na" for o in question.options):
        return next(o.code for o in question.options if o.kind == "na")
    if value < 0:
        return ""
    return f"{value:g}" if not float(value).is_integer() else str(int(value))


def table_of(book: Codebook, sheet: Sheet, *, words: bool) -> dict[str, list[str]]:
    """Return all cells by header, in the codebook's order."""
    table: dict[str, list[str]] = {}
    for question in book.questions:
        table |= column_texts(question, sheet, words=words)
    return table
