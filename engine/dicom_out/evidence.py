"""Evidence: what a structured report refers to, as segments of the written SEG and as images of the study."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

from pydicom import Dataset, dcmread

from engine.dicom_out.frames import segment_numbers
from engine.domain.case import Case
from engine.domain.errors import ReportError
from engine.domain.roi import LesionId
from engine.domain.study import Study


@dataclass(frozen=True, slots=True)
class ImageReference:
    """One image, with frame numbers from 1 where it is multi-frame."""

    sop_class_uid: str
    sop_instance_uid: str
    frames: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of the written SEG: the lesion it shows and the images on which it has pixels."""

    number: int
    label: str
    lesion_id: LesionId
    tracking_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    images: tuple[ImageReference, ...]


def read_segments(path: Path) -> list[Segment]:
    """Read the segments of a SEG object that `write_segmentation` made.

    Raises:
        ReportError: It can't be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # values copied from the source keep its oddities
            seg = dcmread(path)
            shown = _images_by_segment(seg)
            return [_segment(seg, item, shown.get(int(item.SegmentNumber), {})) for item in seg.SegmentSequence]
    except Exception as problem:
        raise ReportError(
            f"The segmentation {path.name} cannot be read, so the report would refer to nothing: {problem}.",
            remedy="Write the segmentation first, then the report.",
            code="no-segmentation",
        ) from problem


def _segment(seg: Dataset, item: Dataset, images: dict[str, tuple[str, list[int]]]) -> Segment:
    return Segment(
        number=int(item.SegmentNumber),
        label=str(item.SegmentLabel),
        lesion_id=LesionId(str(item.TrackingID).removeprefix("Lesion ")),
        tracking_uid=str(item.TrackingUID),
        sop_class_uid=str(seg.SOPClassUID),
        sop_instance_uid=str(seg.SOPInstanceUID),
        images=tuple(
            ImageReference(sop_class, uid, tuple(sorted(set(frames)))) for uid, (sop_class, frames) in images.items()
        ),
    )


def _images_by_segment(seg: Dataset) -> dict[int, dict[str, tuple[str, list[int]]]]:
    """Return segment number to {SOP Instance UID: (SOP Class UID, frame numbers)} of the images it has pixels on."""
    shown: dict[int, dict[str, tuple[str, list[int]]]] = {}
    pixels = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)
    frames = zip(seg.PerFrameFunctionalGroupsSequence, pixels, segment_numbers(seg), strict=True)
    for group, frame, number in frames:
        if not frame.any() or "DerivationImageSequence" not in group:
            continue
        for source in group.DerivationImageSequence[0].SourceImageSequence:
            uid = str(source.ReferencedSOPInstanceUID)
            images = shown.setdefault(number, {})
            _, shown_frames = images.setdefault(uid, (str(source.ReferencedSOPClassUID), []))
            if "ReferencedFrameNumber" in source:
                shown_frames.append(int(source.ReferencedFrameNumber))
    return shown


def evidence_of(case: Case, study: Study, segmentation: Path) -> list[Dataset]:
    """Return plain headers of what the report rests on: the images of every role in use, then the segmentation."""
    headers: dict[str, Dataset] = {}
    for key in case.roles.values():
        series = study.find(key)
        for instance in series.instances if series is not None else ():
            if series is not None and instance.sop_instance_uid not in headers:
                headers[instance.sop_instance_uid] = _header(
                    study.study_instance_uid,
                    series.series_instance_uid,
                    instance.sop_class_uid,
                    instance.sop_instance_uid,
                )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # values copied from the source keep its oddities
        seg = dcmread(segmentation, stop_before_pixels=True)
    own = _header(study.study_instance_uid, str(seg.SeriesInstanceUID), str(seg.SOPClassUID), str(seg.SOPInstanceUID))
    return [*headers.values(), own]


def _header(study_uid: str, series_uid: str, sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    header = Dataset()
    header.StudyInstanceUID = study_uid
    header.SeriesInstanceUID = series_uid
    header.SOPClassUID = sop_class_uid
    header.SOPInstanceUID = sop_instance_uid
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber"):
        setattr(header, keyword, "")
    header.ReferringPhysicianName = ""
    header.StudyDate = header.StudyTime = None
    return header
