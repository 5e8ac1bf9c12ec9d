"""Outlines on a plane: what of a lesion's contours is to be seen on one slice of any stack.

Outlines lie on T2 slices. A view whose slices run nearly parallel shows the contours of the nearest outlined plane
within reach; a view at an angle shows where its plane cuts the contours. Nothing is interpolated: what is seen is what
a person drew.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPolygonF

from desktop.display_plane import DisplayPlane
from engine.domain.roi import Contour, Roi
from engine.geometry.affine import normal

PARALLEL_COSINE = float(np.cos(np.radians(25.0)))
"""Up to 25° apart two stacks count as parallel: the tilt moves a 3 cm outline by less than a slice."""


@dataclass(frozen=True, eq=False)
class OutlineShape:
    """One line to draw, in screen mm.

    Attributes:
        points: (N, 2) of (u, v).
        closed: True for a contour, False for a cut through one.
        interpolated: Nobody has confirmed this contour.
    """

    points: NDArray[np.float64]
    closed: bool
    interpolated: bool

    def polygon(self, tolerance_mm: float) -> QPolygonF:
        """Return the points as Qt draws them, without those that a line so thick would hide."""
        points = thinned(self.points, tolerance_mm) if self.closed else self.points
        return QPolygonF([QPointF(u, v) for u, v in points.tolist()])


def thinned(points: NDArray[np.float64], tolerance_mm: float) -> NDArray[np.float64]:
    """Leave out points (N, 2) of a closed line that lie within a distance of the line between their neighbours.

    Every second point is looked at, three times over: no neighbours go at once, so that the errors stay small.
    """
    for _ in range(3):
        if len(points) < 8:
            break
        odd = np.arange(1, len(points), 2)
        before, here, after = points[odd - 1], points[odd], points[(odd + 1) % len(points)]
        along, off = after - before, here - before
        length = np.maximum((along**2).sum(axis=1), 1e-12)
        share = np.clip((along * off).sum(axis=1) / length, 0.0, 1.0)
        near = np.hypot(*(off - share[:, None] * along).T) <= tolerance_mm
        near[-1] &= len(points) % 2 == 0  # of an odd number, the last one's neighbour, the first, may go as well
        if not near.any():
            break
        points = np.delete(points, odd[near], axis=0)
    return points


def shapes_on_slice(roi: Roi, plane: DisplayPlane, index: int, step_mm: float) -> list[OutlineShape]:
    """Return what slice `index` of the stack of `plane` shows of `roi`.

    Args:
        step_mm: Distance between the slices of that stack.
    """
    across, level_mm = plane.across, plane.level_mm(index)
    beside: list[tuple[float, Contour]] = []
    shapes: list[OutlineShape] = []
    for contour in roi.contours:
        direction, middle = _lie(contour)
        if abs(float(direction @ across)) >= PARALLEL_COSINE:
            beside.append((float(middle @ across) - level_mm, contour))
        else:
            shapes += _cuts(contour, contour.points_mm @ across - level_mm, plane)
    return shapes + _nearest(beside, plane, step_mm)


def outlined_indices(roi: Roi, affine: NDArray[np.float64], slices: int) -> set[int]:
    """Return the slice indices of a stack nearest to the planes that carry contours."""
    across = normal(affine)
    step_mm = float(affine[:3, 0] @ across)
    origin_mm = float(affine[:3, 3] @ across)
    found = set()
    for contour in roi.contours:
        direction, middle = _lie(contour)
        index = round((float(middle @ across) - origin_mm) / step_mm)
        if 0 <= index < slices and abs(float(direction @ across)) >= PARALLEL_COSINE:
            found.add(index)
    return found


def contour_normal(contour: Contour) -> NDArray[np.float64]:
    """Return the unit normal of a planar contour (Newell's method; the zero vector for points on one line)."""
    points = contour.points_mm
    following = np.roll(points, -1, axis=0)
    total = np.cross(points - points[0], following - points[0]).sum(axis=0)
    length = float(np.linalg.norm(total))
    result: NDArray[np.float64] = total / length if length > 0 else np.zeros(3)
    return result


_lies: WeakKeyDictionary[Contour, tuple[NDArray[np.float64], NDArray[np.float64]]] = WeakKeyDictionary()


def _lie(contour: Contour) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (unit normal, mean point) of a contour: asked for every contour on every scroll step.

    Kept as long as the contour lives: every stroke makes new ones, and a cache by count would hold on to thousands.
    """
    found = _lies.get(contour)
    if found is None:
        found = _lies[contour] = contour_normal(contour), contour.points_mm.mean(axis=0)
    return found


def _nearest(beside: list[tuple[float, Contour]], plane: DisplayPlane, step_mm: float) -> list[OutlineShape]:
    """Keep the contours of one plane: the nearest within half a step of the coarser of the two stacks."""
    if not beside:
        return []
    heights = sorted({round(height, 2) for height, _ in beside})
    gaps = np.diff(heights)
    own_step_mm = float(gaps[gaps > 0.05].min(initial=np.inf)) if len(gaps) else np.inf
    reach_mm = max(step_mm, own_step_mm if np.isfinite(own_step_mm) else step_mm) / 2 + 1e-3
    nearest = min(heights, key=abs)
    if abs(nearest) > reach_mm:
        return []
    return [
        OutlineShape(plane.to_screen_mm(contour.points_mm), True, contour.interpolated)
        for height, contour in beside
        if abs(height - nearest) < 0.05
    ]


def _cuts(contour: Contour, heights: NDArray[np.float64], plane: DisplayPlane) -> list[OutlineShape]:
    """Return the chords along which the plane cuts one contour."""
    following = np.roll(heights, -1)
    edges = np.flatnonzero((heights < 0) != (following < 0))
    if len(edges) < 2:
        return []
    start = contour.points_mm[edges]
    end = np.roll(contour.points_mm, -1, axis=0)[edges]
    share = (heights[edges] / (heights[edges] - following[edges]))[:, None]
    crossings = plane.to_screen_mm(start + share * (end - start))
    axis = int(np.argmax(np.ptp(crossings, axis=0)))
    ordered = crossings[np.argsort(crossings[:, axis])]
    return [
        OutlineShape(ordered[first : first + 2], False, contour.interpolated) for first in range(0, len(ordered) - 1, 2)
    ]
