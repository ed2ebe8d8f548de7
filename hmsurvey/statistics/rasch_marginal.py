"""The marginal likelihood of partial-credit models: persons normal around 0, integrated out; value, slope and curvature in closed form.

Steps of all items lie side by side in one vector, so that everything is a product of matrices; the curvature needs no differences (Louis's identity).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hmsurvey.statistics.inputs import Floats

Goal = Callable[[Floats], tuple[float, Floats]]
_NODES = 61


@dataclass(frozen=True, slots=True, eq=False)
class Marginal:
    """What the likelihood needs of the answers, once.

    Attributes
    ----------
    counts
        Persons with each pattern of answers.
    chosen, reached, asked
        Patterns x levels: the level chosen; patterns x steps: 1 where the step is reached, and where its item was answered.
    level, up
        The number of every level; levels x steps: 1 where a level lies at or above a step of its item.
    firsts
        Where the levels of every item begin.
    """

    counts: Floats
    chosen: Floats
    reached: Floats
    asked: Floats
    level: Floats
    up: Floats
    firsts: NDArray[np.int_]


def prepare(place: NDArray[np.int_], counts: Floats, tops: Sequence[int]) -> Marginal:
    """Lay patterns of answers (negative: none) out as matrices; `tops` are the highest levels of the items."""
    sizes = np.array(tops) + 1
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    level = np.concatenate([np.arange(size) for size in sizes])
    item = np.repeat(np.arange(len(tops)), sizes)
    step_item = np.repeat(np.arange(len(tops)), tops)
    step = np.concatenate([np.arange(1, top + 1) for top in tops])
    up = ((item[:, None] == step_item[None, :]) & (level[:, None] >= step[None, :])).astype(float)
    chosen = (place[:, item] == level[None, :]).astype(float)
    return Marginal(counts, chosen, chosen @ up, (place >= 0)[:, step_item].astype(float), level.astype(float), up, firsts)  # fmt: skip


def _at(given: Marginal, at: Floats) -> tuple[Floats, Floats, Floats, float]:
    """Return persons' places, P(step reached) at each, the posterior (patterns x places, rows add up to 1), and the log-likelihood."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(_NODES)
    theta = np.exp(at[-1]) * nodes
    logit = theta[:, None] * given.level - given.up @ at[:-1]
    sizes = np.diff(np.append(given.firsts, len(given.level)))
    logit -= np.repeat(np.maximum.reduceat(logit, given.firsts, axis=1), sizes, axis=1)
    logit -= np.repeat(np.log(np.add.reduceat(np.exp(logit), given.firsts, axis=1)), sizes, axis=1)
    log_chance = given.chosen @ logit.T
    top = log_chance.max(axis=1, keepdims=True)
    joint = np.exp(log_chance - top) * (shares / shares.sum())
    total = joint.sum(axis=1)
    value = float(given.counts @ (np.log(total) + top[:, 0]))
    return theta, np.exp(logit) @ given.up, joint / total[:, None], value


def marginal_goal(given: Marginal) -> Goal:
    """Return minus the log-likelihood with its slope, as a function of all steps and the log spread."""

    def goal(at: Floats) -> tuple[float, Floats]:
        theta, above, posterior, value = _at(given, at)
        weighted = posterior * given.counts[:, None]
        rest = given.reached.sum(axis=1)[:, None] - given.asked @ above.T  # sum of points less what is expected
        slope = ((weighted.T @ given.asked) * above).sum(axis=0) - given.counts @ given.reached
        return -value, -np.append(slope, float((weighted * rest * theta).sum()))

    return goal


def marginal_curvature(given: Marginal, at: Floats) -> Floats:
    """Return the second derivatives of minus the log-likelihood.

    They are the mean over a person's possible places of the second derivatives with the place known, plus the variance of the first ones over these places.

    References: T. A. Louis, JRSS B 44 (1982) 226-233.
    """
    theta, above, posterior, _ = _at(given, at)
    weighted = posterior * given.counts[:, None]
    size = len(at) - 1
    item = np.argmax(given.up > 0, axis=0)  # the first level at or above a step: equal steps of one item differ by it
    item = np.searchsorted(given.firsts, item, side="right")
    same = item[:, None] == item[None, :]
    later = np.maximum(np.arange(size)[:, None], np.arange(size)[None, :])
    matrix = np.zeros((size + 1, size + 1))
    mean = np.zeros((len(posterior), size + 1))
    for q, place in enumerate(theta):
        a, mass = above[q], weighted[:, q] @ given.asked
        both = np.where(same, a[later] - np.outer(a, a), 0.0)  # covariance of two steps of one item
        spread = both.sum(axis=1)
        matrix[:size, :size] -= mass[:, None] * both
        matrix[:size, size] += mass * place * spread
        first = given.asked * a - given.reached
        rest = -first.sum(axis=1)
        matrix[size, size] += float(weighted[:, q] @ rest) * place - place**2 * float(mass @ spread)
        scores = np.column_stack([first, place * rest])
        matrix += scores.T @ (weighted[:, q][:, None] * scores)
        mean += posterior[:, q][:, None] * scores
    matrix[size, :size] = matrix[:size, size]
    matrix -= mean.T @ (given.counts[:, None] * mean)
    return -(matrix + matrix.T) / 2
