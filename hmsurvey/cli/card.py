"""`hmsurvey card`: what a workbook is, written beside it."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import click

from hmsurvey.cli import user_lang
from hmsurvey.errors import Lang, Problem, ProvenanceError, Text, UsageError
from hmsurvey.provenance import Source, card_path, read_card, write_card
from hmsurvey.survey import is_made_up
from hmsurvey.workbook import refuse_existing

_NEEDED = ("kind", "title", "producer", "date", "licence")
_ASKED = {
    "kind": Text("数据性质", "Kind"),
    "title": Text("名称", "Title"),
    "producer": Text("由谁调查或提供", "Who produced the data"),
    "date": Text("调查或提供的日期（如 2024-05-31）", "Date of the data (such as 2024-05-31)"),
    "licence": Text(
        "使用许可（如“内部资料，不得公开”）", "Licence (such as CC BY 4.0, or: internal, not to be published)"
    ),
    "note": Text("备注，可不填", "Note, may be left out"),
    "address": Text("网址，可不填", "Address, may be left out"),
}
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@click.command("card")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(["real", "synthetic"]), default=None, help="真实数据或模拟数据")
@click.option("--title", default=None, help="What it is. 名称")
@click.option("--producer", default=None, help="Who produced the data. 由谁调查或提供")
@click.option("--date", default=None, help="Date of the data: 2024, 2024-05 or 2024-05-31. 日期")
@click.option("--licence", default=None, help="What may be done with it. 使用许可")
@click.option("--note", default=None, help="Anything else. 备注")
@click.option("--address", default=None, help="Where it is published. 网址")
@click.option("--sheet", default=None, help="The sheet with the answers. 工作表")
@click.option(
    "--renew", is_flag=True, help="Keep the old card's words and renew the file's hash. 保留原有文字，只更新文件指纹"
)
@click.option("--force", is_flag=True, help="Write over the card that is there. 覆盖已有卡片")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(file: Path, renew: bool, force: bool, lang: str | None, **words: str | None) -> None:
    """Write the provenance card of FILE beside it. 在 FILE 旁写一份来源卡片。

    What is not given is asked for when a person sits at the terminal. 没有给出的各项，在终端上逐项询问。
    """
    speak = user_lang(lang)
    made_up = is_made_up(file)
    given = {key: value.strip() for key, value in words.items() if value is not None}
    if renew:
        source = replace(read_card(file), **given)  # type: ignore[arg-type]
    else:
        refuse_existing(card_path(file), force=force)
        source = Source(**_completed(given, made_up, speak))  # type: ignore[arg-type]
    _check(file, source, made_up)
    click.echo(str(write_card(file, source)))


def _completed(given: dict[str, str], made_up: bool, lang: Lang) -> dict[str, str]:
    """Ask for what is not given, or say what is missing where there is nobody to ask."""
    missing = [key for key in _NEEDED if not given.get(key)]
    if not sys.stdin.isatty():
        if missing:
            options = " ".join(f"--{key}" for key in missing)
            raise UsageError(
                Problem(
                    Text("来源卡片还缺几项。", "The card is not complete."),
                    found=", ".join(f"--{key}" for key in given) or "-",
                    expected=Text(options, options),
                    fix=Text("补上这些选项。", "add these options."),
                )
            )
        return given
    for key, question in _ASKED.items():
        if key not in given:
            kinds = click.Choice(["real", "synthetic"]) if key == "kind" else None
            default = "synthetic" if key == "kind" and made_up else None if key in _NEEDED else ""
            given[key] = click.prompt(
                question.of(lang), type=kinds, default=default, show_default=bool(default)
            ).strip()
    return given


def _check(file: Path, source: Source, made_up: bool) -> None:
    problems = []
    if not _DATE.fullmatch(source.date):
        problems.append(
            Problem(
                Text("日期写法不对。", "The date is not well written."),
                where="--date",
                found=source.date,
                expected=Text("2024、2024-05 或 2024-05-31", "2024, 2024-05 or 2024-05-31"),
                fix=Text("按此改写。", "write it like this."),
            )
        )
    if problems:
        raise UsageError(problems)
    if made_up and source.kind == "real":
        raise ProvenanceError(
            Problem(
                Text(
                    "这份工作簿是模拟数据，不能称为真实数据。",
                    "This workbook is synthetic; a card cannot call it real.",
                ),
                where=str(file),
                found='kind = "real"',
                expected=Text('kind = "synthetic"', 'kind = "synthetic"'),
                fix=Text("换上真实的工作簿，或用 --kind synthetic。", "use the real workbook, or --kind synthetic."),
            )
        )
