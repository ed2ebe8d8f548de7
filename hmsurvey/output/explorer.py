"""The explorer: one HTML file that opens by a double click, without a network, and stages every enterprise anew as sliders move.

Page, look and arithmetic stand in `definitions/explorer*`; here they are put together with the data. What the page may run is named by its hash, and all words
reach it as data, so that no name in a workbook can become a program. A panel is an entry of the page's list `PANELS`: a further one needs no other change.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from hmsurvey import __version__
from hmsurvey.analysis.digest import Digest
from hmsurvey.analysis.trials import can_be_tried, tried
from hmsurvey.analysis.ways import provenance_of
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.errors import LANGS, Lang, Text
from hmsurvey.measures import basis_of
from hmsurvey.output.explorer_data import explorable, survey_data, tiles_of, topic_data
from hmsurvey.output.explorer_model import text_pair
from hmsurvey.output.explorer_words import OF_UNITS, WORDS
from hmsurvey.output.phrases import two_sides, units_called
from hmsurvey.output.results import write_bytes
from hmsurvey.output.views import BANNERS, INTERNAL, VISIBILITY_WORDS
from hmsurvey.provenance import KIND_WORDS, NATURE_WORDS, Provenance, definition_words
from hmsurvey.study import Analysis

Data = dict[str, Any]
_SCRIPTS = (
    "explorer_stages.js",
    "explorer_state.js",
    "explorer_view.js",
    "explorer_panels.js",
    "explorer_whatif.js",
    "explorer.js",
)
_PUBLIC = VISIBILITY_WORDS["public"]
_KEEP = Text("含单个企业资料，请勿外传。", "Holds single enterprises: keep it in the house.")
_SUPPRESSED = Text("只含汇总表，已作披露控制。", "Tables about groups only, with disclosure control.")
_GROUPS = Text("只含汇总表，未作披露控制。", "Tables about groups only, without disclosure control.")
_OPEN = Text("单位为公开实体。", "The units are public entities.")


@dataclass(frozen=True, slots=True)
class Cover:
    """What a page says about itself: the study and its units, for whom it is (in a word, in a sentence), and what its numbers rest on."""

    study: Text
    version: str
    enterprises: bool
    unit: str
    edition: tuple[Text, Text]
    provenance: Provenance
    definitions: tuple[str, ...]
    geography: str


def write_explorer(analysis: Analysis, folder: Path, *, lang: Lang = "zh") -> list[Path]:
    """Write `explorer.html`, with every single unit in it: for the house, or for all where units are public entities.

    Parameters
    ----------
    analysis
        A study carried out.
    folder
        Where the file goes.
    lang
        The language in which it opens; the other is one press away.

    Returns
    -------
    list of Path
        The file; nothing where no survey has stages.
    """
    results = explorable(analysis)
    if not results:
        return []
    study, enterprises = analysis.study, analysis.study.units == "enterprises"
    traced = [result.stages.provenance for result in results if result.stages is not None]
    traced += [provenance_of(tried(result)) for result in results if can_be_tried(result)]
    cover = Cover(
        study=study.label,
        version=f"{study.id} {study.version}",
        enterprises=enterprises,
        unit=results[0].survey.codebook.unit,
        edition=(INTERNAL, _KEEP) if enterprises else (_PUBLIC, _OPEN),
        provenance=analysis.provenance,
        definitions=tuple(dict.fromkeys(d for provenance in traced for d in provenance.definitions)),
        geography=study.geography,
    )
    page = render_explorer(cover, [survey_data(result) for result in results], lang=lang)
    return [write_bytes(folder / "explorer.html", page.encode("utf-8"))]


def write_public_explorer(digest: Digest, folder: Path, *, lang: Lang = "zh") -> list[Path]:
    """Write `explorer.html` over tables about groups only: the same face, without single units and without sliders.

    Parameters
    ----------
    digest
        The tables that its readers may see.
    folder
        Where the file goes.
    lang
        The language in which it opens.

    Returns
    -------
    list of Path
        The file; nothing where no survey has stages.
    """
    staged = [topic for topic in digest.topics if topic.rule is not None and f"stages_{topic.code}" in digest]
    topics = sorted(staged, key=lambda topic: topic.system is None)
    if not topics:
        return []
    tables = [table for topic in topics for table in digest.tables.values() if table.code.endswith(f"_{topic.code}")]
    cover = Cover(
        study=digest.label,
        version=f"{digest.study} {digest.version}",
        enterprises=digest.units == "enterprises",
        unit=digest.unit,
        edition=(_PUBLIC, _SUPPRESSED if digest.protected else _GROUPS)
        if digest.units == "enterprises"
        else (_PUBLIC, _OPEN),
        provenance=digest.provenance,
        definitions=tuple(dict.fromkeys(d for table in tables for d in table.provenance.definitions)),
        geography=digest.geography,
    )
    page = render_explorer(cover, [topic_data(digest, topic) for topic in topics], lang=lang)
    return [write_bytes(folder / "explorer.html", page.encode("utf-8"))]


def render_explorer(cover: Cover, surveys: Sequence[Data], *, lang: Lang) -> str:
    """Return the page.

    Parameters
    ----------
    cover
        What it says about itself.
    surveys
        What it shows of each survey, from `explorer_data`.
    lang
        The language in which it opens.
    """
    nature = cover.provenance.nature
    units = units_called(cover.unit, enterprises=cover.enterprises)
    words = WORDS if cover.enterprises else WORDS | OF_UNITS
    basis, note = basis_of(cover.definitions), words["whatif_note"]
    words = words | {"whatif_note": Text(note.zh.format(basis=basis.zh), note.en.format(basis=basis.en))}
    data = {
        "study": text_pair(cover.study),
        "units": {"counter": units.counter, "noun": units.noun, "one": units.one, "many": units.many},
        "mark": text_pair(NATURE_WORDS[nature]) if nature in ("synthetic", "mixed") else None,
        "tiles": tiles_of(cover.geography),
        "surveys": list(surveys),
        "words": {key: text_pair(text) for key, text in words.items()},
    }
    script, style = _script(), "\n" + _read("explorer.css")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(definitions_folder()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("explorer.html.j2").render(
        lang="zh-CN" if lang == "zh" else "en",
        policy=_policy(script, style),
        kind=cover.provenance.kind,
        nature=nature,
        visibility="public" if cover.edition[0] == _PUBLIC else "internal",
        banner={side: _banner(cover, side) for side in LANGS},
        title=cover.study,
        words=words,
        style=Markup(style),
        data=Markup(_embedded(data)),
        script=Markup(script),
        sources={side: _sources(cover, side) for side in LANGS},
        made={side: _made(cover, side) for side in LANGS},
        program=f"hmsurvey {__version__}",
    )


def _script() -> str:
    return "\n(() => {\n'use strict';\n\n" + "\n".join(_read(name) for name in _SCRIPTS) + "})();\n"


def _read(name: str) -> str:
    return (definitions_folder() / name).read_text(encoding="utf-8")


def _policy(script: str, style: str) -> str:
    """Return what the page may do: run this script, use this style, nothing else; no network, no picture, no form."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() for text in (script, style)]
    return (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _embedded(data: Data) -> str:
    """Return data as JSON that no name in it can break out of."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _banner(cover: Cover, lang: Lang) -> dict[str, str]:
    edition, more = cover.edition
    nature = cover.provenance.nature
    return {
        "kind": NATURE_WORDS[nature].of(lang),
        "words": BANNERS[nature].of(lang),
        "edition": edition.of(lang),
        "more": more.of(lang),
    }


def _sources(cover: Cover, lang: Lang) -> list[str]:
    """Return what the cards of the workbooks say, a line each."""
    return [
        " · ".join(
            part
            for part in (two_sides(s.title).of(lang), s.producer, s.date, s.licence, KIND_WORDS[s.kind].of(lang))
            if part
        )
        for s in cover.provenance.sources
    ]


def _made(cover: Cover, lang: Lang) -> str:
    """Return with what the page was made: program, study, and the definitions behind its stages."""
    names = Text("、", ", ").of(lang).join(definition_words(d, lang) for d in cover.definitions)
    return f"hmsurvey {__version__} · {cover.version} · " + Text("所用定义：", "definitions: ").of(lang) + names
