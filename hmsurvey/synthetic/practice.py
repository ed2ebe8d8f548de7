"""What an enterprise does, whichever survey asks: its system, how it keeps and where it files, its people, its money.

Both surveys ask about these, so they are drawn once and both sheets copy them (A86). Filing hangs on what is due and not on the trait: filing is
not keeping (A88).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hmsurvey.synthetic.items import Items
from hmsurvey.synthetic.latent import TYPES, Bools, Enterprises, Ints

PLATFORMS = ("p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "other")
# Where a type is filed when it is due, with the chance that it is: A88.
FILED: dict[str, dict[str, float]] = {
    "T01": {"p8": 0.90}, "T02": {"p4": 0.93}, "T03": {"p1": 0.995, "other": 0.03}, "T04": {"p1": 0.95}, "T05": {"p3": 0.92, "p1": 0.55},
    "T06": {"p7": 0.90, "p3": 0.35}, "T07": {"p2": 0.99}, "T08": {"p2": 0.88, "other": 0.03}, "T09": {"other": 0.22, "p5": 0.06},
    "T10": {"other": 0.35}, "T11": {"p1": 0.80}, "T12": {"p6": 0.97}, "T13": {"p5": 0.96}, "T14": {"p5": 0.22, "other": 0.12},
    "T15": {"other": 0.30}, "T16": {"other": 0.05},
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Practice:
    """Facts of n enterprises: `kept` n x 16 levels (of types due or not), `filed` n x 16 x platforms.

    `system` has the levels of B1.1, `post` those of F2.1, `funds` those of the questionnaire; `received` has the columns templates,
    training, system, digitising, money, data; `spent` counts years of the last three.
    """

    oa: Bools
    system: Ints
    kept: Ints
    filed: Bools
    post: Ints
    staff_full: Ints
    staff_part: Ints
    funds: Ints
    spent: Ints
    received: Bools
    evidence: Bools
    role: Ints


def draw_practice(firms: Enterprises, rng: np.random.Generator) -> Practice:
    """Draw what the enterprises do."""
    items, n = Items(rng, spread=0.15), len(firms)
    system = items.level(firms.trait("B"), shift=0.05)
    kept = np.stack([items.level(firms.trait("C"), shift=shift) for shift in _carrier_shifts()], axis=1)
    kept = np.minimum(kept, np.where(system >= 2, 3, 1)[:, None])
    post = items.level(firms.trait("F") + 0.35 * (firms.size - 1.3), 6, shift=0.15)
    post = np.where(kept.max(axis=1) >= 3, np.maximum(post, 1), post)
    full = np.where(post == 5, 2 + rng.binomial(2, 0.25, n), np.where(post == 4, 1, 0))
    part = np.where(post == 0, 0, np.where(post <= 3, 1 + rng.binomial(1 + firms.size, 0.3), rng.binomial(2, 0.4, n)))
    funds = _funds(items, firms)
    spent = np.clip(np.where(funds > 0, 1 + rng.binomial(2, 0.55, n), rng.binomial(2, 0.2, n)), 0, 3)
    return Practice(
        oa=rng.random(n) < np.array([0.45, 0.62, 0.82, 0.95])[firms.size],
        system=system,
        kept=kept,
        filed=_filed(firms.due, rng),
        post=post,
        staff_full=full,
        staff_part=part,
        funds=funds,
        spent=np.minimum(spent, np.maximum(2023 - firms.start_year, 1)),
        received=items.chance(n, (0.36, 0.46, 0.12, 0.08, 0.06, 0.07)),
        evidence=items.ticks(0.3 * firms.general, (0.1, 0.9, 0.5, 0.3, 0.7, 2.6)),
        role=_roles(post, rng),
    )


def _carrier_shifts() -> tuple[float, ...]:
    """Return how much harder than the rest each type is to bring into a system: what is filed daily online comes easier (A87)."""
    easier = {"T03": -0.3, "T05": -0.2, "T06": -0.5, "T07": -0.35, "T12": -0.2, "T13": -0.25}
    harder = {"T01": 0.1, "T02": 0.15, "T14": 0.35, "T15": 0.25, "T16": 0.3, "T10": 0.15}
    return tuple(0.05 + (easier | harder).get(code, 0.0) for code in TYPES)


def _filed(due: Bools, rng: np.random.Generator) -> Bools:
    chances = np.array([[FILED[code].get(platform, 0.0) for platform in PLATFORMS] for code in TYPES])
    filed: Bools = rng.random((len(due), *chances.shape)) < chances
    return filed & due[:, :, None]


def _funds(items: Items, firms: Enterprises) -> Ints:
    return items.level(firms.trait("F") + 0.3 * (firms.size - 1.3), 5, shift=0.2)


def _roles(post: Ints, rng: np.random.Generator) -> Ints:
    """Draw who answers; archives staff only where someone holds such a post."""
    chances = np.where(
        (post >= 2)[:, None], (0.56, 0.16, 0.10, 0.03, 0.10, 0.04, 0.01), (0.66, 0.0, 0.13, 0.02, 0.12, 0.06, 0.01)
    )
    return (rng.random(len(post))[:, None] > np.cumsum(chances, axis=1)).sum(axis=1).clip(0, 6)
