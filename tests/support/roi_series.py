"""Small MR series on disk with their Study, Series and Volume, built without the intake, for ROI and output tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from engine.domain.case import Case
from engine.domain.roi import LesionId, Roi
from engine.domain.sequence import SequenceFacts, SequenceRole
from engine.domain.study import Instance, PatientContext, Plane, Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import affine_from_plane
from engine.geometry.outline import contours_of_mask

MR = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
STUDY_UID = "1.2.826.0.1.3680043.8.498.1"
SERIES_UID = "1.2.826.0.1.3680043.8.498.2"
FRAME_UID = "1.2.826.0.1.3680043.8.498.3"

AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
OBLIQUE = ((0.96, 0.28, 0.0), (-0.168, 0.576, 0.8))
"""Unit and at right angles: 0.96² + 0.28² = 1; 0.168² + 0.576² + 0.8² = 1; -0.16128 + 0.16128 = 0."""

CORONAL = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))


@dataclass(frozen=True)
class SmallStudy:
    """One T2 series: files on disk and the values the stages exchange."""

    study: Study
    series: Series
    volume: Volume

    @property
    def volumes(self) -> VolumeSet:
        """The volume as the T2 of a set."""
        return VolumeSet({SequenceRole.T2: self.volume})

    def case(self, *rois: Roi) -> Case:
        """Return a case with these lesions."""
        return Case(self.study.study_instance_uid, {SequenceRole.T2: self.series.key}, rois)

    def roi(self, mask: NDArray[np.bool_], lesion_id: str = "L1", *, origin: str = "drawn", name: str = "") -> Roi:
        """Return a lesion that fills exactly this mask."""
        contours = contours_of_mask(mask, self.volume.affine)
        return Roi(LesionId(lesion_id), contours, origin, self.series.frame_of_reference_uid, name)


def small_study(
    folder: Path,
    *,
    shape: tuple[int, int, int] = (6, 20, 28),
    step_mm: float = 5.0,
    pixel_mm: tuple[float, float] = (1.5, 0.75),
    axes: tuple[tuple[float, float, float], tuple[float, float, float]] = AXIAL,
    origin_mm: tuple[float, float, float] = (-40.0, -30.0, -100.0),
    enhanced: bool = False,
    frame_uid: str | None = FRAME_UID,
    patient_id: str = "P-1",
    change: Callable[[Dataset], None] | None = None,
    description: str = "T2 tra",
) -> SmallStudy:
    """Write a series (shape: slices, rows, columns) and return it with its values.

    Args:
        change: Called with every data set before it is written, to make it odd.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    array = rng.integers(0, 1000, shape, dtype=np.uint16)
    row, column = axes
    normal = np.cross(row, column)
    planes = [
        Plane(_triple(np.asarray(origin_mm) + normal * step_mm * index), row, column, pixel_mm)
        for index in range(shape[0])
    ]
    write = _write_enhanced if enhanced else _write_classic
    instances = write(folder, array, planes, step_mm, frame_uid, patient_id, change)
    series = Series(
        key=SERIES_UID,
        series_instance_uid=SERIES_UID,
        frame_of_reference_uid=frame_uid,
        facts=SequenceFacts(modality="MR", series_description=description, series_number=3),
        instances=tuple(instances),
        rows=shape[1],
        columns=shape[2],
        slice_step_mm=step_mm,
        files=1 if enhanced else shape[0],
    )
    volume = Volume(array.astype(np.float32), affine_from_plane(planes[0], step_mm), frame_uid, SERIES_UID)
    patient = PatientContext(patient_id, "Zhang^San", "19600102", "M")
    return SmallStudy(Study(STUDY_UID, patient, (series,)), series, volume)


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    # what a DS of 16 characters keeps, so that values and files agree to the last digit
    x, y, z = (float(f"{value:.8f}") for value in values)
    return x, y, z


def _header(uid: str, sop_class: str, frame_uid: str | None, patient_id: str) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, uid
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY_UID, SERIES_UID
    dataset.PatientName, dataset.PatientID = "Zhang^San=张^三", patient_id
    dataset.PatientBirthDate, dataset.PatientSex = "19600102", "M"
    dataset.StudyID, dataset.AccessionNumber = "S1", "A1"
    dataset.StudyDate, dataset.StudyTime = "20250304", "101112"
    dataset.StudyDescription, dataset.ReferringPhysicianName = "MR liver", "Doe^Jane"
    dataset.Modality, dataset.SeriesNumber, dataset.SeriesDescription = "MR", 3, "T2 tra"
    dataset.BodyPartExamined = "LIVER"
    if frame_uid is not None:
        dataset.FrameOfReferenceUID = frame_uid
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    return dataset


def _write_classic(folder, array, planes, step_mm, frame_uid, patient_id, change) -> list[Instance]:
    instances = []
    for index, (pixels, plane) in enumerate(zip(array, planes, strict=True)):
        uid = f"{SERIES_UID}.{index + 1}"
        dataset = _header(uid, MR, frame_uid, patient_id)
        dataset.Rows, dataset.Columns = pixels.shape
        dataset.ImagePositionPatient = list(plane.position_mm)
        dataset.ImageOrientationPatient = [*plane.row_cosine, *plane.column_cosine]
        dataset.PixelSpacing = list(plane.pixel_spacing_mm)
        dataset.SliceThickness, dataset.InstanceNumber = step_mm, index + 1
        dataset.PixelData = pixels.tobytes()
        if change is not None:
            change(dataset)
        path = folder / f"{index:03d}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        instances.append(Instance(path, 0, uid, MR, plane, *pixels.shape, instance_number=index + 1))
    return instances


def _write_enhanced(folder, array, planes, step_mm, frame_uid, patient_id, change) -> list[Instance]:
    uid = f"{SERIES_UID}.1"
    dataset = _header(uid, ENHANCED_MR, frame_uid, patient_id)
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = array.shape
    frames = []
    for plane in planes:
        position, orientation, measures, group = Dataset(), Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = list(plane.position_mm)
        orientation.ImageOrientationPatient = [*plane.row_cosine, *plane.column_cosine]
        measures.PixelSpacing, measures.SliceThickness = list(plane.pixel_spacing_mm), step_mm
        group.PlanePositionSequence = [position]
        group.PlaneOrientationSequence = [orientation]
        group.PixelMeasuresSequence = [measures]
        frames.append(group)
    dataset.SharedFunctionalGroupsSequence = [Dataset()]
    dataset.PerFrameFunctionalGroupsSequence = frames
    dataset.PixelData = array.tobytes()
    if change is not None:
        change(dataset)
    path = folder / "enhanced.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return [Instance(path, k, uid, ENHANCED_MR, plane, *array.shape[1:]) for k, plane in enumerate(planes)]


def ball(
    shape: tuple[int, int, int], centre: tuple[float, float, float], radius: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """Return an ellipsoid in voxel units."""
    grid = np.indices(shape, dtype=np.float64)
    inside: NDArray[np.bool_] = sum(((grid[k] - centre[k]) / radius[k]) ** 2 for k in range(3)) <= 1.0
    return inside
