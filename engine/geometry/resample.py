"""Resampling: reading a volume at other places in patient space, linearly.

The one home of SimpleITK's resampler. Inside half a voxel of the outermost centres the edge value holds; beyond that
there is no data and the answer is NaN.
"""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from engine.domain.volume import Volume
from engine.geometry.affine import Matrix, to_index


def as_image(array: NDArray[np.float32], affine: Matrix) -> sitk.Image:
    """Wrap (slice, row, column) data as a SimpleITK image (x = column, y = row, z = slice), LPS as ITK uses it.

    Raises:
        ValueError: The axes are not orthogonal; ITK directions can't express shear.
    """
    image = sitk.GetImageFromArray(array)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    direction = (affine[:3, :3] / spacing)[:, ::-1]
    if not np.allclose(direction.T @ direction, np.eye(3), atol=1e-3):
        raise ValueError("the axes of the stack are not at right angles")
    image.SetSpacing([float(value) for value in spacing[::-1]])
    image.SetDirection([float(value) for value in direction.ravel()])
    image.SetOrigin([float(value) for value in affine[:3, 3]])
    return image


def sample(volume: Volume, affine: Matrix, shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Read `volume` at the voxel centres of another grid.

    Args:
        affine: Grid whose (slice, row, column) centres are read.
        shape: Number of centres along each axis.

    Returns:
        (slice, row, column) float32 with NaN where `volume` has no data.
    """
    grid = sitk.Image([int(size) for size in shape[::-1]], sitk.sitkFloat32)
    template = as_image(np.zeros((1, 1, 1), dtype=np.float32), affine)
    resampler = sitk.ResampleImageFilter()
    resampler.SetSize(grid.GetSize())
    resampler.SetOutputSpacing(template.GetSpacing())
    resampler.SetOutputDirection(template.GetDirection())
    resampler.SetOutputOrigin(template.GetOrigin())
    resampler.SetInterpolator(sitk.sitkLinear)
    resampler.SetDefaultPixelValue(float("nan"))
    resampler.SetNumberOfThreads(1)  # slices are small; results stay equal whatever the machine
    array: NDArray[np.float32] = sitk.GetArrayFromImage(resampler.Execute(as_image(volume.array, volume.affine)))
    return array


def sample_slab(
    volume: Volume, affine: Matrix, shape: tuple[int, int], slab_mm: float, average: bool
) -> NDArray[np.float32]:
    """Read one plane of `volume`, averaged over a slab around it where the volume is finer than the slab.

    The number of equally weighted linear samples is ceil(slab / spacing of the volume along the plane's normal),
    placed in the middle of equal parts of the slab: one sample, on the plane itself, for a stack as coarse as the slab.

    Args:
        affine: Plane to read: index (0, row, column) to patient mm; its first column is the normal.
        shape: (rows, columns).
        slab_mm: Thickness of the slab.
        average: False reads the plane itself only.

    Returns:
        (row, column) float32, NaN where no sample has data.
    """
    direction = affine[:3, 0] / np.linalg.norm(affine[:3, 0])
    spacing_mm = _spacing_along(volume, direction)
    count = max(1, int(np.ceil(slab_mm / spacing_mm - 1e-6))) if average else 1
    offsets = ((np.arange(count) + 0.5) / count - 0.5) * slab_mm
    start = affine.copy()
    start[:3, 3] += direction * offsets[0]
    if count > 1:
        start[:3, 0] = direction * (slab_mm / count)
    planes = sample(volume, start, (count, *shape))
    if count == 1:
        only: NDArray[np.float32] = planes[0]
        return only
    held = np.isfinite(planes)
    number = held.sum(axis=0)
    total = np.where(held, planes, 0.0).sum(axis=0, dtype=np.float64)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan).astype(np.float32)


def _spacing_along(volume: Volume, direction: NDArray[np.float64]) -> float:
    """Return the spacing of the stack along a direction, by the axis that lies closest to it, in mm."""
    axes = volume.affine[:3, :3]
    nearest = int(np.argmax(np.abs(axes.T @ direction) / np.linalg.norm(axes, axis=0)))
    return float(1.0 / abs((np.linalg.inv(axes) @ direction)[nearest]))


def covers(volume: Volume, points_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say for points (N, 3) whether they lie inside the stack (half a voxel beyond the outermost centres counts)."""
    index = to_index(volume.affine, points_mm)
    limits = np.asarray(volume.shape) - 0.5
    inside = (index >= -0.5 - 1e-6) & (index <= limits + 1e-6)
    return np.asarray(inside.all(axis=1))
