"""Intensity: what is black and what is white in one volume.

MR signal has no unit. Each volume is scaled by two percentiles of its own non-zero voxels inside the T2 field of
view, so that series of different extent are scaled by the same anatomy (method.md section 2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import PreprocessSpec
from engine.domain.volume import Volume
from engine.geometry.affine import Matrix


def intensity_window(volume: Volume, t2: Volume, spec: PreprocessSpec) -> tuple[float, float]:
    """Return the signal that becomes 0 and the signal that becomes 1.

    A volume without any non-zero voxel inside the T2 field of view gives (0, 1).
    """
    inside = volume.array[_inside(volume, t2) & (volume.array != 0)]
    if inside.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(inside, [spec.percentile_low, spec.percentile_high])
    return (float(low), float(high)) if high > low else (float(low), float(low) + 1.0)


def scale(plane: NDArray[np.float32], window: tuple[float, float], spec: PreprocessSpec) -> NDArray[np.float32]:
    """Map signal to 0…1 by the window, clip, then subtract the mean and divide by the standard deviation.

    Pixels without data (NaN) become the value of signal at or below the window.
    """
    low, high = window
    unit = np.clip((np.nan_to_num(plane, nan=low) - low) / (high - low), 0.0, 1.0)
    return np.asarray((unit - spec.mean) / spec.std, dtype=np.float32)


def _inside(volume: Volume, t2: Volume) -> NDArray[np.bool_]:
    """Mark the voxels whose centres lie inside the T2 stack (half a voxel beyond its outermost centres counts)."""
    if volume is t2 or (volume.shape == t2.shape and np.array_equal(volume.affine, t2.affine)):
        return np.ones(volume.shape, dtype=bool)
    across: Matrix = np.linalg.inv(t2.affine) @ volume.affine
    slices, rows, columns = (np.arange(size, dtype=np.float64) for size in volume.shape)
    inside = np.ones(volume.shape, dtype=bool)
    for axis, size in enumerate(t2.shape):
        s, r, c, offset = across[axis]
        index = (s * slices)[:, None, None] + (r * rows)[:, None] + (c * columns + offset)
        inside &= (index >= -0.5 - 1e-6) & (index <= size - 0.5 + 1e-6)
    return inside
