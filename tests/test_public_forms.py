"""Every form of the public folder hides what its workbook hides: pages, briefs, explorer, figures with their data, down to where a dot stands."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import docx
import numpy as np
import pandas as pd
import pytest

from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.analysis.protection import protect_digest, tabulate_loss
from hmsurvey.output import walk
from hmsurvey.output.figures import figure_jobs
from tests.attacker import Published, read_published
from tests.random_study import random_study

HIDDEN = "c"
SVG = "{http://www.w3.org/2000/svg}"


@contextmanager
def quiet(*_: object, **__: object) -> Iterator[None]:
    yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Digest]:
    """A random study in which two cities have no numbers at all, written as a run writes it; and its protected digest."""
    root = tmp_path_factory.mktemp("forms")
    study = random_study(root / "study", 5)
    patch = pytest.MonkeyPatch()
    some = list(figure_jobs(study))[:1]
    patch.setattr(walk, "figure_jobs", lambda analysis: iter(some))  # internal figures: slow, and not in question
    walk.write_all(study, root, langs=("en",), notebooks=False, step=quiet, say=print, processes=0)
    patch.undo()
    return root / "reports" / "public", protect_digest(digest_of(study))[0]


@pytest.fixture(scope="module")
def tables(made: tuple[Path, Digest]) -> dict[str, Published]:
    return {table.title: table for table in read_published(made[0] / "tables.xlsx")}


class Tables(HTMLParser):
    """The cells of the tables of a page, each with the words before it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[list[str]]]] = []
        self.before, self.inside = "", False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.found.append((self.before[-200:].strip(), []))
        elif self.found and tag == "tr":
            self.found[-1][1].append([])
        elif tag in ("td", "th"):
            self.found[-1][1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1][1][-1][-1] += data
        else:
            self.before += data


def test_the_page_hides_what_the_workbook_hides(made: tuple[Path, Digest], tables: dict[str, Published]) -> None:
    seen = 0
    for caption, rows in Tables((made[0] / "report.en.html").read_text(encoding="utf-8")).found:
        table = next((t for title, t in tables.items() if caption.endswith(title)), None)
        if table is None or not rows or len(rows) != len(table.rows) + 1:
            continue
        for row, cells in zip(table.rows, rows[1:], strict=True):
            shown = {head: cell.strip() for head, cell in zip(rows[0], cells, strict=True)}
            for head, cell in shown.items():
                if head.strip() in row and row[head.strip()] is None:
                    assert cell in (HIDDEN, "–", ""), (caption, row)  # or there is no number
                    seen += cell == HIDDEN
    assert seen > 10


def test_the_data_beside_a_figure_hide_it_too(made: tuple[Path, Digest]) -> None:
    folder, digest = made
    seen = 0
    for path in sorted((folder / "figures" / "en").glob("*.csv")):
        code = path.stem.split("_")[0] if path.stem.startswith("coverage") else path.stem
        table = digest[code]
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for at, row in zip(table.frame.index, rows, strict=True):
            for column in table.columns:
                if table.is_hidden(at, column.code):
                    assert row[column.code] == HIDDEN, (path, row)
                    seen += 1
                elif column.unit in ("count", "percent", "score") and not pd.isna(table.frame.at[at, column.code]):
                    assert float(row[column.code]) == table.frame.at[at, column.code]
    assert seen > 10


def test_the_explorer_carries_nothing_that_is_hidden(made: tuple[Path, Digest]) -> None:
    folder, digest = made
    page = (folder / "explorer.html").read_text(encoding="utf-8")
    (block,) = re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.S)
    (survey,) = json.loads(block)["surveys"]
    stages, areas = digest["stages_random"], digest["areas_random"]
    codes = [column.code for column in stages.columns if column.unit == "count" and column.code != "n"]
    scores = [column.code for column in areas.columns if column.unit == "score"]
    assert set(survey) <= {"code", "label", "rule", "stages", "groups", "scores", "rows"}
    for at, row in zip(stages.frame.index, survey["rows"], strict=True):
        assert set(row) == {"code", "n", "counts", "means", "total"}
        pairs = [
            (stages, "n", row["n"]),
            *((stages, code, value) for code, value in zip(codes, row["counts"], strict=True)),
        ]
        pairs += [(areas, code, value) for code, value in zip(scores, [row["total"], *row["means"]], strict=True)]
        for table, code, value in pairs:
            known = table.frame.at[at, code]
            assert value == ("hidden" if table.is_hidden(at, code) else None if pd.isna(known) else known)


def test_the_brief_hides_it_too(made: tuple[Path, Digest]) -> None:
    folder, digest = made
    stages, seen = digest["stages_random"], 0
    labels = {label.en: str(code) for code, label in stages.column("group").labels.items()} | {"All": "all"}
    named = {column.label.en: column.code for column in stages.columns if column.unit == "count"} | {"Answered": "n"}
    for table in docx.Document(str(folder / "brief.en.docx")).tables:
        heads = [cell.text for cell in table.rows[0].cells]
        if heads[0] != "City":
            continue
        for row in table.rows[1:]:
            cells = [cell.text for cell in row.cells]
            at = stages.frame.index[stages.frame["group"] == labels[cells[0]]][0]
            for head, cell in zip(heads, cells, strict=True):
                if head in named:
                    value = stages.frame.at[at, named[head]]
                    assert cell == (HIDDEN if stages.is_hidden(at, named[head]) else f"{value:.0f}")
                    seen += cell == HIDDEN
    assert seen > 3


def test_a_dot_stands_only_for_a_number_that_is_shown_and_not_more_exactly(made: tuple[Path, Digest]) -> None:
    folder, digest = made
    table = digest["stages_random"]
    shown = table.frame["share_low_pct"].dropna().to_numpy()
    dots = dots_of(folder / "figures" / "en" / "stages_random.svg")
    assert len(dots) == len(shown) > 1 and len(shown) < len(table.frame)
    slope = np.ptp(dots) / np.ptp(shown)  # picture points a per cent
    assert np.ptp(np.sort(dots) - slope * np.sort(shown)) < 0.01 * slope
    assert np.allclose(shown, np.round(shown, 1))


def dots_of(path: Path) -> list[float]:
    """Return where the marks of a drawing stand, from left."""
    uses = ElementTree.fromstring(path.read_bytes()).iter(f"{SVG}use")
    return [float(use.get("x", "nan")) for use in uses if "stroke: #ffffff" in use.get("style", "")]


def test_pages_of_cities_that_are_not_described_differ_in_nothing(made: tuple[Path, Digest]) -> None:
    """Whether a city has no answers, few, or enough but hidden for the sake of another cannot be told."""
    folder, digest = made
    table = digest["stages_random"]
    names = {str(code): label.en for code, label in table.column("group").labels.items()}
    gone = [str(table.frame.at[at, "group"]) for at in table.frame.index if table.is_hidden(at, "n")]
    assert len(gone) > 1
    pages = set()
    for code in gone:
        page = (folder / "cities" / f"{code}.en.html").read_text(encoding="utf-8")
        page = re.sub(r'<p class="crumbs">.*?</p>|<!--hmsurvey-seal .*?-->', "", page, flags=re.S)
        pages.add(page.replace(names[code], "X"))
    assert len(pages) == 1


def test_a_city_without_answers_stands_beside_the_others(made: tuple[Path, Digest]) -> None:
    """Without a registry a city that is left out would be known to have no answers."""
    folder, digest = made
    for code in ("coverage", "stages_random", "reached_random", "needs_by_city_random", "areas_random"):
        assert {f"c{j}" for j in range(6)} <= set(digest[code].frame["group"])
    assert len(list((folder / "cities").glob("c?.en.html"))) == 6
    assert len(answered(folder)) < 6  # there is such a city


def answered(folder: Path) -> set[str]:
    """Return the cities that have answers, from the study's own file."""
    (path,) = (folder.parents[1] / "study").glob("*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["city"] for row in csv.DictReader(file)}


def test_why_a_number_is_hidden_is_not_told(made: tuple[Path, Digest], tmp_path: Path) -> None:
    """A count of primary cells tells small numbers from large ones wherever it is none or all."""
    _, loss = protect_digest(digest_of(random_study(tmp_path, 5)))
    assert list(tabulate_loss(loss).frame.columns) == ["table", "n_cells", "n_hidden", "hidden_pct"]
    text = (made[0] / "report.en.html").read_text(encoding="utf-8")
    assert not re.search(r"<th[^>]*>\s*(Primary|Complementary|Derived)", text)
