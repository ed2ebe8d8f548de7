"""What leaves, for tests: the whole edition of an analysis, its figures drawn in this process."""

from __future__ import annotations

from collections.abc import Sequence

from hmsurvey.errors import Lang
from hmsurvey.output.drawing import Studio
from hmsurvey.output.edition import Edition, whole_edition
from hmsurvey.output.figures import figure_jobs
from hmsurvey.output.sections import Section, sections_of
from hmsurvey.study import Analysis


def edition(
    analysis: Analysis,
    *,
    sections: Sequence[Section] | None = None,
    drawn: Sequence[Lang] = (),
    cases: Sequence[Analysis] | None = (),
) -> Edition:
    """Return the whole edition; figures only in the languages of `drawn`, real cases only where they are given."""
    content = sections_of(analysis, cases=cases) if sections is None else tuple(sections)
    with Studio(0) as studio:
        if drawn:
            studio.order(figure_jobs(analysis), drawn)
        return whole_edition(analysis, content, studio.collect())
