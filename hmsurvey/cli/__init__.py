"""Verbs for a terminal; no logic. Each verb has a module of its own, loaded only when it is called.

Exit codes: 0 done, 1 findings in the data, 2 wrong use. Whatever is wrong in a user's files ends as a message in the user's language, never
as a traceback.
"""

from __future__ import annotations

import importlib
import locale
import os
import sys
from typing import Any

import click

from hmsurvey.errors import HmsurveyError, Lang, Problem, Text

VERBS = {
    "run": "Do the whole study: check, score, stage, tabulate, report. 完成整项研究",
    "score": "Score and stage one file of answers. 给一份答卷计分分段",
    "check": "List every finding in a workbook of answers. 检查答卷",
    "cards": "Write score cards, one page an enterprise. 写评分卡，每家企业一页",
    "explain": "Say step by step why an enterprise has its stage. 逐步说明某企业的阶段",
    "template": "Write a blank bilingual workbook. 生成空白问卷",
    "collect": "Merge separately returned forms. 汇总分散交回的表",
    "weigh": "Turn experts' comparisons into weights, or write their blank workbook. 由专家判断得出权重",
    "vary": "Stage again under many weights, cut-offs and methods. 换权重、分数线和方法，看阶段变不变",
    "whatif": "Try measures: who would rise, and what to offer for a given effort. 试算措施：谁能提升，工作量怎样用",
    "verify": "Say whether a received folder or file is as written, and what it is. 核对收到的文件是否原样",
    "card": "Write the provenance card of a workbook. 写来源卡片",
    "synthesise": "Write a synthetic stand-in. 生成模拟数据",
}


class _LazyVerbs(click.Group):
    """A group that knows its verbs by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"hmsurvey.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs 命令"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_LazyVerbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hmsurvey")
def group() -> None:
    """Scores, stages and tabulates questionnaires by definitions in files. 按定义文件对问卷计分、分阶段、分城市汇总。"""


def user_lang(lang: str | None = None) -> Lang:
    """Return the language to speak: the one asked for, else the one of the user's system."""
    if lang in ("zh", "en"):
        return "zh" if lang == "zh" else "en"
    system = (
        os.environ.get("HMSURVEY_LANG")
        or os.environ.get("LC_ALL")
        or os.environ.get("LANG")
        or locale.getlocale()[0]
        or ""
    )
    return "zh" if system.lower().startswith(("zh", "chinese")) else "en"


def asked_lang(arguments: list[str]) -> str | None:
    """Return what `--lang` says, for errors that come before the options are read."""
    for place, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.split("=", 1)[1]
        if word == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
    return None


# The matrices here are small: threads of linear algebra wait for each other longer than they work, all the more beside the processes that draw. One thread also gives the same last digits on
# every machine. Read when numpy is loaded, which no verb has done yet; who sets them otherwise keeps that.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(arguments: list[str] | None = None) -> Any:
    """Run one verb; the program's entry."""
    words = sys.argv[1:] if arguments is None else arguments
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console may be set to another code page
    try:
        group.main(args=words, prog_name="hmsurvey", standalone_mode=False)
    except HmsurveyError as error:
        click.echo(error.render(user_lang(asked_lang(words))), err=True)
        sys.exit(error.exit_code)
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError) and "null byte" not in str(error):
            raise  # a mistake of ours: it must be seen
        where = str(getattr(error, "filename", None) or "")
        said = getattr(error, "strerror", None) or str(error)
        problem = Problem(
            Text("文件或文件夹不能读写。", "A file or folder cannot be read or written."),
            where=where,
            found=said,
            fix=Text("检查路径和权限，或换一个位置。", "check the path and its permissions, or use another place."),
        )
        click.echo(problem.render(user_lang(asked_lang(words))), err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("stopped 已中止", err=True)
        sys.exit(130)
