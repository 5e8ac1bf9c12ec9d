"""Reading many headers: alone while there are few, with helper processes when that pays.

A helper process needs about half a second to start (it is started afresh, never forked, so that it works beside a
window and in a frozen program), which several thousand files earn back. The first files are read here and timed; what
remains decides. Where no process can be started, everything is read here.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from engine.domain.progress import Progress
from engine.intake.reading import read_files
from engine.intake.records import FileContent

STAGE = "reading headers"
CHUNK = 64
_MAXIMUM_WORKERS = 8
_WORTH_STARTING_S = 4.0
"""Remaining reading time from which helper processes pay for their start."""


def read_all(paths: Sequence[Path], progress: Progress, workers: int | None = None) -> list[FileContent]:
    """Read all files, in order.

    Args:
        paths: The files.
        progress: Told after every chunk; may raise `Cancelled`.
        workers: Helper processes; None decides by the time that remains, 0 or 1 reads everything here.
    """
    chunks = [paths[first : first + CHUNK] for first in range(0, len(paths), CHUNK)]
    found: list[FileContent] = []
    started = time.monotonic()
    for number, chunk in enumerate(chunks):
        progress.step(STAGE, len(found), len(paths))
        if number in (2, 8) or (workers is not None and number == 0):
            helpers = _helpers(workers, (time.monotonic() - started) / max(len(found), 1) * (len(paths) - len(found)))
            if helpers > 1:
                found += _read_in_pool(chunks[number:], helpers, progress, len(found), len(paths))
                break
        found += read_files(chunk)
    progress.step(STAGE, len(paths), len(paths))
    return found


def _helpers(workers: int | None, remaining_s: float) -> int:
    if workers is not None:
        return workers
    if remaining_s < _WORTH_STARTING_S or multiprocessing.current_process().daemon:
        return 1
    return min(
        _MAXIMUM_WORKERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


def _read_in_pool(
    chunks: Sequence[Sequence[Path]], workers: int, progress: Progress, done: int, total: int
) -> list[FileContent]:
    found: list[FileContent] = []
    try:
        for contents in _results(chunks, workers):
            found += contents
            progress.step(STAGE, done + len(found), total)
    except (BrokenProcessPool, OSError, RuntimeError, ImportError):
        # no second process to be had (sandbox, missing semaphores, unguarded script): read the rest here
        rest = [path for chunk in chunks for path in chunk][len(found) :]
        for first in range(0, len(rest), CHUNK):
            progress.step(STAGE, done + len(found), total)
            found += read_files(rest[first : first + CHUNK])
    return found


def _results(chunks: Sequence[Sequence[Path]], workers: int) -> Iterator[list[FileContent]]:
    """Yield the chunks' contents in order, with a bounded number under way."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(max_workers=workers, mp_context=context)
    under_way: list[Future[list[FileContent]]] = []
    position = 0
    try:
        while position < len(chunks) or under_way:
            while position < len(chunks) and len(under_way) < workers * 4:
                under_way.append(pool.submit(read_files, list(chunks[position])))
                position += 1
            yield under_way.pop(0).result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
