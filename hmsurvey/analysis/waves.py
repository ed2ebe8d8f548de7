"""Waves of one survey side by side: who moved up, down or stayed, who entered and who left, and what of a change is one of the same enterprises.

All waves are staged by the study's own rule, so that a move is one of an enterprise and not of the yardstick. An interval takes each enterprise's move as one of many that chance might have
brought (A213); who entered or left is counted, and never guessed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats

from hmsurvey.analysis.rivals import places_of
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.analysis.words import ALL, group_label, group_labels, groups_of, stage_labels
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.provenance import Provenance, combine
from hmsurvey.rules import UNSTAGED, Rule
from hmsurvey.statistics.intervals import mean_interval, share_interval
from hmsurvey.study import Analysis, Wave
from hmsurvey.tables import Column, Table

ENTERED, LEFT = "entered", "left"
ENTERED_LABEL = Text("新参加", "Entered")
LEFT_LABEL = Text("未再参加", "Left")
N = Text("企业数", "n")
BY_CHANCE = Text(
    "区间为 95%（Wilson），把每家的升降看作偶然中的一种（假定 A213）；两期都定了阶段的企业才计入。",
    "Intervals are 95% (Wilson) and take each enterprise's move as one that chance might have brought (A213); over those with a stage in both waves.",
)
ONE_YARDSTICK = Text(
    "各期都按本研究现行的指标体系和规则计分、定阶段。",
    "All waves are scored and staged by the study's own index and rule.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Two waves, one after the other, and every enterprise that is in one of them.

    `frame` has a row an enterprise (index: unit): `group` (its city in the later wave where it is in that, else in the earlier), `before` and `after` (stages, "unstaged"; ENTERED and LEFT where it was not there),
    `total_before`, `total_after` (NaN without one). `name` is what the study calls the survey.
    """

    survey: str
    name: Text
    before: Wave
    after: Wave
    frame: pd.DataFrame

    @property
    def code(self) -> str:
        """What tables of this step are called by: survey and years."""
        return f"{self.survey}_{self.before.year}_{self.after.year}"

    @property
    def rule(self) -> Rule:
        """The rule that staged both waves."""
        return need_stages(self.after.result).rule

    @property
    def provenance(self) -> Provenance:
        """Where both waves come from."""
        return combine(*(need_stages(wave.result).provenance for wave in (self.before, self.after)))

    @property
    def label(self) -> Text:
        """The two waves by name."""
        a, b = self.before.label, self.after.label
        return Text(f"{a.zh}至{b.zh}", f"{a.en} to {b.en}")


def steps_of(analysis: Analysis, survey: str) -> tuple[Step, ...]:
    """Put each wave of a survey beside the one before it, matched by the enterprises' ids.

    Raises
    ------
    UsageError
        The survey was held once, or has no stages.
    """
    waves = analysis.waves.get(survey, ())
    need_stages(analysis[survey])
    if len(waves) < 2:
        raise UsageError(
            Problem(
                Text("这项调查只有一期。", "This survey was held once."),
                found=survey,
                fix=Text("在 study.toml 写 [[wave]]。", "name further waves under [[wave]] in study.toml."),
            )
        )
    name = analysis[survey].plan.label
    return tuple(_step(survey, name, waves=pair) for pair in pairwise(waves))


def _step(survey: str, name: Text, *, waves: tuple[Wave, Wave]) -> Step:
    before, after = waves
    sides = []
    for wave in (before, after):
        stages = need_stages(wave.result)
        scores = wave.result.scores
        total = scores.total if scores is not None else pd.Series(np.nan, index=stages.frame.index)
        sides.append(pd.DataFrame({"group": groups_of(wave.result.survey), "stage": stages.stage.astype(object), "total": total}))  # fmt: skip
    units = sides[1].index.union(sides[0].index, sort=True)
    old, new = (side.reindex(units) for side in sides)
    frame = pd.DataFrame(
        {
            "group": new["group"].where(new["group"].notna(), old["group"]),
            "before": old["stage"].where(old["stage"].notna(), ENTERED),
            "after": new["stage"].where(new["stage"].notna(), LEFT),
            "total_before": old["total"].astype(float),
            "total_after": new["total"].astype(float),
        }
    )
    return Step(survey, name, before, after, frame)


def moves_of(step: Step) -> pd.Series:
    """Return by how many stages every enterprise rose (+) or fell (-); NaN where it was not staged in both."""
    codes = step.rule.codes
    return places_of(step.frame["after"], codes) - places_of(step.frame["before"], codes)


def tabulate_transitions(step: Step) -> Table:
    """Cross the stages of two waves.

    Returns
    -------
    Table
        A row a stage of the earlier wave, one for the unstaged, one for those who entered, and one for all: `n`, `n_to_STAGE`, `n_to_unstaged`, `n_left`, adding up to n; then of those staged in both `n_staged`,
        and the shares that rose, stayed and fell, with intervals.
    """
    labels = stage_labels(step.rule)
    rows, columns = [*labels, ENTERED], [*labels, LEFT]
    counts = pd.crosstab(step.frame["before"], step.frame["after"]).reindex(index=rows, columns=columns, fill_value=0)
    moves = moves_of(step)
    found = []
    for code in (*rows, ALL):
        mine = np.ones(len(moves), dtype=bool) if code == ALL else (step.frame["before"] == code).to_numpy()
        line = counts.to_numpy().sum(axis=0) if code == ALL else counts.to_numpy()[rows.index(code)]
        row: dict[str, object] = {"before": code, "n": int(line.sum())}
        row |= {f"n_to_{to}" if to != LEFT else "n_left": int(n) for to, n in zip(columns, line, strict=True)}
        found.append(row | _directions(moves[mine].dropna().to_numpy()))
    frame = pd.DataFrame(found)
    to = {
        f"n_to_{code}": Text(f"{step.after.label.zh}：{words.zh}", f"{step.after.label.en}: {words.en}")
        for code, words in labels.items()
    }
    described = (
        Column("before", Text(f"{step.before.label.zh}的阶段", f"Stage in {step.before.label.en}"), "code", labels=labels | {ENTERED: ENTERED_LABEL, ALL: Text("合计", "All")}),
        Column("n", N, "count"),
        *(Column(code, words, "count") for code, words in to.items()),
        Column("n_left", LEFT_LABEL, "count"),
        *_direction_columns(),
    )  # fmt: skip
    title = Text(f"阶段的变动，{step.label.zh}：{step.name.zh}", f"Moves between stages, {step.label.en}: {step.name.en}")  # fmt: skip
    notes = (ONE_YARDSTICK, BY_CHANCE, *_sign_note(step, moves))
    return Table(frame, step.provenance, f"transitions_{step.code}", title, described, notes)


def _directions(moves: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, object]:
    n = len(moves)
    row: dict[str, object] = {"n_staged": n}
    for code, mine in (("up", moves > 0), ("same", moves == 0), ("down", moves < 0)):
        found = share_interval(int(mine.sum()), n, method="wilson")
        blank = n == 0
        row |= {
            f"n_{code}": int(mine.sum()),
            f"{code}_pct": 100.0 * found.share,
            f"{code}_low_pct": np.nan if blank else 100.0 * found.low,
            f"{code}_high_pct": np.nan if blank else 100.0 * found.high,
        }
    return row


def _direction_columns() -> tuple[Column, ...]:
    columns = [Column("n_staged", Text("两期都有阶段", "Staged in both"), "count")]
    for code, words in (("up", Text("上升", "Rose")), ("same", Text("未变", "Stayed")), ("down", Text("下降", "Fell"))):
        columns += [
            Column(f"n_{code}", words, "count"),
            Column(f"{code}_pct", Text(f"{words.zh}（%）", f"{words.en} (%)"), "percent"),
            Column(f"{code}_low_pct", Text("区间下限", "from"), "percent"),
            Column(f"{code}_high_pct", Text("上限", "to"), "percent"),
        ]
    return tuple(columns)


def _sign_note(step: Step, moves: pd.Series) -> tuple[Text, ...]:
    up, down = int((moves > 0).sum()), int((moves < 0).sum())
    if not up + down:
        return ()
    p = sign_test(up, down)
    words = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return (
        Text(
            f"上升 {up} 家、下降 {down} 家；若升降机会相同，这样悬殊或更悬殊的机会为 {words}（符号检验，精确）。",
            f"{up} rose and {down} fell; were either as likely, so uneven a split or more would have {words} (exact sign test).",
        ),
    )


def sign_test(up: int, down: int) -> float:
    """Return the exact two-sided p of so uneven a split of moves, were both directions as likely.

    References: W. J. Dixon, A. M. Mood, The statistical sign test, JASA 41 (1946) 557-566. For two stages it is McNemar's test, exact.

    >>> round(sign_test(9, 1), 5)
    0.02148
    """
    return float(stats.binomtest(up, up + down, 0.5).pvalue) if up + down else 1.0


def tabulate_wave_moves(step: Step) -> Table:
    """Count moves by city.

    Returns
    -------
    Table
        A row a city and one for all: `n_before`, `n_after`, `n_both`, `n_entered`, `n_left`; of those staged in both `n_staged`, and who rose, stayed and fell, with shares and intervals.
    """
    frame, moves = step.frame, moves_of(step)
    entered, left = (frame["before"] == ENTERED).to_numpy(), (frame["after"] == LEFT).to_numpy()
    rows = []
    for group in (*groups_in(step), ALL):
        mine = np.ones(len(frame), dtype=bool) if group == ALL else (frame["group"] == group).to_numpy()
        row: dict[str, object] = {
            "group": group,
            "n_before": int((mine & ~entered).sum()),
            "n_after": int((mine & ~left).sum()),
            "n_both": int((mine & ~entered & ~left).sum()),
            "n_entered": int((mine & entered).sum()),
            "n_left": int((mine & left).sum()),
        }
        rows.append(row | _directions(moves[mine].dropna().to_numpy()))
    book = step.after.result.survey.codebook
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("n_before", Text(f"{step.before.label.zh}企业数", f"n, {step.before.label.en}"), "count"),
        Column("n_after", Text(f"{step.after.label.zh}企业数", f"n, {step.after.label.en}"), "count"),
        Column("n_both", Text("两期都参加", "In both"), "count"),
        Column("n_entered", ENTERED_LABEL, "count"),
        Column("n_left", LEFT_LABEL, "count"),
        *_direction_columns(),
    )
    title = Text(
        f"各城市阶段的变动，{step.label.zh}：{step.name.zh}",
        f"Moves between stages by city, {step.label.en}: {step.name.en}",
    )
    blank = Text("空格：该市没有两期都定了阶段的企业。", "A blank: nobody in the city has a stage in both waves.")
    notes = (ONE_YARDSTICK, BY_CHANCE, blank)
    return Table(pd.DataFrame(rows), step.provenance, f"wave_moves_{step.code}", title, columns, notes)


def groups_in(step: Step) -> list[str]:
    """Return the cities of the two waves in the codebook's order."""
    present = set(step.frame["group"])
    order = [code for code in group_labels(step.after.result.survey.codebook) if code in present and code != ALL]
    return order + sorted(present - set(order) - {ALL})


def tabulate_like_for_like(step: Step) -> Table:
    """Split a change between two waves into one of the same enterprises and one of who takes part.

    Returns
    -------
    Table
        A row a stage (share of those with a stage, in per cent) and one for the mean total: `all_before`, `both_before`, `both_after`, `all_after`; `change` = all_after - all_before, which is `same` (both_after - both_before, with its
        interval) + `entry` (all_after - both_after) + `exit` (both_before - all_before), exactly. Both: those with a stage (a total) in both waves.
    """
    frame = step.frame
    staged = [frame[side].isin(step.rule.codes).to_numpy() for side in ("before", "after")]
    rows = []
    for code in step.rule.codes:
        before, after = ((frame[side] == code).to_numpy() * 100.0 for side in ("before", "after"))
        rows.append({"what": code} | _split(before, after, staged))
    totals = [frame[f"total_{side}"].to_numpy() for side in ("before", "after")]
    if not all(np.isnan(total).all() for total in totals):
        rows.append({"what": "total"} | _split(totals[0], totals[1], [~np.isnan(total) for total in totals]))
    columns = (
        Column("what", Text("阶段占比（%）或总分", "Share at the stage (%), or total"), "code", labels=stage_labels(step.rule) | {"total": Text("平均总分", "Mean total")}),
        Column("n_before", Text(f"{step.before.label.zh}企业数", f"n, {step.before.label.en}"), "count"),
        Column("n_after", Text(f"{step.after.label.zh}企业数", f"n, {step.after.label.en}"), "count"),
        Column("n_both", Text("两期都有", "In both"), "count"),
        Column("all_before", Text(f"{step.before.label.zh}，全部", f"{step.before.label.en}, all"), "number", decimals=1),
        Column("both_before", Text(f"{step.before.label.zh}，两期都有", f"{step.before.label.en}, in both"), "number", decimals=1),
        Column("both_after", Text(f"{step.after.label.zh}，两期都有", f"{step.after.label.en}, in both"), "number", decimals=1),
        Column("all_after", Text(f"{step.after.label.zh}，全部", f"{step.after.label.en}, all"), "number", decimals=1),
        Column("change", Text("变化，全部", "Change of all"), "number", decimals=1),
        Column("same", Text("其中：同一批企业的变化", "of it: the same enterprises"), "number", decimals=1),
        Column("same_low", Text("区间下限", "from"), "number", decimals=1),
        Column("same_high", Text("上限", "to"), "number", decimals=1),
        Column("entry", Text("其中：新参加的", "of it: who entered"), "number", decimals=1),
        Column("exit", Text("其中：未再参加的", "of it: who left"), "number", decimals=1),
    )  # fmt: skip
    title = Text(f"是企业变了，还是企业换了，{step.label.zh}：{step.name.zh}", f"Have enterprises changed, or have others come, {step.label.en}: {step.name.en}")  # fmt: skip
    notes = (
        ONE_YARDSTICK,
        Text(
            "三项之和等于全部的变化。区间为同一批企业前后之差的 95% t 区间（假定 A213）。一期有而另一期没有阶段（总分）的，算作新参加或未再参加。",
            "The three parts add up to the change of all. The interval is the 95% t interval of the differences of the same enterprises (A213). Who has a stage (a total) in one wave only counts as having entered or left.",
        ),
    )
    return Table(pd.DataFrame(rows), step.provenance, f"like_for_like_{step.code}", title, columns, notes)


def _split(before: np.ndarray, after: np.ndarray, there: Sequence[np.ndarray]) -> dict[str, float]:
    both = there[0] & there[1]

    def mean(values: np.ndarray, where: np.ndarray) -> float:
        return float(values[where].mean()) if where.any() else np.nan

    all_before, both_before = mean(before, there[0]), mean(before, both)
    both_after, all_after = mean(after, both), mean(after, there[1])
    found = mean_interval(after[both] - before[both])
    return {
        "n_before": int(there[0].sum()), "n_after": int(there[1].sum()), "n_both": int(both.sum()),
        "all_before": all_before, "both_before": both_before, "both_after": both_after, "all_after": all_after,
        "change": all_after - all_before, "same": both_after - both_before, "same_low": found.low, "same_high": found.high,
        "entry": all_after - both_after, "exit": both_before - all_before,
    }  # fmt: skip


def count_transitions(step: Step) -> Table:
    """Return the counts of `tabulate_transitions` alone, blank where there can be none: nobody enters and leaves at once. It names no group, so that its small cells can be protected."""
    table = tabulate_transitions(step)
    kept = tuple(c for c in table.columns if c.code in ("before", "n", "n_left") or c.code.startswith("n_to_"))
    frame = table.frame[[column.code for column in kept]].copy()
    frame["n_left"] = frame["n_left"].astype(float).where(frame["before"] != ENTERED)
    return replace(table, frame=frame, columns=kept, notes=(ONE_YARDSTICK,))


def tabulate_restaged(step: Step, wave: Wave) -> Table:
    """Cross the stages of a wave by the index and rule of its own time with those by the study's: what a change of yardstick alone would have made of the same answers.

    Raises
    ------
    UsageError
        The study names no other index or rule for the wave.
    """
    if wave.then is None or wave.then.stages is None:
        raise UsageError(
            Problem(
                Text("这一期没有另外的指标体系或规则。", "The wave has no index or rule of its own time."),
                found=str(wave.year),
                fix=Text("在 [[wave]] 写 system 或 rule。", "name a `system` or `rule` under [[wave]]."),
            )
        )
    then, now = wave.then.stages, need_stages(wave.result)
    rows, columns = stage_labels(then.rule), stage_labels(now.rule)
    counts = pd.crosstab(then.stage.astype(object), now.stage.astype(object)).reindex(
        index=list(rows), columns=list(columns), fill_value=0
    )
    frame = pd.DataFrame({"then": list(rows), "n": counts.sum(axis=1).to_numpy()})
    for code in columns:
        frame[f"n_now_{code}"] = counts[code].to_numpy()
    described = (
        Column("then", Text("按当时的标准", "By the standard of its time"), "code", labels=rows),
        Column("n", N, "count"),
        *(Column(f"n_now_{code}", Text(f"按现行标准：{words.zh}", f"By today's: {words.en}"), "count") for code, words in columns.items()),
    )  # fmt: skip
    title = Text(f"换了标准，同样的答卷，{wave.label.zh}：{step.name.zh}", f"Another yardstick, the same answers, {wave.label.en}: {step.name.en}")  # fmt: skip
    note = Text("同一批答卷先后按两套标准定阶段，差别都出自标准。", "The same answers staged by two standards: all differences come from the standards.")  # fmt: skip
    code = f"restaged_{step.survey}_{wave.year}"
    return Table(frame, combine(then.provenance, now.provenance), code, title, described, (note,))


__all__ = [
    "ENTERED",
    "LEFT",
    "UNSTAGED",
    "Step",
    "count_transitions",
    "groups_in",
    "moves_of",
    "sign_test",
    "steps_of",
    "tabulate_like_for_like",
    "tabulate_restaged",
    "tabulate_transitions",
    "tabulate_wave_moves",
]
