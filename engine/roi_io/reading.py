"""Reading: an ROI object becomes lesions on the planes of the T2 volume, or a clear refusal, and nothing in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.domain.errors import RoiError
from engine.domain.roi import Contour, LesionId, Roi, RoiObject
from engine.domain.study import Series, Study
from engine.domain.volume import Volume
from engine.geometry.affine import corners_mm
from engine.geometry.outline import contours_of_mask
from engine.roi_io.binding import check_patient, check_place, no_geometry, overlaps, title
from engine.roi_io.detect import format_of, read_found
from engine.roi_io.found import Found, FoundLesion
from engine.roi_io.outlines import place_outlines
from engine.roi_io.questions import candidates
from engine.roi_io.segmentation import FRACTION
from engine.roi_io.transfer import place

LARGE_ML = 2000.0


def describe_roi(path: Path, study: Study) -> RoiObject:
    """Say what a file holds and whether it can belong to the study. Imports nothing, raises nothing for a bad file."""
    kind = ""
    try:
        kind = format_of(path)
        found = read_found(path)
        if found.identity is not None:
            check_patient(found.identity, study, path.name)
    except RoiError as problem:
        return RoiObject(path, kind or "unknown", 0, False, str(problem), problem)
    count = len(found.lesions)
    lesions = "1 lesion" if count == 1 else f"{count} lesions"
    usable, where = _where(found, study)
    notes = " ".join(found.notes)
    return RoiObject(path, kind, count, usable, f"{kind} with {lesions}: {where} {notes}".strip())


def _where(found: Found, study: Study) -> tuple[bool, str]:
    if not found.placed:
        return False, "it has no geometry; import it by hand for the series it was drawn on, and check the overlay."
    if not any(overlaps(lesion, series) for lesion in found.lesions for series in study.series):
        return False, "it does not overlap any image of this study."
    if found.identity is None:
        return True, "it names no patient and no series; placed by position, check the overlay."
    fitting = candidates(found, study)
    frames = found.identity.frame_of_reference_uids
    if frames and fitting and not any(series.frame_of_reference_uid in (None, *frames) for series in fitting):
        return False, (
            f"it names {title(fitting[0])} as its source, but another frame of reference "
            f"({', '.join(sorted(frames))}); "
            "import it by hand to confirm."
        )
    if len(fitting) == 1:
        return True, f"drawn on the series {title(fitting[0])}."
    if fitting:
        names = ", ".join(title(series) for series in fitting)
        return True, f"it fits {len(fitting)} series in the same space ({names}); choose the one it was drawn on."
    if not frames:
        return False, "it names no series of this study; import it by hand and confirm where it belongs."
    return False, (
        "its frame of reference " + ", ".join(sorted(frames)) + " and its source images are not in this study."
    )


def read_rois(
    path: Path,
    study: Study,
    reference: Series,
    volume: Volume,
    *,
    confirmed: bool = False,
    drawn_on: tuple[Series, Volume] | None = None,
    union: bool = False,
    fraction: float = FRACTION,
) -> tuple[Roi, ...]:
    """Import the lesions of one ROI object onto the slice planes of the T2 volume.

    Args:
        reference: The T2 series.
        volume: Its volume; contours lie on its slice planes, in patient mm.
        confirmed: The reader says that an object without any reference belongs to this series. It never overrides a
            wrong patient or a contradicting frame of reference.
        drawn_on: The series that the reader says it was drawn on, with its volume; the T2 series otherwise. An array
            without geometry is laid on its grid.
        union: Contours of one plane that overlap in part mean their union; otherwise the overlap is left out.
        fraction: Smallest share of a voxel of a FRACTIONAL segmentation that belongs to the lesion.

    Returns:
        Lesions named L1, L2, … in the object's order, with notes on what was done.

    Raises:
        RoiError: The object can't be read, is another patient's, lies elsewhere, or is empty.
    """
    found = read_found(path, reference, fraction)
    if found.identity is not None:
        check_patient(found.identity, study, path.name)
    bound = check_place(found, study, reference, volume.frame_of_reference_uid, path.name, confirmed=confirmed)
    if drawn_on is not None and drawn_on[0].key != reference.key:
        bound = (*bound, _carried_over(drawn_on, volume, path.name))
    if not found.placed:
        found = _put_on_grid(found, drawn_on[1] if drawn_on is not None else volume, path.name)
    frame = volume.frame_of_reference_uid or reference.frame_of_reference_uid
    rois: list[Roi] = []
    outside: list[str] = []
    vanished: list[str] = []
    for lesion in found.lesions:
        if frame and lesion.frame_of_reference_uid not in (None, frame) and not bound:
            outside.append(lesion.name)
            continue
        contours, notes = _contours(lesion, volume, path.name, union=union)
        if not contours:
            (vanished if overlaps(lesion, reference) else outside).append(lesion.name)
            continue
        rois.append(
            Roi(
                LesionId(f"L{len(rois) + 1}"),
                contours,
                f"imported from {found.format}",
                frame,
                lesion.name,
                (*found.notes, *lesion.notes, *bound, *notes),
            )
        )
    if not rois and vanished:
        raise _vanished(path.name, vanished)
    if not rois:
        raise _outside(found, volume, path.name)
    if vanished:
        gone = f"Lesions that fill no T2 voxel were left out: {', '.join(vanished)}."
        rois = [replace(roi, notes=(*roi.notes, gone)) for roi in rois]
    if outside:
        left = f"Lesions outside the T2 images were left out: {', '.join(outside)}."
        rois = [replace(roi, notes=(*roi.notes, left)) for roi in rois]
    return tuple(rois)


def _carried_over(drawn_on: tuple[Series, Volume], volume: Volume, name: str) -> str:
    series, own = drawn_on
    if (
        own.frame_of_reference_uid
        and volume.frame_of_reference_uid
        and own.frame_of_reference_uid != volume.frame_of_reference_uid
    ):
        raise RoiError(
            f"The ROI file {name} was drawn on {title(series)}, which lies in the frame of reference "
            f"{own.frame_of_reference_uid}, while the T2 images have {volume.frame_of_reference_uid}.",
            remedy="Draw the lesion on the T2 images, or export it for them.",
            code="roi-wrong-frame",
        )
    return f"Drawn on {title(series)} and carried over to the T2 images by position: check the overlay."


def _contours(
    lesion: FoundLesion, volume: Volume, name: str, *, union: bool
) -> tuple[tuple[Contour, ...], tuple[str, ...]]:
    if lesion.outlines_mm:
        return place_outlines(lesion.outlines_mm, volume, name, union=union, exact=lesion.exact)
    mask, notes = place(lesion.blocks, volume)
    voxel_ml = abs(float(np.linalg.det(volume.affine[:3, :3]))) / 1000
    if mask.sum() * voxel_ml > LARGE_ML:
        notes = (
            *notes,
            f"It holds more than {LARGE_ML / 1000:.0f} litres: check that it is a lesion and not an organ.",
        )
    return contours_of_mask(mask, volume.affine), notes


def _put_on_grid(found: Found, grid: Volume, name: str) -> Found:
    """Lay an array without geometry on the grid of the series it was drawn on, if it has exactly that size."""
    if found.shape != grid.shape:
        raise no_geometry(name, found.shape, grid.shape)
    lesions = tuple(
        replace(lesion, blocks=tuple(replace(block, affine=grid.affine @ block.affine) for block in lesion.blocks))
        for lesion in found.lesions
    )
    return replace(found, lesions=lesions, placed=True)


def _vanished(name: str, lesions: Sequence[str]) -> RoiError:
    return RoiError(
        f"The lesions of the ROI file {name} fill no T2 voxel: {', '.join(lesions)}.",
        remedy="They are too small, or hardly reach into the T2 images: draw the lesion here.",
        code="roi-too-small",
    )


def _outside(found: Found, volume: Volume, name: str) -> RoiError:
    corners = corners_mm(volume.affine, volume.shape)
    low, high = corners.min(axis=0), corners.max(axis=0)
    t2 = ", ".join(f"{axis} {a:.0f} to {b:.0f} mm" for axis, a, b in zip("xyz", low, high, strict=True))
    return RoiError(
        f"The ROI file {name} does not overlap the T2 images ({t2}); lesions in it: {len(found.lesions)}.",
        remedy="Choose the series that it was drawn on as T2, or draw the lesion here.",
        code="roi-outside",
    )
