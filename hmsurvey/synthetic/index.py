"""Complete, error-free answers to the digital-archives survey.

Draws first, then `agree` takes away what cannot be: without a system none of its functions, without a catalogue nothing in it (A86). The same
rules hold the reported answers together after errors of reporting.
"""

from __future__ import annotations

import numpy as np

from hmsurvey.synthetic.items import NA, SKIP, Items, Sheet, cap, lift
from hmsurvey.synthetic.latent import REFERENCE_YEAR, TYPES, Bools, Enterprises, Floats, Ints
from hmsurvey.synthetic.practice import Practice

GROUPS = {
    "C1.1": ("T01", "T02", "T03"),
    "C1.2": ("T04", "T05", "T06", "T11"),
    "C1.3": ("T07", "T08", "T15"),
    "C1.4": ("T09", "T10", "T12", "T13", "T14", "T16"),
}
ITEMS_PER_TYPE = {"C1.1": 9.0, "C1.2": 90.0, "C1.3": 45.0, "C1.4": 12.0}  # A89
RAISED_BY_SLIPS = ("A1.2", "A2.1", "A2.2", "A2.3", "B1.2", "B2.1", "B2.2", "B2.3", "B3.1", "B3.2", "C1.5", "C2.1", "C2.4", "C3.4", "C4.1", "C4.2",
                   "C4.4", "D1.2", "D1.3", "D2.1", "D3.1", "D3.3", "D3.4", "E1.1", "E1.2", "E1.4", "E2.1", "E2.2", "F1.1", "F2.1", "F3.1")  # fmt: skip
_IDLE = (0.50, 0.66, 0.03, 0.02, 0.04, 0.05, 0.03, 0.08, 0.55, 0.50, 0.02, 0.04, 0.10, 0.35, 0.35, 0.10)


def draw_index(firms: Enterprises, practice: Practice, rng: np.random.Generator) -> Sheet:
    """Draw complete answers of all enterprises."""
    items, sheet = Items(rng), Sheet()
    _profile(firms, practice, sheet)
    _levels(items, firms, practice, sheet)
    _ticks(items, firms, practice, sheet)
    _annex(items, firms, practice, sheet)
    _counts(items, firms, practice, sheet)
    _stock(items, firms, sheet)
    agree(sheet)
    return sheet


def _put(sheet: Sheet, code: str, values: Ints | Floats | Bools) -> None:
    sheet.values[code] = values.astype(np.float64)


def _profile(firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    for code, values in (
        ("industry", firms.industry), ("size", firms.size), ("ownership", firms.ownership), ("start_year", firms.start_year),
        ("years_open", np.maximum(REFERENCE_YEAR - firms.start_year, 1)), ("hw_operator", firms.operator), ("oa", practice.oa),
        ("respondent_role", practice.role), ("evidence", _some(practice.evidence)), ("F2.1", practice.post), ("F1.2", practice.spent),
        ("B1.1", practice.system), ("F3.3", practice.received[:, :5]),
    ):  # fmt: skip
        _put(sheet, code, values)


def _some(ticks: Bools) -> Bools:
    """Return ticks with at least the first one ticked where nothing was."""
    ticks = ticks.copy()
    ticks[~ticks.any(axis=1), 0] = True
    return ticks


def _levels(items: Items, firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    for code in RAISED_BY_SLIPS:
        if code not in sheet.values:
            _put(sheet, code, items.level(firms.trait(code[0]), shift=0.15))
    outsourced = items.rng.random(len(firms)) < 0.72
    sheet.values["E1.4"][~outsourced & (practice.system >= 1)] = NA
    small = firms.size <= 1
    cap(sheet, "E1.1", small & (items.rng.random(len(firms)) < 0.5), 1)


def _ticks(items: Items, firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    for code, difficulties in (
        ("A1.1", (-0.4, 0.1, -0.7, 0.3, 0.7, 1.7)), ("A1.3", (-0.7, -0.9, 1.5, 0.0, 1.1)), ("B2.4", (0.9, 0.6, 0.8, 0.7, 0.5)),
        ("B3.3", (-0.1, 0.7, 1.1)), ("C4.3", (-0.1, 1.0, 1.2, 1.4, 1.9)), ("D1.1", (0.0, 0.5, 0.4, -0.3, 0.9, 0.2)),
        ("D2.2", (0.2, 0.9, 0.5, 0.6)), ("E1.3", (-0.9, 0.0, 0.3, 0.4, 0.9)), ("F3.2", (0.8, 0.0, 0.1, 0.7, -0.2)),
    ):  # fmt: skip
        _put(sheet, code, items.ticks(firms.trait(code[0]), difficulties))
    recorded = items.ticks(firms.trait("B"), (0.6,))[:, 0]
    _put(sheet, "B3.3r", recorded)


def _annex(items: Items, firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    idle = items.chance(len(firms), _IDLE)
    idle[idle.sum(axis=1) > 8] = False
    for j, code in enumerate(TYPES):
        due = np.where(firms.due[:, j], np.where(idle[:, j], 1, 2), 0)
        _put(sheet, f"due.{code}", due)
        _put(sheet, f"level.{code}", practice.kept[:, j])
        eager = firms.trait("C") + 0.5 * (practice.kept[:, j] - 1)
        _put(sheet, f"full.{code}", items.ticks(eager, (0.15,))[:, 0])
        _put(sheet, f"ontime.{code}", items.ticks(eager, (0.3,))[:, 0])


def _counts(items: Items, firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    n, rng = len(firms), items.rng
    in_use = rng.poisson(np.array([0.3, 0.8, 2.0, 4.0])[firms.size])
    _put(sheet, "C2.2n", in_use)
    _put(sheet, "C2.2", items.count(in_use, items.share(firms.trait("C"), shift=0.9)))
    platforms = np.maximum(practice.filed[:, :, :8].any(axis=1).sum(axis=1), 1)
    _pair(sheet, "C2.3", items.count(platforms, items.share(firms.trait("C"), shift=0.8, slope=1.8)), platforms)
    staff = practice.staff_full + practice.staff_part
    _pair(sheet, "F2.2", items.count(staff, items.share(firms.trait("F"), shift=0.7)), staff)
    touching = 2 + rng.poisson(np.array([1.0, 2.5, 6.0, 14.0])[firms.size])
    _pair(sheet, "F2.3", items.count(touching, items.share(firms.trait("F"), shift=0.5)), touching)
    years = np.round(1.0 + rng.gamma(1.6, 1.6, n) * np.exp(0.35 * firms.trait("D")))
    years = np.minimum(np.where(rng.random(n) < 0.1, years + 0.5, years), sheet.values["years_open"])
    _put(sheet, "D3.2", np.minimum(years, 20))


def _pair(sheet: Sheet, code: str, part: Ints, whole: Ints) -> None:
    sheet.values[code] = np.stack([part, whole], axis=1).astype(np.float64)


def _stock(items: Items, firms: Enterprises, sheet: Sheet) -> None:
    """Draw items on paper, digitised and listed: a group wholly captured by a system has nothing left to digitise."""
    rng, born = items.rng, np.zeros(len(firms))
    catalogue = (sheet.values["B1.1"] >= 2) | items.ticks(firms.trait("C"), (-0.6,))[:, 0]
    for code, types in GROUPS.items():
        due = np.stack([sheet.values[f"due.{t}"] >= 1 for t in types], axis=1)
        kept = np.stack([sheet.values[f"level.{t}"] for t in types], axis=1).astype(np.int64)
        scale = ITEMS_PER_TYPE[code] * np.array([0.6, 0.8, 1.3, 2.2])[firms.size]
        each = np.ceil(scale[:, None] * rng.lognormal(0.0, 0.5, due.shape)) * due
        whole = (each * np.array([1.0, 1.0, 0.8, 0.15])[kept]).sum(axis=1).round()
        ready = (each * np.array([0.0, 0.45, 1.0, 1.0])[kept]).sum(axis=1) / np.maximum(each.sum(axis=1), 1)
        share = items.share(firms.trait("C"), shift=0.1) * ready
        done = np.where(catalogue, items.count(whole.astype(np.int64), share), 0)
        born += each.sum(axis=1) - whole
        _pair(sheet, code, done, whole.astype(np.int64))
        captured = ((kept == 3) | ~due).all(axis=1) & (sheet.values["B1.1"] >= 1)
        sheet.values[code][captured] = NA
    held = born + np.stack([np.maximum(sheet.values[code][:, 1], 0) for code in GROUPS], axis=1).sum(axis=1)
    held = np.maximum(held, 20).astype(np.int64)
    listed = items.count(held, np.maximum(items.share(firms.trait("C"), shift=-0.2), 0.02))
    _pair(sheet, "C3.1", np.where(catalogue, np.maximum(listed, 1), 0), held)
    nothing = np.stack([sheet.values[code][:, 0] == NA for code in GROUPS], axis=1).all(axis=1)
    sheet.values["C1.5"][nothing] = NA


def agree(sheet: Sheet) -> None:
    """Make the answers of each enterprise agree with one another, in place."""
    _agree_annex(sheet)
    _agree_system(sheet)
    _agree_resources(sheet)
    _agree_rules(sheet)
    hidden = ~(sheet.values["B3.3"] > 0).any(axis=1)
    sheet.values["B3.3r"][hidden] = SKIP


def _agree_annex(sheet: Sheet) -> None:
    system = sheet.values["B1.1"]
    listed = sheet.values["C3.1"][:, 0] > 0
    for code in TYPES:
        due, level, full = sheet.values[f"due.{code}"], sheet.values[f"level.{code}"], sheet.values[f"full.{code}"]
        ontime = sheet.values[f"ontime.{code}"]
        cap(sheet, f"level.{code}", system <= 1, 1)
        cap(sheet, f"full.{code}", ~listed, 0)
        cap(sheet, f"ontime.{code}", (full <= 0) | (level <= 0), 0)
        level[due == 0] = SKIP
        full[due != 2] = SKIP
        ontime[due != 2] = SKIP


def kept_levels(sheet: Sheet) -> Floats:
    """Return the annex's carriers, n x 16; below 0 where not due."""
    return np.stack([sheet.values[f"level.{code}"] for code in TYPES], axis=1)


def _agree_system(sheet: Sheet) -> None:
    system = sheet.values["B1.1"]
    for code in ("B1.2", "B2.1", "B2.2", "B2.3", "B3.1", "B3.2", "E1.1"):
        cap(sheet, code, system == 1, 1)
        cap(sheet, code, system == 0, 0)
    sheet.values["B2.4"][system <= 1] = 0
    cap(sheet, "E1.4", system == 0, 1)
    sheet.values["E1.4"][(sheet.values["E1.4"] == NA) & (sheet.values["A1.1"][:, 5] > 0)] = 2
    cap(sheet, "A2.2", sheet.values["A2.1"] == 0, 1)
    cap(sheet, "E2.1", sheet.values["A1.2"] == 0, 1)
    cap(sheet, "E2.2", sheet.values["E2.1"] == 0, 1)
    bare = ~(sheet.values["A1.1"] > 0).any(axis=1) & (sheet.values["A1.2"] >= 2)
    sheet.values["A1.1"][bare, 0] = 1


def _every(where: Bools) -> Bools:
    return np.asarray(where.all(axis=1))


def _some_one(where: Bools) -> Bools:
    return np.asarray(where.any(axis=1))


def _agree_resources(sheet: Sheet) -> None:
    values, paper = sheet.values, _every(kept_levels(sheet) <= 0)
    digitised = _some_one(np.stack([values[code][:, 0] > 0 for code in GROUPS], axis=1))
    listed = values["C3.1"][:, 0] > 0
    cap(sheet, "C1.5", ~digitised & (values["C1.5"] != NA), 0)
    cap(sheet, "C2.1", values["B1.2"] == 0, 1)
    cap(sheet, "C2.1", values["oa"] == 0, 0)
    cap(sheet, "C2.2", values["B1.2"] == 0, 0)
    cap(sheet, "C3.4", ~listed, 0)
    most = np.asarray((kept_levels(sheet) >= 1).sum(axis=1) >= 0.8 * (kept_levels(sheet) >= 0).sum(axis=1))
    cap(sheet, "C4.4", ~listed | ~most | (values["B1.1"] <= 1), 1)
    cap(sheet, "C4.1", ~listed & (values["B3.1"] == 0), 1)
    cap(sheet, "C4.1", paper, 0)
    cap(sheet, "C4.2", values["B3.1"] <= 1, 1)
    cap(sheet, "C4.2", paper, 0)
    values["C4.3"][paper | (values["A2.1"] <= 1)] = 0


def _agree_rules(sheet: Sheet) -> None:
    values, paper = sheet.values, _every(kept_levels(sheet) <= 0)
    checked = _some_one(values["B3.3"] > 0)
    cap(sheet, "D3.1", ~checked, 2)
    cap(sheet, "D3.1", paper, 0)
    cap(sheet, "D3.2", values["level.T04"] == 0, 0)
    lift(sheet, "D3.2", values["level.T04"] >= 2, 1)
    cap(sheet, "D3.3", values["C2.3"][:, 0] <= 0, 1)
    cap(sheet, "D3.3", (values["level.T13"] <= 0) & (values["level.T05"] <= 0), 0)
    cap(sheet, "D3.4", ~_some_one(values["D1.1"] > 0), 1)
    cap(sheet, "F1.2", values["years_open"] <= 2, 2)
    cap(sheet, "F1.2", values["years_open"] <= 1, 1)
    lift(sheet, "F1.2", values["F1.1"] >= 3, 1)
    values["F2.2"][values["F2.1"] == 0] = 0
