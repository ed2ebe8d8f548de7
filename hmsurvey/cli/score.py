"""`hmsurvey score`: one file of answers, three definition files, two CSV files out."""

from __future__ import annotations

from pathlib import Path

import click

from hmsurvey.cli import user_lang
from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.indicators import read_system, reweight
from hmsurvey.output.results import write_scores, write_stages
from hmsurvey.rules import read_rule
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.survey import read_survey


@click.command("score")
@click.argument("answers", type=click.Path(path_type=Path))
@click.option("--codebook", required=True, help="Codebook: a file or a built-in name.")
@click.option("--system", required=True, help="Index system: a file or a built-in name.")
@click.option("--rule", default=None, help="Staging rule: a file or a built-in name. Without one, only scores.csv.")
@click.option("--weighting", default=None, help="One of the system's weightings.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for scores.csv and stages.csv.",
)
@click.option("--bad-cells", type=click.Choice(["refuse", "missing"]), default="refuse", show_default=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(
    answers: Path,
    codebook: str,
    system: str,
    rule: str | None,
    weighting: str | None,
    out: Path,
    bad_cells: str,
    lang: str | None,
) -> None:
    """Score the units of ANSWERS (.xlsx or .csv) and stage them. 给 ANSWERS 中的每个单位计分、定阶段。"""
    speak = user_lang(lang)
    book = read_codebook(locate_definition(codebook, "codebooks"))
    index = read_system(locate_definition(system, "systems"), book)
    if weighting:
        index = reweight(index, weighting)
    staging_rule = read_rule(locate_definition(rule, "rules")) if rule else None
    survey = read_survey(answers, book, bad="missing" if bad_cells == "missing" else "refuse")
    for finding in survey.findings:
        if finding.level != "note":
            click.echo(finding.line(speak), err=True)
    scores = score(survey, index)
    stages = stage(survey, staging_rule, scores=scores) if staging_rule is not None else None
    written = [write_scores(scores, out)]  # only now that nothing can be refused any more
    if stages is not None:
        written += write_stages(stages, survey, out, langs=(speak,))
    for path in written:
        click.echo(str(path))
