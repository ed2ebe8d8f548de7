"""The pages of cities as files: one self-contained HTML page a city and language, which opens without a network, runs nothing and prints on one sheet; and a page that leads to them by a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from hmsurvey.analysis.digest import Digest
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.errors import Lang, Text
from hmsurvey.output.cities import city_pages
from hmsurvey.output.city_index import NONE_SIGN, index_heads, index_rows
from hmsurvey.output.digest_words import known
from hmsurvey.output.edition import Edition, Visibility
from hmsurvey.output.panels import CityPage, Panel, Strip, Track
from hmsurvey.output.results import write_bytes
from hmsurvey.output.views import masthead, set_text
from hmsurvey.tables import HIDDEN_NOTE, HIDDEN_SIGN

_WORDS = {
    "skip": Text("跳到正文", "Skip to content"),
    "made": Text("生成程序", "Made with"),
    "all": Text("全部企业", "All enterprises"),
    "scale": Text("横线：0—100", "line: 0 to 100"),
    "index": Text("各市", "Cities"),
    "hint": Text(
        "每市一页，版式相同，可以并排对照。", "One page a city, laid out alike, so that they can be held side by side."
    ),
}
_NO_ANSWERS = Text("“–”表示没有有效答卷。", "– means no usable answers.")
_LEFT = ("stages", "areas", "indicators")  # panels of the first column
_WIDE = ("certainty",)  # below both
_ROOM = 11.0  # per cent of a strip below which its number finds no room


def write_city_pages(edition: Edition, folder: Path, *, digest: Digest, lang: Lang) -> list[Path]:
    """Write `cities/CITY.zh.html` (or `.en.html`) for every city, and `cities/index.zh.html` with links to them; nothing where a study knows no cities.

    Parameters
    ----------
    edition
        What its readers may see: who they are.
    folder
        The edition's folder.
    digest
        Whole for readers in the house, protected for others.
    lang
        The language.
    """
    if digest.units != "enterprises":
        return []
    return [
        write_bytes(folder / "cities" / name, page.encode("utf-8"))
        for name, page in render_city_pages(digest, lang=lang, visibility=edition.visibility).items()
    ]


def render_city_pages(digest: Digest, *, lang: Lang, visibility: Visibility) -> dict[str, str]:
    """Return the pages of all cities and the page of links, by the name of their file."""
    pages = city_pages(digest)
    if not pages:
        return {}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(definitions_folder()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template("city.html.j2")
    shared = _shared(digest, lang, visibility)
    index = f"index.{lang}.html"
    hint = {"anchor": "about", "title": "", "key": (), "strips": (), "tracks": (), "texts": (_WORDS["hint"].of(lang),)}
    found = {
        index: template.render(
            **shared,
            heading=_WORDS["index"].of(lang),
            heading_short="",
            facts=(),
            columns=((hint,), ()),
            links=_links(pages, lang, here=""),
            table=_table(digest, pages, lang),
        )
    }
    for page in pages:
        name = set_text(page.name, lang)
        facts = [
            {"label": set_text(f.label, lang), "value": set_text(f.value, lang), "more": set_text(f.more, lang)}
            for f in page.facts
        ]
        found[f"{page.file}.{lang}.html"] = template.render(
            **shared,
            heading=name,
            heading_short=name,
            facts=facts,
            columns=_columns(page, lang),
            links=_links(pages, lang, here=page.file),
            table=None,
        )
    return found


def _table(digest: Digest, pages: tuple[CityPage, ...], lang: Lang) -> dict[str, object]:
    rows = index_rows(digest, pages)
    cells = {cell for row in rows for cell in row.cells}
    return {
        "heads": [
            [{"text": set_text(head.text, lang), "columns": head.columns, "rows": head.rows} for head in row]
            for row in index_heads(digest)
        ],
        "rows": [
            {
                "name": set_text(row.page.name, lang),
                "file": f"{row.page.file}.{lang}.html",
                "cells": [set_text(cell, lang) for cell in row.cells],
            }
            for row in rows
        ],
        "notes": [
            note.of(lang) for sign, note in ((NONE_SIGN, _NO_ANSWERS), (HIDDEN_SIGN, HIDDEN_NOTE)) if sign in cells
        ],
    }


def _shared(digest: Digest, lang: Lang, visibility: Visibility) -> dict[str, Any]:
    return {
        "lang": "zh-CN" if lang == "zh" else "en",
        "title": set_text(digest.label, lang),
        "words": {key: text.of(lang) for key, text in _WORDS.items()},
        "study": f"{digest.study} {digest.version}",
        **masthead(digest.provenance, visibility if digest.units == "enterprises" else "", lang),
    }


def _links(pages: tuple[CityPage, ...], lang: Lang, *, here: str) -> list[dict[str, object]]:
    first = {"text": _WORDS["index"].of(lang), "file": f"index.{lang}.html", "here": not here}
    rest = [
        {"text": set_text(page.name, lang), "file": f"{page.file}.{lang}.html", "here": page.file == here}
        for page in pages
    ]
    return [first, *rest]


def _columns(page: CityPage, lang: Lang) -> list[list[dict[str, object]]]:
    """Return the panels in two columns, each in the same one on every page, and those that run below both."""
    shown = [(panel.code, _panel(panel, place, lang)) for place, panel in enumerate(page.panels)]
    places = [0 if code in _LEFT else 2 if code in _WIDE else 1 for code, _ in shown]
    return [[panel for (_, panel), place in zip(shown, places, strict=True) if place == k] for k in range(3)]


def _panel(panel: Panel, place: int, lang: Lang) -> dict[str, object]:
    return {
        "anchor": f"{panel.code}-{place}",
        "title": set_text(panel.title, lang),
        "key": [{"label": set_text(part.label, lang), "colour": part.colour} for part in panel.key],
        "strips": [_strip(strip, lang) for strip in panel.strips],
        "tracks": [_track(track, lang) for track in panel.tracks],
        "texts": [set_text(text, lang) for text in panel.texts],
    }


def _strip(strip: Strip, lang: Lang) -> dict[str, object]:
    said = [
        f"{part.label.of(lang)} {part.share:.0f}%" if not part.blank else part.label.of(lang) for part in strip.parts
    ]
    return {
        "name": set_text(strip.name, lang),
        "value": set_text(strip.value, lang),
        "main": strip.main,
        "alt": f"{strip.name.of(lang)}: " + ", ".join(said),
        "parts": [
            {
                "width": f"{part.share:.2f}",
                "colour": part.colour,
                "ink": part.ink,
                "blank": part.blank,
                "text": (part.label.of(lang) if part.blank else f"{part.share:.0f}%") if part.share >= _ROOM else "",
            }
            for part in strip.parts
        ],
    }


def _track(track: Track, lang: Lang) -> dict[str, object]:
    low, high = max(track.low, 0.0), min(track.high, 100.0)
    value, whole = set_text(track.value, lang), set_text(track.whole_value, lang)
    return {
        "name": set_text(track.name, lang),
        "value": value,
        "whole_value": whole,
        "alt": f"{track.name.of(lang)}: {value}" + (f" | {whole}" if whole else ""),
        "city": _place(track.city),
        "whole": _place(track.whole),
        "low": _place(track.low),
        "wide": f"{high - low:.2f}" if known(track.low) and known(track.high) else "",
    }


def _place(value: float) -> str:
    """Return a place on a track as per cent, nothing where it is not known."""
    return f"{min(max(value, 0.0), 100.0):.2f}" if known(value) else ""
