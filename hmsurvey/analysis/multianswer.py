"""A question with many answers, taken as one question: how often each option is ticked, what is ticked together, and whether cities tick differently.

"None of these" is an answer; a blank is not. An enterprise that ticks four options stays one enterprise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.answering import SILENCE_LABELS, find_question
from hmsurvey.analysis.populations import AS_A_CENSUS, LIKE_A_SAMPLE, NO_REGISTRY, Populations, populations_of
from hmsurvey.analysis.shares import note_column
from hmsurvey.analysis.words import ALL, UNKNOWN, group_label, group_labels
from hmsurvey.answers import DK, MISSING, NA, SKIPPED, is_usable
from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.questions import Question
from hmsurvey.statistics.intervals import METHOD_LABELS, OF_EVERYBODY, OF_NOBODY, share_interval
from hmsurvey.statistics.multiresponse import NO_SPREAD, GroupsOnTicks, compare_ticks
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

OPTION = Text("选项", "Option")
KINDS = {
    "answer": Text("选项", "option"),
    "other": Text("其他", "other"),
    "none": Text("都没有", "none of these"),
    "silent": Text("未作答", "no answer"),
}
OF_THOSE_WHO_ANSWERED = Text(
    "占比以答了这道题的企业为分母，“都没有”算答了；可多选，合计可超过 100%（假定 A118）。",
    "Shares are of those who answered the question, “none of these” included; several may be ticked, so they may add up to more than 100% (assumption A118).",
)
NOT_OF_ALL = Text(
    "这道题并非每家企业都要答，总体企业数不明：用 Wilson 区间。",
    "Not every enterprise was to answer this, so the number it applies to is not known: Wilson intervals.",
)
_SILENT = {"dk": DK, "na": NA, "skipped": SKIPPED, "missing": MISSING}


@dataclass(frozen=True, slots=True, eq=False)
class Ticks:
    """The ticks of those who answered a question: persons x options, where they are, and how many were silent in which way."""

    question: Question
    codes: tuple[str, ...]
    ticked: NDArray[np.bool_]
    groups: NDArray[np.object_]
    silent: dict[str, int]
    for_all: bool

    @property
    def n(self) -> int:
        """How many answered."""
        return len(self.ticked)


def many_questions(result: SurveyResult) -> tuple[Question, ...]:
    """Return the questions of a survey that may be answered by several ticks."""
    return tuple(question for question in result.survey.codebook.questions if question.kind == "many")


def ticks_of(result: SurveyResult, question: str) -> Ticks:
    """Return the ticks of those who answered.

    Raises
    ------
    UsageError
        There is no such question, or it does not allow several answers.
    """
    asked = find_question(result, question)
    if asked.kind != "many":
        known = [q.code for q in many_questions(result)]
        raise UsageError(
            Problem(
                Text("这道题不是多选题。", "This question does not allow several answers."),
                found=f"{asked.code} ({asked.kind})",
                expected=Text("、".join(known), ", ".join(known)),
            )
        )
    states = result.survey.answers.states[question]
    usable = is_usable(states)
    places = [place for place, option in enumerate(asked.options) if option.kind in ("answer", "other", "none")]
    seen = populations_of(result)
    return Ticks(
        question=asked,
        codes=tuple(asked.options[place].code for place in places),
        ticked=np.asarray(result.survey.answers.values[question], dtype=bool)[usable][:, places],
        groups=seen.groups.to_numpy(dtype=object)[usable],
        silent={word: int((states == state).sum()) for word, state in _SILENT.items()},
        for_all=asked.ask_if is None and not (states == NA).any(),
    )


def _positive(ticks: Ticks) -> list[int]:
    """Return the places of the options that say something is there; "none of these" is left out."""
    kinds = {option.code: option.kind for option in ticks.question.options}
    return [place for place, code in enumerate(ticks.codes) if kinds[code] != "none"]


def _option_labels(question: Question) -> dict[str, Text]:
    return {option.code: option.label for option in question.options}


def tabulate_options(
    source: Analysis | SurveyResult, survey: str = "", *, question: str, confidence: float = 0.95
) -> Table:
    """Count how many tick each option of a question, with the interval of the share; then the ways of not answering, apart.

    Parameters
    ----------
    source
        A study carried out, or one survey alone.
    survey
        Which survey of the study.
    question
        A question with many answers.
    confidence
        Such as 0.95.

    Returns
    -------
    Table
        One row an option ("none of these" included): `n`, `share_pct` of those who answered, its interval. Then rows for don't know, not applicable, skipped and missing, which
        have a count and no share. `n_answered` stands in every row.

    Raises
    ------
    UsageError
        No such survey or question, or it does not allow several answers.
    """
    seen = populations_of(source, survey)
    ticks = ticks_of(seen.result, question)
    population = seen.population(ALL, ticks.n)[0] if ticks.for_all else None
    kinds = {option.code: option.kind for option in ticks.question.options}
    rows: list[list[object]] = []
    for code, n in zip(ticks.codes, ticks.ticked.sum(axis=0), strict=True):
        one = share_interval(int(n), ticks.n, population=population, confidence=confidence)
        rows.append(
            [
                code,
                kinds[code],
                int(n),
                ticks.n,
                100 * one.share,
                100 * one.low,
                100 * one.high,
                one.method,
                one.note.en,
            ]
        )
    for word, n in ticks.silent.items():
        if n:
            rows.append([f"({word})", "silent", n, ticks.n, np.nan, np.nan, np.nan, "", ""])
    names = ["option", "kind", "n", "n_answered", "share_pct", "ci_low_pct", "ci_high_pct", "method", "note"]
    frame = pd.DataFrame(rows, columns=names)
    level = f"{100 * confidence:g}"
    silences = {f"({word})": SILENCE_LABELS[word] for word in _SILENT}
    columns = (
        Column("option", OPTION, "code", labels=_option_labels(ticks.question) | silences),
        Column("kind", Text("类别", "Kind"), "code", labels=KINDS),
        Column("n", Text("企业数", "n"), "count"),
        Column("n_answered", Text("答了本题", "Answered"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
        Column("ci_low_pct", Text(f"{level}% 区间下限（%）", f"{level}% interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
        Column("method", Text("区间方法", "Method"), "code", labels={k: v for k, v in METHOD_LABELS.items() if k in set(frame["method"])}),
        note_column(frame, (OF_NOBODY, OF_EVERYBODY)),
    )  # fmt: skip
    why = NOTHING if population is not None else NO_REGISTRY if not seen.registered else NOT_OF_ALL
    notes = tuple(note for note in (OF_THOSE_WHO_ANSWERED, LIKE_A_SAMPLE, AS_A_CENSUS, why) if note != NOTHING)
    title = _title(Text("各选项占比", "Options"), ticks.question)
    return Table(frame, seen.provenance, f"options_{_name(seen, question)}", title, columns, notes)


def _title(what: Text, question: Question) -> Text:
    return Text(f"{what.zh}：{question.label.of('zh')}", f"{what.en}: {question.label.of('en')}")


def _name(seen: Populations, question: str) -> str:
    return f"{seen.result.plan.code}_{question.replace('.', '_')}"


def tabulate_overlap(source: Analysis | SurveyResult, survey: str = "", *, question: str) -> Table:
    """Count every combination of options that was ticked, the most frequent first; they add up to those who answered.

    Parameters
    ----------
    source
        A study carried out, or one survey alone.
    survey
        Which survey of the study.
    question
        A question with many answers.

    Returns
    -------
    Table
        `combination` (codes joined by "+", in the order of the form), `n_options`, `n`, `share_pct` of those who answered.

    Raises
    ------
    UsageError
        No such survey or question, or it does not allow several answers.
    """
    seen = populations_of(source, survey)
    ticks = ticks_of(seen.result, question)
    patterns, counts = np.unique(ticks.ticked, axis=0, return_counts=True) if ticks.n else (ticks.ticked, np.zeros(0))
    labels = _option_labels(ticks.question)
    rows = []
    for pattern, n in zip(patterns, counts, strict=True):
        codes = [code for code, hit in zip(ticks.codes, pattern, strict=True) if hit]
        rows.append(["+".join(codes), len(codes) if pattern[_positive(ticks)].any() else 0, int(n)])
    frame = pd.DataFrame(rows, columns=["combination", "n_options", "n"])
    frame = frame.sort_values(["n", "n_options", "combination"], ascending=[False, True, True]).reset_index(drop=True)
    frame["share_pct"] = 100.0 * frame["n"] / ticks.n if ticks.n else np.nan
    joined = {row: _joined([labels[code] for code in row.split("+")]) for row in frame["combination"] if row}
    columns = (
        Column("combination", Text("同时勾选的选项", "Options ticked together"), "code", labels=joined | {c: labels[c] for c in ticks.codes}),
        Column("n_options", Text("选项数", "Options"), "count"),
        Column("n", Text("企业数", "n"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
    )  # fmt: skip
    of = Text(f"答了本题的 {ticks.n} 家企业，各组合合计为全部。", f"Of {ticks.n} who answered; the combinations add up to all of them.")  # fmt: skip
    title = _title(Text("同时勾选", "Ticked together"), ticks.question)
    return Table(frame, seen.provenance, f"overlap_{_name(seen, question)}", title, columns, (of,))


def _joined(parts: list[Text]) -> Text:
    return Text(" + ".join(part.of("zh") for part in parts), " + ".join(part.of("en") for part in parts))


def tabulate_options_by_city(source: Analysis | SurveyResult, survey: str = "", *, question: str) -> Table:
    """Give the share of those who tick each option in every city, over those who answered there; cities without answers have their row."""
    seen = populations_of(source, survey)
    ticks = ticks_of(seen.result, question)
    rows = []
    for group in (*seen.order, ALL):
        mine = ticks.ticked if group == ALL else ticks.ticked[ticks.groups == group]
        shares = 100.0 * mine.mean(axis=0) if len(mine) else np.full(len(ticks.codes), np.nan)
        rows.append([group, len(mine), *shares])
    names = [f"share_{code}_pct" for code in ticks.codes]
    labels = _option_labels(ticks.question)
    book = seen.result.survey.codebook
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("n_answered", Text("答了本题", "Answered"), "count"),
        *(Column(name, labels[code], "percent") for name, code in zip(names, ticks.codes, strict=True)),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = _title(Text("各城市各选项占比", "Options by city"), ticks.question)
    return Table(frame, seen.provenance, f"options_by_city_{_name(seen, question)}", title, columns, (OF_THOSE_WHO_ANSWERED,))  # fmt: skip


@lru_cache(maxsize=64)  # bulletin and technical report ask for the same
def compare_cities(
    source: Analysis | SurveyResult, survey: str = "", *, question: str, draws: int = 9999
) -> tuple[Ticks, GroupsOnTicks]:
    """Test whether cities answer a question differently; "none of these" counts as an option, cities not stated are left out.

    Raises
    ------
    DataError
        Fewer than two cities answered, or everybody answered alike.
    """
    seen = populations_of(source, survey)
    ticks = ticks_of(seen.result, question)
    known = ticks.groups != UNKNOWN
    seed = source.study.seed if isinstance(source, Analysis) else 1
    return ticks, compare_ticks(ticks.ticked[known].astype(float), list(ticks.groups[known]), seed=seed, draws=draws)


def tabulate_option_test(
    source: Analysis | SurveyResult, survey: str = "", *, question: str, draws: int = 9999
) -> Table:
    """Test whether cities answer a question with many answers differently: all options together, then each.

    Parameters
    ----------
    source
        A study carried out (whose seed is used), or one survey alone.
    survey
        Which survey of the study.
    question
        A question with many answers.
    draws
        How often enterprises are dealt out anew among the cities.

    Returns
    -------
    Table
        First row "all": the sum of the options' chi-squares, effect size with its interval, p. Then a row an option: chi-square, bias-corrected Cramer's V with its interval,
        p adjusted by Holm; `note` where all or none ticked.

    Raises
    ------
    UsageError
        No such survey or question, or it does not allow several answers.
    DataError
        Fewer than two cities answered, or everybody answered alike.
    """
    seen = populations_of(source, survey)
    ticks, found = compare_cities(source, survey, question=question, draws=draws)
    rows: list[list[object]] = [["all", found.n, found.statistic, found.effect, found.effect_low, found.effect_high, found.p, ""]]  # fmt: skip
    known = ticks.groups != UNKNOWN
    counts = ticks.ticked[known].sum(axis=0)
    for place, code in enumerate(ticks.codes):
        values = (found.chi_squares, found.cramers_v, found.v_low, found.v_high, found.p_holm)
        rows.append([code, int(counts[place]), *(float(value[place]) for value in values), found.notes[place].en])
    names = ["option", "n", "chi_square", "effect", "effect_low", "effect_high", "p", "note"]
    frame = pd.DataFrame(rows, columns=names)
    whole = {"all": Text("全部选项一起", "All options together")}
    columns = (
        Column("option", OPTION, "code", labels=whole | _option_labels(ticks.question)),
        Column("n", Text("企业数", "n"), "count"),
        Column("chi_square", Text("χ²（首行为各选项之和）", "χ² (first row: their sum)"), "number", decimals=2),
        Column("effect", Text("效应量 V", "Effect size V"), "number", decimals=3),
        Column("effect_low", Text("95% 区间下限", "95% interval from"), "number", decimals=3),
        Column("effect_high", Text("上限", "to"), "number", decimals=3),
        Column("p", Text("p（选项为 Holm 校正）", "p (options: Holm)"), "number", decimals=4),
        note_column(frame, (NO_SPREAD,)),
    )
    how = Text(
        f"检验各城市勾选各选项的比例是否相同：把整家企业在 {found.n_groups} 个市之间重新分派 {found.draws} 次（假定 A119）；二阶 Rao–Scott 校正的近似 p = {found.p_rao_scott:.4f}。",
        f"Tests whether cities tick each option equally often, by dealing whole enterprises out anew among {found.n_groups} cities {found.draws} times (assumption A119); the second-order Rao-Scott approximation gives p = {found.p_rao_scott:.4f}.",
    )
    title = _title(Text("各城市回答是否不同", "Do cities answer differently"), ticks.question)
    return Table(frame, seen.provenance, f"option_test_{_name(seen, question)}", title, columns, (say_test(found), how))


def say_test(found: GroupsOnTicks) -> Text:
    """Say in a plain sentence what a comparison means."""
    size = Text(
        f"V = {found.effect:.2f}，95% 区间 {found.effect_low:.2f} 至 {found.effect_high:.2f}；只看这一题，p = {found.p:.3f}，未按题数校正",
        f"V = {found.effect:.2f}, 95% interval {found.effect_low:.2f} to {found.effect_high:.2f}; p = {found.p:.3f} for this question by itself, not adjusted for the number of questions",
    )
    if found.p < 0.05:
        return Text(f"单看这一题，各城市的回答有差别（{size.zh}）。", f"Taken by itself, this question shows cities to answer differently ({size.en}).")  # fmt: skip
    return Text(
        f"单看这一题，看不出各城市的回答有差别（{size.zh}）；这不等于证明没有差别。",
        f"Taken by itself, this question does not show that cities differ ({size.en}); that is no proof that they do not.",
    )
