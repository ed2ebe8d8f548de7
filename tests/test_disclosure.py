"""What a run publishes gives no small count away: an attacker reads its files, and thousands of random tables; with the protection broken on purpose he succeeds."""

from __future__ import annotations

import ast
import dataclasses
import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hmsurvey.analysis import disclosure_scores, means_shown, protection
from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.analysis.protection import Loss, protect_digest, tabulate_loss
from hmsurvey.analysis.shares_shown import WIDER, WIDERS, WITHOUT_POPULATION
from hmsurvey.errors import Text
from hmsurvey.output import walk
from hmsurvey.output.book import write_books
from hmsurvey.output.brief import compose_brief
from hmsurvey.output.brief_advice import reasons_of
from hmsurvey.output.edition import Edition
from hmsurvey.output.figures import figure_jobs
from hmsurvey.output.public import public_edition
from hmsurvey.output.report import render_report
from hmsurvey.problems import built_in_agenda
from hmsurvey.statistics.complementary import Linked, hide_linked
from hmsurvey.study import Analysis, analyse, read_study
from tests.attacker import Inside, Knowledge, Published, learn, narrowed, read_published, smallest_shown
from tests.random_study import INSIDE, random_study, unit_id
from tests.small_study import small_study

ROOT = Path(__file__).resolve().parents[1]
K = 5
AREAS = ("Infrastructure", "Electronic records management system", "Digital archival resources", "Rules and standards", "Security and secrecy", "Funding and personnel")  # fmt: skip
LIAONING = {
    "Questionnaire on the informatisation of environmental archives": Inside(),
    "Survey of the state of digital archives": Inside(
        "Evaluation index for the digital-archives construction of heavy-metal enterprises",
        {"Total score": {"Advanced": 80.0, "Intermediate": 60.0}, **{area: {"Advanced": 40.0} for area in AREAS}},
        (
            ("total at least 80", "total at least 60"),
            ("every area at least 40", "every area above 0"),
            ("at least half of the platforms archived back", "some platform archived back"),
            ("a records system available", "at least spreadsheets or shared folders"),
        ),
        asked={"Total score": {"total at least 80": 80.0, "total at least 60": 60.0}},
        weights={area: 1 / 6 for area in AREAS},
    ),
}


@contextmanager
def quiet(*_: object, **__: object) -> Iterator[None]:
    yield


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def released(analysis: Analysis) -> tuple[Digest, Loss]:
    return protect_digest(digest_of(analysis))


@pytest.fixture(scope="module")
def edition(analysis: Analysis, released: tuple[Digest, Loss]) -> Edition:
    return public_edition(*released, analysis.study)


@pytest.fixture(scope="module")
def published(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> list[Published]:
    (book,) = write_books(edition, tmp_path_factory.mktemp("public"))
    return read_published(book)


def test_the_published_run_withstands_the_attack(published: list[Published]) -> None:
    know = learn(published, LIAONING)
    assert (
        len(know.hidden - set(know.known)) > 200 and len(know.known) > 300
    )  # there is something to find, and to find it with
    assert smallest_shown(know) >= K
    assert narrowed(know, K) == {}


def test_totals_stay_and_are_true(published: list[Published]) -> None:
    know = learn(published, LIAONING)
    assert [know.known["n", survey, "All"] for survey in LIAONING] == [293, 235]
    assert know.known["in", "All"] == 572
    index = list(LIAONING)[1]
    assert [know.known["stage", index, "All", s] for s in ("Advanced", "Intermediate", "Low", "Unstaged")] == [
        5,
        36,
        180,
        14,
    ]


def test_every_shown_number_is_the_whole_ones(analysis: Analysis, released: tuple[Digest, Loss]) -> None:
    whole, digest = digest_of(analysis), released[0]
    for code, table in digest.tables.items():
        for column in table.columns:
            if column.unit != "count":
                continue
            for row in table.frame.index:
                if not table.is_hidden(row, column.code) and not pd.isna(table.frame.at[row, column.code]):
                    assert table.frame.at[row, column.code] == whole[code].frame.at[row, column.code], (
                        code,
                        row,
                        column.code,
                    )


def test_the_page_shows_no_other_number_than_the_tables(edition: Edition, published: list[Published]) -> None:
    """The page's tables are the workbook's: a cell hidden in one is hidden in the other."""
    page = render_report(edition, lang="en")
    assert "confidential" in page and 'class="n"' in page
    tables = [t for section in edition.sections for t in (*section.tables, *section.annex)]
    titles = {t.title for t in published}
    assert {table.title.en for table in tables} <= titles
    for table in tables:
        for row, code in table.hidden:
            assert pd.isna(table.frame.at[row, code])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_why_an_interval_is_not_the_internal_one_stands_beside_it(
    lang: str, analysis: Analysis, edition: Edition, released: tuple[Digest, Loss]
) -> None:
    """The interval of the whole province is another than inside: page, table and brief say why where it stands."""
    shares = next(s for s in edition.sections if s.code == "shares")
    told = [b.of(lang) for b in shares.blocks if isinstance(b, Text) and "95%" in b.of(lang)]
    assert told and all((WIDER.of(lang) in words) for words in told)
    assert all(WITHOUT_POPULATION in table.notes for table in (*shares.tables, *shares.annex))
    brief = compose_brief(released[0], visibility="public")
    assert any(WIDER.of(lang) in text.of(lang) for text in brief.texts)
    whole = compose_brief(digest_of(analysis), visibility="internal")
    assert not any(words.of(lang) in text.of(lang) for text in whole.texts for words in (WIDER, WIDERS))


def test_the_mean_of_a_problem_is_that_of_the_shares_in_the_table(
    analysis: Analysis, released: tuple[Digest, Loss]
) -> None:
    """Reckoned from other digits, the same nine indicators had 41.5% outside and 41.6% inside."""
    for digest in (digest_of(analysis), released[0]):
        reasons = reasons_of(digest, built_in_agenda())
        assert reasons
        for reason in reasons:
            assert all(weak.share == round(weak.share, 1) for weak in reason.weak)
            if reason.weak:
                assert reason.share == pytest.approx(np.mean([weak.share for weak in reason.weak]))
    inside, outside = (
        {r.solution.code: r for r in reasons_of(d, built_in_agenda())} for d in (digest_of(analysis), released[0])
    )
    same = [c for c in inside.keys() & outside.keys() if len(inside[c].weak) == len(outside[c].weak)]
    assert same and all(inside[code].share == outside[code].share for code in same)


def test_the_loss_is_counted(released: tuple[Digest, Loss]) -> None:
    digest, loss = released
    marked = sum(len(table.hidden) for table in digest.tables.values())
    assert marked == loss.hidden
    frame = tabulate_loss(loss).frame.set_index("table")
    assert frame.at["all", "n_cells"] == loss.cells and frame.at["all", "hidden_pct"] < 55
    province = [row for row in frame.index if str(row).startswith(("carriers", "options", "indicators"))]
    assert frame.loc[province, "hidden_pct"].max() < 30  # what is about the whole province stays mostly shown


def test_without_complementary_suppression_the_attack_succeeds(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_primary(linked: Linked, *, width: float, whole: bool = True) -> np.ndarray:
        return np.asarray(linked.primary) | np.asarray(linked.unseen)

    monkeypatch.setattr(protection, "hide_linked", only_primary)
    (book,) = write_books(public_edition(*protect_digest(digest_of(analysis)), analysis.study), tmp_path)
    assert len(narrowed(learn(read_published(book), LIAONING), K)) > 10


def test_a_whole_digest_is_refused(analysis: Analysis, released: tuple[Digest, Loss]) -> None:
    with pytest.raises(ValueError, match="protected digest"):
        public_edition(digest_of(analysis), released[1], analysis.study)


def test_public_units_lose_nothing(tmp_path: Path) -> None:
    digest, loss = protect_digest(digest_of(small_study(tmp_path, units="public")))
    assert digest.protected and loss.hidden == 0 and not any(table.hidden for table in digest.tables.values())


@pytest.mark.parametrize("seed", range(12))
def test_random_studies_withstand_the_attack(seed: int, tmp_path: Path) -> None:
    study = random_study(tmp_path, seed)
    digest, loss = protect_digest(digest_of(study))
    (book,) = write_books(public_edition(digest, loss, study.study), tmp_path / "public")
    know = learn(read_published(book), INSIDE)
    assert know.hidden - set(know.known) and smallest_shown(know) >= K
    assert narrowed(know, K) == {}


@pytest.mark.parametrize("seed", range(20, 28))
def test_random_studies_held_twice_withstand_the_attack(seed: int, tmp_path: Path) -> None:
    study = random_study(tmp_path, seed, waves=True)
    digest, loss = protect_digest(digest_of(study))
    (book,) = write_books(public_edition(digest, loss, study.study), tmp_path / "public")
    know = learn(read_published(book), INSIDE)
    assert {name for name in (*know.hidden, *know.known) if name[0] == "move"}
    assert smallest_shown(know) >= K and narrowed(know, K) == {}


def test_moves_between_waves_fall_without_helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_primary(linked: Linked, *, width: float, whole: bool = True) -> np.ndarray:
        return np.asarray(linked.primary) | np.asarray(linked.unseen)

    monkeypatch.setattr(protection, "hide_linked", only_primary)
    fallen = set()
    for seed in range(20, 24):
        study = random_study(tmp_path / str(seed), seed, waves=True)
        (book,) = write_books(
            public_edition(*protect_digest(digest_of(study)), study.study), tmp_path / f"public{seed}"
        )
        fallen |= {name[0] for name in narrowed(learn(read_published(book), INSIDE), K)}
    assert "move" in fallen


HIGH = 105.0  # most have all points: where a mean is near the most there can be, it says how few can be below a minimum


@pytest.mark.parametrize("seed", [1, 3, 4, 8])
def test_studies_of_high_scores_withstand_the_attack(seed: int, tmp_path: Path) -> None:
    assert attacked(random_study(tmp_path, seed, level=HIGH), tmp_path) == {}


def test_with_means_that_are_high_shown_the_attack_succeeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure_scores, "_most_below", lambda *_: np.inf)
    found = attacked(random_study(tmp_path, 3, level=HIGH), tmp_path)
    assert {name[0] for name in found} & {"unmet", "below"} and len(found) > 3


def test_with_single_means_of_a_row_hidden_the_attack_succeeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mean that is hidden for what it says of a stage comes back from those of its areas."""
    monkeypatch.setattr(means_shown, "_hide_together", lambda *_: None)
    assert len(attacked(random_study(tmp_path, 3), tmp_path)) > 0


def attacked(study: Analysis, folder: Path) -> dict[tuple[str, ...], tuple[float, float]]:
    """Publish a random study's workbook, and return what the attacker makes of it."""
    (book,) = write_books(public_edition(*protect_digest(digest_of(study)), study.study), folder / "public")
    return narrowed(learn(read_published(book), INSIDE), K)


def test_a_survey_of_fewer_than_k_is_left_out(tmp_path: Path) -> None:
    analysis = small_study(tmp_path)
    study = dataclasses.replace(analysis.study, k=6)
    digest, loss = protect_digest(digest_of(dataclasses.replace(analysis, study=study)))
    assert digest.topics == () and list(digest.tables) == ["coverage"] and loss.withheld
    assert list(digest["coverage"].frame.columns) == ["group"]


# ---- thousands of random table sets: two tables, or one of three ways, that share margins; attacked from the shown cells alone
SETS, TRIES = 250, 8


@pytest.mark.parametrize("batch", range(TRIES))
def test_random_table_sets_withstand_the_attack(batch: int) -> None:
    rng = np.random.default_rng(1000 + batch)
    hidden_sets = 0
    for _ in range(SETS):
        values, relations = random_tables(rng)
        primary = values < K
        if values[0] < 2 * K:
            continue
        kept = np.arange(len(values)) == 0  # the grand total stays
        primary &= ~kept
        hidden = hide_linked(Linked(values, relations, primary, kept=kept), width=K)
        assert hidden[primary].all() and not hidden[0]
        assert attack(values, relations, hidden) == {}
        hidden_sets += bool(hidden.any())
    assert hidden_sets > SETS / 2


def test_random_tables_without_helpers_fall() -> None:
    rng = np.random.default_rng(7)
    fallen = 0
    for _ in range(40):
        values, relations = random_tables(rng)
        fallen += bool(attack(values, relations, values < K))
    assert fallen > 10


def random_tables(rng: np.random.Generator) -> tuple[np.ndarray, list[tuple[int, tuple[int, ...]]]]:
    """Return the cells of tables with margins (the grand total first) and what adds up to what; half the time two tables that share one margin."""
    rows, columns = 2, int(rng.integers(2, 4))
    mean = rng.choice([1.0, 3.0, 8.0, 20.0], size=(rows, columns))
    inner = rng.poisson(mean)
    values: list[float] = [float(inner.sum()), *inner.sum(axis=1), *inner.sum(axis=0), *inner.ravel()]
    cell = lambda i, j: 1 + rows + columns + i * columns + j  # noqa: E731
    relations = [(0, tuple(range(1, 1 + rows))), (0, tuple(range(1 + rows, 1 + rows + columns)))]
    relations += [(1 + i, tuple(cell(i, j) for j in range(columns))) for i in range(rows)]
    relations += [(1 + rows + j, tuple(cell(i, j) for i in range(rows))) for j in range(columns)]
    if rng.random() < 0.5:  # the rows again by something else: each splits in two, and these add up
        first = len(values)
        parts = [int(rng.integers(0, total + 1)) for total in inner.sum(axis=1)]
        values += [float(sum(parts)), float(inner.sum() - sum(parts))]
        relations.append((0, (first, first + 1)))
        for i, part in enumerate(parts):
            values += [float(part), float(inner.sum(axis=1)[i] - part)]
            relations.append((1 + i, (first + 2 + 2 * i, first + 3 + 2 * i)))
        for side in (0, 1):
            relations.append((first + side, tuple(first + 2 + 2 * i + side for i in range(rows))))
    return np.array(values, dtype=float), relations


def attack(
    values: np.ndarray, relations: list[tuple[int, tuple[int, ...]]], hidden: np.ndarray
) -> Mapping[tuple[str, ...], tuple[float, float]]:
    know = Knowledge()
    for j, value in enumerate(values):
        know.see((str(j),), None if hidden[j] else value)
    for total, parts in relations:
        know.adds((str(total),), [(str(part),) for part in parts])
    return narrowed(know, K) if hidden.any() else {}


# ---- nothing about single units leaves
PUBLIC_MODULES = ("output/public.py", "output/public_sections.py", "output/charts_public.py", "output/saying.py")


@pytest.mark.parametrize("name", PUBLIC_MODULES)
def test_public_modules_take_no_answers(name: str) -> None:
    """They import neither what holds answers nor what tabulates them."""
    tree = ast.parse((ROOT / "hmsurvey" / name).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {alias.name for alias in node.names}
            assert not names & {
                "Analysis",
                "SurveyResult",
                "Survey",
                "Scores",
                "Stages",
                "Content",
                "analyse",
                "digest_of",
            }, names
            assert not any(one.startswith("tabulate_") for one in names) or node.module.startswith(
                ("hmsurvey.output", "hmsurvey.analysis.protection")
            )


def test_no_answer_can_be_reached_from_the_edition(edition: Edition) -> None:
    seen: set[int] = set()
    waiting: list[object] = [edition]
    kinds = set()
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, str | bytes | int | float):
            continue
        seen.add(id(thing))
        kinds.add(type(thing).__name__)
        if isinstance(thing, Mapping):
            waiting += [*thing, *thing.values()]
        elif isinstance(thing, list | tuple | set | frozenset):
            waiting += list(thing)
        elif dataclasses.is_dataclass(thing):
            waiting += [getattr(thing, field.name) for field in dataclasses.fields(thing)]
        elif isinstance(thing, Path):
            assert thing == Path()
    assert "Table" in kinds and not kinds & {"Analysis", "SurveyResult", "Survey", "Answers", "Scores", "Stages"}


def test_no_byte_of_a_public_run_names_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = random_study(tmp_path / "study", 3)
    some = list(figure_jobs(study))[:1]
    monkeypatch.setattr(walk, "figure_jobs", lambda analysis: iter(some))  # internal figures: slow, and not in question
    walk.write_all(study, tmp_path, langs=("zh", "en"), notebooks=False, step=quiet, say=print, processes=0)
    public = tmp_path / "reports" / "public"
    files = [path for path in public.rglob("*") if path.is_file()]
    assert len(files) > 10 and not (public / "notebooks").exists()
    assert not [path for path in files if "units" in path.name or "enterprises" in path.name or path.suffix == ".ipynb"]
    words = [text.encode(code) for text in ("秘密工厂", unit_id(0)[:4]) for code in ("utf-8", "utf-16-le")] + [
        b"\\u79d8\\u5bc6\\u5de5\\u5382"
    ]
    for path in files:
        for content in unpacked(path.read_bytes()):
            assert not [word for word in words if word in content], path
    inside = b"".join(path.read_bytes() for path in (tmp_path / "data" / "processed").rglob("*.csv"))
    assert unit_id(0)[:4].encode() in inside  # the search does find what is there


def unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            for name in folder.namelist():
                yield name.encode()
                yield from unpacked(folder.read(name))
