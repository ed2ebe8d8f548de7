"""The landscape as Markdown in both languages: what the abstract names and where it stands here, then every entry with what it rests on.

Written from the definition files by tools/make_docs.py; a test holds the committed page to them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hmsurvey.analysis.landscape import (
    tabulate_grounds,
    tabulate_ladder_of_carriers,
    tabulate_modules,
    tabulate_norms,
    tabulate_platforms,
    tabulate_types,
)
from hmsurvey.analysis.parties import (
    tabulate_brings,
    tabulate_decides,
    tabulate_parties,
    tabulate_problems,
    tabulate_solutions,
)
from hmsurvey.errors import Text
from hmsurvey.grounds import EVIDENCE_WORDS
from hmsurvey.landscape import TO_COME, Landscape
from hmsurvey.output.index_doc import NOTICE
from hmsurvey.output.volumes import BULLETIN, TECHNICAL
from hmsurvey.tables import Table

# Where a reader finds what a definition names as a section's code: which of the two documents, and the section's title there. A test holds it to a real run.
SECTIONS = {
    "respondents": (BULLETIN, Text("答卷情况", "Who answered")),
    "scores": (BULLETIN, Text("各方面得分", "Scores by area")),
    "stages": (BULLETIN, Text("阶段与城市", "Stages and cities")),
    "carriers": (BULLETIN, Text("各类档案的载体", "Carriers by archive type")),
    "landscape": (BULLETIN, Text("报送什么，报到哪里", "What they file, and where")),
    "platforms": (BULLETIN, Text("谁在哪些平台报送", "Who files on which platform")),
    "problem_severity": (BULLETIN, Text("五个问题有多重", "How severe the problems are")),
    "coordination": (BULLETIN, Text("三方协同意味着什么", "What the coordination mode implies")),
    "whatif": (BULLETIN, Text("采取措施会怎样", "What if measures were taken?")),
    "visits": (BULLETIN, Text("现场走访前后", "Before and after field visits")),
    "norms": (TECHNICAL, Text("规范、问题与对策", "Norms, problems and solutions")),
}
TO_COME_WORDS = Text("待补", "to come")
_PREFACE = (
    "规范、平台、档案类型、载体、问题、三方与对策，都写在 `hmsurvey/definitions/` 的文件里，可以更改。原研究的全文没有见到，摘要没有列出六个平台的名称；这里的平台由本项目选定，不是原研究的名单。",
    "Norms, platforms, archive types, carriers, problems, parties and solutions are files under `hmsurvey/definitions/`, to be edited. The study's full text was not available and its abstract does not name the six platforms; those here are this project's choice, not the study's list.",
)
_EDIT = (
    "换一个省份：把 `platforms.toml`、`archive_types.toml`、`problems.toml` 或 `landscape/` 下的文件复制到自己的文件夹（位置不变：`文件夹/platforms.toml`，`文件夹/landscape/brings.toml`），改好后在 study.toml 写 `landscape = \"文件夹\"`，报告即用这些定义；也可用 `hmsurvey.read_landscape(\"文件夹\")` 单独读取。缺的文件用内置的，所有错误一次列出，清单（manifest.json）记下自己文件的校验值。",
    "For another province, copy `platforms.toml`, `archive_types.toml`, `problems.toml` or files of `landscape/` to a folder of your own, laid out alike (`FOLDER/platforms.toml`, `FOLDER/landscape/brings.toml`), edit them, and write `landscape = \"FOLDER\"` in study.toml: reports then use them. `hmsurvey.read_landscape(\"FOLDER\")` reads them alone. Files that are not there are the built-in ones; all faults are listed at once, and manifest.json records the hashes of your own.",
)  # fmt: skip


def landscape_document(landscape: Landscape) -> str:
    """Return the landscape as Markdown."""
    lines = [NOTICE, "", "# 规范、平台与三方 · Norms, platforms and parties", ""]
    lines += [_PREFACE[0], "", _PREFACE[1], ""]
    lines += ["## 摘要提到的各个体系在哪里 · Where each system that the abstract names stands", ""]
    lines += _places(landscape)
    lines += ["", "## 依据程度 · Evidence", "", "| 代码 Code | 含义 | Meaning |", "|---|---|---|"]
    lines += [f"| `{code}` | {words.zh} | {words.en} |" for code, words in EVIDENCE_WORDS.items()]
    lines += ["", *_EDIT[:1], "", *_EDIT[1:], ""]
    for table in _tables(landscape):
        lines += [f"## {table.title.zh} · {table.title.en}", ""]
        for note in table.notes:
            lines += [_line(note.zh), "", _line(note.en), ""]
        lines += [*_markdown(table), ""]
    return "\n".join(lines).rstrip() + "\n"


def _tables(landscape: Landscape) -> Sequence[Table]:
    return (
        tabulate_norms(landscape),
        tabulate_platforms(landscape),
        tabulate_modules(landscape),
        tabulate_types(landscape),
        tabulate_ladder_of_carriers(landscape),
        tabulate_problems(landscape),
        tabulate_parties(landscape),
        tabulate_solutions(landscape),
        tabulate_decides(landscape),
        tabulate_brings(landscape),
        tabulate_grounds(landscape),
    )


def _places(landscape: Landscape) -> list[str]:
    heads = "| 体系 System | 摘要怎么说 What the abstract says | 定义 Definitions | 笔记本 Notebook | 在报告的哪里 Where in the reports |"
    lines = [heads, "|---|---|---|---|---|"]
    for one in landscape.named:
        files = "<br>".join(f"`{name}`" for name in one.definitions) or _place(TO_COME)
        lines.append(
            f"| {_both(one.label)} | {_both(one.says)} | {files} | {_place(one.notebook)} | {_in_report(one.report)} |"
        )
    return lines


def _place(name: str) -> str:
    return f"{TO_COME_WORDS.zh} {TO_COME_WORDS.en}" if name == TO_COME else f"`{name}`"


def _in_report(code: str) -> str:
    """Return where a section stands: the document and the section's title; the code of one that is not known here."""
    if code not in SECTIONS:
        return _place(code)
    document, title = SECTIONS[code]
    return f"{document.zh}“{title.zh}”<br>{document.en}, “{title.en}”"


def _markdown(table: Table) -> list[str]:
    heads = [f"{column.label.zh} {column.label.en}" for column in table.columns]
    marks = ["--:" if column.unit == "count" else "---" for column in table.columns]
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join(marks) + "|"]
    for row in table.frame.itertuples(index=False):
        cells = []
        for column, value in zip(table.columns, row, strict=True):
            words = column.labels.get(value) if isinstance(value, str) else None
            cells.append(_both(words) if words is not None else _plain(value))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _plain(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return _line(str(value)).replace("; ", "<br>")


def _both(text: Text) -> str:
    return _line(text.zh) if text.zh == text.en else f"{_line(text.zh)}<br>{_line(text.en)}"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;").replace("|", "\\|")


__all__ = ["landscape_document"]
