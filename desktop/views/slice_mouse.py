"""The mouse in a slice view: wheel scrolls, left does what the tool says, right sets the window, middle pans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from desktop import wording
from desktop.roi_edits import Mode
from desktop.views.roi_tools import Sketch, Tool

if TYPE_CHECKING:
    from desktop.views.slice_view import SliceView

translate = QCoreApplication.translate

WHEEL_NOTCH = 120
ZOOM_PER_NOTCH = 1.15
CLICK_PX = 5
LINE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Backspace)
WINDOW_PER_PX = 1 / 300
"""A drag over 300 pixels changes the width by the factor e and the level by one width."""


class SliceMouse:
    """Turns events into calls; owns the drag and the sketch under way."""

    def __init__(self, view: SliceView) -> None:
        self._view = view
        self._drag = ""
        self._last = QPointF()
        self._pressed = QPointF()
        self._wheel = 0
        self.sketch: Sketch | None = None

    def forget(self, *_: object) -> None:
        """Drop the line under way: another slice or another stack is shown."""
        if self.sketch is not None:
            self.sketch = None
            self._drag = ""
            self._view.update()

    def tool_changed(self) -> None:
        """Another tool was taken: drop a line under way, show its cursor."""
        self.forget()
        drawing = self._view.tools.tool is not Tool.WINDOW
        self._view.setCursor(Qt.CursorShape.CrossCursor if drawing else Qt.CursorShape.ArrowCursor)
        self._view.update()

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll by whole notches; with Ctrl zoom about the mouse."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            notches = event.angleDelta().y() / WHEEL_NOTCH
            self._view.zoom_at(event.position(), ZOOM_PER_NOTCH**notches)
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
        elif self.sketch is not None:
            point = view.uv_at(at)
            if self._drag == "draw":
                self.sketch.drag(point)
            else:
                self.sketch.hover(point)
            view.update()
        self._point(at)

    def release(self, event: QMouseEvent) -> None:
        """End the drag; a dragged line closes; a right click that did not drag asks for the menu."""
        still = (event.position() - self._pressed).manhattanLength() < CLICK_PX
        if event.button() is Qt.MouseButton.RightButton and still:
            self._view.menu_requested.emit(event.globalPosition().toPoint())
        if self._drag == "draw" and self.sketch is not None and self.sketch.tool is not Tool.POLYGON:
            self._finish()
        self._drag = ""

    def double_click(self, event: QMouseEvent) -> None:
        """Close a polygon; otherwise ask for the whole space."""
        if self.sketch is not None:
            self._finish()
        elif event.button() is Qt.MouseButton.LeftButton and self._view.tools.tool is Tool.WINDOW:
            self._view.maximise_requested.emit()

    def wants(self, event: QKeyEvent) -> bool:
        """Say whether a key belongs to the line under way."""
        return self.sketch is not None and event.key() in LINE_KEYS

    def key(self, event: QKeyEvent) -> bool:
        """Handle keys that belong to the line under way; False when there is none."""
        if self.sketch is None:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.forget()
        elif event.key() == Qt.Key.Key_Backspace:
            if not self.sketch.back():
                self.forget()
            self._view.update()
        else:
            return False
        return True

    def leave(self) -> None:
        """The mouse left the view."""
        self._view.state.navigation.point(None, self._view.state)
        self._view.pointed.emit("")

    def _draw_from(self, event: QMouseEvent) -> None:
        view = self._view
        if not view.shows_t2 or view.state.loading:
            view.notice.emit(translate("slice_view", "Lesions are outlined on the T2 images."))
            return
        point = view.uv_at(event.position())
        cut = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if self.sketch is None:
            self.sketch = Sketch(view.tools.tool, point, Mode.CUT if cut else Mode.ADD)
        elif self.sketch.click(point, 1 / view.px_per_mm()):
            self._finish()
            return
        self._drag = "draw" if view.tools.tool is not Tool.POLYGON else ""
        view.setFocus()
        view.update()

    def _finish(self) -> None:
        sketch, self.sketch, self._drag = self.sketch, None, ""
        self._view.update()
        line = None if sketch is None else sketch.closed(1 / self._view.px_per_mm())
        if sketch is not None and line is not None:
            self._view.line_drawn.emit(line, sketch.mode)

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
