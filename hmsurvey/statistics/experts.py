"""Several experts, one set of weights: joined judgements or joined priorities, and how far the experts are apart.

AIJ (aggregation of individual judgements) treats the experts as one mind, AIP (of individual priorities) as several. The spread is the honest part:
it goes on, as an array of experts x criteria, to whoever asks what other weights would change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from hmsurvey.errors import Text
from hmsurvey.statistics.ahp import Priorities, ahp
from hmsurvey.statistics.inputs import Floats, chosen, numbers, refuse
from hmsurvey.statistics.judgements import read_judgements


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Experts' weights, joined and side by side.

    Attributes
    ----------
    experts
        Experts x criteria; every row adds up to 1.
    cr
        One CR an expert.
    each
        Every expert's `Priorities`.
    joined
        The `Priorities` of the joined judgements (AIJ, geometric mean).
    aij, aip
        Weights from joined judgements, and joined weights.
    low, quartile_low, median, quartile_high, high, sd
        The spread of the experts' weights, one number a criterion; `sd` with n - 1 (0 for a single expert). The experts count alike in it.
    """

    experts: Floats
    cr: Floats
    each: tuple[Priorities, ...]
    joined: Priorities
    aij: Floats
    aip: Floats
    low: Floats
    quartile_low: Floats
    median: Floats
    quartile_high: Floats
    high: Floats
    sd: Floats


def join_judgements(
    matrices: Sequence[ArrayLike],
    *,
    expert_weights: ArrayLike | None = None,
    names: Sequence[str] = (),
    mean: Literal["geometric", "arithmetic"] = "geometric",
) -> Floats:
    """Return one matrix of judgements from several (AIJ): the weighted mean of each judgement, over the experts who gave it.

    A pair that no expert of some weight judged is NaN in the result, as a blank is everywhere in these matrices.

    Parameters
    ----------
    matrices
        One an expert, all of the same criteria in the same order.
    expert_weights
        How much each expert counts; alike if not given.
    names
        What the criteria are called.
    mean
        "geometric": the only mean that keeps the matrix reciprocal (Aczel and Saaty 1983). "arithmetic": of the upper half, the lower half then its reciprocal;
        depends on the order of the criteria, only to compare.

    Raises
    ------
    DataError
        No matrices, of different sizes, or not as `read_judgements` asks.

    References
    ----------
    J. Aczel and T. L. Saaty, Journal of Mathematical Psychology 27 (1983) 93-102. E. Forman and K. Peniwati, European Journal of Operational Research 108
    (1998) 165-169.

    >>> join_judgements([[[1, 2], [None, 1]], [[1, 8], [None, 1]]]).round(4).tolist()
    [[1.0, 4.0], [0.25, 1.0]]
    """
    chosen(mean, ("geometric", "arithmetic"), "mean")
    read = _all_read(matrices, names)
    weights = _expert_weights(expert_weights, len(read))
    stack = np.stack(read)
    known = ~np.isnan(stack)
    shares = known * weights[:, None, None]
    total = shares.sum(axis=0)
    values = np.where(known, np.log(stack) if mean == "geometric" else stack, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        joined = (shares * values).sum(axis=0) / total
    joined = np.exp(joined) if mean == "geometric" else joined
    result = np.eye(len(joined))
    for r in range(len(joined)):
        for c in range(r + 1, len(joined)):
            result[r, c], result[c, r] = joined[r, c], 1 / joined[r, c]
    return result


def join_priorities(
    priorities: ArrayLike,
    *,
    expert_weights: ArrayLike | None = None,
    mean: Literal["arithmetic", "geometric"] = "geometric",
) -> Floats:
    """Return one set of weights from several (AIP), adding up to 1.

    Parameters
    ----------
    priorities
        Experts x criteria.
    expert_weights
        How much each expert counts; alike if not given.
    mean
        "geometric" (then normalised) or "arithmetic".

    Raises
    ------
    DataError
        Negative weights, a row of zeros, or, for the geometric mean, a zero.

    >>> join_priorities([[0.8, 0.2], [0.5, 0.5]], mean="arithmetic").round(2).tolist()
    [0.65, 0.35]
    """
    chosen(mean, ("arithmetic", "geometric"), "mean")
    table = numbers(priorities, "priorities", dims=2)
    if (table < 0).any() or (table.sum(axis=1) <= 0).any() or (mean == "geometric" and (table <= 0).any()):
        refuse(
            Text(
                "权重不能为负；几何平均要求都大于 0。",
                "Weights are not negative; the geometric mean needs all of them above 0.",
            ),
            where="priorities",
            found=f"min {table.min():g}",
        )
    weights = _expert_weights(expert_weights, len(table))
    scaled = table / table.sum(axis=1, keepdims=True)
    joined = weights @ scaled if mean == "arithmetic" else np.exp(weights @ np.log(scaled))
    return np.asarray(joined / joined.sum())


def group_ahp(
    matrices: Sequence[ArrayLike],
    *,
    expert_weights: ArrayLike | None = None,
    random_index: str = "saaty_1980",
    names: Sequence[str] = (),
) -> Group:
    """Weigh by several experts: each alone, joined by judgements (AIJ) and by priorities (AIP), and their spread.

    Parameters
    ----------
    matrices
        One an expert, all of the same criteria in the same order.
    expert_weights
        How much each expert counts in the joined weights; alike if not given.
    random_index
        The table for CR.
    names
        What the criteria are called.

    Raises
    ------
    DataError, UsageError
        As `ahp` and `join_judgements`.

    References
    ----------
    E. Forman and K. Peniwati, European Journal of Operational Research 108 (1998) 165-169.
    """
    each = tuple(ahp(matrix, random_index=random_index, names=names) for matrix in _all_read(matrices, names))
    experts = np.stack([found.weights for found in each])
    joined = ahp(join_judgements(matrices, expert_weights=expert_weights, names=names), random_index=random_index)
    low, quartile_low, median, quartile_high, high = np.quantile(experts, [0, 0.25, 0.5, 0.75, 1], axis=0)
    return Group(
        experts=experts,
        cr=np.array([found.cr for found in each]),
        each=each,
        joined=joined,
        aij=joined.weights,
        aip=join_priorities(experts, expert_weights=expert_weights),
        low=low,
        quartile_low=quartile_low,
        median=median,
        quartile_high=quartile_high,
        high=high,
        sd=experts.std(axis=0, ddof=1) if len(experts) > 1 else np.zeros(experts.shape[1]),
    )


def _all_read(matrices: Sequence[ArrayLike], names: Sequence[str]) -> list[Floats]:
    if not len(matrices):
        refuse(Text("没有专家的判断矩阵。", "There is no expert's matrix."), where="matrices", found=0)
    read = [read_judgements(m, names=names, where=f"expert {k}") for k, m in enumerate(matrices, start=1)]
    sizes = sorted({len(matrix) for matrix in read})
    if len(sizes) > 1:
        refuse(
            Text("各专家的矩阵大小不同。", "The experts' matrices differ in size."),
            where="matrices",
            found=", ".join(map(str, sizes)),
            expected=Text("同样的准则", "the same criteria"),
        )
    return read


def _expert_weights(weights: ArrayLike | None, n: int) -> Floats:
    if weights is None:
        return np.full(n, 1 / n)
    found = numbers(weights, "expert_weights")
    if len(found) != n or (found < 0).any() or found.sum() <= 0:
        refuse(
            Text("专家权重应每人一个，不为负，不全为 0。", "Expert weights: one each, not negative, not all 0."),
            where="expert_weights",
            found=found.tolist(),
            expected=Text(f"{n} 个", f"{n} of them"),
        )
    return np.asarray(found / found.sum())
