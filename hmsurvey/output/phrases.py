"""How numbers and names are said: units and counts in both languages, percentages, lists, intervals.

Every form of output takes its number texts from here, so that a sentence and the table under it show the same digits. It computes nothing but what a
sentence needs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hmsurvey.errors import NOTHING, Lang, Text
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table

NOTHING_SIGN = "–"  # a cell without a value


@dataclass(frozen=True, slots=True)
class Units:
    """What the units of a study are called: a counter and a noun in Chinese, singular and plural in English."""

    counter: str
    noun: str
    one: str
    many: str
    group: Text
    groups_en: str

    def count(self, n: float) -> Text:
        """Return "3 家企业" and "3 enterprises".

        >>> Units("家", "企业", "enterprise", "enterprises", Text("市", "city"), "cities").count(1).en
        '1 enterprise'
        """
        return Text(f"{number(n)} {self.counter}{self.noun}", f"{number(n)} {self.one if n == 1 else self.many}")


def units_of(analysis: Analysis) -> Units:
    """Return what the units and groups of a study are called."""
    first = next(iter(analysis.results.values()))
    return units_called(first.survey.codebook.unit, enterprises=analysis.study.units == "enterprises")


def units_called(one: str, *, enterprises: bool) -> Units:
    """Return what units and groups are called: enterprises and cities, or units of this English name and groups."""
    if enterprises:
        return Units("家", "企业", "enterprise", "enterprises", Text("市", "city"), "cities")
    many = one[:-1] + "ies" if one.endswith("y") else one + "s"
    return Units("个", "单位", one, many, Text("组", "group"), "groups")


def number(value: float) -> str:
    """Return a count: digits, a thin gap from ten thousand on.

    >>> number(758), number(12345).split()
    ('758', ['12', '345'])
    """
    text = f"{value:,.0f}" if abs(value) >= 10000 else f"{value:.0f}"
    return text.replace(",", "\N{THIN SPACE}").replace("-", "\N{MINUS SIGN}")


def counted(n: float, one: str, many: str = "") -> str:
    """Return a counted English noun.

    >>> counted(1, "note"), counted(2, "city", "cities")
    ('1 note', '2 cities')
    """
    return f"{number(n)} {one if n == 1 else many or one + 's'}"


def decimal(value: float, places: int = 1) -> str:
    """Return a number with a fixed number of decimals and a real minus sign.

    >>> decimal(-0.04), decimal(-2.35)
    ('0.0', '−2.4')
    """
    text = f"{value:.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def percent(value: float) -> str:
    """Return a percentage with one decimal.

    >>> percent(5.0)
    '5.0%'
    """
    return decimal(value) + "%"


def join(parts: Sequence[Text]) -> Text:
    """Return a list as a sentence has it: "a、b和c", "a, b and c".

    >>> join([Text("甲", "a"), Text("乙", "b"), Text("丙", "c")])
    Text(zh='甲、乙和丙', en='a, b and c')
    """
    if len(parts) < 2:
        return parts[0] if parts else Text("", "")
    head, last = parts[:-1], parts[-1]
    return Text(
        "、".join(p.of("zh") for p in head) + "和" + last.of("zh"),
        ", ".join(p.of("en") for p in head) + " and " + last.of("en"),
    )


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def how_many(share: float) -> Text:
    """Return the words for a share (%) above one half, the same wherever it is put in words; nothing for less.

    >>> how_many(77.0).en, how_many(75.0).zh, how_many(71.0).en, how_many(50.0).en
    ('at least three in four', '四分之三以上', 'more than half of', '')
    """
    if share >= 75:
        return Text("四分之三以上", "at least three in four")
    return Text("过半数", "more than half of") if share > 50 else NOTHING


def date_words(date: str) -> Text:
    """Return a date as each language writes it; what is no date of the form 2024, 2024-05 or 2024-05-31 stays as it is.

    >>> date_words("2024-01-21")
    Text(zh='2024年1月21日', en='21 January 2024')
    >>> date_words("2024-05").zh, date_words("spring").en
    ('2024年5月', 'spring')
    """
    found = _DATE.fullmatch(date.strip())
    if found is None:
        return Text(date, date)
    year, month, day = found[1], int(found[2] or 1), int(found[3] or 1)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return Text(date, date)
    zh = f"{year}年" + (f"{month}月" if found[2] else "") + (f"{day}日" if found[3] else "")
    en = (f"{day} " if found[3] else "") + (f"{_MONTHS[month - 1]} " if found[2] else "") + year
    return Text(zh, en)


def the_stage(label: str) -> str:
    """Return how an English headline names a stage: a plain word as "the low stage", anything else by its label.

    >>> the_stage("Low"), the_stage("GTMI A"), the_stage("B")
    ('the low stage', 'GTMI A', 'B')
    """
    return f"the {label.lower()} stage" if label.isalpha() and label[1:].islower() else label


_TIGHT = "，。、；：？！（）《》“”‘’—…"


def space_out(text: str) -> str:
    """Set a Chinese text with a space between Chinese characters and Latin letters or digits, and none beside full-width marks.

    >>> space_out("够C 组（广泛） 69个")
    '够 C 组（广泛）69 个'
    """
    text = re.sub(r"(?<=[\u3400-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[\u3400-\u9fff])", " ", text)
    return re.sub(rf" *([{_TIGHT}]) *", r"\1", text)


def two_sides(title: str) -> Text:
    """Return a title written as "中文 / English" as its two halves; any other title serves for both languages.

    >>> two_sides("名录 / Registry").en, two_sides("a / b").zh
    ('Registry', 'a / b')
    """
    halves = title.split(" / ")
    if len(halves) != 2 or halves[0].isascii() or not halves[1].isascii():
        return Text(title, title)
    return Text(*halves)


def capital(text: Text) -> Text:
    """Begin the English side with a capital."""
    return Text(text.zh, text.en[:1].upper() + text.en[1:])


def sentences(*parts: Text) -> Text:
    """Put sentences together to a paragraph; empty ones fall away."""
    there = [part for part in parts if part.zh or part.en]
    return Text("".join(part.zh for part in there), " ".join(part.en for part in there))


def places_of_column(table: Table, column: Column) -> int:
    """Return how many decimals a column shows: as declared, two where a score runs from 0 to 1."""
    if column.unit == "count":
        return 0
    if column.unit == "score" and column.decimals == 1:
        values = pd.to_numeric(table.frame[column.code], errors="coerce").abs()
        return 2 if values.max() <= 1.5 else 1
    return column.decimals


def cell_text(value: object, column: Column, places: int, lang: Lang) -> str:
    """Return what a cell shows: labels for codes, numbers by their unit, a dash where there is nothing."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return NOTHING_SIGN
    if isinstance(value, str):
        label = column.labels.get(value)
        return value if label is None else label.of(lang)
    if isinstance(value, bool):
        return Text("是" if value else "否", "yes" if value else "no").of(lang)
    if column.unit == "count":
        return number(float(str(value)))
    if column.unit in ("percent", "score", "number"):
        return decimal(float(str(value)), places)
    return str(value)


def is_number_column(column: Column) -> bool:
    """Tell whether a column holds numbers, which are set to the right."""
    return column.unit in ("count", "percent", "score", "number")
