"""Fewer dimensions behind many items: is a matrix fit for it, how many factors, loadings by minres or maximum likelihood, rotations.

Signs and the order of factors are arbitrary in any program; here factors come by the variance they explain, each with a positive sum of loadings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.multivariate.factor_rotation import rotate_factors

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, chosen, generator, numbers, probability, refuse, times
from hmsurvey.statistics.uniquenesses import Method, degrees, loadings_of, minres_as_psych, solve_uniquenesses

Rotation = Literal["none", "varimax", "quartimax", "oblimin", "promax"]


def correlation_of(matrix: ArrayLike) -> Floats:
    """Return a correlation matrix that factors can be made of.

    Raises
    ------
    DataError
        Not square, not symmetric, no ones on its diagonal, or not positive definite.
    """
    r = numbers(matrix, "correlations", dims=2, least=2)
    if r.shape[0] != r.shape[1] or np.abs(r - r.T).max() > 1e-8 or np.abs(np.diag(r) - 1).max() > 1e-8:
        refuse(
            Text("应为对称的相关矩阵，对角线为 1。", "A symmetric matrix with ones on its diagonal is needed."),
            found=r.shape,
        )
    smallest = float(np.linalg.eigvalsh(r)[0])
    if smallest < 1e-10:
        refuse(
            Text("相关矩阵不是正定的。", "The correlation matrix is not positive definite."),
            found=f"{smallest:.2g}",
            expected=Text("特征值都大于 0", "eigenvalues above 0"),
            fix=Text(
                "去掉可由其他题目推出的题目，或改用列表删除。",
                "leave out items that others determine, or treat gaps listwise.",
            ),
        )
    return r


@dataclass(frozen=True, slots=True, eq=False)
class Fitness:
    """Is a correlation matrix fit for factors: Kaiser-Meyer-Olkin (all and each item; NaN, with a note, where nothing correlates) and Bartlett's test of sphericity."""

    kmo: float
    kmo_items: Floats
    bartlett: float
    df: int
    p: float
    n: int
    note: Text = NOTHING


def factorability(correlation: ArrayLike, *, n: int) -> Fitness:
    """Return the KMO measure and Bartlett's test of a correlation matrix of n complete units.

    Raises
    ------
    DataError
        As `correlation_of`; n not above the number of items.

    References: H. F. Kaiser, Psychometrika 39 (1974) 31-36; M. S. Bartlett, JRSS B 16 (1954) 296-298.
    """
    r = correlation_of(correlation)
    k = len(r)
    if n <= k:
        refuse(
            Text("单位数应多于题目数。", "More units than items are needed."),
            found=n,
            expected=Text(f"大于 {k}", f"above {k}"),
        )
    inverse = np.linalg.inv(r)
    scale = 1 / np.sqrt(np.diag(inverse))
    partial = inverse * np.outer(scale, scale)
    np.fill_diagonal(partial, 0.0)
    plain = r - np.eye(k)
    own, other = (plain**2).sum(axis=0), (partial**2).sum(axis=0)
    statistic = -float(np.linalg.slogdet(r)[1]) * (n - 1 - (2 * k + 5) / 6)
    df = k * (k - 1) // 2
    both = own + other
    alone = both <= 1e-24
    note = NOTHING
    if alone.any():
        items = ", ".join(str(j + 1) for j in np.flatnonzero(alone))
        note = Text(f"第 {items} 题与其他题目都不相关，没有 KMO 值。", f"Item {items} correlates with no other, and has no KMO.")  # fmt: skip
    return Fitness(
        float("nan") if alone.all() else float(own.sum() / both.sum()),
        np.where(alone, np.nan, own / np.where(alone, 1.0, both)),
        statistic,
        df,
        float(stats.chi2.sf(statistic, df)),
        n,
        note,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Loadings (items x factors), uniquenesses, correlations of the factors, and the share of variance each explains.

    `freedom` counts the correlations less the free parameters; where it is negative many loadings fit as well, and `note` says so. `objective` is what was minimised (0 for "pa").
    """

    loadings: Floats
    uniquenesses: Floats
    phi: Floats
    explained: Floats
    method: str
    rotation: str
    objective: float
    freedom: int = 0
    note: Text = NOTHING


def extract(
    correlation: ArrayLike, n_factors: int, *, method: Method = "minres", rotation: Rotation = "none"
) -> Factors:
    """Explain correlations by a few factors.

    Parameters
    ----------
    correlation
        Of the items.
    n_factors
        How many.
    method
        "minres" (least squares of the off-diagonal), "ml" (maximum likelihood) or "pa" (principal axes: communalities put in the diagonal and renewed until their sum moves by less
        than 0.001, 50 times at most, as psych does).
    rotation
        "varimax" and "quartimax" keep factors uncorrelated, "oblimin" (gamma 0) and "promax" (power 4, after varimax) do not; Kaiser normalisation for varimax and promax.

    Raises
    ------
    DataError
        As `correlation_of`; more factors than the items can bear; a rotation of factors of which one has no loadings.

    Notes
    -----
    With fewer correlations than free parameters (5 items and 3 factors) many loadings fit exactly. "minres" and "pa" then give those that psych's start (squared multiple correlations) and
    steps lead to, with a note; they, and every omega made of them, are one choice out of many. "ml" refuses.

    References
    ----------
    H. H. Harman, W. H. Jones, Psychometrika 31 (1966) 351-368 (minres); K. G. Joreskog, Psychometrika 32 (1967) 443-482 (ml); H. F. Kaiser, Psychometrika 23
    (1958) 187-200; A. E. Hendrickson, P. O. White, British Journal of Statistical Psychology 17 (1964) 65-70.
    """
    r = correlation_of(correlation)
    chosen(method, ("minres", "ml", "pa"), "method")
    chosen(rotation, ("none", "varimax", "quartimax", "oblimin", "promax"), "rotation")
    k = len(r)
    # minres asks for fewer factors than items only; maximum likelihood also for degrees of freedom
    free = degrees(k, n_factors)
    if n_factors < 1 or n_factors >= k or (free < 0 and method == "ml"):
        refuse(
            Text("题目太少，撑不起这么多因子。", "There are too few items for so many factors."),
            found=f"{k}, {n_factors}",
            expected=Text(
                "因子少于题目；极大似然还要自由度不小于 0",
                "fewer factors than items; for ml also degrees of freedom of 0 or more",
            ),
        )
    unique, value = solve_uniquenesses(r, n_factors, method)
    loadings = loadings_of(unique, r, n_factors, method)
    plain = Factors(
        loadings,
        unique if method == "ml" else 1 - (loadings**2).sum(axis=1),
        np.eye(n_factors),
        np.zeros(n_factors),
        method,
        "none",
        value,
        free,
        NOTHING if free >= 0 else _not_unique(k, n_factors, free),
    )
    return _ordered(rotate(plain, rotation=rotation))


def _not_unique(k: int, m: int, free: int) -> Text:
    return Text(
        f"{k} 题 {m} 个因子，自由度为 {free}：许多组载荷拟合得同样好，这里给出的只是其中之一。",
        f"{k} items and {m} factors leave {free} degrees of freedom: many loadings fit as well, and these are one choice of them.",
    )


def rotate(factors: Factors, *, rotation: Rotation) -> Factors:
    """Turn the factors without changing what they explain together.

    Raises
    ------
    DataError
        A factor without loadings, which no rotation can place.
    """
    chosen(rotation, ("none", "varimax", "quartimax", "oblimin", "promax"), "rotation")
    load = factors.loadings
    m = load.shape[1]
    if rotation == "none" or m == 1:
        return replace(factors, rotation="none")
    if np.linalg.matrix_rank(load, tol=1e-6) < m:
        refuse(
            Text("有的因子没有载荷，无法旋转。", "A factor has no loadings and cannot be rotated."),
            found=f"{np.linalg.matrix_rank(load, tol=1e-6)}",
            expected=Text(str(m), str(m)),
            fix=Text("减少因子个数。", "ask for fewer factors."),
        )
    length = np.sqrt((load**2).sum(axis=1))[:, None]
    length = np.where(length > 0, length, 1.0)
    phi = np.eye(m)
    if rotation in ("varimax", "promax"):
        turned = varimax(load / length)
        if rotation == "promax":
            q = np.linalg.lstsq(turned, turned * np.abs(turned) ** 3, rcond=None)[0]
            q = q * np.sqrt(np.diag(np.linalg.inv(q.T @ q)))
            turned = turned @ q
            back = np.linalg.inv(q)
            phi = back @ back.T
        turned = turned * length
    elif rotation == "quartimax":
        with np.errstate(divide="ignore"):  # the rotation's own record of its steps takes the logarithm of a slope of 0
            turned = rotate_factors(load, "quartimax", tol=1e-12, max_tries=5000)[0]
    else:
        with np.errstate(divide="ignore"):  # below 1e-6 the search only goes round in its own rounding errors
            turned, t = rotate_factors(load, "oblimin", 0, "oblique", tol=1e-6, max_tries=5000)
        phi = t.T @ t
    return replace(factors, loadings=turned, phi=phi, rotation=rotation)


def varimax(loadings: Floats, *, tolerance: float = 1e-5) -> Floats:
    """Turn loadings so that their squares vary most within each factor (Kaiser), stopping where R's `varimax` does by default.

    A smaller tolerance goes on to the true maximum; the loadings then move in the fourth decimal, and no longer match the tables that other programs print.
    """
    turn, past = np.eye(loadings.shape[1]), 0.0
    for _ in range(1000):
        z = loadings @ turn
        u, values, v = np.linalg.svd(loadings.T @ (z**3 - z * (z**2).mean(axis=0)))
        turn = u @ v
        now = float(values.sum())
        if now < past * (1 + tolerance):
            break
        past = now
    return np.asarray(loadings @ turn)


def _ordered(factors: Factors) -> Factors:
    load, phi = factors.loadings, factors.phi
    power = np.diag(phi @ load.T @ load)
    order = np.argsort(-power, kind="stable")
    sign = np.where(load[:, order].sum(axis=0) < 0, -1.0, 1.0)
    return replace(
        factors,
        loadings=load[:, order] * sign,
        phi=phi[np.ix_(order, order)] * np.outer(sign, sign),
        explained=power[order] / len(load),
    )


def parallel_analysis(
    items: ArrayLike, *, replicates: int = 200, share: float = 0.95, seed: int = 1
) -> tuple[int, Floats, Floats]:
    """Return how many components stand above chance, their eigenvalues, and those of chance.

    Chance shuffles each item by itself, so that its distribution stays. Units with gaps are left out.

    Raises
    ------
    DataError
        Fewer than two items, no more complete units than items, or an item that does not vary.
    UsageError
        No replicates, or a share that is not between 0 and 1.

    References: J. L. Horn, Psychometrika 30 (1965) 179-185; A. Buja, N. Eyuboglu, Multivariate Behavioral Research 27 (1992) 509-540.
    """
    x = numbers(items, "items", dims=2, gaps="keep", least=3)
    probability(share, "share")
    x = x[~np.isnan(x).any(axis=1)]
    if x.shape[1] < 2 or len(x) <= x.shape[1] or (np.ptp(x, axis=0) == 0).any():
        refuse(
            Text("单位太少，或有题目没有变异。", "There are too few units, or an item does not vary."), found=x.shape
        )
    rng = generator(seed)
    found = np.linalg.eigvalsh(np.corrcoef(x, rowvar=False))[::-1]
    drawn = [
        np.linalg.eigvalsh(np.corrcoef(rng.permuted(x, axis=0), rowvar=False))[::-1] for _ in range(times(replicates))
    ]
    limit = np.quantile(drawn, share, axis=0)
    above = found > limit
    n_above = len(found) if above.all() else int(np.argmin(above))
    return n_above, np.asarray(found, dtype=np.float64), np.asarray(limit, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class GeneralFactor:
    """Omega by a Schmid-Leiman solution: `total` of all common factors, `hierarchical` of the general one; loadings on the general factor and the groups'.

    `freedom` is that of the factors; where it is negative neither omega is determined, and `note` says so.
    """

    total: float
    hierarchical: float
    general: Floats
    groups: Floats
    n_factors: int
    freedom: int
    note: Text = NOTHING


def omega_schmid_leiman(correlation: ArrayLike, *, n_factors: int = 3) -> GeneralFactor:
    """Return omega total and omega hierarchical: oblique minres factors, a general factor above them, Schmid-Leiman.

    Omega total is one minus the sum of uniquenesses over the sum of all correlations, omega hierarchical the square of the summed general loadings over that sum. Both depend on the number
    of factors; with five items three factors are not determined (see `extract`), and `note` says so.

    Raises
    ------
    DataError
        As `extract`; two factors do not determine a general one.

    References: J. Schmid, J. M. Leiman, Psychometrika 22 (1957) 53-61; R. E. Zinbarg, W. Revelle, I. Yovel, W. Li, Psychometrika 70 (2005) 123-133.
    """
    r = correlation_of(correlation)
    if n_factors == 2:
        refuse(
            Text("两个因子不能确定一个总因子。", "Two factors do not determine a general one."),
            found=2,
            expected=Text("1 个或 3 个以上", "1, or 3 and more"),
        )
    varimax_first = extract(r, n_factors, rotation="varimax")  # the start from which psych turns to oblimin
    unique = varimax_first.uniquenesses
    if n_factors == 1:
        general, groups = varimax_first.loadings[:, 0], np.zeros((len(r), 0))
    else:
        first = _ordered(rotate(varimax_first, rotation="oblimin"))
        above = minres_as_psych(first.phi, 1)[0]
        upper = loadings_of(above, first.phi, 1, "minres")[:, 0]
        upper = upper if upper.sum() >= 0 else -upper
        general = first.loadings @ upper
        groups = first.loadings * np.sqrt(np.maximum(1 - upper**2, 0.0))
    total = float(r.sum())
    return GeneralFactor(
        1 - float(unique.sum()) / total,
        float(general.sum()) ** 2 / total,
        general,
        groups,
        n_factors,
        varimax_first.freedom,
        varimax_first.note,
    )
