"""`hmsurvey check`: every finding of a returned workbook, on the screen and in a marked copy of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import numpy as np

from hmsurvey.answers import MISSING, SKIPPED, Answers
from hmsurvey.cli import user_lang
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import Lang, Problem, Text, UsageError
from hmsurvey.findings import LEVEL_WORDS, LEVELS, Finding
from hmsurvey.marking import is_marked_copy, mark_workbook
from hmsurvey.survey import check_answers
from hmsurvey.workbook import Cells, read_cells, read_meta, refuse_existing

_FEW = 2  # units from which on it is said who answered least
_SHOWN = 200  # findings on the screen; the marked copy has all of them


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--codebook", default=None, help="Codebook: a file or a built-in name. Default: what the workbook says. 问卷定义"
)
@click.option(
    "--out", default=None, type=click.Path(path_type=Path, dir_okay=False), help="The marked copy. 标注后的副本"
)
@click.option("--force", is_flag=True, help="Write over what is there. 覆盖已有文件")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(file: Path, codebook: str | None, out: Path | None, force: bool, lang: str | None) -> None:
    """List every finding in FILE (.xlsx or .csv) and write a marked copy. 检查 FILE，列出全部问题并写一份标注副本。

    Exit code: 0 no errors, 1 errors, 2 wrong use. 退出码：0 没有错误，1 有错误，2 用法不对。
    """
    speak = user_lang(lang)
    book = read_codebook(locate_definition(codebook or named_codebook(file), "codebooks"))
    cells = read_cells(file, book.sheet, prefer=book.id)
    answers, findings = check_answers(cells, book)
    for line in _report(findings, speak):
        click.echo(line)
    if len(answers):
        click.echo(_filled(answers).of(speak))
    click.echo(_summary(cells, answers, findings).of(speak))
    if findings:
        target = out or marked_name(file)
        if target.resolve() == file.resolve():
            raise UsageError(
                Problem(
                    Text("标注副本不能写在原文件上。", "The marked copy cannot take the place of the workbook."),
                    where=str(target),
                    fix=Text("给 --out 另一个文件名。", "give --out another name."),
                )
            )
        refuse_existing(target, force=force or is_marked_copy(target))
        click.echo(str(mark_workbook(file, findings, target, lang=speak)))
    raise SystemExit(1 if any(finding.level == "error" for finding in findings) else 0)


def named_codebook(file: Path) -> str:
    """Return the codebook a workbook says it belongs to.

    Raises
    ------
    UsageError
        It says nothing.
    """
    said = read_meta(file).get("codebook", "")
    if said:
        return said
    raise UsageError(
        Problem(
            Text("不知道这份文件对应哪份问卷。", "It is not known which codebook this file belongs to."),
            where=str(file),
            expected=Text("由 hmsurvey template 生成的工作簿", "a workbook made by hmsurvey template"),
            fix=Text(
                "用 --codebook 指明（内置名称或 .toml 文件）。", "name it: --codebook NAME, built in or a .toml file."
            ),
        )
    )


def marked_name(file: Path) -> Path:
    """Return where the marked copy goes: `answers.xlsx` -> `answers.checked.xlsx`."""
    suffix = ".xlsm" if file.suffix.lower() == ".xlsm" else ".xlsx"
    stem = file.stem
    if stem.endswith(".checked"):  # a copy that was corrected and is checked again
        return file.with_name(f"{stem}-2{suffix}")
    return file.with_name(f"{stem}.checked{suffix}")


def _report(findings: tuple[Finding, ...], lang: Lang) -> list[str]:
    lines = [finding.line(lang) for finding in findings[:_SHOWN]]
    left = len(findings) - _SHOWN
    if left > 0:
        lines.append(Text(f"…… 另有 {left} 条，见标注副本。", f"... and {left} more; see the marked copy.").of(lang))
    return lines


def _summary(cells: Cells, answers: Answers, findings: tuple[Finding, ...]) -> Text:
    counts = Counter(finding.level for finding in findings)
    book, n = answers.codebook, len(answers)
    said = dict(cells.meta).get("version", "")
    zh = "、".join(f"{LEVEL_WORDS[level].zh} {counts[level]}" for level in LEVELS)
    en = ", ".join(f"{counts[level]} {LEVEL_WORDS[level].en}{'' if counts[level] == 1 else 's'}" for level in LEVELS)
    other = said not in ("", book.version)
    note = Text(f"（工作簿为 {said} 版）", f" (the workbook is of version {said})") if other else Text("", "")
    return Text(
        f"{cells.path.name}：按 {book.id} {book.version}{note.zh} 读取 {n} 个单位；{zh}。",
        f"{cells.path.name}: {n} {'unit' if n == 1 else 'units'} read by {book.id} {book.version}{note.en}; {en}.",
    )


def _filled(answers: Answers) -> Text:
    """Return how much was answered of what was asked: altogether, and by the unit that answered least."""
    book = answers.codebook
    states = np.stack([answers.states[q.code] for q in book.questions if q.code != book.id_question])
    asked, answered = (states != SKIPPED).sum(axis=0), ~np.isin(states, (SKIPPED, MISSING))
    given = answered.sum(axis=0)
    n, m = int(given.sum()), int(asked.sum())
    if len(answers) < _FEW:
        least = Text("", "")
    else:
        i = int(np.argmin(given / np.maximum(asked, 1)))
        least = Text(
            f"；最少的是 {answers.units[i]}，{given[i]} / {asked[i]}",
            f"; fewest by {answers.units[i]}: {given[i]} of {asked[i]}",
        )
    return Text(
        f"应答 {m} 题次（跳过的不计），已答 {n}{least.zh}。",
        f"{n} of {m} questions answered (those rightly skipped left out){least.en}.",
    )
