"""Tables of a public page of which hardly anything may be shown: a sentence says how much is hidden and why, the workbook keeps the table.

Whether a table is replaced depends on which of its cells are hidden and on nothing else, and that is published: so it tells nobody anything.
"""

from __future__ import annotations

from dataclasses import replace

from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import Block, Drawing, Section
from hmsurvey.output.phrases import Units, is_number_column, number
from hmsurvey.tables import Table

_INNER = str.maketrans("“”", "‘’")  # quotation marks of a title that is quoted itself
MOST = 2 / 3  # of a table's numbers that may be hidden where it still stands on a page


def say_what_is_withheld(section: Section, units: Units, *, k: int) -> Section:
    """Put a sentence in the place of every table most of whose numbers are hidden; its figure stays, the table goes to the annex.

    Parameters
    ----------
    section
        Of a public edition; its tables are protected.
    units
        What the units are called.
    k
        The least number of units that a number may be about.
    """
    gone = tuple(table for table in section.tables if _is_withheld(table))
    if not gone:
        return section
    codes = {table.code for table in gone}
    blocks: list[Block] = []
    for block in section.blocks:
        if isinstance(block, Table) and block.code in codes:
            blocks += [_sentence(block, units, k), Drawing(block.code)]
        else:
            blocks.append(block)
    return replace(section, blocks=tuple(blocks), annex=(*section.annex, *gone))


def count_numbers(table: Table) -> tuple[int, int]:
    """Return how many numbers a table has, hidden ones with them, and how many of these are hidden; an empty cell is no number."""
    codes = {column.code for column in table.columns if is_number_column(column)}
    hidden = sum(code in codes for _, code in table.hidden)
    return hidden + int(table.frame[sorted(codes)].notna().to_numpy().sum()), hidden


def _is_withheld(table: Table) -> bool:
    n, hidden = count_numbers(table)
    return hidden > MOST * n


def _sentence(table: Table, units: Units, k: int) -> Text:
    n, hidden = count_numbers(table)
    title = Text(*(words.translate(_INNER) for words in table.title))
    counter, noun, many = units.counter, units.noun, units.many
    much, rest = Text(f"其中 {number(hidden)} 个隐去", f"{number(hidden)} of its {number(n)} numbers"), NOTHING
    if hidden == n:
        much = Text("全部隐去", f"all of its {number(n)} numbers")
    else:
        rest = Text("其余的数见工作簿。", " The others are in the workbook.")
    return Text(
        f"“{title.zh}”一表共有 {number(n)} 个数，{much.zh}，这里不列表：这些数或者有关不足 {k} {counter}{noun}，或者能据以推算出这样的数。{rest.zh}",
        f"The table “{title.en}” is left out here, for {much.en} are hidden: they are about fewer than {k} {many}, or such a number could be worked out from them.{rest.en}",
    )
