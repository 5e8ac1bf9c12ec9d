"""ROI tools: what the left mouse button does, and the line that is being drawn."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop.roi_edits import Mode, Polygon, ellipse, simplified
from engine.domain.roi import LesionId

CLOSE_ENOUGH_PX = 9.0
"""A polygon closes when it is clicked this near to its first corner."""


class Tool(Enum):
    """What the left button does in a view."""

    WINDOW = "window"
    FREEHAND = "freehand"
    POLYGON = "polygon"
    ELLIPSE = "ellipse"


class ToolBox(QObject):
    """The chosen tool and the lesion that drawing works on.

    Signals:
        changed(): Another tool or lesion was chosen.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.WINDOW
        self.lesion: LesionId | None = None

    def choose(self, tool: Tool) -> None:
        """Take a tool."""
        if tool is not self.tool:
            self.tool = tool
            self.changed.emit()

    def choose_lesion(self, lesion: LesionId | None) -> None:
        """Draw on this lesion from now on; None: the next line begins a new one."""
        if lesion != self.lesion:
            self.lesion = lesion
            self.changed.emit()


class Sketch:
    """A line under way, in screen mm.

    A freehand line follows the pressed mouse; a polygon takes a corner a click and closes on its first corner, a double
    click or Return; an ellipse fills the box that is dragged.
    """

    def __init__(self, tool: Tool, start: NDArray[np.float64], mode: Mode) -> None:
        self.tool = tool
        self.mode = mode
        self._points = [start]
        self._hover = start

    def drag(self, point: NDArray[np.float64]) -> None:
        """The mouse moved with the button pressed."""
        self._hover = point
        if self.tool is Tool.FREEHAND:
            self._points.append(point)

    def hover(self, point: NDArray[np.float64]) -> None:
        """The mouse moved without a button: where the next corner would be."""
        self._hover = point

    def click(self, point: NDArray[np.float64], mm_per_px: float) -> bool:
        """Set a corner; True when it closes the polygon."""
        near = float(np.hypot(*(point - self._points[0]))) <= CLOSE_ENOUGH_PX * mm_per_px
        if near and len(self._points) >= 3:
            return True
        self._points.append(point)
        return False

    def back(self) -> bool:
        """Take the last corner back; False when none is left."""
        self._points.pop()
        return bool(self._points)

    def line(self) -> Polygon:
        """Return what is drawn so far, up to the mouse: (N, 2)."""
        if self.tool is Tool.ELLIPSE:
            return ellipse(self._points[0], self._hover)
        if self.tool is Tool.POLYGON:
            return np.array([*self._points, self._hover])
        return np.array(self._points)

    def closed(self, mm_per_px: float) -> Polygon | None:
        """Return the finished line, None when it is too short to enclose anything."""
        if self.tool is Tool.POLYGON:
            line = np.array(self._points)
        elif self.tool is Tool.FREEHAND:
            line = simplified(np.array(self._points), 0.5 * mm_per_px)
        else:
            line = self.line()
        return line if len(line) >= 3 else None
