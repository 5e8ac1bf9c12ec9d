"""The phantom's lesion as a DICOM Segmentation that refers to its T2 images."""

from __future__ import annotations

import highdicom
import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.sr.codedict import codes

from training.phantom.identity import PHANTOM_VERSION, uid_for
from training.phantom.render import RenderedPatient


def lesion_segmentation(rendered: RenderedPatient, t2_images: list[FileDataset]) -> Dataset:
    """A binary SEG with every T2 slice, empty ones included, the same bytes for the same patient.

    `t2_images` are the classic images, or the one multi-frame object, that it refers to.
    """
    patient = rendered.patient
    affine = rendered.volumes[next(iter(rendered.volumes))].affine
    places = _places(t2_images)
    origins = affine[:3, 3] + np.arange(len(places))[:, None] * affine[:3, 0]
    order = [int(np.argmin(np.linalg.norm(origins - np.array(place, float), axis=1))) for place in places]
    description = highdicom.seg.SegmentDescription(
        segment_number=1,
        segment_label="Lesion L1",
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Lesion,
        algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_id="L1",
        tracking_uid=highdicom.UID(uid_for(patient, "tracking", "L1")),
    )
    segmentation = highdicom.seg.Segmentation(
        source_images=t2_images,
        pixel_array=rendered.mask[order].astype(np.uint8),
        segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[description],
        series_instance_uid=uid_for(patient, "series", "SEG"),
        series_number=100,
        sop_instance_uid=uid_for(patient, "SEG"),
        instance_number=1,
        manufacturer="Lobule phantom",
        manufacturer_model_name="Lobule phantom",
        software_versions=PHANTOM_VERSION,
        device_serial_number="0",
        content_label="LESION",
        content_description="SIMULATED PHANTOM - not a patient",
        series_description="SIMULATED PHANTOM lesion outline",
        omit_empty_frames=False,
    )
    _settle(segmentation, t2_images[0], uid_for(patient, "dimensions"))
    return segmentation


def _places(images: list[FileDataset]) -> list[list[float]]:
    """Image Position (Patient) of every frame."""
    if "PerFrameFunctionalGroupsSequence" not in images[0]:
        return [image.ImagePositionPatient for image in images]
    frames = images[0].PerFrameFunctionalGroupsSequence
    return [frame.PlanePositionSequence[0].ImagePositionPatient for frame in frames]


def _settle(segmentation: Dataset, source: Dataset, dimension_uid: str) -> None:
    """Replaces the clock readings and the random identifier that the library puts in, so that bytes repeat."""
    for name in ("ContentDate", "InstanceCreationDate", "SeriesDate"):
        if name in segmentation:
            setattr(segmentation, name, source.StudyDate)
    for name in ("ContentTime", "InstanceCreationTime", "SeriesTime"):
        if name in segmentation:
            setattr(segmentation, name, source.StudyTime)
    for element in segmentation.iterall():
        if element.keyword == "DimensionOrganizationUID":
            element.value = dimension_uid
        if element.keyword == "ContributionDateTime":
            element.value = f"{source.StudyDate}{source.StudyTime}"
