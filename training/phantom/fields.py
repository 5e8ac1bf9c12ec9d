"""The phantom's sampling grid and its smooth random fields.

Everything random in space (organ warps, textures, field inhomogeneity) is made from two bricks: a cubic B-spline
over a coarse lattice (`smooth_noise`), and a periodic block of filtered white noise (`texture_block`). Both are
cheap enough that a whole abdomen costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft as scipy_fft

Array = NDArray[Any]  # float32 throughout; left open because numpy's own functions widen their annotations
Box = tuple[slice, slice, slice]


# Values of one array worked on at a time: several arrays of this size fit a core's cache, a whole grid does not.
BLOCK_VALUES = 1 << 16


def in_blocks(function: Callable[..., Array], *arrays: Array, out: Array) -> Array:
    """``function(*arrays)`` worked out a few planes at a time: the same numbers, without memory's pace.

    Args:
        function: value by value along the first axis (its steps may mix rows and columns).
        arrays: all with the same number of planes first, or with one plane, which then serves every block.
        out: where the result goes; may be one of `arrays`. Returned.
    """
    first = arrays[0]
    planes = max(1, BLOCK_VALUES * len(first) // max(first.size, 1))
    for start in range(0, len(first), planes):
        block = slice(start, start + planes)
        out[block] = function(*(array[block] if len(array) > 1 else array for array in arrays))
    return out


@dataclass(frozen=True)
class Grid:
    """Voxel centres of the simulation, in the scanner's own frame.

    Attributes:
        z_mm, y_mm, x_mm: one-dimensional coordinates, each increasing; arrays on the grid are (z, y, x).
            x grows to the patient's left, y to the back, z to the head (before an oblique stack is tilted).
    """

    z_mm: Array
    y_mm: Array
    x_mm: Array

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along z, y, x."""
        return len(self.z_mm), len(self.y_mm), len(self.x_mm)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Voxel size along z, y, x in mm."""
        return (
            float(self.z_mm[1] - self.z_mm[0]),
            float(self.y_mm[1] - self.y_mm[0]),
            float(self.x_mm[1] - self.x_mm[0]),
        )

    def box(self, centre_mm: tuple[float, float, float], half_mm: tuple[float, float, float]) -> Box:
        """Index ranges covering centre ± half, both given as (x, y, z) in mm; possibly empty."""
        ranges = []
        for axis, centre, half in (
            (self.z_mm, centre_mm[2], half_mm[2]),
            (self.y_mm, centre_mm[1], half_mm[1]),
            (self.x_mm, centre_mm[0], half_mm[0]),
        ):
            low, high = np.searchsorted(axis, [centre - half, centre + half])
            ranges.append(slice(int(low), int(high)))
        return ranges[0], ranges[1], ranges[2]


def make_grid(
    fov_x_mm: float, fov_y_mm: float, pixel_mm: float, z_low_mm: float, z_high_mm: float, step_mm: float
) -> Grid:
    """A grid centred on x = y = 0 whose in-plane extent is (about) the field of view asked for, in mm."""
    nx, ny = 2 * round(fov_x_mm / pixel_mm / 2), 2 * round(fov_y_mm / pixel_mm / 2)
    dx, dy = fov_x_mm / nx, fov_y_mm / ny
    nz = int(np.ceil((z_high_mm - z_low_mm) / step_mm)) + 1
    return Grid(
        z_mm=(z_low_mm + step_mm * np.arange(nz)).astype(np.float32),
        y_mm=((np.arange(ny) - ny / 2 + 0.5) * dy).astype(np.float32),
        x_mm=((np.arange(nx) - nx / 2 + 0.5) * dx).astype(np.float32),
    )


def _spline_basis(positions: NDArray[np.floating], knots: int) -> Array:
    """Uniform cubic B-spline weights, shape (positions, knots), for positions in knot units from 1 to knots − 2."""
    basis = np.zeros((len(positions), knots), np.float32)
    base = np.clip(np.floor(positions).astype(int), 1, knots - 3)
    t = positions - base
    weights = (
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    )
    rows = np.arange(len(positions))
    for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
        basis[rows, base + offset] = weight
    return basis


def smooth_noise(
    rng: np.random.Generator, axes_mm: tuple[Array, Array, Array], scale_mm: tuple[float, float, float]
) -> Array:
    """Gaussian random field with unit SD, smooth over about `scale_mm` (given along z, y, x like the axes).

    The lattice is laid from each axis' first coordinate, so the field depends on the draw and the axes alone.
    """
    bases = []
    for axis, scale in zip(axes_mm, scale_mm, strict=True):
        positions = (axis - axis[0]) / scale + 1.0
        knots = int(np.floor(positions[-1])) + 4
        bases.append(_spline_basis(positions, knots))
    lattice = rng.standard_normal([b.shape[1] for b in bases]).astype(np.float32)
    field = np.tensordot(bases[0], lattice, axes=(1, 0))
    field = np.einsum("zjk,yj->zyk", field, bases[1], optimize=True)
    out = field.reshape(-1, field.shape[2]) @ bases[2].T
    # A cubic B-spline of unit white noise has SD about 0.69 per axis.
    return np.asarray(out.reshape(len(axes_mm[0]), len(axes_mm[1]), len(axes_mm[2])) / 0.33, np.float32)


def texture_block(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    spacing_mm: tuple[float, float, float],
    scale_mm: float,
    exponent: float,
) -> Array:
    """Periodic block of coloured noise, zero mean and unit SD.

    The amplitude spectrum falls as (1 + (k·scale)²)^(−exponent/2): `exponent` is the tissue kernel that differs
    between cohorts, so that no network can rely on one noise colour.
    """
    white = scipy_fft.rfftn(rng.standard_normal(shape).astype(np.float32))
    kz = np.fft.fftfreq(shape[0], spacing_mm[0])[:, None, None]
    ky = np.fft.fftfreq(shape[1], spacing_mm[1])[None, :, None]
    kx = np.fft.rfftfreq(shape[2], spacing_mm[2])[None, None, :]
    radius2 = (kz**2 + ky**2 + kx**2) * (2 * np.pi * scale_mm) ** 2
    white *= ((1.0 + radius2) ** (-exponent / 2)).astype(np.float32)
    block = scipy_fft.irfftn(white, s=shape)
    block -= block.mean()
    return np.asarray(block / block.std(), np.float32)


def from_block(block: Array, box: Box, shift: tuple[int, int, int]) -> Array:
    """The part of a periodic block that lies under `box`, rolled by `shift` voxels."""
    out = block
    for axis, (part, step, size) in enumerate(zip(box, shift, block.shape, strict=True)):
        out = np.take(out, np.arange(part.start + step, part.stop + step) % size, axis=axis)
    return out
