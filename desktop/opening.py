"""Opening: from what was dropped to entries of the work list, and one of them to the screen.

    open → (sort a drop of several) → entries → read headers, first image → recognise → `read`

One entry is read for the screen at a time; the others are the backlog's, and what it reads is taken over here the same
way. Leaving a study keeps its case and analysis in its entry; nothing drawn is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop import errors
from desktop.backlog import Backlog
from desktop.desk import Desk
from desktop.jobs import Job, Jobs
from desktop.model_shelf import ModelShelf
from desktop.operations import studies
from desktop.operations.studies import FirstImage, Reading
from desktop.readiness import Word
from desktop.worklist import Entry, State, WorkList
from engine import pipeline
from engine.domain.case import Case
from engine.domain.study import Opened, Study


class Opening(QObject):
    """Drives the work list of one session.

    Signals:
        early(image): A first image of the study that is on its way to the screen.
        read(reading, entry): The study that shall be shown, with what its entry of the list knows of it.
        set_aside(skipped): Files of the drop that belong to no study.
        given_up(): What was on its way to the screen is not coming.
        close_wanted(): The study shown was taken off the list.
    """

    early = Signal(object)
    read = Signal(object, object)
    set_aside = Signal(object)
    given_up = Signal()
    close_wanted = Signal()

    def __init__(self, desk: Desk, models: ModelShelf) -> None:
        super().__init__(desk)
        self._desk = desk
        self.list = WorkList(self)
        self.background = Jobs(self)
        self._came_from: int | None = None
        self._reader: dict[int, Job] = {}
        self._backlog = Backlog(desk, models, self.list, self.background, self)
        self._backlog.reading.connect(self._follow_beside)
        desk.document.result_changed.connect(self._note_result)

    # ---- what the person asks for

    def open(self, paths: Sequence[Path]) -> None:
        """Put what was dropped on the list and show its first study; what is shown stays until that has an image."""
        desk = self._desk
        desk.jobs.cancel_all()
        for path in reversed(paths):
            desk.settings.remember_opened(path)
        if len(paths) == 1:
            self.show(self.list.add(paths).number)
        else:
            desk.start("open", studies.sort_drop(paths), self._sorted)

    def restore(self, paths: Sequence[Path], case: Case, confirmed: Collection[Word]) -> int:
        """Put what an unfinished session had open on the list, with its case; return the entry's number."""
        return self.list.add(paths, case=case, confirmed=frozenset(confirmed), unsaved=True).number

    def show(self, number: int) -> None:
        """Show an entry: read it first where nobody has."""
        entry = self.list.find(number)
        shown = self.list.current
        if entry is None or (shown is not None and shown.number == number and entry.state is not State.FAILED):
            return
        desk = self._desk
        desk.jobs.cancel_all()
        self._backlog.cancel(number)
        if desk.document.study is not None and shown is not None:
            self._came_from = shown.number
        if entry.study is not None:
            self._arrive(number, entry.study)
            return
        self.list.update(number, state=State.READING, reason="")
        job = studies.open_paths(entry.paths)
        job.shown.connect(lambda image: self._early(number, image))
        self._follow(job, number, lambda opened: self._read(number, opened, shown=True))
        self.list.show(number)
        desk.jobs.start("open", job)

    def step(self, by: int) -> None:
        """Show the next (1) or the previous (-1) entry."""
        entry = self.list.beside(by)
        if entry is not None:
            self.show(entry.number)

    def close(self) -> None:
        """Take the shown study off the list."""
        current = self.list.current
        if current is not None:
            self.list.remove(current.number)

    def remove(self, number: int) -> None:
        """Take an entry off the list; the shown one is closed."""
        current = self.list.current
        if current is not None and current.number == number:
            self.close_wanted.emit()
            return
        self._backlog.cancel(number)
        self.list.remove(number)

    # ---- leaving and arriving

    def leave(self) -> None:
        """Keep case and analysis of the shown study in its entry."""
        document = self._desk.document
        if document.case is None:
            return
        shown = self._shown_entry()
        if shown is None:
            return
        analysis = None if document.is_stale else document.analysis
        self.list.update(
            shown.number,
            case=document.case,
            confirmed=frozenset(self._desk.confirmed),
            unsaved=not document.history.isClean(),
            analysis=analysis,
            state=State.READY if analysis is None else State.ANALYSED,
            prepared=analysis is not None or not document.case.rois,
        )

    def _note_result(self) -> None:
        shown, document = self._shown_entry(), self._desk.document
        if shown is not None:
            current = document.analysis is not None and not document.is_stale
            self.list.update(shown.number, state=State.ANALYSED if current else State.READY)

    def _shown_entry(self) -> Entry | None:
        """Return the entry of the study in the document: while another is on its way, that is not the current one."""
        study = self._desk.document.study
        return next((e for e in self.list.entries if study is not None and e.study is study), None)

    def _arrive(self, number: int, study: Study) -> None:
        self.list.show(number)
        job = studies.recognise(study)
        self._follow(job, number, lambda reading: self._recognised(number, reading))
        self._desk.jobs.start("recognise", job)

    def _recognised(self, number: int, reading: Reading) -> None:
        entry = self.list.find(number)
        if entry is None:
            return
        self.leave()
        self._came_from = None
        self.list.update(number, case=None, unsaved=False, analysis=None)
        self.read.emit(reading, entry)

    # ---- reading

    def _sorted(self, groups: tuple[tuple[Path, ...], ...]) -> None:
        numbers = [self.list.add(group).number for group in groups]
        self.show(numbers[0])

    def _early(self, number: int, image: FirstImage) -> None:
        current = self.list.current
        if current is not None and current.number == number:
            self.leave()
            self.early.emit(image)

    def _read(self, number: int, opened: Opened, *, shown: bool) -> None:
        """Take over what reading an entry gave: its study, several entries, or the reason why there is none."""
        entry = self.list.find(number)
        if entry is None:
            return
        self.list.update(number, skipped=opened.skipped)
        if shown:
            self.set_aside.emit(opened.skipped)
        if not opened.studies:
            self._failed(number, pipeline.nothing_found(entry.paths, opened))
            return
        first, *others = opened.studies
        self._take(number, first)
        behind = number
        for study in others:
            behind = self.list.add(entry.paths, behind, study=study, skipped=opened.skipped).number
            self._take(behind, study)
        if shown:
            wanted = self._wanted(entry, number)
            self._arrive(wanted.number, wanted.study or first)

    def _take(self, number: int, study: Study) -> None:
        """Give an entry its study; one that the list holds already is replaced, and its unsaved work goes on."""
        entry = self.list.update(number, study=study, state=State.READY)
        former = self.list.same_study(study, number)
        if entry is None or former is None:
            return
        if former is self._shown_entry():
            self.leave()
            former = self.list.find(former.number) or former
        if entry.case is None and former.unsaved:
            self.list.update(number, case=former.case, confirmed=former.confirmed, unsaved=True)
        self.list.remove(former.number)
        if self.list.current is None:
            self.list.show(number)

    def _wanted(self, entry: Entry, number: int) -> Entry:
        """Return, of the entries that one drop became, the one whose case is to be restored, else the first."""
        case = entry.case
        found = self.list.find(number)
        assert found is not None
        if case is None or found.study is None or found.study.study_instance_uid == case.study_instance_uid:
            return found
        for other in self.list.entries:
            same = other.study is not None and other.study.study_instance_uid == case.study_instance_uid
            if other.paths == entry.paths and same:
                self.list.update(number, case=None, confirmed=frozenset(), unsaved=False)
                moved = self.list.update(other.number, case=case, confirmed=entry.confirmed, unsaved=True)
                assert moved is not None
                return moved
        return found

    def _follow(self, job: Job, number: int, succeeded: Callable[[Any], None]) -> None:
        """Listen to the job that reads an entry; an earlier one of the same entry is listened to no more."""
        self._reader[number] = job

        def only_newest(then: Callable[[Any], None]) -> Callable[..., None]:
            return lambda value=None: then(value) if self._reader.get(number) is job else None

        job.succeeded.connect(only_newest(succeeded))
        job.failed.connect(only_newest(lambda error: self._failed(number, error)))
        job.cancelled.connect(only_newest(lambda _: self._failed(number, None)))

    def _follow_beside(self, number: int, job: Job) -> None:
        self._follow(job, number, lambda opened: self._read(number, opened, shown=False))

    def _failed(self, number: int, error: BaseException | None) -> None:
        """Say why an entry has no study (None: reading was stopped). Where others wait, they are not held up."""
        entry = self.list.find(number)
        if entry is None:
            return
        current = self.list.current
        was_shown = current is not None and current.number == number
        if error is None:
            replaced = not was_shown or self._desk.jobs.is_running()
            state = State.WAITING if replaced else State.FAILED
            self.list.update(number, state=state if entry.study is None else State.READY, reason=self.tr("Stopped"))
        else:
            self.list.update(number, state=State.FAILED, reason=errors.words(error)[0])
        if not was_shown or (error is None and self._desk.jobs.is_running()):
            return
        waiting = next((one for one in self.list.entries if one.state is State.WAITING), None)
        if error is not None and waiting is None:
            self._desk.failed.emit(error)
        if len(self.list) == 1:
            self.list.remove(number)
        elif waiting is not None and error is not None:
            self.show(waiting.number)
            return
        self._go_back()

    def _go_back(self) -> None:
        """Nothing new is coming: show what was shown before."""
        self.list.show(None)
        came_from, self._came_from = self._came_from, None
        before = None if came_from is None else self.list.find(came_from)
        if before is not None:
            shown = self._shown_entry()
            if shown is before:  # it never left the screen
                self.list.show(before.number)
            else:
                self.show(before.number)
        self.given_up.emit()
