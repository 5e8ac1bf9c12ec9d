"""The session: what happens between a dropped folder and a saved report, without a widget.

    open_paths → work list → recognise → first image, volumes → outlines found in the folder → analysis → report

Every arrow is a job; every outcome is put into the document or the volume store on the UI thread. The window listens.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop import readiness, wording
from desktop.analyser import Analyser
from desktop.desk import Desk
from desktop.importer import Importer
from desktop.model_shelf import ModelShelf
from desktop.opening import Opening
from desktop.operations import files, studies
from desktop.operations.studies import FirstImage, Reading
from desktop.readiness import Word
from desktop.saver import Saver
from desktop.settings import Settings
from desktop.volume_reader import VolumeReader
from desktop.worklist import Entry, WorkList
from engine import pipeline
from engine.domain.case import Case
from engine.domain.errors import EngineError, StorageError
from engine.domain.sequence import RoleGuess, SequenceRole
from engine.domain.study import Skipped

log = logging.getLogger("lobule.desktop")

PATIENCE_S = 10.0
"""A window that is closed waits this long for each of its jobs to look up."""
SAVING_S = 60.0
"""And, where nobody tells the person that it waits, this long for files that are being written."""


class Session(Desk):
    """Drives one window.

    Signals:
        skipped_changed(): The list of skipped files changed.
        first_image(FirstImage): One slice can be shown while the rest is read.
        readiness_changed(): Whether an analysis can start, or why not, may have changed.
        role_confirmed(): The person accepted a proposal; the case is as it was.
    """

    skipped_changed = Signal()
    first_image = Signal(object)
    readiness_changed = Signal()
    role_confirmed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(settings, parent)
        self.paths: tuple[Path, ...] = ()
        self._restoring = False
        self._beside: tuple[Skipped, ...] = ()
        self.models = ModelShelf(self)
        self.opening = Opening(self, self.models)
        self.saver = Saver(self)
        self.importer = Importer(self)
        self.reader = VolumeReader(self)
        self.analyser = Analyser(self, self.models, self.reader)
        self.document.case_changed.connect(self._case_changed)
        self.jobs.changed.connect(self.readiness_changed)
        self.saving.changed.connect(self.readiness_changed)
        self.models.checked.connect(self.readiness_changed)
        self.models.checked.connect(self.analyser.start_by_itself)
        self.models.failed.connect(self.failed)
        self.importer.finished.connect(self.analyser.start_by_itself)
        self.reader.changed.connect(self.readiness_changed)
        self.reader.finished.connect(self.analyser.start_rested)
        self.opening.early.connect(self.show_early)
        self.opening.read.connect(self.show_reading)
        self.opening.set_aside.connect(self.tell_skipped)
        self.opening.given_up.connect(self.forget_arriving)
        self.opening.close_wanted.connect(self.close)

    # ---- opening

    @property
    def list(self) -> WorkList:
        """The studies that were dropped."""
        return self.opening.list

    @property
    def is_busy(self) -> bool:
        """True while anything is read, computed or written, for the window or beside it."""
        return any(jobs.is_running() for jobs in (self.jobs, self.saving, self.opening.background))

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Read what was dropped. What is shown stays until the new study, or its first image, is there."""
        if paths:
            self.opening.open(paths)

    def restore(self, paths: Sequence[Path], case: Case, confirmed: Collection[Word] = ()) -> None:
        """Open what an unfinished session had open, and take over its case and what was confirmed of it."""
        self.opening.show(self.opening.restore(paths, case, confirmed))

    def resume(self, case: Case, confirmed: Collection[Word] = ()) -> None:
        """Take over the case of an unfinished session, and what was confirmed of it, for the study shown."""
        self.confirmed.update(confirmed)
        self.reader.follow(self.analyser.start_by_itself)
        self.document.edit(case, self.tr("Restore unfinished work"))
        self.reader.read()

    @property
    def is_restoring(self) -> bool:
        """True while a study is opened whose unsaved work is known: it is taken over by itself."""
        return self._restoring

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Files of the drop that were not used, with reasons."""
        study = self.document.study
        return (*self._beside, *(study.skipped if study is not None else ()))

    def tell_skipped(self, skipped: Sequence[Skipped]) -> None:
        """Say which files of the drop belong to no study."""
        self._beside = tuple(skipped)
        self.skipped_changed.emit()

    def show_early(self, image: FirstImage) -> None:
        """Show a first image while its study is still being read; no other study may stand beside it."""
        self._clear()
        self.document.close()
        self.arriving = image.study
        self.first_image.emit(image)
        self.readiness_changed.emit()

    def show_reading(self, reading: Reading, entry: Entry) -> None:
        """Show a study with what its entry of the list knows of it, and read its images."""
        study = reading.study
        self._clear()
        self.paths, self.confirmed = entry.paths, set(entry.confirmed)
        fresh = pipeline.first_case(study, reading.role_map)
        kept = entry.case if entry.case and entry.case.study_instance_uid == study.study_instance_uid else None
        self._restoring = kept is not None and entry.unsaved
        self.document.open(
            study, fresh if kept is None or entry.unsaved else kept, reading.role_map, reading.roi_objects
        )
        if kept is not None and entry.unsaved:
            self.document.edit(kept, self.tr("Restore unfinished work"))
        self._restoring = False
        if entry.analysis is not None:
            self.document.show_analysis(entry.analysis)
        self.tell_skipped(entry.skipped)
        self.readiness_changed.emit()
        t2 = study.find(self.shown()[1].roles.get(SequenceRole.T2, ""))
        if t2 is not None:
            job = studies.show_first_image(study, t2)
            job.succeeded.connect(self._first_image_read)  # its failure is told by the job that reads the volumes
            self.jobs.start("first image", job)
        outlines_first = kept is None and not readiness.t2_is_broken(study, fresh)
        self.reader.follow(self.importer.offer if outlines_first else self.analyser.start_by_itself)
        self.reader.read()

    def forget_arriving(self) -> None:
        """What was on its way to the screen is not coming."""
        self.arriving = None
        if self.document.study is not None:
            self.reader.read()  # it stopped when the other study was asked for
        self.readiness_changed.emit()

    def _clear(self) -> None:
        self.document.leave()  # unfinished work is kept with the paths and the words that belong to it
        self.confirmed, self.arriving = set(), None
        self.reader.clear()
        self.analyser.call_off()
        self.store.clear()

    def _first_image_read(self, image: FirstImage | None) -> None:
        if image is not None and self.store.get(image.series_key) is None:
            self.first_image.emit(image)

    # ---- roles

    def set_role(self, role: SequenceRole, key: str | None) -> None:
        """Let a series play a role (None: nobody); the person's word needs no confirmation."""
        _, case = self.shown()
        if key is not None:
            self.confirmed.add((role, key))
        text = self.tr("Change role {0}").format(wording.role_name(role))
        self.document.edit(case.with_role(role, key), text)
        if key is not None:
            self.reader.read_again(key)

    def confirm_role(self, role: SequenceRole) -> None:
        """Accept an uncertain proposal as it stands."""
        _, case = self.shown()
        if role in case.roles:
            self.confirmed.add((role, case.roles[role]))
            self.role_confirmed.emit()
            self.readiness_changed.emit()
            self.analyser.start_by_itself()

    def guess(self, role: SequenceRole) -> RoleGuess | None:
        """Return what the series in this role was taken for."""
        case = self.document.case
        if case is None or role not in case.roles:
            return None
        return self.document.role_map.guess_for(case.roles[role])

    def _case_changed(self, before: Case, after: Case) -> None:
        self.readiness_changed.emit()
        self.analyser.put_off()
        if before.roles != after.roles:
            self.reader.read()

    # ---- keeping

    def load_case(self, path: Path) -> None:
        """Take over roles, outlines and notes from a file, undoably."""
        study, _ = self.shown()

        def read(case: Case) -> None:
            if case.study_instance_uid != study.study_instance_uid:
                self.failed.emit(_other_study())
                return
            self.confirmed |= readiness.decided(study, case, self.document.role_map)  # the file tells nothing else
            self.reader.follow(self.analyser.start_by_itself)
            self.document.edit(case, self.tr("Load case"))
            self.reader.read()

        self.start("case", files.load_case(path), read)

    def close(self) -> None:
        """Show no study."""
        self.jobs.cancel_all()
        self.opening.close()
        self._clear()
        self.document.close()
        self.tell_skipped(())
        self.readiness_changed.emit()

    @property
    def is_alive(self) -> bool:
        """True while a thread of any job has not ended, also after `shut_down`."""
        return any(jobs.are_alive() for jobs in (self.jobs, self.saving, self.opening.background, self.models.jobs))

    def shut_down(self, saving_s: float = SAVING_S) -> bool:
        """Stop all work but what is being written, and wait for it; False when something did not stop in time."""
        self.analyser.call_off()
        every = (self.jobs, self.opening.background, self.models.jobs)
        for jobs in every:
            jobs.cancel_all()  # all are asked before one is waited for
        ended = [jobs.shut_down(PATIENCE_S) for jobs in every]
        ended.append(self.saving.shut_down(saving_s, cancel=False))
        return all(ended)


def _other_study() -> EngineError:
    return StorageError(
        "The case belongs to another study.",
        remedy="Open the study that it was made for, then load it again.",
        code="case-other-study",
    )
