"""DICOM ROI objects as data sets: opened without trusting them, and read without surprises."""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag
from pydicom.filereader import read_file_meta_info
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from engine.domain.errors import RoiError
from engine.roi_io.found import MAX_BYTES, Identity, too_large, unreadable

FILE_META_START = 144
"""Preamble (128), prefix (4) and the group length element (12): what comes before the rest of the meta group."""

IMAGE_REFERENCES = ("ReferencedInstanceSequence", "SourceImageSequence", "ContourImageSequence")


def read_dataset(path: Path, *, pixels: bool = True, most_bytes: int = MAX_BYTES) -> Dataset:
    """Open a DICOM file.

    Raises:
        RoiError: Not DICOM, damaged, or larger than any ROI object.
    """
    try:
        size = path.stat().st_size
    except OSError as problem:
        raise unreadable(path.name, str(problem.strerror or problem)) from problem
    if size > most_bytes:
        raise too_large(path.name, f"{size / 1024**2:.0f} MiB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd values are judged where they are used
            _check_inflated(path)
            dataset = dcmread(path, stop_before_pixels=not pixels)
    except OSError as problem:
        raise unreadable(path.name, str(problem.strerror or problem)) from problem
    except RoiError:
        raise
    except Exception as problem:  # pydicom raises many kinds on damaged files
        raise unreadable(path.name, f"it is no intact DICOM file ({problem})") from problem
    return dataset


def _check_inflated(path: Path) -> None:
    """Refuse a deflated data set that would not fit into memory: pydicom inflates it whole."""
    meta = read_file_meta_info(path)
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = 0
    with path.open("rb") as stream:
        stream.seek(FILE_META_START + int(meta.FileMetaInformationGroupLength))
        while coded := engine.unconsumed_tail or stream.read(1 << 16):
            inflated += len(engine.decompress(coded, 1 << 20))
            if inflated > MAX_BYTES:
                raise too_large(path.name, f"deflated, it holds more than {MAX_BYTES // 1024**3} GiB")


def first_item(dataset: Dataset | None, keyword: str) -> Dataset | None:
    """Return the first item of a sequence, or None."""
    return next(items(dataset, keyword), None)


def items(dataset: Dataset | None, keyword: str) -> Iterator[Dataset]:
    """Yield the items of a sequence, none when it is absent."""
    if dataset is not None:
        for item in dataset.get(keyword) or ():
            if isinstance(item, Dataset):
                yield item


def text(dataset: Dataset | None, keyword: str) -> str:
    """Return a value as stripped text, empty when absent."""
    value = dataset.get(keyword) if dataset is not None else None
    return "" if value is None else str(value).strip().strip("\0")


def numbers(dataset: Dataset | None, keyword: str, count: int) -> tuple[float, ...]:
    """Return exactly `count` finite numbers, or an empty tuple when they are absent, unfit or of another number."""
    value = dataset.get(keyword) if dataset is not None else None
    if value is None or value == "":
        return ()
    try:
        result = tuple(float(each) for each in (value if isinstance(value, (MultiValue, list)) else [value]))
    except (TypeError, ValueError):
        return ()
    return result if len(result) == count and all(math.isfinite(each) for each in result) else ()


def identity_of(dataset: Dataset) -> Identity:
    """Collect whose object this is, its frames of reference, and the series and images that it names as sources."""
    frames: set[str] = set()
    series: set[str] = set()
    images: set[str] = set()
    for item in (dataset, *items(dataset, "ReferencedFrameOfReferenceSequence")):
        frames.add(text(item, "FrameOfReferenceUID"))
    for roi in items(dataset, "StructureSetROISequence"):
        frames.add(text(roi, "ReferencedFrameOfReferenceUID"))
    for item in items(dataset, "ReferencedSeriesSequence"):
        series.add(text(item, "SeriesInstanceUID"))
    for frame in items(dataset, "ReferencedFrameOfReferenceSequence"):
        for study in items(frame, "RTReferencedStudySequence"):
            for item in items(study, "RTReferencedSeriesSequence"):
                series.add(text(item, "SeriesInstanceUID"))
    _collect_images(dataset, images, depth=0)
    return Identity(
        patient_id=text(dataset, "PatientID"),
        patient_name=text(dataset, "PatientName"),
        birth_date=text(dataset, "PatientBirthDate"),
        study_instance_uid=text(dataset, "StudyInstanceUID"),
        frame_of_reference_uids=frozenset(frames - {""}),
        series_instance_uids=frozenset(series - {""}),
        sop_instance_uids=frozenset(images - {""}),
    )


def _collect_images(dataset: Dataset, found: set[str], depth: int) -> None:
    """Walk sequences for images named as sources; real objects nest them five deep, crafted ones without end."""
    if depth > 8:
        return
    for tag in list(dataset.keys()):
        if not _is_sequence(dataset, tag):  # touching the others would parse millions of contour points value by value
            continue
        for item in dataset[tag].value or ():
            if keyword_for_tag(tag) in IMAGE_REFERENCES:
                found.add(text(item, "ReferencedSOPInstanceUID"))
            _collect_images(item, found, depth + 1)


def _is_sequence(dataset: Dataset, tag: BaseTag) -> bool:
    representation = dataset.get_item(tag).VR
    if representation is None:
        representation = dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"
    return bool(representation == "SQ")
