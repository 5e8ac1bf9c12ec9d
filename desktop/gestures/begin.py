"""Which gesture a tool makes."""

from __future__ import annotations

from desktop.gestures.brushes import Brush, Grow, ThresholdBrush
from desktop.gestures.canvas import Canvas, Gesture, Mode, Tool
from desktop.gestures.lines import Corners, Frame, Freehand
from desktop.gestures.reshape import Reshape, can_hold
from engine.geometry.planar import Polygon

_GESTURES: dict[Tool, type[Gesture]] = {
    Tool.FREEHAND: Freehand,
    Tool.POLYGON: Corners,
    Tool.ELLIPSE: Frame,
    Tool.BOX: Frame,
    Tool.BRUSH: Brush,
    Tool.ERASER: Brush,
    Tool.THRESHOLD: ThresholdBrush,
    Tool.GROW: Grow,
    Tool.RESHAPE: Reshape,
}


def begin(tool: Tool, canvas: Canvas, start: Polygon, *, cut: bool) -> Gesture | None:
    """Begin the gesture of a tool at a press; None where the tool has nothing to take hold of.

    Args:
        cut: The person holds the key that cuts: drawing takes away, and the eraser gives back.
    """
    if tool is Tool.RESHAPE and not can_hold(canvas, start):
        return None
    takes_away = cut != (tool is Tool.ERASER)
    return _GESTURES[tool](tool, canvas, start, Mode.CUT if takes_away else Mode.ADD)
