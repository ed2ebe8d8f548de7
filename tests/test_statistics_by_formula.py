"""Formulas written out a second time, plainly, on data of no other program: what a slip in a constant or a degree of freedom would change."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from hmsurvey.statistics.agreement import intraclass_correlations, kendall_w
from hmsurvey.statistics.concordance import tau_b
from hmsurvey.statistics.contingency import independence, linear_by_linear
from hmsurvey.statistics.designs import survey_design
from hmsurvey.statistics.estimates import estimate_difference
from hmsurvey.statistics.many_judges import many_judges_kappa
from hmsurvey.statistics.nonparametric import kruskal
from hmsurvey.statistics.reliability import alpha
from hmsurvey.statistics.sobol import sobol_indices
from hmsurvey.statistics.survey_tables import survey_independence

RNG = np.random.default_rng(11)
# P. E. Shrout, J. L. Fleiss, Psychological Bulletin 86 (1979), table 2
SHROUT = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_fleiss_and_conger_by_pairs_of_judges() -> None:
    """Observed agreement is the mean over pairs of judges; chance by Fleiss is the square of the pooled use, by Conger the mean over pairs of the product of their own use."""
    x = RNG.integers(0, 3, (12, 4))
    pairs = list(combinations(range(4), 2))
    observed = np.mean([(x[:, i] == x[:, j]).mean() for i, j in pairs])
    use = np.array([[(x[:, j] == c).mean() for c in range(3)] for j in range(4)])
    by_fleiss, by_conger = (use.mean(axis=0) ** 2).sum(), np.mean([use[i] @ use[j] for i, j in pairs])
    fleiss, conger = many_judges_kappa(x), many_judges_kappa(x, method="conger")
    assert fleiss.value == pytest.approx((observed - by_fleiss) / (1 - by_fleiss))
    assert conger.value == pytest.approx((observed - by_conger) / (1 - by_conger))
    # Fleiss, Nee and Landis (1979), with q = 1 - p: 2 [(sum pq)^2 - sum pq (q - p)] / [(sum pq)^2 n m (m - 1)]
    p = use.mean(axis=0)
    q = 1 - p
    variance = 2 * ((p @ q) ** 2 - (p * q * (q - p)).sum()) / ((p @ q) ** 2 * 12 * 4 * 3)
    assert fleiss.null_error == pytest.approx(np.sqrt(variance)) and fleiss.z == pytest.approx(fleiss.value / np.sqrt(variance))  # fmt: skip


@pytest.mark.parametrize("high", [9, 3])
def test_kendalls_w_is_the_mean_rank_correlation(high: int) -> None:
    """Corrected for ties, with tied units equally many for each judge: (m W - 1)/(m - 1) is Spearman's mean; and Friedman's chi-square is m (n - 1) W always."""
    column = RNG.permutation(np.repeat(np.arange(high), 9 // high)).astype(float)
    x = np.column_stack([column, *(RNG.permutation(column) for _ in range(3))])
    found, m = kendall_w(x), 4
    spearman = np.mean([stats.spearmanr(x[:, i], x[:, j]).statistic for i, j in combinations(range(m), 2)])
    assert (m * found.w - 1) / (m - 1) == pytest.approx(spearman)
    friedman = stats.friedmanchisquare(*x)  # rows are treatments there, judges the blocks
    assert (found.chi2, found.p) == pytest.approx((friedman.statistic, friedman.pvalue))
    assert kendall_w(x, ties=False).w <= found.w + 1e-12


def test_intervals_of_intraclass_correlations_as_published() -> None:
    """The 95 % intervals that are printed for these ratings beside Shrout and Fleiss's six values."""
    found = {icc.form: icc for icc in intraclass_correlations(SHROUT)}
    printed = {"ICC1": (0.17, -0.13, 0.72), "ICC2": (0.29, 0.02, 0.76), "ICC3": (0.71, 0.34, 0.95), "ICC1k": (0.44, -0.88, 0.91), "ICC2k": (0.62, 0.07, 0.93), "ICC3k": (0.91, 0.68, 0.99)}  # fmt: skip
    for form, numbers in printed.items():
        icc = found[form]
        assert tuple(round(v, 2) for v in (icc.value, icc.low, icc.high)) == numbers, form
    assert [found[f].df2 for f in ("ICC1", "ICC2", "ICC3")] == [18, 15, 15]


def test_interval_of_a_trend_is_fishers() -> None:
    table = np.array([[9, 4, 2], [5, 6, 4], [2, 5, 8]])
    rows, columns = (np.repeat(i, table.ravel()) for i in np.indices(table.shape).reshape(2, -1))
    r, n = np.corrcoef(rows, columns)[0, 1], table.sum()
    found = linear_by_linear(table)
    ends = np.tanh(np.arctanh(r) + np.array([-1, 1]) * 1.959963984540054 / np.sqrt(n - 3))
    assert (found.r, found.low, found.high) == pytest.approx((r, *ends))


def test_bergsmas_v_and_its_interval() -> None:
    table = np.array([[20, 5, 3], [4, 18, 6], [2, 7, 15], [9, 9, 8]])
    n, r, c = table.sum(), 4, 3
    chi2 = stats.chi2_contingency(table, correction=False).statistic
    square = max(0.0, chi2 / n - (r - 1) * (c - 1) / (n - 1))
    rows, columns = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    found = independence(table)
    assert found.v_corrected == pytest.approx(np.sqrt(square / (min(rows, columns) - 1)))
    # the ends are the effects under which a chi-square as large, or as small, has a chance of 2.5 %
    for end, share in ((found.low, 0.975), (found.high, 0.025)):
        noncentrality = end**2 * n * 2 - 6
        assert stats.ncx2.cdf(chi2, 6, noncentrality) == pytest.approx(share, abs=1e-6)


def test_interval_of_epsilon_squared() -> None:
    values, groups = RNG.normal(size=60) + np.repeat([0, 0.5, 1.5], 20), np.repeat(["a", "b", "c"], 20)
    found = kruskal(values, groups)
    for end, share in ((found.low, 0.975), (found.high, 0.025)):
        assert stats.ncx2.cdf(found.statistic, 2, end * 59 - 2) == pytest.approx(share, abs=1e-6)


def test_feldts_interval() -> None:
    items = RNG.normal(size=(40, 1)) + RNG.normal(size=(40, 5))
    found = alpha(items)
    low, high = (1 - (1 - found.raw) * stats.f.ppf(q, 39, 39 * 4) for q in (0.975, 0.025))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_sobol_by_the_printed_formulas() -> None:
    a, b, mixed = RNG.normal(size=8), RNG.normal(size=8), RNG.normal(size=(2, 8))
    variance = np.var([*a, *b], ddof=1)
    found = sobol_indices(a, b, mixed)
    assert found.variance == pytest.approx(variance)
    for i in range(2):
        assert found.first[i] == pytest.approx(np.mean(b * (mixed[i] - a)) / variance)
        assert found.total[i] == pytest.approx(np.mean((a - mixed[i]) ** 2) / (2 * variance))


def test_the_jackknife_of_tau() -> None:
    x, y = RNG.integers(0, 5, 15).astype(float), RNG.integers(0, 5, 15).astype(float)
    value, low, high = tau_b(x, y)
    assert value == pytest.approx(stats.kendalltau(x, y).statistic)
    left = np.arctanh([stats.kendalltau(np.delete(x, i), np.delete(y, i)).statistic for i in range(15)])
    spread = np.sqrt(14 / 15 * ((left - left.mean()) ** 2).sum())
    ends = np.tanh(np.arctanh(value) + np.array([-1, 1]) * stats.t.isf(0.025, 14) * spread)
    assert (low, high) == pytest.approx(tuple(ends))


def test_a_difference_has_one_degree_of_freedom_less() -> None:
    """Six rows of equal weight: the error is that of a regression on the group, sum of squares over (n (n - 1)) with each group's own mean."""
    y, one = np.array([1.0, 2, 4, 5, 7, 9]), np.array([True] * 3 + [False] * 3)
    found = estimate_difference(survey_design([1] * 6), y, one=one, other=~one)
    influence = np.where(one, (y - y[one].mean()) / 3, -(y - y[~one].mean()) / 3)
    assert found.standard_error == pytest.approx(np.sqrt(6 / 5 * (influence**2).sum()))
    assert found.freedom == 4 and found.high - found.value == pytest.approx(stats.t.isf(0.025, 4) * found.standard_error)  # fmt: skip


def test_adjusted_wald() -> None:
    """With one degree of freedom the adjustment changes nothing; with two, F is multiplied by (d - 1)/d and looked up on d - 1, d the clusters less the strata."""
    rows, two = list("aabbabab" * 3), list("xyxyyxxx" * 3)
    three = list("xyzxyzzx" * 3)
    design = survey_design([1.0] * 24)
    plain, adjusted = (survey_independence(design, rows, two, statistic=s) for s in ("Wald", "adjWald"))
    assert adjusted.statistic == pytest.approx(plain.statistic) and adjusted.denominator == 23
    plain, adjusted = (survey_independence(design, rows, three, statistic=s) for s in ("Wald", "adjWald"))
    assert adjusted.statistic == pytest.approx(plain.statistic * 22 / 23)
    assert (plain.denominator, adjusted.denominator) == (23, 22)
    assert adjusted.p == pytest.approx(stats.f.sf(adjusted.statistic, 2, 22))
