"""The report as pages: for each document one self-contained HTML file a language, that opens without a network, runs nothing, and prints.

The words come from `sections`, the look from `definitions/report.html.j2`. What stands on the page about single enterprises: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from hmsurvey.definitionfile import definitions_folder
from hmsurvey.errors import Lang, Text
from hmsurvey.output.content import Drawing, Heading, Passage
from hmsurvey.output.edition import Edition, Picture, circle_of
from hmsurvey.output.folding import fold_columns
from hmsurvey.output.inlining import Glyphs, inline_figure
from hmsurvey.output.results import write_bytes
from hmsurvey.output.views import (
    TableView,
    masthead,
    may_show,
    set_text,
    view_table,
)
from hmsurvey.output.volumes import Document, documents_of, file_of, whole_document

_LEFT_OUT = ("coverage_map_",)  # beside the bars these would only say the same again; they stay with the files
# Rows and columns; a longer or broader table is folded, and so is the one whose figure stands above it.
_LONG, _BROAD = 10, 11
_WORDS = {
    "contents": Text("目录", "Contents"),
    "table": Text("表", "Table"),
    "made": Text("生成程序", "Made with"),
    "definitions": Text("所用定义", "Definitions"),
    "wide": Text("表格较宽，可左右滑动。", "A wide table: it scrolls sideways."),
    "skip": Text("跳到正文", "Skip to content"),
    "seed": Text("随机种子", "seed"),
    "paper": Text("PDF 版", "PDF"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing in a section: a paragraph, a heading, a table or a figure with its number, or the way to another file."""

    kind: str
    text: str = ""
    anchor: str = ""
    number: int = 0
    folded: bool = False
    table: TableView | None = None
    drawing: Markup | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section as the template sets it."""

    code: str
    title: str
    parts: tuple[Part, ...]
    points: bool


def write_report(edition: Edition, folder: Path, *, lang: Lang) -> tuple[Path, ...]:
    """Write the documents of an edition in one language.

    Parameters
    ----------
    edition
        What its readers may see.
    folder
        Where `report.zh.html` or `report.en.html` goes, and `technical.zh.html` or `technical.en.html` where there is a technical report.
    lang
        The language.

    Returns
    -------
    tuple
        The files, the bulletin first.
    """
    return tuple(
        write_bytes(
            folder / file_of(document.stem, lang, "html"), render_report(edition, document, lang=lang).encode("utf-8")
        )
        for document in documents_of(edition)
    )


def render_report(edition: Edition, document: Document | None = None, *, lang: Lang) -> str:
    """Return a document of an edition as a page; without one, all of the edition on one page."""
    document = document or whole_document(edition)
    glyphs = Glyphs()
    chapters = _chapters(edition, document, lang, glyphs)
    study = edition.study
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(definitions_folder()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(
        "report.html.j2"
    ).render(
        lang="zh-CN" if lang == "zh" else "en",
        longest=16 if lang == "zh" else 32,  # letters of a cell; more need room
        title=set_text(study.label, lang),
        words={key: text.of(lang) for key, text in _WORDS.items()},
        document=document.kind.of(lang),
        beside=_beside(document, lang),
        glyphs=Markup(glyphs.sheet()),
        summary=chapters[0],
        chapters=chapters[1:],
        study=f"{study.id} {study.version}",
        seed=study.seed,
        **masthead(edition.provenance, circle_of(edition), lang),
    )


def _beside(document: Document, lang: Lang) -> list[tuple[str, str]]:
    """Return the files beside a page, as (address, words): the other document, and the same on paper."""
    other = [(file_of(document.other, lang, "html"), document.other_kind.of(lang))] if document.other else []
    return [*other, (file_of(document.stem, lang, "pdf"), _WORDS["paper"].of(lang))]


def _chapters(edition: Edition, document: Document, lang: Lang, glyphs: Glyphs) -> list[Chapter]:
    by_table: dict[str, list[Picture]] = {}
    for picture in edition.pictures.get(lang, ()):
        if not picture.name.startswith(_LEFT_OUT):
            by_table.setdefault(picture.table.code, []).append(picture)
    chapters: list[Chapter] = []
    n_tables = n_figures = n_headings = 0
    for section in document.sections:
        parts: list[Part] = []

        def show(code: str, parts: list[Part] = parts) -> bool:
            nonlocal n_figures
            pictures = by_table.pop(code, [])
            for picture in pictures:
                n_figures += 1
                drawing = inline_figure(picture.svg, f"f{n_figures}-", glyphs, label=picture.headline)
                parts.append(Part("figure", number=n_figures, drawing=Markup(drawing)))
            return bool(pictures)

        for block in section.blocks:
            if isinstance(block, Passage):
                parts.append(Part("passage", set_text(block, lang)))
            elif isinstance(block, Text):
                parts.append(Part("text", set_text(block, lang)))
            elif isinstance(block, Heading):
                n_headings += 1
                parts.append(Part("heading", set_text(block.text, lang), f"{section.code}-{n_headings}"))
            elif isinstance(block, Drawing):
                show(block.table)
            elif may_show(block, edition.study):
                drawn = show(block.code)
                n_tables += 1
                view = view_table(fold_columns(block), lang, edition.colours)
                folded = drawn or len(view.rows) > _LONG or len(view.header) > _BROAD
                parts.append(Part("table", number=n_tables, folded=folded, table=view))
        if not chapters and document.other:
            href = file_of(document.other, lang, "html")
            parts.append(Part("elsewhere", set_text(document.pointer, lang), href))
        chapters.append(Chapter(section.code, set_text(section.title, lang), tuple(parts), section.points))
    return chapters
