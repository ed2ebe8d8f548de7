"""Small hand-made tables for the tests of charts: as the analysis makes them, with numbers one can check by eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hmsurvey.errors import Text
from hmsurvey.provenance import Kind, Provenance, Source
from hmsurvey.tables import Column, Table

CITIES = {"210100": Text("沈阳", "Shenyang"), "210200": Text("大连", "Dalian"), "210300": Text("鞍山", "Anshan")}
THREE = {
    "advanced": Text("高级阶段", "Advanced"),
    "intermediate": Text("中级阶段", "Intermediate"),
    "low": Text("低级阶段", "Low"),
}
UNSTAGED = {"unstaged": Text("未定", "Unstaged")}


def provenance(kind: Kind) -> Provenance:
    """Return the provenance of one made-up file."""
    source = Source("测试答卷 / Test answers", kind, "a maker", "2026-01-31")
    return Provenance((source,), ("book 1.0", "system 2.1", "rule 3.2"))


def stage_table(
    counts: Mapping[str, Sequence[int]],
    *,
    stages: Mapping[str, Text] = THREE,
    names: Mapping[str, Text] = CITIES,
    kind: Kind = "synthetic",
) -> Table:
    """Return a table like `tabulate_stages`: counts by city in the order of the stages, "unstaged" last."""
    labels = {**stages, **UNSTAGED}
    rows = np.array(list(counts.values()), dtype=int).reshape(len(counts), len(labels))
    rows = np.vstack([rows, rows.sum(axis=0, dtype=int)])
    frame = pd.DataFrame({"group": [*counts, "all"], "n": rows.sum(axis=1)})
    for place, code in enumerate(labels):
        frame[f"n_{code}"] = rows[:, place]
    for place, code in enumerate(labels):
        frame[f"share_{code}_pct"] = 100 * rows[:, place] / frame["n"].where(frame["n"] > 0)
    columns = (
        Column("group", Text("城市", "City"), "code", labels={**names, "all": Text("合计", "All")}),
        Column("n", Text("企业数", "n"), "count"),
        *(Column(f"n_{code}", label, "count") for code, label in labels.items()),
        *(Column(f"share_{code}_pct", label, "percent") for code, label in labels.items()),
    )
    title = Text("各城市企业的阶段：测试调查", "Stages by city: Test survey")
    return Table(frame, provenance(kind), "stages", title, columns)


def area_table(values: Mapping[str, Sequence[float]], *, areas: Mapping[str, Text], kind: Kind = "synthetic") -> Table:
    """Return a table like `tabulate_areas`: n, n_scored, the total, then the areas, by city."""
    frame = pd.DataFrame(
        [[group, *row] for group, row in values.items()], columns=["group", "n", "n_scored", "total", *areas]
    )
    columns = (
        Column("group", Text("城市", "City"), "code", labels={**CITIES, "all": Text("合计", "All")}),
        Column("n", Text("企业数", "n"), "count"),
        Column("n_scored", Text("有总分的企业数", "n scored"), "count"),
        Column("total", Text("总分", "Total"), "score"),
        *(Column(code, label, "score") for code, label in areas.items()),
    )
    title = Text("各城市的平均得分：测试指标", "Mean scores by city: Test index")
    return Table(frame, provenance(kind), "areas", title, columns)


def unit_table(rows: Sequence[tuple[str, str, float, str]], *, kind: Kind = "synthetic") -> Table:
    """Return a table like `tabulate_units`: (name, city, total, stage)."""
    frame = pd.DataFrame(rows, columns=["name", "group", "total", "stage"])
    frame.insert(0, "unit", [f"U{place:03d}" for place in range(len(frame))])
    columns = (
        Column("unit", Text("企业编号", "Enterprise id")),
        Column("name", Text("名称", "Name")),
        Column("group", Text("城市", "City"), "code", labels=CITIES),
        Column("total", Text("总分", "Total"), "score"),
        Column("stage", Text("阶段", "Stage"), "code", labels={**THREE, **UNSTAGED}),
    )
    title = Text("各企业的得分与阶段：测试调查", "Scores and stages: Test survey")
    return Table(frame, provenance(kind), "units", title, columns, personal=True)


def need_table(rows: Sequence[tuple[str, str, int, int, int, int, int]]) -> Table:
    """Return a table like `tabulate_needs`."""
    names = ["stage", "need", "n_below", "n_unmet", "n_unknown", "n_only", "n_decisive"]
    frame = pd.DataFrame(rows, columns=names)
    needs = {need: Text(f"要求{need}", f"need {need}") for need in frame["need"]}
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels={**THREE, **UNSTAGED}),
        Column("need", Text("要求", "Need"), "code", labels=needs),
        *(Column(name, Text(name, name), "count") for name in names[2:]),
    )
    title = Text("哪些要求拦住了企业：测试调查", "Which needs stop enterprises: Test survey")
    return Table(frame, provenance("synthetic"), "needs", title, columns)


def distance_table(rows: Sequence[tuple[str, str, float, float, int]]) -> Table:
    """Return a table like `tabulate_distance`: (stage, next stage, total, points lacking, needs lacking)."""
    names = ["stage", "next_stage", "total", "points_lacking", "n_needs_lacking"]
    frame = pd.DataFrame(rows, columns=names)
    labels = {**THREE, **UNSTAGED}
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels=labels),
        Column("next_stage", Text("上一级阶段", "Next"), "code", labels=labels),
        *(Column(name, Text(name, name), "score") for name in names[2:]),
    )
    title = Text("距上一级阶段还差多少：测试调查", "Distance to the next stage: Test survey")
    return Table(frame, provenance("synthetic"), "distance", title, columns, personal=True)


def carrier_table(rows: Sequence[tuple[str, int, int, int, int]]) -> Table:
    """Return a table like `tabulate_carriers` with the levels paper and system: (type, paper, system, dk, missing)."""
    frame = pd.DataFrame(rows, columns=["question", "n_0", "n_1", "n_dk", "n_missing"])
    frame.insert(1, "n_applicable", frame[["n_0", "n_1", "n_dk", "n_missing"]].sum(axis=1))
    for level in ("0", "1"):
        frame[f"share_{level}_pct"] = 100 * frame[f"n_{level}"] / frame["n_applicable"]
    labels = {code: Text(f"类型{code}", f"Type {code}") for code in frame["question"]}
    words = {
        "n_applicable": Text("应有企业数", "n applicable"),
        "n_0": Text("纸质", "Paper"),
        "n_1": Text("系统采集", "Captured"),
        "n_dk": Text("不清楚", "Don't know"),
        "n_missing": Text("未答", "Missing"),
        "share_0_pct": Text("纸质（%）", "Paper (%)"),
        "share_1_pct": Text("系统采集（%）", "Captured (%)"),
    }
    columns = (
        Column("question", Text("档案类型", "Archive type"), "code", labels=labels),
        *(Column(code, label, "percent" if "share" in code else "count") for code, label in words.items()),
    )
    title = Text("各类环保档案的载体", "Carriers by archive type")
    return Table(frame, provenance("synthetic"), "carriers", title, columns)


def coverage_table(rows: Sequence[tuple[str, float, float, int]]) -> Table:
    """Return a table like `tabulate_coverage` of one survey: (city, in production, closed, usable)."""
    frame = pd.DataFrame(rows, columns=["group", "n_in_production", "n_closed", "n_usable_a"])
    frame["coverage_a_pct"] = 100 * frame["n_usable_a"] / frame["n_in_production"]
    columns = (
        Column("group", Text("城市", "City"), "code", labels={**CITIES, "all": Text("合计", "All")}),
        Column("n_in_production", Text("在产企业", "In production"), "count"),
        Column("n_closed", Text("关停企业", "Closed"), "count"),
        Column("n_usable_a", Text("有效答卷：甲", "Usable answers: A"), "count"),
        Column("coverage_a_pct", Text("覆盖率（%）：甲", "Coverage (%): A"), "percent"),
    )
    return Table(frame, provenance("synthetic"), "coverage", Text("登记企业与调查覆盖", "Coverage"), columns)


def flow_table(rows: Sequence[tuple[str, float, float, float, float, float]]) -> Table:
    """Return a table like `tabulate_sample_flow`."""
    names = ["survey", "in_production", "sent", "returned", "usable", "staged"]
    frame = pd.DataFrame(rows, columns=names)
    labels = {code: Text(f"调查{code}", f"Survey {code}") for code in frame["survey"]}
    columns = (
        Column("survey", Text("调查", "Survey"), "code", labels=labels),
        *(Column(name, Text(name, name), "count") for name in names[1:]),
    )
    return Table(frame, provenance("synthetic"), "flow", Text("样本流程", "Sample flow"), columns)


def visit_table(counts: Sequence[Sequence[int]]) -> Table:
    """Return a table like `tabulate_visit_changes`: rows before, columns after, in the order of the stages."""
    labels = {**THREE, **UNSTAGED}
    frame = pd.DataFrame(counts, columns=[f"n_after_{code}" for code in labels])
    frame.insert(0, "n", frame.sum(axis=1))
    frame.insert(0, "stage_before", list(labels))
    columns = (
        Column("stage_before", Text("走访前阶段", "Stage before"), "code", labels=labels),
        Column("n", Text("走访企业数", "n visited"), "count"),
        *(Column(f"n_after_{code}", label, "count") for code, label in labels.items()),
    )
    return Table(frame, provenance("synthetic"), "visits", Text("走访前后：测试调查", "Visits: Test survey"), columns)


def flow_of_stages(counts: Sequence[Sequence[int]]) -> Table:
    """Return a table like `tabulate_transitions`: rows the stages before, unstaged, entered; columns the stages after, unstaged, left."""
    labels = {**THREE, **UNSTAGED}
    rows, columns = [*labels, "entered"], [*labels, "left"]
    frame = pd.DataFrame(counts, columns=[f"n_to_{code}" if code != "left" else "n_left" for code in columns])
    frame.loc[len(frame)] = frame.sum()
    frame.insert(0, "n", frame.sum(axis=1))
    frame.insert(0, "before", [*rows, "all"])
    square = np.array([list(row)[:3] for row in counts])[:3]
    frame["n_up"] = [*[0] * len(rows), int(np.tril(square, -1).sum())]
    frame["n_same"] = [*[0] * len(rows), int(np.trace(square))]
    frame["n_down"] = [*[0] * len(rows), int(np.triu(square, 1).sum())]
    names = labels | {"entered": Text("新参加", "Entered"), "all": Text("合计", "All")}
    described = (
        Column("before", Text("2023 年的阶段", "Stage in 2023"), "code", labels=names),
        Column("n", Text("企业数", "n"), "count"),
        *(
            Column(f"n_to_{code}", Text(f"2025 年：{label.zh}", f"2025: {label.en}"), "count")
            for code, label in labels.items()
        ),
        Column("n_left", Text("未再参加", "Left"), "count"),
        *(Column(code, Text(code, code), "count") for code in ("n_up", "n_same", "n_down")),
    )
    return Table(
        frame, provenance("synthetic"), "transitions", Text("阶段的变动：测试调查", "Moves: Test survey"), described
    )


def adjusted_table(rows: Sequence[tuple[str, int, float, float]]) -> Table:
    """Return a table like `tabulate_adjusted_shares`: (stage, n, share said, share put right)."""
    frame = pd.DataFrame(rows, columns=["stage", "n", "said_pct", "adjusted_pct"])
    for code, off in (("said", 4.0), ("adjusted", 15.0)):
        frame[f"{code}_low_pct"] = (frame[f"{code}_pct"].astype(float) - off).clip(lower=0)
        frame[f"{code}_high_pct"] = (frame[f"{code}_pct"].astype(float) + off).clip(upper=100)
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels=THREE),
        Column("n", Text("企业数", "n"), "count"),
        *(Column(str(code), Text(str(code), str(code)), "percent") for code in frame.columns[2:]),
    )
    return Table(frame, provenance("synthetic"), "adjusted", Text("校正：测试调查", "Put right: Test survey"), columns)


def nonresponse_table(rows: Sequence[tuple[str, int, int, int]]) -> Table:
    """Return a table like `tabulate_nonresponse`: (question, asked, missing, don't know)."""
    frame = pd.DataFrame(rows, columns=["question", "n_asked", "n_missing", "n_dk"])
    frame["missing_pct"] = 100 * frame["n_missing"] / frame["n_asked"].where(frame["n_asked"] > 0)
    labels = {code: Text(f"{code} 题目", f"{code} question") for code in frame["question"]}
    columns = (
        Column("question", Text("题目", "Question"), "code", labels=labels),
        *(Column(name, Text(name, name), "count") for name in frame.columns[1:]),
    )
    return Table(frame, provenance("synthetic"), "nonresponse", Text("未答：测试", "Non-response: Test"), columns)


def indicator_table(rows: Sequence[tuple[str, float, int, int]]) -> Table:
    """Return a table like `tabulate_indicators`: (indicator, mean share, scored, at zero)."""
    frame = pd.DataFrame(rows, columns=["indicator", "mean_share_pct", "n_scored", "n_zero"])
    labels = {code: Text(f"{code} 指标", f"{code} indicator") for code in frame["indicator"]}
    columns = (
        Column("indicator", Text("指标", "Indicator"), "code", labels=labels),
        *(Column(name, Text(name, name), "count") for name in frame.columns[1:]),
    )
    return Table(frame, provenance("synthetic"), "indicators", Text("得分率：测试", "Indicators: Test"), columns)
