"""Operations: one function per intention, named as the person would say it, returning a job that has not begun.

Each takes a snapshot of what it needs; none knows the document. The caller connects the job and starts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from desktop import drops, readiness, wording
from desktop.jobs import Job, Steps
from desktop.worklist import Entry
from engine import pipeline, selftest, storage
from engine.domain.case import Case
from engine.domain.errors import EngineError
from engine.domain.package import ModelPackage
from engine.domain.progress import Progress
from engine.domain.result import Analysis, StudyResult
from engine.domain.roi import RoiObject, RoiQuestion
from engine.domain.sequence import RoleMap, SequenceRole, SeriesKind
from engine.domain.study import Opened, Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import affine_from_plane
from engine.pipeline import AuditReport, Finished, ReportOptions

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Reading:
    """What is known of a study before its pixels are read: the roles and the files that may hold outlines."""

    study: Study
    role_map: RoleMap
    roi_objects: tuple[RoiObject, ...]


@dataclass(frozen=True)
class FirstImage:
    """One slice of a series, shown while the rest is read: a volume of one slice at its place.

    Attributes:
        study: Whose image it is; a fragment of the study while its headers are still being read.
    """

    series_key: str
    volume: Volume
    study: Study
    title: str = ""
    subtitle: str = ""


@dataclass(frozen=True)
class Prepared:
    """What was done about a study beside the window.

    Attributes:
        case: Roles and outlines, as they stand.
        analysis: None where something was missing, or a person must be asked.
    """

    reading: Reading
    case: Case
    analysis: Analysis | None


def sort_drop(paths: Sequence[Path]) -> Job:
    """Say which of several dropped things belong together. Gives groups of paths, in the order of the drop."""
    return Job(translate("operations", "Looking at what was dropped"), lambda steps: drops.sort(paths, steps))


def open_paths(paths: Sequence[Path]) -> Job:
    """Read what was dropped; shows a `FirstImage` early where there is much to read. Gives `Opened`."""

    def work(steps: Steps) -> Opened:
        def early(part: Opened) -> None:
            image = _early_image(part)
            if image is not None:
                steps.show(image)

        return pipeline.look_into(paths, steps, early)  # nothing found is an answer, with the list of skipped files

    return Job(translate("operations", "Reading files"), work)


def _early_image(part: Opened) -> FirstImage | None:
    """Return a slice of the T2 (else of any axial, else of any image series) of the first study of a fragment."""
    if not part.studies:
        return None
    study = part.studies[0]
    guesses = {guess.series_key: guess for guess in pipeline.propose_roles(study).guesses}

    def merit(series: Series) -> tuple[bool, bool, int]:
        guess = guesses.get(series.key)
        axial = series.plane is not None and abs(series.plane.normal[2]) > 0.7
        return (guess is not None and guess.kind is SeriesKind.T2 and axial, axial, series.slices)

    for series in sorted(study.series, key=merit, reverse=True)[:3]:
        try:
            image = _one_slice(study, series)
        except EngineError:
            continue  # told by the job that reads the series whole
        if image is not None:
            guess = guesses.get(series.key)
            return replace(image, title=wording.series_kind(series, guess), subtitle=wording.series_name(series))
    return None


def _one_slice(study: Study, series: Series) -> FirstImage | None:
    index = series.slices // 2
    plane = series.instances[index].plane
    if plane is None:
        return None
    step_mm = series.facts.slice_thickness_mm or series.slice_step_mm or 1.0  # of a fragment, the step is no step
    frame = pipeline.first_image(series, index)
    return FirstImage(series.key, Volume(frame[None], affine_from_plane(plane, step_mm), series_key=series.key), study)


def recognise(study: Study) -> Job:
    """Say which series plays which role, and look at files that may hold outlines. Gives `Reading`."""

    def work(progress: Progress) -> Reading:
        progress.step("recognise", 0, 0)
        return Reading(study, pipeline.propose_roles(study), pipeline.describe_rois(study))

    return Job(translate("operations", "Recognising series"), work)


def show_first_image(study: Study, series: Series) -> Job:
    """Read the middle slice of a series. Gives `FirstImage`, or None where its place is not stated."""
    return Job(translate("operations", "Reading the first image"), lambda _: _one_slice(study, series))


def prepare(entry: Entry, packages: Sequence[ModelPackage], provider: str) -> Job:
    """Do for a study that is not shown what the window does by itself for one that is. Gives `Prepared`.

    Outlines are imported where the files leave no question open; the analysis runs where it needs nobody's word.
    """

    def work(steps: Steps) -> Prepared:
        study = entry.study
        assert study is not None
        steps.step("recognise", 0, 0)
        reading = Reading(study, pipeline.propose_roles(study), pipeline.describe_rois(study))
        case = entry.case or pipeline.first_case(study, reading.role_map)
        files = [found.path for found in reading.roi_objects if found.usable]
        if entry.case is not None or SequenceRole.T2 not in case.roles or readiness.t2_is_broken(study, case):
            files = []
        if not files and not case.rois:
            return Prepared(reading, case, None)
        volumes = pipeline.load_volumes(study, case.roles, steps)
        if len(files) > 1 and pipeline.rival_outlines(files, study, case, volumes) is not None:
            return Prepared(reading, case, None)
        for path in files:
            imported = pipeline.import_roi(path, study, case, volumes)
            if not isinstance(imported, Case):  # a question: a person must answer it
                return Prepared(reading, pipeline.first_case(study, reading.role_map), None)
            case = imported
        if not readiness.can_run_alone(packages, case, reading.role_map, entry.confirmed):
            return Prepared(reading, case, None)
        return Prepared(reading, case, _analysis(study, case, volumes, provider, steps))

    return Job(translate("operations", "Working through the list"), work)


def load_roles(study: Study, roles: Mapping[SequenceRole, str]) -> Job:
    """Read the pixels of the series that play these roles. Gives `VolumeSet`."""

    def work(progress: Progress) -> VolumeSet:
        return pipeline.load_volumes(study, roles, progress)

    return Job(translate("operations", "Reading images"), work)


def load_series(series: Series) -> Job:
    """Read the pixels of one series. Gives `Volume`."""

    def work(progress: Progress) -> Volume:
        return pipeline.load_series_volume(series, progress)

    return Job(translate("operations", "Reading images"), work)


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


def analyze(study: Study, case: Case, volumes: VolumeSet, provider: str) -> Job:
    """Classify every lesion on the best provider that reproduces the package's own vectors. Gives `Analysis`."""

    return Job(translate("operations", "Analyzing"), lambda steps: _analysis(study, case, volumes, provider, steps))


def _analysis(study: Study, case: Case, volumes: VolumeSet, provider: str, progress: Progress) -> Analysis:
    progress.step("self-test", 0, 0)
    chosen = selftest.choose_provider(pipeline.package_for(case, volumes), provider)
    made = pipeline.analyze(study, case, volumes, provider=chosen, progress=progress)
    return replace(made, made_at=datetime.now())


def register(case: Case, volumes: VolumeSet, role: SequenceRole) -> Job:
    """Lay the series of a role on T2 around the lesions. Gives the `Case` with the correction found."""

    title = translate("operations", "Aligning with T2")
    return Job(title, lambda steps: pipeline.register(case, volumes, role, steps))


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


LATEST_ENTRIES = 200


@dataclass(frozen=True)
class AuditCheck:
    """What a check of the audit file found, where it lies, and its latest entries, newest first."""

    report: AuditReport
    path: Path
    latest: tuple[Mapping[str, Any], ...]


def check_audit() -> Job:
    """Follow the chain of the audit file from its first entry to its last. Gives `AuditCheck`."""

    def work(progress: Progress) -> AuditCheck:
        progress.step("audit", 0, 0)
        entries = pipeline.audit_entries()
        return AuditCheck(pipeline.verify_audit(), pipeline.audit_path(), entries[: -LATEST_ENTRIES - 1 : -1])

    return Job(translate("operations", "Checking the audit record"), work)


def list_packages() -> Job:
    """Verify the installed packages: hashes tens of megabytes. Gives a tuple of `ModelPackage`."""
    return Job(translate("operations", "Checking models"), lambda _: pipeline.installed_packages())


def unpack_sample(folder: Path) -> Job:
    """Unpack the sample study. Gives its folder."""
    return Job(translate("operations", "Unpacking the sample study"), lambda _: pipeline.sample_study(folder))
