"""What a run publishes does not depend on what it hides: studies that differ in hidden numbers alone publish the same tables, and the same files byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from hmsurvey.analysis import protection
from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.analysis.disclosure_cells import cells_of
from hmsurvey.analysis.disclosure_ledger import Ledger
from hmsurvey.analysis.protection import nameless, protect_digest, tabulate_loss
from hmsurvey.output import walk
from hmsurvey.output.figures import figure_jobs
from hmsurvey.provenance import Provenance
from hmsurvey.study import Analysis
from hmsurvey.tables import Table
from tests.twins import numbers, twins

Pair = Callable[[int, str], tuple[Analysis, Analysis]]
NOBODY = (8, "move")  # a twin in which some city has no answer at all, or nobody with a score


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, str], tuple[Analysis, Analysis]]:
    @cache
    def drawn(seed: int, kind: str) -> tuple[Analysis, Analysis]:
        found = twins(tmp_path_factory.mktemp("twins"), seed, kind=kind)
        assert found is not None
        assert numbers(digest_of(found[0])) != numbers(digest_of(found[1]))  # they do differ
        return found

    return drawn


def told(study: Analysis) -> dict[str, object]:
    """Everything that the tables of a protected digest say: numbers, words, notes, signs, sources."""
    digest, loss = protect_digest(digest_of(study))
    tables: dict[str, Table] = {**digest.tables, "loss": tabulate_loss(loss)}
    return {code: (t.frame.to_csv(), t.columns, t.notes, t.title, t.hidden, t.provenance) for code, t in tables.items()}


@pytest.mark.parametrize(("seed", "kind"), [*((s, "move") for s in (0, 1, 2, 4, 6, 8)), *((s, "swap") for s in (1, 5))])
def test_tables_say_nothing_of_what_they_hide(seed: int, kind: str, pair: Pair) -> None:
    first, second = pair(seed, kind)
    assert told(first) == told(second)


def forgetting(*columns: str) -> Callable[..., Ledger]:
    """Enter the cells of a digest without what follows from them in some columns."""

    def entered(digest: Digest, *, means: bool = True) -> Ledger:
        ledger = cells_of(digest, means=means)
        for place in [place for place in ledger.follows if place[2] in columns]:
            del ledger.follows[place]
        return ledger

    return entered


def with_notes(thing: Table, **changes: object) -> Table:
    return thing if changes == {"notes": ()} else replace(thing, **changes)


def with_checksums(provenance: Provenance) -> Provenance:
    bare = nameless(provenance)
    pairs = zip(bare.sources, provenance.sources, strict=True)
    return replace(bare, sources=tuple(replace(source, sha256=whole.sha256) for source, whole in pairs))


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("cells_of", forgetting("note")),  # "nobody answered" in a row of which all numbers are hidden
        ("cells_of", forgetting("method")),  # the method of an interval depends on its numbers
        ("replace", with_notes),  # "an empty cell: nobody there has a score", under the means
        ("nameless", with_checksums),
    ],
)
def test_with_the_protection_broken_twins_are_told_apart(
    name: str, broken: object, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair(*NOBODY)
    monkeypatch.setattr(protection, name, broken)
    assert told(first) != told(second)


@contextmanager
def quiet(*_: object, **__: object) -> Iterator[None]:
    yield


@pytest.mark.parametrize(("seed", "kind"), [NOBODY, (1, "swap")])
def test_twins_publish_the_same_bytes(
    seed: int, kind: str, pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page, PDF, brief, workbook, explorer, pages of cities, figures with their pixels and data, tables for papers, and the manifest over all."""
    some = lambda analysis: iter(list(figure_jobs(analysis))[:1])  # noqa: E731  (figures that stay inside are slow)
    monkeypatch.setattr(walk, "figure_jobs", some)
    published = []
    for study in pair(seed, kind):
        root = tmp_path / f"run{len(published)}"
        walk.write_all(study, root, langs=("zh", "en"), notebooks=False, step=quiet, say=print, processes=0)
        public = root / "reports" / "public"
        published.append({p.relative_to(public).as_posix(): p.read_bytes() for p in public.rglob("*") if p.is_file()})
    one, other = published
    assert {Path(name).suffix for name in one} >= {".html", ".pdf", ".docx", ".xlsx", ".png", ".svg", ".csv", ".json"}
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
