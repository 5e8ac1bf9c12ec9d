"""ROI edits: what drawing does to a case. Pure: a case and a closed line in screen mm give another case.

Lines join and cut as exact polygons (no pixels are involved), so a drawn outline keeps the points that were drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath, QPolygonF

from desktop.display_plane import DisplayPlane
from engine.domain.case import Case
from engine.domain.roi import Contour, LesionId, Roi
from engine.geometry.outline import contours_by_slice

Polygon = NDArray[np.float64]

SMALLEST_MM2 = 0.5
"""Crumbs below this area are dropped: they come from cutting and from a trembling hand."""


class Mode(Enum):
    """What a closed line does to the outline that its slice already has."""

    ADD = "add"
    CUT = "cut"


def with_line(
    case: Case,
    lesion_id: LesionId | None,
    plane: DisplayPlane,
    index: int,
    line: Polygon,
    mode: Mode = Mode.ADD,
    frame_of_reference_uid: str | None = None,
) -> Case:
    """Return the case with a closed line drawn on slice `index` of the T2 stack.

    Args:
        lesion_id: The lesion that is outlined; None begins a new one.
        line: (N, 2) screen mm of `plane`.
        frame_of_reference_uid: That of the T2 volume.

    A line that encloses nothing, or that cuts a lesion which is not there, changes nothing.
    """
    drawn = _path([line])
    roi = next((roi for roi in case.rois if roi.lesion_id == lesion_id), None)
    if roi is None:
        if mode is Mode.CUT or not _polygons(drawn):
            return case
        roi = Roi(case.next_lesion_id(), (), "drawn", frame_of_reference_uid)
    present = contours_by_slice(roi, plane.affine).get(index, [])
    before = _path([plane.to_screen_mm(contour.points_mm) for contour in present])
    after = before.united(drawn) if mode is Mode.ADD else before.subtracted(drawn)
    made = [Contour(plane.to_patient_mm(polygon, index)) for polygon in _polygons(after)]
    return _replaced(case, roi, present, made)


def without_slice(case: Case, lesion_id: LesionId, plane: DisplayPlane, index: int) -> Case:
    """Return the case without what outlines the lesion on one slice; the lesion goes with its last outline."""
    roi = next((roi for roi in case.rois if roi.lesion_id == lesion_id), None)
    if roi is None:
        return case
    present = contours_by_slice(roi, plane.affine).get(index, [])
    return _replaced(case, roi, present, []) if present else case


def copied_to(case: Case, lesion_id: LesionId, plane: DisplayPlane, index: int, target: int) -> Case:
    """Return the case with the outline of slice `index` also on slice `target`, in place of what was there."""
    roi = next((roi for roi in case.rois if roi.lesion_id == lesion_id), None)
    if roi is None:
        return case
    groups = contours_by_slice(roi, plane.affine)
    made = [
        Contour(plane.to_patient_mm(plane.to_screen_mm(contour.points_mm), target)) for contour in groups.get(index, [])
    ]
    return _replaced(case, roi, groups.get(target, []), made) if made else case


def moved(case: Case, lesion_id: LesionId, plane: DisplayPlane, index: int, by_mm: Polygon) -> Case:
    """Return the case with the outline of one slice moved by (u, v) screen mm."""
    roi = next((roi for roi in case.rois if roi.lesion_id == lesion_id), None)
    if roi is None:
        return case
    present = contours_by_slice(roi, plane.affine).get(index, [])
    shift = by_mm[0] * plane.right + by_mm[1] * plane.down
    made = [Contour(contour.points_mm + shift, contour.interpolated) for contour in present]
    return _replaced(case, roi, present, made) if made else case


def renamed(case: Case, lesion_id: LesionId, name: str) -> Case:
    """Return the case with another name for a lesion."""
    for roi in case.rois:
        if roi.lesion_id == lesion_id:
            return case.with_roi(replace(roi, name=name.strip()))
    return case


def ellipse(first: Polygon, second: Polygon, points: int = 72) -> Polygon:
    """Return the ellipse inside the box between two corners, as (points, 2)."""
    centre, half = (first + second) / 2, np.abs(second - first) / 2
    angles = np.linspace(0.0, 2 * np.pi, points, endpoint=False)
    result: Polygon = centre + half * np.column_stack([np.cos(angles), np.sin(angles)])
    return result


def simplified(line: Polygon, tolerance_mm: float) -> Polygon:
    """Return a line without the points that lie within `tolerance_mm` of the chord around them (Douglas, Peucker)."""
    if len(line) < 4:
        return line
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    open_parts = [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        start, chord = line[first], line[last] - line[first]
        offsets = line[first + 1 : last] - start
        length = float(np.hypot(*chord))
        if length < 1e-9:
            distances = np.hypot(offsets[:, 0], offsets[:, 1])
        else:
            distances = np.abs(chord[0] * offsets[:, 1] - chord[1] * offsets[:, 0]) / length
        farthest = int(np.argmax(distances))
        if distances[farthest] > tolerance_mm:
            middle = first + 1 + farthest
            keep[middle] = True
            open_parts += [(first, middle), (middle, last)]
    return line[keep]


def _replaced(case: Case, roi: Roi, old: Sequence[Contour], new: Sequence[Contour]) -> Case:
    gone = {id(contour) for contour in old}
    contours = (*(kept for kept in roi.contours if id(kept) not in gone), *new)
    if not contours:
        return case.without_roi(roi.lesion_id)
    origin = roi.origin if roi.origin == "drawn" or "edited" in roi.origin else f"{roi.origin}, edited"
    return case.with_roi(replace(roi, contours=contours, origin=origin))


def _path(polygons: Sequence[Polygon]) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for polygon in polygons:
        corners = QPolygonF([QPointF(float(u), float(v)) for u, v in polygon])
        corners.append(corners.first())
        path.addPolygon(corners)
    return path


def _polygons(path: QPainterPath) -> list[Polygon]:
    made = []
    for corners in path.simplified().toSubpathPolygons():
        points = np.array([(corner.x(), corner.y()) for corner in corners.toList()])
        if len(points) > 1 and np.allclose(points[0], points[-1]):
            points = points[:-1]
        if len(points) >= 3 and _area(points) >= SMALLEST_MM2:
            made.append(points)
    return made


def _area(points: Polygon) -> float:
    u, v = points[:, 0], points[:, 1]
    return abs(float(u @ np.roll(v, -1) - v @ np.roll(u, -1))) / 2
