"""Fewer dimensions behind many items: is a matrix fit for it, how many factors, loadings by minres or maximum likelihood, rotations.

Signs and the order of factors are arbitrary in any program; here factors come by the variance they explain, each with a positive sum of loadings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.optimize import minimize
from statsmodels.multivariate.factor_rotation import rotate_factors

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import Floats, chosen, generator, numbers, refuse, times

Method = Literal["minres", "ml"]
Rotation = Literal["none", "varimax", "quartimax", "oblimin", "promax"]
_LEAST = 0.005  # smallest uniqueness tried; a value there is a Heywood case


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
    """Is a correlation matrix fit for factors: Kaiser-Meyer-Olkin (all and each item) and Bartlett's test of sphericity."""

    kmo: float
    kmo_items: Floats
    bartlett: float
    df: int
    p: float
    n: int


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
    return Fitness(
        float(own.sum() / (own.sum() + other.sum())),
        own / (own + other),
        statistic,
        df,
        float(stats.chi2.sf(statistic, df)),
        n,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Loadings (items x factors), uniquenesses, correlations of the factors, and the share of variance each explains."""

    loadings: Floats
    uniquenesses: Floats
    phi: Floats
    explained: Floats
    method: str
    rotation: str
    objective: float


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
        "minres" (least squares of the off-diagonal) or "ml" (maximum likelihood).
    rotation
        "varimax" and "quartimax" keep factors uncorrelated, "oblimin" (gamma 0) and "promax" (power 4, after varimax) do not; Kaiser normalisation for varimax and promax.

    Raises
    ------
    DataError
        As `correlation_of`; more factors than the items can bear.

    References
    ----------
    H. H. Harman, W. H. Jones, Psychometrika 31 (1966) 351-368 (minres); K. G. Joreskog, Psychometrika 32 (1967) 443-482 (ml); H. F. Kaiser, Psychometrika 23
    (1958) 187-200; A. E. Hendrickson, P. O. White, British Journal of Statistical Psychology 17 (1964) 65-70.
    """
    r = correlation_of(correlation)
    chosen(method, ("minres", "ml"), "method")
    chosen(rotation, ("none", "varimax", "quartimax", "oblimin", "promax"), "rotation")
    k = len(r)
    # minres asks for fewer factors than items only; maximum likelihood also for degrees of freedom
    free = 0.0 if method == "minres" else ((k - n_factors) ** 2 - (k + n_factors)) / 2
    if n_factors < 1 or n_factors >= k or free < 0:
        refuse(
            Text("题目太少，撑不起这么多因子。", "There are too few items for so many factors."),
            found=f"{k}, {n_factors}",
            expected=Text(
                "因子少于题目；极大似然还要自由度不小于 0",
                "fewer factors than items; for ml also degrees of freedom of 0 or more",
            ),
        )
    start = 1 / np.diag(np.linalg.inv(r))
    goal = _minres if method == "minres" else _ml
    solved = minimize(
        goal,
        start,
        args=(r, n_factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(_LEAST, 1.0)] * k,
        options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-9},
    )
    unique = solved.x
    loadings = _loadings(unique, r, n_factors, method)
    plain = Factors(
        loadings,
        1 - (loadings**2).sum(axis=1),
        np.eye(n_factors),
        np.zeros(n_factors),
        method,
        "none",
        float(solved.fun),
    )
    if method == "ml":
        plain = replace(plain, uniquenesses=unique)
    return _ordered(rotate(plain, rotation=rotation))


def _minres(unique: Floats, r: Floats, m: int) -> tuple[float, Floats]:
    values, vectors = np.linalg.eigh(r - np.diag(unique))
    kept = np.maximum(values[-m:], 0.0)
    gap = r - (vectors[:, -m:] * kept) @ vectors[:, -m:].T
    np.fill_diagonal(gap, 0.0)
    own = np.diag(r) - unique - ((vectors[:, -m:] * kept) * vectors[:, -m:]).sum(axis=1)
    full = gap + np.diag(own)
    return float((full**2).sum() / 2), -own


def _ml(unique: Floats, r: Floats, m: int) -> tuple[float, Floats]:
    scale = 1 / np.sqrt(unique)
    values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
    small = values[:-m]
    value = float((small - np.log(small) - 1).sum())
    load = vectors[:, -m:] * np.sqrt(np.maximum(values[-m:] - 1, 0.0)) / scale[:, None]
    gap = load @ load.T + np.diag(unique) - r
    return value, np.diag(gap) / unique**2


def _loadings(unique: Floats, r: Floats, m: int, method: str) -> Floats:
    if method == "minres":
        values, vectors = np.linalg.eigh(r - np.diag(unique))
        return np.asarray(vectors[:, -m:] * np.sqrt(np.maximum(values[-m:], 0.0)))[:, ::-1]
    scale = 1 / np.sqrt(unique)
    values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
    return np.asarray(vectors[:, -m:] * np.sqrt(np.maximum(values[-m:] - 1, 0.0)) / scale[:, None])[:, ::-1]


def rotate(factors: Factors, *, rotation: Rotation) -> Factors:
    """Turn the factors without changing what they explain together."""
    chosen(rotation, ("none", "varimax", "quartimax", "oblimin", "promax"), "rotation")
    load = factors.loadings
    m = load.shape[1]
    if rotation == "none" or m == 1:
        return replace(factors, rotation="none")
    length = np.sqrt((load**2).sum(axis=1))[:, None]
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
        turned = rotate_factors(load, "quartimax", tol=1e-12, max_tries=5000)[0]
    else:
        turned, t = rotate_factors(load, "oblimin", 0, "oblique", tol=1e-12, max_tries=5000)
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

    References: J. L. Horn, Psychometrika 30 (1965) 179-185; A. Buja, N. Eyuboglu, Multivariate Behavioral Research 27 (1992) 509-540.
    """
    x = numbers(items, "items", dims=2, gaps="keep", least=3)
    x = x[~np.isnan(x).any(axis=1)]
    if len(x) <= x.shape[1] or (np.ptp(x, axis=0) == 0).any():
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
    """Omega by a Schmid-Leiman solution: `total` of all common factors, `hierarchical` of the general one; loadings on the general factor and the groups'."""

    total: float
    hierarchical: float
    general: Floats
    groups: Floats
    n_factors: int


def omega_schmid_leiman(correlation: ArrayLike, *, n_factors: int = 3) -> GeneralFactor:
    """Return omega total and omega hierarchical: oblique minres factors, a general factor above them, Schmid-Leiman.

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
    first = extract(r, n_factors, rotation="oblimin" if n_factors > 1 else "none")
    if n_factors == 1:
        general, groups = first.loadings[:, 0], np.zeros((len(r), 0))
        unique = first.uniquenesses
    else:
        above = extract(first.phi, 1).loadings[:, 0]
        general = first.loadings @ above
        groups = first.loadings * np.sqrt(np.maximum(1 - above**2, 0.0))
        unique = 1 - (general**2 + (groups**2).sum(axis=1))
    total = float(r.sum())
    return GeneralFactor(1 - float(unique.sum()) / total, float(general.sum()) ** 2 / total, general, groups, n_factors)
