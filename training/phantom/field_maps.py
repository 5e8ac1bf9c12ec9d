"""The magnet's fields over the body: off-resonance, transmit strength, and the dephasing that gas causes.

All maps live on the scene's planes with rows and columns thinned sixfold: they are smooth, and `on_slices` brings them
to an acquisition's slices at full in-plane resolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from training.phantom.anatomy import Canvas
from training.phantom.fields import Array, smooth_noise

THIN = 6


@dataclass(frozen=True, eq=False)
class FieldMaps:
    """Maps on the thinned grid (plane, row/6, column/6).

    Attributes:
        b0_hz: off-resonance.
        b1: flip angle over the nominal one.
        r2_prime: reversible dephasing rate in 1/s beside gas.
    """

    b0_hz: Array
    b1: Array
    r2_prime: Array


def draw_field_maps(canvas: Canvas, seed: int, b0_scale: float, field_t: float) -> FieldMaps:
    """The fields of one examination.

    Published 5–95 % ranges over the liver: off-resonance −32 to +164 Hz and transmit 0.59 to 1.13 at 3 T, −15 to +81 Hz
    and 0.83 to 1.11 at 1.5 T; the field is disturbed most under the dome and beside stomach and colon.
    """
    grid = canvas.grid
    whole = np.zeros(grid.shape, np.float32)
    for layer in canvas.layers:
        if layer.gas:
            whole[layer.box] = np.maximum(whole[layer.box], layer.alpha)
    gas = whole[:, ::THIN, ::THIN]
    dz, dy, dx = grid.spacing_mm

    def spread(sd_mm: float) -> Array:
        sds = (sd_mm / dz, sd_mm / (THIN * dy), sd_mm / (THIN * dx))
        return np.asarray(ndimage.gaussian_filter(gas, sds), np.float32)

    axes = (grid.z_mm, grid.y_mm[::THIN], grid.x_mm[::THIN])
    slow = smooth_noise(np.random.default_rng([seed, 1]), axes, (90.0, 90.0, 90.0))
    tesla = field_t / 3.0
    b0 = tesla * b0_scale * (26.0 * slow + 12.0 + 420.0 * spread(14.0) + 160.0 * spread(34.0))
    # The field beside a gas surface falls off within a centimetre; squared, the smoothed gas does too.
    dephasing = tesla * 4000.0 * spread(7.0) ** 2
    return FieldMaps(
        np.asarray(b0, np.float32), _transmit(canvas, seed, field_t, axes), np.asarray(dephasing, np.float32)
    )


def _transmit(canvas: Canvas, seed: int, field_t: float, axes: tuple[Array, Array, Array]) -> Array:
    """Flip angle over nominal: a standing-wave dip over the left lobe and the centre at 3 T, deeper with ascites."""
    rng = np.random.default_rng([seed, 3])
    high = field_t > 2
    level = float(rng.normal(0.96, 0.09) if high else rng.normal(0.98, 0.05))
    dip = float(rng.uniform(0.08, 0.42) if high else rng.uniform(0.0, 0.13))
    if canvas.plan.ascites:
        dip *= 1.3
    z, y, x = axes[0][:, None, None], axes[1][None, :, None], axes[2][None, None, :]
    cx, cy, cz = rng.normal(15, 25), rng.normal(-15, 20), rng.normal(10, 30)
    well = np.exp(-(((x - cx) / 90) ** 2) - ((y - cy) / 70) ** 2 - ((z - cz) / 130) ** 2)
    slow = smooth_noise(rng, axes, (110.0, 100.0, 100.0))
    map_ = level - dip * well + (0.07 if high else 0.035) * slow
    return np.asarray(np.clip(map_, 0.5, 1.25), np.float32)


def _stretch(size: int, thin_size: int) -> Array:
    """Linear interpolation from every sixth sample to all, as a matrix (size, thin_size)."""
    at = np.clip(np.arange(size) / THIN, 0, thin_size - 1.001)
    low = at.astype(int)
    weights = np.zeros((size, thin_size), np.float32)
    rows = np.arange(size)
    weights[rows, low] = 1 - (at - low)
    weights[rows, low + 1] = at - low
    return weights


def on_slices(thin: Array, weights: Array, shape: tuple[int, int]) -> Array:
    """A thinned map as the slices see it.

    Args:
        thin: (plane, row/6, column/6).
        weights: (slice, plane) from `acquire.slice_weights`.
        shape: full (rows, columns).

    Returns:
        (slice, row, column), linearly interpolated.
    """
    slices = np.tensordot(weights, thin, axes=(1, 0)).astype(np.float32)
    return np.asarray(_stretch(shape[0], thin.shape[1]) @ slices @ _stretch(shape[1], thin.shape[2]).T, np.float32)
