"""What was received is what was written, or is found not to be: folders by their manifest, single files by their seal."""

from __future__ import annotations

import json
import os
import shutil
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import docx
import matplotlib.figure
import openpyxl
import pandas as pd
import pytest
from small_study import small_study

from hmsurvey.cli import main
from hmsurvey.errors import DataError, Lang, Text, UsageError
from hmsurvey.output.figures import write_figure
from hmsurvey.output.manifest import write_manifest
from hmsurvey.output.results import write_bytes, write_frame, write_stages
from hmsurvey.output.sealed import seal_files, seal_record
from hmsurvey.provenance import Provenance, Source, Traced, sha256_of
from hmsurvey.receiving import shown
from hmsurvey.sealing import SEALED, read_seal, seal
from hmsurvey.staging import because
from hmsurvey.study import Analysis
from hmsurvey.verification import verify

REAL = Provenance((Source("a", "real"),), ("system small_index 1.2", "rule small_rule 1.1"))
MADE_UP = Provenance((Source("a", "synthetic"),), ("system small_index 1.2", "rule small_rule 1.1"))


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return small_study(tmp_path_factory.mktemp("study"))


def pdf() -> bytes:
    """A PDF of one empty page, small enough to be read here."""
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    places = [head.index(f"{n} 0 obj".encode()) for n in (1, 2, 3)]
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(f"{p:010d} 00000 n \n".encode() for p in places)
    return head + table + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n" + str(len(head)).encode() + b"\n%%EOF\n"


def content_of(suffix: str) -> bytes:
    """A file of each form with the number 235 in it."""
    buffer = BytesIO()
    if suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active.append(["n", 235])
        book.save(buffer)
    elif suffix == ".docx":
        document = docx.Document()
        document.add_paragraph("n = 235")
        document.save(buffer)
    elif suffix == ".png":
        figure = matplotlib.figure.Figure(figsize=(1, 1))
        figure.text(0.1, 0.5, "235")
        figure.savefig(buffer, format="png")
    else:
        return {".html": b"<p>235</p>\n", ".svg": b"<svg><text>235</text></svg>", ".pdf": pdf()}[suffix]
    return buffer.getvalue()


def altered(content: bytes, suffix: str) -> bytes:
    """The same file with one number in it changed, still readable."""
    if suffix in (".xlsx", ".docx"):
        buffer = BytesIO()
        with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name).replace(b"235", b"236"))
        return buffer.getvalue()
    if suffix == ".png":
        from PIL import Image, PngImagePlugin

        picture = Image.open(BytesIO(content))
        picture.load()
        about = PngImagePlugin.PngInfo()
        for key, value in picture.info.items():
            if isinstance(value, str):
                about.add_text(key, value)
        picture.putpixel((3, 3), (0, 0, 0, 255))
        buffer = BytesIO()
        picture.save(buffer, "png", pnginfo=about)
        return buffer.getvalue()
    return content.replace(b"235", b"236") if suffix != ".pdf" else content.replace(b"[0 0 9 9]", b"[0 0 8 9]")


@pytest.mark.parametrize("suffix", SEALED)
def test_a_lone_file_is_known_and_a_changed_number_is_found(
    tmp_path: Path, suffix: str, analysis: Analysis, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content_of(suffix))
    assert seal_files([path], MADE_UP, study=analysis.study, visibility="public") == [path]
    sealed = path.read_bytes()
    main(["verify", str(path), "--lang", "en"])
    said = capsys.readouterr().out
    assert said.startswith("SYNTHETIC · public · as written")
    for words in (
        "index: small_index 1.2",
        "rule: small_rule 1.1",
        "program: hmsurvey ",
        f"seed: {analysis.study.seed}",
        "study: small_study 1.0",
    ):
        assert words in said
    changed = altered(sealed, suffix)
    assert changed != sealed
    path.write_bytes(changed)
    with pytest.raises(SystemExit) as stopped:
        main(["verify", str(path), "--lang", "zh"])
    assert stopped.value.code == 1
    assert capsys.readouterr().out.startswith("模拟数据 · 公开版 · 文件被改动")


@pytest.mark.parametrize("suffix", SEALED)
def test_a_file_that_calls_itself_real_is_found(suffix: str) -> None:
    sealed = seal(content_of(suffix), suffix, seal_record(MADE_UP, visibility="internal"))
    if suffix in (".xlsx", ".docx"):
        parts = BytesIO()
        with zipfile.ZipFile(BytesIO(sealed)) as old, zipfile.ZipFile(parts, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name).replace(b"synthetic", b"real"))
        forged = parts.getvalue()
    elif suffix == ".png":
        from PIL import Image

        head, _, tail = sealed.partition(b"tEXthmsurvey-seal")
        body = (b"tEXthmsurvey-seal" + tail)[:-16].replace(b'"synthetic"', b'"real"')
        forged = (
            head[:-4] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + sealed[-12:]
        )
        Image.open(BytesIO(forged)).verify()
    else:
        forged = sealed.replace(b'"synthetic"', b'"real"')
    found = read_seal(forged, suffix)
    assert found is not None
    assert found.record["nature"] == "real"
    assert not found.intact


@pytest.mark.parametrize("suffix", SEALED)
def test_sealing_twice_gives_the_last_seal_and_the_same_bytes(suffix: str) -> None:
    content, record = content_of(suffix), seal_record(REAL, visibility="public")
    once = seal(content, suffix, record)
    assert once == seal(content, suffix, record)
    again = seal(seal(content, suffix, seal_record(MADE_UP)), suffix, record)
    assert again == once
    found = read_seal(again, suffix)
    assert found is not None
    assert (found.record["nature"], found.intact) == ("real", True)


def test_sealed_files_still_open() -> None:
    sealed = {suffix: seal(content_of(suffix), suffix, seal_record(MADE_UP)) for suffix in SEALED}
    assert openpyxl.load_workbook(BytesIO(sealed[".xlsx"])).active["B1"].value == 235
    properties = {p.name: p.value for p in openpyxl.load_workbook(BytesIO(sealed[".xlsx"])).custom_doc_props.props}
    assert properties["hmsurvey-seal nature"] == "synthetic"
    assert docx.Document(BytesIO(sealed[".docx"])).paragraphs[0].text == "n = 235"
    from PIL import Image
    from pypdf import PdfReader

    Image.open(BytesIO(sealed[".png"])).verify()
    assert len(PdfReader(BytesIO(sealed[".pdf"]), strict=True).pages) == 1


def test_a_hostile_name_cannot_end_a_seal(tmp_path: Path) -> None:
    words = "--><script>alert(1)</script>%\n]]>\u202e"
    for suffix in SEALED:
        sealed = seal(content_of(suffix), suffix, {"nature": "real", "study": words})
        found = read_seal(sealed, suffix)
        assert found is not None and found.intact and found.record["study"] == words
        if suffix in (".html", ".svg"):
            assert b"<script" not in sealed and sealed.count(b"-->") == 1


def folder_of(analysis: Analysis, root: Path) -> Path:
    """A folder as a run leaves it: a page, a figure, a table with its sidecar, a manifest."""
    files = [
        write_bytes(root / "report.zh.html", b"<p>235</p>"),
        write_frame(Traced(analysis["small"].stages.frame, MADE_UP), root / "figures" / "zh" / "t.csv"),
    ]  # type: ignore[union-attr]
    files += write_figure(matplotlib.figure.Figure(figsize=(4, 3)), root / "figures" / "zh" / "f", MADE_UP, "zh")
    files.append(files[1].with_name("t.csv.provenance.json"))
    seal_files(files, analysis.provenance, study=analysis.study, visibility="internal")
    write_manifest(root, analysis, visibility="internal")
    return root


@pytest.fixture
def folder(tmp_path: Path, analysis: Analysis) -> Path:
    return folder_of(analysis, tmp_path / "reports")


def test_a_folder_as_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".DS_Store").write_bytes(b"")
    main(["verify", str(folder), "--lang", "en"])
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("SYNTHETIC · internal · 5 files as written")
    assert any("small_index 1.2" in line for line in said)
    main(["verify", str(folder.parent), "--lang", "zh"])  # the manifest lies below
    assert capsys.readouterr().out.startswith("模拟数据 · 内部资料 · 5 个文件与写出时一致")
    main(["verify", str(folder / "figures"), "--lang", "en"])  # the manifest lies above
    assert "4 files as written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("visibility", "words", "told"),
    [("internal", "made from: 1 workbook, with checksums", True), ("public", "made from: 1 workbook, whose checksums are not published", False)],
)  # fmt: skip
def test_checksums_of_workbooks_stay_inside(
    visibility: str, words: str, told: bool, tmp_path: Path, analysis: Analysis, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever knows a workbook but for one cell could try all values of that cell against its checksum."""
    write_bytes(tmp_path / "page.html", b"<p>1</p>")
    write_manifest(tmp_path, analysis, visibility=visibility)  # type: ignore[arg-type]
    checksums = [source.sha256 for source in analysis.provenance.sources]
    assert checksums and all(checksums)
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    assert all((checksum in text) is told for checksum in checksums)
    main(["verify", str(tmp_path), "--lang", "en"])
    assert words in capsys.readouterr().out


def test_altered_missing_and_extra_files_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "report.zh.html").write_bytes((folder / "report.zh.html").read_bytes().replace(b"235", b"236"))
    (folder / "figures" / "zh" / "f.png").unlink()
    (folder / "more.xlsx").write_bytes(b"x")
    (folder / ".gitkeep").write_bytes(b"")  # left behind by version control, and no part of a report
    with pytest.raises(SystemExit) as stopped:
        main(["verify", str(folder), "--lang", "en"])
    assert stopped.value.code == 1
    said = capsys.readouterr().out
    assert "1 ALTERED, 1 MISSING, 1 EXTRA" in said.splitlines()[0]
    for line in ("altered: report.zh.html", "missing: figures/zh/f.png", "extra: more.xlsx"):
        assert f"  {line}" in said


def test_a_file_of_a_folder_is_held_to_the_manifest_above(folder: Path) -> None:
    path = folder / "figures" / "zh" / "t.csv"
    (verdict,) = verify(path)
    assert (verdict.by, verdict.intact) == ("manifest", True)
    path.write_bytes(path.read_bytes().replace(b"high", b"low"))
    assert [(r.kind, r.file) for r in verify(path)[0].remarks] == [("altered", "figures/zh/t.csv")]


def test_a_lone_table_needs_its_sidecar(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(shutil.copy(folder / "figures" / "zh" / "t.csv", tmp_path / "t.csv"))
    with pytest.raises(SystemExit) as stopped:
        main(["verify", str(path), "--lang", "en"])
    assert stopped.value.code == 1
    assert "a CSV has no room for a seal" in capsys.readouterr().out
    shutil.copy(folder / "figures" / "zh" / "t.csv.provenance.json", tmp_path)
    (verdict,) = verify(path)
    assert (verdict.by, verdict.claim.nature, verdict.intact) == ("sidecar", "synthetic", True)
    path.write_bytes(path.read_bytes() + b"1")
    assert verify(path)[0].remarks[0].kind == "altered"


@pytest.mark.parametrize(
    ("langs", "columns"),
    [(("zh", "en"), ["because_zh", "because_en"]), (("zh",), ["because"]), (("en",), ["because"])],
)
def test_reasons_stand_in_every_language_of_the_run(
    analysis: Analysis, tmp_path: Path, langs: tuple[Lang, ...], columns: list[str]
) -> None:
    result = analysis["small"]
    assert result.stages is not None
    path = write_stages(result.stages, result.survey, tmp_path, langs=langs)[0]
    read = pd.read_csv(path, index_col="unit", dtype=str)
    assert read.columns.tolist() == ["stage", *columns, "provenance"]
    for lang, column in zip(langs, columns, strict=True):
        assert read[column].tolist() == because(result.stages, lang).tolist()


def test_a_manifest_edited_by_hand_is_found(folder: Path) -> None:
    manifest = folder / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"visibility": "internal"', '"visibility": "public"'), encoding="utf-8")
    kinds = {(r.kind, r.file) for r in verify(folder)[0].remarks}
    assert ("altered", "manifest.json") in kinds
    assert ("contradiction", "report.zh.html") in kinds


def test_every_manifest_below_is_held_to(tmp_path: Path, analysis: Analysis) -> None:
    for name in ("internal", "public"):
        folder_of(analysis, tmp_path / "reports" / name)
    assert [v.path.name for v in verify(tmp_path / "reports")] == ["internal", "public"]


def test_a_folder_within_is_held_to_its_own_manifest(tmp_path: Path, analysis: Analysis) -> None:
    outer = folder_of(analysis, tmp_path / "internal")
    inner = folder_of(analysis, outer / "cards")
    assert [(v.path.name, v.intact) for v in verify(outer)] == [("internal", True), ("cards", True)]
    assert [v.path.name for v in verify(outer / "figures")] == ["figures"]
    write_bytes(inner / "report.zh.html", b"<p>236</p>")
    assert [(v.path.name, [r.kind for r in v.remarks]) for v in verify(tmp_path)] == [
        ("internal", []),
        ("cards", ["altered"]),
    ]
    write_bytes(inner / "manifest.json", b'{"name": "somebody\'s own"}')
    (whole,) = verify(outer)
    assert {"cards/report.zh.html", "cards/figures/zh/t.csv"} <= {r.file for r in whole.remarks if r.kind == "extra"}


def test_what_was_made_from_other_workbooks_does_not_belong(
    tmp_path: Path, analysis: Analysis, capsys: pytest.CaptureFixture[str]
) -> None:
    outer = folder_of(analysis, tmp_path / "internal")
    (tmp_path / "other").mkdir()
    other = small_study(tmp_path / "other", cities=("东市", "东市", "东市", "西市", "西市"))
    folder_of(other, outer / "cards")
    assert [[r.kind for r in v.remarks] for v in verify(outer)] == [[], ["contradiction"]]
    with pytest.raises(SystemExit) as caught:
        main(["verify", str(outer), "--lang", "en"])
    assert caught.value.code == 1
    assert "what lies here was made from other workbooks, other definitions" in capsys.readouterr().out
    folder_of(analysis, outer / "cards")
    write_manifest(outer, analysis, visibility="public", files=())
    remarks = verify(outer)[1].remarks
    assert [r.words.en for r in remarks] == ["internal files lie in a public folder."]


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/etc/hostname", "C:\\windows\\x", "..\\x", "a/../../outside.txt", "a\0b", "file:x"]
)
def test_names_that_lead_out_are_left_alone(folder: Path, name: str) -> None:
    (folder.parent / "outside.txt").write_text("x", encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"].append({"file": name, "sha256": sha256_of(folder.parent / "outside.txt")})
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (verdict,) = verify(folder)
    assert (name, "its name leads out of the folder; it was left alone.") in [
        (r.file, r.words.en) for r in verdict.remarks
    ]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_and_pipes_are_not_followed(folder: Path, tmp_path: Path) -> None:
    page = folder / "report.zh.html"
    kept = tmp_path / "kept.html"
    shutil.move(page, kept)
    page.symlink_to(kept)
    os.mkfifo(folder / "pipe.png")
    (folder / "loop").symlink_to(folder)
    remarks = {r.file: r for r in verify(folder)[0].remarks}
    assert remarks["report.zh.html"].words.en == "it is a link, which is not followed."
    assert {"pipe.png", "loop"} <= set(remarks)
    assert verify(folder / "pipe.png")[0].remarks[0].words.en == "it is no plain file."
    target = tmp_path / "elsewhere"
    shutil.move(folder / "figures" / "zh", target)
    (folder / "figures" / "zh").symlink_to(target)
    remarks = {r.file: r for r in verify(folder)[0].remarks}
    assert remarks["figures/zh/f.png"].words.en == "a link leads to it, which is not followed."


@pytest.mark.parametrize(
    "text",
    ["{", "[" * 200_000, "[]", '{"program": "hmsurvey", "files": ' + "9" * 10_000 + "}", "\udcff", "null", '"x"'],
    ids=["cut", "nested", "list", "long", "bytes", "null", "text"],
)
def test_a_manifest_that_cannot_be_read_is_said_in_words(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises((DataError, UsageError)):
        verify(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["verify", str(tmp_path), "--lang", "zh"])
    assert stopped.value.code in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "files",
    [
        7,
        None,
        {},
        [1, None, {"file": 3, "sha256": []}, {"file": "x" * 5000, "sha256": "y"}],
        [{"file": "", "sha256": ""}],
    ],
)
def test_a_manifest_of_nonsense_is_said_in_words(folder: Path, files: object) -> None:
    manifest = {
        "program": "hmsurvey 9",
        "files": files,
        "kind": ["real"],
        "visibility": {},
        "provenance": [],
        "seed": True,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (verdict,) = verify(folder)
    assert not verdict.intact
    assert (verdict.claim.nature, verdict.claim.visibility) == ("", "")


def bomb() -> bytes:
    """An archive of a few hundred kilobytes that unpacks to half a gigabyte."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "</Types>")
        with archive.open("x", "w") as part:
            for _ in range(500):
                part.write(bytes(1_000_000))
    return buffer.getvalue()


@pytest.mark.parametrize("suffix", SEALED)
def test_broken_files_are_said_in_words(tmp_path: Path, suffix: str) -> None:
    whole = seal(content_of(suffix), suffix, seal_record(MADE_UP))
    path = tmp_path / f"file{suffix}"
    for content in (
        b"",
        b"PK\x03\x04",
        whole[: len(whole) // 2],
        whole[:-30],
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT",
        os.urandom(300),
    ):
        path.write_bytes(content)
        (verdict,) = verify(path)
        assert [remark.kind for remark in verdict.remarks] in (["unproven"], ["altered"])


def test_an_archive_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "tables.xlsx"
    path.write_bytes(bomb())
    assert verify(path)[0].remarks[0].kind == "unproven"


def test_what_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no such file or folder"):
        verify(tmp_path / "nothing")
    (tmp_path / "manifest.json").write_text('{"name": "a web app"}', encoding="utf-8")
    with pytest.raises(UsageError, match="no manifest of hmsurvey"):
        verify(tmp_path)


def test_names_do_nothing_to_a_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a\x1b[31m\u202eb.txt").write_text("x", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["verify", str(folder)])
    said = capsys.readouterr().out
    assert "\\x1b[31m\\u202eb.txt" in said and "\x1b" not in said and "\u202e" not in said
    assert shown("东市 ok") == "东市 ok"
    assert Text("a", "b").zh == "a"
