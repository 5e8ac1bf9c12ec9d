"""The importer: brings outlines from files into the case, and asks the person what no file can say.

Files are read one after another on the case as it was; together they are one step of the history. A case that was
edited meanwhile is never overwritten: the import is made again on top of it, with the answers already given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.desk import Desk
from desktop.operations import outlines
from engine.domain.case import Case
from engine.domain.roi import RoiChoice, RoiObject, RoiQuestion

FILE = "file"
"""Code of the one question that the window itself asks: which of several files holds the outlines wanted."""


@dataclass
class _Run:
    """One import under way: the files, the answers by file, and the case before and after the files read so far."""

    paths: tuple[Path, ...]
    before: Case
    now: Case
    answers: dict[Path, dict[str, str]] = field(default_factory=dict)
    done: int = 0


class Importer(QObject):
    """Works at one desk.

    Signals:
        asked(question): The person must answer (`answer`) or refuse (`refuse`) a `RoiQuestion`.
        finished(): Outlines were imported, or none were there to import.
    """

    asked = Signal(object)
    finished = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._run: _Run | None = None
        desk.document.opened.connect(self.refuse)

    def usable(self) -> tuple[RoiObject, ...]:
        """Files of the drop that hold outlines for this study."""
        return tuple(found for found in self._desk.document.roi_objects if found.usable)

    def offer(self) -> None:
        """Import what the drop holds; where files contradict one another, let the person choose."""
        paths = [found.path for found in self.usable()]
        if len(paths) < 2:
            self.take(paths)
            return
        study, case = self._desk.shown()

        def compared(rivals: tuple[Path, Path] | None) -> None:
            if rivals is None:
                self.take(paths)
                return
            text = self.tr("Several files outline one place differently. Which of them shall be used?")
            choices = tuple(RoiChoice(str(path), path.name) for path in paths)
            self.asked.emit(RoiQuestion(rivals[0], FILE, text, choices))

        self._desk.start("outlines", outlines.compare_outlines(paths, study, case, self._desk.volumes()), compared)

    def take(self, paths: Sequence[Path]) -> None:
        """Add the lesions of files to the case."""
        if not paths:
            return
        _, case = self._desk.shown()
        self._run = _Run(tuple(paths), case, case)
        self._read_next()

    def answer(self, question: RoiQuestion, key: str) -> None:
        """Go on with what the person said."""
        if question.code == FILE:
            self.take([Path(key)])
        elif self._run is not None:
            self._run.answers.setdefault(question.path, {})[question.code] = key
            self._read_next()

    def refuse(self) -> None:
        """Import nothing."""
        self._run = None

    def _read_next(self) -> None:
        run = self._run
        if run is None:
            return
        if run.done == len(run.paths):
            self._finish(run)
            return
        path = run.paths[run.done]
        study, _ = self._desk.shown()
        answers = dict(run.answers.get(path, {}))

        def read(outcome: Case | RoiQuestion) -> None:
            if run is not self._run:  # refused, or another study is shown
                return
            if isinstance(outcome, RoiQuestion):
                self.asked.emit(outcome)
                return
            run.now, run.done = outcome, run.done + 1
            self._read_next()

        job = outlines.import_outlines(path, study, run.now, self._desk.volumes(), answers)
        self._desk.start("outlines", job, read)

    def _finish(self, run: _Run) -> None:
        document = self._desk.document
        _, now = self._desk.shown()
        if now != run.before:
            self._run = _Run(run.paths, now, now, run.answers)
            self._read_next()
            return
        self._run = None
        names = ", ".join(path.name for path in run.paths)
        if run.now == run.before:
            self._desk.notice.emit(self.tr("The case holds the outlines of {0} already.").format(names))
        untouched = document.history.isClean()
        document.edit(run.now, self.tr("Import outlines from {0}").format(names))
        if untouched:  # what comes from a file is not unsaved work
            document.history.setClean()
        self.finished.emit()
