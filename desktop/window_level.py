"""Window and level: from measured signal to the grey of the screen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

AUTO_LOW, AUTO_HIGH = 1.0, 98.0
"""Percentiles of the tissue that the automatic window spans. Fluid (stomach, spinal canal) may go white: liver and
lesions need the greys."""
AIR_SHARE = 0.03
"""What is darker than this share of the brightest signal counts as air."""
SAMPLES = 40_000
PRESETS = {"contrast": (0.55, 0.0), "soft": (1.8, 0.2), "bright": (1.0, 0.55)}
"""(times as wide, moved by widths) against the automatic window: fine differences in the liver, soft tissue and fluid
together, and detail within bright lesions."""


@dataclass(frozen=True)
class Window:
    """The signal shown as black and as white."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """Signal between black and white."""
        return self.high - self.low

    @property
    def level(self) -> float:
        """Signal shown as middle grey."""
        return (self.high + self.low) / 2

    def shaped(self, times: float, shift: float) -> Window:
        """Return a window so many times as wide, its level moved by so many of the present widths."""
        width, level = max(self.width * times, 1e-6), self.level + shift * self.width
        return Window(level - width / 2, level + width / 2)

    def changed(self, width_by: float, level_by: float) -> Window:
        """Return a window made wider and moved, both by shares of its present width."""
        width = max(self.width * float(np.exp(width_by)), 1e-6)
        level = self.level + self.width * level_by
        return Window(level - width / 2, level + width / 2)


def auto_window(array: NDArray[np.float32]) -> Window:
    """Return a window that spans the tissue of a volume: percentiles of what stands out of the air."""
    # by strides along each axis: to look at the whole of a stack takes as long as to paint it many times over
    apart = max(1, int((array[0].size * min(array.shape[0], 24) / SAMPLES) ** 0.5))
    values = array[:: max(1, array.shape[0] // 24), apart // 2 :: apart, apart // 2 :: apart].ravel()
    values = values[np.isfinite(values)]
    if values.size == 0:
        return Window(0.0, 1.0)
    floor = float(np.percentile(values, 99.7)) * AIR_SHARE
    tissue = values[values > floor] if floor > 0 else values
    low, high = np.percentile(tissue if tissue.size > 100 else values, [AUTO_LOW, AUTO_HIGH])
    if high - low < 1e-6:
        high = low + 1.0
    return Window(float(low), float(high))


def full_window(array: NDArray[np.float32]) -> Window:
    """Return a window from the darkest to the brightest pixel of a volume."""
    low, high = float(np.fmin.reduce(array, axis=None)), float(np.fmax.reduce(array, axis=None))
    return Window(low, high) if np.isfinite([low, high]).all() and high > low else auto_window(array)


def grey_image(pixels: NDArray[np.float32], window: Window) -> QImage:
    """Return an 8-bit grey image of one slice (row, column); it owns its pixels."""
    scaled = pixels - np.float32(window.low)
    scaled *= np.float32(255.0 / max(window.width, 1e-6))
    np.clip(scaled, 0.0, 255.0, out=scaled)  # a third of the time that fmax and fmin take
    if np.isnan(scaled.max()):
        np.nan_to_num(scaled, copy=False, nan=0.0)  # a pixel without a number is black
    rows, columns = scaled.shape
    image = QImage(columns, rows, QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(image.bits(), dtype=np.uint8).reshape(rows, image.bytesPerLine())
    lines[:, :columns] = scaled
    return image
