"""The same answers under another rule or other weights: how many stand at each stage then, and who moves.

Recomputes with the engine and counts; it does not judge which rule is right.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hmsurvey.analysis.tabulation import need_scores, need_stages
from hmsurvey.analysis.words import UNIT_LABEL, stage_labels
from hmsurvey.definitionfile import definitions_folder, locate_definition
from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.indicators import reweight
from hmsurvey.provenance import combine
from hmsurvey.rules import UNSTAGED, Rule, read_rule
from hmsurvey.scoring import score
from hmsurvey.staging import because, stage
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem
from hmsurvey.tables import Column, Table


def read_built_in_rule(name: str) -> Rule:
    """Read one of the package's own rules by its name, such as "quarters".

    Raises
    ------
    UsageError
        There is none of this name; the known ones are listed.
    """
    return read_rule(locate_definition(name, "rules"))


def read_precedents(result: SurveyResult) -> tuple[Rule, ...]:
    """Read the package's other rules for the index of a result, in the order of their names."""
    system, own = need_scores(result).system, need_stages(result).rule
    rules = [read_rule(path) for path in sorted((definitions_folder() / "rules").glob("*.toml"))]
    return tuple(rule for rule in rules if rule.system == system.id and rule.id != own.id)


def restage(
    result: SurveyResult, *, rule: Rule | None = None, weighting: str = "", system: IndicatorSystem | None = None
) -> SurveyResult:
    """Return the result with another rule, other weights, or both; the answers stay as they are.

    Parameters
    ----------
    result
        A survey, scored and staged.
    rule
        Another rule.
    weighting
        One of the system's weightings.
    system
        The index with other weights, such as `weigh_by_experts` and `weigh_by_data` return it.

    Raises
    ------
    DefinitionError
        The rule or the system does not fit the survey.
    UsageError
        The index has no such weighting, or there is no index.
    """
    rule = rule or need_stages(result).rule
    scores = result.scores
    if weighting or system is not None:
        index = system or need_scores(result).system
        scores = score(result.survey, reweight(index, weighting) if weighting else index)
    stages = stage(result.survey, rule, scores=scores)
    plan = replace(result.plan, rule=rule, system=scores.system if scores else None)
    return replace(result, plan=plan, scores=scores, stages=stages)


def _places(result: SurveyResult) -> pd.Series:
    """Return the place of every unit's stage, lowest 0; NaN where unstaged."""
    stages = need_stages(result)
    rank = {code: float(place) for place, code in enumerate(reversed(stages.rule.codes))}
    return stages.stage.astype(object).map(lambda code: rank.get(code, np.nan)).astype(float)


def _same_stages(first: SurveyResult, other: SurveyResult) -> None:
    one, two = need_stages(first).rule, need_stages(other).rule
    if one.codes != two.codes:
        raise UsageError(
            Problem(
                Text("两条规则的阶段不同，不能对照。", "The rules have different stages and cannot be compared."),
                where=two.id,
                found=", ".join(two.codes),
                expected=Text("、".join(one.codes), ", ".join(one.codes)),
            )
        )


def _weighting(result: SurveyResult) -> Text:
    """Return what the weighting is called; nothing where there is none."""
    system = result.scores.system if result.scores else None
    found = [w.label for w in system.weightings if w.id == system.weighting] if system else []
    return found[0] if found else NOTHING


def _name(result: SurveyResult, against: SurveyResult) -> Text:
    """Return what a result is called: by its rule, by its weighting where that is what differs, or by both."""
    rule, weighting = need_stages(result).rule, _weighting(result)
    if weighting == _weighting(against):
        return rule.label
    if rule == need_stages(against).rule:
        return weighting
    return Text(f"{rule.label.zh}；{weighting.zh}", f"{rule.label.en}; {weighting.en}")


def tabulate_alternatives(first: SurveyResult, *others: SurveyResult) -> Table:
    """Count the stages under several rules or weightings, and who moves against the first.

    Returns
    -------
    Table
        One row a result: the mean total (where weights differ), `n_STAGE` and unstaged, `n_up`, `n_down`, `n_changed_state` (staged in one of the two only). Every row adds up to n.

    Raises
    ------
    UsageError
        The rules have different stages.
    """
    before, codes = _places(first), [*need_stages(first).rule.codes, UNSTAGED]
    reweighted = first.scores is not None and any(_weighting(other) != _weighting(first) for other in others)
    names: dict[str, Text] = {}
    rows = []
    for k, result in enumerate((first, *others)):
        _same_stages(first, result)
        stages, after = need_stages(result), _places(result)
        names[str(k)] = _name(result, first if k or not others else others[0])
        counts = stages.stage.astype(object).value_counts()
        row: dict[str, object] = {"alternative": str(k)}
        if reweighted:
            row["mean_total"] = result.scores.total.mean() if result.scores else np.nan
        row |= {f"n_{code}": int(counts.get(code, 0)) for code in codes}
        row |= {
            "n_up": int((after > before).sum()),
            "n_down": int((after < before).sum()),
            "n_changed_state": int((after.isna() != before.isna()).sum()),
        }
        rows.append(row)
    labels = stage_labels(need_stages(first).rule)
    mean = (Column("mean_total", Text("平均总分", "Mean total"), "score"),) if reweighted else ()
    columns = (
        Column("alternative", Text("规则与权重", "Rule and weights"), "code", labels=names),
        *mean,
        *(Column(f"n_{code}", labels[code], "count") for code in codes),
        Column("n_up", Text("升级", "Up"), "count"),
        Column("n_down", Text("降级", "Down"), "count"),
        Column("n_changed_state", Text("一方未定", "Staged in one only"), "count"),
    )
    title = Text("同样的答卷，不同的规则或权重", "The same answers under other rules or weights")
    provenance = combine(*(need_stages(result).provenance for result in (first, *others)))
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    note = Text("升降均与第一行相比", "up and down are against the first row")
    return Table(frame, provenance, f"alternatives_{first.plan.code}", title, columns, (note,))


def tabulate_precedents(result: SurveyResult) -> Table:
    """Count the stages under the result's own rule and under every other rule of the package for its index."""
    return tabulate_alternatives(result, *(restage(result, rule=rule) for rule in read_precedents(result)))


def tabulate_moves(before: SurveyResult, after: SurveyResult) -> Table:
    """Cross the stages under one rule with those under another.

    Raises
    ------
    UsageError
        The rules have different stages.
    """
    _same_stages(before, after)
    labels = stage_labels(need_stages(before).rule)
    codes = list(labels)
    one, two = (need_stages(r).stage.astype(object).rename(name) for r, name in ((before, "before"), (after, "after")))
    counts = pd.crosstab(one, two).reindex(index=codes, columns=codes, fill_value=0)
    frame = pd.DataFrame({"before": codes, "n": counts.sum(axis=1).to_numpy()})
    for code in codes:
        frame[f"n_after_{code}"] = counts[code].to_numpy()
    columns = (
        Column("before", Text("原阶段", "Stage before"), "code", labels=labels),
        Column("n", Text("合计", "n"), "count"),
        *(
            Column(f"n_after_{code}", Text(f"改后：{labels[code].zh}", f"After: {labels[code].en}"), "count")
            for code in codes
        ),
    )
    one_rule, two_rule = _name(before, after), _name(after, before)
    title = Text(f"谁变了：{one_rule.zh} → {two_rule.zh}", f"Who moves: {one_rule.en} → {two_rule.en}")
    provenance = combine(need_stages(before).provenance, need_stages(after).provenance)
    return Table(frame, provenance, f"moves_{before.plan.code}", title, columns)


def tabulate_movers(before: SurveyResult, after: SurveyResult) -> Table:
    """List the enterprises whose stage differs between two results, with the reason after the change. Internal.

    Raises
    ------
    UsageError
        The rules have different stages.
    """
    _same_stages(before, after)
    old, new = (need_stages(result).stage.astype(object) for result in (before, after))
    moved = (old != new).to_numpy()
    frame = pd.DataFrame({"unit": old.index[moved], "before": old[moved].to_numpy(), "after": new[moved].to_numpy()})
    if after.scores is not None:
        frame["total"] = after.scores.total[moved].to_numpy()
    reasons = because(need_stages(after), "en")[moved], because(need_stages(after), "zh")[moved]
    frame["because"] = reasons[0].to_numpy()
    labels = stage_labels(need_stages(before).rule)
    total = (Column("total", Text("总分", "Total"), "score", decimals=2),) if after.scores is not None else ()
    columns = (
        Column("unit", UNIT_LABEL),
        Column("before", Text("原阶段", "Before"), "code", labels=labels),
        Column("after", Text("改后阶段", "After"), "code", labels=labels),
        *total,
        Column(
            "because",
            Text("改后的理由", "Because"),
            "code",
            labels={en: Text(zh, en) for en, zh in zip(*reasons, strict=True)},
        ),
    )
    title = Text("阶段有变的企业", "Enterprises whose stage changes")
    provenance = combine(need_stages(before).provenance, need_stages(after).provenance)
    return Table(frame, provenance, f"movers_{before.plan.code}", title, columns, personal=True)
