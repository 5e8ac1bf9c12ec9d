"""From the drop to volumes and outlines: open, propose roles, load, import."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import intake, roi_io, sequences, storage
from engine.domain.case import Case
from engine.domain.errors import IntakeError, RoiError, SequenceError
from engine.domain.progress import SILENT, Progress
from engine.domain.roi import Roi, RoiObject
from engine.domain.sequence import RoleMap, SequenceRole
from engine.domain.study import Opened, Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.outline import mask_of_roi
from engine.logs import protect

log = logging.getLogger("lobule.pipeline")

SAME_LESION_DICE = 0.8
"""From this overlap on two outlines are taken for one lesion stored twice; readers agree to about 0.85 to 0.95."""


def look_into(paths: Sequence[Path], progress: Progress = SILENT) -> Opened:
    """Read folders, files, DICOMDIRs or zips into studies, kept apart by patient and study; nothing found is an
    answer too.

    Raises:
        Cancelled: The progress asked to stop.
    """
    opened = intake.read_paths(paths, progress)
    for study in opened.studies:
        patient = study.patient
        protect([patient.patient_id, patient.patient_name, patient.birth_date, study.accession_number])
    log.info("opened %d studies, skipped %d files", len(opened.studies), len(opened.skipped))
    return opened


def open_study(paths: Sequence[Path], progress: Progress = SILENT) -> Opened:
    """Read what was dropped; there is at least one study in it.

    Raises:
        IntakeError: Nothing there can be read as a DICOM study.
        Cancelled: The progress asked to stop.
    """
    opened = look_into(paths, progress)
    if not opened.studies:
        raise nothing_found(paths, opened)
    return opened


def nothing_found(paths: Sequence[Path], opened: Opened) -> IntakeError:
    """Say that no study was found, where, and what was found instead."""
    where = ", ".join(str(path) for path in paths)
    absent = [path for path in paths if not path.exists()]
    if absent:
        what = f"There is no file or folder {absent[0]}."
    elif not opened.skipped:
        what = f"{where} is empty: there is no DICOM file in it."
    else:
        first = opened.skipped[0]
        what = f"No DICOM images were found in {where}; {first.path.name}: {first.reason}."
        if len(opened.skipped) > 1:
            what = what[:-1] + f" (and {len(opened.skipped) - 1} other files that were not used)."
    return IntakeError(
        what,
        remedy="Choose the folder, file, DICOMDIR or zip that holds the DICOM images of one study.",
        code="no-dicom",
    )


def propose_roles(study: Study) -> RoleMap:
    """Say what every series is and which one plays which role, with reasons."""
    return sequences.identify_roles(study)


def load_volumes(study: Study, roles: Mapping[SequenceRole, str], progress: Progress = SILENT) -> VolumeSet:
    """Read the pixels of the series that play roles.

    Raises:
        SequenceError: A role names a series that the study does not have.
        GeometryError, IntakeError: The series is no regular stack, or its pixels cannot be decoded.
    """
    volumes: dict[SequenceRole, Volume] = {}
    for role, key in roles.items():
        volumes[role] = intake.load_volume(series_of(study, role, key), progress)
    return VolumeSet(volumes)


def load_series_volume(series: Series, progress: Progress = SILENT) -> Volume:
    """Read the pixels of one series, whatever its role."""
    return intake.load_volume(series, progress)


def first_image(series: Series, index: int) -> Any:
    """Read one slice of a series: (row, column) float32."""
    return intake.load_frame(series, index)


def series_of(study: Study, role: SequenceRole, key: str) -> Series:
    """Return the series with this key.

    Raises:
        SequenceError: The study has no such series.
    """
    found = study.find(key)
    if found is None:
        raise SequenceError(
            f"The role {role.value} names a series that this study does not have: {key}.",
            remedy="List the series with 'lobule scan' and use one of the keys shown there.",
            code="series-unknown",
        )
    return found


def describe_rois(study: Study) -> tuple[RoiObject, ...]:
    """Look at every file of the drop that may hold outlines, without importing anything."""
    return tuple(roi_io.describe_roi(path, study) for path in study.roi_paths)


def import_rois(paths: Sequence[Path], study: Study, case: Case, volumes: VolumeSet) -> Case:
    """Add the lesions of the given files to a case, outlined on its T2 slices.

    A lesion that the case holds already is left out: tools often store one outline in several formats side by side.

    Raises:
        RoiError: A file cannot be used with this study, or the case has no T2 to put outlines on.
    """
    if SequenceRole.T2 not in case.roles or SequenceRole.T2 not in volumes:
        raise RoiError(
            "Outlines need a T2 series to lie on, and no series plays that role.",
            remedy="Assign the T2 role first.",
            code="roi-no-t2",
        )
    reference = series_of(study, SequenceRole.T2, case.roles[SequenceRole.T2])
    for path in paths:
        for roi in roi_io.read_rois(path, study, reference, volumes[SequenceRole.T2]):
            if not any(_same_lesion(roi, known, volumes[SequenceRole.T2]) for known in case.rois):
                case = case.with_roi(replace(roi, lesion_id=case.next_lesion_id()))
    return case


def _same_lesion(one: Roi, other: Roi, t2: Volume) -> bool:
    """True when two outlines cover nearly the same T2 pixels (Dice overlap from 0.8)."""
    first, second = (mask_of_roi(roi, t2.affine, t2.shape) for roi in (one, other))
    return bool(2 * (first & second).sum() >= SAME_LESION_DICE * (first.sum() + second.sum()))


def sample_study(folder: Path) -> Path:
    """Unpack the sample study (simulated images with an outline) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(storage.assets_folder() / "sample" / "study.zip") as archive:
        archive.extractall(folder)
    return folder
