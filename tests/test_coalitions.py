"""Coalitions: what is put together is what the engine says, a larger one never reaches less, the matrices are read as written, conclusions are shaken fairly."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from making import written
from test_plans import efforts_for, random_rows, result_of

from hmsurvey.analysis.climbing import climb_to, prepare_climb, reach
from hmsurvey.analysis.coalition_firmness import (
    entry_words,
    tabulate_conclusions,
    tabulate_overturning,
    tabulate_own_means,
    tabulate_readings,
)
from hmsurvey.analysis.coalition_tables import (
    tabulate_coalitions,
    tabulate_smallest,
    tabulate_smallest_by,
    tabulate_ties,
    targets_of,
)
from hmsurvey.analysis.coalition_trials import Entry, Trials, Uniforms, shake, shifts_of, try_coalitions, turned
from hmsurvey.analysis.coalitions import (
    NOBODY,
    NOT_NEEDED,
    Coalitions,
    Matrices,
    at_least_as_parts,
    build_coalitions,
    climb_of,
    coalitions_of,
    is_solved,
    matrices_of,
    own_means,
    problem_groups,
    sets_of,
    smallest,
)
from hmsurvey.analysis.raised import restage_raised
from hmsurvey.analysis.severity import severities_of
from hmsurvey.analysis.words import ALL
from hmsurvey.coordination import Coordination, at_levels, built_in_coordination, read_coordination, read_otherwise
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.errors import DefinitionError, UsageError
from hmsurvey.landscape import read_landscape
from hmsurvey.rules import UNSTAGED
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = definitions_folder() / "landscape"


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def coordination() -> Coordination:
    return built_in_coordination()


@pytest.fixture(scope="module")
def found(analysis: Analysis) -> Coalitions:
    return build_coalitions(analysis)


@pytest.fixture(scope="module")
def trials(analysis: Analysis, found: Coalitions) -> Trials:
    return try_coalitions(analysis, found)


def folder_with(name: str, *changes: tuple[str, str]) -> Path:
    """A folder of one's own with one changed file."""
    text = (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = written("x.toml", "").parent / "landscape"
    path.mkdir()
    (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path.parent


def test_what_is_put_together_is_what_the_engine_says_of_the_raised_answers(
    analysis: Analysis, found: Coalitions, coordination: Coordination
) -> None:
    climb = climb_of(analysis, "index")
    result = analysis["index"]
    assert result.scores is not None and result.stages is not None
    codes = list(result.stages.rule.codes)
    names = coalitions_of(found.matrices.parties)
    sets = sets_of(found.matrices, found.own, coordination, names=names)
    units = np.arange(climb.n)
    groups, problems = problem_groups(climb, coordination)
    steps = {e.question: e.steps[-1][0] for e in efforts_of_index(analysis).efforts}
    moved = 0
    for k in range(len(names)):
        mine = reach(climb, units, sets[k], groups)
        targets = {q: np.where(sets[k][:, j], steps[q], np.nan) for j, q in enumerate(climb.questions)}
        said = restage_raised(result, targets, efforts=efforts_of_index(analysis))
        assert said.scores is not None
        stage = said.stages.stage.astype(object).to_numpy()
        known = stage != UNSTAGED
        np.testing.assert_array_equal(mine.place[known], [codes.index(code) for code in stage[known]])
        np.testing.assert_allclose(mine.total, said.scores.total.to_numpy(), rtol=0, atol=1e-9)
        for p in range(len(groups)):
            severity = severities_of(replace(result, survey=said.survey, scores=said.scores)).values["index"][
                problems[p]
            ]
            np.testing.assert_allclose(mine.shares[:, p], 100 - severity.to_numpy(), rtol=0, atol=1e-9)
        moved += int((mine.place[found.staged] < found.now[found.staged]).sum())
    assert problems == ("P1", "P2", "P3", "P4", "P5") and moved > 100


def efforts_of_index(analysis: Analysis):  # type: ignore[no-untyped-def]
    from hmsurvey.analysis.plans import efforts_of

    return efforts_of(analysis["index"])


def test_every_set_of_a_small_index_is_staged_as_the_engine_stages_it() -> None:
    result = result_of(*random_rows(40, 7))
    efforts = efforts_for(result)
    climb = prepare_climb(result, efforts)
    assert result.stages is not None
    codes = list(result.stages.rule.codes)
    tops = {e.question: e.steps[-1][0] for e in efforts.efforts}
    staged = 0
    for picks in itertools.product((False, True), repeat=len(climb.indicators)):
        sets = np.tile(np.array(picks), (climb.n, 1))
        mine = reach(climb, np.arange(climb.n), sets)
        targets = {q: tops[q] for q, picked in zip(climb.questions, picks, strict=True) if picked}
        said = restage_raised(result, targets, efforts=efforts).stages.stage.astype(object).to_numpy()
        known = said != UNSTAGED
        np.testing.assert_array_equal(mine.place[known], [codes.index(code) for code in said[known]])
        staged += int(known.sum())
    assert staged > 1500


PARTIES, MEANS = ("authority", "enterprise", "association"), ("mandate", "money", "staff", "systems", "data")


def tiny(coordination: Coordination) -> tuple[Matrices, np.ndarray]:
    """Three indicators and two enterprises, by hand.

    i1 takes a mandate (bit 0), which the authority brings. i2 takes money and systems (bits 1, 3); the association brings systems. i3 takes data (bit 4), which the authority
    brings, and cannot rise without it. The first enterprise has money, the second has nothing.
    """
    decides = np.array([0b010, 0b010, 0b011])
    needs = np.array([0b00001, 0b01010, 0b10000])
    brings = np.array([[0b00001, 0, 0], [0, 0, 0b01000], [0b10000, 0, 0b10000]])
    own = np.zeros((2, 5), dtype=bool)
    own[0, 1] = True
    return Matrices(PARTIES, MEANS, ("i1", "i2", "i3"), decides, needs, brings), own


def test_the_matrices_are_read_as_written_by_hand(coordination: Coordination) -> None:
    matrices, own = tiny(coordination)
    names = coalitions_of(PARTIES)
    assert ["".join(p[0:2] for p in name) for name in names] == ["au", "en", "as", "auen", "auas", "enas", "auenas"]
    sets = sets_of(matrices, own, coordination, names=names)
    rich = [(1, 0, 1), (0, 0, 0), (0, 0, 0), (1, 0, 1), (1, 0, 1), (0, 1, 0), (1, 1, 1)]
    poor = [(1, 0, 1), (0, 0, 0), (0, 0, 0), (1, 0, 1), (1, 0, 1), (0, 0, 0), (1, 0, 1)]
    np.testing.assert_array_equal(
        sets[:, 0].astype(int), rich
    )  # data from the association would do for i3, but the authority decides too
    np.testing.assert_array_equal(sets[:, 1].astype(int), poor)
    member = sets_of(matrices, own, read_otherwise(coordination, carries_out="member"), names=names)
    with_it = np.array(["enterprise" in name for name in names])
    np.testing.assert_array_equal(member, sets & with_it[:, None, None])


def test_the_smallest_coalitions_with_ties_and_none() -> None:
    names = ("a", "b", "c", "a+b", "a+c", "b+c", "a+b+c")
    does = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [1, 1, 0, 1], [1, 1, 0, 1], [0, 1, 0, 1], [1, 1, 0, 1]])
    least = smallest(names, does.astype(bool), np.array([False, False, False, True]))
    assert least == ["a+b|a+c", "b|c", NOBODY, NOT_NEEDED]


def random_matrices(base: Matrices, rng: np.random.Generator) -> Matrices:
    """Any matrices at all: the law holds whatever experts write."""
    shape = base.needs.shape
    needs = rng.integers(1, 32, shape)
    return replace(
        base,
        decides=rng.integers(0, 8, shape),
        needs=needs,
        brings=rng.integers(0, 32, (*shape, 3)) & needs[:, None] & np.array([31, 0, 31]),
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("carries_out", ["anyway", "member"])
def test_a_larger_coalition_never_reaches_less(
    analysis: Analysis, found: Coalitions, coordination: Coordination, seed: int, carries_out: str
) -> None:
    climb = climb_of(analysis, "index")
    reading = read_otherwise(coordination, carries_out=carries_out)
    rng = np.random.default_rng(seed)
    names = coalitions_of(PARTIES)
    own = rng.random(found.own.shape) < 0.5
    sets = sets_of(random_matrices(found.matrices, rng), own, reading, names=names)
    groups, _ = problem_groups(climb, reading)
    units = np.arange(climb.n)
    got = [reach(climb, units, one, groups) for one in sets]  # before a larger one may leave undone what it likes
    levels = [climb_to(climb, units, one) for one in sets]
    larger = [(a, b) for a in range(7) for b in range(7) if set(names[a]) < set(names[b])]
    assert len(larger) == 12
    more = 0
    for a, b in larger:
        assert (levels[b] >= levels[a]).all()
        assert (got[b].place <= got[a].place)[found.staged].all()
        assert not (got[b].shares < got[a].shares - 1e-9).any()
        assert np.isnan(got[b].shares).mean() < 0.02
        more += int((got[b].place < got[a].place).sum())
    assert more > 0


def test_no_coalition_leaves_anybody_below_where_they_are(found: Coalitions) -> None:
    assert (found.place[:, found.staged] <= found.now[found.staged]).all()
    assert (found.solved | ~found.solved_now).all()
    for _, _, does, already in targets_of(found):
        assert (does | ~already).all()


def test_what_grows_reaches_at_least_as_far_and_who_must_be_there_at_most(
    analysis: Analysis, found: Coalitions, coordination: Coordination
) -> None:
    grown = build_coalitions(analysis, coordination=read_otherwise(coordination, means="grown"))
    assert (grown.place[:, found.staged] <= found.place[:, found.staged]).all() and (grown.raises >= found.raises).all()
    assert (grown.place < found.place).any()
    member = build_coalitions(analysis, coordination=read_otherwise(coordination, carries_out="member"))
    inside = np.array(["enterprise" in name for name in found.names])
    np.testing.assert_array_equal(member.place[inside], found.place[inside])
    assert (member.place[~inside] == found.now).all() and not member.raises[~inside].any()


def test_means_grow_by_hand(analysis: Analysis, coordination: Coordination) -> None:
    """Authorities bring mandate and money to the budget (F1.1); with both of them an enterprise without money then has some, and raises what takes money and systems that it has."""
    grown = build_coalitions(analysis, coordination=read_otherwise(coordination, means="grown"))
    plain = build_coalitions(analysis)
    money, systems = MEANS.index("money"), MEANS.index("systems")
    k = plain.names.index("authority+enterprise")
    poor = ~plain.own[:, money] & plain.own[:, systems]
    f11 = analysis["index"].survey.answers.values["F1.1"]
    poor &= f11 >= 0
    assert poor.any() and (grown.raises[k][poor] > plain.raises[k][poor]).all()


def test_what_an_enterprise_has_by_hand(analysis: Analysis, found: Coalitions, coordination: Coordination) -> None:
    answers = analysis["index"].survey.answers
    codes = [o.code for o in answers.codebook.question("F1.1").options]
    money = [codes[v] in ("2", "3") if v >= 0 else False for v in answers.values["F1.1"]]
    np.testing.assert_array_equal(found.own[:, MEANS.index("money")], money)
    other = own_means(analysis, analysis["index"], read_otherwise(coordination, own_from="questionnaire"))
    asked = analysis["questionnaire"].survey.answers
    row = {unit: k for k, unit in enumerate(asked.units)}
    funds = [o.code for o in asked.codebook.question("funds").options]
    for unit, has in zip(answers.units, other[:, MEANS.index("money")], strict=True):
        if unit in row:
            value = asked.values["funds"][row[unit]]
            assert has == (value >= 0 and funds[value] in ("2", "3", "4")), unit
    alone = np.array([unit not in row for unit in answers.units])
    assert alone.sum() == 75
    np.testing.assert_array_equal(other[alone], found.own[alone])


def test_shares_have_the_staged_as_their_base_and_add_up(analysis: Analysis, found: Coalitions, trials: Trials) -> None:
    frame = tabulate_coalitions(analysis, found, trials).frame
    counts = frame[["n_advanced", "n_intermediate", "n_low"]].to_numpy()
    assert (counts.sum(axis=1) == frame["n_staged"]).all()
    stages = analysis["index"].stages
    assert stages is not None
    now = stages.stage.astype(object).value_counts()
    assert list(counts[0]) == [now["advanced"], now["intermediate"], now["low"]]
    assert (frame["ci_low_pct"] <= frame["reached_pct"]).all() and (frame["reached_pct"] <= frame["ci_high_pct"]).all()
    np.testing.assert_allclose(frame["reached_pct"][1:], trials.base.reached[0, :, 1])


def test_the_smallest_are_counted_alike_in_every_table(found: Coalitions) -> None:
    least, ties = tabulate_smallest(found).frame, tabulate_ties(found).frame
    assert (ties.groupby("target")["n"].sum() == int(found.staged.sum())).all()
    for by in ("city", "size"):
        rows = tabulate_smallest_by(found, by).frame
        parts = rows[["n_not_needed", "n_one", "n_two", "n_all", "n_nobody"]].sum(axis=1)
        assert (parts == rows["n"]).all()
        whole = rows[rows["group"] == ALL].set_index("target")
        rest = rows[rows["group"] != ALL].groupby("target").sum(numeric_only=True)
        assert (rest.loc[whole.index, ["n", "n_one", "n_nobody"]] == whole[["n", "n_one", "n_nobody"]]).all().all()
        assert (whole["n_nobody"].to_numpy() == least["n_nobody"].to_numpy()).all()
    tied = ties[ties["smallest"].str.contains("|", regex=False)].groupby("target")["n"].sum()
    assert {code: int(n) for code, n in zip(least["target"], least["n_tied"], strict=True) if n} == tied.to_dict()


def test_nothing_is_overturned_when_nothing_is_shaken(
    analysis: Analysis, found: Coalitions, coordination: Coordination
) -> None:
    still = build_coalitions(analysis, coordination=replace(coordination, flip=0.0, shift=0.0, draws=3))
    frame = tabulate_conclusions(try_coalitions(analysis, still)).frame
    assert (frame["survives_pct"] == 100).all() and list(frame["holds"]) == list(
        tabulate_conclusions(try_coalitions(analysis, found)).frame["holds"]
    )


def test_lines_that_stay_give_what_the_matrices_alone_give(
    analysis: Analysis, found: Coalitions, trials: Trials, coordination: Coordination
) -> None:
    """With the lines left where they are every draw is as it was before they could be moved: own answers as they are, the matrices shaken by the same numbers, staged here once more."""
    still = try_coalitions(analysis, replace(found, coordination=replace(coordination, shift=0.0, draws=12)))
    np.testing.assert_array_equal(still.drawn.reached, still.matrices.reached)
    np.testing.assert_array_equal(still.drawn.solved, still.matrices.solved)
    assert (still.lines.reached == still.base.reached).all() and (still.lines.rid == still.base.rid).all()
    rng = np.random.default_rng([analysis.study.seed, 506])
    uniforms = Uniforms(*(rng.random((12, 53, *more)) for more in ((3,), (5,), (3, 5))))
    climb, names = climb_of(analysis, "index"), coalitions_of(PARTIES)
    for draw in (0, 7, 11):
        sets = sets_of(shake(found.matrices, uniforms, draw, 0.05), found.own, coordination, names=names)
        got = np.stack([reach(climb, np.arange(climb.n), one).place for one in sets])
        place, _ = at_least_as_parts(names, got, np.zeros((7, climb.n, 0), bool), found.now, np.zeros((climb.n, 0), bool))  # fmt: skip
        np.testing.assert_allclose(still.matrices.reached[draw, :, 1], 100.0 * (place[:, found.staged] <= 1).mean(axis=1))  # fmt: skip
    only = try_coalitions(analysis, replace(found, coordination=replace(coordination, flip=0.0, draws=12)))
    np.testing.assert_array_equal(only.drawn.reached, only.lines.reached)
    assert (only.matrices.reached == only.base.reached).all() and (only.drawn.reached != only.base.reached).any()
    assert (trials.drawn.reached != trials.matrices.reached).any()


def test_a_larger_coalition_never_reaches_less_in_any_draw(found: Coalitions, trials: Trials) -> None:
    names = [set(name.split("+")) for name in found.names]
    larger = [(a, b) for a in range(7) for b in range(7) if names[a] < names[b]]
    assert len(trials.drawn.reached) == len(trials.lines.reached) == len(trials.matrices.reached) == 200
    for shares in (trials.drawn, trials.matrices, trials.lines, trials.single):
        for a, b in larger:
            assert (shares.reached[:, b] >= shares.reached[:, a] - 1e-9).all()
            assert (shares.solved[:, b] >= shares.solved[:, a] - 1e-9).all()
            assert (shares.rid[:, b] >= shares.rid[:, a] - 1e-9).all()
        assert (shares.reached >= shares.now - 1e-9).all()


@pytest.mark.parametrize("own_from", ["index", "questionnaire"])
def test_a_looser_line_takes_in_and_a_stricter_one_leaves_out(
    analysis: Analysis, coordination: Coordination, own_from: str
) -> None:
    reading = read_otherwise(coordination, own_from=own_from)
    has = {k: own_means(analysis, analysis["index"], at_levels(reading, [k] * 5)) for k in (-1, 0, 1)}
    np.testing.assert_array_equal(has[0], own_means(analysis, analysis["index"], reading))
    assert (has[-1] >= has[0]).all() and (has[0] >= has[1]).all()
    assert (has[-1].sum(axis=0) > has[0].sum(axis=0)).all() and (has[0].sum(axis=0) > has[1].sum(axis=0)).all()
    folder = folder_with("coordination", ('"F1.1 >= 3"', '"F1.1 >= 0"'), ('"F1.1 >= 1"', '"F1.1 >= 3"'))
    wild = read_coordination(folder)  # the two lines for money the wrong way round: nobody gains or loses by them
    for level in (-1, 1):
        got = own_means(analysis, analysis["index"], at_levels(wild, [level] * 5))
        np.testing.assert_array_equal(got[:, 1], own_means(analysis, analysis["index"], coordination)[:, 1])


def test_a_line_moved_alone_is_what_a_reader_gets_who_edits_it(analysis: Analysis, found: Coalitions, trials: Trials) -> None:  # fmt: skip
    stricter = trials.entries.index(Entry("own", "", means="money", level=1))
    folder = folder_with("coordination", ('digital_archives = "F1.1 >= 2"', 'digital_archives = "F1.1 >= 3"'))
    edited = build_coalitions(analysis, coordination=read_coordination(folder))
    reached = 100.0 * (edited.place[:, edited.staged] <= 1).mean(axis=1)
    np.testing.assert_allclose(trials.single.reached[stricter, :, 1], reached)
    assert reached[6] < trials.base.reached[0, 6, 1]
    assert "a line of its own in the budget" in entry_words(found, trials.entries[stricter]).en
    assert sum(e.matrix == "own" for e in trials.entries) == 10
    for k, entry in enumerate(trials.entries):  # means only add: who has more of them reaches no less
        if entry.matrix == "own":
            assert (entry.level * (trials.base.reached[0] - trials.single.reached[k]) >= -1e-9).all()


def test_moved_lines_hold_for_what_grows_and_for_the_questionnaire_too(
    analysis: Analysis, coordination: Coordination
) -> None:
    """Draw by draw, on the same random numbers, what grows reaches at least as far; the questionnaire's answers have moved lines of their own."""
    few = replace(coordination, draws=5)
    plain, grown, asked = (
        try_coalitions(analysis, build_coalitions(analysis, coordination=reading))
        for reading in (few, read_otherwise(few, means="grown"), read_otherwise(few, own_from="questionnaire"))
    )
    for name in ("drawn", "lines", "matrices"):
        assert (getattr(grown, name).reached >= getattr(plain, name).reached - 1e-9).all()
    assert (grown.lines.reached > plain.lines.reached).any() and (grown.lines.reached != grown.base.reached).any()
    assert (asked.lines.reached != asked.base.reached).any() and (asked.lines.reached != plain.lines.reached).any()


def test_lines_move_as_often_as_said_and_a_larger_chance_moves_what_a_smaller_one_does() -> None:
    u = np.random.default_rng(5).random((4000, 5))
    weak, strong = shifts_of(u, 0.2), shifts_of(u, 0.6)
    assert not shifts_of(u, 0.0).any() and shifts_of(u, 1.0).all()
    assert (strong[weak != 0] == weak[weak != 0]).all()
    for level in (-1, 1):
        assert (strong == level).mean() == pytest.approx(0.3, abs=0.015)


def test_a_stronger_shake_turns_what_a_weaker_one_turns(found: Coalitions) -> None:
    rng = np.random.default_rng(3)
    base = found.matrices
    uniforms = Uniforms(rng.random((1, 53, 3)), rng.random((1, 53, 5)), rng.random((1, 53, 3, 5)))
    weak, strong, full = (shake(base, uniforms, 0, flip) for flip in (0.05, 0.3, 1.0))
    for one in (weak, strong, full):
        assert (one.needs > 0).all() and not one.brings[:, base.parties.index("enterprise")].any()
    assert ((weak.decides ^ base.decides) & ~(strong.decides ^ base.decides) == 0).all()
    assert ((weak.brings ^ base.brings) & ~(strong.brings ^ base.brings) == 0).all()
    assert (full.decides == 7 - base.decides).all()
    turned_bits = sum(int(x).bit_count() for x in (strong.decides ^ base.decides))
    assert 0.2 * 159 < turned_bits < 0.4 * 159


def test_an_entry_turned_round_is_what_a_reader_gets_who_edits_one_copied_file(
    analysis: Analysis, found: Coalitions, trials: Trials
) -> None:
    """The promise of the notebook: copy brings.toml, change one entry, and the argument is that of the single-entry trial."""
    k = trials.entries.index(Entry("brings", "B1.1", "association", "systems"))
    old = '{ indicator = "B1.1", needs = ["mandate", "money", "systems"], authority = ["mandate"], association = ["systems"] }'
    folder = folder_with(
        "brings",
        (old, old.replace('association = ["systems"]', 'association = ["mandate"]')),
        ('version = "1.0"', 'version = "1.1"'),
    )  # the association brings the mandate in place of systems: two entries, each as tried or undone by hand
    own = read_coordination(folder)
    edited = matrices_of(own, climb_of(analysis, "index"))
    by_hand = turned(turned(found.matrices, trials.entries[k]), Entry("brings", "B1.1", "association", "mandate"))
    np.testing.assert_array_equal(edited.brings, by_hand.brings)
    only = folder_with("brings", (old, old.replace('needs = ["mandate", ', "needs = [").replace('authority = ["mandate"]', "authority = []")), ('version = "1.0"', 'version = "1.1"'))  # fmt: skip
    with pytest.raises(DefinitionError, match="does not fit the matrix of who decides"):
        read_coordination(only)
    c = found.matrices.indicators.index("C1.2")
    free = '{ indicator = "C1.2", needs = ["money", "staff", "systems"]'
    folder = folder_with("brings", (free, free.replace('"money", ', "")), ('version = "1.0"', 'version = "1.1"'))
    again = build_coalitions(analysis, coordination=read_coordination(folder))
    assert again.matrices.needs[c] != found.matrices.needs[c] and "brings 1.1" in again.provenance.definitions
    reached = 100.0 * (again.place[:, again.staged] <= 1).sum(axis=1) / again.staged.sum()
    j = trials.entries.index(Entry("needs", "C1.2", means="money"))
    np.testing.assert_allclose(trials.single.reached[j, :, 1], reached)
    assert trials.single.reached[j].sum() >= trials.base.reached[0].sum()


def test_entries_turned_round_alone_are_staged_as_the_whole_matrices_are(
    analysis: Analysis, found: Coalitions, trials: Trials, coordination: Coordination
) -> None:
    climb, names = climb_of(analysis, "index"), coalitions_of(PARTIES)
    groups, _ = problem_groups(climb, coordination)
    units = np.tile(np.arange(climb.n), len(names))
    chosen = np.random.default_rng(11).choice(sum(e.matrix != "own" for e in trials.entries), 25, replace=False)
    moved = 0
    for e in [int(x) for x in chosen] + [trials.entries.index(Entry("brings", "B1.1", "authority", "mandate"))]:
        sets = sets_of(turned(found.matrices, trials.entries[e]), found.own, coordination, names=names)
        got = reach(climb, units, sets.reshape(len(units), -1), groups)
        place, solved = at_least_as_parts(
            names, got.place.reshape(7, -1), is_solved(got.shares, coordination).reshape(7, climb.n, -1), found.now, found.solved_now
        )  # fmt: skip
        shares = 100.0 * (place[:, found.staged] <= 1).mean(axis=1)
        np.testing.assert_allclose(trials.single.reached[e, :, 1], shares)
        open_ = found.staged & ~found.solved_now[:, 4]
        np.testing.assert_allclose(trials.single.solved[e, :, 4], 100.0 * solved[:, open_, 4].mean(axis=1))
        moved += int(not np.allclose(shares, trials.base.reached[0, :, 1]))
    assert moved > 2


def test_trials_follow_the_reading_where_means_grow(analysis: Analysis, coordination: Coordination) -> None:
    reading = replace(coordination, means="grown", draws=2, flip=0.0, shift=0.0)
    grown = build_coalitions(analysis, coordination=reading)
    trials = try_coalitions(analysis, grown)
    share = 100.0 * (grown.place[:, grown.staged] <= 1).mean(axis=1)
    np.testing.assert_allclose(trials.base.reached[0, :, 1], share)
    np.testing.assert_allclose(trials.drawn.reached[1, :, 1], share)


def test_conclusions_say_what_the_shares_say(found: Coalitions, trials: Trials) -> None:
    gain = trials.base.reached[0, :, 1] - trials.base.now[1]
    holds = {one.code: trials.holds(one) for one in trials.conclusions}
    assert holds["single_half"] == bool((gain[:3] < gain[6] / 2).all())
    assert holds["pair_less"] == bool((gain[3:6] < gain[6]).all())
    for party, others in (
        ("association", "authority+enterprise"),
        ("enterprise", "authority+association"),
        ("authority", "enterprise+association"),
    ):
        assert holds[f"without_{party}"] == bool(gain[6] - gain[found.names.index(others)] >= 5)
    has = ~found.solved_now[found.staged]
    for p, code in enumerate(found.problems):
        share = found.solved[:3, found.staged, p][:, has[:, p]].mean(axis=1)
        assert holds[f"single_{code}"] == bool((share <= 0.5).all())
    overturned = tabulate_overturning(trials).frame
    counts = tabulate_conclusions(trials).frame.set_index("conclusion")["n_entries"]
    assert overturned["conclusion"].value_counts().to_dict() == {c: n for c, n in counts.items() if n}
    assert entry_words(found, Entry("needs", "C1.2", means="money")).en.endswith("does not take money")
    assert entry_words(found, Entry("decides", "C2.3", "authority")).zh.endswith("主管部门不再有决定权")


def test_other_readings_and_own_means_as_tables(analysis: Analysis, found: Coalitions) -> None:
    frame = tabulate_readings(analysis, found).frame
    assert list(frame["reading"].unique()) == ["", "carries_out", "means", "own_from"] and len(frame) == 28
    own = tabulate_own_means(analysis, found).frame.set_index("means")
    assert list(own["n_have"]) == found.own.sum(axis=0).tolist() and set(own["n_both"]) == {160}


WRONG = {
    "an unknown switch": (
        ('carries_out = "anyway"', 'carries_out = "maybe"'),
        ["`carries_out` has a value that is not known.", "coordination.toml", "maybe", "anyway, member"],
    ),
    "a share past its scale": (("solved_at = 60", "solved_at = 160"), ["out of bounds", "solved_at = 160", "0 to 100"]),
    "a probability past 1": (("flip = 0.05", "flip = 5"), ["out of bounds", "flip = 5", "0 to 1"]),
    "half a draw": (("draws = 200", "draws = 2.5"), ["draws = 2.5", "a whole number from 1"]),
    "no draw": (("draws = 200", "draws = 0"), ["draws = 0", "a whole number from 1"]),
    "an unknown means": (('code = "money"', 'code = "luck"'), ["There is no such means.", "luck", "mandate, money, staff", "own luck"]),
    "a means twice": (('code = "money"', 'code = "data"'), ["data", "Nothing says when", "money"]),
    "a question that is not there": (('"F1.1 >= 2"', '"F9.9 >= 2"'), ["names a question that is not there", "F9.9", "own money"]),
    "a condition that cannot be read": (('"F1.1 >= 2"', '"F1.1 >="'), ["The condition cannot be read: ", "own money"]),
    "no condition": (('digital_archives = "F1.1 >= 2"\n', ""), ["digital_archives", "own money"]),
    "a question that does not tell of it": (('"funds >= 2"', '"receipts >= 2"'), ["does not count as telling", "receipts", "funds"]),
    "another index": (('system = "digital_archives"', 'system = "another"'), ["another", "digital_archives"]),
    "a line moved past certainty": (("shift = 0.5", "shift = 1.5"), ["out of bounds", "shift = 1.5", "0 to 1"]),
    "a moved line on what is not there": (('"F1.1 >= 3"', '"F9.9 >= 3"'), ["digital_archives_stricter", "F9.9", "own money"]),
    "a moved line that is not said in words": (('looser_zh = "放宽：临时安排的钱也算"\nlooser_en = "looser: money given ad hoc is enough"\n', ""), ["not said in words", "looser_zh, looser_en", "own money"]),
    "a moved line in words only": (('digital_archives_looser = "F1.1 >= 1"\ninformatisation_looser = "funds >= 1"\n', ""), ["in words only", "own money", "digital_archives_looser, informatisation_looser"]),
    "a moved line on what does not tell": (('"funds >= 3"', '"receipts >= 3"'), ["does not count as telling", "informatisation_stricter: receipts", "funds"]),
    "a key nobody knows": (("flip = 0.05", "flop = 0.05"), ["flop"]),
}  # fmt: skip


@pytest.mark.parametrize("change", [('evidence = "ours"\n', ""), ('assumption = "A200"', 'assumption = "A999"')])
def test_what_a_file_should_say_of_all_its_entries_is_one_complaint(change: tuple[str, str]) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_coordination(folder_with("coordination", change))
    assert len(caught.value.problems) == 1, str(caught.value)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_reading_is_refused_with_file_entry_and_allowed_values(name: str) -> None:
    change, said = WRONG[name]
    with pytest.raises(DefinitionError) as caught:
        read_coordination(folder_with("coordination", change))
    for words in said:
        assert words in str(caught.value), words


def test_a_wrong_switch_or_survey_is_refused(analysis: Analysis, coordination: Coordination) -> None:
    with pytest.raises(UsageError, match="There is no such reading") as caught:
        read_otherwise(coordination, carries_out="perhaps")
    assert "carries_out = anyway | member" in str(caught.value)
    with pytest.raises(UsageError, match="The matrices speak of another index"):
        build_coalitions(analysis, "questionnaire")
    climb = climb_of(analysis, "index")
    with pytest.raises(UsageError, match="indicators without a row in the matrices") as caught:
        matrices_of(coordination, replace(climb, indicators=("Z9.9", *climb.indicators[1:])))
    assert "Z9.9" in str(caught.value) and "A1.1" in str(caught.value)
    result = result_of(*random_rows(3, 1))
    with pytest.raises(UsageError, match="The efforts speak of none of the indicators"):
        prepare_climb(result, replace(efforts_for(result), efforts=()))
    case = analyse(read_study(ROOT / "cases" / "govtech_maturity" / "study.toml"))
    with pytest.raises(UsageError, match="The study has no survey with the index of the matrices"):
        build_coalitions(case)


def test_the_same_study_gives_the_same_trials(analysis: Analysis, coordination: Coordination, trials: Trials) -> None:
    other = analyse(read_study(ROOT / "study.toml"))
    again = try_coalitions(other, build_coalitions(other))
    np.testing.assert_array_equal(again.drawn.reached, trials.drawn.reached)
    np.testing.assert_array_equal(again.single.solved, trials.single.solved)


def test_the_matrix_to_be_edited_is_the_built_in_one_but_for_the_marked_entry() -> None:
    text = (ROOT / "notebooks" / "my_parties" / "landscape" / "brings.toml").read_text(encoding="utf-8")
    lines = text.splitlines()
    (mark,) = [k for k, line in enumerate(lines) if "entry that differs: here" in line]
    mine = {row["indicator"]: row for row in tomllib.loads(text)["row"]}
    shipped = {
        row["indicator"]: row for row in tomllib.loads((SHIPPED / "brings.toml").read_text(encoding="utf-8"))["row"]
    }
    assert [code for code in shipped if mine[code] != shipped[code]] == ["B1.1"] and '"B1.1"' in lines[mark + 1]
    own = read_coordination(ROOT / "notebooks" / "my_parties")
    assert own.landscape.brings.brings["B1.1"]["authority"] == ("mandate", "money")
    assert "my_brings 1.0" in own.versions and "norms 1.1" not in own.versions


def test_a_study_with_a_folder_of_its_own_is_read_by_it(analysis: Analysis, found: Coalitions) -> None:
    folder = folder_with("coordination", ('carries_out = "anyway"', 'carries_out = "member"'))
    study = replace(analysis.study, own_landscape=read_landscape(folder))
    own = build_coalitions(replace(analysis, study=study))
    assert own.coordination.carries_out == "member" and own.coordination.version.startswith("1.1+")
    assert (own.place[0] == own.now).all() and (found.place[0] != found.now).any()
    assert [path.name for path in study.landscape.own] == ["coordination.toml"]
