"""Projection of class maps: from the coarse map of one network input to the pixels of another plane.

A class map (h, w) covers the same square as the network input (n, n); its cells are larger. Both share their outer
edges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from engine.geometry.affine import Matrix, to_index, to_world


def map_affine(input_affine: Matrix, input_px: int, shape: tuple[int, int]) -> Matrix:
    """Return the affine of the cells of a map (h, w) that covers an input of `input_px` pixels square."""
    rows, columns = shape
    down, across = input_px / rows, input_px / columns
    affine = input_affine.copy()
    affine[:3, 1] *= down
    affine[:3, 2] *= across
    affine[:3, 3] = to_world(input_affine, (0.0, (down - 1) / 2, (across - 1) / 2))
    return affine


def project_map(
    values: NDArray[np.float32], input_affine: Matrix, input_px: int, target: Matrix, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Show a class map on another plane, bilinear between cell centres, constant to the edge of its square.

    Args:
        values: (h, w) map.
        input_affine: Affine of the network input that the map belongs to.
        input_px: Side of that input.
        target: Affine of the plane to show it on: index (0, row, column) to patient mm.
        shape: (rows, columns) of that plane.

    Returns:
        (rows, columns) float32, NaN outside the square of the input.
    """
    rows, columns = shape
    grid = np.zeros((rows, columns, 3))
    grid[..., 1], grid[..., 2] = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    cells = to_index(map_affine(input_affine, input_px, (values.shape[0], values.shape[1])), to_world(target, grid))
    row, column = cells[..., 1], cells[..., 2]
    shown = map_coordinates(values.astype(np.float64), [row, column], order=1, mode="nearest")
    inside = (row >= -0.5) & (row <= values.shape[0] - 0.5) & (column >= -0.5) & (column <= values.shape[1] - 0.5)
    return np.where(inside, shown, np.nan).astype(np.float32)
