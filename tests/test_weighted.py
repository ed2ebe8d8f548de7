"""Readings of the province: plain and weighted, what they speak of, and what is said of cities that nobody stands for."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from results import result
from small_study import small_study

from hmsurvey.analysis.weighted import tabulate_province, tabulate_province_means, tabulate_survey_weights
from hmsurvey.errors import DataError, UsageError
from hmsurvey.registry import registry_table
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def liaoning() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


def test_every_reading_adds_up_and_says_whom_it_speaks_of(liaoning: Analysis) -> None:
    table = tabulate_province(liaoning, "index")
    for reading, part in table.frame.groupby("reading"):
        assert part["share_pct"].sum() == pytest.approx(100), reading
        assert (part["n"] == 221).all()
    frame = table.frame.set_index(["reading", "stage"])
    assert set(frame.loc["answered", "n_population"]) == {221}
    assert frame.loc["answered", "se_pct"].isna().all()
    assert frame.loc["answered", "note"].str.contains("census").all()
    for reading in ("unweighted", "poststratified", "stratified"):
        part = frame.loc[reading]
        assert (part["n_population"] == 380).all()
        assert ((part["ci_low_pct"] < part["share_pct"]) & (part["share_pct"] < part["ci_high_pct"])).all()
    words = " ".join(note.en for note in table.notes)
    assert "66.4% of the registry's 572" in words
    assert "simple random sample" in words
    assert all(note.zh and note.en for note in table.notes)


def test_weighting_by_city_by_hand(liaoning: Analysis) -> None:
    """Sum over cities of enterprises in production times share, and the stratified variance."""
    weights = tabulate_survey_weights(liaoning, "index").frame.set_index("group")
    from hmsurvey.analysis.tabulation import tabulate_stages

    stages = tabulate_stages(liaoning["index"]).frame.set_index("group")
    total = value = variance = 0.0
    for city, row in weights[weights["n_staged"] > 0].drop(index="all").iterrows():
        n, size = row["n_staged"], row["n_in_production"]
        p = stages.loc[city, "n_intermediate"] / n
        total, value = total + size, value + size * p
        variance += size**2 * (1 - n / size) * p * (1 - p) / (n - 1)
        assert row["weight"] == pytest.approx(size / n)
    frame = tabulate_province(liaoning, "index").frame.set_index(["reading", "stage"])
    for reading in ("poststratified", "stratified"):
        assert frame.loc[(reading, "intermediate"), "share_pct"] == pytest.approx(100 * value / total)
    assert frame.loc[("stratified", "intermediate"), "se_pct"] == pytest.approx(100 * math.sqrt(variance) / total)


def test_every_city_of_the_registry_has_its_row(liaoning: Analysis) -> None:
    table = tabulate_survey_weights(liaoning, "index")
    frame = table.frame
    assert len(frame) == len(registry_table(liaoning.registry).frame) + 1
    none = frame[(frame["n"] == 0)]
    assert len(none) == 5
    assert none["weight"].isna().all()
    assert none["note"].str.startswith("No answers").all()
    reached = frame[frame["weight"].notna()]
    assert (reached["weight"] * reached["n_staged"]).sum() == pytest.approx(380)
    labels = table.column("note").labels
    assert set(frame["note"]) - {""} <= set(labels)


def test_raking_to_size_keeps_both_margins(liaoning: Analysis) -> None:
    survey = liaoning["index"].survey
    codes = [o.code for o in survey.codebook.question("size").options]
    counts = np.bincount(survey.answers.values["size"], minlength=len(codes))
    margins = {"size": {code: float(n) * 4 for code, n in zip(codes, counts, strict=True)}}
    table = tabulate_province(liaoning, "index", margins=margins)
    raked = table.frame[table.frame["reading"] == "raked"]
    assert raked["share_pct"].sum() == pytest.approx(100)
    assert (raked["n_population"] == 380).all()
    assert any("scaled" in note.en for note in table.notes)
    with pytest.raises(DataError, match=r"no population count(.|\n)*micro"):
        tabulate_province(liaoning, "index", margins={"size": {"large": 1.0}})
    with pytest.raises(UsageError, match="must be positive"):
        tabulate_province(liaoning, "index", margins={"size": {"large": 0.0}})
    with pytest.raises(UsageError, match="one answer"):
        tabulate_province(liaoning, "index", margins={"name": {"x": 1.0}})


def test_mean_scores(liaoning: Analysis) -> None:
    table = tabulate_province_means(liaoning, "index")
    frame = table.frame.set_index(["reading", "node"])
    scores = liaoning["index"].scores
    for node in ("total", "A", "F"):
        values = scores.values[node].dropna()
        assert frame.loc[("answered", node), "mean"] == pytest.approx(values.mean())
        n = len(values)
        error = math.sqrt((1 - n / 380) * values.var() / n)
        assert frame.loc[("unweighted", node), "se"] == pytest.approx(error)
        assert frame.loc[("unweighted", node), "design_effect"] == pytest.approx(1)


def test_without_a_registry_only_the_plain_readings_stand(tmp_path: Path) -> None:
    study = small_study(tmp_path)
    for source in (study, study["small"], result()):
        table = tabulate_province(source)
        assert list(dict.fromkeys(table.frame["reading"])) == ["answered", "unweighted"]
        assert any("Without a registry" in note.en for note in table.notes)
        assert tabulate_survey_weights(source).frame["weight"].isna().all()


def test_one_answer_in_a_city_and_more_answers_than_enterprises(liaoning: Analysis) -> None:
    """A city with a single staged enterprise is in, with its weight; a register smaller than the sample is said."""
    index = liaoning["index"]
    stage = index.stages.stage.copy()
    groups = index.survey.answers.values["city"]
    first = np.flatnonzero(groups == groups[0])
    stage.iloc[first[1:]] = "unstaged"
    if stage.iloc[first[0]] == "unstaged":
        stage.iloc[first[0]] = "low"
    one = replace(index, stages=replace(index.stages, frame=index.stages.frame.assign(stage=stage)))
    changed = replace(liaoning, results={**liaoning.results, "index": one})
    table = tabulate_province(changed, "index")
    assert any("single answer" in note.en for note in table.notes)
    assert table.frame["share_pct"].notna().all()
    assert table.frame.loc[table.frame["reading"] == "stratified", "se_pct"].notna().all()
    row = tabulate_survey_weights(changed, "index").frame.query("n_staged == 1").iloc[0]
    assert row["weight"] == row["n_in_production"]
