"""One question, many ticks: do groups answer it differently, when everybody may tick several options?

The ticks of one person hang together, so an ordinary chi-square over all ticks would count people several times. Here whole persons are dealt out anew among the groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.adjustment import adjust
from hmsurvey.statistics.finite import counted
from hmsurvey.statistics.inputs import Floats, generator, numbers, probability, refuse
from hmsurvey.statistics.noncentral import noncentrality_interval

_AT_ONCE = 64  # deals looked at together
NO_SPREAD = Text(
    "所有人的回答都一样，无法比较。", "Everybody answered this alike: there is nothing to compare."
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupsOnTicks:
    """A comparison of groups on a question with many answers.

    `statistic` is the sum of the options' chi-squares. `p` comes from dealing persons out anew, `p_rao_scott` from the second-order Rao-Scott approximation with `df`. By option:
    chi-squares, Cramer's V (bias-corrected) with its interval, p (dealt out anew) and p adjusted by Holm; NaN with a note where all or none ticked. `effect` is like
    Cramer's V over all options, 0 to 1: the root of (statistic - its expectation) / (n x options), with its interval.
    """

    statistic: float
    p: float
    p_rao_scott: float
    df: float
    effect: float
    effect_low: float
    effect_high: float
    chi_squares: Floats
    cramers_v: Floats
    v_low: Floats
    v_high: Floats
    p_options: Floats
    p_holm: Floats
    n: int
    n_groups: int
    draws: int
    notes: tuple[Text, ...]


def compare_ticks(
    ticks: ArrayLike, groups: Sequence[object], *, seed: int, draws: int = 9999, confidence: float = 0.95
) -> GroupsOnTicks:
    """Test whether groups tick the options of one question equally often (multiple marginal independence).

    Parameters
    ----------
    ticks
        Persons x options, 1 ticked and 0 not; without gaps.
    groups
        The group of every person.
    seed
        Of the dealing.
    draws
        How often persons are dealt out anew among the groups, whose sizes stay; p is (1 + as large or larger) / (1 + draws).
    confidence
        Of the intervals of the effect sizes.

    Raises
    ------
    DataError
        Other values than 0 and 1, one group, or everybody answered alike.

    References
    ----------
    A. Agresti, I.-M. Liu, Modeling a categorical variable allowing arbitrarily many category choices, Biometrics 55 (1999) 936-943. C. R. Bilder, T. M. Loughin, D. N. Nettleton, Multiple marginal
    independence testing for pick any/C variables, Communications in Statistics: Simulation and Computation 29 (2000) 1285-1316. D. R. Thomas, Y. J. Decady, Testing for association
    using multiple response survey data, International Journal of Testing 4 (2004) 43-59. W. Bergsma, A bias-correction for Cramer's V and Tschuprow's T, Journal of the Korean Statistical
    Society 42 (2013) 323-328. M. Smithson, Confidence Intervals (2003), chapter 4.

    >>> found = compare_ticks([[1, 0], [1, 1], [0, 1], [0, 1]], ["a", "a", "b", "b"], seed=1, draws=99)
    >>> found.chi_squares.round(4).tolist(), round(found.statistic, 4)
    ([4.0, 1.3333], 5.3333)
    """
    table = numbers(ticks, "ticks", dims=2)
    probability(confidence, "confidence")
    draws = counted(draws, "draws", least=1)
    if not np.isin(table, (0.0, 1.0)).all():
        refuse(Text("应为 0 或 1。", "Ticks are 0 or 1."), where="ticks", expected=Text("0、1", "0, 1"))
    if len(groups) != len(table):
        refuse(
            Text("组数据与答卷的份数不同。", "There are not as many groups as persons."),
            where="groups",
            found=f"{len(groups)}, {len(table)}",
        )
    _, codes = np.unique(np.array([str(group) for group in groups]), return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    if len(sizes) < 2:
        refuse(
            Text("只有一个组，无从比较。", "There is only one group, and nothing to compare."),
            where="groups",
            found=len(sizes),
            expected=Text("至少两组", "two or more"),
        )
    n, shares = len(table), table.mean(axis=0)
    live = (shares > 0) & (shares < 1)
    if not live.any():
        refuse(NO_SPREAD, where="ticks")
    part, share = table[:, live], shares[live]
    weight = n / (share * (1 - share))
    found = _chi_squares(part, codes, sizes, weight)
    p_all, p_each = _deal(part, codes, sizes, weight, seed=seed, draws=draws)
    correlation = np.atleast_2d(np.corrcoef(part.T))
    rest, options = len(sizes) - 1, int(live.sum())
    squared = float((correlation**2).sum())
    statistic, df = float(found.sum()), rest * options**2 / squared
    scaled = statistic * options / squared
    low, high = noncentrality_interval(scaled, df, confidence)
    ends = np.array([noncentrality_interval(float(x), rest, confidence) for x in found])
    return GroupsOnTicks(
        statistic=statistic,
        p=p_all,
        p_rao_scott=float(stats.chi2.sf(scaled, df)),
        df=float(df),
        effect=float(np.sqrt(max(0.0, statistic - rest * options) / (n * options))),
        effect_low=float(np.sqrt(low * squared / options**2 / n)),
        effect_high=float(min(1.0, np.sqrt(high * squared / options**2 / n))),
        chi_squares=_filled(found, live),
        cramers_v=_filled(_bergsma(found, n, len(sizes)), live),
        v_low=_filled(np.sqrt(ends[:, 0] / n), live),
        v_high=_filled(np.minimum(1.0, np.sqrt(ends[:, 1] / n)), live),
        p_options=_filled(p_each, live),
        p_holm=_filled(adjust(p_each), live),
        n=n,
        n_groups=len(sizes),
        draws=draws,
        notes=tuple(NOTHING if there else NO_SPREAD for there in live),
    )


def _chi_squares(part: Floats, codes: NDArray[np.intp], sizes: Floats, weight: Floats) -> Floats:
    """Return Pearson's chi-square of every option: sum over groups of n_g (share_g - share)^2 / (share (1 - share))."""
    sums = np.zeros((len(sizes), part.shape[1]))
    np.add.at(sums, codes, part)
    gaps = sums / sizes[:, None] - part.mean(axis=0)
    return np.asarray((sizes[:, None] * gaps**2).sum(axis=0) * weight / len(part))


def _deal(
    part: Floats, codes: NDArray[np.intp], sizes: Floats, weight: Floats, *, seed: int, draws: int
) -> tuple[float, Floats]:
    """Return p of the sum and of each option, from dealing persons out anew; memory does not grow with the draws."""
    random = generator(seed)
    found = _chi_squares(part, codes, sizes, weight)
    member = np.zeros((len(sizes), len(part)))
    member[codes, np.arange(len(part))] = 1.0
    share, scale = part.mean(axis=0), weight / len(part)
    larger_all, larger = 0, np.zeros(part.shape[1])
    for begin in range(0, draws, _AT_ONCE):
        deals = np.stack([random.permutation(len(part)) for _ in range(min(_AT_ONCE, draws - begin))])
        sums = member @ part[deals]  # deal x group x option
        drawn = (sizes[:, None] * (sums / sizes[:, None] - share) ** 2).sum(axis=1) * scale
        larger_all += int((drawn.sum(axis=1) >= found.sum() * (1 - 1e-9)).sum())
        larger += (drawn >= found * (1 - 1e-9) - 1e-12).sum(axis=0)
    return (1 + larger_all) / (1 + draws), np.asarray((1 + larger) / (1 + draws))


def _bergsma(chi_squares: Floats, n: int, groups: int) -> Floats:
    """Return Cramer's V corrected for bias of tables groups x 2."""
    fit = np.maximum(0.0, chi_squares / n - (groups - 1) / (n - 1))
    rows, columns = groups - (groups - 1) ** 2 / (n - 1), 2 - 1 / (n - 1)
    least = min(rows - 1, columns - 1)
    return np.sqrt(fit / least) if least > 0 else np.zeros_like(fit)


def _filled(values: Floats, live: NDArray[np.bool_]) -> Floats:
    """Return values by option, NaN for the options everybody or nobody ticked."""
    whole = np.full(len(live), np.nan)
    whole[live] = values
    return whole
