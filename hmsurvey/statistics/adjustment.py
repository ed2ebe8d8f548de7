"""P values of a family of tests, adjusted for their number; what the family is, the caller says.

Gaps are no tests: they stay gaps and do not count.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import multipletests

from hmsurvey.errors import Text
from hmsurvey.statistics.inputs import Floats, chosen, numbers, refuse

Adjustment = Literal["holm", "bh", "by", "bonferroni", "hochberg", "hommel", "none"]
_METHODS = {
    "bh": "fdr_bh",
    "by": "fdr_by",
    "bonferroni": "bonferroni",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
}


def adjust(p: ArrayLike, *, method: Adjustment = "holm") -> Floats:
    """Adjust p values of one family of tests; a gap stays a gap and does not count in the family.

    Raises
    ------
    DataError
        A p outside 0 to 1.
    UsageError
        No such method.

    >>> adjust([0.01, 0.04, float("nan")]).round(3).tolist()
    [0.02, 0.04, nan]
    """
    values = numbers(p, "p", gaps="keep", least=0)
    chosen(method, ("holm", *_METHODS, "none"), "method")
    there = ~np.isnan(values)
    if ((values[there] < 0) | (values[there] > 1)).any():
        refuse(Text("p 值应在 0 与 1 之间。", "A p value lies between 0 and 1."), found=f"{values[there].max():g}")
    result = values.copy()
    if method == "holm":
        result[there] = _holm(values[there])
    elif there.any() and method != "none":
        result[there] = multipletests(values[there], method=_METHODS[method])[1]
    return result


def _holm(p: Floats) -> Floats:
    """Return true Holm: the largest so far of (m - j) p(j). By hand because statsmodels collects garbage at every call, and this one is called by the dozen."""
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted
