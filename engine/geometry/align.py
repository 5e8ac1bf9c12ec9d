"""Registration check: how far one volume lies off another around a place, in mm, without moving anything.

T2, diffusion and T1 show one anatomy in different brightness, but its edges lie where they lie. So the edge strength of
a region around the lesion is correlated with that of the other volume at every displacement within reach, normalised
at each one over what both hold (Padfield 2012), in one pass of Fourier transforms; the peak is the shift. The region
without each of its quarters gives the same answer where there is something to hold on to, and others where there is
not: such an estimate is not `certain` and must not raise an alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from engine.domain.volume import Volume
from engine.geometry.affine import Matrix, corners_mm, normal, to_index, to_world
from engine.geometry.resample import sample

Array = NDArray[np.float64]

MARGIN_MM = 50.0
"""Region around the points in the plane: enough liver edge and vessels to hold on to, little of the moving belly."""
MARGIN_SLICES_MM = 26.0
REACH_MM = 30.0
"""Largest displacement looked for along each axis; beyond it the images show another place anyhow."""
GRID_MM = 3.0
"""Grid of the comparison: diffusion images are acquired with 2 to 3 mm."""
SMOOTH_MM = 2.0
DISTANCE_COST = 0.003
"""Correlation that a millimetre of displacement must win: ribs and spine look like themselves one rib further."""
LEAST_OVERLAP = 0.6
LEAST_PEAK = 0.45
"""Correlation of edges below which two volumes are not recognised as the same anatomy."""
LARGEST_SPREAD_MM = 3.0
LEAST_VOXELS = 2000


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a volume lies against the reference.

    Attributes:
        shift_mm: Displacement of the volume's anatomy against that of the reference, (x, y, z) in patient mm; moving
            the volume by its opposite would undo it.
        spread_mm: How uncertain the estimate is, from leaving out quarters of the region.
        peak: Correlation of the edges at the shift, -1 to 1.
        certain: The edges agree, and so do the quarters.
    """

    shift_mm: tuple[float, float, float]
    spread_mm: float
    peak: float
    certain: bool

    @property
    def length_mm(self) -> float:
        """Length of the shift."""
        return float(np.linalg.norm(self.shift_mm))


def estimate_shift(reference: Volume, moving: Volume, points_mm: Array) -> Alignment | None:
    """Estimate how far `moving` lies off `reference` around `points_mm` (N, 3).

    Returns:
        None where the volumes share too little of that place to compare, or where either is flat there.
    """
    axes = np.stack([normal(reference.affine), *(_unit(reference.affine[:3, axis]) for axis in (1, 2))], axis=1)
    along = points_mm @ axes
    margin = np.array([MARGIN_SLICES_MM, MARGIN_MM, MARGIN_MM])
    low, high = along.min(axis=0) - margin, along.max(axis=0) + margin
    reach = round(REACH_MM / GRID_MM)
    fixed, fixed_held = _edges(reference, axes, low, high, 0)
    other, other_held = _edges(moving, axes, low, high, reach)
    if fixed_held.sum() < LEAST_VOXELS or other_held.sum() < LEAST_VOXELS:
        return None
    found = _peak(fixed, fixed_held, other, other_held, reach)
    if found is None:
        return None
    shift, peak = found
    parts = [_peak(fixed, fixed_held & ~part, other, other_held, reach) for part in _quarters(fixed.shape)]
    offsets = [float("inf") if part is None else float(np.sum((part[0] - shift) ** 2)) for part in parts]
    # the jackknife over four parts: its variance is three quarters of the sum of the squared changes
    spread = float(np.sqrt(0.75 * sum(offsets))) * GRID_MM
    x, y, z = (float(component) for component in axes @ shift * GRID_MM)
    return Alignment((x, y, z), spread, peak, peak >= LEAST_PEAK and spread <= LARGEST_SPREAD_MM)


def _edges(volume: Volume, axes: Array, low: Array, high: Array, extra: int) -> tuple[Array, NDArray[np.bool_]]:
    """Return edge strength on a grid along `axes` from `low` to `high`, widened by `extra` voxels on every side, and
    where it is known.
    """
    slices, rows, columns = (int(size) for size in np.ceil((high - low) / GRID_MM).astype(int) + 1 + 2 * extra)
    affine: Matrix = np.eye(4)
    affine[:3, :3] = axes * GRID_MM
    affine[:3, 3] = axes @ (low - extra * GRID_MM)
    part = _part(volume, corners_mm(affine, (slices, rows, columns)))
    if part is None:
        return np.zeros((slices, rows, columns)), np.zeros((slices, rows, columns), dtype=bool)
    _, row_mm, column_mm = part.spacing_mm
    smooth = ndimage.gaussian_filter(part.array, (0, SMOOTH_MM / row_mm, SMOOTH_MM / column_mm))
    strength = np.hypot(np.gradient(smooth, row_mm, axis=1), np.gradient(smooth, column_mm, axis=2))
    # the square root keeps fat and skin from outshouting vessels and liver edge
    values = sample(Volume(np.sqrt(strength), part.affine), affine, (slices, rows, columns))
    held = np.isfinite(values)
    return np.where(held, values, 0.0).astype(np.float64), held


def _part(volume: Volume, corners: Array) -> Volume | None:
    """Return the part of a volume that holds these corners with some voxels to spare, None where there is none."""
    index = to_index(volume.affine, corners)
    low = np.maximum(np.floor(index.min(axis=0)).astype(int) - 4, 0)
    high = np.minimum(np.ceil(index.max(axis=0)).astype(int) + 5, np.array(volume.shape))
    if (high - low < (1, 2, 2)).any():
        return None
    affine = volume.affine.copy()
    affine[:3, 3] = to_world(volume.affine, low)
    array = volume.array[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    return Volume(array, affine)


def _peak(
    fixed: Array, fixed_held: NDArray[np.bool_], other: Array, other_held: NDArray[np.bool_], reach: int
) -> tuple[Array, float] | None:
    """Return the displacement of the best correlation, in voxels with fractions, and that correlation."""
    correlation = _correlations(fixed, fixed_held.astype(np.float64), other, other_held.astype(np.float64), reach)
    if not np.isfinite(correlation).any():
        return None
    filled = np.where(np.isfinite(correlation), correlation, -1.0)
    offsets = np.indices(filled.shape) - reach
    near = filled - DISTANCE_COST * GRID_MM * np.sqrt((offsets**2).sum(axis=0))
    best = _summit(filled, np.unravel_index(int(np.argmax(near)), filled.shape))
    at = np.array(best, dtype=np.float64)
    for axis in range(3):
        if not 0 < best[axis] < filled.shape[axis] - 1:
            continue
        step = np.eye(3, dtype=int)[axis]
        before, here, after = (filled[tuple(best + way * step)] for way in (-1, 0, 1))
        curve = before - 2 * here + after
        if curve < -1e-9:
            at[axis] += float(np.clip(0.5 * (before - after) / curve, -0.5, 0.5))
    return at - reach, float(filled[tuple(best)])


def _summit(values: Array, start: tuple[np.intp, ...]) -> NDArray[np.intp]:
    """Climb from `start` to the next place that no neighbour exceeds."""
    here = np.array(start, dtype=np.intp)
    while True:
        low = np.maximum(here - 1, 0)
        around = values[tuple(slice(a, b + 2) for a, b in zip(low, here, strict=True))]
        best = low + np.array(np.unravel_index(int(np.argmax(around)), around.shape), dtype=np.intp)
        if values[tuple(best)] <= values[tuple(here)]:
            return here
        here = best


def _correlations(fixed: Array, known: Array, other: Array, other_known: Array, reach: int) -> Array:
    """Return the normalised correlation at every displacement from -reach to +reach along each axis, NaN where the two
    share too little.
    """
    shape = [fft.next_fast_len(size, real=True) for size in other.shape]

    def transformed(values: Array) -> NDArray[np.complex128]:
        return np.asarray(fft.rfftn(values, shape))

    def summed(one: NDArray[np.complex128], two: NDArray[np.complex128]) -> Array:
        whole = fft.irfftn(np.conj(one) * two, shape)
        size = 2 * reach + 1
        return np.asarray(whole[:size, :size, :size])

    f, m = transformed(fixed * known), transformed(known)
    g, w = transformed(other * other_known), transformed(other_known)
    number = np.maximum(summed(m, w), 1e-9)
    f_sum, g_sum = summed(f, w), summed(m, g)
    f_square = summed(transformed(fixed**2 * known), w) - f_sum**2 / number
    g_square = summed(m, transformed(other**2 * other_known)) - g_sum**2 / number
    both = summed(f, g) - f_sum * g_sum / number
    enough = (number >= LEAST_OVERLAP * known.sum()) & (f_square > 1e-9) & (g_square > 1e-9)
    return np.where(enough, both / np.sqrt(np.maximum(f_square * g_square, 1e-18)), np.nan)


def _quarters(shape: tuple[int, ...]) -> list[NDArray[np.bool_]]:
    _, rows, columns = shape
    row, column = np.ogrid[:rows, :columns]
    number = (2 * row // rows) * 2 + 2 * column // columns
    return [np.broadcast_to(number == quarter, shape) for quarter in range(4)]


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))
