"""Tables and the paragraph on method for papers: three rules, the data's kind, nothing that a name could turn into a command."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from printing import edition
from results import ROWS
from small_study import HOSTILE, small_study

from hmsurvey import __version__
from hmsurvey.analysis.digest import digest_of
from hmsurvey.errors import LANGS, NOTHING, Lang, Text
from hmsurvey.output.citing import AUTHORS, TITLE, citation, facts_of, facts_of_digest, methods_paragraph
from hmsurvey.output.paper import latex, paper_tables, without_remarks, write_paper
from hmsurvey.provenance import Provenance
from hmsurvey.study import analyse, read_study
from hmsurvey.tables import Column, Table

ROOT = Path(__file__).resolve().parents[1]


def written(tmp_path: Path, lang: Lang = "en", **how: object) -> tuple[str, str]:
    whole = edition(small_study(tmp_path / "study", **how))  # type: ignore[arg-type]
    tex, html = write_paper(whole, tmp_path / "out", lang=lang)
    assert (tex.name, html.name) == (f"tables.{lang}.tex", f"tables.{lang}.html")
    return tex.read_text(encoding="utf-8"), html.read_text(encoding="utf-8")


def test_every_table_has_three_rules(tmp_path: Path) -> None:
    tex, html = written(tmp_path)
    n = tex.count("\\begin{table}")
    assert n >= 4
    assert n == html.count("<table")
    for rule in ("\\toprule", "\\midrule", "\\bottomrule"):
        assert tex.count(rule) == n
    assert "\\hline" not in tex and "|" not in tex
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        head, *rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        assert "border-top:1.5pt" in head and "border-bottom:0.75pt" in head
        assert "border-bottom:1.5pt" in rows[-1]
        assert not any("border" in row for row in rows[:-1])


def test_the_numbers_are_those_of_the_tables(tmp_path: Path) -> None:
    tex, html = written(tmp_path)
    assert "{}\\textbf{All} & \\textbf{5} & \\textbf{2} & \\textbf{2} & \\textbf{1} & \\textbf{40.0}" in tex
    assert ">40.0</td>" in html
    assert len(ROWS) == 4


@pytest.mark.parametrize(("kind", "word"), [("synthetic", "SYNTHETIC"), ("real", "real data")])
def test_titles_say_what_kind_of_data_it_is(tmp_path: Path, kind: str, word: str) -> None:
    tex, html = written(tmp_path, kind=kind)
    titles = re.findall(r"\\caption\{(.*)\}", tex)
    assert all(title.endswith("(SYNTHETIC)") == (kind == "synthetic") for title in titles)
    assert word in html
    assert ("SYNTHETIC" in tex + html) == (kind == "synthetic")


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_names_are_plain_text(tmp_path: Path, lang: Lang) -> None:
    names = (*HOSTILE[:3], r"\input{/etc/passwd}$x^2_1 & 50% #1 ~", "[1ex] *")
    tex, html = written(tmp_path, lang=lang, units="public", names=names, cities=names)
    assert "<script" not in html and "<b>粗" not in html
    assert "\\input" not in tex and "\u202e" not in tex
    assert (
        "\\textbackslash{}input\\{/etc/passwd\\}\\$x\\textasciicircum{}2\\_1 \\& 50\\% \\#1 \\textasciitilde{}" in tex
    )
    body = re.sub(r"^%.*$", "", tex, flags=re.MULTILINE)
    for line in body.splitlines():
        if " & " in line and line.startswith("{}"):
            assert line.endswith(" \\\\")
    assert "\n[1ex]" not in tex  # after the end of a row it would be a length


def test_latex_drops_what_cannot_be_seen() -> None:
    assert latex("a\u202eb\u200bc\nd\x07e") == "abc d e"
    assert latex("−3\u2009000 – 4") == "$-$3\\,000 -- 4"


def test_the_citation_is_that_of_the_project() -> None:
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'title: "{TITLE}"' in cff
    assert f"name: {AUTHORS}" in cff
    for lang in LANGS:
        assert __version__ in citation().of(lang)


def test_the_paragraph_follows_the_study(tmp_path: Path) -> None:
    analysis = small_study(tmp_path)
    said = methods_paragraph(replace(facts_of(analysis), intervals=False), analysis.provenance)
    for words in (
        "small 1.0",
        "n = 5",
        "small_index 1.2",
        "2 scored indicators",
        "small_rule 1.1",
        "are High and Low, by the rule",
        __version__,
        "synthetic",
    ):
        assert words in said.en
    for words in ("有效答卷 5 份", "“小指数”", "高级和低级", "模拟数据"):
        assert words in said.zh
    assert "95%" not in said.en
    real = small_study(tmp_path / "real", kind="real")
    assert "synthetic" not in methods_paragraph(replace(facts_of(real), intervals=True), real.provenance).en
    assert "hypergeometric" in methods_paragraph(replace(facts_of(real), intervals=True), real.provenance).en


def test_groups_alone_tell_the_same(tmp_path: Path) -> None:
    analysis = small_study(tmp_path)
    assert facts_of_digest(digest_of(analysis)) == facts_of(analysis)


def test_the_study_that_ships(tmp_path: Path) -> None:
    analysis = analyse(read_study(ROOT / "study.toml"))
    said = methods_paragraph(replace(facts_of(analysis), intervals=True), analysis.provenance)
    assert "有效答卷 293 份" in said.zh and "有效答卷 235 份" in said.zh
    assert "whose 9 needs all rest on assumptions" in said.en


def test_remarks_leave_the_grid(tmp_path: Path) -> None:
    """Columns that are empty, say the same of every row or speak of some only leave the table for its notes; sentences that repeat the numbers go; what tells rows apart stays."""
    words = {code: Text(code, code) for code in ("a", "b", "c")}
    frame = pd.DataFrame(
        {
            "group": ["a", "b", "c"],
            "n": [1, 2, 3],
            "method": ["m", "m", "m"],
            "note": ["", "x", ""],
            "empty": ["", "", ""],
            "meaning": ["句" * 50, "子" * 50, "话" * 50],
            "kind": ["p", "q", "q"],
        }
    )
    columns = (
        Column("group", Text("市", "City"), "code", labels=words),
        Column("n", Text("数", "n"), "count"),
        Column("method", Text("方法", "Method"), "code", labels={"m": Text("精确", "exact")}),
        Column("note", Text("说明", "Note"), "code", labels={"x": Text("没有答卷", "no answers"), "": NOTHING}),
        Column("empty", Text("空", "Empty"), "text"),
        Column("meaning", Text("含义", "Meaning"), "text"),
        Column("kind", Text("类", "Kind"), "text"),
    )
    table = without_remarks(Table(frame, Provenance((), ()), "t", Text("表", "T"), columns))
    assert [c.code for c in table.columns] == list(table.frame) == ["group", "n", "kind"]
    assert [note.en for note in table.notes] == ["Method: exact.", "b: no answers."]
    assert [note.zh for note in table.notes] == ["方法：精确。", "b：没有答卷。"]


def test_single_units_are_in_no_table(tmp_path: Path) -> None:
    whole = edition(small_study(tmp_path))
    assert paper_tables(whole)
    assert not [table.code for table in paper_tables(whole) if table.personal]


def test_the_report_shows_the_paragraph_to_copy(tmp_path: Path) -> None:
    from hmsurvey.output.report import write_report

    page = write_report(edition(small_study(tmp_path)), tmp_path, lang="zh")[-1].read_text(encoding="utf-8")
    passages = re.findall(r'<blockquote class="passage">(.*?)</blockquote>', page)
    assert len(passages) == 2
    assert "有效答卷" in passages[0] and passages[1].startswith("hmsurvey contributors.")
