"""Rival stagings: natural breaks against brute force and by symmetry, profiles and latent classes against published numbers, and the tables that put methods side by side."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results import result

from hmsurvey.analysis.rival_methods import Rival, Rivals, cut_at_shares
from hmsurvey.analysis.rivals import (
    find_rivals,
    tabulate_rival_agreement,
    tabulate_rival_consensus,
    tabulate_rival_movers,
    tabulate_rival_moves,
    tabulate_rivals,
)
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.errors import DataError, UsageError
from hmsurvey.output.charts_rivals import plot_rivals
from hmsurvey.output.content import content_of
from hmsurvey.output.rivalling import tell_rivals
from hmsurvey.output.stamping import stamped_kind
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.classification import STYLES, classify, fit_of, places_in, round_limits
from hmsurvey.statistics.latent_classes import find_latent_classes
from hmsurvey.statistics.profiles import cluster_profiles
from hmsurvey.study import Analysis, analyse, read_study

# Precipitation of ten cities (R's data set `precip`), and classInt 0.4-9 on them.
FEW = [67.0, 54.7, 7.0, 48.5, 14.0, 17.2, 20.7, 13.0, 43.4, 40.2]
WHOLE = st.integers(-40, 40).map(float)
VECTORS = st.lists(WHOLE, min_size=4, max_size=9).filter(lambda values: len(set(values)) >= 4)


def least_sum(values: list[float], k: int) -> float:
    """The least sum of squares over all ways of cutting the sorted values, by trying them all."""
    ordered = np.sort(values)
    cuts = combinations(range(1, len(ordered)), k - 1)
    return min(sum(float(((part - part.mean()) ** 2).sum()) for part in np.split(ordered, list(cut))) for cut in cuts)


# --- natural breaks and other classes ---------------------------------------------------------------------------------------------


@given(VECTORS, st.integers(2, 4))
def test_natural_breaks_are_the_best_of_all_cuts(values: list[float], k: int) -> None:
    assert classify(values, k).wss == pytest.approx(least_sum(values, k), abs=1e-9)


@given(VECTORS, st.integers(2, 4), st.sampled_from([-1e6, -3.0, 0.5, 1e6]), st.sampled_from([1e-3, 1.0, 7.0, 1e4]))
def test_natural_breaks_follow_shift_and_scale(values: list[float], k: int, shift: float, scale: float) -> None:
    plain, moved = classify(values, k), classify([value * scale + shift for value in values], k)
    assert moved.wss == pytest.approx(plain.wss * scale**2, rel=1e-5, abs=1e-9 * scale**2)
    assert moved.gvf == pytest.approx(plain.gvf, abs=1e-6)
    assert moved.counts.sum() == len(values)


@given(VECTORS, st.integers(2, 4), st.randoms())
def test_the_order_of_values_changes_nothing(values: list[float], k: int, random: object) -> None:
    order = list(range(len(values)))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, two = classify(values, k), classify([values[i] for i in order], k)
    assert one.breaks.tolist() == two.breaks.tolist()
    assert one.places[order].tolist() == two.places.tolist()


@given(VECTORS, st.integers(2, 4))
def test_both_conventions_make_the_same_classes(values: list[float], k: int) -> None:
    fisher, jenks = classify(values, k), classify(values, k, style="jenks")
    assert fisher.places.tolist() == jenks.places.tolist() and (fisher.closed, jenks.closed) == ("left", "right")
    assert set(jenks.breaks) <= set(values)
    assert places_in(values, jenks.breaks, closed="right").tolist() == jenks.places.tolist()


@settings(max_examples=40)
@given(VECTORS, st.integers(2, 4), st.sampled_from(STYLES))
def test_every_style_puts_every_value_somewhere(values: list[float], k: int, style: str) -> None:
    found = classify(values, k, style=style)
    assert found.counts.sum() == len(values) and len(found.breaks) == len(found.counts) + 1
    assert (np.diff(found.breaks) >= 0).all() and 0 <= found.gvf <= 1 + 1e-12
    assert (found.wss, found.gvf, found.tai) == fit_of(values, found.places)
    ordered = found.places[np.argsort(values, kind="stable")]
    assert (np.diff(ordered) >= 0).all()


def test_ten_cities_by_hand() -> None:
    """Sorted: 7 13 14 17.2 20.7 | 40.2 43.4 48.5 | 54.7 67. Means 14.38, 44.033, 60.85."""
    found = classify(FEW, 3)
    assert found.breaks.tolist() == [7.0, (20.7 + 40.2) / 2, (48.5 + 54.7) / 2, 67.0]
    assert found.counts.tolist() == [5, 3, 2]
    by_hand = sum(
        sum((v - sum(group) / len(group)) ** 2 for v in group)
        for group in ([7, 13, 14, 17.2, 20.7], [40.2, 43.4, 48.5], [54.7, 67])
    )
    assert found.wss == pytest.approx(by_hand, abs=1e-9)
    assert classify(FEW, 3, style="jenks").breaks.tolist() == [7.0, 20.7, 48.5, 67.0]
    assert classify(FEW, 3, style="equal").breaks.tolist() == pytest.approx([7, 27, 47, 67])


def test_ties_that_empty_a_class_are_said() -> None:
    found = classify([0, 0, 0, 0, 0, 0, 1, 2], 3, style="quantile")
    assert (found.counts == 0).any() and "ties" in found.note.en and "并列" in found.note.zh
    assert "settles the number" in classify([0.0, 1, 2, 3, 50], 3, style="box").note.en


def test_as_many_classes_as_values_fit_perfectly() -> None:
    found = classify([3, 1, 2, 2], 3)
    assert (found.wss, found.gvf, found.tai, found.counts.tolist()) == (0, 1, 1, [1, 2, 1])
    assert classify([5, 5, 5], 1).gvf == 1 and classify([4, 9], 1).breaks.tolist() == [4, 9]


@pytest.mark.parametrize("k", [0, 4, 2.5, True])
def test_impossible_numbers_of_classes_are_refused(k: object) -> None:
    with pytest.raises(DataError, match="cannot make so many classes") as caught:
        classify([1, 1, 2, 3], k)  # type: ignore[arg-type]
    assert caught.value.problems[0].expected.zh == "1 至 3 之间的整数"


def test_gaps_and_unknown_styles_are_refused() -> None:
    with pytest.raises(DataError, match="missing"):
        classify([1, np.nan, 2], 2)
    with pytest.raises(UsageError, match="fisher, jenks"):
        classify([1, 2], 2, style="mine")  # type: ignore[arg-type]


def test_round_limits_hold_their_values() -> None:
    """R: pretty(c(0.13, 0.94)), pretty(c(1, 234), 3)."""
    assert round_limits(0.13, 0.94, 5).tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert round_limits(1, 234, 3).tolist() == [0, 100, 200, 300]


# --- profiles -----------------------------------------------------------------------------------------------------------------------


def test_clusters_are_ordered_and_do_not_hang_on_the_order_of_rows() -> None:
    rng = np.random.default_rng(5)
    table = np.concatenate([rng.normal(mean, 4, (30, 3)) for mean in (60, 20, 90)])
    order = rng.permutation(len(table))
    one, two = cluster_profiles(table, 3, seed=1), cluster_profiles(table[order], 3, seed=1)
    assert one.places[order].tolist() == two.places.tolist() and one.counts.tolist() == [30, 30, 30]
    assert one.places[[0, 30, 60]].tolist() == [1, 0, 2] and (np.diff(one.centres.mean(axis=1)) > 0).all()
    assert one.wss == pytest.approx(sum(((table[one.places == k] - one.centres[k]) ** 2).sum() for k in range(3)))
    assert cluster_profiles(table, 3, seed=1).centres.tolist() == one.centres.tolist()
    assert (one.distances.argmin(axis=1) == one.places).all()


def test_one_column_of_profiles_is_no_better_than_natural_breaks() -> None:
    assert cluster_profiles(np.array(FEW)[:, None], 3, seed=2).wss == pytest.approx(classify(FEW, 3).wss)


def test_profiles_with_too_few_kinds_are_refused() -> None:
    with pytest.raises(DataError, match="too few distinct rows"):
        cluster_profiles([[1, 2], [1, 2], [3, 4]], 3, seed=1)


# --- latent classes -----------------------------------------------------------------------------------------------------------------

# Cheating among 319 students (Dayton 1998): answers to four questions (1 no, 2 yes) and how many gave them.
CHEATING = [
    "1111",
    "207",
    "1112",
    "46",
    "1121",
    "7",
    "1122",
    "5",
    "1211",
    "13",
    "1212",
    "4",
    "1221",
    "1",
    "1222",
    "2",
    "2111",
    "10",
    "2112",
    "3",
    "2121",
    "1",
    "2122",
    "2",
    "2211",
    "11",
    "2212",
    "4",
    "2221",
    "1",
    "2222",
    "2",
]


def students() -> np.ndarray:
    rows = [[int(c) - 1 for c in p] for p, n in zip(CHEATING[::2], CHEATING[1::2], strict=True) for _ in range(int(n))]
    return np.array(rows, dtype=float)


def test_two_classes_of_students_as_published() -> None:
    """poLCA 1.4 (Linzer and Lewis, Journal of Statistical Software 42 (10), 2011) on the same data: log-likelihood -440.0271, shares 0.8394 and 0.1606."""
    found = find_latent_classes(students(), 2, seed=1)
    assert found.log_likelihood == pytest.approx(-440.0271, abs=5e-4)
    assert found.bic == pytest.approx(2 * 440.0271 + 9 * np.log(319), abs=1e-2) and found.n_parameters == 9
    assert found.shares == pytest.approx([0.8394, 0.1606], abs=1e-3) and found.converged


def test_latent_classes_add_up_and_do_not_hang_on_the_order_of_rows() -> None:
    table = students()[::3]
    table[::9, 1] = np.nan
    order = np.random.default_rng(3).permutation(len(table))
    one, two = find_latent_classes(table, 2, seed=4, starts=2), find_latent_classes(table[order], 2, seed=4, starts=2)
    assert one.places[order].tolist() == two.places.tolist()
    assert one.posterior.sum(axis=1) == pytest.approx(1) and one.shares.sum() == pytest.approx(1)
    assert all(item.sum(axis=1) == pytest.approx(1) for item in one.levels)
    assert (one.posterior.argmax(axis=1) == one.places).all()
    by_hand = np.ones((len(table), 2)) * one.shares
    for item, answers in zip(one.levels, table.T, strict=True):
        known = ~np.isnan(answers)
        by_hand[known] *= item[:, answers[known].astype(int)].T
    assert one.log_likelihood == pytest.approx(np.log(by_hand.sum(axis=1)).sum(), abs=1e-3)


def test_a_fit_that_did_not_come_to_rest_says_so() -> None:
    found = find_latent_classes(students(), 2, seed=1, starts=1, most_steps=2)
    assert not found.converged and "did not come to rest" in found.note.en and "没有收敛" in found.note.zh


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([[0, 1], [0, 0], [0, 1]], "everybody answers alike"),
        ([[0, 1], [1, 0.5], [0, 1]], "whole numbers from 0"),
        ([[0, 1], [1, -1], [0, 1]], "whole numbers from 0"),
        ([[0, 1], [np.nan, np.nan], [1, 0]], "no answer at all"),
        ([[np.nan, 1], [np.nan, 0]], "Nobody answered"),
        ([[0, 1], [1, 0], [0, 1]], "too few distinct rows"),
    ],
)
def test_latent_classes_refuse(table: list[list[float]], words: str) -> None:
    with pytest.raises(DataError, match=words):
        find_latent_classes(table, 3, seed=1)


# --- cut at the rule's shares ---------------------------------------------------------------------------------------------------------


@given(st.lists(WHOLE, min_size=1, max_size=20), st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any))
def test_cuts_keep_order_and_ties_together(measures: list[float], counts: list[int]) -> None:
    places, cuts = cut_at_shares(np.array(measures), counts)
    ordered = np.argsort(measures, kind="stable")
    assert (np.diff(places[ordered]) >= 0).all() and len(cuts) == 2
    for value in set(measures):
        assert len({int(p) for p, m in zip(places, measures, strict=True) if m == value}) == 1


def test_cuts_give_the_shares_asked_for() -> None:
    places, cuts = cut_at_shares(np.array([5.0, 1, 4, 2, 3, 6]), [3, 2, 1])
    assert np.bincount(places).tolist() == [3, 2, 1] and cuts.tolist() == [3.5, 5.5]
    assert np.bincount(cut_at_shares(np.array([1.0, 2]), [0, 2, 0])[0], minlength=3).tolist() == [0, 2, 0]


# --- the stand-in: methods side by side -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study(pytestconfig: pytest.Config) -> Analysis:
    return analyse(read_study(pytestconfig.rootpath / "study.toml"))


@pytest.fixture(scope="module")
def rivals(study: Analysis) -> Rivals:
    return find_rivals(study["index"], seed=study.study.seed)


def test_every_method_stages_everybody_with_a_complete_profile(rivals: Rivals) -> None:
    names = [rival.code for rival in rivals.others]
    assert names[:4] == ["natural_breaks", "k_means", "latent_classes", "rasch"] and rivals.left_out == ()
    assert {"weakest_area", "quarters", "bands_80_60"} <= set(names)
    total = need_scores(rivals.result).total
    for rival in rivals.others[:4]:
        assert (rival.stage != UNSTAGED).tolist() == total.notna().tolist()
        assert rival.because.notna().all().all() and (rival.because != "").all().all()
        means = total.groupby(rival.stage).mean().drop(UNSTAGED)
        assert means["low"] < means["intermediate"] < means["advanced"]


def test_natural_breaks_are_cut_out_of_the_total_alone(rivals: Rivals) -> None:
    total = need_scores(rivals.result).total.dropna()
    inner = classify(total.sort_values(), 3).breaks[1:-1]
    names = np.array(["low", "intermediate", "advanced"], dtype=object)
    by_hand = names[np.searchsorted(inner, total.to_numpy(), side="right")]
    assert rivals.others[0].stage[total.index].tolist() == by_hand.tolist()


def test_the_measured_scale_keeps_the_rules_shares(rivals: Rivals) -> None:
    measured = next(rival for rival in rivals.others if rival.code == "rasch")
    ours = need_stages(rivals.result).stage.astype(object).value_counts()
    theirs = measured.stage.value_counts()
    assert all(abs(int(ours[code]) - int(theirs[code])) <= 1 for code in ("low", "intermediate", "advanced"))


def test_rows_add_up_and_agree_with_each_other(rivals: Rivals) -> None:
    table, moves, movers = tabulate_rivals(rivals), tabulate_rival_moves(rivals), tabulate_rival_movers(rivals)
    n = len(rivals.rule.stage)
    codes = ["advanced", "intermediate", "low", UNSTAGED]
    assert (table.frame[[f"n_{code}" for code in codes]].sum(axis=1) == n).all()
    assert (moves.frame.groupby("method")["n"].sum() == n).all()
    assert (moves.frame[[f"n_to_{code}" for code in codes]].sum(axis=1) == moves.frame["n"]).all()
    for row in table.frame.iloc[1:].to_dict("records"):
        mine = moves.frame[moves.frame["method"] == row["method"]].set_index("stage")
        square = mine.loc[codes[:3], [f"n_to_{code}" for code in codes[:3]]].to_numpy()
        assert row["n_compared"] == square.sum() and row["n_moved"] == square.sum() - np.trace(square)
        assert row["n_up"] == np.tril(square, -1).sum() and row["n_down"] == np.triu(square, 1).sum()
        assert row["n_far"] == square[0, 2] + square[2, 0]
        listed = movers.frame[movers.frame["method"] == row["method"]]
        assert listed["apart"].notna().sum() == row["n_moved"]
        assert row["ci_low"] <= row["kappa"] <= row["ci_high"]
        assert row["kappa"] == pytest.approx(kappa_by_hand(square))
    assert movers.personal and not table.personal
    assert any("A128" in note.en for note in table.notes) and any("breaks at" in note.en for note in table.notes)


def kappa_by_hand(square: np.ndarray) -> float:
    """Cohen's weighted kappa from disagreements: 1 - observed / expected distance."""
    apart = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    by_chance = np.outer(square.sum(axis=1), square.sum(axis=0)) / square.sum()
    return float(1 - (apart * square).sum() / (apart * by_chance).sum())


def test_consensus_counts_the_listed_enterprises(rivals: Rivals) -> None:
    consensus, listed = tabulate_rival_consensus(rivals), tabulate_rival_agreement(rivals)
    frame = listed.frame
    assert listed.personal and len(frame) == int(consensus.frame["n"].iloc[-1])
    agreed = frame["n_same"] == frame["n_methods"]
    by_stage = frame[agreed]["stage"].value_counts()
    for row in consensus.frame.iloc[:-1].to_dict("records"):
        assert row["n_agreed"] == by_stage.get(row["stage"], 0)
        assert row["n"] == row["n_agreed"] + row["n_one_off"] + row["n_more_off"]
    assert (frame["lowest"][agreed] == frame["highest"][agreed]).all()


def test_a_rival_that_says_the_same_agrees_entirely(rivals: Rivals) -> None:
    twin = Rival("twin", rivals.rule.label, rivals.rule.how, rivals.rule.stage, rivals.rule.because)
    only = Rivals(rivals.result, rivals.rule, (twin,), (), rivals.provenance)
    row = tabulate_rivals(only).frame.iloc[1]
    assert (row["n_moved"], row["kappa"], len(tabulate_rival_movers(only).frame)) == (0, 1.0, 0)
    assert tabulate_rival_consensus(only).frame["agreed_pct"].iloc[-1] == 100
    none = Rivals(rivals.result, rivals.rule, (), (), rivals.provenance)
    assert len(tabulate_rival_movers(none).frame) == 0 and len(tabulate_rival_moves(none).frame) == 0
    assert tabulate_rival_consensus(none).frame["n_agreed"].sum() == 0
    assert "no method" in plot_rivals(tabulate_rival_moves(none), lang="en").headline


def test_a_survey_without_scores_has_no_rivals(study: Analysis) -> None:
    with pytest.raises(UsageError, match="no index system"):
        find_rivals(study["questionnaire"], seed=1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figure_shows_every_count(rivals: Rivals, lang: str) -> None:
    table = tabulate_rival_moves(rivals)
    figure = plot_rivals(table, lang=lang)
    shown = [text.get_text() for axes in figure.axes for text in axes.texts if text.get_gid() == "value"]
    staged = table.frame[table.frame["stage"] != UNSTAGED]
    cells = staged[[f"n_to_{code}" for code in ("advanced", "intermediate", "low")]].to_numpy().ravel()
    assert sorted(map(int, shown)) == sorted(cells.tolist())
    assert stamped_kind(figure) == "synthetic"


def test_the_section_tells_both(study: Analysis, rivals: Rivals) -> None:
    section = tell_rivals(content_of(study, []))
    assert section is not None and {"rivals_index", "rival_consensus_index"} <= {t.code for t in section.tables}
    assert all(not table.personal for table in section.tables)
    assert {t.code for t in section.annex if t.personal} == {
        "rival_movers_index",
        "rival_agreement_index",
        "contradictions_questionnaire_index",
    }
    frame = tabulate_rivals(rivals).frame
    text = " ".join(text.en for text in section.paragraphs)
    assert f"{int(frame['n_moved'].max())} (" in text
    # the scale is the closest, and is cut at the rule's own shares: the text must not let that pass for agreement found
    assert frame.set_index("method")["n_moved"].idxmin() == "rasch"
    assert "The Rasch scale is cut at the rule's own shares (A129), so part of its closeness is built in." in text


def test_tiny_surveys_leave_methods_out_and_say_why() -> None:
    """Three totals 75, 50 and 62.5: natural breaks in two are {50} {62.5, 75} or {50, 62.5} {75}; the scale has one item with levels."""
    found = find_rivals(result(), seed=1)
    assert {"natural_breaks", "k_means"} <= {rival.code for rival in found.others}
    assert [note.en for note in found.left_out if "Rasch" in note.en] == [
        "Rasch scale (partial credit): left out. At least two items are needed."
    ]
    table = tabulate_rivals(found)
    assert (table.frame[["n_high", "n_low", "n_unstaged"]].sum(axis=1) == 4).all()
    assert table.frame["n_unstaged"].tolist() == [1] * len(table.frame)
    assert all(note.zh and note.en for note in table.notes) and found.left_out[-1] in table.notes
