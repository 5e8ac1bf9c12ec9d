"""The volume reader: gives every series of the case its volume, one after another, and knows which has none and why.

A series fails alone: the others are read all the same. What is stopped, or comes back by undo, is read when it is asked
for again.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop import operations, readiness, wording
from desktop.desk import Desk
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.domain.volume import VolumeSet

PURPOSE = "volumes"


class VolumeReader(QObject):
    """Works at one desk.

    Signals:
        changed(): A series was read, or cannot be read.
        finished(): Series were read, none is left, and nothing else was to follow.
    """

    changed = Signal()
    finished = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._unreadable: set[str] = set()
        self._after: Callable[[], None] | None = None

    def clear(self) -> None:
        """Another study follows."""
        self._desk.jobs.cancel(PURPOSE)
        self._unreadable, self._after = set(), None

    def follow(self, after: Callable[[], None]) -> None:
        """Do this, once, when the series of the case have been read, also where the case changes before."""
        self._after = after

    def read(self) -> None:
        """Read the series of the case that nobody has read."""
        if not self._desk.jobs.is_running(PURPOSE):
            self._read_next()

    def read_again(self, key: str) -> None:
        """Read a series of the case that has no volume because its reading failed or was stopped."""
        if self._desk.document.case is not None and key in self.missing().values():
            self._unreadable.discard(key)
            self.read()

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
        failed = [role for role, key in missing.items() if key in self._unreadable]
        names = ", ".join(wording.role_name(role) for role in failed or missing)
        if failed:
            return self.tr("Could not be read: {0}. Choose another series, or none.").format(names)
        return self.tr("Reading was stopped: {0}. Choose the series again to read it.").format(names)

    def _read_next(self) -> None:
        study, case = self._desk.shown()
        waiting = {role: key for role, key in self.missing().items() if key not in self._unreadable}
        if waiting:
            role = min(waiting, key=lambda one: one is not SequenceRole.T2)  # outlines are drawn on it
            self._read_role(study, role, waiting[role])
        elif case.roles.get(SequenceRole.T2) not in self._unreadable:  # else what follows waits for another series
            after, self._after = self._after, None
            if after is not None:
                after()

    def _read_role(self, study: Study, role: SequenceRole, key: str) -> None:
        self._after = self._after or self.finished.emit

        def read(volumes: VolumeSet) -> None:
            self._desk.store.add(key, volumes[role])
            self.changed.emit()
            self._read_next()

        def failed() -> None:
            self._unreadable.add(key)
            self.changed.emit()
            self._read_next()

        job = operations.load_roles(study, {role: key})
        job.failed.connect(failed)
        self._desk.start(PURPOSE, job, read)
