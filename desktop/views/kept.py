"""Pictures that are painted again and again: made once, kept while they fit, and laid down as they are.

A view is painted sixty times a second while a reader scrolls; stroking an outline or setting a text costs more than all
the images together. What is laid down is what would have been painted: the place on the pixel grid is part of the key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

Paint = Callable[[QPainter], None]


def transparent_image(area: QRectF, ratio: float, paint: Paint) -> QImage:
    """Return what `paint` paints into a part of the widget, on nothing.

    Args:
        area: In widget pixels; its corner is the image's.
        ratio: Device pixels for each widget pixel.
    """
    size = QRectF(0, 0, max(area.width() * ratio, 1.0), max(area.height() * ratio, 1.0)).toAlignedRect()
    image = QImage(size.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.translate(-area.topLeft())
    paint(painter)
    painter.end()
    return image


class Layer:
    """One picture of the whole view, painted anew when what it shows changes."""

    def __init__(self) -> None:
        self._key: object = None
        self._image: QImage | None = None

    def lay(self, painter: QPainter, area: QRectF, key: object, paint: Paint) -> None:
        """Lay the layer down; `key` equals the former one as long as it shows the same."""
        ratio = float(painter.device().devicePixelRatio())
        wanted = (key, area.width(), area.height(), ratio)
        if self._image is None or self._key != wanted:
            self._key, self._image = wanted, transparent_image(area, ratio, paint)
        painter.drawImage(area.topLeft(), self._image)

    def forget(self) -> None:
        """Give the memory back."""
        self._key = self._image = None


class Stamps:
    """Small pictures by key, the latest used ones, within a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[QImage, QPointF]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, make: Callable[[], tuple[QImage, QPointF]]) -> tuple[QImage, QPointF]:
        """Return the picture and where its corner belongs; `make` makes it where it is not kept."""
        kept = self._kept
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
        made = kept[key] = make()
        self.bytes += made[0].sizeInBytes()
        while self.bytes > self._most_bytes and len(kept) > 1:
            _, (image, _) = kept.popitem(last=False)
            self.bytes -= image.sizeInBytes()
        return made

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self.bytes = 0
