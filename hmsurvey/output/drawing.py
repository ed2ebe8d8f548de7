"""Figures drawn side by side: jobs in, pictures out, in processes of their own while tables are still being made.

Drawing is most of a run's work and every figure stands alone. A picture does not depend on which process drew it, or on how many there are.
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
        self._held: list[_Order] = []
        self._sent: list[tuple[Lang, Future[Picture]]] = []

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def order(self, jobs: Iterable[Job], langs: Sequence[Lang]) -> None:
        """Hand over figures to be drawn in each language."""
        for name, tabulate, plot in jobs:
            table = tabulate()
            self._held += [_Order(name, table, plot, lang) for lang in langs]
            if self._at_once and (self._pool or len(self._held) > _WORTH_PROCESSES):
                self._send()

    def _send(self) -> None:
        if self._pool is None:
            # Started afresh, not forked: a copy of a process that runs threads can hang.
            self._pool = ProcessPoolExecutor(self._at_once, mp_context=get_context("spawn"))
        self._sent += [(order.lang, self._pool.submit(picture_of, *order)) for order in self._held]
        self._held = []

    def collect(self) -> Mapping[Lang, tuple[Picture, ...]]:
        """Wait for the pictures ordered so far and return them in their order, by language."""
        drawn = [(lang, future.result()) for lang, future in self._sent]
        drawn += [(order.lang, picture_of(*order)) for order in self._held]
        self._held, self._sent = [], []
        done: dict[Lang, list[Picture]] = {}
        for lang, picture in drawn:
            done.setdefault(lang, []).append(picture)
        return {lang: tuple(pictures) for lang, pictures in done.items()}
