"""Where judgements contradict each other: the one that hurts most, and the value on Saaty's scale that would mend it.

A hint for the expert, never a correction: the program changes no judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.ahp import CR_LIMIT, complete, perron
from hmsurvey.statistics.inputs import Floats
from hmsurvey.statistics.judgements import (
    SAATY_SCALE,
    connected,
    pairs_of,
    random_index,
    read_judgements,
    refuse_unconnected,
    scale_words,
)


@dataclass(frozen=True, slots=True)
class Mending:
    """What would bring a matrix's CR down to 0.10.

    Attributes
    ----------
    row, column
        The judgement that hurts most, row before column, counted from 0; -1 where the matrix is consistent already.
    given, implied
        What was judged, and what all the other judgements together say about the pair (the value with the smallest principal eigenvalue).
    value, cr_after
        The value on Saaty's scale nearest to the one given with which CR is at most 0.10, and the CR then; where no single change does, the one
        that brings CR lowest.
    enough
        Whether that single change suffices.
    note
        The same as a sentence.
    """

    row: int
    column: int
    given: float
    implied: float
    value: float
    cr_before: float
    cr_after: float
    enough: bool
    note: Text = NOTHING


def mend(matrix: ArrayLike, *, random_index: str = "saaty_1980", names: Sequence[str] = ()) -> Mending:
    """Find the judgement that hurts consistency most, and the value that would mend it.

    The judgement that hurts most is the one without which the principal eigenvalue falls lowest: each is left blank in turn and filled with the value that the
    others imply. If no value on Saaty's scale mends that one, the next are tried.

    Parameters
    ----------
    matrix
        As for `ahp`; blanks stay blank.
    random_index
        The table for CR.
    names
        What the criteria are called.

    Raises
    ------
    DataError, UsageError
        As `ahp`.

    References
    ----------
    The completion: S. Bozoki, J. Fulop and L. Ronyai, Mathematical and Computer Modelling 52 (2010) 318-333. That replacing single entries is what an expert can
    act on: P. T. Harker, Mathematical Modelling 9 (1987) 837-848.

    >>> B = None  # the lower half is left blank
    >>> found = mend([[1, 2, 4, 8], [B, 1, 2, 4], [B, B, 1, 1 / 6], [B, B, B, 1]])
    >>> (found.row, found.column), found.value, round(found.cr_before, 2), round(found.cr_after, 2), found.enough
    ((2, 3), 0.5, 0.32, 0.09, True)
    """
    judged = read_judgements(matrix, names=names)
    refuse_unconnected(judged, names=names)
    words = list(names) or [str(k + 1) for k in range(len(judged))]
    gauge = _Gauge(judged, random_index)
    before = gauge.cr(judged)
    if before <= CR_LIMIT:
        note = Text("一致性可以接受，不必修改。", "The judgements are consistent enough; nothing need change.")
        return Mending(-1, -1, np.nan, np.nan, np.nan, before, before, True, note)
    order = _by_hurt(judged)
    found: Mending | None = None
    first: Mending | None = None
    for _, (row, column), implied in order:
        tried = [(gauge.cr(_with(judged, row, column, value)), value) for value in SAATY_SCALE]
        given = float(judged[row, column])
        enough = [(abs(np.log(value / given)), cr, value) for cr, value in tried if cr <= CR_LIMIT]
        if enough:
            _, after, value = min(enough)
            found = Mending(row, column, given, implied, value, before, after, True)
            break
        if first is None:
            after, value = min(tried)
            first = Mending(row, column, given, implied, value, before, after, False)
        if gauge.cr(_with(judged, row, column, implied)) > CR_LIMIT:
            break  # the others cannot do better than this one
    found = found or first
    if found is None:  # every judgement is the only link to a criterion: there is nothing to contradict
        return Mending(-1, -1, np.nan, np.nan, np.nan, before, before, False)
    return _said(found, words)


@dataclass(frozen=True, slots=True)
class _Gauge:
    """CR of matrices of one size."""

    judged: Floats
    table: str

    def cr(self, judged: Floats) -> float:
        n = len(judged)
        reference = random_index(n, table=self.table, blanks=len(pairs_of(judged, blank=True)))
        if reference == 0:
            return 0.0
        return max(0.0, (perron(complete(judged))[0] - n) / (n - 1) / reference)


def _with(judged: Floats, row: int, column: int, value: float) -> Floats:
    changed = judged.copy()
    changed[row, column], changed[column, row] = value, 1 / value
    return changed


def _by_hurt(judged: Floats) -> list[tuple[float, tuple[int, int], float]]:
    """Return (principal eigenvalue without it, pair, value the others imply), the judgement that hurts most first."""
    found = []
    for row, column in pairs_of(judged):
        without = _with(judged, row, column, np.nan)
        if connected(without):
            full = complete(without)
            found.append((round(perron(full)[0], 9), (row, column), float(full[row, column])))
    return sorted(found)


def _said(found: Mending, words: Sequence[str]) -> Mending:
    pair = f"{words[found.row]} : {words[found.column]}"
    given, value, implied = scale_words(found.given), scale_words(found.value), f"{found.implied:.2g}"
    before, after = f"{found.cr_before:.2f}", f"{found.cr_after:.2f}"
    zh = f"CR 为 {before}，高于 0.10。最不合拍的判断是 {pair} = {given}，而其余判断合起来约为 {implied}。"
    en = f"CR is {before}, over 0.10. The judgement most at odds is {pair} = {given}; the others together say about {implied}."
    if len(words) == 3:
        zh += "（只有三个准则时，三个判断中是哪一个不合拍，数据本身分不出来。）"
        en += " (With three criteria the judgements alone cannot tell which of the three is at odds.)"
    if found.enough:
        zh += f"改为 {value}，CR 降为 {after}。"
        en += f" With {value} CR falls to {after}."
    else:
        zh += f"只改一个判断不够：改为 {value} 时 CR 仍为 {after}；请与专家重新核对几处判断。"
        en += f" No single change is enough: with {value} CR is still {after}; go through several judgements with the expert again."
    return Mending(
        found.row, found.column, found.given, found.implied, found.value, found.cr_before, found.cr_after, found.enough,
        Text(zh, en),
    )  # fmt: skip
