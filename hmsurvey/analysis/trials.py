"""The trial of measures that report, digest and pages share: computed once for a survey, with the study's seed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from hmsurvey.analysis.plans import efforts_path
from hmsurvey.analysis.ways import Ways, measures_of, try_ways
from hmsurvey.analysis.whatif import WhatIf, what_if
from hmsurvey.analysis.whatif_tables import tabulate_what_if, what_if_notes
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, DefinitionError, Text, UsageError
from hmsurvey.measures import find_measures
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

REPORT_DRAWS = 2000


def can_be_tried(result: SurveyResult) -> bool:
    """Tell whether a survey has units with stages, efforts, and measures of its own or built-in ones that fit it.

    Raises
    ------
    DefinitionError, UsageError
        Measures that the study itself names do not fit.
    """
    if result.scores is None or result.stages is None or not len(result.survey.answers):
        return False
    if result.plan.measures:
        return bool(measures_of(result).codes)
    system = result.scores.system
    if efforts_path(result) is None or find_measures(system) is None:
        return False
    try:
        return bool(measures_of(result).codes)
    except (DefinitionError, UsageError):  # an index that was changed under its name: the built-in files do not fit it
        return False


@lru_cache(maxsize=8)
def tried(result: SurveyResult) -> Ways:
    """Return a survey's measures in every combination; section, figures and brief share one computation."""
    return try_ways(result, measures_of(result))


@lru_cache(maxsize=8)
def drawn(result: SurveyResult, seed: int) -> WhatIf:
    """Return what all measures together lead to, as the report has it."""
    return what_if(tried(result), draws=REPORT_DRAWS, seed=seed)


def tabulate_risen(result: SurveyResult, *, seed: int, k: int) -> Table | None:
    """Return what all measures together lead to, of everybody and in steps of k: a row that may leave the house; nothing where it is about few.

    Parameters
    ----------
    result
        A survey that can be tried.
    seed
        Of the study.
    k
        The smallest number of enterprises about which anything may be published.
    """
    table = tabulate_what_if(drawn(result, seed))
    row = table.frame[table.frame["group"] == ALL].iloc[0]
    if row["lifted_low"] < k or row["n_staged"] - row["lifted_high"] < k:
        return None
    step = max(k, 1)
    names = {"lifted": "lifted", "low": "lifted_low", "high": "lifted_high"}
    frame = pd.DataFrame(
        [{"group": ALL} | {new: float(step * np.round(row[old] / step)) for new, old in names.items()}]
    )
    label = Text("上升企业数", "Enterprises that rise")
    columns = (
        table.column("group"),
        Column("lifted", Text(f"{label.zh}（平均）", f"{label.en} (mean)"), "number", decimals=0),
        Column("low", Text(f"{label.zh}：下限", f"{label.en}: lower bound"), "number", decimals=0),
        Column("high", Text(f"{label.zh}：上限", f"{label.en}: upper bound"), "number", decimals=0),
    )
    rounded = Text(f"各数取 {step} 的整倍数。", f"Numbers are rounded to multiples of {step}.") if step > 1 else NOTHING
    title = Text(
        "四条对策全部推行的试算" if result.plan.measures == () else "措施全部推行的试算", "All measures tried together"
    )
    return Table(
        frame,
        table.provenance,
        f"what_if_{result.plan.code}",
        title,
        columns,
        tuple(note for note in (*what_if_notes(table.provenance), rounded) if note != NOTHING),
    )
