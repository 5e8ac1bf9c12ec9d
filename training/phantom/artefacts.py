"""What goes wrong in an examination: shading, ghosts, drop-out, failed fat suppression, motion.

`Mishaps` is drawn once per patient; the functions turn it into maps (those of the magnet's fields: `field_maps`).
Frequencies are those of published series: failed fat suppression in 4 % of studies at 1.5 T and 12 % at 3 T, ghosts or
Gibbs ringing in 5–10 % of series, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.phantom.anatomy import Canvas
from training.phantom.fields import Array, Grid

Shift = tuple[float, float, float]


@dataclass(frozen=True)
class Mishaps:
    """One examination's imperfections.

    Attributes:
        b0_scale: multiplier on the field's inhomogeneity.
        fat_left: share of fat signal that suppression leaves; fat_fails: crescents of unsuppressed fat.
        ghost: amplitude of respiratory ghosts in T2; epi_ghost: N/2 ghost in DWI.
        cardiac_loss: largest loss of high-b signal near the heart.
        gibbs: series whose k-space is left unfiltered.
        shift_dwi, shift_t1: displacement (x, y, z) in mm against T2, as the reader's quality control let it pass.
        bias: amplitude of the receive profile that the vendor's filter leaves.
        g_noise: parallel imaging amplifies noise centrally by up to this factor.
        seed: entropy of the maps.
    """

    b0_scale: float
    fat_left: float
    fat_fails: bool
    ghost: float
    epi_ghost: float
    cardiac_loss: float
    gibbs: bool
    shift_dwi: Shift
    shift_t1: Shift
    bias: float
    g_noise: float
    seed: int


def registered(shift_t1: Shift, diameter_mm: float, height_mm: float) -> bool:
    """Whether a reader would accept T1 at this displacement: the outline drawn on T2 still holds most of the lesion.

    The published displacements are those of examinations as acquired. The paper discarded images whose sequences did
    not match, so its cohorts hold what is left: at most 0.4 of the lesion's height and a quarter of its width off, a
    few mm being passed at any size.
    """
    x, y, z = shift_t1
    return abs(z) <= max(6.0, 0.4 * height_mm) and max(abs(x), abs(y)) <= max(5.0, 0.25 * diameter_mm)


def draw_shift_t1(rng: np.random.Generator) -> Shift:
    """Displacement of a breath-hold against the triggered T2: N(0, 1), N(0, 1.5), N(0, 3.5) mm, one in twenty three
    times as far, and N(−6, 4) mm towards the feet besides."""
    tail = 3.0 if rng.random() < 0.05 else 1.0
    hold = rng.normal(0, (1.0, 1.5, 3.5)) * tail
    return float(hold[0]), float(hold[1]), float(hold[2] + rng.normal(-6.0, 4.0))


def draw_mishaps(
    rng: np.random.Generator,
    field_t: float,
    bias: float,
    harsh: float = 1.0,
    *,
    diameter_mm: float = 40.0,
    height_mm: float = 36.0,
) -> Mishaps:
    """Draws the imperfections of one examination that passed the reader's quality control.

    Args:
        rng: source of chance.
        field_t: 1.5 or 3.0.
        bias: mean amplitude of the receive profile.
        harsh: scales the share of poor DWI.
        diameter_mm, height_mm: of the lesion; they decide what displacement passes.
    """
    high_field = field_t > 2
    shift = draw_shift_t1(rng)
    while not registered(shift, diameter_mm, height_mm):
        shift = draw_shift_t1(rng)
    return Mishaps(
        b0_scale=float(rng.uniform(0.6, 1.3)),
        fat_left=float(rng.uniform(0.02, 0.08)),
        fat_fails=bool(rng.random() < (0.12 if high_field else 0.04)),
        ghost=float(rng.uniform(0.02, 0.07)) if rng.random() < 0.12 else 0.0,
        epi_ghost=float(rng.uniform(0.015, 0.05)) if rng.random() < (0.15 if high_field else 0.07) * harsh else 0.0,
        cardiac_loss=float(np.clip(rng.normal(0.25, 0.15), 0.0, 0.75)),
        gibbs=bool(rng.random() < 0.08),
        shift_dwi=(float(rng.normal(0, 0.7)), float(rng.normal(0, 0.8)), float(rng.normal(0, 1.5))),
        shift_t1=shift,
        bias=float(abs(rng.normal(bias, 0.4 * bias))),
        g_noise=float(rng.uniform(1.0, 1.5 if rng.random() < 0.85 else 2.2)),
        seed=int(rng.integers(2**31)),
    )


def bias_field(rng: np.random.Generator, grid: Grid, centres_mm: np.ndarray, amplitude: float) -> Array:
    """Receive profile: exponential of a random second-order polynomial with about ± `amplitude` over the body."""
    z = (np.asarray(centres_mm) / 110.0).astype(np.float32)[:, None, None]
    y = (grid.y_mm / 120.0)[None, :, None]
    x = (grid.x_mm / 170.0)[None, None, :]
    c = [float(value) for value in rng.normal(0, 1, 8) * amplitude]
    poly = c[0] * x + c[1] * y + 0.6 * c[2] * z + 0.7 * c[3] * x * x + 0.7 * c[4] * y * y + 0.5 * c[5] * x * y
    poly = poly + 0.4 * c[6] * y * z + 0.4 * c[7] * x * z
    return np.asarray(np.exp(poly), np.float32)


def fat_residual(canvas: Canvas, mishaps: Mishaps) -> Array | None:
    """Share of fat signal left where suppression failed, in lateral and anterior crescents; None where it worked."""
    if not mishaps.fat_fails:
        return None
    grid = canvas.grid
    rng = np.random.default_rng([mishaps.seed, 2])
    side = 1.0 if rng.random() < 0.5 else -1.0
    z = grid.z_mm[:, None, None]
    y = grid.y_mm[None, :, None]
    x = grid.x_mm[None, None, :]
    half_x, half_y = grid.x_mm[-1], grid.y_mm[-1]
    reach = side * x / half_x * rng.uniform(0.6, 1.1) - y / half_y * rng.uniform(0.1, 0.9)
    reach = reach + z / 110.0 * rng.uniform(-0.3, 0.5)
    crescent = 1 / (1 + np.exp(-(reach - rng.uniform(0.55, 0.95)) / 0.08))
    return np.asarray(mishaps.fat_left + (1 - mishaps.fat_left) * crescent, np.float32)


def cardiac_dropout(rng: np.random.Generator, grid: Grid, centres_mm: np.ndarray, dome_mm: float, loss: float) -> Array:
    """Factor (slice, row, column) on high-b signal: patches in left lobe and dome, different from slice to slice."""
    z = np.asarray(centres_mm)[:, None, None]
    y = grid.y_mm[None, :, None]
    x = grid.x_mm[None, None, :]
    cx, cy, cz = 18 + rng.normal(0, 8), -48 + rng.normal(0, 8), dome_mm - 22
    per_slice = np.clip(rng.normal(1.0, 0.45, len(centres_mm)), 0.0, 1.8)[:, None, None]
    blob = np.exp(-(((x - cx) / 48) ** 2) - ((y - cy) / 38) ** 2 - ((z - cz) / 30) ** 2)
    return np.asarray(np.clip(1 - loss * per_slice * blob, 0.12, 1.0), np.float32)


def add_ghosts(images: Array, amplitude: float, count: int) -> Array:
    """Adds copies displaced by the field of view over `count` along the rows' direction."""
    if amplitude <= 0:
        return images
    step = images.shape[1] // count
    ghost = np.roll(images, step, axis=1) + np.roll(images, -step, axis=1)
    return np.asarray(images + np.float32(amplitude) * ghost, np.float32)
