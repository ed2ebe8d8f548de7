"""The report on paper: for each document one PDF a language with contents, numbered tables and figures, and the kind of data on every page.

The words come from the edition's sections, tables as `views` shows them, figures as they were drawn; the look is in `definitions/print`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hmsurvey import __version__
from hmsurvey.errors import Lang, Text
from hmsurvey.output.columns import PORTRAIT, fit_table, laid_out
from hmsurvey.output.content import Drawing, Heading, Passage, Section
from hmsurvey.output.edition import Edition, Picture, circle_of
from hmsurvey.output.folding import fold_columns
from hmsurvey.output.lettering import lettered, size_of
from hmsurvey.output.press import lost_note, own_words, press, set_plain
from hmsurvey.output.results import write_bytes
from hmsurvey.output.views import BANNERS, INTERNAL_MORE, VISIBILITY_WORDS, Cell, may_show, set_text, view_table
from hmsurvey.output.volumes import Document, documents_of, file_of, whole_document
from hmsurvey.provenance import NATURE_WORDS, Provenance, definition_words
from hmsurvey.tables import Table

Data = dict[str, Any]

_HIGHEST = 225 * 72 / 25.4  # points of a page that a figure may take, its caption aside
_SHORT = 8  # rows up to which a table is kept on one page
# Beside the bars these say the same again; they stay with the files, the map of stages on the page too.
_LEFT_OUT = ("coverage_map_", "stages_map_")
_WORDS = {
    "contents": Text("目录", "Contents"),
    "table": Text("表", "Table"),
    "figure": Text("图", "Figure"),
    "wide": Text("宽表", "Wide tables"),
    "continued": Text("（续）", " (continued)"),
    "stands": Text("见第 ? 页", "stands on page ?"),  # the page's number takes the place of the mark
    "made": Text("生成程序：", "Made with: "),
    "definitions": Text("所用定义：", "Definitions: "),
    "seed": Text("随机种子", "seed"),
}


def write_pdf(edition: Edition, folder: Path, *, lang: Lang) -> tuple[Path, ...]:
    """Write the documents of an edition as `report.LANG.pdf` and, where there is one, `technical.LANG.pdf`, each as a whole or not at all; return their paths."""
    return tuple(
        write_bytes(folder / file_of(document.stem, lang, "pdf"), render_pdf(edition, document, lang=lang))
        for document in documents_of(edition)
    )


def render_pdf(edition: Edition, document: Document | None = None, *, lang: Lang) -> bytes:
    """Return a document of an edition as a PDF; without one, all of the edition in one; the same edition gives the same bytes."""
    document = document or whole_document(edition)
    words = own_words(_WORDS, lang)
    files: dict[str, bytes] = {}
    chapters = list(_chapters(edition, document, lang, files))
    who = circle_of(edition)
    content = front_of(edition.provenance, who, lang, title=set_text(edition.study.label, lang))
    content |= {"words": words, "summary": chapters[0], "chapters": chapters[1:], "document": document.kind.of(lang)}
    definitions = (" · ").join(definition_words(d, lang) for d in edition.provenance.definitions)
    made = f"hmsurvey {__version__} · {edition.study.id} {edition.study.version} · {words['seed']} {edition.study.seed}"
    colophon = [words["made"] + made, words["definitions"] + definitions, content["running"], lost_note(content, lang)]
    content["colophon"] = [line for line in colophon if line]
    return press("report.typ", set_plain(content, lang), files)


def front_of(provenance: Provenance, visibility: str, lang: Lang, *, title: str, more: Text = INTERNAL_MORE) -> Data:
    """Return what every printed page says of its data: kind, visibility, program; for banner, head, foot and the file's own properties.

    `visibility` is "internal", "public", or nothing where units are public entities and all may see everything.
    """
    kind = NATURE_WORDS[provenance.nature].of(lang)
    inside = visibility == "internal"
    told = [BANNERS[provenance.nature].of(lang), *([more.of(lang)] if inside else [])]
    banner = ("" if lang == "zh" else " ").join(told)
    who = VISIBILITY_WORDS.get(visibility)
    running = " · ".join([kind, *([who.of(lang)] if who else [])])
    return {
        "lang": lang,
        "region": "cn" if lang == "zh" else "us",
        "title": title,
        "short": title,
        "author": f"hmsurvey {__version__}",
        "description": f"{running}. {banner}",
        "keywords": [word for word in (kind, visibility, *provenance.definitions) if word],
        "nature": provenance.nature,
        "kind": kind,
        "visibility": who.of(lang) if who else "",
        "banner": banner,
        "running": running,
        "program": f"hmsurvey {__version__}",
    }


def _chapters(edition: Edition, document: Document, lang: Lang, files: dict[str, bytes]) -> Iterator[Data]:
    """Yield the sections as the template takes them; tables and figures are numbered through, drawings go to `files`."""
    by_table: dict[str, list[Picture]] = {}
    for picture in edition.pictures.get(lang, ()):
        if not picture.name.startswith(_LEFT_OUT):
            by_table.setdefault(picture.table.code, []).append(picture)
    numbers = {"table": 0, "figure": 0}

    def numbered(kind: str, part: Data) -> Data:
        numbers[kind] += 1
        return {"kind": kind, "number": numbers[kind], **part}

    def figures(code: str) -> list[Data]:
        return [numbered("figure", _figure(picture, lang, files)) for picture in by_table.pop(code, [])]

    def parts(section: Section) -> Iterator[Data]:
        for block in section.blocks:
            if isinstance(block, Text):
                yield {"kind": "passage" if isinstance(block, Passage) else "text", "text": set_text(block, lang)}
            elif isinstance(block, Heading):
                yield {"kind": "heading", "text": set_text(block.text, lang)}
            elif isinstance(block, Drawing):
                yield from figures(block.table)
            elif may_show(block, edition.study):
                yield from figures(block.code)
                yield numbered("table", _table(block, lang, edition.colours))

    for number, section in enumerate(document.sections):
        title, found = set_text(section.title, lang), list(parts(section))
        if not number and document.other:
            href = file_of(document.other, lang, "pdf")
            found.append({"kind": "elsewhere", "text": set_text(document.pointer, lang), "file": href})
        yield {"number": number, "title": title, "points": section.points, "parts": found}


def _figure(picture: Picture, lang: Lang, files: dict[str, bytes]) -> Data:
    svg = lettered(picture.svg.decode("utf-8"))
    wide, high = size_of(svg)
    name = f"figure{len(files) + 1}.svg"
    files[name] = svg.encode("utf-8")
    width = min(1.0, PORTRAIT / wide, _HIGHEST / high) * wide
    return {
        "file": name,
        "width": round(width, 2),
        "title": set_text(picture.table.title, lang),
        "alt": picture.headline,
    }


def _table(table: Table, lang: Lang, colours: Mapping[str, str]) -> Data:
    """Return a table as the template sets it; a cell is a text, or a text and the colour of its stage."""
    view = laid_out(view_table(fold_columns(table), lang, dict(colours)))
    fit = fit_table(view)
    return {
        "title": view.title,
        "table": {
            "header": [_cell(cell) for cell in view.header],
            "rows": [[_cell(cell) for cell in row] for row in view.rows],
            "numeric": [cell.numeric for cell in view.header],
            "totals": sorted(view.totals),
            "notes": [*view.notes, view.provenance],
            "short": len(view.rows) <= _SHORT,
            "widths": fit.widths,
            "size": fit.size,
            "landscape": fit.landscape,
            "parts": fit.parts,
        },
    }


def _cell(cell: Cell) -> str | list[str]:
    return [cell.text, cell.colour] if cell.colour else cell.text
