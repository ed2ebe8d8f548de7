"""What an index is made of: areas and their weights, evidence behind the indicators, levels of one indicator.

Reads definitions only; no answer is seen here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hmsurvey.analysis.onpaper import areas_of
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.provenance import Provenance
from hmsurvey.questions import Codebook
from hmsurvey.scorings import ByOption
from hmsurvey.systems import Indicator, IndicatorSystem, most_of, weights_of
from hmsurvey.tables import Column, Table
from hmsurvey.weightings import reweight

ALL = "all"
ALL_LABEL = Text("合计", "All")
STATUS_LABELS = {
    "published": Text("公布", "published"),
    "guideline": Text("指南", "guideline"),
    "assumed": Text("假定", "assumed"),
}
EVIDENCE_LABELS = {
    "G": Text("《指南》", "G Guidelines"),
    "N": Text("相邻官方文件", "N neighbouring official texts"),
    "K": Text("常识", "K general knowledge"),
    "E": Text("环保方面的补充", "E environmental additions of ours"),
    "": Text("未注明", "not stated"),
}


def _made_of(system: IndicatorSystem) -> Provenance:
    name = f"system {system.id} {system.version}" + (f" ({system.weighting})" if system.weighting else "")
    return Provenance().with_definition(name)


def _area_labels(system: IndicatorSystem, level: str) -> dict[str, Text]:
    nodes = system.level(level)
    if not nodes:
        raise UsageError(
            Problem(
                Text("指标体系没有这一级。", "The index has no such level."),
                where=f"{system.id} {system.version}",
                found=level,
                expected=Text(*(", ".join(sorted({n.level for n in system.nodes if n.level})),) * 2),
            )
        )
    return {node.code: Text(f"{node.code} {node.label.zh}", f"{node.code} {node.label.en}") for node in nodes}


def _shares(system: IndicatorSystem, areas: Sequence[str]) -> dict[str, float]:
    weights = weights_of(system)
    total = sum(weights[code] for code in areas)
    return {code: 100.0 * weights[code] / total for code in areas}


def tabulate_system(system: IndicatorSystem, *, level: str = "area") -> Table:
    """Count items and indicators of every area, and say how much each weighs.

    Returns
    -------
    Table
        One row an area and one for all: `n_items` (nodes directly below), `n_indicators`, `share_pct` (the area's weight among the areas), `each_pct` (what one indicator of
        average weight carries in the total, if all are applicable).
    """
    labels, homes = _area_labels(system, level), areas_of(system, level)
    shares, nodes = _shares(system, list(labels)), {node.code for node in system.nodes}
    n_items = {code: sum(child in nodes for child in system.node(code).children) for code in labels}
    n_indicators = {code: sum(home == code for home in homes.values()) for code in labels}
    frame = pd.DataFrame({"area": list(labels), "n_items": n_items.values(), "n_indicators": n_indicators.values()})
    frame["share_pct"] = [shares[code] for code in labels]
    frame["each_pct"] = frame["share_pct"] / frame["n_indicators"]
    whole = {"area": ALL, "n_items": sum(n_items.values()), "n_indicators": len(homes), "share_pct": 100.0}
    frame = pd.concat([frame, pd.DataFrame([whole])], ignore_index=True)
    columns = (
        Column("area", Text("方面", "Area"), "code", labels=labels | {ALL: ALL_LABEL}),
        Column("n_items", Text("二级指标", "Items"), "count"),
        Column("n_indicators", Text("末级指标", "Indicators"), "count"),
        Column("share_pct", Text("占总分（%）", "Share of the total (%)"), "percent"),
        Column("each_pct", Text("每项指标占总分（%）", "Each indicator (%)"), "percent", decimals=2),
    )
    title = Text(f"{system.label.zh}的构成", f"{system.label.en}: what it is made of")
    return Table(frame, _made_of(system), f"system_{system.id}", title, columns)


def tabulate_evidence(system: IndicatorSystem, *, level: str = "area") -> Table:
    """Count the indicators of every area by the evidence they mainly rest on (the first letter of their tag)."""
    labels, homes = _area_labels(system, level), areas_of(system, level)
    tags = {i.code: i.fact("evidence").split("/")[0] for i in system.indicators}
    found = [tag for tag in EVIDENCE_LABELS if tag in tags.values()]
    found += sorted(set(tags.values()) - set(found))
    rows = []
    for area in (*labels, ALL):
        mine = [tags[code] for code, home in homes.items() if area in (home, ALL)]
        rows.append({"area": area, "n": len(mine)} | {f"n_{tag or 'none'}": mine.count(tag) for tag in found})
    columns = (
        Column("area", Text("方面", "Area"), "code", labels=labels | {ALL: ALL_LABEL}),
        Column("n", Text("指标数", "Indicators"), "count"),
        *(Column(f"n_{tag or 'none'}", EVIDENCE_LABELS.get(tag, Text(tag, tag)), "count") for tag in found),
    )
    title = Text("指标主要依据什么", "What the indicators mainly rest on")
    return Table(pd.DataFrame(rows), _made_of(system), f"evidence_{system.id}", title, columns)


def tabulate_weightings(system: IndicatorSystem, *, level: str = "area") -> Table:
    """List the system's weightings: the share of each area, the status of the weights, the number of the assumption."""
    labels = _area_labels(system, level)
    rows = []
    for weighting in system.weightings:
        shares = _shares(reweight(system, weighting.id), list(labels))
        facts = dict(weighting.facts)
        rows.append(
            {"weighting": weighting.id, "status": weighting.status, "assumption": facts.get("assumption", "")} | shares
        )
    columns = (
        Column("weighting", Text("权重方案", "Weighting"), "code", labels={w.id: w.label for w in system.weightings}),
        Column("status", Text("依据", "Status"), "code", labels=STATUS_LABELS),
        Column("assumption", Text("假定编号", "Assumption")),
        *(Column(code, Text(f"{code}（%）", f"{code} (%)"), "percent") for code in labels),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text("各权重方案中各方面所占的份额", "Share of each area under every weighting")
    return Table(frame, _made_of(system), f"weightings_{system.id}", title, columns)


def _find(system: IndicatorSystem, code: str) -> Indicator:
    codes = [indicator.code for indicator in system.indicators]
    if code not in codes:
        raise UsageError(
            Problem(
                Text("没有这项指标。", "There is no such indicator."),
                where=f"{system.id} {system.version}",
                found=code,
                expected=Text("、".join(codes), ", ".join(codes)),
            )
        )
    return system.indicator(code)


def tabulate_levels(system: IndicatorSystem, codebook: Codebook, *, indicator: str) -> Table:
    """List the answers of one indicator's question: what each is called, what must be seen to choose it, what it earns.

    Returns
    -------
    Table
        One row an option. `points` is missing where an option alone does not decide them (several may be ticked, or a number is asked).

    Raises
    ------
    UsageError
        The index has no such indicator.
    """
    chosen = _find(system, indicator)
    question = codebook.question(chosen.question)
    known = dict(chosen.scoring.points) if isinstance(chosen.scoring, ByOption) else {}
    policy = dict(chosen.policy)
    rows = []
    for option in question.options:
        points: object = known.get(option.code, np.nan)
        if option.kind in ("na", "dk") and option.code not in known:
            points = 0.0 if policy.get(option.kind) == "zero" else np.nan
        rows.append({"option": option.code, "anchor": option.code, "points": points})
    columns = (
        Column(
            "option",
            Text("档次", "Level"),
            "code",
            labels={
                o.code: Text(f"{o.code} {o.label.of('zh')}", f"{o.code} {o.label.of('en')}") for o in question.options
            },
        ),
        Column(
            "anchor",
            Text("看到什么才能选", "Chosen when one sees"),
            "code",
            labels={o.code: o.anchor for o in question.options},
        ),
        Column("points", Text("得分", "Points"), "number", decimals=1),
    )
    title = Text(
        f"{chosen.code} {chosen.label.zh}：{question.label.zh}", f"{chosen.code} {chosen.label.en}: {question.label.en}"
    )
    notes = (question.help,) if any(question.help) else ()
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    return Table(frame, _made_of(system), f"levels_{indicator}", title, columns, notes)


def tabulate_facts(system: IndicatorSystem, codebook: Codebook, *, indicators: Sequence[str]) -> Table:
    """Set indicators side by side: question, most points, evidence, status, assumption, problem, source, note."""
    rows, words = [], dict[str, Text]()
    for code in indicators:
        chosen = _find(system, code)
        question = codebook.question(chosen.question)
        words[f"{code} note"] = chosen.note
        rows.append(
            {
                "indicator": code,
                "most": most_of(chosen, question),
                "evidence": chosen.fact("evidence"),
                "status": chosen.status,
                "assumption": chosen.fact("assumption"),
                "problem": chosen.fact("problem"),
                "source": chosen.fact("source"),
                "note": f"{code} note" if any(chosen.note) else "",
            }
        )
    labels = {i.code: Text(f"{i.code} {i.label.zh}", f"{i.code} {i.label.en}") for i in system.indicators}
    columns = (
        Column("indicator", Text("指标", "Indicator"), "code", labels=labels),
        Column("most", Text("满分", "Most points"), "number", decimals=0),
        Column("evidence", Text("依据", "Evidence")),
        Column("status", Text("地位", "Status"), "code", labels=STATUS_LABELS),
        Column("assumption", Text("假定编号", "Assumption")),
        Column("problem", Text("所涉问题", "Problem")),
        Column("source", Text("出处", "Source")),
        Column("note", Text("说明", "Note"), "code", labels=words),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text("怎样读一项指标", "How to read an indicator")
    return Table(frame, _made_of(system), f"facts_{system.id}", title, columns)


__all__ = [
    "tabulate_evidence",
    "tabulate_facts",
    "tabulate_levels",
    "tabulate_system",
    "tabulate_weightings",
]
