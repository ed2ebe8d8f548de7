"""`hmsurvey template`: a blank bilingual workbook of a codebook."""

from __future__ import annotations

from pathlib import Path

import click

from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.template import write_template
from hmsurvey.workbook import refuse_existing


@click.command("template")
@click.argument("codebook")
@click.option(
    "--layout",
    type=click.Choice(["table", "form"]),
    default="table",
    show_default=True,
    help="table: a row a unit; form: one unit a file. 表：每行一个单位；单：每份一个单位",
)
@click.option("--out", default=None, type=click.Path(path_type=Path, dir_okay=False), help="The workbook. 写到哪里")
@click.option("--force", is_flag=True, help="Write over what is there. 覆盖已有文件")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(codebook: str, layout: str, out: Path | None, force: bool, lang: str | None) -> None:
    """Write a blank workbook for CODEBOOK (a built-in name or a file). 按 CODEBOOK（内置名称或文件）生成空白问卷。"""
    book = read_codebook(locate_definition(codebook, "codebooks"))
    target = out or Path(f"{book.id}_{layout}.xlsx")
    refuse_existing(target, force=force)
    click.echo(str(write_template(target, book, layout="form" if layout == "form" else "table")))
