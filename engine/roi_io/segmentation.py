"""DICOM SEG: binary, fractional and label-map segmentations become one lesion per segment, in patient space.

Frames are placed by their own Image Position (Patient), so omitted empty frames and any frame order are harmless.
Source: DICOM PS3.3 C.8.20 (Segmentation) and Supplement 243 (Label Map).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.encaps import generate_frames

from engine.domain.codecs import DECODING_PLUGINS
from engine.domain.study import Plane, Series
from engine.roi_io.dicom_object import first_item, identity_of, numbers, text
from engine.roi_io.found import MAX_LESIONS, Found, FoundLesion, empty, guard_bytes, too_large, unreadable, unsupported
from engine.roi_io.stacks import PlacedFrame, blocks_of_frames

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
FRACTION = 0.5
MOST_FRAMES = 100_000
BACKGROUND = ("125040", "DCM")
ABNORMAL_TYPES = {"4147007", "108369006", "52988006", "M-03000", "M-8FFFF", "M-01100"}
"""Mass, neoplasm and lesion, in SCT and in the older SRT codes."""

ABNORMAL_CATEGORIES = {"49755003", "M-01000"}
"""Morphologically abnormal structure."""

NORMAL_CATEGORIES = {"91723000", "123037004", "T-D000A", "85756007", "T-D0050"}
"""Anatomical structure and tissue."""


def read_segmentation(
    dataset: Dataset, name: str, reference: Series | None = None, fraction: float = FRACTION
) -> Found:
    """Read all segments with content.

    Args:
        dataset: The whole object, pixels included.
        name: What to call the file in messages.
        reference: Its planes give frames their place where the object names only the source image.
        fraction: Smallest share of a FRACTIONAL voxel that belongs to the lesion.

    Raises:
        RoiError: Damaged, empty, too large, or a kind that is not read.
    """
    kind = text(dataset, "SegmentationType") or ("LABELMAP" if text(dataset, "SOPClassUID") == LABEL_MAP else "BINARY")
    if kind not in ("BINARY", "FRACTIONAL", "LABELMAP"):
        raise unsupported(name, f"Segmentation Type {kind!r}", "Export a BINARY segmentation.")
    if text(dataset, "DimensionOrganizationType").startswith("TILED"):
        raise unsupported(name, "it is tiled, as for microscopy", "Export a segmentation of the MR series.")
    segments = _segments(dataset, name)
    planes = _planes(dataset, name, reference)
    notes: list[str] = []
    if kind == "FRACTIONAL":
        meaning = text(dataset, "SegmentationFractionalType").lower() or "fraction"
        notes.append(f"Fractional segmentation: voxels with a {meaning} of at least {fraction:.0%} were kept.")
    frames = _frames(dataset, name, kind, len(planes), fraction)
    if kind == "LABELMAP":
        placed = _by_value(frames, planes, segments)
    else:
        placed = _by_frame(frames, planes, _segment_numbers(dataset, name, len(planes), segments), segments)
    spacing = _declared_steps(dataset, reference)
    lesions: dict[int, FoundLesion] = {}
    for number, chosen in placed.items():
        if any(frame.mask.any() for frame in chosen):
            lesions[number] = FoundLesion(segments[number], blocks_of_frames(chosen, planes, spacing))
    if not lesions:
        raise empty(name, "every segment is empty")
    without = [segments[number] for number in placed if number not in lesions]
    if without:
        notes.append(f"Empty segments were left out: {', '.join(without)}.")
    organs = _organs_beside_lesions(dataset, set(lesions))
    if organs:
        left = ", ".join(segments[number] for number in sorted(organs))
        notes.append(f"Segments marked as normal anatomy were left out: {left}.")
    kept = tuple(lesion for number, lesion in lesions.items() if number not in organs)
    if len(kept) > MAX_LESIONS:
        raise too_large(name, f"it holds {len(kept)} segments, at most {MAX_LESIONS} lesions are read")
    return Found("SEG", kept, identity_of(dataset), tuple(notes))


def _segments(dataset: Dataset, name: str) -> dict[int, str]:
    """Return segment number to label, without the background of label maps."""
    found: dict[int, str] = {}
    for item in dataset.get("SegmentSequence") or ():
        number = item.get("SegmentNumber")
        if number is None:
            raise unreadable(name, "a segment has no Segment Number (0062,0004)")
        if _code(item, "SegmentedPropertyTypeCodeSequence") == BACKGROUND or int(number) == 0:
            continue
        found[int(number)] = text(item, "SegmentLabel") or f"segment {int(number)}"
    if not found:
        raise empty(name, "it describes no segment")
    return found


def _code(item: Dataset, keyword: str) -> tuple[str, str]:
    code = first_item(item, keyword)
    return (text(code, "CodeValue"), text(code, "CodingSchemeDesignator")) if code is not None else ("", "")


def _planes(dataset: Dataset, name: str, reference: Series | None) -> list[Plane]:
    """Return the plane of every frame: from its own groups, else the shared ones, else its source image."""
    count = int(dataset.get("NumberOfFrames") or 1)
    shared = first_item(dataset, "SharedFunctionalGroupsSequence")
    own = list(dataset.get("PerFrameFunctionalGroupsSequence") or ())
    if not 1 <= count <= MOST_FRAMES:
        raise too_large(name, f"it declares {count} frames")
    if len(own) != count and (own or count > 1):
        raise unreadable(name, f"it has {count} frames but describes {len(own)}")
    planes: list[Plane] = []
    for index in range(count):
        groups = [group for group in ((own[index] if own else None), shared) if group is not None]
        position = _numbers_in(groups, "PlanePositionSequence", "ImagePositionPatient", 3)
        axes = _numbers_in(groups, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
        spacing = _numbers_in(groups, "PixelMeasuresSequence", "PixelSpacing", 2)
        source = _source_plane(groups, reference) if not (position and axes and spacing) else None
        if source is not None:
            position = position or source.position_mm
            axes = axes or (*source.row_cosine, *source.column_cosine)
            spacing = spacing or source.pixel_spacing_mm
        if not (position and axes and spacing) or min(spacing) <= 0:
            raise unreadable(name, f"frame {index + 1} does not say where it lies in the patient")
        row, column = _unit(axes[:3], name), _unit(axes[3:], name)
        if abs(sum(a * b for a, b in zip(row, column, strict=True))) > 0.01:
            raise unreadable(name, f"the row and column directions of frame {index + 1} are not at right angles")
        planes.append(Plane((position[0], position[1], position[2]), row, column, (spacing[0], spacing[1])))
    return planes


def _numbers_in(groups: list[Dataset], sequence: str, keyword: str, count: int) -> tuple[float, ...]:
    for group in groups:
        item = first_item(group, sequence)
        values = numbers(item, keyword, count) if item is not None else ()
        if values:
            return values
    return ()


def _unit(axis: tuple[float, ...], name: str) -> tuple[float, float, float]:
    length = float(np.linalg.norm(axis))
    if not 0.9 < length < 1.1:
        raise unreadable(name, "an image direction is no unit vector")
    return axis[0] / length, axis[1] / length, axis[2] / length


def _source_plane(groups: list[Dataset], reference: Series | None) -> Plane | None:
    if reference is None:
        return None
    for group in groups:
        derivation = first_item(group, "DerivationImageSequence")
        source = first_item(derivation, "SourceImageSequence") if derivation is not None else None
        if source is None:
            continue
        uid, frame = text(source, "ReferencedSOPInstanceUID"), source.get("ReferencedFrameNumber")
        for instance in reference.instances:
            if instance.sop_instance_uid == uid and (frame is None or int(frame) == instance.frame + 1):
                return instance.plane
    return None


def _segment_numbers(dataset: Dataset, name: str, count: int, segments: dict[int, str]) -> list[int]:
    shared = first_item(dataset, "SharedFunctionalGroupsSequence")
    own = list(dataset.get("PerFrameFunctionalGroupsSequence") or ()) or [None] * count
    result: list[int] = []
    for index, group in enumerate(own):
        items = [first_item(each, "SegmentIdentificationSequence") for each in (group, shared) if each is not None]
        number = next((item.get("ReferencedSegmentNumber") for item in items if item is not None), None)
        if number is None and len(segments) == 1:
            number = next(iter(segments))
        if number is None or int(number) not in segments:
            raise unreadable(name, f"frame {index + 1} belongs to segment {number}, which is not described")
        result.append(int(number))
    return result


def _frames(dataset: Dataset, name: str, kind: str, count: int, fraction: float) -> Iterator[NDArray[Any]]:
    """Yield the stored frames one by one: bool for BINARY, thresholded bool for FRACTIONAL, labels for LABELMAP."""
    rows, columns = int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)
    bits = int(dataset.get("BitsAllocated") or 1)
    if rows < 1 or columns < 1 or bits not in (1, 8, 16):
        raise unreadable(name, f"it declares {rows} x {columns} pixels of {bits} bits")
    guard_bytes(name, (count, rows, columns), max(1, bits // 8))
    whole = (1 << bits) - 1
    top = int(dataset.get("MaximumFractionalValue") or whole)
    for frame in _stored(dataset, name, (count, rows, columns), bits):
        if kind == "LABELMAP":
            yield frame
        elif kind == "FRACTIONAL":
            yield (frame >= fraction * top) & (frame > 0)
        else:
            yield frame > 0


def _stored(dataset: Dataset, name: str, shape: tuple[int, int, int], bits: int) -> Iterator[NDArray[Any]]:
    count, rows, columns = shape
    syntax = str(getattr(dataset.file_meta, "TransferSyntaxUID", "1.2.840.10008.1.2.1"))
    data = dataset.get("PixelData")
    if not data:
        raise unreadable(name, "it has no pixel data")
    if syntax == BIG_ENDIAN or (syntax == RLE and bits == 1):
        raise unsupported(
            name,
            "its transfer syntax (big endian or run-length coded bits) has no reader",
            "Convert it to Explicit VR Little Endian, for example with DCMTK's dcmconv or dcmdrle.",
        )
    if syntax == DEFLATED_FRAMES:
        for coded in generate_frames(data, number_of_frames=count):
            raw = _inflate(coded, name, (rows * columns * bits + 7) // 8)
            yield _unpacked(raw, bits, rows * columns, name).reshape(rows, columns)
    elif dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        from pydicom.pixels import iter_pixels  # loads the decoders, which most objects do not need

        try:
            yield from iter_pixels(dataset, decoding_plugin=DECODING_PLUGINS.get(syntax, ""))
        except Exception as problem:
            raise unreadable(name, f"its compressed frames do not decode ({problem})") from problem
    else:
        flat = _unpacked(data, bits, count * rows * columns, name)
        yield from flat.reshape(shape)


def _inflate(coded: bytes, name: str, expected: int) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(coded, expected)
    except zlib.error as problem:
        raise unreadable(name, f"a deflated frame is damaged ({problem})") from problem


def _unpacked(data: bytes, bits: int, pixels: int, name: str) -> NDArray[Any]:
    """Return flat pixel values; bits of BINARY frames follow one another without padding between frames."""
    needed = (pixels * bits + 7) // 8
    if len(data) < needed:
        raise unreadable(name, f"its pixel data is cut short: {len(data)} of {needed} bytes")
    if bits == 1:
        return np.unpackbits(np.frombuffer(data, dtype=np.uint8, count=needed), bitorder="little", count=pixels)
    return np.frombuffer(data, dtype=np.uint8 if bits == 8 else np.dtype("<u2"), count=pixels)


def _by_value(
    frames: Iterator[NDArray[Any]], planes: list[Plane], segments: dict[int, str]
) -> dict[int, list[PlacedFrame]]:
    placed: dict[int, list[PlacedFrame]] = {number: [] for number in segments}
    for plane, frame in zip(planes, frames, strict=True):
        for number in np.intersect1d(np.unique(frame), np.fromiter(segments, dtype=np.int64)):
            placed[int(number)].append(PlacedFrame(plane, frame == number))
    return placed


def _by_frame(
    frames: Iterator[NDArray[Any]], planes: list[Plane], numbers_of: list[int], segments: dict[int, str]
) -> dict[int, list[PlacedFrame]]:
    placed: dict[int, list[PlacedFrame]] = {number: [] for number in segments}
    for plane, number, frame in zip(planes, numbers_of, frames, strict=True):
        if frame.any():
            placed[number].append(PlacedFrame(plane, np.asarray(frame, dtype=bool)))
    return placed


def _declared_steps(dataset: Dataset, reference: Series | None) -> tuple[float, ...]:
    """Return candidate distances between slices, best first: declared spacing, the T2 step, slice thickness (mm)."""
    groups = [
        group
        for group in (
            first_item(dataset, "SharedFunctionalGroupsSequence"),
            first_item(dataset, "PerFrameFunctionalGroupsSequence"),
        )
        if group is not None
    ]
    spacing = _numbers_in(groups, "PixelMeasuresSequence", "SpacingBetweenSlices", 1)
    thickness = _numbers_in(groups, "PixelMeasuresSequence", "SliceThickness", 1)
    step = (reference.slice_step_mm,) if reference is not None and reference.slice_step_mm else ()
    return tuple(abs(value) for value in (*spacing, *step, *thickness) if value)


def _organs_beside_lesions(dataset: Dataset, numbers_present: set[int]) -> set[int]:
    """Return segments coded as normal where others are coded as abnormal: a liver beside its tumour is no lesion."""
    normal: set[int] = set()
    abnormal = False
    for item in dataset.get("SegmentSequence") or ():
        number = int(item.SegmentNumber)
        category = _code(item, "SegmentedPropertyCategoryCodeSequence")[0]
        kind = _code(item, "SegmentedPropertyTypeCodeSequence")[0]
        if number not in numbers_present:
            continue
        if category in ABNORMAL_CATEGORIES or kind in ABNORMAL_TYPES:
            abnormal = True
        elif category in NORMAL_CATEGORIES:
            normal.add(number)
    return normal if abnormal else set()
