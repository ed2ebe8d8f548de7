"""The documents that an edition's sections make: one, or a bulletin for everybody and a technical report beside it.

A bulletin says what came out and is short; how firm that is and how it was made fills a report of its own. Where there is little of the second, it stays with the first.
"""

from __future__ import annotations

from dataclasses import dataclass

from hmsurvey.errors import NOTHING, Lang, Text
from hmsurvey.output.content import Section, blocks_of
from hmsurvey.output.edition import Edition
from hmsurvey.output.summary import KIND_SENTENCES

ENOUGH = 3  # technical sections from which a document of their own is worth its cover


@dataclass(frozen=True, slots=True)
class Document:
    """One document of an edition.

    Attributes
    ----------
    stem
        Of its files: "report" for the only one and for the bulletin, "technical" for the technical report.
    kind
        What it is called.
    sections
        The first is its summary.
    other
        The stem of the document beside it; nothing where there is none.
    other_kind, pointer
        What that one is called, and the sentence that leads there.
    """

    stem: str
    kind: Text
    sections: tuple[Section, ...]
    other: str = ""
    other_kind: Text = NOTHING
    pointer: Text = NOTHING


BULLETIN, TECHNICAL = Text("公报", "Bulletin"), Text("技术报告", "Technical report")


def whole_document(edition: Edition) -> Document:
    """Return all of an edition as one document."""
    return Document("report", BULLETIN, edition.sections)


def documents_of(edition: Edition) -> tuple[Document, ...]:
    """Return the documents of an edition: the bulletin, and the technical report where there is enough for one."""
    technical = tuple(section for section in edition.sections if section.part == "technical")
    if len(technical) < ENOUGH:
        return (whole_document(edition),)
    findings = tuple(section for section in edition.sections if section.part == "bulletin")
    there = Text(
        "这些结果有多大把握、是怎样得出的，见技术报告（technical.zh.html、technical.zh.pdf）。",
        "How firm these results are: see the technical report (technical.en.html, technical.en.pdf).",
    )
    back = Text(
        "主要结果见公报（report.zh.html、report.zh.pdf）。",
        "The findings are in the bulletin (report.en.html, report.en.pdf).",
    )
    return (
        Document("report", BULLETIN, findings, "technical", TECHNICAL, there),
        Document("technical", TECHNICAL, (_opening(edition), *technical), "report", BULLETIN, back),
    )


def _opening(edition: Edition) -> Section:
    """Return what a technical report says first: of what kind the data are, and what it is for."""
    purpose = Text(
        "本报告供需要核对或引用公报的人使用：公报中的数字受抽样、计分和分级办法多大影响，结果依据哪些规则、权重和假定。",
        "This report is for those who check or quote the bulletin: how far its numbers depend on who answered and on how answers are scored and staged, and on which rules, weights and assumptions they rest.",
    )
    blocks = blocks_of(KIND_SENTENCES[edition.provenance.nature], purpose)
    return Section("summary", Text("关于本报告", "About this report"), blocks, points=True, part="technical")


def file_of(stem: str, lang: Lang, ending: str) -> str:
    """Return the name of a document's file: report.zh.html."""
    return f"{stem}.{lang}.{ending}"
