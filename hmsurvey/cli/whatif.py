"""`hmsurvey whatif`: what measures would lift, by city, and what to offer where for a given effort."""

from __future__ import annotations

from pathlib import Path

import click

from hmsurvey.cli import user_lang

_LONG = (
    "before_",
    "after_",
    "above_after_pct_",
    "n_in_production",
    "risen_all_",
)  # columns that only a file has room for


@click.command("whatif")
@click.argument("study", default="study.toml", type=click.Path(path_type=Path))
@click.option("--survey", default=None, help="Which survey; default: the first that has an index and measures.")
@click.option(
    "--measure",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file (or folder) of measures; may be repeated. Default: the study's, else the built-in ones of the index.",
)
@click.option("--budget", "budgets", multiple=True, type=float, help="Effort at hand: the best mix, city by city.")
@click.option("--draws", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=None, type=click.IntRange(min=0), help="Default: the study's.")
@click.option("--out", default=None, type=click.Path(path_type=Path, file_okay=False), help="Write the tables as CSV.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(
    study: Path,
    survey: str | None,
    files: tuple[Path, ...],
    budgets: tuple[float, ...],
    draws: int,
    seed: int | None,
    out: Path | None,
    lang: str | None,
) -> None:
    """Try measures on a survey of STUDY: who would stand higher, against doing nothing. 试算措施：与什么也不做相比，哪些企业会提升。"""
    from hmsurvey.analysis.budget import tabulate_effort_curve, tabulate_mix, weigh_offers
    from hmsurvey.analysis.plans import plan_where_linear
    from hmsurvey.analysis.populations import populations_of
    from hmsurvey.analysis.ways import measures_of, try_ways
    from hmsurvey.analysis.whatif import what_if
    from hmsurvey.analysis.whatif_tables import tabulate_measures, tabulate_what_if
    from hmsurvey.cli.screen import table_lines
    from hmsurvey.output.results import write_frame
    from hmsurvey.provenance import NATURE_WORDS
    from hmsurvey.study import analyse, read_study

    speak = user_lang(lang)
    plan = read_study(study)
    codes = [one.code for one in plan.surveys]
    wanted = survey or next((p.code for p in plan.surveys if p.system is not None and p.rule is not None), codes[0])
    analysis = analyse(plan)
    result = analysis[wanted]
    ways = try_ways(result, measures_of(result, files))
    offers = weigh_offers(ways)
    chosen = plan.seed if seed is None else seed
    tables = [
        tabulate_measures(ways, draws=draws, seed=chosen),
        tabulate_what_if(
            what_if(ways, draws=draws, seed=chosen), populations=populations_of(analysis, wanted), seed=chosen
        ),
        *(tabulate_mix(offers, budget, draws=draws, seed=chosen) for budget in budgets),
    ]
    for table in tables:
        click.echo(f"{table.title.of(speak)} [{NATURE_WORDS[table.provenance.nature].of(speak)}]")
        for line in table_lines(table, speak, without=_LONG):
            click.echo(line)
        click.echo()
    for note in dict.fromkeys(note for table in tables for note in table.notes):
        click.echo(note.of(speak))
    if out is not None:
        steps = plan_where_linear(result, efforts=ways.efforts)
        curve = tabulate_effort_curve(offers, budgets=sorted({0.0, *budgets}) if budgets else (), steps=steps)
        for table in (*tables[:2], curve):
            click.echo(str(write_frame(table, out / f"{table.code}.csv")))
        for k, table in enumerate(tables[2:], start=1):
            click.echo(str(write_frame(table, out / f"{table.code}_{k}.csv")))
