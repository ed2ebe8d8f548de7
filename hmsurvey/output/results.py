"""CSV files out: each with a provenance column, a sidecar, and nothing that a spreadsheet would run.

Files are written beside their final place and renamed, so that an interrupted run leaves the earlier file whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hmsurvey import __version__
from hmsurvey.analysis.rollup import roll_up
from hmsurvey.errors import Lang
from hmsurvey.provenance import Provenance, Traced, sha256_of
from hmsurvey.scoring import Scores, scores_frame
from hmsurvey.staging import Stages, because, stage_answers
from hmsurvey.study import Analysis
from hmsurvey.survey import Survey
from hmsurvey.tables import HIDDEN_SIGN, Table

_RUNS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def safe_cell(text: object) -> object:
    """Return a text that no spreadsheet takes for a formula: `=1+1` -> `'=1+1`."""
    if isinstance(text, str) and text.startswith(_RUNS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
    return path


def write_frame(traced: Traced, path: Path) -> Path:
    """Write a traced frame as CSV (UTF-8 with a mark, as Excel wants it), its index first, with its sidecar; "c" stands where a number is not shown.

    Raises
    ------
    TypeError
        A bare frame: nothing leaves without provenance.
    """
    if not isinstance(traced, Traced):
        raise TypeError(f"only Traced tables leave the house, not {type(traced).__name__}")
    frame = traced.frame
    if isinstance(traced, Table) and traced.hidden:
        frame = frame.copy()
        for row, code in sorted(traced.hidden):
            frame[code] = frame[code].astype(object)
            frame.at[row, code] = HIDDEN_SIGN.en
    frame = frame.reset_index() if frame.index.name else frame
    frame = frame.assign(provenance=traced.provenance.kind)
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype(object).map(safe_cell)
    write_bytes(path, frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"))
    sidecar = provenance_record(traced.provenance) | {"file": path.name, "sha256": sha256_of(path)}
    write_bytes(path.with_name(path.name + ".provenance.json"), json_bytes(sidecar))
    return path


def json_bytes(content: object) -> bytes:
    """Return JSON as it is written to files: UTF-8, indented, one line end."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def provenance_record(provenance: Provenance) -> dict[str, object]:
    """Return a provenance as plain data for sidecars and manifests; a source whose checksum is kept inside has none."""
    return {
        "kind": provenance.kind,
        "sources": [
            {
                "file": s.file,
                "title": s.title,
                "kind": s.kind,
                "producer": s.producer,
                "date": s.date,
                "licence": s.licence,
                **({"sha256": s.sha256} if s.sha256 else {}),
            }
            for s in provenance.sources
        ],
        "definitions": list(provenance.definitions),
        "notes": [{"zh": note.zh, "en": note.en} for note in provenance.notes],
        "program": f"hmsurvey {__version__}",
    }


def write_scores(scores: Scores, folder: Path) -> Path:
    """Write `scores.csv`: unit, a column for every indicator (points) and node (score), by code."""
    return write_frame(Traced(scores_frame(scores), scores.provenance), folder / "scores.csv")


def write_stages(stages: Stages, survey: Survey, folder: Path, *, langs: Sequence[Lang]) -> list[Path]:
    """Write `stages.csv`: unit, stage, because; with `answers_staged.csv` and `areas.csv` where the rule has them.

    In two languages the reasons stand in `because_zh` and `because_en`, in one in `because`.
    """
    reasons = {"because" if len(langs) == 1 else f"because_{lang}": because(stages, lang) for lang in langs}
    frame = pd.DataFrame({"stage": stages.stage.astype(object), **reasons})
    written = [write_frame(Traced(frame, stages.provenance), folder / "stages.csv")]
    if stages.rule.per_answer is not None:
        each = stage_answers(survey, stages.rule)
        written.append(write_frame(Traced(each, stages.provenance), folder / "answers_staged.csv"))
    if stages.rule.rollup_by:
        written.append(write_frame(roll_up(stages, survey), folder / "areas.csv"))
    return written


def write_processed(analysis: Analysis, folder: Path, *, langs: Sequence[Lang]) -> list[Path]:
    """Write the processed data of a study: for each survey a folder with scores, stages and single answers staged."""
    written = []
    for code, result in analysis.results.items():
        if result.scores is not None:
            written.append(write_scores(result.scores, folder / code))
        if result.stages is not None:
            written += write_stages(result.stages, result.survey, folder / code, langs=langs)
    return written
