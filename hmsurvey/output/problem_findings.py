"""The section on the problems: how severe each is, which lead and how sure that is, whether the surveys agree, what weighs much and is scored low."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

from hmsurvey.analysis.importance import tabulate_importance
from hmsurvey.analysis.severity_tables import (
    problem_surveys,
    tabulate_main_problem,
    tabulate_problem_overview,
    tabulate_problem_ranks,
    tabulate_severities,
    tabulate_severity_agreement,
    tabulate_unit_severities,
)
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.charts_problems import plot_importance, plot_problems
from hmsurvey.output.content import Block, Content, Drawing, Job, Section, blocks_of, rows_of, with_group
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import decimal, join, number, percent, sentences
from hmsurvey.study import Analysis
from hmsurvey.tables import Table

TITLE = Text("五个问题有多重", "How severe the problems are")


def tell_problems(content: Content) -> Section | None:
    """Build the section; None for a study in which nothing speaks to the problems."""
    analysis, codes = content.analysis, _answered(content.analysis)
    if not codes:
        return None
    overview = tabulate_problem_overview(analysis)
    if not overview.frame["n_scored"].sum():
        return None
    blocks: list[Block] = [
        sentences(_how(analysis), _first_sentences(overview)),
        Drawing(overview.code),
    ]
    annex: list[Table] = [overview]
    if main_survey := _main_survey(analysis):
        main = tabulate_main_problem(analysis, main_survey)
        blocks += [_main_sentence(main), replace(main, frame=main.frame.drop(columns="group"), columns=main.columns[1:])]  # fmt: skip
        annex += [with_group(tabulate_main_problem(analysis, main_survey, by="city"), content)]
    if len(codes) > 1:
        agreement = tabulate_severity_agreement(analysis)
        blocks.append(_agreement_sentence(agreement))
        annex.append(agreement)
    for code in codes:
        annex += [tabulate_problem_ranks(analysis, code), with_group(tabulate_severities(analysis, code, by="city"), content)]  # fmt: skip
        annex += [tabulate_severities(analysis, code, by="stage")] if analysis[code].stages is not None else []
        annex.append(tabulate_unit_severities(analysis, code))
    beyond: list[Block] = []
    for code in _indexed(analysis):
        importance = tabulate_importance(analysis[code])
        blocks.append(_importance_sentence(importance))
        beyond.append(Drawing(importance.code))
        annex.append(importance)
    return Section("problem_severity", TITLE, blocks_of(*blocks), tuple(annex), beyond=tuple(beyond))


def problem_jobs(analysis: Analysis, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of the section."""
    if not _answered(analysis):
        return
    yield "problem_overview", partial(tabulate_problem_overview, analysis), partial(plot_problems, noun=noun)
    for code in _indexed(analysis):
        yield f"importance_{code}", partial(tabulate_importance, analysis[code]), partial(plot_importance, noun=noun)


def _answered(analysis: Analysis) -> tuple[str, ...]:
    return tuple(code for code in problem_surveys(analysis) if len(analysis[code].survey.answers))


def _indexed(analysis: Analysis) -> tuple[str, ...]:
    return tuple(code for code in _answered(analysis) if analysis[code].scores is not None)


def _main_survey(analysis: Analysis) -> str:
    asked = analysis.study.landscape.severities.main
    return next((c for c in _answered(analysis) if asked and asked in analysis[c].survey.answers.values), "")


def _how(analysis: Analysis) -> Text:
    note = analysis.study.landscape.agenda.note
    measured = Text(
        "严重度从 0（没有缺失）到 100（一项都没有），按指标失分、问卷事实、企业自述影响三把尺分别算，不相加（A180）。",
        "Severity runs from 0 (nothing lacks) to 100 (nothing is there). It is measured by three rulers that are never added: points lost in the index, answers on facts, and the effect that enterprises state (A180).",
    )
    return sentences(note, measured)


def _first_sentences(overview: Table) -> Text:
    """Say by each measure which problem is severest, or which cannot be told apart at the top."""
    names, measures = overview.column("problem").labels, overview.column("measure").labels
    parts = []
    frame = overview.frame.dropna(subset=["rank_first"])
    for measure in dict.fromkeys(frame["measure"]):
        mine = frame[frame["measure"] == measure].sort_values("mean", ascending=False, kind="stable")
        top = rows_of(mine[mine["rank_first"] == 1])
        word = measures[measure]
        if len(top) == 1:
            row = top[0]
            shown = f"{decimal(row['mean'])}（95% 区间 {decimal(row['ci_low'])} 至 {decimal(row['ci_high'])}）"
            en_shown = f"{decimal(row['mean'])}, 95% interval {decimal(row['ci_low'])} to {decimal(row['ci_high'])}"
            parts.append(Text(f"按{word.zh}，最重的是{_named(names[row['problem']]).zh}，{shown}。", f"By {word.en} the severest is {_named(names[row['problem']]).en} ({en_shown})."))  # fmt: skip
        else:
            listed = join([_named(names[row["problem"]]) for row in top])
            parts.append(Text(f"按{word.zh}，{listed.zh}分不出先后。", f"By {word.en}, {listed.en} cannot be put in order."))  # fmt: skip
    return sentences(*parts)


def _named(label: Text) -> Text:
    """Return "P1 low digitisation" as it stands in a sentence."""
    code, _, words = label.en.partition(" ")
    return Text(label.zh, f"{code} {words[:1].lower() + words[1:]}")


def _main_sentence(main: Table) -> Text:
    frame = main.frame[main.frame["problem"] != "none"].sort_values("share_pct", ascending=False, kind="stable")
    if not len(frame) or not frame["n_answered"].max():
        return NOTHING
    first, second = rows_of(frame.head(2))
    name = _named(main.column("problem").labels[first["problem"]])
    share, low, high = (percent(float(first[c])) for c in ("share_pct", "ci_low_pct", "ci_high_pct"))
    zh = (
        f"问哪一个影响最大，{number(first['n_answered'])} 家中说{name.zh}的最多，占 {share}（95% 区间 {low} 至 {high}）"
    )
    en = f"Asked which matters most, {share} of {number(first['n_answered'])} name {name.en} (95% interval {low} to {high}), more than any other"
    if float(first["ci_low_pct"]) <= float(second["ci_high_pct"]):
        zh += "，与第二位的区间有重叠"
        en += ", though its interval overlaps that of the second"
    return Text(zh + "。", en + ".")


def _agreement_sentence(agreement: Table) -> Text:
    frame = agreement.frame[agreement.frame["pair"] == "index+state"].dropna(subset=["rho"])
    if not len(frame):
        return NOTHING
    low, high = rows_of(frame.loc[[frame["rho"].idxmin()]])[0], rows_of(frame.loc[[frame["rho"].idxmax()]])[0]
    n = f"{number(frame['n'].min())}" if frame["n"].min() == frame["n"].max() else f"{number(frame['n'].min())}–{number(frame['n'].max())}"  # fmt: skip
    return Text(
        f"两项调查都答了的 {n} 家企业，指标失分与问卷事实的排序相关（Spearman）最低为 {low['problem']} 的 {decimal(low['rho'], 2)}（95% 区间 {decimal(low['rho_low'], 2)} 至 {decimal(low['rho_high'], 2)}），最高为 {high['problem']} 的 {decimal(high['rho'], 2)}。相关低的，用哪一项调查说话要写明。",
        f"Among the {n} enterprises in both surveys, the rank correlation (Spearman) of points lost and answers on facts is lowest for {low['problem']}, {decimal(low['rho'], 2)} (95% interval {decimal(low['rho_low'], 2)} to {decimal(low['rho_high'], 2)}), and highest for {high['problem']}, {decimal(high['rho'], 2)}. Where it is low, say which survey is speaking.",
    )


def _importance_sentence(table: Table) -> Text:
    frame: pd.DataFrame = table.frame[table.frame["quadrant"] == "heavy_low"].sort_values("mean_share_pct", kind="stable")  # fmt: skip
    if not len(frame):
        return NOTHING
    names = table.column("indicator").labels
    listed = join([Text(names[c].zh, _lower(names[c].en)) for c in frame["indicator"].head(3)])
    return Text(
        f"权重高于平均而得分率低于平均的指标有 {number(len(frame))} 个，得分率最低的是 {listed.zh}（A186）。",
        f"{number(len(frame))} indicators weigh more than the mean and are scored below it; the lowest are {listed.en} (A186).",
    )


def _lower(label: str) -> str:
    code, _, words = label.partition(" ")
    keep = words[:2].isupper()
    return f"{code} {words if keep else words[:1].lower() + words[1:]}"


__all__ = ["problem_jobs", "tell_problems"]
