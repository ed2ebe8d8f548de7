"""What an entry of a definition rests on: how well it is attested, where it was read, or which assumption it is.

An address beside a sentence makes it look proven. So an entry of general knowledge may not carry one, and what was read must name where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from hmsurvey.definitionfile import Entry, definitions_folder, read_toml
from hmsurvey.errors import NOTHING, Text

EVIDENCE_WORDS = {
    "seen": Text("见于来源", "read in the source"),
    "inferred": Text("据来源推断", "inferred from the source"),
    "unverified": Text("常识，未核实", "general knowledge, unverified"),
    "not_found": Text("查找未得", "looked for, not found"),
    "ours": Text("本项目拟定", "this project's own"),
}
EVIDENCE = tuple(EVIDENCE_WORDS)
_SOURCED = ("seen", "inferred")


@dataclass(frozen=True, slots=True)
class Ground:
    """How an entry is attested, its addresses, and the number of the assumption it is, if it is one."""

    evidence: str
    sources: tuple[str, ...] = ()
    assumption: str = ""


def take_ground(entry: Entry, default: Ground | None = None) -> Ground:
    """Take `evidence`, `source` (or `sources`) and `assumption` of an entry; what it leaves out is its file's.

    Parameters
    ----------
    entry
        A table of a definition file, or the file itself.
    default
        What the file says of all its entries.

    Notes
    -----
    Complaints: something read or inferred without a source, general knowledge with one, our own without the number of its assumption.
    """
    base = default or Ground("")
    if default is not None and not default.evidence and "evidence" not in entry.values:
        entry.texts("sources"), entry.text("source"), entry.assumption()
        return base  # what the file should say of all its entries has been complained of once
    evidence = entry.choice("evidence", EVIDENCE, base.evidence)
    own = tuple(source for source in (entry.text("source"), *entry.texts("sources")) if source)
    same = evidence == base.evidence
    sources = own or (base.sources if same else ())
    assumption = entry.assumption() or (base.assumption if same else "")
    _check(entry, evidence, sources, assumption)
    return Ground(evidence, sources, assumption)


def _check(entry: Entry, evidence: str, sources: tuple[str, ...], assumption: str) -> None:
    if evidence in _SOURCED and not sources:
        entry.complain(
            Text("缺少来源。", "The source is missing."),
            found=f'evidence = "{evidence}"',
            expected=Text('source = "网址或文献"', 'source = "an address or a reference"'),
            fix=Text("补上来源，或改 evidence。", "name the source, or change `evidence`."),
        )
    if evidence == "unverified" and sources:
        entry.complain(
            Text("常识不得附来源，以免被当作有据可查。", "General knowledge must not carry a source."),
            found=", ".join(sources),
            expected=Text('没有来源，或 evidence = "seen"', 'no source, or evidence = "seen"'),
        )
    if evidence == "ours" and not assumption and not entry.values.get("assumption"):
        entry.complain(
            Text("缺少假定编号。", "The number of the assumption is missing."),
            found='evidence = "ours"',
            expected=Text('写成 assumption = "A…"', 'assumption = "A..."'),
        )


def ground_words(ground: Ground) -> Text:
    """Return the evidence in words, with the number of the assumption where there is one.

    >>> ground_words(Ground("ours", (), "A72")).en
    "this project's own (A72)"
    """
    words = EVIDENCE_WORDS.get(ground.evidence, NOTHING)
    if not ground.assumption:
        return words
    return Text(f"{words.zh}（{ground.assumption}）", f"{words.en} ({ground.assumption})")


def source_words(ground: Ground) -> str:
    """Return the addresses as one text; nothing for what was not read anywhere."""
    return "; ".join(ground.sources) if ground.evidence in _SOURCED or ground.evidence == "ours" else ""


def rests_on(definitions: Sequence[str], kind: str, shipped: Text) -> Text:
    """Say what numbers of a kind of definition file rest on: the assumptions of the files that ship, else the file itself.

    Parameters
    ----------
    definitions
        Of a provenance, such as "measures digital_archives 1.0".
    kind
        Such as "measures": the first word of those that count, and their folder.
    shipped
        The numbers of the assumptions behind the files that ship.

    >>> rests_on(("rule carrier 1.2", "efforts mine 2.0"), "efforts", Text("A170", "A170")).en
    'as the file efforts mine 2.0 has it'
    """
    found = [one for one in definitions if one.startswith(f"{kind} ")]
    if set(found) <= _shipped(kind):
        return shipped
    return Text(f"见文件 {'、'.join(found)}", f"as the file {', '.join(found)} has it")


@lru_cache(maxsize=8)
def _shipped(kind: str) -> frozenset[str]:
    tops = (read_toml(path) for path in (definitions_folder() / kind).glob("*.toml"))
    return frozenset(f"{kind} {top['id']} {top['version']}" for top in tops)
