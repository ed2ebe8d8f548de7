"""Latent classes: kinds of respondents that nobody asked about, found from which answers go together (StepMix).

Each class has its own chances of every level of every item; within a class items are taken to be independent. Classes come without an order and are put in
one by their mean level. How many there are is given by whoever calls; the information criteria stand beside it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hmsurvey.errors import NOTHING, Text
from hmsurvey.statistics.inputs import Floats, numbers, refuse

Ints = NDArray[np.int64]
_MOST_STEPS = 5000
_FIRST_STEPS, _CLIMB_ON = 25, 4


@dataclass(frozen=True, slots=True, eq=False)
class LatentClasses:
    """Latent classes, the one with the lowest mean level first.

    Attributes
    ----------
    places
        The likeliest class of each row, lowest 0.
    posterior
        Row x class: the chance of each class, given the row's answers.
    shares
        Class: its estimated share of the population.
    levels
        One array an item: class x level, the chance of each level.
    log_likelihood, n_parameters, aic, bic
        Of the best of the starts; smaller AIC and BIC are better.
    converged
        Whether the best start came to rest.
    note
        What must be said beside the numbers.
    """

    places: Ints
    posterior: Floats
    shares: Floats
    levels: tuple[Floats, ...]
    log_likelihood: float
    n_parameters: int
    aic: float
    bic: float
    converged: bool
    note: Text = NOTHING


def find_latent_classes(
    table: ArrayLike, k: int, *, seed: int, starts: int = 20, most_steps: int = _MOST_STEPS
) -> LatentClasses:
    """Find k latent classes by maximum likelihood, the best of many starts.

    Parameters
    ----------
    table
        Row x item: levels as whole numbers from 0; NaN where an answer is missing (such an item is left out of that row's likelihood).
    k
        How many classes.
    seed
        The same seed gives the same classes, whatever the order of the rows.
    starts
        How many random starts of the EM algorithm; all take a few steps, and the best go on to the end.
    most_steps
        After how many steps a start is given up.

    Raises
    ------
    DataError
        Levels that are not whole numbers from 0, an item that everybody answers alike, a row or an item without answers, or fewer distinct rows than classes.

    References
    ----------
    L. A. Goodman, Biometrika 61 (1974) 215-231. S. Morin, R. Legault, F. Laliberte, Z. Bakk, C.-E. Giguere, R. de la Sablonniere and E. Lacourse, StepMix, Journal of
    Statistical Software 113 (2025).
    """
    given = _levels(table)
    distinct = len(np.unique(np.nan_to_num(given, nan=-1.0), axis=0))
    if k < 1 or k > distinct:
        refuse(
            Text("互不相同的答法太少，分不出这么多类。", "There are too few distinct rows for so many classes."),
            where="k",
            found=f"k = {k}, {distinct} distinct rows",
            expected=Text(f"1 至 {distinct}", f"1 to {distinct}"),
        )
    # Loading scikit-learn and StepMix takes seconds: only who asks for latent classes pays.
    from stepmix import StepMix

    gaps = bool(np.isnan(given).any())
    rows = np.lexsort(given.T[::-1])
    seeds = [int(one.generate_state(1)[0]) for one in np.random.SeedSequence(seed).spawn(starts)]

    def climb(start: int, steps: int) -> Any:
        kind = "categorical_nan" if gaps else "categorical"
        model = StepMix(
            n_components=k, measurement=kind, random_state=start, max_iter=steps, abs_tol=1e-9, progress_bar=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it did not come to rest is said in the note
            return model.fit(given[rows])

    # A start that is behind after a few steps seldom wins: only the best of them climb on.
    ahead = sorted(seeds, key=lambda start: -climb(start, min(_FIRST_STEPS, most_steps)).lower_bound_)[:_CLIMB_ON]
    model = max((climb(start, most_steps) for start in ahead), key=lambda found: found.lower_bound_)
    posterior = np.empty((len(given), k))
    posterior[rows] = model.predict_proba(given[rows])
    chances = _chances(model.get_parameters()["measurement"]["pis"], given)
    mean_level = np.array(
        [[float(np.arange(item.shape[1]) @ row) / (item.shape[1] - 1) for row in item] for item in chances]
    ).mean(axis=0)
    order = np.argsort(mean_level, kind="stable")
    posterior = posterior[:, order]
    log_likelihood = float(model.score(given[rows]) * len(given))
    n_parameters = k - 1 + k * sum(item.shape[1] - 1 for item in chances)
    converged = bool(model.converged_)
    return LatentClasses(
        places=np.argmax(posterior, axis=1).astype(np.int64),
        posterior=posterior,
        shares=np.asarray(model.weights_, dtype=np.float64)[order],
        levels=tuple(item[order] for item in chances),
        log_likelihood=log_likelihood,
        n_parameters=n_parameters,
        aic=2 * n_parameters - 2 * log_likelihood,
        bic=float(np.log(len(given))) * n_parameters - 2 * log_likelihood,
        converged=converged,
        note=_note(converged, most_steps, n_parameters, len(given)),
    )


def _levels(table: ArrayLike) -> Floats:
    given = numbers(table, "table", dims=2, gaps="keep")
    known = ~np.isnan(given)
    for place in range(given.shape[1]):
        levels = given[known[:, place], place]
        where = f"table, column {place + 1}"
        if not len(levels):
            refuse(Text("整个题目没有回答。", "Nobody answered the item."), where=where, found=0)
        if (levels < 0).any() or (levels % 1 != 0).any():
            refuse(
                Text("应为从 0 起的整数等级。", "Levels must be whole numbers from 0."),
                where=where,
                found=f"{levels[(levels < 0) | (levels % 1 != 0)][0]:g}",
            )
        if len(np.unique(levels)) < 2:
            refuse(
                Text("人人回答相同的题目分不出类别。", "An item that everybody answers alike tells no classes apart."),
                where=where,
                found=f"{levels[0]:g}",
                fix=Text("去掉这个题目。", "leave the item out."),
            )
    silent = np.flatnonzero(~known.any(axis=1))
    if len(silent):
        refuse(
            Text("有的行一个回答也没有。", "Some rows hold no answer at all."),
            where="table",
            found=f"{len(silent)}: {', '.join(str(int(i) + 1) for i in silent[:5])}",
            fix=Text("先剔除这些行。", "leave these rows out first."),
        )
    return given


def _chances(pis: Floats, given: Floats) -> list[Floats]:
    """Return class x level of each item: the parameters come as one block of columns an item, as wide as the widest."""
    n_items = given.shape[1]
    blocks = np.asarray(pis).reshape(len(pis), n_items, -1)
    return [blocks[:, place, : int(np.nanmax(given[:, place])) + 1] for place in range(n_items)]


def _note(converged: bool, steps: int, n_parameters: int, n: int) -> Text:
    notes = []
    if not converged:
        notes.append(
            Text(
                f"{steps} 步内没有收敛，结果仅供参考。", f"It did not come to rest in {steps} steps; take it as a hint."
            )
        )
    if n < 3 * n_parameters:
        notes.append(
            Text(f"{n} 份答卷估计 {n_parameters} 个参数，偏少。", f"{n} rows are few for {n_parameters} parameters.")
        )
    return Text("".join(note.zh for note in notes), " ".join(note.en for note in notes)) if notes else NOTHING
