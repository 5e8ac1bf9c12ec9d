"""Analyses: the packages that make them, the study shown, a study beside the window, and the registration before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from desktop import readiness
from desktop.jobs import Job, Steps
from desktop.operations.studies import Reading
from desktop.worklist import Entry
from engine import pipeline, selftest
from engine.domain.case import Case
from engine.domain.package import ModelPackage
from engine.domain.progress import Progress
from engine.domain.result import Analysis
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.domain.volume import VolumeSet

translate = QCoreApplication.translate


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


def list_packages() -> Job:
    """Verify the installed packages: hashes tens of megabytes. Gives a tuple of `ModelPackage`."""
    return Job(translate("operations", "Checking models"), lambda _: pipeline.installed_packages())


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
