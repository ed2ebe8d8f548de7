"""The stand-in as a whole: drawn from one seed, and written as workbooks with cards beside the truth behind them.

Every part has a random stream of its own, spawned from the seed, so that changing how one part is drawn leaves the others as they were.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.provenance import SYNTHETIC_MARK, Source, write_card
from hmsurvey.questions import Codebook
from hmsurvey.synthetic import index, questionnaire
from hmsurvey.synthetic.fieldwork import (
    LEVEL_ERROR,
    SHARE_ERROR,
    Seen,
    draw_registry,
    draw_visits,
    past_half,
    past_marks,
)
from hmsurvey.synthetic.followup import YEAR, Later, carry_over, move_enterprises
from hmsurvey.synthetic.items import Sheet, table_of
from hmsurvey.synthetic.latent import AREAS, TYPES, Bools, Cities, Enterprises, draw_cities, draw_enterprises
from hmsurvey.synthetic.practice import draw_practice
from hmsurvey.synthetic.reporting import Instrument, Table, leave_gaps, misreport
from hmsurvey.template import write_template

SEED = 20240121
DATE = "2026-11-22"
LICENCE = "CC0-1.0"
TITLES = {
    "questionnaire": Text("信息化问卷（模拟答卷）", "Questionnaire on informatisation (synthetic answers)"),
    "index": Text("数字档案馆（室）现状调查（模拟答卷）", "Survey of digital archives (synthetic answers)"),
    "registry": Text("企业名录登记表（模拟）", "Registry of enterprises by city (synthetic)"),
    "visits": Text("实地走访记录（模拟）", "Record of field visits (synthetic)"),
    f"index_{YEAR}": Text(
        f"数字档案馆（室）现状调查，{YEAR} 年复查（模拟答卷）",
        f"Survey of digital archives, held again in {YEAR} (synthetic answers)",
    ),
}
FOLLOW_UP = f"index_{YEAR}"
CODEBOOKS = {
    "questionnaire": "informatisation",
    "index": "digital_archives",
    "registry": "registry",
    "visits": "visits",
    FOLLOW_UP: "digital_archives",
}
NOTE = (
    "模拟数据：不涉及任何真实企业、城市或人员，数字均由程序随机产生。"
    " Synthetic: nothing in it is about any real enterprise, city or person; a program drew all of it at random."
)
_STREAMS = ("places", "names", "firms", "practice", "index", "questionnaire", "said_index", "said_questionnaire",
            "gaps_index", "gaps_questionnaire", "registry", "visits", "moves", "said_later", "gaps_later")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class StandIn:
    """Synthetic answers and the truth behind them.

    `workbooks` and `truth` hold tables (header to cells) by name; `truth` has `index_complete`, `questionnaire_complete` and `traits`,
    and of the later wave `index_2025_complete` and `moves`.
    """

    seed: int
    workbooks: Mapping[str, Table]
    truth: Mapping[str, Table]

    def __repr__(self) -> str:
        sizes = {name: len(next(iter(table.values()))) for name, table in self.workbooks.items()}
        return f"StandIn seed {self.seed}: " + ", ".join(f"{name} {n}" for name, n in sizes.items())


def synthesise(
    seed: int = SEED,
    *,
    n_questionnaire: int = 293,
    n_index: int = 235,
    n_cities: int = 9,
    city_codes: Sequence[str] | None = None,
) -> StandIn:
    """Draw a stand-in.

    Parameters
    ----------
    seed
        The same seed gives the same answers.
    n_questionnaire, n_index
        Rows of the two surveys; the defaults are the published sizes.
    n_cities
        In how many cities the index survey was held.
    city_codes
        The cities, in the order in which names are dealt; default: those of the questionnaire's codebook. Another order gives the same enterprises
        under other cities' names.

    Raises
    ------
    UsageError
        Sizes too small to spread over the cities, or more cities than there are.
    """
    books = {name: read_codebook(locate_definition(book, "codebooks")) for name, book in CODEBOOKS.items()}
    codes = tuple(city_codes or (option.code for option in books["questionnaire"].question("city").options))
    _check_sizes(n_questionnaire, n_index, n_cities, len(codes))
    streams = dict(zip(_STREAMS, np.random.SeedSequence(seed).spawn(len(_STREAMS)), strict=True))
    rngs = {name: np.random.default_rng(stream) for name, stream in streams.items()}
    cities = draw_cities(
        codes,
        n_questionnaire=n_questionnaire,
        n_index=n_index,
        n_surveyed=n_cities,
        rngs=(rngs["places"], rngs["names"]),
    )
    firms = draw_enterprises(cities, rngs["firms"])
    practice = draw_practice(firms, rngs["practice"])
    instruments = _instruments(books)
    true = {
        "index": index.draw_index(firms, practice, rngs["index"]),
        "questionnaire": questionnaire.draw_questionnaire(firms, practice, rngs["questionnaire"]),
    }
    member = {"index": firms.in_index, "questionnaire": firms.in_questionnaire}
    workbooks, truth, seen = {}, {}, []
    willing = true["questionnaire"].values["visit_ok"] == 0
    for name, instrument in instruments.items():
        _identify(true[name], firms, cities, instrument.book)
        said = misreport(true[name], firms, instrument, rngs[f"said_{name}"])
        table = leave_gaps(table_of(instrument.book, said, words=True), firms, instrument, rngs[f"gaps_{name}"])
        willing &= _mostly_answered(table, member[name])
        workbooks[name] = _rows(table, member[name])
        truth[f"{name}_complete"] = _rows(table_of(instrument.book, true[name], words=False), member[name])
        seen.append(_seen(name, true[name], said))
    workbooks["registry"] = draw_registry(cities, books["registry"], rngs["registry"])
    workbooks["visits"] = draw_visits(firms.units, seen, willing, books["visits"], rngs["visits"])
    truth["traits"] = _traits(firms, cities)
    later = move_enterprises(firms, cities, rngs["moves"])
    again = {name: np.random.default_rng(streams[name]) for name in ("practice", "index")}  # the same numbers once more
    sheet = index.draw_index(later.firms, draw_practice(later.firms, again["practice"]), again["index"])
    carry_over(true["index"], sheet, later.firms.traits - firms.traits)
    _identify(sheet, later.firms, cities, books["index"])
    said = misreport(sheet, later.firms, instruments["index"], rngs["said_later"])
    table = leave_gaps(
        table_of(books["index"], said, words=True), later.firms, instruments["index"], rngs["gaps_later"]
    )
    workbooks[FOLLOW_UP] = _rows(table, later.taking_part)
    truth[f"{FOLLOW_UP}_complete"] = _rows(table_of(books["index"], sheet, words=False), later.taking_part)
    truth["moves"] = _moves(firms, later)
    return StandIn(seed, workbooks, truth)


def _check_sizes(n_questionnaire: int, n_index: int, n_cities: int, n_known: int) -> None:
    if not 1 <= n_cities <= n_known or n_questionnaire < n_known or n_index < n_cities:
        raise UsageError(
            Problem(
                Text("模拟数据的规模不成立。", "These sizes cannot be spread over the cities."),
                found=f"n_questionnaire {n_questionnaire}, n_index {n_index}, cities {n_cities}",
                expected=Text(
                    f"城市 1 至 {n_known} 个；问卷不少于 {n_known} 份；现状调查不少于城市数",
                    f"1 to {n_known} cities; at least {n_known} questionnaires; at least one index row a city",
                ),
                fix=Text("改大份数或减少城市。", "raise the sizes or name fewer cities."),
            )
        )


def _instruments(books: Mapping[str, Codebook]) -> dict[str, Instrument]:
    levels_i = (*index.RAISED_BY_SLIPS, *(f"level.{code}" for code in TYPES))
    facts = ("unit", "name", "city", "industry", "size", "ownership")
    return {
        "questionnaire": Instrument(
            books["questionnaire"], (*questionnaire.LEVELS, "receipts"), (), questionnaire.agree, facts
        ),
        "index": Instrument(books["index"], levels_i, (*index.GROUPS, "C2.3", "F2.3"), index.agree, facts),
    }


def _mostly_answered(table: Table, member: Bools) -> Bools:
    """Return who is in a survey and did not break off."""
    answered = np.array([sum(map(bool, cells)) for cells in zip(*table.values(), strict=True)])
    return member & (answered >= 0.7 * np.median(answered))


def _seen(name: str, true: Sheet, said: Sheet) -> Seen:
    if name == "questionnaire":
        levels = questionnaire.LEVELS
        return Seen(name, past_half(true, levels), past_half(said, levels), SHARE_ERROR)
    levels = tuple(code for code in index.RAISED_BY_SLIPS if code != "F2.1")
    return Seen(name, past_marks(true, levels), past_marks(said, levels), LEVEL_ERROR)


def _identify(sheet: Sheet, firms: Enterprises, cities: Cities, book: Codebook) -> None:
    """Write number, name and city into a sheet."""
    places = np.array([book.question("city").place_of_option(code) for code in cities.codes])
    sheet.texts["unit"] = firms.units
    sheet.texts["name"] = tuple(f"模拟企业{unit[1:]} Synthetic Enterprise {unit[1:]}" for unit in firms.units)
    sheet.values["city"] = places[firms.place].astype(np.float64)


def _rows(table: Table, where: Bools) -> Table:
    return {header: [text for text, hit in zip(texts, where, strict=True) if hit] for header, texts in table.items()}


def _traits(firms: Enterprises, cities: Cities) -> Table:
    def rounded(values: Sequence[float]) -> list[str]:
        return [f"{value:.6f}" for value in values]

    table: Table = {
        "unit": list(firms.units),
        "city": [cities.codes[place] for place in firms.place],
        "in_questionnaire": [str(int(v)) for v in firms.in_questionnaire],
        "in_index": [str(int(v)) for v in firms.in_index],
        "city_effect": rounded(cities.effect[firms.place].tolist()),
        "general": rounded(firms.general.tolist()),
    }
    table |= {f"trait_{area}": rounded(firms.trait(area).tolist()) for area in AREAS}
    return table | {"over_report": rounded(firms.over_report.tolist())}


def _moves(firms: Enterprises, later: Later) -> Table:
    table: Table = {
        "unit": list(firms.units),
        "in_index": [str(int(v)) for v in firms.in_index],
        f"in_{FOLLOW_UP}": [str(int(v)) for v in later.taking_part],
        "general_moved": [f"{v:.6f}" for v in later.firms.general - firms.general],
    }
    moved = later.firms.traits - firms.traits
    return table | {f"trait_{area}_moved": [f"{v:.6f}" for v in moved[:, j]] for j, area in enumerate(AREAS)}


def write_stand_in(stand_in: StandIn, folder: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write the workbooks with their cards to `folder/raw` and the truth to `folder/truth`; return the paths.

    Raises
    ------
    UsageError
        One of the files is there already and `force` is not given.
    """
    workbooks = {name: folder / "raw" / f"{name}.xlsx" for name in stand_in.workbooks}
    truths = {name: folder / "truth" / f"{name}.csv" for name in stand_in.truth}
    _refuse_overwriting([*workbooks.values(), *truths.values()], force)
    for path in (folder / "raw", folder / "truth"):
        path.mkdir(parents=True, exist_ok=True)
    written = []
    for name, path in workbooks.items():
        table, book = stand_in.workbooks[name], read_codebook(locate_definition(CODEBOOKS[name], "codebooks"))
        rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
        write_template(path, book, layout="table", rows=rows, mark=SYNTHETIC_MARK)
        written += [path, write_card(path, _source(" / ".join(TITLES[name]), stand_in.seed, book.sheet or book.id))]
    for name, path in truths.items():
        _write_csv(path, stand_in.truth[name])
        written += [
            path,
            write_card(path, _source(f"模拟数据的真值 / Truth of the stand-in: {name}", stand_in.seed, "")),
        ]
    return tuple(written)


def _refuse_overwriting(paths: Sequence[Path], force: bool) -> None:
    there = [path for path in paths if path.exists()]
    if there and not force:
        raise UsageError(
            Problem(
                Text("文件已存在，不覆盖。", "The files are there already and are not overwritten."),
                where=str(there[0].parent),
                found=", ".join(path.name for path in there),
                expected=Text("空文件夹", "an empty folder"),
                fix=Text("换一个文件夹，或加 --force。", "name another folder, or add --force."),
            )
        )


def _source(title: str, seed: int, sheet: str) -> Source:
    producer = f"hmsurvey synthesise --seed {seed}"
    return Source(title=title, kind="synthetic", producer=producer, date=DATE, sheet=sheet, licence=LICENCE, note=NOTE)


def _write_csv(path: Path, table: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
