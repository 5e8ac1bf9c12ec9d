"""Pictures of the views: the screen as an image, with the status text burnt in and, unless asked, without names."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from desktop.views.view_grid import ViewGrid
from engine import __version__

FOOT_PX = 30
SMALLEST_MARK_PX, LARGEST_MARK_PX = 9, 26


def picture(
    grid: ViewGrid, status: str, identity: str = "", notes: Sequence[str] = (), *, watermark: bool = False
) -> QImage:
    """Return the visible views as one image with a foot.

    Series descriptions are free text that may hold a name, so they are left out unless the picture may name somebody.

    Args:
        status: What must stand on every picture made with this model; it is never elided.
        identity: Patient and study, where they are wanted.
        notes: What else must stand in the foot.
        watermark: Write the status across every view as well.
    """
    for view in grid.views:
        view.named = bool(identity)
    try:
        shot = grid.grab().toImage()
    finally:
        for view in grid.views:
            view.named = True
    ratio = shot.devicePixelRatio()
    width = shot.width() / ratio
    font = QFont(grid.font())
    font.setPixelSize(13)
    texts = [text for text in (identity, f"Lobule {__version__}.  {status}".strip(), *notes) if text]
    flags = int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap)
    metrics = QFontMetricsF(font)
    heights = [max(metrics.boundingRect(QRectF(0, 0, width - 20, 999), flags, t).height() + 12, FOOT_PX) for t in texts]
    made = QImage(shot.width(), shot.height() + round(sum(heights) * ratio), QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(QColor("black"))
    painter = QPainter(made)
    painter.drawImage(0, 0, shot)
    if watermark:
        for view in grid.visible_views():
            _write_across(painter, QRectF(view.geometry()), status, font)
    painter.setFont(font)
    painter.setPen(QColor("#f6cd7d"))
    top = shot.height() / ratio
    for text, height in zip(texts, heights, strict=True):
        painter.drawText(QRectF(10, top, width - 20, height), flags, text)
        top += height
    painter.end()
    return made


def _write_across(painter: QPainter, area: QRectF, text: str, font: QFont) -> None:
    """Write a text along the rising diagonal, as large as it fits, so that a cut-out of the picture has it too."""
    diagonal = math.hypot(area.width(), area.height())
    sized = QFont(font)
    sized.setPixelSize(LARGEST_MARK_PX)
    share = 0.8 * diagonal / QFontMetricsF(sized).horizontalAdvance(text)
    sized.setPixelSize(max(SMALLEST_MARK_PX, min(LARGEST_MARK_PX, round(LARGEST_MARK_PX * share))))
    painter.save()
    painter.setClipRect(area)
    painter.translate(area.center())
    painter.rotate(-math.degrees(math.atan2(area.height(), area.width())))
    painter.setFont(sized)
    line = QRectF(-diagonal / 2, -LARGEST_MARK_PX, diagonal, 2 * LARGEST_MARK_PX)
    for by, colour in ((1, QColor(0, 0, 0, 120)), (0, QColor(255, 255, 255, 120))):
        painter.setPen(colour)
        painter.drawText(line.translated(by, by), Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def png(image: QImage) -> bytes:
    """Return an image as a PNG file without any text in it but what is to be seen."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know str only
    return bytes(buffer.data().data())
