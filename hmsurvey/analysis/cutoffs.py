"""The totals at which a rule draws its lines, for charts that show scores beside them."""

from __future__ import annotations

from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.errors import Text
from hmsurvey.study import SurveyResult


def cut_offs(result: SurveyResult) -> tuple[tuple[Text, float], ...]:
    """Return every stage whose needs name a least total, with that total; the highest stage first.

    Stages that ask for no total have no line. Needs inside an `any` do not count: they can be met another way.
    """
    total = need_scores(result).system.total
    return tuple(
        (stage.label, bound)
        for stage in need_stages(result).rule.stages
        for need in stage.needs
        if need.subject == "score" and need.target == total
        for key, bound in need.bounds
        if key == "min"
    )
