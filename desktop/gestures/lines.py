"""Lines: freehand, polygon, ellipse and box, each of them a closed line that is added or cut out."""

from __future__ import annotations

import numpy as np

from desktop.gestures.canvas import Canvas, Gesture, Mode, Preview, Stroke, Tool
from engine.geometry.planar import Polygon, box, ellipse, simplified

CLOSE_ENOUGH_PX = 9.0
"""A polygon closes when it is clicked this near to its first corner."""
THINNING_PX = 0.5
"""A freehand line keeps its course to half a pixel of the screen."""


class Freehand(Gesture):
    """A line that follows the mouse and is closed by the release."""

    def __init__(self, tool: Tool, canvas: Canvas, start: Polygon, mode: Mode) -> None:
        super().__init__(tool, canvas, start, mode)
        self._points = [start]

    def drag(self, point: Polygon) -> None:
        self._points.append(point)

    def preview(self) -> Preview:
        return Preview(line=np.array(self._points))

    def stroke(self) -> Stroke | None:
        line = simplified(np.array(self._points), THINNING_PX * self.canvas.mm_per_px)
        return Stroke(self.tool, (line,), self.mode) if len(line) >= 3 else None


class Corners(Gesture):
    """A polygon: a corner a click; it closes on its first corner, by a double click or by Return."""

    by_clicks = True

    def __init__(self, tool: Tool, canvas: Canvas, start: Polygon, mode: Mode) -> None:
        super().__init__(tool, canvas, start, mode)
        self._points = [start]
        self._mouse = start

    def drag(self, point: Polygon) -> None:
        self._mouse = point

    def hover(self, point: Polygon) -> None:
        self._mouse = point

    def click(self, point: Polygon) -> bool:
        near = float(np.hypot(*(point - self._points[0]))) <= CLOSE_ENOUGH_PX * self.canvas.mm_per_px
        if near and len(self._points) >= 3:
            return True
        self._points.append(point)
        self._mouse = point
        return False

    def back(self) -> bool:
        self._points.pop()
        return bool(self._points)

    def preview(self) -> Preview:
        corners = np.array(self._points)
        return Preview(line=np.vstack([corners, self._mouse]), corners=corners)

    def stroke(self) -> Stroke | None:
        return Stroke(self.tool, (np.array(self._points),), self.mode) if len(self._points) >= 3 else None


class Frame(Gesture):
    """An ellipse or a box between the press and the release."""

    def __init__(self, tool: Tool, canvas: Canvas, start: Polygon, mode: Mode) -> None:
        super().__init__(tool, canvas, start, mode)
        self._corner = start

    def drag(self, point: Polygon) -> None:
        self._corner = point

    def preview(self) -> Preview:
        return Preview(region=[self._ring()])

    def stroke(self) -> Stroke | None:
        return Stroke(self.tool, (self._ring(),), self.mode)

    def _ring(self) -> Polygon:
        shape = box if self.tool is Tool.BOX else ellipse
        return shape(self.start, self._corner)
