"""The rules of the house that a program can check: imports run downhill, walls hold, modules are short and say what they are for.

A new module fails here until it is given its place in `STAIRCASE`: below everything it imports, above everything that imports it.
"""

import ast
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from hmsurvey.cli import main

PACKAGE = Path(__file__).resolve().parents[1] / "hmsurvey"

# From the foundation up. A name ending in "/" is a folder; modules of one folder may import each other, without circles.
STAIRCASE = (
    "errors",
    "arithmetic",
    "conditions",
    "statistics/",
    "definitionfile",
    "grounds",
    "provenance",
    "findings",
    "tables",
    "problems",
    "package",
    "officepackage",
    "sealing",
    "receiving",
    "verification",
    "formulas",
    "workbook",
    "questions",
    "routing",
    "codebook",
    "wording",
    "grid",
    "stationery",
    "form",
    "template",
    "answers",
    "reading",
    "parsing",
    "intake",
    "standin",
    "survey",
    "notes",
    "marking",
    "collecting",
    "registry",
    "synthetic/",
    "scorings",
    "systems",
    "weightings",
    "judging",
    "judging_template",
    "expert_weights",
    "fitting",
    "indicators",
    "rules",
    "rulefitting",
    "waves",
    "effort",
    "measures",
    "partymatrix",
    "landscapefolder",
    "severities",
    "landscape",
    "coordination",
    "points",
    "aggregation",
    "scoring",
    "needs",
    "staging",
    "variation",
    "surveyplan",
    "reproduction",
    "study",
    "analysis/",
    "output/",
    "cli/",
    "__main__",
)
OUTSIDE = ("__init__",)  # loads everything lazily and imports nothing
DRAWING = {"matplotlib", "seaborn", "PIL", "plotly", "bokeh", "altair"}
LONGEST = 400
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """`analysis/words.py` -> `analysis.words`; a package's `__init__` is the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(name: str) -> str:
    """The place on the staircase of a module: its own name, or its folder's."""
    first = name.split(".")[0]
    return f"{first}/" if (PACKAGE / first).is_dir() else first


def imported(path: Path) -> list[tuple[str, str]]:
    """Every import of a module, as (package, full name); imports inside functions and for types count too."""
    package = ("hmsurvey", *path.relative_to(PACKAGE).with_suffix("").parts[:-1])
    found: list[str] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
            module = base if node.level else node.module or ""
            whole = [f"{module}.{alias.name}" for alias in node.names]
            found += [name if is_module(name) else module for name in whole]
    return [(name.split(".")[0], name) for name in dict.fromkeys(found)]


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return name.startswith("hmsurvey.") and (path.is_dir() or path.with_suffix(".py").is_file())


def own_imports(path: Path) -> list[str]:
    """The package's own modules that a module imports, without `hmsurvey.` in front."""
    return [name.removeprefix("hmsurvey.") for top, name in imported(path) if top == "hmsurvey" and name != "hmsurvey"]


def test_every_module_has_its_place_on_the_staircase() -> None:
    rooms = {room_of(name_of(path)) for path in modules()}
    assert sorted(rooms - set(STAIRCASE) - set(OUTSIDE)) == [], "give the new module a place in STAIRCASE"
    assert len(set(STAIRCASE)) == len(STAIRCASE)


def test_imports_run_downhill() -> None:
    uphill = []
    for path in modules():
        name = name_of(path)
        for other in own_imports(path):
            here, there = room_of(name), room_of(other)
            if here != there and STAIRCASE.index(there) >= STAIRCASE.index(here):
                uphill.append(f"{name} imports {other}")
    assert uphill == []


def test_there_are_no_circles() -> None:
    edges = {name_of(path): set(own_imports(path)) - {name_of(path)} for path in modules()}
    while True:
        free = [name for name, others in edges.items() if not others & set(edges)]
        if not free:
            break
        for name in free:
            del edges[name]
    assert edges == {}


def test_the_front_door_imports_nothing() -> None:
    (front,) = [path for path in modules() if path == PACKAGE / "__init__.py"]
    assert own_imports(front) == []
    assert {top for top, _ in imported(front)} <= {"__future__", "importlib", "typing"}


def test_the_stand_in_is_kept_apart() -> None:
    """Nothing on the analysis path knows the stand-in; the stand-in does not know what it would be made to pass."""
    path_rooms = STAIRCASE[: STAIRCASE.index("cli/")]
    for path in modules():
        name, others = name_of(path), [room_of(other) for other in own_imports(path)]
        if room_of(name) == "synthetic/":
            assert not {"scoring", "staging", "points", "rules", "study", "analysis/"} & set(others), name
        elif room_of(name) in path_rooms:
            assert "synthetic/" not in others, name


def test_only_output_draws() -> None:
    drawing = [name_of(p) for p in modules() if DRAWING & {top for top, _ in imported(p)}]
    assert [name for name in drawing if room_of(name) != "output/"] == []


def test_statistics_could_be_lifted_out() -> None:
    for path in modules():
        if room_of(name_of(path)) == "statistics/":
            assert {room_of(other) for other in own_imports(path)} <= {"errors", "statistics/"}, path


def test_no_star_imports() -> None:
    starred = [
        name_of(path)
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert starred == []


def test_imports_stand_on_top() -> None:
    """Inside functions only where a verb should not pay for what it does not use: the front doors and the spreadsheet readers."""
    inside = []
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside += [name_of(path) for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom)]
    allowed = {"workbook", "cli/", "__main__", "output/"}
    slow = {"statistics.latent_classes"}  # its library takes seconds to load
    assert [name for name in inside if room_of(name) not in allowed and name not in slow] == []


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [name for name in map(name_of, modules()) if FORBIDDEN_NAMES & set(name.split("."))] == []


def test_modules_are_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}, (
        "it holds two ideas: find the second one's name"
    )


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


def test_public_functions_and_classes_have_docstrings() -> None:
    bare = []
    for path in modules():
        for node in tree_of(path).body:
            bare += [f"{name_of(path)}.{name}" for name in undocumented(node)]
    assert bare == []


def undocumented(node: ast.stmt, inside: str = "") -> list[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
        return []
    own = [] if ast.get_docstring(node) else [inside + node.name]
    if isinstance(node, ast.ClassDef) and not any(ast.unparse(base).startswith("Protocol") for base in node.bases):
        for inner in node.body:
            own += undocumented(inner, f"{node.name}.")
    return own


@pytest.mark.parametrize("module", ["hmsurvey", "hmsurvey.cli"])
def test_the_front_doors_do_not_load_pandas(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('pandas', 'numpy', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_everything_the_front_door_names_is_there() -> None:
    import hmsurvey

    assert set(dir(hmsurvey)) == set(hmsurvey.__all__)
    for name in hmsurvey.__all__:
        assert getattr(hmsurvey, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = hmsurvey.nonsense


# The checks themselves are tried on wrong examples, since a check that passes everything would look the same.
def test_the_checks_see_what_they_look_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "hmsurvey"
    (package / "output").mkdir(parents=True)
    (package / "errors.py").write_text("import seaborn\ndef f():\n    import hmsurvey.staging\n", encoding="utf-8")
    (package / "staging.py").write_text("from hmsurvey import errors\nfrom .errors import *\n", encoding="utf-8")
    (package / "output" / "__init__.py").write_text('"""Fine."""\nfrom ..staging import x\n', encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.PACKAGE", package)
    assert own_imports(package / "errors.py") == ["staging"]
    assert own_imports(package / "staging.py") == ["errors"]
    assert own_imports(package / "output" / "__init__.py") == ["staging"]
    for check in (test_imports_run_downhill, test_there_are_no_circles, test_only_output_draws, test_no_star_imports):
        with pytest.raises(AssertionError):
            check()
    with pytest.raises(AssertionError):
        test_a_module_says_what_it_is_for(package / "errors.py")
    with pytest.raises(AssertionError):
        test_public_functions_and_classes_have_docstrings()
    with pytest.raises(AssertionError):
        test_imports_stand_on_top()


def test_a_verb_works_with_one_thread_of_linear_algebra_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    monkeypatch.setenv("OMP_NUM_THREADS", "")  # so that it is put back after the test
    monkeypatch.delenv("OMP_NUM_THREADS")
    main(["--version"])
    assert (os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]) == ("1", "3")


_APART = re.compile(
    r"(?<=[0-9}]) %(?=[.,;:)\"'”]| \(| [a-z]{2,}|$)", re.MULTILINE
)  # a percentage; `a % b` is arithmetic


def test_a_percent_sign_stands_at_its_number() -> None:
    """As readers see it, in both languages: 95%, never 95 %."""
    assert [bool(_APART.search(t)) for t in ("95 %", "{p} % of", "5 % (n)", "95%", "i * 13 % 101", "{n} % 2")] == [
        *[True] * 3,
        *[False] * 3,
    ]
    texts = [
        *PACKAGE.rglob("*.py"),
        *(PACKAGE / "definitions").rglob("*.toml"),
        *(PACKAGE.parent / "docs").rglob("*.md"),
    ]
    texts += [
        *PACKAGE.parent.glob("*.md"),
        *(PACKAGE.parent / "notebooks").glob("*.py"),
        *(PACKAGE.parent / "cases").rglob("*.md"),
    ]
    assert len(texts) > 300
    assert [str(path) for path in texts if _APART.search(path.read_text(encoding="utf-8"))] == []
