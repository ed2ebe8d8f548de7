"""Answers to points to scores: one code for every index.

`score` works on a batch of units, and no unit needs another (normalisation over the sample is the one named exception, in `points`).
A missing answer propagates as far as the node's `min_available` lets it; nothing is filled in passing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hmsurvey.aggregation import Floats, aggregate, leaf_part
from hmsurvey.answers import Answers
from hmsurvey.indicators import check_fit
from hmsurvey.points import earn
from hmsurvey.provenance import Provenance, combine
from hmsurvey.survey import Survey
from hmsurvey.systems import IndicatorSystem, weights_of


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Points and scores of every unit.

    Attributes
    ----------
    points
        Unit x indicator, in points; NaN where missing or not applicable.
    values
        Unit x node, in the node's own unit (0-100 in the built-in index); NaN where missing.
    not_applicable
        Unit x (indicator or node): what left the denominator.
    available_share
        Unit x node: share (0-1) of the applicable weight that was answered.
    most
        Indicator -> most points it can give (NaN: no bound).
    """

    system: IndicatorSystem
    points: pd.DataFrame
    values: pd.DataFrame
    not_applicable: pd.DataFrame
    available_share: pd.DataFrame
    most: pd.Series
    provenance: Provenance

    @property
    def total(self) -> pd.Series:
        """The headline score of every unit."""
        return self.values[self.system.total]

    def __repr__(self) -> str:
        return f"Scores {self.system.id} {self.system.version}, n = {len(self.values)}\n{self.values!r}"


def score(survey: Survey, system: IndicatorSystem) -> Scores:
    """Score every unit of a survey.

    Parameters
    ----------
    survey
        Valid answers.
    system
        The index; it must fit the survey's codebook.

    Raises
    ------
    DefinitionError
        The system names questions or options that the codebook does not have.
    DataError
        A geometric or harmonic mean meets a zero that the system calls an error, or a negative score.
    """
    check_fit(system, survey.codebook)
    chosen = next((w for w in system.weightings if w.id == system.weighting), None)
    provenance = combine(survey.provenance, Provenance(chosen.sources)) if chosen else survey.provenance
    weighting = ": ".join(part for part in (system.weighting, chosen.origin if chosen else "") if part)
    provenance = provenance.with_definition(
        f"system {system.id} {system.version}" + (f" ({weighting})" if weighting else "")
    )
    return score_answers(survey.answers, system, provenance)


def score_answers(answers: Answers, system: IndicatorSystem, provenance: Provenance) -> Scores:
    """Score a batch of answers to a system that is known to fit."""
    earned = {indicator.code: earn(indicator, answers) for indicator in system.indicators}
    most = {code: part.most for code, part in earned.items()}
    parts = {i.code: leaf_part(i, earned[i.code]) for i in system.indicators}
    shares: dict[str, Floats] = {}
    for node in system.nodes:
        parts[node.code], shares[node.code] = aggregate(node, [parts[c] for c in node.children], answers.units)
    index = pd.Index(answers.units, name="unit", dtype=object)
    leaves, nodes = [i.code for i in system.indicators], [n.code for n in system.nodes]
    return Scores(
        system=system,
        points=pd.DataFrame({code: earned[code].points for code in leaves}, index=index),
        values=pd.DataFrame({code: parts[code].value for code in nodes}, index=index),
        not_applicable=pd.DataFrame({code: parts[code].out for code in (*leaves, *nodes)}, index=index),
        available_share=pd.DataFrame({code: shares[code] for code in nodes}, index=index),
        most=pd.Series(most, dtype=float),
        provenance=provenance,
    )


def scores_frame(scores: Scores) -> pd.DataFrame:
    """Return indicators' points and nodes' values side by side, index = unit, a column a code."""
    return pd.concat([scores.points, scores.values], axis=1)


def contributions(scores: Scores, node: str) -> Mapping[str, float]:
    """Return the share of a node's weight that each of its children carries (0-1), by the weights as written."""
    parent = scores.system.node(node)
    weights = weights_of(scores.system)
    total = sum(weights[c] for c in parent.children)
    return {c: weights[c] / total for c in parent.children}
