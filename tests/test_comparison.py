"""Do groups differ: tables, sentences, charts and the section, on surveys small enough to check by hand."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hmsurvey.analysis.comparison import compared_groups, tabulate_differences, tabulate_pairs
from hmsurvey.analysis.difference_words import pair_words
from hmsurvey.analysis.odds import NO_FINITE, REFERENCE, tabulate_odds
from hmsurvey.errors import DataError, Text, UsageError
from hmsurvey.output.charts_comparison import headline_odds, headline_pairs, plot_odds, plot_pairs
from hmsurvey.output.comparing import tell_differences
from hmsurvey.output.content import content_of
from hmsurvey.provenance import Source, write_card
from hmsurvey.statistics.concordance import tau_b
from hmsurvey.statistics.contingency import independence
from hmsurvey.statistics.many_judges import many_judges_kappa
from hmsurvey.statistics.nonparametric import jonckheere, kruskal
from hmsurvey.study import Analysis, analyse, read_study

ROOT = Path(__file__).resolve().parents[1]

BOOK = """
kind = "codebook"
id = "compared"
version = "1.0"
zh = "问卷"
en = "Questionnaire"
question = [
  { code = "unit", kind = "text", zh = "编号", en = "Id" },
  { code = "city", kind = "one", zh = "城市", en = "City", options = [
    { code = "e", zh = "东市", en = "East" }, { code = "w", zh = "西市", en = "West" }, { code = "s", zh = "南市", en = "South" }, { code = "n", zh = "北市", en = "North" } ] },
  { code = "size", kind = "one", zh = "规模", en = "Size", options = [
    { code = "small", zh = "小", en = "Small" }, { code = "medium", zh = "中", en = "Medium" }, { code = "large", zh = "大", en = "Large" }, { code = "dk", zh = "不清楚", en = "Do not know", kind = "dk" } ] },
  { code = "q", kind = "number", zh = "分", en = "Points", range = [0, 100] },
]
[roles]
id = "unit"
group = "city"
"""
SYSTEM = """
kind = "system"
id = "compared"
version = "1.0"
zh = "指标"
en = "Index"
total = "total"
[policy]
missing = "propagate"
[[node]]
code = "total"
zh = "总分"
en = "Total score"
aggregate = "arithmetic"
[[indicator]]
code = "q"
in = "total"
line = [[0, 0], [100, 100]]
"""
RULE = """
kind = "rule"
id = "compared"
version = "1.0"
zh = "规则"
en = "Rule"
[[stage]]
code = "high"
zh = "高级"
en = "High"
needs = [{ code = "t80", zh = "总分不低于 80", en = "total at least 80", score = "total", min = 80 }]
[[stage]]
code = "middle"
zh = "中级"
en = "Middle"
needs = [{ code = "t50", zh = "总分不低于 50", en = "total at least 50", score = "total", min = 50 }]
[[stage]]
code = "low"
zh = "低级"
en = "Low"
needs = []
"""
Answers = list[tuple[str, str, str]]
# East is low, West high, South between; one enterprise answers from North, one does not say where it is, one gives no points.
MIXED: Answers = [("e", "small", str(v)) for v in (10, 20, 30, 40, 55)]
MIXED += [("w", "large", str(v)) for v in (60, 70, 82, 90, 95)]
MIXED += [("s", "medium", str(v)) for v in (35, 45, 65, 75, 85)]
MIXED += [("n", "dk", "50"), ("", "small", "99"), ("e", "medium", "")]


def study_of(folder: Path, answers: Answers, *, units: str = "enterprises") -> Analysis:
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["unit,city,size,q", *(f"u{k},{city},{size},{q}" for k, (city, size, q) in enumerate(answers))]
    (folder / "answers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_card(folder / "answers.csv", Source("答卷", "synthetic", "测试", "2024-01-21", licence="CC0 1.0"))
    for name, text in (("book", BOOK), ("system", SYSTEM), ("rule", RULE)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    study = f'kind = "study"\nid = "s"\nversion = "1.0"\nzh = "研究"\nen = "Study"\nunits = "{units}"\nk = 2\n'
    study += '[[survey]]\ncode = "c"\nzh = "调查"\nen = "Survey"\nanswers = "answers.csv"\ncodebook = "book.toml"\nsystem = "system.toml"\nrule = "rule.toml"\n'
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return analyse(read_study(folder / "study.toml"))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return study_of(tmp_path_factory.mktemp("mixed"), MIXED)


def test_a_row_of_scores_is_kruskal_wallis_on_those_who_have_city_and_score(mixed: Analysis) -> None:
    table = tabulate_differences(mixed["c"])
    row = table.frame.set_index("outcome").loc["total"]
    samples = [[float(q) for c, _, q in MIXED if c == city and q] for city in "ewsn"]
    expected = stats.kruskal(*samples)
    assert row["statistic"] == pytest.approx(expected.statistic) and row["p"] == pytest.approx(expected.pvalue)
    assert (row["n"], row["n_groups"], row["df"]) == (16, 4, 3)  # not 18: no blank counts
    assert row["value"] == pytest.approx(expected.statistic / 15)
    assert row["ci_low"] <= row["value"] <= row["ci_high"]


def test_the_row_of_stages_is_fishers_test_of_the_counted_table(mixed: Analysis) -> None:
    row = tabulate_differences(mixed["c"], seed=3).frame.set_index("outcome").loc["stage"]
    exact = independence([[4, 1, 0], [0, 2, 3], [2, 2, 1], [0, 1, 0]], method="exact").p
    assert abs(row["p"] - exact) < 4 * np.sqrt(exact * (1 - exact) / 10_000)
    assert row["n"] == 16


def test_small_and_unstated_groups_are_said(mixed: Analysis) -> None:
    notes = " ".join(note.en for note in tabulate_differences(mixed["c"]).notes)
    assert "fewer than 5 answers" in notes and "North" in notes and "East" not in notes
    assert "1 whose group is not stated" in notes


def test_adjusted_p_covers_the_rows(mixed: Analysis) -> None:
    frame = tabulate_differences(mixed["c"]).frame
    low, high = sorted(frame["p"])
    assert sorted(frame["p_holm"]) == pytest.approx([2 * low, max(2 * low, high)])


def test_sentences_follow_the_numbers(tmp_path: Path) -> None:
    apart = study_of(tmp_path / "apart", MIXED[:10])  # H = 6.818, p = 0.009; two rows, and the stage's p is the larger
    told = tabulate_differences(apart["c"]).frame["meaning"].iloc[0]
    assert told.startswith("The cities differ in “Total score” (adjusted p = 0.018): 76% of the spread of ranks")
    same = study_of(tmp_path, [(c, "small", str(q)) for c in "ew" for q in (10, 40, 60, 90)])
    unseen = tabulate_differences(same["c"]).frame["meaning"].iloc[0]
    assert unseen.startswith("These answers do not show that the cities differ") and "no proof" in unseen


def test_sizes_are_a_trend_and_dont_know_is_no_size(mixed: Analysis) -> None:
    frame = tabulate_differences(mixed["c"], by="size", ordered=True).frame.set_index("outcome")
    points = [float(q) for _, s, q in MIXED if q and s != "dk"]
    steps = [("small", "medium", "large").index(s) for _, s, q in MIXED if q and s != "dk"]
    assert frame.loc["total", "value"] == pytest.approx(stats.kendalltau(steps, points).statistic)
    assert frame.loc["total", "n"] == len(points) == 16
    r = np.corrcoef(steps, [int(p >= 50) + int(p >= 80) for p in points])[0, 1]
    assert frame.loc["stage", "value"] == pytest.approx(r)
    assert frame.loc["stage", "statistic"] == pytest.approx(r * np.sqrt(15))


def test_pairs_stand_in_the_codebooks_order_and_mirror(mixed: Analysis) -> None:
    frame = tabulate_pairs(mixed["c"]).frame.set_index(["first", "second"])
    assert list(frame.index) == [("e", "w"), ("e", "s"), ("e", "n"), ("w", "s"), ("w", "n"), ("s", "n")]
    assert frame.loc[("e", "w"), "delta"] == -1 and frame.loc[("e", "w"), "z"] < 0
    assert frame.loc[("e", "s"), "delta"] == pytest.approx(-19 / 25)  # 3 of 25 pairs go the other way
    assert np.isnan(frame.loc[("s", "n"), "ci_low"]) and "single value" in frame.loc[("s", "n"), "meaning"]
    assert (frame["p_holm"] >= frame["p"]).all()


def test_words_of_a_pair_name_both_and_give_effect_interval_and_adjusted_p() -> None:
    words = pair_words(Text("甲", "A"), Text("乙", "B"), -0.5, p=0.2, ends=(-0.8, 0.1))
    # delta -0.5 is 75 % for B; its ends turn round: 0.1 is 45 %, -0.8 is 90 %
    assert (
        words.en
        == "An enterprise of B would lie above one of A in 75% of cases (95% interval 45% to 90%; adjusted p = 0.200), which does not tell the two apart."
    )
    assert (
        words.zh
        == "乙和甲的企业各取一家比较，乙那家较高的机会为 75%（95% 区间 45% 至 90%；校正 p = 0.200）：还分不出高低。"
    )
    assert "as often" in pair_words(Text("甲", "A"), Text("乙", "B"), 0.0, p=1.0).en
    assert "nan" not in pair_words(Text("甲", "A"), Text("乙", "B"), 1.0, p=0.01).en


def test_chance_alone_gives_epsilon_squared_a_value_that_is_said(mixed: Analysis) -> None:
    table = tabulate_differences(mixed["c"])
    row = table.frame.set_index("outcome").loc["total"]
    by_chance = f"{row['df'] / (row['n'] - 1):.3f}"
    assert any(by_chance in note.en and "chance alone" in note.en for note in table.notes)
    assert any(by_chance in note.zh for note in table.notes)


def test_odds_of_two_groups_and_two_stages_by_hand(tmp_path: Path) -> None:
    answers = (
        [("e", "small", "90")] * 3
        + [("e", "small", "10")] * 9
        + [("w", "small", "90")] * 4
        + [("w", "small", "10")] * 4
    )
    table = tabulate_odds(study_of(tmp_path, answers)["c"])
    row = table.frame.set_index("group")
    assert row.loc["0:e", "note"] == REFERENCE.en
    assert row.loc["0:w", "odds_ratio"] == pytest.approx((4 / 4) / (3 / 9))
    error = np.sqrt(1 / 3 + 1 / 9 + 1 / 4 + 1 / 4)
    assert row.loc["0:w", "ci_high"] == pytest.approx(3 * np.exp(1.959963984540054 * error))


def test_separation_is_said_and_never_a_large_number(tmp_path: Path) -> None:
    answers = [("e", "small", str(q)) for q in (10, 10, 60, 60, 90, 90)] + [("w", "small", "10")] * 4
    table = tabulate_odds(study_of(tmp_path, answers)["c"])
    west = table.frame.set_index("group").loc["0:w"]
    assert west["note"] == NO_FINITE.en and np.isnan(west["odds_ratio"]) and np.isnan(west["p"])
    assert np.nanmax(table.frame["odds_ratio"]) < 100
    assert "no finite odds ratio" in headline_odds(table, "en")


def test_two_questions_are_told_one_by_one(mixed: Analysis, tmp_path: Path) -> None:
    answers = [
        (c, s, str(q)) for k, c in enumerate("ew") for s in ("small", "large") for q in range(10 + 9 * k, 99, 17)
    ]
    table = tabulate_odds(study_of(tmp_path, answers)["c"], by=("city", "size"))
    assert list(table.frame["question"]) == ["0", "0", "1", "1"]
    assert "“Size” goes with the stage, the others held" in table.notes[1].en


def test_a_group_told_apart_alone_is_not_built_on() -> None:
    # size as a whole: 7.82 with 3 degrees of freedom, p = 0.05, doubled over two questions; the large by themselves: p = 0.0156, trebled over three
    table = tabulate_odds(analyse(read_study(ROOT / "study.toml"))["questionnaire"], by=("city", "size"))
    city, size = table.notes[:2]
    assert table.frame.set_index("group").loc["1:large", "p_holm"] < 0.05 and "adjusted p = 0.100" in size.en
    assert size.en.endswith(
        "One by one, Large is told apart from the group compared with; as the whole is not, nothing should be built on that."
    )
    assert size.zh.endswith("单看各组，“大型”与对照组分得出；整体既看不出，不宜据此下结论。")
    assert "One by one" not in city.en and "单看各组" not in city.zh


def test_a_model_with_few_enterprises_or_separation_claims_nothing(tmp_path: Path) -> None:
    # all of the west are at the lowest stage: the likelihood ratio is large, and no odds ratio is finite
    apart = [("e", "small", str(q)) for q in (10, 60, 60, 90, 90, 90, 90, 90)] + [("w", "small", "10")] * 8
    said = tabulate_odds(study_of(tmp_path / "apart", apart)["c"]).notes[0]
    assert "p < 0.001" in said.en or "p = 0.0" in said.en
    assert said.en.startswith("“City” seems to go") and "no finite odds ratio" in said.en and "不可当真" in said.zh
    # three coefficients on eighteen enterprises
    few = [(c, "small", str(q)) for c, qs in (("e", (90, 90, 90, 90, 60)), ("w", (10, 10, 10, 10, 60)), ("s", (10, 10, 60, 90)), ("n", (10, 60, 90, 60))) for q in qs]  # fmt: skip
    said = tabulate_odds(study_of(tmp_path / "few", few)["c"]).notes[0]
    assert "18 enterprises are few for 3 coefficients" in said.en and "goes with the stage" not in said.en
    # the same shares in ten times as many are enough
    many = tabulate_odds(study_of(tmp_path / "many", few * 10)["c"]).notes[0]
    assert "as a whole goes with the stage" in many.en and "few for" not in many.en


def test_questions_of_one_model_are_adjusted_for_each_other(tmp_path: Path) -> None:
    # one small enterprise of each city is low, one large one is high: by itself each question has its own p, together they are two tests
    answers = [(c, s, str(q)) for c in "ew" for s, q in (("small", 10), ("small", 20), ("small", 60), ("large", 30), ("large", 70), ("large", 90))]  # fmt: skip
    table = tabulate_odds(study_of(tmp_path, answers)["c"], by=("city", "size"))
    row = table.frame.set_index("group").loc["1:large"]
    for note in table.notes[:2]:
        assert re.search(r"likelihood ratio chi-square [\d.]+, df 1, adjusted p [=<]", note.en), note.en
        assert "odds ratio with 95% interval" in note.en and "校正 p" in note.zh
    assert f"{row['odds_ratio']:.2f} ({row['ci_low']:.2f}–{row['ci_high']:.2f})" in table.notes[1].en
    alone = re.search(r"chi-square ([\d.]+)", table.notes[1].en)
    stated = re.search(r"adjusted p = ([\d.]+)", table.notes[1].en)
    assert alone and stated
    # Holm over two: the smaller p doubles
    assert float(stated[1]) == pytest.approx(2 * stats.chi2.sf(float(alone[1]), 1), abs=0.02)
    (single, *_) = tabulate_odds(study_of(tmp_path, answers)["c"]).notes
    assert "adjusted" not in single.en and " p = " in single.en


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([("e", "small", "10"), ("e", "small", "20")], "Only one group"),
        ([("", "small", "10"), ("", "small", "20")], "Only one group"),
    ],
)
def test_one_group_is_nothing_to_compare(tmp_path: Path, answers: Answers, words: str) -> None:
    result = study_of(tmp_path, answers)["c"]
    for verb in (tabulate_differences, tabulate_pairs, tabulate_odds):
        with pytest.raises(DataError, match=words):
            verb(result)


def test_an_outcome_without_differences_says_why(tmp_path: Path) -> None:
    same = study_of(tmp_path, [(c, "small", "10") for c in "eeww"])
    frame = tabulate_differences(same["c"]).frame
    assert frame["p"].isna().all() and frame["meaning"].str.contains("cannot be tested: ").all()
    assert tell_differences(content_of(same)) is not None
    with pytest.raises(DataError, match="same outcome"):
        tabulate_odds(same["c"])


def test_an_unknown_question_is_refused(mixed: Analysis) -> None:
    with pytest.raises(UsageError, match="single answer"):
        compared_groups(mixed["c"], "q")
    with pytest.raises(UsageError, match="no such score"):
        tabulate_pairs(mixed["c"], node="x")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_charts_draw_what_the_tables_say(mixed: Analysis, lang: str) -> None:
    pairs = tabulate_pairs(mixed["c"])
    figure = plot_pairs(pairs, lang=lang)
    drawn = [t.get_text() for axes in figure.axes for t in axes.texts if t.get_gid() == "chance"]
    assert len(drawn) == 12 and {"0", "100", "88", "12"} <= set(drawn)
    framed = [p for axes in figure.axes for p in axes.patches if p.get_gid() == "told apart"]
    assert len(framed) == 2 * int((pairs.frame["p_holm"] < 0.05).sum())
    odds = tabulate_odds(mixed["c"])
    lines = [line for axes in plot_odds(odds, lang=lang).axes for line in axes.lines if line.get_gid() == "interval"]
    assert len(lines) == int(odds.frame["ci_low"].notna().sum())
    assert headline_pairs(pairs, lang) != headline_pairs(tabulate_pairs(mixed["c"], by="size"), lang)


def test_the_section_leads_with_a_sentence(mixed: Analysis, tmp_path: Path) -> None:
    section = tell_differences(content_of(mixed))
    assert section is not None and section.figures[0] == "differences_c_most"
    assert any("pairs_c_total" in figure for figure in section.figures)
    assert "Of 2 comparisons" in section.paragraphs[1].en
    assert tell_differences(content_of(study_of(tmp_path, MIXED[:3]))) is None  # one city
    assert tell_differences(content_of(study_of(tmp_path / "public", MIXED, units="public"))) is None


scores = st.lists(st.integers(0, 12), min_size=6, max_size=24)


@given(scores, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_ranks_mind_neither_scale_nor_order(values: list[int], chance: object) -> None:
    if len(set(values)) < 2:
        return
    groups = [("a", "b", "c")[k % 3] for k in range(len(values))]
    first = kruskal(values, groups)
    assert 0 <= first.p <= 1 and 0 <= first.low <= first.epsilon_squared <= first.high <= 1 + 1e-12
    assert kruskal(np.exp(values), groups).statistic == pytest.approx(first.statistic)
    order = list(range(len(values)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    mixed_up = kruskal([values[k] for k in order], [groups[k] for k in order])
    assert mixed_up.statistic == pytest.approx(first.statistic)
    rising = jonckheere(values, groups, order=("a", "b", "c"))
    falling = jonckheere(values, groups, order=("c", "b", "a"))
    assert (rising.z, rising.tau) == (pytest.approx(-falling.z), pytest.approx(-falling.tau))


@given(st.lists(st.integers(0, 9), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_interval_holds_the_effect(cells: list[int]) -> None:
    table = np.array(cells).reshape(2, 3)
    if (table.sum(axis=1) == 0).any() or (table.sum(axis=0) == 0).any():
        return
    found = independence(table)
    assert 0 <= found.low <= found.v + 1e-12 and found.v <= found.high + 1e-12 and found.high <= 1
    assert found.corrected_low <= found.v_corrected <= found.corrected_high <= 1


def test_tau_as_scipy_gives_it_and_its_interval() -> None:
    x, y = [1, 1, 2, 2, 3, 3, 4, 4], [2, 1, 2, 4, 3, 3, 5, 1]
    value, low, high = tau_b(x, y)
    assert value == pytest.approx(stats.kendalltau(x, y).statistic) and low < value < high
    with pytest.raises(DataError, match="constant"):
        tau_b([1, 1, 1], [1, 2, 3])


# Fourteen judges, ten units, five categories: the example of Fleiss' kappa in many textbooks, 0.210.
JUDGED = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip


def test_many_judges() -> None:
    ratings = [[k for k, n in enumerate(row) for _ in range(n)] for row in JUDGED]
    fleiss = many_judges_kappa(ratings)
    assert round(fleiss.value, 3) == 0.210 and fleiss.low < fleiss.value < fleiss.high and fleiss.p < 0.001
    two = [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]  # 3 of 5 alike; by chance 0.6 x 0.6 + 0.4 x 0.4
    assert many_judges_kappa(two, method="conger").value == pytest.approx((0.6 - 0.52) / 0.48)
    with pytest.raises(DataError, match="two categories"):
        many_judges_kappa([[1, 1], [1, 1]])
