"""`hmsurvey weigh`: a blank workbook for experts, or the weights, consistency and hints of a filled one."""

from __future__ import annotations

from pathlib import Path

import click

from hmsurvey.analysis.weight_choices import tabulate_experts
from hmsurvey.analysis.weighting import weigh_by_experts, weigh_experts
from hmsurvey.cli import user_lang
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import Lang, Problem, Text, UsageError
from hmsurvey.findings import Finding
from hmsurvey.indicators import read_system
from hmsurvey.judging import Judgements, check_experts
from hmsurvey.judging_template import write_expert_template
from hmsurvey.output.weightings_out import write_weighting
from hmsurvey.provenance import NATURE_WORDS
from hmsurvey.statistics.judgements import RANDOM_INDEX
from hmsurvey.tables import Table
from hmsurvey.workbook import read_meta, refuse_existing

_SPREAD = (
    ("low", Text("最低", "lowest")),
    ("quartile_low", Text("下四分位", "lower quartile")),
    ("median", Text("中位数", "median")),
    ("quartile_high", Text("上四分位", "upper quartile")),
    ("high", Text("最高", "highest")),
    ("sd", Text("标准差", "standard deviation")),
)


@click.command("weigh")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--template", default=None, type=click.Path(path_type=Path, dir_okay=False), help="Write a blank workbook for experts. 生成空白的专家判断表")  # fmt: skip
@click.option("--system", default=None, help="Index system: a file or a built-in name. Default: what FILE says, or digital_archives. 指标体系")  # fmt: skip
@click.option("--node", default="", help="Whose children are compared; default: the total. 比较哪个节点的下级")
@click.option("--experts", default=3, show_default=True, type=click.IntRange(1, 50), help="Sheets in the template. 专家人数")  # fmt: skip
@click.option("--join", default="aij", show_default=True, help="aij (judgements joined), aip (weights joined), or one expert's name. 合并方法")  # fmt: skip
@click.option("--random-index", type=click.Choice(list(RANDOM_INDEX)), default="saaty_1980", show_default=True)
@click.option("--out", default=None, type=click.Path(path_type=Path, file_okay=False), help="Folder for weighting.toml, the index with it, experts.csv. 结果写到哪里")  # fmt: skip
@click.option("--force", is_flag=True, help="Write over what is there. 覆盖已有文件")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(
    file: Path | None,
    template: Path | None,
    system: str | None,
    node: str,
    experts: int,
    join: str,
    random_index: str,
    out: Path | None,
    force: bool,
    lang: str | None,
) -> None:
    """Turn experts' comparisons in FILE into weights, or write the blank workbook (--template). 由专家的两两比较得出权重。

    Exit code: 0 done, 1 errors in the workbook, 2 wrong use. 退出码：0 完成，1 判断表有错误，2 用法不对。
    """
    speak = user_lang(lang)
    if template is not None:
        refuse_existing(template, force=force)
        index = read_system(locate_definition(system or "digital_archives", "systems"))
        click.echo(str(write_expert_template(template, index, node=node, experts=experts)))
        return
    if file is None:
        raise UsageError(
            Problem(
                Text("没有给出文件。", "No file was named."),
                fix=Text(
                    "hmsurvey weigh 文件，或 hmsurvey weigh --template 文件。",
                    "hmsurvey weigh FILE, or hmsurvey weigh --template FILE.",
                ),
            )
        )
    definition = locate_definition(system or read_meta(file).get("system", "") or "digital_archives", "systems")
    index = read_system(definition)
    judgements = check_experts(file, index)
    _say_findings(judgements.findings, speak)
    if any(finding.level == "error" for finding in judgements.findings):
        raise SystemExit(1)
    weighed = weigh_by_experts(index, judgements, join=join, random_index=random_index)
    for line in _report(tabulate_experts(judgements, random_index=random_index), judgements, speak):
        click.echo(line)
    folder = out or file.with_name(f"{file.stem}_weights")
    refuse_existing(folder / "weighting.toml", force=force)
    for path in write_weighting(weighed, judgements, folder, definition=definition):
        click.echo(str(path))
    click.echo(_how_to_use(folder / definition.name, weighed.weighting).of(speak))


def _say_findings(findings: tuple[Finding, ...], lang: Lang) -> None:
    for finding in findings:
        click.echo(finding.line(lang), err=finding.level != "note")


def _report(table: Table, judgements: Judgements, lang: Lang) -> list[str]:
    """Return weights, CR and hints, expert by expert; then the joined weights and the spread."""
    names = table.column("expert").labels
    hints = table.column("hint").labels
    lines = [f"{table.title.of(lang)} [{NATURE_WORDS[table.provenance.nature].of(lang)}]"]
    for row in table.frame.to_dict("records"):
        shares = "  ".join(f"{code} {row[f'share_{code}']:.1f}%" for code in judgements.codes)
        cr = "" if row["cr"] != row["cr"] else f"  CR {row['cr']:.3f}"
        lines.append(f"  {names[row['expert']].of(lang)}: {shares}{cr}")
        if row["hint"]:
            lines.append(f"    {hints[row['hint']].of(lang)}")
    group = weigh_experts(judgements)
    lines.append(Text("各专家之间的差别", "Spread of the experts").of(lang))
    for name, words in _SPREAD:
        values = "  ".join(f"{code} {100 * x:.1f}" for code, x in zip(judgements.codes, getattr(group, name), strict=True))  # fmt: skip
        lines.append(f"  {words.of(lang)}: {values}")
    lines += [f"  {note.of(lang)}" for note in table.notes]
    return lines


def _how_to_use(path: Path, weighting: str) -> Text:
    return Text(
        f'在 study.toml 的 [[survey]] 下写 system = "{path.as_posix()}" 和 weighting = "{weighting}"，或把 weighting.toml 贴入自己的指标体系文件。',
        f'Use them: under [[survey]] of study.toml, system = "{path.as_posix()}" and weighting = "{weighting}"; or paste weighting.toml into your own index file.',
    )
