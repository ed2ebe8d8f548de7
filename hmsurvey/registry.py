"""Who exists where: enterprises in production and closed by city, and how many of them each survey reached.

The registry is itself a small workbook with a codebook (`definitions/codebooks/registry.toml`), a row a city, so that it is checked like any
other. It does not know any answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hmsurvey.provenance import Traced
from hmsurvey.survey import Survey

GROUP = "city"


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """Counts by city: `n_in_production`, `n_closed`, and `n_sent_*`, `n_returned_*` for each survey (NaN: not known)."""

    survey: Survey

    def __repr__(self) -> str:
        return repr(registry_table(self).frame)


def registry_table(registry: Registry) -> Traced:
    """Return the counts by city: index city code, one column a count."""
    survey = registry.survey
    answers = survey.answers
    city = survey.codebook.question(survey.codebook.id_question if GROUP not in answers.values else GROUP)
    if city.kind == "one":
        codes = np.array([o.code for o in city.options] + [""], dtype=object)[answers.values[city.code]]
    else:
        codes = np.array(answers.units, dtype=object)
    counts = {q.code: answers.values[q.code] for q in survey.codebook.questions if q.kind == "number"}
    return Traced(pd.DataFrame(counts, index=pd.Index(codes, name=GROUP, dtype=object)), survey.provenance)
