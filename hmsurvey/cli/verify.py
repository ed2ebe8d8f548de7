"""`hmsurvey verify`: is a received folder or file what was written, and what is it?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hmsurvey.cli import user_lang
from hmsurvey.errors import NOTHING, Lang, Text
from hmsurvey.provenance import NATURE_WORDS
from hmsurvey.receiving import shown
from hmsurvey.verification import Claim, Remark, Verdict, definitions_shown, verify

_LONGEST = 20  # files named of each kind of finding; the others are counted
_VISIBLE = {
    "internal": Text("内部资料", "internal"),
    "public": Text("公开版", "public"),
    "": Text("公开范围未说明", "for whom: not said"),
}
_FOUND = {
    "altered": Text("被改动", "altered"),
    "contradiction": Text("说法不一", "contradictory"),
    "missing": Text("缺少", "missing"),
    "extra": Text("多出", "extra"),
    "unproven": Text("无法核对", "cannot be checked"),
}
_STUDY, _PROGRAM, _SEED = Text("研究", "study"), Text("程序", "program"), Text("随机种子", "seed")
_SOURCES = Text("数据文件", "made from")
_DEFINITIONS = (
    ("system", Text("指标体系", "index")),
    ("rule", Text("规则", "rule")),
    ("codebook", Text("问卷", "questionnaire")),
)
_HELD_TO = {
    "manifest": Text("依据：文件夹的清单", "held to: the folder's manifest"),
    "sidecar": Text("依据：旁边的来源记录", "held to: the record beside it"),
    "seal": Text(
        "依据：文件自带的封记（防误改，不防伪造）", "held to: the seal inside it (finds mistakes, not forgery)"
    ),
    "nothing": NOTHING,
}


@click.command("verify")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def command(path: Path, lang: str | None) -> None:
    """Say of PATH, a received folder or file, whether it is synthetic or real, internal or public, and still as written. 核对收到的文件夹或文件。

    A folder is held to its manifest.json, a single file to the manifest above it or to the seal inside it. Exit code 1: something is altered, missing or extra, or
    cannot be checked.
    """
    speak = user_lang(lang)
    verdicts = verify(path)
    for verdict in verdicts:
        for line in _lines(verdict, speak):
            click.echo(line)
    if not all(verdict.intact for verdict in verdicts):
        sys.exit(1)


def _lines(verdict: Verdict, lang: Lang) -> list[str]:
    claim = verdict.claim
    nature = NATURE_WORDS[claim.nature] if claim.nature else Text("性质不明", "kind unknown")
    first = f"{nature.of(lang)} · {_VISIBLE[claim.visibility].of(lang)} · {_outcome(verdict).of(lang)}"
    lines = [f"{first}{Text('　', '  ').of(lang)}{shown(str(verdict.path))}"]
    made = [
        (head, Text("、", ", ").of(lang).join(one.of(lang).partition(" ")[2] for one in definitions_shown(claim, kind)))
        for kind, head in _DEFINITIONS
    ]
    facts = [
        (_STUDY, claim.study),
        *made,
        (_PROGRAM, claim.program),
        (_SEED, claim.seed),
        (_SOURCES, _sources(claim).of(lang)),
    ]
    lines += [f"  {head.of(lang)}{Text('：', ': ').of(lang)}{value}" for head, value in facts if value]
    held_to = _HELD_TO[verdict.by].of(lang)
    lines += [f"  {held_to}"] if held_to else []
    for kind, head in _FOUND.items():
        lines += _listed([remark for remark in verdict.remarks if remark.kind == kind], head, lang)
    return lines


def _sources(claim: Claim) -> Text:
    """Say how many workbooks it was made from, and whether the record tells their checksums: a public one does not, for they could confirm a guess at a small cell."""
    n, told = claim.sources, claim.checksums
    if n == 0:
        return NOTHING
    zh, en = f"{n} 份", "1 workbook" if n == 1 else f"{n} workbooks"
    if told == n:
        return Text(f"{zh}，列有校验值", f"{en}, with checksums")
    if told:
        return Text(f"{zh}，其中 {told} 份列有校验值", f"{en}, {told} of them with checksums")
    return Text(f"{zh}，校验值不公布", f"{en}, whose checksums are not published")


def _outcome(verdict: Verdict) -> Text:
    if verdict.intact:
        n = verdict.held
        if verdict.by != "manifest" or verdict.path.is_file():
            return Text("与写出时一致", "as written")
        return Text(f"{n} 个文件与写出时一致", f"{n} {'file' if n == 1 else 'files'} as written")
    counts = {kind: sum(remark.kind == kind for remark in verdict.remarks) for kind in _FOUND}
    if verdict.path.is_file() and sum(counts.values()) == 1:
        (kind,) = [kind for kind, n in counts.items() if n]
        return Text(f"文件{_FOUND[kind].zh}", _FOUND[kind].en.upper())
    said = [(n, _FOUND[kind]) for kind, n in counts.items() if n]
    return Text(
        "，".join(f"{words.zh} {n} 个" for n, words in said), ", ".join(f"{n} {words.en.upper()}" for n, words in said)
    )


def _listed(remarks: list[Remark], head: Text, lang: Lang) -> list[str]:
    """Return a line a file, the first ones of many."""
    colon, dash = Text("：", ": ").of(lang), Text("——", " - ").of(lang)
    lines = []
    for remark in remarks[:_LONGEST]:
        words = remark.words.of(lang)
        lines.append(f"  {head.of(lang)}{colon}{shown(remark.file)}" + (dash + words if words else ""))
    if (more := len(remarks) - _LONGEST) > 0:
        lines.append(Text(f"  {head.zh}：另有 {more} 个", f"  {head.en}: {more} more").of(lang))
    return lines
