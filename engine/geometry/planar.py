"""Planar regions: what closed polygons on one plane give when they are joined, cut, swept and thinned.

A region is a list of rings, each (N, 2) float64 with N >= 3 in mm of its plane, the last point not repeated. Rings
combine by the even-odd rule, as contours do (see `engine.domain.roi.Contour`): a ring inside another is a hole. All
work is exact polygon arithmetic; no pixels are involved.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Polygon = NDArray[np.float64]

SMALLEST_MM2 = 0.5
"""Crumbs below this area are dropped: they come from cutting and from a trembling hand."""
QUARTER_STEPS = 8
"""Segments of a quarter circle: the chord of a brush of 10 mm then lies within 0.05 mm of its circle."""


def united(region: Sequence[Polygon], other: Sequence[Polygon]) -> list[Polygon]:
    """Return what lies in one region or in the other."""
    return _rings(shapely.union(_geometry(region), _geometry(other)))


def subtracted(region: Sequence[Polygon], other: Sequence[Polygon]) -> list[Polygon]:
    """Return what lies in `region` and not in `other`."""
    return _rings(shapely.difference(_geometry(region), _geometry(other)))


def shared(region: Sequence[Polygon], other: Sequence[Polygon]) -> list[Polygon]:
    """Return what lies in both regions."""
    return _rings(shapely.intersection(_geometry(region), _geometry(other)))


def cleaned(region: Sequence[Polygon]) -> list[Polygon]:
    """Return the same region by rings that cross neither themselves nor one another, without crumbs."""
    return _rings(_geometry(region))


def without_holes(region: Sequence[Polygon]) -> list[Polygon]:
    """Return the region with its holes filled."""
    parts = shapely.get_parts(_geometry(region))
    filled = [shapely.Polygon(shapely.get_exterior_ring(part)) for part in parts if part.geom_type == "Polygon"]
    return _rings(shapely.union_all(filled))


def swept(line: Polygon, radius_mm: float) -> list[Polygon]:
    """Return what a round brush of `radius_mm` covers along a line (N, 2) with N >= 1."""
    path = shapely.Point(line[0]) if len(line) == 1 else shapely.LineString(line)
    return _rings(shapely.buffer(path, radius_mm, quad_segs=QUARTER_STEPS))


def simplified(line: Polygon, tolerance_mm: float) -> Polygon:
    """Return an open line without the points that lie within `tolerance_mm` of the chord around them."""
    if len(line) < 3:
        return line
    thinned: Polygon = shapely.get_coordinates(shapely.simplify(shapely.LineString(line), tolerance_mm))
    return thinned


def smoothed(region: Sequence[Polygon], radius_mm: float) -> list[Polygon]:
    """Round off what is finer than `radius_mm`: spikes go, notches fill, the steps of pixels become a line."""
    geometry = _geometry(region)
    opened = shapely.buffer(shapely.buffer(geometry, -radius_mm), radius_mm)
    closed = shapely.buffer(shapely.buffer(opened, radius_mm), -radius_mm)
    return _rings(shapely.simplify(closed, radius_mm / 10))


def same(region: Sequence[Polygon], other: Sequence[Polygon]) -> bool:
    """Say whether two regions are the same, however their rings are written."""
    return bool(shapely.equals(_geometry(region), _geometry(other)))


def area_mm2(region: Sequence[Polygon]) -> float:
    """Return the area of a region."""
    return float(shapely.area(_geometry(region)))


def centre(region: Sequence[Polygon]) -> Polygon:
    """Return the centre of gravity (2,) of a region; of its points where it encloses nothing."""
    geometry = _geometry(region)
    if shapely.area(geometry) > 0:
        found: Polygon = shapely.get_coordinates(shapely.centroid(geometry))[0]
        return found
    return np.asarray(np.concatenate(list(region)).mean(axis=0))


def covers_point(region: Sequence[Polygon], point: Polygon) -> bool:
    """Say whether a point (2,) lies in the region."""
    return bool(shapely.contains_xy(_geometry(region), float(point[0]), float(point[1])))


def box(first: Polygon, second: Polygon) -> Polygon:
    """Return the rectangle between two corners, as (4, 2)."""
    (u0, v0), (u1, v1) = first, second
    return np.array([(u0, v0), (u1, v0), (u1, v1), (u0, v1)], dtype=np.float64)


def ellipse(first: Polygon, second: Polygon, points: int = 72) -> Polygon:
    """Return the ellipse inside the box between two corners, as (points, 2)."""
    centre, half = (first + second) / 2, np.abs(second - first) / 2
    angles = np.linspace(0.0, 2 * np.pi, points, endpoint=False)
    result: Polygon = centre + half * np.column_stack([np.cos(angles), np.sin(angles)])
    return result


def _geometry(region: Sequence[Polygon]) -> BaseGeometry:
    """Combine rings by the even-odd rule; a ring that crosses itself is filled by that rule, too."""
    valid = [shapely.make_valid(shapely.Polygon(ring)) for ring in region if len(ring) >= 3]
    return reduce(shapely.symmetric_difference, valid, shapely.Polygon())


def _rings(geometry: BaseGeometry) -> list[Polygon]:
    """Return the rings of all polygons, outer ones and holes, but no crumbs, lines and points."""
    made: list[Polygon] = []
    for part in shapely.get_parts(geometry):
        if part.geom_type != "Polygon" or part.area < SMALLEST_MM2:
            continue
        for ring in shapely.get_rings(part):
            points = shapely.get_coordinates(ring)[:-1]
            if len(points) >= 3 and shapely.Polygon(points).area >= SMALLEST_MM2:
                made.append(points)
    return made
