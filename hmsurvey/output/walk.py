"""Everything a run writes, in order: processed data, notebooks, figures, reports, workbooks, the manifest last.

One seam for all forms: a new form of output is one more step here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from hmsurvey.errors import Lang, Text
from hmsurvey.output.book import write_books
from hmsurvey.output.figures import figures_of, write_figure
from hmsurvey.output.manifest import listed_files, remove_stale, write_manifest
from hmsurvey.output.notebooks import can_execute, finish_notebooks, start_notebooks
from hmsurvey.output.report import write_report
from hmsurvey.output.results import write_frame, write_processed
from hmsurvey.output.sealed import seal_files
from hmsurvey.output.sections import sections_of
from hmsurvey.study import Analysis

INTERNAL = "internal"  # what is about single enterprises
Step = Callable[[Text], AbstractContextManager[None]]
LANG_WORDS = {"zh": Text("中文", "Chinese"), "en": Text("英文", "English")}


def write_all(
    analysis: Analysis, root: Path, *, langs: tuple[Lang, ...], notebooks: bool, step: Step, say: Callable[[Text], None]
) -> dict[str, int]:
    """Write all of a run below `root`; return the number of files by folder."""
    processed, reports = root / "data" / "processed", root / "reports"
    execution = None
    folder = analysis.study.notebooks
    if notebooks and folder is not None:
        if can_execute():
            execution = start_notebooks(folder, reports / "notebooks")
        else:
            say(
                Text(
                    "  未装 nbclient、nbconvert、ipykernel，跳过笔记本。",
                    "  nbclient, nbconvert, ipykernel are not installed: notebooks left out.",
                )
            )
    written: list[Path] = []
    with step(Text("写处理后的数据", "Writing processed data")):
        data = write_processed(analysis, processed, lang=langs[0])
    with step(Text("汇总成表", "Tabulating")):
        sections = sections_of(analysis)
    for lang in langs:
        words = LANG_WORDS[lang]
        with step(Text(f"制图（{words.zh}）", f"Drawing figures ({words.en})")):
            drawn = list(figures_of(analysis, lang))
            for name, figure, provenance, table in drawn:
                single = table.personal and analysis.study.units == "enterprises"
                figures = (reports / INTERNAL if single else reports) / "figures" / lang
                written += write_figure(figure, figures / name, provenance, lang)
                written.append(write_frame(table, figures / f"{name}.csv"))
        with step(Text(f"写报告（{words.zh}）", f"Writing the report ({words.en})")):
            written.append(write_report(analysis, reports, lang=lang, sections=sections, figures=drawn))
    with step(Text("写工作簿", "Writing the workbooks")):
        written += write_books(analysis, reports, sections=sections)
    if execution is not None:
        with step(Text("运行笔记本", "Executing the notebooks")):
            written += list(finish_notebooks(execution))
    for folder_, files in ((processed, data), (reports, written)):
        earlier = listed_files(folder_)
        visibility = "internal" if analysis.study.units == "enterprises" else "public"
        seal_files(files, analysis.provenance, study=analysis.study, visibility=visibility)
        write_manifest(folder_, files, analysis)
        remove_stale(folder_, earlier, files)
    return {str(processed): len(data) + 1, str(reports): len(written) + 1}
