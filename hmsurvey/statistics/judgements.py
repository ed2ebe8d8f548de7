"""Matrices of pairwise judgements: how many times as important is one criterion as another?

Held here to what they must be before any weight is drawn from them: square, positive, reciprocal, and connected where some judgements are
blank. Saaty's scale and the tables of random indices stand here, each under its name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.statistics.inputs import Floats, chosen, numbers, refuse

SAATY_SCALE = tuple([1 / k for k in range(9, 1, -1)] + [float(k) for k in range(1, 10)])
ROUNDING = 0.05  # 0.13 for 1/8 is four per cent off; two neighbours of the scale are at least eleven apart

# Mean CI of random reciprocal matrices by order, from 1. Sources at `random_index`.
RANDOM_INDEX: dict[str, tuple[float, ...]] = {
    "saaty_1980": (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    "saaty_2001": (0, 0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49),
    "alonso_lamata_2006": (
        *(0, 0, 0.5247, 0.8816, 1.1086, 1.2479, 1.3417, 1.4057),
        *(1.4499, 1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
    ),
}


def random_index(n: int, *, table: str = "saaty_1980", blanks: int = 0) -> float:
    """Return the random index of matrices of order n, made smaller where judgements are blank.

    Parameters
    ----------
    n
        Number of criteria.
    table
        "saaty_1980", "saaty_2001" or "alonso_lamata_2006".
    blanks
        Number of pairs without a judgement. The index of an incomplete matrix is about RI (1 - 2 blanks / ((n - 1)(n - 2))): a blank cannot contradict.

    Raises
    ------
    UsageError
        No such table, or n beyond the table.

    References
    ----------
    T. L. Saaty, The Analytic Hierarchy Process (1980) and Decision Making for Leaders (2001). J. A. Alonso and M. T. Lamata, International Journal of
    Uncertainty, Fuzziness and Knowledge-Based Systems 14 (2006) 445-459. K. C. Agoston and L. Csato, Omega 108 (2022) 102576 (incomplete matrices).

    >>> random_index(6), random_index(4, table="saaty_2001"), round(random_index(4, blanks=1), 4)
    (1.24, 0.89, 0.6)
    """
    values = RANDOM_INDEX[chosen(table, list(RANDOM_INDEX), "random_index")]
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 1:
        raise UsageError(
            Problem(
                Text("准则个数应为正整数。", "The number of criteria is a whole number from 1."),
                where="n",
                found=repr(n),
            )
        )
    if n > len(values):
        raise UsageError(
            Problem(
                Text("随机指标表没有这么大的矩阵。", "The table of random indices ends before this size."),
                where=table,
                found=str(n),
                expected=Text(f"至多 {len(values)} 个准则", f"at most {len(values)} criteria"),
                fix=Text(
                    "把准则分成两层，或换一张更长的表。", "arrange the criteria in two levels, or name a longer table."
                ),
            )
        )
    if n <= 2:
        return 0.0
    return max(0.0, float(values[n - 1]) * (1 - 2 * blanks / ((n - 1) * (n - 2))))


def read_judgements(matrix: ArrayLike, *, names: Sequence[str] = (), where: str = "matrix") -> Floats:
    """Return a matrix of judgements in order: reciprocal to the last digit, ones on the diagonal, NaN where both halves are blank.

    Parameters
    ----------
    matrix
        Row i, column j: how many times as important i is as j. Blanks (None, NaN) are filled from the other half where that is given.
    names
        What the criteria are called, for messages.
    where
        What the matrix is called, for messages.

    Raises
    ------
    DataError
        Not square, not positive, a diagonal other than 1, or two halves that contradict each other by more than rounding (5%).
    """
    given = numbers(matrix, where, dims=2, gaps="keep")
    n = len(given)
    if given.shape != (n, n):
        refuse(
            Text("判断矩阵应为方阵。", "A matrix of judgements is square."),
            where=where,
            found=f"{given.shape[0]} × {given.shape[1]}",
        )
    words = list(names) or [str(k + 1) for k in range(n)]
    if len(words) != n:
        refuse(
            Text("名称个数与矩阵不符。", "There are not as many names as criteria."),
            where=where,
            found=len(words),
            expected=Text(str(n), str(n)),
        )
    with np.errstate(invalid="ignore"):
        bad = np.argwhere(given <= 0)
    if len(bad):
        r, c = bad[0]
        _refuse_entry(
            Text("判断应大于 0。", "A judgement is above 0."),
            where,
            (words[r], words[c]),
            f"{given[r, c]:g}",
            expected=Text("1/9 到 9", "1/9 to 9"),
        )
    diagonal = np.diagonal(given)
    for k in np.flatnonzero(~np.isnan(diagonal) & (np.abs(diagonal - 1) > 1e-9)):
        _refuse_entry(
            Text("对角线应为 1。", "The diagonal is 1."),
            where,
            (words[k], words[k]),
            f"{diagonal[k]:g}",
            expected=Text("1", "1"),
        )
    result = np.eye(n)
    for r in range(n):
        for c in range(r + 1, n):
            result[r, c] = _one_judgement(given[r, c], given[c, r], where, (words[r], words[c]))
            result[c, r] = 1 / result[r, c]
    return result


def _one_judgement(upper: float, lower: float, where: str, pair: tuple[str, str]) -> float:
    """Return what two halves say together: one of them where the other is blank; the one above 1 where rounding parts them."""
    if np.isnan(lower):
        return upper
    if np.isnan(upper):
        return 1 / lower
    if abs(np.log(upper * lower)) > np.log1p(ROUNDING):
        _refuse_entry(
            Text(
                "两半互相矛盾：应互为倒数。",
                "The two halves contradict each other: one is the reciprocal of the other.",
            ),
            where,
            pair,
            f"{upper:g}, {lower:g}",
            expected=Text(f"{1 / upper:.4g}", f"{1 / upper:.4g}"),
            fix=Text("只填右上半。", "fill in the upper half only."),
        )
    return upper if upper >= 1 else 1 / lower


def _refuse_entry(
    what: Text, where: str, pair: tuple[str, str], found: str, *, expected: Text = NOTHING, fix: Text = NOTHING
) -> None:
    refuse(what, where=f"{where}, {pair[0]} : {pair[1]}", found=found, expected=expected, fix=fix)


def refuse_unconnected(judgements: Floats, *, names: Sequence[str] = (), where: str = "matrix") -> None:
    """Refuse a matrix whose judgements fall into parts that nothing compares.

    Raises
    ------
    DataError
        Some criteria are not compared with the others, not even by a chain; the parts are listed.
    """
    parts = connected_parts(judgements)
    if len(parts) > 1:
        words = list(names) or [str(k + 1) for k in range(len(judgements))]
        listed = " | ".join(", ".join(words[k] for k in part) for part in parts)
        refuse(
            Text(
                "有的准则与其余准则没有任何比较，权重无法确定。",
                "Some criteria are not compared with the others, not even through a third; there are no weights.",
            ),
            where=where,
            found=listed,
            expected=Text("各准则由判断连成一体", "judgements that connect all criteria"),
            fix=Text("在各部分之间至少补一个判断。", "add at least one judgement between the parts."),
        )


def connected(judgements: Floats) -> bool:
    """Tell whether the judgements that are there connect all criteria."""
    return len(connected_parts(judgements)) == 1


def connected_parts(judgements: Floats) -> list[list[int]]:
    """Return the criteria (from 0) in parts that judgements connect, directly or through others."""
    known = ~np.isnan(judgements)
    left, parts = set(range(len(known))), []
    while left:
        reached, front = set[int](), {min(left)}
        while front:
            reached |= front
            front = {int(k) for j in front for k in np.flatnonzero(known[j])} - reached
        parts.append(sorted(reached))
        left -= reached
    return parts


def pairs_of(judgements: Floats, *, blank: bool = False) -> list[tuple[int, int]]:
    """Return the pairs (row before column) that have a judgement, or those that have none."""
    n = len(judgements)
    return [(r, c) for r in range(n) for c in range(r + 1, n) if bool(np.isnan(judgements[r, c])) == blank]


def scale_words(value: float) -> str:
    """Return a judgement as it is written on Saaty's scale: 1/3, 5; other numbers with three digits.

    >>> scale_words(1 / 3), scale_words(5.0), scale_words(2.5), scale_words(0.4)
    ('1/3', '5', '2.5', '0.4')
    """
    for k in range(1, 10):
        if abs(value - k) < 1e-9:
            return str(k)
        if abs(value * k - 1) < 1e-9:
            return f"1/{k}"
    return f"{value:.3g}"
