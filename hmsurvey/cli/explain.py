"""`hmsurvey explain ID`: why an enterprise has its stage, from answer to need."""

from __future__ import annotations

from pathlib import Path

import click

from hmsurvey.analysis.explaining import explain, render
from hmsurvey.cli import user_lang
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.study import analyse, read_study


@click.command("explain")
@click.argument("unit")
@click.option("--study", default="study.toml", type=click.Path(path_type=Path), show_default=True)
@click.option("--survey", default=None, help="Code of one survey; default: every survey that has the unit.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(unit: str, study: Path, survey: str | None, lang: str | None) -> None:
    """Print the walk of UNIT: answer -> points -> weight -> area -> total -> need -> stage. 打印 UNIT 从作答到阶段的全过程。"""
    speak = user_lang(lang)
    analysis = analyse(read_study(study))
    codes = [survey] if survey else [code for code, r in analysis.results.items() if unit in r.survey.answers.units]
    if not codes:
        known = next(iter(analysis.results.values())).survey.answers.units[:10]
        raise UsageError(
            Problem(
                Text("哪项调查里都没有这个企业。", "No survey has this enterprise."),
                found=unit,
                expected=Text("例如 " + "、".join(known), "such as " + ", ".join(known)),
            )
        )
    for code in codes:
        label = analysis[code].plan.label.of(speak)
        click.echo(f"=== {label} ===")
        click.echo(render(explain(analysis[code], unit), speak))
        click.echo()
