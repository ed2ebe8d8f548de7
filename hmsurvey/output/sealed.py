"""Seals on what a run has written, so that each file can be judged when it is passed on alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hmsurvey import __version__
from hmsurvey.output.results import write_bytes
from hmsurvey.provenance import Provenance, combine
from hmsurvey.sealing import SEALED, read_seal, seal
from hmsurvey.study import Analysis, Study


def seal_record(provenance: Provenance, *, study: Study | None = None, visibility: str = "") -> dict[str, object]:
    """Return what a seal says: nature of the data, for whom, study, definitions, program, seed; what is not known is left out."""
    record: dict[str, object] = {
        "nature": provenance.nature,
        "visibility": visibility,
        "study": f"{study.id} {study.version}" if study else "",
        "definitions": list(provenance.definitions),
        "program": f"hmsurvey {__version__}",
        "seed": study.seed if study else provenance.seed,
    }
    return {key: value for key, value in record.items() if value not in ("", None)}


def whole_provenance(analysis: Analysis) -> Provenance:
    """Return where everything in a study comes from, with the indices and rules that made its numbers."""
    parts = [part.provenance for r in analysis.results.values() for part in (r.scores, r.stages) if part is not None]
    return combine(analysis.provenance, *parts)


def seal_files(
    files: Iterable[Path], provenance: Provenance, *, study: Study | None = None, visibility: str = ""
) -> list[Path]:
    """Seal the files that can carry a seal; return them.

    A figure was sealed when it was drawn, for it may rest on fewer workbooks than the run as a whole: what that seal says of the data and definitions stays.
    """
    whole = seal_record(provenance, study=study, visibility=visibility)
    done = []
    for path in files:
        suffix = path.suffix.lower()
        if suffix not in SEALED or not path.is_file():
            continue
        content = path.read_bytes()
        earlier = read_seal(content, suffix)
        kept = (
            {key: earlier.record[key] for key in ("nature", "definitions") if key in earlier.record} if earlier else {}
        )
        sealed = seal(content, suffix, {**whole, **kept})
        if sealed != content:
            write_bytes(path, sealed)
        done.append(path)
    return done
