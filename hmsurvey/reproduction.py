"""Does the engine come out where a publisher did? Published scores and stages beside our own, unit by unit.

The comparison counts; it excuses nothing. What was taken as published is said, not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from hmsurvey.errors import DataError, DefinitionError, Problem, Text
from hmsurvey.provenance import Provenance, Traced, combine, read_source
from hmsurvey.questions import fold
from hmsurvey.rules import UNSTAGED
from hmsurvey.scoring import Scores
from hmsurvey.staging import Stages
from hmsurvey.workbook import read_cells


@dataclass(frozen=True, slots=True)
class Published:
    """A file of published results: which column stands for which node, and for the stage."""

    survey: str
    path: Path
    id_column: str
    scores: tuple[tuple[str, str], ...]
    stage_column: str
    tolerance: float
    given: tuple[str, ...] = ()


class Result(Protocol):
    """What is compared: the scores and stages of one survey."""

    @property
    def scores(self) -> Scores | None: ...

    @property
    def stages(self) -> Stages | None: ...


def compare_published(published: tuple[Published, ...], results: Mapping[str, Result]) -> Traced:
    """Compare published scores and stages with our own.

    Returns
    -------
    Traced
        Columns survey, what (node code, or "stage"), n_published (units with a published value), n_equal (within the tolerance; missing for what
        was taken as published), largest_difference
        (NaN for stages), n_ours_only (units we score that were not published), given (taken as published).
    """
    rows: list[dict[str, object]] = []
    parts = []
    _check_named(published, results)
    for item in published:
        frame = _read(item)
        result = results[item.survey]
        source = Provenance((read_source(item.path),))
        parts.append(combine(source, *(x.provenance for x in (result.scores, result.stages) if x is not None)))
        rows += _scores(item, frame, result)
        if item.stage_column and result.stages is not None:
            rows.append(_stages(item, frame, result.stages))
    return Traced(pd.DataFrame(rows), combine(*parts))


def _check_named(published: tuple[Published, ...], results: Mapping[str, Result]) -> None:
    """Complain of nodes that a published column is said to stand for and that the survey does not have."""
    problems = []
    for item in published:
        scores = results[item.survey].scores if item.survey in results else None
        nodes = [str(node) for node in scores.values] if scores is not None else []
        known = {*nodes, *(list(scores.points) if scores is not None else [])}
        unknown = [node for node, _ in item.scores if node not in nodes and not (node == "total" and nodes)]
        unknown += [code for code in item.given if code not in known]
        if unknown:
            problems.append(
                Problem(
                    Text("[[published]] 里的节点不存在。", "[[published]] names nodes that are not there."),
                    where=f"study.toml, published {item.survey}",
                    found=", ".join(unknown),
                    expected=Text("、".join(nodes) or "有 system 的调查", ", ".join(nodes) or "a survey with a system"),
                    fix=Text("改正 scores 或 given。", "mend `scores` or `given`."),
                )
            )
    if problems:
        raise DefinitionError(problems)


def _read(item: Published) -> pd.DataFrame:
    cells = read_cells(item.path)
    if len(cells.rows) < 2:
        raise DataError(
            _problem(item, "-", f"{len(cells.rows)} rows", Text("列名和数据行", "a header and rows of data"))
        )
    header, body = list(cells.rows[0]), [row for row in cells.rows[1:] if any(row)]
    wanted = [
        item.id_column,
        *(column for _, column in item.scores),
        *([item.stage_column] if item.stage_column else []),
    ]
    missing = [column for column in wanted if column not in header]
    if missing:
        raise DataError(
            Problem(
                Text("公布结果文件缺少列。", "The file of published results lacks columns."),
                where=str(item.path),
                found=", ".join(header),
                expected=Text("、".join(missing), ", ".join(missing)),
                fix=Text(
                    "改 study.toml 的 [[published]]，或补上列。",
                    "mend [[published]] in study.toml, or add the columns.",
                ),
            )
        )
    frame = pd.DataFrame(body, columns=header, dtype=object).set_index(item.id_column)
    _check_frame(item, frame)
    return frame


def _check_frame(item: Published, frame: pd.DataFrame) -> None:
    problems = []
    twice = sorted(set(frame.index[frame.index.duplicated()]))
    if twice:
        problems.append(_problem(item, item.id_column, ", ".join(twice[:10]), Text("每个单位一行", "one row a unit")))
    for _, column in item.scores:
        texts = [t for t in frame[column] if t.strip() and pd.isna(pd.to_numeric(t, errors="coerce"))]
        if texts:
            problems.append(_problem(item, column, ", ".join(texts[:10]), Text("数或空白", "numbers or blanks")))
    if problems:
        raise DataError(problems)


def _problem(item: Published, column: str, found: str, expected: Text) -> Problem:
    return Problem(
        Text("公布结果文件的内容不能用。", "The file of published results cannot be used as it stands."),
        where=f"{item.path.name}, {column}",
        found=found,
        expected=expected,
        fix=Text("改正这一列。", "mend that column."),
    )


def _row(
    item: Published, what: str, there: pd.Series, equal: pd.Series, largest: float, ours: pd.Series
) -> dict[str, object]:
    return {
        "survey": item.survey,
        "what": what,
        "n_published": int(there.sum()),
        "n_equal": int(equal.sum()),
        "largest_difference": largest,
        "n_ours_only": int((ours & ~there).sum()),
        "given": what in item.given,
    }


def _scores(item: Published, frame: pd.DataFrame, result: Result) -> list[dict[str, object]]:
    if result.scores is None:
        return []
    scores = result.scores
    rows = []
    for node, column in item.scores:
        name = scores.system.total if node == "total" and node not in scores.values else node
        theirs = pd.to_numeric(frame[column].replace("", np.nan)).astype(float)
        units = scores.values.index.union(theirs.index)  # a published unit that we lack counts as not equal
        ours, theirs = scores.values[name].reindex(units), theirs.reindex(units)
        there = theirs.notna()
        difference = (ours - theirs).abs()
        equal = there & (difference <= item.tolerance)
        rows.append(
            _row(item, name, there, equal, float(difference[there].max()) if there.any() else np.nan, ours.notna())
        )
    for node in item.given:
        values = (scores.values if node in scores.values else scores.points)[node]
        nothing = pd.Series(False, index=values.index)
        rows.append(_row(item, node, values.notna(), nothing, np.nan, nothing) | {"n_equal": pd.NA})
    return rows


def _stages(item: Published, frame: pd.DataFrame, stages: Stages) -> dict[str, object]:
    names = {fold(text): s.code for s in stages.rule.stages for text in (s.code, *s.label) if text}
    theirs = frame[item.stage_column].map(lambda text: names.get(fold(str(text)), str(text).strip()))
    units = stages.stage.index.union(theirs.index)
    theirs, ours = theirs.reindex(units), stages.stage.astype(object).reindex(units)
    there = theirs.notna() & (theirs != "")
    return _row(item, "stage", there, there & (ours == theirs), np.nan, ours.notna() & (ours != UNSTAGED))
