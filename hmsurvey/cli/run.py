"""`hmsurvey run`: the whole study, from workbooks to reports, with progress as it goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hmsurvey.cli import user_lang
from hmsurvey.cli.screen import seconds_words
from hmsurvey.errors import LANGS, Lang, Text
from hmsurvey.output.phrases import counted
from hmsurvey.provenance import KIND_WORDS, NATURE_WORDS
from hmsurvey.receiving import shown

_SHOWN = 3  # contradictions named on the screen; the others are counted


class _Progress:
    """Prints steps with their seconds, in the user's language."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.begun = time.perf_counter()

    @contextmanager
    def step(self, words: Text, *, budget: float = 0.0) -> Iterator[None]:
        click.echo(f"  {words.of(self.lang)} ...", nl=False)
        begun = time.perf_counter()
        try:
            yield
        except BaseException:
            click.echo()
            raise
        taken = time.perf_counter() - begun
        click.echo(" " + seconds_words(taken, budget).of(self.lang))

    def say(self, words: Text) -> None:
        click.echo(words.of(self.lang))


@click.command("run")
@click.argument("study", default="study.toml", type=click.Path(path_type=Path))
@click.option(
    "--out",
    default=None,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for data/processed and reports; default: beside STUDY.",
)
@click.option(
    "--lang",
    type=click.Choice(["zh", "en", "both"]),
    default="both",
    show_default=True,
    help="Language of the reports.",
)
@click.option("--no-notebooks", is_flag=True, help="Leave the notebooks out.")
@click.option("--pdf-figures", is_flag=True, help="Write each figure as PDF too. 另存 PDF 图")
def command(study: Path, out: Path | None, lang: str, no_notebooks: bool, pdf_figures: bool) -> None:
    """Do the whole study: check, score, stage, tabulate, draw, report. 完成整项研究：检查、计分、定阶段、汇总、制图、出报告。"""
    from hmsurvey.study import analyse, read_study

    speak = user_lang(lang)
    langs = LANGS if lang == "both" else (user_lang(lang),)
    progress = _Progress(speak)
    plan = read_study(study)
    root = out or plan.folder
    progress.say(Text(f"{plan.label.of('zh')}（{study}）", f"{plan.label.of('en')} ({study})"))
    with progress.step(Text("检查答卷、计分、定阶段", "Checking answers, scoring, staging")):
        analysis = analyse(plan)
    for code, result in analysis.results.items():
        warnings = sum(f.level == "warning" for f in result.survey.findings)
        kind = KIND_WORDS[result.survey.provenance.kind].of(speak)
        n = len(result.survey.answers)
        progress.say(
            Text(f"    {code}：{n} 份，警告 {warnings} 条，{kind}", f"    {code}: n = {n}, {warnings} warnings, {kind}")
        )
    _slips(analysis, progress)
    from hmsurvey.output.walk import write_all

    written = write_all(
        analysis,
        root,
        langs=langs,
        notebooks=not no_notebooks,
        step=progress.step,
        say=progress.say,
        pdf_figures=pdf_figures,
    )
    progress.say(Text("写出：", "Written:"))
    for folder, count in written.items():
        progress.say(Text(f"  {folder}　{count} 个文件", f"  {folder}  {count} files"))
    _reproduction(analysis.study.cases, progress, analysis)
    seconds = time.perf_counter() - progress.begun
    kind = NATURE_WORDS[analysis.provenance.nature].of(speak)
    progress.say(Text(f"完成，{seconds:.0f} 秒。数据：{kind}", f"Done in {seconds:.0f} s. Data: {kind}"))


def _slips(analysis: object, progress: _Progress) -> None:
    """Say how registry, answers and visits contradict one another, the first ones of many; and what their own checks found."""
    from hmsurvey.analysis.slips import slips_of
    from hmsurvey.study import Analysis

    assert isinstance(analysis, Analysis)
    between = slips_of(analysis)
    books = (
        (Text("名录", "registry"), analysis.registry.survey if analysis.registry else None, "registry_contradicts"),
        (Text("走访记录", "visits"), analysis.visits, "visit_unmatched"),
    )
    for name, survey, code in books:
        if survey is None:
            continue
        found = [*(f for f in survey.findings if f.level == "warning"), *(f for f in between if f.code == code)]
        kind = KIND_WORDS[survey.provenance.kind].of(progress.lang)
        warnings = counted(len(found), "warning")
        progress.say(
            Text(f"    {name.zh}：{len(survey.answers)} 行，警告 {len(found)} 条，{kind}", f"    {name.en}: n = {len(survey.answers)}, {warnings}, {kind}")
        )  # fmt: skip
        for finding in found[:_SHOWN]:
            fix = f"；{finding.fix.zh}" if any(finding.fix) else "", f"; {finding.fix.en}" if any(finding.fix) else ""
            progress.say(Text(f"      {shown(finding.what.zh)}{fix[0]}", f"      {shown(finding.what.en)}{fix[1]}"))
        if (more := len(found) - _SHOWN) > 0:
            progress.say(Text(f"      另有 {more} 条", f"      and {more} more"))


def _reproduction(cases: tuple[Path, ...], progress: _Progress, own: object) -> None:
    from hmsurvey.analysis.words import reproduction_lines
    from hmsurvey.study import Analysis, analyse, read_study

    analyses = [own] if isinstance(own, Analysis) and own.reproduction is not None else []
    analyses += [analyse(read_study(case)) for case in cases]
    if not analyses:
        return
    progress.say(
        Text(
            "真实案例的重现（与公布结果一致的单位数 / 公布的单位数）：",
            "Real cases reproduced (units equal to the published / published):",
        )
    )
    for analysis in analyses:
        for line in reproduction_lines(analysis, progress.lang):
            click.echo("  " + line)
