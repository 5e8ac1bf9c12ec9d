"""Jobs: work that runs beside the window and comes home in one hop.

A job is built, connected, then started. Its thread touches nothing shared; what it made, or why it failed, crosses to
the UI thread once, through one private queued signal. Only there are the public signals emitted, so that no listener
misses them: a public signal emitted from a worker was lost in 2 of 25 runs of a skeleton, one hop in none of 160.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.domain.errors import Cancelled

log = logging.getLogger("lobule.desktop")

Work = Callable[["Steps"], Any]

REPORT_EVERY_S = 0.1
"""Progress crosses to the window at most this often: a thousand headers must not become a thousand events."""


class Job(QObject):
    """One piece of work.

    Signals (all on the UI thread, after `start`):
        progressed(stage, done, total): Where it is.
        shown(value): Something to look at before the work is done (`Steps.show`).
        succeeded(value): What the work returned.
        failed(error): The exception that it raised.
        cancelled(): It stopped because it was asked to.
        finished(): After exactly one of the three above; the job deletes itself then.
    """

    progressed = Signal(str, int, int)
    shown = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    _home = Signal(object)
    _step = Signal(str, int, int)
    _early = Signal(object)

    def __init__(self, title: str, work: Work) -> None:
        super().__init__()
        self.title = title
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"job {title}", daemon=True)
        self._home.connect(self._arrive, Qt.ConnectionType.QueuedConnection)
        self._step.connect(self._report, Qt.ConnectionType.QueuedConnection)
        self._early.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin. Connect everything before this: even an instant failure then reaches the listeners."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to stop at its next step. Quiet: it ends with `cancelled`, never with an error."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        """True once `cancel` was called."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread to end (not for the outcome to arrive); False when it still runs."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            outcome: tuple[str, Any] = ("succeeded", self._work(Steps(self._stop, self._step.emit, self._early.emit)))
        except Cancelled:
            outcome = ("cancelled", None)
        except Exception as error:
            outcome = ("failed", error)
        if self._stop.is_set():
            outcome = ("cancelled", None)  # whatever it made in the meantime is no longer wanted
        self._home.emit(outcome)

    @Slot(str, int, int)
    def _report(self, stage: str, done: int, total: int) -> None:
        if not self._stop.is_set():
            self.progressed.emit(stage, done, total)

    @Slot(object)
    def _show(self, value: Any) -> None:
        if not self._stop.is_set():
            self.shown.emit(value)

    @Slot(object)
    def _arrive(self, outcome: tuple[str, Any]) -> None:
        self._thread.join()  # it has nothing left to do but to end
        kind, value = outcome
        if self._stop.is_set():
            kind = "cancelled"
        if kind == "succeeded":
            self.succeeded.emit(value)
        elif kind == "failed":
            log.info("job failed: %s", type(value).__name__)
            self.failed.emit(value)
        else:
            self.cancelled.emit()
        self.finished.emit()
        self.deleteLater()


class Steps:
    """The progress that a job hands to the engine: raises `Cancelled` when asked to stop, reports now and then."""

    def __init__(
        self, stop: threading.Event, emit: Callable[[str, int, int], None], show: Callable[[Any], None]
    ) -> None:
        self._stop = stop
        self._emit = emit
        self.show = show
        self._last = 0.0
        self._stage = ""

    def step(self, stage: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if stage != self._stage or done >= total > 0 or now - self._last >= REPORT_EVERY_S:
            self._last, self._stage = now, stage
            self._emit(stage, done, total)


class Jobs(QObject):
    """The jobs that run now, by purpose: the newest of a purpose wins, and all can be stopped.

    Signals:
        changed(): A job began or ended.
        progressed(title, stage, done, total): The newest news of any job.
    """

    changed = Signal()
    progressed = Signal(str, str, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[str, Job] = {}
        self._leaving: set[Job] = set()
        self._is_shut = False

    def start(self, purpose: str, job: Job) -> Job:
        """Start a job whose listeners are connected; an earlier one of the same purpose is cancelled.

        After `shut_down` nothing begins any more: the end of one job makes others begin, and the window is gone.
        """
        if self._is_shut:
            return job
        self.cancel(purpose)
        self._running[purpose] = job
        job.progressed.connect(lambda *where: self.progressed.emit(job.title, *where))
        job.finished.connect(lambda: self._forget(purpose, job))
        job.start()
        self.changed.emit()
        return job

    def cancel(self, purpose: str) -> None:
        """Stop the job of one purpose, if one runs."""
        job = self._running.pop(purpose, None)
        if job is not None:
            self._leaving.add(job)
            job.cancel()
            self.changed.emit()

    def cancel_all(self) -> None:
        """Stop everything."""
        for purpose in list(self._running):
            self.cancel(purpose)

    def are_alive(self) -> bool:
        """True while the thread of any job, wanted or not, has not ended."""
        return any(not job.wait(0.0) for job in (*self._running.values(), *self._leaving))

    def is_running(self, purpose: str | None = None) -> bool:
        """True while a job of this purpose (any, when None) runs and is wanted."""
        return bool(self._running) if purpose is None else purpose in self._running

    def are_home(self) -> bool:
        """True when the outcome of every job, wanted or not, has arrived."""
        return not self._running and not self._leaving

    def purposes(self) -> list[str]:
        """Purposes of the wanted jobs, oldest first."""
        return list(self._running)

    def titles(self) -> list[str]:
        """Titles of the wanted jobs, oldest first."""
        return [job.title for job in self._running.values()]

    def shut_down(self, seconds: float, *, cancel: bool = True) -> bool:
        """Cancel everything, or let it end, and wait for the threads; False when one did not end in time."""
        self._is_shut = True
        jobs = [*self._running.values(), *self._leaving]
        if cancel:
            self.cancel_all()
        ended = [job.wait(seconds) for job in jobs]
        return all(ended)

    def _forget(self, purpose: str, job: Job) -> None:
        if self._running.get(purpose) is job:
            del self._running[purpose]
        self._leaving.discard(job)
        self.changed.emit()
