"""Outlines: read from a file, compared with those of other files, written alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop.jobs import Job, Steps
from engine import pipeline
from engine.domain.case import Case
from engine.domain.progress import Progress
from engine.domain.roi import RoiQuestion
from engine.domain.study import Study
from engine.domain.volume import VolumeSet

translate = QCoreApplication.translate


def import_outlines(path: Path, study: Study, case: Case, volumes: VolumeSet, answers: Mapping[str, str]) -> Job:
    """Read outlines from a file. Gives the new `Case`, or the `RoiQuestion` that a person must answer first."""

    def work(progress: Progress) -> Case | RoiQuestion:
        progress.step("outlines", 0, 0)
        return pipeline.import_roi(path, study, case, volumes, answers)

    return Job(translate("operations", "Importing outlines"), work)


def compare_outlines(paths: Sequence[Path], study: Study, case: Case, volumes: VolumeSet) -> Job:
    """Look for files that outline one place differently. Gives two of them, or None."""

    def work(progress: Progress) -> tuple[Path, Path] | None:
        progress.step("outlines", 0, 0)
        return pipeline.rival_outlines(paths, study, case, volumes)

    return Job(translate("operations", "Comparing outlines"), work)


def export_outlines(case: Case, study: Study, volumes: VolumeSet, path: Path, kind: str) -> Job:
    """Write the outlines alone: ``seg``, ``rtstruct`` or ``nifti``. Gives the path."""

    def work(steps: Steps) -> Path:
        steps.step("outlines", 0, 0)
        return pipeline.export_rois(case, study, volumes, path, kind, created=datetime.now(), progress=steps)

    return Job(translate("operations", "Writing outlines"), work)
