"""Waves of one survey: who moved, what is like for like, what drove the change; waves that cannot be compared are refused by name."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from small_study import BOOK, RULE, SYSTEM, small_study

from hmsurvey.analysis.contributions import contributions_of
from hmsurvey.analysis.digest import digest_of
from hmsurvey.analysis.protection import protect_digest
from hmsurvey.analysis.wave_changes import (
    REST,
    drivers_of,
    first_drivers,
    tabulate_drivers,
    tabulate_drivers_by_city,
    tabulate_return,
)
from hmsurvey.analysis.waves import (
    Step,
    moves_of,
    sign_test,
    steps_of,
    tabulate_like_for_like,
    tabulate_restaged,
    tabulate_transitions,
    tabulate_wave_moves,
)
from hmsurvey.analysis.words import ALL
from hmsurvey.codebook import read_codebook
from hmsurvey.errors import DataError, DefinitionError, HmsurveyError, ProvenanceError, UsageError
from hmsurvey.output.brief import compose_brief
from hmsurvey.output.cities import city_pages
from hmsurvey.output.content import Drawing, content_of
from hmsurvey.output.wave_words import say_city_moves, say_moves_of
from hmsurvey.output.waving import tell_waves
from hmsurvey.provenance import Source, write_card
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.study import Analysis, analyse, read_study
from hmsurvey.survey import read_survey

STUDY = Path(__file__).resolve().parents[1] / "study.toml"
# Small index: total = (q1 + q2) / 2; high from 60. City of each by its first letter.
BEFORE = {"E1": ("X", 10, 20), "E2": ("X", 80, 70), "E3": ("Y", 50, 50), "E4": ("Y", 90, 90), "E5": ("Y", 20, 20)}
AFTER = {"E1": ("X", 70, 60), "E2": ("X", 40, 70), "E3": ("Y", 50, 56), "E4": ("Y", 90, 100), "E6": ("X", 66, 66)}
Answers = dict[str, tuple[str, int, int]]
HEAD = """
kind = "study"
id = "small_study"
version = "1.0"
zh = "小研究"
en = "Small study"
k = 2

[[survey]]
code = "small"
answers = "answers.csv"
codebook = "book.toml"
system = "system.toml"
rule = "rule.toml"
{year}
"""


def written(
    folder: Path, *, waves: str = "", year: str = "year = 2020", rows: Answers = AFTER, card: bool = True
) -> Path:
    """The small study with a second workbook, and further entries in its file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, words in (("book", BOOK), ("system", SYSTEM), ("rule", RULE.replace("80", "60"))):
        (folder / f"{name}.toml").write_text(words, encoding="utf-8")
    for name, answers in (("answers", BEFORE), ("later", rows)):
        lines = [f"{unit},Plant {unit},{city},{q1},{q2}" for unit, (city, q1, q2) in answers.items()]
        path = folder / f"{name}.csv"
        path.write_text("unit,name,city,q1,q2\n" + "\n".join(lines) + "\n", encoding="utf-8")
        if card or name == "answers":
            write_card(path, Source(name, "real", producer="Tests", date="2022-01-01", licence="none"))
    study = folder / "study.toml"
    study.write_text(HEAD.format(year=year) + (waves or wave()), encoding="utf-8")
    return study


def wave(more: str = "", *, survey: str = "small", year: str = "year = 2022") -> str:
    return f'\n[[wave]]\nsurvey = "{survey}"\n{year}\nanswers = "later.csv"\n{more}\n'


def small(folder: Path, **more: object) -> Step:
    (step,) = steps_of(analyse(read_study(written(folder, **more))), "small")  # type: ignore[arg-type]
    return step


@cache
def study() -> Analysis:
    return analyse(read_study(STUDY))


@cache
def shipped() -> Step:
    (step,) = steps_of(study(), "index")
    return step


def refused(kind: type[HmsurveyError], folder: Path, **more: object) -> str:
    with pytest.raises(kind) as caught:
        analyse(read_study(written(folder, **more)))  # type: ignore[arg-type]
    return str(caught.value)


# ---- By hand


def test_moves_by_hand(tmp_path: Path) -> None:
    step = small(tmp_path)
    assert moves_of(step).dropna().to_dict() == {"E1": 1.0, "E2": -1.0, "E3": 0.0, "E4": 0.0}
    table = tabulate_transitions(step).frame.set_index("before")
    assert list(table.loc["high", ["n", "n_to_high", "n_to_low", "n_to_unstaged", "n_left"]]) == [2, 1, 1, 0, 0]
    assert list(table.loc["low", ["n", "n_to_high", "n_to_low", "n_to_unstaged", "n_left"]]) == [3, 1, 1, 0, 1]
    assert list(table.loc["entered", ["n", "n_to_high", "n_to_low"]]) == [1, 1, 0]
    whole = table.loc[ALL]
    assert [whole[f"n_{code}"] for code in ("staged", "up", "same", "down")] == [4, 1, 2, 1]
    assert whole["up_pct"] == 25.0
    # Wilson of 1 of 4, by hand: (0.25 + 3.8415/8 -+ 1.96 sqrt(0.25*0.75/4 + 3.8415/64)) / (1 + 3.8415/4)
    assert whole["up_low_pct"] == pytest.approx(4.559, abs=0.01) and whole["up_high_pct"] == pytest.approx(
        69.936, abs=0.01
    )


def test_cities_by_hand(tmp_path: Path) -> None:
    table = tabulate_wave_moves(small(tmp_path)).frame.set_index("group")
    columns = ["n_before", "n_after", "n_both", "n_entered", "n_left", "n_up", "n_same", "n_down"]
    assert list(table.loc["X", columns]) == [2, 3, 2, 1, 0, 1, 0, 1]
    assert list(table.loc["Y", columns]) == [3, 2, 2, 0, 1, 0, 2, 0]
    assert list(table.loc[ALL, columns]) == [5, 5, 4, 1, 1, 1, 2, 1]


def test_like_for_like_by_hand(tmp_path: Path) -> None:
    table = tabulate_like_for_like(small(tmp_path)).frame.set_index("what")
    total = table.loc["total"]
    # Totals before: 15 75 50 90 20; after: 65 55 53 95 66. The first four are in both.
    assert total["all_before"] == 50.0 and total["all_after"] == pytest.approx(66.8)
    assert total["both_before"] == 57.5 and total["both_after"] == 67.0
    assert (
        total["same"] == pytest.approx(9.5)
        and total["entry"] == pytest.approx(-0.2)
        and total["exit"] == pytest.approx(7.5)
    )
    # differences 50 -20 3 5: mean 9.5, sd sqrt(2573 / 3) = 29.2859, t(3) 3.1824
    assert total["same_low"] == pytest.approx(9.5 - 3.18245 * 29.2859 / 2, abs=1e-3)
    assert table.loc["high", "change"] == pytest.approx(100 * (3 / 5 - 2 / 5))


def test_drivers_by_hand(tmp_path: Path) -> None:
    table = tabulate_drivers(small(tmp_path)).frame.set_index("indicator")
    # q1: 60 -40 0 0, q2: 40 0 6 10; a point of either counts half.
    assert table.loc["q1", "adds"] == pytest.approx(20 / 4 / 2) and table.loc["q2", "adds"] == pytest.approx(56 / 4 / 2)
    assert table.loc[REST, "adds"] == pytest.approx(0.0) and table.loc[ALL, "adds"] == pytest.approx(9.5)
    assert table.loc["q1", "share_before_pct"] == 57.5 and table.loc["q1", "share_after_pct"] == 62.5
    assert list(table.index) == ["q2", "q1", REST, ALL]


def test_the_sign_test_is_the_binomial_one() -> None:
    assert sign_test(5, 0) == 2 / 2**5 and sign_test(3, 3) == 1.0 and sign_test(0, 0) == 1.0
    assert sign_test(6, 1) == pytest.approx(2 * (1 + 7) / 2**7)


# ---- What must hold of any study


def test_every_row_adds_up() -> None:
    table = tabulate_transitions(shipped()).frame
    to = [column for column in table if column.startswith("n_to_")] + ["n_left"]
    assert (table[to].sum(axis=1) == table["n"]).all()
    assert (table[["n_up", "n_same", "n_down"]].sum(axis=1) == table["n_staged"]).all()
    assert (table.iloc[:-1][["n", *to]].sum() == table.iloc[-1][["n", *to]]).all()
    cities = tabulate_wave_moves(shipped()).frame
    counts = [column for column in cities if column.startswith("n_")]
    assert (cities.iloc[:-1][counts].sum() == cities.iloc[-1][counts]).all()
    assert (cities["n_before"] == cities["n_both"] + cities["n_left"]).all()
    assert (cities["n_after"] == cities["n_both"] + cities["n_entered"]).all()


def test_parts_of_a_change_add_up_exactly() -> None:
    alike = tabulate_like_for_like(shipped()).frame
    assert np.allclose(alike["same"] + alike["entry"] + alike["exit"], alike["change"])
    stages = alike[alike["what"] != "total"]
    assert stages["change"].sum() == pytest.approx(0) and stages["all_after"].sum() == pytest.approx(100)
    drivers = drivers_of(shipped())
    assert np.allclose(drivers.parts.sum(axis=1), drivers.change)
    table = tabulate_drivers(shipped()).frame
    assert table["adds"].iloc[:-1].sum() == pytest.approx(table["adds"].iloc[-1])
    short = first_drivers(tabulate_drivers(shipped())).frame
    assert len(short) == 9 and short["adds"].iloc[:-1].sum() == pytest.approx(short["adds"].iloc[-1])
    by_city = tabulate_drivers_by_city(shipped()).frame
    areas = by_city.columns[5:]
    assert np.allclose(by_city[areas].sum(axis=1), by_city["change"]) and REST in areas
    assert by_city["change"].iloc[-1] == pytest.approx(table["adds"].iloc[-1])


def test_contributions_are_the_total_before_rounding() -> None:
    result = study()["index"]
    assert result.scores is not None
    parts = contributions_of(result)
    summed = np.nansum(np.nan_to_num(parts.points) * parts.worth, axis=1)
    total = result.scores.total.to_numpy()
    there = ~np.isnan(total)
    assert np.allclose(summed[there], parts.total[there], atol=1e-8)
    assert np.abs(summed - total)[there].max() <= 0.005 + 1e-9


def test_waves_the_other_way_round_change_every_sign(tmp_path: Path) -> None:
    forward = small(tmp_path / "a", year="year = 2020")
    backward = small(tmp_path / "b", year="year = 2024")
    assert (backward.before.year, backward.after.year) == (2022, 2024)
    there, back = (tabulate_drivers(step).frame.set_index("indicator")["adds"] for step in (forward, backward))
    assert np.allclose(there[["q1", "q2", ALL]], -back[["q1", "q2", ALL]])
    up = tabulate_transitions(forward).frame.iloc[-1], tabulate_transitions(backward).frame.iloc[-1]
    assert up[0]["n_up"] == up[1]["n_down"] and up[0]["n_same"] == up[1]["n_same"]


def test_chance_alone_makes_the_low_rise_only_in_groups_by_the_earlier_total() -> None:
    """Totals with the same truth in both waves and fresh errors: the lowest quarter rises by itself; by the mean of both nobody does."""
    step = shipped()
    rng = np.random.default_rng(1)
    n = 4000
    truth = rng.normal(50, 10, n)
    frame = step.frame.iloc[np.zeros(n, dtype=int)].copy()
    frame["total_before"], frame["total_after"] = (truth + rng.normal(0, 6, n) for _ in range(2))
    table = tabulate_return(replace(step, frame=frame)).frame
    assert table["change_earlier"].iloc[0] > 2.5 and table["change_earlier"].iloc[-1] < -2.5
    assert table["change_mean"].abs().max() < 0.8


# ---- The yardstick of its time


def test_another_yardstick_of_its_time_is_shown_apart(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(RULE.replace("80", "95"), encoding="utf-8")
    step = small(tmp_path, waves=wave('rule = "old.toml"'))
    table = tabulate_restaged(step, step.after).frame.set_index("then")
    assert table.loc["high", "n"] == 1 and table.loc["low", "n_now_high"] == 2
    assert tabulate_transitions(step).frame["n"].iloc[-1] == 6
    with pytest.raises(UsageError, match="no index or rule of its own time"):
        tabulate_restaged(step, step.before)


# ---- Waves that cannot be compared


def test_a_codebook_that_lacks_or_changed_questions_is_refused_by_name(tmp_path: Path) -> None:
    tmp_path.joinpath("old_book.toml").write_text(
        BOOK.replace('code = "q2"\nkind = "number"\nrange = [0, 100]', 'code = "q9"\nkind = "number"').replace('code = "q1"\nkind = "number"\nrange = [0, 100]', 'code = "q1"\nkind = "text"').replace('"1.0"', '"0.9"'),
        encoding="utf-8",
    )  # fmt: skip
    words = refused(DefinitionError, tmp_path, waves=wave('codebook = "old_book.toml"'))
    assert "study.toml, wave 2022" in words and "small 0.9 cannot be scored anew" in words
    assert "q1: other kind; q2: not asked" in words
    with pytest.raises(DefinitionError) as caught:
        read_study(tmp_path / "study.toml")
    told = caught.value.render("zh")
    assert "q1：题型不同; q2：没有这道题" in told and "not asked" not in told


def test_the_same_answers_under_another_year_are_refused(tmp_path: Path) -> None:
    words = refused(DataError, tmp_path / "a", rows=dict(reversed(BEFORE.items())), waves=wave())
    assert "study.toml, wave 2022: later.csv" in words and "Every answer of this wave is that of 2020" in words
    same_file = wave().replace("later.csv", "answers.csv")
    assert "that of 2020" in refused(DataError, tmp_path / "b", waves=same_file)
    words = refused(DataError, tmp_path / "c", waves=wave() + wave(year="year = 2024"))
    assert "wave 2024" in words and "that of 2022" in words


def test_workbooks_without_cards_and_wrong_ones_are_all_said_at_once(tmp_path: Path) -> None:
    study_file = written(tmp_path, waves=wave() + wave(year="year = 2024").replace("later.csv", "gone.csv"), card=False)
    with pytest.raises(HmsurveyError) as caught:
        analyse(read_study(study_file))
    assert "later.source.toml" in str(caught.value) and "gone.csv" in str(caught.value)
    (tmp_path / "answers.source.toml").unlink()
    study_file.write_text('visits = "no_visits.csv"\nregistry = "no_registry.csv"\n' + study_file.read_text(encoding="utf-8"), encoding="utf-8")  # fmt: skip
    with pytest.raises(HmsurveyError) as caught:
        analyse(read_study(study_file))
    for name in ("answers.source.toml", "later.source.toml", "gone.csv", "no_visits.csv", "no_registry.csv"):
        assert name in str(caught.value)


def test_a_codebook_in_other_words_is_welcome(tmp_path: Path) -> None:
    tmp_path.joinpath("old_book.toml").write_text(
        BOOK.replace("City", "Town").replace("range = [0, 100]", ""), encoding="utf-8"
    )
    step = small(tmp_path, waves=wave('codebook = "old_book.toml"'))
    assert tabulate_transitions(step).frame["n"].iloc[-1] == 6


def test_other_units_are_refused(tmp_path: Path) -> None:
    tmp_path.joinpath("old_book.toml").write_text(
        BOOK.replace('unit = "enterprise"', 'unit = "mine"'), encoding="utf-8"
    )
    words = refused(DefinitionError, tmp_path, waves=wave('codebook = "old_book.toml"'))
    assert "about different units" in words and "found:    mine" in words and "expected: enterprise" in words


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"waves": wave(survey="nobody")}, "There is no such survey"),
        ({"waves": wave(year="")}, "The wave has no year"),
        ({"waves": wave(year="year = 0")}, "The wave has no year"),
        ({"year": ""}, "Survey small has no year"),
        ({"waves": wave(year="year = 2020")}, "of the same year as the survey itself"),
        ({"waves": wave(year="year = 20")}, "not between 1900 and 2200"),
        ({"waves": wave() + wave(year="year = 2021")}, "not in the order of their years"),
        ({"waves": wave() + wave()}, "not in the order of their years"),
        ({"waves": wave('answer = "x"')}, "There are keys that are not known here"),
    ],
)
def test_entries_that_make_no_sense_are_refused(tmp_path: Path, more: dict[str, str], said: str) -> None:
    words = refused(DefinitionError, tmp_path, **more)
    assert said in words and "study.toml" in words


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("year = 2022", 'year = "2022"', "`year` is of the wrong kind"),
        ('survey = "small"\n', "", "`survey` is missing"),
    ],
)
def test_one_mistake_of_a_wave_is_one_complaint(tmp_path: Path, old: str, new: str, said: str) -> None:
    one = wave()
    assert old in one
    words = refused(DefinitionError, tmp_path, waves=one.replace(old, new, 1))
    assert said in words and words.count("study.toml") == 1


def test_ids_that_fit_nowhere_and_ids_twice_are_refused(tmp_path: Path) -> None:
    words = refused(DataError, tmp_path / "a", rows={f"Z{unit}": row for unit, row in AFTER.items()})
    assert "No id is in both waves" in words and "later.csv" in words and "ZE1" in words
    path = written(tmp_path / "b")
    later = tmp_path / "b" / "later.csv"
    later.write_text(later.read_text(encoding="utf-8") + "E1,Plant E1,X,1,1\n", encoding="utf-8")
    write_card(later, Source("Later", "real", producer="Tests", date="2022-01-01", licence="none"))
    with pytest.raises(DataError, match="E1"):
        analyse(read_study(path))


def test_a_wave_without_a_card_is_refused(tmp_path: Path) -> None:
    assert "later" in refused(ProvenanceError, tmp_path, card=False)


def test_a_survey_held_once_has_no_steps() -> None:
    with pytest.raises(UsageError, match="This survey was held once"):
        steps_of(study(), "questionnaire")


# ---- Against the truth of the stand-in


def test_the_true_changes_of_the_stand_in_are_found_again() -> None:
    """The same two waves complete and without errors: true moves beside those found, true change of the mean beside its interval."""
    own, later = study().waves["index"]
    codebook = read_codebook(own.result.plan.codebook_path)
    truth = []
    for name, wave in (("index_complete", own), ("index_2025_complete", later)):
        survey = read_survey(STUDY.parent / "data" / "truth" / f"{name}.csv", codebook, card="required")
        assert own.result.plan.system is not None and own.result.plan.rule is not None
        scores = score(survey, own.result.plan.system)
        stages = stage(survey, own.result.plan.rule, scores=scores)
        truth.append(replace(wave, result=replace(wave.result, survey=survey, scores=scores, stages=stages)))
    (true,) = steps_of(replace(study(), waves={"index": tuple(truth)}), "index")
    found = shipped()
    assert set(true.frame.index) == set(found.frame.index)
    entered = [step.frame["before"] == "entered" for step in (true, found)]
    assert (entered[0] == entered[1].reindex(entered[0].index)).all()
    moves = moves_of(true).reindex(found.frame.index)
    both = moves.notna() & moves_of(found).notna()
    same = (moves[both] == moves_of(found)[both]).mean()
    rose = (moves > 0).mean()
    assert same > 0.9 and 0.03 < rose < 0.25  # errors of reporting hide and feign some moves
    mine = found.frame[["total_before", "total_after"]].notna().all(axis=1)
    change = (true.frame["total_after"] - true.frame["total_before"]).reindex(found.frame.index)[mine].mean()
    row = tabulate_like_for_like(found).frame.set_index("what").loc["total"]
    assert row["same_low"] < change < row["same_high"]


def test_those_who_leave_are_the_weaker_ones_in_truth() -> None:
    """As drawn (A211): so that like for like differs from all with all."""
    frame = shipped().frame
    there = frame["total_before"].notna()
    left = (frame["after"] == "left") & there
    assert frame.loc[left, "total_before"].mean() < frame.loc[there & ~left, "total_before"].mean()
    assert 0.08 < left.sum() / there.sum() < 0.2


# ---- What is said of it


def test_report_brief_and_city_page_say_the_same_numbers(tmp_path: Path) -> None:
    digest = digest_of(study())
    topic = next(topic for topic in digest.topics if topic.code == "index")
    whole = tabulate_wave_moves(shipped()).frame.iloc[-1]
    words = say_moves_of(digest, topic)
    assert f"{whole['n_up']} rose" in words.en and f"{whole['n_down']} fell" in words.en
    assert f"上升 {whole['n_up']} 家" in words.zh and f"未再参加的 {whole['n_left']} 家" in words.zh
    first = tabulate_wave_moves(shipped()).frame.iloc[0]
    line = say_city_moves(digest, topic, str(first["group"]))
    assert f"of {first['n_staged']} with a stage in both waves {first['n_up']} rose" in line.en
    pages = {page.group: page for page in city_pages(digest)}
    assert line in [text for panel in pages[str(first["group"])].panels for text in panel.texts]
    brief = compose_brief(digest, visibility="internal")
    assert words in brief.pieces
    section = tell_waves(content_of(study(), []))
    assert section is not None
    said = " ".join(text.en for text in section.paragraphs)
    assert f"{whole['n_both']} took part in both" in said and f"{whole['n_up']} rose" in said
    assert len(section.tables) <= 2 and len([b for b in section.blocks if isinstance(b, Drawing)]) <= 2


def test_outside_nothing_is_said_of_cities_and_nothing_of_hidden_counts() -> None:
    digest, _ = protect_digest(digest_of(study()))
    topic = next(topic for topic in digest.topics if topic.code == "index")
    assert "moves_by_city_index" not in digest and "moves_index" in digest
    assert say_city_moves(digest, topic, "210100").en == ""
    assert "rose" not in say_moves_of(digest, topic).en and "nan" not in say_moves_of(digest, topic).en


def test_a_study_of_one_wave_says_nothing_of_waves(tmp_path: Path) -> None:
    assert tell_waves(content_of(small_study(tmp_path), [])) is None


def test_a_seed_below_0_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.write_text("seed = -1\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"`seed` is not below 0(?s:.*)found:    -1"):
        read_study(file)
