"""How many dimensions are behind the indicators, and are they the areas of the index?

Correlations are polychoric, since the points of an indicator are a few ordered steps. Areas are lists that people made; factors are what rises and falls together. Where they agree the areas are
seen in the answers too, where they do not neither is wrong. Pairs of indicators that depend on each other by construction make factors of their own, and are counted beside every number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from hmsurvey.analysis.coherence import dependent_pairs, indicators_below
from hmsurvey.analysis.difficulty import FEWEST, indicator_steps
from hmsurvey.analysis.tabulation import need_scores
from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.statistics.dimensions import Dimensions, Matching, count_dimensions, match_groups
from hmsurvey.statistics.factors import Factors, extract
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Column, Table

_LEAST = 30  # enterprises that two indicators have in common, below which no correlation is given
_ITEMS_A_FACTOR = 2
CAUTION = Text(
    "有指标与别的指标在逻辑上相连（见各行的对数），它们的载荷部分是题目设计造成的：没有系统，就谈不上系统功能。",
    "Some indicators are tied to others by logic (pairs are counted in every row): their loadings are partly made by the design, for without a system there is no function of it.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The factors of an index's indicators beside its areas.

    `codes` are the indicators used, `area` the area of each, `left_out` those that do not vary; `pairs` those that depend on each other by construction. Factors come in the order of the areas they were
    matched to, `matched` naming the area of each (nothing where there is none).
    """

    result: SurveyResult
    codes: tuple[str, ...]
    area: tuple[str, ...]
    left_out: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    dimensions: Dimensions
    factors: Factors
    matching: Matching
    matched: tuple[str, ...]

    @property
    def home(self) -> tuple[bool, ...]:
        """Whether each indicator has its largest loading on the factor of its own area."""
        top = np.abs(self.factors.loadings).argmax(axis=1)
        return tuple(self.matched[k] == area for k, area in zip(top, self.area, strict=True))


@lru_cache(maxsize=4)  # section, workbook and figures of a report ask for the same; the noun is frozen
def find_factors(result: SurveyResult, *, seed: int, level: str = "area", n_factors: int = 0) -> Structure:
    """Find as many factors as the index has areas, and match them.

    Parameters
    ----------
    result
        A survey with scores.
    seed
        Of parallel analysis and of the random grouping.
    level
        Whose nodes are the areas.
    n_factors
        How many factors; 0 for as many as there are areas with indicators.

    Raises
    ------
    UsageError
        No index, fewer than two areas, or too few indicators that vary for so many factors.
    DataError
        Too few enterprises, or correlations of which no factors can be made.
    """
    scores = need_scores(result)
    steps, left = indicator_steps(result)
    nodes = scores.system.level(level)
    area = {i.code: node.code for node in nodes for i in indicators_below(scores.system, node)}
    codes = tuple(code for code in steps.columns if left[code] > 1 and code in area)
    used = [node.code for node in nodes if node.code in {area[code] for code in codes}]
    wanted = n_factors or len(used)
    if len(used) < 2 or len(codes) < max(3, _ITEMS_A_FACTOR * wanted):
        raise UsageError(
            Problem(
                Text("有变化的指标太少，撑不起这么多因子。", "Too few indicators vary for so many factors."),
                where=result.plan.code,
                found=f"{len(codes)} / {wanted}",
                expected=Text(
                    f"至少两个方面，每个因子至少 {_ITEMS_A_FACTOR} 个指标",
                    f"two areas or more, at least {_ITEMS_A_FACTOR} indicators a factor",
                ),
            )
        )
    items = steps[list(codes)].to_numpy()
    there = ~np.isnan(items)
    common = int((there.T.astype(int) @ there).min())
    if common < _LEAST:
        raise UsageError(
            Problem(
                Text("有两个指标都有得分的企业太少。", "Too few enterprises have points on both of two indicators."),
                where=result.plan.code,
                found=str(common),
                expected=Text(f"至少 {_LEAST} 家", f"at least {_LEAST}"),
            )
        )
    dimensions = count_dimensions(items, seed=seed)
    found = extract(dimensions.matrix, wanted, rotation="oblimin")
    matching = match_groups(found.loadings, [used.index(area[code]) for code in codes], seed=seed)
    order = [k for k in matching.factor if k >= 0]
    order += [k for k in range(wanted) if k not in order]
    names = {k: code for code, k in zip(used, matching.factor, strict=True) if k >= 0}
    mine = [i for i in scores.system.indicators if i.code in codes]
    return Structure(
        result,
        codes,
        tuple(area[code] for code in codes),
        tuple(code for code in steps.columns if code in area and code not in codes),
        dependent_pairs(mine, result.survey.codebook),
        dimensions,
        _in_order(found, order),
        matching,
        tuple(names.get(k, "") for k in order),
    )


def factors_of(analysis: Analysis, survey: str, *, level: str = "area") -> Structure:
    """Find the factors of one survey of a study, with the study's own seed.

    Raises
    ------
    UsageError, DataError
        As `find_factors`; there is no such survey.
    """
    return find_factors(analysis[survey], seed=analysis.study.seed, level=level)


def _in_order(found: Factors, order: list[int]) -> Factors:
    """Return the factors in another order."""
    return Factors(
        found.loadings[:, order],
        found.uniquenesses,
        found.phi[np.ix_(order, order)],
        found.explained[order],
        found.method,
        found.rotation,
        found.objective,
    )


def _node_labels(structure: Structure) -> dict[str, Text]:
    nodes = need_scores(structure.result).system.nodes
    return {n.code: Text(f"{n.code} {n.label.of('zh')}", f"{n.code} {n.label.of('en')}") for n in nodes}


def _tied(structure: Structure, area: str) -> int:
    """Count the pairs of an area that depend on each other by construction."""
    mine = {code for code, of in zip(structure.codes, structure.area, strict=True) if of == area}
    return sum(set(pair) <= mine for pair in structure.pairs)


def _title(structure: Structure, zh: str, en: str) -> Text:
    label = need_scores(structure.result).system.label
    return Text(f"{zh}：{label.zh}", f"{en}: {label.en}")


def _method_notes(structure: Structure) -> tuple[Text, ...]:
    """Say how correlations were made, what was smoothed and what was left out."""
    dims = structure.dimensions
    n = f"{int(dims.n.min())}–{int(dims.n.max())}"
    zh = f"得分档的多项相关（每对用两项都有得分的企业，{n} 家；不足 {FEWEST} 家的档并入下一档）"
    en = f"polychoric correlations of steps of points (each pair over the enterprises that have both, {n}; steps with fewer than {FEWEST} are merged with the one below)"
    if dims.n_raised:
        zh += f"；成对算出的相关矩阵不是正定的，{dims.n_raised} 个小于 0.01 的特征值提到 0.01"
        en += f"; the matrix of pairs did not fit together as one, and {dims.n_raised} eigenvalues below 0.01 were raised to it"
    notes = [Text(zh + "。", en[:1].upper() + en[1:] + ".")]
    if structure.left_out:
        listed = ", ".join(structure.left_out)
        notes.append(Text(f"没有变化、未纳入的指标：{listed}。", f"Left out, since they do not vary: {listed}."))
    if structure.pairs:
        notes.append(CAUTION)
    return tuple(notes)


def tabulate_dimensions(structure: Structure) -> Table:
    """Put the eigenvalues of the indicators beside those of chance: how many dimensions stand out?

    Returns
    -------
    Table
        `component`, `eigenvalue`, `chance` (95% of dealt-out answers stay below), `share_pct` of all variance, `above`; the first ones, two beyond the number of areas and of those above.
    """
    dims = structure.dimensions
    shown = min(len(structure.codes), max(dims.n_above, len(structure.matched)) + 2)
    frame = pd.DataFrame(
        {
            "component": np.arange(1, shown + 1),
            "eigenvalue": dims.eigenvalues[:shown],
            "chance": dims.chance[:shown],
            "share_pct": 100 * dims.eigenvalues[:shown] / len(structure.codes),
            "above": ["yes" if k < dims.n_above else "no" for k in range(shown)],
        }
    )
    columns = (
        Column("component", Text("成分", "Component"), "count"),
        Column("eigenvalue", Text("特征值", "Eigenvalue"), "number", decimals=2),
        Column("chance", Text("偶然的上限（95%）", "Limit of chance (95%)"), "number", decimals=2),
        Column("share_pct", Text("占总方差（%）", "Share of variance (%)"), "percent"),
        Column("above", Text("高于偶然", "Above chance"), "code", labels={"yes": Text("是", "yes"), "no": Text("否", "no")}),
    )  # fmt: skip
    how = Text(
        "平行分析：把每个指标的答案在企业间随机重发 200 次，特征值高于其中 95% 的才算。总的水平很强时，此法会少数出彼此相关的小维度。",
        "Parallel analysis: the answers of each indicator are dealt out anew 200 times, and an eigenvalue counts where it is above 95% of theirs. Where one general level is strong, it misses smaller dimensions that go with it.",
    )
    title = _title(structure, "指标背后有几个维度", "How many dimensions are behind the indicators")
    code = f"dimensions_{structure.result.plan.code}"
    return Table(frame, need_scores(structure.result).provenance, code, title, columns, (how, *_method_notes(structure)))  # fmt: skip


def tabulate_loadings(structure: Structure) -> Table:
    """List the loading of every indicator on every factor.

    Returns
    -------
    Table
        A row an indicator, in the index's order: `area`, `indicator`, `f_AREA` for the factor matched to each area (`f_` and its number where there is none), `unique` (the share of variance that no factor has), `home` ("yes"
        where the largest loading is on the factor of its own area), `n_tied` (indicators it depends on by construction).
    """
    system = need_scores(structure.result).system
    load = structure.factors.loadings
    tied = [sum(code in pair for pair in structure.pairs) for code in structure.codes]
    frame = pd.DataFrame({"area": structure.area, "indicator": structure.codes})
    for k in range(load.shape[1]):
        frame[_factor_code(k, structure.matched[k])] = load[:, k]
    frame["unique"] = structure.factors.uniquenesses
    frame["home"] = ["yes" if home else "no" for home in structure.home]
    frame["n_tied"] = tied
    labels = {i.code: Text(f"{i.code} {i.label.of('zh')}", f"{i.code} {i.label.of('en')}") for i in system.indicators}
    columns = (
        Column("area", Text("方面", "Area"), "code", labels=_node_labels(structure)),
        Column("indicator", Text("指标", "Indicator"), "code", labels=labels),
        *(
            Column(_factor_code(k, area), _factor_name(k, area), "number", decimals=2)
            for k, area in enumerate(structure.matched)
        ),
        Column("unique", Text("独有部分", "Unique part"), "number", decimals=2),
        Column("home", Text("最大载荷在本方面的因子上", "Largest on its own area's factor"), "code", labels={"yes": Text("是", "yes"), "no": Text("否", "no")}),
        Column("n_tied", Text("与之相连的指标数", "Indicators it is tied to"), "count"),
    )  # fmt: skip
    how = Text(
        f"最小残差法，{load.shape[1]} 个因子，斜交旋转（oblimin）；因子按对应的方面排列，对应以最大载荷归属一致的指标最多为准。",
        f"Minimum residuals, {load.shape[1]} factors, oblique rotation (oblimin); factors stand in the order of the areas they are matched to, so that as many indicators as can be load highest on their own area's.",
    )
    title = _title(structure, "各指标的因子载荷", "Loadings of the indicators")
    code = f"loadings_{structure.result.plan.code}"
    return Table(frame, need_scores(structure.result).provenance, code, title, columns, (how, *_method_notes(structure)))  # fmt: skip


def _factor_code(k: int, area: str) -> str:
    return f"f_{area or k + 1}"


def _factor_name(k: int, area: str) -> Text:
    return Text(f"因子 {k + 1}（{area}）", f"Factor {k + 1} ({area})") if area else Text(f"因子 {k + 1}", f"Factor {k + 1}")  # fmt: skip


def tabulate_recovery(structure: Structure) -> Table:
    """Ask of every area whether a factor is its own.

    Returns
    -------
    Table
        A row an area and one for all: `factor` (its number; nothing where none was matched), `n_items`, `n_home` (indicators with their largest loading there), `own` and `other` (mean size of the loading on its own factor,
        and of the largest elsewhere), `n_tied` pairs of the area dependent by construction, `caution`.
    """
    load, home = np.abs(structure.factors.loadings), np.array(structure.home)
    areas = np.array(structure.area)
    rows: list[dict[str, object]] = []
    for area in dict.fromkeys(structure.area):
        mine = areas == area
        there = area in structure.matched
        k = structure.matched.index(area) if there else -1
        rest = np.delete(load[mine], k, axis=1) if there else load[mine]
        rows.append(
            {
                "node": area,
                "factor": str(k + 1) if there else "",
                "n_items": int(mine.sum()),
                "n_home": int(home[mine].sum()),
                "own": float(load[mine, k].mean()) if there else np.nan,
                "other": float(rest.max(axis=1).mean()) if rest.shape[1] else np.nan,
                "n_tied": _tied(structure, area),
            }
        )
        rows[-1]["caution"] = "tied" if rows[-1]["n_tied"] else ""
    whole = {
        "node": "all",
        "factor": "",
        "n_items": len(areas),
        "n_home": int(home.sum()),
        "own": np.nan,
        "other": np.nan,
    }
    rows.append(whole | {"n_tied": len(structure.pairs), "caution": "tied" if structure.pairs else ""})
    tied = Text("部分由设计造成", "Partly by design")
    columns = (
        Column("node", Text("方面", "Area"), "code", labels=_node_labels(structure) | {"all": Text("合计", "All")}),
        Column("factor", Text("对应的因子", "Its factor")),
        Column("n_items", Text("指标数", "Indicators"), "count"),
        Column("n_home", Text("最大载荷在该因子上", "Load highest on it"), "count"),
        Column("own", Text("在该因子上的平均载荷", "Mean loading on it"), "number", decimals=2),
        Column("other", Text("在别处的最大载荷（平均）", "Largest elsewhere (mean)"), "number", decimals=2),
        Column("n_tied", Text("相互依赖的指标对", "Pairs dependent by construction"), "count"),
        Column("caution", Text("注意", "Caution"), "code", labels={"": NOTHING, "tied": tied}),
    )
    phi = structure.factors.phi
    off = phi[np.triu_indices(len(phi), 1)]
    notes = [
        Text(
            f"若把指标随机分成同样大小的几组，平均也有 {structure.matching.by_chance:.0f} 个指标“归位”。载荷取绝对值。",
            f"Random groups of the same sizes would have {structure.matching.by_chance:.0f} indicators at home on average. Loadings by their size.",
        )
    ]
    if len(off):
        notes.append(
            Text(
                f"因子之间的相关在 {off.min():.2f} 与 {off.max():.2f} 之间。",
                f"The factors correlate between {off.min():.2f} and {off.max():.2f}.",
            )
        )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = _title(structure, "各方面能否由因子认出", "Are the areas recovered by factors")
    code = f"recovery_{structure.result.plan.code}"
    return Table(frame, need_scores(structure.result).provenance, code, title, columns, (*notes, *_method_notes(structure)))  # fmt: skip
