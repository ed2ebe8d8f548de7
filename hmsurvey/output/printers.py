"""Papers set side by side, each batch in a process of its own that ends with it: typst remembers every layout it has made, and only the end of a process makes it forget.

What is set does not depend on how it is divided. A few papers are set in this process: starting others would take longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Protocol

FEW = 24  # papers


class Printers(Protocol):
    """Takes a task, and gives what it returns when it is asked for."""

    def __call__(self, task: Callable[..., Any], *what: object) -> Callable[[], Any]: ...


@contextmanager
def printers(n_papers: int, at_once: int | None = None) -> Iterator[Printers]:
    """Give who sets papers, for as long as the block lasts.

    Parameters
    ----------
    n_papers
        How many there will be; up to `FEW` are set in this process, each when it is asked for.
    at_once
        Processes; by default as many as there are processors.
    """
    if n_papers <= FEW:
        yield lambda task, *what: lambda: task(*what)
        return
    with ThreadPoolExecutor(at_once or os.cpu_count() or 1) as hands:

        def hand_over(task: Callable[..., Any], *what: object) -> Callable[[], Any]:
            sent: Future[Any] = hands.submit(_apart, task, *what)
            return sent.result

        try:
            yield hand_over
        finally:
            hands.shutdown(wait=True, cancel_futures=True)


def _apart(task: Callable[..., Any], *what: object) -> Any:
    # Started afresh, not forked: a copy of a process that runs threads can hang. One executor a task: a worker replaced inside an executor hangs in Python 3.11.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(task, *what).result()


def batches(n_papers: int, size: int) -> Sequence[range]:
    """Return the places of papers, `size` at a time."""
    return [range(begin, min(begin + size, n_papers)) for begin in range(0, n_papers, size)]


__all__ = ["FEW", "Printers", "batches", "printers"]
