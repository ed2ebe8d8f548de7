"""Do visits bear the answers out? The stage by the answers beside the stage that a visit found, and what that would make of the shares.

Those visited were chosen by what they had answered and not drawn; among those of one stage by their answers they are taken to stand for the rest (A216). There are few of them, and the intervals say
so. Nothing else in the study uses these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.visits import tabulate_visits
from hmsurvey.analysis.waves import sign_test
from hmsurvey.analysis.words import ALL, group_label, group_labels, group_order, groups_of, stage_labels
from hmsurvey.errors import DataError, Problem, Text, UsageError
from hmsurvey.provenance import Provenance
from hmsurvey.rules import Rule
from hmsurvey.statistics.agreement import Kappa, weighted_kappa
from hmsurvey.statistics.intervals import share_interval
from hmsurvey.statistics.misclassification import correct_by_matrix, double_sample
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table

LEAST = 10  # visits that could tell, before anything is put right: A218
CHOSEN = Text(
    "走访对象是选定的，不是抽取的；按答卷处在同一阶段的企业中，把走访过的看作能代表没有走访的（假定 A216）。",
    "Those visited were chosen, not drawn; among enterprises of one stage by their answers, the visited are taken to stand for the others (A216).",
)
FEW = Text(
    "走访家数少，区间因此很宽；各行概率按 Dirichlet 分布推算，先验合计只抵一家企业（假定 A217）；按答卷的占比也这样推算，不计在产企业总数，区间因此比别处宽。",
    "There were few visits, and the intervals are wide for it; chances are drawn from Dirichlet distributions whose prior weighs as much as one enterprise (A217). The shares by the answers are drawn likewise, without the number in production: their intervals are wider than elsewhere in these reports.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The visits of one survey that could tell a stage: `table` counts them, stage by the answers x stage found, both from the highest down; `named` counts all enterprises with a stage; `n_cannot_tell` could not."""

    rule: Rule
    named: NDArray[np.float64]
    table: NDArray[np.float64]
    n_visited: int
    n_cannot_tell: int
    provenance: Provenance

    @property
    def n(self) -> int:
        """Visits that could tell."""
        return int(self.table.sum())


def evidence_of(analysis: Analysis, survey: str) -> Evidence:
    """Gather the visits of a survey: a visit that confirms finds the stage of the answers, one that contests the stage it names; others tell nothing.

    Raises
    ------
    UsageError
        There is no record of visits, or the survey has no stages.
    """
    visited = tabulate_visits(analysis, survey)
    stages = need_stages(analysis[survey])
    codes = stages.rule.codes
    frame = visited.frame
    told = frame["stage_before"].isin(codes) & (
        (frame["finding"] == "confirmed") | ((frame["finding"] == "contested") & frame["stage_found"].isin(codes))
    )
    counts = pd.crosstab(frame.loc[told, "stage_before"], frame.loc[told, "stage_after"])
    table = counts.reindex(index=list(codes), columns=list(codes), fill_value=0).to_numpy(dtype=float)
    named = np.array([float((stages.stage == code).sum()) for code in codes])
    return Evidence(stages.rule, named, table, len(frame), int((~told).sum()), visited.provenance)


def tabulate_misclassification(analysis: Analysis, survey: str) -> Table:
    """Cross the stage by the answers with the stage that visits found.

    Returns
    -------
    Table
        A row a stage by the answers and one for all: `n_enterprises`, `n_told` (visits that could tell), `n_found_STAGE` (adding up to n_told), `n_higher`, `n_lower`, and `confirmed_pct` with its Jeffreys interval.
    """
    evidence = evidence_of(analysis, survey)
    codes, labels = evidence.rule.codes, stage_labels(evidence.rule)
    rows = []
    for j, code in enumerate([*codes, ALL]):
        mine = evidence.table if code == ALL else evidence.table[[j]]
        at = np.arange(len(codes)) if code == ALL else np.array([j])
        same = int(sum(row[place] for row, place in zip(mine, at, strict=True)))
        higher = int(sum(row[:place].sum() for row, place in zip(mine, at, strict=True)))
        n = int(mine.sum())
        found = share_interval(same, n, method="jeffreys")
        row: dict[str, object] = {
            "stage": code,
            "n_enterprises": int(evidence.named.sum() if code == ALL else evidence.named[j]),
            "n_told": n,
        }
        row |= {f"n_found_{to}": int(mine[:, k].sum()) for k, to in enumerate(codes)}
        blank = n == 0
        rows.append(
            row | {"n_higher": higher, "n_lower": n - same - higher, "confirmed_pct": 100.0 * found.share,
                   "low_pct": np.nan if blank else 100.0 * found.low, "high_pct": np.nan if blank else 100.0 * found.high}
        )  # fmt: skip
    columns = (
        Column("stage", Text("按答卷的阶段", "Stage by the answers"), "code", labels=labels | {ALL: Text("合计", "All")}),
        Column("n_enterprises", Text("企业数", "n"), "count"),
        Column("n_told", Text("走访得出结论", "Visits that could tell"), "count"),
        *(Column(f"n_found_{code}", Text(f"走访认定：{labels[code].zh}", f"Found: {labels[code].en}"), "count") for code in codes),
        Column("n_higher", Text("认定更高", "Found higher"), "count"),
        Column("n_lower", Text("认定更低", "Found lower"), "count"),
        Column("confirmed_pct", Text("一致（%）", "Confirmed (%)"), "percent"),
        Column("low_pct", Text("区间下限", "from"), "percent"),
        Column("high_pct", Text("上限", "to"), "percent"),
    )  # fmt: skip
    cannot = evidence.n_cannot_tell
    notes = [
        Text(
            "一致比例的区间为 95%（Jeffreys）。走访对象是选定的，往往偏重有疑问、接近分界的企业，不一致的比例可能偏高。",
            "Intervals of what was confirmed are 95% (Jeffreys). Visits are chosen, and tend to go where there is doubt and near borders: the share contested may be too high.",
        )
    ]
    if cannot:
        notes.append(Text(f"另有 {cannot} 次走访得不出结论，或该企业按答卷没有阶段，未计入。", f"{cannot} more could not tell, or were to enterprises without a stage, and are not counted."))  # fmt: skip
    title = _titled(analysis, survey, Text("走访与答卷是否一致", "Do visits bear the answers out"))
    return Table(pd.DataFrame(rows), evidence.provenance, f"misclassified_{survey}", title, columns, tuple(notes))


def _titled(analysis: Analysis, survey: str, words: Text) -> Text:
    label = analysis[survey].plan.label
    return Text(f"{words.zh}：{label.zh}", f"{words.en}: {label.en}")


def tabulate_visit_agreement(analysis: Analysis, survey: str) -> Table:
    """Measure how far visits and answers agree beyond chance, and in which direction they differ.

    Returns
    -------
    Table
        One row: `n_told`, `n_same`, `n_higher`, `n_lower`, `kappa` (linear weights) with its interval, `p` (exact sign test of higher against lower).
    """
    evidence = evidence_of(analysis, survey)
    n, same = evidence.n, int(np.trace(evidence.table))
    higher = int(np.tril(evidence.table, -1).sum())  # stages run from the highest down: left of the diagonal is higher
    lower = n - same - higher
    notes = [CHOSEN]
    kappa: Kappa | None = None
    try:
        kappa = weighted_kappa(evidence.table[::-1, ::-1], weights="linear")
    except DataError:
        notes.append(Text("没有可比的走访。", "There is no visit to compare."))
    if kappa is not None and any(kappa.note):
        notes.append(kappa.note)
    values = (np.nan, np.nan, np.nan) if kappa is None else (kappa.value, kappa.low, kappa.high)
    row = [survey, n, same, higher, lower, *values, sign_test(higher, lower)]
    columns = (
        Column("survey", Text("调查", "Survey"), "code", labels={survey: analysis[survey].plan.label}),
        Column("n_told", Text("走访得出结论", "Visits that could tell"), "count"),
        Column("n_same", Text("一致", "Confirmed"), "count"),
        Column("n_higher", Text("认定更高", "Found higher"), "count"),
        Column("n_lower", Text("认定更低", "Found lower"), "count"),
        Column("kappa", Text("加权 kappa", "Weighted kappa"), "number", decimals=2),
        Column("ci_low", Text("95% 区间下限", "95% interval from"), "number", decimals=2),
        Column("ci_high", Text("上限", "to"), "number", decimals=2),
        Column("p", Text("升降相当的 p 值（符号检验）", "p, higher as often as lower (sign test)"), "number", decimals=3),
    )  # fmt: skip
    frame = pd.DataFrame([row], columns=[column.code for column in columns])
    title = _titled(analysis, survey, Text("走访与答卷的一致程度", "Agreement of visits and answers"))
    return Table(frame, evidence.provenance, f"visit_agreement_{survey}", title, columns, tuple(notes))


def too_few(evidence: Evidence) -> Text | None:
    """Tell why shares cannot be put right by these visits; None where they can."""
    if evidence.n < LEAST:
        return Text(
            f"得出结论的走访只有 {evidence.n} 次，不足 {LEAST} 次，不据此校正占比。",
            f"Only {evidence.n} visits could tell, fewer than {LEAST}: shares are not put right by them.",
        )
    return None


def tabulate_adjusted_shares(analysis: Analysis, survey: str) -> Table:
    """Put the shares of the stages, of all enterprises with a stage, beside what they would be were answers borne out as rarely as the visits say.

    Returns
    -------
    Table
        A row a stage: `n`, `said_pct` with its interval, `adjusted_pct` with its interval (double sampling), `matrix_pct` (the matrix method on the same visits as if they had been drawn by the stage found; NaN where it
        cannot be solved or gives a negative share, and a note says why).

    Raises
    ------
    UsageError
        No record of visits, no stages, or fewer than ten visits that could tell.
    """
    evidence = _enough(analysis, survey)
    codes = evidence.rule.codes
    found = double_sample(evidence.named, evidence.table, seed=analysis.study.seed)
    notes = [CHOSEN, FEW, *_unseen(evidence)]
    matrix = np.full(len(codes), np.nan)
    try:
        solved = correct_by_matrix(evidence.named, evidence.table.T)
        if min(solved.solved) < 0:
            words = Text(
                "矩阵法未用：解出的占比有负数，走访太少。",
                "The matrix method was not used: a share came out negative, the visits being too few.",
            )
            notes.append(words)
        else:
            matrix = np.array(solved.shares)
    except DataError as error:
        what = error.problems[0].what
        notes.append(Text(f"矩阵法未算：{what.zh}", f"The matrix method was not used: {what.en}"))
    frame = pd.DataFrame(
        {
            "stage": codes, "n": evidence.named.astype(int), "said_pct": 100 * found.named, "said_low_pct": 100 * found.named_low, "said_high_pct": 100 * found.named_high,
            "adjusted_pct": 100 * found.true, "adjusted_low_pct": 100 * found.low, "adjusted_high_pct": 100 * found.high, "matrix_pct": 100 * matrix,
        }
    )  # fmt: skip
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels=stage_labels(evidence.rule)),
        Column("n", Text("按答卷的企业数", "n by the answers"), "count"),
        *_share_columns(),
        Column("matrix_pct", Text("矩阵法（%）", "Matrix method (%)"), "percent"),
    )
    title = _titled(analysis, survey, Text("按走访校正后的阶段占比", "Shares of the stages, put right by the visits"))
    return Table(frame, evidence.provenance, f"adjusted_{survey}", title, columns, tuple(notes))


def _share_columns() -> tuple[Column, ...]:
    columns = []
    for code, words in (
        ("said", Text("按答卷（%）", "By the answers (%)")),
        ("adjusted", Text("校正后（%）", "Put right (%)")),
    ):
        columns += [
            Column(f"{code}_pct", words, "percent"),
            Column(f"{code}_low_pct", Text("区间下限", "from"), "percent"),
            Column(f"{code}_high_pct", Text("上限", "to"), "percent"),
        ]
    return tuple(columns)


def _enough(analysis: Analysis, survey: str) -> Evidence:
    evidence = evidence_of(analysis, survey)
    why = too_few(evidence)
    if why is not None:
        raise UsageError(Problem(why, where=survey, fix=Text("多走访几家。", "visit more enterprises.")))
    return evidence


def _unseen(evidence: Evidence) -> list[Text]:
    labels = stage_labels(evidence.rule)
    told = evidence.table.sum(axis=1)
    names = [
        labels[code] for code, n, all_ in zip(evidence.rule.codes, told, evidence.named, strict=True) if not n and all_
    ]
    return [
        Text(
            f"按答卷处在{name.of('zh')}的没有一家得出走访结论，这部分的校正没有依据，只反映先验。",
            f"No visit could tell of those at {name.of('en')} by their answers: for them nothing but the prior speaks.",
        )
        for name in names
    ]


def tabulate_adjusted_by_city(analysis: Analysis, survey: str) -> Table:
    """Do the same for every city, by the error rates of all visits together: single cities have too few. A model, for use inside.

    Returns
    -------
    Table
        A row a city and stage: `n` (with a stage), `said_pct`, `adjusted_pct`, with intervals.
    """
    evidence = _enough(analysis, survey)
    result = analysis[survey]
    codes, stage = evidence.rule.codes, need_stages(result).stage.astype(object)
    groups = groups_of(result.survey)
    rows: list[list[object]] = []
    for group in (*group_order(result.survey), ALL):
        mine = stage if group == ALL else stage[(groups == group).to_numpy()]
        named = mine.value_counts().reindex(list(codes), fill_value=0).to_numpy(dtype=float)
        n = int(named.sum())
        if n == 0:
            continue
        found = double_sample(named, evidence.table, seed=analysis.study.seed, elsewhere=True)
        for k, code in enumerate(codes):
            said = (100 * found.named[k], 100 * found.named_low[k], 100 * found.named_high[k])
            rows.append([group, code, n, *said, 100 * found.true[k], 100 * found.low[k], 100 * found.high[k]])
    book = result.survey.codebook
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("stage", Text("阶段", "Stage"), "code", labels=stage_labels(evidence.rule)),
        Column("n", Text("有阶段的企业数", "n with a stage"), "count"),
        *_share_columns(),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    same = Text(
        "各市走访太少，一律用全省的走访结果校正（假定 A219）。",
        "Single cities have too few visits; all are put right by the visits of the whole province (A219).",
    )
    title = _titled(
        analysis, survey, Text("各城市按走访校正后的阶段占比", "Shares of the stages by city, put right by the visits")
    )
    notes = (same, CHOSEN, FEW, *_unseen(evidence))
    return Table(frame, evidence.provenance, f"adjusted_by_city_{survey}", title, columns, notes)
