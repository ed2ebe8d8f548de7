"""`hmsurvey synthesise`: a synthetic stand-in and the truth behind it, from a seed."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("synthesise")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder; raw/ and truth/ are made in it.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=None,
    help="The same seed gives the same files. Default: the committed stand-in's.",
)
@click.option(
    "--n-questionnaire", type=int, default=293, show_default=True, help="Enterprises that answer the questionnaire."
)
@click.option("--n-index", type=int, default=235, show_default=True, help="Enterprises that answer the index survey.")
@click.option("--cities", type=int, default=9, show_default=True, help="Cities in which the index survey is held.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(
    out: Path, seed: int | None, n_questionnaire: int, n_index: int, cities: int, force: bool, lang: str | None
) -> None:
    """Write workbooks of made-up answers to OUT/raw and what is true of them to OUT/truth. 生成模拟答卷及其真值。"""
    from hmsurvey.synthetic import SEED, synthesise, write_stand_in

    stand_in = synthesise(
        SEED if seed is None else seed, n_questionnaire=n_questionnaire, n_index=n_index, n_cities=cities
    )
    for path in write_stand_in(stand_in, out, force=force):
        click.echo(str(path))
