"""What the data behind a study are, in a paragraph that follows their provenance: for the head of a notebook.

Prose cannot know which workbooks are in place. So no page says it in prose; it asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from hmsurvey.errors import Text
from hmsurvey.provenance import Provenance
from hmsurvey.study import Analysis

_HEADS = {
    "synthetic": Text("这些数据是模拟的。", "These data are synthetic."),
    "mixed": Text(
        "这些数据一部分是模拟的，一部分是真实的。", "These data are partly synthetic, partly about real enterprises."
    ),
    "undeclared": Text("这些数据的来源未经说明。", "The origin of these data is not declared."),
    "real": Text("按来源卡片，这些数据是真实的。", "These data are real, by their cards."),
}
_WORDS = {
    "synthetic": Text(
        "答卷由程序随机生成，只演示做法，不说明任何真实企业或城市；哪个市高、哪个市低，都由随机数决定。把真实工作簿连同来源卡片放到原处，重新运行，这段话和每张表、每幅图上的标记会随之改变。",
        "A program drew the answers at random. They show how the work is done and say nothing about any real enterprise or city; which city is high or low was decided by lot. Put real "
        "workbooks with their cards in their place, run again, and this paragraph and the marks on every table and figure change by themselves.",
    ),
    "mixed": Text(
        "请把本页全部内容按保密资料对待，不要转发；两种文件合在一起算出的数不说明任何企业或城市，不要据以下结论。每张表、每幅图都标明自己所依据的数据。",
        "Treat everything on this page as confidential and do not forward it. What rests on both kinds of files together describes no enterprise and no city: draw no conclusion from it. Every "
        "table and figure says what it rests on.",
    ),
    "undeclared": Text(
        "程序无从知道它们是真实的还是编造的。引用之前请先核实来源，并为工作簿写来源卡片；核实之前按真实数据保密。",
        "No program can tell whether they are real. Find out where they come from before quoting anything, and write cards for the workbooks; until then, keep them as confidential as real ones.",
    ),
    "real": Text(
        "每张表、每幅图下面写明来源；程序核对过，文件与卡片一致，但卡片说得对不对，程序无法知道。",
        "Every table and figure names its source. The files are those that the cards describe; whether the cards are right, no program can tell.",
    ),
}
_CONFIDENTIAL = Text(
    "本页涉及真实企业，尚未作披露控制：请勿转发。",
    "This page is about real enterprises and has not been through disclosure control: do not forward it.",
)
_FILES = {
    "synthetic": Text("由程序生成：", "Made up by a program: "),
    "undeclared": Text("来源未说明：", "Of undeclared origin: "),
    "real": Text("真实：", "Real: "),
}
_COLOURS = {"synthetic": "#B5482F", "mixed": "#B5482F", "undeclared": "#8A6D1B", "real": "#2F6B4F"}


@dataclass(frozen=True, slots=True, repr=False)
class AboutData:
    """What is to be said of the data of a study; a notebook shows it as a paragraph in both languages."""

    provenance: Provenance
    enterprises: bool = True

    @property
    def head(self) -> Text:
        """The first sentence."""
        return _HEADS[self.provenance.nature]

    @property
    def words(self) -> Text:
        """What follows: what may be done with such data, and, where they are mixed, which file is what."""
        parts = []
        if self.provenance.nature == "mixed":
            parts += [_listed(self.provenance, kind) for kind in ("real", "undeclared", "synthetic")]
        parts.append(_WORDS[self.provenance.nature])
        if self.provenance.nature == "real" and self.enterprises:
            parts.append(_CONFIDENTIAL)
        there = [part for part in parts if any(part)]
        return Text("".join(part.zh for part in there), " ".join(part.en for part in there))

    def __repr__(self) -> str:
        return f"{self.head.en} {self.words.en}"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        style = (
            f"border-left:4px solid {_COLOURS[self.provenance.nature]};padding:.2em .9em;max-width:62em;line-height:1.5"
        )
        said = [(self.head.of(lang), self.words.of(lang), lang) for lang in ("en", "zh")]
        paragraphs = "".join(
            f'<p style="margin:.3em 0" lang="{lang}"><b>{escape(head)}</b> {escape(words)}</p>'
            for head, words, lang in said
        )
        return f'<div class="hm-about" data-kind="{self.provenance.nature}" style="{style}">{paragraphs}</div>'


def _listed(provenance: Provenance, kind: str) -> Text:
    files = list(dict.fromkeys(s.file or s.title for s in provenance.sources if s.kind == kind))
    if not files:
        return Text("", "")
    return Text(_FILES[kind].zh + "、".join(files) + "。", _FILES[kind].en + ", ".join(files) + ".")


def about_data(analysis: Analysis) -> AboutData:
    """Say what the data of a study are: synthetic, partly synthetic, of undeclared origin, or real."""
    return AboutData(analysis.provenance, analysis.study.units == "enterprises")
