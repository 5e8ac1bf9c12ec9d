"""Painting what is being drawn: the gesture under way, the brush, the handles, and the diameters of a lesion."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from desktop import wording
from desktop.display_plane import DisplayPlane
from desktop.gestures import Canvas, Preview
from desktop.gestures.reshape import handles
from desktop.views.slice_painter import HALO, TEXT, paint_text
from engine.geometry.diameters import Diameters
from engine.geometry.planar import Polygon

FILL_ALPHA = 46
HANDLE_PX = 5.0
TICK_PX = 5.0


def paint_preview(painter: QPainter, preview: Preview, to_px: QTransform, colour: QColor) -> None:
    """Paint a gesture under way: its region lightly filled, its line and its corners."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for ring in preview.region:
        path.addPolygon(_polygon(ring, to_px))
        path.closeSubpath()
    fill = QColor(colour)
    fill.setAlpha(FILL_ALPHA)
    painter.fillPath(path, fill)
    for pen in (QPen(HALO, 3.6), QPen(colour, 1.8)):
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.drawPolyline(_polygon(preview.line, to_px))
    painter.setPen(QPen(TEXT, 1.1, Qt.PenStyle.DotLine))
    painter.drawPolygon(_polygon(preview.bound, to_px))
    _paint_squares(painter, preview.corners, to_px, colour)
    painter.restore()


def paint_handles(painter: QPainter, canvas: Canvas, to_px: QTransform, colour: QColor) -> None:
    """Paint the points by which an outline can be pulled."""
    painter.save()
    _paint_squares(painter, handles(canvas.present, canvas.mm_per_px), to_px, colour)
    painter.restore()


def paint_brush(painter: QPainter, at: QPointF, radius_px: float) -> None:
    """Paint the edge of a round brush under the mouse."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((HALO, 3.0), (TEXT, 1.1)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(at, radius_px, radius_px)
    painter.restore()


def paint_diameters(
    painter: QPainter, measured: Diameters, plane: DisplayPlane, to_px: QTransform, area: QRectF
) -> None:
    """Paint the longest diameter and the one across it, with their lengths beside the outline."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ends = [_polygon(plane.to_screen_mm(line), to_px) for line in (measured.longest, measured.across)]
    for colour, width in ((HALO, 3.0), (TEXT, 1.1)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        for line in ends:
            start, end = line.at(0), line.at(1)
            painter.drawLine(start, end)
            along = end - start
            length = float(np.hypot(along.x(), along.y()))
            if length < 1.0:
                continue
            tick = QPointF(-along.y(), along.x()) * (TICK_PX / length)
            for point in (start, end):
                painter.drawLine(point - tick, point + tick)
    text = f"{wording.number(measured.longest_mm)} × {wording.number(measured.across_mm)} mm"
    metrics = QFontMetricsF(painter.font())
    points = [line.at(place) for line in ends for place in (0, 1)]
    x = max(point.x() for point in points) + 12
    if x + metrics.horizontalAdvance(text) > area.right() - 4:
        x = min(point.x() for point in points) - 12 - metrics.horizontalAdvance(text)
    y = sum(point.y() for point in points) / len(points)
    paint_text(painter, QPointF(max(x, area.left() + 4), y), text, TEXT)
    painter.restore()


def _paint_squares(painter: QPainter, points: Polygon, to_px: QTransform, colour: QColor) -> None:
    painter.setPen(QPen(HALO, 1))
    painter.setBrush(colour)
    for point in _polygon(points, to_px).toList():
        painter.drawRect(QRectF(point.x() - HANDLE_PX / 2, point.y() - HANDLE_PX / 2, HANDLE_PX, HANDLE_PX))


def _polygon(points: Polygon, to_px: QTransform) -> QPolygonF:
    return to_px.map(QPolygonF([QPointF(float(u), float(v)) for u, v in points]))
