"""What one circle of readers may see of a study: its sections and pictures, the kind of its data, and who the readers are.

Writers of pages, documents and workbooks take an edition and nothing else, so that none can reach an answer that its readers may not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hmsurvey.errors import Lang
from hmsurvey.output.content import Section
from hmsurvey.output.views import stage_colour_of
from hmsurvey.provenance import Provenance
from hmsurvey.study import Analysis, Study
from hmsurvey.tables import Table

Visibility = Literal["internal", "public"]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A figure drawn and stamped, as files hold it.

    Attributes
    ----------
    name
        Of its files, the same in every language.
    table
        The table that it draws.
    headline
        Its finding in words, for alternative texts.
    svg, png
        The figure; letters are outlines in the SVG.
    """

    name: str
    table: Table
    headline: str
    svg: bytes
    png: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """The sections and pictures of a study for its internal or its public readers.

    Attributes
    ----------
    study
        What the study file says; no answers.
    provenance
        Of everything in it together.
    visibility
        "internal", or "public": nothing about single enterprises, small groups hidden. Where units are public entities, the public one is whole.
    sections
        Texts and tables in reading order.
    colours
        The colour of every stage by its code.
    pictures
        The figures in each language; of a language that is not wanted there are none.
    """

    study: Study
    provenance: Provenance
    visibility: Visibility
    sections: tuple[Section, ...]
    colours: Mapping[str, str]
    pictures: Mapping[Lang, tuple[Picture, ...]] = field(default_factory=dict)


def whole_visibility(study: Study) -> Visibility:
    """Return who may see what leaves nothing out: where units are enterprises, those inside only."""
    return "internal" if study.units == "enterprises" else "public"


def whole_edition(
    analysis: Analysis,
    sections: tuple[Section, ...],
    pictures: Mapping[Lang, tuple[Picture, ...]] | None = None,
) -> Edition:
    """Return the edition that leaves nothing out."""
    return Edition(
        analysis.study,
        analysis.provenance,
        whole_visibility(analysis.study),
        sections,
        stage_colour_of(analysis),
        dict(pictures or {}),
    )


def circle_of(edition: Edition) -> str:
    """Return who may see an edition, as its pages say: "internal" or "public"; nothing where units are public entities and there is but one edition."""
    return edition.visibility if edition.study.units == "enterprises" else ""
