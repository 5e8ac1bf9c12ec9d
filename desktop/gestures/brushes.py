"""Brushes: painting with a round brush, with one that takes like signals only, and growing from a seed."""

from __future__ import annotations

import numpy as np

from desktop.gestures.canvas import Canvas, Gesture, Mode, Preview, Stroke, Tool, no_line
from engine.geometry.planar import Polygon, simplified, subtracted, swept, united
from engine.geometry.region import grown, signal_range, within

LEAN_PER_NOTCH = 0.1
THINNING_OF_RADIUS = 0.02
"""Points of the path that move the brush by less are left out: nobody sees them, and long strokes stay quick."""


class Brush(Gesture):
    """Covers what the brush passes over; the eraser cuts the same."""

    def __init__(self, tool: Tool, canvas: Canvas, start: Polygon, mode: Mode) -> None:
        super().__init__(tool, canvas, start, mode)
        self._points = [start]

    def drag(self, point: Polygon) -> None:
        if float(np.hypot(*(point - self._points[-1]))) > THINNING_OF_RADIUS * self.canvas.radius_mm:
            self._points.append(point)

    def covered(self) -> list[Polygon]:
        """Return what the stroke covers."""
        path = simplified(np.array(self._points), THINNING_OF_RADIUS * self.canvas.radius_mm)
        return swept(path, self.canvas.radius_mm)

    def preview(self) -> Preview:
        combine = subtracted if self.mode is Mode.CUT else united
        return Preview(region=combine(self.canvas.present, self.covered()), instead=True)

    def stroke(self) -> Stroke | None:
        region = self.covered()
        return Stroke(self.tool, tuple(region), self.mode) if region else None


class ThresholdBrush(Brush):
    """Covers only pixels whose signal is like what lay under the brush at the press."""

    def __init__(self, tool: Tool, canvas: Canvas, start: Polygon, mode: Mode) -> None:
        super().__init__(tool, canvas, start, mode)
        self.range = signal_range(canvas.image, self._disc(start))

    def covered(self) -> list[Polygon]:
        mask = self.canvas.mask_of(super().covered())
        return self.canvas.region_of(within(self.canvas.image, mask, *self.range))

    def _disc(self, point: Polygon) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        """Return the pixels under the brush: at least the one under its middle."""
        disc = self.canvas.mask_of(swept(point[None], self.canvas.radius_mm))
        seed = self.canvas.pixel_at(point)
        if seed is not None:
            disc[seed] = True
        return np.asarray(disc)


class Grow(Gesture):
    """Grows a region from the pixel that was pressed, inside the circle that the drag draws around it.

    The wheel takes in more or less of what lies between lesion and surroundings.
    """

    def __init__(self, tool: Tool, canvas: Canvas, start: Polygon, mode: Mode) -> None:
        super().__init__(tool, canvas, start, mode)
        self._seed = canvas.pixel_at(start)
        self._radius_mm = 0.0
        self._lean = 0.0

    def drag(self, point: Polygon) -> None:
        self._radius_mm = float(np.hypot(*(point - self.start)))

    def turn(self, notches: float) -> bool:
        self._lean = float(np.clip(self._lean + LEAN_PER_NOTCH * notches, -1.0, 1.0))
        return True

    def preview(self) -> Preview:
        bound = self._bound()
        return Preview(region=self._region(), bound=bound[0] if bound else no_line())

    def stroke(self) -> Stroke | None:
        region = self._region()
        return Stroke(self.tool, tuple(region), self.mode) if region else None

    def _bound(self) -> list[Polygon]:
        return swept(self.start[None], self._radius_mm) if self._radius_mm >= self.canvas.pixel_mm else []

    def _region(self) -> list[Polygon]:
        bound = self._bound()
        if self._seed is None or not bound:
            return []
        mask = grown(self.canvas.image, self._seed, self.canvas.mask_of(bound), self._lean)
        return self.canvas.region_of(mask)
