"""The section on who files where: platforms in use, what goes to several of them, what is on none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

from hmsurvey.analysis.platform_use import (
    NOWHERE,
    asks_filing,
    tabulate_platform_overlap,
    tabulate_platform_pairs,
    tabulate_platform_use,
)
from hmsurvey.analysis.type_filing import tabulate_carriers_by_platform, tabulate_filing_load, tabulate_types_filed
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.charts_filing import (
    SURE,
    cities_of,
    plot_filing_load,
    plot_types_unfiled,
    told_apart,
)
from hmsurvey.output.charts_platforms import plot_platform_overlap, plot_types_filed
from hmsurvey.output.content import Block, Content, Drawing, Job, Section, blocks_of, rows_of, with_group
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import decimal, join, number, percent, sentences, the_stage
from hmsurvey.study import Analysis
from hmsurvey.tables import Table

TITLE = Text("谁在哪些平台报送", "Who files on which platform")
_USED_MOST = 3


def filing_survey(analysis: Analysis) -> str:
    """Return the survey that asks where archive types are filed; "" where there is none, or nobody answered."""
    if analysis.study.units != "enterprises":
        return ""
    return next((code for code, r in analysis.results.items() if asks_filing(r) and len(r.survey.answers)), "")


def tell_platforms(content: Content) -> Section | None:
    """Build the section; None for a study that does not ask where archive types are filed."""
    analysis, code = content.analysis, filing_survey(content.analysis)
    if not code:
        return None
    use, load = tabulate_platform_use(analysis, code), tabulate_filing_load(analysis, code)
    if not use.frame["n_answered"].max():
        return None
    types, overlap = tabulate_types_filed(analysis, code), tabulate_platform_overlap(analysis, code)
    staged = analysis[code].stages is not None
    by_stage = tabulate_filing_load(analysis, code, by="stage") if staged else None
    groups, unfiled = tabulate_filing_load(analysis, code, by="both"), tabulate_types_filed(analysis, code, by="both")
    blocks: list[Block] = [
        sentences(_how(use), _most_used(use), _load(load)),
        Drawing(types.code),
        sentences(_off(types, load), _twice(types)),
        _short(use),
    ]
    blocks += [_stage_sentence(by_stage)] if by_stage is not None else []
    blocks += [_city_sentence(groups, analysis.study.k)]
    annex = [types, overlap, tabulate_platform_pairs(analysis, code), tabulate_carriers_by_platform(analysis, code)]
    annex += [with_group(make(analysis, code, by="city"), content) for make in _BY_GROUP]
    annex += [make(analysis, code, by="stage") for make in _BY_GROUP] if staged else []
    return Section("platforms", TITLE, blocks_of(*blocks), tuple(annex), beyond=tuple(Drawing(t.code) for t in (overlap, groups, unfiled)))  # fmt: skip


_BY_GROUP = (tabulate_platform_use, tabulate_filing_load, tabulate_types_filed, tabulate_carriers_by_platform, tabulate_platform_overlap)  # fmt: skip


def platform_jobs(analysis: Analysis, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of the section."""
    if code := filing_survey(analysis):
        yield f"types_filed_{code}", partial(tabulate_types_filed, analysis, code), partial(plot_types_filed, noun=noun)
        yield f"platform_overlap_{code}", partial(tabulate_platform_overlap, analysis, code), partial(plot_platform_overlap, noun=noun)  # fmt: skip
        yield f"filing_load_{code}_by_stage_and_city", partial(tabulate_filing_load, analysis, code, by="both"), partial(plot_filing_load, noun=noun)  # fmt: skip
        yield f"types_filed_{code}_by_stage_and_city", partial(tabulate_types_filed, analysis, code, by="both"), partial(plot_types_unfiled, noun=noun)  # fmt: skip


def _how(use: Table) -> Text:
    n = number(float(use.frame["n_answered"].max()))
    return Text(
        f"问卷按档案类型问报送平台，{n} 家作了回答；有一类在某平台报送，就算使用该平台（A183）。",
        f"The questionnaire asks where each archive type is filed, and {n} enterprises answered; a platform counts as used if any type is filed there (A183).",
    )


def _most_used(use: Table) -> Text:
    names = use.column("platform").labels
    frame = use.frame[use.frame["place"].isin(["six", "alternate"])].sort_values("share_pct", ascending=False, kind="stable")  # fmt: skip
    most = [join_share(names[row["platform"]], float(row["share_pct"])) for row in rows_of(frame.head(_USED_MOST))]
    least = rows_of(frame.tail(1))[0]
    if len(frame) <= _USED_MOST:
        return Text(f"各平台的使用：{join(most).zh}。", f"Platforms in use: {join(most).en}.")
    words, last = join(most), join_share(names[least["platform"]], float(least["share_pct"]))
    return Text(f"用得最多的是{words.zh}，最少的是{last.zh}。", f"Most used are {words.en}; least used is {last.en}.")


def join_share(name: Text, share: float) -> Text:
    """Return a platform with its share behind it."""
    return Text(f"{name.zh}（{percent(share)}）", f"{name.en} ({percent(share)})")


def _load(load: Table) -> Text:
    row = rows_of(load.frame)[0]
    zh = f"平均每家用 {decimal(row['mean_platforms'])} 个平台。"
    en = f"An enterprise uses {decimal(row['mean_platforms'])} platforms on average."
    if row["n_told"]:
        share, low, high = (percent(float(row[c])) for c in ("repeated_pct", "ci_low_pct", "ci_high_pct"))
        zh += f"说同一份材料要报到两个以上平台的占 {share}（95% 区间 {low} 至 {high}）。"
        en += f" That one document goes to two platforms or more is said by {share} (95% interval {low} to {high})."
    return Text(zh, en)


def _off(types: Table, load: Table) -> Text:
    row, names = rows_of(load.frame)[0], types.column("type").labels
    off = types.frame[types.frame[f"share_{NOWHERE}_pct"] > 50]
    listed = join([Text(names[str(code)].zh, f"{code} {names[str(code)].en}") for code in off["type"]])
    of_all = Text(
        f"把每家企业的每类档案各算一件，{percent(row['pairs_none_pct'])} 不在任何平台；占全部 {percent(row['pairs_paper_pct'])} 的既不报送、又只存纸质，只有到厂里才看得到。",
        f"Counting every type of every enterprise once, {percent(row['pairs_none_pct'])} are on no platform; {percent(row['pairs_paper_pct'])} are on none and kept on paper alone, to be seen nowhere but at the plant.",
    )
    if not len(off):
        return of_all
    return sentences(of_all, Text(f"多数企业不在任何平台报送的有：{listed.zh}。", f"Most enterprises file these nowhere: {listed.en}."))  # fmt: skip


def _twice(types: Table) -> Text:
    frame, names = types.frame[types.frame["several_pct"] >= 10], types.column("type").labels
    if not len(frame):
        return NOTHING
    parts = [join_share(names[row["type"]], float(row["several_pct"])) for row in rows_of(frame.sort_values("several_pct", ascending=False))]  # fmt: skip
    words = join(parts)
    return Text(
        f"报到两个以上平台的主要是{words.zh}；同一类的不同文件可能各报一处，所以这是上限（A184）。",
        f"Filed on two platforms or more are mainly {words.en}; as different documents of a type may go to different places, these are upper bounds (A184).",
    )


def _stage_sentence(load: Table) -> Text:
    rows = [row for row in rows_of(load.frame) if row["group"] != ALL and row["n_answered"]]
    if len(rows) < 2:
        return NOTHING
    names = load.column("group").labels
    best, worst = rows[0], rows[-1]
    zh = f"{names[best['group']].zh}的企业平均用 {decimal(best['mean_platforms'])} 个平台，{names[worst['group']].zh}的用 {decimal(worst['mean_platforms'])} 个；报送是义务，各阶段都要做，阶段看的是自己怎样保存。"
    en = f"Enterprises at {the_stage(names[best['group']].en)} use {decimal(best['mean_platforms'])} platforms on average, those at {the_stage(names[worst['group']].en)} {decimal(worst['mean_platforms'])}: filing is a duty at every stage, and stages look at how archives are kept."
    return Text(zh, en)


def _city_sentence(groups: Table, k: int) -> Text:
    """Say between which values the cities with k answers or more lie, and whether more than chance is needed for that."""
    p, names = told_apart(groups), groups.column("group").labels
    frame = groups.frame[(groups.frame["n_told"] >= k) & groups.frame["group"].isin(cities_of(groups))]
    if math.isnan(p) or len(frame) < 2:
        return NOTHING
    rows = sorted(rows_of(frame), key=lambda row: float(row["repeated_pct"]))
    (low, high), (a, b) = (rows[0], rows[-1]), (percent(float(row["repeated_pct"])) for row in (rows[0], rows[-1]))
    few, many = names[low["group"]], names[high["group"]]
    verdict = (
        Text(f"，差别超出偶然（p = {p:.3f}）", f", more than chance would give (p = {p:.3f})")
        if p < SURE
        else Text(f"，但即使各市本来一样，也有 {number(100 * p)}% 的机会差这么多", f"; were all cities alike, chance would part them as far in {number(100 * p)}% of cases")
    )  # fmt: skip
    return Text(
        f"同一份材料重复报送，{few.zh}最低（{a}），{many.zh}最高（{b}）{verdict.zh}；答卷不足 {k} 份的市不比。各市、各阶段的情况见技术报告的图，各类档案、载体和平台见工作簿。",
        f"One document filed repeatedly is said least in {few.en} ({a}) and most in {many.en} ({b}){verdict.en}; cities with fewer than {k} answers are left aside. Every city and stage is drawn in the technical report; types, carriers and platforms of each stand in the workbook.",
    )


def _short(use: Table) -> Table:
    codes = ("platform", "n_using", "share_pct", "ci_low_pct", "ci_high_pct")
    return _cut(replace(use, notes=use.notes[1:2]), codes)


def _cut(table: Table, codes: tuple[str, ...]) -> Table:
    """Return the columns that a page has room for."""
    frame: pd.DataFrame = table.frame[list(codes)]
    return replace(table, frame=frame, columns=tuple(table.column(code) for code in codes))


__all__ = ["filing_survey", "join_share", "platform_jobs", "tell_platforms"]
