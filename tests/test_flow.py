"""What stands on which page of a PDF: figures below their own headings, tables never a head without rows, nothing lost, nothing twice, whatever the pieces are."""

from __future__ import annotations

import random
import re
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader
from small_study import small_study

from hmsurvey.errors import Text
from hmsurvey.output.content import Block, Heading, Section
from hmsurvey.output.edition import Edition, Picture, whole_edition
from hmsurvey.output.pdf import render_pdf
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table

SVG = '<svg xmlns="http://www.w3.org/2000/svg" height="{h}pt" viewBox="0 0 453 {h}" width="453pt"><rect width="453" height="{h}" fill="#ddd"/></svg>'
HEADINGS = re.compile(r"Heading(\d+)\.")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return small_study(tmp_path_factory.mktemp("flow"))


def table(study: Analysis, n: int, rows: int) -> Table:
    frame = pd.DataFrame({"name": [f"t{n}r{k}x" for k in range(rows)], "value": [float(k) for k in range(rows)]})
    columns = (Column("name", Text("名", "Name")), Column("value", Text("值", "Value"), "number"))
    return Table(frame, study.provenance, f"t{n}", Text(f"表{n}", f"Table of t{n}."), columns)


def made_of(study: Analysis, parts: list[list[tuple[str, int]]]) -> tuple[Edition, list[list[str]]]:
    """Return an edition of one section whose headings have these parts, and what stands below each heading: ("words", lines), ("rows", how many), ("figure", points)."""
    blocks: list[Block] = []
    pictures: list[Picture] = []
    below: list[list[str]] = []
    n = 0
    for k, some in enumerate(parts):
        blocks.append(Heading(Text(f"题{k}", f"Heading{k}.")))
        below.append([])
        for kind, size in some:
            n += 1
            if kind == "words":
                blocks.append(Text(f"w{n}。", f"w{n}x " + "word " * (14 * size)))
                below[-1].append(f"w{n}x")
                continue
            one = table(study, n, size if kind == "rows" else 2)
            if kind == "figure":
                pictures.append(Picture(f"f{n}", one, f"Finding {n}", SVG.format(h=size).encode(), b""))
                below[-1].append(f"Figure{len(pictures)}Table")
            blocks.append(one)
            below[-1] += [f"t{n}r{row}x" for row in range(len(one.frame))]
    sections = (Section("summary", Text("摘要", "Summary")), Section("body", Text("正文", "Body"), tuple(blocks)))
    return whole_edition(study, sections, {"en": tuple(pictures)}), below


def pages_of(edition: Edition) -> list[str]:
    reader = PdfReader(BytesIO(render_pdf(edition, lang="en")))
    return [re.sub(r"\s+", "", page.extract_text()) for page in reader.pages]


@pytest.mark.parametrize("seed", range(6))
def test_everything_stands_below_its_heading_once_and_in_order(study: Analysis, seed: int) -> None:
    dice = random.Random(seed)
    kinds = {"words": (1, 9), "rows": (2, 70), "figure": (60, 640)}
    parts = [
        [(kind, dice.randint(*kinds[kind])) for kind in dice.choices(list(kinds), k=dice.randint(1, 6))]
        for _ in range(9)
    ]
    edition, below = made_of(study, parts)
    pages = pages_of(edition)
    found = HEADINGS.split("".join(pages))
    assert [int(k) for k in found[1::2]] == list(range(len(below)))
    for words, things in zip(found[2::2], below, strict=True):
        assert all(words.count(thing) == 1 for thing in things)
        for kind in ("w", "Figure", "t"):  # what is of one kind keeps its order
            mine = [words.index(thing) for thing in things if thing.startswith(kind)]
            assert mine == sorted(mine)
    for page in pages:
        pieces = re.split(r"Table\d+(?=Tableoft)", page)[1:]
        assert all(re.search(r"t\d+r\d+x", piece) for piece in pieces), "a head without rows"
        assert not re.search(r"Heading\d+\.hmsurvey", page), "a heading without what it heads"


def test_a_cut_table_has_enough_rows_on_either_side_and_says_that_it_goes_on(study: Analysis) -> None:
    for lines in range(1, 40, 6):
        edition, _ = made_of(study, [[("words", lines), ("rows", 40)]])
        counts = [len(re.findall(r"t2r\d+x", page)) for page in pages_of(edition)]
        there = [n for n in counts if n]
        assert sum(there) == 40 and (len(there) == 1 or (there[0] >= 5 and there[-1] >= 3))
    edition, _ = made_of(study, [[("rows", 120)]])
    pages = pages_of(edition)
    assert [("continued" in page) for page in pages if "t1r" in page] == [False, True, True]


def test_words_take_the_room_that_a_figure_leaves(study: Analysis) -> None:
    """A figure that does not fit below what comes before it does not leave the rest of the page empty."""
    edition, _ = made_of(study, [[("words", 6), ("figure", 600), ("words", 5), ("words", 5)]])
    pages = pages_of(edition)
    with_figure = next(k for k, page in enumerate(pages) if "Figure1" in page)
    assert with_figure == 1 and "w3x" in pages[0] and "w4x" in pages[0]


def test_a_figure_a_little_too_tall_is_set_smaller_in_its_place(study: Analysis) -> None:
    heights = range(300, 640, 20)
    pages = {h: pages_of(made_of(study, [[("words", 6), ("figure", h), ("words", 2)]])[0]) for h in heights}
    first = [h for h, found in pages.items() if "Figure1" in found[0]]
    assert first and 300 in first and max(first) < 640


def test_what_is_taller_than_a_page_breaks_and_is_not_lost(study: Analysis) -> None:
    long = Text("长" * 10, "w1x " + "word " * 2500)
    sections = (
        Section("summary", Text("摘要", "Summary")),
        Section("body", Text("正文", "Body"), (long, Text("末", "end."))),
    )
    pages = pages_of(whole_edition(study, sections))
    assert "".join(pages).count("word") == 2500 and "end." in pages[-1]


def test_a_row_taller_than_a_page_is_not_lost(study: Analysis, tmp_path: Path) -> None:
    one = table(study, 1, 12)
    one.frame.loc[3, "name"] = "tall " * 3000
    sections = (Section("summary", Text("摘要", "Summary")), Section("body", Text("正文", "Body"), (one,)))
    text = "".join(pages_of(whole_edition(study, sections)))
    assert text.count("tall") == 3000 and all(text.count(f"t1r{k}x") == 1 for k in range(12) if k != 3)
