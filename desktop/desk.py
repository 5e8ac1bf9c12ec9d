"""The desk: what everybody works on: settings, the document, the volumes, the jobs, and three ways to speak up.

The session is a desk with the verbs of a person; importer, saver, analyser and opening know the desk and never the
session: they tell it by signals what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop import readiness
from desktop import settings as table
from desktop.document import CaseDocument
from desktop.jobs import Job, Jobs
from desktop.readiness import Word
from desktop.settings import Settings
from desktop.volume_store import VolumeStore
from engine.domain.case import Case
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.domain.volume import Volume, VolumeSet


class Desk(QObject):
    """One study at a time.

    Signals:
        failed(error): Something went wrong; the person should read it.
        notice(text): Something worth a line in the status bar.
        saved(text, path): A file was written.
        not_saved(path, error): A file could not be written; the person must read it.
    """

    failed = Signal(object)
    notice = Signal(str)
    saved = Signal(str, object)
    not_saved = Signal(object, object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.document = CaseDocument(self)
        self.store = VolumeStore(self)
        self.jobs = Jobs(self)
        self.saving = Jobs(self)
        """What is being written, by path: it goes on when another study is shown; a window that closes waits for it."""
        self.confirmed: set[Word] = set()
        """The roles that are a person's word, each with its series."""
        self.arriving: Study | None = None
        """The study whose first image is shown while the rest of it is read; the document is empty then."""

    def start(self, purpose: str, job: Job, succeeded: Callable[[Any], None], jobs: Jobs | None = None) -> None:
        """Start a job for a purpose; its failure is told to the person."""
        job.succeeded.connect(succeeded)
        job.failed.connect(self.failed)
        (jobs or self.jobs).start(purpose, job)

    def shown(self) -> tuple[Study, Case]:
        """Return the study shown and its case; only to be asked while there is one."""
        study, case = self.document.study, self.document.case
        if study is None or case is None:
            raise RuntimeError("no study is shown")
        return study, case

    def t2_volume(self) -> Volume | None:
        """Return the volume that lesions are outlined on, None while it has not been read."""
        case = self.document.case
        return None if case is None else self.store.get(case.roles.get(SequenceRole.T2, ""))

    def volumes(self) -> VolumeSet:
        """Return the volumes of the case's roles that have been read."""
        _, case = self.shown()
        return self.store.volume_set(case.roles)

    def needs_confirmation(self, role: SequenceRole) -> bool:
        """True while the series in this role was proposed with doubt and nobody has confirmed it."""
        document = self.document
        return readiness.needs_confirmation(document.case, document.role_map, self.confirmed, role)

    @property
    def can_save(self) -> bool:
        """True when there is a result, it is up to date, and the reader may see it."""
        document = self.document
        return document.analysis is not None and not document.is_stale and not self.impression_wanted

    @property
    def impression_wanted(self) -> bool:
        """True while a result waits for the reader's impression: nothing of it may be shown (read-first mode)."""
        case = self.document.case
        return (
            self.settings.get(table.READ_FIRST)
            and self.document.analysis is not None
            and case is not None
            and case.reader.first_impression is None
        )
