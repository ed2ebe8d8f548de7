"""One scale for items and persons: the Rasch model and its partial-credit form, by marginal or conditional maximum likelihood.

P(x = k | theta) is proportional to exp(k theta - sum of the first k thresholds): a high threshold is a hard step. Marginal estimates fix the mean of the persons at 0 and free their
spread; conditional ones ask nothing of the persons and fix the mean of all thresholds at 0. The two differ by definition and are not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, called, chosen, numbers, refuse
from hmsurvey.statistics.rasch_marginal import Goal, marginal_curvature, marginal_goal, prepare

Method = Literal["mml", "cml"]
Places = NDArray[np.int_]


@dataclass(frozen=True, slots=True, eq=False)
class PartialCredit:
    """A fitted model.

    Attributes
    ----------
    thresholds, threshold_errors
        For every item one number a step, in logits.
    item_locations
        The mean threshold of every item.
    person_measures, person_errors
        Warm's weighted likelihood estimates, finite also for those at either end of the scale; NaN for a person without an answer.
    spread
        Standard deviation of the persons ("mml"; NaN under "cml").
    log_likelihood
        Marginal or conditional.
    reliability
        Share of the variance of the measures that is not error; NaN where the measures do not vary. Negative when error exceeds it.
    n_extreme
        Persons at the lowest or highest possible sum.
    """

    thresholds: tuple[Floats, ...]
    threshold_errors: tuple[Floats, ...]
    item_locations: Floats
    person_measures: Floats
    person_errors: Floats
    spread: float
    log_likelihood: float
    reliability: float
    n_extreme: int
    names: tuple[str, ...]
    method: str
    note: Text = NOTHING


def _read(answers: ArrayLike, names: Sequence[str]) -> tuple[Floats, tuple[str, ...], list[int]]:
    x = numbers(answers, "answers", dims=2, gaps="keep", least=3)
    words = called(names, x.shape[1])
    there = x[~np.isnan(x)]
    if x.shape[1] < 2:
        refuse(Text("至少要有两题。", "At least two items are needed."), found=x.shape[1])
    if not there.size:
        refuse(Text("全部没有作答。", "All answers are missing."), found=x.shape)
    if (there != np.round(there)).any() or (there < 0).any():
        refuse(Text("答案应为从 0 起的整数。", "Answers must be whole numbers from 0."), found=f"{there.min():g}")
    tops, wrong = [], []
    for word, column in zip(words, x.T, strict=True):
        used = np.unique(column[~np.isnan(column)])
        top = int(used.max()) if len(used) else 0
        tops.append(top)
        if len(used) != top + 1 or top == 0:
            wrong.append(f"{word}: {', '.join(f'{u:g}' for u in used) or '-'}")
    if wrong:
        refuse(
            Text(
                "有的题目只有一种回答，或有等级无人选。",
                "Some items have one answer only, or a level that nobody chose.",
            ),
            found="; ".join(wrong[:10]),
            expected=Text("从 0 起的每一级都有人选", "every level from 0 up chosen by somebody"),
            fix=Text("合并等级或去掉题目（见 collapse）。", "merge levels or leave the item out (see `collapse`)."),
        )
    return x, words, tops


def collapse(answers: ArrayLike, *, least: int = 5) -> tuple[Floats, Floats]:
    """Merge levels that few chose into the one below, and number what is left from 0.

    From the top down a level with fewer than `least` answers joins the level below it; a lowest level with too few takes in the one above.

    Returns
    -------
    tuple
        The answers, and how many levels each item has left (1: it no longer varies, and cannot be an item).
    """
    x = numbers(answers, "answers", dims=2, gaps="keep").copy()
    left = np.ones(x.shape[1])
    for j in range(x.shape[1]):
        column = x[:, j]
        there = ~np.isnan(column)
        values, counts = np.unique(column[there], return_counts=True)
        groups = [[v] for v in values]
        sizes = [int(c) for c in counts]
        while len(groups) > 1 and min(sizes) < least:
            small = next(i for i in range(len(sizes) - 1, -1, -1) if sizes[i] < least)
            other = small - 1 if small else 1
            low, high = min(small, other), max(small, other)
            groups[low], sizes[low] = groups[low] + groups[high], sizes[low] + sizes[high]
            del groups[high], sizes[high]
        for level, merged in enumerate(groups):
            x[there & np.isin(column, merged), j] = level
        left[j] = len(groups)
    return x, left


def fit_partial_credit(answers: ArrayLike, *, method: Method = "mml", names: Sequence[str] = ()) -> PartialCredit:
    """Place items and persons on one scale.

    Parameters
    ----------
    answers
        Persons down, items across: whole numbers from 0, NaN where there is no answer (taken as missing at random). Two levels throughout give the Rasch model.
    method
        "mml": marginal maximum likelihood, persons normal with mean 0 and free spread. "cml": conditional on each person's sum.
    names
        What the items are called.

    Raises
    ------
    DataError
        Not whole numbers, an item that nobody answered or all alike, a level nobody chose, or no convergence.

    References
    ----------
    G. Rasch (1960); G. N. Masters, Psychometrika 47 (1982) 149-174; R. D. Bock, M. Aitkin, Psychometrika 46 (1981) 443-459; E. B. Andersen, JRSS B 34 (1972)
    42-54; T. A. Warm, Psychometrika 54 (1989) 427-450.
    """
    x, words, tops = _read(answers, names)
    chosen(method, ("mml", "cml"), "method")
    patterns, where, counts = np.unique(np.where(np.isnan(x), -1, x), axis=0, return_inverse=True, return_counts=True)
    place = patterns.astype(int)
    sums = np.where(place < 0, 0, place).sum(axis=1)
    most = np.where(place < 0, 0, np.array(tops)).sum(axis=1)
    size = sum(tops)
    start = np.zeros(size)
    given = None
    if method == "mml":
        given = prepare(place, counts.astype(float), tops)
        goal, first = marginal_goal(given), np.concatenate([start, [0.0]])
    else:
        inside = (sums > 0) & (sums < most)
        if not inside.any():
            refuse(Text("每个人都在量表的一端。", "Everybody is at one end of the scale."), found=len(x))
        goal, first = _conditional(place[inside], counts[inside].astype(float), tops), start[1:]
    found = minimize(goal, first, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
    if not np.isfinite(found.fun) or np.abs(found.jac).max() > 1e-2:
        refuse(Text("模型没有收敛。", "The model did not converge."), found=f"{np.abs(found.jac).max():.2g}")
    curvature = _curvature(goal, found.x) if given is None else marginal_curvature(given, found.x)
    covariance = np.linalg.pinv(curvature)
    if method == "cml":
        turn = np.vstack([-np.ones(size - 1), np.eye(size - 1)])  # the mean of all is 0: the first is minus the others
        values, covariance = turn @ found.x, turn @ covariance @ turn.T
        spread = float("nan")
    else:
        values, covariance, spread = found.x[:size], covariance[:size, :size], float(np.exp(found.x[size]))
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    cuts = np.cumsum(tops)[:-1]
    steps = tuple(np.split(values, cuts))
    measures, precision = person_measures(place, steps)
    each, error = measures[where.ravel()], precision[where.ravel()]
    known = ~np.isnan(each)
    variance = float(np.var(each[known], ddof=1)) if known.sum() > 1 else 0.0
    reliability = 1 - float((error[known] ** 2).mean()) / variance if variance > 0 else float("nan")
    extreme = int(counts[((sums == 0) | (sums == most)) & (most > 0)].sum())
    note = NOTHING
    if extreme:
        note = Text(
            f"{extreme} 个单位得了最低或最高的总分，其测量值靠加权似然得出，误差大。",
            f"{extreme} units are at the lowest or highest sum; their measures exist only by weighted likelihood, with a large error.",
        )
    return PartialCredit(
        steps,
        tuple(np.split(errors, cuts)),
        np.array([s.mean() for s in steps]),
        each,
        error,
        spread,
        -float(found.fun),
        reliability,
        extreme,
        words,
        method,
        note,
    )


def _log_weights(steps: Floats, tops: Sequence[int]) -> list[Floats]:
    """Return, item by item, minus the sum of the first k thresholds, k = 0 ... top."""
    return [-np.concatenate([[0.0], np.cumsum(part)]) for part in np.split(steps, np.cumsum(tops)[:-1])]


def _conditional(place: Places, counts: Floats, tops: Sequence[int]) -> Goal:
    """Return minus the conditional log-likelihood with its gradient, as a function of all thresholds but the first."""
    size = sum(tops)
    starts = np.concatenate([[0], np.cumsum(tops)[:-1]])
    kinds, member = np.unique(place >= 0, axis=0, return_inverse=True)
    member = member.ravel()
    reached = np.zeros(size)
    for j, top in enumerate(tops):
        for k in range(1, top + 1):
            reached[starts[j] + k - 1] = counts[place[:, j] >= k].sum()
    sums = np.where(place < 0, 0, place).sum(axis=1)

    def goal(rest: Floats) -> tuple[float, Floats]:
        steps = np.concatenate([[-rest.sum()], rest])
        weights = [np.exp(w) for w in _log_weights(steps, tops)]
        value, gradient = -float(reached @ steps), -reached.copy()
        for kind, items in enumerate(kinds):
            mine = [int(j) for j in np.flatnonzero(items)]
            rows = member == kind
            at = np.bincount(sums[rows], weights=counts[rows])
            before, after = [np.ones(1)], [np.ones(1)]
            for j in mine:
                before.append(np.convolve(before[-1], weights[j]))
            for j in mine[::-1]:
                after.append(np.convolve(after[-1], weights[j]))
            whole = before[-1]
            at = np.pad(at, (0, len(whole) - len(at)))
            value -= float(at @ np.log(whole))
            for i, j in enumerate(mine):
                others = np.convolve(before[i], after[len(mine) - 1 - i])
                parts = np.zeros((tops[j] + 1, len(whole)))
                for k in range(tops[j] + 1):
                    parts[k, k : k + len(others)] = weights[j][k] * others
                above = np.cumsum(parts[::-1], axis=0)[::-1] / whole
                gradient[starts[j] : starts[j] + tops[j]] += above[1:] @ at
        return -value, -(gradient[1:] - gradient[0])

    return goal


def _curvature(goal: Goal, at: Floats) -> Floats:
    """Return the second derivatives, from differences of the exact gradient."""
    step, rows = 1e-5, []
    for j in range(len(at)):
        move = np.zeros(len(at))
        move[j] = step
        rows.append((goal(at + move)[1] - goal(at - move)[1]) / (2 * step))
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)


def person_measures(
    answers: ArrayLike,
    thresholds: Sequence[ArrayLike],
    *,
    error: Literal["information", "curvature"] = "information",
) -> tuple[Floats, Floats]:
    """Return Warm's weighted likelihood measure and its standard error for every person; both NaN without an answer.

    Parameters
    ----------
    answers
        Persons down, items across: whole numbers from 0; negative or NaN where there is no answer.
    thresholds
        Of every item, as `fit_partial_credit` gives them.
    error
        "information": one over the root of Fisher's information at the measure, which Warm shows to be right for long tests (TAM's `tam.wle`). "curvature": from the second derivative of the
        weighted likelihood itself, smaller in short tests (mirt's `fscores`).

    Raises
    ------
    DataError
        No thresholds for an item, not as many items as thresholds, or an answer that is no level of its item.

    References: T. A. Warm, Psychometrika 54 (1989) 427-450; N. Verhelst, H. Verstralen (partial credit).
    """
    chosen(error, ("information", "curvature"), "error")
    steps = [numbers(t, f"thresholds[{j}]") for j, t in enumerate(thresholds)]
    x = np.nan_to_num(numbers(answers, "answers", dims=2, gaps="keep"), nan=-1.0)
    if x.shape[1] != len(steps):
        refuse(Text("题目数与阈值组数不同。", "There are not as many items as sets of thresholds."), where="answers", found=x.shape[1], expected=Text(str(len(steps)), str(len(steps))))  # fmt: skip
    there = x >= 0
    wrong = there & ((x != np.round(x)) | (x > np.array([len(t) for t in steps])))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        refuse(
            Text("有的答案不是该题的等级。", "An answer is no level of its item."),
            where=f"answers: {row + 1}, {column + 1}",
            found=f"{x[row, column]:g}",
            expected=Text(f"0 至 {len(steps[column])} 的整数", f"a whole number from 0 to {len(steps[column])}"),
        )
    weights = [-np.concatenate([[0.0], np.cumsum(t)]) for t in steps]
    sums = np.where(there, x, 0.0).sum(axis=1)
    known = there.any(axis=1)
    theta, low, high = np.zeros(len(x)), np.full(len(x), -40.0), np.full(len(x), 40.0)
    for _ in range(120):  # the weighted score falls in theta: halving cannot fail
        mean, information, skew, _ = _moments(theta, weights, there)
        slope = sums - mean + skew / (2 * information)
        low, high = np.where(slope > 0, theta, low), np.where(slope > 0, high, theta)
        newton = theta + slope / information
        new = np.where((newton > low) & (newton < high) & (information > 1e-12), newton, (low + high) / 2)
        if np.abs(new - theta)[known].max(initial=0.0) < 1e-12:
            break
        theta = new
    _, information, skew, fourth = _moments(theta, weights, there)
    sharp = information
    if error == "curvature":
        sharp = information - (fourth / information - (skew / information) ** 2) / 2
    return np.where(known, theta, np.nan), np.where(known, 1 / np.sqrt(sharp), np.nan)


def _moments(theta: Floats, weights: Sequence[Floats], there: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
    """Return the first four cumulants of each person's sum at a measure; the variance is the information."""
    found = np.zeros((4, len(theta)))
    for j, w in enumerate(weights):
        levels = np.arange(len(w))
        logit = levels[None, :] * theta[:, None] + w[None, :]
        chance = np.exp(logit - np.logaddexp.reduce(logit, axis=1, keepdims=True))
        first = chance @ levels
        apart = levels[None, :] - first[:, None]
        second, third, fourth = ((chance * apart**power).sum(axis=1) for power in (2, 3, 4))
        found += np.where(there[:, j], np.stack([first, second, third, fourth - 3 * second**2]), 0.0)
    return found[0], np.maximum(found[1], 1e-100), found[2], found[3]
