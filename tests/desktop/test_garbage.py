"""Cyclic garbage that holds Qt objects dies on the UI thread, however busy a worker is."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject, QTimer

from desktop.garbage import GarbageCollector
from desktop.jobs import Job


class Holder(QObject):
    """An object with a running timer in a reference cycle."""

    def __init__(self, died_in):
        super().__init__()
        self.me = self
        timer = QTimer(self)
        timer.start(10_000)
        weakref.finalize(self, lambda: died_in.append(threading.current_thread() is threading.main_thread()))


def allocate_cycles(count):
    for _ in range(count):
        cycle = []
        cycle.append(cycle)


def test_a_worker_that_allocates_much_destroys_nothing(qtbot):
    died_in = []
    collector = GarbageCollector()
    try:
        for _ in range(5):
            Holder(died_in)
        # more cycles than the threshold of 700 many times over: automatic collection would run in the worker
        job = Job("allocate", lambda _: allocate_cycles(50_000))
        with qtbot.waitSignal(job.finished, timeout=20_000):
            job.start()
        assert died_in == []
        gc.collect()
        assert died_in == [True] * 5
    finally:
        collector.stop()
    assert gc.isenabled()
