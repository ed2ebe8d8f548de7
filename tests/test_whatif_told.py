"""What the report says of measures: charts drawn from the tables, sentences with the tables' numbers, what is assumed said in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text as Text_

from hmsurvey.analysis.coalition_tables import tabulate_coalitions
from hmsurvey.analysis.coalition_trials import try_coalitions
from hmsurvey.analysis.coalitions import build_coalitions
from hmsurvey.analysis.digest import digest_of
from hmsurvey.analysis.protection import protect_digest
from hmsurvey.analysis.trials import can_be_tried, drawn, tabulate_risen
from hmsurvey.analysis.whatif_tables import tabulate_what_if
from hmsurvey.errors import LANGS, NOTHING, DefinitionError, Lang, Text
from hmsurvey.output.charts_whatif import (
    headline_effort_curve,
    headline_what_if,
    plot_effort_curve,
    plot_what_if,
)
from hmsurvey.output.content import Drawing, content_of
from hmsurvey.output.headlines import ENTERPRISES
from hmsurvey.output.summary import summarise
from hmsurvey.output.trying import curve_of, half_effort, tell_whatif, what_if_jobs
from hmsurvey.output.whatif_words import say_risen, say_risen_here
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def study() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.mark.parametrize("lang", LANGS)
def test_every_city_is_drawn_before_and_after(study: Analysis, lang: Lang) -> None:
    table = tabulate_what_if(drawn(study["index"], study.study.seed))
    figure = plot_what_if(table, lang=lang)
    for gid, column in (("before", "above_before_pct"), ("after", "above_after_pct")):
        dots = sorted(float(line.get_xdata()[0]) for line in figure.findobj(lambda a, g=gid: a.get_gid() == g))
        assert dots == pytest.approx(sorted(table.frame[column]))
    ends = sorted(tuple(line.get_xdata()) for line in figure.findobj(lambda a: a.get_gid() == "interval"))
    bounds = zip(table.frame["above_after_pct_low"], table.frame["above_after_pct_high"], strict=True)
    assert np.allclose(ends, sorted(bounds))
    row = table.frame[table.frame["group"] == "all"].iloc[0]
    title = headline_what_if(table, lang)
    assert f"{row['lifted']:.0f}" in title and f"{row['lifted_low']:.0f}" in title and "221" in title
    words = " ".join(text.get_text() for text in figure.findobj(Text_))
    assert "A190" in words and ("不含抽样误差" if lang == "zh" else "no sampling error") in words.replace("\n", "")


def test_the_summary_says_what_could_be_done_by_the_tables_numbers(study: Analysis) -> None:
    content = content_of(study)
    said = " ".join(block.en for block in summarise(content).blocks if isinstance(block, Text))
    row = tabulate_what_if(drawn(study["index"], study.study.seed)).frame.set_index("group").loc["all"]
    assert (
        f"(A190 to A192), {row['lifted']:.0f} of 221 would rise on average ({row['lifted_low']:.0f} to {row['lifted_high']:.0f} in"
        in said
    )
    found = build_coalitions(study)
    reached = tabulate_coalitions(study, found, try_coalitions(study, found)).frame["reached_pct"]
    assert f"from {reached.iloc[0]:.1f}% to {reached.iloc[-1]:.1f}%, one alone" in said
    assert said.count("A100") == 1  # what the intervals take for granted is said once


@pytest.mark.parametrize("lang", LANGS)
def test_the_curve_is_the_tables(study: Analysis, lang: Lang) -> None:
    table = curve_of(study["index"])
    figure = plot_effort_curve(table, lang=lang)
    for gid in ("lifted", "bound"):
        (line,) = figure.findobj(lambda a, g=gid: a.get_gid() == g)
        np.testing.assert_allclose(line.get_ydata(), table.frame[gid])
    assert "%" in headline_effort_curve(table, lang)
    nothing = replace(table, frame=table.frame.assign(lifted=0.0))
    assert ("不能使企业上升" if lang == "zh" else "lift nobody") in headline_effort_curve(nothing, lang)


@pytest.mark.parametrize("lang", LANGS)
def test_with_nobody_staged_the_charts_say_so(study: Analysis, lang: Lang) -> None:
    table = tabulate_what_if(drawn(study["index"], study.study.seed))
    none = replace(table, frame=table.frame.assign(n_staged=0))
    words = " ".join(text.get_text() for text in plot_what_if(none, lang=lang).findobj(Text_)).replace("\n", "")
    assert ("没有可以试算的企业" if lang == "zh" else "nobody to try measures on") in words


def test_the_section_says_what_is_assumed_and_the_tables_numbers(study: Analysis) -> None:
    section = tell_whatif(content_of(study, ()))
    assert section is not None and section.part == "bulletin"
    said = " ".join(text.en for text in section.paragraphs)
    row = tabulate_what_if(drawn(study["index"], study.study.seed)).frame.set_index("group").loc["all"]
    assert "are assumed (A190 to A192)" in said and "predicts nothing" in said
    assert f"{row['lifted']:.0f} of 221 rise on average (95% of the draws: {row['lifted_low']:.0f} to {row['lifted_high']:.0f})" in said  # fmt: skip
    # least plans are taken to be carried through and offers are not: the text must not set the one against the other without a word
    assert f"({half_effort(study['index']):.0f}; effort is a relative number, neither days nor money)" in said
    assert "far more room" in said and "while the other number counts those who do not take part" in said
    assert len(section.tables) == 1 and section.figures[0] == "what_if_index"
    assert section.beyond == (Drawing("effort_curve_index"),)
    assert [table.code for table in section.annex if table.personal] == ["risers_index", "plans_index"]
    assert {table.code for table in section.annex} == {
        "measures_index",
        "what_if_index",
        "effort_curve_index",
        "mix_index",
        "plans_index",
        "risers_index",
    }
    assert [name for name, _, _ in what_if_jobs(study, study["index"], noun=ENTERPRISES)] == [
        "what_if_index",
        "effort_curve_index",
    ]


def test_a_survey_without_an_index_is_not_tried_and_a_wrong_file_of_the_study_is_said(
    study: Analysis, tmp_path: Path
) -> None:
    assert not can_be_tried(study["questionnaire"])
    (tmp_path / "m.toml").write_text('kind = "measures"\nid = "m"\nversion = "1"\nsystem = "digital_archives"\n[[measure]]\ncode = "M"\nuptake = 3\nraise = [{ question = "F2.1", to = 2 }]\n')  # fmt: skip
    result = study["index"]
    wrong = replace(result, plan=replace(result.plan, measures=(tmp_path / "m.toml",)))
    with pytest.raises(DefinitionError, match="between 0 and 1"):
        can_be_tried(wrong)


def test_what_leaves_the_house_is_of_everybody_and_in_steps_of_k(study: Analysis) -> None:
    result, seed = study["index"], study.study.seed
    table = tabulate_risen(result, seed=seed, k=5)
    whole = tabulate_what_if(drawn(result, seed)).frame.set_index("group").loc["all"]
    assert table is not None
    row = table.frame.iloc[0]
    for mine, theirs in (("lifted", "lifted"), ("low", "lifted_low"), ("high", "lifted_high")):
        assert row[mine] % 5 == 0 and abs(row[mine] - whole[theirs]) <= 2.5
    assert tabulate_risen(result, seed=seed, k=100) is None  # about fewer than k
    digest, _ = protect_digest(digest_of(study))
    assert "what_if_index" in digest and not [code for code in digest.tables if code.startswith("what_if_by_city")]
    topic = next(topic for topic in digest.topics if topic.code == "index")
    for lang in LANGS:
        assert f"{row['lifted']:.0f}" in say_risen(digest, topic).of(lang) and "A190" in say_risen(digest, topic).of(
            lang
        )
    assert say_risen_here(digest, topic, "211100") == NOTHING
    inside = digest_of(study)
    city = tabulate_what_if(drawn(result, seed)).frame.set_index("group").loc["211100"]
    assert f"{city['lifted']:.1f} of {city['n_staged']:.0f} would rise" in say_risen_here(inside, topic, "211100").en
    assert say_risen_here(inside, topic, "210800") == NOTHING  # nobody answered there
