"""Painting a slice: image, heat maps, outlines, pointer, letters, scale and corner text, each by its own function.

Screen millimetres (u, v) become pixels by one transform; everything that belongs to the patient goes through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QTransform

from desktop.display_plane import DisplayPlane
from desktop.heatmap import HeatMap
from desktop.outlines import OutlineShape
from desktop.views.kept import Stamps, transparent_image

Line = tuple[str, QColor]
"""A line of text and its colour."""

TEXT = QColor("#d5dbe0")
FAINT = QColor("#8f9aa2")
AMBER = QColor("#f0b04a")
HALO = QColor(0, 0, 0, 190)
SEAM = QColor(0, 0, 0, 150)
POINTER = QColor("#ffd75e")
NARROW_PX = 340
"""In a view as narrow as this, letters leave the corners' lines to the text, and the ruler's length stands above it."""
THIN_PX = 0.1
"""Outlines are stroked without points that move them by less: strokes cost by the point, and tracings have hundreds."""
SCALE_STEPS_MM = (1, 2, 5, 10, 20, 50, 100, 200)


def image_transform(plane: DisplayPlane, index: int, to_px: QTransform) -> QTransform:
    """Return the transform from pixel corners (x = column, y = row) to the widget."""
    m = plane.pixel_to_screen_mm(index)
    pixels = QTransform(m[0, 0], m[1, 0], m[0, 1], m[1, 1], m[0, 2], m[1, 2])
    return pixels * to_px


def picture_transform(plane: DisplayPlane, picture: HeatMap, to_px: QTransform) -> QTransform:
    """Return the transform from the pixel corners of a picture in patient space to the widget, along the normal."""
    x, y, corner = (plane.to_screen_mm(v) for v in (picture.along_x_mm, picture.along_y_mm, picture.corner_mm))
    return QTransform(x[0], x[1], y[0], y[1], corner[0], corner[1]) * to_px


def paint_image(painter: QPainter, image: QImage, transform: QTransform, smooth: bool, opacity: float = 1.0) -> None:
    """Paint an image that lies on the pixel grid of the slice."""
    painter.save()
    painter.setTransform(transform)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.setOpacity(opacity)
    painter.drawImage(0, 0, image)
    painter.restore()


def paint_shapes(
    painter: QPainter, shapes: Sequence[OutlineShape], to_px: QTransform, colour: QColor, active: bool
) -> None:
    """Paint what a slice shows of one lesion: a thin line on a dark seam, dashed where nobody confirmed it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shape in shapes:
        points = to_px.map(shape.polygon(THIN_PX / to_px.m11()))
        for line_colour, width in ((HALO, 3.6), (colour, 2.0 if active else 1.4)):
            pen = QPen(line_colour, width)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            if shape.interpolated and line_colour is not HALO:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            if shape.closed:
                painter.drawPolygon(points)
            else:
                painter.drawPolyline(points)
    painter.restore()


def lay_shapes(
    painter: QPainter,
    stamps: Stamps,
    shapes: Sequence[OutlineShape],
    to_px: QTransform,
    colour: QColor,
    active: bool,
    area: QRectF,
) -> None:
    """Paint what a slice shows of one lesion, from `stamps` where it was painted before at the same place."""
    if not shapes:
        return
    ratio = float(painter.device().devicePixelRatio())
    place = (to_px.m11(), to_px.dx(), to_px.dy(), area.width(), area.height())
    key = (tuple(shapes), place, colour.rgba(), active, ratio)

    def make() -> tuple[QImage, QPointF]:
        points = np.concatenate([shape.points for shape in shapes])
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        box = to_px.mapRect(QRectF(left, top, right - left, bottom - top)).adjusted(-4, -4, 4, 4) & area
        device = QRectF(box.topLeft() * ratio, box.size() * ratio).toAlignedRect()
        box = QRectF(QPointF(device.topLeft()) / ratio, QSizeF(device.size()) / ratio)
        return transparent_image(
            box, ratio, lambda into: paint_shapes(into, shapes, to_px, colour, active)
        ), box.topLeft()

    stamp, at = stamps.get(key, make)
    painter.drawImage(at, stamp)


def paint_pointer(painter: QPainter, at: QPointF, on_plane: bool) -> None:
    """Paint where the mouse of another view is: dashed when that point lies off this slice."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((HALO, 3.0), (POINTER, 1.3)):
        pen = QPen(colour, width)
        if not on_plane:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(at + QPointF(5 * dx, 5 * dy), at + QPointF(14 * dx, 14 * dy))
    painter.restore()


def paint_letters(painter: QPainter, letters: Sequence[str], area: QRectF) -> None:
    """Paint what lies at the left, right, top and bottom edge; in a narrow area below and above the corner texts."""
    away = 82 if area.width() < NARROW_PX else 16
    font = QFont(painter.font())
    font.setPixelSize(15)
    font.setWeight(QFont.Weight.Medium)
    left, right, top, bottom = letters
    centre = area.center()
    for text, x, y in (
        (left, area.left() + 14, centre.y()),
        (right, area.right() - 14, centre.y()),
        (top, centre.x(), area.top() + away),
        (bottom, centre.x(), area.bottom() - away),
    ):
        width = QFontMetricsF(font).horizontalAdvance(text)
        paint_text(painter, QPointF(x - width / 2, y + 5), text, TEXT, font)


def paint_scale(painter: QPainter, area: QRectF, px_per_mm: float) -> None:
    """Paint a ruler of a round length at the lower right, with its length beside it."""
    narrow = area.width() < NARROW_PX
    longest = area.width() * 0.3 if narrow else min(area.width() * 0.5 - 90.0, 220.0)  # letter and label stay free
    length_mm = max((mm for mm in SCALE_STEPS_MM if mm * px_per_mm <= longest), default=1)
    length = length_mm * px_per_mm
    x1, y = area.right() - 12, area.bottom() - 14
    x0 = x1 - length
    ticks = [x0, x1]
    if length_mm % 10 == 0 and length_mm > 10 and length / (length_mm / 10) >= 6:
        ticks = list(np.linspace(x0, x1, length_mm // 10 + 1))
    painter.save()
    for colour, width in ((HALO, 3.0), (TEXT, 1.2)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(x0, y), QPointF(x1, y))
        for x in ticks:
            high = 6 if x in (ticks[0], ticks[-1]) else 4
            painter.drawLine(QPointF(x, y), QPointF(x, y - high))
    painter.restore()
    text = f"{length_mm // 10} cm" if length_mm % 10 == 0 else f"{length_mm} mm"
    width = QFontMetricsF(painter.font()).horizontalAdvance(text)
    at = QPointF(x1 - width, y - 11) if narrow else QPointF(x0 - width - 8, y + 3)
    paint_text(painter, at, text, TEXT)


def paint_text(painter: QPainter, at: QPointF, text: str, colour: QColor, font: QFont | None = None) -> None:
    """Paint text with a dark seam, legible on bright and dark images; `at` is the start of its base line."""
    ratio = float(painter.device().devicePixelRatio())
    stamp, offset = _stamp(text, colour.rgba(), (font or painter.font()).toString(), ratio)
    painter.drawImage(QPointF(round(at.x()), round(at.y())) + offset, stamp)


@lru_cache(maxsize=256)
def _stamp(text: str, colour: int, font_name: str, ratio: float) -> tuple[QImage, QPointF]:
    """Return the text as an image, and where its corner lies from the start of the base line.

    The seam is the text itself, set off to four sides: five drawings of a text that is shown for many frames alike.
    """
    font = QFont()
    font.fromString(font_name)
    metrics = QFontMetricsF(font)
    reach = metrics.boundingRect(text).united(QRectF(0, -metrics.ascent(), metrics.horizontalAdvance(text), 1))
    box = reach.adjusted(-2, -2, 2, 2).toAlignedRect()
    image = QImage(round(box.width() * ratio), round(box.height() * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(SEAM)
    for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
        painter.drawText(QPointF(dx - box.left(), dy - box.top()), text)
    painter.setPen(QColor.fromRgba(colour))
    painter.drawText(QPointF(-box.left(), -box.top()), text)
    painter.end()
    return image, QPointF(box.topLeft())


def paint_notice(painter: QPainter, area: QRectF, notice: Line) -> None:
    """Paint a sentence into the middle of a view without an image, on several lines where it is long."""
    text, colour = notice
    painter.setPen(colour)
    room = area.adjusted(16, 40, -16, -40)
    painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), text)


def paint_lines(painter: QPainter, area: QRectF, lines: Sequence[Line], *, bottom: bool, below: int = 0) -> None:
    """Paint lines of text into the left corner at the top or the bottom; too long ones are elided.

    Args:
        below: So many lines stand above them in the upper corner.
    """
    metrics = QFontMetricsF(painter.font())
    height = metrics.height() + 2
    y = area.bottom() - 10 - height * (len(lines) - 1) if bottom else area.top() + 18 + height * below
    for place, (text, colour) in enumerate(lines, start=below):
        narrow = area.width() < NARROW_PX
        beside_letter = not narrow and (place == len(lines) - 1 if bottom else place == 0)
        width = area.width() / 2 - 26 if beside_letter else area.width() - 20
        if narrow and bottom:
            width = area.width() * 0.6 - 20  # beside the ruler
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        paint_text(painter, QPointF(area.left() + 10, y), shown, colour)
        y += height
