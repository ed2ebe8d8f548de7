"""Indicators and enterprises on one scale: the order is that of the points, stages follow, too few indicators are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from results import result
from scipy import stats

from hmsurvey.analysis.difficulty import fit_indicators, tabulate_difficulty, tabulate_stage_measures
from hmsurvey.errors import UsageError
from hmsurvey.study import analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


def test_the_index_on_one_scale() -> None:
    index = analyse(read_study(ROOT / "study.toml"))["index"]
    assert index.scores is not None
    fit = fit_indicators(index)
    frame = tabulate_difficulty(index, fit=fit).frame
    assert frame["location"].is_monotonic_increasing and (frame["error"] > 0).all()
    assert (frame["first"] <= frame["location"]).all() and (frame["location"] <= frame["last"]).all()
    # what is hard by the model is what earns a small share of its points
    share = (index.scores.points / index.scores.most).mean()[frame["indicator"]].to_numpy()
    assert stats.spearmanr(frame["location"], share).statistic < -0.6
    stages = tabulate_stage_measures(index, fit=fit).frame.set_index("stage")
    means = stages.loc[["advanced", "intermediate", "low"], "mean"]
    assert means.is_monotonic_decreasing and stages["n"].sum() == len(index.scores.points)
    assert np.isnan(stages.loc["advanced", "lowest"]), "an extreme of five enterprises would be one enterprise's value"


def test_too_few_indicators_are_refused() -> None:
    with pytest.raises(UsageError, match="Too few indicators"):
        fit_indicators(result())
