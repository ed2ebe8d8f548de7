"""The manifest of a run: which files were written, their hashes, and what the numbers in them rest on.

Whoever receives a folder can hold every file to it. It names no place on the machine that wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from hmsurvey import __version__
from hmsurvey.analysis.protection import nameless
from hmsurvey.output.edition import Visibility
from hmsurvey.output.results import json_bytes, provenance_record, write_bytes
from hmsurvey.provenance import sha256_of
from hmsurvey.receiving import MANIFEST
from hmsurvey.sealing import BLANK, seal_manifest
from hmsurvey.study import Analysis


def write_manifest(
    folder: Path, analysis: Analysis, *, visibility: Visibility, files: Iterable[Path] | None = None
) -> Path:
    """Write `manifest.json` into a folder: it lists every other file below it, or those named.

    Parameters
    ----------
    folder
        The folder.
    analysis
        The study they come from.
    visibility
        Who may see the folder.
    files
        The files to vouch for, where others may lie among them.
    """
    listed = [
        {"file": path.relative_to(folder).as_posix(), "sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in sorted(folder.rglob("*") if files is None else files)
        if path.is_file() and path != folder / MANIFEST
    ]
    content = {**content_of_manifest(analysis, visibility=visibility), "files": listed, "seal": BLANK}
    return write_bytes(folder / MANIFEST, seal_manifest(json_bytes(content)))


def content_of_manifest(analysis: Analysis, *, visibility: Visibility) -> dict[str, object]:
    """Return what a manifest says of a study, without the files."""
    study = analysis.study
    guarded = visibility == "public" and study.units == "enterprises"
    provenance = nameless(analysis.provenance) if guarded else analysis.provenance
    surveys = []
    for code, result in analysis.results.items():
        system, rule, book = result.plan.system, result.plan.rule, result.survey.codebook
        surveys.append(
            {
                "survey": code,
                "n": None if guarded and len(result.survey.answers) < study.k else len(result.survey.answers),
                "codebook": f"{book.id} {book.version}",
                "index": f"{system.id} {system.version}" if system else None,
                "weighting": (system.weighting or None) if system else None,
                "rule": f"{rule.id} {rule.version}" if rule else None,
                "definition_files": [
                    {"file": path.name, "sha256": sha256_of(path)} for path in result.plan.definition_paths
                ],
            }
        )
    around = study.landscape
    landscape = {
        "definitions": list(around.versions),
        "own_files": [{"file": path.name, "sha256": sha256_of(path)} for path in around.own],
    }
    waves = [
        {
            "survey": wave.survey,
            "year": wave.year,
            "definition_files": [{"file": path.name, "sha256": sha256_of(path)} for path in wave.definition_paths],
        }
        for wave in study.waves
    ]
    return {
        "program": f"hmsurvey {__version__}",
        "study": f"{study.id} {study.version}",
        "kind": analysis.provenance.kind,
        "nature": analysis.provenance.nature,
        "visibility": visibility,
        "seed": study.seed,
        "surveys": surveys,
        **({"waves": waves} if waves else {}),
        "landscape": landscape if study.units == "enterprises" else None,
        "provenance": provenance_record(provenance),
    }


def listed_files(folder: Path) -> dict[str, str]:
    """Return what a folder's manifest lists: file -> hash; nothing where there is none that can be read."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {str(entry["file"]): str(entry["sha256"]) for entry in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def remove_stale(folder: Path, earlier: Mapping[str, str], written: Iterable[Path]) -> list[Path]:
    """Remove what an earlier run wrote and this one did not, so that old results do not lie beside new ones.

    Only files that still are what the earlier manifest says; whatever a person has changed or added stays.
    """
    kept = {path.resolve() for path in written}
    stale = [
        path
        for name, digest in earlier.items()
        if (path := (folder / name).resolve()) not in kept
        and path.is_relative_to(folder.resolve())
        and path.is_file()
        and sha256_of(path) == digest
    ]
    for path in stale:
        path.unlink()
    return stale
