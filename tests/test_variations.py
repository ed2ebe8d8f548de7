"""Variation files: what they say, what is complained of, and which one a study takes."""

from pathlib import Path

import pytest
from making import complaint, written

from hmsurvey.analysis.varied import describe_factor
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.scorings import Normalise
from hmsurvey.study import analyse, read_study
from hmsurvey.variation import read_variation

ROOT = Path(__file__).resolve().parents[1]
HEAD = 'kind = "variation"\nid = "v"\nversion = "1"\nzh = "试"\nen = "Trial"\n'


def read(*factors: str) -> object:
    blocks = "".join(
        f'[[factor]]\ncode = "f{k}"\nzh = "因素"\nen = "Factor"\n{text}\n' for k, text in enumerate(factors)
    )
    return read_variation(written("v.toml", HEAD + blocks))


EVERY = (
    ('noise = { level = "area", amount = 0.25 }', "±25%"),
    ('dirichlet = { of = ["A", "B"], amount = 50 }', "Dirichlet, concentration 50"),
    ('weighting = { among = ["x", "y"] }', "x or y"),
    ('vectors = { of = ["A", "B"], rows = [[1, 2], [2, 1]], in_turn = true }', "2 given sets"),
    ('cut = { of = ["t", "u"], amount = 5, together = true }', "all together by up to ±5"),
    ('cut = { of = ["t", "u"], amount = 5 }', "t, u each by up to ±5"),
    ('aggregate = { of = ["A"], among = ["arithmetic", "geometric"], follow = "shares", zero = "floor", floor = 1 }', "scores below 1 count as 1"),
    ('aggregate = { of = ["A"], among = ["arithmetic", "harmonic"] }', "one zero makes the result zero"),
    ('normalise = { among = [{ method = "minmax", to = [0, 100] }, { method = "zscore", to = [0, 1] }], follow = "mean_sd" }', "min-max to 0–100 or z-scores (mean 0, sd 1); cut-offs restated by mean"),
    ('normalise = { among = [{ method = "rank" }, { method = "percentile" }] }', "ranks (1 the lowest) or percentile ranks 0–1; cut-offs stay"),
    ('missing = { among = ["zero", "donor"] }', "counted as zero or filled from another enterprise"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "words"), EVERY)
def test_every_kind_is_read_and_said_in_words(text: str, words: str) -> None:
    (factor,) = read(text).factors  # type: ignore[attr-defined]
    said = describe_factor(factor)
    assert words in said.en and said.zh.startswith("因素：")
    if factor.kind == "normalise":
        assert factor.choices[1] in (Normalise("zscore", (0.0, 1.0)), Normalise("percentile", (0.0, 1.0)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('noise = { level = "area", amount = 0 }', "amount of 0 nothing"),
        ('noise = { level = "area", amount = 2 }', "makes weights negative"),
        ("noise = { amount = 0.2 }", "`of` is missing"),
        ('cut = { of = ["t"], amount = -1 }', "amount of 0 nothing"),
        ('weighting = { among = ["x"] }', "fewer than two choices"),
        ('aggregate = { of = ["A"], among = ["mean", "min"] }', "no such choice"),
        ('missing = { among = ["zero", "zero"] }', "fewer than two choices"),
        ('missing = { among = ["zero", "guess"] }', "no such choice"),
        ('vectors = { of = ["A"], rows = [[-1], [2]] }', "numbers from 0 up"),
        ('noise = { of = ["A"], amount = 0.1 }\ncut = { of = ["t"], amount = 1 }', "exactly one thing"),
        ("", "exactly one thing"),
        ('noise = { of = ["A"], amount = 0.1, follow = "shares" }', "`follow` has no effect in `noise`"),
        ('dirichlet = { of = ["A"], amount = 10, together = true }', "`together` has no effect in `dirichlet`"),
        ('weighting = { among = ["x", "y"], of = ["A"] }', "`of` has no effect in `weighting`"),
        ('vectors = { of = ["A", "B"], rows = [[1, 2], [2, 1]], amount = 1 }', "`amount` has no effect in `vectors`"),
        ('cut = { of = ["t", "u"], amount = 1, level = "area" }', "`level` has no effect in `cut`"),
        ('cut = { of = ["t"], amount = 1, together = true }', "`together` has no effect with one need"),
        ('cut = { of = ["t", "t"], amount = 1 }', "A code stands twice"),
        (
            'aggregate = { of = ["A"], among = ["arithmetic", "min"], zero = "floor", floor = 1 }',
            "`zero` has no effect without a geometric",
        ),
        (
            'aggregate = { of = ["A"], among = ["arithmetic", "geometric"], floor = 1 }',
            "`floor` has no effect without zero",
        ),
        ('aggregate = { of = ["A"], among = ["arithmetic", "geometric"], zero = "floor" }', "`floor` must be above 0"),
        (
            'normalise = { among = [{ method = "minmax" }, { method = "rank" }], zero = "error" }',
            "`zero` has no effect in `normalise`",
        ),
        (
            'normalise = { among = [{ method = "minmax" }, { method = "minmax", to = [0, 100] }] }',
            "fewer than two choices",
        ),
        ('missing = { among = ["zero", "drop"], follow = "range" }', "`follow` has no effect in `missing`"),
        ('noise = { of = ["A"], amount = 0.1, spread = 3 }', "not known here"),
    ],
)
def test_complaints(text: str, words: str) -> None:
    assert words in complaint(read, text)


def test_factors_follow_alike_and_stand_once() -> None:
    one, two = (f'aggregate = {{ of = ["A"], among = ["min", "max"], follow = "{f}" }}' for f in ("shares", "range"))
    assert "follow alike" in complaint(read, one, two)
    # one that stays and one that follows would be told apart in words only
    three = 'normalise = { among = [{ method = "minmax" }, { method = "rank" }] }'
    assert "follow alike" in complaint(read, one, three)
    assert "no factors" in complaint(read)


@pytest.mark.parametrize("path", sorted((definitions_folder() / "variations").glob("*.toml")), ids=lambda p: p.stem)
def test_built_in_variations_are_named_as_their_rule(path: Path) -> None:
    variation = read_variation(path)
    assert variation.id == variation.rule == path.stem
    assert all(factor.assumption for factor in variation.factors)


def test_a_study_takes_the_built_in_one_or_its_own(tmp_path: Path) -> None:
    study = read_study(ROOT / "study.toml")
    assert [plan.variation.id for plan in study.surveys if plan.variation] == ["carrier", "digital_archives"]
    text = (
        (ROOT / "study.toml")
        .read_text(encoding="utf-8")
        .replace('"data/', f'"{ROOT.as_posix()}/data/')
        .replace('"cases/', f'"{ROOT.as_posix()}/cases/')
    )
    own = written("own.toml", HEAD + '[[factor]]\ncode = "c"\ncut = { of = ["total60"], amount = 3 }\n')
    path = tmp_path / "study.toml"
    of_survey = 'weighting = "equal_areas"\n'
    assert text.count(of_survey) == 1
    text = text.replace(of_survey, f'{of_survey}variation = "{own.as_posix()}"\n')
    path.write_text(text, encoding="utf-8")
    plan = read_study(path).surveys[1]
    assert plan.variation is not None and plan.variation.id == "v" and own in plan.definition_paths
    assert analyse(read_study(path))["index"].plan.variation is not None
