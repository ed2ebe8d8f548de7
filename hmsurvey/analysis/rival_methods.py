"""Other ways to draw the lines between stages: each makes as many stages as the rule, out of the same answers, and says how.

Natural breaks cut the total; k-means and latent classes put profiles of areas together; a partial-credit model measures every enterprise on one scale; other rules of the
package decide as they do. None knows the rule's cut-offs. What is said of the results is the business of `rivals`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.alternatives import read_precedents, restage
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.errors import NOTHING, DataError, Text
from hmsurvey.provenance import Provenance, combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.staging import because
from hmsurvey.statistics.classification import classify
from hmsurvey.statistics.inputs import refuse
from hmsurvey.statistics.latent_classes import find_latent_classes
from hmsurvey.statistics.profiles import cluster_profiles
from hmsurvey.statistics.rasch import collapse, fit_partial_credit
from hmsurvey.study import SurveyResult

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_LEVELS = 3  # into which an area's score is cut for latent classes
_MOST_STEPS = 5  # an indicator with at most so many whole points keeps them as its levels on the common scale


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """One way of staging: its name, how it makes stages (nothing: by the needs of a rule), every unit's stage and why, in both languages."""

    code: str
    label: Text
    how: Text
    stage: pd.Series
    because: pd.DataFrame  # columns zh, en
    note: Text = NOTHING


@dataclass(frozen=True, slots=True, eq=False)
class Rivals:
    """The rule and its rivals; `left_out` says which methods the data did not allow, and why."""

    result: SurveyResult
    rule: Rival
    others: tuple[Rival, ...]
    left_out: tuple[Text, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        return f"Rivals of {need_stages(self.result).rule.id}: " + ", ".join(rival.code for rival in self.others)


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What the methods share: the units with a total and a score in every area, and the words for stages from the lowest up."""

    result: SurveyResult
    units: NDArray[np.bool_]
    total: Floats
    areas: pd.DataFrame
    codes: tuple[str, ...]
    words: tuple[Text, ...]
    seed: int


@lru_cache(maxsize=4)  # section, workbook and figures of a report ask for the same; the noun is frozen
def find_rivals(result: SurveyResult, *, seed: int) -> Rivals:
    """Stage the units of a survey by every rival method that its data allow.

    Parameters
    ----------
    result
        A survey, scored and staged.
    seed
        Of the methods that start at random; the same seed gives the same stages, whatever the order of the rows.

    Raises
    ------
    UsageError
        The survey has no scores or no stages.
    """
    scores, stages = need_scores(result), need_stages(result)
    system, rule = scores.system, stages.rule
    below = [code for code in system.node(system.total).children if code in {node.code for node in system.nodes}]
    units = (scores.total.notna() & scores.values[below].notna().all(axis=1)).to_numpy()
    codes = tuple(reversed(rule.codes))
    given = _Given(
        result,
        units,
        scores.total.to_numpy(dtype=np.float64)[units],
        scores.values.loc[units, below],
        codes,
        tuple(rule.label_of(code) for code in codes),
        seed,
    )
    found: list[Rival] = []
    left_out: list[Text] = []
    for label, method in _METHODS:
        try:
            found.append(method(given))
        except DataError as error:
            reason = error.problems[0].what
            left_out.append(Text(f"{label.zh}：未做。{reason.zh}", f"{label.en}: left out. {reason.en}"))
    parts = [stages.provenance]
    for other in read_precedents(result):
        if other.codes == rule.codes:
            again = restage(result, rule=other)
            parts.append(need_stages(again).provenance)
            found.append(_of_rule(again, other.id))
    own = Rival("rule", rule.label, NOTHING, stages.stage.astype(object), _reasons(result))
    return Rivals(result, own, tuple(found), tuple(left_out), combine(*parts))


def _reasons(result: SurveyResult) -> pd.DataFrame:
    stages = need_stages(result)
    return pd.DataFrame({"zh": because(stages, "zh"), "en": because(stages, "en")})


def _of_rule(result: SurveyResult, code: str) -> Rival:
    stages = need_stages(result)
    return Rival(code, stages.rule.label, NOTHING, stages.stage.astype(object), _reasons(result))


def _rival(
    given: _Given, named: tuple[str, Text, Text], places: Ints, reasons: list[Text], note: Text = NOTHING
) -> Rival:
    """Return stages and reasons for all units; those without a complete profile stay unstaged."""
    code, label, how = named
    index = need_stages(given.result).frame.index
    stage = np.full(len(index), UNSTAGED, dtype=object)
    stage[given.units] = np.array(given.codes, dtype=object)[places]
    nothing = Text("资料缺失，没有总分或某个方面的得分", "data missing: no total, or no score in some area")
    filled = iter(reasons)
    texts = [next(filled) if there else nothing for there in given.units]
    frame = pd.DataFrame({"zh": [text.zh for text in texts], "en": [text.en for text in texts]}, index=index)
    return Rival(code, label, how, pd.Series(stage, index=index, name="stage"), frame, note)


_NATURAL = Text("自然断点", "Natural breaks")
_MEANS = Text("k 均值聚类", "k-means")
_LATENT = Text("潜类别", "Latent classes")
_SCALE = Text("拉什量表（分部计分）", "Rasch scale (partial credit)")


def _by_natural_breaks(given: _Given) -> Rival:
    k = len(given.codes)
    found = classify(given.total, k)
    inner = found.breaks[1:-1]
    reasons = []
    for total in given.total:
        nearest = inner[np.argmin(np.abs(inner - total))]
        above = total >= nearest
        reasons.append(
            Text(
                f"总分 {total:.2f}，{'高于' if above else '低于'}最近的断点 {nearest:.2f}，相差 {abs(total - nearest):.2f} 分",
                f"total {total:.2f}, {abs(total - nearest):.2f} {'above' if above else 'below'} the nearest break at {nearest:.2f}",
            )
        )
    breaks = "、".join(f"{b:.1f}" for b in inner), ", ".join(f"{b:.1f}" for b in inner)
    how = Text(
        f"总分按组内平方和最小切成 {k} 段，断点 {breaks[0]}（拟合优度 {found.gvf:.2f}）",
        f"the total cut into {k} with the least sum of squares within; breaks at {breaks[1]} (goodness of fit {found.gvf:.2f})",
    )
    return _rival(given, ("natural_breaks", _NATURAL, how), found.places, reasons)


def _by_k_means(given: _Given) -> Rival:
    k = len(given.codes)
    found = cluster_profiles(given.areas, k, seed=given.seed)
    reasons = []
    for own, place in zip(found.distances, found.places, strict=True):
        ranked = np.argsort(own, kind="stable")
        second = int(ranked[1]) if k > 1 else int(place)
        reasons.append(
            Text(
                f"各方面得分离“{given.words[place].zh}”组的中心最近（距离 {own[place]:.1f}），离“{given.words[second].zh}”组 {own[second]:.1f}",
                f"its profile is closest to the centre of “{given.words[place].en}” (distance {own[place]:.1f}); that of “{given.words[second].en}” is {own[second]:.1f} away",
            )
        )
    means = found.centres.mean(axis=1)
    how = Text(
        f"按{given.areas.shape[1]}个方面的得分聚成 {k} 组，按组中心的平均分（{'、'.join(f'{m:.0f}' for m in means)}）从低到高对应各阶段",
        f"profiles over {given.areas.shape[1]} areas in {k} groups, put in order by the mean of their centres ({', '.join(f'{m:.0f}' for m in means)})",
    )
    return _rival(given, ("k_means", _MEANS, how), found.places, reasons, found.note)


def _by_latent_classes(given: _Given) -> Rival:
    k = len(given.codes)
    areas = given.areas.to_numpy(dtype=np.float64)
    levels = np.column_stack(
        [classify(column, min(_LEVELS, len(np.unique(column))), style="equal").places for column in areas.T]
    )
    found = find_latent_classes(levels, k, seed=given.seed)
    reasons = []
    for chances, place in zip(found.posterior, found.places, strict=True):
        second = int(np.argsort(-chances, kind="stable")[1]) if k > 1 else int(place)
        reasons.append(
            Text(
                f"属“{given.words[place].zh}”类的后验概率 {chances[place]:.2f}，“{given.words[second].zh}”类 {chances[second]:.2f}",
                f"chance of being in the class “{given.words[place].en}” {chances[place]:.2f}, “{given.words[second].en}” {chances[second]:.2f}",
            )
        )
    bics = [
        (n, found.bic if n == k else find_latent_classes(levels, n, seed=given.seed).bic)
        for n in range(max(1, k - 1), k + 2)
    ]
    shown = ", ".join(f"{n}: {bic:.0f}" for n, bic in bics)
    how = Text(
        f"每个方面的得分等宽分三级，估计 {k} 个潜类别，按平均级别从低到高对应各阶段；BIC（越小越好）{shown}",
        f"each area's score in three levels of equal width, {k} latent classes, put in order by their mean level; BIC by number of classes (smaller is better) {shown}",
    )
    return _rival(given, ("latent_classes", _LATENT, how), found.places, reasons, found.note)


def _by_measure(given: _Given) -> Rival:
    """Measure every unit on one scale of all indicators, and cut at the shares that the rule found."""
    fit = fit_partial_credit(_item_levels(given))
    measures = fit.person_measures
    by_rule = need_stages(given.result).stage.astype(object).to_numpy()[given.units]
    counts = [int((by_rule == code).sum()) for code in given.codes]
    places, cuts = cut_at_shares(measures, counts)
    reasons = []
    for measure, error in zip(measures, fit.person_errors, strict=True):
        ends = cuts[np.isfinite(cuts)]
        zh, en = (
            f"能力值 {measure:.2f} logit（标准误 {error:.2f}）",
            f"measure {measure:.2f} logits (standard error {error:.2f})",
        )
        if len(ends):
            nearest = ends[np.argmin(np.abs(ends - measure))]
            over = measure >= nearest
            zh += f"，{'高于' if over else '低于'}最近的界 {nearest:.2f}"
            en += f", {'above' if over else 'below'} the nearest cut at {nearest:.2f}"
        reasons.append(Text(zh, en))
    how = Text(
        "全部指标按分部计分模型合成一个能力值，按本规则各阶段的企业占比切分（假定 A129），所以只有次序不同，占比相同",
        "all indicators on one scale by the partial-credit model, cut at the shares of enterprises that the rule found (assumption A129): the order differs, the shares do not",
    )
    return _rival(given, ("rasch", _SCALE, how), places, reasons, fit.note)


def cut_at_shares(measures: Floats, counts: list[int]) -> tuple[Ints, Floats]:
    """Cut measures so that about as many stand in each class as `counts` says, lowest class first; equal measures stay together.

    Each cut lies half-way between the two measures it parts; where these are equal, at their value, and all of them belong above.

    >>> places, cuts = cut_at_shares(np.array([0.1, 0.9, 0.5, 0.5]), [2, 1, 1])
    >>> places.tolist(), [round(float(c), 2) for c in cuts]
    ([0, 2, 1, 1], [0.5, 0.7])
    """
    ordered = np.sort(measures)
    shares = np.cumsum(counts)[:-1] / max(1, sum(counts))
    parts = np.rint(shares * len(ordered)).astype(int)
    padded = np.concatenate([[-np.inf], ordered, [np.inf]])  # a class that nobody is in has its cut beyond everybody
    below, above = padded[parts], padded[parts + 1]
    inside = np.isfinite(below) & np.isfinite(above)
    cuts = np.where(inside, below, np.where(np.isfinite(below), above, below))
    cuts[inside] += (above[inside] - below[inside]) / 2
    return np.searchsorted(cuts, measures, side="right").astype(np.int64), cuts


def _item_levels(given: _Given) -> Floats:
    """Return units x indicators as whole numbers from 0: points rounded, or thirds of the most where points do not count in small whole steps; rare levels merged."""
    scores = need_scores(given.result)
    items = []
    for code, most in scores.most.items():
        points = scores.points.loc[given.units, str(code)].to_numpy(dtype=np.float64)
        if np.isnan(most) or most <= 0 or np.isnan(points).all():
            continue
        whole = float(most).is_integer() and most <= _MOST_STEPS
        items.append(np.floor((points if whole else points / most * _LEVELS) + 0.5))
    if not items:
        refuse(Text("没有可以分级的指标。", "No indicator has levels."), found=0)
    levels, left = collapse(np.column_stack(items))
    return np.asarray(levels[:, left > 1])


_METHODS: tuple[tuple[Text, Callable[[_Given], Rival]], ...] = (
    (_NATURAL, _by_natural_breaks),
    (_MEANS, _by_k_means),
    (_LATENT, _by_latent_classes),
    (_SCALE, _by_measure),
)
