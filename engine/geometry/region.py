"""Regions of like signal: which pixels of one slice belong together, by threshold, seed and bound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, distance_transform_edt, label

Mask = NDArray[np.bool_]
Image = NDArray[np.float32]

RIM_SHARE = 0.2
RING = 1
"""The seed's own signal is the median of its 3 × 3 neighbourhood: one noisy pixel must not decide."""


def grown(image: Image, seed: tuple[int, int], bound: Mask, lean: float = 0.0) -> Mask:
    """Return the region around a seed that differs from the surroundings shown by the rim of a bound.

    The threshold lies half-way between the signal of the seed and that of the surroundings (the median of the outer
    part of the bound): where blur and partial volume put the edge. What lies on the seed's side of it and hangs
    together with the seed (by edges of pixels) is the region; holes in it are filled.

    Args:
        image: (row, column) signal.
        seed: (row, column) of a pixel inside the bound.
        bound: (row, column) mask that the region never leaves.
        lean: Moves the threshold: to the signal of the surroundings at +1, to that of the seed at -1.

    Returns:
        (row, column) mask; empty when the seed lies outside the bound.
    """
    if not bound[seed]:
        return np.zeros(image.shape, dtype=bool)
    own, around = signal_at(image, seed), float(np.median(image[rim(bound)]))
    if own == around:
        return bound.copy()
    threshold = own + (around - own) * (0.5 + 0.5 * lean)
    alike = bound & ((image >= threshold) if own > around else (image <= threshold))
    alike[seed] = True
    parts, _ = label(alike)
    region: Mask = binary_fill_holes(parts == parts[seed]) & bound
    return region


def rim(bound: Mask) -> Mask:
    """Return the outer part of a mask: what lies nearer to its edge than a fifth of its half width."""
    depth = distance_transform_edt(np.pad(bound, 1))[1:-1, 1:-1]
    outer: Mask = bound & (depth <= max(RIM_SHARE * depth.max(), 1.0))
    return outer


def within(image: Image, covered: Mask, low: float, high: float) -> Mask:
    """Return the pixels under a brush whose signal lies in low..high."""
    chosen: Mask = covered & (image >= low) & (image <= high)
    return chosen


def signal_range(image: Image, covered: Mask, deviations: float = 2.0) -> tuple[float, float]:
    """Return the range of signals that are like those under a brush: median ± `deviations` robust deviations."""
    signals = image[covered].astype(np.float64)
    if signals.size == 0:
        return (np.inf, -np.inf)
    middle = float(np.median(signals))
    spread = 1.4826 * float(np.median(np.abs(signals - middle)))  # equals the SD for normally distributed signals
    return middle - deviations * spread, middle + deviations * spread


def signal_at(image: Image, seed: tuple[int, int]) -> float:
    """Return the median signal of the 3 × 3 pixels around a pixel."""
    row, column = seed
    around = image[max(row - RING, 0) : row + RING + 1, max(column - RING, 0) : column + RING + 1]
    return float(np.median(around))
