"""Everything a run writes: processed data, the editions in all their forms, notebooks, a manifest for each folder.

One seam for all forms: a new form of output is one more step here. Nothing is put in place before everything is written, so that an interrupted run leaves the
earlier report whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.analysis.protection import Loss, protect_digest
from hmsurvey.analysis.trials import can_be_tried
from hmsurvey.errors import Lang, Text
from hmsurvey.output.book import write_books
from hmsurvey.output.brief import write_brief
from hmsurvey.output.cards import outdated_words, remove_outdated
from hmsurvey.output.city_writing import write_city_pages
from hmsurvey.output.drawing import Studio
from hmsurvey.output.edition import Edition, Visibility, whole_edition, whole_visibility
from hmsurvey.output.explorer import write_explorer, write_public_explorer
from hmsurvey.output.figure_pdf import write_figure_pdfs
from hmsurvey.output.figures import figure_jobs
from hmsurvey.output.manifest import content_of_manifest, write_manifest
from hmsurvey.output.notebooks import can_execute, finish_notebooks, start_notebooks
from hmsurvey.output.paper import write_paper
from hmsurvey.output.pdf import write_pdf
from hmsurvey.output.placing import folder_beside, put_in_place
from hmsurvey.output.public import public_edition, public_jobs
from hmsurvey.output.report import write_report
from hmsurvey.output.results import write_bytes, write_frame, write_processed
from hmsurvey.output.sealed import seal_files, whole_provenance
from hmsurvey.output.sections import sections_of
from hmsurvey.study import Analysis, Study

LANG_WORDS = {"zh": Text("中文", "Chinese"), "en": Text("英文", "English")}


class Step(Protocol):
    """Says what is being done and how long it took, beside the seconds it should take at most on two processors."""

    def __call__(self, words: Text, *, budget: float = 0.0) -> AbstractContextManager[None]: ...


class _Shelf(NamedTuple):
    """A folder of results: where it belongs, where it is written first, and who may see it."""

    place: Path
    beside: Path
    visibility: Visibility


def write_all(
    analysis: Analysis,
    root: Path,
    *,
    langs: tuple[Lang, ...],
    notebooks: bool,
    step: Step,
    say: Callable[[Text], None],
    processes: int | None = None,
    pdf_figures: bool = False,
) -> dict[str, int]:
    """Write all of a run below `root`; return the number of files by folder.

    `processes` draw figures side by side; 0 draws them in this one. With `pdf_figures` each figure is written as PDF too.
    """
    for result in analysis.results.values():
        can_be_tried(result)  # measures of the study that do not fit are said before anything is written
    with folder_beside(root) as beside:
        shelves = _write_beside(analysis, root, beside, langs, notebooks, step, say, processes)
        if pdf_figures:
            with step(Text("写 PDF 图", "Writing figures as PDF"), budget=8):
                for shelf in shelves:
                    write_figure_pdfs(shelf.beside / "figures")
        for shelf in shelves:
            seal_files(
                sorted(shelf.beside.rglob("*")),
                whole_provenance(analysis),
                study=analysis.study,
                visibility=shelf.visibility,
            )
            write_manifest(shelf.beside, analysis, visibility=shelf.visibility)
        placed = put_in_place([(shelf.beside, shelf.place) for shelf in shelves], beside / "earlier")
    gone = [(str(shelf.place), folder.removed) for shelf, folder in zip(shelves, placed, strict=True) if folder.removed]
    if gone:
        zh, en = ("、".join(f"{place}　{n} 个" for place, n in gone), ", ".join(f"{n} in {place}" for place, n in gone))
        say(
            Text(
                f"删除以前运行留下、这次没有再写的文件：{zh}",
                f"Removed files of an earlier run, not written again: {en}",
            )
        )
    mine = shelves[1]
    now = content_of_manifest(analysis, visibility=mine.visibility)
    if n := remove_outdated(mine.place / "cards", now, study=analysis.study.id):
        say(outdated_words(n))
    return {str(shelf.place): folder.written for shelf, folder in zip(shelves, placed, strict=True)}


def _write_beside(
    analysis: Analysis,
    root: Path,
    beside: Path,
    langs: tuple[Lang, ...],
    notebooks: bool,
    step: Step,
    say: Callable[[Text], None],
    processes: int | None,
) -> list[_Shelf]:
    data = _Shelf(root / "data" / "processed", beside / "processed", whole_visibility(analysis.study))
    with step(Text("写处理后的数据", "Writing processed data"), budget=2):
        write_processed(analysis, data.beside, langs=langs)
    mine = whole_visibility(analysis.study)
    shelves = [data, _Shelf(root / "reports" / mine, beside / mine, mine)]
    with Studio(processes) as studio:
        with step(Text("汇总成表", "Tabulating"), budget=25):
            studio.order(figure_jobs(analysis), langs, sheaf=mine)
            sections = sections_of(analysis)
            digest = digest_of(analysis)
        outside = None
        if mine == "internal":  # while the figures of this edition are drawn
            with step(Text("披露控制", "Disclosure control"), budget=10):
                outside = protect_digest(digest)
                studio.order(public_jobs(outside[0]), langs, sheaf="public")
        with step(Text("制图", "Drawing figures"), budget=5):
            whole = whole_edition(analysis, sections, studio.collect(sheaf=mine))
        _write_edition(whole, digest, shelves[-1].beside, langs, step)
        with step(Text("写交互页", "Writing the explorer"), budget=3):
            write_explorer(analysis, shelves[-1].beside, lang=langs[0])
        if outside is not None:
            shelves.append(_Shelf(root / "reports" / "public", beside / "public", "public"))
            _write_public(outside, analysis.study, studio, shelves[-1].beside, langs, step)
    if notebooks and analysis.study.notebooks is not None:
        if can_execute():
            with step(Text("运行笔记本", "Executing the notebooks")):
                for _ in finish_notebooks(start_notebooks(analysis.study.notebooks, shelves[1].beside / "notebooks")):
                    pass
        else:
            say(
                Text(
                    "  未装 nbclient、nbconvert、ipykernel，跳过笔记本。",
                    "  nbclient, nbconvert, ipykernel are not installed: notebooks left out.",
                )
            )
    return shelves


def _write_public(
    outside: tuple[Digest, Loss], study: Study, studio: Studio, folder: Path, langs: Sequence[Lang], step: Step
) -> None:
    """Write the edition that may be passed on, from a protected digest and nothing else."""
    digest, loss = outside
    with step(Text("制图（公开版）", "Drawing figures (public)"), budget=8):
        edition = public_edition(digest, loss, study, pictures=studio.collect(sheaf="public"))
    _write_edition(edition, digest, folder, langs, step)
    with step(Text("写交互页（公开版）", "Writing the explorer (public)"), budget=1):
        write_public_explorer(digest, folder, lang=langs[0])


def _write_edition(edition: Edition, digest: Digest, folder: Path, langs: Sequence[Lang], step: Step) -> None:
    """Write an edition in all its forms; the digest is as open as the edition."""
    with step(Text("写图与数据", "Writing figures and their data"), budget=3):
        for lang in langs:
            _write_pictures(edition, folder / "figures" / lang, lang)
    for lang in langs:
        words = LANG_WORDS[lang]
        with step(Text(f"写报告（{words.zh}）", f"Writing the report ({words.en})"), budget=4):
            write_report(edition, folder, lang=lang)
        with step(Text(f"写 PDF（{words.zh}）", f"Writing the PDF ({words.en})"), budget=6):
            write_pdf(edition, folder, lang=lang)
    with step(Text("写简报", "Writing the brief"), budget=3):
        for lang in langs:
            write_brief(edition, folder, digest=digest, lang=lang)
    with step(Text("写各市页面", "Writing the pages of cities"), budget=5):
        for lang in langs:
            write_city_pages(edition, folder, digest=digest, lang=lang)
    with step(Text("写工作簿", "Writing the workbooks"), budget=3):
        write_books(edition, folder)
    with step(Text("写论文用表", "Writing tables for papers"), budget=1):
        for lang in langs:
            write_paper(edition, folder, lang=lang)


def _write_pictures(edition: Edition, folder: Path, lang: Lang) -> None:
    for picture in edition.pictures.get(lang, ()):
        write_bytes(folder / f"{picture.name}.png", picture.png)
        write_bytes(folder / f"{picture.name}.svg", picture.svg)
        write_frame(picture.table, folder / f"{picture.name}.csv")
