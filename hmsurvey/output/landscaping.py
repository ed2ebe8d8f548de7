"""The section on what enterprises file, and where: norms, platforms, archive types, problems, parties and solutions, as the definitions have them.

Nothing in it is a finding about enterprises. It says which statements were read, which were inferred and which are general knowledge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from hmsurvey.analysis.filing import has_filing
from hmsurvey.analysis.landscape import (
    tabulate_grounds,
    tabulate_ladder_of_carriers,
    tabulate_links,
    tabulate_modules,
    tabulate_norms,
    tabulate_platforms,
    tabulate_types,
)
from hmsurvey.analysis.parties import (
    tabulate_brings,
    tabulate_decides,
    tabulate_parties,
    tabulate_problems,
    tabulate_solutions,
)
from hmsurvey.errors import Text
from hmsurvey.landscape import Landscape
from hmsurvey.output.charts_landscape import plot_landscape
from hmsurvey.output.content import Block, Content, Drawing, Heading, Job, Section, cut_for_page
from hmsurvey.output.phrases import number
from hmsurvey.provenance import Provenance
from hmsurvey.study import Analysis
from hmsurvey.tables import Table

TITLE = Text("报送什么，报到哪里", "What they file, and where")


def has_landscape(analysis: Analysis) -> bool:
    """Tell whether a study is about enterprises and asks on which platforms they file."""
    return analysis.study.units == "enterprises" and any(has_filing(result) for result in analysis.results.values())


def tell_landscape(content: Content) -> Section | None:
    """Build the section; None for a study that does not ask where enterprises file."""
    if not has_landscape(content.analysis):
        return None
    landscape = content.analysis.study.landscape
    made = _provenance(content.analysis, landscape)
    platforms, types = tabulate_platforms(landscape, made), tabulate_types(landscape, made)
    blocks: list[Block] = [
        Text(
            "本节只说规定和定义，不含答卷：材料报到哪个平台，各类档案要保存多久。所依据的规范，原研究提出的问题和对策，见技术报告。",
            "This section is about rules and definitions and holds no answers: where material is filed, and how long it is kept. The norms behind it, and the problems and solutions that the study names, are in the technical report.",
        ),
        _types_sentence(landscape),
        Drawing("landscape_links"),
        cut_for_page(_with_alternates(platforms), ("platform", "filed", "login")),
        cut_for_page(types, ("type", "platforms", "retention")),
    ]
    annex = (
        platforms,
        types,
        tabulate_modules(landscape, made),
        tabulate_ladder_of_carriers(landscape, made),
    )
    return Section("landscape", TITLE, tuple(blocks), annex)


def landscape_for_all(landscape: Landscape, provenance: Provenance) -> Section:
    """Build what a public edition says of the landscape: platforms, archive types and norms, which hold nothing about any enterprise."""
    made = replace(provenance, definitions=landscape.versions, notes=())
    platforms, types = tabulate_platforms(landscape, made), tabulate_types(landscape, made)
    blocks: list[Block] = [
        Text(
            "本节只说规定和定义，不含答卷。",
            "This section is about rules and definitions and holds no answers.",
        ),
        _types_sentence(landscape),
        cut_for_page(_with_alternates(platforms), ("platform", "filed", "login")),
        cut_for_page(types, ("type", "platforms", "retention")),
        _norms_sentence(landscape),
    ]
    return Section(
        "landscape",
        TITLE,
        tuple(blocks),
        (platforms, types, tabulate_norms(landscape, made), tabulate_modules(landscape, made)),
    )


def tell_norms(content: Content) -> Section | None:
    """Build the section on norms, problems, parties and solutions; None for a study that does not ask where enterprises file."""
    if not has_landscape(content.analysis):
        return None
    landscape = content.analysis.study.landscape
    made = _provenance(content.analysis, landscape)
    norms, problems = tabulate_norms(landscape, made), tabulate_problems(landscape, made)
    parties, solutions = tabulate_parties(landscape, made), tabulate_solutions(landscape, made)
    blocks: list[Block] = [
        Heading(Text("规范与法律", "Norms and laws")),
        _norms_sentence(landscape),
        cut_for_page(norms, ("norm", "says", "platforms", "evidence")),
        Heading(Text("问题、三方与对策", "Problems, parties and solutions")),
        cut_for_page(problems, ("problem", "means", "solutions")),
        _parties_sentence(landscape),
        cut_for_page(parties, ("party", "means", "n_decides", "n_helps", "n_none")),
        cut_for_page(solutions, ("solution", "answers", "proposal", "by")),
    ]
    annex = (
        norms,
        problems,
        parties,
        solutions,
        tabulate_decides(landscape, made),
        tabulate_brings(landscape, made),
        tabulate_grounds(landscape, made),
    )
    title = Text("规范、问题与对策", "Norms, problems and solutions")
    return Section("norms", title, tuple(blocks), annex, part="technical")


def _with_alternates(platforms: Table) -> Table:
    """Say of the alternates that they are, in their names."""
    other = set(platforms.frame.loc[platforms.frame["place"] == "alternate", "platform"])
    column = platforms.column("platform")
    labels = {
        code: Text(f"{label.zh}（备选）", f"{label.en} (alternate)") if code in other else label
        for code, label in column.labels.items()
    }
    return replace(platforms, columns=(replace(column, labels=labels), *platforms.columns[1:]))


def landscape_jobs(analysis: Analysis) -> Iterator[Job]:
    """Yield the diagram of the section."""
    if has_landscape(analysis):
        landscape = analysis.study.landscape
        yield "landscape", partial(tabulate_links, landscape, _provenance(analysis, landscape)), plot_landscape


def _provenance(analysis: Analysis, landscape: Landscape) -> Provenance:
    """Return the study's sources with the landscape's definitions: what stands in a report is marked as the report is."""
    return replace(analysis.provenance, definitions=landscape.versions, notes=())


def _types_sentence(landscape: Landscape) -> Text:
    types = landscape.types
    six = {p.code for p in landscape.platforms if not p.alternate}
    filed = [one for one in types if set(one.platforms) & six]
    only = [one for one in types if one.platforms and not set(one.platforms) & six]
    none = [one for one in types if not one.platforms]
    names = Text("、".join(one.label.zh for one in none), ", ".join(f"{one.code} {one.label.en}" for one in none))
    return Text(
        f"{number(len(types))} 类环保档案中，{number(len(filed))} 类在所取的 {number(len(six))} 个平台报送，{number(len(only))} 类只在备选平台报送，{number(len(none))} 类没有查到平台：{names.zh}。",
        f"Of {number(len(types))} archive types {number(len(filed))} are filed on the {number(len(six))} platforms taken, {number(len(only))} only on an alternate; for {number(len(none))} no platform was found: {names.en}.",
    )


def _norms_sentence(landscape: Landscape) -> Text:
    seen = sum(norm.ground.evidence == "seen" for norm in landscape.norms)
    rest = len(landscape.norms) - seen
    return Text(
        f"共列 {number(len(landscape.norms))} 项，其中 {number(seen)} 项见于所注来源（各页只读了一部分），{number(rest)} 项是常识，未核实，不附来源。",
        f"{number(len(landscape.norms))} are listed: {number(seen)} were read in the source named (in part), {number(rest)} are general knowledge, unverified, and bear no source.",
    )


def _parties_sentence(landscape: Landscape) -> Text:
    parts = landscape.decides.parts
    both = [code for code in parts if len(landscape.decides.deciders(code)) > 1]
    alone = [code for code, row in parts.items() if sorted(row.values()) == ["decides", "none", "none"]]
    return Text(
        f"{number(len(parts))} 个指标中，须两方共同决定的有 {number(len(both))} 个（{'、'.join(both)}），别人使不上力、只有企业自己能动的有 {number(len(alone))} 个（A160）。这是权责的划分，不是能力；各方能提供什么（A161）见工作簿。",
        f"Of {number(len(parts))} indicators {number(len(both))} take two parties to decide ({', '.join(both)}), and {number(len(alone))} only the enterprise can move (A160). That is authority, not ability; what each party can bring (A161) is in the workbook.",
    )


__all__ = ["has_landscape", "landscape_for_all", "landscape_jobs", "tell_landscape"]
