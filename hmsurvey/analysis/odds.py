"""Does a city still differ in its stages once size or industry is taken into account: a proportional-odds model, told in odds ratios.

An odds ratio above 1 means higher stages than the group compared with. Where a group's stages know no exception there is no finite odds ratio; that is said, never printed as a large
number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from hmsurvey.analysis.comparison import HIGH, LOW, P_HOLM, P, compared_groups
from hmsurvey.analysis.difference_words import LEVEL, decimal_words, p_words
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.errors import NOTHING, DataError, Problem, Text
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.adjustment import adjust
from hmsurvey.statistics.ordinal import OrdinalFit, check_proportional_odds, fit_ordinal
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

REFERENCE = Text("对照", "compared with")
NO_FINITE = Text(
    "该组的阶段无一例外，比值比没有有限的值，不列。",
    "The group's stages know no exception: its odds ratio has no finite value and is not given.",
)
NOT_TOLD_APART = Text("与其他组分不开，不估计。", "Cannot be told from other groups and is not estimated.")
_PER_COEFFICIENT = 10  # a usual rule of thumb; below it the approximation of the likelihood ratio is poor
_KINDS = {REFERENCE.en: REFERENCE, NO_FINITE.en: NO_FINITE, NOT_TOLD_APART.en: NOT_TOLD_APART, "": Text("", "")}


def tabulate_odds(result: SurveyResult, *, by: Sequence[str] = ()) -> Table:
    """Fit the stage on groups by proportional odds, several questions at once.

    Parameters
    ----------
    result
        A survey with stages.
    by
        The questions that make groups; the group question (city) by default. The largest group of each is the one compared with (assumption A122).

    Returns
    -------
    Table
        One row a group of each question: `n`, `odds_ratio` with its interval, `z`, `p`, `p_holm` (over the groups of one question) and a note. The notes under it say whether each
        question matters as a whole (likelihood ratio), whether the odds are proportional (Brant), and who was left out.

    Raises
    ------
    UsageError
        No such question.
    DataError
        All stages are the same, one group only, or a question that the others already answer.
    """
    stages = need_stages(result)
    codes = [code for code in reversed(stages.rule.codes) if code != UNSTAGED]
    place = stages.stage.astype(object).map({code: i for i, code in enumerate(codes)}).to_numpy(dtype=float)
    asked = [compared_groups(result, code) for code in (by or ("",))]
    usable = ~np.isnan(place)
    for groups, *_ in asked:
        usable &= groups.notna().to_numpy()
    rows: list[dict[str, object]] = []
    columns, owner = [], []
    for k, (groups, order, _, name) in enumerate(asked):
        mine = groups.to_numpy()[usable]
        counts = {code: int((mine == code).sum()) for code in order}
        filled = [code for code in order if counts[code]]
        if len(filled) < 2:
            raise DataError(
                Problem(
                    Text("只有一组有阶段，无从比较。", "Only one group has stages: there is nothing to compare."),
                    where=name.en,
                    found=", ".join(filled) or "0",
                    expected=Text("至少两组", "at least two groups"),
                )
            )
        reference = max(filled, key=lambda code: counts[code])
        for code in filled:
            rows.append({"question": str(k), "group": f"{k}:{code}", "n": counts[code], "reference": code == reference})
            if code != reference:
                columns.append((mine == code).astype(float))
                owner.append(len(rows) - 1)
    outcome = place[usable]
    x = np.array(columns).T
    names = [str(rows[i]["group"]) for i in owner]
    fit = fit_ordinal(outcome, x, names=names)
    frame = _frame(rows, owner, fit)
    notes = [*_whole(asked, outcome, x, frame=frame, owner=owner, fit=fit), _brant(outcome, x, len(codes))]
    notes += [_who(int((~usable).sum())), _HOW]
    labels = {f"{k}:{code}": label for k, (_, _, known, _) in enumerate(asked) for code, label in known.items()}
    titles = {str(k): name for k, (_, _, _, name) in enumerate(asked)}
    plan = result.plan
    title = Text(f"阶段较高的比值比：{plan.label.zh}", f"Odds ratios of a higher stage: {plan.label.en}")
    described = (
        Column("question", Text("分组", "Groups by"), "code", labels=titles),
        Column("group", Text("组", "Group"), "code", labels=labels),
        Column("n", Text("企业数", "n"), "count"),
        Column("odds_ratio", Text("比值比", "Odds ratio"), "number", decimals=2),
        Column("ci_low", LOW, "number", decimals=2),
        Column("ci_high", HIGH, "number", decimals=2),
        Column("z", Text("z 值", "z"), "number", decimals=2),
        P,
        P_HOLM,
        Column("note", Text("说明", "Note"), "code", labels={k: v for k, v in _KINDS.items() if k in set(frame["note"])}),
    )  # fmt: skip
    code = f"odds_{plan.code}" + "".join(f"_{one}" for one in by)
    return Table(frame, stages.provenance, code, title, described, tuple(n for n in notes if n != NOTHING))


_HOW = Text(
    "比例优势模型（累积 logit）；系数为正表示阶段较高，比值比大于 1 即阶段偏高。每题以企业最多的组为对照（假定 A122）。",
    "Proportional-odds model (cumulative logit); a positive coefficient means a higher stage, so an odds ratio above 1 does too. Each question's largest group is the one compared with (assumption A122).",
)


def _frame(rows: list[dict[str, object]], owner: list[int], fit: OrdinalFit) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for column in ("odds_ratio", "ci_low", "ci_high", "z", "p", "p_holm"):
        frame[column] = np.nan
    frame["note"] = ""
    finite = np.isfinite(fit.coefficients)
    for i, row in enumerate(owner):
        if finite[i]:
            frame.loc[row, ["odds_ratio", "ci_low", "ci_high"]] = np.exp([fit.coefficients[i], fit.low[i], fit.high[i]])
            frame.loc[row, ["z", "p"]] = [fit.z[i], fit.p[i]]
        else:
            frame.loc[row, "note"] = (NO_FINITE if np.isinf(fit.coefficients[i]) else NOT_TOLD_APART).en
    for question in frame["question"].unique():
        mine = frame["question"] == question
        frame.loc[mine, "p_holm"] = adjust(frame.loc[mine, "p"].to_numpy(), method="holm")
    frame.loc[frame["reference"], "odds_ratio"] = 1.0
    frame.loc[frame["reference"], "note"] = REFERENCE.en
    return frame.drop(columns="reference")


def _whole(
    asked: list[tuple[pd.Series, list[str], dict[str, Text], Text]],
    outcome: np.ndarray,
    x: np.ndarray,
    *,
    frame: pd.DataFrame,
    owner: list[int],
    fit: OrdinalFit,
) -> list[Text]:
    """Return a sentence a question: does it matter as a whole, the other questions held, and between which odds ratios; p adjusted over the questions (Holm)."""
    questions = frame["question"].to_numpy()[owner]
    tests = []
    for k in range(len(asked)):
        mine = questions == str(k)
        less = fit.null_log_likelihood if mine.all() else fit_ordinal(outcome, x[:, ~mine]).log_likelihood
        statistic, df = max(0.0, 2 * (fit.log_likelihood - less)), int(mine.sum())
        tests.append((statistic, df, float(stats.chi2.sf(statistic, df))))
    adjusted = adjust([p for *_, p in tests], method="holm")
    others = Text("其他分组不变时，", ", the others held") if len(asked) > 1 else NOTHING
    found = []
    for k, ((_, _, _, name), (statistic, df, _), p) in enumerate(zip(asked, tests, adjusted, strict=True)):
        size = _sizes(frame[(frame["question"] == str(k)) & frame["ci_low"].notna()])
        called, thin = p_words(float(p)), _thin(fit)
        word = Text("校正 p", "adjusted p") if len(asked) > 1 else Text("p", "p")
        zh = f"似然比卡方 {decimal_words(statistic)}，自由度 {df}，{word.zh} {called}，n = {fit.n:.0f}{size.zh}"
        en = f"likelihood ratio chi-square {decimal_words(statistic)}, df {df}, {word.en} {called}, n = {fit.n:.0f}{size.en}"
        if p < LEVEL and any(thin):
            found.append(Text(f"{others.zh}“{name.zh}”似乎与阶段有关（{zh}），但{thin.zh}，这一结果不可当真。", f"“{name.en}” seems to go with the stage{others.en} ({en}); but {thin.en}, so that this is not to be relied on."))  # fmt: skip
        elif p < LEVEL:
            found.append(Text(f"{others.zh}“{name.zh}”整体与阶段有关（{zh}）。", f"“{name.en}” as a whole goes with the stage{others.en} ({en})."))  # fmt: skip
        else:
            single = _apart_alone(frame[frame["question"] == str(k)], asked[k][2])
            found.append(Text(f"{others.zh}这些答卷看不出“{name.zh}”整体与阶段有关（{zh}）；这不等于证明无关。{single.zh}", f"These answers do not show that “{name.en}” goes with the stage{others.en} ({en}); that is no proof that it does not.{single.en}"))  # fmt: skip
    return found


def _apart_alone(mine: pd.DataFrame, labels: dict[str, Text]) -> Text:
    """Say which groups are told apart one by one where the question as a whole is not; nothing where none is."""
    names = [labels[str(group).partition(":")[2]] for group in mine.loc[mine["p_holm"] < LEVEL, "group"]]
    if not names:
        return NOTHING
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return Text(
        f"单看各组，“{zh}”与对照组分得出；整体既看不出，不宜据此下结论。",
        f" One by one, {en} {'is' if len(names) == 1 else 'are'} told apart from the group compared with; as the whole is not, nothing should be built on that.",
    )


def _thin(fit: OrdinalFit) -> Text:
    """Return why the chi-square of the likelihood ratio cannot be trusted; nothing where it can."""
    k = len(fit.coefficients)
    if not np.isfinite(fit.coefficients).all():
        return Text("有的组没有有限的比值比，卡方近似不成立", "some groups have no finite odds ratio, where the chi-square approximation fails")  # fmt: skip
    if fit.n < _PER_COEFFICIENT * k:
        return Text(
            f"{fit.n:.0f} 家企业要估计 {k} 个系数，太少", f"{fit.n:.0f} enterprises are few for {k} coefficients"
        )
    return NOTHING


def _sizes(rows: pd.DataFrame) -> Text:
    """Return the smallest and the largest finite odds ratio of one question, each with its interval."""
    if not len(rows):
        return NOTHING
    ordered = rows.sort_values("odds_ratio", kind="stable")
    ends = [ordered.iloc[0], ordered.iloc[-1]]
    low, high = (f"{r['odds_ratio']:.2f} ({r['ci_low']:.2f}–{r['ci_high']:.2f})" for r in ends)
    if len(rows) == 1:
        return Text(f"，比值比及其 95% 区间 {low}", f", odds ratio with 95% interval {low}")
    return Text(
        f"，与对照组相比的比值比及其 95% 区间从 {low} 到 {high}",
        f", odds ratios against the group compared with, with 95% intervals, from {low} to {high}",
    )


def _brant(outcome: np.ndarray, x: np.ndarray, n_stages: int) -> Text:
    if n_stages < 3 or len(np.unique(outcome)) < 3:
        return NOTHING
    check = check_proportional_odds(outcome, x)
    if np.isnan(check.p):
        return Text(
            f"比例优势假定：{check.note.zh}", f"Proportional odds: {check.note.en[:1].lower()}{check.note.en[1:]}"
        )
    words = f"{decimal_words(check.statistic)}, df {check.df}, p {p_words(check.p)}"
    if check.p < 0.05:
        return Text(
            f"比例优势假定不成立（Brant 检验 {words}）：一个比值比说不尽各分界处的差别，只可作概括。",
            f"The odds are not proportional (Brant {words}): one odds ratio does not tell what happens at each cut, and is a summary at best.",
        )
    return Text(
        f"没有看出违背比例优势假定（Brant 检验 {words}）。",
        f"Nothing speaks against proportional odds (Brant {words}).",
    )


def _who(left_out: int) -> Text:
    if not left_out:
        return NOTHING
    return Text(
        f"阶段未定或分组不明的 {left_out} 家不计。",
        f"{left_out} without a stage or whose group is not known are left out.",
    )
