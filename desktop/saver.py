"""The saver: writes what was made at a desk: the report, every output, the case.

Saves that touch one place (one path, or a folder and a file in it) are made one after another, as they were asked for:
what was asked for last lies there in the end. Each can be stopped until it takes its place, and leaves nothing then.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from desktop import settings as table
from desktop.desk import Desk
from desktop.jobs import Job
from desktop.operations import files, outlines
from desktop.settings import report_language
from engine import pipeline
from engine.domain.case import Case
from engine.pipeline import Finished, ReportOptions


class Saver(QObject):
    """Starts a job for each file; the desk's `saved` tells when it is there, `not_saved` when it is not."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk

    def options(self, *, deidentify: bool = False) -> ReportOptions:
        """Return how the settings want the report."""
        settings = self._desk.settings
        return ReportOptions(report_language(settings), settings.get(table.REPORT_PAPER), deidentify)

    def render_report(self, options: ReportOptions) -> Job:
        """Return the job that makes the report of the current analysis, not yet started."""
        return files.render_report(self._finished(options))

    def keep_report(self, data: bytes, path: Path, options: ReportOptions) -> None:
        """Write a report that was looked at."""
        job = files.keep_report(self._finished(options).analysis.result, data, path, options)
        saved = self.tr("Report saved")
        self._start(path, job, lambda done: self._desk.saved.emit(saved, done))

    def record_print(self, data: bytes, options: ReportOptions) -> None:
        """Put a printing into the audit file; nothing may be printed where this fails."""
        result = self._finished(options).analysis.result
        pipeline.record_export(result, {"printed report": data}, deidentified=options.deidentify)

    def save_report(self, path: Path, *, deidentify: bool = False) -> None:
        """Write the PDF of the current analysis, as the settings want it."""
        job = files.save_report(self._finished(self.options(deidentify=deidentify)), path)
        saved = self.tr("Report saved")
        self._start(path, job, lambda done: self._desk.saved.emit(saved, done))

    def save_outputs(self, folder: Path, *, deidentify: bool = False) -> None:
        """Write every output of the current analysis into a folder."""
        job = files.save_outputs(self._finished(self.options(deidentify=deidentify)), folder)
        saved = self.tr("All outputs saved")
        self._start(folder, job, lambda _: self._desk.saved.emit(saved, folder))

    def save_case(self, path: Path) -> None:
        """Write roles, outlines and notes; nothing is unsaved when it is written, but for edits made meanwhile."""
        case = self._desk.document.case
        if case is None:
            raise RuntimeError("no study is shown")
        self._start(path, files.save_case(case, path), lambda done: self._case_saved(done, case))

    def export_outlines(self, path: Path, kind: str) -> None:
        """Write the outlines of the case alone: ``seg``, ``rtstruct`` or ``nifti``."""
        study, case = self._desk.shown()
        job = outlines.export_outlines(case, study, self._desk.volumes(), path, kind)
        saved = self.tr("Outlines saved")
        self._start(path, job, lambda done: self._desk.saved.emit(saved, done))

    def save_picture(self, data: bytes, path: Path) -> None:
        """Write a picture of the views."""
        saved = self.tr("Picture saved")
        job = files.save_bytes(data, path)
        self._start(path, job, lambda done: self._desk.saved.emit(saved, done))

    def _start(self, path: Path, job: Job, succeeded: Callable[[Any], None]) -> None:
        job.succeeded.connect(succeeded)
        job.failed.connect(lambda error: self._desk.not_saved.emit(path, error))
        stopped = self.tr("Stopped: {0} was not written.").format(path)
        job.cancelled.connect(lambda: self._desk.notice.emit(stopped))
        self._desk.saving.queue(str(path), job, lambda other: _touch(path, Path(other)))

    def _case_saved(self, path: Path, case: Case) -> None:
        if self._desk.document.case is case:
            self._desk.document.history.setClean()
        self._desk.saved.emit(self.tr("Case saved"), path)

    def _finished(self, options: ReportOptions) -> Finished:
        document = self._desk.document
        study, case, analysis = document.study, document.case, document.analysis
        if study is None or case is None or analysis is None or not self._desk.can_save:
            raise RuntimeError("there is no current analysis")
        return Finished(analysis, study, case, self._desk.volumes(), datetime.now(), options)


def _touch(one: Path, other: Path) -> bool:
    """True for one path, and for a folder and what lies in it. Links are not followed: the disk may not answer."""
    first, second = (Path(os.path.normcase(os.path.abspath(path))) for path in (one, other))  # noqa: PTH100
    return first.is_relative_to(second) or second.is_relative_to(first)
