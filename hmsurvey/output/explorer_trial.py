"""What a page needs to try measures by itself: every unit's stage and effort under every combination, so that it only has to weigh them by chances."""

from __future__ import annotations

from typing import Any

from hmsurvey.analysis.trials import can_be_tried, tried
from hmsurvey.output.explorer_model import text_pair
from hmsurvey.study import SurveyResult

Data = dict[str, Any]
MOST = 200_000  # units x combinations that a page carries


def trial_data(result: SurveyResult) -> Data | None:
    """Return the measures of a survey with ranks (a text a unit, a sign a combination: lowest stage 0, "-" without one) and efforts; nothing where there are none, or too many.

    Uptake is in whole per cent, effect a share; both at the means of what is assumed.
    """
    if not can_be_tried(result):
        return None
    ways = tried(result)
    if ways.rank.size > MOST or ways.rank.max(initial=0) > 9:
        return None
    return {
        "measures": [
            {
                "code": m.code,
                "label": text_pair(m.label),
                "uptake": round(100.0 * m.uptake.mean),
                "effect": m.effect.mean,
            }
            for m in ways.measures.measures
        ],
        "rank": ["".join("-" if r < 0 else str(int(r)) for r in row) for row in ways.rank],
        "effort": [[int(e) if e == int(e) else float(e) for e in row] for row in ways.effort],
    }
