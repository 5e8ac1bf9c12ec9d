"""RTSTRUCT of the lesion outlines: the contours as they are, in patient mm, on the T2 images.

Written with pydicom alone: a mask detour through a library would have to know spacing and matrix, contours need
neither. Source: DICOM PS3.3 A.19 and C.8.8.5 to C.8.8.8.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset

from engine.dicom_out.identity import (
    SERIES_PREFIX,
    frame_of_reference,
    image_reference,
    image_references,
    reference_series,
    save,
    seed_of,
    source_header,
    stamp,
    uid_for,
    writable,
)
from engine.domain.case import Case
from engine.domain.errors import ReportError
from engine.domain.roi import Contour, Roi
from engine.domain.sequence import SequenceRole
from engine.domain.study import Series, Study
from engine.domain.volume import VolumeSet
from engine.geometry.affine import to_index

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"
PALETTE = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167))
"""Okabe and Ito's colours, distinguishable with colour-vision deficiency."""


def write_structure_set(case: Case, study: Study, volumes: VolumeSet, path: Path, *, created: datetime) -> None:
    """Write the lesions of a case as one RT Structure Set, one region a lesion in the case's order.

    Raises:
        ReportError: No T2 series, no lesion, a source image gone, or the file can't be written.
    """
    series = reference_series(case.roles.get(SequenceRole.T2), study)
    rois = [roi for roi in case.rois if roi.contours]
    if not rois:
        raise ReportError(
            "There is no lesion to write as a structure set.",
            remedy="Draw or import a lesion first.",
            code="nothing-to-export",
        )
    source = source_header(series)
    seed = seed_of(case.digest(), created)
    frame_uid = frame_of_reference(series, study)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.SOPClassUID = STRUCTURE_SET
    dataset.SOPInstanceUID = uid_for(seed, "RTSTRUCT", "instance")
    dataset.Modality = "RTSTRUCT"
    stamp(dataset, source, study, "RTSTRUCT", seed, created)
    del dataset.ContentDate, dataset.ContentTime  # not in this object; the structure set has its own date
    dataset.SeriesDescription = f"{SERIES_PREFIX} outlines"
    dataset.FrameOfReferenceUID = frame_uid
    dataset.PositionReferenceIndicator = ""
    dataset.OperatorsName = ""
    dataset.ApprovalStatus = "UNAPPROVED"
    dataset.StructureSetLabel = "LESIONS"
    dataset.StructureSetDate = created.strftime("%Y%m%d")
    dataset.StructureSetTime = created.strftime("%H%M%S")
    dataset.ReferencedFrameOfReferenceSequence = [_referenced_frame(series, study, frame_uid)]
    dataset.StructureSetROISequence = [
        _region(roi, number, frame_uid, source) for number, roi in enumerate(rois, start=1)
    ]
    affine = volumes[SequenceRole.T2].affine
    dataset.ROIContourSequence = [_contours(roi, number, series, affine) for number, roi in enumerate(rois, start=1)]
    dataset.RTROIObservationsSequence = [_observation(number) for number in range(1, len(rois) + 1)]
    save(dataset, path)


def _referenced_frame(series: Series, study: Study, frame_uid: str) -> Dataset:
    images = Dataset()
    images.SeriesInstanceUID = series.series_instance_uid
    images.ContourImageSequence = image_references(series)
    studies = Dataset()
    studies.ReferencedSOPClassUID = DETACHED_STUDY
    studies.ReferencedSOPInstanceUID = study.study_instance_uid
    studies.RTReferencedSeriesSequence = [images]
    frame = Dataset()
    frame.FrameOfReferenceUID = frame_uid
    frame.RTReferencedStudySequence = [studies]
    return frame


def _region(roi: Roi, number: int, frame_uid: str, source: Dataset) -> Dataset:
    item = Dataset()
    item.ROINumber = number
    item.ReferencedFrameOfReferenceUID = frame_uid
    name = f"Lesion {roi.lesion_id}" + (f" {roi.name}" if roi.name else "")
    item.ROIName = writable(name, source, f"Lesion {roi.lesion_id}")
    manual = not roi.has_interpolated and not roi.origin.startswith("imported")
    item.ROIGenerationAlgorithm = "MANUAL" if manual else "SEMIAUTOMATIC"
    return item


def _contours(roi: Roi, number: int, series: Series, affine: np.ndarray) -> Dataset:
    item = Dataset()
    item.ReferencedROINumber = number
    item.ROIDisplayColor = list(PALETTE[(number - 1) % len(PALETTE)])
    item.ContourSequence = [_contour(contour, series, affine) for contour in roi.contours]
    return item


def _contour(contour: Contour, series: Series, affine: np.ndarray) -> Dataset:
    item = Dataset()
    index = int(np.floor(to_index(affine, contour.points_mm)[:, 0].mean() + 0.5))
    if 0 <= index < len(series.instances):
        item.ContourImageSequence = [image_reference(series.instances[index], series)]
    item.ContourGeometricType = "CLOSED_PLANAR"
    item.NumberOfContourPoints = len(contour.points_mm)
    item.ContourData = [_decimal(value) for value in contour.points_mm.ravel()]
    return item


def _decimal(value: float) -> str:
    """Return a decimal text of at most 16 characters, to a micrometre."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _observation(number: int) -> Dataset:
    item = Dataset()
    item.ObservationNumber = number
    item.ReferencedROINumber = number
    item.RTROIInterpretedType = ""
    item.ROIInterpreter = ""
    return item
