"""Notebooks executed: each in a fresh kernel, side by side, to a page that opens without a network.

The committed notebooks hold no outputs; what they show is made here, from the study beside them.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hmsurvey.errors import HmsurveyError, Problem, Text
from hmsurvey.output.results import write_bytes

NEEDED = ("nbclient", "nbconvert", "ipykernel")
# A page must open without a network and needs no program: the exporter's scripts, which would load others, are left out.
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)


class NotebookError(HmsurveyError):
    """A notebook that does not run."""


@dataclass(slots=True)
class Execution:
    """Notebooks being executed in processes of their own."""

    waiting: list[tuple[Path, Path]]
    running: list[tuple[Path, Path, subprocess.Popen[str]]]
    at_once: int


def can_execute() -> bool:
    """Tell whether the packages that execute notebooks are installed."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def start_notebooks(folder: Path, out: Path, *, at_once: int | None = None) -> Execution:
    """Start executing all notebooks of a folder, as many at once as there are processors."""
    pairs = [(path, out / f"{path.stem}.html") for path in sorted(folder.glob("*.ipynb"))]
    execution = Execution(pairs, [], at_once or max(1, os.cpu_count() or 1))
    _fill(execution)
    return execution


def _fill(execution: Execution) -> None:
    while execution.waiting and len(execution.running) < execution.at_once:
        notebook, page = execution.waiting.pop(0)
        command = [sys.executable, "-m", "hmsurvey.output.notebooks", str(notebook), str(page)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )
        execution.running.append((notebook, page, process))


def finish_notebooks(execution: Execution) -> Iterator[Path]:
    """Wait for the notebooks and yield the pages as they are written.

    Raises
    ------
    NotebookError
        With every notebook that failed, and the end of what it said.
    """
    problems = []
    while execution.running:
        notebook, page, process = execution.running.pop(0)
        said, _ = process.communicate()
        _fill(execution)
        if process.returncode == 0:
            yield page
        else:
            problems.append(
                Problem(
                    Text("笔记本运行失败。", "A notebook does not run."),
                    where=notebook.name,
                    found="\n".join(said.strip().splitlines()[-12:]),
                    fix=Text("在 JupyterLab 中打开，逐格运行查看。", "open it in JupyterLab and run it cell by cell."),
                )
            )
    if problems:
        raise NotebookError(problems)


def execute(notebook: Path, page: Path) -> None:
    """Execute one notebook in a fresh kernel, in its own folder, and write it as one HTML page."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(content, timeout=300, resources={"metadata": {"path": str(notebook.parent)}}).execute()
    exporter = HTMLExporter(embed_images=True)  # type: ignore[no-untyped-call]
    heading = _HEADING.search("\n".join(cell.source for cell in content.cells if cell.cell_type == "markdown"))
    title = heading[1] if heading else notebook.stem
    body, _ = exporter.from_notebook_node(content, resources={"metadata": {"name": title}})
    write_bytes(page, _SCRIPT.sub("", body).encode("utf-8"))


if __name__ == "__main__":
    execute(Path(sys.argv[1]), Path(sys.argv[2]))
