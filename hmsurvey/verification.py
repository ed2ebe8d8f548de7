"""Is what was received what was written? A folder is held to its manifest, a file that travels alone to the seal inside it.

Nothing in a received folder is trusted, followed or run: names that lead out of it, links, broken archives and endless JSON are findings like any other. What this cannot see
is a forger who rewrites content and hash together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hmsurvey.errors import NOTHING, Problem, Text, UsageError
from hmsurvey.provenance import KINDS, definition_words
from hmsurvey.receiving import (
    MANIFEST,
    files_below,
    hash_of,
    irregular,
    made_from,
    manifest_above,
    manifests_below,
    manifests_inside,
    read_json,
    shown,
    stays_inside,
    through_link,
)
from hmsurvey.sealing import SEALED, Seal, manifest_intact, read_seal

SIDECAR = ".provenance.json"
_MOST_BYTES = 400_000_000
_LEFT_BEHIND = frozenset({".gitkeep", ".DS_Store", "Thumbs.db", "desktop.ini"})  # by version control and file managers
NATURES = (*KINDS, "mixed")
VISIBILITIES = ("internal", "public")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a manifest or a seal says of the data: their nature, for whom they are, and what made them.

    `nature` and `visibility` are empty where nothing is said, or nothing that this program knows. `sources` counts the workbooks behind it, `checksums` those whose checksum is told.
    """

    nature: str = ""
    visibility: str = ""
    study: str = ""
    definitions: tuple[str, ...] = ()
    program: str = ""
    seed: str = ""
    sources: int = 0
    checksums: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding: what is wrong with which file. `kind` is "altered", "missing", "extra", "unproven" or "contradiction"."""

    kind: str
    file: str
    words: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one folder or file turned out to be; `held` counts the files that are as written, `by` says what they were held to."""

    path: Path
    claim: Claim
    by: str
    held: int = 0
    remarks: tuple[Remark, ...] = ()

    @property
    def intact(self) -> bool:
        """Tell whether nothing was found."""
        return not self.remarks


def verify(path: Path) -> tuple[Verdict, ...]:
    """Hold a received folder or file to what was written.

    Parameters
    ----------
    path
        A folder with a manifest in it, above it or (as `reports/` has them) in its folders; or one file.

    Returns
    -------
    tuple of Verdict
        One for every manifest, those of folders within (score cards) after the one around them; or one for the file.

    Raises
    ------
    UsageError
        There is no such path, or no manifest in or above a folder.
    DataError
        A manifest that cannot be read.
    """
    if not os.path.lexists(path):
        raise UsageError(
            Problem(
                Text("没有这个文件或文件夹。", "There is no such file or folder."),
                where=shown(str(path)),
                fix=Text("检查路径。", "check the path."),
            )
        )
    if path.is_dir():
        found = manifest_above(path)
        folders = [found] if found else sorted(manifests_below(path))
        if not folders:
            raise UsageError(
                Problem(
                    Text(
                        "这个文件夹里外都没有 hmsurvey 的清单。",
                        "There is no manifest of hmsurvey in or above this folder.",
                    ),
                    where=shown(str(path)),
                    expected=Text(f"一份 {MANIFEST}", f"a {MANIFEST}"),
                    fix=Text("单个文件请逐个核对。", "name a single file, to have it checked by itself."),
                )
            )
        return tuple(verdict for folder in folders for verdict in _verify_with_inside(folder, path))
    return (_verify_file(path),)


def _verify_with_inside(folder: Path, asked: Path) -> Iterator[Verdict]:
    """Hold a folder, and the folders in it that have a manifest of their own, to what was written."""
    yield _verify_folder(folder, asked)
    outer = read_json(folder / MANIFEST)
    within = asked if asked.resolve().is_relative_to(folder.resolve()) else folder
    for one in manifests_inside(within):
        verdict = _verify_folder(one, one)
        words = _not_of(outer, read_json(one / MANIFEST))
        remarks = verdict.remarks if words == NOTHING else (*verdict.remarks, Remark("contradiction", MANIFEST, words))
        yield replace(verdict, remarks=remarks)


def _not_of(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> Text:
    """Say why the files of a folder within do not belong to those around it, or nothing."""
    if outer.get("visibility") == "public" and inner.get("visibility") != "public":
        return Text("内部资料放在公开版里。", "internal files lie in a public folder.")
    if made_from(outer) != made_from(inner):
        return Text(
            "这里的文件出自另一次运行，所依据的工作簿、定义或程序版本与外层不同。",
            "what lies here was made from other workbooks, other definitions or by another version of the program than what lies around it.",
        )
    return NOTHING


def _verify_folder(folder: Path, asked: Path) -> Verdict:
    """Hold all files of a manifest's folder, or of the part asked for, to the manifest."""
    claim, listed, remarks = _read_manifest(folder)
    root, wanted = folder.resolve(), asked.resolve()
    inside = wanted.relative_to(root).as_posix() + "/" if wanted != root and wanted.is_relative_to(root) else ""
    held = 0
    for name, digest in listed.items():
        if not name.startswith(inside):
            continue
        remark = _compare(folder, name, digest) or _contradiction(folder / name, name, claim)
        remarks += [remark] if remark else []
        held += remark is None
    for name in files_below(folder, inside):
        if name not in listed and name != MANIFEST and name.rsplit("/", 1)[-1] not in _LEFT_BEHIND:
            remarks.append(Remark("extra", name))
    where = asked if inside else folder
    return Verdict(where, claim, "manifest", held, tuple(remarks))


def _verify_file(path: Path) -> Verdict:
    """Hold one file to the manifest that lists it, else to its sidecar, else to its own seal."""
    problem = irregular(path)
    if problem:
        return Verdict(path, Claim(), "nothing", 0, (Remark("unproven", path.name, problem),))
    if path.name == MANIFEST:
        return _verify_folder(path.parent, path.parent)
    folder = manifest_above(path.parent)
    if folder is not None:
        claim, listed, remarks = _read_manifest(folder)
        name = path.resolve().relative_to(folder.resolve()).as_posix()
        if name in listed:
            remark = _compare(folder, name, listed[name]) or _contradiction(path, name, claim)
            own = _seal_of(path)
            if own is not None:  # a picture may rest on fewer files than the run as a whole
                claim = _claim_of(own.record)
            return Verdict(path, claim, "manifest", int(remark is None), (*remarks, *([remark] if remark else ())))
    return _alone(path)


def _alone(path: Path) -> Verdict:
    """Judge a file by what it carries itself."""
    sidecar = path.with_name(path.name + SIDECAR)
    if sidecar.is_file() and not sidecar.is_symlink():
        record = read_json(sidecar)
        claim = _claim_of(record)
        same = record.get("sha256") == hash_of(path)
        remarks = () if same else (Remark("altered", path.name),)
        return Verdict(path, claim, "sidecar", int(same), remarks)
    found = _seal_of(path)
    if found is None:
        words = Text(
            "文件里没有 hmsurvey 的封记，旁边也没有清单：无从核对。经其他程序另存的图片和文档会丢失封记。",
            "it carries no seal of hmsurvey, and no manifest is near: nothing to hold it to. Pictures and documents saved by another program lose their seal.",
        )
        if path.suffix.lower() == ".csv":
            words = Text(
                "CSV 文件本身带不了封记，请与它的 .provenance.json 或整个文件夹一起核对。",
                "a CSV has no room for a seal: keep its .provenance.json or the whole folder with it.",
            )
        return Verdict(path, Claim(), "nothing", 0, (Remark("unproven", path.name, words),))
    remarks = () if found.intact else (Remark("altered", path.name),)
    return Verdict(path, _claim_of(found.record), "seal", int(found.intact), remarks)


def _compare(folder: Path, name: str, digest: str) -> Remark | None:
    """Hold one file of a manifest to its hash."""
    path = folder / name
    if not os.path.lexists(path):
        return Remark("missing", name)
    problem = irregular(path) or through_link(folder, name)
    if problem:
        return Remark("altered", name, problem)
    return None if hash_of(path) == digest else Remark("altered", name)


def _contradiction(path: Path, name: str, claim: Claim) -> Remark | None:
    """Find a file whose own seal says another circle of readers, or worse data, than the manifest."""
    own = _seal_of(path)
    if own is None:
        return None
    said = _claim_of(own.record)
    if said.visibility and claim.visibility and said.visibility != claim.visibility:
        words = Text(
            "文件自己的封记与清单所说的公开范围不同。",
            "its own seal and the manifest differ on who may see it.",
        )
        return Remark("contradiction", name, words)
    if claim.nature == "real" and said.nature in ("synthetic", "mixed"):
        words = Text(
            "清单称数据真实，文件自己的封记说是模拟数据。", "the manifest says real data, its own seal says synthetic."
        )
        return Remark("contradiction", name, words)
    return None


def _read_manifest(folder: Path) -> tuple[Claim, dict[str, str], list[Remark]]:
    """Return what a manifest says, the files it lists by name, and what is wrong with the manifest itself."""
    path = folder / MANIFEST
    record = read_json(path)
    remarks = []
    if manifest_intact(path.read_bytes()) is False:
        remarks.append(Remark("altered", MANIFEST, Text("清单本身被改动过。", "the manifest itself was changed.")))
    listed: dict[str, str] = {}
    entries = record.get("files")
    for entry in entries if isinstance(entries, list) else []:
        name, digest = (entry.get("file"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(digest, str):
            remarks.append(Remark("altered", MANIFEST, Text("清单中有一条读不懂。", "an entry of it makes no sense.")))
        elif not stays_inside(name):
            words = Text(
                "清单中的名称指向文件夹之外，未予理会。", "its name leads out of the folder; it was left alone."
            )
            remarks.append(Remark("altered", name, words))
        else:
            listed[name] = digest
    return _claim_of(record), listed, remarks


def _claim_of(record: Mapping[str, Any]) -> Claim:
    """Read a manifest's, a sidecar's or a seal's words; what is not as expected is as if it were not said."""
    provenance = record.get("provenance")
    inner = provenance if isinstance(provenance, dict) else record
    named_sources = inner.get("sources")
    sources = [s for s in named_sources if isinstance(s, dict)] if isinstance(named_sources, list) else []
    kinds = {str(s.get("kind")) for s in sources}
    nature = record.get("nature") or ("mixed" if kinds > {"synthetic"} else record.get("kind"))
    named = inner.get("definitions")
    definitions = dict.fromkeys(
        [*map(_short, named[:50] if isinstance(named, list) else []), *_definitions_of(record.get("surveys"))]
    )
    return Claim(
        nature if nature in NATURES else "",
        str(record.get("visibility")) if record.get("visibility") in VISIBILITIES else "",
        _short(record.get("study")),
        tuple(one for one in definitions if one),
        _short(record.get("program")),
        _short(record.get("seed")),
        len(sources),
        sum(isinstance(s.get("sha256"), str) and bool(s["sha256"]) for s in sources),
    )


def _definitions_of(surveys: object) -> list[str]:
    """Return the definitions that a manifest names survey by survey."""
    there = [one for one in surveys[:50] if isinstance(one, dict)] if isinstance(surveys, list) else []
    keys = (("codebook", "codebook"), ("system", "index"), ("rule", "rule"))
    return list(
        dict.fromkeys(
            _short(f"{kind} {one[key]}") for one in there for kind, key in keys if isinstance(one.get(key), str)
        )
    )


def _short(value: object) -> str:
    return shown(str(value))[:200] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _seal_of(path: Path) -> Seal | None:
    suffix = path.suffix.lower()
    if suffix not in SEALED or path.stat().st_size > _MOST_BYTES:
        return None
    return read_seal(path.read_bytes(), suffix)


def definitions_shown(claim: Claim, kind: str) -> tuple[Text, ...]:
    """Return the definitions of one kind ("system", "rule", "codebook") in words."""
    return tuple(
        Text(definition_words(one, "zh"), definition_words(one, "en"))
        for one in claim.definitions
        if one.startswith(kind + " ")
    )
