"""From the drop to volumes: open, propose roles, load."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine import intake, sequences, storage
from engine.domain.case import Case
from engine.domain.errors import IntakeError, SequenceError
from engine.domain.progress import SILENT, Progress
from engine.domain.sequence import RoleMap, SequenceRole, SeriesKind
from engine.domain.study import Opened, Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.logs import protect

log = logging.getLogger("lobule.pipeline")


LEAST_SLICES = 8
"""Fewer images are a localizer or a fragment, not a broken stack."""
LEAST_B = 400.0
_IDENTIFYING = ("institution_name", "referring_physician_name", "study_id")


def look_into(
    paths: Sequence[Path], progress: Progress = SILENT, early: Callable[[Opened], None] | None = None
) -> Opened:
    """Read folders, files, DICOMDIRs or zips into studies, kept apart by patient and study; nothing found is an
    answer too.

    Args:
        early: Told once what a spread of many files holds, while the rest is read; its series are fragments.

    Raises:
        Cancelled: The progress asked to stop.
    """

    def first(part: Opened) -> None:
        _protect(part)
        if early is not None:
            early(part)

    opened = intake.read_paths(paths, progress, early=None if early is None else first)
    _protect(opened)
    log.info("opened %d studies, skipped %d files", len(opened.studies), len(opened.skipped))
    return opened


def _protect(opened: Opened) -> None:
    """Keep the identifiers of these patients out of every log line from now on."""
    for study in opened.studies:
        patient = study.patient
        protect(
            [
                patient.patient_id,
                patient.patient_name,
                patient.birth_date,
                study.accession_number,
                study.study_date,
                study.study_instance_uid,
                *(value for name, value in patient.other.items() if name in _IDENTIFYING),
            ]
        )


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


def first_case(study: Study, proposed: RoleMap) -> Case:
    """Return the case of a study before anybody has decided anything: the proposed roles.

    T2 and DWI series that are no regular stack stand for roles that nothing else plays: a result is then withheld with
    what is wrong with them, instead of a study that seems to have none.
    """
    case = Case(study.study_instance_uid, dict(proposed.roles))
    for role, kind in ((SequenceRole.T2, SeriesKind.T2), (SequenceRole.DWI, SeriesKind.DWI)):
        broken = [
            series
            for series in study.series
            if (guess := proposed.guess_for(series.key)) is not None
            and guess.kind is kind
            and not series.is_stack
            and series.slices >= LEAST_SLICES
            and (role is SequenceRole.T2 or (series.facts.b_value_s_mm2 or 0.0) >= LEAST_B)
        ]
        if role not in case.roles and broken:
            case = case.with_role(role, max(broken, key=lambda series: series.slices).key)
    return case


def load_volumes(study: Study, roles: Mapping[SequenceRole, str], progress: Progress = SILENT) -> VolumeSet:
    """Read the pixels of the series that play roles; a series that is no regular stack is left out, and `analyze`
    withholds the result of a model that needs it.

    Raises:
        SequenceError: A role names a series that the study does not have.
        IntakeError: Its pixels cannot be decoded.
    """
    chosen = {role: series_of(study, role, key) for role, key in roles.items()}
    return VolumeSet({role: intake.load_volume(series, progress) for role, series in chosen.items() if series.is_stack})


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


def sample_study(folder: Path) -> Path:
    """Unpack the sample study (simulated images with an outline) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(storage.assets_folder() / "sample" / "study.zip") as archive:
        archive.extractall(folder)
    return folder
