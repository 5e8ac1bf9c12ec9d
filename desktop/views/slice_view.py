"""The slice view: one viewport, with the image at its place in patient millimetres and everything that lies on it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop import roi_edits
from desktop.document import CaseDocument
from desktop.gestures import Canvas, Tool
from desktop.models.lesion_model import lesion_colour
from desktop.models.navigation import Point
from desktop.models.overlay import Overlay
from desktop.models.series_model import SERIES_MIME
from desktop.models.slice_content import SliceContent
from desktop.models.view_state import ViewState
from desktop.views import gesture_painter, slice_texts
from desktop.views import slice_painter as paint
from desktop.views.kept import Layer, Stamps
from desktop.views.roi_tools import ToolBox
from desktop.views.slice_mouse import SliceMouse
from desktop.views.viewport import Viewport

STAMP_BYTES = 8 << 20
"""Outlines that a view keeps as painted: a hundred of the usual size."""


class SliceView(Viewport):
    """Shows one `ViewState`; heat maps, outlines and texts are painted over the image, by the same transform.

    Signals:
        activated(): The person works in this view now.
        stroke_made(stroke): A drawing tool was used on the shown slice.
        nudged(by): The outline of the shown slice shall move by (u, v) screen mm.
        notice(text): Something to say in the status bar.
        pointed(text): What is under the mouse; empty when it left.
        series_dropped(key): A series was dropped on the view.
        maximise_requested(): Double click.
        menu_requested(position): Right click, at this global position.
    """

    activated = Signal()
    stroke_made = Signal(object)
    nudged = Signal(object)
    notice = Signal(str)
    pointed = Signal(str)
    series_dropped = Signal(str)
    maximise_requested = Signal()
    menu_requested = Signal(object)

    def __init__(
        self,
        state: ViewState,
        document: CaseDocument,
        overlay: Overlay,
        tools: ToolBox,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(state, parent)
        self.document, self.overlay, self.tools = document, overlay, tools
        self.corner_text = True
        self.named = True
        self.measures = True
        self.active = False
        self.pointer_mm: Point | None = None
        self._mouse = SliceMouse(self)
        self._content = SliceContent(state, document, overlay)
        self._stamps = Stamps(STAMP_BYTES)
        self._frame_layer = Layer()
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        state.content_changed.connect(self._mouse.forget)
        state.content_changed.connect(self.forget_pictures)
        state.index_changed.connect(self._mouse.forget)
        state.navigation.pointed.connect(self._show_pointer)
        overlay.changed.connect(self.update)
        tools.changed.connect(self._mouse.tool_changed)
        document.case_changed.connect(self.update)
        document.result_changed.connect(self.update)

    @property
    def shows_t2(self) -> bool:
        """True when the stack is the one that lesions are outlined on."""
        return self._content.shows_t2

    @property
    def shows_heat_map(self) -> bool:
        """True when a heat map lies on the shown slice."""
        return self.overlay.visible and bool(self._content.heat_maps())

    def canvas(self) -> Canvas | None:
        """Return the shown slice as drawing tools see it; None where nothing can be drawn."""
        volume, plane, index = self.state.volume, self.state.plane, self.state.index
        if volume is None or plane is None or self.state.loading or not self.shows_t2:
            return None
        roi = roi_edits.find(self.document.case, self.tools.lesion)
        present = roi_edits.region_on(roi, plane, index)
        return Canvas(plane, index, volume.array[index], present, self.tools.radius_mm, 1 / self.px_per_mm())

    # ---- painting

    def hideEvent(self, event: QHideEvent) -> None:
        self.forget_pictures()
        super().hideEvent(event)

    def forget_pictures(self) -> None:
        """Give back what was kept of earlier paints."""
        self._stamps.clear()
        self._frame_layer.forget()

    def paint_over(self, painter: QPainter) -> None:
        painter.setFont(self._text_font())
        if self.state.volume is None or self.state.plane is None:
            self._paint_empty(painter)
        else:
            self._paint_over_slice(painter)
        if self.active:
            painter.setPen(QPen(QColor("#4c9fd6"), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _text_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(12)
        return font

    def _paint_empty(self, painter: QPainter) -> None:
        lines = [(self.state.title, paint.TEXT)] if self.state.title else []
        paint.paint_lines(painter, QRectF(self.rect()), lines, bottom=False)
        if self.state.trouble:
            paint.paint_notice(painter, QRectF(self.rect()), (self.state.trouble, paint.AMBER))
        elif self.state.loading:
            paint.paint_notice(painter, QRectF(self.rect()), (self.tr("Reading…"), paint.FAINT))

    def _paint_over_slice(self, painter: QPainter) -> None:
        plane, area, to_px = self.state.plane, self.image_area(), self.to_px()
        assert plane is not None
        painter.setClipRect(area)
        if self.overlay.visible:
            for heat_map in self._content.heat_maps():
                place = paint.picture_transform(plane, heat_map, to_px)
                paint.paint_image(painter, heat_map.image, place, True, self.overlay.opacity)
        if not self.overlay.held_back:
            self._paint_outlines(painter, to_px)
        self._paint_brush(painter, to_px)
        self._paint_pointer(painter, to_px)
        self._paint_slice_lines(painter, area)
        painter.setClipping(False)
        self._lay_frame(painter)
        self.rail().paint_thumb(painter, self.state.index)

    def _paint_outlines(self, painter: QPainter, to_px: QTransform) -> None:
        """Paint what this slice shows of lesions, what is being drawn, and handles and measures of the chosen one."""
        gesture, lesion = self._mouse.gesture, self.tools.lesion
        preview = None if gesture is None else gesture.preview()
        for roi, shapes in self._content.outlines():
            chosen = roi.lesion_id == lesion
            if not (chosen and preview is not None and preview.instead):
                colour = lesion_colour(roi.lesion_id)
                paint.lay_shapes(painter, self._stamps, shapes, to_px, colour, chosen, self.image_area())
        case = self.document.case
        colour = lesion_colour(lesion or ("L1" if case is None else case.next_lesion_id()))
        if preview is not None:
            gesture_painter.paint_preview(painter, preview, to_px, colour)
            return
        canvas = self.canvas() if self.tools.tool is Tool.RESHAPE else None
        if canvas is not None:
            gesture_painter.paint_handles(painter, canvas, to_px, colour)
        measured = self._content.diameters(lesion) if self.measures and canvas is None else None
        if measured is not None and self.state.plane is not None:
            gesture_painter.paint_diameters(painter, measured, self.state.plane, to_px, self.image_area())

    def _paint_brush(self, painter: QPainter, to_px: QTransform) -> None:
        if self._mouse.brush_at is not None and not self.overlay.held_back:
            at = to_px.map(QPointF(*self._mouse.brush_at))
            gesture_painter.paint_brush(painter, at, self.tools.radius_mm * self.px_per_mm())

    def _paint_pointer(self, painter: QPainter, to_px: QTransform) -> None:
        if self.pointer_mm is None or self.state.volume is None or self.state.plane is None:
            return
        u, v = self.state.plane.to_screen_mm(self.pointer_mm)
        height = float(self.pointer_mm @ self.state.plane.across) - self.state.level_mm
        on_plane = abs(height) <= self.state.step_mm / 2 + 1e-3
        paint.paint_pointer(painter, to_px.map(QPointF(float(u), float(v))), on_plane)

    def _lay_frame(self, painter: QPainter) -> None:
        """Lay down what stays the same from slice to slice."""
        state, content = self.state, self._content
        outlined, analysed = content.outlined(), content.analysed()
        texts = (state.title, self.named and state.subtitle, self.corner_text, self.font().toString())
        place = (state.plane, state.window, state.frame.zoom, self.px_per_mm())
        self._frame_layer.lay(painter, QRectF(self.rect()), (texts, place, outlined, analysed), self._paint_frame)

    def _paint_frame(self, painter: QPainter) -> None:
        state, area = self.state, self.image_area()
        assert state.plane is not None
        painter.setFont(self._text_font())
        painter.setClipRect(area)
        paint.paint_letters(painter, state.plane.letters(), area)
        paint.paint_scale(painter, area, self.px_per_mm())
        if self.corner_text:
            paint.paint_lines(painter, area, slice_texts.name_lines(state, self.named), bottom=False)
            paint.paint_lines(
                painter, area, slice_texts.image_lines(state, area.width() < paint.NARROW_PX), bottom=True
            )
        painter.setClipping(False)
        self.rail().paint(painter, self._content.outlined(), self._content.analysed())

    def _paint_slice_lines(self, painter: QPainter, area: QRectF) -> None:
        """Paint which slice it is, and what to know of it.

        That no other slice is coming, or that a heat map is out of date, is said in any case.
        """
        lines: list[paint.Line] = []
        if self.corner_text and not self.state.trouble:
            unconfirmed = self._content.unconfirmed(self.tools.lesion)
            lines = slice_texts.slice_lines(self.state, area.width() < paint.NARROW_PX, unconfirmed)
        if self.state.trouble:
            lines.append((self.state.trouble, paint.AMBER))
        if self.document.is_stale and self.shows_heat_map:
            lines.append((self.tr("Heat map out of date"), paint.AMBER))
        above = len(slice_texts.name_lines(self.state, self.named)) if self.corner_text else 0
        paint.paint_lines(painter, area, lines, bottom=False, below=above)

    # ---- input

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._mouse.wheel(event)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._mouse.double_click(event)

    def event(self, event: QEvent) -> bool:
        """Keep Return and the like for the line under way, whatever the menu's actions do with them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._mouse.wants(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._mouse.key(event):
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._mouse.leave()
        super().leaveEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        keys = bytes(event.mimeData().data(SERIES_MIME).data()).decode().split("\n")
        if keys[0]:
            self.series_dropped.emit(keys[0])
            event.acceptProposedAction()

    def _show_pointer(self, point_mm: Point | None, source: object) -> None:
        shown = None if source is self.state else point_mm
        if shown is not None or self.pointer_mm is not None:
            self.pointer_mm = shown
            self.update()
