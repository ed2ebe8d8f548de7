"""Archive types beside carriers and platforms: which are filed where, which twice, which nowhere, and what exists on paper alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.platform_use import (
    BY_STAGE,
    BY_WORDS,
    DERIVED,
    NOWHERE,
    By,
    Filing,
    by_code,
    filing_of,
    landscape_behind,
)
from hmsurvey.answers import is_usable
from hmsurvey.errors import Text
from hmsurvey.statistics.intervals import share_interval
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

KEPT = "kept."
BELONGING = Text(
    "“应报平台”按 archive_types.toml（A72），是本项目的对照，不是对企业的判定。",
    "Where a type belongs is by archive_types.toml (A72): a comparison of this project's own, no verdict on an enterprise.",
)
FILES_TWICE = Text(
    "“报到两个以上平台”按每类档案所勾平台数，同一类的不同文件可能各报一处，因此是上限；“同一份材料”一题是企业自己的说法（A184）。",
    "Filed on two or more platforms counts the platforms ticked for a type; different documents of a type may go to different places, so it is an upper bound. The question on one and the same document is the enterprise's own word (A184).",
)


def tabulate_types_filed(source: Analysis | SurveyResult, survey: str = "", *, by: By = "all") -> Table:
    """Give, for every archive type, the share of enterprises that file it on each platform, on several, or nowhere: of all, by city or by stage.

    Returns
    -------
    Table
        One row a type: `belongs` (codes joined by "+", "none" where the landscape has no platform), `n_answered`, `share_PLATFORM_pct`, `share_none_pct`, `n_several`, `several_pct`, `n_none`,
        `n_elsewhere` (filed, and on no platform where it belongs), `n_paper_only` (filed nowhere, and kept on paper alone). By city or stage, a row a group and type with `group` before and a
        `note` behind where few answered or nobody.

    Raises
    ------
    UsageError
        No survey asks for it.
    """
    filing = filing_of(source, survey)
    levels = {code: _level(filing, code) for code in filing.types}
    rows = []
    for group, mine, _ in filing.groups(by):
        for j, code in enumerate(filing.types):
            there = mine & filing.answered[:, j]
            ticked, n = filing.ticked[there, j, :], int(there.sum())
            home, nowhere = filing.belongs[j], ~ticked.any(axis=1)
            several = ticked.sum(axis=1) >= 2
            elsewhere = ~nowhere & ~(ticked & home).any(axis=1) if home.any() else np.zeros(n, dtype=bool)
            on_paper = levels[code][there] == 0
            where = [p for p, hit in zip(filing.platforms, home, strict=True) if hit] or [NOWHERE]
            shares = [100.0 * v if n else np.nan for v in (*(ticked.mean(axis=0) if n else ticked.sum(axis=0)), nowhere.mean() if n else 0.0)]  # fmt: skip
            counts = [int(part.sum()) for part in (several, nowhere, elsewhere, nowhere & on_paper)]
            rows.append([group, code, "+".join(where), n, *shares, counts[0], _part(counts[0], n), *counts[1:], filing.note_of(n, mine)])  # fmt: skip
    names = filing.platform_names
    labels = {key: Text("、".join(names[c].zh for c in key.split("+")), ", ".join(names[c].en for c in key.split("+"))) for key in sorted({str(row[2]) for row in rows})}  # fmt: skip
    columns = (
        Column("type", Text("档案类型", "Archive type"), "code", labels=filing.type_names),
        Column("belongs", Text("应报平台", "Belongs on"), "code", labels=labels),
        Column("n_answered", Text("有答案的企业", "Answered"), "count"),
        *(Column(f"share_{code}_pct", Text(f"{names[code].zh}（%）", f"{names[code].en} (%)"), "percent") for code in (*filing.platforms, NOWHERE)),
        Column("n_several", Text("报到两个以上平台", "On two or more"), "count"),
        Column("several_pct", Text("报到两个以上平台（%）", "On two or more (%)"), "percent"),
        Column("n_none", Text("不在任何平台", "On no platform"), "count"),
        Column("n_elsewhere", Text("报了，但不在应报平台", "Filed, not where it belongs"), "count"),
        Column("n_paper_only", Text("不报送，只存纸质", "Filed nowhere, on paper alone"), "count"),
    )  # fmt: skip
    title = Text("各类档案报送到哪里", "Where each archive type is filed")
    return _grouped(filing, rows, columns, by, ("types_filed", title, (BELONGING, FILES_TWICE)))


def _grouped(
    filing: Filing,
    rows: list[list[object]],
    columns: tuple[Column, ...],
    by: By,
    named: tuple[str, Text, tuple[Text, ...]],
) -> Table:
    """Return a table of rows that begin with their group and end in what must be said of it; of all together both are left out."""
    frame = pd.DataFrame(rows, columns=["group", *(c.code for c in columns), "note"])
    if by != "all":
        columns = (filing.group_column(by), *columns, filing.note_column(frame))
    (code, title, notes), tail = named, BY_WORDS[by]
    name = f"{code}_{filing.seen.result.plan.code}{by_code(by)}"
    return Table(frame[[c.code for c in columns]], filing.provenance, name, Text(title.zh + tail.zh, title.en + tail.en), columns, notes)  # fmt: skip


def _level(filing: Filing, code: str) -> NDArray[np.int64]:
    """Return the carrier level of a type by enterprise, -1 where it is not told."""
    survey = filing.seen.result.survey
    name = KEPT + code
    if name not in survey.answers.values:
        return np.full(len(survey.answers), -1)
    question = survey.codebook.question(name)
    places = {question.place_of_option(level): at for at, level in enumerate(question.levels)}
    values, usable = np.asarray(survey.answers.values[name]), is_usable(survey.answers.states[name])
    return np.array([places.get(int(v), -1) if ok else -1 for v, ok in zip(values, usable, strict=True)])


def tabulate_carriers_by_platform(source: Analysis | SurveyResult, survey: str = "", *, by: By = "all") -> Table:
    """Cross the carrier of every archive type with the platforms it is filed on: of all, by city or by stage.

    Returns
    -------
    Table
        One row a type and carrier level that both questions were answered for: `n`, `n_PLATFORM`, `n_none`; a platform counts where the type is filed there, so that a row may add up to more
        than its n. By city or stage with `group` before and a `note` behind where few of the group answered for the type, or nobody.

    Raises
    ------
    UsageError
        No survey asks for it.
    """
    filing = filing_of(source, survey)
    book, rows = filing.seen.result.survey.codebook, []
    kept = [(j, code) for j, code in enumerate(filing.types) if KEPT + code in filing.seen.result.survey.answers.values]
    levels = {code: _level(filing, code) for _, code in kept}
    labels: dict[str, Text] = {}
    for group, here, _ in filing.groups(by):
        for j, code in kept:
            question = book.question(KEPT + code)
            labels |= {o.code: o.label for o in question.options if o.code in question.levels}
            both = here & filing.answered[:, j] & (levels[code] >= 0)
            note = filing.note_of(int(both.sum()), here)
            for at, name in enumerate(question.levels):
                mine = both & (levels[code] == at)
                ticked = filing.ticked[mine, j, :]
                rows.append([group, code, name, int(mine.sum()), *ticked.sum(axis=0).astype(int), int((~ticked.any(axis=1)).sum()), note])  # fmt: skip
    columns = (
        Column("type", Text("档案类型", "Archive type"), "code", labels=filing.type_names),
        Column("level", Text("载体", "Carrier"), "code", labels=labels),
        Column("n", Text("两题都有答案的企业", "Answered both"), "count"),
        *(Column(f"n_{c}", filing.platform_names[c], "count") for c in (*filing.platforms, NOWHERE)),
    )
    title = Text("档案类型、载体与平台", "Archive types by carrier and platform")
    return _grouped(filing, rows, columns, by, ("carriers_platforms", title, (DERIVED,)))


def tabulate_filing_load(
    source: Analysis | SurveyResult, survey: str = "", *, by: By = "all", confidence: float = 0.95
) -> Table:
    """Say how many platforms an enterprise files on, how often one document goes to several, and how much is on no platform: of all, by city or by stage.

    Returns
    -------
    Table
        One row a group (`group`; of all, one row without it), with a `note` where few answered: `n_answered`, `mean_platforms`, `several_pct` (share using two or more), `n_told` (answered the question on one document), `n_repeated` (it goes to two platforms or
        more), `repeated_pct` with its interval, `n_pairs` (enterprise x type with an answer), `pairs_none_pct` (of them on no platform), `pairs_paper_pct` (of them on no platform and on
        paper alone).

    Raises
    ------
    UsageError
        No survey asks for it.
    """
    filing = filing_of(source, survey)
    told, repeated = _one_document(source, filing)
    level = np.column_stack([_level(filing, code) for code in filing.types])
    nowhere = filing.answered & ~filing.ticked.any(axis=2)
    rows = []
    for group, mine, population in filing.groups(by):
        there = mine & filing.counted
        number = filing.used[there].sum(axis=1)
        m, k = int((mine & told).sum()), int((mine & repeated).sum())
        size = population if population is not None and population >= m else None
        one = share_interval(k, m, population=size, confidence=confidence)
        pairs, none = int(filing.answered[mine].sum()), int(nowhere[mine].sum())
        paper = int((nowhere & (level == 0))[mine].sum())
        rows.append([
            group, int(there.sum()), float(number.mean()) if len(number) else np.nan, _part(int((number >= 2).sum()), len(number)),
            m, k, *(100.0 * v if m else np.nan for v in (one.share, one.low, one.high)), pairs, _part(none, pairs), _part(paper, pairs),
            filing.note_of(int(there.sum()), mine),
        ])  # fmt: skip
    words = f"{100 * confidence:g}"
    columns = (
        Column("n_answered", Text("答卷企业", "Answered"), "count"),
        Column("mean_platforms", Text("平均平台数", "Platforms on average"), "number"),
        Column("several_pct", Text("用两个以上平台（%）", "On two or more (%)"), "percent"),
        Column("n_told", Text("答了“同一份材料”", "Answered on one document"), "count"),
        Column("n_repeated", Text("其中报到两个以上平台", "Of them to two or more"), "count"),
        Column("repeated_pct", Text("同一份材料重复报送（%）", "One document filed repeatedly (%)"), "percent"),
        Column("ci_low_pct", Text(f"{words}% 区间下限（%）", f"{words}% interval from (%)"), "percent"),
        Column("ci_high_pct", Text("上限（%）", "to (%)"), "percent"),
        Column("n_pairs", Text("企业×档案类型", "Enterprise x type"), "count"),
        Column("pairs_none_pct", Text("其中不在任何平台（%）", "Of them on no platform (%)"), "percent"),
        Column("pairs_paper_pct", Text("其中不报送且只存纸质（%）", "Of them filed nowhere, on paper alone (%)"), "percent"),
    )  # fmt: skip
    title = Text("报送负担与平台之外", "The load of filing, and what is on no platform")
    notes = (DERIVED, FILES_TWICE, *((BY_STAGE,) if by in ("stage", "both") else ()))
    return _grouped(filing, rows, columns, by, ("filing_load", title, notes))


def _part(some: int, whole: int) -> float:
    return 100.0 * some / whole if whole else np.nan


def _one_document(source: Analysis | SurveyResult, filing: Filing) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who answered on how many platforms one document is filed, and who said two or more; the options go from one up."""
    survey = filing.seen.result.survey
    nobody = np.zeros(len(survey.answers), dtype=bool)
    code = landscape_behind(source).severities.refile
    if not code or code not in survey.answers.values or survey.codebook.question(code).kind != "one":
        return nobody, nobody
    question = survey.codebook.question(code)
    told = is_usable(survey.answers.states[code])
    first = question.place_of_option(question.levels[0])
    return told, told & (np.asarray(survey.answers.values[code]) != first)


__all__ = ["tabulate_carriers_by_platform", "tabulate_filing_load", "tabulate_types_filed"]
