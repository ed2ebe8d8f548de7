"""Paper: typst sets a template and plain data to a PDF whose bytes depend on nothing but these.

What a user wrote is handed over as data, never as markup, so no name can run or restyle anything. Characters that the shipped fonts lack become 〓 and are
counted, so that a page can name them. The machine's own fonts are not looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib
import typst

from hmsurvey.definitionfile import definitions_folder
from hmsurvey.errors import Lang, Text
from hmsurvey.output.theme import FONTS
from hmsurvey.output.typesetting import GETA, given, missing_glyphs, own

LONGEST_WORD = 24  # letters after which a word without a space may break
_UNBROKEN = re.compile(rf"[!-~\u00a1-\u2e7f]{{{LONGEST_WORD + 1},}}")
_BREAK = "\u200b"
_BLANK = re.compile(r"[\t\n\r\f\v\u2028\u2029]+")
# Marks that are not seen and change what is: directions, joiners, controls.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def press(
    template: str, content: Mapping[str, Any], files: Mapping[str, bytes] | None = None, *, tagged: bool = True
) -> bytes:
    """Return a PDF.

    Parameters
    ----------
    template
        A file of `definitions/print`; it reads `content.json` and may import the others there.
    content
        Plain data, texts already `set_plain`.
    files
        What else the template reads, such as figures, by name.
    tagged
        Whether the file says what is a heading, a table, a figure, for readers who hear it. It costs time and size where a page is drawn from many small parts.
    """
    inputs = _inputs(template, content, files)
    return bytes(typst.compile(inputs, font_paths=fonts(), pdf_tags=tagged))  # all in memory: the disk is not touched


def ask(template: str, content: Mapping[str, Any], label: str) -> list[Any]:
    """Return the values of the marks `<label>` that a template sets, such as on which page something ends."""
    inputs = _inputs(template, content, None)
    return list(json.loads(typst.query(inputs, f"<{label}>", field="value", font_paths=fonts())))


def _inputs(template: str, content: Mapping[str, Any], files: Mapping[str, bytes] | None) -> Any:
    folder = definitions_folder() / "print"
    templates = {path.name: path.read_bytes() for path in sorted(folder.glob("*.typ"))}
    data = json.dumps(content, ensure_ascii=False).encode("utf-8")
    return {**templates, "main.typ": templates[template], "content.json": data, **(files or {})}


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Return the fonts of a PDF: the shipped ones, and behind them the one that comes with matplotlib."""
    folders = [FONTS[False].parent, Path(matplotlib.get_data_path()) / "fonts" / "ttf"]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def set_plain(content: Any, lang: Lang) -> Any:
    """Return data with every text fit for print: on one line, characters that are missing or unseen as 〓, endless words allowed to break."""
    if isinstance(content, str):
        text = _UNSEEN.sub(GETA, given(_BLANK.sub(" ", content), lang))
        return _UNBROKEN.sub(_breakable, text) if len(text) > LONGEST_WORD else text
    if isinstance(content, Mapping):
        return {key: set_plain(value, lang) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [set_plain(value, lang) for value in content]
    return content


def _breakable(word: re.Match[str]) -> str:
    text = word[0]
    return _BREAK.join(text[k : k + LONGEST_WORD] for k in range(0, len(text), LONGEST_WORD))


def lost_characters(content: Any) -> list[str]:
    """Return the characters of some data that the fonts lack, each once, in order."""
    found = (_BLANK.sub(" ", text) for text in _texts(content))
    return list(dict.fromkeys(char for text in found for char in (*missing_glyphs(text), *_UNSEEN.findall(text))))


def _texts(content: Any) -> Iterable[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _texts(value)


def lost_note(content: Any, lang: Lang) -> str:
    """Return a note on the characters that the fonts lack, or nothing."""
    lost = lost_characters(content)
    listed = ("、" if lang == "zh" else ", ").join(f"U+{ord(char):04X}" for char in lost)
    return (
        Text(f"〓：字体中没有的字（{listed}）。", f"〓: characters that the font lacks ({listed}).").of(lang)
        if lost
        else ""
    )


def own_words(words: Mapping[str, Text], lang: Lang) -> dict[str, str]:
    """Return our own words in one language; a missing glyph in them is an error."""
    return {key: own(text.of(lang)) for key, text in words.items()}
