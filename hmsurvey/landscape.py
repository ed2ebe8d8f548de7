"""The landscape that enterprises act in: norms, platforms, archive types, carriers, problems, parties, solutions, and who can do what.

An archivist edits it (`platforms.toml`, `archive_types.toml`, `problems.toml` and the folder `landscape/` of the definitions). Everything in it
says what it rests on. It knows no answer: who is where is for the surveys to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hmsurvey.definitionfile import Entry, definitions_folder, find_duplicates, labelled
from hmsurvey.errors import NOTHING, DefinitionError, Problem, Text
from hmsurvey.grounds import EVIDENCE, Ground, take_ground
from hmsurvey.indicators import read_system
from hmsurvey.landscapefolder import Reading
from hmsurvey.partymatrix import Known, MeansMatrix, PartyMatrix, take_brings, take_decides
from hmsurvey.problems import Agenda
from hmsurvey.severities import SeverityScale, take_severities

AREAS = ("archives", "environment")
FACTS = ("operator", "filed", "modules", "login", "basis")
TO_COME = "to_come"
SYSTEM = "digital_archives"


@dataclass(frozen=True, slots=True)
class Norm:
    """A norm or law: who issued it, what was read of it, the platforms whose filing rests on it."""

    code: str
    label: Text
    area: str
    issuer: Text
    year: str
    says: Text
    note: Text
    platforms: tuple[str, ...]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform on which enterprises file; `evidence` says for each of `FACTS` how well it is attested."""

    code: str
    label: Text
    short: Text
    alternate: bool
    types: tuple[str, ...]
    also_shows: tuple[str, ...]
    words: dict[str, Text]
    notes: dict[str, Text]
    evidence: dict[str, str]
    sources: tuple[tuple[str, str], ...]  # address, what it supports


@dataclass(frozen=True, slots=True)
class ArchiveType:
    """A type of environmental archives: what belongs to it, where it is filed, how long it is kept; `years` only where a minimum was read."""

    code: str
    label: Text
    includes: Text
    platforms: tuple[str, ...]
    also_on: tuple[str, ...]
    platforms_note: Text
    group: str
    retention: Text
    years: float | None
    retention_ground: Ground
    ground: Ground


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of the carrier ladder, from the lowest up."""

    code: str
    level: str
    label: Text
    word: Text
    means: Text
    ground: Ground


@dataclass(frozen=True, slots=True)
class NamedSystem:
    """Something that the study's abstract names, and its place here: definition files, a notebook, a section of the report ("to_come": none yet)."""

    code: str
    label: Text
    says: Text
    definitions: tuple[str, ...]
    notebook: str
    report: str


@dataclass(frozen=True, slots=True)
class Landscape:
    """All of it, whole: what one part names, another has."""

    norms: tuple[Norm, ...]
    platforms: tuple[Platform, ...]
    groups: tuple[tuple[str, Text], ...]
    types: tuple[ArchiveType, ...]
    ladder: tuple[Rung, ...]
    agenda: Agenda
    decides: PartyMatrix
    brings: MeansMatrix
    severities: SeverityScale
    named: tuple[NamedSystem, ...]
    indicators: tuple[tuple[str, Text], ...]
    versions: tuple[str, ...]  # "platforms 1.0", one a file
    own: tuple[Path, ...] = ()  # the files that are not the built-in ones
    folder: Path | None = None  # where they are; how the matrices are read may stand there too (`coordination`)

    def platform(self, code: str) -> Platform:
        """Return a platform by its code; KeyError when there is none."""
        return {platform.code: platform for platform in self.platforms}[code]

    def versions_of(self, *names: str) -> tuple[str, ...]:
        """Return the versions of some of the files, by their ids."""
        return tuple(version for version in self.versions if version.rpartition(" ")[0] in names)


@lru_cache(maxsize=1)
def built_in_landscape() -> Landscape:
    """Return the landscape that ships with the package."""
    return read_landscape()


def read_landscape(folder: str | Path | None = None) -> Landscape:
    """Read a landscape from a folder laid out like the package's definitions.

    Parameters
    ----------
    folder
        With `platforms.toml`, `archive_types.toml`, `problems.toml`, `landscape/norms.toml`, `ladder.toml`, `decides.toml`, `brings.toml`,
        `severities.toml`, `named.toml`; a file that is not there is the built-in one, so that a folder needs only what differs.

    Raises
    ------
    UsageError
        There is no such folder, or none of these files is in it.
    DefinitionError
        With every problem of every file: a file that would not be read, a platform or type that is not known, a type on no platform without a word on it, platforms and types
        that contradict each other, a matrix with a hole, an unknown indicator, a code that stands twice, an entry without a source.
    """
    reading = Reading(None if folder is None else Path(folder))
    norms = reading.take("landscape/norms", "norms", _norms)
    platforms = reading.take("platforms", "platforms", _platforms)
    groups, types = reading.take("archive_types", "archive_types", _types)
    ladder = reading.take("landscape/ladder", "carrier_ladder", _ladder)
    named_systems = reading.take("landscape/named", "named_systems", _named)
    agenda = reading.agenda()
    system = read_system(definitions_folder() / "systems" / f"{SYSTEM}.toml")
    indicators = tuple((i.code, i.label) for i in system.indicators if i.scored)
    decides = brings = None
    problems = tuple(problem.code for problem in agenda.problems) if agenda else ()
    severities = reading.take("landscape/severities", "severities", lambda top: take_severities(top, problems))
    if agenda is not None:
        parties, means = tuple(party.code for party in agenda.parties), tuple(one.code for one in agenda.means)
        known = Known({system.id: tuple(code for code, _ in indicators)}, parties, means)
        decides = reading.take("landscape/decides", "party_matrix", lambda top: take_decides(top, known))
        brings = reading.take("landscape/brings", "means_matrix", lambda top: take_brings(top, known, decides))
    _hold_together(reading, norms, platforms, types)
    reading.path(
        "landscape/coordination"
    )  # read by `coordination`, which knows conditions; listed here among the folder's own
    reading.finish()
    if agenda is None or decides is None or brings is None:  # pragma: no cover - finish has raised
        raise DefinitionError(reading.problems)
    return Landscape(
        norms, platforms, groups, types, ladder, agenda, decides, brings, severities, named_systems, indicators,
        tuple(reading.versions), tuple(reading.own), reading.folder,
    )  # fmt: skip


def _norms(top: Entry) -> tuple[Norm, ...]:
    found = []
    for entry in top.entries("norm"):
        area = entry.choice("area", AREAS, AREAS[0])
        issuer, says, note = entry.label("issuer"), entry.label("says"), entry.label("note")
        platforms, year = entry.texts("platforms"), entry.text("year")
        code, label, ground = entry.code(), labelled(entry), take_ground(entry)
        found.append(Norm(code, label, area, issuer, year, says, note, platforms, ground))
        entry.close()
    find_duplicates(top, [norm.code for norm in found], Text("规范", "Norm"))
    return tuple(found)


def _platforms(top: Entry) -> tuple[Platform, ...]:
    top.assumption()
    found = []
    for entry in top.entries("platform"):
        words = {fact: entry.label(fact) for fact in ("operator", "filed", "login", "basis")}
        lists = (entry.texts("modules_zh"), entry.texts("modules_en"))
        if len(lists[0]) != len(lists[1]):
            entry.complain(
                Text("两种语言的模块数不同。", "The modules of the two languages differ in number."),
                found=f"zh {len(lists[0])}, en {len(lists[1])}",
                expected=Text("一一对应", "one for one"),
            )
        words["modules"] = Text("、".join(lists[0]), "; ".join(lists[1]))
        if address := entry.text("login_address"):
            login = words["login"]
            words["login"] = Text(f"{address}；{login.zh}", f"{address}; {login.en}")
        notes = {fact: note for fact in ("modules", "filed") if any(note := entry.label(f"{fact}_note"))}
        evidence, sources = _attested(entry)
        platform = Platform(
            entry.code(), labelled(entry), entry.label("short"), entry.flag("alternate"), entry.texts("types"),
            entry.texts("also_shows"), words, notes, evidence, sources,
        )  # fmt: skip
        found.append(platform)
        entry.close()
    find_duplicates(top, [platform.code for platform in found], Text("平台", "Platform"))
    return tuple(found)


def _attested(entry: Entry) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    table = entry.table("evidence")
    evidence = {fact: "" for fact in FACTS}
    if table is None:
        entry.complain(
            Text("缺少 evidence。", "`evidence` is missing."),
            expected=Text("、".join(FACTS), ", ".join(FACTS)),
        )
    else:
        evidence = {fact: table.choice(fact, EVIDENCE, "") for fact in FACTS}
        table.close()
    sources = []
    for one in entry.entries("sources", name_by="address"):
        sources.append((one.text("address", required=True), one.text("supports", required=True)))
        one.close()
    if not sources and {"seen", "inferred"} & set(evidence.values()):
        entry.complain(
            Text("缺少来源。", "The source is missing."),
            found=", ".join(f"{fact} {value}" for fact, value in evidence.items()),
            expected=Text("sources = [ { address, supports } ]", "sources = [ { address, supports } ]"),
        )
    for address, supports in sources:
        claimed = {part.strip() for part in supports.split(",")}
        for fact in (f for f in FACTS if f in claimed and evidence[f] in ("unverified", "not_found")):
            entry.complain(
                Text("来源被用来支持未核实的内容。", "A source is said to support what is marked as not verified."),
                found=f"{address}: {fact} {evidence[fact]}",
                expected=Text(f'{fact} = "seen"，或去掉 supports 中的 {fact}', f'{fact} = "seen", or no `{fact}` in supports'),
            )  # fmt: skip
    return evidence, tuple(sources)


def _types(top: Entry) -> tuple[tuple[tuple[str, Text], ...], tuple[ArchiveType, ...]]:
    base = take_ground(top)
    groups = []
    for entry in top.entries("group"):
        groups.append((entry.code(), labelled(entry)))
        entry.close()
    found = []
    for entry in top.entries("type"):
        evidence = entry.choice("retention_evidence", EVIDENCE, "not_found")
        source = entry.text("retention_source")
        kept = entry.label("retention")
        if not any(kept) or (evidence == "seen" and not source):
            entry.complain(
                Text("保管期限缺少说明或来源。", "The retention lacks words or a source."),
                found=f'retention_evidence = "{evidence}"',
                expected=Text("写出 retention_zh、retention_en、retention_source", "retention_zh, retention_en, retention_source"),
            )  # fmt: skip
        group = entry.choice("group", tuple(code for code, _ in groups), "")
        one = ArchiveType(
            entry.code(), labelled(entry), entry.label("includes"), entry.texts("platforms"), entry.texts("also_on"),
            entry.label("platforms_note"), group, kept, entry.number("retention_years_at_least"),
            Ground(evidence, (source,) if source else ()), take_ground(entry, base),
        )  # fmt: skip
        if not one.platforms and not any(one.platforms_note):
            entry.complain(
                Text("这一类没有平台，也没有说明。", "The type has no platform, and no word on why."),
                found="platforms = []",
                expected=Text("至少一个平台，或 platforms_note_zh、platforms_note_en", "a platform, or platforms_note_zh and platforms_note_en"),
            )  # fmt: skip
        found.append(one)
        entry.close()
    find_duplicates(top, [one.code for one in found], Text("档案类型", "Archive type"))
    find_duplicates(top, [code for code, _ in groups], Text("类别", "Group"))
    return tuple(groups), tuple(found)


def _ladder(top: Entry) -> tuple[Rung, ...]:
    base = take_ground(top)
    found = []
    for place, entry in enumerate(top.entries("rung")):
        word, means = entry.label("word"), entry.label("means")
        rung = Rung(entry.code(), entry.text("level"), labelled(entry), word, means, take_ground(entry, base))
        if rung.level != str(place):
            what = Text("阶梯的级次须从 0 起依次相接。", "The levels of the ladder must run from 0 up, one by one.")
            entry.complain(what, found=rung.level, expected=Text(*2 * [f'level = "{place}"']))
        found.append(rung)
        entry.close()
    find_duplicates(top, [rung.code for rung in found], Text("载体级", "Rung"))
    return tuple(found)


def _named(top: Entry) -> tuple[NamedSystem, ...]:
    take_ground(top)
    found = []
    for entry in top.entries("system"):
        says, files = entry.label("says"), entry.texts("definitions")
        notebook, report = entry.text("notebook", required=True), entry.text("report", required=True)
        found.append(NamedSystem(entry.code(), labelled(entry), says, files, notebook, report))
        entry.close()
    find_duplicates(top, [one.code for one in found], Text("体系", "System"))
    return tuple(found)


def _hold_together(
    reading: Reading, norms: Sequence[Norm], platforms: Sequence[Platform], types: Sequence[ArchiveType]
) -> None:
    """Complain where one file names what another does not have, or where platforms and types contradict each other."""
    names, codes = [platform.code for platform in platforms], [one.code for one in types]

    def strange(file: str, entry: str, found: Sequence[str], allowed: Sequence[str], what: Text) -> None:
        if unknown := [code for code in found if code not in allowed]:
            reading.problems.append(_problem(what, f"{file}, {entry}", ", ".join(unknown), allowed))

    what = Text("平台和档案类型说法不一。", "Platforms and archive types contradict each other.")
    no_platform, no_type = Text("没有这个平台。", "There is no such platform."), Text("没有这个档案类型。", "There is no such archive type.")  # fmt: skip
    for norm in norms:
        strange("norms.toml", f"norm {norm.code}", norm.platforms, names, no_platform)
    for platform in platforms:
        strange("platforms.toml", f"platform {platform.code}", (*platform.types, *platform.also_shows), codes, no_type)
    for one in types:
        strange("archive_types.toml", f"type {one.code}", (*one.platforms, *one.also_on), names, no_platform)
    filed = {(p.code, code) for p in platforms for code in p.types if code in codes}
    said = {(code, one.code) for one in types for code in one.platforms if code in names}
    shown = {(p.code, code) for p in platforms for code in p.also_shows if code in codes}
    told = {(code, one.code) for one in types for code in one.also_on if code in names}
    for here, there, keys in ((filed, said, ("types", "platforms")), (shown, told, ("also_shows", "also_on"))):
        for platform_code, code in sorted(here ^ there):
            says = (f"platform {platform_code}: {keys[0]}", f"type {code}: {keys[1]}")
            only = says if (platform_code, code) in here else says[::-1]
            where = f"platforms.toml, platform {platform_code}; archive_types.toml, type {code}"
            reading.problems.append(_problem(what, where, f"{only[0]} yes, {only[1]} no", ("types = platforms",)))


def _problem(what: Text, where: str, found: str, allowed: Sequence[str]) -> Problem:
    fix = Text("改正该处。", "mend this entry.")
    return Problem(what, where, found, Text("、".join(allowed), ", ".join(allowed)) if allowed else NOTHING, fix)
