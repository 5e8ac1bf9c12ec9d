"""Outlines in and out: what lies beside the images, what a person must decide, import, and export in each format."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import dicom_out, intake, roi_io, storage
from engine.domain.case import Case
from engine.domain.errors import RoiError, UsageError
from engine.domain.progress import SILENT, Writing
from engine.domain.roi import Roi, RoiObject, RoiQuestion
from engine.domain.sequence import SequenceRole
from engine.domain.study import Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.outline import mask_of_roi
from engine.pipeline.study import series_of
from engine.pipeline.trail import record_outlines

SAME_LESION_DICE = 0.8
"""From this overlap on two outlines are taken for one lesion stored twice; readers agree to about 0.85 to 0.95."""

RIVAL_SHARE = 0.5
"""Two outlines of which the smaller lies in the other by more than this, without being the same, are rivals."""

HALF = 0.5


def describe_rois(study: Study) -> tuple[RoiObject, ...]:
    """Look at every file of the drop that may hold outlines, without importing anything."""
    return tuple(roi_io.describe_roi(path, study) for path in study.roi_paths)


def is_roi_object(path: Path) -> bool:
    """Say, from its first bytes, whether a file is a SEG, RTSTRUCT, NIfTI, NRRD or MHA object."""
    try:
        return path.is_file() and bool(roi_io.format_of(path))
    except RoiError:
        return False


def roi_questions(path: Path, study: Study, case: Case, volumes: VolumeSet) -> tuple[RoiQuestion, ...]:
    """Return what a person must or may decide before a file is imported; often nothing.

    Raises:
        RoiError: The file cannot be used whatever is answered, or the case has no T2 to put outlines on.
    """
    reference, t2 = _target(study, case, volumes)
    return roi_io.ask_about(path, study, reference, t2)


def import_roi(
    path: Path,
    study: Study,
    case: Case,
    volumes: VolumeSet,
    answers: Mapping[str, str] | None = None,
    *,
    fraction: float = HALF,
) -> Case | RoiQuestion:
    """Add the lesions of one file to a case, or return the first question that nobody has answered yet.

    Ask the person, add ``{question.code: choice.key}`` to the answers and call again. Nothing is imported before all
    are answered.

    Raises:
        RoiError: As `import_rois`.
    """
    given = dict(answers or {})
    for question in roi_questions(path, study, case, volumes):
        if question.code not in given:
            return question
    return import_rois([path], study, case, volumes, given, fraction=fraction)


def import_rois(
    paths: Sequence[Path],
    study: Study,
    case: Case,
    volumes: VolumeSet,
    answers: Mapping[str, str] | None = None,
    *,
    fraction: float = HALF,
) -> Case:
    """Add the lesions of the given files to a case, outlined on its T2 slices.

    A lesion that the case holds already is left out: tools often store one outline in several formats side by side.
    Where nobody can be asked, questions that have a default are decided by it, and the lesion's notes say so.

    Args:
        answers: `RoiQuestion.code` to the key of the choice; they hold for all the files.
        fraction: Smallest share of a voxel of a FRACTIONAL segmentation that belongs to a lesion.

    Raises:
        RoiError: A file cannot be used with this study, or only after an answer, or the case has no T2.
        UsageError: An answer that is none.
    """
    reference, t2 = _target(study, case, volumes)
    given = _checked(dict(answers or {}))
    drawn_on = _drawn_on(given.get("series"), study, reference, t2)
    for path in paths:
        rois = roi_io.read_rois(
            path,
            study,
            reference,
            t2,
            confirmed=given.get("place") == "yes" or drawn_on is not None,
            drawn_on=drawn_on,
            union=given.get("overlap") == "union",
            fraction=fraction,
        )
        for roi in rois:
            if not any(_dice(roi, known, t2) >= SAME_LESION_DICE for known in case.rois):
                case = case.with_roi(replace(roi, lesion_id=case.next_lesion_id()))
    return case


def rival_outlines(paths: Sequence[Path], study: Study, case: Case, volumes: VolumeSet) -> tuple[Path, Path] | None:
    """Return the first two files that outline one place in different ways, so that a person must choose between them.

    Raises:
        RoiError: As `import_rois`.
    """
    _, t2 = _target(study, case, volumes)
    bare = case.with_rois(())
    seen: list[tuple[Path, list[NDArray[np.bool_]]]] = []
    for path in paths:
        masks = [_mask(roi, t2) for roi in import_rois([path], study, bare, volumes).rois]
        for other, known in seen:
            if any(_rivals(one, two) for one in masks for two in known):
                return other, path
        seen.append((path, masks))
    return None


EXPORTS = {"seg": "roi.seg.dcm", "rtstruct": "roi.rtstruct.dcm", "nifti": "roi.nii.gz"}
"""Formats of outlines, with the usual file name of each."""


def export_rois(
    case: Case,
    study: Study,
    volumes: VolumeSet,
    path: Path,
    kind: str,
    *,
    created: datetime,
    progress: Writing = SILENT,
) -> Path:
    """Write the outlines of a case alone: ``seg``, ``rtstruct`` or ``nifti`` (the keys of `EXPORTS`); the audit file
    hears of it before they take their place.

    Raises:
        StorageError: The file or the audit file cannot be written; what lay at `path` is as it was.
        ReportError, RoiError: There is no lesion or no T2 series.
        UsageError: Another format.
        Cancelled: The progress asked to stop; what lay at `path` is as it was.
    """
    with tempfile.TemporaryDirectory() as name:
        draft = Path(name) / path.name
        write_rois(case, study, volumes, draft, kind, created=created)
        data = draft.read_bytes()

    def leave() -> None:
        progress.commit()
        record_outlines(case, {EXPORTS[kind]: data})

    storage.write_bytes(path, data, leave)
    return path


def write_rois(case: Case, study: Study, volumes: VolumeSet, path: Path, kind: str, *, created: datetime) -> None:
    """Write the outlines of a case without a word in the audit file: for whoever records the export as a whole.

    Raises:
        ReportError, RoiError, UsageError: As `export_rois` says, or the file can't be written.
    """
    if kind not in EXPORTS:
        raise UsageError(
            f"Outlines are not written as {kind!r}.", remedy=f"Choose one of {', '.join(EXPORTS)}.", code="export-kind"
        )
    _, t2 = _target(study, case, volumes)
    if kind == "seg":
        dicom_out.write_segmentation(case, study, volumes, path, created=created)
    elif kind == "rtstruct":
        dicom_out.write_structure_set(case, study, volumes, path, created=created)
    else:
        roi_io.write_nifti(case.rois, t2, path)


def _target(study: Study, case: Case, volumes: VolumeSet) -> tuple[Series, Volume]:
    if SequenceRole.T2 not in case.roles or SequenceRole.T2 not in volumes:
        raise RoiError(
            "Outlines need a T2 series to lie on, and no series plays that role.",
            remedy="Assign the T2 role first.",
            code="roi-no-t2",
        )
    return series_of(study, SequenceRole.T2, case.roles[SequenceRole.T2]), volumes[SequenceRole.T2]


ANSWERS = {"place": ("yes",), "overlap": ("even-odd", "union"), "series": ()}


def _checked(answers: dict[str, str]) -> dict[str, str]:
    for code, key in answers.items():
        if code not in ANSWERS or (ANSWERS[code] and key not in ANSWERS[code]):
            known = ", ".join(f"{c}={'|'.join(keys) or 'KEY'}" for c, keys in ANSWERS.items())
            raise UsageError(
                f"{code}={key} answers no question about outlines.", remedy=f"Answers are {known}.", code="roi-answer"
            )
    return answers


def _drawn_on(key: str | None, study: Study, reference: Series, t2: Volume) -> tuple[Series, Volume] | None:
    if key is None:
        return None
    if key == reference.key:
        return reference, t2
    series = study.find(key)
    if series is None:
        raise UsageError(
            f"The outlines cannot have been drawn on {key}: this study has no such series.",
            remedy="Use one of the keys that 'lobule scan --json -' shows.",
            code="roi-answer",
        )
    return series, intake.load_volume(series)


def _mask(roi: Roi, t2: Volume) -> NDArray[np.bool_]:
    return mask_of_roi(roi, t2.affine, t2.shape)


def _dice(one: Roi, other: Roi, t2: Volume) -> float:
    first, second = _mask(one, t2), _mask(other, t2)
    return float(2 * (first & second).sum() / max(1, first.sum() + second.sum()))


def _rivals(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> bool:
    shared, sizes = int((one & other).sum()), (int(one.sum()), int(other.sum()))
    return shared > RIVAL_SHARE * min(sizes) and 2 * shared < SAME_LESION_DICE * sum(sizes)
