"""The crop: the lesion's bounding square on one plane plus a margin, resized to the network's input.

The margin stays small on purpose: wider crops let the liver background tell the class (method.md section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.package import PreprocessSpec
from engine.geometry.affine import Matrix, to_world


@dataclass(frozen=True, slots=True)
class Square:
    """A square of grid pixels: first row, first column (may be negative) and side."""

    row: int
    column: int
    side: int


def lesion_square(mask_rows: NDArray[np.intp], mask_columns: NDArray[np.intp], spec: PreprocessSpec) -> Square:
    """Return the square around the given mask pixels.

    The longer side of their bounding box plus a margin on every side.
    """
    first_row, last_row = int(mask_rows.min()), int(mask_rows.max())
    first_column, last_column = int(mask_columns.min()), int(mask_columns.max())
    extent = max(last_row - first_row, last_column - first_column) + 1
    side = extent + 2 * int(np.ceil(spec.margin_mm / spec.in_plane_mm - 1e-6))
    row = int(np.floor((first_row + last_row + 1 - side) / 2 + 0.5))
    column = int(np.floor((first_column + last_column + 1 - side) / 2 + 0.5))
    return Square(row, column, side)


def square_affine(grid: Matrix, square: Square) -> Matrix:
    """Return the affine of the square's own pixels on the analysis grid."""
    affine = grid.copy()
    affine[:3, 3] = to_world(grid, (0.0, square.row, square.column))
    return affine


def input_affine(grid: Matrix, square: Square, spec: PreprocessSpec) -> Matrix:
    """Return the affine of the resized square: pixel centres of the network input to patient mm."""
    factor = square.side / spec.input_px
    affine = grid.copy()
    affine[:3, 1] *= factor
    affine[:3, 2] *= factor
    # the outer edges of the square stay where they are, so the first centre moves by half the change of pixel size
    first = (0.0, square.row - 0.5 + factor / 2, square.column - 0.5 + factor / 2)
    affine[:3, 3] = to_world(grid, first)
    return affine


def resize(plane: NDArray[np.float32], spec: PreprocessSpec) -> NDArray[np.float32]:
    """Resize a (row, column) float32 image to the network's input, bicubic with support scaled when shrinking."""
    size = (spec.input_px, spec.input_px)
    return np.asarray(Image.fromarray(plane, mode="F").resize(size, Image.Resampling.BICUBIC))


def resize_mask(mask: NDArray[np.bool_], spec: PreprocessSpec) -> NDArray[np.bool_]:
    """Resize a mask to the network's input: half-covered pixels count."""
    size = (spec.input_px, spec.input_px)
    image = Image.fromarray(mask.astype(np.float32), mode="F").resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image) >= 0.5
