"""Areas rolled up from their units, with weights: the share of each stage and the mean score of an area.

For surveys whose units are households, facilities or plants and whose question is about districts. The weights are the rule's
(`[rollup]`), a number per unit such as households represented; they say how much a unit counts, not how sure we are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.words import UNKNOWN, UNKNOWN_LABEL, stage_labels
from hmsurvey.errors import Text
from hmsurvey.rules import UNSTAGED
from hmsurvey.staging import Stages
from hmsurvey.survey import Survey
from hmsurvey.tables import Column, Table


def roll_up(stages: Stages, survey: Survey) -> Table:
    """Roll units up to areas.

    Returns
    -------
    Table
        One row an area: n_units, n_staged, weight (sum over its units that have one), `share_STAGE_pct` of the weight of the staged units, and the weighted mean of
        the total over the units that have a total. A unit without a weight counts nothing.
    """
    rule, answers = stages.rule, survey.answers
    question = survey.codebook.question(rule.rollup_by)
    areas = (
        np.array([o.code for o in question.options] + [UNKNOWN], dtype=object)[answers.values[question.code]]
        if question.kind == "one"
        else answers.values[question.code]
    )
    frame = pd.DataFrame({"area": [area or UNKNOWN for area in areas], "stage": stages.stage.astype(object).to_numpy()})
    weights = answers.values[rule.rollup_weight] if rule.rollup_weight else np.ones(len(frame))
    frame["weight"] = np.nan_to_num(np.asarray(weights, dtype=float))
    codes = list(rule.codes)
    rows = []
    for area, part in frame.groupby("area", sort=True):
        staged = part[part["stage"] != UNSTAGED]
        base = staged["weight"].sum()
        row: dict[str, object] = {
            "area": area,
            "n_units": len(part),
            "n_staged": len(staged),
            "weight": part["weight"].sum(),
        }
        row |= {
            f"share_{code}_pct": 100.0 * staged.loc[staged["stage"] == code, "weight"].sum() / base if base else np.nan
            for code in codes
        }
        if stages.scores is not None:
            total = stages.scores.total.to_numpy()[part.index]
            there = ~np.isnan(total)
            weight = part["weight"].to_numpy()[there]
            row["mean_total"] = float((weight * total[there]).sum() / weight.sum()) if weight.sum() else np.nan
        rows.append(row)
    labels = stage_labels(rule)
    names = {o.code: o.label for o in question.options} | {UNKNOWN: UNKNOWN_LABEL}
    columns = [
        Column("area", question.label, "code", labels=names),
        Column("n_units", Text("单位数", "n units"), "count"),
        Column("n_staged", Text("可定阶段", "n staged"), "count"),
        Column("weight", Text("权数合计", "Sum of weights"), "number"),
        *(
            Column(f"share_{code}_pct", Text(f"{labels[code].zh}占比（%）", f"{labels[code].en} (%)"), "percent")
            for code in codes
        ),
    ]
    if stages.scores is not None:
        columns.append(Column("mean_total", Text("平均总分", "Mean total"), "score"))
    result = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(result, stages.provenance, "areas", Text("按地区汇总", "Rolled up by area"), tuple(columns))
