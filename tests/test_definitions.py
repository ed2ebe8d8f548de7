"""The built-in definitions: nothing changes without a new version, everything is said in both languages, every assumption is declared.

After a change: raise the definition's `version`, then run tools/renew_hashes.py.
"""

import fnmatch
import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hmsurvey.codebook import read_codebook
from hmsurvey.indicators import read_system, reweight
from hmsurvey.rulefitting import check_rule
from hmsurvey.rules import each_need, read_rule

ROOT = Path(__file__).resolve().parents[1]
DEFINITIONS = ROOT / "hmsurvey" / "definitions"
FILES = sorted(DEFINITIONS.rglob("*.toml"))
NUMBER = re.compile(r"\bA[0-9]{2,3}\b")


def name_of(path: Path) -> str:
    return path.relative_to(DEFINITIONS).with_suffix("").as_posix()


def content(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def tables(value: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of a file, with the way to it."""
    if isinstance(value, dict):
        yield where, value
        for key, inner in value.items():
            yield from tables(inner, f"{where}, {key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            name = inner.get("code", place + 1) if isinstance(inner, dict) else place + 1
            yield from tables(inner, f"{where} {name}")


# Versions
def renewing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("renew_hashes", ROOT / "tools" / "renew_hashes.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_definition_changes_without_a_new_version() -> None:
    renew = renewing()
    faults = renew.faults(renew.hashes_now(), renew.hashes_golden())
    assert faults == [], "\n".join(faults)


def test_the_guard_tells_what_to_do() -> None:
    renew = renewing()
    golden = {"a": ("1.0", "x"), "b": ("1.0", "x"), "c": ("1.0", "x"), "gone": ("1.0", "x")}
    now = {"a": ("1.0", "y"), "b": ("1.1", "y"), "c": ("1.0", "x"), "new": ("1.0", "z"), "bare": ("", "z")}
    assert renew.faults(now, golden) == [
        "a: its content changed, its version is still 1.0; raise `version`, then run tools/renew_hashes.py.",
        "b: version 1.1 is not recorded yet; run tools/renew_hashes.py.",
        "new: new; run tools/renew_hashes.py.",
        "bare: it has no version; give it one.",
        "gone: it is gone; run tools/renew_hashes.py.",
    ]


def test_comments_are_free_and_content_is_not() -> None:
    renew = renewing()
    first, second, third = (
        tomllib.loads(text)
        for text in ('version = "1"\na = 1 # x\n', 'a = 1\nversion = "2"\n', 'version = "1"\na = 2\n')
    )
    assert renew.content_hash(first) == renew.content_hash(second) != renew.content_hash(third)


# Languages
@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_text_in_both_languages(path: Path) -> None:
    poor = []
    for where, table in tables(content(path), path.name):
        stems = {key[:-2] for key in table if key == "zh" or key == "en" or key.endswith(("_zh", "_en"))}
        poor += [
            f"{where}: {stem}zh / {stem}en"
            for stem in sorted(stems)
            if not table.get(f"{stem}zh") or not table.get(f"{stem}en")
        ]
    assert poor == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_chinese_is_chinese_and_english_is_not(path: Path) -> None:
    """A text in the wrong column is found by its script; names such as "OA" may stand on both sides."""
    han = re.compile(r"[\u4e00-\u9fff]")
    quoted = re.compile(r"[(（《“][^()（）《》“”]*[)）》”]")  # English may cite a Chinese term in brackets
    wrong = []
    for where, table in tables(content(path), path.name):
        for key, text in table.items():
            if (key == "en" or key.endswith("_en")) and isinstance(text, str) and han.search(quoted.sub("", text)):
                wrong.append(f"{where}, {key}: {text}")
    assert wrong == []


# Assumptions
ASSUMPTIONS = {
    entry["code"]: entry
    for path in sorted((DEFINITIONS / "assumptions").glob("*.toml"))
    for entry in content(path)["assumption"]
}
USERS = [path for path in FILES if path.parent.name != "assumptions"]


def test_assumption_numbers_stand_once() -> None:
    codes = [
        entry["code"]
        for path in sorted((DEFINITIONS / "assumptions").glob("*.toml"))
        for entry in content(path)["assumption"]
    ]
    assert sorted(codes) == sorted(set(codes))
    assert all(NUMBER.fullmatch(code) for code in codes)


@pytest.mark.parametrize("path", USERS, ids=name_of)
def test_every_assumption_that_is_used_is_declared(path: Path) -> None:
    keys = [(where, table["assumption"]) for where, table in tables(content(path), path.name) if "assumption" in table]
    assert [pair for pair in keys if pair[1] not in ASSUMPTIONS] == []
    mentioned = set(NUMBER.findall(path.read_text(encoding="utf-8")))  # in comments too
    assert sorted(mentioned - set(ASSUMPTIONS)) == []


def test_code_names_only_declared_assumptions() -> None:
    for path in sorted((ROOT / "hmsurvey").rglob("*.py")):
        assert set(NUMBER.findall(path.read_text(encoding="utf-8"))) <= set(ASSUMPTIONS), path.name


@pytest.mark.parametrize("path", USERS, ids=name_of)
def test_an_entry_that_says_assumed_names_its_number(path: Path) -> None:
    """An entry's own `status = "assumed"` comes with the number; a file's default status need not repeat it."""
    bare = [
        where
        for where, table in tables(content(path), path.name)
        if table.get("status") == "assumed" and "," in where and not table.get("assumption")
    ]
    assert bare == []


def homes(name: str) -> list[Path]:
    """The files a `where` speaks of: definitions, or modules of the package."""
    found = [path for path in DEFINITIONS.rglob("*") if path.is_file() and fnmatch.fnmatchcase(name_of(path), name)]
    found += [path for path in (DEFINITIONS / name).glob("*.toml")] if (DEFINITIONS / name).is_dir() else []
    module = ROOT / "hmsurvey" / name
    found += [module.with_suffix(".py")] if module.with_suffix(".py").is_file() else []
    return found + (sorted(module.glob("*.py")) if module.is_dir() else [])


@pytest.mark.parametrize("code", ASSUMPTIONS)
def test_an_assumption_says_where_it_is_used(code: str) -> None:
    entry = ASSUMPTIONS[code]
    assert entry["where"], code
    mentioned = False
    for place in entry["where"]:
        name, _, parts = place.partition(":")
        files = homes(name.strip())
        assert files, f"{code}: {name} is not there"
        text = "\n".join(path.read_text(encoding="utf-8") for path in files)
        mentioned = mentioned or code in text
        for part in filter(None, (part.strip() for part in parts.split(","))):
            stem = part.rstrip("*").rstrip(".")
            assert re.search(rf"\b{re.escape(stem)}", text), f"{code}: {part} is not in {name}"
    engine = (
        "definitions"
        if any(file.suffix == ".toml" for place in entry["where"] for file in homes(place.partition(":")[0]))
        else "code"
    )
    if engine == "definitions" and code > "A19":  # A01 to A19 are the program's own and rest on no line of a definition
        assert mentioned, f"{code} is declared, but none of {entry['where']} names it"


# The built-in files belong together
def test_every_definition_is_read_and_fits() -> None:
    books = {path.stem: read_codebook(path) for path in (DEFINITIONS / "codebooks").glob("*.toml")}
    systems = {path.stem: read_system(path, books[path.stem]) for path in (DEFINITIONS / "systems").glob("*.toml")}
    for system in systems.values():
        for weighting in system.weightings:
            assert reweight(system, weighting.id).weighting == weighting.id
    for path in (DEFINITIONS / "rules").glob("*.toml"):
        rule = read_rule(path)
        book = books["informatisation" if path.stem.startswith("carrier") else "digital_archives"]
        check_rule(rule, book, system=systems.get(rule.system))
        assert [
            need.code
            for need in each_need(rule.needs)
            if need.status == "assumed" and not need.assumption and need.label.en
        ] == []
        assert path.stem == rule.id


def test_guideline_is_claimed_for_eight_indicators_of_54() -> None:
    path = DEFINITIONS / "systems" / "digital_archives.toml"
    entries = content(path)["indicator"]
    assert len(entries) == 54
    guideline = [entry["code"] for entry in entries if entry["status"] == "guideline"]
    # evidence G (seen in the Guidelines) in the first place; the ones without a clause or with a gap in the restatement are marked assumed
    assert len(guideline) <= 8
    assert all(entry["evidence"].startswith("G") for entry in entries if entry["code"] in guideline)
    assert all(entry.get("note_en") for entry in entries if entry["code"] in guideline)
