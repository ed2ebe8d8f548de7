"""`hmsurvey collect`: the forms that came back, in one table."""

from __future__ import annotations

from pathlib import Path

import click

from hmsurvey.cli import user_lang
from hmsurvey.codebook import read_codebook
from hmsurvey.collecting import collect_forms, returned_files, said_codebook, write_origins
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import Text
from hmsurvey.template import write_template
from hmsurvey.workbook import refuse_existing


@click.command("collect")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The table to write (.xlsx). 汇总表"
)
@click.option(
    "--codebook", default=None, help="Codebook: a file or a built-in name. Default: what the workbooks say. 问卷定义"
)
@click.option("--force", is_flag=True, help="Write over what is there. 覆盖已有文件")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(folder: Path, out: Path, codebook: str | None, force: bool, lang: str | None) -> None:
    """Put the forms and tables in DIR together into one table. 把 DIR 中分散交回的表汇总为一张表。

    Beside it stands a list of the file each row came from. Exit code: 0 all is well, 1 something was found, 2 wrong use.
    旁边另有一份清单，写明每行来自哪个文件。退出码：0 正常，1 发现问题，2 用法不对。
    """
    speak = user_lang(lang)
    origins = out.with_name(f"{out.stem}.files.csv")
    for path in (out, origins):
        refuse_existing(path, force=force)
    files = returned_files(folder, leave_out=(out, origins))
    book = read_codebook(locate_definition(codebook or said_codebook(files), "codebooks"))
    collection = collect_forms(files, book)
    for finding in collection.findings:
        click.echo(finding.line(speak))
    n, m = len(collection.returned), collection.n_files
    click.echo(
        Text(
            f"{book.id} {book.version}：从 {len(files)} 个文件中的 {m} 个汇总了 {n} 个单位。",
            f"{book.id} {book.version}: {n} {'unit' if n == 1 else 'units'} from {m} of {len(files)} {'file' if len(files) == 1 else 'files'}.",
        ).of(speak)
    )
    if collection.returned:
        rows = [dict(row.texts) for row in collection.returned]
        click.echo(str(write_template(out, book, rows=rows, mark=collection.mark)))
        click.echo(str(write_origins(origins, collection)))
    raise SystemExit(1 if any(f.level == "error" for f in collection.findings) or not collection.returned else 0)
