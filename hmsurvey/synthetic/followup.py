"""The index survey held again two years later: the same enterprises, moved; some no longer answer, others answer for the first time.

An enterprise keeps what it is like and what it happens to be like: both waves are drawn with the same random numbers, so that an answer differs only where the trait
behind it moved far enough (A210). What is written on the form is misreported and left blank anew. Nobody new is drawn: who enters had answered the questionnaire
before, so that the first wave stays as it was (A211).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hmsurvey.synthetic.index import GROUPS, agree
from hmsurvey.synthetic.items import Sheet
from hmsurvey.synthetic.latent import AREAS, GENERAL, Bools, Cities, Enterprises, Floats, sigmoid

YEAR, YEARS_LATER = 2025, 2
PROGRESS, MOVE_SD, AREA_SD = 0.25, 0.45, 0.40  # of the general level and of every area's trait: A210
LEAVE, LEAVE_LOW, ENTER = -2.0, 0.6, 0.8  # A211
COUNT_SLOPE = 1.4  # how a share that was counted follows its trait: A212
_COUNTS = {"C2.2": "C", "C2.3": "C", "F2.2": "F", "F2.3": "F", "C3.1": "C"} | dict.fromkeys(GROUPS, "C")
_IDENTITY = ("C2.2n", "D3.2")


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """The enterprises as they are in the later wave, and who takes part in it."""

    firms: Enterprises
    taking_part: Bools


def move_enterprises(firms: Enterprises, cities: Cities, rng: np.random.Generator) -> Later:
    """Move every enterprise's traits, and draw who leaves the index survey and who enters it."""
    n = len(firms)
    step = PROGRESS + rng.normal(0.0, MOVE_SD, n)
    general = firms.general + step
    traits = firms.traits + GENERAL * step[:, None] + rng.normal(0.0, AREA_SD, firms.traits.shape)
    leaves = rng.random(n) < sigmoid(LEAVE - LEAVE_LOW * firms.general)
    held = (cities.n_index > 0)[firms.place]
    enters = ~firms.in_index & held & (rng.random(n) < ENTER)
    due = firms.due.copy()
    due[enters, 2] = due[enters, 3] = True  # who is in the index has a permit, and with it a ledger
    later = replace(firms, general=general, traits=traits, due=due)
    return Later(later, (firms.in_index & ~leaves) | enters)


def carry_over(before: Sheet, after: Sheet, moved: Floats) -> None:
    """Let what is counted follow the first wave instead of being drawn anew, in place.

    Parameters
    ----------
    before, after
        The complete sheets of the two waves.
    moved
        By how much each area's trait moved, n x 6.
    """
    for code in _IDENTITY:
        after.values[code] = before.values[code].copy()
    for code, area in _COUNTS.items():
        old, new = before.values[code], after.values[code]
        lone = old.ndim == 1
        whole = before.values["C2.2n"] if lone else np.maximum(old[:, 1], 0)
        part = np.maximum(old if lone else old[:, 0], 0)
        if code == "F2.2":
            whole = np.maximum(new[:, 1], 0)
            part = np.where(old[:, 1] > 0, part * whole / np.maximum(old[:, 1], 1), np.maximum(new[:, 0], 0))
        count = _followed(part, whole, moved[:, AREAS.index(area)])
        gone = (new if lone else new[:, 0]) < 0
        known = old[..., 0] >= 0 if not lone else old >= 0
        if lone:
            after.values[code] = np.where(gone, new, np.where(known, count, new))
        else:
            take = (~gone & known)[:, None]
            after.values[code] = np.where(take, np.stack([count, whole], axis=1), new)
    for code in GROUPS:  # what is digitised without a catalogue does not count
        values = after.values[code]
        values[(after.values["C3.1"][:, 0] <= 0) & (values[:, 0] > 0), 0] = 0
    after.values["years_open"] = before.values["years_open"] + YEARS_LATER
    after.values["D3.2"] = np.minimum(after.values["D3.2"] + YEARS_LATER, 20)
    agree(after)


def _followed(part: Floats, whole: Floats, moved: Floats) -> Floats:
    """Return a count whose share moved on the logistic scale; none stays none."""
    share = np.clip(part / np.maximum(whole, 1), 0.01, 0.99)
    later = sigmoid(np.log(share / (1 - share)) + COUNT_SLOPE * moved)
    return np.where((part <= 0) | (whole <= 0), 0.0, np.clip(np.round(whole * later), 1, whole))
