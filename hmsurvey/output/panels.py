"""The pieces of a city's page: strips, tracks, panels, facts. Nouns only; `cities` fills them from a digest and `city_writing` sets them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hmsurvey.errors import NOTHING, Text

HIDDEN = Text("隐去", "not shown")


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a strip: its share in per cent, colour, colour of letters, the number on it; `blank` marks what is hidden."""

    label: Text
    share: float
    colour: str
    ink: str
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of parts that add up to 100, with a name and a number behind it."""

    name: Text
    parts: tuple[Part, ...]
    value: Text = NOTHING
    main: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """A row from 0 to 100: the city's value with its interval (NaN without one), the value of all, and both as words."""

    name: Text
    city: float
    whole: float
    low: float = math.nan
    high: float = math.nan
    value: Text = NOTHING
    whole_value: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Panel:
    """One block of the page; it holds what it can show, or says why it shows nothing."""

    code: str
    title: Text
    strips: tuple[Strip, ...] = ()
    tracks: tuple[Track, ...] = ()
    key: tuple[Part, ...] = ()
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A number on top of the page."""

    label: Text
    value: Text
    more: Text = NOTHING


@dataclass(frozen=True, slots=True)
class CityPage:
    """The page of a city; `file` is the beginning of its file's name."""

    group: str
    name: Text
    file: str
    facts: tuple[Fact, ...]
    panels: tuple[Panel, ...]
