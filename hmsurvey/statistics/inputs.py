"""What a statistic was given, held to what it needs, before anything is computed.

Every public function of this folder checks its input here, so that a constant item, an empty group or a gap ends in a sentence and never in a silent NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hmsurvey.errors import NOTHING, DataError, Problem, Text, UsageError

Floats = NDArray[np.float64]
LARGEST = 1e100


def refuse(
    what: Text, *, where: str = "", found: object = "", expected: Text = NOTHING, fix: Text = NOTHING
) -> NoReturn:
    """Say no to numbers that a statistic cannot use.

    Raises
    ------
    DataError
        Always.
    """
    raise DataError(Problem(what, where, str(found), expected, fix))


def numbers(
    values: ArrayLike, name: str, *, dims: int = 1, gaps: Literal["refuse", "keep"] = "refuse", least: int = 1
) -> Floats:
    """Return values as floats after checking shape, size, gaps and infinities.

    Parameters
    ----------
    values
        Numbers; None and NaN are gaps.
    name
        What the caller calls them; it stands in the message.
    dims
        1 for a list of numbers, 2 for a table.
    gaps
        "refuse" or "keep" (as NaN).
    least
        Fewest rows that make sense.

    Raises
    ------
    DataError
        Not numbers, another shape, too few, infinite or over 1e100, or gaps where there may be none.
    """
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        refuse(
            Text("应为数，却有文字。", "Numbers are needed, and there is something else."),
            where=name,
            found=type(values).__name__,
            expected=Text("数", "numbers"),
        )
    if array.ndim != dims:
        refuse(
            Text("数据的形状不对。", "The numbers have another shape."),
            where=name,
            found=f"{array.ndim}-d {array.shape}",
            expected=Text(f"{dims} 维", f"{dims}-d"),
        )
    if len(array) < least:
        refuse(
            Text("个数太少。", "There are too few."),
            where=name,
            found=len(array),
            expected=Text(f"至少 {least} 个", f"at least {least}"),
        )
    if np.isinf(array).any():
        refuse(Text("有无穷大的数。", "Some numbers are infinite."), where=name, found=int(np.isinf(array).sum()))
    if (np.abs(array) > LARGEST).any():
        refuse(
            Text("有的数太大，平方后无法表示。", "Some numbers are so large that their squares cannot be held."),
            where=name,
            found=f"{np.nanmax(np.abs(array)):g}",
            expected=Text(f"绝对值不超过 {LARGEST:g}", f"at most {LARGEST:g} in size"),
            fix=Text("换一个单位。", "use another unit of measurement."),
        )
    if gaps == "refuse" and np.isnan(array).any():
        refuse(
            Text("有缺失值。", "Some are missing."),
            where=name,
            found=_places(np.isnan(array)),
            expected=Text("没有缺失", "no gaps"),
            fix=Text("先剔除或填补，并说明怎样处理的。", "leave them out or fill them first, and say how."),
        )
    return array


def _places(where: NDArray[np.bool_]) -> str:
    """Return the count of places and the first of them, counted from 1."""
    first = [str(tuple(int(i) + 1 for i in place)).replace(",)", ")") for place in np.argwhere(where)[:5]]
    return f"{int(where.sum())}: {', '.join(first)}" + (" ..." if where.sum() > len(first) else "")


def called(names: Sequence[str], n: int) -> tuple[str, ...]:
    """Return what n items are called: the names given, or 1, 2, 3 ...

    Raises
    ------
    DataError
        There is not one name for each.
    """
    if names and len(names) != n:
        refuse(
            Text("题目名称的个数与题目不符。", "There is not one name for every item."),
            where="names",
            found=len(names),
            expected=Text(str(n), str(n)),
        )
    return tuple(names) or tuple(str(j + 1) for j in range(n))


def chosen(value: Any, known: Sequence[Any], name: str) -> Any:
    """Return a value that is one of those known.

    Raises
    ------
    UsageError
        It is none of them; they are listed.
    """
    if value not in known:
        names = [str(k) for k in known]
        raise UsageError(
            Problem(
                Text("没有这种选择。", "There is no such choice."),
                where=name,
                found=repr(value),
                expected=Text("、".join(names), ", ".join(names)),
            )
        )
    return value


def probability(value: float, name: str) -> float:
    """Return a number strictly between 0 and 1.

    Raises
    ------
    UsageError
        It lies elsewhere.
    """
    fits = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not fits or not 0.0 < float(value) < 1.0:
        raise UsageError(
            Problem(
                Text("应在 0 与 1 之间。", "It must lie between 0 and 1."),
                where=name,
                found=repr(value),
                expected=Text("例如 0.95", "such as 0.95"),
            )
        )
    return float(value)


def times(value: object, name: str = "replicates", *, least: int = 2) -> int:
    """Return how often something is to be drawn.

    Raises
    ------
    DataError
        Not a whole number, or too small.
    """
    whole = isinstance(value, (int, np.integer)) or (isinstance(value, float) and value.is_integer())
    if not whole or isinstance(value, bool) or int(value) < least:  # type: ignore[call-overload]
        refuse(
            Text(f"重抽样次数至少为 {least}。", f"At least {least} replicates are needed."),
            where=name,
            found=repr(value),
            expected=Text(f"不小于 {least} 的整数", f"a whole number, {least} or more"),
        )
    return int(value)  # type: ignore[call-overload]


def generator(seed: int | np.random.Generator) -> np.random.Generator:
    """Return a source of random numbers from a seed, or the one given.

    Raises
    ------
    UsageError
        Neither a whole number of 0 or more nor a generator; None, which would not repeat, is not a seed.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or seed < 0:
        raise UsageError(
            Problem(
                Text("种子应为 0 或正整数。", "A seed is a whole number of 0 or more."),
                where="seed",
                found=repr(seed),
                expected=Text("例如 1", "such as 1"),
            )
        )
    return np.random.default_rng(int(seed))
