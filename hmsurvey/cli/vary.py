"""`hmsurvey vary`: the same answers under many other choices; long runs show progress, can be stopped and go on where they stopped."""

from __future__ import annotations

from pathlib import Path

import click

from hmsurvey.cli import user_lang
from hmsurvey.errors import Problem, Text, UsageError


@click.command("vary")
@click.argument("study", default="study.toml", type=click.Path(path_type=Path))
@click.option("--survey", default=None, help="Which survey; default: the first that has a variation.")
@click.option("--draws", default=10_000, show_default=True, type=click.IntRange(1), help="How many draws.")
@click.option("--variation", default=None, help="A variation file or a built-in name; default: the study's.")
@click.option("--seed", default=None, type=click.IntRange(min=0), help="Default: the study's.")
@click.option(
    "--out",
    default=None,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of data/processed; default: beside STUDY.",
)
@click.option(
    "--runs",
    default=1024,
    show_default=True,
    type=click.IntRange(0),
    help="Runs a set of the sensitivity analysis; 0: none.",
)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(
    study: Path,
    survey: str | None,
    draws: int,
    variation: str | None,
    seed: int | None,
    out: Path | None,
    runs: int,
    threads: int,
    lang: str | None,
) -> None:
    """Stage a survey of STUDY under other weights, cut-offs and methods. 换用其他权重、分数线和方法，看阶段是否改变。"""
    from hmsurvey.definitionfile import locate_definition
    from hmsurvey.output.varying import VaryRun
    from hmsurvey.study import analyse, read_study
    from hmsurvey.variation import read_variation

    speak = user_lang(lang)
    plan = read_study(study)
    codes = [p.code for p in plan.surveys]
    wanted = survey or next((p.code for p in plan.surveys if p.variation is not None), codes[0])
    result = analyse(plan)[wanted]
    chosen = result.plan.variation
    if variation:
        chosen = read_variation(
            locate_definition(variation, "variations", None if Path(variation).is_file() else plan.folder)
        )
    if chosen is None:
        raise UsageError(
            Problem(
                Text("这项调查没有变动方案。", "This survey has no variation."),
                found=wanted,
                fix=Text("给出 --variation。", "give --variation."),
            )
        )
    folder = (out or plan.folder / "data" / "processed") / wanted / "internal"
    run = VaryRun(result, chosen, folder, seed=plan.seed if seed is None else seed)
    begun = run.done
    if begun:
        click.echo(Text(f"接着上次：已有 {begun} 次抽取。", f"Going on: {begun} draws are there already.").of(speak))
    try:
        for done in run.go_on(draws, threads=threads):
            click.echo(f"\r{done}/{draws}", nl=False, err=True)
    except KeyboardInterrupt:
        click.echo(err=True)
        said = Text(
            f"已中止；{run.done} 次抽取存在 {run.checkpoint}，再运行同一命令即接着抽。",
            f"Stopped; {run.done} draws are kept in {run.checkpoint}. The same command goes on from there.",
        )
        click.echo(said.of(speak), err=True)
        raise click.Abort from None
    click.echo(err=True)
    for words in run.said:
        click.echo(words.of(speak))
    for path in run.write(runs=runs):
        click.echo(str(path))
