"""The landscape as tables: norms, platforms and their modules, archive types, carriers, and what each entry rests on.

Reads definitions only; no answer is seen here. What is general knowledge says so in the cell, and stands beside no address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from hmsurvey.analysis.worded import joined, listed, made_of, word_table
from hmsurvey.errors import NOTHING, Text
from hmsurvey.grounds import EVIDENCE_WORDS, Ground, ground_words, source_words
from hmsurvey.landscape import FACTS, ArchiveType, Landscape, Platform
from hmsurvey.provenance import Provenance
from hmsurvey.tables import Column, Table

NOT_THE_STUDYS_LIST = Text(
    "原研究的摘要只说有六个平台，没有列名；这里的六个由本项目按公开资料选定（A71），不是原研究的名单，可在 platforms.toml 中更改。",
    "The abstract of the original study speaks of six platforms and names none. These six were chosen from public sources by this project (A71); they are not that study's list and can be changed in platforms.toml.",
)
MARKS = Text(
    "未注明的内容见于来源；“推断”“常识，未核实”“查找未得”各在该处注明。来源网址见工作簿和 docs/landscape.md。",
    "What bears no mark was read in a source; what was inferred, is general knowledge or was not found says so. Addresses are in the workbook and in docs/landscape.md.",
)
_AREAS = {"archives": Text("档案", "archives"), "environment": Text("环保", "environment")}
_FACT_WORDS = {
    "operator": Text("主管单位", "operator"),
    "filed": Text("报送内容", "what is filed"),
    "modules": Text("模块", "modules"),
    "login": Text("登录路径", "login path"),
    "basis": Text("依据", "basis"),
}


def tabulate_norms(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List norms and laws: who issued them, what was read of them, the platforms whose filing rests on them.

    Returns
    -------
    Table
        One row a norm: `norm`, `area`, `issuer`, `year`, `says`, `platforms`, `evidence`, `source`.
    """
    norms = landscape.norms
    names = _short_names(landscape.platforms)
    words = {
        "norm": {n.code: n.label for n in norms},
        "issuer": {n.code: n.issuer for n in norms},
        "says": {n.code: joined(n.says, n.note) for n in norms},
        "platforms": {n.code: listed(n.platforms, names) for n in norms},
        "evidence": {n.code: ground_words(n.ground) for n in norms},
    }
    heads = {
        "norm": Text("规范", "Norm"),
        "area": Text("领域", "Area"),
        "issuer": Text("发布单位", "Issued by"),
        "year": Text("年份", "Year"),
        "says": Text("内容要点", "What it asks"),
        "platforms": Text("涉及平台", "Platforms"),
        "evidence": Text("依据程度", "Evidence"),
        "source": Text("来源", "Source"),
    }
    plain = {
        "area": [n.area for n in norms],
        "year": [n.year for n in norms],
        "source": [source_words(n.ground) for n in norms],
    }
    table = word_table("norms", Text("规范与法律", "Norms and laws"), heads, [n.code for n in norms], words, plain)
    return made_of(table, landscape, provenance, labels={"area": _AREAS})


def tabulate_platforms(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List platforms: who runs them, what is filed, which archive types, on what basis, how to log in.

    Returns
    -------
    Table
        One row a platform, the six first: `platform`, `place` (one of the six, or an alternate), `operator`, `filed`, `types`, `login`, `basis`.
    """
    platforms = landscape.platforms
    names = {one.code: Text(f"{one.code} {one.label.zh}", f"{one.code} {one.label.en}") for one in landscape.types}
    words = {
        "platform": {p.code: p.label for p in platforms},
        **{fact: {p.code: fact_words(p, fact) for p in platforms} for fact in ("operator", "filed", "login", "basis")},
        "types": {p.code: listed(p.types, names) for p in platforms},
    }
    heads = {
        "platform": Text("平台", "Platform"),
        "place": Text("地位", "Place"),
        "operator": Text("主管单位", "Operator"),
        "filed": Text("报送内容", "What is filed"),
        "types": Text("档案类型", "Archive types"),
        "login": Text("登录路径", "Login path"),
        "basis": Text("依据", "Legal basis"),
    }
    plain = {"place": ["alternate" if p.alternate else "six" for p in platforms]}
    table = word_table("platforms", Text("报送平台", "Platforms"), heads, [p.code for p in platforms], words, plain)
    place = {"six": Text("所取六个之一", "one of the six taken"), "alternate": Text("备选", "alternate")}
    return made_of(table, landscape, provenance, labels={"place": place}, notes=(NOT_THE_STUDYS_LIST, MARKS))


def tabulate_modules(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List the modules of every platform.

    Returns
    -------
    Table
        One row a platform: `platform`, `modules`.
    """
    platforms = landscape.platforms
    words = {
        "platform": {p.code: p.label for p in platforms},
        "modules": {p.code: fact_words(p, "modules") for p in platforms},
    }
    heads = {"platform": Text("平台", "Platform"), "modules": Text("模块", "Modules")}
    table = word_table(
        "modules", Text("平台的模块", "Modules of the platforms"), heads, [p.code for p in platforms], words
    )
    return made_of(table, landscape, provenance, notes=(NOT_THE_STUDYS_LIST, MARKS))


def tabulate_types(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List archive types: where each is filed and how long it is kept.

    Returns
    -------
    Table
        One row a type: `type`, `group`, `includes`, `platforms`, `retention`, `evidence` (of the retention).
    """
    types, names = landscape.types, _short_names(landscape.platforms)
    words = {
        "type": {t.code: Text(f"{t.code} {t.label.zh}", f"{t.code} {t.label.en}") for t in types},
        "group": {t.code: dict(landscape.groups)[t.group] for t in types},
        "includes": {t.code: t.includes for t in types},
        "platforms": {t.code: where_filed(t, names) for t in types},
        "retention": {t.code: t.retention for t in types},
        "evidence": {t.code: ground_words(t.retention_ground) for t in types},
    }
    heads = {
        "type": Text("档案类型", "Archive type"),
        "group": Text("类别", "Group"),
        "includes": Text("包括", "Includes"),
        "platforms": Text("在哪里报送", "Filed on"),
        "retention": Text("保管期限", "Kept for"),
        "evidence": Text("期限的依据程度", "Evidence on the period"),
    }
    title = Text("环保档案类型、报送与保管期限", "Archive types, where they are filed and how long they are kept")
    note = Text("十六类的划分是本项目的（A72）。", "The division into sixteen types is this project's (A72).")
    table = word_table("types", title, heads, [t.code for t in types], words)
    return made_of(table, landscape, provenance, notes=(note,))


def tabulate_links(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List which archive type is filed on which platform, for the diagram.

    Returns
    -------
    Table
        One row a pair, and one with an empty `platform` for a type that is filed nowhere: `type`, `group`, `platform`, `link` ("files", "shows",
        "nowhere"), `place` ("six", "alternate", "").
    """
    places = {p.code: "alternate" if p.alternate else "six" for p in landscape.platforms}
    rows = []
    for one in landscape.types:
        pairs = [(code, "files") for code in one.platforms] + [(code, "shows") for code in one.also_on]
        rows += [(one.code, one.group, code, link, places[code]) for code, link in pairs]
        rows += [] if one.platforms else [(one.code, one.group, "", "nowhere", "")]
    columns = (
        Column("type", Text("档案类型", "Archive type"), "code", labels={t.code: t.label for t in landscape.types}),
        Column("group", Text("类别", "Group"), "code", labels=dict(landscape.groups)),
        Column("platform", Text("平台", "Platform"), "code", labels=_short_names(landscape.platforms)),
        Column(
            "link",
            Text("关系", "Link"),
            "code",
            labels={
                "files": Text("报送", "filed there"),
                "shows": Text("另行公开", "shown there"),
                "nowhere": Text("无平台", "filed nowhere"),
            },
        ),
        Column(
            "place",
            Text("地位", "Place"),
            "code",
            labels={"six": Text("六个之一", "one of the six"), "alternate": Text("备选", "alternate")},
        ),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns], dtype=object)
    title = Text("企业、档案类型与平台", "Enterprise, archive types and platforms")
    table = Table(frame, Provenance(), "landscape_links", title, columns)
    return made_of(table, landscape, provenance, notes=(NOT_THE_STUDYS_LIST,))


def tabulate_ladder_of_carriers(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List the levels of the carrier ladder from the lowest up: `rung`, `word`, `means`, `evidence`."""
    rungs = landscape.ladder
    words = {
        "rung": {r.code: Text(f"{r.level} {r.label.zh}", f"{r.level} {r.label.en}") for r in rungs},
        "word": {r.code: r.word for r in rungs},
        "means": {r.code: r.means for r in rungs},
        "evidence": {r.code: ground_words(r.ground) for r in rungs},
    }
    heads = {
        "rung": Text("级", "Level"),
        "word": Text("通常叫法", "Commonly called"),
        "means": Text("含义", "Meaning"),
        "evidence": Text("依据程度", "Evidence"),
    }
    table = word_table("ladder", Text("载体阶梯", "Carrier ladder"), heads, [r.code for r in rungs], words)
    return made_of(table, landscape, provenance)


def tabulate_grounds(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List what every statement rests on: `entry`, `fact`, `evidence`, `source`; general knowledge has no source.

    A fact of a platform stands beside the addresses that are said to support it, or beside all of the platform's where none is.
    """
    rows: list[tuple[Text, Text, str, str]] = []
    for platform in landscape.platforms:
        name = Text(f"{platform.code} {platform.label.zh}", f"{platform.code} {platform.label.en}")
        rows += [(name, _FACT_WORDS[fact], platform.evidence[fact], _addresses(platform, fact)) for fact in FACTS]
    whole = Text("全条", "the entry")
    entries: list[tuple[str, Text, Ground]] = [(n.code, n.label, n.ground) for n in landscape.norms]
    entries += [(t.code, t.label, t.ground) for t in landscape.types]
    entries += [(r.code, r.label, r.ground) for r in landscape.ladder]
    agenda = landscape.agenda
    entries += [(p.code, p.label, p.ground) for p in agenda.problems]
    entries += [(one.code, one.label, one.ground) for one in agenda.solutions]
    rows += [(Text(f"{c} {t.zh}", f"{c} {t.en}"), whole, g.evidence, source_words(g)) for c, t, g in entries]
    kept = Text("保管期限", "retention")
    for one in landscape.types:
        ground = one.retention_ground
        name = Text(f"{one.code} {one.label.zh}", f"{one.code} {one.label.en}")
        rows.append((name, kept, ground.evidence, "; ".join(ground.sources)))
    keys = [f"r{place:03d}" for place in range(len(rows))]
    words = {
        "entry": {key: row[0] for key, row in zip(keys, rows, strict=True)},
        "fact": {key: row[1] for key, row in zip(keys, rows, strict=True)},
    }
    heads = {
        "entry": Text("条目", "Entry"),
        "fact": Text("说的是什么", "What about it"),
        "evidence": Text("依据程度", "Evidence"),
        "source": Text("来源", "Source"),
    }
    plain = {"evidence": [row[2] for row in rows], "source": [row[3] for row in rows]}
    title = Text("各条的依据", "What each entry rests on")
    table = word_table("grounds", title, heads, keys, words, plain)
    return made_of(table, landscape, provenance, labels={"evidence": EVIDENCE_WORDS})


def fact_words(platform: Platform, fact: str) -> Text:
    """Return a fact of a platform in words: with its note, and marked unless it was read in a source."""
    said = joined(platform.words[fact], platform.notes.get(fact, NOTHING))
    evidence = platform.evidence[fact]
    if evidence not in ("inferred", "unverified", "ours"):
        return said
    if "未核实" in said.zh or "推断" in said.zh:
        return said  # the definition says so itself
    mark = EVIDENCE_WORDS[evidence]
    return Text(f"{said.zh}（{mark.zh}）", f"{said.en} ({mark.en})")


def _addresses(platform: Platform, fact: str) -> str:
    if platform.evidence[fact] not in ("seen", "inferred"):
        return ""
    named = [address for address, supports in platform.sources if fact in supports]
    return "; ".join(named or [address for address, _ in platform.sources])


def where_filed(one: ArchiveType, names: Mapping[str, Text]) -> Text:
    """Return where a type is filed, and what there is to say where it is not."""
    filed = listed(one.platforms, names) if one.platforms else NOTHING
    if not one.platforms_note.zh:
        return filed
    return joined(filed, one.platforms_note) if any(filed) else one.platforms_note


def _short_names(platforms: Sequence[Platform]) -> dict[str, Text]:
    return {p.code: p.short for p in platforms}
