"""The sections of a report, in their order: the one source from which page, workbook and later forms take text, tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hmsurvey.errors import Text
from hmsurvey.output.cohering import tell_coherence
from hmsurvey.output.comparing import tell_differences
from hmsurvey.output.content import Content, Heading, Section, all_tables, content_of, in_units
from hmsurvey.output.coordinating import tell_coordination
from hmsurvey.output.detailing import tell_details
from hmsurvey.output.landscaping import tell_landscape, tell_norms
from hmsurvey.output.methods import tell_foundations, tell_limits, tell_method
from hmsurvey.output.outcomes import tell_carriers, tell_needs, tell_scores, tell_stages
from hmsurvey.output.platform_findings import tell_platforms
from hmsurvey.output.problem_findings import tell_problems
from hmsurvey.output.reproducing import tell_cases
from hmsurvey.output.respondents import tell_data, tell_respondents
from hmsurvey.output.rivalling import tell_rivals
from hmsurvey.output.robust import tell_robustness
from hmsurvey.output.shares import tell_multianswer, tell_shares
from hmsurvey.output.summary import summarise
from hmsurvey.output.trying import tell_whatif
from hmsurvey.output.visiting import tell_self_reports, tell_visits
from hmsurvey.output.volumes import ENOUGH
from hmsurvey.output.waving import tell_waves
from hmsurvey.output.weighing import tell_weights
from hmsurvey.study import Analysis
from hmsurvey.tables import Table

__all__ = ["Content", "Section", "all_tables", "sections_of"]

_BUILDERS = (
    # The bulletin: what came out, and what it does not say.
    summarise,
    tell_stages,
    tell_scores,
    tell_needs,
    tell_landscape,
    tell_whatif,
    tell_coordination,
    tell_carriers,
    tell_platforms,
    tell_problems,
    tell_multianswer,
    tell_waves,
    tell_visits,
    tell_respondents,
    tell_limits,
    tell_data,
    tell_method,
    # The technical report: how firm that is, and how it was made.
    tell_shares,
    tell_differences,
    tell_weights,
    tell_robustness,
    tell_rivals,
    tell_self_reports,
    tell_coherence,
    tell_details,
    tell_norms,
    tell_foundations,
    tell_cases,
)


def sections_of(analysis: Analysis, *, cases: Sequence[Analysis] | None = None) -> tuple[Section, ...]:
    """Return the sections of a study, without those it has nothing for.

    Parameters
    ----------
    analysis
        A study carried out.
    cases
        The real cases it points to, carried out; without them they are carried out here.
    """
    content = content_of(analysis, cases)
    built = [section for builder in _BUILDERS if (section := builder(content)) is not None]
    return tuple(_in_units(section, content) for section in _gathered(built))


def _gathered(sections: Sequence[Section]) -> list[Section]:
    """Put what the bulletin has no room for into the technical report, each under the name of its section; where there is none, it stays at the end of its section."""
    more = [
        block for section in sections for block in ((Heading(section.title), *section.beyond) if section.beyond else ())
    ]
    if sum(section.part == "technical" for section in sections) + bool(more) < ENOUGH:
        return [replace(section, blocks=(*section.blocks, *section.beyond), beyond=()) for section in sections]
    if not more:
        return list(sections)
    kept = [replace(section, beyond=()) for section in sections]
    title = Text("公报各节的其他图表", "More figures and tables of the bulletin's sections")
    place = next((k for k, section in enumerate(kept) if section.code == "details"), len(kept))
    return [*kept[:place], Section("further", title, tuple(more), part="technical"), *kept[place:]]


def _in_units(section: Section, content: Content) -> Section:
    blocks = tuple(in_units(block, content) if isinstance(block, Table) else block for block in section.blocks)
    return replace(section, blocks=blocks, annex=tuple(in_units(table, content) for table in section.annex))
