"""Columns of words that say the same row after row, said once below the table: what every row shares, and remarks that concern a few.

A page has no room for a method named fourteen times. Workbooks and data files keep the columns; numbers, and what is hidden, are never folded.
"""

from __future__ import annotations

from dataclasses import replace

from hmsurvey.errors import Text
from hmsurvey.output.phrases import join
from hmsurvey.tables import Column, Table

_WORDS = ("code", "text")
_LEAST = 3  # rows from which a column can be said to repeat itself
_REMARKS = 3  # different remarks that can stand below a table
REMARK = "note"  # the code of a column of remarks on single rows


def fold_columns(table: Table) -> Table:
    """Return a table as a page shows it: without columns of words that are empty, or the same in all rows, and with remarks on rows as notes.

    >>> import pandas as pd
    >>> from hmsurvey.provenance import Provenance
    >>> columns = tuple(Column(code, Text(code, code)) for code in ("city", "method", "note"))
    >>> frame = pd.DataFrame({"city": ["a", "b", "c"], "method": ["exact"] * 3, "note": ["", "No answers.", "No answers."]})
    >>> folded = fold_columns(Table(frame, Provenance(()), "t", Text("t", "t"), columns))
    >>> list(folded.frame), [note.en for note in folded.notes]
    (['city'], ['method: exact.', 'No answers (b and c).'])
    """
    if len(table.frame) < _LEAST:
        return table
    gone: list[str] = []
    notes: list[Text] = []
    for column in table.columns[1:]:
        found = _folded(table, column)
        if found is not None:
            gone.append(column.code)
            notes += found
    if not gone:
        return table
    kept = tuple(column for column in table.columns if column.code not in gone)
    return replace(table, frame=table.frame[[c.code for c in kept]], columns=kept, notes=(*notes, *table.notes))


def _folded(table: Table, column: Column) -> list[Text] | None:
    """Return the notes that say what a column does; None where it must stay."""
    if column.unit not in _WORDS or any(code == column.code for _, code in table.hidden):
        return None
    cells = [_word(column, value) for value in table.frame[column.code]]
    said = list(dict.fromkeys(cell for cell in cells if cell is not None))
    if not said:
        return []
    if len(said) == 1 and None not in cells:
        only, head = said[0], column.label
        return (
            [only]
            if column.code == REMARK
            else [Text(f"{head.zh}：{_bare(only.zh)}。", f"{head.en}: {_bare(only.en)}.")]
        )
    if column.code != REMARK or len(said) > _REMARKS:
        return None
    first = table.columns[0]
    names = [_word(first, value) for value in table.frame[first.code]]
    return [
        _remark(text, [n for n, cell in zip(names, cells, strict=True) if cell == text and n is not None])
        for text in said
    ]


def _remark(text: Text, names: list[Text]) -> Text:
    whom = join(list(dict.fromkeys(names)))
    return Text(f"{_bare(text.zh)}（{whom.zh}）。", f"{_bare(text.en)} ({whom.en}).")


def _word(column: Column, value: object) -> Text | None:
    """Return what a cell says; None where it is empty."""
    words = str(value) if isinstance(value, str) else ""
    if not words.strip():
        return None
    return column.labels.get(words, Text(words, words))


def _bare(words: str) -> str:
    return words.rstrip("。.")
