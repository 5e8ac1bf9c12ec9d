"""Small volumes with values that a person can work out: fields that are linear in patient space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.volume import Volume
from engine.geometry.affine import to_world


def axial_affine(
    *,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
    step: float = 8.0,
    row: float = 1.0,
    column: float = 1.0,
) -> NDArray[np.float64]:
    """Axial stack: slices along +z, rows along +y, columns along +x."""
    affine = np.eye(4)
    affine[:3, 0] = (0, 0, step)
    affine[:3, 1] = (0, row, 0)
    affine[:3, 2] = (column, 0, 0)
    affine[:3, 3] = origin
    return affine


def turned(affine: NDArray[np.float64], degrees: float, axis: str = "x") -> NDArray[np.float64]:
    """Turn a stack about a patient axis through the patient origin."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    rotation = np.eye(4)
    rotation[first, first] = rotation[second, second] = c
    rotation[first, second], rotation[second, first] = -s, s
    return rotation @ affine


def linear_volume(
    affine: NDArray[np.float64],
    shape: tuple[int, int, int],
    gradient: tuple[float, float, float],
    offset: float = 1000.0,
) -> Volume:
    """Signal = offset + gradient · (x, y, z): linear interpolation reads it exactly everywhere."""
    grid = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1)
    return Volume((to_world(affine, grid) @ np.array(gradient) + offset).astype(np.float32), affine, "1.2.3")


def box_roi(
    affine: NDArray[np.float64], slices: list[int], rows: tuple[float, float], columns: tuple[float, float]
) -> Roi:
    """A rectangle in index coordinates on the given slices."""
    (r0, r1), (c0, c1) = rows, columns
    contours = tuple(Contour(to_world(affine, [(s, r0, c0), (s, r0, c1), (s, r1, c1), (s, r1, c0)])) for s in slices)
    return Roi(LesionId("L1"), contours)
