"""The sections on what may be said about a city: shares with intervals, ranges of ranks, shrunken shares; and the questions with many answers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from hmsurvey.analysis.difference_words import LEVEL, p_words
from hmsurvey.analysis.multianswer import many_questions, tabulate_option_test, tabulate_options, tabulate_overlap
from hmsurvey.analysis.multiquestions import leading_question, tabulate_many
from hmsurvey.analysis.ranks import tabulate_ranks, tabulate_shrunken
from hmsurvey.analysis.shares import highest_stages, stage_names, tabulate_means, tabulate_shares
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.weighted import tabulate_province, tabulate_survey_weights
from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import NOTHING, DataError, Text, UsageError
from hmsurvey.output.charts_multianswer import plot_options, plot_overlap
from hmsurvey.output.charts_shares import plot_ranks, plot_shares
from hmsurvey.output.content import (
    Block,
    Content,
    Drawing,
    Heading,
    Job,
    Section,
    blocks_of,
    with_group,
    without_figure,
)
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import counted, decimal, number, percent
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table

TWO_READINGS = Text(
    "占比有两种读法。只描述答卷企业时，占比是确数，没有误差；要推及全市在产企业，须假定答卷企业相当于随机抽取（A100），占比就要带上区间。区间只反映抽样的偶然，不反映未答卷企业有何不同。",
    "A share can be read in two ways. Of those who answered alone it is what it is, without error. Of all enterprises in production it holds only if those who answered are like a random "
    "sample of them (A100), and then it comes with an interval. The interval knows of chance, not of how those who did not answer differ.",
)
_SHRUNKEN = Text(
    "收缩估计把答卷少的市拉向各市共有的水平，只用来决定优先关注哪些市，不代替实际占比。",
    "Shrunken shares draw cities with few answers toward what all have in common. They help to decide where to look first, and do not replace the shares counted.",
)


def tell_shares(content: Content) -> Section | None:
    """Build the section on shares and means by city, with intervals, ranges of ranks and shrunken shares."""
    if content.analysis.study.units != "enterprises":
        return None
    shown = [r for r in content.results if r.stages is not None and r.survey.codebook.group_question and highest_stages(r.stages.rule)]  # fmt: skip
    if not shown:
        return None
    blocks: list[Block] = [TWO_READINGS]
    annex: list[Table] = []
    for result in shown:
        more, hidden = _of_one(content, result)
        blocks += [*(content.heading(result) if len(shown) > 1 else ()), *more]
        annex += hidden
    blocks.append(_SHRUNKEN)
    title = Text("各市的占比与名次：能说到什么程度", "Shares and ranks of cities: how much can be said")
    return Section("shares", title, blocks_of(*blocks), tuple(annex), part="technical")


def _of_one(content: Content, result: SurveyResult) -> tuple[list[Block], list[Table]]:
    """Return what one survey gives to the section and to its annex."""
    analysis, code = content.analysis, result.plan.code
    stages = highest_stages(need_stages(result).rule)
    shares = tabulate_shares(analysis, code, stages=stages)
    blocks: list[Block] = [_share_sentence(result, shares, stages), with_group(shares, content)]
    annex = [with_group(tabulate_shares(analysis, code), content)]
    try:
        ranks = [tabulate_ranks(analysis, code, stages=stages)]
        ranks += [tabulate_ranks(analysis, code)] if result.scores is not None else []
        shrunken = tabulate_shrunken(analysis, code, stages=stages)
    except (UsageError, DataError):
        return blocks, annex  # fewer than two cities have answers: there is nothing to compare
    for table in ranks:
        blocks += [_rank_sentence(table), Drawing(table.code)]
        annex.append(with_group(table, content))
    if result.scores is not None:
        annex.append(with_group(tabulate_means(analysis, code), content))
    blocks.append(with_group(shrunken, content))
    return blocks + _weighted(content, code, annex), annex


def _weighted(content: Content, code: str, annex: list[Table]) -> list[Block]:
    """Return the province weighted to the registry, beside the plain readings; nothing without a registry."""
    if content.analysis.registry is None:
        return []
    province = tabulate_province(content.analysis, code)
    annex.append(with_group(tabulate_survey_weights(content.analysis, code), content))
    return [Heading(Text("调查权数", "Survey weights")), province]


def share_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of shares and ranks of cities."""
    stages = highest_stages(result.stages.rule) if result.stages is not None else ()
    if analysis.study.units != "enterprises" or not stages or not result.survey.codebook.group_question:
        return
    code = result.plan.code
    yield f"shares_{code}", partial(tabulate_shares, analysis, code, stages=stages), partial(plot_shares, noun=noun)
    for name, by in ((f"ranks_share_{code}", stages), *([(f"ranks_{code}", ())] if result.scores is not None else [])):
        ranks = partial(tabulate_ranks, analysis, code, stages=by)
        try:
            ranks()
        except (UsageError, DataError):
            continue  # fewer than two cities have answers
        yield name, ranks, partial(plot_ranks, noun=noun)


def many_answer_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of the question with the most ticks."""
    question = leading_question(result)
    if analysis.study.units != "enterprises" or question is None or not len(result.survey.answers):
        return
    code, asked = result.plan.code, question.code
    for name, tabulate, plot in (
        ("options", tabulate_options, plot_options),
        ("overlap", tabulate_overlap, plot_overlap),
    ):
        yield f"{name}_{code}", partial(tabulate, analysis, code, question=asked), partial(plot, noun=noun)


def _share_sentence(result: SurveyResult, table: Table, stages: tuple[str, ...]) -> Text:
    """Say the share of all with its interval, and how many cities it does not tell apart from all."""
    frame = table.frame
    whole = frame[frame["group"] == ALL].iloc[0]
    cities = frame[~frame["group"].isin([ALL, UNKNOWN])]
    there, none = cities[cities["n_staged"] > 0], int((cities["n_staged"] == 0).sum())
    if not whole["n_staged"]:
        return NOTHING
    inside = int(((there["ci_low_pct"] <= whole["share_pct"]) & (there["ci_high_pct"] >= whole["share_pct"])).sum())
    name = stage_names(need_stages(result).rule, stages)
    share, low, high = (percent(float(whole[c])) for c in ("share_pct", "ci_low_pct", "ci_high_pct"))
    zh = f"定了阶段的企业中处于{name.zh}的占 {share}，95% 区间 {low} 至 {high}。有答卷的 {len(there)} 个市{'的区间都' if inside == len(there) > 1 else f'中，{inside} 个市的区间'}包含这一占比，看不出它们高于或低于总体。"
    en = f"Of the enterprises with a stage {share} are {name.en}, 95% interval {low} to {high}. The intervals of {'all' if inside == len(there) > 1 else f'{inside} of'} {counted(len(there), 'city', 'cities')} with answers hold that share: nothing shows that these lie above or below it."
    if inside < len(there):
        zh += f"每个区间只对本市成立；{len(there)} 个这样的区间中，单凭偶然，平均至多有 {_missed(len(there))} 个不含真实占比。"
        en += f" Each interval holds for its own city only; of {counted(len(there), 'such interval')} chance alone makes up to {_missed(len(there))} miss the true share on average."
    if none:
        zh += f"另有 {none} 个市没有可用的答卷，情况不明。"
        en += f" Of {counted(none, 'more city', 'more cities')} nothing is known, for there are no usable answers."
    return Text(zh, en)


def _missed(n: int) -> str:
    """Return how many of n intervals at 95% miss on average, at most."""
    return f"{0.05 * n:.1f}"


def _rank_sentence(table: Table) -> Text:
    """Say which cities can be told apart at all, by what."""
    by = Text("按占比：", "By share: ") if "share_pct" in table.frame else Text("按平均分：", "By mean score: ")
    words = table.notes[0]
    return Text(by.zh + words.zh, by.en + words.en[:1].lower() + words.en[1:])


def tell_multianswer(content: Content) -> Section | None:
    """Build the section on questions with many answers."""
    if content.analysis.study.units != "enterprises":
        return None
    shown = [result for result in content.results if many_questions(result) and len(result.survey.answers)]
    if not shown:
        return None
    blocks: list[Block] = [
        Text(
            "多选题按一道题看：占比以答了这道题的企业为分母，答“都没有”的算答了，没有答的不算；一家企业勾几项，仍是一家企业。",
            "A question with many answers is taken as one: shares are of those who answered it, “none of these” counts as an answer and a blank does not, and an enterprise that ticks several "
            "options stays one enterprise.",
        )
    ]
    annex: list[Table] = []
    beyond: list[Block] = []
    for result in shown:
        heading = content.heading(result) if len(shown) > 1 else ()
        blocks += heading
        many = tabulate_many(content.analysis, result.plan.code)
        blocks.append(_many_sentence(many))
        question = leading_question(result)
        if question is None:
            continue
        code, asked = result.plan.code, question.code
        options = tabulate_options(content.analysis, code, question=asked)
        blocks.append(Drawing(options.code))  # which options come together is a figure among the files
        beyond += [*heading, without_figure(options)]
        annex.append(options)
        try:
            test = tabulate_option_test(content.analysis, code, question=asked)
        except DataError:
            continue  # one city, or everybody answered alike
        blocks.append(_question_sentence(many.frame, asked))
        annex.append(test)
    title = Text("多选题", "Questions with many answers")
    return Section("multianswer", title, blocks_of(*blocks), tuple(annex), beyond=tuple(beyond))


def _question_sentence(frame: pd.DataFrame, asked: str) -> Text:
    """Say whether cities differ on the question that is shown, by the numbers of its row above, so that the two cannot disagree."""
    row = frame[frame["question"] == asked].iloc[0]
    if not pd.notna(row["p_holm"]):
        return NOTHING
    v, low, high = (decimal(float(row[c]), 2) for c in ("effect", "effect_low", "effect_high"))
    p = p_words(float(row["p_holm"]))
    zh, en = f"V = {v}，95% 区间 {low} 至 {high}，校正 p {p}", f"V = {v}, 95% interval {low} to {high}, adjusted p {p}"
    if float(row["p_holm"]) < LEVEL:
        return Text(
            f"图中这道题，各市的回答有差别（{zh}）。", f"On the question drawn here cities answer differently ({en})."
        )
    return Text(
        f"图中这道题，看不出各市的回答有差别（{zh}）；这不等于证明没有差别。",
        f"On the question drawn here the answers do not show that cities differ ({en}); that is no proof that they do not.",
    )


def _many_sentence(many: Table) -> Text:
    """Say on how many questions cities differ, and on which where it is but one."""
    tested = many.frame[many.frame["p_holm"].notna()]
    if not len(tested):
        return Text("各市之间无法比较。", "Cities cannot be compared.")
    sure = int((tested["p_holm"] < 0.05).sum())
    if not sure:
        return Text(
            f"{number(len(tested))} 道题经多重比较校正后，没有一道看得出各市回答有差别；这不等于证明没有差别。",
            f"After adjustment for the number of tests, not one of {counted(len(tested), 'question')} shows that cities differ; that is no proof that they do not.",
        )
    if sure == 1:
        code = str(tested.loc[tested["p_holm"] < 0.05, "question"].iloc[0])
        asked = many.column("question").labels[code]
        return Text(
            f"{number(len(tested))} 道题经多重比较校正后，1 道看得出各市回答有差别：“{asked.zh}”。",
            f"After adjustment for the number of tests, 1 of {counted(len(tested), 'question')} shows that cities differ: “{asked.en}”.",
        )
    return Text(
        f"{number(len(tested))} 道题经多重比较校正后，{sure} 道看得出各市回答有差别。",
        f"After adjustment for the number of tests, {sure} of {counted(len(tested), 'question')} show that cities differ.",
    )
