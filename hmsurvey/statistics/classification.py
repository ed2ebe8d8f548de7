"""Classes cut from the numbers themselves: natural breaks and the other conventions of cartographers, and how well classes fit.

Natural breaks are exact: of all ways to cut sorted values into k classes, the one with the smallest sum of squares within classes. The same classes have two
ways of naming their limits, and they are two styles here: "fisher" and "jenks". Nothing here knows what the values mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import jenkspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, chosen, numbers, refuse

Ints = NDArray[np.int64]
Style = Literal["fisher", "jenks", "quantile", "equal", "sd", "pretty", "headtails", "maximum", "box"]
STYLES = ("fisher", "jenks", "quantile", "equal", "sd", "pretty", "headtails", "maximum", "box")
QUANTILE_TYPES = {
    1: "inverted_cdf",
    2: "averaged_inverted_cdf",
    3: "closest_observation",
    4: "interpolated_inverted_cdf",
    5: "hazen",
    6: "weibull",
    7: "linear",
    8: "median_unbiased",
    9: "normal_unbiased",
}
_HEAD = 0.4  # heads and tails: go on while at most this share lies over the mean
_OWN_NUMBER = ("sd", "pretty", "headtails", "box")  # styles that settle the number of classes themselves


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """Classes of numbers, the lowest first.

    Attributes
    ----------
    style, closed
        How the limits were found, and which end of a class belongs to it: "left" (the last class also has its upper end) or "right" (the first also its lower).
    breaks
        The limits, one more than classes; the outermost may be infinite ("box").
    counts
        Values in each class.
    places
        The class of each value, lowest 0, in the order in which the values came.
    wss
        Sum of squares of the values about the means of their classes.
    gvf
        Goodness of variance fit: 1 - wss / sum of squares about the mean of all; 1 is a perfect fit.
    tai
        Tabular accuracy index: the same with absolute differences from the means.
    note
        What must be said beside them: classes that ties emptied, a number of classes that the style settled itself.
    """

    style: str
    closed: Literal["left", "right"]
    breaks: Floats
    counts: Ints
    places: Ints
    wss: float
    gvf: float
    tai: float
    note: Text = NOTHING

    def __repr__(self) -> str:
        limits = ", ".join(f"{value:g}" for value in self.breaks)
        return f"Classes by {self.style}: {limits} (closed {self.closed}); counts {self.counts.tolist()}, gvf {self.gvf:.3f}"


def classify(values: ArrayLike, k: int, *, style: Style = "fisher", quantile_type: int = 7) -> Classes:
    """Cut numbers into classes and say how well the classes fit.

    Parameters
    ----------
    values
        Numbers without gaps.
    k
        How many classes. "sd", "pretty", "headtails" and "box" settle the number themselves, and say so.
    style
        "fisher": natural breaks, limits half-way between neighbouring classes, closed on the left. "jenks": the same classes, limits that are the largest value of each
        class, closed on the right. "quantile": equally many in each, as far as ties allow. "equal": equal widths. "sd": round numbers of standard deviations from the mean.
        "pretty": round numbers. "headtails": cut at the mean of those over the mean, and so on. "maximum": at the widest gaps.
        "box": quartiles and the fences of a box plot.
    quantile_type
        1 to 9 after Hyndman and Fan; 7 interpolates between order statistics.

    Raises
    ------
    DataError
        Gaps, or more classes than distinct values.
    UsageError
        No such style or type.

    References
    ----------
    W. D. Fisher, On grouping for maximum homogeneity, Journal of the American Statistical Association 53 (1958) 789-798. G. F. Jenks, Optimal data classification for
    choropleth maps, University of Kansas (1977). R. J. Hyndman and Y. Fan, The American Statistician 50 (1996) 361-365. B. Jiang, The Professional Geographer 65 (2013) 482-494.

    >>> classify([1, 2, 3, 10, 11, 30], 3)
    Classes by fisher: 1, 6.5, 20.5, 30 (closed left); counts [3, 2, 1], gvf 0.996
    >>> classify([1, 2, 3, 10, 11, 30], 3, style="jenks").breaks.tolist()
    [1.0, 3.0, 11.0, 30.0]
    """
    chosen(style, STYLES, "style")
    chosen(quantile_type, tuple(QUANTILE_TYPES), "quantile_type")
    given = numbers(values, "values")
    k = _number_of_classes(k, given, style)
    closed: Literal["left", "right"] = "right" if style == "jenks" else "left"
    if style == "quantile":
        breaks = np.quantile(given, np.linspace(0, 1, k + 1), method=QUANTILE_TYPES[quantile_type])  # type: ignore[call-overload]
    else:
        breaks = _BREAKS[style](given, k)
    places = places_in(given, breaks, closed=closed)
    counts = np.bincount(places, minlength=len(breaks) - 1).astype(np.int64)
    wss, gvf, tai = fit_of(given, places)
    return Classes(style, closed, breaks, counts, places, wss, gvf, tai, _note(style, k, counts))


def _number_of_classes(k: object, given: Floats, style: str) -> int:
    distinct = len(np.unique(given))
    if isinstance(k, bool) or k not in range(1, distinct + 1):
        refuse(
            Text("这些数值分不出这么多类。", "These values cannot make so many classes."),
            where="k",
            found=f"k = {k!r}, {distinct} distinct values",
            expected=Text(f"1 至 {distinct} 之间的整数", f"a whole number from 1 to {distinct}"),
            fix=Text("减少类数。", "ask for fewer classes."),
        )
    if distinct < 2 and style != "fisher":
        refuse(
            Text("所有数值都相同。", "All values are the same."),
            where="values",
            found=f"{given[0]:g}",
            expected=Text("至少两个不同的数值", "at least two distinct values"),
        )
    return int(k)  # type: ignore[call-overload]


def _note(style: str, k: int, counts: Ints) -> Text:
    empty, found = int((counts == 0).sum()), len(counts)
    if style in _OWN_NUMBER and found != k:
        return Text(
            f"类数由这种方法自己决定：得 {found} 类，不是 {k} 类。",
            f"The style settles the number of classes: {found}, not {k}.",
        )
    if empty:
        return Text(
            f"有 {empty} 类是空的：并列的数值使界限重合，或这一段没有数值。",
            f"{empty} of the classes are empty: ties make limits coincide, or no value lies there.",
        )
    return NOTHING


def places_in(values: ArrayLike, breaks: ArrayLike, *, closed: Literal["left", "right"] = "left") -> Ints:
    """Return the class of each value, lowest 0; values beyond the outermost limits belong to the outermost classes.

    Raises
    ------
    DataError
        Gaps, fewer than two limits, or limits that fall.

    >>> places_in([1, 2, 3], [1, 2, 3]).tolist(), places_in([1, 2, 3], [1, 2, 3], closed="right").tolist()
    ([0, 1, 1], [0, 0, 1])
    """
    inner = numbers(values, "values")
    chosen(closed, ("left", "right"), "closed")
    limits = np.asarray(breaks, dtype=np.float64)
    if limits.ndim != 1 or len(limits) < 2 or not (limits[1:] >= limits[:-1]).all():
        refuse(
            Text("界限应从低到高排列，至少两个。", "The limits rise, and there are two at least."),
            where="breaks",
            found=limits.tolist(),
        )
    return np.searchsorted(limits[1:-1], inner, side="right" if closed == "left" else "left").astype(np.int64)


def fit_of(values: ArrayLike, places: ArrayLike) -> tuple[float, float, float]:
    """Return sum of squares within classes, goodness of variance fit and tabular accuracy index of any classes.

    A single value repeated has nothing to explain: its fit is 1.

    Raises
    ------
    DataError
        Gaps, or not one class for every value.

    References
    ----------
    R. A. Armstrong, N. Xiao and D. A. Bennett, Annals of the Association of American Geographers 93 (2003) 595-623.
    """
    given, where = numbers(values, "values"), numbers(places, "places")
    if len(given) != len(where):
        refuse(
            Text("每个数值应有一类。", "There is a class for every value."),
            where="places",
            found=len(where),
            expected=Text(str(len(given)), str(len(given))),
        )
    off = given - given.mean()
    within = given.copy()
    for place in np.unique(where):
        within[where == place] -= given[where == place].mean()
    wss, tss = float(np.sum(within**2)), float(np.sum(off**2))
    wad, tad = float(np.abs(within).sum()), float(np.abs(off).sum())
    return wss, 1 - wss / tss if tss > 0 else 1.0, 1 - wad / tad if tad > 0 else 1.0


def _uppermost(given: Floats, k: int) -> Floats:
    """Return the largest value of each natural class; the least sum of squares over all ways of cutting."""
    ordered = np.sort(given)
    distinct = np.unique(ordered)
    if k == 1:
        return ordered[-1:]
    if k == len(distinct):
        return distinct
    centred = ordered - ordered.mean()  # squares of numbers far from zero would lose the digits that tell classes apart
    spread = float(np.abs(centred).max())
    found = np.asarray(jenkspy.jenks_breaks(centred / spread, k))[1:]
    places = np.searchsorted(centred / spread, found, side="right") - 1
    return np.asarray(ordered[places])


def _fisher(given: Floats, k: int) -> Floats:
    upper = _uppermost(given, k)
    distinct = np.unique(given)
    places = np.searchsorted(distinct, upper[:-1])
    return np.concatenate([distinct[:1], (distinct[places] + distinct[places + 1]) / 2, distinct[-1:]])


def _jenks(given: Floats, k: int) -> Floats:
    return np.concatenate([[given.min()], _uppermost(given, k)])


def _equal(given: Floats, k: int) -> Floats:
    return np.linspace(given.min(), given.max(), k + 1)


def _sd(given: Floats, k: int) -> Floats:
    centre, scale = given.mean(), given.std(ddof=1)
    scaled = (given - centre) / scale
    return round_limits(float(scaled.min()), float(scaled.max()), k) * scale + centre


def _pretty(given: Floats, k: int) -> Floats:
    return round_limits(float(given.min()), float(given.max()), k)


def round_limits(low: float, high: float, k: int) -> Floats:
    """Return about k + 1 equally spaced round numbers that hold low and high between them: steps of 1, 2 or 5 times a power of ten.

    Raises
    ------
    DataError
        `low` is not below `high`, or k is below 1.

    References
    ----------
    R. A. Becker, J. M. Chambers and A. R. Wilks, The New S Language (1988): `pretty`.

    >>> round_limits(15.57, 155.3, 5).tolist()
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0, 140.0, 160.0]
    """
    if not (-np.inf < low < high < np.inf and k >= 1):
        refuse(
            Text("low 应小于 high，k 至少为 1。", "`low` is below `high`, and k is 1 at least."),
            where="low, high, k",
            found=f"{low}, {high}, {k}",
        )
    bias = 1.5  # how much a step of 2, 5 or 10 is favoured over a smaller one
    cell = (high - low) / k
    base = 10.0 ** np.floor(np.log10(cell))
    unit = base
    five = 0.5 + 1.5 * bias
    for times, favour in ((2.0, bias), (5.0, five), (10.0, bias)):
        if times * base - cell < favour * (cell - unit):
            unit = times * base
        else:
            break
    first, last = np.floor(low / unit + 1e-7), np.ceil(high / unit - 1e-7)
    return np.asarray(np.arange(first, last + 1) * unit)


def _headtails(given: Floats, k: int) -> Floats:
    head, breaks = given, [float(given.min())]
    while True:
        mean = float(head.mean())
        breaks.append(mean)
        over = head[head > mean]
        if not 1 < len(over) <= _HEAD * len(head):
            return np.unique([*breaks, given.max()])
        head = over


def _maximum(given: Floats, k: int) -> Floats:
    distinct = np.unique(given)
    gaps = np.diff(distinct)
    widest = np.sort(np.argsort(-gaps, kind="stable")[: k - 1])
    return np.concatenate([distinct[:1], (distinct[widest] + distinct[widest + 1]) / 2, distinct[-1:]])


def _box(given: Floats, k: int) -> Floats:
    least, *quartiles, most = np.quantile(given, [0, 0.25, 0.5, 0.75, 1])
    low, high = (
        quartiles[0] - 1.5 * (quartiles[2] - quartiles[0]),
        quartiles[2] + 1.5 * (quartiles[2] - quartiles[0]),
    )
    below = [-np.inf, low] if low < least else [least, low]
    above = [high, np.inf] if high > most else [high, most]
    return np.array([*below, *quartiles, *above])


_BREAKS: dict[str, Callable[[Floats, int], Floats]] = {
    "fisher": _fisher,
    "jenks": _jenks,
    "equal": _equal,
    "sd": _sd,
    "pretty": _pretty,
    "headtails": _headtails,
    "maximum": _maximum,
    "box": _box,
}
