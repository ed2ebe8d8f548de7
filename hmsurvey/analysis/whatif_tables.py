"""Tables of what measures would change: by city before and after, and each measure alone, left out, and all together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.populations import Populations
from hmsurvey.analysis.ways import Ways, provenance_of
from hmsurvey.analysis.whatif import DRAWS, WhatIf, expected_lifts, risen_in_production, what_if
from hmsurvey.analysis.words import ALL, UNIT_LABEL, group_label, group_labels, names_of, stage_labels
from hmsurvey.errors import Text
from hmsurvey.measures import basis_of
from hmsurvey.provenance import Provenance
from hmsurvey.tables import Column, Table, Unit

INSIDE = (2.5, 97.5)
INTERVAL_NOTE = Text(
    "区间是 95% 的抽取所在范围，反映参与率、有效率的不确定和由谁参与的偶然，不含抽样误差，也不含措施内容定得对不对。",
    "Intervals hold 95% of the draws: uncertain uptake and effect, and the chance of who takes part. They hold no sampling error, and not whether the measures are rightly drawn up.",
)
MEANS_NOTE = Text(
    "平均数是各次抽取的平均，与按概率精确算出的期望略有出入。",
    "Means are those of the draws, and differ a little from expectations worked out exactly.",
)

IN_PRODUCTION_NOTE = Text(
    "“全部在产企业中上升数”另把未答卷的企业按答卷企业的样子逐市推算，区间因此也含抽样误差；前提是答卷企业如同从本市在产企业中随机抽取（A100、A194）。答卷企业无一上升的市也会推出零点几家，那是先验的份量，不是措施的作用。",
    "“Of all in production” also reckons with those who did not answer, city by city, so that its interval holds sampling error too; it takes those who answered to be like a random sample of their city (A100, A194). A city where nobody who answered rises still shows a fraction of one: the prior's weight, not the measures' work.",
)


def what_if_notes(provenance: Provenance) -> tuple[Text, ...]:
    """Return what every table of measures tried must say: on what it rests, what its intervals hold, who is left out."""
    basis = basis_of(provenance.definitions)
    return (
        Text(
            f"措施提高哪些答案、参与率和有效率都是设定的（{basis.zh}），不是测得的；这里只说明：如果这样，按规则会怎样。",
            f"What the measures raise, how many take part and how often it works is assumed ({basis.en}), not measured: this says what would follow under the rule if it were so.",
        ),
        INTERVAL_NOTE,
        Text(
            "现在没有阶段的企业不计；措施若会使阶段降低，视为该企业不采用（A193）。",
            "Enterprises without a stage now are not counted; what would lower a stage is taken not to be done (A193).",
        ),
    )


def tabulate_what_if(run: WhatIf, *, populations: Populations | None = None, seed: int = 1) -> Table:
    """Return every city before and after a package of measures: stages, who rises, what it takes, with intervals; the last row is everybody.

    With `populations` that a registry counts, also how many of all enterprises in production would rise, with intervals that hold sampling error as well.
    """
    ways, result = run.ways, run.ways.result
    rule, book = result.stages.rule if result.stages is not None else None, result.survey.codebook
    labels = stage_labels(rule) if rule is not None else {}
    codes = [*reversed(rule.codes)] if rule is not None else []
    rows = []
    shown = [
        g for g, group in enumerate(run.groups) if group != ALL or g == len(run.groups) - 1
    ]  # without cities: once
    for g in shown:
        group, n = run.groups[g], int(run.before[g].sum())
        above = 100.0 * run.counts[:, g, 1:].sum(axis=1) / n if n else np.full(run.n_draws, np.nan)
        row: dict[str, object] = {"group": group, "n_staged": n}
        for s, code in enumerate(codes):
            row[f"before_{code}"] = int(run.before[g, s])
            row[f"after_{code}"] = float(run.counts[:, g, s].mean())
        row["above_before_pct"] = 100.0 * run.before[g, 1:].sum() / n if n else np.nan
        row |= _spread("above_after_pct", above) | _spread("lifted", run.lifted[:, g])
        row["effort"] = float(run.effort[:, g].mean())
        rows.append(row)
    name = labels[codes[1]] if len(codes) > 1 else Text("", "")
    after = Text("措施后", "after")
    columns = [
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("n_staged", Text("已分段企业数", "Enterprises with a stage"), "count"),
    ]
    for code in codes:
        word = labels[code]
        columns += [
            Column(f"before_{code}", Text(f"{word.zh}：现在", f"{word.en}: now"), "count"),
            Column(f"after_{code}", Text(f"{word.zh}：{after.zh}（平均）", f"{word.en}: {after.en} (mean)"), "number"),
        ]
    up = Text(f"{name.zh}及以上占比", f"{name.en} or above")
    columns += [
        Column("above_before_pct", Text(f"{up.zh}：现在", f"{up.en}: now"), "percent"),
        Column("above_after_pct", Text(f"{up.zh}：{after.zh}", f"{up.en}: {after.en}"), "percent"),
        *_bounds("above_after_pct", up, "percent"),
        Column("lifted", Text("上升企业数（平均）", "Enterprises that rise (mean)"), "number"),
        *_bounds("lifted", Text("上升企业数", "Enterprises that rise"), "number"),
        Column("effort", Text("工作量（平均）", "Effort (mean)"), "number"),
    ]
    notes: tuple[Text, ...] = (
        *what_if_notes(provenance_of(ways)),
        *_contents_note(run),
        MEANS_NOTE,
        *_shared_note(run),
    )
    if populations is not None and populations.registered:
        found, sizes = risen_in_production(run, populations, seed=seed)
        for g, row in zip(shown, rows, strict=True):
            row["n_in_production"] = sizes[g]
            row |= _spread("risen_all", found[:, g])
        what = Text("全部在产企业中上升数", "Of all in production, rise")
        columns += [
            Column("n_in_production", Text("在产企业数", "In production"), "count"),
            Column("risen_all", Text(f"{what.zh}（平均）", f"{what.en} (mean)"), "number"),
            *_bounds("risen_all", what, "number"),
        ]
        notes = (*notes, IN_PRODUCTION_NOTE)
    which = "、".join(run.offered), ", ".join(run.offered)
    title = Text(
        f"推行 {which[0]} 会怎样（抽取 {run.n_draws} 次）",
        f"What if {which[1]} were offered ({run.n_draws} {'draw' if run.n_draws == 1 else 'draws'})",
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, provenance_of(ways), f"what_if_{result.plan.code}", title, tuple(columns), notes)


def _contents_note(run: WhatIf) -> tuple[Text, ...]:
    """Name the assumptions on which the contents of measures rest, where they are others than those of the index."""
    own = sorted({m.assumption for m in run.ways.measures.measures if m.code in run.offered} - {"", "A190"})
    return (Text(f"这些措施的内容另见假定 {'、'.join(own)}。", f"The contents of these measures rest on {', '.join(own)}."),) if own else ()  # fmt: skip


def _shared_note(run: WhatIf) -> tuple[Text, ...]:
    """Say of which measures part of the chance is common to a city."""
    shared = [m for m in run.ways.measures.measures if m.code in run.offered and m.shared > 0]
    if not shared:
        return ()
    parts = ", ".join(f"{m.code} {100 * m.shared:g}%" for m in shared)
    return (Text(f"参与和见效的偶然部分由同市企业共有（A221）：{parts.replace(', ', '、')}。", f"Of the chance of taking part and of its working this much is common to the enterprises of a city (A221): {parts}."),)  # fmt: skip


def _spread(code: str, values: object) -> dict[str, object]:
    found = np.asarray(values, dtype=np.float64)
    low, high = np.percentile(found, INSIDE) if not np.isnan(found).any() else (np.nan, np.nan)
    return {code: float(found.mean()), f"{code}_low": float(low), f"{code}_high": float(high)}


def _bounds(code: str, what: Text, unit: Unit) -> list[Column]:
    decimals = 0 if unit == "number" else 1  # numbers of enterprises
    return [
        Column(f"{code}_low", Text(f"{what.zh}：下限", f"{what.en}: lower bound"), unit, decimals=decimals),
        Column(f"{code}_high", Text(f"{what.zh}：上限", f"{what.en}: upper bound"), unit, decimals=decimals),
    ]


ALONE, TOGETHER, WITHOUT, TAKEN = "alone", "together", "without", "taken"


def tabulate_measures(ways: Ways, *, draws: int = DRAWS, seed: int = 1) -> Table:
    """Return what the measures lift: each alone, all but one, all together; and all together where every enterprise takes part and everything works. On common draws."""
    codes = ways.measures.codes
    packages: list[tuple[str, str, tuple[str, ...]]] = [(ALONE, code, (code,)) for code in codes]
    if len(codes) > 2:
        packages += [(WITHOUT, code, tuple(c for c in codes if c != code)) for code in codes]
    packages.append((TOGETHER, "", codes))
    rows: list[dict[str, object]] = []
    for kind, code, offered in packages:
        run = what_if(ways, offered=offered, draws=draws, seed=seed)
        chance, effort = expected_lifts(ways, offered)
        rows.append(
            {"kind": kind, "measure": code, "n_concerned": _concerned(ways, offered), "expected": float(chance.sum())}
            | {k: v for k, v in _spread("lifted", run.lifted[:, -1]).items() if k != "lifted"}
            | {"effort": float(effort.sum()), "per_100": _per(float(chance.sum()), float(effort.sum()))}
        )
    whole = ways.rank.shape[1] - 1
    n, effort_of_all = float(ways.lifted[:, whole].sum()), float(ways.effort[:, whole].sum())
    rows.append(
        {"kind": TAKEN, "measure": "", "n_concerned": _concerned(ways, codes), "expected": n}
        | {"lifted_low": np.nan, "lifted_high": np.nan, "effort": effort_of_all, "per_100": _per(n, effort_of_all)}
    )
    labels = {
        m.code: Text(*(m.code if part == m.code else f"{m.code} {part}" for part in m.label))
        for m in ways.measures.measures
    }
    kinds = {
        ALONE: Text("单独推行", "alone"),
        WITHOUT: Text("除它以外都推行", "all but this one"),
        TOGETHER: Text("全部推行", "all together"),
        TAKEN: Text("全部推行，且企业都参与、都见效", "all together, everyone takes part and everything works"),
    }
    columns = (
        Column("kind", Text("怎样推行", "How"), "code", labels=kinds),
        Column("measure", Text("措施", "Measure"), "code", labels=labels | {"": Text("全部", "all")}),
        Column("n_concerned", Text("涉及企业数", "Enterprises concerned"), "count"),
        Column("expected", Text("期望上升企业数", "Enterprises expected to rise"), "number"),
        *_bounds("lifted", Text("上升企业数", "Enterprises that rise"), "number"),
        Column("effort", Text("期望工作量", "Effort expected"), "number"),
        Column(
            "per_100", Text("每 100 工作量上升企业数", "Enterprises that rise for 100 of effort"), "number", decimals=2
        ),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text("各项措施能使多少企业上升", "How many enterprises the measures would lift")
    return Table(
        frame,
        provenance_of(ways),
        f"measures_{ways.result.plan.code}",
        title,
        columns,
        (*what_if_notes(provenance_of(ways)), *_idle_note(ways)),
    )


def _idle_note(ways: Ways) -> tuple[Text, ...]:
    """Say which measures concern nobody: a condition that no answer meets looks like a measure that does not work."""
    idle = [code for code in ways.measures.codes if not _concerned(ways, (code,))]
    if not idle:
        return ()
    return (Text(f"{'、'.join(idle)} 不涉及任何企业：没有企业符合其条件而又有答案可提高。", f"{', '.join(idle)}: no enterprise is concerned, since none meets the condition and has an answer to raise."),)  # fmt: skip


def _concerned(ways: Ways, offered: tuple[str, ...]) -> int:
    bits = [k for k, code in enumerate(ways.measures.codes) if code in offered]
    return int((ways.concerns[:, bits].any(axis=1) & ways.staged).sum())


def _per(lifted: float, effort: float) -> float:
    return 100.0 * lifted / effort if effort else np.nan


def tabulate_risers(ways: Ways, *, offered: tuple[str, ...] = ()) -> Table:
    """Return every unit's chance to stand higher with measures, the likeliest first: who would move. About single units.

    A row a unit with a stage: the chance over uptake, effect and chance, exactly; the stage it would reach if all measures took hold; the effort expected.
    """
    result = ways.result
    rule = result.stages.rule if result.stages is not None else None
    codes = [*reversed(rule.codes)] if rule is not None else []
    mask = ways.mask(offered)
    chance, effort = expected_lifts(ways, offered)
    units = np.array(result.survey.answers.units, dtype=object)
    names = names_of(result)
    book = result.survey.codebook
    frame = pd.DataFrame(
        {
            "unit": units,
            "name": [names[unit] for unit in units],
            "group": ways.groups,
            "stage": [codes[rank] if rank >= 0 else "" for rank in ways.rank[:, 0]],
            "reached": [codes[rank] if rank >= 0 else "" for rank in ways.rank[:, mask]],
            "chance_pct": 100.0 * chance,
            "effort": effort,
        }
    )[ways.staged]
    frame = frame.sort_values(["chance_pct", "unit"], ascending=[False, True], kind="stable").reset_index(drop=True)
    stages = stage_labels(rule) if rule is not None else {}
    columns = (
        Column("unit", UNIT_LABEL),
        Column("name", Text("名称", "Name")),
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("stage", Text("现处阶段", "Stage now"), "code", labels=stages),
        Column("reached", Text("各项都做成时的阶段", "Stage if all took hold"), "code", labels=stages),
        Column("chance_pct", Text("上升的机会", "Chance to rise"), "percent"),
        Column("effort", Text("期望工作量", "Effort expected"), "number"),
    )
    title = Text("推行措施后哪些企业可能上升", "Who may rise with the measures")
    return Table(
        frame,
        provenance_of(ways),
        f"risers_{result.plan.code}",
        title,
        columns,
        what_if_notes(provenance_of(ways)),
        personal=True,
    )
