"""A small writer of MR files for tests: classic images, enhanced multi-frame objects, whole series and studies.

    image = MRImage(position_mm=(0, 0, 10), tags={"EchoTime": 90})
    write_classic(folder / "a.dcm", image)                       one file
    write_stack(folder, slices=20, step_mm=8.0, tags={...})      one series of classic files, returns its paths
    write_enhanced(folder / "e.dcm", [EnhancedFrame(...), ...])  one multi-frame file

Tags are given by DICOM keyword. Private elements are given as ``(group, creator, element, VR, value)`` in `private`.
UIDs are fixed unless given, so that two calls make the same study; names hold no real person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4.1"
ROOT = "1.2.826.0.1.3680043.10.1561"
STUDY_UID = f"{ROOT}.1"
FRAME_UID = f"{ROOT}.2"

Vector = tuple[float, float, float]
Private = tuple[int, str, int, str, Any]


@dataclass(frozen=True)
class MRImage:
    """One classic image.

    Attributes:
        pixels: (rows, columns) stored values; None makes an 8 x 8 ramp.
        series: Number of the series: sets SeriesNumber and SeriesInstanceUID.
        instance: InstanceNumber; with the series it sets the SOPInstanceUID.
        tags: Further elements by keyword; None removes one.
        private: Private elements.
    """

    position_mm: Vector = (0.0, 0.0, 0.0)
    orientation: tuple[float, ...] = (1, 0, 0, 0, 1, 0)
    pixel_spacing_mm: tuple[float, float] = (1.5, 1.5)
    pixels: NDArray[Any] | None = None
    series: int = 1
    instance: int = 1
    tags: Mapping[str, Any] = field(default_factory=dict)
    private: Sequence[Private] = ()


@dataclass(frozen=True)
class EnhancedFrame:
    """One frame of an enhanced object; None leaves a functional group out."""

    position_mm: Vector
    pixels: NDArray[Any] | None = None
    b_value: float | None = None
    directionality: str = "NONE"
    direction: Vector | None = None
    echo_time_ms: float | None = None
    frame_type: Sequence[str] | None = None
    acquired: str | None = None
    stack_id: str = "1"
    temporal_index: int | None = None
    slope: float | None = None
    intercept: float = 0.0
    orientation: tuple[float, ...] = (1, 0, 0, 0, 1, 0)


def classic_dataset(image: MRImage) -> Dataset:
    """Return the data set of one classic image, ready to be changed or saved."""
    pixels = image.pixels if image.pixels is not None else np.arange(64, dtype=np.uint16).reshape(8, 8)
    ds = _common(MR_IMAGE, image.series, image.instance)
    ds.ImagePositionPatient = [float(v) for v in image.position_mm]
    ds.ImageOrientationPatient = [float(v) for v in image.orientation]
    ds.PixelSpacing = [float(v) for v in image.pixel_spacing_mm]
    _put_pixels(ds, pixels)
    _put_tags(ds, image.tags, image.private)
    return ds


def write_classic(path: Path, image: MRImage, *, transfer_syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write one classic image and return its path."""
    return save(classic_dataset(image), path, transfer_syntax)


def save(ds: Dataset, path: Path, transfer_syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a data set as a DICOM file with preamble and meta information."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = transfer_syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.save_as(
        path, implicit_vr=transfer_syntax == ImplicitVRLittleEndian, little_endian=True, enforce_file_format=True
    )
    return path


def write_stack(
    folder: Path,
    *,
    slices: int = 12,
    step_mm: float = 5.0,
    first_mm: Vector = (0.0, 0.0, 0.0),
    orientation: tuple[float, ...] = (1, 0, 0, 0, 1, 0),
    pixel_spacing_mm: tuple[float, float] = (1.5, 1.5),
    series: int = 1,
    tags: Mapping[str, Any] | None = None,
    private: Sequence[Private] = (),
    first_instance: int = 1,
    shape: tuple[int, int] = (8, 8),
    paint: Callable[[NDArray[np.float64]], NDArray[Any]] | None = None,
    transfer_syntax: str = ExplicitVRLittleEndian,
) -> list[Path]:
    """Write one series of classic images along their normal (row x column) and return its paths.

    Args:
        paint: Gives the stored values at places in patient mm (rows, columns, 3); without it slices are plain levels.
    """
    row, column = np.array(orientation[:3], float), np.array(orientation[3:], float)
    normal = np.cross(row, column)
    paths = []
    for index in range(slices):
        position = np.array(first_mm, float) + index * step_mm * normal
        pixels = np.full(shape, 100 + index, dtype=np.uint16)
        pixels[0, 0] = index
        if paint is not None:
            down, across = (np.arange(n)[:, None] * mm for n, mm in zip(shape, pixel_spacing_mm, strict=True))
            pixels = paint(position + (down * column)[:, None] + (across * row)[None]).astype(np.uint16)
        image = MRImage(
            (float(position[0]), float(position[1]), float(position[2])),
            orientation,
            pixel_spacing_mm,
            pixels,
            series,
            first_instance + index,
            tags or {},
            private,
        )
        name = f"s{series:03d}_i{first_instance + index:04d}.dcm"
        paths.append(write_classic(folder / name, image, transfer_syntax=transfer_syntax))
    return paths


def enhanced_dataset(
    frames: Sequence[EnhancedFrame],
    *,
    series: int = 1,
    instance: int = 1,
    pixel_spacing_mm: tuple[float, float] = (1.5, 1.5),
    thickness_mm: float = 5.0,
    tags: Mapping[str, Any] | None = None,
) -> Dataset:
    """Return an Enhanced MR Image object with one item of functional groups per frame."""
    ds = _common(ENHANCED_MR_IMAGE, series, instance)
    default = np.arange(64, dtype=np.uint16).reshape(8, 8)
    images = [frame.pixels if frame.pixels is not None else default for frame in frames]
    _put_pixels(ds, images[0])
    ds.NumberOfFrames = len(frames)
    ds.PixelData = b"".join(np.ascontiguousarray(image).tobytes() for image in images)
    measures = Dataset()
    measures.PixelSpacing = [float(v) for v in pixel_spacing_mm]
    measures.SliceThickness = thickness_mm
    shared = Dataset()
    shared.PixelMeasuresSequence = DicomSequence([measures])
    ds.SharedFunctionalGroupsSequence = DicomSequence([shared])
    ds.PerFrameFunctionalGroupsSequence = DicomSequence(
        [_frame_groups(frame, number) for number, frame in enumerate(frames, start=1)]
    )
    _put_tags(ds, tags or {}, ())
    return ds


def write_enhanced(path: Path, frames: Sequence[EnhancedFrame], **options: Any) -> Path:
    """Write an Enhanced MR Image object (options as for `enhanced_dataset`) and return its path."""
    return save(enhanced_dataset(frames, **options), path)


def _common(sop_class: str, series: int, instance: int) -> Dataset:
    ds = Dataset()
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = f"{ROOT}.3.{series}.{instance}"
    ds.StudyInstanceUID = STUDY_UID
    ds.SeriesInstanceUID = f"{ROOT}.4.{series}"
    ds.FrameOfReferenceUID = FRAME_UID
    ds.Modality = "MR"
    ds.Manufacturer = "Test"
    ds.PatientID = "P1"
    ds.PatientName = "Phantom^One"
    ds.PatientBirthDate = "19600101"
    ds.PatientSex = "O"
    ds.StudyDate = "20240102"
    ds.StudyTime = "101500"
    ds.StudyID = "1"
    ds.AccessionNumber = "A1"
    ds.SeriesNumber = series
    ds.InstanceNumber = instance
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    return ds


def _put_pixels(ds: Dataset, pixels: NDArray[Any]) -> None:
    ds.Rows, ds.Columns = pixels.shape[:2]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = pixels.dtype.itemsize * 8
    ds.BitsStored = ds.BitsAllocated
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    ds.PixelData = np.ascontiguousarray(pixels).tobytes()
    ds["PixelData"].VR = "OW" if ds.BitsAllocated > 8 else "OB"


def _put_tags(ds: Dataset, tags: Mapping[str, Any], private: Sequence[Private]) -> None:
    for keyword, value in tags.items():
        if value is None:
            if keyword in ds:
                delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    for group, creator, element, vr, value in private:
        ds.private_block(group, creator, create=True).add_new(element, vr, value)


def _item(**elements: Any) -> DicomSequence:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return DicomSequence([item])


def _frame_groups(frame: EnhancedFrame, number: int) -> Dataset:
    groups = Dataset()
    groups.PlanePositionSequence = _item(ImagePositionPatient=[float(v) for v in frame.position_mm])
    groups.PlaneOrientationSequence = _item(ImageOrientationPatient=[float(v) for v in frame.orientation])
    content: dict[str, Any] = {"StackID": frame.stack_id, "InStackPositionNumber": number}
    if frame.acquired is not None:
        content["FrameAcquisitionDateTime"] = frame.acquired
    if frame.temporal_index is not None:
        content["TemporalPositionIndex"] = frame.temporal_index
    groups.FrameContentSequence = _item(**content)
    if frame.frame_type is not None:
        groups.MRImageFrameTypeSequence = _item(FrameType=list(frame.frame_type))
    if frame.echo_time_ms is not None:
        groups.MREchoSequence = _item(EffectiveEchoTime=frame.echo_time_ms)
    if frame.b_value is not None:
        diffusion: dict[str, Any] = {"DiffusionBValue": frame.b_value, "DiffusionDirectionality": frame.directionality}
        if frame.direction is not None:
            diffusion["DiffusionGradientDirectionSequence"] = _item(DiffusionGradientOrientation=list(frame.direction))
        groups.MRDiffusionSequence = _item(**diffusion)
    if frame.slope is not None:
        groups.PixelValueTransformationSequence = _item(
            RescaleSlope=frame.slope, RescaleIntercept=frame.intercept, RescaleType="US"
        )
    return groups
