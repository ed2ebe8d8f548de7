"""The public edition: sections and figures put together from a protected digest and nothing else.

It says less than the internal one, and what it says rests on numbers that it shows. No module here can reach an answer: a digest has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.protection import Loss
from hmsurvey.errors import Lang, Text
from hmsurvey.output.charts import plot_areas
from hmsurvey.output.charts_public import Dots, plot_dots
from hmsurvey.output.charts_reasons import plot_indicators
from hmsurvey.output.content import Job, ready
from hmsurvey.output.edition import Edition, Picture
from hmsurvey.output.phrases import units_called
from hmsurvey.output.public_sections import public_sections
from hmsurvey.output.saying import has_shares
from hmsurvey.output.theme import stage_colours
from hmsurvey.output.withheld import say_what_is_withheld
from hmsurvey.study import Study
from hmsurvey.tables import Table

__all__ = ["nameless_study", "public_edition", "public_jobs"]


def public_edition(
    digest: Digest, loss: Loss, study: Study, *, pictures: Mapping[Lang, tuple[Picture, ...]] | None = None
) -> Edition:
    """Return the edition that may be passed on.

    Parameters
    ----------
    digest
        A protected one.
    loss
        What protection cost.
    study
        What the study file says; paths of workbooks are left out of the edition.
    pictures
        The drawn figures (`public_jobs`).

    Raises
    ------
    ValueError
        The digest is whole.
    """
    if not digest.protected:
        raise ValueError("a public edition is made from a protected digest")
    colours = {
        code: colour
        for topic in digest.topics
        if topic.rule
        for code, colour in stage_colours(topic.rule.codes).items()
    }
    units = units_called(digest.unit, enterprises=digest.units == "enterprises")
    sections = tuple(say_what_is_withheld(section, units, k=digest.k) for section in public_sections(digest, loss))
    return Edition(nameless_study(study), digest.provenance, "public", sections, colours, dict(pictures or {}))


def nameless_study(study: Study) -> Study:
    """Return what a study file says without any path: a workbook may bear the name of an enterprise."""
    plans = tuple(
        replace(plan, path=Path(), codebook_path=Path(), definition_paths=(), measures=(), efforts=None)
        for plan in study.surveys
    )
    return replace(
        study,
        folder=Path(),
        surveys=plans,
        registry_path=None,
        visits_path=None,
        waves=(),
        published=(),
        cases=(),
        notebooks=None,
    )


def public_jobs(digest: Digest) -> Iterator[Job]:
    """Yield the figures of the public edition: name, table, how it is drawn."""
    for topic in digest.topics:
        code = topic.code
        if digest.registered and f"coverage_{code}_pct" in digest["coverage"].frame:
            what = Text(
                f"{topic.label.zh}：覆盖率（%），有效答卷 ÷ 在产企业",
                f"{topic.label.en}: coverage (%), usable answers over enterprises in production",
            )
            dots = Dots("group", f"coverage_{code}_pct", what)
            yield f"coverage_{code}", ready(digest["coverage"]), partial(plot_dots, dots=dots)
        if f"stages_{code}" in digest and topic.rule is not None and topic.grouped:
            yield _stage_job(digest[f"stages_{code}"], topic)
        if f"areas_{code}" in digest:
            yield f"areas_{code}", ready(digest[f"areas_{code}"]), plot_areas
            if has_shares(digest[f"indicators_{code}"]):
                yield f"indicators_{code}", ready(digest[f"indicators_{code}"]), plot_indicators
        if f"carriers_{code}" in digest:
            yield _carrier_job(digest[f"carriers_{code}"], topic)


def _stage_job(table: Table, topic: Topic) -> Job:
    lowest = topic.rule.codes[-1] if topic.rule else ""
    name = table.column(f"n_{lowest}").label
    what = Text(f"{topic.label.zh}：{name.of('zh')}占比（%）", f"{topic.label.en}: share at {name.of('en')} (%)")
    return (
        f"stages_{topic.code}",
        ready(table),
        partial(plot_dots, dots=Dots("group", f"share_{lowest}_pct", what, n="n")),
    )


def _carrier_job(table: Table, topic: Topic) -> Job:
    top = [c.code for c in table.columns if c.unit == "percent"][-1]
    name = table.column(f"n_{top[6:-4]}").label
    what = Text(
        f"{topic.label.zh}：“{name.of('zh')}”占有答案企业的百分比",
        f"{topic.label.en}: % “{name.of('en')}” of those who gave an answer",
    )
    return f"carriers_{topic.code}", ready(table), partial(plot_dots, dots=Dots("question", top, what, n="n_answered"))
