"""Where a workbook's tables stand in the documents: by the number that the bulletin or the technical report gives each, or in which section's annex.

A reader who holds the printed page finds the sheet by it. The numbers are counted as the pages count them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import PART_OF_PAGE, all_tables
from hmsurvey.output.edition import Edition
from hmsurvey.output.views import may_show
from hmsurvey.output.volumes import documents_of
from hmsurvey.tables import Table


@dataclass(frozen=True, slots=True)
class Place:
    """The section that a table belongs to, and where a reader finds it: "Bulletin, Table 3"; "annex to Bulletin 1" where only the workbook has it."""

    section: Text = NOTHING
    stands: Text = NOTHING


def places_of(edition: Edition) -> dict[str, Place]:
    """Return where every table of an edition stands, by the table's code.

    Parameters
    ----------
    edition
        What its readers may see.

    Returns
    -------
    dict
        A table that is cut for the page counts as the whole one; one that stands in both documents names both, its section being the first.
    """
    known = {table.code for table in all_tables(edition.sections) if not table.code.endswith(PART_OF_PAGE)}
    found: dict[str, Place] = {}
    annexes: list[tuple[str, Place]] = []
    for document in documents_of(edition):
        kind, n = document.kind, 0
        for k, section in enumerate(document.sections):
            number = f" {k}" if k else ""  # the summary has none
            title = Text(f"{kind.zh}{number}　{section.title.zh}", f"{kind.en}{number}  {section.title.en}")
            for block in section.blocks:
                if isinstance(block, Table) and may_show(block, edition.study):
                    n += 1
                    code = _whole_of(block.code, known)
                    place = Place(title, Text(f"{kind.zh}表 {n}", f"{kind.en}, Table {n}"))
                    found[code] = _joined(found[code], place) if code in found else place
            annex = Text(f"{kind.zh}第 {k} 节附表", f"{kind.en} {k}, annex")
            annexes += [(table.code, Place(title, annex)) for table in section.annex]
    for code, place in annexes:
        found.setdefault(code, place)
    return found


def _whole_of(code: str, known: Collection[str]) -> str:
    """Return the code of the whole table where a code is that of a cut, of one of several too."""
    whole = code.removesuffix(PART_OF_PAGE)
    if whole == code or whole in known:
        return whole
    return max((one for one in known if whole.startswith(f"{one}_")), key=len, default=whole)


def _joined(first: Place, second: Place) -> Place:
    stands = Text(f"{first.stands.zh}；{second.stands.zh}", f"{first.stands.en}; {second.stands.en}")
    return replace(first, stands=stands)
