"""Do groups of enterprises (cities, industries, sizes) differ in scores and stages, by how much, and which of them?

Every row brings statistic, effect with interval, p and adjusted p, n and a sentence. Which tests make one family is assumption A120; small groups stay in and are named (A121).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.difference_words import (
    MEANINGS,
    NOT_TESTED,
    TESTS,
    pair_words,
    sentence_of,
    subject_of,
    trend_sentence,
)
from hmsurvey.analysis.populations import populations_of
from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import UNKNOWN, group_labels, group_order, groups_of
from hmsurvey.errors import NOTHING, DataError, Problem, Text, UsageError
from hmsurvey.provenance import Provenance
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.contingency import independence, linear_by_linear
from hmsurvey.statistics.nonparametric import adjust, dunn, jonckheere, kruskal
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

SMALL_GROUP = 5
STAGE = "stage"
P = Column("p", Text("p 值", "p"), "number", decimals=4)
P_HOLM = Column("p_holm", Text("校正 p（Holm）", "p adjusted (Holm)"), "number", decimals=4)
LOW, HIGH = Text("95% 区间下限", "95% interval from"), Text("上限", "to")
FAMILY = Text(
    "Holm 校正的范围是本表的各行；城市两两比较以同一得分的全部两两比较为一族（假定 A120）。",
    "Holm's adjustment is over the rows of this table; pairs are adjusted over all pairs of one score (assumption A120).",
)
AS_SAMPLE = Text(
    "检验把答卷企业看作随机抽取的一部分（假定 A100）；p 值大只说明看不出差别，不证明没有差别。区间各行单独成立，未作多重校正。",
    "The tests take those who answered to be like a random sample (assumption A100); a large p means that no difference shows, not that there is none. Each interval holds by itself and is not adjusted for their number.",
)


def compared_groups(result: SurveyResult, by: str = "") -> tuple[pd.Series, list[str], dict[str, Text], Text]:
    """Return every unit's group (None where it is not stated), the groups that have units, their labels, and what the groups are called.

    Raises
    ------
    UsageError
        The survey has no group question, or the question is not one with a single answer.
    """
    book = result.survey.codebook
    code = by or book.group_question
    known = [q.code for q in book.questions if q.kind == "one"]
    if not code or (code != book.group_question and code not in known):
        raise UsageError(
            Problem(
                Text("只能按单选题分组。", "Groups come from a question with a single answer."),
                where=result.plan.code,
                found=code or '""',
                expected=Text("、".join(known), ", ".join(known)),
            )
        )
    question = book.question(code)
    if code == book.group_question:
        groups = groups_of(result.survey).astype(object)
        order = [c for c in group_order(result.survey) if c != UNKNOWN]
        return groups.where(groups != UNKNOWN, None), order, group_labels(book), question.name
    options = [o.code if o.kind in ("answer", "other", "none") else None for o in question.options]
    codes = np.array([*options, None], dtype=object)[result.survey.answers.values[code]]
    groups = pd.Series(codes, index=pd.Index(result.survey.answers.units, name="unit", dtype=object), dtype=object)
    order = [str(c) for c in options if c is not None and (codes == c).any()]
    return groups, order, {o.code: o.label for o in question.options}, question.name


def outcomes_of(result: SurveyResult) -> dict[str, Text]:
    """Return what may be compared: the total, the scores right below it, the stage."""
    found: dict[str, Text] = {}
    if result.scores is not None:
        system = result.scores.system
        top, codes = system.node(system.total), {node.code for node in system.nodes}
        found = {code: system.node(code).label for code in (top.code, *top.children) if code in codes}
    if result.stages is not None:
        found[STAGE] = Text("阶段", "Stage")
    return found


def _need_two(order: list[str], result: SurveyResult) -> None:
    if len(order) < 2:
        raise DataError(
            Problem(
                Text("只有一组有答卷，无从比较。", "Only one group has answers: there is nothing to compare."),
                where=result.plan.code,
                found=", ".join(order) or "0",
                expected=Text("至少两组", "at least two groups"),
            )
        )


def tabulate_differences(
    source: Analysis | SurveyResult, survey: str = "", *, by: str = "", ordered: bool = False, seed: int | None = None
) -> Table:
    """Test whether groups differ in the total, in every area and in the stage.

    Parameters
    ----------
    source
        A study carried out, or one survey of it, scored or staged.
    survey
        Which survey of the study.
    by
        The question that makes the groups; the group question (city) by default.
    ordered
        Whether its options are steps (such as sizes): then trends are tested instead of any difference.
    seed
        Of the Monte-Carlo test; the study's own by default, 1 for a survey alone.

    Returns
    -------
    Table
        One row an outcome. Without order: Kruskal-Wallis with epsilon squared for scores, Fisher's test by 10,000 random tables with the corrected Cramer's V for the stage. With order:
        Jonckheere-Terpstra with Kendall's tau-b, linear-by-linear with r. An outcome that cannot be tested has no numbers, and its sentence says why.

    Raises
    ------
    UsageError
        No such question or survey.
    DataError
        Fewer than two groups have units.
    """
    result = populations_of(source, survey).result
    if seed is None:
        seed = source.study.seed if isinstance(source, Analysis) else 1
    groups, order, labels, name = compared_groups(result, by)
    _need_two(order, result)
    rows: list[dict[str, object]] = []
    outcomes = outcomes_of(result)
    for code in outcomes:
        try:
            if code == STAGE:
                rows.append(_stage_row(result, groups, order, ordered=ordered, seed=seed))
            else:
                rows.append(_score_row(result, code, groups, order, ordered=ordered))
        except DataError as error:
            rows.append({"outcome": code, "why": error.problems[0].what})
    frame = pd.DataFrame(rows).reindex(columns=["outcome", "test", "statistic", "df", "p", "p_holm", "effect", "value", "ci_low", "ci_high", "n", "n_groups", "why"])  # fmt: skip
    numbers = ["statistic", "df", "p", "value", "ci_low", "ci_high", "n", "n_groups"]
    frame[numbers] = frame[numbers].astype(float)
    frame["p_holm"] = adjust(frame["p"].to_numpy(), method="holm")
    words = [
        trend_sentence(row, name, outcomes[row["outcome"]]) if ordered else sentence_of(row, name, outcomes[row["outcome"]])
        for row in frame.to_dict("records")
    ]  # fmt: skip
    frame["meaning"] = [w.en for w in words]
    frame["test"] = frame["test"].where(frame["test"].notna(), "")
    frame["effect"] = frame["effect"].where(frame["effect"].notna(), "")
    small = [labels[c] if c in labels else Text(c, c) for c in order if (groups == c).sum() < SMALL_GROUP]
    notes = (FAMILY, AS_SAMPLE, _by_chance(frame), _simulated(frame), _small(small), _left_out(groups))
    columns = (
        Column("outcome", Text("比较什么", "What is compared"), "code", labels=outcomes),
        Column("test", Text("检验", "Test"), "code", labels=TESTS | {"": NOT_TESTED}),
        Column("statistic", Text("统计量", "Statistic"), "number", decimals=2),
        Column("df", Text("自由度", "df"), "count"),
        P,
        P_HOLM,
        Column("effect", Text("效应量", "Effect"), "code", labels=MEANINGS | {"": Text("–", "–")}),
        Column("value", Text("效应值", "Its value"), "number", decimals=3),
        Column("ci_low", LOW, "number", decimals=3),
        Column("ci_high", HIGH, "number", decimals=3),
        Column("n", Text("企业数", "n"), "count"),
        Column("n_groups", Text("组数", "Groups"), "count"),
        Column("meaning", Text("说明", "What it says"), "code", labels={w.en: w for w in words}),
    )
    title = Text(
        f"按{by_words(name).zh}比较得分与阶段：{result.plan.label.zh}",
        f"Scores and stages compared by {by_words(name).en}: {result.plan.label.en}",
    )
    code = f"differences_{result.plan.code}" + (f"_{by}" if by else "")
    return Table(frame.drop(columns="why"), _provenance(result), code, title, columns, tuple(n for n in notes if n != NOTHING))  # fmt: skip


def _by_chance(frame: pd.DataFrame) -> Text:
    """Say what epsilon squared comes to where groups do not differ at all: its mean is then df / (n - 1)."""
    known = frame[(frame["effect"] == "epsilon") & frame["value"].notna()]
    if not len(known):
        return NOTHING
    usual = known["df"] / (known["n"] - 1)
    low, high = f"{usual.min():.3f}", f"{usual.max():.3f}"
    span = Text(low, low) if low == high else Text(f"{low}—{high}", f"{low} to {high}")
    return Text(
        f"各组毫无差别时，ε² 单凭偶然也平均为 {span.zh}，应与它对照着看。",
        f"Where groups do not differ at all, chance alone makes epsilon squared {span.en} on average: read it against that.",
    )


def _provenance(result: SurveyResult) -> Provenance:
    return result.stages.provenance if result.stages is not None else need_scores(result).provenance


def by_words(name: Text) -> Text:
    """Return what groups are made by, as a title has it: "城市", "city"; else the question."""
    if subject_of(name).en == "cities":
        return Text("城市", "city")
    return Text(f"“{name.zh}”", f"“{name.en}”" if name.en.endswith("?") else name.en[:1].lower() + name.en[1:])


def _score_row(
    result: SurveyResult, code: str, groups: pd.Series, order: list[str], *, ordered: bool
) -> dict[str, object]:
    values = need_scores(result).values[code].to_numpy(dtype=float)
    known = groups.notna().to_numpy()
    values, mine = values[known], list(groups[known])
    if ordered:
        trend = jonckheere(values, mine, order=order)
        row = {"test": "jonckheere", "statistic": trend.z, "p": trend.p, "effect": "tau", "value": trend.tau}
        ends = (trend.low, trend.high)
        filled = len({g for g, v in zip(mine, values, strict=True) if not np.isnan(v)})
        return {"outcome": code, **row, "ci_low": ends[0], "ci_high": ends[1], "n": trend.n, "n_groups": filled}
    found = kruskal(values, mine)
    return {
        "outcome": code,
        "test": "kruskal",
        "statistic": found.statistic,
        "df": found.df,
        "p": found.p,
        "effect": "epsilon",
        "value": found.epsilon_squared,
        "ci_low": found.low,
        "ci_high": found.high,
        "n": found.n,
        "n_groups": found.n_groups,
    }


def stage_counts_by(result: SurveyResult, groups: pd.Series, order: list[str]) -> np.ndarray:
    """Return counts of groups down and stages across, the lowest stage first; the unstaged are left out."""
    stages = need_stages(result)
    codes = [code for code in reversed(stages.rule.codes) if code != UNSTAGED]
    return pd.crosstab(groups, stages.stage.astype(object)).reindex(index=order, columns=codes, fill_value=0).to_numpy()


def _stage_row(
    result: SurveyResult, groups: pd.Series, order: list[str], *, ordered: bool, seed: int
) -> dict[str, object]:
    counts = stage_counts_by(result, groups, order)
    filled = int((counts.sum(axis=1) > 0).sum())
    if ordered:
        trend = linear_by_linear(counts)
        return {"outcome": STAGE, "test": "mantel", "statistic": trend.z, "p": trend.p, "effect": "r", "value": trend.r, "ci_low": trend.low, "ci_high": trend.high, "n": trend.n, "n_groups": filled}  # fmt: skip
    found = independence(counts, method="monte_carlo", seed=seed)
    return {"outcome": STAGE, "test": "fisher", "statistic": found.statistic, "df": found.df, "p": found.p, "effect": "v", "value": found.v_corrected, "ci_low": found.corrected_low, "ci_high": found.corrected_high, "n": found.n, "n_groups": filled}  # fmt: skip


def _simulated(frame: pd.DataFrame) -> Text:
    if not (frame["test"] == "fisher").any():
        return NOTHING
    return Text(
        "阶段一行的统计量是皮尔逊卡方，Fisher 检验的 p 值由 10 000 张边际相同的随机表估计（蒙特卡罗）；阶段未定的企业不计。",
        "In the row of stages the statistic is Pearson's chi-square; p is that of Fisher's exact test, from 10,000 random tables with the same margins. The unstaged are left out.",
    )


def _small(names: list[Text]) -> Text:
    if not names:
        return NOTHING
    zh, en = "、".join(n.of("zh") for n in names), ", ".join(n.of("en") for n in names)
    return Text(
        f"答卷不足 {SMALL_GROUP} 份的组仍在总体检验之内，但对它们本身说不出什么（假定 A121）：{zh}。",
        f"Groups with fewer than {SMALL_GROUP} answers stay in the tests of all groups, but little can be said of them by themselves (assumption A121): {en}.",
    )


def _left_out(groups: pd.Series) -> Text:
    n = int(groups.isna().sum())
    if not n:
        return NOTHING
    return Text(f"{n} 家没有注明组别或答“不清楚”，不计。", f"{n} whose group is not stated or not known are left out.")


def tabulate_pairs(result: SurveyResult, *, node: str = "", by: str = "") -> Table:
    """Compare every two groups on one score by Dunn's test, with Cliff's delta and how often the one would lie above the other.

    Parameters
    ----------
    result
        A survey with scores.
    node
        Which score; the total without it.
    by
        The question that makes the groups; the group question (city) by default.

    Returns
    -------
    Table
        One row a pair: `z`, `p`, `p_holm` (over all pairs), `delta` with its interval, `n_first`, `n_second`, and a sentence.

    Raises
    ------
    UsageError
        There is no such score or question.
    DataError
        Fewer than two groups have a score, or all scores are the same.
    """
    groups, order, labels, name = compared_groups(result, by)
    _need_two(order, result)
    scores = need_scores(result)
    code = node or scores.system.total
    if code not in scores.values:
        known = [str(c) for c in scores.values]
        raise UsageError(Problem(Text("没有这个得分。", "There is no such score."), found=code, expected=Text("、".join(known), ", ".join(known))))  # fmt: skip
    label = scores.system.node(code).label
    known_group = groups.notna().to_numpy()
    pairs = dunn(scores.values[code].to_numpy(dtype=float)[known_group], list(groups[known_group]))
    place = {group: i for i, group in enumerate(labels)}
    rows, words = [], []
    for pair in pairs:
        turned = place.get(pair.first, -1) > place.get(pair.second, -1)
        first, second = (pair.second, pair.first) if turned else (pair.first, pair.second)
        sign = -1.0 if turned else 1.0
        ends = (-pair.high, -pair.low) if turned else (pair.low, pair.high)
        sizes = (pair.n_second, pair.n_first) if turned else (pair.n_first, pair.n_second)
        rows.append([first, second, *sizes, sign * pair.z, pair.p, pair.p_adjusted, sign * pair.delta, *ends])
        told = [labels.get(g, Text(g, g)) for g in (first, second)]
        words.append(pair_words(told[0], told[1], sign * pair.delta, p=pair.p_adjusted, ends=ends, note=pair.note))
    frame = pd.DataFrame(rows, columns=["first", "second", "n_first", "n_second", "z", "p", "p_holm", "delta", "ci_low", "ci_high"])  # fmt: skip
    frame["meaning"] = [w.en for w in words]
    sequence = np.lexsort((frame["second"].map(place), frame["first"].map(place)))
    columns = (
        Column("first", Text("前者", "First"), "code", labels=labels),
        Column("second", Text("后者", "Second"), "code", labels=labels),
        Column("n_first", Text("前者企业数", "n of the first"), "count"),
        Column("n_second", Text("后者企业数", "n of the second"), "count"),
        Column("z", Text("Dunn 检验 z 值", "z (Dunn)"), "number", decimals=2),
        P,
        P_HOLM,
        Column("delta", Text("Cliff δ 值", "Cliff's delta"), "number", Text("前者高于后者的机会减去低于的机会", "chance that the first lies above the second, less that it lies below"), decimals=2),
        Column("ci_low", LOW, "number", decimals=2),
        Column("ci_high", HIGH, "number", decimals=2),
        Column("meaning", Text("说明", "What it says"), "code", labels={w.en: w for w in words}),
    )  # fmt: skip
    title = Text(
        f"“{label.of('zh')}”按{by_words(name).zh}两两比较：{result.plan.label.zh}",
        f"{label.of('en')}, pairs by {by_words(name).en}: {result.plan.label.en}",
    )
    suffix = f"_{by}" if by else ""
    return Table(frame.iloc[sequence].reset_index(drop=True), scores.provenance, f"pairs_{result.plan.code}_{code}{suffix}", title, columns, (FAMILY, AS_SAMPLE))  # fmt: skip
