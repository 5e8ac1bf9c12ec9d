"""Regions of like signal: which pixels of one slice belong together, by threshold, seed and bound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, label

Mask = NDArray[np.bool_]
Image = NDArray[np.float32]

BINS = 128
RING = 1
"""The seed's own signal is the median of its 3 × 3 neighbourhood: one noisy pixel must not decide."""


def grown(image: Image, seed: tuple[int, int], bound: Mask, lean: float = 0.0) -> Mask:
    """Return the region around a seed that differs from the rest of a bound.

    The signals inside the bound are divided in two by Otsu's threshold; what lies on the seed's side of it and hangs
    together with the seed (by edges of pixels) is the region; holes in it are filled.

    Args:
        image: (row, column) signal.
        seed: (row, column) of a pixel inside the bound.
        bound: (row, column) mask that the region never leaves.
        lean: Moves the threshold: +1 takes in all signals of the bound, -1 only those of the seed; 0 leaves it.

    Returns:
        (row, column) mask; empty when the seed lies outside the bound.
    """
    if not bound[seed]:
        return np.zeros(image.shape, dtype=bool)
    signals = image[bound].astype(np.float64)
    own = signal_at(image, seed)
    low, high = float(signals.min()), float(signals.max())
    if high <= low:
        return bound.copy()
    threshold = otsu(signals)
    bright = own >= threshold
    end = (low if bright else high) if lean > 0 else own
    threshold += abs(lean) * (end - threshold)
    alike = bound & ((image >= threshold) if bright else (image <= threshold))
    alike[seed] = True
    parts, _ = label(alike)
    region: Mask = binary_fill_holes(parts == parts[seed]) & bound
    return region


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


def otsu(signals: NDArray[np.float64]) -> float:
    """Return the threshold that divides signals into the two classes farthest apart (Otsu 1979, IEEE TSMC 9:62-66).

    Where a whole range of thresholds divides alike, its middle is returned.
    """
    counts, edges = np.histogram(signals, bins=BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1].astype(np.float64)
    above = signals.size - below
    sums = np.cumsum(counts * centres)
    apart = np.full(len(below), -1.0)
    both = (below > 0) & (above > 0)
    means = sums[:-1][both] / below[both], (sums[-1] - sums[:-1][both]) / above[both]
    apart[both] = below[both] * above[both] * (means[0] - means[1]) ** 2
    best = np.flatnonzero(apart >= apart.max() * (1 - 1e-9))
    return float(edges[1:-1][best].mean())
