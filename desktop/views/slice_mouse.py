"""The mouse in a slice view: wheel scrolls, left does what the tool says, right sets the window, middle pans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from desktop import wording
from desktop.gestures import Gesture, Tool, begin
from desktop.gestures.reshape import can_hold
from engine.geometry.planar import Polygon

if TYPE_CHECKING:
    from desktop.views.slice_view import SliceView

translate = QCoreApplication.translate

WHEEL_NOTCH = 120
ZOOM_PER_NOTCH = 1.15
CLICK_PX = 5
LINE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Backspace)
ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
FAR = 5
"""Pixels that an arrow with Shift moves an outline; without it, one."""
WINDOW_PER_PX = 1 / 300
"""A drag over 300 pixels changes the width by the factor e and the level by one width."""


class SliceMouse:
    """Turns events into calls; owns the drag and the gesture under way."""

    def __init__(self, view: SliceView) -> None:
        self._view = view
        self._drag = ""
        self._last = QPointF()
        self._pressed = QPointF()
        self._wheel = 0
        self._tool = view.tools.tool
        self._lesion = view.tools.lesion
        self.gesture: Gesture | None = None
        self.brush_at: Polygon | None = None

    def forget(self, *_: object) -> None:
        """Drop the line under way: another slice or another stack is shown."""
        if self.gesture is not None:
            self.gesture = None
            self._drag = ""
            self._view.update()

    def tool_changed(self) -> None:
        """Another tool, lesion or radius was taken: drop a line under way that belongs to the former one."""
        tools = self._view.tools
        if (tools.tool, tools.lesion) != (self._tool, self._lesion):
            self._tool, self._lesion = tools.tool, tools.lesion
            self.forget()
        drawing = tools.tool not in (Tool.WINDOW, Tool.RESHAPE)
        self._view.setCursor(Qt.CursorShape.CrossCursor if drawing else Qt.CursorShape.ArrowCursor)
        if not tools.tool.paints:
            self.brush_at = None
        self._view.update()

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll by whole notches; with Ctrl zoom about the mouse, with Shift set the radius of the brush."""
        notches = (event.angleDelta().y() or event.angleDelta().x()) / WHEEL_NOTCH
        if self.gesture is not None and self.gesture.turn(notches):
            self._view.update()
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom_at(event.position(), ZOOM_PER_NOTCH**notches)
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._view.tools.tool.has_radius:
            self._view.tools.widen(notches)
            return
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / WHEEL_NOTCH)
        if steps:
            self._wheel -= steps * WHEEL_NOTCH
            self._view.state.scroll(-steps)
            self._point(event.position())

    def press(self, event: QMouseEvent) -> None:
        """Begin a drag or a line, or set the next corner of a polygon."""
        view, at = self._view, event.position()
        if view.state.volume is None:
            return
        self._last = self._pressed = at
        if event.button() is Qt.MouseButton.LeftButton and at.x() >= view.image_area().right():
            self._drag = "rail"
            view.state.set_index(view.rail().index_at(at.y()))
        elif event.button() is Qt.MouseButton.LeftButton:
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                view.state.navigation.move(view.patient_at(at), None)
            elif view.tools.tool is Tool.WINDOW:
                self._drag = "window"
            else:
                self._draw_from(event)
        elif event.button() is Qt.MouseButton.RightButton:
            self._drag = "window"
        elif event.button() is Qt.MouseButton.MiddleButton:
            self._drag = "pan"

    def move(self, event: QMouseEvent) -> None:
        """Go on with the drag, or say what is under the mouse."""
        view, at = self._view, event.position()
        if view.state.plane is None:
            return
        delta = at - self._last
        self._last = at
        if self._drag == "rail":
            view.state.set_index(view.rail().index_at(at.y()))
        elif self._drag == "window":
            changed = view.state.window.changed(delta.x() * WINDOW_PER_PX, delta.y() * WINDOW_PER_PX)
            view.state.set_window(changed)
        elif self._drag == "pan":
            view.pan_by(delta)
        else:
            self._draw_to(view.uv_at(at))
        self._point(at)

    def release(self, event: QMouseEvent) -> None:
        """End the drag; a dragged line closes; a right click that did not drag asks for the menu."""
        still = (event.position() - self._pressed).manhattanLength() < CLICK_PX
        if event.button() is Qt.MouseButton.RightButton and still:
            self._view.menu_requested.emit(event.globalPosition().toPoint())
        if self._drag == "draw" and self.gesture is not None and not self.gesture.by_clicks:
            self._finish()
        self._drag = ""

    def double_click(self, event: QMouseEvent) -> None:
        """Close a polygon; otherwise ask for the whole space."""
        if self.gesture is not None and self.gesture.by_clicks:
            self._finish()
        elif event.button() is Qt.MouseButton.LeftButton and self._view.tools.tool is Tool.WINDOW:
            self._view.maximise_requested.emit()

    def wants(self, event: QKeyEvent) -> bool:
        """Say whether a key belongs to the line under way, or to the outline that is reshaped."""
        if self.gesture is not None:
            return event.key() in LINE_KEYS
        return self._nudges(event)

    def key(self, event: QKeyEvent) -> bool:
        """Handle keys that belong to drawing; False for the others."""
        if self.gesture is None:
            return self._key_without_gesture(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.forget()
        elif event.key() == Qt.Key.Key_Backspace:
            if not self.gesture.back():
                self.forget()
            self._view.update()
        else:
            return False
        return True

    def _key_without_gesture(self, event: QKeyEvent) -> bool:
        if self._nudges(event):
            plane = self._view.state.plane
            assert plane is not None
            pixels = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._view.nudged.emit(np.array(ARROWS[Qt.Key(event.key())]) * plane.pixel_mm() * pixels)
        elif event.key() == Qt.Key.Key_Escape and self._view.tools.tool is not Tool.WINDOW:
            self._view.tools.choose(Tool.WINDOW)
        else:
            return False
        return True

    def _nudges(self, event: QKeyEvent) -> bool:
        """Say whether an arrow moves the outline of this slice."""
        if self._view.tools.tool is not Tool.RESHAPE or event.key() not in ARROWS:
            return False
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        canvas = self._view.canvas()
        return canvas is not None and bool(canvas.present)

    def leave(self) -> None:
        """The mouse left the view."""
        self.brush_at = None
        self._view.state.navigation.point(None, self._view.state)
        self._view.pointed.emit("")
        self._view.update()

    def _draw_from(self, event: QMouseEvent) -> None:
        """Begin a gesture, or hand the press to the one under way."""
        view, point = self._view, self._view.uv_at(event.position())
        if self.gesture is not None:
            if self.gesture.click(point):
                self._finish()
            view.update()
            return
        canvas = view.canvas()
        if canvas is None:
            view.notice.emit(translate("slice_view", "Lesions are outlined on the T2 images."))
            return
        view.setFocus()
        cut = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self.gesture = begin(view.tools.tool, canvas, point, cut=cut)
        if self.gesture is None:
            view.notice.emit(translate("slice_view", "Press on the outline to pull it, or inside to move it."))
        elif not self.gesture.by_clicks:
            self._drag = "draw"
        view.update()

    def _draw_to(self, point: Polygon) -> None:
        """Go on with the gesture, or show what a press would do here."""
        view, tool = self._view, self._view.tools.tool
        if self.gesture is not None:
            (self.gesture.drag if self._drag == "draw" else self.gesture.hover)(point)
        if tool.paints and view.shows_t2:
            self.brush_at = point
        elif tool is Tool.RESHAPE and self.gesture is None:
            canvas = view.canvas()
            held = "" if canvas is None else can_hold(canvas, point)
            shapes = {"line": Qt.CursorShape.PointingHandCursor, "all": Qt.CursorShape.SizeAllCursor}
            view.setCursor(shapes.get(held, Qt.CursorShape.ArrowCursor))
            return
        elif self.gesture is None:
            return
        view.update()

    def _finish(self) -> None:
        gesture, self.gesture, self._drag = self.gesture, None, ""
        stroke = None if gesture is None else gesture.stroke()
        self._view.update()
        if stroke is not None:
            self._view.stroke_made.emit(stroke)

    def _point(self, at: QPointF) -> None:
        """Tell the other views and the status bar what is under the mouse."""
        view = self._view
        if view.state.plane is None or at.x() >= view.image_area().right():
            return
        point = view.patient_at(at)
        view.state.navigation.point(point, view.state)
        signal = view.state.signal_at(point)
        x, y, z = (wording.number(float(value)) for value in point)
        text = f"{view.state.title}   x {x}   y {y}   z {z} mm"
        if signal is not None:
            value = wording.number(signal, 0 if abs(signal) >= 10 else 2)
            text += "   " + translate("slice_view", "signal {0}").format(value)
        view.pointed.emit(text)
