"""Complete, error-free answers to the questionnaire on informatisation.

Problems weigh less where the trait is high, staff and money grow with it, and filing does not hang on it at all.
"""

from __future__ import annotations

import numpy as np

from hmsurvey.synthetic.items import NA, SKIP, Items, Sheet, cap
from hmsurvey.synthetic.latent import TYPES, Bools, Enterprises, Floats, Ints
from hmsurvey.synthetic.practice import Practice

PROBLEMS = {"P1": "C", "P2": "D", "P3": "F", "P4": "F", "P5": "C"}
SOLUTIONS = {"S1": "C", "S2": "D", "S3": "F", "S4": "F"}
FUNDS_BANDS = ((0.1, 0.9), (1.0, 4.8), (5.0, 19.5), (20.0, 80.0))
LEVELS = tuple(f"kept.{code}" for code in TYPES)


def draw_questionnaire(firms: Enterprises, practice: Practice, rng: np.random.Generator) -> Sheet:
    """Draw complete answers of all enterprises."""
    items, sheet = Items(rng), Sheet()
    _profile(firms, practice, sheet)
    _types(firms, practice, sheet)
    _handling(items, firms, practice, sheet)
    _means(items, firms, practice, sheet)
    _views(items, firms, practice, sheet)
    agree(sheet)
    return sheet


def _put(sheet: Sheet, code: str, values: Ints | Floats | Bools) -> None:
    sheet.values[code] = values.astype(np.float64)


def _at_least(ticks: Bools, option: int, where: Bools | None = None) -> Bools:
    """Tick an option where nothing is ticked."""
    ticks = ticks.copy()
    empty = ~ticks.any(axis=1)
    ticks[empty if where is None else empty & where, option] = True
    return ticks


def _profile(firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    for code, values in (
        ("industry", firms.industry), ("metals", firms.metals), ("ownership", firms.ownership), ("size", firms.size),
        ("start_year", firms.start_year), ("respondent_role", practice.role), ("evidence", _at_least(practice.evidence, 0)),
    ):  # fmt: skip
        _put(sheet, code, values)


def _types(firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    for j, code in enumerate(TYPES):
        _put(sheet, f"due.{code}", firms.due[:, j])
        _put(sheet, f"kept.{code}", practice.kept[:, j])
        _put(sheet, f"filed.{code}", practice.filed[:, j])


def _handling(items: Items, firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    n, rng, trait = len(firms), items.rng, firms.trait("C")
    login = items.chance(n, (0.45, 0.35, 0.30, 0.28, 0.20, 0.03))
    _put(sheet, "login", _at_least(login, 0))
    platforms = practice.filed[:, :, :8].any(axis=1).sum(axis=1)
    again = np.minimum(rng.choice(4, n, p=(0.33, 0.38, 0.20, 0.09)), np.maximum(platforms - 1, 0))
    _put(sheet, "refile", again)
    _put(sheet, "receipts", items.level(trait, shift=0.1))
    has_system = practice.system >= 2
    places = items.ticks(trait, (0.3,))
    loose = items.ticks(-trait, (0.5, 0.9, -0.1))
    rest = items.chance(n, (0.75, 0.08, 0.10, 0.02))
    columns = (places[:, 0], rest[:, 0], loose[:, 0], loose[:, 1], loose[:, 2], rest[:, 1], rest[:, 2], rest[:, 3])
    _put(sheet, "places", _at_least(np.stack(columns, axis=1), 1))
    kind = (rng.random(n)[:, None] > np.cumsum(_system_kinds()[firms.size], axis=1)).sum(axis=1).clip(0, 3)
    _put(sheet, "system", np.where(has_system, kind, 4))


def _system_kinds() -> Floats:
    """Return the chances of an own, a group's, a park's and a hosted system, by size."""
    return np.array(
        [[0.15, 0.05, 0.30, 0.50], [0.25, 0.10, 0.25, 0.40], [0.45, 0.22, 0.10, 0.23], [0.58, 0.34, 0.03, 0.05]]
    )


def _means(items: Items, firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    n, rng = len(firms), items.rng
    staff = practice.staff_full + practice.staff_part
    trained = items.count(staff, items.share(firms.trait("F"), shift=0.4))
    _put(sheet, "staff_full", practice.staff_full)
    _put(sheet, "staff_part", practice.staff_part)
    sheet.values["staff_trained"] = np.stack([trained, staff], axis=1).astype(np.float64)
    training = items.ticks(firms.trait("F"), (0.4, 0.7, 0.8, -0.2, 1.9))
    _put(sheet, "training", _at_least(training, 3, trained > 0))
    _put(sheet, "funds", practice.funds)
    low, high = np.array(FUNDS_BANDS).T
    band = np.maximum(practice.funds - 1, 0)
    amount = low[band] + (high - low)[band] * rng.beta(1.3, 2.2, n)
    _put(sheet, "funds_amount", np.maximum(np.round(amount, 1), low[band]))
    _put(sheet, "standards", items.ticks(firms.trait("D"), (-0.2, 0.2, 0.9, 0.6, 0.5, 2.3)))
    _put(sheet, "governance", items.ticks(firms.trait("F"), (-0.1, -0.5, 0.5, 0.8)))


def _views(items: Items, firms: Enterprises, practice: Practice, sheet: Sheet) -> None:
    n, rng = len(firms), items.rng
    for code, area in PROBLEMS.items():
        _put(sheet, f"prob.{code}", items.level(-firms.trait(area), shift=-0.15))
    _put(sheet, "prob.main", _main(sheet, rng))
    _put(sheet, "help.authority", items.chance(n, (0.86, 0.55, 0.48, 0.42, 0.52)))
    _put(sheet, "help.enterprise", items.ticks(firms.trait("F") + 0.3 * (firms.size - 1.3), (0.9, 0.4, 0.3, 0.8, 0.5)))
    _put(sheet, "help.association", items.chance(n, (0.40, 0.10, 0.50, 0.30, 0.12)))
    _put(sheet, "received", practice.received)
    _put(sheet, "received_from", _at_least(items.chance(n, (0.55, 0.18, 0.25, 0.15, 0.2, 0.03)), 0))
    for code, area in SOLUTIONS.items():
        _put(sheet, f"sol.{code}", items.level(firms.trait(area), shift=0.0))
    _put(sheet, "visit_ok", rng.choice(3, n, p=(0.62, 0.2, 0.18)))


def _main(sheet: Sheet, rng: np.random.Generator) -> Ints:
    """Return the problem with the largest effect, ties by lot; the sixth option where none has one."""
    severity = np.stack([sheet.values[f"prob.{code}"] for code in PROBLEMS], axis=1)
    chosen = (severity + rng.random(severity.shape) * 0.9).argmax(axis=1)
    return np.where(severity.max(axis=1) > 0, chosen, len(PROBLEMS))


def agree(sheet: Sheet) -> None:
    """Make the answers of each enterprise agree with one another, in place."""
    values = sheet.values
    no_system, no_staff = values["system"] == 4, (values["staff_full"] + values["staff_part"]) == 0
    for code in TYPES:
        cap(sheet, f"kept.{code}", no_system, 1)
        cap(sheet, f"kept.{code}", no_staff, 2)
        not_due = values[f"due.{code}"] == 0
        values[f"kept.{code}"][not_due] = SKIP
        values[f"filed.{code}"][not_due] = SKIP
    cap(sheet, "receipts", no_system, 2)
    nothing = ~np.stack([(values[f"filed.{code}"] > 0).any(axis=1) for code in TYPES], axis=1).any(axis=1)
    values["refile"][nothing] = NA
    values["receipts"][nothing] = NA
    values["staff_trained"][no_staff] = SKIP
    values["funds_amount"][values["funds"] == 0] = SKIP
    values["received_from"][~(values["received"] > 0).any(axis=1)] = SKIP
