"""The slice rail: the stack as a slim ruler beside the image, with marks where lesions are outlined and analysed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

WIDTH_PX = 16
_TRACK = QColor("#2a3035")
_THUMB = QColor("#d5dbe0")
_RESULT = QColor("#8f9aa2")


class SliceRail:
    """Arithmetic and painting of one rail; the top is the first slice in reading order."""

    def __init__(self, area: QRectF, slices: int, forward: int) -> None:
        self._area = area.adjusted(0, 10, 0, -10)
        self._slices = max(slices, 1)
        self._forward = forward

    def y_of(self, index: int) -> float:
        """Return the height of the middle of a slice's field."""
        order = index if self._forward > 0 else self._slices - 1 - index
        return self._area.top() + (order + 0.5) * self._area.height() / self._slices

    def index_at(self, y: float) -> int:
        """Return the slice whose field is at a height (kept inside the stack)."""
        order = int((y - self._area.top()) / self._area.height() * self._slices)
        order = min(max(order, 0), self._slices - 1)
        return order if self._forward > 0 else self._slices - 1 - order

    def paint(
        self,
        painter: QPainter,
        outlined: Sequence[tuple[set[int], QColor]],
        analysed: Sequence[tuple[int, bool]],
    ) -> None:
        """Paint track, outline marks (colour of the lesion) and analysed slices (full: malignant)."""
        middle = self._area.center().x()
        field = self._area.height() / self._slices
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(_TRACK, 3))
        painter.drawLine(QPointF(middle, self._area.top()), QPointF(middle, self._area.bottom()))
        for indices, colour in outlined:
            painter.setPen(QPen(colour, 3))
            half = max(field / 2 - 0.5, 1.0)
            heights = [self.y_of(one) for one in indices]
            painter.drawLines([QLineF(middle, y - half, middle, y + half) for y in heights])
        painter.setPen(QPen(_RESULT, 1.2))
        for one, malignant in analysed:
            painter.setBrush(_RESULT if malignant else QColor(0, 0, 0, 0))
            painter.drawEllipse(QPointF(middle - 5.5, self.y_of(one)), 2.2, 2.2)
        painter.restore()

    def paint_thumb(self, painter: QPainter, index: int) -> None:
        """Paint where the shown slice is."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(_THUMB, 2))
        y = self.y_of(index)
        painter.drawLine(QPointF(self._area.left() + 2, y), QPointF(self._area.right() - 2, y))
        painter.restore()
