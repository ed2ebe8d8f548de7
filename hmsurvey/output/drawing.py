"""Figures drawn side by side: jobs in, pictures out, in processes of their own that start while tables are still being made.

Drawing is most of a run's work and every figure stands alone. A picture does not depend on which process drew it, or on how many there are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType

from hmsurvey.errors import Lang
from hmsurvey.output.content import Job
from hmsurvey.output.edition import Picture
from hmsurvey.output.figures import picture_of


class Studio:
    """Draws figures in other processes; used in a `with` statement.

    Parameters
    ----------
    at_once
        Processes; by default as many as there are processors. With 0, figures are drawn in this process when they are handed over.
    """

    def __init__(self, at_once: int | None = None) -> None:
        wanted = (os.cpu_count() or 1) if at_once is None else at_once
        # Started afresh, not forked: a copy of a process that runs threads can hang.
        self._pool = ProcessPoolExecutor(wanted, mp_context=get_context("spawn")) if wanted else None
        if self._pool:
            for _ in range(wanted):
                self._pool.submit(os.getpid)  # processes start, and import, while tables are being made
        self._waiting: list[tuple[Lang, Future[Picture] | Picture]] = []

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
            for lang in langs:
                drawn = (
                    self._pool.submit(picture_of, name, table, plot, lang)
                    if self._pool
                    else picture_of(name, table, plot, lang)
                )
                self._waiting.append((lang, drawn))

    def collect(self) -> Mapping[Lang, tuple[Picture, ...]]:
        """Wait for the pictures ordered so far and return them in their order, by language."""
        waiting, self._waiting = self._waiting, []
        done: dict[Lang, list[Picture]] = {}
        for lang, drawn in waiting:
            done.setdefault(lang, []).append(drawn.result() if isinstance(drawn, Future) else drawn)
        return {lang: tuple(pictures) for lang, pictures in done.items()}
