"""Files: the report, all outputs, pictures and the case, each written whole or not at all; the case read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop.jobs import Job, Steps
from engine import pipeline, storage
from engine.domain.case import Case
from engine.domain.progress import Progress
from engine.domain.result import StudyResult
from engine.pipeline import Finished, ReportOptions

translate = QCoreApplication.translate


def render_report(finished: Finished) -> Job:
    """Make the PDF report to be looked at. Gives its bytes."""

    def work(progress: Progress) -> bytes:
        progress.step("report", 0, 0)
        return pipeline.render_report(finished)

    return Job(translate("operations", "Writing the report"), work)


def keep_report(result: StudyResult, data: bytes, path: Path, options: ReportOptions) -> Job:
    """Write a rendered report. Gives its path."""

    def work(steps: Steps) -> Path:
        return pipeline.keep_report(result, data, path, options, steps)

    return Job(translate("operations", "Saving the report"), work)


def save_report(finished: Finished, path: Path) -> Job:
    """Write the PDF report. Gives its path."""

    def work(steps: Steps) -> Path:
        return pipeline.write_report(finished, path, steps)

    return Job(translate("operations", "Writing the report"), work)


def save_outputs(finished: Finished, folder: Path) -> Job:
    """Write every output into a folder. Gives the paths written."""

    def work(steps: Steps) -> tuple[Path, ...]:
        return pipeline.write_outputs(finished, folder, progress=steps)

    return Job(translate("operations", "Writing all outputs"), work)


def save_case(case: Case, path: Path) -> Job:
    """Write the case. Gives its path."""

    def work(steps: Steps) -> Path:
        storage.save_case(case, path, steps.commit)
        return path

    return Job(translate("operations", "Saving the case"), work)


def save_bytes(data: bytes, path: Path) -> Job:
    """Write a file whole or not at all. Gives its path."""

    def work(steps: Steps) -> Path:
        storage.write_bytes(path, data, steps.commit)
        return path

    return Job(translate("operations", "Saving"), work)


def load_case(path: Path) -> Job:
    """Read a case. Gives `Case`."""
    return Job(translate("operations", "Reading the case"), lambda _: storage.load_case(path))
