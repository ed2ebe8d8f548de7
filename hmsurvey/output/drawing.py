"""Figures drawn side by side: jobs in, pictures out, in processes of their own while tables are still being made.

Drawing is most of a run's work and every figure stands alone. A picture does not depend on which process drew it, or on how many there are. One studio serves both
editions: while the figures of the one are drawn, the tables of the other are protected.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Any, NamedTuple

from hmsurvey.errors import Lang
from hmsurvey.output.content import Job
from hmsurvey.output.edition import Picture
from hmsurvey.output.figures import picture_of
from hmsurvey.tables import Table

_WORTH_PROCESSES = 24  # figures; with fewer, starting processes takes longer than drawing


class _Order(NamedTuple):
    name: str
    table: Table
    plot: Callable[..., Any]
    lang: Lang


class _Sent(NamedTuple):
    lang: Lang
    future: Future[Picture]


class Studio:
    """Draws figures, in other processes where there are many; used in a `with` statement.

    Parameters
    ----------
    at_once
        Processes; by default as many as there are processors. With 0, all figures are drawn in this one.
    """

    def __init__(self, at_once: int | None = None) -> None:
        self._at_once = (os.cpu_count() or 1) if at_once is None else at_once
        self._pool: ProcessPoolExecutor | None = None
        self._orders: dict[str, list[_Order | _Sent]] = {}

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def order(self, jobs: Iterable[Job], langs: Sequence[Lang], *, sheaf: str = "") -> None:
        """Hand over figures to be drawn in each language; figures of another `sheaf` are collected by themselves."""
        mine = self._orders.setdefault(sheaf, [])
        for name, tabulate, plot in jobs:
            table = tabulate()
            mine += [_Order(name, table, plot, lang) for lang in langs]
            if self._at_once and (self._pool or len(mine) > _WORTH_PROCESSES):
                self._send(mine)

    def _send(self, orders: list[_Order | _Sent]) -> None:
        if self._pool is None:
            # Started afresh, not forked: a copy of a process that runs threads can hang.
            self._pool = ProcessPoolExecutor(self._at_once, mp_context=get_context("spawn"))
        for place, order in enumerate(orders):
            if isinstance(order, _Order):
                orders[place] = _Sent(order.lang, self._pool.submit(picture_of, *order))

    def collect(self, *, sheaf: str = "") -> Mapping[Lang, tuple[Picture, ...]]:
        """Wait for the pictures of a sheaf ordered so far and return them in their order, by language."""
        done: dict[Lang, list[Picture]] = {}
        for order in self._orders.pop(sheaf, []):
            picture = picture_of(*order) if isinstance(order, _Order) else order.future.result()
            done.setdefault(order.lang, []).append(picture)
        return {lang: tuple(pictures) for lang, pictures in done.items()}
