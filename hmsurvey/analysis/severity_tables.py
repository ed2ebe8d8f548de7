"""The problems in figures: how severe in the province, a city or a stage, which lead and how sure that is, which enterprises name as the main one, whether the surveys agree."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.platform_use import By, landscape_behind
from hmsurvey.analysis.populations import LIKE_A_SAMPLE, Populations, populations_of
from hmsurvey.analysis.severity import INDEX, MEASURE_WORDS, Severities, measures_problems, severities_of
from hmsurvey.analysis.words import ALL, UNIT_LABEL, group_label, group_labels, groups_of, stage_labels
from hmsurvey.answers import is_usable
from hmsurvey.errors import DataError, Problem, Text, UsageError
from hmsurvey.provenance import combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.agreement import intraclass_correlations
from hmsurvey.statistics.concordance import spearman
from hmsurvey.statistics.intervals import mean_interval, share_interval
from hmsurvey.statistics.ranking import paired_rank_ranges
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

HOW = Text(
    "严重度 = 100 ×（1 − 得分 ÷ 可得分），0 表示没有缺失，100 表示一项都没有（假定 A180）；五个问题分开列，不合成一个数。",
    "Severity = 100 × (1 − earned / possible): 0 where nothing lacks, 100 where nothing is there (assumption A180). Five problems stay apart and are never made into one number.",
)
ENOUGH = Text(
    "不适用的题不计；不清楚和未答算缺失，适用的权重中答了不到一半的，没有严重度（假定 A182）。",
    "What does not apply is left out; don't know and blanks are gaps, and with less than half of the applicable weight answered there is no severity (assumption A182).",
)
NOT_ONE_RULER = Text(
    "三种尺度不同，高低不能互比：失分看指标的档次，事实看问卷的档次，影响是企业自己的说法。",
    "The three measures are different rulers and must not be compared with each other: points lost hang on the index's levels, facts on the questionnaire's, and the effect is the enterprise's own word.",
)
JOINT = Text(
    "名次范围由同一批企业两两之差的联合区间得出（把握 95%，Bonferroni）；范围重叠的问题分不出先后（假定 A185）。",
    "Ranges of ranks come from joint intervals of all differences within the same enterprises (95%, Bonferroni); problems whose ranges overlap cannot be put in order (assumption A185).",
)
MEASURE = Text("尺度", "Measure")
PROBLEM = Text("问题", "Problem")


def problem_surveys(analysis: Analysis) -> tuple[str, ...]:
    """Return the surveys of a study that say something about the problems."""
    found = (code for code, r in analysis.results.items() if measures_problems(r, analysis.study.landscape))
    return tuple(found) if analysis.study.units == "enterprises" else ()


def tabulate_severities(
    source: Analysis | SurveyResult, survey: str = "", *, by: By = "all", confidence: float = 0.95
) -> Table:
    """Average the severity of every problem, with its interval: of all, of every city, or of every stage of the same survey.

    Parameters
    ----------
    source
        A study carried out, whose registry says how many enterprises there are; or one survey alone.
    survey
        Which survey of the study.
    by
        "all", "city" or "stage".
    confidence
        Such as 0.95.

    Returns
    -------
    Table
        One row a group, measure and problem: `n_items` (what it rests on), `n_scored`, `mean`, `ci_low`, `ci_high` (t, finite population; NaN where fewer than two have it).

    Raises
    ------
    UsageError
        Nothing in the survey speaks to the problems.
    """
    found = severities_of(source, survey)
    seen = populations_of(source, found.result.plan.code)
    rows = []
    for group, mine in _groups(seen, by):
        for measure, values in found.values.items():
            for code in found.problems:
                mean = values[code].to_numpy(dtype=float)[mine]
                mean = mean[~np.isnan(mean)]
                size = seen.population(group, len(mean))[0] if by != "stage" or group == ALL else None
                one = mean_interval(mean, population=size, confidence=confidence)
                low, high = (float(np.clip(v, 0.0, 100.0)) for v in (one.low, one.high))
                rows.append([group, measure, code, found.items[measure, code], one.n, one.mean, low, high])
    level = f"{100 * confidence:g}"
    plan = found.result.plan
    tail = {"all": Text("", ""), "city": Text("，按城市", ", by city"), "stage": Text("，按阶段", ", by stage")}[by]
    columns = (
        _group_column(seen, by),
        *_which(found),
        Column("n_items", Text("依据项数", "Rests on"), "count"),
        Column("n_scored", Text("企业数", "n"), "count"),
        Column("mean", Text("平均严重度", "Mean severity"), "score"),
        Column("ci_low", Text(f"{level}% 区间下限", f"{level}% interval from"), "score"),
        Column("ci_high", Text("上限", "to"), "score"),
    )
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    title = Text(f"五个问题的严重度{tail.zh}：{plan.label.zh}", f"Severity of the problems{tail.en}: {plan.label.en}")
    name = f"severities_{plan.code}" + ("" if by == "all" else f"_by_{by}")
    return Table(frame, combine(found.provenance, seen.provenance), name, title, columns, (HOW, ENOUGH, NOT_ONE_RULER, LIKE_A_SAMPLE))  # fmt: skip


def _groups(seen: Populations, by: By) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    groups, stages = groups_of(seen.result.survey).to_numpy(), seen.result.stages
    if by == "city":
        yield from ((group, groups == group) for group in seen.order)
    elif by == "stage" and stages is not None:
        staged = stages.stage.astype(object).to_numpy()
        for code in stage_labels(stages.rule):
            if code != UNSTAGED or (staged == code).any():
                yield code, staged == code
    yield ALL, np.ones(len(groups), dtype=bool)


def _group_column(seen: Populations, by: By) -> Column:
    book, stages = seen.result.survey.codebook, seen.result.stages
    if by == "stage" and stages is not None:
        labels = stage_labels(stages.rule) | {ALL: group_labels(book)[ALL]}
        return Column("group", Text("阶段", "Stage"), "code", labels=labels)
    return Column("group", group_label(book), "code", labels=group_labels(book))


def _which(found: Severities) -> tuple[Column, Column]:
    names = {code: Text(f"{code} {label.zh}", f"{code} {label.en}") for code, label in found.problems.items()}
    return Column("measure", MEASURE, "code", labels=MEASURE_WORDS), Column("problem", PROBLEM, "code", labels=names)


def tabulate_unit_severities(source: Analysis | SurveyResult, survey: str = "") -> Table:
    """List the severities of every enterprise: `unit`, `group`, and a column a measure and problem. Internal: rows are single enterprises."""
    found = severities_of(source, survey)
    book, names = found.result.survey.codebook, list(found.result.survey.answers.units)
    frame = pd.DataFrame({"unit": names, "group": groups_of(found.result.survey).to_numpy()})
    columns = [Column("unit", UNIT_LABEL), Column("group", group_label(book), "code", labels=group_labels(book))]
    for measure, values in found.values.items():
        word = MEASURE_WORDS[measure]
        for code, label in found.problems.items():
            frame[f"{measure}_{code}"] = values[code].to_numpy()
            head = Text(f"{code} {label.zh}（{word.zh}）", f"{code} {label.en} ({word.en})")
            columns.append(Column(f"{measure}_{code}", head, "score"))
    plan = found.result.plan
    title = Text(f"各企业的问题严重度：{plan.label.zh}", f"Severity of the problems, enterprise by enterprise: {plan.label.en}")  # fmt: skip
    return Table(frame, found.provenance, f"unit_severities_{plan.code}", title, tuple(columns), (HOW, ENOUGH), personal=True)  # fmt: skip


def tabulate_problem_ranks(source: Analysis | SurveyResult, survey: str = "", *, confidence: float = 0.95) -> Table:
    """Rank the problems by severity, measure by measure, as ranges of ranks that the answers leave open.

    Returns
    -------
    Table
        One row a measure and problem, the severest first: `n_scored` (enterprises with all severities of the measure), `mean`, `rank_first`, `rank_last` (1 is the severest), `n_below` (problems that
        are surely less severe).

    Raises
    ------
    UsageError
        Nothing in the survey speaks to the problems.
    """
    found = severities_of(source, survey)
    seen = populations_of(source, found.result.plan.code)
    codes, rows = list(found.problems), []
    for measure, values in found.values.items():
        complete = values.dropna().to_numpy(dtype=float)
        if not len(complete):
            continue
        size = seen.population(ALL, len(complete))[0]
        ranges = paired_rank_ranges(complete, population=size, confidence=confidence)
        means = complete.mean(axis=0)
        for j in np.argsort(-means, kind="stable"):
            rows.append([measure, codes[j], len(complete), means[j], int(ranges.first[j]), int(ranges.last[j]), int(ranges.above[j].sum())])  # fmt: skip
    columns = (
        *_which(found),
        Column("n_scored", Text("五个问题都有数的企业", "With all of them"), "count"),
        Column("mean", Text("平均严重度", "Mean severity"), "score"),
        Column("rank_first", Text("可能的最前名次", "Best possible rank"), "count"),
        Column("rank_last", Text("可能的最后名次", "Worst possible rank"), "count"),
        Column("n_below", Text("确实轻于它的问题数", "Problems surely less severe"), "count"),
    )
    plan = found.result.plan
    title = Text(f"哪个问题最重：{plan.label.zh}", f"Which problem is severest: {plan.label.en}")
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    return Table(frame, combine(found.provenance, seen.provenance), f"problem_ranks_{plan.code}", title, columns, (JOINT, NOT_ONE_RULER, LIKE_A_SAMPLE))  # fmt: skip


def tabulate_problem_overview(analysis: Analysis) -> Table:
    """Put the measures of all surveys side by side: every problem's mean severity with its interval and the ranks it may have.

    Returns
    -------
    Table
        One row a measure and problem, the index first: `n_scored`, `mean`, `ci_low`, `ci_high`, `rank_first`, `rank_last`.

    Raises
    ------
    UsageError
        No survey of the study says anything about the problems.
    """
    codes = problem_surveys(analysis)
    if not codes:
        severities_of(analysis)  # says what is lacking
    parts, made = [], []
    for code in codes:
        means, ranks = tabulate_severities(analysis, code), tabulate_problem_ranks(analysis, code)
        made.append(means)
        joined = means.frame.merge(ranks.frame[["measure", "problem", "rank_first", "rank_last"]], how="left", on=["measure", "problem"])  # fmt: skip
        parts.append(joined)
    names = ["measure", "problem", "n_scored", "mean", "ci_low", "ci_high", "rank_first", "rank_last"]
    frame = pd.concat(parts, ignore_index=True)[names]
    order = {measure: place for place, measure in enumerate(MEASURE_WORDS)}
    frame = frame.sort_values("measure", key=lambda column: column.map(order), kind="stable").reset_index(drop=True)
    first = made[0]
    columns = (
        *(first.column(name) for name in names[:6]),
        Column("rank_first", Text("可能的最前名次", "Best possible rank"), "count"),
        Column("rank_last", Text("可能的最后名次", "Worst possible rank"), "count"),
    )
    title = Text("五个问题的严重度", "Severity of the problems")
    return Table(frame, combine(*(table.provenance for table in made)), "problem_overview", title, columns, (HOW, NOT_ONE_RULER, JOINT))  # fmt: skip


def tabulate_main_problem(
    source: Analysis | SurveyResult, survey: str = "", *, by: By = "all", confidence: float = 0.95
) -> Table:
    """Count which problem enterprises name as the one that matters most, with the interval of its share.

    Returns
    -------
    Table
        One row a group and problem, "none of them" last: `n_answered`, `n`, `share_pct`, `ci_low_pct`, `ci_high_pct`.

    Raises
    ------
    UsageError
        The survey does not ask for it.
    """
    landscape = landscape_behind(source)
    asked = landscape.severities.main
    if isinstance(source, Analysis) and not survey:
        survey = next((c for c, r in source.results.items() if asked in r.survey.answers.values), "")
    seen = populations_of(source, survey)
    answers = seen.result.survey.answers
    if not asked or asked not in answers.values:
        raise UsageError(
            Problem(
                Text("这项调查没有问哪个问题影响最大。", "This survey does not ask which problem matters most."),
                found=seen.result.plan.code,
                expected=Text(asked or "main", asked or "main"),
            )
        )
    question = seen.result.survey.codebook.question(asked)
    usable = is_usable(answers.states[asked])
    values, rows = np.asarray(answers.values[asked]), []
    options = [o for o in question.options if o.kind in ("answer", "other", "none")]
    for group, mine in _groups(seen, by):
        there = mine & usable
        n = int(there.sum())
        size = seen.population(group, n)[0] if by != "stage" or group == ALL else None
        for option in options:
            named = int((values[there] == question.place_of_option(option.code)).sum())
            one = share_interval(named, n, population=size, confidence=confidence)
            rows.append([group, option.code, n, named, *(100.0 * v if n else np.nan for v in (one.share, one.low, one.high))])  # fmt: skip
    names = {p.code: p.label for p in landscape.agenda.problems}
    labels = {o.code: Text(f"{o.code} {names[o.code].zh}", f"{o.code} {names[o.code].en}") if o.code in names else o.label for o in options}  # fmt: skip
    level, plan = f"{100 * confidence:g}", seen.result.plan
    columns = (
        _group_column(seen, by),
        Column("problem", PROBLEM, "code", labels=labels),
        Column("n_answered", Text("答了本题", "Answered"), "count"),
        Column("n", Text("认为影响最大的企业", "Name it"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
        Column("ci_low_pct", Text(f"{level}% 区间下限（%）", f"{level}% interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
    )
    tail = {"all": Text("", ""), "city": Text("，按城市", ", by city"), "stage": Text("，按阶段", ", by stage")}[by]
    title = Text(f"企业认为影响最大的问题{tail.zh}", f"The problem that enterprises say matters most{tail.en}")
    name = f"main_problem_{plan.code}" + ("" if by == "all" else f"_by_{by}")
    return Table(pd.DataFrame(rows, columns=[c.code for c in columns]), seen.provenance, name, title, columns, (LIKE_A_SAMPLE,))  # fmt: skip


def tabulate_severity_agreement(analysis: Analysis, *, confidence: float = 0.95) -> Table:
    """Say how far the measures agree on the enterprises that have both, problem by problem.

    Parameters
    ----------
    analysis
        A study; enterprises of different surveys are matched by their number.
    confidence
        Of the intervals.

    Returns
    -------
    Table
        One row a problem and pair of measures: `n`, `rho` (Spearman) with its interval, `icc` (ICC2, absolute agreement of single measures) with its interval for index and facts only, `gap` (mean of the
        first less the second) with its interval. Empty where fewer than four enterprises have both, or all are alike.
    """
    found = [severities_of(analysis, code) for code in problem_surveys(analysis)]
    frames = {measure: values for one in found for measure, values in one.values.items()}
    rows = []
    for one, other in combinations([m for m in MEASURE_WORDS if m in frames], 2):
        for code in found[0].problems:
            both = pd.concat([frames[one][code].rename("one"), frames[other][code].rename("other")], axis=1, join="inner").dropna()  # fmt: skip
            rows.append([code, f"{one}+{other}", len(both), *_agreement(both, confidence, absolute=(one, other) == (INDEX, "state"))])  # fmt: skip
    names = {f"{a}+{b}": Text(f"{MEASURE_WORDS[a].zh}与{MEASURE_WORDS[b].zh}", f"{MEASURE_WORDS[a].en} and {MEASURE_WORDS[b].en}") for a, b in combinations(MEASURE_WORDS, 2)}  # fmt: skip
    labels = {k: Text(f"{k} {v.zh}", f"{k} {v.en}") for k, v in (found[0].problems if found else {}).items()}
    level = f"{100 * confidence:g}"
    columns = (
        Column("problem", PROBLEM, "code", labels=labels),
        Column("pair", Text("比较的两种尺度", "Measures compared"), "code", labels=names),
        Column("n", Text("两者都有的企业", "Have both"), "count"),
        Column("rho", Text("等级相关 ρ", "Rank correlation (Spearman)"), "number", decimals=2),
        Column("rho_low", Text(f"{level}% 区间下限", f"{level}% interval from"), "number", decimals=2),
        Column("rho_high", Text("上限", "to"), "number", decimals=2),
        Column("icc", Text("组内相关系数 ICC2", "ICC2"), "number", decimals=2),
        Column("icc_low", Text("ICC2 下限", "ICC2 from"), "number", decimals=2),
        Column("icc_high", Text("ICC2 上限", "ICC2 to"), "number", decimals=2),
        Column("gap", Text("平均之差", "Mean difference"), "score"),
        Column("gap_low", Text("差的区间下限", "Difference from"), "score"),
        Column("gap_high", Text("差的区间上限", "Difference to"), "score"),
    )
    note = Text(
        "按企业编号匹配。ρ 看排序是否一致；ICC2 还要求数值相等，只在“指标失分”与“问卷事实”之间给出。两项调查由同一家企业自己填写，一致不等于属实。",
        "Enterprises are matched by their number. Rho asks whether the order agrees; ICC2 asks for equal values too and is given for index and facts only. Both surveys are answered by the enterprise itself: agreement is not truth.",
    )
    title = Text("两项调查对同一问题的说法是否一致", "Do the surveys agree on the problems?")
    provenance = combine(*(one.provenance for one in found))
    return Table(pd.DataFrame(rows, columns=[c.code for c in columns]), provenance, "severity_agreement", title, columns, (note,))  # fmt: skip


def _agreement(both: pd.DataFrame, confidence: float, *, absolute: bool) -> list[float]:
    nothing = float("nan")
    if len(both) < 4:
        return [nothing] * 9
    one, other = both["one"].to_numpy(dtype=float), both["other"].to_numpy(dtype=float)
    gap = mean_interval(one - other, confidence=confidence)
    found: list[float] = []
    try:
        found += spearman(one, other, confidence=confidence)
    except DataError:  # all alike on one side
        found += [nothing] * 3
    if absolute and np.ptp(both.to_numpy(dtype=float)) > 0:
        icc = next(i for i in intraclass_correlations(both.to_numpy(dtype=float), confidence=confidence) if i.form == "ICC2")  # fmt: skip
        found += [icc.value, icc.low, icc.high]
    else:
        found += [nothing] * 3
    return [*found, gap.mean, gap.low, gap.high]


__all__ = [
    "problem_surveys",
    "tabulate_main_problem",
    "tabulate_problem_overview",
    "tabulate_problem_ranks",
    "tabulate_severities",
    "tabulate_severity_agreement",
    "tabulate_unit_severities",
]
