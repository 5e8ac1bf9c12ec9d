"""From what was dropped to a study on the screen: its files, its roles, its first image, its volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop import drops, wording
from desktop.jobs import Job, Steps
from engine import pipeline
from engine.domain.errors import EngineError
from engine.domain.progress import Progress
from engine.domain.roi import RoiObject
from engine.domain.sequence import RoleMap, SequenceRole, SeriesKind
from engine.domain.study import Opened, Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import affine_from_plane

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


def unpack_sample(folder: Path) -> Job:
    """Unpack the sample study. Gives its folder."""
    return Job(translate("operations", "Unpacking the sample study"), lambda _: pipeline.sample_study(folder))


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
