"""Ways of reading the answers of a survey: as a census of those who answered, or as a sample, weighted or not, of the enterprises in production.

A reading says which units it uses, how they are taken to be drawn, and how many enterprises it speaks of. It knows no stage and no score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.populations import NO_REGISTRY, Populations
from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.statistics.calibration import Margin, margin, post_stratify, rake
from hmsurvey.statistics.designs import Design, Single, survey_design
from hmsurvey.statistics.estimates import Mask
from hmsurvey.survey import Survey

Margins = Mapping[str, Mapping[str, float]]

READINGS = {
    "answered": Text("只说答卷企业（普查读法）", "Those who answered, as a census"),
    "unweighted": Text("不加权，有答卷各市合为一次随机抽样", "Unweighted: one random sample of the cities reached"),
    "poststratified": Text("按市事后分层", "Post-stratified by city"),
    "stratified": Text("按市分层，各市内随机抽样", "Stratified: a random sample in every city"),
    "raked": Text("按市和其他分布迭代加权", "Raked to city and other margins"),
}
CENSUS = Text(
    "普查读法没有抽样误差，也不推及其他企业。", "Read as a census: no sampling error, and nothing about others."
)
SAMPLED = Text(
    "除普查读法外，都把答卷企业看作从本市（不加权一行：有答卷的各市）在产企业中简单随机抽取（假定 A100、A110）；未答的企业如果与答卷企业不同，加权也纠正不了。",
    "All but the census take those who answered to be like a simple random sample of their city's enterprises in production (the unweighted row: of all cities reached; assumptions A100 and A110). How those who did not answer differ, no weight can mend.",
)
LINEARISED = Text(
    "标准误用泰勒线性化，含有限总体校正；事后分层和迭代加权按残差计算。占比的区间取对数优势的 t 区间。",
    "Standard errors are linearised, with the finite population correction, and rest on residuals after post-stratification and raking. Intervals of shares are t intervals of the log odds.",
)
ALONE = Text(
    "有的市只有一份答卷，估计不出市内差异；这些市的方差取其余各市的平均（假定 A111）。",
    "Some cities have a single answer, which tells nothing of how they vary; their variance is taken to be the average of the others' (assumption A111).",
)
SCALED = Text(
    "其他分布按比例缩放到有答卷各市的在产企业数（假定 A112）。",
    "The other margins are scaled to the enterprises in production of the cities with answers (assumption A112).",
)
MORE_THAN_REGISTERED = Text(
    "有的市答卷多于名录中的在产企业：按全部都已作答处理。",
    "Some cities have more answers than enterprises in the registry: they are treated as fully answered.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One way of reading the answers: the units it uses, how they are taken to be drawn (None: a census of themselves), and how many it speaks of."""

    code: str
    used: Mask
    design: Design | None
    population: float


def readings_of(seen: Populations, usable: Mask, margins: Margins) -> tuple[list[Reading], tuple[Text, ...]]:
    """Return the readings that there are for some units, and what must be said of them.

    Parameters
    ----------
    seen
        The survey beside the registry.
    usable
        True for units with a value, in the survey's order.
    margins
        Other ways in which enterprises in production divide, for raking: question code to option code to number or share.

    Raises
    ------
    UsageError, DataError
        A margin's question has not one answer, or its options do not fit the answers.
    """
    groups = seen.groups.to_numpy(dtype=object)
    n = int(usable.sum())
    readings = [Reading("answered", usable, None, float(n))]
    known = np.array([not np.isnan(seen.sizes.get(group, np.nan)) and group not in (ALL, UNKNOWN) for group in groups])
    used = usable & known
    if not seen.registered or not used.any():
        plain = survey_design(np.ones(n)) if n > 1 else None
        if plain is not None:
            readings.append(Reading("unweighted", usable, plain, np.nan))
        return readings, (SAMPLED, NO_REGISTRY)
    cities = groups[used]
    answered = pd.Series(cities).value_counts()
    counts = {str(city): max(seen.sizes[str(city)], float(k)) for city, k in answered.items()}
    covered = float(sum(counts.values()))
    sizes = np.array([counts[city] for city in cities])
    notes = [SAMPLED, LINEARISED, coverage_note(covered, registered(seen))]
    if (usable & ~known).any():
        notes.append(left_out_note(int((usable & ~known).sum())))
    if any(seen.sizes[str(city)] < k for city, k in answered.items()):
        notes.append(MORE_THAN_REGISTERED)
    single = {city for city, k in answered.items() if k == 1 and counts[str(city)] > 1}
    if single:
        notes.append(ALONE)
    if len(cities) < 2:
        return readings, tuple(notes)
    every = survey_design(population=[np.full(len(cities), covered)])
    by_city = margin("city", cities, counts)
    readings.append(Reading("unweighted", used, every, covered))
    readings.append(Reading("poststratified", used, post_stratify(every, by_city), covered))
    policy: Single = "adjust" if len(single) == len(counts) else "average"
    stratified = survey_design(strata=cities, population=[sizes], single=policy)
    readings.append(Reading("stratified", used, stratified, covered))
    if margins:
        readings.append(_raked(seen, used, counts, margins))
        notes.append(SCALED)
    return readings, tuple(notes)


def _raked(seen: Populations, used: Mask, counts: Mapping[str, float], margins: Margins) -> Reading:
    """Rake the units that answered every margin's question; their cities are those that still have a unit."""
    answers = {code: _codes_of(seen.result.survey, code) for code in margins}
    for codes in answers.values():
        used = used & (codes != "")
    cities = seen.groups.to_numpy(dtype=object)[used]
    left = {city: counts[city] for city in dict.fromkeys(cities)}
    covered = float(sum(left.values()))
    drawn = survey_design(population=[np.full(len(cities), covered)])
    ways = [margin("city", cities, left)]
    for code, given in margins.items():
        total = sum(given.values())
        if not total > 0:
            raise UsageError(Problem(Text("分布的总数应为正数。", "A margin's total must be positive."), where=code, found=f"{total:g}"))  # fmt: skip
        ways.append(_scaled(code, answers[code][used].tolist(), given, covered / total))
    return Reading("raked", used, rake(drawn, ways, tolerance=1e-10), covered)


def _scaled(code: str, labels: list[str], given: Mapping[str, float], factor: float) -> Margin:
    return margin(code, labels, {label: count * factor for label, count in given.items()})


def _codes_of(survey: Survey, code: str) -> NDArray[Any]:
    """Return the option code every unit chose, "" where it gave none."""
    question = survey.codebook.question(code)
    if question.kind != "one":
        known = ", ".join(q.code for q in survey.codebook.questions if q.kind == "one")
        raise UsageError(
            Problem(
                Text("迭代加权的分布须是单选题。", "A margin must be a question with one answer."),
                where=code,
                found=question.kind,
                expected=Text(known, known),
            )
        )
    return np.array([o.code for o in question.options] + [""], dtype=object)[survey.answers.values[code]]


def registered(seen: Populations) -> float:
    """Return the enterprises in production of the whole registry."""
    return float(np.nansum([seen.sizes.get(group, np.nan) for group in seen.order]))


def coverage_note(covered: float, total: float) -> Text:
    """Say how much of the registry the cities with answers make up."""
    pct = 100 * covered / total if total else 0.0
    return Text(
        f"有答卷的城市共有在产企业 {covered:g} 家，占名录 {total:g} 家的 {pct:.1f}%；其余城市的企业没有谁能代表，不在估计之内（假定 A110）。",
        f"The cities with answers have {covered:g} enterprises in production, {pct:.1f}% of the registry's {total:g}; those of the other cities are represented by nobody and are not in the estimates (assumption A110).",
    )


def left_out_note(n: int) -> Text:
    """Say how many units no city of the registry could take."""
    return Text(
        f"{n} 家答卷企业所在市不明或不在名录中，除普查读法外未计入。",
        f"{n} of those who answered have no city of the registry and count in the census alone.",
    )
