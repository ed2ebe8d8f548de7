"""Survey weights fitted to what is known of the population: post-stratification, raking, calibration, trimming, and strata joined by name.

Each verb takes a `Design` and returns one with other weights that starts from those it had: nobody's own survey weight is lost. What the weights were fitted to is kept, so
that standard errors rest on residuals; taking fitted weights for plain ones would make the errors of whatever the margins explain too large.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.statistics.designs import Calibration, Codes, Design, coded
from hmsurvey.statistics.inputs import Floats, chosen, numbers, refuse

Empty = Literal["refuse", "leave_out"]
_AGREE = (
    1e-6  # totals of two margins may differ by this part: registers are typed in whole numbers, shares in few decimals
)


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """One way of dividing the population: a label a row, and how many there are of each label."""

    name: str
    labels: tuple[Hashable, ...]
    counts: Mapping[Hashable, float]


def margin(name: str, labels: Iterable[Any], counts: Mapping[Any, float]) -> Margin:
    """Say how the population divides, for `post_stratify` and `rake`.

    Raises
    ------
    DataError
        A count is not a number of 0 or more.
    """
    wrong = {str(k): v for k, v in counts.items() if not (math.isfinite(v) and v >= 0)}
    if wrong:
        refuse(Text("总体数应为 0 或正数。", "A population count must be 0 or more."), where=name, found=wrong)
    return Margin(name, tuple(labels), {label: float(count) for label, count in counts.items()})


def collapse(division: Margin, into: Mapping[Any, Any], *, name: str = "") -> Margin:
    """Join groups of a margin by name, sample and population alike, so that one nobody was sampled from can be represented by a like one.

    Parameters
    ----------
    division
        The margin.
    into
        Old label to new label; labels not named stay.
    name
        What the margin is called then; empty: as before.

    Raises
    ------
    UsageError
        A label to be joined is not in the margin.

    >>> collapse(margin("city", ["a", "b"], {"a": 2, "b": 3, "c": 1}), {"c": "b"}).counts
    {'a': 2.0, 'b': 4.0}
    """
    unknown = [label for label in into if label not in division.counts]
    if unknown:
        known = ", ".join(map(str, division.counts))
        raise UsageError(
            Problem(
                Text("没有这个组。", "There is no such group."),
                where=division.name,
                found=", ".join(map(str, unknown)),
                expected=Text(known, known),
            )
        )
    counts: dict[Hashable, float] = {}
    for label, count in division.counts.items():
        counts[into.get(label, label)] = counts.get(into.get(label, label), 0.0) + count
    return Margin(name or division.name, tuple(into.get(label, label) for label in division.labels), counts)


def post_stratify(design: Design, division: Margin, *, empty: Empty = "refuse") -> Design:
    """Fit survey weights so that each group of a margin adds up to its population.

    Parameters
    ----------
    design
        How the sample was drawn.
    division
        The margin, as made by `margin`.
    empty
        About a group of the population that nobody was sampled from: "refuse", or "leave_out": what is estimated then speaks of the other groups only.

    Raises
    ------
    DataError
        A group has no population count, or it has one of 0 though some were sampled, or nobody was sampled from it.

    References
    ----------
    D. Holt, T. M. F. Smith, Post stratification, Journal of the Royal Statistical Society A 142 (1979) 33-46.

    >>> from hmsurvey.statistics.designs import survey_design
    >>> post_stratify(survey_design([1, 1, 1]), margin("city", ["a", "a", "b"], {"a": 6, "b": 5})).weights.tolist()
    [3.0, 3.0, 5.0]
    """
    codes, wanted = _matched(design, division, empty)
    factor = wanted / np.bincount(codes, weights=design.weights)
    return _fitted(design, design.weights * factor[codes], np.eye(len(wanted))[codes])


def rake(
    design: Design, margins: Iterable[Margin], *, tolerance: float = 1e-12, iterations: int = 1000, empty: Empty = "refuse"
) -> Design:  # fmt: skip
    """Fit survey weights to several margins in turn until all of them hold (iterative proportional fitting).

    Parameters
    ----------
    design
        How the sample was drawn.
    margins
        Ways of dividing the population; their totals must agree.
    tolerance
        Largest difference from a count, as a part of it, at which it holds.
    iterations
        Rounds after which it is given up.
    empty
        As in `post_stratify`. With "leave_out" the other margins are not made smaller: their totals must agree with what is left.

    Raises
    ------
    DataError
        As in `post_stratify`; the margins' totals differ; or it does not converge, with the margin and the group furthest off.

    References
    ----------
    W. E. Deming, F. F. Stephan, Annals of Mathematical Statistics 11 (1940) 427-444. Variance by residuals: Deville and Särndal (1992).
    """
    if iterations < 1:
        refuse(Text("至少要迭代一轮。", "At least one round is needed."), where="iterations", found=iterations, expected=Text("1 以上", "1 or more"))  # fmt: skip
    matched = [(division, *_matched(design, division, empty)) for division in margins]
    if not matched:
        refuse(Text("没有给出边际。", "No margin was given."), where="margins")
    sums = [float(wanted.sum()) for _, _, wanted in matched]
    if max(sums) - min(sums) > _AGREE * max(sums):
        refuse(
            Text("各边际的总数不一致。", "The margins' totals differ."),
            where=", ".join(division.name for division, _, _ in matched),
            found=", ".join(f"{total:g}" for total in sums),
            expected=Text("同一个总体", "the same population"),
        )
    weights = design.weights
    for _ in range(iterations):
        for _, codes, wanted in matched:
            weights = weights * (wanted / np.bincount(codes, weights=weights))[codes]
        gaps = [_gaps(codes, wanted, weights) for _, codes, wanted in matched]
        if max(float(gap.max()) for gap in gaps) <= tolerance:
            on = np.hstack([np.eye(len(wanted))[codes] for _, codes, wanted in matched])
            return _fitted(design, weights, on)
    furthest = max(range(len(gaps)), key=lambda at: float(gaps[at].max()))
    division, codes, wanted = matched[furthest]
    group = int(gaps[furthest].argmax())
    label = division.labels[int(np.flatnonzero(codes == group)[0])]
    got = float(np.bincount(codes, weights=weights)[group])
    refuse(
        Text(f"迭代 {iterations} 轮仍不收敛：样本中没有能同时满足各边际的组合。", f"No convergence in {iterations} rounds: the sample lacks the combinations that would meet all margins."),
        where=f"{division.name}: {label}",
        found=f"{got:.6g}",
        expected=Text(f"{wanted[group]:g}", f"{wanted[group]:g}"),
        fix=Text("合并这一边际中的小组（collapse），或减少边际。", "join small groups of this margin (`collapse`), or use fewer margins."),
    )  # fmt: skip


def _gaps(codes: Codes, wanted: Floats, weights: Floats) -> Floats:
    return np.asarray(np.abs(np.bincount(codes, weights=weights) - wanted) / wanted, dtype=np.float64)


def _matched(design: Design, division: Margin, empty: Empty) -> tuple[Codes, Floats]:
    """Return each row's group and each sampled group's population count."""
    chosen(empty, ("refuse", "leave_out"), "empty")
    codes, labels = coded(division.labels, division.name, n=len(design.weights))
    unlisted = [str(label) for label in labels if label not in division.counts]
    none = [str(label) for label in labels if division.counts.get(label) == 0]
    unsampled = [f"{label} ({n:g})" for label, n in division.counts.items() if n > 0 and label not in set(labels)]
    for wrong, what, fix in (
        (unlisted, Text("这些组没有总体数。", "These groups have no population count."), Text("补上总体数，或先剔除这些行。", "give their counts, or leave these rows out first.")),
        (none, Text("总体数为 0 的组中却有样本。", "Some were sampled from groups whose population count is 0."), Text("核对名录与样本。", "check the register against the sample.")),
        (unsampled if empty == "refuse" else [], Text("这些组有总体而没有样本，没有谁能代表它们。", "Nobody was sampled from these groups of the population: nobody can stand for them."), Text("用 collapse 并入相近的组，或用 empty=\"leave_out\" 说明只推及其余各组。", "join them with like ones by `collapse`, or say by empty=\"leave_out\" that the result speaks of the others only.")),
    ):  # fmt: skip
        if wrong:
            refuse(what, where=division.name, found=", ".join(wrong), fix=fix)
    return codes, np.array([division.counts[label] for label in labels])


def calibrate(
    design: Design,
    values: ArrayLike,
    totals: ArrayLike,
    *,
    method: Literal["linear", "raking", "logit"] = "linear",
    limits: tuple[float, float] | None = None,
) -> Design:
    """Fit survey weights so that weighted totals of auxiliary variables meet the population's, moving the weights as little as may be.

    Parameters
    ----------
    design
        How the sample was drawn.
    values
        Rows x variables; a column of ones fits the size of the population.
    totals
        The population's total of each variable.
    method
        Distance: "linear" (regression estimator), "raking" (always positive) or "logit" (new over old weight stays between `limits`).
    limits
        For "logit", such as (0.5, 2).

    Raises
    ------
    DataError
        Columns depend on each other, it does not converge, or "linear" makes a weight negative.

    References
    ----------
    J.-C. Deville, C.-E. Särndal, Calibration estimators in survey sampling, Journal of the American Statistical Association 87 (1992) 376-382.
    """
    chosen(method, ("linear", "raking", "logit"), "method")
    on, wanted = numbers(values, "values", dims=2), numbers(totals, "totals")
    if on.shape != (len(design.weights), len(wanted)):
        refuse(Text("行数或列数对不上。", "Rows or columns do not fit."), where="values", found=on.shape, expected=Text(str((len(design.weights), len(wanted))), str((len(design.weights), len(wanted)))))  # fmt: skip
    if np.linalg.matrix_rank(on) < on.shape[1]:
        refuse(
            Text("辅助变量线性相关。", "The variables depend on each other."),
            where="values",
            found=f"rank {np.linalg.matrix_rank(on)}",
            expected=Text(str(on.shape[1]), str(on.shape[1])),
            fix=Text("去掉多余的列，例如每个分类变量去掉一类。", "drop a column, such as one category of each classification."),
        )  # fmt: skip
    if method == "logit" and (limits is None or not 0 <= limits[0] < 1 < limits[1]):
        raise UsageError(Problem(Text("logit 法要给出包含 1 的上下限。", "The logit method needs limits around 1."), where="limits", found=repr(limits), expected=Text("例如 (0.5, 2)", "such as (0.5, 2)")))  # fmt: skip
    pull = np.zeros(len(wanted))
    # what a total is measured by: a wanted total may be 0, as that of a centred variable
    reach = np.maximum(np.maximum(np.abs(wanted), design.weights @ np.abs(on)), 1e-30)
    for _ in range(100):
        factor, slope = _factors(on @ pull, method, limits or (0.0, math.inf))
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far is seen in the next line
            gap = wanted - on.T @ (design.weights * factor)
        if not np.isfinite(gap).all():
            break
        if (np.abs(gap) <= 1e-12 * reach).all():
            break
        # columns may differ by orders of magnitude, so the step is solved in units of the wanted totals
        matrix = (on / reach).T @ (on / reach * (design.weights * slope)[:, None])
        pull = pull + np.linalg.lstsq(matrix, gap / reach, rcond=None)[0] / reach
    if not np.isfinite(gap).all() or (np.abs(gap) > 1e-9 * reach).any():
        refuse(
            Text("校准不收敛：在所给限度内达不到总体总量。", "Calibration does not converge: the totals cannot be met within the limits."),
            where=method,
            found=", ".join(f"{g:.3g}" for g in gap),
            fix=Text("放宽 limits，或减少变量。", "widen `limits`, or use fewer variables."),
        )  # fmt: skip
    weights = design.weights * factor
    if (weights <= 0).any():
        refuse(Text("校准后有的权重不是正数。", "Some weights are no longer positive."), where=method, found=int((weights <= 0).sum()), fix=Text("改用 raking 或 logit。", "use \"raking\" or \"logit\"."))  # fmt: skip
    return _fitted(design, weights, on)


def _factors(pull: Floats, method: str, limits: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return new over old weight and its derivative."""
    if method == "linear":
        return 1 + pull, np.ones_like(pull)
    if method == "raking":
        grown = np.exp(np.clip(pull, -500, 500))
        return grown, grown
    low, high = limits
    steep = (high - low) / ((1 - low) * (high - 1))
    grown = np.exp(np.clip(steep * pull, -200, 200))
    below = high - 1 + (1 - low) * grown
    factor = (low * (high - 1) + high * (1 - low) * grown) / below
    slope = (1 - low) * (high - 1) * (high - low) * steep * grown / below**2
    return factor, slope


def trim_weights(design: Design, *, low: float = 0.0, high: float = math.inf, strict: bool = False) -> Design:
    """Pull survey weights into limits and share what that frees among the others in equal parts, so that their sum stays.

    Parameters
    ----------
    design
        How the sample was drawn. The margins it was fitted to no longer hold exactly afterwards; standard errors still rest on residuals.
    low, high
        Smallest and largest weight.
    strict
        Repeat until the shares given to the others have not put any of them outside.

    Raises
    ------
    DataError
        The limits leave no room for the sum of the weights.

    References
    ----------
    F. Potter, A study of procedures to identify and trim extreme sampling weights, Proceedings of the Section on Survey Research Methods, ASA (1990) 225-230.
    """
    weights = design.weights
    n, size = len(weights), float(weights.sum())
    if not low < high or low * n > size or high * n < size:
        refuse(
            Text("上下限容不下权重之和。", "The limits leave no room for the sum of the weights."),
            where="low, high",
            found=f"{low:g}, {high:g}",
            expected=Text(f"平均权重 {size / n:g} 应在其间", f"the mean weight {size / n:g} between them"),
        )
    outside = (weights < low) | (weights > high)
    while outside.any():
        cut = np.clip(weights, low, high)
        if outside.all():
            refuse(Text("所有权重都在限外。", "Every weight is outside the limits."), where="low, high", found=f"{low:g}, {high:g}")  # fmt: skip
        weights = np.where(outside, cut, cut + (weights - cut).sum() / (~outside).sum())
        outside = (weights < low * (1 - 1e-12)) | (weights > high * (1 + 1e-12))
        if not strict:
            break
    if (weights <= 0).any():
        refuse(Text("截尾后有的权重不是正数。", "Some weights are no longer positive."), where="low", found=f"{low:g}")
    return replace(design, weights=weights)


def _fitted(design: Design, weights: Floats, on: Floats) -> Design:
    step = Calibration(on, design.weights, weights)
    return replace(design, weights=weights, calibrations=(*design.calibrations, step))
