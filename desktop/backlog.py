"""The backlog: the entries of the work list that are not shown, read and analysed one after another.

It works while the window rests: one entry at a time, so that what a person asks for finds the machine free. What needs
a person's word is left for the time when the study is shown.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from desktop import settings as table
from desktop.desk import Desk
from desktop.jobs import Jobs
from desktop.model_shelf import ModelShelf
from desktop.operations import analyses, studies
from desktop.operations.analyses import Prepared
from desktop.worklist import Entry, State, WorkList


class Backlog(QObject):
    """Works through a list beside one desk.

    Signals:
        reading(number, job): A job is about to read an entry; what it gives is for the listener to take.
    """

    reading = Signal(int, object)

    def __init__(self, desk: Desk, models: ModelShelf, entries: WorkList, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._models, self._list, self._jobs = desk, models, entries, jobs
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._work_on)
        self._list.changed.connect(self._rest)
        self._jobs.changed.connect(self._rest)
        desk.jobs.changed.connect(self._rest)
        models.checked.connect(self._rest)

    def cancel(self, number: int) -> None:
        """Stop what is done about an entry: it is shown, or gone."""
        self._jobs.cancel(_purpose(number))

    def _rest(self) -> None:
        self._soon.start(0)

    def _work_on(self) -> None:
        """Begin with the next entry when nothing else runs."""
        desk = self._desk
        if desk.jobs.is_running() or self._jobs.is_running():
            return
        current = self._list.current
        for entry in self._list.entries:
            if current is not None and entry.number == current.number:
                continue
            if entry.state is State.WAITING:
                self._read(entry)
                return
            ready = entry.state is State.READY and not entry.prepared
            if ready and self._models.is_checked and desk.settings.get(table.AUTO_ANALYZE):
                self._prepare(entry)
                return

    def _read(self, entry: Entry) -> None:
        self._list.update(entry.number, state=State.READING)
        job = studies.open_paths(entry.paths)
        self.reading.emit(entry.number, job)
        self._jobs.start(_purpose(entry.number), job)

    def _prepare(self, entry: Entry) -> None:
        number = entry.number
        self._list.update(number, state=State.ANALYZING)
        job = analyses.prepare(entry, self._models.packages(), self._desk.settings.get(table.PROVIDER))
        job.succeeded.connect(lambda made: self._prepared(number, made))
        job.failed.connect(lambda _: self._list.update(number, state=State.READY, prepared=True))  # told when shown
        job.cancelled.connect(lambda: self._list.update(number, state=State.READY))
        self._jobs.start(_purpose(number), job)

    def _prepared(self, number: int, made: Prepared) -> None:
        state = State.READY if made.analysis is None else State.ANALYSED
        case = made.case if made.case.rois else None
        self._list.update(number, state=state, case=case, analysis=made.analysis, prepared=True)


def _purpose(number: int) -> str:
    return f"entry {number}"
