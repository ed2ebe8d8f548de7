"""Do the indicators of an area hang together, and does the coefficient that says so mean anything where one answer decides another?

Items are indicators as shares of their maximum. Where an indicator is asked, scored or excused by the answer to another one of the same area, the two depend on each other by construction: then a
high coefficient is partly our own doing, and it is printed only with that caution.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from hmsurvey.analysis.tabulation import need_scores
from hmsurvey.conditions import Condition, questions_of
from hmsurvey.errors import NOTHING, DataError, Problem, Text, UsageError
from hmsurvey.questions import Codebook
from hmsurvey.statistics.reliability import alpha, omega_composite
from hmsurvey.study import SurveyResult
from hmsurvey.systems import Indicator, IndicatorSystem, Node
from hmsurvey.tables import Column, Table

_FEWEST = 30  # complete enterprises below which no coefficient is given
_CAUTIONS = {
    "": NOTHING,
    "dependent": Text("逻辑相连，意义有限", "Tied by logic: means little"),
    "few": Text("答全的企业太少", "Too few complete answers"),
    "items": Text("有变化的指标不足三个，或答案全同", "Fewer than three items vary"),
    "model": Text("单因子模型无合理解，不给 ω", "No proper one-factor model: no omega"),
}
_TIED = Text(
    "逻辑相连：有指标与别的指标在逻辑上相连（问不问、记不记分，或有些组合不可能），那里的系数部分是题目设计造成的，意义有限。",
    "Tied by logic: some indicators are asked, scored or excused by the answers to others, or impossible together with them; there the coefficient is partly made by the design, and means little.",
)


def indicators_below(system: IndicatorSystem, node: Node) -> tuple[Indicator, ...]:
    """Return the indicators under a node, in the order of the file."""
    codes, waiting = set[str](), list(node.children)
    nodes = {n.code: n for n in system.nodes}
    while waiting:
        code = waiting.pop()
        if code in nodes:
            waiting += nodes[code].children
        else:
            codes.add(code)
    return tuple(i for i in system.indicators if i.code in codes and i.scored)


def _asked_by(indicator: Indicator, book: Codebook) -> set[str]:
    """Return the questions whose answers decide whether, or how, an indicator is scored."""

    def conditions() -> Iterator[Condition | None]:
        yield book.question(indicator.question).ask_if
        yield indicator.na_if
        yield from (condition for condition, _ in indicator.when)
        if indicator.over is not None:
            yield from (condition for condition, _ in indicator.over.when)

    found = {question for condition in conditions() if condition is not None for question in questions_of(condition)}
    return found - {indicator.question}


def dependent_pairs(indicators: Sequence[Indicator], book: Codebook) -> tuple[tuple[str, str], ...]:
    """Return the pairs of indicators that depend on each other by construction.

    Both rest on one question, one's question decides whether or how the other is scored, or a check of the codebook rules out some of their joint answers (no system, and yet a function of it).
    """
    asked = {i.code: _asked_by(i, book) for i in indicators}
    ruled = [set(check.questions) for check in book.checks if check.level != "note"]
    return tuple(
        (a.code, b.code)
        for a, b in combinations(indicators, 2)
        if a.question == b.question
        or a.question in asked[b.code]
        or b.question in asked[a.code]
        or any({a.question, b.question} <= together for together in ruled)
    )


def _nodes_of(system: IndicatorSystem, level: str) -> tuple[Node, ...]:
    """Return the nodes of a level; a level that the index does not have is an error, an index without levels has none."""
    known = list(dict.fromkeys(node.level for node in system.nodes if node.level))
    if level and known and level not in known:
        raise UsageError(
            Problem(
                Text("指标体系里没有这个层级。", "The index has no such level."),
                where=system.id,
                found=level,
                expected=Text("、".join(known), ", ".join(known)),
            )
        )
    return system.level(level)


def tabulate_reliability(result: SurveyResult, *, level: str = "area") -> Table:
    """Give alpha and omega of the indicators of every area, with what must be said beside them.

    Returns
    -------
    Table
        A row an area: `n_items` (that vary), `n_complete` (enterprises with every item), `alpha` with Feldt's 95% interval, `omega` (one factor, unstandardised), `weakest` (the item with the
        lowest correlation with the rest) and `item_rest`, `keyed` (items that run against the others), `n_dependent` pairs, `caution`.

    Raises
    ------
    UsageError
        The survey has no index.
    """
    scores = need_scores(result)
    system, book = scores.system, result.survey.codebook
    share = scores.points / scores.most.where(scores.most > 0)
    rows = []
    for node in _nodes_of(system, level):
        below = indicators_below(system, node)
        codes = [i.code for i in below if share[i.code].nunique(dropna=True) > 1]
        pairs = [p for p in dependent_pairs(below, book) if set(p) <= set(codes)]
        items = share[codes].to_numpy()
        complete = int((~np.isnan(items)).all(axis=1).sum()) if codes else 0
        row: dict[str, object] = {"node": node.code, "n_items": len(codes), "n_complete": complete}
        rows.append(row | _coefficients(items, codes, complete) | {"n_dependent": len(pairs)})
        if pairs and not rows[-1]["caution"]:
            rows[-1]["caution"] = "dependent"
    return _table(result, rows)


def _coefficients(items: np.ndarray, codes: list[str], complete: int) -> dict[str, object]:
    nothing: dict[str, object] = {key: np.nan for key in ("alpha", "alpha_low", "alpha_high", "omega", "item_rest")}
    nothing |= {"weakest": "", "keyed": "", "caution": "few"}
    if len(codes) < 3:
        return nothing | {"caution": "items"}
    if complete < _FEWEST:
        return nothing
    try:
        found = alpha(items, names=codes)
    except DataError:
        return nothing | {"caution": "items"}
    try:
        omega, caution = omega_composite(items, names=codes).value, ""
    except DataError:
        omega, caution = np.nan, "model"
    weakest = int(found.item_rest.argmin())
    return {
        "alpha": found.raw,
        "alpha_low": found.low,
        "alpha_high": found.high,
        "omega": omega,
        "weakest": codes[weakest],
        "item_rest": float(found.item_rest[weakest]),
        "keyed": ", ".join(found.reversed_items),
        "caution": caution,
    }


def _table(result: SurveyResult, rows: list[dict[str, object]]) -> Table:
    scores = need_scores(result)
    system = scores.system
    nodes = {n.code: Text(f"{n.code} {n.label.of('zh')}", f"{n.code} {n.label.of('en')}") for n in system.nodes}
    items = {i.code: Text(f"{i.code} {i.label.of('zh')}", f"{i.code} {i.label.of('en')}") for i in system.indicators}
    columns = (
        Column("node", Text("方面", "Area"), "code", labels=nodes),
        Column("n_items", Text("指标数", "Items"), "count"),
        Column("n_complete", Text("答全企业数", "n complete"), "count"),
        Column("alpha", Text("α 系数", "Alpha"), "number", decimals=2),
        Column("alpha_low", Text("α 下限", "Alpha from"), "number", decimals=2),
        Column("alpha_high", Text("α 上限", "Alpha to"), "number", decimals=2),
        Column("omega", Text("ω 系数", "Omega"), "number", decimals=2),
        Column("weakest", Text("与其余相关最低的指标", "Weakest item"), "code", labels={"": NOTHING} | items),
        Column("item_rest", Text("其与其余的相关", "Its correlation with the rest"), "number", decimals=2),
        Column("keyed", Text("方向相反的指标", "Items that run against the others")),
        Column("n_dependent", Text("相互依赖的指标对", "Pairs dependent by construction"), "count"),
        Column("caution", Text("注意", "Caution"), "code", labels=_CAUTIONS),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    note = Text(
        "指标按得分率计；只用答全该方面全部指标的企业。α 的区间为 Feldt 95% 区间；ω 为单因子模型（极大似然、非标准化）的组合信度。系数高只说明指标同升同降，不说明测的就是信息化。",
        "Items are shares of their maximum, over enterprises that have every item of the area. Alpha with Feldt's 95% interval; omega is the composite reliability of a one-factor model "
        "(maximum likelihood, unstandardised). A high coefficient says that items rise and fall together, not that they measure informatisation.",
    )
    title = Text(f"各方面指标的一致性：{system.label.zh}", f"Do the indicators hang together: {system.label.en}")
    return Table(
        frame,
        scores.provenance,
        f"reliability_{result.plan.code}",
        title,
        columns,
        (note, _TIED) if frame["n_dependent"].any() else (note,),
    )


def tabulate_items(result: SurveyResult, *, level: str = "area", turned: Collection[str] = ()) -> Table:
    """Hold every indicator against the rest of its area: does it go with them, would the area hang together better without it, does it run the wrong way?

    Parameters
    ----------
    result
        A survey with scores.
    level
        Whose nodes are the areas.
    turned
        Codes of indicators to turn round first (the whole minus the share): to see what a wrongly keyed question looks like, or to mend one.

    Returns
    -------
    Table
        A row an indicator of an area whose alpha can be given (see `tabulate_reliability`): `node`, `indicator`, `n_complete`, `item_rest` (correlation with the sum of the others), `alpha` of the area, `alpha_without` the indicator,
        `keyed` ("against" where it runs against the others), `n_tied` (indicators of the area it depends on by construction).

    Raises
    ------
    UsageError
        The survey has no index, or `turned` names an indicator that it does not have.
    """
    scores = need_scores(result)
    system, book = scores.system, result.survey.codebook
    unknown = sorted(set(turned) - {i.code for i in system.indicators if i.scored})
    if unknown:
        raise UsageError(
            Problem(
                Text("没有这样的指标。", "There is no such indicator."),
                where=system.id,
                found=", ".join(unknown),
                expected=Text("指标体系中记分的指标", "scored indicators of the index"),
            )
        )
    share = scores.points / scores.most.where(scores.most > 0)
    share[list(turned)] = 1 - share[list(turned)]
    rows: list[dict[str, object]] = []
    for node in _nodes_of(system, level):
        below = indicators_below(system, node)
        codes = [i.code for i in below if share[i.code].nunique(dropna=True) > 1]
        items = share[codes].to_numpy()
        complete = int((~np.isnan(items)).all(axis=1).sum()) if codes else 0
        if len(codes) < 3 or complete < _FEWEST:
            continue
        try:
            found = alpha(items, names=codes)
        except DataError:
            continue
        pairs = [p for p in dependent_pairs(below, book) if set(p) <= set(codes)]
        rows += [
            {
                "node": node.code,
                "indicator": code,
                "n_complete": complete,
                "item_rest": float(rest),
                "alpha": found.raw,
                "alpha_without": float(without),
                "keyed": "against" if code in found.reversed_items else "",
                "n_tied": sum(code in pair for pair in pairs),
            }
            for code, rest, without in zip(codes, found.item_rest, found.if_dropped, strict=True)
        ]
    nodes = {n.code: Text(f"{n.code} {n.label.of('zh')}", f"{n.code} {n.label.of('en')}") for n in system.nodes}
    names = {i.code: Text(f"{i.code} {i.label.of('zh')}", f"{i.code} {i.label.of('en')}") for i in system.indicators}
    columns = (
        Column("node", Text("方面", "Area"), "code", labels=nodes),
        Column("indicator", Text("指标", "Indicator"), "code", labels=names),
        Column("n_complete", Text("答全企业数", "n complete"), "count"),
        Column("item_rest", Text("与其余之和的相关", "Correlation with the rest"), "number", decimals=2),
        Column("alpha", Text("该方面的 α", "Alpha of the area"), "number", decimals=2),
        Column("alpha_without", Text("去掉它之后的 α", "Alpha without it"), "number", decimals=2),
        Column("keyed", Text("方向", "Direction"), "code", labels={"": NOTHING, "against": Text("与其余相反", "against the rest")}),
        Column("n_tied", Text("与之相连的指标数", "Indicators it is tied to"), "count"),
    )  # fmt: skip
    note = Text(
        "只用答全该方面的企业；“方向”按第一主成分的符号判断，以多数为正。与别的指标在逻辑上相连的，相关部分是题目设计造成的。",
        "Over enterprises that have every item of the area; direction by the sign of the first principal component, the majority being positive. Where an indicator is tied to others by logic, the correlation is partly made by the design.",
    )
    listed = ", ".join(turned)
    notes = (note, Text(f"已反向的指标：{listed}。", f"Turned round: {listed}.")) if turned else (note,)
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text(f"各指标与本方面其余指标：{system.label.zh}", f"Each indicator against the rest of its area: {system.label.en}")  # fmt: skip
    return Table(frame, scores.provenance, f"items_{result.plan.code}", title, columns, notes)
