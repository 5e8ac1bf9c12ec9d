"""RTSTRUCT: the closed planar contours of a structure set become one lesion per region of interest.

Regions are joined by ROI Number, not by order. Source: DICOM PS3.3 C.8.8.5 and C.8.8.6. Contours stay in patient mm
here; `outlines` brings them onto the T2 planes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from engine.roi_io.dicom_object import identity_of, items, text
from engine.roi_io.found import MAX_LESIONS, Found, FoundLesion, empty, too_large, unreadable, unsupported

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "")
MAX_POINTS = 2_000_000
MAX_FILE_BYTES = 256 * 1024**2
TARGETS = ("GTV", "CTV", "PTV")
"""Interpreted types in order of preference: the gross tumour itself before the volumes grown around it."""

NOT_LESIONS = {
    "EXTERNAL", "ORGAN", "AVOIDANCE", "SUPPORT", "FIXATION", "BOLUS", "CAVITY", "MARKER", "REGISTRATION", "ISOCENTER",
    "CONTRAST_AGENT", "BRACHY_CHANNEL", "BRACHY_ACCESSORY", "BRACHY_SRC_APP", "BRACHY_CHNL_SHLD", "DOSE_REGION",
    "CONTROL", "DOSE_MEASUREMENT", "IRRAD_VOLUME", "TREATED_VOLUME",
}  # fmt: skip


def read_structure_set(dataset: Dataset, name: str) -> Found:
    """Read all regions with closed contours.

    Raises:
        RoiError: Damaged, without closed contours, or too large.
    """
    names: dict[int, str] = {}
    frames: dict[int, str] = {}
    for item in items(dataset, "StructureSetROISequence"):
        number = _number(item, "ROINumber", name)
        names[number] = text(item, "ROIName") or f"ROI {number}"
        frames[number] = text(item, "ReferencedFrameOfReferenceUID")
    kinds = {
        _number(item, "ReferencedROINumber", name): text(item, "RTROIInterpretedType").upper()
        for item in items(dataset, "RTROIObservationsSequence")
    }
    lesions: dict[int, FoundLesion] = {}
    opened: list[str] = []
    points = 0
    for item in items(dataset, "ROIContourSequence"):
        number = _number(item, "ReferencedROINumber", name)
        title = names.get(number, f"ROI {number}")
        outlines, notes, other = _outlines(item, name, title)
        points += sum(len(outline) for outline in outlines)
        if points > MAX_POINTS:
            raise too_large(name, f"it holds more than {MAX_POINTS} contour points")
        opened += [title] if other and not outlines else []
        if outlines:
            before = lesions[number].outlines_mm if number in lesions else ()
            lesions[number] = FoundLesion(
                title,
                outlines_mm=(*before, *outlines),
                notes=notes,
                frame_of_reference_uid=frames.get(number) or None,
                exact=text(dataset, "ManufacturerModelName") == "Lobule",
            )
    if not lesions and opened:
        raise unsupported(
            name, f"{', '.join(opened)} has only points or open contours", "Close the contours and export it again."
        )
    if not lesions:
        raise empty(name, "no region has a contour")
    kept, said = _lesions_only(lesions, kinds)
    if opened:
        said.append(f"Points and open contours were left out: {', '.join(opened)}.")
    if len(kept) > MAX_LESIONS:
        raise too_large(name, f"it holds {len(kept)} regions, at most {MAX_LESIONS} lesions are read")
    return Found("RTSTRUCT", tuple(kept), identity_of(dataset), tuple(said))


def _number(item: Dataset, keyword: str, name: str) -> int:
    try:
        return int(item[keyword].value)
    except (KeyError, TypeError, ValueError) as problem:
        raise unreadable(name, f"a region has no {keyword}") from problem


def _outlines(region: Dataset, name: str, title: str) -> tuple[tuple[NDArray[np.float64], ...], tuple[str, ...], bool]:
    """Return the closed contours of one region, notes, and whether it has open ones."""
    outlines: list[NDArray[np.float64]] = []
    seen: set[bytes] = set()
    short = repeated = other = 0
    for contour in items(region, "ContourSequence"):
        if text(contour, "ContourGeometricType").upper() not in CLOSED:
            other += 1
            continue
        points = _points(contour, name, title)
        if len(points) > 1 and np.array_equal(points[0], points[-1]):
            points = points[:-1]
        distinct = np.unique(points.round(4), axis=0)
        if len(distinct) < 3:
            short += 1
            continue
        key = distinct.tobytes()  # wherever the copy begins and whichever way it runs
        if key in seen:  # by the even-odd rule a contour and its copy would cancel each other
            repeated += 1
            continue
        seen.add(key)
        outlines.append(points)
    notes: list[str] = []
    if short:
        notes.append(f"{short} contours of fewer than three points were left out.")
    if repeated:
        notes.append(f"{repeated} repeated contours were used once.")
    if other and outlines:
        notes.append(f"{other} points or open contours were left out.")
    return tuple(outlines), tuple(notes), bool(other)


def _points(contour: Dataset, name: str, title: str) -> NDArray[np.float64]:
    """Return Contour Data as (N, 3) mm. The stored text is parsed at once: value by value takes seconds a region."""
    if "ContourData" not in contour:
        return np.zeros((0, 3))
    raw = contour.get_item("ContourData").value
    try:
        if isinstance(raw, bytes):
            parts = raw.decode("ascii").strip("\0 ").split("\\")
            values = np.array([float(part) for part in parts if part.strip()], dtype=np.float64)
        else:
            values = np.array([float(each) for each in (raw or ())], dtype=np.float64)
    except (ValueError, UnicodeDecodeError) as problem:
        raise unreadable(name, f"a contour of {title} holds text that is no number") from problem
    if len(values) % 3 or not np.isfinite(values).all():
        raise unreadable(name, f"a contour of {title} holds {len(values)} values, not finite x, y, z triples")
    return values.reshape(-1, 3)


def _lesions_only(lesions: dict[int, FoundLesion], kinds: dict[int, str]) -> tuple[list[FoundLesion], list[str]]:
    """Leave the body, organs and grown volumes out where the object also marks a tumour."""
    present = {kinds.get(number, "") for number in lesions}
    best = next((kind for kind in TARGETS if kind in present), None)
    if best is not None:
        drop = {n for n in lesions if kinds.get(n, "") in (NOT_LESIONS | set(TARGETS)) - {best}}
    else:
        drop = {n for n in lesions if kinds.get(n, "") in NOT_LESIONS}
    if len(drop) == len(lesions):
        drop = set()
    left = ", ".join(lesions[number].name for number in sorted(drop))
    notes = [f"Regions that are organs, the body or margins were left out: {left}."] if drop else []
    return [lesion for number, lesion in lesions.items() if number not in drop], notes
