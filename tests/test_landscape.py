"""The landscape: what ships is whole and honest about its sources; what does not hold together is refused with file, entry and allowed values."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hmsurvey.analysis.landscape import (
    fact_words,
    tabulate_grounds,
    tabulate_ladder_of_carriers,
    tabulate_links,
    tabulate_modules,
    tabulate_norms,
    tabulate_platforms,
    tabulate_types,
)
from hmsurvey.analysis.parties import (
    tabulate_brings,
    tabulate_decides,
    tabulate_parties,
    tabulate_problems,
    tabulate_solutions,
)
from hmsurvey.codebook import read_codebook
from hmsurvey.coordination import read_coordination
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.errors import DefinitionError, Lang, Text, UsageError
from hmsurvey.landscape import TO_COME, Landscape, built_in_landscape, read_landscape
from hmsurvey.output.assumptions import read_assumptions
from hmsurvey.output.charts_landscape import headline_landscape, plot_landscape
from hmsurvey.output.landscape_doc import landscape_document
from hmsurvey.output.page import plot_axes
from hmsurvey.provenance import Provenance, Source
from hmsurvey.tables import Table, table_html

ROOT = Path(__file__).resolve().parents[1]
TABULATE: dict[str, Callable[[Landscape], Table]] = {
    "norms": tabulate_norms,
    "platforms": tabulate_platforms,
    "modules": tabulate_modules,
    "types": tabulate_types,
    "links": tabulate_links,
    "ladder": tabulate_ladder_of_carriers,
    "problems": tabulate_problems,
    "parties": tabulate_parties,
    "solutions": tabulate_solutions,
    "decides": tabulate_decides,
    "brings": tabulate_brings,
    "grounds": tabulate_grounds,
}


@pytest.fixture(scope="module")
def landscape() -> Landscape:
    return built_in_landscape()


def test_the_parts_have_the_sizes_that_the_ground_gives(landscape: Landscape) -> None:
    assert [p.code for p in landscape.platforms if not p.alternate] == ["p1", "p2", "p3", "p4", "p5", "p6"]
    assert [t.code for t in landscape.types] == [f"T{k:02d}" for k in range(1, 17)]
    assert [p.code for p in landscape.agenda.problems] == ["P1", "P2", "P3", "P4", "P5"]
    assert [s.code for s in landscape.agenda.solutions] == ["S1", "S2", "S3", "S4"]
    assert "four" in landscape.agenda.note.en and "five" in landscape.agenda.note.en
    assert len(landscape.indicators) == len(landscape.decides.parts) == len(landscape.brings.needs) == 54


def test_the_matrix_counts_are_those_of_the_draft(landscape: Landscape) -> None:
    """Draft of the party matrix: authority 5 / 21 / 28, enterprise 54 / 0 / 0, association 0 / 29 / 25, and five decided by two."""
    frame = tabulate_parties(landscape).frame.set_index("party")[["n_decides", "n_helps", "n_none"]]
    assert frame.loc["authority"].tolist() == [5, 21, 28]
    assert frame.loc["enterprise"].tolist() == [54, 0, 0]
    assert frame.loc["association"].tolist() == [0, 29, 25]
    both = [code for code in landscape.decides.parts if len(landscape.decides.deciders(code)) == 2]
    assert both == ["C2.3", "C3.4", "C4.3", "D3.1", "D3.4"]


def test_a_party_brings_what_is_needed_and_only_where_it_has_a_part(landscape: Landscape) -> None:
    for code, row in landscape.brings.brings.items():
        assert set(row) == {"authority", "association"}, "the enterprise has no column: its answers decide"
        for party, brought in row.items():
            assert set(brought) <= set(landscape.brings.needs[code])
            assert bool(brought) == (landscape.decides.parts[code][party] != "none"), (code, party)
    assert set(tabulate_brings(landscape).frame["enterprise"]) == set(landscape.brings.needs)
    assert tabulate_brings(landscape).column("enterprise").labels["A1.1"].en == "by its own answers"


def test_questions_that_the_landscape_names_are_asked(landscape: Landscape) -> None:
    book = read_codebook(definitions_folder() / "codebooks" / "informatisation.toml")
    codes = {question.code for question in book.all_questions}
    named = [q for p in landscape.agenda.problems for q in p.asked] + [q for m in landscape.agenda.means for q in m.own]
    named += [party.asked for party in landscape.agenda.parties]
    for name in named:
        assert any(re.fullmatch(name.replace(".", r"\.").replace("*", ".*"), code) for code in codes), name


def test_the_questionnaire_has_the_same_platforms_types_and_rungs(landscape: Landscape) -> None:
    book = read_codebook(definitions_folder() / "codebooks" / "informatisation.toml")
    options = {
        o.code: o.label for o in book.question("filed.T01").options if o.kind == "plain" or re.match(r"p\d", o.code)
    }
    assert {p.code: p.label for p in landscape.platforms} == {c: t for c, t in options.items() if re.match(r"p\d", c)}
    kept = [o for o in book.question("kept.T01").options if o.code.isdigit()]
    assert [(r.level, r.label) for r in landscape.ladder] == [(o.code, o.label) for o in kept]
    for one in landscape.types:
        assert book.question(f"kept.{one.code}")


def test_every_entry_says_what_it_rests_on_and_general_knowledge_bears_no_address(landscape: Landscape) -> None:
    known = {a.code for file in read_assumptions() for a in file.assumptions}
    agenda = landscape.agenda
    grounds = [e.ground for e in (*landscape.norms, *landscape.types, *landscape.ladder)]
    grounds += [e.ground for e in (*agenda.problems, *agenda.solutions, *agenda.parties, *agenda.means)]
    grounds += [landscape.decides.ground, landscape.brings.ground]
    for ground in grounds:
        assert ground.evidence
        assert ground.sources if ground.evidence in ("seen", "inferred") else True
        assert not (ground.evidence == "unverified" and ground.sources)
        assert not ground.assumption or ground.assumption in known, ground
    frame = tabulate_grounds(landscape).frame
    bare = frame[frame["evidence"].isin(["unverified"])]
    assert len(bare) == 3 and set(bare["source"]) == {""}  # DA/T 31, automatic monitoring as a norm, and as p7's basis
    assert (frame.loc[frame["evidence"].isin(["seen", "inferred"]), "source"] != "").all()


def test_what_was_not_read_says_so_where_it_is_printed(landscape: Landscape) -> None:
    assert "unverified" in fact_words(landscape.platform("p7"), "basis").en
    assert "未核实" in fact_words(landscape.platform("p7"), "basis").zh
    assert fact_words(landscape.platform("p5"), "modules").en.endswith("(inferred from the source)")
    assert fact_words(landscape.platform("p3"), "operator").en.count("inferred") == 1
    assert "no login address" in fact_words(landscape.platform("p6"), "login").en
    norms = tabulate_norms(landscape)
    (code,) = [n.code for n in landscape.norms if "DA/T 31" in n.label.en]
    assert norms.column("evidence").labels[code] == Text("常识，未核实", "general knowledge, unverified")
    assert norms.frame.set_index("norm")["source"][code] == ""
    assert any("not that study's list" in note.en for note in tabulate_platforms(landscape).notes)


@pytest.mark.parametrize("name", sorted(TABULATE))
def test_tables_speak_both_languages(landscape: Landscape, name: str) -> None:
    table = TABULATE[name](landscape)
    assert len(table.frame) and table.code == f"landscape_{name}" and all(table.title)
    html = table_html(table)
    assert "Definitions only, no data" in html
    for column in table.columns:
        assert all(column.label)
        for value in table.frame[column.code] if column.unit == "code" else ():
            words = column.labels.get(value)
            assert value == "" or words is not None, (column.code, value)
            if words is not None and any(words):
                assert words.zh and words.en, (column.code, value)
                assert re.search(r"[\u4e00-\u9fff]", words.zh) or words.zh in ("",), words
                assert not re.search(r"[\u4e00-\u9fff]", words.en), words


def test_the_links_are_those_of_the_types(landscape: Landscape) -> None:
    frame = tabulate_links(landscape).frame
    assert set(frame["type"]) == {t.code for t in landscape.types}
    assert frame[frame["link"] == "nowhere"]["type"].tolist() == ["T09", "T10", "T15", "T16"]
    assert frame[frame["type"] == "T05"]["platform"].tolist() == ["p3", "p1"]
    assert frame[frame["type"] == "T06"]["place"].tolist() == ["alternate", "six"]


def test_every_system_of_the_abstract_has_a_place(landscape: Landscape) -> None:
    assert [one.code for one in landscape.named] == [
        "registry", "questionnaire", "index", "stages", "carriers", "norms", "platforms", "login", "modules", "types",
        "problems", "mode", "solutions", "visits",
    ]  # fmt: skip
    for one in landscape.named:
        for name in one.definitions:
            assert (definitions_folder() / name).is_file(), name
        assert one.notebook == TO_COME or (ROOT / "notebooks" / f"{one.notebook}.ipynb").is_file(), one.notebook


NAMES = ("platforms", "archive_types", "problems", "landscape/norms", "landscape/ladder", "landscape/decides", "landscape/brings", "landscape/named")  # fmt: skip


def changed(tmp_path: Path, **edits: tuple[str, str]) -> Path:
    """Copy the definitions of the landscape and replace a text in some of them (file name -> old, new)."""
    for name in NAMES:
        target = tmp_path / f"{name}.toml"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(definitions_folder() / f"{name}.toml", target)
        if (stem := name.split("/")[-1]) in edits:
            old, new = edits[stem]
            text = target.read_text(encoding="utf-8")
            assert old in text, old
            target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


def test_a_folder_of_ones_own_is_read_and_what_it_lacks_is_built_in(tmp_path: Path) -> None:
    path = changed(tmp_path, platforms=('version = "1.0"', 'version = "2.0"'))
    for name in NAMES[1:]:
        (path / f"{name}.toml").unlink()
    found = read_landscape(path)
    assert "platforms 2.0" in found.versions and "norms 1.1" in found.versions


REFUSED = {
    "unknown platform": (
        {"archive_types": ('platforms = ["p4"]', 'platforms = ["p4", "p99"]')},
        ["There is no such platform.", "archive_types.toml, type T02", "p99", "p1, p2, p3, p4, p5, p6, p7, p8"],
    ),
    "unknown platform of a norm": (
        {"norms": ('platforms = ["p2"]', 'platforms = ["p0"]')},
        ["There is no such platform.", "norms.toml, norm N13", "p0"],
    ),
    "unknown type": (
        {"platforms": ('types = ["T02"]', 'types = ["T02", "T99"]')},
        ["There is no such archive type.", "platforms.toml, platform p4", "T99", "T01, T02"],
    ),
    "type without a platform": (
        {"archive_types": ('platforms = ["p6"]', "platforms = []")},
        ["The type has no platform, and no word on why.", "archive_types.toml, type T12", "platforms_note_en"],
    ),
    "platforms and types contradict": (
        {"platforms": ('types = ["T07", "T08"]', 'types = ["T07"]')},
        ["contradict each other", "platform p2", "type T08: platforms yes"],
    ),
    "hole: a row": (
        {"decides": ('  { indicator = "A1.2", authority = "none", enterprise = "decides", association = "helps" },\n', "")},
        ["The matrix has holes: indicators without a row.", "decides.toml", "A1.2", "each of 54"],
    ),
    "hole: a cell": (
        {"decides": ('indicator = "C2.3", authority = "decides", ', 'indicator = "C2.3", ')},
        ["a party without a part", "decides.toml, row C2.3", "decides, helps, none", "authority"],
    ),
    "hole: what a party brings": (
        {"brings": (', association = ["systems"] },', " },")},
        ["`association` is missing", "brings.toml, row A1.1", "expected: money, systems"],
    ),
    "unknown indicator": (
        {"brings": ('indicator = "A1.1"', 'indicator = "A9.9"')},
        ["The index has no such indicator.", "brings.toml, row A9.9", "A1.1, A1.2", "without a row"],
    ),
    "two rows": (
        {"decides": ('indicator = "A1.2"', 'indicator = "A1.1"')},
        ["This indicator has two rows.", "decides.toml, row A1.1"],
    ),
    "unknown part": (
        {"decides": ('authority = "none"', 'authority = "perhaps"')},
        ["`authority` has a value that is not known.", "perhaps", "decides, helps, none"],
    ),
    "nobody decides": (
        {"decides": ('enterprise = "decides"', 'enterprise = "none"')},
        ["No party decides this indicator.", "decides.toml, row A1.1"],
    ),
    "unknown means": (
        {"brings": ('needs = ["money", "systems"]', 'needs = ["money", "luck", "systems"]')},
        ["`needs` names means that are unknown", "luck", "mandate, money, staff, systems, data"],
    ),
    "a means twice": (
        {"brings": ('association = ["systems"]', 'association = ["systems", "systems"]')},
        ["`association`: codes stand twice", "brings.toml, row A1.1", "systems"],
    ),
    "brings what is not needed": (
        {"brings": ('authority = [], association = ["systems"]', 'authority = [], association = ["data"]')},
        ["`association` names means that are unknown or not needed here", "brings.toml, row A1.1", "money, systems"],
    ),
    "brings without a part": (
        {"brings": ('authority = [], association = ["systems"]', 'authority = ["money"], association = ["systems"]')},
        ["does not fit the matrix of who decides", "brings.toml, row A1.1", "authority = [money]; decides.toml: none"],
    ),
    "duplicate norm": ({"norms": ('code = "N02"', 'code = "N01"')}, ["Norm codes stand twice.", "norms.toml", "N01"]),
    "duplicate platform": (
        {"platforms": ('code = "p8"', 'code = "p7"')},
        ["Platform codes stand twice.", "platforms.toml", "p7"],
    ),
    "duplicate party": (
        {"problems": ('code = "association"', 'code = "authority"')},
        ["Party codes stand twice.", "problems.toml", "authority"],
    ),
    "missing source of a norm": (
        {"norms": ('evidence = "seen"\nsource = "http://rmc-2018.com/dag/info/1020/1436.html"', 'evidence = "seen"')},
        ["The source is missing.", "norms.toml, norm N06"],
    ),
    "general knowledge dressed up": (
        {"norms": ('evidence = "unverified"', 'evidence = "unverified"\nsource = "http://example.org"')},
        ["General knowledge must not carry a source.", "norms.toml, norm N08", "http://example.org"],
    ),
    "a source for what is not verified": (
        {"platforms": ('supports = "data chain"', 'supports = "data chain, basis"')},
        ["A source is said to support what is marked as not verified.", "platform p7", "basis unverified"],
    ),
    "assumed without a number": (
        {"ladder": ('assumption = "A162"\n', "")},
        ["The number of the assumption is missing.", "ladder.toml"],
    ),
    "no evidence": (
        {"norms": ('evidence = "unverified"\n', "")},
        ["`evidence` has a value that is not known.", "norm N08", "seen, inferred, unverified, not_found, ours"],
    ),
    "retention without its source": (
        {"archive_types": ('retention_source = "https://www.shietion.com/news/industry/307.html (on HJ 1259-2022)"\n', "")},
        ["The retention lacks words or a source.", "archive_types.toml, type T07"],
    ),
    "a gap in the ladder": (
        {"ladder": ('level = "2"', 'level = "4"')},
        ["must run from 0 up", "ladder.toml, rung L2", 'level = "2"'],
    ),
    "modules in one language": (
        {"platforms": ('"New application", ', "")},
        ["The modules of the two languages differ in number.", "platform p1", "zh 9, en 8"],
    ),
    "unknown key": (
        {"norms": ('issuer_zh = "国家档案局"', 'isuer_zh = "国家档案局"')},
        ["There are keys that are not known here.", "isuer_zh", "issuer_zh"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_does_not_hold_together_is_refused(tmp_path: Path, case: str) -> None:
    edits, said = REFUSED[case]
    with pytest.raises(DefinitionError) as caught:
        read_landscape(changed(tmp_path, **edits))
    text = caught.value.render("en")
    for words in said:
        assert words in text, text
    assert all(problem.what.zh and problem.where for problem in caught.value.problems)


def test_a_folder_that_is_not_there_or_a_name_with_a_slip_is_no_landscape(tmp_path: Path) -> None:
    for read in (read_landscape, read_coordination):
        for folder in (tmp_path / "nowhere", tmp_path):
            with pytest.raises(UsageError, match=r"no such folder(?s:.*)landscape/decides\.toml"):
                read(folder)
    below = tmp_path / "landscape"
    below.mkdir()
    text = (definitions_folder() / "landscape" / "decides.toml").read_text(encoding="utf-8")
    for path in (tmp_path / "decides.toml", below / "decide.toml", below / "problems.toml"):
        path.write_text(text, encoding="utf-8")
    (tmp_path / "study.toml").write_text("", encoding="utf-8")  # other files may stand above
    for read in (read_landscape, read_coordination):
        with pytest.raises(DefinitionError) as caught:
            read(tmp_path)
        found = [problem.found for problem in caught.value.problems]
        assert found == ["decides.toml", "landscape/decide.toml", "landscape/problems.toml"]
        assert "would not be read where it is" in caught.value.render("en")


def test_a_hole_or_a_slip_in_one_cell_is_one_complaint(tmp_path: Path) -> None:
    for name, old, new in (
        ("decides", ', association = "helps" }', " }"),
        ("decides", 'association = "helps" }', 'association = "perhaps" }'),
        ("decides", 'enterprise = "decides"', 'enterprise = "decide"'),
        ("brings", ', association = ["systems"] }', " }"),
        ("brings", 'association = ["systems"] }', 'association = ["luck"] }'),
    ):
        below = tmp_path / "landscape"
        below.mkdir(exist_ok=True)
        text = (definitions_folder() / "landscape" / f"{name}.toml").read_text(encoding="utf-8")
        assert old in text
        (below / f"{name}.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(DefinitionError) as caught:
            read_landscape(tmp_path)
        assert len(caught.value.problems) == 1, caught.value.render("en")
        (below / f"{name}.toml").unlink()


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    edits = {
        "norms": ('code = "N02"', 'code = "N01"'),
        "platforms": ('types = ["T02"]', 'types = ["T02", "T99"]'),
        "decides": ('authority = "none"', 'authority = "perhaps"'),
        "ladder": ('level = "2"', 'level = "4"'),
    }
    with pytest.raises(DefinitionError) as caught:
        read_landscape(changed(tmp_path, **edits))
    files = [problem.where.split(",")[0] for problem in caught.value.problems]
    assert sorted(set(files)) == ["decides.toml", "ladder.toml", "norms.toml", "platforms.toml"]
    assert len(files) == 4


def drawn(table: Table, lang: Lang) -> tuple[list[str], dict[str, list[str]]]:
    """All words of the diagram, and its lines by what they are."""
    figure = plot_landscape(table, lang=lang)
    lines: dict[str, list[str]] = {}
    said = [text.get_text() for axes in figure.axes for text in axes.texts] + [text.get_text() for text in figure.texts]
    for axes in plot_axes(figure):
        for line in (*axes.lines, *axes.patches):
            lines.setdefault(str(line.get_gid()), []).append(str(line.get_linestyle()))
    return said, lines


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_diagram_draws_every_type_and_every_link(landscape: Landscape, lang: Lang) -> None:
    table = tabulate_links(landscape)
    said, lines = drawn(table, lang)
    together = " ".join(said).replace("\n", "" if lang == "zh" else " ")
    for one in landscape.types:
        assert one.label.of(lang) in together
    for platform in landscape.platforms:
        assert platform.short.of(lang) in together
    kinds = table.frame["link"].value_counts()
    assert (len(lines["has"]), len(lines["files"]), len(lines["shows"]), len(lines["nowhere"])) == (16, 14, 1, 4)
    assert (kinds["files"], kinds["shows"], kinds["nowhere"]) == (14, 1, 4)
    assert lines["shows"] == [":"] and set(lines["files"]) == {"-"}


def test_the_headline_counts(landscape: Landscape) -> None:
    table = tabulate_links(landscape)
    assert headline_landscape(table, "en") == (
        "12 of 16 archive types are filed, scattered over 8 platforms (2 of them alternates); for 4 no platform was found"
    )
    assert (
        headline_landscape(table, "zh") == "16 类环保档案中，12 类分散报送到 8 个平台（2 个为备选），4 类没有找到平台"
    )


def test_the_diagram_is_stamped_as_definitions_alone_or_as_the_study_is(landscape: Landscape) -> None:
    said, _ = drawn(tabulate_links(landscape), "en")
    assert not {"UNDECLARED", "SYNTHETIC"} & set(said)
    assert any("definitions only, no data" in words for words in said)
    source = Source("answers", "synthetic")
    said, _ = drawn(tabulate_links(landscape, Provenance((source,), ("platforms 1.0",))), "en")
    assert "SYNTHETIC" in said
    said, _ = drawn(tabulate_links(landscape, Provenance()), "en")
    assert "UNDECLARED" in said, "a figure with neither source nor definitions stays undeclared"


def test_the_document_shows_where_every_system_stands_and_says_what_is_to_come(landscape: Landscape) -> None:
    text = landscape_document(landscape)
    table = text.split("## 依据程度")[0]
    for one in landscape.named:
        (row,) = [line for line in table.splitlines() if one.label.en in line]
        assert ("to come" in row) == (TO_COME in (one.notebook, one.report)), row
        assert all(f"`{name}`" in row for name in one.definitions)
    for line in text.splitlines():
        if "general knowledge, unverified |" in line:
            assert "http" not in line, line
