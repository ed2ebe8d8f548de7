"""What matters most: how much of the movement of shares and of single enterprises each varied choice accounts for.

Two sets of draws, and runs in which one factor at a time is exchanged (a factor is a whole block: all weights together). A first-order index says what a factor does alone, a
total index what it does with all it interacts with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.chances import notes_of
from hmsurvey.analysis.drawing import Settings, settings_of, uniform_block
from hmsurvey.analysis.robustness import Drawing, Variations, check_effect
from hmsurvey.analysis.words import UNIT_LABEL, stage_labels
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.sobol import Sobol, sobol_indices
from hmsurvey.tables import Column, Table

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Sobol indices of outcomes, in the order of the variation's factors.

    Attributes
    ----------
    shares
        By stage code: indices of its share among all.
    first_of_units, total_of_units
        Units x factors: indices of each unit's stage (its place, unstaged left out); NaN where the stage never moves. Limits are not kept.
    """

    variations: Variations
    runs: int
    shares: dict[str, Sobol]
    first_of_units: Floats
    total_of_units: Floats


def trace_choices(variations: Variations, *, runs: int = 1024, replicates: int = 200) -> Sensitivity:
    """Estimate which factor of a variation matters most.

    Parameters
    ----------
    variations
        From `vary`; its factors and seed are used again.
    runs
        N: runs of each set; (factors + 2) x N are carried out.
    replicates
        Bootstrap replicates for the limits of the shares' indices.

    Raises
    ------
    UsageError
        Only one factor is varied: there is nothing to compare it with; or `runs` is no whole number from 2 up.
    """
    if isinstance(runs, bool) or not isinstance(runs, int | np.integer) or runs < 2:
        raise UsageError(
            Problem(
                Text("运行次数太少。", "There are too few runs."),
                where="runs",
                found=str(runs),
                expected=Text("不小于 2 的整数", "a whole number from 2 up"),
            )
        )
    drawing = Drawing(variations.result, variations.variation, seed=variations.seed)
    factors = drawing.variation.factors
    if len(factors) < 2:
        raise UsageError(
            Problem(
                Text("只变动了一个因素，无从比较。", "Only one factor is varied: there is nothing to compare it with."),
                found=factors[0].code,
                expected=Text("两个或更多因素", "two factors or more"),
            )
        )
    check_effect(drawing)
    a, b = (_uniforms(drawing, block, runs) for block in (10**6, 2 * 10**6))  # far from the blocks that `vary` draws
    outcomes = [_outcome(drawing, a), _outcome(drawing, b)]
    for k in range(len(factors)):
        outcomes.append(_outcome(drawing, [b[j] if j == k else a[j] for j in range(len(factors))]))
    shares = {}
    for k, code in enumerate(drawing.codes):
        found = [100.0 * (places == (k if code != UNSTAGED else -1)).mean(axis=1) for places in outcomes]
        centre = np.mean(found[:2])  # the first-order estimate is a product: away from zero it drowns in noise
        found = [values - centre for values in found]
        shares[code] = sobol_indices(
            found[0], found[1], np.array(found[2:]), replicates=replicates, seed=variations.seed
        )
    first, total = _of_units(outcomes)
    return Sensitivity(variations, runs, shares, first, total)


def _uniforms(drawing: Drawing, start: int, runs: int) -> list[Floats]:
    return uniform_block(drawing.variation, seed=drawing.seed, block=start, n_gaps=drawing.n_gaps, n=runs)


def _outcome(drawing: Drawing, uniforms: list[Floats]) -> NDArray[np.int8]:
    settings: Settings = settings_of(drawing.variation, uniforms, system=drawing.system)
    places = np.empty((settings.n, drawing.n), dtype=np.int8)
    for rows, outcome in drawing.outcomes(settings):
        places[rows] = outcome.place
    return places


def _of_units(outcomes: list[NDArray[np.int8]]) -> tuple[Floats, Floats]:
    """Return first-order and total indices of each unit's place, unit by unit at once."""
    a, b, *mixed = (np.asarray(places, dtype=np.float64) for places in outcomes)
    centre = (a.mean(axis=0) + b.mean(axis=0)) / 2
    a, b, mixed = a - centre, b - centre, [one - centre for one in mixed]
    variance = np.var(np.concatenate([a, b]), axis=0, ddof=1)
    safe = np.where(variance > 0, variance, np.nan)
    first = np.stack([(b * (one - a)).mean(axis=0) / safe for one in mixed], axis=1)
    total = np.stack([((a - one) ** 2).mean(axis=0) / (2 * safe) for one in mixed], axis=1)
    return first, total


def tabulate_influence(sensitivity: Sensitivity) -> Table:
    """List how much of the movement of each stage's share each factor accounts for.

    Returns
    -------
    Table
        One row a stage and factor: first-order and total index with bootstrap limits (90%), and the variance. Stages whose share never moves have one row with a note.
    """
    variations = sensitivity.variations
    rule, factors = variations.result.plan.rule, variations.variation.factors
    rows = []
    for code, found in sensitivity.shares.items():
        if any(found.note):
            continue
        for k, factor in enumerate(factors):
            rows.append(
                {
                    "stage": code,
                    "factor": factor.code,
                    "first": found.first[k],
                    "first_low": found.first_low[k],
                    "first_high": found.first_high[k],
                    "total": found.total[k],
                    "total_low": found.total_low[k],
                    "total_high": found.total_high[k],
                }
            )
    names = ["stage", "factor", "first", "first_low", "first_high", "total", "total_low", "total_high"]
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels=stage_labels(rule) if rule else {}),
        Column("factor", Text("因素", "Factor"), "code", labels={f.code: f.label for f in factors}),
        Column("first", Text("一阶指数", "First order"), "number", decimals=2),
        Column("first_low", Text("下限", "low"), "number", decimals=2),
        Column("first_high", Text("上限", "high"), "number", decimals=2),
        Column("total", Text("总指数", "Total"), "number", decimals=2),
        Column("total_low", Text("总指数下限", "Total, low"), "number", decimals=2),
        Column("total_high", Text("总指数上限", "Total, high"), "number", decimals=2),
    )
    label = variations.result.plan.label
    title = Text(f"哪一种取法最要紧：{label.zh}", f"Which choice matters most: {label.en}")
    return Table(
        pd.DataFrame(rows, columns=names),
        variations.provenance,
        f"influence_{variations.result.plan.code}",
        title,
        columns,
        _notes(sensitivity),
    )


def _notes(sensitivity: Sensitivity) -> tuple[Text, ...]:
    still = [code for code, found in sensitivity.shares.items() if any(found.note)]
    rule = sensitivity.variations.result.plan.rule
    names = stage_labels(rule) if rule else {}
    n = sensitivity.runs
    notes = (
        Text(
            f"Sobol 指数（一阶：Saltelli 2010；总：Jansen 1999），每组 {n} 次运行，限为 90% 自助法区间。一阶指数是该因素单独能解释的方差份额，总指数还包括它与其他因素的共同作用；它们都是估计值，可能略小于 0 或略大于 1，一阶指数也可能略大于总指数。",
            f"Sobol indices (first order: Saltelli 2010; total: Jansen 1999), {n} runs a set, limits by 90% bootstrap. The first order is the share of variance a factor explains alone, the total with all it interacts with; being estimates, they may fall slightly below 0 or above 1, and the first order may come out above the total.",
        ),
        *notes_of(sensitivity.variations)[1:2],
    )
    if not still:
        return notes
    zh, en = "、".join(names[c].zh for c in still), ", ".join(names[c].en for c in still)
    return (
        *notes,
        Text(f"占比始终不变、没有指数的阶段：{zh}。", f"Stages whose share never moves have no index: {en}."),
    )


def tabulate_unit_influence(sensitivity: Sensitivity) -> Table:
    """List for every enterprise whose stage moves which factor moves it most. Internal: rows are single enterprises."""
    variations = sensitivity.variations
    factors = variations.variation.factors
    moving = np.flatnonzero(~np.isnan(sensitivity.total_of_units).any(axis=1))
    frame = pd.DataFrame({"unit": [variations.result.survey.answers.units[int(i)] for i in moving]}, dtype=object)
    total = sensitivity.total_of_units[moving]
    frame["most"] = [factors[int(k)].code for k in np.argmax(total, axis=1)] if len(moving) else []
    for k, factor in enumerate(factors):
        frame[f"first_{factor.code}"] = sensitivity.first_of_units[moving, k]
        frame[f"total_{factor.code}"] = total[:, k]
    columns = [
        Column("unit", UNIT_LABEL),
        Column("most", Text("最要紧的因素", "What matters most"), "code", labels={f.code: f.label for f in factors}),
    ]
    for factor in factors:
        for part, word in (("first", Text("一阶", "first order")), ("total", Text("总", "total"))):
            columns.append(Column(f"{part}_{factor.code}", Text(f"{factor.label.zh}（{word.zh}）", f"{factor.label.en} ({word.en})"), "number", decimals=2))  # fmt: skip
    label = variations.result.plan.label
    title = Text(f"各企业的阶段最受哪种取法影响：{label.zh}", f"Which choice moves each enterprise's stage: {label.en}")
    notes = (
        *_notes(sensitivity)[:2],
        Text("阶段在所有运行中都不变的企业不在表中。", "Enterprises whose stage never moves are left out."),
        Text(
            "单个企业的指数没有区间；阶段很少变动的企业，估计很粗，可能远大于 1，只宜看哪个因素最大。",
            "The indices of single enterprises have no interval; where a stage seldom moves they are rough and may lie well above 1: read only which factor is the largest.",
        ),
    )
    return Table(
        frame,
        variations.provenance,
        f"unit_influence_{variations.result.plan.code}",
        title,
        tuple(columns),
        notes,
        personal=True,
    )


__all__ = ["Sensitivity", "tabulate_influence", "tabulate_unit_influence", "trace_choices"]
