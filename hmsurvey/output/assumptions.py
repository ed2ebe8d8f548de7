"""The numbered assumptions: read from their files, and which of them a study rests on.

Whoever changes a cut-off or a level edits `definitions/assumptions/`; reports and docs quote the words from there.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hmsurvey.definitionfile import definitions_folder, find_duplicates, finish, open_definition
from hmsurvey.errors import Text
from hmsurvey.provenance import Provenance
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table

# The questionnaire rests on these lists too, which no study file names.
_LANDSCAPE = ("landscape/ladder", "landscape/severities", "landscape/decides", "landscape/brings")
_BESIDE = {"codebooks/informatisation": ("platforms", "archive_types", "problems", *_LANDSCAPE)}


@dataclass(frozen=True, slots=True)
class Assumption:
    """One numbered assumption: what is assumed, why, and which definitions rest on it."""

    code: str
    text: Text
    why: Text
    where: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class AssumptionFile:
    """One file of assumptions, in the file's order."""

    name: str
    version: str
    label: Text
    assumptions: tuple[Assumption, ...]


def read_assumptions(folder: Path | None = None) -> tuple[AssumptionFile, ...]:
    """Read every file of assumptions, ordered by the first number in each.

    Raises
    ------
    DefinitionError
        With every problem of the first file that has any; a number that stands twice in a file is one.
    """
    files = []
    for path in sorted((folder or definitions_folder() / "assumptions").glob("*.toml")):
        top = open_definition(path, "assumptions")
        found = []
        for entry in top.entries("assumption"):
            found.append(Assumption(entry.code(), entry.label(), entry.label("why"), entry.texts("where"), path.stem))
            entry.close()
        find_duplicates(top, [a.code for a in found], Text("假定", "Assumption"))
        name, version, label = top.code("id"), top.text("version", required=True), top.label()
        top.label("note")
        finish(top)
        files.append(AssumptionFile(name, version, label, tuple(found)))
    return tuple(sorted(files, key=lambda file: _number(file.assumptions[0].code) if file.assumptions else 0))


def _number(code: str) -> int:
    digits = re.sub(r"\D", "", code)
    return int(digits) if digits else 0


def assumptions_in_use(analysis: Analysis) -> tuple[Assumption, ...]:
    """Return the assumptions that a study rests on, by number: those whose definitions it uses, and those its definitions name."""
    used, named = set[str](), set[str]()
    if analysis.study.units == "enterprises":
        used.add("study")
    if analysis.study.geography:
        used.add(f"geo/{analysis.study.geography}_tiles")
    for result in analysis.results.values():
        book = f"codebooks/{result.survey.codebook.id}"
        used |= {book, *_BESIDE.get(book, ())}
        system, rule = result.plan.system, result.plan.rule
        if system is not None:
            used |= {f"systems/{system.id}", "systems"}
            named |= {item.fact("assumption") for item in system.indicators}
            named |= {dict(node.facts).get("assumption", "") for node in system.nodes}
            named |= {dict(w.facts).get("assumption", "") for w in system.weightings if w.id == system.weighting}
            named |= {"A105", "A106"} if result.judgements is not None else set()
        if rule is not None:
            used |= {f"rules/{rule.id}", "rules"}
            named |= {need.assumption for need in rule.needs}
    used |= {"codebooks/registry"} if analysis.registry is not None else set()
    used |= {"codebooks/visits"} if analysis.visits is not None else set()
    files = [file for file in read_assumptions() if file.name != "synthetic" or analysis.provenance.kind == "synthetic"]
    found = [
        a for file in files for a in file.assumptions if file.name == "synthetic" or a.code in named or _rests(a, used)
    ]
    return tuple(sorted(found, key=lambda a: _number(a.code)))


def _rests(assumption: Assumption, used: set[str]) -> bool:
    patterns = [where.split(":")[0].strip() for where in assumption.where]
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns for name in used)


def tabulate_assumptions(assumptions: tuple[Assumption, ...], provenance: Provenance) -> Table:
    """List assumptions: number, what is assumed, why."""
    codes = [assumption.code for assumption in assumptions]
    frame = pd.DataFrame({"assumption": codes, "what": codes, "why": codes}, dtype=object)
    columns = (
        Column("assumption", Text("编号", "Number")),
        Column("what", Text("假定", "What is assumed"), "code", labels={a.code: a.text for a in assumptions}),
        Column("why", Text("理由", "Why"), "code", labels={a.code: a.why for a in assumptions}),
    )
    return Table(frame, provenance, "assumptions", Text("本次所用的假定", "Assumptions used here"), columns)
