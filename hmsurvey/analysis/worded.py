"""Tables of words that are made from definitions: a cell is the code of an entry, labelled with what the entry says there.

So a table of sentences leaves through the same doors as one of numbers, in either language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from hmsurvey.errors import Text
from hmsurvey.landscape import Landscape
from hmsurvey.provenance import Provenance
from hmsurvey.tables import Column, Table

NONE = Text("无", "none")


def listed(codes: Iterable[str], names: Mapping[str, Text]) -> Text:
    """Return the names of codes as one text; "none" where there is no code."""
    found = [names.get(code, Text(code, code)) for code in codes]
    return Text("、".join(t.zh for t in found), ", ".join(t.en for t in found)) if found else NONE


def joined(text: Text, note: Text) -> Text:
    """Return a text with its note behind it, as sentences."""
    if not any(note):
        return text
    return Text(f"{text.zh.rstrip('。')}。{note.zh}", f"{text.en.rstrip('.')}. {note.en}")


def word_table(
    code: str,
    title: Text,
    heads: Mapping[str, Text],
    keys: Sequence[str],
    words: Mapping[str, Mapping[str, Text]],
    plain: Mapping[str, Sequence[object]] | None = None,
) -> Table:
    """Make a table of words: a column of `words` holds the entry's key, labelled with what it says there; `plain` columns hold values."""
    values = plain or {}
    frame = pd.DataFrame({head: list(values.get(head, keys)) for head in heads}, dtype=object)
    columns = tuple(
        Column(head, label, "code", labels=words[head]) if head in words else Column(head, label)
        for head, label in heads.items()
    )
    return Table(frame, Provenance(), f"landscape_{code}", title, columns)


def made_of(
    table: Table,
    landscape: Landscape,
    provenance: Provenance | None,
    *,
    labels: Mapping[str, Mapping[str, Text]] | None = None,
    notes: tuple[Text, ...] = (),
) -> Table:
    """Give a table its provenance and notes: the definitions it was made from, or what the caller names."""
    found = Provenance(definitions=landscape.versions) if provenance is None else provenance
    columns = tuple(
        Column(c.code, c.label, "code", c.meaning, (labels or {})[c.code]) if c.code in (labels or {}) else c
        for c in table.columns
    )
    kept = tuple(note for note in notes if any(note))
    return Table(table.frame, found, table.code, table.title, columns, kept)
