"""pyproject.toml, environment.yml and requirements.lock say the same.

The conda solve cannot be tried here, so what can be compared is compared: names, ranges, and that
every locked version lies in its range. The comparisons are tried on drifted copies too, since a
check that passes everything would look the same on a good day.
"""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

# conda-forge splits these two, and the plain names would bring Qt.
CONDA_NAMES = {"matplotlib": "matplotlib-base", "seaborn": "seaborn-base"}
# Published on PyPI only, as far as we know: pip installs it into the conda environment.
BY_PIP = {"stepmix", "typst"}
CONDA_LINE = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)(?: (?P<range>[<>=!~][^ ]*))?")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def wanted_in_conda(pyproject: str) -> dict[str, SpecifierSet]:
    """Name on conda-forge -> range, for Python, the core and the notebooks extra."""
    project = tomllib.loads(pyproject)["project"]
    wanted = {"python": SpecifierSet(project["requires-python"]), "pip": SpecifierSet()}
    for line in [*project["dependencies"], *project["optional-dependencies"]["notebooks"]]:
        requirement = Requirement(line)
        wanted[CONDA_NAMES.get(requirement.name, requirement.name)] = requirement.specifier
    return wanted


def environment_faults(pyproject: str, environment: str) -> list[str]:
    """What differs between the two files; empty when they are in step."""
    wanted = wanted_in_conda(pyproject)
    document = yaml.safe_load(environment)
    faults = []
    if document.get("channels") != ["conda-forge", "nodefaults"]:
        faults.append(f"channels: {document.get('channels')}")
    seen: set[str] = set()
    for line in document["dependencies"]:
        if isinstance(line, dict) and list(line) == ["pip"]:
            faults += pip_faults(line["pip"], wanted, seen)
            continue
        match = CONDA_LINE.fullmatch(line) if isinstance(line, str) else None
        if match is None:
            faults.append(f"not 'name range': {line}")
            continue
        name = match["name"]
        if name in seen:
            faults.append(f"twice: {name}")
        seen.add(name)
        if name not in wanted:
            faults.append(f"not in pyproject.toml: {name}")
            continue
        if name in BY_PIP:
            faults.append(f"belongs under pip: {name}")
        try:
            found = SpecifierSet(match["range"] or "")
        except InvalidSpecifier:
            faults.append(f"not a range: {line}")
            continue
        if found != wanted[name]:
            faults.append(f"{name}: {found or 'any'}, pyproject.toml says {wanted[name] or 'any'}")
    return faults + [f"missing: {name}" for name in wanted if name not in seen]


def pip_faults(lines: list[str], wanted: dict[str, SpecifierSet], seen: set[str]) -> list[str]:
    """What is wrong with the list that pip installs; its names join those seen."""
    faults = []
    for requirement in map(Requirement, lines):
        name = requirement.name
        if name in seen:
            faults.append(f"twice: {name}")
        seen.add(name)
        if name not in BY_PIP:
            faults.append(f"not for pip: {name}")
        elif requirement.specifier != wanted[name]:
            faults.append(f"{name}: {requirement.specifier or 'any'}, pyproject.toml says {wanted[name] or 'any'}")
    return faults


def lock_faults(pyproject: str, lock: str) -> list[str]:
    """Requirements of pyproject.toml that the lock leaves out or pins outside their range."""
    document = tomllib.loads(pyproject)
    groups = [
        document["project"]["dependencies"],
        *document["project"]["optional-dependencies"].values(),
        *document["dependency-groups"].values(),
        document["build-system"]["requires"],
    ]
    pins: dict[str, list[str]] = {}
    for name, version in PIN.findall(lock):
        pins.setdefault(canonicalize_name(name), []).append(version)
    faults = []
    for requirement in map(Requirement, [line for group in groups for line in group]):
        versions = pins.get(canonicalize_name(requirement.name), [])
        if not versions:
            faults.append(f"missing: {requirement.name}")
        faults += [
            f"{requirement.name} {version} is outside {requirement.specifier}"
            for version in versions
            if version not in requirement.specifier
        ]
    return faults


def test_environment_yml_is_in_step_with_pyproject() -> None:
    assert environment_faults(PYPROJECT, ENVIRONMENT) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  - numpy >=2.1,<3", "  - numpy >=2.0,<3", "numpy: <3,>=2.0, pyproject.toml says <3,>=2.1"),
        ("  - numpy >=2.1,<3", "  - numpy >=2.1", "numpy: >=2.1, pyproject.toml says <3,>=2.1"),
        ("  - numpy >=2.1,<3", "  - numpy", "numpy: any, pyproject.toml says <3,>=2.1"),
        ("  - numpy >=2.1,<3", "  - numpy =>2.1", "not a range: numpy =>2.1"),
        ("  - numpy >=2.1,<3", "  - num py >=2.1,<3", "not 'name range': num py >=2.1,<3"),
        ("  - numpy >=2.1,<3", "  - pip:\n    - numpy", "not for pip: numpy"),
        ("  - numpy >=2.1,<3", "  - uv:\n    - numpy", "not 'name range': {'uv': ['numpy']}"),
        ("      - stepmix>=3.0,<4", "      - stepmix>=3.0", "stepmix: >=3.0, pyproject.toml says <4,>=3.0"),
        ("      - stepmix>=3.0,<4", "      - stepmix>=3.0,<4\n      - stepmix", "twice: stepmix"),
        ("      - stepmix>=3.0,<4\n", "", "missing: stepmix"),
        ("  - pip:\n      - stepmix>=3.0,<4\n", "  - stepmix >=3.0,<4\n  - pip:\n", "belongs under pip: stepmix"),
        ("  - numpy >=2.1,<3\n", "", "missing: numpy"),
        ("  - jupytext >=1.16,<2\n", "", "missing: jupytext"),
        ("  - pip\n  # core", "  # core", "missing: pip"),
        ("  - click >=", "  - rich\n  - click >=", "not in pyproject.toml: rich"),
        ("  - click >=", "  - pip\n  - click >=", "twice: pip"),
        ("matplotlib-base", "matplotlib", "missing: matplotlib-base"),
        ("python >=3.11,<3.14", "python >=3.11", "python: >=3.11, pyproject.toml says <3.14,>=3.11"),
        ("  - conda-forge", "  - defaults", "channels: ['defaults', 'nodefaults']"),
    ],
)
def test_a_drifted_environment_yml_is_caught(old: str, new: str, fault: str) -> None:
    assert ENVIRONMENT.count(old) == 1
    assert fault in environment_faults(PYPROJECT, ENVIRONMENT.replace(old, new))


def test_a_drifted_pyproject_is_caught() -> None:
    drifted = PYPROJECT.replace('"pandas>=2.3,<4"', '"pandas>=3,<4",\n  "polars>=1,<3"')
    assert environment_faults(drifted, ENVIRONMENT) == [
        "pandas: <4,>=2.3, pyproject.toml says <4,>=3",
        "missing: polars",
    ]


def test_lock_is_in_step_with_pyproject() -> None:
    assert lock_faults(PYPROJECT, LOCK) == []


def test_a_stale_lock_is_caught() -> None:
    drifted = PYPROJECT.replace('"pandas>=2.3,<4"', '"pandas>=3.0,<3.1",\n  "polars>=1,<3"')
    pandas = dict(PIN.findall(LOCK))["pandas"]
    assert lock_faults(drifted, LOCK) == [f"pandas {pandas} is outside <3.1,>=3.0", "missing: polars"]


def test_every_pin_is_hashed_and_none_names_an_address() -> None:
    assert "://" not in LOCK
    blocks = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)
    unhashed = [block.split()[0] for block in blocks if PIN.match(block) and "--hash=sha256:" not in block]
    assert unhashed == []
    # Nothing else stands at the start of a line: no option, no local path.
    assert [block for block in blocks if block.strip() and not PIN.match(block)] == []
