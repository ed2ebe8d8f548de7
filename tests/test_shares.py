"""Shares and means by city: the registry gives the population, cities without answers and with one are there, what was assumed is said, the charts show it."""

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from results import result
from small_study import small_study

from hmsurvey.analysis.multiquestions import leading_question, tabulate_many
from hmsurvey.analysis.shares import highest_stages, tabulate_means, tabulate_shares
from hmsurvey.errors import Text, UsageError
from hmsurvey.output.charts_shares import headline_shares, plot_shares
from hmsurvey.output.content import content_of
from hmsurvey.output.shares import tell_multianswer, tell_shares
from hmsurvey.output.summary import compare_groups
from hmsurvey.statistics.intervals import wilson
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def liaoning() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return small_study(tmp_path_factory.mktemp("study"))


STAGES = ("advanced", "intermediate")


def test_the_registry_is_the_population(liaoning: Analysis) -> None:
    """Every interval runs from a whole number of the city's enterprises to another, and holds what was counted."""
    table = tabulate_shares(liaoning, "index", stages=STAGES)
    frame = table.frame[table.frame["n_staged"] > 0]
    assert set(frame["method"]) == {"hypergeometric"}
    for row in frame.to_dict("records"):
        low, high = (row[end] * row["n_in_production"] / 100 for end in ("ci_low_pct", "ci_high_pct"))
        assert low == pytest.approx(round(low)) and high == pytest.approx(round(high))
        assert row["n_reached"] <= round(low) <= round(high)
        assert round(high) <= row["n_in_production"] - (row["n_staged"] - row["n_reached"])
        assert row["share_pct"] == pytest.approx(100 * row["n_reached"] / row["n_staged"])


def test_cities_without_answers_are_there(liaoning: Analysis) -> None:
    frame = tabulate_shares(liaoning, "index", stages=STAGES).frame
    none = frame[frame["n"] == 0]
    assert len(frame) == 15 and len(none) == 5
    assert none["share_pct"].isna().all() and (none["ci_high_pct"] == 100).all()
    assert none["note"].str.startswith("No answers").all()
    whole = frame.set_index("group").loc["all"]
    assert whole["n_in_production"] == frame[(frame["n"] > 0) & (frame["group"] != "all")]["n_in_production"].sum()


def test_a_stage_named_twice_is_not_counted_twice(liaoning: Analysis) -> None:
    with pytest.raises(UsageError, match="A stage stands twice"):
        tabulate_shares(liaoning, "index", stages=("advanced", "advanced"))
    with pytest.raises(UsageError, match=r"(?s)several codes.*'advanced'.*\(\"advanced\",\)"):
        tabulate_shares(liaoning, "index", stages="advanced")  # type: ignore[arg-type]


def test_a_gap_in_a_printed_table_is_a_dash(liaoning: Analysis) -> None:
    said = repr(tabulate_shares(liaoning, "index", stages=STAGES))
    assert "NaN" not in said and "–" in said


def test_the_summary_has_the_intervals_of_the_table(liaoning: Analysis) -> None:
    """The two ends that are named come from one table: exact, of the enterprises with a stage; what they assume stands beside them."""
    frame = tabulate_shares(liaoning, "index", stages=("low",)).frame
    cities = frame[(frame["group"] != "all") & (frame["n_staged"] >= liaoning.study.k)]
    said = compare_groups(content_of(liaoning), liaoning["index"])
    for row in (cities.loc[cities["share_pct"].idxmax()], cities.loc[cities["share_pct"].idxmin()]):
        assert row["method"] == "hypergeometric"
        of = f"{row['n_reached']} of {row['n_staged']} with a stage, {row['share_pct']:.1f}%, 95% interval {row['ci_low_pct']:.1f} to {row['ci_high_pct']:.1f}"
        assert of in said.en
        assert f"95% 区间 {row['ci_low_pct']:.1f}—{row['ci_high_pct']:.1f}" in said.zh
    assert "A100" in said.en and "A100" in said.zh and "the ends of 9 cities" in said.en


def test_all_stages_together_add_up(liaoning: Analysis) -> None:
    each = tabulate_shares(liaoning, "index")
    sums = each.frame[each.frame["n_staged"] > 0].groupby("group")["share_pct"].sum()
    assert sums.to_numpy() == pytest.approx([100.0] * len(sums))
    one = tabulate_shares(liaoning, "index", stages=("advanced",)).frame.set_index("group")
    joint = each.frame[each.frame["stage"] == "advanced"].set_index("group")
    assert (joint["ci_high_pct"] >= one["ci_high_pct"]).all() and (joint["ci_low_pct"] <= one["ci_low_pct"]).all()
    assert any("Bonferroni" in note.en for note in each.notes)


def test_what_is_assumed_stands_under_every_table(liaoning: Analysis) -> None:
    for table in (tabulate_shares(liaoning, "index"), tabulate_means(liaoning, "index")):
        said = " ".join(note.en for note in table.notes)
        assert "A100" in said and "speaks of those who answered and of nobody else" in said
        assert all(note.zh for note in table.notes)


def test_without_a_registry_wilson_by_name(small: Analysis) -> None:
    table = tabulate_shares(small, stages=("high",))
    frame = table.frame.set_index("group")
    assert set(frame["method"]) == {"wilson"} and frame["n_in_production"].isna().all()
    assert any("Without a registry" in note.en for note in table.notes)
    west = frame.loc["西市"] if "西市" in frame.index else frame.iloc[1]
    low, high = wilson(int(west["n_reached"]), int(west["n_staged"]))
    assert (west["ci_low_pct"], west["ci_high_pct"]) == pytest.approx((100 * low, 100 * high))
    assert set(tabulate_shares(small).frame["method"]) == {"goodman"}
    assert set(tabulate_shares(small, stages=("high",), method="exact").frame["method"]) == {"exact"}


def test_a_registry_that_is_too_small_is_not_believed(liaoning: Analysis) -> None:
    registry = liaoning.registry
    assert registry is not None
    answers = registry.survey.answers
    values = dict(answers.values)
    values["n_in_production"] = values["n_in_production"].copy()
    values["n_in_production"][:2] = (3.0, math.nan)
    changed = replace(registry, survey=replace(registry.survey, answers=replace(answers, values=values)))
    frame = tabulate_shares(replace(liaoning, registry=changed), "index", stages=STAGES).frame
    assert frame["method"].tolist()[:3] == ["wilson", "wilson", "hypergeometric"]
    assert frame["note"][0].startswith("More answers than") and frame["note"][1].startswith(
        "The registry has no number"
    )


def test_a_city_with_one_answer() -> None:
    """u3 alone in y has a total (62.5); x has 75 and 50: 62.5 +- 12.7062 x 17.6777 / sqrt(2)."""
    frame = tabulate_means(result()).frame.set_index("group")
    assert frame.loc["y", "mean"] == 62.5 and math.isnan(frame.loc["y", "ci_low"])
    assert "only one value" in frame.loc["y", "note"]
    assert frame.loc["x", "ci_high"] == pytest.approx(62.5 + 12.7062 * 17.67767 / math.sqrt(2), abs=1e-3)


def test_means_are_narrowed_by_the_registry(liaoning: Analysis) -> None:
    """The same mean without the registry has an interval wider by 1 / sqrt(1 - n/N)."""
    known = tabulate_means(liaoning, "index").frame.set_index("group")
    alone = tabulate_means(liaoning["index"]).frame.set_index("group")
    for city in alone.index.drop("all"):
        row = known.loc[city]
        ratio = (row["ci_high"] - row["mean"]) / (alone.loc[city, "ci_high"] - alone.loc[city, "mean"])
        assert ratio == pytest.approx(math.sqrt(1 - row["n_scored"] / row["n_in_production"]))


def test_wrong_questions_are_said(liaoning: Analysis) -> None:
    with pytest.raises(UsageError, match=r"(?s)Say which survey.*questionnaire, index"):
        tabulate_shares(liaoning)
    with pytest.raises(UsageError, match=r"(?s)no such survey.*wave.*questionnaire, index"):
        tabulate_shares(liaoning, "wave")
    with pytest.raises(UsageError, match=r"(?s)no such score.*Z9"):
        tabulate_means(liaoning, "index", node="Z9")
    with pytest.raises(UsageError, match=r"(?s)no such choice.*method"):
        tabulate_shares(liaoning, "index", stages=STAGES, method="guess")
    with pytest.raises(UsageError, match=r"(?s)row a stage.*stages="):
        plot_shares(tabulate_shares(liaoning, "index"), lang="en")


def test_the_chart_has_a_dot_and_a_line_a_city(liaoning: Analysis) -> None:
    table = tabulate_shares(liaoning, "index", stages=STAGES)
    for lang, none in (("en", "no answers"), ("zh", "没有答卷")):
        figure = plot_shares(table, lang=lang)  # type: ignore[arg-type]
        lines = [line for axes in figure.axes for line in axes.lines]
        assert sum(line.get_gid() == "share" for line in lines) == 10
        assert sum(line.get_gid() == "interval" for line in lines) == 10
        assert [t.get_text() for axes in figure.axes for t in axes.texts].count(none) == 5
    assert headline_shares(table, "en").startswith("In the synthetic data, the intervals of")


def test_the_section_says_what_cannot_be_told_apart(liaoning: Analysis, small: Analysis) -> None:
    section = tell_shares(content_of(liaoning, []))
    assert section is not None
    said = " ".join(text.en for text in section.paragraphs)
    assert "not one can be told apart" in said and "(A100)" in said and "Of 5 more cities nothing is known" in said
    assert "shares_index_advanced_intermediate" in section.figures and "ranks_index_total" in section.figures
    assert tell_shares(content_of(small, [])) is not None
    public = replace(small, study=replace(small.study, units="public"))
    assert tell_shares(content_of(public, [])) is None


def test_the_stages_above_the_lowest(liaoning: Analysis) -> None:
    rule = liaoning["index"].plan.rule
    assert rule is not None and highest_stages(rule) == STAGES


def test_nobody_staged_is_said() -> None:
    alone = result()
    stages = alone.stages
    assert stages is not None
    frame = stages.frame.assign(stage=pd.Categorical(["unstaged"] * 4, categories=stages.stage.cat.categories))
    nobody = replace(alone, stages=replace(stages, frame=frame))
    table = tabulate_shares(nobody, stages=("high",))
    assert (table.frame["n_staged"] == 0).all() and set(table.frame["note"]) == {
        "No usable answers: nothing is known of it."
    }
    assert plot_shares(table, lang="zh").axes


def test_the_question_that_is_shown_is_judged_by_its_adjusted_p(liaoning: Analysis) -> None:
    """Sentence and table of all questions cannot disagree: the sentence has the row's V, interval and adjusted p."""
    section = tell_multianswer(content_of(liaoning))
    assert section is not None
    told = [
        block.en
        for block in section.blocks
        if isinstance(block, Text) and block.en.startswith("On the question drawn here")
    ]
    assert len(told) == 2
    for code, words in zip(("questionnaire", "index"), told, strict=True):
        asked = leading_question(liaoning[code])
        assert asked is not None
        row = tabulate_many(liaoning, code).frame.set_index("question").loc[asked.code]
        assert (
            f"V = {row['effect']:.2f}, 95% interval {row['effect_low']:.2f} to {row['effect_high']:.2f}, adjusted p"
            in words
        )
        assert ("cities answer differently" in words) == bool(row["p_holm"] < 0.05)
