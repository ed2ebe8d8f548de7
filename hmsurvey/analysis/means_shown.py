"""Which means of a digest may be shown: those over k units or more, none of which stands out, that cannot be used to work out one that may not."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hmsurvey.analysis.digest import Digest
from hmsurvey.analysis.disclosure_ledger import Key, Ledger, Place
from hmsurvey.analysis.words import ALL


def hide_means(digest: Digest, ledger: Ledger, hidden: set[Key], *, reasons: dict[Place, str]) -> None:
    """Note the means that are not shown, with the reason.

    A mean needs k units behind it and none that stands out, and its n must be shown. The groups whose means are not shown have together at least k units, and none with a unit that stands
    out is the only one, so that the mean of all gives nothing away. Total and areas of a group are shown or hidden together.
    """
    for topic in digest.topics:
        if f"areas_{topic.code}" in digest:
            _hide_by_group(digest, topic.code, ledger, hidden, reasons)
        name = f"indicators_{topic.code}"
        if name not in digest:
            continue
        frame, base = digest[name].frame, digest.bases[name]["mean_share_pct"]
        for row in frame.index:
            zero = ledger.named(("zero", topic.code, str(frame.at[row, "indicator"])))
            rest = ledger.named(("some", topic.code, str(frame.at[row, "indicator"])))
            small = min(ledger.values.get(zero, np.inf), ledger.values.get(rest, np.inf)) < digest.k
            if base[row] < digest.k or (name, row, "mean_share_pct") in digest.dominated:
                reasons[name, row, "mean_share_pct"] = "own"
            elif small:  # where few (or all but few) are at zero, the mean tells how many
                reasons[name, row, "mean_share_pct"] = "derived"


def _hide_by_group(digest: Digest, survey: str, ledger: Ledger, hidden: set[Key], reasons: dict[Place, str]) -> None:
    name = f"areas_{survey}"
    table, bases = digest[name], digest.bases[name]
    groups = table.frame["group"]
    for node in bases.columns:
        for row in table.frame.index:
            place, n = (name, row, node), ledger.named(("n", survey, str(groups[row])))
            if int(bases[node][row]) < digest.k or place in digest.dominated or place in ledger.telling:
                reasons[place] = "own"
            elif n in hidden:
                reasons[place] = "derived"
    some = any(ledger.named(("scored", survey, str(group))) in hidden for group in groups)
    before = -1
    while before < len(reasons):
        before = len(reasons)
        for node in bases.columns:
            _cover(name, node, groups, base=bases[node], k=digest.k, reasons=reasons, some=some)
        _hide_together(name, table.frame.index, bases.columns, reasons)


def _hide_together(name: str, rows: Iterable[int], nodes: Iterable[str], reasons: dict[Place, str]) -> None:
    """Hide all means of a row of which one is hidden: the total is made of its areas, and the others would tell it."""
    for row in rows:
        if any((name, row, node) in reasons for node in nodes):
            for node in nodes:
                reasons.setdefault((name, row, node), "helper")


def _cover(
    name: str, node: str, groups: pd.Series, *, base: pd.Series, k: int, reasons: dict[Place, str], some: bool
) -> None:
    """Hide means of the smallest groups until those not shown are k units or more together, and more than one group.

    With `some` at least one is hidden: the means of all groups and of all units would together say how many of a group have a score where that is not shown.
    """
    rows = [row for row in groups.index if groups[row] != ALL]
    shown = sorted((row for row in rows if (name, row, node) not in reasons), key=lambda row: (base[row], row))
    gone = [row for row in rows if (name, row, node) in reasons and base[row] > 0]
    alone = {row for row in gone if reasons[name, row, node] == "own"}  # small, or with one unit that stands out
    while (gone or some) and shown and (base[gone].sum() < k or (len(gone) == 1 and gone[0] in alone)):
        gone.append(shown.pop(0))
        reasons[name, gone[-1], node] = "helper"
    whole = [row for row in groups.index if groups[row] == ALL]
    if gone and (base[gone].sum() < k or (len(gone) == 1 and gone[0] in alone)):
        reasons |= {(name, row, node): "helper" for row in whole if (name, row, node) not in reasons}


__all__ = ["hide_means"]
