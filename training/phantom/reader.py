"""The reader's hand: outlines of the main lesion on the T2 slices.

The true region as T2's slice profile shows it, contoured at a level that differs from reader to reader, with a slow
wobble.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.domain.roi import LesionId, Roi
from engine.domain.volume import Volume
from engine.geometry.outline import contours_of_mask
from training.phantom import acquire, scene
from training.phantom.cohort import PhantomPatient
from training.phantom.fields import Array, smooth_noise


def render_roi(
    built: scene.Scene, patient: PhantomPatient, t2: Volume, centres: NDArray[np.float64]
) -> tuple[Roi, NDArray[np.bool_]]:
    """Outline of the main lesion as a reader would draw it on T2: the true region with a slightly unsteady hand."""
    grid = built.canvas.grid
    rng = patient.rng(103)
    box, alpha = built.lesion_box, built.lesion_alpha
    weights = acquire.slice_weights(grid.z_mm, centres, patient.protocols["T2"].thickness_mm)[:, box[0]]
    shown = acquire.take_slices(alpha, weights)
    level = float(np.clip(rng.normal(0.47, 0.06), 0.35, 0.6))
    strongest = float(shown.max())
    if strongest < level + 0.1:
        level = 0.6 * strongest
    rows, cols = t2.shape[1:]
    size_y = grid.spacing_mm[1] * grid.shape[1] / rows
    size_x = grid.spacing_mm[2] * grid.shape[2] / cols
    row_low = max(0, int(np.floor((grid.y_mm[box[1]][0] - grid.y_mm[0]) / size_y)) - 1)
    row_high = min(rows, int(np.ceil((grid.y_mm[box[1]][-1] - grid.y_mm[0]) / size_y)) + 2)
    col_low = max(0, int(np.floor((grid.x_mm[box[2]][0] - grid.x_mm[0]) / size_x)) - 1)
    col_high = min(cols, int(np.ceil((grid.x_mm[box[2]][-1] - grid.x_mm[0]) / size_x)) + 2)
    at_y = (np.arange(row_low, row_high) * size_y + grid.y_mm[0] - grid.y_mm[box[1]][0]) / grid.spacing_mm[1]
    at_x = (np.arange(col_low, col_high) * size_x + grid.x_mm[0] - grid.x_mm[box[2]][0]) / grid.spacing_mm[2]
    fine = _resize(shown, at_y, at_x)
    axes = (centres.astype(np.float32), (at_y * grid.spacing_mm[1]).astype(np.float32),
            (at_x * grid.spacing_mm[2]).astype(np.float32))  # fmt: skip
    unsteady = smooth_noise(rng, axes, (patient.protocols["T2"].step_mm, 9.0, 9.0))
    field = fine + np.float32(0.10) * unsteady * (fine > 0.02) * (fine < 0.98)
    mask = np.zeros(t2.shape, np.bool_)
    for index in range(len(centres)):
        inside = field[index] > level
        if inside.sum() >= 3:
            mask[index, row_low:row_high, col_low:col_high] = inside
    # The outline is the trace of the mask, as whoever reads the SEG of this mask will see it.
    contours = contours_of_mask(mask, t2.affine)
    roi = Roi(LesionId("L1"), contours, "drawn", t2.frame_of_reference_uid, patient.lesion_type)
    return roi, mask


def _resize(stack: Array, at_y: NDArray[np.floating], at_x: NDArray[np.floating]) -> Array:
    """Bilinear samples of (slice, y, x) at fractional indices, zero outside."""
    out = np.pad(stack, ((0, 0), (1, 1), (1, 1)))
    for axis, at in ((1, at_y), (2, at_x)):
        place = np.clip(np.asarray(at) + 1, 0, out.shape[axis] - 1.001)
        low = place.astype(int)
        t = (place - low).astype(np.float32)
        t = t[None, :, None] if axis == 1 else t[None, None, :]
        out = np.take(out, low, axis=axis) * (1 - t) + np.take(out, low + 1, axis=axis) * t
    return np.asarray(out, np.float32)
