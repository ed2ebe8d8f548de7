"""A table cut down for reading: some of its columns and rows, in another order.

Only leaves out and sorts; no number changes, and the table says how many rows it had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.tables import Table


def narrow(table: Table, *, columns: Sequence[str] = (), where: str = "", by: str = "", n: int | None = None) -> Table:
    """Return a table with fewer rows and columns.

    Parameters
    ----------
    table
        Any table.
    columns
        Codes of the columns to keep, in this order; none means all.
    where
        Which rows to keep, in the words of `DataFrame.query`: `"n_missing > 0"`.
    by
        A column to sort by, with a minus in front for the highest first: `"-missing_pct"`. Ties keep their order; missing values come last.
    n
        How many of the rows, after sorting.

    Raises
    ------
    UsageError
        A column is not in the table; the known ones are listed. Or `where` is no condition on them.
    """
    known = [column.code for column in table.columns]
    unknown = [code for code in (*columns, *([by.removeprefix("-")] if by else [])) if code not in known]
    if unknown:
        raise UsageError(
            Problem(
                Text("表中没有这一列。", "The table has no such column."),
                where=table.code,
                found=", ".join(unknown),
                expected=Text("、".join(known), ", ".join(known)),
            )
        )
    frame = _chosen(table, where, known) if where else table.frame
    if by:
        frame = frame.sort_values(by.removeprefix("-"), ascending=not by.startswith("-"), kind="stable")
    frame = frame.head(n) if n is not None else frame
    kept = list(columns) or known
    notes = table.notes
    if len(frame) < len(table.frame):
        shown, whole = len(frame), len(table.frame)
        notes = (*notes, Text(f"全表 {whole} 行，这里 {shown} 行", f"{shown} of the table's {whole} rows"))
    return replace(
        table,
        frame=frame[kept].reset_index(drop=True),
        columns=tuple(table.column(code) for code in kept),
        notes=notes,
    )


def _chosen(table: Table, where: str, known: list[str]) -> pd.DataFrame:
    """Return the rows that a condition keeps; pandas raises a dozen kinds of errors for those it cannot read."""
    try:
        kept = table.frame.eval(where)
    except Exception as error:
        why = str(error)
    else:
        if isinstance(kept, pd.Series) and pd.api.types.is_bool_dtype(kept):
            return table.frame[kept.fillna(False).astype(bool)]
        why = "not true or false for each row"
    raise UsageError(
        Problem(
            Text("where 不是这张表各列的条件。", "`where` is no condition on the columns of the table."),
            where=table.code,
            found=f"{where} ({why})",
            expected=Text(f"用这些列写成的条件：{'、'.join(known)}", f"a condition on {', '.join(known)}"),
        )
    )
