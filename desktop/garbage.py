"""Garbage: cycles are collected on the UI thread only.

Python collects cyclic garbage in whichever thread happens to allocate. A dialog or a timer that dies in a worker is
destroyed there, which Qt forbids ("Timers cannot be stopped from another thread", then a crash). So automatic
collection is switched off while a window lives, and a timer on the UI thread does it by the same thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000


class GarbageCollector(QObject):
    """Collects for the whole process from the thread that made it, until `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.collect()
        gc.freeze()  # modules and tables of the start-up live as long as the process: no need to look at them again
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(EVERY_MS)

    def collect(self) -> None:
        """Collect the generations whose thresholds are passed."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        if counts[0] <= thresholds[0]:
            return
        # by what a second has gathered: young garbage each time, the old generation after ten times as much
        generation = 2 if counts[2] > thresholds[2] else 1 if counts[1] > thresholds[1] else 0
        gc.collect(generation)

    def stop(self) -> None:
        """Give collection back to Python."""
        self._timer.stop()
        gc.enable()
