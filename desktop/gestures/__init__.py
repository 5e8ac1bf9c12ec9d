"""Gestures: what the mouse does with a drawing tool, from press to release, in screen mm. No widget is involved.

`canvas` says what a gesture is made on and what it gives; `lines` draws closed lines, `brushes` paints, `reshape` moves
what is there. `begin` makes the gesture of a tool.
"""

from desktop.gestures.begin import begin
from desktop.gestures.canvas import Canvas, Gesture, Mode, Preview, Stroke, Tool

__all__ = ["Canvas", "Gesture", "Mode", "Preview", "Stroke", "Tool", "begin"]
