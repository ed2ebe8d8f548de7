"""Who may decide an indicator, and what each party can bring to it: two matrices over the indicators of an index.

Experts edit them (`definitions/landscape/decides.toml`, `brings.toml`). A matrix has no hole: every indicator has its row, every row every
party. The enterprise has no column of what it brings: that is for its answers to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hmsurvey.definitionfile import Entry, find_duplicates
from hmsurvey.errors import Text
from hmsurvey.grounds import Ground, take_ground

PARTS = ("decides", "helps", "none")
PART_WORDS = {
    "decides": Text("决定", "decides"),
    "helps": Text("协助", "helps"),
    "none": Text("无", "none"),
}
OWNER = "enterprise"  # the party whose means are read from its answers


@dataclass(frozen=True, slots=True)
class PartyMatrix:
    """For every indicator the part of each party: "decides", "helps" or "none"."""

    version: str
    label: Text
    system: str
    parts: dict[str, dict[str, str]]
    ground: Ground

    def deciders(self, indicator: str) -> tuple[str, ...]:
        """Return the parties without which an indicator cannot rise.

        Raises
        ------
        KeyError
            The matrix has no such indicator.
        """
        return tuple(party for party, part in self.parts[indicator].items() if part == "decides")


@dataclass(frozen=True, slots=True)
class MeansMatrix:
    """For every indicator the means it takes, and which of them each party but the enterprise can bring."""

    version: str
    label: Text
    system: str
    needs: dict[str, tuple[str, ...]]
    brings: dict[str, dict[str, tuple[str, ...]]]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may name: the indicators that need a row, by index system; parties; means."""

    indicators: dict[str, tuple[str, ...]]
    parties: tuple[str, ...]
    means: tuple[str, ...] = field(default=())


def take_decides(top: Entry, known: Known) -> PartyMatrix:
    """Take the matrix of who decides.

    Notes
    -----
    Complaints: an unknown indicator, one without a row or with two, a party without a part, a part that is none of `PARTS`, an indicator that
    nobody decides.
    """
    head = _head(top, known)
    parts: dict[str, dict[str, str]] = {}
    for entry, indicator in _rows(top, known, head[2]):
        row = {party: _part(entry, party) for party in known.parties}
        if all(row.values()) and "decides" not in row.values():
            entry.complain(
                Text("没有一方能决定这一项。", "No party decides this indicator."),
                found=", ".join(f"{party} {part}" for party, part in row.items()),
                expected=Text("至少一方为 decides", '"decides" for at least one party'),
            )
        parts.setdefault(indicator, row)
        entry.close()
    return PartyMatrix(head[0], head[1], head[2], parts, head[3])


def take_brings(top: Entry, known: Known, decides: PartyMatrix | None) -> MeansMatrix:
    """Take the matrix of what parties can bring, and hold it to the one of who decides.

    Notes
    -----
    Complaints: as for the other matrix; unknown means; an indicator that takes nothing; a party that brings what is not needed; one that helps
    or decides and brings nothing, or has no part and brings something.
    """
    head = _head(top, known)
    needs: dict[str, tuple[str, ...]] = {}
    brings: dict[str, dict[str, tuple[str, ...]]] = {}
    for entry, indicator in _rows(top, known, head[2]):
        before = len(entry.problems)
        needed = _means(entry, "needs", known.means)
        if not needed and len(entry.problems) == before:
            entry.complain(
                Text("没有写需要什么条件。", "It does not say what the indicator takes."),
                expected=_list(known.means),
            )
        part = decides.parts.get(indicator, {}) if decides is not None else {}
        row = {}
        for party in known.parties:
            if party == OWNER:
                continue
            before = len(entry.problems)
            row[party] = brought = _means(entry, party, needed or known.means)
            told = len(entry.problems) > before or not needed  # what was said already is not said again in other words
            if not told and part.get(party) and bool(brought) == (part[party] == "none"):
                entry.complain(
                    Text(
                        f"{party} 提供的条件与“由谁决定”矩阵不符。",
                        f"What `{party}` brings does not fit the matrix of who decides.",
                    ),
                    found=f"{party} = [{', '.join(brought)}]; decides.toml: {part[party]}",
                    expected=Text(
                        "协助或决定的一方至少提供一种条件，没有作用的一方不提供",
                        "something from a party that helps or decides, nothing from one that has no part",
                    ),
                    fix=Text(
                        "改正这一处，或把 decides.toml 抄到同一文件夹后改那里的一处。",
                        "mend this entry, or copy decides.toml into the same folder and mend its entry.",
                    ),
                )
        needs.setdefault(indicator, needed)
        brings.setdefault(indicator, row)
        entry.close()
    return MeansMatrix(head[0], head[1], head[2], needs, brings, head[3])


def _head(top: Entry, known: Known) -> tuple[str, Text, str, Ground]:
    system = top.choice("system", tuple(known.indicators), next(iter(known.indicators), ""))
    top.code("id")
    return top.text("version", required=True), top.label(), system, take_ground(top)


def _rows(top: Entry, known: Known, system: str) -> list[tuple[Entry, str]]:
    allowed = known.indicators.get(system, ())
    rows = [(entry, entry.text("indicator", required=True)) for entry in top.entries("row", name_by="indicator")]
    seen: set[str] = set()
    for entry, indicator in rows:
        if indicator and indicator not in allowed:
            entry.complain(
                Text("指标体系没有这个指标。", "The index has no such indicator."),
                found=indicator,
                expected=_list(allowed),
            )
        if indicator in seen:
            entry.complain(
                Text("这个指标出现了两行。", "This indicator has two rows."),
                found=indicator,
                expected=Text("每个指标一行", "one row for each indicator"),
            )
        seen.add(indicator)
    if holes := [code for code in allowed if code not in seen]:
        top.complain(
            Text("矩阵有缺行。", "The matrix has holes: indicators without a row."),
            found=", ".join(holes),
            expected=Text(f"{system} 的 {len(allowed)} 个指标各一行", f"a row for each of {len(allowed)} of {system}"),
            fix=Text("补上这些指标的行。", "add rows for these indicators."),
        )
    return rows


def _part(entry: Entry, party: str) -> str:
    """Take the part of a party; nothing where there is none that can be used, which is then complained of."""
    if party not in entry.values:
        entry.taken[party] = None
        entry.complain(
            Text("矩阵有空格。", "The matrix has a hole: a party without a part."),
            found=f"{party}: –",
            expected=_list(PARTS),
            fix=Text(f"写上 {party} 的作用。", f"say which part `{party}` has."),
        )
        return ""
    before = len(entry.problems)
    part = entry.choice(party, PARTS, "none")
    return part if len(entry.problems) == before else ""


def _means(entry: Entry, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
    if key not in entry.values:
        entry.complain(
            Text("矩阵有空格。", f"The matrix has a hole: `{key}` is missing."),
            found=f"{key}: –",
            expected=_list(allowed),
            fix=Text("没有就写 []。", "write [] where there is none."),
        )
    found = entry.texts(key)
    find_duplicates(entry, list(found), Text(f"{key} 中条件", f"`{key}`:"))
    if strange := [code for code in found if code not in allowed]:
        entry.complain(
            Text(
                f"{key} 含有不认识的或这一项不需要的条件。", f"`{key}` names means that are unknown or not needed here."
            ),
            found=", ".join(strange),
            expected=_list(allowed),
        )
    return tuple(code for code in found if code in allowed)


def _list(codes: Sequence[str]) -> Text:
    return Text("、".join(codes), ", ".join(codes))
