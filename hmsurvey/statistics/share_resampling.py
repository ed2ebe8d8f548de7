"""Bootstrap of the shares of categories in many groups at once: counts are drawn, not rows, and tallied as they come.

A group's resampled counts are multinomial, or, where its population is known, hypergeometric from a population made up of the sample (Booth, Butler and Hall). Only how often each
outcome came is kept, so that time does not depend on the number of enterprises, nor memory on the number of replicates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, generator, numbers, probability, refuse, times

_BATCH = 2000

NOBODY = Text("没有样本，占比未知。", "Nobody was sampled: the share is not known.")
NO_VARIATION = Text(
    "样本全在同一类中，重抽样没有差异；应看精确区间。",
    "All of the sample is in one category, so that resampling shows no variation; look at the exact interval.",
)
EVERYBODY = Text("全部都有答卷，没有抽样误差。", "Everybody answered: there is no sampling error.")


@dataclass(frozen=True, slots=True, eq=False)
class ShareDraws:
    """Bootstrapped shares, groups x categories, 0 to 1: `share`, `standard_error`, and the percentile interval `low` to `high`.

    A group nobody was sampled from has a share of NaN and an interval of 0 to 1; `notes` says so, a note a group.
    """

    share: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    n: Floats
    replicates: int
    notes: tuple[Text, ...]


def bootstrap_shares(
    counts: ArrayLike,
    *,
    seed: int | np.random.Generator,
    population: ArrayLike | None = None,
    replicates: int = 2000,
    confidence: float = 0.95,
) -> ShareDraws:
    """Bootstrap the shares of categories within groups, each group by itself.

    Parameters
    ----------
    counts
        Groups x categories, whole numbers.
    seed
        A whole number, or a generator.
    population
        How many there are in each group. With it every replicate first makes a population of each group (whole copies of the sample, the remainder drawn without replacement), then draws n from it
        without replacement, and its distance from that population's share is what counts: the spread has its finite population correction and is 0 where everybody answered. None: draws
        with replacement.
    replicates
        How many.
    confidence
        Such as 0.95; the interval is the percentile one, kept within 0 to 1.

    Raises
    ------
    DataError
        Counts are negative or not whole, or a group has more in the sample than in the population.

    References
    ----------
    J. G. Booth, R. W. Butler, P. Hall, Bootstrap methods for finite populations, Journal of the American Statistical Association 89 (1994) 1282-1289. S. Gross, Median estimation in sample surveys,
    Proceedings of the Section on Survey Research Methods, ASA (1980) 181-184.
    """
    table = _whole(numbers(counts, "counts", dims=2), "counts")
    sizes = None if population is None else _whole(numbers(population, "population"), "population")
    tail = (1 - probability(confidence, "confidence")) / 2
    n = table.sum(axis=1)
    if sizes is not None and (len(sizes) != len(n) or (n > sizes).any()):
        refuse(
            Text("样本多于总体，或组数对不上。", "There are more in the sample than in the population, or not one number for every group."),
            where="population",
            found=", ".join(f"n = {a}, N = {b}" for a, b in zip(n.tolist(), sizes.tolist(), strict=False) if a > b) or len(sizes),
            expected=Text("n ≤ N", "n at most N"),
        )  # fmt: skip
    replicates = times(replicates)
    if not table.shape[1]:
        refuse(Text("没有类别。", "There are no categories."), where="counts", found=table.shape)
    rng = generator(seed)
    groups, categories = table.shape
    wide = np.ones_like(n) if sizes is None else sizes
    cells = np.arange(groups * categories).reshape(groups, categories)
    span = 2 * int((n * wide).max(initial=0)) + 1
    seen, often = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    left = replicates
    while left:
        size = min(_BATCH, left)
        apart = _with_replacement(rng, table, size) if sizes is None else _from_population(rng, table, sizes, size)
        fresh, counted = np.unique((apart + span // 2 + cells * span).ravel(), return_counts=True)
        seen, place = np.unique(np.concatenate([seen, fresh]), return_inverse=True)
        often = np.bincount(place, weights=np.concatenate([often, counted]), minlength=len(seen)).astype(np.int64)
        left -= size
    found = np.zeros((3, groups, categories))
    scale = np.maximum(n * wide, 1)
    for cell, begin, end in zip(cells.ravel().tolist(), *_runs(seen // span, cells.size), strict=True):
        group = cell // categories
        moved = (seen[begin:end] % span - span // 2) / scale[group]
        found[:, group, cell % categories] = _of_cell(moved, often[begin:end], tail)
    return _noted(table, sizes, found, replicates)


def _runs(owner: NDArray[np.int64], cells: int) -> tuple[list[int], list[int]]:
    """Return where the outcomes of each cell begin and end."""
    edges = np.searchsorted(owner, np.arange(cells + 1))
    return edges[:-1].tolist(), edges[1:].tolist()


def _of_cell(moved: Floats, often: NDArray[np.int64], tail: float) -> tuple[float, float, float]:
    """Return standard error and lower and upper percentile of how far replicates lie from the share."""
    number = int(often.sum())
    mean = float(often @ moved) / number
    error = float(np.sqrt(often @ (moved - mean) ** 2 / (number - 1)))
    reached = np.cumsum(often) / number
    ends = np.searchsorted(reached, [tail - 1e-12, 1 - tail - 1e-12])
    return error, float(moved[ends[0]]), float(moved[ends[1]])


def _with_replacement(rng: np.random.Generator, table: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return by how much the count of each replicate differs from the sample's."""
    n = table.sum(axis=1)
    found = np.zeros((size, *table.shape), dtype=np.int64)
    for group in np.flatnonzero(n):
        found[:, group] = rng.multinomial(n[group], table[group] / n[group], size=size) - table[group]
    return found


def _from_population(
    rng: np.random.Generator, table: NDArray[np.int64], sizes: NDArray[np.int64], number: int
) -> NDArray[np.int64]:
    """Return by how much the share of each replicate differs from that of its own population, times n N."""
    n = table.sum(axis=1)
    copies, rest = np.divmod(sizes, np.maximum(n, 1))
    rest = np.where(n > 0, rest, 0)
    whole = np.broadcast_to(table, (number, *table.shape))
    made = whole * copies[:, None] + _hypergeometric(rng, whole, rest)
    return _hypergeometric(rng, made, n) * sizes[:, None] - made * n[:, None]


def _hypergeometric(rng: np.random.Generator, stock: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw without replacement from every stock (times x groups x categories), a category after the other."""
    left = np.broadcast_to(wanted, stock.shape[:2]).copy()
    others = stock.sum(axis=2)
    found = np.zeros(stock.shape, dtype=np.int64)
    for category in range(stock.shape[2]):
        others = others - stock[:, :, category]
        found[:, :, category] = rng.hypergeometric(stock[:, :, category], others, left)
        left -= found[:, :, category]
    return found


def _noted(table: NDArray[np.int64], sizes: NDArray[np.int64] | None, found: Floats, replicates: int) -> ShareDraws:
    n = table.sum(axis=1)
    share = table / np.maximum(n, 1)[:, None]
    error = found[0]
    low, high = np.clip(share + found[1], 0.0, 1.0), np.clip(share + found[2], 0.0, 1.0)
    notes = []
    for group, size in enumerate(n.tolist()):
        note = NOTHING
        if size == 0:
            share[group] = error[group] = np.nan
            low[group], high[group], note = 0.0, 1.0, NOBODY
        elif sizes is not None and sizes[group] == size:
            note = EVERYBODY
        elif table[group].max() == size:
            note = NO_VARIATION
        notes.append(note)
    return ShareDraws(share, error, low, high, n.astype(float), replicates, tuple(notes))


def _whole(values: Floats, name: str) -> NDArray[np.int64]:
    if (values < 0).any() or (values != np.floor(values)).any():
        refuse(
            Text("应为 0 或正整数。", "Whole numbers of 0 or more are needed."),
            where=name,
            found=", ".join(f"{v:g}" for v in values[(values < 0) | (values != np.floor(values))].ravel()[:5]),
        )
    return values.astype(np.int64)
