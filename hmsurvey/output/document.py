"""A document for people who work in a word processor: its pieces in reading order, in both languages, without a word of how they look.

A brief is put together in these nouns; `word` sets them. Numbers and captions of figures and tables are given by the writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import Drawing, Heading
from hmsurvey.provenance import Provenance
from hmsurvey.tables import Table


class Top(NamedTuple):
    """A heading of the first level."""

    text: Text


class Minor(NamedTuple):
    """A heading of the third level; `content.Heading` is the second."""

    text: Text


class Point(NamedTuple):
    """One of several points: what it says in bold, then the rest."""

    lead: Text
    text: Text


class Notice(NamedTuple):
    """A framed paragraph that nobody should miss."""

    lead: Text
    text: Text


class Small(NamedTuple):
    """A paragraph in small type, such as a citation."""

    text: Text


Piece = Text | Small | Top | Heading | Minor | Point | Notice | Drawing | Table


@dataclass(frozen=True, slots=True)
class Document:
    """A document to be set: title, the line above every page, pieces in order.

    `running` says on every page what kind of data these are and who may read it, `imprint` who issues the document and when.
    """

    title: Text
    subtitle: Text
    running: Text
    provenance: Provenance
    pieces: tuple[Piece, ...]
    subject: Text = NOTHING
    imprint: Text = NOTHING

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Table))

    @property
    def texts(self) -> tuple[Text, ...]:
        """Every text outside tables, in order; of a point its lead and its rest."""
        found: list[Text] = []
        for piece in self.pieces:
            if isinstance(piece, Point | Notice):
                found += [piece.lead, piece.text]
            elif isinstance(piece, Top | Heading | Minor | Small):
                found.append(piece.text)
            elif isinstance(piece, Text):
                found.append(piece)
        return tuple(text for text in found if text != NOTHING)
