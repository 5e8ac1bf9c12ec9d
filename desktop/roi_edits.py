"""ROI edits: what drawing does to a case. Pure: a case and a region in screen mm give another case.

Regions join and cut as exact polygons (no pixels are involved), so a drawn outline keeps the points that were drawn.
What a person did to a slice is the person's: only `interpolated` makes outlines that wait to be confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from desktop.display_plane import DisplayPlane
from desktop.gestures.canvas import Mode
from engine.domain.case import Case
from engine.domain.roi import Contour, LesionId, Roi
from engine.geometry import planar
from engine.geometry.interpolate import between
from engine.geometry.outline import contours_by_slice
from engine.geometry.planar import Polygon


def find(case: Case | None, lesion_id: LesionId | None) -> Roi | None:
    """Return the lesion of this id, None when there is none."""
    return None if case is None else next((roi for roi in case.rois if roi.lesion_id == lesion_id), None)


def region_on(roi: Roi | None, plane: DisplayPlane, index: int) -> tuple[Polygon, ...]:
    """Return the rings that outline a lesion on slice `index` of the T2 stack, in screen mm."""
    if roi is None:
        return ()
    contours = contours_by_slice(roi, plane.affine).get(index, [])
    return tuple(plane.to_screen_mm(contour.points_mm) for contour in contours)


def with_region(
    case: Case,
    lesion_id: LesionId | None,
    plane: DisplayPlane,
    index: int,
    region: Sequence[Polygon],
    mode: Mode = Mode.ADD,
    frame_of_reference_uid: str | None = None,
) -> Case:
    """Return the case with a region drawn on slice `index` of the T2 stack.

    Args:
        lesion_id: The lesion that is outlined; None begins a new one.
        region: Rings (N, 2) in screen mm of `plane`, even-odd.
        frame_of_reference_uid: That of the T2 volume.

    A region that encloses nothing, or that cuts a lesion which is not there, changes nothing.
    """
    roi = find(case, lesion_id)
    if roi is None:
        if mode is not Mode.ADD or not planar.cleaned(region):
            return case
        roi = Roi(case.next_lesion_id(), (), "drawn", frame_of_reference_uid)
    before = region_on(roi, plane, index)
    if mode is Mode.REPLACE:
        after = planar.cleaned(region)
    else:
        after = planar.united(before, region) if mode is Mode.ADD else planar.subtracted(before, region)
        if planar.same(before, after):
            return case
    return _replaced(case, roi, plane, index, after)


def without_slice(case: Case, lesion_id: LesionId, plane: DisplayPlane, index: int) -> Case:
    """Return the case without what outlines the lesion on one slice; the lesion goes with its last outline."""
    roi = find(case, lesion_id)
    if roi is None or not region_on(roi, plane, index):
        return case
    return _replaced(case, roi, plane, index, [])


def copied_to(case: Case, lesion_id: LesionId, plane: DisplayPlane, index: int, target: int) -> Case:
    """Return the case with the outline of slice `index` also on slice `target`, in place of what was there."""
    roi = find(case, lesion_id)
    region = region_on(roi, plane, index)
    return case if roi is None or not region else _replaced(case, roi, plane, target, region)


def moved(case: Case, lesion_id: LesionId, plane: DisplayPlane, index: int, by_mm: Polygon) -> Case:
    """Return the case with the outline of one slice moved by (u, v) screen mm."""
    roi = find(case, lesion_id)
    region = region_on(roi, plane, index)
    if roi is None or not region or not np.any(by_mm):
        return case
    return _replaced(case, roi, plane, index, [ring + by_mm for ring in region])


def interpolated(case: Case, lesion_id: LesionId, plane: DisplayPlane) -> Case:
    """Return the case with outlines on every slice between two that a person outlined, waiting to be confirmed.

    Earlier outlines that still wait are made anew; confirmed ones stay and are interpolated between.
    """
    roi = find(case, lesion_id)
    if roi is None:
        return case
    kept = tuple(contour for contour in roi.contours if not contour.interpolated)
    groups = contours_by_slice(roi.with_contours(kept), plane.affine)
    regions = {index: [plane.to_screen_mm(c.points_mm) for c in contours] for index, contours in groups.items()}
    made: list[Contour] = []
    outlined = sorted(regions)
    for low, high in pairwise(outlined):
        gap = range(low + 1, high)
        shares = [(index - low) / (high - low) for index in gap]
        for index, region in zip(gap, between(regions[low], regions[high], shares), strict=True):
            made += [Contour(plane.to_patient_mm(ring, index), interpolated=True) for ring in region]
    if not made and len(kept) == len(roi.contours):
        return case
    return case.with_roi(_edited(roi, (*kept, *made)))


def confirmed(case: Case, lesion_id: LesionId, plane: DisplayPlane | None = None, index: int | None = None) -> Case:
    """Return the case with interpolated outlines taken over as the person's own: on one slice, or on all."""
    roi = find(case, lesion_id)
    if roi is None or not roi.has_interpolated:
        return case
    chosen = roi.contours
    if plane is not None and index is not None:
        chosen = tuple(contours_by_slice(roi, plane.affine).get(index, []))
    ids = {id(contour) for contour in chosen}
    contours = tuple(Contour(c.points_mm) if id(c) in ids and c.interpolated else c for c in roi.contours)
    return case.with_roi(roi.with_contours(contours))


def renamed(case: Case, lesion_id: LesionId, name: str) -> Case:
    """Return the case with another name for a lesion."""
    roi = find(case, lesion_id)
    return case if roi is None else case.with_roi(replace(roi, name=name.strip()))


def _replaced(case: Case, roi: Roi, plane: DisplayPlane, index: int, region: Sequence[Polygon]) -> Case:
    """Return the case with another outline of a lesion on one slice; without any outline the lesion goes."""
    gone = {id(contour) for contour in contours_by_slice(roi, plane.affine).get(index, [])}
    kept = tuple(contour for contour in roi.contours if id(contour) not in gone)
    made = tuple(Contour(plane.to_patient_mm(ring, index)) for ring in region)
    if not kept and not made:
        return case.without_roi(roi.lesion_id)
    return case.with_roi(_edited(roi, (*kept, *made)))


def _edited(roi: Roi, contours: tuple[Contour, ...]) -> Roi:
    origin = roi.origin if roi.origin == "drawn" or "edited" in roi.origin else f"{roi.origin}, edited"
    return replace(roi, contours=contours, origin=origin)
