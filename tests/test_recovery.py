"""The recovery study: what docs/recovery.md says is what its script finds, and intervals cover what they promise."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmsurvey.study import analyse, read_study

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "recovery.md"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # the page imports the script by its name
    spec.loader.exec_module(module)
    return module


study = load("recovery")
page = load("recovery_page")


def rows_under(heading: str, start: int = 0) -> list[list[str]]:
    """The cells of the first table after a heading, without its head."""
    text = PAGE.read_text(encoding="utf-8")
    lines = text[text.index(heading, start) :].splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[first + 1 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_page_says_what_the_shipped_data_give() -> None:
    analysis = analyse(read_study(ROOT / "study.toml"))
    text = PAGE.read_text(encoding="utf-8")
    for code in study.SURVEYS:
        counts = study.confusion(*study.shipped(analysis, code))
        assert counts.to_numpy().sum() == len(analysis[code].survey.answers)
        labels = {"advanced": "Advanced", "intermediate": "Intermediate", "low": "Low", "unstaged": "Unstaged"}
        assert page.confusion_table(counts, labels) in text
        found = study.recovered(counts)
        assert found["found"] + found["higher"] + found["lower"] + found["unstaged"] == pytest.approx(100)


@pytest.mark.parametrize("survey", ["questionnaire", "index"])
def test_the_page_says_what_its_own_frames_give(survey: str) -> None:
    """Each row holds N, n and the true stages, from which its coverages are computed again."""
    start = PAGE.read_text(encoding="utf-8").index("## Do 90% intervals")
    rows = rows_under(f"### {page.NAMES[survey]}", start)
    assert len(rows) in (10, 15) and rows[-1][0] == "**mean of the cities**"
    values = []
    for name, size, n, stages, *cells in rows[:-1]:
        totals = [int(k) for k in stages.split("/")]
        assert sum(totals) == int(size)
        nothing = np.zeros(int(size))
        true = np.repeat(np.arange(3), totals)
        values.append(page.city_row(study.City(name, int(n), true, true, nothing, nothing)))
        assert [f"{value:.1f}" for value in values[-1]] == cells
    assert [f"**{value:.1f}**" for value in np.mean(values, axis=0)] == rows[-1][4:]
    assert min(row[0] for row in values) >= 90 and min(row[4] for row in values) >= 90


def test_the_figures_and_the_headings_are_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in re.findall(r"\]\((figures/[^)]+)\)", text):
        assert (ROOT / "docs" / name).is_file()
    assert text.count("figures/recovery_") == 3 and "synthetic" in text and "What this study cannot say" in text


def test_recovered_by_hand() -> None:
    """Ten enterprises: 4 of 5 low found, one put at intermediate; 2 of 4 intermediate found, one low, one unstaged; one advanced put at low."""
    codes = ["advanced", "intermediate", "low", "unstaged"]
    counts = pd.DataFrame([[0, 0, 1, 0], [0, 2, 1, 1], [0, 1, 4, 0], [0, 0, 0, 0]], index=codes, columns=codes)
    found = study.recovered(counts)
    assert (found["n"], found["found"], found["higher"], found["lower"], found["unstaged"]) == (10, 60, 10, 20, 10)
    assert found["far"] == 1 and found["of_staged"] == pytest.approx(100 * 6 / 9)


@settings(max_examples=60)
@given(st.data())
def test_the_exact_interval_covers_whatever_the_truth(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    n, k = data.draw(st.integers(1, size)), data.draw(st.integers(0, size))
    cover, width = study.share_coverage("exact", n, size, k)
    assert 0.9 - 1e-9 <= cover <= 1 + 1e-9 and 0 <= width <= 1
    if n == size:
        assert (cover, width) == pytest.approx((1, 0))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(lambda totals: sum(totals) > 1), st.data())
def test_three_exact_intervals_cover_together(totals: list[int], data: st.DataObject) -> None:
    n = data.draw(st.integers(1, sum(totals)))
    cover, _ = study.joint_coverage("exact, three together", n, totals)
    assert 0.9 - 1e-9 <= cover <= 1 + 1e-9


def city(n: int = 20, size: int = 40) -> object:
    rng = np.random.default_rng(8)
    trait = rng.normal(size=size)
    true = np.where(trait > 1, 0, np.where(trait > 0, 1, 2))
    reported = np.where(trait < -1.5, -1, true)
    return study.City("somewhere", n, true, reported, 50 + 10 * trait, trait)


def test_drawing_by_lot_agrees_with_summing_over_all_samples() -> None:
    one = city()
    summed = np.mean([study.share_coverage("exact", one.n, 40, k)[0] for k in one.totals])
    drawn = study.selective_coverage(one, "true", 1.0, 3000, np.random.default_rng(1))
    assert drawn["exact"] == pytest.approx(summed, abs=0.02) and abs(drawn["bias"]) < 1


def test_selective_answering_breaks_coverage_and_lowers_the_lowest_share() -> None:
    rng = np.random.default_rng(2)
    found = [study.selective_coverage(city(), "true", odds, 600, rng) for odds in (1.0, 2.0, 4.0)]
    assert found[0]["exact"] > found[1]["exact"] > found[2]["exact"] and found[2]["exact"] < 0.8
    assert found[0]["bias"] > found[1]["bias"] > found[2]["bias"]


def test_means_of_everybody_always_cover_and_one_answer_has_no_interval() -> None:
    rng = np.random.default_rng(3)
    assert study.mean_coverage(city(n=40), 20, rng) == pytest.approx((1, 0))
    assert np.isnan(study.mean_coverage(city(n=1), 20, rng)).all()
    cover, wide = study.mean_coverage(city(), 400, rng)
    assert 0.84 < cover < 0.96 and 2 < wide < 10


def test_a_larger_stand_in_of_the_same_seed_has_frames_for_every_city() -> None:
    """A reduced run: frames cut from a stand-in four times as large hold exactly as many as the registry says, or the city is left out."""
    analysis = analyse(read_study(ROOT / "study.toml"))
    large = study.regenerated(analysis, 4)
    for code in study.SURVEYS:
        cities = study.frame_of(analysis, code, large[code])
        assert len(cities) > 5
        for one in cities:
            assert len(one.true) == len(one.reported) == len(one.trait) == sum(one.totals) >= one.n
        found = study.recovered(study.confusion(*large[code][:2]))
        assert 80 < found["found"] < 100
