"""`hmsurvey card`: what a workbook is, written beside it."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import click

from hmsurvey.cli import user_lang
from hmsurvey.errors import NOTHING, Lang, Problem, ProvenanceError, Text, UsageError
from hmsurvey.provenance import (
    Source,
    card_of_another,
    card_path,
    read_card,
    said_of_alike,
    said_of_standin,
    standin_words,
    typed,
    write_card,
)
from hmsurvey.survey import made_up
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
_EXAMPLES = {
    "kind": Text("real", "real"),
    "title": Text("2024 年数字档案馆（室）调查", "Survey of digital archives 2024"),
    "producer": Text("某市生态环境局", "Environment bureau of ..."),
    "date": Text("2024-05-31", "2024-05-31"),
    "licence": Text("内部资料，不得公开", "internal, not to be published"),
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

    What is not given is asked for when a person sits at the terminal. A card that describes another file, which FILE has taken the place of, is replaced.
    没有给出的各项，在终端上逐项询问。FILE 已换成另一份文件时，原有卡片直接由新卡片代替。
    """
    speak = user_lang(lang)
    synthetic, alike = made_up(file)
    given = {key: value.strip() for key, value in words.items() if value is not None}
    if renew:
        source = _renewed(file, given, synthetic)
        gone = None
    else:
        gone = card_of_another(file)
        refuse_existing(card_path(file), force=force or gone is not None)
        source = Source(**_completed(file, given, synthetic, speak))  # type: ignore[arg-type]
    _check(file, source, synthetic, alike)
    written = write_card(file, source)
    if gone is not None:
        click.echo(
            Text(
                f"原有卡片“{gone.title}”说的是另一份文件，已由新卡片代替。",
                f'The card that lay there, "{gone.title}", describes another file; the new card has taken its place.',
            ).of(speak)
        )
    click.echo(str(written))


def _renewed(file: Path, given: dict[str, str], synthetic: bool) -> Source:
    """Return the old card with what is given; texts about made-up answers are not carried over to others."""
    old = read_card(file)
    replaced = old.kind == "synthetic" and not synthetic and "kind" not in given
    if not replaced and given.get("kind", old.kind) == old.kind:
        return replace(old, **given)  # type: ignore[arg-type]
    kind = given.get("kind", "real")
    command = f"hmsurvey card {typed(file)} --kind {kind}"
    what = Text(
        "--renew 只更新指纹、沿用原有文字，不能改变数据性质。",
        "--renew keeps the old card's words; it cannot change the kind of data.",
    )
    fix = Text(f"重新写卡片：{command}", f"write a new card: {command}")
    if replaced:
        what = Text(
            "原有卡片说的是模拟数据，而这份工作簿没有模拟数据标记：像是已换成另一份。",
            "The old card describes made-up answers, and the workbook is not marked as such: it seems to be another one.",
        )
        fix = Text(
            f"重新写卡片：{command}；确是模拟数据则加 --kind synthetic。",
            f"write a new card: {command}; if the answers are made up, add --kind synthetic.",
        )
    raise UsageError(
        Problem(
            what,
            where=str(card_path(file)),
            found=f'kind = "{old.kind}"',
            expected=Text(f'kind = "{kind}"', f'kind = "{kind}"'),
            fix=fix,
        )
    )


def _completed(file: Path, given: dict[str, str], synthetic: bool, lang: Lang) -> dict[str, str]:
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
                    fix=Text(f"例如：{_example(file, given, 'zh')}", f"for example: {_example(file, given, 'en')}"),
                )
            )
        return given
    for key, question in _ASKED.items():
        if key not in given:
            kinds = click.Choice(["real", "synthetic"]) if key == "kind" else None
            default = "synthetic" if key == "kind" and synthetic else None if key in _NEEDED else ""
            given[key] = click.prompt(
                question.of(lang), type=kinds, default=default, show_default=bool(default)
            ).strip()
    return given


def _example(file: Path, given: dict[str, str], lang: Lang) -> str:
    """Return a command that is complete: with what was given, and examples for the rest."""
    words = {key: given.get(key) or _EXAMPLES[key].of(lang) for key in _NEEDED} | given
    return f"hmsurvey card {typed(file)} " + " ".join(f"--{key} {typed(word)}" for key, word in words.items())


def _check(file: Path, source: Source, synthetic: bool, alike: Text) -> None:
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
    if alike != NOTHING and source.kind == "real":
        raise ProvenanceError(said_of_alike(file, alike, file))
    if synthetic and source.kind == "real":
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
    if source.kind == "real" and (words := standin_words(source)):
        raise ProvenanceError(said_of_standin(card_path(file), words, file))
