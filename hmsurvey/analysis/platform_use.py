"""Who files on which platform, which platforms are used together, by city and by stage.

The questionnaire asks where each archive type is filed, not which platforms an enterprise uses: use is derived (assumption A183).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.filing import FILED
from hmsurvey.analysis.populations import LIKE_A_SAMPLE, NO_ANSWERS, NONE_STAGED, Populations, populations_of
from hmsurvey.analysis.shares import note_column
from hmsurvey.analysis.words import ALL, group_label, group_labels, stage_labels
from hmsurvey.answers import is_usable
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.landscape import Landscape, built_in_landscape
from hmsurvey.provenance import Provenance, combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.intervals import share_interval
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

By = Literal["all", "city", "stage", "both"]  # both: the stages, then the cities
Mask = NDArray[np.bool_]
NOWHERE = "none"
NOWHERE_LABEL = Text("不在任何平台", "On no platform")
DERIVED = Text(
    "问卷按档案类型问报送平台；有一类在某平台报送，就算使用该平台（假定 A183）。各类都没有作答的企业不计；只答了一部分的，可能少算。",
    "The questionnaire asks where each archive type is filed; a platform counts as used if any type is filed there (assumption A183). Enterprises that answered for no type are not counted; those that answered for some may use more.",
)
BY_STAGE = Text(
    "按阶段分的区间用 Wilson 法：各阶段的总体企业数不明。",
    "By stage the intervals are Wilson's: how many enterprises a stage has in all is not known.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Filing:
    """Where enterprises file: enterprise x archive type x platform.

    `ticked` holds platforms only ("filed on no platform" is `nowhere`, enterprise x type); `answered` says where the question on a type has a usable answer. `six` are the platforms that
    the landscape takes as the six; `belongs` says which type belongs on which platform. With fewer than `k` answers a group's shares say little (0: not known of a survey alone).
    """

    seen: Populations
    types: tuple[str, ...]
    platforms: tuple[str, ...]
    ticked: Mask
    nowhere: Mask
    answered: Mask
    six: frozenset[str]
    belongs: Mask
    type_names: Mapping[str, Text]
    platform_names: Mapping[str, Text]
    provenance: Provenance
    k: int

    @property
    def counted(self) -> Mask:
        """The enterprises that said of at least one type where it is filed."""
        return np.asarray(self.answered.any(axis=1), dtype=bool)

    @property
    def used(self) -> Mask:
        """Enterprise x platform: used for at least one type."""
        return np.asarray(self.ticked.any(axis=1), dtype=bool)

    def groups(self, by: By) -> Iterator[tuple[str, Mask, int | None]]:
        """Yield the groups, their enterprises and, for cities, how many are in production; "all" last."""
        n = len(self.answered)
        if by in ("stage", "both") and self.seen.result.stages is not None:
            staged = self.seen.result.stages.stage.astype(object).to_numpy()
            for code in stage_labels(self.seen.result.stages.rule):
                if code != UNSTAGED or (staged == code).any():
                    yield code, staged == code, None
        if by in ("city", "both"):
            for group in self.seen.order:
                mine = (self.seen.groups == group).to_numpy()
                yield group, mine, self.seen.population(group, int((mine & self.counted).sum()))[0]
        everybody = np.ones(n, dtype=bool)
        yield ALL, everybody, self.seen.population(ALL, int(self.counted.sum()))[0]

    def group_column(self, by: By) -> Column:
        """Return the column that names the groups."""
        book, stages = self.seen.result.survey.codebook, self.seen.result.stages
        if by == "stage" and stages is not None:
            return Column("group", Text("阶段", "Stage"), "code", labels=stage_labels(stages.rule) | {ALL: group_labels(book)[ALL]})  # fmt: skip
        if by == "both" and stages is not None:
            return Column("group", Text("阶段或城市", "Stage or city"), "code", labels=stage_labels(stages.rule) | group_labels(book))  # fmt: skip
        return Column("group", group_label(book), "code", labels=group_labels(book))

    def notes(self, by: By) -> tuple[Text, ...]:
        """Return what stands under a table with intervals."""
        return (DERIVED, LIKE_A_SAMPLE, *((BY_STAGE,) if by in ("stage", "both") else ()))

    def note_of(self, n: int, mine: Mask) -> str:
        """Return what must be said of a group with n answers; nothing where there are enough."""
        if n:
            return few(self.k).en if n < self.k else ""
        return (NONE_STAGED if mine.any() else NO_ANSWERS).en

    def note_column(self, frame: pd.DataFrame) -> Column:
        """Return the column of those notes."""
        return note_column(frame, (NO_ANSWERS, NONE_STAGED, few(self.k)))


def few(k: int) -> Text:
    """Say that a group has fewer than k answers."""
    return Text(f"答卷不足 {k} 份，占比说明不了什么。", f"Fewer than {k} answers: shares say little.")


def landscape_behind(source: Analysis | SurveyResult) -> Landscape:
    """Return the landscape of a study; of a survey alone, the built-in one."""
    return source.study.landscape if isinstance(source, Analysis) else built_in_landscape()


def asks_filing(result: SurveyResult) -> bool:
    """Tell whether a survey asks, for archive types, on which platforms they are filed."""
    return any(q.code.startswith(FILED) and q.kind == "many" for q in result.survey.codebook.questions)


def filing_of(source: Analysis | SurveyResult, survey: str = "") -> Filing:
    """Return who files what where.

    Parameters
    ----------
    source
        A study carried out, or one survey of it.
    survey
        Which survey; may be left out where only one asks on which platforms types are filed.

    Raises
    ------
    UsageError
        No survey asks for it.
    """
    if isinstance(source, Analysis) and not survey:
        survey = next((code for code, result in source.results.items() if asks_filing(result)), "")
    seen = populations_of(source, survey)
    book, answers = seen.result.survey.codebook, seen.result.survey.answers
    questions = [q for q in book.questions if q.code.startswith(FILED) and q.kind == "many"]
    if not questions:
        raise UsageError(
            Problem(
                Text("这项调查没有问各类档案报送到哪些平台。", "This survey does not ask on which platforms types are filed."),
                found=seen.result.plan.code,
                expected=Text(f"{FILED}T01 等多选题", f"questions with many answers such as {FILED}T01"),
            )
        )  # fmt: skip
    landscape = landscape_behind(source)
    names: dict[str, Text] = {}
    for question in questions:
        names |= {o.code: o.label for o in question.options if o.kind in ("answer", "other")}
    names |= {p.code: p.short for p in landscape.platforms if p.code in names}
    types = tuple(q.code.removeprefix(FILED) for q in questions)
    ticked = np.zeros((len(answers), len(types), len(names)), dtype=bool)
    nowhere, answered = (np.zeros((len(answers), len(types)), dtype=bool) for _ in range(2))
    for j, question in enumerate(questions):
        values = np.asarray(answers.values[question.code], dtype=bool)
        usable = is_usable(answers.states[question.code])
        answered[:, j] = usable
        for place, option in enumerate(question.options):
            if option.code in names:
                ticked[:, j, list(names).index(option.code)] = values[:, place] & usable
            elif option.kind == "none":
                nowhere[:, j] |= values[:, place] & usable
    home = {one.code: one.platforms for one in landscape.types}
    belongs = np.array([[platform in home.get(code, ()) for platform in names] for code in types], dtype=bool)
    labels = {one.code: one.label for one in landscape.types}
    return Filing(
        seen=seen,
        types=types,
        platforms=tuple(names),
        ticked=ticked,
        nowhere=nowhere,
        answered=answered,
        six=frozenset(p.code for p in landscape.platforms if not p.alternate),
        belongs=belongs,
        type_names={q.code.removeprefix(FILED): labels.get(q.code.removeprefix(FILED), q.name) for q in questions},
        platform_names=names | {NOWHERE: NOWHERE_LABEL},
        provenance=combine(
            seen.provenance, Provenance(definitions=landscape.versions_of("platforms", "archive_types"))
        ),
        k=source.study.k if isinstance(source, Analysis) else 0,
    )


def tabulate_platform_use(
    source: Analysis | SurveyResult, survey: str = "", *, by: By = "all", confidence: float = 0.95
) -> Table:
    """Give the share of enterprises that use each platform, with its interval: of all, of every city, or of every stage.

    Parameters
    ----------
    source
        A study carried out, or one survey of it.
    survey
        Which survey asks where types are filed.
    by
        "all", "city", "stage" (the stage of the same survey), or "both": the stages, then the cities.
    confidence
        Such as 0.95.

    Returns
    -------
    Table
        One row a group and platform, and one a group for those that file nowhere: `n_answered`, `n_using`, `share_pct`, `ci_low_pct`, `ci_high_pct`, `place` ("six", "alternate",
        "other", "none"). Groups without answers have their rows, shares empty.

    Raises
    ------
    UsageError
        No survey asks for it.
    """
    filing = filing_of(source, survey)
    used = np.column_stack([filing.used, filing.counted & ~filing.used.any(axis=1)])
    codes = (*filing.platforms, NOWHERE)
    rows = []
    for group, mine, population in filing.groups(by):
        there = mine & filing.counted
        n = int(there.sum())
        for j, code in enumerate(codes):
            one = share_interval(int(used[there, j].sum()), n, population=population, confidence=confidence)
            rows.append([group, code, _place(filing, code), n, one.part, *(100.0 * v if n else np.nan for v in (one.share, one.low, one.high)), filing.note_of(n, mine)])  # fmt: skip
    level = f"{100 * confidence:g}"
    frame = pd.DataFrame(rows, columns=["group", "platform", "place", "n_answered", "n_using", "share_pct", "ci_low_pct", "ci_high_pct", "note"])  # fmt: skip
    columns = (
        filing.group_column(by),
        Column("platform", Text("平台", "Platform"), "code", labels=filing.platform_names),
        Column("place", Text("地位", "Place"), "code", labels=_PLACES),
        Column("n_answered", Text("答卷企业", "Answered"), "count"),
        Column("n_using", Text("使用企业", "Use it"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
        Column("ci_low_pct", Text(f"{level}% 区间下限（%）", f"{level}% interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
        filing.note_column(frame),
    )
    return _finished(filing, frame, columns, "platform_use", by, Text("各平台的使用", "Use of the platforms"))


_PLACES = {
    "six": Text("所取六个之一", "one of the six"),
    "alternate": Text("备选", "alternate"),
    "other": Text("其他平台", "another platform"),
    "none": Text("不在任何平台", "no platform"),
}
BY_WORDS: dict[str, Text] = {"all": Text("", ""), "city": Text("，按城市", ", by city"), "stage": Text("，按阶段", ", by stage"), "both": Text("，按阶段和城市", ", by stage and city")}  # fmt: skip


def by_code(by: By) -> str:
    """Return what the code of a table by groups ends in."""
    return {"all": "", "both": "_by_stage_and_city"}.get(by, f"_by_{by}")


def _place(filing: Filing, code: str) -> str:
    if code in (NOWHERE, "other"):
        return {"other": "other"}.get(code, "none")
    return "six" if code in filing.six else "alternate"


def _finished(
    filing: Filing, frame: pd.DataFrame, columns: tuple[Column, ...], code: str, by: By, title: Text
) -> Table:
    tail, plan = BY_WORDS[by], filing.seen.result.plan
    name = f"{code}_{plan.code}{by_code(by)}"
    return Table(
        frame[[c.code for c in columns]],
        filing.provenance,
        name,
        Text(title.zh + tail.zh, title.en + tail.en),
        columns,
        filing.notes(by),
    )


def tabulate_platform_overlap(source: Analysis | SurveyResult, survey: str = "", *, by: By = "all") -> Table:
    """Count every combination of platforms that enterprises use, the most frequent first; they add up to those who answered, in every group.

    Returns
    -------
    Table
        `combination` (codes joined by "+"; "none" for those that file nowhere), `n_options`, `n`, `share_pct`: the form of `tabulate_overlap`. By city or stage, `group` before and a `note` behind; a
        group without answers has no row.

    Raises
    ------
    UsageError
        No survey asks for it.
    """
    filing = filing_of(source, survey)
    names, rows, joined = filing.platform_names, [], dict(filing.platform_names)
    for place, (group, mine, _) in enumerate(filing.groups(by)):
        used = filing.used[mine & filing.counted]
        n = len(used)
        patterns, counts = np.unique(used, axis=0, return_counts=True) if n else (used, np.zeros(0))
        for pattern, count in zip(patterns, counts, strict=True):
            codes = [code for code, hit in zip(filing.platforms, pattern, strict=True) if hit] or [NOWHERE]
            key = "+".join(codes)
            joined[key] = Text(" + ".join(names[c].zh for c in codes), " + ".join(names[c].en for c in codes))
            rows.append([place, group, key, int(pattern.sum()), int(count), 100.0 * count / n, filing.note_of(n, mine)])
    frame = pd.DataFrame(rows, columns=["place", "group", "combination", "n_options", "n", "share_pct", "note"])
    frame = frame.sort_values(["place", "n", "n_options", "combination"], ascending=[True, False, True, True]).reset_index(drop=True)  # fmt: skip
    columns: tuple[Column, ...] = (
        Column("combination", Text("同时使用的平台", "Platforms used together"), "code", labels=joined),
        Column("n_options", Text("平台数", "Platforms"), "count"),
        Column("n", Text("企业数", "n"), "count"),
        Column("share_pct", Text("占比（%）", "Share (%)"), "percent"),
    )
    if by != "all":
        columns = (filing.group_column(by), *columns, filing.note_column(frame))
    tail = BY_WORDS[by]
    title = Text(f"平台的重叠：哪些平台同时使用{tail.zh}", f"Overlap: which platforms are used together{tail.en}")
    name = f"platform_overlap_{filing.seen.result.plan.code}{by_code(by)}"
    return Table(frame[[c.code for c in columns]], filing.provenance, name, title, columns, (DERIVED,))


def tabulate_platform_pairs(source: Analysis | SurveyResult, survey: str = "") -> Table:
    """Count, for every pair of platforms, who uses both: `n_first`, `n_both`, `share_pct` (of those on the first, how many also use the second)."""
    filing = filing_of(source, survey)
    used, rows = filing.used[filing.counted], []
    for i, j in combinations(range(len(filing.platforms)), 2):
        for a, b in ((i, j), (j, i)):
            first, both = int(used[:, a].sum()), int((used[:, a] & used[:, b]).sum())
            rows.append([filing.platforms[a], filing.platforms[b], first, both, 100.0 * both / first if first else np.nan])  # fmt: skip
    columns = (
        Column("first", Text("使用的平台", "Platform in use"), "code", labels=filing.platform_names),
        Column("second", Text("同时使用", "Also used"), "code", labels=filing.platform_names),
        Column("n_first", Text("使用前者的企业", "Use the first"), "count"),
        Column("n_both", Text("两者都用的企业", "Use both"), "count"),
        Column("share_pct", Text("占前者（%）", "Of the first (%)"), "percent"),
    )
    frame = pd.DataFrame(rows, columns=[c.code for c in columns])
    title = Text("成对的平台", "Platforms in pairs")
    return Table(frame, filing.provenance, f"platform_pairs_{filing.seen.result.plan.code}", title, columns, (DERIVED,))


__all__ = ["BY_WORDS", "Filing", "asks_filing", "by_code", "filing_of", "landscape_behind", "tabulate_platform_overlap", "tabulate_platform_pairs", "tabulate_platform_use"]  # fmt: skip
