"""Shares of classes that were named with error, put right by a few units whose class was looked at again.

Two ways. Rates of error that are known per true class (sensitivity and specificity, the matrix method) carry over from elsewhere, and need inverting. Units of the same survey that were
looked at again say how often each named class turns out to be which (double sampling); that needs no inverting and holds where they were chosen by the named class. Numbers in, numbers out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import generator, numbers, probability, refuse, times

Floats = NDArray[np.float64]
LARGEST_CONDITION = 20.0  # beyond this an error of one point in what is named may move the answer by twenty


@dataclass(frozen=True, slots=True)
class Corrected:
    """Shares (0 to 1) of the true classes by an inverted matrix: as solved, and brought into the simplex; `condition` is the matrix's condition number. `note` says where they differ."""

    solved: tuple[float, ...]
    shares: tuple[float, ...]
    condition: float
    note: Text = NOTHING


@dataclass(frozen=True, slots=True, eq=False)
class DoubleSampled:
    """Shares (0 to 1) of named and of true classes with their intervals, and the draws behind them (draws x classes). `given` is the chance of each true class by named class (named x true)."""

    named: Floats
    named_low: Floats
    named_high: Floats
    true: Floats
    low: Floats
    high: Floats
    given: Floats
    draws: Floats


def rogan_gladen(named: float, sensitivity: float, specificity: float) -> float:
    """Return the true share behind a named one, of two classes; it may lie outside 0 to 1.

    Parameters
    ----------
    named
        Share named positive.
    sensitivity, specificity
        Chance that a positive is named so, and a negative so. Their sum must be over 1.

    Raises
    ------
    DataError
        A number is outside 0 to 1, or sensitivity and specificity add up to 1 or less: then naming tells nothing.

    References: W. J. Rogan, B. Gladen, Estimating prevalence from the results of a screening test, American Journal of Epidemiology 107 (1978) 71-76.

    >>> round(rogan_gladen(0.40, 0.80, 0.90), 4)
    0.4286
    """
    for name, value in (("named", named), ("sensitivity", sensitivity), ("specificity", specificity)):
        if not 0 <= value <= 1:
            refuse(Text("应在 0 与 1 之间。", "A number from 0 to 1 is needed."), where=name, found=value)
    if sensitivity + specificity <= 1:
        refuse(
            Text("灵敏度与特异度之和不大于 1，判断不比碰运气好，无法校正。", "Sensitivity and specificity add up to 1 or less: naming is no better than chance, and nothing can be put right."),
            where="sensitivity + specificity", found=f"{sensitivity + specificity:g}", expected=Text("大于 1", "over 1"),
        )  # fmt: skip
    return (named + specificity - 1) / (sensitivity + specificity - 1)


def correct_by_matrix(named: ArrayLike, rates: ArrayLike) -> Corrected:
    """Return the shares of the true classes behind shares of named ones.

    Parameters
    ----------
    named
        Shares or counts of the named classes.
    rates
        Square, true x named: counts, or chances, of what each true class is named.

    Raises
    ------
    DataError
        The shapes do not fit, a true class has no rates, or the matrix is singular or nearly so (condition number over 20): then an error of a point in what is named would
        move the answer by up to twenty.

    References: J. Buonaccorsi, Measurement Error (2010), section 3.3 (the matrix method); J. Kuha, C. Skinner, in: Survey Measurement and Process Quality (1997) 633-670. Of two classes this is Rogan and Gladen's.

    >>> [round(x, 4) for x in correct_by_matrix([0.4, 0.6], [[0.8, 0.2], [0.1, 0.9]]).shares]
    [0.4286, 0.5714]
    """
    shares, matrix = _fitting(named, rates)
    empty = matrix.sum(axis=1) <= 0
    if empty.any():
        refuse(
            Text("有的类别没有误判率。", "A true class has no rates of error."),
            where="rates", found=", ".join(str(int(i) + 1) for i in np.flatnonzero(empty)),
            expected=Text("每个真实类别至少一个单位", "at least one unit of every true class"),
        )  # fmt: skip
    chances = matrix / matrix.sum(axis=1, keepdims=True)
    condition = float(np.linalg.cond(chances))
    if not condition <= LARGEST_CONDITION:
        refuse(
            Text("误判矩阵（接近）奇异，几类在名义上分不开，无法校正。", "The matrix of error rates is singular, or nearly so: some true classes are named alike, and nothing can be put right."),
            where="rates", found=f"{condition:.3g}", expected=Text(f"条件数不大于 {LARGEST_CONDITION:g}", f"a condition number of at most {LARGEST_CONDITION:g}"),
            fix=Text("合并分不开的类别，或多走访几家。", "join classes that are named alike, or look at more units."),
        )  # fmt: skip
    solved = np.linalg.solve(chances.T, shares)
    inside = np.clip(solved, 0.0, None)
    note = NOTHING
    if (solved < -1e-9).any():
        note = Text(
            "解出的占比有负数，已归零并重新折算。",
            "A share came out negative; it was set to zero and the others scaled.",
        )
    return Corrected(tuple(solved.tolist()), tuple((inside / inside.sum()).tolist()), condition, note)


def _fitting(named: ArrayLike, rates: ArrayLike) -> tuple[Floats, Floats]:
    shares, matrix = numbers(named, "named"), numbers(rates, "rates", dims=2)
    if matrix.shape != (len(shares), len(shares)) or len(shares) < 2:
        refuse(
            Text("应为方阵，行列与各类一一对应。", "A square matrix is needed, a row and a column for every class."),
            where="rates", found=" x ".join(map(str, matrix.shape)), expected=Text(*(f"{len(shares)} x {len(shares)}",) * 2),
        )  # fmt: skip
    if (shares < 0).any() or shares.sum() <= 0 or (matrix < 0).any():
        refuse(
            Text("应为非负的数，且不全为零。", "Numbers that are not negative, and not all zero, are needed."),
            where="named, rates",
        )
    return shares / shares.sum(), matrix


def double_sample(
    named: ArrayLike,
    looked_at: ArrayLike,
    *,
    seed: int,
    draws: int = 4000,
    confidence: float = 0.95,
    elsewhere: bool = False,
) -> DoubleSampled:
    """Estimate the shares of true classes from units that were named and a few of them that were looked at again.

    Parameters
    ----------
    named
        How many units each class was named for, those looked at included.
    looked_at
        Named x true: counts of those looked at. They may have been chosen by the named class, not by the true one.
    seed, draws
        Of the draws: named shares and every row of chances from a Dirichlet distribution whose prior weighs as much as one unit, spread evenly over the classes (Jeffreys' for two classes), so that all shares lie
        between 0 and 1 and add up to 1.
    confidence
        Of the equal-tailed intervals.
    elsewhere
        Those looked at are not (all) among the named, as when rates of a province serve a city.

    Returns
    -------
    DoubleSampled
        Estimates are the plain ones: the named share times the share of each true class among those looked at, summed (a class of which nobody was looked at is spread evenly).

    Raises
    ------
    DataError
        The shapes do not fit, a count is negative, or more were looked at than were named.

    References: A. Tenenbein, A double sampling scheme for estimating from binomial data with misclassifications, JASA 65 (1970) 1350-1361; a double sampling scheme for misclassified multinomial data, Technometrics 14 (1972) 187-202. Prior: J. O. Berger, J. M. Bernardo, D. Sun, Overall objective priors,
    Bayesian Analysis 10 (2015) 189-221.

    >>> found = double_sample([60, 40], [[9, 1], [2, 8]], seed=1)
    >>> [round(float(x), 2) for x in found.true]
    [0.62, 0.38]
    """
    counts, seen = numbers(named, "named"), numbers(looked_at, "looked_at", dims=2)
    _fitting(counts, seen)  # checks both
    if not elsewhere and (seen.sum(axis=1) > counts).any():
        refuse(
            Text("复核的单位多于该类的单位。", "More units were looked at than were named for a class."),
            where="looked_at", found=str(seen.sum(axis=1).tolist()), expected=Text(*(str(counts.tolist()),) * 2),
        )  # fmt: skip
    rng, n = generator(seed), times(draws, "draws")
    tail = (1 - probability(confidence, "confidence")) / 2
    k = len(counts)
    p = rng.dirichlet(counts + 1 / k, n)
    rows = np.stack([rng.dirichlet(row + 1 / k, n) for row in seen], axis=1)
    found = np.einsum("dj,djk->dk", p, rows)
    of = seen.sum(axis=1, keepdims=True)
    given = np.where(of > 0, seen / np.where(of > 0, of, 1.0), 1.0 / k)
    share = counts / counts.sum()
    low, high = np.quantile(found, [tail, 1 - tail], axis=0)
    named_low, named_high = np.quantile(p, [tail, 1 - tail], axis=0)
    return DoubleSampled(share, named_low, named_high, share @ given, low, high, given, found)


__all__ = ["Corrected", "DoubleSampled", "correct_by_matrix", "double_sample", "rogan_gladen"]
