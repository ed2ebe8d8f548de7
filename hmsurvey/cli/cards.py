"""`hmsurvey cards`: one page an enterprise, all in one PDF and each in a file of its own."""

from __future__ import annotations

import math
import time
from pathlib import Path

import click

from hmsurvey.cli import user_lang
from hmsurvey.cli.screen import seconds_words
from hmsurvey.errors import LANGS, Text
from hmsurvey.provenance import NATURE_WORDS

_EACH = 60 / 235  # seconds of a card in one language, reading and staging included: all 235 within a minute
_LEAST = 10.0


@click.command("cards")
@click.argument("study", default="study.toml", type=click.Path(path_type=Path))
@click.option("--survey", default="", help="Code of the survey; default: the first with an index and stages.")
@click.option("--ids", default=(), multiple=True, help="Only these units; ids apart by commas, or the option again.")
@click.option(
    "--lang", type=click.Choice(["zh", "en", "both"]), default="both", show_default=True, help="Language of the cards."
)
@click.option(
    "--out",
    default=None,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the cards; default: reports/internal/cards beside STUDY.",
)
def command(study: Path, survey: str, ids: tuple[str, ...], lang: str, out: Path | None) -> None:
    """Write score cards: stage and why, scores beside the stage's, what lacks, how firm. 写评分卡：每家企业一页，说明阶段、理由、得分、差距和把握。

    Cards are about single enterprises and stay inside. 评分卡说的是单个企业，只供内部使用。
    """
    from hmsurvey.output.cards import cards_in, gallery_of, outdated_words, remove_gone, remove_outdated, write_cards
    from hmsurvey.output.edition import whole_visibility
    from hmsurvey.output.manifest import content_of_manifest, write_manifest
    from hmsurvey.study import analyse, read_study

    begun = time.perf_counter()
    speak = user_lang(lang)
    plan = read_study(study)
    analysis = analyse(plan)
    gallery = gallery_of(
        analysis, survey, units=_split(ids, [u for r in analysis.results.values() for u in r.survey.answers.units])
    )
    mine = whole_visibility(plan)
    folder = out or plan.folder / "reports" / mine / "cards"

    def said(done: int, whole: int) -> None:
        click.echo(f"\r{done}/{whole}", nl=done == whole, err=True)

    all_written: list[Path] = []
    shared = time.perf_counter() - begun
    for one in LANGS if lang == "both" else (user_lang(lang),):
        started = time.perf_counter()
        written = write_cards(analysis, gallery, folder, lang=one, said=said)
        if not ids:
            remove_gone(folder / one, written, study=plan.id)
        all_written += written
        n = len(written) - 1
        took = seconds_words(shared + time.perf_counter() - started, max(_LEAST, math.ceil(_EACH * n)))
        click.echo(
            Text(
                f"{written[0]}　另有单页 {n} 份，{took.zh}",
                f"{written[0]}  and {n} single {'card' if n == 1 else 'cards'}, {took.en}",
            ).of(speak)
        )
    if out is None:  # a folder of the user's own may hold other things, for which nobody can vouch
        now = content_of_manifest(analysis, visibility=mine)
        if n := remove_outdated(folder, now, study=plan.id, written=all_written):
            click.echo(outdated_words(n).of(speak))
        write_manifest(folder, analysis, visibility=mine, files=cards_in(folder, study=plan.id))
    kind = NATURE_WORDS[gallery.provenance.nature].of(speak)
    seconds = time.perf_counter() - begun
    click.echo(Text(f"完成，{seconds:.0f} 秒。数据：{kind}", f"Done in {seconds:.0f} s. Data: {kind}").of(speak))


def _split(ids: tuple[str, ...], known: list[str]) -> list[str]:
    """Return the ids asked for; one that has a comma in it is taken whole where a unit is called so."""
    there = set(known)
    return [
        part for text in ids for part in ([text] if text in there else [p.strip() for p in text.split(",")]) if part
    ]
