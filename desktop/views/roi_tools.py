"""ROI tools: the chosen tool, its radius, and the lesion that drawing works on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.gestures import Tool
from engine.domain.roi import LesionId

SMALLEST_MM, LARGEST_MM = 0.5, 50.0
STEP = 1.25
"""One step makes the brush a quarter wider: five clicks from 3 to 9 mm."""

__all__ = ["Tool", "ToolBox"]


class ToolBox(QObject):
    """What the left button does and to which lesion.

    Signals:
        changed(): Another tool or lesion was chosen, or the radius was changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.WINDOW
        self.lesion: LesionId | None = None
        self.radius_mm = 5.0

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

    def set_radius(self, radius_mm: float) -> None:
        """Give the brush this radius, within reason."""
        radius_mm = min(max(radius_mm, SMALLEST_MM), LARGEST_MM)
        if radius_mm != self.radius_mm:
            self.radius_mm = radius_mm
            self.changed.emit()

    def widen(self, steps: float) -> None:
        """Make the brush wider by steps, narrower by negative ones; whole half millimetres are kept where they are."""
        self.set_radius(round(self.radius_mm * STEP**steps * 2) / 2 or SMALLEST_MM)
