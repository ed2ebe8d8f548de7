"""What an explorer shows, as plain data: surveys with their stages and groups, and either their single units or tables about groups.

The face of the page takes rows about groups. Single units, which it can sum up itself and stage anew, are only carried where their readers may see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.words import ALL, group_labels, group_order, groups_of, names_of, stage_labels
from hmsurvey.errors import Text
from hmsurvey.output.explorer_model import Refusal, carry_model, nice, numbers, text_pair
from hmsurvey.output.explorer_trial import trial_data
from hmsurvey.output.map import read_tiles
from hmsurvey.output.theme import stage_colours
from hmsurvey.rules import UNSTAGED, Rule, describe, each_need
from hmsurvey.scoring import Scores
from hmsurvey.staging import Stages, because
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.systems import IndicatorSystem, ceiling_of
from hmsurvey.tables import Table

Data = dict[str, Any]
Floats = NDArray[np.float64]
HIDDEN = "hidden"  # a cell that is kept back, told from one that has no value (None)
_SIZE = "size"  # the question by which enterprises are told apart by size, where a codebook asks it


def explorable(analysis: Analysis) -> tuple[SurveyResult, ...]:
    """Return the surveys that have stages, those with an index first."""
    staged = [result for result in analysis.results.values() if result.stages is not None]
    return tuple(sorted(staged, key=lambda result: result.scores is None))


def survey_data(result: SurveyResult) -> Data:
    """Return one survey with its single units, and with what a page needs to stage them anew, or why it cannot.

    Parameters
    ----------
    result
        A survey with stages.
    """
    stages = result.stages
    if stages is None:
        raise TypeError("a survey without stages")
    model = carry_model(result)
    refused = isinstance(model, Refusal)
    names = group_labels(result.survey.codebook)
    groups = {code: names.get(code, Text(code, code)) for code in group_order(result.survey) if code != ALL}
    data = _face(result.plan.code, result.plan.label, stages.rule, groups) | {
        "units": _units(result),
        "written": {"place": _places(stages)},
        "model": None if isinstance(model, Refusal) else model,
        "refusal": text_pair(model.why) if isinstance(model, Refusal) else None,
        "tried": trial_data(result),
    }
    if result.scores is not None:
        data["scores"] = _scores(result.scores)
        data["written"]["total"] = numbers(result.scores.total)
    if refused:
        data["because"] = _reasons(stages)
        data["shares"] = _shares(stages)
    return data


def topic_data(digest: Digest, topic: Topic) -> Data:
    """Return one survey by its tables about groups: stages and mean scores of each, and of all together.

    Parameters
    ----------
    digest
        Whole or protected; what it hides is marked as hidden.
    topic
        One of its surveys, with a rule.
    """
    if topic.rule is None:
        raise TypeError("a survey without stages")
    stages = digest[f"stages_{topic.code}"]
    names = stages.column("group").labels
    codes = [str(code) for code in stages.frame["group"]]
    data = _face(
        topic.code, topic.label, topic.rule, {code: names.get(code, Text(code, code)) for code in codes if code != ALL}
    )
    rows: dict[str, Data] = {}
    for row, code in zip(stages.frame.index, codes, strict=True):
        counts = [_cell(stages, row, f"n_{stage['code']}") for stage in data["stages"]]
        rows[code] = {"code": code, "n": _cell(stages, row, "n"), "counts": counts, "means": [], "total": None}
    if topic.system is not None and f"areas_{topic.code}" in digest:
        data["scores"] = _means(digest[f"areas_{topic.code}"], topic.system, topic.level, rows)
    return data | {"rows": list(rows.values())}


def _means(table: Table, system: IndicatorSystem, level: str, rows: dict[str, Data]) -> Data:
    """Put the mean scores of a table to the rows of their groups; return what the scores are called."""
    areas = [node.code for node in system.level(level)]
    for row, code in zip(table.frame.index, table.frame["group"], strict=True):
        rows[str(code)] |= {
            "means": [_cell(table, row, area) for area in areas],
            "total": _cell(table, row, system.total),
        }

    def said(code: str) -> Data:
        return {"label": text_pair(system.node(code).label)} | _axis(
            system, code, table.frame[code].to_numpy(dtype=float)
        )

    return said(system.total) | {"areas": [{"code": code} | said(code) for code in areas]}


def _cell(table: Table, row: int, column: str) -> float | int | str | None:
    """Return a cell as a page carries it: a number, nothing, or the mark of what is not shown."""
    return HIDDEN if table.is_hidden(row, column) else numbers(table.frame.loc[[row], column].to_numpy(dtype=float))[0]


def _face(code: str, label: Text, rule: Rule, groups: Mapping[str, Text]) -> Data:
    """Return what every edition shows of a survey: its name, stages with colours, groups."""
    colours = stage_colours(rule.codes)
    return {
        "code": code,
        "label": text_pair(label),
        "rule": f"{rule.id} {rule.version}",
        "stages": [
            {"code": stage, "label": text_pair(words), "colour": colours[stage]}
            for stage, words in stage_labels(rule).items()
        ],
        "groups": [{"code": group, "label": text_pair(words)} for group, words in groups.items()],
    }


def tiles_of(geography: str) -> list[Data]:
    """Return the tiles of a geography; none without one."""
    if not geography:
        return []
    return [
        {"code": tile.code, "label": text_pair(tile.label), "column": tile.column, "row": tile.row}
        for tile in read_tiles(geography)
    ]


def _units(result: SurveyResult) -> Data:
    names, groups = names_of(result), groups_of(result.survey)
    place = {code: k for k, code in enumerate(code for code in group_order(result.survey) if code != ALL)}
    units: Data = {
        "id": [str(unit) for unit in result.survey.answers.units],
        "name": [str(names[unit]) for unit in result.survey.answers.units],
        "group": [place.get(code, -1) for code in groups],
    }
    codes = [question.code for question in result.survey.codebook.all_questions]
    if _SIZE in codes and (question := result.survey.codebook.question(_SIZE)).kind == "one":
        used = sorted({int(v) for v in result.survey.answers.values[_SIZE] if v >= 0})
        units["sizes"] = [text_pair(question.options[k].label) for k in used]
        units["size"] = [used.index(int(v)) if v >= 0 else -1 for v in result.survey.answers.values[_SIZE]]
    return units


def _places(stages: Stages) -> list[int]:
    codes = [*stages.rule.codes, UNSTAGED]
    return [codes.index(code) for code in stages.stage.astype(object)]


def _scores(scores: Scores) -> Data:
    system = scores.system
    labels = {i.code: i.label for i in system.indicators} | {node.code: node.label for node in system.nodes}
    areas = []
    for code in system.node(system.total).children:
        values = (scores.values if code in scores.values else scores.points)[code].to_numpy(dtype=float)
        areas.append(
            {"code": code, "label": text_pair(labels[code]), "value": numbers(values)} | _axis(system, code, values)
        )
    total = scores.total.to_numpy(dtype=float)
    return {"label": text_pair(labels[system.total]), "areas": areas} | _axis(system, system.total, total)


def _axis(system: IndicatorSystem, code: str, values: Floats) -> Data:
    """Return where the axis of a score begins and ends: with its scale, or with what is seen where no scale is known."""
    seen = values[np.isfinite(values)]
    lowest, highest = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
    most = ceiling_of(system, code)
    if most is None or most < highest:
        most = nice(highest) if highest > 0 else 1.0
    return {"least": -nice(-lowest) if lowest < 0 else 0.0, "most": most}


def _reasons(stages: Stages) -> Data:
    """Return why each unit has its stage, each sentence once."""
    zh, en = because(stages, "zh"), because(stages, "en")
    pairs = list(zip(zh, en, strict=True))
    words = list(dict.fromkeys(pairs))
    place = {pair: k for k, pair in enumerate(words)}
    return {"words": [list(pair) for pair in words], "of": [place[pair] for pair in pairs]}


def _shares(stages: Stages) -> list[Data]:
    """Return what units have where a rule without an index asks for a share or count of answers."""
    found = []
    for need in each_need(stages.rule.needs):
        if need.subject in ("share_of", "count_of") and need.code in stages.found:
            factor = 100.0 if need.subject == "share_of" else 1.0
            values = stages.found[need.code].to_numpy(dtype=float) * factor
            words = text_pair(describe(need, None))
            found.append({"label": words, "percent": need.subject == "share_of", "value": numbers(values)})
    return found
