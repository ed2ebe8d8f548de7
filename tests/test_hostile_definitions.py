"""Whatever is wrong in a definition file ends as a message, never as a traceback.

Every definition file of the project is broken in many small ways (a value of another type, a key left out, an unknown key, a code that points
nowhere); reading and fitting may only succeed or complain in the house's own shape.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hmsurvey import definitionfile
from hmsurvey.codebook import read_codebook
from hmsurvey.errors import DataError, HmsurveyError
from hmsurvey.indicators import read_system
from hmsurvey.rules import read_rule
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.survey import read_survey

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = sorted(
    [p.parent for p in (ROOT / "tests" / "indices").glob("*/system.toml")] + [ROOT / "cases" / "nara_format_risk"]
)
ODD: list[Any] = [
    "",
    "x y",
    "ZZ",
    -1,
    0,
    1e308,
    0.5,
    True,
    [],
    {},
    [1],
    ["a"],
    {"a": 1},
    [[1, 2]],
    "A = 1",
    "A >",
    "1.10",
    float("nan"),
    float("inf"),
]
BREAKS_A_FILE = 60


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for key, inner in enumerate(value):
            yield (*path, key)
            yield from places(inner, (*path, key))


def broken(values: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    values = copy.deepcopy(values)
    path = chance.choice(list(places(values)))
    holder: Any = values
    for key in path[:-1]:
        holder = holder[key]
    way = chance.choice(["odd", "odd", "delete", "extra", "twice"])
    if way == "odd":
        holder[path[-1]] = chance.choice(ODD)
    elif way == "delete":
        del holder[path[-1]]
    elif way == "extra" and isinstance(holder, dict):
        holder["surprise"] = chance.choice(ODD)
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[path[-1]]))
    return values


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("name", ["codebook.toml", "system.toml", "rule.toml"])
def test_a_broken_file_is_told_not_thrown(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (folder / name).exists():
        pytest.skip(f"{folder.name} has no {name}")
    chance = random.Random(f"{folder.name}/{name}")
    real = {p.name: definitionfile.read_toml(p) for p in folder.glob("*.toml")}
    answers = next(p for p in (folder / "answers.csv", folder / "data" / "answers.csv") if p.exists())
    told = 0
    for _ in range(BREAKS_A_FILE):
        values = broken(real[name], chance)
        monkeypatch.setattr(
            definitionfile, "read_toml", lambda path, v=values: v if path.name == name else real[path.name]
        )
        try:
            book = read_codebook(folder / "codebook.toml")
            system = read_system(folder / "system.toml", book)
            survey = read_survey(answers, book, bad="missing")
            scores = score(survey, system)
            if "rule.toml" in real:
                stage(survey, read_rule(folder / "rule.toml"), scores=scores)
        except HmsurveyError as error:
            told += 1
            for lang in ("zh", "en"):
                text = error.render(lang)  # type: ignore[arg-type]
                assert text.strip(), values
                assert "Traceback" not in text
            assert isinstance(error, DataError) or error.exit_code == 2
    assert told, "some of the breaks must be noticed"
