"""Names that are markup, formulas, commands or invisible reach every file of a run as plain text; nothing in any file runs but the explorer's own script."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import small_study as small
from PIL import Image

from hmsurvey.errors import Text
from hmsurvey.output.results import write_scores, write_stages
from hmsurvey.output.walk import write_all
from hmsurvey.study import Analysis

NASTY = (
    *small.HOSTILE,
    "<img src=x onerror=alert(1)>'\"`${7*7}{{7*7}}{% raw %}",
    "-2+3|cmd'!A0",
    "a\u200bb\u2066c\ufeff_x0041_\u0301\u0301",
    "\\input{x}$\\def\\x{}#set text()",
    "]]><![CDATA[--><!--&amp;&#60;b&#62;",
)
LABEL = NASTY[0].replace('"', "") + " =A1 \u202e & <i>"


@contextmanager
def step(words: Text, *, budget: float = 0.0) -> Iterator[None]:
    yield


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysis]:
    """A study whose enterprises, cities, questions, areas, stages, needs, surveys and own name are all hostile."""
    patch = pytest.MonkeyPatch()
    mean = json.dumps(LABEL)
    for name, words in (
        ("BOOK", ("小调查", "城市")),
        ("SYSTEM", ("小指数", "甲方面", "乙方面")),
        ("RULE", ("小规则", "高级")),
    ):
        text = getattr(small, name)
        for word in words:
            text = text.replace(f'zh = "{word}"', f'zh = {mean[:-1]}{word}"')
        patch.setattr(small, name, text)
    yield small.small_study(tmp_path_factory.mktemp("study"), names=NASTY[:5], cities=NASTY[5:])
    patch.undo()


@pytest.fixture(scope="module")
def files(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("out")
    write_all(analysis, root, langs=("zh", "en"), notebooks=False, step=step, say=lambda words: None, processes=0)
    result = analysis["small"]
    assert result.scores is not None and result.stages is not None
    write_scores(result.scores, root / "score")
    write_stages(result.stages, result.survey, root / "score", langs=("en",))
    return sorted(path for path in root.rglob("*") if path.is_file())


def of(files: list[Path], suffix: str) -> list[Path]:
    found = [path for path in files if path.suffix == suffix]
    assert found, f"a run writes no {suffix}"
    return found


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


RUNS = re.compile(r"^on[a-z]+$")
AWAY = re.compile(r"^\s*(javascript|vbscript|data:text|https?|file|//)", re.IGNORECASE)


def test_pages_hold_no_element_of_a_users(files: list[Path]) -> None:
    for path in of(files, ".html"):
        elements = Elements(path.read_text(encoding="utf-8")).found
        own_script = path.name.startswith("explorer")
        for tag, attributes in elements:
            assert tag not in ("iframe", "object", "embed", "base", "form", "link"), path
            assert tag != "img" or str(attributes.get("src", "")).startswith("data:image/"), path
            assert tag != "script" or own_script, path
            assert own_script or not any(RUNS.match(key) for key in attributes), path
            for key in ("href", "src", "xlink:href", "action", "formaction"):
                assert not AWAY.match(attributes.get(key) or ""), (path, attributes)
        scripts = [attributes for tag, attributes in elements if tag == "script"]
        assert all("src" not in attributes for attributes in scripts)


def test_pictures_are_well_formed_and_hold_nothing_that_runs(files: list[Path]) -> None:
    for path in of(files, ".svg"):
        for element in ElementTree.fromstring(path.read_bytes()).iter():
            tag = str(element.tag).rsplit("}", 1)[-1]
            assert tag not in ("script", "foreignObject", "image", "a", "iframe"), path
            for key, value in element.attrib.items():
                assert not RUNS.match(key.rsplit("}", 1)[-1]), path
                assert not key.endswith("href") or value.startswith("#"), path
    for path in of(files, ".png"):
        Image.open(path).verify()


def test_tables_hold_no_formula(files: list[Path]) -> None:
    for path in of(files, ".csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not re.match(r"[=+@\t\r]|-(?!\d+(\.\d+)?(e-?\d+)?$)", cell), (path, cell)
    for path in of(files, ".xlsx"):
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", (path, cell.value)
                    assert cell.hyperlink is None or cell.hyperlink.target is None, (path, cell.value)


def test_office_files_are_well_formed_and_reach_nothing(files: list[Path]) -> None:
    for path in [path for path in files if path.suffix in (".xlsx", ".docx")]:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                assert "vba" not in name.lower() and "embeddings" not in name
                if name.endswith((".xml", ".rels")):
                    root = ElementTree.fromstring(archive.read(name))
                    for link in root.iter("{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"):
                        assert link.get("TargetMode") != "External", (path, link.attrib)


def test_names_arrive_whole_where_they_may_stand(files: list[Path], analysis: Analysis) -> None:
    (single,) = [path for path in files if path.name == "tables_single.xlsx"]
    cells = {c for s in openpyxl.load_workbook(single).worksheets for r in s.iter_rows(values_only=True) for c in r}
    stored = {answer for answer in NASTY[:5]}
    assert stored <= cells


def test_words_of_definitions_are_shown_as_they_stand(files: list[Path]) -> None:
    pages = [
        path
        for path in of(files, ".html")
        if path.parent.name == "internal" and path.name in ("report.zh.html", "technical.zh.html")
    ]
    assert len(pages) == 2
    texts = {text.strip() for path in pages for text in Texts(path.read_text(encoding="utf-8")).found}
    assert {"小研究", LABEL + "甲方面"} <= texts


class Texts(HTMLParser):
    """Every piece of text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def test_records_are_json_and_names_of_files_are_ours(files: list[Path]) -> None:
    for path in files:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", path.name), path
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
