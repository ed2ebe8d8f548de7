"""Ordered outcomes on several explanations at once: the cumulative-link model, its check, and what to say when a group has only one outcome.

A positive coefficient means a higher category: link(P(Y <= k)) = threshold_k - x b. Separation (a group all of whose members are at the bottom, say) is found by a linear programme before anything is fitted;
coefficients that have no finite value are given as infinite and named, never as large numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import expit, ndtr

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, chosen, numbers, probability, refuse
from hmsurvey.statistics.separation import Separation, separate, way

Link = Literal["logit", "probit", "cloglog", "loglog"]
LINKS = ("logit", "probit", "cloglog", "loglog")


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalFit:
    """A fitted cumulative-link model.

    Attributes
    ----------
    names, coefficients, errors, low, high, z, p
        One a column of the explanations; `low` and `high` are Wald's. `coefficients` is infinite and the others NaN where the data separate; all are NaN
        where separation settles every unit that could tell, so that any coefficient would do (the note names the column).
    thresholds, threshold_errors
        One less than there are categories that occur; infinite (with an error of NaN) where separation leaves nobody on one of its sides.
    log_likelihood, null_log_likelihood
        Of the model (where the data separate, the limit that it rises to) and of the model without explanations.
    separated
        Names of columns without a finite coefficient.
    n
        Sum of the weights.
    """

    names: tuple[str, ...]
    coefficients: Floats
    errors: Floats
    low: Floats
    high: Floats
    z: Floats
    p: Floats
    thresholds: Floats
    threshold_errors: Floats
    log_likelihood: float
    null_log_likelihood: float
    separated: tuple[str, ...]
    n: float
    link: str
    note: Text = NOTHING

    @property
    def odds_ratios(self) -> Floats:
        """Return exp(coefficients); odds ratios under the logit link."""
        return np.asarray(np.exp(self.coefficients))


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Categories, explanations brought to mean 0 and standard deviation 1 (so that no unit of measurement spoils the algebra), weights."""

    y: NDArray[np.int_]
    x: Floats
    weights: Floats
    k: int


def fit_ordinal(
    outcome: ArrayLike,
    explanations: ArrayLike,
    *,
    names: Sequence[str] = (),
    weights: ArrayLike | None = None,
    link: Link = "logit",
    confidence: float = 0.95,
) -> OrdinalFit:
    """Fit an ordered outcome on explanations by maximum likelihood.

    Parameters
    ----------
    outcome
        The category of every unit, whole numbers from 0 in their order.
    explanations
        Units down, columns across (dummies for groups, the first left out).
    names
        What the columns are called.
    weights
        How many units a row stands for; 1 by default.
    link
        "logit" (proportional odds), "probit", "cloglog" (log(-log(1 - F))) or "loglog".

    Raises
    ------
    DataError
        Gaps, another number of rows, one category only, an explanation that is constant or a combination of others.

    References
    ----------
    P. McCullagh, JRSS B 42 (1980) 109-142; A. Agresti, Analysis of Ordinal Categorical Data (2010), ch. 3 and 5; separation: K. Konis, thesis, Oxford (2007).
    """
    data, words, centre, scale = _read(outcome, explanations, names, weights)
    chosen(link, LINKS, "link")
    probability(confidence, "confidence")
    apart = separate(data.y, data.x)
    found, information, likelihood = _maximise(data, link, apart)
    cuts, size = data.k - 1, len(words)
    back = np.eye(cuts + size)  # from explanations of mean 0 and deviation 1 to those given
    back[:cuts, cuts:] = centre / scale
    back[cuts:, cuts:] = np.diag(1 / scale)
    basis = _left(apart)
    spread = back @ basis
    spread = np.sqrt(np.diag(spread @ np.linalg.inv(basis.T @ information @ basis) @ spread.T))
    known = (np.abs(back @ apart.free) < 1e-7 * np.abs(back).max(axis=1)[:, None]).all(axis=1)
    ways = np.array([0 if sure else way(apart, part) for sure, part in zip(known, back, strict=True)])
    found = np.where(known, back @ found, np.where(ways > 0, np.inf, np.where(ways < 0, -np.inf, np.nan)))
    spread = np.where(known, spread, np.nan)
    values, errors = found[cuts:], spread[cuts:]
    gone, lost = ([words[j] for j in np.flatnonzero(test(values))] for test in (np.isinf, np.isnan))
    half = float(stats.norm.isf((1 - confidence) / 2)) * errors
    finite = np.where(np.isfinite(values), values, np.nan)
    z = finite / errors
    return OrdinalFit(
        words,
        values,
        errors,
        finite - half,
        finite + half,
        z,
        2 * stats.norm.sf(np.abs(z)),
        found[:cuts],
        spread[:cuts],
        likelihood,
        _null_likelihood(data),
        tuple(gone),
        float(data.weights.sum()),
        link,
        _separation_note(gone, lost) if gone or lost else NOTHING,
    )


def predict_ordinal(fit: OrdinalFit, explanations: ArrayLike) -> Floats:
    """Return the chance of every category (across, adding up to 1) for units with these explanations (down).

    Raises
    ------
    DataError
        Gaps, another number of columns, or a fit with coefficients that are not finite.
    """
    x = numbers(explanations, "explanations", dims=2)
    if x.shape[1] != len(fit.names):
        refuse(
            Text("解释变量的列数不对。", "The explanations have another number of columns."),
            where="explanations",
            found=x.shape[1],
            expected=Text("、".join(fit.names), ", ".join(fit.names)),
        )
    if not np.isfinite([*fit.coefficients, *fit.thresholds]).all():
        refuse(Text("系数不是有限的数，不能预测。", "Not all coefficients are finite: there is no prediction."), found=fit.note.en)  # fmt: skip
    below = _cdf(fit.link, fit.thresholds - (x @ fit.coefficients)[:, None])[0]
    return np.diff(below, axis=1, prepend=0.0, append=1.0)


def _separation_note(names: Sequence[str], lost: Sequence[str]) -> Text:
    zh, en = "数据完全分离：", "The data separate: "
    if names:
        listed = ", ".join(names)
        zh += f"{listed} 的系数没有有限的估计值（该组的结果无一例外），不给比值比。"
        en += (
            f"{listed} has no finite coefficient (the group's outcomes know no exception), and no odds ratio is given."
        )
    if lost:
        listed = ", ".join(lost)
        zh += f"{listed} 的系数无法确定：能说明它的单位，结果都已由分离确定。"
        en += " The" if names else "the"
        en += f" coefficient of {listed} is not determined, since separation settles every unit that could tell."
    return Text(zh, en)


def _read(
    outcome: ArrayLike, explanations: ArrayLike, names: Sequence[str], weights: ArrayLike | None
) -> tuple[_Data, tuple[str, ...], Floats, Floats]:
    """Return the data with scaled explanations, the names of these, and the mean and standard deviation of each."""
    y = numbers(outcome, "outcome", least=2)
    x = numbers(explanations, "explanations", dims=2, least=2)
    w = np.ones(len(y)) if weights is None else numbers(weights, "weights")
    if len(x) != len(y) or len(w) != len(y):
        refuse(Text("行数不一致。", "The numbers of rows differ."), found=f"{len(y)}, {len(x)}, {len(w)}")
    if (w < 0).any() or w.sum() <= 0:
        refuse(Text("权数不能为负。", "Weights cannot be negative, nor all zero."), found=f"{w.min():g}")
    y, x, w = y[w > 0], x[w > 0], w[w > 0]
    if (y != np.round(y)).any() or y.min() < 0:
        refuse(Text("结果应为从 0 起的整数。", "The outcome must be whole numbers from 0."), found=f"{y.min():g}")
    categories = np.unique(y.astype(int))
    if len(categories) < 2:
        refuse(
            Text("所有单位的结果都相同。", "All units have the same outcome."),
            found=int(categories[0]),
            expected=Text("至少两种", "at least two"),
        )
    words = tuple(names) or tuple(f"x{j + 1}" for j in range(x.shape[1]))
    if len(words) != x.shape[1]:
        refuse(
            Text("名称个数与解释变量数不符。", "There are not as many names as explanations."),
            where="names",
            found=len(words),
            expected=Text(str(x.shape[1]), str(x.shape[1])),
        )
    constant = [words[j] for j in range(x.shape[1]) if np.ptp(x[:, j]) == 0]
    if constant:
        refuse(Text("有的解释变量是常数。", "An explanation is constant."), found=", ".join(constant))
    centre, scale = x.mean(axis=0), x.std(axis=0)
    x = (x - centre) / scale
    dependent = _dependent(x)
    if dependent is not None:
        refuse(
            Text("有的解释变量可由其他变量推出。", "An explanation is a combination of the others."),
            found=words[dependent],
        )
    return _Data(np.searchsorted(categories, y.astype(int)), x, w, len(categories)), words, centre, scale


def _dependent(x: Floats) -> int | None:
    """Return the first column that the constant and the columns before it already say."""
    base = np.ones((len(x), 1))
    rank = 1
    for j in range(x.shape[1]):
        base = np.hstack([base, x[:, j : j + 1]])
        new = int(np.linalg.matrix_rank(base))
        if new == rank:
            return j
        rank = new
    return None


def _cdf(link: str, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return distribution, density and the density's slope; the ends are certain."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if link == "logit":
            big = expit(x)
            small = big * (1 - big)
            slope = small * (1 - 2 * big)
        elif link == "probit":
            big, small = ndtr(x), np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
            slope = -x * small
        elif link == "cloglog":
            big, small = -np.expm1(-np.exp(x)), np.exp(x - np.exp(x))
            slope = small * (1 - np.exp(x))
        else:
            big, small = np.exp(-np.exp(-x)), np.exp(-x - np.exp(-x))
            slope = small * (np.exp(-x) - 1)
    ends = ~np.isfinite(x)
    return big, np.where(ends, 0.0, small), np.where(ends, 0.0, slope)


def _left(apart: Separation) -> Floats:
    """Return an orthonormal basis of what separation leaves to estimate."""
    n = len(apart.free)
    return np.linalg.svd(apart.free)[0][:, apart.free.shape[1] :] if apart.free.size else np.eye(n)


def _maximise(data: _Data, link: str, apart: Separation | None = None) -> tuple[Floats, Floats, float]:
    """Newton's method with halved steps, from thresholds alone."""
    cuts = data.k - 1
    below = np.array([data.weights[data.y <= k].sum() for k in range(cuts)]) / data.weights.sum()
    start = {
        "logit": np.log(below / (1 - below)),
        "probit": stats.norm.ppf(below),
        "cloglog": np.log(-np.log1p(-below)),
        "loglog": -np.log(-np.log(below)),
    }[link]
    at = np.concatenate([start, np.zeros(data.x.shape[1])])
    basis = np.eye(len(at)) if apart is None else _left(apart)
    value, gradient, information = _likelihood(data, link, at, apart)
    for _ in range(200):
        step = basis @ np.linalg.solve(basis.T @ information @ basis, basis.T @ gradient)
        share = 1.0
        while share > 1e-10:  # thresholds out of order have no likelihood, and the step is halved
            new = at + share * step
            after = _likelihood(data, link, new, apart)
            if after[0] >= value - 1e-12:
                break
            share /= 2
        else:
            break
        at, moved = new, float(np.abs(share * step).max(initial=0.0))
        value, gradient, information = after
        if moved < 1e-11:
            return at, information, value
    if np.abs(basis.T @ gradient).max() > 1e-6:
        refuse(Text("模型没有收敛。", "The model did not converge."), found=f"{np.abs(gradient).max():.2g}")
    return at, information, value


def _likelihood(data: _Data, link: str, at: Floats, apart: Separation | None = None) -> tuple[float, Floats, Floats]:
    cuts, n = data.k - 1, len(data.y)
    edges = np.concatenate([[-np.inf], at[:cuts], [np.inf]])
    shift = data.x @ at[cuts:]
    up, down = edges[data.y + 1] - shift, edges[data.y] - shift
    if apart is not None:
        up, down = np.where(apart.upper, np.inf, up), np.where(apart.lower, -np.inf, down)
    (big_u, small_u, slope_u), (big_d, small_d, slope_d) = _cdf(link, up), _cdf(link, down)
    chance = np.maximum(np.where(np.isposinf(up), 1.0, big_u) - np.where(np.isneginf(down), 0.0, big_d), 1e-300)
    du, dd = np.zeros((n, cuts + data.x.shape[1])), np.zeros((n, cuts + data.x.shape[1]))
    has_u, has_d = np.flatnonzero(data.y < cuts), np.flatnonzero(data.y > 0)
    du[has_u, data.y[has_u]], dd[has_d, data.y[has_d] - 1] = 1.0, 1.0
    du[:, cuts:] = dd[:, cuts:] = -data.x
    each = (small_u[:, None] * du - small_d[:, None] * dd) / chance[:, None]
    w = data.weights
    curve = (du * (w * slope_u / chance)[:, None]).T @ du - (dd * (w * slope_d / chance)[:, None]).T @ dd
    return float(w @ np.log(chance)), w @ each, (each * w[:, None]).T @ each - curve


def _null_likelihood(data: _Data) -> float:
    counts = np.array([data.weights[data.y == k].sum() for k in range(data.k)])
    return float((counts * np.log(counts / counts.sum())).sum())


@dataclass(frozen=True, slots=True, eq=False)
class OddsCheck:
    """Brant's check that a coefficient is the same at every cut: all columns together, then each."""

    statistic: float
    df: int
    p: float
    names: tuple[str, ...]
    statistics: Floats
    dfs: int
    ps: Floats
    note: Text = NOTHING


def check_proportional_odds(
    outcome: ArrayLike, explanations: ArrayLike, *, names: Sequence[str] = (), weights: ArrayLike | None = None
) -> OddsCheck:
    """Check whether the explanations act alike at every cut (Brant's test, logit link).

    Where one of the binary models behind it separates, the check cannot be made: everything is NaN and the note says so.

    Raises
    ------
    DataError
        As `fit_ordinal`; or there are only two categories.

    References: R. Brant, Biometrics 46 (1990) 1171-1178.
    """
    data, words, _, _ = _read(outcome, explanations, names, weights)
    if data.k < 3:
        refuse(Text("只有两种结果，无需检验比例优势。", "With two categories there is nothing to check."), found=data.k)
    p, cuts = data.x.shape[1], data.k - 1
    nothing = np.full(p, np.nan)
    design = np.hstack([np.ones((len(data.x), 1)), data.x])
    fits, chances = [], []
    for k in range(cuts):
        binary = _Data((data.y > k).astype(int), data.x, data.weights, 2)
        if separate(binary.y, binary.x).free.size:
            note = Text(
                "按某一分界拆成两类时数据完全分离，不能检验比例优势。",
                "At one of the cuts the data separate, so that proportional odds cannot be checked.",
            )
            return OddsCheck(float("nan"), p * (cuts - 1), float("nan"), words, nothing, cuts - 1, nothing, note)
        found = _maximise(binary, "logit")[0]
        fits.append(found[1:])
        chances.append(expit(-found[0] + data.x @ found[1:]))
    inverses = [np.linalg.inv((design * (data.weights * q * (1 - q))[:, None]).T @ design) for q in chances]
    covariance = np.zeros((cuts * p, cuts * p))
    for a in range(cuts):
        for b in range(a, cuts):
            both = (design * (data.weights * (chances[b] - chances[a] * chances[b]))[:, None]).T @ design
            block = (inverses[a] @ both @ inverses[b])[1:, 1:]
            covariance[a * p : (a + 1) * p, b * p : (b + 1) * p] = block
            covariance[b * p : (b + 1) * p, a * p : (a + 1) * p] = block.T
    every = np.concatenate(fits)

    def test(columns: Sequence[int]) -> float:
        contrasts = np.zeros(((cuts - 1) * len(columns), cuts * p))
        for a in range(cuts - 1):
            for i, column in enumerate(columns):
                contrasts[a * len(columns) + i, column] = 1.0
                contrasts[a * len(columns) + i, (a + 1) * p + column] = -1.0
        gap = contrasts @ every
        return float(gap @ np.linalg.solve(contrasts @ covariance @ contrasts.T, gap))

    each = np.array([test([j]) for j in range(p)])
    whole, df = test(range(p)), p * (cuts - 1)
    return OddsCheck(
        whole, df, float(stats.chi2.sf(whole, df)), words, each, cuts - 1, np.asarray(stats.chi2.sf(each, cuts - 1))
    )
