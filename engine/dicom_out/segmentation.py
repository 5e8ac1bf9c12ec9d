"""DICOM SEG of the lesion outlines on the T2 images: BINARY, one segment a lesion, every slice written.

Empty frames are kept, since some viewers misplace segments where they are omitted. Written with highdicom from one
plain header a slice, so that classic, enhanced and mosaic sources go the same way; references name the real images and
frames.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.valuerep import DSfloat

import engine
from engine.dicom_out.frames import segment_numbers
from engine.dicom_out.identity import (
    DEVICE_SERIAL_NUMBER,
    MANUFACTURER,
    MODEL_NAME,
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
from engine.domain.roi import Roi
from engine.domain.sequence import SequenceRole
from engine.domain.study import Instance, Plane, Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import Matrix, to_index
from engine.geometry.outline import mask_of_roi

OFF_GRID_PX = 0.1


def write_segmentation(case: Case, study: Study, volumes: VolumeSet, path: Path, *, created: datetime) -> None:
    """Write the lesions of a case as one SEG object.

    Segment numbers follow the order of the case's lesions; a lesion that covers no T2 voxel is left out.

    Raises:
        ReportError: No T2 series, no lesion on it, source images gone, or the file can't be written.
    """
    series = reference_series(case.roles.get(SequenceRole.T2), study)
    volume = volumes[SequenceRole.T2]
    lesions = [(roi, mask) for roi in case.rois if (mask := _mask(roi, volume)).any()]
    if not lesions:
        raise ReportError(
            "There is no lesion on the T2 images to write as a segmentation.",
            remedy="Draw or import a lesion first.",
            code="nothing-to-export",
        )
    source = source_header(series)
    seed = seed_of(case.digest(), created)
    frame_uid = frame_of_reference(series, study)
    planes, instances = _planes(series, volume)
    headers = [_plain_header(source, plane, volume, frame_uid, index) for index, plane in enumerate(planes)]
    pixels = np.stack([mask for _, mask in lesions], axis=-1).astype(np.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # highdicom warns about habits of the source that are copied as they are
        seg = hd.seg.Segmentation(
            source_images=headers,
            pixel_array=pixels,
            segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
            segment_descriptions=[
                _description(roi, number, seed, source) for number, (roi, _) in enumerate(lesions, start=1)
            ],
            series_instance_uid=uid_for(seed, "SEG", "series"),
            series_number=1,
            sop_instance_uid=uid_for(seed, "SEG", "instance"),
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MODEL_NAME,
            software_versions=engine.__version__,
            device_serial_number=DEVICE_SERIAL_NUMBER,
            omit_empty_frames=False,
            content_label="LESIONS",
            content_description="Liver lesion outlines",
            series_description=f"{SERIES_PREFIX} outlines",
        )
    slices = _slices_of_frames(seg, len(planes))
    seg.PixelData = _packed(seg, pixels, slices)
    _point_to_sources(seg, series, instances, slices)
    _settle_dimension_uid(seg, seed)
    stamp(seg, source, study, "SEG", seed, created)
    body_part = source.get("BodyPartExamined") or "LIVER"
    seg.BodyPartExamined = body_part
    save(seg, path)


def _mask(roi: Roi, volume: Volume) -> NDArray[np.bool_]:
    return mask_of_roi(roi, volume.affine, volume.shape)


def _planes(series: Series, volume: Volume) -> tuple[list[Plane], list[Instance | None]]:
    """Return the plane and the source image of every slice of the volume.

    The images' own planes are used where they are the slices of the volume (they are, unless the stack was resampled on
    loading); otherwise the grid's planes, and the nearest image as source.
    """
    own = [instance.plane for instance in series.instances]
    if len(own) == volume.shape[0] and all(
        plane is not None and _on_grid(plane, volume, index) for index, plane in enumerate(own)
    ):
        first = own[0]
        assert first is not None
        # scanners write directions that differ in the sixth digit from slice to slice; one SEG has one direction
        same = [replace(first, position_mm=plane.position_mm) for plane in own if plane is not None]
        return same, list(series.instances)
    planes = [_grid_plane(volume.affine, index) for index in range(volume.shape[0])]
    return planes, [_nearest(series.instances, plane) for plane in planes]


def _on_grid(plane: Plane, volume: Volume, index: int) -> bool:
    first = to_index(volume.affine, plane.position_mm)
    diagonal = (
        np.asarray(plane.position_mm)
        + np.asarray(plane.column_cosine) * plane.pixel_spacing_mm[0] * (volume.shape[1] - 1)
        + np.asarray(plane.row_cosine) * plane.pixel_spacing_mm[1] * (volume.shape[2] - 1)
    )
    last = to_index(volume.affine, diagonal)
    expected = np.array([[index, 0, 0], [index, volume.shape[1] - 1, volume.shape[2] - 1]])
    off = np.abs(np.stack([first, last]) - expected)
    return bool((off[:, 0] < 0.5).all() and (off[:, 1:] < OFF_GRID_PX).all())


def _grid_plane(affine: Matrix, index: int) -> Plane:
    position = affine[:3, 3] + affine[:3, 0] * index
    down, across = affine[:3, 1], affine[:3, 2]
    rows_mm, columns_mm = float(np.linalg.norm(down)), float(np.linalg.norm(across))
    row, column = across / columns_mm, down / rows_mm
    return Plane(
        (float(position[0]), float(position[1]), float(position[2])),
        (float(row[0]), float(row[1]), float(row[2])),
        (float(column[0]), float(column[1]), float(column[2])),
        (rows_mm, columns_mm),
    )


def _nearest(instances: Sequence[Instance], plane: Plane) -> Instance | None:
    def distance(instance: Instance) -> float:
        assert instance.plane is not None
        return abs(float(np.dot(plane.normal, np.subtract(instance.plane.position_mm, plane.position_mm))))

    placed = [instance for instance in instances if instance.plane is not None]
    return min(placed, key=distance) if placed else None


def _decimal(value: float) -> DSfloat:
    return DSfloat(float(value), auto_format=True)


def _plain_header(source: Dataset, plane: Plane, volume: Volume, frame_uid: str, index: int) -> Dataset:
    """Return a single-frame MR header for one slice: geometry from the plane, no value that highdicom might refuse."""
    header = Dataset()
    header.file_meta = source.file_meta
    header.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    header.SOPInstanceUID = uid_for(str(source.get("StudyInstanceUID", "")), "slice", index)
    header.StudyInstanceUID = source.get("StudyInstanceUID") or uid_for("study")
    header.SeriesInstanceUID = source.get("SeriesInstanceUID") or uid_for("series")
    header.FrameOfReferenceUID = frame_uid
    header.Modality = "MR"
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber"):
        setattr(header, keyword, "")
    header.ReferringPhysicianName = ""
    header.StudyDate = header.StudyTime = None
    header.Rows, header.Columns = volume.shape[1], volume.shape[2]
    header.SamplesPerPixel = 1
    header.PositionReferenceIndicator = ""
    header.ImagePositionPatient = [_decimal(value) for value in plane.position_mm]
    header.ImageOrientationPatient = [_decimal(value) for value in (*plane.row_cosine, *plane.column_cosine)]
    header.PixelSpacing = [_decimal(value) for value in plane.pixel_spacing_mm]
    step_mm = volume.spacing_mm[0]
    thickness = source.get("SliceThickness")
    header.SliceThickness = thickness if thickness else _decimal(step_mm)
    header.SpacingBetweenSlices = _decimal(step_mm)
    return header


def _description(roi: Roi, number: int, seed: str, source: Dataset) -> hd.seg.SegmentDescription:
    name = f"Lesion {roi.lesion_id}" + (f" {roi.name}" if roi.name else "")
    if roi.has_interpolated:
        how, made_by = hd.seg.SegmentAlgorithmTypeValues.SEMIAUTOMATIC, "Outline interpolation"
    elif roi.origin.startswith("imported"):
        how, made_by = hd.seg.SegmentAlgorithmTypeValues.SEMIAUTOMATIC, f"Outline {roi.origin}"
    else:
        how, made_by = hd.seg.SegmentAlgorithmTypeValues.MANUAL, ""
    algorithm = (
        hd.AlgorithmIdentificationSequence(
            name=made_by, version=engine.__version__, family=codes.cid7162.MorphologicalOperations
        )
        if made_by
        else None
    )
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=writable(name, source, f"Lesion {roi.lesion_id}"),
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Mass,
        algorithm_type=how,
        algorithm_identification=algorithm,
        tracking_uid=uid_for(seed, "lesion", roi.lesion_id),
        tracking_id=f"Lesion {roi.lesion_id}",
        anatomic_regions=[codes.SCT.Liver],
    )


def _packed(seg: Dataset, pixels: NDArray[np.uint8], slices: Sequence[int]) -> bytes:
    """Return the bits of all frames one after the other, as DICOM PS3.5 8.1.1 wants them.

    highdicom 0.28 pads every frame of fewer than 8 pixels to whole bytes, and ends on the character ``0``.
    """
    frames = [
        pixels[index, :, :, number - 1].ravel() for index, number in zip(slices, segment_numbers(seg), strict=True)
    ]
    packed = np.packbits(np.concatenate(frames), bitorder="little").tobytes()
    return packed + b"\0" * (len(packed) % 2)


def _point_to_sources(
    seg: Dataset, series: Series, instances: Sequence[Instance | None], slices: Sequence[int]
) -> None:
    """Replace the references to the plain headers by the real images, and by frame where they are multi-frame."""
    for group, index in zip(seg.PerFrameFunctionalGroupsSequence, slices, strict=True):
        instance = instances[index]
        if instance is None:
            del group.DerivationImageSequence
            continue
        for derivation in group.get("DerivationImageSequence") or ():
            for item in derivation.SourceImageSequence:
                item.update(image_reference(instance, series))
    referenced = Dataset()
    referenced.SeriesInstanceUID = series.series_instance_uid
    referenced.ReferencedInstanceSequence = image_references(series)
    seg.ReferencedSeriesSequence = [referenced]


def _slices_of_frames(seg: Dataset, slices: int) -> list[int]:
    """Return the slice index of every written frame, from the plain headers it refers to."""
    known = {uid_for(str(seg.StudyInstanceUID), "slice", index): index for index in range(slices)}
    found: list[int] = []
    for group in seg.PerFrameFunctionalGroupsSequence:
        item = group.DerivationImageSequence[0].SourceImageSequence[0]
        found.append(known[item.ReferencedSOPInstanceUID])
    return found


def _settle_dimension_uid(seg: Dataset, seed: str) -> None:
    """Give the dimension organisation a UID of this run (highdicom draws one at random)."""
    uid = uid_for(seed, "SEG", "dimensions")
    for item in seg.DimensionOrganizationSequence:
        item.DimensionOrganizationUID = uid
    for item in seg.DimensionIndexSequence:
        item.DimensionOrganizationUID = uid
