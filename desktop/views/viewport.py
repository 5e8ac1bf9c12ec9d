"""The viewport: a stack's slice at its place in patient millimetres; what lies over it is painted by who inherits.

One affine transform places the image, so turn, mirror and pixels that are not square come free with it. The view is
pyqtgraph's, its scene stays empty: the image is the background and the rest the foreground, both in widget pixels. An
image item in the scene cost four times as much per scroll step, since the scene repaints its changes one by one.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsView, QSizePolicy, QWidget

from desktop.models.navigation import Frame, Point
from desktop.models.view_state import ViewState
from desktop.views import slice_painter as paint
from desktop.views.slice_rail import WIDTH_PX, SliceRail
from desktop.window_level import Window, grey_image
from engine.domain.volume import Volume

MARGIN = 0.96
"""A fitted image leaves this share of the viewport filled."""


class Viewport(pg.GraphicsView):  # type: ignore[misc]
    """Shows the slice that a `ViewState` says.

    Attributes:
        smooth: Interpolate between pixels; never more than bilinear, and measured values are untouched.
        fit_mm: (width, height) in mm that fit into the viewport at zoom 1; None for the stack's own.
        fit_centre_mm: Patient mm in the middle while the frame names no centre; None for the stack's own middle.
    """

    def __init__(self, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.state = state
        self.smooth = True
        self.fit_mm: tuple[float, float] | None = None
        self.fit_centre_mm: tuple[float, float, float] | None = None
        self._placed: tuple[object, float, QTransform] | None = None
        self._grey: tuple[Volume, int, Window, QImage] | None = None
        self._be_a_canvas()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        state.changed.connect(self.update)

    def _be_a_canvas(self) -> None:
        """Leave of the graphics view what a viewport needs: no items, cache or mouse of its own, one paint a step."""
        self.setCentralItem(None)
        self.enableMouse(False)
        self.setAspectLocked(False)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # ---- geometry

    def image_area(self) -> QRectF:
        """Return the part of the widget that shows the image, beside the rail."""
        return QRectF(0, 0, self.width() - WIDTH_PX, self.height())

    def px_per_mm(self) -> float:
        """Return the scale of the picture: the same in both directions."""
        return self._place()[0]

    def own_extent_mm(self) -> tuple[float, float]:
        """Return (width, height) of the stack on the screen in mm."""
        if self.state.volume is None or self.state.plane is None:
            return 300.0, 300.0
        _, rows, columns = self.state.volume.shape
        return self.state.plane.extent_mm(rows, columns)

    def to_px(self) -> QTransform:
        """Return the transform from screen mm to widget pixels."""
        return self._place()[1]

    def _place(self) -> tuple[float, QTransform]:
        """Return scale and transform, worked out again when something moved: they are asked for many times a paint."""
        state = self.state
        made_from = (self.width(), self.height(), state.frame, state.plane, self.fit_mm, self.fit_centre_mm)
        if self._placed is None or self._placed[0] != made_from:
            area = self.image_area()
            width, height = self.fit_mm or self.own_extent_mm()
            fit = min(area.width() / max(width, 1.0), area.height() / max(height, 1.0)) * MARGIN
            scale = max(fit * state.frame.zoom, 1e-3)
            u, v = (0.0, 0.0) if state.plane is None else self.centre_uv()
            middle = area.center()
            place = QTransform(scale, 0, 0, scale, middle.x() - u * scale, middle.y() - v * scale)
            self._placed = (made_from, scale, place)
        return self._placed[1], self._placed[2]

    def centre_uv(self) -> NDArray[np.float64]:
        """Return the screen mm in the middle of the viewport."""
        assert self.state.plane is not None
        centre = self.state.frame.centre_mm
        if centre is not None:
            return self.state.plane.to_screen_mm(centre)
        return self.state.plane.to_screen_mm(self.fit_centre_mm or self.state.centre_mm())

    def uv_at(self, at: QPointF) -> NDArray[np.float64]:
        """Return the screen mm under a widget position."""
        inverse, _ = self.to_px().inverted()
        point = inverse.map(at)
        return np.array([point.x(), point.y()])

    def patient_at(self, at: QPointF) -> Point:
        """Return the patient mm under a widget position, on the shown slice."""
        assert self.state.plane is not None
        return self.state.plane.to_patient_mm(self.uv_at(at), self.state.index)

    def rail(self) -> SliceRail:
        """Return the rail beside the image."""
        area = QRectF(self.width() - WIDTH_PX, 0, WIDTH_PX, self.height())
        forward = 1 if self.state.plane is None else self.state.plane.forward
        return SliceRail(area, self.state.slices, forward)

    def zoom_at(self, at: QPointF, factor: float) -> None:
        """Zoom so that the point under the mouse stays where it is."""
        if self.state.plane is None:
            return
        before = self.uv_at(at)
        frame = self.state.frame
        self.state.set_frame(Frame(frame.zoom * factor, self._patient_of(self.centre_uv())))
        shift = before - self.uv_at(at)
        self.state.set_frame(Frame(self.state.frame.zoom, self._patient_of(self.centre_uv() + shift)))

    def pan_by(self, delta: QPointF) -> None:
        """Move the picture by widget pixels."""
        if self.state.plane is None:
            return
        shift = np.array([delta.x(), delta.y()]) / self.px_per_mm()
        self.state.set_frame(Frame(self.state.frame.zoom, self._patient_of(self.centre_uv() - shift)))

    def _patient_of(self, uv: NDArray[np.float64]) -> Point:
        assert self.state.plane is not None
        return self.state.plane.to_patient_mm(uv, self.state.index)

    # ---- painting

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 120)

    def update(self, *_: object) -> None:
        """Paint anew: what shows is the area of the graphics view, not the view."""
        self.viewport().update()

    def close(self) -> bool:
        """Close as any widget does: pyqtgraph's own way takes the area away under events that still come."""
        return QWidget.close(self)

    def drawBackground(self, painter: QPainter, _: QRectF) -> None:
        painter.resetTransform()  # widget pixels
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        volume, plane = self.state.volume, self.state.plane
        if volume is not None and plane is not None:
            painter.setClipRect(self.image_area())  # the image ends where the rail begins
            place = paint.image_transform(plane, self.state.index, self.to_px())
            paint.paint_image(painter, self._picture(volume), place, self.smooth)
            painter.setClipping(False)

    def drawForeground(self, painter: QPainter, _: QRectF) -> None:
        painter.resetTransform()
        self.paint_over(painter)

    def paint_over(self, painter: QPainter) -> None:
        """Paint what lies over the image; the painter is in widget pixels."""

    def _picture(self, volume: Volume) -> QImage:
        """Return the shown slice in its window, made again only when one of the two changed."""
        index, window = self.state.index, self.state.window
        kept = self._grey
        if kept is None or kept[0] is not volume or kept[1] != index or kept[2] != window:
            # 32 bits: the raster engine's fast path for scaled drawing
            image = grey_image(volume.array[index], window).convertToFormat(QImage.Format.Format_RGB32)
            kept = self._grey = (volume, index, window, image)
        return kept[3]
