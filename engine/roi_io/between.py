"""Between drawn planes: shape-based interpolation of planar contours onto the slices of a grid.

Between two drawn planes the signed distances to their edges are blended linearly and the shape is where the blend is
positive (Raya and Udupa, IEEE Trans Med Imaging 1990;9:32). Each drawn plane stands for half the distance to its
neighbour, so the outermost shapes reach half a gap further and no farther.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from engine.geometry.outline import Polygon, rasterise

FINER = 4
"""Sub-pixels along each side of a pixel when a contour is filled."""

HALF = 0.5
RESCUE = 0.3
WIDE = 1.75
"""A gap this many times wider than the usual one separates two parts of a lesion; nothing is invented in it."""

WIDEST_MM = 25.0
"""Nobody draws the slices of one lesion this far apart."""

MOST_SAMPLES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The contours of one plane.

    Attributes:
        position: Slice coordinate, any number.
        polygons: (N, 2) of continuous (row, column) indices, even-odd.
    """

    position: float
    polygons: tuple[Polygon, ...]


def fill_between(
    drawn: Sequence[Drawn], shape: tuple[int, int, int], voxel_mm: tuple[float, float, float], *, extend: bool
) -> NDArray[np.bool_]:
    """Fill contours on a grid; a voxel belongs when at least half of it is covered.

    Args:
        drawn: Planes in ascending order.
        shape: (slices, rows, columns) of the grid.
        voxel_mm: Size of its voxels (slice, row, column), for distances.
        extend: Let the outermost planes reach half a gap outwards.

    Returns:
        (slice, row, column) bool. Planes far apart compared with the others are not joined.
    """
    cover = np.zeros(shape, dtype=np.float32)
    window = _window(drawn, shape)
    if window is None:
        return cover > 0
    gaps = np.array([after.position - before.position for before, after in pairwise(drawn)])
    usual = float(np.median(gaps)) if len(gaps) else 1.0
    if usual * voxel_mm[0] > WIDEST_MM:
        usual = 1.0  # planes this far apart are lesions of their own, not every n-th slice of one
    samples = int(np.clip(np.ceil(1.0 / usual - 0.25), 1, MOST_SAMPLES))
    offsets = (np.arange(samples) + 0.5) / samples - 0.5

    @cache
    def distance(number: int) -> NDArray[np.float64]:
        return _signed_distance(drawn[number].polygons, window, voxel_mm[1:])

    first = max(0, int(np.floor(drawn[0].position - usual)))
    last = min(shape[0] - 1, int(np.ceil(drawn[-1].position + usual)))
    for index in range(first, last + 1):
        share = sum(_shape_at(index + offset, drawn, usual, extend, distance) for offset in offsets)
        if isinstance(share, np.ndarray):
            cover[index, window[0] : window[1], window[2] : window[3]] = _whole_pixels(share / samples)
    mask: NDArray[np.bool_] = cover >= HALF - 1e-4
    if not mask.any() and cover.max() > 0:
        mask = cover > min(RESCUE, float(cover.max()) - 1e-4)
    return mask


def _shape_at(
    position: float, drawn: Sequence[Drawn], usual: float, extend: bool, distance: Callable[[int], NDArray[np.float64]]
) -> NDArray[np.float64] | float:
    """Return the filled shape (0 or 1, sub-pixels) at one slice coordinate, or 0.0 where there is none."""
    positions = [plane.position for plane in drawn]
    above = int(np.searchsorted(positions, position, side="right"))
    below = above - 1
    half = usual / 2 if extend else 0.0
    if below >= 0 and above < len(drawn):
        gap = positions[above] - positions[below]
        if gap <= WIDE * usual:
            weight = (position - positions[below]) / gap
            blend = (1 - weight) * distance(below) + weight * distance(above)
            return np.asarray(blend > 0, dtype=np.float64)
    if below >= 0 and (position == positions[below] or position < positions[below] + half):
        return np.asarray(distance(below) > 0, dtype=np.float64)
    if above < len(drawn) and position >= positions[above] - half:
        return np.asarray(distance(above) > 0, dtype=np.float64)
    return 0.0


def _window(drawn: Sequence[Drawn], shape: tuple[int, int, int]) -> tuple[int, int, int, int] | None:
    """Return (first row, end row, first column, end column) around all contours, inside the grid."""
    points = np.concatenate([polygon for plane in drawn for polygon in plane.polygons])
    low = np.maximum(np.floor(points.min(axis=0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int) + 2, shape[1:])
    if (low >= high).any():
        return None
    return int(low[0]), int(high[0]), int(low[1]), int(high[1])


def _signed_distance(
    polygons: Sequence[Polygon], window: tuple[int, int, int, int], pixel_mm: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the distance to the edge in mm on sub-pixels, positive inside."""
    origin = np.array([window[0], window[2]], dtype=np.float64)
    size = ((window[1] - window[0]) * FINER, (window[3] - window[2]) * FINER)
    fine = [(polygon - origin + 0.5) * FINER - 0.5 for polygon in polygons]
    inside = np.pad(rasterise(fine, size), 1)
    sampling = (pixel_mm[0] / FINER, pixel_mm[1] / FINER)
    signed = distance_transform_edt(inside, sampling=sampling) - distance_transform_edt(~inside, sampling=sampling)
    return np.asarray(signed[1:-1, 1:-1], dtype=np.float64)


def _whole_pixels(share: NDArray[np.float64]) -> NDArray[np.float32]:
    rows, columns = share.shape[0] // FINER, share.shape[1] // FINER
    return np.asarray(share.reshape(rows, FINER, columns, FINER).mean(axis=(1, 3)), dtype=np.float32)
