"""The notebooks: short, paired, without outputs, honest about their data, and running in a fresh kernel.

Students read them. What the limits are for stands in CONTRIBUTING and the house's rules: a call, a figure, prose; no programming in passing.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from hmsurvey.definitionfile import definitions_folder
from hmsurvey.output.notebooks import NotebookError, execute, finish_notebooks, start_notebooks

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
MOST_CELLS, MOST_LINES, WORDS_A_LINE = 12, 60, 10
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.With,
    ast.Try,
)
WRITING = re.compile(
    r"\b(open|write\w*|to_csv|to_excel|to_pickle|savefig|mkdir|unlink|random|seed|default_rng|sample)\b"
)


@cache
def cells(name: str) -> list[Any]:
    return list(nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells)


def code_of(name: str) -> list[str]:
    return [cell.source for cell in cells(name) if cell.cell_type == "code"]


def prose_of(name: str) -> str:
    return "\n\n".join(cell.source for cell in cells(name) if cell.cell_type == "markdown")


def lines_of(code: str) -> list[str]:
    return [line for line in code.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_they_are_numbered_and_each_is_a_pair() -> None:
    assert len(NAMES) >= 7 and len({name[:3] for name in NAMES}) == len(NAMES)
    assert all(re.match(r"\d\d_", name) for name in NAMES)
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_pair_is_equal(name: str) -> None:
    text, notebook = jupytext.read(FOLDER / f"{name}.py"), nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    assert [(c.cell_type, c.source) for c in text.cells] == [(c.cell_type, c.source) for c in notebook.cells]
    assert text.metadata["kernelspec"]["name"] == notebook.metadata["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_committed_but_the_text(name: str) -> None:
    for cell in cells(name):
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8") + (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert not re.search(r"/(work|tmp|home|root|Users)/|[A-Z]:\\\\", text)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_short_and_mostly_prose(name: str) -> None:
    code = code_of(name)
    lines = [line for cell in code for line in lines_of(cell)]
    assert len(code) <= MOST_CELLS and len(lines) <= MOST_LINES
    words = re.findall(r"[A-Za-z][\w'’-]*", prose_of(name))
    assert len(words) >= WORDS_A_LINE * len(lines)


@pytest.mark.parametrize("name", NAMES)
def test_it_calls_and_does_not_program(name: str) -> None:
    first, *rest = code_of(name)
    assert first.splitlines()[0] == "import hmsurvey as hm" and 'LANG = "en"' in first
    for code in (first, *rest):
        tree = list(ast.walk(ast.parse(code)))
        assert [node for node in tree if isinstance(node, FORBIDDEN)] == [], code
        assert not WRITING.search(code), code
        if code is not first:
            assert [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom)] == [], code
    assert rest[0].splitlines()[0] == 'analysis = hm.analyse(hm.read_study("../study.toml"))'


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_with_a_question_and_ends_with_what_it_cannot_say(name: str) -> None:
    head, prose = cells(name)[0].source, prose_of(name)
    assert re.match(r"# [^\n]*\?", head)
    assert re.search(r"\*\*What data are these\?", head)
    takeaways = head.split("**Three takeaways**")[1]
    assert re.findall(r"^(\d)\. ", takeaways, re.MULTILINE) == ["1", "2", "3"]
    assert re.search(r"^(## A question for you|\*\*A question for you\.\*\*)", prose, re.MULTILINE)
    headings = re.findall(r"^## (.+)$", prose, re.MULTILINE)
    assert headings[-2:] == ["The answer", "What we cannot say"]


CONDITION = re.compile(r"\b(where (a mark|they|it) says?|as long as|if|when|in the stand-in)\b", re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_prose_leaves_it_to_the_provenance_what_the_data_are(name: str) -> None:
    """Real workbooks may be in place: no sentence may claim without a condition that the data are made up, or count this stand-in's cities."""
    prose = re.sub(r"\s*\n>?\s*", " ", prose_of(name))
    sentences = re.split(r"(?<=[.:;?!。])\**\s+", prose)
    claims = [s for s in sentences if re.search(r"synthetic|模拟|made up|at random|by lot|any real|Shenyang|Dalian", s)]
    others = re.compile(r"drawn by lot|answers for \*chance\*|to be visited by lot")
    assert [s for s in claims if not CONDITION.search(s) and not others.search(s)] == []
    assert "36 pairs" not in prose and "drew the ones" not in prose
    assert "hm.about_data(analysis)" in code_of(name)[1].splitlines()[-1]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_its_data_are(name: str, pages: dict[str, str]) -> None:
    (said,) = re.findall(r'<div class="hm-about" data-kind="(\w+)"', pages[name])
    assert said == "synthetic"
    assert "These data are synthetic." in pages[name] and "这些数据是模拟的。" in pages[name]


@pytest.mark.parametrize("name", NAMES)
def test_prose_quotes_no_result(name: str) -> None:
    """Numbers with decimals are results, apart from the index's own (clauses, steps of points); the data may change."""
    found = re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])", prose_of(name))
    assert set(found) <= {"1.1", "1.4", "5.1", "5.2"}, found


def test_the_rule_to_be_edited_is_the_built_in_one_but_for_the_marked_number() -> None:
    def bare(entry: Any) -> Any:
        """Leave out what a need is called and where it comes from."""
        if isinstance(entry, list):
            return [bare(part) for part in entry]
        if isinstance(entry, dict):
            naming = {"zh", "en", "code", "status", "assumption", "source", "id", "version"}
            return {key: bare(value) for key, value in entry.items() if key not in naming}
        return entry

    text = (FOLDER / "my_rule.toml").read_text(encoding="utf-8")
    (marked,) = [line for line in text.splitlines() if "edit here" in line]
    assert "min = 55" in marked
    original = (definitions_folder() / "rules" / "digital_archives.toml").read_text(encoding="utf-8")
    assert bare(tomllib.loads(text.replace(marked, marked.replace("55", "60")))) == bare(tomllib.loads(original))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Every notebook executed in a fresh kernel, two at a time."""
    out = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLBACKEND", "Agg")  # as the Makefile sets it
        paths = list(finish_notebooks(start_notebooks(FOLDER, out, at_once=2)))
    yield {path.stem: path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_every_figure_is_there(name: str, pages: dict[str, str]) -> None:
    page, code = pages[name], "\n".join(code_of(name))
    figures = re.findall(r'<img[^>]*src="data:image/png;base64,', page)
    assert len(figures) == len(re.findall(r"hm\.plot_\w+\(", code))
    assert figures or name == "03_scoring"
    shown = [
        cell for cell in code_of(name) if re.search(r"hm\.(tabulate|narrow)", ast.unparse(ast.parse(cell).body[-1]))
    ]
    assert page.count('<div class="hm-table">') == len([cell for cell in shown if "plot_" not in cell]) > 0
    assert "jp-OutputArea-error" not in page and "Traceback" not in page


@pytest.mark.parametrize("name", NAMES)
def test_its_page_opens_without_a_network(name: str, pages: dict[str, str]) -> None:
    page = pages[name]
    assert "<script" not in page.lower() and "@import" not in page
    outside = re.findall(r"""(?:src|href)\s*=\s*["'](?!data:|#)[^"']*|url\(\s*["']?https?:[^)]*""", page)
    assert outside == []
    assert "?" in page.split("<title>")[1].split("</title>")[0]


@pytest.mark.parametrize("name", NAMES)
def test_its_tables_say_what_their_data_are(name: str, pages: dict[str, str]) -> None:
    banners = re.findall(r'class="hm-banner"[^>]*>([^<]+)', pages[name])
    assert banners and all(re.match(r"SYNTHETIC DATA|Real data|Definitions only", words) for words in banners)


@pytest.mark.parametrize("name", NAMES)
def test_figures_come_in_chinese_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    code = "\n".join(code_of(name)).replace('LANG = "en"', 'LANG = "zh"')
    exec(compile(code, name, "exec"), {})


def test_a_notebook_that_fails_is_named_with_what_it_said(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(notebook, tmp_path / "wrong.ipynb")
    with pytest.raises(NotebookError, match=r"(?s)does not run.*wrong\.ipynb.*division by zero"):
        list(finish_notebooks(start_notebooks(tmp_path, tmp_path / "out")))
    assert not (tmp_path / "out" / "wrong.html").exists()


def test_a_page_without_a_heading_is_called_by_its_file(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("no heading <script>x</script>")])
    nbformat.write(notebook, tmp_path / "plain.ipynb")
    execute(tmp_path / "plain.ipynb", tmp_path / "plain.html")
    assert "<title>plain</title>" in (tmp_path / "plain.html").read_text(encoding="utf-8")
