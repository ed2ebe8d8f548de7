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

from hmsurvey.errors import DataError, Problem, Text
from hmsurvey.provenance import Provenance, Traced, combine, read_source
from hmsurvey.questions import fold
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
        Columns survey, what (node code, or "stage"), n_published (units with a published value), n_equal (within the tolerance), largest_difference
        (NaN for stages), n_ours_only (units we score that were not published), given (taken as published).
    """
    rows: list[dict[str, object]] = []
    parts = []
    for item in published:
        frame = _read(item)
        result = results[item.survey]
        source = Provenance((read_source(item.path),))
        parts.append(combine(source, *(x.provenance for x in (result.scores, result.stages) if x is not None)))
        rows += _scores(item, frame, result)
        if item.stage_column and result.stages is not None:
            rows.append(_stages(item, frame, result.stages))
    return Traced(pd.DataFrame(rows), combine(*parts))


def _read(item: Published) -> pd.DataFrame:
    cells = read_cells(item.path)
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
    return pd.DataFrame(body, columns=header, dtype=object).set_index(item.id_column)


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
    rows = []
    for node, column in item.scores:
        name = result.scores.system.total if node == "total" and node not in result.scores.values else node
        ours = result.scores.values[name]
        theirs = pd.to_numeric(frame[column].replace("", np.nan)).reindex(ours.index)
        there = theirs.notna()
        difference = (ours - theirs).abs()
        equal = there & (difference <= item.tolerance)
        largest = float(difference[there].max()) if there.any() else float("nan")
        rows.append(_row(item, name, there, equal, largest, ours.notna()))
    return rows


def _stages(item: Published, frame: pd.DataFrame, stages: Stages) -> dict[str, object]:
    names = {fold(text): s.code for s in stages.rule.stages for text in (s.code, *s.label) if text}
    theirs = (
        frame[item.stage_column]
        .map(lambda text: names.get(fold(str(text)), str(text).strip()))
        .reindex(stages.stage.index)
    )
    there = theirs.notna() & (theirs != "")
    ours = stages.stage.astype(object)
    return _row(item, "stage", there, there & (ours == theirs), float("nan"), ours != "unstaged")
