"""Frames → stack: do these image planes form one regular stack, in which order, and which affine maps it?

Only ImagePositionPatient, ImageOrientationPatient and PixelSpacing count. SliceThickness and SpacingBetweenSlices are
often not the distance between slices, SliceLocation has no agreed origin, and instance numbers need not follow space.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.domain.study import Plane, Vector

ORIENTATION_TOLERANCE_DEG = 1.0
"""Planes closer than this in both axes share an orientation."""
RELATIVE_STEP_TOLERANCE = 0.02
ABSOLUTE_STEP_TOLERANCE_MM = 0.01
"""A gap may differ from the median gap by 2 % of it plus 0.01 mm: accepted every regular real series tried."""
SHEAR_TOLERANCE_DEG = 0.5
"""Larger angles between slice normal and stacking direction make a sheared stack."""
REPEAT_FRACTION = 0.1
"""Positions closer than this fraction of the median gap are one position seen twice."""
WIDE_STEP_MM = 10.0
"""Above this distance between slices a small lesion may fall between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """A regular stack.

    Attributes:
        order: Indices of the given planes in ascending position along the normal (row cosine x column cosine).
        step_mm: Distance between neighbouring slice planes, along the normal.
        affine: (4, 4) float64: (slice, row, column) index of a voxel centre to patient LPS mm. For a sheared stack its
            first column is the true displacement from slice to slice, which is not parallel to the normal.
        notes: Irregularities that do not prevent use, in words.
    """

    order: tuple[int, ...]
    step_mm: float
    affine: NDArray[np.float64]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAStack:
    """Why planes form no regular stack, and the best order to show them in."""

    reason: str
    order: tuple[int, ...]


def stack_planes(planes: Sequence[Plane | None]) -> Stack | NotAStack:
    """Return the stack that these planes form, or why they form none.

    Args:
        planes: One per frame, in any order; None where the file does not say where the image lies.
    """
    given = tuple(range(len(planes)))
    if not planes:
        return NotAStack("no images", given)
    known = [plane for plane in planes if plane is not None]
    if len(known) < len(planes):
        return NotAStack(f"{len(planes) - len(known)} of {len(planes)} images do not say where they lie", given)
    clusters = cluster_orientations(known)
    if len(set(clusters)) > 1:
        return NotAStack(f"images of {len(set(clusters))} orientations", given)
    if any(not _same_spacing(plane, known[0]) for plane in known):
        return NotAStack("images of different pixel spacing", given)
    distances = distances_along_normal(known)
    order = tuple(int(index) for index in np.argsort(distances, kind="stable"))
    if len(known) == 1:
        return NotAStack("a single image", order)
    gaps = np.diff(distances[list(order)])
    problem = _gap_problem(gaps)
    if problem:
        return NotAStack(problem, order)
    step = float(distances[order[-1]] - distances[order[0]]) / (len(known) - 1)
    return _regular(known, order, step)


def cluster_orientations(planes: Sequence[Plane]) -> list[int]:
    """Return the number of each plane's orientation: equal where both axes agree within 1 degree.

    The numbers follow the sorted axes, so that they do not depend on the order of the planes.
    """
    limit = math.cos(math.radians(ORIENTATION_TOLERANCE_DEG))
    axes = [(*plane.row_cosine, *plane.column_cosine) for plane in planes]
    leaders: list[tuple[float, ...]] = []
    labels: dict[tuple[float, ...], int] = {}
    for own in sorted(set(axes)):
        for number, leader in enumerate(leaders):
            if _dot(own[:3], leader[:3]) >= limit and _dot(own[3:], leader[3:]) >= limit:
                labels[own] = number
                break
        else:
            labels[own] = len(leaders)
            leaders.append(own)
    return [labels[own] for own in axes]


def distances_along_normal(planes: Sequence[Plane]) -> NDArray[np.float64]:
    """Return each plane's position along the (first plane's) normal, in mm."""
    normal = unit_normal(planes[0])
    return np.array([plane.position_mm for plane in planes], dtype=np.float64) @ normal


def unit_normal(plane: Plane) -> NDArray[np.float64]:
    """Return row cosine x column cosine as a unit vector."""
    normal = np.array(plane.normal, dtype=np.float64)
    return np.asarray(normal / np.linalg.norm(normal), dtype=np.float64)


def regular_blocks(distances_mm: Sequence[float]) -> list[list[int]]:
    """Split positions at wide breaks into blocks, each regular in itself; one block when there is no such split.

    Serves stations that one series holds one after the other: every block must have three slices or more and the
    same step, and the breaks must be wider than two missing slices.

    Args:
        distances_mm: Positions along the normal, without repeats, in any order.
    """
    order = [int(index) for index in np.argsort(np.asarray(distances_mm, dtype=np.float64), kind="stable")]
    whole = [order]
    if len(order) < 6:
        return whole
    gaps = np.diff(np.asarray(distances_mm, dtype=np.float64)[order])
    step = float(np.median(gaps))
    breaks = [index + 1 for index, gap in enumerate(gaps) if gap > 3.5 * step]
    if not breaks:
        return whole
    edges = [0, *breaks, len(order)]
    blocks = [order[first:last] for first, last in pairwise(edges)]
    for first, last in pairwise(edges):
        own = gaps[first : last - 1]
        if last - first < 3 or np.abs(own - step).max() > RELATIVE_STEP_TOLERANCE * step + ABSOLUTE_STEP_TOLERANCE_MM:
            return whole
    return blocks


def repeated_positions(distances_mm: Sequence[float]) -> list[int]:
    """Return for each distance the number of its position, counted upwards: equal numbers lie at one place.

    Two distances are one position when they differ by less than a tenth of the usual gap.
    """
    values = np.asarray(distances_mm, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    gaps = np.diff(values[order])
    real = gaps[gaps > ABSOLUTE_STEP_TOLERANCE_MM]
    limit = max(REPEAT_FRACTION * float(np.median(real)), ABSOLUTE_STEP_TOLERANCE_MM) if real.size else math.inf
    numbers = np.zeros(len(values), dtype=np.int64)
    numbers[order[1:]] = np.cumsum(gaps > limit)
    return [int(number) for number in numbers]


def _gap_problem(gaps: NDArray[np.float64]) -> str | None:
    step = float(np.median(gaps))
    if step <= ABSOLUTE_STEP_TOLERANCE_MM or (gaps < REPEAT_FRACTION * step).any():
        return "several images at one position"
    tolerance = RELATIVE_STEP_TOLERANCE * step + ABSOLUTE_STEP_TOLERANCE_MM
    if np.abs(gaps - step).max() <= tolerance:
        return None
    multiples = gaps / step
    missing = int(np.round(multiples).sum()) - len(gaps)
    if missing > 0 and (np.round(multiples) >= 1).all() and np.abs(multiples - np.round(multiples)).max() <= 0.05:
        places = ", ".join(f"after image {index + 1}" for index, ratio in enumerate(multiples) if ratio > 1.5)
        return f"{missing} missing slice{'s' if missing > 1 else ''} ({places}; step {step:.2f} mm)"
    return f"uneven distances between slices: {gaps.min():.2f} to {gaps.max():.2f} mm"


def _regular(planes: Sequence[Plane], order: tuple[int, ...], step_mm: float) -> Stack:
    first, last = planes[order[0]], planes[order[-1]]
    row, column, normal = _axes(first)
    origin = np.array(first.position_mm, dtype=np.float64)
    displacement = (np.array(last.position_mm, dtype=np.float64) - origin) / (len(order) - 1)
    shear = math.degrees(math.acos(min(1.0, float(displacement @ normal) / float(np.linalg.norm(displacement)))))
    notes: list[str] = []
    if shear > SHEAR_TOLERANCE_DEG:
        notes.append(f"the stack is sheared: slices follow one another {shear:.1f} degrees off their normal")
    else:
        displacement = normal * step_mm
    if step_mm > WIDE_STEP_MM + 0.05:
        notes.append(f"slices are {step_mm:.1f} mm apart")
    row_step, column_step = first.pixel_spacing_mm
    affine = np.eye(4)
    affine[:3, 0] = displacement
    affine[:3, 1] = column * row_step
    affine[:3, 2] = row * column_step
    affine[:3, 3] = origin
    return Stack(order, step_mm, affine, tuple(notes))


def _axes(plane: Plane) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return orthonormal row, column and normal directions; rounding in headers is taken out of the column."""
    row = np.array(plane.row_cosine, dtype=np.float64)
    row /= np.linalg.norm(row)
    column = np.array(plane.column_cosine, dtype=np.float64)
    column -= (column @ row) * row
    column /= np.linalg.norm(column)
    return row, column, np.cross(row, column)


def _same_spacing(plane: Plane, other: Plane) -> bool:
    return all(
        abs(own - their) <= 1e-3 * their
        for own, their in zip(plane.pixel_spacing_mm, other.pixel_spacing_mm, strict=True)
    )


def _dot(first: Sequence[float], second: Sequence[float]) -> float:
    a = math.sqrt(sum(value * value for value in first)) or 1.0
    b = math.sqrt(sum(value * value for value in second)) or 1.0
    return sum(x * y for x, y in zip(first, second, strict=True)) / (a * b)


def plane_or_none(position: Sequence[float], orientation: Sequence[float], spacing: Sequence[float]) -> Plane | None:
    """Return the plane that a header describes, or None when its numbers describe none.

    Args:
        position: ImagePositionPatient, three numbers in mm.
        orientation: ImageOrientationPatient, six direction cosines.
        spacing: PixelSpacing, (between rows, between columns) in mm.
    """
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2 or min(spacing) <= 0:
        return None
    row, column = orientation[:3], orientation[3:]
    for axis in (row, column):
        if not 0.9 < math.sqrt(sum(value * value for value in axis)) < 1.1:
            return None
    if abs(_dot(row, column)) > 0.05 or max(map(abs, position)) > 1e5 or max(spacing) > 100:
        return None
    return Plane(_vector(position), _vector(row), _vector(column), (float(spacing[0]), float(spacing[1])))


def _vector(values: Sequence[float]) -> Vector:
    x, y, z = values
    return float(x), float(y), float(z)
