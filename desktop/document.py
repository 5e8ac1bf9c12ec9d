"""The document: one study, the case about it, its history, and the last analysis."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from desktop.edits import EditCase
from engine.domain.case import Case
from engine.domain.result import Analysis, StudyResult
from engine.domain.roi import RoiObject
from engine.domain.sequence import RoleMap
from engine.domain.study import Study

MOST_STEPS = 500
"""So many steps can be undone; what lies before them has become part of the case."""


class CaseDocument(QObject):
    """What the window is about. Views read it and listen; they change the case through `edit` only.

    Signals:
        closing(): The study shown is about to be left, with what was done to it still in place.
        opened(): Another study (or none) is shown; everything may have changed.
        case_changed(before, after): The case was edited, undone or redone.
        result_changed(): There is another analysis, or none, or it went out of date or came back into date.
    """

    closing = Signal()
    opened = Signal()
    case_changed = Signal(object, object)
    result_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = QUndoStack(self)
        self.history.setUndoLimit(MOST_STEPS)
        self._study: Study | None = None
        self._case: Case | None = None
        self._role_map = RoleMap()
        self._roi_objects: tuple[RoiObject, ...] = ()
        self._analysis: Analysis | None = None
        self._was_stale = False
        self._digest = ""
        self._left = False

    @property
    def study(self) -> Study | None:
        """The study shown, or None."""
        return self._study

    @property
    def case(self) -> Case | None:
        """The current case, or None when no study is shown."""
        return self._case

    @property
    def role_map(self) -> RoleMap:
        """What every series was taken for."""
        return self._role_map

    @property
    def roi_objects(self) -> tuple[RoiObject, ...]:
        """Files of the drop that may hold outlines."""
        return self._roi_objects

    @property
    def analysis(self) -> Analysis | None:
        """The last analysis of this study, or None."""
        return self._analysis

    @property
    def result(self) -> StudyResult | None:
        """The result of the last analysis, or None."""
        return None if self._analysis is None else self._analysis.result

    @property
    def is_stale(self) -> bool:
        """True when the case has changed since the last analysis. Plain arithmetic: undoing makes it current again."""
        if self._analysis is None or self._case is None:
            return False
        self._digest = self._digest or self._case.digest()  # asked on every scroll step, costs milliseconds
        return self._analysis.result.case_digest != self._digest

    def open(self, study: Study, case: Case, role_map: RoleMap, roi_objects: tuple[RoiObject, ...] = ()) -> None:
        """Show another study; history and analysis of the former one are gone."""
        self.leave()
        self._study, self._case, self._left = study, case, False
        self._role_map, self._roi_objects = role_map, roi_objects
        self._analysis, self._was_stale, self._digest = None, False, ""
        self.history.clear()
        self.opened.emit()
        self.result_changed.emit()

    def leave(self) -> None:
        """Say, once, that the study shown is about to be left."""
        if self._case is not None and not self._left:
            self._left = True
            self.closing.emit()

    def close(self) -> None:
        """Show no study."""
        self.leave()
        self._study = self._case = self._analysis = None
        self._role_map, self._roi_objects, self._was_stale = RoleMap(), (), False
        self.history.clear()
        self.opened.emit()
        self.result_changed.emit()

    def edit(self, after: Case, text: str, merge_id: int = -1) -> None:
        """Change the case, undoably; `text` is what the menu says after 'Undo'. An equal case is no edit."""
        before = self._case
        if before is None:
            raise RuntimeError("there is no case to edit")
        after = self._with_impression_given(after)
        if after == before:
            return
        self.history.push(EditCase(self.put_case, before, after, text, merge_id))
        if after.reader.first_impression != before.reader.first_impression:
            self.history.resetClean()  # undoing keeps the impression, so it does not lead back to what was saved

    def record_impression(self, label: str) -> None:
        """Take over what the reader thinks before the scores: once and for good, so it is no step of the history."""
        case = self._case
        if case is None:
            raise RuntimeError("there is no case to record an impression of")
        if case.reader.first_impression is None:
            self.history.resetClean()  # it is not saved yet
            self.put_case(case.with_reader(replace(case.reader, first_impression=label)))

    def put_case(self, case: Case) -> None:
        """Take over a case: for `EditCase` alone, everybody else calls `edit`."""
        case = self._with_impression_given(case)
        before, self._case, self._digest = self._case, case, ""
        self.case_changed.emit(before, case)
        if self.is_stale != self._was_stale:
            self._was_stale = self.is_stale
            self.result_changed.emit()

    def _with_impression_given(self, case: Case) -> Case:
        """Return a case that comes in with the impression that was given before: the scores have been seen since."""
        given = None if self._case is None else self._case.reader.first_impression
        if given is None or case.reader.first_impression == given:
            return case
        return case.with_reader(replace(case.reader, first_impression=given))

    def show_analysis(self, analysis: Analysis) -> None:
        """Take over an analysis. It may already be out of date when it comes home: then it says so."""
        self._analysis = analysis
        self._was_stale = self.is_stale
        self.result_changed.emit()
