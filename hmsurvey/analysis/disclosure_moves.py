"""Counts of moves between two waves as cells: rows and columns add up, and the margin of the wave that the other tables are about is theirs."""

from __future__ import annotations

import pandas as pd

from hmsurvey.analysis.disclosure_ledger import Key, Ledger
from hmsurvey.analysis.waves import ENTERED, LEFT
from hmsurvey.analysis.words import ALL
from hmsurvey.tables import Table

_MARGIN = 3.0  # how much is lost with the total of a row or a column


def enter_moves(ledger: Ledger, table: Table, stages: Table, *, survey: str) -> None:
    """Enter a table of transitions.

    Parameters
    ----------
    ledger
        The ledger so far, with the stages of the survey.
    table
        Counts, from `count_transitions`.
    stages
        The survey's stages by city: one of the two waves is the one they are of, and its margin is theirs.
    survey
        The survey's code.
    """
    rows = {str(row["before"]): (int(str(at)), row) for at, row in table.frame.iterrows()}
    columns = {c.code: c.code.removeprefix("n_to_") for c in table.columns if c.code.startswith("n_to_")}
    columns["n_left"] = LEFT
    own = stages.frame[stages.frame["group"] == ALL].iloc[0]
    whole: Key = ("ever", survey)
    at_all, all_ = rows[ALL]
    ledger.put(whole, all_["n"], place=(table.code, at_all, "n"), price=_MARGIN)
    same_rows = all(code == ENTERED or rows[code][1]["n"] == own[f"n_{code}"] for code in rows if code != ALL)
    same_columns = all(code == LEFT or all_[column] == own[f"n_{code}"] for column, code in columns.items())
    sides = {code: _margin("was", survey, code, own=same_rows) for code in rows if code != ALL}
    tops = {code: _margin("is", survey, code, own=same_columns and not same_rows) for code in columns.values()}
    for code, key in sides.items():
        ledger.put(key, rows[code][1]["n"], place=(table.code, rows[code][0], "n"), price=_MARGIN)
        ledger.split(whole, key, ("others was", survey, code))
    for column, code in columns.items():
        ledger.put(tops[code], all_[column], place=(table.code, at_all, column), price=_MARGIN)
        ledger.split(whole, tops[code], ("others is", survey, code))
    for before, side in sides.items():
        at, row = rows[before]
        for column, after in columns.items():
            if pd.isna(row[column]):
                continue
            cell: Key = ("move", survey, before, after)
            ledger.put(cell, row[column], place=(table.code, at, column))
            ledger.split(side, cell, ("elsewhere to", survey, before, after))
            ledger.split(tops[after], cell, ("elsewhere from", survey, before, after))
        cells = [("move", survey, before, after) for after in columns.values()]
        ledger.add_up(side, [cell for cell in cells if cell in ledger.values])
    for after, top in tops.items():
        cells = [("move", survey, before, after) for before in sides]
        ledger.add_up(top, [cell for cell in cells if cell in ledger.values])
    ledger.add_up(whole, sides.values())
    ledger.add_up(whole, tops.values())


def _margin(kind: str, survey: str, code: str, *, own: bool) -> Key:
    """Return the cell of a margin: that of the survey's own stages where it is the same."""
    return ("stage", survey, ALL, code) if own and code not in (ENTERED, LEFT) else (kind, survey, code)
