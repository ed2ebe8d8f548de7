"""Which conclusions on the coordination mode survive when what is assumed is shaken: entries of the matrices turned round and lines for having a means moved, at random and one at a time.

The answers stay as they are. All readings and probabilities share one set of random numbers, so that what differs between them is not chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.climbing import Climb, Ints, Mask, reach
from hmsurvey.analysis.coalitions import (
    Coalitions,
    Matrices,
    at_least_as_parts,
    climb_of,
    coalitions_of,
    is_solved,
    own_means,
    problem_groups,
    sets_of,
    sets_read,
)
from hmsurvey.coordination import Coordination, at_levels
from hmsurvey.errors import Text
from hmsurvey.partymatrix import OWNER
from hmsurvey.study import Analysis

Floats = NDArray[np.float64]
Places = NDArray[np.int8]
SHORT = 5.0  # points by which a party is missed


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that can be turned round: of the matrix "decides", "needs" or "brings", with indicator, party (none for needs) and means (none for decides); or "own", the line for having a means moved by a level."""

    matrix: str
    indicator: str
    party: str = ""
    means: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Shares, in per cent, by draw: of the staged at a stage or above (draws x coalitions x stages, the highest first), of those with a problem rid of it (... x problems), and of those with any problem rid of all."""

    reached: Floats
    solved: Floats
    rid: Floats
    now: Floats  # stages


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A statement about shares; `test` gives, by draw, whether it holds."""

    code: str
    label: Text
    test: Callable[[Shares], Mask]


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """What became of the conclusions.

    `base` holds one row (everything as it is), `drawn` one a draw with matrices and lines shaken, `matrices` and `lines` with one of the two shaken alone by the same random numbers, `single` one
    an entry of `entries` turned round alone.
    """

    coalitions: Coalitions
    conclusions: tuple[Conclusion, ...]
    base: Shares
    drawn: Shares
    matrices: Shares
    lines: Shares
    entries: tuple[Entry, ...]
    single: Shares

    def holds(self, conclusion: Conclusion) -> bool:
        """Tell whether a conclusion holds under the matrices as they are."""
        return bool(conclusion.test(self.base)[0])


@lru_cache(maxsize=4)  # section, tables and figures of a report ask for the same; the nouns are frozen
def try_coalitions(analysis: Analysis, found: Coalitions) -> Trials:
    """Shake the matrices behind coalitions.

    Parameters
    ----------
    analysis
        The study they are of; its seed is used.
    found
        From `build_coalitions`; its reading says how strongly and how often (`flip`, `shift`, `draws`).
    """
    climb = climb_of(analysis, found.result.plan.code)
    reading = found.coordination
    rng = np.random.default_rng([analysis.study.seed, 506])
    base = found.matrices
    uniforms = Uniforms(
        rng.random((reading.draws, *base.decides.shape, len(base.parties))),
        rng.random((reading.draws, *base.needs.shape, len(base.means))),
        rng.random((reading.draws, *base.brings.shape, len(base.means))),
    )
    levels = shifts_of(
        np.random.default_rng([analysis.study.seed, 507]).random((reading.draws, len(base.means))), reading.shift
    )
    have = {
        level: own_means(analysis, found.result, at_levels(reading, [level] * len(base.means))) for level in (-1, 0, 1)
    }

    def sets(matrices: Matrices, moved: Sequence[int]) -> Mask:
        own = np.stack([have[level][:, m] for m, level in enumerate(moved)], axis=1)
        return sets_read(climb, matrices, own, at_levels(reading, moved))

    def staged(drawn: Sequence[Mask]) -> Shares:
        return _shares(found, *_staged(climb, drawn=np.stack(drawn), reading=reading))

    still = [0] * len(base.means)
    shaken, moved = [shake(base, uniforms, k, reading.flip) for k in range(reading.draws)], levels.tolist()
    origin = sets(base, still)
    first = staged([origin])
    entries, lines = entries_of(base, reading), lines_of(reading)
    single = _staged_alone(climb, found, origin, entries)
    alone = [sets(base, [line.level * (line.means == m) for m in base.means]) for line in lines]
    by_line = _staged(climb, drawn=np.stack(alone), reading=reading) if alone else single
    one_by_one = _shares(found, *(np.concatenate([a, b[: len(alone)]]) for a, b in zip(single, by_line, strict=True)))
    return Trials(
        found,
        conclusions_of(found, first),
        first,
        staged([sets(*draw) for draw in zip(shaken, moved, strict=True)]),
        staged([sets(one, still) for one in shaken]),
        staged([sets(base, one) for one in moved]),
        (*entries, *lines),
        one_by_one,
    )


def shifts_of(uniforms: Floats, shift: float) -> Ints:
    """Return by how many levels each line is moved (-1 looser, 1 stricter): what a smaller chance moves, a larger one moves the same way.

    >>> shifts_of(np.array([0.1, 0.4, 0.9]), 0.5).tolist()
    [-1, 0, 1]
    """
    return np.where(uniforms < shift / 2, -1, np.where(uniforms >= 1 - shift / 2, 1, 0)).astype(np.int64)


def lines_of(reading: Coordination) -> tuple[Entry, ...]:
    """Return every line that can be moved alone."""
    return tuple(Entry("own", "", means=one.code, level=level) for one in reading.own for level in sorted(one.moved))


@dataclass(frozen=True, slots=True, eq=False)
class Uniforms:
    """Random numbers for every entry: draws x indicators x (parties | means | parties x means)."""

    decides: Floats
    needs: Floats
    brings: Floats


def shake(base: Matrices, uniforms: Uniforms, draw: int, flip: float) -> Matrices:
    """Turn round every entry with a probability; an indicator never ends up taking nothing."""
    decides = base.decides ^ _packed(uniforms.decides[draw] < flip)
    needs = base.needs ^ _packed(uniforms.needs[draw] < flip)
    needs = np.where(needs == 0, base.needs, needs)
    turn = _packed(uniforms.brings[draw] < flip) & base.needs[:, None]  # what it does not take nobody brings
    turn[:, base.parties.index(OWNER)] = 0
    return replace(base, decides=decides, needs=needs, brings=base.brings ^ turn)


def _packed(flags: Mask) -> Ints:
    return np.asarray((flags * (1 << np.arange(flags.shape[-1]))).sum(axis=-1))


def entries_of(base: Matrices, reading: Coordination) -> tuple[Entry, ...]:
    """Return every entry of the matrices that can be turned round alone."""
    found = []
    for row, indicator in enumerate(base.indicators):
        for party in base.parties:
            if party != OWNER or reading.carries_out == "member":
                found.append(Entry("decides", indicator, party))
            if party != OWNER:
                found += [
                    Entry("brings", indicator, party, m) for j, m in enumerate(base.means) if base.needs[row] >> j & 1
                ]
        found += [Entry("needs", indicator, means=m) for j, m in enumerate(base.means) if base.needs[row] != 1 << j]
    return tuple(found)


def turned(base: Matrices, entry: Entry) -> Matrices:
    """Return the matrices with one of their entries turned round."""
    row = base.indicators.index(entry.indicator)
    found = replace(base, decides=base.decides.copy(), needs=base.needs.copy(), brings=base.brings.copy())
    if entry.matrix == "decides":
        found.decides[row] ^= 1 << base.parties.index(entry.party)
    elif entry.matrix == "needs":
        found.needs[row] ^= 1 << base.means.index(entry.means)
    else:
        found.brings[row, base.parties.index(entry.party)] ^= 1 << base.means.index(entry.means)
    return found


def _staged(climb: Climb, *, drawn: Mask, reading: Coordination) -> tuple[Places, Mask]:
    """Return places and problems solved for sets (draws x coalitions x units x indicators); what occurs often is staged once."""
    draws, k, n, _ = drawn.shape
    groups, _ = problem_groups(climb, reading)
    flat = (drawn & (climb.rungs > 0)).reshape(draws * k * n, -1)
    units = np.tile(np.arange(n), draws * k)
    bits = np.packbits(flat, axis=1)
    bits = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8))).view(np.uint64)
    keys = pd.DataFrame({"unit": units} | {f"k{j}": bits[:, j] for j in range(bits.shape[1])})
    which = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    _, once = np.unique(which, return_index=True)
    one = reach(climb, units[once], flat[once], groups, least=reading.landscape.severities.min_available)
    place = one.place[which].reshape(draws, k, n)
    return place, is_solved(one.shares, reading)[which].reshape(draws, k, n, -1)


def _staged_alone(climb: Climb, found: Coalitions, origin: Mask, entries: Sequence[Entry]) -> tuple[Places, Mask]:
    """Return places and problems solved for each entry turned round alone.

    Without growth an entry touches one indicator only, so that just the rows in which it makes a difference are staged anew.
    """
    reading, base = found.coordination, found.matrices
    if reading.means == "grown":
        drawn = [sets_read(climb, turned(base, entry), found.own, reading) for entry in entries]
        return _staged(climb, drawn=np.stack(drawn), reading=reading)
    k, n, width = origin.shape
    names, rows = coalitions_of(base.parties), {code: j for j, code in enumerate(base.indicators)}
    flips: list[tuple[int, int, Ints]] = []
    for e, entry in enumerate(entries):
        j, one = rows[entry.indicator], turned(base, entry)
        alone = replace(one, indicators=(entry.indicator,), decides=one.decides[[j]], needs=one.needs[[j]], brings=one.brings[[j]])  # fmt: skip
        column = sets_of(alone, found.own, reading, names=names)[:, :, 0]
        flips.append((e, j, np.flatnonzero((column != origin[:, :, j]) & (climb.rungs[:, j] > 0))))
    toggled = np.zeros((width, k * n), dtype=bool)  # indicator x (coalition, unit): turned round by some entry
    for _, j, at in flips:
        toggled[j, at] = True
    indicator, row = np.nonzero(toggled)
    sets = origin.reshape(k * n, width)[row]
    sets[np.arange(len(row)), indicator] ^= True
    groups, _ = problem_groups(climb, reading)
    least = reading.landscape.severities.min_available
    new = reach(climb, row % n, sets, groups, least=least)
    old = reach(climb, np.tile(np.arange(n), k), origin.reshape(k * n, width), groups, least=least)
    place = np.repeat(old.place[None], len(entries), axis=0)
    solved = np.repeat(is_solved(old.shares, reading)[None], len(entries), axis=0)
    where = np.zeros((width, k * n), dtype=np.int64)
    where[indicator, row] = np.arange(len(row))
    new_solved = is_solved(new.shares, reading)
    for e, j, at in flips:
        place[e, at], solved[e, at] = new.place[where[j, at]], new_solved[where[j, at]]
    return place.reshape(len(entries), k, n), solved.reshape(len(entries), k, n, -1)


def _shares(found: Coalitions, place: Places, solved: Mask) -> Shares:
    """Return the shares for each draw."""
    names = [tuple(name.split("+")) for name in found.names]
    place, solved = at_least_as_parts(names, place, solved, found.now, found.solved_now)
    staged = found.staged
    codes = len(found.result.stages.rule.codes) if found.result.stages is not None else 0
    n_staged = max(int(staged.sum()), 1)
    there = place[:, :, staged]
    reached = np.stack([(there <= s).sum(axis=2) for s in range(codes)], axis=2) * (100.0 / n_staged)
    now = np.array([(found.now[staged] <= s).sum() for s in range(codes)]) * (100.0 / n_staged)
    has = ~found.solved_now[staged]
    rid_of = 100.0 * (solved[:, :, staged] & has).sum(axis=2) / np.maximum(has.sum(axis=0), 1)
    any_ = has.any(axis=1)
    rid = 100.0 * np.asarray(solved[:, :, staged].all(axis=3))[:, :, any_].sum(axis=2) / max(int(any_.sum()), 1)
    return Shares(reached, rid_of, rid, now)


def conclusions_of(found: Coalitions, base: Shares) -> tuple[Conclusion, ...]:
    """Return the statements that are put to the test; which pair and which party is the strongest is taken from the matrices as they are."""
    names, rule = found.names, found.result.stages.rule if found.result.stages else None
    if rule is None:
        return ()
    sizes = np.array([name.count("+") + 1 for name in names])
    ones, twos, whole = np.flatnonzero(sizes == 1), np.flatnonzero(sizes == 2), len(names) - 1
    above = len(rule.codes) - 2  # at least the second lowest
    stage = rule.label_of(rule.codes[above])
    party = {p.code: short_party(p.label) for p in found.coordination.landscape.agenda.parties}
    problem = {p.code: p.label for p in found.coordination.landscape.agenda.problems}

    def gain(shares: Shares) -> Floats:
        return shares.reached[:, :, above] - shares.now[above]

    def name(k: int) -> Text:
        return coalition_words(names[k], party)

    best_one, best_two = ones[base.reached[0, ones, above].argmax()], twos[base.reached[0, twos, above].argmax()]
    made = [
        Conclusion(
            "single_half",
            Text("单独一方能带动的企业，都不到三方协同的一半", "No single party lifts half as many as all three"),
            lambda s: _each(gain(s)[:, ones] < gain(s)[:, [whole]] / 2),
        ),
        Conclusion(
            "pair_less",
            Text("任何两方都不及三方协同", "No pair lifts as many as all three"),
            lambda s: _each(gain(s)[:, twos] < gain(s)[:, [whole]]),
        ),
        *(
            Conclusion(
                f"without_{p}",
                Text(f"缺了{party[p].zh}，另两方少带动至少 {SHORT:g} 个百分点", f"Without the {_low(party[p])}, the others lift at least {SHORT:g} points less"),
                lambda s, k=k: gain(s)[:, whole] - gain(s)[:, k] >= SHORT - 1e-9,  # type: ignore[misc]
            )
            for k in twos
            for p in party
            if p not in names[k].split("+")
        ),
        Conclusion(
            "best_pair",
            Text(f"两方之中，{name(best_two).zh}带动最多", f"The pair that lifts most is {_low(name(best_two))}"),
            lambda s: s.reached[:, best_two, above] >= s.reached[:, twos, above].max(axis=1),
        ),
        Conclusion(
            "best_single",
            Text(f"单独一方之中，{name(best_one).zh}带动最多", f"The single party that lifts most is the {_low(name(best_one))}"),
            lambda s: s.reached[:, best_one, above] >= s.reached[:, ones, above].max(axis=1),
        ),
        Conclusion(
            "whole_majority",
            Text(f"三方协同能使半数以上的企业达到{stage.zh}及以上", f"All three take more than half to {stage.en} or above"),
            lambda s: s.reached[:, whole, above] > 50.0,
        ),
        Conclusion(
            "single_rid",
            Text("单独一方都不能使半数企业的各项问题全部解决", "No single party rids half of them of all their problems"),
            lambda s: _each(s.rid[:, ones] < 50.0),
        ),
        *(
            Conclusion(
                f"single_{code}",
                Text(f"{code} {problem[code].zh}：单独一方都不能在半数以上的企业解决", f"{code} {problem[code].en}: no single party solves it at more than half"),
                lambda s, k=k: _each(s.solved[:, ones, k] <= 50.0),  # type: ignore[misc]
            )
            for k, code in enumerate(found.problems)
        ),
    ]  # fmt: skip
    return tuple(made)


def _each(flags: Mask) -> Mask:
    """Tell in which draws something is so of all."""
    return np.asarray(flags.all(axis=1))


def _low(label: Text) -> str:
    return f"{label.en[:1].lower()}{label.en[1:]}"


def coalition_words(name: str, party: Mapping[str, Text]) -> Text:
    """Return a coalition in words: "Authorities + enterprises". That enterprises and associations are of heavy metals goes without saying."""
    parts = [short_party(party[p]) for p in name.split("+")]
    later = [f"{p.en[:1].lower()}{p.en[1:]}" for p in parts[1:]]
    return Text("＋".join(p.zh for p in parts), " + ".join([parts[0].en, *later]))


def short_party(label: Text) -> Text:
    """Return a party's name without what all share.

    >>> short_party(Text("重金属企业", "Heavy-metal enterprises")).en
    'Enterprises'
    """
    en = label.en.removeprefix("Heavy-metal ")
    return Text(label.zh.removeprefix("重金属"), f"{en[:1].upper()}{en[1:]}")


__all__ = [
    "Conclusion",
    "Entry",
    "Shares",
    "Trials",
    "coalition_words",
    "entries_of",
    "lines_of",
    "shake",
    "shifts_of",
    "try_coalitions",
    "turned",
]
