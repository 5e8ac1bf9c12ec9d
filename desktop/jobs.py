"""Jobs: work that runs beside the window and comes home in one hop.

A job is built, connected, then started. Its thread touches nothing shared; what it made, or why it failed, crosses to
the UI thread once, through one private queued signal. Only there are the public signals emitted, so that no listener
misses them: a public signal emitted from a worker was lost in 2 of 25 runs of a skeleton, one hop in none of 160.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
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
        committed(): From now on it cannot be stopped (`Steps.commit`).
        finished(): After exactly one of the three above; the job deletes itself then.
    """

    progressed = Signal(str, int, int)
    shown = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    committed = Signal()
    finished = Signal()

    _home = Signal(object)
    _step = Signal(str, int, int)
    _early = Signal(object)
    _commit = Signal()

    def __init__(self, title: str, work: Work) -> None:
        super().__init__()
        self.title = title
        self._work = work
        self._stop = Stop()
        self._after: tuple[threading.Thread, ...] = ()
        self._thread = threading.Thread(target=self._run, name=f"job {title}", daemon=True)
        self._home.connect(self._arrive, Qt.ConnectionType.QueuedConnection)
        self._step.connect(self._report, Qt.ConnectionType.QueuedConnection)
        self._early.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._commit.connect(self.committed, Qt.ConnectionType.QueuedConnection)

    def start(self, after: Iterable[Job] = ()) -> None:
        """Begin. Connect everything before this: even an instant failure then reaches the listeners.

        Args:
            after: Started jobs whose threads shall have ended before this one's work begins. The thread itself waits
                for them, so that it needs no event loop: a window that closes waits for the last one.
        """
        self._after = tuple(job._thread for job in after)
        self._thread.start()

    def cancel(self) -> bool:
        """Ask the work to stop at its next step. Quiet: it ends with `cancelled`, never with an error.

        Returns:
            False when it is too late: what it makes will be there, and it will say so.
        """
        return self._stop.ask()

    @property
    def can_stop(self) -> bool:
        """True while `cancel` would stop it."""
        return not self._stop.is_too_late

    def wait(self, seconds: float) -> bool:
        """Wait for the thread to end (not for the outcome to arrive); False when it still runs."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        for thread in self._after:
            thread.join()
        try:
            steps = Steps(self._stop, self._step.emit, self._early.emit, self._commit.emit)
            self._stop.look()  # it may have been called off while it waited
            outcome: tuple[str, Any] = ("succeeded", self._work(steps))
        except Cancelled:
            outcome = ("cancelled", None)
        except Exception as error:
            outcome = ("failed", error)
        if self._stop.is_asked:
            outcome = ("cancelled", None)  # whatever it made in the meantime is no longer wanted
        self._home.emit(outcome)

    @Slot(str, int, int)
    def _report(self, stage: str, done: int, total: int) -> None:
        if not self._stop.is_asked:
            self.progressed.emit(stage, done, total)

    @Slot(object)
    def _show(self, value: Any) -> None:
        if not self._stop.is_asked:
            self.shown.emit(value)

    @Slot(object)
    def _arrive(self, outcome: tuple[str, Any]) -> None:
        self._thread.join()  # it has nothing left to do but to end
        kind, value = outcome
        if self._stop.is_asked:
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


class Stop:
    """Whether a job was asked to stop, and whether it is too late for that: never both. Both threads ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_asked = False
        self.is_too_late = False

    def ask(self) -> bool:
        """Ask to stop; False when it is too late."""
        with self._lock:
            self.is_asked = not self.is_too_late
        return self.is_asked

    def look(self) -> None:
        """Raise `Cancelled` when asked to stop."""
        if self.is_asked:
            raise Cancelled

    def commit(self) -> None:
        """Make it too late; raise `Cancelled` when asked to stop before."""
        with self._lock:
            self.look()
            self.is_too_late = True


class Steps:
    """The progress that a job hands to the engine: raises `Cancelled` when asked to stop, reports now and then."""

    def __init__(
        self,
        stop: Stop,
        emit: Callable[[str, int, int], None],
        show: Callable[[Any], None],
        committed: Callable[[], None],
    ) -> None:
        self._stop = stop
        self._emit = emit
        self._committed = committed
        self.show = show
        self._last = 0.0
        self._stage = ""

    def step(self, stage: str, done: int, total: int) -> None:
        self._stop.look()
        now = time.monotonic()
        if stage != self._stage or done >= total > 0 or now - self._last >= REPORT_EVERY_S:
            self._last, self._stage = now, stage
            self._emit(stage, done, total)

    def commit(self) -> None:
        """Say that what was made takes its place now: `Job.cancel` stops nothing any more."""
        self._stop.commit()
        self._committed()


class Jobs(QObject):
    """The jobs that run now, by purpose: the newest of a purpose replaces the others, or waits for them.

    Signals:
        changed(): A job began, ended or can no longer be stopped.
        progressed(title, stage, done, total): The newest news of any job.
    """

    changed = Signal()
    progressed = Signal(str, str, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[Job, str] = {}
        self._leaving: set[Job] = set()
        self._is_shut = False

    def start(self, purpose: str, job: Job) -> Job:
        """Start a job whose listeners are connected; an earlier one of the same purpose is cancelled.

        After `shut_down` nothing begins any more: the end of one job makes others begin, and the window is gone.
        """
        if not self._is_shut:
            self.cancel(purpose)
            self._start(purpose, job, [])
        return job

    def queue(self, purpose: str, job: Job, behind: Callable[[str], bool]) -> Job:
        """Start a job whose work begins when that of all earlier ones has ended whose purpose `behind` points out."""
        if not self._is_shut:
            self._start(purpose, job, [other for other, its in self._running.items() if behind(its)])
        return job

    def _start(self, purpose: str, job: Job, after: Sequence[Job]) -> None:
        self._running[job] = purpose
        job.progressed.connect(lambda *where: self.progressed.emit(job.title, *where))
        job.committed.connect(self.changed)
        job.finished.connect(lambda: self._forget(job))
        job.start(after)
        self.changed.emit()

    def cancel(self, purpose: str) -> None:
        """Stop the jobs of one purpose, if any run and can be stopped."""
        self._cancel([job for job, its in self._running.items() if its == purpose])

    def cancel_all(self) -> None:
        """Stop everything that can be stopped."""
        self._cancel(list(self._running))

    def _cancel(self, jobs: Sequence[Job]) -> None:
        stopped = [job for job in jobs if job.cancel()]
        for job in stopped:
            del self._running[job]
            self._leaving.add(job)
        if stopped:
            self.changed.emit()

    def can_stop(self) -> bool:
        """True while `cancel_all` would stop anything."""
        return any(job.can_stop for job in self._running)

    def are_alive(self) -> bool:
        """True while the thread of any job, wanted or not, has not ended."""
        return any(not job.wait(0.0) for job in (*self._running, *self._leaving))

    def is_running(self, purpose: str | None = None) -> bool:
        """True while a job of this purpose (any, when None) runs and is wanted."""
        return bool(self._running) if purpose is None else purpose in self._running.values()

    def are_home(self) -> bool:
        """True when the outcome of every job, wanted or not, has arrived."""
        return not self._running and not self._leaving

    def purposes(self) -> list[str]:
        """Purposes of the wanted jobs, oldest first."""
        return list(self._running.values())

    def titles(self) -> list[str]:
        """Titles of the wanted jobs, oldest first."""
        return [job.title for job in self._running]

    def shut_down(self, seconds: float, *, cancel: bool = True) -> bool:
        """Cancel everything, or let it end, and wait for the threads; False when one did not end in time."""
        self._is_shut = True
        jobs = [*self._running, *self._leaving]
        if cancel:
            self.cancel_all()
        ended = [job.wait(seconds) for job in jobs]
        return all(ended)

    def _forget(self, job: Job) -> None:
        self._running.pop(job, None)
        self._leaving.discard(job)
        self.changed.emit()
