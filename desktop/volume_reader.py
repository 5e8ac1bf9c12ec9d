"""The volume reader: gives every series of the case its volume, one after another, and knows which has none and why.

A series fails alone: the others are read all the same. What is stopped, or comes back by undo, is read when it is asked
for again. Series without a role are read where a view wants to show them, after those of the case.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop import errors, readiness, wording
from desktop.desk import Desk
from desktop.operations import studies
from engine.domain.sequence import SequenceRole
from engine.domain.study import Series, Study
from engine.domain.volume import Volume, VolumeSet

PURPOSE = "volumes"


class VolumeReader(QObject):
    """Works at one desk.

    Signals:
        changed(): A series is being read, was read or cannot be read, or reading was stopped.
        finished(): Series were read, none is left, and nothing else was to follow.
    """

    changed = Signal()
    finished = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._faults: dict[str, BaseException] = {}
        self._waiting: dict[str, Series] = {}
        self._after: Callable[[], None] | None = None
        self._soon = QTimer(self)  # who asks to look at a series may ask before those of the case are begun with
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look_at_waiting)

    def clear(self) -> None:
        """Another study follows."""
        self._desk.jobs.cancel(PURPOSE)
        self._faults, self._waiting, self._after = {}, {}, None

    def follow(self, after: Callable[[], None]) -> None:
        """Do this, once, when the series of the case have been read, also where the case changes before."""
        self._after = after

    def read(self) -> None:
        """Read the series of the case that nobody has read."""
        if not self._desk.jobs.is_running(PURPOSE):
            self._read_next()

    def read_again(self, key: str) -> None:
        """Read a series that has no volume because its reading failed or was stopped."""
        if self._desk.document.case is None:
            return
        if key in self.missing().values():
            self._faults.pop(key, None)
            self.read()
        elif not self._desk.jobs.is_running(_purpose(key)):
            self._faults.pop(key, None)
            self.look_at(key)

    def look_at(self, key: str) -> None:
        """Read a series that plays no role, once those of the case are read; one that failed is left alone."""
        study, case = self._desk.shown()
        series = study.find(key)
        known = key in self._faults or self._desk.store.get(key) is not None
        if series is None or not series.is_stack or known or key in case.roles.values():
            return
        if key not in self._waiting and not self._desk.jobs.is_running(_purpose(key)):
            self._waiting[key] = series
            if not self._desk.jobs.is_running(PURPOSE):  # else it is looked at when that ends, or dropped
                self._soon.start(0)
            self.changed.emit()

    def trouble(self, key: str) -> str:
        """Return why a series that somebody wants has no volume, in words; empty when one is there or on its way."""
        study, case = self._desk.document.study, self._desk.document.case
        series = None if study is None else study.find(key)
        if series is None or case is None or self._desk.store.get(key) is not None:
            return ""
        if not series.is_stack:
            return self.tr("Cannot be read: {0}").format(wording.phrase(series.stack_problem or ""))
        if key in self._faults:
            return self.tr("Cannot be read: {0}").format(errors.words(self._faults[key])[0])
        purpose = PURPOSE if key in case.roles.values() else _purpose(key)
        if key in self._waiting or self._desk.jobs.is_running(purpose):
            return ""
        return self.tr("Stopped — open it again to read")

    def missing(self) -> dict[SequenceRole, str]:
        """Return the roles of the case whose series have no volume, though they could."""
        study, case = self._desk.shown()
        return readiness.readable(study, self._desk.store.missing(case.roles))

    def obstacle(self) -> str:
        """Return why series of the case have no volume, in words; empty when all have theirs."""
        missing = self.missing()
        if not missing:
            return ""
        if self._desk.jobs.is_running(PURPOSE):
            return self.tr("The images are still being read.")
        failed = [role for role, key in missing.items() if key in self._faults]
        names = ", ".join(wording.role_name(role) for role in failed or missing)
        if failed:
            return self.tr("Could not be read: {0}. Choose another series, or none.").format(names)
        return self.tr("Reading was stopped: {0}. Choose the series again to read it.").format(names)

    def _read_next(self) -> None:
        study, case = self._desk.shown()
        waiting = {role: key for role, key in self.missing().items() if key not in self._faults}
        if waiting:
            role = min(waiting, key=lambda one: one is not SequenceRole.T2)  # outlines are drawn on it
            self._read_role(study, role, waiting[role])
            return
        if case.roles.get(SequenceRole.T2) not in self._faults:  # else what follows waits for another series
            after, self._after = self._after, None
            if after is not None:
                after()
        self._soon.start(0)

    def _read_role(self, study: Study, role: SequenceRole, key: str) -> None:
        self._after = self._after or self.finished.emit

        def read(volumes: VolumeSet) -> None:
            self._desk.store.add(key, volumes[role])
            self.changed.emit()
            self._read_next()

        def failed(error: BaseException) -> None:
            self._faults[key] = error
            self.changed.emit()
            self._read_next()

        job = studies.load_roles(study, {role: key})
        job.failed.connect(failed)
        job.cancelled.connect(self._stopped)
        self._desk.start(PURPOSE, job, read)
        self.changed.emit()

    def _stopped(self) -> None:
        """What waited for the series of the case was stopped with them."""
        if not self._desk.jobs.is_running(PURPOSE):
            self._waiting.clear()
        self.changed.emit()

    def _look_at_waiting(self) -> None:
        if self._desk.jobs.is_running(PURPOSE):
            return  # asked again when they are read
        waiting, self._waiting = self._waiting, {}
        for key, series in waiting.items():
            self._look(key, series)

    def _look(self, key: str, series: Series) -> None:
        study = self._desk.document.study

        def read(volume: Volume) -> None:
            if self._desk.document.study is study:
                self._desk.store.add(key, volume)
                self.changed.emit()

        def failed(error: BaseException) -> None:
            if self._desk.document.study is study:
                self._faults[key] = error
                self.changed.emit()

        job = studies.load_series(series)
        job.failed.connect(failed)
        job.cancelled.connect(self.changed)
        self._desk.start(_purpose(key), job, read)


def _purpose(key: str) -> str:
    return f"series {key}"
