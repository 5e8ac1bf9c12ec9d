"""Diameters: the longest diameter of a lesion on one slice, and the longest one at right angles to it.

Both are what readers measure by hand: the longest line between two points of the outline on any one slice, and, on
that slice, the longest line across it at 90° (the bidimensional product of WHO and the short axis of RECIST 1.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import pdist, squareform

from engine.domain.roi import Contour, Roi
from engine.geometry.affine import Matrix, to_index
from engine.geometry.outline import contours_by_slice

Points = NDArray[np.float64]

CHUNK = 256
"""Places looked at together: a traced outline of thousands of points must not fill the memory."""


@dataclass(frozen=True, eq=False)
class Diameters:
    """The two diameters of a lesion.

    Attributes:
        index: Slice of the stack that they lie on.
        longest: (2, 3) ends of the longest diameter in patient mm.
        across: (2, 3) ends of the longest diameter at right angles to it; both ends alike where the outline is a line.
    """

    index: int
    longest: Points
    across: Points

    @property
    def longest_mm(self) -> float:
        """Length of the longest diameter."""
        return float(np.linalg.norm(self.longest[1] - self.longest[0]))

    @property
    def across_mm(self) -> float:
        """Length of the one at right angles."""
        return float(np.linalg.norm(self.across[1] - self.across[0]))


def diameters(roi: Roi, affine: Matrix) -> Diameters | None:
    """Measure a lesion outlined on the slices of a stack; None without outlines."""
    best: tuple[float, int, Points] | None = None
    groups = contours_by_slice(roi, affine)
    for index, contours in groups.items():
        ends = _longest(np.concatenate([contour.points_mm for contour in contours]), affine)
        length = float(np.linalg.norm(ends[1] - ends[0]))
        if best is None or length > best[0]:
            best = (length, index, ends)
    if best is None:
        return None
    _, index, ends = best
    return Diameters(index, ends, _across(groups[index], ends))


def longest_diameter_mm(roi: Roi, affine: Matrix) -> float:
    """Return the largest distance between two outline points on one slice plane of a stack, in mm; 0 without any."""
    found = diameters(roi, affine)
    return 0.0 if found is None else found.longest_mm


def _longest(points_mm: Points, affine: Matrix) -> Points:
    with suppress(QhullError):  # points on one line have no hull: any of them can be an end
        points_mm = points_mm[ConvexHull(to_index(affine, points_mm)[:, 1:]).vertices]
    distances = squareform(pdist(points_mm))
    first, second = np.unravel_index(int(np.argmax(distances)), distances.shape)
    return points_mm[[first, second]]


def _across(contours: Sequence[Contour], ends: Points) -> Points:
    """Return the longest line at right angles to `ends`, from the outermost outline on one side to that on the other.

    Along the long axis the width changes linearly between corners, so that it is largest at a corner.
    """
    long_axis = (ends[1] - ends[0]) / max(float(np.linalg.norm(ends[1] - ends[0])), 1e-12)
    points = np.concatenate([contour.points_mm for contour in contours])
    offsets = points - ends[0]
    sideways = offsets - (offsets @ long_axis)[:, None] * long_axis
    farthest = sideways[int(np.argmax(np.linalg.norm(sideways, axis=1)))]
    width = float(np.linalg.norm(farthest))
    middle = ends.mean(axis=0)
    if width < 1e-9:
        return np.array([middle, middle])
    side = farthest / width
    starts = [np.column_stack([(c.points_mm - ends[0]) @ long_axis, (c.points_mm - ends[0]) @ side]) for c in contours]
    edges = np.concatenate([np.stack([ring, np.roll(ring, -1, axis=0)], axis=1) for ring in starts])
    places = np.unique(np.concatenate(starts)[:, 0])
    low, high = _extents(edges, places)
    widest = int(np.argmax(high - low))
    at = ends[0] + places[widest] * long_axis
    return np.array([at + low[widest] * side, at + high[widest] * side])


def _extents(edges: Points, places: Points) -> tuple[Points, Points]:
    """Return the lowest and highest crossing of edges (n, 2, 2) with the lines at `places` (m,) of the first axis."""
    low, high = np.empty(len(places)), np.empty(len(places))
    (s0, w0), (s1, w1) = edges[:, 0].T, edges[:, 1].T
    upright = s0 == s1
    slope = np.where(upright, 0.0, (w1 - w0) / np.where(upright, 1.0, s1 - s0))
    first, last = np.minimum(s0, s1), np.maximum(s0, s1)
    for start in range(0, len(places), CHUNK):
        place = places[start : start + CHUNK, None]
        met = (first <= place) & (place <= last)
        crossing = w0 + (place - s0) * slope
        below = np.where(upright, np.minimum(w0, w1), crossing)
        above = np.where(upright, np.maximum(w0, w1), crossing)
        low[start : start + CHUNK] = np.where(met, below, np.inf).min(axis=1)
        high[start : start + CHUNK] = np.where(met, above, -np.inf).max(axis=1)
    return low, high
