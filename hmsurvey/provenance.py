"""Where a number comes from, carried with it until it leaves the house.

A workbook has a card (`NAME.source.toml`) that says what it is; a `Provenance` is the union of the sources behind a table, and its
kind is the worst of them: synthetic, then undeclared, then real. Tables that leave are `Traced`; exits refuse anything else.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from hmsurvey.errors import NOTHING, Lang, Problem, ProvenanceError, Text

Kind = Literal["synthetic", "undeclared", "real"]
KINDS: tuple[Kind, ...] = ("synthetic", "undeclared", "real")  # worst first
Nature = Literal["synthetic", "mixed", "undeclared", "real"]  # what is said to people; "mixed" is partly synthetic

# Written into every workbook of the stand-in (sheet "_hmsurvey" and the document's properties).
SYNTHETIC_MARK = "hmsurvey: SYNTHETIC 模拟数据"

KIND_WORDS = {
    "synthetic": Text("模拟数据", "SYNTHETIC"),
    "undeclared": Text("来源未说明", "undeclared origin"),
    "real": Text("真实数据", "real data"),
}

NATURE_WORDS: dict[str, Text] = KIND_WORDS | {"mixed": Text("部分为模拟数据", "PARTLY SYNTHETIC")}

# What the stand-in's own cards say in titles, producers and notes; a card that says real says none of these.
_STANDIN_WORDS = (
    "hmsurvey synthesise",
    "（模拟答卷）",
    "（模拟）",
    "(synthetic answers)",
    "(synthetic)",
    "模拟数据：",
    "模拟数据的真值",
)

_CARD_KEYS = ("title", "kind", "producer", "date", "sheet", "sha256", "licence", "note", "address")


@dataclass(frozen=True, slots=True)
class Source:
    """What one file is: the content of its card.

    `kind` is "synthetic", "undeclared" or "real"; `sha256` is of the file's bytes.
    """

    title: str
    kind: Kind
    producer: str = ""
    date: str = ""
    sheet: str = ""
    sha256: str = ""
    licence: str = ""
    note: str = ""
    address: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The sources behind a table, the definitions it was made with, and what was done on the way.

    `definitions` are texts such as "rule carrier 1.0" in the order of use; `notes` record decisions that change numbers,
    such as bad cells set missing.
    """

    sources: tuple[Source, ...] = ()
    definitions: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()
    seed: int | None = None

    @property
    def kind(self) -> Kind:
        """The worst kind among the sources; "undeclared" when there is none."""
        kinds = {source.kind for source in self.sources}
        return next((kind for kind in KINDS if kind in kinds), "undeclared")

    @property
    def nature(self) -> Nature:
        """What is to be said of the data: the kind, or "mixed" where only some of the sources are synthetic.

        >>> Provenance((Source("a", "real"), Source("b", "synthetic"))).nature
        'mixed'
        """
        return "mixed" if {source.kind for source in self.sources} > {"synthetic"} else self.kind

    @property
    def definitions_only(self) -> bool:
        """Whether there is no data at all behind it: no source, and the definitions that it was made from."""
        return not self.sources and bool(self.definitions)

    def with_definition(self, definition: str) -> Provenance:
        """Add a definition once."""
        if definition in self.definitions:
            return self
        return replace(self, definitions=(*self.definitions, definition))

    def with_note(self, note: Text) -> Provenance:
        """Add a note once."""
        return self if note in self.notes else replace(self, notes=(*self.notes, note))


_DEFINITION_WORDS = {
    "codebook": Text("问卷", "questionnaire"),
    "system": Text("指标体系", "index"),
    "rule": Text("规则", "rule"),
    "variation": Text("变动方案", "variation"),
    "efforts": Text("工作量", "efforts"),
    "measures": Text("措施", "measures"),
}


def definition_words(definition: str, lang: Lang) -> str:
    """Return a definition as it is shown: "rule carrier 1.0" -> "规则 carrier 1.0"."""
    kind, _, rest = definition.partition(" ")
    return f"{_DEFINITION_WORDS[kind].of(lang)} {rest}" if kind in _DEFINITION_WORDS else definition


def combine(*parts: Provenance) -> Provenance:
    """Join provenances: sources, definitions and notes keep their order and stand once.

    >>> combine(Provenance((Source("a", "real"),)), Provenance((Source("b", "synthetic"),))).kind
    'synthetic'
    """
    return Provenance(
        sources=tuple(dict.fromkeys(s for p in parts for s in p.sources)),
        definitions=tuple(dict.fromkeys(d for p in parts for d in p.definitions)),
        notes=tuple(dict.fromkeys(n for p in parts for n in p.notes)),
        seed=next((p.seed for p in parts if p.seed is not None), None),
    )


@dataclass(frozen=True, slots=True)
class Traced:
    """A frame together with where it comes from; the base of every table that may leave."""

    frame: pd.DataFrame
    provenance: Provenance

    def __repr__(self) -> str:
        return f"{self.frame!r}\n[{NATURE_WORDS[self.provenance.nature].en}]"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card_path(path: Path) -> Path:
    """Return where the card of a workbook lies: `answers.xlsx` -> `answers.source.toml`."""
    return path.with_name(path.stem + ".source.toml")


def typed(text: str | Path) -> str:
    """Return a path or a text as it is typed in a command: in quotation marks where it needs them.

    >>> typed("data/raw/index.xlsx"), typed("my forms/a.xlsx")
    ('data/raw/index.xlsx', '"my forms/a.xlsx"')
    """
    text = str(text)
    plain = text and all(char.isalnum() or char in "._-/\\:" for char in text)
    return text if plain else '"' + text.replace('"', '\\"') + '"'


def read_source(path: Path, *, marked_synthetic: bool = False, alike: Text = NOTHING) -> Source:
    """Read the card beside a workbook and hold it to the workbook's bytes.

    Parameters
    ----------
    path
        The workbook; its card lies beside it.
    marked_synthetic
        Whether the workbook carries the stand-in's mark inside.
    alike
        How much of the workbook is the stand-in's by its content; nothing where it is not.

    Raises
    ------
    ProvenanceError
        No card, an incomplete card, another file's hash, or a card that calls the stand-in real.
    """
    card, entries = card_path(path), _card_entries(path)
    problems = _card_problems(card, entries, path, marked_synthetic, alike)
    if problems:
        raise ProvenanceError(problems)
    return Source(file=path.name, **{key: entries.get(key, "") for key in _CARD_KEYS})


def read_card(path: Path) -> Source:
    """Read the card beside a workbook, whatever became of the workbook since; to renew it.

    Raises
    ------
    ProvenanceError
        No card, or one that is not complete.
    """
    entries = _card_entries(path)
    problems = _incomplete(card_path(path), entries)
    if problems:
        raise ProvenanceError(problems)
    return Source(file=path.name, **{key: entries.get(key, "") for key in _CARD_KEYS})


def card_of_another(path: Path) -> Source | None:
    """Return the complete card beside a workbook if it describes another file than the one that lies there now."""
    try:
        card = read_card(path)
    except ProvenanceError:
        return None
    return card if card.sha256 != sha256_of(path) else None


def standin_words(source: Source) -> str:
    """Return the text of a card that is the stand-in's own, or nothing."""
    texts = (source.title, source.producer, source.note)
    return next((text for text in texts if any(words in text for words in _STANDIN_WORDS)), "")


def _card_entries(path: Path) -> dict[str, Any]:
    card = card_path(path)
    if not card.exists():
        raise ProvenanceError(
            Problem(
                Text("这份工作簿没有来源卡片，不能读取。", "This workbook has no provenance card and cannot be read."),
                where=str(path),
                expected=Text(f"旁边有一份 {card.name}", f"a card {card.name} beside it"),
                fix=Text(f"运行：hmsurvey card {typed(path)}", f"run: hmsurvey card {typed(path)}"),
            )
        )
    try:
        entries: dict[str, Any] = tomllib.loads(card.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProvenanceError(
            Problem(
                Text("来源卡片无法读取。", "The card cannot be read."),
                where=str(card),
                found=str(error),
                expected=Text("UTF-8 编码的 TOML 文件", "a TOML file in UTF-8"),
                fix=Text("改正该处，或重新生成卡片。", "mend that place, or write the card anew."),
            )
        ) from None
    return entries


def _incomplete(card: Path, entries: dict[str, Any]) -> list[Problem]:
    unknown = [key for key in entries if key not in _CARD_KEYS]
    missing = [key for key in ("title", "kind", "producer", "date", "sha256", "licence") if not entries.get(key)]
    not_text = [key for key in entries if key in _CARD_KEYS and not isinstance(entries[key], str)]
    if unknown or missing or not_text:
        return [
            Problem(
                Text("来源卡片不完整。", "The card is not complete."),
                where=str(card),
                found="; ".join(
                    f"{words}: {', '.join(keys)}"
                    for words, keys in (("missing", missing), ("unknown", unknown), ("not text", not_text))
                    if keys
                ),
                expected=Text("文字项：" + "、".join(_CARD_KEYS), "texts: " + ", ".join(_CARD_KEYS)),
                fix=Text("补齐各项；日期也要加引号。", "fill them in; dates are quoted too."),
            )
        ]
    return []


def _card_problems(card: Path, entries: dict[str, Any], path: Path, marked: bool, alike: Text) -> list[Problem]:
    problems = _incomplete(card, entries)
    if problems:
        return problems
    if entries["kind"] not in ("real", "synthetic"):
        problems.append(
            Problem(
                Text("来源卡片的 kind 不明。", "The card's kind is not known."),
                where=str(card),
                found=entries["kind"],
                expected=Text('"real" 或 "synthetic"', '"real" or "synthetic"'),
                fix=Text("改为其中之一。", "make it one of these."),
            )
        )
    found = sha256_of(path)
    if entries["sha256"] != found:
        problems.append(
            Problem(
                Text("工作簿与来源卡片不符：内容已改动。", "The workbook is not the one its card describes."),
                where=str(path),
                found=found,
                expected=Text(entries["sha256"], entries["sha256"]),
                fix=_renewal(path),
            )
        )
    if entries["kind"] == "real" and marked:
        problems.append(
            Problem(
                Text(
                    "卡片称数据真实，而工作簿带有模拟数据标记。",
                    "The card says real, the workbook is marked synthetic.",
                ),
                where=str(card),
                found='kind = "real"',
                expected=Text('kind = "synthetic"', 'kind = "synthetic"'),
                fix=Text("换上真实的工作簿，或把卡片改回 synthetic。", "use the real workbook, or say synthetic."),
            )
        )
    elif entries["kind"] == "real" and alike != NOTHING:
        problems.append(said_of_alike(card, alike, path))
    source = Source(**{key: entries.get(key, "") for key in _CARD_KEYS})
    if source.kind == "real" and (words := standin_words(source)):
        problems.append(said_of_standin(card, words, path))
    return problems


def said_of_alike(where: Path, alike: Text, path: Path) -> Problem:
    """Return the complaint about a workbook called real whose answers are the stand-in's; `alike` says how many."""
    command = f"hmsurvey card {typed(path)} --kind synthetic"
    return Problem(
        Text(f"卡片称数据真实，但{alike.zh}。", f"The card says real, but {alike.en}."),
        where=str(where),
        found='kind = "real"',
        expected=Text('真实答卷，或 kind = "synthetic"', 'real answers, or kind = "synthetic"'),
        fix=Text(
            f"删去这些行，换上真实答卷；只作练习用的，写明是模拟数据：{command} --force",
            f"take these rows out and put real answers in; if it is an exercise, say synthetic: {command} --force",
        ),
    )


def said_of_standin(where: Path, words: str, path: Path) -> Problem:
    """Return the complaint about a card that says real in the stand-in's own words."""
    command = f"hmsurvey card {typed(path)} --kind real"
    return Problem(
        Text(
            "卡片称数据真实，却沿用模拟数据的说明。",
            "The card says real, but describes the data in the stand-in's words.",
        ),
        where=str(where),
        found=words,
        expected=Text("真实数据的名称和提供者", "the title and producer of the real data"),
        fix=Text(f"重新写卡片：{command} --force", f"write the card anew: {command} --force"),
    )


def _renewal(path: Path) -> Text:
    file = typed(path)
    return Text(
        f"如果换成了另一份工作簿：hmsurvey card {file} --kind real；如果只是改了几处内容：hmsurvey card {file} --renew",
        f"if the workbook was replaced: hmsurvey card {file} --kind real; if it was only edited: hmsurvey card {file} --renew",
    )


def write_card(path: Path, source: Source) -> Path:
    """Write the card of a workbook beside it, with the workbook's present hash; return its path."""
    values = {key: getattr(source, key) for key in _CARD_KEYS} | {"sha256": sha256_of(path)}
    card = card_path(path)
    lines = [f"{key} = {_toml_text(str(value))}" for key, value in values.items()]
    card.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return card


def _toml_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if ord(c) >= 32 and ord(c) != 127 else f"\\u{ord(c):04x}" for c in escaped) + '"'
