"""Tables and provenance as a page shows them: texts in one language, ready to be set, with nothing left to decide in a template.

A view holds plain texts only; escaping is the template's business. Tables about single units are refused here when units are enterprises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from hmsurvey import __version__
from hmsurvey.errors import Lang, Text
from hmsurvey.output.phrases import cell_text, is_number_column, places_of_column, space_out
from hmsurvey.output.theme import stage_colours
from hmsurvey.provenance import NATURE_WORDS, Provenance, definition_words
from hmsurvey.study import Analysis, Study
from hmsurvey.tables import HIDDEN_NOTE, HIDDEN_SIGN, Column, Table

NARROW_GAP = "\N{NARROW NO-BREAK SPACE}"
STAGE_COLUMNS = ("stage", "next_stage", "stage_before", "stage_found", "stage_after")

BANNERS = {
    "synthetic": Text(
        "数字由程序编造，只演示做法，不反映任何实际企业、城市或省份。",
        "The numbers are made up by a program to show the method. They describe no real enterprise, city or province.",
    ),
    "mixed": Text(
        "部分数字由程序编造，部分来自真实企业：请按保密资料对待，不要据合计下任何结论。",
        "Some of the numbers are made up by a program, others are about real enterprises. Treat everything as confidential, and conclude nothing from the totals.",
    ),
    "undeclared": Text(
        "数据没有来源卡片，引用前请先核实。", "The data have no provenance card. Verify them before quoting."
    ),
    "real": Text(
        "来源卡片说明数据为真实数据；来源见“数据来源”。",
        "The data are declared real by their cards; see “What data these are”.",
    ),
}
INTERNAL = Text("内部资料", "Internal")
VISIBILITY_WORDS = {"internal": INTERNAL, "public": Text("公开版", "Public edition")}
BAR_COLOURS = {"synthetic": "#84260F", "mixed": "#84260F", "undeclared": "#54430A", "real": "#14463A"}
INTERNAL_MORE = Text(
    "含小样本分组，未作披露控制，请勿外传；对外请用 public 文件夹中的公开版。",
    "Small groups are shown. Do not forward: the public edition is in the folder “public”.",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, whether it is a number, the colour of the stage it names, whether it is the sign of a number not shown."""

    text: str
    numeric: bool = False
    colour: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class TableView:
    """A table in one language; `totals` are the places of rows that sum up the others."""

    code: str
    title: str
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: frozenset[int]
    notes: tuple[str, ...]
    provenance: str
    kind: str
    wordy: bool


def set_text(text: Text, lang: Lang) -> str:
    """Return a text of our own as it is set: in Chinese, numbers stand off their units by a narrow space that does not break."""
    if lang == "en":
        return text.of("en")
    spaced = space_out(text.of("zh"))
    for digit in "0123456789%":
        spaced = spaced.replace(f"{digit} ", digit + NARROW_GAP)
    return spaced


def stage_colour_of(analysis: Analysis) -> dict[str, str]:
    """Return the colour of every stage of every rule of a study."""
    colours: dict[str, str] = {}
    for result in analysis.results.values():
        if result.plan.rule is not None:
            colours |= stage_colours(result.plan.rule.codes)
    return colours


def stage_of_column(column: Column) -> str:
    """Return the stage that a count or share is about: `n_low`, `share_low_pct`, `n_after_low` -> low; else nothing."""
    code = column.code
    if code.startswith("share_") and code.endswith("_pct"):
        return code.removeprefix("share_").removesuffix("_pct")
    return code.removeprefix("n_after_").removeprefix("n_") if code.startswith("n_") else ""


def view_table(table: Table, lang: Lang, colours: Mapping[str, str]) -> TableView:
    """Set a table in one language."""
    header = tuple(
        Cell(set_text(c.label, lang), is_number_column(c), colours.get(stage_of_column(c), "")) for c in table.columns
    )
    places = [places_of_column(table, column) for column in table.columns]
    rows, totals = [], set()
    for r, (row, *values) in enumerate(table.frame.itertuples(index=True, name=None)):
        cells = []
        for column, place, value in zip(table.columns, places, values, strict=True):
            if (row, column.code) in table.hidden:
                cells.append(Cell(HIDDEN_SIGN.of(lang), is_number_column(column), hidden=True))
                continue
            colour = colours.get(str(value), "") if column.code in STAGE_COLUMNS else ""
            cells.append(Cell(cell_text(value, column, place, lang), is_number_column(column), colour))
        rows.append(tuple(cells))
        if len(values) and values[0] == "all":
            totals.add(r)
    meanings = [
        Text(f"{c.label.of('zh')}：{c.meaning.of('zh')}。", f"{c.label.of('en')}: {c.meaning.of('en')}.")
        for c in table.columns
        if any(c.meaning)
    ]
    return TableView(
        code=table.code,
        title=set_text(table.title, lang),
        header=header,
        rows=tuple(rows),
        totals=frozenset(totals),
        notes=tuple(
            set_text(note, lang) for note in (*table.notes, *([HIDDEN_NOTE] if table.hidden else []), *meanings)
        ),
        provenance=provenance_line(table.provenance, lang),
        kind=table.provenance.kind,
        wordy=sum(is_number_column(column) for column in table.columns) < 2,
    )


def provenance_line(provenance: Provenance, lang: Lang) -> str:
    """Return in one line what kind of data a table rests on, and which definitions made it."""
    kind = NATURE_WORDS[provenance.nature].of(lang)
    made = (Text("、", ", ").of(lang)).join(definition_words(d, lang) for d in provenance.definitions)
    if lang == "zh":
        return f"数据性质：{kind}" + (f"；定义：{made}" if made else "") + f"；hmsurvey {__version__}"
    return f"Data: {kind}" + (f"; definitions: {made}" if made else "") + f"; hmsurvey {__version__}"


def may_show(table: Table, study: Study) -> bool:
    """Tell whether a table may stand on a page: those about single enterprises may not."""
    return not (table.personal and study.units == "enterprises")


def masthead(provenance: Provenance, visibility: str, lang: Lang) -> dict[str, object]:
    """Return what the banner of every page says: the kind of the data, who may see them, and what follows from both.

    `visibility` is "internal", "public", or nothing where units are public entities and there is but one edition.
    """
    kind, seen_by = NATURE_WORDS[provenance.nature].of(lang), VISIBILITY_WORDS.get(visibility)
    running = " · ".join([kind, *([seen_by.of(lang)] if seen_by else [])])
    return {
        "kind": provenance.kind,
        "kind_words": kind,
        "nature": provenance.nature,
        "banner": BANNERS[provenance.nature].of(lang),
        "seen_by": seen_by.of(lang) if seen_by else "",
        "more": INTERNAL_MORE.of(lang) if visibility == "internal" else "",
        # into a style sheet: our own words only
        "running": Markup(running.replace('"', "").replace("\\", "").replace("<", "")),
        "definitions": [definition_words(d, lang) for d in provenance.definitions],
        "program": f"hmsurvey {__version__}",
    }
