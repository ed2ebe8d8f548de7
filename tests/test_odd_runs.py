"""Runs of studies that are hardly any, and of any k: every form is written, or left out; none stops the run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hmsurvey.analysis.digest import digest_of
from hmsurvey.output import walk
from hmsurvey.output.cities import city_pages
from hmsurvey.output.figures import figure_jobs
from hmsurvey.study import Analysis
from tests.small_study import small_study
from tests.test_odd_studies import study


@contextmanager
def quiet(*_: object, **__: object) -> Iterator[None]:
    yield


def made(kind: str, folder: Path) -> Analysis:
    folder.mkdir()
    if kind == "one unit":
        return study(folder, 1, lambda i: "c")
    if kind == "nothing answered":
        return study(folder, 8, lambda i: "ab"[i % 2], lambda i: ("", "", ""))
    if kind == "all alike":
        return study(folder, 12, lambda i: "ab"[i % 2], lambda i: (90, 100, "a"))
    return small_study(folder)


@pytest.mark.parametrize(
    ("kind", "k"), [("one unit", 2), ("nothing answered", 2), ("all alike", 2), ("small", 1), ("small", 1000)]
)
def test_a_run_is_written(kind: str, k: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = made(kind, tmp_path / "study")
    analysis = dataclasses.replace(analysis, study=dataclasses.replace(analysis.study, k=k))
    some = list(figure_jobs(analysis))[:1]
    monkeypatch.setattr(walk, "figure_jobs", lambda _: iter(some))  # figures have their own tests
    walk.write_all(analysis, tmp_path, langs=("zh",), notebooks=False, step=quiet, say=print, processes=0)
    for edition in ("internal", "public"):
        folder = tmp_path / "reports" / edition
        assert {"report.zh.html", "report.zh.pdf", "brief.zh.docx", "tables.xlsx", "manifest.json"} <= {
            path.name for path in folder.iterdir()
        }
    if k == 1000:
        page = (tmp_path / "reports" / "public" / "report.zh.html").read_text(encoding="utf-8")
        assert "没有可以公布的调查" in page


def test_a_run_says_how_many_earlier_files_it_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = made("small", tmp_path / "study")
    some = list(figure_jobs(analysis))[:1]
    monkeypatch.setattr(walk, "figure_jobs", lambda _: iter(some))
    said: list[list[str]] = []
    before: list[set[Path]] = []
    for lang in ("zh", "en"):
        said.append([])
        before.append({path for path in tmp_path.rglob("*") if path.is_file()})
        walk.write_all(
            analysis,
            tmp_path,
            langs=(lang,),
            notebooks=False,
            step=quiet,
            say=lambda words: said[-1].append(words.en),
            processes=0,
        )
    gone = [path for path in before[1] if not path.exists()]
    inside = [path for path in gone if "internal" in path.parts]
    assert not said[0] and (tmp_path / "reports" / "internal" / "report.zh.html") in inside
    (line,) = said[1]
    assert line.startswith("Removed files of an earlier run, not written again: ")
    assert f"{len(inside)} in {tmp_path / 'reports' / 'internal'}" in line
    assert f"{len(gone) - len(inside)} in {tmp_path / 'reports' / 'public'}" in line


def test_no_two_cities_share_a_file(tmp_path: Path) -> None:
    cities = ("city-02", "a/b", "A-B", "a-b", "index")
    pages = city_pages(digest_of(small_study(tmp_path, cities=cities)))
    files = [page.file for page in pages]
    assert len(set(files)) == 5 and "index" not in files and all("/" not in file for file in files)
