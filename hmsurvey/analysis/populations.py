"""How many enterprises each city has in all, and which cities a survey never reached: what an interval for a city needs to know first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hmsurvey.analysis.words import ALL, UNKNOWN, group_labels, group_order, groups_of
from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.provenance import Provenance, combine
from hmsurvey.registry import registry_table
from hmsurvey.study import Analysis, SurveyResult

LIKE_A_SAMPLE = Text(
    "区间把答卷企业看作从本市在产企业中简单随机抽取的一部分（假定 A100）；未答的企业如果与答卷企业不同，区间反映不了。",
    "The intervals take those who answered to be like a simple random sample of their city's enterprises in production (assumption A100); how those who did not answer differ, they cannot know.",
)
AS_A_CENSUS = Text(
    "另一种读法只描述答卷企业本身：这时占比是确数，没有区间，也不推及其他企业。",
    "The other reading speaks of those who answered and of nobody else: then the share is the share, without an interval.",
)
ROW_OF_ALL = Text(
    "合计行的总体只含有答卷的城市，并把各市合在一起看作一次简单随机抽样；各市抽样比不同时，加权估计见调查权数一节（假定 A113）。",
    "The population of the last row is that of the cities with answers, taken together as one simple random sample (assumption A113); where cities were reached unequally, weighted estimates say more.",
)
NO_REGISTRY = Text(
    "没有名录，总体企业数不明：改用不需要总体数的区间。",
    "Without a registry the number of enterprises is not known: intervals that do not need it stand in.",
)
MORE_THAN_REGISTERED = Text(
    "答卷数多于名录中的在产企业数：名录不能作总体，改用不需要总体数的区间。",
    "More answers than enterprises in the registry: it cannot be the population, and an interval that does not need it stands in.",
)
NOT_REGISTERED = Text(
    "名录中没有这个市的在产企业数：改用不需要总体数的区间。",
    "The registry has no number of enterprises for it: an interval that does not need one stands in.",
)
NO_ANSWERS = Text("没有答卷，情况不明。", "No answers: nothing is known of it.")
NONE_STAGED = Text("没有可用的答卷，情况不明。", "No usable answers: nothing is known of it.")


@dataclass(frozen=True, slots=True, eq=False)
class Populations:
    """A survey beside the registry.

    `groups` gives every unit's city; `order` the cities of survey and registry; `sizes` the enterprises in production by city, and under "all" of the cities with answers (NaN: not
    known). `notes` say what is true of a single city's number.
    """

    result: SurveyResult
    groups: pd.Series
    order: tuple[str, ...]
    sizes: dict[str, float]
    provenance: Provenance
    registered: bool

    def population(self, group: str, n: int) -> tuple[int | None, Text]:
        """Return the population an interval may use for n answers, or None with the reason."""
        size = self.sizes.get(group, np.nan)
        if not self.registered:
            return None, NOTHING  # said once, under the table
        if np.isnan(size):
            return None, NOT_REGISTERED
        return (None, MORE_THAN_REGISTERED) if n > size else (int(size), NOTHING)

    def notes(self, *, several: bool = True) -> tuple[Text, ...]:
        """Return what must be said under every table with intervals by city."""
        first = (LIKE_A_SAMPLE, AS_A_CENSUS)
        return first + ((ROW_OF_ALL if several else NOTHING,) if self.registered else (NO_REGISTRY,))


def populations_of(source: Analysis | SurveyResult, survey: str = "") -> Populations:
    """Put a survey beside the registry of its study.

    Parameters
    ----------
    source
        A study carried out, or one survey of it (then nothing is known of those who did not answer).
    survey
        Which survey of the study; may be left out where there is only one.

    Raises
    ------
    UsageError
        The study has several surveys and none is named, or no such survey.
    """
    if isinstance(source, SurveyResult):
        return _alone(source, None, source.survey.provenance)
    if not survey and len(source.results) > 1:
        known = ", ".join(source.results)
        raise UsageError(
            Problem(
                Text("请指明是哪项调查。", "Say which survey."), found='""', expected=Text(known, known)
            )
        )  # fmt: skip
    result = source[survey or next(iter(source.results))]
    if source.registry is None:
        return _alone(result, None, result.survey.provenance)
    traced = registry_table(source.registry)
    sizes = traced.frame.get("n_in_production")
    return _alone(result, sizes, combine(result.survey.provenance, traced.provenance))


def _alone(result: SurveyResult, sizes: pd.Series | None, provenance: Provenance) -> Populations:
    groups = groups_of(result.survey)
    present = [code for code in group_order(result.survey) if code != ALL]
    labels = list(group_labels(result.survey.codebook))
    registered = [] if sizes is None else [str(code) for code in sizes.index]
    # Cities written as free text have no labels: the registry is then about them if it has one of them at all.
    about_them = set(labels) <= {ALL, UNKNOWN} and bool(set(registered) & set(present))
    more = [code for code in registered if code in labels or about_them]
    both = {*present, *more} - {UNKNOWN}
    order = [code for code in labels if code in both]
    order += sorted(both - set(order)) + ([UNKNOWN] if UNKNOWN in present else [])
    known = {} if sizes is None else {str(code): float(size) for code, size in sizes.items()}
    if sizes is not None:
        reached = [known.get(code, np.nan) for code in present if code != UNKNOWN]
        known[ALL] = float(np.sum(reached)) if reached and present and present != [ALL] else np.nan
    return Populations(result, groups, tuple(order), known, provenance, sizes is not None)
