"""What surrounds the answers: the registry of enterprises by city, and the record of field visits.

The registry is drawn around the rows there are, so that sent, returned and in production can be told apart (A81, A90). A visitor reads
plainly what is true, with an error, beside what was written: half of the archive types, or 60 and 80% of the top level. Points, floors and gates do
not enter (A96, A97).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hmsurvey.questions import Codebook
from hmsurvey.synthetic.items import Sheet, word_of
from hmsurvey.synthetic.latent import Bools, Cities, Floats, Ints
from hmsurvey.synthetic.reporting import Table

STAGES = ("low", "intermediate", "advanced")
N_VISITS = 15  # for each survey: A96
SHARE_ERROR, LEVEL_ERROR = 0.20, 0.10  # A97
AS_OF = "2023-12-31"
SOURCE_NOTE = "模拟数据，不涉及任何真实城市或企业 / Synthetic; says nothing of any real city or enterprise"


def draw_registry(cities: Cities, book: Codebook, rng: np.random.Generator) -> Table:
    """Draw how many enterprises each city has, and how many got each survey; rows in the codebook's order of cities."""
    n = len(cities.codes)
    sent_q = cities.n_questionnaire + rng.binomial(cities.n_questionnaire, rng.beta(2.0, 8.0, n))
    sent_i = cities.n_index + rng.binomial(cities.n_index, rng.beta(2.0, 8.0, n))
    reached = cities.n_questionnaire + cities.n_index - cities.n_both
    least = np.maximum.reduce([sent_q, sent_i, reached])
    producing = least + rng.binomial(least, rng.beta(2.0, 5.0, n)) + rng.poisson(1.0, n)
    closed = rng.poisson(producing * rng.gamma(4.0, 0.08, n))
    counts = {"n_in_production": producing, "n_closed": closed, "n_sent_questionnaire": sent_q,
              "n_returned_questionnaire": cities.n_questionnaire, "n_sent_index": sent_i, "n_returned_index": cities.n_index}  # fmt: skip
    options = book.question("city").options
    order = [cities.codes.index(option.code) for option in options]
    table = {"city": [word_of(option) for option in options]}
    table |= {code: [str(int(values[i])) for i in order] for code, values in counts.items()}
    fixed = {"as_of": [AS_OF] * n, "source_note": [SOURCE_NOTE] * n}
    return {header: (table | fixed)[header] for question in book.questions for header in question.columns}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One survey as a visitor compares it.

    `true` and `written` say by how much each enterprise is past the border of intermediate and of advanced (n x 2; 0 is past); `error` is
    the standard deviation of what a visitor sees.
    """

    survey: str
    true: Floats
    written: Floats
    error: float


def past_half(sheet: Sheet, codes: Sequence[str]) -> Floats:
    """Return by how much the share of archive types at level 2, and at level 3, is past one half."""
    levels = np.stack([sheet.values[code] for code in codes], axis=1)
    known = np.maximum((levels >= 0).sum(axis=1), 1)
    return np.stack([(levels >= least).sum(axis=1) / known - 0.5 for least in (2, 3)], axis=1)


def past_marks(sheet: Sheet, codes: Sequence[str]) -> Floats:
    """Return by how much the mean level, as a share of the top level, is past 0.6 and past 0.8."""
    levels = np.stack([sheet.values[code] for code in codes], axis=1)
    mean = np.where(levels >= 0, levels, 0.0).sum(axis=1) / np.maximum((levels >= 0).sum(axis=1), 1)
    return np.stack([mean / 3.0 - mark for mark in (0.6, 0.8)], axis=1)


def draw_visits(
    units: Sequence[str], seen: Sequence[Seen], willing: Bools, book: Codebook, rng: np.random.Generator
) -> Table:
    """Draw visits to enterprises that answered both surveys and let the team in, as many for each survey."""
    rows: list[dict[str, str]] = []
    for side in seen:
        for i in _chosen(side, willing, N_VISITS, rng):
            rows.append(_visit(units[i], side, int(i), book, rng))
    dates = np.sort(rng.choice(80, len(rows), replace=False))
    order = rng.permutation(len(rows))
    table: Table = {header: [] for question in book.questions for header in question.columns}
    for number, place in enumerate(order):
        day = np.datetime64("2023-09-11") + int(dates[number])
        row = {
            "visit": f"V{number + 1:03d}",
            "date": str(day),
            "visitors": "模拟走访人甲、乙 / synthetic visitors A, B",
        } | rows[place]
        for header, texts in table.items():
            texts.append(row.get(header, ""))
    return table


def _chosen(side: Seen, willing: Bools, n: int, rng: np.random.Generator) -> Ints:
    """Choose a fifth among those that look far ahead, three fifths among those that look near a border, the rest by lot."""
    open_ = np.flatnonzero(willing)
    n = min(n, len(open_))
    border = np.abs(side.written).min(axis=1)
    border[border < side.error / 2] = np.inf
    chosen = np.array([], dtype=np.int64)
    for measure, fifths in ((-side.written.sum(axis=1), 1), (border, 3)):
        left = np.setdiff1d(open_, chosen)
        first = left[np.argsort(measure[left], kind="stable")[: n * fifths // 2]]
        chosen = np.concatenate([chosen, rng.choice(first, n * fifths // 5, replace=False)])
    rest = rng.choice(np.setdiff1d(open_, chosen), n - len(chosen), replace=False)
    return np.concatenate([chosen, rest])


def _visit(unit: str, side: Seen, i: int, book: Codebook, rng: np.random.Generator) -> dict[str, str]:
    found = _stage(side.true[i] + rng.normal(0.0, side.error))
    said = _stage(side.written[i])
    clear = np.abs(side.written[i]).min() >= side.error / 2
    finding = "dk" if rng.random() < 0.06 else "contested" if found != said and clear else "confirmed"
    evidence = [code for code, chance in (("paper", 0.8), ("files", 0.6), ("system", 0.3 if found == "low" else 0.8), ("platform", 0.6),
                                          ("receipts", 0.4), ("rules", 0.5), ("interview", 0.8)) if rng.random() < chance]  # fmt: skip
    note = ""
    if finding == "contested":
        note = "模拟：所见与答卷的总体水平不同 / Synthetic: the general level seen differs from the answers"
    return {
        "unit": unit,
        "survey": _word(book, "survey", side.survey),
        "finding": _word(book, "finding", finding),
        "stage_found": _word(book, "stage_found", found) if finding == "contested" else "",
        "evidence": ";".join(evidence or ["paper"]) if finding != "dk" else "interview",
        "note": note,
    }


def _stage(past: Floats) -> str:
    return STAGES[2 if past[1] >= 0 else 1 if past[0] >= 0 else 0]


def _word(book: Codebook, question: str, code: str) -> str:
    return next(word_of(option) for option in book.question(question).options if option.code == code)
