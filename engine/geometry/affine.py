"""Affines: between the index of a voxel centre and patient millimetres.

An affine is (4, 4) float64 and maps (slice, row, column, 1) to (x, y, z, 1), LPS. Source of the construction:
DICOM PS3.3 C.7.6.2.1.1, with the first column replaced by the slice step.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.domain.study import Plane

Matrix = NDArray[np.float64]


def affine_from_plane(plane: Plane, step_mm: float) -> Matrix:
    """Return the affine of a stack that starts at `plane` and grows by `step_mm` along its normal.

    PixelSpacing is (between rows, between columns): the row index moves along the **column** cosine by the first
    number, the column index along the **row** cosine by the second.
    """
    affine = np.eye(4)
    affine[:3, 0] = np.asarray(plane.normal) * step_mm
    affine[:3, 1] = np.asarray(plane.column_cosine) * plane.pixel_spacing_mm[0]
    affine[:3, 2] = np.asarray(plane.row_cosine) * plane.pixel_spacing_mm[1]
    affine[:3, 3] = plane.position_mm
    return affine


def to_world(affine: Matrix, indices: ArrayLike) -> NDArray[np.float64]:
    """Map indices (..., 3) in (slice, row, column) order to patient mm (..., 3)."""
    index = np.asarray(indices, dtype=np.float64)
    return index @ affine[:3, :3].T + affine[:3, 3]


def to_index(affine: Matrix, points_mm: ArrayLike) -> NDArray[np.float64]:
    """Map patient mm (..., 3) to continuous (slice, row, column) indices (..., 3)."""
    points = np.asarray(points_mm, dtype=np.float64)
    return (points - affine[:3, 3]) @ _inverse(np.asarray(affine[:3, :3], dtype=np.float64).tobytes()).T


@lru_cache(maxsize=256)
def _inverse(linear: bytes) -> Matrix:
    """Return the inverse (3, 3); asked for every contour of a lesion, of a handful of stacks."""
    inverse: Matrix = np.linalg.inv(np.frombuffer(linear).reshape(3, 3)).astype(np.float64)
    inverse.flags.writeable = False
    return inverse


def normal(affine: Matrix) -> NDArray[np.float64]:
    """Return the unit normal of the slices.

    The direction in which the slice index grows, at right angles to the plane.
    """
    (sx, rx, cx), (sy, ry, cy), (sz, rz, cz) = affine[:3, :3].tolist()
    # written out: a window asks this hundreds of times a second, and numpy's cross takes 50 times as long
    x, y, z = cy * rz - cz * ry, cz * rx - cx * rz, cx * ry - cy * rx
    length = math.sqrt(x * x + y * y + z * z)
    if x * sx + y * sy + z * sz < 0:
        length = -length
    return np.array([x / length, y / length, z / length])


def position_along_normal_mm(affine: Matrix, points_mm: ArrayLike) -> NDArray[np.float64]:
    """Return the signed distance of points (..., 3) from the patient origin along the slice normal, in mm."""
    return np.asarray(points_mm, dtype=np.float64) @ normal(affine)


def translated(affine: Matrix, shift_mm: ArrayLike) -> Matrix:
    """Return the affine of the same voxels moved by `shift_mm` (x, y, z)."""
    moved = affine.copy()
    moved[:3, 3] += np.asarray(shift_mm, dtype=np.float64)
    return moved


def corners_mm(affine: Matrix, shape: tuple[int, int, int]) -> NDArray[np.float64]:
    """Return the eight outer corners (8, 3) of a stack: half a voxel beyond the outermost centres."""
    ends = [(-0.5, size - 0.5) for size in shape]
    grid = np.array(np.meshgrid(*ends, indexing="ij")).reshape(3, -1).T
    return to_world(affine, grid)
